package ad_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/fault"
)

func good() ad.Fields {
	return ad.Fields{
		ProductName: "무선 이어폰", ProductCategory: "전자제품", TargetAge: "20대", TargetGender: "전체", AdConcept: "새벽 도시를 걷는 느낌",
	}
}

func TestTransitions(t *testing.T) {
	t.Parallel()
	allowed := map[[2]ad.Status]bool{
		{ad.AwaitingUpload, ad.Queued}: true, {ad.AwaitingUpload, ad.Failed}: true,
		{ad.Queued, ad.Running}: true, {ad.Queued, ad.Failed}: true,
		{ad.Running, ad.Running}: true, {ad.Running, ad.Succeeded}: true, {ad.Running, ad.Failed}: true,
		{ad.Failed, ad.Queued}: true,
	}
	for _, from := range ad.Statuses() {
		for _, to := range ad.Statuses() {
			if got := from.CanBecome(to); got != allowed[[2]ad.Status{from, to}] {
				t.Errorf("%s -> %s = %v", from, to, got)
			}
			if slices.Contains(to.Before(), from) != from.CanBecome(to) {
				t.Errorf("Before(%s) disagrees with CanBecome from %s", to, from)
			}
		}
		if from.Done() != (from == ad.Succeeded || from == ad.Failed) {
			t.Errorf("%s.Done() = %v", from, from.Done())
		}
	}
}

func TestIDsSortByTimeAndNameTheirExecutions(t *testing.T) {
	t.Parallel()
	var last string
	for range 50 {
		id, err := ad.NewID()
		if err != nil {
			t.Fatal(err)
		}
		if !ad.ValidID(id) || id <= last {
			t.Fatalf("id %q after %q", id, last)
		}
		last = id
	}
	for _, bad := range []string{
		"", "x", strings.ToUpper(last), last + "0", "../" + last, "3f2b8f9e-0000-4000-8000-000000000000",
	} {
		if ad.ValidID(bad) {
			t.Errorf("%q passes as an id", bad)
		}
	}
	first, second := ad.Ref{AdID: last, Attempt: 1}, ad.Ref{AdID: last, Attempt: 2}
	if first.ExecutionName() != last || second.ExecutionName() != last+"-2" || len(second.ExecutionName()) > 80 {
		t.Errorf("execution names %q, %q", first.ExecutionName(), second.ExecutionName())
	}
}

// The GPU server renders once for an attempt that an owner asked for, however
// often the attempt is begun.
func TestIdempotencyKeys(t *testing.T) {
	t.Parallel()
	key := func(attempt, restarts int, s ad.Step) string {
		a := ad.Ad{Ref: ad.Ref{AdID: "x", Attempt: attempt}, Restarts: restarts}
		return a.IdempotencyKey(s)
	}
	first := key(1, 0, ad.Stage1)
	if first == key(2, 0, ad.Stage1) || first == key(1, 0, ad.Stage2) {
		t.Error("keys must differ by attempt and step")
	}
	if first != key(2, 1, ad.Stage1) {
		t.Error("a restart by the sweeper must keep the key")
	}
	if retry := key(3, 0, ad.Stage1); retry == first || retry != key(4, 1, ad.Stage1) {
		t.Error("an owner's retry after a restart must have a key of its own")
	}
}

func TestNormalize(t *testing.T) {
	t.Parallel()
	in := good()
	in.ProductName = "  한\u202e글\t\r\n이름\x00 \ufeff"
	if got := in.Normalize().ProductName; got != "한글 이름" {
		t.Errorf("normalized = %q", got)
	}
	rapid.Check(t, func(t *rapid.T) {
		f := ad.Fields{ProductName: rapid.String().Draw(t, "s")}
		once := f.Normalize()
		if twice := once.Normalize(); twice != once {
			t.Fatalf("not idempotent: %q then %q", once.ProductName, twice.ProductName)
		}
	})
}

func TestValidateNamesEveryWrongFieldAtOnce(t *testing.T) {
	t.Parallel()
	if err := good().Validate(); err != nil {
		t.Fatalf("good fields: %v", err)
	}
	err := ad.Fields{
		ProductName: strings.Repeat("가", 101), TargetAge: "70대", TargetGender: "?", AdConcept: strings.Repeat("👩‍👩‍👧‍👦", 501),
	}.Validate()
	var f *fault.Fault
	if !errors.As(err, &f) || f.Code != fault.RequestInvalid {
		t.Fatalf("err = %v", err)
	}
	var names []string
	for _, b := range f.Fields {
		names = append(names, b.Name)
	}
	if want := []string{
		"product_name", "product_category", "target_age", "target_gender", "ad_concept",
	}; !slices.Equal(names, want) {
		t.Errorf("fields = %v", names)
	}
	if f.Fields[0].Detail != "상품 이름은 100자까지 쓸 수 있습니다. 지금은 101자입니다." || f.Fields[1].Detail != "상품 종류를 입력해 주세요." {
		t.Errorf("details = %q, %q", f.Fields[0].Detail, f.Fields[1].Detail)
	}
}

func TestLimitsCountWhatAPersonSees(t *testing.T) {
	t.Parallel()
	f := good()
	f.ProductName = strings.Repeat("👩‍👩‍👧‍👦", 100)
	if err := f.Validate(); err != nil {
		t.Errorf("100 emoji: %v", err)
	}
	f.ProductName = "가" + strings.Repeat("\u0301", 5000)
	if err := f.Validate(); err == nil {
		t.Error("one character of 10 kB passes")
	}
	if ad.Length("\u1112\u1161\u11ab") != 1 {
		t.Error("a decomposed syllable must count as one")
	}
}

func TestProgress(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 31, 16, 0, 0, 0, time.UTC)
	a := ad.Ad{Status: ad.Queued, CreatedAt: now, Steps: map[ad.Step]ad.StepTimes{}}
	if a.Percent() != 0 || a.Current() != "" {
		t.Errorf("queued: %d%% in %q", a.Percent(), a.Current())
	}
	a.Status = ad.Running
	last := 0
	for _, s := range ad.Steps() {
		a.Steps[s] = ad.StepTimes{StartedAt: now}
		if a.Current() != s || a.Has(s) {
			t.Errorf("current = %q while %q runs", a.Current(), s)
		}
		if p := a.Percent(); p < last || p > 99 {
			t.Errorf("%s: %d%% after %d%%", s, p, last)
		}
		a.Steps[s] = ad.StepTimes{StartedAt: now, FinishedAt: now}
		last = a.Percent()
		if !a.Has(s) {
			t.Errorf("%s is finished", s)
		}
	}
	if last != 99 {
		t.Errorf("all steps finished but not published: %d%%", last)
	}
	a.Status = ad.Succeeded
	if a.Percent() != 100 || a.Current() != "" {
		t.Errorf("succeeded: %d%% in %q", a.Percent(), a.Current())
	}
	if a.Month() != "2026-02" {
		t.Errorf("month = %s, the ad was ordered on 1 February in Korea", a.Month())
	}
}

// Of two steps side by side the one that still runs is shown, whichever began
// first; when both have ended and the ad waits in the queue, none.
func TestTwoStagesAtOnce(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 31, 16, 0, 0, 0, time.UTC)
	runs, done := ad.StepTimes{StartedAt: now}, ad.StepTimes{StartedAt: now, FinishedAt: now}
	for name, tc := range map[string]struct {
		prepare, prompt ad.StepTimes
		current         ad.Step
		percent         int // 3 and 7 for the steps, half of it while they run
	}{
		"both run":           {runs, runs, ad.Prompt, 4},
		"prepare still runs": {runs, done, ad.Prepare, 8},
		"prompt still runs":  {done, runs, ad.Prompt, 6},
		"both have ended":    {done, done, "", 10},
	} {
		a := ad.Ad{Status: ad.Running, Steps: map[ad.Step]ad.StepTimes{ad.Prepare: tc.prepare, ad.Prompt: tc.prompt}}
		if a.Current() != tc.current || a.Percent() != tc.percent {
			t.Errorf("%s: %s at %d %%, want %s at %d %%", name, a.Current(), a.Percent(), tc.current, tc.percent)
		}
	}
}

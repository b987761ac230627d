package llm_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/copywriter"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/llm"
	"github.com/nanococoa/nanococoa/internal/metric"
)

// model answers as it is told to, and counts how often it is asked.
type model struct {
	err   error
	asked int
}

func (m *model) WritePrompt(context.Context, ad.Fields) (copywriter.Prompt, error) {
	m.asked++
	return copywriter.Prompt{Text: "by the model", By: ad.ByModel}, m.err
}

func (m *model) WriteCopy(context.Context, ad.Fields, *ad.Analysis, ...string) (copywriter.Copy, error) {
	m.asked++
	return copywriter.Copy{Main: "모델이 썼어요", By: ad.ByModel}, m.err
}

func (m *model) WriteCopies(
	context.Context, ad.Fields, *ad.Analysis, []copywriter.Copy,
) ([]copywriter.Copy, error) {
	m.asked++
	return []copywriter.Copy{{Main: "모델이 썼어요", By: ad.ByModel}}, m.err
}

// shared keeps an outage as the table does; broken makes every call of it fail.
type shared struct {
	kept   ad.Outage
	broken error
	writes int
}

func (s *shared) Outage(context.Context) (ad.Outage, error) { return s.kept, s.broken }

func (s *shared) OutageFailure(context.Context) (int, error) {
	s.writes++
	if s.broken == nil {
		s.kept.Failures++
	}
	return s.kept.Failures, s.broken
}

func (s *shared) OutageUntil(_ context.Context, seen, until time.Time) (bool, error) {
	s.writes++
	if s.broken != nil || !s.kept.Until.Equal(seen) {
		return false, s.broken
	}
	s.kept.Until = until
	return true, nil
}

func (s *shared) OutageOver(context.Context) error {
	s.writes++
	if s.broken == nil {
		s.kept = ad.Outage{}
	}
	return s.broken
}

// functions are two Lambdas with one clock that share what they know.
type functions struct {
	t      *testing.T
	now    time.Time
	shared shared
	model  model
	wrote  bytes.Buffer // metrics
}

const (
	failures = 3
	cooldown = 30 * time.Second
)

func (f *functions) breaker() *llm.Breaker {
	return &llm.Breaker{
		Model: &f.model, Shared: &f.shared, Failures: failures, Cooldown: cooldown,
		Now: func() time.Time { return f.now }, Log: slog.New(slog.DiscardHandler), Meter: metric.New(&f.wrote, "test"),
	}
}

// write has one function write both texts, each of which is asked for or not,
// and gives who wrote them; "" for a fault.
func (f *functions) write() []ad.CopySource {
	f.t.Helper()
	order := ad.Fields{
		ProductName: "머그컵", ProductCategory: "식품", TargetAge: "30대", TargetGender: "전체", AdConcept: "따뜻한 아침",
	}
	prompt, err1 := f.breaker().WritePrompt(f.t.Context(), order)
	words, err2 := f.breaker().WriteCopy(f.t.Context(), order, nil)
	for _, err := range []error{err1, err2} {
		if err != nil && !errors.Is(err, f.model.err) {
			f.t.Errorf("fault %v, the model's is %v", err, f.model.err)
		}
	}
	out := []ad.CopySource{prompt.By, words.By}
	for i, err := range []error{err1, err2} {
		if err != nil {
			out[i] = ""
		}
	}
	return out
}

func (f *functions) expect(what string, asked int, by ...ad.CopySource) {
	f.t.Helper()
	f.model.asked = 0
	if got := f.write(); !slices.Equal(got, by) || f.model.asked != asked {
		f.t.Errorf("%s: written by %q, the model was asked %d times; want %q and %d", what, got, f.model.asked, by, asked)
	}
}

func newFunctions(t *testing.T) *functions {
	t.Helper()
	return &functions{t: t, now: time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)}
}

var down = fault.New(fault.OpenAIUnavailable, nil)

// The whole life of an outage, as two functions that share nothing but the
// table go through it.
func TestAnOutageOfTheModel(t *testing.T) {
	t.Parallel()
	f := newFunctions(t)
	f.expect("well", 2, ad.ByModel, ad.ByModel)
	if f.shared.writes != 0 {
		t.Errorf("a model that is well costs %d writes", f.shared.writes)
	}
	f.model.err = down
	f.expect("two failures", 2, "", "")
	f.expect("the third opens it", 1, "", ad.ByTemplate)
	f.expect("open", 0, ad.ByTemplate, ad.ByTemplate)
	if n := strings.Count(f.wrote.String(), `"ModelDown":1`); n != 1 {
		t.Errorf("the outage is counted %d times", n)
	}
	f.now = f.now.Add(cooldown - time.Second)
	f.expect("still open", 0, ad.ByTemplate, ad.ByTemplate)
	f.now = f.now.Add(2 * time.Second)
	f.expect("one tries, and it is still down", 1, "", ad.ByTemplate)
	f.now = f.now.Add(cooldown - time.Second)
	f.expect("open again", 0, ad.ByTemplate, ad.ByTemplate)
	f.now = f.now.Add(2 * time.Second)
	f.model.err = nil
	f.expect("one tries, and it is back", 2, ad.ByModel, ad.ByModel)
	if f.shared.kept != (ad.Outage{}) {
		t.Errorf("after the outage: %+v", f.shared.kept)
	}
}

// While one caller tries whether the model is back, nobody else asks it; when
// that caller dies, another tries after a while.
func TestOneTriesAtATime(t *testing.T) {
	t.Parallel()
	f := newFunctions(t)
	f.shared.kept = ad.Outage{Failures: failures, Until: f.now.Add(-time.Second)}
	if moved, err := f.shared.OutageUntil(t.Context(), f.shared.kept.Until, f.now.Add(time.Minute)); !moved || err != nil {
		t.Fatal(moved, err)
	}
	f.expect("another tries", 0, ad.ByTemplate, ad.ByTemplate)
	f.now = f.now.Add(time.Minute)
	f.expect("it died", 2, ad.ByModel, ad.ByModel)
}

// The one that loses the race for the trial does not ask.
func TestTwoWantToTry(t *testing.T) {
	t.Parallel()
	f := newFunctions(t)
	f.shared.kept = ad.Outage{Failures: failures, Until: f.now.Add(-time.Second)}
	b := f.breaker()
	b.Shared = &late{&f.shared}
	if p, err := b.WritePrompt(t.Context(), ad.Fields{ProductName: "머그컵"}); err != nil || p.By != ad.ByTemplate ||
		f.model.asked != 0 {
		t.Errorf("%v, %v, asked %d times", p.By, err, f.model.asked)
	}
}

// late loses every race.
type late struct{ *shared }

func (l *late) OutageUntil(context.Context, time.Time, time.Time) (bool, error) { return false, nil }

// What is about one ad says nothing about the model.
func TestWhatDoesNotCountAgainstTheModel(t *testing.T) {
	t.Parallel()
	for _, code := range []fault.Code{fault.OpenAIRefused, fault.OpenAIBadAnswer, fault.OpenAIRejected} {
		f := newFunctions(t)
		f.model.err = fault.New(code, nil)
		for range failures {
			f.expect(string(code), 2, "", "")
		}
	}
}

// Suggestions are asked for through the same breaker.
func TestSuggestionsDuringAnOutage(t *testing.T) {
	t.Parallel()
	f := newFunctions(t)
	for _, want := range []ad.CopySource{ad.ByModel, ad.ByTemplate} {
		got, err := f.breaker().WriteCopies(t.Context(), ad.Fields{ProductName: "머그컵"}, nil, nil)
		if err != nil || got[0].By != want {
			t.Errorf("%+v, %v, want %s", got, err, want)
		}
		f.shared.kept = ad.Outage{Failures: failures, Until: f.now.Add(cooldown)}
	}
}

// Failures count in a row: one answer in between begins the count anew.
func TestFailuresCountInARow(t *testing.T) {
	t.Parallel()
	f := newFunctions(t)
	for range 4 {
		f.model.err = down
		f.expect("two fail", 2, "", "")
		f.model.err = nil
		f.expect("two do not", 2, ad.ByModel, ad.ByModel)
	}
}

// Without the table there is no breaker, and no other harm.
func TestWhenTheModelsHealthCannotBeShared(t *testing.T) {
	t.Parallel()
	f := newFunctions(t)
	f.shared.broken = fault.New(fault.StorageUnavailable, nil)
	f.expect("well", 2, ad.ByModel, ad.ByModel)
	f.model.err = down
	for range failures {
		f.expect("down", 2, "", "")
	}
}

// A caller whose own time has run out still says what it learned.
func TestALateFailureCounts(t *testing.T) {
	t.Parallel()
	f := newFunctions(t)
	f.model.err = down
	ctx, cancel := context.WithCancel(t.Context())
	b := f.breaker()
	b.Shared = &strict{&f.shared}
	cancel()
	if _, err := b.WritePrompt(ctx, ad.Fields{}); !errors.Is(err, down) {
		t.Fatal(err)
	}
	if f.shared.kept.Failures != 1 {
		t.Errorf("%d failures are known", f.shared.kept.Failures)
	}
}

// strict refuses to write for a caller that is gone, as the SDK does.
type strict struct{ *shared }

func (s *strict) OutageFailure(ctx context.Context) (int, error) {
	if ctx.Err() != nil {
		return 0, ctx.Err()
	}
	return s.shared.OutageFailure(ctx)
}

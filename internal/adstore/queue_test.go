package adstore_test

import (
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/adstore"
	"github.com/nanococoa/nanococoa/internal/enginetest"
	"github.com/nanococoa/nanococoa/internal/fault"
)

func (s table) queued(t *testing.T, owner string) ad.Ad {
	t.Helper()
	a := s.create(t, owner)
	if ok, err := s.Enqueue(t.Context(), a.Ref); err != nil || !ok {
		t.Fatalf("Enqueue = %v, %v", ok, err)
	}
	return s.get(t, a.Ref)
}

func (s table) line(t *testing.T) ad.Queue {
	t.Helper()
	q, err := s.Queue(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return q
}

func TestTheLine(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	if q := s.line(t); q.Issued != 0 || q.Render != ad.FirstRender || q.Rest != ad.FirstRest {
		t.Errorf("before the first: %+v", q)
	}
	var ads []ad.Ad
	for range 5 {
		ads = append(ads, s.queued(t, "me"))
	}
	for i, a := range ads {
		if got := s.line(t).Position(a.Ticket); a.Ticket != i+1 || got != i {
			t.Errorf("ad %d has ticket %d and position %d", i, a.Ticket, got)
		}
	}
	for range 3 { // the other door, and again
		if ok, err := s.Enqueue(t.Context(), ads[0].Ref); !ok || err != nil {
			t.Fatal(ok, err)
		}
	}
	if q := s.line(t); q.Issued != 5 {
		t.Errorf("tickets were wasted: %+v", q)
	}
	if err := s.Turn(t.Context(), ads[0].Ticket); err != nil {
		t.Fatal(err)
	}
	if err := s.Delete(t.Context(), "me", ads[1].AdID); err != nil {
		t.Fatal(err)
	}
	if err := s.Fail(t.Context(), ads[2].Ref, ad.Failure{Code: "Photo.Corrupt"}); err != nil {
		t.Fatal(err)
	}
	q := s.line(t)
	if got := q.Position(ads[4].Ticket); got != 1 || q.Position(ads[3].Ticket) != 0 || len(q.Begun) != 1 {
		t.Errorf("after one began and two left: position %d, %+v", got, q)
	}
	if err := s.Turn(t.Context(), ads[3].Ticket); err != nil {
		t.Fatal(err)
	}
	if err := s.Turn(t.Context(), ads[0].Ticket); err != nil {
		t.Errorf("an earlier one begins later: %v", err)
	}
	if q := s.line(t); q.Head != ads[3].Ticket || len(q.Gone) != 0 {
		t.Errorf("what the head has passed stays: %+v", q)
	}
}

func TestARenderedAdLeavesTheLineOnce(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	a := s.queued(t, "me")
	if err := s.Turn(t.Context(), a.Ticket); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Begin(t.Context(), a.Ref, ad.Stage1); err != nil {
		t.Fatal(err)
	}
	if err := s.Fail(t.Context(), a.Ref, ad.Failure{Code: "GPU.Rejected", Retryable: true}); err != nil {
		t.Fatal(err)
	}
	if q := s.line(t); len(q.Gone) != 0 {
		t.Errorf("gone: %v", q.Gone)
	}
	again, err := s.Retry(t.Context(), "me", a.AdID)
	if err != nil || again.Ticket != 2 {
		t.Errorf("a retry stands at the end of the line: %d, %v", again.Ticket, err)
	}
}

func TestStallAndMeasure(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	if err := s.Stall(t.Context()); err != nil || !s.line(t).Stalled {
		t.Errorf("stalled: %v", err)
	}
	if err := s.Turn(t.Context(), 1); err != nil || s.line(t).Stalled {
		t.Errorf("a turn ends the stall: %v", err)
	}
	for range 40 {
		if err := s.Measure(t.Context(), 10*time.Second, 0); err != nil {
			t.Fatal(err)
		}
	}
	if q := s.line(t); q.Render < 9*time.Second || q.Render > 12*time.Second || q.Rest != ad.FirstRest {
		t.Errorf("averages: %v and %v", q.Render, q.Rest)
	}
	if err := s.Measure(t.Context(), 0, time.Second); err != nil || s.line(t).Rest >= ad.FirstRest {
		t.Errorf("rest is not measured: %v", err)
	}
}

func TestDue(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	clock := now
	at := func(d time.Duration) *adstore.Store {
		return adstore.New(dynamodb.NewFromConfig(enginetest.Config(t)), s.name, func() time.Time { return clock.Add(d) })
	}
	due := func(d time.Duration) (ids []string) {
		t.Helper()
		found, err := at(d).Due(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range found {
			id := f.AdID
			if f.Grave {
				id = "grave of " + id
			} else if f.Owner != "me" {
				t.Errorf("owner of %s = %q", id, f.Owner)
			}
			ids = append(ids, id)
		}
		slices.Sort(ids)
		return ids
	}
	waiting, working, done, deleted := s.create(t, "me"), s.running(t, "me"), s.published(t, "me", .5), s.queued(t, "me")
	if err := s.Delete(t.Context(), "me", deleted.AdID); err != nil {
		t.Fatal(err)
	}
	if got := due(time.Minute); len(got) != 0 {
		t.Errorf("due at once: %v", got)
	}
	want := []string{waiting.AdID, working.AdID, "grave of " + deleted.AdID}
	slices.Sort(want)
	if got := due(3 * time.Hour); !slices.Equal(got, want) {
		t.Errorf("due after hours: %v, want %v; %s is finished", got, want, done.AdID)
	}
	if err := at(3*time.Hour).Postpone(t.Context(), working.Ref); err != nil {
		t.Fatal(err)
	}
	if err := s.CloseGrave(t.Context(), deleted.AdID); err != nil {
		t.Fatal(err)
	}
	if got := due(3*time.Hour + time.Minute); !slices.Equal(got, []string{waiting.AdID}) {
		t.Errorf("after postponing and closing: %v", got)
	}
	if err := s.Fail(t.Context(), waiting.Ref, ad.Failure{Code: "Ad.NoUpload"}); err != nil {
		t.Fatal(err)
	}
	if got := due(3*time.Hour + time.Minute); len(got) != 0 {
		t.Errorf("a failed ad is due: %v", got)
	}
	if err := s.Postpone(t.Context(), done.Ref); !fault.Has(err, fault.AdGone) {
		t.Errorf("postponing a finished ad: %v", err)
	}
}

func TestRestartOnce(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	a := s.running(t, "me")
	again, ok, err := s.Restart(t.Context(), a)
	if err != nil || !ok || again.Attempt != 2 || again.Status != ad.Queued || again.Restarts != 1 || len(again.Stages) != 0 {
		t.Fatalf("restart: %+v, %v, %v", again, ok, err)
	}
	s.wantGone(t, a.Ref)
	if _, ok, err := s.Restart(t.Context(), a); ok || err != nil {
		t.Errorf("an old reading restarts: %v, %v", ok, err)
	}
	if _, ok, err := s.Restart(t.Context(), again); ok || err != nil {
		t.Errorf("a second restart: %v, %v", ok, err)
	}
	if err := s.Fail(t.Context(), again.Ref, ad.Failure{Code: "Ad.Aborted", Retryable: true}); err != nil {
		t.Fatal(err)
	}
	if mine, err := s.Retry(t.Context(), "me", a.AdID); err != nil || mine.Restarts != 0 {
		t.Errorf("what an owner asks for may be restarted again: %+v, %v", mine, err)
	}
}

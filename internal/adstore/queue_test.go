package adstore_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/adstore"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/localaws"
	"github.com/nanococoa/nanococoa/internal/queue"
)

func (s table) queued(t *testing.T, owner string) ad.Ad {
	t.Helper()
	a := s.create(t, owner)
	if ok, err := s.Enqueue(t.Context(), a.Ref); err != nil || !ok {
		t.Fatalf("Enqueue = %v, %v", ok, err)
	}
	return s.get(t, a.Ref)
}

func (s table) shared(t *testing.T) queue.Queue {
	t.Helper()
	q, err := s.Queue(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return q
}

func TestTheQueue(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	if q := s.shared(t); q.Issued != 0 || q.Render != 0 || q.Rest != 0 || len(q.InHand) != 0 {
		t.Errorf("before the first: %+v", q)
	}
	var ads []ad.Ad
	for range 5 {
		ads = append(ads, s.queued(t, "me"))
	}
	q := s.shared(t)
	for i, a := range ads {
		if got := q.Position(a.Ticket); a.Ticket != i+1 || got != i {
			t.Errorf("ad %d has ticket %d and position %d", i, a.Ticket, got)
		}
	}
	for range 3 { // the other door, and again
		if ok, err := s.Enqueue(t.Context(), ads[0].Ref); !ok || err != nil {
			t.Fatal(ok, err)
		}
	}
	if q := s.shared(t); q.Issued != 5 {
		t.Errorf("tickets were wasted: %+v", q)
	}
	if err := s.Take(t.Context(), ads[0].Ticket, 1); err != nil {
		t.Fatal(err)
	}
	if err := s.Delete(t.Context(), "me", ads[1].AdID); err != nil {
		t.Fatal(err)
	}
	if err := s.Fail(t.Context(), ads[2].Ref, ad.Failure{Code: "Photo.Corrupt"}); err != nil {
		t.Fatal(err)
	}
	q = s.shared(t)
	if got := q.Position(ads[4].Ticket); got != 1 || q.Position(ads[3].Ticket) != 0 || !q.Rendering(ads[0].Ticket) {
		t.Errorf("after one began and two left: position %d, %+v", got, q)
	}
	if err := s.Take(t.Context(), ads[3].Ticket, 1); err != nil {
		t.Fatal(err)
	}
	if err := s.Take(t.Context(), ads[0].Ticket, 1); err != nil {
		t.Errorf("an earlier one begins later: %v", err)
	}
	if q := s.shared(t); q.Head != ads[3].Ticket || len(q.Gone) != 0 {
		t.Errorf("what the head has passed stays: %+v", q)
	}
}

func TestARenderedAdLeavesTheQueueOnce(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	a := s.queued(t, "me")
	if err := s.Take(t.Context(), a.Ticket, 1); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Begin(t.Context(), a.Ref, ad.Stage1); err != nil {
		t.Fatal(err)
	}
	if err := s.Fail(t.Context(), a.Ref, ad.Failure{Code: "GPU.Rejected", Retryable: true}); err != nil {
		t.Fatal(err)
	}
	if q := s.shared(t); len(q.Gone) != 0 {
		t.Errorf("gone: %v", q.Gone)
	}
	again, err := s.Retry(t.Context(), "me", a.AdID)
	if err != nil || again.Ticket != 2 {
		t.Errorf("a retry stands at the end of the queue: %d, %v", again.Ticket, err)
	}
}

func TestStallAndMeasure(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	if err := s.Stall(t.Context()); err != nil || !s.shared(t).Stalled {
		t.Errorf("stalled: %v", err)
	}
	if err := s.Take(t.Context(), 1, 1); err != nil || s.shared(t).Stalled {
		t.Errorf("a turn ends the stall: %v", err)
	}
	for _, rest := range []time.Duration{10 * time.Second, 5 * time.Second} {
		if err := s.MeasureRest(t.Context(), rest); err != nil {
			t.Fatal(err)
		}
	}
	if q := s.shared(t); q.Rest != 7500*time.Millisecond || q.Rests != 2 || q.Renders != 0 {
		t.Errorf("averages: %v and %v", q.Render, q.Rest)
	}
}

// What the server has, as the consumers write it down and owners read it.
func TestInHand(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	clock := now
	at := adstore.New(s.db, s.name, func() time.Time { return clock })
	do := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	do(at.Take(t.Context(), 1, 1))
	clock = now.Add(time.Second)
	do(at.Take(t.Context(), 2, 1))
	want := []queue.InHand{{Ticket: 1, Taken: now, Began: now}, {Ticket: 2, Taken: now.Add(time.Second)}}
	if q := s.shared(t); !slices.Equal(q.InHand, want) || q.Head != 2 {
		t.Errorf("one is being rendered, one waits: %+v, want %+v", q, want)
	}
	clock = now.Add(8 * time.Second)
	do(at.Release(t.Context(), 1, true))
	want = []queue.InHand{{Ticket: 2, Taken: now.Add(time.Second), Began: clock}}
	if q := s.shared(t); !slices.Equal(q.InHand, want) || q.Render != 8*time.Second || q.Renders != 1 {
		t.Errorf("the next has its slot: %+v, want %+v", q, want)
	}
	do(at.Release(t.Context(), 2, false))
	if q := s.shared(t); len(q.InHand) != 0 || q.Render != 8*time.Second {
		t.Errorf("not rendered: %+v", q)
	}
}

// Consumers that change the queue at the same time lose nothing of each other.
func TestTheQueueUnderRace(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	var wg sync.WaitGroup
	for ticket := 1; ticket <= 5; ticket++ {
		wg.Go(func() {
			if err := s.Take(t.Context(), ticket, 5); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	q := s.shared(t)
	for ticket := 1; ticket <= 5; ticket++ {
		if !q.Rendering(ticket) {
			t.Errorf("ticket %d is lost: %+v", ticket, q)
		}
	}
}

func TestDue(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	clock := now
	at := func(d time.Duration) *adstore.Store {
		return adstore.New(dynamodb.NewFromConfig(localaws.Config(t)), s.name, func() time.Time { return clock.Add(d) })
	}
	due := func(d time.Duration) (ids []string) {
		t.Helper()
		found, err := at(d).Due(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range found {
			id := f.AdID
			if f.Tombstone {
				id = "tombstone of " + id
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
	want := []string{waiting.AdID, working.AdID, "tombstone of " + deleted.AdID}
	slices.Sort(want)
	if got := due(3 * time.Hour); !slices.Equal(got, want) {
		t.Errorf("due after hours: %v, want %v; %s is finished", got, want, done.AdID)
	}
	if err := at(3*time.Hour).Postpone(t.Context(), working.Ref); err != nil {
		t.Fatal(err)
	}
	if err := s.RemoveTombstone(t.Context(), deleted.AdID); err != nil {
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
	if err != nil || !ok || again.Attempt != 2 || again.Status != ad.Queued || again.Restarts != 1 ||
		len(again.Steps) != 0 {
		t.Fatalf("restart: %+v, %v, %v", again, ok, err)
	}
	s.wantGone(t, a.Ref)
	if same, ok, err := s.Restart(t.Context(), a); !ok || err != nil || same.Ref != again.Ref {
		t.Errorf("another sweep gives %+v, %v, %v", same.Ref, ok, err)
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

func TestUnknownAds(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	known, deleted, never := s.create(t, "me"), s.create(t, "me"), newAd(t, "me")
	if err := s.Delete(t.Context(), "me", deleted.AdID); err != nil {
		t.Fatal(err)
	}
	got, owners, err := s.Unknown(t.Context(), []string{known.AdID, deleted.AdID, never.AdID})
	if err != nil || !slices.Equal(got, []string{deleted.AdID, never.AdID}) || !slices.Equal(owners, []string{"me"}) {
		t.Errorf("%v, of %v, %v", got, owners, err)
	}
	if got, _, err := s.Unknown(t.Context(), nil); err != nil || len(got) != 0 {
		t.Errorf("of none: %v, %v", got, err)
	}
}

func TestTheScanCursorIsKept(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	for _, at := range []string{"", "ads/x0", "uploads/", ""} {
		if err := s.SetScanCursor(t.Context(), at); err != nil {
			t.Fatal(err)
		}
		if got, err := s.ScanCursor(t.Context()); err != nil || got != at {
			t.Errorf("at %q, %v; want %q", got, err, at)
		}
	}
}

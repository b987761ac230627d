package queue_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/google/go-cmp/cmp"
	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/queue"
)

// While an ad waits its position never grows, whatever the others do: they
// begin in any order, leave, and more arrive.
func TestPositionNeverGrows(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		const mine = 20
		q := queue.Queue{Issued: 30}
		last := q.Position(mine)
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			other := rapid.IntRange(1, 40).Filter(func(n int) bool { return n != mine }).Draw(t, "ticket")
			if rapid.Bool().Draw(t, "leaves") {
				if !slices.Contains(q.Gone, other) {
					q.Gone = append(q.Gone, other)
				}
			} else {
				q.Head = max(q.Head, other)
				for _, p := range q.Passed() {
					q.Gone = slices.DeleteFunc(q.Gone, func(g int) bool { return g == p })
				}
			}
			now := q.Position(mine)
			if now > last || now < 0 {
				t.Fatalf("position went from %d to %d: %+v", last, now, q)
			}
			last = now
		}
	})
}

func TestETAOfEachPartOfTheWay(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	// One slot: 2 is being rendered since four seconds, 3 waits at the server, 4 and 5
	// in the queue.
	q := queue.Queue{
		Issued: 5, Head: 3, Render: 10 * time.Second, Renders: 9, Rest: 3 * time.Second, Rests: 9,
		InHand: []queue.InHand{
			{Ticket: 2, Taken: ago(4 * time.Second), Began: ago(4 * time.Second)}, {Ticket: 3, Taken: ago(time.Second)},
		},
	}
	rendered := func(ago time.Duration) map[ad.Step]ad.StepTimes {
		return map[ad.Step]ad.StepTimes{ad.Stage1: {StartedAt: now.Add(-time.Minute), FinishedAt: now.Add(-ago)}}
	}
	for name, tc := range map[string]struct {
		ad    ad.Ad
		want  time.Duration // with one slot
		two   time.Duration // and with two
		known bool
	}{
		"being rendered":      {ad.Ad{Status: ad.Running, Ticket: 2}, 9 * time.Second, 9 * time.Second, true},
		"waits at the server": {ad.Ad{Status: ad.Running, Ticket: 3}, 19 * time.Second, 13 * time.Second, true},
		"next in the queue":   {ad.Ad{Status: ad.Queued, Ticket: 4}, 29 * time.Second, 19 * time.Second, true},
		"one more ahead":      {ad.Ad{Status: ad.Running, Ticket: 5}, 39 * time.Second, 23 * time.Second, true},
		"rendered": {
			ad.Ad{Status: ad.Running, Ticket: 1, Steps: rendered(time.Second)}, 2 * time.Second, 2 * time.Second, true,
		},
		"rendered, and late":   {ad.Ad{Status: ad.Running, Ticket: 1, Steps: rendered(90 * time.Second)}, 0, 0, true},
		"no photo yet":         {ad.Ad{Status: ad.AwaitingUpload}, 0, 0, false},
		"finished":             {ad.Ad{Status: ad.Succeeded, Ticket: 1}, 0, 0, false},
		"put back by a server": {ad.Ad{Status: ad.Running, Ticket: 1}, 29 * time.Second, 19 * time.Second, true},
	} {
		for slots, want := range map[int]time.Duration{1: tc.want, 2: tc.two} {
			if got, known := q.ETA(&tc.ad, slots, now); got != want || known != tc.known {
				t.Errorf("%s, %d slots: %v, %v; want %v, %v", name, slots, got, known, want, tc.known)
			}
		}
	}
	first := queue.Queue{}
	const assumed = 150 * time.Second // two minutes of rendering, half a minute after it
	if got, known := first.ETA(&ad.Ad{Status: ad.Queued, Ticket: 1}, 1, now); got != assumed ||
		!known {
		t.Errorf("before anything was measured: %v, %v", got, known)
	}
	q.Stalled = true
	if _, known := q.ETA(&ad.Ad{Status: ad.Queued, Ticket: 4}, 1, now); known {
		t.Error("a stalled queue has no end in sight")
	}
	if got, known := q.ETA(&ad.Ad{Status: ad.Running, Ticket: 2}, 1, now); got != 9*time.Second || !known {
		t.Errorf("what is being rendered goes on: %v, %v", got, known)
	}
}

func TestTakeAndRelease(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	at := func(s int) time.Time { return now.Add(time.Duration(s) * time.Second) }
	q := queue.Queue{Gone: []int{2}, Stalled: true}
	q.Take(1, 2, at(0))
	q.Take(3, 2, at(1))
	q.Take(4, 2, at(2))
	if q.Head != 4 || q.Stalled || !q.Rendering(1) || !q.Rendering(3) || q.Rendering(4) {
		t.Errorf("two slots: %+v", q)
	}
	q.Take(3, 2, at(5)) // its consumer died, and another has it
	if q.Rendering(4) || !q.Rendering(3) || len(q.InHand) != 3 {
		t.Errorf("given again: %+v", q)
	}
	q.Release(1, true, at(10))
	if q.Render != 10*time.Second || !q.Rendering(4) {
		t.Errorf("the first measurement is the average, the next has the slot: %+v", q)
	}
	q.Release(4, true, at(15))
	if q.Render != 7500*time.Millisecond || q.Renders != 2 {
		t.Errorf("10 and 5 seconds: %v", q.Render)
	}
	q.Release(3, false, at(16))
	q.Release(3, true, at(17))
	if q.Renders != 2 || len(q.InHand) != 0 {
		t.Errorf("what was not rendered is not measured: %+v", q)
	}
	q.Take(5, 1, at(20))
	q.Take(6, 1, at(20+361)) // the consumer of 5 is dead and its message comes again
	if q.Rendering(5) || !q.Rendering(6) {
		t.Errorf("nobody holds a slot for ever: %+v", q)
	}
}

// An ad that waits at the server has no slot: when it leaves, nothing is measured and no
// slot is free for another.
func TestReleaseOfOneThatWaits(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	var q queue.Queue
	for ticket := 1; ticket <= 3; ticket++ {
		q.Take(ticket, 1, now)
	}
	q.Release(2, true, now.Add(time.Minute))
	if q.Renders != 0 || q.Render != 0 || !q.Rendering(1) || q.Rendering(3) || len(q.InHand) != 2 {
		t.Errorf("%+v", q)
	}
	q.Release(9, true, now) // nobody's
	if len(q.InHand) != 2 {
		t.Errorf("%+v", q)
	}
}

func TestPassed(t *testing.T) {
	t.Parallel()
	q := queue.Queue{Head: 4, Gone: []int{7, 4, 2, 5}}
	if got := q.Passed(); !slices.Equal(got, []int{2, 4}) {
		t.Errorf("passed %v", got)
	}
}

// The first few count equally, then the past fades.
func TestTheAverageOfTheRest(t *testing.T) {
	t.Parallel()
	var q queue.Queue
	for n, tc := range []struct{ measured, want time.Duration }{
		{20, 20}, {10, 15}, {15, 15}, {11, 14}, {14, 14}, {24, 16}, {16, 16}, {6, 14},
	} {
		if q.MeasureRest(tc.measured); q.Rest != tc.want || q.Rests != n+1 {
			t.Errorf("after %d: %d of %d, want %d", n+1, q.Rest, q.Rests, tc.want)
		}
	}
}

func TestRest(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	for name, tc := range map[string]struct {
		rendered, publishing time.Time
		want                 time.Duration // 0: unknown
	}{
		"an ad":                {at, at.Add(7 * time.Second), 7 * time.Second},
		"clocks that disagree": {at, at.Add(-time.Second), 0},
		"at the same moment":   {at, at, 0},
		"no stage 1":           {time.Time{}, at, 0},
		"not published yet":    {at, time.Time{}, 0},
	} {
		a := ad.Ad{Steps: map[ad.Step]ad.StepTimes{
			ad.Stage1: {FinishedAt: tc.rendered}, ad.Publish: {StartedAt: tc.publishing},
		}}
		if got, known := queue.Rest(&a); got != tc.want || known != (tc.want > 0) {
			t.Errorf("%s: %v, %v; want %v", name, got, known, tc.want)
		}
	}
}

// shared reads one queue, or fails.
type shared struct {
	q   queue.Queue
	err error
}

func (s shared) Queue(context.Context) (queue.Queue, error) { return s.q, s.err }

// Only an ad that waits for the server has a position. A stall matters to nobody else.
func TestWhatAnOwnerIsTold(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	waiting := queue.Queue{
		Issued: 9, Head: 4, Gone: []int{6}, Render: 100 * time.Second, Renders: 9, Rest: 20 * time.Second, Rests: 9,
	}
	stalled, rendering := waiting, waiting
	stalled.Stalled = true
	rendering.Head, rendering.Stalled = 5, true
	rendering.InHand = []queue.InHand{{Ticket: 5, Taken: now.Add(-30 * time.Second), Began: now.Add(-30 * time.Second)}}
	done := map[ad.Step]ad.StepTimes{ad.Stage1: {FinishedAt: now.Add(-5 * time.Second)}}
	position := func(n int) *int { return &n }
	seconds := func(n int) *time.Duration { d := time.Duration(n) * time.Second; return &d }
	for name, tc := range map[string]struct {
		ad   ad.Ad
		q    queue.Queue
		want queue.Wait
	}{
		"in the queue": {
			ad.Ad{Status: ad.Running, Ticket: 8}, waiting, queue.Wait{Position: position(2), ETA: seconds(320)},
		},
		"next": {
			ad.Ad{Status: ad.Queued, Ticket: 5}, waiting, queue.Wait{Position: position(0), ETA: seconds(120)},
		},
		"without a ticket": {ad.Ad{Status: ad.Queued}, waiting, queue.Wait{ETA: seconds(120)}},
		"the server is stalled": {
			ad.Ad{Status: ad.Running, Ticket: 8}, stalled, queue.Wait{Position: position(2), Stalled: true},
		},
		"being rendered":         {ad.Ad{Status: ad.Running, Ticket: 5}, rendering, queue.Wait{ETA: seconds(90)}},
		"rendered":               {ad.Ad{Status: ad.Running, Ticket: 4, Steps: done}, stalled, queue.Wait{ETA: seconds(15)}},
		"finished, with a stall": {ad.Ad{Status: ad.Succeeded, Ticket: 4, Steps: done}, stalled, queue.Wait{}},
	} {
		o := queue.Outlook{Tickets: shared{q: tc.q}, Slots: 1, Now: func() time.Time { return now }}
		got, err := o.Wait(t.Context(), tc.ad)
		if d := cmp.Diff(tc.want, got); err != nil || d != "" {
			t.Errorf("%s: %v -want +got\n%s", name, err, d)
		}
	}
	down := fault.New(fault.StorageThrottled, nil)
	o := queue.Outlook{Tickets: shared{err: down}, Slots: 1, Now: time.Now}
	if _, err := o.Wait(t.Context(), ad.Ad{Status: ad.Running, Ticket: 8}); !fault.Has(err, fault.StorageThrottled) {
		t.Errorf("a queue that cannot be read: %v", err)
	}
}

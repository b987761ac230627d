package ad_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/nanococoa/nanococoa/internal/ad"
)

// While an ad waits its position never grows, whatever the others do: they
// begin in any order, leave, and more arrive.
func TestPositionNeverGrows(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		const mine = 20
		q := ad.Queue{Issued: 30}
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
	// One slot: 2 is drawn since four seconds, 3 waits at the server, 4 and 5 in
	// the line.
	q := ad.Queue{
		Issued: 5, Head: 3, Render: 10 * time.Second, Renders: 9, Rest: 3 * time.Second, Rests: 9,
		InHand: []ad.InHand{{Ticket: 2, Taken: ago(4 * time.Second), Began: ago(4 * time.Second)}, {Ticket: 3, Taken: ago(time.Second)}},
	}
	drawn := func(ago time.Duration) map[ad.Step]ad.StepTimes {
		return map[ad.Step]ad.StepTimes{ad.Stage1: {StartedAt: now.Add(-time.Minute), FinishedAt: now.Add(-ago)}}
	}
	for name, tc := range map[string]struct {
		ad    ad.Ad
		want  time.Duration // with one slot
		two   time.Duration // and with two
		known bool
	}{
		"being drawn":          {ad.Ad{Status: ad.Running, Ticket: 2}, 9 * time.Second, 9 * time.Second, true},
		"waits at the server":  {ad.Ad{Status: ad.Running, Ticket: 3}, 19 * time.Second, 13 * time.Second, true},
		"next in line":         {ad.Ad{Status: ad.Queued, Ticket: 4}, 29 * time.Second, 19 * time.Second, true},
		"one more ahead":       {ad.Ad{Status: ad.Running, Ticket: 5}, 39 * time.Second, 23 * time.Second, true},
		"drawn":                {ad.Ad{Status: ad.Running, Ticket: 1, Steps: drawn(time.Second)}, 2 * time.Second, 2 * time.Second, true},
		"drawn, and late":      {ad.Ad{Status: ad.Running, Ticket: 1, Steps: drawn(90 * time.Second)}, 0, 0, true},
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
	first := ad.Queue{}
	if got, known := first.ETA(&ad.Ad{Status: ad.Queued, Ticket: 1}, 1, now); got != ad.FirstRender+ad.FirstRest || !known {
		t.Errorf("before anything was measured: %v, %v", got, known)
	}
	q.Stalled = true
	if _, known := q.ETA(&ad.Ad{Status: ad.Queued, Ticket: 4}, 1, now); known {
		t.Error("a stalled queue has no end in sight")
	}
	if got, known := q.ETA(&ad.Ad{Status: ad.Running, Ticket: 2}, 1, now); got != 9*time.Second || !known {
		t.Errorf("what is being drawn goes on: %v, %v", got, known)
	}
}

func TestTakeAndRelease(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	at := func(s int) time.Time { return now.Add(time.Duration(s) * time.Second) }
	q := ad.Queue{Gone: []int{2}, Stalled: true}
	q.Take(1, 2, at(0))
	q.Take(3, 2, at(1))
	q.Take(4, 2, at(2))
	if q.Head != 4 || q.Stalled || !q.Drawing(1) || !q.Drawing(3) || q.Drawing(4) {
		t.Errorf("two slots: %+v", q)
	}
	q.Take(3, 2, at(5)) // its consumer died, and another has it
	if q.Drawing(4) || !q.Drawing(3) || len(q.InHand) != 3 {
		t.Errorf("given again: %+v", q)
	}
	q.Release(1, true, at(10))
	if q.Render != 10*time.Second || !q.Drawing(4) {
		t.Errorf("the first measurement is the average, the next has the slot: %+v", q)
	}
	q.Release(4, true, at(15))
	if q.Render != 7500*time.Millisecond || q.Renders != 2 {
		t.Errorf("10 and 5 seconds: %v", q.Render)
	}
	q.Release(3, false, at(16))
	q.Release(3, true, at(17))
	if q.Renders != 2 || len(q.InHand) != 0 {
		t.Errorf("what was not drawn is not measured: %+v", q)
	}
	q.Take(5, 1, at(20))
	q.Take(6, 1, at(20+361)) // the consumer of 5 is dead and its message comes again
	if q.Drawing(5) || !q.Drawing(6) {
		t.Errorf("nobody holds a slot for ever: %+v", q)
	}
}

// The first few count equally, then the past fades.
func TestAverage(t *testing.T) {
	t.Parallel()
	avg := time.Duration(0)
	for n, tc := range []struct{ measured, want time.Duration }{
		{20, 20}, {10, 15}, {15, 15}, {11, 14}, {14, 14}, {24, 16}, {16, 16}, {6, 14},
	} {
		if avg = ad.Average(avg, tc.measured, n); avg != tc.want {
			t.Errorf("after %d: %d, want %d", n+1, avg, tc.want)
		}
	}
}

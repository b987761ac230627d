package ad_test

import (
	"fmt"
	"math"
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
	q := ad.Queue{Issued: 5, Head: 2, Begun: []time.Time{now.Add(-4 * time.Second)}, Render: 10 * time.Second, Rest: 3 * time.Second}
	stage := func(started, finished time.Duration) map[ad.Stage]ad.StageTimes {
		st := ad.StageTimes{StartedAt: now.Add(-started)}
		if finished > 0 {
			st.FinishedAt = now.Add(-finished)
		}
		return map[ad.Stage]ad.StageTimes{ad.Stage1: st}
	}
	for name, tc := range map[string]struct {
		ad    ad.Ad
		want  time.Duration
		known bool
	}{
		"next in line":   {ad.Ad{Status: ad.Queued, Ticket: 3}, 6*time.Second + 10*time.Second + 3*time.Second, true},
		"two more ahead": {ad.Ad{Status: ad.Running, Ticket: 5}, 6*time.Second + 20*time.Second + 13*time.Second, true},
		"being rendered": {ad.Ad{Status: ad.Running, Stages: stage(4*time.Second, 0)}, 9 * time.Second, true},
		"rendered":       {ad.Ad{Status: ad.Running, Stages: stage(9*time.Second, time.Second)}, 2 * time.Second, true},
		"late":           {ad.Ad{Status: ad.Running, Stages: stage(99*time.Second, 90*time.Second)}, 0, true},
		"no photo yet":   {ad.Ad{Status: ad.AwaitingUpload}, 0, false},
		"finished":       {ad.Ad{Status: ad.Succeeded}, 0, false},
	} {
		if got, known := q.ETA(&tc.ad, 1, now); got != tc.want || known != tc.known {
			t.Errorf("%s: %v, %v; want %v, %v", name, got, known, tc.want, tc.known)
		}
	}
	q.Stalled = true
	if _, known := q.ETA(&ad.Ad{Status: ad.Queued, Ticket: 3}, 1, now); known {
		t.Error("a stalled queue has no end in sight")
	}
}

// simulation is the line, its server and a fake clock.
type simulation struct {
	slots, n  int
	render    time.Duration
	jitter    float64
	makespan  time.Duration
	wait      time.Duration // mean
	idle      float64       // share of slot time without work while ads waited
	positions int           // worst error
	eta       float64       // worst relative error, once there is something to tell from
}

// run lets n ads arrive at once, or spread by a gap, and serves them in order.
func (s *simulation) run(gap time.Duration) {
	start := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	free := make([]time.Time, s.slots)
	for i := range free {
		free[i] = start
	}
	type job struct{ arrives, begins, ends time.Time }
	jobs := make([]job, s.n)
	for i := range jobs {
		jobs[i].arrives = start.Add(time.Duration(i) * gap)
		slot := 0
		for k := range free {
			if free[k].Before(free[slot]) {
				slot = k
			}
		}
		// A repeatable spread of the times, around their mean.
		d := time.Duration(float64(s.render) * (1 + s.jitter*math.Sin(float64(i*7))))
		jobs[i].begins = free[slot]
		if jobs[i].arrives.After(free[slot]) {
			jobs[i].begins = jobs[i].arrives
		}
		jobs[i].ends = jobs[i].begins.Add(d)
		free[slot] = jobs[i].ends
		s.wait += jobs[i].begins.Sub(jobs[i].arrives) / time.Duration(s.n)
		s.makespan = max(s.makespan, jobs[i].ends.Sub(start))
	}
	s.idle = 1 - float64(s.n)*float64(s.render)/float64(s.slots)/float64(s.makespan)
	// What owners were told at the start of each rendering, against what came.
	for head, at := range jobs {
		q := ad.Queue{Issued: s.n, Head: head + 1, Render: s.render}
		for _, j := range jobs[max(0, head+1-ad.MaxSlots) : head+1] {
			q.Begun = append(q.Begun, j.begins)
		}
		ahead := 0
		for k := head + 1; k < s.n; k++ {
			if jobs[k].arrives.After(at.begins) {
				break
			}
			a := ad.Ad{Status: ad.Running, Ticket: k + 1}
			s.positions = max(s.positions, abs(q.Position(k+1)-ahead))
			ahead++
			told, _ := q.ETA(&a, s.slots, at.begins)
			if real := jobs[k].ends.Sub(at.begins); head >= s.slots { // every slot is at work
				s.eta = max(s.eta, math.Abs(float64(told-real))/float64(real))
			}
		}
	}
}

func abs(n int) int { return max(n, -n) }

// The capacity simulation: makespan against the bound ⌈n/c⌉·D, waiting against
// the same bound's mean, positions and expected times against what happened.
func TestCapacitySimulation(t *testing.T) {
	t.Parallel()
	for _, tc := range []simulation{
		{slots: 1, n: 20, render: 120 * time.Second}, {slots: 1, n: 20, render: 120 * time.Second, jitter: .2},
		{slots: 2, n: 20, render: 120 * time.Second, jitter: .2}, {slots: 4, n: 100, render: 15 * time.Second, jitter: .2},
	} {
		t.Run(fmt.Sprintf("%d ads on %d slots, times vary by %.0f%%", tc.n, tc.slots, tc.jitter*100), func(t *testing.T) {
			s := tc
			s.run(0)
			bound := time.Duration((s.n+s.slots-1)/s.slots) * s.render
			// All at once, ad i begins after ⌊i/c⌋ renderings.
			var mean time.Duration
			for i := range s.n {
				mean += time.Duration(i/s.slots) * s.render / time.Duration(s.n)
			}
			t.Logf("makespan %v, bound %v (%.2f); mean wait %v, bound %v; idle %.0f%%; position ±%d; ETA ±%.0f%%",
				s.makespan.Round(time.Second), bound, float64(s.makespan)/float64(bound), s.wait.Round(time.Second), mean.Round(time.Second), s.idle*100, s.positions, s.eta*100)
			if float64(s.makespan) > 1.1*float64(bound) || math.Abs(float64(s.wait-mean)) > .15*float64(mean) {
				t.Error("longer than the bound allows")
			}
			if s.positions > 1 || s.eta > .3 {
				t.Error("owners are told something else than what comes")
			}
		})
	}
	// A steady stream below capacity hardly waits: M/D/c with even arrivals is 0.
	s := simulation{slots: 2, n: 50, render: 100 * time.Second}
	if s.run(51 * time.Second); s.wait != 0 {
		t.Errorf("below capacity ads wait %v", s.wait)
	}
}

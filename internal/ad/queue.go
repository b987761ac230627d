package ad

import (
	"slices"
	"time"
)

// Queue is the line before the GPU server as everybody may read it. Tickets are
// whole numbers in the order of arrival; the server takes them in that order, to
// within its slots.
type Queue struct {
	Issued int   // the last ticket given out
	Head   int   // the largest ticket whose rendering has begun
	Gone   []int // tickets beyond Head that left without being rendered

	Begun   []time.Time   // when the last renderings began, oldest first, at most MaxSlots
	Stalled bool          // the server took nothing at the last try
	Render  time.Duration // moving average of stage 1
	Rest    time.Duration // moving average from the end of stage 1 to the finished ad
}

// The times assumed before any was measured: the replaced system needed two and
// a half minutes an ad, nearly all of it in stage 1.
const (
	FirstRender = 120 * time.Second
	FirstRest   = 30 * time.Second
)

// MaxSlots is the most renderings at once that expected times are right for.
const MaxSlots = 8

// averageShare is the weight of a new measurement in the moving averages: the
// last ten ads or so count, so a change of model or machine shows within one
// queue's length.
const averageShare = 5 // one fifth

// Average moves an average towards a new measurement.
func Average(old, measured time.Duration) time.Duration {
	return old + (measured-old)/averageShare
}

// Position is how many ads are rendered before the one with this ticket: 0 for
// the next one and for one whose turn has come. While an ad waits, its position
// never grows: Head only grows, and Gone only loses what Head has passed.
func (q Queue) Position(ticket int) int {
	ahead := ticket - q.Head - 1
	for _, g := range q.Gone {
		if g > q.Head && g < ticket {
			ahead--
		}
	}
	return max(ahead, 0)
}

// ETA is the expected time from now until an ad is finished, and whether it can
// be told: a stalled queue has no end in sight.
//
// Each of a server's c slots becomes free D after its last rendering began; the
// ads that wait take the slots in that order, again and again.
func (q Queue) ETA(a *Ad, slots int, now time.Time) (time.Duration, bool) {
	if a.Status.Done() || a.Status == AwaitingUpload {
		return 0, false
	}
	if a.Has(Stage1) {
		return max(q.Rest-now.Sub(a.Stages[Stage1].FinishedAt), 0), true
	}
	if t, begun := a.Stages[Stage1]; begun {
		return max(q.Render-now.Sub(t.StartedAt), 0) + q.Rest, true
	}
	if q.Stalled {
		return 0, false
	}
	turns, round := q.turns(slots, now), q.Position(a.Ticket)
	turn := turns[round%len(turns)].Add(time.Duration(round/len(turns)) * q.Render)
	return turn.Sub(now) + q.Render + q.Rest, true
}

// turns gives when each slot becomes free, the next one first.
func (q Queue) turns(slots int, now time.Time) []time.Time {
	free := make([]time.Time, min(max(slots, 1), MaxSlots))
	for i := range free {
		free[i] = now
		if k := len(q.Begun) - 1 - i; k >= 0 {
			if end := q.Begun[k].Add(q.Render); end.After(now) {
				free[i] = end
			}
		}
	}
	slices.SortFunc(free, time.Time.Compare)
	return free
}

// Passed gives the tickets of Gone that Head has passed: they tell nothing any
// more.
func (q Queue) Passed() []int {
	var out []int
	for _, g := range q.Gone {
		if g <= q.Head {
			out = append(out, g)
		}
	}
	slices.Sort(out)
	return out
}

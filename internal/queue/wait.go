package queue

import (
	"context"
	"slices"
	"time"

	"github.com/nanococoa/nanococoa/internal/ad"
)

// The times assumed before any was measured: the original system needed two and a half
// minutes an ad, nearly all of it in stage 1.
const (
	FirstRender = 120 * time.Second
	FirstRest   = 30 * time.Second
)

// Wait is what an owner is told about an ad that is not finished.
type Wait struct {
	Position *int           // see Queue.Position; nil when the ad does not wait for the server
	ETA      *time.Duration // expected time until the ad is finished, at least 0; nil when unknown
	Stalled  bool           // the ad waits for the server, and the server takes nothing now
}

// Wait tells what an ad waits for now, before a server with so many slots.
func (q *Queue) Wait(a *ad.Ad, slots int, now time.Time) Wait {
	var w Wait
	if eta, known := q.ETA(a, slots, now); known {
		w.ETA = &eta
	}
	if a.Ticket == 0 || a.Has(ad.Stage1) || q.Rendering(a.Ticket) {
		return w
	}
	position := q.Position(a.Ticket)
	w.Position, w.Stalled = &position, q.Stalled
	return w
}

// Outlook tells owners what their ads wait for.
type Outlook struct {
	Tickets Reader
	Slots   int // pictures the GPU server makes at a time
	Now     func() time.Time
}

// Reader reads the queue; see adstore.Store for the faults.
type Reader interface {
	Queue(ctx context.Context) (Queue, error)
}

// Wait reads the queue and tells what an ad waits for now. Faults: the reader's.
func (o Outlook) Wait(ctx context.Context, a ad.Ad) (Wait, error) {
	q, err := o.Tickets.Queue(ctx)
	if err != nil {
		return Wait{}, err
	}
	return q.Wait(&a, o.Slots, o.Now()), nil
}

// Rest gives how long an ad that is about to be published took from the end of stage 1,
// and whether that is known: the clocks of two steps may disagree.
func Rest(a *ad.Ad) (rest time.Duration, known bool) {
	rendered, publishing := a.Steps[ad.Stage1].FinishedAt, a.Steps[ad.Publish].StartedAt
	if rendered.IsZero() || !publishing.After(rendered) {
		return 0, false
	}
	return publishing.Sub(rendered), true
}

// ETA is the expected time from now until an ad is finished, and whether it is known: a
// stalled server may take the next ad at any time or in hours.
//
// Each slot becomes free one average rendering after its last one began. The ads that
// wait, first at the server and then in the queue, get the free slots in that order, one
// round after the other.
func (q *Queue) ETA(a *ad.Ad, slots int, now time.Time) (eta time.Duration, known bool) {
	if a.Status.Done() || a.Status == ad.AwaitingUpload {
		return 0, false
	}
	render, rest := q.Render, q.Rest
	if q.Renders == 0 {
		render = FirstRender
	}
	if q.Rests == 0 {
		rest = FirstRest
	}
	if a.Has(ad.Stage1) {
		return max(rest-now.Sub(a.Steps[ad.Stage1].FinishedAt), 0), true
	}
	if i := q.held(a.Ticket); i >= 0 && !q.InHand[i].Began.IsZero() {
		return max(render-now.Sub(q.InHand[i].Began), 0) + rest, true
	}
	if q.Stalled {
		return 0, false
	}
	free, before := q.free(render, slots, now), q.before(a.Ticket)
	begins := free[before%len(free)].Add(time.Duration(before/len(free)) * render)
	return begins.Sub(now) + render + rest, true
}

// before is how many ads get a slot before this one, of those that wait at the server
// and in the queue.
func (q *Queue) before(ticket int) int {
	waiting := 0
	for _, h := range q.InHand {
		if h.Ticket == ticket {
			return waiting
		}
		if h.Began.IsZero() {
			waiting++
		}
	}
	return waiting + q.Position(ticket)
}

// free gives when each slot becomes free, the next one first.
func (q *Queue) free(render time.Duration, slots int, now time.Time) []time.Time {
	free := make([]time.Time, 0, max(slots, 1))
	for _, h := range q.InHand {
		if !h.Began.IsZero() && now.Sub(h.Taken) <= MaxHold && len(free) < cap(free) {
			end := h.Began.Add(render)
			if end.Before(now) {
				end = now // late: it may end at any moment
			}
			free = append(free, end)
		}
	}
	for len(free) < cap(free) {
		free = append(free, now)
	}
	slices.SortFunc(free, time.Time.Compare)
	return free
}

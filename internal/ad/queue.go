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
	Head   int   // the largest ticket the server was given
	Gone   []int // tickets beyond Head that left before the server was given them

	InHand  []InHand      // what the server has now, in the order it was given
	Stalled bool          // the server took nothing at the last try
	Render  time.Duration // moving average of stage 1
	Renders int           // how many it is made of
	Rest    time.Duration // moving average from the end of stage 1 to the finished ad
	Rests   int           // how many it is made of
}

// InHand is an ad that the server has. It is given one more than it has slots,
// so that no slot waits for the next photo.
type InHand struct {
	Ticket int
	Taken  time.Time
	Began  time.Time // when its rendering began; zero while it waits for a slot there
}

// The times assumed before any was measured: the replaced system needed two and
// a half minutes an ad, nearly all of it in stage 1.
const (
	FirstRender = 120 * time.Second
	FirstRest   = 30 * time.Second
)

// maxHold is how long an ad can be in hand: the visibility timeout of the stage 1
// queue (template.yaml), after which its consumer is dead and another has it.
const maxHold = 360 * time.Second

// averageOf bounds how much of the past an average holds: the last ten ads or so
// count, so a change of model or machine shows within one queue's length.
const averageOf = 5

// Average moves an average of n measurements towards a new one. The first few
// count equally, so that one slow ad at the start is soon forgotten.
func Average(old, measured time.Duration, n int) time.Duration {
	return old + (measured-old)/time.Duration(min(n+1, averageOf))
}

// Take gives a ticket to the server, which renders slots at once. A ticket that
// is given again, because its consumer died, begins anew.
func (q *Queue) Take(ticket, slots int, now time.Time) {
	held := make([]InHand, 0, len(q.InHand)+1)
	drawing := 0
	for _, h := range q.InHand {
		if h.Ticket == ticket || now.Sub(h.Taken) > maxHold {
			continue
		}
		if !h.Began.IsZero() {
			drawing++
		}
		held = append(held, h)
	}
	mine := InHand{Ticket: ticket, Taken: now}
	if drawing < slots {
		mine.Began = now
	}
	held = append(held, mine)
	q.InHand = held
	q.Head = max(q.Head, ticket)
	q.Stalled = false
}

// Release takes a ticket back from the server, drawn or not; the next one that
// waits there gets its slot. A rendering that was carried out is measured.
func (q *Queue) Release(ticket int, drawn bool, now time.Time) {
	i := q.held(ticket)
	if i < 0 {
		return
	}
	began := q.InHand[i].Began
	q.InHand = slices.Concat(q.InHand[:i], q.InHand[i+1:])
	if began.IsZero() {
		return
	}
	if drawn {
		q.Render = Average(q.Render, now.Sub(began), q.Renders)
		q.Renders++
	}
	for k := range q.InHand {
		if q.InHand[k].Began.IsZero() {
			q.InHand[k].Began = now
			return
		}
	}
}

func (q *Queue) held(ticket int) int {
	return slices.IndexFunc(q.InHand, func(h InHand) bool { return h.Ticket == ticket })
}

// Drawing reports whether the picture of a ticket is being made.
func (q *Queue) Drawing(ticket int) bool {
	i := q.held(ticket)
	return i >= 0 && !q.InHand[i].Began.IsZero()
}

// Position is how many ads are given to the server before the one with this
// ticket: 0 for the next one and for one whose turn has come. While an ad waits,
// its position never grows: Head only grows, and Gone only loses what Head has
// passed.
func (q *Queue) Position(ticket int) int {
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
// Each slot becomes free one average rendering after its last one began; the ads
// that wait, first at the server and then in the line, take the slots in that
// order, again and again.
func (q *Queue) ETA(a *Ad, slots int, now time.Time) (time.Duration, bool) {
	if a.Status.Done() || a.Status == AwaitingUpload {
		return 0, false
	}
	render, rest := q.Render, q.Rest
	if q.Renders == 0 {
		render = FirstRender
	}
	if q.Rests == 0 {
		rest = FirstRest
	}
	if a.Has(Stage1) {
		return max(rest-now.Sub(a.Steps[Stage1].FinishedAt), 0), true
	}
	if i := q.held(a.Ticket); i >= 0 && !q.InHand[i].Began.IsZero() {
		return max(render-now.Sub(q.InHand[i].Began), 0) + rest, true
	}
	if q.Stalled {
		return 0, false
	}
	turns, round := q.turns(render, slots, now), q.before(a.Ticket)
	turn := turns[round%len(turns)].Add(time.Duration(round/len(turns)) * render)
	return turn.Sub(now) + render + rest, true
}

// before is how many ads get a slot before this one, of those that wait at the
// server and in the line.
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

// turns gives when each slot becomes free, the next one first.
func (q *Queue) turns(render time.Duration, slots int, now time.Time) []time.Time {
	free := make([]time.Time, 0, max(slots, 1))
	for _, h := range q.InHand {
		if !h.Began.IsZero() && now.Sub(h.Taken) <= maxHold && len(free) < cap(free) {
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

// Passed gives the tickets of Gone that Head has passed: they tell nothing any
// more.
func (q *Queue) Passed() []int {
	var out []int
	for _, g := range q.Gone {
		if g <= q.Head {
			out = append(out, g)
		}
	}
	slices.Sort(out)
	return out
}

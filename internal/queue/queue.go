// Package queue is the queue before the GPU server, which makes a few pictures at a
// time: the ads that wait for stage 1, first come, first served. It holds all that an
// ad waits for: its ticket and position (queue.go), the times an owner is told
// (wait.go), and what is done with an ad whose turn has come (consumer.go).
//
// The state machine sends a message for every stage 1, with a task token, and waits.
// The consumer takes the messages in the order they came, renders, and reports with
// the token. So the server is given no more than it can take, and an ad waits without
// costing anything. A server that is down for half an hour uses up no attempt: the
// messages are put back, and are consumed when it is there again.
//
// The package knows neither SQS nor Step Functions nor the table: internal/taskqueue
// and internal/adstore do.
package queue

import (
	"slices"
	"time"
)

// Queue is what everybody may know of the queue. Tickets are whole numbers in the order
// of arrival; the server is given them in that order, or out of it by at most as many
// places as it has slots.
type Queue struct {
	Issued int   // the last ticket that was issued
	Head   int   // the largest ticket the server was given
	Gone   []int // tickets beyond Head that left before the server was given them

	InHand  []InHand      // what the server has now, in the order it was given
	Stalled bool          // the server took nothing at the last try
	Render  time.Duration // moving average of a rendering
	Renders int           // how many renderings it is made of
	Rest    time.Duration // moving average from the end of stage 1 to the published ad
	Rests   int           // how many ads it is made of
}

// InHand is an ad that the server has. The server is given one ad more than it has
// slots, so that no slot waits for the next photo.
type InHand struct {
	Ticket int
	Taken  time.Time
	Began  time.Time // when its rendering began; zero while it waits for a slot there
}

// MaxHold is how long an ad can be in hand: the timeout of Stage1Function (template.yaml)
// and the lease of its message (internal/taskqueue). After that its consumer is dead and
// another one has the message.
const MaxHold = 355 * time.Second

// averageOf bounds how much of the past an average holds: the last ten ads or so count.
// So a change of model or machine shows after about ten ads.
const averageOf = 5

// average moves an average of n measurements towards a new one. The first few count
// equally, so that one slow ad at the start is soon forgotten.
func average(old, measured time.Duration, n int) time.Duration {
	return old + (measured-old)/time.Duration(min(n+1, averageOf))
}

// Take gives a ticket to the server, which renders slots pictures at a time. A ticket
// that is given again, because its consumer died, begins anew.
func (q *Queue) Take(ticket, slots int, now time.Time) {
	held := make([]InHand, 0, len(q.InHand)+1)
	rendering := 0
	for _, h := range q.InHand {
		if h.Ticket == ticket || now.Sub(h.Taken) > MaxHold {
			continue
		}
		if !h.Began.IsZero() {
			rendering++
		}
		held = append(held, h)
	}
	mine := InHand{Ticket: ticket, Taken: now}
	if rendering < slots {
		mine.Began = now
	}
	held = append(held, mine)
	q.InHand = held
	q.Head = max(q.Head, ticket)
	q.Stalled = false
}

// Release takes a ticket back from the server; the next one that waits there gets its
// slot. The time is measured when the ad was rendered.
func (q *Queue) Release(ticket int, rendered bool, now time.Time) {
	i := q.held(ticket)
	if i < 0 {
		return
	}
	began := q.InHand[i].Began
	q.InHand = slices.Concat(q.InHand[:i], q.InHand[i+1:])
	if began.IsZero() {
		return
	}
	if rendered {
		q.Render = average(q.Render, now.Sub(began), q.Renders)
		q.Renders++
	}
	for k := range q.InHand {
		if q.InHand[k].Began.IsZero() {
			q.InHand[k].Began = now
			return
		}
	}
}

// held gives where in InHand a ticket is, -1 when it is not there.
func (q *Queue) held(ticket int) int {
	return slices.IndexFunc(q.InHand, func(h InHand) bool { return h.Ticket == ticket })
}

// Rendering reports whether the picture of a ticket is being made.
func (q *Queue) Rendering(ticket int) bool {
	i := q.held(ticket)
	return i >= 0 && !q.InHand[i].Began.IsZero()
}

// Position is how many ads are given to the server before the one with this ticket: 0
// for the next one and for one that was given already. While an ad waits its position
// never grows: Head only grows, and Gone loses only what Head has passed.
func (q *Queue) Position(ticket int) int {
	ahead := ticket - q.Head - 1
	for _, g := range q.Gone {
		if g > q.Head && g < ticket {
			ahead--
		}
	}
	return max(ahead, 0)
}

// Passed gives the tickets of Gone that Head has passed, in order: they tell nothing
// any more.
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

// MeasureRest moves the average of what follows stage 1 towards one ad's time.
func (q *Queue) MeasureRest(rest time.Duration) {
	q.Rest = average(q.Rest, rest, q.Rests)
	q.Rests++
}

// Package jobs decides when a job of the GPU server runs, and how often: a
// bounded queue in front of a few slots, and a runner that gives every
// Idempotency-Key one result however often it is asked for.
package jobs

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/retryafter"
)

// Class says how urgent a job is. A lower class runs first.
type Class int

// The classes. What finishes an ad comes before what begins one: an ad that is
// nearly done must not wait behind many that have just arrived, and finishing
// is quick.
const (
	Finishing Class = iota // stage 2 and score
	Starting               // stage 1
	classes
)

// String is the class's name in metrics and logs.
func (c Class) String() string {
	if c == Finishing {
		return "finishing"
	}
	return "starting"
}

// firstGuess is how long a job is taken to last before one was measured: what
// the stand-in engine needs for 1024² on two cores, rounded up.
const firstGuess = 2 * time.Second

// weight is the share of the newest duration in the moving average: about the
// last eight jobs count, so that a change of load shows within minutes.
const weight = 0.2

// Queue gives out slots. Within a class it is first come, first served. It is
// safe for concurrent use.
type Queue struct {
	slots, limit int

	mu       sync.Mutex
	waiting  [classes][]*waiter
	running  map[*waiter]struct{}
	average  [classes]time.Duration
	draining bool
	idle     chan struct{} // closed when draining and nothing runs
}

// waiter is one job's place. granted is closed when it has a slot or is turned
// away, in which case refused says why.
type waiter struct {
	class   Class
	granted chan struct{}
	refused error
	began   time.Time
}

// NewQueue makes a queue of slots ≥ 1 jobs that run at a time and limit ≥ 0 jobs
// of each class that may wait. The classes have separate room so that many
// new ads cannot turn away one that is nearly done.
func NewQueue(slots, limit int) *Queue {
	return &Queue{
		slots: slots, limit: limit,
		running: map[*waiter]struct{}{},
		average: [classes]time.Duration{firstGuess, firstGuess},
		idle:    make(chan struct{}),
	}
}

// Enter waits for a slot. The caller must call leave exactly once when the job
// is over; done says whether it ran to its end, for only those durations count.
// Faults: GPU.Busy with RetryAfter when no more may wait, GPU.Unavailable with
// RetryAfter when the queue drains; else ctx's own error.
func (q *Queue) Enter(ctx context.Context, c Class) (leave func(done bool), err error) {
	t := &waiter{class: c, granted: make(chan struct{})}
	q.mu.Lock()
	switch {
	case ctx.Err() != nil:
		q.mu.Unlock()
		return nil, context.Cause(ctx)
	case q.draining:
		err := q.drainingFault()
		q.mu.Unlock()
		return nil, err
	case len(q.running) < q.slots:
		q.grant(t)
	case len(q.waiting[c]) >= q.limit:
		f := fault.Newf(fault.GPUBusy, "%d running, %d of this class waiting", len(q.running), len(q.waiting[c]))
		f.RetryAfter = roundUp(q.eta(c))
		q.mu.Unlock()
		return nil, f
	default:
		q.waiting[c] = append(q.waiting[c], t)
	}
	q.mu.Unlock()

	select {
	case <-t.granted:
	case <-ctx.Done():
		if q.withdraw(t) {
			return nil, context.Cause(ctx)
		}
		<-t.granted // the slot came at the same moment; the job will see ctx itself
	}
	if t.refused != nil {
		return nil, t.refused
	}
	var once sync.Once
	return func(done bool) { once.Do(func() { q.leave(t, done) }) }, nil
}

// grant puts the waiter into a slot. q.mu is held.
func (q *Queue) grant(t *waiter) {
	t.began = time.Now()
	q.running[t] = struct{}{}
	close(t.granted)
}

// withdraw takes a waiter out of the queue; false when it no longer waits.
func (q *Queue) withdraw(t *waiter) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	i := slices.Index(q.waiting[t.class], t)
	if i < 0 {
		return false
	}
	q.waiting[t.class] = slices.Delete(q.waiting[t.class], i, i+1)
	return true
}

func (q *Queue) leave(t *waiter, done bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	delete(q.running, t)
	if done {
		took := time.Since(t.began)
		q.average[t.class] += time.Duration(weight * float64(took-q.average[t.class]))
	}
	for c := range q.waiting {
		if len(q.waiting[c]) > 0 {
			next := q.waiting[c][0]
			q.waiting[c] = slices.Delete(q.waiting[c], 0, 1)
			q.grant(next)
			break
		}
	}
	if q.draining && len(q.running) == 0 {
		close(q.idle)
	}
}

// eta estimates when a job of class c that came now would begin: everything
// that goes before it, at the measured average, shared by the slots. q.mu is
// held.
func (q *Queue) eta(c Class) time.Duration {
	if len(q.running) < q.slots {
		return 0
	}
	var ahead time.Duration
	for t := range q.running {
		ahead += max(q.average[t.class]-time.Since(t.began), 0)
	}
	for k := range c + 1 {
		ahead += time.Duration(len(q.waiting[k])) * q.average[k]
	}
	return ahead / time.Duration(q.slots)
}

// roundUp gives whole seconds, at least one: Retry-After has no smaller unit.
func roundUp(d time.Duration) time.Duration {
	return max(time.Duration(retryafter.Seconds(d))*time.Second, time.Second)
}

// drainingRetry is what a caller is told while the server goes down: about what
// another takes to be up and in the load balancer's rotation.
const drainingRetry = 10 * time.Second

func (q *Queue) drainingFault() error {
	f := fault.Newf(fault.GPUUnavailable, "draining")
	f.RetryAfter = drainingRetry
	return f
}

// Drain turns away everything that waits and everything that comes from now on,
// and waits until what runs is over or ctx ends. It may be called once.
func (q *Queue) Drain(ctx context.Context) error {
	q.mu.Lock()
	q.draining = true
	for c := range q.waiting {
		for _, t := range q.waiting[c] {
			t.refused = q.drainingFault()
			close(t.granted)
		}
		q.waiting[c] = nil
	}
	if len(q.running) == 0 {
		close(q.idle)
	}
	q.mu.Unlock()
	select {
	case <-q.idle:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// State is what the queue does at one moment.
type State struct {
	Slots, Busy, Queued, Limit int
	Draining                   bool
	ETA                        time.Duration // until a Starting job sent now would begin
}

// State reports the moment.
func (q *Queue) State() State {
	q.mu.Lock()
	defer q.mu.Unlock()
	s := State{Slots: q.slots, Busy: len(q.running), Limit: q.limit, Draining: q.draining, ETA: q.eta(Starting)}
	for c := range q.waiting {
		s.Queued += len(q.waiting[c])
	}
	return s
}

package jobs

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/nanococoa/nanococoa/internal/fault"
)

// Record is what a ledger remembers of a key.
type Record struct {
	Fingerprint string // of the content the key was first used with
	Answer      []byte // nil until the job has finished
}

// Ledger remembers keys over restarts. Implementations are safe for concurrent
// use; what Bind and Store report as done survives a crash.
type Ledger interface {
	// Lookup gives what is remembered of a key that has not expired.
	Lookup(key string) (Record, bool)
	// Bind ties a key to the content it came with, before the job begins.
	Bind(key, fingerprint string) error
	// Store keeps a finished result.
	Store(key, fingerprint string, r Result) error
}

// Result is what a job made.
type Result struct {
	Answer []byte // handed to every caller of the key as it is
	Image  string // id of the picture the answer refers to, or empty; without it the answer is worthless
}

// Job is one piece of work.
type Job struct {
	Key         string // Idempotency-Key; empty: the job belongs to this caller alone
	Fingerprint string // of the content; required with a key
	Class       Class
	Deadline    time.Time // when the caller gives up
	// Work does the job. queued is how long it waited for its slot. It looks at
	// ctx between its steps.
	Work func(ctx context.Context, queued time.Duration) (Result, error)
	// Free is called once, when Work will not be called any more, whatever
	// became of the job. It may be nil.
	Free func()
}

func (j Job) free() {
	if j.Free != nil {
		j.Free()
	}
}

// Outcome is a finished job.
type Outcome struct {
	Answer   []byte
	Replayed bool // from the ledger
	Joined   bool // from a job that another caller had begun
}

// ErrNotKept marks a report about a finished result that could not be written to
// the ledger: its callers have got it, a later one will not.
var ErrNotKept = errors.New("a finished result could not be kept")

// ErrUnheard marks a report about a job that failed when all its callers had
// gone.
var ErrUnheard = errors.New("a job failed and nobody was left to be told")

// Runner runs jobs: with a key, once. It is safe for concurrent use.
type Runner struct {
	queue  *Queue
	ledger Ledger
	report func(error)
	base   context.Context
	abort  context.CancelCauseFunc

	mu      sync.Mutex
	flights map[string]*flight
}

// flight is a keyed job on its way. It outlives the caller who began it.
type flight struct {
	fingerprint string
	done        chan struct{}
	result      Result
	err         error

	cancel context.CancelCauseFunc
	timer  *time.Timer

	// Guarded by Runner.mu:
	until   time.Time // the latest deadline of those who asked
	callers int       // those who still wait
}

// NewRunner makes a runner. report is told what no caller hears: ErrNotKept and
// ErrUnheard.
func NewRunner(q *Queue, l Ledger, report func(error)) *Runner {
	base, abort := context.WithCancelCause(context.Background())
	return &Runner{queue: q, ledger: l, report: report, base: base, abort: abort, flights: map[string]*flight{}}
}

// Abort ends everything that still runs, with a retryable fault.
func (r *Runner) Abort() { r.abort(fault.Newf(fault.GPUUnavailable, "aborted by shutdown")) }

// Do runs a job and waits for its result.
//
// Without a key the job ends when ctx does. With one, a finished result is given
// again, a job on its way is joined, and a caller who goes away stops nothing:
// the job ends only when the last deadline of all who asked has passed.
//
// Faults: Request.Conflict when the key came with other content before,
// GPU.Busy, GPU.Unavailable (draining, or the deadline passed), Internal when
// the work panicked, and Work's own.
func (r *Runner) Do(ctx context.Context, j Job) (Outcome, error) {
	if j.Key == "" {
		defer j.free()
		ctx, cancel := context.WithCancelCause(ctx)
		defer cancel(nil)
		defer context.AfterFunc(r.base, func() { cancel(context.Cause(r.base)) })()
		ctx, free := context.WithDeadlineCause(ctx, j.Deadline, tooLate())
		defer free()
		res, err := r.run(ctx, j)
		if err != nil {
			return Outcome{}, err
		}
		return Outcome{Answer: res.Answer}, nil
	}

	f, joined, answer, err := r.attach(j)
	if f == nil || joined {
		j.free() // no flight of this job's own will do it
	}
	switch {
	case err != nil:
		return Outcome{}, err
	case answer != nil:
		return Outcome{Answer: answer, Replayed: true}, nil
	}
	wait, cancel := context.WithDeadlineCause(ctx, j.Deadline, tooLate())
	defer cancel()
	select {
	case <-f.done:
	case <-wait.Done():
		if r.leave(f) {
			return Outcome{}, ended(wait)
		}
	}
	if f.err != nil {
		return Outcome{}, f.err
	}
	return Outcome{Answer: f.result.Answer, Joined: joined}, nil
}

// leave takes a caller off a flight; false when the flight is over, so that its
// result is there after all.
func (r *Runner) leave(f *flight) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	select {
	case <-f.done:
		return false
	default:
		f.callers--
		return true
	}
}

// attach finds the stored answer of the job's key, joins its flight, or begins
// one.
func (r *Runner) attach(j Job) (f *flight, joined bool, answer []byte, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	conflict := fault.Newf(fault.RequestConflict, "the key came with other content before")
	if f, ok := r.flights[j.Key]; ok {
		if f.fingerprint != j.Fingerprint {
			return nil, false, nil, conflict
		}
		if j.Deadline.After(f.until) {
			f.until = j.Deadline
			f.timer.Reset(time.Until(j.Deadline))
		}
		f.callers++
		return f, true, nil, nil
	}
	if rec, ok := r.ledger.Lookup(j.Key); ok {
		if rec.Fingerprint != j.Fingerprint {
			return nil, false, nil, conflict
		}
		if rec.Answer != nil {
			return nil, false, rec.Answer, nil
		}
	}
	ctx, cancel := context.WithCancelCause(r.base)
	f = &flight{fingerprint: j.Fingerprint, done: make(chan struct{}), cancel: cancel, until: j.Deadline, callers: 1}
	f.timer = time.AfterFunc(time.Until(j.Deadline), func() { cancel(tooLate()) })
	r.flights[j.Key] = f
	go r.runFlight(ctx, j, f)
	return f, false, nil, nil
}

// runFlight runs a keyed job to its end. The flight leaves r.flights only after
// the ledger has the result, so no caller can come between the two.
func (r *Runner) runFlight(ctx context.Context, j Job, f *flight) {
	f.result, f.err = r.run(ctx, j)
	j.free()
	f.timer.Stop()
	f.cancel(nil)
	r.mu.Lock()
	delete(r.flights, j.Key)
	close(f.done)
	unheard := f.err != nil && f.callers == 0
	r.mu.Unlock()
	if unheard {
		r.report(fmt.Errorf("%w: %s: %w", ErrUnheard, j.Key, f.err))
	}
}

// run waits for a slot and does the work in it. With a key, the key is bound
// before the work and the result stored before the slot is given back: draining
// waits for slots, so what was finished is on disk when the process ends.
func (r *Runner) run(ctx context.Context, j Job) (res Result, err error) {
	asked := time.Now()
	leave, err := r.queue.Enter(ctx, j.Class)
	if err != nil {
		return Result{}, translate(ctx, err)
	}
	defer func() { leave(err == nil) }()
	if j.Key != "" {
		if err := r.ledger.Bind(j.Key, j.Fingerprint); err != nil {
			// A server that cannot write cannot keep its promise not to render
			// twice, so it does not begin.
			return Result{}, fault.New(fault.GPUUnavailable, fmt.Errorf("bind key: %w", err))
		}
	}
	if ctx.Err() != nil {
		return Result{}, ended(ctx)
	}
	if res, err = work(ctx, j, time.Since(asked)); err != nil {
		return Result{}, translate(ctx, err)
	}
	if j.Key != "" {
		if err := r.ledger.Store(j.Key, j.Fingerprint, res); err != nil {
			r.report(fmt.Errorf("%w: %s: %w", ErrNotKept, j.Key, err))
		}
	}
	return res, nil
}

// work calls the job's function and turns a panic into a fault: one bad photo
// must not take the server down with everybody else's work.
func work(ctx context.Context, j Job, queued time.Duration) (res Result, err error) {
	err = fault.Guard(func() (err error) { res, err = j.Work(ctx, queued); return err })
	return res, err
}

// translate gives the fault for an error of work under ctx: when ctx has ended,
// that is the reason, whatever the work made of it.
func translate(ctx context.Context, err error) error {
	var f *fault.Fault
	because := errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
	if ctx.Err() != nil && (because || !errors.As(err, &f)) {
		return ended(ctx)
	}
	return err
}

// ended is the fault of a context that is over.
func ended(ctx context.Context) error {
	var f *fault.Fault
	if cause := context.Cause(ctx); errors.As(cause, &f) {
		return f
	}
	return fault.New(fault.GPUUnavailable, context.Cause(ctx))
}

// tooLate says that the caller's time is over. It is a deadline, so that code
// which looks for one finds it.
func tooLate() error {
	f := fault.New(fault.GPUUnavailable, fmt.Errorf("the request's time is over: %w", context.DeadlineExceeded))
	f.RetryAfter = time.Second
	return f
}

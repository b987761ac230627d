package jobs_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nanococoa/nanococoa/aiserver/jobs"
	"github.com/nanococoa/nanococoa/internal/fault"
)

// memory is a ledger that forgets nothing and can be told to fail.
type memory struct {
	mu         sync.Mutex
	records    map[string]jobs.Record
	bindError  error
	storeError error
}

func newMemory() *memory { return &memory{records: map[string]jobs.Record{}} }

func (m *memory) Lookup(key string) (jobs.Record, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r, ok := m.records[key]
	return r, ok
}

func (m *memory) Bind(key, fp string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.bindError != nil {
		return m.bindError
	}
	if r, ok := m.records[key]; ok && r.Fingerprint != fp {
		panic("a key was bound to other content: the runner must have refused it")
	}
	m.records[key] = jobs.Record{Fingerprint: fp}
	return nil
}

func (m *memory) Store(key, fp string, r jobs.Result) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.storeError != nil {
		return m.storeError
	}
	m.records[key] = jobs.Record{Fingerprint: fp, Answer: r.Answer}
	return nil
}

// bench is a runner with what a test wants to know of it.
type bench struct {
	*jobs.Runner
	queue  *jobs.Queue
	ledger *memory
	lost   atomic.Int64 // results the ledger did not take
	mute   atomic.Int64 // failures nobody heard
	worked atomic.Int64
	freed  atomic.Int64
}

func newBench(slots, limit int) *bench {
	b := &bench{queue: jobs.NewQueue(slots, limit), ledger: newMemory()}
	b.Runner = jobs.NewRunner(b.queue, b.ledger, func(err error) {
		switch {
		case errors.Is(err, jobs.ErrNotKept):
			b.lost.Add(1)
		case errors.Is(err, jobs.ErrUnheard):
			b.mute.Add(1)
		default:
			panic(err)
		}
	})
	return b
}

// job lasts as long as given, unless its context ends before.
func (b *bench) job(key, fp string, lasts, patience time.Duration) jobs.Job {
	return jobs.Job{
		Key: key, Fingerprint: fp, Class: jobs.Starting, Deadline: time.Now().Add(patience),
		Free: func() { b.freed.Add(1) },
		Work: func(ctx context.Context, _ time.Duration) (jobs.Result, error) {
			b.worked.Add(1)
			select {
			case <-time.After(lasts):
				return jobs.Result{Answer: []byte("answer to " + fp)}, nil
			case <-ctx.Done():
				return jobs.Result{}, ctx.Err()
			}
		},
	}
}

func TestAKeyIsWorkedOnOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(2, 10)
		var joined atomic.Int64
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				out, err := b.Do(t.Context(), b.job("k", "f", time.Second, time.Minute))
				if err != nil || string(out.Answer) != "answer to f" || out.Replayed {
					t.Errorf("out = %+v, err = %v", out, err)
				}
				if out.Joined {
					joined.Add(1)
				}
			})
		}
		wg.Wait()
		if b.worked.Load() != 1 || joined.Load() != 19 {
			t.Errorf("worked %d times, %d joined", b.worked.Load(), joined.Load())
		}
		out, err := b.Do(t.Context(), b.job("k", "f", time.Second, time.Minute))
		if err != nil || !out.Replayed || out.Joined || string(out.Answer) != "answer to f" {
			t.Errorf("later: %+v, %v", out, err)
		}
		if b.worked.Load() != 1 || b.freed.Load() != 21 {
			t.Errorf("worked %d, freed %d of 21 jobs", b.worked.Load(), b.freed.Load())
		}
	})
}

func TestOtherContentUnderTheSameKeyIsRefused(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(1, 10)
		done := make(chan struct{})
		go func() {
			defer close(done)
			_, _ = b.Do(t.Context(), b.job("k", "f", time.Second, time.Minute))
		}()
		synctest.Wait()
		if _, err := b.Do(t.Context(), b.job("k", "other", 0, time.Minute)); !fault.Has(err, fault.RequestConflict) {
			t.Errorf("while it runs: %v", err)
		}
		<-done
		if _, err := b.Do(t.Context(), b.job("k", "other", 0, time.Minute)); !fault.Has(err, fault.RequestConflict) {
			t.Errorf("when it is done: %v", err)
		}
		b.ledger.records["bound"] = jobs.Record{Fingerprint: "f"}
		if _, err := b.Do(t.Context(), b.job("bound", "other", 0, time.Minute)); !fault.Has(err, fault.RequestConflict) {
			t.Errorf("when it was begun before a crash: %v", err)
		}
		if out, err := b.Do(t.Context(), b.job("bound", "f", 0, time.Minute)); err != nil || out.Replayed {
			t.Errorf("the same content after a crash: %+v, %v", out, err)
		}
		if b.worked.Load() != 2 || b.freed.Load() != 5 {
			t.Errorf("worked %d, freed %d", b.worked.Load(), b.freed.Load())
		}
	})
}

func TestAFailureIsNotKept(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(1, 10)
		j := b.job("k", "f", 0, time.Minute)
		j.Work = func(context.Context, time.Duration) (jobs.Result, error) {
			return jobs.Result{}, fault.New(fault.PhotoCorrupt, nil)
		}
		if _, err := b.Do(t.Context(), j); !fault.Has(err, fault.PhotoCorrupt) {
			t.Fatalf("err = %v", err)
		}
		if out, err := b.Do(t.Context(), b.job("k", "f", 0, time.Minute)); err != nil || out.Replayed {
			t.Errorf("next try: %+v, %v", out, err)
		}
	})
}

func TestACallerWhoLeavesCancelsOnlyWithoutAKey(t *testing.T) {
	t.Parallel()
	for name, key := range map[string]string{"with a key": "k", "without": ""} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := newBench(1, 1)
				ctx, leave := context.WithCancel(t.Context())
				got := make(chan error, 1)
				go func() {
					_, err := b.Do(ctx, b.job(key, "f", time.Minute, time.Hour))
					got <- err
				}()
				synctest.Wait()
				leave()
				if err := <-got; !fault.Has(err, fault.GPUUnavailable) || !errors.Is(err, context.Canceled) {
					t.Errorf("err = %v", err)
				}
				synctest.Wait()
				if busy := b.queue.State().Busy; busy != len(key) {
					t.Errorf("%d jobs run on", busy)
				}
				time.Sleep(2 * time.Minute)
				if rec, _ := b.ledger.Lookup("k"); (key != "") != (string(rec.Answer) == "answer to f") {
					t.Errorf("kept: %+v", rec)
				}
				if b.freed.Load() != 1 {
					t.Errorf("freed %d times", b.freed.Load())
				}
			})
		})
	}
}

func TestAFailureThatNobodyHearsIsReported(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(1, 1)
		fail := func() jobs.Job {
			j := b.job("k", "f", 0, time.Hour)
			j.Work = func(context.Context, time.Duration) (jobs.Result, error) {
				time.Sleep(time.Minute)
				return jobs.Result{}, fault.New(fault.PhotoCorrupt, nil)
			}
			return j
		}
		ctx, leave := context.WithCancel(t.Context())
		go func() { _, _ = b.Do(ctx, fail()) }()
		stays := make(chan error, 1)
		go func() {
			_, err := b.Do(t.Context(), fail())
			stays <- err
		}()
		synctest.Wait()
		leave() // one of two
		if err := <-stays; !fault.Has(err, fault.PhotoCorrupt) || b.mute.Load() != 0 {
			t.Errorf("somebody heard it: %v, %d reports", err, b.mute.Load())
		}
		ctx, leave = context.WithCancel(t.Context())
		go func() { _, _ = b.Do(ctx, fail()) }()
		synctest.Wait()
		leave()
		time.Sleep(2 * time.Minute)
		if b.mute.Load() != 1 {
			t.Errorf("%d reports", b.mute.Load())
		}
	})
}

func TestAJobEndsWithTheLastDeadlineOfThoseWhoAsked(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(1, 1)
		start := time.Now()
		hasty := make(chan error, 1)
		go func() {
			_, err := b.Do(t.Context(), b.job("k", "f", 20*time.Second, 5*time.Second))
			hasty <- err
		}()
		synctest.Wait()
		patient := make(chan error, 1)
		go func() {
			_, err := b.Do(t.Context(), b.job("k", "f", 0, time.Minute))
			patient <- err
		}()
		err := <-hasty
		if f := fault.From(err); f.Code != fault.GPUUnavailable || !errors.Is(err, context.DeadlineExceeded) ||
			f.RetryAfter == 0 {
			t.Errorf("hasty: %v", err)
		}
		if got := time.Since(start); got != 5*time.Second {
			t.Errorf("the hasty one waited %v", got)
		}
		if err := <-patient; err != nil {
			t.Errorf("patient: %v", err)
		}
		if got := time.Since(start); got != 20*time.Second {
			t.Errorf("the patient one waited %v", got)
		}
	})
}

func TestTimeOverStopsTheWork(t *testing.T) {
	t.Parallel()
	for name, key := range map[string]string{"with a key": "k", "without": ""} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := newBench(1, 1)
				if _, err := b.Do(t.Context(), b.job(key, "f", time.Hour, time.Second)); !fault.Has(err, fault.GPUUnavailable) ||
					!errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("err = %v", err)
				}
				synctest.Wait()
				if s := b.queue.State(); s.Busy != 0 {
					t.Errorf("still runs: %+v", s)
				}
				// Waiting for a slot counts as well.
				go func() { _, _ = b.Do(t.Context(), b.job("other", "f", time.Hour, time.Hour)) }()
				synctest.Wait()
				if _, err := b.Do(t.Context(), b.job(key, "f", 0, time.Second)); !fault.Has(err, fault.GPUUnavailable) {
					t.Errorf("in the queue: %v", err)
				}
				if b.worked.Load() != 2 {
					t.Errorf("worked %d times", b.worked.Load())
				}
				b.Abort()
			})
		})
	}
}

func TestABusyQueueBindsNoKey(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(1, 0)
		go func() { _, _ = b.Do(t.Context(), b.job("first", "f", time.Minute, time.Hour)) }()
		synctest.Wait()
		if _, err := b.Do(t.Context(), b.job("k", "f", 0, time.Hour)); !fault.Has(err, fault.GPUBusy) {
			t.Fatalf("err = %v", err)
		}
		if _, ok := b.ledger.Lookup("k"); ok {
			t.Error("a refused job has bound its key")
		}
		time.Sleep(2 * time.Minute)
		if _, err := b.Do(t.Context(), b.job("k", "changed", 0, time.Hour)); err != nil {
			t.Errorf("later: %v", err)
		}
	})
}

func TestAPanicIsAFaultAndFreesItsSlot(t *testing.T) {
	t.Parallel()
	for name, key := range map[string]string{"with a key": "k", "without": ""} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := newBench(1, 0)
				j := b.job(key, "f", 0, time.Minute)
				j.Work = func(context.Context, time.Duration) (jobs.Result, error) { panic("bad photo") }
				if _, err := b.Do(t.Context(), j); !fault.Has(err, fault.Internal) {
					t.Fatalf("err = %v", err)
				}
				if _, err := b.Do(t.Context(), b.job(key, "f", 0, time.Minute)); err != nil {
					t.Errorf("next: %v", err)
				}
			})
		})
	}
}

func TestALedgerThatFails(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(1, 0)
		b.ledger.bindError = errors.New("disk full")
		if _, err := b.Do(t.Context(), b.job("k", "f", 0, time.Minute)); !fault.Has(err, fault.GPUUnavailable) ||
			b.worked.Load() != 0 {
			t.Errorf("bind: %v, worked %d", err, b.worked.Load())
		}
		if out, err := b.Do(t.Context(), b.job("", "f", 0, time.Minute)); err != nil || string(out.Answer) != "answer to f" {
			t.Errorf("without a key nothing needs to be written: %+v, %v", out, err)
		}
		b.ledger.bindError, b.ledger.storeError = nil, errors.New("disk full")
		out, err := b.Do(t.Context(), b.job("k", "f", 0, time.Minute))
		if err != nil || string(out.Answer) != "answer to f" || b.lost.Load() != 1 {
			t.Errorf("store: %+v, %v, %d reported", out, err, b.lost.Load())
		}
	})
}

func TestAbortEndsEverythingWithARetryableFault(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(2, 0)
		got := make(chan error, 2)
		for _, key := range []string{"", "k"} {
			go func() {
				_, err := b.Do(t.Context(), b.job(key, "f", time.Hour, 2*time.Hour))
				got <- err
			}()
		}
		synctest.Wait()
		b.Abort()
		for range 2 {
			if err := <-got; !fault.Has(err, fault.GPUUnavailable) || !fault.From(err).Code.Retryable() {
				t.Errorf("err = %v", err)
			}
		}
	})
}

func TestWorkLearnsHowLongItWaited(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(1, 1)
		go func() { _, _ = b.Do(t.Context(), b.job("", "f", 7*time.Second, time.Hour)) }()
		synctest.Wait()
		j := b.job("", "f", 0, time.Hour)
		var waited time.Duration
		j.Work = func(_ context.Context, queued time.Duration) (jobs.Result, error) {
			waited = queued
			return jobs.Result{}, nil
		}
		j.Free = nil
		if _, err := b.Do(t.Context(), j); err != nil || waited != 7*time.Second {
			t.Errorf("waited %v, %v", waited, err)
		}
	})
}

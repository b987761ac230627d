package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nanococoa/nanococoa/aiserver/jobs"
	"github.com/nanococoa/nanococoa/internal/fault"
)

// enter takes a slot that must be free.
func enter(t *testing.T, q *jobs.Queue, c jobs.Class) func(bool) {
	t.Helper()
	leave, err := q.Enter(t.Context(), c)
	if err != nil {
		t.Fatalf("Enter: %v", err)
	}
	return leave
}

func TestFinishingComesFirstAndEachClassInItsOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := jobs.NewQueue(1, 4)
		leave := enter(t, q, jobs.Starting)
		var mu sync.Mutex
		var order []string
		var wg sync.WaitGroup
		for _, name := range []string{"start 1", "start 2", "finish 1", "start 3", "finish 2"} {
			class := jobs.Starting
			if name[0] == 'f' {
				class = jobs.Finishing
			}
			wg.Go(func() {
				leave := enter(t, q, class)
				mu.Lock()
				order = append(order, name)
				mu.Unlock()
				leave(true)
			})
			synctest.Wait() // it waits in the queue before the next one comes
		}
		if s := q.State(); s.Busy != 1 || s.Queued != 5 {
			t.Errorf("state = %+v", s)
		}
		leave(true)
		wg.Wait()
		if want := []string{"finish 1", "finish 2", "start 1", "start 2", "start 3"}; !slices.Equal(order, want) {
			t.Errorf("order = %v, want %v", order, want)
		}
		if s := q.State(); s.Busy != 0 || s.Queued != 0 {
			t.Errorf("state at the end = %+v", s)
		}
	})
}

func TestNoMoreRunThanThereAreSlots(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := jobs.NewQueue(3, 100)
		var mu sync.Mutex
		running, most := 0, 0
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() {
				leave := enter(t, q, jobs.Starting)
				mu.Lock()
				running++
				most = max(most, running)
				mu.Unlock()
				time.Sleep(time.Second)
				mu.Lock()
				running--
				mu.Unlock()
				leave(true)
			})
		}
		wg.Wait()
		if most != 3 {
			t.Errorf("%d ran at a time, want 3", most)
		}
	})
}

func TestAFullQueueSaysWhenToComeBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := jobs.NewQueue(1, 4)
		// The first guess is 2 s. A job of 12 s moves it by a fifth of the
		// difference, to 4 s; one that failed early says nothing.
		leave := enter(t, q, jobs.Starting)
		time.Sleep(12 * time.Second)
		leave(true)
		leave = enter(t, q, jobs.Starting)
		leave(false)

		leave = enter(t, q, jobs.Starting)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		for range 4 {
			go func() { _, _ = q.Enter(ctx, jobs.Starting) }()
		}
		synctest.Wait()
		time.Sleep(time.Second)
		_, err := q.Enter(t.Context(), jobs.Starting)
		var f *fault.Fault
		if !errors.As(err, &f) || f.Code != fault.GPUBusy {
			t.Fatalf("err = %v", err)
		}
		// 3 s of the running one are left, four wait for 4 s each.
		if f.RetryAfter != 19*time.Second {
			t.Errorf("RetryAfter = %v, want 19s", f.RetryAfter)
		}
		if eta := q.State().ETA; eta != 19*time.Second {
			t.Errorf("ETA = %v", eta)
		}
		time.Sleep(time.Minute) // the running one takes far longer than expected
		if eta := q.State().ETA; eta != 16*time.Second {
			t.Errorf("ETA of an overdue job = %v, want 16s", eta)
		}
		leave(true)
		cancel()
	})
}

func TestRetryAfterIsAtLeastASecond(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := jobs.NewQueue(1, 0)
		leave := enter(t, q, jobs.Finishing)
		defer leave(true)
		time.Sleep(time.Hour)
		_, err := q.Enter(t.Context(), jobs.Finishing)
		if f := fault.From(err); f.Code != fault.GPUBusy || f.RetryAfter != time.Second {
			t.Errorf("%v, RetryAfter %v", err, f.RetryAfter)
		}
	})
}

func TestACrowdOfNewAdsDoesNotTurnAwayTheOneThatIsNearlyDone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := jobs.NewQueue(1, 2)
		leave := enter(t, q, jobs.Starting)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		for range 2 {
			go func() { _, _ = q.Enter(ctx, jobs.Starting) }()
		}
		synctest.Wait()
		if _, err := q.Enter(ctx, jobs.Starting); !fault.Has(err, fault.GPUBusy) {
			t.Fatalf("a third new ad: %v", err)
		}
		done := make(chan error, 1)
		go func() {
			leave, err := q.Enter(ctx, jobs.Finishing)
			if err == nil {
				leave(true)
			}
			done <- err
		}()
		synctest.Wait()
		leave(true)
		if err := <-done; err != nil {
			t.Errorf("the finishing job: %v", err)
		}
		cancel()
	})
}

func TestWhoeverGivesUpLeavesTheLine(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := jobs.NewQueue(1, 1)
		leave := enter(t, q, jobs.Starting)
		why := errors.New("gave up")
		ctx, cancel := context.WithCancelCause(t.Context())
		got := make(chan error, 1)
		go func() {
			_, err := q.Enter(ctx, jobs.Starting)
			got <- err
		}()
		synctest.Wait()
		cancel(why)
		if err := <-got; !errors.Is(err, why) {
			t.Errorf("err = %v", err)
		}
		if s := q.State(); s.Queued != 0 {
			t.Errorf("state = %+v", s)
		}
		if _, err := q.Enter(ctx, jobs.Starting); !errors.Is(err, why) {
			t.Errorf("entering with an ended context: %v", err)
		}
		leave(true)
		leave(true) // a second time changes nothing
		enter(t, q, jobs.Starting)(true)
		if s := q.State(); s.Busy != 0 {
			t.Errorf("state = %+v", s)
		}
	})
}

func TestDrainFinishesWhatRunsAndTurnsAwayTheRest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := jobs.NewQueue(1, 4)
		leave := enter(t, q, jobs.Starting)
		waiting := make(chan error, 2)
		for _, c := range []jobs.Class{jobs.Starting, jobs.Finishing} {
			go func() {
				_, err := q.Enter(t.Context(), c)
				waiting <- err
			}()
		}
		synctest.Wait()
		drained := make(chan error, 1)
		go func() { drained <- q.Drain(t.Context()) }()
		synctest.Wait()
		for range 2 {
			if f := fault.From(<-waiting); f.Code != fault.GPUUnavailable || f.RetryAfter <= 0 {
				t.Errorf("a waiting job was told %v, RetryAfter %v", f, f.RetryAfter)
			}
		}
		if _, err := q.Enter(t.Context(), jobs.Finishing); !fault.Has(err, fault.GPUUnavailable) {
			t.Errorf("a late job: %v", err)
		}
		if s := q.State(); !s.Draining || s.Busy != 1 || s.Queued != 0 {
			t.Errorf("state = %+v", s)
		}
		select {
		case err := <-drained:
			t.Fatalf("drained while a job runs: %v", err)
		default:
		}
		leave(true)
		if err := <-drained; err != nil {
			t.Errorf("drain: %v", err)
		}
	})
}

func TestDrainGivesUpWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		idle := jobs.NewQueue(2, 1)
		if err := idle.Drain(t.Context()); err != nil {
			t.Errorf("nothing runs: %v", err)
		}
		q := jobs.NewQueue(1, 1)
		leave := enter(t, q, jobs.Starting)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := q.Drain(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("drain = %v", err)
		}
		leave(true)
	})
}

func TestClassNames(t *testing.T) {
	t.Parallel()
	if got := fmt.Sprint(jobs.Finishing, jobs.Starting); got != "finishing starting" {
		t.Errorf("names = %q", got)
	}
}

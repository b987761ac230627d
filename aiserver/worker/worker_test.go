package worker_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nanococoa/nanococoa/aiserver/worker"
	"github.com/nanococoa/nanococoa/internal/fault"
)

// quick are limits that a test can wait for and a busy machine can keep.
func quick() worker.Limits {
	return worker.Limits{
		Start: 20 * time.Second, Silence: 3 * time.Second, Grace: 300 * time.Millisecond,
		Wait: 20 * time.Second, Cutout: time.Minute, Scene: time.Minute, Score: time.Minute, Analysis: time.Minute,
		Backoff: time.Minute, Longest: time.Minute,
	}
}

// diary is a log that can be read while it is written.
type diary struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (d *diary) Write(p []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.b.Write(p)
}

func (d *diary) String() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.b.String()
}

// supervised starts one of the workers of fake_test.go, which behaves as its name says. It
// keeps a line for each of its starts in the file starts.
func supervised(t *testing.T, behaviour string, l worker.Limits) (w *worker.Worker, starts string, log *diary) {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	starts, log = filepath.Join(t.TempDir(), "starts"), &diary{}
	w = worker.Start(worker.Config{
		Command: []string{program}, Environ: []string{behaviourVariable + "=" + behaviour, startsVariable + "=" + starts},
		Limits: l, Log: slog.New(slog.NewTextHandler(log, nil)),
	})
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	return w, starts, log
}

func lines(t *testing.T, path string) []string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return strings.Fields(string(b))
}

// job is a picture that nothing else sends.
func job(n byte) worker.Job {
	return worker.Job{
		Role: "negative", Pixels: worker.Pixels{Width: 2, Height: 1, Channels: 3, Pix: []byte{n, 1, 2, 3, 4, 5}},
	}
}

// done does a job, and checks that the answer is this job's.
func done(t *testing.T, ctx context.Context, w *worker.Worker, n byte) error { //nolint:revive // t comes first
	t.Helper()
	answer, err := w.Do(ctx, job(n))
	if err != nil {
		return err //nolint:wrapcheck // the test looks at it
	}
	out := answer.Pixels
	if want := []byte{^n, ^byte(1), ^byte(2), ^byte(3), ^byte(4), ^byte(5)}; !bytes.Equal(out.Pix, want) ||
		out.Width != 2 || out.Height != 1 || out.Channels != 3 {
		t.Errorf("job %d gave %+v", n, out)
	}
	return nil
}

func TestJobsAreAnswered(t *testing.T) {
	t.Parallel()
	w, starts, _ := supervised(t, "well", quick())
	var all sync.WaitGroup
	for n := range byte(20) {
		all.Go(func() {
			if err := done(t, t.Context(), w, n); err != nil {
				t.Errorf("job %d: %v", n, err)
			}
		})
	}
	all.Wait()
	if s := w.Status(); s.State != worker.Ready || s.Restarts != 0 || s.Models["negative"] != "minus-one" {
		t.Errorf("status %+v", s)
	}
	if n := len(lines(t, starts)); n != 1 {
		t.Errorf("%d starts", n)
	}
	painter := job(1)
	painter.Role = "painter"
	if _, err := w.Do(t.Context(), painter); !fault.Has(err, fault.GPUUnavailable) {
		t.Errorf("a role that is not there: %v", err)
	}
	for _, p := range []worker.Pixels{{}, {2, 1, 3, make([]byte, 5)}, {-1, -1, 1, []byte{1}}, {1, 1, 5, make([]byte, 5)}} {
		if _, err := w.Do(t.Context(), worker.Job{Role: "negative", Pixels: p}); !fault.Has(err, fault.GPUBadAnswer) {
			t.Errorf("%+v: %v", p, err)
		}
	}
}

// What does not end the worker: the job fails, and the next one is done by the same process.
func TestAJobThatFailsEndsNothing(t *testing.T) {
	t.Parallel()
	for behaviour, want := range map[string]struct {
		code fault.Code
		says string
	}{
		"refuse 1": {fault.GPUUnavailable, "ValueError"},
		"full 1":   {fault.GPUUnavailable, "MemoryError"},
		"short 1":  {fault.GPUBadAnswer, "in 5 bytes"},
	} {
		t.Run(behaviour, func(t *testing.T) {
			t.Parallel()
			w, starts, _ := supervised(t, behaviour, quick())
			if _, err := w.Do(t.Context(), job(1)); !fault.Has(err, want.code) ||
				!strings.Contains(err.Error(), want.says) {
				t.Errorf("err = %v", err)
			}
			if err := done(t, t.Context(), w, 2); err != nil {
				t.Error(err)
			}
			if n := len(lines(t, starts)); n != 1 {
				t.Errorf("%d starts", n)
			}
		})
	}
}

// A job for which there was no memory is done once more, by the same process.
func TestAJobMayFindMemoryASecondTime(t *testing.T) {
	t.Parallel()
	w, starts, _ := supervised(t, "full once", quick())
	if err := done(t, t.Context(), w, 1); err != nil {
		t.Error(err)
	}
	if n := len(lines(t, starts)); n != 1 {
		t.Errorf("%d starts", n)
	}
}

// What ends the worker, once: it is started again at once, the job is done again, and its
// caller notices nothing.
func TestAWorkerThatFailsOnceCostsNothing(t *testing.T) {
	t.Parallel()
	for behaviour, why := range map[string]string{
		"crash once":           "exit status 3",
		"mute once":            "no heartbeat",
		"garbage once":         "not a frame",
		"huge once":            "not a frame",
		"other id once":        "nobody asked",
		"ready once":           "not a frame",
		"new type once":        "not a frame",
		"step of another once": "nobody asked",
		"hang up once":         "hung up",
		"half once":            "unexpected EOF|hung up", // half a frame is read, or its sender is already gone
		"two once":             "nobody asked",
		"child and once":       "exit status 3",
	} {
		t.Run(behaviour, func(t *testing.T) {
			t.Parallel()
			w, starts, log := supervised(t, behaviour, quick())
			for n := range byte(3) {
				if err := done(t, t.Context(), w, n); err != nil {
					t.Errorf("job %d: %v", n, err)
				}
			}
			if n := len(lines(t, starts)); n != 2 {
				t.Errorf("%d starts", n)
			}
			says := regexp.MustCompile(why).MatchString
			if s := w.Status(); s.State != worker.Ready || s.Restarts != 1 || s.Why == nil ||
				!says(s.Why.Error()) || !says(log.String()) {
				t.Errorf("status %+v, want %q; log:\n%s", s, why, log)
			}
		})
	}
}

func TestAJobThatKillsTwiceIsRefused(t *testing.T) {
	t.Parallel()
	for _, behaviour := range []string{"crash 1", "mute 1"} {
		t.Run(behaviour, func(t *testing.T) {
			t.Parallel()
			l := quick()
			l.Backoff = time.Millisecond
			w, starts, _ := supervised(t, behaviour, l)
			if err := done(t, t.Context(), w, 2); err != nil {
				t.Error(err)
			}
			for range 3 {
				if _, err := w.Do(t.Context(), job(1)); !fault.Has(err, fault.GPURejected) {
					t.Errorf("err = %v", err)
				}
			}
			if err := ready(t, w); err != nil {
				t.Fatal(err)
			}
			if err := done(t, t.Context(), w, 3); err != nil {
				t.Error(err)
			}
			if n := len(lines(t, starts)); n != 3 {
				t.Errorf("%d starts, want the first and one after each of the two deaths", n)
			}
		})
	}
}

// ready waits until the worker is.
func ready(t *testing.T, w *worker.Worker) error {
	t.Helper()
	for until := time.Now().Add(time.Minute); time.Now().Before(until); time.Sleep(5 * time.Millisecond) {
		if w.Status().State == worker.Ready {
			return nil
		}
	}
	return fmt.Errorf("not ready: %+v", w.Status())
}

// A worker that never works: nobody waits for it more than the first time, and it is started
// less and less often.
func TestAWorkerThatNeverWorks(t *testing.T) {
	t.Parallel()
	for behaviour, why := range map[string]string{
		"dead":          "exit status 4",
		"silent":        "not ready in time",
		"loads forever": "not ready in time",
	} {
		t.Run(behaviour, func(t *testing.T) {
			t.Parallel()
			l := quick()
			l.Start = 1500 * time.Millisecond
			w, starts, log := supervised(t, behaviour, l)
			if err := done(t, t.Context(), w, 1); !fault.Has(err, fault.GPUUnavailable) || !strings.Contains(err.Error(), why) {
				t.Errorf("err = %v, want %q", err, why)
			}
			began := time.Now()
			if err := done(t, t.Context(), w, 1); !fault.Has(err, fault.GPUUnavailable) || time.Since(began) > time.Second {
				t.Errorf("err = %v after %s", err, time.Since(began))
			}
			if s := w.Status(); s.State != worker.Failed || s.Models != nil {
				t.Errorf("status %+v", s)
			}
			// At once after the first death, and after the second not for a minute.
			if n := len(lines(t, starts)); n != 2 {
				t.Errorf("%d starts", n)
			}
			if !strings.Contains(log.String(), "restart_in_ms=0 ") && !strings.Contains(log.String(), "restart_in_ms=0\n") ||
				!strings.Contains(log.String(), "restart_in_ms=60000") {
				t.Errorf("log:\n%s", log)
			}
		})
	}
	t.Run("no such program", func(t *testing.T) {
		t.Parallel()
		w := worker.Start(worker.Config{
			Command: []string{"/nowhere/python"}, Limits: quick(), Log: slog.New(slog.DiscardHandler),
		})
		if err := done(t, t.Context(), w, 1); !fault.Has(err, fault.GPUUnavailable) || !errors.Is(err, os.ErrNotExist) {
			t.Errorf("err = %v", err)
		}
		if err := w.Close(); err != nil || w.Status().State != worker.Stopped {
			t.Errorf("%v, %+v", err, w.Status())
		}
	})
}

// What the worker says on its way is in the log: a Python traceback, for one.
func TestItsLastWordsAreLogged(t *testing.T) {
	t.Parallel()
	w, _, log := supervised(t, "dead", quick())
	if err := done(t, t.Context(), w, 1); err == nil {
		t.Error("it works")
	}
	if !strings.Contains(log.String(), "this is why") {
		t.Errorf("log:\n%s", log)
	}
}

// The pause doubles up to the longest.
func TestThePausesGrow(t *testing.T) {
	t.Parallel()
	l := quick()
	l.Backoff, l.Longest = time.Millisecond, 4*time.Millisecond
	_, starts, log := supervised(t, "dead", l)
	for until := time.Now().Add(time.Minute); len(lines(t, starts)) < 7; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(until) {
			t.Fatalf("%d starts", len(lines(t, starts)))
		}
	}
	var pauses []string
	for _, line := range strings.Split(log.String(), "\n") {
		if _, pause, ok := strings.Cut(line, "restart_in_ms="); ok {
			pauses = append(pauses, pause)
		}
	}
	if got := strings.Join(pauses[:6], " "); got != "0 1 2 4 4 4" {
		t.Errorf("pauses %s", got)
	}
}

// A caller whose time is up goes on at once. A worker that obeys lives on; one that does
// not is killed, and the next job is done by another.
func TestACallerDoesNotWaitLonger(t *testing.T) {
	t.Parallel()
	for behaviour, starts := range map[string]int{"obey 1": 1, "deaf 1": 2} {
		t.Run(behaviour, func(t *testing.T) {
			t.Parallel()
			w, file, _ := supervised(t, behaviour, quick())
			if err := done(t, t.Context(), w, 0); err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			defer cancel()
			began := time.Now()
			if err := done(t, ctx, w, 1); !fault.Has(err, fault.GPUUnavailable) ||
				!errors.Is(err, context.DeadlineExceeded) || time.Since(began) > time.Second {
				t.Errorf("err = %v after %s", err, time.Since(began))
			}
			for n := byte(2); n < 4; n++ {
				if err := done(t, t.Context(), w, n); err != nil {
					t.Errorf("job %d: %v", n, err)
				}
			}
			if n := len(lines(t, file)); n != starts {
				t.Errorf("%d starts, want %d", n, starts)
			}
		})
	}
	t.Run("before it begins", func(t *testing.T) {
		t.Parallel()
		w, _, _ := supervised(t, "well", quick())
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := done(t, ctx, w, 1); !errors.Is(err, context.Canceled) {
			t.Errorf("err = %v", err)
		}
	})
	t.Run("while another works", func(t *testing.T) {
		t.Parallel()
		w, _, _ := supervised(t, "deaf 1", quick())
		if err := ready(t, w); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		var all sync.WaitGroup
		for range 3 {
			all.Go(func() {
				if err := done(t, ctx, w, 1); !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("err = %v", err)
				}
			})
		}
		all.Wait()
	})
}

// Close ends the process and whoever waits for it, and nothing is left running.
func TestCloseEndsEverything(t *testing.T) {
	t.Parallel()
	for _, behaviour := range []string{"well", "deaf 1", "loads forever", "dead"} {
		t.Run(behaviour, func(t *testing.T) {
			t.Parallel()
			w, starts, _ := supervised(t, behaviour, quick())
			ended := make(chan error, 1)
			go func() { ended <- done(t, context.WithoutCancel(t.Context()), w, 1) }()
			for until := time.Now().Add(time.Minute); len(lines(t, starts)) == 0; time.Sleep(time.Millisecond) {
				if time.Now().After(until) {
					t.Fatal("it was never started")
				}
			}
			time.Sleep(20 * time.Millisecond) // so that some are in the middle of the job
			if err := w.Close(); err != nil {
				t.Error(err)
			}
			if err := <-ended; err != nil && !fault.Has(err, fault.GPUUnavailable) {
				t.Errorf("the job: %v", err)
			}
			if err := done(t, t.Context(), w, 2); !fault.Has(err, fault.GPUUnavailable) {
				t.Errorf("a job after the end: %v", err)
			}
			if s := w.Status(); s.State != worker.Stopped {
				t.Errorf("status %+v", s)
			}
			for _, pid := range lines(t, starts) {
				if n, err := strconv.Atoi(pid); err != nil || alive(n) {
					t.Errorf("process %s is still there", pid)
				}
			}
		})
	}
}

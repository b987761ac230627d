package worker_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"github.com/nanococoa/nanococoa/aiserver/worker"
	"github.com/nanococoa/nanococoa/internal/fault"
)

// pidOf finds the process of a worker by the folder of its code, which is the test's own.
func pidOf(t testing.TB, c worker.Config) int {
	t.Helper()
	found, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	want := []byte("\x00" + c.Command[2] + "\x00")
	for _, path := range found {
		if line, err := os.ReadFile(path); err == nil && bytes.Contains(line, want) {
			pid, err := strconv.Atoi(strings.Split(path, "/")[2])
			if err != nil {
				t.Fatal(err)
			}
			return pid
		}
	}
	t.Fatal("the worker has no process")
	return 0
}

// The real worker comes back from whatever ends or stops it, and meanwhile the caller has
// the coverage after a second try, or is told within the time of a job.
func TestTheRealWorkerComesBack(t *testing.T) {
	t.Parallel()
	for name, times := range map[string][]time.Duration{
		"killed":  {0, 50 * time.Millisecond}, // before and in the middle of a job
		"stopped": {0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := installed(t)
			c.Limits.Silence = 5 * time.Second
			w := started(t, c)
			how := map[string]syscall.Signal{"killed": syscall.SIGKILL, "stopped": syscall.SIGSTOP}[name]
			for round, after := range times {
				if err := ready(t, w); err != nil {
					t.Fatal(err)
				}
				pid := pidOf(t, c)
				if after == 0 {
					signal(t, pid, how)
				} else {
					time.AfterFunc(after, func() { signal(t, pid, how) })
				}
				if _, err := w.Alpha(t.Context(), cup(400+round, 300)); err != nil {
					t.Errorf("round %d: %v", round, err)
				}
			}
			if n := w.Status().Restarts; n != len(times) {
				t.Errorf("%d restarts", n)
			}
		})
	}
}

func signal(t *testing.T, pid int, s syscall.Signal) {
	t.Helper()
	if err := syscall.Kill(pid, s); err != nil {
		t.Error(err)
	}
}

// A worker that gets no more memory says so, or dies and comes back; a server whose worker
// cannot even be loaded goes on without.
func TestTheRealWorkerStarved(t *testing.T) {
	t.Parallel()
	t.Run("while it works", func(t *testing.T) {
		t.Parallel()
		c := installed(t)
		w := started(t, c)
		if err := ready(t, w); err != nil {
			t.Fatal(err)
		}
		pid := pidOf(t, c)
		limitMemory(t, pid, statusOf(t, pid, "VmSize")+2048)
		_, err := w.Alpha(t.Context(), cup(1500, 1500))
		t.Logf("starved: %v", err)
		if err != nil && !fault.Has(err, fault.GPUUnavailable, fault.GPURejected) {
			t.Errorf("err = %v", err)
		}
		if w.Status().Restarts == 0 && err == nil {
			t.Error("the limit did nothing")
		}
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil && w.Status().Restarts == 0 {
			t.Error(err)
		}
		if _, err := w.Alpha(t.Context(), cup(400, 300)); err != nil {
			t.Errorf("with memory again: %v", err)
		}
	})
	t.Run("from the start", func(t *testing.T) {
		t.Parallel()
		c := installed(t)
		c.Command = append([]string{"/bin/sh", "-c", `ulimit -v 150000; exec "$@"`, "sh"}, c.Command...)
		w := started(t, c)
		began := time.Now()
		if _, err := w.Alpha(t.Context(), cup(400, 300)); !fault.Has(err, fault.GPUUnavailable) {
			t.Errorf("err = %v", err)
		}
		t.Logf("told after %s: %v", time.Since(began), w.Status().Why)
	})
}

func limitMemory(t *testing.T, pid, kib int) {
	t.Helper()
	l := syscall.Rlimit{Cur: uint64(kib) << 10, Max: uint64(kib) << 10}
	if _, _, e := syscall.RawSyscall6(syscall.SYS_PRLIMIT64, uintptr(pid), syscall.RLIMIT_AS,
		uintptr(unsafe.Pointer(&l)), 0, 0, 0); e != 0 {
		t.Fatal(e)
	}
}

// statusOf reads a figure of a process in KiB: VmSize, VmHWM for its most resident memory.
func statusOf(t testing.TB, pid int, name string) int {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(b), name+":")
	var kib int
	if _, err := fmt.Sscan(rest, &kib); err != nil {
		t.Fatal(err)
	}
	return kib
}

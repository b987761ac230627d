package worker_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nanococoa/nanococoa/aiserver/worker"
	"github.com/nanococoa/nanococoa/internal/fault"
)

// own is a role that does what its arguments say.
const own = `
import os, signal, time

def load(model, weights, options):
    return Own()

class Own:
    model, digest = "own@1", "0123456789ab"

    def run(self, job):
        what = job.args.get("do")
        if what == "full":
            raise MemoryError
        if what == "card full":
            raise type("OutOfMemoryError", (RuntimeError,), {})("CUDA out of memory.")
        if what == "lose the card":
            raise RuntimeError("CUDA error: an illegal memory access was encountered\nmore of it")
        if what == "fail":
            raise ValueError("of no use")
        if what == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if what == "hang":
            os.kill(os.getpid(), signal.SIGSTOP)
        if what == "echo":
            return {"info": job.args}, b""
        for i in range(3 if what == "step" else 10**6):
            job.progress(i + 1, 3)
            time.sleep(0.001)
        return {"info": job.args}, b""
`

// withOwnRole is the real program with that role for a model.
func withOwnRole(t *testing.T) worker.Config {
	t.Helper()
	c := installed(t)
	if err := os.WriteFile(filepath.Join(c.Command[2], "cutout.py"), []byte(own), 0o600); err != nil {
		t.Fatal(err)
	}
	return c
}

func asked(what string) worker.Job {
	j := job(1)
	j.Role, j.Args = worker.Cutout, map[string]string{"do": what}
	return j
}

// The real program tells steps, stops when nobody waits, and lives on after all but a lost card.
func TestTheRealProgram(t *testing.T) {
	t.Parallel()
	w := started(t, withOwnRole(t))
	steps := asked("step")
	var told []string
	steps.Progress = func(done, of int) { told = append(told, fmt.Sprint(done, "/", of)) }
	if a, err := w.Do(t.Context(), steps); err != nil || string(a.Info) != `{"do": "step"}` ||
		strings.Join(told, " ") != "1/3 2/3 3/3" {
		t.Errorf("%s, %v, told %q", a.Info, err, told)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	endless := asked("work on")
	endless.Progress = func(int, int) { cancel() }
	if _, err := w.Do(ctx, endless); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	for what, says := range map[string]string{
		"fail": "ValueError: of no use", "full": "MemoryError", "card full": "OutOfMemoryError: CUDA out of memory.",
	} {
		_, err := w.Do(t.Context(), asked(what))
		if !fault.Has(err, fault.GPUUnavailable) || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if s := w.Status(); s.Restarts != 0 {
		t.Errorf("%d restarts: %v", s.Restarts, s.Why)
	}
	if got := w.Role(worker.Cutout); got.Model != "own@1" || got.Digest != "0123456789ab" {
		t.Errorf("part %+v", got)
	}
	if _, err := w.Do(t.Context(), asked("lose the card")); !fault.Has(err, fault.GPURejected) {
		t.Errorf("a lost card: %v", err)
	}
	if s := w.Status(); s.Restarts < 1 {
		t.Error("it lived on with a lost card")
	}
}

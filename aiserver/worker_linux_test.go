package main_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nanococoa/nanococoa/internal/gpu"
)

// workerDir is the model worker that `make worker` has installed. Without one the test is
// skipped, or fails when REQUIRE_WORKER is set, as make test does.
func workerDir(t *testing.T) string {
	t.Helper()
	dir := filepath.Join("..", "build", "worker")
	if _, err := os.Stat(filepath.Join(dir, ".installed")); err != nil {
		if os.Getenv("REQUIRE_WORKER") != "" {
			t.Fatal(err)
		}
		t.Skipf("the model worker is not installed (make worker): %v", err)
	}
	return dir
}

// workerOf finds the worker of a server by the folder of its code; 0 when it has none.
func workerOf(t *testing.T, dir string) int {
	t.Helper()
	found, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	want := []byte("\x00" + filepath.Join(dir, "worker") + "\x00")
	for _, path := range found {
		if line, err := os.ReadFile(path); err == nil && bytes.Contains(line, want) {
			pid, err := strconv.Atoi(strings.Split(path, "/")[2])
			if err != nil {
				t.Fatal(err)
			}
			return pid
		}
	}
	return 0
}

// until waits for what a busy machine may take its time for.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not %s after a minute", what)
		}
	}
}

// withWorker starts a server and waits until its worker is ready.
func withWorker(t *testing.T, dir string) *process {
	t.Helper()
	p := start(t, dir, "WORKER_DIR="+workerDir(t))
	until(t, "ready", func() bool {
		c, err := p.client.Capacity(t.Context())
		return err == nil && len(c.Parts) == 1 &&
			c.Parts[0] == gpu.Part{Role: "cutout", Model: "u2netp", State: "ready", Digest: "309c8469258d"}
	})
	return p
}

func anAd(seed uint64, photo []byte) gpu.Stage1Request {
	return gpu.Stage1Request{
		Photo: photo, ProductName: "비타민", ProductCategory: "식품", AdConcept: "아침 햇살이 드는 부엌", Seed: &seed,
		Width: 640, Height: 640,
	}
}

// The worker ends with its server, however that ends.
func TestTheWorkerEndsWithTheServer(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(p *process){
		"drained": func(p *process) { p.stop() },
		"killed":  func(p *process) { _ = p.cmd.Process.Kill(); <-p.done },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			p := withWorker(t, dir)
			if workerOf(t, dir) == 0 {
				t.Fatal("no process")
			}
			end(p)
			until(t, "gone", func() bool { return workerOf(t, dir) == 0 })
		})
	}
}

// Whatever befalls the worker, every ad is made.
func TestNoAdIsLostWithTheWorker(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := withWorker(t, dir)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	photo := sample(t, "vitamin-jar.jpg")
	for i, harm := range []syscall.Signal{0, syscall.SIGKILL, syscall.SIGSTOP, syscall.SIGSEGV} {
		if pid := workerOf(t, dir); pid != 0 {
			if err := syscall.Kill(pid, harm); err != nil {
				t.Error(err)
			}
		}
		made, err := p.client.Stage1(ctx, anAd(uint64(i), photo))
		if err != nil || len(made.Picture) == 0 {
			t.Errorf("after signal %v: %v", harm, err)
		}
		t.Logf("after signal %v: %v", harm, made.Parts)
	}
	p.stop()
}

// A server without a worker makes ads as well, and says what it lacks.
func TestWithoutAWorker(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		dir string
		log bool
	}{"not installed": {t.TempDir(), true}, "not wanted": {"none", false}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := start(t, t.TempDir(), "WORKER_DIR="+tc.dir)
			c, err := p.client.Capacity(t.Context())
			if err != nil || len(c.Parts) != 1 || c.Parts[0] != (gpu.Part{Role: "cutout", State: "absent"}) {
				t.Errorf("%+v, %v", c.Parts, err)
			}
			made, err := p.client.Stage1(t.Context(), anAd(1, sample(t, "vitamin-jar.jpg")))
			if err != nil || len(made.Parts) != 2 || !made.Parts[0].StandIn || !made.Parts[1].StandIn {
				t.Errorf("%v, %v", made.Parts, err)
			}
			p.stop()
			if p.logs("make worker") != tc.log {
				t.Errorf("the log says what is missing: %v, want %v", !tc.log, tc.log)
			}
		})
	}
}

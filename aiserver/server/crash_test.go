package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"github.com/nanococoa/nanococoa/aiserver/engine"
	"github.com/nanococoa/nanococoa/aiserver/server"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/gpu"
	"github.com/nanococoa/nanococoa/internal/gpuclient"
)

// childLog names the file in which a child process, which is the whole server
// with the painter for an engine, notes every render. It is set for children
// only.
const childLog = "AISERVER_TEST_RENDERS"

func TestMain(m *testing.M) {
	if log := os.Getenv(childLog); log != "" {
		if err := serveAsChild(log); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// serveAsChild runs a server until it is killed.
func serveAsChild(renders string) error {
	cfg, err := server.Read(os.Environ())
	if err != nil {
		return err
	}
	log, err := os.OpenFile(renders, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	p, c := newPainter(), &typesetter{}
	p.render = func(_ context.Context, r engine.Request) error {
		<-p.begun // nobody counts here
		// One write, so that a kill leaves a whole line or none.
		_, err := fmt.Fprintf(log, "%d %s\n", os.Getpid(), r.Name)
		time.Sleep(3 * time.Millisecond)
		return err
	}
	srv, err := server.New(cfg, server.Parts{
		Load:    func(context.Context) (engine.Engine, error) { return p, nil },
		Compose: c.Render, Copy: wordsmith{}, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return err
	}
	ln, err := net.Listen("tcp", cfg.Addr)
	if err != nil {
		return err
	}
	return srv.Run(context.Background(), ln)
}

// child starts a server process and waits until it is ready.
func child(t *testing.T, env []string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), env...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if cmd.ProcessState == nil {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
	})
	return cmd
}

// rendered counts the renders by product name and process.
func rendered(t *testing.T, path string) map[string]map[string]int {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]map[string]int{}
	for line := range strings.Lines(string(b)) {
		pid, name, _ := strings.Cut(strings.TrimSpace(line), " ")
		if out[name] == nil {
			out[name] = map[string]int{}
		}
		out[name][pid]++
	}
	return out
}

// finished reads from the database, as the dead process has left it, which keys
// have a result.
func finished(t *testing.T, dir string) map[string]bool {
	t.Helper()
	db, err := bbolt.Open(filepath.Join(dir, "keys.db"), 0, &bbolt.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]bool{}
	err = db.View(func(tx *bbolt.Tx) error {
		return tx.Bucket([]byte("keys")).ForEach(func(k, v []byte) error {
			var e struct{ Answer string }
			err := json.Unmarshal(v, &e)
			out[string(k)] = e.Answer != ""
			return err
		})
	})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	maps.DeleteFunc(out, func(_ string, done bool) bool { return !done })
	return out
}

// Two hundred calls, half of them duplicates, through a server that is killed in
// the middle and started again: nothing whose result was stored is rendered
// a second time, and every caller gets the one picture of its key, after nothing
// worse than faults that say they may be tried again.
func TestKilledInTheMiddle(t *testing.T) {
	t.Parallel()
	const keys = 100
	dir := t.TempDir()
	renders := filepath.Join(dir, "renders")
	probe, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := probe.Addr().String() // the second process must be found where the first was
	probe.Close()
	env := []string{childLog + "=" + renders, "ADDR=" + addr, "DATA_DIR=" + filepath.Join(dir, "data")}
	client, err := gpuclient.New(gpuclient.Config{URL: "http://" + addr})
	if err != nil {
		t.Fatal(err)
	}
	first := child(t, env)

	photo := photoPNG(t, 80, 80)
	var mu sync.Mutex
	pictures := map[string]map[string]int{} // key → digest of the picture → callers who got it
	attempts := map[fault.Code]int{}
	done := 0
	half := make(chan struct{}) // closed when half of the calls are answered
	call := func(name string) {
		for until := time.Now().Add(2 * time.Minute); ; {
			ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
			got, err := client.Stage1(ctx, gpu.Stage1Request{
				IdempotencyKey: name, Photo: photo, ProductName: name, ProductCategory: "의류", AdConcept: "여름", Width: 342,
				Height: 228,
			})
			cancel()
			if err == nil {
				mu.Lock()
				defer mu.Unlock()
				if pictures[name] == nil {
					pictures[name] = map[string]int{}
				}
				pictures[name][digest(got.Picture)]++
				if done++; done == keys {
					close(half)
				}
				return
			}
			f := fault.From(err)
			mu.Lock()
			attempts[f.Code]++
			mu.Unlock()
			if !f.Code.Retryable() || time.Now().After(until) {
				t.Errorf("%s: %v", name, err)
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
	}
	var callers sync.WaitGroup
	work := make(chan string)
	for range 20 {
		callers.Go(func() {
			for name := range work {
				call(name)
			}
		})
	}
	go func() {
		defer close(work)
		for i := range 2 * keys {
			// Some duplicates follow their original at once, some much later.
			n := i / 2
			if i%4 == 3 {
				n = (n + keys/2) % keys
			}
			work <- "key" + strconv.Itoa(n)
		}
	}()
	select {
	case <-half:
	case <-time.After(2 * time.Minute):
		t.Fatal("the first process does not get through half of the calls")
	}
	if err := first.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	_ = first.Wait()
	stored := finished(t, filepath.Join(dir, "data"))
	second := child(t, env)
	callers.Wait()

	if len(pictures) != keys {
		t.Errorf("%d of %d keys have a picture", len(pictures), keys)
	}
	total := 0
	for name, digests := range pictures {
		if len(digests) != 1 {
			t.Errorf("%s: its callers got %d different pictures", name, len(digests))
		}
		for _, n := range digests {
			total += n
		}
	}
	if total != 2*keys {
		t.Errorf("%d of %d calls were answered", total, 2*keys)
	}
	one, two := strconv.Itoa(first.Process.Pid), strconv.Itoa(second.Process.Pid)
	again, before := 0, 0
	for name, by := range rendered(t, renders) {
		if by[one] > 1 || by[two] > 1 {
			t.Errorf("%s: rendered %d times by the first process, %d times by the second", name, by[one], by[two])
		}
		if by[one] > 0 {
			before++
		}
		if by[two] > 0 && stored[name] {
			t.Errorf("%s: its result was stored, and it was rendered again", name)
		}
		if by[one] > 0 && by[two] > 0 {
			again++
		}
	}
	if before < keys/4 || before == keys || len(stored) < keys/4 {
		t.Errorf("the kill was not in the middle: %d keys rendered before, %d stored", before, len(stored))
	}
	t.Logf("before the kill: %d keys rendered, %d stored; %d begun before and rendered again after; failed attempts: %v",
		before, len(stored), again, attempts)
	if err := second.Process.Signal(os.Interrupt); err != nil {
		t.Error(err)
	}
	_ = second.Wait()
}

package local_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nanococoa/nanococoa/infra/local"
)

// checkout makes a repository in which python is the given shell script.
func checkout(t *testing.T, python string) string {
	t.Helper()
	root := t.TempDir()
	for path, text := range map[string]string{
		".venv/bin/python":             "#!/bin/sh\n" + python,
		".venv/bin/sam":                "#!/bin/sh\nexit 1\n",
		"build/aiserver":               "#!/bin/sh\nexit 1\n",
		".aws-sam/local/template.yaml": "",
		"infra/storage.yaml":           "",
		"samconfig.toml":               "",
		"web/dist/index.html":          "",
	} {
		path = filepath.Join(root, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func TestUpNamesEverythingThatIsMissing(t *testing.T) {
	t.Parallel()
	d, err := local.Up(t.Context(), local.Options{Root: t.TempDir()})
	if err == nil || d != nil {
		t.Fatalf("came up out of nothing: %v", d)
	}
	for _, want := range []string{
		".venv/bin/python", ".venv/bin/sam", ".aws-sam/local/template.yaml", "build/aiserver", "make build", "make .venv",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not name %s", err, want)
		}
	}
}

func TestUpNamesThePortThatIsTaken(t *testing.T) {
	t.Parallel()
	ln, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	_, port, _ := net.SplitHostPort(ln.Addr().String())
	n, _ := strconv.Atoi(port)
	_, err = local.Up(t.Context(), local.Options{Root: checkout(t, "exit 1"), SitePort: n})
	if err == nil || !strings.Contains(err.Error(), "port "+port+" is taken") ||
		!strings.Contains(err.Error(), fmt.Sprintf("PORT=%d make run", n+1)) {
		t.Errorf("err = %v", err)
	}
}

func TestUpRefusesAFolderInUse(t *testing.T) {
	t.Parallel()
	state := t.TempDir()
	held := make(chan error, 1)
	ctx, stop := context.WithCancel(t.Context())
	started := filepath.Join(t.TempDir(), "started")
	root := checkout(t, "touch "+started+"; exec sleep 60")
	go func() {
		_, err := local.Up(ctx, local.Options{Root: root, StateDir: state})
		held <- err
	}()
	waitFor(t, func() bool { _, err := os.Stat(started); return err == nil })
	_, err := local.Up(t.Context(), local.Options{Root: root, StateDir: state})
	if err == nil || !strings.Contains(err.Error(), "in use by another run") {
		t.Errorf("err = %v", err)
	}
	stop()
	if err := <-held; !errors.Is(err, context.Canceled) {
		t.Errorf("the first one: %v", err)
	}
}

func TestUpGivesTheLastWordsOfALocalAWSThatDies(t *testing.T) {
	t.Parallel()
	state := filepath.Join(t.TempDir(), "state")
	var said bytes.Buffer
	_, err := local.Up(t.Context(),
		local.Options{Root: checkout(t, "echo it is broken >&2; exit 3"), StateDir: state, Log: &said})
	if err == nil || !strings.Contains(err.Error(), "it is broken") || !strings.Contains(err.Error(), "exit status 3") {
		t.Errorf("err = %v", err)
	}
	if !strings.Contains(said.String(), "Starting the local AWS") || !strings.Contains(said.String(), "failed") {
		t.Errorf("said %q", said.String())
	}
	log, err := os.ReadFile(filepath.Join(state, "aws.log"))
	if err != nil || string(log) != "it is broken\n" {
		t.Errorf("log %q, %v", log, err)
	}
	info, err := os.Stat(state)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the state is open to others: %v, %v", info.Mode(), err)
	}
}

func TestAnInterruptedUpLeavesNothingRunning(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	// A local AWS that does not listen, ignores SIGTERM and has a child of its own.
	root := checkout(t,
		fmt.Sprintf(`trap "" TERM; sleep 300 & echo $! > %[1]s/grandchild; echo $$ > %[1]s/child; wait; wait`, dir))
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	done := make(chan error, 1)
	go func() {
		_, err := local.Up(ctx, local.Options{Root: root, Log: os.Stderr, StopGrace: 200 * time.Millisecond})
		done <- err
	}()
	child, grandchild := pid(t, filepath.Join(dir, "child")), pid(t, filepath.Join(dir, "grandchild"))
	stop()
	if err := <-done; !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "was killed") {
		t.Errorf("err = %v", err)
	}
	for _, p := range []int{child, grandchild} {
		waitFor(t, func() bool { return !alive(p) })
	}
}

// pid waits for a file with a process id.
func pid(t *testing.T, path string) (n int) {
	t.Helper()
	waitFor(t, func() bool {
		data, err := os.ReadFile(path)
		if err != nil {
			return false
		}
		n, err = strconv.Atoi(strings.TrimSpace(string(data)))
		return err == nil
	})
	return n
}

// alive reports whether a process runs; one that is dead and not yet collected
// does not.
func alive(pid int) bool {
	if syscall.Kill(pid, 0) != nil {
		return false
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err != nil || !strings.Contains(string(stat), ") Z ")
}

// waitFor fails the test unless something becomes so within ten seconds.
func waitFor(t *testing.T, so func() bool) {
	t.Helper()
	for range 1000 {
		if so() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("it did not happen within ten seconds")
}

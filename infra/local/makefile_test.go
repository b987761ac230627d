package local_test

import (
	"bytes"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// during gives the command of tools/during, by which make runs what takes long.
// It leaves its logs in dir.
func during(t *testing.T, dir, script string) (*exec.Cmd, *bytes.Buffer) {
	t.Helper()
	program, err := filepath.Abs("../../tools/during")
	if err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	cmd := exec.CommandContext(t.Context(), program, "Working", "bash", "-c", script)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, &said, &said
	return cmd, &said
}

// Ctrl-C while something is built or installed: what make runs has started
// programs of its own, and they must end too.
func TestCtrlCWhileSomethingIsBuiltLeavesNothing(t *testing.T) {
	t.Parallel()
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		t.Run(sig.String(), func(t *testing.T) {
			t.Parallel()
			if signal.Ignored(sig) {
				t.Skip("ignored here, as under nohup: a shell cannot catch what it was told to ignore")
			}
			dir := t.TempDir()
			cmd, said := during(t, dir, "sleep 300 & echo $! > grandchild; echo $$ > child; wait")
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			child, grandchild := pid(t, filepath.Join(dir, "child")), pid(t, filepath.Join(dir, "grandchild"))
			if err := cmd.Process.Signal(sig); err != nil {
				t.Fatal(err)
			}
			if err := cmd.Wait(); err == nil || cmd.ProcessState.ExitCode() != 130 {
				t.Errorf("%v, said %q", err, said)
			}
			if alive(child) || alive(grandchild) {
				t.Errorf("still there: child %t, grandchild %t", alive(child), alive(grandchild))
			}
		})
	}
}

func TestWhatTakesLongShowsThatItGoesOn(t *testing.T) {
	t.Parallel()
	cmd, said := during(t, t.TempDir(), "sleep 2.9; echo it is broken; exit 7")
	began := time.Now()
	_ = cmd.Run()
	if cmd.ProcessState.ExitCode() != 7 {
		t.Errorf("exit code %d, want the command's 7", cmd.ProcessState.ExitCode())
	}
	lines := strings.Split(strings.TrimSpace(said.String()), "\n")
	if len(lines) < 3 || !strings.HasPrefix(lines[0], "Working ...") || !strings.Contains(lines[1], "failed after") || !strings.Contains(lines[len(lines)-1], "it is broken") {
		t.Errorf("in %v it said %q", time.Since(began), lines)
	}
	cmd, said = during(t, t.TempDir(), "echo chatter")
	if err := cmd.Run(); err != nil || strings.Contains(said.String(), "chatter") || !strings.Contains(said.String(), "done in") {
		t.Errorf("%v, said %q", err, said)
	}
}

// makes runs a target of the Makefile and gives what it says.
func makes(t *testing.T, path string, arguments ...string) (string, error) {
	t.Helper()
	program, err := exec.LookPath("make")
	if err != nil {
		t.Skip("make is not installed")
	}
	cmd := exec.CommandContext(t.Context(), program, append([]string{"--no-print-directory", "-C", "../.."}, arguments...)...)
	cmd.Env = append(os.Environ(), "PATH="+path)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func TestWhatAMachineLacksIsNamedAtOnce(t *testing.T) {
	t.Parallel()
	if said, err := makes(t, os.Getenv("PATH"), "needs"); err != nil {
		t.Errorf("this machine: %v\n%s", err, said)
	}
	said, err := makes(t, t.TempDir(), "needs")
	for _, want := range []string{"Go 1.", "go.dev", "Python 3.11", "PYTHON=", "Node.js 20"} {
		if err == nil || !strings.Contains(said, want) {
			t.Errorf("an empty machine: %q is not named (%v):\n%s", want, err, said)
		}
	}
	// Too old counts as missing.
	old := filepath.Join(t.TempDir(), "go")
	if err := os.WriteFile(old, []byte("#!/bin/sh\necho go version go1.21.5 linux/amd64\n"), 0o700); err != nil { //nolint:gosec // a program must be executable
		t.Fatal(err)
	}
	if said, err := makes(t, os.Getenv("PATH"), "needs", "GO="+old); err == nil || !strings.Contains(said, "Go 1.") || strings.Contains(said, "Python") {
		t.Errorf("an old Go: %v\n%s", err, said)
	}
}

func TestATakenPortIsNamedBeforeAnythingIsBuilt(t *testing.T) {
	t.Parallel()
	ln, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(ln.Addr().String())
	if said, err := makes(t, os.Getenv("PATH"), "port", "PORT="+port); err == nil || !strings.Contains(said, "Port "+port+" is taken") {
		t.Errorf("%v\n%s", err, said)
	}
	_ = ln.Close()
	if said, err := makes(t, os.Getenv("PATH"), "port", "PORT="+port); err != nil {
		t.Errorf("a free port: %v\n%s", err, said)
	}
	// What `make run` does first is just that.
	makefile, err := os.ReadFile("../../Makefile")
	if err != nil || !bytes.Contains(makefile, []byte("\nrun: needs port build ")) {
		t.Errorf("make run does not begin with it (%v)", err)
	}
}

package local

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

// process is a child with everything it starts itself. It runs in a process
// group of its own, so that Ctrl-C in a terminal reaches only us and we end the
// children in order; and, on Linux, it is told to end when we die without
// having done so.
type process struct {
	name string
	cmd  *exec.Cmd
	tail *tail
	done chan struct{} // closed when the process has ended and its output is read
	err  error         // of the end; read after done
}

// spawn starts a program. Its output goes, line by line, to each of the sinks
// and into the tail that a failure is explained with.
func spawn(name string, cmd *exec.Cmd, sinks ...func(line string)) (*process, error) {
	p := &process{name: name, cmd: cmd, tail: &tail{}, done: make(chan struct{})}
	read, write, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	cmd.Stdout, cmd.Stderr = write, write
	cmd.SysProcAttr = attributes()
	if err := cmd.Start(); err != nil {
		_, _ = read.Close(), write.Close()
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	_ = write.Close() // the child holds the other one
	var reading sync.WaitGroup
	reading.Go(func() {
		defer read.Close()
		eachLine(read, append(slices.Clone(sinks), p.tail.add))
	})
	go func() {
		p.err = cmd.Wait()
		// What the child left running may hold the pipe for ever.
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		reading.Wait()
		close(p.done)
	}()
	return p, nil
}

// eachLine gives every line of r to every sink. A line longer than a log line
// has any reason to be is cut into several.
func eachLine(r io.Reader, sinks []func(string)) {
	const longest = 64 << 10
	in := bufio.NewReaderSize(r, longest)
	for {
		line, err := in.ReadSlice('\n')
		if text := strings.TrimRight(string(line), "\r\n"); text != "" {
			for _, sink := range sinks {
				sink(text)
			}
		}
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return
		}
	}
}

// stop asks the process to end and, after grace, ends it and all it started.
func (p *process) stop(grace time.Duration) error {
	if p == nil {
		return nil
	}
	select {
	case <-p.done:
		return nil
	default:
	}
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.done:
		return nil
	case <-time.After(grace):
	}
	_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
	select {
	case <-p.done:
		return fmt.Errorf("%s did not end within %s and was killed", p.name, grace)
	case <-time.After(5 * time.Second):
		return fmt.Errorf("%s (process %d) cannot be killed", p.name, p.cmd.Process.Pid)
	}
}

// ended explains an end nobody asked for.
func (p *process) ended() error {
	return fmt.Errorf("%s ended unexpectedly (%w); its last words:\n%s", p.name, errors.Join(p.err, errEnded), p.tail)
}

var errEnded = errors.New("process ended")

// tail remembers the last lines of an output.
type tail struct {
	mu    sync.Mutex
	lines []string
}

// tailLines is enough for a Python traceback's interesting end.
const tailLines = 25

func (t *tail) add(line string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.lines) == tailLines {
		t.lines = slices.Delete(t.lines, 0, 1)
	}
	t.lines = append(t.lines, line)
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return "    " + strings.Join(t.lines, "\n    ")
}

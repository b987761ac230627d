package worker

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"
)

// process is one life of the worker.
type process struct {
	cmd    *exec.Cmd
	conn   net.Conn
	limits Limits
	write  sync.Mutex

	ready   chan struct{} // closed when every role is loaded
	loaded  header        // what it said when it was ready: its models and their digests by role; read after ready
	answers chan answer   // and the steps before it
	done    chan struct{} // closed when the process is gone
	err     error         // why; read after done

	kill sync.Once
	why  error // of the kill; read after done
}

type answer struct {
	header header
	pixels []byte
}

// steps is how many steps of a job may wait to be told; each is told at once, and no model has more.
const steps = 64

var (
	errHung     = errors.New("no heartbeat")
	errSlow     = errors.New("not ready in time")
	errDeaf     = errors.New("went on with a job after its end")
	errUnasked  = errors.New("an answer nobody asked for")
	errHungUp   = errors.New("hung up")
	errNoError  = errors.New("without an error")
	errFinished = errors.New("told to end")
)

// spawn starts the program with one end of a socket pair as its file descriptor 3.
// A pair needs no path, and whichever side dies, the other one notices.
func spawn(command, environ []string, limits Limits, say func(line string)) (*process, error) {
	fds, err := socketPair()
	if err != nil {
		return nil, fmt.Errorf("socket pair: %w", err)
	}
	ours, theirs := os.NewFile(uintptr(fds[0]), "worker"), os.NewFile(uintptr(fds[1]), "worker")
	defer theirs.Close()
	conn, err := net.FileConn(ours)
	_ = ours.Close() // FileConn has its own
	if err != nil {
		return nil, fmt.Errorf("socket pair: %w", err)
	}
	p := &process{
		conn: conn, limits: limits, ready: make(chan struct{}), answers: make(chan answer, steps), done: make(chan struct{}),
	}
	p.cmd = exec.Command(command[0], command[1:]...) //nolint:gosec,noctx // configured; Close ends it
	p.cmd.Env, p.cmd.ExtraFiles = environ, []*os.File{theirs}
	// A group of its own: Ctrl-C in a terminal is ours, and it ends when we hang up.
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	said, saying, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start the worker: %w", err), conn.Close())
	}
	p.cmd.Stderr = saying
	err = p.cmd.Start()
	_ = saying.Close() // the worker has its own
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start the worker: %w", err), said.Close(), conn.Close())
	}
	var reading sync.WaitGroup
	reading.Go(func() {
		defer said.Close()
		for s := bufio.NewScanner(said); s.Scan(); {
			say(s.Text())
		}
		_, _ = io.Copy(io.Discard, said) // after a line too long to scan
	})
	reading.Go(func() {
		p.end(p.read())
		_ = p.cmd.Process.Kill()
	})
	go func() {
		exit := p.cmd.Wait()
		// What it has started may hold its socket and its output for ever.
		_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
		p.end(errHungUp)
		reading.Wait()
		p.err = p.why
		if errors.Is(p.err, errHungUp) {
			p.err = fmt.Errorf("%w: %w", p.err, cmp.Or(exit, errNoError))
		}
		close(p.done)
	}()
	return p, nil
}

// socketPair makes a pair that no other process inherits which is started meanwhile.
func socketPair() (fds [2]int, err error) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	fds, err = syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err == nil {
		syscall.CloseOnExec(fds[0])
		syscall.CloseOnExec(fds[1])
	}
	return fds, err //nolint:wrapcheck // its caller says what this was for
}

// end hangs up, for a reason; the process ends by itself or is killed. The first reason counts.
func (p *process) end(why error) {
	p.kill.Do(func() {
		p.why = why
		_ = p.conn.Close()
	})
}

// read takes what the worker sends until it hangs up, is ended, or falls silent.
func (p *process) read() error {
	loading := time.AfterFunc(p.limits.Start, func() { p.end(errSlow) })
	defer loading.Stop()
	in := bufio.NewReader(p.conn)
	for {
		if p.loaded.Models != nil { // before that, what it imports may keep it from speaking
			_ = p.conn.SetReadDeadline(time.Now().Add(p.limits.Silence))
		}
		h, pixels, err := readFrame(in)
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
			return errHung
		case errors.Is(err, io.EOF):
			return errHungUp
		case err != nil:
			return err
		}
		switch h.Type {
		case typeBeat:
		case typeReady:
			if p.loaded.Models != nil || h.Models == nil {
				return fmt.Errorf("%w: ready twice, or without models", errFrame)
			}
			loading.Stop()
			p.loaded = h
			close(p.ready)
		case typeProgress, typeResult, typeError:
			select {
			case p.answers <- answer{h, pixels}:
			default: // more than a job has, and we ask one thing at a time
				return errUnasked
			}
		default:
			return fmt.Errorf("%w: a type of %q", errFrame, h.Type)
		}
	}
}

func (p *process) send(h header, pixels []byte) error {
	p.write.Lock()
	defer p.write.Unlock()
	_ = p.conn.SetWriteDeadline(time.Now().Add(p.limits.Silence))
	return writeFrame(p.conn, h, pixels)
}

// exchange sends a job and waits for its answer; step takes each of its steps. When ctx ends
// it tells the worker to stop and waits for its word; a worker that does not obey is ended.
// The error is ctx's, or errDied when there is no process any more.
func (p *process) exchange(ctx context.Context, h header, pixels []byte, step func(done, of int)) (answer, error) {
	if err := p.send(h, pixels); err != nil {
		p.end(err)
	}
	cancelled, grace := ctx.Done(), (<-chan time.Time)(nil)
	for {
		select {
		case a := <-p.answers:
			if a.header.ID != h.ID {
				p.end(errUnasked)
				<-p.done
				return answer{}, fmt.Errorf("%w: %w", errDied, p.err)
			}
			if a.header.Type == typeProgress {
				step(a.header.Done, a.header.Of)
				continue
			}
			return a, ctx.Err()
		case <-p.done:
			return answer{}, fmt.Errorf("%w: %w", errDied, p.err)
		case <-cancelled:
			cancelled, grace = nil, time.After(p.limits.Grace)
			_ = p.send(header{Type: typeCancel, ID: h.ID}, nil) // one that is gone is noticed anyway
		case <-grace:
			p.end(errDeaf)
			grace = nil
		}
	}
}

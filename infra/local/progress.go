package local

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"
)

// progress tells a person what is being done: on a terminal one line a phase
// that counts its seconds, elsewhere a line at the beginning, one every few
// seconds while it lasts, and one at the end.
type progress struct {
	w        io.Writer
	terminal bool
}

func newProgress(w io.Writer) *progress {
	p := &progress{w: w}
	if f, ok := w.(*os.File); ok {
		info, err := f.Stat()
		p.terminal = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	return p
}

// How often a phase shows that it is alive.
const (
	tickTerminal = 100 * time.Millisecond
	tickLines    = 2 * time.Second
)

// phase does work and shows its name, that it goes on, and how it ended.
func (p *progress) phase(name string, work func() error) error {
	start := time.Now()
	every := tickLines
	if p.terminal {
		every = tickTerminal
	}
	stop := make(chan struct{})
	var ticking sync.WaitGroup
	ticking.Go(func() {
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			select {
			case <-stop:
				return
			case <-tick.C:
				p.going(name, time.Since(start))
			}
		}
	})
	err := work()
	close(stop)
	ticking.Wait()
	result := "done"
	if err != nil {
		result = "failed"
	}
	p.print("%s%-34s %s in %.1f s\n", p.again(), name, result, time.Since(start).Seconds())
	return err
}

func (p *progress) going(name string, d time.Duration) {
	if p.terminal {
		p.print("%s%-34s %.0f s", p.again(), name+" ...", d.Seconds())
		return
	}
	p.print("%-34s %.0f s\n", name+" ...", d.Seconds())
}

// again begins the terminal's line anew (ECMA-48: CR, and EL to its end).
func (p *progress) again() string {
	if p.terminal {
		return "\r\x1b[K"
	}
	return ""
}

func (p *progress) print(format string, args ...any) { _, _ = fmt.Fprintf(p.w, format, args...) }

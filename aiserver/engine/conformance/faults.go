package conformance

import (
	"context"
	"errors"
	"fmt"
	"image"
	"reflect"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nanococoa/nanococoa/aiserver/engine"
	"github.com/nanococoa/nanococoa/internal/compose"
	"github.com/nanococoa/nanococoa/internal/fault"
)

func cannotBeMade(ctx context.Context, open func() engine.Engine) error {
	e := open()
	const wide, high, most = compose.MinWidth, compose.MinHeight, compose.MaxSide
	var broken []error
	for name, tc := range map[string]struct {
		change func(r *engine.Request)
		code   fault.Code
	}{
		"no photo":       {func(r *engine.Request) { r.Photo = nil }, fault.PhotoMissing},
		"an empty photo": {func(r *engine.Request) { r.Photo = &image.NRGBA{} }, fault.PhotoMissing},
		"no size":        {func(r *engine.Request) { r.Size = image.Point{} }, fault.GPURejected},
		"too narrow":     {func(r *engine.Request) { r.Size = image.Pt(wide-1, 600) }, fault.GPURejected},
		"too low":        {func(r *engine.Request) { r.Size = image.Pt(600, high-1) }, fault.GPURejected},
		"too wide":       {func(r *engine.Request) { r.Size = image.Pt(most+1, 600) }, fault.GPURejected},
		"too high":       {func(r *engine.Request) { r.Size = image.Pt(600, most+1) }, fault.GPURejected},
	} {
		r := request()
		tc.change(&r)
		made, err := render(ctx, e, r)
		if err := refused(made, err, tc.code); err != nil {
			broken = append(broken, fmt.Errorf("%s: %w", name, err))
		}
	}
	for name, picture := range map[string]image.Image{"no picture": nil, "an empty picture": &image.RGBA{}} {
		_, err := scored(ctx, e, engine.ScoreRequest{Picture: picture, Text: "여름"})
		if err := allowed(err, fault.PhotoMissing); err != nil {
			broken = append(broken, fmt.Errorf("score of %s: %w", name, err))
		}
	}
	return errors.Join(broken...)
}

// refused checks that nothing was made, for one of the reasons.
func refused(made engine.Rendering, err error, codes ...fault.Code) error {
	if err := allowed(err, codes...); err != nil {
		return err
	}
	if !reflect.DeepEqual(made, engine.Rendering{}) {
		return errors.New("an error and a picture at once")
	}
	return nil
}

func endedBefore(ctx context.Context, open func() engine.Engine) error {
	e := open()
	canceled, cancel := context.WithCancel(ctx)
	cancel()
	late, cancel := context.WithDeadline(ctx, time.Now().Add(-time.Second))
	defer cancel()
	var broken []error
	for _, ctx := range []context.Context{canceled, late} {
		made, err := render(ctx, e, request())
		broken = append(broken, stopped("render", refused(made, err, fault.GPUUnavailable), err, ctx.Err()))
		_, err = scored(ctx, e, engine.ScoreRequest{Picture: photo(), Text: "여름"})
		broken = append(broken, stopped("score", allowed(err, fault.GPUUnavailable), err, ctx.Err()))
	}
	return errors.Join(broken...)
}

// stopped adds to what is wrong with an error that it does not say why.
func stopped(what string, wrong, err, reason error) error {
	if wrong == nil && !errors.Is(err, reason) {
		wrong = fmt.Errorf("an error that does not wrap its reason: %w", err)
	}
	if wrong != nil {
		return fmt.Errorf("%s with %w: %w", what, reason, wrong)
	}
	return nil
}

// ending is a context that ends when it has been looked at so many times. It
// remembers how it was looked at.
type ending struct {
	context.Context
	left, after atomic.Int64 // looks until it ends, and after that
	last        atomic.Int64 // when Err was asked last, in Unix nanoseconds
	waited      atomic.Bool  // somebody has Done's channel
	end         sync.Once
	done        chan struct{}
}

func newEnding(ctx context.Context, looks int64) *ending {
	e := &ending{Context: ctx, done: make(chan struct{})}
	e.left.Store(looks)
	return e
}

func (e *ending) look() (over bool) {
	if e.left.Add(-1) >= 0 {
		return false
	}
	e.after.Add(1)
	e.end.Do(func() { close(e.done) })
	return true
}

// Done is closed when the context has ended.
func (e *ending) Done() <-chan struct{} {
	e.waited.Store(true)
	e.look()
	return e.done
}

// Err is context.Canceled when the context has ended.
func (e *ending) Err() error {
	e.last.Store(time.Now().UnixNano())
	if e.look() {
		return context.Canceled
	}
	return nil
}

// endsInTheMiddle ends the context at a look of the engine's, so that no clock
// decides. For an engine that waits for Done, as one does who waits for another
// process, it ends after a share of the time.
func endsInTheMiddle(ctx context.Context, open func() engine.Engine) error {
	e, r := open(), request()
	r.Size = image.Pt(400, 400)
	looks, took, waits, err := looks(ctx, e, r)
	if err != nil {
		return err
	}
	if waits {
		return endsByTheClock(ctx, e, r, took)
	}
	var broken []error
	for part := range int64(4) {
		ctx := newEnding(ctx, looks*part/4)
		made, err := render(ctx, e, r)
		wrong := refused(made, err, fault.GPUUnavailable)
		if after := ctx.after.Load(); wrong == nil && after > looks/8+16 { // each of its workers may look once more
			wrong = fmt.Errorf("it went on and looked %d more times", after)
		}
		what := fmt.Sprintf("render, after %d of %d looks,", looks*part/4, looks)
		broken = append(broken, stopped(what, wrong, err, context.Canceled))
	}
	return errors.Join(broken...)
}

// looks renders once to see how often the engine looks at its context, how long it
// takes, and whether it rather waits for it. It is wrong for it to do neither for
// half of the time; one pause of the machine is not held against it.
func looks(
	ctx context.Context, e engine.Engine, r engine.Request,
) (looks int64, took time.Duration, waits bool, err error) {
	const never, tries = 1 << 40, 3
	var blind time.Duration
	for range tries {
		whole := newEnding(ctx, never)
		began := time.Now()
		whole.last.Store(began.UnixNano())
		if _, err := good(whole, e, r); err != nil {
			return 0, 0, false, err
		}
		took, looks, waits = time.Since(began), never-whole.left.Load(), whole.waited.Load()
		blind = time.Since(time.Unix(0, whole.last.Load()))
		if waits || looks > 0 && blind < took/2 {
			return looks, took, waits, nil
		}
	}
	return 0, 0, false, fmt.Errorf("in the last %v of %v it does not look at its context", blind, took)
}

func endsByTheClock(ctx context.Context, e engine.Engine, r engine.Request, took time.Duration) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var ended atomic.Pointer[time.Time]
	timer := time.AfterFunc(took/4, func() {
		now := time.Now()
		ended.Store(&now)
		cancel()
	})
	defer timer.Stop()
	made, err := render(ctx, e, r)
	if ended.Load() == nil {
		return nil // this time it was done before: there is nothing to see
	}
	late := time.Since(*ended.Load())
	if err == nil && late < took/4 {
		return nil // it was as good as done
	}
	wrong := refused(made, err, fault.GPUUnavailable)
	if late > took/4+time.Second {
		wrong = fmt.Errorf("it went on for %v", late)
	}
	return stopped("render", wrong, err, context.Canceled)
}

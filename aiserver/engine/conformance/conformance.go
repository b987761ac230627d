// Package conformance holds what every engine must do, as one suite of tests: the
// promises of package engine, each with a check of its own. The test of an engine
// calls Exercise, once without and, for one small picture's time, once with the
// race detector:
//
//	func TestConformance(t *testing.T) {
//		conformance.Exercise(t, func(*testing.T) engine.Engine { return standin.New(nil) })
//	}
package conformance

import (
	"context"
	"errors"
	"fmt"
	"image"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/nanococoa/nanococoa/aiserver/engine"
	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/fault"
)

// Check is one promise. Run makes the engines it needs and says how the promise
// was broken, or nil.
type Check struct {
	Name string
	Run  func(ctx context.Context, open func() engine.Engine) error
}

// Checks lists every promise.
func Checks() []Check {
	return []Check{
		{"name", name},
		{"same request, same bytes", sameBytes},
		{"another seed, another picture", anotherSeed},
		{"another photo, another picture", anotherPhoto},
		{"every size", everySize},
		{"any words", anyWords},
		{"any photo", anyPhoto},
		{"the product's own pixels", ownPixels},
		{"the photo is shown as it is", asItIs},
		{"the owner's word on the cut-out", ownersWord},
		{"clear pixels have no colour", clearPixels},
		{"the mask is the product's", mask},
		{"a request stays as it was", requestStays},
		{"a result belongs to its caller", resultIsTheCallers},
		{"many at once", manyAtOnce},
		{"what cannot be made", cannotBeMade},
		{"ended before it begins", endedBefore},
		{"ends in the middle", endsInTheMiddle},
		{"score", score},
		{"same picture and text, same score", sameScore},
	}
}

// Exercise runs every check as a test of its own, side by side with the others.
// open makes a new engine.
func Exercise(t *testing.T, open func(t *testing.T) engine.Engine) {
	t.Helper()
	for _, c := range Checks() {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			if err := c.Run(t.Context(), func() engine.Engine { return open(t) }); err != nil {
				t.Error(err)
			}
		})
	}
}

// render is one call of Render. A panic is an error like any other.
func render(ctx context.Context, e engine.Engine, r engine.Request) (made engine.Rendering, err error) {
	defer caught(&err)
	return e.Render(ctx, r)
}

// good is a call of Render that must succeed with something its caller can use.
func good(ctx context.Context, e engine.Engine, r engine.Request) (engine.Rendering, error) {
	made, err := render(ctx, e, r)
	if err != nil {
		return made, fmt.Errorf("render: %w", err)
	}
	return made, made.Check(r.Size)
}

func scored(ctx context.Context, e engine.Engine, r engine.ScoreRequest) (s ad.Score, err error) {
	defer caught(&err)
	return e.Score(ctx, r)
}

func caught(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
	}
}

// allowed checks that an error is a fault an engine may give, of one of the codes
// when there are any.
func allowed(err error, codes ...fault.Code) error {
	var f *fault.Fault
	switch {
	case err == nil:
		return errors.New("no error")
	case !errors.As(err, &f):
		return fmt.Errorf("an error that is no fault: %w", err)
	case !strings.HasPrefix(string(f.Code), "Photo.") && !strings.HasPrefix(string(f.Code), "GPU."):
		return fmt.Errorf("a fault of the code %s: %w", f.Code, err)
	case len(codes) > 0 && !fault.Has(err, codes...):
		return fmt.Errorf("a fault of the code %s, want %v: %w", f.Code, codes, err)
	}
	return nil
}

// request is an ordinary job for the smallest picture there is.
func request() engine.Request {
	return engine.Request{
		Photo: photo(), Name: "비타민", Category: "건강식품", Concept: "햇살 가득한 아침",
		Prompt: "A sunlit kitchen table in the morning, soft light from the left.", Seed: 7, Size: image.Pt(342, 228),
	}
}

package mixed

import (
	"context"
	"fmt"
	"image"
	"time"

	"github.com/nanococoa/nanococoa/aiserver/engine"
	"github.com/nanococoa/nanococoa/aiserver/standin"
	"github.com/nanococoa/nanococoa/aiserver/standin/raster"
	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/copywriter"
	"github.com/nanococoa/nanococoa/internal/fault"
)

// furtherTries is how often a model that changed the product is asked again, with another seed.
const furtherTries = 2

// paint has the model paint scenes until enough leave the product as it is, and takes the best
// of them; without any it draws the scene. Fault: GPU.Unavailable when ctx ends.
func (e *Engine) paint(ctx context.Context, r engine.Request, s *standin.Staging) (engine.Rendering, error) {
	prompt, err := promptOf(ctx, r)
	if err != nil {
		return engine.Rendering{}, err
	}
	limit, cancel := newPatience(ctx)
	defer cancel()
	var best engine.Rendering
	bestValue, kept := -1.0, 0
	reason := ad.ReasonFailed
	for try := 0; try < e.c.Candidates+furtherTries && kept < e.c.Candidates && limit.hasTime(); try++ {
		made, change, err := e.one(limit, s, prompt, seedOf(r.Seed, try))
		if ctx.Err() != nil {
			return engine.Rendering{}, engine.Ended(ctx)
		}
		if err != nil {
			break // it was asked twice
		}
		if change != "" {
			e.c.Log.Info("the model changed the product", "try", try+1, "how", change)
			e.tried(change)
			reason = ad.ReasonChanged
			continue
		}
		e.tried("kept")
		kept++
		value := 0.0
		if e.c.Candidates > 1 { // else there is nothing to choose from
			score, err := e.Score(ctx, engine.ScoreRequest{Picture: made.Picture, Text: r.Concept})
			if err != nil {
				return engine.Rendering{}, err
			}
			value = score.Value
		}
		if value > bestValue {
			best, bestValue = made, value
		}
	}
	if kept > 0 {
		return best, nil
	}
	e.tried("drawn")
	out, err := s.Paint(ctx)
	if err != nil {
		return engine.Rendering{}, err //nolint:wrapcheck // the engine's own
	}
	for i, p := range out.Parts {
		if p.Role == ad.RoleScene {
			out.Parts[i].Reason = reason
		}
	}
	return out, nil
}

// one paints one scene, puts the product's own pixels into it and says whether the model changed
// the product; "" when it did not.
func (e *Engine) one(
	limit *patience, s *standin.Staging, prompt string, seed uint64,
) (made engine.Rendering, change string, err error) {
	began := time.Now()
	defer func() { limit.last = time.Since(began) }()
	canvas := s.Canvas()
	picture, err := asked(limit, e, ad.RoleScene, func(ctx context.Context) (*image.RGBA, error) {
		p, err := e.c.Scene.Scene(ctx, s.Canvas(), prompt, seed, e.progress)
		if err == nil {
			err = usable(p, canvas.Rect)
		}
		return p, err
	})
	if err != nil {
		return engine.Rendering{}, "", err
	}
	picture = clone(picture) // opaque below, and the model's own stays its own
	for i := 3; i < len(picture.Pix); i += 4 {
		picture.Pix[i] = 255
	}
	found, sure, err := e.c.Drawn.Again(limit, picture, s)
	if err != nil {
		return engine.Rendering{}, "", err //nolint:wrapcheck // the engine's own
	}
	if change := changed(canvas, picture, found, sure); change != "" {
		return engine.Rendering{}, change, nil
	}
	made, err = s.Onto(limit, picture, maker(e.c.Scene.Role(ad.RoleScene)))
	return made, "", err //nolint:wrapcheck // likewise
}

// usable reports a picture that is not of the canvas's size. Fault: GPU.BadAnswer.
func usable(p *image.RGBA, want image.Rectangle) error {
	if p == nil || p.Rect != want || p.Stride != 4*want.Dx() || len(p.Pix) != p.Stride*want.Dy() {
		return fault.Newf(fault.GPUBadAnswer, "a scene that is not of %v", want.Max)
	}
	return nil
}

// promptOf is what the scene is painted from; without the caller's words the template's.
func promptOf(ctx context.Context, r engine.Request) (string, error) {
	if r.Prompt != "" {
		return r.Prompt, nil
	}
	p, err := copywriter.Template{}.WritePrompt(ctx, ad.Fields{
		ProductName: r.Name, ProductCategory: r.Category, AdConcept: r.Concept,
	})
	if err != nil {
		return "", fault.New(fault.GPUUnavailable, fmt.Errorf("prompt: %w", err))
	}
	return p.Text, nil
}

// seedOf is the request's own seed first, then others that follow from it.
func seedOf(seed uint64, try int) uint64 {
	if try == 0 {
		return seed
	}
	return raster.Hash(seed+uint64(try)) >> 11 // within what the contract calls a seed
}

// patience is a context that ends before its parent does, so that a scene can be drawn when the
// model takes too long.
type patience struct {
	context.Context
	end  time.Time     // zero when there is none
	last time.Duration // what the last scene took
}

// newPatience keeps a quarter of the time back, at most what drawing takes on a busy machine.
func newPatience(ctx context.Context) (*patience, context.CancelFunc) {
	const most = 30 * time.Second
	end, ok := ctx.Deadline()
	if !ok {
		return &patience{Context: ctx}, func() {}
	}
	end = end.Add(-min(time.Until(end)/4, most))
	c, cancel := context.WithDeadline(ctx, end)
	return &patience{Context: c, end: end}, cancel
}

// hasTime reports whether there is time for another scene.
func (p *patience) hasTime() bool { return p.end.IsZero() || time.Until(p.end) > p.last }

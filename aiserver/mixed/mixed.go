// Package mixed is the engine whose parts are done by models where there are some, and by the
// stand-in where there are none. Whoever paints the scene, the product in it is the photo's own
// pixels; a model that changes the product is asked again, and in the end the stand-in draws
// the scene, which the picture says.
package mixed

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"log/slog"
	"time"

	"github.com/nanococoa/nanococoa/aiserver/engine"
	"github.com/nanococoa/nanococoa/aiserver/standin"
	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/fault"
)

// Scener paints scenes.
type Scener interface {
	// Scene paints a picture of the canvas's size around what stands on it: straight alpha, 255
	// where the product is, 0 where a scene is to be made. It may paint over the product.
	// progress, which may be nil, hears how many of how many steps are done. Faults: GPU.* and
	// OpenAI.*; one that wraps ctx's error when that has ended.
	Scene(ctx context.Context, canvas *image.NRGBA, prompt string, seed uint64,
		progress func(done, of int)) (*image.RGBA, error)
	// Role says how the model of a role is.
	Role(role string) engine.Part
}

// Judge compares pictures with texts.
type Judge interface {
	// Similarity gives the model's own cosine, and a value 0 to 1. Faults: as Scene's.
	Similarity(ctx context.Context, picture *image.RGBA, text string) (cosine, value float64, err error)
	Role(role string) engine.Part
}

// Proposer proposes where words may go.
type Proposer interface {
	// Areas gives boxes in fractions of the picture. Faults: as Scene's.
	Areas(ctx context.Context, picture *image.RGBA) ([]ad.Box, error)
	Role(role string) engine.Part
}

// Metric names what a Judge's value is.
const Metric = "siglip2"

// Config says who does what. What is nil is the stand-in's.
type Config struct {
	Drawn      *standin.Engine // needed; it is closed with the engine
	Scene      Scener
	Score      Judge
	Analysis   Proposer
	Candidates int          // scenes that are painted, of which the best is taken; 0 is 1
	Close      func() error // ends what the models run in; nil when Drawn ends it
	Log        *slog.Logger
}

// Engine mixes parts. It is safe for concurrent use if its parts are.
type Engine struct {
	c Config
	*meter
}

var _ engine.Engine = (*Engine)(nil)

// New makes the engine.
func New(c Config) *Engine {
	c.Candidates = max(c.Candidates, 1)
	return &Engine{c: c, meter: newMeter()}
}

// Name is the engine's wire name.
func (*Engine) Name() string { return "mixed" }

// StandIn reports whether no model paints or scores.
func (e *Engine) StandIn() bool { return e.c.Scene == nil && e.c.Score == nil }

// Parts are the models, the cutter first.
func (e *Engine) Parts() []engine.Part {
	parts := e.c.Drawn.Parts()
	if e.c.Scene != nil {
		parts = append(parts, e.c.Scene.Role(ad.RoleScene))
	}
	if e.c.Score != nil {
		parts = append(parts, e.c.Score.Role(ad.RoleScore))
	}
	if e.c.Analysis != nil {
		parts = append(parts, e.c.Analysis.Role(ad.RoleAnalysis))
	}
	return parts
}

// Close ends all parts.
func (e *Engine) Close() error {
	err := e.c.Drawn.Close()
	if e.c.Close != nil {
		err = errors.Join(err, e.c.Close())
	}
	return err //nolint:wrapcheck // each says what it is
}

// Render puts the product into a scene. Faults: those of Request.Check, and GPU.Unavailable
// when ctx ends first: no fault of a model's is the picture's.
func (e *Engine) Render(ctx context.Context, r engine.Request) (engine.Rendering, error) {
	s, err := e.c.Drawn.Stage(ctx, r)
	if err != nil {
		return engine.Rendering{}, err //nolint:wrapcheck // the engine's own
	}
	var out engine.Rendering
	if e.c.Scene == nil || !s.CutOut() {
		out, err = s.Paint(ctx)
	} else {
		out, err = e.paint(ctx, r, s)
	}
	if err == nil {
		err = e.propose(ctx, &out)
	}
	if err != nil {
		return engine.Rendering{}, err
	}
	return out, nil
}

// propose asks where words may go. Without an answer the server measures alone.
func (e *Engine) propose(ctx context.Context, r *engine.Rendering) error {
	if e.c.Analysis == nil {
		return nil
	}
	boxes, err := asked(ctx, e, ad.RoleAnalysis, func(ctx context.Context) ([]ad.Box, error) {
		return e.c.Analysis.Areas(ctx, clone(r.Picture))
	})
	if ctx.Err() != nil {
		return engine.Ended(ctx)
	}
	if err != nil {
		r.Parts = append(r.Parts, ad.Part{Role: ad.RoleAnalysis, StandIn: true, Reason: ad.ReasonFailed})
		return nil //nolint:nilerr // the part says it
	}
	r.Areas = boxes[:min(len(boxes), engine.MaxWords)]
	r.Parts = append(r.Parts, maker(e.c.Analysis.Role(ad.RoleAnalysis)))
	return nil
}

// Score measures a picture against a text, by the model or, when that gives nothing, as the
// stand-in does. Faults: those of ScoreRequest.Check, and GPU.Unavailable when ctx ends first.
func (e *Engine) Score(ctx context.Context, r engine.ScoreRequest) (ad.Score, error) {
	if e.c.Score == nil {
		return e.c.Drawn.Score(ctx, r) //nolint:wrapcheck // the engine's own
	}
	if err := r.Check(); err != nil {
		return ad.Score{}, err //nolint:wrapcheck // likewise
	}
	if err := engine.Ended(ctx); err != nil {
		return ad.Score{}, err //nolint:wrapcheck // likewise
	}
	s, err := asked(ctx, e, ad.RoleScore, func(ctx context.Context) (ad.Score, error) {
		return e.judged(ctx, r)
	})
	if err == nil {
		return s, nil
	}
	if err := engine.Ended(ctx); err != nil {
		return ad.Score{}, err //nolint:wrapcheck // likewise
	}
	s, err = e.c.Drawn.Score(ctx, r)
	s.Reason = ad.ReasonFailed
	return s, err //nolint:wrapcheck // likewise
}

func (e *Engine) judged(ctx context.Context, r engine.ScoreRequest) (ad.Score, error) {
	pic := image.NewRGBA(image.Rectangle{Max: r.Picture.Bounds().Size()})
	draw.Draw(pic, pic.Rect, r.Picture, r.Picture.Bounds().Min, draw.Src)
	cosine, value, err := e.c.Score.Similarity(ctx, pic, r.Text)
	if err != nil {
		return ad.Score{}, err //nolint:wrapcheck // a fault
	}
	by := maker(e.c.Score.Role(ad.RoleScore))
	s := ad.Score{
		Metric: Metric, Model: by.Model, Version: by.Version, Digest: by.Digest,
		Value: value, RawCosine: &cosine, Text: r.Text,
	}
	return s, engine.CheckScore(s)
}

// maker names a model. One that has just died still has made what it gave.
func maker(p engine.Part) ad.Part {
	made := p.Maker()
	if made.Model == "" {
		made.Model = "unknown"
	}
	return made
}

// longestPause is how long an owner waits for a model that asks for a pause; the stand-in is
// there at once.
const longestPause = 10 * time.Second

// asked asks a model, and once more after a fault that may pass: the worker was started again,
// or its memory is free by then. The error is the last one.
func asked[T any](ctx context.Context, e *Engine, role string, ask func(context.Context) (T, error)) (T, error) {
	var out T
	var err error
	for again := range 2 {
		began := time.Now()
		out, err = ask(ctx)
		e.took(role, err, time.Since(began))
		if err == nil {
			return out, nil
		}
		f := fault.From(err)
		e.c.Log.Warn("a model gave nothing", "role", role, "try", again+1, "code", string(f.Code), "err", err.Error())
		if !f.Code.Retryable() || f.RetryAfter > longestPause || ctx.Err() != nil {
			break
		}
		select {
		case <-ctx.Done():
		case <-time.After(f.RetryAfter):
		}
	}
	return out, fmt.Errorf("role %s: %w", role, err)
}

func clone(m *image.RGBA) *image.RGBA {
	return &image.RGBA{Pix: append([]uint8(nil), m.Pix...), Stride: m.Stride, Rect: m.Rect}
}

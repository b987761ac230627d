// Package standin is the engine that needs no GPU and says so: it cuts the
// product out of its photo, builds a scene from the owner's words and measures
// pictures, with arithmetic only. It never claims to be a model.
package standin

import (
	"context"

	"github.com/nanococoa/nanococoa/aiserver/engine"
	"github.com/nanococoa/nanococoa/aiserver/standin/tone"
	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/fault"
)

// Engine makes stand-in pictures. It keeps nothing between calls and is safe
// for concurrent use.
type Engine struct{}

// New makes the engine. There is nothing to configure.
func New() *Engine { return &Engine{} }

// Name is the engine's wire name.
func (*Engine) Name() string { return "standin" }

// StandIn is true: no GPU model takes part.
func (*Engine) StandIn() bool { return true }

// Metric names what Score measures.
const Metric = "standin-v1"

// Score measures the picture against the text.
func (*Engine) Score(ctx context.Context, r engine.ScoreRequest) (ad.Score, error) {
	if r.Picture == nil || r.Picture.Bounds().Empty() {
		return ad.Score{}, fault.New(fault.PhotoMissing, nil)
	}
	if err := ctx.Err(); err != nil {
		return ad.Score{}, fault.From(err)
	}
	b := r.Picture.Bounds()
	var lo, hi float32 = 1, 0
	for y := b.Min.Y; y < b.Max.Y; y += 4 {
		for x := b.Min.X; x < b.Max.X; x += 4 {
			pr, pg, pb, _ := r.Picture.At(x, y).RGBA()
			l := tone.FromBytes(uint8(pr>>8), uint8(pg>>8), uint8(pb>>8)).Lab()[0]
			lo, hi = min(lo, l), max(hi, l)
		}
	}
	return ad.Score{Metric: Metric, Value: float64(max(hi-lo, 0)), Text: r.Text, StandIn: true}, nil
}

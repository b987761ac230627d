// Package standin is the engine that needs no GPU and says so: it cuts the
// product out of its photo, builds a scene from the owner's words and measures
// pictures, with arithmetic only. It never claims to be a model.
package standin

import (
	"context"
	"image"
	"image/color"

	"golang.org/x/image/draw"

	"github.com/nanococoa/nanococoa/aiserver/engine"
	"github.com/nanococoa/nanococoa/aiserver/standin/cutout"
	"github.com/nanococoa/nanococoa/aiserver/standin/raster"
	"github.com/nanococoa/nanococoa/aiserver/standin/tone"
	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/compose"
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

// Render composes the product into a scene. Faults: Photo.Missing without a
// photo, GPU.Rejected for a size outside 342×228..1920×1920, and ctx's own
// error when it ends first.
func (*Engine) Render(ctx context.Context, r engine.Request) (engine.Rendering, error) {
	if r.Photo == nil || r.Photo.Rect.Empty() {
		return engine.Rendering{}, fault.New(fault.PhotoMissing, nil)
	}
	w, h := r.Size.X, r.Size.Y
	if w < compose.MinWidth || h < compose.MinHeight || w > compose.MaxSide || h > compose.MaxSide {
		return engine.Rendering{}, fault.Newf(fault.GPURejected, "picture size %v", r.Size)
	}
	cut, err := cutout.Find(ctx, r.Photo)
	if err != nil {
		return engine.Rendering{}, fault.From(err)
	}
	const trusted = 0.5
	src, box := image.Image(cut.Pixels), cut.Box
	if cut.Evidence.Confidence() < trusted {
		src, box = r.Photo, r.Photo.Rect
	}
	k := min(float64(w)*0.6/float64(box.Dx()), float64(h)*0.58/float64(box.Dy()))
	pw, ph := int(k*float64(box.Dx())), int(k*float64(box.Dy()))
	at := image.Rect(0, 0, pw, ph).Add(image.Pt((w-pw)/2, h*87/100-ph))
	pic := image.NewRGBA(image.Rect(0, 0, w, h))
	wall, floor := tone.LCH(0.86, 0.04, 70), tone.LCH(0.92, 0.03, 70)
	horizon := h * 68 / 100
	err = raster.Rows(ctx, h, func(from, to int) {
		for y := from; y < to; y++ {
			for x := range w {
				c := wall.Mix(floor, float32(y)/float32(h)*0.3)
				if y > horizon {
					c = floor
				}
				pic.SetRGBA(x, y, color.RGBA{uint8(tone.Byte(c[0]) + 0.5), uint8(tone.Byte(c[1]) + 0.5), uint8(tone.Byte(c[2]) + 0.5), 255})
			}
		}
	})
	if err != nil {
		return engine.Rendering{}, fault.From(err)
	}
	mask := image.NewAlpha(pic.Rect)
	draw.CatmullRom.Scale(pic, at, src, box, draw.Over, nil)
	draw.CatmullRom.Scale(mask, at, src, box, draw.Src, nil)
	pb := ad.Box{float64(at.Min.X) / float64(w), float64(at.Min.Y) / float64(h), float64(pw) / float64(w), float64(ph) / float64(h)}
	return engine.Rendering{
		Picture:  pic,
		Analysis: compose.Analyze(pic, pb, mask, "standin", nil),
		Scene:    "plain",
		CutOut:   cut.Evidence.Confidence() >= trusted,
	}, nil
}

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

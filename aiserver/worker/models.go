package worker

import (
	"context"
	"encoding/json"
	"image"
	"math"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/fault"
)

// Scene has the model paint around the product. canvas is the picture to be: the product where
// it stands, and its coverage as alpha (0: to be made, 255: the product). The prompt is
// English. Another seed gives another picture; the same seed the same one. progress takes each
// step, before Scene returns; it may be nil. The answer has the canvas's size, is opaque and
// has its origin at 0,0. It is the model's whole picture, and its product is not quite the
// product. Faults: those of Do; Limits.Scene ends it too.
func (w *Worker) Scene(
	ctx context.Context, canvas *image.NRGBA, prompt string, seed uint64, progress func(done, of int),
) (*image.RGBA, error) {
	ctx, cancel := context.WithTimeout(ctx, w.cfg.Limits.Scene)
	defer cancel()
	width, height := canvas.Rect.Dx(), canvas.Rect.Dy()
	in := make([]byte, 0, 4*width*height)
	for y := range height {
		in = append(in, canvas.Pix[y*canvas.Stride:][:4*width]...)
	}
	answer, err := w.Do(ctx, Job{
		Role: Scene, Pixels: Pixels{width, height, 4, in}, Progress: progress,
		Args: struct {
			Prompt string `json:"prompt"`
			Seed   uint64 `json:"seed"`
			Steps  int    `json:"steps"` // 0: the model's own
		}{prompt, seed, 0},
	})
	if err != nil {
		return nil, err
	}
	out := answer.Pixels
	if out.Width != width || out.Height != height || out.Channels != 3 {
		return nil, fault.Newf(fault.GPUBadAnswer, "a scene of %d×%d×%d for a canvas of %d×%d",
			out.Width, out.Height, out.Channels, width, height)
	}
	scene := image.NewRGBA(image.Rect(0, 0, width, height))
	for i := range width * height {
		copy(scene.Pix[4*i:], out.Pix[3*i:3*i+3])
		scene.Pix[4*i+3] = 255
	}
	return scene, nil
}

// Similarity says how well an opaque picture and a text in any language agree: the cosine
// between what the model sees and what it reads, and what it makes of it, 0..1. Faults: those of Do;
// Limits.Score ends it too.
func (w *Worker) Similarity(ctx context.Context, picture *image.RGBA, text string) (cosine, value float64, err error) {
	ctx, cancel := context.WithTimeout(ctx, w.cfg.Limits.Score)
	defer cancel()
	answer, err := w.Do(ctx, Job{
		Role: Score, Pixels: rgb(picture.Pix, picture.Stride, picture.Rect),
		Args: struct {
			Text string `json:"text"`
		}{text},
	})
	if err != nil {
		return 0, 0, err
	}
	var info struct{ Cosine, Value *float64 }
	if err := json.Unmarshal(answer.Info, &info); err != nil || info.Cosine == nil || info.Value == nil ||
		math.Abs(*info.Cosine) > 1.001 || *info.Value < 0 || *info.Value > 1 {
		return 0, 0, fault.Newf(fault.GPUBadAnswer, "a score of %.200s", answer.Info)
	}
	return *info.Cosine, *info.Value, nil
}

// proposed is how many areas a model may propose: no layout has use for more.
const proposed = 16

// Areas proposes where in an opaque picture words may go, the best first; there may be none. Nobody
// has measured them. Faults: those of Do; Limits.Analysis ends it too.
func (w *Worker) Areas(ctx context.Context, picture *image.RGBA) ([]ad.Box, error) {
	ctx, cancel := context.WithTimeout(ctx, w.cfg.Limits.Analysis)
	defer cancel()
	answer, err := w.Do(ctx, Job{Role: Analysis, Pixels: rgb(picture.Pix, picture.Stride, picture.Rect)})
	if err != nil {
		return nil, err
	}
	var info struct{ Areas []ad.Box }
	if err := json.Unmarshal(answer.Info, &info); err != nil || len(info.Areas) > proposed {
		return nil, fault.Newf(fault.GPUBadAnswer, "areas of %.200s", answer.Info)
	}
	for _, b := range info.Areas {
		if b[0] < 0 || b[1] < 0 || b[2] <= 0 || b[3] <= 0 || b[0]+b[2] > 1+1e-9 || b[1]+b[3] > 1+1e-9 {
			return nil, fault.Newf(fault.GPUBadAnswer, "an area at %v", b)
		}
	}
	return info.Areas, nil
}

package worker

import (
	"context"
	"image"

	"github.com/nanococoa/nanococoa/aiserver/engine"
	"github.com/nanococoa/nanococoa/internal/fault"
)

// Cutout is the role that says where the product is.
const Cutout = "cutout"

// Alpha gives the model's coverage of the product in a photo: the network's own grid
// (320×320 for U²-Net-p), stretched over the whole photo, 255 where it is certain. The
// photo's alpha is not looked at. Faults: those of Do; Limits.Cutout ends it too.
func (w *Worker) Alpha(ctx context.Context, photo *image.NRGBA) (*image.Alpha, error) {
	ctx, cancel := context.WithTimeout(ctx, w.cfg.Limits.Cutout)
	defer cancel()
	out, err := w.Do(ctx, Cutout, rgb(photo))
	if err != nil {
		return nil, err
	}
	if out.Channels != 1 {
		return nil, fault.Newf(fault.GPUBadAnswer, "coverage with %d channels", out.Channels)
	}
	return &image.Alpha{Pix: out.Pix, Stride: out.Width, Rect: image.Rect(0, 0, out.Width, out.Height)}, nil
}

// Part says how the role is.
func (w *Worker) Part() engine.Part {
	s := w.Status()
	return engine.Part{Role: Cutout, Model: s.Models[Cutout], State: s.State}
}

// rgb leaves the alpha away.
func rgb(m *image.NRGBA) Pixels {
	w, h := m.Rect.Dx(), m.Rect.Dy()
	out := make([]byte, 0, 3*w*h)
	for y := range h {
		row := m.Pix[m.PixOffset(m.Rect.Min.X, m.Rect.Min.Y+y):][:4*w]
		for x := 0; x < len(row); x += 4 {
			out = append(out, row[x], row[x+1], row[x+2])
		}
	}
	return Pixels{w, h, 3, out}
}

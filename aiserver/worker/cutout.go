package worker

import (
	"context"
	"image"

	"github.com/nanococoa/nanococoa/aiserver/engine"
	"github.com/nanococoa/nanococoa/internal/fault"
)

// Alpha gives the model's coverage of the product in a photo: the network's own grid
// (320×320 for U²-Net-p, 1024×1024 for BiRefNet), stretched over the whole photo, 255 where it is certain. The
// photo's alpha is not looked at. Faults: those of Do; Limits.Cutout ends it too.
func (w *Worker) Alpha(ctx context.Context, photo *image.NRGBA) (*image.Alpha, error) {
	ctx, cancel := context.WithTimeout(ctx, w.cfg.Limits.Cutout)
	defer cancel()
	answer, err := w.Do(ctx, Job{Role: Cutout, Pixels: rgb(photo.Pix, photo.Stride, photo.Rect)})
	if err != nil {
		return nil, err
	}
	out := answer.Pixels
	if out.Channels != 1 {
		return nil, fault.Newf(fault.GPUBadAnswer, "coverage of %d×%d with %d channels", out.Width, out.Height, out.Channels)
	}
	return &image.Alpha{Pix: out.Pix, Stride: out.Width, Rect: image.Rect(0, 0, out.Width, out.Height)}, nil
}

// Part says how the role is.
func (w *Worker) Part() engine.Part { return w.Role(Cutout) }

// rgb leaves the alpha of four channels away.
func rgb(pix []byte, stride int, rect image.Rectangle) Pixels {
	w, h := rect.Dx(), rect.Dy()
	out := make([]byte, 0, 3*w*h)
	for y := range h {
		row := pix[y*stride:][:4*w]
		for x := 0; x < len(row); x += 4 {
			out = append(out, row[x], row[x+1], row[x+2])
		}
	}
	return Pixels{w, h, 3, out}
}

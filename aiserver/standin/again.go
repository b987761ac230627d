package standin

import (
	"context"
	"image"

	"github.com/nanococoa/nanococoa/aiserver/standin/cutout"
	"github.com/nanococoa/nanococoa/internal/fault"
)

// Again cuts the product out of a picture that a model has painted around it, as it is cut out
// of a photo, and looks there where it should stand. It gives the product's coverage at the
// picture's size, and how far that can be trusted, 0 to 1: 0 when nothing was found. Fault:
// GPU.Unavailable when ctx ends first.
func (e *Engine) Again(ctx context.Context, picture *image.RGBA, s *Staging) (*image.Alpha, float64, error) {
	found := image.NewAlpha(picture.Rect)
	// Around the product, with as much of the scene as tells it from that.
	const around = 0.4
	box := s.set.Box
	part := box.Inset(-int(around * float64(max(box.Dx(), box.Dy())))).Intersect(picture.Rect)
	// Opaque pixels are the same in both forms.
	photo := cutout.Crop(&image.NRGBA{Pix: picture.Pix, Stride: picture.Stride, Rect: picture.Rect}, part)
	var m cutout.Model
	if e.cutter != nil {
		m = e.cutter
	}
	cut, err := cutout.Find(ctx, m, photo, nil)
	if err != nil { // only because ctx has ended
		return nil, 0, fault.New(fault.GPUUnavailable, err)
	}
	if cut.Box.Empty() {
		return found, 0, nil
	}
	for y := range part.Dy() {
		row := found.Pix[found.PixOffset(part.Min.X, part.Min.Y+y):]
		for x := range part.Dx() {
			row[x] = cut.Pixels.Pix[y*cut.Pixels.Stride+4*x+3]
		}
	}
	return found, cut.Evidence.Confidence(), nil
}

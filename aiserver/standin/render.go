package standin

import (
	"context"
	"image"
	"slices"

	"github.com/nanococoa/nanococoa/aiserver/engine"
	"github.com/nanococoa/nanococoa/aiserver/standin/mood"
	"github.com/nanococoa/nanococoa/aiserver/standin/raster"
	"github.com/nanococoa/nanococoa/aiserver/standin/scene"
	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/fault"
)

// trusted is the confidence from which a cut-out is used. Below it the whole photo
// is shown, framed: that always looks intended, and a badly cut product never does.
const trusted = 0.5

// Render puts the product into a scene. Faults: those of Request.Check, and
// GPU.Unavailable when ctx ends first.
func (e *Engine) Render(ctx context.Context, r engine.Request) (engine.Rendering, error) {
	if err := r.Check(); err != nil {
		return engine.Rendering{}, err
	}
	p := &part{}
	if !r.CutOut.Photo() {
		var err error
		if p, err = e.cutOut(ctx, r.Photo, r.CutOut); err != nil { // only because ctx has ended
			return engine.Rendering{}, fault.New(fault.GPUUnavailable, err)
		}
	}
	out, err := render(ctx, r, p)
	if err != nil { // likewise
		return engine.Rendering{}, fault.New(fault.GPUUnavailable, err)
	}
	if p.evidence.Seen {
		out.Models = map[string]string{"cutout": e.cutter.Part().Model}
	}
	return out, nil
}

// render makes the picture of a photo whose product was cut out as p says.
func render(ctx context.Context, r engine.Request, p *part) (out engine.Rendering, err error) {
	words := mood.Of(mood.Words{Concept: r.Concept, Name: r.Name, Category: r.Category, Prompt: r.Prompt})
	out = engine.Rendering{
		Confidence: p.evidence.Confidence(), Doubts: p.evidence.Doubts(), Found: cloned(p.mask), Mood: words.Words,
	}
	if r.CutOut.Photo() { // it is shown as the owner wants it, and there is nothing to doubt
		out.Confidence, out.Doubts = 1, nil
	}
	if p.pixels != nil && out.Confidence >= trusted && !r.CutOut.Photo() {
		w, h := float64(p.pixels.Rect.Dx()), float64(p.pixels.Rect.Dy())
		if set, fits := scene.Plan(words, r.Size, w/h, scene.Sides(p.cut), r.Seed); fits {
			return out, staged(ctx, r, p, set, &out)
		}
		if !slices.Contains(out.Doubts, ad.DoubtCropped) {
			out.Doubts = append(out.Doubts, ad.DoubtCropped)
		}
	}
	return out, boarded(ctx, r, words, &out)
}

// staged puts the product itself into the scene.
func staged(ctx context.Context, r engine.Request, p *part, set *scene.Scene, out *engine.Rendering) error {
	thing, err := raster.Scale(ctx, p.pixels, set.Box.Dx(), set.Box.Dy())
	if err != nil {
		return err //nolint:wrapcheck // only because ctx has ended
	}
	if out.Picture, err = set.Render(ctx, scene.Subject{Pixels: thing, Depth: 0.5}); err != nil {
		return err //nolint:wrapcheck // likewise
	}
	out.CutOut, out.Scene, out.Mask = true, string(set.Look), maskOf(thing, set.Box.Min, r.Size)
	out.Product, out.Source = boxOf(set.Box, r.Size), boxOf(p.box, r.Photo.Rect.Size())
	out.Place = out.Product
	return nil
}

// boarded shows the whole photo, framed.
func boarded(ctx context.Context, r engine.Request, words mood.Mood, out *engine.Rendering) error {
	board := card(r.Photo)
	set, _ := scene.Plan(words, r.Size, float64(board.Rect.Dx())/float64(board.Rect.Dy()), scene.Sides{}, r.Seed)
	thing, err := raster.Scale(ctx, board, set.Box.Dx(), set.Box.Dy())
	if err != nil {
		return err //nolint:wrapcheck // only because ctx has ended
	}
	if out.Picture, err = frame(ctx, r, thing, set.Box, words); err != nil {
		return err
	}
	out.Scene, out.Product, out.Source = framed, boxOf(set.Box, r.Size), ad.Box{0, 0, 1, 1}
	// The photo is as much smaller than its board as it was before scaling.
	kx, ky := out.Product[2]/float64(board.Rect.Dx()), out.Product[3]/float64(board.Rect.Dy())
	mat := float64(board.Rect.Dx()-r.Photo.Rect.Dx()) / 2
	out.Place = ad.Box{
		out.Product[0] + mat*kx, out.Product[1] + mat*ky,
		float64(r.Photo.Rect.Dx()) * kx, float64(r.Photo.Rect.Dy()) * ky,
	}
	out.Mask = photoMask(out.Place, r.Size)
	return nil
}

func boxOf(r image.Rectangle, in image.Point) ad.Box {
	w, h := float64(in.X), float64(in.Y)
	return ad.Box{float64(r.Min.X) / w, float64(r.Min.Y) / h, float64(r.Dx()) / w, float64(r.Dy()) / h}
}

// cloned is a copy for the caller, to whom all of a rendering belongs.
func cloned(m *image.Alpha) *image.Alpha {
	if m == nil {
		return nil
	}
	return &image.Alpha{Pix: slices.Clone(m.Pix), Stride: m.Stride, Rect: m.Rect}
}

// photoMask covers a framed photo, but for the corners that its board rounds.
func photoMask(place ad.Box, size image.Point) *image.Alpha {
	m := image.NewAlpha(image.Rectangle{Max: size})
	w, h := float64(size.X), float64(size.Y)
	x0, y0, x1, y1 := place[0]*w, place[1]*h, (place[0]+place[2])*w, (place[1]+place[3])*h
	radius := rounding * min(x1-x0, y1-y0)
	for y := int(y0); y < min(int(y1)+1, size.Y); y++ {
		for x := int(x0); x < min(int(x1)+1, size.X); x++ {
			m.Pix[y*m.Stride+x] = uint8(cover(float64(x)+0.5, float64(y)+0.5, x0, y0, x1, y1, radius)*255 + 0.5)
		}
	}
	return m
}

// maskOf is the product's coverage at the picture's size.
func maskOf(thing *image.NRGBA, at, size image.Point) *image.Alpha {
	m := image.NewAlpha(image.Rectangle{Max: size})
	for y := range thing.Rect.Dy() {
		row := m.Pix[m.PixOffset(at.X, at.Y+y):]
		for x := range thing.Rect.Dx() {
			row[x] = thing.Pix[y*thing.Stride+4*x+3]
		}
	}
	return m
}

package standin

import (
	"context"
	"image"

	"github.com/nanococoa/nanococoa/aiserver/engine"
	"github.com/nanococoa/nanococoa/aiserver/standin/cutout"
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
func (*Engine) Render(ctx context.Context, r engine.Request) (engine.Rendering, error) {
	if err := r.Check(); err != nil {
		return engine.Rendering{}, err
	}
	out, err := render(ctx, r)
	if err != nil { // only because ctx has ended
		return engine.Rendering{}, fault.New(fault.GPUUnavailable, err)
	}
	return out, nil
}

func render(ctx context.Context, r engine.Request) (engine.Rendering, error) {
	cut, err := cutout.Find(ctx, r.Photo)
	if err != nil {
		return engine.Rendering{}, err
	}
	words := mood.Of(mood.Words{Concept: r.Concept, Name: r.Name, Category: r.Category, Prompt: r.Prompt})
	ok := cut.Evidence.Confidence() >= trusted && !cut.Box.Empty()

	var thing *image.NRGBA
	depth := float32(0.5)
	if ok {
		thing = crop(cut.Pixels, cut.Box)
	} else {
		thing, depth = card(r.Photo), 0.03
	}
	set := scene.Plan(words, r.Size, float64(thing.Rect.Dx())/float64(thing.Rect.Dy()), r.Seed)
	thing, err = raster.Scale(ctx, thing, set.Box.Dx(), set.Box.Dy())
	if err != nil {
		return engine.Rendering{}, err
	}
	pic, err := set.Render(ctx, scene.Subject{Pixels: thing, Depth: depth})
	if err != nil {
		return engine.Rendering{}, err
	}
	w, h, at := float64(r.Size.X), float64(r.Size.Y), set.Box
	box := ad.Box{float64(at.Min.X) / w, float64(at.Min.Y) / h, float64(at.Dx()) / w, float64(at.Dy()) / h}
	return engine.Rendering{
		Picture: pic,
		Product: box,
		Mask:    maskOf(thing, set.Box.Min, r.Size),
		CutOut:  ok,
		Scene:   string(set.Look),
		Mood:    words.Words,
	}, nil
}

// crop copies a part of a picture to the origin.
func crop(m *image.NRGBA, r image.Rectangle) *image.NRGBA {
	out := image.NewNRGBA(image.Rect(0, 0, r.Dx(), r.Dy()))
	for y := range r.Dy() {
		copy(out.Pix[y*out.Stride:(y+1)*out.Stride], m.Pix[m.PixOffset(r.Min.X, r.Min.Y+y):])
	}
	return out
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

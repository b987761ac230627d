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
func (e *Engine) Render(ctx context.Context, r engine.Request) (engine.Rendering, error) {
	if err := r.Check(); err != nil {
		return engine.Rendering{}, err
	}
	var m cutout.Model
	if e.cutter != nil {
		m = e.cutter
	}
	out, seen, err := render(ctx, r, m)
	if err != nil { // only because ctx has ended
		return engine.Rendering{}, fault.New(fault.GPUUnavailable, err)
	}
	if seen {
		out.Models = map[string]string{"cutout": e.cutter.Part().Model}
	}
	return out, nil
}

// render makes the picture, and says whether the model took part.
func render(ctx context.Context, r engine.Request, m cutout.Model) (out engine.Rendering, seen bool, err error) {
	cut, err := cutout.Find(ctx, m, r.Photo)
	if err != nil {
		return out, false, err
	}
	words := mood.Of(mood.Words{Concept: r.Concept, Name: r.Name, Category: r.Category, Prompt: r.Prompt})
	confidence := cut.Evidence.Confidence()
	ok := confidence >= trusted && !cut.Box.Empty()

	thing := card(r.Photo)
	if ok {
		thing = cutout.Crop(cut.Pixels, cut.Box)
	}
	set := scene.Plan(words, r.Size, float64(thing.Rect.Dx())/float64(thing.Rect.Dy()), r.Seed)
	thing, err = raster.Scale(ctx, thing, set.Box.Dx(), set.Box.Dy())
	if err != nil {
		return out, false, err
	}
	name := string(set.Look)
	var pic *image.RGBA
	if ok {
		pic, err = set.Render(ctx, scene.Subject{Pixels: thing, Depth: 0.5})
	} else {
		name = framed
		pic, err = frame(ctx, r, thing, set.Box, words)
	}
	if err != nil {
		return out, false, err
	}
	w, h, at := float64(r.Size.X), float64(r.Size.Y), set.Box
	box := ad.Box{float64(at.Min.X) / w, float64(at.Min.Y) / h, float64(at.Dx()) / w, float64(at.Dy()) / h}
	out = engine.Rendering{
		Picture: pic, Product: box, Mask: maskOf(thing, set.Box.Min, r.Size),
		CutOut: ok, Confidence: confidence, Doubts: cut.Evidence.Doubts(), FidelityDB: fidelity(pic, thing, set.Box.Min),
		Scene: name, Mood: words.Words,
	}
	return out, cut.Evidence.Seen, nil
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

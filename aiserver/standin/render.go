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
	s, err := e.Stage(ctx, r)
	if err != nil {
		return engine.Rendering{}, err
	}
	return s.Paint(ctx)
}

// Staging is a photo whose product was cut out and has its place in the picture, before there
// is a scene around it. It is safe for concurrent use.
type Staging struct {
	request engine.Request
	words   mood.Mood
	set     *scene.Scene     // nil: the whole photo is shown, framed
	thing   *image.NRGBA     // the product at its size in the picture; nil likewise
	made    engine.Rendering // all but the picture, and what belongs to the scene
}

// Stage cuts the product out and finds its place. Faults: those of Request.Check, and
// GPU.Unavailable when ctx ends first.
func (e *Engine) Stage(ctx context.Context, r engine.Request) (*Staging, error) {
	if err := r.Check(); err != nil {
		return nil, err
	}
	p := &part{}
	var err error
	if !r.CutOut.Photo() {
		if p, err = e.cutOut(ctx, r.Photo, r.CutOut); err != nil { // only because ctx has ended
			return nil, fault.New(fault.GPUUnavailable, err)
		}
	}
	s := newStaging(r, p)
	cutter := ad.Part{Role: "cutout", StandIn: true}
	if p.evidence.Seen {
		cutter = e.cutter.Part().Maker()
	}
	s.made.Parts = []ad.Part{cutter}
	if s.set == nil {
		return s, nil
	}
	if s.thing, err = raster.Scale(ctx, p.pixels, s.set.Box.Dx(), s.set.Box.Dy()); err != nil { // likewise
		return nil, fault.New(fault.GPUUnavailable, err)
	}
	s.made.CutOut, s.made.Mask = true, maskOf(s.thing, s.set.Box.Min, r.Size)
	s.made.Product, s.made.Source = boxOf(s.set.Box, r.Size), boxOf(p.box, r.Photo.Rect.Size())
	s.made.Place = s.made.Product
	return s, nil
}

// newStaging decides whether the product is shown cut out, and where.
func newStaging(r engine.Request, p *part) *Staging {
	s := &Staging{
		request: r,
		words:   mood.Of(mood.Words{Concept: r.Concept, Name: r.Name, Category: r.Category, Prompt: r.Prompt}),
	}
	s.made = engine.Rendering{
		Confidence: p.evidence.Confidence(), Doubts: p.evidence.Doubts(), Found: cloned(p.mask), Mood: s.words.Words,
	}
	if r.CutOut.Photo() { // it is shown as the owner wants it, and there is nothing to doubt
		s.made.Confidence, s.made.Doubts = 1, nil
		return s
	}
	if p.pixels == nil || s.made.Confidence < trusted {
		return s
	}
	w, h := float64(p.pixels.Rect.Dx()), float64(p.pixels.Rect.Dy())
	if set, fits := scene.Plan(s.words, r.Size, w/h, scene.Sides(p.cut), r.Seed); fits {
		s.set = set
		return s
	}
	if !slices.Contains(s.made.Doubts, ad.DoubtCropped) {
		s.made.Doubts = append(s.made.Doubts, ad.DoubtCropped)
	}
	return s
}

// CutOut reports whether the product is shown cut out, so that a scene can be around it.
func (s *Staging) CutOut() bool { return s.thing != nil }

// Canvas is the picture with the product where it stands and nothing else: straight alpha, 0
// where a scene is to be made. It is the caller's own. Only for a product that is cut out.
func (s *Staging) Canvas() *image.NRGBA {
	out := image.NewNRGBA(image.Rectangle{Max: s.request.Size})
	for y := range s.thing.Rect.Dy() {
		row := s.thing.Pix[y*s.thing.Stride:][:4*s.thing.Rect.Dx()]
		copy(out.Pix[out.PixOffset(s.set.Box.Min.X, s.set.Box.Min.Y+y):], row)
	}
	return out
}

// Paint puts the scene that the words ask for around the product, made by arithmetic, or frames
// the photo. Fault: GPU.Unavailable when ctx ends first.
func (s *Staging) Paint(ctx context.Context) (engine.Rendering, error) {
	out := s.rendering()
	var err error
	if s.set == nil {
		err = boarded(ctx, s.request, s.words, &out)
	} else {
		out.Scene = string(s.set.Look)
		out.Picture, err = s.set.Render(ctx, s.subject())
	}
	if err != nil { // only because ctx has ended
		return engine.Rendering{}, fault.New(fault.GPUUnavailable, err)
	}
	out.Parts = append(out.Parts, ad.Part{Role: "scene", StandIn: true})
	return out, nil
}

// Onto puts the product into a scene that a model has painted: its own pixels, with a shadow in
// the light of that scene. The picture has the size that was asked for, its origin at 0,0, and
// is not changed. Only for a product that is cut out. Fault: GPU.Unavailable when ctx ends first.
func (s *Staging) Onto(ctx context.Context, picture *image.RGBA, by ad.Part) (engine.Rendering, error) {
	out := s.rendering()
	var err error
	if out.Picture, err = s.set.Onto(ctx, picture, s.subject()); err != nil { // only because ctx has ended
		return engine.Rendering{}, fault.New(fault.GPUUnavailable, err)
	}
	out.Scene, out.Parts = by.Model, append(out.Parts, by)
	return out, nil
}

// subject is the product as scenes take it. A product is about half as deep as it is wide.
func (s *Staging) subject() scene.Subject { return scene.Subject{Pixels: s.thing, Depth: 0.5} }

// rendering is what is known before there is a scene, as a copy for the caller.
func (s *Staging) rendering() engine.Rendering {
	out := s.made
	out.Found, out.Mask = cloned(out.Found), cloned(out.Mask)
	out.Doubts, out.Mood, out.Parts = slices.Clone(out.Doubts), slices.Clone(out.Mood), slices.Clone(out.Parts)
	return out
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

package engine_test

import (
	"image"
	"image/color"
	"math"
	"testing"

	"golang.org/x/image/draw"

	"github.com/nanococoa/nanococoa/aiserver/engine"
	"github.com/nanococoa/nanococoa/internal/ad"
)

// printed is a photo with print of all sizes down to two pixels.
func printed(w, h int) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			v := 120 + 60*math.Sin(float64(x*y)/900) + 40*float64((x/7+y/5)%2) - 30*float64((x/2+y/3)%2)
			m.SetNRGBA(x, y, color.NRGBA{uint8(v), uint8(0.8*v + 20), uint8(255 - v), 255})
		}
	}
	return m
}

// shown puts a part of a photo into a picture, as wide as side, in a round mask.
func shown(photo *image.NRGBA, part image.Rectangle, side int) engine.Rendering {
	all := image.Rectangle{Max: image.Pt(400, 300)}
	r := engine.Rendering{Picture: image.NewRGBA(all), Mask: image.NewAlpha(all)}
	draw.Draw(r.Picture, r.Picture.Rect, image.NewUniform(color.RGBA{90, 140, 90, 255}), image.Point{}, draw.Src)
	at := image.Rect(0, 0, side, side*part.Dy()/part.Dx()).Add(image.Pt(37, 21))
	draw.CatmullRom.Scale(r.Picture, at, photo, part, draw.Src, nil)
	for y := at.Min.Y; y < at.Max.Y; y++ {
		for x := at.Min.X; x < at.Max.X; x++ {
			u, v := (float64(x-at.Min.X)+0.5)/float64(at.Dx())-0.5, (float64(y-at.Min.Y)+0.5)/float64(at.Dy())-0.5
			if u*u+v*v < 0.25 {
				r.Mask.SetAlpha(x, y, color.Alpha{A: 255})
			} else {
				r.Picture.SetRGBA(x, y, color.RGBA{90, 140, 90, 255})
			}
		}
	}
	box := func(b image.Rectangle, in image.Point) ad.Box {
		w, h := float64(in.X), float64(in.Y)
		return ad.Box{float64(b.Min.X) / w, float64(b.Min.Y) / h, float64(b.Dx()) / w, float64(b.Dy()) / h}
	}
	r.Source, r.Place = box(part, photo.Rect.Size()), box(at, all.Max)
	return r
}

// What a painter does to the product is seen from picture and photo alone.
func TestFidelity(t *testing.T) {
	t.Parallel()
	photo := printed(600, 500)
	part := image.Rect(50, 40, 550, 440)
	each := func(r *engine.Rendering, f func(p []uint8)) {
		for i := 0; i < len(r.Picture.Pix); i += 4 {
			f(r.Picture.Pix[i : i+3])
		}
	}
	for name, tc := range map[string]struct {
		side        int
		spoil       func(r *engine.Rendering)
		least, most float64
	}{
		"true":         {240, func(*engine.Rendering) {}, 35, 99},
		"true, larger": {330, func(*engine.Rendering) {}, 35, 99},
		"true, small":  {60, func(*engine.Rendering) {}, 35, 99},
		"a soft tint": {240, func(r *engine.Rendering) {
			each(r, func(p []uint8) { p[0] = uint8(min(int(p[0])+20, 255)) })
		}, 20, 30},
		"darkened": {240, func(r *engine.Rendering) {
			each(r, func(p []uint8) { p[0], p[1], p[2] = p[0]/4*3, p[1]/4*3, p[2]/4*3 })
		}, 5, engine.MinFidelity},
		"moved by a fortieth": {240, func(r *engine.Rendering) { r.Place[0] += 6.0 / 400 }, 5, engine.MinFidelity},
		"another scale": {240, func(r *engine.Rendering) {
			r.Source[2] *= 0.9
		}, 5, engine.MinFidelity},
		"a tenth covered": {240, func(r *engine.Rendering) {
			at := image.Rect(37+60, 21+60, 37+180, 21+60+38)
			draw.Draw(r.Picture, at, image.NewUniform(color.RGBA{20, 160, 60, 255}), image.Point{}, draw.Src)
		}, 5, engine.MinFidelity},
	} {
		r := shown(photo, part, tc.side)
		tc.spoil(&r)
		if got, measured := r.Fidelity(photo); !measured || got < tc.least || got > tc.most {
			t.Errorf("%s: %.1f dB, measured %v, want %.0f to %.0f", name, got, measured, tc.least, tc.most)
		}
	}
	// A product of which nothing is whole has no figure; one as thin as a lace has.
	r := shown(photo, part, 240)
	for i := range r.Mask.Pix {
		r.Mask.Pix[i] = min(r.Mask.Pix[i], 250)
	}
	if got, measured := r.Fidelity(photo); measured {
		t.Errorf("nothing whole: %.1f dB", got)
	}
	r = shown(photo, part, 240)
	for i := range r.Mask.Pix {
		if x := i % r.Mask.Stride; x < 150 || x >= 153 {
			r.Mask.Pix[i] = 0
		}
	}
	if got, measured := r.Fidelity(photo); !measured || got < engine.MinFidelity {
		t.Errorf("three pixels wide: %.1f dB, measured %v", got, measured)
	}
}

package scene

import (
	"context"
	"image"
	"math"

	"github.com/nanococoa/nanococoa/aiserver/standin/raster"
	"github.com/nanococoa/nanococoa/aiserver/standin/tone"
)

// Onto lays the subject over a picture of the scene's size that somebody else made, such as
// a model, with the shadow that the light of that picture gives it. Where the subject covers a
// pixel fully, its own pixel stands there unchanged. The picture is not changed. It only fails
// when ctx ends, with ctx's error.
func (s *Scene) Onto(ctx context.Context, picture *image.RGBA, subject Subject) (*image.RGBA, error) {
	subject = s.standing(subject)
	cam := s.lens(subject)
	out := image.NewRGBA(picture.Rect)
	copy(out.Pix, picture.Pix)
	if err := newShade(picture, subject, newBody(subject, &cam)).lay(ctx, out); err != nil {
		return nil, err
	}
	lay(out, subject)
	return out, nil
}

// shade is the shadow of a subject on the ground of a picture.
type shade struct {
	body     *body
	near     image.Rectangle // where the shadow may fall
	sun      vec             // towards the light
	tint     tone.RGB        // what is left of the light in the shadow, by channel
	strength float32
}

const (
	// deepest is how much of the light the contact takes at most: more looks like a hole.
	deepest = 0.80
	// castDepth is the same for the shadow that the subject casts. Light in photographs comes
	// from all sides, so it is a good deal weaker than the contact.
	castDepth = 0.42
	// castRays are the samples of the light for each point: with fewer the edge shows steps.
	castRays = 12
	// shadeStep is the side in pixels of the cells in which shadows are computed; they are soft.
	shadeStep = 4
)

// newShade reads the light of a picture: from which side it comes, which colour it has, and
// how much of a shadow below the subject the picture has already.
func newShade(picture *image.RGBA, subject Subject, b *body) *shade {
	at := subject.At
	s := &shade{body: b, strength: 1}
	// A shadow reaches as far as the subject is wide; below that it has faded.
	s.near = image.Rect(at.Min.X-at.Dx(), at.Min.Y+at.Dy()/2, at.Max.X+at.Dx(), at.Max.Y+at.Dy()/2).Intersect(picture.Rect)
	var left, right, all tone.RGB
	const step = 8 // light varies slowly
	for y := 0; y < picture.Rect.Dy(); y += step {
		for x := 0; x < picture.Rect.Dx(); x += step {
			if image.Pt(x, y).In(at) {
				continue
			}
			p := picture.Pix[picture.PixOffset(x, y):]
			c := tone.FromBytes(p[0], p[1], p[2])
			all = all.Add(c)
			if x < (at.Min.X+at.Max.X)/2 {
				left = left.Add(c)
			} else {
				right = right.Add(c)
			}
		}
	}
	l, r := left.Luminance(), right.Luminance()
	lean := float32(0)
	if l+r > 0 {
		lean = clamp(2*(r-l)/(l+r), -0.7, 0.7)
	}
	// A little from behind, as products are lit: then the shadow falls where it is seen.
	s.sun = vec{lean, 0.75, 0.14}.unit()
	const left0 = 0.22 // of the light, where a shadow is deepest
	if most := max(all[0], all[1], all[2]); most > 0 {
		s.tint = all.Scale(left0 / most)
	}
	s.strength = 1 - s.drawn(picture)
	return s
}

// drawn is how much of the contact shadow a picture has already, 0..1: a model often paints one.
func (s *shade) drawn(picture *image.RGBA) float32 {
	var under, beside, n, m float32
	// About the foot alone: higher up there may be a wall, which has another light.
	from := max(s.body.At.Max.Y-s.body.At.Dy()/24, s.near.Min.Y)
	for y := from; y < s.near.Max.Y; y += 2 {
		for x := s.near.Min.X; x < s.near.Max.X; x += 2 {
			if s.covers(x, y) {
				continue
			}
			dark, ok := s.contact(float32(x)+0.5, float32(y)+0.5)
			if !ok {
				continue
			}
			p := picture.Pix[picture.PixOffset(x, y):]
			l := float32(tone.FromBytes(p[0], p[1], p[2]).Luminance())
			switch {
			case dark > 0.55:
				under, n = under+l, n+1
			case dark > 0.02 && dark < 0.15:
				beside, m = beside+l, m+1
			}
		}
	}
	if n == 0 || m == 0 || beside == 0 {
		return 0
	}
	// Our own shadow leaves about two fifths of the light there.
	const ours = 0.6
	return clamp((1-(under/n)/(beside/m))/ours, 0, 1)
}

// covers reports whether the subject hides a pixel of the picture.
func (s *shade) covers(x, y int) bool {
	at := s.body.At
	return image.Pt(x, y).In(at) && s.body.alpha(x-at.Min.X, y-at.Min.Y) > 0
}

// contact is how dark the ground is at a point of the picture; false where there is no ground.
func (s *shade) contact(x, y float32) (float32, bool) {
	p, ok := s.ground(x, y)
	if !ok {
		return 0, false
	}
	return s.body.contactAt(p[0], p[2]), true
}

// ground is the point of the ground that is seen at a point of the picture.
func (s *shade) ground(x, y float32) (vec, bool) {
	cam := s.body.cam
	if y <= cam.horizon+1 {
		return vec{}, false
	}
	z := cam.depthAt(y)
	return vec{(x - cam.cx) * (cam.dist + z) / cam.dist, 0, z}, true
}

// cast is the share of the light that the subject takes from a point of the ground, 0..1.
func (s *shade) cast(p vec) float32 {
	blocked := 0
	for i := range castRays {
		// The light is as wide as a window: its points lie on a spiral.
		turn, out := float32(i)*2.399963, 0.30*sqrt((float32(i)+0.5)/castRays)
		d := s.sun.add(vec{out * float32(math.Cos(float64(turn))), 0, out * float32(math.Sin(float64(turn)))})
		if s.body.blocks(p.along(d, 0.01), d, far, (float32(i)+0.5)/castRays) {
			blocked++
		}
	}
	return float32(blocked) / castRays
}

// fade is how much of the cast shadow is left at a column of the picture: all of it near the
// subject, nothing where near ends.
func (s *shade) fade(x int) float32 {
	at := s.body.At
	beyond := float32(max(at.Min.X-x, x-at.Max.X, 0)) / float32(at.Dx())
	return 1 - smooth(beyond, 0.15, 0.95)
}

// lay darkens a picture.
func (s *shade) lay(ctx context.Context, out *image.RGBA) error {
	if s.near.Empty() || s.strength <= 0 {
		return ctx.Err() //nolint:wrapcheck // it is the caller's own
	}
	w, h := (s.near.Dx()+shadeStep-1)/shadeStep+1, (s.near.Dy()+shadeStep-1)/shadeStep+1
	plane := make([]float32, w*h)
	err := raster.Rows(ctx, h, func(from, to int) {
		for y := from; y < to; y++ {
			for x := range w {
				p, ok := s.ground(float32(s.near.Min.X+x*shadeStep), float32(s.near.Min.Y+y*shadeStep))
				if ok {
					plane[y*w+x] = castDepth * s.fade(s.near.Min.X+x*shadeStep) * s.cast(p)
				}
			}
		}
	})
	if err != nil {
		return err //nolint:wrapcheck // only because ctx has ended
	}
	// The further from where it stands, the softer; one blur does for the few shadows there are.
	raster.BlurPlane(plane, w, h, max(0.02*float32(s.body.At.Dx())/shadeStep, 0.8))
	return raster.Rows(ctx, s.near.Dy(), func(from, to int) { //nolint:wrapcheck // likewise
		for v := from; v < to; v++ {
			y := s.near.Min.Y + v
			row := out.Pix[out.PixOffset(0, y):]
			for u := range s.near.Dx() {
				x := s.near.Min.X + u
				contact, ok := s.contact(float32(x)+0.5, float32(y)+0.5)
				if !ok {
					continue
				}
				dark := s.strength * (1 - (1-deepest*contact)*(1-sample(plane, w, u, v)))
				if dark < 0.002 {
					continue
				}
				c := tone.FromBytes(row[4*x], row[4*x+1], row[4*x+2])
				for ch := range c {
					row[4*x+ch] = uint8(clamp(tone.Byte(c[ch]*(1-dark*(1-s.tint[ch])))+0.5, 0, 255))
				}
			}
		}
	})
}

// sample reads a plane of cells of shadeStep pixels between its points.
func sample(plane []float32, w, u, v int) float32 {
	x, y := u/shadeStep, v/shadeStep
	fx, fy := float32(u%shadeStep)/shadeStep, float32(v%shadeStep)/shadeStep
	i := y*w + x
	return mix(mix(plane[i], plane[i+1], fx), mix(plane[i+w], plane[i+w+1], fx), fy)
}

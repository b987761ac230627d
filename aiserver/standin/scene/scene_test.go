package scene_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"math"
	"testing"

	"github.com/nanococoa/nanococoa/aiserver/standin/mood"
	"github.com/nanococoa/nanococoa/aiserver/standin/scene"
	"github.com/nanococoa/nanococoa/aiserver/standin/tone"
)

// thing is a plain product of a size: a rounded box, lighter on one side.
func thing(size image.Point, left, right uint8) *image.NRGBA {
	m := image.NewNRGBA(image.Rectangle{Max: size})
	r := float64(min(size.X, size.Y)) / 10
	for y := range size.Y {
		for x := range size.X {
			dx := math.Max(math.Abs(float64(x)+0.5-float64(size.X)/2)-float64(size.X)/2+r, 0)
			dy := math.Max(math.Abs(float64(y)+0.5-float64(size.Y)/2)-float64(size.Y)/2+r, 0)
			a := min(max(r-math.Hypot(dx, dy)+0.5, 0), 1)
			v := uint8(int(left) + (int(right)-int(left))*x/size.X)
			m.SetNRGBA(x, y, color.NRGBA{v, v, v, uint8(255*a + 0.5)})
		}
	}
	return m
}

func render(t *testing.T, m mood.Mood, size image.Point, seed uint64, left, right uint8) (*image.RGBA, *scene.Scene) {
	t.Helper()
	s, _ := scene.Plan(m, size, 0.8, scene.Sides{}, seed)
	pic, err := s.Render(t.Context(), scene.Subject{Pixels: thing(s.Box.Size(), left, right), Depth: 0.5})
	if err != nil {
		t.Fatal(err)
	}
	if pic.Rect.Size() != size {
		t.Fatalf("picture is %v, want %v", pic.Rect.Size(), size)
	}
	return pic, s
}

func lab(m *image.RGBA, x, y int) tone.Lab {
	p := m.Pix[m.PixOffset(x, y):]
	return tone.FromBytes(p[0], p[1], p[2]).Lab()
}

// distance is how different two pictures look outside the product: the mean
// OKLab distance of their means over blocks of 14 px.
func distance(a, b *image.RGBA, except image.Rectangle) float64 {
	const block = 14
	var sum float64
	n := 0
	for y := 0; y+block <= a.Rect.Dy(); y += block {
		for x := 0; x+block <= a.Rect.Dx(); x += block {
			if image.Rect(x, y, x+block, y+block).Overlaps(except) {
				continue
			}
			var p, q tone.Lab
			for i := range block * block {
				u, v := lab(a, x+i%block, y+i/block), lab(b, x+i%block, y+i/block)
				for k := range 3 {
					p[k] += u[k] / (block * block)
					q[k] += v[k] / (block * block)
				}
			}
			sum += float64(p.Distance(q))
			n++
		}
	}
	return sum / float64(n)
}

var square = image.Pt(280, 280)

func TestLooksDifferAndSeedsVaryWithinThem(t *testing.T) {
	t.Parallel()
	pictures := map[mood.Look]*image.RGBA{}
	var box image.Rectangle
	for _, l := range mood.Looks() {
		first, s := render(t, mood.Mood{Look: l}, square, 1, 110, 110)
		if s.Look != l {
			t.Fatalf("%s became %s", l, s.Look)
		}
		again, _ := render(t, mood.Mood{Look: l}, square, 1, 110, 110)
		if !bytes.Equal(first.Pix, again.Pix) {
			t.Errorf("%s: the same seed gives other bytes", l)
		}
		other, so := render(t, mood.Mood{Look: l}, square, 2, 110, 110)
		if d := distance(first, other, s.Box.Union(so.Box)); d < 0.012 {
			t.Errorf("%s: another seed differs by %.4f only", l, d)
		}
		pictures[l] = first
		box = box.Union(s.Box)
	}
	// A difference of 0.02 is just visible side by side. These seven share
	// nothing; any two looks must at least be told apart at a glance.
	apart := map[mood.Look]bool{
		mood.Podium: true, mood.Window: true, mood.Forest: true, mood.Neon: true, mood.Snow: true, mood.Sea: true,
		mood.Cafe: true,
	}
	for i, a := range mood.Looks() {
		for _, b := range mood.Looks()[i+1:] {
			want := 0.045
			if apart[a] && apart[b] {
				want = 0.09
			}
			if d := distance(pictures[a], pictures[b], box); d < want {
				t.Errorf("%s and %s differ by %.3f, want %.3f", a, b, d, want)
			}
		}
	}
}

// TestProductStandsOnTheGround compares each scene with the same scene around a
// slab that hangs in the air: right below the product the ground must be darker,
// or mirror it.
func TestProductStandsOnTheGround(t *testing.T) {
	t.Parallel()
	for _, l := range mood.Looks() {
		t.Run(string(l), func(t *testing.T) {
			t.Parallel()
			with, s := render(t, mood.Mood{Look: l}, square, 3, 110, 110)
			hanging := thing(s.Box.Size(), 110, 110)
			clear(hanging.Pix[len(hanging.Pix)/8:])
			without, err := s.Render(t.Context(), scene.Subject{Pixels: hanging, Depth: 0.5})
			if err != nil {
				t.Fatal(err)
			}
			// The last rows of the box, where its rounded corners leave the ground
			// free, and the first rows below it.
			change := func(r image.Rectangle) float64 {
				var a, b float64
				for y := r.Min.Y; y < r.Max.Y; y++ {
					for x := r.Min.X; x < r.Max.X; x++ {
						a += float64(lab(with, x, y)[0])
						b += float64(lab(without, x, y)[0])
					}
				}
				return a/b - 1
			}
			mid := (s.Box.Min.X + s.Box.Max.X) / 2
			below := change(image.Rect(mid-s.Box.Dx()/4, s.Box.Max.Y, mid+s.Box.Dx()/4, s.Box.Max.Y+3))
			if l == mood.Neon {
				if math.Abs(below) < 0.1 {
					t.Errorf("the wet ground below changes by %.3f only", below)
				}
				return
			}
			want := 0.08
			if l == mood.Hanji {
				want = 0.02 // dark lacquer mirrors the product into its shadow
			}
			if below > -want {
				t.Errorf("the ground below changes by %.3f, want darker by %.2f", below, want)
			}
			// Grounding is local: far from the product nothing changes much.
			if away := change(image.Rect(4, 4, square.X-4, 30)); math.Abs(away) > 0.03 {
				t.Errorf("the far corner changes by %.3f", away)
			}
		})
	}
}

// TestShadowFallsAwayFromTheLight: a product lit from one side keeps its light,
// and its shadow lies on the other.
func TestShadowFallsAwayFromTheLight(t *testing.T) {
	t.Parallel()
	for seed := uint64(4); seed < 10; seed++ { // both sides come up among these
		var lean [2]float64
		for i, p := range [2][2]uint8{{60, 190}, {190, 60}} { // lighter on the right, on the left
			m, s := render(t, mood.Mood{Look: mood.Snow}, image.Pt(240, 240), seed, p[0], p[1])
			strip := func(x0, x1 int) (sum float64) {
				for y := s.Box.Max.Y - 14; y < s.Box.Max.Y-2; y++ {
					for x := x0; x < x1; x++ {
						sum += float64(lab(m, x, y)[0]) / float64(12*(x1-x0))
					}
				}
				return sum
			}
			lean[i] = strip(s.Box.Max.X+2, s.Box.Max.X+18) - strip(s.Box.Min.X-18, s.Box.Min.X-2)
		}
		if lean[0] < lean[1]+0.02 {
			t.Errorf(
				"seed %d: right minus left of the foot is %.3f with light from the right, %.3f from the left", seed, lean[0],
				lean[1],
			)
		}
	}
}

func TestPlaceIsLargeAndLeavesRoomForWords(t *testing.T) {
	t.Parallel()
	sizes := []image.Point{{1024, 1024}, {1080, 1350}, {1080, 1920}, {1200, 628}, {1029, 258}, {342, 228}, {1920, 1920}}
	for _, l := range mood.Looks() {
		for _, size := range sizes {
			for _, aspect := range []float64{0.25, 0.56, 1, 1.6, 3.5} {
				for seed := range uint64(6) {
					s, _ := scene.Plan(mood.Mood{Look: l}, size, aspect, scene.Sides{}, seed)
					b := s.Box
					name := fmt.Sprintf("%s %v aspect %v seed %d: %v", l, size, aspect, seed, b)
					if !b.In(image.Rectangle{Max: size}) || b.Max.Y > size.Y*95/100 {
						t.Fatalf("%s: leaves the picture", name)
					}
					if got := float64(b.Dx()) / float64(b.Dy()); math.Abs(got-aspect) > 0.06*aspect {
						t.Fatalf("%s: aspect %.2f", name, got)
					}
					w, h := float64(size.X), float64(size.Y)
					if float64(b.Dx()) < 0.42*w && float64(b.Dy()) < 0.42*h {
						t.Fatalf("%s: small", name)
					}
					above := float64(b.Min.Y) / h
					beside := float64(max(b.Min.X, size.X-b.Max.X)) / w
					if above < 0.22 && beside < 0.42 {
						t.Fatalf("%s: no room for words (%.2f above, %.2f beside)", name, above, beside)
					}
				}
			}
		}
	}
}

func TestProductPixelsAreCopied(t *testing.T) {
	t.Parallel()
	s, _ := scene.Plan(mood.Mood{Look: mood.Podium}, square, 1, scene.Sides{}, 5)
	p := thing(s.Box.Size(), 30, 220)
	pic, err := s.Render(t.Context(), scene.Subject{Pixels: p, Depth: 0.5})
	if err != nil {
		t.Fatal(err)
	}
	for y := range p.Rect.Dy() {
		for x := range p.Rect.Dx() {
			want := p.NRGBAAt(x, y)
			got := pic.RGBAAt(s.Box.Min.X+x, s.Box.Min.Y+y)
			if got.A != 255 {
				t.Fatalf("%d,%d is not opaque", x, y)
			}
			if want.A == 255 && (got.R != want.R || got.G != want.G || got.B != want.B) {
				t.Fatalf("%d,%d is %v, the product has %v", x, y, got, want)
			}
		}
	}
}

func TestMoodMovesTheScene(t *testing.T) {
	t.Parallel()
	mean := func(m mood.Mood) (light, b float64) {
		pic, _ := render(t, m, square, 1, 110, 110)
		for y := 0; y < square.Y; y += 4 {
			for x := 0; x < square.X; x += 4 {
				c := lab(pic, x, y)
				light += float64(c[0]) / 4900
				b += float64(c[2]) / 4900
			}
		}
		return light, b
	}
	for _, l := range []mood.Look{mood.Podium, mood.Silk, mood.Hanji, mood.Marble} {
		dark, _ := mean(mood.Mood{Look: l, Light: -0.9})
		bright, _ := mean(mood.Mood{Look: l, Light: 0.9})
		if dark > bright-0.08 {
			t.Errorf("%s: lightness %.2f when dark is asked for, %.2f when bright is", l, dark, bright)
		}
	}
	for _, l := range []mood.Look{mood.Podium, mood.Pastel, mood.Silk} {
		_, blue := mean(mood.Mood{Look: l, Hues: []float64{250}, Known: 1})
		_, orange := mean(mood.Mood{Look: l, Hues: []float64{60}, Known: 1})
		if blue > orange-0.03 {
			t.Errorf("%s: b %.3f when blue is named, %.3f when orange is", l, blue, orange)
		}
	}
}

func TestUnknownLooksBecomeAPodium(t *testing.T) {
	t.Parallel()
	if s, _ := scene.Plan(mood.Mood{Look: "submarine"}, square, 1, scene.Sides{}, 1); s.Look != mood.Podium {
		t.Errorf("look = %s", s.Look)
	}
}

func TestStudy(t *testing.T) {
	t.Parallel()
	fill := func(c func(x, y int) color.NRGBA) *image.NRGBA {
		m := image.NewNRGBA(image.Rect(0, 0, 60, 60))
		for y := range 60 {
			for x := range 60 {
				m.SetNRGBA(x, y, c(x, y))
			}
		}
		return m
	}
	plain := func(c color.NRGBA) *image.NRGBA { return fill(func(x, y int) color.NRGBA { return c }) }
	for name, tc := range map[string]struct {
		m          *image.NRGBA
		hue, light float64 // hue below 0: none
		lean       int
	}{
		"red":   {plain(color.NRGBA{220, 30, 40, 255}), 25, 0.57, 0},
		"grey":  {plain(color.NRGBA{128, 128, 128, 255}), -1, 0.6, 0},
		"white": {plain(color.NRGBA{255, 255, 255, 255}), -1, 1, 0},
		"half clear": {fill(func(x, y int) color.NRGBA {
			v := uint8(255 * (1 - x/30))
			return color.NRGBA{0, 0, v, v}
		}), 264, 0.45, 0},
		"right light": {fill(func(x, y int) color.NRGBA {
			v := uint8(40 + 3*x)
			return color.NRGBA{v, v, v, 255}
		}), -1, 0.59, 1},
	} {
		got := scene.Study(tc.m)
		if tc.hue < 0 != (got.Chroma == 0) || tc.hue >= 0 && math.Abs(float64(got.Hue)-tc.hue) > 8 {
			t.Errorf("%s: hue %.0f, chroma %.2f", name, got.Hue, got.Chroma)
		}
		if math.Abs(float64(got.Light)-tc.light) > 0.08 || tc.lean > 0 != (got.Lean > 0.1) {
			t.Errorf("%s: light %.2f, lean %.2f", name, got.Light, got.Lean)
		}
	}
	if got := scene.Study(image.NewNRGBA(image.Rect(0, 0, 4, 4))); got != (scene.Colors{}) {
		t.Errorf("nothing has colours: %+v", got)
	}
}

func TestRenderStopsWhenTheCallerDoes(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, l := range mood.Looks() {
		s, _ := scene.Plan(mood.Mood{Look: l}, square, 1, scene.Sides{}, 1)
		pic, err := s.Render(ctx, scene.Subject{Pixels: thing(s.Box.Size(), 90, 90), Depth: 0.5})
		if !errors.Is(err, context.Canceled) || pic != nil {
			t.Errorf("%s: err = %v", l, err)
		}
	}
}

// What hangs reaches the picture's top, and nothing of it comes near the floor that its scene has.
func TestWhatHangsIsAboveTheFloor(t *testing.T) {
	t.Parallel()
	for _, size := range []image.Point{{256, 256}, {300, 157}, {270, 480}} {
		for _, aspect := range []float64{0.5, 1, 2.5} {
			stands, _ := scene.Plan(mood.Mood{Look: mood.Podium}, size, aspect, scene.Sides{}, 5)
			s, fits := scene.Plan(mood.Mood{Look: mood.Podium}, size, aspect, scene.Sides{Top: true, Hangs: true}, 5)
			if !fits || s.Box.Min.Y != 0 || !s.Box.In(image.Rectangle{Max: size}) {
				t.Errorf("%v, %.1f: %v", size, aspect, s.Box)
			}
			if air := stands.Box.Max.Y - s.Box.Max.Y; air*100 < 22*size.Y {
				t.Errorf("%v, %.1f: %d rows of air", size, aspect, air)
			}
		}
	}
}

// Below what hangs there is room for words: no stand, and nothing at its foot.
func TestNothingStandsBelowWhatHangs(t *testing.T) {
	t.Parallel()
	steps := func(cut scene.Sides) (most int) {
		size := image.Pt(256, 256)
		s, _ := scene.Plan(mood.Mood{Look: mood.Podium}, size, 1, cut, 5)
		pic, err := s.Render(t.Context(), scene.Subject{Pixels: thing(s.Box.Size(), 120, 120), Depth: 0.5})
		if err != nil {
			t.Fatal(err)
		}
		// The last sixth of the picture is floor alone: the disc behind ends above it.
		for y := size.Y * 5 / 6; y < size.Y; y++ {
			for x := 1; x < size.X; x++ {
				a, b := pic.RGBAAt(x-1, y), pic.RGBAAt(x, y)
				most = max(most, int(a.G)-int(b.G), int(b.G)-int(a.G))
			}
		}
		return most
	}
	if standing, hanging := steps(scene.Sides{}), steps(scene.Sides{Top: true, Hangs: true}); hanging*2 > standing {
		t.Errorf("steps of up to %d below what hangs, %d below what stands", hanging, standing)
	}
}

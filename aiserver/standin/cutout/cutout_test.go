package cutout_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/nanococoa/nanococoa/aiserver/standin/cutout"
)

// shape says how much of a point x, y (0..1 over the photo) is product.
type shape func(x, y float64) bool

func disc(cx, cy, r float64) shape {
	return func(x, y float64) bool { return math.Hypot(x-cx, y-cy) < r }
}

func box(x0, y0, x1, y1 float64) shape {
	return func(x, y float64) bool { return x > x0 && x < x1 && y > y0 && y < y1 }
}

func union(parts ...shape) shape {
	return func(x, y float64) bool {
		for _, p := range parts {
			if p(x, y) {
				return true
			}
		}
		return false
	}
}

func without(a, b shape) shape {
	return func(x, y float64) bool { return a(x, y) && !b(x, y) }
}

// handbag has a wide body, a ring of a handle with a hole, and a thin strap that
// encloses another.
func handbag() shape {
	body := box(0.2, 0.5, 0.8, 0.86)
	handle := without(disc(0.5, 0.48, 0.20), disc(0.5, 0.48, 0.155))
	strap := without(disc(0.5, 0.5, 0.295), disc(0.5, 0.5, 0.285)) // 1 % of the side
	top := func(x, y float64) bool { return y < 0.52 && (handle(x, y) || strap(x, y)) }
	return union(body, top)
}

// fixture is a photo made of known parts.
type fixture struct {
	w, h    int
	product shape
	color   func(x, y float64) [3]float64 // of the product, sRGB 0..1
	ground  func(x, y float64) [3]float64 // of the backdrop
	shadow  func(x, y float64) float64    // light left, 1 is none
}

const supersample = 4

// render gives the photo, after JPEG at quality 90 like a shop's, and the true
// cover.
func (f fixture) render(t *testing.T) (*image.NRGBA, []float64) {
	t.Helper()
	clean := image.NewNRGBA(image.Rect(0, 0, f.w, f.h))
	cover := make([]float64, f.w*f.h)
	corner := make([]int, (f.w+1)*(f.h+1))
	for i := range corner {
		if f.product(float64(i%(f.w+1))/float64(f.w), float64(i/(f.w+1))/float64(f.h)) {
			corner[i] = 1
		}
	}
	// How many corners of a pixel are product. No shape here is thinner than a
	// pixel: equal corners, equal pixel.
	corners := func(x, y int) int {
		i := y*(f.w+1) + x
		return corner[i] + corner[i+1] + corner[i+f.w+1] + corner[i+f.w+2]
	}
	for y := range f.h {
		for x := range f.w {
			// No shape here is thinner than a pixel: equal corners, equal pixel.
			a := 0.0
			switch corners(x, y) {
			case 0:
			case 4:
				a = 1
			default:
				for s := range supersample * supersample {
					px := (float64(x) + (float64(s%supersample)+0.5)/supersample) / float64(f.w)
					py := (float64(y) + (float64(s/supersample)+0.5)/supersample) / float64(f.h)
					if f.product(px, py) {
						a += 1.0 / (supersample * supersample)
					}
				}
			}
			cover[y*f.w+x] = a
			u, v := (float64(x)+0.5)/float64(f.w), (float64(y)+0.5)/float64(f.h)
			c, g := f.color(u, v), f.ground(u, v)
			light := 1.0
			if f.shadow != nil {
				light = f.shadow(u, v)
			}
			var p [3]uint8
			for k := range 3 {
				p[k] = uint8(math.Min(255, 255*(a*c[k]+(1-a)*g[k]*light)+0.5))
			}
			clean.SetNRGBA(x, y, color.NRGBA{p[0], p[1], p[2], 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, clean, &jpeg.Options{Quality: 90}); err != nil {
		t.Fatal(err)
	}
	m, err := jpeg.Decode(&b)
	if err != nil {
		t.Fatal(err)
	}
	out := image.NewNRGBA(clean.Rect)
	draw.Draw(out, out.Rect, m, image.Point{}, draw.Src)
	return out, cover
}

func flat(r, g, b float64) func(x, y float64) [3]float64 {
	return func(x, y float64) [3]float64 { return [3]float64{r, g, b} }
}

// paper is near-white with light falling off to the lower left.
func paper(x, y float64) [3]float64 {
	v := 0.985 - 0.035*y - 0.02*(1-x)
	return [3]float64{v, v, v - 0.004}
}

// contact is a soft shadow on the floor, darkest under y = at.
func contact(at float64) func(x, y float64) float64 {
	return func(x, y float64) float64 {
		d := math.Hypot((x-0.5)/0.36, (y-at)/0.05)
		return 1 - 0.45*math.Exp(-d*d)
	}
}

func find(t *testing.T, m *image.NRGBA) *cutout.Cut {
	t.Helper()
	c, err := cutout.Find(t.Context(), nil, m, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// overlap is the intersection over union of soft covers.
func overlap(m *image.NRGBA, cover []float64) float64 {
	var both, either float64
	for i, truth := range cover {
		a := float64(m.Pix[4*i+3]) / 255
		both += math.Min(a, truth)
		either += math.Max(a, truth)
	}
	return both / either
}

func alphaAt(m *image.NRGBA, x, y float64) uint8 {
	return m.NRGBAAt(int(x*float64(m.Rect.Dx())), int(y*float64(m.Rect.Dy()))).A
}

func TestKnownMasks(t *testing.T) {
	t.Parallel()
	weave := func(x, y float64) [3]float64 {
		v := 0.35 + 0.06*math.Sin(x*900)*math.Sin(y*870)
		return [3]float64{v, v * 0.95, v * 0.9}
	}
	for name, tc := range map[string]struct {
		f     fixture
		least float64
	}{
		"bag with holes and a thin strap": {fixture{600, 600, handbag(), weave, paper, contact(0.87)}, 0.965},
		"the same, small":                 {fixture{300, 300, handbag(), weave, paper, contact(0.87)}, 0.92},
		"pale jar on white": {fixture{480, 560, union(box(0.3, 0.2, 0.7, 0.85), box(0.34, 0.12, 0.66, 0.2)),
			func(x, y float64) [3]float64 {
				// Round things darken towards their foot.
				v := (0.62 + 0.25*math.Cos((x-0.42)*7)) * (1 - 0.5*math.Max(0, (y-0.75)/0.10))
				return [3]float64{v, v, v}
			}, flat(1, 1, 1), func(x, y float64) float64 { return 1 - 0.4*(1-contact(0.868)(x, y)) }}, 0.97},
		"white mug on blue": {fixture{480, 384,
			union(disc(0.45, 0.5, 0.27), without(disc(0.74, 0.5, 0.13), disc(0.74, 0.5, 0.075))),
			flat(0.96, 0.95, 0.93), func(x, y float64) [3]float64 { return [3]float64{0.25, 0.42 + 0.1*y, 0.7} }, nil}, 0.97},
		"red box on black": {
			fixture{512, 512, box(0.25, 0.3, 0.75, 0.8), flat(0.8, 0.12, 0.15), flat(0.04, 0.04, 0.05), nil}, 0.97,
		},
		"two shoes on a table before a wall": {fixture{560, 400,
			union(disc(0.3, 0.55, 0.16), disc(0.7, 0.6, 0.14)), flat(0.15, 0.3, 0.2),
			func(x, y float64) [3]float64 {
				if y < 0.5 {
					return [3]float64{0.82, 0.84, 0.86}
				}
				return [3]float64{0.72, 0.63, 0.52}
			}, nil}, 0.96},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, cover := tc.f.render(t)
			c := find(t, m)
			if got := c.Evidence.Confidence(); got < 0.5 {
				t.Fatalf("confidence %.2f: %+v", got, c.Evidence)
			}
			if got := overlap(c.Pixels, cover); got < tc.least {
				t.Errorf("overlap with the truth %.4f, want %.3f", got, tc.least)
			}
		})
	}
}

func TestHolesOpenAndShadowsStayOut(t *testing.T) {
	t.Parallel()
	f := fixture{520, 520, handbag(), flat(0.2, 0.22, 0.3), paper, contact(0.88)}
	m, _ := f.render(t)
	c := find(t, m)
	for name, p := range map[string][2]float64{
		"inside the handle": {0.5, 0.4}, "between handle and strap": {0.5, 0.245},
		"shadow under the bag": {0.5, 0.91}, "shadow beside it": {0.86, 0.87}, "corner": {0.02, 0.02},
	} {
		if a := alphaAt(c.Pixels, p[0], p[1]); a > 8 {
			t.Errorf("%s has alpha %d", name, a)
		}
	}
	for name, p := range map[string][2]float64{"body": {0.5, 0.7}, "handle": {0.5, 0.302}} {
		if a := alphaAt(c.Pixels, p[0], p[1]); a < 247 {
			t.Errorf("%s has alpha %d", name, a)
		}
	}
	if c.Evidence.Holes < 2 {
		t.Errorf("%d holes found", c.Evidence.Holes)
	}
}

// TestWhitePrintIsNotAHole: a label of the backdrop's very colour in the middle
// of the product belongs to it.
func TestWhitePrintIsNotAHole(t *testing.T) {
	t.Parallel()
	label := box(0.4, 0.45, 0.6, 0.6)
	f := fixture{600, 600, box(0.2, 0.15, 0.8, 0.9), func(x, y float64) [3]float64 {
		if label(x, y) {
			return [3]float64{1, 1, 1}
		}
		return [3]float64{0.1, 0.35, 0.2}
	}, flat(1, 1, 1), nil}
	m, cover := f.render(t)
	c := find(t, m)
	if a := alphaAt(c.Pixels, 0.5, 0.52); a != 255 {
		t.Errorf("the label has alpha %d", a)
	}
	if got := overlap(c.Pixels, cover); got < 0.98 {
		t.Errorf("overlap %.3f", got)
	}
}

// TestPalePrintOnNoisyPaperIsNotAHole: near the outline, and within the noise of
// the backdrop, but not of its colour on average.
func TestPalePrintOnNoisyPaperIsNotAHole(t *testing.T) {
	t.Parallel()
	label := box(0.25, 0.3, 0.42, 0.6)
	f := fixture{400, 400, box(0.2, 0.15, 0.8, 0.9), func(x, y float64) [3]float64 {
		if label(x, y) {
			return [3]float64{0.80, 0.80, 0.80}
		}
		return [3]float64{0.1, 0.35, 0.2}
	}, func(x, y float64) [3]float64 {
		v := 0.84 + 0.030*math.Sin(x*211+y*47)*math.Sin(y*190-x*31)
		return [3]float64{v, v, v}
	}, nil}
	m, _ := f.render(t)
	c := find(t, m)
	if a := alphaAt(c.Pixels, 0.33, 0.45); a != 255 || c.Evidence.Holes != 0 {
		t.Errorf("the label has alpha %d: %+v", a, c.Evidence)
	}
}

// TestSpecksBesideTheProductGo: dust near the outline is not part of it.
func TestSpecksBesideTheProductGo(t *testing.T) {
	t.Parallel()
	specks := union(disc(0.7105, 0.4, 0.004), disc(0.2895, 0.5, 0.004), disc(0.5, 0.1895, 0.004))
	f := fixture{600, 600, union(box(0.3, 0.2, 0.7, 0.8), specks), flat(0.1, 0.12, 0.2), flat(0.97, 0.97, 0.97), nil}
	m, _ := f.render(t)
	c := find(t, m)
	for _, p := range [][2]float64{{0.7105, 0.4}, {0.2895, 0.5}, {0.5, 0.1895}} {
		if a := alphaAt(c.Pixels, p[0], p[1]); a > 8 {
			t.Errorf("the speck at %v has alpha %d", p, a)
		}
	}
	if want := image.Rect(180, 120, 420, 480); c.Box.Union(want.Inset(-3)) != want.Inset(-3) {
		t.Errorf("box %v, want about %v", c.Box, want)
	}
}

// TestAWhiteLabelOnWhiteEndsInALine: the margin of a label is nearly as white as
// the paper behind, and its print stands at the very edge. The outline must not
// become a comb of letters.
func TestAWhiteLabelOnWhiteEndsInALine(t *testing.T) {
	t.Parallel()
	const w, h = 900, 700
	right := 0.7 // of the product; the last 4 pixels are the label's margin
	f := fixture{w, h, box(0.3, 0.15, right, 0.88), func(x, y float64) [3]float64 {
		switch {
		case x < right-4.0/w:
			return [3]float64{0.86, 0.74, 0.2}
		case x > right-2.0/w && int(y*h)%31 < 12:
			return [3]float64{0.35, 0.35, 0.36}
		}
		return [3]float64{0.955, 0.95, 0.955}
	}, flat(1, 1, 1), nil}
	m, _ := f.render(t)
	c := find(t, m)
	least, most := w, 0
	for y := h / 4; y < h*3/4; y++ {
		edge := 0
		for x := range w {
			if c.Pixels.NRGBAAt(x, y).A >= 128 {
				edge = x
			}
		}
		least, most = min(least, edge), max(most, edge)
	}
	if most-least > 2 || math.Abs(float64(most)-right*w) > 2 {
		t.Errorf("the right outline runs between %d and %d, the product ends at %.0f", least, most, right*w)
	}
}

// TestEdgesCarryNoBackground looks at the colours of the soft edge, which is
// what shows when the cut-out stands on a dark or a bright ground.
func TestEdgesCarryNoBackground(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ product, ground, set [3]float64 }{
		"dark product, white photo, black set": {
			[3]float64{0.15, 0.16, 0.2}, [3]float64{1, 1, 1}, [3]float64{0.03, 0.03, 0.05},
		},
		"red product, white photo, navy set": {
			[3]float64{0.75, 0.1, 0.12}, [3]float64{0.98, 0.98, 0.97}, [3]float64{0.08, 0.1, 0.3},
		},
		"white product, black photo, white set": {
			[3]float64{0.9, 0.9, 0.88}, [3]float64{0.05, 0.05, 0.05}, [3]float64{1, 1, 1},
		},
		"yellow product, blue photo, orange set": {
			[3]float64{0.95, 0.8, 0.15}, [3]float64{0.2, 0.35, 0.75}, [3]float64{1, 0.5, 0.2},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := fixture{
				480, 480, handbag(), flat(tc.product[0], tc.product[1], tc.product[2]),
				flat(tc.ground[0], tc.ground[1], tc.ground[2]), nil,
			}
			m, cover := f.render(t)
			c := find(t, m)
			var length float64
			for k := range 3 {
				d := tc.ground[k] - tc.product[k]
				length += d * d
			}
			var tint, untreated, weight, off float64
			n := 0
			for i, truth := range cover {
				a := float64(c.Pixels.Pix[4*i+3]) / 255
				if (truth <= 0 || truth >= 1) && (a <= 0 || a >= 1) {
					continue
				}
				n++
				weight += a
				for k := range 3 {
					way := (tc.ground[k] - tc.product[k]) / length
					tint += a * (float64(c.Pixels.Pix[4*i+k])/255 - tc.product[k]) * way
					untreated += a * (float64(m.Pix[4*i+k])/255 - tc.product[k]) * way
					got := a*float64(c.Pixels.Pix[4*i+k])/255 + (1-a)*tc.set[k]
					off += math.Abs(got - (truth*tc.product[k] + (1-truth)*tc.set[k]))
				}
			}
			if n < 500 {
				t.Fatalf("only %d edge pixels", n)
			}
			tint, untreated, off = tint/weight, untreated/weight, off/float64(3*n)
			// Of the old background at most 6 % may be left in the edge's colours,
			// and the edge on its set may be off by 8 % per channel.
			if tint > 0.06 || tint > untreated/2 || off > 0.08 {
				t.Errorf("tint %.3f (the photo's own %.3f), off by %.3f, over %d edge pixels", tint, untreated, off, n)
			}
		})
	}
}

func TestInnerPixelsAreThePhotosOwn(t *testing.T) {
	t.Parallel()
	f := fixture{
		500, 500, handbag(), func(x, y float64) [3]float64 { return [3]float64{0.3 + 0.2*x, 0.2 + 0.3*y, 0.4} }, paper,
		contact(0.87),
	}
	m, cover := f.render(t)
	c := find(t, m)
	inner := 0
	const rim = 4 // pixels along the edge, whose colours are unmixed
	for y := rim; y < f.h-rim; y++ {
	next:
		for x := rim; x < f.w-rim; x++ {
			for dy := -rim; dy <= rim; dy++ {
				for dx := -rim; dx <= rim; dx++ {
					if cover[(y+dy)*f.w+x+dx] < 1 {
						continue next
					}
				}
			}
			inner++
			i := 4 * (y*f.w + x)
			if !bytes.Equal(c.Pixels.Pix[i:i+4], m.Pix[i:i+4]) {
				t.Fatalf("pixel %d,%d is %v, the photo has %v", x, y, c.Pixels.Pix[i:i+4], m.Pix[i:i+4])
			}
		}
	}
	if inner < 40_000 {
		t.Errorf("only %d inner pixels", inner)
	}
}

// TestNeverConfidentlyWrong: photos that cannot be told apart by eye in places
// may give up, but must not come back torn and confident.
func TestNeverConfidentlyWrong(t *testing.T) {
	t.Parallel()
	grey := func(x, y float64) [3]float64 {
		v := 0.62 + 0.25*math.Cos((x-0.42)*7)
		return [3]float64{v, v, v}
	}
	jar := union(box(0.3, 0.2, 0.7, 0.85), box(0.34, 0.12, 0.66, 0.2))
	for name, f := range map[string]fixture{
		"grey jar fading into a deep shadow": {480, 560, jar, grey, flat(1, 1, 1), contact(0.86)},
		"white on white":                     {500, 500, jar, flat(0.99, 0.99, 0.99), flat(1, 1, 1), nil},
		"cream on paper":                     {500, 500, handbag(), flat(0.96, 0.95, 0.92), paper, contact(0.87)},
		"grey on grey, deep shadow": {
			500, 500, handbag(), flat(0.5, 0.5, 0.5), flat(0.62, 0.62, 0.62), contact(0.87),
		},
		"striped product": {500, 500, jar, func(x, y float64) [3]float64 {
			v := 0.55 + 0.45*math.Copysign(1, math.Sin(y*60))
			return [3]float64{v, v, v}
		}, flat(1, 1, 1), contact(0.87)},
	} {
		m, cover := f.render(t)
		c := find(t, m)
		if got := overlap(c.Pixels, cover); c.Evidence.Confidence() >= 0.5 && got < 0.9 {
			t.Errorf("%s: confidence %.2f with an overlap of %.3f: %+v", name, c.Evidence.Confidence(), got, c.Evidence)
		}
	}
}

func TestOwnAlphaIsRespected(t *testing.T) {
	t.Parallel()
	m := image.NewNRGBA(image.Rect(0, 0, 200, 160))
	for y := 40; y < 120; y++ {
		for x := 50; x < 150; x++ {
			a := uint8(255)
			if x < 60 {
				a = 128
			}
			m.SetNRGBA(x, y, color.NRGBA{255, 255, 255, a})
		}
	}
	c := find(t, m)
	if !c.Evidence.OwnAlpha || c.Evidence.Confidence() != 1 || c.Box != image.Rect(50, 40, 150, 120) {
		t.Errorf("evidence %+v, box %v", c.Evidence, c.Box)
	}
	if !bytes.Equal(c.Pixels.Pix, m.Pix) {
		t.Error("the mask or the colours were changed")
	}
	// A file with rounded corners only is still a photo with a background.
	f := fixture{400, 400, disc(0.5, 0.5, 0.3), flat(0.1, 0.2, 0.6), flat(1, 1, 1), nil}
	photo, _ := f.render(t)
	for y := range 8 {
		for x := range 8 {
			photo.SetNRGBA(x, y, color.NRGBA{})
		}
	}
	if c := find(t, photo); c.Evidence.OwnAlpha || alphaAt(c.Pixels, 0.5, 0.08) > 8 {
		t.Errorf("rounded corners were taken for a mask: %+v", c.Evidence)
	}
}

func TestSubImagesWork(t *testing.T) {
	t.Parallel()
	f := fixture{400, 400, disc(0.5, 0.5, 0.25), flat(0.5, 0.1, 0.1), flat(1, 1, 1), nil}
	m, _ := f.render(t)
	want := find(t, m)
	big := image.NewNRGBA(image.Rect(-20, -30, 600, 600))
	draw.Draw(big, image.Rect(60, 70, 460, 470), m, image.Point{}, draw.Src)
	got := find(t, big.SubImage(image.Rect(60, 70, 460, 470)).(*image.NRGBA))
	if got.Box != want.Box || !bytes.Equal(got.Pixels.Pix[:4*400], want.Pixels.Pix[:4*400]) {
		t.Errorf("box %v, want %v", got.Box, want.Box)
	}
}

// sample reads one of the real photos the project keeps.
func sample(t *testing.T, name string) *image.NRGBA {
	t.Helper()
	f, err := os.Open(filepath.Join("..", "..", "..", "samples", name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	m, err := jpeg.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	out := image.NewNRGBA(image.Rectangle{Max: m.Bounds().Size()})
	draw.Draw(out, out.Rect, m, m.Bounds().Min, draw.Src)
	return out
}

func TestConfidenceTellsTheSamplesApart(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ least, most float64 }{
		"duffel-bag.jpg": {0.8, 1}, "vitamin-jar.jpg": {0.8, 1}, "grocery-shelf.jpg": {0, 0.2},
	} {
		c := find(t, sample(t, name))
		if got := c.Evidence.Confidence(); got < tc.least || got > tc.most {
			t.Errorf("%s: confidence %.2f from %+v", name, got, c.Evidence)
		}
	}
}

// TestDuffelBag checks places read off the photo by eye.
func TestDuffelBag(t *testing.T) {
	t.Parallel()
	c := find(t, sample(t, "duffel-bag.jpg"))
	for name, p := range map[string]image.Point{
		"between the handles": {450, 230}, "left of the front handle": {330, 300}, "right of the back handle": {575, 300},
		"the reflection's edge under its side": {844, 830}, "the contact shadow's last line": {200, 970},
		"its reflection": {400, 990}, "reflection at the right": {780, 900}, "corner": {880, 1010},
	} {
		if a := c.Pixels.NRGBAAt(p.X, p.Y).A; a > 8 {
			t.Errorf("%s has alpha %d", name, a)
		}
	}
	for name, p := range map[string]image.Point{
		"body": {450, 700}, "front handle": {418, 330}, "white letter": {392, 280}, "letter at the strap's edge": {520, 62},
		"left clip": {70, 410},
	} {
		if a := c.Pixels.NRGBAAt(p.X, p.Y).A; a < 250 {
			t.Errorf("%s has alpha %d", name, a)
		}
	}
	if c.Evidence.Holes < 3 {
		t.Errorf("%d holes", c.Evidence.Holes)
	}
}

func TestVitaminJar(t *testing.T) {
	t.Parallel()
	c := find(t, sample(t, "vitamin-jar.jpg"))
	for name, p := range map[string]image.Point{
		"lid": {500, 120}, "its pale shoulder": {640, 230}, "white band": {500, 330}, "white band at the edge": {752, 331},
		"label": {500, 600}, "foot": {500, 930},
		"rim of the lid": {307, 174}, "white label at the left edge": {271, 616},
	} {
		if a := c.Pixels.NRGBAAt(p.X, p.Y).A; a < 250 {
			t.Errorf("%s has alpha %d", name, a)
		}
	}
	for name, p := range map[string]image.Point{
		"under it": {500, 962}, "the contact shadow's last line": {630, 956}, "shadow at the left": {285, 948},
		"beside the lid": {285, 120},
	} {
		if a := c.Pixels.NRGBAAt(p.X, p.Y).A; a > 8 {
			t.Errorf("%s has alpha %d", name, a)
		}
	}
}

// TestHopelessPhotos must give no confidence, and no panic.
func TestHopelessPhotos(t *testing.T) {
	t.Parallel()
	noise := image.NewNRGBA(image.Rect(0, 0, 300, 200))
	state := uint32(1)
	for i := range noise.Pix {
		state = state*1664525 + 1013904223
		noise.Pix[i] = uint8(state >> 24)
		if i%4 == 3 {
			noise.Pix[i] = 255
		}
	}
	blank := image.NewNRGBA(image.Rect(0, 0, 300, 200))
	draw.Draw(blank, blank.Rect, image.White, image.Point{}, draw.Src)
	tiny := image.NewNRGBA(image.Rect(0, 0, 1, 1))
	tiny.Pix[3] = 255
	stripes := image.NewNRGBA(image.Rect(0, 0, 260, 260))
	for y := range 260 {
		for x := range 260 {
			v := uint8(255 * (x / 13 % 2))
			stripes.SetNRGBA(x, y, color.NRGBA{v, uint8(y), v, 255})
		}
	}
	for name, m := range map[string]*image.NRGBA{"noise": noise, "blank": blank, "one pixel": tiny, "stripes": stripes} {
		if got := find(t, m).Evidence; got.Confidence() > 0.2 {
			t.Errorf("%s: confidence %.2f from %+v", name, got.Confidence(), got)
		}
	}
}

func TestConfidenceFallsWithEveryMeasure(t *testing.T) {
	t.Parallel()
	good := cutout.Evidence{
		Border: 0.98, Noise: 0.004, Area: 0.4, Whole: 1, Edge: 0.95, Separate: 0.95, Clear: 0.99, Roundness: 0.3,
	}
	if got := good.Confidence(); got != 1 {
		t.Fatalf("good evidence gives %.2f", got)
	}
	for name, spoil := range map[string]func(*cutout.Evidence){
		"border":     func(e *cutout.Evidence) { e.Border = 0.6 },
		"noise":      func(e *cutout.Evidence) { e.Noise = 0.03 },
		"too small":  func(e *cutout.Evidence) { e.Area = 0.012 },
		"too large":  func(e *cutout.Evidence) { e.Area = 0.96 },
		"in pieces":  func(e *cutout.Evidence) { e.Whole = 0.45 },
		"no edge":    func(e *cutout.Evidence) { e.Edge = 0.6 },
		"same color": func(e *cutout.Evidence) { e.Separate = 0.3 },
		"cluttered":  func(e *cutout.Evidence) { e.Clear = 0.82 },
		"ragged":     func(e *cutout.Evidence) { e.Roundness = 0.008 },
	} {
		e := good
		spoil(&e)
		if got := e.Confidence(); got >= 0.5 {
			t.Errorf("%s: %.2f, want less than half", name, got)
		}
	}
}

func TestFindStopsWhenTheCallerDoes(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	f := fixture{400, 400, disc(0.5, 0.5, 0.25), flat(0.5, 0.1, 0.1), paper, nil}
	m, _ := f.render(t)
	if c, err := cutout.Find(ctx, nil, m, nil); !errors.Is(err, context.Canceled) || c != nil {
		t.Errorf("cut %v, err %v", c, err)
	}
}

func TestFindIsDeterministic(t *testing.T) {
	t.Parallel()
	f := fixture{500, 400, handbag(), flat(0.3, 0.25, 0.2), paper, contact(0.87)}
	m, _ := f.render(t)
	a, b := find(t, m), find(t, m)
	if a.Box != b.Box || a.Evidence != b.Evidence || !bytes.Equal(a.Pixels.Pix, b.Pixels.Pix) {
		t.Error("two runs differ")
	}
}

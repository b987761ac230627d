package quality_test

import (
	"context"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"

	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/quality"
)

// ground is a photo's background: light from above, with a camera's noise.
func ground(w, h, light, noise int) *image.NRGBA {
	r := rand.New(rand.NewPCG(1, 2))
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			v := light - 20*y/h
			if noise > 0 {
				v += r.IntN(2*noise+1) - noise
			}
			c := uint8(min(max(v, 0), 255))
			m.SetNRGBA(x, y, color.NRGBA{c, c, c, 255})
		}
	}
	return m
}

// disc puts a round product on a photo, in the middle.
func disc(m *image.NRGBA, radius int, c color.NRGBA) *image.NRGBA {
	b := m.Rect
	for y := range b.Dy() {
		for x := range b.Dx() {
			if dx, dy := x-b.Dx()/2, y-b.Dy()/2; dx*dx+dy*dy < radius*radius {
				m.SetNRGBA(x, y, c)
			}
		}
	}
	return m
}

// blurred is the mean over a square of each pixel, three times, which is nearly Gaussian.
func blurred(m *image.NRGBA, radius int) *image.NRGBA {
	for range 3 {
		for _, step := range []image.Point{{1, 0}, {0, 1}} {
			out := image.NewNRGBA(m.Rect)
			for y := range m.Rect.Dy() {
				for x := range m.Rect.Dx() {
					var sum [3]int
					for k := -radius; k <= radius; k++ {
						p := image.Pt(x+k*step.X, y+k*step.Y)
						p.X, p.Y = min(max(p.X, 0), m.Rect.Dx()-1), min(max(p.Y, 0), m.Rect.Dy()-1)
						q := m.Pix[m.PixOffset(p.X, p.Y):]
						for c := range sum {
							sum[c] += int(q[c])
						}
					}
					n := 2*radius + 1
					out.SetNRGBA(x, y, color.NRGBA{uint8(sum[0] / n), uint8(sum[1] / n), uint8(sum[2] / n), 255})
				}
			}
			m = out
		}
	}
	return m
}

const words = "the quick brown fox jumps over the lazy dog while five wizards pack my box with liquor jugs "

// lines writes text of letters of 26 pixels, from one row to another.
func lines(m *image.NRGBA, left, top, bottom int) *image.NRGBA {
	for row, y := 0, top; y+26 < bottom; row, y = row+1, y+40 {
		line := image.NewNRGBA(image.Rect(0, 0, (m.Rect.Dx()-2*left)/2, 13))
		d := font.Drawer{Dst: line, Src: image.Black, Face: basicfont.Face7x13, Dot: fixed.P(0, 11)}
		d.DrawString(strings.Repeat(words, 3)[7*row%90:])
		for dy := range 26 {
			for dx := range 2 * line.Rect.Dx() {
				if line.NRGBAAt(dx/2, dy/2).A > 0 {
					m.SetNRGBA(left+dx, y+dy, color.NRGBA{30, 30, 30, 255})
				}
			}
		}
	}
	return m
}

func fill(m *image.NRGBA, r image.Rectangle, c color.Color) {
	draw.Draw(m, r, image.NewUniform(c), image.Point{}, draw.Src)
}

// shopPage is a phone's screen: bars, a photo, text.
func shopPage() *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, 720, 1440))
	fill(m, m.Rect, color.White)
	lines(m, 40, 20, 60)
	fill(m, image.Rect(0, 100, 720, 103), color.Gray{200})
	draw.Draw(m, image.Rect(0, 120, 720, 720), disc(ground(720, 600, 210, 6), 200, red), image.Point{}, draw.Src)
	lines(m, 40, 760, 1200)
	fill(m, image.Rect(0, 1300, 720, 1440), color.Gray{90})
	return m
}

var red = color.NRGBA{170, 40, 30, 255} //nolint:gochecknoglobals // a colour

// clear is a product whose ground is transparent.
func clear(c color.NRGBA) *image.NRGBA {
	return disc(image.NewNRGBA(image.Rect(0, 0, 800, 600)), 200, c)
}

func TestJudge(t *testing.T) {
	t.Parallel()
	type warnings = []fault.Warning
	for name, tc := range map[string]struct {
		photo   *image.NRGBA
		refused string // the fault's name
		says    warnings
	}{
		"a product":                      {disc(ground(1200, 900, 210, 8), 250, red), "", nil},
		"white on white":                 {disc(ground(1200, 900, 235, 2), 250, color.NRGBA{255, 255, 255, 255}), "", nil},
		"black on black":                 {disc(ground(1200, 900, 40, 3), 250, color.NRGBA{60, 60, 70, 255}), "", nil},
		"a small thing in a wide ground": {disc(ground(1500, 900, 210, 8), 30, red), "", nil},
		"of transparent ground":          {clear(red), "", nil},
		"white, of transparent ground":   {clear(color.NRGBA{255, 255, 255, 255}), "", nil},
		"black, of transparent ground":   {clear(color.NRGBA{0, 0, 0, 255}), "", nil},
		"a grey gradient":                {ground(1200, 900, 160, 0), "Photo.Blank", nil},
		"a wall":                         {ground(1200, 900, 160, 9), "Photo.Blank", nil},
		"a colour":                       {disc(image.NewNRGBA(image.Rect(0, 0, 700, 700)), 9999, red), "Photo.Blank", nil},
		"nothing at all":                 {image.NewNRGBA(image.Rect(0, 0, 700, 700)), "Photo.Blank", nil},
		"the lens's cap":                 {ground(1200, 900, 18, 3), "Photo.Blank/Black", nil},
		"a product in the dark": {
			disc(ground(1200, 900, 14, 2), 250, color.NRGBA{12, 3, 3, 255}), "Photo.Blank/Black", nil,
		},
		"slightly blurred":       {blurred(disc(ground(640, 560, 210, 0), 150, red), 7), "", warnings{fault.PhotoSoft}},
		"blurred beyond hope":    {blurred(disc(ground(640, 560, 210, 0), 150, red), 20), "Photo.Blurred", nil},
		"small":                  {disc(ground(499, 600, 210, 8), 150, red), "", warnings{fault.PhotoSmall}},
		"as small as it may be":  {disc(ground(128, 600, 210, 8), 50, red), "", warnings{fault.PhotoSmall}},
		"too small":              {disc(ground(127, 600, 210, 8), 50, red), "Photo.TooSmall", nil},
		"a document":             {lines(ground(1000, 1300, 250, 0), 80, 80, 1200), "", warnings{fault.PhotoText}},
		"a document by a camera": {lines(ground(1000, 1300, 200, 9), 80, 80, 1200), "", warnings{fault.PhotoText}},
		"a product with a label": {
			lines(disc(ground(1000, 1000, 210, 8), 420, color.NRGBA{240, 220, 90, 255}), 250, 350, 650), "", nil,
		},
		"a page on a phone": {shopPage(), "", warnings{fault.PhotoScreenshot}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			says, err := quality.Judge(t.Context(), tc.photo, tc.photo.Rect.Dx(), tc.photo.Rect.Dy())
			var refused string
			if err != nil {
				refused = fault.From(err).Name()
			}
			if refused != tc.refused || !slices.Equal(says, tc.says) {
				m, _ := quality.Measure(t.Context(), tc.photo)
				t.Errorf("refused %q, want %q; says %v, want %v; %+v", refused, tc.refused, says, tc.says, m)
			}
		})
	}
}

// A photo is judged in the place where it lies, and stays as it was.
func TestAPartOfAPhoto(t *testing.T) {
	t.Parallel()
	whole := ground(1200, 900, 210, 8)
	fill(whole, image.Rect(0, 0, 300, 900), color.Black)
	disc(whole, 200, red)
	before := slices.Clone(whole.Pix)
	part, _ := whole.SubImage(image.Rect(301, 101, 900, 800)).(*image.NRGBA)
	alone := image.NewNRGBA(image.Rect(0, 0, part.Rect.Dx(), part.Rect.Dy()))
	draw.Draw(alone, alone.Rect, part, part.Rect.Min, draw.Src)
	a, errA := quality.Measure(t.Context(), part)
	b, errB := quality.Measure(t.Context(), alone)
	if a != b || errA != nil || errB != nil {
		t.Errorf("%+v, %+v, %v, %v", a, b, errA, errB)
	}
	if !slices.Equal(whole.Pix, before) {
		t.Error("the photo was changed")
	}
}

func TestJudgingEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := quality.Judge(ctx, ground(600, 600, 200, 3), 600, 600); !errors.Is(err, context.Canceled) {
		t.Errorf("err = %v", err)
	}
}

// Photos of any shape are measured.
func TestEverySize(t *testing.T) {
	t.Parallel()
	for _, size := range []image.Point{{1, 1}, {1, 300}, {300, 1}, {2, 2}, {31, 33}, {801, 3}, {3, 1536}, {1001, 999}} {
		if _, err := quality.Measure(t.Context(), ground(size.X, size.Y, 200, 9)); err != nil {
			t.Errorf("%v: %v", size, err)
		}
	}
}

func BenchmarkJudge(b *testing.B) {
	m := disc(ground(1536, 1152, 210, 8), 400, red)
	for b.Loop() {
		if _, err := quality.Judge(b.Context(), m, 1536, 1152); err != nil {
			b.Fatal(err)
		}
	}
}

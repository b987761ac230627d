package compose_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"unicode"

	"github.com/go-text/typesetting/font"
	"github.com/ulikunitz/xz"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/compose"
)

// sizes are the formats the ad networks take, and the two extremes.
var sizes = []image.Point{
	{1080, 1080}, {1080, 1350}, {1080, 1920}, {1200, 628}, {1029, 258},
	{342, 228}, {1920, 1920}, {1920, 228}, {342, 1920},
}

// A backdrop paints the colour at a place in fractions; noise is per pixel.
type backdrop struct {
	name  string
	noise float64
	at    func(x, y float64) (r, g, b float64)
}

func mix3(a, b [3]float64, t float64) (float64, float64, float64) {
	return a[0] + (b[0]-a[0])*t, a[1] + (b[1]-a[1])*t, a[2] + (b[2]-a[2])*t
}

// backdrops run from what is easy to set text on to what is nearly impossible.
var backdrops = []backdrop{
	{"studio", 1, func(x, y float64) (float64, float64, float64) {
		if y > 0.74 {
			return mix3([3]float64{205, 160, 122}, [3]float64{180, 132, 96}, (y-0.74)/0.26)
		}
		return mix3([3]float64{247, 230, 212}, [3]float64{231, 200, 172}, y)
	}},
	{"night", 2, func(x, y float64) (float64, float64, float64) {
		r, g, b := mix3([3]float64{18, 24, 40}, [3]float64{44, 58, 84}, y)
		for i := range 14 {
			cx, cy := math.Mod(float64(i)*0.381966+0.1, 1), math.Mod(float64(i)*0.618034+0.05, 0.8)
			if d := math.Hypot(x-cx, y-cy); d < 0.04 {
				r, g, b = r+62, g+52, b+40
			}
		}
		return r, g, b
	}},
	{"middle", 3, func(x, y float64) (float64, float64, float64) {
		return mix3([3]float64{138, 122, 112}, [3]float64{112, 104, 98}, y)
	}},
	{"halves", 0, func(x, y float64) (float64, float64, float64) {
		if x+y < 1 {
			return 250, 250, 245
		}
		return 20, 24, 30
	}},
	{"checks", 0, func(x, y float64) (float64, float64, float64) {
		if (int(x*16)+int(y*16))%2 == 0 {
			return 245, 240, 90
		}
		return 30, 40, 120
	}},
	{"clutter", 70, func(x, y float64) (float64, float64, float64) {
		return 128 + 80*math.Sin(37*x), 128 + 80*math.Sin(41*y), 128 + 80*math.Sin(29*(x+y))
	}},
}

// paint makes a picture of a backdrop with a striped product standing in box.
func paint(w, h int, b backdrop, box ad.Box) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	rng := rand.New(rand.NewPCG(7, 11))
	for y := range h {
		for x := range w {
			fx, fy := (float64(x)+0.5)/float64(w), (float64(y)+0.5)/float64(h)
			red, green, blue := b.at(fx, fy)
			if fx >= box[0] && fx < box[0]+box[2] && fy >= box[1] && fy < box[1]+box[3] {
				red, green, blue = 214, 62, 48
				if int(fy*40)%3 == 0 {
					red, green, blue = 255, 250, 240
				}
			}
			n := 0.0
			if b.noise > 0 {
				n = rng.NormFloat64() * b.noise
			}
			c := func(v float64) uint8 { return uint8(min(max(v+n, 0), 255)) }
			i := y*m.Stride + 4*x
			m.Pix[i], m.Pix[i+1], m.Pix[i+2], m.Pix[i+3] = c(red), c(green), c(blue), 255
		}
	}
	return m
}

func product(x, y, w, h float64) ad.Box { return ad.Box{x, y, w, h} }

// render is compose.Render for a request that must succeed.
func render(t testing.TB, r compose.Request) compose.Result {
	t.Helper()
	out, err := compose.Render(context.Background(), r)
	if err != nil {
		t.Fatalf("Render: %v", err)
	}
	return out
}

// requested makes a request with a measured analysis.
func requested(pic *image.RGBA, box ad.Box, main, sub string, size image.Point) compose.Request {
	a := compose.Analyze(pic, box, nil, "test", nil)
	return compose.Request{
		Picture: pic, Analysis: &a, MainCopy: main, SubCopy: sub, ProductName: "햇살 오렌지",
		Size: size, PictureURL: "cid:stage1", AIMark: true,
	}
}

// letters is an embedded font with its rest, parsed again from their files.
type letters []*font.Face

func (l letters) have(r rune) bool {
	return slices.ContainsFunc(l, func(f *font.Face) bool {
		gid, ok := f.NominalGlyph(r)
		return ok && gid != 0
	})
}

// sans reads a weight of it: bold or medium.
func sans(t testing.TB, weight string) letters {
	t.Helper()
	common, err := os.ReadFile("fonts/nanococoa-sans-" + weight + ".otf")
	if err != nil {
		t.Fatal(err)
	}
	packed, err := os.Open("fonts/nanococoa-sans-rest-bold.otf.xz")
	if err != nil {
		t.Fatal(err)
	}
	defer packed.Close()
	unpacked, err := xz.NewReader(packed)
	if err != nil {
		t.Fatal(err)
	}
	rest, err := io.ReadAll(unpacked)
	if err != nil {
		t.Fatal(err)
	}
	var out letters
	for _, file := range [][]byte{common, rest} {
		face, err := font.ParseTTF(bytes.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, face)
	}
	return out
}

// joined is the text of a role, line after line.
func joined(lines []compose.Line, role string) (out []string) {
	for _, l := range lines {
		if l.Role == role {
			out = append(out, l.Text)
		}
	}
	return out
}

// hangul is every modern syllable.
var hangul = &unicode.RangeTable{R16: []unicode.Range16{{Lo: 0xAC00, Hi: 0xD7A3, Stride: 1}}}

// failer is what testing.TB and *rapid.T share.
type failer interface {
	Helper()
	Errorf(format string, args ...any)
	Error(args ...any)
	Fatalf(format string, args ...any)
}

// channels reads #rrggbb.
func channels(hex string, r, g, b *int) (int, error) {
	return fmt.Sscanf(hex, "#%02x%02x%02x", r, g, b)
}

package standin_test

import (
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"math"
	"os"
	"path/filepath"
	"testing"

	xdraw "golang.org/x/image/draw"

	"github.com/nanococoa/nanococoa/aiserver/engine"
	"github.com/nanococoa/nanococoa/aiserver/standin"
	"github.com/nanococoa/nanococoa/aiserver/standin/cutout"
	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/compose"
)

// rendering is a picture with what the server measures on it.
type rendering struct {
	engine.Rendering
	Analysis ad.Analysis
}

func render(t *testing.T, r engine.Request) rendering {
	t.Helper()
	out, err := standin.New(nil).Render(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	return rendering{out, compose.Analyze(out.Picture, out.Product, out.Mask, "standin", out.Mood)}
}

func sample(t *testing.T, name string) *image.NRGBA {
	t.Helper()
	f, err := os.Open(filepath.Join("..", "..", "samples", name))
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

func TestItSaysWhatItIs(t *testing.T) {
	t.Parallel()
	e := standin.New(nil)
	if e.Name() != "standin" || !e.StandIn() {
		t.Errorf("name %q, stand-in %v", e.Name(), e.StandIn())
	}
	s, err := e.Score(t.Context(), engine.ScoreRequest{Picture: bottle(200, 200), Text: "여름 바다"})
	if err != nil || s.Metric != "standin-v2" || s.Model != "" || !s.StandIn || s.RawCosine != nil || s.Text != "여름 바다" {
		t.Errorf("score %+v, err %v", s, err)
	}
}

func TestSamples(t *testing.T) {
	t.Parallel()
	for name, cut := range map[string]bool{"duffel-bag.jpg": true, "vitamin-jar.jpg": true, "grocery-shelf.jpg": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := render(t, engine.Request{
				Photo: sample(t, name), Concept: "시원한 여름 바다", Category: "기타", Seed: 4, Size: image.Pt(640, 640),
			})
			if r.CutOut != cut || r.Scene != map[bool]string{true: "sea", false: "frame"}[cut] {
				t.Errorf("cut out %v, scene %s", r.CutOut, r.Scene)
			}
			a := r.Analysis
			if len(a.Mood) == 0 || a.Mood[0] != "sea" || len(a.TextAreas) == 0 {
				t.Errorf("analysis %+v", a)
			}
			if b := a.ProductBox; b[2] < 0.25 || b[3] < 0.3 || b[0] < 0 || b[1] < 0 || b[0]+b[2] > 1 || b[1]+b[3] > 1 {
				t.Errorf("product box %v", b)
			}
		})
	}
}

// pixels is a box in pixels of a picture.
func pixels(b ad.Box, size image.Point) image.Rectangle {
	at := func(v float64, n int) int { return int(v*float64(n) + 0.5) }
	return image.Rect(at(b[0], size.X), at(b[1], size.Y), at(b[0]+b[2], size.X), at(b[1]+b[3], size.Y))
}

// TestProductPixelsAreThePhotosOwn scales the photo with another implementation
// and compares inside the mask, eroded by 4 pixels.
func TestProductPixelsAreThePhotosOwn(t *testing.T) {
	t.Parallel()
	for name, sizes := range map[string][]image.Point{
		"duffel-bag.jpg": {{1024, 1024}}, "vitamin-jar.jpg": {{700, 700}, {600, 314}},
	} {
		photo := sample(t, name)
		cut, err := cutout.Find(t.Context(), nil, photo, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, size := range sizes {
			r := render(t, engine.Request{Photo: photo, Concept: "네온 도시의 밤", Seed: 1, Size: size})
			at := pixels(r.Analysis.ProductBox, size)
			want := image.NewRGBA(image.Rectangle{Max: at.Size()})
			xdraw.CatmullRom.Scale(want, want.Rect, photo, cut.Box, draw.Src, nil)
			mask := image.NewAlpha(want.Rect)
			xdraw.ApproxBiLinear.Scale(mask, mask.Rect, cut.Pixels, cut.Box, draw.Src, nil)
			var sum float64
			n := 0
			for y := range at.Dy() {
				for x := range at.Dx() {
					if !within(mask, x, y, 4) {
						continue
					}
					n++
					for k := range 3 {
						got := r.Picture.Pix[r.Picture.PixOffset(at.Min.X+x, at.Min.Y+y)+k]
						d := float64(got) - float64(want.Pix[want.PixOffset(x, y)+k])
						sum += d * d
					}
				}
			}
			if n < at.Dx()*at.Dy()/2 {
				t.Fatalf("%s: only %d inner pixels of %v", name, n, at)
			}
			if psnr := 10 * math.Log10(255*255*float64(3*n)/max(sum, 1e-9)); psnr < 38 {
				t.Errorf("%s at %v: %.1f dB inside the mask", name, size, psnr)
			}
		}
	}
}

// within reports whether the mask is full for r pixels around x, y.
func within(mask *image.Alpha, x, y, r int) bool {
	if x < r || y < r || x >= mask.Rect.Dx()-r || y >= mask.Rect.Dy()-r {
		return false
	}
	for dy := -r; dy <= r; dy++ {
		for dx := -r; dx <= r; dx++ {
			if mask.AlphaAt(x+dx, y+dy).A < 255 {
				return false
			}
		}
	}
	return true
}

// TestCardShowsTheWholePhoto: what cannot be cut out is framed, corner to corner.
func TestCardShowsTheWholePhoto(t *testing.T) {
	t.Parallel()
	// Four quarters of different stripes: nothing to tell apart.
	photo := image.NewNRGBA(image.Rect(0, 0, 300, 240))
	for y := range 240 {
		for x := range 300 {
			c := color.NRGBA{uint8(255 * (x / 7 % 2)), uint8(x), uint8(y), 255}
			if y > 120 {
				c = color.NRGBA{uint8(y), uint8(200 * (y / 5 % 2)), uint8(255 - x*255/300), 255}
			}
			photo.SetNRGBA(x, y, c)
		}
	}
	size := image.Pt(700, 700)
	r := render(t, engine.Request{Photo: photo, Concept: "스튜디오", Seed: 2, Size: size})
	if r.CutOut {
		t.Fatal("cut out of stripes")
	}
	at := pixels(r.Analysis.ProductBox, size)
	mat := int(math.Round(float64(at.Dx()) * 9 / (300 + 18))) // 4 % of the short side, scaled
	inner := at.Inset(mat)
	want := image.NewRGBA(image.Rectangle{Max: inner.Size()})
	xdraw.CatmullRom.Scale(want, want.Rect, photo, photo.Rect, draw.Src, nil)
	for name, p := range map[string]image.Point{
		"top left": {20, 20}, "top right": {inner.Dx() - 20, 20}, "bottom left": {20, inner.Dy() - 20},
		"bottom right": {inner.Dx() - 20, inner.Dy() - 20}, "centre": {inner.Dx() / 2, inner.Dy() / 3},
	} {
		// The mean over a few stripes, since the edge may be off by a fraction.
		var diff, n float64
		for dy := -15; dy <= 15; dy++ {
			for dx := -15; dx <= 15; dx++ {
				a := r.Picture.RGBAAt(inner.Min.X+p.X+dx, inner.Min.Y+p.Y+dy)
				b := want.RGBAAt(p.X+dx, p.Y+dy)
				diff += float64(b.B) - float64(a.B)
				n++
			}
		}
		if math.Abs(diff/n) > 6 {
			t.Errorf("%s is off by %.1f", name, diff/n)
		}
	}
	// The mat is white all around.
	for name, p := range map[string]image.Point{
		"left": {at.Min.X + mat/2, at.Min.Y + at.Dy()/2}, "right": {at.Max.X - mat/2 - 1, at.Min.Y + at.Dy()/2},
		"top": {at.Min.X + at.Dx()/2, at.Min.Y + mat/2}, "bottom": {at.Min.X + at.Dx()/2, at.Max.Y - mat/2 - 1},
	} {
		if c := r.Picture.RGBAAt(p.X, p.Y); c.R < 235 || c.G < 235 || c.B < 230 {
			t.Errorf("%s of the mat is %v", name, c)
		}
	}
}

// TestEverySizeLeavesReadableRoom: every look, in every shape of picture, has a
// text area of useful size on which text reads.
func TestEverySizeLeavesReadableRoom(t *testing.T) {
	t.Parallel()
	photo := bottle(300, 300)
	for _, c := range concepts {
		t.Run(c.look, func(t *testing.T) {
			t.Parallel()
			for _, size := range []image.Point{{512, 512}, {360, 640}, {600, 314}, {342, 228}, {514, 258}} {
				r := render(t, engine.Request{Photo: photo, Concept: c.text, Seed: 1, Size: size})
				if r.Scene != c.look {
					t.Errorf("%q gives %s", c.text, r.Scene)
				}
				if r.Picture.Rect.Size() != size || len(r.Analysis.TextAreas) == 0 {
					t.Fatalf("%v: picture %v with %d text areas", size, r.Picture.Rect, len(r.Analysis.TextAreas))
				}
				b := r.Analysis.TextAreas[0].Box
				if b[2]*b[3] < 0.05 || r.Analysis.ContrastRatio < 4.5 {
					t.Errorf("%v: area %v with contrast %.2f", size, b, r.Analysis.ContrastRatio)
				}
				set, err := compose.Render(t.Context(), compose.Request{
					Picture: r.Picture, Analysis: &r.Analysis, MainCopy: "오늘을 여는 습관", SubCopy: "매일 잊지 않고 챙기는 하루 한 번",
					PictureURL: "x", AIMark: true,
				})
				// In the smallest banner hardly anything is left beside the words.
				if err != nil || set.Contrast < 4.5 || set.Scrim && size.X > 342 {
					t.Errorf("%v: set %s with contrast %.2f, scrim %v, err %v", size, set.Layout, set.Contrast, set.Scrim, err)
				}
			}
		})
	}
}

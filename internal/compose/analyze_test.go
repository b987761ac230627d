package compose_test

import (
	"bytes"
	"encoding/json"
	"image"
	"image/color"
	"math"
	"regexp"
	"testing"

	"pgregory.net/rapid"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/compose"
)

func TestTextAreasAreFreeAndSorted(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		frac := func(name string, lo, hi float64) float64 { return rapid.Float64Range(lo, hi).Draw(rt, name) }
		w, h := frac("w", 0.05, 1), frac("h", 0.05, 1)
		box := ad.Box{frac("x", 0, 1) * (1 - w), frac("y", 0, 1) * (1 - h), w, h}
		pw, ph := rapid.IntRange(60, 150).Draw(rt, "width"), rapid.IntRange(60, 150).Draw(rt, "height")
		pic := paint(pw, ph, rapid.SampledFrom(backdrops).Draw(rt, "backdrop"), box)
		// A mask that reaches beyond the box: a strap, a shadow.
		mask := image.NewAlpha(pic.Rect)
		strap := ad.Box{max(0, box[0]-0.1), box[1] + box[3]/2, 0.1, 0.05}
		for y := int(strap[1] * float64(ph)); y < int((strap[1]+strap[3])*float64(ph)); y++ {
			for x := int(strap[0] * float64(pw)); x < int((strap[0]+strap[2])*float64(pw)); x++ {
				mask.SetAlpha(x, y, color.Alpha{255})
			}
		}
		a := compose.Analyze(pic, box, mask, "test", nil)
		last := 1.0
		for i, area := range a.TextAreas {
			b := area.Box
			if b[0] < 0 || b[1] < 0 || b[0]+b[2] > 1 || b[1]+b[3] > 1 || b[2] <= 0 || b[3] <= 0 {
				rt.Errorf("area %.3f is not in the picture", b)
			}
			if common(b, box) > 0 {
				rt.Errorf("area %.3f touches the product %.3f", b, box)
			}
			for y := int(b[1]*float64(ph)) + 1; y < int((b[1]+b[3])*float64(ph)); y++ {
				for x := int(b[0]*float64(pw)) + 1; x < int((b[0]+b[2])*float64(pw)); x++ {
					if mask.AlphaAt(x, y).A > 0 {
						rt.Fatalf("area %.3f touches the mask at %d,%d", b, x, y)
					}
				}
			}
			if area.Score < 0 || area.Score > last {
				rt.Errorf("score %v after %v", area.Score, last)
			}
			last = area.Score
			if want := [...]string{"headline", "sub", "any", "any", "any"}[i]; area.Role != want {
				rt.Errorf("area %d has role %q", i, area.Role)
			}
			if area.Align != "left" && area.Align != "center" && area.Align != "right" {
				rt.Errorf("align %q", area.Align)
			}
		}
		hex := regexp.MustCompile(`^#[0-9a-f]{6}$`)
		for _, c := range append([]string{a.Colors.Text, a.Colors.Accent}, a.Colors.Dominant...) {
			if !hex.MatchString(c) {
				rt.Errorf("colour %q", c)
			}
		}
		if len(a.Colors.Dominant) == 0 || len(a.Colors.Dominant) > 5 || a.ContrastRatio < 1 || a.ContrastRatio > 21 {
			rt.Errorf("%d dominant colours, contrast %v", len(a.Colors.Dominant), a.ContrastRatio)
		}
	})
}

func TestTheCalmestPlaceComesFirst(t *testing.T) {
	t.Parallel()
	// Noise everywhere but in one corner.
	for name, calm := range map[string]ad.Box{
		"top left":     {0, 0, 0.6, 0.35},
		"bottom right": {0.4, 0.65, 0.6, 0.35},
		"left":         {0, 0, 0.35, 1},
	} {
		noisy := backdrop{"corner", 0, func(x, y float64) (float64, float64, float64) {
			if x >= calm[0] && x < calm[0]+calm[2] && y >= calm[1] && y < calm[1]+calm[3] {
				return 240, 236, 230
			}
			v := 128 + 100*math.Sin(190*x)*math.Sin(170*y)
			return v, v, v
		}}
		pic := paint(500, 500, noisy, ad.Box{0.4, 0.4, 0.2, 0.2})
		a := compose.Analyze(pic, ad.Box{0.4, 0.4, 0.2, 0.2}, nil, "test", nil)
		if len(a.TextAreas) == 0 {
			t.Fatalf("%s: no area", name)
		}
		best := a.TextAreas[0].Box
		if in := common(best, calm) / (best[2] * best[3]); in < 0.9 {
			t.Errorf("%s: best area %.3f is only %.0f%% in the calm corner", name, best, 100*in)
		}
		if a.ContrastRatio < 10 {
			t.Errorf("%s: contrast %v on a plain light ground", name, a.ContrastRatio)
		}
	}
}

func TestProductBoxComesFromTheMask(t *testing.T) {
	t.Parallel()
	pic := paint(400, 200, backdrops[0], ad.Box{})
	mask := image.NewAlpha(pic.Rect)
	for y := 80; y < 160; y++ {
		for x := 100; x < 300; x++ {
			mask.SetAlpha(x, y, color.Alpha{200})
		}
	}
	got := compose.Analyze(pic, ad.Box{}, mask, "test", nil).ProductBox
	for i, want := range [4]float64{0.25, 0.4, 0.5, 0.4} {
		if math.Abs(got[i]-want) > 0.02 {
			t.Errorf("box %.3f", got)
		}
	}
	other := image.NewAlpha(image.Rect(0, 0, 10, 10)) // not the picture's size
	if got := compose.Analyze(pic, ad.Box{}, other, "test", nil).ProductBox; got[2] < 0.3 || got[0] < 0.1 {
		t.Errorf("box without a usable mask %.3f", got)
	}
}

func TestAnalysisOnTheWire(t *testing.T) {
	t.Parallel()
	pic := paint(200, 200, backdrops[0], ad.Box{0, 0, 1, 1})
	a := compose.Analyze(pic, ad.Box{0, 0, 1, 1}, nil, "worker", []string{"warm", "calm"})
	if a.Version != compose.AnalysisVersion || a.Source != "worker" || len(a.Mood) != 2 {
		t.Errorf("%+v", a)
	}
	body, err := json.Marshal(compose.Analyze(pic, ad.Box{0, 0, 1, 1}, nil, "worker", nil))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"text_areas":[]`, `"mood":[]`} {
		if !bytes.Contains(body, []byte(want)) {
			t.Errorf("no %s in %s", want, body)
		}
	}
}

func TestColoursOfTheAnalysis(t *testing.T) {
	t.Parallel()
	box := ad.Box{0.3, 0.4, 0.4, 0.5}
	for _, c := range []struct {
		back      int
		darkWords bool
	}{{0, true}, {1, false}} {
		a := compose.Analyze(paint(300, 300, backdrops[c.back], box), box, nil, "test", nil)
		var r, g, b int
		if n, _ := channels(a.Colors.Text, &r, &g, &b); n != 3 || (r+g+b < 384) != c.darkWords {
			t.Errorf("%s: text %s", backdrops[c.back].name, a.Colors.Text)
		}
		if a.ContrastRatio < compose.MinContrast {
			t.Errorf("%s: contrast %v", backdrops[c.back].name, a.ContrastRatio)
		}
		// The product is red and cream: red is its lively colour.
		if n, _ := channels(a.Colors.Accent, &r, &g, &b); n != 3 || r < g+40 || r < b+40 {
			t.Errorf("%s: accent %s of a red product", backdrops[c.back].name, a.Colors.Accent)
		}
	}
	grey := backdrop{"grey", 0, func(x, y float64) (float64, float64, float64) { return 200, 200, 200 }}
	pic := paint(300, 300, grey, ad.Box{})
	if a := compose.Analyze(pic, box, nil, "test", nil); a.Colors.Accent != a.Colors.Text {
		t.Errorf("accent %s of a grey product, text %s", a.Colors.Accent, a.Colors.Text)
	}
}

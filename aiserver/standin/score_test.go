package standin_test

import (
	"image"
	"image/color"
	"image/draw"
	"testing"

	"github.com/nanococoa/nanococoa/aiserver/engine"
	"github.com/nanococoa/nanococoa/aiserver/standin"
	"github.com/nanococoa/nanococoa/internal/ad"
)

func score(t *testing.T, m image.Image, text string, a *ad.Analysis) float64 {
	t.Helper()
	s, err := standin.New(nil).Score(t.Context(), engine.ScoreRequest{Picture: m, Text: text, Analysis: a})
	if err != nil {
		t.Fatal(err)
	}
	if s.Value < 0 || s.Value > 1 {
		t.Fatalf("value %v", s.Value)
	}
	return s.Value
}

// copyOf lets a test change a picture.
func copyOf(m *image.RGBA) *image.RGBA {
	return &image.RGBA{Pix: append([]uint8(nil), m.Pix...), Stride: m.Stride, Rect: m.Rect}
}

func TestScorePrefersTheTextThatFits(t *testing.T) {
	t.Parallel()
	photo := bottle(300, 300)
	for _, tc := range []struct{ made, other string }{
		{"네온이 빛나는 도시의 밤", "햇살 가득한 아침 창가"},
		{"햇살 가득한 아침 창가", "네온이 빛나는 도시의 밤"},
		{"싱그러운 숲 속 자연", "네온이 빛나는 도시의 밤"},
		{"시원한 여름 바다", "단풍이 물드는 가을"},
		{"단풍이 물드는 가을", "시원한 여름 바다"},
		{"벚꽃 피는 봄날", "어두운 밤의 도시"},
		{"파스텔 톤의 미니멀", "어두운 밤의 도시"},
		{"dark luxurious marble", "bright pastel, cute"},
	} {
		r := render(t, engine.Request{Photo: photo, Concept: tc.made, Seed: 3, Size: image.Pt(400, 400)})
		fits, not := score(t, r.Picture, tc.made, &r.Analysis), score(t, r.Picture, tc.other, &r.Analysis)
		if fits < not+0.05 {
			t.Errorf("made for %q: %.3f with it, %.3f with %q", tc.made, fits, not, tc.other)
		}
		// The same holds for a finished picture nothing is known about.
		fits, not = score(t, r.Picture, tc.made, nil), score(t, r.Picture, tc.other, nil)
		if fits < not+0.03 {
			t.Errorf("made for %q, without analysis: %.3f with it, %.3f with %q", tc.made, fits, not, tc.other)
		}
	}
}

func TestScoreFallsWhenTheProductIsHidden(t *testing.T) {
	t.Parallel()
	for _, concept := range []string{"스튜디오", "시원한 여름 바다", "아늑한 카페"} {
		r := render(t, engine.Request{Photo: bottle(300, 300), Concept: concept, Seed: 3, Size: image.Pt(400, 400)})
		before := score(t, r.Picture, concept, &r.Analysis)
		last := before
		// Cover the product from below with what is beside it, more and more.
		for _, part := range []float64{0.6, 1} {
			m := copyOf(r.Picture)
			at := pixels(r.Analysis.ProductBox, m.Rect.Size())
			at.Min.Y = at.Max.Y - int(part*float64(at.Dy()))
			beside := at.Sub(image.Pt(at.Dx()+4, 0))
			draw.Draw(m, at, r.Picture, beside.Min, draw.Src)
			got := score(t, m, concept, &r.Analysis)
			if got > last-0.02 {
				t.Errorf("%s: %.3f with %.0f%% hidden, %.3f before", concept, got, 100*part, last)
			}
			last = got
		}
		if last > before-0.15 {
			t.Errorf("%s: %.3f without a product, %.3f with", concept, last, before)
		}
	}
}

func TestScoreFallsWithTheProductsSize(t *testing.T) {
	t.Parallel()
	last := 2.0
	for _, half := range []int{80, 50, 30, 18} {
		m := image.NewRGBA(image.Rect(0, 0, 400, 400))
		draw.Draw(m, m.Rect, image.NewUniform(color.RGBA{230, 225, 215, 255}), image.Point{}, draw.Src)
		box := image.Rect(200-half, 220-half, 200+half, 220+half)
		draw.Draw(m, box, image.NewUniform(color.RGBA{180, 40, 30, 255}), image.Point{}, draw.Src)
		at := func(v int) float64 { return float64(v) / 400 }
		a := ad.Analysis{ProductBox: ad.Box{at(box.Min.X), at(box.Min.Y), at(box.Dx()), at(box.Dy())}}
		got := score(t, m, "", &a)
		if got >= last {
			t.Errorf("a product of %d pixels scores %.3f, a larger one %.3f", 2*half, got, last)
		}
		last = got
	}
}

// write draws blocky letters into a box.
func write(m *image.RGBA, box ad.Box, c color.Color) {
	r := pixels(box, m.Rect.Size())
	for y := r.Min.Y + r.Dy()/4; y < r.Max.Y-r.Dy()/4; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			if in := x - r.Min.X; in%14 < 4 || in%14 < 10 && (y-r.Min.Y)%9 < 3 {
				m.Set(x, y, c)
			}
		}
	}
}

func TestScoreFallsWithTheTextsContrast(t *testing.T) {
	t.Parallel()
	area := ad.Box{0.1, 0.06, 0.8, 0.18}
	a := &ad.Analysis{ProductBox: ad.Box{0.3, 0.4, 0.4, 0.5}, TextAreas: []ad.TextArea{{Role: "headline", Box: area}}}
	for name, tc := range map[string]struct {
		ground uint8
		ink    []uint8 // from the best to the worst
	}{
		"dark on light": {235, []uint8{60, 120, 155, 172}},
		"light on dark": {40, []uint8{240, 125, 95, 80}},
	} {
		last := 2.0
		for _, ink := range tc.ink {
			m := image.NewRGBA(image.Rect(0, 0, 600, 600))
			draw.Draw(m, m.Rect, image.NewUniform(color.Gray{tc.ground}), image.Point{}, draw.Src)
			red := image.NewUniform(color.RGBA{200, 40, 40, 255})
			draw.Draw(m, pixels(a.ProductBox, m.Rect.Size()), red, image.Point{}, draw.Src)
			write(m, area, color.Gray{ink})
			got := score(t, m, "", a)
			if got >= last {
				t.Errorf("%s: ink %d scores %.3f, a clearer one %.3f", name, ink, got, last)
			}
			last = got
		}
	}
}

func TestScoreOfFreeAreasFallsWithUnrest(t *testing.T) {
	t.Parallel()
	area := ad.TextArea{Box: ad.Box{0.1, 0.06, 0.8, 0.18}}
	a := &ad.Analysis{ProductBox: ad.Box{0.3, 0.4, 0.4, 0.5}, TextAreas: []ad.TextArea{area}}
	at := func(spread int) float64 {
		m := image.NewRGBA(image.Rect(0, 0, 400, 400))
		for y := range 400 {
			for x := range 400 {
				// Wide waves: no edges that could be text.
				v := 120 + spread*(x%200-100)/100
				m.Set(x, y, color.Gray{uint8(v)})
			}
		}
		draw.Draw(m, image.Rect(120, 160, 280, 360), image.NewUniform(color.RGBA{200, 40, 40, 255}), image.Point{}, draw.Src)
		return score(t, m, "", a)
	}
	if calm, wild := at(10), at(115); wild > calm-0.05 {
		t.Errorf("calm %.3f, restless %.3f", calm, wild)
	}
}

func TestScoreTakesAnyPicture(t *testing.T) {
	t.Parallel()
	r := render(t, engine.Request{Photo: bottle(300, 300), Concept: "시원한 여름 바다", Seed: 3, Size: image.Pt(400, 400)})
	want := score(t, r.Picture, "시원한 여름 바다", &r.Analysis)
	other := image.NewNRGBA(image.Rect(-5, 10, 395, 410))
	draw.Draw(other, other.Rect, r.Picture, image.Point{}, draw.Src)
	if got := score(t, other, "시원한 여름 바다", &r.Analysis); got != want {
		t.Errorf("as NRGBA %.4f, as RGBA %.4f", got, want)
	}
	for _, m := range []image.Image{
		image.NewGray(image.Rect(0, 0, 1, 1)), image.NewRGBA(image.Rect(0, 0, 300, 40)),
	} {
		score(t, m, "밤", nil)
		nowhere := []ad.TextArea{{Box: ad.Box{-1, 2, 0, 0}}}
		score(t, m, "밤", &ad.Analysis{ProductBox: ad.Box{0.9, 0.9, 5, 5}, TextAreas: nowhere})
	}
}

package server_test

import (
	"context"
	"image"
	"image/color"
	"image/draw"
	"math"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/nanococoa/nanococoa/aiserver/engine"
	"github.com/nanococoa/nanococoa/aiserver/server"
	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/gpu"
	"github.com/nanococoa/nanococoa/internal/provenance"
)

// What an engine gives is measured by the server: the text areas stay off product
// and mask, and the colours are the picture's.
func TestTheServerAnalysesThePicture(t *testing.T) {
	t.Parallel()
	s := open(t)
	product := ad.Box{0.125, 0.5, 0.25, 0.375}
	s.painter.spoil = func(r *engine.Rendering) {
		draw.Draw(r.Picture, r.Picture.Rect, image.NewUniform(color.RGBA{20, 40, 60, 255}), image.Point{}, draw.Src)
		r.Product, r.Place, r.Mood = product, product, []string{"night", "calm"}
		// The mask reaches further than the box: over the upper half.
		r.Mask = image.NewAlpha(r.Picture.Rect)
		upper := image.Rect(0, 0, r.Picture.Rect.Dx(), r.Picture.Rect.Dy()/2)
		draw.Draw(r.Mask, upper, image.NewUniform(color.Alpha{255}), image.Point{}, draw.Src)
	}
	var one gpu.Stage1Answer
	s.stage1(with(original(t), "size", "600x600")).into(t, &one)
	a := one.Analysis
	if a.Source != "painter" || a.ProductBox != product || strings.Join(a.Mood, " ") != "night calm" || a.Version == "" {
		t.Errorf("analysis = %+v", a)
	}
	if len(a.TextAreas) == 0 || len(a.Colors.Dominant) != 1 || a.Colors.Dominant[0] != "#14283c" || a.ContrastRatio < 7 {
		t.Errorf("analysis = %+v", a)
	}
	for _, area := range a.TextAreas {
		if b := area.Box; b[1] < 0.5 || b[0] < product[0]+product[2] {
			t.Errorf("text area %v lies on the product", b)
		}
	}
}

func TestWhatAnEngineGivesIsChecked(t *testing.T) {
	t.Parallel()
	blank := func(w, h int) *image.RGBA {
		m := image.NewRGBA(image.Rect(0, 0, w, h))
		draw.Draw(m, m.Rect, image.White, image.Point{}, draw.Src)
		return m
	}
	for name, spoil := range map[string]func(r *engine.Rendering){
		"no picture":           func(r *engine.Rendering) { r.Picture = nil },
		"an empty picture":     func(r *engine.Rendering) { r.Picture = &image.RGBA{} },
		"a smaller picture":    func(r *engine.Rendering) { r.Picture = blank(341, 228) },
		"a turned picture":     func(r *engine.Rendering) { r.Picture = blank(228, 342) },
		"a picture elsewhere":  func(r *engine.Rendering) { r.Picture.Rect = r.Picture.Rect.Add(image.Pt(1, 0)) },
		"too few pixels":       func(r *engine.Rendering) { r.Picture.Pix = r.Picture.Pix[:100] },
		"a stride too short":   func(r *engine.Rendering) { r.Picture.Stride = 4 },
		"a hole":               func(r *engine.Rendering) { r.Picture.Pix[4*342*100+3] = 254 },
		"no product":           func(r *engine.Rendering) { r.Product = ad.Box{} },
		"a product outside":    func(r *engine.Rendering) { r.Product = ad.Box{0.6, 0.1, 0.6, 0.5} },
		"no place":             func(r *engine.Rendering) { r.Place = ad.Box{} },
		"no part of the photo": func(r *engine.Rendering) { r.Source = ad.Box{0.5, 0, 0.6, 1} },
		"a mask too long":      func(r *engine.Rendering) { r.Found = image.NewAlpha(image.Rect(0, 0, 769, 9)) },
		"another photo":        func(r *engine.Rendering) { r.Mask = nil },
		"a product nowhere":    func(r *engine.Rendering) { r.Product[1] = math.NaN() },
		"a mask of that size":  func(r *engine.Rendering) { r.Mask = image.NewAlpha(image.Rect(0, 0, 228, 342)) },
		"a mask without bytes": func(r *engine.Rendering) { r.Mask = &image.Alpha{Rect: r.Picture.Rect, Stride: 342} },
		"too many moods":       func(r *engine.Rendering) { r.Mood = make([]string, 33) },
		"a long mood":          func(r *engine.Rendering) { r.Mood = []string{strings.Repeat("x", 65)} },
		"a part by nobody":     func(r *engine.Rendering) { r.Parts = []ad.Part{{Role: "scene"}} },
		"too many areas":       func(r *engine.Rendering) { r.Areas = make([]ad.Box, 33) },
		"a long scene":         func(r *engine.Rendering) { r.Scene = strings.Repeat("x", 65) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			s.painter.spoil = spoil
			if p := s.stage1(small(t), key("k")).want(t, http.StatusBadGateway, fault.GPUBadAnswer); !p.Retryable {
				t.Error("not retryable")
			}
			s.painter.set(func() { s.painter.spoil = nil })
			if a := s.stage1(small(t), key("k")); a.status != http.StatusOK {
				t.Errorf("the next try: %d %s", a.status, a.body)
			}
		})
	}
}

// An answer says by what each part was made; the picture, the engine that has mixed them and the
// model that painted.
func TestWhoMadeAPictureIsSaid(t *testing.T) {
	t.Parallel()
	cutter := ad.Part{Role: ad.RoleCutout, Model: "u2netp", Version: "r1", Digest: "309c84690000"}
	for name, tc := range map[string]struct {
		scene ad.Part
		mark  provenance.Mark
	}{
		"a model": {
			ad.Part{Role: ad.RoleScene, Model: "flux2-klein", Version: "r7", Digest: "0123456789ab"},
			provenance.Mark{Engine: "painter", Model: "flux2-klein"},
		},
		"the stand-in in its place": {
			ad.Part{Role: ad.RoleScene, StandIn: true, Reason: ad.ReasonChanged},
			provenance.Mark{Engine: "painter", StandIn: true},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			s.painter.spoil = func(r *engine.Rendering) { r.Parts = []ad.Part{cutter, tc.scene} }
			s.painter.score = ad.Score{Metric: "siglip2", Model: "siglip2", Version: "r2", Digest: "ba9876543210", Value: 0.5}
			var one gpu.Stage1Answer
			s.stage1(small(t)).into(t, &one)
			if !slices.Equal(one.Parts, []ad.Part{cutter, tc.scene}) || one.StandIn != tc.scene.StandIn ||
				one.Models["cutout"] != "u2netp" || one.Models["scene"] != tc.scene.Model || one.Product.Model != "u2netp" {
				t.Errorf("%+v", one)
			}
			mark, err := provenance.Read(s.get(strings.TrimPrefix(one.ImageURL, s.url)).body)
			if mark.Seed = nil; err != nil || mark != tc.mark {
				t.Errorf("the picture says %+v, %v", mark, err)
			}
			var three gpu.ScoreAnswer
			s.post(gpu.PathScore, map[string]string{"image_url": one.ImageURL, "prompt": "새벽"}).into(t, &three)
			score := ad.Part{Role: ad.RoleScore, Model: "siglip2", Version: "r2", Digest: "ba9876543210"}
			if !slices.Equal(three.Parts, []ad.Part{score}) || three.StandIn {
				t.Errorf("%+v", three)
			}
		})
	}
}

// Where a model would put words counts, if it is free.
func TestProposedAreasAreMeasured(t *testing.T) {
	t.Parallel()
	s := open(t)
	wanted := ad.Box{0.061, 0.083, 0.36, 0.47} // on no grid
	s.painter.spoil = func(r *engine.Rendering) {
		draw.Draw(r.Picture, r.Picture.Rect, image.NewUniform(color.RGBA{20, 40, 60, 255}), image.Point{}, draw.Src)
		r.Product, r.Place = ad.Box{0.45, 0.05, 0.5, 0.9}, ad.Box{0.45, 0.05, 0.5, 0.9}
		r.Areas = []ad.Box{wanted, {0.5, 0.3, 0.4, 0.2}, {0.1, 0.1, 0.01, 0.01}, {math.NaN(), 0, 1, 1}}
	}
	var one gpu.Stage1Answer
	s.stage1(with(original(t), "size", "600x600")).into(t, &one)
	found := slices.ContainsFunc(one.Analysis.TextAreas, func(a ad.TextArea) bool { return a.Box == wanted })
	onProduct := slices.ContainsFunc(one.Analysis.TextAreas, func(a ad.TextArea) bool { return a.Box[0]+a.Box[2] > 0.46 })
	if !found || onProduct {
		t.Errorf("%+v", one.Analysis.TextAreas)
	}
}

func TestAScoreIsChecked(t *testing.T) {
	t.Parallel()
	nan := math.NaN()
	for name, score := range map[string]ad.Score{
		"above one":      {Metric: "m", Value: 1.01, StandIn: true},
		"below zero":     {Metric: "m", Value: -0.01, StandIn: true},
		"no number":      {Metric: "m", Value: math.NaN(), StandIn: true},
		"no raw cosine":  {Metric: "m", Value: 0.5, RawCosine: &nan, StandIn: true},
		"no metric":      {Value: 0.5, StandIn: true},
		"nobody's":       {Metric: "m", Value: 0.5},
		"a long model":   {Metric: "m", Value: 0.5, Model: strings.Repeat("x", 65)},
		"both's at once": {Metric: "m", Value: 0.5, Model: "clip", StandIn: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			s.painter.score = score
			picture := dataURL(photoPNG(t, 342, 228))
			s.post(gpu.PathScore, map[string]string{"image_url": picture, "prompt": "새벽"}).
				want(t, http.StatusBadGateway, fault.GPUBadAnswer)
		})
	}
}

// named is an engine of which only the name matters.
type named struct {
	engine.Engine
	name string
}

func (n named) Name() string { return n.name }
func (named) Close() error   { return nil }

func TestAnEngineNeedsAName(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"", "two words", "엔진", strings.Repeat("x", 65)} {
		cfg := config(t)
		srv, err := server.New(cfg, server.Parts{
			Load: func(context.Context) (engine.Engine, error) { return named{name: name}, nil }, Log: quiet(),
		})
		if err != nil {
			t.Fatal(err)
		}
		ln, err := net.Listen("tcp", cfg.Addr)
		if err != nil {
			t.Fatal(err)
		}
		if err := srv.Run(t.Context(), ln); err == nil || !strings.Contains(err.Error(), "engine name") {
			t.Errorf("%q: %v", name, err)
		}
	}
}

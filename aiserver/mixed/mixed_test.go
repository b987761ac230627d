package mixed_test

import (
	"context"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/nanococoa/nanococoa/aiserver/engine"
	"github.com/nanococoa/nanococoa/aiserver/engine/conformance"
	"github.com/nanococoa/nanococoa/aiserver/mixed"
	"github.com/nanococoa/nanococoa/aiserver/standin"
	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/fault"
)

// model plays all roles. It is deterministic, as models are with a seed.
type model struct {
	harm   func(try int, picture *image.RGBA, product image.Rectangle) // of the painted picture; nil: none
	faults []error                                                     // of the first calls of Scene, nil for none
	down   error                                                       // of every call
	value  func(m *image.RGBA) float64                                 // nil: 0.6

	mu        sync.Mutex
	seeds     []uint64
	prompts   []string
	deadlines []time.Time
}

func (m *model) Role(role string) engine.Part {
	return engine.Part{Role: role, Model: role + "-model@r1", State: "ready", Digest: "0123456789ab"}
}

// Scene paints an even wall and floor, in a colour of the seed's.
func (m *model) Scene(
	ctx context.Context, canvas *image.NRGBA, prompt string, seed uint64, progress func(done, of int),
) (*image.RGBA, error) {
	m.mu.Lock()
	try := len(m.seeds)
	m.seeds, m.prompts = append(m.seeds, seed), append(m.prompts, prompt)
	if end, ok := ctx.Deadline(); ok {
		m.deadlines = append(m.deadlines, end)
	}
	m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, fault.New(fault.GPUUnavailable, err)
	}
	if m.down != nil {
		return nil, m.down
	}
	if try < len(m.faults) && m.faults[try] != nil {
		return nil, m.faults[try]
	}
	progress(1, 4)
	out := image.NewRGBA(canvas.Rect)
	wall := color.RGBA{uint8(216 + seed%13), 226, uint8(200 + seed/13%31), 255}
	draw.Draw(out, out.Rect, image.NewUniform(wall), image.Point{}, draw.Src)
	draw.Draw(out, out.Rect, canvas, image.Point{}, draw.Over)
	if m.harm != nil {
		box := image.Rectangle{}
		for i := 3; i < len(canvas.Pix); i += 4 {
			if canvas.Pix[i] >= 128 {
				x, y := i/4%canvas.Rect.Dx(), i/4/canvas.Rect.Dx()
				box = box.Union(image.Rect(x, y, x+1, y+1))
			}
		}
		m.harm(try, out, box)
	}
	progress(4, 4)
	return out, nil
}

func (m *model) Similarity(ctx context.Context, picture *image.RGBA, _ string) (cosine, value float64, err error) {
	if err := ctx.Err(); err != nil {
		return 0, 0, fault.New(fault.GPUUnavailable, err)
	}
	if m.down != nil {
		return 0, 0, m.down
	}
	if m.value != nil {
		return 0.1, m.value(picture), nil
	}
	return 0.12, 0.6, nil
}

func (m *model) Areas(ctx context.Context, _ *image.RGBA) ([]ad.Box, error) {
	if err := ctx.Err(); err != nil {
		return nil, fault.New(fault.GPUUnavailable, err)
	}
	return []ad.Box{{0.1, 0.05, 0.8, 0.2}}, m.down
}

func silent() *slog.Logger { return slog.New(slog.DiscardHandler) }

func all(m *model) *mixed.Engine {
	return mixed.New(mixed.Config{Drawn: standin.New(nil), Scene: m, Score: m, Analysis: m, Log: silent()})
}

func painter(m *model, candidates int) *mixed.Engine {
	return mixed.New(mixed.Config{Drawn: standin.New(nil), Scene: m, Candidates: candidates, Log: silent()})
}

func TestConformance(t *testing.T) {
	t.Parallel()
	conformance.Exercise(t, func(*testing.T) engine.Engine { return all(&model{}) })
}

// bottle is a photo of a blue bottle with a label on near-white paper.
func bottle(w, h int) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.NRGBA{250, 250, 248, 255}
			u, v := float64(x)/float64(w)-0.5, float64(y)/float64(h)
			half := 0.17
			if v < 0.32 {
				half = 0.07
			}
			if v > 0.12 && v < 0.90 && math.Abs(u) < half {
				s := 0.65 + 0.35*math.Cos(u/half*1.4)
				c = color.NRGBA{uint8(40 * s), uint8(90 * s), uint8(190 * s), 255}
				if v > 0.5 && v < 0.75 {
					c = color.NRGBA{uint8(235 * s), uint8(225 * s), uint8(200 * s), 255}
				}
			}
			m.SetNRGBA(x, y, c)
		}
	}
	return m
}

func ask() engine.Request {
	return engine.Request{
		Photo: bottle(240, 240), Name: "향수", Category: "화장품", Concept: "햇살 가득한 아침",
		Prompt: "A sunlit terrace.", Seed: 5, Size: image.Pt(360, 360),
	}
}

func made(t *testing.T, e engine.Engine, r engine.Request) engine.Rendering {
	t.Helper()
	out, err := e.Render(t.Context(), r)
	if err == nil {
		err = out.Check(r.Size)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// What a model may do to the product, and what it may not.
func grow(_ int, m *image.RGBA, b image.Rectangle) {
	big := b.Inset(-b.Dx() / 4)
	src := image.NewRGBA(b)
	draw.Draw(src, b, m, b.Min, draw.Src)
	for y := big.Min.Y; y < big.Max.Y; y++ {
		for x := big.Min.X; x < big.Max.X; x++ {
			u, v := b.Min.X+(x-big.Min.X)*b.Dx()/big.Dx(), b.Min.Y+(y-big.Min.Y)*b.Dy()/big.Dy()
			m.SetRGBA(x, y, src.RGBAAt(u, v))
		}
	}
}

func move(_ int, m *image.RGBA, b image.Rectangle) {
	src := image.NewRGBA(b)
	draw.Draw(src, b, m, b.Min, draw.Src)
	draw.Draw(m, b, image.NewUniform(m.RGBAAt(2, 2)), image.Point{}, draw.Src)
	draw.Draw(m, b.Add(image.Pt(-b.Dx()/2, 0)), src, b.Min, draw.Src)
}

func cover(_ int, m *image.RGBA, b image.Rectangle) {
	b.Min.Y += b.Dy() / 3
	draw.Draw(m, b, image.NewUniform(color.RGBA{40, 120, 50, 255}), image.Point{}, draw.Src)
}

func scenePart(r engine.Rendering) ad.Part { return r.Part(ad.RoleScene) }

var byModel = ad.Part{Role: "scene", Model: "scene-model", Version: "r1", Digest: "0123456789ab"}

func TestAModelsScene(t *testing.T) {
	t.Parallel()
	m := &model{}
	r := ask()
	out := made(t, all(m), r)
	if scenePart(out) != byModel || out.Scene != "scene-model" || !out.CutOut {
		t.Errorf("%+v, scene %q", out.Parts, out.Scene)
	}
	areas := []ad.Box{{0.1, 0.05, 0.8, 0.2}}
	if got := out.Part(ad.RoleAnalysis); got.Model != "analysis-model" || !slices.Equal(out.Areas, areas) {
		t.Errorf("%+v with %v", got, out.Areas)
	}
	if got := out.Part(ad.RoleCutout); !got.StandIn || got.Reason != "" {
		t.Errorf("%+v", got)
	}
	if len(m.seeds) != 1 || m.seeds[0] != r.Seed || m.prompts[0] != r.Prompt {
		t.Errorf("asked with %v and %q", m.seeds, m.prompts)
	}
	if db, measured := out.Fidelity(r.Photo); !measured || db < 40 {
		t.Errorf("the photo is shown at %.1f dB, %v", db, measured)
	}
}

// Where the product covers a pixel fully, the picture has the product's own pixel, whatever the
// model painted there; and below it lies a shadow.
func TestTheProductsOwnPixelsAndItsShadow(t *testing.T) {
	t.Parallel()
	r := ask()
	tinted := &model{harm: func(_ int, m *image.RGBA, b image.Rectangle) {
		for y := b.Min.Y; y < b.Max.Y; y++ {
			for x := b.Min.X; x < b.Max.X; x++ {
				c := m.RGBAAt(x, y)
				if c == m.RGBAAt(1, 1) { // the wall
					continue
				}
				m.SetRGBA(x, y, color.RGBA{c.R / 8 * 7, c.G / 8 * 7, c.B / 8 * 7, 255})
			}
		}
	}}
	plain, other := made(t, painter(&model{}, 1), r), made(t, painter(tinted, 1), r)
	if scenePart(plain) != byModel || scenePart(other) != byModel {
		t.Fatalf("%+v, %+v", plain.Parts, other.Parts)
	}
	full := 0
	for i, a := range plain.Mask.Pix {
		if a == 255 {
			full++
			if !slices.Equal(plain.Picture.Pix[4*i:4*i+4], other.Picture.Pix[4*i:4*i+4]) {
				t.Fatal("the model's pixels show inside the product")
			}
		}
	}
	if full < 1000 {
		t.Fatalf("%d full pixels", full)
	}
	b := plain.Product
	x, y := int((b[0]+b[2]/2)*360), int((b[1]+b[3])*360)+3
	under, far := plain.Picture.RGBAAt(x, y), plain.Picture.RGBAAt(5, 5)
	if int(under.G) > int(far.G)-25 {
		t.Errorf("below the product %v, far from it %v: there is no shadow", under, far)
	}
}

func TestAModelThatChangesTheProduct(t *testing.T) {
	t.Parallel()
	first := func(harm func(int, *image.RGBA, image.Rectangle)) func(int, *image.RGBA, image.Rectangle) {
		return func(try int, m *image.RGBA, b image.Rectangle) {
			if try == 0 {
				harm(try, m, b)
			}
		}
	}
	for name, tc := range map[string]struct {
		harm  func(int, *image.RGBA, image.Rectangle)
		asked int
		by    ad.Part
		said  string // in the metrics
	}{
		"grown once":     {first(grow), 2, byModel, `{outcome="grown"} 1`},
		"moved once":     {first(move), 2, byModel, `{outcome="moved"} 1`},
		"covered once":   {first(cover), 2, byModel, `{outcome="covered"} 1`},
		"covered always": {cover, 3, ad.Part{Role: "scene", StandIn: true, Reason: ad.ReasonChanged}, `{outcome="drawn"} 1`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := &model{harm: tc.harm}
			e := painter(m, 1)
			out := made(t, e, ask())
			if scenePart(out) != tc.by {
				t.Errorf("%+v", out.Parts)
			}
			if len(m.seeds) != tc.asked || len(slices.Compact(slices.Sorted(slices.Values(m.seeds)))) != tc.asked {
				t.Errorf("asked with the seeds %v, want %d different", m.seeds, tc.asked)
			}
			if text := metrics(t, e); !strings.Contains(text, "aiserver_scenes_total"+tc.said) {
				t.Errorf("the metrics do not say %s:\n%s", tc.said, text)
			}
			if tc.by.StandIn {
				drawn, err := standin.New(nil).Render(t.Context(), ask())
				if err != nil || !reflect.DeepEqual(drawn.Picture, out.Picture) {
					t.Errorf("it is not the stand-in's scene: %v", err)
				}
			}
		})
	}
}

// metrics is what a server would show of a collector.
func metrics(t *testing.T, c prometheus.Collector) string {
	t.Helper()
	reg := prometheus.NewRegistry()
	reg.MustRegister(c)
	out := httptest.NewRecorder()
	promhttp.HandlerFor(reg, promhttp.HandlerOpts{}).ServeHTTP(out, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	return out.Body.String()
}

// What the product stands on is not the product, however much it looks like a part of it.
func TestAPlinthIsNoGrowth(t *testing.T) {
	t.Parallel()
	m := &model{harm: func(_ int, m *image.RGBA, b image.Rectangle) {
		plinth := image.Rect(b.Min.X-b.Dx()/3, b.Max.Y-1, b.Max.X+b.Dx()/3, m.Rect.Max.Y-4)
		draw.Draw(m, plinth, image.NewUniform(color.RGBA{60, 70, 120, 255}), image.Point{}, draw.Src)
	}}
	if out := made(t, painter(m, 1), ask()); scenePart(out) != byModel {
		t.Errorf("%+v", out.Parts)
	}
}

// No fault of a model's fails an ad.
func TestAModelThatGivesNothing(t *testing.T) {
	t.Parallel()
	memory := fault.Newf(fault.GPUUnavailable, "role scene: out of memory")
	later := fault.Newf(fault.OpenAIRateLimited, "slow down")
	later.RetryAfter = time.Minute
	failed := ad.Part{Role: "scene", StandIn: true, Reason: ad.ReasonFailed}
	for name, tc := range map[string]struct {
		faults []error
		asked  int
		by     ad.Part
	}{
		"out of memory once":  {[]error{memory}, 2, byModel},
		"out of memory twice": {[]error{memory, memory}, 2, failed},
		"it kills the worker": {[]error{fault.Newf(fault.GPURejected, "twice")}, 1, failed},
		"refused":             {[]error{fault.Newf(fault.OpenAIRefused, "no")}, 1, failed},
		"another minute":      {[]error{later}, 1, failed},
		"an error of no kind": {[]error{errors.New("bug"), errors.New("bug")}, 2, failed},
		"nothing":             {[]error{nil}, 1, byModel},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := &model{faults: tc.faults}
			out := made(t, painter(m, 1), ask())
			if scenePart(out) != tc.by || len(m.seeds) != tc.asked {
				t.Errorf("asked %d times, %+v", len(m.seeds), out.Parts)
			}
			if len(m.seeds) == 2 && m.seeds[0] != m.seeds[1] {
				t.Errorf("a job is tried again with other seeds: %v", m.seeds)
			}
		})
	}
	t.Run("everything is down", func(t *testing.T) {
		t.Parallel()
		e := all(&model{down: memory})
		out := made(t, e, ask())
		if scenePart(out) != failed || out.Part(ad.RoleAnalysis).Reason != ad.ReasonFailed || len(out.Areas) != 0 {
			t.Errorf("%+v", out.Parts)
		}
		s, err := e.Score(t.Context(), engine.ScoreRequest{Picture: out.Picture, Text: "아침"})
		if err != nil || !s.StandIn || s.Reason != ad.ReasonFailed || s.Metric != standin.Metric {
			t.Errorf("%+v, %v", s, err)
		}
	})
}

// A model that takes too long leaves time for the stand-in's scene.
func TestTheModelsTimeEndsBeforeThePictures(t *testing.T) {
	t.Parallel()
	m := &model{}
	end := time.Now().Add(10 * time.Minute)
	ctx, cancel := context.WithDeadline(t.Context(), end)
	defer cancel()
	if _, err := painter(m, 1).Render(ctx, ask()); err != nil {
		t.Fatal(err)
	}
	if len(m.deadlines) != 1 || end.Sub(m.deadlines[0]) < 20*time.Second || end.Sub(m.deadlines[0]) > time.Minute {
		t.Errorf("the model may take until %v, the picture until %v", m.deadlines, end)
	}
}

func TestTheBestOfSeveral(t *testing.T) {
	t.Parallel()
	// The second picture is the best; colours tell them apart.
	var seen []uint8
	m := &model{}
	m.value = func(p *image.RGBA) float64 {
		seen = append(seen, p.RGBAAt(1, 1).B)
		return []float64{0.4, 0.9, 0.5}[(len(seen)-1)%3]
	}
	e := mixed.New(mixed.Config{Drawn: standin.New(nil), Scene: m, Score: m, Candidates: 3, Log: silent()})
	out := made(t, e, ask())
	if len(m.seeds) != 3 || len(seen) != 3 || out.Picture.RGBAAt(1, 1).B != seen[1] {
		t.Errorf("asked %d times, judged %v, shown %d", len(m.seeds), seen, out.Picture.RGBAAt(1, 1).B)
	}
}

func TestAModelsScore(t *testing.T) {
	t.Parallel()
	s, err := all(&model{}).Score(t.Context(), engine.ScoreRequest{Picture: bottle(60, 60), Text: "아침 햇살"})
	want := ad.Score{
		Metric: "siglip2", Model: "score-model", Version: "r1", Digest: "0123456789ab", Value: 0.6, RawCosine: s.RawCosine,
		Text: "아침 햇살",
	}
	if err != nil || s != want || s.RawCosine == nil || *s.RawCosine != 0.12 {
		t.Errorf("%+v, %v", s, err)
	}
	if m := (&model{value: func(*image.RGBA) float64 { return math.NaN() }}); true {
		s, err := all(m).Score(t.Context(), engine.ScoreRequest{Picture: bottle(60, 60), Text: "아침"})
		if err != nil || !s.StandIn || s.Reason != ad.ReasonFailed {
			t.Errorf("a score that is no number: %+v, %v", s, err)
		}
	}
}

// A photo that is framed needs no scene, and a prompt that nobody wrote is the template's.
func TestWhatIsAskedOfTheModel(t *testing.T) {
	t.Parallel()
	m := &model{}
	r := ask()
	r.CutOut = &ad.CutOut{Mode: ad.CutOutPhoto}
	if out := made(t, painter(m, 1), r); len(m.seeds) != 0 || scenePart(out) != (ad.Part{Role: "scene", StandIn: true}) {
		t.Errorf("asked %d times for a framed photo: %+v", len(m.seeds), out.Parts)
	}
	r = ask()
	r.Prompt = ""
	made(t, painter(m, 1), r)
	if len(m.prompts) != 1 || len(strings.Fields(m.prompts[0])) < 100 {
		t.Errorf("%q", m.prompts)
	}
}

func TestParts(t *testing.T) {
	t.Parallel()
	var roles []string
	for _, p := range all(&model{}).Parts() {
		roles = append(roles, p.Role+" "+p.State)
	}
	if want := []string{"cutout absent", "scene ready", "score ready", "analysis ready"}; !slices.Equal(roles, want) {
		t.Errorf("%v, want %v", roles, want)
	}
	if e := mixed.New(mixed.Config{Drawn: standin.New(nil), Analysis: &model{}}); !e.StandIn() || e.Close() != nil {
		t.Error("an engine whose scenes are drawn is called a model")
	}
}

func TestClose(t *testing.T) {
	t.Parallel()
	closed := errors.New("closed")
	e := mixed.New(mixed.Config{Drawn: standin.New(nil), Close: func() error { return closed }})
	if err := e.Close(); !errors.Is(err, closed) {
		t.Error(err)
	}
}

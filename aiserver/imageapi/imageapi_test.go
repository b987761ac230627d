package imageapi_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/nanococoa/nanococoa/aiserver/engine"
	"github.com/nanococoa/nanococoa/aiserver/imageapi"
	"github.com/nanococoa/nanococoa/aiserver/imageapi/imageapitest"
	"github.com/nanococoa/nanococoa/internal/fault"
)

const key = "sk-test-0123456789"

// canvas has a red product in its lower middle.
func canvas(w, h int) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	at := image.Rect(w*3/8, h/2, w*5/8, h*7/8)
	draw.Draw(m, at, image.NewUniform(color.NRGBA{190, 40, 35, 255}), image.Point{}, draw.Src)
	return m
}

func painter(t *testing.T, c imageapi.Config, log *bytes.Buffer) *imageapi.Client {
	t.Helper()
	c.APIKey = key
	c.Log = slog.New(slog.NewTextHandler(log, nil))
	p, err := imageapi.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// What is sent, to the last field, and where the product stands in it.
func TestTheRequest(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		w, h int
		size string
	}{
		"square":         {1024, 1024, "1024x1024"},
		"wide":           {600, 314, "1536x1024"},
		"tall":           {540, 960, "1024x1536"},
		"a banner":       {1029, 258, "1536x1024"},
		"nearly square":  {500, 480, "1024x1024"},
		"a tall channel": {400, 500, "1024x1536"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := imageapitest.New(t)
			var log bytes.Buffer
			p := painter(t, imageapi.Config{BaseURL: api.URL, Model: "gpt-image-2", Quality: "low"}, &log)
			c := canvas(tc.w, tc.h)
			steps := 0
			made, err := p.Scene(t.Context(), c, "a quiet terrace", 7, func(done, of int) { steps = done * of })
			if err != nil || made.Rect != c.Rect || steps != 1 {
				t.Fatalf("%v, progress %d, %v", made, steps, err)
			}
			q := api.Requests()[0]
			if q.Path != "POST /v1/images/edits" || q.Key != "Bearer "+key {
				t.Errorf("%s by %s", q.Path, q.Key)
			}
			for field, want := range map[string]string{
				"model": "gpt-image-2", "quality": "low", "n": "1", "size": tc.size, "background": "opaque", "output_format": "png",
			} {
				if q.Fields[field] != want {
					t.Errorf("%s is %q, want %q", field, q.Fields[field], want)
				}
			}
			if !strings.HasSuffix(q.Fields["prompt"], "a quiet terrace") || !strings.Contains(q.Fields["prompt"], "product") {
				t.Errorf("the prompt %q", q.Fields["prompt"])
			}
			// The product comes back where it was.
			if got := made.RGBAAt(tc.w/2, tc.h*11/16); got.R < 150 || got.G > 80 {
				t.Errorf("in the product there is %v", got)
			}
			if got := made.RGBAAt(tc.w/8, tc.h/8); got.G < 180 {
				t.Errorf("beside it there is %v", got)
			}
			if _, _, _, a := q.Mask.At(q.Mask.Bounds().Dx()/2, 5).RGBA(); a != 0 {
				t.Error("the mask is not clear where a scene is to be made")
			}
		})
	}
}

func TestBadAnswers(t *testing.T) {
	t.Parallel()
	for mode, want := range map[imageapitest.Mode]fault.Code{
		imageapitest.Refused:     fault.OpenAIRefused,
		imageapitest.Moderated:   fault.OpenAIRefused,
		imageapitest.RateLimited: fault.OpenAIRateLimited,
		imageapitest.NoCredit:    fault.OpenAIRejected,
		imageapitest.Hang:        fault.OpenAIUnavailable,
		imageapitest.WrongSize:   fault.OpenAIBadAnswer,
		imageapitest.Broken:      fault.OpenAIBadAnswer,
		imageapitest.NotBase64:   fault.OpenAIBadAnswer,
		imageapitest.Empty:       fault.OpenAIBadAnswer,
		imageapitest.Down:        fault.OpenAIUnavailable,
	} {
		t.Run(string(mode), func(t *testing.T) {
			t.Parallel()
			api := imageapitest.New(t, mode)
			var log bytes.Buffer
			c := imageapi.Config{BaseURL: api.URL}
			if mode == imageapitest.Hang {
				c.Timeout = 50 * time.Millisecond
			}
			made, err := painter(t, c, &log).Scene(t.Context(), canvas(64, 64), "secret words", 1, nil)
			if made != nil || !fault.Has(err, want) {
				t.Errorf("%v, want %s", err, want)
			}
			if said := log.String() + err.Error(); strings.Contains(said, key) || strings.Contains(said, "secret") {
				t.Errorf("the key or the prompt is in %q", said)
			}
			if mode != imageapitest.Hang && len(api.Requests()) != 1 { // it may give up before it was heard
				t.Errorf("%d requests, want one: the engine tries again, not the client", len(api.Requests()))
			}
		})
	}
}

// The operator reads what a picture costs, and may say how much a day may cost.
func TestMoney(t *testing.T) {
	t.Parallel()
	api := imageapitest.New(t, imageapitest.Good, imageapitest.Down, imageapitest.Good)
	var log bytes.Buffer
	now := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	p := painter(t, imageapi.Config{
		BaseURL: api.URL, Quality: "medium", DailyUSD: 0.07, Now: func() time.Time { return now },
	}, &log)
	scene := func() error {
		_, err := p.Scene(t.Context(), canvas(64, 64), "", 1, nil)
		return err
	}
	if err := scene(); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(log.String(), "about_usd=0.034") {
		t.Errorf("the log does not say the price: %s", log.String())
	}
	if err := scene(); !fault.Has(err, fault.OpenAIUnavailable) {
		t.Errorf("while it is down: %v", err)
	}
	if err := scene(); err != nil {
		t.Errorf("what was not made is not paid for: %v", err)
	}
	err := scene()
	var f *fault.Fault
	if !errors.As(err, &f) || f.Code != fault.OpenAIRateLimited || f.RetryAfter != 12*time.Hour {
		t.Errorf("beyond the day's money: %v", err)
	}
	if text := metrics(t, p); !strings.Contains(text, "\naiserver_scene_cost_dollars_total 0.068\n") ||
		!strings.Contains(text, `aiserver_scene_pictures_total{quality="medium",size="1024x1024"} 2`) {
		t.Errorf("the metrics are %s", text)
	}
	now = now.Add(24 * time.Hour)
	if err := scene(); err != nil {
		t.Errorf("on the next day: %v", err)
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

func TestPrices(t *testing.T) {
	t.Parallel()
	last := 0.0
	for _, q := range imageapi.Qualities() {
		square, wide := imageapi.Price(q, image.Pt(1024, 1024)), imageapi.Price(q, image.Pt(1536, 1024))
		if square <= last || wide <= square {
			t.Errorf("%s: %v and %v after %v", q, square, wide, last)
		}
		last = square
	}
}

func TestConfiguration(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]imageapi.Config{
		"no key":      {},
		"a bad key":   {APIKey: "sk-\x00"},
		"a bad place": {APIKey: key, BaseURL: "ftp://x"},
		"no quality":  {APIKey: key, Quality: "best"},
	} {
		if _, err := imageapi.New(c); err == nil || strings.Contains(err.Error(), key) {
			t.Errorf("%s: %v", name, err)
		}
	}
	p := painter(t, imageapi.Config{}, &bytes.Buffer{})
	if got := p.Role("scene"); got != (engine.Part{Role: "scene", Model: imageapi.DefaultModel, State: "ready"}) {
		t.Errorf("%+v", got)
	}
}

func TestACallerWhoLeaves(t *testing.T) {
	t.Parallel()
	api := imageapitest.New(t, imageapitest.Hang)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := painter(t, imageapi.Config{BaseURL: api.URL}, &bytes.Buffer{}).Scene(ctx, canvas(64, 64), "", 1, nil)
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

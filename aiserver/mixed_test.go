package main_test

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"strings"
	"testing"

	"github.com/nanococoa/nanococoa/aiserver/imageapi/imageapitest"
	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/gpu"
)

// jar is a photo whose product anybody finds.
func jar(t *testing.T) []byte {
	t.Helper()
	m := image.NewNRGBA(image.Rect(0, 0, 300, 300))
	draw.Draw(m, m.Rect, image.NewUniform(color.NRGBA{246, 245, 242, 255}), image.Point{}, draw.Src)
	draw.Draw(m, image.Rect(90, 60, 210, 260), image.NewUniform(color.NRGBA{180, 40, 35, 255}), image.Point{}, draw.Src)
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// The whole server with OpenAI's image model for the scenes: every ad is made, whatever that
// answers, and says by what.
func TestScenesByOpenAI(t *testing.T) {
	t.Parallel()
	const key = "sk-secret-0123456789"
	model := ad.Part{Role: ad.RoleScene, Model: "gpt-image-2"}
	changed := ad.Part{Role: ad.RoleScene, StandIn: true, Reason: ad.ReasonChanged}
	failed := ad.Part{Role: ad.RoleScene, StandIn: true, Reason: ad.ReasonFailed}
	for mode, want := range map[imageapitest.Mode]ad.Part{
		imageapitest.Good: model, imageapitest.Covered: changed, imageapitest.Moderated: failed,
		imageapitest.RateLimited: failed, imageapitest.Broken: failed,
	} {
		t.Run(string(mode), func(t *testing.T) {
			t.Parallel()
			api := imageapitest.New(t, mode)
			p := start(t, t.TempDir(), "WORKER_DIR=none", "SCENE=openai", "OPENAI_API_KEY="+key, "OPENAI_BASE_URL="+api.URL)
			made, err := p.client.Stage1(t.Context(), gpu.Stage1Request{
				Photo: jar(t), ProductName: "비타민", ProductCategory: "식품", AdConcept: "아침 햇살", Width: 480, Height: 480,
			})
			if err != nil || len(made.Parts) != 2 || made.Parts[1] != want || made.StandIn != want.StandIn ||
				made.Engine != "mixed" || !made.CutOut {
				t.Errorf("%+v by %s, %v", made.Parts, made.Engine, err)
			}
			if made.Product.FidelityDB < 40 {
				t.Errorf("the photo is shown at %.1f dB", made.Product.FidelityDB)
			}
			p.stop()
			if p.logs(key) || strings.Contains(p.stderr.String(), key) {
				t.Error("the key is in the log")
			}
			if want == model && !p.logs("about_usd") {
				t.Error("the log does not say what the picture cost")
			}
		})
	}
}

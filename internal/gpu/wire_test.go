package gpu_test

import (
	"encoding/json"
	"testing"

	"github.com/nanococoa/nanococoa/internal/gpu"
)

func TestSizes(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", "1x1", "1080x1350", "9999x9999"} {
		p, err := gpu.ParseSize(s)
		if err != nil || gpu.FormatSize(p) != s {
			t.Errorf("%q became %v, %v", s, p, err)
		}
	}
	for _, s := range []string{
		"x", "1x", "x1", "0x1", "01x1", "+1x1", "1x-1", "10000x1", "1X1", "1x1x1", "1 x1", "１x1", "1e3x1",
	} {
		if p, err := gpu.ParseSize(s); err == nil {
			t.Errorf("%q became %v", s, p)
		}
	}
}

// The wire names are the contract: a renamed field must fail here, not at the
// original client.
func TestWireNames(t *testing.T) {
	t.Parallel()
	b, err := json.Marshal(gpu.Stage2Body{
		Stage1Image: "a", ProductName: "b", TargetAge: "c", TargetGender: "d", AdConcept: "e",
	})
	want := `{"stage1_image":"a","product_name":"b","target_age":"c","target_gender":"d","ad_concept":"e"}`
	if err != nil || string(b) != want {
		t.Errorf("%s, %v", b, err)
	}
	b, err = json.Marshal(gpu.ScoreBody{ImageURL: "a", Prompt: "b"})
	if want := `{"image_url":"a","prompt":"b"}`; err != nil || string(b) != want {
		t.Errorf("%s, %v", b, err)
	}
	b, err = json.Marshal(gpu.ScoreAnswer{})
	want = `{"clip_score":0,"metric":"","model":null,"raw_cosine":null,"request_id":"","engine":"","stand_in":false,` +
		`"parts":null,"timing_ms":{"queued":0,"work":0,"total":0}}`
	if err != nil || string(b) != want {
		t.Errorf("%s, %v", b, err)
	}
}

func FuzzParseSize(f *testing.F) {
	for _, s := range []string{"", "1080x1350", "x", "01x1", "99999x1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if p, err := gpu.ParseSize(s); err == nil && (gpu.FormatSize(p) != s || p.X > 9999 || p.Y > 9999) {
			t.Errorf("%q became %v", s, p)
		}
	})
}

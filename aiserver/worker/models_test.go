package worker_test

import (
	"fmt"
	"image"
	"image/color"
	"slices"
	"testing"

	"github.com/nanococoa/nanococoa/aiserver/worker"
	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/fault"
)

// canvas is a part of a larger picture, so that its rows are longer than it is wide.
func canvas(w, h int) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, w+3, h+2))
	for y := range h {
		for x := range w {
			m.SetNRGBA(x+2, y+1, color.NRGBA{byte(10*y + x), 1, 2, byte(100 + x)})
		}
	}
	return m.SubImage(image.Rect(2, 1, w+2, h+1)).(*image.NRGBA)
}

func TestASceneIsPainted(t *testing.T) {
	t.Parallel()
	w, _, _ := supervised(t, "well", quick())
	var told []string
	scene, err := w.Scene(t.Context(), canvas(3, 4), "3 4 3", 7, func(done, of int) {
		told = append(told, fmt.Sprint(done, "/", of))
	})
	if err != nil || scene.Rect != image.Rect(0, 0, 3, 4) {
		t.Fatalf("%v, %v", scene, err)
	}
	for y := range 4 {
		for x := range 3 {
			if got, want := scene.RGBAAt(x, y), (color.RGBA{byte(10*y + x), byte(100 + x), 7, 255}); got != want {
				t.Errorf("%v at %d,%d, want %v", got, x, y, want)
			}
		}
	}
	if want := []string{"1/4", "2/4", "3/4", "4/4"}; !slices.Equal(told, want) {
		t.Errorf("told %q", told)
	}
	for name, prompt := range map[string]string{"another size": "4 3 3", "no colours": "3 4 1", "no picture": "none"} {
		if _, err := w.Scene(t.Context(), canvas(3, 4), prompt, 7, nil); !fault.Has(err, fault.GPUBadAnswer) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got := w.Role(worker.Scene); got.Role != "scene" || got.Model != "painter@7" || got.Digest != "0123456789ab" ||
		got.State != worker.Ready {
		t.Errorf("part %+v", got)
	}
}

func TestAPictureIsScored(t *testing.T) {
	t.Parallel()
	w, _, _ := supervised(t, "well", quick())
	picture := image.NewRGBA(image.Rect(0, 0, 2, 2))
	cosine, value, err := w.Similarity(t.Context(), picture, `{"cosine":-0.25,"value":0.5,"metric":"siglip2"}`)
	if err != nil || cosine != -0.25 || value != 0.5 {
		t.Errorf("%v, %v, %v", cosine, value, err)
	}
	for _, wrong := range []string{
		`{}`, `{"cosine":0.1}`, `{"value":0.1}`, `{"cosine":2,"value":0.1}`, `{"cosine":0.1,"value":1.1}`,
		`{"cosine":0.1,"value":-0.1}`, `{"cosine":"much","value":0.1}`, `[]`,
	} {
		if _, _, err := w.Similarity(t.Context(), picture, wrong); !fault.Has(err, fault.GPUBadAnswer) {
			t.Errorf("%s: %v", wrong, err)
		}
	}
}

func TestAreasAreProposed(t *testing.T) {
	t.Parallel()
	w, _, _ := supervised(t, "well", quick())
	for n, want := range [][]ad.Box{{{0, 0, 1, 0.25}, {0.5, 0.5, 0.5, 0.5}}, {}, nil, nil, nil, nil} {
		picture := image.NewRGBA(image.Rect(0, 0, 2, 2))
		picture.Pix[0] = byte(n)
		got, err := w.Areas(t.Context(), picture)
		if want == nil && !fault.Has(err, fault.GPUBadAnswer) || want != nil && (err != nil || !slices.Equal(got, want)) {
			t.Errorf("%d: %v, %v", n, got, err)
		}
	}
}

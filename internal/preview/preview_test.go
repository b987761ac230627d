package preview_test

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math"
	"testing"

	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/photo"
	"github.com/nanococoa/nanococoa/internal/preview"
)

// scenery is a picture with soft ground and hard edges; busy has fine detail everywhere.
func scenery(w, h int, busy bool) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			v := 128 + 90*math.Sin(float64(x)/97)*math.Cos(float64(y)/61)
			if (x/40+y/40)%7 == 0 {
				v = 30
			}
			if busy {
				v += 90 * math.Sin(float64(x*x)/5+float64(y*y)/3)
			}
			img.SetRGBA(x, y, color.RGBA{uint8(max(0, min(255, v))), uint8(x * 255 / w), uint8(y * 255 / h), 255})
		}
	}
	return img
}

func TestFilesFitAPage(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		w, h       int
		busy       bool
		page, thum image.Point
	}{
		"an ad":          {1024, 1024, false, image.Pt(1024, 1024), image.Pt(480, 480)},
		"a busy ad":      {1024, 1024, true, image.Pt(1024, 1024), image.Pt(480, 480)},
		"a story":        {1080, 1920, false, image.Pt(720, 1280), image.Pt(270, 480)},
		"a small banner": {400, 100, false, image.Pt(400, 100), image.Pt(400, 100)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var b bytes.Buffer
			if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, scenery(tc.w, tc.h, tc.busy)); err != nil {
				t.Fatal(err)
			}
			files, err := preview.Of(t.Context(), b.Bytes())
			if err != nil {
				t.Fatal(err)
			}
			for what, f := range map[string]struct {
				data []byte
				size image.Point
				most int
			}{
				"page": {files.Page, tc.page, 150_000}, "thumbnail": {files.Thumbnail, tc.thum, 30_000},
			} {
				head, err := jpeg.DecodeConfig(bytes.NewReader(f.data))
				if err != nil || head.Width != f.size.X || head.Height != f.size.Y || len(f.data) > f.most {
					t.Errorf("%s: %d×%d, %d bytes, %v", what, head.Width, head.Height, len(f.data), err)
				}
			}
		})
	}
}

func TestWhatIsNoPicture(t *testing.T) {
	t.Parallel()
	if _, err := preview.Of(t.Context(), []byte("no picture")); !fault.Has(err, fault.PhotoUnsupported) {
		t.Error(err)
	}
	if photo.ThumbnailSide >= preview.PageSide {
		t.Error("a thumbnail is not smaller than a page's picture")
	}
}

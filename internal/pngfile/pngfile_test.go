package pngfile_test

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/nanococoa/nanococoa/internal/pngfile"
)

// pictures have what makes a row choose each of the filters.
func pictures(side int) map[string]*image.RGBA {
	r := rand.New(rand.NewPCG(1, 2))
	paint := func(at func(x, y int) color.RGBA) *image.RGBA {
		m := image.NewRGBA(image.Rect(0, 0, side, side))
		for y := range side {
			for x := range side {
				m.SetRGBA(x, y, at(x, y))
			}
		}
		return m
	}
	grey := func(v int) color.RGBA { return color.RGBA{uint8(v), uint8(v + 20), uint8(v + 40), 255} }
	return map[string]*image.RGBA{
		"flat":    paint(func(int, int) color.RGBA { return grey(90) }),
		"columns": paint(func(x, _ int) color.RGBA { return grey(x * 37) }),
		"rows":    paint(func(_, y int) color.RGBA { return grey(y * 37) }),
		"noise": paint(func(int, int) color.RGBA {
			return color.RGBA{byte(r.Uint32()), byte(r.Uint32()), byte(r.Uint32()), 255}
		}),
		"scene": paint(func(x, y int) color.RGBA {
			return grey(int(90+60*math.Sin(float64(x)/70)*math.Cos(float64(y)/50)) + r.IntN(4))
		}),
		"clear in part": paint(func(x, _ int) color.RGBA { return color.RGBA{R: uint8(x % 50), A: uint8(50 + x%50)} }),
	}
}

func TestEveryPixelIsKept(t *testing.T) {
	t.Parallel()
	for name, img := range pictures(61) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			same(t, img)
			same(t, img.SubImage(image.Rect(7, 11, 40, 59)).(*image.RGBA))
			same(t, img.SubImage(image.Rect(60, 0, 61, 1)).(*image.RGBA))
		})
	}
}

// same checks that a picture comes back from its file as it is.
func same(t *testing.T, img *image.RGBA) {
	t.Helper()
	file, err := pngfile.Encode(img)
	if err != nil {
		t.Fatal(err)
	}
	got, err := png.Decode(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	b := img.Bounds()
	if got.Bounds().Size() != b.Size() {
		t.Fatalf("%v, want %v", got.Bounds().Size(), b.Size())
	}
	for y := range b.Dy() {
		for x := range b.Dx() {
			want := img.RGBAAt(b.Min.X+x, b.Min.Y+y)
			if want.A != 255 {
				continue // image/png's own, which keeps it unpremultiplied
			}
			if c := color.RGBAModel.Convert(got.At(x, y)); c != want {
				t.Fatalf("at %d,%d: %v, want %v", x, y, c, want)
			}
		}
	}
}

// TestFilesStaySmall holds the choice of filters: image/png, which tries them all, is the
// yardstick.
func TestFilesStaySmall(t *testing.T) {
	t.Parallel()
	for name, img := range pictures(256) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file, err := pngfile.Encode(img)
			if err != nil {
				t.Fatal(err)
			}
			best := yardstick(t, img)
			if t.Logf("%d bytes, image/png %d", len(file), len(best)); len(file) > len(best)*103/100+64 {
				t.Errorf("%d bytes, image/png needs %d", len(file), len(best))
			}
		})
	}
}

func TestAnEmptyPictureIsAFault(t *testing.T) {
	t.Parallel()
	if _, err := pngfile.Encode(image.NewRGBA(image.Rectangle{})); err == nil {
		t.Error("no error")
	}
}

func yardstick(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func BenchmarkEncode(b *testing.B) {
	img := pictures(1024)["scene"]
	b.Run("pngfile", func(b *testing.B) {
		for b.Loop() {
			file, err := pngfile.Encode(img)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(len(file)), "file-bytes")
		}
	})
	b.Run("baseline image/png", func(b *testing.B) {
		for b.Loop() {
			b.ReportMetric(float64(len(yardstick(b, img))), "file-bytes")
		}
	})
}

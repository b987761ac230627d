package resample_test

import (
	"context"
	"errors"
	"image"
	"image/color"
	"math"
	"runtime"
	"testing"

	"golang.org/x/image/draw"

	"github.com/nanococoa/nanococoa/internal/resample"
)

// texture has waves of every length down to two pixels.
func texture(w, h int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			u, v := float64(x)/float64(w), float64(y)/float64(h)
			c := func(f float64) uint8 { return uint8(127.5 + 120*math.Sin(f*u*u*float64(w))*math.Cos(f*v)) }
			m.SetRGBA(x, y, color.RGBA{c(1.5), c(0.8), c(0.3), 255})
		}
	}
	return m
}

// scale runs a job from src to the part of the rectangle to.
func scale(ctx context.Context, k resample.Kernel, src *image.RGBA, to, part image.Rectangle) (*image.RGBA, error) {
	out := image.NewRGBA(part)
	err := resample.Job{
		Kernel: k, Size: src.Rect.Size(), To: to, Part: part,
		Read: func(y int, row []float32) {
			for i, v := range src.Pix[y*src.Stride:][:len(row)] {
				row[i] = float32(v)
			}
		},
		Write: func(y int, row []float32) {
			for i, v := range row {
				out.Pix[out.PixOffset(part.Min.X, y)+i] = uint8(min(max(v+0.5, 0), 255))
			}
		},
	}.Run(ctx)
	return out, err
}

func TestItAgreesWithAnotherImplementation(t *testing.T) {
	t.Parallel()
	src := texture(97, 61)
	for name, tc := range map[string]struct {
		mine   resample.Kernel
		theirs draw.Scaler
	}{"Catmull-Rom": {resample.CatmullRom, draw.CatmullRom}, "linear": {resample.Linear, draw.BiLinear}} {
		for _, size := range []image.Point{{97, 61}, {200, 150}, {96, 60}, {40, 23}, {5, 3}, {1, 1}, {300, 20}} {
			to := image.Rectangle{Max: size}
			got, err := scale(t.Context(), tc.mine, src, to, to)
			if err != nil {
				t.Fatal(err)
			}
			want := image.NewRGBA(to)
			tc.theirs.Scale(want, to, src, src.Rect, draw.Src, nil)
			for i, v := range want.Pix {
				if d := int(got.Pix[i]) - int(v); d < -2 || d > 2 {
					t.Fatalf("%s to %v: byte %d is %d, theirs %d", name, size, i, got.Pix[i], v)
				}
			}
		}
	}
}

// TestAPartIsCutFromTheWhole: what is made of a part does not depend on where it
// is cut.
func TestAPartIsCutFromTheWhole(t *testing.T) {
	t.Parallel()
	src, to := texture(80, 60), image.Rect(-37, -20, 190, 133)
	whole, err := scale(t.Context(), resample.CatmullRom, src, to, to)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []image.Rectangle{
		image.Rect(0, 0, 100, 100), image.Rect(-37, 40, -36, 41), image.Rect(60, -20, 190, 5),
	} {
		got, err := scale(t.Context(), resample.CatmullRom, src, to, part)
		if err != nil {
			t.Fatal(err)
		}
		for y := part.Min.Y; y < part.Max.Y; y++ {
			for x := part.Min.X; x < part.Max.X; x++ {
				if got.RGBAAt(x, y) != whole.RGBAAt(x, y) {
					t.Fatalf("%v: pixel %d,%d differs", part, x, y)
				}
			}
		}
	}
	for _, nothing := range []image.Rectangle{{}, image.Rect(500, 500, 510, 510)} {
		if _, err := scale(t.Context(), resample.CatmullRom, src, to, nothing); err != nil {
			t.Errorf("%v: %v", nothing, err)
		}
	}
}

// What a job keeps is rows: nothing like a picture, at any size.
func TestItHoldsRowsOnly(t *testing.T) { //nolint:paralleltest // it measures the whole process
	const side = 1920
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	err := resample.Job{
		Kernel: resample.CatmullRom, Size: image.Pt(side, side), To: image.Rect(0, 0, side-1, side-1),
		Part: image.Rect(0, 0, side-1, side-1),
		Read: func(int, []float32) {}, Write: func(int, []float32) {},
	}.Run(t.Context())
	runtime.ReadMemStats(&after)
	rows := uint64(runtime.GOMAXPROCS(0)+2) * 16 * side * 8
	if got := after.TotalAlloc - before.TotalAlloc; err != nil || got > rows {
		t.Errorf("%d KiB allocated, want at most %d; err %v", got>>10, rows>>10, err)
	}
}

func TestItStopsWithItsCaller(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	src := texture(60, 60)
	if _, err := scale(ctx, resample.Linear, src, src.Rect, src.Rect); !errors.Is(err, context.Canceled) {
		t.Errorf("err = %v", err)
	}
}

// BenchmarkScale has golang.org/x/image as its baseline.
func BenchmarkScale(b *testing.B) {
	src, to := texture(1024, 1024), image.Rect(0, 0, 1080, 1080)
	b.Run("rows", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _ = scale(b.Context(), resample.CatmullRom, src, to, to)
		}
	})
	b.Run("baseline: x/image", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			draw.CatmullRom.Scale(image.NewRGBA(to), to, src, src.Rect, draw.Src, nil)
		}
	})
}

// TestAPlainPictureStaysPlain: no row lacks a source row that it is made of, also where
// a band begins with a result row that lies on a source row and so is made of it alone.
func TestAPlainPictureStaysPlain(t *testing.T) {
	t.Parallel()
	src := image.NewRGBA(image.Rect(0, 0, 3, 41))
	for i := range src.Pix {
		src.Pix[i] = 200
	}
	for h := 1; h < 400; h++ {
		to := image.Rect(0, 0, 3, h)
		got, err := scale(t.Context(), resample.CatmullRom, src, to, to)
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range got.Pix {
			if v < 199 || v > 201 {
				t.Fatalf("41 rows to %d: row %d is %d", h, i/got.Stride, v)
			}
		}
	}
}

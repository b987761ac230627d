package raster_test

import (
	"context"
	"errors"
	"image"
	"image/color"
	"math"
	"sync/atomic"
	"testing"

	"golang.org/x/image/draw"

	"github.com/nanococoa/nanococoa/aiserver/standin/raster"
	"github.com/nanococoa/nanococoa/aiserver/standin/tone"
	"github.com/nanococoa/nanococoa/internal/fault"
)

func TestRowsCoversEveryRowOnce(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 15, 16, 17, 1000} {
		seen := make([]atomic.Int32, n)
		if err := raster.Rows(t.Context(), n, func(from, to int) {
			for y := from; y < to; y++ {
				seen[y].Add(1)
			}
		}); err != nil {
			t.Fatal(err)
		}
		for y := range seen {
			if seen[y].Load() != 1 {
				t.Fatalf("n=%d: row %d done %d times", n, y, seen[y].Load())
			}
		}
	}
}

func TestRowsStopsWhenTheCallerDoes(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	var done atomic.Int32
	err := raster.Rows(ctx, 1_000_000, func(from, to int) {
		done.Add(int32(to - from))
		cancel()
	})
	if !errors.Is(err, context.Canceled) || done.Load() > 10_000 {
		t.Errorf("err = %v after %d rows", err, done.Load())
	}
}

func TestAPanicInARowIsAFault(t *testing.T) {
	t.Parallel()
	err := raster.Rows(t.Context(), 1000, func(from, _ int) {
		if from >= 900 {
			panic("in a row")
		}
	})
	if !fault.Has(err, fault.Internal) {
		t.Error(err)
	}
}

// checker is a picture with detail at every scale.
func checker(w, h int) *raster.Picture {
	p := raster.New(w, h)
	for y := range h {
		for x := range w {
			v := float32((x*x+y*3)%17) / 16
			p.Set(x, y, tone.RGB{v, v * v, 1 - v})
		}
	}
	return p
}

func TestBlurIsAGaussianThatKeepsLight(t *testing.T) {
	t.Parallel()
	for _, sigma := range []float32{0.8, 2, 5.5} {
		p := raster.New(101, 101)
		p.Set(50, 50, tone.RGB{1, 2, 3})
		p.Blur(sigma)
		var sum [3]float64
		var across, down float64
		for y := range p.H {
			for x := range p.W {
				c := p.Get(x, y)
				for k := range 3 {
					sum[k] += float64(c[k])
				}
				across += float64(c[0]) * float64((x-50)*(x-50))
				down += float64(c[0]) * float64((y-50)*(y-50))
			}
		}
		for k := range 3 {
			if math.Abs(sum[k]-float64(k+1)) > 1e-3 {
				t.Errorf("sigma %v: light %v", sigma, sum)
			}
		}
		want := float64(sigma)
		if math.Abs(math.Sqrt(across)-want) > 0.15*want+0.1 || math.Abs(across-down) > 1e-3 {
			t.Errorf("sigma %v: spread %.2f across, %.2f down", sigma, math.Sqrt(across), math.Sqrt(down))
		}
	}
	flat := raster.New(9, 7)
	for i := range flat.Pix {
		flat.Pix[i] = 0.25
	}
	flat.Blur(20) // wider than the picture
	for _, v := range flat.Pix {
		if math.Abs(float64(v)-0.25) > 1e-5 {
			t.Fatalf("a flat picture became %v", v)
		}
	}
}

func TestBoxBlurMatchesItsDefinition(t *testing.T) {
	t.Parallel()
	const w, h, r = 13, 11, 2
	src := make([]float32, w*h)
	for i := range src {
		src[i] = float32(i*i%29) / 28
	}
	got := append([]float32(nil), src...)
	raster.BoxBlur(got, w, h, r)
	for y := range h {
		for x := range w {
			var sum float32
			for dy := -r; dy <= r; dy++ {
				for dx := -r; dx <= r; dx++ {
					sum += src[min(max(y+dy, 0), h-1)*w+min(max(x+dx, 0), w-1)]
				}
			}
			if want := sum / ((2*r + 1) * (2*r + 1)); math.Abs(float64(got[y*w+x]-want)) > 1e-4 {
				t.Fatalf("at %d,%d: %v, want %v", x, y, got[y*w+x], want)
			}
		}
	}
	plane := append([]float32(nil), src...)
	raster.BlurPlane(plane, w, h, 0)
	for i := range plane {
		if plane[i] != src[i] {
			t.Fatal("no blur must change nothing")
		}
	}
}

func TestSampleInterpolatesAndRepeatsEdges(t *testing.T) {
	t.Parallel()
	p := raster.New(2, 2)
	p.Set(1, 0, tone.RGB{1, 0, 0})
	p.Set(0, 1, tone.RGB{0, 1, 0})
	p.Set(1, 1, tone.RGB{1, 1, 0})
	for name, tc := range map[string]struct {
		u, v float32
		want tone.RGB
	}{
		"centre of a pixel": {0.75, 0.25, tone.RGB{1, 0, 0}},
		"middle":            {0.5, 0.5, tone.RGB{0.5, 0.5, 0}},
		"beyond a corner":   {3, 3, tone.RGB{1, 1, 0}},
		"before a corner":   {-1, -1, tone.RGB{}},
	} {
		if got := p.Sample(tc.u, tc.v); got != tc.want {
			t.Errorf("%s: %v, want %v", name, got, tc.want)
		}
	}
}

func TestHalfIsTheMean(t *testing.T) {
	t.Parallel()
	p := checker(5, 3)
	h := p.Half()
	if h.W != 3 || h.H != 2 {
		t.Fatalf("size %d×%d", h.W, h.H)
	}
	want := p.Get(2, 0).Add(p.Get(3, 0)).Add(p.Get(2, 1)).Add(p.Get(3, 1)).Scale(0.25)
	if got := h.Get(1, 0); got.Lab().Distance(want.Lab()) > 1e-4 {
		t.Errorf("half = %v, want %v", got, want)
	}
	if got, want := h.Get(2, 1), p.Get(4, 2); got.Lab().Distance(want.Lab()) > 1e-4 {
		t.Errorf("the odd corner = %v, want %v", got, want)
	}
}

// photo is a smooth opaque picture with some detail.
func photo(w, h int) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			s := func(k float64) uint8 { return uint8(127 + 90*math.Sin(float64(x)*k)*math.Cos(float64(y)*k*1.3)) }
			m.SetNRGBA(x, y, color.NRGBA{s(0.11), s(0.23), s(0.41), 255})
		}
	}
	return m
}

// TestScaleAgreesWithAnotherImplementation compares with golang.org/x/image,
// which uses the same kernel.
func TestScaleAgreesWithAnotherImplementation(t *testing.T) {
	t.Parallel()
	for name, size := range map[string]image.Point{
		"down": {97, 61}, "up": {410, 333}, "across only": {120, 240}, "same": {320, 240},
	} {
		src := photo(320, 240)
		got, err := raster.Scale(t.Context(), src, size.X, size.Y)
		if err != nil {
			t.Fatal(err)
		}
		want := image.NewNRGBA(image.Rectangle{Max: size})
		draw.CatmullRom.Scale(want, want.Rect, src, src.Rect, draw.Src, nil)
		var sum float64
		for i := range want.Pix {
			d := float64(got.Pix[i]) - float64(want.Pix[i])
			sum += d * d
		}
		if psnr := 10 * math.Log10(255*255*float64(len(want.Pix))/max(sum, 1)); psnr < 46 {
			t.Errorf("%s: %.1f dB", name, psnr)
		}
	}
}

func TestScaleNeverLetsHiddenColoursIn(t *testing.T) {
	t.Parallel()
	src := image.NewNRGBA(image.Rect(0, 0, 64, 64))
	for y := range 64 {
		for x := range 64 {
			c := color.NRGBA{255, 0, 255, 0} // magenta that nobody may see
			if x > 20 && x < 44 {
				c = color.NRGBA{10, 200, 30, 255}
			}
			src.SetNRGBA(x, y, c)
		}
	}
	got, err := raster.Scale(t.Context(), src, 41, 41)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(got.Pix); i += 4 {
		if p := got.Pix[i : i+4]; p[3] > 3 && (p[0] > 30 || p[2] > 50) {
			t.Fatalf("pixel %d is %v", i/4, p)
		}
	}
}

func TestScaleStopsWhenTheCallerDoes(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := raster.Scale(ctx, photo(64, 64), 32, 32); !errors.Is(err, context.Canceled) {
		t.Errorf("err = %v", err)
	}
}

func TestFieldsTileAndDependOnTheirSeed(t *testing.T) {
	t.Parallel()
	f := raster.NewField(7, 64, 4, 4, 0.5)
	same, other := raster.NewField(7, 64, 4, 4, 0.5), raster.NewField(8, 64, 4, 4, 0.5)
	var sq, differ float64
	const n = 40
	for i := range n {
		for j := range n {
			u, v := float32(i)/n+0.013, float32(j)/n+0.007
			a := f.At(u, v)
			if d := math.Abs(float64(a - f.At(u+3, v-2))); d > 1e-3 {
				t.Fatalf("the field does not tile at %v,%v", u, v)
			}
			if a != same.At(u, v) {
				t.Fatal("the same seed gives another field")
			}
			sq += float64(a * a)
			differ += math.Abs(float64(a - other.At(u, v)))
		}
	}
	if sd := math.Sqrt(sq / (n * n)); sd < 0.25 || sd > 0.4 {
		t.Errorf("standard deviation %.3f, want about a third", sd)
	}
	if differ/(n*n) < 0.1 {
		t.Error("another seed gives the same field")
	}
}

func TestDice(t *testing.T) {
	t.Parallel()
	a, b, other := raster.NewDice(1, "props"), raster.NewDice(1, "props"), raster.NewDice(1, "light")
	var mean, sq float64
	sides := map[float32]int{}
	same := 0
	const n = 4000
	for range n {
		x := a.Float()
		if x != b.Float() {
			t.Fatal("the same stream differs")
		}
		if x < 0 || x >= 1 {
			t.Fatalf("%v is outside 0..1", x)
		}
		if x == other.Float() {
			same++
		}
	}
	for range n {
		v := float64(a.Bell())
		mean += v / n
		sq += v * v / n
		sides[a.Side()]++
		if w := a.Between(2, 3); w < 2 || w > 3 {
			t.Fatalf("%v is outside 2..3", w)
		}
	}
	if same > 2 || math.Abs(mean) > 0.1 || math.Abs(sq-1) > 0.1 || sides[1] < n/3 || sides[-1] < n/3 {
		t.Errorf("same %d, mean %.2f, variance %.2f, sides %v", same, mean, sq, sides)
	}
}

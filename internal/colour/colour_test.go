package colour_test

import (
	"math"
	"testing"

	"github.com/nanococoa/nanococoa/internal/colour"
)

func near(a, b, within float64) bool { return math.Abs(a-b) <= within }

// The reference values are those of IEC 61966-2-1 and of CSS Color 4.
func TestTransfer(t *testing.T) {
	t.Parallel()
	for srgb, light := range map[float64]float64{0: 0, 0.04: 0.04 / 12.92, 0.5: 0.21404, 188.0 / 255: 0.50289, 1: 1} {
		if got := colour.Decode(srgb); !near(got, light, 1e-5) {
			t.Errorf("Decode(%v) = %v, want %v", srgb, got, light)
		}
	}
	single, double := colour.Decoded[float32](), colour.Decoded[float64]()
	for i := range 256 {
		v := float64(i) / 255
		if got := colour.Encode(colour.Decode(v)); !near(got, v, 1e-6) {
			t.Errorf("%v comes back as %v", v, got)
		}
		if double[i] != colour.Decode(v) || single[i] != float32(double[i]) {
			t.Errorf("the tables have %v and %v for byte %d", double[i], single[i], i)
		}
	}
}

func TestLuminanceAndContrast(t *testing.T) {
	t.Parallel()
	if y := colour.Luminance(1.0, 1.0, 1.0); !near(y, 1, 1e-12) {
		t.Errorf("white has %v", y)
	}
	// #767676 is the lightest grey that may stand on white: 4.54:1.
	grey := colour.Decode(0x76 / 255.0)
	y := colour.Luminance(grey, grey, grey)
	if c := colour.Contrast(1, y); !near(c, 4.54, 0.005) || colour.Contrast(y, 1) != c {
		t.Errorf("contrast %v one way, %v the other", c, colour.Contrast(y, 1))
	}
	if c := colour.Contrast(0, 1); !near(c, 21, 1e-9) {
		t.Errorf("black on white is %v", c)
	}
	r, g, b := colour.Luminance(1.0, 0, 0), colour.Luminance(0, 1.0, 0), colour.Luminance(0, 0, 1.0)
	if g < r || r < b {
		t.Errorf("red %v, green %v, blue %v", r, g, b)
	}
}

func TestOKLab(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ rgb, lab [3]float64 }{
		"white": {[3]float64{1, 1, 1}, [3]float64{1, 0, 0}},
		"black": {[3]float64{}, [3]float64{}},
		"red":   {[3]float64{1, 0, 0}, [3]float64{0.62796, 0.22486, 0.12585}},
		"green": {[3]float64{0, 1, 0}, [3]float64{0.86644, -0.23389, 0.17950}},
		"blue":  {[3]float64{0, 0, 1}, [3]float64{0.45201, -0.03246, -0.31153}},
	} {
		l, m, s := colour.Cones(tc.rgb[0], tc.rgb[1], tc.rgb[2])
		light, a, b := colour.Lab(math.Cbrt(l), math.Cbrt(m), math.Cbrt(s))
		red, green, blue := colour.Linear(light, a, b)
		for i, got := range [3]float64{light, a, b} {
			if !near(got, tc.lab[i], 1e-4) {
				t.Errorf("%s: OKLab %v %v %v, want %v", name, light, a, b, tc.lab)
				break
			}
		}
		for i, got := range [3]float64{red, green, blue} {
			if !near(got, tc.rgb[i], 1e-5) {
				t.Errorf("%s comes back as %v %v %v", name, red, green, blue)
				break
			}
		}
	}
}

func TestShare(t *testing.T) {
	t.Parallel()
	for _, edge := range []float64{0.0001, 0.3, 0.77, 1, 4} {
		got := colour.Share(func(k float64) bool { return k <= edge })
		if want := min(edge, 1); got > want || want-got > 1.0/4096 || edge >= 1 && got != 1 {
			t.Errorf("inside up to %v: share %v", edge, got)
		}
	}
}

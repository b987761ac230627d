package tone_test

import (
	"math"
	"testing"

	"github.com/nanococoa/nanococoa/aiserver/standin/tone"
)

func TestBytesSurviveTheRoundTrip(t *testing.T) {
	t.Parallel()
	for i := range 256 {
		v := uint8(i)
		if got := tone.Byte(tone.Linear(v)); math.Abs(float64(got)-float64(v)) > 0.08 {
			t.Errorf("byte %d comes back as %.3f", v, got)
		}
	}
	if tone.Byte(-1) != 0 || tone.Byte(7) != 255 || tone.Byte(float32(math.NaN())) != 0 {
		t.Error("light outside 0..1 must be clipped")
	}
}

// The reference values are those of B. Ottosson's paper and its CSS Color 4
// successors.
func TestLab(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		c       tone.RGB
		l, a, b float32
		hue     float32
	}{
		"white": {tone.RGB{1, 1, 1}, 1, 0, 0, -1},
		"black": {tone.RGB{}, 0, 0, 0, -1},
		"red":   {tone.RGB{1, 0, 0}, 0.62796, 0.22486, 0.12585, 29.23},
		"green": {tone.RGB{0, 1, 0}, 0.86644, -0.23389, 0.17950, 142.50},
		"blue":  {tone.RGB{0, 0, 1}, 0.45201, -0.03246, -0.31153, 264.05},
	} {
		got := tc.c.Lab()
		for k, want := range [3]float32{tc.l, tc.a, tc.b} {
			if math.Abs(float64(got[k]-want)) > 2e-4 {
				t.Errorf("%s: lab = %v", name, got)
				break
			}
		}
		if tc.hue >= 0 && math.Abs(float64(got.Hue()-tc.hue)) > 0.2 {
			t.Errorf("%s: hue = %.2f, want %.2f", name, got.Hue(), tc.hue)
		}
		back := got.RGB()
		for k := range 3 {
			if math.Abs(float64(back[k]-tc.c[k])) > 1e-3 {
				t.Errorf("%s: back = %v", name, back)
				break
			}
		}
	}
}

func TestLCHKeepsLightnessAndHueInsideTheScreen(t *testing.T) {
	t.Parallel()
	for hue := float32(0); hue < 360; hue += 15 {
		for _, l := range []float32{0.2, 0.5, 0.85} {
			c := tone.LCH(l, 0.4, hue)
			for _, v := range c {
				if v < 0 || v > 1 {
					t.Fatalf("LCH(%v, 0.4, %v) = %v", l, hue, c)
				}
			}
			lab := c.Lab()
			turn := math.Abs(math.Mod(float64(lab.Hue()-hue)+540, 360) - 180)
			if math.Abs(float64(lab[0]-l)) > 0.01 || turn > 2 {
				t.Errorf("LCH(%v, 0.4, %v) has lightness %v and hue %v", l, hue, lab[0], lab.Hue())
			}
		}
	}
	if got := tone.LCH(0.7, 0.05, 120).Lab().Chroma(); math.Abs(float64(got)-0.05) > 1e-3 {
		t.Errorf("a chroma that fits became %v", got)
	}
}

func TestLightArithmetic(t *testing.T) {
	t.Parallel()
	a, b := tone.RGB{0.2, 0.4, 0.6}, tone.RGB{1, 0, 0.5}
	if got := a.Mix(b, 0.5); got != (tone.RGB{0.6, 0.2, 0.55}) {
		t.Errorf("mix = %v", got)
	}
	if got := a.Add(b).Mul(b).Scale(2); got != (tone.RGB{2.4, 0, 1.1}) {
		t.Errorf("(a+b)·b·2 = %v", got)
	}
	if got := (tone.RGB{1, 1, 1}).Luminance(); math.Abs(float64(got)-1) > 1e-6 {
		t.Errorf("white's luminance = %v", got)
	}
	p, q := tone.Lab{0, 0, 0}, tone.Lab{1, 0.3, 0.4}
	if got := p.Mix(q, 0.5); got != (tone.Lab{0.5, 0.15, 0.2}) || q.Chroma() != 0.5 ||
		p.Distance(tone.Lab{0, 0.3, 0.4}) != 0.5 {
		t.Errorf("mix = %v, chroma = %v", got, q.Chroma())
	}
	if got := tone.FromBytes(255, 0, 255); got != (tone.RGB{1, 0, 1}) {
		t.Errorf("from bytes = %v", got)
	}
}

package photo_test

import (
	"encoding/binary"
	"image"
	"image/color"
	"math"
	"testing"
)

// numbers is the body of gAMA or cHRM: each number times 100,000 (PNG, section 11.3.2).
func numbers(values ...float64) (body []byte) {
	for _, v := range values {
		body = binary.BigEndian.AppendUint32(body, uint32(math.Round(v*100_000)))
	}
	return body
}

// What a PNG says of its colours in its own chunks (third edition, section 11.3.2).
func TestPNGSaysItsColours(t *testing.T) {
	t.Parallel()
	p3 := []float64{0.3127, 0.3290, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060}
	same := []float64{0.3127, 0.3290, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06}
	_, source := tables(t)
	profiled := func(name string) []byte { return append([]byte("n\x00\x00"), deflate(read(t, name))...) }
	show := func(chunks ...[]byte) *image.NRGBA {
		return decode(t, afterIHDR(encodePNG(t, patches(source)), chunks...))
	}
	iccp := func(name string) []byte { return chunk("iCCP", profiled(name)) }
	bare, inP3, linear := show(), show(iccp("display-p3.icc")), show(iccp("linear.icc"))
	for _, c := range []struct {
		name   string
		chunks [][]byte
		want   *image.NRGBA
	}{
		{"gamma of linear light", [][]byte{chunk("gAMA", numbers(1))}, linear},
		{"gamma of sRGB is sRGB", [][]byte{chunk("gAMA", numbers(0.45455))}, bare},
		{"and its primaries", [][]byte{chunk("gAMA", numbers(0.45455)), chunk("cHRM", numbers(same...))}, bare},
		{"primaries alone", [][]byte{chunk("cHRM", numbers(p3...))}, inP3},
		{"primaries and gamma", [][]byte{chunk("cHRM", numbers(p3...)), chunk("gAMA", numbers(0.45455))}, inP3},
		{"sRGB before gamma", [][]byte{chunk("gAMA", numbers(1)), chunk("sRGB", []byte{0})}, bare},
		{"profile before sRGB", [][]byte{chunk("sRGB", []byte{0}), iccp("display-p3.icc")}, inP3},
		{"a grey profile counts for nothing, gamma does",
			[][]byte{iccp("grey-gamma.icc"), chunk("gAMA", numbers(1))}, linear},
		{"P3 by its number", [][]byte{chunk("cICP", []byte{12, 13, 0, 1})}, inP3},
		{"number before profile", [][]byte{iccp("display-p3.icc"), chunk("cICP", []byte{1, 13, 0, 1})}, bare},
		{"linear by its number", [][]byte{chunk("cICP", []byte{1, 8, 0, 1})}, linear},
		{"unknown numbers", [][]byte{chunk("cICP", []byte{99, 13, 0, 1})}, bare},
		{"an unknown curve, then a profile",
			[][]byte{chunk("cICP", []byte{12, 99, 0, 1}), iccp("display-p3.icc")}, inP3},
		{"numbers of YCbCr", [][]byte{chunk("cICP", []byte{12, 13, 1, 1})}, bare},
		{"numbers of a part of the range", [][]byte{chunk("cICP", []byte{12, 13, 0, 0})}, bare},
		{"no gamma at all", [][]byte{chunk("gAMA", numbers(0))}, bare},
		{"half a number", [][]byte{chunk("gAMA", []byte{1, 0})}, bare},
		{"primaries of no space", [][]byte{chunk("cHRM", numbers(0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3))}, bare},
		{"primaries of nothing", [][]byte{chunk("cHRM", make([]byte, 32))}, bare},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			want := make([][3]byte, len(source))
			for i := range want {
				p := c.want.NRGBAAt(16*i+8, 32)
				want[i] = [3]byte{p.R, p.G, p.B}
			}
			if worst, _ := compare(show(c.chunks...), want); worst > 1 {
				t.Errorf("%d steps away", worst)
			}
		})
	}
	for name, other := range map[string]*image.NRGBA{"P3": inP3, "linear light": linear} {
		if got := psnr(t, bare, other); got > 40 {
			t.Fatalf("%s is %.1f dB from sRGB: nothing shown", name, got)
		}
	}
}

// White of 203 cd/m² is paper (ITU-R BT.2408): 0.58 by PQ, 0.75 by HLG. What is brighter is
// white, black is black, and grey stays grey.
func TestHighDynamicRangeIsBroughtDown(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		curve byte
		paper float64
	}{"PQ": {16, 0.5807}, "HLG": {18, 0.75}} {
		img := patches([][3]byte{{0, 0, 0}, {byte(c.paper * 255), byte(c.paper * 255), byte(c.paper * 255)},
			{255, 255, 255}, {90, 90, 90}})
		got := decode(t, afterIHDR(encodePNG(t, img), chunk("cICP", []byte{9, c.curve, 0, 1})))
		at := func(i int) color.NRGBA { return got.NRGBAAt(16*i+8, 32) }
		if p := at(0); p.R > 2 {
			t.Errorf("%s: black became %v", name, p)
		}
		if p := at(1); p.R < 248 {
			t.Errorf("%s: paper became %v", name, p)
		}
		if p := at(2); p.R != 255 {
			t.Errorf("%s: the brightest became %v", name, p)
		}
		if p := at(3); p.R < 40 || p.R > 200 || max(p.R, p.G, p.B)-min(p.R, p.G, p.B) > 2 {
			t.Errorf("%s: a dark grey became %v", name, p)
		}
	}
}

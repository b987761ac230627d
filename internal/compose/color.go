package compose

import (
	"fmt"
	"image/color"
	"math"
)

// linear maps an 8-bit sRGB value to linear light (IEC 61966-2-1).
var linear = func() (t [256]float64) {
	for i := range t {
		t[i] = toLinear(float64(i) / 255)
	}
	return t
}()

func toLinear(v float64) float64 {
	if v <= 0.04045 {
		return v / 12.92
	}
	return math.Pow((v+0.055)/1.055, 2.4)
}

func fromLinear(v float64) float64 {
	if v <= 0.0031308 {
		return v * 12.92
	}
	return 1.055*math.Pow(v, 1/2.4) - 0.055
}

// luminance is WCAG 2's relative luminance, 0..1.
func luminance(r, g, b uint8) float64 {
	return 0.2126*linear[r] + 0.7152*linear[g] + 0.0722*linear[b]
}

func luminanceOf(c color.RGBA) float64 { return luminance(c.R, c.G, c.B) }

// ratio is WCAG 2's contrast ratio of two luminances, 1..21.
func ratio(a, b float64) float64 {
	if a < b {
		a, b = b, a
	}
	return (a + 0.05) / (b + 0.05)
}

// lch is a colour in OKLCH (Björn Ottosson, 2020): lightness 0..1, chroma 0 to
// about 0.37, hue in radians. It is where colours are made here, because equal
// steps look equal and the hue stays when the lightness moves.
type lch struct{ l, c, h float64 }

func toLCH(col color.RGBA) lch {
	r, g, b := linear[col.R], linear[col.G], linear[col.B]
	l := math.Cbrt(0.4122214708*r + 0.5363325363*g + 0.0514459929*b)
	m := math.Cbrt(0.2119034982*r + 0.6806995451*g + 0.1073969566*b)
	s := math.Cbrt(0.0883024619*r + 0.2817188376*g + 0.6299787005*b)
	a := 1.9779984951*l - 2.4285922050*m + 0.4505937099*s
	bb := 0.0259040371*l + 0.7827717662*m - 0.8086757660*s
	return lch{0.2104542553*l + 0.7936177850*m - 0.0040720468*s, math.Hypot(a, bb), math.Atan2(bb, a)}
}

// rgb gives the nearest sRGB colour of the same lightness and hue: chroma is
// what gives way when the colour is out of gamut.
func (c lch) rgb() color.RGBA {
	lo, hi := 0.0, c.c
	if out, ok := (lch{c.l, c.c, c.h}).exact(); ok {
		return out
	}
	for range 12 { // 0.37/2^12 is far below one 8-bit step
		mid := (lo + hi) / 2
		if _, ok := (lch{c.l, mid, c.h}).exact(); ok {
			lo = mid
		} else {
			hi = mid
		}
	}
	out, _ := lch{c.l, lo, c.h}.exact()
	return out
}

func (c lch) exact() (color.RGBA, bool) {
	a, bb := c.c*math.Cos(c.h), c.c*math.Sin(c.h)
	l := c.l + 0.3963377774*a + 0.2158037573*bb
	m := c.l - 0.1055613458*a - 0.0638541728*bb
	s := c.l - 0.0894841775*a - 1.2914855480*bb
	l, m, s = l*l*l, m*m*m, s*s*s
	in := true
	channel := func(v float64) uint8 {
		const slack = 0.002 // half an 8-bit step outside the gamut is not visible
		v = fromLinear(v)
		if v < -slack || v > 1+slack || math.IsNaN(v) {
			in = false
		}
		return uint8(math.Round(255 * min(max(v, 0), 1)))
	}
	out := color.RGBA{
		channel(+4.0767416621*l - 3.3077115913*m + 0.2309699292*s),
		channel(-1.2684380046*l + 2.6097574011*m - 0.3413193965*s),
		channel(-0.0041960863*l - 0.7034186147*m + 1.7076147010*s),
		255,
	}
	return out, in
}

// mix blends two colours in sRGB, as browsers do; t is b's share.
func mix(a, b color.RGBA, t float64) color.RGBA {
	m := func(x, y uint8) uint8 { return uint8(math.Round(float64(x) + (float64(y)-float64(x))*t)) }
	return color.RGBA{m(a.R, b.R), m(a.G, b.G), m(a.B, b.B), 255}
}

func hexOf(c color.RGBA) string { return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B) }

// parseHex reads #rrggbb and nothing else.
func parseHex(s string) (color.RGBA, bool) {
	if len(s) != 7 || s[0] != '#' {
		return color.RGBA{}, false
	}
	var v [6]uint8
	for i := range v {
		switch c := s[i+1]; {
		case c >= '0' && c <= '9':
			v[i] = c - '0'
		case c >= 'a' && c <= 'f':
			v[i] = c - 'a' + 10
		case c >= 'A' && c <= 'F':
			v[i] = c - 'A' + 10
		default:
			return color.RGBA{}, false
		}
	}
	return color.RGBA{v[0]<<4 | v[1], v[2]<<4 | v[3], v[4]<<4 | v[5], 255}, true
}

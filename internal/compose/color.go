package compose

import (
	"fmt"
	"image/color"
	"math"

	"github.com/nanococoa/nanococoa/internal/colour"
)

// linear maps an 8-bit sRGB value to linear light.
var linear = colour.Decoded[float64]()

// luminance is WCAG 2's relative luminance, 0..1.
func luminance(r, g, b uint8) float64 { return colour.Luminance(linear[r], linear[g], linear[b]) }

func luminanceOf(c color.RGBA) float64 { return luminance(c.R, c.G, c.B) }

// contrast is the WCAG 2 ratio of two colours.
func contrast(a, b color.RGBA) float64 { return colour.Contrast(luminanceOf(a), luminanceOf(b)) }

// lch is a colour in OKLCH: lightness 0..1, chroma 0 to about 0.37, hue in
// radians. Colours are made here because equal steps look equal and the hue stays
// when the lightness moves.
type lch struct{ l, c, h float64 }

func toLCH(col color.RGBA) lch {
	l, m, s := colour.Cones(linear[col.R], linear[col.G], linear[col.B])
	light, a, b := colour.Lab(math.Cbrt(l), math.Cbrt(m), math.Cbrt(s))
	return lch{light, math.Hypot(a, b), math.Atan2(b, a)}
}

// rgb gives the nearest sRGB colour of the same lightness and hue.
func (c lch) rgb() color.RGBA {
	share := colour.Share(func(k float64) bool {
		_, ok := lch{c.l, c.c * k, c.h}.exact()
		return ok
	})
	out, _ := lch{c.l, c.c * share, c.h}.exact()
	return out
}

// exact gives the colour, cut off at the edge of sRGB, and whether it is inside.
func (c lch) exact() (out color.RGBA, inside bool) {
	r, g, b := colour.Linear(c.l, c.c*math.Cos(c.h), c.c*math.Sin(c.h))
	inside = true
	channel := func(v float64) uint8 {
		const slack = 0.002 // half an 8-bit step outside is not visible
		v = colour.Encode(v)
		if v < -slack || v > 1+slack || math.IsNaN(v) {
			inside = false
		}
		return uint8(math.Round(255 * min(max(v, 0), 1)))
	}
	return color.RGBA{channel(r), channel(g), channel(b), 255}, inside
}

// mix blends two colours in sRGB, as browsers do; t is b's share.
func mix(a, b color.RGBA, t float64) color.RGBA {
	m := func(x, y uint8) uint8 { return uint8(math.Round(float64(x) + (float64(y)-float64(x))*t)) }
	return color.RGBA{m(a.R, b.R), m(a.G, b.G), m(a.B, b.B), 255}
}

func hexOf(c color.RGBA) string { return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B) }

// ParseHex reads #rrggbb and nothing else.
func ParseHex(s string) (color.RGBA, bool) {
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

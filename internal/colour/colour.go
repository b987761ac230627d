// Package colour holds the formulas of colour that more than one package needs:
// the transfer function of sRGB, luminance and contrast of WCAG 2, and OKLab.
// They take plain numbers, float32 where every pixel is worked on and float64
// where a few colours are, so that each package keeps the types that suit it.
package colour

import "math"

// Float is the precision a caller works in.
type Float interface{ float32 | float64 }

// Decode gives the linear light, 0..1, of an sRGB value 0..1 (IEC 61966-2-1).
func Decode(v float64) float64 {
	if v <= 0.04045 {
		return v / 12.92
	}
	return math.Pow((v+0.055)/1.055, 2.4)
}

// Encode gives the sRGB value, 0..1, of linear light 0..1. It is the inverse of
// Decode.
func Encode(v float64) float64 {
	if v <= 0.0031308 {
		return v * 12.92
	}
	return 1.055*math.Pow(v, 1/2.4) - 0.055
}

// Decoded is the linear light of every sRGB byte, for looking up.
func Decoded[F Float]() (t [256]F) {
	for i := range t {
		t[i] = F(Decode(float64(i) / 255))
	}
	return t
}

// Luminance is the relative luminance of WCAG 2, 0..1, of linear light 0..1.
func Luminance[F Float](r, g, b F) F { return 0.2126*r + 0.7152*g + 0.0722*b }

// Contrast is the contrast ratio of WCAG 2, 1..21, of two luminances in any
// order.
func Contrast(a, b float64) float64 { return (max(a, b) + 0.05) / (min(a, b) + 0.05) }

// OKLab (Björn Ottosson, "A perceptual color space for image processing", 2020)
// is where equal distances look equally far: lightness l is 0..1, a goes from
// green to red and b from blue to yellow, both about -0.4..0.4. Light becomes
// OKLab in three steps: Cones, the cube root of each of the three, and Lab.

// Cones gives the answers of the eye's three kinds of cones to linear light.
func Cones[F Float](r, g, b F) (l, m, s F) {
	return 0.4122214708*r + 0.5363325363*g + 0.0514459929*b,
		0.2119034982*r + 0.6806995451*g + 0.1073969566*b,
		0.0883024619*r + 0.2817188376*g + 0.6299787005*b
}

// Lab gives the colour in OKLab from the cube roots of Cones.
func Lab[F Float](l, m, s F) (light, a, b F) {
	return 0.2104542553*l + 0.7936177850*m - 0.0040720468*s,
		1.9779984951*l - 2.4285922050*m + 0.4505937099*s,
		0.0259040371*l + 0.7827717662*m - 0.8086757660*s
}

// Linear gives the linear light of a colour in OKLab. A colour outside sRGB has
// values outside 0..1.
func Linear[F Float](light, a, b F) (red, green, blue F) {
	l := light + 0.3963377774*a + 0.2158037573*b
	m := light - 0.1055613458*a - 0.0638541728*b
	s := light - 0.0894841775*a - 1.2914855480*b
	l, m, s = l*l*l, m*m*m, s*s*s
	return 4.0767416621*l - 3.3077115913*m + 0.2309699292*s,
		-1.2684380046*l + 2.6097574011*m - 0.3413193965*s,
		-0.0041960863*l - 0.7034186147*m + 1.7076147010*s
}

// Share gives the largest share, 0..1, of a colour's chroma with which it is
// inside a gamut, to 1/4096 of the chroma: far below one 8-bit step. Lightness
// and hue stay, since it is chroma that the eye misses least.
func Share[F Float](inside func(share F) bool) F {
	if inside(1) {
		return 1
	}
	lo, hi := F(0), F(1)
	for range 12 {
		if mid := (lo + hi) / 2; inside(mid) {
			lo = mid
		} else {
			hi = mid
		}
	}
	return lo
}

// Package tone is the colour arithmetic of the stand-in engine: sRGB bytes,
// linear light and OKLab, fast enough to be called per pixel.
//
// Light is mixed in linear RGB, colours are chosen and compared in OKLab
// (B. Ottosson, "A perceptual color space for image processing", 2020), whose
// distances follow what an eye calls a difference.
package tone

import (
	"math"

	"github.com/nanococoa/nanococoa/internal/colour"
)

// RGB is linear light with sRGB primaries; 0..1 is what a screen can show,
// above 1 is a highlight still to be tone-mapped.
type RGB [3]float32

// Lab is OKLab: lightness 0..1, a green to red, b blue to yellow, both about
// -0.4..0.4.
type Lab [3]float32

// toLinear is the light of every sRGB byte.
var toLinear = colour.Decoded[float32]()

// encodeSteps is the resolution of the encoding table. It is indexed by the
// square root of the light, so 2048 steps with interpolation stay within a
// twentieth of a byte everywhere.
const encodeSteps = 2048

var toByte = func() (t [encodeSteps + 2]float32) {
	for i := range t {
		s := float64(i) / encodeSteps
		t[i] = float32(255 * colour.Encode(s*s))
	}
	return t
}()

// Linear is the light of one sRGB byte, 0..1.
func Linear(v uint8) float32 { return toLinear[v] }

// FromBytes is the linear colour of three sRGB bytes.
func FromBytes(r, g, b uint8) RGB { return RGB{toLinear[r], toLinear[g], toLinear[b]} }

// Byte is the sRGB value 0..255 of a light, unrounded so that a caller can
// dither it. Light outside 0..1 is clipped.
func Byte(light float32) float32 {
	if !(light > 0) {
		return 0
	}
	if light >= 1 {
		return 255
	}
	s := float32(math.Sqrt(float64(light))) * encodeSteps
	i := int(s)
	return toByte[i] + (toByte[i+1]-toByte[i])*(s-float32(i))
}

// Luminance is the relative luminance of WCAG 2 (Rec. 709 weights).
func (c RGB) Luminance() float32 { return colour.Luminance(c[0], c[1], c[2]) }

// Scale is the colour under k times the light.
func (c RGB) Scale(k float32) RGB { return RGB{c[0] * k, c[1] * k, c[2] * k} }

// Add is the sum of two lights.
func (c RGB) Add(o RGB) RGB { return RGB{c[0] + o[0], c[1] + o[1], c[2] + o[2]} }

// Mul is the colour seen through, or lit by, another.
func (c RGB) Mul(o RGB) RGB { return RGB{c[0] * o[0], c[1] * o[1], c[2] * o[2]} }

// Mix is c at t = 0 and o at t = 1, in linear light.
func (c RGB) Mix(o RGB, t float32) RGB {
	return RGB{c[0] + (o[0]-c[0])*t, c[1] + (o[1]-c[1])*t, c[2] + (o[2]-c[2])*t}
}

// Lab is the colour in OKLab.
func (c RGB) Lab() Lab {
	l, m, s := colour.Cones(c[0], c[1], c[2])
	light, a, b := colour.Lab(cbrt(l), cbrt(m), cbrt(s))
	return Lab{light, a, b}
}

// RGB is the colour in linear light. Colours no screen can show come back with
// channels outside 0..1.
func (c Lab) RGB() RGB {
	r, g, b := colour.Linear(c[0], c[1], c[2])
	return RGB{r, g, b}
}

// Mix is c at t = 0 and o at t = 1, perceptually even in between.
func (c Lab) Mix(o Lab, t float32) Lab {
	return Lab{c[0] + (o[0]-c[0])*t, c[1] + (o[1]-c[1])*t, c[2] + (o[2]-c[2])*t}
}

// Distance is the Euclidean distance in OKLab: about 0.02 is just visible side
// by side, black to white is 1.
func (c Lab) Distance(o Lab) float32 {
	dl, da, db := c[0]-o[0], c[1]-o[1], c[2]-o[2]
	return float32(math.Sqrt(float64(dl*dl + da*da + db*db)))
}

// Chroma is the distance from grey.
func (c Lab) Chroma() float32 { return float32(math.Hypot(float64(c[1]), float64(c[2]))) }

// Hue is the angle of the colour in degrees, 0..360: about 29 red, 70 orange,
// 110 yellow, 142 green, 195 cyan, 264 blue, 328 magenta.
func (c Lab) Hue() float32 {
	h := math.Atan2(float64(c[2]), float64(c[1])) * 180 / math.Pi
	if h < 0 {
		h += 360
	}
	return float32(h)
}

// LCH makes a colour from lightness 0..1, chroma and hue in degrees. A colour
// outside sRGB loses chroma until it fits, never lightness or hue.
func LCH(l, chroma, hue float32) RGB {
	sin, cos := math.Sincos(float64(hue) * math.Pi / 180)
	at := func(k float32) RGB {
		return Lab{l, chroma * k * float32(cos), chroma * k * float32(sin)}.RGB()
	}
	share := colour.Share(func(k float32) bool { return inGamut(at(k)) })
	c := at(share)
	if share == 1 {
		return c
	}
	for i := range c {
		c[i] = min(max(c[i], 0), 1)
	}
	return c
}

func inGamut(c RGB) bool {
	const slack = 1e-4
	for _, v := range c {
		if v < -slack || v > 1+slack {
			return false
		}
	}
	return true
}

// cbrt is the cube root by a bit-level first guess and two Newton steps:
// relative error below 1e-5, five times as fast as math.Cbrt.
func cbrt(x float32) float32 {
	if x <= 0 {
		return 0
	}
	y := math.Float32frombits(math.Float32bits(x)/3 + 0x2a514067)
	y -= (y - x/(y*y)) / 3
	y -= (y - x/(y*y)) / 3
	return y
}

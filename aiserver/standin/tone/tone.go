// Package tone is the colour arithmetic of the stand-in engine: sRGB bytes,
// linear light and OKLab, fast enough to be called per pixel.
//
// Light is mixed in linear RGB, colours are chosen and compared in OKLab
// (B. Ottosson, "A perceptual color space for image processing", 2020), whose
// distances follow what an eye calls a difference.
package tone

import "math"

// RGB is linear light with sRGB primaries; 0..1 is what a screen can show,
// above 1 is a highlight still to be tone-mapped.
type RGB [3]float32

// Lab is OKLab: lightness 0..1, a green to red, b blue to yellow, both about
// -0.4..0.4.
type Lab [3]float32

// toLinear holds the sRGB transfer function (IEC 61966-2-1) for every byte.
var toLinear = func() (t [256]float32) {
	for i := range t {
		t[i] = float32(decode(float64(i) / 255))
	}
	return t
}()

// encodeSteps is the resolution of the encoding table. It is indexed by the
// square root of the light, so 2048 steps with interpolation stay within a
// twentieth of a byte everywhere.
const encodeSteps = 2048

var toByte = func() (t [encodeSteps + 2]float32) {
	for i := range t {
		s := float64(i) / encodeSteps
		t[i] = float32(255 * encode(s*s))
	}
	return t
}()

func decode(v float64) float64 {
	if v <= 0.04045 {
		return v / 12.92
	}
	return math.Pow((v+0.055)/1.055, 2.4)
}

func encode(v float64) float64 {
	if v <= 0.0031308 {
		return v * 12.92
	}
	return 1.055*math.Pow(v, 1/2.4) - 0.055
}

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
func (c RGB) Luminance() float32 { return 0.2126*c[0] + 0.7152*c[1] + 0.0722*c[2] }

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
	l := cbrt(0.4122214708*c[0] + 0.5363325363*c[1] + 0.0514459929*c[2])
	m := cbrt(0.2119034982*c[0] + 0.6806995451*c[1] + 0.1073969566*c[2])
	s := cbrt(0.0883024619*c[0] + 0.2817188376*c[1] + 0.6299787005*c[2])
	return Lab{
		0.2104542553*l + 0.7936177850*m - 0.0040720468*s,
		1.9779984951*l - 2.4285922050*m + 0.4505937099*s,
		0.0259040371*l + 0.7827717662*m - 0.8086757660*s,
	}
}

// RGB is the colour in linear light. Colours no screen can show come back with
// channels outside 0..1.
func (c Lab) RGB() RGB {
	l := c[0] + 0.3963377774*c[1] + 0.2158037573*c[2]
	m := c[0] - 0.1055613458*c[1] - 0.0638541728*c[2]
	s := c[0] - 0.0894841775*c[1] - 1.2914855480*c[2]
	l, m, s = l*l*l, m*m*m, s*s*s
	return RGB{
		4.0767416621*l - 3.3077115913*m + 0.2309699292*s,
		-1.2684380046*l + 2.6097574011*m - 0.3413193965*s,
		-0.0041960863*l - 0.7034186147*m + 1.7076147010*s,
	}
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
	c := at(1)
	if inGamut(c) {
		return c
	}
	lo, hi := float32(0), float32(1)
	for range 12 {
		mid := (lo + hi) / 2
		if inGamut(at(mid)) {
			lo = mid
		} else {
			hi = mid
		}
	}
	c = at(lo)
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

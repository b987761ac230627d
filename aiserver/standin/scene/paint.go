package scene

import (
	"math"

	"github.com/nanococoa/nanococoa/aiserver/standin/raster"
	"github.com/nanococoa/nanococoa/aiserver/standin/tone"
)

// canvas is a picture painted at reduced size: backdrops and foregrounds are out
// of focus, so their detail would be blurred away anyway. Shapes are given in
// pixels of the finished picture.
type canvas struct {
	*raster.Picture
	step  float32 // picture pixels per canvas pixel
	cover *raster.Picture
}

// newCanvas makes one with about the given step at 1024 px, finer in small
// pictures.
func (k *work) newCanvas(step int) *canvas {
	step = max(min(step, int(k.unit)*step/900), 1)
	return &canvas{Picture: raster.New((k.size.X+step-1)/step, (k.size.Y+step-1)/step), step: float32(step)}
}

// newVeil is a canvas with cover, clear at first.
func (k *work) newVeil(step int) *canvas {
	c := k.newCanvas(step)
	c.cover = raster.New(c.W, c.H)
	return c
}

func (c *canvas) veil() *veil { return &veil{light: c.Picture, cover: c.cover} }

// fill paints every point.
func (c *canvas) fill(f func(x, y float32) tone.RGB) {
	for y := range c.H {
		for x := range c.W {
			c.Set(x, y, f((float32(x)+0.5)*c.step, (float32(y)+0.5)*c.step))
		}
	}
}

// stamp lays light over a box around x, y with the cover shape gives for points
// relative to its centre. With add the light is added, as lamps are; without, it
// hides what is behind, as leaves do.
func (c *canvas) stamp(x, y, reach float32, add bool, light tone.RGB, shape func(dx, dy float32) float32) {
	x0, x1 := int((x-reach)/c.step), int((x+reach)/c.step)+1
	y0, y1 := int((y-reach)/c.step), int((y+reach)/c.step)+1
	for py := max(y0, 0); py <= min(y1, c.H-1); py++ {
		for px := max(x0, 0); px <= min(x1, c.W-1); px++ {
			a := shape((float32(px)+0.5)*c.step-x, (float32(py)+0.5)*c.step-y)
			if a <= 0 {
				continue
			}
			old := c.Get(px, py)
			if add {
				c.Set(px, py, old.Add(light.Scale(a)))
				continue
			}
			c.Set(px, py, old.Scale(1-a).Add(light.Scale(a)))
			if c.cover != nil {
				v := c.cover.Get(px, py)[0]
				v += (1 - v) * a
				c.cover.Set(px, py, tone.RGB{v, v, v})
			}
		}
	}
}

// bokeh is a lamp out of focus: a disc a little brighter at its rim, as lenses
// draw it.
func (c *canvas) bokeh(x, y, r float32, light tone.RGB, strength float32) {
	edge := max(0.12*r, 2.2*c.step) // less would show the canvas's pixels
	c.stamp(x, y, r+edge, true, light, func(dx, dy float32) float32 {
		d := hypot(dx, dy)
		if d >= r+edge {
			return 0
		}
		t := d / r
		return strength * smooth(d, r+edge*0.5, r-edge*0.5) * (0.72 + 0.28*t*t*t*t)
	})
}

// glow is light that fades from its centre like a Gaussian of radius r.
func (c *canvas) glow(x, y, r float32, light tone.RGB) {
	c.stamp(x, y, 3*r, true, light, func(dx, dy float32) float32 {
		return exp(-(dx*dx + dy*dy) / (2 * r * r))
	})
}

// blob is a soft-edged ellipse.
func (c *canvas) blob(x, y, rx, ry, turn float32, light tone.RGB, cover, softness float32) {
	// Smaller than a canvas pixel it would flicker; it grows fainter instead.
	if least := 0.9 * c.step; rx < least || ry < least {
		wide, high := max(rx, least), max(ry, least)
		cover *= rx * ry / (wide * high)
		rx, ry, softness = wide, high, max(softness, 0.8)
	}
	s, co := sin(turn), cos(turn)
	c.stamp(x, y, max(rx, ry)*(1+softness), false, light, func(dx, dy float32) float32 {
		u, v := (dx*co+dy*s)/rx, (dy*co-dx*s)/ry
		return cover * smooth(hypot(u, v), 1+softness, 1-softness)
	})
}

// leaf is a pointed blade of a length and a width, from its stalk at x, y in
// direction turn, bent by bend; softness is the width of its edge in pixels.
func (c *canvas) leaf(x, y, length, width, turn, bend float32, light tone.RGB, cover, softness float32) {
	s, co := sin(turn), cos(turn)
	mx, my := x+co*length/2, y+s*length/2
	c.stamp(mx, my, length*0.62+softness, false, light, func(dx, dy float32) float32 {
		dx, dy = dx+mx-x, dy+my-y
		u := (dx*co + dy*s) / length
		if u < -0.1 || u > 1.1 {
			return 0
		}
		v := dy*co - dx*s - bend*length*u*(1-u)*4
		uu := clamp(u, 0, 1)
		// Fullest at two fifths, as most leaves are.
		half := width / 2 * sin(math.Pi*pow(uu, 0.75))
		d := half - abs(v)
		// A midrib, and one half turned from the light.
		shade := float32(1)
		if v > 0 {
			shade = 0.86
		}
		return cover * shade * smooth(d, -softness, softness)
	})
}

func pow(x, y float32) float32 { return float32(math.Pow(float64(x), float64(y))) }

// calm is where words may go: 0 over the product and below, 1 in the free upper
// part or the free side of wide pictures. Looks keep lamps and leaves small
// there.
func (k *work) calm(x, y float32) float32 {
	a := k.subject.At
	w := float32(k.size.X)
	if k.wide() {
		mid := float32(a.Min.X+a.Max.X) / 2
		edge := float32(a.Min.X)
		if mid < w/2 {
			edge, x = w-float32(a.Max.X), w-x
		}
		return smooth(x, edge, edge*0.75)
	}
	return smooth(y, float32(a.Min.Y)*1.02, float32(a.Min.Y)*0.80)
}

// hush is calm for shading a whole backdrop: it sets in behind the product, and
// so slowly that no edge is seen.
func (k *work) hush(x, y float32) float32 {
	if !k.wide() {
		return smooth(y, float32(k.subject.At.Min.Y)*1.3, float32(k.subject.At.Min.Y)*0.5)
	}
	at, half := k.middle()
	from := abs(x - k.cam.cx - at)
	if (x-k.cam.cx-at)*k.free(0) > 0 {
		return 0
	}
	return smooth(from, 0.2*half, half+0.35*k.unit)
}

// Package cutouttest makes photos whose right cut-out is known: products drawn by
// code on grounds drawn by code, through JPEG as a shop's photos come. Tests and the
// figures in the docs measure every way of cutting on them.
package cutouttest

import (
	"bytes"
	"fmt"
	"image"
	"image/draw"
	"image/jpeg"
	"math"
)

// Composite is one photo with its known cover.
type Composite struct {
	Product, Ground string // the names of its two halves
	thing           thing
	ground          ground
}

// Name is the composite's name in tests and tables.
func (c Composite) Name() string { return c.Product + " on " + c.Ground }

// Composites gives every product on every ground, always in the same order.
func Composites() []Composite {
	var out []Composite
	for _, t := range things() {
		for _, g := range grounds() {
			out = append(out, Composite{Product: t.name, Ground: g.name, thing: t, ground: g})
		}
	}
	return out
}

// colour is sRGB, 0..1.
type colour [3]float64

func (c colour) times(k float64) colour { return colour{c[0] * k, c[1] * k, c[2] * k} }

func (c colour) mix(o colour, k float64) colour {
	return colour{c[0] + (o[0]-c[0])*k, c[1] + (o[1]-c[1])*k, c[2] + (o[2]-c[2])*k}
}

// thing is a product: where it is, and its colour there. Coordinates are 0..1 across
// and 0..1 down, whatever the photo's size.
type thing struct {
	name   string
	in     shape
	colour func(x, y float64, behind colour) colour
	foot   float64 // where it stands, for its shadow
}

// ground is what a product stands before.
type ground struct {
	name   string
	colour func(x, y float64) colour
	shadow float64 // strength of the cast shadow, 0 is none
}

// The photo's sides in pixels: a cell of the cut-out's grid is two pixels, and the
// network sees less than half of each side.
const width, height = 720, 760

// Render draws the photo, at JPEG quality 90, and the product's true cover.
func (c Composite) Render() (*image.NRGBA, *image.Alpha, error) {
	clean := image.NewRGBA(image.Rect(0, 0, width, height))
	truth := image.NewAlpha(clean.Rect)
	noise := dice(uint64(len(c.Name())))
	corner := make([]bool, (width+1)*(height+1))
	for i := range corner {
		corner[i] = c.thing.in(float64(i%(width+1))/width, float64(i/(width+1))/height)
	}
	for y := range height {
		for x := range width {
			u, v := (float64(x)+0.5)/width, (float64(y)+0.5)/height
			i := y*(width+1) + x
			a := 0.0
			switch {
			case corner[i] && corner[i+1] && corner[i+width+1] && corner[i+width+2]:
				a = 1
			default:
				const n = 4 // by n samples in a pixel
				for s := range n * n {
					px := (float64(x) + (float64(s%n)+0.5)/n) / width
					py := (float64(y) + (float64(s/n)+0.5)/n) / height
					if c.thing.in(px, py) {
						a += 1.0 / (n * n)
					}
				}
			}
			g := c.ground.colour(u, v)
			if c.ground.shadow > 0 {
				dx, dy := (u-0.56)/0.34, (v-c.thing.foot)/0.045
				g = g.times(1 - c.ground.shadow*math.Exp(-dx*dx-dy*dy))
			}
			p := g.mix(c.thing.colour(u, v, g), a)
			grain := (noise.float() + noise.float() - 1) * 2.5
			o := clean.Pix[clean.PixOffset(x, y):]
			for k := range 3 {
				o[k] = uint8(min(max(255*p[k]+grain+0.5, 0), 255))
			}
			o[3] = 255
			truth.Pix[y*truth.Stride+x] = uint8(a*255 + 0.5)
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, clean, &jpeg.Options{Quality: 90}); err != nil {
		return nil, nil, fmt.Errorf("composite: %w", err)
	}
	m, err := jpeg.Decode(&b)
	if err != nil {
		return nil, nil, fmt.Errorf("composite: %w", err)
	}
	out := image.NewNRGBA(clean.Rect)
	draw.Draw(out, out.Rect, m, image.Point{}, draw.Src)
	return out, truth, nil
}

// dice is a small generator of its own, so that pictures never change with Go's.
type dice uint64

func (d *dice) next() uint64 {
	*d += 0x9e3779b97f4a7c15
	z := uint64(*d)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

func (d *dice) float() float64 { return float64(d.next()>>11) / (1 << 53) }

// wave is smooth noise around 0, -1..1, of some octaves.
func wave(x, y float64) float64 {
	return 0.5*math.Sin(7*x+3.1*y+1)*math.Sin(5.3*y-2.2*x) + 0.3*math.Sin(19*x-11*y)*math.Sin(17*y+5*x+2) +
		0.2*math.Sin(53*x+31*y)*math.Sin(47*y-29*x+4)
}

func grounds() []ground {
	blobs := clutter()
	return []ground{
		{name: "plain", colour: func(_, _ float64) colour { return colour{0.955, 0.955, 0.95} }},
		{name: "gradient", colour: func(x, y float64) colour {
			return colour{0.93, 0.90, 0.86}.mix(colour{0.56, 0.62, 0.70}, min(max(0.15+0.7*y+0.2*(x-0.5), 0), 1))
		}},
		{name: "shadowed", shadow: 0.42, colour: func(x, y float64) colour {
			return colour{0.90, 0.89, 0.88}.times(1.05 - 0.12*y - 0.06*x)
		}},
		{name: "textured", shadow: 0.25, colour: func(x, y float64) colour {
			board := math.Floor(y * 6)
			grain := math.Sin((y*6-board)*9+2*math.Sin(x*9+board*5)+board*3) * math.Sin(x*140+40*wave(x, y*6))
			seam := 1.0
			if y*6-board < 0.02 {
				seam = 0.6
			}
			tint := 0.05 * math.Sin(board*12.9)
			return colour{0.60, 0.47, 0.35}.times((1 + tint + 0.10*grain + 0.05*wave(3*x, 20*y)) * seam)
		}},
		{name: "cluttered", shadow: 0.25, colour: blobs},
	}
}

// clutter is a room out of focus: a wall with shelves of things above a table.
func clutter() func(x, y float64) colour {
	type blob struct {
		x, y, w, h float64
		c          colour
	}
	d := dice(77)
	palette := []colour{
		{0.70, 0.36, 0.30}, {0.30, 0.42, 0.55}, {0.78, 0.70, 0.52}, {0.36, 0.50, 0.38},
		{0.55, 0.50, 0.47}, {0.84, 0.82, 0.78},
	}
	var blobs []blob
	for range 42 {
		blobs = append(blobs, blob{
			d.float(), 0.62 * d.float(), 0.03 + 0.07*d.float(), 0.03 + 0.09*d.float(), palette[d.next()%uint64(len(palette))],
		})
	}
	soft := func(v float64) float64 { return min(max(v/0.02+0.5, 0), 1) }
	return func(x, y float64) colour {
		c := colour{0.66, 0.62, 0.58}
		if y < 0.75 {
			for _, b := range blobs {
				k := soft(b.w-math.Abs(x-b.x)) * soft(b.h-math.Abs(y-b.y))
				if k > 0 {
					c = c.mix(b.c, 0.85*k)
				}
			}
		}
		table := colour{0.50, 0.38, 0.29}.times(1 + 0.06*wave(2*x, 14*y))
		return c.mix(table, soft(y-0.66))
	}
}

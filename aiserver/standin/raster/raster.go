// Package raster holds what the stand-in engine paints on: float pictures in
// linear light, with blurring, scaling, noise and row-parallel loops. Nothing
// here depends on time, on map order or on which goroutine finishes first, so
// the same input always gives the same bytes.
package raster

import (
	"context"
	"math"
	"runtime"
	"sync/atomic"

	"github.com/nanococoa/nanococoa/aiserver/standin/tone"
	"github.com/nanococoa/nanococoa/internal/parallel"
)

// band is how many rows one worker takes at a time: enough to hide the cost of
// handing them out, few enough that the workers finish together.
const band = 16

// Rows calls work for disjoint ranges of rows [from, to) that cover 0..n, on
// all processors, and returns ctx's error when it ended early, fault.Internal when
// work panics. work must depend on its rows only.
func Rows(ctx context.Context, n int, work func(from, to int)) error {
	workers := min(runtime.GOMAXPROCS(0), (n+band-1)/band)
	var next atomic.Int64
	err := parallel.Run(workers, func(int) error {
		for ctx.Err() == nil {
			from := int(next.Add(band)) - band
			if from >= n {
				break
			}
			work(from, min(from+band, n))
		}
		return nil
	})
	if err != nil {
		return err
	}
	return ctx.Err()
}

// Picture is a float picture in linear light, three values per pixel.
type Picture struct {
	W, H int
	Pix  []float32
}

// New makes a black picture of w×h pixels, each at least 1.
func New(w, h int) *Picture {
	w, h = max(w, 1), max(h, 1)
	return &Picture{W: w, H: h, Pix: make([]float32, 3*w*h)}
}

// Get is the colour of pixel x, y, which must be inside.
func (p *Picture) Get(x, y int) tone.RGB {
	i := 3 * (y*p.W + x)
	return tone.RGB{p.Pix[i], p.Pix[i+1], p.Pix[i+2]}
}

// Set puts a colour at pixel x, y, which must be inside.
func (p *Picture) Set(x, y int, c tone.RGB) {
	i := 3 * (y*p.W + x)
	p.Pix[i], p.Pix[i+1], p.Pix[i+2] = c[0], c[1], c[2]
}

// Sample is the colour at u, v in 0..1 over the picture, interpolated between
// pixel centres; beyond the edge the edge repeats.
func (p *Picture) Sample(u, v float32) tone.RGB {
	x, y := u*float32(p.W)-0.5, v*float32(p.H)-0.5
	x, y = min(max(x, 0), float32(p.W-1)), min(max(y, 0), float32(p.H-1))
	x0, y0 := int(x), int(y)
	fx, fy := x-float32(x0), y-float32(y0)
	i := 3 * (y0*p.W + x0)
	right, down := 3, 3*p.W
	if x0 == p.W-1 {
		right = 0
	}
	if y0 == p.H-1 {
		down = 0
	}
	a, b, c, d := p.Pix[i:i+3], p.Pix[i+right:i+right+3], p.Pix[i+down:i+down+3], p.Pix[i+down+right:i+down+right+3]
	var out tone.RGB
	for k := range 3 {
		top := a[k] + (b[k]-a[k])*fx
		low := c[k] + (d[k]-c[k])*fx
		out[k] = top + (low-top)*fy
	}
	return out
}

// Half is the picture at half the size, each pixel the mean of four.
func (p *Picture) Half() *Picture {
	o := New((p.W+1)/2, (p.H+1)/2)
	for y := range o.H {
		y0, y1 := 2*y, min(2*y+1, p.H-1)
		for x := range o.W {
			x0, x1 := 2*x, min(2*x+1, p.W-1)
			for k := range 3 {
				o.Pix[3*(y*o.W+x)+k] = (p.Pix[3*(y0*p.W+x0)+k] + p.Pix[3*(y0*p.W+x1)+k] +
					p.Pix[3*(y1*p.W+x0)+k] + p.Pix[3*(y1*p.W+x1)+k]) / 4
			}
		}
	}
	return o
}

// Blur softens the picture by about a Gaussian of the given standard deviation
// in pixels, in place.
func (p *Picture) Blur(sigma float32) {
	for _, r := range boxes(sigma) {
		blurRows(p.Pix, p.W, p.H, 3, r)
		blurColumns(p.Pix, p.W, p.H, 3, r)
	}
}

// BlurPlane is Blur for one value per pixel.
func BlurPlane(p []float32, w, h int, sigma float32) {
	for _, r := range boxes(sigma) {
		BoxBlur(p, w, h, r)
	}
}

// BoxBlur averages the plane over squares of side 2·radius+1, in place. Edges
// repeat.
func BoxBlur(p []float32, w, h, radius int) {
	blurRows(p, w, h, 1, radius)
	blurColumns(p, w, h, 1, radius)
}

// boxes gives the radii of three box filters that together come close to a
// Gaussian (variances of boxes add up: side² = 4σ²+1 for three).
func boxes(sigma float32) [3]int {
	if sigma < 0.3 {
		return [3]int{}
	}
	side := float32(math.Sqrt(float64(4*sigma*sigma + 1)))
	var r [3]int
	// Rounding the three differently keeps the sum near the wanted size.
	total := int(math.Round(float64(3 * (side - 1) / 2)))
	for i := range r {
		r[i] = (total + i) / 3
	}
	return r
}

func blurRows(p []float32, w, h, channels, radius int) {
	if radius < 1 {
		return
	}
	line := make([]float32, w*channels)
	k := 1 / float32(2*radius+1)
	for y := range h {
		row := p[y*w*channels : (y+1)*w*channels]
		copy(line, row)
		for c := range channels {
			var sum float32
			for i := -radius; i <= radius; i++ {
				sum += line[min(max(i, 0), w-1)*channels+c]
			}
			for i := range w {
				row[i*channels+c] = sum * k
				sum += line[min(i+radius+1, w-1)*channels+c] - line[max(i-radius, 0)*channels+c]
			}
		}
	}
}

// blurColumns slides whole rows, so that memory is read in order.
func blurColumns(p []float32, w, h, channels, radius int) {
	if radius < 1 {
		return
	}
	n := w * channels
	k := 1 / float32(2*radius+1)
	sum := make([]float32, n)
	// The window's rows are overwritten as it slides; their originals are kept in
	// a ring.
	ring := radius + 1
	kept := make([]float32, ring*n)
	first := append([]float32(nil), p[:n]...)
	for y := -radius; y <= radius; y++ {
		yy := min(max(y, 0), h-1)
		for i, v := range p[yy*n : (yy+1)*n] {
			sum[i] += v
		}
	}
	for y := range h {
		row := p[y*n : (y+1)*n]
		leaving := first
		if y >= radius {
			leaving = kept[(y-radius)%ring*n:][:n]
		}
		copy(kept[y%ring*n:][:n], row)
		entering := p[min(y+radius+1, h-1)*n:][:n]
		for i := range row {
			v := sum[i]
			sum[i] = v + entering[i] - leaving[i]
			row[i] = v * k
		}
	}
}

// Package resample scales pictures row by row: of the picture it makes, and of
// the half-scaled one between, it never holds more than the rows one result row
// is made of. golang.org/x/image/draw keeps all of the latter, 32 bytes a pixel:
// 118 MB for a picture of 1920×1920.
package resample

import (
	"context"
	"image"
	"math"
	"runtime"
	"sync"
)

// channels is how many values a pixel has in a row.
const channels = 4

// Kernel weighs source pixels by their distance.
type Kernel struct {
	reach float64
	at    func(t float64) float64 // for 0 ≤ t < reach
}

// CatmullRom is the cubic through four points with tangents of their chords
// (E. Catmull, R. Rom, 1974): sharp, with a slight overshoot at edges.
func CatmullRom() Kernel {
	return Kernel{2, func(t float64) float64 {
		if t < 1 {
			return (1.5*t-2.5)*t*t + 1
		}
		return ((-0.5*t+2.5)*t-4)*t + 2
	}}
}

// Linear is interpolation between two points: for enlarging what is soft.
func Linear() Kernel {
	return Kernel{1, func(t float64) float64 { return 1 - t }}
}

// Job is a picture to be scaled.
type Job struct {
	Kernel Kernel
	// Size is the source's, in pixels. Read gives its row y, four values a pixel,
	// premultiplied if they have alpha. It is called from several goroutines, each
	// with a row of its own, and may be called for a row more than once.
	Size image.Point
	Read func(y int, row []float32)
	// To is where the whole of it would lie. Only the Part of To is made. Write
	// gets row y of Part, from Part.Min.X; it is called from several goroutines,
	// once for each row, and must not keep row or depend on the others.
	To, Part image.Rectangle
	Write    func(y int, row []float32)
}

// Run scales. The result does not depend on the number of processors. It only
// fails when ctx ends, with ctx's error.
func (j Job) Run(ctx context.Context) error {
	part := j.Part.Intersect(j.To)
	if part.Empty() || j.Size.X < 1 || j.Size.Y < 1 {
		return ctx.Err()
	}
	across := j.Kernel.taps(j.Size.X, j.To.Dx(), part.Min.X-j.To.Min.X, part.Dx())
	down := j.Kernel.taps(j.Size.Y, j.To.Dy(), part.Min.Y-j.To.Min.Y, part.Dy())
	n := min(runtime.GOMAXPROCS(0), part.Dy())
	var bands sync.WaitGroup
	for i := range n {
		from, to := part.Dy()*i/n, part.Dy()*(i+1)/n
		bands.Go(func() { j.band(ctx, across, down[from:to], part.Min.Y+from) })
	}
	bands.Wait()
	return ctx.Err()
}

// band makes the rows down is for; the first is row y of the result.
func (j Job) band(ctx context.Context, across, down []taps, y int) {
	most := 0
	for _, t := range down {
		most = max(most, len(t.weights))
	}
	width := channels * len(across)
	ring := make([]float32, most*width) // rows scaled across, by their number modulo most
	source, sum := make([]float32, channels*j.Size.X), make([]float32, width)
	next := down[0].from // the first row that is not in the ring yet
	for i, t := range down {
		if ctx.Err() != nil {
			return
		}
		for next = max(next, t.from); next < t.from+len(t.weights); next++ {
			j.Read(next, source)
			squeeze(ring[next%most*width:][:width], source, across)
		}
		clear(sum)
		for k, w := range t.weights {
			for x, v := range ring[(t.from+k)%most*width:][:width] {
				sum[x] += w * v
			}
		}
		j.Write(y+i, sum)
	}
}

// squeeze scales one row.
func squeeze(dst, src []float32, across []taps) {
	for x, t := range across {
		var a, b, c, d float32
		for k, w := range t.weights {
			p := src[channels*(t.from+k):][:channels]
			a += w * p[0]
			b += w * p[1]
			c += w * p[2]
			d += w * p[3]
		}
		q := dst[channels*x:][:channels]
		q[0], q[1], q[2], q[3] = a, b, c, d
	}
}

// taps are the source pixels that make one result pixel, and their weights,
// whose sum is 1.
type taps struct {
	from    int
	weights []float32
}

// taps gives those of n of the dst pixels a line of src pixels is scaled to. When
// shrinking the kernel is as much wider.
func (k Kernel) taps(src, dst, first, n int) []taps {
	scale := float64(src) / float64(dst)
	wide := max(scale, 1)
	out := make([]taps, n)
	for i := range out {
		center := (float64(first+i)+0.5)*scale - 0.5
		from := min(max(int(math.Ceil(center-k.reach*wide)), 0), src-1)
		to := max(min(int(math.Floor(center+k.reach*wide)), src-1), from)
		w := make([]float64, to-from+1)
		sum := 0.0
		for x := range w {
			if t := math.Abs(float64(from+x)-center) / wide; t < k.reach {
				w[x] = k.at(t)
				sum += w[x]
			}
		}
		t := taps{from, make([]float32, len(w))}
		for x, v := range w {
			t.weights[x] = float32(v / sum)
		}
		out[i] = t
	}
	return out
}

// Package resample scales pictures row by row: of the picture it makes, and of
// the half-scaled one between, it never holds more than the rows one result row
// is made of. golang.org/x/image/draw keeps all of the latter, 32 bytes a pixel:
// 118 MB for a picture of 1920×1920.
package resample

import (
	"context"
	"image"
	"runtime"

	"github.com/nanococoa/nanococoa/internal/parallel"
)

// channels is how many values a pixel has in a row.
const channels = 4

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
	across := single(j.Kernel.Axis(float64(j.Size.X), j.Size.X, j.To.Dx(), part.Min.X-j.To.Min.X, part.Dx()))
	down := single(j.Kernel.Axis(float64(j.Size.Y), j.Size.Y, j.To.Dy(), part.Min.Y-j.To.Min.Y, part.Dy()))
	return Bands(ctx, part.Dy(), func(from, to int) { j.band(ctx, across, down[from:to], part.Min.Y+from) })
}

// Bands splits the rows of a picture into a band for each processor and has all
// bands worked on side by side, each by one call with its rows from..to-1. It
// fails when ctx ends, with ctx's error, and when work panics, with
// fault.Internal; work should look at ctx once a row.
func Bands(ctx context.Context, rows int, work func(from, to int)) error {
	n := min(runtime.GOMAXPROCS(0), rows)
	err := parallel.Run(n, func(i int) error {
		work(rows*i/n, rows*(i+1)/n)
		return nil
	})
	if err != nil {
		return err
	}
	return ctx.Err()
}

// taps are Taps in the precision of a row.
type taps struct {
	from    int
	weights []float32
}

func single(axis []Taps) []taps {
	out := make([]taps, len(axis))
	for i, t := range axis {
		out[i] = taps{t.From, make([]float32, len(t.Weights))}
		for x, w := range t.Weights {
			out[i].weights[x] = float32(w)
		}
	}
	return out
}

// band makes the rows down is for; the first is row y of the result.
func (j Job) band(ctx context.Context, across, down []taps, y int) {
	// A result row that lies on a source row is made of it alone; the next one reaches
	// further back.
	most, next := 0, down[0].from // next: the first row that is not in the ring yet
	for _, t := range down {
		most, next = max(most, len(t.weights)), min(next, t.from)
	}
	width := channels * len(across)
	ring := make([]float32, most*width) // rows scaled across, by their number modulo most
	source, sum := make([]float32, channels*j.Size.X), make([]float32, width)
	for i, t := range down {
		if ctx.Err() != nil {
			return
		}
		for ; next < t.from+len(t.weights); next++ {
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

// Package raster holds what the stand-in engine paints on: float planes in
// linear light, with blurring, scaling, noise and row-parallel loops. Nothing
// here depends on time, on map order or on which goroutine finishes first, so
// the same input always gives the same bytes.
package raster

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
)

// band is how many rows one worker takes at a time: enough to hide the cost of
// handing them out, few enough that the workers finish together.
const band = 16

// Rows calls work for disjoint ranges of rows [from, to) that cover 0..n, on
// all processors, and returns ctx's error when it ended early. work must depend
// on its rows only.
func Rows(ctx context.Context, n int, work func(from, to int)) error {
	workers := min(runtime.GOMAXPROCS(0), (n+band-1)/band)
	var next atomic.Int64
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for ctx.Err() == nil {
				from := int(next.Add(band)) - band
				if from >= n {
					return
				}
				work(from, min(from+band, n))
			}
		})
	}
	wg.Wait()
	return ctx.Err()
}

// BoxBlur averages the plane over squares of side 2·radius+1, in place. Edges
// repeat.
func BoxBlur(p []float32, w, h, radius int) {
	if radius < 1 {
		return
	}
	line := make([]float32, max(w, h))
	blur := func(at func(i int) *float32, n int) {
		for i := range n {
			line[i] = *at(i)
		}
		k := 1 / float32(2*radius+1)
		var sum float32
		for i := -radius; i <= radius; i++ {
			sum += line[min(max(i, 0), n-1)]
		}
		for i := range n {
			*at(i) = sum * k
			sum += line[min(i+radius+1, n-1)] - line[max(i-radius, 0)]
		}
	}
	for y := range h {
		row := p[y*w : y*w+w]
		blur(func(i int) *float32 { return &row[i] }, w)
	}
	for x := range w {
		blur(func(i int) *float32 { return &p[i*w+x] }, h)
	}
}

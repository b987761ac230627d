package raster

import (
	"context"
	"image"
	"math"
)

// Scale resamples src to w×h with the Catmull-Rom kernel, widened when
// shrinking, on alpha-weighted sRGB values as image editors do: colours hidden
// under clear pixels never leak in. The result is straight again. src must start
// at the origin. It only fails when ctx ends.
func Scale(ctx context.Context, src *image.NRGBA, w, h int) (*image.NRGBA, error) {
	sw, sh := src.Rect.Dx(), src.Rect.Dy()
	across, down := weights(sw, w), weights(sh, h)
	// First across, into rows of w weighted pixels.
	mid := make([]float32, 4*w*sh)
	err := Rows(ctx, sh, func(from, to int) {
		line := make([]float32, 4*sw)
		for y := from; y < to; y++ {
			row := src.Pix[y*src.Stride : y*src.Stride+4*sw]
			for i := 0; i < len(row); i += 4 {
				a := float32(row[i+3]) / 255
				line[i], line[i+1], line[i+2], line[i+3] = float32(row[i])*a, float32(row[i+1])*a, float32(row[i+2])*a, a
			}
			for x, t := range across {
				var s [4]float32
				for k, v := range t.v {
					p := line[4*(t.from+k):][:4]
					s[0] += v * p[0]
					s[1] += v * p[1]
					s[2] += v * p[2]
					s[3] += v * p[3]
				}
				copy(mid[4*(y*w+x):], s[:])
			}
		}
	})
	if err != nil {
		return nil, err
	}
	out := image.NewNRGBA(image.Rect(0, 0, w, h))
	err = Rows(ctx, h, func(from, to int) {
		sum := make([]float32, 4*w)
		for y := from; y < to; y++ {
			clear(sum)
			for k, v := range down[y].v {
				for i, m := range mid[4*w*(down[y].from+k):][:4*w] {
					sum[i] += v * m
				}
			}
			row := out.Pix[y*out.Stride:]
			for i := 0; i < 4*w; i += 4 {
				a := sum[i+3]
				if a < 0.5/255 {
					continue
				}
				for c := range 3 {
					row[i+c] = uint8(min(max(sum[i+c]/a+0.5, 0), 255))
				}
				row[i+3] = uint8(min(a, 1)*255 + 0.5)
			}
		}
	})
	return out, err
}

// taps are the source pixels that make one result pixel, and their weights.
type taps struct {
	from int
	v    []float32
}

func weights(src, dst int) []taps {
	scale := float64(src) / float64(dst)
	wide := max(scale, 1)
	out := make([]taps, dst)
	for i := range out {
		center := (float64(i)+0.5)*scale - 0.5
		from := max(int(math.Ceil(center-2*wide)), 0)
		to := min(int(math.Floor(center+2*wide)), src-1)
		t := taps{from: from, v: make([]float32, 0, to-from+1)}
		var sum float64
		for k := from; k <= to; k++ {
			sum += catmullRom(math.Abs(float64(k)-center) / wide)
		}
		for k := from; k <= to; k++ {
			t.v = append(t.v, float32(catmullRom(math.Abs(float64(k)-center)/wide)/sum))
		}
		out[i] = t
	}
	return out
}

// catmullRom is the cubic through four points with tangents of their chords
// (E. Catmull, R. Rom, 1974).
func catmullRom(t float64) float64 {
	switch {
	case t < 1:
		return (1.5*t-2.5)*t*t + 1
	case t < 2:
		return ((-0.5*t+2.5)*t-4)*t + 2
	}
	return 0
}

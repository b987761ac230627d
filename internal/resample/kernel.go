package resample

import "math"

// Kernel gives, for a scale of so many source samples to one result sample, how
// far it reaches, in source samples, and the weight of a source sample at a
// distance. Weights need not add up to 1: Axis sees to that.
type Kernel func(scale float64) (reach float64, weight func(distance float64) float64)

// CatmullRom is the cubic through four points with tangents of their chords
// (E. Catmull, R. Rom, 1974): sharp, with a slight overshoot at edges. When a picture
// shrinks, it gets as much wider.
func CatmullRom(scale float64) (reach float64, weight func(distance float64) float64) {
	wide := max(scale, 1)
	return 2 * wide, func(x float64) float64 {
		switch x = math.Abs(x / wide); {
		case x < 1:
			return (1.5*x-2.5)*x*x + 1
		case x < 2:
			return ((-0.5*x+2.5)*x-4)*x + 2
		}
		return 0
	}
}

// Linear is interpolation between two points: for enlarging what is soft.
func Linear(scale float64) (reach float64, weight func(distance float64) float64) {
	wide := max(scale, 1)
	return wide, func(x float64) float64 { return max(0, 1-math.Abs(x/wide)) }
}

// Area is the plain mean of what lies under the result sample: quicker than
// CatmullRom, for shrinking to half and less. Above half it is uneven: every other
// sample is sharp and the ones between are blurred.
func Area(scale float64) (reach float64, weight func(distance float64) float64) {
	half := scale / 2
	return half, func(x float64) float64 {
		return max(0, min(x+0.5, half)-max(x-0.5, -half))
	}
}

// Taps are the source samples that make one result sample, and their weights,
// whose sum is 1.
type Taps struct {
	From    int
	Weights []float64
}

// Axis scales a line of length source samples, of which there are count, to size
// result samples, and gives the taps of n of those from first on. length is not
// whole where samples stand for more than a pixel and the picture ends inside
// one: count ≥ length.
func (k Kernel) Axis(length float64, count, size, first, n int) []Taps {
	scale := length / float64(size)
	reach, weight := k(scale)
	out := make([]Taps, n)
	for i := range out {
		center := (float64(first+i) + 0.5) * scale
		from := min(max(int(math.Floor(center-reach)), 0), count-1)
		to := max(min(int(math.Ceil(center+reach)), count-1), from)
		w := make([]float64, 0, to-from+1)
		sum := 0.0
		for x := from; x <= to; x++ {
			v := weight(float64(x) + 0.5 - center)
			w = append(w, v)
			sum += v
		}
		for len(w) > 1 && w[0] == 0 {
			w, from = w[1:], from+1
		}
		for len(w) > 1 && w[len(w)-1] == 0 {
			w = w[:len(w)-1]
		}
		for x := range w {
			w[x] /= sum
		}
		out[i] = Taps{from, w}
	}
	return out
}

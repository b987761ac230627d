package cutout

import (
	"math"
	"slices"
)

// Evidence is what can be measured about a cut without knowing the right one. All
// shares are 0..1.
type Evidence struct {
	OwnAlpha bool // the file brought its own mask; nothing else is measured

	Border    float64 // share of the border that lies on the modelled backdrop
	Noise     float64 // mean OKLab distance of that border from the model
	Area      float64 // share of the picture the product covers
	Whole     float64 // share of the product in its two largest parts (shoes come in pairs)
	Edge      float64 // share of the outline where the colours on both sides differ clearly
	Separate  float64 // share of the product that does not have the backdrop's colour
	Clear     float64 // share of the background that is backdrop or its shadow
	Roundness float64 // 4π·area/outline², 1 for a disc
	Holes     int     // openings found in the product
}

// Confidence is 0..1: one ramp for each measure, multiplied, so that a single bad
// measure is enough to make it low. A mask that came with the file is trusted.
// Ramps (from 0 to 1): Border 0.55–0.85, Noise 0.035–0.012,
// Area 0.01–0.04 and 0.97–0.85, Whole 0.5–0.9, Edge 0.65–0.92,
// Separate 0.25–0.6, Clear 0.80–0.95, Roundness 0.005–0.02.
func (e Evidence) Confidence() float64 {
	if e.OwnAlpha {
		return 1
	}
	return ramp(e.Border, 0.55, 0.85) * ramp(e.Noise, 0.035, 0.012) *
		ramp(e.Area, 0.01, 0.04) * ramp(e.Area, 0.97, 0.85) *
		ramp(e.Whole, 0.5, 0.9) * ramp(e.Edge, 0.65, 0.92) *
		ramp(e.Separate, 0.25, 0.6) * ramp(e.Clear, 0.80, 0.95) *
		ramp(e.Roundness, 0.005, 0.02)
}

// ramp is 0 at from, 1 at to, straight in between; to may lie below from.
func ramp(v, from, to float64) float64 {
	return min(max((v-from)/(to-from), 0), 1)
}

// evidence measures the division.
func (r *regions) evidence() Evidence {
	e := Evidence{Border: r.drop.share, Noise: float64(r.drop.noise), Holes: r.holes}
	in := make([]bool, len(r.state))
	var area, apart, ground, clear int
	alike := max(likeness, 4*r.drop.noise)
	for i, s := range r.state {
		in[i] = s == product
		if in[i] {
			area++
			if r.off[i] > alike {
				apart++
			}
		} else {
			ground++
			if r.off[i] < 2*alike || r.shade[i] {
				clear++
			}
		}
	}
	if area == 0 || ground == 0 {
		return e
	}
	e.Area = float64(area) / float64(len(in))
	e.Separate = float64(apart) / float64(area)
	e.Clear = float64(clear) / float64(ground)
	_, size := r.components(in)
	slices.Sort(size)
	size = size[max(len(size)-2, 0):]
	for _, n := range size {
		e.Whole += float64(n) / float64(area)
	}

	var outline, distinct int
	for i := range in {
		x, y := i%r.w, i/r.w
		for _, s := range [2][2]int{{1, 0}, {0, 1}} {
			nx, ny := x+s[0], y+s[1]
			if nx >= r.w || ny >= r.h || in[i] == in[ny*r.w+nx] {
				continue
			}
			outline++
			// Two cells to either side: the cells on the outline are mixed.
			a := r.lab[max(y-2*s[1], 0)*r.w+max(x-2*s[0], 0)]
			b := r.lab[min(ny+2*s[1], r.h-1)*r.w+min(nx+2*s[0], r.w-1)]
			if a.Distance(b) > 0.06 {
				distinct++
			}
		}
	}
	if outline > 0 {
		e.Edge = float64(distinct) / float64(outline)
		// A staircase outline is 4/π longer than the curve it follows.
		length := float64(outline) * math.Pi / 4
		e.Roundness = min(4*math.Pi*float64(area)/(length*length), 1)
	}
	return e
}

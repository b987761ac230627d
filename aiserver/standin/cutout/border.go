package cutout

import (
	"math"

	"github.com/nanococoa/nanococoa/aiserver/standin/tone"
)

// backdrop models the colours around the border as one or two smooth surfaces
// in OKLab (a studio sweep, or a wall above a table), each a quadratic in x and
// y, which follows the light falling off.
type backdrop struct {
	surfaces []surface
	share    float64 // of the border cells that lie on a surface
	noise    float32 // typical distance of those cells from it
}

// surface is one quadratic per channel over 1, x, y, x², xy, y², with x and y in
// -1..1.
type surface [3][6]float64

const (
	// onSurface is how far (OKLab) a border cell may lie from a surface and still
	// belong to it: JPEG noise and paper grain stay below, a product's edge or
	// another wall is above.
	onSurface = 0.05
	// secondShare is the least share of the border that justifies a second
	// surface. Less is a product touching the edge.
	secondShare = 0.15
)

func fitBackdrop(g *grid) backdrop {
	ring := max(2, min(g.w, g.h)/50)
	var cells []int
	for y := range g.h {
		for x := range g.w {
			if x < ring || y < ring || x >= g.w-ring || y >= g.h-ring {
				cells = append(cells, y*g.w+x)
			}
		}
	}
	var b backdrop
	total := len(cells)
	rest := cells
	var sum float64
	var on int
	for range 2 {
		if float64(len(rest)) < secondShare*float64(total) {
			break
		}
		s, inliers := fitSurface(g, rest)
		if float64(len(inliers)) < secondShare*float64(total) {
			break
		}
		b.surfaces = append(b.surfaces, s)
		in := make(map[int]bool, len(inliers))
		for _, i := range inliers {
			in[i] = true
			sum += float64(s.at(g, i).Distance(g.lab[i]))
		}
		on += len(inliers)
		var left []int
		for _, i := range rest {
			if !in[i] {
				left = append(left, i)
			}
		}
		rest = left
	}
	b.share = float64(on) / float64(total)
	if on > 0 {
		b.noise = float32(sum / float64(on))
	}
	return b
}

// fitSurface fits the most common smooth colour of the cells: it starts from
// the densest colour and lets the surface bend while dropping outliers.
func fitSurface(g *grid, cells []int) (surface, []int) {
	const bins = 24
	counts := make(map[[3]int]int)
	bin := func(c tone.Lab) [3]int {
		return [3]int{int(c[0] * bins), int((c[1] + 0.5) * bins), int((c[2] + 0.5) * bins)}
	}
	for _, i := range cells {
		counts[bin(g.lab[i])]++
	}
	// A neighbourhood of bins, so that a colour on a bin's edge is not halved.
	// Walking the cells, not the map, keeps the choice in a fixed order.
	var mode tone.Lab
	best := -1
	step := max(1, len(cells)/400)
	for n := 0; n < len(cells); n += step {
		k := bin(g.lab[cells[n]])
		near := 0
		for dl := -1; dl <= 1; dl++ {
			for da := -1; da <= 1; da++ {
				for db := -1; db <= 1; db++ {
					near += counts[[3]int{k[0] + dl, k[1] + da, k[2] + db}]
				}
			}
		}
		if near > best {
			best, mode = near, g.lab[cells[n]]
		}
	}
	var s surface
	for ch := range 3 {
		s[ch][0] = float64(mode[ch])
	}
	var in []int
	// The first round drops few cells, so that the surface can follow a gradient.
	for _, reach := range []float32{2.4, 1.8, 1.4, 1, 1} {
		in = in[:0]
		for _, i := range cells {
			if s.at(g, i).Distance(g.lab[i]) < onSurface*reach {
				in = append(in, i)
			}
		}
		if len(in) == 0 {
			break
		}
		s = leastSquares(g, in)
	}
	// On a clean backdrop, what lies near but not on the surface (a reflection, a
	// shadow that reaches the border) must not bend it.
	core := in[:0:0]
	for _, i := range in {
		if s.at(g, i).Distance(g.lab[i]) < onSurface/3 {
			core = append(core, i)
		}
	}
	if len(core)*10 > len(in)*7 {
		s = leastSquares(g, core)
	}
	return s, append([]int(nil), in...)
}

func (g *grid) basis(i int) [6]float64 {
	x := 2*float64(i%g.w)/float64(max(g.w-1, 1)) - 1
	y := 2*float64(i/g.w)/float64(max(g.h-1, 1)) - 1
	return [6]float64{1, x, y, x * x, x * y, y * y}
}

func (s *surface) at(g *grid, i int) tone.Lab {
	b := g.basis(i)
	var c tone.Lab
	for ch := range 3 {
		var v float64
		for k := range b {
			v += s[ch][k] * b[k]
		}
		c[ch] = float32(v)
	}
	return c
}

// leastSquares solves the normal equations. A small ridge on everything but the
// constant keeps the middle of the picture, where there may be no cells, from
// bending away.
func leastSquares(g *grid, cells []int) surface {
	var m [6][9]float64
	for _, i := range cells {
		b := g.basis(i)
		for r := range 6 {
			for c := range 6 {
				m[r][c] += b[r] * b[c]
			}
			for ch := range 3 {
				m[r][6+ch] += b[r] * float64(g.lab[i][ch])
			}
		}
	}
	ridge := [6]float64{0, 0.003, 0.003, 0.03, 0.03, 0.03}
	for r := range 6 {
		m[r][r] += ridge[r]*float64(len(cells)) + 1e-9
	}
	for p := range 6 {
		for r := range 6 {
			if r == p {
				continue
			}
			f := m[r][p] / m[p][p]
			for c := p; c < 9; c++ {
				m[r][c] -= f * m[p][c]
			}
		}
	}
	var s surface
	for r := range 6 {
		for ch := range 3 {
			s[ch][r] = m[r][6+ch] / m[r][r]
		}
	}
	return s
}

// nearest gives the surface colour closest to cell i and the distance to it.
func (b *backdrop) nearest(g *grid, i int) (tone.Lab, float32) {
	var at tone.Lab
	best := float32(math.MaxFloat32)
	for k := range b.surfaces {
		c := b.surfaces[k].at(g, i)
		if d := c.Distance(g.lab[i]); d < best {
			best, at = d, c
		}
	}
	return at, best
}

package cutout

import (
	"context"
	"math"

	"github.com/nanococoa/nanococoa/aiserver/standin/tone"
)

// segmentSeen decides for every cell whether it is product by what a network says of it,
// the colours of both sides and the photo's edges. plain says that the modelled backdrop
// takes part too: it knows thin parts and holes that the network is blind for.
func segmentSeen(
	ctx context.Context, g *grid, drop backdrop, p, glimpsed []float32, plain bool, open []int,
) (*regions, error) {
	r := newRegions(g, drop)
	for _, i := range open {
		r.state[i], r.opening[i] = behind, true
	}
	r.glimpsed = glimpsed
	r.p, r.plain = p, plain && len(drop.surfaces) > 0
	alike := max(likeness, 4*r.drop.noise)
	r.near = r.reach()
	if r.plain {
		r.growBackdrop(alike)
		r.growShade()
		r.openHoles(alike)
	}
	r.trust()
	if err := r.cutSeen(ctx, alike); err != nil {
		return nil, err
	}
	r.tidy()
	r.fillSolid()
	if !r.plain {
		r.surround()
	}
	return r, nil
}

// glimpse is the least chance at which the network has seen something of the product.
const glimpse = 0.15

// reach is how far each cell is from what the network has seen at all, in thirds of a cell.
func (r *regions) reach() []int32 {
	in := make([]bool, len(r.p))
	for i, p := range r.p {
		in[i] = p > glimpse
	}
	return r.distances(in)
}

// trust takes the network's word where it is certain and its edge is not near.
func (r *regions) trust() {
	const certain, edge = 0.92, 3 * 3
	weak := make([]bool, len(r.p))
	for i, p := range r.p {
		weak[i] = p < certain
	}
	deep := r.distances(weak)
	for i := range r.state {
		switch {
		case r.state[i] != unknown:
		case deep[i] > edge:
			r.state[i] = product
		case r.near[i] > 3*r.far():
			r.state[i] = behind
		}
	}
}

// far is how many cells beyond what the network has seen a thin part may end: a lace or a
// strap is told from a plain backdrop at any distance up to a twelfth of the photo.
func (r *regions) far() int32 {
	if r.plain {
		return int32(max(r.w, r.h) / 12)
	}
	return 3
}

// prior is the network's word as a cost: the log of its odds, and a price on what lies
// beyond what it has seen.
func (r *regions) prior(i int) float64 {
	const weight = 3
	p := min(max(float64(r.p[i]), 0.02), 0.98)
	t := weight * math.Log(p/(1-p))
	if r.plain && r.p[i] < 0.5 && r.off[i] > surely && !r.shade[i] {
		// Thin parts are what it misses, and a plain backdrop shows them.
		t = max(t, -6)
	}
	return t
}

// cutSeen settles what is still unknown by a minimum cut.
func (r *regions) cutSeen(ctx context.Context, alike float32) error {
	local := int32(3 * max(r.w, r.h) / 5)
	var fore, back []tone.Lab
	for i := range r.state {
		switch {
		case r.state[i] == product, r.state[i] == unknown && r.p[i] > 0.75:
			fore = append(fore, r.lab[i])
		case r.state[i] == behind || r.p[i] < 0.05:
			if r.near[i] < local && !(r.plain && r.shade[i] && r.off[i] > alike) {
				back = append(back, r.lab[i])
			}
		}
	}
	if len(fore) == 0 || len(back) == 0 {
		for i := range r.state {
			if r.state[i] == unknown {
				r.state[i] = behind
				if r.p[i] > 0.5 {
					r.state[i] = product
				}
			}
		}
		return nil
	}
	spread := max(leastBackSpread, 1.5*float64(r.drop.noise))
	least := leastSpread
	if r.plain {
		least = spread
	}
	side, nodes, err := r.minimumCut(ctx, fitMixture(fore, 6, leastSpread), fitMixture(back, 6, least), spread)
	if err != nil {
		return err
	}
	for n, i := range nodes {
		r.state[i] = behind
		if side[n] {
			r.state[i] = product
		}
	}
	return nil
}

// dropUnseen takes out of in the parts of which the network has seen next to nothing:
// other things in the photo.
func (r *regions) dropUnseen(in []bool) {
	if r.p == nil {
		return
	}
	label, size := r.components(in)
	sum := make([]float32, len(size))
	for i, l := range label {
		sum[l] += r.p[i]
	}
	for i, l := range label {
		if l != 0 && sum[l] < 0.35*float32(size[l]) {
			in[i] = false
			r.state[i] = behind
		}
	}
}

// surround puts in the place of the modelled backdrop the colours next to the product.
func (r *regions) surround() {
	r.layFrom = float32(r.h)
	for i := range r.state {
		r.shade[i] = false
	}
}

// fillSolid gives back to the product the flat parts inside it of which the network is half
// sure: a plate, a screen, a white face. What shows through a real opening it does not see
// at all, or was opened by the backdrop's own colour.
func (r *regions) fillSolid() {
	// Gaps of so many thirds of a cell in what is around a part are closed.
	const gap = 3 * 4
	in := r.product()
	near := r.distances(in)
	out := make([]bool, len(in))
	for i, d := range near {
		out[i] = d > gap
	}
	open := make([]bool, len(in)) // behind, and not inside the closed shape
	for i := range open {
		open[i] = !in[i] && !r.opening[i]
	}
	// What can be reached from the photo's side without passing a closed gap.
	outside := make([]bool, len(in))
	label, _ := r.components(out)
	reach := map[int32]bool{}
	for i, l := range label {
		if x, y := i%r.w, i/r.w; l != 0 && (x == 0 || y == 0 || x == r.w-1 || y == r.h-1) {
			reach[l] = true
		}
	}
	for i, l := range label {
		outside[i] = l != 0 && reach[l]
	}
	wide := r.distances(outside)
	for i := range open {
		open[i] = open[i] && wide[i] > gap+3
	}
	part, size := r.components(open)
	sum := make([]float32, len(size))
	for i, l := range part {
		sum[l] += r.glimpsed[i]
	}
	for i, l := range part {
		if l != 0 && size[l] > len(in)/4000 && sum[l] > 0.25*float32(size[l]) {
			r.state[i] = product
		}
	}
}

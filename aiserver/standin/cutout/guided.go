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
	erased := r.seed()
	if r.plain {
		r.growBackdrop(alike, erased)
		r.growShade()
		r.openHoles(alike)
	}
	r.trust()
	if err := r.cutSeen(ctx, alike); err != nil {
		return nil, err
	}
	r.tidy()
	r.fillSolid()
	r.seed()
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
		return far(r.w, r.h)
	}
	return 3
}

func far(w, h int) int32 { return int32(max(w, h) / 12) }

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

// enclosed labels the parts behind that the product surrounds, but for gaps twice as wide as
// gap, which is in thirds of a cell.
// Openings that were found by the backdrop's own colour are none.
func (r *regions) enclosed(gap int32) (label []int32, size []int) {
	in := r.product()
	out := make([]bool, len(in))
	for i, d := range r.distances(in) {
		out[i] = d > gap
	}
	reach := map[int32]bool{}
	open, _ := r.components(out)
	for i, l := range open {
		if x, y := i%r.w, i/r.w; l != 0 && (x == 0 || y == 0 || x == r.w-1 || y == r.h-1) {
			reach[l] = true
		}
	}
	outside := make([]bool, len(in))
	for i, l := range open {
		outside[i] = l != 0 && reach[l]
	}
	inside := make([]bool, len(in))
	for i, d := range r.distances(outside) {
		inside[i] = !in[i] && !r.opening[i] && d > gap+3
	}
	return r.components(inside)
}

// fillSolid gives back to the product the parts of which the network is half sure: flat ones
// that the product surrounds, such as a plate, a screen, a white face, and those that have an
// outline of their own, such as a pale pot before a pale wall. What shows through a real
// opening it does not see at all, or it has the colours of the ground behind clear edges.
func (r *regions) fillSolid() {
	part, size := r.enclosed(3 * 4)
	sum, off := make([]float32, len(size)), make([]float32, len(size))
	for i, l := range part {
		sum[l] += r.glimpsed[i]
		off[l] += r.off[i]
	}
	even := r.drop.share > 0.95 && r.drop.noise < evenNoise
	through := make([]bool, len(size))
	for l := 1; l < len(size); l++ {
		// Half seen is more than what shines through between two legs.
		if size[l] > len(part)/4000 && sum[l] < 0.5*float32(size[l]) {
			through[l] = r.showsGround(part, int32(l))
		}
	}
	for i, l := range part {
		if even && off[l] < 0.010*float32(size[l]) {
			continue // exactly the backdrop: it is the backdrop
		}
		if l != 0 && size[l] > len(part)/4000 && sum[l] > 0.25*float32(size[l]) && !through[l] {
			r.state[i] = product
		}
	}
	half := make([]bool, len(part))
	for i := range half {
		half[i] = r.state[i] == behind && !r.opening[i] && r.glimpsed[i] > 0.35 && !through[part[i]]
	}
	half = r.opened(half, 3*2)
	part, size = r.components(half)
	rim, clear := make([]int, len(size)), make([]int, len(size))
	for i, l := range part {
		if l == 0 {
			continue
		}
		x, y := i%r.w, i/r.w
		for _, s := range [4][2]int{{1, 0}, {-1, 0}, {0, 1}, {0, -1}} {
			nx, ny := x+s[0], y+s[1]
			if nx < 0 || ny < 0 || nx >= r.w || ny >= r.h {
				continue
			}
			if j := ny*r.w + nx; part[j] == l || r.state[j] == product {
				continue
			}
			rim[l]++
			// The network is right to about three cells.
			const reach = 4
			last := r.lab[i]
			for k := -reach; k <= reach; k++ {
				cx, cy := min(max(x+k*s[0], 0), r.w-1), min(max(y+k*s[1], 0), r.h-1)
				c := r.lab[cy*r.w+cx]
				if k > -reach && c.Distance(last) > 0.022 {
					clear[l]++
					break
				}
				last = c
			}
		}
	}
	area := 0
	for _, s := range r.state {
		if s == product {
			area++
		}
	}
	for i, l := range part {
		if l != 0 && size[l]*50 > area && clear[l]*10 > rim[l]*7 {
			r.state[i] = product
		}
	}
}

// hollow counts the cells that the product surrounds and that are not quite the backdrop's
// colour: a bright plate of it may have been taken for ground.
func (r *regions) hollow() int {
	label, size := r.enclosed(3 * 10)
	off, hint, inner := make([]float64, len(size)), make([]float64, len(size)), make([]int, len(size))
	// The ground beside the product is as far from the model as it is: a wall's shading is no plate.
	beside, n := 0.0, 0
	for i, d := range r.distances(r.product()) {
		switch {
		case d <= 3: // mixed with the product
		case label[i] != 0:
			off[label[i]] += float64(r.off[i])
			hint[label[i]] += float64(r.glimpsed[i])
			inner[label[i]]++
		case d < 3*int32(max(r.w, r.h)/8):
			beside += float64(r.off[i])
			n++
		}
	}
	least := max(0.010, 1.6*float64(r.drop.noise), min(1.3*beside/float64(max(n, 1)), 0.03))
	count := 0
	for l := 1; l < len(size); l++ {
		// What no look has even hinted at is shade between stems.
		if off[l] > float64(inner[l])*least && hint[l] > float64(inner[l])*glimpse/3 {
			count += inner[l]
		}
	}
	return count
}

// followCord carries a thin part on which the product hangs up to the photo's border: a cord in
// the dark is what the network sees last. It goes on as long as the cord differs from both sides.
func (r *regions) followCord() {
	in := r.product()
	top, n, x := -1, 0, 0
	for i, v := range in {
		if v && (top < 0 || i/r.w == top) {
			top, x, n = i/r.w, x+i%r.w, n+1
		}
	}
	// Wider is no cord; what is nearer than its own next row to the border has reached it.
	if top < 2 || n > 3 || !r.cord(in, top) {
		return
	}
	x /= n
	// More than noise; the cord of a lamp in shade is little more.
	const clear = 0.02
	path := make([]int, 0, top)
	missed := 0
	for y := top - 1; y >= 0; y-- {
		best, most := x, float32(-1)
		for c := max(x-1, 3); c <= min(x+1, r.w-4); c++ {
			i := y*r.w + c
			if d := min(r.lab[i].Distance(r.lab[i-3]), r.lab[i].Distance(r.lab[i+3])); d > most {
				best, most = c, d
			}
		}
		if most < clear {
			missed++
		}
		x = best
		path = append(path, y*r.w+x)
	}
	if missed*5 > len(path) {
		return
	}
	for _, i := range path {
		r.state[i] = product
	}
}

// cord reports whether the product is a few cells wide from its top on over a twentieth of the
// photo's height.
func (r *regions) cord(in []bool, top int) bool {
	for y := top; y < min(top+r.h/20+1, r.h); y++ {
		n := 0
		for x := range r.w {
			if in[y*r.w+x] {
				n++
			}
		}
		if n == 0 || n > 4 {
			return false
		}
	}
	return true
}

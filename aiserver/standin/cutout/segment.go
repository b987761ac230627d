package cutout

import (
	"context"
	"math"

	"github.com/nanococoa/nanococoa/aiserver/standin/tone"
)

// What a cell is taken for while regions are decided.
const (
	unknown = iota
	behind  // background, shadow or reflection
	product
)

const (
	// likeness is the least tolerance (OKLab) for "the same colour as the
	// backdrop"; noisy backdrops widen it to four times their noise.
	likeness = 0.014
	// surely is a distance from the backdrop that is more than noise or a faint
	// shadow.
	surely = 0.16
	// smooth is the roughness below which a cell may be shadow or reflection.
	// Fabric, print and edges are above.
	smooth = 0.035
	// faintStep and clearStep are the largest steps in lightness between
	// neighbouring cells that a spreading shadow may make, and that the straight
	// edge of a cropped studio reflection may make near the floor.
	faintStep = 0.028
	clearStep = 0.065
)

// regions is the photo's division into product and background, on the grid.
type regions struct {
	*grid
	drop     backdrop
	state    []uint8    // product or behind, after segment
	expected []tone.Lab // the backdrop's colour at each cell
	off      []float32  // the cell's distance from it
	shade    []bool     // the cell could be a shadow or reflection on the backdrop
	holes    int        // openings cut into the product
	opening  []bool     // where they are
	layFrom  float32    // the row from which shadows can lie under the product

	glimpsed []float32 // the most it said at any look
	near     []int32   // thirds of a cell to what the network has seen
	p        []float32 // what a network says of each cell, 0..1; nil without one
	plain    bool      // the ground is the modelled backdrop; else only its colours nearby are known
}

// newRegions is a photo of which nothing is decided yet.
func newRegions(g *grid, drop backdrop) *regions {
	n := g.w * g.h
	r := &regions{
		grid: g, drop: drop, state: make([]uint8, n), expected: make([]tone.Lab, n), off: make([]float32, n),
		shade: make([]bool, n), opening: make([]bool, n), plain: true,
	}
	if len(drop.surfaces) == 0 {
		return r
	}
	for i := range n {
		r.expected[i], r.off[i] = drop.nearest(g, i)
		r.shade[i] = r.couldBeShade(i)
	}
	return r
}

// segment decides for every cell whether it is product, by the backdrop's colours.
func segment(ctx context.Context, g *grid, drop backdrop) (*regions, error) {
	r := newRegions(g, drop)
	if len(r.drop.surfaces) == 0 {
		return r, nil
	}
	alike := max(likeness, 4*r.drop.noise)
	r.growBackdrop(alike, r.seed())
	r.growShade()
	r.openHoles(alike)
	if err := r.cutUnknown(ctx, alike); err != nil {
		return nil, err
	}
	r.tidy()
	r.seed()
	return r, nil
}

// couldBeShade reports whether the cell is the backdrop under less light: every
// channel of linear light reduced by about the same factor, and no texture.
func (r *regions) couldBeShade(i int) bool {
	if r.rough[i] > smooth {
		return false
	}
	c, b := r.lab[i].RGB(), r.expected[i].RGB()
	var k [3]float32
	for ch := range 3 {
		if b[ch] < 0.02 {
			return false
		}
		k[ch] = c[ch] / b[ch]
	}
	mean := (k[0] + k[1] + k[2]) / 3
	// A quarter of the light is left in the darkest part of a contact shadow; what
	// is darker is no shadow. A shadow may take the tint of its surroundings, by a
	// sixth.
	const darkest, tint = 0.25, 0.16
	if mean < darkest || mean > 1.06 {
		return false
	}
	for ch := range 3 {
		if d := k[ch] - mean; d > tint*mean || d < -tint*mean {
			return false
		}
	}
	return true
}

// growBackdrop marks what has the backdrop's colour and is connected with the
// border, or with the cells of queue, which are behind already.
func (r *regions) growBackdrop(alike float32, queue []int) {
	take := func(i int) {
		// White on white a network still sees the product.
		if r.state[i] == unknown && r.off[i] < alike && (r.p == nil || r.p[i] < 0.85) && !r.nearKept(i) {
			r.state[i] = behind
			queue = append(queue, i)
		}
	}
	for x := range r.w {
		take(x)
		take((r.h-1)*r.w + x)
	}
	for y := range r.h {
		take(y * r.w)
		take(y*r.w + r.w - 1)
	}
	for len(queue) > 0 {
		i := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		r.around(i, take)
	}
}

// growShade lets the background spread over shadows and reflections: gently
// darkening cells in the lower part of the product, wide enough that a bright
// stripe of the product itself is not one.
func (r *regions) growShade() {
	top, bottom := r.h, -1
	for i, off := range r.off {
		if off > surely && r.state[i] == unknown && (r.p == nil || r.p[i] > 0.5) {
			top, bottom = min(top, i/r.w), max(bottom, i/r.w)
		}
	}
	if bottom < 0 {
		return
	}
	height := float32(bottom - top)
	castFrom := float32(top) + 0.45*height    // a low sun's shadow climbs no higher
	r.layFrom = float32(bottom) - 0.25*height // where the product meets its floor

	// A shadow has no edges inside, so it does not spread over cells beside a step.
	// Where a shadow is as bright as the product beside it, gaps are left; opening
	// by a disc closes them. Its radius is 1.3 % of the picture, and if shade still
	// leaks, twice and three times as much.
	step := func(i int) float32 {
		if float32(i/r.w) > r.layFrom && r.off[i] < 2*clearStep {
			return clearStep
		}
		return faintStep
	}
	ok := make([]bool, len(r.off))
	for i := range ok {
		r.shade[i] = r.shade[i] && float32(i/r.w) > castFrom && (r.p == nil || r.p[i] < 0.6)
		ok[i] = r.state[i] == behind || r.shade[i]
		if ok[i] && r.state[i] != behind {
			r.around(i, func(j int) {
				if d := r.lab[i][0] - r.lab[j][0]; d > step(i) || d < -step(i) {
					ok[i] = false
				}
			})
		}
	}
	radius := max(3, max(r.w, r.h)*13/1000)
	for k := 1; k <= 3; k++ {
		if r.spreadShade(r.opened(ok, int32(3*k*radius)), step, int(castFrom)+1) {
			return
		}
	}
}

// spreadShade lets the background spread over the cells where ok is true, by
// steps no larger than step allows. It reports whether nothing leaked over row;
// what did is taken back.
func (r *regions) spreadShade(ok []bool, step func(i int) float32, row int) bool {
	var queue, grown []int
	for i, s := range r.state {
		if s == behind {
			queue = append(queue, i)
		}
	}
	for len(queue) > 0 {
		i := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		r.around(i, func(j int) {
			if r.state[j] != unknown || !ok[j] {
				return
			}
			if d := r.lab[i][0] - r.lab[j][0]; d < step(j) && d > -step(j) {
				r.state[j] = behind
				queue = append(queue, j)
				grown = append(grown, j)
			}
		})
	}
	return r.stopLeak(grown, row)
}

// stopLeak takes back shade that reached the row above which there are no shadows
// and would have gone on there: that is the inside of a smooth product. It reports
// whether there was none.
func (r *regions) stopLeak(grown []int, row int) bool {
	in := make([]bool, len(r.state))
	for _, i := range grown {
		in[i] = true
	}
	label, size := r.components(in)
	leaks := make([]int, len(size))
	for _, i := range grown {
		if i/r.w > row || i < r.w {
			continue
		}
		above := i - r.w
		if d := r.lab[i].Distance(r.lab[above]); r.state[above] == unknown && d < faintStep {
			leaks[label[i]]++
		}
	}
	tight := true
	for _, i := range grown {
		// A shadow's tip may touch the row; a product does so over its width.
		if leaks[label[i]] > r.w/60 {
			r.state[i] = unknown
			tight = false
		}
	}
	return tight
}

// opened is the morphological opening of a region by a disc whose radius is
// given in thirds of a cell.
func (r *regions) opened(in []bool, radius int32) []bool {
	out := make([]bool, len(in))
	for i, v := range in {
		out[i] = !v
	}
	d := r.distances(out)
	for i := range out {
		out[i] = d[i] > radius
	}
	d = r.distances(out)
	for i := range out {
		out[i] = in[i] && d[i] <= radius
	}
	return out
}

// openHoles marks enclosed regions through which the backdrop shows, such as
// the space under a handle. White print has the backdrop's colour too, so a hole
// must match it as tightly as the border itself does, be evenly lit, be larger
// than print, and lie close to the outline: what encloses a hole is a strap.
func (r *regions) openHoles(alike float32) {
	candidate := make([]bool, len(r.state))
	for i, s := range r.state {
		candidate[i] = s == unknown && r.off[i] < alike && !r.nearKept(i)
	}
	label, size := r.components(candidate)
	if len(size) == 1 {
		return
	}
	type sums struct {
		off  float64
		gap  int32 // to the outside, in thirds of a cell
		deep int32 // largest distance from its own edge
		p    float32
		open bool
	}
	of := make([]sums, len(size))
	inner := make([]bool, len(candidate))
	for i := range inner {
		inner[i] = !candidate[i]
	}
	depth := r.distances(inner)
	for i, l := range label {
		if l != 0 {
			of[l].off += float64(r.off[i]) / float64(size[l])
			if r.p != nil {
				of[l].p += r.p[i] / float32(size[l])
			}
			of[l].deep = max(of[l].deep, depth[i])
		}
	}
	long := max(r.w, r.h)
	// What lies behind an opened hole is outside too, so a handle inside a strap
	// is found in the next round.
	for {
		outside := make([]bool, len(r.state))
		for i, s := range r.state {
			outside[i] = s == behind
		}
		gap := r.distances(outside)
		for n := range of {
			of[n].gap = distant
		}
		for i, l := range label {
			if l != 0 {
				of[l].gap = min(of[l].gap, gap[i])
			}
		}
		opened := 0
		for l := 1; l < len(size); l++ {
			s := &of[l]
			big := size[l] >= len(r.state)/2500 && s.deep >= 3*3/2
			even := s.off < float64(max(0.010, 1.6*r.drop.noise))
			near := s.gap <= int32(3*long*12/100)
			if s.open || !(big && even && near) {
				continue
			}
			// Against the network's word only a strap makes a hole.
			thin := s.gap <= int32(3*long*25/1000) || s.p < 0.95
			if s.p > 0.5 && !(thin && r.ringed(label, int32(l))) {
				continue
			}
			s.open = true
			opened++
			for i := range label {
				if label[i] == int32(l) {
					r.state[i], r.opening[i] = behind, true
				}
			}
		}
		if opened == 0 {
			return
		}
		r.holes += opened
	}
}

// ringed reports whether clearly another colour than the backdrop's surrounds a region:
// a strap does, the faint shade at the edge of a white face does not.
func (r *regions) ringed(label []int32, l int32) bool {
	out := make([]bool, len(label))
	for i := range out {
		out[i] = label[i] == l
	}
	near := r.distances(out)
	ring, clear := 0, 0
	for i, d := range near {
		if d > 3 && d <= 9 {
			ring++
			// The ring may be thin, and what lies beyond it the backdrop again.
			far := r.off[i]
			r.around(i, func(j int) { far = max(far, r.off[j]) })
			if far > surely {
				clear++
			}
		}
	}
	return clear*10 > ring*8
}

// cutUnknown settles the cells that are neither backdrop nor plainly product by
// a minimum cut between colour mixtures of the two, along the strongest edges.
func (r *regions) cutUnknown(ctx context.Context, alike float32) error {
	isBehind := make([]bool, len(r.state))
	for i, s := range r.state {
		isBehind[i] = s == behind
	}
	near := r.distances(isBehind)
	var fore, back []tone.Lab
	for i, s := range r.state {
		if s == behind {
			// Shadows are judged by where they lie, not by colour: in the mixture
			// they would explain the product's greys everywhere.
			if !r.shade[i] || r.off[i] < alike {
				back = append(back, r.lab[i])
			}
			continue
		}
		// Enclosed cells far from the outline are product whatever their colour:
		// print, labels, highlights. So is anything rough or far off the backdrop.
		const band = 3 * 5
		if near[i] > band || r.off[i] > surely && !r.shade[i] && near[i] > 3 {
			r.state[i] = product
		}
		if r.off[i] > 2*alike {
			fore = append(fore, r.lab[i])
		}
	}
	if len(fore) == 0 || len(back) == 0 {
		return nil
	}
	spread := max(leastBackSpread, 1.5*float64(r.drop.noise))
	for range 2 {
		side, nodes, err := r.minimumCut(ctx, fitMixture(fore, 6, leastSpread), fitMixture(back, 4, spread), spread)
		if err != nil {
			return err
		}
		fore = fore[:0]
		for n, i := range nodes {
			isBehind[i] = !side[n]
		}
		for i := range r.state {
			if r.state[i] == product || r.state[i] == unknown && !isBehind[i] {
				fore = append(fore, r.lab[i])
			}
		}
		if len(fore) == 0 {
			break
		}
	}
	for i, s := range r.state {
		if s == unknown {
			r.state[i] = product
			if isBehind[i] {
				r.state[i] = behind
			}
		}
	}
	return nil
}

// minimumCut gives for each unknown cell whether it is product.
func (r *regions) minimumCut(ctx context.Context, fore, back mixture, spread float64) (
	side []bool, nodes []int, err error,
) {
	index := make([]int32, len(r.state))
	for i, s := range r.state {
		index[i] = -1
		if s == unknown {
			index[i] = int32(len(nodes))
			nodes = append(nodes, i)
		}
	}
	// steps are the eight neighbours; a direction and its opposite sum to 7.
	steps := [8][2]int{{-1, -1}, {0, -1}, {1, -1}, {-1, 0}, {1, 0}, {-1, 1}, {0, 1}, {1, 1}}
	// beta scales colour steps by their average, so that the price of an edge
	// adapts to the photo's contrast (GrabCut's choice).
	var sum float64
	var count int
	for i := range r.state {
		if i%r.w+1 < r.w {
			d := float64(r.lab[i].Distance(r.lab[i+1]))
			sum += d * d
			count++
		}
	}
	beta := 1 / (2*sum/float64(max(count, 1)) + 1e-6)
	// smoothness weighs the outline against the colours; GrabCut's 50 is for
	// densities over 0..255, over OKLab the log densities spread less.
	const smoothness = 14
	f := newNetwork(len(nodes))
	for n, i := range nodes {
		c := r.lab[i]
		costBack := back.cost(c)
		// The surface describes the backdrop here better than the mixture does.
		if r.plain {
			z := float64(r.off[i]) / spread
			costBack = min(costBack, 0.5*z*z+3*math.Log(spread)+2.76)
		}
		if r.plain && r.shade[i] {
			// A shadow may have any depth: a flat density over that range.
			costBack = min(costBack, 0.5)
		}
		costFore := fore.cost(c)
		// A clear preference, but no more: single cells are noisy.
		most := 30.0
		if r.p != nil {
			// Colours are not alone to decide.
			most = 12
		}
		t := min(max(costBack-costFore, -most), most)
		if r.p != nil {
			t += r.prior(i)
		} else if r.nearKept(i) {
			t = max(t, 0) + 4 // as a network's word that is 0.8 sure
		}
		x, y := i%r.w, i/r.w
		for d, s := range steps {
			nx, ny := x+s[0], y+s[1]
			if nx < 0 || ny < 0 || nx >= r.w || ny >= r.h {
				continue
			}
			j := ny*r.w + nx
			dist := float64(c.Distance(r.lab[j]))
			capacity := smoothness * math.Exp(-beta*dist*dist)
			if s[0] != 0 && s[1] != 0 {
				capacity /= math.Sqrt2
			}
			switch {
			case index[j] >= 0:
				if j > i {
					f.link(int32(n), index[j], d, float32(capacity))
				}
			case r.state[j] == product:
				t += capacity
			default:
				t -= capacity
			}
		}
		f.supply[n] = float32(t)
	}
	side, err = f.cut(ctx)
	return side, nodes, err
}

// tidy drops small pieces of product and fills small holes: regions too small to be
// a part of the product or an opening in it.
func (r *regions) tidy() {
	in := make([]bool, len(r.state))
	for i, s := range r.state {
		in[i] = s == product
	}
	r.dropUnseen(in)
	label, size := r.components(in)
	largest := 0
	for _, n := range size {
		largest = max(largest, n)
	}
	for i, l := range label {
		// 1 % of the main part keeps the second shoe and drops dust.
		if l != 0 && size[l] < largest/100+4 {
			r.state[i] = behind
		}
	}
	for i, s := range r.state {
		in[i] = s == behind
	}
	label, size = r.components(in)
	for i, l := range label {
		if l != 0 && size[l] < len(r.state)/6000+2 {
			r.state[i] = product
		}
	}
}

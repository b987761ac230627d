package cutout

import (
	"context"
	"image"
	"math"

	"github.com/nanococoa/nanococoa/aiserver/standin/raster"
	"github.com/nanococoa/nanococoa/aiserver/standin/tone"
)

// pixel is an sRGB colour 0..1 per channel. A lens mixes the colours of an edge in
// linear light, but cameras and shops then resize the photo in sRGB. What was mixed
// last is unmixed: sRGB.
type pixel [3]float32

func (p pixel) sub(o pixel) pixel   { return pixel{p[0] - o[0], p[1] - o[1], p[2] - o[2]} }
func (p pixel) dot(o pixel) float32 { return p[0]*o[0] + p[1]*o[1] + p[2]*o[2] }

// share is how far c lies on the way from back to fore, and how much that can be
// trusted: nothing when the two are the same colour.
func share(c, fore, back pixel) (alpha, trust float32) {
	span := fore.sub(back)
	length := span.dot(span)
	if length < 1e-6 {
		return 0.5, 0
	}
	// Two colours 0.06 apart cannot be told apart reliably, two 0.2 apart can.
	const never, always = 0.06, 0.20
	root := float32(math.Sqrt(float64(length)))
	trust = min(max((root-never)/(always-never), 0), 1)
	return c.sub(back).dot(span) / length, trust
}

// plate is the photo at full size while its edge is refined.
type plate struct {
	photo *image.NRGBA
	w, h  int
	r     *regions
	fore  []pixel // typical product colour near each cell
	back  []pixel // typical background colour near each cell
	// ground is the modelled backdrop at each cell, without shadows.
	ground []pixel
	// zone is the division at full size: outside, inside, or still open.
	zone []uint8
}

const (
	open = iota
	outside
	inside
)

func at(photo *image.NRGBA, x, y int) pixel {
	p := photo.Pix[y*photo.Stride+4*x:]
	return pixel{float32(p[0]) / 255, float32(p[1]) / 255, float32(p[2]) / 255}
}

// matte turns the division of the grid into soft full-size alpha, and the
// colours of the soft edge into the product's own.
func matte(ctx context.Context, photo *image.NRGBA, r *regions) (*image.NRGBA, error) {
	w, h := photo.Rect.Dx(), photo.Rect.Dy()
	p := &plate{photo: photo, w: w, h: h, r: r, zone: make([]uint8, w*h)}
	p.localColors()
	if err := p.sharpen(ctx); err != nil {
		return nil, err
	}
	p.connect()
	p.shave()
	p.dropCrumbs() // before a notch could bridge the way to one
	if r.plain {
		p.fillNotches()
		p.liftShadow()
	}
	p.dropCrumbs()
	p.obey()
	out, err := p.soften(ctx)
	if err == nil {
		p.settle(out)
	}
	return out, err
}

// localColors spreads typical product and background colours over the grid, each
// from cells well on its own side.
func (p *plate) localColors() {
	n := len(p.r.state)
	in := make([]bool, n)
	for i, s := range p.r.state {
		in[i] = s == product
	}
	out := make([]bool, n)
	for i := range in {
		out[i] = !in[i]
	}
	toOut, toIn := p.r.distances(out), p.r.distances(in)
	p.ground = make([]pixel, n)
	for i, c := range p.r.expected {
		rgb := c.RGB()
		p.ground[i] = pixel{tone.Byte(rgb[0]) / 255, tone.Byte(rgb[1]) / 255, tone.Byte(rgb[2]) / 255}
	}
	p.fore = p.spread(toOut)
	p.back = p.spread(toIn)
}

// spread averages the photo over cells that have a positive distance, the deeper
// the heavier, and carries the average outwards.
func (p *plate) spread(depth []int32) []pixel {
	n := len(depth)
	g := p.r.grid
	var plane [4][]float32
	for k := range plane {
		plane[k] = make([]float32, n)
	}
	for i, d := range depth {
		if d == 0 {
			continue
		}
		// Cells on the outline hold both colours: they count only where a thin
		// strap offers nothing better.
		weight := float32(1)
		if d < 6 {
			weight = 0.03
		}
		c := at(p.photo, i%g.w*g.cell+g.cell/2, i/g.w*g.cell+g.cell/2)
		for k := range 3 {
			plane[k][i] = c[k] * weight
		}
		plane[3][i] = weight
	}
	out := make([]pixel, n)
	var wide [4][]float32
	for k := range plane {
		// Two boxes of radius 2 reach four cells: past the mixed outline.
		raster.BoxBlur(plane[k], g.w, g.h, 2)
		raster.BoxBlur(plane[k], g.w, g.h, 2)
		wide[k] = append([]float32(nil), plane[k]...)
		raster.BoxBlur(wide[k], g.w, g.h, 12)
	}
	for i := range out {
		src := &plane
		if plane[3][i] < 1e-3 {
			src = &wide
		}
		if m := src[3][i]; m > 1e-9 {
			for k := range 3 {
				out[i][k] = src[k][i] / m
			}
		}
	}
	return out
}

// cellAt is the cell of a pixel; the rows and columns a photo has beyond whole
// cells belong to the last one.
func (p *plate) cellAt(x, y int) int {
	g := p.r.grid
	return min(y/g.cell, g.h-1)*g.w + min(x/g.cell, g.w-1)
}

// sharpen finds the outline to the pixel: near the grid's outline each pixel
// goes to the side whose local colour it is closer to, and where the colours are
// alike the smoothed grid decides.
func (p *plate) sharpen(ctx context.Context) error {
	g := p.r.grid
	edge := make([]bool, len(p.r.state))
	for i, s := range p.r.state {
		g.around(i, func(j int) {
			if p.r.state[j] != s {
				edge[i] = true
			}
		})
	}
	// The grid is right to about a cell; two cells either way find the edge.
	reach := int32(3 * 2)
	if g.cell == 1 {
		reach = 3 * 3
	}
	near := g.distances(edge)
	err := raster.Rows(ctx, p.h, func(from, to int) {
		for y := from; y < to; y++ {
			for x := range p.w {
				i := p.cellAt(x, y)
				if near[i] > reach {
					p.zone[y*p.w+x] = outside
					if p.r.state[i] == product {
						p.zone[y*p.w+x] = inside
					}
					continue
				}
				var sum, weight float32
				for dy := -1; dy <= 1; dy++ {
					for dx := -1; dx <= 1; dx++ {
						k := float32((2 - dx*dx) * (2 - dy*dy))
						c := at(p.photo, min(max(x+dx, 0), p.w-1), min(max(y+dy, 0), p.h-1))
						a, trust := share(c, p.fore[i], p.back[i])
						guess := p.guess(x, y)
						// The colour may overrule the grid, by much if it is clear.
						a = min(max(a, -0.5), 1.5)
						sum += k * (trust*a + (1-trust)*guess)
						weight += k
					}
				}
				if sum > 0.5*weight || p.solid(x, y, i) && p.guess(x, y) > 0.3 {
					p.zone[y*p.w+x] = inside
				}
			}
		}
	})
	return err
}

// solid reports whether a pixel and most of its neighbours differ from the
// backdrop, as pale print does. The mixed pixels of an edge differ too, so the grid
// must agree; soften tells the two apart.
func (p *plate) solid(x, y, cell int) bool {
	if p.r.shade[cell] {
		return false
	}
	differ := 0
	for dy := -1; dy <= 1; dy++ {
		for dx := -1; dx <= 1; dx++ {
			if p.differs(min(max(x+dx, 0), p.w-1), min(max(y+dy, 0), p.h-1), cell) {
				differ++
			}
		}
	}
	return differ >= 7
}

// differs reports whether a pixel is not quite the backdrop's colour. Clipped
// studio white is even to two steps of 255; five are a surface.
func (p *plate) differs(x, y, cell int) bool {
	if !p.r.plain {
		return false
	}
	tolerance := max(0.022, 8*p.r.drop.noise)
	d := at(p.photo, x, y).sub(p.ground[cell])
	return d.dot(d) > tolerance*tolerance
}

// guess is the grid's division interpolated at a pixel, 0..1.
func (p *plate) guess(x, y int) float32 {
	g := p.r.grid
	fx := (float32(x)+0.5)/float32(g.cell) - 0.5
	fy := (float32(y)+0.5)/float32(g.cell) - 0.5
	x0, y0 := int(max(fx, 0)), int(max(fy, 0))
	tx, ty := min(max(fx-float32(x0), 0), 1), min(max(fy-float32(y0), 0), 1)
	v := func(cx, cy int) float32 {
		if p.r.state[min(cy, g.h-1)*g.w+min(cx, g.w-1)] == product {
			return 1
		}
		return 0
	}
	top := v(x0, y0)*(1-tx) + v(x0+1, y0)*tx
	low := v(x0, y0+1)*(1-tx) + v(x0+1, y0+1)*tx
	return top*(1-ty) + low*ty
}

// connect gives open pixels to the outside only when they are connected with it, so
// that white print near the edge of a strap stays print. It also gives the outside
// small pieces that are not connected with the product.
func (p *plate) connect() {
	flood := func(seed, through uint8) {
		var queue []int32
		for i, z := range p.zone {
			if z == seed {
				x := i % p.w
				if x > 0 && p.zone[i-1] == through || x < p.w-1 && p.zone[i+1] == through ||
					i >= p.w && p.zone[i-p.w] == through || i < len(p.zone)-p.w && p.zone[i+p.w] == through {
					queue = append(queue, int32(i))
				}
			}
		}
		for len(queue) > 0 {
			i := int(queue[len(queue)-1])
			queue = queue[:len(queue)-1]
			x := i % p.w
			take := func(j int) {
				if p.zone[j] == through {
					p.zone[j] = seed
					queue = append(queue, int32(j))
				}
			}
			if x > 0 {
				take(i - 1)
			}
			if x < p.w-1 {
				take(i + 1)
			}
			if i >= p.w {
				take(i - p.w)
			}
			if i < len(p.zone)-p.w {
				take(i + p.w)
			}
		}
	}
	flood(outside, open)
	for i, z := range p.zone {
		if z == open {
			p.zone[i] = inside
		}
	}
}

// shave takes off thin tatters that the grid knows nothing of: fuzz in the ground's light, and
// what happens to have the product's colours behind it, such as books above a chair's back.
// Laces and stems are in the grid.
func (p *plate) shave() {
	in := make([]bool, len(p.zone))
	for i, z := range p.zone {
		in[i] = z == inside
	}
	// What is thinner than three cells does not survive opening by a disc.
	radius := int32(3 * max(3*p.r.cell/2, 2))
	thick := chamferOpened(in, p.w, p.h, radius)
	for i, v := range in {
		if v && !thick[i] && p.guess(i%p.w, i/p.w) < 0.5 {
			p.zone[i] = outside
		}
	}
}

// chamferOpened is the opening of a region by a disc; the radius is in thirds of a pixel.
func chamferOpened(in []bool, w, h int, radius int32) []bool {
	out := make([]bool, len(in))
	for i, v := range in {
		out[i] = !v
	}
	for i, d := range chamfer(out, w, h, radius+1) {
		out[i] = d > radius
	}
	for i, d := range chamfer(out, w, h, radius+1) {
		out[i] = d <= radius
	}
	return out
}

// fillNotches gives back to the product the shallow notches of an outline that
// should be straight. Of a white label on white paper the cut may keep only the
// print, and then the outline has a notch between every two letters. A notch lies
// in one column or row between two parts of the product, is no deeper than a
// label's margin but deeper than an edge is soft, and is pale: nearly the
// backdrop's colour, but not quite. What is behind it is solid: between two stems there is ground.
func (p *plate) fillNotches() {
	long := max(p.w, p.h)
	deep, wide := int32(3*max(long*8/1000, 2)), max(long*6/100, 8)
	in := make([]bool, len(p.zone))
	for i, z := range p.zone {
		in[i] = z == inside
	}
	gap := chamfer(in, p.w, p.h, deep+1)
	solid := p.beside(in, deep)
	// runs calls visit with every short stretch from one part to the next, below
	// deep: its first and last pixel and the step between two.
	runs := func(visit func(first, last, step int)) {
		line := func(from, step, n int) {
			end := -1 // the last product pixel on the line
			for k := range n {
				if !in[from+k*step] {
					continue
				}
				if width := k - end - 1; end >= 0 && width > 0 && width <= wide {
					visit(from+(end+1)*step, from+(k-1)*step, step)
				}
				end = k
			}
		}
		for x := range p.w {
			line(x, p.w, p.h)
		}
		// Below an arch there is floor: in rows only above where shadows lie.
		for y := range min(int(p.r.layFrom)*p.r.cell, p.h) {
			line(y*p.w, 1, p.w)
		}
	}
	notch := make([]bool, len(p.zone))
	runs(func(first, last, step int) {
		for i := first; i <= last; i += step {
			notch[i] = notch[i] || gap[i] <= deep && solid[i] && p.pale(i%p.w, i/p.w)
		}
	})
	filled := make([]bool, len(p.zone))
	p.eachRegion(func(i int) bool { return notch[i] }, func(region []int32) {
		for _, i := range region {
			if gap[i] >= 3*edgeReach {
				for _, i := range region {
					filled[i] = true
				}
				return
			}
		}
	})
	// A notch of which most is filled is filled: between two letters the margin may
	// be as white as the paper.
	runs(func(first, last, step int) {
		n, short := 0, (last-first)/step+1
		for i := first; i <= last; i += step {
			if filled[i] {
				n++
			}
		}
		for i := first; i <= last && 2*n >= short; i += step {
			if gap[i] <= deep && solid[i] {
				p.zone[i] = inside
			}
		}
	})
	for i, f := range filled {
		if f {
			p.zone[i] = inside
		}
	}
}

// beside tells the pixels within twice radius of where in is thicker than twice radius (in
// thirds of a pixel).
func (p *plate) beside(in []bool, radius int32) []bool {
	out := make([]bool, len(in))
	for i, v := range in {
		out[i] = !v
	}
	for i, d := range chamfer(out, p.w, p.h, radius+1) {
		out[i] = d > radius
	}
	for i, d := range chamfer(out, p.w, p.h, 2*radius+1) {
		out[i] = d <= 2*radius
	}
	return out
}

// pale reports whether a pixel is nearly the backdrop's colour, but not quite.
func (p *plate) pale(x, y int) bool {
	const most = 0.16 // a light grey on white, as far as print on a white label's margin
	cell := p.cellAt(x, y)
	d := at(p.photo, x, y).sub(p.ground[cell])
	return p.differs(x, y, cell) && d.dot(d) < most*most
}

// eachRegion calls visit with every 4-connected region of the pixels for which
// in is true.
func (p *plate) eachRegion(in func(i int) bool, visit func(region []int32)) {
	seen := make([]bool, len(p.zone))
	var queue []int32
	for start := range p.zone {
		if seen[start] || !in(start) {
			continue
		}
		queue = append(queue[:0], int32(start))
		seen[start] = true
		for n := 0; n < len(queue); n++ {
			i := int(queue[n])
			x := i % p.w
			take := func(j int) {
				if !seen[j] && in(j) {
					seen[j] = true
					queue = append(queue, int32(j))
				}
			}
			if x > 0 {
				take(i - 1)
			}
			if x < p.w-1 {
				take(i + 1)
			}
			if i >= p.w {
				take(i - p.w)
			}
			if i < len(p.zone)-p.w {
				take(i + p.w)
			}
		}
		visit(queue)
	}
}

// dropCrumbs gives the outside the small pieces that refining the outline has split
// off: dots of print beyond a bright edge, dust. Small holes are filled likewise.
func (p *plate) dropCrumbs() {
	pinhole := len(p.zone) / 20000
	p.eachRegion(func(i int) bool { return p.zone[i] == outside }, func(region []int32) {
		if len(region) < pinhole {
			for _, i := range region {
				p.zone[i] = inside
			}
		}
	})
	small := len(p.zone) / 2000
	p.eachRegion(func(i int) bool { return p.zone[i] == inside }, func(region []int32) {
		if len(region) < small {
			for _, i := range region {
				p.zone[i] = outside
			}
		}
	})
}

// liftShadow takes the last dark line of a contact shadow off the product's
// underside. Below a product on a bright floor the picture brightens from the
// contact outwards, and the product ends at the steepest step on that way.
func (p *plate) liftShadow() {
	top, bottom := p.h, -1
	for i, z := range p.zone {
		if z == inside {
			top, bottom = min(top, i/p.w), max(bottom, i/p.w)
		}
	}
	if bottom < 0 {
		return
	}
	reach := max(4, (bottom-top)*4/100)
	floor := bottom - (bottom-top)/4
	foot := make([]int, p.w)
	for x := range p.w {
		foot[x] = -1
		for y := bottom; y > floor; y-- {
			if p.zone[y*p.w+x] == inside {
				foot[x] = y
				break
			}
		}
	}
	for x := 0; x < p.w; x++ {
		if foot[x] < 0 {
			continue
		}
		end := x
		for end < p.w && foot[end] >= 0 {
			end++
		}
		for n, rows := range p.underside(foot, x, end, reach) {
			// The rest of the same slope is shadow too.
			if steps := p.steps(x+n, foot[x+n], reach); rows > 0 {
				for k := rows + 1; k < len(steps) && steps[k] > steps[rows]/2; k++ {
					rows = k
				}
			}
			for k := range rows {
				p.zone[(foot[x+n]-k)*p.w+x+n] = outside
			}
		}
		x = end
	}
}

// underside gives for the columns from..end how many rows at their foot are shadow.
// It is the path of steepest steps that jumps least from column to column (dynamic
// programming). A soft shadow's rim has steps too, but they make no such path.
func (p *plate) underside(foot []int, from, end, reach int) []int {
	const (
		jump    = 0.03 // price of one row up or down, in lightness
		farJump = 10   // rows after which a jump costs no more: outlines may be steep
		perRow  = 0.002
	)
	cols := end - from
	cost := make([]float32, cols*reach)
	came := make([]int16, cols*reach)
	for c := range cols {
		x := from + c
		steps := p.steps(x, foot[x], reach)
		var shed float32 // the steepest step given up below row n, its own slope aside
		for n := range reach {
			k := c*reach + n
			if n >= len(steps) {
				cost[k] = math.MaxFloat32 / 4
				continue
			}
			if n > 2 {
				shed = max(shed, steps[n-3])
			}
			own := perRow*float32(n) - steps[n] + shed
			if c == 0 {
				cost[k] = own
				continue
			}
			best := float32(math.MaxFloat32)
			for m := range reach {
				dy := foot[x] - n - foot[x-1] + m
				v := cost[k-n-reach+m] + jump*float32(min(max(dy, -dy), farJump))
				if v < best {
					best, came[k] = v, int16(m)
				}
			}
			cost[k] = own + best
		}
	}
	rows := make([]int, cols)
	last := (cols - 1) * reach
	for n := range reach {
		if cost[last+n] < cost[last+rows[cols-1]] {
			rows[cols-1] = n
		}
	}
	for c := cols - 1; c > 0; c-- {
		rows[c-1] = int(came[c*reach+rows[c]])
	}
	return rows
}

// steps gives, for the rows from foot upwards that can be shadow, how much the
// picture brightens downwards there. There is always at least one.
func (p *plate) steps(x, foot, reach int) []float32 {
	light := func(y int) float32 {
		c := at(p.photo, x, min(y, p.h-1))
		return (c[0] + c[1] + c[2]) / 3
	}
	ground := at(p.photo, x, min(foot+3+reach/2, p.h-1))
	total := ground[0] + ground[1] + ground[2] + 1e-6
	out := []float32{max(light(foot+1)-light(foot-1), 0)}
	darkest := float32(2)
	for n := 1; n < reach && foot-n > 0; n++ {
		c := at(p.photo, x, foot-n)
		// A shadow keeps the tint of the ground it lies on.
		k := (c[0] + c[1] + c[2]) / total
		for ch := range 3 {
			if d := c[ch] - ground[ch]*k; d > 0.05 || d < -0.05 {
				return out
			}
		}
		// Brighter again by a third: this is the product, not its shadow.
		here := light(foot - n)
		if here > darkest+0.33 {
			return out
		}
		darkest = min(darkest, here)
		out = append(out, max(light(foot-n+1)-light(foot-n-1), 0))
	}
	return out
}

// edgeReach is how many pixels either side of the outline may be mixed: lens,
// JPEG and resizing together spread an edge over about four pixels.
const edgeReach = 2

// soften measures alpha along the outline and unmixes the colours there.
func (p *plate) soften(ctx context.Context) (*image.NRGBA, error) {
	in := make([]bool, len(p.zone))
	for i, z := range p.zone {
		in[i] = z == inside
	}
	toIn := chamfer(in, p.w, p.h, 127)
	for i := range in {
		in[i] = !in[i]
	}
	toOut := chamfer(in, p.w, p.h, 127)
	out := image.NewNRGBA(image.Rect(0, 0, p.w, p.h))
	err := raster.Rows(ctx, p.h, func(from, to int) {
		for y := from; y < to; y++ {
			for x := range p.w {
				i := y*p.w + x
				o := out.Pix[y*out.Stride+4*x:]
				switch {
				case toOut[i] > 3*edgeReach+1:
					copy(o[:3], p.photo.Pix[y*p.photo.Stride+4*x:])
					o[3] = 255
				case toIn[i] > 3*edgeReach+1:
				default:
					c, a := p.unmix(x, y, toIn, toOut)
					for k := range 3 {
						o[k] = uint8(min(max(c[k], 0), 1)*255 + 0.5)
					}
					o[3] = uint8(a*255 + 0.5)
				}
			}
		}
	})
	return out, err
}

// unmix gives the product's own colour and its coverage at a pixel of the soft
// edge.
func (p *plate) unmix(x, y int, toIn, toOut []int32) (pixel, float32) {
	const window = 4
	var fore, back pixel
	var foreW, backW, cover, coverW float32
	lo, hi := pixel{1, 1, 1}, pixel{}
	cell := p.cellAt(x, y)
	for dy := -window; dy <= window; dy++ {
		for dx := -window; dx <= window; dx++ {
			nx, ny := x+dx, y+dy
			if nx < 0 || ny < 0 || nx >= p.w || ny >= p.h {
				continue
			}
			j := ny*p.w + nx
			near := 1 / float32(1+dx*dx+dy*dy)
			if dx >= -1 && dx <= 1 && dy >= -1 && dy <= 1 {
				k := float32((2 - dx*dx) * (2 - dy*dy))
				coverW += k
				if p.zone[j] == inside {
					cover += k
				}
			}
			c := at(p.photo, nx, ny)
			// The deeper a pixel, the purer its colour.
			if d := float32(toOut[j]); d > 0 {
				// And the further from the background's colour: all of a thin strap
				// may be mixed, but not all of it equally.
				span := c.sub(p.back[cell])
				k := near * d * d * d * (0.02 + span.dot(span))
				foreW += k
				for ch := range 3 {
					fore[ch] += k * c[ch]
					if d > 6 {
						lo[ch], hi[ch] = min(lo[ch], c[ch]), max(hi[ch], c[ch])
					}
				}
			} else if d := float32(toIn[j]); d > 0 {
				k := near * d * d * d
				backW += k
				for ch := range 3 {
					back[ch] += k * c[ch]
				}
			}
		}
	}
	for ch := range 3 {
		if foreW > 0 {
			fore[ch] /= foreW
		} else {
			fore[ch] = p.fore[cell][ch]
		}
		if backW > 0 {
			back[ch] /= backW
		} else {
			back[ch] = p.back[cell][ch]
		}
		lo[ch], hi[ch] = min(lo[ch], fore[ch])-0.03, max(hi[ch], fore[ch])+0.03
	}
	c := at(p.photo, x, y)
	a, trust := share(c, fore, back)
	a = trust*a + (1-trust)*cover/coverW
	measured := a
	// Texture must make no holes: the deeper a pixel lies on one side, the more it
	// stays with that side.
	i := y*p.w + x
	if d := toOut[i]; d > 0 {
		a = max(a, [...]float32{0.3, 0.85, 1}[min(d/3-1, 2)])
	} else {
		a = min(a, [...]float32{0.7, 0.2, 0}[min(toIn[i]/3-1, 2)])
	}
	// What is nearly background becomes background, and what is nearly product
	// becomes product.
	a = min(max((a-0.08)/0.84, 0), 1)
	if a >= 1 {
		// JPEG spreads colour further than light: where the product is even, its
		// outermost full pixels are kept within the range of those behind them.
		for ch := range 3 {
			c[ch] = min(max(c[ch], lo[ch]), hi[ch])
		}
		return c, 1
	}
	// A pixel with little of the product in it tells nothing of the product's
	// colour.
	if measured < 0.3 {
		return fore, a
	}
	for ch := range 3 {
		c[ch] = min(max(back[ch]+(c[ch]-back[ch])/min(measured, 1), lo[ch]), hi[ch])
	}
	return c, a
}

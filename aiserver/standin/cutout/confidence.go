package cutout

import (
	"context"
	"image"
	"math"
	"slices"

	"github.com/nanococoa/nanococoa/internal/ad"
)

// Evidence is what can be measured about a cut without knowing the right one. All
// shares are 0..1.
type Evidence struct {
	OwnAlpha bool // the file brought its own mask; nothing else is measured
	Seen     bool // a network took part: Sure, Agree and Unsure are measured
	Told     bool // the owner drew a box or strokes

	Border    float64 // share of the border that lies on the modelled backdrop
	Noise     float64 // mean OKLab distance of that border from the model
	Area      float64 // share of the picture the product covers
	Whole     float64 // share of the product in its two largest parts (shoes come in pairs)
	Scraps    float64 // share of the product in pieces below a tenth of its largest
	Edge      float64 // share of the outline where the colours on both sides differ clearly
	Separate  float64 // share of the product that does not have the backdrop's colour
	Clear     float64 // share of the background that is backdrop or its shadow
	Roundness float64 // 4π·area/outline², 1 for a disc
	Holes     int     // openings found in the product

	Sure   float64 // the most the network is sure of any cell
	Agree  float64 // overlap of cut and network
	Unsure float64 // doubt of the network away from the outline, as a share of the product
	Lost   float64 // what the network has seen and the cut left behind, as a share of the product
	Hollow float64 // what is inside the product and not quite the backdrop's colour, as a share of the product
	Stray  float64 // edges beside the product on an even backdrop, as a share of its outline
	Skin   float64 // share of the product's area that a hand beside or in it has
	Cut    float64 // share of the product's height or width along the photo's left, right or top side
	Other  float64 // overlap of cut and another view, where one was asked for; else 0
	Alike  float64 // share of the product in a part that has its surroundings' colours
}

// measure is one ramp of the gate: what it makes of the evidence, and what is to be
// doubted when that is little.
type measure struct {
	doubt ad.Doubt
	value float64
}

// evenNoise is the most noise of a studio's sweep; a wall's plaster and a board's grain are
// above.
const evenNoise = 0.004

// even reports whether the backdrop is so even that what differs from it is something.
func (e Evidence) even() bool { return e.Border > 0.95 && e.Noise < evenNoise }

// measures are the ramps (from 0 to 1). One bad measure is enough for a low confidence. Of
// shape and edge the owner knows more than any measure; what is nothing or everything is
// still no product.
func (e Evidence) measures() []measure {
	if e.Told {
		return []measure{
			{ad.DoubtTooSmall, ramp(e.Area, 0.001, 0.005)}, {ad.DoubtTooLarge, ramp(e.Area, 0.995, 0.985)},
		}
	}
	return e.all()
}

// all are the measures of a cut of which the owner said nothing.
func (e Evidence) all() []measure {
	all := []measure{
		{ad.DoubtTooSmall, ramp(e.Area, 0.01, 0.03)},
		{ad.DoubtTooLarge, ramp(e.Area, 0.97, 0.85)},
		{ad.DoubtIslands, ramp(e.Whole, 0.5, 0.9)},
		{ad.DoubtTorn, ramp(e.Scraps, 0.012, 0.004)},
		{ad.DoubtHand, ramp(e.Skin, 0.06, 0.02)},
		{ad.DoubtCropped, ramp(e.Cut, 0.4, 0.2)},
	}
	if !e.Seen {
		// Colours alone need a ground they can be told from.
		return append(all,
			measure{ad.DoubtGround, ramp(e.Border, 0.55, 0.85) * ramp(e.Noise, 0.035, 0.012)},
			measure{ad.DoubtLeftover, ramp(e.Clear, 0.80, 0.95)},
			measure{ad.DoubtEdge, ramp(e.Edge, 0.65, 0.92)},
			measure{ad.DoubtTorn, ramp(e.Separate, 0.25, 0.6) * ramp(e.Roundness, 0.005, 0.02)})
	}
	if e.Other > 0 {
		all = append(all, measure{ad.DoubtTorn, ramp(e.Other, 0.35, 0.55)})
	}
	all = append(all,
		measure{ad.DoubtUnseen, ramp(e.Sure, 0.5, 0.9)},
		measure{ad.DoubtTorn, ramp(e.Agree, 0.70, 0.88) * ramp(e.Unsure, 0.16, 0.06) * ramp(e.Lost, 0.10, 0.03)},
		measure{ad.DoubtLeftover, ramp(e.Alike, 0.11, 0.075)},
		measure{ad.DoubtEdge, ramp(e.Edge, 0.38, 0.58)})
	if e.Border > 0.95 && e.Noise < 0.012 {
		all = append(all, measure{ad.DoubtTorn, ramp(e.Hollow, 0.10, 0.04)})
	}
	if e.Noise < evenNoise && e.Border > 0.5 {
		// The backdrop is known exactly, so what is behind has to be it.
		all = append(all, measure{ad.DoubtTorn, ramp(e.Clear, 0.5, 0.8)})
	}
	if e.even() {
		all = append(all, measure{ad.DoubtTorn, ramp(e.Stray, 0.25, 0.08)})
	}
	return all
}

// ask shows the network the photo upside down where no backdrop can confirm a cut: on a cluttered
// ground it may take the ground inside an arch for the product, and turned it does not.
func (e *Evidence) ask(ctx context.Context, m Model, photo *image.NRGBA, r *regions) error {
	if !e.Seen || e.Told || e.Border > 0.95 && e.Noise < 0.012 {
		return nil
	}
	if e.Confidence() < doubtful {
		return nil // for other reasons
	}
	other, err := views()[0].ask(ctx, m, reduced(photo), r.grid)
	if err != nil || other.most < nothing {
		return ctx.Err() // one look is an answer too
	}
	var both, either float64
	for i, p := range other.p {
		s := 0.0
		if r.state[i] == product {
			s = 1
		}
		both += min(s, float64(p))
		either += max(s, float64(p))
	}
	e.Other = max(both/either, 1e-3)
	return nil
}

// contradicted reports whether another view has shown something else: then a third one decides
// nothing.
func (e Evidence) contradicted() bool { return e.Other > 0 && ramp(e.Other, 0.35, 0.55) < doubtful }

// Confidence is 0..1: one ramp for each measure, multiplied, so that a single bad
// measure is enough to make it low. A mask that came with the file is trusted.
func (e Evidence) Confidence() float64 {
	if e.OwnAlpha {
		return 1
	}
	return joint(e.measures())
}

// trust compares cuts of one photo: the confidence, were there no word of the owner's.
func (e Evidence) trust() float64 { return joint(e.all()) }

func joint(all []measure) float64 {
	c := 1.0
	for _, m := range all {
		c *= m.value
	}
	return c
}

// merit compares divisions of one photo: by its edges along the outline and beside it, by
// the network's word, and on an even backdrop by what in it has its colour.
func (e Evidence) merit() float64 {
	v := e.Edge + e.Agree
	if e.even() {
		v -= 2*e.Alike + min(e.Stray, 1)
	}
	return v
}

// Doubts are the reasons for a confidence below 1, the gravest first, each once: every
// measure below a half, and always the worst when the confidence is.
func (e Evidence) Doubts() []ad.Doubt {
	if e.OwnAlpha {
		return nil
	}
	all := e.measures()
	slices.SortStableFunc(all, func(a, b measure) int {
		switch {
		case a.value < b.value:
			return -1
		case a.value > b.value:
			return 1
		}
		return 0
	})
	var out []ad.Doubt
	for k, m := range all {
		if (m.value < 0.5 || k == 0 && e.Confidence() < 0.5) && !slices.Contains(out, m.doubt) {
			out = append(out, m.doubt)
		}
	}
	return out
}

// ramp is 0 at from, 1 at to, straight in between; to may lie below from.
func ramp(v, from, to float64) float64 {
	return min(max((v-from)/(to-from), 0), 1)
}

// evidence measures the division.
func (r *regions) evidence() Evidence {
	e := Evidence{Border: r.drop.share, Noise: float64(r.drop.noise), Holes: r.holes, Told: r.word != nil}
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
	e.Area = float64(area) / float64(len(in))
	if area == 0 || ground == 0 {
		return e
	}
	e.Separate = float64(apart) / float64(area)
	e.Clear = float64(clear) / float64(ground)
	size := r.pieces(in)
	slices.Sort(size)
	for _, n := range size {
		if n*10 < size[len(size)-1] {
			e.Scraps += float64(n) / float64(area)
		}
	}
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
		e.Stray = float64(r.stray(in)) / float64(outline)
	}
	e.Skin = float64(r.hand(in)) / float64(area)
	e.Cut = r.cutOff(in)
	if r.p != nil {
		r.compare(&e, in, area)
		e.Hollow = float64(r.hollow()) / float64(area)
		e.Alike = float64(len(r.alikePart(in))) / float64(area)
	}
	return e
}

// pieces gives the sizes of the parts of a division. A stem or a lace may be thinner than a
// cell, so parts with less than three cells between them are one.
func (r *regions) pieces(in []bool) []int {
	wide := make([]bool, len(in))
	for i, d := range r.distances(in) {
		wide[i] = d <= 4
	}
	label, all := r.components(wide)
	size := make([]int, len(all))
	for i, l := range label {
		if in[i] {
			size[l]++
		}
	}
	return size
}

// compare measures how a network sees the division.
func (r *regions) compare(e *Evidence, in []bool, area int) {
	e.Seen = true
	rim := make([]bool, len(in))
	for i := range in {
		r.around(i, func(j int) { rim[i] = rim[i] || in[i] != in[j] })
	}
	near := r.distances(rim)
	fromIn := r.distances(in)
	var both, either, unsure, lost float64
	for i := range in {
		p := float64(r.p[i])
		if r.opening[i] {
			continue // settled against the network, by the backdrop's very colour
		}
		s := 0.0
		if in[i] {
			s = 1
		}
		if near[i] > 0 { // the cells along the outline are mixed, and a stem is nothing else
			both += min(s, p)
			either += max(s, p)
		}
		if near[i] > 3*4 {
			unsure += 4 * p * (1 - p)
		}
		if fromIn[i] > 3*3 && r.glimpsed[i] > 0.35 {
			lost++
		}
	}
	e.Agree = both / max(either, 1)
	e.Unsure = unsure / float64(area)
	e.Lost = lost / float64(area)
}

// stray counts the cells with an edge beside the product: on an even backdrop they are
// parts that were left behind.
func (r *regions) stray(in []bool) int {
	near := r.distances(in)
	count := 0
	for i := range in {
		if near[i] < 3*3 || near[i] > 3*int32(max(r.w, r.h)/5) || r.opening[i] {
			continue
		}
		x, y := i%r.w, i/r.w
		if x < 1 || y < 1 || x >= r.w-1 || y >= r.h-1 {
			continue
		}
		if r.lab[i-1].Distance(r.lab[i+1]) > 0.04 || r.lab[i-r.w].Distance(r.lab[i+r.w]) > 0.04 {
			count++
		}
	}
	return count
}

// cutOff is the largest share of the product's box that lies along the photo's left,
// right or top side. What is cut off below can still stand on its floor.
func (r *regions) cutOff(in []bool) float64 {
	left, right, top, bottom := r.w, -1, r.h, -1
	for i, v := range in {
		if v {
			left, right = min(left, i%r.w), max(right, i%r.w)
			top, bottom = min(top, i/r.w), max(bottom, i/r.w)
		}
	}
	var onLeft, onRight, onTop int
	for y := range r.h {
		if in[y*r.w] || in[y*r.w+1] {
			onLeft++
		}
		if in[y*r.w+r.w-1] || in[y*r.w+r.w-2] {
			onRight++
		}
	}
	for x := range r.w {
		if in[x] || in[r.w+x] {
			onTop++
		}
	}
	return max(float64(max(onLeft, onRight))/float64(bottom-top+1), float64(onTop)/float64(right-left+1))
}

// hand counts the cells of a hand that holds the product or was cut out with it: skin's
// colours in one piece that comes from the photo's side, touches the product and is no
// wall and no table, which would run along all of a side.
func (r *regions) hand(in []bool) int {
	skin := make([]bool, len(in))
	for i, c := range r.lab {
		chroma := math.Hypot(float64(c[1]), float64(c[2]))
		hue := math.Atan2(float64(c[2]), float64(c[1])) * 180 / math.Pi
		skin[i] = c[0] > 0.40 && c[0] < 0.88 && chroma > 0.045 && chroma < 0.15 && hue > 28 && hue < 72 && r.rough[i] < 0.06
	}
	// A whole ground of wood or sand has skin's colours too.
	border, warm := 0, 0
	for i, s := range skin {
		if x, y := i%r.w, i/r.w; x < 2 || y < 2 || x >= r.w-2 || y >= r.h-2 {
			border++
			if s {
				warm++
			}
		}
	}
	if warm*100 > border*45 {
		return 0
	}
	label, size := r.components(skin)
	near := r.distances(in)
	type piece struct {
		sides        [4]int // cells along left, right, top, bottom
		touch, inner int
	}
	of := make([]piece, len(size))
	for i, l := range label {
		if l == 0 {
			continue
		}
		p := &of[l]
		x, y := i%r.w, i/r.w
		for k, on := range [4]bool{x < 2, x >= r.w-2, y < 2, y >= r.h-2} {
			if on {
				p.sides[k]++
			}
		}
		if in[i] {
			p.inner++
		} else if near[i] <= 3*4 {
			p.touch++
		}
	}
	most := 0
	for l := 1; l < len(size); l++ {
		p := of[l]
		// Sides are counted two cells deep.
		along := max(p.sides[0], p.sides[1])*100/(2*r.h) + max(p.sides[2], p.sides[3])*100/(2*r.w)
		share := float64(size[l]) / float64(len(in))
		if along == 0 || along > 55 || share < 0.01 || share > 0.3 || p.touch+p.inner < max(r.w, r.h)/12 {
			continue
		}
		most = max(most, size[l])
	}
	return most
}

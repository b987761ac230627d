package quality

import (
	"context"
	"image"
	"math"
	"slices"
)

// Measures is what can be seen in a photo without knowing what it shows.
type Measures struct {
	// Bright is the luma, 0..255, that a hundredth of the photo exceeds.
	Bright int
	// Range is how far the photo's parts differ from each other, in levels of 0..255 of the
	// channel in which they differ most. Noise within a part does not count.
	Range int
	// Edge is how many pixels the sharpest edges take from dark to bright: 2 to 4 in a sharp
	// photo, up to 64 in one without any edge. 0 where there is no contrast to measure it by.
	Edge float64
	// Flat is the share of the photo, 0..1, that has one colour exactly, as only programs draw it.
	Flat float64
	// Rules is how many straight lines as programs draw them cross a quarter of the photo and
	// more, exactly level or upright, between two flat colours; Across is how many of the level
	// ones go from side to side.
	Rules, Across int
	// Letters is how many shapes stand in rows as letters do, and Ink their share, 0..1, of
	// all that stands out from its ground.
	Letters int
	Ink     float64
	// Rows is in how many rows the letters stand.
	Rows int
}

// Measure looks at a photo of at most some 1536 pixels a side. It only fails when ctx ends,
// with ctx's error.
func Measure(ctx context.Context, m *image.NRGBA) (Measures, error) {
	p := planesOf(m)
	var out Measures
	for _, step := range []func(){
		func() { out.Bright, out.Range = p.light() },
		func() { out.Edge = p.edge() },
		func() { out.Flat, out.Rules, out.Across = p.drawn() },
		func() { out.Letters, out.Rows, out.Ink = p.letters() },
	} {
		if err := ctx.Err(); err != nil {
			return Measures{}, err //nolint:wrapcheck // as documented
		}
		step()
	}
	return out, nil
}

// planes are a photo's colours over white, its alpha, and its luma.
type planes struct {
	w, h    int
	channel [4][]uint8 // red, green, blue, alpha
	luma    []uint8
}

// halved is from which side on, in pixels, a photo is looked at in half its size: what is to
// be seen is still there, and it takes a quarter of the time.
const halved = 800

func planesOf(m *image.NRGBA) planes {
	step := 1
	if max(m.Rect.Dx(), m.Rect.Dy()) > halved {
		step = 2
	}
	p := planes{w: m.Rect.Dx() / step, h: m.Rect.Dy() / step}
	all := make([]uint8, 5*p.w*p.h)
	for c := range p.channel {
		p.channel[c], all = all[:p.w*p.h], all[p.w*p.h:]
	}
	p.luma = all
	for y := range p.h {
		for x := range p.w {
			var sum [4]int
			for dy := range step {
				row := m.Pix[m.PixOffset(m.Rect.Min.X+step*x, m.Rect.Min.Y+step*y+dy):]
				for dx := range step {
					q := row[4*dx : 4*dx+4]
					a := int(q[3])
					for c, v := range q[:3] {
						sum[c] += int(v)*a + 255*(255-a)
					}
					sum[3] += 255 * a
				}
			}
			i := y*p.w + x
			for c, v := range sum {
				p.channel[c][i] = uint8((v/(step*step) + 127) / 255)
			}
			r, g, b := int(p.channel[0][i]), int(p.channel[1][i]), int(p.channel[2][i])
			p.luma[i] = uint8((299*r + 587*g + 114*b + 500) / 1000)
		}
	}
	return p
}

// parts is into how many parts a side is divided to see how far they differ.
const parts = 48

// light measures Bright and Range.
func (p planes) light() (bright, spread int) {
	bright = percentile(p.luma, 0.99)
	for _, c := range p.channel {
		var means []float64
		for j := range parts {
			y0, y1 := j*p.h/parts, max((j+1)*p.h/parts, j*p.h/parts+1)
			for i := range parts {
				x0, x1 := i*p.w/parts, max((i+1)*p.w/parts, i*p.w/parts+1)
				sum, n := 0, 0
				for y := y0; y < min(y1, p.h); y++ {
					for _, v := range c[y*p.w+x0 : y*p.w+min(x1, p.w)] {
						sum += int(v)
						n++
					}
				}
				if n > 0 {
					means = append(means, float64(sum)/float64(n))
				}
			}
		}
		slices.Sort(means)
		spread = max(spread, int(means[len(means)*995/1000]-means[len(means)*5/1000]+0.5))
	}
	return bright, spread
}

// percentile gives the smallest value that a share of all do not exceed.
func percentile(values []uint8, share float64) int {
	var count [256]int
	for _, v := range values {
		count[v]++
	}
	want, sum := int(math.Ceil(share*float64(len(values)))), 0
	for v, n := range count {
		if sum += n; sum >= want {
			return v
		}
	}
	return 255
}

// tile is the side in pixels of the parts in which edges are looked for, so it is also the
// longest edge there is.
const tile = 32

// edge measures Edge: in each tile, how far its luma ranges divided by how steeply it changes.
func (p planes) edge() float64 {
	soft := p.softened()
	// Noise and the grain of JPEG stay below; a dark photo has little of anything.
	contrast := min(max(percentile(p.luma, 0.99)/8, 8), 16) // levels
	var widths []float64
	var count [256]int
	var steep [512]int
	for y0 := 0; y0+tile <= p.h || y0 == 0; y0 += tile / 2 {
		for x0 := 0; x0+tile <= p.w || x0 == 0; x0 += tile / 2 {
			y1, x1 := min(y0+tile, p.h), min(x0+tile, p.w)
			clear(count[:])
			clear(steep[:])
			n, inner := 0, 0
			for y := y0; y < y1; y++ {
				for x := x0; x < x1; x++ {
					i := y*p.w + x
					count[soft[i]]++
					n++
					if y > y0 && y < y1-1 && x > x0 && x < x1-1 {
						dx, dy := int(soft[i+1])-int(soft[i-1]), int(soft[i+p.w])-int(soft[i-p.w])
						steep[min(int(math.Hypot(float64(dx), float64(dy))), 511)]++
						inner++
					}
				}
			}
			low, high := rank(count[:], n, 0.03), rank(count[:], n, 0.97)
			if high-low < contrast {
				continue
			}
			// A straight edge through the tile is a twentieth of it and more.
			slope := float64(rank(steep[:], inner, 0.98)) / 2
			widths = append(widths, min(float64(high-low)/max(slope, 0.5), tile))
		}
	}
	if len(widths) == 0 {
		return 0
	}
	slices.Sort(widths)
	return widths[len(widths)/20]
}

// rank gives the value at a share of n counted ones.
func rank(count []int, n int, share float64) int {
	want, sum := int(math.Ceil(share*float64(n))), 0
	for v, c := range count {
		if sum += c; sum >= want {
			return v
		}
	}
	return len(count) - 1
}

// softened is the luma's mean of 3×3, in which noise is a third.
func (p planes) softened() []uint8 {
	out := slices.Clone(p.luma)
	for y := 1; y < p.h-1; y++ {
		for x := 1; x < p.w-1; x++ {
			sum := 0
			for dy := -1; dy <= 1; dy++ {
				i := (y+dy)*p.w + x
				sum += int(p.luma[i-1]) + int(p.luma[i]) + int(p.luma[i+1])
			}
			out[y*p.w+x] = uint8((sum + 4) / 9)
		}
	}
	return out
}

// same is by how many levels a colour may vary and still be one: what JPEG makes of it.
const same = 3

// drawn measures Flat, Rules and Across.
func (p planes) drawn() (flat float64, rules, across int) {
	const cell = 8 // pixels
	cells, one := 0, 0
	for y := 0; y+cell <= p.h; y += cell {
		for x := 0; x+cell <= p.w; x += cell {
			cells++
			if p.even(x, y, cell) {
				one++
			}
		}
	}
	if cells > 0 {
		flat = float64(one) / float64(cells)
	}
	level, across := p.rules(1, p.w, p.h, p.w)
	upright, _ := p.rules(p.w, 1, p.w, p.h)
	return flat, level + upright, across
}

func (p planes) even(x0, y0, cell int) bool {
	for _, c := range p.channel[:3] {
		low, high := 255, 0
		for y := y0; y < y0+cell; y++ {
			for _, v := range c[y*p.w+x0 : y*p.w+x0+cell] {
				low, high = min(low, int(v)), max(high, int(v))
			}
		}
		if high-low > same {
			return false
		}
	}
	return true
}

// rules counts straight lines in one direction, and those over nearly all of it: along is the
// step to the next sample on a line, across to the next line; there are so many lines of so
// many samples.
func (p planes) rules(along, across, lines, length int) (found, whole int) {
	least := max(length/4, 1)
	last := -16
	for l := 2; l < lines-2; l++ {
		run, longest := 0, 0
		for k := 1; k < length; k++ {
			before, after := (l-2)*across+k*along, (l+1)*across+k*along
			step, level := 0, true
			for _, c := range p.channel[:3] {
				step = max(step, abs(int(c[before])-int(c[after])))
				level = level && abs(int(c[before])-int(c[before-along])) <= same-1 &&
					abs(int(c[after])-int(c[after-along])) <= same-1
			}
			if level && step >= 6 {
				run++
				longest = max(longest, run)
			} else {
				run = 0
			}
		}
		// The two rows beside a line see it too.
		if longest >= least && l-last > 8 {
			found, last = found+1, l
			if longest*5 >= length*4 {
				whole++
			}
		}
	}
	return found, whole
}

func abs(n int) int { return max(n, -n) }

package picturefile

import (
	"cmp"
	"image"
	"image/color"
	"slices"
)

// bits of each channel that the palette is made from. 5 give 32,768 bins, finer than what
// 256 colours can tell apart.
const bits = 5

// bin is the pixels of nearly one colour.
type bin struct {
	sum [3]float64
	n   float64
}

func (b bin) mean() [3]float64 { return [3]float64{b.sum[0] / b.n, b.sum[1] / b.n, b.sum[2] / b.n} }

// quantise draws img with at most the given number of colours (2 to 256): a palette by
// median cut, mended by k-means, and the error spread by Floyd and Steinberg with a
// strength of 0 to 1.
func quantise(img *image.RGBA, colours int, dither float32) *image.Paletted {
	bins := histogram(img)
	palette := refine(bins, medianCut(bins, colours))
	out := image.NewPaletted(image.Rectangle{Max: img.Rect.Size()}, nil)
	for _, c := range palette {
		level := func(v float64) uint8 { return uint8(min(max(v+0.5, 0), 255)) }
		out.Palette = append(out.Palette, color.RGBA{level(c[0]), level(c[1]), level(c[2]), 255})
	}
	diffuse(img, out, dither)
	return out
}

func histogram(img *image.RGBA) []bin {
	all := make([]bin, 1<<(3*bits))
	for y := range img.Rect.Dy() {
		row := img.Pix[y*img.Stride:][:4*img.Rect.Dx()]
		for i := 0; i < len(row); i += 4 {
			b := &all[int(row[i]>>(8-bits))<<(2*bits)|int(row[i+1]>>(8-bits))<<bits|int(row[i+2]>>(8-bits))]
			for c := range 3 {
				b.sum[c] += float64(row[i+c])
			}
			b.n++
		}
	}
	return slices.DeleteFunc(all, func(b bin) bool { return b.n == 0 })
}

// medianCut halves the group of bins with the greatest spread until there are enough
// groups, and gives their means.
func medianCut(bins []bin, colours int) [][3]float64 {
	type group struct {
		bins   []bin
		axis   int
		spread float64
	}
	measured := func(g []bin) group {
		out := group{bins: g, spread: -1}
		for axis := range 3 {
			var n, sum, square float64
			for _, b := range g {
				m := b.mean()[axis]
				n, sum, square = n+b.n, sum+b.n*m, square+b.n*m*m
			}
			if v := square - sum*sum/n; v > out.spread {
				out.axis, out.spread = axis, v
			}
		}
		return out
	}
	groups := []group{measured(bins)}
	for len(groups) < colours {
		at, most := -1, 0.0
		for i, g := range groups {
			if len(g.bins) > 1 && g.spread > most {
				at, most = i, g.spread
			}
		}
		if at < 0 {
			break
		}
		g := groups[at]
		slices.SortStableFunc(g.bins, func(a, b bin) int { return cmp.Compare(a.mean()[g.axis], b.mean()[g.axis]) })
		var n, sum float64
		for _, b := range g.bins {
			n, sum = n+b.n, sum+b.sum[g.axis]
		}
		cut := 1
		for cut < len(g.bins)-1 && g.bins[cut].mean()[g.axis] <= sum/n { // at the mean, which splits the spread best
			cut++
		}
		groups[at] = measured(g.bins[:cut])
		groups = append(groups, measured(g.bins[cut:]))
	}
	out := make([][3]float64, len(groups))
	for i, g := range groups {
		var all bin
		for _, b := range g.bins {
			all.n += b.n
			for c := range 3 {
				all.sum[c] += b.sum[c]
			}
		}
		out[i] = all.mean()
	}
	return out
}

// refine moves each colour to the mean of the bins nearest to it, a few times.
func refine(bins []bin, palette [][3]float64) [][3]float64 {
	const rounds = 3 // after which the error falls by less than a hundredth
	for range rounds {
		groups := make([]bin, len(palette))
		for _, b := range bins {
			g := &groups[nearest(palette, b.mean())]
			g.n += b.n
			for c := range 3 {
				g.sum[c] += b.sum[c]
			}
		}
		for i, g := range groups {
			if g.n > 0 {
				palette[i] = g.mean()
			}
		}
	}
	return palette
}

// weights of the channels in a distance: the eye sees green best and blue least.
var weights = [3]float64{2, 4, 1}

func nearest(palette [][3]float64, v [3]float64) int {
	best, least := 0, -1.0
	for i, p := range palette {
		r, g, b := p[0]-v[0], p[1]-v[1], p[2]-v[2]
		if d := weights[0]*r*r + weights[1]*g*g + weights[2]*b*b; least < 0 || d < least {
			best, least = i, d
		}
	}
	return best
}

// diffuse draws img in the colours of out's palette.
func diffuse(img *image.RGBA, out *image.Paletted, strength float32) {
	w, h := out.Rect.Dx(), out.Rect.Dy()
	palette := make([][3]float64, len(out.Palette))
	for i, c := range out.Palette {
		p := c.(color.RGBA) //nolint:forcetypeassert // quantise made it
		palette[i] = [3]float64{float64(p.R), float64(p.G), float64(p.B)}
	}
	const fine = 6                       // bits of each channel that one look-up serves
	known := make([]uint16, 1<<(3*fine)) // palette index + 1
	row := make([][3]float32, w+2)       // error carried to this row, one pixel of margin on each side
	next := make([][3]float32, w+2)      // and to the next
	level := func(v float32) uint8 { return uint8(min(max(v+0.5, 0), 255)) }
	for y := range h {
		clear(next)
		for i := range w {
			x, ahead := i, 1
			if y%2 == 1 { // back and forth, or the error runs to one side
				x, ahead = w-1-i, -1
			}
			p := img.Pix[y*img.Stride+4*x:]
			var want [3]float32
			var q [3]uint8
			for c := range 3 {
				want[c] = float32(p[c]) + strength*row[x+1][c]
				q[c] = level(want[c])
			}
			key := int(q[0]>>(8-fine))<<(2*fine) | int(q[1]>>(8-fine))<<fine | int(q[2]>>(8-fine))
			if known[key] == 0 {
				half := float64(int(1) << (8 - fine - 1))
				at := func(v uint8) float64 { return float64(v>>(8-fine)<<(8-fine)) + half }
				known[key] = uint16(nearest(palette, [3]float64{at(q[0]), at(q[1]), at(q[2])})) + 1
			}
			index := int(known[key]) - 1
			out.Pix[y*out.Stride+x] = uint8(index)
			for c := range 3 {
				e := (min(max(want[c], 0), 255) - float32(palette[index][c])) / 16
				row[x+1+ahead][c] += 7 * e
				next[x+1-ahead][c] += 3 * e
				next[x+1][c] += 5 * e
				next[x+1+ahead][c] += e
			}
		}
		row, next = next, row
	}
}

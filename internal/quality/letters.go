package quality

import (
	"image"
	"slices"
)

// letters measures Letters, Rows and Ink.
func (p planes) letters() (letters, rows int, ink float64) {
	shapes, total := shapesOf(p.standOut(), p.w, p.h)
	if total == 0 {
		return 0, 0, 0
	}
	var like []shape
	for _, s := range shapes {
		if s.letter() {
			like = append(like, s)
		}
	}
	slices.SortFunc(like, func(a, b shape) int { return a.box.Min.X - b.box.Min.X })
	in := make([]bool, len(like))
	for i, a := range like {
		for j := i + 1; j < len(like); j++ {
			b := like[j]
			if b.box.Min.X-a.box.Max.X > 2*a.box.Dy() {
				break
			}
			if beside(a, b) {
				in[i], in[j] = true, true
			}
		}
	}
	var middles []int
	area := 0
	for i, s := range like {
		if in[i] {
			letters++
			area += s.area
			middles = append(middles, (s.box.Min.Y+s.box.Max.Y)/2)
		}
	}
	slices.Sort(middles)
	// A row has three letters and more, no further apart in height than half a small letter.
	for i := 0; i < len(middles); {
		j := i + 1
		for j < len(middles) && middles[j]-middles[j-1] <= 4 {
			j++
		}
		if j-i >= 3 {
			rows++
		}
		i = j
	}
	return letters, rows, float64(area) / float64(total)
}

// standOut marks what differs clearly, in one of its colours, from the most frequent one
// around it.
func (p planes) standOut() []bool {
	const side = 64    // pixels: several letters and their ground
	const differs = 48 // levels
	out := make([]bool, p.w*p.h)
	for _, c := range p.channel[:3] {
		for y0 := 0; y0 < p.h; y0 += side {
			for x0 := 0; x0 < p.w; x0 += side {
				x1, y1 := min(x0+side, p.w), min(y0+side, p.h)
				var count [32]int
				for y := y0; y < y1; y++ {
					for _, v := range c[y*p.w+x0 : y*p.w+x1] {
						count[v/8]++
					}
				}
				ground := 8*slices.Index(count[:], slices.Max(count[:])) + 4
				for y := y0; y < y1; y++ {
					for i := y*p.w + x0; i < y*p.w+x1; i++ {
						out[i] = out[i] || abs(int(c[i])-ground) > differs
					}
				}
			}
		}
	}
	return out
}

// shape is a connected part.
type shape struct {
	box  image.Rectangle
	area int
}

// letter reports whether a shape may be a letter: neither a speck nor large, not solid.
func (s shape) letter() bool {
	w, h := s.box.Dx(), s.box.Dy()
	return h >= 5 && h <= 64 && w >= 1 && w <= 6*h && s.area*10 >= w*h && (s.area*100 <= 92*w*h || w*3 < h)
}

// beside reports whether two letters stand in one row; b is not left of a.
func beside(a, b shape) bool {
	ha, hb := a.box.Dy(), b.box.Dy()
	over := min(a.box.Max.Y, b.box.Max.Y) - max(a.box.Min.Y, b.box.Min.Y)
	return 2*max(ha, hb) <= 5*min(ha, hb) && 2*over >= min(ha, hb) && b.box.Min.X-a.box.Max.X <= max(ha, hb)
}

// shapesOf gives the connected parts of what is marked, and how much that is.
func shapesOf(in []bool, w, h int) (out []shape, total int) {
	left := slices.Clone(in) // marked, and not yet part of a shape
	var open []int
	for start, marked := range in {
		if !marked || !left[start] {
			continue
		}
		s := shape{box: image.Rectangle{Min: image.Pt(w, h)}}
		left[start] = false
		open = append(open[:0], start)
		for len(open) > 0 {
			i := open[len(open)-1]
			open = open[:len(open)-1]
			x, y := i%w, i/w
			s.area++
			s.box.Min.X, s.box.Min.Y = min(s.box.Min.X, x), min(s.box.Min.Y, y)
			s.box.Max.X, s.box.Max.Y = max(s.box.Max.X, x+1), max(s.box.Max.Y, y+1)
			// Corners connect as well: a slanted stroke may be one pixel wide.
			for ny := max(y-1, 0); ny <= min(y+1, h-1); ny++ {
				for n := ny*w + max(x-1, 0); n <= ny*w+min(x+1, w-1); n++ {
					if left[n] {
						left[n] = false
						open = append(open, n)
					}
				}
			}
		}
		total += s.area
		out = append(out, s)
	}
	return out, total
}

package cutout

import (
	"cmp"
	"context"
	"image"
	"math"
	"slices"

	"github.com/nanococoa/nanococoa/internal/ad"
)

// What an owner said of a pixel or a cell.
const (
	silent = iota
	nearby // the rim of a keep stroke: product, unless an edge of the photo says otherwise
	kept   // product
	erased // ground
)

// said is an owner's word on a photo, by pixels and by cells.
type said struct {
	w, h   int
	pixels []uint8
	cells  []uint8
	box    image.Rectangle // in pixels; the whole photo without one
	inner  bool            // whether there is a box
}

// hear lays the owner's strokes over the photo, the lower order first, and its box over
// them. It is nil when nothing is said.
func hear(ctx context.Context, word *ad.CutOut, size image.Point, g *grid) (*said, error) {
	if !word.Says() {
		return nil, nil //nolint:nilnil // no word
	}
	s := &said{w: size.X, h: size.Y, pixels: make([]uint8, size.X*size.Y), box: image.Rectangle{Max: size}}
	type line struct {
		ad.Stroke
		as uint8
	}
	var lines []line
	for _, k := range word.Keep {
		lines = append(lines, line{k, kept})
	}
	for _, e := range word.Erase {
		lines = append(lines, line{e, erased})
	}
	slices.SortStableFunc(lines, func(a, b line) int { return cmp.Compare(a.Order, b.Order) })
	long := float64(max(size.X, size.Y))
	for _, l := range lines {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		radius := l.Width * long / 2
		if l.as == erased {
			s.draw(l.Points, radius, erased)
			continue
		}
		// A brush is a little wider than what it is meant for: the edge is found in its rim.
		s.draw(l.Points, radius, nearby)
		s.draw(l.Points, radius-min(0.35*radius, long/60), kept)
	}
	if b := word.Box; b != nil {
		w, h := float64(size.X), float64(size.Y)
		s.box = image.Rect(
			int(b[0]*w+0.5), int(b[1]*h+0.5), int((b[0]+b[2])*w+0.5), int((b[1]+b[3])*h+0.5)).Intersect(s.box)
		s.inner = s.box != image.Rectangle{Max: size}
		for y := range s.h {
			row := s.pixels[y*s.w : (y+1)*s.w]
			for x := range row {
				if !image.Pt(x, y).In(s.box) {
					row[x] = erased
				}
			}
		}
	}
	s.gather(g)
	return s, nil
}

// draw paints what lies within radius pixels of a line through points of 0..1.
func (s *said) draw(points []ad.Point, radius float64, as uint8) {
	at := func(p ad.Point) (x, y float64) { return p[0] * float64(s.w), p[1] * float64(s.h) }
	for i := range points {
		x0, y0 := at(points[max(i-1, 0)])
		x1, y1 := at(points[i])
		s.capsule(x0, y0, x1, y1, max(radius, 0.75), as)
	}
}

// capsule paints what lies within r of the line from one point to another. It is convex,
// so that each row of it is one run of pixels.
func (s *said) capsule(x0, y0, x1, y1, r float64, as uint8) {
	length := math.Hypot(x1-x0, y1-y0)
	var nx, ny float64 // across the line, r long
	if length > 0 {
		nx, ny = -(y1-y0)/length*r, (x1-x0)/length*r
	}
	corners := [4][2]float64{{x0 + nx, y0 + ny}, {x1 + nx, y1 + ny}, {x1 - nx, y1 - ny}, {x0 - nx, y0 - ny}}
	for y := max(int(min(y0, y1)-r), 0); y <= min(int(max(y0, y1)+r), s.h-1); y++ {
		cy := float64(y) + 0.5
		from, to := math.Inf(1), math.Inf(-1)
		for _, end := range [2][2]float64{{x0, y0}, {x1, y1}} {
			if d := r*r - (cy-end[1])*(cy-end[1]); d >= 0 {
				from, to = min(from, end[0]-math.Sqrt(d)), max(to, end[0]+math.Sqrt(d))
			}
		}
		for i, a := range corners {
			b := corners[(i+1)%4]
			if (a[1] <= cy) != (b[1] <= cy) {
				x := a[0] + (b[0]-a[0])*(cy-a[1])/(b[1]-a[1])
				from, to = min(from, x), max(to, x)
			}
		}
		if from > to {
			continue
		}
		// The pixels whose centres lie inside.
		first, last := max(int(math.Ceil(from-0.5)), 0), min(int(math.Floor(to-0.5)), s.w-1)
		for x := first; x <= last; x++ {
			s.pixels[y*s.w+x] = as
		}
	}
}

// gather reduces the word to cells: what is said of half of a cell, and of the rest the
// weaker word.
func (s *said) gather(g *grid) {
	s.cells = make([]uint8, g.w*g.h)
	for i := range s.cells {
		var count [erased + 1]int
		for y := range g.cell {
			from := (i/g.w*g.cell+y)*s.w + i%g.w*g.cell
			for _, v := range s.pixels[from : from+g.cell] {
				count[v]++
			}
		}
		half := g.cell * g.cell / 2
		switch {
		case count[erased] > half:
			s.cells[i] = erased
		case count[kept] > half:
			s.cells[i] = kept
		case count[kept]+count[nearby] > half:
			s.cells[i] = nearby
		}
	}
}

// over lays the word over what a network says of each cell.
func (s *said) over(p []float32) {
	if s == nil {
		return
	}
	for i, v := range s.cells {
		switch v {
		case nearby:
			p[i] = max(p[i], 0.8)
		case kept:
			p[i] = 1
		case erased:
			p[i] = 0
		}
	}
}

// alone is the word in the place of a network's: where nothing is said, the middle of the box
// is more likely product than not.
func (s *said) alone(g *grid) []float32 {
	p := make([]float32, len(s.cells))
	core := s.box.Inset(min(s.box.Dx(), s.box.Dy()) / 4)
	for i := range p {
		p[i] = 0.5
		if s.inner && image.Pt(i%g.w*g.cell, i/g.w*g.cell).In(core) {
			p[i] = 0.8
		}
	}
	s.over(p)
	return p
}

// seed settles the cells of which the owner has said what they are, and gives those that
// are ground.
func (r *regions) seed() (ground []int) {
	if r.word == nil {
		return nil
	}
	for i, v := range r.word.cells {
		switch v {
		case kept:
			r.state[i] = product
		case erased:
			r.state[i] = behind
			ground = append(ground, i)
		}
	}
	return ground
}

// nearKept reports whether a cell lies in the rim of a keep stroke.
func (r *regions) nearKept(i int) bool { return r.word != nil && r.word.cells[i] == nearby }

// obey settles the pixels of which the owner has said what they are.
func (p *plate) obey() {
	if p.r.word == nil {
		return
	}
	for i, v := range p.r.word.pixels {
		switch v {
		case kept:
			p.zone[i] = inside
		case erased:
			p.zone[i] = outside
		}
	}
}

// settle takes back what softening did inside a stroke, of which only the rim is an edge: a
// stroke may be thinner than an edge is soft.
func (p *plate) settle(out *image.NRGBA) {
	if p.r.word == nil {
		return
	}
	said := p.r.word.pixels
	for i, v := range said {
		if v != kept && v != erased {
			continue
		}
		x, y := i%p.w, i/p.w
		rim := x > 0 && said[i-1] != v || x < p.w-1 && said[i+1] != v ||
			y > 0 && said[i-p.w] != v || y < p.h-1 && said[i+p.w] != v
		o := out.Pix[y*out.Stride+4*x:][:4]
		switch {
		case rim:
		case v == erased:
			clear(o)
		default:
			copy(o, p.photo.Pix[y*p.photo.Stride+4*x:][:3])
			o[3] = 255
		}
	}
}

// obeyed takes what the owner erased out of a photo that came cut out. What it has cleared
// itself has no colour, so nothing of it can be kept.
func (s *said) obeyed(photo *image.NRGBA) *image.NRGBA {
	out := image.NewNRGBA(photo.Rect)
	for y := range s.h {
		copy(out.Pix[y*out.Stride:][:4*s.w], photo.Pix[y*photo.Stride:])
		for x, v := range s.pixels[y*s.w : (y+1)*s.w] {
			if v == erased {
				clear(out.Pix[y*out.Stride+4*x:][:4])
			}
		}
	}
	return out
}

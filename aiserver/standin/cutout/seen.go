package cutout

import (
	"context"
	"image"

	"github.com/nanococoa/nanococoa/aiserver/standin/raster"
)

// seen is what a network sees of the product, on the grid.
type seen struct {
	p        []float32 // chance that a cell is product, 0..1, stretched to reach 1
	glimpsed []float32 // the most that any look gave
	most     float32   // before it was stretched: how sure the network is of anything
}

// nothing is how sure of any cell a network is at most that has found nothing.
const nothing = 0.3

// look asks the network twice: for the photo, and for a part of it around what it found
// there, which shows it that part at a higher resolution. With the owner's box it looks at
// that instead of the photo. nil when it sees nothing.
func look(ctx context.Context, m Model, photo *image.NRGBA, g *grid) (*seen, error) {
	at := image.Rect(0, 0, g.w, g.h)
	part := photo
	if g.word != nil && g.word.inner {
		// The owner's box, with some ground around it.
		b := g.word.box.Inset(-max(g.word.box.Dx(), g.word.box.Dy()) / 8)
		at = image.Rect(b.Min.X/g.cell, b.Min.Y/g.cell, b.Max.X/g.cell, b.Max.Y/g.cell).Intersect(at)
		part = Crop(photo, image.Rect(at.Min.X*g.cell, at.Min.Y*g.cell, at.Max.X*g.cell, at.Max.Y*g.cell))
	}
	first, err := m.Alpha(ctx, part)
	if err != nil {
		return nil, err //nolint:wrapcheck // it is the caller's own model
	}
	s := &seen{p: make([]float32, g.w*g.h)}
	s.most = s.put(g, first, at)
	if s.most < nothing {
		return nil, nil
	}
	s.glimpsed = append([]float32(nil), s.p...)
	box := s.closer(g)
	if box.Empty() {
		return s, nil
	}
	part = Crop(photo, image.Rect(box.Min.X*g.cell, box.Min.Y*g.cell, box.Max.X*g.cell, box.Max.Y*g.cell))
	second, err := m.Alpha(ctx, part)
	if err != nil {
		return s, ctx.Err() // the first look is an answer too
	}
	near := &seen{p: make([]float32, g.w*g.h)}
	near.put(g, second, box)
	s.refine(g, near, box)
	return s, nil
}

// put spreads a network's answer over a part of the grid and stretches it to reach 1. It
// gives what the most was.
func (s *seen) put(g *grid, a *image.Alpha, at image.Rectangle) float32 {
	aw, ah := a.Rect.Dx(), a.Rect.Dy()
	most := uint8(1)
	for y := range ah {
		for _, v := range a.Pix[y*a.Stride : y*a.Stride+aw] {
			most = max(most, v)
		}
	}
	value := func(x, y int) float32 {
		return float32(a.Pix[min(max(y, 0), ah-1)*a.Stride+min(max(x, 0), aw-1)]) / float32(most)
	}
	for y := at.Min.Y; y < at.Max.Y; y++ {
		fy := (float32(y-at.Min.Y)+0.5)/float32(at.Dy())*float32(ah) - 0.5
		y0 := int(fy+1) - 1
		ty := fy - float32(y0)
		for x := at.Min.X; x < at.Max.X; x++ {
			fx := (float32(x-at.Min.X)+0.5)/float32(at.Dx())*float32(aw) - 0.5
			x0 := int(fx+1) - 1
			tx := fx - float32(x0)
			top := value(x0, y0)*(1-tx) + value(x0+1, y0)*tx
			low := value(x0, y0+1)*(1-tx) + value(x0+1, y0+1)*tx
			s.p[y*g.w+x] = top*(1-ty) + low*ty
		}
	}
	return float32(most) / 255
}

// closer is the part of the grid worth a second look: what was found, and a quarter more
// on every side, so that the network still sees ground around it. Empty when that is
// nearly the whole photo.
func (s *seen) closer(g *grid) image.Rectangle {
	b := image.Rectangle{}
	for i, p := range s.p {
		if p > 0.3 {
			b = b.Union(image.Rect(i%g.w, i/g.w, i%g.w+1, i/g.w+1))
		}
	}
	if b.Empty() {
		return b
	}
	b = image.Rect(b.Min.X-b.Dx()/4, b.Min.Y-b.Dy()/4, b.Max.X+b.Dx()/4, b.Max.Y+b.Dy()/4)
	b = b.Inset(-g.w / 40).Intersect(image.Rect(0, 0, g.w, g.h))
	// From two thirds of the photo a second look shows little more.
	if b.Dx()*b.Dy()*3 > g.w*g.h*2 {
		return image.Rectangle{}
	}
	return b
}

// refine takes the second look where it agrees with the first.
func (s *seen) refine(g *grid, near *seen, box image.Rectangle) {
	var both, either float32
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for i := y*g.w + box.Min.X; i < y*g.w+box.Max.X; i++ {
			both += min(s.p[i], near.p[i])
			either += max(s.p[i], near.p[i])
		}
	}
	// Two looks that see different things are worth their mean: unsure where they differ.
	weight := float32(0.5)
	if both > 0.7*either {
		weight = 0.85
	}
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for i := y*g.w + box.Min.X; i < y*g.w+box.Max.X; i++ {
			s.glimpsed[i] = max(s.p[i], near.p[i])
			k := weight
			if s.p[i] > near.p[i] {
				// A part that only the whole photo explains is worth as much.
				k = 0.5
			}
			s.p[i] += k * (near.p[i] - s.p[i])
		}
	}
}

// settled is the network's word with its steps at the photo's edges, and the owner's over it.
func (s *seen) settled(g *grid) []float32 {
	g.word.over(s.p)
	p := s.sharpened(g, 6, 1e-4)
	for i := range p {
		// Where a thin part and what is beside it look alike, the filter washes it out.
		p[i] = (p[i] + s.p[i]) / 2
	}
	strengthen(p, g.w, g.h)
	g.word.over(p)
	return p
}

// strengthen makes up for the network's 320 cells where a part is thinner than them: a stem, a
// seat post or a strap, of which it is as sure as its share of a cell. Such a ridge is measured
// by its own height.
func strengthen(p []float32, w, h int) {
	// Up to seven cells of the grid are thin. What is lower is a haze around the product.
	const thin, least, steep = 3, 0.40, 0.25
	wide := extreme(extreme(p, w, h, thin, false), w, h, thin, true)
	top := extreme(p, w, h, 1, true)
	for i, v := range p {
		if v-wide[i] > steep*v && top[i] > least && v > top[i]/2 {
			p[i] = v / top[i]
		}
	}
}

// extreme gives the least or the most of the square around each cell.
func extreme(p []float32, w, h, radius int, most bool) []float32 {
	pick := func(a, b float32) float32 {
		if (a > b) == most {
			return a
		}
		return b
	}
	across, out := make([]float32, len(p)), make([]float32, len(p))
	for y := range h {
		row := p[y*w : (y+1)*w]
		for x := range w {
			v := row[x]
			for k := max(x-radius, 0); k <= min(x+radius, w-1); k++ {
				v = pick(v, row[k])
			}
			across[y*w+x] = v
		}
	}
	for y := range h {
		for x := range w {
			v := across[y*w+x]
			for k := max(y-radius, 0); k <= min(y+radius, h-1); k++ {
				v = pick(v, across[k*w+x])
			}
			out[y*w+x] = v
		}
	}
	return out
}

// sharpened moves the steps of the network's soft answer to the photo's own edges: a
// guided filter (He et al. 2010) with lightness and the two colour axes as its guides.
func (s *seen) sharpened(g *grid, radius int, eps float32) []float32 {
	n := len(s.p)
	plane := func(f func(i int) float32) []float32 {
		out := make([]float32, n)
		for i := range out {
			out[i] = f(i)
		}
		raster.BoxBlur(out, g.w, g.h, radius)
		return out
	}
	ch := func(k int) func(i int) float32 { return func(i int) float32 { return g.lab[i][k] } }
	var m [3][]float32
	var mp [3][]float32
	for k := range 3 {
		m[k] = plane(ch(k))
		mp[k] = plane(func(i int) float32 { return g.lab[i][k] * s.p[i] })
	}
	p := plane(func(i int) float32 { return s.p[i] })
	var mm [6][]float32
	pairs := [6][2]int{{0, 0}, {0, 1}, {0, 2}, {1, 1}, {1, 2}, {2, 2}}
	for k, q := range pairs {
		mm[k] = plane(func(i int) float32 { return g.lab[i][q[0]] * g.lab[i][q[1]] })
	}
	var a [3][]float32
	for k := range a {
		a[k] = make([]float32, n)
	}
	b := make([]float32, n)
	for i := range n {
		var v [6]float32
		for k, q := range pairs {
			v[k] = mm[k][i] - m[q[0]][i]*m[q[1]][i]
		}
		v[0], v[3], v[5] = v[0]+eps, v[3]+eps, v[5]+eps
		c := [3]float32{mp[0][i] - m[0][i]*p[i], mp[1][i] - m[1][i]*p[i], mp[2][i] - m[2][i]*p[i]}
		A, B, C := v[3]*v[5]-v[4]*v[4], v[2]*v[4]-v[1]*v[5], v[1]*v[4]-v[2]*v[3]
		D, E, F := v[0]*v[5]-v[2]*v[2], v[1]*v[2]-v[0]*v[4], v[0]*v[3]-v[1]*v[1]
		det := v[0]*A + v[1]*B + v[2]*C
		a[0][i] = (A*c[0] + B*c[1] + C*c[2]) / det
		a[1][i] = (B*c[0] + D*c[1] + E*c[2]) / det
		a[2][i] = (C*c[0] + E*c[1] + F*c[2]) / det
		b[i] = p[i] - a[0][i]*m[0][i] - a[1][i]*m[1][i] - a[2][i]*m[2][i]
	}
	for k := range a {
		raster.BoxBlur(a[k], g.w, g.h, radius)
	}
	raster.BoxBlur(b, g.w, g.h, radius)
	out := make([]float32, n)
	for i := range out {
		v := b[i]
		for k := range 3 {
			v += a[k][i] * g.lab[i][k]
		}
		out[i] = min(max(v, 0), 1)
	}
	return out
}

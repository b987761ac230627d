package cutout

import (
	"context"
	"image"
	"math"
)

// view is another way to show a photo to the network. What it misses in one it often sees
// in another: a pale pot when the photo is darker, a bright plate when it stands on its
// head, a product that fills the photo when there is a margin around it.
type view struct {
	show func(*image.NRGBA) *image.NRGBA
	// part is where of what was shown the photo lies; turned says that it is upside down.
	part   func(shown image.Rectangle, photo image.Rectangle) image.Rectangle
	turned bool
}

// views are tried in this order until a cut can be trusted. Of the photos at hand each has
// one that no other mends.
func views() []view {
	whole := func(shown, _ image.Rectangle) image.Rectangle { return shown }
	return []view{
		{show: turn, part: whole, turned: true},
		{show: func(m *image.NRGBA) *image.NRGBA { return gamma(m, 1.8) }, part: whole},
		{show: func(m *image.NRGBA) *image.NRGBA { return gamma(m, 0.55) }, part: whole},
		{show: square, part: func(shown, photo image.Rectangle) image.Rectangle {
			return photo.Add(middle(shown, photo))
		}},
	}
}

// eachView shows the network one view after the other, as long as visit wants more. A
// network that fails ends it; the only error is ctx's or visit's.
func eachView(
	ctx context.Context, m Model, photo *image.NRGBA, g *grid, visit func(*seen) (more bool, err error),
) error {
	small := reduced(photo)
	for _, v := range views() {
		s, err := v.ask(ctx, m, small, g)
		if err != nil {
			return ctx.Err()
		}
		if s.most < nothing {
			continue
		}
		if more, err := visit(s); err != nil || !more {
			return err
		}
	}
	return nil
}

// ask gives what the network sees of a view, on the grid.
func (v view) ask(ctx context.Context, m Model, small *image.NRGBA, g *grid) (*seen, error) {
	shown := v.show(small)
	a, err := m.Alpha(ctx, shown)
	if err != nil {
		return nil, err //nolint:wrapcheck // it is the caller's own model
	}
	if v.turned {
		for i, j := 0, len(a.Pix)-1; i < j; i, j = i+1, j-1 {
			a.Pix[i], a.Pix[j] = a.Pix[j], a.Pix[i]
		}
	}
	at := v.part(shown.Rect, small.Rect)
	scale := func(v, from, to int) int { return (v*to + from/2) / from }
	part := image.Rect(
		scale(at.Min.X, shown.Rect.Dx(), a.Rect.Dx()), scale(at.Min.Y, shown.Rect.Dy(), a.Rect.Dy()),
		scale(at.Max.X, shown.Rect.Dx(), a.Rect.Dx()), scale(at.Max.Y, shown.Rect.Dy(), a.Rect.Dy()))
	cropped := image.NewAlpha(image.Rect(0, 0, part.Dx(), part.Dy()))
	for y := range part.Dy() {
		copy(cropped.Pix[y*cropped.Stride:][:part.Dx()], a.Pix[(part.Min.Y+y)*a.Stride+part.Min.X:])
	}
	s := &seen{p: make([]float32, g.w*g.h)}
	s.most = s.put(g, cropped, image.Rect(0, 0, g.w, g.h))
	return s, nil
}

// enough is the longest side that the network needs: twice its own.
const enough = 640

// reduced is a photo of at most the side enough, by the mean of square cells.
func reduced(m *image.NRGBA) *image.NRGBA {
	k := (max(m.Rect.Dx(), m.Rect.Dy()) + enough - 1) / enough
	out := image.NewNRGBA(image.Rect(0, 0, m.Rect.Dx()/k, m.Rect.Dy()/k))
	for y := range out.Rect.Dy() {
		for x := range out.Rect.Dx() {
			var sum [3]int
			for dy := range k {
				row := m.Pix[(y*k+dy)*m.Stride+x*k*4:]
				for dx := range k {
					sum[0], sum[1], sum[2] = sum[0]+int(row[4*dx]), sum[1]+int(row[4*dx+1]), sum[2]+int(row[4*dx+2])
				}
			}
			o := out.PixOffset(x, y)
			for c := range sum {
				out.Pix[o+c] = uint8(sum[c] / (k * k))
			}
			out.Pix[o+3] = 255
		}
	}
	return out
}

// turn gives the picture upside down (by half a turn).
func turn(m *image.NRGBA) *image.NRGBA {
	out := image.NewNRGBA(m.Rect)
	w, h := m.Rect.Dx(), m.Rect.Dy()
	for y := range h {
		for x := range w {
			copy(out.Pix[out.PixOffset(w-1-x, h-1-y):][:4], m.Pix[m.PixOffset(x, y):])
		}
	}
	return out
}

// gamma darkens (above 1) or lightens a picture.
func gamma(m *image.NRGBA, by float64) *image.NRGBA {
	var table [256]uint8
	for i := range table {
		table[i] = uint8(255*math.Pow(float64(i)/255, by) + 0.5)
	}
	out := image.NewNRGBA(m.Rect)
	for i, v := range m.Pix {
		out.Pix[i] = table[v]
		if i%4 == 3 {
			out.Pix[i] = v
		}
	}
	return out
}

// middle is where a picture lies in the middle of a larger one.
func middle(of, m image.Rectangle) image.Point {
	return image.Pt((of.Dx()-m.Dx())/2, (of.Dy()-m.Dy())/2)
}

// square puts a picture into a square that is a quarter larger than its longer side, of the
// mean colour of its border.
func square(m *image.NRGBA) *image.NRGBA {
	w, h := m.Rect.Dx(), m.Rect.Dy()
	var sum [3]int
	n := 0
	add := func(x, y int) {
		p := m.Pix[m.PixOffset(x, y):]
		sum[0], sum[1], sum[2], n = sum[0]+int(p[0]), sum[1]+int(p[1]), sum[2]+int(p[2]), n+1
	}
	for x := range w {
		add(x, 0)
		add(x, h-1)
	}
	for y := range h {
		add(0, y)
		add(w-1, y)
	}
	side := max(w, h) * 5 / 4
	out := image.NewNRGBA(image.Rect(0, 0, side, side))
	for i := 0; i < len(out.Pix); i += 4 {
		out.Pix[i], out.Pix[i+1], out.Pix[i+2], out.Pix[i+3] = uint8(sum[0]/n), uint8(sum[1]/n), uint8(sum[2]/n), 255
	}
	at := middle(out.Rect, m.Rect)
	for y := range h {
		copy(out.Pix[out.PixOffset(at.X, at.Y+y):][:4*w], m.Pix[m.PixOffset(0, y):])
	}
	return out
}

// mean is what the looks that see the same thing say together: the errors of one are seldom
// those of the next.
type mean struct {
	p []float32
	n float32
}

func newMean(p []float32) *mean { return &mean{append([]float32(nil), p...), 1} }

// add takes another look in, unless it sees something else, and reports whether it did.
func (m *mean) add(p []float32) bool {
	var both, either float32
	for i, v := range p {
		both += min(v, m.p[i])
		either += max(v, m.p[i])
	}
	if both < 0.6*either {
		return false
	}
	m.n++
	for i, v := range p {
		m.p[i] += (v - m.p[i]) / m.n
	}
	return true
}

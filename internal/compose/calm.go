package compose

import (
	"image"
	"image/color"
	"image/draw"
	"math"
	"slices"

	"github.com/nanococoa/nanococoa/internal/ad"
)

// toRGBA gives the picture as opaque RGBA with its origin at zero, white where
// it was transparent. It may return img itself; nobody writes to it.
func toRGBA(img image.Image) *image.RGBA {
	if m, ok := img.(*image.RGBA); ok && m.Rect.Min == (image.Point{}) && m.Opaque() {
		return m
	}
	b := img.Bounds()
	out := image.NewRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	draw.Draw(out, out.Rect, image.White, image.Point{}, draw.Src)
	draw.Draw(out, out.Rect, img, b.Min, draw.Over)
	return out
}

// fieldSide is the longer side of a field in cells. A cell of a 1024² picture
// is then 8 px: finer than any letter that is set on it, and small enough that
// measuring every rectangle of interest costs nothing.
const fieldSide = 128

// field holds, for each cell, what decides whether text can stand on it. Tables of
// sums give the mean, spread and detail of any rectangle by four look-ups.
type field struct {
	w, h   int
	sum    []float64 // perceptual lightness
	square []float64 // its square
	detail []float64 // mean absolute difference to the next pixel, within cells
	cells  []color.RGBA
}

// lightness is close to how light a grey looks (the L of OKLab), by table,
// because it is asked for every pixel.
var lightness = func() (t [256]float64) {
	for i := range t {
		t[i] = math.Cbrt(linear[i])
	}
	return t
}()

func luma(p []uint8) float64 {
	return 0.3*lightness[p[0]] + 0.59*lightness[p[1]] + 0.11*lightness[p[2]]
}

func newField(m *image.RGBA) *field {
	w, h := m.Rect.Dx(), m.Rect.Dy()
	scale := min(1, float64(fieldSide)/float64(max(w, h)))
	f := &field{w: max(1, int(math.Round(float64(w)*scale))), h: max(1, int(math.Round(float64(h)*scale)))}
	stride := f.w + 1
	f.sum = make([]float64, stride*(f.h+1))
	f.square = make([]float64, stride*(f.h+1))
	f.detail = make([]float64, stride*(f.h+1))
	f.cells = make([]color.RGBA, f.w*f.h)
	column := make([]int, w) // cell of each pixel column
	for x := range column {
		column[x] = min(x*f.w/w, f.w-1)
	}
	type cell struct{ l, l2, d, r, g, b, n float64 }
	row := make([]cell, f.w)
	above := make([]float64, w)
	for cy := range f.h {
		clear(row)
		y0, y1 := cy*h/f.h, (cy+1)*h/f.h
		for y := y0; y < y1; y++ {
			line := m.Pix[y*m.Stride : y*m.Stride+4*w]
			left := luma(line)
			for x := range w {
				p := line[4*x : 4*x+4 : 4*x+4]
				v := luma(p)
				c := &row[column[x]]
				c.l += v
				c.l2 += v * v
				c.d += math.Abs(v - left)
				if y > 0 {
					c.d += math.Abs(v - above[x])
				}
				c.r += float64(p[0])
				c.g += float64(p[1])
				c.b += float64(p[2])
				c.n++
				left, above[x] = v, v
			}
		}
		for cx := range row {
			c := row[cx]
			n := max(c.n, 1)
			i := (cy+1)*stride + cx + 1
			add := func(t []float64, v float64) { t[i] = v + t[i-1] + t[i-stride] - t[i-stride-1] }
			add(f.sum, c.l/n)
			add(f.square, c.l2/n)
			add(f.detail, c.d/n)
			f.cells[cy*f.w+cx] = color.RGBA{uint8(c.r/n + 0.5), uint8(c.g/n + 0.5), uint8(c.b/n + 0.5), 255}
		}
	}
	return f
}

// rect turns a box in fractions into cells: every cell it touches, at least
// one, nothing outside.
func (f *field) rect(b ad.Box) image.Rectangle {
	x0 := min(max(int(math.Floor(b[0]*float64(f.w)+1e-9)), 0), f.w-1)
	y0 := min(max(int(math.Floor(b[1]*float64(f.h)+1e-9)), 0), f.h-1)
	x1 := min(max(int(math.Ceil((b[0]+b[2])*float64(f.w)-1e-9)), x0+1), f.w)
	y1 := min(max(int(math.Ceil((b[1]+b[3])*float64(f.h)-1e-9)), y0+1), f.h)
	return image.Rect(x0, y0, x1, y1)
}

func (f *field) mean(t []float64, r image.Rectangle) float64 {
	s := f.w + 1
	v := t[r.Max.Y*s+r.Max.X] - t[r.Min.Y*s+r.Max.X] - t[r.Max.Y*s+r.Min.X] + t[r.Min.Y*s+r.Min.X]
	return v / float64(r.Dx()*r.Dy())
}

// calm is how plain a rectangle is, from 1 for a plain surface down to 0. The spread
// of lightness says whether one text colour can be read on all of it, the detail
// whether something as fine as letters is there. With these weights a soft gradient
// is near 0.8, a blurred room near 0.5, grass or print below 0.2.
func (f *field) calm(r image.Rectangle) float64 {
	mean := f.mean(f.sum, r)
	spread := math.Sqrt(max(0, f.mean(f.square, r)-mean*mean))
	return math.Exp(-(3.5*spread + 14*f.mean(f.detail, r)))
}

// meanColor averages the cells of a rectangle.
func (f *field) meanColor(r image.Rectangle) color.RGBA {
	var red, green, blue, n float64
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			c := f.cells[y*f.w+x]
			red += float64(c.R)
			green += float64(c.G)
			blue += float64(c.B)
			n++
		}
	}
	n = max(n, 1)
	return color.RGBA{uint8(red/n + 0.5), uint8(green/n + 0.5), uint8(blue/n + 0.5), 255}
}

// meanBeside averages the cells outside a rectangle; all of them when it leaves none.
func (f *field) meanBeside(r image.Rectangle) color.RGBA {
	var beside []color.RGBA
	for y := range f.h {
		for x := range f.w {
			if !(image.Point{X: x, Y: y}).In(r) {
				beside = append(beside, f.cells[y*f.w+x])
			}
		}
	}
	if len(beside) == 0 {
		beside = f.cells
	}
	return (&field{w: len(beside), h: 1, cells: beside}).meanColor(image.Rect(0, 0, len(beside), 1))
}

// spreadAlong is how much lightness varies outward along the strip of backdrop
// next to a picture edge, beyond a steady slope: the deviation from a straight
// line, averaged over the lines. share is the strip's part of the picture.
func (f *field) spreadAlong(side int, share float64) float64 {
	mean, _ := f.spreads(side, share)
	return mean
}

// spreads gives spreadAlong and the deviation of the roughest lines: what all but one in
// thirty stay below. Where that is much more than the mean, a thing stands there.
func (f *field) spreads(side int, share float64) (mean, roughest float64) {
	across, along := f.h, f.w
	if side == top || side == bottom {
		across, along = f.w, f.h
	}
	n := max(int(share*float64(along)), 3)
	n = min(n, along)
	cell := func(i, j int) float64 { // i along from the edge, j across
		if side == right || side == bottom {
			i = along - 1 - i
		}
		x, y := i, j
		if side == top || side == bottom {
			x, y = j, i
		}
		return f.mean(f.sum, image.Rect(x, y, x+1, y+1))
	}
	total := 0.0
	lines := make([]float64, across)
	for j := range across {
		var sx, sy, sxx, sxy, syy float64
		for i := range n {
			x, y := float64(i), cell(i, j)
			sx, sy, sxx, sxy, syy = sx+x, sy+y, sxx+x*x, sxy+x*y, syy+y*y
		}
		k := float64(n)
		vx, vy, c := sxx-sx*sx/k, syy-sy*sy/k, sxy-sx*sy/k
		if vx > 0 {
			vy -= c * c / vx
		}
		lines[j] = math.Sqrt(max(vy, 0) / k)
		total += lines[j]
	}
	slices.Sort(lines)
	return total / float64(across), lines[across-1-across/30]
}

package compose

import (
	"image"
	"math"
	"slices"

	"golang.org/x/image/draw"

	"github.com/nanococoa/nanococoa/internal/ad"
)

// rect is a rectangle in pixels of the result.
type rect struct{ x, y, w, h float64 }

func (r rect) right() float64  { return r.x + r.w }
func (r rect) bottom() float64 { return r.y + r.h }
func (r rect) area() float64   { return max(r.w, 0) * max(r.h, 0) }

func (r rect) grow(d float64) rect { return rect{r.x - d, r.y - d, r.w + 2*d, r.h + 2*d} }

func (r rect) meet(o rect) rect {
	x0, y0 := max(r.x, o.x), max(r.y, o.y)
	return rect{x0, y0, min(r.right(), o.right()) - x0, min(r.bottom(), o.bottom()) - y0}
}

func (r rect) overlaps(o rect) bool {
	m := r.meet(o)
	return m.w > 0 && m.h > 0
}

func (r rect) within(o rect) bool {
	return r.x >= o.x && r.y >= o.y && r.right() <= o.right() && r.bottom() <= o.bottom()
}

// pixels is every pixel the rectangle touches.
func (r rect) pixels() image.Rectangle {
	return image.Rect(int(math.Floor(r.x)), int(math.Floor(r.y)), int(math.Ceil(r.right())), int(math.Ceil(r.bottom())))
}

// box is the rectangle in fractions of a frame.
func (r rect) box(size image.Point) ad.Box {
	w, h := float64(size.X), float64(size.Y)
	return ad.Box{r.x / w, r.y / h, r.w / w, r.h / h}
}

// The sides of a rectangle, in the order CSS inset does not use: opposite sides
// are two apart.
const (
	left = iota
	top
	right
	bottom
)

// placement says where the whole picture lies on the frame. It may reach
// outside (it is cropped there) and leave parts uncovered (the backdrop is
// extended there).
type placement struct {
	at      image.Rectangle
	product rect       // on the frame
	strip   [4]float64 // backdrop between each picture edge and the product, frame px
	shown   float64    // the part of the frame the picture itself covers
}

// subject is the picture's geometry: what a placement is computed from.
type subject struct {
	size    image.Point
	product rect // picture px
}

// leastStrip is how wide the backdrop beside the product must be, as a fraction
// of the picture's side, to extend the picture with it. Less is mostly the soft
// edge of the product, which must not be smeared over the frame.
const leastStrip = 0.03

// extends reports whether the backdrop of a side can be extended.
func (s subject) extends(side int) bool { return s.gap(side) >= leastStrip }

// gap is the backdrop between a picture edge and the product as a fraction of
// the picture's side.
func (s subject) gap(side int) float64 {
	w, h := float64(s.size.X), float64(s.size.Y)
	pad := 0.015 * min(w, h) // shadow and soft edge belong to the product
	switch side {
	case left:
		return (s.product.x - pad) / w
	case top:
		return (s.product.y - pad) / h
	case right:
		return (w - s.product.right() - pad) / w
	default:
		return (h - s.product.bottom() - pad) / h
	}
}

func (s subject) place(scale, x, y float64, frame image.Point) placement {
	w, h := float64(s.size.X)*scale, float64(s.size.Y)*scale
	at := image.Rect(round(x), round(y), round(x+w), round(y+h))
	// The rounded rectangle is the truth; the product follows it.
	sx, sy := float64(at.Dx())/float64(s.size.X), float64(at.Dy())/float64(s.size.Y)
	p := placement{at: at, product: rect{
		float64(at.Min.X) + s.product.x*sx, float64(at.Min.Y) + s.product.y*sy,
		s.product.w * sx, s.product.h * sy,
	}}
	for side := range 4 {
		length := float64(at.Dx())
		if side == top || side == bottom {
			length = float64(at.Dy())
		}
		p.strip[side] = max(s.gap(side), 0) * length
	}
	visible := at.Intersect(image.Rectangle{Max: frame})
	p.shown = float64(visible.Dx()*visible.Dy()) / float64(frame.X*frame.Y)
	return p
}

func round(v float64) int { return int(math.Round(v)) }

// sameShape reports whether two sizes have one shape, up to what rounding to
// whole pixels does.
func sameShape(a, b image.Point) bool {
	r := float64(a.X) * float64(b.Y) / (float64(a.Y) * float64(b.X))
	return math.Abs(r-1) < 0.01
}

// placements lists ways to show the whole product on a frame: from the picture
// covering it down to the picture standing small in its extended backdrop, and
// at each scale the product at several places.
func (s subject) placements(frame image.Point) []placement {
	fw, fh := float64(frame.X), float64(frame.Y)
	w, h := float64(s.size.X), float64(s.size.Y)
	cover, contain := max(fw/w, fh/h), min(fw/w, fh/h)
	var out []placement
	seen := map[image.Rectangle]bool{}
	add := func(p placement) {
		if !seen[p.at] {
			seen[p.at] = true
			out = append(out, p)
		}
	}
	const steps = 14
	smallest := contain * 0.5 // below that even a full-frame product leaves more room than any text needs
	for i := range steps {
		scale := cover * math.Pow(smallest/cover, float64(i)/(steps-1))
		xs := s.offsets(scale, left, fw)
		ys := s.offsets(scale, top, fh)
		for _, x := range xs {
			for _, y := range ys {
				add(s.place(scale, x, y, frame))
			}
		}
	}
	return out
}

// offsets lists where the picture may begin along one axis (left: x, top: y) so
// that the whole product is on the frame, with air where the picture has some,
// and no side is uncovered whose backdrop cannot be extended, unless both of
// the axis are like that: then the picture stands as a card.
func (s subject) offsets(scale float64, axis int, frame float64) []float64 {
	var length, start, size float64
	if axis == left {
		length, start, size = float64(s.size.X)*scale, s.product.x*scale, s.product.w*scale
	} else {
		length, start, size = float64(s.size.Y)*scale, s.product.y*scale, s.product.h*scale
	}
	first, second := s.extends(axis), s.extends(axis+2)
	air := 0.03 * frame
	airA, airB := min(air, max(start, 0)), min(air, max(length-start-size, 0))
	if first {
		airA = air
	}
	if second {
		airB = air
	}
	lo, hi := airA-start, frame-airB-start-size
	switch {
	case first && second:
	case first: // only the near side extends: the far one must reach the frame's edge
		lo = max(lo, frame-length)
	case second:
		hi = min(hi, 0)
	case length >= frame:
		lo, hi = max(lo, frame-length), min(hi, 0)
	default: // a card: inside the frame, flush or free
		lo, hi = max(lo, 0), min(hi, frame-length)
	}
	const slack = 0.5 // px: what rounding may do
	if lo > hi+slack {
		return nil
	}
	hi = max(hi, lo)
	var out []float64
	add := func(v float64) {
		v = min(max(v, lo), hi)
		if !slices.ContainsFunc(out, func(o float64) bool { return math.Abs(o-v) < 0.01*frame }) {
			out = append(out, v)
		}
	}
	add((frame - length) / 2)
	add(0)
	add(frame - length)
	for _, at := range []float64{0.5, 0.26, 0.32, 0.4, 0.6, 0.68, 0.74} { // where the product's middle goes
		add(at*frame - start - size/2)
	}
	return out
}

// layer is a part of the picture drawn somewhere on the frame, stretched to
// fit. The result is the layers from the first, lowest, to the last; the HTML
// has one element for each.
type layer struct {
	src  image.Rectangle // picture px
	dst  image.Rectangle // frame px, may reach outside
	blur float64         // standard deviation, frame px
	fade [4]float64      // px over which each side becomes transparent, inward
}

// layers turns a placement into layers: the picture, and under it, where it
// does not reach, its own backdrop stretched outward and softened. Stretching
// keeps gradients and horizons going on, which mirroring would turn back, and
// the picture dissolves into it over the whole strip, so there is no seam.
func (p placement) layers(s subject, frame image.Point) []layer {
	full := image.Rectangle{Max: s.size}
	picture := layer{src: full, dst: p.at}
	frameRect := image.Rectangle{Max: frame}
	open := [4]bool{p.at.Min.X > 0, p.at.Min.Y > 0, p.at.Max.X < frame.X, p.at.Max.Y < frame.Y}
	if open == [4]bool{} {
		return []layer{picture}
	}
	var out []layer
	horizontal, vertical := open[left] || open[right], open[top] || open[bottom]
	card := false
	for side, o := range open {
		if o && !s.extends(side) {
			card = true
		}
	}
	if card || horizontal && vertical {
		out = append(out, cloud(s.size, frameRect))
	}
	// strip draws the backdrop of one side from the frame's edge to the product.
	strip := func(side int) {
		l := layer{src: full, dst: p.at}
		depth := round(p.strip[side])
		source := max(1, round(s.gap(side)*float64(s.length(side))))
		var reach int
		switch side {
		case left:
			l.src.Max.X, l.dst.Min.X, l.dst.Max.X = source, 0, p.at.Min.X+depth
			reach = l.dst.Dx()
		case right:
			l.src.Min.X, l.dst.Min.X, l.dst.Max.X = s.size.X-source, p.at.Max.X-depth, frame.X
			reach = l.dst.Dx()
		case top:
			l.src.Max.Y, l.dst.Min.Y, l.dst.Max.Y = source, 0, p.at.Min.Y+depth
			reach = l.dst.Dy()
		case bottom:
			l.src.Min.Y, l.dst.Min.Y, l.dst.Max.Y = s.size.Y-source, p.at.Max.Y-depth, frame.Y
			reach = l.dst.Dy()
		}
		if side == top || side == bottom {
			// Over the full width: the corners are then covered too.
			l.dst.Min.X, l.dst.Max.X = min(l.dst.Min.X, 0), max(l.dst.Max.X, frame.X)
		} else if vertical {
			l.fade[top], l.fade[bottom] = picture.fade[top], picture.fade[bottom]
		}
		stretch := float64(reach) / float64(max(depth, 1))
		l.blur = min(0.002+0.004*(stretch-1), 0.014) * float64(max(frame.X, frame.Y))
		out = append(out, l)
		picture.fade[side] = 0.9 * float64(depth)
	}
	for _, side := range []int{top, bottom, left, right} {
		if open[side] && s.extends(side) {
			strip(side)
		}
	}
	return append(out, picture)
}

func (s subject) length(side int) int {
	if side == left || side == right {
		return s.size.X
	}
	return s.size.Y
}

// cloud is the whole picture as a soft blur of its colours behind everything:
// the ground of a picture that has no backdrop to extend.
func cloud(size image.Point, frame image.Rectangle) layer {
	scale := max(float64(frame.Dx())/float64(size.X), float64(frame.Dy())/float64(size.Y))
	w, h := round(float64(size.X)*scale), round(float64(size.Y)*scale)
	x, y := (frame.Dx()-w)/2, (frame.Dy()-h)/2
	return layer{
		src:  image.Rectangle{Max: size},
		dst:  image.Rect(x, y, x+w, y+h),
		blur: 0.07 * float64(max(frame.Dx(), frame.Dy())),
	}
}

// draw puts the layer on the frame. grain is the picture's own noise (standard
// deviation, 8-bit levels), which a blur loses and which is given back so that
// soft and sharp parts have one surface.
func (l layer) draw(dst, picture *image.RGBA, grain float64) {
	area := l.dst.Intersect(dst.Rect)
	if area.Empty() {
		return
	}
	if l.blur < 0.5 && l.fade == [4]float64{} {
		if l.src.Size() == l.dst.Size() {
			draw.Draw(dst, l.dst, picture, l.src.Min, draw.Src)
		} else {
			draw.CatmullRom.Scale(dst, l.dst, picture, l.src, draw.Src, nil)
		}
		return
	}
	var soft *image.RGBA
	if l.blur < 0.5 {
		soft = image.NewRGBA(area)
		draw.CatmullRom.Scale(soft, l.dst, picture, l.src, draw.Src, nil)
		grain = 0
	} else {
		soft = l.soften(picture, area)
	}
	ax, ay := l.ramp(area, left), l.ramp(area, top)
	for y := area.Min.Y; y < area.Max.Y; y++ {
		fy := ay[y-area.Min.Y]
		d := dst.Pix[dst.PixOffset(area.Min.X, y):]
		s := soft.Pix[soft.PixOffset(area.Min.X, y):]
		for x := range area.Dx() {
			a := ax[x] * fy
			if a <= 0 {
				continue
			}
			n := 0.0
			if grain > 0 {
				n = grain * noise(x+area.Min.X, y)
			}
			for c := range 3 {
				v := float64(d[4*x+c])
				v += (float64(s[4*x+c]) + n - v) * a
				d[4*x+c] = uint8(min(max(v, 0), 255) + 0.5)
			}
			d[4*x+3] = 255
		}
	}
}

// ramp is the opacity along one axis (left: x, top: y) of area.
func (l layer) ramp(area image.Rectangle, axis int) []float64 {
	lo, hi, from, to := l.dst.Min.X, l.dst.Max.X, area.Min.X, area.Max.X
	if axis == top {
		lo, hi, from, to = l.dst.Min.Y, l.dst.Max.Y, area.Min.Y, area.Max.Y
	}
	out := make([]float64, to-from)
	for i := range out {
		at := float64(from+i) + 0.5
		a := 1.0
		if f := l.fade[axis]; f > 0 {
			a *= ease((at - float64(lo)) / f)
		}
		if f := l.fade[axis+2]; f > 0 {
			a *= ease((float64(hi) - at) / f)
		}
		out[i] = a
	}
	return out
}

// ease is the smoothstep curve, 0 to 1; its ends have no visible edge.
func ease(t float64) float64 {
	t = min(max(t, 0), 1)
	return t * t * (3 - 2*t)
}

// soften scales and blurs the layer, giving its part in area. A blur needs no
// more resolution than its radius, so it is done small.
func (l layer) soften(picture *image.RGBA, area image.Rectangle) *image.RGBA {
	shrink := min(max(l.blur/2, 1), 8)
	w := max(2, round(float64(l.dst.Dx())/shrink))
	h := max(2, round(float64(l.dst.Dy())/shrink))
	small := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.CatmullRom.Scale(small, small.Rect, picture, l.src, draw.Src, nil)
	blur(small, l.blur/shrink)
	out := image.NewRGBA(area)
	draw.BiLinear.Scale(out, l.dst, small, small.Rect, draw.Src, nil)
	return out
}

// blur is a Gaussian blur by three box blurs per axis (Kovesi, 2010), with the
// edge pixels repeated outward.
func blur(m *image.RGBA, sigma float64) {
	radius := int(math.Round((math.Sqrt(4*sigma*sigma+1) - 1) / 2))
	if radius < 1 {
		radius = 1
	}
	w, h := m.Rect.Dx(), m.Rect.Dy()
	line := make([]float64, max(w, h))
	back := make([]float64, max(w, h))
	pass := func(n, offset, step int) {
		for i := range n {
			line[i] = float64(m.Pix[offset+i*step])
		}
		a, b := line[:n], back[:n]
		for range 3 {
			sum := 0.0
			at := func(i int) float64 { return a[min(max(i, 0), n-1)] }
			for i := -radius; i <= radius; i++ {
				sum += at(i)
			}
			for i := range n {
				b[i] = sum / float64(2*radius+1)
				sum += at(i+radius+1) - at(i-radius)
			}
			a, b = b, a
		}
		for i := range n {
			m.Pix[offset+i*step] = uint8(min(max(a[i], 0), 255) + 0.5)
		}
	}
	for c := range 3 {
		for y := range h {
			pass(w, y*m.Stride+c, 4)
		}
		for x := range w {
			pass(h, 4*x+c, m.Stride)
		}
	}
}

// noise is white noise of unit deviation that depends on the position alone,
// so that one request always gives the same bytes: the sum of four bytes of a
// mixed hash (the finaliser of MurmurHash3), which is near enough to normal.
func noise(x, y int) float64 {
	h := uint32(x)*0x9e3779b1 ^ uint32(y)*0x85ebca77
	h ^= h >> 16
	h *= 0x85ebca6b
	h ^= h >> 13
	h *= 0xc2b2ae35
	h ^= h >> 16
	sum := float64(h&255) + float64(h>>8&255) + float64(h>>16&255) + float64(h>>24)
	return (sum - 510) / 147.8 // 4 uniform bytes: mean 510, deviation 147.8
}

// grain estimates the noise of the picture's backdrop: the median difference of
// neighbours, which edges do not sway. At least half a level, which is what
// keeps a blurred gradient from banding.
func grain(m *image.RGBA, product image.Rectangle) float64 {
	var bins [256]int
	n := 0
	for y := 0; y < m.Rect.Dy(); y += 3 {
		for x := 0; x+1 < m.Rect.Dx(); x += 3 {
			if (image.Point{X: x, Y: y}).In(product) {
				continue
			}
			i := m.PixOffset(x, y)
			d := int(m.Pix[i+1]) - int(m.Pix[i+5])
			bins[max(d, -d)]++
			n++
		}
	}
	seen := 0
	for d, c := range bins {
		if seen += c; 2*seen >= n {
			// |difference| of two normals has its median at 0.954 deviations.
			return min(max(float64(d)/0.954, 0.5), 6)
		}
	}
	return 0.5
}

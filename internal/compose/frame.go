package compose

import (
	"context"
	"image"
	"image/color"
	"image/draw"
	"math"
	"slices"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/resample"
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
	// The rectangle is rounded, and the product placed by the rounded one.
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

// moved is the placement of a region of the frame, as seen from the frame.
func (p placement) moved(by image.Point) placement {
	p.at = p.at.Add(by)
	p.product.x += float64(by.X)
	p.product.y += float64(by.Y)
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
	scales := []float64{contain}
	for i := range steps {
		scales = append(scales, cover*math.Pow(smallest/cover, float64(i)/(steps-1)))
	}
	for _, scale := range scales {
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
	src   image.Rectangle // picture px
	dst   image.Rectangle // frame px, may reach outside
	flipX bool            // mirrored left to right
	flipY bool            // mirrored top to bottom
	blur  float64         // standard deviation, frame px
	fade  [4]float64      // px over which each side becomes transparent, inward
	tone  color.RGBA      // laid over the layer
	toned float64         // how opaque tone is, 0: not at all
}

// plainSpread is up to which spread of lightness along its axis a backdrop
// counts as a surface rather than a texture: vignettes and studio walls measure
// below 0.008, soft bokeh from 0.02.
const plainSpread = 0.012

// layers turns a placement into layers: the picture, and below it, where it does not
// reach, its own backdrop extended.
//
// A plain backdrop is stretched outward: gradients and horizons then go on, which
// they would not in a mirror image. The picture fades into it over the whole strip. A
// backdrop with texture is mirrored, since bokeh or wood looks smeared when it is
// stretched, and blurred so that nobody sees the mirror. A side without backdrop shows
// a toned blur of the whole picture, on which the picture stands as a card.
func (p placement) layers(s subject, frame image.Point, f *field) []layer {
	full := image.Rectangle{Max: s.size}
	picture := layer{src: full, dst: p.at}
	open := p.open(frame)
	if open == [4]bool{} {
		return []layer{picture}
	}
	var out []layer
	if p.card(s, frame) {
		out = append(out, cloud(s.size, frame, f, cardTone))
	} else if (open[left] || open[right]) && (open[top] || open[bottom]) {
		out = append(out, cloud(s.size, frame, f, 0))
	}
	for _, side := range []int{top, bottom, left, right} {
		if !open[side] || !s.extends(side) {
			continue
		}
		missing := p.missing(side, frame)
		share, spread := s.gap(side), f.spreadAlong(side, s.gap(side))
		// The outer part may be plain where the whole is not: what stands nearer to the
		// product must not be seen a second time.
		for _, outer := range []float64{0.12, 0.07, 0.04} {
			if spread <= plainSpread || outer >= share {
				continue
			}
			if v, worst := f.spreads(side, outer); v <= plainSpread && worst <= 2*plainSpread {
				share, spread = outer, v
			}
		}
		depth := round(p.strip[side] * share / s.gap(side))
		source := round(share * float64(s.length(side)))
		long := float64(max(frame.X, frame.Y))
		if spread > plainSpread && missing <= 2*depth {
			// The part next to the picture, mirrored at its edge, and the same part in
			// place, so that the picture is already soft where the mirror begins.
			take := min(depth, missing)
			from := max(1, source*take/max(depth, 1))
			soft := p.part(s, side, from, take, 0)
			soft.blur = 0.012 * long // a mirrored vase must not look like a second vase
			mirrored := p.part(s, side, from, 0, missing)
			mirrored.blur = soft.blur
			mirrored.flipX, mirrored.flipY = side == left || side == right, side == top || side == bottom
			out = append(out, p.spanned(soft, side, frame), p.spanned(mirrored, side, frame))
			picture.fade[side] = 0.9 * float64(take)
			continue
		}
		l := p.part(s, side, max(1, source), depth, missing)
		stretch := float64(depth+missing) / float64(max(depth, 1))
		l.blur = 0.0016 * long
		if spread > plainSpread {
			l.blur = min(0.011*stretch, 0.05) * long // or its streaks are seen
		}
		out = append(out, p.spanned(l, side, frame))
		picture.fade[side] = 0.9 * float64(depth)
	}
	return append(out, picture)
}

// open says which sides of the frame the picture does not reach.
func (p placement) open(frame image.Point) [4]bool {
	return [4]bool{left: p.at.Min.X > 0, top: p.at.Min.Y > 0, right: p.at.Max.X < frame.X, bottom: p.at.Max.Y < frame.Y}
}

// card reports whether a side is open whose backdrop cannot be extended.
func (p placement) card(s subject, frame image.Point) bool {
	for side, o := range p.open(frame) {
		if o && !s.extends(side) {
			return true
		}
	}
	return false
}

// missing is how far the picture is from the frame's edge on a side, px.
func (p placement) missing(side int, frame image.Point) int {
	switch side {
	case left:
		return p.at.Min.X
	case top:
		return p.at.Min.Y
	case right:
		return frame.X - p.at.Max.X
	default:
		return frame.Y - p.at.Max.Y
	}
}

// part is the source px of the picture next to one of its edges, drawn from
// inside px within the picture to outside px beyond it.
func (p placement) part(s subject, side, source, inside, outside int) layer {
	l := layer{src: image.Rectangle{Max: s.size}, dst: p.at}
	switch side {
	case left:
		l.src.Max.X, l.dst.Min.X, l.dst.Max.X = source, p.at.Min.X-outside, p.at.Min.X+inside
	case top:
		l.src.Max.Y, l.dst.Min.Y, l.dst.Max.Y = source, p.at.Min.Y-outside, p.at.Min.Y+inside
	case right:
		l.src.Min.X, l.dst.Min.X, l.dst.Max.X = s.size.X-source, p.at.Max.X-inside, p.at.Max.X+outside
	case bottom:
		l.src.Min.Y, l.dst.Min.Y, l.dst.Max.Y = s.size.Y-source, p.at.Max.Y-inside, p.at.Max.Y+outside
	}
	return l
}

// spanned makes a top or bottom layer as wide as the frame, which covers the
// corners when the picture is also too narrow, and lets a left or right layer fade
// into those.
func (p placement) spanned(l layer, side int, frame image.Point) layer {
	if side == top || side == bottom {
		l.dst.Min.X, l.dst.Max.X = min(l.dst.Min.X, 0), max(l.dst.Max.X, frame.X)
		return l
	}
	for _, s := range []int{top, bottom} {
		if p.open(frame)[s] {
			l.fade[s] = 0.9 * p.strip[s]
		}
	}
	return l
}

func (s subject) length(side int) int {
	if side == left || side == right {
		return s.size.X
	}
	return s.size.Y
}

// cardTone is how strongly the ground of a card is toned: enough to set text on it in
// one colour, and to look intended rather than out of focus.
const cardTone = 0.84

// cloud is the whole picture as a soft blur of its colours behind everything:
// the ground of a picture that has no backdrop to extend.
func cloud(size, frame image.Point, f *field, toned float64) layer {
	blur := 0.07 * float64(max(frame.X, frame.Y))
	// Larger than the frame, since a browser's blur thins out at the edges.
	fw, fh := float64(frame.X)+5*blur, float64(frame.Y)+5*blur
	scale := max(fw/float64(size.X), fh/float64(size.Y))
	w, h := round(float64(size.X)*scale), round(float64(size.Y)*scale)
	x, y := (frame.X-w)/2, (frame.Y-h)/2
	mean := toLCH(f.meanColor(image.Rect(0, 0, f.w, f.h)))
	tone := lch{0.22, min(mean.c, 0.03), mean.h}
	if mean.l > 0.5 {
		tone = lch{0.96, min(mean.c, 0.02), mean.h}
	}
	return layer{
		src: image.Rectangle{Max: size}, dst: image.Rect(x, y, x+w, y+h),
		blur: blur, tone: tone.rgb(), toned: toned,
	}
}

// draw puts the layer on the frame. grain is the picture's own noise (standard
// deviation, 8-bit levels), which a blur loses and which is given back so that
// soft and sharp parts have one surface. It fails when ctx ends.
func (l layer) draw(ctx context.Context, dst, picture *image.RGBA, grain float64) error {
	area := l.dst.Intersect(dst.Rect)
	if area.Empty() {
		return ctx.Err()
	}
	if l.blur < 0.5 && l.fade == [4]float64{} {
		if l.src.Size() == l.dst.Size() {
			draw.Draw(dst, l.dst, picture, l.src.Min, draw.Src)
			return ctx.Err()
		}
		return scaleTo(ctx, dst, l.dst, picture, l.src, resample.CatmullRom)
	}
	soft := image.NewRGBA(area)
	var err error
	if l.blur < 0.5 {
		err = scaleTo(ctx, soft, l.dst, picture, l.src, resample.CatmullRom)
		grain = 0
	} else {
		err = l.soften(ctx, soft, picture)
	}
	if err != nil {
		return err
	}
	tone := [3]float64{float64(l.tone.R), float64(l.tone.G), float64(l.tone.B)}
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
				v, to := float64(d[4*x+c]), float64(s[4*x+c])
				to += (tone[c] - to) * l.toned
				v += (to + n - v) * a
				d[4*x+c] = uint8(min(max(v+0.5, 0), 255))
			}
			d[4*x+3] = 255
		}
	}
	return nil
}

// scaleTo draws the part src of an opaque picture on what dst has of the
// rectangle at.
func scaleTo(
	ctx context.Context, dst *image.RGBA, at image.Rectangle, picture *image.RGBA, src image.Rectangle, k resample.Kernel,
) error {
	part := at.Intersect(dst.Rect)
	return resample.Job{
		Kernel: k, Size: src.Size(), To: at, Part: part,
		Read: func(y int, row []float32) {
			for i, v := range picture.Pix[picture.PixOffset(src.Min.X, src.Min.Y+y):][:len(row)] {
				row[i] = float32(v)
			}
		},
		Write: func(y int, row []float32) {
			to := dst.Pix[dst.PixOffset(part.Min.X, y):][:len(row)]
			for i, v := range row {
				to[i] = uint8(min(max(v+0.5, 0), 255))
			}
		},
	}.Run(ctx)
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

// soften scales and blurs the layer and draws what out has of it. A blur needs no
// more resolution than its radius, so it is done small.
func (l layer) soften(ctx context.Context, out, picture *image.RGBA) error {
	shrink := min(max(l.blur/2, 1), 8)
	w := max(2, round(float64(l.dst.Dx())/shrink))
	h := max(2, round(float64(l.dst.Dy())/shrink))
	small := image.NewRGBA(image.Rect(0, 0, w, h))
	if err := scaleTo(ctx, small, small.Rect, picture, l.src, resample.CatmullRom); err != nil {
		return err
	}
	l.flip(small)
	blur(small, l.blur/shrink)
	return scaleTo(ctx, out, l.dst, small, small.Rect, resample.Linear)
}

// flip mirrors the scaled layer in place.
func (l layer) flip(m *image.RGBA) {
	w, h := m.Rect.Dx(), m.Rect.Dy()
	swap := func(a, b int) {
		for c := range 4 {
			m.Pix[a+c], m.Pix[b+c] = m.Pix[b+c], m.Pix[a+c]
		}
	}
	if l.flipX {
		for y := range h {
			for x := range w / 2 {
				swap(y*m.Stride+4*x, y*m.Stride+4*(w-1-x))
			}
		}
	}
	if l.flipY {
		for y := range h / 2 {
			for x := range w {
				swap(y*m.Stride+4*x, (h-1-y)*m.Stride+4*x)
			}
		}
	}
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
// neighbours, on which edges have little influence. At least half a level, without
// which a blurred gradient shows bands.
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

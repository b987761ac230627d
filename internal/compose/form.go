package compose

import (
	"image"
	"math"
	"slices"
)

// The names of layouts. Those of zones beside the product are also what Result says
// when no layout was asked for.
const (
	leftColumn  = "left-column"
	rightColumn = "right-column"
	topCenter   = "top-center"
	bottomBand  = "bottom-band"
	headlined   = "headline"
	panelled    = "panel"
	split       = "split"
	card        = "card"
)

// From which width over height a frame counts as wide, so that words stand beside the
// picture and no longer above or below, and as a banner, where nothing else has room.
const (
	wideFrame   = 1.3
	bannerFrame = 2.2
)

// form is one way to divide the frame: a region that shows the picture, and plain
// grounds on the rest.
type form struct {
	region  rect   // whole px
	grounds []rect // cover all of the frame beside the region
	words   *zone  // on the grounds; nil: beside the product, in the region
	cost    float64
}

func (f form) size() image.Point   { return image.Pt(round(f.region.w), round(f.region.h)) }
func (f form) origin() image.Point { return image.Pt(round(f.region.x), round(f.region.y)) }

// whole is the form without grounds.
func (q search) whole() form { return form{region: rect{0, 0, float64(q.frame.X), float64(q.frame.Y)}} }

// forms lists the ways the chosen layout may divide the frame.
func (q search) forms() []form {
	switch q.layout {
	case panelled:
		return q.panels()
	case split:
		return q.halves()
	case card:
		return q.cards()
	}
	return []form{q.whole()}
}

// shares are how much of the frame a ground for words may take. More costs: the
// picture is what sells.
var shares = []float64{0.2, 0.24, 0.28, 0.32, 0.36, 0.4, 0.44, 0.48, 0.52, 0.56}

const shareCost = 1.1

// beside lists the zones of the chosen layout and corner around a product.
func (q search) beside(product rect) []zone {
	all := zones(product, q.scale)
	if q.layout == "" && q.corner == "" {
		return all
	}
	wide := float64(q.frame.X) / float64(q.frame.Y)
	pin, align := cornerPin(q.corner), ""
	if pin != nil {
		align = []string{"left", "right"}[int(pin.x)]
	}
	var out []zone
	add := func(name, as string) {
		z := all[slices.IndexFunc(all, func(z zone) bool { return z.name == name })]
		z.name, z.pin = as, pin
		if pin != nil {
			z.align = align
		}
		out = append(out, z)
	}
	switch {
	case q.layout == headlined && wide >= wideFrame && q.corner == topRight:
		add(rightColumn, headlined)
	case q.layout == headlined && wide >= wideFrame:
		add(leftColumn, headlined)
	case q.layout == headlined:
		add(topCenter, headlined)
	case q.layout != "":
		add(q.layout, q.layout)
	default:
		column, row := leftColumn, topCenter
		if pin.x == 1 {
			column = rightColumn
		}
		if pin.y == 1 {
			row = bottomBand
		}
		add(column, column)
		add(row, q.corner)
	}
	return out
}

// cornerPin is where a corner puts a block in its area; nil without a corner.
func cornerPin(corner string) *point {
	switch corner {
	case topLeft:
		return &point{0, 0}
	case topRight:
		return &point{1, 0}
	case bottomLeft:
		return &point{0, 1}
	case bottomRight:
		return &point{1, 1}
	}
	return nil
}

// divided puts a ground of a share of the frame on a side of it, with the words on it.
func (q search) divided(name string, side int, share float64, align string, pin *point) form {
	w, h := float64(q.frame.X), float64(q.frame.Y)
	ground, region := rect{0, 0, w, h}, rect{0, 0, w, h}
	switch side {
	case left:
		ground.w = math.Round(w * share)
		region.x, region.w = ground.w, w-ground.w
	case right:
		region.w = math.Round(w * (1 - share))
		ground.x, ground.w = region.w, w-region.w
	case top:
		ground.h = math.Round(h * share)
		region.y, region.h = ground.h, h-ground.h
	default:
		region.h = math.Round(h * (1 - share))
		ground.y, ground.h = region.h, h-region.h
	}
	return form{
		region: region, grounds: []rect{ground}, cost: shareCost * share,
		words: &zone{name: name, side: side, align: align, area: ground.grow(-q.scale.gap).meet(q.scale.safe), pin: pin},
	}
}

// panels is a full-width band of colour, as high as the words need; on a banner a
// column of it.
func (q search) panels() []form {
	side, align := bottom, "center"
	pin := cornerPin(q.corner)
	if pin != nil {
		align = []string{"left", "right"}[int(pin.x)]
		side = []int{top, bottom}[int(pin.y)]
		pin = &point{pin.x, 0.5}
	}
	if float64(q.frame.X)/float64(q.frame.Y) >= bannerFrame {
		side, align = left, "left"
		if pin != nil && pin.x == 1 {
			side = right
		}
		pin = &point{0, 0.5}
	}
	var out []form
	for _, s := range shares {
		out = append(out, q.divided(panelled, side, s, align, pin))
	}
	return out
}

// halves gives words and picture a half each: side by side, above each other on a tall
// frame.
func (q search) halves() []form {
	pin := cornerPin(q.corner)
	wide := float64(q.frame.X) / float64(q.frame.Y)
	side := left
	if pin != nil && pin.x == 1 {
		side = right
	}
	if wide < 0.95 {
		side = top
		if pin != nil && pin.y == 1 {
			side = bottom
		}
	}
	align := "left"
	at := point{0, 0.5}
	if pin != nil {
		at.y = pin.y
		if side == top || side == bottom {
			at.x, at.y = pin.x, 0.5
			align = []string{"left", "right"}[int(pin.x)]
		}
	}
	return []form{q.divided(split, side, 0.5, align, &at)}
}

// cards frames the picture like a print with a margin, the words below it; on a wide
// frame they stand to its right.
func (q search) cards() []form {
	w, h := float64(q.frame.X), float64(q.frame.Y)
	m := math.Round(0.045 * min(w, h))
	var out []form
	for _, s := range shares {
		var f form
		if w/h >= wideFrame {
			f = q.divided(card, right, s, "left", &point{0, 0.5})
			f.region = rect{m, m, f.region.w - m, h - 2*m}
			f.words.area = rect{f.region.right(), 0, w - f.region.right(), h}.grow(-q.scale.gap).meet(q.scale.safe)
		} else {
			f = q.divided(card, bottom, s, "center", &point{0.5, 0.5})
			f.region = rect{m, m, w - 2*m, f.region.h - m}
			f.words.area = rect{0, f.region.bottom(), w, h - f.region.bottom()}.grow(-0.75 * q.scale.gap).meet(q.scale.safe)
		}
		r := f.region
		if r.w < m || r.h < m {
			continue
		}
		f.grounds = []rect{
			{0, 0, w, r.y}, {0, r.bottom(), w, h - r.bottom()}, {0, r.y, r.x, r.h}, {r.right(), r.y, w - r.right(), r.h},
		}
		out = append(out, f)
	}
	return out
}

// free reports whether a rectangle touches nothing that stands on the frame.
func (a arrangement) free(r rect) bool {
	for _, o := range []rect{a.at, a.place.product, a.logo, a.badge, a.mark} {
		if o.area() > 0 && r.overlaps(o) {
			return false
		}
	}
	return true
}

// furnish finds places for logo, badge and mark; false when one has none.
func (q search) furnish(a arrangement) (arrangement, bool) {
	ok := true
	if q.logoSz.w > 0 {
		if a.logo, ok = q.logoPlace(a); !ok {
			return a, false
		}
	}
	if q.badgeSz.w > 0 {
		if a.badge, ok = q.badgePlace(a); !ok {
			return a, false
		}
	}
	if q.markSz.w > 0 {
		a.mark, ok = q.markPlace(a)
	}
	return a, ok
}

// logoPlace finds a corner for the logo: a calm one, the top ones first, where a reader
// looks for who is speaking.
func (q search) logoPlace(a arrangement) (rect, bool) {
	s, r := q.scale.safe, q.logoSz
	best, most, found := rect{}, 0.0, false
	for i, p := range []point{{0, 0}, {1, 0}, {0.5, 0}, {0, 1}, {1, 1}, {0.5, 1}, {0, 0.5}, {1, 0.5}} {
		at := rect{math.Round(s.x + (s.w-r.w)*p.x), math.Round(s.y + (s.h-r.h)*p.y), r.w, r.h}
		calm := q.calm(at, a.place)
		if len(a.form.grounds) > 0 && !at.overlaps(a.form.region) {
			calm = 1
		}
		if v := calm - 0.05*float64(i); (!found || v > most) && a.free(at.grow(0.35*q.scale.gap)) {
			best, most, found = at, v, true
		}
	}
	return best, found
}

// badgePlace finds a place for the badge: at a corner of the product's box, as a sticker
// would hang there, else in a corner of the picture.
func (q search) badgePlace(a arrangement) (rect, bool) {
	r, p := q.badgeSz, a.place.product
	inset := 0.6 * q.scale.gap
	region := a.form.region.meet(rect{0, q.scale.safe.y, float64(q.frame.X), q.scale.safe.h}.grow(0)).grow(-inset)
	if q.scale.safe.h > 0.75*float64(q.frame.Y) {
		region = a.form.region.grow(-inset)
	}
	air := 0.25 * q.scale.gap
	clamp := func(x, y float64) rect {
		x = min(max(x, region.x), region.right()-r.w)
		y = min(max(y, region.y), region.bottom()-r.h)
		return rect{math.Round(x), math.Round(y), r.w, r.h}
	}
	for _, at := range []rect{
		clamp(p.right()+air+1, p.y), clamp(p.x-r.w-air-1, p.y),
		clamp(p.right()-0.3*r.w, p.y-r.h-air-1), clamp(p.x-0.7*r.w, p.y-r.h-air-1),
		clamp(p.right()+air+1, p.y+p.h/2-r.h/2), clamp(p.x-r.w-air-1, p.y+p.h/2-r.h/2),
		clamp(p.right()+air+1, p.bottom()-r.h), clamp(p.x-r.w-air-1, p.bottom()-r.h),
		clamp(region.right(), region.y), clamp(region.x, region.y),
		clamp(region.right(), region.bottom()), clamp(region.x, region.bottom()),
	} {
		if at.x < region.x-1 || at.y < region.y-1 || !a.free(at.grow(air)) {
			continue
		}
		return at, true
	}
	return rect{}, false
}

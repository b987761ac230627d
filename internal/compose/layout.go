package compose

import (
	"image"
	"math"

	"github.com/nanococoa/nanococoa/internal/ad"
)

// Line heights in em. Hangul fills its em square, so Korean needs more air
// between lines than Latin; small text more than large.
const (
	mainLeading = 1.24
	subLeading  = 1.45
	markLeading = 1.3
)

// scale holds the sizes of one frame in px. They follow the geometric mean of the
// sides, so that text on a long banner is neither far too large nor far too small.
type scale struct {
	mainMax, mainMin float64
	subMax, subMin   float64
	mark             float64
	size             float64 // what a headline's size counts beside the picture's
	safe             rect    // where text may stand
	gap              float64 // least distance of text and product
}

// hierarchy is how much larger the headline is than the sub copy, at least.
const hierarchy = 1.6

// subShare is how small sub copy may get beside its headline.
const subShare = 0.34

func newScale(frame image.Point) scale {
	w, h := float64(frame.X), float64(frame.Y)
	mean, short := math.Sqrt(w*h), min(w, h)
	s := scale{
		mainMax: min(0.11*mean, 0.12*w, 0.3*h),
		mainMin: max(0.045*mean, 16),
		subMax:  0.046 * mean,
		subMin:  max(0.023*mean, 11), // 11 px is the least Hangul keeps its strokes apart at
		mark:    max(0.0185*mean, 10.5),
		size:    0.9,
		gap:     max(0.042*mean, 8),
	}
	// A long side gets a wider margin than the 6 % of the shorter that always
	// hold, or the text of a banner would be too near its end.
	mx, my := max(0.06*short, 0.045*w), max(0.06*short, 0.04*h)
	s.safe = rect{mx, my, w - 2*mx, h - 2*my}
	if h/w > 1.6 {
		// Stories: the apps lay their own controls over the top 14 % and the
		// bottom 17 %.
		s.safe.y, s.safe.h = 0.13*h, 0.70*h
	}
	return s
}

// loud makes room for a headline that fills its frame.
func (s *scale) loud(frame image.Point) {
	w, h := float64(frame.X), float64(frame.Y)
	s.mainMax, s.size = min(0.19*math.Sqrt(w*h), 0.24*w, 0.42*h), 2.2
	s.subMax = 0.4 * s.mainMax
}

// texts is the copy, measured: every way to break it into lines.
type texts struct {
	main, sub []breaking
}

// block is the copy set at definite sizes.
type block struct {
	main, sub     breaking
	mainPx, subPx float64
	rule          rect // the accent rule relative to the block; empty: none
	mainY, subY   float64
	w, h          float64
	value         float64 // up to 1.15, how well it is set
}

// set finds the largest setting of the copy in w×h px. floor scales the least
// sizes: below 1 only when nothing fits otherwise.
func (t texts) set(w, h float64, s scale, floor float64, centred bool) (block, bool) {
	var best block
	found := false
	try := func(main breaking, px float64) bool {
		b, ok := t.stack(main, px, w, h, s, floor, centred)
		if ok && (!found || b.value > best.value) {
			best, found = b, true
		}
		return ok
	}
	if len(t.main) == 0 {
		// Without a headline the sub copy stands alone, at its largest.
		try(breaking{}, s.subMax*hierarchy)
		if !found {
			try(breaking{}, s.subMin*hierarchy*floor)
		}
		return best, found
	}
	for _, main := range t.main {
		px := min(s.mainMax, w/main.width)
		for px >= s.mainMin*floor {
			if try(main, px) {
				break
			}
			px *= 0.96
		}
	}
	return best, found
}

// stack sets a headline of a given size with the sub copy under it.
func (t texts) stack(main breaking, px, w, h float64, s scale, floor float64, centred bool) (block, bool) {
	b := block{main: main, mainPx: px}
	mainH := float64(len(main.lines)) * px * mainLeading
	mainW := main.width * px
	if mainH > h || mainW > w {
		return b, false
	}
	b.w, b.h = mainW, mainH
	sizeValue := min(px/s.mainMax, 1)
	subValue := 1.0
	if len(t.sub) > 0 {
		wish := min(max(0.44*px, s.subMin*floor), s.subMax, px/hierarchy)
		// A headline beside which the sub copy is far too small has to be smaller.
		least := min(max(s.subMin*floor, subShare*px), wish)
		gap := 0.0
		if len(main.lines) > 0 {
			gap = 0.26 * px
		}
		ok := false
		bestSub := math.Inf(-1)
		for i, sub := range t.sub {
			size := min(wish, w/sub.width)
			if room := h - mainH - gap; size*subLeading*float64(len(sub.lines)) > room {
				size = room / (subLeading * float64(len(sub.lines)))
			}
			if size < least {
				continue
			}
			// One line more costs as much as a sixth of the size.
			v := size/wish - 0.16*float64(i) - 0.3*min(sub.flaw, 1)
			if v > bestSub {
				ok, bestSub = true, v
				b.sub, b.subPx = sub, size
			}
		}
		if !ok {
			return b, false
		}
		b.subY = mainH + gap
		b.h = b.subY + b.subPx*subLeading*float64(len(b.sub.lines))
		b.w = max(b.w, b.sub.width*b.subPx)
		subValue = 1 + bestSub - 1
	}
	if len(main.lines) == 0 {
		b.value = subValue
		return b, true
	}
	b.value = s.size*sizeValue + 0.25*subValue - lineCost(len(main.lines)) - 0.3*min(main.flaw, 3)
	// The accent rule, where there is room for it: a short bar over a
	// left-aligned headline, between headline and sub copy when centred.
	thick, long := max(math.Round(0.055*px), 2), 0.6*px
	if px >= 28 && !centred {
		up := thick + 0.24*px
		if b.h+up <= h {
			b.rule = rect{0, 0, long, thick}
			b.mainY += up
			b.subY += up
			b.h += up
		}
	}
	return b, true
}

// lineCost is what a headline's number of lines takes off its value: two lines are
// read at once, three have to be much larger to be better.
func lineCost(lines int) float64 { return 0.05*float64(lines-1) + 0.09*float64(max(lines-2, 0)) }

// zone is an area that text may fill: beside the product, or a plain ground.
type zone struct {
	name  string
	side  int    // of the product
	align string // left, center or right
	area  rect
	// Where an owner's corner puts the block in the area, 0 at the left and top to 1 at
	// the right and bottom; nil: where it is calmest.
	pin *point
}

// point is a place in fractions of an area.
type point struct{ x, y float64 }

func zones(product rect, s scale) []zone {
	a := s.safe
	beside := func(x0, y0, x1, y1 float64) rect {
		return rect{x0, y0, x1 - x0, y1 - y0}
	}
	l := beside(a.x, a.y, min(product.x-s.gap, a.right()), a.bottom())
	r := beside(max(product.right()+s.gap, a.x), a.y, a.right(), a.bottom())
	t := beside(a.x, a.y, a.right(), min(product.y-s.gap, a.bottom()))
	b := beside(a.x, max(product.bottom()+s.gap, a.y), a.right(), a.bottom())
	return []zone{
		{leftColumn, left, "left", l, nil},
		{topCenter, top, "center", t, nil},
		{topLeft, top, "left", t, nil},
		{rightColumn, right, "left", r, nil},
		{bottomBand, bottom, "center", b, nil},
		{bottomLeft, bottom, "left", b, nil},
	}
}

// arrangement is a chosen layout.
type arrangement struct {
	zone  zone
	form  form
	place placement // on the frame
	block block
	at    rect // of the block
	logo  rect // empty: none
	badge rect // empty: none
	mark  rect // empty: none
	score float64
}

// search tries every zone of every placement and gives the best arrangement.
type search struct {
	frame   image.Point
	subject subject
	field   *field // of the picture
	scale   scale
	texts   texts
	floor   float64
	hints   []ad.TextArea
	layout  string
	corner  string
	// Width and height of what else stands on the frame; empty: none.
	logoSz, badgeSz, markSz rect
}

func (q search) best() (arrangement, bool) {
	var best arrangement
	found := false
	for _, f := range q.forms() {
		frame := f.size()
		fw, fh := float64(frame.X), float64(frame.Y)
		var fixed block // on a plain ground it is set once, as nothing there depends on the product
		if f.words != nil {
			var ok bool
			if fixed, ok = q.texts.set(f.words.area.w, f.words.area.h, q.scale, q.floor, f.words.align == "center"); !ok {
				continue
			}
		}
		for _, p := range q.subject.placements(frame) {
			base := q.picture(p, frame)
			if f.words != nil {
				score := base + fixed.value - f.cost - 0.9*math.Abs((p.product.x+p.product.w/2)/fw-0.5) -
					0.5*math.Abs((p.product.y+p.product.h/2)/fh-0.52)
				if found && score <= best.score {
					continue
				}
				a := arrangement{zone: *f.words, form: f, place: p.moved(f.origin()), block: fixed, score: score}
				a.at, _ = q.settle(a.zone, fixed, a.place)
				if a, ok := q.furnish(a); ok {
					best, found = a, true
				}
				continue
			}
			for _, z := range q.beside(p.product) {
				if z.area.w <= 0 || z.area.h <= 0 {
					continue
				}
				score := base + prior(z, fw/fh) + composure(z, p, fw, fh)
				most := q.scale.size + 0.25 + 0.7 + 0.12 // text set perfectly on a plain surface that was hinted at
				if found && score+most <= best.score {
					continue
				}
				b, ok := q.texts.set(z.area.w, z.area.h, q.scale, q.floor, z.align == "center")
				if !ok {
					continue
				}
				score += b.value
				at, calm := q.settle(z, b, p)
				score += 0.7*calm + 0.12*q.hinted(at, p)
				if found && score <= best.score {
					continue
				}
				if a, ok := q.furnish(arrangement{zone: z, form: f, place: p, block: b, at: at, score: score}); ok {
					best, found = a, true
				}
			}
		}
	}
	return best, found
}

// picture values a placement by itself: how large the product is and how much
// of the frame had to be made up.
func (q search) picture(p placement, frame image.Point) float64 {
	fw, fh := float64(frame.X), float64(frame.Y)
	// A product of 60 % of one side is large enough; more is no better. Under a headline
	// that fills the frame it is small.
	enough, loud := 0.6, q.layout == headlined
	if loud {
		enough = 0.42
	}
	fill := min(max(p.product.w/fw, p.product.h/fh)/enough, 1)
	v := 0.9*fill - 0.35*(1-p.shown)
	open := p.open(frame)
	if open != [4]bool{} && sameShape(frame, q.subject.size) && !loud {
		v -= 0.35 // the picture was composed for this very shape
	}
	if (open[left] || open[right]) && (open[top] || open[bottom]) {
		v -= 0.2
	}
	for side, o := range open {
		if o && !q.subject.extends(side) {
			v -= 0.12
		}
	}
	return v
}

// prior is what a reader expects of a frame's shape.
func prior(z zone, wide float64) float64 {
	switch {
	case wide >= 1.3 && z.side == left:
		return 0.16
	case wide >= 1.3 && z.side == right:
		return 0.08
	case wide < 1.3 && z.side == top && z.align == "center":
		return 0.10
	case wide < 1.3 && z.side == top:
		return 0.08
	case wide < 1.3 && z.side == bottom:
		return 0.02
	}
	return 0
}

// composure takes points off a frame out of balance: a product beside the axis of
// centred text, or an empty side opposite to the text.
func composure(z zone, p placement, fw, fh float64) float64 {
	q := p.product
	v := 0.0
	switch z.side {
	case left:
		v -= 0.6 * max(0, (fw-q.right())/fw-0.12)
	case right:
		v -= 0.6 * max(0, q.x/fw-0.12)
	case top:
		v -= 0.6 * max(0, (fh-q.bottom())/fh-0.2)
	case bottom:
		v -= 0.6 * max(0, q.y/fh-0.15)
	}
	switch {
	case z.side == left || z.side == right:
		v -= 0.5 * math.Abs((q.y+q.h/2)/fh-0.52)
	case z.align == "center":
		v -= 0.9 * math.Abs((q.x+q.w/2)/fw-0.5)
	default:
		v -= 0.4*max(0, 0.5-(q.x+q.w/2)/fw) + 0.2*math.Abs((q.x+q.w/2)/fw-0.56)
	}
	return v
}

// settle puts the block where its zone is calmest, near where the eye expects
// it, and says how calm that is.
func (q search) settle(z zone, b block, p placement) (rect, float64) {
	slackX, slackY := z.area.w-b.w, z.area.h-b.h
	x := z.area.x
	switch {
	case z.pin != nil:
		x += slackX * z.pin.x
	case z.align == "center":
		x += slackX / 2
	case z.side == left && slackX > 0.25*z.area.w:
		x += (slackX - 0.25*z.area.w) * 0.5
	case z.side == right:
		x += min(slackX*0.4, slackX)
	}
	wish := 0.5
	spots := []float64{0.5, 0.35, 0.65, 0.2, 0.8}
	switch z.side {
	case top:
		wish = 0.4
		spots = []float64{0.4, 0.2, 0.6, 0}
	case bottom:
		wish = 0.5
	}
	if z.pin != nil {
		wish, spots = z.pin.y, []float64{z.pin.y}
	}
	var best rect
	top, calm := math.Inf(-1), 0.0
	for _, s := range spots {
		r := rect{x, z.area.y + slackY*s, b.w, b.h}
		c := q.calm(r, p)
		if v := c - 0.35*math.Abs(s-wish); v > top {
			top, calm, best = v, c, r
		}
	}
	return best, calm
}

// calm measures the picture under a rectangle of the frame; the extended
// backdrop is blurred, so it counts as nearly plain.
func (q search) calm(r rect, p placement) float64 {
	on := r.meet(rect{float64(p.at.Min.X), float64(p.at.Min.Y), float64(p.at.Dx()), float64(p.at.Dy())})
	if on.w <= 0 || on.h <= 0 {
		return 0.9
	}
	w, h := float64(p.at.Dx()), float64(p.at.Dy())
	cells := q.field.rect(ad.Box{(on.x - float64(p.at.Min.X)) / w, (on.y - float64(p.at.Min.Y)) / h, on.w / w, on.h / h})
	share := on.area() / r.area()
	return share*q.field.calm(cells) + (1-share)*0.9
}

// hinted is how much of a rectangle lies in the analysis's own text areas. They
// are a wish: everything about them was measured again.
func (q search) hinted(r rect, p placement) float64 {
	best := 0.0
	w, h := float64(p.at.Dx()), float64(p.at.Dy())
	for _, t := range q.hints {
		b, ok := sane(t.Box)
		if !ok || r.area() <= 0 {
			continue
		}
		on := rect{float64(p.at.Min.X) + b[0]*w, float64(p.at.Min.Y) + b[1]*h, b[2] * w, b[3] * h}
		best = max(best, on.meet(r).area()/r.area()*min(max(t.Score, 0), 1))
	}
	return best
}

// markPlace finds a place for the mark, off the product and the text.
func (q search) markPlace(a arrangement) (rect, bool) {
	w, h := q.markSz.w, q.markSz.h
	fw, fh := float64(q.frame.X), float64(q.frame.Y)
	inset := max(0.025*min(fw, fh), 6)
	x0, y0, x1, y1 := inset, inset, fw-inset-w, fh-inset-h
	if fh/fw > 1.6 { // where the apps' controls leave it visible
		y0, y1 = q.scale.safe.y, q.scale.safe.bottom()-h
	}
	spots := []rect{
		{x1, y1, w, h}, {x0, y1, w, h}, {x1, y0, w, h}, {x0, y0, w, h},
		{(x0 + x1) / 2, y1, w, h}, {(x0 + x1) / 2, y0, w, h}, {x0, (y0 + y1) / 2, w, h}, {x1, (y0 + y1) / 2, w, h},
	}
	air, in := 0.4*h, a.form.region
	if len(a.form.grounds) > 0 { // also in the corners of the picture
		i := in.meet(rect{0, y0, fw, y1 + h - y0}).grow(-0.5 * inset)
		spots = append(spots,
			rect{i.right() - w, i.bottom() - h, w, h}, rect{i.x, i.bottom() - h, w, h},
			rect{i.right() - w, i.y, w, h}, rect{i.x, i.y, w, h})
	}
	for _, r := range spots {
		if across := r.overlaps(in) && r.meet(in).area() < r.area()-1; !across && a.free(r.grow(air)) {
			return r, true
		}
	}
	return rect{}, false
}

// arrange searches with ever less demanding rules until the copy fits: smaller
// letters, more lines, a line of one syllable, and unless words must stay whole, words
// broken between characters.
func (q search) arrange(main, sub string, headline, under *face, whole bool) (arrangement, bool) {
	type rule struct {
		floor     float64
		mainLines int
		subLines  int
		orphans   bool
		broken    bool
	}
	rules := []rule{
		{1, 3, 3, false, false},
		{0.82, 4, 5, false, false},
		{0.7, 5, 8, false, false},
	}
	if !whole {
		rules = append(rules, rule{0.7, 5, 8, true, false}, rule{0.7, 5, 8, true, true})
	}
	for _, r := range rules {
		q.floor = r.floor
		mi, si := words(main, headline), words(sub, under)
		if r.broken {
			mi, si = characters(mi, headline), characters(si, under)
		}
		q.texts = texts{breakings(mi, headline, r.mainLines, r.orphans), breakings(si, under, r.subLines, r.orphans)}
		if a, ok := q.best(); ok {
			return a, true
		}
	}
	return arrangement{}, false
}

// bare is the arrangement of a picture without words: as large as the whole
// product allows.
func (q search) bare() (arrangement, bool) {
	best, found := arrangement{}, false
	f := q.whole()
	for _, p := range q.subject.placements(q.frame) {
		score := q.picture(p, q.frame) - math.Abs((p.product.x+p.product.w/2)/float64(q.frame.X)-0.5)
		if found && score <= best.score {
			continue
		}
		if a, ok := q.furnish(arrangement{form: f, place: p, score: score}); ok {
			best, found = a, true
		}
	}
	return best, found
}

// veil is the scrim's shape for an arrangement: it ends where the product
// begins and is full as far as the words reach.
func (a arrangement) veil(frame image.Point) scrim {
	fw, fh := float64(frame.X), float64(frame.Y)
	s := scrim{side: a.zone.side}
	switch a.zone.side {
	case left:
		s.hold, s.depth = a.at.right(), a.place.product.x
	case top:
		s.hold, s.depth = a.at.bottom(), a.place.product.y
	case right:
		s.hold, s.depth = fw-a.at.x, fw-a.place.product.right()
	default:
		s.hold, s.depth = fh-a.at.y, fh-a.place.product.bottom()
	}
	return s
}

// scrimRect is the part of the frame the scrim lies on.
func (p *plan) scrimRect() rect {
	w, h, d := float64(p.size.X), float64(p.size.Y), p.scrim.depth
	switch p.scrim.side {
	case left:
		return rect{0, 0, d, h}
	case top:
		return rect{0, 0, w, d}
	case right:
		return rect{w - d, 0, d, h}
	default:
		return rect{0, h - d, w, d}
	}
}

// Package compose lays out and draws the words of an ad: it measures a picture
// for calm areas that do not touch the product, sets Korean text there, and
// gives the finished picture and the HTML from one layout, so that the two
// agree. It knows nothing of HTTP, engines or storage.
//
// Render works in this order: clean the copy, place the picture on the frame
// together with the words (search), paint picture and extended backdrop
// (layer), choose colours by measured contrast (tint), draw (brush) and write
// the markup (writer). The plan between search and drawing is the one layout.
package compose

import (
	"context"
	"fmt"
	"image"
	"image/color"
	"math"
	"slices"
	"unicode/utf8"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/fault"
)

// The sizes Render makes, in pixels: the smallest banner of Korean ad networks
// is 342×228, the tallest a 1080×1920 story.
const (
	MinWidth  = 342
	MinHeight = 228
	MaxSide   = 1920
)

// Request is one picture to put words on.
type Request struct {
	Picture image.Image // stage 1's picture, without words
	// Analysis of Picture. nil: it is measured here, with an unknown product that is
	// taken to be in the centre.
	Analysis                       *ad.Analysis
	MainCopy, SubCopy, ProductName string      // as the owner or the copywriter wrote them
	Size                           image.Point // pixels; zero: the picture's own size
	PictureURL                     string      // src of Picture in the HTML, e.g. "cid:stage1"
	AIMark                         bool        // draw the small visible "AI 생성" mark

	// What an owner may choose, each empty for today's default.
	Layout   string // a name of Layouts; empty: the best
	Corner   string // a name of Corners that the layout has; empty: the best place
	Typeface string // a name of Typefaces; empty: the first
	Badge    string // up to BadgeMax characters, e.g. "50% 할인"; empty: none
	Brand    *Brand // nil: none
	// WithoutText leaves away words, badge, logo and mark: the picture alone, of any size.
	WithoutText bool
	// Whole makes words that do not fit a fault. Without it they are broken or cut.
	Whole bool
}

// The roles of lines.
const (
	roleMain  = "main"
	roleSub   = "sub"
	roleMark  = "ai_mark"
	roleBadge = "badge"
)

const markText = "AI 생성"

// Line is one line of text as drawn: what is left of it after cleaning. Role
// is "main", "sub", "badge" or "ai_mark".
type Line struct {
	Text   string
	Role   string
	Box    ad.Box  // advance width × line height, in fractions of the result
	SizePx float64 // font size
}

// Result is a finished picture with the HTML made from the same layout.
type Result struct {
	Image    *image.RGBA
	HTML     string
	Lines    []Line
	Layout   string  // what was taken: a name of Layouts or Corners; none without words
	Contrast float64 // WCAG 2, the worst decile under the worst line, scrim included; 0 without words
	Scrim    bool    // whether a scrim was needed
}

// setLine is a line with everything needed to draw it.
type setLine struct {
	text  string
	role  string
	at    rect // advance × line height
	px    float64
	face  *face
	run   run
	color color.RGBA
}

// plan is the one layout both outputs are made from. Lengths are px of the
// result.
type plan struct {
	size    image.Point
	picture image.Point // size of the picture the layers cut from
	layers  []layer
	ground  color.RGBA // shows only while the picture loads
	product rect

	name  string
	align string
	at    rect // of main and sub copy together
	lines []setLine

	words    []image.Rectangle // where main and sub copy stand, one per line
	under    color.RGBA        // the mean of the picture there
	text     color.RGBA
	contrast float64 // of text on words

	grounds []ground // over the layers, under everything else
	badge   *badge   // nil: none
	logo    *logo    // nil: none

	veil      scrim  // the scrim's shape, should one be needed
	scrim     *scrim // the scrim that is drawn, nil: none
	rule      rect
	ruleColor color.RGBA
	mark      rect
	pill      float64 // opacity of the ground of the mark, 0: none
	pillColor color.RGBA
}

// Render sets the words on the picture. The text never touches the product's
// box: when the frame leaves no room, the picture is shown smaller and its backdrop
// extended. Copy of any length fits at every size; if nothing else helps, it is cut
// and ends in an ellipsis. A text of which nothing can be drawn is left out.
//
// The same request gives the same bytes. Faults: Request.Invalid names the field
// that is wrong or does not fit: size (outside MinWidth×MinHeight to MaxSide), layout,
// corner, typeface, badge, brand, and with Whole main_copy and sub_copy. Internal
// without a picture; ctx's error when it ends first.
func Render(ctx context.Context, r Request) (Result, error) {
	if r.Picture == nil || r.Picture.Bounds().Empty() {
		return Result{}, fault.Newf(fault.Internal, "compose: no picture")
	}
	size := r.Size
	if size == (image.Point{}) {
		size = r.Picture.Bounds().Size()
	}
	if size.X < MinWidth || size.Y < MinHeight || size.X > MaxSide || size.Y > MaxSide {
		return Result{}, fault.Invalid(fault.Field{
			Name:   "size",
			Detail: fmt.Sprintf("크기는 %d×%d부터 %d×%d까지 쓸 수 있습니다.", MinWidth, MinHeight, MaxSide, MaxSide),
		})
	}
	if err := r.check(); err != nil {
		return Result{}, err
	}
	if err := ctx.Err(); err != nil {
		return Result{}, err
	}

	picture := toRGBA(r.Picture)
	measured := newField(picture)
	analysis := r.Analysis
	if analysis == nil {
		analysis = &ad.Analysis{}
	}
	product, ok := sane(analysis.ProductBox)
	if !ok {
		product = unknownProduct
	}
	pw, ph := float64(picture.Rect.Dx()), float64(picture.Rect.Dy())
	s := subject{picture.Rect.Size(), rect{product[0] * pw, product[1] * ph, product[2] * pw, product[3] * ph}}

	noise := grain(picture, s.product.pixels())
	var p *plan
	var img *image.RGBA
	// Where no colour can be read a scrim will be needed, and a scrim needs
	// room to fade out before the product: then the words are set again with
	// more of it.
	accent := accentOf(measured, product, analysis, r.Brand)
	for _, room := range []float64{1, 2.2} {
		var err error
		if p, err = layOut(ctx, r, size, s, measured, analysis.TextAreas, room); err != nil {
			return Result{}, err
		}
		img = image.NewRGBA(image.Rectangle{Max: size})
		for _, l := range p.layers {
			if err := l.draw(ctx, img, picture, noise); err != nil {
				return Result{}, err
			}
		}
		p.lay(img, measured.meanBeside(measured.rect(product)), accent, r.Brand)
		p.choose(img, r.wishes(analysis.Colors.Text))
		if p.contrast >= MinContrast || len(p.words) == 0 {
			break
		}
	}
	p.tint(img, accent)
	p.decorate(img, r.Brand)
	p.draw(img)

	out := Result{
		Image: img, Layout: p.name, Contrast: math.Floor(p.contrast*100) / 100, Scrim: p.scrim != nil,
		HTML: p.markup(r.PictureURL, r.altText()),
	}
	for _, l := range p.lines {
		out.Lines = append(out.Lines, Line{l.text, l.role, l.at.box(size), l.px})
	}
	return out, nil
}

// layOut makes the plan, colours excepted. room widens the gap between text and
// product. Its fault names the field that does not fit; ctx's error when it ends.
func layOut(
	ctx context.Context, r Request, size image.Point, s subject, measured *field, hints []ad.TextArea, room float64,
) (*plan, error) {
	headline, under := copyFaces(r.Typeface)
	small := markFace()
	q := search{
		frame: size, subject: s, field: measured, scale: newScale(size), hints: hints, layout: r.Layout, corner: r.Corner,
	}
	q.scale.gap *= room
	if r.Layout == headlined {
		q.scale.loud(size)
	}
	p := &plan{
		size: size, picture: s.size, name: "none",
		ground: measured.meanColor(image.Rect(0, 0, measured.w, measured.h)),
	}
	var marked run
	var main, sub string
	if !r.WithoutText {
		if err := lacking(r, headline, under); err != nil {
			return nil, err
		}
		main, sub = clean(r.MainCopy, headline.has), clean(r.SubCopy, under.has)
		if r.AIMark {
			marked = small.shape(markText)
			// Room for a pill, should the backdrop need one.
			q.markSz = rect{0, 0, marked.width*q.scale.mark + 1.1*q.scale.mark, markLeading * q.scale.mark * 1.25}
		}
		if p.badge = newBadge(r.Badge, size); p.badge != nil {
			q.badgeSz = rect{w: p.badge.w, h: p.badge.h}
		}
		var err error
		if p.logo, err = newLogo(ctx, r.Brand, size); err != nil {
			return nil, err
		}
		if p.logo != nil {
			q.logoSz = rect{w: p.logo.at.w, h: p.logo.at.h}
		}
	}
	a, err := q.fit(main, sub, headline, under, r.Whole)
	if err != nil {
		return nil, err
	}
	if a.zone.name != "" {
		p.name = a.zone.name
	}
	p.product = a.place.product
	origin := a.form.origin()
	p.layers = a.place.moved(origin.Mul(-1)).layers(s, a.form.size(), measured)
	for i := range p.layers {
		p.layers[i].dst = p.layers[i].dst.Add(origin)
	}
	for _, g := range a.form.grounds {
		p.grounds = append(p.grounds, ground{at: g})
	}
	p.align, p.at = a.zone.align, a.at
	stack := func(lines []string, role string, face *face, px, leading, y float64) {
		for i, text := range lines {
			shaped := face.shape(text)
			l := setLine{text: text, role: role, px: px, face: face, run: shaped}
			l.at = rect{a.at.x, a.at.y + y + float64(i)*px*leading, shaped.width * px, px * leading}
			switch p.align {
			case "center":
				l.at.x += (a.at.w - l.at.w) / 2
			case "right":
				l.at.x += a.at.w - l.at.w
			}
			p.lines = append(p.lines, l)
		}
	}
	b := a.block
	stack(b.main.lines, roleMain, headline, b.mainPx, mainLeading, b.mainY)
	stack(b.sub.lines, roleSub, under, b.subPx, subLeading, b.subY)
	if b.rule.area() > 0 {
		p.rule = rect{math.Round(a.at.x + b.rule.x), math.Round(a.at.y + b.rule.y), math.Round(b.rule.w), b.rule.h}
		if p.align == "right" {
			p.rule.x = math.Round(a.at.right() - b.rule.w)
		}
	}
	p.veil = a.veil(size)
	for _, l := range p.lines {
		p.words = append(p.words, l.at.pixels().Intersect(image.Rectangle{Max: size}))
	}
	if p.badge != nil {
		p.lines = append(p.lines, p.badge.place(a.badge)...)
	}
	if p.logo != nil {
		p.logo.at = a.logo
	}
	if q.markSz.w > 0 {
		p.mark = a.mark
		w, h := marked.width*q.scale.mark, markLeading*q.scale.mark
		p.lines = append(p.lines, setLine{
			text: markText, role: roleMark, px: q.scale.mark, face: small, run: marked,
			at: rect{a.mark.x + (a.mark.w-w)/2, a.mark.y + (a.mark.h-h)/2, w, h},
		})
	}
	return p, nil
}

// fit finds the arrangement of a copy. Unless it must stay whole, the longer text is cut
// until there is one, so that a headline is not cut because of an endless sub copy. The
// fault names what is in the way: what it could be arranged without.
func (q search) fit(main, sub string, headline, under *face, whole bool) (arrangement, error) {
	try := func(q search, main, sub string) (arrangement, bool) {
		if main == "" && sub == "" {
			return q.bare()
		}
		return q.arrange(main, sub, headline, under, whole)
	}
	for {
		a, ok := try(q, main, sub)
		if ok {
			return a, nil
		}
		without := func(change func(q *search), main, sub string) bool {
			other := q
			change(&other)
			_, ok := try(other, main, sub)
			return ok
		}
		field := func(name, detail string) (arrangement, error) {
			return arrangement{}, fault.Invalid(fault.Field{Name: name, Detail: detail})
		}
		switch {
		case q.badgeSz.w > 0 && without(func(q *search) { q.badgeSz = rect{} }, main, sub):
			return field("badge", "이 크기와 배치에는 배지를 놓을 자리가 없습니다. 배지를 줄이거나 빼 주세요.")
		case q.logoSz.w > 0 && without(func(q *search) { q.logoSz = rect{} }, main, sub):
			return field("brand", "이 크기와 배치에는 로고를 놓을 자리가 없습니다. 로고를 빼거나 다른 배치를 골라 주세요.")
		case q.corner != "" && without(func(q *search) { q.corner = "" }, main, sub):
			return field("corner", "이 크기에서는 글자를 그 자리에 놓을 수 없습니다. 다른 자리를 골라 주세요.")
		case q.layout != "" && without(func(q *search) { q.layout, q.corner = "", "" }, main, sub):
			return field("layout", "이 크기에서는 글자가 그 배치에 다 들어가지 않습니다. 다른 배치를 골라 주세요.")
		case whole && sub != "" && without(func(*search) {}, main, ""):
			return field("sub_copy", "이 크기에는 보조 문구가 다 들어가지 않습니다. 문구를 줄여 주세요.")
		case whole:
			return field("main_copy", "이 크기에는 메인 문구가 다 들어가지 않습니다. 문구를 줄여 주세요.")
		case utf8.RuneCountInString(sub) >= utf8.RuneCountInString(main):
			sub = shorten(sub, 0.7)
		default:
			main = shorten(main, 0.7)
		}
	}
}

// lacking finds a character that the chosen typeface does not have and the default has:
// to drop it without a word would change what the owner wrote.
func lacking(r Request, headline, under *face) error {
	if r.Typeface == "" || r.Typeface == sans {
		return nil
	}
	all := headlineFace()
	for _, t := range []struct {
		text string
		face *face
	}{{r.MainCopy, headline}, {r.SubCopy, under}} {
		have := []rune(clean(t.text, t.face.has))
		for _, c := range clean(t.text, all.has) {
			if c != ' ' && c != '…' && !slices.Contains(have, c) {
				return fault.Invalid(fault.Field{
					Name: "typeface", Detail: fmt.Sprintf("이 글씨체에는 ‘%c’ 글자가 없습니다. 고딕체를 고르거나 문구를 바꿔 주세요.", c),
				})
			}
		}
	}
	return nil
}

// draw puts scrim, rule, words and mark on the painted picture.
func (p *plan) draw(img *image.RGBA) {
	b := &brush{dst: img}
	if p.logo != nil {
		p.logo.draw(b)
	}
	if p.badge != nil {
		p.badge.draw(b)
	}
	if p.rule.area() > 0 {
		b.bar(p.rule, p.rule.h/2, p.ruleColor, 1)
	}
	if p.pill > 0 {
		b.bar(p.mark, p.mark.h/2, p.pillColor, p.pill)
	}
	for _, l := range p.lines {
		b.text(l.face, l.run, l.at.x, baseline(l.at, l.px, l.face), l.px, l.color)
	}
}

// baseline is where the letters of a line stand: ascent and descent centred in
// the line box, all in whole pixels, which also keeps Hangul's many horizontal
// strokes sharp. The rounding is Chromium's (a rounded descent is never less
// than the true one, half-leading is floored), so that the same line in HTML
// does not stand a pixel or two off.
func baseline(at rect, px float64, t *face) float64 {
	up, down := t.extents(px)
	return math.Round(at.y + math.Floor((at.h-up-down)/2) + up)
}

// wishes is the colour the words should have, if it can be read: the brand's, else the
// analysis'; nil when nobody says.
func (r Request) wishes(analysed string) *color.RGBA {
	if r.Brand != nil && len(r.Brand.Colours) == MaxBrandColours {
		return &r.Brand.Colours[MaxBrandColours-1]
	}
	if c, ok := ParseHex(analysed); ok {
		return &c
	}
	return nil
}

// choose picks the text colour by what is measured on the painted picture.
func (p *plan) choose(img *image.RGBA, wish *color.RGBA) {
	if len(p.words) == 0 {
		return
	}
	p.under = meanOf(img, p.words)
	if len(p.grounds) > 0 && wish != nil && contrast(*wish, p.under) < MinContrast+2 {
		wish = nil // the analysis wished it for the picture and not for the ground
	}
	p.text, p.contrast = bestInk(img, p.words, p.under, wish)
}

// tint lays the scrim where no colour sufficed, and colours everything.
func (p *plan) tint(img *image.RGBA, accent lch) {
	if len(p.words) > 0 {
		if p.contrast < MinContrast {
			p.text = p.shade(img)
			p.contrast = worstOf(img, p.words, p.text)
			p.under = meanOf(img, p.words)
		}
		// The sub copy has less contrast than the headline, where there is more than
		// enough.
		sub := mix(p.text, p.under, 0.13)
		if w := worstOf(img, p.words, sub); w >= 6 {
			p.contrast = min(p.contrast, w)
		} else {
			sub = p.text
		}
		for i, l := range p.lines {
			p.lines[i].color = p.text
			if l.role == roleSub {
				p.lines[i].color = sub
			}
		}
		if p.rule.area() > 0 {
			p.ruleColor = standOut(accent, p.text, meanOf(img, []image.Rectangle{p.rule.pixels().Intersect(img.Rect)}))
		}
	}
	for i, l := range p.lines {
		if l.role != roleMark {
			continue
		}
		r := p.mark.pixels().Intersect(img.Rect)
		c, reached := bestInk(img, []image.Rectangle{r}, meanOf(img, []image.Rectangle{r}), nil)
		if reached < MinContrast {
			reached = p.lift(img, r, c)
		}
		p.lines[i].color = c
		if p.contrast == 0 || reached < p.contrast {
			p.contrast = reached
		}
	}
}

// shade finds the text colour and the thinnest scrim that reach the contrast,
// lays the scrim on img and gives the colour.
func (p *plan) shade(img *image.RGBA) color.RGBA {
	u := toLCH(p.under)
	pair := inks(p.under)
	var best scrim
	var text color.RGBA
	found, least := false, 0.0
	for i, ink := range pair {
		// The scrim has the backdrop's own colour, darker under light text and
		// lighter under dark text: it looks like shade or mist and not like a box.
		tone := lch{0.26, min(u.c, 0.06), u.h}
		if i == 1 {
			tone = lch{0.95, min(u.c, 0.03), u.h}
		}
		for _, hold := range []float64{0.45 * p.veil.hold, 0.75 * p.veil.hold, p.veil.hold} {
			v := p.veil
			v.hold, v.color = hold, tone.rgb()
			if !v.thinnest(img, p.words, ink, p.size) {
				continue
			}
			cost := v.alpha + 0.15*hold/p.veil.hold // a short ramp is easier to see
			if i == 1 && u.l < 0.66 {
				cost += 0.35 // shade suits a picture of middle tones better than mist
			}
			if !found || cost < least {
				best, text, found, least = v, ink, true, cost
			}
		}
	}
	if !found {
		// Only under a picture that is black and white in every line.
		best, text = p.veil, pair[0]
		best.color, best.alpha = lch{0.25, min(u.c, 0.05), u.h}.rgb(), 1
	}
	p.scrim = &best
	best.draw(img, img.Rect, p.size)
	return text
}

// thinnest sets the least opacity at which text of a colour reaches the
// contrast in every area; false when none up to nearly opaque does.
func (s *scrim) thinnest(img *image.RGBA, areas []image.Rectangle, text color.RGBA, frame image.Point) bool {
	const most, aim = 0.96, MinContrast + 0.5 // when a scrim is needed at all, it gives a little more
	enough := func(alpha float64) bool {
		s.alpha = alpha
		for _, r := range areas {
			part := copyOf(img, r)
			s.draw(part, r, frame)
			if worstDecile(part, r, luminanceOf(text)) < aim {
				return false
			}
		}
		return true
	}
	if !enough(most) {
		return false
	}
	lo, hi := 0.0, most
	for range 7 {
		if mid := (lo + hi) / 2; enough(mid) {
			hi = mid
		} else {
			lo = mid
		}
	}
	s.alpha = math.Ceil(hi*1000) / 1000 // what the HTML writes
	return true
}

func worstOf(img *image.RGBA, areas []image.Rectangle, c color.RGBA) float64 {
	w := math.Inf(1)
	for _, r := range areas {
		w = min(w, worstDecile(img, r, luminanceOf(c)))
	}
	return w
}

// meanOf averages the pixels of some rectangles.
func meanOf(img *image.RGBA, areas []image.Rectangle) color.RGBA {
	var r, g, b, n float64
	for _, a := range areas {
		for y := a.Min.Y; y < a.Max.Y; y++ {
			i := img.PixOffset(a.Min.X, y)
			for range a.Dx() {
				r += float64(img.Pix[i])
				g += float64(img.Pix[i+1])
				b += float64(img.Pix[i+2])
				n++
				i += 4
			}
		}
	}
	n = max(n, 1)
	return color.RGBA{uint8(r/n + 0.5), uint8(g/n + 0.5), uint8(b/n + 0.5), 255}
}

// accentOf is the colour of the rule before it is fitted to the backdrop: the brand's
// first, else the analysis' own if it names one, else the product's liveliest.
func accentOf(f *field, product ad.Box, a *ad.Analysis, b *Brand) lch {
	if b != nil && len(b.Colours) > 0 {
		return toLCH(b.Colours[0])
	}
	if c, ok := ParseHex(a.Colors.Accent); ok {
		return toLCH(c)
	}
	under := f.meanColor(image.Rect(0, 0, f.w, f.h))
	return toLCH(accent(f, product, nil, inks(under)[1], under))
}

// lift gives the mark a ground of its own, just opaque enough, and gives
// the contrast reached.
func (p *plan) lift(img *image.RGBA, r image.Rectangle, text color.RGBA) float64 {
	under := meanOf(img, []image.Rectangle{r})
	pair := inks(under)
	p.pillColor = pair[1]
	if luminanceOf(text) < 0.2 {
		p.pillColor = pair[0]
	}
	s := &scrim{side: left, hold: math.Inf(1), depth: math.Inf(1), color: p.pillColor}
	if !s.thinnest(img, []image.Rectangle{r}, text, p.size) {
		s.alpha = 1
	}
	p.pill = max(s.alpha, 0.35) // less looks like a stain
	s.alpha = p.pill
	part := copyOf(img, r)
	s.draw(part, r, p.size)
	return worstDecile(part, r, luminanceOf(text))
}

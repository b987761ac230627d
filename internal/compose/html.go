package compose

import (
	"cmp"
	"fmt"
	"html"
	"image/color"
	"math"
	"strconv"
	"strings"
	"unicode"

	"github.com/nanococoa/nanococoa/internal/ad"
)

// markup writes the plan as one element that scales with its box: every length
// is a share of the root's width (cqw) or of its sides (%). Styles are inline
// and name every property a page's own style sheet may have touched, so that
// any number of ads stand on one page. The words are real text over the
// picture, which carries none; assistive technology reads them once, as the
// picture's alternative text.
//
// The ad is there twice, for the mail clients that drop position: plainly, as picture and
// words one below the other, and laid out, in a box of no height that hides what is not
// positioned. Where position works the laid out ad leaves the box, as its root is outside,
// and covers the plain one. Such clients drop aspect-ratio too or let the root grow, as it
// clips and does not scroll.
func (p *plan) markup(pictureURL, alt string) string {
	w := &writer{plan: p, src: html.EscapeString(pictureURL)}
	w.printf(
		`<div lang="ko" style="position:relative;container-type:inline-size;isolation:isolate;overflow:clip;`+
			`box-sizing:border-box;width:100%%;%s;aspect-ratio:%d/%d;background:%s;font-family:%s;text-align:left;`+
			`word-break:keep-all;text-rendering:geometricPrecision;`+
			`-webkit-text-size-adjust:100%%;text-size-adjust:100%%">`,
		reset, p.size.X, p.size.Y, hexOf(p.ground), html.EscapeString(sansStack),
	)
	w.plain(alt)
	w.printf("\n"+`<div aria-hidden="true" style="height:0;overflow:hidden;%s">`, reset)
	whole := rect{0, 0, float64(p.size.X), float64(p.size.Y)}
	w.block(whole, hexOf(p.ground), 0) // covers the plain ad while the picture loads
	for i, l := range p.layers {
		role := ""
		if i == len(p.layers)-1 {
			role = ` data-role="picture"`
		}
		w.layer(l, role)
	}
	for _, g := range p.grounds {
		w.block(g.at, hexOf(g.color), 0)
	}
	if s := p.scrim; s != nil {
		w.block(p.scrimRect(), scrimGradient(s), 0)
	}
	if l := p.logo; l != nil && l.url != "" {
		if l.plate != nil {
			w.block(l.plateRect(), hexOf(*l.plate), 0.18*l.plateRect().h)
		}
		w.printf("\n"+`<img src="%s" alt="" style="%s;%s">`, html.EscapeString(l.url), w.place(l.at), imageReset)
	}
	if b := p.badge; b != nil {
		at := b.at
		if b.ring > 0 {
			w.block(at, hexOf(b.ink), at.h/2)
			at = at.grow(-b.ring)
		}
		w.block(at, hexOf(b.fill), at.h/2)
	}
	if p.rule.area() > 0 {
		w.block(p.rule, hexOf(p.ruleColor), p.rule.h/2)
	}
	for _, role := range []string{roleMain, roleSub, roleBadge, roleMark} {
		w.paragraph(role)
	}
	w.printf("\n</div>\n</div>")
	return w.String()
}

// block writes a rectangle of one background.
func (w *writer) block(r rect, background string, radius float64) {
	round := ""
	if radius > 0 {
		round = ";border-radius:" + w.cqw(radius) + "cqw"
	}
	w.printf("\n"+`<div style="%s;%s;background:%s%s"></div>`, w.place(r), reset, background, round)
}

// plain writes the picture with its alternative text and the words below it, which is
// what is left where position is dropped. Lengths are em, the reader's own font size.
// Where position works it lies under the laid out ad, so that a screen reader finds the
// picture's text where the ad is.
func (w *writer) plain(alt string) {
	w.printf(
		"\n"+`<div style="position:absolute;left:0;top:0;width:100%%;%s;color:%s">`, reset, hexOf(inkOn(w.plan.ground)),
	)
	w.printf(
		`<img src="%s" alt="%s" width="100%%" style="display:block;width:100%%;height:auto;%s">`,
		w.src, html.EscapeString(alt), imageReset,
	)
	for _, role := range []string{roleBadge, roleMain, roleSub, roleMark} {
		var words []string
		for _, l := range w.plan.lines {
			if l.role == role {
				words = append(words, html.EscapeString(l.text))
			}
		}
		if len(words) == 0 {
			continue
		}
		size := map[string]string{roleBadge: "1.1", roleMain: "1.7", roleSub: "1.1", roleMark: "0.75"}[role]
		weight := 400
		if role == roleMain || role == roleBadge {
			weight = 700
		}
		w.printf(
			`<p aria-hidden="true" style="%s;padding:0.3em 0.8em;font-size:%sem;line-height:1.4;font-weight:%d;`+
				`font-style:normal;color:inherit">%s</p>`,
			"margin:0;border:0", size, weight, strings.Join(words, " "),
		)
	}
	w.printf(`</div>`)
}

type writer struct {
	strings.Builder
	plan *plan
	src  string
}

func (w *writer) printf(format string, args ...any) { fmt.Fprintf(&w.Builder, format, args...) }

// number prints a length short; a thousandth of a percent is far below a pixel.
func number(v float64) string {
	if math.Abs(v) < 0.0005 {
		return "0"
	}
	return strings.TrimRight(strings.TrimRight(strconv.FormatFloat(v, 'f', 3, 64), "0"), ".")
}

func (w *writer) cqw(px float64) string { return number(100 * px / float64(w.plan.size.X)) }

// place is the CSS of a rectangle of the frame.
func (w *writer) place(r rect) string {
	fw, fh := float64(w.plan.size.X), float64(w.plan.size.Y)
	return fmt.Sprintf("position:absolute;left:%s%%;top:%s%%;width:%s%%;height:%s%%",
		number(100*r.x/fw), number(100*r.y/fh), number(100*r.w/fw), number(100*r.h/fh))
}

// What a page's own style sheet may have set on any element, and on pictures.
const (
	reset      = "margin:0;padding:0;border:0"
	imageReset = "max-width:none;max-height:none;border-radius:0;object-fit:fill;" + reset
)

func (w *writer) layer(l layer, role string) {
	dst := rect{float64(l.dst.Min.X), float64(l.dst.Min.Y), float64(l.dst.Dx()), float64(l.dst.Dy())}
	if l.src.Size() == w.plan.picture && l.blur < 0.5 {
		w.printf("\n"+`<img src="%s" alt=""%s style="%s;%s%s">`, w.src, role, w.place(dst), imageReset, w.fade(l))
		return
	}
	// A part of the picture: a window of the part's shape with the whole
	// picture behind it. A blurred picture thins out at its own edges, so a
	// sharp one lies under it.
	pw, ph := float64(w.plan.picture.X), float64(w.plan.picture.Y)
	sw, sh := float64(l.src.Dx()), float64(l.src.Dy())
	inner := fmt.Sprintf("position:absolute;left:%s%%;top:%s%%;width:%s%%;height:%s%%;%s",
		number(-100*float64(l.src.Min.X)/sw), number(-100*float64(l.src.Min.Y)/sh),
		number(100*pw/sw), number(100*ph/sh), imageReset)
	var flip string
	if l.flipX || l.flipY {
		x, y := 1, 1
		if l.flipX {
			x = -1
		}
		if l.flipY {
			y = -1
		}
		flip = fmt.Sprintf(";transform:scale(%d,%d)", x, y)
	}
	w.printf("\n"+`<div style="%s;%s;overflow:hidden%s%s">`, w.place(dst), reset, flip, w.fade(l))
	w.printf(`<img src="%s" alt="" style="%s">`, w.src, inner)
	if l.blur >= 0.5 {
		w.printf(`<img src="%s" alt="" style="%s;filter:blur(%scqw)">`, w.src, inner, w.cqw(l.blur))
	}
	if l.toned > 0 {
		w.printf(
			`<div style="position:absolute;inset:0;%s;background:rgba(%d,%d,%d,%s)"></div>`, reset, l.tone.R, l.tone.G, l.tone.B,
			number(l.toned),
		)
	}
	w.printf(`</div>`)
}

// fade is the mask of a layer whose sides fade.
func (w *writer) fade(l layer) string {
	var masks []string
	for side, f := range l.fade {
		if f <= 0 {
			continue
		}
		length := float64(l.dst.Dx())
		if side == top || side == bottom {
			length = float64(l.dst.Dy())
		}
		masks = append(masks, "linear-gradient("+toward[side]+","+stops(color.RGBA{}, 1, 0, 100*f/length, true)+")")
	}
	if len(masks) == 0 {
		return ""
	}
	list := strings.Join(masks, ",")
	return ";-webkit-mask-image:" + list + ";-webkit-mask-composite:source-in" +
		";mask-image:" + list + ";mask-composite:intersect"
}

// toward is the CSS direction away from each side.
var toward = [4]string{left: "to right", top: "to bottom", right: "to left", bottom: "to top"}

func scrimGradient(s *scrim) string {
	return "linear-gradient(" + toward[s.side] + "," + stops(s.color, s.alpha, 100*s.hold/s.depth, 100, false) + ")"
}

// stops spells the ease curve as gradient stops between two percentages; six
// straight pieces stay within 1 % of it.
func stops(c color.RGBA, alpha, from, to float64, rising bool) string {
	const pieces = 6
	out := make([]string, pieces+1)
	for i := range out {
		t := float64(i) / pieces
		a := ease(t)
		if !rising {
			a = 1 - a
		}
		out[i] = fmt.Sprintf("rgba(%d,%d,%d,%s) %s%%", c.R, c.G, c.B, number(alpha*a), number(from+(to-from)*t))
	}
	return strings.Join(out, ",")
}

// paragraph writes the lines of one role. They are flex items so that each is
// as wide as its words, whatever font the reader has, and stays aligned.
func (w *writer) paragraph(role string) {
	var lines []setLine
	for _, l := range w.plan.lines {
		if l.role == role {
			lines = append(lines, l)
		}
	}
	if len(lines) == 0 {
		return
	}
	first := lines[0]
	area := rect{w.plan.at.x, first.at.y, w.plan.at.w, float64(len(lines)) * first.at.h}
	align, extra := map[string]string{"center": "center", "right": "flex-end"}[w.plan.align], ""
	if first.face.stack != sansStack {
		extra = ";font-family:" + html.EscapeString(first.face.stack)
	}
	switch role {
	case roleBadge:
		area.x, area.w, align = w.plan.badge.at.x, w.plan.badge.at.w, "center"
	case roleMark:
		area, align = w.plan.mark, "center"
		if w.plan.pill > 0 {
			c := w.plan.pillColor
			extra = fmt.Sprintf(
				";background:rgba(%d,%d,%d,%s);border-radius:%scqw", c.R, c.G, c.B, number(w.plan.pill), w.cqw(area.h/2),
			)
		}
		extra += ";justify-content:center"
	}
	w.printf(
		"\n"+`<p data-role="%s" style="%s;display:flex;flex-direction:column;align-items:%s;`+
			`box-sizing:border-box;%s;font-size:%scqw;line-height:%s;font-weight:%d;font-style:normal;`+
			`letter-spacing:%sem;color:%s%s">`,
		role, w.place(area), cmp.Or(align, "flex-start"), reset, w.cqw(first.px), number(first.at.h/first.px),
		first.face.weight, number(first.face.spacing), hexOf(first.color), extra,
	)
	for i, l := range lines {
		if i > 0 {
			w.WriteByte(' ')
		}
		w.printf(
			`<span style="display:block;flex:none;width:auto;white-space:pre;font:inherit;letter-spacing:inherit;`+
				`color:inherit;background:none;%s">%s</span>`,
			reset, html.EscapeString(l.text),
		)
	}
	w.printf(`</p>`)
}

// altText is what a person who does not see the ad is told: the product, that
// it is an ad, and its words.
func (r Request) altText() string {
	out := plain(r.ProductName)
	if out == "" {
		out = "상품"
	}
	out += " 광고"
	var said []string
	for _, s := range []string{plain(r.MainCopy), plain(r.SubCopy), plain(r.Badge)} {
		if s != "" && !r.WithoutText {
			said = append(said, s)
		}
	}
	if len(said) > 0 {
		out += ": " + strings.Join(said, " – ")
	}
	return out
}

// plain is a text without what could disturb a reader of the markup: controls
// and direction marks. Emoji stay, since they can be read aloud.
func plain(s string) string {
	runes := []rune(strings.ToValidUTF8(s, ""))
	runes = runes[:min(len(runes), 8*maxCharacters)]
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r), unicode.IsControl(r):
			return ' '
		case unicode.Is(unicode.Bidi_Control, r), r == '\ufeff':
			return -1
		}
		return r
	}, string(runes))
	// The same fields are counted the same way everywhere.
	return ad.NormalizeText(s)
}

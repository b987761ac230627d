package compose

import (
	"image"
	"image/color"
	"math"
	"slices"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/colour"
)

// AnalysisVersion is the version of what Analyze measures and how.
const AnalysisVersion = "1"

// MinContrast is WCAG 2's ratio for text of any size (success criterion
// 1.4.3), asked of the worst tenth of the pixels under each line.
const MinContrast = 4.5

// clearance is how far text areas stay from the product, as a fraction of the
// picture's shorter side.
const clearance = 0.02

// unknownProduct is where the product is taken to be when nobody says: an ad's
// picture has its subject in the centre.
var unknownProduct = ad.Box{0.22, 0.24, 0.56, 0.58}

// Analyze measures img: areas for text that are calm and touch neither the
// product's box nor its mask, best first; the colours to set text in; and the
// WCAG 2 contrast of that text colour on the worst decile of the first area.
//
// product is the product's box in fractions of img; an empty or impossible one
// is taken from mask, or else assumed in the centre. mask, which may be nil, is
// the product's exact coverage at img's size. source (who measures) and mood
// are passed on. proposed are areas that somebody, such as a model, would put words into: they
// are measured like all others, and of two that are as good the proposed one comes first.
// TextAreas is empty, never nil, when the product leaves no room; Render then makes room by
// showing more backdrop.
func Analyze(
	img image.Image, product ad.Box, mask *image.Alpha, source string, mood []string, proposed ...ad.Box,
) ad.Analysis {
	m := toRGBA(img)
	f := newField(m)
	covered := coverage(mask, m.Rect, f)
	box, ok := sane(product)
	if !ok {
		if box, ok = bounds(covered, f); !ok {
			box = unknownProduct
		}
	}
	a := ad.Analysis{
		Version:    AnalysisVersion,
		Source:     source,
		ProductBox: box,
		TextAreas:  textAreas(f, box, covered, proposed),
		Mood:       append([]string{}, mood...),
	}
	where := ad.Box{0, 0, 1, 1}
	if len(a.TextAreas) > 0 {
		where = a.TextAreas[0].Box
	}
	r := pixels(where, m.Rect)
	text, contrast := bestInk(m, []image.Rectangle{r}, f.meanColor(f.rect(where)), nil)
	a.ContrastRatio = math.Round(contrast*100) / 100
	a.Colors = ad.Colors{
		Text:     hexOf(text),
		Accent:   hexOf(accent(f, box, covered, text, f.meanColor(f.rect(where)))),
		Dominant: dominant(f),
	}
	return a
}

// sane clips a box to the picture; false when nothing of it is left.
func sane(b ad.Box) (ad.Box, bool) {
	for _, v := range b {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return ad.Box{}, false
		}
	}
	x0, y0 := min(max(b[0], 0), 1), min(max(b[1], 0), 1)
	x1, y1 := min(max(b[0]+b[2], 0), 1), min(max(b[1]+b[3], 0), 1)
	const least = 0.005 // smaller than any product
	if x1-x0 < least || y1-y0 < least {
		return ad.Box{}, false
	}
	return ad.Box{x0, y0, x1 - x0, y1 - y0}, true
}

// coverage says for each cell whether the mask covers any of it; nil without a
// usable mask.
func coverage(mask *image.Alpha, want image.Rectangle, f *field) []bool {
	if mask == nil || mask.Rect.Dx() != want.Dx() || mask.Rect.Dy() != want.Dy() {
		return nil
	}
	const visible = 16 // of 255: less is the outermost part of the soft edge
	out := make([]bool, f.w*f.h)
	for y := range want.Dy() {
		row := mask.Pix[y*mask.Stride : y*mask.Stride+want.Dx()]
		base := min(y*f.h/want.Dy(), f.h-1) * f.w
		for x, v := range row {
			if v >= visible {
				out[base+min(x*f.w/want.Dx(), f.w-1)] = true
			}
		}
	}
	return out
}

// bounds is the box around the covered cells.
func bounds(covered []bool, f *field) (ad.Box, bool) {
	r := image.Rectangle{}
	for i, c := range covered {
		if c {
			x, y := i%f.w, i/f.w
			r = r.Union(image.Rect(x, y, x+1, y+1))
		}
	}
	return sane(ad.Box{
		float64(r.Min.X) / float64(f.w), float64(r.Min.Y) / float64(f.h),
		float64(r.Dx()) / float64(f.w), float64(r.Dy()) / float64(f.h),
	})
}

// The search for text areas.
const (
	lattice    = 24   // candidates' edges lie on a 24×24 grid: 90,000 rectangles, 2 ms
	leastWide  = 0.25 // of the picture: five syllables at a readable size
	leastHigh  = 0.11 // one line of a headline with space around it
	mostAreas  = 5
	proposal   = 1.15 // what the score of a proposed area counts: as much as a tenth more room
	mostShared = 0.3  // of the smaller of two areas, so that the list offers real choices
	margin     = 0.055
)

// textAreas finds the best rectangles among all on a lattice.
func textAreas(f *field, product ad.Box, covered []bool, proposed []ad.Box) []ad.TextArea {
	short := float64(min(f.w, f.h))
	padX, padY := clearance*short/float64(f.w), clearance*short/float64(f.h)
	keepOut := f.rect(ad.Box{product[0] - padX, product[1] - padY, product[2] + 2*padX, product[3] + 2*padY})
	stride := f.w + 1
	blocked := make([]float64, stride*(f.h+1))
	for y := range f.h {
		for x := range f.w {
			v := 0.0
			if (image.Point{X: x, Y: y}).In(keepOut) || covered != nil && covered[y*f.w+x] {
				v = 1
			}
			i := (y+1)*stride + x + 1
			blocked[i] = v + blocked[i-1] + blocked[i-stride] - blocked[i-stride-1]
		}
	}
	marginX, marginY := margin*short/float64(f.w), margin*short/float64(f.h)
	edge := func(i int, m float64) float64 { return m + (1-2*m)*float64(i)/lattice }
	measured := func(box ad.Box) (ad.TextArea, bool) {
		r := f.rect(box)
		// Room counts up to what a headline with sub copy fills.
		room := math.Sqrt(min(1, box[2]/0.7) * min(1, box[3]/0.3))
		return ad.TextArea{Box: box, Score: f.calm(r) * (0.3 + 0.7*room)}, f.mean(blocked, r) == 0
	}
	var all []ad.TextArea
	for _, b := range proposed {
		box, ok := sane(b)
		if !ok || box[2] < leastWide || box[3] < leastHigh {
			continue
		}
		if area, free := measured(box); free {
			area.Score = min(area.Score*proposal, 1)
			all = append(all, area)
		}
	}
	for y0 := range lattice {
		for y1 := y0 + 1; y1 <= lattice; y1++ {
			top, high := edge(y0, marginY), edge(y1, marginY)-edge(y0, marginY)
			if high < leastHigh {
				continue
			}
			for x0 := range lattice {
				for x1 := x0 + 1; x1 <= lattice; x1++ {
					left, wide := edge(x0, marginX), edge(x1, marginX)-edge(x0, marginX)
					if wide < leastWide {
						continue
					}
					box := ad.Box{left, top, wide, high}
					area, free := measured(box)
					if !free {
						break // wider ones are blocked too
					}
					all = append(all, area)
				}
			}
		}
	}
	slices.SortStableFunc(all, func(a, b ad.TextArea) int {
		switch {
		case a.Score > b.Score:
			return -1
		case a.Score < b.Score:
			return 1
		}
		return 0
	})
	out := []ad.TextArea{}
	for _, c := range all {
		if len(out) == mostAreas {
			break
		}
		if slices.ContainsFunc(out, func(o ad.TextArea) bool {
			return shared(o.Box, c.Box) > mostShared*min(o.Box[2]*o.Box[3], c.Box[2]*c.Box[3])
		}) {
			continue
		}
		c.Role = "any"
		switch len(out) {
		case 0:
			c.Role = "headline"
		case 1:
			c.Role = "sub"
		}
		c.Align = "center"
		if middle := c.Box[0] + c.Box[2]/2; middle < 0.42 {
			c.Align = "left"
		} else if middle > 0.58 {
			c.Align = "right"
		}
		c.Score = math.Round(c.Score*1000) / 1000
		for i := range c.Box {
			c.Box[i] = math.Round(c.Box[i]*1e4) / 1e4
		}
		out = append(out, c)
	}
	return out
}

// shared is the area two boxes have in common.
func shared(a, b ad.Box) float64 {
	w := min(a[0]+a[2], b[0]+b[2]) - max(a[0], b[0])
	h := min(a[1]+a[3], b[1]+b[3]) - max(a[1], b[1])
	return max(w, 0) * max(h, 0)
}

// pixels turns a box in fractions into pixels of r, at least one.
func pixels(b ad.Box, r image.Rectangle) image.Rectangle {
	w, h := float64(r.Dx()), float64(r.Dy())
	out := image.Rect(
		int(math.Floor(b[0]*w)), int(math.Floor(b[1]*h)),
		int(math.Ceil((b[0]+b[2])*w)), int(math.Ceil((b[1]+b[3])*h)),
	).Add(r.Min).Intersect(r)
	if out.Empty() {
		return image.Rectangle{Min: r.Min, Max: r.Min.Add(image.Pt(1, 1))}
	}
	return out
}

// worstDecile is the contrast that nine tenths of the pixels in r exceed when
// text of the given luminance stands on them.
func worstDecile(m *image.RGBA, r image.Rectangle, text float64) float64 {
	const perUnit = 100 // bins of 0.01; contrast runs from 1 to 21
	var bins [21*perUnit + 1]int
	n := 0
	for y := r.Min.Y; y < r.Max.Y; y++ {
		i := m.PixOffset(r.Min.X, y)
		for range r.Dx() {
			bins[int(colour.Contrast(luminance(m.Pix[i], m.Pix[i+1], m.Pix[i+2]), text)*perUnit)]++
			n++
			i += 4
		}
	}
	seen := 0
	for b, c := range bins {
		if seen += c; seen*10 > n {
			return float64(b) / perUnit
		}
	}
	return 1
}

// inks are the text colours tried on a backdrop: a near-white and a near-black with
// a little of the backdrop's hue. They look better in the picture than white and
// black, and have almost the same contrast.
func inks(backdrop color.RGBA) [2]color.RGBA {
	b := toLCH(backdrop)
	return [2]color.RGBA{
		lch{0.985, min(0.012, b.c), b.h}.rgb(),
		lch{0.20, min(0.035, b.c*0.6), b.h}.rgb(),
	}
}

// bestInk picks the text colour for some rectangles: the wished one if it can
// be read there, else the better of the backdrop's two inks. It gives the
// contrast of the worst rectangle.
func bestInk(m *image.RGBA, areas []image.Rectangle, backdrop color.RGBA, wish *color.RGBA) (color.RGBA, float64) {
	worst := func(c color.RGBA) float64 {
		w := math.Inf(1)
		for _, r := range areas {
			w = min(w, worstDecile(m, r, luminanceOf(c)))
		}
		return w
	}
	if wish != nil {
		if w := worst(*wish); w >= MinContrast {
			return *wish, w
		}
	}
	pair := inks(backdrop)
	light, dark := worst(pair[0]), worst(pair[1])
	if light >= dark {
		return pair[0], light
	}
	return pair[1], dark
}

// bin is a group of like-coloured cells.
type bin struct {
	color color.RGBA
	share float64
	at    lch
}

// histogram groups cells by colour, the most frequent first. use picks cells.
func histogram(f *field, use func(x, y int) bool) []bin {
	type sum struct {
		r, g, b, n float64
		key        int
	}
	groups := map[int]*sum{}
	for y := range f.h {
		for x := range f.w {
			if !use(x, y) {
				continue
			}
			c := f.cells[y*f.w+x]
			key := int(c.R>>5)<<6 | int(c.G>>5)<<3 | int(c.B>>5)
			s := groups[key]
			if s == nil {
				s = &sum{key: key}
				groups[key] = s
			}
			s.r += float64(c.R)
			s.g += float64(c.G)
			s.b += float64(c.B)
			s.n++
		}
	}
	ordered := make([]*sum, 0, len(groups))
	total := 0.0
	for _, s := range groups {
		ordered = append(ordered, s)
		total += s.n
	}
	slices.SortFunc(ordered, func(a, b *sum) int {
		if a.n != b.n {
			return int(b.n - a.n)
		}
		return a.key - b.key
	})
	out := make([]bin, len(ordered))
	for i, s := range ordered {
		c := color.RGBA{uint8(s.r/s.n + 0.5), uint8(s.g/s.n + 0.5), uint8(s.b/s.n + 0.5), 255}
		out[i] = bin{c, s.n / total, toLCH(c)}
	}
	return out
}

// far is the distance of two colours in OKLab.
func far(a, b lch) float64 {
	x := a.c*math.Cos(a.h) - b.c*math.Cos(b.h)
	y := a.c*math.Sin(a.h) - b.c*math.Sin(b.h)
	return math.Sqrt((a.l-b.l)*(a.l-b.l) + x*x + y*y)
}

// dominant lists up to five colours of the picture that differ visibly.
func dominant(f *field) []string {
	const apart = 0.1 // OKLab; closer colours get the same name
	var kept []bin
	for _, b := range histogram(f, func(int, int) bool { return true }) {
		if len(kept) == 5 || b.share < 0.01 && len(kept) > 0 {
			break
		}
		if !slices.ContainsFunc(kept, func(k bin) bool { return far(k.at, b.at) < apart }) {
			kept = append(kept, b)
		}
	}
	out := make([]string, len(kept))
	for i, k := range kept {
		out[i] = hexOf(k.color)
	}
	return out
}

// accent is the product's most colourful colour, made to stand out from the
// backdrop; the text colour when the product has no colour.
func accent(f *field, product ad.Box, covered []bool, text, backdrop color.RGBA) color.RGBA {
	r := f.rect(product)
	bins := histogram(f, func(x, y int) bool {
		return (image.Point{X: x, Y: y}).In(r) && (covered == nil || covered[y*f.w+x])
	})
	best, score := bin{}, 0.0
	for _, b := range bins {
		const grey = 0.05 // below this chroma a colour reads as grey
		if s := (b.at.c - grey) * math.Sqrt(b.share); s > score {
			best, score = b, s
		}
	}
	if score <= 0 {
		return text
	}
	return standOut(best.at, text, backdrop)
}

// yellow and amber are hues in OKLCH, in radians.
const yellow, amber = 1.75, 1.15

// standOut moves a colour's lightness toward that of the text until the colour can
// be told from the backdrop, and is on the same side of it as the text. The contrast
// is 2:1: the colour carries no information, so WCAG does not ask for 3:1. The hue
// stays, but yellow turns toward amber as it darkens, since dark yellow is olive.
func standOut(c lch, text, backdrop color.RGBA) color.RGBA {
	target := toLCH(text).l
	for i := range 20 {
		t := float64(i) / 20
		hue := c.h
		if target < c.l && math.Abs(hue-yellow) < 0.45 {
			hue += (amber - hue) * min(1, 1.6*t)
		}
		out := lch{c.l + (target-c.l)*t, c.c, hue}.rgb()
		of, on := luminanceOf(out), luminanceOf(backdrop)
		if colour.Contrast(of, on) >= 2 && (of > on) == (luminanceOf(text) > on) {
			return out
		}
	}
	return text
}

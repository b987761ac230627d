package compose

import (
	"context"
	"image"
	"image/color"
	"image/draw"
	"math"

	"github.com/nanococoa/nanococoa/internal/resample"
)

// ground is a plain colour under words.
type ground struct {
	at    rect
	color color.RGBA
}

// lay paints the grounds of the layout: the brand's colour if it has one, else the
// picture's own hue, deep under a dark picture and pale under a light one. A card is
// paper.
func (p *plan) lay(img *image.RGBA, backdrop color.RGBA, accent lch, b *Brand) {
	if len(p.grounds) == 0 {
		return
	}
	under := toLCH(backdrop)
	var c lch
	switch branded := b != nil && len(b.Colours) > 0; {
	case p.name == card:
		c = lch{0.975, min(under.c, 0.012), under.h}
	case branded:
		c = accent
	case p.name == split && math.Abs(accent.h-yellow) < 0.5 && accent.c > 0.06:
		c = lch{0.86, min(accent.c, 0.13), accent.h} // deep yellow is olive
	case p.name == split && accent.c > 0.06:
		c = lch{0.42, min(accent.c, 0.11), accent.h} // the product's own colour
	case under.l < 0.62:
		c = lch{0.26, min(max(under.c, 0.02), 0.06), under.h}
	default:
		c = lch{0.38, min(max(1.7*under.c, 0.03), 0.1), under.h}
	}
	out := readable(c)
	for i := range p.grounds {
		p.grounds[i].color = out
		draw.Draw(img, p.grounds[i].at.pixels(), image.NewUniform(out), image.Point{}, draw.Src)
	}
}

// readable moves a ground's lightness, as little as needed, until one of its inks can be
// read on it well.
func readable(c lch) color.RGBA {
	const enough = MinContrast + 0.4
	for step := range 60 {
		for _, l := range []float64{c.l - 0.01*float64(step), c.l + 0.01*float64(step)} {
			if l < 0 || l > 1 {
				continue
			}
			out := lch{l, c.c, c.h}.rgb()
			if contrast(inkOn(out), out) >= enough {
				return out
			}
		}
	}
	return c.rgb()
}

// inkOn is the ink that reads best on a plain ground.
func inkOn(c color.RGBA) color.RGBA {
	pair := inks(c)
	if contrast(pair[1], c) > contrast(pair[0], c) {
		return pair[1]
	}
	return pair[0]
}

// badge is a short offer on a ground of its own: a disc when its words make one, else a
// pill.
type badge struct {
	lines []setLine // at relative to the badge until it is placed
	w, h  float64
	round bool
	at    rect
	fill  color.RGBA
	ink   color.RGBA
	ring  float64 // px of a ring in the ink's colour, inside the edge; 0: none
}

// newBadge sets a badge for a frame; nil when nothing of the text can be drawn.
func newBadge(text string, frame image.Point) *badge {
	face := headlineFace()
	text = clean(text, face.has)
	if text == "" {
		return nil
	}
	px := max(0.042*math.Sqrt(float64(frame.X)*float64(frame.Y)), 15)
	b := &badge{}
	parts := []string{text}
	const disc = 3.4 // em: a wider line makes a disc too large
	if two := words(text, face); len(two) == 2 && max(two[0].width, two[1].width) <= disc {
		parts = []string{two[0].text, two[1].text}
	}
	const leading = 1.16
	widest := 0.0
	for i, s := range parts {
		l := setLine{text: s, role: roleBadge, px: px, face: face, run: face.shape(s)}
		l.at = rect{0, float64(i) * px * leading, l.run.width * px, px * leading}
		widest = max(widest, l.at.w)
		b.lines = append(b.lines, l)
	}
	high := float64(len(parts)) * px * leading
	b.round = len(parts) == 2 || widest <= 2.2*px
	if b.round {
		d := math.Ceil(math.Hypot(widest, 0.86*high) + 0.7*px)
		b.w, b.h = d, d
	} else {
		b.w, b.h = math.Ceil(widest+1.3*px), math.Ceil(high+0.7*px)
	}
	for i := range b.lines {
		l := &b.lines[i]
		l.at.x += (b.w - l.at.w) / 2
		l.at.y += (b.h - high) / 2
	}
	return b
}

// place moves the badge to its place and gives its lines there.
func (b *badge) place(at rect) []setLine {
	b.at = at
	for i := range b.lines {
		b.lines[i].at.x += at.x
		b.lines[i].at.y += at.y
	}
	return b.lines
}

// colour gives the badge a ground that its words can be read on and that stands out: the
// brand's second colour, else its first, else the red of price tags. A ring sets off what
// has little contrast to the picture.
func (b *badge) colour(img *image.RGBA, brand *Brand) {
	c := lch{0.56, 0.21, 0.48} // price-tag red
	switch {
	case brand != nil && len(brand.Colours) > 1:
		c = toLCH(brand.Colours[1])
	case brand != nil && len(brand.Colours) > 0:
		c = toLCH(brand.Colours[0])
	}
	b.fill = readable(c)
	b.ink = inkOn(b.fill)
	if contrast(b.fill, meanOf(img, []image.Rectangle{b.at.pixels().Intersect(img.Rect)})) < 2 {
		b.ring = max(math.Round(0.06*b.lines[0].px), 2)
	}
}

func (b *badge) draw(br *brush) {
	r := b.at
	if b.ring > 0 {
		br.bar(r, r.h/2, b.ink, 1)
		r = r.grow(-b.ring)
	}
	br.bar(r, r.h/2, b.fill, 1)
}

// logo is the owner's mark, scaled for the frame.
type logo struct {
	at    rect
	img   *image.RGBA // with its transparency
	url   string
	plate *color.RGBA // a ground where it would not be seen; nil: none
}

// newLogo scales a brand's logo for a frame; nil without one. It fails when ctx ends.
func newLogo(ctx context.Context, b *Brand, frame image.Point) (*logo, error) {
	if b == nil || b.Logo == nil || b.Logo.Bounds().Empty() {
		return nil, nil
	}
	src := image.NewRGBA(image.Rectangle{Max: b.Logo.Bounds().Size()})
	draw.Draw(src, src.Rect, b.Logo, b.Logo.Bounds().Min, draw.Src)
	mean := math.Sqrt(float64(frame.X) * float64(frame.Y))
	w, h := float64(src.Rect.Dx()), float64(src.Rect.Dy())
	k := min(0.2*mean/w, 0.075*mean/h, 0.3*float64(frame.X)/w)
	to := image.NewRGBA(image.Rect(0, 0, max(round(w*k), 1), max(round(h*k), 1)))
	err := resample.Job{
		Kernel: resample.Area, Size: src.Rect.Size(), To: to.Rect, Part: to.Rect,
		Read: func(y int, row []float32) {
			for i, v := range src.Pix[src.PixOffset(0, y):][:len(row)] {
				row[i] = float32(v)
			}
		},
		Write: func(y int, row []float32) {
			for i, v := range row {
				to.Pix[to.PixOffset(0, y)+i] = uint8(min(max(v+0.5, 0), 255))
			}
		},
	}.Run(ctx)
	return &logo{at: rect{w: float64(to.Rect.Dx()), h: float64(to.Rect.Dy())}, img: to, url: b.LogoURL}, err
}

// back gives the logo a plate where too little of it differs from the picture.
func (l *logo) back(img *image.RGBA) {
	under := meanOf(img, []image.Rectangle{l.at.pixels().Intersect(img.Rect)})
	var r, g, b, seen, all float64
	for i := 0; i < len(l.img.Pix); i += 4 {
		p := l.img.Pix[i : i+4 : i+4]
		if p[3] == 0 {
			continue
		}
		a := float64(p[3]) / 255
		r, g, b, all = r+float64(p[0]), g+float64(p[1]), b+float64(p[2]), all+a
		whole := func(v uint8) uint8 { return uint8(min(float64(v)/a+0.5, 255)) }
		c := color.RGBA{whole(p[0]), whole(p[1]), whole(p[2]), 255}
		if contrast(c, under) >= 2 || far(toLCH(c), toLCH(under)) > 0.25 {
			seen += a
		}
	}
	if all == 0 || seen >= 0.6*all {
		return
	}
	plate := inkOn(color.RGBA{uint8(r / all), uint8(g / all), uint8(b / all), 255})
	l.plate = &plate
}

// plateRect is what the plate covers.
func (l *logo) plateRect() rect { return l.at.grow(math.Round(0.16 * l.at.h)) }

func (l *logo) draw(b *brush) {
	if l.plate != nil {
		p := l.plateRect()
		b.bar(p, 0.18*p.h, *l.plate, 1)
	}
	for y := range l.img.Rect.Dy() {
		for x := range l.img.Rect.Dx() {
			at := image.Pt(int(l.at.x)+x, int(l.at.y)+y)
			if !at.In(b.dst.Rect) {
				continue
			}
			s := l.img.Pix[l.img.PixOffset(x, y):]
			d := b.dst.Pix[b.dst.PixOffset(at.X, at.Y):]
			a := uint32(s[3])
			for c := range 3 { // s is premultiplied
				d[c] = uint8(min((uint32(d[c])*(255-a)+127)/255+uint32(s[c]), 255))
			}
		}
	}
}

// decorate colours badge and logo by what is measured on the painted picture.
func (p *plan) decorate(img *image.RGBA, brand *Brand) {
	if p.logo != nil {
		p.logo.back(img)
	}
	if p.badge == nil {
		return
	}
	p.badge.colour(img, brand)
	for i, l := range p.lines {
		if l.role == roleBadge {
			p.lines[i].color = p.badge.ink
		}
	}
	if c := contrast(p.badge.fill, p.badge.ink); p.contrast == 0 || c < p.contrast {
		p.contrast = c
	}
}

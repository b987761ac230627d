package standin

import (
	"context"
	"image"
	"image/draw"
	"math"
	"slices"

	"github.com/nanococoa/nanococoa/aiserver/engine"
	"github.com/nanococoa/nanococoa/aiserver/standin/mood"
	"github.com/nanococoa/nanococoa/aiserver/standin/tone"
	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/colour"
)

// Metric names what Score measures. Change it when the formula changes: values
// of different metrics are not comparable.
const Metric = "standin-v2"

// The shares of Value, as exponents.
const (
	legibilityShare = 0.30
	visibilityShare = 0.35
	agreementShare  = 0.35
)

// least is what a measure counts at the least, so that pictures that fail in it can still
// be told apart by the others.
const least = 0.05

// Score measures the picture against the text, by arithmetic on its colours:
//
//	value = trust · legibility^0.30 · visibility^0.35 · agreement^0.35     each 0.05..1
//
// A product and not a sum: words that cannot be read, or a scene that says nothing of the
// text, sink the score however good the rest is. Trust is 0.5 + 0.5·confidence of the
// cut-out, 1 when the caller says nothing of it.
//
// Legibility is ln(C/1.5)/ln(7/1.5), clipped, where C is a WCAG 2 contrast
// ratio: 7:1 is full, 1.5:1 nothing. In a text area that holds drawn text, C is
// the contrast between the text and the area's median; the worse of the first
// two areas counts, which is where words go. While no text is drawn there, C is
// what the better of black and white would have on an area's worst decile; the
// best area counts.
//
// Visibility is √(size·distinct): size rises with the product box's share of the
// picture from 2 % to 16 %, distinct with the share of the box (5 % to 60 %)
// whose colours do not occur beside it at the same height.
//
// Agreement compares the picture outside the product with what package mood
// reads in the text: mean OKLab lightness with 0.60 + 0.24·light, warmth with
// warm, mean chroma with 0.055 + 0.035·vivid, each as exp(-(difference/width)²),
// and the share of colour within 35° of the hues the text names. Only what the
// text says counts; of a text in which nothing is recognised no picture can be shown to say
// anything, and that gives 0.25.
//
// Without an analysis the text areas are the four bands along the edges and the
// product is where colours leave the plane of the border. No model takes part.
// Faults: Photo.Missing without a picture, GPU.Unavailable when ctx ends first.
func (*Engine) Score(ctx context.Context, r engine.ScoreRequest) (ad.Score, error) {
	if err := r.Check(); err != nil {
		return ad.Score{}, err
	}
	if err := engine.Ended(ctx); err != nil {
		return ad.Score{}, err
	}
	g := newGauge(r.Picture)
	product, areas := ad.Box{}, []ad.TextArea(nil)
	if r.Analysis != nil {
		product, areas = r.Analysis.ProductBox, r.Analysis.TextAreas
	}
	if product[2] <= 0 || product[3] <= 0 {
		product = g.findProduct()
	}
	if len(areas) == 0 {
		for _, b := range [...]ad.Box{
			{0.06, 0.04, 0.88, 0.20}, {0.06, 0.78, 0.88, 0.18}, {0.03, 0.12, 0.30, 0.76}, {0.67, 0.12, 0.30, 0.76},
		} {
			areas = append(areas, ad.TextArea{Box: b})
		}
	}
	if err := engine.Ended(ctx); err != nil {
		return ad.Score{}, err
	}
	value := math.Pow(max(g.legibility(areas), least), legibilityShare) *
		math.Pow(max(g.visibility(product), least), visibilityShare) *
		math.Pow(max(g.agreement(product, mood.Read(r.Text, "", "")), least), agreementShare)
	if r.Product != nil {
		value *= 0.5 + 0.5*r.Product.Confidence
	}
	return ad.Score{Metric: Metric, Value: min(max(value, 0), 1), Text: r.Text, StandIn: true}, nil
}

// gauge is a picture prepared for measuring.
type gauge struct {
	pic  *image.RGBA
	w, h int // of the grid
	lab  []tone.Lab
}

// gaugeSide is the longer side of the grid on which colours are compared: enough
// for shares of area, cheap at any picture size.
const gaugeSide = 160

func newGauge(m image.Image) *gauge {
	b := m.Bounds()
	pic, ok := m.(*image.RGBA)
	if !ok || b.Min != (image.Point{}) {
		pic = image.NewRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
		draw.Draw(pic, pic.Rect, m, b.Min, draw.Src)
	}
	step := float64(max(b.Dx(), b.Dy())) / gaugeSide
	g := &gauge{pic: pic, w: max(int(float64(b.Dx())/step), 1), h: max(int(float64(b.Dy())/step), 1)}
	g.lab = make([]tone.Lab, g.w*g.h)
	for y := range g.h {
		for x := range g.w {
			g.lab[y*g.w+x] = g.mean(x, y).Lab()
		}
	}
	return g
}

// mean is the mean light of a grid cell, from up to sixteen of its pixels.
func (g *gauge) mean(x, y int) tone.RGB {
	x0, x1 := x*g.pic.Rect.Dx()/g.w, max((x+1)*g.pic.Rect.Dx()/g.w, x*g.pic.Rect.Dx()/g.w+1)
	y0, y1 := y*g.pic.Rect.Dy()/g.h, max((y+1)*g.pic.Rect.Dy()/g.h, y*g.pic.Rect.Dy()/g.h+1)
	sx, sy := max((x1-x0)/4, 1), max((y1-y0)/4, 1)
	var sum tone.RGB
	n := float32(0)
	for py := y0; py < y1; py += sy {
		for px := x0; px < x1; px += sx {
			p := g.pic.Pix[py*g.pic.Stride+4*px:]
			sum = sum.Add(tone.FromBytes(p[0], p[1], p[2]))
			n++
		}
	}
	return sum.Scale(1 / n)
}

func (g *gauge) legibility(areas []ad.TextArea) float64 {
	written, free := math.Inf(1), 0.0
	for i, a := range areas {
		c, text := g.contrast(a.Box)
		if text && i < 2 {
			written = min(written, c)
		} else if !text {
			free = max(free, c)
		}
	}
	c := free
	if !math.IsInf(written, 1) {
		c = written
	}
	return min(max(math.Log(max(c, 1)/1.5)/math.Log(7/1.5), 0), 1)
}

// contrast is the WCAG ratio in a text area, and whether text is drawn there.
func (g *gauge) contrast(box ad.Box) (ratio float64, text bool) {
	w, h := g.pic.Rect.Dx(), g.pic.Rect.Dy()
	x0, x1 := min(max(int(box[0]*float64(w)), 0), w-1), min(int((box[0]+box[2])*float64(w)), w)
	y0, y1 := min(max(int(box[1]*float64(h)), 0), h-1), min(int((box[1]+box[3])*float64(h)), h)
	// Every second pixel each way still sees strokes; more than a hundred
	// thousand samples see nothing new.
	step := max(1, int(math.Sqrt(float64(max(x1-x0, 1)*max(y1-y0, 1))/100_000)+1))
	var light []float64
	edges, n := 0, 0
	for y := y0; y < y1; y += step {
		row := g.pic.Pix[y*g.pic.Stride:]
		for x := x0; x < x1; x += step {
			l := luminance(row[4*x:])
			light = append(light, l)
			n++
			if x+2 < x1 {
				// A stroke's edge; wood grain and foliage step less.
				if r := luminance(row[4*(x+2):]); math.Abs(l-r) > 0.05 && colour.Contrast(l, r) > 1.7 {
					edges++
				}
			}
		}
	}
	if n == 0 {
		return 1, false
	}
	slices.Sort(light)
	at := func(q float64) float64 { return light[min(int(q*float64(n)), n-1)] }
	ground := at(0.5)
	// Printed words put edges on 3 % of an area and more; gradients, blurred lamps,
	// snowflakes and grain on less than 1 %.
	if float64(edges) > 0.02*float64(n) {
		// Whichever extreme is further from the ground is the ink; the extreme
		// percentiles themselves may be antialiased.
		return max(colour.Contrast(at(0.015), ground), colour.Contrast(at(0.985), ground)), true
	}
	return max(colour.Contrast(at(0.1), 0), colour.Contrast(at(0.9), 1)), false
}

func luminance(p []uint8) float64 {
	return float64(tone.FromBytes(p[0], p[1], p[2]).Luminance())
}

// visibility is how well the product shows.
func (g *gauge) visibility(box ad.Box) float64 {
	size := ramp(box[2]*box[3], 0.02, 0.16)
	x0, y0 := int(box[0]*float64(g.w)), int(box[1]*float64(g.h))
	x1, y1 := int(math.Ceil((box[0]+box[2])*float64(g.w))), int(math.Ceil((box[1]+box[3])*float64(g.h)))
	// It is seen against what lies at the same height on both sides, half its
	// width far: backdrops change from top to bottom more than across.
	mx := max((x1-x0)/2, 4)
	seen, out := 0, 0
	for y := max(y0, 0); y < min(y1, g.h); y++ {
		beside := make(map[[3]int8]int)
		for v := max(y-1, 0); v <= min(y+1, g.h-1); v++ {
			for x := max(x0-mx, 0); x < min(x1+mx, g.w); x++ {
				if x < x0 || x >= x1 {
					beside[bin(g.lab[v*g.w+x])]++
				}
			}
		}
		for x := max(x0, 0); x < min(x1, g.w); x++ {
			seen++
			if !occurs(beside, bin(g.lab[y*g.w+x])) {
				out++
			}
		}
	}
	if seen == 0 {
		return 0
	}
	return math.Sqrt(size * ramp(float64(out)/float64(seen), 0.05, 0.60))
}

// bin is the cell of a colour in OKLab, 0.04 on a side: two cells apart is a
// difference anybody sees.
func bin(c tone.Lab) [3]int8 {
	return [3]int8{int8(c[0] * 25), int8(math.Floor(float64(c[1]) * 25)), int8(math.Floor(float64(c[2]) * 25))}
}

// occurs reports whether a colour or a neighbour of it was counted.
func occurs(counts map[[3]int8]int, b [3]int8) bool {
	for dl := int8(-1); dl <= 1; dl++ {
		for da := int8(-1); da <= 1; da++ {
			for db := int8(-1); db <= 1; db++ {
				if counts[[3]int8{b[0] + dl, b[1] + da, b[2] + db}] > 0 {
					return true
				}
			}
		}
	}
	return false
}

// plane is a colour that changes evenly over the picture.
type plane [3][3]float64

func (p *plane) at(x, y int) tone.Lab {
	var c tone.Lab
	for k := range 3 {
		c[k] = float32(p[k][0] + p[k][1]*float64(x) + p[k][2]*float64(y))
	}
	return c
}

// fit lays a plane through the colours of the cells where in is true, and gives
// their mean distance from it.
func (g *gauge) fit(in func(x, y int) bool) (plane, float32) {
	var m [3][6]float64 // normal equations for 1, x, y and three channels
	for y := range g.h {
		for x := range g.w {
			if !in(x, y) {
				continue
			}
			b := [3]float64{1, float64(x), float64(y)}
			for r := range 3 {
				for c := range 3 {
					m[r][c] += b[r] * b[c]
					m[r][3+c] += b[r] * float64(g.lab[y*g.w+x][c])
				}
			}
		}
	}
	for r := range 3 {
		m[r][r] += 1e-6
	}
	for p := range 3 {
		for r := range 3 {
			if r == p {
				continue
			}
			f := m[r][p] / m[p][p]
			for c := p; c < 6; c++ {
				m[r][c] -= f * m[p][c]
			}
		}
	}
	var p plane
	for r := range 3 {
		for c := range 3 {
			p[c][r] = m[r][3+c] / m[r][r]
		}
	}
	var sum float32
	n := float32(0)
	for y := range g.h {
		for x := range g.w {
			if in(x, y) {
				sum += p.at(x, y).Distance(g.lab[y*g.w+x])
				n++
			}
		}
	}
	return p, sum / max(n, 1)
}

// findProduct is the box that holds the middle four fifths of what the plane of
// the border does not explain, the middle of the picture counting more.
func (g *gauge) findProduct() ad.Box {
	rim := max(min(g.w, g.h)/16, 1)
	p, noise := g.fit(func(x, y int) bool { return x < rim || y < rim || x >= g.w-rim || y >= g.h-rim })
	across, down := make([]float64, g.w), make([]float64, g.h)
	for y := range g.h {
		for x := range g.w {
			d := float64(p.at(x, y).Distance(g.lab[y*g.w+x]) - 2*noise)
			if d <= 0 {
				continue
			}
			u, v := float64(x)/float64(g.w)-0.5, float64(y)/float64(g.h)-0.5
			d *= math.Exp(-4 * (u*u + v*v))
			across[x] += d
			down[y] += d
		}
	}
	x0, x1 := middle(across)
	y0, y1 := middle(down)
	return ad.Box{x0, y0, x1 - x0, y1 - y0}
}

// middle gives where the weights pass a tenth and nine tenths of their sum, in
// fractions.
func middle(w []float64) (from, to float64) {
	var total, sum float64
	for _, v := range w {
		total += v
	}
	if total == 0 {
		return 0.25, 0.75
	}
	n := float64(len(w))
	for i, v := range w {
		if sum < 0.1*total && sum+v >= 0.1*total {
			from = float64(i) / n
		}
		if sum < 0.9*total && sum+v >= 0.9*total {
			to = float64(i+1) / n
		}
		sum += v
	}
	return from, max(to, from+1/n)
}

// agreement is how well the picture around the product fits what was read.
func (g *gauge) agreement(box ad.Box, m mood.Mood) float64 {
	if m.Known == 0 {
		return 0.5
	}
	const warmHue = 60 * math.Pi / 180 // orange; its opposite is a cold blue
	var light, warm, chroma, colored, named, n float64
	for y := range g.h {
		for x := range g.w {
			u, v := (float64(x)+0.5)/float64(g.w), (float64(y)+0.5)/float64(g.h)
			if u > box[0] && u < box[0]+box[2] && v > box[1] && v < box[1]+box[3] {
				continue
			}
			c := g.lab[y*g.w+x]
			ch := float64(c.Chroma())
			light += float64(c[0])
			warm += float64(c[1])*math.Cos(warmHue) + float64(c[2])*math.Sin(warmHue)
			chroma += ch
			n++
			if ch < 0.015 {
				continue
			}
			colored += ch
			for _, h := range m.Hues {
				if d := math.Abs(math.Mod(float64(c.Hue())-h+540, 360) - 180); d < 35 {
					named += ch
					break
				}
			}
		}
	}
	if n == 0 {
		return 0.5
	}
	near := func(difference, width float64) float64 { return math.Exp(-difference * difference / (width * width)) }
	var sum, terms float64
	add := func(weight, v float64) { sum += weight * v; terms += weight }
	if m.Light != 0 {
		add(1, near(light/n-(0.60+0.24*m.Light), 0.24))
	}
	if m.Warm != 0 {
		// 0.06 of mean colour towards orange or blue is a picture all in it.
		add(1, near(min(max(warm/n/0.06, -1), 1)-m.Warm, 0.9))
	}
	if m.Vivid != 0 {
		add(0.5, near(chroma/n-(0.055+0.035*m.Vivid), 0.05))
	}
	if len(m.Hues) > 0 {
		share := 0.0
		if colored > 0 {
			share = named / colored
		}
		add(0.8, ramp(share, 0.03, 0.45))
	}
	if terms == 0 {
		return 0.25
	}
	return sum / terms
}

// ramp is 0 at from, 1 at to, straight in between.
func ramp(v, from, to float64) float64 {
	return min(max((v-from)/(to-from), 0), 1)
}

package compose

import (
	"image"
	"image/color"
	"image/draw"
	"math"

	"github.com/go-text/typesetting/font/opentype"
	"golang.org/x/image/vector"
)

// brush draws shapes, keeping its buffers from one to the next.
type brush struct {
	dst    *image.RGBA
	raster vector.Rasterizer
	mask   image.Alpha
}

// fill colours a path given in frame px. Only the path's own box is rasterised,
// which is what makes text cheap on a large frame.
func (b *brush) fill(path []opentype.Segment, x, y, sx, sy float64, c color.RGBA, alpha float64) {
	if len(path) == 0 {
		return
	}
	x0, y0, x1, y1 := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for i := range path {
		for _, p := range path[i].ArgsSlice() {
			px, py := x+float64(p.X)*sx, y+float64(p.Y)*sy
			x0, y0, x1, y1 = min(x0, px), min(y0, py), max(x1, px), max(y1, py)
		}
	}
	// One pixel more on each side: coverage never leaks to a buffer's edge.
	box := image.Rect(int(math.Floor(x0))-1, int(math.Floor(y0))-1, int(math.Ceil(x1))+1, int(math.Ceil(y1))+1)
	if box.Intersect(b.dst.Rect).Empty() {
		return
	}
	w, h := box.Dx(), box.Dy()
	b.raster.Reset(w, h)
	b.raster.DrawOp = draw.Src
	at := func(p opentype.SegmentPoint) (float32, float32) {
		return float32(x + float64(p.X)*sx - float64(box.Min.X)), float32(y + float64(p.Y)*sy - float64(box.Min.Y))
	}
	for i := range path {
		a := path[i].Args
		ax, ay := at(a[0])
		switch path[i].Op {
		case opentype.SegmentOpMoveTo:
			b.raster.ClosePath()
			b.raster.MoveTo(ax, ay)
		case opentype.SegmentOpLineTo:
			b.raster.LineTo(ax, ay)
		case opentype.SegmentOpQuadTo:
			bx, by := at(a[1])
			b.raster.QuadTo(ax, ay, bx, by)
		case opentype.SegmentOpCubeTo:
			bx, by := at(a[1])
			cx, cy := at(a[2])
			b.raster.CubeTo(ax, ay, bx, by, cx, cy)
		}
	}
	b.raster.ClosePath()
	if cap(b.mask.Pix) < w*h {
		b.mask.Pix = make([]uint8, w*h)
	}
	b.mask.Pix, b.mask.Stride, b.mask.Rect = b.mask.Pix[:w*h], w, image.Rect(0, 0, w, h)
	b.raster.Draw(&b.mask, b.mask.Rect, image.Opaque, image.Point{})
	b.blend(box, c, alpha)
}

// blend lays colour through the mask, in sRGB as browsers do.
func (b *brush) blend(box image.Rectangle, c color.RGBA, alpha float64) {
	clip := box.Intersect(b.dst.Rect)
	weight := uint32(math.Round(alpha * 256))
	for y := clip.Min.Y; y < clip.Max.Y; y++ {
		m := b.mask.Pix[(y-box.Min.Y)*b.mask.Stride+clip.Min.X-box.Min.X:]
		d := b.dst.Pix[b.dst.PixOffset(clip.Min.X, y):]
		for x := range clip.Dx() {
			a := uint32(m[x]) * weight >> 8
			if a == 0 {
				continue
			}
			p := d[4*x : 4*x+3 : 4*x+3]
			p[0] = uint8((uint32(p[0])*(255-a) + uint32(c.R)*a + 127) / 255)
			p[1] = uint8((uint32(p[1])*(255-a) + uint32(c.G)*a + 127) / 255)
			p[2] = uint8((uint32(p[2])*(255-a) + uint32(c.B)*a + 127) / 255)
		}
	}
}

// text draws a shaped line; x is its left end, y its baseline.
func (b *brush) text(t *face, r run, x, y, px float64, c color.RGBA) {
	for _, g := range r.glyphs {
		b.fill(g.outline(), x+g.x*px, y-g.y*px, px/t.grid, -px/t.grid, c, 1)
	}
}

// bar draws a rectangle with round corners.
func (b *brush) bar(r rect, radius float64, c color.RGBA, alpha float64) {
	radius = min(radius, r.w/2, r.h/2)
	k := radius * (1 - 0.5522847498) // cubic arcs of a quarter circle
	x0, y0, x1, y1 := r.x, r.y, r.right(), r.bottom()
	pt := func(x, y float64) opentype.SegmentPoint {
		return opentype.SegmentPoint{X: float32(x), Y: float32(y)}
	}
	move := func(x, y float64) opentype.Segment {
		return opentype.Segment{Op: opentype.SegmentOpMoveTo, Args: [3]opentype.SegmentPoint{pt(x, y)}}
	}
	line := func(x, y float64) opentype.Segment {
		return opentype.Segment{Op: opentype.SegmentOpLineTo, Args: [3]opentype.SegmentPoint{pt(x, y)}}
	}
	cube := func(ax, ay, bx, by, cx, cy float64) opentype.Segment {
		return opentype.Segment{Op: opentype.SegmentOpCubeTo, Args: [3]opentype.SegmentPoint{
			pt(ax, ay), pt(bx, by), pt(cx, cy),
		}}
	}
	b.fill([]opentype.Segment{
		move(x0+radius, y0), line(x1-radius, y0), cube(x1-k, y0, x1, y0+k, x1, y0+radius),
		line(x1, y1-radius), cube(x1, y1-k, x1-k, y1, x1-radius, y1),
		line(x0+radius, y1), cube(x0+k, y1, x0, y1-k, x0, y1-radius),
		line(x0, y0+radius), cube(x0, y0+k, x0+k, y0, x0+radius, y0),
	}, 0, 0, 1, 1, c, alpha)
}

// scrim is one colour laid over the text's side of the product: full from the
// frame's edge to hold, then less and less, down to nothing at the product. Both are
// distances from the edge in px.
type scrim struct {
	side        int
	hold, depth float64
	color       color.RGBA
	alpha       float64
}

// at is the scrim's opacity on a pixel.
func (s *scrim) at(x, y int, frame image.Point) float64 {
	var d float64
	switch s.side {
	case left:
		d = float64(x) + 0.5
	case right:
		d = float64(frame.X-x) - 0.5
	case top:
		d = float64(y) + 0.5
	default:
		d = float64(frame.Y-y) - 0.5
	}
	switch {
	case d <= s.hold:
		return s.alpha
	case d >= s.depth:
		return 0
	}
	return s.alpha * (1 - ease((d-s.hold)/(s.depth-s.hold)))
}

// over lays the scrim on one channel.
func veil(v, c uint8, a float64) uint8 {
	return uint8(float64(v) + (float64(c)-float64(v))*a + 0.5)
}

// draw lays the scrim on dst within r; dst's origin is the frame's.
func (s *scrim) draw(dst *image.RGBA, r image.Rectangle, frame image.Point) {
	r = r.Intersect(dst.Rect)
	for y := r.Min.Y; y < r.Max.Y; y++ {
		i := dst.PixOffset(r.Min.X, y)
		for x := r.Min.X; x < r.Max.X; x++ {
			if a := s.at(x, y, frame); a > 0 {
				dst.Pix[i] = veil(dst.Pix[i], s.color.R, a)
				dst.Pix[i+1] = veil(dst.Pix[i+1], s.color.G, a)
				dst.Pix[i+2] = veil(dst.Pix[i+2], s.color.B, a)
			}
			i += 4
		}
	}
}

// copyOf cuts a part out of the frame, keeping its coordinates.
func copyOf(m *image.RGBA, r image.Rectangle) *image.RGBA {
	r = r.Intersect(m.Rect)
	out := image.NewRGBA(r)
	draw.Draw(out, r, m, r.Min, draw.Src)
	return out
}

// Package cutout separates a product from the background of its photo, with a network
// or without one, and says how far its answer can be trusted. What the owner said of the
// photo counts more than either (said.go).
// It works in steps: reduce the photo to a grid; model the backdrop from the border
// (border.go); let it grow inwards, over soft shadows and through openings
// (segment.go); decide the rest by a minimum cut (mixture.go, maxflow.go); find the
// outline to the pixel at full size, measure soft alpha along it and remove the
// background's tint from it (matte.go); and measure how sure the result is
// (confidence.go).
package cutout

import (
	"context"
	"image"
	"slices"

	"github.com/nanococoa/nanococoa/internal/ad"
)

// Cut is a product separated from its background.
type Cut struct {
	// Pixels has the photo's size. It is straight (not premultiplied): alpha is
	// the mask, colours are the photo's own wherever the mask is full.
	Pixels *image.NRGBA
	// Box is the smallest rectangle that holds every visible pixel, empty when
	// there is none.
	Box image.Rectangle
	// Evidence says what the cut rests on.
	Evidence Evidence
	// Cut says which sides of Box the photo's border, or the owner's box, cuts off.
	Cut Sides
}

// Sides are those of a rectangle. Hangs says that the top cuts off cords or a chain alone, by
// which the product hangs.
type Sides struct{ Left, Right, Top, Bottom, Hangs bool }

// Find cuts the product out of an upright photo. m may be nil, or fail: then colours decide
// alone. word may be nil; it is of mode auto. A photo that already has transparency around its
// product is taken as it is, but for what the owner erased. It only fails when ctx ends, with
// ctx's error; a photo in which product and background cannot be told apart gives a Cut without
// confidence, and without a Box when nothing at all was found.
func Find(ctx context.Context, m Model, photo *image.NRGBA, word *ad.CutOut) (*Cut, error) {
	if photo.Rect.Min != (image.Point{}) {
		photo = photo.SubImage(photo.Rect).(*image.NRGBA)
		photo.Rect = photo.Rect.Sub(photo.Rect.Min)
	}
	g, err := newGrid(ctx, photo)
	if err != nil {
		return nil, err
	}
	if g.word, err = hear(ctx, word, photo.Rect.Size(), g); err != nil {
		return nil, err
	}
	if hasAlpha(photo) {
		if g.word != nil {
			photo = g.word.obeyed(photo)
		}
		return finish(photo, Evidence{OwnAlpha: true}, g.word), ctx.Err()
	}
	r, e, err := decide(ctx, m, photo, g)
	if err != nil {
		return nil, err
	}
	if e.Area == 0 || e.Area == 1 {
		return &Cut{Pixels: photo, Evidence: e}, nil
	}
	if !e.Told {
		r.followCord()
	}
	pixels, err := matte(ctx, photo, r)
	if err != nil {
		return nil, err
	}
	return finish(pixels, e, g.word), nil
}

// finish measures a cut.
func finish(pixels *image.NRGBA, e Evidence, word *said) *Cut {
	c := &Cut{Pixels: pixels, Box: visible(pixels), Evidence: e}
	if c.Box.Empty() {
		c.Evidence.Area, c.Evidence.OwnAlpha = 0, false
		return c
	}
	border := frame(pixels, c.Box)
	if word != nil {
		border = word.box
	}
	c.Cut = cutSides(pixels, c.Box, border)
	return c
}

// cutSides tells the sides of a box along which the product reaches a border.
func cutSides(pixels *image.NRGBA, box, border image.Rectangle) Sides {
	// What touches a border with less than a thirtieth of its side only ends there.
	out := along(pixels, box, border, 30)
	if !out.Top && !out.Left && !out.Right && !out.Bottom {
		out.Hangs = hangs(pixels, box, border)
		out.Top = out.Hangs
	}
	return out
}

// along tells the sides of a border along which the product lies for more than one part in least
// of its box.
func along(pixels *image.NRGBA, box, border image.Rectangle, least int) Sides {
	// Softening may clear the outermost two pixels.
	const soft = 3
	// solid counts the lines across a strip that hold a pixel of the product.
	solid := func(strip image.Rectangle, rows bool) (n int) {
		strip = strip.Intersect(pixels.Rect)
		seen := map[int]bool{}
		for y := strip.Min.Y; y < strip.Max.Y; y++ {
			for x := strip.Min.X; x < strip.Max.X; x++ {
				if pixels.Pix[pixels.PixOffset(x, y)+3] < 128 {
					continue
				}
				if rows {
					seen[y] = true
				} else {
					seen[x] = true
				}
			}
		}
		return len(seen)
	}
	b := border
	return Sides{
		Left:   solid(image.Rect(b.Min.X, box.Min.Y, b.Min.X+soft, box.Max.Y), true)*least > box.Dy(),
		Right:  solid(image.Rect(b.Max.X-soft, box.Min.Y, b.Max.X, box.Max.Y), true)*least > box.Dy(),
		Top:    solid(image.Rect(box.Min.X, b.Min.Y, box.Max.X, b.Min.Y+soft), false)*least > box.Dx(),
		Bottom: solid(image.Rect(box.Min.X, b.Max.Y-soft, box.Max.X, b.Max.Y), false)*least > box.Dx(),
	}
}

// frame is the border that cuts the product off: the photo's, or that of a narrow even frame
// which a shop has put around it. Of such a frame the product has the same narrow distance on
// every side, and lies along three of them for a quarter.
func frame(pixels *image.NRGBA, box image.Rectangle) image.Rectangle {
	b := pixels.Rect
	gaps := []int{box.Min.X - b.Min.X, box.Min.Y - b.Min.Y, b.Max.X - box.Max.X, b.Max.Y - box.Max.Y}
	long := max(b.Dx(), b.Dy())
	if widest := slices.Max(gaps); widest > long*3/100 || widest-slices.Min(gaps) > max(2, long/200) {
		return b
	}
	s, n := along(pixels, box, box, 4), 0
	for _, side := range []bool{s.Left, s.Right, s.Top, s.Bottom} {
		if side {
			n++
		}
	}
	if n < 3 {
		return b
	}
	return box
}

// hangs reports whether the uppermost sixth of a product that reaches the border is cords alone.
func hangs(pixels *image.NRGBA, box, border image.Rectangle) bool {
	// A hook or a thin cord may end a little below the border, in light that hides it.
	if box.Min.Y > border.Min.Y+border.Dy()/40 || box.Empty() {
		return false
	}
	// Three chains of a basket cover a tenth of its width; the neck of a bottle a fifth.
	const share = 8
	rows := max(box.Dy()/6, 1)
	for y := box.Min.Y; y < box.Min.Y+rows; y++ {
		n := 0
		for x := box.Min.X; x < box.Max.X; x++ {
			if pixels.Pix[pixels.PixOffset(x, y)+3] >= 128 {
				n++
			}
		}
		if n*share > box.Dx() {
			return false
		}
	}
	return true
}

// decide makes the divisions of the photo that the means at hand allow, and gives the one
// that agrees best with the photo's own edges.
func decide(ctx context.Context, m Model, photo *image.NRGBA, g *grid) (*regions, Evidence, error) {
	drop := fitBackdrop(g)
	var s *seen
	if m != nil {
		var err error
		if s, err = look(ctx, m, photo, g); err != nil && ctx.Err() != nil {
			return nil, Evidence{}, ctx.Err()
		}
	}
	r, err := segment(ctx, g, drop)
	if err != nil {
		return nil, Evidence{}, err
	}
	if s == nil && g.word != nil && len(drop.surfaces) == 0 {
		// Neither a network nor a backdrop: the owner's word is all there is.
		p := g.word.alone(g)
		if r, err = segmentSeen(ctx, g, drop, p, p, false, nil); err != nil {
			return nil, Evidence{}, err
		}
		r.p = nil
	}
	if s == nil {
		return r, r.evidence(), nil
	}
	g.word.over(s.glimpsed)
	p := s.settled(g)
	try := func(plain bool, p []float32, open []int) (*regions, Evidence, error) {
		r, err := segmentSeen(ctx, g, drop, p, s.glimpsed, plain, open)
		if err != nil {
			return nil, Evidence{}, err
		}
		e := r.evidence()
		e.Sure = float64(s.most)
		return r, e, nil
	}
	best, found, err := try(false, p, nil)
	if err != nil {
		return nil, Evidence{}, err
	}
	better := func(plain bool, p []float32, open []int) error {
		r, e, err := try(plain, p, open)
		// The first way needs no model of the ground, so another one must show more.
		if err == nil && e.merit() > found.merit()+0.03 {
			best, found = r, e
		}
		return err
	}
	if err := better(true, p, nil); err != nil {
		return nil, Evidence{}, err
	}
	if part := best.alikePart(best.product()); len(part) > 0 && found.even() {
		if err := better(best.plain, best.without(part), part); err != nil {
			return nil, Evidence{}, err
		}
	}
	// Colours alone, where they are trusted more and the network does not object; and where they
	// have followed edges as clear on a backdrop that is known exactly.
	switch e := r.evidence(); {
	case r.finer(best, found.trust() < doubtful):
		best, found = r, e // the network's word is what was improved on
	case found.trust() < e.trust():
		r.p, r.glimpsed = p, s.glimpsed
		e := r.evidence()
		e.Sure = float64(s.most)
		if found.trust() < e.trust() {
			best, found = r, e
		}
	}
	if err := found.ask(ctx, m, photo, best); err != nil {
		return nil, Evidence{}, err
	}
	if found.Confidence() >= doubtful || found.contradicted() {
		return best, found, nil
	}
	// Other views cost a look each, so only a photo that would be framed gets them.
	all := newMean(s.p)
	err = eachView(ctx, m, photo, g, func(other *seen) (bool, error) {
		if all.add(other.p) {
			for i := range s.glimpsed {
				s.glimpsed[i] = max(s.glimpsed[i], other.p[i])
			}
		}
		for _, plain := range [2]bool{false, true} {
			r, e, err := try(plain, other.settled(g), nil)
			if err != nil {
				return false, err
			}
			if e.Confidence() > max(found.Confidence(), surer) {
				best, found = r, e
			}
		}
		return found.Confidence() < doubtful, nil
	})
	if err != nil {
		return nil, Evidence{}, err
	}
	if found.Confidence() < doubtful && all.n > 1 {
		for _, plain := range [2]bool{false, true} {
			r, e, err := try(plain, (&seen{p: all.p}).settled(g), nil)
			if err != nil {
				return nil, Evidence{}, err
			}
			if e.Confidence() > max(found.Confidence(), surer) {
				best, found = r, e
			}
		}
	}
	return best, found, nil
}

// surer is the least confidence of a cut that rests on another view: of a plant with stems,
// of which one saw half the leaves, it is 0.56; of what is cut out well it is 1.
const surer = 0.6

// doubtful is the confidence below which a cut is not shown; other views of the photo are
// worth their time there.
const doubtful = 0.5

// finer reports whether a division by colours alone is the network's, drawn finer: trusted, with
// an outline along edges as clear, and without what has exactly the backdrop's colour, such as
// the ground inside a handle or between stems. doubted says that the network's is not trusted.
func (r *regions) finer(network *regions, doubted bool) bool {
	mine, other := r.evidence(), network.evidence()
	if !mine.even() || mine.trust() < 0.9 || mine.Edge < max(other.Edge-0.01, 0.9) {
		return false
	}
	alike := max(likeness, 4*r.drop.noise)
	in, theirs := r.product(), network.product()
	reach, near := r.distances(theirs), r.distances(in)
	left, ground, both := 0, 0, 0
	for i := range in {
		switch {
		case in[i] && reach[i] > 3*far(r.w, r.h):
			return false // another thing
		case in[i] && theirs[i]:
			both++
		case theirs[i] && near[i] > 4: // the outermost cells are mixed
			left++
			if r.off[i] < alike || r.shade[i] {
				ground++
			}
		}
	}
	if !network.behindStraps(in, theirs) {
		return false
	}
	// A small patch is as likely a highlight, or what shows through a glass, unless the network's
	// division is doubted for it.
	return left-ground <= left/10+both/1000 && (doubted || left*30 > both) && left < both
}

// behindStraps reports whether each part of the product in that in leaves out lies near its
// outline: what encloses a hole is a strap, a handle or a stem, and a screen has a whole phone
// around it.
func (r *regions) behindStraps(in, product []bool) bool {
	left, out := make([]bool, len(in)), make([]bool, len(in))
	for i, d := range r.distances(in) {
		out[i] = !product[i]
		left[i] = product[i] && d > 4
	}
	label, size := r.components(left)
	gap := make([]int32, len(size))
	for l := range gap {
		gap[l] = distant
	}
	for i, d := range r.distances(out) {
		gap[label[i]] = min(gap[label[i]], d)
	}
	for l := 1; l < len(size); l++ {
		if gap[l] > int32(3*max(r.w, r.h)*45/1000) {
			return false
		}
	}
	return true
}

// product tells the product's cells.
func (r *regions) product() []bool {
	in := make([]bool, len(r.state))
	for i, s := range r.state {
		in[i] = s == product
	}
	return in
}

// without is the network's word with a part taken back, and its edge left to the colours.
func (r *regions) without(part []int) []float32 {
	p := append([]float32(nil), r.p...)
	in := make([]bool, len(p))
	for _, i := range part {
		in[i] = true
	}
	for i, d := range r.distances(in) {
		switch {
		case d == 0:
			p[i] = 0
		case d <= 3*3:
			p[i] = min(p[i], 0.5)
		}
	}
	return p
}

// hasAlpha reports whether the photo was cut out before: a good part of it is
// clear, and not only a rounded corner.
func hasAlpha(photo *image.NRGBA) bool {
	clear, total := 0, 0
	for y := 0; y < photo.Rect.Dy(); y += 2 {
		row := photo.Pix[y*photo.Stride:]
		for x := 0; x < photo.Rect.Dx(); x += 2 {
			total++
			if row[4*x+3] < 16 {
				clear++
			}
		}
	}
	// The corners of a fully rounded card are 1-π/4 of a square at most for a
	// disc; a rounded corner of a tenth of the side clears 0.9 %.
	return clear*50 > total
}

// Crop copies a part of a picture to the origin.
func Crop(m *image.NRGBA, r image.Rectangle) *image.NRGBA {
	out := image.NewNRGBA(image.Rect(0, 0, r.Dx(), r.Dy()))
	for y := range r.Dy() {
		copy(out.Pix[y*out.Stride:(y+1)*out.Stride], m.Pix[m.PixOffset(r.Min.X, r.Min.Y+y):])
	}
	return out
}

// visible is the box of the pixels one can see.
func visible(m *image.NRGBA) image.Rectangle {
	const seen = 24 // of 255; fainter pixels are the last trace of a soft edge
	b := image.Rectangle{}
	for y := range m.Rect.Dy() {
		row := m.Pix[y*m.Stride : y*m.Stride+4*m.Rect.Dx()]
		first, last := -1, -1
		for x := 0; x < len(row); x += 4 {
			if row[x+3] >= seen {
				if first < 0 {
					first = x / 4
				}
				last = x / 4
			}
		}
		if first >= 0 {
			b = b.Union(image.Rect(first, y, last+1, y+1))
		}
	}
	return b
}

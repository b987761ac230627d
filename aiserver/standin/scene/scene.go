// Package scene builds and photographs a small set around a product: floor,
// wall, props, light, and a backdrop, all made by arithmetic.
//
// A look (look_*.go) arranges the set from a mood and the product's own
// colours. The set is lit by an area light and the sky, with shadows found by
// casting rays, so that product and props share one light (set.go). The
// product takes part as an object: it blocks light, darkens what it touches and
// is mirrored in glossy floors (subject.go); its own pixels are laid over the
// finished photograph unchanged (develop.go).
package scene

import (
	"context"
	"image"
	"slices"

	"github.com/nanococoa/nanococoa/aiserver/standin/mood"
	"github.com/nanococoa/nanococoa/aiserver/standin/raster"
)

// Scene is a look chosen for one picture, with the product's place in it.
type Scene struct {
	Look mood.Look
	// Box is where the product goes, in pixels of the picture. It has the aspect
	// the scene was planned for.
	Box image.Rectangle

	size image.Point
	seed uint64
	mood mood.Mood
	// floor is the row at which something in the product's place stands: below the product's
	// own lowest row when it hangs.
	floor int
}

// Sides are those of a rectangle at which a product is cut off. Hangs says that what is cut off
// at the top is what it hangs from.
type Sides struct{ Left, Right, Top, Bottom, Hangs bool }

// Plan chooses the look for a mood and the place for a product whose width is
// aspect times its height, in a picture of the given size. A product that its photo cut off
// stands with the cut sides at the same sides of the picture, as nothing else can explain
// them; fits is false when that leaves no picture around it.
func Plan(m mood.Mood, size image.Point, aspect float64, cut Sides, seed uint64) (s *Scene, fits bool) {
	s = &Scene{Look: m.Look, size: size, seed: seed, mood: m}
	if _, ok := looks[s.Look]; !ok {
		s.Look = mood.Podium
	}
	s.Box = s.place(aspect)
	s.floor = s.Box.Max.Y
	if cut == (Sides{}) {
		return s, true
	}
	if cut.Hangs {
		s.hang(aspect)
		return s, true
	}
	fits = s.placeCut(aspect, cut)
	s.floor = s.Box.Max.Y
	return s, fits
}

// hang moves the product's box to the top of the picture, as large as leaves air above the floor.
func (s *Scene) hang(aspect float64) {
	// Less air, and the shadow below says that it stands.
	const air = 0.24
	height := min(float64(s.Box.Dy())*1.1, float64(s.floor)-air*float64(s.size.Y))
	w, h := max(int(height*aspect+0.5), 8), max(int(height+0.5), 8)
	x := min(max((s.Box.Min.X+s.Box.Max.X-w)/2, 0), max(s.size.X-w, 0))
	s.Box = image.Rect(x, 0, x+w, h)
}

// placeCut moves the product's box to the sides of the picture at which it is cut off, and
// reports whether there is a place for it.
func (s *Scene) placeCut(aspect float64, cut Sides) bool {
	w, h := float64(s.size.X), float64(s.size.Y)
	width := float64(s.Box.Dx())
	switch {
	case cut.Left && cut.Right:
		width = w
	case cut.Top && cut.Bottom:
		width = h * aspect
	}
	height := width / aspect
	// Beside it or above it words still find a fifth of the picture.
	const most = 0.8
	if height > h || width > w || width > most*w && height > most*h {
		return false
	}
	pw, ph := max(int(width+0.5), 8), max(int(height+0.5), 8)
	at := s.Box.Min.Add(image.Pt((s.Box.Dx()-pw)/2, s.Box.Dy()-ph))
	at.X = min(max(at.X, 0), s.size.X-pw)
	at.Y = min(max(at.Y, 0), s.size.Y-ph)
	switch {
	case cut.Left:
		at.X = 0
	case cut.Right:
		at.X = s.size.X - pw
	}
	switch {
	case cut.Bottom:
		at.Y = s.size.Y - ph
	case cut.Top:
		at.Y = 0
	}
	s.Box = image.Rectangle{Min: at, Max: at.Add(image.Pt(pw, ph))}
	return true
}

// wideFrom is how many times its height a picture is wide from which words stand
// beside the product.
const wideFrom = 1.3

// place finds the product's box: large, grounded, and with one calm area left
// for words: above it in tall and square pictures, beside it in wide ones.
func (s *Scene) place(aspect float64) image.Rectangle {
	w, h := float64(s.size.X), float64(s.size.Y)
	d := raster.NewDice(s.seed, "place")
	l := looks[s.Look]
	var width, height, cx, base float64
	switch shape := w / h; {
	case shape >= wideFrom:
		// Words beside the product. The wider the picture, the more of its height
		// the product may take.
		height = h * min(0.70+0.06*(shape-wideFrom), 0.82)
		width = w * 0.44
		cx = 0.70
		if d.Float() < 0.35 {
			cx = 0.30
		}
		base = min(0.93-0.5*l.foreground, 0.92)
	case shape <= 0.72:
		height, width = h*0.46, w*0.80
		cx, base = 0.5, 0.83-0.6*l.foreground
	default:
		cx, base = 0.5+0.02*float64(d.Bell()), 0.90-l.foreground
		// Above it the headline and the sub copy at a good size take three tenths.
		height, width = h*min(0.585, base-0.30), w*0.70
	}
	if width/aspect < height {
		height = width / aspect
	}
	width = height * aspect
	pw, ph := max(int(width+0.5), 8), max(int(height+0.5), 8)
	x := int(cx*w - width/2 + 0.5)
	x = min(max(x, s.size.X/40), s.size.X-pw-s.size.X/40)
	y := int(base*h+0.5) - ph
	return image.Rect(x, y, x+pw, y+ph)
}

// Render photographs the scene with the subject in it. It only fails when ctx
// ends, with ctx's error.
func (s *Scene) Render(ctx context.Context, subject Subject) (*image.RGBA, error) {
	subject = s.standing(subject)
	k := newWork(s, subject)
	st, fin := looks[s.Look].build(k)
	if s.floor > s.Box.Max.Y {
		k.clear(st)
	}
	k.grade(s.Look, st, fin)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	pic, err := st.expose(ctx)
	if err != nil {
		return nil, err
	}
	return fin.develop(ctx, pic, k)
}

// standing is the subject where it stands in the picture.
func (s *Scene) standing(subject Subject) Subject {
	if s.floor > s.Box.Max.Y {
		// Air below it makes an overhang of all of it: nothing touches the floor.
		above := subject.Pixels
		subject.Pixels = image.NewNRGBA(image.Rect(0, 0, above.Rect.Dx(), s.floor-s.Box.Min.Y))
		for y := range above.Rect.Dy() {
			copy(subject.Pixels.Pix[y*subject.Pixels.Stride:], above.Pix[y*above.Stride:][:4*above.Rect.Dx()])
		}
	}
	subject.At = image.Rectangle{Min: s.Box.Min, Max: s.Box.Min.Add(subject.Pixels.Rect.Size())}
	return subject
}

// lens is the camera of the scene.
func (s *Scene) lens(subject Subject) lens {
	// A long lens seen from a little above, as products are photographed: ten
	// degrees, twice to three times the picture's side away.
	unit := float32(min(s.size.X, s.size.Y))
	cam := lens{cx: float32(s.size.X) / 2, dist: 2.6 * unit}
	cam.eye = 0.17 * cam.dist
	if s.wide() {
		// Lower, so that the horizon passes under the words.
		cam.eye = 0.11 * cam.dist
	}
	cam.horizon = float32(subject.At.Max.Y) - cam.eye
	return cam
}

// look is a recipe for sets of one kind.
type look struct {
	// foreground is how much of the picture's height the look wants below the
	// product beyond the usual tenth, for podium or floor.
	foreground float64
	build      func(k *work) (*set, *finish)
}

// looks holds the recipe of every look of package mood.
var looks = map[mood.Look]look{
	mood.Podium:   {0.07, podium},
	mood.Window:   {0.02, window},
	mood.Forest:   {0.055, forest},
	mood.Neon:     {0.03, neon},
	mood.Snow:     {0.02, snow},
	mood.Sea:      {0.03, sea},
	mood.Marble:   {0.065, marble},
	mood.Hanji:    {0.05, hanji},
	mood.Pastel:   {0.05, pastel},
	mood.Cafe:     {0.03, cafe},
	mood.Blossom:  {0.06, blossom},
	mood.Autumn:   {0.055, autumn},
	mood.Silk:     {0.05, silk},
	mood.City:     {0.03, city},
	mood.Field:    {0.03, field},
	mood.River:    {0.03, river},
	mood.Living:   {0.03, living},
	mood.Desk:     {0.03, desk},
	mood.Vanity:   {0.03, vanity},
	mood.Gym:      {0.03, gym},
	mood.Camp:     {0.03, camp},
	mood.Kitchen:  {0.03, kitchen},
	mood.Festival: {0.03, festival},
	mood.Nursery:  {0.03, nursery},
	mood.Workshop: {0.03, workshop},
}

// work is what a look has to work with.
type work struct {
	size    image.Point
	unit    float32 // the picture's shorter side; props are measured in it
	seed    uint64
	mood    mood.Mood
	colors  Colors
	subject Subject
	cam     lens
	body    *body
	side    float32 // -1: the light comes from the left, 1: from the right
}

func newWork(s *Scene, subject Subject) *work {
	k := &work{size: s.size, seed: s.seed, mood: s.mood, subject: subject, colors: Study(subject.Pixels)}
	k.unit = float32(min(s.size.X, s.size.Y))
	k.cam = s.lens(subject)
	k.body = newBody(subject, &k.cam)
	k.side = k.dice("light").Side()
	// A product lit from one side keeps its light.
	if l := k.colors.Lean; l > 0.03 || l < -0.03 {
		k.side = 1
		if l < 0 {
			k.side = -1
		}
	}
	return k
}

// dice is the named stream of this picture's random numbers.
func (k *work) dice(name string) *raster.Dice { return raster.NewDice(k.seed, name) }

// says reports whether the text was read as a word of package mood.
func (k *work) says(word string) bool { return slices.Contains(k.mood.Words, word) }

// newSet is an empty set with the work's camera and product.
func (k *work) newSet() *set {
	return &set{w: k.size.X, h: k.size.Y, unit: k.unit, cam: k.cam, body: k.body, near: 0.5 * k.unit}
}

// wide reports whether words stand beside the product.
func (s *Scene) wide() bool { return float32(s.size.X) >= wideFrom*float32(s.size.Y) }

func (k *work) wide() bool { return float32(k.size.X) >= wideFrom*float32(k.size.Y) }

// middle is the product's centre across, and half its width, in the set.
func (k *work) middle() (x, half float32) {
	a := k.subject.At
	return float32(a.Min.X+a.Max.X)/2 - k.cam.cx, float32(a.Dx()) / 2
}

// tall is the product's height in the set.
func (k *work) tall() float32 { return float32(k.subject.At.Dy()) }

// free is the side, -1 or 1, for something beside the product: the wish, in wide
// pictures the one where no words go.
func (k *work) free(wish float32) float32 {
	x, _ := k.middle()
	switch {
	case !k.wide():
		return wish
	case x < 0:
		return -1
	}
	return 1
}

// behind is where, across the set at depth z, the centre of something of radius r
// goes that frames the product: where it is wished, in wide pictures so far from
// the words that it ends soon after the product.
func (k *work) behind(wish, r, z float32) float32 {
	if !k.wide() {
		return wish
	}
	x, half := k.middle()
	grow := (k.cam.dist + z) / k.cam.dist
	return (x + k.free(0)*max(r/grow-half-0.02*k.unit, 0)) * grow
}

// halo is the radius, at depth z, of a disc that frames the product.
func (k *work) halo(z float32) float32 {
	_, half := k.middle()
	return max(0.30*k.unit, 0.56*max(k.tall(), 1.6*half)) * (k.cam.dist + z) / k.cam.dist
}

// clear takes away the stand and the small things at its foot: nothing stands there when the
// product hangs, and words go below it. What frames it from behind stays.
func (k *work) clear(st *set) {
	_, z, _ := k.footing()
	st.solids = slices.DeleteFunc(st.solids, func(o solid) bool { return o.c[2] < z+0.5*k.unit })
}

// footing is a circle on the ground that holds everything the product stands
// on: its centre and radius.
func (k *work) footing() (x, z, r float32) {
	x, half := k.middle()
	deepest := float32(0)
	for _, f := range k.body.foot {
		deepest = max(deepest, f)
	}
	z = min((deepest+k.body.deep)/2, 1.1*half)
	for i, f := range k.body.foot {
		if f < 0 {
			continue
		}
		grow := (k.cam.dist + f) / k.cam.dist
		px := (float32(k.subject.At.Min.X+i) - k.cam.cx) * grow
		r = max(r, hypot(px-x, f-z))
	}
	return x, z, max(r, 0.6*half)
}

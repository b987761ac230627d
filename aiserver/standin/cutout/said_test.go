package cutout_test

import (
	"image"
	"image/color"
	"image/draw"
	"slices"
	"testing"

	"github.com/nanococoa/nanococoa/aiserver/standin/cutout"
	"github.com/nanococoa/nanococoa/internal/ad"
)

// two is a photo of 300×200 px: a red slab and a blue one before paper.
func two() *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, 300, 200))
	draw.Draw(m, m.Rect, image.NewUniform(color.NRGBA{244, 243, 240, 255}), image.Point{}, draw.Src)
	draw.Draw(m, image.Rect(50, 40, 120, 160), image.NewUniform(color.NRGBA{190, 40, 35, 255}), image.Point{}, draw.Src)
	draw.Draw(m, image.Rect(180, 40, 250, 160), image.NewUniform(color.NRGBA{40, 60, 180, 255}), image.Point{}, draw.Src)
	return m
}

// brush is one stroke through points in pixels of two, with a width in pixels.
func brush(width float64, order int, points ...image.Point) ad.Stroke {
	s := ad.Stroke{Width: width / 300, Order: order}
	for _, p := range points {
		s.Points = append(s.Points, ad.Point{float64(p.X) / 300, float64(p.Y) / 200})
	}
	return s
}

// cutAs cuts out without a network.
func cutAs(t *testing.T, photo *image.NRGBA, word *ad.CutOut) *cutout.Cut {
	t.Helper()
	c, err := cutout.Find(t.Context(), nil, photo, word)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestTheOwnersStrokes(t *testing.T) {
	t.Parallel()
	overBlue := []image.Point{{215, 50}, {215, 150}}
	bare := []image.Point{{150, 20}, {150, 30}} // paper
	for name, tc := range map[string]struct {
		word    ad.CutOut
		is, not []image.Point
	}{
		"nothing said": {ad.CutOut{}, []image.Point{{85, 100}, {215, 100}}, []image.Point{{150, 100}, {20, 20}}},
		"erased": {
			ad.CutOut{Erase: []ad.Stroke{brush(80, 0, overBlue...)}},
			[]image.Point{{85, 100}}, []image.Point{{215, 100}, {185, 60}},
		},
		"kept": {
			ad.CutOut{Keep: []ad.Stroke{brush(40, 0, bare...)}},
			[]image.Point{{150, 25}, {85, 100}, {215, 100}}, []image.Point{{150, 100}},
		},
		"equal orders": {
			ad.CutOut{Keep: []ad.Stroke{brush(80, 3, overBlue...)}, Erase: []ad.Stroke{brush(80, 3, overBlue...)}},
			[]image.Point{{85, 100}}, []image.Point{{215, 100}},
		},
		"kept on top": {
			ad.CutOut{Keep: []ad.Stroke{brush(30, 4, overBlue...)}, Erase: []ad.Stroke{brush(80, 3, overBlue...)}},
			[]image.Point{{85, 100}, {215, 100}}, []image.Point{{185, 60}},
		},
		"a box": {
			ad.CutOut{Box: &ad.Box{0, 0, 0.5, 1}}, []image.Point{{85, 100}}, []image.Point{{215, 100}},
		},
		"nothing beside a box is kept": {
			ad.CutOut{Box: &ad.Box{0, 0, 0.5, 1}, Keep: []ad.Stroke{brush(40, 9, overBlue...)}},
			[]image.Point{{85, 100}}, []image.Point{{215, 100}},
		},
		// The brush reaches four pixels beyond the slab, and its edge is found.
		"an edge near a stroke": {
			ad.CutOut{Keep: []ad.Stroke{brush(28, 0, image.Pt(110, 60), image.Pt(110, 140))}},
			[]image.Point{{117, 100}, {85, 100}}, []image.Point{{123, 100}},
		},
	} {
		c := cutAs(t, two(), &tc.word)
		for _, p := range tc.is {
			if a := c.Pixels.NRGBAAt(p.X, p.Y).A; a < 250 {
				t.Errorf("%s: alpha %d at %v", name, a, p)
			}
		}
		for _, p := range tc.not {
			if a := c.Pixels.NRGBAAt(p.X, p.Y).A; a > 5 {
				t.Errorf("%s: alpha %d at %v, which is ground", name, a, p)
			}
		}
		if told := tc.word.Says(); c.Evidence.Told != told || told && c.Evidence.Confidence() != 1 {
			t.Errorf("%s: %+v", name, c.Evidence)
		}
	}
}

// At full size a stroke may be thinner than a cell of the grid, and than an edge is soft.
func TestAThinStroke(t *testing.T) {
	t.Parallel()
	photo := image.NewNRGBA(image.Rect(0, 0, 900, 600)) // cells of three pixels
	small := two()
	for i := range photo.Rect.Dx() * photo.Rect.Dy() {
		photo.SetNRGBA(i%900, i/900, small.NRGBAAt(i%900/3, i/900/3))
	}
	word := ad.CutOut{
		Keep:  []ad.Stroke{brush(2, 0, image.Pt(150, 20), image.Pt(150, 30))},
		Erase: []ad.Stroke{brush(1, 0, image.Pt(85, 60), image.Pt(85, 140))},
	}
	c := cutAs(t, photo, &word)
	for p, want := range map[image.Point]uint8{
		{255, 300}: 0, {263, 300}: 255, {247, 300}: 255, {450, 75}: 255, {462, 75}: 0,
	} {
		if a := c.Pixels.NRGBAAt(p.X, p.Y).A; a != want {
			t.Errorf("alpha %d at %v, want %d", a, p, want)
		}
	}
}

// A word is laid over what the network says, too: here it sees the red slab alone.
func TestTheOwnersWordAndTheNetworks(t *testing.T) {
	t.Parallel()
	photo := two()
	truth := image.NewAlpha(photo.Rect)
	draw.Draw(truth, image.Rect(50, 40, 120, 160), image.NewUniform(color.Alpha{A: 255}), image.Point{}, draw.Src)
	word := ad.CutOut{
		Keep:  []ad.Stroke{brush(60, 0, image.Pt(215, 60), image.Pt(215, 140))},
		Erase: []ad.Stroke{brush(60, 0, image.Pt(85, 40), image.Pt(85, 70))},
	}
	c, err := cutout.Find(t.Context(), network{truth: truth, fade: everywhere}, photo, &word)
	if err != nil || !c.Evidence.Seen || !c.Evidence.Told {
		t.Fatalf("%v, %+v", err, c.Evidence)
	}
	for p, want := range map[image.Point]bool{{215, 100}: true, {85, 130}: true, {85, 60}: false, {150, 100}: false} {
		if got := c.Pixels.NRGBAAt(p.X, p.Y).A >= 128; got != want {
			t.Errorf("at %v: %v", p, got)
		}
	}
}

// Where neither a network nor an even ground helps, the strokes alone say what is product.
func TestTheOwnersWordAlone(t *testing.T) {
	t.Parallel()
	photo, truth := composite(t, "bottle with cap on cluttered")
	b := cover(truth)
	at := func(x, y float64) ad.Point {
		return ad.Point{
			(float64(b.Min.X) + x*float64(b.Dx())) / float64(photo.Rect.Dx()),
			(float64(b.Min.Y) + y*float64(b.Dy())) / float64(photo.Rect.Dy()),
		}
	}
	box := ad.Box{at(-0.05, -0.02)[0], at(-0.05, -0.02)[1], 0, 0}
	box[2], box[3] = at(1.05, 1.02)[0]-box[0], at(1.05, 1.02)[1]-box[1]
	word := ad.CutOut{Box: &box, Keep: []ad.Stroke{{Points: []ad.Point{at(0.5, 0.05), at(0.5, 0.95)}, Width: 0.06}}}
	c := cutAs(t, photo, &word)
	if c.Evidence.Confidence() < 0.5 || !c.Box.In(b.Inset(-photo.Rect.Dx()/16)) || same(c, truth) < 0.6 {
		t.Errorf("overlap %.2f in %v, the bottle is in %v: %+v", same(c, truth), c.Box, b, c.Evidence)
	}
}

func cover(m *image.Alpha) (box image.Rectangle) {
	for y := range m.Rect.Dy() {
		for x := range m.Rect.Dx() {
			if m.AlphaAt(x, y).A > 127 {
				box = box.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	return box
}

// The gate lets through what it would doubt of shape, but neither nothing nor everything.
func TestTheGateAndTheOwnersWord(t *testing.T) {
	t.Parallel()
	islands := image.NewNRGBA(image.Rect(0, 0, 300, 200))
	draw.Draw(islands, islands.Rect, image.NewUniform(color.NRGBA{244, 243, 240, 255}), image.Point{}, draw.Src)
	for i := range 6 {
		at := image.Rect(0, 0, 26, 26).Add(image.Pt(30+i%3*100, 40+i/3*90))
		draw.Draw(islands, at, image.NewUniform(color.NRGBA{190, 40, 35, 255}), image.Point{}, draw.Src)
	}
	c := cutAs(t, islands, nil)
	if c.Evidence.Confidence() >= 0.5 || !slices.Contains(c.Evidence.Doubts(), ad.DoubtIslands) {
		t.Errorf("islands: %.2f %v", c.Evidence.Confidence(), c.Evidence.Doubts())
	}
	word := ad.CutOut{Box: &ad.Box{0.02, 0.02, 0.96, 0.96}}
	if c := cutAs(t, islands, &word); c.Evidence.Confidence() != 1 || len(c.Evidence.Doubts()) != 0 || c.Box.Empty() {
		t.Errorf("the owner's islands: %.2f %v %v", c.Evidence.Confidence(), c.Evidence.Doubts(), c.Box)
	}
	for name, tc := range map[string]struct {
		word  ad.CutOut
		doubt ad.Doubt
	}{
		"nothing": {ad.CutOut{Erase: []ad.Stroke{
			brush(150, 0, image.Pt(0, 50), image.Pt(300, 50)), brush(150, 0, image.Pt(0, 150), image.Pt(300, 150)),
		}}, ad.DoubtTooSmall},
		"everything": {ad.CutOut{Keep: []ad.Stroke{
			brush(150, 0, image.Pt(0, 0), image.Pt(300, 0)), brush(150, 0, image.Pt(0, 100), image.Pt(300, 100)),
			brush(150, 0, image.Pt(0, 200), image.Pt(300, 200)),
		}}, ad.DoubtTooLarge},
	} {
		c := cutAs(t, two(), &tc.word)
		if c.Evidence.Confidence() >= 0.5 || !slices.Equal(c.Evidence.Doubts(), []ad.Doubt{tc.doubt}) {
			t.Errorf("%s: %.2f %v: %+v", name, c.Evidence.Confidence(), c.Evidence.Doubts(), c.Evidence)
		}
	}
}

// What came cut out stays as it came, but for what is erased.
func TestStrokesOnACutOutFile(t *testing.T) {
	t.Parallel()
	m := image.NewNRGBA(image.Rect(0, 0, 300, 200))
	draw.Draw(m, image.Rect(50, 40, 250, 160), image.NewUniform(color.NRGBA{40, 60, 180, 255}), image.Point{}, draw.Src)
	word := ad.CutOut{Erase: []ad.Stroke{brush(100, 0, image.Pt(200, 0), image.Pt(200, 200))}}
	if c := cutAs(t, m, &word); c.Box != image.Rect(50, 40, 150, 160) || c.Evidence.Confidence() != 1 {
		t.Errorf("%v %+v", c.Box, c.Evidence)
	}
	if m.NRGBAAt(200, 100).A != 255 {
		t.Error("the photo was changed")
	}
	word.Erase[0].Width, word.Erase[0].Points = 0.5, []ad.Point{{0.2, 0.5}, {0.8, 0.5}}
	if c := cutAs(t, m, &word); !c.Box.Empty() || c.Evidence.Confidence() >= 0.5 {
		t.Errorf("all erased: %v %+v", c.Box, c.Evidence)
	}
}

// Which sides a photo cuts off.
func TestCutSides(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		at   image.Rectangle
		word *ad.CutOut
		want cutout.Sides
	}{
		"whole":        {image.Rect(90, 60, 200, 150), nil, cutout.Sides{}},
		"at its foot":  {image.Rect(90, 60, 200, 200), nil, cutout.Sides{Bottom: true}},
		"at two sides": {image.Rect(230, 130, 300, 200), nil, cutout.Sides{Right: true, Bottom: true}},
		"on top":       {image.Rect(120, 0, 180, 130), nil, cutout.Sides{Top: true}},
		"by a box": {
			image.Rect(90, 60, 200, 150), &ad.CutOut{Box: &ad.Box{0.4, 0.1, 0.5, 0.8}}, cutout.Sides{Left: true},
		},
	} {
		m := image.NewNRGBA(image.Rect(0, 0, 300, 200))
		draw.Draw(m, m.Rect, image.NewUniform(color.NRGBA{244, 243, 240, 255}), image.Point{}, draw.Src)
		draw.Draw(m, tc.at, image.NewUniform(color.NRGBA{190, 40, 35, 255}), image.Point{}, draw.Src)
		if c := cutAs(t, m, tc.word); c.Cut != tc.want {
			t.Errorf("%s: %+v of %v", name, c.Cut, c.Box)
		}
	}
}

// A hand comes from the photo's side, and touches the product or was cut out with it; a ground
// of skin's colours is none.
func TestAHandIsDoubted(t *testing.T) {
	t.Parallel()
	skin, paper, grey := color.NRGBA{214, 160, 128, 255}, color.NRGBA{236, 238, 240, 255}, color.NRGBA{120, 122, 126, 255}
	for name, tc := range map[string]struct {
		ground, patch color.NRGBA
		at            image.Rectangle
		hand          bool
	}{
		"a hand":              {paper, skin, image.Rect(0, 90, 125, 135), true},
		"a grey sleeve":       {paper, grey, image.Rect(0, 90, 125, 135), false},
		"one cut out with it": {paper, skin, image.Rect(0, 90, 70, 135), true},
		"a ground of skin":    {skin, skin, image.Rect(0, 90, 125, 135), false},
	} {
		m := image.NewNRGBA(image.Rect(0, 0, 300, 240))
		draw.Draw(m, m.Rect, image.NewUniform(tc.ground), image.Point{}, draw.Src)
		draw.Draw(m, tc.at, image.NewUniform(tc.patch), image.Point{}, draw.Src)
		draw.Draw(m, image.Rect(120, 40, 200, 200), image.NewUniform(color.NRGBA{30, 70, 150, 255}), image.Point{}, draw.Src)
		c := cutAs(t, m, nil)
		doubted := slices.Contains(c.Evidence.Doubts(), ad.DoubtHand)
		if doubted != tc.hand || tc.hand && c.Evidence.Confidence() >= 0.5 {
			t.Errorf("%s: skin %.2f, %v, confidence %.2f", name, c.Evidence.Skin, c.Evidence.Doubts(), c.Evidence.Confidence())
		}
	}
}

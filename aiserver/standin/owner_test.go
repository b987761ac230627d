package standin_test

import (
	"context"
	"image"
	"image/color"
	"image/draw"
	"math"
	"reflect"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/nanococoa/nanococoa/aiserver/engine"
	"github.com/nanococoa/nanococoa/aiserver/standin"
	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/fault"
)

func made(t *testing.T, e *standin.Engine, r engine.Request) engine.Rendering {
	t.Helper()
	out, err := e.Render(t.Context(), r)
	if err == nil {
		err = out.Check(r.Size)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// The owner wants the photo as it is: it is framed, and there is nothing to doubt.
func TestThePhotoAsTheOwnerWantsIt(t *testing.T) {
	t.Parallel()
	ask := engine.Request{Photo: bottle(200, 200), Concept: "시원한 여름 바다", Seed: 3, Size: image.Pt(360, 360)}
	e := standin.New(nil)
	if r := made(t, e, ask); !r.CutOut || r.Found == nil || r.Found.Rect.Size() != image.Pt(200, 200) {
		t.Errorf("without a word: cut out %v, found %v", r.CutOut, r.Found.Rect)
	}
	ask.CutOut = &ad.CutOut{Mode: ad.CutOutPhoto}
	r := made(t, e, ask)
	if r.CutOut || r.Confidence != 1 || len(r.Doubts) != 0 || r.Scene != "frame" || r.Found != nil {
		t.Errorf("cut out %v, %.2f, doubts %v in %s", r.CutOut, r.Confidence, r.Doubts, r.Scene)
	}
	if db, measured := r.Fidelity(ask.Photo); !measured || db < 40 {
		t.Errorf("it is shown at %.1f dB, %v", db, measured)
	}
}

// What a gate refuses is framed, and what was found all the same is told, so that the owner
// can mend it.
func TestARefusedCutOutIsShownToTheOwner(t *testing.T) {
	t.Parallel()
	photo := image.NewNRGBA(image.Rect(0, 0, 240, 180))
	draw.Draw(photo, photo.Rect, image.NewUniform(color.NRGBA{244, 243, 240, 255}), image.Point{}, draw.Src)
	for i := range 6 {
		at := image.Rect(0, 0, 22, 22).Add(image.Pt(30+i%3*80, 40+i/3*80))
		draw.Draw(photo, at, image.NewUniform(color.NRGBA{190, 40, 35, 255}), image.Point{}, draw.Src)
	}
	ask := engine.Request{Photo: photo, Concept: "스튜디오", Seed: 3, Size: image.Pt(360, 360)}
	r := made(t, standin.New(nil), ask)
	if r.CutOut || len(r.Doubts) == 0 || r.Found == nil || r.Found.AlphaAt(40, 50).A < 200 || r.Found.AlphaAt(5, 5).A > 0 {
		t.Errorf("cut out %v, doubts %v", r.CutOut, r.Doubts)
	}
	ask.CutOut = &ad.CutOut{Mode: ad.CutOutAuto, Box: &ad.Box{0.05, 0.05, 0.9, 0.9}}
	if r := made(t, standin.New(nil), ask); !r.CutOut || len(r.Doubts) != 0 {
		t.Errorf("with the owner's box: cut out %v, doubts %v", r.CutOut, r.Doubts)
	}
}

// A product that its photo cuts off stands with the cut at the same side of the picture.
func TestWhereACutProductStands(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		at    image.Rectangle
		stand func(b image.Rectangle, size image.Point) bool
	}{
		"at the foot": {image.Rect(80, 70, 160, 180), func(b image.Rectangle, size image.Point) bool {
			return b.Max.Y == size.Y && b.Min.X > 0 && b.Max.X < size.X
		}},
		"on the left": {image.Rect(0, 100, 80, 122), func(b image.Rectangle, size image.Point) bool {
			return b.Min.X == 0 && b.Max.Y < size.Y
		}},
		"on the right": {image.Rect(160, 100, 240, 122), func(b image.Rectangle, size image.Point) bool {
			return b.Max.X == size.X && b.Max.Y < size.Y
		}},
		"on top": {image.Rect(100, 0, 120, 110), func(b image.Rectangle, size image.Point) bool { return b.Min.Y == 0 }},
		"whole": {image.Rect(80, 50, 160, 150), func(b image.Rectangle, size image.Point) bool {
			return b.Inset(-4).In(image.Rectangle{Max: size})
		}},
	} {
		photo := image.NewNRGBA(image.Rect(0, 0, 240, 180))
		draw.Draw(photo, photo.Rect, image.NewUniform(color.NRGBA{244, 243, 240, 255}), image.Point{}, draw.Src)
		draw.Draw(photo, tc.at, image.NewUniform(color.NRGBA{190, 40, 35, 255}), image.Point{}, draw.Src)
		for _, size := range []image.Point{{360, 360}, {480, 250}} {
			// The word lifts the doubt of being cut off.
			r := made(t, standin.New(nil), engine.Request{
				Photo: photo, Concept: "스튜디오", Seed: 3, Size: size,
				CutOut: &ad.CutOut{Mode: ad.CutOutAuto, Keep: []ad.Stroke{{Width: 0.04, Points: []ad.Point{{
					float64(tc.at.Min.X+tc.at.Max.X) / 480, float64(tc.at.Min.Y+tc.at.Max.Y) / 360,
				}}}}},
			})
			if b := pixels(r.Place, size); !r.CutOut || !tc.stand(b, size) {
				t.Errorf("%s in %v: cut out %v, at %v", name, size, r.CutOut, b)
			}
		}
	}
	// Cut off on both sides it would leave no picture around it: the photo is framed.
	r := made(t, standin.New(nil), engine.Request{
		Photo: bottle(240, 180), Concept: "스튜디오", Seed: 3, Size: image.Pt(480, 250),
		CutOut: &ad.CutOut{Mode: ad.CutOutAuto, Keep: []ad.Stroke{{Width: 0.5, Points: []ad.Point{{0, 0.5}, {1, 0.5}}}}},
	})
	if r.CutOut || !slices.Contains(r.Doubts, ad.DoubtCropped) {
		t.Errorf("cut off on both sides: cut out %v at %v, doubts %v", r.CutOut, r.Place, r.Doubts)
	}
}

// A framed photo stands on an even backdrop, light or dark as the words want it, and its
// board casts a shadow to the side that the seed says.
func TestTheFrame(t *testing.T) {
	t.Parallel()
	photo, size := bottle(150, 150), image.Pt(360, 360)
	framed := func(concept string, seed uint64) (*image.RGBA, image.Rectangle) {
		r := made(t, standin.New(nil), engine.Request{
			Photo: photo, Concept: concept, Seed: seed, Size: size, CutOut: &ad.CutOut{Mode: ad.CutOutPhoto},
		})
		return r.Picture, pixels(r.Product, size)
	}
	light := func(m *image.RGBA, at image.Rectangle) float64 {
		var sum float64
		for y := at.Min.Y; y < at.Max.Y; y++ {
			for x := at.Min.X; x < at.Max.X; x++ {
				c := m.RGBAAt(x, y)
				sum += float64(c.R) + float64(c.G) + float64(c.B)
			}
		}
		return sum / float64(3*at.Dx()*at.Dy())
	}
	corner := image.Rect(4, 4, 24, 24)
	day, board := framed("햇살 가득한 아침", 1)
	night, _ := framed("어두운 밤", 1)
	if d, n := light(day, corner), light(night, corner); d < 190 || n > 110 {
		t.Errorf("a backdrop of %.0f by day and %.0f by night", d, n)
	}
	below := image.Rect(board.Min.X+20, board.Max.Y+1, board.Max.X-20, board.Max.Y+4)
	far := below.Add(image.Pt(0, 22)).Intersect(day.Rect)
	if below.Max.Y > size.Y || light(day, below) > light(day, far)-8 {
		t.Errorf("%.0f below the board at %v, %.0f further down", light(day, below), board, light(day, far))
	}
	// What differs between two seeds is the side of the light.
	left := image.Rect(board.Min.X-8, board.Min.Y+20, board.Min.X-2, board.Max.Y-20)
	right := image.Rect(board.Max.X+2, board.Min.Y+20, board.Max.X+8, board.Max.Y-20)
	sides := map[bool]bool{}
	for seed := range uint64(8) {
		m, _ := framed("햇살 가득한 아침", seed)
		sides[light(m, left) < light(m, right)] = true
	}
	if len(sides) != 2 {
		t.Error("the shadow always falls to the same side")
	}
}

// counted is a network that sees what is red, and counts how often it was asked.
type counted struct {
	state string
	asked atomic.Int32
}

func (c *counted) Alpha(_ context.Context, photo *image.NRGBA) (*image.Alpha, error) {
	c.asked.Add(1)
	if c.state != "ready" {
		return nil, fault.New(fault.GPUUnavailable, nil)
	}
	out := image.NewAlpha(image.Rectangle{Max: photo.Rect.Size()})
	for i := range out.Pix {
		if p := photo.Pix[4*i:]; p[0] > 150 && p[1] < 100 {
			out.Pix[i] = 255
		}
	}
	return out, nil
}

func (c *counted) Part() engine.Part {
	return engine.Part{Role: "cutout", Model: "red", State: c.state}
}
func (*counted) Close() error { return nil }

// A further scene of the same photo does not cut out anew, unless the owner says something
// else of it or the network has come or gone.
func TestTheLastCutOutsAreRemembered(t *testing.T) {
	t.Parallel()
	photo := image.NewNRGBA(image.Rect(0, 0, 180, 180))
	draw.Draw(photo, photo.Rect, image.NewUniform(color.NRGBA{244, 243, 240, 255}), image.Point{}, draw.Src)
	red := image.NewUniform(color.NRGBA{190, 40, 35, 255})
	draw.Draw(photo, image.Rect(60, 40, 120, 150), red, image.Point{}, draw.Src)
	network := &counted{state: "ready"}
	e := standin.New(network)
	ask := engine.Request{Photo: photo, Concept: "스튜디오", Seed: 1, Size: image.Pt(342, 342)}
	first := made(t, e, ask)
	looks := network.asked.Load()
	if looks == 0 || first.Part("cutout").Model != "red" {
		t.Fatalf("%d looks, parts %v", looks, first.Parts)
	}
	clear(first.Found.Pix) // the caller's
	ask.Seed = 2
	other := made(t, e, ask)
	if network.asked.Load() != looks || other.Part("cutout").Model != "red" || other.Found.AlphaAt(90, 90).A != 255 {
		t.Errorf("asked %d times, then %d; parts %v", looks, network.asked.Load(), other.Parts)
	}
	fresh := made(t, standin.New(&counted{state: "ready"}), ask)
	if !reflect.DeepEqual(fresh, other) {
		t.Error("a remembered cut-out gives another picture")
	}
	for name, change := range map[string]func(){
		"another word":  func() { ask.CutOut = &ad.CutOut{Mode: ad.CutOutAuto, Box: &ad.Box{0.1, 0.1, 0.8, 0.8}} },
		"another photo": func() { ask.Photo.Pix[0]++ },
		"no network":    func() { network.state = "failed" },
	} {
		before := network.asked.Load()
		change()
		if made(t, e, ask); network.asked.Load() == before {
			t.Errorf("%s: the old cut-out was taken", name)
		}
	}
}

func TestWhatIsRememberedIsBounded(t *testing.T) {
	t.Parallel()
	const large = 12 << 20
	// Of four, two fit with a small one; the one that was asked for in between stays.
	if got := standin.Recall([]int{large, large, large, large, 5}, 0); !slices.Equal(got, []byte{0, 3, 4}) {
		t.Errorf("remembered: %v", got)
	}
	if got := standin.Recall([]int{100, 64 << 20}, 9); len(got) != 0 {
		t.Errorf("one too large is remembered: %v", got)
	}
}

// Trust in the cut-out is a factor of the score: a product that may be torn is worth half.
func TestScoreFallsWithTrust(t *testing.T) {
	t.Parallel()
	r := render(t, engine.Request{Photo: bottle(200, 200), Concept: "스튜디오", Seed: 3, Size: image.Pt(342, 342)})
	value := func(p *ad.Product) float64 {
		s, err := standin.New(nil).Score(t.Context(), engine.ScoreRequest{
			Picture: r.Picture, Text: "스튜디오", Analysis: &r.Analysis, Product: p,
		})
		if err != nil {
			t.Fatal(err)
		}
		return s.Value
	}
	sure, half, none := value(&ad.Product{Confidence: 1}), value(&ad.Product{Confidence: 0.5}), value(&ad.Product{})
	if unknown := value(nil); unknown != sure {
		t.Errorf("%.3f of an unknown cut-out, %.3f of a sure one", unknown, sure)
	}
	if math.Abs(half-0.75*sure) > 0.02 || math.Abs(none-0.5*sure) > 0.02 {
		t.Errorf("%.3f when sure, %.3f when half sure, %.3f without trust", sure, half, none)
	}
}

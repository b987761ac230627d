package standin_test

import (
	"image"
	"image/color"
	"testing"

	"github.com/nanococoa/nanococoa/aiserver/engine"
	"github.com/nanococoa/nanococoa/aiserver/standin"
	"github.com/nanococoa/nanococoa/internal/ad"
)

// room is a picture of a wall and a floor, lighter on one side.
func room(size image.Point, left, right float64) *image.RGBA {
	m := image.NewRGBA(image.Rectangle{Max: size})
	for y := range size.Y {
		for x := range size.X {
			k := left + (right-left)*float64(x)/float64(size.X)
			m.SetRGBA(x, y, color.RGBA{uint8(210 * k), uint8(200 * k), uint8(185 * k), 255})
		}
	}
	return m
}

// shadows is how much darker a picture is than the room, left and right of the product's foot.
func shadows(room, made *image.RGBA, product image.Rectangle) (left, right int) {
	y := product.Max.Y + 2
	for d := 2; d < product.Dx()*2/3; d++ {
		left += int(room.RGBAAt(product.Min.X-d, y).G) - int(made.RGBAAt(product.Min.X-d, y).G)
		right += int(room.RGBAAt(product.Max.X+d, y).G) - int(made.RGBAAt(product.Max.X+d, y).G)
	}
	return left, right
}

// The shadow falls away from the light of the picture that a model made, and is not laid on a
// second time.
func TestTheShadowInAModelsScene(t *testing.T) {
	t.Parallel()
	r := engine.Request{Photo: bottle(240, 240), Concept: "스튜디오", Seed: 3, Size: image.Pt(360, 360)}
	s, err := standin.New(nil).Stage(t.Context(), r)
	if err != nil || !s.CutOut() {
		t.Fatal(err)
	}
	onto := func(m *image.RGBA) engine.Rendering {
		out, err := s.Onto(t.Context(), m, ad.Part{Role: ad.RoleScene, Model: "m"})
		if err == nil {
			err = out.Check(r.Size)
		}
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	lit, other := room(r.Size, 1.2, 0.7), room(r.Size, 0.7, 1.2)
	out := onto(lit)
	product := pixels(out.Product, r.Size)
	if l, r := shadows(lit, out.Picture, product); l < 20 || r < l+l/4 {
		t.Errorf("light from the left: %d darker on the left, %d on the right", l, r)
	}
	if l, r := shadows(other, onto(other).Picture, product); r < 20 || l < r+r/4 {
		t.Errorf("light from the right: %d darker on the left, %d on the right", l, r)
	}
	even := room(r.Size, 1, 1)
	once := onto(even).Picture
	first, _ := shadows(even, once, product)
	second, _ := shadows(once, onto(once).Picture, product)
	if first < 20 || second > first/2 {
		t.Errorf("%d darker at first, and %d more where there was a shadow", first, second)
	}
}

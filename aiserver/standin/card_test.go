package standin_test

import (
	"image"
	"math/rand/v2"
	"testing"

	"github.com/nanococoa/nanococoa/aiserver/engine"
	"github.com/nanococoa/nanococoa/aiserver/standin"
)

// A framed photo of any shape is drawn: at some sizes rounding once put a trace
// of the photo's edge into the pixel beside it.
func TestCardOfEveryShape(t *testing.T) {
	t.Parallel()
	for _, size := range []image.Point{{1536, 1355}, {1355, 1536}, {640, 641}, {97, 64}, {400, 123}} {
		photo := image.NewNRGBA(image.Rectangle{Max: size})
		dice := rand.New(rand.NewPCG(1, 2))
		for y := range size.Y {
			for x := range size.X {
				i := photo.PixOffset(x, y)
				n := uint8(dice.IntN(160))
				photo.Pix[i], photo.Pix[i+1], photo.Pix[i+2], photo.Pix[i+3] = n+uint8(40*((x/37+y/29)%3)), n, 200-n, 255
			}
		}
		r, err := standin.New(nil).Render(t.Context(), engine.Request{
			Photo: photo, Name: "상품", Category: "기타", Concept: "따뜻한 오후", Seed: 3, Size: image.Pt(342, 342),
		})
		if err != nil || r.CutOut {
			t.Errorf("%v: cut out %v, %v", size, r.CutOut, err)
		}
	}
}

package standin

import (
	"context"
	"image"
	"math"

	"github.com/nanococoa/nanococoa/aiserver/engine"
	"github.com/nanococoa/nanococoa/aiserver/standin/mood"
	"github.com/nanococoa/nanococoa/aiserver/standin/raster"
	"github.com/nanococoa/nanococoa/aiserver/standin/tone"
)

// framed is the scene's name of a whole photo on a plain backdrop.
const framed = "frame"

// frame lays a framed photo on an even backdrop in a tint of the photo's own, light or dark
// as the words want it, with the soft shadow of a board that leans on a wall. A photo whose
// product cannot be cut out stands in no other scene: it would look stuck on.
func frame(
	ctx context.Context, r engine.Request, board *image.NRGBA, at image.Rectangle, words mood.Mood,
) (*image.RGBA, error) {
	out := image.NewRGBA(image.Rectangle{Max: r.Size})
	top, low := backdrop(r.Photo, words)
	unit := float64(min(r.Size.X, r.Size.Y))
	// Two shadows: a wide one of the room's light, and a narrow one where the board stands.
	wide, close := 0.045*unit, 0.012*unit
	strength := 0.30
	// The light comes from one side; another seed, the other side.
	lean := raster.NewDice(r.Seed, "frame").Side()
	err := raster.Rows(ctx, r.Size.Y, func(from, to int) {
		for y := from; y < to; y++ {
			row := out.Pix[y*out.Stride:]
			for x := range r.Size.X {
				px, py := float64(x)+0.5, float64(y)+0.5
				down := float32(py / float64(r.Size.Y))
				side := float32(px/float64(r.Size.X)-0.5) * lean
				c := top.Mix(low, min(max(down+0.25*side, 0), 1))
				shade := 0.6*shadow(px-0.3*wide*float64(lean), py-0.7*wide, at, wide) + 0.4*shadow(px, py-0.4*close, at, close)
				c = c.Scale(float32(1 - strength*shade))
				n := raster.Hash(r.Seed ^ uint64(y)<<32 ^ uint64(x))
				for ch := range 3 {
					// Triangular noise a step wide hides the steps of the gradient.
					dither := (float32(n>>(10*ch)&0x1f) - float32(n>>(10*ch+5)&0x1f)) / 32
					row[4*x+ch] = uint8(min(max(tone.Byte(c[ch])+dither+0.5, 0), 255))
				}
				row[4*x+3] = 255
			}
		}
	})
	if err != nil {
		return nil, err
	}
	for y := range board.Rect.Dy() {
		src := board.Pix[y*board.Stride:]
		row := out.Pix[out.PixOffset(at.Min.X, at.Min.Y+y):]
		for x := 0; x < 4*board.Rect.Dx(); x += 4 {
			a := uint32(src[x+3])
			for ch := range 3 {
				row[x+ch] = uint8((uint32(src[x+ch])*a + uint32(row[x+ch])*(255-a) + 127) / 255)
			}
		}
	}
	return out, nil
}

// shadow is how much of the light a board at r takes at a point, softened over reach pixels.
func shadow(px, py float64, r image.Rectangle, reach float64) float64 {
	s := func(from, to, v float64) float64 {
		return 0.5 * (math.Erf((v-from)/reach) - math.Erf((v-to)/reach))
	}
	return s(float64(r.Min.X), float64(r.Max.X), px) * s(float64(r.Min.Y), float64(r.Max.Y), py)
}

// backdrop is the backdrop's light at its top and at its foot, in a tint of the photo.
func backdrop(photo *image.NRGBA, words mood.Mood) (top, low tone.RGB) {
	var sum tone.Lab
	n := float32(0)
	step := max(1, max(photo.Rect.Dx(), photo.Rect.Dy())/96)
	for y := 0; y < photo.Rect.Dy(); y += step {
		for x := 0; x < photo.Rect.Dx(); x += step {
			p := photo.Pix[photo.PixOffset(photo.Rect.Min.X+x, photo.Rect.Min.Y+y):]
			c := tone.FromBytes(p[0], p[1], p[2]).Lab()
			// Colours count by how colourful they are: grey says nothing of a tint.
			k := 0.02 + float32(math.Hypot(float64(c[1]), float64(c[2])))
			sum[1], sum[2], n = sum[1]+k*c[1], sum[2]+k*c[2], n+k
		}
	}
	a, b := sum[1]/n, sum[2]/n
	// A tint, and no more: words are read on it, and the photo is to be looked at.
	const most = 0.035
	if chroma := float32(math.Hypot(float64(a), float64(b))); chroma > most {
		a, b = a*most/chroma, b*most/chroma
	}
	light := float32(0.90)
	if words.Light < -0.4 {
		light = 0.30
	}
	return tone.Lab{light + 0.035, a, b}.RGB(), tone.Lab{light - 0.055, 1.3 * a, 1.3 * b}.RGB()
}

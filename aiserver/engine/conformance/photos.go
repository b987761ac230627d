package conformance

import (
	"image"
	"image/color"
	"image/draw"
)

// productColor is unlike any scene's.
func productColor() color.NRGBA { return color.NRGBA{200, 20, 140, 255} }

// productBox is where the product is in photo and cutOut.
func productBox() image.Rectangle { return image.Rect(64, 40, 136, 184) }

// photo is a product on a plain ground: a standing box with a label.
func photo() *image.NRGBA {
	m := filled(200, 220, color.NRGBA{236, 234, 230, 255})
	draw.Draw(m, productBox(), image.NewUniform(productColor()), image.Point{}, draw.Src)
	label := productBox().Inset(18)
	draw.Draw(m, label, image.NewUniform(color.NRGBA{250, 250, 250, 255}), image.Point{}, draw.Src)
	return m
}

// cutOut is the product alone. hidden is the colour of the pixels nobody sees.
func cutOut(hidden color.NRGBA) *image.NRGBA {
	hidden.A = 0
	m := filled(200, 220, hidden)
	for y := productBox().Min.Y; y < productBox().Max.Y; y++ {
		for x := productBox().Min.X; x < productBox().Max.X; x++ {
			m.SetNRGBA(x, y, productColor())
		}
	}
	return m
}

// filled is a picture of one colour, hidden or not: draw.Draw forgets the colour
// of clear pixels.
func filled(w, h int, c color.NRGBA) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for i := 0; i < len(m.Pix); i += 4 {
		m.Pix[i], m.Pix[i+1], m.Pix[i+2], m.Pix[i+3] = c.R, c.G, c.B, c.A
	}
	return m
}

// odd are photos that no shop would send, and a server must live with.
func odd() map[string]*image.NRGBA {
	noise := filled(96, 96, color.NRGBA{A: 255})
	for i, state := 0, uint32(1); i < len(noise.Pix); i++ {
		state = state*1664525 + 1013904223 // Numerical Recipes' generator
		if i%4 != 3 {
			noise.Pix[i] = byte(state >> 24)
		}
	}
	half := filled(120, 90, color.NRGBA{90, 120, 150, 128})
	return map[string]*image.NRGBA{
		"the smallest":      filled(64, 64, color.NRGBA{180, 90, 40, 255}),
		"black":             filled(128, 128, color.NRGBA{A: 255}),
		"white":             filled(128, 128, color.NRGBA{255, 255, 255, 255}),
		"very wide":         filled(1536, 64, color.NRGBA{120, 160, 60, 255}),
		"very tall":         filled(64, 1536, color.NRGBA{60, 90, 160, 255}),
		"noise":             noise,
		"half transparent":  half,
		"nothing to see":    filled(100, 100, color.NRGBA{255, 0, 0, 0}),
		"a single pixel":    filled(1, 1, color.NRGBA{10, 20, 30, 255}),
		"a product already": cutOut(color.NRGBA{}),
	}
}

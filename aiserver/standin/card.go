package standin

import (
	"image"
	"math"
)

// rounding is the radius of a framed photo's corners, as a share of its shorter side.
const rounding = 0.022

// card puts a whole photo on white board with rounded corners: it is shown as it is
// when its product cannot be cut out well enough. The board around it is a share of
// the photo's size.
func card(photo *image.NRGBA) *image.NRGBA {
	w, h := photo.Rect.Dx(), photo.Rect.Dy()
	short := min(w, h)
	mat := max(short*4/100, 3)
	out := image.NewNRGBA(image.Rect(0, 0, w+2*mat, h+2*mat))
	outer, inner := float64(short)*0.045+float64(mat)*0.5, float64(short)*rounding
	W, H := float64(out.Rect.Dx()), float64(out.Rect.Dy())
	for y := range out.Rect.Dy() {
		for x := range out.Rect.Dx() {
			p := out.Pix[y*out.Stride+4*x:]
			px, py := float64(x)+0.5, float64(y)+0.5
			a := cover(px, py, 0, 0, W, H, outer)
			if a == 0 {
				continue
			}
			// The board is not quite white, and a little darker at its edge.
			board := 250.0 - 10*math.Exp(-edge(px, py, 0, 0, W, H, outer)/1.2)
			in := cover(px, py, float64(mat), float64(mat), W-float64(mat), H-float64(mat), inner)
			p[0], p[1], p[2] = uint8(board), uint8(board-1), uint8(board-4)
			// Rounding can leave a little cover in the pixel beside the photo.
			if at := (image.Point{X: x - mat, Y: y - mat}).Add(photo.Rect.Min); in > 0 && at.In(photo.Rect) {
				q := photo.Pix[photo.PixOffset(at.X, at.Y):]
				k := in * float64(q[3]) / 255
				for c := range 3 {
					p[c] = uint8(float64(p[c])*(1-k) + float64(q[c])*k + 0.5)
				}
			}
			p[3] = uint8(a*255 + 0.5)
		}
	}
	return out
}

// edge is how far inside a rounded rectangle a point lies, negative outside.
func edge(px, py, x0, y0, x1, y1, r float64) float64 {
	cx, cy := (x0+x1)/2, (y0+y1)/2
	qx, qy := math.Abs(px-cx)-((x1-x0)/2-r), math.Abs(py-cy)-((y1-y0)/2-r)
	return r - math.Hypot(math.Max(qx, 0), math.Max(qy, 0)) - math.Min(math.Max(qx, qy), 0)
}

// cover is the share of a pixel that lies inside.
func cover(px, py, x0, y0, x1, y1, r float64) float64 {
	return math.Min(math.Max(edge(px, py, x0, y0, x1, y1, r)+0.5, 0), 1)
}

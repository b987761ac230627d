package mixed

import (
	"image"

	"github.com/nanococoa/nanococoa/aiserver/standin/raster"
	"github.com/nanococoa/nanococoa/aiserver/standin/tone"
)

// The limits of what a model may do to the product. Its own pixels go back on top, so small
// changes inside do not show; what sticks out beside them does.
const (
	// sureFrom is the confidence from which the second cut-out is heard; the first one is shown
	// from the same on.
	sureFrom = 0.5
	// mostBeside is how much the product may grow, as a share of its area, beyond rim and above its
	// foot: what the cutter itself is wrong by. Below lies what it stands on, such as a plinth, which
	// the cutter may take for a part of it.
	mostBeside = 0.12
	// mostGone is the share of the product that the second cut-out may miss.
	mostGone = 0.25
	// mostOther is the share of the product that may have quite another colour: models relight
	// products, and print letters anew.
	mostOther = 0.45
	// otherColour is a distance in OKLab that no relighting makes of most of a product.
	otherColour = 0.14
	// rim is how far beside the product the cut-out may be wrong, as a share of its side.
	rim = 0.03
)

// changed says how a model changed the product that stands on the canvas: "grown", "moved" or
// "covered"; "" when it did not. found is the product cut out of the model's picture, and sure
// how far that is to be trusted.
func changed(canvas *image.NRGBA, picture *image.RGBA, found *image.Alpha, sure float64) string {
	w, h := canvas.Rect.Dx(), canvas.Rect.Dy()
	mask := make([]float32, w*h)
	area, box := 0, image.Rectangle{}
	for i := range mask {
		if canvas.Pix[4*i+3] >= 128 {
			mask[i] = 1
			area++
			box = box.Union(image.Rect(i%w, i/w, i%w+1, i/w+1))
		}
	}
	if area == 0 {
		return ""
	}
	// Blurred, the mask is near 1 well inside and near 0 well beside.
	side := max(int(rim*float64(max(box.Dx(), box.Dy()))), 2)
	soft := append([]float32(nil), mask...)
	raster.BoxBlur(soft, w, h, side)
	gone, other, inner, beside := 0, 0, 0, 0
	for i := range mask {
		switch {
		case soft[i] > 0.999:
			inner++
			if found.Pix[i] < 128 {
				gone++
			}
			a, b := canvas.Pix[4*i:], picture.Pix[4*i:]
			if tone.FromBytes(a[0], a[1], a[2]).Lab().Distance(tone.FromBytes(b[0], b[1], b[2]).Lab()) > otherColour {
				other++
			}
		case soft[i] < 0.001 && found.Pix[i] >= 128 && i/w < box.Max.Y-side:
			beside++
		}
	}
	share := func(n, of int) float64 { return float64(n) / float64(max(of, 1)) }
	heard := sure >= sureFrom
	grown := heard && share(beside, area) > mostBeside
	lost := heard && share(gone, inner) > mostGone
	switch {
	case grown && (lost || share(other, inner) > mostOther):
		return "moved"
	case grown:
		return "grown"
	case lost, share(other, inner) > mostOther:
		return "covered"
	}
	return ""
}

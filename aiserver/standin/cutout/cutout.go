// Package cutout separates a product from the background of its photo without
// a model, and says how far its answer can be trusted.
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
}

// Find cuts the product out of an upright photo. A photo that already has
// transparency around its product is taken as it is. It only fails when ctx ends,
// with ctx's error; a photo in which product and background cannot be told apart
// gives a Cut without confidence.
func Find(ctx context.Context, photo *image.NRGBA) (*Cut, error) {
	if photo.Rect.Min != (image.Point{}) {
		photo = photo.SubImage(photo.Rect).(*image.NRGBA)
		photo.Rect = photo.Rect.Sub(photo.Rect.Min)
	}
	if hasAlpha(photo) {
		return &Cut{Pixels: photo, Box: visible(photo), Evidence: Evidence{OwnAlpha: true}}, ctx.Err()
	}
	g, err := newGrid(ctx, photo)
	if err != nil {
		return nil, err
	}
	r, err := segment(ctx, g)
	if err != nil {
		return nil, err
	}
	e := r.evidence()
	if e.Confidence() == 0 {
		return &Cut{Pixels: photo, Evidence: e}, nil
	}
	pixels, err := matte(ctx, photo, r)
	if err != nil {
		return nil, err
	}
	return &Cut{Pixels: pixels, Box: visible(pixels), Evidence: e}, nil
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

package photo

import "image"

// upright turns and mirrors a picture as its EXIF orientation (1–8) asks. For 1
// it is the picture itself.
func upright(img *image.NRGBA, orientation int) *image.NRGBA {
	if orientation <= 1 || orientation > 8 {
		return img
	}
	w, h := img.Rect.Dx(), img.Rect.Dy()
	// Where the stored picture's first row and first column go decides it all:
	// stored pixel (x, y) becomes the pixel at first + x·right + y·down.
	var size image.Point
	var first, right, down int // in pixels of the result
	switch orientation {
	case 2: // mirrored
		size, first, right, down = image.Pt(w, h), w-1, -1, w
	case 3: // upside down
		size, first, right, down = image.Pt(w, h), w*h-1, -1, -w
	case 4: // upside down, mirrored
		size, first, right, down = image.Pt(w, h), w*(h-1), 1, -w
	case 5: // transposed
		size, first, right, down = image.Pt(h, w), 0, h, 1
	case 6: // lying on its left: turn clockwise
		size, first, right, down = image.Pt(h, w), h-1, h, -1
	case 7: // transposed, upside down
		size, first, right, down = image.Pt(h, w), w*h-1, -h, -1
	case 8: // lying on its right: turn counterclockwise
		size, first, right, down = image.Pt(h, w), h*(w-1), -h, 1
	}
	out := image.NewNRGBA(image.Rectangle{Max: size})
	for y := range h {
		at := 4 * (first + y*down)
		row := img.Pix[y*img.Stride:][:4*w]
		for x := 0; x < len(row); x += 4 {
			copy(out.Pix[at:at+4], row[x:x+4])
			at += 4 * right
		}
	}
	return out
}

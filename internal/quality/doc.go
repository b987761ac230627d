// Package quality says of a prepared photo, from its pixels alone, whether an ad can be made
// of it: black, blank and hopelessly blurred photos are refused before they cost anything;
// of small and soft ones, and of those that show text or a screen, the owner hears what
// would be better. measure.go says what is measured and this file what follows from it.
package quality

import (
	"context"
	"image"

	"github.com/nanococoa/nanococoa/internal/fault"
)

// The sides of a photo in pixels, the shorter of the two.
const (
	// MinSide is the smallest an ad is made from: below, a product is a tenth of a
	// picture's width, or blocks.
	MinSide = 128
	// GoodSide is what an ad of 1080 shows its product at without enlarging it.
	GoodSide = 500
)

// The limits of what is measured. They stand where photos that are none end and those of
// products begin; docs/adr/0022-a-photo-is-judged-first.md has both sides in figures.
const (
	black = 20 // Bright: photos at 4 % of their light have 11, the darkest good one 68
	blank = 40 // Range, where nothing has an edge: good ones have 48 and more, and edges
	// Edge: good photos have 1.7 to 3.6, up to 9.2 when blurred by a hundredth of their side,
	// and 8.3 and more by a fiftieth.
	soft, blurred = 4.5, 10
	// Text: at least so many letters in so many rows, and so much of all that stands out.
	// Of good photos none with so many letters has more than 0.14.
	letters, rows, ink = 30, 4, 0.5
	// A screen: text, flat colours, and lines from side to side or many short ones.
	screenLetters, screenRows, screenFlat, screenRules = 60, 6, 0.3, 10
	// A photo that fills the width of a phone's screen, with bars above and below: taller
	// than 1.9 times its width, as no camera takes it, and half of it flat.
	tall, bars = 1.9, 0.5
)

// CheckSize refuses a photo of too few pixels, by what its header says. Fault:
// Photo.TooSmall.
func CheckSize(width, height int) error {
	if min(width, height) < MinSide {
		return fault.Newf(fault.PhotoTooSmall, "%d×%d pixels", width, height)
	}
	return nil
}

// Judge looks at a prepared photo and gives what its owner should hear; width and height are
// those of the file, before it was scaled or turned. Faults: Photo.TooSmall, Photo.Blank,
// Photo.Blurred. When ctx ends, the error is ctx's and no fault.
func Judge(ctx context.Context, photo *image.NRGBA, width, height int) ([]fault.Warning, error) {
	if err := CheckSize(width, height); err != nil {
		return nil, err
	}
	m, err := Measure(ctx, photo)
	if err != nil {
		return nil, err
	}
	switch {
	case m.Bright < black && m.Range < blank:
		return nil, fault.Specially(fault.PhotoBlack, "%+v", m)
	case m.Edge == 0 && m.Range < blank:
		return nil, fault.Newf(fault.PhotoBlank, "%+v", m)
	case m.Edge >= blurred:
		return nil, fault.Newf(fault.PhotoBlurred, "%+v", m)
	}
	var out []fault.Warning
	if min(width, height) < GoodSide {
		out = append(out, fault.PhotoSmall)
	}
	if m.Edge >= soft {
		out = append(out, fault.PhotoSoft)
	}
	switch {
	case m.Letters >= letters && m.Rows >= rows && m.Ink >= ink:
		out = append(out, fault.PhotoText)
	case m.Letters >= screenLetters && m.Rows >= screenRows && m.Flat >= screenFlat &&
		(m.Across > 0 || m.Rules >= screenRules),
		float64(photo.Rect.Dy()) >= tall*float64(photo.Rect.Dx()) && m.Flat >= bars && m.Rules > 0 && m.Rows > 0:
		out = append(out, fault.PhotoScreenshot)
	}
	return out, nil
}

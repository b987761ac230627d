package photo

import (
	"context"
	"image"

	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/parallel"
)

// The limits of a photo.
const (
	// MaxBytes is the largest file taken, 20 MiB: what the browser may upload
	// (the length range of the presigned POST).
	MaxBytes = 20 << 20
	// MaxPixels covers what phones call 50 megapixels: 8192×6144 is the largest of
	// these sizes and has 50.33 million. (8160×6120 has 49.9, 8160×6144 50.14.)
	MaxPixels = 50_400_000
	// MaxFrames is the longest animation taken: 30 s at 10 frames a second.
	// Only the first frame is used, so this only keeps films out.
	MaxFrames = 300
	// MinSide is the smallest width and height in pixels an ad can be made
	// from, before and after scaling to MaxSide.
	MinSide = 64
	// MaxSide is the longer side of a prepared photo in pixels: half as much
	// again as the picture the GPU server renders, so a crop stays sharp.
	MaxSide = 1536
	// ThumbnailSide is the longer side of the thumbnail in pixels: a dashboard
	// card of 240 CSS pixels on a screen with two pixels each.
	ThumbnailSide = 480
	// PageSide is the longer side of the photo as pages show it large, in pixels: an
	// owner mends the cut-out on it, on a phone as wide as that.
	PageSide = 1024

	// maxWorking is the most memory in bytes the coefficients of a progressive JPEG
	// may take, which are all kept until the last scan. This lets 4:4:4 through at
	// MaxPixels and keeps CMYK, which nobody makes at that size, out. The other
	// formats stay near it by their nature: up to four bytes a pixel for PNG, one for
	// GIF, and for WebP (lossy with alpha) less than 400 MB in all.
	maxWorking = 310_000_000
)

// Info is what the headers of a photo say.
type Info struct {
	Format        string // "jpeg", "png", "webp", "gif", "heic" or "avif"
	Width, Height int    // in pixels as stored, before orientation is applied
	Frames        int    // 1 unless the file is an animation
	Orientation   int    // 1–8 as in EXIF; 1 when the file names none
}

// Prepared is a photo as every later step, the GPU server and the pages get it.
type Prepared struct {
	Pixels        *image.NRGBA // what PNG shows
	PNG           []byte       // 8-bit RGB or RGBA, longer side ≤ MaxSide, IHDR, IDAT and IEND only
	Page          []byte       // JPEG, longer side ≤ PageSide, transparency over white
	Thumbnail     []byte       // likewise, longer side ≤ ThumbnailSide
	Width, Height int          // of PNG in pixels
}

// Check reads the structure of a photo without decoding a pixel: every marker
// or chunk up to the end of the image. It allocates a few kilobytes whatever the
// file claims. When the file has no end, Check also decodes the picture to see
// whether it was cut off. It keeps nothing of it, except of a progressive JPEG: the
// coefficients, up to 64 MB (beyond, a cut in the last scan is found by Decode).
//
// Faults: Photo.Missing for no bytes, Photo.TooLarge over MaxBytes,
// Photo.Unsupported for what is not JPEG, PNG, WebP, GIF, HEIC or AVIF, or of a variety
// that is not read, Photo.TooManyPixels, Photo.TooManyFrames,
// Photo.TooSmall, and Photo.Corrupt for a picture that is truncated or contradicts
// itself.
func Check(data []byte) (Info, error) {
	f, err := open(data)
	if err != nil {
		return Info{}, err
	}
	return f.Info, nil
}

// Intake takes photos in. Without a Codec it refuses HEIC and AVIF with Photo.HEIC, which
// is right where the files are our own.
type Intake struct {
	Codec Codec
}

// Decode is the method of Intake, without a Codec.
func Decode(ctx context.Context, data []byte, maxSide int) (*image.NRGBA, error) {
	return Intake{}.Decode(ctx, data, maxSide)
}

// Prepare is the method of Intake, without a Codec.
func Prepare(ctx context.Context, data []byte) (Prepared, error) {
	return Intake{}.Prepare(ctx, data)
}

// Decode checks a photo and gives its first frame as upright 8-bit sRGB pixels
// with straight alpha, scaled down so that the longer side is at most maxSide
// pixels (0 = do not scale). It never enlarges. Pixels of no opacity have no
// colour either, so nothing hides in them.
//
// Faults: those of Check, and Photo.Corrupt when the pixels cannot be decoded.
// When ctx ends, the error wraps ctx.Err() and is no fault.
func (in Intake) Decode(ctx context.Context, data []byte, maxSide int) (*image.NRGBA, error) {
	f, err := open(data)
	if err != nil {
		return nil, err
	}
	size := fit(f.Width, f.Height, maxSide)
	img, err := in.scaled(ctx, f, size)
	if err != nil {
		return nil, err
	}
	if t := f.colours(); t != nil {
		if err := t.apply(ctx, img); err != nil {
			return nil, err
		}
	}
	return upright(img, f.Orientation), nil
}

// Prepare makes of an uploaded photo what the rest of the system works with: the
// product picture and what pages show of it, all free of everything else the file
// carried.
//
// Faults: those of Decode.
func (in Intake) Prepare(ctx context.Context, data []byte) (Prepared, error) {
	img, err := in.Decode(ctx, data, MaxSide)
	if err != nil {
		return Prepared{}, err
	}
	p := Prepared{Pixels: img, Width: img.Rect.Dx(), Height: img.Rect.Dy()}
	files := [...]func() error{
		func() (err error) { p.PNG, err = encodePNG(ctx, img); return err },
		func() (err error) { p.Page, err = encodeJPEG(ctx, img, PageSide); return err },
		func() (err error) { p.Thumbnail, err = encodeJPEG(ctx, img, ThumbnailSide); return err },
	}
	if err := parallel.Run(len(files), func(i int) error { return files[i]() }); err != nil {
		return Prepared{}, err
	}
	return p, nil
}

// scaled decodes the first frame and scales it.
func (in Intake) scaled(ctx context.Context, f *file, size image.Point) (*image.NRGBA, error) {
	if f.heif != nil {
		return in.decodeHEIF(ctx, f.heif, size)
	}
	pix, err := f.pixels(ctx, size)
	if err != nil {
		return nil, err
	}
	return pix.scale(ctx, size)
}

// fit gives the size of a w×h picture whose longer side is at most maxSide.
func fit(w, h, maxSide int) image.Point {
	long := max(w, h)
	if maxSide <= 0 || long <= maxSide {
		return image.Pt(w, h)
	}
	side := func(n int) int { return max(1, (n*maxSide+long/2)/long) }
	return image.Pt(side(w), side(h))
}

// checkSize holds every format to the same limits, before anything is allocated
// for its pixels.
func checkSize(w, h int) error {
	switch long, short := max(w, h), min(w, h); {
	case short < 1:
		return corrupt("%d×%d pixels", w, h)
	case long > MaxPixels || long*short > MaxPixels:
		return fault.Newf(fault.PhotoTooManyPixels, "%d×%d pixels", w, h)
	case short < MinSide:
		return fault.Newf(fault.PhotoTooSmall, "%d×%d pixels", w, h)
	case short*MaxSide < long*MinSide && long > MaxSide:
		return fault.Specially(fault.PhotoTooNarrow, "%d×%d pixels leave less than %d once the longer side is %d", w, h,
			MinSide, MaxSide)
	}
	return nil
}

func checkFrames(n int) error {
	if n > MaxFrames {
		return fault.Newf(fault.PhotoTooManyFrames, "more than %d frames", MaxFrames)
	}
	return nil
}

// corrupt is the fault of a file that is damaged or cut off.
func corrupt(format string, args ...any) error {
	return fault.Newf(fault.PhotoCorrupt, format, args...)
}

// unsupported is the fault of a file of a known format in a variety nobody's
// camera or editor writes by default.
func unsupported(format string, args ...any) error {
	return fault.Specially(fault.PhotoVariety, format, args...)
}

// cutOff is the fault of a file that ends before its image does.
func cutOff() error { return corrupt("cut off") }

// tooHeavy is the fault of a photo within MaxPixels that is coded so that
// decoding it needs more than maxWorking.
func tooHeavy(w, h int, n int64) error {
	return fault.Specially(fault.PhotoTooHeavy, "%d×%d pixels coded so that they need %d bytes", w, h, n)
}

// Package preview makes what pages show of a picture: a PNG of 1024×1024 weighs 1.4 MB and
// is for downloading; a page needs a tenth of that.
package preview

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/jpeg"

	"github.com/nanococoa/nanococoa/internal/photo"
	"github.com/nanococoa/nanococoa/internal/resample"
)

// What the files are at most.
const (
	// PageSide is the longer side in px: a picture as wide as a phone has at most 1080 px
	// there, and a tall one is never shown at its full height.
	PageSide = 1280
	// MaxPage is in bytes. A result page shows one such picture and some thumbnails, and
	// has 300 kB for them.
	MaxPage = 150_000
	// MaxThumbnail is in bytes. A dashboard shows twelve, and has 400 kB for them.
	MaxThumbnail = 30_000
)

// qualities of JPEG that are tried, the best first. From 82 on the edges of letters stay
// clean; at 40 a picture that was noise is still what it was.
var qualities = [...]int{82, 74, 66, 58, 48, 40, 30, 20}

// Files are two JPEGs of a picture.
type Files struct {
	Page      []byte // longer side ≤ PageSide, at most MaxPage bytes
	Thumbnail []byte // longer side ≤ photo.ThumbnailSide, at most MaxThumbnail bytes
}

// Of makes them from a picture of ours, a PNG without transparency. The sizes in bytes are
// kept by lowering the quality; only a picture that is noise stays above them. Faults:
// Photo.* when it is no picture; ctx's error when it ends first.
func Of(ctx context.Context, picture []byte) (Files, error) {
	img, err := photo.Decode(ctx, picture, photo.MaxSide)
	if err != nil {
		return Files{}, fmt.Errorf("read the picture: %w", err)
	}
	// Without transparency the two have the same bytes.
	return OfImage(ctx, &image.RGBA{Pix: img.Pix, Stride: img.Stride, Rect: img.Rect})
}

// OfImage makes them from a picture without transparency that is at hand. ctx's error when
// it ends first.
func OfImage(ctx context.Context, img *image.RGBA) (Files, error) {
	page, err := scaled(ctx, img, PageSide)
	if err != nil {
		return Files{}, err
	}
	var f Files
	if f.Page, err = encode(page, MaxPage); err != nil {
		return Files{}, err
	}
	small, err := scaled(ctx, page, photo.ThumbnailSide)
	if err != nil {
		return Files{}, err
	}
	f.Thumbnail, err = encode(small, MaxThumbnail)
	return f, err
}

// PageSize is the size in px of the page of a picture of a size.
func PageSize(of image.Point) image.Point { return within(of, PageSide) }

// within is a size scaled down so that its longer side is at most side.
func within(of image.Point, side int) image.Point {
	long := max(of.X, of.Y)
	if long <= side {
		return of
	}
	return image.Pt(max(1, (of.X*side+long/2)/long), max(1, (of.Y*side+long/2)/long))
}

// scaled gives a picture whose longer side is at most side.
func scaled(ctx context.Context, img *image.RGBA, side int) (*image.RGBA, error) {
	from := img.Rect.Size()
	to := image.Rectangle{Max: within(from, side)}
	if to.Max == from {
		return img, nil
	}
	out := image.NewRGBA(to)
	err := resample.Job{
		Kernel: resample.CatmullRom, Size: from, To: to, Part: to,
		Read: func(y int, row []float32) {
			line := img.Pix[y*img.Stride : y*img.Stride+4*from.X]
			for i, v := range line {
				row[i] = float32(v)
			}
		},
		Write: func(y int, row []float32) {
			line := out.Pix[y*out.Stride : y*out.Stride+4*to.Dx()]
			for i := range line {
				line[i] = uint8(min(max(row[i], 0), 255) + 0.5)
			}
		},
	}.Run(ctx)
	return out, err //nolint:wrapcheck // it only fails when ctx ends
}

func encode(img *image.RGBA, limit int) ([]byte, error) {
	var b bytes.Buffer
	for _, q := range qualities {
		b.Reset()
		if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: q}); err != nil {
			return nil, fmt.Errorf("encode a preview: %w", err)
		}
		if b.Len() <= limit {
			break
		}
	}
	return b.Bytes(), nil
}

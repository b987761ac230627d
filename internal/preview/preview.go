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
	page, err := encode(ctx, picture, PageSide, MaxPage)
	if err != nil {
		return Files{}, err
	}
	small, err := encode(ctx, picture, photo.ThumbnailSide, MaxThumbnail)
	return Files{Page: page, Thumbnail: small}, err
}

func encode(ctx context.Context, picture []byte, side, limit int) ([]byte, error) {
	img, err := photo.Decode(ctx, picture, side)
	if err != nil {
		return nil, fmt.Errorf("read the picture: %w", err)
	}
	// Without transparency the two have the same bytes, and the encoder is quicker on this.
	opaque := &image.RGBA{Pix: img.Pix, Stride: img.Stride, Rect: img.Rect}
	var b bytes.Buffer
	for _, q := range qualities {
		b.Reset()
		if err := jpeg.Encode(&b, opaque, &jpeg.Options{Quality: q}); err != nil {
			return nil, fmt.Errorf("encode a preview: %w", err)
		}
		if b.Len() <= limit {
			break
		}
	}
	return b.Bytes(), nil
}

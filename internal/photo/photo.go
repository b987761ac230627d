// Package photo takes in the owner's product photo: it refuses what is not a
// photo or is too big, and turns everything else into upright 8-bit sRGB pixels
// without a byte of what else the file carried.
package photo

import (
	"bytes"
	"context"
	"image"
	"image/draw"
	"image/gif"
	"image/jpeg"
	"image/png"

	xdraw "golang.org/x/image/draw"
	"golang.org/x/image/webp"

	"github.com/nanococoa/nanococoa/internal/fault"
)

// The limits of a photo.
const (
	// MaxBytes is the largest file taken: what the browser may upload
	// (20 MB, design section 2).
	MaxBytes = 20 << 20
	// MaxPixels covers the 48 and 50 megapixel modes of current phones.
	MaxPixels = 50_000_000
	// MaxFrames is the longest animation taken; only its first frame is used.
	MaxFrames = 300
	// MinSide is the smallest width and height an ad can be made from.
	MinSide = 64
	// MaxSide is the longer side of a prepared photo in pixels.
	MaxSide = 1536
	// ThumbnailSide is the longer side of the thumbnail in pixels.
	ThumbnailSide = 480
)

// Info is what the header of a photo says.
type Info struct {
	Format        string // "jpeg", "png", "webp" or "gif"
	Width, Height int    // as stored, before orientation is applied
	Frames        int    // 1 unless the file is an animation
	Orientation   int    // EXIF orientation 1–8; 1 when the file says nothing
}

// Prepared is a photo ready for everything that follows.
type Prepared struct {
	PNG           []byte // longer side ≤ MaxSide, no metadata
	Thumbnail     []byte // JPEG, longer side ≤ ThumbnailSide, alpha over white
	Width, Height int    // of PNG, in pixels
}

// Check reads headers only.
func Check(data []byte) (Info, error) {
	switch {
	case len(data) == 0:
		return Info{}, fault.New(fault.PhotoMissing, nil)
	case len(data) > MaxBytes:
		return Info{}, fault.Newf(fault.PhotoTooLarge, "%d bytes", len(data))
	}
	info := Info{Frames: 1, Orientation: 1}
	var cfg image.Config
	var err error
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xd8\xff")):
		info.Format = "jpeg"
		cfg, err = jpeg.DecodeConfig(bytes.NewReader(data))
	case bytes.HasPrefix(data, []byte("\x89PNG\r\n\x1a\n")):
		info.Format = "png"
		cfg, err = png.DecodeConfig(bytes.NewReader(data))
	case bytes.HasPrefix(data, []byte("GIF8")):
		info.Format = "gif"
		cfg, err = gif.DecodeConfig(bytes.NewReader(data))
	case bytes.HasPrefix(data, []byte("RIFF")):
		info.Format = "webp"
		cfg, err = webp.DecodeConfig(bytes.NewReader(data))
	default:
		return Info{}, fault.New(fault.PhotoUnsupported, nil)
	}
	if err != nil {
		return Info{}, fault.New(fault.PhotoCorrupt, err)
	}
	info.Width, info.Height = cfg.Width, cfg.Height
	if cfg.Width*cfg.Height > MaxPixels {
		return Info{}, fault.Newf(fault.PhotoTooManyPixels, "%dx%d", cfg.Width, cfg.Height)
	}
	if cfg.Width < MinSide || cfg.Height < MinSide {
		return Info{}, fault.Newf(fault.PhotoTooSmall, "%dx%d", cfg.Width, cfg.Height)
	}
	return info, nil
}

// Decode checks a photo and decodes it, scaled so that the longer side is at
// most maxSide (0 = do not scale).
func Decode(ctx context.Context, data []byte, maxSide int) (*image.NRGBA, error) {
	info, err := Check(data)
	if err != nil {
		return nil, err
	}
	var img image.Image
	r := bytes.NewReader(data)
	switch info.Format {
	case "jpeg":
		img, err = jpeg.Decode(r)
	case "png":
		img, err = png.Decode(r)
	case "gif":
		img, err = gif.Decode(r)
	case "webp":
		img, err = webp.Decode(r)
	}
	if err != nil {
		return nil, fault.New(fault.PhotoCorrupt, err)
	}
	w, h := info.Width, info.Height
	if long := max(w, h); maxSide > 0 && long > maxSide {
		w, h = max(1, w*maxSide/long), max(1, h*maxSide/long)
	}
	out := image.NewNRGBA(image.Rect(0, 0, w, h))
	xdraw.ApproxBiLinear.Scale(out, out.Rect, img, img.Bounds(), draw.Src, nil)
	return out, nil
}

// Prepare makes the product picture and its thumbnail.
func Prepare(ctx context.Context, data []byte) (Prepared, error) {
	img, err := Decode(ctx, data, MaxSide)
	if err != nil {
		return Prepared{}, err
	}
	var big, small bytes.Buffer
	if err := png.Encode(&big, img); err != nil {
		return Prepared{}, fault.New(fault.Internal, err)
	}
	thumb, err := Decode(ctx, data, ThumbnailSide)
	if err != nil {
		return Prepared{}, err
	}
	if err := jpeg.Encode(&small, thumb, nil); err != nil {
		return Prepared{}, fault.New(fault.Internal, err)
	}
	return Prepared{PNG: big.Bytes(), Thumbnail: small.Bytes(), Width: img.Rect.Dx(), Height: img.Rect.Dy()}, nil
}

package photo

import (
	"context"
	"encoding/binary"
	"errors"
	"image"
	"math"
	"time"

	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/heif"
)

// Codec decodes the coded pictures of HEIC and AVIF files; *heifcodec.Codec does.
type Codec interface {
	// Decode gives each of the stills, which have one codec, to take. The pixels are
	// gone when take returns. Errors wrap heif.ErrDamaged or heif.ErrMemory, are that of
	// take, or ctx.Err().
	Decode(ctx context.Context, stills []heif.Still, take func(i int, img image.Image) error) error
}

// maxDecoding is how long decoding a HEIC or AVIF may take, of the function's 45 seconds. The
// largest take about 9 seconds of a processor (docs/adr/0026).
const maxDecoding = 30 * time.Second

// openHEIF reads the boxes. What they say of sizes is held to the limits here; what the
// decoders need is refused there.
func openHEIF(data []byte) (*file, error) {
	p, err := heif.Read(data, MaxPixels)
	if err != nil {
		return nil, heifFault(err)
	}
	f := &file{Info: Info{Format: "heic", Frames: 1, Orientation: p.Orientation}, heif: p}
	if p.Tiles[0].Codec == heif.AV1 {
		f.Format = "avif"
	}
	f.Width, f.Height = p.Crop.Width, p.Crop.Height
	if err := checkSize(f.Width, f.Height); err != nil {
		return nil, err
	}
	if p.Tiles[0].Codec == heif.HEVC {
		if _, ok := matrixOf(p.Colour); !ok && !p.Tiles[0].Grey {
			return nil, unsupported("matrix %d", p.Colour.Matrix)
		}
	}
	f.colours = func() transform { return heifColours(p) }
	return f, nil
}

func heifFault(err error) error {
	switch {
	case errors.Is(err, heif.ErrTooLarge):
		return fault.New(fault.PhotoTooManyPixels, err)
	case errors.Is(err, heif.ErrVariety):
		return fault.Specially(fault.PhotoVariety, "%w", err)
	case errors.Is(err, heif.ErrMemory):
		return fault.Specially(fault.PhotoTooHeavy, "%w", err)
	case errors.Is(err, heif.ErrDamaged):
		return corrupt("%w", err)
	}
	return err
}

// heifColours is what takes the colours to sRGB: a profile says more than numbers.
func heifColours(p *heif.Picture) transform {
	of := rgbSpace
	if p.Tiles[0].Grey {
		of = greySpace
	}
	if iccProfile(p.Profile).fits(of) {
		return newTransform(p.Profile, of)
	}
	said := func(n, otherwise int) int {
		if n == 2 {
			return otherwise
		}
		return n
	}
	t, _ := numbered(said(p.Colour.Primaries, 1), said(p.Colour.Transfer, 13))
	return t
}

// matrixOf gives the conversion to RGB by the numbers of ITU-T H.273, table 4. What is not
// said is BT.601, as in JPEG.
func matrixOf(n heif.Numbers) (m matrix, ok bool) {
	var kr, kb float64
	switch n.Matrix {
	case 1:
		kr, kb = 0.2126, 0.0722
	case 2, 5, 6:
		kr, kb = 0.299, 0.114
	case 4:
		kr, kb = 0.30, 0.11
	case 7:
		kr, kb = 0.212, 0.087
	case 9, 10:
		kr, kb = 0.2627, 0.0593
	default:
		return m, false
	}
	black, luma, chroma := 16., 255./219, 255./224
	if n.Full {
		black, luma, chroma = 0, 1, 1
	}
	kg := 1 - kr - kb
	fixed := func(v float64) int32 { return int32(math.Round(4096 * v)) }
	return matrix{
		int32(black), fixed(luma), fixed(chroma * 2 * (1 - kr)), fixed(-chroma * 2 * (1 - kb) * kb / kg),
		fixed(-chroma * 2 * (1 - kr) * kr / kg), fixed(chroma * 2 * (1 - kb)),
	}, true
}

// decodeHEIF decodes a picture, cuts it and scales it. One in a single part is scaled
// where the codec left it.
func (in Intake) decodeHEIF(ctx context.Context, p *heif.Picture, size image.Point) (*image.NRGBA, error) {
	if in.Codec == nil {
		return nil, fault.Newf(fault.PhotoHEIC, "no codec here")
	}
	limited, cancel := context.WithTimeout(ctx, maxDecoding)
	defer cancel()
	img, err := decodePicture(limited, in.Codec, p, size)
	if err != nil && limited.Err() != nil && ctx.Err() == nil {
		return nil, fault.Specially(fault.PhotoTooHeavy, "not decoded in %v", maxDecoding)
	}
	if err != nil {
		return nil, heifFault(err)
	}
	return img, nil
}

func decodePicture(ctx context.Context, codec Codec, p *heif.Picture, size image.Point) (out *image.NRGBA, err error) {
	var opacity []byte
	if p.Alpha != nil {
		opacity = make([]byte, p.Width*p.Height)
		err := codec.Decode(ctx, p.Alpha.Tiles, func(i int, img image.Image) error {
			return copyOpacity(opacity, p.Alpha, i, img)
		})
		if err != nil {
			return nil, err
		}
	}
	scale := func(img image.Image) error {
		pix, err := newHEIFPicture(p, img, opacity)
		if err != nil {
			return err
		}
		out, err = pix.scale(ctx, size)
		return err
	}
	if len(p.Tiles) == 1 {
		err := codec.Decode(ctx, p.Tiles, func(_ int, img image.Image) error { return scale(img) })
		return out, err
	}
	var all image.Image
	err = codec.Decode(ctx, p.Tiles, func(i int, img image.Image) error {
		if all == nil {
			all = blank(img, p.Width, p.Height)
		}
		return place(all, &p.Plane, i, img)
	})
	if err != nil {
		return nil, err
	}
	return out, scale(all)
}

// origin is where a part lies.
func origin(p *heif.Plane, i int) image.Point {
	return image.Pt(i%p.Columns*p.Tiles[0].Width, i/p.Columns*p.Tiles[0].Height)
}

// blank makes a picture of the kind of a part. Its chroma has room for parts that reach
// beyond.
func blank(part image.Image, w, h int) image.Image {
	rect := image.Rect(0, 0, w, h)
	switch part := part.(type) {
	case *image.Gray:
		return image.NewGray(rect)
	case *image.YCbCr:
		return image.NewYCbCr(rect, part.SubsampleRatio)
	}
	return image.NewRGBA(rect)
}

// place copies a part to where it belongs.
func place(all image.Image, p *heif.Plane, i int, part image.Image) error {
	at := origin(p, i)
	switch all := all.(type) {
	case *image.Gray:
		if part, ok := part.(*image.Gray); ok {
			copyRows(all.Pix, all.Stride, at, all.Rect.Max, part.Pix, part.Stride, part.Rect.Max, 1)
			return nil
		}
	case *image.YCbCr:
		part, ok := part.(*image.YCbCr)
		if !ok || part.SubsampleRatio != all.SubsampleRatio {
			break
		}
		copyRows(all.Y, all.YStride, at, all.Rect.Max, part.Y, part.YStride, part.Rect.Max, 1)
		h, v := 1, 1
		if all.SubsampleRatio != image.YCbCrSubsampleRatio444 {
			h = 2
		}
		if all.SubsampleRatio == image.YCbCrSubsampleRatio420 {
			v = 2
		}
		// Parts begin where a sample of chroma does: HEVC with fewer of those has even sizes only
		// (ITU-T H.265, 7.4.3.2.1), and AV1 comes as RGBA.
		down := func(q image.Point) image.Point { return image.Pt((q.X+h-1)/h, (q.Y+v-1)/v) }
		to, room, from := down(at), down(all.Rect.Max), down(part.Rect.Max)
		copyRows(all.Cb, all.CStride, to, room, part.Cb, part.CStride, from, 1)
		copyRows(all.Cr, all.CStride, to, room, part.Cr, part.CStride, from, 1)
		return nil
	case *image.RGBA:
		switch part := part.(type) {
		case *image.RGBA:
			copyRows(all.Pix, all.Stride, at, all.Rect.Max, part.Pix, part.Stride, part.Rect.Max, 4)
			return nil
		case *heif.Deep:
			for y := range min(part.Rect.Max.Y, all.Rect.Max.Y-at.Y) {
				row, from := all.Pix[(at.Y+y)*all.Stride+4*at.X:], part.Pix[y*part.Stride:]
				for x := range 4 * min(part.Rect.Max.X, all.Rect.Max.X-at.X) {
					row[x] = byte((int(binary.LittleEndian.Uint16(from[2*x:]))*255 + 32767) / 65535)
				}
			}
			return nil
		}
	}
	return corrupt("parts of different kinds")
}

// copyRows copies what fits of a part of samples, n to a pixel, to a place.
func copyRows(to []byte, toStride int, at, room image.Point, from []byte, fromStride int, size image.Point, n int) {
	w := n * min(size.X, room.X-at.X)
	for y := range min(size.Y, room.Y-at.Y) {
		copy(to[(at.Y+y)*toStride+n*at.X:][:w], from[y*fromStride:])
	}
}

// copyOpacity copies the luma of a part of the opacity.
func copyOpacity(opacity []byte, p *heif.Plane, i int, img image.Image) error {
	at, room := origin(p, i), image.Pt(p.Width, p.Height)
	switch img := img.(type) {
	case *image.Gray:
		copyRows(opacity, p.Width, at, room, img.Pix, img.Stride, img.Rect.Max, 1)
	case *image.YCbCr:
		copyRows(opacity, p.Width, at, room, img.Y, img.YStride, img.Rect.Max, 1)
	default:
		rows, err := opaqueRows(img, fullRange)
		if err != nil {
			return err
		}
		size := img.Bounds().Max
		row := make([]uint16, 4*size.X)
		for y := range min(size.Y, room.Y-at.Y) {
			rows(0, y, row)
			for x := range min(size.X, room.X-at.X) {
				opacity[(at.Y+y)*p.Width+at.X+x] = byte(row[4*x] / 257)
			}
		}
	}
	return nil
}

// newHEIFPicture makes a picture of what the codec left of all parts.
func newHEIFPicture(p *heif.Picture, img image.Image, opacity []byte) (picture, error) {
	crop := image.Rect(p.Crop.X, p.Crop.Y, p.Crop.X+p.Crop.Width, p.Crop.Y+p.Crop.Height)
	m, _ := matrixOf(p.Colour)
	if opacity == nil {
		switch src := img.(type) {
		case *image.Gray:
			cut := src.SubImage(crop).(*image.Gray)
			return planar{[]plane{newPlane(cut.Pix, cut.Stride, crop.Size(), 1, 1)}, always(m.grey)}, nil
		case *image.YCbCr:
			cut := *src.SubImage(crop).(*image.YCbCr)
			cut.Rect = image.Rectangle{Max: crop.Size()}
			return newPlanar(&cut, m), nil
		}
	}
	row, err := opaqueRows(img, m)
	if err != nil {
		return nil, err
	}
	return chunky{crop.Dx(), crop.Dy(), func(y int, dst []uint16) {
		y += crop.Min.Y
		row(crop.Min.X, y, dst)
		if opacity != nil {
			cover(dst, opacity[y*p.Width+crop.Min.X:], p.Premultiplied)
		}
	}}, nil
}

// cover gives an opaque row its opacity.
func cover(row []uint16, opacity []byte, premultiplied bool) {
	for i := range len(row) / 4 {
		d, a := row[4*i:][:4], uint32(opacity[i])
		for c := range 3 {
			if premultiplied {
				d[c] = uint16(min(uint32(d[c]), a*257))
			} else {
				d[c] = uint16((uint32(d[c])*a + 127) / 255)
			}
		}
		d[3] = uint16(a * 257)
	}
}

// opaqueRows gives a function that makes a row from x on of opaque 16-bit RGBA.
func opaqueRows(img image.Image, m matrix) (func(x, y int, dst []uint16), error) {
	switch src := img.(type) {
	case *image.RGBA:
		return func(x, y int, dst []uint16) {
			for i, v := range src.Pix[src.PixOffset(x, y):][:len(dst)] {
				dst[i] = uint16(v) * 257
			}
		}, nil
	case *heif.Deep:
		return func(x, y int, dst []uint16) {
			from := src.Pix[y*src.Stride+8*x:]
			for i := range dst {
				dst[i] = binary.LittleEndian.Uint16(from[2*i:])
			}
		}, nil
	case *image.Gray:
		return func(x, y int, dst []uint16) {
			for i, v := range src.Pix[src.PixOffset(x, y):][:len(dst)/4] {
				m.pixel(dst[4*i:][:4], v, 128, 128)
			}
		}, nil
	case *image.YCbCr:
		return func(x, y int, dst []uint16) {
			for i := range len(dst) / 4 {
				c := src.COffset(x+i, y)
				m.pixel(dst[4*i:][:4], src.Y[src.YOffset(x+i, y)], src.Cb[c], src.Cr[c])
			}
		}, nil
	}
	return nil, corrupt("pixels as %T", img)
}

// pixel makes an opaque pixel of 16 bits.
func (m *matrix) pixel(dst []uint16, y, cb, cr byte) {
	l := ((int32(y)-m.black)<<8)*m.y + 1<<19
	b, r := (int32(cb)-128)<<8, (int32(cr)-128)<<8
	for i, v := range [3]int32{l + m.crR*r, l + m.cbG*b + m.crG*r, l + m.cbB*b} {
		dst[i] = uint16(clamp8(v>>20)) * 257
	}
	dst[3] = 65535
}

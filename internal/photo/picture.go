package photo

import (
	"context"
	"image"
)

// picture is decoded pixels in whatever form the decoder left them.
type picture interface {
	// scale resamples to size, converting to straight 8-bit RGBA on the way. It
	// fails only when ctx ends.
	scale(ctx context.Context, size image.Point) (*image.NRGBA, error)
}

// whole is newPicture of a picture that fills its canvas.
func whole(ctx context.Context, img image.Image, m matrix) (picture, error) {
	size := img.Bounds().Size()
	return newPicture(ctx, img, m, image.Rectangle{Max: size}, size)
}

// newPicture makes a picture of canvas size with img at frame; around it the
// canvas is transparent. M says how img is coded if it is YCbCr.
func newPicture(
	ctx context.Context, img image.Image, m matrix, frame image.Rectangle, canvas image.Point,
) (picture, error) {
	full := frame == image.Rectangle{Max: canvas}
	var row func(y int, dst []uint16)
	switch src := img.(type) {
	case *image.YCbCr:
		p := newPlanar(src, m)
		if full {
			return p, nil
		}
		flat, err := p.scale(ctx, frame.Size())
		if err != nil {
			return nil, err
		}
		row = nrgbaRows(flat)
	case *image.NYCbCrA:
		row = m.alphaRows(src)
	case *image.NRGBA:
		row = nrgbaRows(src)
	case *image.Paletted:
		row = palettedRows(src)
	default:
		return nil, corrupt("pixels as %T", img)
	}
	if full {
		return chunky{canvas.X, canvas.Y, row}, nil
	}
	return chunky{canvas.X, canvas.Y, func(y int, dst []uint16) {
		clear(dst)
		if y >= frame.Min.Y && y < frame.Max.Y {
			row(y-frame.Min.Y, dst[4*frame.Min.X:4*frame.Max.X])
		}
	}}, nil
}

// alphaRows is nrgbaRows for planes with alpha. Each pixel takes its nearest
// chroma sample.
func (m matrix) alphaRows(src *image.NYCbCrA) func(y int, dst []uint16) {
	return func(y int, dst []uint16) {
		for x := range len(dst) / 4 {
			c := src.COffset(x, y)
			l := ((int32(src.Y[src.YOffset(x, y)])-m.black)<<8)*m.y + 1<<19
			b, r := (int32(src.Cb[c])-128)<<8, (int32(src.Cr[c])-128)<<8
			a := uint32(src.A[src.AOffset(x, y)])
			d := dst[4*x:][:4]
			for i, v := range [3]int32{l + m.crR*r, l + m.cbG*b + m.crG*r, l + m.cbB*b} {
				d[i] = uint16((uint32(clamp8(v>>20))*a*257 + 127) / 255)
			}
			d[3] = uint16(a * 257)
		}
	}
}

// newPlanar takes the planes of src, which starts at the origin.
func newPlanar(src *image.YCbCr, m matrix) planar {
	h, v := 1, 1
	switch src.SubsampleRatio {
	case image.YCbCrSubsampleRatio422:
		h = 2
	case image.YCbCrSubsampleRatio420:
		h, v = 2, 2
	case image.YCbCrSubsampleRatio440:
		v = 2
	case image.YCbCrSubsampleRatio411:
		h = 4
	case image.YCbCrSubsampleRatio410:
		h, v = 4, 2
	}
	size := src.Rect.Size()
	return planar{[]plane{
		newPlane(src.Y, src.YStride, size, 1, 1),
		newPlane(src.Cb, src.CStride, size, h, v),
		newPlane(src.Cr, src.CStride, size, h, v),
	}, always(m.rgb)}
}

// newPlane describes the samples of a picture of the given size, with one
// sample for h×v pixels.
func newPlane(pix []byte, stride int, size image.Point, h, v int) plane {
	return plane{
		pix: pix, stride: stride,
		cols: (size.X + h - 1) / h, rows: (size.Y + v - 1) / v,
		width: float64(size.X) / float64(h), height: float64(size.Y) / float64(v),
	}
}

// chunky is a picture of premultiplied 16-bit RGBA rows made on demand. Colours
// are averaged premultiplied, so what lies under transparent pixels never
// bleeds into an edge.
type chunky struct {
	width, height int
	// row writes row y to dst, 4·width long. Safe for concurrent use.
	row func(y int, dst []uint16)
}

func (c chunky) scale(ctx context.Context, size image.Point) (*image.NRGBA, error) {
	img := image.NewNRGBA(image.Rectangle{Max: size})
	ax, ay := newAxis(size.X, float64(c.width), c.width), newAxis(size.Y, float64(c.height), c.height)
	return img, inBands(ctx, size.Y, func() func(y int) {
		row := make([]uint16, 4*c.width)
		sums := make([]int32, 4*c.width)
		out := make([]int32, 4*size.X)
		return func(y int) {
			clear(sums)
			start, weights := ay.taps(y)
			for t, w := range weights {
				c.row(start+t, row)
				row := row[:len(sums)]
				for i := range sums {
					sums[i] += w * int32(row[i])
				}
			}
			ax.apply4(out, sums)
			straightRow(img.Pix[y*img.Stride:][:4*size.X], out)
		}
	})
}

// straightRow converts premultiplied samples in 0..65535 to straight 8-bit ones.
// Where the scaling overshoots at an edge, colour and alpha do so together, so
// the colour is found before alpha is brought back into its range.
func straightRow(dst []byte, src []int32) {
	for i := 0; i+4 <= len(src); i += 4 {
		s, p := src[i:i+4:i+4], dst[i:i+4:i+4]
		a := s[3]
		if a < 129 { // rounds to no opacity
			continue
		}
		for c := range 3 {
			p[c] = clamp8((s[c]*255 + a/2) / a)
		}
		p[3] = clamp8((a + 128) / 257)
	}
}

// nrgbaRows gives a function that makes rows of img, counted from its top, of
// premultiplied 16-bit RGBA.
func nrgbaRows(img *image.NRGBA) func(y int, dst []uint16) {
	return func(y int, dst []uint16) { premultiply(dst, img.Pix[y*img.Stride:], 4) }
}

// palettedRows is nrgbaRows for indices below the number of colours.
func palettedRows(img *image.Paletted) func(y int, dst []uint16) {
	var colors [256][4]uint16
	for i, c := range img.Palette {
		r, g, b, a := c.RGBA()
		colors[i] = [4]uint16{uint16(r), uint16(g), uint16(b), uint16(a)}
	}
	return func(y int, dst []uint16) {
		for x, i := range img.Pix[y*img.Stride:][:len(dst)/4] {
			copy(dst[4*x:], colors[i][:])
		}
	}
}

// premultiply makes premultiplied 16-bit RGBA of pixels of n samples: grey and
// alpha, RGB, or RGBA.
func premultiply(dst []uint16, samples []byte, n int) {
	for i := range len(dst) / 4 {
		s, d := samples[i*n:][:n], dst[4*i:][:4]
		switch n {
		case 3:
			d[0], d[1], d[2], d[3] = uint16(s[0])*257, uint16(s[1])*257, uint16(s[2])*257, 65535
		case 2:
			a := uint32(s[1])
			v := uint16((uint32(s[0])*a*257 + 127) / 255)
			d[0], d[1], d[2], d[3] = v, v, v, uint16(a*257)
		default:
			a := uint32(s[3])
			for c := range 3 {
				d[c] = uint16((uint32(s[c])*a*257 + 127) / 255)
			}
			d[3] = uint16(a * 257)
		}
	}
}

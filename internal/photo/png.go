package photo

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/binary"
	"image"
	"image/png"
	"io"
)

// pngFile is the structure of a PNG. Its pixels need no chunks but these, so the
// decoder gets no others: neither the size nor the errors of the rest matter.
type pngFile struct {
	signature, header, palette, transparency, pixels, end []byte // whole chunks
}

// deflateRatio is the most bytes one byte of deflate can stand for (RFC 1951:
// 258 bytes in two bits).
const deflateRatio = 258 * 8 / 2

func openPNG(data []byte) (*file, error) {
	f := &file{Info: Info{Format: "png", Frames: 1, Orientation: 1}, profile: func() []byte { return nil }}
	p := pngFile{signature: data[:8]}
	var h pngHeader
	frames, from, to := 0, 0, 0 // from and to are the run of IDAT chunks
	for pos := 8; p.end == nil; {
		if pos+12 > len(data) {
			return nil, cutOff()
		}
		size := int64(binary.BigEndian.Uint32(data[pos:]))
		if size > int64(len(data)-pos-12) {
			return nil, cutOff()
		}
		next := pos + 12 + int(size)
		chunk, body := data[pos:next], data[pos+8:next-4]
		if (pos == 8) != (string(chunk[4:8]) == "IHDR") {
			return nil, corrupt("IHDR missing or repeated at %d", pos)
		}
		switch string(chunk[4:8]) {
		case "IHDR":
			if len(body) != 13 {
				return nil, corrupt("IHDR of %d bytes", len(body))
			}
			h = readPNGHeader(body)
			if err := checkSize(h.width, h.height); err != nil {
				return nil, err
			}
			p.header = chunk
		case "PLTE":
			p.palette = chunk
		case "tRNS":
			p.transparency = chunk
		case "IDAT":
			if from == 0 {
				from, to = pos, pos
			}
			if to != pos {
				return nil, corrupt("IDAT chunks apart")
			}
			to = next
		case "iCCP":
			f.profile = func() []byte { return inflateProfile(body) }
		case "eXIf":
			f.Orientation = exifOrientation(body)
		case "fcTL":
			// The default image is the first frame or stands in for it.
			frames++
			f.Frames = frames
			if err := checkFrames(frames); err != nil {
				return nil, err
			}
		case "IEND":
			p.end = chunk
		}
		pos = next
	}
	p.pixels = data[from:to]
	if raw := h.raw(); raw > deflateRatio*int64(len(p.pixels)) {
		return nil, corrupt("%d bytes cannot hold %d", len(p.pixels), raw)
	}
	f.Width, f.Height = h.width, h.height
	f.pixels = p.decode
	return f, nil
}

// decode gives image/png the chunks that make the picture.
func (p pngFile) decode(ctx context.Context, _ image.Point) (picture, error) {
	img, err := guard(func() (image.Image, error) {
		return png.Decode(newReader(ctx, p.signature, p.header, p.palette, p.transparency, p.pixels, p.end))
	})
	if err != nil {
		return nil, decodeFault(ctx, err)
	}
	return whole(ctx, img, fullRange)
}

// pngHeader is what IHDR says of the pixels.
type pngHeader struct {
	width, height int
	depth         int64 // bits of a sample
	channels      int64
}

func readPNGHeader(b []byte) pngHeader {
	h := pngHeader{
		width:    int(binary.BigEndian.Uint32(b)),
		height:   int(binary.BigEndian.Uint32(b[4:])),
		depth:    int64(b[8]),
		channels: 1,
	}
	switch b[9] {
	case 2:
		h.channels = 3
	case 4:
		h.channels = 2
	case 6:
		h.channels = 4
	}
	return h
}

// raw is how many bytes the picture takes inside the compression.
func (h pngHeader) raw() int64 {
	return (int64(h.width)*h.depth*h.channels/8 + 1) * int64(h.height)
}

// inflateProfile reads the profile in an iCCP chunk, nil when it is damaged. Of
// one that is too large it inflates only what shows that.
func inflateProfile(body []byte) []byte {
	_, compressed, _ := bytes.Cut(body, []byte{0})
	if len(compressed) < 1 {
		return nil
	}
	r, err := zlib.NewReader(bytes.NewReader(compressed[1:])) // [0] is the method, always zlib
	if err != nil {
		return nil
	}
	profile, err := io.ReadAll(io.LimitReader(r, maxProfile+1))
	if err != nil {
		return nil
	}
	return profile
}

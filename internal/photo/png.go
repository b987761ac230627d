package photo

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"io"
)

// pngFile is what of a PNG makes the picture.
type pngFile struct {
	pngHeader
	palette      []byte // what is in PLTE
	transparency []byte // what is in tRNS
	pixels       []byte // the IDAT chunks, the last one perhaps cut off
	colour       pngColour
}

// deflateRatio is the most bytes one byte of deflate can stand for (RFC 1951:
// 258 bytes in two bits).
const deflateRatio = 258 * 8 / 2

// openPNG reads up to IEND. Once there are pixels, whatever is no chunk ends the
// file too; then the pixels decide whether it was cut off.
func openPNG(data []byte) (*file, error) {
	f := &file{Info: Info{Format: "png", Frames: 1, Orientation: 1}, colours: func() transform { return nil }}
	var p pngFile
	frames, from, to := 0, 0, 0 // from and to are the run of IDAT chunks
	ended := false
	for pos := 8; !ended; {
		kind, body, next := pngChunk(data, pos)
		is := func(k string) bool { return string(kind) == k }
		if is("IDAT") && from == 0 {
			from, to = pos, pos
		}
		if from > 0 && (body == nil || is("IHDR") || is("IDAT") && to != pos) {
			if is("IDAT") && to == pos {
				to = len(data)
			}
			break
		}
		switch {
		case body == nil:
			return nil, cutOff()
		case (pos == 8) != is("IHDR"):
			return nil, corrupt("IHDR missing or repeated at %d", pos)
		case (is("IHDR") || is("PLTE")) && !sound(data[pos:next]):
			return nil, corrupt("%s with a wrong checksum", kind)
		}
		switch string(kind) {
		case "IHDR":
			if len(body) != 13 {
				return nil, corrupt("IHDR of %d bytes", len(body))
			}
			p.pngHeader = readPNGHeader(body)
			if err := checkSize(p.width, p.height); err != nil {
				return nil, err
			}
		case "PLTE":
			p.palette = body
		case "tRNS":
			if sound(data[pos:next]) {
				p.transparency = body
			}
		case "IDAT":
			to = next
		case "cICP", "iCCP", "sRGB", "gAMA", "cHRM":
			p.colour.add(string(kind), body)
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
			ended = true
		}
		pos = next
	}
	p.pixels = data[from:to]
	raw := int64(0)
	for _, pass := range p.passes() {
		raw += int64(pass.height) * int64(1+p.rowBytes(pass.width))
	}
	if raw > deflateRatio*int64(len(p.pixels)) {
		return nil, corrupt("%d bytes cannot hold %d", len(p.pixels), raw)
	}
	if !ended {
		if err := p.read(context.Background(), func(r io.Reader) error { return discard(r, int(raw)) }); err != nil {
			return nil, err
		}
	}
	f.Width, f.Height = p.width, p.height
	f.pixels = p.decode
	f.colours = p.transform
	return f, nil
}

// pngChunk gives the chunk at pos and the position of the next one. Body is nil when
// the chunk is not whole.
func pngChunk(data []byte, pos int) (kind, body []byte, next int) {
	if pos+8 > len(data) {
		return nil, nil, 0
	}
	kind = data[pos+4 : pos+8]
	size := int64(binary.BigEndian.Uint32(data[pos:]))
	if size > int64(len(data)-pos-12) {
		return kind, nil, 0
	}
	next = pos + 12 + int(size)
	return kind, data[pos+8 : next-4 : next-4], next
}

// sound reports whether the checksum at the end of a chunk is right.
func sound(chunk []byte) bool {
	n := len(chunk) - 4
	return crc32.ChecksumIEEE(chunk[4:n]) == binary.BigEndian.Uint32(chunk[n:])
}

// pngHeader is what IHDR says of the pixels.
type pngHeader struct {
	width, height                  int
	depth                          int // bits of a sample
	kind                           int
	channels                       int
	compression, filter, interlace byte
}

// The kinds of picture (colour types).
const (
	pngGrey      = 0
	pngRGB       = 2
	pngPalette   = 3
	pngGreyAlpha = 4
	pngRGBA      = 6
)

func readPNGHeader(b []byte) pngHeader {
	h := pngHeader{
		width:       int(binary.BigEndian.Uint32(b)),
		height:      int(binary.BigEndian.Uint32(b[4:])),
		depth:       int(b[8]),
		kind:        int(b[9]),
		channels:    1,
		compression: b[10], filter: b[11], interlace: b[12],
	}
	switch h.kind {
	case pngRGB:
		h.channels = 3
	case pngGreyAlpha:
		h.channels = 2
	case pngRGBA:
		h.channels = 4
	}
	return h
}

// check refuses what the format does not know (PNG, sections 11.2.1 and 11.2.2).
func (p *pngFile) check() error {
	depths := map[int]string{
		pngGrey: "\x01\x02\x04\x08\x10", pngRGB: "\x08\x10", pngPalette: "\x01\x02\x04\x08", pngGreyAlpha: "\x08\x10",
		pngRGBA: "\x08\x10",
	}[p.kind]
	switch {
	case !bytes.ContainsRune([]byte(depths), rune(p.depth)), p.compression != 0, p.filter != 0, p.interlace > 1:
		return corrupt("IHDR %+v", p.pngHeader)
	case p.kind == pngPalette && (len(p.palette) == 0 || len(p.palette)%3 != 0):
		return corrupt("palette of %d bytes", len(p.palette))
	}
	return nil
}

// rowBytes is the length of a row of so many pixels.
func (h *pngHeader) rowBytes(width int) int { return ceilDiv(width*h.channels*h.depth, 8) }

// pngPass is a picture of some of the pixels: from x, y on, in steps of dx and dy.
type pngPass struct{ x, y, dx, dy, width, height int }

// passes gives the pictures in the order they are coded.
func (h *pngHeader) passes() []pngPass {
	passes := []pngPass{{dx: 1, dy: 1}}
	if h.interlace == 1 {
		passes = []pngPass{
			{0, 0, 8, 8, 0, 0}, {4, 0, 8, 8, 0, 0}, {0, 4, 4, 8, 0, 0}, {2, 0, 4, 4, 0, 0}, {0, 2, 2, 4, 0, 0},
			{1, 0, 2, 2, 0, 0}, {0, 1, 1, 2, 0, 0},
		}
	}
	out := passes[:0]
	for _, p := range passes {
		p.width, p.height = ceilDiv(h.width-p.x, p.dx), ceilDiv(h.height-p.y, p.dy)
		if p.width > 0 && p.height > 0 {
			out = append(out, p)
		}
	}
	return out
}

// read calls take with the rows. Whatever follows those that take reads does not
// matter.
func (p *pngFile) read(ctx context.Context, take func(io.Reader) error) error {
	rows, err := zlib.NewReader(&idat{chunks: p.pixels})
	if err == nil {
		err = take(rows)
	}
	if err != nil {
		return decodeFault(ctx, err)
	}
	return nil
}

// idat reads what is in a run of IDAT chunks, as far as there is any.
type idat struct {
	chunks, body []byte
}

// Read is the method of io.Reader.
func (r *idat) Read(b []byte) (int, error) {
	for len(r.body) == 0 {
		if len(r.chunks) < 8 {
			return 0, io.EOF
		}
		_, body, next := pngChunk(r.chunks, 0)
		switch {
		case body == nil: // cut off
			body, next = r.chunks[8:], len(r.chunks)
			body = body[:min(len(body), int(binary.BigEndian.Uint32(r.chunks)))]
		case !sound(r.chunks[:next]):
			return 0, corrupt("IDAT with a wrong checksum")
		}
		r.body, r.chunks = body, r.chunks[next:]
	}
	n := copy(b, r.body)
	r.body = r.body[n:]
	return n, nil
}

// decode makes samples of eight bits. It is not image/png that does, because that
// takes twice the memory for 16-bit and interlaced pictures and refuses what others
// overlook.
func (p *pngFile) decode(ctx context.Context, _ image.Point) (picture, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	key := p.key()
	n := p.channels
	if key != nil {
		n++
	}
	samples := make([]byte, p.width*p.height*n)
	err := p.read(ctx, func(r io.Reader) error {
		for _, pass := range p.passes() {
			row, above := make([]byte, 1+p.rowBytes(pass.width)), make([]byte, 1+p.rowBytes(pass.width))
			flat := make([]byte, pass.width*p.channels)
			for y := range pass.height {
				if ctx.Err() != nil {
					return ctx.Err()
				}
				if _, err := io.ReadFull(r, row); err != nil {
					return err
				}
				if err := unfilter(row, above, max(1, p.channels*p.depth/8)); err != nil {
					return err
				}
				dst := samples[((pass.y+y*pass.dy)*p.width+pass.x)*n:]
				p.spread(dst, row[1:], flat, key, n*pass.dx)
				row, above = above, row
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	size := image.Pt(p.width, p.height)
	switch {
	case p.kind == pngPalette:
		img := &image.Paletted{Pix: samples, Stride: p.width, Rect: image.Rectangle{Max: size}, Palette: p.colors()}
		return whole(ctx, img, fullRange)
	case n == 1:
		return planar{[]plane{newPlane(samples, p.width, size, 1, 1)}, always(fullRange.grey)}, nil
	default:
		return chunky{p.width, p.height, func(y int, dst []uint16) { premultiply(dst, samples[y*p.width*n:], n) }}, nil
	}
}

// unfilter makes the row what it was before filtering (PNG, section 9). Row and above
// have the type of their filter in front; bpp is the number of bytes of a pixel.
func unfilter(row, above []byte, bpp int) error {
	filter, row, above := row[0], row[1:], above[1:]
	above = above[:len(row)]
	head := min(bpp, len(row))
	switch filter {
	case 0:
	case 1:
		for i := bpp; i < len(row); i++ {
			row[i] += row[i-bpp]
		}
	case 2:
		for i, b := range above {
			row[i] += b
		}
	case 3:
		for i := range head {
			row[i] += above[i] / 2
		}
		for i := bpp; i < len(row); i++ {
			row[i] += byte((int(row[i-bpp]) + int(above[i])) / 2)
		}
	case 4:
		for i := range head {
			row[i] += above[i]
		}
		for i := bpp; i < len(row); i++ {
			a, b, c := int32(row[i-bpp]), int32(above[i]), int32(above[i-bpp])
			pa, pb := b-c, a-c
			pc := max(pa+pb, -pa-pb)
			pa, pb = max(pa, -pa), max(pb, -pb)
			switch {
			case pa <= pb && pa <= pc:
			case pb <= pc:
				a = b
			default:
				a = c
			}
			row[i] += byte(a)
		}
	default:
		return corrupt("filter %d", filter)
	}
	return nil
}

// spread puts the pixels of a row into dst, step bytes apart. Flat is room for their
// samples. Pixels of the key, if there is one, get no opacity.
func (p *pngFile) spread(dst, row, flat, key []byte, step int) {
	switch p.depth {
	case 16:
		for i := range flat {
			flat[i] = byte((int(row[2*i])<<8 + int(row[2*i+1]) + 128) / 257)
		}
	case 8:
		flat = row
	default:
		top := byte(1)<<p.depth - 1
		scale := byte(1)
		if p.kind == pngGrey {
			scale = 255 / top
		}
		for i := range flat {
			at := i * p.depth
			flat[i] = row[at/8] >> (8 - p.depth - at%8) & top * scale
		}
	}
	if key == nil && step == p.channels {
		copy(dst, flat)
		return
	}
	keyed := flat
	if p.depth == 16 {
		keyed = row
	}
	for i := range len(flat) / p.channels {
		pixel := dst[i*step:]
		copy(pixel[:p.channels], flat[i*p.channels:])
		if key != nil {
			pixel[p.channels] = 255
			if bytes.Equal(keyed[i*len(key):][:len(key)], key) {
				pixel[p.channels] = 0
			}
		}
	}
}

// key is the colour without opacity, as samples are when spread looks at them. It is
// nil without one, and for kinds that can have none: others write it all the same.
func (p *pngFile) key() []byte {
	if p.kind != pngGrey && p.kind != pngRGB || len(p.transparency) != 2*p.channels {
		return nil
	}
	if p.depth == 16 {
		return p.transparency
	}
	var key []byte
	for c := range p.channels {
		top := byte(1<<p.depth - 1)
		key = append(key, p.transparency[2*c+1]&top*(255/top))
	}
	return key
}

// colors is the palette. Indices that it lacks are opaque black.
func (p *pngFile) colors() color.Palette {
	colors := make(color.Palette, 256)
	for i := range colors {
		c := color.NRGBA{A: 255}
		if 3*i < len(p.palette) {
			c.R, c.G, c.B = p.palette[3*i], p.palette[3*i+1], p.palette[3*i+2]
		}
		if i < len(p.transparency) {
			c.A = p.transparency[i]
		}
		colors[i] = c
	}
	return colors
}

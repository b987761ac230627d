package photo

import (
	"context"
	"encoding/binary"
	"errors"
	"image"
)

// errUncommon says that image/jpeg must decode the JPEG.
var errUncommon = errors.New("not a complete single-scan sequential JPEG")

// decodeSequential decodes what phones and cameras write, a grey or YCbCr JPEG
// in one sequential scan, and gives planes of 1/1, 1/2, 1/4 or 1/8 of the size,
// whichever is the smallest not below size.
//
// It exists because image/jpeg always decodes every pixel: for the 12 megapixels
// of a phone that alone takes twice as long as all of libvips, which does the
// same as here. A block's low frequencies alone are the block at a smaller size,
// so the inverse transform is done on N×N of the 8×8 coefficients.
//
// Everything out of the ordinary gives an error. Then image/jpeg decodes, and says
// whether the file is damaged.
func decodeSequential(ctx context.Context, j *jpegFile, size image.Point) (picture, error) {
	if j.scans != 1 {
		return nil, errUncommon
	}
	d := sequential{jpegFile: j}
	if err := d.tables(); err != nil {
		return nil, err
	}
	scale := 8
	for scale > 1 && (j.width*scale+15)/16 >= size.X && (j.height*scale+15)/16 >= size.Y {
		scale /= 2
	}
	if err := d.layOut(scale); err != nil {
		return nil, err
	}
	if err := d.scan(ctx); err != nil {
		return nil, err
	}
	p := planar{y: d.channels[0].plane, matrix: fullRange}
	if len(d.channels) == 3 {
		p.cb, p.cr = d.channels[1].plane, d.channels[2].plane
	}
	return p, nil
}

// sequential is the state of one decoding.
type sequential struct {
	*jpegFile
	quant    [4][64]int32 // in zigzag order
	dc, ac   [4]*huffman
	restart  int // MCUs between restart markers, 0 for none
	coded    []byte
	channels []channel
	mcusX    int
	mcusY    int
}

// channel is one component being decoded.
type channel struct {
	plane
	h, v   int // blocks in an MCU
	scale  int // samples along the side of a block: 1, 2, 4 or 8
	quant  *[64]int32
	dc, ac *huffman
	last   int32 // DC of the block before
}

// tables reads the segments up to the coded data.
func (d *sequential) tables() error {
	data, pos := d.image, 2
	for {
		marker, err := nextMarker(data, &pos)
		if err != nil {
			return err
		}
		if markRST0 <= marker && marker <= markRST7 {
			continue
		}
		end := pos + int(binary.BigEndian.Uint16(data[pos:]))
		body := data[pos+2 : end]
		pos = end
		switch marker {
		case markDQT:
			err = d.addQuant(body)
		case markDHT:
			err = d.addHuffman(body)
		case markDRI:
			if len(body) != 2 {
				return errUncommon
			}
			d.restart = int(binary.BigEndian.Uint16(body))
		case markSOS:
			d.coded = data[pos:]
			return d.header(body)
		}
		if err != nil {
			return err
		}
	}
}

func (d *sequential) addQuant(b []byte) error {
	for len(b) > 0 {
		wide, id := b[0]>>4, b[0]&15
		n := 64 << wide
		if wide > 1 || id > 3 || len(b) < 1+n {
			return errUncommon
		}
		for i := range 64 {
			if wide == 1 {
				d.quant[id][i] = int32(binary.BigEndian.Uint16(b[1+2*i:]))
			} else {
				d.quant[id][i] = int32(b[1+i])
			}
		}
		b = b[1+n:]
	}
	return nil
}

func (d *sequential) addHuffman(b []byte) error {
	for len(b) > 0 {
		if len(b) < 17 || b[0]>>4 > 1 || b[0]&15 > 3 {
			return errUncommon
		}
		n := 0
		for _, c := range b[1:17] {
			n += int(c)
		}
		if len(b) < 17+n {
			return errUncommon
		}
		isAC := b[0]>>4 == 1
		h, err := newHuffman(b[1:17], b[17:17+n], isAC)
		if err != nil {
			return err
		}
		if isAC {
			d.ac[b[0]&15] = h
		} else {
			d.dc[b[0]&15] = h
		}
		b = b[17+n:]
	}
	return nil
}

// header reads the scan header and makes the channels.
func (d *sequential) header(b []byte) error {
	n := len(d.parts)
	if len(b) != 4+2*n || int(b[0]) != n {
		return errUncommon
	}
	for i, p := range d.parts {
		id, dc, ac := b[1+2*i], b[2+2*i]>>4, b[2+2*i]&15
		if int(id) != p.id || dc > 3 || ac > 3 || d.dc[dc] == nil || d.ac[ac] == nil {
			return errUncommon
		}
		d.channels = append(d.channels, channel{h: p.h, v: p.v, quant: &d.quant[p.table], dc: d.dc[dc], ac: d.ac[ac]})
	}
	return nil
}

// layOut gives every channel its samples. A subsampled channel is reduced less,
// so its resolution is not lost twice.
func (d *sequential) layOut(scale int) error {
	maxH, maxV := d.sampling()
	if len(d.channels) == 1 {
		// One component alone is never interleaved: its MCU is one block.
		d.channels[0].h, d.channels[0].v, maxH, maxV = 1, 1, 1, 1
	}
	d.mcusX, d.mcusY = (d.width+8*maxH-1)/(8*maxH), (d.height+8*maxV-1)/(8*maxV)
	blocks := 0
	for i := range d.channels {
		c := &d.channels[i]
		if c.h == 3 || c.v == 3 || maxH%c.h != 0 || maxV%c.v != 0 {
			return errUncommon
		}
		if blocks += c.h * c.v; blocks > 10 { // ITU-T T.81, section B.2.3
			return errUncommon
		}
		c.scale = min(8, scale*min(maxH/c.h, maxV/c.v))
		c.stride = d.mcusX * c.h * c.scale
		c.pix = make([]byte, c.stride*d.mcusY*c.v*c.scale)
		c.width = float64(d.width*c.h*c.scale) / float64(maxH*8)
		c.height = float64(d.height*c.v*c.scale) / float64(maxV*8)
		c.cols, c.rows = ceil(c.width), ceil(c.height)
	}
	return nil
}

func ceil(x float64) int {
	n := int(x)
	if float64(n) < x {
		n++
	}
	return n
}

// scan decodes all MCUs.
func (d *sequential) scan(ctx context.Context) error {
	in := bitReader{data: d.coded}
	var coef [64]int32
	left, next := d.restart, byte(markRST0)
	for my := range d.mcusY {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		for mx := range d.mcusX {
			if d.restart > 0 {
				if left == 0 {
					if !in.marker(next) {
						return errUncommon
					}
					left, next = d.restart, markRST0+(next+1)&7
					for i := range d.channels {
						d.channels[i].last = 0
					}
				}
				left--
			}
			for i := range d.channels {
				c := &d.channels[i]
				for v := range c.v {
					for h := range c.h {
						last, err := in.block(c, &coef)
						if err != nil {
							return err
						}
						at := (my*c.v+v)*c.scale*c.stride + (mx*c.h+h)*c.scale
						inverse(c.pix[at:], c.stride, c.scale, &coef, last)
					}
				}
			}
		}
		if in.overrun() {
			return errUncommon
		}
	}
	if !in.marker(markEOI) {
		return errUncommon
	}
	return nil
}

// bitReader reads the coded data, most significant bit first.
type bitReader struct {
	data    []byte
	pos     int
	bits    uint64 // the next n bits, from the top
	n       int
	padding int // zero bits put in after the data ended at a marker
}

// refill makes n at least 48. Past the end of the data it adds zeros, which
// overrun tells.
func (r *bitReader) refill() {
	if r.pos+8 <= len(r.data) {
		v := binary.BigEndian.Uint64(r.data[r.pos:])
		const low, high = 0x0101010101010101, 0x8080808080808080
		if (^v-low)&v&high == 0 { // no byte is 0xff
			r.bits |= v >> r.n
			k := (64 - r.n) >> 3
			r.pos += k
			r.n += k << 3
			return
		}
	}
	for r.n <= 56 {
		if r.pos+1 >= len(r.data) || r.data[r.pos] == 0xff && r.data[r.pos+1] != 0 {
			r.n += 8
			r.padding += 8
			continue
		}
		b := r.data[r.pos]
		r.pos++
		if b == 0xff {
			r.pos++
		}
		r.bits |= uint64(b) << (56 - r.n)
		r.n += 8
	}
}

// overrun reports whether more bits were used than there are.
func (r *bitReader) overrun() bool { return r.n < r.padding }

// marker ends the coded data before the marker m and starts again behind it. It
// is false unless the data ends there with less than a byte unused.
func (r *bitReader) marker(m byte) bool {
	if r.overrun() || r.n-r.padding >= 8 || !has(r.data, r.pos, "\xff") {
		return false
	}
	for has(r.data, r.pos, "\xff\xff") {
		r.pos++
	}
	if r.pos+1 >= len(r.data) || r.data[r.pos+1] != m {
		return false
	}
	r.pos += 2
	r.bits, r.n, r.padding = 0, 0, 0
	return true
}

// block decodes one block into coef, in natural order and dequantised, and gives
// the zigzag index of its last coefficient that is not zero.
func (r *bitReader) block(c *channel, coef *[64]int32) (last int, err error) {
	clear(coef[:])
	if r.n < 32 {
		r.refill()
	}
	size, length := c.dc.symbol(r.bits)
	if length == 0 || size > 11 {
		return 0, errUncommon
	}
	r.bits <<= length
	r.n -= int(length)
	c.last += r.extend(uint(size))
	coef[0] = c.last * c.quant[0]

	quant, ac := c.quant, c.ac
	for k := 1; k < 64; k++ {
		if r.n < 32 {
			r.refill()
		}
		if q := ac.quick[r.bits>>(64-lookup)]; q != 0 {
			// Run, value and both lengths in one step.
			k += int(q>>4) & 15
			if k > 63 {
				return 0, errUncommon
			}
			n := uint(q & 15)
			r.bits <<= n
			r.n -= int(n)
			coef[zigzag[k]] = (q >> 8) * quant[k]
			last = k
			continue
		}
		sym, length := ac.symbol(r.bits)
		if length == 0 {
			return 0, errUncommon
		}
		r.bits <<= length
		r.n -= int(length)
		size := uint(sym & 15)
		if size == 0 {
			if sym != 0xf0 {
				if sym != 0 {
					return 0, errUncommon
				}
				break // end of block
			}
			k += 15 // sixteen zeros
			continue
		}
		k += int(sym >> 4)
		if k > 63 || size > 10 {
			return 0, errUncommon
		}
		coef[zigzag[k]] = r.extend(size) * quant[k]
		last = k
	}
	return last, nil
}

// extend reads a value of size bits (ITU-T T.81, section F.2.2.1).
func (r *bitReader) extend(size uint) int32 {
	if size == 0 {
		return 0
	}
	v := int32(r.bits >> (64 - size))
	r.bits <<= size
	r.n -= int(size)
	if v < 1<<(size-1) {
		v -= 1<<size - 1
	}
	return v
}

// zigzag maps the order of coding to the natural order.
var zigzag = [64]uint8{
	0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5,
	12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
	35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51,
	58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
}

// lookup is the number of bits resolved by one table access: 10 covers nine of
// ten symbols and keeps the tables in the first-level cache.
const lookup = 10

// huffman decodes one table.
type huffman struct {
	short [1 << lookup]uint16 // symbol<<8 | length, 0 for longer codes
	quick [1 << lookup]int32  // value<<8 | run<<4 | total length, 0 when that does not fit
	// For longer codes: the first code and its index for each length, and the
	// first code that is too long for it, left-aligned in 16 bits.
	first   [17]int
	index   [17]int
	limit   [17]uint32
	symbols []byte
}

// newHuffman builds the tables from the counts of codes by length and the
// symbols (ITU-T T.81, annex C).
func newHuffman(counts, symbols []byte, isAC bool) (*huffman, error) {
	h := &huffman{symbols: symbols}
	code, k := 0, 0
	for length := 1; length <= 16; length++ {
		n := int(counts[length-1])
		h.first[length], h.index[length] = code, k
		if code+n > 1<<length {
			return nil, errUncommon
		}
		for range n {
			if length <= lookup {
				from := code << (lookup - length)
				for i := range 1 << (lookup - length) {
					h.short[from+i] = uint16(symbols[k])<<8 | uint16(length)
				}
			}
			code++
			k++
		}
		h.limit[length] = uint32(code) << (16 - length)
		code <<= 1
	}
	if isAC {
		for i, s := range h.short {
			run, size, length := int32(s>>12), uint(s>>8&15), uint(s&255)
			if s == 0 || size == 0 || length+size > lookup {
				continue
			}
			v := int32(i<<length&(1<<lookup-1)) >> (lookup - size)
			if v < 1<<(size-1) {
				v -= 1<<size - 1
			}
			h.quick[i] = v<<8 | run<<4 | int32(length+size)
		}
	}
	return h, nil
}

// symbol finds the code at the top of b: its symbol and length, 0 for none.
func (h *huffman) symbol(b uint64) (sym byte, length uint) {
	if s := h.short[b>>(64-lookup)]; s != 0 {
		return byte(s >> 8), uint(s & 255)
	}
	top := uint32(b >> 48)
	for n := lookup + 1; n <= 16; n++ {
		if top < h.limit[n] {
			i := h.index[n] + int(top>>(16-n)) - h.first[n]
			if i < 0 || i >= len(h.symbols) {
				return 0, 0
			}
			return h.symbols[i], uint(n)
		}
	}
	return 0, 0
}

// inverse writes a block of scale×scale samples. Last is the zigzag index of the
// last coefficient.
func inverse(dst []byte, stride, scale int, coef *[64]int32, last int) {
	if last == 0 || scale == 1 {
		v := clamp8((coef[0]+4)>>3 + 128)
		for y := range scale {
			row := dst[y*stride:][:scale]
			for x := range row {
				row[x] = v
			}
		}
		return
	}
	switch scale {
	case 2:
		inverse2(dst, stride, coef)
	case 4:
		inverse4(dst, stride, coef)
	default:
		inverse8(dst, stride, coef)
	}
}

// The inverse transforms are the orthonormal N-point inverse DCT of the N lowest
// frequencies, scaled so that the DC coefficient means the same at every size:
// eight times the mean, as in ITU-T T.81, section A.3.3. Along one direction the
// DC passes unchanged, and the factor of eight goes at the end.

func inverse2(dst []byte, stride int, c *[64]int32) {
	a, b := c[0]+c[8], c[0]-c[8]
	d, e := c[1]+c[9], c[1]-c[9]
	top, bottom := dst[:2], dst[stride:][:2]
	top[0], top[1] = clamp8((a+d+4)>>3+128), clamp8((a-d+4)>>3+128)
	bottom[0], bottom[1] = clamp8((b+e+4)>>3+128), clamp8((b-e+4)>>3+128)
}

// Constants of the 4-point transform in units of 1/4096: √2·cos(π/8) and
// √2·sin(π/8).
const (
	cos8 = 5352
	sin8 = 2217
)

func inverse4(dst []byte, stride int, c *[64]int32) {
	var t [16]int32
	for x := range 4 {
		c0, c1, c2, c3 := c[x], c[8+x], c[16+x], c[24+x]
		if c1|c2|c3 == 0 {
			v := c0 << 2
			t[x], t[4+x], t[8+x], t[12+x] = v, v, v, v
			continue
		}
		a, b := (c0+c2)<<2, (c0-c2)<<2
		p, q := (cos8*c1+sin8*c3+512)>>10, (sin8*c1-cos8*c3+512)>>10
		t[x], t[4+x], t[8+x], t[12+x] = a+p, b+q, b-q, a-p
	}
	const round = 1<<4 + 128<<5 // half a unit, and the level shift
	for y := range 4 {
		s := t[4*y:][:4]
		a, b := s[0]+s[2]+round, s[0]-s[2]+round
		p, q := (cos8*s[1]+sin8*s[3])>>12, (sin8*s[1]-cos8*s[3])>>12
		d := dst[y*stride:][:4]
		d[0], d[1], d[2], d[3] = clamp8((a+p)>>5), clamp8((b+q)>>5), clamp8((b-q)>>5), clamp8((a-p)>>5)
	}
}

// Constants of the 8-point transform in units of 1/4096: √2·cos(kπ/16).
const (
	cos1 = 5681
	cos3 = 4816
	cos5 = 3218
	cos7 = 1130
)

func inverse8(dst []byte, stride int, c *[64]int32) {
	var t [64]int32
	for x := range 8 {
		c0, c1, c2, c3, c4, c5, c6, c7 := c[x], c[8+x], c[16+x], c[24+x], c[32+x], c[40+x], c[48+x], c[56+x]
		if c1|c2|c3|c4|c5|c6|c7 == 0 {
			v := c0 << 2
			for y := x; y < 64; y += 8 {
				t[y] = v
			}
			continue
		}
		a, b := (c0+c4)<<12+512, (c0-c4)<<12+512
		p, q := cos8*c2+sin8*c6, sin8*c2-cos8*c6
		e0, e1, e2, e3 := a+p, b+q, b-q, a-p
		o0 := cos1*c1 + cos3*c3 + cos5*c5 + cos7*c7
		o1 := cos3*c1 - cos7*c3 - cos1*c5 - cos5*c7
		o2 := cos5*c1 - cos1*c3 + cos7*c5 + cos3*c7
		o3 := cos7*c1 - cos5*c3 + cos3*c5 - cos1*c7
		t[x], t[8+x], t[16+x], t[24+x] = (e0+o0)>>10, (e1+o1)>>10, (e2+o2)>>10, (e3+o3)>>10
		t[32+x], t[40+x], t[48+x], t[56+x] = (e3-o3)>>10, (e2-o2)>>10, (e1-o1)>>10, (e0-o0)>>10
	}
	const round = (1<<4 + 128<<5) << 12 // half a unit, and the level shift
	for y := range 8 {
		s := t[8*y:][:8]
		a, b := (s[0]+s[4])<<12+round, (s[0]-s[4])<<12+round
		p, q := cos8*s[2]+sin8*s[6], sin8*s[2]-cos8*s[6]
		e0, e1, e2, e3 := a+p, b+q, b-q, a-p
		o0 := cos1*s[1] + cos3*s[3] + cos5*s[5] + cos7*s[7]
		o1 := cos3*s[1] - cos7*s[3] - cos1*s[5] - cos5*s[7]
		o2 := cos5*s[1] - cos1*s[3] + cos7*s[5] + cos3*s[7]
		o3 := cos7*s[1] - cos5*s[3] + cos3*s[5] - cos1*s[7]
		d := dst[y*stride:][:8]
		d[0], d[1], d[2], d[3] = clamp8((e0+o0)>>17), clamp8((e1+o1)>>17), clamp8((e2+o2)>>17), clamp8((e3+o3)>>17)
		d[4], d[5], d[6], d[7] = clamp8((e3-o3)>>17), clamp8((e2-o2)>>17), clamp8((e1-o1)>>17), clamp8((e0-o0)>>17)
	}
}

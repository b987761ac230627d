package photo

import (
	"context"
	"encoding/binary"
	"image"
)

// decode reads the scans up to the one that completes the picture and gives its
// planes at 1/1, 1/2, 1/4 or 1/8 of the size, whichever is the smallest not below
// size.
//
// It exists because image/jpeg always decodes every pixel: for the 12 megapixels
// of a phone that alone takes twice as long as all of libvips, which does the
// same as here. A block's low frequencies alone are the block at a smaller size,
// so the inverse transform is done on N×N of the 8×8 coefficients. Besides,
// image/jpeg keeps twice as much of a progressive picture, refuses many layouts,
// and counts restart intervals wrongly in scans of one component.
func (j *jpegFile) decode(ctx context.Context, size image.Point) ([]plane, error) {
	scale := 8
	for scale > 1 && (j.width*scale+15)/16 >= size.X && (j.height*scale+15)/16 >= size.Y {
		scale /= 2
	}
	d := decoder{jpegFile: j}
	d.layOut(scale)
	if err := d.scans(ctx); err != nil {
		return nil, err
	}
	var planes []plane
	for i := range d.channels {
		c := &d.channels[i]
		if err := c.transform(ctx); err != nil {
			return nil, err
		}
		planes = append(planes, c.plane)
	}
	return planes, nil
}

// verify finds out whether a file without an end has all of its picture, by decoding
// it without making samples. A progressive picture that takes more than maxVerify
// it judges by the headers of its scans, so a cut in the last one shows in decode.
func (j *jpegFile) verify() error {
	d := decoder{jpegFile: j, headersOnly: j.working() > maxVerify}
	d.layOut(0)
	return d.scans(context.Background())
}

// maxVerify is the most memory in bytes that Check may take: room for a progressive
// picture of 20 megapixels, where the function behind the API has 512 MB.
const maxVerify = 64_000_000

// decoder is the state of one decoding.
type decoder struct {
	*jpegFile
	headersOnly  bool          // pass over what is coded
	quant        [4]*[64]int32 // in zigzag order, nil until they come
	dc, ac       [4]*huffman
	restart      int       // MCUs between restart markers, 0 for none
	channels     []channel // as in the frame header
	mcusX, mcusY int       // of a scan of several components
}

// channel is one component being decoded.
type channel struct {
	plane
	jpegPart
	scale            int // samples along the side of a block: 1, 2, 4 or 8, 0 for none
	blocksX, blocksY int // of a scan of this component alone
	quant            *[64]int32
	// missing has the number of low bits of each coefficient that have not come,
	// notBegun before its first scan.
	missing [64]int8
	// coef are the coefficients of all blocks of a progressive picture, those of a
	// block in zigzag order, and across blocks in a row.
	coef         [][64]int16
	across, down int // blocks, those that fill up the last MCUs included
}

// notBegun is more than the largest number of bits a scan can leave out, 13.
const notBegun = 16

// layOut gives every channel its samples. A subsampled channel is reduced less,
// so its resolution is not lost twice.
func (d *decoder) layOut(scale int) {
	maxH, maxV := d.sampling()
	d.mcusX, d.mcusY = ceilDiv(d.width, 8*maxH), ceilDiv(d.height, 8*maxV)
	for _, p := range d.parts {
		c := channel{jpegPart: p, scale: scale, across: d.mcusX * p.h, down: d.mcusY * p.v}
		for want := scale * min(maxH/p.h, maxV/p.v); c.scale < min(want, 8); {
			c.scale *= 2
		}
		c.blocksX, c.blocksY = ceilDiv(ceilDiv(d.width*p.h, maxH), 8), ceilDiv(ceilDiv(d.height*p.v, maxV), 8)
		c.width = float64(d.width*p.h*c.scale) / float64(maxH*8)
		c.height = float64(d.height*p.v*c.scale) / float64(maxV*8)
		c.cols, c.rows = ceilDiv(d.width*p.h*c.scale, maxH*8), ceilDiv(d.height*p.v*c.scale, maxV*8)
		c.stride = c.across * c.scale
		for k := range c.missing {
			c.missing[k] = notBegun
		}
		d.channels = append(d.channels, c)
	}
}

func ceilDiv(a, b int) int { return (a + b - 1) / b }

// scans goes through the segments until the picture is complete.
func (d *decoder) scans(ctx context.Context) error {
	for pos := 2; ; {
		marker, body, err := nextSegment(d.image, &pos)
		if err != nil {
			return err // what is missing is missing: complete would have ended this
		}
		switch marker {
		case markDQT:
			err = d.addQuant(body)
		case markDHT:
			err = d.addHuffman(body)
		case markDRI:
			if len(body) != 2 {
				return corrupt("restart interval of %d bytes", len(body))
			}
			d.restart = int(binary.BigEndian.Uint16(body))
		case markSOS:
			var used int
			used, err = d.scan(ctx, body, d.image[pos:])
			pos += used
			if err == nil && d.complete() {
				return nil
			}
		case markEOI:
			return d.ended()
		}
		if err != nil {
			return err
		}
	}
}

// complete reports whether every bit of every coefficient has come.
func (d *decoder) complete() bool {
	for i := range d.channels {
		if d.channels[i].missing != [64]int8{} {
			return false
		}
	}
	return true
}

// ended says whether the picture may end here. A writer of progressive pictures
// may leave precision out, but no component.
func (d *decoder) ended() error {
	for i := range d.channels {
		if d.channels[i].missing[0] == notBegun {
			return corrupt("component %d is missing", d.channels[i].id)
		}
	}
	return nil
}

func (d *decoder) addQuant(b []byte) error {
	for len(b) > 0 {
		wide, id := b[0]>>4, b[0]&15
		n := 64 << wide
		if wide > 1 || id > 3 || len(b) < 1+n {
			return corrupt("quantisation table %#x of %d bytes", b[0], len(b))
		}
		q := new([64]int32)
		for i := range q {
			if wide == 1 {
				q[i] = int32(binary.BigEndian.Uint16(b[1+2*i:]))
			} else {
				q[i] = int32(b[1+i])
			}
		}
		d.quant[id] = q
		b = b[1+n:]
	}
	return nil
}

func (d *decoder) addHuffman(b []byte) error {
	for len(b) > 0 {
		if len(b) < 17 || b[0]>>4 > 1 || b[0]&15 > 3 {
			return corrupt("Huffman table %#x of %d bytes", b[0], len(b))
		}
		n := 0
		for _, c := range b[1:17] {
			n += int(c)
		}
		if len(b) < 17+n {
			return corrupt("Huffman table of %d bytes for %d codes", len(b), n)
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

// scan is one pass over some of the components.
type scan struct {
	in         bitReader
	parts      []scanPart
	first, end int  // the band of coefficients in zigzag order
	high, low  uint // how many low bits were missing before and are after
	eobRun     int  // blocks to come that bring nothing more to this band
	block      [64]int32
}

// scanPart is a component in a scan.
type scanPart struct {
	*channel
	h, v   int // blocks in an MCU
	dc, ac *huffman
	last   int32 // DC of the block before
}

// scan decodes the scan with this header and gives how much of coded it has used.
func (d *decoder) scan(ctx context.Context, header, coded []byte) (used int, err error) {
	s := scan{in: bitReader{data: coded}, end: 63}
	if err := d.begin(&s, header); err != nil {
		return 0, err
	}
	if d.headersOnly {
		return 0, nil
	}
	decode := s.sequential
	switch {
	case !d.progressive:
	case s.first == 0 && s.high == 0:
		decode = s.firstDC
	case s.first == 0:
		decode = s.refineDC
	case s.high == 0:
		decode = s.firstAC
	default:
		decode = s.refineAC
	}
	// One component alone is not interleaved: its MCU is one block, and only
	// blocks that show are coded (ITU-T T.81, section A.2.2).
	mcusX, mcusY := d.mcusX, d.mcusY
	if len(s.parts) == 1 {
		p := &s.parts[0]
		p.h, p.v = 1, 1
		mcusX, mcusY = p.blocksX, p.blocksY
	}
	left := d.restart
	for my := range mcusY {
		if ctx.Err() != nil {
			return 0, ctx.Err()
		}
		for mx := range mcusX {
			if d.restart > 0 {
				if left == 0 {
					if !s.restart() {
						return 0, corrupt("no restart marker at MCU %d of row %d", mx, my)
					}
					left = d.restart
				}
				left--
			}
			for i := range s.parts {
				p := &s.parts[i]
				for v := range p.v {
					for h := range p.h {
						if err := decode(p, mx*p.h+h, my*p.v+v); err != nil {
							return 0, err
						}
					}
				}
			}
		}
		if s.in.overrun() {
			return 0, corrupt("the scan ends in row %d of %d", my, mcusY)
		}
	}
	return s.in.pos, nil
}

// restart begins a restart interval.
func (s *scan) restart() bool {
	s.eobRun = 0
	for i := range s.parts {
		s.parts[i].last = 0
	}
	return s.in.restart()
}

// begin reads the scan header (ITU-T T.81, section B.2.3).
func (d *decoder) begin(s *scan, b []byte) error {
	if len(b) < 1 || b[0] < 1 || b[0] > 4 || len(b) != 4+2*int(b[0]) {
		return corrupt("scan header of %d bytes", len(b))
	}
	n := int(b[0])
	if d.progressive {
		s.first, s.end, s.high, s.low = int(b[1+2*n]), int(b[2+2*n]), uint(b[3+2*n]>>4), uint(b[3+2*n]&15)
		if s.first > s.end || s.end > 63 || (s.first == 0) != (s.end == 0) || s.first > 0 && n > 1 ||
			s.low > 13 || s.high > 0 && s.high != s.low+1 {
			return corrupt("scan of coefficients %d to %d, bits %d to %d", s.first, s.end, s.high, s.low)
		}
	}
	blocks := 0
	for i := range n {
		c := d.channel(int(b[1+2*i]))
		if c == nil {
			return corrupt("scan of component %d", b[1+2*i])
		}
		p := scanPart{channel: c, h: c.h, v: c.v}
		if dc, ac := b[2+2*i]>>4, b[2+2*i]&15; max(dc, ac) < 4 {
			p.dc, p.ac = d.dc[dc], d.ac[ac]
		}
		if needDC, needAC := s.first == 0 && s.high == 0, s.end > 0; needDC && p.dc == nil || needAC && p.ac == nil {
			return corrupt("no Huffman table for component %d", c.id)
		}
		if err := c.begin(s, d.quant[c.table]); err != nil {
			return err
		}
		if d.progressive && c.coef == nil && !d.headersOnly {
			c.coef = make([][64]int16, c.across*c.down)
		}
		blocks += c.h * c.v
		s.parts = append(s.parts, p)
	}
	if n > 1 && blocks > maxBlocks {
		return unsupported("%d blocks in an MCU", blocks)
	}
	return nil
}

// maxBlocks is the most blocks that an MCU may have (ITU-T T.81, section B.2.3).
const maxBlocks = 10

func (d *decoder) channel(id int) *channel {
	for i := range d.channels {
		if d.channels[i].id == id {
			return &d.channels[i]
		}
	}
	return nil
}

// begin notes what the scan brings. A scan brings each bit once, the high ones
// before the low ones, so the passes over a picture have an end.
func (c *channel) begin(s *scan, quant *[64]int32) error {
	for k := s.first; k <= s.end; k++ {
		if before := c.missing[k]; s.high == 0 && before != notBegun || s.high > 0 && before != int8(s.high) {
			return corrupt("scan of bits %d to %d of coefficient %d of component %d out of turn", s.high, s.low, k, c.id)
		}
		c.missing[k] = int8(s.low)
	}
	if c.quant == nil {
		c.quant = quant
	}
	if c.quant == nil {
		return corrupt("no quantisation table for component %d", c.id)
	}
	return nil
}

// sequential decodes a block whole and puts its samples in place.
func (s *scan) sequential(p *scanPart, x, y int) error {
	last, err := s.in.block(p, &s.block)
	if err != nil {
		return err
	}
	p.put(x, y, &s.block, last)
	return nil
}

// put makes samples of the block at x, y.
func (c *channel) put(x, y int, block *[64]int32, last int) {
	if c.scale == 0 {
		return
	}
	if c.pix == nil {
		c.pix = make([]byte, c.stride*c.down*c.scale)
	}
	inverse(c.pix[y*c.scale*c.stride+x*c.scale:], c.stride, c.scale, block, last)
}

// block decodes one block of a sequential picture into coef, in natural order and
// dequantised, and gives the zigzag index of its last coefficient that is not zero.
func (r *bitReader) block(p *scanPart, coef *[64]int32) (last int, err error) {
	clear(coef[:])
	if err := r.difference(p); err != nil {
		return 0, err
	}
	quant, ac := p.quant, p.ac
	coef[0] = p.last * quant[0]
	for k := 1; k < 64; k++ {
		if r.n < 32 {
			r.refill()
		}
		if q := ac.quick[r.bits>>(64-lookup)]; q != 0 {
			// Run, value and both lengths in one step.
			k += int(q>>4) & 15
			if k > 63 {
				break
			}
			n := uint(q & 15)
			r.bits <<= n
			r.n -= int(n)
			coef[zigzag[k]] = (q >> 8) * quant[k]
			last = k
			continue
		}
		sym, ok := r.code(ac)
		if !ok {
			return 0, noCode()
		}
		run, size := int(sym>>4), uint(sym&15)
		if size == 0 && run < 15 {
			break // end of block
		}
		if k += run; k > 63 {
			break
		}
		if size > 0 {
			coef[zigzag[k]] = r.extend(size) * quant[k]
			last = k
		}
	}
	return last, nil
}

// difference adds the difference that is coded next to the last DC.
func (r *bitReader) difference(p *scanPart) error {
	size, ok := r.code(p.dc)
	if !ok || size > 15 {
		return noCode()
	}
	p.last += r.extend(uint(size))
	return nil
}

// The four kinds of scan of a progressive picture (ITU-T T.81, annex G).

func (s *scan) firstDC(p *scanPart, x, y int) error {
	if err := s.in.difference(p); err != nil {
		return err
	}
	p.at(x, y)[0] = int16(p.last << s.low)
	return nil
}

func (s *scan) refineDC(p *scanPart, x, y int) error {
	p.at(x, y)[0] |= int16(s.in.take(1) << s.low)
	return nil
}

func (s *scan) firstAC(p *scanPart, x, y int) error {
	if s.eobRun > 0 {
		s.eobRun--
		return nil
	}
	block := p.at(x, y)
	for k := s.first; k <= s.end; k++ {
		sym, ok := s.in.code(p.ac)
		if !ok {
			return noCode()
		}
		run, size := int(sym>>4), uint(sym&15)
		if size == 0 && run < 15 {
			s.eobRun = 1<<run + int(s.in.take(uint(run))) - 1
			return nil
		}
		if k += run; k > s.end {
			return nil
		}
		block[k] = int16(s.in.extend(size) << s.low)
	}
	return nil
}

// refineAC brings the next bit of the coefficients that are not zero, and the
// first one of others.
func (s *scan) refineAC(p *scanPart, x, y int) error {
	block := p.at(x, y)
	k := s.first
	for s.eobRun == 0 && k <= s.end {
		sym, ok := s.in.code(p.ac)
		if !ok {
			return noCode()
		}
		run, size := int(sym>>4), sym&15
		value := int16(0)
		switch {
		case size > 0:
			value = int16(2*s.in.take(1)-1) << s.low
		case run < 15:
			s.eobRun = 1<<run + int(s.in.take(uint(run)))
			continue
		}
		if k = s.refine(block, k, run); k <= s.end {
			block[k] = value
			k++
		}
	}
	if s.eobRun > 0 {
		s.refine(block, k, 64)
		s.eobRun--
	}
	return nil
}

// refine brings a bit to each coefficient from k on that is not zero, and passes
// over run that are. It gives the place of the next one that is zero.
func (s *scan) refine(block *[64]int16, k, run int) int {
	for ; k <= s.end; k++ {
		switch v := block[k]; {
		case v == 0:
			if run == 0 {
				return k
			}
			run--
		case s.in.take(1) == 0:
		case v > 0:
			block[k] = v + 1<<s.low
		default:
			block[k] = v - 1<<s.low
		}
	}
	return k
}

// at is the block at x, y of a progressive picture.
func (c *channel) at(x, y int) *[64]int16 { return &c.coef[y*c.across+x] }

// transform makes the samples of a progressive picture.
func (c *channel) transform(ctx context.Context) error {
	if c.coef == nil {
		return nil
	}
	var block [64]int32
	for y := range c.blocksY {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		for x := range c.blocksX {
			clear(block[:])
			last := 0
			for k, v := range c.at(x, y) {
				if v != 0 {
					block[zigzag[k]] = int32(v) * c.quant[k]
					last = k
				}
			}
			c.put(x, y, &block, last)
		}
	}
	c.coef = nil // the next component needs the memory
	return nil
}

// noCode is the fault of bits that mean nothing.
func noCode() error { return corrupt("bits that are no code") }

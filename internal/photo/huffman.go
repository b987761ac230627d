package photo

import "encoding/binary"

// bitReader reads the coded data, most significant bit first.
type bitReader struct {
	data    []byte
	pos     int
	bits    uint64 // the next n bits, from the top
	n       int
	padding int // zero bits put in after the data ended at a marker
}

// refill makes n at least 56. Past the end of the data it adds zeros, which
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
		if r.pos == len(r.data) || r.data[r.pos] == 0xff && !has(r.data, r.pos+1, "\x00") {
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

// restart moves behind the next restart marker and starts again there. It is
// false when bits were used that are not there, or when the data ends or another
// marker comes first. The marker's number is not looked at: some writers count
// wrongly, and where a whole interval is lost, the last one will be missing.
// Surplus bytes before the marker are skipped, as other decoders do.
func (r *bitReader) restart() bool {
	if r.overrun() {
		return false
	}
	marker, err := nextMarker(r.data, &r.pos)
	if err != nil || marker < markRST0 || marker > markRST7 {
		return false
	}
	r.bits, r.n, r.padding = 0, 0, 0
	return true
}

// code reads one code of h; it is false when there is no such code. At least 16
// more bits are at hand afterwards.
func (r *bitReader) code(h *huffman) (sym byte, ok bool) {
	if r.n < 32 {
		r.refill()
	}
	sym, length := h.symbol(r.bits)
	r.bits <<= length
	r.n -= int(length)
	return sym, length > 0
}

// take reads size bits, at most 16, as a number.
func (r *bitReader) take(size uint) int32 {
	if size == 0 {
		return 0
	}
	if r.n < 32 {
		r.refill()
	}
	v := int32(r.bits >> (64 - size))
	r.bits <<= size
	r.n -= int(size)
	return v
}

// extend reads a value of size bits, which must be at hand (ITU-T T.81, section
// F.2.2.1).
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
			return nil, corrupt("more codes of %d bits than there can be", length)
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

package heif

import "bytes"

// readHeader reads size, depth and colours in the header of the bitstream.
func (s *Still) readHeader() error {
	switch {
	case len(s.Data) == 0:
		return damaged("an empty bitstream")
	case s.Config == nil:
		return damaged("no settings of %s", s.Codec)
	case s.Codec == HEVC:
		return s.readHEVC()
	}
	return s.readAV1()
}

// bits reads a bitstream. Past the end it gives zeros and remembers that.
type bits struct {
	b     []byte
	at    int // in bits
	short bool
}

func (r *bits) uint(n int) (v int) {
	for ; n > 0; n-- {
		v <<= 1
		if r.at>>3 >= len(r.b) {
			r.short = true
			continue
		}
		v |= int(r.b[r.at>>3]>>(7-r.at&7)) & 1
		r.at++
	}
	return v
}

func (r *bits) flag() bool { return r.uint(1) != 0 }

// golomb reads ue(v) of H.265, and uvlc() of AV1, which is the same.
func (r *bits) golomb() int {
	n := 0
	for !r.flag() {
		if n++; n > 31 || r.short {
			r.short = true
			return 0
		}
	}
	return 1<<n - 1 + r.uint(n)
}

// readHEVC reads the sequence parameter set in hvcC (ISO/IEC 14496-15, 8.3.3.1; ITU-T
// H.265, 7.3.2.2).
func (s *Still) readHEVC() error {
	c := &cursor{b: s.Config}
	c.take(21)
	lengths := c.int(1)&3 + 1
	var set []byte
	for n := c.int(1); n > 0 && !c.short; n-- {
		kind := c.int(1) & 63
		for m := c.int(2); m > 0 && !c.short; m-- {
			if unit := c.take(c.int(2)); kind == 33 && set == nil {
				set = unit
			} else if kind == 33 && !bytes.Equal(unit, set) {
				return variety("two parameter sets")
			}
		}
	}
	switch {
	case c.short:
		return damaged("hvcC is too short")
	case len(set) < 3:
		return variety("no parameter set in hvcC")
	}
	if err := s.readUnits(lengths, set); err != nil {
		return err
	}
	return s.readParameters(bytes.ReplaceAll(set[2:], []byte{0, 0, 3}, []byte{0, 0}))
}

// readUnits goes through the units of the bitstream, each behind its length, and looks for
// the first slice of a picture.
func (s *Still) readUnits(lengths int, set []byte) error {
	first := false
	for c := (&cursor{b: s.Data}); len(c.b) > 0; {
		unit := c.take(c.int(lengths))
		if c.short || len(unit) < 2 {
			return damaged("a unit of the bitstream is cut off")
		}
		// No unit has three zeros in a row (ITU-T H.265, 7.4.2), but one that came only in part.
		if bytes.Contains(unit, []byte{0, 0, 0}) {
			return damaged("zeros in the bitstream")
		}
		switch kind := unit[0] >> 1 & 63; {
		case kind < 32 && len(unit) > 2:
			first = first || unit[2]&0x80 != 0
		case kind == 33 && !bytes.Equal(unit, set):
			return variety("two parameter sets")
		}
	}
	if !first {
		return damaged("a bitstream without a picture")
	}
	return nil
}

func (s *Still) readParameters(set []byte) error {
	r := &bits{b: set}
	r.uint(4)
	layers := r.uint(3)
	r.uint(1)
	r.profile(layers)
	r.golomb() // its id
	chroma := r.golomb()
	if chroma == 3 && r.flag() {
		return variety("planes coded apart")
	}
	w, h := r.golomb(), r.golomb()
	if r.flag() {
		unitX, unitY := 1, 1
		if chroma == 1 || chroma == 2 {
			unitX = 2
		}
		if chroma == 1 {
			unitY = 2
		}
		left, right, top, bottom := r.golomb(), r.golomb(), r.golomb(), r.golomb()
		w -= unitX * (left + right)
		h -= unitY * (top + bottom)
	}
	depth := 8 + r.golomb()
	chromaDepth := 8 + r.golomb()
	if r.short || w < 1 || h < 1 {
		return damaged("a parameter set of %d×%d pixels", w, h)
	}
	if chroma > 3 || depth > 12 || chroma != 0 && chromaDepth != depth {
		return variety("samples of the form %d with %d and %d bits", chroma, depth, chromaDepth)
	}
	s.Width, s.Height, s.Grey, s.Depth = w, h, chroma == 0, depth
	if n, ok := r.usability(layers); ok {
		s.Colour = n
	}
	return nil
}

// profile skips profile_tier_level.
func (r *bits) profile(layers int) {
	r.uint(60)
	r.uint(36)
	var profiles, levels [8]bool
	for i := range layers {
		profiles[i], levels[i] = r.flag(), r.flag()
	}
	if layers > 0 {
		r.uint(2 * (8 - layers))
	}
	for i := range layers {
		if profiles[i] {
			r.uint(60)
			r.uint(28)
		}
		if levels[i] {
			r.uint(8)
		}
	}
}

// usability goes on to the video usability information and reads the colours there. What
// cannot be read says nothing; ok is false for that and where there is none.
func (r *bits) usability(layers int) (n Numbers, ok bool) {
	pocBits := 4 + r.golomb()
	from := layers
	if r.flag() {
		from = 0
	}
	for i := from; i <= layers; i++ {
		r.golomb()
		r.golomb()
		r.golomb()
	}
	for range 6 {
		r.golomb()
	}
	if enabled := r.flag(); enabled && r.flag() { // and sent here
		r.scaling()
	}
	r.uint(2)
	if r.flag() {
		r.uint(8)
		r.golomb()
		r.golomb()
		r.flag()
	}
	if !r.shortTerm() {
		return n, false
	}
	if r.flag() {
		for k := r.golomb(); k > 0 && !r.short; k-- {
			r.uint(pocBits + 1)
		}
	}
	r.uint(2)
	if !r.flag() {
		return n, false
	}
	if r.flag() && r.uint(8) == 255 {
		r.uint(32)
	}
	if r.flag() {
		r.flag()
	}
	if !r.flag() {
		return n, false
	}
	n = unsaid
	r.uint(3)
	n.Full = r.flag()
	if r.flag() {
		n.Primaries, n.Transfer, n.Matrix = r.uint(8), r.uint(8), r.uint(8)
	}
	return n, !r.short
}

// scaling skips scaling_list_data.
func (r *bits) scaling() {
	for size := range 4 {
		step := 1
		if size == 3 {
			step = 3
		}
		for m := 0; m < 6; m += step {
			if !r.flag() {
				r.golomb()
				continue
			}
			if size > 1 {
				r.golomb()
			}
			for range min(64, 1<<(4+size<<1)) {
				r.golomb()
			}
		}
	}
}

// shortTerm skips the short-term reference picture sets; false for too many.
func (r *bits) shortTerm() bool {
	sets := r.golomb()
	if sets > 64 {
		return false
	}
	last := 0
	for i := range sets {
		if i > 0 && r.flag() { // by the one before
			r.uint(1)
			r.golomb()
			now := 0
			for range last + 1 {
				if used := r.flag(); used || r.flag() {
					now++
				}
			}
			last = now
			continue
		}
		negative, positive := r.golomb(), r.golomb()
		if negative > 16 || positive > 16 || r.short {
			return false
		}
		last = negative + positive
		for range last {
			r.golomb()
			r.flag()
		}
	}
	return !r.short
}

// readAV1 reads the sequence header, the first open bitstream unit of a picture (AV1
// Bitstream & Decoding Process Specification, 5.5).
func (s *Still) readAV1() error {
	var sequence []byte
	for data := s.Data; len(data) > 0; {
		head := data[0]
		kind := head >> 3 & 15
		skip := 1
		if head&4 != 0 {
			skip = 2
		}
		size := len(data) - skip
		if head&2 != 0 {
			n, used := leb128(data[min(skip, len(data)):])
			size, skip = n, skip+used
			if used == 0 {
				return damaged("a unit without its size")
			}
		}
		if size < 0 || size > len(data)-skip {
			return damaged("a unit of the bitstream is cut off")
		}
		if unit := data[skip : skip+size]; kind == 1 && sequence == nil {
			sequence = unit
		} else if kind == 1 && !bytes.Equal(unit, sequence) {
			return variety("two sequence headers")
		}
		data = data[skip+size:]
	}
	if sequence == nil {
		return damaged("a bitstream without a sequence header")
	}
	return s.readSequence(sequence)
}

// leb128 reads a number and how many bytes it has, 0 for one that is too long.
func leb128(b []byte) (v, used int) {
	for i := range min(len(b), 5) {
		v |= int(b[i]&127) << (7 * i)
		if b[i] < 128 {
			return v, i + 1
		}
	}
	return 0, 0
}

// readSequence reads sequence_header_obu.
func (s *Still) readSequence(b []byte) error {
	r := &bits{b: b}
	profile := r.uint(3)
	r.flag() // still_picture
	reduced := r.flag()
	if reduced {
		r.uint(5)
	} else {
		r.readOperatingPoints()
	}
	wide, high := 1+r.uint(4), 1+r.uint(4)
	s.Width, s.Height = 1+r.uint(wide), 1+r.uint(high)
	r.readTools(reduced)
	s.readColourConfig(r, profile)
	if r.short {
		return damaged("a sequence header of %d bytes", len(b))
	}
	return nil
}

// readOperatingPoints skips what comes before the size in a header that is not reduced.
func (r *bits) readOperatingPoints() {
	delay, model := 0, false
	if r.flag() { // timing_info
		r.uint(64)
		if r.flag() {
			r.golomb()
		}
		if model = r.flag(); model {
			delay = 1 + r.uint(5)
			r.uint(32 + 5 + 5)
		}
	}
	initial := r.flag()
	for n := r.uint(5); n >= 0 && !r.short; n-- {
		r.uint(12)
		if r.uint(5) > 7 {
			r.flag()
		}
		if model && r.flag() {
			r.uint(2*delay + 1)
		}
		if initial && r.flag() {
			r.uint(4)
		}
	}
}

// readTools skips what lies between the size and the colours.
func (r *bits) readTools(reduced bool) {
	if !reduced && r.flag() { // frame ids
		r.uint(4 + 3)
	}
	r.uint(3)
	if !reduced {
		r.uint(4)
		order := r.flag()
		if order {
			r.uint(2)
		}
		if chosen := r.flag(); chosen || r.flag() { // screen content tools, by choice or by force
			if !r.flag() {
				r.flag()
			}
		}
		if order {
			r.uint(3)
		}
	}
	r.uint(3)
}

// readColourConfig reads color_config.
func (s *Still) readColourConfig(r *bits, profile int) {
	s.Depth = 8
	if r.flag() {
		s.Depth = 10
		if profile == 2 && r.flag() {
			s.Depth = 12
		}
	}
	s.Grey = profile != 1 && r.flag()
	n := unsaid
	if r.flag() {
		n.Primaries, n.Transfer, n.Matrix = r.uint(8), r.uint(8), r.uint(8)
	}
	if !s.Grey && n.Primaries == 1 && n.Transfer == 13 && n.Matrix == 0 {
		n.Full = true
	} else {
		n.Full = r.flag()
	}
	s.Colour = n
}

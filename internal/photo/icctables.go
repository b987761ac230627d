package photo

import (
	"bytes"
	"encoding/binary"

	"github.com/kovidgoyal/imaging/prism/meta/icc"

	"github.com/nanococoa/nanococoa/internal/fault"
)

// pipeline reads a profile made of tables, with channels inputs, as lcms does by the
// relative colorimetric intent without black point compensation: paper is white, and
// black is as dark as the ink. Nil for what cannot be used. The library believes counts
// that it reads, so it is given a profile written anew with nothing but the tables; a
// panic in it is damage too.
func (p iccProfile) pipeline(channels int) (pipe *icc.Pipeline) {
	err := fault.Guard(func() error {
		profile, err := icc.NewProfileReader(bytes.NewReader(p.onlyTables())).ReadProfile()
		if err != nil {
			return err
		}
		const blackPoint, clamp, mapGamut, optimize = false, true, false, true
		intent := icc.RelativeColorimetricRenderingIntent
		pipe, err = profile.CreateTransformerToSRGB(intent, blackPoint, channels, clamp, mapGamut, optimize)
		if err != nil {
			return err
		}
		// What fails with one colour would fail in the middle of a picture.
		in, out := make([]float64, pipeChannels), make([]float64, pipeChannels)
		for i := range channels {
			in[i] = 0.5
		}
		pipe.TransformGeneral(out, in)
		return nil
	})
	if err != nil {
		return nil
	}
	return pipe
}

// complete reports whether a tag is one of tables and has what it says it has, wherever the
// library makes room by a number before it looks for the values: in each curve, and in a table
// of colours with no bytes a value (ICC.1:2022, sections 10.6 and 10.12). A profile of 2 kB made
// it ask for 3.7 GB.
func complete(tag []byte) bool {
	for rest := tag; ; {
		at := bytes.Index(rest, []byte("curv"))
		if at < 0 {
			break
		}
		rest = rest[at:]
		if len(rest) < 12 || 2*int64(binary.BigEndian.Uint32(rest[8:])) > int64(len(rest)-12) {
			return false
		}
		rest = rest[4:]
	}
	switch {
	case has(tag, 0, "mft1"), has(tag, 0, "mft2"):
		return true
	case has(tag, 0, "mAB ") && len(tag) >= 32:
		table := int64(binary.BigEndian.Uint32(tag[24:]))
		return table == 0 || table+20 <= int64(len(tag)) && tag[table+16] != 0
	}
	return false
}

// onlyTables writes a profile with the header and the complete tables of p and no other tag.
func (p iccProfile) onlyTables() []byte {
	names, data := "", []byte(nil)
	var sizes []int
	for _, name := range []string{"A2B0", "A2B1"} { // what relative colorimetric asks for
		if tag := p.tag(name); tag != nil && complete(tag) {
			names += name
			sizes = append(sizes, len(tag))
			data = append(data, tag...)
		}
	}
	out := bytes.Clone(p[:128])
	out = binary.BigEndian.AppendUint32(out, uint32(len(sizes)))
	at := len(out) + 12*len(sizes)
	for i, size := range sizes {
		out = append(out, names[4*i:4*i+4]...)
		out = binary.BigEndian.AppendUint32(out, uint32(at))
		out = binary.BigEndian.AppendUint32(out, uint32(size))
		at += size
	}
	binary.BigEndian.PutUint32(out, uint32(at))
	return append(out, data...)
}

// pipeChannels is room for the most channels that a stage of a pipeline has, four of ink.
const pipeChannels = 4

// tableTransform is the transform of a grey or RGB profile made of tables.
func (p iccProfile) tableTransform() transform {
	if space(p[16:20]) == greySpace {
		pipe := p.pipeline(1)
		if pipe == nil {
			return nil
		}
		var table [256][3]byte
		at := newLookup(pipe, 1)
		for v := range table {
			table[v] = at(uint32(v))
		}
		return func() func(r, g, b byte) (byte, byte, byte) {
			return func(v, _, _ byte) (byte, byte, byte) { c := &table[v]; return c[0], c[1], c[2] }
		}
	}
	pipe := p.pipeline(3)
	if pipe == nil {
		return nil
	}
	return func() func(r, g, b byte) (byte, byte, byte) {
		at := newLookup(pipe, 3)
		return func(r, g, b byte) (byte, byte, byte) {
			c := at(uint32(r) | uint32(g)<<8 | uint32(b)<<16)
			return c[0], c[1], c[2]
		}
	}
}

// inks gives what makes colours of rows of inverted ink (255 is none), by the profile of
// a CMYK picture; nil when it has none that can be used. It is called once for each band.
func inks(profile []byte) func() func(dst []byte, samples [][]int32) {
	p := iccProfile(profile)
	if !p.fits(inkSpace) || !p.hasTables() {
		return nil
	}
	pipe := p.pipeline(4)
	if pipe == nil {
		return nil
	}
	return func() func(dst []byte, samples [][]int32) {
		at := newLookup(pipe, 4)
		return func(dst []byte, samples [][]int32) {
			for x := range samples[0] {
				var ink uint32
				for c := range 4 {
					ink |= uint32(255-clamp8((samples[c][x]+128)>>8)) << (8 * c)
				}
				c := at(ink)
				p := dst[4*x:][:4]
				p[0], p[1], p[2], p[3] = c[0], c[1], c[2], 255
			}
		}
	}
}

// memory is the number of colours a lookup remembers, 400 kB. A pipeline takes about a
// microsecond for each colour; with this, BenchmarkDecode's grainy photo takes half the
// time that it takes without.
const memory = 1 << 15

// newLookup gives what converts one colour after the other, whose channels are in the
// bytes of its argument, the first in the lowest. Not for concurrent use.
func newLookup(pipe *icc.Pipeline, channels int) func(in uint32) [3]byte {
	type entry struct {
		in    uint32
		known bool
		out   [3]byte
	}
	kept := make([]entry, memory)
	in, out := make([]float64, pipeChannels), make([]float64, pipeChannels)
	return func(v uint32) [3]byte {
		e := &kept[v*2654435761>>17] // Knuth's multiplicative hash; the upper 15 bits
		if e.known && e.in == v {
			return e.out
		}
		for c := range channels {
			in[c] = float64(v>>(8*c)&255) / 255
		}
		pipe.TransformGeneral(out, in)
		*e = entry{in: v, known: true}
		for c := range e.out {
			// A colour that is no number is black.
			if x := out[c]; x > 0 {
				e.out[c] = byte(min(x, 1)*255 + 0.5)
			}
		}
		return e.out
	}
}

package heifcodec

import (
	"encoding/binary"

	"github.com/nanococoa/nanococoa/internal/heif"
)

// wrap makes a file of one picture and nothing else (ISO/IEC 23008-12, section 6).
func wrap(s heif.Still) []byte {
	major, settings, config := "heic", "hvcC", s.Config
	if s.Codec == heif.AV1 {
		major, settings, config = "avif", "av1C", s.Config[:min(len(s.Config), 4)] // what follows nobody reads
	}
	ispe := words(0, s.Width, s.Height)
	properties := [][]byte{box(settings, config), box("ispe", ispe)}
	associations := "\x81\x02" // the first is essential
	if s.Codec == heif.AV1 {
		// libavif needs the numbers to make RGB of what it decodes.
		n := s.Colour
		full := byte(0)
		if n.Full {
			full = 0x80
		}
		b := []byte("nclx")
		for _, v := range [...]int{n.Primaries, n.Transfer, n.Matrix} {
			b = binary.BigEndian.AppendUint16(b, uint16(v))
		}
		properties = append(properties, box("colr", append(b, full)))
		associations += "\x03"
	}
	if s.Grey {
		// Without it libheif takes a picture for one of colours.
		properties = append(properties, box("pixi", words(0), []byte{1, byte(s.Depth)}))
		associations += string(rune(len(properties)))
	}
	const id = "\x00\x01"
	head := box("ftyp", []byte(major), words(0), []byte("mif1"+major))
	meta := func(at int) []byte {
		return box("meta", words(0),
			box("hdlr", words(0, 0), []byte("pict"), make([]byte, 13)),
			box("pitm", words(0), []byte(id)),
			box("iloc", words(0), []byte("\x44\x00\x00\x01"+id+"\x00\x00\x00\x01"), words(at, len(s.Data))),
			box("iinf", words(0), []byte("\x00\x01"), box("infe", words(2<<24), []byte(id+"\x00\x00"+string(s.Codec)+"\x00"))),
			box("iprp", box("ipco", properties...),
				box("ipma", words(0, 1), []byte(id), []byte{byte(len(associations))}, []byte(associations))),
		)
	}
	before := len(head) + len(meta(0)) + 8
	return box("", head, meta(before), box("mdat", s.Data))[8:]
}

// box makes a box of parts.
func box(kind string, parts ...[]byte) []byte {
	size := 8
	for _, p := range parts {
		size += len(p)
	}
	out := make([]byte, 0, size)
	out = binary.BigEndian.AppendUint32(out, uint32(size))
	out = append(append(out, kind...), "    "[len(kind):]...)
	for _, p := range parts {
		out = append(out, p...)
	}
	return out
}

// words makes numbers of 32 bits.
func words(values ...int) (out []byte) {
	for _, v := range values {
		out = binary.BigEndian.AppendUint32(out, uint32(v))
	}
	return out
}

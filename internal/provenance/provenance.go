// Package provenance writes into every picture, where programs read it, that
// software made it: which kind of software, which engine, from which seed.
//
// The mark is an XMP packet in a PNG iTXt chunk (XMP specification part 3,
// section 1.1.5) with the IPTC property DigitalSourceType and, for a model,
// IPTC's AISystemUsed (IPTC Photo Metadata Standard 2023.1 and 2025.1). Korea's
// AI Basic Act asks for such a machine-readable mark on generated pictures; the
// visible one is drawn by internal/compose.
package provenance

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/xml"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"io"
	"strconv"

	"github.com/nanococoa/nanococoa/internal/pngfile"
)

// The terms of IPTC's Digital Source Type vocabulary
// (http://cv.iptc.org/newscodes/digitalsourcetype/) that apply here.
const (
	// Model is a photo composited with what a generative model made.
	Model = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
	// StandIn is a mix of elements of any kind: a photo and a scene drawn by
	// plain algorithms. Neither compositeSynthetic, which IPTC words as
	// "including generative AI elements", nor a trained-algorithm term would be
	// true of it.
	StandIn = "http://cv.iptc.org/newscodes/digitalsourcetype/composite"
)

// Software is what calls itself the maker in xmp:CreatorTool.
const Software = "nanoCocoa"

// Namespace is that of our own properties, Engine and Seed.
const Namespace = "urn:nanococoa:provenance:1:"

// Mark is what a picture says about its making.
type Mark struct {
	Engine  string
	StandIn bool    // no generative model took part
	Model   string  // the generative model that took part; empty: the engine's name says it
	Seed    *uint64 // nil when it is not known
}

// SourceType is the IPTC term for the mark.
func (m Mark) SourceType() string {
	if m.StandIn {
		return StandIn
	}
	return Model
}

// Encode writes a picture as PNG with the mark in it. The same picture and mark
// give the same bytes: there is no time in it.
func Encode(img *image.RGBA, m Mark) ([]byte, error) {
	file, err := pngfile.Encode(img)
	if err != nil {
		return nil, fmt.Errorf("provenance: %w", err)
	}
	return Write(file, m)
}

// The parts of a PNG file (PNG specification, 5.2 and 11.2.1): the signature,
// then chunks of length, type, data and CRC; the first is IHDR with 13 bytes.
const (
	signature = "\x89PNG\r\n\x1a\n"
	ihdrEnd   = len(signature) + 4 + 4 + 13 + 4
	keyword   = "XML:com.adobe.xmp"
)

// ErrNotPNG is returned for bytes that do not begin like a PNG file.
var ErrNotPNG = errors.New("provenance: not a PNG file")

// ErrNoMark is returned by Read for a PNG without our mark.
var ErrNoMark = errors.New("provenance: no mark")

// Write puts the mark into a PNG file, right behind its header, where a reader
// that only looks at the beginning finds it.
func Write(file []byte, m Mark) ([]byte, error) {
	if len(file) < ihdrEnd || string(file[:len(signature)]) != signature {
		return nil, ErrNotPNG
	}
	packet, err := xmp(m)
	if err != nil {
		return nil, err
	}
	// iTXt: keyword, NUL, not compressed, method 0, no language, no translation.
	data := append([]byte(keyword+"\x00\x00\x00\x00\x00"), packet...)
	out := make([]byte, 0, len(file)+len(data)+12)
	out = append(out, file[:ihdrEnd]...)
	out = appendChunk(out, "iTXt", data)
	return append(out, file[ihdrEnd:]...), nil
}

func appendChunk(out []byte, kind string, data []byte) []byte {
	out = binary.BigEndian.AppendUint32(out, uint32(len(data)))
	from := len(out)
	out = append(append(out, kind...), data...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[from:]))
}

// The namespaces of the packet.
const (
	nsMeta    = "adobe:ns:meta/"
	nsRDF     = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
	nsXMP     = "http://ns.adobe.com/xap/1.0/"
	nsIPTCExt = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
)

// xmp writes the packet. The values are attributes, the compact form of RDF that
// every XMP reader takes (XMP specification part 1, 7.9.2.2).
func xmp(m Mark) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString("<?xpacket begin=\"\ufeff\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n")
	fmt.Fprintf(&b, "<x:xmpmeta xmlns:x=%q>\n <rdf:RDF xmlns:rdf=%q>\n  <rdf:Description rdf:about=\"\"", nsMeta, nsRDF)
	attr := func(name, value string) error {
		b.WriteString("\n    " + name + `="`)
		if err := xml.EscapeText(&b, []byte(value)); err != nil {
			return fmt.Errorf("provenance: %w", err)
		}
		b.WriteString(`"`)
		return nil
	}
	type pair struct{ name, value string }
	attrs := []pair{
		{"xmlns:xmp", nsXMP}, {"xmlns:Iptc4xmpExt", nsIPTCExt}, {"xmlns:nanococoa", Namespace},
		{"xmp:CreatorTool", Software + " " + m.Engine},
		{"Iptc4xmpExt:DigitalSourceType", m.SourceType()},
		{"nanococoa:Engine", m.Engine},
		{"nanococoa:StandIn", strconv.FormatBool(m.StandIn)},
	}
	if !m.StandIn {
		attrs = append(attrs, pair{"Iptc4xmpExt:AISystemUsed", cmp.Or(m.Model, m.Engine)})
	}
	if m.Seed != nil {
		attrs = append(attrs, pair{"nanococoa:Seed", strconv.FormatUint(*m.Seed, 10)})
	}
	for _, a := range attrs {
		if err := attr(a.name, a.value); err != nil {
			return nil, err
		}
	}
	b.WriteString("/>\n </rdf:RDF>\n</x:xmpmeta>\n<?xpacket end=\"r\"?>")
	return b.Bytes(), nil
}

// maxPacket bounds a packet that Read takes from a foreign file; ours is about
// 700 bytes.
const maxPacket = 64 << 10

// Read finds the mark that Write has put into a PNG file. It looks at the chunks
// before the pixels only. ErrNotPNG, ErrNoMark.
func Read(file []byte) (Mark, error) {
	if len(file) < ihdrEnd || string(file[:len(signature)]) != signature {
		return Mark{}, ErrNotPNG
	}
	for rest := file[len(signature):]; len(rest) >= 12; {
		n := int(binary.BigEndian.Uint32(rest))
		kind := string(rest[4:8])
		if n < 0 || n > len(rest)-12 || kind == "IDAT" {
			break
		}
		data := rest[8 : 8+n]
		if kind == "iTXt" && n <= maxPacket && binary.BigEndian.Uint32(rest[8+n:]) == crc32.ChecksumIEEE(rest[4:8+n]) {
			if packet, ok := bytes.CutPrefix(data, []byte(keyword+"\x00\x00\x00\x00\x00")); ok {
				return parse(packet)
			}
		}
		rest = rest[12+n:]
	}
	return Mark{}, ErrNoMark
}

func parse(packet []byte) (Mark, error) {
	d := xml.NewDecoder(bytes.NewReader(packet))
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			return Mark{}, ErrNoMark
		}
		if err != nil {
			return Mark{}, fmt.Errorf("%w: %w", ErrNoMark, err)
		}
		e, ok := t.(xml.StartElement)
		if !ok || e.Name != (xml.Name{Space: nsRDF, Local: "Description"}) {
			continue
		}
		var m Mark
		for _, a := range e.Attr {
			switch a.Name {
			case xml.Name{Space: Namespace, Local: "Engine"}:
				m.Engine = a.Value
			case xml.Name{Space: Namespace, Local: "StandIn"}:
				m.StandIn = a.Value == "true"
			case xml.Name{Space: nsIPTCExt, Local: "AISystemUsed"}:
				m.Model = a.Value
			case xml.Name{Space: Namespace, Local: "Seed"}:
				if seed, err := strconv.ParseUint(a.Value, 10, 64); err == nil {
					m.Seed = &seed
				}
			}
		}
		if m.Engine == "" {
			return Mark{}, ErrNoMark
		}
		if m.StandIn || m.Model == m.Engine {
			m.Model = "" // as it was written
		}
		return m, nil
	}
}

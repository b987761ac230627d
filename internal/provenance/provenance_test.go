package provenance_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/bep/imagemeta"

	"github.com/nanococoa/nanococoa/internal/provenance"
)

// scene is a picture like the engine's: soft gradients with a little grain.
func scene(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	r := rand.New(rand.NewPCG(1, 2))
	for y := range h {
		for x := range w {
			n := r.IntN(5)
			img.SetRGBA(x, y, color.RGBA{uint8(90 + 120*y/h + n), uint8(60 + 100*x/w + n), uint8(140 + 60*(x+y)/(w+h) + n), 255})
		}
	}
	return img
}

func seed(v uint64) *uint64 { return &v }

func TestAnotherReaderFindsTheMark(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		mark provenance.Mark
		want map[string]string
	}{
		"stand-in": {
			provenance.Mark{Engine: "standin", StandIn: true, Seed: seed(42)},
			map[string]string{
				"DigitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/composite",
				"CreatorTool":       "nanoCocoa standin", "Engine": "standin", "Seed": "42", "StandIn": "true",
			},
		},
		"model": {
			provenance.Mark{Engine: "worker", Seed: seed(9007199254740991)},
			map[string]string{
				"DigitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia",
				"CreatorTool":       "nanoCocoa worker", "Engine": "worker", "Seed": "9007199254740991", "AISystemUsed": "worker",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file, err := provenance.Encode(scene(64, 48), tc.mark)
			if err != nil {
				t.Fatal(err)
			}
			got := map[string]string{}
			_, err = imagemeta.Decode(imagemeta.Options{
				R: bytes.NewReader(webp(packet(t, file))), ImageFormat: imagemeta.WebP, Sources: imagemeta.XMP,
				ShouldHandleTag: func(imagemeta.TagInfo) bool { return true },
				HandleTag: func(i imagemeta.TagInfo) error {
					if s, ok := i.Value.(string); ok {
						got[i.Tag] = s
					}
					return nil
				},
			})
			if err != nil {
				t.Fatal(err)
			}
			for k, v := range tc.want {
				if got[k] != v {
					t.Errorf("%s = %q, want %q (all: %v)", k, got[k], v, got)
				}
			}
			if _, ok := got["AISystemUsed"]; ok && tc.mark.StandIn {
				t.Error("the stand-in claims to be an AI system")
			}
		})
	}
}

// packet takes the XMP out of a PNG the way the PNG specification has it, without
// the package's own reader.
func packet(t *testing.T, file []byte) []byte {
	t.Helper()
	for rest := file[8:]; len(rest) >= 12; {
		n := binary.BigEndian.Uint32(rest)
		data := rest[8 : 8+n]
		if string(rest[4:8]) == "iTXt" {
			if got := binary.BigEndian.Uint32(rest[8+n:]); got != crc(string(rest[4:8+n])) {
				t.Fatalf("the chunk's CRC is %08x", got)
			}
			keyword, text, _ := bytes.Cut(data, []byte{0})
			// Two bytes say whether and how it is compressed, two empty strings
			// are language and translated keyword.
			if string(keyword) != "XML:com.adobe.xmp" || string(text[:4]) != "\x00\x00\x00\x00" {
				t.Fatalf("iTXt is %q", data[:24])
			}
			return text[4:]
		}
		rest = rest[12+n:]
	}
	t.Fatal("no iTXt chunk")
	return nil
}

// webp puts a packet into the smallest WebP that has one, because imagemeta
// reads XMP from WebP but not from PNG.
func webp(xmp []byte) []byte {
	chunk := func(name string, data []byte) []byte {
		out := binary.LittleEndian.AppendUint32([]byte(name), uint32(len(data)))
		out = append(out, data...)
		return append(out, make([]byte, len(data)%2)...)
	}
	const hasXMP = 1 << 2
	body := append([]byte("WEBP"), chunk("VP8X", []byte{hasXMP, 0, 0, 0, 0, 0, 0, 0, 0, 0})...)
	body = append(body, chunk("XMP ", xmp)...)
	return chunk("RIFF", body)
}

func TestReadGivesBackWhatWasWritten(t *testing.T) {
	t.Parallel()
	for name, m := range map[string]provenance.Mark{
		"stand-in":             {Engine: "standin", StandIn: true, Seed: seed(0)},
		"model without a seed": {Engine: "worker"},
		"awkward name":         {Engine: `a"<&>'b`, Seed: seed(7)},
	} {
		file, err := provenance.Encode(scene(8, 8), m)
		if err != nil {
			t.Fatal(err)
		}
		got, err := provenance.Read(file)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got.Engine != m.Engine || got.StandIn != m.StandIn || (got.Seed == nil) != (m.Seed == nil) ||
			(m.Seed != nil && *got.Seed != *m.Seed) {
			t.Errorf("%s: read %+v, wrote %+v", name, got, m)
		}
	}
}

func TestTheFileStaysAPictureWithTheSamePixels(t *testing.T) {
	t.Parallel()
	img := scene(120, 80)
	a, err := provenance.Encode(img, provenance.Mark{Engine: "standin", StandIn: true, Seed: seed(1)})
	if err != nil {
		t.Fatal(err)
	}
	b, _ := provenance.Encode(img, provenance.Mark{Engine: "standin", StandIn: true, Seed: seed(1)})
	if !bytes.Equal(a, b) {
		t.Error("the same picture and mark gave other bytes")
	}
	back, err := png.Decode(bytes.NewReader(a)) // checks every chunk's CRC
	if err != nil {
		t.Fatal(err)
	}
	for y := range 80 {
		for x := range 120 {
			if color.RGBAModel.Convert(back.At(x, y)) != img.RGBAAt(x, y) {
				t.Fatalf("pixel %d,%d changed", x, y)
			}
		}
	}
}

func TestReadRefusesWhatIsNotOurs(t *testing.T) {
	t.Parallel()
	var plain bytes.Buffer
	if err := png.Encode(&plain, scene(8, 8)); err != nil {
		t.Fatal(err)
	}
	marked, err := provenance.Write(plain.Bytes(), provenance.Mark{Engine: "e"})
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.Index(marked, []byte("nanococoa:Engine=\"e\""))
	damaged := bytes.Clone(marked)
	damaged[at+18] = 'f' // the CRC no longer fits
	for name, tc := range map[string]struct {
		file []byte
		want error
	}{
		"empty":           {nil, provenance.ErrNotPNG},
		"a JPEG":          {[]byte("\xff\xd8\xff\xe0" + strings.Repeat("x", 100)), provenance.ErrNotPNG},
		"no mark":         {plain.Bytes(), provenance.ErrNoMark},
		"damaged":         {damaged, provenance.ErrNoMark},
		"cut off":         {marked[:60], provenance.ErrNoMark},
		"somebody else's": {foreign(plain.Bytes(), "<x/>"), provenance.ErrNoMark},
		"broken XML":      {foreign(plain.Bytes(), "<x"), provenance.ErrNoMark},
		"huge length":     {append(bytes.Clone(plain.Bytes()[:33]), "\xff\xff\xff\xffiTXtxxxxxxxx"...), provenance.ErrNoMark},
	} {
		if _, err := provenance.Read(tc.file); !errors.Is(err, tc.want) {
			t.Errorf("%s: %v, want %v", name, err, tc.want)
		}
	}
	if _, err := provenance.Write([]byte("not a png"), provenance.Mark{}); !errors.Is(err, provenance.ErrNotPNG) {
		t.Errorf("writing into no PNG: %v", err)
	}
	if _, err := provenance.Encode(image.NewRGBA(image.Rectangle{}), provenance.Mark{}); err == nil {
		t.Error("a picture without pixels was encoded")
	}
}

// foreign puts another packet where ours goes, with the right CRC, by having
// Write make the chunk and swapping its text of the same length.
func foreign(file []byte, packet string) []byte {
	data := "XML:com.adobe.xmp\x00\x00\x00\x00\x00" + packet
	var b bytes.Buffer
	b.Write(file[:33])
	_ = binary.Write(&b, binary.BigEndian, uint32(len(data)))
	b.WriteString("iTXt" + data)
	_ = binary.Write(&b, binary.BigEndian, crc("iTXt"+data))
	b.Write(file[33:])
	return b.Bytes()
}

// crc is PNG's, written out so that the test does not share the code it checks.
func crc(s string) uint32 {
	c := ^uint32(0)
	for i := range len(s) {
		c ^= uint32(s[i])
		for range 8 {
			if c&1 == 1 {
				c = c>>1 ^ 0xedb88320
			} else {
				c >>= 1
			}
		}
	}
	return ^c
}

func BenchmarkEncode(b *testing.B) {
	img := scene(1024, 1024)
	b.Run("marked, best speed", func(b *testing.B) {
		for b.Loop() {
			file, err := provenance.Encode(img, provenance.Mark{Engine: "standin", StandIn: true, Seed: seed(1)})
			if err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(len(file)), "file-bytes")
		}
	})
	for name, level := range map[string]png.CompressionLevel{
		"baseline, default level": png.DefaultCompression, "baseline, no compression": png.NoCompression,
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				var buf bytes.Buffer
				if err := (&png.Encoder{CompressionLevel: level}).Encode(&buf, img); err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(buf.Len()), "file-bytes")
			}
		})
	}
}

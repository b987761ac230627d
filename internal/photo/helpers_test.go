package photo_test

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/photo"
)

// read gives a file of testdata.
func read(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// readPNG decodes a PNG of testdata with the standard library.
func readPNG(t testing.TB, name string) *image.NRGBA {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(read(t, name)))
	if err != nil {
		t.Fatal(err)
	}
	return toNRGBA(img)
}

// toNRGBA gives img as straight 8-bit RGBA from the origin, itself when it is
// that already.
func toNRGBA(img image.Image) *image.NRGBA {
	if p, ok := img.(*image.NRGBA); ok && p.Stride == 4*p.Rect.Dx() {
		return p
	}
	b := img.Bounds()
	out := image.NewNRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	for y := range b.Dy() {
		for x := range b.Dx() {
			out.Set(x, y, img.At(b.Min.X+x, b.Min.Y+y))
		}
	}
	return out
}

// decode decodes without scaling.
func decode(t testing.TB, data []byte) *image.NRGBA {
	t.Helper()
	img, err := photo.Decode(context.Background(), data, 0)
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// codeOf gives the fault's code, "" without an error and "not a fault" for
// others.
func codeOf(err error) fault.Code {
	if err == nil {
		return ""
	}
	for _, c := range fault.Codes() {
		if fault.Has(err, c) {
			return c
		}
	}
	return "not a fault"
}

// psnr compares two pictures of one size by their premultiplied pixels, in dB
// over all four channels; 200 for equal ones.
func psnr(t testing.TB, a, b image.Image) float64 {
	t.Helper()
	if a.Bounds().Size() != b.Bounds().Size() {
		t.Fatalf("sizes %v and %v", a.Bounds().Size(), b.Bounds().Size())
	}
	p, q := toNRGBA(a).Pix, toNRGBA(b).Pix
	sum := 0
	for i := 0; i < len(p); i += 4 {
		x, y := int(p[i+3]), int(q[i+3])
		d := 255 * (x - y)
		sum += d * d
		for c := range 3 {
			d := int(p[i+c])*x - int(q[i+c])*y
			sum += d * d
		}
	}
	if sum == 0 {
		return 200
	}
	return 10 * math.Log10(255*255*255*255*float64(len(p))/float64(sum))
}

// opaquePSNR is the measure of psnr.json, which leaves alpha out.
func opaquePSNR(t testing.TB, a, b image.Image) float64 {
	t.Helper()
	return psnr(t, a, b) - 10*math.Log10(4.0/3)
}

// scenery is a larger photo-like picture: gradients, stripes, discs.
func scenery(w, h int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			u, v := float64(x)/float64(w), float64(y)/float64(h)
			r, g, b := 40+180*u, 60+150*v, 200-150*(u+v)/2
			if math.Hypot(u-0.3, v-0.4) < 0.15 {
				r, g, b = 235, 225, 60
			}
			if v > 0.7 && v < 0.9 {
				s := 60 * math.Sin(float64(x)/9)
				r, g, b = r+s, g+s, b+s
			}
			s := 14 * math.Sin(float64(x*y)/700)
			img.SetNRGBA(x, y, color.NRGBA{byteOf(r + s), byteOf(g + s), byteOf(b - s), 255})
		}
	}
	return img
}

func byteOf(v float64) byte { return byte(min(max(math.Round(v), 0), 255)) }

func encodeJPEG(t testing.TB, img image.Image, quality int) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := jpeg.Encode(&out, img, &jpeg.Options{Quality: quality}); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func encodePNG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

const pngSignature = "\x89PNG\r\n\x1a\n"

// chunk makes a PNG chunk with its checksum.
func chunk(kind string, body []byte) []byte {
	out := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	out = append(append(out, kind...), body...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[4:]))
}

// ihdr makes the header of a PNG.
func ihdr(w, h int, depth, colorType, interlace byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(w))
	b = binary.BigEndian.AppendUint32(b, uint32(h))
	return chunk("IHDR", append(b, depth, colorType, 0, 0, interlace))
}

// pngOf puts a PNG together from its chunks, IEND included.
func pngOf(chunks ...[]byte) []byte {
	return bytes.Join(append(append([][]byte{[]byte(pngSignature)}, chunks...), chunk("IEND", nil)), nil)
}

// afterIHDR puts chunks into a finished PNG.
func afterIHDR(data []byte, chunks ...[]byte) []byte {
	return bytes.Join(append(append([][]byte{data[:33]}, chunks...), data[33:]), nil)
}

func deflate(data []byte) []byte {
	var out bytes.Buffer
	w, _ := zlib.NewWriterLevel(&out, zlib.BestCompression)
	_, _ = w.Write(data)
	_ = w.Close()
	return out.Bytes()
}

// segment makes a JPEG segment.
func segment(marker byte, body []byte) []byte {
	return append(binary.BigEndian.AppendUint16([]byte{0xff, marker}, uint16(len(body)+2)), body...)
}

// afterSOI puts segments at the start of a JPEG.
func afterSOI(data []byte, segments ...[]byte) []byte {
	return bytes.Join(append(append([][]byte{data[:2]}, segments...), data[2:]), nil)
}

// exif makes EXIF data with a few tags, among them the orientation.
func exif(order binary.AppendByteOrder, orientation uint16) []byte {
	b := []byte("II*\x00")
	if order.String() == "BigEndian" {
		b = []byte("MM\x00*")
	}
	b = order.AppendUint32(b, 8)
	b = order.AppendUint16(b, 3)
	entry := func(tag, kind uint16, value uint16) {
		b = order.AppendUint16(b, tag)
		b = order.AppendUint16(b, kind)
		b = order.AppendUint32(b, 1)
		b = order.AppendUint16(b, value)
		b = order.AppendUint16(b, 0)
	}
	entry(0x0100, 3, 640)
	entry(0x0112, 3, orientation)
	entry(0x011a, 3, 72)
	return order.AppendUint32(b, 0)
}

// riff makes a RIFF chunk.
func riff(kind string, body []byte) []byte {
	out := append(binary.LittleEndian.AppendUint32([]byte(kind), uint32(len(body))), body...)
	return append(out, make([]byte, len(body)&1)...)
}

// webpOf puts a WebP together from its chunks.
func webpOf(chunks ...[]byte) []byte {
	body := append([]byte("WEBP"), bytes.Join(chunks, nil)...)
	return append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(body))), body...)
}

// vp8x makes the header chunk of an extended WebP.
func vp8x(flags byte, w, h int) []byte {
	w, h = w-1, h-1
	return riff("VP8X", []byte{flags, 0, 0, 0, byte(w), byte(w >> 8), byte(w >> 16), byte(h), byte(h >> 8), byte(h >> 16)})
}

// extended makes a still WebP of testdata an extended one with more chunks.
func extended(data []byte, flags byte, w, h int, chunks ...[]byte) []byte {
	return webpOf(append([][]byte{vp8x(flags, w, h), data[12:]}, chunks...)...)
}

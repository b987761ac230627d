package photo_test

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"context"
	"encoding/binary"
	"image"
	"image/color"
	"image/gif"
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/photo"
)

func zipped(t testing.TB) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	f, err := w.Create("photo.jpg")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write(read(t, "444.jpg")); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func gzipped(t testing.TB) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(read(t, "scene.png")); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// ftyp makes the first box of an ISO media file.
func ftyp(major string, compatible ...string) []byte {
	body := "ftyp" + major + "\x00\x00\x00\x00" + strings.Join(compatible, "")
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(body)+4)), body+"\x00\x00\x00\x08mdat\x00\x00\x00\x00"...)
}

func TestWhatIsNoPhotoIsRefused(t *testing.T) {
	t.Parallel()
	// What the structure does not tell.
	onlyDecoding := map[string]bool{
		"PNG of unknown depth":      true,
		"PNG with a wrong checksum": true,
	}
	jpeg := read(t, "444.jpg")
	for name, c := range map[string]struct {
		data []byte
		want fault.Code
	}{
		"nothing":   {nil, fault.PhotoMissing},
		"empty":     {[]byte{}, fault.PhotoMissing},
		"too large": {append(bytes.Clone(jpeg), make([]byte, photo.MaxBytes)...), fault.PhotoTooLarge},
		"SVG": {
			[]byte(`<svg xmlns="http://www.w3.org/2000/svg" width="640" height="480"><script>alert(1)</script></svg>`),
			fault.PhotoUnsupported,
		},
		"SVG with declaration": {[]byte(`<?xml version="1.0"?><svg/>`), fault.PhotoUnsupported},
		"HTML":                 {[]byte("<!doctype html><img src=x onerror=alert(1)>"), fault.PhotoUnsupported},
		"PDF around a JPEG":    {append([]byte("%PDF-1.7\n"), jpeg...), fault.PhotoUnsupported},
		"zip":                  {zipped(t), fault.PhotoUnsupported},
		"gzip":                 {gzipped(t), fault.PhotoUnsupported},
		"text":                 {[]byte("상품 사진"), fault.PhotoUnsupported},
		"one byte":             {[]byte{0}, fault.PhotoUnsupported},
		"BMP":                  {append([]byte("BM"), make([]byte, 200)...), fault.PhotoUnsupported},
		"TIFF":                 {append([]byte("II*\x00"), make([]byte, 200)...), fault.PhotoUnsupported},
		"PSD":                  {append([]byte("8BPS\x00\x01"), make([]byte, 200)...), fault.PhotoUnsupported},
		"JPEG XL": {
			[]byte("\x00\x00\x00\x0cJXL \r\n\x87\n\x00\x00\x00\x14ftypjxl \x00\x00\x00\x00jxl "), fault.PhotoUnsupported,
		},
		"JPEG 2000": {[]byte("\x00\x00\x00\x0cjP  \r\n\x87\n"), fault.PhotoUnsupported},
		"WAV": {
			append([]byte("RIFF\x24\x00\x00\x00WAVEfmt "), make([]byte, 40)...), fault.PhotoUnsupported,
		},
		"GIF of no version":        {append([]byte("GIF88a"), make([]byte, 200)...), fault.PhotoUnsupported},
		"film":                     {ftyp("isom", "isom", "avc1"), fault.PhotoUnsupported},
		"QuickTime":                {ftyp("qt  "), fault.PhotoUnsupported},
		"Canon raw":                {ftyp("crx ", "crx ", "isom"), fault.PhotoUnsupported},
		"HEIC of a brand only":     {ftyp("heic", "mif1", "heic"), fault.PhotoCorrupt},
		"HEIC by compatible brand": {ftyp("xxxx", "miaf", "heix"), fault.PhotoCorrupt},
		"HEIF of a brand only":     {ftyp("mif1", "miaf"), fault.PhotoCorrupt},
		"HEIC sequence of a brand": {ftyp("hevc"), fault.PhotoCorrupt},
		"AVIF sequence of a brand": {ftyp("avis"), fault.PhotoCorrupt},
		"brand behind the box":     {append(ftyp("isom", "iso2"), "heic"...), fault.PhotoUnsupported},
		"version that is no brand": {[]byte("\x00\x00\x00\x14ftypisomheicisom"), fault.PhotoUnsupported},
		"arithmetic JPEG":          {read(t, "arithmetic.jpg"), fault.PhotoUnsupported},
		"JPEG of 12 bits": {
			bytes.Replace(jpeg, []byte("\xff\xc0\x00\x11\x08"), []byte("\xff\xc1\x00\x11\x0c"), 1), fault.PhotoUnsupported,
		},
		"JPEG of two components": {jpegOf(0xc0, 100, 100, 2), fault.PhotoUnsupported},
		"JPEG of odd subsampling": {
			bytes.Replace(jpeg, []byte("\x01\x11\x00\x02\x11\x01"), []byte("\x01\x31\x00\x02\x21\x01"), 1),
			fault.PhotoUnsupported,
		},
		"JPEG without a picture": {[]byte("\xff\xd8\xff\xd9"), fault.PhotoCorrupt},
		"JPEG with two frames": {
			bytes.Replace(jpeg, jpeg[2:20], append(jpeg[2:20:20], jpegOf(0xc0, 100, 100, 3)[2:21]...), 1), fault.PhotoCorrupt,
		},
		"JPEG with a header gone": {
			bytes.Replace(jpeg, []byte("\xff\xc0\x00\x11"), []byte("\xff\xc0\x00\x05"), 1), fault.PhotoCorrupt,
		},
		"JPEG with a stray marker": {afterSOI(jpeg, []byte("\xff\x02")), fault.PhotoCorrupt},
		"JPEG in JPEG":             {afterSOI(jpeg, []byte("\xff\xd8")), fault.PhotoCorrupt},
		"JPEG with twin components": {
			bytes.Replace(jpeg, []byte("\x01\x11\x00\x02\x11\x01"), []byte("\x02\x11\x00\x02\x11\x01"), 1), fault.PhotoCorrupt,
		},
		"JPEG with wild sampling": {
			bytes.Replace(jpeg, []byte("\x01\x11\x00\x02\x11\x01"), []byte("\x01\x51\x00\x02\x11\x01"), 1), fault.PhotoCorrupt,
		},
		"JPEG of no height":       {jpegOf(0xc0, 100, 0, 3), fault.PhotoCorrupt},
		"PNG of no width":         {pngOf(ihdr(0, 100, 8, 2, 0), chunk("IDAT", nil)), fault.PhotoCorrupt},
		"PNG without pixels":      {pngOf(ihdr(100, 100, 8, 2, 0)), fault.PhotoCorrupt},
		"PNG without header":      {pngOf(chunk("IDAT", nil)), fault.PhotoCorrupt},
		"PNG with two headers":    {pngOf(ihdr(100, 100, 8, 2, 0), ihdr(100, 100, 8, 2, 0)), fault.PhotoCorrupt},
		"PNG with a short header": {pngOf(chunk("IHDR", make([]byte, 12))), fault.PhotoCorrupt},
		"PNG with pixels apart": {
			pngOf(ihdr(64, 64, 8, 0, 0), chunk("IDAT", deflate(make([]byte, 65*32))), chunk("tEXt", nil), chunk("IDAT", nil)),
			fault.PhotoCorrupt,
		},
		"PNG of unknown depth": {
			pngOf(ihdr(64, 64, 3, 0, 0), chunk("IDAT", deflate(make([]byte, 65*64)))), fault.PhotoCorrupt,
		},
		"PNG with a wrong checksum": {flip(read(t, "scene.png"), len(read(t, "scene.png"))-20), fault.PhotoCorrupt},
		"GIF without a frame":       {[]byte("GIF89a\x80\x00\x80\x00\x00\x00\x00;"), fault.PhotoCorrupt},
		"GIF with an unknown block": {[]byte("GIF89a\x80\x00\x80\x00\x00\x00\x00!\xfe\x00?"), fault.PhotoCorrupt},
		"GIF that is a script": {
			[]byte("GIF89a=1;/*                                   */alert(1)"), fault.PhotoTooManyPixels,
		},
		"WebP without a picture":   {webpOf(vp8x(0, 100, 100)), fault.PhotoCorrupt},
		"WebP with a short header": {webpOf(riff("VP8X", make([]byte, 4))), fault.PhotoCorrupt},
		"WebP with two headers":    {webpOf(vp8x(0, 100, 100), vp8x(0, 100, 100)), fault.PhotoCorrupt},
		"WebP of another size":     {extended(read(t, "lossy.webp"), 0, 158, 119), fault.PhotoCorrupt},
		"WebP of no size":          {webpOf(), fault.PhotoCorrupt},
		"WebP between frames": {
			webpOf(riff("VP8 ", []byte("\x01\x00\x00\x9d\x01\x2a\x80\x00\x80\x00\x00\x00"))), fault.PhotoCorrupt,
		},
		"WebP frame off the canvas": {
			webpOf(vp8x(2, 200, 200), riff("ANMF", append(anmf(100, 0, 157, 119), read(t, "lossy.webp")[12:]...))),
			fault.PhotoCorrupt,
		},
		"WebP frame cut off": {webpOf(vp8x(2, 200, 200), riff("ANMF", make([]byte, 15))), fault.PhotoCorrupt},
		"small JPEG":         {encodeJPEG(t, image.NewGray(image.Rect(0, 0, 63, 400)), 80), fault.PhotoTooSmall},
		"small PNG":          {encodePNG(t, image.NewGray(image.Rect(0, 0, 400, 63))), fault.PhotoTooSmall},
		"small WebP":         {webpOf(riff("VP8L", vp8l(1, 1))), fault.PhotoTooSmall},
		"strip":              {encodePNG(t, image.NewGray(image.Rect(0, 0, 1600, 66))), fault.PhotoTooSmall},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, errDecode := photo.Decode(context.Background(), c.data, 0)
			if got := codeOf(errDecode); got != c.want {
				t.Errorf("Decode: %s (%v), want %s", got, errDecode, c.want)
			}
			want := c.want
			if onlyDecoding[name] {
				want = ""
			}
			if _, err := photo.Check(c.data); codeOf(err) != want {
				t.Errorf("Check: %v, want %q", err, want)
			}
		})
	}
}

func flip(data []byte, at int) []byte {
	data = bytes.Clone(data)
	data[at] ^= 0x55
	return data
}

// jpegOf makes a JPEG of headers alone.
func jpegOf(sof byte, w, h, components int) []byte {
	frame := binary.BigEndian.AppendUint16([]byte{8}, uint16(h))
	frame = append(binary.BigEndian.AppendUint16(frame, uint16(w)), byte(components))
	scan := []byte{byte(components)}
	for i := range components {
		frame = append(frame, byte(i+1), 0x11, 0)
		scan = append(scan, byte(i+1), 0)
	}
	return bytes.Join(
		[][]byte{{0xff, 0xd8}, segment(sof, frame), segment(0xda, append(scan, 0, 63, 0)), {1, 2, 3, 0xff, 0xd9}}, nil,
	)
}

// vp8l makes a lossless picture of one colour: every code takes no bits.
func vp8l(w, h int) []byte {
	var bits uint64
	n := 0
	put := func(v uint64, size int) { bits |= v << n; n += size }
	put(uint64(w-1), 14)
	put(uint64(h-1), 14)
	put(0, 4) // no alpha, version
	put(0, 1) // no transform
	put(0, 1) // no colour cache
	put(0, 1) // one group of codes
	out := binary.LittleEndian.AppendUint64([]byte{0x2f}, bits)[:5]
	bits, n = bits>>32, n-32
	for range 5 { // a simple code of one symbol, 0
		put(1, 1)
		put(0, 1)
		put(0, 1)
		put(0, 1)
	}
	return append(binary.LittleEndian.AppendUint64(out, bits), make([]byte, 8)...)
}

func TestMessagesSayWhatToDo(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"strip":      {encodePNG(t, image.NewGray(image.Rect(0, 0, 1600, 66))), "길쭉"},
		"arithmetic": {read(t, "arithmetic.jpg"), "다시 저장"},
		"heavy":      {heavyJPEG(), "메모리"},
	} {
		_, err := photo.Check(c.data)
		if f := fault.From(err); f == nil || !strings.Contains(f.Public(), c.want) {
			t.Errorf("%s: %v", name, f)
		}
	}
}

// heavyJPEG claims to be progressive CMYK of 49 megapixels.
func heavyJPEG() []byte { return longJPEG(0xc2, 7000, 7000, 4) }

// longJPEG is jpegOf with a quantisation table and enough bytes for what it claims
// to be.
func longJPEG(sof byte, w, h, components int) []byte {
	data := afterSOI(jpegOf(sof, w, h, components), segment(0xdb, make([]byte, 65)))
	return bytes.Join([][]byte{data[:len(data)-2], make([]byte, 1<<20), data[len(data)-2:]}, nil)
}

// A photo that was cut off anywhere is corrupt, and never anything else, unless
// nothing of its first picture is missing: then it is that picture.
func TestTruncation(t *testing.T) {
	t.Parallel()
	for _, path := range samples(t) {
		name := filepath.Base(path)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data := read(t, name)
			whole := decode(t, data)
			cuts := []int{len(data) - 1, len(data) - 2, len(data) - 3, len(data) - 12}
			for n := 1; n < len(data); n += 1 + n/16 {
				cuts = append(cuts, n)
			}
			taken := 0
			for _, n := range cuts {
				_, err := photo.Check(data[:n])
				img, errDecode := photo.Decode(context.Background(), data[:n], 0)
				if codeOf(err) != codeOf(errDecode) {
					t.Fatalf("%d of %d bytes: Check says %v, Decode %v", n, len(data), err, errDecode)
				}
				switch {
				case err != nil && codeOf(err) != fault.PhotoCorrupt:
					t.Fatalf("%d of %d bytes: %v", n, len(data), err)
				case err == nil && worst(t, img, whole) > 0:
					t.Fatalf("%d of %d bytes: another picture", n, len(data))
				case err == nil:
					taken++
				}
			}
			if still := !strings.HasPrefix(name, "animated"); still && taken > 4 {
				t.Errorf("taken after %d cuts", taken)
			}
		})
	}
}

// samples lists the small photos of testdata that can be read.
func samples(t testing.TB) []string {
	t.Helper()
	var out []string
	for _, pattern := range []string{"*.jpg", "*.png", "*.gif", "*.webp"} {
		names, err := filepath.Glob(filepath.Join("testdata", pattern))
		if err != nil || len(names) == 0 {
			t.Fatal(pattern, err)
		}
		for _, n := range names {
			if base := filepath.Base(n); base != "arithmetic.jpg" && !strings.HasPrefix(base, "large") {
				out = append(out, n)
			}
		}
	}
	return out
}

// Bytes missing from the middle leave a well-formed file with damaged pixels.
func TestMissingPixelsAreCorrupt(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"420.jpg", "420-restart.jpg", "grey.jpg", "cmyk.jpg", "420-progressive.jpg"} {
		data := read(t, name)
		cut := append(bytes.Clone(data[:len(data)*3/4]), 0xff, 0xd9)
		if _, err := photo.Decode(context.Background(), cut, 0); codeOf(err) != fault.PhotoCorrupt {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Whatever single bytes are damaged, the answer is a picture of the right size
// or a fault about the photo.
func TestDamage(t *testing.T) {
	t.Parallel()
	for _, path := range samples(t) {
		name := filepath.Base(path)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data := read(t, name)
			random := rand.New(rand.NewPCG(1, uint64(len(data))))
			for range 8 {
				bad := bytes.Clone(data)
				for range 1 + random.IntN(3) {
					bad[random.IntN(len(bad))] = byte(random.Uint32())
				}
				img, err := photo.Decode(context.Background(), bad, 100)
				if err != nil && !strings.HasPrefix(string(codeOf(err)), "Photo.") {
					t.Fatalf("%v", err)
				}
				if err == nil && max(img.Rect.Dx(), img.Rect.Dy()) > 100 {
					t.Fatalf("%v", img.Rect)
				}
			}
		})
	}
}

// endless is deflated zeros that unfold to 18 GB.
func endless() []byte {
	var out bytes.Buffer
	w, _ := flate.NewWriter(&out, flate.BestCompression)
	flushed := func() []byte {
		out.Reset()
		_, _ = w.Write(make([]byte, 1<<20))
		_ = w.Flush()
		return bytes.Clone(out.Bytes())
	}
	first, again := flushed(), flushed()
	return bytes.Join([][]byte{{0x78, 0xda}, first, bytes.Repeat(again, 18_000_000/len(again))}, nil)
}

// bombs are files that cost far more to open than to send, with the answer each
// must get.
func bombs(t testing.TB) map[string]bomb {
	t.Helper()
	unfolds := endless()
	scene := read(t, "scene.png")
	many := func(n int) *gif.GIF {
		g := &gif.GIF{Config: image.Config{Width: 100, Height: 100}}
		for range n {
			g.Image = append(g.Image, image.NewPaletted(image.Rect(0, 0, 1, 1), color.Palette{color.White, color.Black}))
			g.Delay = append(g.Delay, 0)
		}
		return g
	}
	var frames bytes.Buffer
	if err := gif.EncodeAll(&frames, many(2_000)); err != nil {
		t.Fatal(err)
	}
	screen := []byte(
		"GIF89a\xff\xff\xff\xff\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00" +
			"\x80\x00\x00\x00\xff\xff\xff\x02\x02\x44\x01\x00;",
	)
	wideFrame := []byte(
		"GIF89a\x80\x00\x80\x00\x00\x00\x00,\x00\x00\x00\x00\xff\xff\xff\xff" +
			"\x80\x00\x00\x00\xff\xff\xff\x02\x02\x44\x01\x00;",
	)
	largeGIF := []byte(
		"GIF89a\x58\x1b\x58\x1b\x00\x00\x00,\x00\x00\x00\x00\x58\x1b\x58\x1b" +
			"\x80\x00\x00\x00\xff\xff\xff\x02\x02\x44\x01\x00;",
	)
	lossy := func(w, h int) []byte {
		b := []byte("\x30\x01\x00\x9d\x01\x2a")
		b = binary.LittleEndian.AppendUint16(b, uint16(w))
		b = binary.LittleEndian.AppendUint16(b, uint16(h))
		return append(b, make([]byte, 30)...)
	}
	animation := [][]byte{vp8x(2, 100, 100)}
	for range 5000 {
		animation = append(animation, riff("ANMF", append(anmf(0, 0, 64, 64), riff("VP8L", vp8l(64, 64))...)))
	}
	var apng [][]byte
	for range 5000 {
		apng = append(apng, chunk("fcTL", make([]byte, 26)))
	}
	scans := jpegOf(0xc2, 3000, 3000, 3)
	scan := segment(0xda, []byte{1, 1, 0, 1, 63, 0})
	manyScans := bytes.Join([][]byte{scans[:len(scans)-2], bytes.Repeat(append(scan, 0x55), 20_000), {0xff, 0xd9}}, nil)
	var profiles [][]byte
	for n := range 255 {
		profiles = append(profiles, segment(0xe2, append(
			[]byte("ICC_PROFILE\x00"), append([]byte{byte(n + 1), 255}, make([]byte, 65_000)...)...,
		)))
	}
	return map[string]bomb{
		"PNG 1 bit 50,000×50,000": {
			pngOf(ihdr(50_000, 50_000, 1, 0, 0), chunk("IDAT", unfolds[:310_000])), fault.PhotoTooManyPixels,
		},
		"PNG with the widest header": {
			pngOf(ihdr(0xffffffff, 0xffffffff, 16, 6, 1), chunk("IDAT", nil)), fault.PhotoTooManyPixels,
		},
		"PNG 49 megapixels in 100 bytes": {
			pngOf(ihdr(7000, 7000, 16, 6, 1), chunk("IDAT", unfolds[:100])), fault.PhotoCorrupt,
		},
		"PNG with pixels without end":    {pngOf(ihdr(100, 100, 8, 2, 0), chunk("IDAT", unfolds)), ""},
		"PNG with a profile without end": {afterIHDR(scene, chunk("iCCP", append([]byte("p\x00\x00"), unfolds...))), ""},
		"PNG with text without end":      {afterIHDR(scene, chunk("zTXt", append([]byte("p\x00\x00"), unfolds...))), ""},
		"PNG with 19 MB of EXIF": {
			afterIHDR(scene, chunk("eXIf", bytes.Repeat([]byte("MM\x00*\x00\x00\x00\x08\xff\xff\x01"), 1_700_000))), "",
		},
		"PNG with a million chunks": {afterIHDR(scene, bytes.Repeat(chunk("teXt", nil), 1_000_000)), ""},
		"PNG with a million IDAT": {
			pngOf(ihdr(100, 100, 8, 2, 0), bytes.Repeat(chunk("IDAT", nil), 1_000_000)), fault.PhotoCorrupt,
		},
		"APNG of 5000 frames":           {afterIHDR(scene, apng...), fault.PhotoTooManyFrames},
		"GIF with the largest screen":   {screen, fault.PhotoTooManyPixels},
		"GIF frame larger than screen":  {wideFrame, fault.PhotoCorrupt},
		"GIF 49 megapixels in 40 bytes": {largeGIF, fault.PhotoCorrupt},
		"GIF of 2,000 frames":           {frames.Bytes(), fault.PhotoTooManyFrames},
		"WebP with the largest canvas": {
			webpOf(vp8x(0, 1<<24, 1<<24), riff("VP8L", vp8l(100, 100))), fault.PhotoTooManyPixels,
		},
		"WebP lossless 16,384×16,384":     {webpOf(riff("VP8L", vp8l(16384, 16384))), fault.PhotoTooManyPixels},
		"WebP small outside, large in":    {webpOf(vp8x(0, 100, 100), riff("VP8L", vp8l(16384, 16384))), fault.PhotoCorrupt},
		"WebP lossless 49 MP in 30 bytes": {webpOf(riff("VP8L", vp8l(7000, 7000))), fault.PhotoUnsupported},
		"WebP lossy 16,383×16,383":        {webpOf(riff("VP8 ", lossy(16383, 16383))), fault.PhotoTooManyPixels},
		"WebP lossy 49 MP in 40 bytes":    {webpOf(riff("VP8 ", lossy(7000, 7000))), fault.PhotoCorrupt},
		"WebP of 5000 frames":             {webpOf(animation...), fault.PhotoTooManyFrames},
		"JPEG 65,535×65,535":              {jpegOf(0xc0, 65535, 65535, 3), fault.PhotoTooManyPixels},
		"JPEG 49 megapixels in 100 bytes": {jpegOf(0xc0, 7000, 7000, 3), fault.PhotoCorrupt},
		"JPEG progressive, the same":      {jpegOf(0xc2, 7000, 7000, 3), fault.PhotoCorrupt},
		"JPEG progressive CMYK 49 MP":     {heavyJPEG(), fault.PhotoTooManyPixels},
		"JPEG of 20,000 scans":            {manyScans, fault.PhotoUnsupported},
		"JPEG with 20 MB of nothing": {
			append(append([]byte{0xff, 0xd8}, bytes.Repeat([]byte{0xff}, 20_000_000)...), read(t, "444.jpg")[2:]...), "",
		},
		"JPEG with a profile of 16 MB": {afterSOI(read(t, "444.jpg"), profiles...), ""},
		"zip of zeros":                 {append([]byte("PK\x03\x04"), unfolds...), fault.PhotoUnsupported},
	}
}

type bomb struct {
	data []byte
	want fault.Code // "" when the photo itself is good
}

// Not parallel: it measures what the whole process allocates.
//
//nolint:paralleltest // it measures the whole process
func TestBombsCostNothing(t *testing.T) {
	for name, b := range bombs(t) {
		t.Run(name, func(t *testing.T) {
			if len(b.data) > photo.MaxBytes {
				t.Fatalf("%d bytes: refused for its size alone", len(b.data))
			}
			var err error
			if n := allocated(func() { _, err = photo.Check(b.data) }); n > 64<<10 {
				t.Errorf("Check allocated %d kB", n>>10)
			}
			// Too few pixels only show when they come.
			if name != "PNG with a million IDAT" && codeOf(err) != b.want {
				t.Errorf("Check: %v, want %q", err, b.want)
			}
			if n := allocated(func() { _, err = photo.Prepare(context.Background(), b.data) }); n > 8_000_000 {
				t.Errorf("Prepare allocated %d MB", n/1_000_000)
			}
			if codeOf(err) != b.want {
				t.Errorf("Prepare: %v, want %q", err, b.want)
			}
		})
	}
}

// allocated gives the bytes f allocates, freed ones included: never less than
// the heap can grow.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func TestFramesUpToTheLimitAreTaken(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		frames int
		want   fault.Code
	}{{photo.MaxFrames, ""}, {photo.MaxFrames + 1, fault.PhotoTooManyFrames}} {
		g := &gif.GIF{}
		webp := [][]byte{vp8x(2, 64, 64)}
		apng := [][]byte{}
		for range c.frames {
			g.Image = append(g.Image, image.NewPaletted(image.Rect(0, 0, 64, 64), color.Palette{color.White, color.Black}))
			g.Delay = append(g.Delay, 0)
			webp = append(webp, riff("ANMF", append(anmf(0, 0, 64, 64), riff("VP8L", vp8l(64, 64))...)))
			apng = append(apng, chunk("fcTL", make([]byte, 26)))
		}
		var out bytes.Buffer
		if err := gif.EncodeAll(&out, g); err != nil {
			t.Fatal(err)
		}
		for name, data := range map[string][]byte{"GIF": out.Bytes(), "WebP": webpOf(webp...), "APNG": afterIHDR(
			read(t, "scene.png"), apng...,
		)} {
			info, err := photo.Check(data)
			if codeOf(err) != c.want || err == nil && info.Frames != c.frames {
				t.Errorf("%s of %d: %+v, %v", name, c.frames, info, err)
			}
			if _, err := photo.Decode(context.Background(), data, 0); codeOf(err) != c.want {
				t.Errorf("%s of %d: %v", name, c.frames, err)
			}
		}
	}
}

func BenchmarkBombs(b *testing.B) {
	for name, bomb := range bombs(b) {
		b.Run(strings.ReplaceAll(name, " ", "_"), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := photo.Prepare(context.Background(), bomb.data); codeOf(err) != bomb.want {
					b.Fatal(err)
				}
			}
		})
	}
}

package photo_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"image"
	"testing"

	"github.com/nanococoa/nanococoa/internal/photo"
)

// Turning and mirroring, each on its own, to build what the eight orientations
// ask for.
func clockwise(img *image.NRGBA) *image.NRGBA {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	out := image.NewNRGBA(image.Rect(0, 0, h, w))
	for y := range h {
		for x := range w {
			out.SetNRGBA(h-1-y, x, img.NRGBAAt(x, y))
		}
	}
	return out
}

func mirror(img *image.NRGBA) *image.NRGBA {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	out := image.NewNRGBA(img.Rect)
	for y := range h {
		for x := range w {
			out.SetNRGBA(w-1-x, y, img.NRGBAAt(x, y))
		}
	}
	return out
}

func TestOrientation(t *testing.T) {
	t.Parallel()
	stored := decode(t, read(t, "420.jpg"))
	lossless := readPNG(t, "scene.png")
	turns := func(img *image.NRGBA) map[uint16]*image.NRGBA {
		half := clockwise(clockwise(img))
		return map[uint16]*image.NRGBA{
			0: img, 1: img, 9: img, 65535: img,
			2: mirror(img),
			3: half,
			4: mirror(half),
			5: mirror(clockwise(img)),
			6: clockwise(img),
			7: clockwise(mirror(img)),
			8: clockwise(half),
		}
	}
	for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
		jpegs, pngs := turns(stored), turns(lossless)
		for o := range jpegs {
			e := exif(order, o)
			prefixed := append([]byte("Exif\x00\x00"), e...)
			for name, c := range map[string]struct {
				data []byte
				want *image.NRGBA
			}{
				"JPEG":             {afterSOI(read(t, "420.jpg"), segment(0xe1, prefixed)), jpegs[o]},
				"PNG":              {afterIHDR(read(t, "scene.png"), chunk("eXIf", e)), pngs[o]},
				"WebP":             {extended(read(t, "lossless.webp"), 8, 157, 119, riff("EXIF", e)), pngs[o]},
				"WebP with prefix": {extended(read(t, "lossless.webp"), 8, 157, 119, riff("EXIF", prefixed)), pngs[o]},
			} {
				t.Run(fmt.Sprintf("%s/%v/%d", name, order, o), func(t *testing.T) {
					t.Parallel()
					if got := psnr(t, decode(t, c.data), c.want); got < 100 {
						t.Errorf("%.1f dB", got)
					}
					info, err := photo.Check(c.data)
					want := int(o)
					if o < 1 || o > 8 {
						want = 1
					}
					if err != nil || info.Orientation != want || info.Width != 157 || info.Height != 119 {
						t.Errorf("Check = %+v, %v; the size is that stored", info, err)
					}
				})
			}
		}
	}
}

func TestOrientationAfterScaling(t *testing.T) {
	t.Parallel()
	data := encodeJPEG(t, scenery(300, 200), 90)
	turned := afterSOI(data, segment(0xe1, append([]byte("Exif\x00\x00"), exif(binary.BigEndian, 6)...)))
	p, err := photo.Prepare(context.Background(), turned)
	if err != nil || p.Width != 200 || p.Height != 300 {
		t.Fatalf("%d×%d, %v", p.Width, p.Height, err)
	}
	want, err := photo.Decode(context.Background(), data, 100)
	if err != nil {
		t.Fatal(err)
	}
	got, err := photo.Decode(context.Background(), turned, 100)
	if err != nil || psnr(t, got, clockwise(want)) < 100 {
		t.Errorf("turned picture differs, %v", err)
	}
}

func TestDamagedEXIFMeansUpright(t *testing.T) {
	t.Parallel()
	good := exif(binary.LittleEndian, 6)
	damage := map[string]func(b []byte) []byte{
		"empty":               func([]byte) []byte { return nil },
		"no byte order":       func(b []byte) []byte { b[0] = 'X'; return b },
		"header only":         func(b []byte) []byte { return b[:6] },
		"directory elsewhere": func(b []byte) []byte { b[6] = 0xff; return b },
		"directory at end":    func(b []byte) []byte { b[4] = byte(len(b) - 1); return b },
		"entries cut off":     func(b []byte) []byte { return b[:24] },
		"wrong type":          func(b []byte) []byte { b[24] = 4; return b },
	}
	for name, f := range damage {
		data := afterSOI(read(t, "444.jpg"), segment(0xe1, append(
			[]byte("Exif\x00\x00"), f(append([]byte(nil), good...))...,
		)))
		if info, err := photo.Check(data); err != nil || info.Orientation != 1 {
			t.Errorf("%s: %+v, %v", name, info, err)
		}
	}
	// The first EXIF counts, and a prefix alone is none.
	data := afterSOI(read(t, "444.jpg"),
		segment(0xe1, []byte("http://ns.adobe.com/xap/1.0/\x00<x/>")),
		segment(0xe1, append([]byte("Exif\x00\x00"), good...)),
		segment(0xe1, append([]byte("Exif\x00\x00"), exif(binary.LittleEndian, 3)...)))
	if info, err := photo.Check(data); err != nil || info.Orientation != 6 {
		t.Errorf("two: %+v, %v", info, err)
	}
	if info, err := photo.Check(afterSOI(read(t, "444.jpg"), segment(0xe1, []byte("Exif\x00")))); err != nil ||
		info.Orientation != 1 {
		t.Errorf("prefix alone: %+v, %v", info, err)
	}
}

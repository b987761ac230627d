package photo_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/photo"
)

// FuzzDecode holds any bytes to the promises of the package: no panic, only
// faults about the photo, a picture no larger than asked for, and no more memory
// than the size in the headers accounts for.
//
//	go test -run '^$' -fuzz FuzzDecode -fuzztime 5m -fuzzminimizetime 10x ./internal/photo
//
// Without the last flag most of the time goes into shortening what it finds.
func FuzzDecode(f *testing.F) {
	for _, path := range samples(f) {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	for _, b := range bombs(f) {
		if len(b.data) < 64<<10 {
			f.Add(b.data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		info, checkErr := photo.Check(data)
		pixels := uint64(info.Width) * uint64(info.Height)
		if pixels > 1_000_000 {
			t.Skip("allowed, but slow to explore")
		}
		const side = 100
		var p photo.Prepared
		var err error
		// 24 bytes a pixel is the costliest form, progressive CMYK; 8 MB the
		// tables of a lossless WebP and the compressors of the results.
		n := allocated(func() { p, err = photo.Prepare(context.Background(), data) })
		if n > 24*pixels+40*uint64(len(data))+8<<20 {
			t.Errorf("%d bytes allocated for %+v in %d bytes", n, info, len(data))
		}
		if checkErr != nil && (err == nil || codeOf(err) != codeOf(checkErr)) {
			t.Errorf("Check says %v, Prepare %v", checkErr, err)
		}
		if err != nil {
			if code := codeOf(err); !strings.HasPrefix(string(code), "Photo.") || code == fault.PhotoMissing && len(data) > 0 {
				t.Errorf("%v", err)
			}
			return
		}
		img, err := photo.Decode(context.Background(), data, side)
		if err != nil || max(img.Rect.Dx(), img.Rect.Dy()) > side {
			t.Errorf("%v, %v", img.Rect, err)
		}
		again, err := photo.Check(p.PNG)
		if err != nil || again.Width != p.Width || again.Height != p.Height || again.Orientation != 1 {
			t.Errorf("prepared as %+v, %v", again, err)
		}
	})
}

// FuzzJPEGLayout makes JPEGs of every layout, order of scans and restart interval,
// and then damages some. A sound one must show what was written.
func FuzzJPEGLayout(f *testing.F) {
	f.Add(uint64(0x000000211111), byte(0), byte(0), byte(2), uint16(0), byte(0))
	f.Add(uint64(0x000000112212), byte(1), byte(5), byte(2), uint16(0), byte(0))
	f.Add(uint64(0x000022111122), byte(2), byte(1), byte(3), uint16(700), byte(9))
	f.Fuzz(func(t *testing.T, factors uint64, order, restart, components byte, at uint16, damage byte) {
		n := 1 + int(components%4)
		s := jpegSpec{w: 64 + int(factors>>32&63), h: 64 + int(factors>>40&63), restart: int(restart), sample: hills}
		for c := range n {
			p := factors >> (8 * c)
			s.parts = append(s.parts, sampling{1 + int(p&3), 1 + int(p>>4&3)})
		}
		scans := 1
		switch order % 3 {
		case 1:
			s.scans, scans = apart(n), n
		case 2:
			s.scans = progression(n)
		}
		data := s.bytes()
		if damage != 0 {
			data[int(at)%len(data)] ^= damage
		}
		img, err := photo.Decode(context.Background(), data, 0)
		if err != nil && !strings.HasPrefix(string(codeOf(err)), "Photo.") {
			t.Fatalf("%v: %v", s.parts, err)
		}
		if damage != 0 {
			return
		}
		if !readable(s.parts, scans) {
			if codeOf(err) != fault.PhotoUnsupported {
				t.Fatalf("%v: %v", s.parts, err)
			}
			return
		}
		if err != nil {
			t.Fatalf("%v: %v", s.parts, err)
		}
		if d := worst(t, img, shown(s.w, s.h, n)); d > 8 {
			t.Fatalf("%v: %d from what was written", s.parts, d)
		}
	})
}

// FuzzProfile holds any bytes as a colour profile to the promise that a profile never
// costs a picture: what cannot be used is ignored.
func FuzzProfile(f *testing.F) {
	profiles, err := filepath.Glob("testdata/*.icc")
	if err != nil || len(profiles) < 10 {
		f.Fatal(profiles, err)
	}
	for _, path := range profiles {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	scene, ink, grey := readPNG(f, "scene.png"), read(f, "inks.jpg"), read(f, "grey.jpg")
	bare := encodePNG(f, scene)
	f.Fuzz(func(t *testing.T, profile []byte) {
		segments := segment(0xe2, append([]byte("ICC_PROFILE\x00\x01\x01"), profile[:min(len(profile), 65_000)]...))
		for name, data := range map[string][]byte{
			"RGB":  afterIHDR(bare, chunk("iCCP", append([]byte("n\x00\x00"), deflate(profile)...))),
			"ink":  afterSOI(ink, segments),
			"grey": afterSOI(grey, segments),
		} {
			n := allocated(func() {
				if _, err := photo.Decode(context.Background(), data, 0); err != nil {
					t.Errorf("%s: %v", name, err)
				}
			})
			if n > uint64(20*len(profile))+12<<20 {
				t.Errorf("%s: %d bytes allocated for a profile of %d", name, n, len(profile))
			}
		}
	})
}

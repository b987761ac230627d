package photo_test

import (
	"context"
	"image"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/nanococoa/nanococoa/internal/photo"
)

// phonePhoto is 12 megapixels of 4:2:0 JPEG with the grain of a phone camera,
// about 4 MB.
func phonePhoto(b *testing.B) []byte {
	b.Helper()
	img := scenery(4000, 3000)
	random := rand.New(rand.NewPCG(3, 4))
	for i := 0; i < len(img.Pix); i += 4 {
		grain := random.NormFloat64() * 5
		for c := range 3 {
			img.Pix[i+c] = byteOf(float64(img.Pix[i+c]) + grain)
		}
	}
	return encodeJPEG(b, img, 90)
}

// BenchmarkAgainstLibvips makes the 1536 and the 480 pixel picture of a phone
// photo with this package and with libvips, turn by turn.
//
//   - pixels leaves the results uncompressed. Both sides decode the file for each
//     size, as libvips is at its best when it decodes straight to the small one.
//   - files is the whole of Prepare, a PNG and a JPEG, with libvips set to the
//     same PNG effort (level 1, filters tried for each row).
//
// Libvips runs as vipsthumbnail, once for each size, reading the photo from a
// file and writing files. What starting that program takes is measured on a tiny
// photo and taken off: ratio is photo-ms to what is left, gross-ratio to all.
func BenchmarkAgainstLibvips(b *testing.B) {
	vips, err := exec.LookPath("vipsthumbnail")
	if err != nil {
		b.Skip("vipsthumbnail is not installed (Debian: libvips-tools)")
	}
	dir := b.TempDir()
	data := phonePhoto(b)
	large, tiny := filepath.Join(dir, "large.jpg"), filepath.Join(dir, "tiny.jpg")
	small := encodeJPEG(b, image.NewNRGBA(image.Rect(0, 0, 64, 64)), 90)
	for name, content := range map[string][]byte{large: data, tiny: small} {
		if err := os.WriteFile(name, content, 0o600); err != nil {
			b.Fatal(err)
		}
	}
	ctx := context.Background()
	run := func(file, size, out string) {
		if text, err := exec.Command(vips, file, "--size", size, "-o", filepath.Join(dir, out)).CombinedOutput(); err != nil {
			b.Fatalf("%v: %s", err, text)
		}
	}
	for _, bench := range []struct {
		name       string
		photo      func() error
		big, thumb string
	}{
		{"pixels", func() error {
			if _, err := photo.Decode(ctx, data, photo.MaxSide); err != nil {
				return err
			}
			_, err := photo.Decode(ctx, data, photo.ThumbnailSide)
			return err
		}, "big.v", "thumb.v"},
		{"files", func() error {
			_, err := photo.Prepare(ctx, data)
			return err
		}, "big.png[compression=1,filter=all,strip]", "thumb.jpg[Q=85,strip]"},
	} {
		b.Run(bench.name, func(b *testing.B) {
			var ours, theirs, start time.Duration
			for b.Loop() {
				t := time.Now()
				if err := bench.photo(); err != nil {
					b.Fatal(err)
				}
				ours += time.Since(t)
				t = time.Now()
				run(large, "1536x1536", bench.big)
				run(large, "480x480", bench.thumb)
				theirs += time.Since(t)
				t = time.Now()
				run(tiny, "64x64", bench.big)
				run(tiny, "64x64", bench.thumb)
				start += time.Since(t)
			}
			ms := func(d time.Duration) float64 { return d.Seconds() * 1000 / float64(b.N) }
			b.ReportMetric(0, "ns/op") // the sum of all three means nothing
			b.ReportMetric(ms(ours), "photo-ms")
			b.ReportMetric(ms(theirs), "libvips-ms")
			b.ReportMetric(ms(start), "libvips-start-ms")
			b.ReportMetric(ms(ours)/ms(theirs-start), "ratio")
			b.ReportMetric(ms(ours)/ms(theirs), "gross-ratio")
		})
	}
}

// BenchmarkDecode shows time and memory for 12 megapixels in each format, and with a
// profile made of tables, whose colours are looked up one by one.
func BenchmarkDecode(b *testing.B) {
	img := scenery(4000, 3000)
	phone := phonePhoto(b)
	profile := segment(0xe2, append([]byte("ICC_PROFILE\x00\x01\x01"), read(b, "tables-modular.icc")...))
	for name, data := range map[string][]byte{
		"JPEG_phone":  phone,
		"JPEG_tables": afterSOI(phone, profile),
		"PNG":         encodePNG(b, img),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				if _, err := photo.Decode(context.Background(), data, photo.MaxSide); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

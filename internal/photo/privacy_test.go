package photo_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"image"
	"strings"
	"testing"

	"github.com/nanococoa/nanococoa/internal/photo"
)

// Everything a file may carry besides its pixels, each holding the word SECRET.
// The prepared photo must be, byte for byte, that of the bare file.
func TestNothingButPixelsSurvives(t *testing.T) {
	t.Parallel()
	secret := []byte("SECRET 37.5665N 126.9780E 010-0000-0000")
	location := append([]byte("Exif\x00\x00"), append(exif(binary.LittleEndian, 1), secret...)...)
	profile := append(read(t, "srgb.icc"), secret...)
	jpeg, png := read(t, "420.jpg"), read(t, "scene-alpha.png")
	gif, webp := read(t, "interlaced.gif"), read(t, "lossy.webp")
	behind := map[string][]byte{
		"zip":    append(zipped(t), secret...),
		"script": append([]byte("<script>SECRET</script>"), secret...),
		"photo":  append(bytes.Clone(jpeg), secret...), // as phones append the frame behind a portrait
	}
	cases := map[string]struct{ bare, full []byte }{
		"JPEG segments": {jpeg, afterSOI(jpeg,
			segment(0xe1, location),
			segment(0xe1, append([]byte("http://ns.adobe.com/xap/1.0/\x00"), secret...)),
			segment(0xe2, append([]byte("ICC_PROFILE\x00\x01\x01"), profile...)),
			segment(0xe2, append([]byte("MPF\x00"), secret...)),
			segment(0xed, append([]byte("Photoshop 3.0\x00"), secret...)),
			segment(0xee, append([]byte("Other"), secret...)),
			segment(0xef, secret),
			segment(0xfe, secret))},
		"PNG chunks": {png, afterIHDR(png,
			chunk("iCCP", append([]byte("SECRET\x00\x00"), deflate(profile)...)),
			chunk("eXIf", location),
			chunk("tEXt", append([]byte("Comment\x00"), secret...)),
			chunk("zTXt", append([]byte("Comment\x00\x00"), deflate(secret)...)),
			chunk("iTXt", append([]byte("XML:com.adobe.xmp\x00\x00\x00\x00\x00"), secret...)),
			chunk("tIME", secret[:7]),
			chunk("caBX", secret))},
		"WebP chunks": {webp, extended(webp, 0x2c, 157, 119,
			riff("ICCP", profile),
			riff("EXIF", location),
			riff("XMP ", secret),
			riff("what", secret))},
		"GIF extensions": {gif, bytes.Join([][]byte{gif[:13+3<<(1+gif[10]&7)],
			{'!', 0xfe, byte(len(secret))}, secret, {0},
			{'!', 0xff, 11}, []byte("XMP DataXMP"), {byte(len(secret))}, secret, {0},
			gif[13+3<<(1+gif[10]&7):]}, nil)},
	}
	for format, data := range map[string][]byte{"JPEG": jpeg, "PNG": png, "GIF": gif, "WebP": webp} {
		for what, more := range behind {
			cases[format+" with a "+what+" behind"] = struct{ bare, full []byte }{data, append(bytes.Clone(data), more...)}
		}
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if !bytes.Contains(c.full, []byte("SECRET")) {
				t.Fatal("there is nothing to hide")
			}
			want, err := photo.Prepare(context.Background(), c.bare)
			if err != nil {
				t.Fatal(err)
			}
			got, err := photo.Prepare(context.Background(), c.full)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got.PNG, want.PNG) || !bytes.Equal(got.Thumbnail, want.Thumbnail) {
				t.Error("what the file carried changed the prepared photo")
			}
			if kinds := chunkKinds(t, got.PNG); kinds != "IHDR IDAT IEND" {
				t.Errorf("PNG chunks: %s", kinds)
			}
			if markers := segmentMarkers(t, got.Thumbnail); markers != "db c0 c4 da" {
				t.Errorf("JPEG segments: %s", markers)
			}
		})
	}
}

// What is hidden in the colours of pixels without opacity goes too.
func TestColoursUnderNoOpacityAreGone(t *testing.T) {
	t.Parallel()
	shown := image.NewNRGBA(image.Rect(0, 0, 100, 100))
	hidden := image.NewNRGBA(shown.Rect)
	for i := 0; i < len(hidden.Pix); i += 4 {
		hidden.Pix[i] = byte(i / 4)
	}
	for i := 4000; i < 8000; i += 4 {
		copy(shown.Pix[i:], []byte{9, 8, 7, 255})
		copy(hidden.Pix[i:], []byte{9, 8, 7, 255})
	}
	a, err := photo.Prepare(context.Background(), encodePNG(t, shown))
	if err != nil {
		t.Fatal(err)
	}
	b, err := photo.Prepare(context.Background(), encodePNG(t, hidden))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a.PNG, b.PNG) || !bytes.Equal(a.Thumbnail, b.Thumbnail) {
		t.Error("invisible colours make a difference")
	}
}

// chunkKinds lists the chunks of a PNG, a row of IDAT as one, and checks that
// nothing follows.
func chunkKinds(t *testing.T, data []byte) string {
	t.Helper()
	var kinds []string
	for data = data[8:]; len(data) > 0; {
		kind := string(data[4:8])
		if len(kinds) == 0 || kinds[len(kinds)-1] != kind {
			kinds = append(kinds, kind)
		}
		data = data[12+binary.BigEndian.Uint32(data):]
	}
	return strings.Join(kinds, " ")
}

// segmentMarkers lists the segments of a JPEG, repeated ones once, and checks
// that nothing follows.
func segmentMarkers(t *testing.T, data []byte) string {
	t.Helper()
	if !bytes.HasSuffix(data, []byte("\xff\xd9")) {
		t.Fatal("JPEG does not end with its image")
	}
	var out []string
	for data = data[2:]; ; {
		m := data[1]
		if s := string("0123456789abcdef"[m>>4]) + string("0123456789abcdef"[m&15]); len(out) == 0 || out[len(out)-1] != s {
			out = append(out, s)
		}
		if m == 0xda {
			return strings.Join(out, " ")
		}
		data = data[2+int(binary.BigEndian.Uint16(data[2:])):]
	}
}

package photo_test

import (
	"bytes"
	"compress/lzw"
	"context"
	"encoding/binary"
	"slices"
	"testing"

	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/photo"
)

// What is wrong beside or after a complete first picture does not matter: browsers
// show these files, and so do we.
func TestTheCompleteFirstPictureDecides(t *testing.T) {
	t.Parallel()
	rgb, indexed, pixels := ihdr(67, 65, 8, 2, 0), ihdr(201, 65, 8, 3, 0), deflate(rows(65))
	idat := chunk("IDAT", pixels)
	sound := pngOf(rgb, idat)
	alpha := read(t, "scene-alpha.png")
	greyAlpha := chunk("IDAT", deflate(slices.Repeat(rows(1)[:161], 65)))
	table, longTable := chunk("PLTE", rows(1)[1:7]), chunk("PLTE", slices.Repeat(rows(1)[1:7], 50))
	sixteen := chunk("PLTE", slices.Repeat(rows(1)[1:7], 8))
	opaque := bytes.Repeat([]byte{255}, 256)
	codes, fewer := gifCodes(80*80), gifCodes(80*79)
	frame := gifFrame(0, 0, 80, 80, codes)
	still := gifOf(80, 80, frame)
	lossy, animation := read(t, "lossy.webp"), read(t, "animated.webp")
	profiled := extended(lossy, 0x20, 157, 119, riff("ICCP", make([]byte, 100)))
	for name, c := range map[string]struct{ data, sound []byte }{
		"JPEG without an end":   {noEOI(t, "420.jpg"), read(t, "420.jpg")},
		"JPEG with half an end": {append(noEOI(t, "420.jpg"), 0xff), read(t, "420.jpg")},
		"JPEG, then a phone's own data": {append(noEOI(t, "420.jpg"),
			"\x00\x00\xa1\x0aSEFH\x6b\x00\x00\x00"...), read(t, "420.jpg")},
		"JPEG, then another": {append(noEOI(t, "420.jpg"), read(t, "grey.jpg")...), read(t, "420.jpg")},
		"JPEG, then what looks like one": {append(noEOI(t, "420.jpg"),
			jpegOf(0xc0, 9000, 9000, 3)[2:]...), read(t, "420.jpg")},
		"JPEG, then half a segment":      {append(noEOI(t, "444.jpg"), "\xff\xe1\xff\xff"...), read(t, "444.jpg")},
		"JPEG, then a marker of no kind": {append(noEOI(t, "grey.jpg"), "\xff\x02"...), read(t, "grey.jpg")},
		"three scans without an end":     {noEOI(t, "420-three-scans.jpg"), read(t, "420-three-scans.jpg")},
		"progressive without an end":     {noEOI(t, "420-progressive.jpg"), read(t, "420-progressive.jpg")},
		"CMYK without an end":            {noEOI(t, "cmyk.jpg"), read(t, "cmyk.jpg")},
		"JPEG with surplus bytes": {append(noEOI(t, "420.jpg"),
			"\x12\x34\xff\x00\x56\xff\xd9"...), read(t, "420.jpg")},
		"progressive with surplus bytes": {append(noEOI(t, "420-progressive.jpg"),
			"\x12\x34\xff\xd9"...), read(t, "420-progressive.jpg")},
		"JPEG with a restart at its end": {append(noEOI(t, "420-restart.jpg"),
			"\xff\xd3\xff\xd9"...), read(t, "420-restart.jpg")},
		"restarts all numbered 0": {renumbered(t, "420-restart.jpg",
			func(int) int { return 0 }), read(t, "420-restart.jpg")},
		"restarts numbered from 1": {renumbered(t, "420-restart.jpg",
			func(n int) int { return n + 1 }), read(t, "420-restart.jpg")},
		"restarts numbered backwards": {renumbered(t, "420-restart.jpg",
			func(n int) int { return 7 - n }), read(t, "420-restart.jpg")},
		"progressive restarts numbered 3": {renumbered(t, "420-progressive-restart.jpg",
			func(int) int { return 3 }), read(t, "420-progressive-restart.jpg")},
		"surplus bytes before a restart": {
			bytes.Replace(read(t, "420-restart.jpg"), []byte("\xff\xd2"), []byte("\x55\xaa\xff\x00\xff\xd2"), 1),
			read(t, "420-restart.jpg"),
		},
		"PNG with rows to spare":   {pngOf(rgb, chunk("IDAT", deflate(rows(70)))), sound},
		"PNG with a byte to spare": {pngOf(rgb, chunk("IDAT", deflate(rows(66)[:65*202+1]))), sound},
		"PNG with bytes behind its pixels": {pngOf(rgb,
			chunk("IDAT", append(pixels[:len(pixels):len(pixels)], "surplus"...))), sound},
		"PNG with a wrong sum of its pixels":  {pngOf(rgb, chunk("IDAT", flip(pixels, len(pixels)-1))), sound},
		"PNG cut in the sum of its pixels":    {sound[:len(sound)-12-6], sound},
		"PNG cut in the checksum of its IDAT": {sound[:len(sound)-12-2], sound},
		"PNG without IEND":                    {sound[:len(sound)-12], sound},
		"PNG with a short IEND":               {sound[:len(sound)-4], sound},
		"PNG with a shorter IEND":             {sound[:len(sound)-9], sound},
		"PNG with a wrong checksum at IEND":   {flip(sound, len(sound)-1), sound},
		"PNG, then no chunk":                  {append(sound[:len(sound)-12:len(sound)-12], "and so on and so on"...), sound},
		"PNG, then another":                   {append(sound[:len(sound)-12:len(sound)-12], sound...), sound},
		"PNG, then another header":            {pngOf(rgb, idat, rgb), sound},
		"PNG, then more pixels":               {pngOf(rgb, idat, chunk("tEXt", nil), idat), sound},
		"PNG in many chunks, without an end": {bytes.Join([][]byte{
			[]byte(pngSignature), rgb, chunk("IDAT", pixels[:9]), chunk("IDAT", nil), chunk("IDAT", pixels[9:]),
		}, nil), sound},
		"tRNS in RGBA":             {afterIHDR(alpha, chunk("tRNS", make([]byte, 6))), alpha},
		"tRNS of one byte in RGBA": {afterIHDR(alpha, chunk("tRNS", make([]byte, 1))), alpha},
		"tRNS in grey and alpha": {pngOf(ihdr(80, 65, 8, 4, 0), chunk("tRNS", []byte{0, 9}),
			greyAlpha), pngOf(ihdr(80, 65, 8, 4, 0), greyAlpha)},
		"tRNS of a palette in RGB": {pngOf(rgb, chunk("tRNS", make([]byte, 256)), idat), sound},
		"tRNS longer than its palette": {pngOf(indexed, table, chunk("tRNS", opaque),
			idat), pngOf(indexed, table, idat)},
		"tRNS before its palette": {pngOf(indexed, chunk("tRNS", []byte{9}), table,
			idat), pngOf(indexed, table, chunk("tRNS", []byte{9}), idat)},
		"tRNS with a wrong checksum": {pngOf(rgb, flip(chunk("tRNS", rows(1)[:6]), 15), idat), sound},
		"PLTE in grey": {pngOf(ihdr(201, 65, 8, 0, 0), table,
			idat), pngOf(ihdr(201, 65, 8, 0, 0), idat)},
		"PLTE of no colours in grey": {pngOf(ihdr(201, 65, 8, 0, 0), chunk("PLTE", nil),
			idat), pngOf(ihdr(201, 65, 8, 0, 0), idat)},
		"PLTE in grey and alpha": {pngOf(ihdr(80, 65, 8, 4, 0), table,
			greyAlpha), pngOf(ihdr(80, 65, 8, 4, 0), greyAlpha)},
		"PLTE of more colours than indices": {pngOf(ihdr(402, 65, 4, 3, 0), longTable,
			idat), pngOf(ihdr(402, 65, 4, 3, 0), sixteen, idat)},
		"GIF without a trailer":          {still[:len(still)-1], still},
		"GIF without its last two bytes": {still[:len(still)-2], still},
		"GIF, then an unknown block":     {slices.Concat(still[:len(still)-1], []byte("?nothing known")), still},
		"GIF, then half a frame":         {slices.Concat(still[:len(still)-1], []byte(",\x00\x00\x00")), still},
		"GIF, then a frame of no codes": {slices.Concat(still[:len(still)-1],
			gifFrame(9, 9, 30, 30, "\x02\x02\xff\xff\x00"), []byte(";")), still},
		"GIF, then a frame off the screen": {slices.Concat(still[:len(still)-1],
			gifFrame(60, 60, 900, 900, "\x02\x02\x44\x01\x00"), []byte(";")), still},
		"GIF, then a bomb": {slices.Concat(still[:len(still)-1],
			gifFrame(0, 0, 65535, 65535, "\x02\x02\x44\x01\x00"), []byte(";")), still},
		"interlaced GIF without a trailer": {bytes.TrimSuffix(read(t, "interlaced.gif"),
			[]byte(";")), read(t, "interlaced.gif")},
		"GIF with pixels to spare": {gifOf(80, 80,
			gifFrame(0, 0, 80, 79, codes)), gifOf(80, 80, gifFrame(0, 0, 80, 79, fewer))},
		"GIF frame larger than the screen": {gifOf(70, 10, frame), gifOf(80, 80, frame)},
		"GIF with a screen of no size":     {gifOf(0, 0, frame), gifOf(80, 80, frame)},
		"GIF frame over the screen's edge": {gifOf(80, 80,
			gifFrame(30, 40, 80, 80, codes)), gifOf(110, 120, gifFrame(30, 40, 80, 80, codes))},
		"WebP without its profile's end":      {profiled[:len(profiled)-9], lossy},
		"WebP that says it is longer":         {bytes.Replace(lossy, lossy[4:8], []byte("\xff\xff\x00\x00"), 1), lossy},
		"WebP, then half a chunk":             {slices.Concat(lossy, []byte("EXI")), lossy},
		"WebP animation cut in a later frame": {animation[:len(animation)-200], animation},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := decode(t, c.sound)
			if _, err := photo.Check(c.data); err != nil {
				t.Errorf("Check: %v", err)
			}
			img, err := photo.Decode(context.Background(), c.data, 0)
			if err != nil {
				t.Fatal(err)
			}
			if worst(t, img, want) > 0 {
				t.Error("another picture")
			}
		})
	}
}

// What is missing inside the first picture is refused, however well the rest is made.
func TestAPictureWithAPartMissingIsRefused(t *testing.T) {
	t.Parallel()
	restarts := read(t, "420-restart.jpg")
	third, fourth := bytes.Index(restarts, []byte("\xff\xd2")), bytes.Index(restarts, []byte("\xff\xd3"))
	three := read(t, "420-three-scans.jpg")
	progressive := read(t, "420-progressive.jpg")
	end := []byte{0xff, 0xd9}
	png := pngOf(ihdr(67, 65, 8, 2, 0), chunk("IDAT", deflate(rows(65))))
	codes, fewer := gifCodes(80*80), gifCodes(80*79)
	frame := gifFrame(0, 0, 80, 80, codes)
	still := gifOf(80, 80, frame)
	lossy, animation := read(t, "lossy.webp"), read(t, "animated.webp")
	table1 := segment(0xdb, append([]byte{1}, bytes.Repeat([]byte{9}, 64)...))
	for name, data := range map[string][]byte{
		"JPEG without quantisation":         withoutSegments(t, read(t, "420.jpg"), 0xdb),
		"progressive without quantisation":  withoutSegments(t, progressive, 0xdb),
		"grey without quantisation":         withoutSegments(t, read(t, "grey.jpg"), 0xdb),
		"JPEG with another's quantisation":  afterSOI(withoutSegments(t, read(t, "grey.jpg"), 0xdb), table1),
		"JPEG without codes":                withoutSegments(t, read(t, "420.jpg"), 0xc4),
		"JPEG with an interval missing":     slices.Concat(restarts[:third], restarts[fourth:]),
		"JPEG with a component missing":     slices.Concat(three[:bytes.LastIndex(three, []byte("\xff\xda"))], end),
		"JPEG without its last rows":        noEOI(t, "420.jpg")[:len(read(t, "420.jpg"))-40],
		"progressive cut between two scans": progressive[:bytes.LastIndex(progressive, []byte("\xff\xda"))],
		"progressive of AC alone": jpegSpec{
			w: 80, h: 80, parts: []sampling{{1, 1}}, scans: []jpegScan{{[]int{0}, true, 1, 63, 0, 0}}, sample: hills,
		}.bytes(),
		"PNG with a row missing":            pngOf(ihdr(67, 65, 8, 2, 0), chunk("IDAT", deflate(rows(64)))),
		"PNG with a byte missing":           pngOf(ihdr(67, 65, 8, 2, 0), chunk("IDAT", deflate(rows(65)[:65*202-1]))),
		"PNG cut in its pixels":             png[:len(png)-12-20],
		"PNG without IEND, cut between two": append(slices.Clone(png[:33]), chunk("IDAT", deflate(rows(65))[:40])...),
		"PNG of an unknown filter": pngOf(ihdr(67, 65, 8, 2, 0),
			chunk("IDAT", deflate(bytes.Repeat([]byte{5}, 65*202)))),
		"PNG with damaged pixels":   flip(png, len(png)-12-30),
		"PNG with a damaged header": flip(png, 20),
		"PNG without its palette":   pngOf(ihdr(201, 65, 8, 3, 0), chunk("IDAT", deflate(rows(65)))),
		"PNG with half a colour": pngOf(ihdr(201, 65, 8, 3, 0), chunk("PLTE", make([]byte, 7)),
			chunk("IDAT", deflate(rows(65)))),
		"PNG with a damaged palette": pngOf(ihdr(201, 65, 8, 3, 0), flip(chunk("PLTE", make([]byte, 6)), 9),
			chunk("IDAT", deflate(rows(65)))),
		"GIF frame cut off":               still[:len(still)-7],
		"GIF frame with pixels missing":   gifOf(80, 80, gifFrame(0, 0, 80, 80, fewer)),
		"GIF frame of no codes":           gifOf(80, 80, gifFrame(0, 0, 80, 80, "\x02\x02\xff\xff\x00")),
		"GIF frame without colours":       slices.Concat([]byte("GIF89a\x50\x00\x50\x00\x00\x00\x00"), frame, []byte(";")),
		"WebP cut in its picture":         lossy[:len(lossy)-40],
		"WebP animation cut in its first": animation[:400],
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := photo.Decode(context.Background(), data, 0); codeOf(err) != fault.PhotoCorrupt {
				t.Error(err)
			}
		})
	}
}

// noEOI is a JPEG of testdata without its end.
func noEOI(t testing.TB, name string) []byte {
	t.Helper()
	return bytes.Clone(bytes.TrimSuffix(read(t, name), []byte{0xff, 0xd9}))
}

// renumbered is a JPEG of testdata with other numbers of its restart markers.
func renumbered(t testing.TB, name string, number func(n int) int) []byte {
	t.Helper()
	data, found := read(t, name), 0
	for i := 0; i+1 < len(data); i++ {
		if n := int(data[i+1]) - 0xd0; data[i] == 0xff && n >= 0 && n < 8 {
			data[i+1] = 0xd0 + byte(number(n)&7)
			found++
		}
	}
	if found < 5 {
		t.Fatalf("%s has only %d restart markers", name, found)
	}
	return data
}

// withoutSegments is a JPEG without its segments of one kind.
func withoutSegments(t testing.TB, data []byte, marker byte) []byte {
	t.Helper()
	out, removed := bytes.Clone(data[:2]), false
	for pos := 2; ; {
		next := pos + 2 + int(data[pos+2])<<8 + int(data[pos+3])
		if data[pos+1] == marker {
			removed = true
		} else {
			out = append(out, data[pos:next]...)
		}
		if data[pos+1] == 0xda {
			if !removed {
				t.Fatalf("no segment %#x", marker)
			}
			return append(out, data[next:]...)
		}
		pos = next
	}
}

// gifOf is a GIF with a screen of that size and a table of four colours.
func gifOf(w, h int, frames ...[]byte) []byte {
	out := binary.LittleEndian.AppendUint16([]byte("GIF89a"), uint16(w))
	out = binary.LittleEndian.AppendUint16(out, uint16(h))
	out = append(out, "\x81\x00\x00\x10\x20\x30\xd0\x20\x20\x20\xd0\x20\xf0\xe0\xd0"...)
	return append(bytes.Join(append([][]byte{out}, frames...), nil), ';')
}

// gifFrame is a frame of GIF without colours of its own.
func gifFrame(x, y, w, h int, codes string) []byte {
	out := []byte{','}
	for _, v := range []int{x, y, w, h} {
		out = binary.LittleEndian.AppendUint16(out, uint16(v))
	}
	return append(append(out, 0), codes...)
}

// gifCodes is n pixels of four colours, from the size of the codes to the end of
// the sub-blocks.
func gifCodes(n int) string {
	var coded bytes.Buffer
	w := lzw.NewWriter(&coded, lzw.LSB, 2)
	for i := range n {
		_, _ = w.Write([]byte{byte(i / 7 % 4)})
	}
	_ = w.Close()
	out := []byte{2}
	for coded.Len() > 0 {
		part := coded.Next(255)
		out = append(append(out, byte(len(part))), part...)
	}
	return string(append(out, 0))
}

// rows is n rows of a PNG, of 201 bytes without a filter.
func rows(n int) []byte {
	var out []byte
	for y := range n {
		out = append(out, 0)
		for x := range 201 {
			out = append(out, byte(x*3+y*x/5))
		}
	}
	return out
}

package photo_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/heif"
	"github.com/nanococoa/nanococoa/internal/heifcodec"
	"github.com/nanococoa/nanococoa/internal/photo"
)

// intake is shared, so that the programs in it are compiled once.
var intake = photo.Intake{Codec: heifcodec.New()}

func decodeHEIF(t testing.TB, data []byte) *image.NRGBA {
	t.Helper()
	if _, err := photo.Check(data); err != nil {
		t.Fatal("Check:", err)
	}
	img, err := intake.Decode(context.Background(), data, 0)
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// cut is the part of the scene that the smaller files show.
func cut(t testing.TB, name string, r image.Rectangle) *image.NRGBA {
	t.Helper()
	return toNRGBA(readPNG(t, name).SubImage(r))
}

var evenRect = image.Rect(0, 0, 128, 96)

// What HEIC and AVIF files show, as close as libheif and libavif come.
func TestHEIFShowsTheScene(t *testing.T) {
	t.Parallel()
	var reference map[string]float64
	if err := json.Unmarshal(read(t, "heif.json"), &reference); err != nil {
		t.Fatal(err)
	}
	for name, want := range reference {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			shown := cut(t, "scene.png", evenRect)
			switch {
			case strings.HasPrefix(name, "alpha"):
				shown = readPNG(t, "scene-alpha.png")
			case strings.HasPrefix(name, "grey"):
				shown = readPNG(t, "scene-grey.png")
			case strings.HasPrefix(name, "scene"):
				shown = readPNG(t, "scene.png")
			}
			tolerance := 0.3
			if name == "scene.heic" || name == "even.heic" || name == "studio.heic" {
				// libheif repeats samples of chroma, which suits the scene, for its edges lie
				// at even places. Here they are interpolated, as libjpeg does; 420.jpg has 32.9.
				tolerance = 4
			}
			img := decodeHEIF(t, read(t, name))
			if got := psnr(t, img, shown); got < want-tolerance {
				t.Errorf("%.2f dB, the reference has %.2f", got, want)
			}
		})
	}
}

// Samples of more than 8 bits, whatever libheif leaves of them.
func TestDeepHEIF(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		shown string
		least float64
	}{"deep-444.heic": {"scene.png", 40}, "deep-420.heic": {"scene.png", 27}, "deep-grey.heic": {"scene-grey.png", 45}} {
		if got := psnr(t, decodeHEIF(t, read(t, name)), cut(t, tc.shown, evenRect)); got < tc.least {
			t.Errorf("%s: %.2f dB", name, got)
		}
	}
}

// A profile means in HEIC and AVIF what it means in PNG.
func TestHEIFProfile(t *testing.T) {
	t.Parallel()
	plain := encodePNG(t, cut(t, "scene.png", evenRect))
	icc := append([]byte("p3\x00\x00"), deflate(read(t, "display-p3.icc"))...)
	want := decode(t, afterIHDR(plain, chunk("iCCP", icc)))
	for _, name := range []string{"p3.heic", "p3.avif"} {
		img := decodeHEIF(t, read(t, name))
		if got := psnr(t, img, want); got < 38 {
			t.Errorf("%s: %.2f dB", name, got)
		}
		if got := psnr(t, img, decode(t, plain)); got > 36 {
			t.Errorf("%s: %.2f dB from the colours without a profile", name, got)
		}
	}
}

// Pillow has libavif turn these by irot and imir as Exif would, and the Exif is still there:
// it must not count a second time.
func TestHEIFIsTurnedOnce(t *testing.T) {
	t.Parallel()
	var upright *image.NRGBA
	for o := 2; o <= 8; o++ {
		data := read(t, fmt.Sprintf("turned-%d.avif", o))
		info, err := photo.Check(data)
		if err != nil || info.Orientation != o || info.Width != 96 || info.Height != 64 {
			t.Errorf("turned by %d: %+v, %v", o, info, err)
		}
		png := encodePNG(t, cut(t, "scene.png", image.Rect(0, 0, 96, 64)))
		upright = decode(t, afterIHDR(png, chunk("eXIf", exif(binary.BigEndian, uint16(o)))))
		if got := psnr(t, decodeHEIF(t, data), upright); got < 25 {
			t.Errorf("turned by %d: %.2f dB", o, got)
		}
	}
}

// part is an item of a file that heifOf makes.
type piece struct {
	kind  string
	props []string // whole boxes
	data  []byte
}

func isobox(kind string, parts ...string) string {
	body := strings.Join(parts, "")
	return string(binary.BigEndian.AppendUint32(nil, uint32(8+len(body)))) + kind + body
}

func be(size int, values ...int) string {
	var b []byte
	for _, v := range values {
		b = append(b, binary.BigEndian.AppendUint64(nil, uint64(v))[8-size:]...)
	}
	return string(b)
}

// heifOf makes a file of items, numbered from 1, of which the first is the primary one.
// References are whole boxes.
func heifOf(brand string, items []piece, references ...string) []byte {
	meta := func(at int) string {
		var infos, places, properties, associations string
		n := 0
		for i, it := range items {
			infos += isobox("infe", be(4, 2<<24), be(2, i+1, 0), it.kind, "\x00")
			places += be(2, i+1, 0, 1) + be(4, at, len(it.data))
			at += len(it.data)
			associations += be(2, i+1) + be(1, len(it.props))
			for _, p := range it.props {
				n++
				properties += p
				associations += be(1, n)
			}
		}
		refs := ""
		if len(references) > 0 {
			refs = isobox("iref", be(4, 0), strings.Join(references, ""))
		}
		return isobox("meta", be(4, 0),
			isobox("hdlr", be(4, 0, 0), "pict", be(8, 0), be(5, 0)),
			isobox("pitm", be(4, 0), be(2, 1)),
			isobox("iinf", be(4, 0), be(2, len(items)), infos),
			isobox("iloc", be(4, 0), "\x44\x00", be(2, len(items)), places), refs,
			isobox("iprp", isobox("ipco", properties), isobox("ipma", be(4, 0, len(items)), associations)))
	}
	head := isobox("ftyp", brand, be(4, 0), "mif1", brand)
	data := ""
	for _, it := range items {
		data += string(it.data)
	}
	return []byte(head + meta(len(head)+len(meta(0))+8) + isobox("mdat", data))
}

func ispe(w, h int) string { return isobox("ispe", be(4, 0, w, h)) }

// coded is the picture of a file as an item, without anything that turns or cuts it.
func coded(t testing.TB, name string) piece {
	t.Helper()
	p, err := heif.Read(read(t, name), photo.MaxPixels)
	if err != nil {
		t.Fatal(err)
	}
	s := p.Tiles[0]
	settings := map[heif.Codec]string{heif.HEVC: "hvcC", heif.AV1: "av1C"}[s.Codec]
	return piece{string(s.Codec), []string{isobox(settings, string(s.Config)), ispe(s.Width, s.Height)}, s.Data}
}

func grid(rows, columns, w, h int) piece {
	return piece{"grid", []string{ispe(w, h)}, []byte(be(1, 0, 0, rows-1, columns-1) + be(2, w, h))}
}

// with gives an item more properties.
func (p piece) with(props ...string) piece {
	p.props = append(p.props[:len(p.props):len(p.props)], props...)
	return p
}

func TestHEIFGrid(t *testing.T) {
	t.Parallel()
	for name, brand := range map[string]string{
		"even.heic": "heic", "deep-grey.heic": "heic", "even-444.heic": "heic", "even.avif": "avif",
	} {
		part := coded(t, name)
		tile := decodeHEIF(t, heifOf(brand, []piece{part}))
		want := image.NewNRGBA(image.Rect(0, 0, 250, 180))
		for _, at := range []image.Point{{}, {128, 0}, {0, 96}, {128, 96}} {
			draw.Draw(want, image.Rectangle{at, at.Add(evenRect.Max)}, tile, image.Point{}, draw.Src)
		}
		data := heifOf(brand, []piece{grid(2, 2, 250, 180), part, part, part, part},
			isobox("dimg", be(2, 1, 4, 2, 3, 4, 5)))
		img := decodeHEIF(t, data)
		// At the seams chroma is made of both sides.
		if got := psnr(t, img, want); got < 38 {
			t.Errorf("%s: %.2f dB from its parts", name, got)
		}
		info, _ := photo.Check(data)
		if info.Width != 250 || info.Height != 180 {
			t.Errorf("%s: %+v", name, info)
		}
	}
}

// A part of a grid may be the opacity of nothing, and opacity may be a grid.
func TestHEIFOpacityInParts(t *testing.T) {
	t.Parallel()
	part, opacity := coded(t, "even.avif"), coded(t, "deep-grey.heic")
	const alpha = "urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\x00"
	data := heifOf("avif", []piece{
		grid(1, 2, 200, 90), part, part, grid(1, 2, 200, 90).with(isobox("auxC", be(4, 0), alpha)), opacity, opacity,
	}, isobox("dimg", be(2, 1, 2, 2, 3)), isobox("dimg", be(2, 4, 2, 5, 6)), isobox("auxl", be(2, 4, 1, 1)))
	img := decodeHEIF(t, data)
	grey := cut(t, "scene-grey.png", evenRect)
	for _, at := range []image.Point{{3, 3}, {60, 50}, {131, 3}, {190, 70}} {
		got, want := img.NRGBAAt(at.X, at.Y).A, grey.NRGBAAt(at.X%128, at.Y).R
		if math.Abs(float64(got)-float64(want)) > 4 {
			t.Errorf("opacity %d at %v, want %d", got, at, want)
		}
	}
}

func TestHEIFIsCutThenTurned(t *testing.T) {
	t.Parallel()
	clap := func(w, h, x, y int) string { // x and y in half pixels
		return isobox("clap", be(4, w, 1, h, 1, x, 2, y, 2))
	}
	for _, name := range []string{"even.heic", "even-444.heic", "even.avif"} {
		part := coded(t, name)
		whole := decodeHEIF(t, heifOf("heic", []piece{part}))
		// 80×70 from (10, 4): the middle is at (49.5, 38.5) of (63.5, 47.5).
		img := decodeHEIF(t, heifOf("heic", []piece{part.with(clap(80, 70, -28, -18), isobox("irot", "\x03"))}))
		turned := image.NewNRGBA(image.Rect(0, 0, 70, 80))
		for y := range 70 {
			for x := range 80 {
				turned.SetNRGBA(69-y, x, whole.NRGBAAt(10+x, 4+y)) // three times counterclockwise
			}
		}
		if got := psnr(t, img, turned); got < 38 {
			t.Errorf("%s: %.2f dB, %v", name, got, img.Rect)
		}
	}
}

// A sequence without a primary picture shows the first picture of its first track.
func TestHEIFSequence(t *testing.T) {
	t.Parallel()
	for name, entry := range map[string]string{"even.heic": "hvc1", "even.avif": "av01"} {
		part := coded(t, name)
		movie := func(at int) string {
			return isobox("moov", isobox("trak", isobox("mdia",
				isobox("hdlr", be(4, 0, 0), "pict", be(8, 0), be(5, 0)),
				isobox("minf", isobox("stbl",
					isobox("stsd", be(4, 0, 1), isobox(entry, strings.Repeat("\x00", 78), part.props[0])),
					isobox("stsz", be(4, 0, 0, 1, len(part.data))),
					isobox("stco", be(4, 0, 1, at)))))))
		}
		head := isobox("ftyp", "msf1", be(4, 0), "msf1")
		data := []byte(head + movie(len(head)+len(movie(0))+8) + isobox("mdat", string(part.data)))
		if got := psnr(t, decodeHEIF(t, data), cut(t, "scene.png", evenRect)); got < 27 {
			t.Errorf("%s: %.2f dB", name, got)
		}
	}
}

// Only an auxiliary picture that says it is opacity is, and only the shown picture's; and it
// has the size of what it covers.
func TestHEIFOpacityIsWhatSaysSo(t *testing.T) {
	t.Parallel()
	part, other := coded(t, "even.avif"), coded(t, "deep-grey.heic")
	auxiliary := func(kind string) string { return isobox("auxC", be(4, 0), kind+"\x00") }
	const alpha = "urn:mpeg:mpegB:cicp:systems:auxiliary:alpha"
	for name, c := range map[string]struct {
		kind   string
		of     int
		opaque bool
	}{
		"opacity":             {alpha, 1, false},
		"opacity, as Apple's": {"urn:mpeg:hevc:2015:auxid:1", 1, false},
		"depth":               {"urn:mpeg:mpegB:cicp:systems:auxiliary:depth", 1, true},
		"Apple's depth":       {"urn:mpeg:hevc:2015:auxid:2", 1, true},
		"opacity of another":  {alpha, 2, true},
	} {
		img := decodeHEIF(t, heifOf("avif", []piece{part, part, other.with(auxiliary(c.kind))},
			isobox("auxl", be(2, 3, 1, c.of))))
		if img.Opaque() != c.opaque {
			t.Errorf("%s: opaque is %v", name, img.Opaque())
		}
	}
	small := heifOf("avif", []piece{part, coded(t, "grey.avif").with(auxiliary(alpha))}, isobox("auxl", be(2, 2, 1, 1)))
	if _, err := photo.Check(small); codeOf(err) != fault.PhotoUnsupported {
		t.Errorf("opacity of another size: %v", err)
	}
}

// Opacity is cut with the picture.
func TestHEIFOpacityIsCut(t *testing.T) {
	t.Parallel()
	const alpha = "urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\x00"
	part := coded(t, "even.avif").with(isobox("clap", be(4, 80, 1, 70, 1, -28, 2, -18, 2))) // from (10, 4)
	img := decodeHEIF(t, heifOf("avif", []piece{part, coded(t, "deep-grey.heic").with(isobox("auxC", be(4, 0), alpha))},
		isobox("auxl", be(2, 2, 1, 1))))
	grey := cut(t, "scene-grey.png", evenRect)
	far := 0.0
	for y := range 70 {
		for x := range 80 {
			far += math.Abs(float64(img.NRGBAAt(x, y).A) - float64(grey.NRGBAAt(10+x, 4+y).R))
		}
	}
	if far /= 80 * 70; far > 2 {
		t.Errorf("opacity is %.2f off", far)
	}
}

// What is cut begins at whole pixels: where half of one is over, at the smaller.
func TestHEIFIsCutAtWholePixels(t *testing.T) {
	t.Parallel()
	part := coded(t, "even-444.heic")
	whole := decodeHEIF(t, heifOf("heic", []piece{part}))
	// 79 of 128 around the middle: 24.5 pixels are left of it.
	img := decodeHEIF(t, heifOf("heic", []piece{part.with(isobox("clap", be(4, 79, 1, 71, 1, 0, 1, 0, 1)))}))
	want := toNRGBA(whole.SubImage(image.Rect(24, 12, 24+79, 12+71)))
	if got := psnr(t, img, want); got < 60 {
		t.Errorf("%.2f dB, %v", got, img.Rect)
	}
}

// A grid that says nothing of its colours has those of its parts, as numbers or a profile;
// numbers beside a profile still say the matrix.
func TestHEIFColoursOfAGrid(t *testing.T) {
	t.Parallel()
	part := coded(t, "even.heic")
	dimg := isobox("dimg", be(2, 1, 1, 2))
	numbers := func(primaries, transfer, matrix int) string {
		return isobox("colr", "nclx", be(2, primaries, transfer, matrix), "\x80")
	}
	profile := isobox("colr", "prof", string(read(t, "display-p3.icc")))
	alone := decodeHEIF(t, heifOf("heic", []piece{part}))
	for name, box := range map[string]string{
		"P3 by numbers": numbers(12, 13, 6), "P3 by a profile": profile, "BT.2020's matrix": numbers(1, 13, 9),
	} {
		want := decodeHEIF(t, heifOf("heic", []piece{part.with(box)}))
		img := decodeHEIF(t, heifOf("heic", []piece{grid(1, 1, 128, 96), part.with(box)}, dimg))
		if got := psnr(t, img, want); got < 50 {
			t.Errorf("%s: %.2f dB in a grid", name, got)
		}
		if got := psnr(t, want, alone); got > 36 {
			t.Errorf("%s: %.2f dB from a picture without", name, got)
		}
		both := decodeHEIF(t, heifOf("heic", []piece{part.with(profile, numbers(1, 13, 9))}))
		if got := psnr(t, both, decodeHEIF(t, heifOf("heic", []piece{part.with(profile)}))); got > 36 {
			t.Errorf("the matrix beside a profile does not count: %.2f dB", got)
		}
	}
	// A profile of another kind of picture says nothing, and the numbers count.
	wrong := isobox("colr", "prof", string(read(t, "grey-gamma.icc")))
	img := decodeHEIF(t, heifOf("heic", []piece{part.with(wrong, numbers(12, 13, 6))}))
	if got := psnr(t, img, decodeHEIF(t, heifOf("heic", []piece{part.with(numbers(12, 13, 6))}))); got < 60 {
		t.Errorf("a profile of grey: %.2f dB", got)
	}
}

func TestHEIFThatIsRefused(t *testing.T) {
	t.Parallel()
	part := coded(t, "even.heic")
	wrong := func(props ...string) []piece { return []piece{{part.kind, props, part.data}} }
	four := isobox("dimg", be(2, 1, 4, 2, 2, 2, 2))
	essential := bytes.Replace(
		heifOf("heic", []piece{part.with(isobox("xxxx", "a"))}), []byte("\x03\x01\x02\x03"), []byte("\x03\x01\x02\x83"), 1,
	)
	clap := func(values ...int) []byte {
		return heifOf("heic", []piece{part.with(isobox("clap", be(4, values...)))})
	}
	zeros := part
	zeros.data = append(bytes.Clone(part.data[:len(part.data)/2]), make([]byte, len(part.data)-len(part.data)/2)...)
	for name, tc := range map[string]struct {
		data []byte
		want fault.Code
	}{
		"an ispe of other sizes":    {heifOf("heic", wrong(part.props[0], ispe(64, 64))), fault.PhotoCorrupt},
		"no settings":               {heifOf("heic", wrong(part.props[1])), fault.PhotoCorrupt},
		"JPEG inside":               {heifOf("heic", []piece{{"jpeg", part.props, part.data}}), fault.PhotoUnsupported},
		"a property it cannot read": {essential, fault.PhotoUnsupported},
		"clap outside":              {clap(500, 1, 70, 1, 0, 1, 0, 1), fault.PhotoCorrupt},
		"clap over nothing":         {clap(80, 0, 70, 1, 0, 1, 0, 1), fault.PhotoCorrupt},
		"clap to a strip":           {clap(80, 1, 10, 1, 0, 1, 0, 1), fault.PhotoTooSmall},
		"a grid of more pixels": {
			heifOf("heic", []piece{grid(2, 2, 20000, 20000), part}, four), fault.PhotoTooManyPixels,
		},
		"a grid with holes":       {heifOf("heic", []piece{grid(2, 2, 300, 150), part}, four), fault.PhotoCorrupt},
		"a grid of parts unseen":  {heifOf("heic", []piece{grid(2, 2, 100, 150), part}, four), fault.PhotoCorrupt},
		"a grid of too few parts": {heifOf("heic", []piece{grid(3, 2, 250, 280), part}, four), fault.PhotoCorrupt},
		"a grid of itself": {
			heifOf("heic", []piece{grid(1, 1, 128, 96)}, isobox("dimg", be(2, 1, 1, 1))), fault.PhotoUnsupported,
		},
		"a grid of one part read a thousand times": {
			heifOf("heic", []piece{grid(25, 40, 40*128, 25*96), part},
				isobox("dimg", be(2, 1, 1000), strings.Repeat(be(2, 2), 1000))), fault.PhotoCorrupt,
		},
		"parts of two codecs": {
			heifOf("heic", []piece{grid(1, 2, 200, 90), part, coded(t, "even.avif")},
				isobox("dimg", be(2, 1, 2, 2, 3))), fault.PhotoCorrupt,
		},
		"a part of other pixels": {
			heifOf("heic", []piece{grid(1, 2, 200, 90), part, coded(t, "scene.heic")},
				isobox("dimg", be(2, 1, 2, 2, 3))), fault.PhotoCorrupt,
		},
		"a turned part": {
			heifOf("heic", []piece{grid(1, 1, 128, 96), part.with(isobox("irot", "\x01"))},
				isobox("dimg", be(2, 1, 1, 2))), fault.PhotoUnsupported,
		},
		"a cut part": {
			heifOf("heic", []piece{grid(1, 1, 128, 96), part.with(isobox("clap", be(4, 80, 1, 70, 1, 0, 1, 0, 1)))},
				isobox("dimg", be(2, 1, 1, 2))), fault.PhotoUnsupported,
		},
		"cut after it is turned": {
			heifOf("heic", []piece{part.with(isobox("irot", "\x01"), isobox("clap", be(4, 80, 1, 70, 1, 0, 1, 0, 1)))}),
			fault.PhotoUnsupported,
		},
		"a matrix without colours": {
			heifOf("heic", []piece{part.with(isobox("colr", "nclx", be(2, 1, 13, 0), "\x80"))}), fault.PhotoUnsupported,
		},
	} {
		_, err := photo.Check(tc.data)
		if codeOf(err) != tc.want {
			t.Errorf("%s: %v, want %s", name, err, tc.want)
		}
	}
	if _, err := intake.Decode(t.Context(), heifOf("heic", []piece{zeros}), 0); codeOf(err) != fault.PhotoCorrupt {
		t.Errorf("half of it zeros: %v", err)
	}
}

// No file that is cut off is taken, wherever that is.
func TestHEIFCutOff(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"alpha.heic", "alpha.avif", "sequence.avif"} {
		data := read(t, name)
		if name == "sequence.avif" { // its primary picture comes first
			data = heifOf("avif", []piece{coded(t, "even.avif")})
		}
		for n := 12; n < len(data); n += 1 + len(data)/300 {
			if _, err := photo.Check(data[:n]); codeOf(err) != fault.PhotoCorrupt && codeOf(err) != fault.PhotoUnsupported {
				t.Fatalf("%s: %d of %d bytes: %v", name, n, len(data), err)
			}
		}
		if _, err := photo.Check(append(bytes.Clone(data), "what a phone appends"...)); err != nil {
			t.Errorf("%s with something behind it: %v", name, err)
		}
	}
}

// slow is a codec that never comes to an end by itself.
type slow struct{}

func (slow) Decode(ctx context.Context, _ []heif.Still, _ func(int, image.Image) error) error {
	<-ctx.Done()
	return ctx.Err()
}

// A codec that takes too long is stopped, and the owner is told of the photo.
func TestHEIFThatIsTooSlow(t *testing.T) {
	t.Parallel()
	data := read(t, "scene.heic")
	synctest.Test(t, func(t *testing.T) { // its clock does not wait
		if _, err := (photo.Intake{Codec: slow{}}).Prepare(t.Context(), data); codeOf(err) != fault.PhotoTooManyPixels {
			t.Errorf("%v", err)
		}
	})
}

func TestHEIFWithoutACodecAndWithoutTime(t *testing.T) {
	t.Parallel()
	data := read(t, "scene.heic")
	if _, err := photo.Prepare(t.Context(), data); codeOf(err) != fault.PhotoHEIC {
		t.Errorf("without a codec: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	_, err := photo.Intake{Codec: slow{}}.Prepare(ctx, data)
	if !errors.Is(err, context.DeadlineExceeded) || codeOf(err) != "not a fault" {
		t.Errorf("when the context ends: %v", err)
	}
	if _, err := intake.Prepare(ctx, data); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("when the context has ended: %v", err)
	}
}

// FuzzHEIF holds any HEIC or AVIF to what FuzzDecode holds all formats to, with the codec.
//
//	go test -run '^$' -fuzz FuzzHEIF -fuzztime 5m -fuzzminimizetime 10x ./internal/photo
func FuzzHEIF(f *testing.F) {
	for _, pattern := range []string{"testdata/*.heic", "testdata/*.avif"} {
		paths, err := filepath.Glob(pattern)
		if err != nil || len(paths) < 5 {
			f.Fatal(paths, err)
		}
		for _, path := range paths {
			data, err := os.ReadFile(path)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(data)
		}
	}
	f.Add(heifOf("heic", []piece{grid(1, 2, 200, 90), coded(f, "even.heic")}, isobox("dimg", be(2, 1, 2, 2, 2))))
	f.Fuzz(func(t *testing.T, data []byte) {
		if !heif.Is(data) {
			return
		}
		info, checkErr := photo.Check(data)
		if info.Width*info.Height > 1_000_000 {
			t.Skip("allowed, but slow to explore")
		}
		img, err := intake.Decode(context.Background(), data, 100)
		if checkErr != nil && codeOf(err) != codeOf(checkErr) {
			t.Errorf("Check says %v, Decode %v", checkErr, err)
		}
		if code := codeOf(err); err != nil && !strings.HasPrefix(string(code), "Photo.") {
			t.Errorf("%v", err)
		}
		if err == nil && max(img.Rect.Dx(), img.Rect.Dy()) > 100 {
			t.Errorf("%v", img.Rect)
		}
	})
}

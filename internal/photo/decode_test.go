package photo_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"golang.org/x/image/draw"

	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/photo"
)

// Each file must come as close to the scene as libjpeg-turbo and libwebp do: a
// wrong matrix, range, inversion or chroma position costs several dB.
func TestEveryFormatComesAsCloseAsItsReferenceDecoder(t *testing.T) {
	t.Parallel()
	var reference map[string]float64
	if err := json.Unmarshal(read(t, "psnr.json"), &reference); err != nil {
		t.Fatal(err)
	}
	if len(reference) < 20 {
		t.Fatalf("%d files", len(reference))
	}
	for name, want := range reference {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			img := decode(t, read(t, name))
			var got float64
			switch {
			case strings.Contains(name, "alpha"):
				got = psnr(t, img, readPNG(t, "scene-alpha.png"))
			case strings.HasPrefix(name, "grey"), strings.HasPrefix(name, "palette"):
				got = opaquePSNR(t, img, readPNG(t, "scene-grey.png"))
			default:
				got = opaquePSNR(t, img, readPNG(t, "scene.png"))
			}
			if want = min(want, 100); got < want-0.3 {
				t.Errorf("%.2f dB, the reference decoder has %.2f", got, want)
			}
		})
	}
}

func TestLosslessFormatsComeOutExactly(t *testing.T) {
	t.Parallel()
	scene, alpha, grey := readPNG(t, "scene.png"), readPNG(t, "scene-alpha.png"), readPNG(t, "scene-grey.png")
	deep := image.NewNRGBA64(scene.Rect)
	opaqueDeep := image.NewRGBA64(scene.Rect)
	deepGrey := image.NewGray16(scene.Rect)
	greyAlpha := image.NewNRGBA(scene.Rect)
	for y := range scene.Rect.Dy() {
		for x := range scene.Rect.Dx() {
			c, g := alpha.NRGBAAt(x, y), grey.NRGBAAt(x, y).R
			// 100 of 65535 above: rounds to the same eight bits.
			up := func(v byte) uint16 { return min(uint16(v)*257, 65435) + 100 }
			deep.SetNRGBA64(x, y, color.NRGBA64{up(c.R), up(c.G), up(c.B), up(c.A)})
			s := scene.NRGBAAt(x, y)
			opaqueDeep.SetRGBA64(x, y, color.RGBA64{up(s.R), up(s.G), up(s.B), 65535})
			deepGrey.SetGray16(x, y, color.Gray16{up(g)})
			greyAlpha.SetNRGBA(x, y, color.NRGBA{g, g, g, c.A})
		}
	}
	four := image.NewPaletted(scene.Rect, color.Palette{
		color.NRGBA{R: 200, A: 255}, color.NRGBA{G: 100, A: 128}, color.NRGBA{}, color.NRGBA{B: 9, A: 255},
	})
	for i := range four.Pix {
		four.Pix[i] = byte(i / 7 % 4)
	}
	bilevel := image.NewNRGBA(image.Rect(0, 0, 70, 65))
	var bits []byte
	for y := range 65 {
		row := make([]byte, 10)
		for x := range 70 {
			if x*y%3 == 0 {
				row[1+x/8] |= 0x80 >> (x % 8)
				bilevel.SetNRGBA(x, y, color.NRGBA{255, 255, 255, 255})
			} else {
				bilevel.SetNRGBA(x, y, color.NRGBA{0, 0, 0, 255})
			}
		}
		bits = append(bits, row...)
	}
	keyed := image.NewNRGBA(bilevel.Rect)
	for y := range 65 {
		for x := range 70 {
			if c := bilevel.NRGBAAt(x, y); c.R == 255 {
				keyed.SetNRGBA(x, y, c)
			}
		}
	}
	var gifData bytes.Buffer
	if err := gif.Encode(&gifData, four, nil); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		data []byte
		want image.Image
	}{
		"PNG RGB":                {read(t, "scene.png"), scene},
		"PNG RGBA":               {read(t, "scene-alpha.png"), alpha},
		"PNG grey":               {read(t, "scene-grey.png"), grey},
		"PNG interlaced":         {read(t, "interlaced.png"), scene},
		"PNG interlaced 2 bits":  {read(t, "interlaced-2bit.png"), readPNG(t, "interlaced-2bit.png")},
		"PNG grey and alpha":     {encodePNG(t, greyAlpha), greyAlpha},
		"PNG 16-bit RGBA":        {encodePNG(t, deep), alpha},
		"PNG 16-bit RGB":         {encodePNG(t, opaqueDeep), scene},
		"PNG 16-bit grey":        {encodePNG(t, deepGrey), grey},
		"PNG palette with alpha": {encodePNG(t, four), four},
		"PNG 1 bit":              {pngOf(ihdr(70, 65, 1, 0, 0), chunk("IDAT", deflate(bits))), bilevel},
		"PNG 1 bit colour key": {
			pngOf(ihdr(70, 65, 1, 0, 0), chunk("tRNS", []byte{0, 0}), chunk("IDAT", deflate(bits))), keyed,
		},
		"APNG first frame":       {read(t, "animated.png"), scene},
		"GIF palette with alpha": {gifData.Bytes(), paletted255(four)},
		"GIF interlaced":         {read(t, "interlaced.gif"), grey},
		"WebP lossless":          {read(t, "lossless.webp"), scene},
		"WebP lossless alpha":    {read(t, "lossless-alpha.webp"), alpha},
		"WebP animated":          {read(t, "animated.webp"), scene},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := psnr(t, decode(t, c.data), c.want); got < 70 {
				t.Errorf("%.1f dB", got)
			}
		})
	}
}

// Every kind and depth of PNG, interlaced or not, with each filter and with a colour
// key, is what image/png makes of it.
func TestEveryKindOfPNG(t *testing.T) {
	t.Parallel()
	depths := map[byte][]byte{0: {1, 2, 4, 8, 16}, 2: {8, 16}, 3: {1, 2, 4, 8}, 4: {8, 16}, 6: {8, 16}}
	channels := map[byte]int{0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
	random := rand.New(rand.NewPCG(5, 6))
	noise := func(n int) []byte {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(random.Uint32()) & 0x81 // so that a key is met
		}
		return b
	}
	const w, h = 69, 67
	for kind, some := range depths {
		for _, depth := range some {
			for interlace := range byte(2) {
				passes := [][4]int{{0, 0, 1, 1}}
				if interlace == 1 {
					passes = [][4]int{{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}}
				}
				var raw []byte
				for _, p := range passes {
					for y := range up(h-p[1], p[3]) {
						row := up(up(w-p[0], p[2])*channels[kind]*int(depth), 8)
						raw = append(append(raw, byte(y%5)), noise(row)...)
					}
				}
				chunks := [][]byte{ihdr(w, h, depth, kind, interlace), nil, nil, chunk("IDAT", deflate(raw))}
				switch kind {
				case 0, 2:
					key := make([]byte, 2*channels[kind])
					key[len(key)-1] = 1
					chunks[2] = chunk("tRNS", key)
				case 3:
					chunks[1], chunks[2] = chunk("PLTE", noise(3<<depth)), chunk("tRNS", []byte{7, 200, 0})
				}
				data := pngOf(chunks...)
				img, err := png.Decode(bytes.NewReader(data))
				if err != nil {
					t.Fatal(err)
				}
				if p := psnr(t, decode(t, data), img); p < 55 { // 16 bits are cut there and rounded here
					t.Errorf("kind %d, %d bits, interlace %d: %.1f dB from image/png", kind, depth, interlace, p)
				}
			}
		}
	}
}

// paletted255 is what is left of a palette in a GIF: no half transparency.
func paletted255(p *image.Paletted) image.Image {
	out := *p
	out.Palette = nil
	for _, c := range p.Palette {
		n := color.NRGBAModel.Convert(c).(color.NRGBA)
		if n.A != 0 {
			r, g, b, _ := c.RGBA()
			n = color.NRGBA{byte(r >> 8), byte(g >> 8), byte(b >> 8), 255}
		}
		out.Palette = append(out.Palette, n)
	}
	return &out
}

func TestScalingKeepsThePicture(t *testing.T) {
	t.Parallel()
	big := scenery(437, 331)
	grey := image.NewGray(big.Rect)
	draw.Draw(grey, grey.Rect, big, image.Point{}, draw.Src)
	for name, c := range map[string]struct {
		data []byte
		min  float64
	}{
		"JPEG 4:2:0": {encodeJPEG(t, big, 95), 36},
		"JPEG grey":  {encodeJPEG(t, grey, 95), 38},
		"PNG":        {encodePNG(t, big), 36},
	} {
		full := decode(t, c.data)
		for _, side := range []int{436, 300, 210, 150, 60} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				got, err := photo.Decode(context.Background(), c.data, side)
				if err != nil {
					t.Fatal(err)
				}
				want := image.NewNRGBA(image.Rect(0, 0, side, (331*side+218)/437))
				draw.CatmullRom.Scale(want, want.Rect, full, full.Rect, draw.Src, nil)
				if p := psnr(t, got, want); p < c.min {
					t.Errorf("%d pixels: %.1f dB from a careful scaling", side, p)
				}
			})
		}
	}
}

// Red and blue stripes of equal lightness are all in the colour planes, which
// are half the size already. Scaling must not halve them once more.
func TestScalingKeepsColourDetail(t *testing.T) {
	t.Parallel()
	img := image.NewNRGBA(image.Rect(0, 0, 1600, 160))
	for i := 0; i < len(img.Pix); i += 4 {
		copy(img.Pix[i:], []byte{200, 60, 60, 255})
		if i/4%8 >= 4 {
			copy(img.Pix[i:], []byte{60, 100, 215, 255})
		}
	}
	got, err := photo.Decode(context.Background(), encodeJPEG(t, img, 98), 800)
	if err != nil {
		t.Fatal(err)
	}
	// Four pixels a period: the two in the middle of each stripe.
	var red, blue float64
	for x := 200; x < 600; x += 4 {
		for k := range 2 {
			red += float64(got.NRGBAAt(x+k, 40).R) / 200
			blue += float64(got.NRGBAAt(x+2+k, 40).R) / 200
		}
	}
	if red-blue < 100 {
		t.Errorf("red %.0f in red stripes and %.0f in blue ones, once 200 and 60", red, blue)
	}
}

// A sequential JPEG is decoded at a fraction of its size, whatever its form.
// That it was shows only in the memory: falling back to image/jpeg gives nearly
// the same picture. Not parallel: it measures what the whole process allocates.
//
//nolint:paralleltest // it measures the whole process
func TestSequentialJPEGNeverExistsAtFullSize(t *testing.T) {
	noise := image.NewNRGBA(image.Rect(0, 0, 1256, 952))
	for i := range noise.Pix { // long codes
		noise.Pix[i] = byte(i * i * 31 / 7 >> (i % 5))
		if i%4 == 3 {
			noise.Pix[i] = 255
		}
	}
	small, grey := readPNG(t, "scene.png"), readPNG(t, "scene-grey.png")
	for name, c := range map[string]struct {
		data []byte
		want image.Image
	}{
		"4:4:4":          {read(t, "large-444.jpg"), small},
		"4:2:2":          {read(t, "large-422.jpg"), small},
		"4:4:0":          {read(t, "large-440.jpg"), small},
		"4:2:0, restart": {read(t, "large-420-restart.jpg"), small},
		"grey":           {read(t, "large-grey.jpg"), grey},
		"noise":          {encodeJPEG(t, noise, 99), nil},
	} {
		var img *image.NRGBA
		var err error
		n := allocated(func() { img, err = photo.Decode(context.Background(), c.data, 157) })
		if err != nil {
			t.Fatal(err)
		}
		if n > 500_000 { // image/jpeg: 1.2 MB for the luma plane alone
			t.Errorf("%s: %d kB", name, n/1000)
		}
		if c.want != nil {
			if p := opaquePSNR(t, img, c.want); p < 30 {
				t.Errorf("%s: %.1f dB", name, p)
			}
		}
	}
}

// What phones call 50 megapixels is taken, upright too, and costs the memory of
// what is made of it. Not parallel: it measures what the whole process allocates.
//
//nolint:paralleltest // it measures the whole process
func TestPhotosOfFiftyMegapixels(t *testing.T) {
	for _, c := range []struct {
		w, h int
		want fault.Code
	}{
		{8160, 6120, ""}, {8160, 6144, ""}, {8192, 6144, ""}, {6144, 8192, ""},
		{8192, 6153, fault.PhotoTooManyPixels}, {9000, 6000, fault.PhotoTooManyPixels},
	} {
		if _, err := photo.Check(longJPEG(0xc0, c.w, c.h, 3)); codeOf(err) != c.want {
			t.Errorf("%d×%d: %v", c.w, c.h, err)
		}
	}
	var data bytes.Buffer
	if err := jpeg.Encode(&data, image.NewYCbCr(image.Rect(0, 0, 8192, 6144), image.YCbCrSubsampleRatio420),
		nil); err != nil {
		t.Fatal(err)
	}
	var err error
	if n := allocated(func() {
		_, err = photo.Decode(context.Background(), data.Bytes(),
			photo.MaxSide)
	}); n > 20_000_000 ||
		err != nil {
		t.Errorf("%d MB, %v", n/1_000_000, err)
	}
}

// A shift by a fraction of a pixel is what goes wrong first in scaling, and
// hardly shows in a mean error. On a tent it shows with opposite signs on the
// two slopes, while a rounding bias does not.
func TestScalingDoesNotShift(t *testing.T) {
	t.Parallel()
	tent := func(x float64) float64 { return 20 + 430*min(x, 1-x) }
	img := image.NewNRGBA(image.Rect(0, 0, 401, 303))
	for y := range 303 {
		for x := range 401 {
			img.SetNRGBA(x, y, color.NRGBA{
				byteOf(tent((float64(x) + 0.5) / 401)), byteOf(tent((float64(y) + 0.5) / 303)), 128, 255,
			})
		}
	}
	for name, data := range map[string][]byte{"PNG": encodePNG(t, img), "JPEG": encodeJPEG(t, img, 98)} {
		for _, side := range []int{401, 400, 250, 200, 125, 100, 56} {
			got, err := photo.Decode(context.Background(), data, side)
			if err != nil {
				t.Fatal(err)
			}
			size := got.Rect.Size()
			var dx, dy, n float64
			for y := size.Y / 8; y < 7*size.Y/8; y++ {
				for x := size.X / 8; x < 7*size.X/8; x++ {
					u, v := (float64(x)+0.5)/float64(size.X), (float64(y)+0.5)/float64(size.Y)
					if math.Abs(u-0.5) < 0.05 || math.Abs(v-0.5) < 0.05 {
						continue // the ridge is rounded off
					}
					c := got.NRGBAAt(x, y)
					dx += math.Copysign(1, u-0.5) * (float64(c.R) - tent(u))
					dy += math.Copysign(1, v-0.5) * (float64(c.G) - tent(v))
					n++
				}
			}
			// In pixels of the original.
			if dx, dy = dx/n/430*401, dy/n/430*303; max(math.Abs(dx), math.Abs(dy)) > 0.1 {
				t.Errorf("%s at %d: shifted by %.2f, %.2f pixels", name, side, dx, dy)
			}
		}
	}
}

func TestFlatColoursStayFlat(t *testing.T) {
	t.Parallel()
	for _, c := range []color.NRGBA{
		{0, 0, 0, 255}, {255, 255, 255, 255}, {200, 17, 99, 255}, {200, 17, 99, 128}, {3, 250, 1, 7},
	} {
		flat := image.NewNRGBA(image.Rect(0, 0, 133, 277))
		for i := 0; i < len(flat.Pix); i += 4 {
			copy(flat.Pix[i:], []byte{c.R, c.G, c.B, c.A})
		}
		for _, side := range []int{0, 276, 150, 100, 65} {
			img, err := photo.Decode(context.Background(), encodePNG(t, flat), side)
			if err != nil {
				t.Fatal(err)
			}
			for i := 0; i < len(img.Pix); i += 4 {
				if got := (color.NRGBA{img.Pix[i], img.Pix[i+1], img.Pix[i+2], img.Pix[i+3]}); got != c {
					t.Fatalf("%v at %d pixels became %v", c, side, got)
				}
			}
		}
	}
}

func TestSizes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ w, h, side, wantW, wantH int }{
		{400, 300, 0, 400, 300},
		{400, 300, 400, 400, 300},
		{400, 300, 1536, 400, 300}, // never enlarged
		{400, 300, 100, 100, 75},
		{300, 400, 100, 75, 100},
		{401, 299, 100, 100, 75},
		{1600, 70, 160, 160, 7},
		{70, 1600, 160, 7, 160},
		{1000, 64, 10, 10, 1},
	} {
		for name, data := range map[string][]byte{
			"png":  encodePNG(t, image.NewNRGBA(image.Rect(0, 0, c.w, c.h))),
			"jpeg": encodeJPEG(t, image.NewGray(image.Rect(0, 0, c.w, c.h)), 80),
		} {
			img, err := photo.Decode(context.Background(), data, c.side)
			if err != nil {
				t.Fatal(err)
			}
			if got := img.Rect; got != image.Rect(0, 0, c.wantW, c.wantH) {
				t.Errorf("%s %d×%d to %d: %v", name, c.w, c.h, c.side, got)
			}
			info, err := photo.Check(data)
			if want := (photo.Info{Format: name, Width: c.w, Height: c.h, Frames: 1, Orientation: 1}); err != nil ||
				info != want {
				t.Errorf("Check = %+v, %v", info, err)
			}
		}
	}
}

// A cut-out must not bring the colour under its transparent pixels along.
func TestAlphaEdgesTakeNoColourFromUnderneath(t *testing.T) {
	t.Parallel()
	for _, under := range []color.NRGBA{{0, 0, 0, 0}, {0, 255, 0, 0}} {
		img := image.NewNRGBA(image.Rect(0, 0, 400, 400))
		for y := range 400 {
			for x := range 400 {
				img.SetNRGBA(x, y, under)
				if (x-200)*(x-200)+(y-200)*(y-200) < 150*150 {
					img.SetNRGBA(x, y, color.NRGBA{250, 240, 230, 255})
				}
			}
		}
		for _, side := range []int{0, 333, 150, 97} {
			got, err := photo.Decode(context.Background(), encodePNG(t, img), side)
			if err != nil {
				t.Fatal(err)
			}
			edge := 0
			for i := 0; i < len(got.Pix); i += 4 {
				c := color.NRGBA{got.Pix[i], got.Pix[i+1], got.Pix[i+2], got.Pix[i+3]}
				if c.A == 0 && c != (color.NRGBA{}) {
					t.Fatalf("side %d: %v hides under no opacity", side, c)
				}
				if c.A > 0 && c.A < 255 {
					edge++
				}
				// One part in A is what eight bits resolve.
				slack := 2 + 255/max(int(c.A), 1)
				if c.A > 0 && (int(c.R) < 250-slack || int(c.G) < 240-slack || int(c.B) < 230-slack || int(c.G) > 240+slack) {
					t.Fatalf("side %d: fringe of %v", side, c)
				}
			}
			if side != 0 && edge < side {
				t.Errorf("side %d: only %d soft pixels at the edge", side, edge)
			}
		}
	}
}

func TestFramesSmallerThanTheCanvasKeepTheirPlace(t *testing.T) {
	t.Parallel()
	frame := image.NewPaletted(image.Rect(30, 20, 90, 70), color.Palette{
		color.NRGBA{255, 0, 0, 255}, color.NRGBA{0, 0, 255, 255},
	})
	for i := range frame.Pix {
		frame.Pix[i] = byte(i % 60 / 30)
	}
	next := image.NewPaletted(image.Rect(0, 0, 128, 100), color.Palette{color.White})
	var g bytes.Buffer
	if err := gif.EncodeAll(
		&g,
		&gif.GIF{Image: []*image.Paletted{frame, next}, Delay: []int{0, 0}, Config: image.Config{Width: 128, Height: 100}},
	); err != nil {
		t.Fatal(err)
	}
	scene := read(t, "lossy.webp")
	lossy := webpOf(vp8x(2, 300, 200), riff("ANIM", make([]byte, 6)),
		riff("ANMF", append(anmf(100, 60, 157, 119), scene[12:]...)))
	still := decode(t, scene)
	for name, c := range map[string]struct {
		data  []byte
		size  image.Point
		frame image.Rectangle
		first color.NRGBA
	}{
		"GIF":  {g.Bytes(), image.Pt(128, 100), frame.Rect, color.NRGBA{255, 0, 0, 255}},
		"WebP": {lossy, image.Pt(300, 200), image.Rect(100, 60, 257, 179), still.NRGBAAt(0, 0)},
	} {
		img := decode(t, c.data)
		if img.Rect.Size() != c.size {
			t.Fatalf("%s: %v", name, img.Rect)
		}
		for y := range c.size.Y {
			for x := range c.size.X {
				if opaque := img.NRGBAAt(x, y).A == 255; opaque != image.Pt(x, y).In(c.frame) {
					t.Fatalf("%s: opaque = %v at %d,%d", name, opaque, x, y)
				}
			}
		}
		if got := img.NRGBAAt(c.frame.Min.X, c.frame.Min.Y); got != c.first {
			t.Errorf("%s: first pixel %v, want %v", name, got, c.first)
		}
	}
}

// anmf makes the header of a WebP frame.
func anmf(x, y, w, h int) []byte {
	u := func(v int) []byte { return []byte{byte(v), byte(v >> 8), byte(v >> 16)} }
	return bytes.Join([][]byte{u(x / 2), u(y / 2), u(w - 1), u(h - 1), {100, 0, 0, 0}}, nil)
}

func TestFramesAreCounted(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]photo.Info{
		"animated.webp":       {Format: "webp", Width: 157, Height: 119, Frames: 3, Orientation: 1},
		"animated-alpha.webp": {Format: "webp", Width: 157, Height: 119, Frames: 2, Orientation: 1},
		"animated.png":        {Format: "png", Width: 157, Height: 119, Frames: 2, Orientation: 1},
		"interlaced.gif":      {Format: "gif", Width: 157, Height: 119, Frames: 1, Orientation: 1},
		"420-three-scans.jpg": {Format: "jpeg", Width: 157, Height: 119, Frames: 1, Orientation: 1},
	} {
		if got, err := photo.Check(read(t, name)); err != nil || got != want {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func TestPrepare(t *testing.T) {
	t.Parallel()
	soft := scenery(600, 400)
	for y := range 400 {
		for x := range 600 {
			soft.Pix[soft.PixOffset(x, y)+3] = byteOf(float64(x) * 255 / 600)
		}
	}
	for name, c := range map[string]struct {
		data          []byte
		width, height int
		thumb         image.Point
	}{
		"large":    {encodeJPEG(t, scenery(1700, 130), 90), 1536, 117, image.Pt(480, 37)},
		"portrait": {encodeJPEG(t, scenery(170, 1700), 90), 154, 1536, image.Pt(48, 480)},
		"small":    {encodeJPEG(t, scenery(300, 200), 90), 300, 200, image.Pt(300, 200)},
		"soft":     {encodePNG(t, soft), 600, 400, image.Pt(480, 320)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := photo.Prepare(context.Background(), c.data)
			if err != nil {
				t.Fatal(err)
			}
			info, err := photo.Check(p.PNG)
			if want := (photo.Info{Format: "png", Width: c.width, Height: c.height, Frames: 1, Orientation: 1}); err != nil ||
				info != want || p.Width != c.width || p.Height != c.height {
				t.Errorf("PNG is %+v (%v), said to be %d×%d", info, err, p.Width, p.Height)
			}
			picture, err := photo.Decode(context.Background(), c.data, photo.MaxSide)
			if err != nil || psnr(t, decode(t, p.PNG), picture) < 100 {
				t.Error("the PNG is not the decoded picture", err)
			}
			thumb, err := jpeg.Decode(bytes.NewReader(p.Thumbnail))
			if err != nil || thumb.Bounds().Size() != c.thumb {
				t.Fatalf("thumbnail %v, %v", thumb.Bounds(), err)
			}
			white := image.NewNRGBA(picture.Rect)
			draw.Draw(white, white.Rect, image.White, image.Point{}, draw.Src)
			draw.Draw(white, white.Rect, picture, image.Point{}, draw.Over)
			want := image.NewNRGBA(image.Rectangle{Max: c.thumb})
			draw.CatmullRom.Scale(want, want.Rect, white, white.Rect, draw.Src, nil)
			if got := psnr(t, thumb, want); got < 30 {
				t.Errorf("thumbnail is %.1f dB from the picture on white", got)
			}
		})
	}
}

func TestPrepareRefusesWhatDecodeRefuses(t *testing.T) {
	t.Parallel()
	if _, err := photo.Prepare(context.Background(), nil); codeOf(err) != "Photo.Missing" {
		t.Errorf("err = %v", err)
	}
}

// afterCalls is a context that ends after so many looks at it, which is how a
// deadline in the middle of the work looks from inside.
type afterCalls struct {
	context.Context
	left chan struct{}
}

func newAfterCalls(n int) afterCalls {
	c := afterCalls{context.Background(), make(chan struct{}, n)}
	for range n {
		c.left <- struct{}{}
	}
	return c
}

func (c afterCalls) Err() error {
	select {
	case <-c.left:
		return nil
	default:
		return context.DeadlineExceeded
	}
}

func TestWorkStopsWhenItsContextEnds(t *testing.T) {
	t.Parallel()
	p3 := segment(0xe2, append([]byte("ICC_PROFILE\x00\x01\x01"), read(t, "display-p3.icc")...))
	for name, data := range map[string][]byte{
		"JPEG":             afterSOI(read(t, "420.jpg"), p3),
		"progressive JPEG": read(t, "420-progressive.jpg"),
		"PNG":              read(t, "scene.png"),
		"GIF":              read(t, "interlaced.gif"),
		"WebP":             read(t, "lossy-alpha.webp"),
		"large JPEG":       encodeJPEG(t, scenery(300, 200), 90),
	} {
		stopped := 0
		for n := 0; ; n++ {
			_, err := photo.Prepare(newAfterCalls(n), data)
			if err == nil {
				break
			}
			if !errors.Is(err, context.DeadlineExceeded) || codeOf(err) != "not a fault" {
				t.Fatalf("%s after %d: %v", name, n, err)
			}
			stopped++
			if n > 12 { // the first places differ most
				n += n / 2
			}
		}
		if stopped < 10 {
			t.Errorf("%s looked at its context %d times only", name, stopped)
		}
	}
}

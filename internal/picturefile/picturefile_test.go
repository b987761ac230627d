package picturefile_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/png"
	"math"
	"math/rand/v2"
	"mime"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/nanococoa/nanococoa/internal/channel"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/photo"
	"github.com/nanococoa/nanococoa/internal/picturefile"
)

// scenery has soft colours, edges and grain, like a scene with a product.
func scenery(w, h int, grain float64) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	rng := rand.New(rand.NewPCG(3, 5))
	for y := range h {
		for x := range w {
			fx, fy := float64(x)/float64(w), float64(y)/float64(h)
			c := [3]float64{140 + 90*fx, 120 + 80*math.Sin(5*fy), 190 - 120*fx*fy}
			if math.Hypot(fx-0.5, fy-0.5) < 0.2 {
				c = [3]float64{200, 40 + 30*fx, 40}
			}
			i := m.PixOffset(x, y)
			for k, v := range c {
				m.Pix[i+k] = uint8(min(max(v+rng.NormFloat64()*grain, 0), 255))
			}
			m.Pix[i+3] = 255
		}
	}
	return m
}

func encode(t *testing.T, img *image.RGBA, f channel.Format, most int) []byte {
	t.Helper()
	file, err := picturefile.Encode(t.Context(), img, f, most)
	if err != nil {
		t.Fatalf("%s of %d bytes: %v", f, most, err)
	}
	if most > 0 && len(file) > most {
		t.Errorf("%s: %d of %d bytes", f, len(file), most)
	}
	return file
}

func TestAFileTakesWhatTheLimitAllows(t *testing.T) {
	t.Parallel()
	img := scenery(240, 160, 6)
	for _, f := range []channel.Format{channel.JPEG, channel.WebP} {
		free := encode(t, img, f, 0)
		// The encoder of WebP writes some bytes more or less the second time.
		if got := encode(t, img, f, len(free)+len(free)/100); math.Abs(float64(len(got)-len(free))) > float64(len(free))/100 {
			t.Errorf("%s: a limit that is kept anyway makes %d bytes of %d", f, len(got), len(free))
		}
		for _, most := range []int{len(free) * 3 / 4, len(free) / 2} {
			file := encode(t, img, f, most)
			if _, err := photo.Decode(t.Context(), file, 0); err != nil {
				t.Errorf("%s: %v", f, err)
			}
			if len(file) < most*9/10 {
				t.Errorf("%s: %d of %d bytes are used", f, len(file), most)
			}
		}
	}
}

// Read by another decoder than the encoder's own, in sizes that its blocks of 16 pixels
// divide and in others. Both formats have half the colours' resolution.
func TestAWebPShowsThePictureAsAJPEGDoes(t *testing.T) {
	t.Parallel()
	for _, size := range []image.Point{{64, 65}, {160, 96}, {131, 133}} {
		img := scenery(size.X, size.Y, 0)
		far := map[channel.Format]float64{}
		for _, f := range []channel.Format{channel.WebP, channel.JPEG} {
			back, err := photo.Decode(t.Context(), encode(t, img, f, 0), 0)
			if err != nil || back.Bounds().Size() != size {
				t.Fatalf("%s of %v: %v", f, size, err)
			}
			far[f] = levelsApart(back, img)
		}
		if far[channel.WebP] > 1.25*far[channel.JPEG]+1 {
			t.Errorf("%v: levels off %v", size, far)
		}
	}
}

// levelsApart is the root of the mean square difference of two pictures of one size.
func levelsApart(got image.Image, want *image.RGBA) float64 {
	sum, n := 0.0, 0.0
	for y := range want.Rect.Dy() {
		for x := range want.Rect.Dx() {
			r, g, b, _ := got.At(x, y).RGBA()
			w := want.RGBAAt(x, y)
			for _, d := range []float64{
				float64(r>>8) - float64(w.R), float64(g>>8) - float64(w.G), float64(b>>8) - float64(w.B),
			} {
				sum, n = sum+d*d, n+1
			}
		}
	}
	return math.Sqrt(sum / n)
}

func TestAPNGKeepsEveryPixelWhereItMay(t *testing.T) {
	t.Parallel()
	img := scenery(200, 100, 4)
	for _, most := range []int{0, 1_000_000} {
		back, err := png.Decode(bytes.NewReader(encode(t, img, channel.PNG, most)))
		if err != nil {
			t.Fatal(err)
		}
		for y := range 100 {
			for x := range 200 {
				if back.At(x, y) != img.At(x, y) {
					t.Fatalf("limit %d: pixel %d,%d changed", most, x, y)
				}
			}
		}
	}
}

func TestAPNGGetsAPaletteWhereItMust(t *testing.T) {
	t.Parallel()
	img := scenery(1029, 258, 3)
	for _, c := range []struct {
		most int
		far  float64 // root of the mean square difference, levels
	}{{220_000, 8}, {120_000, 9}} {
		back, err := png.Decode(bytes.NewReader(encode(t, img, channel.PNG, c.most)))
		if err != nil {
			t.Fatal(err)
		}
		p, ok := back.(*image.Paletted)
		if !ok || len(p.Palette) > 256 {
			t.Fatalf("%T", back)
		}
		if far := levelsApart(p, img); far > c.far {
			t.Errorf("%d bytes: the palette is %.1f levels off", c.most, far)
		}
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	img := scenery(300, 200, 20)
	for _, c := range []struct {
		format channel.Format
		most   int
	}{{channel.JPEG, 900}, {channel.PNG, 900}, {channel.WebP, 900}, {"gif", 0}, {"", 0}} {
		_, err := picturefile.Encode(t.Context(), img, c.format, c.most)
		if f := fault.From(err); !fault.Has(err, fault.RequestInvalid) || f.Fields[0].Name != "format" {
			t.Errorf("%q in %d bytes: %v", c.format, c.most, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, f := range []channel.Format{channel.JPEG, channel.PNG, channel.WebP} {
		if _, err := picturefile.Encode(ctx, img, f, 1000); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", f, err)
		}
	}
}

func TestAFileKeepsItsKoreanName(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, in, want string }{
		{"Korean with spaces", "햇살 오렌지 인스타그램 1:1", "햇살 오렌지 인스타그램 1 1.png"},
		{"decomposed", "\u1112\u1162\u11ba\u1109\u1161\u11af", "햇살.png"},
		{"what no file system takes", `a/b\c*d?e"f<g>h|i`, "a b c d e f g h i.png"},
		{"a path", "../../etc/passwd", "etc passwd.png"},
		{"line ends", "하나\r\nX-Evil: 1", "하나 X-Evil 1.png"},
		{"controls", "가\x00나\a다", "가 나 다.png"},
		{"direction marks", "가\u202e나", "가나.png"},
		{"signs of headers", "50% 'the' (new); = , @", "50% 'the' (new); = , @.png"},
		{"nothing", " .. ", "nanoCocoa.png"},
	} {
		header := picturefile.Disposition(c.in, "png")
		kind, params, err := mime.ParseMediaType(header)
		if err != nil || kind != "attachment" || params["filename"] != c.want {
			t.Errorf("%s: %q gives %q, %v; want %q", c.name, header, params["filename"], err, c.want)
		}
		for _, r := range header {
			if r < ' ' || r > '~' {
				t.Errorf("%s: %U in the header", c.name, r)
			}
		}
		if got := picturefile.FileName(c.in, "png"); got != c.want {
			t.Errorf("%s: file name %q", c.name, got)
		}
	}
	long := picturefile.FileName(strings.Repeat("가나다 ", 100), "jpg")
	if len(long) > 200 || !utf8.ValidString(long) || !strings.HasSuffix(long, ".jpg") {
		t.Errorf("%d bytes: %q", len(long), long)
	}
}

func TestExtensions(t *testing.T) {
	t.Parallel()
	for f, want := range map[channel.Format]string{
		channel.JPEG: "jpg image/jpeg", channel.PNG: "png image/png", channel.WebP: "webp image/webp",
	} {
		if got := picturefile.Extension(f) + " " + picturefile.ContentType(f); got != want {
			t.Errorf("%s: %s", f, got)
		}
	}
}

// How long a file takes and how large it is, without a limit.
func BenchmarkEncode(b *testing.B) {
	img := scenery(1080, 1080, 3)
	for _, f := range []channel.Format{channel.JPEG, channel.WebP, channel.PNG} {
		b.Run(string(f), func(b *testing.B) {
			size := 0
			for b.Loop() {
				file, err := picturefile.Encode(b.Context(), img, f, 0)
				if err != nil {
					b.Fatal(err)
				}
				size = len(file)
			}
			b.ReportMetric(float64(size), "file-bytes")
		})
	}
}

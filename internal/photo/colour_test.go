package photo_test

import (
	"bytes"
	"encoding/json"
	"image"
	"image/color"
	"strings"
	"testing"
)

// patches is a picture with a square for each colour.
func patches(colors [][3]byte) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, 16*len(colors), 64))
	for y := range 64 {
		for x := range img.Rect.Dx() {
			c := colors[x/16]
			img.SetNRGBA(x, y, color.NRGBA{c[0], c[1], c[2], 255})
		}
	}
	return img
}

// greyPatches is the same of the first channel.
func greyPatches(colors [][3]byte) *image.Gray {
	img := image.NewGray(image.Rect(0, 0, 16*len(colors), 64))
	for i := range img.Pix {
		img.Pix[i] = colors[i%img.Stride/16][0]
	}
	return img
}

// withProfile gives an sRGB picture an ICC profile in each format.
func withProfile(t *testing.T, img image.Image, profile []byte) map[string][]byte {
	t.Helper()
	half := len(profile) / 2
	return map[string][]byte{
		"PNG": afterIHDR(encodePNG(t, img), chunk("iCCP", append([]byte("a name\x00\x00"), deflate(profile)...))),
		"JPEG in two segments, the second first": afterSOI(encodeJPEG(t, img, 100),
			segment(0xe2, append([]byte("ICC_PROFILE\x00\x02\x02"), profile[half:]...)),
			segment(0xe2, append([]byte("ICC_PROFILE\x00\x01\x02"), profile[:half]...))),
	}
}

func TestProfilesConvertAsInLcms(t *testing.T) {
	t.Parallel()
	var raw map[string][][3]byte
	if err := json.Unmarshal(read(t, "colours.json"), &raw); err != nil {
		t.Fatal(err)
	}
	if len(raw) != 9 {
		t.Fatalf("%d profiles", len(raw)-1)
	}
	source := raw["patches"]
	for name, want := range raw {
		if name == "patches" {
			continue
		}
		var picture image.Image = patches(source)
		if strings.HasPrefix(name, "grey") {
			picture = greyPatches(source)
		}
		from := toNRGBA(picture)
		for format, data := range withProfile(t, picture, read(t, name)) {
			// One step is rounding. JPEG's own losses come on top, and a profile
			// of linear light magnifies those in the dark.
			slack, total := 1, len(want)
			if format != "PNG" {
				slack, total = 14, 2*len(want)
			}
			bare := encodePNG(t, picture)
			if format != "PNG" {
				bare = encodeJPEG(t, picture, 100)
			}
			t.Run(name+"/"+format, func(t *testing.T) {
				t.Parallel()
				img := decode(t, data)
				worst, sum := compare(img, want)
				moved, _ := compare(from, want)
				if worst > slack || sum > total {
					t.Errorf("up to %d steps from lcms, %d in all", worst, sum)
				}
				if name == "srgb.icc" {
					if got := psnr(t, img, decode(t, bare)); got < 200 {
						t.Errorf("sRGB is not left alone: %.1f dB", got)
					}
				} else if moved < 10 {
					t.Errorf("the profile moves no colour by more than %d: nothing shown", moved)
				}
			})
		}
	}
}

func TestWebPProfile(t *testing.T) {
	t.Parallel()
	plain := decode(t, read(t, "lossless.webp"))
	data := read(t, "lossless.webp")
	got := decode(t, webpOf(vp8x(0x20, 157, 119), riff("ICCP", read(t, "display-p3.icc")), data[12:]))
	want := decode(t, withProfile(t, plain, read(t, "display-p3.icc"))["PNG"])
	if p := psnr(t, got, want); p < 100 {
		t.Errorf("%.1f dB from the same in PNG", p)
	}
	if p := psnr(t, got, plain); p > 40 {
		t.Errorf("%.1f dB from the picture without its profile", p)
	}
}

// A profile may make black lighter. Nothing is not black.
func TestProfilesLeaveTransparencyAlone(t *testing.T) {
	t.Parallel()
	img := image.NewNRGBA(image.Rect(0, 0, 64, 64))
	img.SetNRGBA(5, 5, color.NRGBA{0, 0, 0, 255})
	got := decode(t, withProfile(t, img, read(t, "offset.icc"))["PNG"])
	if c := got.NRGBAAt(4, 4); c != (color.NRGBA{}) {
		t.Errorf("transparent became %v", c)
	}
	if c := got.NRGBAAt(5, 5); c.R < 20 || c.A != 255 {
		t.Errorf("black became %v", c)
	}
}

// A profile that cannot be used means sRGB, never a refusal: viewers do the same.
func TestUselessProfilesAreIgnored(t *testing.T) {
	t.Parallel()
	scene := readPNG(t, "scene.png")
	p3 := read(t, "display-p3.icc")
	edit := func(f func(b []byte) []byte) []byte { return f(bytes.Clone(p3)) }
	find := func(b []byte, tag string) int { return bytes.Index(b, []byte(tag)) }
	for name, profile := range map[string][]byte{
		"empty":            {},
		"cut off":          p3[:140],
		"no signature":     edit(func(b []byte) []byte { b[36] = 'x'; return b }),
		"CMYK":             edit(func(b []byte) []byte { copy(b[16:], "CMYK"); return b }),
		"Lab":              edit(func(b []byte) []byte { copy(b[20:], "Lab "); return b }),
		"no red":           edit(func(b []byte) []byte { copy(b[find(b, "rXYZ"):], "xxxx"); return b }),
		"no curve":         edit(func(b []byte) []byte { copy(b[find(b, "gTRC"):], "xxxx"); return b }),
		"unknown curve":    edit(func(b []byte) []byte { copy(b[find(b, "para"):], "what"); return b }),
		"unknown function": edit(func(b []byte) []byte { b[find(b, "para")+9] = 9; return b }),
		"tag outside":      edit(func(b []byte) []byte { b[find(b, "rXYZ")+4] = 0x7f; return b }),
		"huge matrix":      edit(func(b []byte) []byte { b[find(b, "XYZ \x00\x00\x00\x00\x00\x00\x83")+8] = 0x70; return b }),
		"many tags": edit(func(b []byte) []byte {
			copy(b[128:], "\xff\xff\xff\xff")
			copy(b[find(b, "bXYZ"):], "xxxx")
			return b
		}),
		"no slope": edit(func(b []byte) []byte {
			i := find(b, "para")
			b[i+9] = 1
			copy(b[i+16:], "\x00\x00\x00\x00")
			return b
		}),
		"not a number": edit(func(b []byte) []byte {
			i := find(b, "para")
			b[i+9] = 3
			copy(b[i+12:], "\x00\x00\x80\x00")
			copy(b[i+20:], "\xff\xff\x00\x00")
			copy(b[i+28:], "\x00\x00\x00\x00")
			return b
		}),
		"table cut off": edit(func(b []byte) []byte {
			copy(b[find(b, "para"):], "curv\x00\x00\x00\x00\x00\x00\xff\xff")
			return b
		}),
	} {
		data := afterIHDR(encodePNG(t, scene), chunk("iCCP", append([]byte("n\x00\x00"), deflate(profile)...)))
		if got := psnr(t, decode(t, data), scene); got < 100 {
			t.Errorf("%s: %.1f dB", name, got)
		}
	}
	for name, body := range map[string][]byte{
		"nothing":     nil,
		"no name end": []byte("name"),
		"not deflate": []byte("n\x00\x00what is this"),
		"half of it":  append([]byte("n\x00\x00"), deflate(p3)[:100]...),
	} {
		data := afterIHDR(encodePNG(t, scene), chunk("iCCP", body))
		if got := psnr(t, decode(t, data), scene); got < 100 {
			t.Errorf("iCCP with %s: %.1f dB", name, got)
		}
	}
}

package photo_test

import (
	"encoding/json"
	"image"
	"strings"
	"testing"
)

// tables is what lcms makes of colours in profiles made of tables.
func tables(t *testing.T) (profiles map[string][][3]byte, patches [][3]byte) {
	t.Helper()
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(read(t, "tables.json"), &raw); err != nil {
		t.Fatal(err)
	}
	profiles = map[string][][3]byte{}
	for name, colours := range raw {
		var list [][3]byte
		switch err := json.Unmarshal(colours, &list); {
		case name == "inks":
		case err != nil:
			t.Fatal(err)
		case name == "patches":
			patches = list
		default:
			profiles[name] = list
		}
	}
	if len(profiles) != 8 || len(patches) != 46 {
		t.Fatalf("%d profiles, %d patches", len(profiles), len(patches))
	}
	return profiles, patches
}

// compare looks at the patches of a picture and says how far they are from what is wanted.
func compare(img *image.NRGBA, want [][3]byte) (worst, sum int) {
	for i, c := range want {
		p := img.NRGBAAt(16*i+8, 32)
		for k, v := range [3]byte{p.R, p.G, p.B} {
			d := int(v) - int(c[k])
			worst = max(worst, d, -d)
			sum += max(d, -d)
		}
	}
	return worst, sum
}

func TestTablesConvertAsInLcms(t *testing.T) {
	t.Parallel()
	profiles, source := tables(t)
	for name, want := range profiles {
		if strings.Contains(name, "-ink") {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data := encodePNG(t, patches(source))
			if strings.Contains(name, "-grey") {
				data = encodePNG(t, greyPatches(source))
			}
			bare, _ := compare(decode(t, data), want)
			data = afterIHDR(data, chunk("iCCP", append([]byte("n\x00\x00"), deflate(read(t, name))...)))
			// Tables of 8 and 16 bits are rounded by lcms on their way, ours are not.
			if worst, sum := compare(decode(t, data), want); worst > 4 || sum > 46 {
				t.Errorf("up to %d steps from lcms, %d in all", worst, sum)
			}
			if bare < 20 {
				t.Errorf("without the profile it is %d steps away: nothing shown", bare)
			}
		})
	}
}

func TestInkConvertsAsInLcms(t *testing.T) {
	t.Parallel()
	profiles, _ := tables(t)
	for _, name := range []string{"tables-ink16.icc", "tables-ink8.icc"} {
		profile := segment(0xe2, append([]byte("ICC_PROFILE\x00\x01\x01"), read(t, name)...))
		want := profiles[name]
		bare, _ := compare(decode(t, read(t, "inks.jpg")), want)
		// JPEG's own losses are in it too.
		if worst, sum := compare(decode(t, afterSOI(read(t, "inks.jpg"), profile)), want); worst > 6 || sum > 140 {
			t.Errorf("%s: up to %d steps from lcms, %d in all", name, worst, sum)
		}
		if bare < 60 {
			t.Errorf("%s: without the profile it is %d steps away: nothing shown", name, bare)
		}
	}
}

// YCCK is CMYK written in another way: with a profile it shows the same.
func TestBothKindsOfInkShowTheSame(t *testing.T) {
	t.Parallel()
	profile := segment(0xe2, append([]byte("ICC_PROFILE\x00\x01\x01"), read(t, "tables-ink16.icc")...))
	a, b := decode(t, afterSOI(read(t, "cmyk.jpg"), profile)), decode(t, afterSOI(read(t, "ycck.jpg"), profile))
	if got := psnr(t, a, b); got < 30 {
		t.Errorf("%.1f dB from each other", got)
	}
	if got := psnr(t, a, decode(t, read(t, "cmyk.jpg"))); got > 25 {
		t.Errorf("%.1f dB from the same without the profile: nothing shown", got)
	}
}

// A profile of another space than the picture's is a mistake of whoever wrote the file.
func TestAProfileOfAnotherSpaceIsIgnored(t *testing.T) {
	t.Parallel()
	scene := readPNG(t, "scene.png")
	for _, name := range []string{"grey-gamma.icc", "tables-grey.icc", "tables-ink16.icc"} {
		for format, data := range withProfile(t, scene, read(t, name)) {
			want := scene
			if format != "PNG" {
				want = decode(t, encodeJPEG(t, scene, 100))
			}
			if got := psnr(t, decode(t, data), want); got < 100 {
				t.Errorf("%s in a colour %s: %.1f dB", name, format, got)
			}
		}
	}
	for _, name := range []string{"display-p3.icc", "tables-rgb16.icc", "tables-grey.icc"} {
		profile := segment(0xe2, append([]byte("ICC_PROFILE\x00\x01\x01"), read(t, name)...))
		for _, photo := range []string{"cmyk.jpg", "ycck.jpg"} {
			if got := psnr(t, decode(t, afterSOI(read(t, photo), profile)), decode(t, read(t, photo))); got < 100 {
				t.Errorf("%s in %s: %.1f dB", name, photo, got)
			}
		}
	}
	// Grey in a profile of RGB is red, green and blue alike.
	profile := segment(0xe2, append([]byte("ICC_PROFILE\x00\x01\x01"), read(t, "linear.icc")...))
	grey := read(t, "grey.jpg")
	if got := psnr(t, decode(t, afterSOI(grey, profile)), decode(t, grey)); got > 30 {
		t.Errorf("a profile of RGB moves grey by nothing: %.1f dB", got)
	}
}

// Damage in tables means sRGB, as all damage in profiles does.
func TestDamagedTablesAreIgnored(t *testing.T) {
	t.Parallel()
	scene := readPNG(t, "scene.png")
	for _, name := range []string{"tables-rgb8.icc", "tables-rgb16.icc", "tables-modular.icc", "tables-opponent.icc"} {
		whole := read(t, name)
		for cut := 128; cut < len(whole); cut += len(whole) / 40 {
			data := afterIHDR(encodePNG(t, scene), chunk("iCCP", append([]byte("n\x00\x00"), deflate(whole[:cut])...)))
			if got := psnr(t, decode(t, data), scene); got < 100 {
				t.Errorf("%s of %d bytes: %.1f dB", name, cut, got)
			}
		}
	}
}

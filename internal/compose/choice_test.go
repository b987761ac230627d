package compose_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"image"
	"image/color"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/channel"
	"github.com/nanococoa/nanococoa/internal/compose"
	"github.com/nanococoa/nanococoa/internal/fault"
)

// emblem is a logo of one colour with transparent parts.
func emblem(c color.NRGBA) image.Image {
	m := image.NewNRGBA(image.Rect(0, 0, 160, 80))
	for y := range 80 {
		for x := range 160 {
			if (x-40)*(x-40)+(y-40)*(y-40) < 1400 || x > 90 && y > 25 && y < 55 {
				m.SetNRGBA(x, y, c)
			}
		}
	}
	return m
}

// channelSizes are the sizes of the channels, each once.
func channelSizes() (out []image.Point) {
	for _, c := range channel.All() {
		if !slices.Contains(out, c.Size()) {
			out = append(out, c.Size())
		}
	}
	return out
}

// TestEveryLayoutInEveryChannel: words, badge, logo and mark stand apart from each other
// and from the product, and can be read.
func TestEveryLayoutInEveryChannel(t *testing.T) {
	t.Parallel()
	box := ad.Box{0.3, 0.36, 0.4, 0.5}
	pic := paint(400, 400, backdrops[1], box)
	bold, medium := sans(t, "bold"), sans(t, "medium")
	for _, l := range append(compose.Layouts(), compose.LayoutOption{}) {
		t.Run(l.Name, func(t *testing.T) {
			t.Parallel()
			for _, size := range channelSizes() {
				r := requested(pic, box, "떠나는 날의 설렘", "주말여행에 꼭 맞는 가방", size)
				r.Layout, r.Badge, r.Whole = l.Name, "50% 할인", true
				r.Brand = &compose.Brand{Colours: []color.RGBA{{0x1f, 0x4d, 0x3a, 255}}}
				out, err := compose.Render(t.Context(), r)
				if err != nil {
					t.Errorf("%v: %v %+v", size, err, fault.From(err).Fields)
					continue
				}
				if l.Name != "" && out.Layout != l.Name {
					t.Errorf("%v: layout %q", size, out.Layout)
				}
				wellSet(t, out, size, box, bold, medium)
				if got := strings.Join(joined(out.Lines, "badge"), " "); got != "50% 할인" {
					t.Errorf("%v: the badge says %q", size, got)
				}
			}
		})
	}
}

// TestLayoutsDiffer: no two layouts give nearly the same picture.
func TestLayoutsDiffer(t *testing.T) {
	t.Parallel()
	box := ad.Box{0.3, 0.36, 0.4, 0.5}
	pic := paint(300, 300, backdrops[0], box)
	made := map[string]*image.RGBA{}
	for _, l := range compose.Layouts() {
		r := requested(pic, box, "떠나는 날의 설렘", "주말여행에 꼭 맞는 가방", image.Pt(480, 480))
		r.Layout = l.Name
		made[l.Name] = render(t, r).Image
		for name, other := range made {
			if mean, _ := differ(made[l.Name], other); name != l.Name && mean < 8 {
				t.Errorf("%s and %s differ by %.1f of 255 on average", l.Name, name, mean)
			}
		}
	}
}

func TestWordsStandInTheirCorner(t *testing.T) {
	t.Parallel()
	box := ad.Box{0.3, 0.3, 0.4, 0.45}
	pic := paint(300, 300, backdrops[0], box)
	layouts := append(compose.Layouts(), compose.LayoutOption{})
	for i := range compose.Corners() {
		layouts[len(layouts)-1].Corners = append(layouts[len(layouts)-1].Corners, compose.Corners()[i].Name)
	}
	for _, l := range layouts {
		for _, corner := range l.Corners {
			for _, size := range []image.Point{{480, 480}, {600, 314}, {432, 768}} {
				r := requested(pic, box, "떠나는 날의 설렘", "주말여행에 꼭 맞는 가방", size)
				r.Layout, r.Corner, r.Whole = l.Name, corner, true
				out, err := compose.Render(t.Context(), r)
				if err != nil {
					t.Errorf("%q %s %v: %v", l.Name, corner, size, fault.From(err).Fields)
					continue
				}
				x0, y0, x1, y1 := 1.0, 1.0, 0.0, 0.0
				for _, line := range out.Lines {
					if line.Role != "ai_mark" {
						x0, y0 = min(x0, line.Box[0]), min(y0, line.Box[1])
						x1, y1 = max(x1, line.Box[0]+line.Box[2]), max(y1, line.Box[1]+line.Box[3])
					}
				}
				// Nearer to the corner than to the opposite sides. A band of the full width has no
				// left and right but by the edge its lines begin at.
				if strings.HasPrefix(corner, "top") != (y0 < 1-y1+0.05) {
					t.Errorf("%q %s %v: words from %.2f to %.2f down", l.Name, corner, size, y0, y1)
				}
				if strings.HasSuffix(corner, "left") != (x0 < 1-x1+0.01) {
					t.Errorf("%q %s %v: words from %.2f to %.2f across", l.Name, corner, size, x0, x1)
				}
			}
		}
	}
}

func TestTypefaces(t *testing.T) {
	t.Parallel()
	box := ad.Box{0.3, 0.42, 0.4, 0.48}
	pic := paint(360, 360, backdrops[0], box)
	var seen [][]byte
	for _, f := range compose.Typefaces() {
		r := requested(pic, box, "하루 한 알", "매일 아침을 가볍게 · 1+1", image.Pt(480, 480))
		r.Typeface = f.Name
		out := render(t, r)
		for _, other := range seen {
			if bytes.Equal(other, out.Image.Pix) {
				t.Errorf("%s looks like another", f.Name)
			}
		}
		seen = append(seen, out.Image.Pix)
		if got := strings.ReplaceAll(strings.Join(joined(out.Lines, "sub"), " "), "\u00a0", " "); got != "매일 아침을 가볍게 · 1+1" {
			t.Errorf("%s: %q", f.Name, got)
		}
		if out.Contrast < compose.MinContrast {
			t.Errorf("%s: contrast %.2f", f.Name, out.Contrast)
		}
	}
	plain, none := requested(pic, box, "하루", "", image.Pt(480, 480)), requested(pic, box, "하루", "", image.Pt(480, 480))
	plain.Typeface = "sans"
	if !bytes.Equal(render(t, plain).Image.Pix, render(t, none).Image.Pix) {
		t.Error("sans is not what a request without a typeface gets")
	}
}

// A syllable that few texts have is in a font of its own: it must be drawn, and as itself.
func TestRareSyllablesAreDrawn(t *testing.T) {
	t.Parallel()
	box := ad.Box{0.3, 0.42, 0.4, 0.48}
	pic := paint(360, 360, backdrops[0], box)
	var seen []string
	for _, word := range []string{"똠얌꿍", "돔얌꿍", "뙴얌꿍", "얌꿍"} {
		r := requested(pic, box, word, "오늘의 "+word, image.Pt(360, 360))
		r.Whole = true
		out := render(t, r)
		if got := joined(out.Lines, "main"); len(got) != 1 || got[0] != word {
			t.Errorf("%s became %q", word, got)
		}
		if same := fmt.Sprintf("%x", sha256.Sum256(out.Image.Pix)); slices.Contains(seen, same) {
			t.Errorf("%s looks like another", word)
		} else {
			seen = append(seen, same)
		}
	}
}

func TestFaultsNameTheirField(t *testing.T) {
	t.Parallel()
	box := ad.Box{0.3, 0.42, 0.4, 0.48}
	pic := paint(360, 360, backdrops[0], box)
	long := strings.Repeat("세상에서가장긴이름", 12)
	for _, c := range []struct {
		name   string
		change func(r *compose.Request)
		want   string
	}{
		{"unknown layout", func(r *compose.Request) { r.Layout = "spiral" }, "layout"},
		{"unknown corner", func(r *compose.Request) { r.Corner = "middle" }, "corner"},
		{"a corner the layout has not", func(r *compose.Request) {
			r.Layout, r.Corner = "left-column", "top-right"
		}, "corner"},
		{"unknown typeface", func(r *compose.Request) { r.Typeface = "gothic" }, "typeface"},
		{"a syllable the hand lacks", func(r *compose.Request) { r.Typeface, r.MainCopy = "hand", "뷁뚫고" }, "typeface"},
		{"long badge", func(r *compose.Request) { r.Badge = "무료배송 오늘만 드립니다" }, "badge"},
		{"four colours", func(r *compose.Request) { r.Brand = &compose.Brand{Colours: make([]color.RGBA, 4)} }, "brand"},
		{"a headline of one endless word", func(r *compose.Request) { r.MainCopy = long }, "main_copy"},
		{"a sub copy of one endless word", func(r *compose.Request) { r.SubCopy = long }, "sub_copy"},
		{"words too long for the layout", func(r *compose.Request) {
			r.Layout, r.MainCopy, r.Size = "split", "세상에서가장긴이름의상품이라서요", image.Pt(360, 330)
		}, "layout"},
	} {
		r := requested(pic, box, "하루 한 알", "매일 아침을 가볍게", image.Pt(360, 360))
		r.Whole = true
		c.change(&r)
		_, err := compose.Render(context.Background(), r)
		if !fault.Has(err, fault.RequestInvalid) {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if f := fault.From(err).Fields; len(f) != 1 || f[0].Name != c.want || !strings.HasSuffix(f[0].Detail, ".") {
			t.Errorf("%s: fields %+v, want %s", c.name, f, c.want)
		}
	}
}

func TestWithoutText(t *testing.T) {
	t.Parallel()
	box := ad.Box{0.3, 0.42, 0.4, 0.48}
	pic := paint(360, 360, backdrops[0], box)
	r := requested(pic, box, "하루 한 알", "매일 아침을 가볍게", image.Pt(360, 360))
	r.Badge, r.Layout, r.WithoutText = "1+1", "panel", true
	r.Brand = &compose.Brand{Logo: emblem(color.NRGBA{200, 0, 0, 255}), LogoURL: "cid:logo"}
	out := render(t, r)
	if len(out.Lines) != 0 || out.Layout != "none" ||
		strings.Contains(out.HTML, "하루") || strings.Contains(out.HTML, "cid:logo") {
		t.Errorf("layout %q, lines %v", out.Layout, out.Lines)
	}
	if !bytes.Equal(out.Image.Pix, pic.Pix) {
		t.Error("a picture of the same size is not shown as it is")
	}
}

// TestALogoIsSeen: on a picture of its own colour it gets a plate; elsewhere it stands
// as it is.
func TestALogoIsSeen(t *testing.T) {
	t.Parallel()
	box := ad.Box{0.3, 0.42, 0.4, 0.48}
	pic := paint(360, 360, backdrops[0], box)
	for _, c := range []struct {
		name string
		ink  color.NRGBA
		divs int
	}{
		{"dark on light", color.NRGBA{20, 60, 40, 255}, 0},
		{"of the picture's own colour", color.NRGBA{244, 226, 207, 255}, 1},
	} {
		r := requested(pic, box, "하루 한 알", "", image.Pt(480, 480))
		bare := strings.Count(render(t, r).HTML, "<div")
		r.Brand = &compose.Brand{Logo: emblem(c.ink), LogoURL: "cid:logo"}
		out := render(t, r)
		if !strings.Contains(out.HTML, `src="cid:logo"`) {
			t.Errorf("%s: no logo in the HTML", c.name)
		}
		if got := strings.Count(out.HTML, "<div") - bare; got != c.divs {
			t.Errorf("%s: %d plates, want %d", c.name, got, c.divs)
		}
		n := 0 // pixels of the logo's colour
		for i := 0; i < len(out.Image.Pix); i += 4 {
			if out.Image.Pix[i] == c.ink.R && out.Image.Pix[i+1] == c.ink.G && out.Image.Pix[i+2] == c.ink.B {
				n++
			}
		}
		if n < 200 {
			t.Errorf("%s: %d pixels of the logo", c.name, n)
		}
	}
}

func TestTheBrandColoursThePanel(t *testing.T) {
	t.Parallel()
	box := ad.Box{0.3, 0.42, 0.4, 0.48}
	pic := paint(360, 360, backdrops[0], box)
	for _, c := range []color.RGBA{{0x1f, 0x4d, 0x3a, 255}, {0xff, 0xd4, 0x00, 255}, {0x80, 0x80, 0x80, 255}} {
		r := requested(pic, box, "하루 한 알", "매일 아침을 가볍게", image.Pt(480, 480))
		r.Layout, r.Brand = "panel", &compose.Brand{Colours: []color.RGBA{c}}
		out := render(t, r)
		got := out.Image.RGBAAt(3, 477)
		near := func(a, b uint8) bool { return max(a, b)-min(a, b) < 24 } // lightness may give way to contrast
		if !near(got.R, c.R) || !near(got.G, c.G) || !near(got.B, c.B) || out.Contrast < compose.MinContrast {
			t.Errorf("%v became %v with contrast %.2f", c, got, out.Contrast)
		}
	}
}

// TestLinesKeepWhatBelongsTogether draws copies of up to 20 and 40 characters out of
// what goes wrong at line ends.
func TestLinesKeepWhatBelongsTogether(t *testing.T) {
	t.Parallel()
	box := ad.Box{0.45, 0.05, 0.5, 0.9} // leaves a column, so that lines break
	pic := paint(160, 160, backdrops[0], box)
	pieces := []string{
		"오늘", "단", "하루만", "50 %", "20 만원", "1,000 원", "100 개만", "3 박스", "010 1234 5678", "(무료 배송)", "「한정 수량」", "( 신상 )",
		"가벼운", "여행", "!", "맛있는,", "꼭", "뚝", "1.5 L", "새로", "담은",
		".새벽", ")까지", "특가(", "1+1",
	}
	together := []string{"50 %", "20 만원", "1,000 원", "100 개만", "3 박스", "010 1234 5678", "1.5 L"}
	rapid.Check(t, func(rt *rapid.T) {
		text := func(name string, most int) string {
			parts := rapid.SliceOfN(rapid.SampledFrom(pieces), 1, 9).Draw(rt, name)
			for len(parts) > 1 && utf8.RuneCountInString(strings.Join(parts, " ")) > most {
				parts = parts[:len(parts)-1]
			}
			return strings.TrimRight(strings.TrimLeft(strings.Join(parts, " "), "!.) "), "( ") // an owner's own ends stay
		}
		main, sub := text("main", 20), text("sub", 40)
		size := rapid.SampledFrom([]image.Point{{400, 400}, {342, 228}, {700, 360}, {360, 640}}).Draw(rt, "size")
		r := requested(pic, box, main, sub, size)
		r.Whole = true
		out, err := compose.Render(context.Background(), r)
		if err != nil {
			return // too long for the column, and says so
		}
		for role, want := range map[string]string{"main": main, "sub": sub} {
			lines := joined(out.Lines, role)
			all := strings.ReplaceAll(strings.Join(lines, "|"), "\u00a0", " ")
			if strings.ReplaceAll(all, "|", " ") != strings.TrimSpace(want) {
				rt.Errorf("%q became %q", want, lines)
			}
			for _, keep := range together {
				if parted := strings.Join(strings.Split(keep, " "), "|"); strings.Contains(all, parted) {
					rt.Errorf("%q is parted in %q", keep, lines)
				}
			}
			for _, l := range lines {
				first, _ := utf8.DecodeRuneInString(l)
				last, _ := utf8.DecodeLastRuneInString(l)
				if strings.ContainsRune(".,?!)」%", first) || strings.ContainsRune("(「", last) {
					rt.Errorf("line %q of %q", l, lines)
				}
				if len(lines) > 1 && utf8.RuneCountInString(strings.Trim(l, "!,.")) < 2 {
					rt.Errorf("%q leaves %q alone", lines, l)
				}
			}
		}
	})
}

// TestASyllableDoesNotStandAlone: smaller letters keep it with its neighbour, and where
// even those are too large an owner's words are refused and a writer's are set all the same.
func TestASyllableDoesNotStandAlone(t *testing.T) {
	t.Parallel()
	box := ad.Box{0.45, 0.05, 0.5, 0.9} // leaves a column
	pic := paint(160, 160, backdrops[0], box)
	for _, c := range []struct {
		name   string
		before int // characters of the word before the lone one
		size   image.Point
		whole  bool
		lines  int // 0: refused
	}{
		{"smaller letters, wide", 22, image.Pt(342, 228), true, 1},
		{"smaller letters, tall", 17, image.Pt(360, 640), true, 1},
		{"smaller letters, a writer's", 27, image.Pt(342, 228), false, 1},
		{"an owner's words", 32, image.Pt(342, 228), true, 0},
		{"the last resort", 32, image.Pt(342, 228), false, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := requested(pic, box, strings.Repeat("가", c.before)+" 뚝", "", c.size)
			r.Whole = c.whole
			out, err := compose.Render(t.Context(), r)
			if f := fault.From(err); c.lines == 0 && (f == nil || len(f.Fields) != 1 || f.Fields[0].Name != "main_copy") {
				t.Errorf("the fault is %v", err)
			}
			if lines := joined(out.Lines, "main"); len(lines) != c.lines {
				t.Errorf("the headline is set as %q", lines)
			}
		})
	}
}

// TestABrokenWordKeepsItsNumbers: also where a word must be broken, no line begins with
// a sign that may not, and no number is parted.
func TestABrokenWordKeepsItsNumbers(t *testing.T) {
	t.Parallel()
	box := ad.Box{0.3, 0.4, 0.4, 0.5}
	word := strings.Repeat("지금사면1,234원이고98.5%나(싸게),", 4)
	pic := paint(200, 200, backdrops[0], box)
	lines := joined(render(t, requested(pic, box, word, "", image.Pt(342, 228))).Lines, "main")
	if len(lines) < 2 {
		t.Fatalf("the word of %d characters stands on one line", utf8.RuneCountInString(word))
	}
	for i, l := range lines {
		first, _ := utf8.DecodeRuneInString(l)
		last, _ := utf8.DecodeLastRuneInString(l)
		if strings.ContainsRune(".,?!)」%", first) || strings.ContainsRune("(「", last) {
			t.Errorf("line %q", l)
		}
		digit := func(r rune) bool { return r >= '0' && r <= '9' }
		if i > 0 {
			before, _ := utf8.DecodeLastRuneInString(lines[i-1])
			if digit(first) && (digit(before) || before == ',' && strings.HasPrefix(l, "234") || before == '.') {
				t.Errorf("a number is parted: %q", lines)
			}
		}
	}
}

func TestAChosenRequestGivesTheSameBytes(t *testing.T) {
	t.Parallel()
	box := ad.Box{0.3, 0.36, 0.4, 0.5}
	pic := paint(200, 200, backdrops[1], box)
	for _, l := range compose.Layouts() {
		make := func() compose.Result {
			r := requested(pic, box, "하루 한 알", "매일 아침을 가볍게", image.Pt(480, 480))
			r.Layout, r.Badge, r.Typeface = l.Name, "1+1", "serif"
			r.Brand = &compose.Brand{Logo: emblem(color.NRGBA{200, 40, 40, 255}), LogoURL: "cid:logo"}
			return render(t, r)
		}
		one, two := make(), make()
		if !bytes.Equal(one.Image.Pix, two.Image.Pix) || one.HTML != two.HTML ||
			fmt.Sprint(one.Lines) != fmt.Sprint(two.Lines) {
			t.Errorf("%s: two results of one request", l.Name)
		}
	}
}

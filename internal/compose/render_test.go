package compose_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/rivo/uniseg"
	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/compose"
	"github.com/nanococoa/nanococoa/internal/fault"
)

var (
	pictureTag = regexp.MustCompile(
		`<img src="[^"]*" alt="" data-role="picture" style="position:absolute;` +
			`left:([-0-9.]+)%;top:([-0-9.]+)%;width:([-0-9.]+)%;height:([-0-9.]+)%`,
	)
	roleTag = regexp.MustCompile(`data-role="(\w+)" style="[^"]*;color:#([0-9a-f]{6})`)
)

// productOn is where the product of a picture stands on the result, read from
// the HTML, which other tests hold against the picture.
func productOn(t failer, r compose.Result, box ad.Box) ad.Box {
	t.Helper()
	m := pictureTag.FindStringSubmatch(r.HTML)
	if m == nil {
		t.Fatalf("no picture in the HTML:\n%s", r.HTML)
	}
	var v [4]float64
	for i := range v {
		v[i], _ = strconv.ParseFloat(m[i+1], 64)
		v[i] /= 100
	}
	return ad.Box{v[0] + box[0]*v[2], v[1] + box[1]*v[3], box[2] * v[2], box[3] * v[3]}
}

// colorOf is the text colour of a role, read from the HTML.
func colorOf(t testing.TB, r compose.Result, role string) color.RGBA {
	t.Helper()
	for _, m := range roleTag.FindAllStringSubmatch(r.HTML, -1) {
		if m[1] == role {
			v, _ := strconv.ParseUint(m[2], 16, 32)
			return color.RGBA{uint8(v >> 16), uint8(v >> 8), uint8(v), 255}
		}
	}
	t.Fatalf("no %s in the HTML", role)
	return color.RGBA{}
}

func common(a, b ad.Box) float64 {
	w := min(a[0]+a[2], b[0]+b[2]) - max(a[0], b[0])
	h := min(a[1]+a[3], b[1]+b[3]) - max(a[1], b[1])
	return max(w, 0) * max(h, 0)
}

// wellSet checks what holds for every result, whatever went in.
func wellSet(t failer, r compose.Result, size image.Point, box ad.Box, bold, medium letters) {
	t.Helper()
	if got := r.Image.Rect; got != (image.Rectangle{Max: size}) {
		t.Fatalf("the picture is %v, want %v", got, size)
	}
	if !r.Image.Opaque() {
		t.Error("the picture is not opaque")
	}
	on := productOn(t, r, box)
	const rounding = 0.004 // a pixel and a half of the smallest side
	for i := range 2 {
		if on[i] < -rounding || on[i]+on[i+2] > 1+rounding {
			t.Errorf("the product reaches out of the frame: %.3f", on)
		}
	}
	short := float64(min(size.X, size.Y))
	var smallestMain, largestSub, smallestSub float64 = math.Inf(1), 0, math.Inf(1)
	for i, l := range r.Lines {
		if l.Box[0] < 0 || l.Box[1] < 0 || l.Box[0]+l.Box[2] > 1 || l.Box[1]+l.Box[3] > 1 {
			t.Errorf("%s %q reaches out of the picture: %.3f", l.Role, l.Text, l.Box)
		}
		if common(l.Box, on) > 0 {
			t.Errorf("%s %q at %.3f touches the product at %.3f", l.Role, l.Text, l.Box, on)
		}
		for _, o := range r.Lines[:i] {
			if common(l.Box, o.Box) > 1e-9 {
				t.Errorf("%q at %.3f overlaps %q at %.3f", l.Text, l.Box, o.Text, o.Box)
			}
		}
		face := medium
		switch l.Role {
		case "main":
			face = bold
			smallestMain = min(smallestMain, l.SizePx)
		case "sub":
			largestSub, smallestSub = max(largestSub, l.SizePx), min(smallestSub, l.SizePx)
		case "ai_mark", "badge":
			continue
		default:
			t.Errorf("unknown role %q", l.Role)
		}
		if edge := min(
			l.Box[0]*float64(size.X), (1-l.Box[0]-l.Box[2])*float64(size.X), l.Box[1]*float64(size.Y),
			(1-l.Box[1]-l.Box[3])*float64(size.Y),
		); edge < 0.05*short {
			t.Errorf("%s %q is %.1f px from the edge of %v", l.Role, l.Text, edge, size)
		}
		if l.Text != strings.TrimSpace(l.Text) || l.Text == "" || !norm.NFC.IsNormalString(l.Text) {
			t.Errorf("%s %q is not clean", l.Role, l.Text)
		}
		for _, c := range l.Text {
			if !face.have(c) {
				t.Errorf("%s %q holds %U, which would be drawn as a box", l.Role, l.Text, c)
			}
		}
	}
	if largestSub > 0 && !math.IsInf(smallestMain, 1) && smallestMain < 1.5*largestSub {
		t.Errorf("headline of %.1f px over sub copy of %.1f px", smallestMain, largestSub)
	}
	if !math.IsInf(smallestMain, 1) && smallestSub < 0.33*smallestMain {
		t.Errorf("sub copy of %.1f px whispers under a headline of %.1f px", smallestSub, smallestMain)
	}
	if len(r.Lines) > 0 && r.Contrast < compose.MinContrast {
		t.Errorf("contrast %.2f", r.Contrast)
	}
}

// drawCopy makes copy as owners write it, and worse.
func drawCopy(maxWords int) *rapid.Generator[string] {
	syllables := rapid.StringOfN(rapid.RuneFrom(nil, hangul), 1, 6, -1)
	word := rapid.OneOf(
		syllables, syllables, syllables,
		rapid.SampledFrom([]string{
			"100%", "2+1", "₩4,900", "Café", "SALE", "3.5℃", "“새벽”", "·", "!", "🍊", "👨‍👩‍👧", "漢字", "ﬁ", "가\u0301", "\u202eabc",
			"ㅋㅋ",
		}),
	)
	return rapid.Map(rapid.SliceOfN(word, 0, maxWords), func(w []string) string { return strings.Join(w, " ") })
}

func TestAnyCopyOnAnySizeIsWellSet(t *testing.T) {
	t.Parallel()
	bold, medium := sans(t, "bold"), sans(t, "medium")
	rapid.Check(t, func(rt *rapid.T) {
		frac := func(name string, lo, hi float64) float64 { return rapid.Float64Range(lo, hi).Draw(rt, name) }
		w, h := frac("w", 0.1, 1), frac("h", 0.1, 1)
		box := ad.Box{frac("x", 0, 1) * (1 - w), frac("y", 0, 1) * (1 - h), w, h}
		pic := paint(rapid.IntRange(90, 260).Draw(rt, "picture width"), rapid.IntRange(90, 260).Draw(rt, "picture height"),
			rapid.SampledFrom(backdrops).Draw(rt, "backdrop"), box)
		size := image.Pt(
			rapid.IntRange(compose.MinWidth, 700).Draw(rt, "width"), rapid.IntRange(compose.MinHeight, 700).Draw(rt, "height"),
		)
		r := requested(pic, box, drawCopy(8).Draw(rt, "main"), drawCopy(16).Draw(rt, "sub"), size)
		r.AIMark = rapid.Bool().Draw(rt, "ai_mark")
		if rapid.Bool().Draw(rt, "without colours") {
			r.Analysis.Colors = ad.Colors{}
		}
		wellSet(rt, render(t, r), size, box, bold, medium)
	})
}

func TestCopyOfTheUsualLengthIsNeverBrokenOrCut(t *testing.T) {
	t.Parallel()
	box := ad.Box{0.25, 0.3, 0.5, 0.6}
	pic := paint(200, 200, backdrops[0], box)
	rapid.Check(t, func(rt *rapid.T) {
		text := func(name string, n int) string {
			words := rapid.SliceOfN(rapid.StringOfN(rapid.RuneFrom(nil, hangul), 1, 5, -1), 1, n).Draw(rt, name)
			for uniseg.GraphemeClusterCount(strings.Join(words, " ")) > n {
				words = words[:len(words)-1]
			}
			return strings.Join(words, " ")
		}
		main, sub := text("main", ad.MainCopyMax), text("sub", ad.SubCopyMax)
		size := image.Pt(
			rapid.IntRange(compose.MinWidth, 700).Draw(rt, "width"), rapid.IntRange(compose.MinHeight, 700).Draw(rt, "height"),
		)
		r := render(t, requested(pic, box, main, sub, size))
		for role, want := range map[string]string{"main": main, "sub": sub} {
			lines := joined(r.Lines, role)
			if got := strings.Join(lines, " "); got != want {
				rt.Errorf("%v: %s %q became %q", size, role, want, lines)
			}
		}
	})
}

func TestLinesBreakLikeAKoreanTypesetterWould(t *testing.T) {
	t.Parallel()
	box := ad.Box{0.45, 0.05, 0.5, 0.9} // leaves a column
	pic := paint(600, 600, backdrops[0], box)
	for _, c := range []struct{ name, main, sub string }{
		{"no syllable alone at the end", "오늘은 집에서 뚝", "따끈하게 끓여 먹는 우리집 국밥 한 그릇 뚝"},
		{"no syllable alone at the start", "더 가까이에서", "더 오래가는 향기를 매일매일 느껴 보세요"},
		{"even lines", "우리 동네 가장 맛있는 빵집", "매일 새벽 네 시에 굽는 천연 발효 식빵"},
		{"unit stays with its number", "지금 사면 50 % 할인", "단 하루 동안 딱 100 개만 팝니다 !"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for _, size := range []image.Point{{342, 228}, {400, 400}, {700, 500}, {640, 640}} {
				r := render(t, requested(pic, box, c.main, c.sub, size))
				for _, role := range []string{"main", "sub"} {
					lines := joined(r.Lines, role)
					widths := []float64{}
					for _, l := range r.Lines {
						if l.Role == role {
							widths = append(widths, l.Box[2])
						}
					}
					for i, l := range lines {
						if len(lines) > 1 && uniseg.GraphemeClusterCount(l) < 2 {
							t.Errorf("%v: %q leaves %q alone", size, lines, l)
						}
						if strings.HasPrefix(l, "%") || strings.HasPrefix(l, "!") {
							t.Errorf("%v: %q begins with a sign that belongs to the line before", size, lines)
						}
						if i > 0 && min(widths[i], widths[i-1]) < 0.45*max(widths[i], widths[i-1]) {
							t.Errorf("%v: %q is ragged", size, lines)
						}
					}
				}
			}
		})
	}
}

func TestCharactersTheFontLacks(t *testing.T) {
	t.Parallel()
	box := ad.Box{0.3, 0.4, 0.4, 0.5}
	pic := paint(400, 400, backdrops[0], box)
	for _, c := range []struct{ name, in, want string }{
		{"plain", "하루 한 알", "하루 한 알"},
		{"decomposed, as macOS sends it", norm.NFD.String("하루 한 알"), "하루 한 알"},
		{"emoji between words", "맛있는 🍎 사과", "맛있는 사과"},
		{"emoji before a sign", "맛있는 🍎!", "맛있는!"},
		{"emoji with joiners and tones", "우리 👨‍👩‍👧‍👦 가족 👍🏽", "우리 가족"},
		{"keycap keeps its digit", "1️⃣위 상품", "1위 상품"},
		{"mathematical letters", "𝗦𝗔𝗟𝗘 시작", "SALE 시작"},
		{"ligature and full width", "ﬁt １＋１", "fit １＋１"},
		{"Hanja is not in the font", "新 상품", "상품"},
		{"direction marks", "\u202e하루\u202c \u200f한\u2066 알", "하루 한 알"},
		{"controls and line ends", "하루\r\n한\t알\x00\u2028끝", "하루 한 알 끝"},
		{"zero width", "하\u200b루\ufeff", "하루"},
		{"a megabyte of marks", "가" + strings.Repeat("\u0301", 500_000), "가"},
		{"broken UTF-8", "하루\xff\xfe 끝", "하루 끝"},
		{"100 emoji", strings.Repeat("🎉", 100), ""},
		{"spaces", "   \u3000  ", ""},
		{"empty", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := render(t, requested(pic, box, c.in, "어디서나 읽히는 글자", image.Pt(400, 400)))
			if got := strings.Join(joined(r.Lines, "main"), " "); got != c.want {
				t.Errorf("headline %q became %q, want %q", c.in, got, c.want)
			}
			r = render(t, requested(pic, box, "", c.in, image.Pt(400, 400)))
			if got := strings.Join(joined(r.Lines, "sub"), " "); got != c.want {
				t.Errorf("sub copy %q became %q, want %q", c.in, got, c.want)
			}
			if c.want == "" && r.Layout != "none" {
				t.Errorf("layout %q without words", r.Layout)
			}
		})
	}
}

func TestNoBreakSpaceHolds(t *testing.T) {
	t.Parallel()
	box := ad.Box{0.45, 0.05, 0.5, 0.9}
	r := render(t, requested(paint(400, 400, backdrops[0], box), box, "갤럭시\u00a0버즈 새로운 소리", "", image.Pt(400, 400)))
	lines := joined(r.Lines, "main")
	if len(lines) < 2 || !strings.Contains(strings.Join(lines, "|"), "갤럭시\u00a0버즈") {
		t.Errorf("lines %q", lines)
	}
}

func TestALongSubCopyLeavesTheHeadlineWhole(t *testing.T) {
	t.Parallel()
	box := ad.Box{0.3, 0.4, 0.4, 0.5}
	r := render(t, requested(
		paint(400, 400, backdrops[0], box), box, "하루 한 알의 여유", strings.Repeat("아주 길고도 긴 이야기 ", 60), image.Pt(342, 228),
	))
	if got := strings.Join(joined(r.Lines, "main"), " "); got != "하루 한 알의 여유" {
		t.Errorf("headline %q", got)
	}
}

// TestOnlyTheLastResortBreaksAWord: a word too long for every frame is broken
// between characters, a text too long for any is cut with an ellipsis, and
// neither leaves the frame.
func TestOnlyTheLastResortBreaksAWord(t *testing.T) {
	t.Parallel()
	bold, medium := sans(t, "bold"), sans(t, "medium")
	box := ad.Box{0.3, 0.4, 0.4, 0.5}
	pic := paint(400, 400, backdrops[0], box)
	size := image.Pt(342, 228)

	word := strings.Repeat("세상에서가장긴이름", 5)
	r := render(t, requested(pic, box, word, "", size))
	wellSet(t, r, size, box, bold, medium)
	if lines := joined(r.Lines, "main"); len(lines) < 2 || strings.Join(lines, "") != word {
		t.Errorf("a word of 45 syllables became %q", lines)
	}

	text := strings.TrimSpace(strings.Repeat("아주 길고도 긴 이야기 ", 60))
	r = render(t, requested(pic, box, text, text, size))
	wellSet(t, r, size, box, bold, medium)
	for _, role := range []string{"main", "sub"} {
		got := strings.Join(joined(r.Lines, role), " ")
		if !strings.HasSuffix(got, "…") || !strings.HasPrefix(text, strings.TrimSuffix(got, "…")) {
			t.Errorf("%s: %q", role, got)
		}
	}
}

// TestContrastOnTheFinishedPicture measures the ground between the letters of
// the finished picture, by its own arithmetic.
func TestContrastOnTheFinishedPicture(t *testing.T) {
	t.Parallel()
	box := ad.Box{0.3, 0.36, 0.4, 0.5}
	for _, b := range backdrops {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			pic := paint(320, 320, b, box)
			for _, size := range []image.Point{{640, 640}, {480, 800}, {760, 400}} {
				r := render(t, requested(pic, box, "떠나는 날의 설렘", "주말여행에 꼭 맞는 가방", size))
				for _, l := range r.Lines {
					if l.Role == "ai_mark" {
						continue
					}
					c, ink := ground(r.Image, l.Box, colorOf(t, r, l.Role))
					if ink < 0.1 || ink > 0.75 {
						t.Errorf("%v %q: letters cover %.0f%% of the box, so nothing was measured", size, l.Text, 100*ink)
					}
					// The measure keeps letters' soft edges out only nearly.
					if c < compose.MinContrast-0.15 {
						t.Errorf(
							"%v %s %q: contrast %.2f on the worst tenth of the ground, Render says %.2f", size, r.Layout, l.Text, c,
							r.Contrast,
						)
					}
				}
			}
		})
	}
}

// ground is the contrast of text to the worst tenth of the pixels of a box that
// are not letters, and the share that is.
func ground(m *image.RGBA, box ad.Box, text color.RGBA) (contrast, ink float64) {
	w, h := m.Rect.Dx(), m.Rect.Dy()
	x0, y0 := int(box[0]*float64(w)), int(box[1]*float64(h))
	x1, y1 := int((box[0]+box[2])*float64(w)), int((box[1]+box[3])*float64(h))
	light := func(c color.RGBA) float64 {
		f := func(v uint8) float64 {
			s := float64(v) / 255
			if s <= 0.04045 {
				return s / 12.92
			}
			return math.Pow((s+0.055)/1.055, 2.4)
		}
		return 0.2126*f(c.R) + 0.7152*f(c.G) + 0.0722*f(c.B)
	}
	near := func(x, y int) bool {
		c := m.RGBAAt(x, y)
		d := func(a, b uint8) int { return max(int(a)-int(b), int(b)-int(a)) }
		return d(c.R, text.R)+d(c.G, text.G)+d(c.B, text.B) < 24
	}
	const reach = 2 // px of soft edge around a letter
	letters := make([]bool, (w+2*reach)*(h+2*reach))
	at := func(x, y int) *bool { return &letters[(y+reach)*(w+2*reach)+x+reach] }
	for y := y0; y < y1; y++ {
		for x := x0; x < x1; x++ {
			if near(x, y) {
				for dy := -reach; dy <= reach; dy++ {
					for dx := -reach; dx <= reach; dx++ {
						*at(x+dx, y+dy) = true
					}
				}
			}
		}
	}
	var ratios []float64
	inside := 0
	for y := y0; y < y1; y++ {
		for x := x0; x < x1; x++ {
			if *at(x, y) {
				inside++
				continue
			}
			a, b := light(m.RGBAAt(x, y)), light(text)
			ratios = append(ratios, (max(a, b)+0.05)/(min(a, b)+0.05))
		}
	}
	return tenth(ratios), float64(inside) / float64((x1-x0)*(y1-y0))
}

func tenth(v []float64) float64 {
	if len(v) == 0 {
		return 0
	}
	// A selection by counting is enough: contrast runs from 1 to 21.
	var bins [2101]int
	for _, x := range v {
		bins[int(x*100)]++
	}
	seen := 0
	for i, c := range bins {
		if seen += c; seen*10 > len(v) {
			return float64(i) / 100
		}
	}
	return 21
}

func TestTheProductIsNotTouched(t *testing.T) {
	t.Parallel()
	for _, b := range backdrops {
		box := ad.Box{0.3, 0.4, 0.4, 0.45}
		pic := paint(640, 640, b, box)
		r := render(t, requested(pic, box, "떠나는 날의 설렘", "주말여행에 꼭 맞는 가방", image.Pt(640, 640)))
		on := productOn(t, r, ad.Box{0, 0, 1, 1})
		if on != (ad.Box{0, 0, 1, 1}) {
			continue // shown smaller to make room: its pixels are resampled
		}
		for y := int(box[1]*640) + 1; y < int((box[1]+box[3])*640); y++ {
			for x := int(box[0]*640) + 1; x < int((box[0]+box[2])*640); x++ {
				if r.Image.RGBAAt(x, y) != pic.RGBAAt(x, y) {
					t.Fatalf("%s: pixel %d,%d of the product changed", b.name, x, y)
				}
			}
		}
	}
}

func TestLayoutFollowsTheFrame(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		box  ad.Box
		size image.Point
		want []string
	}{
		{"square, product low", ad.Box{0.3, 0.42, 0.4, 0.48}, image.Pt(540, 540), []string{"top-center"}},
		{"square, product low right", ad.Box{0.52, 0.42, 0.42, 0.5}, image.Pt(540, 540), []string{"top-left", "left-column"}},
		{"square, product high", ad.Box{0.3, 0.08, 0.4, 0.5}, image.Pt(540, 540), []string{"bottom-band"}},
		{"banner", ad.Box{0.3, 0.3, 0.4, 0.5}, image.Pt(1029, 258), []string{"left-column"}},
		{"wide, product left", ad.Box{0.04, 0.1, 0.4, 0.8}, image.Pt(600, 314), []string{"right-column", "left-column"}},
		{"story", ad.Box{0.3, 0.3, 0.4, 0.5}, image.Pt(540, 960), []string{"top-center"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			pic := paint(256, 256, backdrops[0], c.box)
			r := render(t, requested(pic, c.box, "오늘의 신선함", "아침에 딴 오렌지로 짠 주스", c.size))
			ok := false
			for _, w := range c.want {
				ok = ok || r.Layout == w
			}
			if !ok {
				t.Errorf("layout %q, want one of %q", r.Layout, c.want)
			}
			if r.Scrim {
				t.Error("a scrim on a studio wall")
			}
		})
	}
}

// TestAHeadlineOfFewWordsStaysOnFewLines: a third line is for size, not for a
// slightly evener edge.
func TestAHeadlineOfFewWordsStaysOnFewLines(t *testing.T) {
	t.Parallel()
	box := ad.Box{0.107, 0.16, 0.385, 0.74}
	pic := paint(600, 314, backdrops[0], box)
	r := render(t, requested(pic, box, "깊은 여운의 한 잔", "손끝에서 느껴지는 차분한 품격", image.Pt(1200, 628)))
	if lines := joined(r.Lines, "main"); len(lines) > 2 {
		t.Errorf("the headline is set as %q", lines)
	}
}

// TestTheHeadlineLeavesRoomForTheSubCopy: where both cannot be large, the
// headline gives way.
func TestTheHeadlineLeavesRoomForTheSubCopy(t *testing.T) {
	t.Parallel()
	bold, medium := sans(t, "bold"), sans(t, "medium")
	for _, top := range []float64{0.25, 0.285, 0.3, 0.32} {
		box := ad.Box{0.21, top, 0.53, 0.58}
		pic := paint(540, 540, backdrops[0], box)
		size := image.Pt(1080, 1080)
		wellSet(t, render(t, requested(pic, box, "가벼운 여름 나들이", "필요한 것만 담아 가볍게 나서세요", size)), size, box, bold, medium)
	}
}

// TestAMirroredBackdropIsSoft: where the picture is carried on by its mirror
// image, what stood near its edge must not stand there a second time.
func TestAMirroredBackdropIsSoft(t *testing.T) {
	t.Parallel()
	b := backdrops[0]
	ground := b.at
	b.noise, b.at = 0, func(x, y float64) (float64, float64, float64) {
		if math.Hypot(x-0.08, y-0.8) < 0.05 { // a vase
			return 60, 50, 45
		}
		r, g, b := ground(x, y)
		d := 14 * math.Sin(40*x) // enough unrest to be mirrored, not stretched
		return r + d, g + d, b + d
	}
	box := ad.Box{0.45, 0.1, 0.5, 0.85}
	pic := paint(500, 500, b, box)
	size := image.Pt(760, 400)
	r := render(t, requested(pic, box, "하루 한 알", "", size))
	edge := int(productOn(t, r, ad.Box{0, 0, 1, 1})[0] * float64(size.X))
	if edge < 80 {
		t.Fatalf("the picture begins at %d px: nothing is carried on", edge)
	}
	step := func(x, y int) float64 {
		return math.Abs(float64(r.Image.RGBAAt(x+1, y).G) - float64(r.Image.RGBAAt(x, y).G))
	}
	mirrored := 0.0
	for y := 290; y < 350; y++ {
		for x := range edge - 2 {
			mirrored = max(mirrored, step(x, y))
		}
	}
	if mirrored < 3 || mirrored > 9 { // sharp, the vase has steps of a hundred
		t.Errorf("steps of up to %.0f levels in the mirror image", mirrored)
	}
}

func TestRoomIsMadeWhenTheProductFillsThePicture(t *testing.T) {
	t.Parallel()
	bold, medium := sans(t, "bold"), sans(t, "medium")
	for _, box := range []ad.Box{{0, 0, 1, 1}, {0.04, 0.04, 0.92, 0.92}, {0, 0.1, 1, 0.9}, {0.1, 0, 0.5, 1}} {
		pic := paint(200, 200, backdrops[1], box)
		for _, size := range []image.Point{{342, 228}, {360, 360}, {360, 640}, {628, 328}, {1029, 258}, {342, 900}} {
			wellSet(t, render(t, requested(pic, box, "신선함을 그대로", "오늘 들어온 제철 과일", size)), size, box, bold, medium)
		}
	}
}

func TestSameRequestSameBytes(t *testing.T) {
	t.Parallel()
	box := ad.Box{0.3, 0.36, 0.4, 0.5}
	for _, b := range backdrops {
		pic := paint(200, 200, b, box)
		for _, size := range []image.Point{{342, 342}, {600, 228}, {342, 600}} {
			one := render(t, requested(pic, box, "하루 한 알", "매일 아침을 가볍게", size))
			two := render(t, requested(pic, box, "하루 한 알", "매일 아침을 가볍게", size))
			if !bytes.Equal(one.Image.Pix, two.Image.Pix) || one.HTML != two.HTML ||
				fmt.Sprint(one.Lines) != fmt.Sprint(two.Lines) {
				t.Errorf("%s %v: two results of one request", b.name, size)
			}
		}
	}
}

func TestWithoutAnalysis(t *testing.T) {
	t.Parallel()
	bold, medium := sans(t, "bold"), sans(t, "medium")
	pic := paint(400, 400, backdrops[0], ad.Box{0.3, 0.3, 0.4, 0.4})
	for name, a := range map[string]*ad.Analysis{
		"none":         nil,
		"empty":        {},
		"not a number": {ProductBox: ad.Box{math.NaN(), 0, 1, 1}},
		"outside":      {ProductBox: ad.Box{2, 2, 1, 1}},
		"impossible hints": {
			ProductBox: ad.Box{0.3, 0.3, 0.4, 0.4},
			TextAreas:  []ad.TextArea{{Box: ad.Box{-5, math.Inf(1), 9, 9}, Score: math.Inf(1)}},
			Colors:     ad.Colors{Text: "red", Accent: "#12"},
		},
	} {
		r := render(t, compose.Request{Picture: pic, Analysis: a, MainCopy: "하루 한 알", Size: image.Pt(400, 400)})
		wellSet(t, r, image.Pt(400, 400), ad.Box{0.3, 0.3, 0.4, 0.4}, bold, medium)
		if len(joined(r.Lines, "main")) == 0 {
			t.Errorf("%s: no headline", name)
		}
		if len(joined(r.Lines, "ai_mark")) != 0 {
			t.Errorf("%s: a mark nobody asked for", name)
		}
	}
}

// TestHintedColoursAreMeasured: an unreadable colour of the analysis is not
// used, a readable one is.
func TestHintedColoursAreMeasured(t *testing.T) {
	t.Parallel()
	box := ad.Box{0.3, 0.42, 0.4, 0.48}
	pic := paint(400, 400, backdrops[0], box)
	for hint, used := range map[string]bool{"#5a2d82": true, "#f0e0c8": false, "url(x)": false, "": false} {
		r := requested(pic, box, "하루 한 알", "매일 아침을 가볍게", image.Pt(400, 400))
		r.Analysis.Colors.Text = hint
		out := render(t, r)
		c := colorOf(t, out, "main")
		if got := fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B); (got == hint) != used {
			t.Errorf("hint %q: text is %s", hint, got)
		}
		if out.Contrast < compose.MinContrast {
			t.Errorf("hint %q: contrast %.2f", hint, out.Contrast)
		}
	}
}

func TestPictureTypesAndOrigins(t *testing.T) {
	t.Parallel()
	box := ad.Box{0.3, 0.42, 0.4, 0.48}
	pic := paint(400, 400, backdrops[0], box)
	want := render(t, requested(pic, box, "하루 한 알", "", image.Point{}))
	if got := want.Image.Rect.Size(); got != image.Pt(400, 400) {
		t.Errorf("zero size gave %v, not the picture's own", got)
	}
	big := paint(600, 600, backdrops[4], box)
	for y := range 400 {
		for x := range 400 {
			big.SetRGBA(x+100, y+50, pic.RGBAAt(x, y))
		}
	}
	shifted := requested(pic, box, "하루 한 알", "", image.Point{})
	shifted.Picture = big.SubImage(image.Rect(100, 50, 500, 450))
	if got := render(t, shifted); !bytes.Equal(got.Image.Pix, want.Image.Pix) {
		t.Error("a picture that does not begin at zero gives another result")
	}
	clear := requested(pic, box, "하루 한 알", "", image.Point{})
	clear.Picture = image.NewNRGBA(image.Rect(0, 0, 400, 400))
	if got := render(t, clear); got.Image.RGBAAt(399, 0) != (color.RGBA{255, 255, 255, 255}) {
		t.Error("transparent pixels do not become white")
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	box := ad.Box{0.3, 0.42, 0.4, 0.48}
	pic := paint(400, 400, backdrops[0], box)
	for _, size := range []image.Point{{341, 400}, {400, 227}, {1921, 400}, {400, 1921}, {-1, 400}} {
		_, err := compose.Render(context.Background(), requested(pic, box, "하루", "", size))
		if !fault.Has(err, fault.RequestInvalid) || len(fault.From(err).Fields) != 1 ||
			fault.From(err).Fields[0].Name != "size" {
			t.Errorf("%v: %v", size, err)
		}
	}
	small := requested(paint(64, 64, backdrops[0], box), box, "하루", "", image.Point{})
	if _, err := compose.Render(context.Background(), small); !fault.Has(err, fault.RequestInvalid) {
		t.Errorf("a picture of 64×64 and no size: %v", err)
	}
	for _, p := range []image.Image{nil, image.NewRGBA(image.Rectangle{})} {
		if _, err := compose.Render(
			context.Background(), compose.Request{Picture: p, Size: image.Pt(400, 400)},
		); !fault.Has(err, fault.Internal) {
			t.Errorf("picture %v: %v", p, err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := compose.Render(ctx, requested(pic, box, "하루", "", image.Point{})); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

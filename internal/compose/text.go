package compose

import (
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
	"golang.org/x/text/unicode/norm"
)

// maxCharacters bounds what one text may hold. Copy is 5 to 20 characters; ten
// times the longest keeps hostile input from costing time, and nothing longer
// can be read on an ad.
const maxCharacters = 200

// clean gives the text as it can be drawn: NFC, one line, single spaces, and
// only characters the font has. A missing character becomes its compatibility
// form when the font has that (𝗕 → B), else it is dropped, so a box never
// appears. No-break spaces stay, because they say where not to break.
func clean(s string, has func(rune) bool) string {
	// A character that can be drawn is a few runes. The text is cut before anything
	// else, so that a megabyte of combining marks costs no time.
	const maxBytes = 64 * maxCharacters
	if len(s) > maxBytes {
		s = s[:maxBytes]
	}
	s = norm.NFC.String(strings.ToValidUTF8(s, ""))
	var out []rune
	dropped := false // since the last character that was kept
	keep := func(r rune) {
		if isSpace(r) {
			if len(out) > 0 && out[len(out)-1] != ' ' {
				out = append(out, ' ')
			}
			return
		}
		if dropped && len(out) > 0 && out[len(out)-1] == ' ' && closesPhrase(r) {
			out = out[:len(out)-1] // "맛있는 🍎!" must not become "맛있는 !"
		}
		dropped = false
		out = append(out, r)
	}
	count := 0
	g := uniseg.NewGraphemes(s)
	for count < maxCharacters && g.Next() {
		cluster := g.Runes()
		if isSpace(cluster[0]) { // CR LF is one cluster
			keep(' ')
			count++
			continue
		}
		drawn := drawable(cluster, has)
		if len(drawn) == 0 {
			dropped = true
			continue
		}
		count++
		for _, r := range drawn {
			keep(r)
		}
	}
	trimmed := strings.TrimFunc(string(out), func(r rune) bool { return isSpace(r) || r == noBreakSpace })
	if count == maxCharacters && g.Next() {
		return cut(trimmed)
	}
	return trimmed
}

// cut marks the end of a shortened text, at a space if one is near.
func cut(s string) string {
	if i := strings.LastIndexByte(s, ' '); i > len(s)/2 {
		s = s[:i]
	}
	return strings.TrimRight(s, " ,.·") + "…"
}

// shorten keeps a share of a text.
func shorten(s string, share float64) string {
	r := []rune(strings.TrimSuffix(s, "…"))
	n := max(1, int(float64(len(r))*share))
	if n >= len(r) {
		return s
	}
	return cut(string(r[:n]))
}

const noBreakSpace = '\u00a0'

// isSpace is any white space that may become a line break.
func isSpace(r rune) bool {
	return r != noBreakSpace && r != '\u202f' && (unicode.IsSpace(r) || r == '\u2028' || r == '\u2029')
}

// drawable gives what can be shown of one grapheme cluster: its base if the
// font has it, with those marks the font has.
func drawable(cluster []rune, has func(rune) bool) []rune {
	shown := func(r rune) bool {
		return !unicode.IsControl(r) && !unicode.Is(unicode.Cf, r) && has(r)
	}
	base := cluster[0]
	if base == '\u202f' {
		return []rune{noBreakSpace}
	}
	var out []rune
	if shown(base) {
		out = append(out, base)
	} else {
		for _, r := range norm.NFKC.String(string(base)) {
			if !shown(r) || r == ' ' {
				return nil
			}
			out = append(out, r)
		}
	}
	for _, r := range cluster[1:] {
		if shown(r) {
			out = append(out, r)
		}
	}
	return out
}

// closesPhrase reports punctuation and units that belong to the word before.
func closesPhrase(r rune) bool {
	return strings.ContainsRune("!?.,:;)]}%℃°…·」』】》〉”’、。％！？", r)
}

func opensPhrase(r rune) bool { return strings.ContainsRune("([{「『【《〈“‘", r) }

// item is what a line is made of and never broken within.
type item struct {
	text  string
	width float64 // em
	space bool    // a space stands before it
	glyph int     // how many characters it has
}

// words splits a cleaned text at its spaces into what no line break may part: 어절, kept
// together with what may not begin or end a line (금칙) and with what would part a number
// from its unit.
func words(text string, t *face) []item {
	var parts []string
	last := ""
	for _, w := range strings.Split(text, " ") {
		if w == "" {
			continue
		}
		if len(parts) > 0 && inseparable(last, w) {
			parts[len(parts)-1] += string(noBreakSpace) + w
		} else {
			parts = append(parts, w)
		}
		last = w
	}
	out := make([]item, len(parts))
	for i, p := range parts {
		out[i] = item{text: p, width: t.shape(p).width, space: i > 0, glyph: letters(p)}
	}
	return out
}

// inseparable reports whether two words that follow each other stay on one line: lone
// signs ("10 %", "- 3"), signs that may not begin or end a line, and numbers.
func inseparable(a, b string) bool {
	first, _ := utf8.DecodeRuneInString(b)
	last, _ := utf8.DecodeLastRuneInString(a)
	switch {
	case strings.TrimFunc(b, closesPhrase) == "", strings.TrimFunc(a, opensPhrase) == "":
		return true
	case neverFirst(first), opensPhrase(last):
		return true
	case !isDigit(last) || a == "":
		return false
	}
	// "20 만원부터", "1 000 원", "010 1234 5678": a number and its unit, and the groups of one
	// number.
	digits := len(b) - len(strings.TrimLeftFunc(b, isDigit))
	return digits == 3 || digits == 4 || digits == 0 && isUnit(b)
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

// neverFirst reports the signs that may not begin a line (금칙).
func neverFirst(r rune) bool {
	return strings.ContainsRune("!?.,:;)]}%℃°」』】》〉”’、。％！？", r)
}

// units are what stands after a number in an ad, by a space or without. Only the longer
// ones may carry a particle ("20 만원부터"): a short one would also be the beginning of
// another word ("3 시원한 맛" is no hour).
var units = strings.Fields(
	"원 개 병 명 분 초 일 월 년 시 번 배 장 권 잔 캔 팩 종 색 단 층 호 위 회 차 평 살 세 줄 쪽 척 켤레 " +
		"만원 천원 백원 억원 퍼센트 인분 시간 개월 박스 세트 봉지 가지 마리 그램 킬로 리터 미터 센티 종류 그릇 조각 송이 다발 포기 " +
		"g kg mg l L ml mL cm mm m km t GB TB MB W V Hz inch 인치 ℓ ㎖ ㎏ ㎝ ㎡ € ₩ 원대 만 천 억",
)

func isUnit(w string) bool {
	w = strings.TrimRightFunc(w, closesPhrase)
	return slices.ContainsFunc(units, func(u string) bool {
		if w == u {
			return true
		}
		rest, ok := strings.CutPrefix(w, u)
		return ok && (utf8.RuneCountInString(u) > 1 && u[0] > unicode.MaxASCII || particle(rest))
	})
}

// particle reports what may follow a one-syllable unit: a particle or a word that counts.
func particle(s string) bool {
	return slices.Contains(strings.Fields("은 는 이 가 을 를 의 에 로 만 도 씩 당 째 간 동안 까지 부터 마다 이상 이하 "+
		"미만 이나 으로 에서 에게 만에 뿐 입니다 할인 증정"), s)
}

// letters counts the characters of a text that are not signs: what stands alone on a
// line when there is but one.
func letters(s string) (n int) {
	for g := uniseg.NewGraphemes(s); g.Next(); {
		if r := g.Runes()[0]; !closesPhrase(r) && !opensPhrase(r) {
			n++
		}
	}
	return n
}

// characters splits every item into what may stand alone when a word has to be broken:
// its characters, with numbers, their units and 금칙 still held together.
func characters(items []item, t *face) []item {
	var out []item
	for _, it := range items {
		first, last := true, ""
		for g := uniseg.NewGraphemes(it.text); g.Next(); {
			c := g.Str()
			if !first && heldTo(last, c) {
				o := &out[len(out)-1]
				o.text += c
				o.width, o.glyph = t.shape(o.text).width, letters(o.text)
			} else {
				out = append(out, item{text: c, width: t.shape(c).width, space: it.space && first, glyph: letters(c)})
			}
			first, last = false, c
		}
	}
	return out
}

// heldTo reports whether a character stays with the one before it.
func heldTo(before, c string) bool {
	r, _ := utf8.DecodeRuneInString(c)
	b, _ := utf8.DecodeLastRuneInString(before)
	if b == noBreakSpace || r == noBreakSpace {
		return true
	}
	return neverFirst(r) || opensPhrase(b) || isDigit(r) && (isDigit(b) || b == '.' || b == ',') || isDigit(b) && isUnit(c)
}

// breaking is a text broken into a number of lines.
type breaking struct {
	lines []string
	width float64 // of the widest line, em
	flaw  float64 // how bad the breaks are, 0 is best; above 1 a line is a lone syllable
}

// breakings gives, for each number of lines from 1 to most, the best breaking. It may be
// shorter than most when there are fewer items, or when a line would be an orphan, one
// syllable, and orphans are not allowed.
func breakings(items []item, t *face, most int, orphans bool) []breaking {
	if len(items) == 0 {
		return nil
	}
	most = min(most, len(items))
	space := t.shape(" ").width
	// at[i] is where item i begins when all stand on one line, the space
	// before it included; a line i..j is then a difference.
	at := make([]float64, len(items)+1)
	for i, it := range items {
		at[i+1] = at[i] + it.width
		if it.space {
			at[i+1] += space
		}
	}
	lineWidth := func(i, j int) float64 {
		w := at[j] - at[i]
		if items[i].space {
			w -= space
		}
		return w
	}
	var out []breaking
	for n := 1; n <= most; n++ {
		ends, flaw, ok := balance(items, n, at[len(items)]/float64(n), lineWidth)
		if !ok {
			continue
		}
		b := breaking{flaw: flaw}
		from := 0
		for _, to := range ends {
			var line strings.Builder
			for i := from; i < to; i++ {
				if items[i].space && i > from {
					line.WriteByte(' ')
				}
				line.WriteString(items[i].text)
			}
			b.lines = append(b.lines, line.String())
			b.width = max(b.width, t.shape(line.String()).width)
			from = to
		}
		orphan := n > 1 && slices.ContainsFunc(b.lines, func(l string) bool { return letters(l) < 2 })
		if orphan && !orphans {
			continue
		}
		out = append(out, b)
	}
	return out
}

// What a break costs, in units of the squared mean line width, which is what
// raggedness is measured in.
const (
	costInWord     = 40   // a break inside a word
	costOrphan     = 4    // a line of one syllable
	costDangling   = 0.12 // a line that ends in a one-syllable word (더, 이, 그), which belongs to the next
	costLateSingle = 0.05 // a line that begins with one (수, 것), which belongs to the one before
	gainAtComma    = 0.08 // a break where the sentence pauses anyway
)

// balance finds the n lines whose widths differ least, by dynamic programming
// over the ends (Knuth and Plass, 1981, with no stretching).
func balance(items []item, n int, mean float64, width func(i, j int) float64) (ends []int, flaw float64, ok bool) {
	count := len(items)
	cost := func(i, j int) float64 {
		d := (width(i, j) - mean) / max(mean, 1e-6)
		c := d * d
		if n == 1 {
			return c
		}
		characters := 0
		for k := i; k < j && characters < 2; k++ {
			characters += items[k].glyph
		}
		if characters < 2 {
			c += costOrphan
		}
		if j < count {
			last := items[j-1]
			switch {
			case !items[j].space:
				c += costInWord
			case last.glyph == 1:
				c += costDangling
			case strings.HasSuffix(last.text, ",") || strings.HasSuffix(last.text, ".") || strings.HasSuffix(last.text, "!") ||
				strings.HasSuffix(last.text, "?"):
				c -= gainAtComma
			}
		}
		if i > 0 && items[i].glyph == 1 && items[i].space {
			c += costLateSingle
		}
		return c
	}
	best := make([][]float64, n+1)
	from := make([][]int, n+1)
	for l := range best {
		best[l] = make([]float64, count+1)
		from[l] = make([]int, count+1)
		for j := range best[l] {
			best[l][j] = math.Inf(1)
		}
	}
	best[0][0] = 0
	for l := 1; l <= n; l++ {
		for j := l; j <= count; j++ {
			for i := l - 1; i < j; i++ {
				if math.IsInf(best[l-1][i], 1) {
					continue
				}
				if c := best[l-1][i] + cost(i, j); c < best[l][j] {
					best[l][j], from[l][j] = c, i
				}
			}
		}
	}
	if math.IsInf(best[n][count], 1) {
		return nil, 0, false
	}
	ends = make([]int, n)
	for l, j := n, count; l > 0; l-- {
		ends[l-1] = j
		j = from[l][j]
	}
	return ends, max(best[n][count], 0), true
}

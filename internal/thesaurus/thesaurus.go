// Package thesaurus knows the words, Korean and English, with which shop owners
// say what an ad should show and feel like: seasons, hours, places, materials,
// colours, moods. Each word stands here once, under the idea that it names. What
// an idea means is its readers' business: the copywriter chooses a tone by it,
// the stand-in a scene.
package thesaurus

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Match is a word found in a text.
type Match struct {
	Entry int // which entry of the list it is a word of
	Word  int // which word of the text it begins in, from 0

	start, end int // in the folded text, in bytes
}

// Mention is an idea found in a text.
type Mention struct {
	Idea string
	Word int // which word of the text it begins in, from 0
}

// Read finds the ideas of the thesaurus in a text, in the order of the text; see
// Find.
func Read(text string) []Mention {
	var out []Mention
	for _, m := range known.Find(text) {
		out = append(out, Mention{ideas[m.Entry].name, m.Word})
	}
	return out
}

// Ideas lists everything that Read can find.
func Ideas() []string {
	var out []string
	for _, e := range ideas {
		out = append(out, e.name)
	}
	return out
}

// Lists reports whether an idea is in a list of ideas, which are separated by a
// comma and a space.
func Lists(list, idea string) bool {
	if !strings.Contains(list, idea) { // nearly always, and quickly said
		return false
	}
	for one := range strings.SplitSeq(list, separator) {
		if one == idea {
			return true
		}
	}
	return false
}

const separator = ", "

// Find finds the words of a list in a text, in the order of the text. An entry of
// the list is the words, separated by a comma and a space, that mean one thing:
//
//	겨울       Korean: anywhere in a word, since endings and compounds are glued on
//	=봄       a whole word with at most a particle: in 봄의, not in 돌봄
//	나무.      a whole word just as it is, Korean or English
//	night     English: a whole word, plural or not, Korean endings or not (vintage한)
//	snow*     English words that begin so
//	눈 내리     words in a row; the last may have a Korean ending
//
// Case, punctuation and the form of Unicode do not matter. Where words overlap
// only the longest counts, as 도시락 (a lunch box) is no 도시 (a city); of equally
// long ones in the same place the one listed first. A word that the text takes
// back does not count: 화려하지 않은, 꽃 말고, not cold.
func Find(text string, list []string) []Match { return Compile(list).Find(text) }

// List is a list of words made ready for many texts. It is safe for concurrent use.
type List struct{ words []word }

// known are the ideas' words.
var known = func() *List {
	words := make([]string, len(ideas))
	for i, e := range ideas {
		words[i] = e.words
	}
	return Compile(words)
}()

// word is one word of a list, as Find's comment describes its signs.
type word struct {
	entry                                  int
	text                                   string
	particle, exact, stem, english, begins bool
}

// Compile makes a list, written as Find says, ready.
func Compile(list []string) *List {
	l := &List{}
	for i, words := range list {
		for text := range strings.SplitSeq(words, separator) {
			if text == "" {
				continue
			}
			w := word{entry: i}
			text, w.particle = strings.CutPrefix(text, "=")
			text, w.exact = strings.CutSuffix(text, ".")
			w.text, w.stem = strings.CutSuffix(text, "*")
			w.english = w.text[0] >= 'a' && w.text[0] <= 'z'
			w.begins = w.particle || w.exact || w.stem || w.english || strings.Contains(w.text, " ")
			l.words = append(l.words, w)
		}
	}
	return l
}

// Find finds the words in a text; see the function Find.
func (l *List) Find(text string) []Match {
	folded := fold(text)
	var found []Match
	for i := range l.words {
		w := &l.words[i]
		for start, end, ok := w.next(folded, 0); ok; start, end, ok = w.next(folded, end) {
			if !denied(folded, start, end) {
				found = append(found, Match{w.entry, strings.Count(folded[:start], " ") - 1, start, end})
			}
		}
	}
	var kept []Match
	for i, m := range found {
		if !hidden(found, i) {
			kept = append(kept, m)
		}
	}
	slices.SortStableFunc(kept, func(a, b Match) int { return cmp.Compare(a.start, b.start) })
	return kept
}

// hidden reports whether a match overlaps with one that counts in its place.
func hidden(found []Match, i int) bool {
	m := found[i]
	for j, o := range found {
		longer := (o.end - o.start) - (m.end - m.start)
		if o.start < m.end && m.start < o.end && (longer > 0 || longer == 0 && o.start == m.start && j < i) {
			return true
		}
	}
	return false
}

// fold gives the text in lower case, its words between single spaces, with a
// space at both ends.
func fold(text string) string {
	words := strings.FieldsFunc(strings.ToLower(norm.NFC.String(text)), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
	return " " + strings.Join(words, " ") + " "
}

// particles may follow a word of one syllable without making it another word.
var particles = [...]string{
	"", "의", "에", "을", "를", "은", "는", "이", "가", "과", "와", "도", "로", "으로", "에서", "에는", "처럼", "같은", "날",
	"들", "들이", "들의", "하늘", "빛",
}

// next looks for the word in folded text from a byte on.
func (w *word) next(folded string, from int) (start, end int, ok bool) {
	for {
		i := strings.Index(folded[from:], w.text)
		if i < 0 {
			return 0, 0, false
		}
		start, end = from+i, from+i+len(w.text)
		from = end
		if w.begins && folded[start-1] != ' ' {
			continue
		}
		rest := folded[end : end+strings.IndexByte(folded[end:], ' ')]
		switch {
		case w.particle:
			ok = slices.Contains(particles[:], rest)
		case w.exact:
			ok = rest == ""
		case w.english && !w.stem:
			r, _ := utf8.DecodeRuneInString(strings.TrimPrefix(rest, "s"))
			ok = !unicode.Is(unicode.Latin, r) && !unicode.IsDigit(r)
		default:
			ok = true
		}
		if ok {
			return start, end, true
		}
	}
}

// denied reports whether the words around a match take it back.
func denied(folded string, start, end int) bool {
	before := strings.Fields(folded[:strings.LastIndexByte(folded[:start], ' ')+1])
	if n := len(before); n > 0 && slices.Contains([]string{"no", "not", "without", "never", "안"}, before[n-1]) {
		return true
	}
	rest, after, _ := strings.Cut(folded[end:], " ")
	for _, no := range [...]string{"않", "아닌", "아니", "없", "말고", "빼고"} {
		if strings.HasPrefix(after, no) {
			return true
		}
	}
	return strings.Contains(rest, "지않")
}

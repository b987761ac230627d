package copywriter

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"github.com/nanococoa/nanococoa/internal/ad"
)

// brief is what the template writer understands of an owner's words.
type brief struct {
	mood    mood
	second  mood // plain when there is none
	kind    kind
	details []detail // in the order the concept names them
}

// read understands the fields. The analysis, which may be nil, only speaks when
// the concept gives no mood.
func read(f ad.Fields, a *ad.Analysis) brief {
	b := brief{kind: kindOf(f.ProductCategory)}
	if b.kind.general() {
		if k := kindOf(f.ProductName); k != other {
			b.kind = k
		}
	}
	b.mood, b.second = moodsOf(f.AdConcept)
	if b.mood == plain && a != nil {
		b.mood, b.second = moodsOf(strings.Join(a.Mood, ", "))
	}
	for _, m := range scan(f.AdConcept, detailWords) {
		b.details = append(b.details, m.means)
	}
	return b
}

// forBuyer reports whether the one the ad speaks to is the one who will use the
// product, so that a line about "나" speaks of the right person.
func (b brief) forBuyer() bool {
	switch b.kind {
	case pet, kids, place:
		return false
	}
	switch b.mood {
	case gift, holiday, family:
		return false
	}
	return true
}

// kindOf is the kind that the head of a phrase names. Pets and children
// outrank the head: 강아지 간식 is no food for the reader of the ad.
func kindOf(text string) kind {
	k, end := other, -1
	for _, m := range scan(text, kindWords) {
		if m.means == pet || m.means == kids {
			return m.means
		}
		if m.end > end {
			k, end = m.means, m.end
		}
	}
	return k
}

// moodsOf gives the two moods with the most words, of equals the one named first.
func moodsOf(text string) (first, second mood) {
	var score, at [moods]int
	for _, m := range scan(text, moodWords) {
		if score[m.means] == 0 {
			at[m.means] = m.start
		}
		score[m.means] += m.weight
	}
	score[plain] = 0
	if score[winter] > 0 {
		score[cozy] = 0 // warmth in winter is what winter's copy speaks of
		if score[winter] >= score[nature] {
			score[nature] = 0 // a forest in the snow is white, and nature's copy speaks of green
		}
	}
	order := make([]mood, moods)
	for i := range order {
		order[i] = mood(i)
	}
	slices.SortStableFunc(order, func(x, y mood) int {
		return cmp.Or(cmp.Compare(score[y], score[x]), cmp.Compare(at[x], at[y]))
	})
	if score[order[0]] > 0 {
		first = order[0]
	}
	if score[order[1]] > 0 {
		second = order[1]
	}
	return first, second
}

// A sure word outweighs the few hints that a concept of a line or two holds.
const sureWeight, hintWeight = 4, 1

// match is a word found in a text.
type match[T any] struct {
	means      T
	weight     int
	start, end int // in the folded text, in bytes
}

// scan finds the words of a lexicon in a text, in the order of the text. Where
// words that overlap mean different things only the longest counts, and a word
// that the text denies ("화려하지 않은", "not cold") does not. One word may mean
// several things, when entries name it alike.
func scan[T comparable](text string, lexicon []entry[T]) []match[T] {
	folded := fold(text)
	var found []match[T]
	for _, e := range lexicon {
		for i, w := range slices.Concat(e.words, e.hints) {
			weight := sureWeight
			if i >= len(e.words) {
				weight = hintWeight
			}
			for from := 0; ; {
				start, end, ok := find(folded, w, from)
				if !ok {
					break
				}
				from = end
				if !denied(folded, start, end) {
					found = append(found, match[T]{e.means, weight, start, end})
				}
			}
		}
	}
	kept := found[:0:0]
	for i, m := range found {
		if !slices.ContainsFunc(found[:i], func(o match[T]) bool { return o.means == m.means && o.start <= m.start && o.end >= m.end }) &&
			!slices.ContainsFunc(found, func(o match[T]) bool {
				return o.start < m.end && m.start < o.end && o.end-o.start > m.end-m.start
			}) {
			kept = append(kept, m)
		}
	}
	slices.SortStableFunc(kept, func(x, y match[T]) int { return cmp.Compare(x.start, y.start) })
	return kept
}

// fold gives the text in lower case, its words between single spaces, with a
// space at both ends.
func fold(text string) string {
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	return " " + strings.Join(words, " ") + " "
}

// suffixes may follow a one-syllable word without making it another word.
var suffixes = []string{"", "의", "에", "을", "를", "은", "는", "이", "가", "과", "와", "도", "로", "으로", "에서", "에는", "처럼", "같은", "날", "들", "들이", "들의", "하늘", "빛"}

// find looks for a word of a lexicon in folded text, from a byte on.
func find(folded, word string, from int) (start, end int, ok bool) {
	word, whole := strings.CutPrefix(word, "=")
	english := word[0] < 0x80 && (word[0] < '0' || word[0] > '9')
	for {
		i := strings.Index(folded[from:], word)
		if i < 0 {
			return 0, 0, false
		}
		start, end = from+i, from+i+len(word)
		from = end
		if !whole && !english {
			return start, end, true
		}
		if folded[start-1] != ' ' {
			continue
		}
		rest := folded[end : end+strings.IndexByte(folded[end:], ' ')]
		if english && (rest == "" || rest == "s") || whole && slices.Contains(suffixes, rest) {
			return start, end, true
		}
	}
}

// denied reports whether the words around a match take it back.
func denied(folded string, start, end int) bool {
	before := strings.Fields(folded[:start])
	if n := len(before); n > 0 && slices.Contains([]string{"no", "not", "without", "never"}, before[n-1]) {
		return true
	}
	// The rest of the word and the one after it: "차갑지 않은", "꽃 말고".
	after := folded[end:]
	if i := strings.IndexByte(after, ' '); i >= 0 {
		if j := strings.IndexByte(after[i+1:], ' '); j >= 0 {
			after = after[:i+1+j]
		}
	}
	for _, no := range []string{"지 않", "지않", " 말고", "이 아닌", "가 아닌", " 아닌"} {
		if strings.Contains(after, no) {
			return true
		}
	}
	return false
}

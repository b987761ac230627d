// Package mood reads an owner's few words, Korean or English, for what a picture
// can show of them: which scene, how bright, how warm, how vivid, which colours.
// It knows a list of words and nothing else, and says how many it recognised.
package mood

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Look names one kind of scene.
type Look string

// The looks.
const (
	Podium  Look = "podium"  // studio podium, colours of the product
	Window  Look = "window"  // sunlight through a window on a plaster wall
	Forest  Look = "forest"  // green foliage behind a stone
	Neon    Look = "neon"    // city lights on a wet night street
	Snow    Look = "snow"    // snow and warm lights
	Sea     Look = "sea"     // beach, horizon, palm shadow
	Marble  Look = "marble"  // polished stone and brass
	Hanji   Look = "hanji"   // layered paper, moon, festive colours
	Pastel  Look = "pastel"  // steps and arches in pale colours
	Cafe    Look = "cafe"    // wooden table, warm lamps
	Blossom Look = "blossom" // cherry blossom and spring haze
	Autumn  Look = "autumn"  // falling leaves, low sun
	Silk    Look = "silk"    // folds of cloth
)

// Looks lists all looks in a fixed order.
func Looks() []Look {
	return []Look{Podium, Window, Forest, Neon, Snow, Sea, Marble, Hanji, Pastel, Cafe, Blossom, Autumn, Silk}
}

// conceptWeight is how much a word of the concept counts, category and prompt
// being 1 and 0.5.
const conceptWeight = 3

// Mood is what was read.
type Mood struct {
	Look  Look     // the scene that fits best; Podium when nothing was recognised
	Words []string // English mood words, most fitting first, at most five

	// Light, Warm and Vivid are -1..1: dark to bright, cool to warm, muted to
	// vivid. 0 says nothing.
	Light, Warm, Vivid float64
	// Hues are colours the text names, as OKLab hue angles in degrees.
	Hues []float64
	// Known is how many different words were recognised in concept and prompt.
	Known int
}

// Read weighs the concept most, then the category, then the background prompt,
// which may be empty and is usually written from the concept.
func Read(concept, category, prompt string) Mood {
	var r reader
	r.read(concept, conceptWeight)
	r.read(prompt, 0.5)
	known := len(r.seen)
	r.read(category, 1)
	return r.mood(known)
}

type reader struct {
	seen  map[int]float64 // entry of the lexicon → weight of its strongest mention
	order []int
}

func (r *reader) read(text string, weight float64) {
	if r.seen == nil {
		r.seen = make(map[int]float64)
	}
	words := strings.FieldsFunc(strings.ToLower(norm.NFC.String(text)), func(c rune) bool {
		return !unicode.IsLetter(c) && !unicode.IsDigit(c)
	})
	for i, w := range words {
		for n := range lexicon {
			last := i
			if !lexicon[n].matches(w) {
				if last = i + 1; last == len(words) || !lexicon[n].matchesPair(w, words[last]) {
					continue
				}
			}
			if denied(words, i, last) {
				continue
			}
			if old, ok := r.seen[n]; !ok {
				r.seen[n] = weight
				r.order = append(r.order, n)
			} else {
				r.seen[n] = max(old, weight)
			}
		}
	}
}

// denied reports whether the words from first to last are taken back by their
// neighbours: 어둡지 않은, 눈이 아닌, not dark, without snow.
func denied(words []string, first, last int) bool {
	if last+1 < len(words) {
		for _, no := range []string{"않", "아닌", "아니", "없", "말고", "빼고"} {
			if strings.HasPrefix(words[last+1], no) {
				return true
			}
		}
	}
	return first > 0 && slices.Contains([]string{"not", "no", "without", "안", "never"}, words[first-1])
}

// matches reports whether a word of the text begins with one of the entry's
// stems. Korean particles and endings follow the stem; stems of two syllables
// and more may also stand inside a compound (크리스마스트리, 겨울바다).
func (e *entry) matches(word string) bool {
	for _, stem := range e.stems {
		if exact, ok := strings.CutSuffix(stem, "."); ok {
			if word == exact {
				return true
			}
			continue
		}
		if strings.HasPrefix(word, stem) {
			return true
		}
		if strings.Contains(stem, " ") {
			continue
		}
		if stem[0] >= 0x80 && len([]rune(stem)) >= 2 && strings.Contains(word, stem) {
			return true
		}
	}
	return false
}

// matchesPair reports whether two words in a row begin with a stem of two words:
// 눈 내리는, where 눈 alone is an eye as often as snow.
func (e *entry) matchesPair(word, next string) bool {
	for _, stem := range e.stems {
		if a, b, pair := strings.Cut(stem, " "); pair && word == a && strings.HasPrefix(next, b) {
			return true
		}
	}
	return false
}

func (r *reader) mood(known int) Mood {
	m := Mood{Look: Podium, Known: known}
	score := make(map[Look]float64)
	type weighted struct {
		word string
		w    float64
	}
	var words []weighted
	var sum [3]float64
	var total [3]float64
	for _, n := range r.order {
		e, w := &lexicon[n], r.seen[n]
		best := 0.0
		for _, f := range e.fits {
			score[f.look] += w * f.weight
			best = max(best, f.weight)
		}
		for k, v := range [3]float64{e.light, e.warm, e.vivid} {
			sum[k] += w * v
			if v != 0 {
				total[k] += w
			}
		}
		if e.hue != 0 && w >= 1 {
			m.Hues = append(m.Hues, e.hue)
		}
		if e.word != "" {
			words = append(words, weighted{e.word, w * (0.5 + best)})
		}
	}
	axis := func(k int) float64 {
		if total[k] == 0 {
			return 0
		}
		return sum[k] / total[k]
	}
	m.Light, m.Warm, m.Vivid = axis(0), axis(1), axis(2)
	best := 0.0
	for _, l := range Looks() {
		if score[l] > best+1e-9 {
			best, m.Look = score[l], l
		}
	}
	if m.Look == Forest {
		// The forest look is a summer's; the season a text names colours its trees.
		for _, l := range [...]Look{Snow, Autumn} {
			if score[l] >= conceptWeight { // the concept itself names it
				m.Look = l
				break
			}
		}
	}
	slices.SortStableFunc(words, func(a, b weighted) int {
		switch {
		case a.w > b.w:
			return -1
		case a.w < b.w:
			return 1
		}
		return 0
	})
	for _, w := range words {
		if len(m.Words) < 5 && !slices.Contains(m.Words, w.word) {
			m.Words = append(m.Words, w.word)
		}
	}
	return m
}

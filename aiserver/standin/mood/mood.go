// Package mood reads an owner's few words, Korean or English, for what a picture
// can show of them: which scene, how bright, how warm, how vivid, which colours.
// It knows a list of words and nothing else, and says how many it recognised.
package mood

import (
	"cmp"
	"slices"

	"github.com/nanococoa/nanococoa/internal/thesaurus"
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
	r := reader{seen: map[int]float64{}}
	r.read(concept, conceptWeight)
	r.read(prompt, 0.5)
	known := len(r.seen)
	r.read(category, 1)
	return r.mood(known)
}

// reader collects what texts say.
type reader struct {
	seen  map[int]float64 // entry of the lexicon → weight of its strongest mention
	order []int           // the entries seen, in the order of the texts
}

func (r *reader) read(text string, weight float64) {
	type mention struct{ word, entry int }
	var all []mention
	for _, m := range thesaurus.Read(text) {
		for n := range lexicon {
			if thesaurus.Lists(lexicon[n].ideas, m.Idea) {
				all = append(all, mention{m.Word, n})
			}
		}
	}
	own := make([]string, len(lexicon))
	for n := range lexicon {
		own[n] = lexicon[n].words
	}
	for _, m := range thesaurus.Find(text, own) {
		all = append(all, mention{m.Word, m.Entry})
	}
	slices.SortFunc(all, func(a, b mention) int {
		return cmp.Or(cmp.Compare(a.word, b.word), cmp.Compare(a.entry, b.entry))
	})
	for _, m := range all {
		if _, ok := r.seen[m.entry]; !ok {
			r.order = append(r.order, m.entry)
		}
		r.seen[m.entry] = max(r.seen[m.entry], weight)
	}
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

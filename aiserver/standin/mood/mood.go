// Package mood reads an owner's few words, Korean or English, for what a picture
// can show of them: which scene, in which season and at which hour, how bright, how warm,
// how vivid, which colours. It knows a list of words and nothing else, and says how many it
// recognised. Where it understands nothing the scene is a quiet studio: a plain picture is
// better than one that contradicts its ad.
package mood

import (
	"cmp"
	"slices"

	"github.com/nanococoa/nanococoa/internal/category"
	"github.com/nanococoa/nanococoa/internal/thesaurus"
)

// Look names one kind of scene.
type Look string

// The looks.
const (
	Podium   Look = "podium"   // studio podium, colours of the product
	Window   Look = "window"   // sunlight through a window on a plaster wall
	Forest   Look = "forest"   // green foliage behind a stone
	Neon     Look = "neon"     // city lights on a wet night street
	Snow     Look = "snow"     // snow and warm lights
	Sea      Look = "sea"      // beach, horizon, palm shadow
	Marble   Look = "marble"   // polished stone and brass
	Hanji    Look = "hanji"    // layered paper, moon, festive colours
	Pastel   Look = "pastel"   // steps and arches in pale colours
	Cafe     Look = "cafe"     // wooden table, warm lamps
	Blossom  Look = "blossom"  // cherry blossom and spring haze
	Autumn   Look = "autumn"   // falling leaves, low sun
	Silk     Look = "silk"     // folds of cloth
	City     Look = "city"     // a skyline by day, seen from a terrace
	Field    Look = "field"    // fields and hills under the sky
	River    Look = "river"    // still water, hills in the mist
	Living   Look = "living"   // a living room: sofa, lamp, window
	Desk     Look = "desk"     // a desk before shelves
	Vanity   Look = "vanity"   // a dressing table with a round mirror
	Gym      Look = "gym"      // concrete, racks, high windows
	Camp     Look = "camp"     // tent, string lights, firs
	Kitchen  Look = "kitchen"  // a counter before tiles and shelves
	Festival Look = "festival" // paper lanterns over a lane at night
	Nursery  Look = "nursery"  // a children's room with bunting and toys
	Workshop Look = "workshop" // a bench before a wall of tools
)

// Looks lists all looks in a fixed order.
func Looks() []Look {
	return []Look{
		Podium, Window, Forest, Neon, Snow, Sea, Marble, Hanji, Pastel, Cafe, Blossom, Autumn, Silk, City, Field, River,
		Living, Desk, Vanity, Gym, Camp, Kitchen, Festival, Nursery, Workshop,
	}
}

// Hour is the hour of a scene. "" is left to the look.
type Hour string

// The hours.
const (
	Dawn    Hour = "dawn"
	Day     Hour = "day"
	Evening Hour = "evening"
	Night   Hour = "night"
)

// Season is the season of a scene. "" is left to the look.
type Season string

// The seasons. Fall is called so because Autumn is a look.
const (
	Spring Season = "spring"
	Summer Season = "summer"
	Fall   Season = "autumn"
	Winter Season = "winter"
)

// Words is what a mood is read from. Each may be empty.
type Words struct {
	Concept, Name, Category string
	Prompt                  string // the English background prompt
}

// Mood is what was read.
type Mood struct {
	Look   Look     // the scene that fits best; Podium when nothing was recognised
	Hour   Hour     // as the words say
	Season Season   // as the words say
	Rain   bool     // whether it rains
	Large  bool     // whether the product stands on the floor
	Words  []string // English mood words, most fitting first, at most five

	// Light, Warm and Vivid are -1..1: dark to bright, cool to warm, muted to
	// vivid. 0 says nothing.
	Light, Warm, Vivid float64
	// Hues are colours the text names, as OKLab hue angles in degrees.
	Hues []float64
	// Known is how many different words were recognised in concept and prompt.
	Known int
}

// The weights of the texts. What the concept says goes before all; the name counts half of
// it; the prompt, which is usually written from the concept, only where both say nothing.
const (
	conceptWeight = 3
	nameWeight    = 1.5
	promptWeight  = 0.5
	// homeWeight is that of the place where such goods are at home: a tone alone (cosy,
	// plain) is then shown there.
	homeWeight = 1.3
	// placeFactor puts a named place before every look that only goes with a word.
	placeFactor = 10
)

// Read is Of for words that have no name.
func Read(concept, category, prompt string) Mood {
	return Of(Words{Concept: concept, Category: category, Prompt: prompt})
}

// Of reads words.
func Of(w Words) Mood {
	kind := category.Of(w.Category, w.Name)
	r := reader{seen: map[int]float64{}}
	r.read(w.Concept, conceptWeight)
	said := len(r.seen)
	r.read(w.Name, nameWeight)
	known := len(r.seen)
	r.readPrompt(w.Prompt)
	m := r.mood()
	m.Known = said + len(r.seen) - known
	m.Large = kind == category.Car || len(largeWords.Find(w.Name)) > 0
	if kind.Sober() {
		return Mood{Look: Podium, Words: []string{"calm"}, Light: 0.4, Vivid: -0.8, Known: m.Known}
	}
	m.Look = r.look(kind, &m)
	return m
}

// reader collects what texts say.
type reader struct {
	seen  map[int]float64 // entry of the lexicon → weight of its strongest mention
	order []int           // the entries seen, in the order of the texts
}

// ownWords are the words that entries have beside their ideas, largeWords those of large goods.
var (
	ownWords = func() *thesaurus.List {
		own := make([]string, len(lexicon))
		for n := range lexicon {
			own[n] = lexicon[n].words
		}
		return thesaurus.Compile(own)
	}()
	largeWords = thesaurus.Compile([]string{large})
)

// find gives the entries that a text mentions, in its order.
func find(text string) (entries []int) {
	type mention struct{ word, entry int }
	var all []mention
	for _, m := range thesaurus.Read(text) {
		for n := range lexicon {
			if thesaurus.Lists(lexicon[n].ideas, m.Idea) {
				all = append(all, mention{m.Word, n})
			}
		}
	}
	for _, m := range ownWords.Find(text) {
		all = append(all, mention{m.Word, m.Entry})
	}
	slices.SortFunc(all, func(a, b mention) int {
		return cmp.Or(cmp.Compare(a.word, b.word), cmp.Compare(a.entry, b.entry))
	})
	for _, m := range all {
		entries = append(entries, m.entry)
	}
	return entries
}

func (r *reader) read(text string, weight float64) {
	for _, n := range find(text) {
		if _, ok := r.seen[n]; !ok {
			r.order = append(r.order, n)
		}
		r.seen[n] = max(r.seen[n], weight)
	}
}

// readPrompt reads from the prompt what concept and name leave open: a place, a season, an
// hour. Everything else in it was chosen at will.
func (r *reader) readPrompt(text string) {
	var place, season, hour, rain bool
	for _, n := range r.order {
		e := &lexicon[n]
		place = place || e.placed()
		season, hour, rain = season || e.season != "", hour || e.hour != "", rain || e.rain
	}
	for _, n := range find(text) {
		if _, ok := r.seen[n]; ok {
			continue
		}
		e := &lexicon[n]
		if !place && e.placed() || !season && !place && e.season != "" || !hour && e.hour != "" || !rain && e.rain {
			r.order = append(r.order, n)
			r.seen[n] = promptWeight
		}
	}
}

// placed reports whether the entry says where a picture is.
func (e *entry) placed() bool {
	return e.place != "" || len(e.fits) > 0 && e.fits[0].weight >= sureFit
}

// sureFit is the weight from which a fit is as good as a named place.
const sureFit = 0.9

func (r *reader) mood() Mood {
	m := Mood{Look: Podium}
	type weighted struct {
		word string
		w    float64
	}
	var words []weighted
	var sum [3]float64
	var total [3]float64
	best := [2]float64{}
	for _, n := range r.order {
		e, w := &lexicon[n], r.seen[n]
		strong := 0.5
		for _, f := range e.fits {
			strong = max(strong, f.weight)
		}
		if e.place != "" {
			strong = 1.3
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
		if e.season != "" && w > best[0] {
			m.Season, best[0] = e.season, w
		}
		if e.hour != "" && w > best[1] {
			m.Hour, best[1] = e.hour, w
		}
		m.Rain = m.Rain || e.rain && w >= nameWeight
		if e.word != "" {
			words = append(words, weighted{e.word, w * (0.5 + strong)})
		}
	}
	axis := func(k int) float64 {
		if total[k] == 0 {
			return 0
		}
		return sum[k] / total[k]
	}
	m.Light, m.Warm, m.Vivid = axis(0), axis(1), axis(2)
	slices.SortStableFunc(words, func(a, b weighted) int { return cmp.Compare(b.w, a.w) })
	for _, w := range words {
		if len(m.Words) < 5 && !slices.Contains(m.Words, w.word) {
			m.Words = append(m.Words, w.word)
		}
	}
	return m
}

// look chooses the scene: the place that is named last, as the main word of a Korean phrase
// stands last, else what the words go with best, and where they give no place that of such
// goods. Then it is changed for what it cannot show: see agree.
func (r *reader) look(kind category.Kind, m *Mood) Look {
	if len(r.order) == 0 {
		return Podium
	}
	score := make(map[Look]float64)
	places, said := 0.0, false
	for _, n := range r.order {
		e, w := &lexicon[n], r.seen[n]
		if w == promptWeight && !e.placed() {
			continue // only its hour or season was wanted
		}
		if w > promptWeight {
			said = true
		}
		if e.place != "" {
			places++
			order := places * 0.1
			if w == promptWeight {
				order = -order // English prose names the main thing first
			}
			score[e.place] = max(score[e.place], placeFactor*w+order)
		}
		for _, f := range e.fits {
			score[f.look] += w * f.weight
		}
	}
	if home, ok := homes[kind.Place()]; ok && said {
		score[home] += homeWeight
	}
	best, out := 0.0, Podium
	for _, l := range Looks() {
		if score[l] > best+1e-9 {
			best, out = score[l], l
		}
	}
	return agree(out, m, places > 0)
}

// agree gives the look that shows the same under the season, hour and weather that the words
// name, so that nothing in the picture contradicts them.
func agree(l Look, m *Mood, named bool) Look {
	night := m.Hour == Night || m.Hour == Evening
	switch l {
	case Forest:
		switch m.Season {
		case Winter:
			return Snow
		case Fall:
			return Autumn
		}
	case City:
		if m.Season == Winter && m.Hour != Day {
			return Snow // streets in the snow, with their lamps
		}
		if m.Hour == Night || m.Hour == "" && m.Light < -0.5 || m.Rain && m.Hour != Day {
			return Neon
		}
	case Neon:
		if m.Hour == Day || m.Hour == Dawn {
			return City
		}
	case Window:
		if night || m.Rain || m.Hour == Dawn && m.Season == Winter {
			return Living
		}
	case Snow:
		if m.Season == Summer {
			return Podium
		}
	case Blossom:
		if m.Season != "" && m.Season != Spring && !named {
			return Window
		}
	case Festival:
		if m.Hour == Day || m.Hour == Dawn {
			return Pastel
		}
	}
	return l
}

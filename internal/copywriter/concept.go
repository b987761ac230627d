package copywriter

import (
	"cmp"
	"slices"
	"strings"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/category"
	"github.com/nanococoa/nanococoa/internal/thesaurus"
)

// brief is what the template writer understands of an owner's words.
type brief struct {
	mood    mood
	second  mood // plain when there is none
	kind    category.Kind
	details []detail // in the order the concept names them
	given   [len(topics)]bool
}

// read makes a brief of the fields. The moods of the analysis, which may be nil,
// are only used when the concept gives none.
func read(f ad.Fields, a *ad.Analysis) brief {
	b := brief{kind: category.Of(f.ProductCategory, f.ProductName)}
	said := thesaurus.Read(f.AdConcept)
	b.mood, b.second = moodsOf(said)
	if b.mood == plain && a != nil {
		b.mood, b.second = moodsOf(thesaurus.Read(strings.Join(a.Mood, ", ")))
	}
	for _, m := range said {
		for _, d := range details {
			if thesaurus.Lists(d.ideas, m.Idea) {
				b.details = append(b.details, d)
			}
		}
	}
	b.given = b.topicsOf(f)
	return b
}

// forBuyer reports whether whoever reads the ad is who will use the product. Only
// then does a line that says "나" mean the right person.
func (b brief) forBuyer() bool {
	switch b.kind {
	case category.Pet, category.Kids, category.Place, category.Lesson:
		return false
	}
	switch b.mood {
	case gift, holiday, family:
		return false
	}
	return true
}

// moodsOf gives the two moods with the most signs, of equals the one named first.
func moodsOf(said []thesaurus.Mention) (first, second mood) {
	var score, at [moods]int
	for i, m := range said {
		for n, s := range moodSigns {
			weight := 0
			switch {
			case thesaurus.Lists(s.sure, m.Idea):
				weight = sureWeight
			case thesaurus.Lists(s.hints, m.Idea):
				weight = hintWeight
			}
			if score[n] == 0 {
				at[n] = i
			}
			score[n] += weight
		}
	}
	if score[easy] > 0 {
		score[calm] = 0 // who is busy is not told to take it slowly
	}
	if score[winter] > 0 {
		score[cozy] = 0 // the copy for winter speaks of warmth already
		if score[winter] >= score[nature] {
			score[nature] = 0 // a forest in winter is white, and the copy for nature speaks of green
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

package copywriter_test

import (
	"testing"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/copywriter"
)

// An owner asks again and again, keeps all of it, and is never given the same twice: for
// every kind of product and every mood, as often as an ad has room.
func TestSuggestionsAreNew(t *testing.T) {
	t.Parallel()
	for _, p := range products {
		for mood, concept := range concepts {
			f := ad1(p.category, p.name, concept)
			taken := []copywriter.Copy{lines(t, f, nil)}
			seen := map[copywriter.Copy]bool{taken[0]: true}
			for len(taken) < ad.MaxRenditions {
				four, err := copywriter.Template{}.WriteCopies(t.Context(), f, nil, taken)
				if err != nil || len(four) != copywriter.Copies {
					t.Fatal(four, err)
				}
				for _, c := range four {
					if seen[c] {
						t.Errorf("%s, %s: %+v again, with %d taken", p.name, mood, c, len(taken))
					}
					seen[c] = true
					if m, s := ad.Length(c.Main), ad.Length(c.Sub); m < ad.MainCopyMin || m > ad.MainCopyMax ||
						s < ad.SubCopyMin || s > ad.SubCopyMax || c.By != ad.ByTemplate {
						t.Errorf("%s, %s: %+v", p.name, mood, c)
					}
				}
				taken = append(taken, four...)
			}
			// The first four are four headlines and four lines.
			four, _ := copywriter.Template{}.WriteCopies(t.Context(), f, nil, taken[:1])
			for i, a := range four {
				for _, b := range append(four[:i:i], taken[0]) {
					if a.Main == b.Main || a.Sub == b.Sub {
						t.Errorf("%s, %s: %+v and %+v share a line", p.name, mood, a, b)
					}
				}
			}
		}
	}
}

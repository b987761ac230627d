package openai_test

import (
	"testing"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/copywriter"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/llm/openaitest"
)

// Four suggestions come of one call; what fails the review, or is taken, the deterministic
// writer replaces.
func TestSuggestions(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		mode  openaitest.Mode
		taken []copywriter.Copy
		model int // of the four
	}{
		"good":         {openaitest.Good, nil, 4},
		"one taken":    {openaitest.Good, []copywriter.Copy{{Main: openaitest.GoodMain, Sub: "다른 말입니다"}}, 3},
		"all too long": {openaitest.WrongLength, nil, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, c := start(t, ample)
			s.SetMode(tc.mode)
			got, err := c.WriteCopies(t.Context(), fields(), analysis(), tc.taken)
			if err != nil || len(got) != copywriter.Copies {
				t.Fatal(got, err)
			}
			by, mains := 0, map[string]bool{}
			for _, k := range tc.taken {
				mains[k.Main] = true
			}
			for _, g := range got {
				if mains[g.Main] {
					t.Errorf("%q is there twice or taken", g.Main)
				}
				mains[g.Main] = true
				if g.By == ad.ByModel {
					by++
				}
			}
			if by != tc.model || len(s.Requests()) != 1 {
				t.Errorf("%d by the model, want %d; %d calls: %+v", by, tc.model, len(s.Requests()), got)
			}
		})
	}
	s, c := start(t, ample)
	s.SetMode(openaitest.Refusal)
	if _, err := c.WriteCopies(t.Context(), fields(), nil, nil); !fault.Has(err, fault.OpenAIRefused) {
		t.Error(err)
	}
}

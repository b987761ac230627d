package copywriter_test

import (
	"strings"
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

// A concept that reads as a line is the line; what is an instruction, a claim, a price or too
// short is not, and in the owner's next ad it is another line.
func TestTheOwnersWordsAreTheSubCopy(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		category, concept string
		own               bool
	}{
		{"스포츠·레저", "새벽 강변을 달리는 기분", true},
		{"전자제품", "소중한 사진을  안전하게 보관", true}, // its two spaces become one
		{"패션잡화", "골목을 걷는 가을 산책", true},
		{"패션잡화", "도심의 아침 러닝", false}, // 9 characters
		{"패션잡화", "고급스럽고 우아하게", false},
		{"패션잡화", "따뜻한 느낌의 겨울 거실", false},
		{"패션잡화", "30% 할인하는 여름", false},
		{"패션잡화", "최고로 완벽한 하루의 시작", false},
		{"식품", "면역력이 좋아지는 아침 식사", false},
		{"건강식품", "아침마다 챙기는 나의 습관", false},
		{"장례", "조용히 보내는 마지막 시간", false},
		{"금융", "차곡차곡 모으는 우리 집", false},
	} {
		f := ad1(tc.category, "상품", tc.concept)
		line := strings.Join(strings.Fields(tc.concept), " ")
		c, err := copywriter.Template{}.WriteCopy(t.Context(), f, nil)
		if err != nil || (c.Sub == line) != tc.own {
			t.Errorf("%s, %q: %+v, %v", tc.category, tc.concept, c, err)
		}
		if next, err := (copywriter.Template{}).WriteCopy(t.Context(), f, nil, line); err != nil || next.Sub == line {
			t.Errorf("%q again: %+v, %v", tc.concept, next, err)
		}
	}
}

package copywriter

import (
	"regexp"
	"strings"

	"github.com/nanococoa/nanococoa/internal/ad"
)

// offers are the ways in which an offer is written, the most telling first.
var offers = []*regexp.Regexp{
	regexp.MustCompile(`(최대\s*)?[0-9]{1,2}\s*(%|퍼센트|프로)\s*(할인|세일|(?i:off|sale)|특가|쿠폰)`),
	regexp.MustCompile(`[1-9]\s*\+\s*[1-9]`),
	regexp.MustCompile(`[0-9]{1,3}(,[0-9]{3})+\s*원|[0-9]+([.][0-9]+)?\s*만\s*([0-9]+\s*천\s*)?원|[0-9]+\s*천\s*원|` +
		`[1-9][0-9]{2,}\s*원`),
	regexp.MustCompile(`반값|균일가|무료\s*배송|무료\s*체험|사은품\s*증정`),
	regexp.MustCompile(`(?i)[0-9]{1,2}\s*%\s*(↓|▼|dc|d\.c)|-[0-9]{1,2}\s*%`),
}

// maxBadge is the most characters that a badge holds at a glance.
const maxBadge = 12

// Badge gives the offer that the fields speak of, in the owner's own words with single
// spaces: "30% 할인", "9,900원", "1+1". It is "" when they speak of none. The concept goes
// before the name, and in each of them the discount before the price. Copy never repeats
// it: a number in a headline is a claim, on a badge it is what the owner asked for.
func Badge(f ad.Fields) string {
	f = f.Normalize()
	for _, text := range []string{f.AdConcept, f.ProductName} {
		for _, offer := range offers {
			for _, at := range offer.FindAllStringIndex(text, -1) {
				badge := strings.Join(strings.Fields(text[at[0]:at[1]]), " ")
				if ad.Length(badge) <= maxBadge && !partOfNumber(text, at[0]) {
					return badge
				}
			}
		}
	}
	return ""
}

// partOfNumber reports whether a match begins within a number or a word of Latin letters,
// as in model names: A1+1.
func partOfNumber(text string, at int) bool {
	if at == 0 {
		return false
	}
	c := text[at-1]
	return c >= '0' && c <= '9' || c == '.' || c == ',' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

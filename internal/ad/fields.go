package ad

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/rivo/uniseg"
	"golang.org/x/text/unicode/norm"

	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/josa"
)

// Fields is what an owner says about an ad, beside the photo. Names and limits
// are those of the original system.
type Fields struct {
	ProductName     string `json:"product_name" dynamodbav:"product_name"`
	ProductCategory string `json:"product_category" dynamodbav:"product_category"`
	TargetAge       string `json:"target_age" dynamodbav:"target_age"`
	TargetGender    string `json:"target_gender" dynamodbav:"target_gender"`
	AdConcept       string `json:"ad_concept" dynamodbav:"ad_concept"`
}

// The most characters a field takes, counted by Length.
const (
	MaxProductName     = 100
	MaxProductCategory = 50
	MaxAdConcept       = 500
)

// TargetAges and TargetGenders are the only values those fields take.
var (
	TargetAges    = []string{"10대", "20대", "30대", "40대", "50대", "60대이상"}
	TargetGenders = []string{"남성", "여성", "전체"}
)

// Copy lengths in characters (see Length), from the original system's brief to
// its copywriter.
const (
	MainCopyMin, MainCopyMax = 5, 10
	SubCopyMin, SubCopyMax   = 10, 20
)

// Length counts the characters a person sees: extended grapheme clusters after
// NFC, spaces included. The web page counts the same way.
func Length(s string) int { return uniseg.GraphemeClusterCount(norm.NFC.String(s)) }

// maxBytesPerCharacter bounds what one "character" may weigh, so that a field
// of 100 grapheme clusters cannot smuggle in megabytes of combining marks.
// Family emoji with skin tones take 41 bytes; nothing an owner types takes more.
const maxBytesPerCharacter = 48

// Normalize gives the fields as they are stored: NFC (macOS sends NFD), line
// breaks and control characters as single spaces, bidirectional overrides
// removed, ends trimmed. Everything else stays as the owner wrote it.
func (f Fields) Normalize() Fields {
	return Fields{
		ProductName:     normalize(f.ProductName),
		ProductCategory: normalize(f.ProductCategory),
		TargetAge:       normalize(f.TargetAge),
		TargetGender:    normalize(f.TargetGender),
		AdConcept:       normalize(f.AdConcept),
	}
}

func normalize(s string) string {
	s = norm.NFC.String(strings.ToValidUTF8(s, ""))
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Bidi_Control, r), r == '\ufeff':
			return -1
		case unicode.IsControl(r), unicode.IsSpace(r), r == '\u2028', r == '\u2029':
			return ' '
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

// Validate reports every wrong field at once, as one fault.RequestInvalid, or
// nil. It expects normalized fields.
func (f Fields) Validate() error {
	var bad []fault.Field
	text := func(name, label, v string, limit int) {
		n := Length(v)
		switch {
		case n == 0:
			bad = append(bad, fault.Field{Name: name, Detail: fmt.Sprintf("%s 입력해 주세요.", josa.Object.After(label))})
		case n > limit:
			bad = append(bad, fault.Field{Name: name, Detail: fmt.Sprintf("%s %d자까지 쓸 수 있습니다. 지금은 %d자입니다.", josa.Topic.After(label), limit, n)})
		case len(v) > limit*maxBytesPerCharacter:
			bad = append(bad, fault.Field{Name: name, Detail: fmt.Sprintf("%s에 읽을 수 없는 글자가 너무 많습니다. 지우고 다시 써 주세요.", label)})
		}
	}
	choice := func(name, label, v string, allowed []string) {
		if !slices.Contains(allowed, v) {
			bad = append(bad, fault.Field{Name: name, Detail: fmt.Sprintf("%s %s 중에서 골라 주세요.", josa.Topic.After(label), strings.Join(allowed, ", "))})
		}
	}
	text("product_name", "상품 이름", f.ProductName, MaxProductName)
	text("product_category", "상품 종류", f.ProductCategory, MaxProductCategory)
	choice("target_age", "연령대", f.TargetAge, TargetAges)
	choice("target_gender", "성별", f.TargetGender, TargetGenders)
	text("ad_concept", "광고 콘셉트", f.AdConcept, MaxAdConcept)
	if len(bad) > 0 {
		return fault.Invalid(bad...)
	}
	return nil
}

package copywriter

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/category"
	"github.com/nanococoa/nanococoa/internal/claims"
)

// The lengths of a background prompt in words. 100 is the original system's
// brief; beyond 300 FLUX's text encoder cuts (512 tokens, about 1.5 per word).
const MinPromptWords, MaxPromptWords = 100, 300

// ReviewCopy checks lines that a model wrote for the fields. It gives them as
// they are to be shown (NFC, ends trimmed) and every objection, as English
// sentences to the model that quote counts and rules but nothing of the owner's.
// Lines without objections are safe to set into a picture: one line each, of the
// right length, Korean, in characters that the font has, without addresses,
// markup, quotation marks, numbers that the owner did not give, or claims that a
// shop would have to prove or that the law forbids for such goods, and none of them
// is among used, the lines of the owner's last ads.
func ReviewCopy(mainCopy, subCopy string, f ad.Fields, used ...string) (c Copy, objections []string) {
	f = f.Normalize()
	c = Copy{Main: tidy(mainCopy), Sub: tidy(subCopy), By: ad.ByModel}
	line := func(name, text string, low, high int) {
		if n := ad.Length(text); n < low || n > high {
			objections = append(objections, fmt.Sprintf(
				"%s has %d characters; it must have %d to %d, spaces counted", name, n, low, high,
			))
		}
		if slices.Contains(used, text) {
			objections = append(objections, name+" stood in an ad of the same shop shortly before")
		}
		for _, o := range lineObjections(text, f) {
			objections = append(objections, name+" "+o)
		}
	}
	line("main_copy", c.Main, ad.MainCopyMin, ad.MainCopyMax)
	line("sub_copy", c.Sub, ad.SubCopyMin, ad.SubCopyMax)
	if c.Main == c.Sub && c.Main != "" {
		objections = append(objections, "sub_copy repeats main_copy")
	}
	return c, objections
}

func tidy(s string) string {
	return strings.TrimSpace(norm.NFC.String(strings.ToValidUTF8(s, "\uFFFD")))
}

// lineSigns are the signs that copy may have beside letters, digits and spaces. A
// list of what is allowed keeps out line breaks, control and bidirectional
// characters, markup, quotation marks and emoji: they are no copy, or the font of
// the picture has no glyph for them.
const lineSigns = ".,!?~·…%&+-'’:()℃"

func lineObjections(text string, f ad.Fields) (out []string) {
	hangul, latin, strange := 0, 0, false
	for _, r := range text {
		switch {
		case r >= '가' && r <= '힣':
			hangul++
		case unicode.Is(unicode.Latin, r):
			latin++
		case r == ' ', r >= '0' && r <= '9', strings.ContainsRune(lineSigns, r):
		case !strange:
			strange = true
			out = append(out, fmt.Sprintf(
				"contains U+%04X; only Hangul, Latin letters, digits, spaces and %s are allowed, on one line", r, lineSigns,
			))
		}
	}
	// A product's name in Latin letters may be longer than the Korean around it, so
	// two syllables of Korean are enough.
	if hangul < 2 || latin > 0 && hangul*3 < latin {
		out = append(out, "is not Korean")
	}
	if strings.HasPrefix(text, "'") || strings.HasPrefix(text, "’") || strings.Count(text, "'") > 1 {
		out = append(out, "is in quotation marks")
	}
	if strings.Count(text, "!") > 1 {
		out = append(out, "has more than one exclamation mark")
	}
	if address.MatchString(text) {
		out = append(out, "contains an address or a telephone number")
	}
	given := strings.Join([]string{f.ProductName, f.ProductCategory, f.TargetAge, f.AdConcept}, " ")
	for _, n := range number.FindAllString(text, -1) {
		if !slices.Contains(number.FindAllString(given, -1), n) {
			out = append(out, "contains a number that the data does not give")
			break
		}
	}
	// What the owner calls the product is not a claim that the copy makes.
	bare := text
	if f.ProductName != "" {
		bare = strings.ReplaceAll(text, f.ProductName, "")
	}
	law := category.Of(f.ProductCategory, f.ProductName).Law()
	for _, c := range claims.Find(law, bare) {
		if len(unfit(c.Word)) > 0 {
			continue // said below
		}
		out = append(out, fmt.Sprintf("contains %q: a claim that the law on such goods forbids (%s)", c.Word, c.Code))
	}
	for _, u := range unfit(bare) {
		out = append(out, fmt.Sprintf("contains %q: %s", u.word, u.why))
	}
	return out
}

var (
	number = regexp.MustCompile(`[0-9]+`)
	// address matches host names and telephone numbers; a slash or an at sign is
	// not allowed in copy anyway.
	address = regexp.MustCompile(
		`(?i)\bwww\.|[a-z0-9-]+\.(com|net|org|kr|io|shop|store|me|ly|gg|link|app)\b|[0-9]{2,4}-[0-9]{3,4}`,
	)
)

// taboo is a word that copy must not have, with the reason.
type taboo struct{ word, why string }

// taboos are the words that copy must not have whatever the goods. The list is short on
// purpose: it stops what does harm; package claims knows the laws on single kinds of goods,
// and the instructions to the model ask for more.
var taboos = []taboo{
	// 표시·광고의 공정화에 관한 법률 art. 3: a comparison that cannot be proved.
	{"최고", unproved}, {"최초", unproved}, {"최저", unproved}, {"최강", unproved}, {"1위", unproved}, {"일등", unproved},
	{"1등", unproved},
	{"넘버원", unproved}, {"유일", unproved}, {"완벽", unproved}, {"100%", unproved}, {"무조건", unproved}, {"no.1", unproved},
	// 식품 등의 표시·광고에 관한 법률 art. 8, 화장품법 art. 13: food and cosmetics
	// must not be presented as medicine.
	{"치료", medical}, {"완치", medical}, {"예방", medical}, {"특효", medical}, {"효능", medical}, {"항암", medical}, {"해독", medical},
	{"면역력", medical}, {"살 빠지", medical}, {"살이 빠", medical}, {"체중 감량", medical}, {"다이어트 효과", medical}, {"지방 분해", medical},
	{"부작용", medical},
	{"혈압", medical}, {"혈당", medical}, {"당뇨", medical}, {"탈모", medical}, {"아토피", medical}, {"질병", medical},
	// Words that put a group of people down.
	{"김치녀", demeaning}, {"된장녀", demeaning}, {"한남", demeaning}, {"맘충", demeaning}, {"급식충", demeaning}, {"틀딱", demeaning},
	{"노처녀", demeaning}, {"노총각", demeaning}, {"김여사", demeaning}, {"병신", demeaning}, {"못생긴", demeaning}, {"뚱뚱", demeaning},
	{"여자라면", demeaning}, {"남자라면", demeaning}, {"여자답게", demeaning}, {"남자답게", demeaning},
}

const (
	unproved  = "a superlative or a promise that cannot be proved"
	medical   = "a medical claim"
	demeaning = "demeaning to a group of people"
)

// unfit lists the taboos in a text.
func unfit(text string) (out []taboo) {
	low := strings.ToLower(text)
	for _, c := range taboos {
		if strings.Contains(low, c.word) {
			out = append(out, c)
		}
	}
	return out
}

// ReviewPrompt checks a background prompt that a model wrote. It gives it as it
// is to be sent on (one line, single spaces) and every objection, as English
// sentences to the model. A prompt without objections is English prose of
// MinPromptWords to MaxPromptWords words without addresses, markup or text that
// the image model would paint.
func ReviewPrompt(prompt string) (p Prompt, objections []string) {
	text := strings.Join(strings.Fields(tidy(prompt)), " ")
	if n := len(strings.Fields(text)); n < MinPromptWords || n > MaxPromptWords {
		objections = append(objections, fmt.Sprintf(
			"prompt has %d words; it must have %d to %d", n, MinPromptWords, MaxPromptWords,
		))
	}
	for _, r := range text {
		if !(unicode.Is(unicode.Latin, r) || r >= '0' && r <= '9' || strings.ContainsRune(promptSigns, r)) {
			objections = append(objections, fmt.Sprintf(
				"prompt contains U+%04X; only English letters, digits, spaces and %s are allowed", r, promptSigns,
			))
			break
		}
	}
	if len(text) > MaxPromptWords*maxBytesPerWord {
		objections = append(objections, "prompt is too long")
	}
	low := strings.ToLower(text)
	if address.MatchString(low) {
		objections = append(objections, "prompt contains an address")
	}
	for _, w := range []string{
		"that reads", "that says", "with the word", "lettering saying", "sign saying", "text saying", "caption",
	} {
		if strings.Contains(low, w) {
			objections = append(objections, fmt.Sprintf("prompt contains %q: the picture must have no lettering", w))
		}
	}
	for _, w := range []string{"nude", "naked", "nsfw", "gore", "swastika", "bloody"} {
		if slices.Contains(strings.FieldsFunc(low, func(r rune) bool { return r < 'a' || r > 'z' }), w) {
			objections = append(objections, fmt.Sprintf("prompt contains %q, which no ad can show", w))
		}
	}
	return Prompt{Text: text, By: ad.ByModel}, objections
}

// promptSigns leaves out quotation marks, since image models paint what is
// quoted, and every sign that markup needs.
const promptSigns = " .,;:!?'’()/%&+-–—°"

// maxBytesPerWord bounds a prompt made of endless words. English words take 6
// bytes on average with the space; the longest terms of photography take 20.
const maxBytesPerWord = 12

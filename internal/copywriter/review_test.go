package copywriter_test

import (
	"strings"
	"testing"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/copywriter"
)

func TestReviewCopy(t *testing.T) {
	t.Parallel()
	const goodMain, goodSub = "바람이 머무는 날", "가만히 곁에 두고 싶은 하루입니다"
	for name, tc := range map[string]struct {
		main, sub, want string // want is a part of the only objection, "" for none
		product         string
	}{
		"good":           {main: goodMain, sub: goodSub},
		"shortest":       {main: "여름 한입", sub: "여름을 담은 한입의 맛"},
		"longest":        {main: "여름을 담은 한입맛", sub: "가만히 곁에 두고 오래 바라보는 하루"},
		"main too short": {main: "한여름밤", sub: goodSub, want: "main_copy has 4 characters; it must have 5 to 10"},
		"main too long":  {main: "여름을 담은 한입의 맛", sub: goodSub, want: "main_copy has 12 characters"},
		"sub too short": {
			main: goodMain, sub: "가만히 곁에 두다", want: "sub_copy has 9 characters; it must have 10 to 20",
		},
		"sub too long": {main: goodMain, sub: "가만히 곁에 두고 오래오래 바라보고 싶은 날", want: "sub_copy has 24 characters"},
		"decomposed counts the same": {
			main: "\u1112\u1161\u11ab\u110b\u1167\u1105\u1173\u11b7\u1107\u1161\u11b7 \u1106\u1161\u11ba", sub: goodSub,
		},
		"ends are trimmed":         {main: " " + goodMain + "\n", sub: goodSub},
		"Latin name":               {main: "iPhone의 여름", sub: goodSub, product: "iPhone"},
		"Latin with little Korean": {main: "Summer의 빛", sub: goodSub, product: "Summer"},
		"all Latin":                {main: "Good day", sub: goodSub, want: "is not Korean"},
		"mostly Latin":             {main: goodMain, sub: "Refreshing day 하루", want: "is not Korean"},
		"Han":                      {main: "바람이 머무는 日", sub: goodSub, want: "U+65E5"},
		"jamo":                     {main: "바람이 머무는 ㅋ", sub: goodSub, want: "U+314B"},
		"emoji":                    {main: "바람이 머문 🌊", sub: goodSub, want: "U+1F30A"},
		"combining mark":           {main: "바람이 머문 낲\u0338", sub: goodSub, want: "U+0338"},
		"zero width":               {main: "바람이\u200b 머문", sub: goodSub, want: "U+200B"},
		"line break":               {main: "바람이\n머문 날", sub: goodSub, want: "U+000A"},
		"invalid UTF-8":            {main: "바람이 \xff머문", sub: goodSub, want: "U+FFFD"},
		"markup":                   {main: "<i>바람이 날", sub: goodSub, want: "U+003C"},
		"double quotes":            {main: "“바람이 머문”", sub: goodSub, want: "U+201C"},
		"single quotes":            {main: "'바람이 머문'", sub: goodSub, want: "quotation marks"},
		"one word in quotes":       {main: "바람이 '머문' 날", sub: goodSub, want: "quotation marks"},
		"apostrophe in a name":     {main: "L'eau의 하루", sub: goodSub, product: "L'eau"},
		"one exclamation mark":     {main: "바람이 머무는 날!", sub: goodSub},
		"two exclamation marks":    {main: "바람이 머문 날!!", sub: goodSub, want: "exclamation"},
		"address":                  {main: goodMain, sub: "지금 shop.kr 에서 만나요", want: "an address"},
		"www":                      {main: goodMain, sub: "지금 www.가게 에서 만나요", want: "an address"},
		"telephone": {
			main: goodMain, sub: "문의는 02-123-4567 이에요", want: "an address", product: "02 123 4567",
		},
		"decimal is no address":   {main: goodMain, sub: "하루 2.0 으로 여는 아침", product: "하루 2.0"},
		"number of the name":      {main: "젤리 250g의 날", sub: goodSub, product: "젤리 250g"},
		"invented number":         {main: "하루 3번의 기쁨", sub: goodSub, want: "a number", product: "젤리 30g"},
		"superlative":             {main: "국내 최고의 하루", sub: goodSub, want: "cannot be proved"},
		"superlative in Latin":    {main: "No.1 하루의 날", sub: goodSub, want: "cannot be proved", product: "사과 1"},
		"superlative of the name": {main: "최고심 스티커", sub: goodSub, product: "최고심 스티커"},
		"medical":                 {main: goodMain, sub: "당신의 면역력을 챙겨 드립니다", want: "medical"},
		"demeaning":               {main: goodMain, sub: "여자라면 누구나 갖고 싶은 날", want: "demeaning"},
		"repeated":                {main: "바람이 머무는 날들", sub: "바람이 머무는 날들", want: "repeats"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, objections := copywriter.ReviewCopy(tc.main, tc.sub, ad1("기타", tc.product, "예쁘게"))
			switch {
			case tc.want == "" && len(objections) > 0:
				t.Errorf("%d/%d: %q", ad.Length(c.Main), ad.Length(c.Sub), objections)
			case tc.want != "" && (len(objections) != 1 || !strings.Contains(objections[0], tc.want)):
				t.Errorf("objections %q, want one with %q", objections, tc.want)
			}
			if c.By != ad.ByModel {
				t.Errorf("by %q", c.By)
			}
		})
	}
	if c, _ := copywriter.ReviewCopy(
		" \u1112\u1161\u11ab\u110b\u1167\u1105\u1173\u11b7 \u1107\u1161\u11b7 ", goodSub, ad.Fields{},
	); c.Main != "한여름 밤" {
		t.Errorf("main = %q", c.Main)
	}
	if _, objections := copywriter.ReviewCopy("", "", ad.Fields{}); len(objections) < 2 {
		t.Errorf("nothing at all: %q", objections)
	}
}

func TestReviewPrompt(t *testing.T) {
	t.Parallel()
	sentence := "A wide calm terrace above the sea stands open to low golden light, " // 12 words
	good := strings.Repeat(sentence, 9)
	for name, tc := range map[string]struct{ text, want string }{
		"good":             {good, ""},
		"one word short":   {strings.TrimSpace(strings.Repeat("calm ", 99)), "prompt has 99 words; it must have 100 to 300"},
		"just enough":      {strings.Repeat("calm ", 100), ""},
		"just not more":    {strings.Repeat("calm ", 300), ""},
		"one word more":    {strings.Repeat("calm ", 301), "prompt has 301 words"},
		"endless words":    {strings.Repeat(strings.Repeat("calm", 20)+" ", 100), "too long"},
		"Korean":           {good + "바다", "U+BC14"},
		"accents":          {good + "in a café", ""},
		"quoted lettering": {good + `with "SALE" on it`, "U+0022"},
		"curly quotes":     {good + "with “SALE” on it", "U+201C"},
		"markup":           {good + "<b>", "U+003C"},
		"code":             {good + "`rm`", "U+0060"},
		"address":          {good + "see www.evil.com", "an address"},
		"lettering":        {good + "and a sign that reads welcome", "no lettering"},
		"indecent":         {good + "a nude statue", "no ad can show"},
		"a word inside":    {good + "denuded hills", ""},
		"control":          {good + "\x1b", "U+001B"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, objections := copywriter.ReviewPrompt(tc.text)
			switch {
			case tc.want == "" && len(objections) > 0:
				t.Errorf("%q", objections)
			case tc.want != "" && (len(objections) != 1 || !strings.Contains(objections[0], tc.want)):
				t.Errorf("objections %q, want one with %q", objections, tc.want)
			}
			if p.By != ad.ByModel {
				t.Errorf("by %q", p.By)
			}
		})
	}
	if p, _ := copywriter.ReviewPrompt(" A calm\n\nterrace\tby the  sea. \r\n"); p.Text != "A calm terrace by the sea." {
		t.Errorf("%q", p.Text)
	}
}

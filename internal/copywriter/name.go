package copywriter

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/nanococoa/nanococoa/internal/ad"
)

// maxName is the longest name that leaves room for words around it: the shortest pattern
// with a name takes another 7 of 20 characters.
const maxName = ad.SubCopyMax - 7

// Name gives what a person would call the product: "[당일발송] 햇 감귤, 5kg, 2박스" is 햇
// 감귤. What stands in brackets or after a comma, amounts and words of trade are left out.
// It is "" when what is left is too long for copy, has characters that the font may not
// have or that are no part of a name, or has words that copy must not have.
func Name(productName string) string {
	var out strings.Builder
	depth := 0
	for _, r := range productName {
		switch {
		case strings.ContainsRune("([{<【〔", r):
			depth++
			out.WriteByte(' ')
		case strings.ContainsRune(")]}>】〕", r):
			depth--
		case depth > 0:
		default:
			out.WriteRune(r)
		}
	}
	short := ""
	for _, part := range separator.Split(out.String(), -1) {
		words := slices.DeleteFunc(strings.Fields(part), func(w string) bool {
			return amount.MatchString(w) || price.MatchString(w) || slices.Contains(tradeWords[:], strings.ToLower(w))
		})
		if short = strings.Trim(strings.Join(words, " "), " -&."); short != "" {
			break
		}
	}
	if ad.Length(short) > maxName || utf8.RuneCountInString(short) > maxName {
		return ""
	}
	read := false
	for _, r := range short {
		switch {
		case r >= '가' && r <= '힣', unicode.Is(unicode.Latin, r):
			read = true
		case r >= '0' && r <= '9', strings.ContainsRune(" -&+.%", r):
		default:
			return ""
		}
	}
	if !read || address.MatchString(short) || len(unfit(short)) > 0 {
		return ""
	}
	return short
}

var (
	// separator ends the name proper; a comma within a number does not.
	separator = regexp.MustCompile(`,\s|,$|[/|·]|,(?:[^0-9\s])`)
	// amount is a number with a unit: how much of the product, and not what it is. 5G and 3M are
	// names.
	amount = regexp.MustCompile(`^[0-9]+([.,x×*][0-9]+)*((?i:kg|mg|ml|l|cc|cm|mm|inch|oz|p|pcs|ea|w|kw|gb|tb|mah)|` +
		`g|m|그램|킬로|리터|인치|평형?|` +
		`개입?|개월|입|매입?|봉지?|팩|박스|병|캔|롤|구|포|정|알|인분|인용|켤레|장|세트|종|호|마리|송이|줄|단|근|통|회분?|일분|ℓ|㎖|㎏)$`)
	// price is an offer, which the badge shows; see Badge.
	price = regexp.MustCompile(`^[0-9][0-9,.]*(원|만원|천원)$|^[0-9]\+[0-9]$|^[0-9]+%(할인|세일|off)$`)
)

// tradeWords are words of a shop's listing that nobody says of the product.
var tradeWords = [...]string{
	"당일발송", "당일배송", "무료배송", "새벽배송", "로켓배송", "산지직송", "특가", "할인", "세일", "행사", "핫딜", "초특가", "최저가", "신상", "신상품", "신제품",
	"정품", "국내산", "국산", "국내제조", "대용량", "소용량", "가정용", "업소용", "한정", "한정판", "한정수량", "단독", "인기", "추천", "베스트", "best", "new",
	"hot",
	"sale", "무료", "증정", "사은품", "예약", "예약판매", "택배", "묶음", "묶음배송", "낱개", "1+1", "2+1", "리뉴얼", "시즌오프",
}

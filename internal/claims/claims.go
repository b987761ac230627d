// Package claims knows what an ad for food, food supplements, cosmetics, medical devices and
// other goods may not claim in Korea. The rules follow the laws and the guidance that the
// Ministry of Food and Drug Safety (식약처) publishes on them; they are no legal advice. What
// we write ourselves avoids such claims, and an owner who makes one is told so, with the
// reason, and may go on: the owner may have the permission that we cannot see.
package claims

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/category"
)

// Code names a kind of claim.
type Code string

// The codes.
const (
	Medical  Code = "Claim.Medical"  // to treat, prevent or relieve what is an illness
	Function Code = "Claim.Function" // a health function that only approved goods may claim
	Endorsed Code = "Claim.Endorsed" // that doctors or experience prove it
	Unproved Code = "Claim.Unproved" // a rank or a promise that must be proved
)

// Claim is one that was found.
type Claim struct {
	Word string // as the text has it, without spaces
	Code Code
	Why  string // Korean: why it may not be said
}

// rule is what may not be said under some laws.
type rule struct {
	code  Code
	laws  []category.Law // "" is goods under none of them
	words string         // without spaces, in lower case; separated by a comma and a space
	why   string
}

const (
	none = category.Law("")
	food = category.LawFood
	supp = category.LawHealthFood
	cosm = category.LawCosmetic
	devi = category.LawDevice
)

// illnesses are what food and cosmetics may not be named with: each by itself says that the
// goods act on it.
const illnesses = "항암, 암예방, 암치료, 암세포, 당뇨, 고혈압, 혈압, 혈당, 콜레스테롤, 동맥경화, 고지혈, 뇌졸중, 중풍, 치매, 관절염, 골다공증, 아토피, " +
	"알레르기, 알러지, 비염, 천식, 감기예방, 감기에, 감기가, 독감, 코로나, 변비, 위염, 장염, 위장병, 역류성, 간염, 지방간, 신장병, 신부전, 불면증, 우울증, 갱년기, 생리통, " +
	"빈혈, 통풍, 염증, 탈모, 무좀, 여드름, 전립선, 요실금, 디스크, 환우, 환자"

const treats = "치료, 완치, 예방, 특효, 효능, 효험, 약효, 만병, 진통, 해열, 소염, 항염, 자연치유, 처방, 부작용없, 부작용이없, 부작용제로, 부작용걱정"

// rules: 식품 등의 표시·광고에 관한 법률 제8조, 화장품법 제13조, 의료기기법 제24조·제26조, 의료법 제56조,
// 표시·광고의 공정화에 관한 법률 제3조, with 식약처's lists of examples.
var rules = []rule{
	{
		Medical, []category.Law{food, supp}, treats + ", " + illnesses,
		"식품을 약처럼 알리는 말은 식품표시광고법(제8조)에서 금지합니다",
	},
	{
		Medical, []category.Law{food, supp}, "총명탕, 공진단, 경옥고, 청심환, 십전대보탕, 쌍화탕, 한약처방, 비아그라",
		"한약이나 의약품의 이름은 식품 광고에 쓸 수 없습니다(식품표시광고법 제8조)",
	},
	{
		Function, []category.Law{food},
		"면역력, 면역증진, 면역강화, 면역에, 피로회복, 피로개선, 피로해소, 자양강장, 정력, 다이어트효과, 다이어트에좋, 다이어트식품, 체지방, 지방분해, 지방연소, 살이빠, 살빠지, " +
			"살빼, 체중감량, 체중감소, 장건강, 관절건강, 눈건강, 간건강, 뼈건강, 혈관건강, 전립선건강, 혈액순환, 혈행, 노화방지, 항노화, 회춘, 항산화, 피부미용, 기억력, 집중력향상, " +
			"키성장, 성장촉진, 키크는, 해독, 디톡스, 독소배출, 노폐물배출, 붓기제거, 부기제거, 숙취해소, 숙면유도, 건강기능식품, 두뇌발달, 장수비결",
		"일반 식품이 건강기능식품처럼 몸에 작용한다고 알리면 안 됩니다(식품표시광고법 제8조)",
	},
	{
		Function, []category.Law{supp},
		"면역력강화, 면역력을높, 면역력상승, 피로회복, 피로를싹, 정력, 지방분해, 지방연소, 살이빠, 살빠지, 살빼, 체중감량, 해독, 디톡스, 독소배출, 노화방지, 회춘, 키성장, 키크는, " +
			"기억력향상, 숙취해소, 간을살리, 혈관청소",
		"건강기능식품은 인정받고 심의받은 기능성만 그대로 알릴 수 있습니다(식품표시광고법 제10조)",
	},
	{
		Medical, []category.Law{cosm},
		"치료, 완치, 특효, 효험, 약효, 만병, 진통, 해열, 소염, 항염, 염증, 처방, 부작용없, 부작용이없, 부작용제로, 부작용걱정, 아토피, 여드름치료, 여드름균, 여드름제거, 여드름완화, 건선, " +
			"습진, 피부염, 무좀, 항균, 살균, 항바이러스, 피부재생, 세포재생, 재생크림, 세포성장, 줄기세포, 흉터, 튼살, 화상, 상처, 셀룰라이트, 지방분해, 슬리밍, 가슴확대, 볼륨업가슴, 발모, " +
			"양모, 육모, 모발성장, 머리카락이자, 혈액순환, 디톡스, 독소, 면역, 노화방지, 항노화, 보톡스, 필러, 얼굴축소, 얼굴이작아, 사마귀, 점제거, 근육이완, 통증",
		"화장품을 의약품처럼 알리거나 화장품의 범위를 벗어난 효과를 알리면 안 됩니다(화장품법 제13조)",
	},
	{
		Function, []category.Law{cosm},
		"미백, 화이트닝, 기미제거, 기미개선, 잡티제거, 주름개선, 주름제거, 주름완화, 탈모, 피부장벽회복, 여드름성피부완화, 자외선완벽, 피부노화완화",
		"기능성화장품으로 심사받은 내용이어야 알릴 수 있습니다(화장품법 제13조). 심사받으셨다면 그대로 두셔도 됩니다",
	},
	{
		Medical, []category.Law{devi},
		"완치, 치료보장, 효과보장, 즉시효과, 즉각적인효과, 부작용없, 부작용이없, 부작용제로, 부작용걱정, 통증이사라, 통증제로, 만병, 특효, 암치료, 수술없이, 100%치료, 100%효과, 재발없",
		"의료기기와 의료의 효과를 보장하거나 과장하면 안 됩니다(의료기기법 제24조, 의료법 제56조)",
	},
	{
		Medical, []category.Law{none},
		"통증완화, 통증치료, 통증제거, 디스크, 거북목교정, 자세교정, 척추교정, 골반교정, 체형교정, 혈액순환, 관절염, 불면증, 코골이치료, 무좀치료, 근육통완화, 치료효과, 완치, 암예방, 항암, " +
			"노폐물배출, 체지방분해, 지방분해, 다이어트효과, 면역력, 아토피, 비염, 전자파제거로건강",
		"의료기기가 아닌 물건을 의료 효과가 있는 것처럼 알리면 안 됩니다(의료기기법 제26조)",
	},
	{
		Endorsed, []category.Law{food, supp, cosm, devi},
		"의사추천, 의사가추천, 의사도추천, 의사가만든, 한의사추천, 한의사가, 약사추천, 약사가추천, 병원추천, 의료진추천, 전문의추천, 피부과추천, 대학병원, 교수추천, 체험기, 체험후기, 체험사례, 감사장",
		"의사·약사 등의 추천이나 체험담으로 효과를 보증하면 안 됩니다",
	},
	{
		Unproved, []category.Law{none, food, supp, cosm, devi},
		"업계1위, 판매1위, 국내1위, 세계1위, 전국1위, 업계최초, 세계최초, 국내최초, 세계유일, 국내유일, 업계유일, 최저가보장, 업계최저가, 무조건효과, 효과없으면, 100%보장, 100%만족, " +
			"100%환불보장, 완벽차단, 100%차단, 절대안전, 100%안전, 기적의, 가장안전한, 세계최고, 국내최고, 업계최고, 가장효과",
		"증명할 자료가 없으면 쓸 수 없는 말입니다(표시광고법 제3조)",
	},
}

// harmless are words in which a word of a rule means something else.
const harmless = "예방접종, 예방주사, 화재예방, 미끄럼예방, 흘림예방, 김서림예방, 혈압계, 혈당계, 혈압측정, 혈당측정, 치료실, 의약품이아닙니다, 필러민트, 디스크브레이크, 하드디스크, " +
	"디스크조명, 처방전, 효능감, 수면안대, 여드름패치, 상처받, 상처난사과, 상처없, 상처가있을수, 도움을줄수, 해독제, 화상통화, 화상회의, 독소리, 집중력, 염증내, 양모이불, 양모펠트, " +
	"양모브러시, 양모퍼프, 통풍잘, 통풍이잘, 통풍되는, 통풍구, 통풍이되, 피부미용실, 정력적, 치료견"

// harmlessWords and those of the rules are read once.
var (
	harmlessWords = strings.Split(harmless, ", ")
	ruleWords     = func() (out [][]string) {
		for _, r := range rules {
			out = append(out, strings.Split(r.words, ", "))
		}
		return out
	}()
)

// Find gives the claims in a text that a law forbids, each word once, in the order of the
// rules. Spaces and signs within the text do not hide a word: 면 역 력, 치.료. A sentence that
// says the goods are no medicine is the notice that the law wants, and no claim.
func Find(law category.Law, text string) (found []Claim) {
	seen := map[string]bool{}
	for _, sentence := range sentences(text) {
		bare := squeeze(sentence)
		if strings.Contains(bare, "의약품이아") || strings.Contains(bare, "치료목적이아") {
			continue
		}
		for _, w := range harmlessWords {
			bare = strings.ReplaceAll(bare, w, "·")
		}
		for i, r := range rules {
			if !slices.Contains(r.laws, law) {
				continue
			}
			for _, w := range ruleWords[i] {
				if strings.Contains(bare, w) && !seen[w] {
					seen[w] = true
					found = append(found, Claim{w, r.code, r.why})
				}
			}
		}
	}
	return found
}

// sentences splits a text where a sentence ends. A full stop within a word may be there to
// hide it, so it ends none.
func sentences(text string) []string {
	text = norm.NFKC.String(text)
	return strings.FieldsFunc(strings.NewReplacer(". ", "\n", "! ", "\n", "? ", "\n").Replace(text),
		func(r rune) bool { return r == '\n' })
}

// squeeze leaves letters, digits and the percent sign, in lower case.
func squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || r == '%' {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// Warnings tells an owner of the claims in their own name and concept: for each field and
// kind of claim one, which names the words. Nil when there are none.
func Warnings(f ad.Fields) (out []ad.Warning) {
	law := category.Of(f.ProductCategory, f.ProductName).Law()
	for _, field := range []struct{ name, text string }{{"product_name", f.ProductName}, {"ad_concept", f.AdConcept}} {
		words := map[Claim][]string{}
		var order []Claim
		for _, c := range Find(law, field.text) {
			kind := Claim{Code: c.Code, Why: c.Why}
			if words[kind] == nil {
				order = append(order, kind)
			}
			words[kind] = append(words[kind], "‘"+c.Word+"’")
		}
		for _, kind := range order {
			out = append(out, ad.Warning{
				Field: field.name, Code: string(kind.Code),
				Detail: fmt.Sprintf("%s: %s. 광고를 내기 전에 확인해 주세요.", strings.Join(words[kind], ", "), kind.Why),
			})
		}
	}
	return out
}

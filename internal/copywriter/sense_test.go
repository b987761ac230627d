package copywriter_test

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/copywriter"
)

// sense is a rule of a reader who knows nothing of how copy is made: what a line may only
// say when the fields say it. It is written apart from the writer's own topics, from what
// was wrong in ads that people looked at.
type sense struct {
	name, line, field string // regular expressions; an empty field: never
}

var senses = []sense{
	{"a buyer's sex", `남자|여자|그녀|남성|여성|(^| )그의 |언니|오빠|형님`, ``},
	{"a child", `아이(가|의|와|도|를| 눈)|아기|어린|작은 손|교실`, `아이|아기|어린이|유아|키즈|육아|자녀|초등|children|kid`},
	{"a parent or a family", `엄마|아빠|부모|할머니|어머니|식구|가족|고향`,
		`가족|엄마|아빠|부모|어머니|아버지|식구|할머니|효도|명절|추석|설|반려|강아지|고양이|아이|육아|family|장례|근조|상조|추모`},
	{"night", `(^| )밤|겨울밤|가을밤|야경|불빛|네온|어둠|별빛|달빛|라운지`,
		`밤|야경|네온|불빛|별|달빛|달밤|심야|야간|캠핑|모닥불|축제|불꽃|클럽|조명|사이버|촛불|등불|night|neon|야시장`},
	{"morning", `아침|새벽`, `아침|새벽|일출|모닝|morning|조식|dawn`},
	{"evening", `저녁|노을|하루 끝|하루의 끝`, `저녁|노을|석양|밤|야경|evening|sunset`},
	{"spring", `(^| )봄|새봄|봄볕|벚꽃`, `봄|벚꽃|spring|피크닉|소풍|개나리|새싹`},
	{"summer", `여름|더위|무더|더운|뜨거운|파도`, `여름|더위|더운|해변|바다|물놀이|바캉스|피서|summer|beach`},
	{"autumn", `가을|단풍|낙엽|선선`, `가을|단풍|낙엽|억새|갈대|autumn`},
	{"winter", `겨울|추운|추위|찬 바람|첫눈`, `겨울|눈|추위|추운|크리스마스|winter|snow`},
	{"cold", `시원|얼음|청량`, `시원|여름|얼음|더위|더운|청량|아이스|차가운|냉|바다|해변|물놀이|cool|ice|summer|refresh`},
	{"warmth", `포근|따뜻|따스|온기|아늑|데우|데웁`, `포근|따뜻|따스|아늑|온기|훈훈|겨울|눈|담요|니트|벽난로|cozy|warm|snow|winter`},
	{"a forest", `숲|나무|산길`, `숲|나무|산|피톤|forest|tree`},
	{"a field or a farm", `들판|밭|농장`, `들|밭|농|초원|시골|마당|과수원|field|farm`},
	{"green leaves", `초록|풀잎|이슬|잎`, `초록|녹|풀|잎|숲|식물|정원|이슬|이끼|차밭|그린|꽃|화분|잔디|초원|leaf|green|forest|garden`},
	{"nature", `자연`, `자연|친환경|유기농|숲|농장|들|밭|산|에코|비건|초록|정원|식물|제주|계곡|풀|시골|초원|과수원|마당|green|nature|eco|forest|garden`},
	{"a city", `도시|도심|거리(가|를|에|의|도| )|골목|빌딩`, `도시|도심|거리|골목|빌딩|야경|네온|시티|루프탑|출근|퇴근|옥상|사이버|스트리트|city|street|urban|neon`},
	{"a journey", `여행|떠나|떠날|캠핑|텐트|모닥불|모험|낯선`, `여행|떠나|휴가|캠핑|차박|모험|등산|하이킹|바캉스|travel|trip|camping|공항|글램핑`},
	{"sport", `운동|(^| )땀|달리|뛰(는|기|어)|심장|힘차`,
		`운동|스포츠|헬스|달리|러닝|체력|요가|필라테스|축구|농구|야구|활력|역동|에너지|도전|등산|자전거|태권도|마라톤|홈트|체육관|파워|골프|수영|테니스|캠핑|신나|활기|열정|sport|gym`},
	{"a feast", `명절|차례상|세배|덕담`, `명절|추석|설|한가위|차례|구정|대보름`},
	{"a party", `파티|축제|건배|음악`, `파티|축제|생일|연말|크리스마스|송년|잔치|페스티벌|새해|기념|야시장|불꽃|등불|party|festival`},
	{"love", `연인|둘만|고백|그대(에게|와|의|를| )|사랑|두근`, `연인|커플|사랑|고백|로맨틱|발렌타인|결혼|웨딩|프러포즈|설레|설렘|하트|신부|기념일|love|romantic`},
	{"a gift", `선물|고마운|고마움|받는 분`,
		`선물|감사|고마|명절|추석|설|어버이|스승|기념|부모님|생일|연말|크리스마스|발렌타인|연인|커플|사랑|로맨틱|결혼|웨딩|효도|gift|love|romantic`},
	{"rest", `쉬어|쉼|느긋|서두르지|천천히|고요|한가`, `쉼|쉬|휴식|힐링|차분|고요|조용|여유|편안|느긋|명상|오후|휴가|감성|부드러|한옥|잔잔|calm|rest|relax|quiet`},
	{"haste", `바쁜|바쁘|분주`, `바쁜|바쁘|분주|출근|퇴근|간편|정신없|서두르|뚝딱|지하철|busy`},
	{"the past", `추억|그 시절|옛|빛바랜|다방|레트로|흑백|필름|아날로그`, `추억|옛|레트로|빈티지|복고|전통|시절|앤티크|아날로그|한옥|한복|뉴트로|필름|vintage|retro`},
	{"rank", `품격|우아|귀한|호텔`, `고급|럭셔리|프리미엄|명품|품격|우아|기품|세련|호텔|클래식|골드|황금|금빛|대리석|샴페인|luxury|elegant|premium`},
	{"a new home", `새집|이사|짐을`, `이사|집들이|새집|새 집|신혼|입주|자취`},
	{"how it was made", `갓 |재료의|밭에서|직접 (키|만)|수제`, ``},
	{"an effect", `건강해|낫|치료|효과|면역|다이어트|살이|주름`, ``},
	{"a number", `[0-9]`, `[0-9]`},
}

// noWit are goods for which no line may be light-hearted.
var noWit = regexp.MustCompile(`장례|근조|상조|추모|납골|제사|병원|의원|치과|혈압|보청기|의료|성인용품|콘돔|생리대|보험|대출|적금|법률`)
var wit = regexp.MustCompile(`하루|신나|재미|반가|즐거|설레|두근|톡톡|기쁨|파티|축제|웃|쉬어|한입|한 모금|반짝|취향|어때|놀이|눈이 먼저|반한|행복`)

// service are things one goes to, of which no line may speak as of a thing one holds.
var service = regexp.MustCompile(`학원|식당|카페$|미용실|펜션|교습소|세탁소`)
var owned = regexp.MustCompile(`곁에 두고|손에 드는|놓고 싶은|챙겨 두|들이는|골라 쓰|가방에`)

// patterns are those of the rules, each compiled once.
var patterns sync.Map

func says(pattern, text string) bool {
	p, ok := patterns.Load(pattern)
	if !ok {
		p, _ = patterns.LoadOrStore(pattern, regexp.MustCompile(pattern))
	}
	return p.(*regexp.Regexp).MatchString(text)
}

func contradictions(c copywriter.Copy, f ad.Fields) (out []string) {
	fields := strings.ToLower(f.ProductName + " " + f.ProductCategory + " " + f.AdConcept)
	name := copywriter.Name(f.ProductName)
	for _, line := range []string{c.Main, c.Sub} {
		said := line
		if name != "" {
			said = strings.ReplaceAll(line, name, "")
		}
		for _, s := range senses {
			if strings.Contains(f.AdConcept, line) {
				break // the owner's own words say what the fields say
			}
			if s.name == "rest" && noWit.MatchString(fields) {
				continue // there calm is the manner of speaking
			}
			if says(s.line, said) && (s.field == "" || !says(s.field, fields)) {
				out = append(out, fmt.Sprintf("%q speaks of %s", line, s.name))
			}
		}
		if noWit.MatchString(fields) && wit.MatchString(said) {
			out = append(out, fmt.Sprintf("%q is too light for %s", line, f.ProductName))
		}
		if service.MatchString(f.ProductName) && owned.MatchString(said) {
			out = append(out, fmt.Sprintf("%q speaks of a thing", line))
		}
		if !noWit.MatchString(fields) && says(`바쁜|바쁘|분주`, fields) && says(`서두르지|느긋|천천히|느리게|고요`, said) {
			out = append(out, fmt.Sprintf("%q has time, the fields have none", line))
		}
		if says(`부모님|선물|어버이|아이|반려|강아지|고양이`, fields) && says(`(^| )나(를|의|와의|에게|답|만의| )|당신`, said) {
			out = append(out, fmt.Sprintf("%q speaks to the wrong person", line))
		}
	}
	return out
}

// goods are products of every category, as shops write them.
var goods = []struct{ category, name string }{
	{"전자제품", "LED 전구"}, {"기타", "근조화환"}, {"서비스", "상조"}, {"건강식품", "홍삼"}, {"기타", "태권도 학원"},
	{"식품", "반건조 오징어"}, {"전자제품", "5L 에어프라이어"}, {"식품", "[당일발송] 햇 감귤, 5kg, 2박스"}, {"음료", "오미자청"},
	{"음료", "콜드브루 원액 1L"}, {"뷰티", "수분 세럼 30ml"}, {"뷰티", "향수"}, {"의류", "린넨 블라우스"}, {"의류", "구스 패딩"},
	{"패션잡화", "가죽 벨트"}, {"가방", "울 더플백"}, {"신발", "러닝화"}, {"주얼리", "진주 목걸이"}, {"생활용품", "머그컵"},
	{"생활용품", "주방 세제"}, {"가구·인테리어", "원목 협탁"}, {"가구·인테리어", "암막커튼"}, {"유아", "나무 블록"},
	{"유아", "아기 이불"}, {"반려동물", "고양이 방석"}, {"반려동물", "강아지 간식 10개입"}, {"스포츠", "요가 매트"}, {"스포츠", "캠핑 의자"},
	{"꽃·식물", "몬스테라 화분"}, {"꽃·식물", "장미 꽃다발"}, {"수공예", "라탄 바구니"}, {"수공예", "도자기 그릇"}, {"문구", "만년필"},
	{"카페", "봄날"}, {"식당", "할매국밥 식당"}, {"미용실", "헤어샵 온"}, {"자동차용품", "차량용 방향제"}, {"의료기기", "혈압계"},
	{"의료", "바른치과"}, {"금융", "정기 적금"}, {"기타", "성인용품"}, {"기타", "생리대 중형 16매"}, {"장례", "꽃상여 장례 서비스"},
	{"전자제품", "5G 유심"}, {"기타", "무언가"},
}

// wishes are concepts as owners write them.
var wishes = []string{
	"이사한 새집에 어울리는", "서두르지 않는 마음", "부모님 선물", "아이 체력을 키우는", "맥주와 함께", "바쁜 아침", "바쁜 아침 빠르게 준비", "친환경",
	"유기농 농장의 자연", "시원한 여름", "시원하게", "첫눈 오는 겨울", "따뜻한 느낌", "벚꽃 피는 봄", "단풍이 든 가을", "고급스럽게", "도시적인 느낌",
	"새벽 도시를 걷는 느낌", "네온 불빛의 밤", "미니멀하게", "레트로 감성", "추석 명절", "연말 파티", "연인에게 고백", "고마운 분께", "역동적인 운동",
	"주말 여행", "캠핑의 밤", "온 가족이 함께", "차분한 휴식", "발랄하고 톡톡 튀는", "예쁘게 보여 주세요", "신상 출시", "30% 할인, 오늘만", "집들이 선물",
	"햇살 가득한 아침", "거실의 저녁", "", "믿을 수 있는", "비 오는 오후", "물안개 피는 새벽 강가", "시골 마당",
}

// Every product with every concept: nothing that is said is more than the fields say.
func TestNoLineContradictsItsFields(t *testing.T) {
	t.Parallel()
	pairs := 0
	var sample strings.Builder
	for i, g := range goods {
		for j, wish := range wishes {
			f := ad.Fields{
				ProductName: g.name, ProductCategory: g.category, AdConcept: wish,
				TargetAge: ad.TargetAges[(i+j)%6], TargetGender: ad.TargetGenders[(i+2*j)%3],
			}
			c := lines(t, f, nil)
			pairs++
			for _, bad := range append(contradictions(c, f), faults(c, f)...) {
				t.Errorf("%s, %s, %q: %s", g.category, g.name, wish, bad)
			}
			if (i*len(wishes)+j)%37 == 0 {
				fmt.Fprintf(&sample, "%s | %s | %s => %s / %s\n", g.category, g.name, wish, c.Main, c.Sub)
			}
		}
	}
	if pairs < 400 {
		t.Errorf("only %d pairs", pairs)
	}
	if path := os.Getenv("COPY_SAMPLE"); path != "" { // to be read by a person
		if err := os.WriteFile(path, []byte(sample.String()), 0o600); err != nil {
			t.Error(err)
		}
	}
}

// The checker sees what was wrong in ads that were looked at.
func TestTheCheckerSeesWhatWasWrong(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ category, name, concept, line string }{
		{"전자제품", "LED 전구", "이사", "숲에서 켜는 일상"},
		{"꽃", "근조화환", "", "서두르지 않아도 괜찮은 하루"},
		{"서비스", "상조", "", "문을 열면 반가움"},
		{"건강식품", "홍삼", "부모님 선물", "잊지 않고 챙기는 나와의 약속"},
		{"기타", "태권도 학원", "아이 체력", "쉬어 가는 시간"},
		{"식품", "반건조 오징어", "맥주", "그의 하루에 더하는 차분한 자신감"},
		{"전자제품", "5L 에어프라이어", "바쁜 아침", "서두르지 않아도 괜찮은 하루"},
	} {
		f := ad1(tc.category, tc.name, tc.concept)
		if len(contradictions(copywriter.Copy{Main: tc.line}, f)) == 0 {
			t.Errorf("%s, %s: %q passes", tc.name, tc.concept, tc.line)
		}
	}
}

// A shop that orders the same ad again and again reads something new each time, and never a
// line of its last ten.
func TestNoLineComesTwiceInTenAds(t *testing.T) {
	t.Parallel()
	for _, g := range goods {
		for _, wish := range []string{"", "시원한 여름", "부모님 선물", "차분한 휴식"} {
			var used []string
			for n := range 24 {
				f := ad1(g.category, g.name, wish)
				last := used[max(0, len(used)-20):]
				c, err := copywriter.Template{}.WriteCopy(t.Context(), f, nil, last...)
				if err != nil {
					t.Fatal(err)
				}
				for _, u := range last {
					if c.Main == u || c.Sub == u {
						t.Fatalf("%s, %q, ad %d: %q / %q comes again", g.name, wish, n, c.Main, c.Sub)
					}
				}
				if bad := append(contradictions(c, f), faults(c, f)...); len(bad) > 0 {
					t.Fatalf("%s, %q, ad %d: %q / %q: %q", g.name, wish, n, c.Main, c.Sub, bad)
				}
				used = append(used, c.Main, c.Sub)
			}
		}
	}
}

func TestName(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"[당일발송] 브랜드 제품, 500g, 2개": "브랜드 제품", "[당일발송] 햇 감귤, 5kg, 2박스": "햇 감귤", "국내산 참외 3kg 가정용": "참외",
		"젤리 250g": "젤리", "원액 500ml": "원액", "요금제 5G": "요금제 5G", "5L 에어프라이어": "에어프라이어", "수분 세럼 30ml 1+1": "수분 세럼",
		"(신상) 니트 | 베이지": "니트", "도수 5%": "도수 5%", "Galaxy S24": "Galaxy S24", "특가 9,900원 양말 10켤레": "양말",
		"곶감 (10구) [선물]": "곶감", "생리대 중형 16매": "생리대 중형", "무료배송": "", "!!!": "",
	} {
		if got := copywriter.Name(name); got != want {
			t.Errorf("%q is called %q, want %q", name, got, want)
		}
	}
}

func TestBadge(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, concept, want string }{
		{"감귤", "오늘만 30% 할인", "30% 할인"}, {"감귤", "최대 50%  세일", "최대 50% 세일"}, {"세럼 1+1", "촉촉하게", "1+1"},
		{"양말 9,900원", "", "9,900원"}, {"감귤", "만원의 행복", ""}, {"노트북", "129만원 특가", "129만원"}, {"면 100% 티셔츠", "부드러운", ""},
		{"도수 5% 맥주", "", ""}, {"니트", "반값 행사", "반값"}, {"Galaxy A1+1", "", ""}, {"사과", "10% dc", "10% dc"}, {"사과", "무료배송",
			"무료배송"},
		{"사과 3,000원", "20프로 할인", "20프로 할인"}, {"커피", "아메리카노 1500원", "1500원"}, {"커피", "2026년 신상", ""}, {"영어 3+1 수강", "", "3+1"},
	} {
		f := ad1("기타", tc.name, tc.concept)
		if got := copywriter.Badge(f); got != tc.want {
			t.Errorf("%s, %q: badge %q, want %q", tc.name, tc.concept, got, tc.want)
		}
		if tc.concept == "" || tc.want == "" {
			continue
		}
		if c := lines(t, f, nil); strings.ContainsAny(c.Main+c.Sub, "0123456789%") {
			t.Errorf("%s, %q: the offer is in the copy: %q / %q", tc.name, tc.concept, c.Main, c.Sub)
		}
	}
}

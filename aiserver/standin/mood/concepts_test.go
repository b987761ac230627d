package mood_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/nanococoa/nanococoa/aiserver/standin/mood"
	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/copywriter"
)

// wishes are what owners write, with the scenes that a person would accept for it. The
// second half was written as sentences first, from a list of shops and their days, and the
// scenes were named before the lexicon was looked at.
var wishes = []struct{ concept, name, category, scenes string }{
	{"새벽 도시를 걷는 느낌", "트렌치코트", "의류", "city neon"}, {"네온사인이 번지는 밤거리", "이어폰", "전자제품", "neon"},
	{"햇살이 드는 창가의 아침", "식빵", "식품", "window kitchen"}, {"숲속에서 찾은 자연의 힘", "꿀", "식품", "forest"},
	{"포근한 겨울, 첫눈 오는 날", "머플러", "의류", "snow living"}, {"단풍 든 산길 산책", "등산화", "신발", "autumn"},
	{"시원한 여름 바다로 떠나는 휴가", "래시가드", "의류", "sea"}, {"고급스러운 명품의 품격", "시계", "주얼리", "marble silk podium"},
	{"추석 명절 선물세트", "한우", "식품", "hanji"}, {"파스텔 톤으로 귀엽게", "필통", "문구", "pastel"},
	{"벚꽃 흩날리는 봄날의 피크닉", "도시락", "식품", "blossom field"}, {"실크처럼 부드러운 로맨틱", "립스틱", "뷰티", "silk"},
	{"스튜디오 무대 위 주인공", "스피커", "전자제품", "podium"}, {"캠핑의 밤 모닥불 앞", "랜턴", "스포츠", "camp"},
	{"시골 마당에서 말린", "고추", "식품", "field"}, {"물안개 피는 새벽 강가", "낚싯대", "스포츠", "river"},
	{"거실에서 보내는 저녁", "소파", "가구·인테리어", "living"}, {"책상 위의 집중", "스탠드", "전자제품", "desk"},
	{"화장대 위의 아침", "세럼", "뷰티", "vanity window"}, {"헬스장에서 흘린 땀", "레깅스", "의류", "gym"},
	{"주방에 어울리는", "프라이팬", "생활용품", "kitchen"}, {"야시장의 흥겨움", "어묵", "식품", "festival"},
	{"아이 방을 꾸미는", "블록", "유아", "nursery"}, {"공방에서 손으로 만든", "가죽 지갑", "수공예", "workshop"},
	{"아늑한 카페의 커피 한 잔", "원두", "음료", "cafe"}, {"겨울 캠핑", "침낭", "스포츠", "camp snow"},
	{"겨울 숲", "부츠", "신발", "snow"}, {"가을 들판", "햅쌀", "식품", "field autumn"}, {"밤바다", "향초", "생활용품", "sea"},
	{"대리석 위에", "향수", "뷰티", "marble"}, {"한옥의 멋", "찻잔", "생활용품", "hanji"}, {"연등이 켜진 축제의 밤", "한과", "식품", "festival"},
	{"도시 야경", "시계", "주얼리", "neon"}, {"루프탑의 저녁", "맥주", "음료", "city neon"}, {"비 오는 날 창가", "커피", "음료", "cafe living window"},
	{"크리스마스 파티", "케이크", "식품", "snow festival living"}, {"유기농 농장", "토마토", "식품", "field"},
	{"과수원의 아침", "사과", "식품", "field"}, {"호숫가의 오후", "낚시 의자", "스포츠", "river"}, {"초록 식물과 함께", "화분", "꽃·식물", "forest window"},
	{"미니멀하고 모던하게", "의자", "가구·인테리어", "podium pastel living"}, {"빈티지 감성", "카메라", "전자제품", "cafe autumn desk"},
	{"활기찬 운동", "운동화", "신발", "gym podium"}, {"달빛 아래", "송편", "식품", "hanji living"}, {"봄나들이", "원피스", "의류", "blossom field"},
	{"알록달록 신나는", "풍선", "기타", "pastel podium festival"}, {"여름휴가 필수템", "선크림", "뷰티", "sea"}, {"노을 지는 해변", "샌들", "신발", "sea"},
	{"숲속의 밤", "텐트", "스포츠", "forest camp"}, {"서재의 조용한 밤", "만년필", "문구", "desk living"},
	{"", "머그컵", "생활용품", "podium"}, {"예쁘게 보여 주세요", "무언가", "기타", "podium"}, {"신상 입고", "니트", "의류", "podium"},
	{"주말 특가", "청소기", "전자제품", "podium"}, {"믿을 수 있는 가격", "쌀", "식품", "podium"}, {"LED 전구 교체", "LED 전구", "전자제품",
		"podium desk living"},
	{"조용히 위로를", "근조화환", "꽃·식물", "podium"}, {"밝은 미소", "바른치과", "의료", "podium"}, {"신나는 여름 파티", "상조 서비스", "장례", "podium"},
	{"내 집 마련의 꿈", "주택청약 적금", "금융", "podium"},

	{"퇴근하고 소파에 앉아 마시는 맥주 한 캔", "수제맥주", "음료", "living"}, {"아침마다 커피 내리는 시간이 기다려져요", "드립백", "음료", "cafe window kitchen"},
	{"우리 아기 첫 장난감으로 좋아요", "딸랑이", "유아", "nursery"}, {"캠핑 가서 구워 먹는 고기", "삼겹살", "식품", "camp"},
	{"시험공부하는 수험생에게", "독서대", "문구", "desk"}, {"홈트할 때 층간소음 걱정 없이", "요가 매트", "스포츠", "gym"},
	{"할머니가 텃밭에서 키운 그대로", "옥수수", "식품", "field"}, {"한강에서 자전거 타는 날", "자전거", "스포츠", "river city"},
	{"집들이 선물로 딱", "디퓨저", "생활용품", "living podium"}, {"이사 온 새집에 첫 불을 켜는 날", "LED 전구", "전자제품", "living"},
	{"엄마랑 같이 요리하는 주말", "앞치마", "생활용품", "kitchen"}, {"부모님께 드리는 명절 선물", "홍삼", "건강식품", "hanji"},
	{"하얀 눈이 펑펑 오는 날 마시는 코코아", "코코아", "음료", "snow living cafe"}, {"바닷가 펜션에서 보내는 하룻밤", "펜션", "숙박", "sea"},
	{"단풍놀이 갈 때 입기 좋은", "바람막이", "의류", "autumn"}, {"벚꽃길을 걷는 데이트", "원피스", "의류", "blossom"},
	{"메이크업 전 촉촉하게", "토너", "뷰티", "vanity podium silk"}, {"사무실 책상에 두기 좋은", "가습기", "전자제품", "desk"},
	{"목공 작업실의 단단한 파트너", "전동 드릴", "생활용품", "workshop"}, {"야시장에서 먹던 그 맛", "닭꼬치", "식품", "festival"},
	{"꿀잠 자는 밤을 위해", "암막커튼", "가구·인테리어", "living"}, {"논밭에서 막 거둔", "햅쌀", "식품", "field"},
	{"새벽 안개가 걷히는 호수", "등산 스틱", "스포츠", "river"}, {"뜨거운 여름 수영장", "튜브", "스포츠", "sea"},
	{"불꽃놀이 보러 가는 밤", "유카타", "의류", "festival"}, {"아이와 소풍 가는 날", "도시락통", "생활용품", "field nursery blossom"},
	{"태권도장에서 키우는 체력", "태권도 학원", "교육", "gym"}, {"출근길 지하철에서도 조용하게", "헤드폰", "전자제품", "city"},
	{"장인의 손길이 닿은", "도자기", "수공예", "workshop hanji"}, {"강아지와 잔디밭에서 뛰노는 오후", "하네스", "반려동물", "field"},
	{"고양이가 좋아하는 햇살 드는 자리", "캣타워", "반려동물", "window living"}, {"비 내리는 도시의 밤", "우산", "패션잡화", "neon"},
	{"한겨울 벽난로 앞처럼", "담요", "생활용품", "living snow"}, {"와인 한 잔과 촛불이 있는 저녁", "와인잔", "생활용품", "living"},
	{"제주 바다를 닮은 색", "비누", "뷰티", "sea"}, {"산속 오두막의 아침", "꿀차", "음료", "forest"},
	{"전통 혼례에 어울리는", "한복", "의류", "hanji"}, {"옥상에서 별 보는 밤", "돗자리", "생활용품", "city neon camp"},
	{"공항 가는 길이 설레는", "캐리어", "가방", "field sea city podium"}, {"골목 카페의 오후", "휘낭시에", "식품", "cafe"},
	{"유치원 가는 아이", "실내화", "신발", "nursery"}, {"친구들과 떠나는 차박", "매트", "스포츠", "camp"},
	{"가을 운동회", "운동복", "의류", "gym autumn field"}, {"물놀이하는 아이들", "아쿠아슈즈", "신발", "sea"},
	{"고즈넉한 한옥 마루", "찻상", "가구·인테리어", "hanji"}, {"거실 한쪽을 밝히는", "몬스테라", "꽃·식물", "living"},
	{"주방이 넓어 보이는", "수납장", "가구·인테리어", "kitchen"}, {"화이트 톤으로 깨끗하게", "칫솔", "생활용품", "pastel podium vanity"},
	{"블랙의 시크함", "선글라스", "주얼리", "marble podium"}, {"연말 모임에 빛나는", "스파클링 와인", "음료", "festival snow marble"},
	{"우주에서 온 듯한", "게이밍 마우스", "전자제품", "neon podium"}, {"연인에게 건네는 장미", "장미 꽃다발", "꽃·식물", "silk blossom"},
	{"산지에서 바로 온", "감자", "식품", "field"}, {"계곡에 발 담그고 먹는 수박", "수박", "식품", "river"},
	{"시골 할머니 집 마당", "메주", "식품", "field"}, {"겨울 바다를 보러", "패딩", "의류", "sea snow"}, {"아침 조깅 10분", "러닝화", "신발",
		"gym window city"},
	{"책 읽는 오후", "책갈피", "문구", "desk window"}, {"저녁 식탁의 된장찌개", "된장", "식품", "kitchen"}, {"밤하늘을 담은", "귀걸이", "주얼리",
		"living marble neon podium"},
	{"차분하고 단정하게", "정장", "의류", "podium window"}, {"부드러운 실크 촉감", "잠옷", "의류", "silk"}, {"골드 포인트로 우아하게", "반지", "주얼리",
		"marble silk"},
	{"파티에서 돋보이는", "드레스", "의류", "festival silk podium"}, {"고깃집 회식", "한우 식당", "식당", "podium kitchen living festival"},
}

func TestConceptsGetScenesAPersonWouldAccept(t *testing.T) {
	t.Parallel()
	if len(wishes) < 120 {
		t.Errorf("only %d concepts", len(wishes))
	}
	wrong := 0
	for _, w := range wishes {
		m := mood.Of(mood.Words{Concept: w.concept, Name: w.name, Category: w.category})
		if !slices.Contains(strings.Fields(w.scenes), string(m.Look)) {
			wrong++
			t.Logf("%q, %s: %s, want one of %s (%v)", w.concept, w.name, m.Look, w.scenes, m.Words)
		}
	}
	t.Logf("%d of %d are wrong", wrong, len(wishes))
	if wrong*20 > len(wishes) {
		t.Errorf("%d of %d scenes are wrong, more than 5 %%", wrong, len(wishes))
	}
}

// What is named is never contradicted by season or hour.
func TestScenesAgreeWithSeasonAndHour(t *testing.T) {
	t.Parallel()
	for concept, never := range map[string]string{
		"겨울 숲길": "forest autumn", "가을 숲": "forest snow", "도시의 아침": "neon", "미래를 여는 아침": "neon", "도시의 밤": "city",
		"창가의 저녁":      "window",
		"한여름에 즐기는 눈꽃": "snow", "낮에 열린 축제 한낮": "festival", "비 오는 창가": "window", "겨울에 핀 꽃": "blossom",
	} {
		if m := mood.Of(mood.Words{Concept: concept}); slices.Contains(strings.Fields(never), string(m.Look)) {
			t.Errorf("%q: %s at %q in %q", concept, m.Look, m.Hour, m.Season)
		}
	}
	for concept, want := range map[string]mood.Mood{
		"여름밤 바다": {Season: mood.Summer, Hour: mood.Night}, "가을 아침": {Season: mood.Fall, Hour: mood.Day},
		"봄날 저녁": {Season: mood.Spring, Hour: mood.Evening}, "겨울 새벽": {Season: mood.Winter, Hour: mood.Dawn}, "새 상품": {},
	} {
		if m := mood.Of(mood.Words{Concept: concept}); m.Season != want.Season || m.Hour != want.Hour {
			t.Errorf("%q: %q in %q", concept, m.Hour, m.Season)
		}
	}
}

// Where a model wrote the prompt, it says what the owner left open, and nothing else.
func TestThePromptFillsWhatIsOpen(t *testing.T) {
	t.Parallel()
	const prompt = "A weathered table in a meadow at dusk, autumn leaves, neon pink accents, premium marble."
	if m := mood.Of(mood.Words{Concept: "예쁘게", Category: "식품", Prompt: prompt}); m.Look != mood.Field ||
		m.Hour != mood.Evening {
		t.Errorf("%s at %q", m.Look, m.Hour)
	}
	if m := mood.Of(mood.Words{Concept: "아침 바다", Prompt: prompt}); m.Look != mood.Sea || m.Hour != mood.Day ||
		m.Season != "" {
		t.Errorf("%s at %q in %q", m.Look, m.Hour, m.Season)
	}
}

// With nothing understood the scene is a quiet studio, also after the deterministic writer
// has written its prompt.
func TestNothingUnderstoodIsAStudio(t *testing.T) {
	t.Parallel()
	for _, w := range []struct{ concept, name, category string }{
		{"예쁘게 보여 주세요", "무언가", "기타"}, {"신상 입고", "니트 조끼", "의류"}, {"믿을 수 있는 가격", "곶감", "식품"}, {"주말 특가", "청소기", "전자제품"},
		{"좋아요", "립밤", "뷰티"}, {"대박", "선반", "가구·인테리어"}, {"ㅎㅎ", "간식", "반려동물"}, {"특가", "아령", "스포츠"},
	} {
		for _, age := range ad.TargetAges {
			f := ad.Fields{
				ProductName: w.name, ProductCategory: w.category, AdConcept: w.concept, TargetAge: age, TargetGender: "전체",
			}
			prompt, err := copywriter.Template{}.WritePrompt(t.Context(), f)
			if err != nil {
				t.Fatal(err)
			}
			m := mood.Of(mood.Words{Concept: w.concept, Name: w.name, Category: w.category, Prompt: prompt.Text})
			if m.Look != mood.Podium {
				t.Errorf("%q, %s: %s after %s", w.concept, w.name, m.Look, prompt.Text[:160])
			}
		}
	}
}

func TestLargeGoods(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{"원목 의자": true, "자전거": true, "20인치 캐리어": true, "머그컵": false, "립밤": false} {
		if m := mood.Of(mood.Words{Name: name, Category: "기타"}); m.Large != want {
			t.Errorf("%s is large: %v", name, m.Large)
		}
	}
}

package claims_test

import (
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/category"
	"github.com/nanococoa/nanococoa/internal/claims"
)

// forbidden and allowed are phrases as shops write them, by law.
var forbidden = map[category.Law][]string{
	category.LawFood: {
		"면역력을 높여 주는 도라지청", "면 역 력 쑥쑥", "감기 예방에 좋은 생강차", "당뇨에 좋은 여주즙", "혈압을 낮추는 양파즙", "피로 회복엔 역시 매실", "다이어트 효과 만점 곤약",
		"살이 빠지는 해독주스",
		"디톡스 주스 3일", "변비 탈출 푸룬", "암 예방에 좋은 버섯", "항암 작용이 있는 차가버섯", "관절염에 좋은 우슬", "숙취 해소 콩나물국", "기억력을 올려 주는 호두", "키 크는 우유",
		"피부 미용에 좋은 석류",
		"체지방을 태우는 녹차", "치료 효과가 있는 꿀", "아토피에 좋은 쌀", "비염에 좋은 작두콩차", "천식에 효능", "총명탕으로 수험생 응원", "공진단 맛 젤리", "의사가 추천하는 오일",
		"치.매 예방 식품",
		"자양강장 마늘", "노화 방지 토마토", "항산화 블루베리", "혈액 순환을 돕는 은행", "콜레스테롤 걱정 뚝", "갱년기 여성에게", "국내 최초 무첨가", "업계 1위 김치",
		"장 건강을 위한 요구르트", "부작용 없는 천연 치료제",
	},
	category.LawHealthFood: {
		"당뇨 환자를 위한 홍삼", "면역력 강화 홍삼", "먹으면 살 빠지는 알약", "간을 살리는 밀크씨슬", "관절염 치료에", "혈관 청소 오메가3", "피로 회복 비타민", "약사가 추천하는 유산균",
		"체험 후기가 증명", "암을 치료",
		"완치된 사례", "탈모 예방 비오틴", "키 성장 칼슘", "고혈압에 좋은",
	},
	category.LawCosmetic: {
		"여드름 치료 크림", "아토피 피부를 위한 로션", "피부 재생 앰플", "항염 토너", "흉터가 사라지는", "셀룰라이트 제거", "가슴 확대 크림", "발모 샴푸", "보톡스 효과",
		"필러를 맞은 듯", "주름 개선 세럼", "미백 에센스",
		"기미 제거", "피부과 추천", "세포 재생", "디톡스 마스크", "지방 분해 젤", "튼살 크림 효과", "습진에 발라요", "부작용이 없는", "통증 완화 밤", "줄기세포 배양액",
		"항 균 비누", "면역 케어", "얼굴이 작아지는",
	},
	category.LawDevice: {
		"완치 보장", "부작용 없는 시술", "수술 없이 100% 효과", "통증이 사라집니다", "의료진 추천", "재발 없는", "세계 최초 기기", "즉시 효과",
	},
	"": {
		"혈액 순환을 돕는 매트", "거북목 교정 베개", "통증 완화 양말", "관절염에 좋은 팔찌", "척추 교정 의자", "업계 최저가", "세계 유일", "100% 만족", "기적의 청소기",
		"면역력 높이는 공기", "체지방 분해 레깅스",
		"아토피 없는 이불",
	},
}

var allowed = map[category.Law][]string{
	category.LawFood: {
		"갓 지은 밥처럼 따뜻하게", "제주 햇살을 머금은 감귤", "아삭한 김치", "엄마의 손맛", "바삭하고 고소한", "커피 한 잔의 여유", "부드러운 식감", "온 가족이 함께",
		"국내산 콩으로 만든", "달콤한 오후", "든든한 아침",
		"매콤한 한 끼", "질병의 예방 및 치료를 위한 의약품이 아닙니다", "냉장 보관해 주세요", "선물하기 좋은", "산지에서 바로", "무가당", "식이섬유가 들어 있어요", "나트륨을 줄였습니다",
		"한입 크기", "다이어트 중에도 맛있게",
		"비타민C 함유", "운동 뒤의 한 모금", "시원한 맥주 안주", "겨울밤 간식", "건강한 재료", "약과 세트", "처음 만나는 맛", "고단백 두부", "시험 기간 간식",
		"상처 난 사과도 맛있어요", "통풍이 잘되는 곳에 두세요",
	},
	category.LawHealthFood: {
		"하루 한 알", "부모님 선물", "면역력 증진에 도움을 줄 수 있음", "식약처 인정 건강기능식품", "6년근 홍삼", "꾸준히 챙기는 습관",
		"본 제품은 질병의 예방 및 치료를 위한 의약품이 아닙니다", "알약이 작아요", "물 없이 먹는",
		"가족 모두의 하루", "캡슐형", "HACCP 인증 시설", "두 달분",
	},
	category.LawCosmetic: {
		"촉촉한 수분감", "산뜻한 마무리", "향기로운 하루", "끈적임 없는", "부드러운 발림성", "맑은 피부결", "여드름 패치", "민감한 피부에도 순하게", "은은한 장미향", "매일 쓰는 로션",
		"메이크업이 잘 먹는", "광채", "보습",
		"피부결을 매끄럽게", "비건 인증", "저자극 테스트 완료", "윤기 있는 머릿결", "영양을 채우는", "양모 퍼프", "선크림 SPF50", "상쾌한 쿨링감", "거울 앞의 나",
	},
	category.LawDevice: {
		"정확한 혈압 측정", "가정용 혈압계", "사용법이 간단한", "집에서 편하게", "의료기기 심의필", "부모님 댁에 하나", "가벼운 무게", "충전식", "상담 예약 받습니다", "친절한 안내",
	},
	"": {
		"김 서림 예방 안경닦이", "미끄럼 예방 양말", "화재 예방 소화기", "푹신한 베개", "가벼운 의자", "하드 디스크 1TB", "통풍이 잘되는 셔츠", "최고의 하루", "집중력을 위한 조명",
		"튼튼한 가방", "부드러운 담요", "양모 이불",
		"여름에 시원한", "운동할 때 편한", "아이와 함께", "깨끗한 청소", "처방전 지갑", "조용한 모터",
	},
}

func TestPhrases(t *testing.T) {
	t.Parallel()
	bad, good := 0, 0
	for law, phrases := range forbidden {
		for _, p := range phrases {
			bad++
			if len(claims.Find(law, p)) == 0 {
				t.Errorf("%q passes under %q", p, law)
			}
		}
	}
	for law, phrases := range allowed {
		for _, p := range phrases {
			good++
			if found := claims.Find(law, p); len(found) > 0 {
				t.Errorf("%q is a claim under %q: %v", p, law, found)
			}
		}
	}
	if bad < 75 || good < 75 {
		t.Errorf("%d forbidden and %d harmless phrases", bad, good)
	}
	t.Logf("%d forbidden and %d harmless phrases", bad, good)
}

// Neither spaces nor signs nor the form of Unicode hide a claim.
func TestNothingHidesAClaim(t *testing.T) {
	t.Parallel()
	for _, p := range []string{"면역력", "면 역 력", "면.역.력", "면-역-력", "★면역력★", "면\u200b역력", norm.NFD.String("면역력")} {
		if len(claims.Find(category.LawFood, p)) != 1 {
			t.Errorf("%q is not found", p)
		}
	}
}

func TestWarnings(t *testing.T) {
	t.Parallel()
	f := ad.Fields{ProductName: "면역력 도라지청", ProductCategory: "식품", AdConcept: "감기 예방과 피로 회복에, 국내 최초"}
	got := claims.Warnings(f)
	var said []string
	for _, w := range got {
		said = append(said, w.Field+" "+w.Code)
		if !strings.Contains(w.Detail, "‘") || !strings.HasSuffix(w.Detail, "확인해 주세요.") {
			t.Errorf("%q names no word or says not what to do", w.Detail)
		}
	}
	want := "product_name Claim.Function, ad_concept Claim.Medical, ad_concept Claim.Function, ad_concept Claim.Unproved"
	if s := strings.Join(said, ", "); s != want {
		t.Errorf("%s, want %s", s, want)
	}
	if w := claims.Warnings(ad.Fields{ProductName: "도라지청", ProductCategory: "식품", AdConcept: "따뜻한 차 한 잔"}); w != nil {
		t.Errorf("a harmless ad has %v", w)
	}
	if w := claims.Warnings(ad.Fields{ProductName: "니트", ProductCategory: "의류", AdConcept: "피로 회복"}); w != nil {
		t.Errorf("clothes are no food: %v", w)
	}
}

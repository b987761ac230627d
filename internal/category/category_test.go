package category_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/nanococoa/nanococoa/internal/category"
)

func TestOf(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		category, name string
		want           category.Kind
	}{
		{"식품", "콜드브루 원액", category.Drink}, {"식품", "비타민 젤리", category.Food}, {"기타", "커피 머신", category.Tech},
		{"식품", "반건조 오징어", category.Food}, {"기타", "5L 에어프라이어", category.Tech}, {"기타", "LED 전구", category.Tech},
		{"꽃·식물", "근조화환", category.Funeral}, {"서비스", "상조", category.Funeral}, {"기타", "혈압계", category.Device},
		{"기타", "태권도 학원", category.Lesson}, {"건강식품", "홍삼", category.Health}, {"식품", "강아지 간식", category.Pet},
		{"가구·인테리어", "원목 협탁", category.Furniture}, {"생활용품", "머그컵", category.Home}, {"유아", "나무 블록", category.Kids},
		{"스포츠", "캠핑 의자", category.Sport}, {"수공예", "라탄 바구니", category.Craft}, {"뷰티", "수분 세럼", category.Beauty},
		{"의류", "운동화", category.Shoe}, {"금융", "자동차 보험", category.Money}, {"기타", "성인용품", category.Adult},
		{"음료", "텀블러", category.Drink}, {"패션잡화", "가죽 벨트", category.Wear}, {"🙂", "🙂", category.Other},
	} {
		if got := category.Of(tc.category, tc.name); got != tc.want {
			t.Errorf("%s in %s is of kind %d, want %d", tc.name, tc.category, got, tc.want)
		}
	}
}

// Whoever picks a category of the form is understood, whatever the product is called.
func TestEveryLabelIsUnderstood(t *testing.T) {
	t.Parallel()
	labels := category.Labels()
	for i, label := range labels {
		k := category.Of(label, "무언가")
		if last := i == len(labels)-1; (k == category.Other) != last {
			t.Errorf("%q is of kind %d", label, k)
		}
	}
	for _, want := range []string{
		"식품", "뷰티", "생활용품", "가구·인테리어", "반려동물", "스포츠", "유아", "꽃·식물", "수공예", "건강식품", "기타",
	} {
		if !slices.Contains(labels, want) {
			t.Errorf("the form does not offer %s", want)
		}
	}
}

func TestKnownLawsAndPlainness(t *testing.T) {
	t.Parallel()
	for name, law := range map[string]category.Law{
		"수제 잼": category.LawFood, "홍삼정": category.LawHealthFood, "수분 크림": category.LawCosmetic,
		"저주파 마사지": category.LawDevice, "니트": "",
	} {
		if got := category.Of("기타", name).Law(); got != law {
			t.Errorf("%s is under %q, want %q", name, got, law)
		}
	}
	for name, sober := range map[string]bool{
		"국화 근조화환": true, "치과 임플란트 상담": true, "생리대": true, "정기 적금": true, "장미 꽃다발": false, "운동화": false,
	} {
		if got := category.Of("기타", name).Sober(); got != sober {
			t.Errorf("%s: plain words %v", name, got)
		}
	}
	for k := range category.Kinds {
		if strings.Contains(k.Place(), ",") {
			t.Errorf("kind %d is at home in %q", k, k.Place())
		}
	}
}

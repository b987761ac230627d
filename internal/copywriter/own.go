package copywriter

import (
	"slices"
	"strings"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/category"
)

// endings are the words with which a concept reads as a line of copy by itself: "새벽 강변을
// 달리는 기분". What ends in another word is as often an instruction ("고급스럽게", "따뜻한
// 느낌으로"), which nobody wants to read on a picture.
var endings = strings.Fields(`
시간 아침 새벽 오전 오후 저녁 밤 하루 오늘 주말 순간 계절 봄 여름 가을 겨울 날 봄날 한때
기분 마음 설렘 행복 즐거움 기쁨 여유 휴식 쉼 위로 온기 추억 이야기 기록 약속 습관 시작 나
여행 휴가 산책 캠핑 러닝 라이딩 등산 운동 데이트 소풍 나들이 축제 파티 명절 생일 기념일 선물 잔치
거실 주방 식탁 책상 침실 서재 정원 마당 베란다 창가 집 방 자리 공간 카페 골목 거리 도시 길 바다 숲 강변 들판 농장
햇살 불빛 노을 바람 향기 향 빛 초록 풍경 한잔 잔 맛 식사 간식 디저트 브런치 과일 신선함 멋 품격 보관`)

// instructions are words of whoever orders a picture, not of whoever sells.
var instructions = strings.Fields(
	`느낌 분위기 컨셉 콘셉트 스타일 톤 이미지 버전 광고 배경 강조 부각 어필 타깃 타겟 고객 문구 카피 할인 세일 무료 특가 원`)

// ownLine is the owner's concept when it can stand on the picture as the sub copy as it is,
// else "". Health products get none: what is harmless as a wish may be an effect as a claim.
func ownLine(f ad.Fields, kind category.Kind) string {
	line := strings.Join(strings.Fields(f.AdConcept), " ")
	if n := ad.Length(line); n < ad.SubCopyMin || n > ad.SubCopyMax || kind == category.Health {
		return ""
	}
	words := strings.Fields(line)
	// One word more than the ending says of what.
	if len(words) < 2 || !slices.Contains(endings, words[len(words)-1]) || len(lineObjections(line, f)) > 0 {
		return ""
	}
	if strings.ContainsAny(line, lineSigns+"0123456789") {
		return ""
	}
	for _, w := range instructions {
		if slices.ContainsFunc(words, func(word string) bool { return strings.HasPrefix(word, w) }) {
			return ""
		}
	}
	return line
}

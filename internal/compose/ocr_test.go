package compose_test

import (
	"context"
	"image"
	"testing"
	"time"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/ocr"
)

// TestAMachineReadsTheWords reads every line off pictures of every difficulty;
// the whole gallery is read in package aiserver.
func TestAMachineReadsTheWords(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("short: tesseract takes a tenth of a second per line")
	}
	ads := [][2]string{
		{"하루 한 알의 여유", "아침을 깨우는 비타민 한 병"},
		{"떠나는 날의 설렘", "주말여행에 꼭 맞는 가벼운 가방"},
		{"신선함을 그대로", "오늘 들어온 제철 과일, 지금 만나요"},
		{"겨울을 녹이는 맛", "따뜻한 국물이 생각나는 저녁"},
		{"오늘도 빛나게", "피부가 먼저 아는 촉촉한 하루"},
		{"지금이 딱 좋아", "단 일주일, 전 상품 50% 할인"},
	}
	box := ad.Box{0.3, 0.36, 0.4, 0.5}
	places := []image.Point{{1080, 1080}, {1200, 628}, {1029, 258}}
	var lines []ocr.Line
	for i, c := range ads {
		r := render(t, requested(paint(800, 800, backdrops[i%len(backdrops)], box), box, c[0], c[1], places[i%len(places)]))
		for _, l := range r.Lines {
			if l.Role != "ai_mark" {
				lines = append(lines, ocr.Line{Picture: r.Image, Box: l.Box, SizePx: l.SizePx, Text: l.Text})
			}
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	got, err := ocr.Read(ctx, lines)
	if err != nil {
		t.Fatal(err)
	}
	wrong, total := 0, 0
	for i, l := range lines {
		w, of := ocr.Wrong(got[i], l.Text)
		if wrong, total = wrong+w, total+of; w > 0 {
			t.Logf("%q was read as %q", l.Text, got[i])
		}
	}
	if t.Logf("%d of %d characters were read wrongly", wrong, total); wrong*50 > total {
		t.Errorf("%d of %d characters were read wrongly, want at most 2 %%", wrong, total)
	}
}

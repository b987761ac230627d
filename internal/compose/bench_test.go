package compose_test

import (
	"image"
	"testing"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/compose"
)

func BenchmarkRender(b *testing.B) {
	box := ad.Box{0.3, 0.36, 0.4, 0.5}
	for name, c := range map[string]struct {
		back int
		size image.Point
	}{
		"whole 1024x1024":    {0, image.Pt(1024, 1024)},
		"extended 1200x628":  {0, image.Pt(1200, 628)},
		"mirrored 1080x1920": {1, image.Pt(1080, 1920)},
		"scrim 1024x1024":    {4, image.Pt(1024, 1024)},
	} {
		r := requested(paint(1024, 1024, backdrops[c.back], box), box, "하루 한 알의 여유", "아침을 깨우는 비타민 한 병", c.size)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				render(b, r)
			}
		})
	}
}

func BenchmarkAnalyze(b *testing.B) {
	box := ad.Box{0.3, 0.36, 0.4, 0.5}
	pic := paint(1024, 1024, backdrops[1], box)
	mask := image.NewAlpha(pic.Rect)
	b.ReportAllocs()
	for b.Loop() {
		compose.Analyze(pic, box, mask, "bench", nil)
	}
}

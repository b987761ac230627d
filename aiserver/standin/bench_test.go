package standin_test

import (
	"context"
	"fmt"
	"image"
	"testing"

	"github.com/nanococoa/nanococoa/aiserver/engine"
	"github.com/nanococoa/nanococoa/aiserver/standin"
	"github.com/nanococoa/nanococoa/aiserver/standin/cutout"
	"github.com/nanococoa/nanococoa/internal/compose"
)

// BenchmarkRender renders each look at the size stage 1 is asked for. "cut" is
// the baseline in the same run: what is spent before any scene is built.
func BenchmarkRender(b *testing.B) {
	photo := bottle(1024, 1024)
	b.Run("cut", func(b *testing.B) {
		b.ReportAllocs()
		for range b.N {
			if _, err := cutout.Find(context.Background(), nil, photo, nil); err != nil {
				b.Fatal(err)
			}
		}
	})
	for _, concept := range concepts {
		b.Run(concept.look, func(b *testing.B) {
			b.ReportAllocs()
			for i := range b.N {
				_, err := standin.New(nil).Render(context.Background(), engine.Request{
					Photo: photo, Concept: concept.text, Category: "기타", Seed: uint64(i), Size: image.Pt(1024, 1024),
				})
				if err != nil {
					b.Fatal(fmt.Errorf("%s: %w", concept.look, err))
				}
			}
		})
	}
}

// BenchmarkScore measures one finished picture of that size.
func BenchmarkScore(b *testing.B) {
	ask := engine.Request{Photo: bottle(1024, 1024), Concept: "여름 바다", Size: image.Pt(1024, 1024)}
	r, err := standin.New(nil).Render(context.Background(), ask)
	if err != nil {
		b.Fatal(err)
	}
	analysis := compose.Analyze(r.Picture, r.Product, r.Mask, "standin", r.Mood)
	score := engine.ScoreRequest{Picture: r.Picture, Text: "여름 바다", Analysis: &analysis}
	for b.Loop() {
		if _, err := standin.New(nil).Score(context.Background(), score); err != nil {
			b.Fatal(err)
		}
	}
}

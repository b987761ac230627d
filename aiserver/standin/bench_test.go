package standin_test

import (
	"context"
	"fmt"
	"image"
	"testing"

	"github.com/nanococoa/nanococoa/aiserver/engine"
	"github.com/nanococoa/nanococoa/aiserver/standin"
)

// BenchmarkRender renders each look once per round at the size stage 1 is asked
// for. "cut" alone is the baseline: the time before any scene is built.
func BenchmarkRender(b *testing.B) {
	photo := bottle(1024, 1024)
	for _, concept := range concepts {
		b.Run(concept.look, func(b *testing.B) {
			b.ReportAllocs()
			for i := range b.N {
				_, err := standin.New().Render(context.Background(), engine.Request{
					Photo: photo, Concept: concept.text, Category: "기타", Seed: uint64(i), Size: image.Pt(1024, 1024),
				})
				if err != nil {
					b.Fatal(fmt.Errorf("%s: %w", concept.look, err))
				}
			}
		})
	}
}

//go:build unix

package rendition_test

import (
	"image"
	"syscall"
	"testing"

	"github.com/nanococoa/nanococoa/internal/ad"
)

// One call's work at the size of an ad: reading the scene, composing, three files. cpu-ms
// is the processor's own time, however busy the machine is.
func BenchmarkMake(b *testing.B) {
	m, err := server1()
	if err != nil {
		b.Fatal(err)
	}
	a := ad.Ad{
		Ref: ad.Ref{Owner: "me", AdID: "a"}, Fields: fields, MainCopy: mainCopy, SubCopy: subCopy,
		Analysis: &m.one.Analysis, Width: m.two.Width, Height: m.two.Height, Seed: &m.one.Seed,
	}
	scene, first := a.First()
	st := ad.Studio{Ad: a, Scenes: []ad.Scene{scene}, Renditions: []ad.Rendition{first}}
	own := &bucket{objects: map[ad.Picture][]byte{ad.Stage1Picture: m.one.Picture}}
	for name, size := range map[string]image.Point{"1024x1024": {1024, 1024}, "1080x1920": {1080, 1920}} {
		b.Run(name, func(b *testing.B) {
			before := processorTime(b)
			for b.Loop() {
				if _, err := maker(own).Make(b.Context(), st, like(st, ad.Wish{Size: size})); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(processorTime(b)-before)/1e6/float64(b.N), "cpu-ms/op")
		})
	}
}

// processorTime is what this process has used so far, in nanoseconds.
func processorTime(b *testing.B) int64 {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return u.Utime.Nano() + u.Stime.Nano()
}

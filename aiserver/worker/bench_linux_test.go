package worker_test

import (
	"testing"
	"time"

	"github.com/nanococoa/nanococoa/aiserver/worker"
)

// A photo of the size that prepare sends, through the real worker, and beside its time how
// long the worker took to be ready and the most memory it had.
func BenchmarkCutout(b *testing.B) {
	c := installed(b)
	began := time.Now()
	w := started(b, c)
	for w.Status().State == worker.Starting {
		time.Sleep(time.Millisecond)
	}
	loaded := time.Since(began)
	photo := cup(1536, 1152)
	for b.Loop() {
		if _, err := w.Alpha(b.Context(), photo); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(loaded.Milliseconds()), "ready-ms")
	b.ReportMetric(float64(statusOf(b, pidOf(b, c), "VmHWM"))/1024, "peak-MiB")
}

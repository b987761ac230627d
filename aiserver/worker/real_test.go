package worker_test

import (
	"image"
	"image/color"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/nanococoa/nanococoa/aiserver/worker"
)

// installed is the worker that `make worker` has installed. Without one the test is
// skipped, or fails when REQUIRE_WORKER is set, as make test does.
func installed(t testing.TB) worker.Config {
	t.Helper()
	c, err := worker.Find(filepath.Join("..", "..", "build", "worker"), t.TempDir(),
		worker.Models{Cutout: worker.U2NetP}, slog.New(slog.DiscardHandler))
	if err != nil {
		if os.Getenv("REQUIRE_WORKER") != "" {
			t.Fatal(err)
		}
		t.Skipf("the model worker is not installed (make worker): %v", err)
	}
	// Beside other tests everything takes its time.
	c.Limits.Wait, c.Limits.Cutout, c.Limits.Start = time.Minute, 2*time.Minute, time.Minute
	return c
}

func started(t testing.TB, c worker.Config) *worker.Worker {
	t.Helper()
	w := worker.Start(c)
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

// cup is a dark disc on a light ground, off the middle.
func cup(w, h int) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.NRGBA{228, 224, 218, 255}
			if dx, dy := x-w*3/8, y-h/2; dx*dx+dy*dy < h*h/16 {
				c = color.NRGBA{150, 40, 30, 255}
			}
			m.SetNRGBA(x, y, c)
		}
	}
	return m
}

func TestTheRealWorkerFindsAProduct(t *testing.T) {
	t.Parallel()
	w := started(t, installed(t))
	a, err := w.Alpha(t.Context(), cup(800, 600))
	if err != nil {
		t.Fatal(err)
	}
	if a.Rect != image.Rect(0, 0, 320, 320) {
		t.Fatalf("coverage of %v", a.Rect)
	}
	for at, product := range map[image.Point]bool{{120, 160}: true, {120, 100}: true, {300, 160}: false, {10, 10}: false} {
		if got := a.AlphaAt(at.X, at.Y).A; (got > 200) != product || (got < 50) == product {
			t.Errorf("coverage %d at %v, want the product: %v", got, at, product)
		}
	}
	if s := w.Status(); s.State != worker.Ready || s.Models[worker.Cutout] != "u2netp" {
		t.Errorf("status %+v", s)
	}
}

//go:build gpu

package mixed_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/nanococoa/nanococoa/aiserver/engine"
	"github.com/nanococoa/nanococoa/aiserver/engine/conformance"
	"github.com/nanococoa/nanococoa/aiserver/mixed"
	"github.com/nanococoa/nanococoa/aiserver/standin"
	"github.com/nanococoa/nanococoa/aiserver/worker"
)

// shared is a worker that outlives the engines of one test.
type shared struct{ *worker.Worker }

func (shared) Close() error { return nil }

// What every engine must do, by the real worker with tiny models: make gpu-test installs both.
func TestModelsConformance(t *testing.T) {
	t.Parallel()
	dir := os.Getenv("GPU_DIR")
	c, err := worker.Find(dir, t.TempDir(), worker.Models{
		Dir: filepath.Join(dir, "models"), Cutout: worker.U2NetP, Scene: "flux2-klein", Score: "siglip2",
	}, silent())
	if err != nil {
		t.Fatal(err)
	}
	// Beside other tests everything takes its time, and checks run side by side.
	c.Limits.Wait, c.Limits.Cutout, c.Limits.Start = 5*time.Minute, 5*time.Minute, 5*time.Minute
	c.Limits.Scene, c.Limits.Score = 5*time.Minute, 5*time.Minute
	w := worker.Start(c)
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	conformance.Exercise(t, func(*testing.T) engine.Engine {
		return mixed.New(mixed.Config{Drawn: standin.New(shared{w}), Scene: w, Score: w, Log: silent()})
	})
	if n := w.Status().Restarts; n != 0 {
		t.Errorf("%d restarts: %v", n, w.Status().Why)
	}
}

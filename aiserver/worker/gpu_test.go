//go:build gpu && linux

package worker_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/nanococoa/nanococoa/aiserver/worker"
	"github.com/nanococoa/nanococoa/internal/fault"
)

// These tests run each role's real loading code and libraries with tiny models on the CPU: `make
// gpu-test` installs both into GPU_DIR.

func gpuConfig(t *testing.T, m worker.Models, log *slog.Logger) worker.Config {
	t.Helper()
	dir := os.Getenv("GPU_DIR")
	if dir == "" {
		t.Fatal("GPU_DIR is not set; run make gpu-test")
	}
	if m.Dir == "" {
		m.Dir = filepath.Join(dir, "models")
	}
	c, err := worker.Find(dir, t.TempDir(), m, log)
	if err != nil {
		t.Fatal(err)
	}
	// Beside other tests everything takes its time, and torch is imported from a cold disk.
	c.Limits.Wait, c.Limits.Cutout, c.Limits.Start = 5*time.Minute, 5*time.Minute, 5*time.Minute
	c.Limits.Scene, c.Limits.Score, c.Limits.Analysis = 5*time.Minute, 5*time.Minute, 5*time.Minute
	return c
}

// product is a canvas with a dark disc that is the product, and nothing around it.
func product(w, h int) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			if dx, dy := x-w/2, y-h/2; dx*dx+dy*dy < h*h/16 {
				m.SetNRGBA(x, y, color.NRGBA{150, 40, 30, 255})
			}
		}
	}
	return m
}

// Every role, by each of its models for a card: named with its weights' digest, the same for
// the same seed, stopped when nobody waits, and the same again by the process after one that
// was killed or hung in the middle of a picture.
func TestModelsOfEveryRole(t *testing.T) {
	t.Parallel()
	log := &diary{}
	c := gpuConfig(t, worker.Models{
		Cutout: "birefnet", Scene: "flux2-klein", Score: "siglip2", Analysis: "qwen3-vl", Compile: true, FP8: true,
	}, slog.New(slog.NewTextHandler(log, nil)))
	c.Limits.Silence = 10 * time.Second
	w := started(t, c)
	began := time.Now()
	scene := func(size image.Point, seed uint64, progress func(done, of int)) []byte {
		t.Helper()
		made, err := w.Scene(t.Context(), product(size.X, size.Y), "a marble table in the morning", seed, progress)
		if err != nil {
			t.Fatal(err)
		}
		if made.Rect != (image.Rectangle{Max: size}) || !made.Opaque() {
			t.Errorf("a scene of %v for %v", made.Rect, size)
		}
		return made.Pix
	}
	var told []string
	odd := image.Pt(115, 70) // no multiple of what the model makes
	first := scene(odd, 7, func(done, of int) { told = append(told, fmt.Sprint(done, "/", of)) })
	t.Logf("loaded, and a picture made, after %s", time.Since(began).Round(time.Millisecond))
	if strings.Join(told, " ") != "1/4 2/4 3/4 4/4" {
		t.Errorf("told %q", told)
	}
	if !bytes.Equal(first, scene(odd, 7, nil)) {
		t.Error("the same seed gave another picture")
	}
	if bytes.Equal(first, scene(odd, 1<<63+8, nil)) {
		t.Error("another seed gave the same picture")
	}
	for role, model := range map[string]string{
		worker.Cutout: "birefnet", worker.Scene: "flux2-klein", worker.Score: "siglip2", worker.Analysis: "qwen3-vl",
	} {
		if p := w.Role(role); p.Model != model || len(p.Digest) != 12 || p.State != worker.Ready {
			t.Errorf("part %+v", p)
		}
	}

	photo := cup(320, 240)
	alpha, err := w.Alpha(t.Context(), photo)
	if err != nil {
		t.Fatal(err)
	}
	if inside, outside := alpha.AlphaAt(24, 32).A, alpha.AlphaAt(60, 60).A; alpha.Rect.Dx() != 64 || inside <= outside {
		t.Errorf("coverage of %v: %d inside, %d outside", alpha.Rect, inside, outside)
	}
	picture := image.NewRGBA(photo.Rect)
	copy(picture.Pix, photo.Pix) // it is opaque
	cosine, value, err := w.Similarity(t.Context(), picture, "봄날의 카페")
	if err != nil || cosine == 0 || value <= 0 || value >= 1 {
		t.Errorf("%v, %v, %v", cosine, value, err)
	}
	if again, _, err := w.Similarity(t.Context(), picture, "봄날의 카페"); err != nil || again != cosine {
		t.Errorf("%v and then %v, %v", cosine, again, err)
	}
	if _, err := w.Areas(t.Context(), picture); err != nil {
		t.Error(err)
	}

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	_, err = w.Scene(ctx, product(odd.X, odd.Y), "a marble table", 7, func(int, int) { cancel() })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if !bytes.Equal(first, scene(odd, 7, nil)) || w.Status().Restarts != 0 {
		t.Errorf("after one that was cancelled: %d restarts, or another picture", w.Status().Restarts)
	}
	for n, how := range []syscall.Signal{syscall.SIGKILL, syscall.SIGSTOP} {
		seed := uint64(100 + n) // a job that harms it twice is refused
		whole := scene(odd, seed, nil)
		var once sync.Once
		harmed := scene(odd, seed, func(int, int) { once.Do(func() { signal(t, pidOf(t, c), how) }) })
		if !bytes.Equal(whole, harmed) || w.Status().Restarts != n+1 {
			t.Errorf("after %v: %d restarts, or another picture", how, w.Status().Restarts)
		}
	}
	if !strings.Contains(log.String(), "does not multiply float8") {
		t.Errorf("log:\n%s", log)
	}
}

// The second scene model, and one of another size with it.
func TestModelsOfTheOtherScene(t *testing.T) {
	t.Parallel()
	w := started(t, gpuConfig(t, worker.Models{Scene: "z-image"}, slog.New(slog.DiscardHandler)))
	var pictures [][]byte
	for _, seed := range []uint64{7, 7, 8} {
		of := 0
		made, err := w.Scene(t.Context(), product(70, 130), "a marble table", seed, func(_, n int) { of = n })
		if err != nil || made.Rect != image.Rect(0, 0, 70, 130) || of != 8 {
			t.Fatalf("%v, %v, %d steps", made, err, of)
		}
		pictures = append(pictures, made.Pix)
	}
	if !bytes.Equal(pictures[0], pictures[1]) || bytes.Equal(pictures[0], pictures[2]) {
		t.Error("the seed does not decide the picture")
	}
}

// A picture for which there is no memory is told as such, or ends the process; either way the
// next one is made, and is the same as before.
func TestModelsWithoutMemory(t *testing.T) {
	t.Parallel()
	c := gpuConfig(t, worker.Models{Scene: "flux2-klein"}, slog.New(slog.DiscardHandler))
	w := started(t, c)
	before, err := w.Scene(t.Context(), product(96, 96), "a marble table", 7, nil)
	if err != nil {
		t.Fatal(err)
	}
	pid := pidOf(t, c)
	limitMemory(t, pid, statusOf(t, pid, "VmSize")+4096)
	_, err = w.Scene(t.Context(), product(1400, 1400), "a marble table", 7, nil)
	t.Logf("starved: %v, %d restarts", err, w.Status().Restarts)
	if restarts := w.Status().Restarts; restarts == 0 && !fault.Has(err, fault.GPUUnavailable) {
		t.Errorf("err = %v: the limit did nothing", err)
	} else if restarts == 0 && !strings.Contains(err.Error(), "no room") {
		t.Errorf("err = %v: it is not told as out of memory", err)
	}
	after, err := w.Scene(t.Context(), product(96, 96), "a marble table", 7, nil)
	if err != nil || !bytes.Equal(before.Pix, after.Pix) {
		t.Errorf("after it: %v, or another picture", err)
	}
}

// 200 jobs of the real program, of which one in ten kills it, hangs it or finds no memory: every
// caller is answered, and those of the others with what they asked for.
func TestModelsUnderFaults(t *testing.T) {
	t.Parallel()
	c := withOwnRole(t)
	c.Limits.Silence, c.Limits.Grace, c.Limits.Backoff, c.Limits.Longest = 2*time.Second, time.Second, 0, 0
	w := started(t, c)
	faults := []string{"kill", "hang", "full"}
	order := rand.New(rand.NewPCG(16, 0)) //nolint:gosec // the same each time
	var all sync.WaitGroup
	var mu sync.Mutex
	answered := map[string]int{}
	for n := range 200 {
		j := asked("echo")
		what := "echo"
		if n%10 == 0 {
			what = faults[order.IntN(len(faults))]
		}
		j.Args = map[string]any{"do": what, "n": n}
		all.Go(func() {
			a, err := w.Do(t.Context(), j)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case what == "echo" && (err != nil || string(a.Info) != fmt.Sprintf(`{"do": "echo", "n": %d}`, n)):
				t.Errorf("job %d: %s, %v", n, a.Info, err)
			case what == "full" && !fault.Has(err, fault.GPUUnavailable),
				(what == "kill" || what == "hang") && !fault.Has(err, fault.GPURejected):
				t.Errorf("job %d, %s: %v", n, what, err)
			}
			answered[what]++
		})
	}
	all.Wait()
	t.Logf("answered %v, %d restarts", answered, w.Status().Restarts)
	if w.Status().Restarts != 2*(answered["kill"]+answered["hang"]) {
		t.Errorf("%d restarts", w.Status().Restarts)
	}
}

// A worker with the cut-out alone imports nothing that is for a card.
func TestModelsAreImportedWhenWanted(t *testing.T) {
	t.Parallel()
	c := gpuConfig(t, worker.Models{Cutout: worker.U2NetP}, slog.New(slog.DiscardHandler))
	program := `import runpy, sys
sys.argv = ["worker", "--check", *sys.argv[2:]]; sys.path.insert(0, "` + c.Command[2] + `")
runpy.run_path("` + c.Command[2] + `", run_name="__main__")
print(sorted(sys.modules.keys() & {"torch", "diffusers", "transformers", "onnx"}))`
	args := append([]string{"-I", "-c", program, "--"}, c.Command[3:]...)
	out, err := exec.CommandContext(t.Context(), c.Command[0], args...).CombinedOutput() //nolint:gosec // ours
	if err != nil || !strings.HasSuffix(string(out), "\n[]\n") {
		t.Errorf("%v\n%s", err, out)
	}
}

// Weights that are not what the folder's own list says are not loaded, and the log says which.
func TestModelsWithOtherWeights(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	from := os.DirFS(filepath.Join(os.Getenv("GPU_DIR"), "models", "birefnet"))
	if err := os.CopyFS(filepath.Join(dir, "birefnet"), from); err != nil {
		t.Fatal(err)
	}
	sums := strings.Repeat("0", 64) + "  model.onnx\n"
	if err := os.WriteFile(filepath.Join(dir, "birefnet", "SHA256SUMS"), []byte(sums), 0o600); err != nil {
		t.Fatal(err)
	}
	log := &diary{}
	w := started(t, gpuConfig(t, worker.Models{Dir: dir, Cutout: "birefnet"}, slog.New(slog.NewTextHandler(log, nil))))
	if _, err := w.Alpha(t.Context(), cup(320, 240)); !fault.Has(err, fault.GPUUnavailable) ||
		!strings.Contains(log.String(), "model.onnx is not what SHA256SUMS says") {
		t.Errorf("%v, log:\n%s", err, log)
	}
}

package main_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nanococoa/nanococoa/internal/compose"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/gpu"
	"github.com/nanococoa/nanococoa/internal/photo"
)

// maxMemory is what the server may take with its default queue full, in KiB.
const maxMemory = 300 << 10

// maxTogether is what server and worker may take, in KiB.
const maxTogether = 700 << 10

// The default queue full, and more callers at the door than get in, with the
// largest of everything: photos a phone takes, a picture that hardly compresses,
// results.
func TestMemoryWithAFullQueue(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := withWorker(t, dir)
	ctx, cancel := context.WithTimeout(t.Context(), 8*time.Minute)
	defer cancel()
	first := gpu.Stage1Request{
		Photo: grain(t, 8192, 6144, 28), ProductName: "가방", ProductCategory: "의류", AdConcept: "여름 바다", Width: compose.MaxSide,
		Height: compose.MaxSide,
	}
	second := gpu.Stage2Request{
		Picture: confetti(t, 1920, 1600), ProductName: "가방", TargetAge: "20대", TargetGender: "전체", AdConcept: "여름 바다",
		Width: compose.MaxSide, Height: compose.MaxSide,
	}
	if n := len(first.Photo); n > photo.MaxBytes {
		t.Fatalf("the photo has %d bytes, so it is refused", n)
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	made, refused := 0, 0
	count := func(err error) {
		mu.Lock()
		defer mu.Unlock()
		switch {
		case err == nil:
			made++
		case fault.Has(err, fault.GPUBusy):
			refused++
		default:
			t.Error(err)
		}
	}
	for i := range 6 {
		wg.Go(func() {
			seed, ask := uint64(i), first
			ask.Seed = &seed
			_, err := p.client.Stage1(ctx, ask)
			count(err)
		})
		wg.Go(func() {
			_, err := p.client.Stage2(ctx, second)
			count(err)
		})
	}
	wg.Wait()
	if made < 5 || refused == 0 {
		t.Errorf("%d made, %d refused: the queue was not full", made, refused)
	}
	peak, worker := peakMemory(t, p.cmd.Process.Pid), peakMemory(t, workerOf(t, dir))
	t.Logf("photo %d KiB, picture %d KiB, %d jobs made, %d refused, peak %d MiB and the worker's %d MiB",
		len(first.Photo)>>10, len(second.Picture)>>10, made, refused, peak>>10, worker>>10)
	if peak+worker > maxTogether {
		t.Errorf("peak %d KiB with the worker, want at most %d", peak+worker, maxTogether)
	}
	if peak > maxMemory {
		t.Errorf("peak %d KiB, want at most %d", peak, maxMemory)
	}
}

// peakMemory reads VmHWM, the most resident memory a process has had, in KiB.
func peakMemory(t *testing.T, pid int) int {
	t.Helper()
	f, err := os.Open(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(b), "VmHWM:")
	var kib int
	if _, err := fmt.Sscan(rest, &kib); err != nil {
		t.Fatal(err)
	}
	return kib
}

// grain is a JPEG with the noise of a phone's camera, so that it has a real
// photo's weight; noise is in levels.
func grain(t *testing.T, w, h, noise int) []byte {
	t.Helper()
	r := rand.New(rand.NewPCG(1, 1))
	img := image.NewYCbCr(image.Rect(0, 0, w, h), image.YCbCrSubsampleRatio420)
	for y := range h {
		for x := range w {
			v := 200
			if x > w/4 && x < 3*w/4 && y > h/4 && y < 3*h/4 {
				v = 90
			}
			img.Y[y*img.YStride+x] = byte(v + r.IntN(noise))
		}
	}
	for i := range img.Cb {
		img.Cb[i], img.Cr[i] = 120, 132
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 90}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// confetti is a PNG nothing can compress.
func confetti(t *testing.T, w, h int) []byte {
	t.Helper()
	r := rand.NewChaCha8([32]byte{1})
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for i := 0; i < len(img.Pix); i += 4 {
		v := r.Uint64()
		img.Pix[i], img.Pix[i+1], img.Pix[i+2], img.Pix[i+3] = byte(v), byte(v>>8), byte(v>>16), 255
	}
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

package main_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/gpu"
)

// maxMemory is what the server may take with its default queue full, in KiB.
const maxMemory = 300 << 10

// The default queue full of big photos and big pictures, and more callers at the
// door than get in.
func TestMemoryWithAFullQueue(t *testing.T) {
	t.Parallel()
	p := start(t, t.TempDir())
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	photo := grain(t, 4000, 3000)
	one, err := p.client.Stage1(ctx, gpu.Stage1Request{Photo: photo, ProductName: "가방", ProductCategory: "의류", AdConcept: "여름 바다"})
	if err != nil {
		t.Fatal(err)
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
	for i := range 8 {
		wg.Go(func() {
			seed := uint64(i)
			_, err := p.client.Stage1(ctx, gpu.Stage1Request{Photo: photo, ProductName: "가방", ProductCategory: "의류", AdConcept: "여름 바다", Seed: &seed})
			count(err)
		})
		wg.Go(func() {
			_, err := p.client.Stage2(ctx, gpu.Stage2Request{Picture: one.Picture, ProductName: "가방", TargetAge: "20대", TargetGender: "전체", AdConcept: "여름 바다"})
			count(err)
		})
	}
	wg.Wait()
	if made < 5 || refused == 0 {
		t.Errorf("%d made, %d refused: the queue was not full", made, refused)
	}
	peak := peakMemory(t, p.cmd.Process.Pid)
	t.Logf("photo %d KiB, %d jobs made, %d refused, peak %d MiB", len(photo)>>10, made, refused, peak>>10)
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
// photo's weight.
func grain(t *testing.T, w, h int) []byte {
	t.Helper()
	r := rand.New(rand.NewPCG(1, 1))
	img := image.NewYCbCr(image.Rect(0, 0, w, h), image.YCbCrSubsampleRatio420)
	for y := range h {
		for x := range w {
			v := 235
			if x > w/4 && x < 3*w/4 && y > h/4 && y < 3*h/4 {
				v = 90
			}
			img.Y[y*img.YStride+x] = byte(v + r.IntN(16))
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

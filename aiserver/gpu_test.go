//go:build gpu && linux

package main_test

import (
	"bytes"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/gpu"
)

// The whole server with tiny models: make gpu-test installs them.
func TestModelsMakeAnAd(t *testing.T) {
	t.Parallel()
	gpuDir, dir := os.Getenv("GPU_DIR"), t.TempDir()
	p := start(t, dir, "WORKER_DIR="+gpuDir, "MODELS_DIR="+filepath.Join(gpuDir, "models"),
		"SCENE=flux2-klein", "SCORE=siglip2", "ANALYSIS=qwen3-vl")
	c, err := p.client.Capacity(t.Context())
	if err != nil || len(c.Parts) != 4 {
		t.Fatalf("%+v, %v", c.Parts, err)
	}
	for i, want := range []gpu.Part{
		{Role: ad.RoleCutout, Model: "u2netp"}, {Role: ad.RoleScene, Model: "flux2-klein"},
		{Role: ad.RoleScore, Model: "siglip2"}, {Role: ad.RoleAnalysis, Model: "qwen3-vl"},
	} {
		got := c.Parts[i]
		if got.Role != want.Role || got.Model != want.Model || got.State != "ready" || len(got.Digest) != 12 {
			t.Errorf("part %+v, want %+v", got, want)
		}
	}
	photo := sample(t, "vitamin-jar.jpg")
	first, err := p.client.Stage1(t.Context(), anAd(1, photo))
	if err != nil || len(first.Picture) == 0 {
		t.Fatal(err)
	}
	for _, part := range first.Parts {
		// Random weights paint over the product, so the stand-in's scene takes the model's place and says why.
		if part.Role == ad.RoleScene && part.StandIn && part.Reason == ad.ReasonChanged {
			continue
		}
		if part.StandIn || part.Model == "" || len(part.Digest) != 12 {
			t.Errorf("made by %+v", part)
		}
	}
	if len(first.Parts) < 3 {
		t.Errorf("parts %+v", first.Parts)
	}
	// Another key, so that it is made and not read; and once more after the worker was killed.
	for _, harm := range []syscall.Signal{0, syscall.SIGKILL} {
		if err := syscall.Kill(workerOf(t, dir), harm); err != nil {
			t.Error(err)
		}
		again, err := p.client.Stage1(t.Context(), anAd(1, photo))
		if err != nil || !bytes.Equal(first.Picture, again.Picture) {
			t.Errorf("after signal %v: %v, or another picture", harm, err)
		}
	}
	p.stop()
}

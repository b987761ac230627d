package main_test

import (
	"context"
	"encoding/json"
	"image"
	_ "image/jpeg"
	_ "image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nanococoa/nanococoa/aiserver/gallery"
	"github.com/nanococoa/nanococoa/internal/channel"
	"github.com/nanococoa/nanococoa/internal/compose"
	"github.com/nanococoa/nanococoa/internal/ocr"
)

// TestTheGalleryCanBeRead makes the gallery as `make gallery` does and reads the
// copy off every finished ad.
func TestTheGalleryCanBeRead(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("short: 36 ads and 100 lines take half a minute")
	}
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 8*time.Minute)
	defer cancel()
	dir := t.TempDir()
	cmd := exec.CommandContext(ctx, path, "gallery", "-out", dir)
	cmd.Dir, cmd.Env = "..", environment()
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	b, err := os.ReadFile(filepath.Join(dir, gallery.Manifest))
	if err != nil {
		t.Fatal(err)
	}
	var ads []gallery.Entry
	if err := json.Unmarshal(b, &ads); err != nil {
		t.Fatal(err)
	}
	if want := 3 * len(gallery.Concepts()) * len(gallery.Sizes()); len(ads) != want {
		t.Errorf("%d ads, want %d", len(ads), want)
	}
	scenes := map[string]bool{}
	var lines []ocr.Line
	var of []string // the ad of each line
	for _, e := range ads {
		scenes[e.Scene] = true
		if e.Contrast < 4.5 {
			t.Errorf("%s: contrast %.2f", e.File, e.Contrast)
		}
		ad := decode(t, filepath.Join(dir, e.File))
		for _, l := range e.Lines {
			if l.Role != "ai_mark" {
				lines, of = append(lines, ocr.Line{Picture: ad, Box: l.Box, SizePx: l.SizePx, Text: l.Text}), append(of, e.File)
			}
		}
	}
	if len(scenes) < 6 {
		t.Errorf("scenes: %v, want six", scenes)
	}
	got, err := ocr.Read(ctx, lines)
	if err != nil {
		t.Fatal(err)
	}
	wrong, total := 0, 0
	for i, l := range lines {
		w, n := ocr.Wrong(got[i], l.Text)
		if wrong, total = wrong+w, total+n; w > 0 {
			t.Logf("%s: %q was read as %q", of[i], l.Text, got[i])
		}
	}
	if t.Logf("%d of %d characters on %d ads were read wrongly", wrong, total, len(ads)); wrong*50 > total || total < 500 {
		t.Errorf("%d of %d characters were read wrongly, want at most 2 %%", wrong, total)
	}
}

// TestTheRenditionsCanBeRead makes every channel and layout as `make renditions` does and
// looks at the files an owner would download: their bytes, sizes, contrast and words.
func TestTheRenditionsCanBeRead(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("short: 60 pictures and 100 lines take half a minute")
	}
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 8*time.Minute)
	defer cancel()
	dir := t.TempDir()
	cmd := exec.CommandContext(ctx, path, "gallery", "-renditions", "-out", dir)
	cmd.Dir, cmd.Env = "..", environment()
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	b, err := os.ReadFile(filepath.Join(dir, gallery.RenditionsManifest))
	if err != nil {
		t.Fatal(err)
	}
	var all []gallery.Rendition
	if err := json.Unmarshal(b, &all); err != nil {
		t.Fatal(err)
	}
	if want := 3 * (len(channel.All()) + len(compose.Layouts())); len(all) != want {
		t.Errorf("%d renditions, want %d", len(all), want)
	}
	var lines []ocr.Line
	var of []string // the rendition of each line
	for _, e := range all {
		c, _ := channel.ByName(e.Channel)
		if e.Bytes > c.MaxBytes || e.Bytes == 0 {
			t.Errorf("%s: %d of %d bytes", e.File, e.Bytes, c.MaxBytes)
		}
		if c.Text && e.Contrast < compose.MinContrast || c.Text != (len(e.Lines) > 0) {
			t.Errorf("%s: contrast %.2f, %d lines", e.File, e.Contrast, len(e.Lines))
		}
		picture := decode(t, filepath.Join(dir, e.File))
		if picture.Bounds().Size() != c.Size() {
			t.Errorf("%s: %v, want %v", e.File, picture.Bounds().Size(), c.Size())
		}
		for _, l := range e.Lines {
			// Tesseract was trained on print: it reads no handwriting, nor lines of a few digits.
			if l.Role != "ai_mark" && l.Role != "badge" && e.Typeface != "hand" {
				lines = append(lines, ocr.Line{Picture: picture, Box: l.Box, SizePx: l.SizePx, Text: l.Text})
				of = append(of, e.File)
			}
		}
	}
	got, err := ocr.Read(ctx, lines)
	if err != nil {
		t.Fatal(err)
	}
	// On all pictures, and on those of layouts alone.
	type count struct{ wrong, total int }
	read, layouts := count{}, count{}
	for i, l := range lines {
		w, n := ocr.Wrong(got[i], l.Text)
		if w > 0 {
			t.Logf("%s: %q was read as %q", of[i], l.Text, got[i])
		}
		read = count{read.wrong + w, read.total + n}
		if strings.Contains(of[i], "-layout-") {
			layouts = count{layouts.wrong + w, layouts.total + n}
		}
	}
	for name, c := range map[string]count{"all": read, "layouts": layouts} {
		t.Logf("%s: %d of %d characters were read wrongly", name, c.wrong, c.total)
		if c.wrong*50 > c.total || c.total < 400 {
			t.Errorf("%s: %d of %d characters were read wrongly, want at most 2 %%", name, c.wrong, c.total)
		}
	}
}

func decode(t *testing.T, path string) image.Image {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	m, _, err := image.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

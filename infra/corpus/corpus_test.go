package corpus_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nanococoa/nanococoa/infra/corpus"
)

// Called with "-intake", the test is the process that takes in one file.
func TestMain(m *testing.M) {
	if len(os.Args) > 3 && os.Args[1] == "-intake" {
		if err := corpus.Intake(context.Background(), os.Args[3], os.Args[2], os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// folder makes a folder with files of every outcome.
func folder(t *testing.T) string {
	t.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, 200, 150))
	for i := range img.Pix {
		img.Pix[i] = byte(i * 7 % 251)
	}
	img.SetNRGBA(0, 0, color.NRGBA{1, 2, 3, 255})
	var asPNG, asJPEG bytes.Buffer
	if err := png.Encode(&asPNG, img); err != nil {
		t.Fatal(err)
	}
	if err := jpeg.Encode(&asJPEG, img, nil); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, data := range map[string][]byte{
		"a whole one.png": asPNG.Bytes(),
		"b/상품.jpg":        asJPEG.Bytes(),
		"c-half.JPEG":     asJPEG.Bytes()[:asJPEG.Len()/2],
		"d.txt":           []byte("no photo"),
		"e-empty":         nil,
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestEveryFileHasItsLine(t *testing.T) {
	t.Parallel()
	vips, err := exec.LookPath("vipsthumbnail")
	if err != nil {
		t.Fatal("vipsthumbnail is not installed; `make packages` does it")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	lines, err := corpus.Run(t.Context(), corpus.Options{
		Folder: folder(t), Child: []string{self, "-intake"}, Jobs: 2, Vips: vips,
	}, &out)
	if err != nil {
		t.Fatal(err)
	}
	want := []struct{ path, outcome, code string }{
		{"a whole one.png", corpus.Taken, ""},
		{"b/상품.jpg", corpus.Taken, ""},
		{"c-half.JPEG", corpus.Refused, "Photo.Corrupt"},
		{"d.txt", corpus.Refused, "Photo.Unsupported"},
		{"e-empty", corpus.Refused, "Photo.Missing"},
	}
	if len(lines) != len(want) {
		t.Fatalf("%d lines: %v", len(lines), lines)
	}
	for i, w := range want {
		l := lines[i]
		if l.Path != w.path || l.Outcome != w.outcome || !strings.HasPrefix(l.Code, w.code) {
			t.Errorf("%+v, want %+v", l, w)
		}
		if l.PeakMB < 2 || l.PeakMB > 200 {
			t.Errorf("%s took %d MB", l.Path, l.PeakMB)
		}
		if l.Outcome == corpus.Taken && (l.Width != 200 || l.Height != 150 || !l.Compared || l.MAE > 3) {
			t.Errorf("%+v is not what libvips makes", l)
		}
		if !strings.Contains(out.String(), l.String()+"\n") {
			t.Errorf("no line for %s", l.Path)
		}
	}
	for _, s := range []string{
		"5 files: 2 taken, 3 refused, 0 broken\n      2 jpg: 1 taken, 1 refused, 0 broken\n",
		"1 without an ending: 0 taken, 1 refused", "1 Photo.Corrupt", "against libvips: 2 compared, 0 of",
	} {
		if !strings.Contains(out.String(), s) {
			t.Errorf("the summary lacks %q:\n%s", s, out.String())
		}
	}
}

// What ends the process or never ends is a line like others.
func TestACrashAndAHangAreLines(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ script, code string }{
		"crash":             {"echo 'panic: index out of range' >&2; exit 2", "panic: index out of range"},
		"killed":            {"kill -9 $$", "signal: killed"},
		"hang":              {"exec sleep 60", "no end within"},
		"says nothing":      {"exit 0", "unexpected end of JSON input"},
		"not the photo's":   {`echo '{"code":"Internal"}'`, "Internal"},
		"too much to count": {`echo '{"code":""'`, "unexpected end of JSON input"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "photo.jpg"), []byte("x"), 0o600); err != nil {
				t.Fatal(err)
			}
			timeout := 20 * time.Second
			if name == "hang" {
				timeout = 300 * time.Millisecond
			}
			var out strings.Builder
			lines, err := corpus.Run(t.Context(), corpus.Options{
				Folder: dir, Child: []string{"sh", "-c", c.script}, Timeout: timeout,
			}, &out)
			if err != nil {
				t.Fatal(err)
			}
			if len(lines) != 1 || lines[0].Outcome != corpus.Broken || !strings.Contains(lines[0].Code, c.code) {
				t.Errorf("%+v", lines)
			}
			if !strings.Contains(out.String(), "1 broken") || strings.Count(out.String(), "photo.jpg") != 2 {
				t.Errorf("the summary does not name it:\n%s", out.String())
			}
		})
	}
}

func TestAFolderWithoutFilesIsNamed(t *testing.T) {
	t.Parallel()
	for _, dir := range []string{t.TempDir(), filepath.Join(t.TempDir(), "missing")} {
		_, err := corpus.Run(t.Context(), corpus.Options{Folder: dir, Child: []string{"true"}}, new(strings.Builder))
		if err == nil || !strings.Contains(err.Error(), dir) {
			t.Errorf("%s: %v", dir, err)
		}
	}
}

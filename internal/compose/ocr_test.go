package compose_test

import (
	"context"
	"image"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/image/draw"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/compose"
)

// TestAMachineReadsTheWords reads every line off finished pictures with
// tesseract: what a machine cannot read on them, a person in a hurry cannot
// either.
func TestAMachineReadsTheWords(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("short: tesseract takes a third of a second per line")
	}
	tesseract, err := exec.LookPath("tesseract")
	if err != nil {
		t.Fatal("tesseract is missing, without it nobody knows whether the words can be read: apt-get install tesseract-ocr tesseract-ocr-kor")
	}
	ads := [][2]string{
		{"하루 한 알의 여유", "아침을 깨우는 비타민 한 병"},
		{"떠나는 날의 설렘", "주말여행에 꼭 맞는 가벼운 가방"},
		{"신선함을 그대로", "오늘 들어온 제철 과일, 지금 만나요"},
		{"겨울을 녹이는 맛", "따뜻한 국물이 생각나는 저녁"},
		{"오늘도 빛나게", "피부가 먼저 아는 촉촉한 하루"},
		{"지금이 딱 좋아", "단 일주일, 전 상품 50% 할인"},
	}
	box := ad.Box{0.3, 0.36, 0.4, 0.5}
	places := []image.Point{{1080, 1080}, {1200, 628}, {1029, 258}}
	dir := t.TempDir()
	total, wrong := 0, 0
	for i, c := range ads {
		b := backdrops[i%len(backdrops)]
		pic := paint(800, 800, b, box)
		r := render(t, requested(pic, box, c[0], c[1], places[i%len(places)]))
		for _, l := range r.Lines {
			if l.Role == "notice" {
				continue
			}
			got := read(t, tesseract, filepath.Join(dir, "line.png"), r.Image, l)
			want := []rune(strings.ReplaceAll(l.Text, " ", ""))
			d := edits([]rune(strings.Join(strings.Fields(got), "")), want)
			if d > 0 {
				t.Logf("%s %v: %q was read as %q", b.name, places[i%len(places)], l.Text, strings.TrimSpace(got))
			}
			total += len(want)
			wrong += d
		}
	}
	share := 1 - float64(wrong)/float64(total)
	t.Logf("read %.1f%% of %d characters", 100*share, total)
	if share < 0.98 {
		t.Errorf("read %.1f%% of %d characters, want 98%%", 100*share, total)
	}
}

// read gives what tesseract sees in a line's box.
func read(t *testing.T, tesseract, file string, m *image.RGBA, l compose.Line) string {
	t.Helper()
	w, h := float64(m.Rect.Dx()), float64(m.Rect.Dy())
	r := image.Rect(int(l.Box[0]*w), int(l.Box[1]*h), int((l.Box[0]+l.Box[2])*w)+1, int((l.Box[1]+l.Box[3])*h)+1)
	// Tesseract was trained on letters of about 40 px.
	k := 40 / l.SizePx
	crop := image.NewRGBA(image.Rect(0, 0, int(float64(r.Dx())*k), int(float64(r.Dy())*k)))
	draw.CatmullRom.Scale(crop, crop.Rect, m, r, draw.Src, nil)
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(f, crop); err != nil {
		t.Fatal(err)
	}
	f.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, tesseract, file, "-", "-l", "kor", "--psm", "7")
	cmd.Env = append(os.Environ(), "OMP_THREAD_LIMIT=1")
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("tesseract (Korean needs tesseract-ocr-kor): %v\n%s", err, errs.String())
	}
	return string(out)
}

// edits is the Levenshtein distance.
func edits(a, b []rune) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i, x := range a {
		last := row[0]
		row[0] = i + 1
		for j, y := range b {
			cost := last
			if x != y {
				cost++
			}
			last = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

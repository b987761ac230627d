// Package ocr reads printed Korean lines on pictures with tesseract, for tests of
// whether the words on an ad can be read.
package ocr

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"golang.org/x/image/draw"
)

// Line is one line of text on a picture.
type Line struct {
	Picture image.Image
	Box     [4]float64 // x, y, width, height in fractions of the picture
	SizePx  float64    // font size
	Text    string     // what stands there
}

// ErrMissing says that tesseract or its Korean is not installed.
var ErrMissing = errors.New(
	"tesseract is missing, without it nobody can tell whether the words can be read: apt-get install tesseract-ocr " +
		"tesseract-ocr-kor",
)

// fontSize is the font size in which lines are shown to tesseract, in pixels, and
// margin what is left around them. Without a margin it misreads twice as many characters,
// most at both ends.
const fontSize, margin = 24, 7

// Read gives what tesseract sees in the box of each line: one run of it for all,
// since starting takes longer than reading a line. Whole pages it does not read
// reliably.
func Read(ctx context.Context, lines []Line) ([]string, error) {
	program, err := exec.LookPath("tesseract")
	if err != nil {
		return nil, ErrMissing
	}
	dir, err := os.MkdirTemp("", "ocr")
	if err != nil {
		return nil, fmt.Errorf("ocr: %w", err)
	}
	defer os.RemoveAll(dir)
	var list bytes.Buffer
	for i, l := range lines {
		name := filepath.Join(dir, fmt.Sprintf("%04d.png", i))
		if err := os.WriteFile(name, l.crop(), 0o600); err != nil {
			return nil, fmt.Errorf("ocr: %w", err)
		}
		fmt.Fprintln(&list, name)
	}
	all := filepath.Join(dir, "list.txt")
	if err := os.WriteFile(all, list.Bytes(), 0o600); err != nil {
		return nil, fmt.Errorf("ocr: %w", err)
	}
	cmd := exec.CommandContext(ctx, program, all, "-", "-l", "kor", "--psm", "7")
	cmd.Env = append(cmd.Environ(), "OMP_THREAD_LIMIT=1") // its threads wait for each other more than they work
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("ocr: %w (Korean needs tesseract-ocr-kor): %s", err, stderr.Bytes())
	}
	read := strings.Split(strings.TrimSuffix(string(out), "\f"), "\f") // a form feed ends a page
	if len(read) != len(lines) {
		return nil, fmt.Errorf("ocr: %d lines read of %d", len(read), len(lines))
	}
	for i := range read {
		read[i] = strings.TrimSpace(read[i])
	}
	return read, nil
}

// crop is the line's box with a margin as a PNG.
func (l Line) crop() []byte {
	b := l.Picture.Bounds()
	w, h := float64(b.Dx()), float64(b.Dy())
	r := image.Rect(
		int(l.Box[0]*w), int(l.Box[1]*h), int((l.Box[0]+l.Box[2])*w)+1, int((l.Box[1]+l.Box[3])*h)+1,
	).Add(b.Min).Intersect(b)
	k := fontSize / l.SizePx
	text := image.Rect(margin, margin, margin+int(float64(r.Dx())*k), margin+int(float64(r.Dy())*k))
	out := image.NewRGBA(image.Rectangle{Max: text.Max.Add(image.Pt(margin, margin))})
	wide := r.Inset(-int(margin / k))
	draw.CatmullRom.Scale(out, out.Rect, l.Picture, wide, draw.Src, nil)
	var file bytes.Buffer
	_ = png.Encode(&file, asPrint(out)) // into memory: it cannot fail
	return file.Bytes()
}

// asPrint makes a line look like what tesseract was trained on: dark on light, from black to
// white. Short words of a serif face on sand or sea it takes for others else, which a person
// reads without effort. How much contrast there is, it is not asked: that is measured.
func asPrint(img *image.RGBA) *image.Gray {
	out := image.NewGray(img.Rect)
	draw.Draw(out, out.Rect, img, img.Rect.Min, draw.Src)
	darkest, lightest, sum := uint8(255), uint8(0), 0
	for _, v := range out.Pix {
		darkest, lightest, sum = min(darkest, v), max(lightest, v), sum+int(v)
	}
	if darkest == lightest {
		return out
	}
	mean, between := sum/len(out.Pix), int(lightest)-int(darkest)
	onDark := 2*mean < int(lightest)+int(darkest)
	for i, v := range out.Pix {
		if onDark {
			v = lightest - (v - darkest)
		}
		out.Pix[i] = uint8(255 * (int(v) - int(darkest)) / between)
	}
	return out
}

// Wrong is how many characters of want were read wrongly, and how many there are.
// Spaces do not count: tesseract sees them where characters stand far apart.
func Wrong(got, want string) (wrong, of int) {
	a, b := []rune(strings.Join(strings.Fields(got), "")), []rune(strings.Join(strings.Fields(want), ""))
	// The Levenshtein distance, row by row.
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
	return row[len(b)], len(b)
}

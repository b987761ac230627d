package ocr_test

import (
	"context"
	"image"
	"image/color"
	"image/draw"
	"strings"
	"testing"

	"github.com/nanococoa/nanococoa/internal/compose"
	"github.com/nanococoa/nanococoa/internal/ocr"
)

func TestItReadsEachLineAndSeesWhatIsHidden(t *testing.T) {
	t.Parallel()
	ground := image.NewRGBA(image.Rect(0, 0, 640, 640))
	draw.Draw(ground, ground.Rect, image.NewUniform(color.RGBA{240, 236, 228, 255}), image.Point{}, draw.Src)
	r, err := compose.Render(t.Context(), compose.Request{
		Picture: ground, MainCopy: "하루 한 알의 여유", SubCopy: "아침을 깨우는 비타민 한 병",
	})
	if err != nil {
		t.Fatal(err)
	}
	var lines []ocr.Line
	for _, l := range r.Lines {
		lines = append(lines, ocr.Line{Picture: r.Image, Box: l.Box, SizePx: l.SizePx, Text: l.Text})
	}
	// The last one is painted over.
	hidden := lines[len(lines)-1]
	hidden.Picture = ground
	got, err := ocr.Read(t.Context(), append(lines, hidden))
	if err != nil {
		t.Fatal(err)
	}
	for i, l := range lines {
		if wrong, of := ocr.Wrong(got[i], l.Text); wrong > 0 || of == 0 {
			t.Errorf("%q was read as %q", l.Text, got[i])
		}
	}
	if wrong, of := ocr.Wrong(got[len(lines)], hidden.Text); wrong < of {
		t.Errorf("%q was read off an empty picture", got[len(lines)])
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := ocr.Read(ctx, lines); err == nil {
		t.Error("an ended context was not heard")
	}
}

func TestWrong(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		got, want string
		wrong, of int
	}{
		{"하루 한 알", "하루한 알", 0, 4},
		{"하루 한 일", "하루 한 알", 1, 4},
		{"하루 한", "하루 한 알", 1, 4},
		{"| 하루 한 알", "하루 한 알", 1, 4},
		{"", "하루", 2, 2},
		{strings.Repeat("가", 5), "", 5, 0},
	} {
		if wrong, of := ocr.Wrong(tc.got, tc.want); wrong != tc.wrong || of != tc.of {
			t.Errorf("%q for %q: %d of %d, want %d of %d", tc.got, tc.want, wrong, of, tc.wrong, tc.of)
		}
	}
}

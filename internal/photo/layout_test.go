package photo_test

import (
	"context"
	"fmt"
	"image"
	"image/color"
	"math"
	"strings"
	"testing"

	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/photo"
)

// hills is a smooth sample for each component, so that a coarse layout shows the
// same picture as a fine one.
func hills(c int, u, v float64) float64 {
	switch c {
	case 0:
		return 128 + 60*math.Sin(3*u+1)*math.Cos(2*v)
	case 1:
		return 110 + 50*u - 20*v
	case 2:
		return 120 + 45*v - 15*math.Cos(3*u)
	default:
		return 230 - 60*u*v
	}
}

// shown is the picture of hills as it must come out, by the formulas of ITU-T
// T.871 and, for four components, Adobe's inverted ink.
func shown(w, h, components int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			u, v := (float64(x)+0.5)/float64(w), (float64(y)+0.5)/float64(h)
			l, cb, cr, k := hills(0, u, v), hills(1, u, v)-128, hills(2, u, v)-128, hills(3, u, v)/255
			c := color.NRGBA{byteOf(l), byteOf(l), byteOf(l), 255}
			switch components {
			case 3:
				c = color.NRGBA{byteOf(l + 1.402*cr), byteOf(l - 0.344136*cb - 0.714136*cr), byteOf(l + 1.772*cb), 255}
			case 4:
				c = color.NRGBA{byteOf(l * k), byteOf((cb + 128) * k), byteOf((cr + 128) * k), 255}
			}
			img.SetNRGBA(x, y, c)
		}
	}
	return img
}

// worst is the largest difference of two pictures in any channel.
func worst(t testing.TB, a, b *image.NRGBA) int {
	t.Helper()
	if a.Rect != b.Rect {
		t.Fatalf("%v and %v", a.Rect, b.Rect)
	}
	most := 0
	for i := range a.Pix {
		most = max(most, abs(int(a.Pix[i])-int(b.Pix[i])))
	}
	return most
}

// layouts are all layouts of n components that the standard knows.
func layouts(n int) [][]sampling {
	if n == 0 {
		return [][]sampling{nil}
	}
	var out [][]sampling
	for _, rest := range layouts(n - 1) {
		for h := 1; h <= 4; h++ {
			for v := 1; v <= 4; v++ {
				out = append(out, append(rest[:len(rest):len(rest)], sampling{h, v}))
			}
		}
	}
	return out
}

// readable says what must be read of them: whatever libjpeg reads, when each
// factor divides the largest and, in one scan, an MCU has ten blocks at most.
func readable(layout []sampling, scans int) bool {
	maxH, maxV, blocks := 0, 0, 0
	for _, p := range layout {
		maxH, maxV, blocks = max(maxH, p.h), max(maxV, p.v), blocks+p.h*p.v
	}
	for _, p := range layout {
		if maxH%p.h != 0 || maxV%p.v != 0 {
			return false
		}
	}
	return len(layout) != 2 && (blocks <= 10 || scans > 1 || len(layout) == 1)
}

// Every layout of one to four components decodes right or is refused by name:
// any of them may be the widest.
func TestEverySamplingLayout(t *testing.T) {
	t.Parallel()
	const w, h = 101, 67 // no multiple of anything
	ways := map[string]func(n int) []jpegScan{
		"one scan":    func(int) []jpegScan { return nil },
		"scans apart": apart,
		"progressive": progression,
	}
	for components := 1; components <= 4; components++ {
		want := shown(w, h, components)
		small, err := photo.Decode(context.Background(), encodePNG(t, want), 33)
		if err != nil {
			t.Fatal(err)
		}
		for name, scans := range ways {
			t.Run(fmt.Sprintf("%d components, %s", components, name), func(t *testing.T) {
				t.Parallel()
				read, refused := 0, 0
				for _, layout := range layouts(components) {
					s := jpegSpec{w: w, h: h, parts: layout, sample: hills, scans: scans(components)}
					interleaved := 2
					if name != "scans apart" {
						interleaved = 1
					}
					strange := components == 4 || name != "one scan" && components == 3 // all 200,000 take minutes
					if ok := readable(layout, interleaved); !ok {
						if refused++; !strange || refused%37 == 0 {
							refusedByName(t, s)
						}
						continue
					}
					if read++; strange && read%37 != 0 {
						continue
					}
					data := s.bytes()
					img, err := photo.Decode(context.Background(), data, 0)
					if err != nil {
						t.Fatalf("%v: %v", layout, err)
					}
					if d := worst(t, img, want); d > 6 {
						t.Errorf("%v: %d from what was written", layout, d)
					}
					if img, err = photo.Decode(context.Background(), data, 33); err != nil {
						t.Fatalf("%v at a third: %v", layout, err)
					}
					if d := worst(t, img, small); d > 6 {
						t.Errorf("%v at a third: %d from what was written", layout, d)
					}
				}
				if enough := map[int]int{1: 16, 3: 300, 4: 700}[components]; read < enough {
					t.Errorf("only %d layouts were to be read", read)
				}
			})
		}
	}
}

func refusedByName(t *testing.T, s jpegSpec) {
	t.Helper()
	s.empty = true
	_, err := photo.Decode(context.Background(), s.bytes(), 0)
	if f := fault.From(err); f == nil || f.Code != fault.PhotoUnsupported || !strings.Contains(f.Public(), "다시 저장") {
		t.Errorf("%v: %v", s.parts, err)
	}
}

// In a scan of one component a restart interval counts blocks (ITU-T T.81, section
// A.2.2), and in a progressive picture it ends a run of empty blocks. So restart
// markers change no pixel.
func TestRestartMarkersChangeNothing(t *testing.T) {
	t.Parallel()
	for _, layout := range [][]sampling{
		{{2, 2}, {1, 1}, {1, 1}}, {{2, 1}, {1, 1}, {1, 1}}, {{1, 2}, {1, 1}, {1, 1}}, {{1, 1}, {1, 1}, {1, 1}},
		{{4, 1}, {1, 1}, {1, 1}}, {{1, 1}, {2, 2}, {1, 2}}, {{3, 2}, {1, 1}, {1, 1}},
		{{1, 1}}, {{2, 2}}, {{1, 3}}, {{1, 1}, {1, 1}, {1, 1}, {1, 1}}, {{2, 2}, {1, 1}, {1, 1}, {2, 2}},
	} {
		n := len(layout)
		for name, scans := range map[string][]jpegScan{
			"one scan": nil, "scans apart": apart(n), "progressive": progression(n),
		} {
			s := jpegSpec{w: 101, h: 67, parts: layout, scans: scans, sample: hills}
			want := decode(t, s.bytes())
			for _, interval := range []int{1, 2, 3, 7, 13, 1000} {
				s.restart = interval
				img, err := photo.Decode(context.Background(), s.bytes(), 0)
				if err != nil {
					t.Errorf("%v, %s, every %d: %v", layout, name, interval, err)
					continue
				}
				if d := worst(t, img, want); d > 0 {
					t.Errorf("%v, %s, every %d: other pixels, by %d", layout, name, interval, d)
				}
			}
		}
	}
}

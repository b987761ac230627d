package cutout_test

import (
	"image"
	"image/color"
	"math"
	"testing"

	"github.com/nanococoa/nanococoa/aiserver/standin/cutout"
)

// lamp draws a grey shade on a cord before a dark wall. seen is what a network sees of it: the
// shade, and the cord from the row seenFrom on.
func lamp(cordFrom, seenFrom int) (photo *image.NRGBA, seen *image.Alpha) {
	const w, h = 480, 480
	photo, seen = image.NewNRGBA(image.Rect(0, 0, w, h)), image.NewAlpha(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.NRGBA{20, 70, 75, 255}
			cord := x >= w/2-2 && x < w/2+2 && y >= cordFrom && y < 250
			shade := y >= 250 && y < 370 && x > w/2-(y-200) && x < w/2+(y-200)
			if cord || shade {
				c = color.NRGBA{190, 188, 185, 255}
			}
			photo.SetNRGBA(x, y, c)
			if shade || cord && y >= seenFrom {
				seen.SetAlpha(x, y, color.Alpha{255})
			}
		}
	}
	return photo, seen
}

// A lamp whose cord the photo's top cuts off hangs, also where the network lost the cord; one whose
// cord ends in the photo does not.
func TestWhatHangs(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name           string
		cord, seenFrom int
		hangs          bool
	}{
		{"seen to the top", 0, 0, true}, {"lost on the way", 0, 150, true}, {"ends in the photo", 120, 120, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			photo, seen := lamp(tc.cord, tc.seenFrom)
			c, err := cutout.Find(t.Context(), network{truth: seen, fade: everywhere}, photo, nil)
			if err != nil {
				t.Fatal(err)
			}
			if c.Cut.Hangs != tc.hangs || c.Cut.Top != tc.hangs || c.Cut.Bottom {
				t.Errorf("%+v, box %v, %+v", c.Cut, c.Box, c.Evidence)
			}
		})
	}
}

// stool draws a dark stool before a stained wall. Between seat, legs and rung shows the wall, or
// a panel of its own colour; a network has half seen it.
func stool(panel bool) (photo *image.NRGBA, seen *image.Alpha) {
	const w, h = 480, 480
	photo, seen = image.NewNRGBA(image.Rect(0, 0, w, h)), image.NewAlpha(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			// Stains a hand wide, and the plaster's grain.
			v := 190 + 18*math.Sin(float64(x)/37)*math.Cos(float64(y)/29) + float64((x*7919+y*104729)%11) - 5
			c := color.NRGBA{uint8(v), uint8(v - 6), uint8(v - 16), 255}
			stool := x >= 140 && x < 340 && y >= 100 && y < 420
			gap := x >= 220 && x < 260 && y >= 240 && y < 310
			switch {
			case stool && !gap:
				c = color.NRGBA{40, 34, 30, 255}
				seen.SetAlpha(x, y, color.Alpha{255})
			case gap:
				if panel {
					c = color.NRGBA{200, 90, 40, 255}
				}
				seen.SetAlpha(x, y, color.Alpha{92})
			}
			photo.SetNRGBA(x, y, c)
		}
	}
	return photo, seen
}

// What a network half sees inside a product is the product, unless it has the colours of the
// ground behind clear edges.
func TestTheWallBetweenTheLegsGoes(t *testing.T) {
	t.Parallel()
	for name, panel := range map[string]bool{"a wall behind": false, "a panel": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			photo, seen := stool(panel)
			c, err := cutout.Find(t.Context(), network{truth: seen, fade: everywhere}, photo, nil)
			if err != nil {
				t.Fatal(err)
			}
			if shown := c.Pixels.NRGBAAt(240, 275).A > 128; shown != panel {
				t.Errorf("alpha %d, %+v", c.Pixels.NRGBAAt(240, 275).A, c.Evidence)
			}
			if c.Pixels.NRGBAAt(170, 275).A != 255 {
				t.Error("a leg is gone")
			}
		})
	}
}

// A shop's narrow frame around a photo cuts the product off as the photo's border does; a box
// with a narrow margin on two sides is whole.
func TestAFrameCutsOffToo(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		product image.Rectangle
		cut     cutout.Sides
	}{
		"framed":        {image.Rect(8, 8, 472, 352), cutout.Sides{Left: true, Right: true, Top: true, Bottom: true}},
		"a narrow crop": {image.Rect(8, 100, 472, 300), cutout.Sides{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			photo := image.NewNRGBA(image.Rect(0, 0, 480, 360))
			seen := image.NewAlpha(photo.Rect)
			for y := range 360 {
				for x := range 480 {
					c := color.NRGBA{255, 255, 255, 255}
					// A corner is free, as behind a bag.
					if (image.Point{x, y}).In(tc.product) && x+y > 200 {
						c = color.NRGBA{uint8(90 + (x*7+y*13)%40), 70, 60, 255}
						seen.SetAlpha(x, y, color.Alpha{255})
					}
					photo.SetNRGBA(x, y, c)
				}
			}
			c, err := cutout.Find(t.Context(), network{truth: seen, fade: everywhere}, photo, nil)
			if err != nil {
				t.Fatal(err)
			}
			if c.Cut != tc.cut {
				t.Errorf("%+v, box %v, %+v", c.Cut, c.Box, c.Evidence)
			}
		})
	}
}

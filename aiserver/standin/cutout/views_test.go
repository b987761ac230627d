package cutout_test

import (
	"context"
	"errors"
	"image"
	"math"
	"slices"
	"testing"

	"github.com/nanococoa/nanococoa/aiserver/standin/cutout"
)

// oneView sees the whole product in one view of the photo, and its upper half in all others.
type oneView struct {
	network
	photo *image.NRGBA
	best  string // the view in which it sees all
	asked *int
}

func (v oneView) Alpha(ctx context.Context, shown *image.NRGBA) (*image.Alpha, error) {
	*v.asked++
	view := viewOf(v.photo, shown)
	if view == "another part" {
		return nil, errors.New("down")
	}
	n := v.network
	if view == v.best {
		n.fade = everywhere
	}
	a, err := n.Alpha(ctx, v.photo)
	if err == nil && view == "turned" {
		slices.Reverse(a.Pix)
	}
	return a, err
}

// viewOf tells how a photo is shown.
func viewOf(photo, shown *image.NRGBA) string {
	if shown.Rect.Dx()*photo.Rect.Dy() != shown.Rect.Dy()*photo.Rect.Dx() || shown.Rect.Dx() > photo.Rect.Dx() {
		return "another part"
	}
	upper, lower := light(photo, 0, 0.5), light(photo, 0.5, 1)
	switch got := light(shown, 0, 0.5); {
	case got < 0.9*min(upper, lower):
		return "darker"
	case got > 1.1*max(upper, lower):
		return "lighter"
	case math.Abs(got-lower) < 1:
		return "turned"
	}
	return "as it is"
}

// light is the mean of the rows from..to, as shares of the height.
func light(m *image.NRGBA, from, to float64) float64 {
	sum, count := 0, 0
	for y := int(from * float64(m.Rect.Dy())); y < int(to*float64(m.Rect.Dy())); y++ {
		for i, v := range m.Pix[y*m.Stride : (y+1)*m.Stride] {
			if i%4 != 3 {
				sum, count = sum+int(v), count+1
			}
		}
	}
	return float64(sum) / float64(count)
}

// A product that the network misses in the photo as it is, and sees in another view of it,
// is cut out; where no view helps, the doubt stays. What is cut out at once is not looked at
// again.
func TestAnotherViewShowsWhatWasMissed(t *testing.T) {
	t.Parallel()
	photo, truth := composite(t, "bottle with cap on cluttered")
	upper := func(_, y float64) float64 {
		if y < 0.55 {
			return 1
		}
		return 0.4
	}
	for _, tc := range []struct {
		best   string
		cut    bool
		within int // looks
	}{
		{"as it is", true, 2}, {"turned", true, 3}, {"darker", true, 4}, {"lighter", true, 5}, {"none", false, 6},
	} {
		t.Run(tc.best, func(t *testing.T) {
			t.Parallel()
			asked := 0
			c, err := cutout.Find(t.Context(), oneView{network{truth: truth, fade: upper}, photo, tc.best, &asked}, photo, nil)
			if err != nil {
				t.Fatal(err)
			}
			if got := c.Evidence.Confidence() >= 0.5; got != tc.cut || asked > tc.within {
				t.Errorf("confidence %.2f after %d looks: %+v", c.Evidence.Confidence(), asked, c.Evidence)
			}
			if v := same(c, truth); tc.cut && v < 0.95 {
				t.Errorf("overlap %.3f", v)
			}
		})
	}
}

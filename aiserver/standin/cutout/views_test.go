package cutout_test

import (
	"context"
	"errors"
	"image"
	"math"
	"slices"
	"testing"

	"github.com/nanococoa/nanococoa/aiserver/standin/cutout"
	"github.com/nanococoa/nanococoa/internal/ad"
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
// is cut out; where no view helps, the doubt stays. What is cut out at once is looked at once
// more before a cluttered ground.
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
		{"as it is", true, 3}, {"turned", true, 3}, {"darker", true, 4}, {"lighter", true, 5}, {"none", false, 6},
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

// solid gives the truth with everything filled that lies between two of its pixels in a row.
func solid(truth *image.Alpha) *image.Alpha {
	out := image.NewAlpha(truth.Rect)
	for y := range truth.Rect.Dy() {
		row := truth.Pix[y*truth.Stride:][:truth.Rect.Dx()]
		first, last := -1, -1
		for x, v := range row {
			if v > 127 && first < 0 {
				first = x
			}
			if v > 127 {
				last = x
			}
		}
		for x := max(first, 0); x <= last; x++ {
			out.Pix[y*out.Stride+x] = 255
		}
	}
	return out
}

// On a backdrop that is known exactly, the ground inside a handle goes, whatever the network
// says; so does the ground between thin stems.
func TestTheGroundInsideAHandleGoes(t *testing.T) {
	t.Parallel()
	for name, least := range map[string]float64{
		"bag with handle and strap on plain": 0.97, "plant with stems on plain": 0.9,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			photo, truth := composite(t, name)
			c, err := cutout.Find(t.Context(), network{truth: solid(truth), fade: everywhere}, photo, nil)
			if err != nil {
				t.Fatal(err)
			}
			if v := same(c, truth); v < least || c.Evidence.Confidence() < 0.5 {
				t.Errorf("overlap %.3f, confidence %.2f: %+v", v, c.Evidence.Confidence(), c.Evidence)
			}
		})
	}
}

// fickle sees one thing, and another when the photo stands on its head.
type fickle struct {
	upright, turned network
	photo           *image.NRGBA
}

func (f fickle) Alpha(ctx context.Context, shown *image.NRGBA) (*image.Alpha, error) {
	switch viewOf(f.photo, shown) {
	case "as it is":
		return f.upright.Alpha(ctx, f.photo)
	case "turned":
		a, err := f.turned.Alpha(ctx, f.photo)
		if err == nil {
			slices.Reverse(a.Pix)
		}
		return a, err
	}
	return nil, errors.New("down")
}

// What the network sees otherwise when the photo is turned is not shown.
func TestViewsThatContradictEachOtherAreDoubted(t *testing.T) {
	t.Parallel()
	photo, truth := composite(t, "bottle with cap on cluttered")
	top := func(_, y float64) float64 {
		if y < 0.4 {
			return 1
		}
		return 0
	}
	m := fickle{network{truth: truth, fade: everywhere}, network{truth: truth, fade: top}, photo}
	c, err := cutout.Find(t.Context(), m, photo, nil)
	if err != nil {
		t.Fatal(err)
	}
	if c.Evidence.Confidence() >= 0.5 || !slices.Contains(c.Evidence.Doubts(), ad.DoubtTorn) {
		t.Errorf("confidence %.2f, doubts %v: %+v", c.Evidence.Confidence(), c.Evidence.Doubts(), c.Evidence)
	}
}

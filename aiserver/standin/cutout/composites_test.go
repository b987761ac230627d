package cutout_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"image"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/nanococoa/nanococoa/aiserver/standin/cutout"
	"github.com/nanococoa/nanococoa/aiserver/standin/cutout/cutouttest"
	"github.com/nanococoa/nanococoa/aiserver/worker"
	"github.com/nanococoa/nanococoa/internal/ad"
)

// network answers like one that sees the truth at its own 80 cells, times fade. It is asked
// for the whole photo, and for a part, which it knows by its size: then it is down.
type network struct {
	truth *image.Alpha
	fade  func(x, y float64) float64
	err   error
}

func (n network) Alpha(_ context.Context, photo *image.NRGBA) (*image.Alpha, error) {
	if n.err != nil {
		return nil, n.err
	}
	if photo.Rect.Size() != n.truth.Rect.Size() {
		return nil, errors.New("down")
	}
	const side = 80
	out := image.NewAlpha(image.Rect(0, 0, side, side))
	for y := range side {
		for x := range side {
			sum, count := 0.0, 0
			w, h := n.truth.Rect.Dx(), n.truth.Rect.Dy()
			for py := y * h / side; py < (y+1)*h/side; py++ {
				for px := x * w / side; px < (x+1)*w/side; px++ {
					sum += float64(n.truth.AlphaAt(px, py).A)
					count++
				}
			}
			out.Pix[y*side+x] = uint8(sum / float64(count) * n.fade((float64(x)+0.5)/side, (float64(y)+0.5)/side))
		}
	}
	return out, nil
}

func everywhere(float64, float64) float64 { return 1 }

func composite(t *testing.T, name string) (*image.NRGBA, *image.Alpha) {
	t.Helper()
	all := cutouttest.Composites()
	i := slices.IndexFunc(all, func(c cutouttest.Composite) bool { return c.Name() == name })
	if i < 0 {
		t.Fatalf("there is no %q", name)
	}
	photo, truth, err := all[i].Render()
	if err != nil {
		t.Fatal(err)
	}
	return photo, truth
}

// same is the intersection over union of a cut with the truth.
func same(c *cutout.Cut, truth *image.Alpha) float64 {
	cover := make([]float64, len(truth.Pix))
	for i, v := range truth.Pix {
		cover[i] = float64(v) / 255
	}
	return overlap(c.Pixels, cover)
}

// TestANetworkAndColoursTogether: on grounds where colours alone are lost, and from a network
// that sees a cell where the photo has eighty pixels.
func TestANetworkAndColoursTogether(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"bottle with cap on cluttered", "white box on textured", "mug with handle on plain"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			photo, truth := composite(t, name)
			c, err := cutout.Find(t.Context(), network{truth: truth, fade: everywhere}, photo, nil)
			if err != nil {
				t.Fatal(err)
			}
			if v := same(c, truth); v < 0.97 || c.Evidence.Confidence() < 0.5 || !c.Evidence.Seen {
				t.Errorf("overlap %.3f, confidence %.2f: %+v", v, c.Evidence.Confidence(), c.Evidence)
			}
			again, err := cutout.Find(t.Context(), network{truth: truth, fade: everywhere}, photo, nil)
			if err != nil || !slices.Equal(c.Pixels.Pix, again.Pixels.Pix) {
				t.Errorf("another cut the second time, %v", err)
			}
		})
	}
}

// TestWhatTheNetworkHalfSeesIsDoubted: a product of which it sees a part and hints at the
// rest is not shown, and the doubt says why.
func TestWhatTheNetworkHalfSeesIsDoubted(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		fade  func(x, y float64) float64
		doubt ad.Doubt
	}{
		"the upper half": {func(_, y float64) float64 {
			if y < 0.55 {
				return 1
			}
			return 0.4
		}, ad.DoubtTorn},
		"hardly anything": {func(float64, float64) float64 { return 0.5 }, ad.DoubtUnseen},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			photo, truth := composite(t, "bottle with cap on cluttered")
			c, err := cutout.Find(t.Context(), network{truth: truth, fade: tc.fade}, photo, nil)
			if err != nil {
				t.Fatal(err)
			}
			doubts := c.Evidence.Doubts()
			if c.Evidence.Confidence() >= 0.5 || !slices.Contains(doubts, tc.doubt) {
				t.Errorf("confidence %.2f, doubts %v: %+v", c.Evidence.Confidence(), doubts, c.Evidence)
			}
			for _, d := range doubts {
				if !slices.Contains(ad.Doubts(), d) {
					t.Errorf("doubt %q is not in the vocabulary", d)
				}
			}
		})
	}
}

// TestWithoutANetworkColoursDecide: one that fails changes nothing.
func TestWithoutANetworkColoursDecide(t *testing.T) {
	t.Parallel()
	photo, truth := composite(t, "mug with handle on plain")
	alone, err := cutout.Find(t.Context(), nil, photo, nil)
	if err != nil {
		t.Fatal(err)
	}
	failed, err := cutout.Find(t.Context(), network{err: errors.New("killed")}, photo, nil)
	if err != nil || failed.Evidence != alone.Evidence || !slices.Equal(alone.Pixels.Pix, failed.Pixels.Pix) {
		t.Errorf("%v: %+v, alone %+v", err, failed.Evidence, alone.Evidence)
	}
	if v := same(alone, truth); v < 0.97 || alone.Evidence.Seen {
		t.Errorf("alone: %.3f, %+v", v, alone.Evidence)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := cutout.Find(ctx, network{err: context.Canceled}, photo, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("after its context has ended: %v", err)
	}
}

// all has the real network measured on every composite, for the table of aiserver/README.md.
var all = flag.Bool("all", false, "every composite, not one of each product")

// patient asks again when a busy machine has let the network's time pass.
type patient struct{ cutout.Model }

func (p patient) Alpha(ctx context.Context, photo *image.NRGBA) (a *image.Alpha, err error) {
	for range 10 {
		if a, err = p.Model.Alpha(ctx, photo); err == nil || ctx.Err() != nil {
			break
		}
		time.Sleep(time.Second)
	}
	return a, err
}

// TestCompositesWithTheRealNetwork measures each product on one ground, or on all with -all.
func TestCompositesWithTheRealNetwork(t *testing.T) {
	t.Parallel()
	install := filepath.Join("..", "..", "..", "build", "worker")
	c, err := worker.Find(install, t.TempDir(), worker.Models{Cutout: worker.U2NetP}, slog.New(slog.DiscardHandler))
	if err != nil {
		if os.Getenv("REQUIRE_WORKER") != "" {
			t.Fatal(err)
		}
		t.Skipf("the model worker is not installed (make worker): %v", err)
	}
	started := worker.Start(c)
	defer started.Close()
	w := patient{started}
	type tally struct {
		sum, shownSum                 float64
		shown, wrong, good, refusedIt int
	}
	var classical, combined tally
	add := func(a *tally, c *cutout.Cut, truth *image.Alpha) string {
		v, ok := same(c, truth), c.Evidence.Confidence() >= 0.5
		if c.Box.Empty() {
			v = 0
		}
		a.sum += v
		switch {
		case ok:
			a.shown++
			a.shownSum += v
			// Below nine tenths a part of the product is missing, or of the ground is left.
			if v < 0.9 {
				a.wrong++
			}
		case v >= 0.95:
			a.refusedIt++
		}
		if v >= 0.95 {
			a.good++
		}
		return fmt.Sprintf("%.3f %.2f %v", v, c.Evidence.Confidence(), c.Evidence.Doubts())
	}
	var raw float64
	set := cutouttest.Composites()
	if !*all {
		var few []cutouttest.Composite
		for i := 0; i < len(set); i += 6 { // of thirteen products on five grounds: another ground each time
			few = append(few, set[i])
		}
		set = few
	}
	for _, m := range set {
		photo, truth, err := m.Render()
		if err != nil {
			t.Fatal(err)
		}
		alone, err := cutout.Find(t.Context(), nil, photo, nil)
		if err != nil {
			t.Fatal(err)
		}
		both, err := cutout.Find(t.Context(), w, photo, nil)
		if err != nil {
			t.Fatal(err)
		}
		a, err := w.Alpha(t.Context(), photo)
		if err != nil {
			t.Skipf("the network has no time beside what else runs here: %v", err)
		}
		n := stretched(a, truth)
		raw += n
		t.Logf("%-40s colours %s, network %.3f, both %s",
			m.Name(), add(&classical, alone, truth), n, add(&combined, both, truth))
	}
	count := float64(len(set))
	t.Logf("colours %+v, network mean %.3f, both %+v", classical, raw/count, combined)
	if mean := combined.shownSum / float64(max(combined.shown, 1)); mean < 0.97 || combined.shown*10 < len(set)*7 {
		t.Errorf("%d shown with a mean overlap of %.3f", combined.shown, mean)
	}
	if combined.wrong > 0 {
		t.Errorf("%d wrong cuts pass the gate", combined.wrong)
	}
}

// stretched is the overlap of a network's answer, scaled up, with the truth.
func stretched(a, truth *image.Alpha) float64 {
	var both, either float64
	w, h := truth.Rect.Dx(), truth.Rect.Dy()
	for y := range h {
		for x := range w {
			p := float64(a.AlphaAt(x*a.Rect.Dx()/w, y*a.Rect.Dy()/h).A)
			v := float64(truth.AlphaAt(x, y).A)
			both += math.Min(p, v)
			either += math.Max(p, v)
		}
	}
	return both / either
}

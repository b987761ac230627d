package resample_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/resample"
)

func kernels() map[string]resample.Kernel {
	return map[string]resample.Kernel{
		"Catmull-Rom": resample.CatmullRom, "linear": resample.Linear, "area": resample.Area,
	}
}

// Whatever is scaled to whatever: a result sample is made of samples that there
// are, their weights add up to 1, and their middle is where the result sample is.
func TestAxis(t *testing.T) {
	t.Parallel()
	for name, kernel := range kernels() {
		for _, tc := range []struct {
			length      float64
			count, size int
		}{{100, 100, 100}, {100, 100, 37}, {99.5, 100, 20}, {7, 7, 3}, {1, 1, 1}, {3, 3, 1}, {4000, 4000, 1536}} {
			all := kernel.Axis(tc.length, tc.count, tc.size, 0, tc.size)
			if len(all) != tc.size {
				t.Fatalf("%s: %d taps of %d", name, len(all), tc.size)
			}
			scale := tc.length / float64(tc.size)
			reach, _ := kernel(scale)
			for i, taps := range all {
				sum, middle := 0.0, 0.0
				for k, w := range taps.Weights {
					sum += w
					middle += w * (float64(taps.From+k) + 0.5)
				}
				if taps.From < 0 || taps.From+len(taps.Weights) > tc.count || math.Abs(sum-1) > 1e-12 {
					t.Fatalf("%s, %v: sample %d is made of %+v, which adds up to %v", name, tc, i, taps, sum)
				}
				at := (float64(i) + 0.5) * scale
				inside := at > reach && at < tc.length-reach
				if inside && math.Abs(middle-at) > 0.05*scale {
					t.Errorf("%s, %v: sample %d is at %v, its source at %v", name, tc, i, at, middle)
				}
			}
			some := kernel.Axis(tc.length, tc.count, tc.size, tc.size/2, 1)
			if !slices.Equal(some[0].Weights, all[tc.size/2].Weights) || some[0].From != all[tc.size/2].From {
				t.Errorf("%s, %v: a part differs from the whole", name, tc)
			}
		}
	}
}

// A third of a line is the mean of three samples, and a sample that two result
// samples share counts for each with the part that lies under it.
func TestAreaIsTheMean(t *testing.T) {
	t.Parallel()
	near := func(got, want []float64) bool {
		return slices.EqualFunc(got, want, func(a, b float64) bool { return math.Abs(a-b) < 1e-12 })
	}
	area := resample.Kernel(resample.Area)
	if got := area.Axis(9, 9, 3, 1, 1)[0]; got.From != 3 || !near(got.Weights, []float64{1. / 3, 1. / 3, 1. / 3}) {
		t.Errorf("the second of three of nine: %+v", got)
	}
	if got := area.Axis(5, 5, 2, 0, 1)[0]; got.From != 0 || !near(got.Weights, []float64{0.4, 0.4, 0.2}) {
		t.Errorf("the first half of five: %+v", got)
	}
	// Of the last sample only half belongs to the picture, and it counts as the
	// whole colour of that half.
	if got := area.Axis(2.5, 3, 1, 0, 1)[0]; got.From != 0 || !near(got.Weights, []float64{0.4, 0.4, 0.2}) {
		t.Errorf("two and a half samples: %+v", got)
	}
}

func TestBandsCoverEveryRowOnce(t *testing.T) {
	t.Parallel()
	for _, rows := range []int{0, 1, 2, 7, 1000} {
		seen := make([]atomic.Int32, rows)
		err := resample.Bands(t.Context(), rows, func(from, to int) {
			for y := from; y < to; y++ {
				seen[y].Add(1)
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		for y := range seen {
			if n := seen[y].Load(); n != 1 {
				t.Fatalf("%d rows: row %d was worked on %d times", rows, y, n)
			}
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := resample.Bands(ctx, 3, func(int, int) {}); !errors.Is(err, context.Canceled) {
		t.Errorf("after the caller's end: %v", err)
	}
}

func TestAPanicInABandIsAFault(t *testing.T) {
	t.Parallel()
	err := resample.Bands(t.Context(), 100, func(from, to int) {
		if to == 100 {
			panic("in the last band")
		}
	})
	if !fault.Has(err, fault.Internal) {
		t.Error(err)
	}
}

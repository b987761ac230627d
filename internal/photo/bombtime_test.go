//go:build !race

package photo_test

import (
	"context"
	"syscall"
	"testing"
	"time"

	"github.com/nanococoa/nanococoa/internal/photo"
)

// bombTime is how long refusing a bomb may take.
const bombTime = 100 * time.Millisecond

// Not with the race detector, which makes a loop over bytes twenty times slower:
// `make unit` runs this one without. It counts the processor's time, so whatever
// else the machine does is not blamed on the photo.
//
//nolint:paralleltest // it measures the whole process
func TestBombsTakeNoTime(t *testing.T) {
	for name, b := range bombs(t) {
		best := time.Hour
		for range 5 {
			before := processorTime(t)
			if _, err := photo.Prepare(context.Background(), b.data); codeOf(err) != b.want {
				t.Fatalf("%s: %v, want %q", name, err, b.want)
			}
			if best = min(best, processorTime(t)-before); best < bombTime/2 {
				break
			}
		}
		if best > bombTime {
			t.Errorf("%s: %v, at most %v", name, best, bombTime)
		}
	}
}

// processorTime is what this process has used so far.
func processorTime(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

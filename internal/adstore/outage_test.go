package adstore_test

import (
	"sync"
	"testing"
	"time"

	"github.com/nanococoa/nanococoa/internal/ad"
)

func (s table) outage(t *testing.T) ad.Outage {
	t.Helper()
	o, err := s.Outage(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestOutage(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	if o := s.outage(t); o != (ad.Outage{}) {
		t.Errorf("before the first: %+v", o)
	}
	for want := 1; want <= 3; want++ {
		if n, err := s.OutageFailure(t.Context()); err != nil || n != want {
			t.Errorf("failure %d is counted as %d, %v", want, n, err)
		}
	}
	until := now.Add(1500 * time.Millisecond)
	if moved, err := s.OutageUntil(t.Context(), time.Time{}, until); !moved || err != nil {
		t.Errorf("opened: %v, %v", moved, err)
	}
	if o := s.outage(t); o.Failures != 3 || !o.Until.Equal(until) {
		t.Errorf("open: %+v", o)
	}
	if moved, err := s.OutageUntil(t.Context(), time.Time{}, until.Add(time.Hour)); moved || err != nil {
		t.Errorf("opened twice: %v, %v", moved, err)
	}
	if err := s.OutageOver(t.Context()); err != nil {
		t.Fatal(err)
	}
	if o := s.outage(t); o != (ad.Outage{}) {
		t.Errorf("afterwards: %+v", o)
	}
	if moved, err := s.OutageUntil(t.Context(), until, until.Add(time.Hour)); moved || err != nil {
		t.Errorf("a trial of an outage that is over: %v, %v", moved, err)
	}
}

// Of any number of callers that want to try at one moment, one may.
func TestOneTrialOfAnOutage(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	seen := now.Add(-time.Second)
	if moved, err := s.OutageUntil(t.Context(), time.Time{}, seen); !moved || err != nil {
		t.Fatal(moved, err)
	}
	won := make(chan bool, 8)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			moved, err := s.OutageUntil(t.Context(), seen, now.Add(time.Duration(i+1)*time.Minute))
			if err != nil {
				t.Error(err)
			}
			won <- moved
		})
	}
	wg.Wait()
	close(won)
	n := 0
	for w := range won {
		if w {
			n++
		}
	}
	if n != 1 {
		t.Errorf("%d may try", n)
	}
}

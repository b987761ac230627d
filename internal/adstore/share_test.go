package adstore_test

import (
	"sync"
	"testing"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/fault"
)

func (s table) share(t *testing.T, a ad.Ad) string {
	t.Helper()
	id, err := s.Share(t.Context(), a.Owner, a.AdID)
	if err != nil || !ad.ValidShareID(id) {
		t.Fatalf("share %q, %v", id, err)
	}
	return id
}

func (s table) isNotShared(t *testing.T, shareID string) {
	t.Helper()
	_, err := s.Shared(t.Context(), shareID)
	wantFault(t, err, fault.ShareNotFound)
}

func TestAShareIsSwitchedOnAndOff(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	a := s.finished(t)
	s.isNotShared(t, ad.NewShareID())
	before := s.count(t)
	first := s.share(t, a)
	if again := s.share(t, a); again != first {
		t.Errorf("switched on twice, it became %s", again)
	}
	if n := s.count(t); n != before+1 {
		t.Errorf("%d items more", n-before)
	}
	got, err := s.Shared(t.Context(), first)
	main, ok := got.MainRendition()
	if err != nil || !ok || got.AdID != a.AdID || got.Share != first || main.ID != a.AdID {
		t.Errorf("it shows %+v, %v", got, err)
	}
	for range 2 {
		if err := s.Unshare(t.Context(), a.Owner, a.AdID); err != nil {
			t.Fatal(err)
		}
		s.isNotShared(t, first)
	}
	if n := s.count(t); n != before || s.get(t, a.Ref).Share != "" {
		t.Errorf("switched off, %d items are left, and the ad says %q", n-before, s.get(t, a.Ref).Share)
	}
	if second := s.share(t, a); second == first {
		t.Error("the old address opens the page again")
	}
	s.isNotShared(t, first)
}

// A share shows what is the main rendition now.
func TestAShareShowsTheMainRendition(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	a := s.finished(t)
	id := s.share(t, a)
	one, err := s.addRendition(t, a, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.SetMain(t.Context(), a.Owner, a.AdID, one.ID); err != nil {
		t.Fatal(err)
	}
	got, err := s.Shared(t.Context(), id)
	if main, _ := got.MainRendition(); err != nil || main.ID != one.ID {
		t.Errorf("it shows %s, %v", main.ID, err)
	}
}

func TestADeletedAdIsNotShared(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	a := s.finished(t)
	id := s.share(t, a)
	if err := s.Delete(t.Context(), a.Owner, a.AdID); err != nil {
		t.Fatal(err)
	}
	s.isNotShared(t, id)
	if n := s.count(t); n != 4 { // the tombstone, two of the statistics, and the queue
		t.Errorf("%d items are left", n)
	}
}

func TestWhoMayShareWhat(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	a, running := s.finished(t), s.running(t, "me")
	for name, tc := range map[string]struct {
		owner, adID string
		share, off  fault.Code // "" for none
	}{
		"another's":     {"you", a.AdID, fault.AdNotFound, fault.AdNotFound},
		"a missing one": {"me", id(t), fault.AdNotFound, fault.AdNotFound},
		"an unfinished": {"me", running.AdID, fault.AdNotFinished, ""},
	} {
		if _, err := s.Share(t.Context(), tc.owner, tc.adID); !fault.Has(err, tc.share) {
			t.Errorf("%s is shared: %v", name, err)
		}
		if err := s.Unshare(t.Context(), tc.owner, tc.adID); fault.Has(err, fault.AdNotFound) != (tc.off != "") {
			t.Errorf("%s is switched off: %v", name, err)
		}
	}
}

// Of many requests at once one makes the share, and all give it. A deletion beside them
// leaves none.
func TestSharesAtOnce(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	a := s.finished(t)
	var (
		all [6]string
		wg  sync.WaitGroup
	)
	for i := range all {
		wg.Go(func() {
			got, err := s.Share(t.Context(), a.Owner, a.AdID)
			if err != nil {
				t.Error(err)
			}
			all[i] = got
		})
	}
	wg.Wait()
	for _, got := range all {
		if got != all[0] {
			t.Errorf("shares %v", all)
			break
		}
	}
	if err := s.Unshare(t.Context(), a.Owner, a.AdID); err != nil {
		t.Fatal(err)
	}
	var id string
	wg.Go(func() { id, _ = s.Share(t.Context(), a.Owner, a.AdID) }) // or it finds no ad
	wg.Go(func() {
		if err := s.Delete(t.Context(), a.Owner, a.AdID); err != nil {
			t.Error(err)
		}
	})
	wg.Wait()
	if id != "" {
		s.isNotShared(t, id)
	}
	if n := s.count(t); n != 4 {
		t.Errorf("%d items are left", n)
	}
}

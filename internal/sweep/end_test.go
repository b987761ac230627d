package sweep_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/sweep"
)

type logos struct{ w *world }

func (l logos) Remove(_ context.Context, logoID string) error {
	l.w.did = append(l.w.did, "logo "+logoID)
	return l.w.fails("RemoveLogo")
}

// ending is what a world's owners leave.
type ending struct {
	ads    []string // oldest first
	atWork string   // the one that is still being made
	logo   string
	seenAt string // the owner comes back before this ad is deleted; "-" before anything is
}

func (w *world) Ending(_ context.Context, owner string, most int) ([]string, string, bool, error) {
	e := w.ending[owner]
	if e == nil || e.seenAt == "-" {
		return nil, "", false, w.fails("Ending")
	}
	return slices.Clone(e.ads[:min(most, len(e.ads))]), e.logo, true, w.fails("Ending")
}

func (w *world) DeleteEnding(_ context.Context, owner, adID string) ([]ad.Ref, bool, error) {
	e := w.ending[owner]
	if err := w.fails("DeleteEnding"); err != nil || e.seenAt == adID {
		return nil, false, err
	}
	w.did = append(w.did, "delete "+adID)
	e.ads = slices.DeleteFunc(e.ads, func(id string) bool { return id == adID })
	if e.atWork == adID {
		return []ad.Ref{{Owner: owner, AdID: adID, Attempt: 1}}, true, nil
	}
	return nil, true, nil
}

func (w *world) Forget(_ context.Context, owner string) error {
	w.did = append(w.did, "forget "+owner)
	return w.fails("Forget")
}

func (w *world) Move(_ context.Context, guest string, most int) (moved, left int, err error) {
	w.did = append(w.did, fmt.Sprintf("move %d of %s", most, guest))
	return w.moves, 0, w.fails("Move")
}

func (w *world) Unseen(_ context.Context, owners []string) ([]string, error) {
	return slices.DeleteFunc(slices.Clone(owners), func(o string) bool { return w.ending[o] != nil }), w.fails("Unseen")
}

func (w *world) Seen(_ context.Context, owner string, ends time.Time) error {
	w.did = append(w.did, "seen "+owner+" until "+ends.Format(time.DateOnly))
	return w.fails("Seen")
}

func (w *world) Stop(_ context.Context, r ad.Ref) error {
	w.did = append(w.did, "stop "+r.ExecutionName())
	return w.fails("Stop")
}

// An owner whose data ends loses the ads, then the logo, then the rest. What fails, or is
// too much for one sweep, is found by the next: nothing after it is done on a guess.
func TestAnOwnersDataEnds(t *testing.T) {
	t.Parallel()
	both := func() map[string]*ending {
		return map[string]*ending{"me": {ads: []string{"a", "b"}, atWork: "b", logo: "l"}}
	}
	for name, tc := range map[string]struct {
		world world
		did   string
		ended int
	}{
		"everything": {world{ending: both()}, "delete a, delete b, stop b, logo l, forget me", 2},
		"nothing but the rest": {
			world{ending: map[string]*ending{"me": {}}}, "forget me", 0,
		},
		"seen since the index was read": {
			world{ending: map[string]*ending{"me": {ads: []string{"a"}, logo: "l", seenAt: "-"}}}, "", 0,
		},
		"seen between two ads": {
			world{ending: map[string]*ending{"me": {ads: []string{"a", "b"}, logo: "l", seenAt: "b"}}}, "delete a", 1,
		},
		"an ad cannot be deleted":      {world{ending: both(), down: "DeleteEnding"}, "", 0},
		"an execution cannot be ended": {world{ending: both(), down: "Stop"}, "delete a, delete b, stop b", 2},
		"the logo cannot be removed": {
			world{ending: both(), down: "RemoveLogo"}, "delete a, delete b, stop b, logo l", 2,
		},
		"it cannot be looked at": {world{ending: both(), down: "Ending"}, "", 0},
	} {
		w := tc.world
		w.due = []ad.Due{{Owner: "me", Expiry: true}}
		found, err := w.sweeper().Sweep(t.Context())
		if (err != nil) != (w.down != "") || err != nil && !fault.Has(err, fault.StorageUnavailable) {
			t.Errorf("%s: %v", name, err)
		}
		if did := strings.Join(w.did, ", "); did != tc.did || found != (sweep.Found{Ended: tc.ended}) {
			t.Errorf("%s: did %q, found %+v", name, did, found)
		}
		if w.down == "" || w.down == "Ending" {
			continue
		}
		w.down, w.did = "", nil // and the next sweep ends what this one could not
		if _, err := w.sweeper().Sweep(t.Context()); err != nil || w.did[len(w.did)-1] != "forget me" ||
			!slices.Contains(w.did, "logo l") || len(w.ending["me"].ads) != 0 {
			t.Errorf("%s, the next time: did %q, %v", name, w.did, err)
		}
	}
}

// No owner's many ads take all of a sweep's time: it deletes so many, the next one goes on.
func TestManyAdsEndInPieces(t *testing.T) {
	t.Parallel()
	w := world{ending: map[string]*ending{"one": {logo: "l"}, "two": {}}}
	for owner, n := range map[string]int{"one": 150, "two": 70} {
		for i := range n {
			w.ending[owner].ads = append(w.ending[owner].ads, fmt.Sprintf("%s%03d", owner, i))
		}
	}
	var ended []int
	for range 3 {
		w.due = []ad.Due{{Owner: "one", Expiry: true}, {Owner: "two", Expiry: true}}
		if len(w.ending["one"].ads) == 0 {
			w.due = w.due[1:]
		}
		found, err := w.sweeper().Sweep(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		ended = append(ended, found.Ended)
		if early := slices.Contains(w.did, "logo l"); early && len(w.ending["one"].ads) > 0 {
			t.Error("the logo went before the ads")
		}
	}
	if !slices.Equal(ended, []int{100, 100, 20}) || w.did[len(w.did)-1] != "forget two" {
		t.Errorf("ended %d, at last %q", ended, w.did[len(w.did)-1])
	}
}

// Ads of an owner of whom nobody knows when they end are found by the scan, and get an end.
func TestTheScanGivesAnEnd(t *testing.T) {
	t.Parallel()
	owned := func(owner string) ad.Ad { return ad.Ad{Ref: ad.Ref{Owner: owner}} }
	w := world{
		folders: []string{"a", "b"}, ads: map[string]ad.Ad{"a": owned("me"), "b": owned("known")},
		ending: map[string]*ending{"known": {}},
	}
	if _, err := w.sweeper().Sweep(t.Context()); err != nil || !slices.Equal(w.did, []string{"seen me until 1970-04-01"}) {
		t.Errorf("did %q, %v", w.did, err)
	}
	for _, down := range []string{"Unseen", "Seen"} {
		w.down, w.cursor = down, ""
		if _, err := w.sweeper().Sweep(t.Context()); !fault.Has(err, fault.StorageUnavailable) {
			t.Errorf("%s: %v", down, err)
		}
	}
}

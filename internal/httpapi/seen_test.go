package httpapi_test

import (
	"context"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/httpapi"
)

// visits is what was kept of guests' visits.
type visits struct {
	seen []string
	err  error
}

func (v *visits) Seen(_ context.Context, owner string, ends time.Time) error {
	v.seen = append(v.seen, owner+" until "+ends.UTC().Format(time.DateOnly))
	return v.err
}

// A guest's ads end some time after the last visit, which is kept once a day: with the
// session, which is not renewed until that is done.
func TestAGuestIsSeenOnceADay(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 28, 0, 0, 0, 0, time.UTC)
	v := &visits{}
	b := &browser{t: t, callers: httpapi.Callers{Guests: v, GuestLife: 90 * day}}
	only := key("", time.Time{}, "k")
	b.cookie = "GUEST." + sign(only.Key, "owner", "GUEST")
	for _, step := range []struct {
		at      time.Duration
		down    bool
		renewed bool
		seen    string
	}{
		{0, false, true, "GUEST until 2027-02-26"},
		{time.Hour, false, false, ""},
		{day, false, false, ""},
		{day + time.Hour, true, false, "GUEST until 2027-02-27"},
		{day + 2*time.Hour, false, true, "GUEST until 2027-02-27"},
		{40 * day, false, true, "GUEST until 2027-04-07"},
	} {
		v.seen, v.err = nil, nil
		if step.down {
			v.err = fault.New(fault.StorageUnavailable, nil)
		}
		var want []string
		if step.seen != "" {
			want = []string{step.seen}
		}
		if owner, renewed := b.call(signerOf(t, start.Add(step.at), only)); owner != "GUEST" || renewed != step.renewed ||
			!slices.Equal(v.seen, want) {
			t.Errorf("after %s: owner %q, renewed %v, kept %q", step.at, owner, renewed, v.seen)
		}
	}
	b.cookie, v.seen = "", nil
	if b.call(signerOf(t, start, only)); len(v.seen) != 0 {
		t.Errorf("a stranger who only looks was kept: %q", v.seen)
	}
}

// A new guest's ad has an end before it is there: without one it would stay for ever.
func TestANewGuestIsSeenBeforeTheOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	v := w.visits
	made, _ := w.accepting()
	// Who orders every 23 hours is seen as often as who comes by once a day.
	for range 10 {
		w.generate(order(fields, flat(t, 128, 128))).is(http.StatusAccepted)
		w.now = w.now.Add(23 * time.Hour)
	}
	if len(v.seen) != 5 || len(*made) != 10 {
		t.Errorf("%d ads, kept %q", len(*made), v.seen)
	}
	before := len(*made)
	w.jar = map[string]string{}
	v.err = fault.New(fault.StorageUnavailable, nil)
	if res := w.generate(order(fields, flat(t, 128, 128))).is(http.StatusServiceUnavailable); len(*made) != before ||
		res.header.Get("Set-Cookie") != "" {
		t.Errorf("%d ads, cookie %q", len(*made), res.header.Get("Set-Cookie"))
	}
}

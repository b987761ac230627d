package limit_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/limit"
	"github.com/nanococoa/nanococoa/internal/queue"
)

// noon of a Saturday in Korea, and then some.
var noon = time.Date(2026, 11, 28, 3, 40, 0, 0, time.UTC)

// memory is tallies as the store keeps them, without a store.
type memory struct {
	mu     sync.Mutex
	counts map[string]int  // by tally and name
	once   map[string]bool // by that and the name of a use
	writes int
	broken func(limit.Tally) error
}

func keyOf(t limit.Tally, name string) string {
	return fmt.Sprintf("%s/%s/%s/%s", t.Who, t.ID, t.Period, name)
}

func (m *memory) Count(_ context.Context, t limit.Tally) (map[string]int, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.broken != nil {
		if err := m.broken(t); err != nil {
			return nil, false, err
		}
	}
	m.writes++
	now, ok := map[string]int{}, true
	for _, c := range t.Counts {
		now[c.Name] = m.counts[keyOf(t, c.Name)]
		ok = ok && (now[c.Name] < c.Most || m.once[keyOf(t, c.Name)+t.Once])
	}
	if !ok {
		return now, false, nil
	}
	for _, c := range t.Counts {
		if t.Once != "" {
			if m.once[keyOf(t, c.Name)+t.Once] {
				continue
			}
			m.once[keyOf(t, c.Name)+t.Once] = true
		}
		now[c.Name]++
		m.counts[keyOf(t, c.Name)]++
	}
	return now, true, nil
}

func (m *memory) Uncount(_ context.Context, t limit.Tally) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, c := range t.Counts {
		m.counts[keyOf(t, c.Name)]--
		delete(m.once, keyOf(t, c.Name)+t.Once)
	}
	return nil
}

// sum is all that is counted.
func (m *memory) sum() (n int) {
	for v := range maps.Values(m.counts) {
		n += v
	}
	return n
}

// limiter is one over memory, at a time that a test moves.
func limiter(table limit.Table) (*limit.Limiter, *memory, *time.Time) {
	m, at := &memory{counts: map[string]int{}, once: map[string]bool{}}, noon
	l := &limit.Limiter{Table: table, Tallies: m}
	l.Now = func() time.Time { return at }
	return l, m, &at
}

func guest(owner, address string) limit.Caller {
	return limit.Caller{As: limit.Guest, Owner: owner, Address: address}
}

func TestWindowsEndWhereAnOwnerExpects(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		window limit.Window
		ends   time.Duration
		later  time.Duration // when it is free again
	}{
		"an hour of the clock":    {limit.Hour, 20 * time.Minute, 20 * time.Minute},
		"a day in Korea":          {limit.Day, 11*time.Hour + 20*time.Minute, 11*time.Hour + 20*time.Minute},
		"a moment of 30 seconds":  {limit.Moment, 30 * time.Second, 30 * time.Second},
		"a day, seen an hour ago": {limit.Day, 11*time.Hour + 20*time.Minute, 15 * time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, _, at := limiter(limit.Table{{Use: limit.Copies, Who: limit.Guest, Window: tc.window, Most: 1}})
			r, err := l.Take(t.Context(), limit.Copies, guest("me", ""))
			if err != nil || len(r.States) != 1 || r.States[0].Left != 0 || r.States[0].Ends != tc.ends {
				t.Fatalf("%+v, %v", r.States, err)
			}
			_, err = l.Take(t.Context(), limit.Copies, guest("me", ""))
			if f := fault.From(err); !fault.Has(err, fault.LimitReached) || f.RetryAfter != tc.ends {
				t.Fatalf("a second time: %v", err)
			}
			*at = noon.Add(tc.later - time.Second)
			if tc.later == tc.ends {
				if _, err := l.Take(t.Context(), limit.Copies, guest("me", "")); err == nil {
					t.Error("a second too early")
				}
			}
			*at = noon.Add(tc.later)
			if _, err := l.Take(t.Context(), limit.Copies, guest("me", "")); err != nil {
				t.Errorf("then: %v", err)
			}
		})
	}
}

// A use that one subject has no room for is counted for none, and costs what others share
// nothing.
func TestARefusedUseIsCountedForNobody(t *testing.T) {
	t.Parallel()
	for who, table := range map[limit.Who]limit.Table{
		limit.Guest:     {{limit.Orders, limit.Guest, limit.Day, 1}, {limit.Orders, limit.Everybody, limit.Day, 9}},
		limit.Address:   {{limit.Orders, limit.Guest, limit.Day, 9}, {limit.Orders, limit.Address, limit.Hour, 1}},
		limit.Everybody: {{limit.Orders, limit.Address, limit.Day, 9}, {limit.Orders, limit.Everybody, limit.Day, 1}},
	} {
		for _, isNew := range []bool{false, true} {
			l, m, _ := limiter(table)
			c := guest("me", "here")
			c.New = isNew
			if _, err := l.Take(t.Context(), limit.Orders, c); err != nil {
				t.Fatal(err)
			}
			before := m.sum()
			r, err := l.Take(t.Context(), limit.Orders, c)
			if !fault.Has(err, fault.LimitReached) || m.sum() != before {
				t.Errorf("%s: %v, %d counted instead of %d", who, err, m.sum(), before)
			}
			if len(r.States) != 1 || r.States[0].Who != who {
				t.Errorf("%s: told of %+v", who, r.States)
			}
			l.Return(t.Context(), r) // there is nothing to give back
			if m.sum() != before {
				t.Errorf("%s: a refusal was given back", who)
			}
		}
	}
}

// A use with a name is one of the owner's however often it is asked for, also when no other
// is left; the next hour counts it anew.
func TestAUseWithANameIsOne(t *testing.T) {
	t.Parallel()
	l, m, at := limiter(limit.Table{
		{limit.Orders, limit.Guest, limit.Hour, 1}, {limit.Orders, limit.Account, limit.Hour, 1},
		{limit.Orders, limit.Everybody, limit.Day, 9},
	})
	for _, as := range []limit.Who{limit.Guest, limit.Account} {
		c := limit.Caller{As: as, Owner: "me"}
		for range 3 {
			r, err := l.TakeOnce(t.Context(), limit.Orders, "first", c)
			if err != nil || len(r.States) != 1 || r.States[0].Left != 0 {
				t.Fatalf("%s: %+v, %v", as, r.States, err)
			}
		}
		if _, err := l.TakeOnce(t.Context(), limit.Orders, "second", c); !fault.Has(err, fault.LimitReached) {
			t.Errorf("%s: another name: %v", as, err)
		}
		if _, err := l.Take(t.Context(), limit.Orders, c); !fault.Has(err, fault.LimitReached) {
			t.Errorf("%s: without a name: %v", as, err)
		}
	}
	for key, n := range m.counts {
		if want := map[bool]int{true: 6, false: 1}[strings.HasPrefix(key, "everybody")]; n != want {
			t.Errorf("%s is %d", key, n)
		}
	}
	*at = at.Add(time.Hour)
	before := m.sum()
	if _, err := l.TakeOnce(t.Context(), limit.Orders, "first", guest("me", "")); err != nil || m.sum() != before+2 {
		t.Errorf("an hour later: %v, %d more", err, m.sum()-before)
	}
}

func TestWhatCannotBeCountedIsNotSpent(t *testing.T) {
	t.Parallel()
	l, m, _ := limiter(limit.Default())
	down := errors.New("down")
	m.broken = func(t limit.Tally) error {
		if t.Who == limit.Everybody {
			return down
		}
		return nil
	}
	if _, err := l.Take(t.Context(), limit.Orders, guest("me", "here")); !errors.Is(err, down) || m.sum() != 0 {
		t.Errorf("%v, %d counted", err, m.sum())
	}
}

func TestNoLimiterAllowsEverything(t *testing.T) {
	t.Parallel()
	var l *limit.Limiter
	r, err := l.Take(t.Context(), limit.Orders, guest("me", "here"))
	if l.Return(t.Context(), r); err != nil || r.States != nil {
		t.Errorf("%+v, %v", r, err)
	}
}

// A use writes once for each subject and period, not once a quota.
func TestAUseIsFewWrites(t *testing.T) {
	t.Parallel()
	for _, use := range []limit.Use{
		limit.Orders, limit.Uploads, limit.Scenes, limit.Renditions, limit.Copies, limit.Bundles, limit.Waits,
	} {
		l, m, _ := limiter(limit.Default())
		if _, err := l.Take(t.Context(), use, guest("me", "here")); err != nil || m.writes != 3 {
			t.Errorf("%s: %d writes, %v", use, m.writes, err)
		}
	}
}

func TestAnAddressIsACustomer(t *testing.T) {
	t.Parallel()
	for remote, want := range map[string]string{
		"203.0.113.7":                   "203.0.113.7",
		"203.0.113.7:443":               "203.0.113.7",
		"::ffff:203.0.113.7":            "203.0.113.7",
		"2001:db8:1:2:3:4:5:6":          "2001:db8:1:2::/64",
		"[2001:db8:1:2:ffff::1]:443":    "2001:db8:1:2::/64",
		"2001:db8:1:3::1":               "2001:db8:1:3::/64",
		"fe80::1%eth0":                  "fe80::/64",
		"":                              "",
		"localhost":                     "",
		"203.0.113.7, 198.51.100.1":     "",
		"203.0.113.007":                 "",
		strings.Repeat("1", 4000):       "",
		"2001:db8::1\n{\"_aws\":\"x\"}": "",
	} {
		if got := limit.AddressOf(remote); got != want {
			t.Errorf("%.40q is %q, want %q", remote, got, want)
		}
	}
}

func TestADeploymentsOwnNumbers(t *testing.T) {
	t.Parallel()
	most := func(t limit.Table, use limit.Use, who limit.Who, w limit.Window) int {
		i := slices.IndexFunc(t, func(q limit.Quota) bool { return q.Use == use && q.Who == who && q.Window == w })
		return t[i].Most
	}
	var got limit.Table
	if err := got.UnmarshalText([]byte("orders.guest.hour:3,scenes.*.day:7,uploads.everybody.day:0")); err != nil {
		t.Fatal(err)
	}
	for _, q := range limit.Default() {
		want := q.Most
		switch {
		case q.Use == limit.Orders && q.Who == limit.Guest && q.Window == limit.Hour:
			want = 3
		case q.Use == limit.Scenes && q.Window == limit.Day:
			want = 7
		case q.Use == limit.Uploads && q.Who == limit.Everybody:
			want = 0
		}
		if n := most(got, q.Use, q.Who, q.Window); n != want {
			t.Errorf("%s of %s a %s: %d, want %d", q.Use, q.Who, q.Window, n, want)
		}
	}
	l, m, _ := limiter(got)
	_, err := l.Take(t.Context(), limit.Uploads, guest("me", "here"))
	if !fault.Has(err, fault.LimitReached) || m.sum() != 0 {
		t.Errorf("none are allowed: %v", err)
	}
	err = got.UnmarshalText([]byte("*:5"))
	if err != nil || slices.ContainsFunc(got, func(q limit.Quota) bool { return q.Most != 5 }) {
		t.Errorf("%v, %v", got, err)
	}
	if err := got.UnmarshalText(nil); err != nil || !slices.Equal(got, limit.Default()) {
		t.Errorf("nothing said: %v, %v", got, err)
	}
	for _, wrong := range []string{
		"orders", "orders.guest.hour:", "orders.guest.hour:-1", "orders.guest.hour:x", "orders.guest:1", "ads.guest.day:1",
		"orders.guest.moment:1", "orders.guest.hour:99999999999", "orders.guest.hour:3;scenes.guest.day:3",
	} {
		if err := got.UnmarshalText([]byte(wrong)); err == nil {
			t.Errorf("%q was taken", wrong)
		}
	}
}

// What an owner is told is polite Korean, says when to come again, and names nobody.
func TestEveryRefusalSaysWhenAgain(t *testing.T) {
	t.Parallel()
	form := regexp.MustCompile(`^[가-힣0-9 ]+니다\. (\d+시간 )?(\d+(시간|분)) 뒤에 다시 시도해 주세요\. 지금까지 하신 것은 그대로 있습니다\.$`)
	for _, q := range limit.Default() {
		l, _, _ := limiter(limit.Table{{Use: q.Use, Who: q.Who, Window: q.Window, Most: 0}})
		caller := guest("me", "here")
		if q.Who == limit.Account {
			caller.As = limit.Account
		}
		_, err := l.Take(t.Context(), q.Use, caller)
		if words := fault.From(err).Public(); !form.MatchString(words) {
			t.Errorf("%s of %s a %s: %q", q.Use, q.Who, q.Window, words)
		}
	}
}

// The flood of the issue: five hundred orders of one address and two hundred owners, an
// honest owner behind them. Where an owner stands is the ads before, since all are rendered
// in the order they came. A fair share is one turn for each owner that waits.
func TestAFlood(t *testing.T) {
	t.Parallel()
	const places = 3 // template.yaml's PlacesPerOwner
	for name, owners := range map[string]int{"one owner": 1, "ten owners": 10, "two hundred owners": 200} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, m, _ := limiter(limit.Default())
			var q queue.Queue
			waiting := map[string]int{}
			order := func(c limit.Caller) (ticket int) {
				if waiting[c.Owner] == places {
					return 0
				}
				if _, err := l.Take(t.Context(), limit.Orders, c); err != nil {
					return 0
				}
				waiting[c.Owner]++
				q.Issued++
				return q.Issued
			}
			for i := range 500 {
				c := guest(fmt.Sprint("flooder", i%owners), "there")
				c.New = i < owners
				order(c)
			}
			ticket := order(limit.Caller{As: limit.Guest, Owner: "honest", Address: "here", New: true})
			if ticket == 0 {
				t.Fatal("the honest order was refused")
			}
			position := q.Position(ticket)
			t.Logf("%d ads before the honest one, of %d owners; %d writes", position, len(waiting)-1, m.writes)
			if most := places * owners; position > most || position > 60 {
				t.Errorf("the honest ad stands behind %d", position)
			}
			if owners == 200 && position > len(waiting)-1 {
				t.Errorf("behind %d ads of %d owners: more than one turn for each", position, len(waiting)-1)
			}
			if n := m.counts["everybody//day#2026-11-28/orders"]; n != position+1 {
				t.Errorf("everybody has %d of the day's orders used up", n)
			}
		})
	}
}

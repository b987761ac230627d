// Package limit says how much of what costs money a caller may use, and counts it before
// anything is spent. It knows who is counted (limit.go), how much is allowed (table.go) and
// what an owner is told (words.go); where the counts lie is the store's.
//
// Windows are fixed: an hour of the clock and a day in Korea. A caller can so use twice as
// much around their end, and in return a use is counted by one small write for each of the
// caller's subjects, with a condition and without a read.
package limit

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/fault"
)

// Use is something that costs money each time.
type Use string

// The uses.
const (
	Orders     Use = "orders"     // of an ad, by either door; a retry is one too
	Uploads    Use = "uploads"    // addresses to which a photo or logo may be sent
	Scenes     Use = "scenes"     // further scenes
	Renditions Use = "renditions" // pictures that are composed
	Copies     Use = "copies"     // suggestions for the words, which a model may write
	Bundles    Use = "bundles"    // ZIP files
	Waits      Use = "waits"      // requests that wait for their ad (Prefer: wait)
	Exports    Use = "exports"    // copies of all that an owner has
)

// Who is a kind of subject that has counts of its own.
type Who string

// The subjects.
const (
	Guest     Who = "guest"     // an owner without an account
	Account   Who = "account"   // an owner who has signed in
	Address   Who = "address"   // where calls come from: many owners may share it, and one have many
	Everybody Who = "everybody" // all callers together: what the deployment may cost in a day
)

// Window is a stretch of time in which uses are counted.
type Window string

// The windows.
const (
	Day    Window = "day"    // of the calendar in Korea
	Hour   Window = "hour"   // of the clock
	Moment Window = "moment" // momentLength
)

// momentLength is a little more than the longest request that waits: as many as may begin in
// a moment, twice as many may wait at once.
const momentLength = 30 * time.Second

// bounds gives when the window that holds a time began and when it ends.
func (w Window) bounds(now time.Time) (begins, ends time.Time) {
	switch w {
	case Moment:
		begins = now.Truncate(momentLength)
		return begins, begins.Add(momentLength)
	case Hour:
		begins = now.Truncate(time.Hour)
		return begins, begins.Add(time.Hour)
	case Day:
	}
	y, m, d := now.In(ad.KST).Date()
	begins = time.Date(y, m, d, 0, 0, 0, 0, ad.KST)
	return begins, begins.AddDate(0, 0, 1)
}

// Quota is how often a use is allowed to one subject in a window.
type Quota struct {
	Use    Use
	Who    Who
	Window Window
	Most   int
}

// Caller is whoever makes a call.
type Caller struct {
	As      Who    // which rows of the table hold for the owner: Guest or Account
	Owner   string // the owner's id
	New     bool   // whether the owner was made up for this very call: nothing can be counted yet
	Address string // where the call comes from, as AddressOf gives it and then made opaque; "" when unknown
}

// AddressOf gives the part of an address that one customer of a network has: an IPv4 address
// whole, an IPv6 one without its lower 64 bits, of which every customer has all. remote may
// have a port; "" is for what is no address.
func AddressOf(remote string) string {
	ip, err := netip.ParseAddr(remote)
	if err != nil {
		at, err := netip.ParseAddrPort(remote)
		if err != nil {
			return ""
		}
		ip = at.Addr()
	}
	ip = ip.Unmap().WithZone("")
	if ip.Is4() {
		return ip.String()
	}
	const network = 64
	prefix, err := ip.Prefix(network)
	if err != nil {
		return ""
	}
	return prefix.String()
}

// Tally is the counts of one subject that are kept together, as they are changed together.
type Tally struct {
	Who    Who
	ID     string // of the subject; "" for Everybody
	Period string // the longest window of the counts, such as "day#2026-11-28"
	Ends   time.Time
	Counts []Count
	// Once names the use that is counted, in an owner's tally: the same name is counted once.
	// It is "" in those that many share, where a use whose answer was lost may count twice: so
	// many names would not fit into an item.
	Once string
}

// Count is one count of a tally.
type Count struct {
	Name string // in the tally
	Most int    // beyond which it does not go
}

// Tallies keeps the counts; see adstore.Store for the faults.
type Tallies interface {
	// Count adds one to every count of a tally that has not counted its use (Tally.Once), or
	// to none when one is at its most, which ok says. now is what they are then.
	Count(ctx context.Context, t Tally) (now map[string]int, ok bool, err error)
	// Uncount takes one away from every count of a tally, or its use where it has a name.
	Uncount(ctx context.Context, t Tally) error
}

// Limiter counts uses. Now and Tallies are needed; a nil Limiter allows everything.
type Limiter struct {
	Table   Table
	Tallies Tallies
	Now     func() time.Time
}

// State is what a caller is told of a quota.
type State struct {
	Quota
	Left int           // how often the use is still allowed in this window
	Ends time.Duration // from now until the window ends
}

// Receipt is what was counted for a use, so that it can be given back.
type Receipt struct {
	Use     Use
	States  []State // of the caller's own quotas, and of the one that was reached
	tallies []Tally
}

// Take counts a use. What it gives belongs to the caller either way: the states are told.
//
// Faults: Limit.Reached, with the time after which it is allowed again and with words for
// the owner, when a quota is used up; then nothing was counted. Storage.* when the counts
// cannot be reached: what cannot be counted is not spent.
func (l *Limiter) Take(ctx context.Context, use Use, c Caller) (Receipt, error) {
	return l.TakeOnce(ctx, use, rand.Text(), c)
}

// TakeOnce is Take for a use that has a name, such as an order's key: asked for again within
// its windows, it is not counted a second time for the owner. It is not to be given back
// where it may be asked for twice at once: one of the two may have come to something.
func (l *Limiter) TakeOnce(ctx context.Context, use Use, name string, c Caller) (Receipt, error) {
	out := Receipt{Use: use}
	if l == nil {
		return out, nil
	}
	now := l.Now()
	for _, subject := range c.subjects() {
		if subject.Who == Address && subject.ID == "" {
			continue
		}
		for _, t := range l.Table.tallies(use, subject, now) {
			if subject.Who == c.As {
				t.Once = shortened(name)
			}
			counts, ok, err := l.count(ctx, t)
			if err != nil {
				l.Return(ctx, out)
				return Receipt{Use: use}, err
			}
			states := t.states(counts, now)
			if !ok {
				reached := latest(states)
				l.Return(ctx, out)
				return Receipt{Use: use, States: []State{reached}}, refusal(reached)
			}
			out.tallies = append(out.tallies, t.Tally)
			if subject.Who == c.As {
				out.States = append(out.States, states...)
			}
		}
	}
	return out, nil
}

// shortened is a use's name in few bytes, as a tally keeps one for each use of a day and of
// an hour: of the two thousand that an account has of all uses, two are the same once in a
// hundred million days.
func shortened(name string) string {
	const bytes = 6
	sum := sha256.Sum256([]byte(name))
	return base64.RawURLEncoding.EncodeToString(sum[:bytes])
}

// count counts one tally, unless one of its quotas allows nothing at all.
func (l *Limiter) count(ctx context.Context, t counted) (now map[string]int, ok bool, err error) {
	if slices.ContainsFunc(t.Counts, func(c Count) bool { return c.Most == 0 }) {
		return nil, false, nil
	}
	return l.Tallies.Count(ctx, t.Tally)
}

// Return gives back what was counted, because nothing came of it. A count that cannot be
// given back ends with its window.
func (l *Limiter) Return(ctx context.Context, r Receipt) {
	if l == nil || len(r.tallies) == 0 {
		return
	}
	// Also for a caller that has gone.
	const patience = 2 * time.Second
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	for _, t := range r.tallies {
		_ = l.Tallies.Uncount(ctx, t)
	}
}

// subject is one of those a call is counted for.
type subject struct {
	Who Who
	ID  string
}

// subjects are those a call is counted for, the one first that is most likely to be used up:
// what it refuses costs one write and touches nothing that others share.
func (c Caller) subjects() []subject {
	owner, address := subject{c.As, c.Owner}, subject{Address, c.Address}
	if c.New { // a flood of guests without a cookie comes from somewhere
		return []subject{address, {Everybody, ""}, owner}
	}
	return []subject{owner, address, {Everybody, ""}}
}

// counted is a tally with the quotas its counts belong to.
type counted struct {
	Tally
	quotas []Quota // in the order of Counts
}

// tallies are the counts of a subject for a use: one tally of a day, with its hours, and one
// of a moment.
func (t Table) tallies(use Use, s subject, now time.Time) []counted {
	var out []counted
	for _, period := range []Window{Day, Moment} {
		begins, ends := period.bounds(now)
		c := counted{Tally: Tally{Who: s.Who, ID: s.ID, Ends: ends, Period: "day#" + begins.Format(time.DateOnly)}}
		if period == Moment {
			c.Period = fmt.Sprintf("moment#%d", begins.Unix())
		}
		for _, q := range t {
			if q.Use != use || q.Who != s.Who || (q.Window == Moment) != (period == Moment) {
				continue
			}
			name := string(use)
			if q.Window == Hour {
				name += now.UTC().Format("@15")
			}
			c.quotas = append(c.quotas, q)
			c.Counts = append(c.Counts, Count{Name: name, Most: q.Most})
		}
		if len(c.Counts) > 0 {
			out = append(out, c)
		}
	}
	return out
}

// states says how much of each quota is left at these counts.
func (c counted) states(counts map[string]int, now time.Time) []State {
	out := make([]State, 0, len(c.quotas))
	for i, q := range c.quotas {
		_, ends := q.Window.bounds(now)
		out = append(out, State{Quota: q, Left: max(q.Most-counts[c.Counts[i].Name], 0), Ends: ends.Sub(now)})
	}
	return out
}

// latest is the quota of those that are used up which is given back last: before that, a
// next try is refused as well.
func latest(states []State) State {
	var out State
	for _, s := range states {
		if s.Left == 0 && s.Ends > out.Ends {
			out = s
		}
	}
	return out
}

func refusal(s State) error {
	return &fault.Fault{
		Code: fault.LimitReached, Detail: s.words(), RetryAfter: s.Ends,
		Err: fmt.Errorf("%d %s a %s of %s are used up", s.Most, s.Use, s.Window, s.Who),
	}
}

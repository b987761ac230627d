package httpapi

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/nanococoa/nanococoa/internal/account"
	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/limit"
	"github.com/nanococoa/nanococoa/internal/retryafter"
)

// Callers is what every function behind the API knows of whoever calls it.
type Callers struct {
	Limits *limit.Limiter // nil: nothing is counted
	// Site tells which calls come by the site's CloudFront: only those are answered, and its
	// function says where they are from. nil: all are, and the gateway says it.
	Site Site
	// Sessions says what sessions open. nil: all owners are guests.
	Sessions Sessions
	// Guests is told when guests are seen. nil: nobody is.
	Guests Guests
	// GuestLife is how long a guest's ads stay after the guest was seen.
	GuestLife time.Duration
}

// Site tells by its secret whether a call came by the site; see door.Site.
type Site interface {
	Sent(ctx context.Context, secret string) bool
}

// Sessions knows the accounts of owners; see adstore.Store.
type Sessions interface {
	Account(ctx context.Context, owner string) (account.Account, error)
}

// Guests keeps when what guests have ends; see adstore.Store.
type Guests interface {
	Seen(ctx context.Context, owner string, ends time.Time) error
}

// seen has what a guest has end later: about once a day, when the guest's session is renewed,
// and before a new guest has anything.
func (c Callers) seen(ctx context.Context, owner string, now time.Time) error {
	if c.Guests == nil {
		return nil
	}
	return c.Guests.Seen(ctx, owner, now.Add(c.GuestLife)) //nolint:wrapcheck // the store's own faults
}

// keep gives a new guest the cookie, for a call that makes something. Who has one has it
// renewed with the visit (owners.middleware), and not here: each visit counts from the time
// in the cookie.
//
// Faults: Storage.*, and then nothing may be made.
func (b *base) keep(ctx context.Context) error {
	g := ownerOf(ctx)
	if !g.caller.New {
		return nil
	}
	if err := b.callers.seen(ctx, g.id, b.signer.now()); err != nil {
		return err
	}
	g.keep()
	return nil
}

// Places keeps how many of an owner's ads wait for the GPU server; see adstore.Store for the
// faults.
type Places interface {
	TakePlace(ctx context.Context, r ad.Ref, most int) (ok bool, err error)
	ReturnPlace(ctx context.Context, r ad.Ref) error
}

// needsCookie refuses what a page orders whose browser keeps no cookie: before it costs
// anything. A browser that only has none yet gets the probe, and its page asks again.
//
// And what was ordered while its guest became an account's: it would be a new guest's, and
// that guest's cookie would take the account's place. Sent again, it has the account's.
//
// Faults: Request.NoCookie, Account.Changed.
func needsCookie(ctx context.Context) error {
	g := ownerOf(ctx)
	if g.changed {
		return fault.New(fault.AccountChanged, nil)
	}
	if !g.noCookie {
		return nil
	}
	g.probe()
	return fault.New(fault.RequestNoCookie, nil)
}

// spend counts a use of the caller's before it is done, and tells the caller what is left.
// giveBack is for a use that came to nothing.
//
// Faults: Limit.Reached; Storage.*.
func (b *base) spend(ctx context.Context, use limit.Use) (giveBack func(), err error) {
	r, err := b.limits.Take(ctx, use, ownerOf(ctx).caller)
	b.spent(ctx, r, err)
	return func() { b.limits.Return(ctx, r) }, err
}

// spendFor is spend for a request with a claim, which the caller may send again: its use is
// counted once. It is not given back, as another request with the claim, or this one before
// its answer was lost, may have made what was asked for. Without a claim it is spend.
func (b *base) spendFor(ctx context.Context, use limit.Use, c *ad.Claim) (giveBack func(), err error) {
	if c == nil {
		return b.spend(ctx, use)
	}
	r, err := b.limits.TakeOnce(ctx, use, c.Key, ownerOf(ctx).caller)
	b.spent(ctx, r, err)
	return func() {}, err
}

// spent tells what came of counting a use.
func (b *base) spent(ctx context.Context, r limit.Receipt, err error) {
	tell(ownerOf(ctx).header, r.States)
	if fault.Has(err, fault.LimitReached) {
		b.log.WarnContext(ctx, "refused", "step", b.step, "error", err.Error())
	}
}

// waitsTooLong is what a caller is told whose ads all wait: how long one of them may do so is
// in its own answer.
const waitsTooLong = time.Minute

// spendPlace counts a use that has something wait for the GPU server, and holds a place there
// for it. An owner has few: so no owner's hundred ads stand before another's first.
//
// Faults: as spendFor; Ad.TooManyWaiting.
func (a *api) spendPlace(ctx context.Context, use limit.Use, r ad.Ref, c *ad.Claim) (giveBack func(), err error) {
	if a.Places == nil {
		return a.spendFor(ctx, use, c)
	}
	switch ok, err := a.Places.TakePlace(ctx, r, a.PlacesPerOwner); {
	case err != nil:
		return nil, err
	case !ok:
		const detail = "차례를 기다리는 광고가 이미 %d건 있습니다. 그중 하나가 만들어지기 시작한 뒤에 다시 시도해 주세요. " +
			"급하지 않은 광고를 삭제하셔도 됩니다. 쓰신 내용은 그대로 있습니다."
		return nil, &fault.Fault{
			Code: fault.AdTooManyWaiting, Detail: fmt.Sprintf(detail, a.PlacesPerOwner), RetryAfter: waitsTooLong,
			Err: fmt.Errorf("%d ads of the owner wait", a.PlacesPerOwner),
		}
	}
	leave := func() {
		if err := a.Places.ReturnPlace(context.WithoutCancel(ctx), r); err != nil {
			a.Log.WarnContext(ctx, "a place was not given back", "step", "api", "ad_id", r.AdID, "error", err.Error())
		}
	}
	back, err := a.spendFor(ctx, use, c)
	if err != nil {
		leave()
		return nil, err
	}
	return func() { back(); leave() }, nil
}

// mayWait reports whether a request may wait for its ad: so many requests that wait keep
// none from being answered.
func (a *api) mayWait(ctx context.Context) bool {
	_, err := a.limits.Take(ctx, limit.Waits, ownerOf(ctx).caller)
	return err == nil
}

// windows are the lengths of windows in seconds.
var windows = map[limit.Window]int{limit.Day: 86400, limit.Hour: 3600, limit.Moment: 30}

// tell writes what is left of quotas: as draft-ietf-httpapi-ratelimit-headers-10 has it, and
// of the quota that ends first in the three headers of its earlier drafts, which more
// clients read.
func tell(h http.Header, states []limit.State) {
	if h == nil || len(states) == 0 {
		return
	}
	var policies, left []string
	tight := states[0]
	for _, s := range states {
		name := fmt.Sprintf("%s-%s-%s", s.Use, s.Who, s.Window)
		policies = append(policies, fmt.Sprintf("%q;q=%d;w=%d", name, s.Most, windows[s.Window]))
		left = append(left, fmt.Sprintf("%q;r=%d;t=%d", name, s.Left, retryafter.Seconds(s.Ends)))
		if s.Left < tight.Left {
			tight = s
		}
	}
	h.Set("RateLimit-Policy", strings.Join(policies, ", "))
	h.Set("RateLimit", strings.Join(left, ", "))
	h.Set("RateLimit-Limit", strconv.Itoa(tight.Most))
	h.Set("RateLimit-Remaining", strconv.Itoa(tight.Left))
	h.Set("RateLimit-Reset", strconv.Itoa(retryafter.Seconds(tight.Ends)))
}

package adstore_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/nanococoa/nanococoa/internal/account"
	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/adstore"
	"github.com/nanococoa/nanococoa/internal/fault"
)

func person(name string) account.Identity {
	return account.Identity{Issuer: "https://issuer.example", Subject: name, Email: name + "@example.com"}
}

// signIn ends the test when somebody cannot sign in.
func (s table) signIn(t *testing.T, who, guest string) account.Account {
	t.Helper()
	a, err := s.SignIn(t.Context(), person(who), "email", guest, "fresh-"+who)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// The first sign-in takes over the guest's owner id; nothing is moved, the guest's session
// opens nothing more, and what the guest has ends no more.
func TestTheFirstSignInTakesOverTheGuest(t *testing.T) {
	t.Parallel()
	tb := newTable(t)
	if err := tb.Seen(t.Context(), "guest", now.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	a := tb.signIn(t, "kim", "guest")
	if a.Owner != "guest" || a.Version != 1 || a.Email != "kim@example.com" || !a.Opens(1) || a.Opens(0) ||
		!a.JustTookOver(now) {
		t.Errorf("the account is %+v", a)
	}
	if e, err := tb.Expiry(t.Context(), "guest"); err != nil || !e.Kept || !e.At.IsZero() {
		t.Errorf("it ends: %+v, %v", e, err)
	}
	if again := tb.signIn(t, "kim", ""); again.Owner != "guest" || again.Version != 1 {
		t.Errorf("again: %+v", again)
	}
	if other := tb.signIn(t, "lee", "guest"); other.Owner != "fresh-lee" || len(other.Moving) > 0 {
		t.Errorf("another took the guest over too: %+v", other)
	}
	if stranger := tb.signIn(t, "park", ""); stranger.Owner != "fresh-park" {
		t.Errorf("without a guest: %+v", stranger)
	}
}

// Fifty sign-ins of two people with one guest's session at the same time: one of the two has
// the guest, by all of its sign-ins, and the other an owner id of its own.
func TestOneAccountTakesOverAGuest(t *testing.T) {
	t.Parallel()
	tb := newTable(t)
	const all = 50
	owners := make([]string, all)
	var wait sync.WaitGroup
	for i := range all {
		wait.Go(func() {
			who := []string{"kim", "lee"}[i%2]
			a, err := tb.SignIn(t.Context(), person(who), "email", "guest", fmt.Sprintf("fresh-%s-%d", who, i))
			if err != nil {
				t.Error(err)
			}
			owners[i] = a.Owner
		})
	}
	wait.Wait()
	for i, o := range owners {
		if o != owners[i%2] {
			t.Errorf("one person is %s and %s", owners[i%2], o)
		}
	}
	if (owners[0] == "guest") == (owners[1] == "guest") {
		t.Errorf("the two are %s and %s: one of them has the guest", owners[0], owners[1])
	}
}

func TestSessionsAreEndedEverywhere(t *testing.T) {
	t.Parallel()
	tb := newTable(t)
	a := tb.signIn(t, "kim", "guest")
	if err := tb.EndSessions(t.Context(), a.Owner); err != nil {
		t.Fatal(err)
	}
	got, err := tb.Account(t.Context(), a.Owner)
	if err != nil || got.Opens(1) || !got.Opens(2) {
		t.Errorf("%+v, %v", got, err)
	}
	if again := tb.signIn(t, "kim", ""); again.Version != 2 {
		t.Errorf("the next sign-in has version %d", again.Version)
	}
	if err := tb.EndSessions(t.Context(), "a-guest"); err != nil {
		t.Error(err)
	}
	if g, err := tb.Account(t.Context(), "a-guest"); err != nil || !g.Opens(0) {
		t.Errorf("a guest became %+v, %v", g, err)
	}
}

func (s table) totals(t *testing.T, owner string) int {
	t.Helper()
	st, err := s.Stats(t.Context(), owner)
	if err != nil {
		t.Fatal(err)
	}
	return st.TotalAds
}

// A further guest's ads come to the account one by one, with their counters, pages and
// brand; one that is being made comes when it has ended. It can be done again at any time.
func TestAFurtherGuestsAdsAreMoved(t *testing.T) {
	t.Parallel()
	tb := newTable(t)
	ctx := t.Context()
	mine := tb.published(t, "first", 0.5)
	tb.signIn(t, "kim", "first")
	theirs := []ad.Ad{tb.published(t, "second", 0.5), tb.published(t, "second", 0.5), tb.published(t, "second", 0.5)}
	running := tb.publishable(t, "second", 0.5)
	share, err := tb.Share(ctx, "second", theirs[0].AdID)
	if err != nil {
		t.Fatal(err)
	}
	if err := tb.SetBrand(ctx, "second", ad.Brand{Colors: []string{"#123456"}}); err != nil {
		t.Fatal(err)
	}
	acc := tb.signIn(t, "kim", "second")
	if acc.Owner != "first" || !slices.Equal(acc.Moving, []string{"second"}) {
		t.Fatalf("the account is %+v", acc)
	}
	if g, err := tb.Account(ctx, "second"); err != nil || g.Opens(0) || g.MovedTo != "first" || !g.JustTookOver(now) ||
		g.JustTookOver(now.Add(time.Hour)) {
		t.Errorf("the guest is %+v, %v", g, err)
	}
	later := adstore.New(tb.db, tb.name, func() time.Time { return now.Add(time.Second) })
	if due, err := later.Due(ctx); err != nil || !slices.Contains(due, ad.Due{Owner: "second", Moving: true}) {
		t.Errorf("the sweeper does not find the guest: %v, %v", due, err)
	}
	if n, err := tb.StillToMove(ctx, acc); err != nil || n != 4 {
		t.Errorf("%d to move, %v", n, err)
	}
	var wait sync.WaitGroup // the sign-in's and the sweeper's, at the same time
	for range 4 {
		wait.Go(func() {
			if _, _, err := tb.Move(ctx, "second", 2); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if _, left, err := tb.Move(ctx, "second", 10); err != nil || left != 1 {
		t.Errorf("%d left, %v", left, err)
	}
	if mine, theirs := tb.totals(t, "first"), tb.totals(t, "second"); mine != 4 || theirs != 0 {
		t.Errorf("the counters are %d and %d, want 4 and 0", mine, theirs)
	}
	if st, err := tb.Shared(ctx, share); err != nil || st.Owner != "first" || len(st.Renditions) != 1 {
		t.Errorf("the page shows %v, %v", st.Ref, err)
	}
	if st, err := tb.Studio(ctx, "first", theirs[1].AdID); err != nil || len(st.Scenes) != 1 {
		t.Errorf("a moved ad: %v", err)
	}
	if _, err := tb.Get(ctx, "second", theirs[1].AdID); !fault.Has(err, fault.AdNotFound) {
		t.Errorf("the guest still has it: %v", err)
	}
	// It is the account's already.
	if a, err := tb.Get(ctx, "first", running.AdID); err != nil || a.Owner != "second" {
		t.Errorf("the ad that is being made: %v, %v", a.Ref, err)
	}
	if _, err := tb.Get(ctx, "other", running.AdID); !fault.Has(err, fault.AdNotFound) {
		t.Errorf("another sees it: %v", err)
	}
	// Its execution knows the ad by the owner it began with.
	if err := tb.Publish(ctx, running.Ref); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, left, err := tb.Move(ctx, "second", 10); err != nil || left != 0 {
			t.Errorf("%d left, %v", left, err)
		}
	}
	if found, err := tb.Find(ctx, running.AdID); err != nil || found.Owner != "first" {
		t.Errorf("the last ad is %+v, %v", found.Ref, err)
	}
	if mine, theirs := tb.totals(t, "first"), tb.totals(t, "second"); mine != 5 || theirs != 0 {
		t.Errorf("the counters are %d and %d, want 5 and 0", mine, theirs)
	}
	if b, err := tb.Brand(ctx, "first"); err != nil || len(b.Colors) != 1 {
		t.Errorf("the brand is %+v, %v", b, err)
	}
	if a, err := tb.Account(ctx, "first"); err != nil || len(a.Moving) > 0 {
		t.Errorf("still moving: %+v, %v", a, err)
	}
	if item := tb.item(t, "OWNER#second", "ACCOUNT"); item["due_at"] != nil {
		t.Error("the sweeper goes on looking at the guest")
	}
	// What was the account's own is as it was, and a moved ad can be changed and deleted.
	if _, err := tb.Get(ctx, "first", mine.AdID); err != nil {
		t.Error(err)
	}
	if err := tb.Delete(ctx, "first", theirs[0].AdID); err != nil || tb.totals(t, "first") != 4 {
		t.Errorf("deleted: %v, %d", err, tb.totals(t, "first"))
	}
}

func (s table) item(t *testing.T, pk, sk string) map[string]types.AttributeValue {
	t.Helper()
	out, err := s.db.GetItem(
		t.Context(),
		&dynamodb.GetItemInput{TableName: &s.name, Key: map[string]types.AttributeValue{
			"PK": &types.AttributeValueMemberS{Value: pk}, "SK": &types.AttributeValueMemberS{Value: sk},
		}},
	)
	if err != nil {
		t.Fatal(err)
	}
	return out.Item
}

// A deleted account opens and shows nothing at once; what was to be moved to it goes too, and
// whoever signs in again is new.
func TestADeletedAccountShowsNothing(t *testing.T) {
	t.Parallel()
	tb := newTable(t)
	ctx := t.Context()
	a, further := tb.published(t, "first", 0.5), tb.published(t, "second", 0.5)
	share, err := tb.Share(ctx, "first", a.AdID)
	if err != nil {
		t.Fatal(err)
	}
	tb.signIn(t, "kim", "first")
	tb.signIn(t, "kim", "second")
	for range 2 {
		if err := tb.EndOwner(ctx, "first"); err != nil {
			t.Fatal(err)
		}
	}
	for _, owner := range []string{"first", "second"} {
		if acc, err := tb.Account(ctx, owner); err != nil || acc.Opens(0) || acc.Opens(1) {
			t.Errorf("%s is %+v, %v", owner, acc, err)
		}
		if e, err := tb.Expiry(ctx, owner); err != nil || !e.Ended {
			t.Errorf("%s stays: %+v, %v", owner, e, err)
		}
	}
	if _, err := tb.Shared(ctx, share); !fault.Has(err, fault.ShareNotFound) {
		t.Errorf("the page is shown: %v", err)
	}
	for _, one := range []ad.Ad{a, further} {
		if _, err := tb.Find(ctx, one.AdID); !fault.Has(err, fault.AdNotFound) {
			t.Errorf("its pictures are shown: %v", err)
		}
	}
	if moved, _, err := tb.Move(ctx, "second", 10); err != nil || moved != 0 {
		t.Errorf("%d moved to it, %v", moved, err)
	}
	if again := tb.signIn(t, "kim", ""); again.Owner != "fresh-kim" || again.Version != 1 {
		t.Errorf("again: %+v", again)
	}
	// A guest can be deleted likewise.
	if err := tb.EndOwner(ctx, "guest"); err != nil {
		t.Fatal(err)
	}
	if g, err := tb.Account(ctx, "guest"); err != nil || g.Opens(0) {
		t.Errorf("the guest is %+v, %v", g, err)
	}
	if other := tb.signIn(t, "lee", "guest"); other.Owner != "fresh-lee" {
		t.Errorf("a deleted guest came back: %+v", other)
	}
}

// One call at a time works on a copy, and nobody's copy is another's.
func TestACopyIsHeld(t *testing.T) {
	t.Parallel()
	tb := newTable(t)
	ctx, clock := t.Context(), now
	s := adstore.New(tb.db, tb.name, func() time.Time { return clock })
	j := account.Job{ID: "a", Upload: "u", Total: 2, EndsAt: now.Add(24 * time.Hour)}
	hold := func(j account.Job, want bool) {
		t.Helper()
		if ok, err := s.HoldExport(ctx, "me", j, time.Minute); err != nil || ok != want {
			t.Errorf("held: %t, %v", ok, err)
		}
	}
	if got, err := s.Export(ctx, "me"); err != nil || got.ID != "" {
		t.Errorf("%+v, %v", got, err)
	}
	hold(j, true)
	hold(j, false)
	hold(account.Job{ID: "b", EndsAt: now.Add(24 * time.Hour)}, false)
	clock = clock.Add(61 * time.Second) // whoever held it died
	hold(j, true)
	j.Done = 1
	if err := s.KeepExport(ctx, "me", j); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Export(ctx, "me"); err != nil || got.Done != 1 || got.Upload != "u" {
		t.Errorf("%+v, %v", got, err)
	}
	hold(j, true)
	clock = clock.Add(25 * time.Hour)
	if got, err := s.Export(ctx, "me"); err != nil || got.ID != "" {
		t.Errorf("it does not end: %+v, %v", got, err)
	}
	hold(account.Job{ID: "b", EndsAt: clock.Add(24 * time.Hour)}, true)
}

package adstore_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/adstore"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/limit"
)

// quotas are a guest's ten of a day, in a table that bounds nothing else.
func (s table) quotas(quotas ...limit.Quota) *limit.Limiter {
	return &limit.Limiter{Table: quotas, Tallies: s, Now: func() time.Time { return now }}
}

var (
	me        = limit.Caller{As: limit.Guest, Owner: "me", Address: "here"}
	bystander = limit.Caller{As: limit.Guest, Owner: "you", Address: "here"}
)

// A quota of ten and two hundred at once: exactly ten, and a bystander at the same address
// has lost nothing by the others.
func TestAQuotaIsExact(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	l := s.quotas(
		limit.Quota{Use: limit.Orders, Who: limit.Guest, Window: limit.Day, Most: 10},
		limit.Quota{Use: limit.Orders, Who: limit.Address, Window: limit.Hour, Most: 11},
		limit.Quota{Use: limit.Orders, Who: limit.Everybody, Window: limit.Day, Most: 1000},
	)
	var taken atomic.Int32
	var wg sync.WaitGroup
	for range 200 {
		wg.Go(func() {
			switch _, err := l.Take(t.Context(), limit.Orders, me); {
			case err == nil:
				taken.Add(1)
			case !fault.Has(err, fault.LimitReached):
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := taken.Load(); n != 10 {
		t.Errorf("%d of 10 were taken", n)
	}
	if _, err := l.Take(t.Context(), limit.Orders, bystander); err != nil {
		t.Errorf("a bystander: %v", err)
	}
	if _, err := l.Take(t.Context(), limit.Orders, bystander); !fault.Has(err, fault.LimitReached) {
		t.Errorf("the address has had eleven: %v", err)
	}
}

// What was given back can be taken again, and nobody's count goes below nothing.
func TestAUseIsGivenBack(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	l := s.quotas(
		limit.Quota{Use: limit.Orders, Who: limit.Guest, Window: limit.Hour, Most: 1},
		limit.Quota{Use: limit.Orders, Who: limit.Guest, Window: limit.Day, Most: 2},
	)
	for range 3 {
		r, err := l.Take(t.Context(), limit.Orders, me)
		if err != nil {
			t.Fatal(err)
		}
		l.Return(t.Context(), r)
		l.Return(t.Context(), r) // there is nothing left to give back
	}
	if _, err := l.Take(t.Context(), limit.Orders, me); err != nil {
		t.Fatal(err)
	}
	r, err := l.Take(t.Context(), limit.Orders, me)
	if !fault.Has(err, fault.LimitReached) || len(r.States) != 1 || r.States[0].Window != limit.Hour {
		t.Errorf("beyond the hour: %+v, %v", r.States, err)
	}
	// The next hour of the day.
	l.Now = func() time.Time { return now.Add(time.Hour) }
	if _, err := l.Take(t.Context(), limit.Orders, me); err != nil {
		t.Errorf("the next hour: %v", err)
	}
	l.Now = func() time.Time { return now.Add(2 * time.Hour) }
	r, err = l.Take(t.Context(), limit.Orders, me)
	if !fault.Has(err, fault.LimitReached) || r.States[0].Window != limit.Day {
		t.Errorf("beyond the day: %+v, %v", r.States, err)
	}
}

// One use asked for by many requests at once, and again by each, is one of the owner's. At
// the most it is still allowed, as it is counted; given back, it is not.
func TestAUseIsCountedOnce(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	l := s.quotas(
		limit.Quota{Use: limit.Orders, Who: limit.Guest, Window: limit.Hour, Most: 2},
		limit.Quota{Use: limit.Orders, Who: limit.Guest, Window: limit.Day, Most: 3},
	)
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			for _, name := range []string{"one", "two"} {
				if r, err := l.TakeOnce(t.Context(), limit.Orders, name, me); err != nil {
					t.Errorf("%s: %v", name, err)
				} else if left := r.States[1].Left; left < 1 {
					t.Errorf("%d are left of the day's three", left)
				}
			}
		})
	}
	wg.Wait()
	r, err := l.TakeOnce(t.Context(), limit.Orders, "three", me)
	if !fault.Has(err, fault.LimitReached) || r.States[0].Window != limit.Hour {
		t.Errorf("a third: %+v, %v", r.States, err)
	}
	two, err := l.TakeOnce(t.Context(), limit.Orders, "two", me)
	if err != nil {
		t.Fatal(err)
	}
	l.Return(t.Context(), two)
	l.Return(t.Context(), two)
	if r, err := l.TakeOnce(t.Context(), limit.Orders, "three", me); err != nil || r.States[1].Left != 1 {
		t.Errorf("after one was given back: %+v, %v", r.States, err)
	}
}

// A count goes by TTL after its day.
func TestATallyEnds(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	l := s.quotas(limit.Quota{Use: limit.Orders, Who: limit.Guest, Window: limit.Day, Most: 2})
	if _, err := l.Take(t.Context(), limit.Orders, me); err != nil {
		t.Fatal(err)
	}
	out, err := s.db.Scan(t.Context(), &dynamodb.ScanInput{TableName: &s.name})
	if err != nil || len(out.Items) != 1 {
		t.Fatalf("%d items, %v", len(out.Items), err)
	}
	// now is 1 January 2027, 5 o'clock in Korea: the day ends at 15 o'clock UTC.
	var item struct {
		PK, SK    string
		ExpiresAt int64 `dynamodbav:"expires_at"`
	}
	if err := attributevalue.UnmarshalMap(out.Items[0], &item); err != nil {
		t.Fatal(err)
	}
	want := time.Date(2027, 1, 1, 16, 0, 0, 0, time.UTC).Unix()
	if item.PK != "OWNER#me" || item.SK != "USES#day#2027-01-01" || item.ExpiresAt != want {
		t.Errorf("%+v, want it to end at %d", item, want)
	}
}

func (s table) place(t *testing.T, r ad.Ref, most int) bool {
	t.Helper()
	ok, err := s.TakePlace(t.Context(), r, most)
	if err != nil {
		t.Fatal(err)
	}
	return ok
}

func TestAnOwnerHasSoManyPlaces(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	const most = 2
	first, second, third := s.create(t, "me"), s.create(t, "me"), newAd(t, "me")
	for _, r := range []ad.Ref{first.Ref, second.Ref, first.Ref} { // what has a place keeps it
		if !s.place(t, r, most) {
			t.Fatalf("no place for %s", r.AdID)
		}
	}
	if s.place(t, third.Ref, most) {
		t.Error("a third ad has a place")
	}
	if !s.place(t, newAd(t, "you").Ref, most) {
		t.Error("another owner has none")
	}
	// The first one's picture is begun: it waits no more, and nobody had to say so.
	if _, err := s.Enqueue(t.Context(), first.Ref); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Begin(t.Context(), first.Ref, ad.Prepare); err != nil {
		t.Fatal(err)
	}
	if s.place(t, third.Ref, most) {
		t.Error("an ad that is prepared waits still")
	}
	if _, err := s.Begin(t.Context(), first.Ref, ad.Stage1); err != nil {
		t.Fatal(err)
	}
	if !s.place(t, third.Ref, most) {
		t.Error("the place of an ad that is rendered is not free")
	}
	// Given back, failed, deleted.
	if err := s.ReturnPlace(t.Context(), third.Ref); err != nil {
		t.Fatal(err)
	}
	scene := ad.Ref{Owner: "me", AdID: first.AdID, FurtherScene: newAd(t, "me").AdID, Attempt: 1}
	if !s.place(t, scene, most) {
		t.Error("what was given back is not free")
	}
	if err := s.Fail(t.Context(), second.Ref, ad.Failure{Code: "GPU.Rejected"}); err != nil {
		t.Fatal(err)
	}
	if !s.place(t, newAd(t, "me").Ref, most) {
		t.Error("the place of a failed ad is not free")
	}
}

// Of many orders in one moment as many have a place as there are, also while what they order
// is not stored yet.
func TestPlacesUnderRace(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	s.Store = adstore.New(s.db, s.name, time.Now) // ids hold the time they are made at
	var taken atomic.Int32
	var wg sync.WaitGroup
	for range 50 {
		r := newAd(t, "me").Ref
		wg.Go(func() {
			ok, err := s.TakePlace(t.Context(), r, 3)
			if err != nil {
				t.Error(err)
			}
			if ok {
				taken.Add(1)
			}
		})
	}
	wg.Wait()
	if n := taken.Load(); n != 3 {
		t.Errorf("%d of 3 places were taken", n)
	}
	// What was never ordered after all is in nobody's way for long.
	s.Store = adstore.New(s.db, s.name, func() time.Time { return time.Now().Add(2 * time.Minute) })
	if !s.place(t, newAd(t, "me").Ref, 3) {
		t.Error("orders that never were hold every place")
	}
}

// An earlier order is found by its claim, also by one who may order no more.
func TestAnEarlierOrderIsFound(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	claim := &ad.Claim{Key: "k", Fingerprint: "f"}
	if _, known, err := s.Ordered(t.Context(), "me", claim); known || err != nil {
		t.Errorf("before: %v, %v", known, err)
	}
	a, _, err := s.Create(t.Context(), newAd(t, "me"), claim)
	if err != nil {
		t.Fatal(err)
	}
	if got, known, err := s.Ordered(t.Context(), "me", claim); !known || err != nil || got.AdID != a.AdID {
		t.Errorf("after: %s, %v, %v", got.AdID, known, err)
	}
	if _, known, _ := s.Ordered(t.Context(), "you", claim); known {
		t.Error("another owner's")
	}
	_, _, err = s.Ordered(t.Context(), "me", &ad.Claim{Key: "k", Fingerprint: "other"})
	wantFault(t, err, fault.RequestConflict)
}

// What cannot be counted is not spent.
func TestWithoutTheTableNothingIsSpent(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	if _, err := s.db.DeleteTable(t.Context(), &dynamodb.DeleteTableInput{TableName: &s.name}); err != nil {
		t.Fatal(err)
	}
	l := s.quotas(limit.Quota{Use: limit.Orders, Who: limit.Guest, Window: limit.Day, Most: 2})
	if _, err := l.Take(t.Context(), limit.Orders, me); err == nil || fault.Has(err, fault.LimitReached) {
		t.Errorf("%v", err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("gone"))
	if ok, err := s.TakePlace(ctx, ad.Ref{Owner: "me", AdID: aws.ToString(&s.name)}, 1); ok || err == nil {
		t.Errorf("%v, %v", ok, err)
	}
}

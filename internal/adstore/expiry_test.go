package adstore_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/adstore"
	"github.com/nanococoa/nanococoa/internal/localaws"
)

const guestLife = 90 * 24 * time.Hour

// at gives the store as it is some time later.
func (s table) at(t *testing.T, d time.Duration) *adstore.Store {
	t.Helper()
	return adstore.New(dynamodb.NewFromConfig(localaws.Config(t)), s.name, func() time.Time { return now.Add(d) })
}

// owned is how many items lie under an owner's key.
func (s table) owned(t *testing.T, owner string) int {
	t.Helper()
	out, err := s.db.Query(t.Context(), &dynamodb.QueryInput{
		TableName: &s.name, Select: types.SelectCount, KeyConditionExpression: aws.String("PK = :o"),
		ExpressionAttributeValues: map[string]types.AttributeValue{
			":o": &types.AttributeValueMemberS{Value: "OWNER#" + owner},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return int(out.Count)
}

// When an owner's data ends is what was said last, until an account keeps it or it was ended.
func TestWhenAnOwnersDataEnds(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	first, later := now.Add(guestLife), now.Add(guestLife+24*time.Hour)
	seen := func(at time.Time) func(string) error {
		return func(o string) error { return s.Seen(t.Context(), o, at) }
	}
	keep := func(o string) error { return s.Keep(t.Context(), o) }
	end := func(o string) error { return s.End(t.Context(), o) }
	for name, tc := range map[string]struct {
		do   []func(string) error
		want ad.Expiry
	}{
		"nobody knows":           {nil, ad.Expiry{}},
		"a guest":                {[]func(string) error{seen(first)}, ad.Expiry{At: first}},
		"a guest who came again": {[]func(string) error{seen(first), seen(later)}, ad.Expiry{At: later}},
		"an account":             {[]func(string) error{keep}, ad.Expiry{Kept: true}},
		"a guest with an account by now": {
			[]func(string) error{seen(first), keep, keep, seen(later)}, ad.Expiry{Kept: true},
		},
		"an account that was deleted": {
			[]func(string) error{keep, end, end, keep, seen(later)}, ad.Expiry{At: now, Ended: true},
		},
		"a guest who was deleted": {[]func(string) error{seen(first), end, seen(later)}, ad.Expiry{At: now, Ended: true}},
	} {
		for i, do := range tc.do {
			if err := do(name); err != nil {
				t.Errorf("%s: step %d: %v", name, i, err)
			}
		}
		got, err := s.Expiry(t.Context(), name)
		if err != nil || !got.At.Equal(tc.want.At) || got.Kept != tc.want.Kept || got.Ended != tc.want.Ended {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	unseen, err := s.Unseen(t.Context(), []string{"a guest", "never", "an account"})
	if err != nil || !slices.Equal(unseen, []string{"never"}) {
		t.Errorf("of %q it is not known, %v", unseen, err)
	}
	for when, want := range map[time.Duration]int{time.Minute: 2, guestLife - time.Hour: 2, guestLife + time.Hour: 3} {
		due, err := s.at(t, when).Due(t.Context())
		wrong := func(d ad.Due) bool { return !d.Expiry || d.Owner == "" }
		if err != nil || len(due) != want || slices.ContainsFunc(due, wrong) {
			t.Errorf("after %s due: %+v, %v", when, due, err)
		}
	}
}

// remove removes an owner's data as the sweeper does, and gives how many ads went.
func remove(t *testing.T, s *adstore.Store, owner string) (ads int) {
	t.Helper()
	ids, _, over, err := s.Ending(t.Context(), owner, 100)
	if err != nil || !over {
		t.Fatalf("over %v, %v", over, err)
	}
	for _, id := range ids {
		if _, over, err := s.DeleteEnding(t.Context(), owner, id); err != nil || !over {
			t.Fatalf("%s: over %v, %v", id, over, err)
		}
		ads++
	}
	if err := s.Forget(t.Context(), owner); err != nil {
		t.Fatal(err)
	}
	return ads
}

// After the end nothing is left of an owner but tombstones, which name nobody.
func TestNothingIsLeftOfAnOwner(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	other := s.published(t, "other", .5)
	before := s.count(t)
	shared := s.finished(t) // of "me"
	s.share(t, shared)
	if _, err := s.addRendition(t, shared, nil); err != nil {
		t.Fatal(err)
	}
	s.create(t, "me")
	working := s.running(t, "me")
	if _, err := s.TakePlace(t.Context(), working.Ref, 3); err != nil {
		t.Fatal(err)
	}
	if err := s.SetBrand(t.Context(), "me", ad.Brand{LogoID: "logo"}); err != nil {
		t.Fatal(err)
	}
	for i := range 130 { // more than one transaction takes
		item := map[string]types.AttributeValue{
			"PK": &types.AttributeValueMemberS{Value: "OWNER#me"},
			"SK": &types.AttributeValueMemberS{Value: fmt.Sprintf("IDEM#%03d", i)},
		}
		if _, err := s.db.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &s.name, Item: item}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Seen(t.Context(), "me", now.Add(guestLife)); err != nil {
		t.Fatal(err)
	}
	after := s.at(t, guestLife+time.Hour)
	ids, logo, over, err := after.Ending(t.Context(), "me", 2)
	if err != nil || !over || logo != "logo" || len(ids) != 2 || ids[0] != shared.AdID {
		t.Fatalf("ending: %v, logo %q, over %v, %v", ids, logo, over, err)
	}
	if err := after.Forget(t.Context(), "me"); err != nil || s.owned(t, "me") < 130 {
		t.Fatalf("something is forgotten while there are ads: %d items, %v", s.owned(t, "me"), err)
	}
	if n := remove(t, after, "me"); n != 3 {
		t.Errorf("%d ads were deleted", n)
	}
	const tombstones = 3
	if n := s.owned(t, "me"); n != 0 || s.count(t) != before+tombstones {
		t.Errorf("%d items are left of the owner, %d more than before in all", n, s.count(t)-before)
	}
	if err := after.Forget(t.Context(), "me"); err != nil {
		t.Errorf("a second time: %v", err)
	}
	if st, err := s.Stats(t.Context(), "other"); err != nil || st.TotalAds != 1 || s.get(t, other.Ref).AdID == "" {
		t.Errorf("another's statistics: %+v, %v", st, err)
	}
}

// An owner who comes back keeps what is still there, whatever the sweeper has read before.
func TestWhoComesBackKeepsTheAds(t *testing.T) {
	t.Parallel()
	for name, back := range map[string]func(s *adstore.Store) error{
		"seen":          func(s *adstore.Store) error { return s.Seen(t.Context(), "me", now.Add(3*guestLife)) },
		"by an account": func(s *adstore.Store) error { return s.Keep(t.Context(), "me") },
	} {
		s := newTable(t)
		gone, stays := s.published(t, "me", .5), s.published(t, "me", .7)
		if err := s.Seen(t.Context(), "me", now.Add(guestLife)); err != nil {
			t.Fatal(err)
		}
		after := s.at(t, guestLife+time.Hour)
		if _, over, err := after.DeleteEnding(t.Context(), "me", gone.AdID); err != nil || !over {
			t.Fatalf("%s: over %v, %v", name, over, err)
		}
		if err := back(after); err != nil {
			t.Fatal(err)
		}
		if _, over, err := after.DeleteEnding(t.Context(), "me", stays.AdID); err != nil || over {
			t.Errorf("%s: an ad was deleted all the same: over %v, %v", name, over, err)
		}
		if err := after.Forget(t.Context(), "me"); err != nil {
			t.Fatal(err)
		}
		if _, _, over, err := after.Ending(t.Context(), "me", 9); err != nil || over {
			t.Errorf("%s: the time has still passed: %v", name, err)
		}
		if st, err := after.Stats(t.Context(), "me"); err != nil || st.TotalAds != 1 || st.AvgScore != .7 {
			t.Errorf("%s: statistics %+v, %v", name, st, err)
		}
	}
}

// What is being made for an owner whose data ends is told, so that it can be stopped.
func TestWhatIsAtWorkIsTold(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	working, done := s.running(t, "me"), s.published(t, "me", .5)
	if err := s.End(t.Context(), "me"); err != nil {
		t.Fatal(err)
	}
	after := s.at(t, time.Second)
	for _, tc := range []struct {
		adID string
		want []ad.Ref
	}{{working.AdID, []ad.Ref{working.Ref}}, {done.AdID, nil}, {done.AdID, nil}} {
		atWork, over, err := after.DeleteEnding(t.Context(), "me", tc.adID)
		if err != nil || !over || !slices.Equal(atWork, tc.want) {
			t.Errorf("at work: %+v, over %v, %v", atWork, over, err)
		}
	}
}

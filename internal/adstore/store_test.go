package adstore_test

import (
	"errors"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/adstore"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/localaws"
)

func TestMain(m *testing.M) { os.Exit(localaws.Main(m)) }

// now is the time of every write of these tests: still December in UTC, already
// January in Korea.
var now = time.Date(2026, 12, 31, 20, 0, 0, 0, time.UTC)

type table struct {
	*adstore.Store
	db   *dynamodb.Client
	name string
}

// newTable makes a table with the keys of infra/storage.yaml.
func newTable(t *testing.T) table {
	t.Helper()
	db := dynamodb.NewFromConfig(localaws.Config(t))
	name := localaws.Name(t)
	_, err := db.CreateTable(t.Context(), &dynamodb.CreateTableInput{
		TableName: &name, BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{
			{AttributeName: aws.String("PK"), AttributeType: types.ScalarAttributeTypeS},
			{AttributeName: aws.String("SK"), AttributeType: types.ScalarAttributeTypeS},
			{AttributeName: aws.String("due_shard"), AttributeType: types.ScalarAttributeTypeS},
			{AttributeName: aws.String("due_at"), AttributeType: types.ScalarAttributeTypeS},
		},
		GlobalSecondaryIndexes: []types.GlobalSecondaryIndex{{
			IndexName: aws.String("due"), Projection: &types.Projection{ProjectionType: types.ProjectionTypeKeysOnly},
			KeySchema: []types.KeySchemaElement{
				{AttributeName: aws.String("due_shard"), KeyType: types.KeyTypeHash},
				{AttributeName: aws.String("due_at"), KeyType: types.KeyTypeRange},
			},
		}},
		KeySchema: []types.KeySchemaElement{
			{AttributeName: aws.String("PK"), KeyType: types.KeyTypeHash},
			{AttributeName: aws.String("SK"), KeyType: types.KeyTypeRange},
		},
	})
	var made *types.ResourceInUseException // by the SDK's own first try, whose answer was late
	if err != nil && !errors.As(err, &made) {
		t.Fatal(err)
	}
	return table{adstore.New(db, name, func() time.Time { return now }), db, name}
}

func newAd(t *testing.T, owner string) ad.Ad {
	t.Helper()
	id, err := ad.NewID()
	if err != nil {
		t.Fatal(err)
	}
	return ad.Ad{
		Ref: ad.Ref{Owner: owner, AdID: id, Attempt: 1},
		Fields: ad.Fields{
			ProductName: "울 더플백", ProductCategory: "의류", TargetAge: "30대", TargetGender: "여성", AdConcept: "겨울 여행",
		},
		Status: ad.AwaitingUpload,
	}
}

func (s table) create(t *testing.T, owner string) ad.Ad {
	t.Helper()
	a, created, err := s.Create(t.Context(), newAd(t, owner), nil)
	if err != nil || !created {
		t.Fatalf("Create = %v, %v", created, err)
	}
	return a
}

// running makes an ad and brings it to running.
func (s table) running(t *testing.T, owner string) ad.Ad {
	t.Helper()
	a := s.create(t, owner)
	if queued, err := s.Enqueue(t.Context(), a.Ref); err != nil || !queued {
		t.Fatalf("Enqueue = %v, %v", queued, err)
	}
	a, err := s.Begin(t.Context(), a.Ref, ad.Prepare)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// publishable makes an ad and brings it to the last step.
func (s table) publishable(t *testing.T, owner string, value float64) ad.Ad {
	t.Helper()
	return s.scored(t, owner, ad.Score{Metric: "m", Value: value})
}

func (s table) scored(t *testing.T, owner string, score ad.Score) ad.Ad {
	t.Helper()
	a := s.running(t, owner)
	if err := s.Finish(t.Context(), a.Ref, ad.Prepare, ad.Result{Score: &score}); err != nil {
		t.Fatal(err)
	}
	a, err := s.Begin(t.Context(), a.Ref, ad.Publish)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func (s table) published(t *testing.T, owner string, value float64) ad.Ad {
	t.Helper()
	a := s.publishable(t, owner, value)
	if err := s.Publish(t.Context(), a.Ref); err != nil {
		t.Fatal(err)
	}
	return s.get(t, a.Ref)
}

func (s table) get(t *testing.T, r ad.Ref) ad.Ad {
	t.Helper()
	a, err := s.Get(t.Context(), r.Owner, r.AdID)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func wantFault(t *testing.T, err error, code fault.Code) {
	t.Helper()
	if !fault.Has(err, code) {
		t.Errorf("err = %v, want %s", err, code)
	}
}

func TestCreateAndGet(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	a := s.create(t, "me")
	got := s.get(t, a.Ref)
	a.Steps = map[ad.Step]ad.StepTimes{}
	if diff := cmp.Diff(a, got); diff != "" {
		t.Errorf("stored (-want +got):\n%s", diff)
	}
	if found, err := s.Find(t.Context(), a.AdID); err != nil || found.Owner != "me" {
		t.Errorf("Find = %+v, %v", found, err)
	}
	_, err := s.Get(t.Context(), "you", a.AdID)
	wantFault(t, err, fault.AdNotFound)
	_, err = s.Find(t.Context(), newAd(t, "me").AdID)
	wantFault(t, err, fault.AdNotFound)
}

func TestTheMarkIsKept(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	for _, want := range []bool{true, false} {
		a := newAd(t, "me")
		a.AIMark = want
		if _, _, err := s.Create(t.Context(), a, nil); err != nil {
			t.Fatal(err)
		}
		if got := s.get(t, a.Ref).AIMark; got != want {
			t.Errorf("ai_mark %v is read as %v", want, got)
		}
	}
	// An ad from before the field existed was to have its default.
	old := s.create(t, "me")
	_, err := s.db.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
		TableName: aws.String(s.name), UpdateExpression: aws.String("REMOVE ai_mark"),
		Key: map[string]types.AttributeValue{
			"PK": &types.AttributeValueMemberS{Value: "OWNER#me"}, "SK": &types.AttributeValueMemberS{Value: "AD#" + old.AdID},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if !s.get(t, old.Ref).AIMark {
		t.Error("an ad without ai_mark is read as one that has none")
	}
}

func TestIdempotencyKey(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	claim := &ad.Claim{Key: "k1", Fingerprint: "f1"}
	first, created, err := s.Create(t.Context(), newAd(t, "me"), claim)
	if err != nil || !created {
		t.Fatalf("first: %v, %v", created, err)
	}
	again, created, err := s.Create(t.Context(), newAd(t, "me"), claim)
	if err != nil || created || again.AdID != first.AdID {
		t.Errorf("same key and body: %v, %v, %v", again.AdID, created, err)
	}
	_, _, err = s.Create(t.Context(), newAd(t, "me"), &ad.Claim{Key: "k1", Fingerprint: "other"})
	wantFault(t, err, fault.RequestConflict)
	yours, created, err := s.Create(t.Context(), newAd(t, "you"), claim)
	if err != nil || !created || yours.AdID == first.AdID {
		t.Errorf("another owner's same key: %v, %v", created, err)
	}
	ads, _, err := s.List(t.Context(), "me", 12, "")
	if err != nil || len(ads) != 1 {
		t.Errorf("a replay left %d ads, %v", len(ads), err)
	}
}

// TTL removes a claim up to days late, so it ends by its own time: to the second
// a day after it was made.
func TestAnIdempotencyKeyIsFreeAgainAfterADay(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	claim := &ad.Claim{Key: "k1", Fingerprint: "f1"}
	first, _, err := s.Create(t.Context(), newAd(t, "me"), claim)
	if err != nil {
		t.Fatal(err)
	}
	at := func(late time.Duration) *adstore.Store {
		return adstore.New(s.db, s.name, func() time.Time { return now.Add(late) })
	}
	again, created, err := at(24*time.Hour-time.Second).Create(t.Context(), newAd(t, "me"), claim)
	if err != nil || created || again.AdID != first.AdID {
		t.Errorf("a second before: %v, %v", created, err)
	}
	other := &ad.Claim{Key: "k1", Fingerprint: "f2"}
	second, created, err := at(24*time.Hour).Create(t.Context(), newAd(t, "me"), other)
	if err != nil || !created || second.AdID == first.AdID {
		t.Fatalf("a day later: %v, %v", created, err)
	}
	again, created, err = at(25*time.Hour).Create(t.Context(), newAd(t, "me"), other)
	if err != nil || created || again.AdID != second.AdID {
		t.Errorf("the new claim does not hold: %v, %v", created, err)
	}
	_, _, err = at(25*time.Hour).Create(t.Context(), newAd(t, "me"), claim)
	wantFault(t, err, fault.RequestConflict)
}

func TestIdempotencyKeyUnderRace(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	ids := make([]string, 8)
	var wg sync.WaitGroup
	for i := range ids {
		a := newAd(t, "me")
		wg.Go(func() {
			got, _, err := s.Create(t.Context(), a, &ad.Claim{Key: "k", Fingerprint: "f"})
			if err != nil {
				t.Error(err)
			}
			ids[i] = got.AdID
		})
	}
	wg.Wait()
	if slices.Sort(ids); ids[0] != ids[len(ids)-1] {
		t.Errorf("one key made several ads: %v", ids)
	}
}

func TestStagesAndResults(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	a := s.running(t, "me")
	if a.Status != ad.Running || !a.Steps[ad.Prepare].StartedAt.Equal(now) || a.Has(ad.Prepare) {
		t.Fatalf("begun: %+v", a)
	}
	cos := 0.31
	res := ad.Result{
		Prompt: "a prompt", PromptBy: ad.ByModel,
		Analysis: &ad.Analysis{
			Version: "1", Source: "standin", ProductBox: ad.Box{.1, .2, .3, .4},
			TextAreas: []ad.TextArea{{Role: "any", Box: ad.Box{0, 0, 1, .2}, Align: "left", Score: .9}},
			Colors:    ad.Colors{Text: "#fff", Dominant: []string{"#123456"}}, ContrastRatio: 7.5, Mood: []string{"calm"},
		},
		Product: &ad.Product{
			Confidence: .25, Doubts: []ad.Doubt{ad.DoubtTorn, ad.DoubtHand}, FidelityDB: 99, Model: "u2netp",
		},
		MainCopy: "다섯글자요", SubCopy: "열 글자가 넘는 서브 카피", CopySource: ad.ByTemplate,
		HTML: "<div>",
		Score: &ad.Score{
			Metric: "m", Model: "clip", Version: "r2", Digest: "0123456789ab", Value: .72, RawCosine: &cos, Text: "겨울 여행",
			StandIn: true, Reason: ad.ReasonFailed,
		},
		Parts: []ad.Part{
			{Role: ad.RoleCutout, Model: "u2netp", Version: "r1", Digest: "309c84690000"},
			{Role: ad.RoleScene, StandIn: true, Reason: ad.ReasonChanged},
		},
		Engine: "standin", StandIn: true,
		Warnings: []ad.Warning{{Code: "Photo.Small", Detail: "작습니다."}, {Code: "Photo.Soft", Detail: "흐립니다."}},
	}
	if err := s.Finish(t.Context(), a.Ref, ad.Prepare, res); err != nil {
		t.Fatal(err)
	}
	got := s.get(t, a.Ref)
	if !got.Has(ad.Prepare) || got.Prompt != res.Prompt || got.PromptBy != res.PromptBy ||
		got.MainCopy != res.MainCopy || got.SubCopy != res.SubCopy ||
		got.CopySource != res.CopySource || got.HTML != res.HTML || got.Engine != "standin" || !got.StandIn ||
		!slices.Equal(got.Parts, res.Parts) {
		t.Errorf("stored: %+v", got)
	}
	if diff := cmp.Diff(res.Analysis, got.Analysis); diff != "" {
		t.Errorf("analysis:\n%s", diff)
	}
	if diff := cmp.Diff(res.Product, got.Product); diff != "" {
		t.Errorf("product:\n%s", diff)
	}
	if diff := cmp.Diff(res.Score, got.Score); diff != "" {
		t.Errorf("score:\n%s", diff)
	}
	if diff := cmp.Diff(res.Warnings, got.Warnings); diff != "" {
		t.Errorf("warnings:\n%s", diff)
	}
	again, err := s.Begin(t.Context(), a.Ref, ad.Prepare)
	if err != nil || !again.Has(ad.Prepare) {
		t.Errorf("begun again: the step lost its end: %+v, %v", again.Steps, err)
	}
}

func TestNothingLateChangesAnything(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	t.Run("deleted", func(t *testing.T) {
		a := s.running(t, "me")
		if err := s.Delete(t.Context(), "me", a.AdID); err != nil {
			t.Fatal(err)
		}
		s.wantGone(t, a.Ref)
		_, err := s.Get(t.Context(), "me", a.AdID)
		wantFault(t, err, fault.AdNotFound)
		_, err = s.Find(t.Context(), a.AdID)
		wantFault(t, err, fault.AdNotFound)
		wantFault(t, s.Delete(t.Context(), "me", a.AdID), fault.AdNotFound)
	})
	t.Run("superseded", func(t *testing.T) {
		a := s.running(t, "me")
		if err := s.Fail(t.Context(), a.Ref, ad.Failure{Code: "GPU.Unavailable", Retryable: true}); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Retry(t.Context(), "me", a.AdID); err != nil {
			t.Fatal(err)
		}
		s.wantGone(t, a.Ref)
		if got := s.get(t, a.Ref); got.Status != ad.Queued || got.Attempt != 2 || len(got.Steps) != 0 || got.Failure != nil {
			t.Errorf("after the retry: %+v", got)
		}
	})
	t.Run("failed", func(t *testing.T) {
		a := s.running(t, "me")
		why := ad.Failure{Code: "GPU.Rejected", Detail: "까닭"}
		if err := s.Fail(t.Context(), a.Ref, why); err != nil {
			t.Fatal(err)
		}
		s.wantGone(t, a.Ref)
		if err := s.Fail(t.Context(), a.Ref, ad.Failure{Code: "Internal"}); err != nil {
			t.Fatal(err)
		}
		if got := s.get(t, a.Ref); got.Status != ad.Failed || *got.Failure != why {
			t.Errorf("the first reason must stay: %+v", got.Failure)
		}
	})
	t.Run("published", func(t *testing.T) {
		a := s.published(t, "me", .5)
		_, err := s.Begin(t.Context(), a.Ref, ad.Stage1)
		wantFault(t, err, fault.AdGone)
		if err := s.Fail(t.Context(), a.Ref, ad.Failure{Code: "Internal"}); err != nil {
			t.Fatal(err)
		}
		if got := s.get(t, a.Ref); got.Status != ad.Succeeded {
			t.Errorf("a published ad became %s", got.Status)
		}
	})
}

// wantGone shows that no step of an attempt can write any more.
func (s table) wantGone(t *testing.T, r ad.Ref) {
	t.Helper()
	before, _ := s.Get(t.Context(), r.Owner, r.AdID)
	_, err := s.Begin(t.Context(), r, ad.Stage1)
	wantFault(t, err, fault.AdGone)
	wantFault(t, s.Finish(t.Context(), r, ad.Stage1, ad.Result{HTML: "x"}), fault.AdGone)
	wantFault(t, s.Publish(t.Context(), r), fault.AdGone)
	if queued, err := s.Enqueue(t.Context(), r); queued || err != nil {
		t.Errorf("Enqueue = %v, %v", queued, err)
	}
	after, _ := s.Get(t.Context(), r.Owner, r.AdID)
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("something late changed the record:\n%s", diff)
	}
}

func TestEnqueueMayBeRepeatedUntilTheFirstStep(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	a := s.create(t, "me")
	for range 2 {
		if queued, err := s.Enqueue(t.Context(), a.Ref); err != nil || !queued {
			t.Fatalf("Enqueue = %v, %v", queued, err)
		}
	}
	if _, err := s.Begin(t.Context(), a.Ref, ad.Prepare); err != nil {
		t.Fatal(err)
	}
	if queued, err := s.Enqueue(t.Context(), a.Ref); err != nil || queued {
		t.Errorf("Enqueue of a running ad = %v, %v", queued, err)
	}
}

func TestRetryOnlyWhatARetryCanMend(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	a := s.running(t, "me")
	_, err := s.Retry(t.Context(), "me", a.AdID)
	wantFault(t, err, fault.AdNotFailed)
	if err := s.Fail(t.Context(), a.Ref, ad.Failure{Code: "Photo.Corrupt"}); err != nil {
		t.Fatal(err)
	}
	_, err = s.Retry(t.Context(), "me", a.AdID)
	wantFault(t, err, fault.AdNotRetryable)
	_, err = s.Retry(t.Context(), "you", a.AdID)
	wantFault(t, err, fault.AdNotFound)
}

// TestAStandInsScoresAreNeverAveragedWithAModels: they measure different things. While there
// are only a stand-in's they are shown, and said to be.
func TestAStandInsScoresAreNeverAveragedWithAModels(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	publish := func(score ad.Score) ad.Ad {
		t.Helper()
		a := s.scored(t, "me", score)
		if err := s.Publish(t.Context(), a.Ref); err != nil {
			t.Fatal(err)
		}
		return a
	}
	check := func(ads int, avg float64, standIn bool) {
		t.Helper()
		st, err := s.Stats(t.Context(), "me")
		month := ad.MonthStats{Month: "2027-01", Ads: ads, AvgScore: avg}
		if err != nil || st.TotalAds != ads || st.AvgScore != avg || st.StandIn != standIn || st.Months[11] != month {
			t.Errorf("%+v, %v; want %d ads of %v, a stand-in's %v", st, err, ads, avg, standIn)
		}
	}
	standIn := ad.Score{Metric: "standin-v2", Value: .9, StandIn: true}
	publish(standIn)
	check(1, .9, true)
	model := publish(ad.Score{Metric: "siglip2", Model: "m", Value: .3})
	check(2, .3, false)
	publish(standIn)
	check(3, .3, false)
	if err := s.Delete(t.Context(), "me", model.AdID); err != nil {
		t.Fatal(err)
	}
	check(2, .9, true)
}

func TestStatistics(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	stats := func() ad.Stats {
		t.Helper()
		st, err := s.Stats(t.Context(), "me")
		if err != nil {
			t.Fatal(err)
		}
		return st
	}
	empty := stats()
	if empty.TotalAds != 0 || empty.AvgScore != 0 || len(empty.Months) != 12 || empty.Months[11].Month != "2027-01" ||
		empty.Months[0].Month != "2026-02" {
		t.Fatalf("empty: %+v", empty)
	}
	a, b := s.published(t, "me", .5), s.published(t, "me", .7333)
	s.published(t, "you", .1)
	s.running(t, "me") // does not count
	if err := s.Publish(t.Context(), b.Ref); err != nil {
		t.Fatalf("publishing again: %v", err)
	}
	if st := stats(); st.TotalAds != 2 || st.AvgScore != .6167 ||
		st.Months[11] != (ad.MonthStats{Month: "2027-01", Ads: 2, AvgScore: .6167}) {
		t.Errorf("two ads: %+v", st)
	}
	if err := s.Delete(t.Context(), "me", b.AdID); err != nil {
		t.Fatal(err)
	}
	if st := stats(); st.TotalAds != 1 || st.AvgScore != .5 {
		t.Errorf("one deleted: %+v", st)
	}
	if err := s.Delete(t.Context(), "me", a.AdID); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(empty, stats()); diff != "" {
		t.Errorf("deleting left something behind:\n%s", diff)
	}
}

// A deleted ad leaves its tombstone, which names nobody, and nothing else.
func TestADeletedAdLeavesNothingOfItsOwner(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	a := s.published(t, "an-owner", .5)
	if err := s.Delete(t.Context(), "an-owner", a.AdID); err != nil {
		t.Fatal(err)
	}
	out, err := s.db.Query(t.Context(), &dynamodb.QueryInput{
		TableName: &s.name, KeyConditionExpression: aws.String("PK = :pk"),
		ExpressionAttributeValues: map[string]types.AttributeValue{
			":pk": &types.AttributeValueMemberS{Value: "AD#" + a.AdID},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, item := range out.Items {
		if sort, ok := item["SK"].(*types.AttributeValueMemberS); !ok || sort.Value != "TOMBSTONE" {
			t.Errorf("left: %v", item)
		}
		for name, v := range item {
			if text, ok := v.(*types.AttributeValueMemberS); ok && strings.Contains(text.Value, "an-owner") {
				t.Errorf("%s names the owner: %s", name, text.Value)
			}
		}
	}
	if len(out.Items) != 1 {
		t.Errorf("%d items left, want the tombstone", len(out.Items))
	}
}

func TestDeleteAndPublishRace(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	for range 10 {
		a := s.running(t, "me")
		if err := s.Finish(t.Context(), a.Ref, ad.Prepare, ad.Result{Score: &ad.Score{Value: .5}}); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Begin(t.Context(), a.Ref, ad.Publish); err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		wg.Go(func() {
			if err := s.Publish(t.Context(), a.Ref); err != nil &&
				!fault.Has(err, fault.AdGone, fault.StorageThrottled, fault.StorageUnavailable) {
				t.Error(err)
			}
		})
		wg.Go(func() {
			if err := s.Delete(t.Context(), "me", a.AdID); err != nil &&
				!fault.Has(err, fault.StorageThrottled, fault.StorageUnavailable) {
				t.Error(err)
			}
		})
		wg.Wait()
		_ = s.Delete(t.Context(), "me", a.AdID) // when the two only hindered each other
	}
	if st, err := s.Stats(t.Context(), "me"); err != nil || st.TotalAds != 0 || st.AvgScore != 0 {
		t.Errorf("stats = %+v, %v", st, err)
	}
}

func TestListPages(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	for _, tc := range []struct{ ads, pages int }{{0, 1}, {2, 1}, {3, 1}, {4, 2}, {6, 2}, {7, 3}} {
		t.Run(strconv.Itoa(tc.ads), func(t *testing.T) {
			t.Parallel()
			testListPages(t, s, "me"+strconv.Itoa(tc.ads), tc.ads, tc.pages)
		})
	}
}

// testListPages lists the ads of an owner by three; the last page has a next one
// only where something follows.
func testListPages(t *testing.T, s table, owner string, ads, wantPages int) {
	t.Helper()
	var want []string
	for range ads {
		want = append(want, s.create(t, owner).AdID)
	}
	s.create(t, "you")
	slices.Reverse(want)
	var got []string
	cursor, pages := "", 0
	for {
		ads, next, err := s.List(t.Context(), owner, 3, cursor)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range ads {
			got = append(got, a.AdID)
		}
		pages++
		if cursor = next; cursor == "" {
			break
		}
	}
	if !slices.Equal(got, want) || pages != wantPages {
		t.Errorf("%d pages: %v, want %v", pages, got, want)
	}
}

func TestListRefusesACursorOfOthers(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	for _, bad := range []string{"x", "!!", "MS4" /* "1." */, "Mi4wMTk0"} {
		_, _, err := s.List(t.Context(), "me", 3, bad)
		var f *fault.Fault
		if !errors.As(err, &f) || f.Code != fault.RequestInvalid || f.Fields[0].Name != "cursor" {
			t.Errorf("cursor %q: %v", bad, err)
		}
	}
}

// The dashboard costs the same for 11 ads and for 10,000: one Query that reads one
// page of items, here of ten, and the next one's first, and one BatchGetItem of 13 keys.
func TestDashboardReadsDoNotGrow(t *testing.T) {
	if testing.Short() {
		t.Skip("writes 10,000 records")
	}
	t.Parallel()
	cost := func(n int) string {
		s := newTable(t)
		s.fill(t, "me", n)
		meter := &meter{}
		metered := adstore.New(
			dynamodb.NewFromConfig(localaws.Config(t), meter.install), s.name, func() time.Time { return now },
		)
		if ads, _, err := metered.List(t.Context(), "me", 10, ""); err != nil || len(ads) != 10 {
			t.Fatalf("List of %d: %d, %v", n, len(ads), err)
		}
		if _, err := metered.Stats(t.Context(), "me"); err != nil {
			t.Fatal(err)
		}
		return meter.String()
	}
	few, many := cost(11), cost(10_000)
	t.Logf("11 ads: %s; 10,000 ads: %s", few, many)
	if few != many || !strings.Contains(few, "Query=1") {
		t.Errorf("11 ads cost %s, 10,000 cost %s", few, many)
	}
}

// fill writes n bare ads of an owner.
func (s table) fill(t *testing.T, owner string, n int) {
	t.Helper()
	for from := 0; from < n; from += 25 { // BatchWriteItem's limit
		var writes []types.WriteRequest
		for range min(25, n-from) {
			id, err := ad.NewID()
			if err != nil {
				t.Fatal(err)
			}
			str := func(v string) types.AttributeValue { return &types.AttributeValueMemberS{Value: v} }
			writes = append(writes, types.WriteRequest{PutRequest: &types.PutRequest{Item: map[string]types.AttributeValue{
				"PK": str("OWNER#" + owner), "SK": str("AD#" + id), "owner": str(owner), "ad_id": str(id),
				"status":     str("succeeded"),
				"attempt":    &types.AttributeValueMemberN{Value: "1"},
				"created_at": str(now.Format(time.RFC3339)), "updated_at": str(now.Format(time.RFC3339)),
				"html_code": str(strings.Repeat("x", 2000)),
			}}})
		}
		if _, err := s.db.BatchWriteItem(
			t.Context(), &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{s.name: writes}},
		); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAThrottleIsAFault(t *testing.T) {
	t.Parallel()
	cfg := localaws.Config(t)
	s := adstore.New(dynamodb.NewFromConfig(cfg), "no-such-table", nil)
	a := newAd(t, "me")
	calls := map[string]func() error{
		"Create":  func() error { _, _, err := s.Create(t.Context(), a, nil); return err },
		"Get":     func() error { _, err := s.Get(t.Context(), "me", a.AdID); return err },
		"Find":    func() error { _, err := s.Find(t.Context(), a.AdID); return err },
		"Enqueue": func() error { _, err := s.Enqueue(t.Context(), a.Ref); return err },
		"Begin":   func() error { _, err := s.Begin(t.Context(), a.Ref, ad.Prepare); return err },
		"Finish":  func() error { return s.Finish(t.Context(), a.Ref, ad.Prepare, ad.Result{}) },
		"Publish": func() error { return s.Publish(t.Context(), a.Ref) },
		"Fail":    func() error { return s.Fail(t.Context(), a.Ref, ad.Failure{}) },
		"Retry":   func() error { _, err := s.Retry(t.Context(), "me", a.AdID); return err },
		"Delete":  func() error { return s.Delete(t.Context(), "me", a.AdID) },
		"List":    func() error { _, _, err := s.List(t.Context(), "me", 1, ""); return err },
		"Stats":   func() error { _, err := s.Stats(t.Context(), "me"); return err },
	}
	for name, call := range calls {
		if err := call(); !fault.Has(err, fault.StorageUnavailable) {
			t.Errorf("%s without its table: %v", name, err)
		}
	}
}

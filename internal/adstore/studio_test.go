package adstore_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go/middleware"
	"github.com/google/go-cmp/cmp"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/adstore"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/localaws"
)

func id(t *testing.T) string {
	t.Helper()
	s, err := ad.NewID()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// finished makes an ad that has gone through all steps.
func (s table) finished(t *testing.T) ad.Ad {
	t.Helper()
	a := s.running(t, "me")
	seed := uint64(7)
	_, begun := s.Begin(t.Context(), a.Ref, ad.Publish)
	for _, err := range []error{
		begun,
		s.Finish(t.Context(), a.Ref, ad.Prepare, ad.Result{
			Analysis: &ad.Analysis{Version: "1"}, Seed: &seed, Engine: "e", MainCopy: "설렘을 담다", SubCopy: "오늘도 함께",
			CopySource: ad.ByTemplate, HTML: "<p>", Layout: "top-left", Contrast: 5.5, Width: 1024, Height: 1024,
			Score: &ad.Score{Metric: "m", Value: .5}, HasProductPage: true, HasMask: true,
			Product: &ad.Product{CutOut: true, Confidence: .9, Doubts: []ad.Doubt{ad.DoubtEdge}, FidelityDB: 50},
		}),
		s.Publish(t.Context(), a.Ref),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return s.get(t, a.Ref)
}

func (s table) studio(t *testing.T, a ad.Ad) ad.Studio {
	t.Helper()
	all, err := s.Studio(t.Context(), a.Owner, a.AdID)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func (s table) addRendition(t *testing.T, a ad.Ad, c *ad.Claim) (ad.Rendition, error) {
	t.Helper()
	return s.AddRendition(t.Context(), a.Ref, ad.Rendition{
		ID: id(t), SceneID: a.AdID, Drawn: "bottom-band", HTML: "<b>", Contrast: 7, HasPage: true,
		Design: ad.Design{
			MainCopy: "새 문구", Channel: "wide", Width: 1200, Height: 628, Layout: "bottom-band", Corner: "left",
			Typeface: "serif", Badge: "1+1", Brand: true, AIMark: true,
		},
	}, c)
}

func (s table) addScene(t *testing.T, a ad.Ad, c *ad.Claim) (ad.Ad, error) {
	t.Helper()
	scene := ad.Ad{Ref: a.Ref, Fields: a.Fields, SizeWish: ad.Size{Width: 1080, Height: 1920}}
	scene.FurtherScene, scene.AdConcept, scene.CutOutWish = id(t), "바닷가", &ad.CutOut{
		Mode: "auto", Keep: []ad.Stroke{{Points: []ad.Point{{.25, .5}}, Width: .1}},
	}
	return s.AddScene(t.Context(), scene, c)
}

// count says how many items there are of an ad, beside what others have.
func (s table) count(t *testing.T) int {
	t.Helper()
	out, err := s.db.Scan(t.Context(), &dynamodb.ScanInput{TableName: &s.name, Select: types.SelectCount})
	if err != nil {
		t.Fatal(err)
	}
	return int(out.Count)
}

func TestAFinishedAdHasItsFirstSceneAndRendition(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	if all := s.studio(t, s.running(t, "me")); len(all.Scenes)+len(all.Renditions) != 0 {
		t.Errorf("an ad that is being made has %+v", all)
	}
	a := s.finished(t)
	all := s.studio(t, a)
	scene, rendition := a.First()
	if d := cmp.Diff([]ad.Scene{scene}, all.Scenes); d != "" {
		t.Errorf("scenes: -want +got\n%s", d)
	}
	if d := cmp.Diff([]ad.Rendition{rendition}, all.Renditions); d != "" {
		t.Errorf("renditions: -want +got\n%s", d)
	}
	if a.Main != a.AdID || a.Counts != (ad.Counts{Scenes: 1, Renditions: 1, Edits: 1}) || rendition.Contrast != 5.5 ||
		!rendition.HasPage || *scene.Seed != 7 || !scene.HasMask || scene.Product == nil || !a.HasProductPage {
		t.Errorf("%+v, %+v, %+v", a, scene, rendition)
	}
	if main, ok := all.MainRendition(); !ok || main.MainCopy != "설렘을 담다" {
		t.Errorf("the main one is %+v, %v", main, ok)
	}
	if _, err := s.Studio(t.Context(), "you", a.AdID); !fault.Has(err, fault.AdNotFound) {
		t.Errorf("another owner gets %v", err)
	}
}

func TestRenditions(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	a := s.finished(t)
	one, err := s.addRendition(t, a, nil)
	if err != nil {
		t.Fatal(err)
	}
	all := s.studio(t, a)
	if d := cmp.Diff(one, all.Renditions[1]); d != "" {
		t.Errorf("kept: -want +got\n%s", d)
	}
	if err := s.SetMain(t.Context(), "me", a.AdID, one.ID); err != nil {
		t.Fatal(err)
	}
	if got := s.get(t, a.Ref); got.Main != one.ID || got.Score == nil {
		t.Errorf("main %s, score %v", got.Main, got.Score)
	}
	ads, _, err := s.List(t.Context(), "me", 10, "")
	if err != nil || len(ads) != 1 || ads[0].Main != one.ID {
		t.Errorf("listed: %+v, %v", ads, err)
	}
	wantFault(t, s.DeleteRendition(t.Context(), "me", a.AdID, one.ID), fault.RenditionMain)
	wantFault(t, s.SetMain(t.Context(), "me", a.AdID, id(t)), fault.RenditionNotFound)
	wantFault(t, s.SetMain(t.Context(), "you", a.AdID, a.AdID), fault.AdNotFound)
	if err := s.DeleteRendition(t.Context(), "me", a.AdID, a.AdID); err != nil {
		t.Fatal(err)
	}
	wantFault(t, s.DeleteRendition(t.Context(), "me", a.AdID, a.AdID), fault.RenditionNotFound)
	wantFault(t, s.DeleteRendition(t.Context(), "you", a.AdID, one.ID), fault.AdNotFound)
	if all := s.studio(t, a); len(all.Renditions) != 1 || all.Renditions[0].ID != one.ID || all.Counts.Renditions != 1 {
		t.Errorf("left: %+v", all)
	}
	if st, err := s.Stats(t.Context(), "me"); err != nil || st.TotalAds != 1 || st.AvgScore != .5 {
		t.Errorf("statistics %+v, %v: they count ads", st, err)
	}
}

// What an unfinished ad, a missing one and a missing scene are told.
func TestWhatCannotBeAdded(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	running := s.running(t, "me")
	_, err := s.addRendition(t, running, nil)
	wantFault(t, err, fault.AdNotFinished)
	_, err = s.addScene(t, running, nil)
	wantFault(t, err, fault.AdNotFinished)
	wantFault(t, s.SetMain(t.Context(), "me", running.AdID, running.AdID), fault.AdNotFinished)
	_, err = s.addRendition(t, newAd(t, "me"), nil)
	wantFault(t, err, fault.AdGone)

	a := s.finished(t)
	scene, err := s.addScene(t, a, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, sceneID := range map[string]string{"no scene": id(t), "one that is not finished": scene.FurtherScene} {
		r := ad.Rendition{ID: id(t), SceneID: sceneID}
		if _, err := s.AddRendition(t.Context(), a.Ref, r, nil); !fault.Has(err, fault.SceneNotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Of many at once there is never one too many.
func TestAnAdHasRoomForSoMany(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	a := s.finished(t)
	try := func(n int, add func() error, full fault.Code) (added int) {
		var wg sync.WaitGroup
		var mu sync.Mutex
		for range n {
			wg.Go(func() {
				err := add()
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil:
					added++
				case !fault.Has(err, full, fault.StorageThrottled):
					t.Error(err)
				}
			})
		}
		wg.Wait()
		return added
	}
	add := func(s *adstore.Store) func() error {
		return func() error {
			_, err := s.AddRendition(t.Context(), a.Ref, ad.Rendition{ID: id(t), SceneID: a.AdID}, nil)
			return err
		}
	}
	for range ad.MaxRenditions - 3 {
		if err := add(s.Store)(); err != nil {
			t.Fatal(err)
		}
	}
	if n := try(8, add(s.Store), fault.RenditionTooMany); n != 2 {
		t.Errorf("%d of 8 found room for 2", n)
	}
	for range ad.MaxScenes - 1 {
		if _, err := s.addScene(t, a, nil); err != nil {
			t.Fatal(err)
		}
	}
	_, err := s.addScene(t, a, nil)
	wantFault(t, err, fault.SceneTooMany)
	all := s.studio(t, a)
	if len(all.Renditions) != ad.MaxRenditions || len(all.Scenes) != ad.MaxScenes {
		t.Errorf("%d renditions, %d scenes", len(all.Renditions), len(all.Scenes))
	}
	if q := s.shared(t); !slices.Equal(q.Gone, []int{ad.MaxScenes + 1}) {
		t.Errorf("the ticket of the one too many: left are %v", q.Gone)
	}
	// All of it goes in one transaction.
	if err := s.Delete(t.Context(), "me", a.AdID); err != nil {
		t.Fatal(err)
	}
	if n := s.count(t); n != 4 { // tombstone, queue, and the two counters at zero
		t.Errorf("%d items are left", n)
	}
}

// A repeated request finds what the first one made; another one with its key is refused.
func TestClaimsOfRenditions(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	a, b := s.finished(t), s.finished(t)
	c := &ad.Claim{Key: "k", Fingerprint: "f"}
	if made, err := s.Made(t.Context(), a.Ref, c); made != "" || err != nil {
		t.Errorf("before: %q, %v", made, err)
	}
	one, err := s.addRendition(t, a, c)
	if err != nil {
		t.Fatal(err)
	}
	if made, err := s.Made(t.Context(), a.Ref, c); made != one.ID || err != nil {
		t.Errorf("after: %q, %v", made, err)
	}
	_, err = s.addRendition(t, a, c)
	wantFault(t, err, fault.RequestConflict)
	_, err = s.Made(t.Context(), a.Ref, &ad.Claim{Key: "k", Fingerprint: "g"})
	wantFault(t, err, fault.RequestConflict)
	_, err = s.Made(t.Context(), b.Ref, c)
	wantFault(t, err, fault.RequestConflict)
	if n := len(s.studio(t, a).Renditions); n != 2 {
		t.Errorf("%d renditions", n)
	}
}

// A further scene goes through the steps on its own: the ad stays as it is.
func TestTheLifeOfAFurtherScene(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	a := s.finished(t)
	scene, err := s.addScene(t, a, nil)
	if err != nil || scene.Status != ad.Queued || scene.Ticket != 2 {
		t.Fatal(scene, err)
	}
	before := s.get(t, a.Ref)
	if queued, err := s.Enqueue(t.Context(), scene.Ref); !queued || err != nil {
		t.Fatal(queued, err)
	}
	running, err := s.Begin(t.Context(), scene.Ref, ad.Stage1)
	if err != nil || running.FurtherScene != scene.FurtherScene || running.AdConcept != "바닷가" ||
		running.ProductName == "" || running.SizeWish != (ad.Size{Width: 1080, Height: 1920}) {
		t.Fatal(running, err)
	}
	seed := uint64(9)
	res := ad.Result{Seed: &seed, Analysis: &ad.Analysis{Version: "2"}}
	if err := s.Finish(t.Context(), scene.Ref, ad.Stage1, res); err != nil {
		t.Fatal(err)
	}
	late := adstore.New(s.db, s.name, func() time.Time { return now.Add(2 * time.Hour) })
	due, err := late.Due(t.Context())
	if err != nil || !slices.Contains(due, ad.Due{AdID: a.AdID, FurtherScene: scene.FurtherScene}) {
		t.Errorf("due: %+v, %v", due, err)
	}
	if _, err := s.Begin(t.Context(), scene.Ref, ad.Publish); err != nil {
		t.Fatal(err)
	}
	for range 2 { // its answer was lost
		if err := s.Publish(t.Context(), scene.Ref); err != nil {
			t.Fatal(err)
		}
	}
	if due, err := late.Due(t.Context()); err != nil || len(due) != 0 {
		t.Errorf("still due: %+v, %v", due, err)
	}
	all := s.studio(t, a)
	got, ok := all.Scene(scene.FurtherScene)
	if !ok || got.Status != ad.Succeeded || *got.Seed != 9 || got.Analysis.Version != "2" || !got.HasPage {
		t.Errorf("scene %+v", got)
	}
	if d := cmp.Diff(before, all.Ad); d != "" {
		t.Errorf("the ad changed: -before +after\n%s", d)
	}
	if st, err := s.Stats(t.Context(), "me"); err != nil || st.TotalAds != 1 {
		t.Errorf("statistics %+v, %v: they count ads", st, err)
	}
}

// A scene that failed, and the deletion of scenes.
func TestScenesThatGo(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	a := s.finished(t)
	scene, err := s.addScene(t, a, nil)
	if err != nil {
		t.Fatal(err)
	}
	wantFault(t, s.DeleteScene(t.Context(), "me", a.AdID, scene.FurtherScene), fault.SceneInUse)
	wantFault(t, s.DeleteScene(t.Context(), "me", a.AdID, a.AdID), fault.SceneInUse)
	wantFault(t, s.DeleteScene(t.Context(), "me", a.AdID, id(t)), fault.SceneNotFound)
	failure := ad.Failure{Code: "GPU.Rejected", Detail: "x"}
	if err := s.Fail(t.Context(), scene.Ref, failure); err != nil {
		t.Fatal(err)
	}
	all := s.studio(t, a)
	if got, _ := all.Scene(scene.FurtherScene); got.Status != ad.Failed || *got.Failure != failure ||
		all.Status != ad.Succeeded {
		t.Errorf("scene %+v, ad %s", got, all.Status)
	}
	if q := s.shared(t); !slices.Equal(q.Gone, []int{1, scene.Ticket}) && !slices.Equal(q.Gone, []int{scene.Ticket}) {
		t.Errorf("left the queue: %v", q.Gone)
	}
	if err := s.DeleteScene(t.Context(), "me", a.AdID, scene.FurtherScene); err != nil {
		t.Fatal(err)
	}
	if all := s.studio(t, a); len(all.Scenes) != 1 || all.Counts.Scenes != 1 {
		t.Errorf("left: %+v", all.Scenes)
	}
	// A step of a scene that is no more learns it.
	if _, err := s.Begin(t.Context(), scene.Ref, ad.Stage1); !fault.Has(err, fault.AdGone) {
		t.Error(err)
	}
}

// An ad that was finished before scenes and renditions were items reads as one of each, and
// gets them as items with its first edit.
func TestAnAdOfBefore(t *testing.T) {
	t.Parallel()
	for name, edit := range map[string]func(t *testing.T, s table, a ad.Ad) error{
		"a rendition is added": func(t *testing.T, s table, a ad.Ad) error {
			t.Helper()
			_, err := s.addRendition(t, a, nil)
			return err
		},
		"a scene is added": func(t *testing.T, s table, a ad.Ad) error {
			t.Helper()
			_, err := s.addScene(t, a, nil)
			return err
		},
		"it is shared": func(t *testing.T, s table, a ad.Ad) error {
			t.Helper()
			_, err := s.Share(t.Context(), "me", a.AdID)
			return err
		},
		"its only one is made the main one": func(t *testing.T, s table, a ad.Ad) error {
			t.Helper()
			return s.SetMain(t.Context(), "me", a.AdID, a.AdID)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newTable(t)
			a := s.finished(t)
			s.forget(t, a)
			a = s.get(t, a.Ref)
			all := s.studio(t, a)
			if len(all.Scenes) != 1 || len(all.Renditions) != 1 || all.Main != a.AdID || all.Renditions[0].HasPage ||
				all.Renditions[0].Width != 1024 || all.Renditions[0].HTML != "<p>" {
				t.Errorf("it reads as %+v", all)
			}
			wantFault(t, s.DeleteRendition(t.Context(), "me", a.AdID, a.AdID), fault.RenditionMain)
			s.forget(t, a)
			if err := edit(t, s, a); err != nil {
				t.Fatal(err)
			}
			after := s.studio(t, a)
			if d := cmp.Diff(all.Renditions[0], after.Renditions[0]); d != "" {
				t.Errorf("its first rendition changed: -before +after\n%s", d)
			}
			if after.Counts.Scenes != len(after.Scenes) || after.Counts.Renditions != len(after.Renditions) {
				t.Errorf("counts %+v, has %d and %d", after.Counts, len(after.Scenes), len(after.Renditions))
			}
			if err := s.Delete(t.Context(), "me", a.AdID); err != nil {
				t.Fatal(err)
			}
			if n := s.count(t); n != 4 {
				t.Errorf("%d items are left", n)
			}
		})
	}
}

// forget makes an ad what it was before scenes and renditions were items.
func (s table) forget(t *testing.T, a ad.Ad) {
	t.Helper()
	_, err := s.db.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
		TableName: &s.name, Key: map[string]types.AttributeValue{
			"PK": &types.AttributeValueMemberS{Value: "OWNER#" + a.Owner},
			"SK": &types.AttributeValueMemberS{Value: "AD#" + a.AdID},
		},
		UpdateExpression:         aws.String("REMOVE main, scenes, renditions, edits, width, height, #l, seed"),
		ExpressionAttributeNames: map[string]string{"#l": "layout"},
	})
	for _, sk := range []string{"SCENE#", "RENDITION#"} {
		_, e := s.db.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{
			TableName: &s.name, Key: map[string]types.AttributeValue{
				"PK": &types.AttributeValueMemberS{Value: "AD#" + a.AdID}, "SK": &types.AttributeValueMemberS{Value: sk + a.AdID},
			},
		})
		err = errors.Join(err, e)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// The owner's word is kept with the scene it was said for, and read by every step of it.
func TestAScenesCutOut(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	a := s.finished(t)
	scene, err := s.addScene(t, a, nil)
	if err != nil {
		t.Fatal(err)
	}
	read, err := s.Begin(t.Context(), scene.Ref, ad.Stage1)
	if d := cmp.Diff(scene.CutOutWish, read.CutOutWish); err != nil || d != "" || scene.CutOutWish == nil {
		t.Errorf("%v\n%s", err, d)
	}
	all := s.studio(t, a)
	if d := cmp.Diff(scene.CutOutWish, all.Scenes[1].CutOut); d != "" || all.Scenes[0].CutOut != nil {
		t.Errorf("%+v\n%s", all.Scenes[0].CutOut, d)
	}
}

// A rendition that comes between the look at a scene and its deletion keeps the scene.
func TestASceneThatIsUsedAtTheLastMoment(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	a := s.finished(t)
	scene, err := s.addScene(t, a, nil)
	if err != nil {
		t.Fatal(err)
	}
	seed := uint64(9)
	for _, step := range []func() error{
		func() error { _, err := s.Begin(t.Context(), scene.Ref, ad.Stage1); return err },
		func() error { return s.Finish(t.Context(), scene.Ref, ad.Stage1, ad.Result{Seed: &seed}) },
		func() error { _, err := s.Begin(t.Context(), scene.Ref, ad.Publish); return err },
		func() error { return s.Publish(t.Context(), scene.Ref) },
	} {
		if err := step(); err != nil {
			t.Fatal(err)
		}
	}
	used := false
	between := dynamodb.NewFromConfig(localaws.Config(t), func(o *dynamodb.Options) {
		o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error {
			return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("between", func(
				ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler,
			) (middleware.InitializeOutput, middleware.Metadata, error) {
				if _, write := in.Parameters.(*dynamodb.TransactWriteItemsInput); write && !used {
					used = true
					one := ad.Rendition{ID: id(t), SceneID: scene.FurtherScene}
					if _, err := s.AddRendition(ctx, a.Ref, one, nil); err != nil {
						t.Error(err)
					}
				}
				return next.HandleInitialize(ctx, in)
			}), middleware.Before)
		})
	})
	late := adstore.New(between, s.name, func() time.Time { return now })
	wantFault(t, late.DeleteScene(t.Context(), "me", a.AdID, scene.FurtherScene), fault.SceneInUse)
	if all := s.studio(t, a); !used || len(all.Scenes) != 2 || all.Counts.Scenes != 2 || len(all.Renditions) != 2 {
		t.Errorf("used %v, left: %+v", used, all)
	}
}

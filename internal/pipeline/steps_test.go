package pipeline_test

import (
	"bytes"
	"context"
	"image"
	_ "image/jpeg"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/copywriter"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/gpu"
	"github.com/nanococoa/nanococoa/internal/llm"
	"github.com/nanococoa/nanococoa/internal/pipeline"
	"github.com/nanococoa/nanococoa/internal/step"
)

// doubtful is a product that is shown framed.
func doubtful() *ad.Product {
	return &ad.Product{Confidence: 0.2, Doubts: []ad.Doubt{ad.DoubtHand}, FidelityDB: 99, Model: "u2netp"}
}

func prepare(w *world) step.Func {
	w.objects[ad.OriginalPhoto] = picture(w.t, 600, 520)
	return pipeline.Prepare{Ads: w, Pictures: bucket{w}}.Run
}

func prompt(w *world) step.Func { return pipeline.Prompt{Ads: w, Model: w}.Run }

func stage1(w *world) step.Func {
	w.objects[ad.ProductPhoto] = []byte("product")
	w.ad.Prompt, w.ad.SizeWish = "a quiet station", ad.Size{Width: 1200, Height: 628}
	w.scene = gpu.Stage1Result{
		Picture: picture(w.t, 80, 80), Analysis: ad.Analysis{Version: "1"}, Engine: "worker", StandIn: false, Seed: 7,
		Product: *doubtful(),
	}
	return pipeline.Stage1{Ads: w, Pictures: bucket{w}, GPU: w}.Run
}

func copywrite(w *world) step.Func {
	w.ad.Analysis = &ad.Analysis{Version: "1"}
	return pipeline.Copywrite{Ads: w, Model: w}.Run
}

func stage2(w *world) step.Func {
	w.objects[ad.Stage1Picture] = []byte("scene")
	w.ad.MainCopy, w.ad.SubCopy, w.ad.Analysis = "설렘을 담다", "주말 기차에 오르는 당신에게", &ad.Analysis{Version: "1"}
	w.set = gpu.Stage2Result{
		Picture: picture(w.t, 100, 80), HTML: "<p>설렘을 담다</p>", Layout: "top-left", ContrastRatio: 5, Width: 100, Height: 80,
	}
	return pipeline.Stage2{Ads: w, Pictures: bucket{w}, GPU: w, Brands: w, Logos: logos{w}}.Run
}

func clip(w *world) step.Func {
	w.objects[ad.Stage2Picture] = []byte("finished")
	w.ad.Analysis, w.ad.Product = &ad.Analysis{Version: "1"}, doubtful()
	w.score = ad.Score{Metric: "clip", Model: "m", Value: 0.7}
	return pipeline.Clip{Ads: w, Pictures: bucket{w}, GPU: w}.Run
}

// happy is what each step calls, in order, when all goes well.
func happy() map[ad.Step][]string {
	return map[ad.Step][]string{
		ad.Prepare: {
			"begin prepare", "get original", "put product.png", "put product.jpg", "put thumbnail.jpg", "finish prepare",
		},
		ad.Prompt: {"begin prompt", "write prompt", "finish prompt"},
		ad.Stage1: {
			"begin stage1", "get product.png", "gpu stage1", "put thumbnail1.jpg", "put stage1.jpg", "put stage1.png",
			"finish stage1",
		},
		ad.Copywrite: {"begin copywrite", "write copy", "finish copywrite"},
		ad.Stage2: {
			"begin stage2", "get stage1.png", "brand", "gpu stage2", "put thumbnail2.jpg", "put stage2.jpg", "put stage2.png",
			"finish stage2",
		},
		ad.Clip: {"begin clip", "get stage2.png", "gpu score", "finish clip"},
	}
}

func TestWhatEachStepAsksAndLeaves(t *testing.T) {
	t.Parallel()
	want := map[ad.Step]struct {
		result ad.Result
		asked  func(w *world) []any
		types  map[ad.Picture]string
	}{
		ad.Prepare: {
			result: ad.Result{HasProductPage: true},
			types: map[ad.Picture]string{
				ad.ProductPhoto: "image/png", ad.ProductPage: "image/jpeg", ad.ProductThumbnail: "image/jpeg",
			},
		},
		ad.Prompt: {
			result: ad.Result{Prompt: "a station at dawn", PromptBy: ad.ByModel},
			asked:  func(*world) []any { return []any{order} },
		},
		ad.Stage1: {
			result: ad.Result{
				Analysis: &ad.Analysis{Version: "1"}, Product: doubtful(), Engine: "worker", Seed: seed(7),
			},
			asked: func(w *world) []any {
				return []any{gpu.Stage1Request{
					Width: 1200, Height: 628,
					IdempotencyKey: w.ad.AdID + ".2.stage1", Photo: []byte("product"), Prompt: "a quiet station",
					ProductName: order.ProductName, ProductCategory: order.ProductCategory, AdConcept: order.AdConcept,
				}}
			},
			types: map[ad.Picture]string{
				ad.Stage1Thumbnail: "image/jpeg", ad.Stage1Page: "image/jpeg", ad.Stage1Picture: "image/png",
			},
		},
		ad.Copywrite: {
			result: ad.Result{MainCopy: "설렘을 담다", SubCopy: "주말 기차에 오르는 당신에게", CopySource: ad.ByModel},
			asked:  func(*world) []any { return []any{order, &ad.Analysis{Version: "1"}} },
		},
		ad.Stage2: {
			result: ad.Result{HTML: "<p>설렘을 담다</p>", Layout: "top-left", Contrast: 5, Width: 100, Height: 80},
			asked: func(w *world) []any {
				return []any{gpu.Stage2Request{
					IdempotencyKey: w.ad.AdID + ".2.stage2", Picture: []byte("scene"),
					ProductName: order.ProductName, TargetAge: order.TargetAge, TargetGender: order.TargetGender,
					AdConcept: order.AdConcept,
					MainCopy:  "설렘을 담다", SubCopy: "주말 기차에 오르는 당신에게", Analysis: &ad.Analysis{Version: "1"},
					HTMLPictureURL: "cid:stage1", AIMark: true,
				}}
			},
			types: map[ad.Picture]string{
				ad.Stage2Thumbnail: "image/jpeg", ad.Stage2Page: "image/jpeg", ad.Stage2Picture: "image/png",
			},
		},
		ad.Clip: {
			result: ad.Result{Score: &ad.Score{Metric: "clip", Model: "m", Value: 0.7, Text: order.AdConcept}},
			asked: func(w *world) []any {
				return []any{gpu.ScoreRequest{
					IdempotencyKey: w.ad.AdID + ".2.clip", Picture: []byte("finished"), Prompt: order.AdConcept,
					Analysis: &ad.Analysis{Version: "1"}, Product: doubtful(),
				}}
			},
		},
	}
	for step, wire := range steps(t) {
		t.Run(string(step), func(t *testing.T) {
			t.Parallel()
			w, want := newWorld(t), want[step]
			run := wire(w)
			if err := run(context.Background(), w.input()); err != nil {
				t.Fatal(err)
			}
			w.called(happy()[step]...)
			if d := cmp.Diff(want.result, w.result); d != "" {
				t.Errorf("left on the record: -want +got\n%s", d)
			}
			var asked []any
			if want.asked != nil {
				asked = want.asked(w)
			}
			if d := cmp.Diff(asked, w.asked); d != "" {
				t.Errorf("asked: -want +got\n%s", d)
			}
			if d := cmp.Diff(want.types, w.types); want.types != nil && d != "" {
				t.Errorf("stored: -want +got\n%s", d)
			}
		})
	}
}

func seed(n uint64) *uint64 { return &n }

// A further scene is made by the same steps: its pictures and its key have its own name, the
// photo that is prepared already is left alone, and nothing is learned of an ad's time.
func TestAFurtherScene(t *testing.T) {
	t.Parallel()
	further := func(w *world) ad.StepInput {
		w.ad.FurtherScene, w.ad.SeedWish = "s1", seed(42)
		return w.input()
	}
	w := newWorld(t)
	if err := prepare(w)(context.Background(), further(w)); err != nil {
		t.Fatal(err)
	}
	w.called("begin prepare", "finish prepare")

	w = newWorld(t)
	if err := stage1(w)(context.Background(), further(w)); err != nil {
		t.Fatal(err)
	}
	w.called("begin stage1", "get product.png", "gpu stage1", "put scene-s1-small.jpg", "put scene-s1.jpg",
		"put scene-s1.png", "finish stage1")
	asked, ok := w.asked[0].(gpu.Stage1Request)
	if !ok || asked.IdempotencyKey != "s1.2.stage1" || asked.Seed == nil || *asked.Seed != 42 {
		t.Errorf("asked for %+v", w.asked[0])
	}

	w = newWorld(t)
	in := further(w)
	w.ad.Steps[ad.Stage1] = ad.StepTimes{FinishedAt: time.Unix(1, 0)}
	w.ad.Steps[ad.Publish] = ad.StepTimes{StartedAt: time.Unix(2, 0)}
	if err := (pipeline.Publish{Ads: w, Originals: originals{w}}).Run(context.Background(), in); err != nil {
		t.Fatal(err)
	}
	w.called("begin publish", "publish")
}

func TestStage1SaysWhenItIsAStandIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	run := stage1(w)
	w.scene.Engine, w.scene.StandIn = "standin", true
	w.scene.Parts = []ad.Part{{Role: ad.RoleScene, StandIn: true, Reason: ad.ReasonFailed}}
	if err := run(context.Background(), w.input()); err != nil || w.result.Engine != "standin" || !w.result.StandIn ||
		!slices.Equal(w.result.Parts, w.scene.Parts) {
		t.Errorf("%v, %+v", err, w.result)
	}
}

func TestPreparedPictures(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	run := prepare(w)
	w.objects[ad.OriginalPhoto] = picture(t, 700, 500)
	if err := run(context.Background(), w.input()); err != nil {
		t.Fatal(err)
	}
	if size := sizeOf(t, w.objects[ad.ProductPhoto], "png"); size != image.Pt(700, 500) {
		t.Errorf("product of %v", size)
	}
	if size := sizeOf(t, w.objects[ad.ProductPage], "jpeg"); size != image.Pt(700, 500) {
		t.Errorf("the page's photo of %v", size)
	}
	if size := sizeOf(t, w.objects[ad.ProductThumbnail], "jpeg"); max(size.X, size.Y) != 480 {
		t.Errorf("thumbnail of %v", size)
	}
}

// The owner's word goes to the server, and where the product was found is kept for the owner.
func TestTheOwnersWordGoesToTheServer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	run := stage1(w)
	w.ad.CutOutWish = &ad.CutOut{Mode: ad.CutOutAuto, Box: &ad.Box{0.1, 0.1, 0.5, 0.5}}
	w.scene.Mask = []byte("mask")
	if err := run(context.Background(), w.input()); err != nil {
		t.Fatal(err)
	}
	asked, ok := w.asked[0].(gpu.Stage1Request)
	if !ok || asked.CutOut != w.ad.CutOutWish {
		t.Errorf("asked %+v", w.asked)
	}
	if !w.result.HasMask || string(w.objects[ad.Stage1Mask]) != "mask" || w.types[ad.Stage1Mask] != "image/png" {
		t.Errorf("left %+v, stored %q", w.result, w.objects[ad.Stage1Mask])
	}
}

// What would make a better photo is left for the owner to hear.
func TestAPhotoThatCouldBeBetter(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		photo []byte
		want  []ad.Warning
	}{
		"a small one": {picture(t, 499, 800), []ad.Warning{
			{Field: "product_image", Code: "Photo.Small", Detail: fault.PhotoSmall.Detail()},
		}},
		"a large one": {picture(t, 500, 800), nil},
	} {
		w := newWorld(t)
		run := prepare(w)
		w.objects[ad.OriginalPhoto] = tc.photo
		if err := run(context.Background(), w.input()); err != nil || !slices.Equal(w.result.Warnings, tc.want) {
			t.Errorf("%s: %v, %v", name, w.result.Warnings, err)
		}
	}
}

func TestTheFinishedPictureAndItsThumbnail(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	run := stage2(w)
	w.set.Picture = picture(t, 1000, 600)
	if err := run(context.Background(), w.input()); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(w.objects[ad.Stage2Picture], w.set.Picture) {
		t.Error("the finished picture is not the server's")
	}
	if size := sizeOf(t, w.objects[ad.Stage2Thumbnail], "jpeg"); size != image.Pt(480, 288) {
		t.Errorf("thumbnail of %v", size)
	}
}

func sizeOf(t *testing.T, data []byte, format string) image.Point {
	t.Helper()
	img, got, err := image.Decode(bytes.NewReader(data))
	if err != nil || got != format {
		t.Fatalf("%s, %v", got, err)
	}
	return img.Bounds().Size()
}

// A step whose reply was lost is run again: it has nothing left to do.
func TestAStepThatIsDoneDoesNothing(t *testing.T) {
	t.Parallel()
	for step, wire := range steps(t) {
		w := newWorld(t)
		run := wire(w)
		w.ad.Steps[step] = ad.StepTimes{StartedAt: time.Unix(1, 0), FinishedAt: time.Unix(2, 0)}
		if err := run(context.Background(), w.input()); err != nil {
			t.Errorf("%s: %v", step, err)
		}
		w.called("begin " + string(step))
	}
}

// One that died in the middle does all of it again, under the same names.
func TestAStepThatDiedIsDoneAgain(t *testing.T) {
	t.Parallel()
	for step, wire := range steps(t) {
		w := newWorld(t)
		run := wire(w)
		w.ad.Steps[step] = ad.StepTimes{StartedAt: time.Unix(1, 0)}
		if err := run(context.Background(), w.input()); err != nil {
			t.Errorf("%s: %v", step, err)
		}
		w.called(happy()[step]...)
	}
}

// Whatever call of whatever step fails: its code comes out, nothing after it is
// done, and the step is not marked as ended.
func TestAFaultEndsAStep(t *testing.T) {
	t.Parallel()
	for step, wire := range steps(t) {
		for i, call := range happy()[step] {
			for _, code := range []fault.Code{
				fault.StorageThrottled, fault.GPUBusy, fault.GPURejected, fault.PhotoCorrupt, fault.OpenAIRefused,
			} {
				w := newWorld(t)
				run := wire(w)
				w.fail[call] = down(code)
				err := run(context.Background(), w.input())
				if got := fault.From(err); got == nil || got.Code != code {
					t.Errorf("%s, %s: %v, want %s", step, call, err, code)
				}
				w.called(happy()[step][:i+1]...)
			}
		}
	}
}

// An ad that is gone when a step begins, or when it wants to leave its result.
func TestAStepOfAnAdThatIsGone(t *testing.T) {
	t.Parallel()
	stores := map[ad.Step]bool{ad.Prepare: true, ad.Stage1: true, ad.Stage2: true}
	missing := fault.New(fault.AdNotFound, nil)
	for step, wire := range steps(t) {
		for _, at := range []string{"begin ", "finish "} {
			at += string(step)
			done := happy()[step]
			if at[0] == 'b' {
				done = done[:1]
			}
			for name, tc := range map[string]struct {
				look, purge error
				more        []string // calls of a step that stores pictures
				want        fault.Code
			}{
				"deleted":    {look: missing, more: []string{"look", "purge"}, want: fault.AdGone},
				"superseded": {more: []string{"look"}, want: fault.AdGone},
				"nobody can say": {
					look: down(fault.StorageThrottled), more: []string{"look"}, want: fault.StorageThrottled,
				},
				"deleted, the bucket is down": {
					look: missing, purge: down(fault.StorageUnavailable), more: []string{"look", "purge"},
					want: fault.StorageUnavailable,
				},
				"deleted, nothing to be found": {look: missing, more: []string{"look", "purge"}, want: fault.AdGone},
			} {
				w := newWorld(t)
				run := wire(w)
				w.fail[at], w.fail["look"], w.fail["purge"] = fault.New(fault.AdGone, nil), tc.look, tc.purge
				err := run(context.Background(), w.input())
				want, more := tc.want, tc.more
				if !stores[step] { // it has stored nothing
					want, more = fault.AdGone, nil
				}
				if got := fault.From(err); got == nil || got.Code != want {
					t.Errorf("%s, %s, %s: %v, want %s", step, at, name, err, want)
				}
				w.called(append(append([]string{}, done...), more...)...)
			}
		}
	}
}

func TestAPhotoThatIsNotThere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	run := prepare(w)
	delete(w.objects, ad.OriginalPhoto)
	if err := run(context.Background(), w.input()); !fault.Has(err, fault.PhotoMissing) {
		t.Errorf("%v: the owner must hear of the photo", err)
	}
}

func TestAPhotoThatIsNone(t *testing.T) {
	t.Parallel()
	for want, data := range map[fault.Code][]byte{
		fault.PhotoUnsupported: []byte("%PDF-1.7 and more"),
		fault.PhotoMissing:     {},
		fault.PhotoCorrupt:     picture(t, 100, 100)[:90],
		fault.PhotoTooSmall:    picture(t, 127, 300),
		fault.PhotoBlank:       plain(t, 200),
	} {
		w := newWorld(t)
		run := prepare(w)
		w.objects[ad.OriginalPhoto] = data
		if err := run(context.Background(), w.input()); !fault.Has(err, want) {
			t.Errorf("%v, want %s", err, want)
		}
		w.called("begin prepare", "get original")
	}
}

// A finished picture nobody can read is the server's fault: the owner must not
// be told that the photo is broken, and may try again.
func TestAFinishedPictureThatIsNone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	run := stage2(w)
	w.set.Picture = w.set.Picture[:len(w.set.Picture)/2]
	err := run(context.Background(), w.input())
	if got := fault.From(err); got == nil || got.Code != fault.GPUBadAnswer {
		t.Errorf("%v, want %s", err, fault.GPUBadAnswer)
	}
	w.called("begin stage2", "get stage1.png", "brand", "gpu stage2")

	late, cancel := context.WithCancel(context.Background())
	cancel()
	w = newWorld(t)
	run = stage2(w)
	if err := run(late, w.input()); fault.Has(err, fault.GPUBadAnswer) || err == nil {
		t.Errorf("%v: out of time is not a bad answer", err)
	}
}

// judge is a moderator with one answer.
type judge struct {
	allowed bool
	texts   []string
	photo   string
}

func (j *judge) Allowed(_ context.Context, texts []string, photo []byte) bool {
	j.texts, j.photo = texts, string(photo)
	return j.allowed
}

// What moderation refuses costs no picture, and is told so; what it allows goes on.
func TestOrdersAreJudgedBeforeAPictureIsMade(t *testing.T) {
	t.Parallel()
	for _, allowed := range []bool{true, false} {
		w := newWorld(t)
		stage1(w)
		w.objects[ad.ProductThumbnail] = []byte("small")
		j := &judge{allowed: allowed}
		err := pipeline.Stage1{Ads: w, Pictures: bucket{w}, GPU: w, Judge: j}.Run(t.Context(), w.input())
		if allowed && err != nil || !allowed && !fault.Has(err, fault.AdRefused) {
			t.Errorf("allowed %v: %v", allowed, err)
		}
		if len(w.asked) > 0 != allowed {
			t.Errorf("allowed %v: the GPU server got %d requests", allowed, len(w.asked))
		}
		if j.photo != "small" || !slices.Equal(j.texts, []string{order.ProductName, order.ProductCategory, order.AdConcept}) {
			t.Errorf("judged were %q and %q", j.texts, j.photo)
		}
	}
}

// Whoever writes is told which lines the owner's last ads have: not those of the ad itself,
// which a retry writes anew.
func TestLinesOfTheLastAdsAreNotWrittenAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.last = []ad.Ad{
		{Ref: w.ad.Ref, MainCopy: "이 광고의 첫 줄", SubCopy: "이 광고의 둘째 줄"},
		{Ref: ad.Ref{AdID: "a"}, MainCopy: "어제의 첫 줄", SubCopy: "어제의 둘째 줄"},
		{Ref: ad.Ref{AdID: "b"}},
	}
	if err := (pipeline.Copywrite{Ads: w, Model: w, Last: w}).Run(t.Context(), w.input()); err != nil {
		t.Fatal(err)
	}
	w.called("begin copywrite", "list", "write copy", "finish copywrite")
	if want := []string{"어제의 첫 줄", "어제의 둘째 줄"}; !slices.Equal(w.used, want) {
		t.Errorf("used are %q, want %q", w.used, want)
	}
	w = newWorld(t)
	w.fail["list"] = down(fault.StorageThrottled)
	err := pipeline.Copywrite{Ads: w, Model: w, Last: w}.Run(t.Context(), w.input())
	if !fault.Has(err, fault.StorageThrottled) {
		t.Errorf("%v: the state machine must try again", err)
	}
}

// The deterministic writer writes when there is no model, and when the state
// machine says that the model is down.
func TestTheTemplateWritesInPlaceOfTheModel(t *testing.T) {
	t.Parallel()
	template := copywriter.Template{}
	text, err := template.WritePrompt(context.Background(), order)
	if err != nil {
		t.Fatal(err)
	}
	analysis := &ad.Analysis{Version: "1"}
	words, err := template.WriteCopy(context.Background(), order, analysis)
	if err != nil {
		t.Fatal(err)
	}
	if text.By != ad.ByTemplate || words.By != ad.ByTemplate || text.Text == "" || words.Main == "" || words.Sub == "" {
		t.Fatalf("%+v %+v", text, words)
	}
	for name, tc := range map[string]struct {
		model  bool
		writer ad.CopySource
	}{"no model": {false, ""}, "the model is down": {true, ad.ByTemplate}, "neither": {false, ad.ByTemplate}} {
		w := newWorld(t)
		var model llm.Model
		if tc.model {
			model = w
		}
		in := w.input()
		in.Writer = tc.writer
		if err := (pipeline.Prompt{Ads: w, Model: model}).Run(context.Background(), in); err != nil {
			t.Fatal(err)
		}
		if w.result.Prompt != text.Text || w.result.PromptBy != ad.ByTemplate {
			t.Errorf("%s: %+v", name, w.result)
		}
		w.ad.Analysis = analysis
		if err := (pipeline.Copywrite{Ads: w, Model: model}).Run(context.Background(), in); err != nil {
			t.Fatal(err)
		}
		if w.result.MainCopy != words.Main || w.result.SubCopy != words.Sub || w.result.CopySource != ad.ByTemplate {
			t.Errorf("%s: %+v", name, w.result)
		}
		w.called("begin prompt", "finish prompt", "begin copywrite", "finish copywrite")
	}
}

// On an owner's retry a model's text is kept, a template's is written anew: the
// model may be back. When the sweeper began the attempt again, both are kept: the
// GPU server knows the attempt's key with that text.
func TestTheTextOfAnEarlierAttempt(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		by       ad.CopySource
		restarts int
		asks     bool
	}{{ad.ByModel, 0, false}, {ad.ByTemplate, 0, true}, {ad.ByModel, 1, false}, {ad.ByTemplate, 1, false}} {
		by, asks := tc.by, tc.asks
		w := newWorld(t)
		w.ad.Restarts = tc.restarts
		w.ad.Prompt, w.ad.PromptBy = "an earlier prompt", by
		w.ad.MainCopy, w.ad.SubCopy, w.ad.CopySource = "이전 문구", "이전 문구의 보조 문구", by
		want := []string{"begin prompt", "finish prompt", "begin copywrite", "finish copywrite"}
		results := []ad.Result{{}, {}}
		if asks {
			want = []string{"begin prompt", "write prompt", "finish prompt", "begin copywrite", "write copy", "finish copywrite"}
			results = []ad.Result{
				{Prompt: "a station at dawn", PromptBy: ad.ByModel},
				{MainCopy: "설렘을 담다", SubCopy: "주말 기차에 오르는 당신에게", CopySource: ad.ByModel},
			}
		}
		for i, run := range []step.Func{prompt(w), pipeline.Copywrite{Ads: w, Model: w}.Run} {
			if err := run(context.Background(), w.input()); err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(results[i], w.result); d != "" {
				t.Errorf("%+v: -want +got\n%s", tc, d)
			}
		}
		w.called(want...)
	}
}

// A restart without any text yet is a beginning like any other.
func TestARestartThatHasNoTextYet(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ad.Restarts = 1
	for _, run := range []step.Func{prompt(w), pipeline.Copywrite{Ads: w, Model: w}.Run} {
		if err := run(context.Background(), w.input()); err != nil {
			t.Fatal(err)
		}
	}
	w.called("begin prompt", "write prompt", "finish prompt", "begin copywrite", "write copy", "finish copywrite")
}

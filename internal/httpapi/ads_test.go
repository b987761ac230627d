package httpapi_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/httpapi"
	"github.com/nanococoa/nanococoa/internal/queue"
)

var noon = time.Date(2026, 11, 23, 3, 0, 0, 123456789, time.UTC)

// until gives the times of steps that are done, and of one that runs.
func until(running ad.Step, done ...ad.Step) map[ad.Step]ad.StepTimes {
	m := map[ad.Step]ad.StepTimes{}
	for i, s := range done {
		m[s] = ad.StepTimes{
			StartedAt: noon.Add(time.Duration(i) * time.Second), FinishedAt: noon.Add(time.Duration(i+1) * time.Second),
		}
	}
	if running != "" {
		m[running] = ad.StepTimes{StartedAt: noon}
	}
	return m
}

// soft is what the judge of the photo left.
var soft = ad.Warning{Field: "product_image", Code: "Photo.Soft", Detail: "사진이 조금 흐립니다."}

func finished(t *testing.T, owner string) ad.Ad {
	t.Helper()
	cosine := 0.31
	return ad.Ad{
		Ref: ad.Ref{Owner: owner, AdID: newID(t), Attempt: 1}, Fields: fields, Status: ad.Succeeded,
		CreatedAt: noon, UpdatedAt: noon.Add(9 * time.Second), Steps: until("", ad.Steps()...),
		Prompt: "a quiet station at dawn", PromptBy: ad.ByModel, MainCopy: "설렘을 담다", SubCopy: "주말 기차에 오르는 당신에게",
		CopySource: ad.ByTemplate,
		HTML:       `<img src="cid:stage1" alt="cid:stage1"><p>src=&#34;cid:stage1&#34;</p><img src="cid:stage1">`,
		Score: &ad.Score{
			Metric: "standin-agreement", Value: 0.72, RawCosine: &cosine, Text: fields.AdConcept, StandIn: true,
		},
		Product: &ad.Product{Confidence: 0.2, Doubts: []ad.Doubt{ad.DoubtHand}, FidelityDB: 99, Model: "u2netp"},
		Engine:  "standin", StandIn: true, Warnings: []ad.Warning{soft},
		Parts: []ad.Part{
			{Role: ad.RoleCutout, Model: "u2netp", Version: "r1", Digest: "309c84690000"},
			{Role: ad.RoleScene, StandIn: true, Reason: ad.ReasonChanged},
		},
	}
}

// show gives an ad as GET answers it.
func (w *world) show(a ad.Ad) (httpapi.Ad, map[string]any) {
	w.t.Helper()
	w.ads.get = func(owner, adID string) (ad.Ad, error) {
		if owner != a.Owner || adID != a.AdID {
			w.t.Errorf("asked for %s of %s", adID, owner)
		}
		return a, nil
	}
	res := w.get("/api/ads/" + a.AdID).is(http.StatusOK)
	return decode[httpapi.Ad](res), decode[map[string]any](res)
}

func TestAFinishedAd(t *testing.T) {
	t.Parallel()
	w := newWorldAt(t, "https://ads.example.com/")
	w.accepting()
	made, _ := w.accepting()
	w.generate(order(fields, flat(t, 128, 128))).is(202)
	a := finished(t, (*made)[0].Owner)
	got, raw := w.show(a)

	picture := func(name string) string {
		return "/api/images/" + a.AdID + "." + name + "." + sign(signingKey, "image", a.AdID+"."+name)
	}
	w.private = append(w.private, picture("stage1"), picture("stage2"))
	html := strings.ReplaceAll(a.HTML, `"cid:stage1"`, `"https://ads.example.com`+picture("stage1")+`"`)
	html = strings.Replace(html, `alt="https://ads.example.com`+picture("stage1")+`"`, `alt="cid:stage1"`, 1) // words stay
	p := func(s string) *string { return &s }
	f := func(v float64) *float64 { return &v }
	parts := []httpapi.Part{
		{Role: "cutout", Model: p("u2netp"), Version: p("r1"), Digest: p("309c84690000")},
		{Role: "scene", StandIn: true, Reason: p("changed")},
	}
	want := httpapi.Ad{
		AdID: a.AdID, Fields: fields, Status: "succeeded",
		Progress:     httpapi.Progress{Percent: 100},
		ThumbnailURL: p(picture("thumbnail")), Stage1URL: p(picture("stage1")), Stage2URL: p(picture("stage2")),
		HTMLCode: &html, MainCopy: &a.MainCopy, SubCopy: &a.SubCopy, Prompt: &a.Prompt, CopySource: p("template"),
		ClipScore: f(0.72), StandIn: true, Warnings: []ad.Warning{soft},
		Parts:         append(slices.Clone(parts), httpapi.Part{Role: "score", StandIn: true}),
		Product:       &httpapi.Product{Confidence: 0.2, Doubts: []string{"hand"}, FidelityDB: 99, Model: p("u2netp")},
		PhotoURL:      p(picture("product.png")),
		Stage1PageURL: p(picture("stage1")), Stage2PageURL: p(picture("stage2")), // made before pages had their own
		Scenes: []httpapi.Scene{{
			SceneID: a.AdID, Width: 1024, Height: 1024, Status: "succeeded", AdConcept: a.AdConcept,
			PictureURL: p(picture("stage1")),
			PageURL:    p(picture("stage1")), ThumbnailURL: p(picture("stage1")), CreatedAt: a.CreatedAt,
			Product: &httpapi.Product{Confidence: 0.2, Doubts: []string{"hand"}, FidelityDB: 99, Model: p("u2netp")},
			Parts:   parts,
		}},
		Renditions: []httpapi.Rendition{{
			RenditionID: a.AdID, SceneID: a.AdID, Width: 1024, Height: 1024, MainCopy: a.MainCopy, SubCopy: a.SubCopy,
			AIMark: true, PictureURL: picture("stage2"), PageURL: picture("stage2"), ThumbnailURL: picture("thumbnail"),
			HTMLCode: html, ClipScore: f(0.72), Main: true, CreatedAt: a.UpdatedAt,
		}},
		Score: &httpapi.Score{
			Metric: "standin-agreement", Value: 0.72, RawCosine: f(0.31), Text: fields.AdConcept, StandIn: true,
		},
		CreatedAt: a.CreatedAt, UpdatedAt: a.UpdatedAt,
	}
	for i, s := range ad.Steps() {
		begun, ended := noon.Add(time.Duration(i)*time.Second), noon.Add(time.Duration(i+1)*time.Second)
		want.Progress.Steps = append(
			want.Progress.Steps, httpapi.Step{Name: string(s), Status: "done", StartedAt: &begun, FinishedAt: &ended},
		)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
	for _, hidden := range []string{"owner", "attempt", "engine", "analysis", "prompt_source"} {
		if v, ok := raw[hidden]; ok {
			t.Errorf("%s %v is nobody's business", hidden, v)
		}
	}
}

// What is shown while an ad is made, and what is not: nothing of an earlier
// attempt may stand beside the pictures of a new one.
func TestWhatAnAdShowsOnItsWay(t *testing.T) {
	t.Parallel()
	upto := func(n int) []ad.Step { return ad.Steps()[:n] }
	reasons := ad.Failure{Code: "GPU.Busy", Detail: fault.GPUBusy.Detail(), Retryable: true}
	for name, tc := range map[string]struct {
		status  ad.Status
		steps   map[ad.Step]ad.StepTimes
		failure *ad.Failure
		there   string // of thumbnail, stage1, stage2, html, score
		step    string
		percent int
		states  string // one letter a step: waiting, running, done, failed
	}{
		"awaiting its photo": {ad.AwaitingUpload, nil, nil, "", "", 0, "wwwwwww"},
		"queued":             {ad.Queued, nil, nil, "", "", 0, "wwwwwww"},
		"both first steps":   {ad.Running, until(ad.Prompt, ad.Prepare), nil, "thumbnail", "prompt", 6, "drwwwww"},
		"rendering":          {ad.Running, until(ad.Stage1, upto(2)...), nil, "thumbnail", "stage1", 37, "ddrwwww"},
		"rendered": {
			ad.Running, until(ad.Copywrite, upto(3)...), nil, "thumbnail stage1", "copywrite", 71, "dddrwww",
		},
		"setting": {ad.Running, until(ad.Stage2, upto(4)...), nil, "thumbnail stage1", "stage2", 84, "ddddrww"},
		"set": {
			ad.Running, until(ad.Clip, upto(5)...), nil, "thumbnail stage1 stage2 html", "clip", 94, "dddddrw",
		},
		"scored": {
			ad.Running, until(ad.Publish, upto(6)...), nil, "thumbnail stage1 stage2 html score", "publish", 98, "ddddddr",
		},
		"failed while set": {ad.Failed, until(ad.Stage2, upto(4)...), &reasons, "thumbnail stage1", "", 84, "ddddfww"},
		"failed at the end": {
			ad.Failed, until(ad.Publish, upto(6)...), &reasons, "thumbnail stage1 stage2 html score", "", 98, "ddddddf",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			a := finished(t, w.signedIn()) // all texts are there, as after an owner's retry
			a.Status, a.Steps, a.Failure = tc.status, tc.steps, tc.failure
			got, raw := w.show(a)
			var there []string
			for _, x := range []struct {
				name string
				v    bool
			}{
				{"thumbnail", got.ThumbnailURL != nil}, {"stage1", got.Stage1URL != nil}, {"stage2", got.Stage2URL != nil},
				{"html", got.HTMLCode != nil}, {"score", got.Score != nil && got.ClipScore != nil},
			} {
				if x.v {
					there = append(there, x.name)
				}
			}
			if s := strings.Join(there, " "); s != tc.there {
				t.Errorf("there is %q, want %q", s, tc.there)
			}
			var states strings.Builder
			for _, s := range got.Progress.Steps {
				states.WriteByte(s.Status[0])
			}
			if states.String() != tc.states {
				t.Errorf("steps %s, want %s", states.String(), tc.states)
			}
			if (got.Progress.Step == nil) != (tc.step == "") || (got.Progress.Step != nil && *got.Progress.Step != tc.step) {
				t.Errorf("step %v, want %q", raw["progress"], tc.step)
			}
			if got.Progress.Percent != tc.percent {
				t.Errorf("%d %%, want %d", got.Progress.Percent, tc.percent)
			}
			if tc.failure == nil {
				if _, ok := raw["error"]; ok {
					t.Errorf("error %v", raw["error"])
				}
			} else if got.Error == nil || *got.Error != (httpapi.AdFailure{
				Code: "GPU.Busy", Detail: fault.GPUBusy.Detail(), Retryable: true,
			}) {
				t.Errorf("error %+v", got.Error)
			}
			if tc.there == "thumbnail" && !strings.Contains(*got.ThumbnailURL, ".product.") {
				t.Errorf("thumbnail %s is not the product's", *got.ThumbnailURL)
			}
		})
	}
}

func TestABareAd(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, raw := w.show(ad.Ad{
		Ref: ad.Ref{Owner: w.signedIn(), AdID: newID(t), Attempt: 1}, Fields: fields, Status: ad.Queued, CreatedAt: noon,
		UpdatedAt: noon,
	})
	for _, name := range []string{
		"thumbnail_url", "stage1_url", "stage2_url", "html_code", "main_copy", "sub_copy", "prompt", "copy_source",
		"clip_score",
	} {
		if v, ok := raw[name]; !ok || v != nil {
			t.Errorf("%s is %v, want null", name, v)
		}
	}
	if raw["stand_in"] != false {
		t.Errorf("stand_in %v", raw["stand_in"])
	}
}

func TestTheStoreIsDown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	down := fmt.Errorf("dynamodb: %w", fault.New(fault.StorageUnavailable, errors.New("10.0.0.1: refused")))
	w.ads.get = func(string, string) (ad.Ad, error) { return ad.Ad{}, down }
	w.ads.retry = w.ads.get
	w.ads.find = func(string) (ad.Ad, error) { return ad.Ad{}, down }
	w.ads.list = func(string, int, string) ([]ad.Ad, string, error) { return nil, "", down }
	w.ads.stats = func(string) (ad.Stats, error) { return ad.Stats{}, down }
	id := newID(t)
	image := "/api/images/" + id + ".stage1." + sign(signingKey, "image", id+".stage1")
	for _, r := range []*http.Request{
		httptest.NewRequest(http.MethodGet, "/api/ads/"+id, nil), httptest.NewRequest(http.MethodDelete, "/api/ads/"+id, nil),
		httptest.NewRequest(http.MethodPost, "/api/ads/"+id+"/retry", nil),
		httptest.NewRequest(http.MethodGet, "/api/dashboard/ads", nil),
		httptest.NewRequest(http.MethodGet, "/api/dashboard/stats", nil), httptest.NewRequest(http.MethodGet, image, nil),
	} {
		w.log.Reset()
		res := w.send(r)
		p := res.fails(503, "Storage.Unavailable")
		if res.header.Get("Retry-After") != "3" || strings.Contains(p.Detail, "10.0") {
			t.Errorf("%s %s: Retry-After %q, %s", r.Method, r.URL, res.header.Get("Retry-After"), p.Detail)
		}
		if !strings.Contains(w.log.String(), "10.0.0.1: refused") {
			t.Errorf("%s %s: the cause is not in the log", r.Method, r.URL)
		}
	}
}

func TestRetry(t *testing.T) {
	t.Parallel()
	down := fault.New(fault.StorageUnavailable, nil)
	for name, tc := range map[string]struct {
		retry  error     // the store's word
		status ad.Status // of the ad as it is
		tries  int       // its attempt as it is
		start  error
		want   int
		code   string
		calls  string
	}{
		"a failed ad":  {want: 202, calls: "get retry start"},
		"another's ad": {retry: fault.New(fault.AdNotFound, nil), want: 404, code: "Ad.NotFound", calls: "get retry"},
		"a finished ad": {
			retry: fault.New(fault.AdNotFailed, nil), status: ad.Succeeded, tries: 2, want: 409, code: "Ad.NotFailed",
			calls: "get retry get",
		},
		"a running ad": {
			retry: fault.New(fault.AdNotFailed, nil), status: ad.Running, tries: 2, want: 409, code: "Ad.NotFailed",
			calls: "get retry get",
		},
		"a new ad that waits": {
			retry: fault.New(fault.AdNotFailed, nil), status: ad.Queued, tries: 1, want: 409, code: "Ad.NotFailed",
			calls: "get retry get",
		},
		"an ad without its photo": {
			retry: fault.New(fault.AdNotFailed, nil), status: ad.AwaitingUpload, tries: 1, want: 409, code: "Ad.NotFailed",
			calls: "get retry get",
		},
		"a failure that stays": {
			retry: fault.New(fault.AdNotRetryable, nil), want: 409, code: "Ad.NotRetryable", calls: "get retry",
		},
		"the start fails": {start: down, want: 503, code: "Storage.Unavailable", calls: "get retry start"},
		"and is asked for again": {
			retry: fault.New(fault.AdNotFailed, nil), status: ad.Queued, tries: 2, want: 202, calls: "get retry get start",
		},
		"and fails again to start": {
			retry: fault.New(fault.AdNotFailed, nil), status: ad.Queued, tries: 2, start: down, want: 503,
			code: "Storage.Unavailable", calls: "get retry get start",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			me, id := w.signedIn(), newID(t)
			var seq calls
			w.ads.retry = func(owner, adID string) (ad.Ad, error) {
				seq.add("retry")
				if owner != me || adID != id {
					t.Errorf("retried %s of %s", adID, owner)
				}
				return ad.Ad{Ref: ad.Ref{Owner: me, AdID: id, Attempt: 2}, Status: ad.Queued}, tc.retry
			}
			w.ads.get = func(owner, adID string) (ad.Ad, error) {
				seq.add("get")
				if owner != me || adID != id {
					t.Errorf("asked for %s of %s", adID, owner)
				}
				return ad.Ad{Ref: ad.Ref{Owner: me, AdID: id, Attempt: tc.tries}, Status: tc.status}, nil
			}
			w.machine.start = func(r ad.Ref) error {
				seq.add("start")
				if r != (ad.Ref{Owner: me, AdID: id, Attempt: 2}) {
					t.Errorf("started %+v", r)
				}
				return tc.start
			}
			res := w.post("/api/ads/"+id+"/retry", "", nil)
			seq.are(t, strings.Fields(tc.calls)...)
			if tc.code != "" {
				res.fails(tc.want, tc.code)
				return
			}
			want := httpapi.Accepted{AdID: id, Status: "queued", StatusURL: "/api/ads/" + id, Warnings: []ad.Warning{}}
			if got := decode[httpapi.Accepted](res.is(tc.want)); !reflect.DeepEqual(got, want) ||
				res.header.Get("Location") != want.StatusURL ||
				res.header.Get("Retry-After") != "2" {
				t.Errorf("%+v, %v", got, res.header)
			}
		})
	}
}

// The order matters: a failure half way must leave an ad that can be deleted
// again, and nothing may be left that nobody can find.
func TestDelete(t *testing.T) {
	t.Parallel()
	down := fault.New(fault.StorageUnavailable, nil)
	all := []string{"get", "stop", "purge", "delete", "purge"}
	for n := range len(all) + 1 { // the n-th call fails; the last time none does
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			me := w.signedIn()
			a := finished(t, me)
			a.Attempt = 3
			var seq calls
			call := func(name string, ok bool) error {
				if !ok {
					t.Errorf("%s of another ad", name)
				}
				seq.add(name)
				if len(seq.list) == n+1 {
					return down
				}
				return nil
			}
			w.ads.get = func(owner, adID string) (ad.Ad, error) { return a, call("get", owner == me && adID == a.AdID) }
			w.machine.stop = func(r ad.Ref) error { return call("stop", r == a.Ref) }
			w.pictures.purge = func(adID string) error { return call("purge", adID == a.AdID) }
			w.ads.remove = func(owner, adID string) error { return call("delete", owner == me && adID == a.AdID) }
			res := w.send(httptest.NewRequest(http.MethodDelete, "/api/ads/"+a.AdID, nil))
			if n < len(all) {
				res.fails(503, "Storage.Unavailable")
				seq.are(t, all[:n+1]...)
				return
			}
			seq.are(t, all...)
			if res.is(http.StatusNoContent); len(res.body) != 0 {
				t.Errorf("body %q", res.body)
			}
		})
	}
}

func TestTheList(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	me := w.signedIn()
	done := finished(t, me)
	fresh := ad.Ad{
		Ref: ad.Ref{Owner: me, AdID: newID(t), Attempt: 2}, Fields: ad.Fields{ProductName: "새 광고"}, Status: ad.Running,
		CreatedAt: noon, Steps: until(ad.Prepare), Score: done.Score,
	}
	for query, want := range map[string]struct {
		limit  int
		cursor string
	}{
		"":                       {12, ""},
		"?limit=1":               {1, ""},
		"?limit=48&cursor=abc-_": {48, "abc-_"},
		"?limit=&cursor=":        {12, ""},
		"?skip=5&user_id=x":      {12, ""},
		"?cursor=%EA%B0%80%00":   {12, "가\x00"},
	} {
		w.ads.list = func(owner string, limit int, cursor string) ([]ad.Ad, string, error) {
			if owner != me || limit != want.limit || cursor != want.cursor {
				t.Errorf("%q: listed %s, %d, %q", query, owner, limit, cursor)
			}
			return []ad.Ad{fresh, done}, "next", nil
		}
		res := w.get("/api/dashboard/ads" + query).is(200)
		got := decode[httpapi.List](res)
		thumbnail := "/api/images/" + done.AdID + ".thumbnail." + sign(signingKey, "image", done.AdID+".thumbnail")
		next, score := "next", 0.72
		if d := cmp.Diff(httpapi.List{NextCursor: &next, Ads: []httpapi.ListedAd{
			{AdID: fresh.AdID, ProductName: "새 광고", Status: "running", CreatedAt: noon}, // its score is an earlier attempt's
			{
				AdID: done.AdID, ProductName: done.ProductName, ThumbnailURL: &thumbnail, ClipScore: &score, Status: "succeeded",
				CreatedAt: noon,
			},
		}}, got); d != "" {
			t.Errorf("%q: -want +got\n%s", query, d)
		}
	}
	w.ads.list = func(string, int, string) ([]ad.Ad, string, error) { return nil, "", nil }
	if got := string(w.get("/api/dashboard/ads").is(200).body); got != "{\"ads\":[],\"next_cursor\":null}\n" {
		t.Errorf("an empty list is %s", got)
	}
}

func TestABadList(t *testing.T) {
	t.Parallel()
	for query, wrong := range map[string]string{
		"?limit=0": "limit", "?limit=49": "limit", "?limit=-1": "limit", "?limit=twelve": "limit", "?limit=1.5": "limit",
		"?limit=99999999999999999999": "limit", "?limit=%00": "limit",
	} {
		newWorld(t).get("/api/dashboard/ads"+query).fails(422, "Request.Invalid", wrong)
	}
	w := newWorld(t)
	w.ads.list = func(string, int, string) ([]ad.Ad, string, error) {
		return nil, "", fault.Invalid(fault.Field{Name: "cursor", Detail: "목록의 위치를 알 수 없습니다."})
	}
	w.get("/api/dashboard/ads?cursor=x").fails(422, "Request.Invalid", "cursor")
}

func TestStats(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	me := w.signedIn()
	w.ads.stats = func(owner string) (ad.Stats, error) {
		if owner != me {
			t.Errorf("statistics of %s", owner)
		}
		return ad.Stats{
			TotalAds: 7, AvgScore: 0.6531, StandIn: true,
			Months: []ad.MonthStats{{Month: "2026-10", Ads: 4}, {Month: "2026-11", Ads: 3, AvgScore: 0.7}},
		}, nil
	}
	want := `{"total_ads":7,"avg_clip_score":0.6531,"avg_stand_in":true,"monthly_ads":3,"months":[` +
		`{"month":"2026-10","ads":4,"avg_clip_score":null},{"month":"2026-11","ads":3,"avg_clip_score":0.7}]}`
	if got := strings.TrimSpace(string(w.get("/api/dashboard/stats").is(200).body)); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	w.ads.stats = func(string) (ad.Stats, error) { return ad.Stats{}, nil }
	want = `{"total_ads":0,"avg_clip_score":null,"avg_stand_in":false,"monthly_ads":0,"months":[]}`
	if got := strings.TrimSpace(string(w.get("/api/dashboard/stats").is(200).body)); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}

func TestHealth(t *testing.T) {
	t.Parallel()
	res := newWorld(t).get("/api/health").is(200) // every fake is unset: it asks nobody
	var got map[string]string
	if err := json.Unmarshal(res.body, &got); err != nil || got["status"] != "ok" {
		t.Errorf("%s", res.body)
	}
}

// Only an ad that waits for the GPU server has a position in the queue; for an ad that is
// done nobody reads the queue.
func TestTheQueue(t *testing.T) {
	t.Parallel()
	waiting := queue.Queue{
		Issued: 9, Head: 4, Gone: []int{6}, Render: 100 * time.Second, Renders: 9, Rest: 20 * time.Second, Rests: 9,
	}
	stalled, busy := waiting, waiting
	stalled.Stalled = true
	busy.Head, busy.InHand = 5, []queue.InHand{{Ticket: 5, Taken: noon, Began: noon}}
	for name, tc := range map[string]struct {
		status   ad.Status
		ticket   int
		steps    map[ad.Step]ad.StepTimes
		queue    queue.Queue
		asked    bool
		position any // as JSON reads it
		eta      bool
		stalled  bool
	}{
		"awaiting its photo":      {ad.AwaitingUpload, 0, nil, waiting, false, nil, false, false},
		"queued, without ticket":  {ad.Queued, 0, nil, waiting, true, nil, true, false},
		"in the queue":            {ad.Running, 8, until("", ad.Prepare, ad.Prompt), waiting, true, 2.0, true, false},
		"next":                    {ad.Running, 5, until("", ad.Prepare, ad.Prompt), waiting, true, 0.0, true, false},
		"before a stalled server": {ad.Running, 8, until("", ad.Prepare, ad.Prompt), stalled, true, 2.0, false, true},
		"waits at the server":     {ad.Running, 6, until(ad.Stage1, ad.Prepare, ad.Prompt), busy, true, 0.0, true, false},
		"put back by the server":  {ad.Running, 5, until(ad.Stage1, ad.Prepare, ad.Prompt), stalled, true, 0.0, false, true},
		"being rendered":          {ad.Running, 5, until(ad.Stage1, ad.Prepare, ad.Prompt), busy, true, nil, true, false},
		"rendered": {
			ad.Running, 5, until(ad.Copywrite, ad.Prepare, ad.Prompt, ad.Stage1), waiting, true, nil, true, false,
		},
		"finished": {ad.Succeeded, 5, until("", ad.Steps()...), waiting, false, nil, false, false},
		"failed":   {ad.Failed, 5, until(ad.Stage1, ad.Prepare), waiting, false, nil, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			a := finished(t, w.signedIn())
			a.Status, a.Ticket, a.Steps = tc.status, tc.ticket, tc.steps
			asked := false
			w.ads.queue = func() (queue.Queue, error) { asked = true; return tc.queue, nil }
			_, raw := w.show(a)
			p, _ := raw["progress"].(map[string]any)
			if asked != tc.asked || p["queue_position"] != tc.position || (p["eta_seconds"] != nil) != tc.eta ||
				p["stalled"] != tc.stalled {
				t.Errorf("asked %t, progress %v", asked, p)
			}
			if eta, ok := p["eta_seconds"].(float64); ok && (eta < 0 || eta != float64(int(eta))) {
				t.Errorf("eta_seconds %v is not whole seconds", eta)
			}
		})
	}
}

// The owner came to see the ad: that nobody knows how long it will take is said,
// and no reason to show nothing.
func TestTheQueueCannotBeRead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := finished(t, w.signedIn())
	a.Status, a.Ticket, a.Steps = ad.Running, 8, until("", ad.Prepare, ad.Prompt)
	w.ads.queue = func() (queue.Queue, error) { return queue.Queue{}, fault.New(fault.StorageThrottled, nil) }
	w.log.Reset()
	got, raw := w.show(a)
	p, _ := raw["progress"].(map[string]any)
	if got.Status != "running" || got.Progress.Percent != 10 || p["queue_position"] != nil || p["eta_seconds"] != nil ||
		p["stalled"] != false {
		t.Errorf("%s, progress %v", got.Status, p)
	}
	if l := w.lines(); len(l) != 2 || l[0]["level"] != "WARN" || l[0]["code"] != "Storage.Throttled" ||
		l[0]["ad_id"] != a.AdID {
		t.Errorf("log:\n%s", w.log)
	}
}

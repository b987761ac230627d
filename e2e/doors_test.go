//go:build e2e

package e2e_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/httpapi"
)

// happyPath is every state of an ad that goes well.
var happyPath = []string{"Prepare", "Prompt", "Stage1", "OnlyAScene", "Copywrite", "Stage2", "Clip", "Publish"}

func TestFirstDoor(t *testing.T) {
	t.Parallel()
	o := newOwner(t)
	a := o.generate(fields("울 더플백"), sample(t, "duffel-bag.jpg")).want(t, 202)
	var acc httpapi.Accepted
	a.decode(t, &acc)
	if a.header.Get("Location") != "/api/ads/"+acc.AdID || acc.StatusURL != "/api/ads/"+acc.AdID ||
		acc.Status != "queued" || a.header.Get("Retry-After") == "" {
		t.Errorf("accepted: %+v %v", acc, a.header)
	}
	if left := a.header.Get("RateLimit"); !strings.HasPrefix(left, `"orders-guest-hour";r=999999;t=`) {
		t.Errorf("told what is left: %q, of %q", left, a.header.Get("RateLimit-Policy"))
	}
	// A page whose browser keeps no cookie: nothing is made that nobody could find again.
	contentType, body := form(t, fields("울 더플백"), sample(t, "duffel-bag.jpg"))
	stranger := newOwner(t)
	stranger.http.Jar = nil
	for range 2 {
		refused := stranger.do("POST", "/api/ads/generate", contentType, body, "Origin", sys.SiteURL).want(t, 400)
		if p := refused.problem(t); p.Code != "Request.NoCookie" {
			t.Errorf("without cookies: %+v", p)
		}
	}
	sawStage1 := false
	last := -1
	o.until(acc.AdID, "finished", func(v httpapi.Ad) bool {
		if v.Progress.Percent < last {
			t.Errorf("progress went back from %d to %d", last, v.Progress.Percent)
		}
		last = v.Progress.Percent
		if v.Status == "running" && v.Stage1URL != nil && v.Stage2URL == nil {
			sawStage1 = true
		}
		return v.Status == "succeeded" || v.Status == "failed"
	})
	v := o.succeeded(acc.AdID)
	checkFinished(t, o, v, "울 더플백")
	if !v.AIMark {
		t.Error("nobody said so, and the ad has no mark")
	}
	if !sawStage1 {
		t.Error("stage 1's picture was never there before the ad was finished")
	}
	if got := states(t, acc.AdID); !slices.Equal(got, happyPath) {
		t.Errorf("path = %v", got)
	}
}

func TestSecondDoor(t *testing.T) {
	t.Parallel()
	o := newOwner(t)
	photo := sample(t, "vitamin-jar.jpg")
	unmarked := fields("비타민 E")
	unmarked["ai_mark"] = false
	up := o.upload(unmarked, len(photo))
	if v := o.ad(up.AdID); v.Status != "awaiting_upload" || v.Progress.Percent != 0 {
		t.Errorf("before the photo: %s, %d%%", v.Status, v.Progress.Percent)
	}
	o.post(up, photo)
	v := o.succeeded(up.AdID)
	checkFinished(t, o, v, "비타민 E")
	if v.AIMark {
		t.Error("the ad has the mark its owner did not want")
	}
	if got := states(t, up.AdID); !slices.Equal(got, happyPath) {
		t.Errorf("path = %v", got)
	}
}

// checkFinished looks at everything a finished ad promises.
func checkFinished(t *testing.T, o *owner, v httpapi.Ad, name string) {
	t.Helper()
	if v.ProductName != name || v.Progress.Percent != 100 || v.Progress.Step != nil || v.Error != nil {
		t.Errorf("finished: %+v", v)
	}
	for _, st := range v.Progress.Steps {
		if st.Status != "done" || st.StartedAt == nil || st.FinishedAt == nil {
			t.Errorf("step %s is %s", st.Name, st.Status)
		}
	}
	if v.MainCopy == nil || v.SubCopy == nil || v.Prompt == nil || v.CopySource == nil || v.HTMLCode == nil ||
		v.Score == nil || v.ClipScore == nil {
		t.Fatalf("something is missing: %+v", v)
	}
	if n := ad.Length(*v.MainCopy); n < ad.MainCopyMin || n > ad.MainCopyMax {
		t.Errorf("main copy %q has %d characters", *v.MainCopy, n)
	}
	if n := ad.Length(*v.SubCopy); n < ad.SubCopyMin || n > ad.SubCopyMax {
		t.Errorf("sub copy %q has %d characters", *v.SubCopy, n)
	}
	if n := len(strings.Fields(*v.Prompt)); n < 100 {
		t.Errorf("the prompt has %d words", n)
	}
	if !v.StandIn || !v.Score.StandIn || v.Score.Metric != "standin-v2" || v.Score.Model != nil || v.Score.Value <= 0 ||
		v.Score.Value > 1 {
		t.Errorf("score: %+v, stand-in %v", v.Score, v.StandIn)
	}
	var roles []string
	for _, p := range v.Parts {
		roles = append(roles, p.Role)
		if p.StandIn != (p.Model == nil) || p.Role != "cutout" && !p.StandIn || p.Reason != nil {
			t.Errorf("by what it was made: %+v", p)
		}
	}
	if !slices.Equal(roles, []string{"cutout", "scene", "score"}) {
		t.Errorf("it says by what %v were made", roles)
	}
	first, second := o.picture(v.Stage1URL), o.picture(v.Stage2URL)
	if first.Bounds() != second.Bounds() || first.Bounds().Dx() < 512 {
		t.Errorf("pictures are %v and %v", first.Bounds(), second.Bounds())
	}
	if b := o.picture(v.ThumbnailURL).Bounds(); max(b.Dx(), b.Dy()) != 480 {
		t.Errorf("the thumbnail is %v", b)
	}
	if strings.Contains(*v.HTMLCode, ad.PictureURL) || !strings.Contains(*v.HTMLCode, sys.SiteURL+*v.Stage1PageURL) {
		t.Errorf("html_code does not show stage 1's picture: %s", *v.HTMLCode)
	}
	if !strings.Contains(*v.HTMLCode, strings.Fields(*v.MainCopy)[0]) {
		t.Errorf("html_code does not hold the copy")
	}
	if strings.Contains(*v.HTMLCode, "AI 생성") != v.AIMark {
		t.Errorf("ai_mark is %v: %s", v.AIMark, *v.HTMLCode)
	}
}

// The answer is the finished ad or, on a machine this busy, comes when the whole wait is
// over. A gateway or a function that ignores the header answers 202 at once.
func TestPreferWait(t *testing.T) {
	t.Parallel()
	o := newOwner(t)
	const wait = 25 * time.Second
	began := time.Now()
	a := o.generate(fields("기다림"), small(t), "Prefer", "wait=25")
	took := time.Since(began)
	switch a.status {
	case 200:
		var v httpapi.Ad
		a.decode(t, &v)
		if v.Status != "succeeded" || v.Stage2URL == nil {
			t.Errorf("answered early: %+v", v)
		}
	case 202:
		var acc httpapi.Accepted
		a.decode(t, &acc)
		if took < wait {
			t.Errorf("answered 202 after %v, asked to wait %v", took, wait)
		}
		o.succeeded(acc.AdID)
	default:
		t.Fatalf("%d: %s", a.status, a.body)
	}
}

func TestIdempotencyKey(t *testing.T) {
	t.Parallel()
	o := newOwner(t)
	photo := small(t)
	o.generate(fields("먼저"), photo).want(t, 202) // gets the cookie
	ids := make([]string, 4)
	var wg sync.WaitGroup
	for i := range ids {
		wg.Go(func() {
			var acc httpapi.Accepted
			a := o.generate(fields("한 번만"), photo, "Idempotency-Key", "key-1")
			if a.status == 202 {
				a.decode(t, &acc)
			} else {
				t.Errorf("%d: %s", a.status, a.body)
			}
			ids[i] = acc.AdID
		})
	}
	wg.Wait()
	if slices.Sort(ids); ids[0] != ids[3] {
		t.Fatalf("one key made %v", ids)
	}
	p := o.generate(fields("다른 것"), photo, "Idempotency-Key", "key-1").want(t, 409).problem(t)
	if p.Code != "Request.Conflict" {
		t.Errorf("another body: %+v", p)
	}
	o.succeeded(ids[0])
	if got := len(o.list("").Ads); got != 2 {
		t.Errorf("%d ads, want 2", got)
	}
	if got := sys.gpu.KeyCalls(ids[0] + ".1.stage1"); got != 1 {
		t.Errorf("rendered %d times", got)
	}
}

func TestIdempotencyKeyOfAnUpload(t *testing.T) {
	t.Parallel()
	o := newOwner(t)
	photo := small(t)
	ask := func(f order) answer {
		return o.do("POST", "/api/uploads", "application/json", uploadBody(f, len(photo)), "Idempotency-Key", "key-1")
	}
	var first, again httpapi.Uploading
	ask(fields("한 번만")).want(t, 201).decode(t, &first)
	ask(fields("한 번만")).want(t, 201).decode(t, &again)
	if again.AdID != first.AdID {
		t.Fatalf("one key made %s and %s", first.AdID, again.AdID)
	}
	if p := ask(fields("다른 것")).want(t, 409).problem(t); p.Code != "Request.Conflict" {
		t.Errorf("another body: %+v", p)
	}
	o.post(again, photo)
	o.succeeded(first.AdID)
	if p := ask(fields("한 번만")).want(t, 409).problem(t); p.Code != "Request.Conflict" {
		t.Errorf("a second photo: %+v", p)
	}
	if got := len(o.list("").Ads); got != 1 {
		t.Errorf("%d ads, want 1", got)
	}
}

// S3 delivers at least once and in any order.
func TestEventsTwiceAndShuffled(t *testing.T) {
	t.Parallel()
	o := newOwner(t)
	var ids []string
	for i := range 4 {
		up := o.upload(fields(fmt.Sprintf("상품 %d", i)), len(small(t)))
		o.post(up, small(t))
		ids = append(ids, up.AdID)
	}
	var events []string
	for _, id := range ids {
		events = append(events, id, id, id)
	}
	rand.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
	var wg sync.WaitGroup
	for _, id := range events {
		wg.Go(func() { invokeIngest(t, id) })
	}
	wg.Wait()
	for _, id := range ids {
		o.succeeded(id)
		invokeIngest(t, id) // and once more, when all is over
		if got := sys.gpu.KeyCalls(id + ".1.stage1"); got != 1 {
			t.Errorf("%s was rendered %d times", id, got)
		}
	}
	time.Sleep(time.Second)
	for _, id := range ids {
		if v := o.ad(id); v.Status != "succeeded" {
			t.Errorf("a late event made %s %s", id, v.Status)
		}
	}
	if st := o.stats(); st.TotalAds != len(ids) {
		t.Errorf("statistics count %d", st.TotalAds)
	}
}

func TestAnotherOwnerSeesNothing(t *testing.T) {
	t.Parallel()
	mine, yours := newOwner(t), newOwner(t)
	var acc httpapi.Accepted
	mine.generate(fields("내 것"), small(t)).want(t, 202).decode(t, &acc)
	yours.generate(fields("네 것"), small(t)).want(t, 202)
	mine.succeeded(acc.AdID)
	missing, _ := ad.NewID()
	for _, call := range [][2]string{{"GET", ""}, {"DELETE", ""}, {"POST", "/retry"}} {
		other := yours.do(call[0], "/api/ads/"+acc.AdID+call[1], "", nil)
		none := yours.do(call[0], "/api/ads/"+missing+call[1], "", nil)
		if other.status != 404 || other.status != none.status || string(other.body) != string(none.body) {
			t.Errorf("%s %s: %d %s; a missing one: %d %s",
				call[0], call[1], other.status, other.body, none.status, none.body)
		}
	}
	if l := yours.list(""); len(l.Ads) != 1 || l.Ads[0].AdID == acc.AdID {
		t.Errorf("the other's list: %+v", l)
	}
	if l := newOwner(t).list(""); len(l.Ads) != 0 {
		t.Errorf("a stranger's list: %+v", l)
	}
	mine.succeeded(acc.AdID) // still there
}

func TestDashboard(t *testing.T) {
	t.Parallel()
	o := newOwner(t)
	var ids []string
	for i := range 3 {
		var acc httpapi.Accepted
		o.generate(fields(fmt.Sprintf("차례 %d", i)), small(t)).want(t, 202).decode(t, &acc)
		ids = append(ids, acc.AdID)
	}
	sum := 0.0
	for _, id := range ids {
		sum += *o.succeeded(id).ClipScore
	}
	first := o.list("?limit=2")
	if len(first.Ads) != 2 || first.NextCursor == nil || first.Ads[0].AdID != ids[2] || first.Ads[1].AdID != ids[1] ||
		first.Ads[0].ClipScore == nil {
		t.Fatalf("first page: %+v", first)
	}
	second := o.list("?limit=2&cursor=" + *first.NextCursor)
	if len(second.Ads) != 1 || second.NextCursor != nil || second.Ads[0].AdID != ids[0] {
		t.Errorf("second page: %+v", second)
	}
	if b := o.picture(first.Ads[0].ThumbnailURL).Bounds(); b.Dx() != 480 {
		t.Errorf("thumbnail %v", b)
	}
	st := o.stats()
	if st.TotalAds != 3 || st.MonthlyAds != 3 || st.AvgClipScore == nil || *st.AvgClipScore < sum/3-.0002 ||
		*st.AvgClipScore > sum/3+.0002 {
		t.Errorf("statistics: %+v, average of %f", st, sum/3)
	}
	for i, id := range ids {
		o.delete("/api/ads/"+id).want(t, 204)
		if got := o.stats().TotalAds; got != len(ids)-1-i {
			t.Errorf("%d left after %d deletions", got, i+1)
		}
	}
	if st := o.stats(); st.MonthlyAds != 0 || st.AvgClipScore != nil {
		t.Errorf("after deleting everything: %+v", st)
	}
}

func TestImagesEndWithTheirAd(t *testing.T) {
	t.Parallel()
	o := newOwner(t)
	var acc httpapi.Accepted
	o.generate(fields("그림"), small(t)).want(t, 202).decode(t, &acc)
	v := o.succeeded(acc.AdID)
	stranger := newOwner(t)
	stranger.picture(v.Stage2URL) // an ad on a shop's page is seen by strangers
	for _, forged := range []string{
		"/api/images/x", "/api/images/" + acc.AdID + ".stage2.AAAAAAAAAAAAAAAAAAAAAA",
		strings.Replace(*v.Stage2URL, "stage2", "product", 1),
	} {
		if p := o.get(forged).want(t, 404).problem(t); p.Code != "Image.NotFound" {
			t.Errorf("%s: %+v", forged, p)
		}
	}
	o.delete("/api/ads/"+acc.AdID).want(t, 204)
	stranger.get(*v.Stage2URL).want(t, 404)
}

func TestServedBySite(t *testing.T) {
	t.Parallel()
	o := newOwner(t)
	o.get("/api/health").want(t, 200)
	var spec struct {
		OpenAPI string         `json:"openapi"`
		Paths   map[string]any `json:"paths"`
	}
	if err := json.Unmarshal(o.get("/api/openapi.json").want(t, 200).body, &spec); err != nil ||
		!strings.HasPrefix(spec.OpenAPI, "3.1") || len(spec.Paths) < 8 {
		t.Errorf("openapi: %+v, %v", spec, err)
	}
	if page := string(o.get("/api/docs").want(t, 200).body); !strings.Contains(page, "/api/ads/generate") {
		t.Error("the docs page does not name the operations")
	}
	if p := o.get("/api/nothing"); p.status != 404 && p.status != 403 {
		t.Errorf("unknown path: %d", p.status)
	}
	for _, segment := range []string{
		"%0A%7B%22_aws%22:%7B%7D%7D", "%00", "x%23y", "%25zz", "x%2Fretry", "%2E%2E", "%EA%B0%80",
	} {
		if a := o.get("/api/ads/" + segment); a.status != 404 && a.status != 403 || a.problem(t).Status == 0 {
			t.Errorf("/api/ads/%s: %d %s", segment, a.status, a.body)
		}
	}
	for _, page := range []string{"/", "/dashboard", "/result/0190a5b2-0000-7000-8000-000000000000"} {
		if got := o.get(page).want(t, 200); !strings.Contains(got.header.Get("Content-Type"), "text/html") ||
			got.header.Get("Content-Security-Policy") == "" {
			t.Errorf("%s: %v", page, got.header)
		}
	}
}

// An ad takes at most twelve transitions: each is billed.
func TestTransitions(t *testing.T) {
	t.Parallel()
	o := newOwner(t)
	var acc httpapi.Accepted
	o.generate(fields("전이"), small(t)).want(t, 202).decode(t, &acc)
	o.succeeded(acc.AdID)
	ended(t, acc.AdID)
	out, err := sys.sfn.GetExecutionHistory(t.Context(),
		&sfn.GetExecutionHistoryInput{ExecutionArn: aws.String(executionARN(acc.AdID)), MaxResults: 1000})
	if err != nil {
		t.Fatal(err)
	}
	n := 1 // the start
	for _, e := range out.Events {
		if e.StateEnteredEventDetails != nil {
			n++
		}
	}
	if n > 12 {
		t.Errorf("%d transitions", n)
	}
}

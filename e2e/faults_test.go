//go:build e2e

package e2e_test

import (
	"bytes"
	"fmt"
	"image"
	"image/gif"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nanococoa/nanococoa/e2e/faultproxy"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/httpapi"
)

const (
	stage1Path = "/api/stage1/generate"
	stage2Path = "/api/stage2/generate"
	scorePath  = "/api/clip/score"
)

// TestPaths shows for every state that calls something which path an ad takes
// for each kind of fault, and what is left behind. What the machine does with an
// error's name is shown by statemachine/paths_test.go, for every name; here it is
// that the real functions report the right one, and what an owner sees of it.
func TestPaths(t *testing.T) {
	t.Parallel()
	const (
		once  = 1
		times = 1000 // longer than any retry lasts
	)
	to := func(end string, extra ...string) []string { // the happy path as far as a state, then what follows
		i := slices.Index(happyPath, end)
		return append(slices.Clone(happyPath[:i+1]), extra...)
	}
	failed := []string{"Fail", "FailRecorded"}
	cases := []struct {
		name  string
		proxy *faultproxy.Proxy
		path  string
		n     int
		fault faultproxy.Fault
		want  []string
		code  fault.Code // "" = it succeeds
		copy  string     // who wrote the copy, when it succeeds
	}{
		{"stage1 busy once", sys.gpu, stage1Path, once, faultproxy.Busy, happyPath, "", "openai"},
		{"stage1 error once", sys.gpu, stage1Path, once, faultproxy.Error, happyPath, "", "openai"},
		{"stage1 reset once", sys.gpu, stage1Path, once, faultproxy.Reset, happyPath, "", "openai"},
		{"stage1 cut once", sys.gpu, stage1Path, once, faultproxy.Truncate, happyPath, "", "openai"},
		{"stage1 reply lost", sys.gpu, stage1Path, once, faultproxy.LostReply, happyPath, "", "openai"},
		// waits, burns no attempt
		{"stage1 down for a while", sys.gpu, stage1Path, 4, faultproxy.Error, happyPath, "", "openai"},
		{"stage1 rejects", sys.gpu, stage1Path, times, faultproxy.Reject, to("Stage1", failed...), fault.GPURejected, ""},
		{"stage2 error once", sys.gpu, stage2Path, once, faultproxy.Error, happyPath, "", "openai"},
		{"stage2 reply lost", sys.gpu, stage2Path, once, faultproxy.LostReply, happyPath, "", "openai"},
		{"stage2 down", sys.gpu, stage2Path, times, faultproxy.Error, to("Stage2", failed...), fault.GPUUnavailable, ""},
		{"stage2 rejects", sys.gpu, stage2Path, times, faultproxy.Reject, to("Stage2", failed...), fault.GPURejected, ""},
		{"score busy once", sys.gpu, scorePath, once, faultproxy.Busy, happyPath, "", "openai"},
		{"score down", sys.gpu, scorePath, times, faultproxy.Reset, to("Clip", failed...), fault.GPUUnavailable, ""},
		{"score rejects", sys.gpu, scorePath, times, faultproxy.Reject, to("Clip", failed...), fault.GPURejected, ""},
		{"openai error once", sys.openai, "/responses", once, faultproxy.Error, happyPath, "", "openai"},
		{"openai busy once", sys.openai, "/responses", once, faultproxy.Busy, happyPath, "", "openai"},
		{"openai down", sys.openai, "/responses", times, faultproxy.Error, templatePath, "", "template"},
		{"openai rejects", sys.openai, "/responses", times, faultproxy.Reject, templatePath, "", "template"},
		{"openai throttles", sys.openai, "/responses", times, faultproxy.Busy, templatePath, "", "template"},
		{"openai cuts", sys.openai, "/responses", times, faultproxy.Truncate, templatePath, "", "template"},
	}
	for i, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			o := newOwner(t)
			marker := fmt.Sprintf("CASE%03dX", i) // in the product's name, which both servers are told
			photo := small(t)
			up := o.upload(fields(marker), len(photo))
			t.Cleanup(tc.proxy.Add(faultproxy.On(tc.path, faultproxy.Naming(marker, faultproxy.First(tc.n, tc.fault)))))
			if tc.path == scorePath { // it is told the concept only
				first := faultproxy.First(tc.n, tc.fault)
				t.Cleanup(tc.proxy.Add(faultproxy.On(tc.path, faultproxy.Naming(up.AdID, first))))
			}
			o.post(up, photo)
			v := o.finished(up.AdID)
			ended(t, up.AdID)
			if got := states(t, up.AdID); !slices.Equal(got, tc.want) {
				t.Errorf("path = %v\nwant   %v", got, tc.want)
			}
			if tc.code == "" {
				if v.Status != "succeeded" || *v.CopySource != tc.copy {
					t.Fatalf("%s, copy by %v, error %+v", v.Status, v.CopySource, v.Error)
				}
				if got := promptSource(t, up.AdID); got != tc.copy {
					t.Errorf("the prompt is by %s, want %s", got, tc.copy)
				}
				if st := o.stats(); st.TotalAds != 1 {
					t.Errorf("statistics count %d", st.TotalAds)
				}
				return
			}
			want := httpapi.AdFailure{Code: string(tc.code), Detail: tc.code.Detail(), Retryable: tc.code.Retryable()}
			if v.Error == nil || *v.Error != want {
				t.Errorf("error = %+v, want %+v", v.Error, want)
			}
			if st := o.stats(); st.TotalAds != 0 {
				t.Errorf("statistics count a failed ad")
			}
		})
	}
}

// templatePath is the path while OpenAI is down.
var templatePath = []string{
	"Prepare", "Prompt", "PromptFromTemplate", "Stage1", "OnlyAScene", "Copywrite", "CopywriteFromTemplate",
	"Stage2", "Clip", "Publish",
}

// While the GPU server takes nothing, ads wait and say so; when it is back they
// are finished, in the same attempt.
func TestWaitsForTheGPUServer(t *testing.T) {
	t.Parallel()
	o := newOwner(t)
	up := o.upload(fields("기다림"), len(small(t)))
	heal := sys.gpu.Add(faultproxy.Naming(up.AdID, faultproxy.Always(faultproxy.Error)))
	o.post(up, small(t))
	end := time.Now().Add(patience)
	for sys.gpu.KeyCalls(up.AdID+".1.stage1") < 5 { // more often than any retry of the state machine
		if time.Now().After(end) {
			t.Fatalf("tried %d times", sys.gpu.KeyCalls(up.AdID+".1.stage1"))
		}
		time.Sleep(200 * time.Millisecond)
	}
	if v := o.ad(up.AdID); v.Status != "running" || v.Error != nil {
		t.Errorf("while the server is down: %+v", v)
	}
	heal()
	o.succeeded(up.AdID)
	if got := states(t, up.AdID); !slices.Equal(got, happyPath) {
		t.Errorf("path = %v", got)
	}
}

func TestRetryAfterFailure(t *testing.T) {
	t.Parallel()
	o := newOwner(t)
	photo := small(t)
	up := o.upload(fields("다시"), len(photo))
	heal := sys.gpu.Add(faultproxy.On(stage2Path, faultproxy.Naming(up.AdID, faultproxy.Always(faultproxy.Error))))
	if p := o.do("POST", "/api/ads/"+up.AdID+"/retry", "", nil).want(t, 409).problem(t); p.Code != "Ad.NotFailed" {
		t.Errorf("retry of an ad that has not failed: %+v", p)
	}
	o.post(up, photo)
	if v := o.failed(up.AdID); !v.Error.Retryable || v.Progress.Percent == 100 {
		t.Errorf("failed: %+v", v)
	}
	if got := sys.gpu.KeyCalls(up.AdID + ".1.stage2"); got < 3 {
		t.Errorf("tried %d times", got)
	}
	heal()
	a := o.do("POST", "/api/ads/"+up.AdID+"/retry", "", nil).want(t, 202)
	var acc httpapi.Accepted
	a.decode(t, &acc)
	if acc.Status != "queued" || a.header.Get("Location") != "/api/ads/"+up.AdID {
		t.Errorf("retry: %+v", acc)
	}
	v := o.succeeded(up.AdID)
	if v.Error != nil || *v.CopySource != "openai" {
		t.Errorf("after the retry: %+v", v)
	}
	if got := states(t, up.AdID+"-2"); !slices.Equal(got, happyPath) {
		t.Errorf("path of the second attempt = %v", got)
	}
	if st := o.stats(); st.TotalAds != 1 {
		t.Errorf("counted %d times", st.TotalAds)
	}
}

func TestBadPhotosAtTheFirstDoor(t *testing.T) {
	t.Parallel()
	o := newOwner(t)
	for name, tc := range badPhotos(t) {
		p := o.generate(fields(name), tc.data)
		got := p.problem(t)
		if p.status != tc.code.Status() || got.Code != string(tc.code) || len(got.Errors) != 1 ||
			got.Errors[0].Field != "product_image" {
			t.Errorf("%s: %d %+v, want %s", name, p.status, got, tc.code)
		}
	}
	if l := o.list(""); len(l.Ads) != 0 {
		t.Errorf("bad photos left %d records", len(l.Ads))
	}
}

func TestBadPhotosAtTheSecondDoor(t *testing.T) {
	t.Parallel()
	for name, tc := range badPhotos(t) {
		if len(tc.data) == 0 {
			continue // S3 itself refuses it
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOwner(t)
			up := o.upload(fields(name), len(tc.data))
			o.post(up, tc.data)
			v := o.failed(up.AdID)
			want := (&fault.Fault{Code: tc.code, Special: tc.special}).Public()
			if v.Error.Code != string(tc.code) || v.Error.Retryable || v.Error.Detail != want {
				t.Errorf("%+v, want %s: %s", v.Error, tc.code, want)
			}
			p := o.do("POST", "/api/ads/"+up.AdID+"/retry", "", nil).want(t, 409).problem(t)
			if p.Code != "Ad.NotRetryable" {
				t.Errorf("retry: %+v", p)
			}
			if got := sys.gpu.KeyCalls(up.AdID + ".1.stage1"); got != 0 {
				t.Errorf("the GPU server was called %d times", got)
			}
			o.delete("/api/ads/"+up.AdID).want(t, 204)
			if got := objects(t, up.AdID); len(got) != 0 {
				t.Errorf("left behind: %v", got)
			}
		})
	}
}

type badPhoto struct {
	data    []byte
	code    fault.Code
	special fault.Special // with a sentence of its own, or empty
}

func badPhotos(t *testing.T) map[string]badPhoto {
	t.Helper()
	var tiny bytes.Buffer
	if err := gif.Encode(&tiny, image.NewGray(image.Rect(0, 0, 8, 8)), nil); err != nil {
		t.Fatal(err)
	}
	heic := append([]byte{0, 0, 0, 24}, "ftypheic\x00\x00\x00\x00mif1heic"...)
	return map[string]badPhoto{
		"empty": {nil, fault.PhotoMissing, ""},
		"svg":   {[]byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`), fault.PhotoUnsupported, fault.PhotoSVG},
		"html":  {[]byte("<!doctype html><script>alert(1)</script>"), fault.PhotoUnsupported, ""},
		"pdf":   {[]byte("%PDF-1.7\n" + strings.Repeat("x", 100)), fault.PhotoUnsupported, fault.PhotoPDF},
		"zip":   {[]byte("PK\x03\x04" + strings.Repeat("x", 100)), fault.PhotoUnsupported, ""},
		"heic":  {heic, fault.PhotoCorrupt, ""},
		"tiny":  {tiny.Bytes(), fault.PhotoTooSmall, ""},
		"cut":   {[]byte("\xff\xd8\xff\xe0\x00\x10JFIF"), fault.PhotoCorrupt, ""},
	}
}

func TestEveryWrongFieldComesBackAtOnce(t *testing.T) {
	t.Parallel()
	o := newOwner(t)
	p := o.generate(order{"product_name": strings.Repeat("가", 101), "target_age": "90대"},
		[]byte("%PDF-1.7 not a photo")).want(t, 422).problem(t)
	var names []string
	for _, f := range p.Errors {
		names = append(names, f.Field)
	}
	slices.Sort(names)
	if want := []string{
		"ad_concept", "product_category", "product_image", "product_name", "target_age", "target_gender",
	}; !slices.Equal(names, want) {
		t.Errorf("fields %v, want %v", names, want)
	}
	p = o.do("POST", "/api/uploads", "application/json", []byte(`{"product_name":`)).want(t, 400).problem(t)
	if p.Code != "Request.Malformed" {
		t.Errorf("broken JSON: %+v", p)
	}
	broken := []byte("--x\r\nbroken")
	p = o.do("POST", "/api/ads/generate", "multipart/form-data; boundary=x", broken).want(t, 400).problem(t)
	if p.Code != "Request.Malformed" {
		t.Errorf("broken form: %+v", p)
	}
}

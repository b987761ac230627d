package httpapi_test

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/httpapi"
	"github.com/nanococoa/nanococoa/internal/rendition"
)

func TestAnUnknownRoute(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, r := range []struct{ method, path string }{
		{"GET", "/"}, {"GET", "/api"}, {"GET", "/api/ads"}, {"GET", "/api/ads/"}, {"POST", "/api/health"},
		{"PUT", "/api/ads/x"},
		{"GET", "/api/uploads"}, {"OPTIONS", "/api/ads/generate"}, {"PATCH", "/api/dashboard/ads"},
		{"GET", "/api/openapi.yaml"},
		{"GET", "/api/openapi-3.0.json"}, {"GET", "/schemas/Ad.json"}, {"GET", "/docs"}, {"GET", "/api/images/"},
		{"GET", "/api/ads/x/retry"},
	} {
		w.send(httptest.NewRequest(r.method, r.path, nil)).fails(404, "Request.NotFound")
	}
}

func TestEveryAnswerIsPrivateAndWhatItSays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, path := range []string{
		"/api/health", "/api/openapi.json", "/api/docs", "/nowhere", "/api/ads/x", "/api/images/x",
	} {
		res := w.get(path)
		if res.header.Get("Cache-Control") != "no-store" || res.header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %v", path, res.header)
		}
	}
}

func TestWhatAClientAcceptsChangesNothing(t *testing.T) {
	t.Parallel()
	for _, accept := range []string{
		"json", "", "*/*", "text/html", "application/xml;q=0.9", "application/json", "application/cbor", ";;,q=",
	} {
		w := newWorld(t)
		r := httptest.NewRequest(http.MethodGet, "/api/health", nil)
		r.Header.Set("Accept", accept)
		if got := w.send(r).is(200).header.Get("Content-Type"); got != "application/json" {
			t.Errorf("Accept %q: %q", accept, got)
		}
		r = httptest.NewRequest(http.MethodGet, "/api/ads/x", nil)
		r.Header.Set("Accept", accept)
		w.send(r).fails(404, "Ad.NotFound")
	}
}

// HEAD is GET without the body: same status, same header.
func TestHead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, path := range []string{"/api/health", "/api/docs", "/api/ads/x"} {
		get, head := w.get(path), w.send(httptest.NewRequest(http.MethodHead, path, nil))
		if get.status != head.status || get.header.Get("Content-Type") != head.header.Get("Content-Type") {
			t.Errorf("%s: %d %v, GET %d %v", path, head.status, head.header, get.status, get.header)
		}
	}
}

func TestAPanicIsA500(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.signedIn()
	w.log.Reset()
	w.ads.get = func(string, string) (ad.Ad, error) { panic("index out of range [7]") }
	p := w.get("/api/ads/"+newID(t)).fails(500, "Internal")
	if strings.Contains(p.Detail, "index") {
		t.Errorf("detail %q", p.Detail)
	}
	lines := w.lines()
	if len(lines) != 2 {
		t.Fatalf("log:\n%s", w.log)
	}
	if l := lines[0]; l["level"] != "ERROR" || l["panic"] != "index out of range [7]" ||
		!strings.Contains(l["stack"].(string), "answer_test.go") {
		t.Errorf("%v", l)
	}
	if l := lines[1]; l["status"] != 500.0 || l["route"] != "GET /api/ads/{ad_id}" {
		t.Errorf("%v", l)
	}
}

// One line a request, and nothing in it that names an owner or opens a picture;
// the test world looks for those after every test.
func TestTheLog(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	owner := w.signedIn()
	a := finished(t, owner)
	shown, _ := w.show(a)
	w.ads.list = func(string, int, string) ([]ad.Ad, string, error) { return nil, "", nil }
	w.ads.find = func(string) (ad.Ad, error) { return ad.Ad{}, fault.New(fault.StorageUnavailable, nil) }
	w.private = append(
		w.private, strings.TrimPrefix(*shown.Stage1URL, "/api/images/"), "secret-cursor", "secret-key", a.Prompt, a.MainCopy,
	)
	w.log.Reset()
	w.get("/api/dashboard/ads?cursor=secret-cursor").is(200)
	w.get(*shown.Stage1URL).is(503)
	w.get("/api/images/" + a.AdID + ".stage2.forged").is(404)
	w.generate(without(order(fields, nil), "target_age"), "Idempotency-Key", "secret-key").is(422)
	w.post("/elsewhere/"+fields.ProductName[:3], "", nil).is(404)
	want := []struct {
		level, route string
		status       float64
	}{
		{"INFO", "GET /api/dashboard/ads", 200},
		{"ERROR", "", 0}, // what is ours to mend, with its code
		{"INFO", "GET /api/images/{image_id}", 503},
		{"INFO", "GET /api/images/{image_id}", 404},
		{"INFO", "POST /api/ads/generate", 422},
		{"INFO", "/", 404},
	}
	lines := w.lines()
	if len(lines) != len(want) {
		t.Fatalf("%d lines, want %d:\n%s", len(lines), len(want), w.log)
	}
	for i, l := range lines {
		if l["level"] != want[i].level || l["step"] != "api" {
			t.Errorf("%v", l)
		}
		if want[i].status == 0 {
			if l["code"] != "Storage.Unavailable" {
				t.Errorf("%v", l)
			}
			continue
		}
		if l["route"] != want[i].route || l["status"] != want[i].status || l["method"] == "" {
			t.Errorf("%v, want %v", l, want[i])
		}
		if _, ok := l["duration_ms"].(float64); !ok {
			t.Errorf("no duration in %v", l)
		}
	}
}

func TestTheServedOpenAPIIsTheGoldenFile(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	res := w.get("/api/openapi.json").is(200)
	raw, err := httpapi.OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	if string(raw) != string(res.body) || res.header.Get("Content-Type") != "application/json" {
		t.Errorf("%s: not what OpenAPI() gives", res.header.Get("Content-Type"))
	}
}

// Every operation is described, and every described operation answers: with the
// store saying "not found" or "nothing", none may be an unknown route.
func TestTheOpenAPIListsEveryRoute(t *testing.T) {
	t.Parallel()
	o, err := described()
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]bool{
		"POST /api/ads/generate": true, "POST /api/uploads": true, "GET /api/ads/{ad_id}": true,
		"POST /api/ads/{ad_id}/retry": true,
		"DELETE /api/ads/{ad_id}":     true, "GET /api/dashboard/ads": true, "GET /api/dashboard/stats": true,
		"GET /api/images/{image_id}": true, "GET /api/health": true,
		"PUT /api/ads/{ad_id}/main": true, "POST /api/ads/{ad_id}/renditions": true,
		"DELETE /api/ads/{ad_id}/renditions/{rendition_id}":   true,
		"GET /api/ads/{ad_id}/renditions/{rendition_id}/file": true,
		"POST /api/ads/{ad_id}/bundle":                        true, "POST /api/ads/{ad_id}/copies": true,
		"POST /api/ads/{ad_id}/scenes": true, "DELETE /api/ads/{ad_id}/scenes/{scene_id}": true,
		"GET /api/channels": true, "GET /api/brand": true, "PUT /api/brand": true, "POST /api/brand/logo": true,
		"GET /api/account": true, "DELETE /api/account": true, "GET /api/account/login": true,
		"GET /api/account/callback": true, "POST /api/account/logout": true, "POST /api/account/logout-everywhere": true,
		"GET /api/account/export":    true,
		"PUT /api/ads/{ad_id}/share": true, "DELETE /api/ads/{ad_id}/share": true, "GET /api/shared/{share_id}": true,
	}
	w := newWorld(t)
	gone := func(string, string) (ad.Ad, error) { return ad.Ad{}, fault.New(fault.AdNotFound, nil) }
	w.ads.get, w.ads.retry = gone, gone
	w.ads.share = func(string, string) (string, error) { return "", fault.New(fault.AdNotFound, nil) }
	w.ads.unshare = func(string, string) error { return fault.New(fault.AdNotFound, nil) }
	w.ads.setMain = func(string, string, string) error { return fault.New(fault.AdNotFound, nil) }
	w.ads.deleteRendition, w.ads.deleteScene = w.ads.setMain, w.ads.setMain
	w.maker.choices = func() ad.Choices { return rendition.Maker{}.Choices() }
	w.brands.get = func(string) (ad.Brand, error) { return ad.Brand{}, nil }
	w.ads.list = func(string, int, string) ([]ad.Ad, string, error) { return nil, "", nil }
	w.ads.stats = func(string) (ad.Stats, error) { return ad.Stats{}, nil }
	for path, methods := range o.doc.Paths {
		for method := range methods {
			route := strings.ToUpper(method) + " " + path
			if !want[route] {
				t.Errorf("%s is described and not in the design", route)
			}
			delete(want, route)
			real := strings.NewReplacer("{ad_id}", newID(t), "{image_id}", "x",
				"{rendition_id}", newID(t), "{scene_id}", newID(t)).Replace(path)
			res := w.send(httptest.NewRequest(strings.ToUpper(method), real, nil))
			if strings.Contains(string(res.body), `"Request.NotFound"`) {
				t.Errorf("%s is described and does not exist", route)
			}
		}
	}
	for route := range want {
		t.Errorf("%s is not described", route)
	}
}

// The page works offline and under the strictest policy.
func TestTheDocsPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	res := w.get("/api/docs").is(200)
	if got := res.header.Get("Content-Type"); got != "text/html; charset=utf-8" {
		t.Errorf("Content-Type %q", got)
	}
	csp := res.header.Get("Content-Security-Policy")
	if !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "script-src") ||
		strings.Contains(csp, "http") {
		t.Errorf("policy %q", csp)
	}
	page := string(res.body)
	foreign := regexp.MustCompile(`(?i)<script|<link|<iframe|\son\w+\s*=|` +
		`(?:src|href|action)\s*=\s*["']?\s*(?:https?:)?//|url\(|@import|javascript:`)
	if m := foreign.FindString(page); m != "" {
		t.Errorf("the page holds %q", m)
	}
	o, err := described()
	if err != nil {
		t.Fatal(err)
	}
	for path, methods := range o.doc.Paths {
		for method := range methods {
			if !strings.Contains(page, "<b>"+strings.ToUpper(method)+"</b><code>"+path+"</code>") {
				t.Errorf("%s %s is not on the page", method, path)
			}
		}
	}
	for _, word := range []string{
		"product_name", "60대이상", "Idempotency-Key", "Prefer", "content_length", "openapi.json", "cursor",
	} {
		if !strings.Contains(page, word) {
			t.Errorf("%s is not on the page", word)
		}
	}
}

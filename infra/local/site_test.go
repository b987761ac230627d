package local_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/nanococoa/nanococoa/infra/local"
)

// site serves a few pages before an API that echoes what reaches it.
func site(t *testing.T, pages fstest.MapFS, api http.HandlerFunc) *httptest.Server {
	t.Helper()
	behind := httptest.NewServer(api)
	t.Cleanup(behind.Close)
	to, err := url.Parse(behind.URL + "/_aws/execute-api/abc/v1")
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(local.Site{Pages: pages, API: to, S3: "http://127.0.0.1:4566"}.Handler())
	t.Cleanup(s.Close)
	return s
}

var pages = fstest.MapFS{
	"index.html":         {Data: []byte("start")},
	"dashboard.html":     {Data: []byte("dashboard")},
	"result.html":        {Data: []byte("result")},
	"about/index.html":   {Data: []byte("about")},
	"404.html":           {Data: []byte("not here")},
	"assets/main-1a2.js": {Data: []byte("script")},
	"font.woff2":         {Data: []byte("font")},
}

func request(t *testing.T, method, url string, body io.Reader) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Cookie", "owner=me")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(text)
}

func TestPagesAndDeepLinks(t *testing.T) {
	t.Parallel()
	s := site(t, pages, nil)
	for _, tc := range []struct {
		path, body, contentType, cache string
		status                         int
	}{
		{"/", "start", "text/html; charset=utf-8", "no-cache", 200},
		{"/dashboard", "dashboard", "text/html; charset=utf-8", "no-cache", 200},
		{"/dashboard?page=2", "dashboard", "text/html; charset=utf-8", "no-cache", 200},
		{"/result/019ab3f0-7a10-7c3e-9d51-6f2e8b1c4a70", "result", "text/html; charset=utf-8", "no-cache", 200},
		{"/about", "about", "text/html; charset=utf-8", "no-cache", 200},
		{"/assets/main-1a2.js", "script", "text/javascript; charset=utf-8", "public, max-age=31536000, immutable", 200},
		{"/font.woff2", "font", "font/woff2", "no-cache", 200},
		{"/none", "not here", "text/html; charset=utf-8", "no-cache", 404},
		{"/result/a/b", "not here", "text/html; charset=utf-8", "no-cache", 404},
		{"/assets", "not here", "text/html; charset=utf-8", "no-cache", 404},
		{"/../../etc/passwd", "not here", "text/html; charset=utf-8", "no-cache", 404},
	} {
		res, body := request(t, http.MethodGet, s.URL+tc.path, nil)
		h := res.Header
		if res.StatusCode != tc.status || body != tc.body || h.Get("Content-Type") != tc.contentType || h.Get("Cache-Control") != tc.cache {
			t.Errorf("%s: %d %q %q %q", tc.path, res.StatusCode, body, h.Get("Content-Type"), h.Get("Cache-Control"))
		}
	}
}

func TestTheStartPageStandsInForMissingPages(t *testing.T) {
	t.Parallel()
	s := site(t, fstest.MapFS{"index.html": {Data: []byte("one page")}}, nil)
	for path, want := range map[string]int{"/result/x": 200, "/dashboard": 200, "/else": 404} {
		if res, body := request(t, http.MethodGet, s.URL+path, nil); res.StatusCode != want || (want == 200) != (body == "one page") {
			t.Errorf("%s: %d %q", path, res.StatusCode, body)
		}
	}
}

func TestPagesAreOnlyRead(t *testing.T) {
	t.Parallel()
	s := site(t, pages, nil)
	if res, _ := request(t, http.MethodPost, s.URL+"/", strings.NewReader("x")); res.StatusCode != http.StatusMethodNotAllowed || res.Header.Get("Allow") != "GET, HEAD" {
		t.Errorf("POST: %d %q", res.StatusCode, res.Header.Get("Allow"))
	}
	if res, body := request(t, http.MethodHead, s.URL+"/", nil); res.StatusCode != http.StatusOK || body != "" || res.ContentLength != int64(len("start")) {
		t.Errorf("HEAD: %d %q %d", res.StatusCode, body, res.ContentLength)
	}
}

func TestPagesMayLoadOnlyWhatTheyNeed(t *testing.T) {
	t.Parallel()
	s := site(t, pages, nil)
	for _, path := range []string{"/", "/none"} {
		res, _ := request(t, http.MethodGet, s.URL+path, nil)
		policy := map[string]string{}
		for _, d := range strings.Split(res.Header.Get("Content-Security-Policy"), "; ") {
			name, value, _ := strings.Cut(d, " ")
			policy[name] = value
		}
		want := map[string]string{
			"default-src": "'self'", "img-src": "'self' data: blob: http://127.0.0.1:4566", "connect-src": "'self' http://127.0.0.1:4566",
			"frame-ancestors": "'none'", "base-uri": "'none'", "object-src": "'none'", "form-action": "'self'",
		}
		for name, value := range want {
			if policy[name] != value {
				t.Errorf("%s: %s %q, want %q", path, name, policy[name], value)
			}
		}
		if _, ok := policy["script-src"]; ok {
			t.Errorf("%s: script-src widens default-src", path)
		}
		if res.Header.Get("X-Content-Type-Options") != "nosniff" || res.Header.Get("X-Frame-Options") != "DENY" {
			t.Errorf("%s: %v", path, res.Header)
		}
	}
}

func TestTheAPIIsOnTheSameOrigin(t *testing.T) {
	t.Parallel()
	s := site(t, pages, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Add("Set-Cookie", "a=1")
		w.Header().Add("Set-Cookie", "b=2")
		w.Header().Set("Access-Control-Allow-Origin", "*")
		w.WriteHeader(http.StatusAccepted)
		body, _ := io.ReadAll(r.Body)
		_, _ = io.WriteString(w, strings.Join([]string{r.Method, r.URL.RequestURI(), r.Header.Get("Cookie"), r.Header.Get("X-Forwarded-Host"), r.Header.Get("X-Forwarded-Proto"), r.Header.Get("X-Forwarded-For"), string(body)}, "|"))
	})
	res, body := request(t, http.MethodPost, s.URL+"/api/ads/generate?x=1", strings.NewReader("photo"))
	want := "POST|/_aws/execute-api/abc/v1/api/ads/generate?x=1|owner=me|" + strings.TrimPrefix(s.URL, "http://") + "|http|127.0.0.1|photo"
	if res.StatusCode != http.StatusAccepted || body != want {
		t.Errorf("%d %q\nwant %q", res.StatusCode, body, want)
	}
	if got := res.Header.Values("Set-Cookie"); len(got) != 2 {
		t.Errorf("cookies %q", got)
	}
	if res.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Error("other sites may read the API's answers")
	}
}

// huge is a body of 100 MB that counts what was taken of it.
type huge struct{ taken int }

func (h *huge) Read(p []byte) (int, error) {
	if h.taken >= 100<<20 {
		return 0, io.EOF
	}
	h.taken += len(p)
	return len(p), nil
}

func TestABodyBeyondTheGatewaysLimitIsRefused(t *testing.T) {
	t.Parallel()
	s := site(t, pages, func(w http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) })
	body := &huge{}
	res, text := request(t, http.MethodPost, s.URL+"/api/ads/generate", body)
	if res.StatusCode != http.StatusRequestEntityTooLarge || res.Header.Get("Content-Type") != "application/problem+json" || !strings.Contains(text, `"code":"Request.TooLarge"`) {
		t.Errorf("%d %s", res.StatusCode, text)
	}
	if body.taken > 40<<20 {
		t.Errorf("took %d bytes", body.taken)
	}
}

func TestAnAbsentAPIIsAProblem(t *testing.T) {
	t.Parallel()
	gone := httptest.NewServer(nil)
	to, err := url.Parse(gone.URL)
	if err != nil {
		t.Fatal(err)
	}
	gone.Close()
	s := httptest.NewServer(local.Site{Pages: pages, API: to}.Handler())
	defer s.Close()
	res, text := request(t, http.MethodGet, s.URL+"/api/health", nil)
	if res.StatusCode != http.StatusBadGateway || !strings.Contains(text, `"code":"Internal"`) {
		t.Errorf("%d %s", res.StatusCode, text)
	}
}

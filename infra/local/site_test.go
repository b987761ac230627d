package local_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
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
		{"/dashboard/", "dashboard", "text/html; charset=utf-8", "no-cache", 200},
		{"/result/x.png", "not here", "text/html; charset=utf-8", "no-cache", 404},
		{"/none", "not here", "text/html; charset=utf-8", "no-cache", 404},
		{"/result/a/b", "not here", "text/html; charset=utf-8", "no-cache", 404},
		{"/assets", "not here", "text/html; charset=utf-8", "no-cache", 404},
		{"/../../etc/passwd", "not here", "text/html; charset=utf-8", "no-cache", 404},
	} {
		res, body := request(t, http.MethodGet, s.URL+tc.path, nil)
		h := res.Header
		if res.StatusCode != tc.status || body != tc.body || h.Get("Content-Type") != tc.contentType ||
			h.Get("Cache-Control") != tc.cache {
			t.Errorf("%s: %d %q %q %q", tc.path, res.StatusCode, body, h.Get("Content-Type"), h.Get("Cache-Control"))
		}
	}
}

func TestTheStartPageStandsInForMissingPages(t *testing.T) {
	t.Parallel()
	s := site(t, fstest.MapFS{"index.html": {Data: []byte("one page")}}, nil)
	for path, want := range map[string]int{"/result/x": 200, "/dashboard": 200, "/else": 404} {
		if res, body := request(t, http.MethodGet, s.URL+path, nil); res.StatusCode != want ||
			(want == 200) != (body == "one page") {
			t.Errorf("%s: %d %q", path, res.StatusCode, body)
		}
	}
}

func TestPagesAreOnlyRead(t *testing.T) {
	t.Parallel()
	s := site(t, pages, nil)
	if res, _ := request(t, http.MethodPost, s.URL+"/",
		strings.NewReader("x")); res.StatusCode != http.StatusMethodNotAllowed ||
		res.Header.Get("Allow") != "GET, HEAD" {
		t.Errorf("POST: %d %q", res.StatusCode, res.Header.Get("Allow"))
	}
	if res, body := request(t, http.MethodHead, s.URL+"/", nil); res.StatusCode != http.StatusOK || body != "" ||
		res.ContentLength != int64(len("start")) {
		t.Errorf("HEAD: %d %q %d", res.StatusCode, body, res.ContentLength)
	}
}

// TestPagesGetTheHeadersOfCloudFront compares with infra/site.yaml: what a
// browser refuses there, it must refuse here first.
func TestPagesGetTheHeadersOfCloudFront(t *testing.T) {
	t.Parallel()
	template, err := os.ReadFile("../site.yaml")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(template), "ContentSecurityPolicy: !Sub\n")
	_, rest, _ = strings.Cut(rest, ">-\n")
	text, rest, ok := strings.Cut(rest, "- Pictures:")
	if !ok {
		t.Fatal("infra/site.yaml has its policy in another form than this test knows")
	}
	policy := strings.ReplaceAll(strings.Join(strings.Fields(text), " "), "${Pictures}", "http://127.0.0.1:4566")
	s := site(t, pages, nil)
	for _, path := range []string{"/", "/none", "/assets/main-1a2.js"} {
		res, _ := request(t, http.MethodGet, s.URL+path, nil)
		if got := res.Header.Get("Content-Security-Policy"); got != policy {
			t.Errorf("%s: policy\n%s\nwant\n%s", path, got, policy)
		}
		_, link, _ := strings.Cut(rest, "Header: Link\n              Value: !Sub ")
		link, _, _ = strings.Cut(link, "\n")
		const bucket = "https://${PicturesBucket}.s3.${AWS::Region}.${AWS::URLSuffix}"
		link = strings.ReplaceAll(strings.Trim(link, `"`), bucket, "http://127.0.0.1:4566")
		if got := res.Header.Get("Link"); got != link || !strings.HasSuffix(got, "; rel=preconnect") {
			t.Errorf("%s: Link %q, want %q", path, got, link)
		}
		for name, before := range map[string]string{
			"X-Frame-Options": "FrameOption: ", "Referrer-Policy": " ReferrerPolicy: ",
			"Cross-Origin-Opener-Policy": "Header: Cross-Origin-Opener-Policy\n              Value: ",
			"Permissions-Policy":         "Header: Permissions-Policy\n              Value: ",
		} {
			_, after, ok := strings.Cut(rest, before)
			value, _, _ := strings.Cut(after, "\n")
			if got := res.Header.Get(name); !ok || got != value {
				t.Errorf("%s: %s %q, want %q", path, name, got, value)
			}
		}
		if res.Header.Get("X-Content-Type-Options") != "nosniff" {
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
		_, _ = io.WriteString(w, strings.Join([]string{
			r.Method, r.URL.RequestURI(), r.Header.Get("Cookie"), r.Header.Get("X-Forwarded-Host"),
			r.Header.Get("X-Forwarded-Proto"), r.Header.Get("X-Forwarded-For"), string(body),
		}, "|"))
	})
	res, body := request(t, http.MethodPost, s.URL+"/api/ads/generate?x=1", strings.NewReader("photo"))
	want := "POST|/_aws/execute-api/abc/v1/api/ads/generate?x=1|owner=me|" + strings.TrimPrefix(s.URL, "http://") +
		"|http|127.0.0.1|photo"
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

// CloudFront sends text packed, so the figures of the pages are measured with that.
func TestTextIsSentPacked(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("가방 ", 1000)
	s := site(t, fstest.MapFS{
		"a.js": {Data: []byte(text)}, "small.js": {Data: []byte("가")}, "a.webp": {Data: []byte(text)},
	}, nil)
	for path, packed := range map[string]bool{"/a.js": true, "/small.js": false, "/a.webp": false} {
		res, body := request(t, http.MethodGet, s.URL+path, nil) // Go's client unpacks what it asked to be packed
		if res.Uncompressed != packed || !strings.HasPrefix(text, body) || body == "" {
			t.Errorf("%s: packed %t, %d bytes", path, res.Uncompressed, len(body))
		}
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+"/a.js", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept-Encoding", "identity")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if got, err := io.ReadAll(res.Body); err != nil || string(got) != text {
		t.Errorf("not asked for, it is packed: %v", err)
	}
}

// A public page is answered by the API too, which does not learn who asks.
func TestPublicPagesAreTheSameToEverybody(t *testing.T) {
	t.Parallel()
	s := site(t, pages, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'none'")
		_, _ = io.WriteString(w, r.URL.Path+"|"+r.Header.Get("Cookie"))
	})
	for _, path := range []string{"/s/abc", "/s/abc/picture"} {
		res, body := request(t, http.MethodGet, s.URL+path, nil)
		if body != "/_aws/execute-api/abc/v1"+path+"|" || res.Header.Get("Content-Security-Policy") != "default-src 'none'" {
			t.Errorf("%s: %q %v", path, body, res.Header)
		}
	}
}

// huge is a body of 100 MB that counts what was taken of it. The client still
// reads it for a moment when the answer is there.
type huge struct{ taken atomic.Int64 }

func (h *huge) Read(p []byte) (int, error) {
	if h.taken.Load() >= 100<<20 {
		return 0, io.EOF
	}
	h.taken.Add(int64(len(p)))
	return len(p), nil
}

func TestABodyBeyondTheGatewaysLimitIsRefused(t *testing.T) {
	t.Parallel()
	s := site(t, pages, func(w http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) })
	body := &huge{}
	res, text := request(t, http.MethodPost, s.URL+"/api/ads/generate", body)
	if res.StatusCode != http.StatusRequestEntityTooLarge ||
		res.Header.Get("Content-Type") != "application/problem+json" || !strings.Contains(text, `"code":"Request.TooLarge"`) {
		t.Errorf("%d %s", res.StatusCode, text)
	}
	if taken := body.taken.Load(); taken > 40<<20 {
		t.Errorf("took %d bytes", taken)
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

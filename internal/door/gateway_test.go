package door_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"github.com/nanococoa/nanococoa/internal/door"
)

// echo answers what of a request it was asked with.
func echo(t *testing.T) (door.Handler, *http.Request) {
	t.Helper()
	seen := new(http.Request)
	return door.Lambda(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { *seen = *r })), seen
}

// The handler is asked for a path only when it is the one spelling of the route that the
// gateway chose; whatever else it is, it is the root, which is no route.
func TestPaths(t *testing.T) {
	t.Parallel()
	const ad, file = "/api/ads/{ad_id}", "/api/ads/{ad_id}/renditions/{rendition_id}/file"
	for name, c := range map[string]struct {
		route, path string
		kept        bool
	}{
		"no parameter":              {"/api/health", "/api/health", true},
		"an id":                     {ad, "/api/ads/019ab3f0-7a10-7c3e-9d51-6f2e8b1c4a70", true},
		"a signed id":               {"/api/images/{image_id}", "/api/images/aB_9-.~x", true},
		"two parameters":            {file, "/api/ads/a/renditions/b/file", true},
		"a line of a log":           {ad, "/api/ads/x\n{\"_aws\":{}}", false},
		"a carriage return":         {ad, "/api/ads/x\r", false},
		"an escaped line end":       {ad, "/api/ads/x%0A", false},
		"a zero byte":               {ad, "/api/ads/x\x00", false},
		"a fragment":                {ad, "/api/ads/x#y", false},
		"a query":                   {ad, "/api/ads/x?y", false},
		"an escape":                 {ad, "/api/ads/%61", false},
		"a broken escape":           {ad, "/api/ads/%zz", false},
		"an escaped broken escape":  {ad, "/api/ads/%25zz", false},
		"a route within a segment":  {ad, "/api/ads/x/retry", false},
		"an escaped slash":          {ad, "/api/ads/x%2Fretry", false},
		"a backslash":               {ad, `/api/ads/x\retry`, false},
		"one up":                    {ad, "/api/ads/..", false},
		"here":                      {ad, "/api/ads/.", false},
		"an empty segment":          {ad, "/api/ads/", false},
		"a doubled slash":           {"/api/health", "//api/health", false},
		"a slash at the end":        {"/api/health", "/api/health/", false},
		"another host":              {"/api/health", "http://example.com/api/health", false},
		"another route":             {"/api/health", "/api/brand", false},
		"a letter that is no ASCII": {ad, "/api/ads/가", false},
		"a broken letter":           {ad, "/api/ads/\xff", false},
		"nothing":                   {"", "", false},
		"no route":                  {"", "/api/health", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, seen := echo(t)
			if _, err := f(t.Context(), events.APIGatewayProxyRequest{
				HTTPMethod: http.MethodGet, Resource: c.route, Path: c.path,
			}); err != nil {
				t.Fatal(err)
			}
			want := "/"
			if c.kept {
				want = c.path
			}
			if seen.URL == nil || seen.URL.Path != want || seen.RequestURI != want {
				t.Errorf("asked for %v (%q), want %q", seen.URL, seen.RequestURI, want)
			}
		})
	}
}

// Lambda keeps a function's output as its log, and reads metrics from it: what a caller
// sends must not come out there.
func ExampleLambda() {
	f := door.Lambda(http.NotFoundHandler())
	for _, path := range []string{"/api/\n{\"_aws\":{}}", "/%zz", "/\x00"} {
		a, err := f(context.Background(), events.APIGatewayProxyRequest{
			HTTPMethod: "G\nET", Resource: "/api/{x}", Path: path,
		})
		fmt.Println(a.StatusCode, err)
	}
	// Output:
	// 404 <nil>
	// 404 <nil>
	// 404 <nil>
}

func TestRequest(t *testing.T) {
	t.Parallel()
	var body []byte
	var seen *http.Request
	f := door.Lambda(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen = r
		body, _ = io.ReadAll(r.Body)
		http.SetCookie(w, &http.Cookie{Name: "a", Value: "1"})
		http.SetCookie(w, &http.Cookie{Name: "b", Value: "2"})
		w.WriteHeader(http.StatusAccepted)
		w.WriteHeader(http.StatusTeapot) // too late
		_, _ = w.Write([]byte("한글"))
	}))
	e := events.APIGatewayProxyRequest{
		HTTPMethod: http.MethodPost, Resource: "/api/uploads", Path: "/api/uploads",
		MultiValueHeaders:               map[string][]string{"cookie": {"x=1", "y=2"}, "Host": {"api.example.com"}},
		MultiValueQueryStringParameters: map[string][]string{"limit": {"1", "2"}, "a b": {"&"}},
		Body:                            base64.StdEncoding.EncodeToString([]byte("\xff\x00")), IsBase64Encoded: true,
	}
	e.RequestContext.Identity.SourceIP = "192.0.2.7"
	a, err := f(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	if seen.Method != http.MethodPost || seen.Host != "api.example.com" || seen.RemoteAddr != "192.0.2.7" ||
		len(seen.Cookies()) != 2 || seen.URL.RawQuery != "a+b=%26&limit=1&limit=2" ||
		string(body) != "\xff\x00" || seen.ContentLength != 2 {
		t.Errorf("the request is %+v with %q", seen, body)
	}
	if a.StatusCode != http.StatusAccepted || a.Body != "한글" || a.IsBase64Encoded ||
		len(a.MultiValueHeaders["Set-Cookie"]) != 2 || a.MultiValueHeaders["Content-Type"][0] != "text/plain; charset=utf-8" {
		t.Errorf("the answer is %+v", a)
	}

	f = door.Lambda(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("\xff")) }))
	if a, err = f(t.Context(), e); err != nil || a.StatusCode != http.StatusOK || !a.IsBase64Encoded || a.Body != "/w==" {
		t.Errorf("bytes are answered as %+v, %v", a, err)
	}
	e.Body = "no base64"
	if _, err := f(t.Context(), e); err == nil {
		t.Error("a body that is not what the event says was taken")
	}
}

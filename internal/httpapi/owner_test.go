package httpapi_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/httpapi"
)

func TestTheGuestCookie(t *testing.T) {
	t.Parallel()
	for origin, want := range map[string]struct {
		name   string
		secure bool
	}{
		"http://localhost:8890":    {"owner", false},
		"https://ads.example.com":  {"__Host-owner", true},
		"https://ads.example.com/": {"__Host-owner", true},
	} {
		w := newWorldAt(t, origin)
		w.accepting()
		res := w.generate(order(fields, flat(t, 128, 128))).is(http.StatusAccepted)
		line := res.header.Values("Set-Cookie")
		if len(line) != 1 {
			t.Fatalf("%s: %d cookies", origin, len(line))
		}
		c, err := http.ParseSetCookie(line[0])
		if err != nil {
			t.Fatal(err)
		}
		if c.Name != want.name || c.Secure != want.secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode ||
			c.Path != "/" || c.Domain != "" {
			t.Errorf("%s: %s", origin, line[0])
		}
		if c.MaxAge != 400*24*3600 {
			t.Errorf("%s: lives %d s", origin, c.MaxAge)
		}
	}
}

func TestOneBrowserIsOneOwner(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	made, _ := w.accepting()
	first := w.generate(order(fields, flat(t, 128, 128))).is(202)
	again := w.generate(order(fields, flat(t, 128, 128))).is(202)
	if (*made)[0].Owner != (*made)[1].Owner {
		t.Error("two orders of one browser have two owners")
	}
	if a, b := first.header.Get("Set-Cookie"), again.header.Get("Set-Cookie"); a == "" || b != "" {
		t.Errorf("the first order sets the cookie, and the second needs none: %q, %q", a, b)
	}
	other := newWorld(t)
	theirs, _ := other.accepting()
	other.generate(order(fields, flat(t, 128, 128))).is(202)
	if (*theirs)[0].Owner == (*made)[0].Owner {
		t.Error("two browsers have one owner")
	}
	if len((*made)[0].Owner) < 26 {
		t.Errorf("owner %q can be guessed", (*made)[0].Owner)
	}
}

// Reading sets no cookie: two first requests side by side would each set one.
func TestOnlyAnOrderSetsTheCookie(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	missing := func(string, string) (ad.Ad, error) { return ad.Ad{}, fault.New(fault.AdNotFound, nil) }
	w.ads.get, w.ads.retry = missing, missing
	w.ads.list = func(string, int, string) ([]ad.Ad, string, error) { return nil, "", nil }
	w.ads.stats = func(string) (ad.Stats, error) { return ad.Stats{}, nil }
	id := newID(t)
	for _, path := range []string{
		"/api/ads/" + id, "/api/dashboard/ads", "/api/dashboard/stats", "/api/images/x", "/api/health", "/api/openapi.json",
		"/api/docs", "/nowhere",
	} {
		w.get(path)
	}
	w.post("/api/ads/"+id+"/retry", "", nil)
	w.send(httptest.NewRequest(http.MethodDelete, "/api/ads/"+id, nil))
	w.post("/api/ads/generate", "text/plain", []byte("x"))
	w.post("/api/uploads", "application/json", []byte("{}"))
	if len(w.jar) != 0 {
		t.Errorf("cookies %v", w.jar)
	}
}

// sign makes a signature as the API does with its key.
func sign(key []byte, purpose, value string) string {
	m := hmac.New(sha256.New, key)
	m.Write([]byte(purpose + "\x00" + value))
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil)[:16])
}

// other is a letter of an id that is not this one.
func other(letter byte) string {
	if letter == 'B' {
		return "C"
	}
	return "B"
}

// Whoever does not bring a cookie of ours is a stranger: a fresh owner each time.
func TestAForgedCookieIsAStranger(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	owner := w.signedIn()
	good := w.jar["owner"]
	v := "2.0." + strconv.FormatInt(w.now.Unix(), 36) + "." + owner
	if want := v + "." + sign(signingKey, "session", v); good != want {
		t.Fatalf("cookie %q, want %q", good, want)
	}
	seen := func(cookies ...*http.Cookie) (got string) {
		w := newWorld(t)
		w.ads.list = func(o string, _ int, _ string) ([]ad.Ad, string, error) { got = o; return nil, "", nil }
		r := httptest.NewRequest(http.MethodGet, "/api/dashboard/ads", nil)
		for _, c := range cookies {
			r.AddCookie(c)
		}
		w.send(r).is(200)
		return got
	}
	cookie := func(v string) *http.Cookie { return &http.Cookie{Name: "owner", Value: v} }
	if got := seen(cookie(good)); got != owner {
		t.Fatalf("the good cookie is %q", got)
	}
	if got := seen(cookie("other-program=1"), cookie("x.y"), cookie(good)); got != owner {
		t.Errorf("behind a cookie of the same name: %q", got)
	}
	forged := map[string]string{
		"the owner alone":           owner,
		"no signature":              v,
		"an empty signature":        v + ".",
		"nobody's":                  "2.0.tp6wox.." + sign(signingKey, "session", "2.0.tp6wox."),
		"a longer id":               v + "A" + good[len(v):],
		"another id":                v[:len(v)-1] + other(v[len(v)-1]) + good[len(v):],
		"cut off":                   good[:len(good)-1],
		"more behind it":            good + "A",
		"another key":               v + "." + sign(bytes.Repeat([]byte("x"), 32), "session", v),
		"another key's id":          "2.1" + good[3:],
		"another version":           "3" + good[1:],
		"another purpose":           v + "." + sign(signingKey, "owner", v),
		"no time":                   "2.0.!." + owner + "." + sign(signingKey, "session", "2.0.!."+owner),
		"a later time":              "2.0.zzzzzz." + owner + good[len(v):],
		"nothing":                   "",
		"more parts":                v + ".b." + sign(signingKey, "session", v+".b"),
		"a signature of upper":      strings.ToUpper(good),
		"the other spelling of it":  lastBits(good),
		"an old one of another key": owner + "." + sign(bytes.Repeat([]byte("x"), 32), "owner", owner),
		"an old one cut off":        owner + "." + sign(signingKey, "owner", owner)[1:],
		"an old one, of a picture":  owner + "." + sign(signingKey, "image", owner),
		"an old one of nobody":      "." + sign(signingKey, "owner", ""),
	}
	for name, v := range forged {
		if got := seen(cookie(v)); got == owner || len(got) < 26 {
			t.Errorf("%s: %q was taken for owner %q", name, v, got)
		}
	}
	if a, b := seen(), seen(); a == b {
		t.Error("two strangers are one owner")
	}
	// On https only the cookie that browsers bind to the host counts.
	secure := newWorldAt(t, "https://ads.example.com")
	secure.ads.list = func(o string, _ int, _ string) ([]ad.Ad, string, error) {
		if o == owner {
			t.Error("a cookie without __Host- was taken")
		}
		return nil, "", nil
	}
	r := httptest.NewRequest(http.MethodGet, "/api/dashboard/ads", nil)
	r.AddCookie(cookie(good))
	secure.send(r).is(200)
}

// lastBits changes bits of base64 that decode to nothing.
func lastBits(s string) string {
	const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	last := strings.IndexByte(digits, s[len(s)-1])
	return s[:len(s)-1] + string(digits[last^1])
}

func TestAShortSigningKeyIsRefused(t *testing.T) {
	t.Parallel()
	for n := range 32 {
		if _, err := httpapi.NewSigner(make([]byte, n)); err == nil {
			t.Errorf("%d bytes were taken", n)
		}
	}
}

// Somebody else's ad, a missing one and an id that is none are one and the same
// answer, byte for byte, in every operation.
func TestAnotherOwnersAdIsAMissingOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	me := w.signedIn()
	theirs, missing := newID(t), newID(t)
	// The store is asked with the caller's owner and knows nothing else.
	look := func(owner, adID string) (ad.Ad, error) {
		if owner != me || (adID != theirs && adID != missing) {
			t.Errorf("asked for %s of %s", adID, owner)
		}
		return ad.Ad{}, fault.New(fault.AdNotFound, nil)
	}
	w.ads.get, w.ads.retry = look, look
	for _, op := range []struct{ method, suffix string }{{"GET", ""}, {"DELETE", ""}, {"POST", "/retry"}} {
		var first *answer
		for _, id := range []string{
			theirs, missing, "no-id", strings.ToUpper(theirs), theirs + "x", "..%2f", "%00",
			"00000000-0000-4000-8000-000000000000",
		} {
			res := w.send(httptest.NewRequest(op.method, "/api/ads/"+id+op.suffix, nil))
			res.fails(404, "Ad.NotFound")
			if first == nil {
				first = res
			}
			if !bytes.Equal(res.body, first.body) {
				t.Errorf("%s %s: %s, else %s", op.method, id, res.body, first.body)
			}
			if len(res.header) != len(first.header) {
				t.Errorf("%s %s: header %v, else %v", op.method, id, res.header, first.header)
			}
		}
	}
}

// A browser sends our cookie with whatever page makes it send a request: what
// changes something must come from our own pages, or from a program.
func TestAnotherSiteChangesNothing(t *testing.T) {
	t.Parallel()
	contentType, body := encode(t, order(fields, flat(t, 128, 128)))
	id := newID(t)
	for name, tc := range map[string]struct {
		origin  string // of the API
		headers map[string]string
		refused bool
	}{
		"a program": {site, nil, false},
		"our page":  {site, map[string]string{"Sec-Fetch-Site": "same-origin", "Origin": site}, false},
		"our page, another host in front": {
			"https://ads.example.com", map[string]string{"Origin": "https://ads.example.com"}, false,
		},
		"our page on another origin": {
			"https://ads.example.com", map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://ads.example.com"},
			false,
		},
		"typed in": {site, map[string]string{"Sec-Fetch-Site": "none"}, false},
		"another site": {
			site, map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}, true,
		},
		"a sister site": {
			site, map[string]string{"Sec-Fetch-Site": "same-site", "Origin": "http://blog.localhost:8890"}, true,
		},
		"another site, an old browser": {site, map[string]string{"Origin": "https://evil.example"}, true},
		"a sandboxed frame":            {site, map[string]string{"Origin": "null"}, true},
		"a sandboxed frame, elsewhere": {"https://ads.example.com", map[string]string{"Origin": "null"}, true},
		"our name on another port":     {site, map[string]string{"Origin": "http://localhost:1"}, true},
		"our name in another":          {site, map[string]string{"Origin": "http://localhost:8890.evil.example"}, true},
		"our host on plain http": {
			"https://ads.example.com", map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "http://ads.example.com"},
			true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const gateway = "abc.execute-api.ap-northeast-2.amazonaws.com"
			for _, op := range []struct {
				method, path string
				body         []byte
				host         string // as behind API Gateway, or what a gateway leaves out
			}{
				{"POST", "/api/ads/generate", body, gateway}, {"POST", "/api/uploads", []byte("{}"), gateway},
				{"POST", "/api/ads/" + id + "/retry", nil, gateway}, {"DELETE", "/api/ads/" + id, nil, gateway},
				{"POST", "/nowhere", nil, gateway}, {"DELETE", "/api/ads/" + id, nil, ""},
			} {
				w := newWorldAt(t, tc.origin)
				if !tc.refused {
					w.accepting()
					gone := func(string, string) (ad.Ad, error) { return ad.Ad{}, fault.New(fault.AdNotFound, nil) }
					w.ads.get, w.ads.retry = gone, gone
				}
				r := httptest.NewRequest(op.method, op.path, bytes.NewReader(op.body))
				r.Host = op.host
				r.Header.Set("Content-Type", contentType)
				for k, v := range tc.headers {
					r.Header.Set(k, v)
				}
				res := w.send(r)
				if tc.refused {
					res.fails(403, "Request.CrossOrigin")
				} else if res.status == 403 {
					t.Errorf("%s %s was refused", op.method, op.path)
				}
			}
		})
	}
	// Reading is harmless: without CORS headers the other page sees nothing.
	w := newWorld(t)
	r := httptest.NewRequest(http.MethodGet, "/api/health", nil)
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	r.Header.Set("Origin", "https://evil.example")
	res := w.send(r).is(200)
	for name := range res.header {
		if strings.HasPrefix(name, "Access-Control-") {
			t.Errorf("%s: %v", name, res.header[name])
		}
	}
}

func TestAnOriginThatIsNoneIsReported(t *testing.T) {
	t.Parallel()
	w := newWorldAt(t, "localhost")
	if !strings.Contains(w.log.String(), "not an origin") {
		t.Errorf("log %q", w.log)
	}
	w.get("/api/health").is(200)
}

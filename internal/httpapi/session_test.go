package httpapi_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/httpapi"
)

// browser is one cookie before the API with some keys, at a time.
type browser struct {
	t      *testing.T
	cookie string

	callers httpapi.Callers
}

// call lists the browser's ads, and gives whose they are; renewed says whether the answer
// has a cookie, which the browser then keeps.
func (b *browser) call(signer *httpapi.Signer) (owner string, renewed bool) {
	b.t.Helper()
	ads := &fakeAds{t: b.t}
	ads.list = func(o string, _ int, _ string) ([]ad.Ad, string, error) { owner = o; return nil, "", nil }
	log := slog.New(slog.DiscardHandler)
	api := httpapi.New(httpapi.Config{
		Fields: ad.OwnerFields(), Ads: ads,
		Shared: httpapi.Shared{Signer: signer, Origin: site, Log: log, Callers: b.callers},
	})
	r := httptest.NewRequest(http.MethodGet, "/api/dashboard/ads", nil)
	r.AddCookie(&http.Cookie{Name: "owner", Value: b.cookie})
	rec := httptest.NewRecorder()
	api.ServeHTTP(rec, r)
	if rec.Code != http.StatusOK {
		b.t.Errorf("a cookie made an error: %d", rec.Code)
	}
	for _, c := range rec.Result().Cookies() {
		b.cookie, renewed = c.Value, true
	}
	return owner, renewed
}

func signerOf(t *testing.T, at time.Time, keys ...httpapi.SessionKey) *httpapi.Signer {
	t.Helper()
	s, err := httpapi.NewSigner(signingKey, keys...)
	if err != nil {
		t.Fatal(err)
	}
	return s.At(func() time.Time { return at })
}

func key(id string, from time.Time, letter string) httpapi.SessionKey {
	return httpapi.SessionKey{ID: id, From: from, Key: bytes.Repeat([]byte(letter), 32)}
}

const day = 24 * time.Hour

// A guest comes through a change of the cookie's form and of its keys with the ads, as long
// as somebody calls once in 400 days and the former key is there; then the former key may go.
func TestAGuestOutlivesKeys(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 28, 0, 0, 0, 0, time.UTC)
	first, second := key("", time.Time{}, "k"), key("2026-12-02", start.Add(4*day), "m")
	b := &browser{t: t, cookie: "GUEST." + sign(first.Key, "owner", "GUEST")} // as it was before sessions
	for _, step := range []struct {
		what    string
		at      time.Time
		keys    []httpapi.SessionKey
		renewed bool
		kid     string
	}{
		{"the old form is renewed", start, []httpapi.SessionKey{first}, true, "2.0."},
		{"and then is fresh", start.Add(day), []httpapi.SessionKey{first}, false, "2.0."},
		{"a day later", start.Add(day + time.Hour), []httpapi.SessionKey{first}, true, "2.0."},
		{"the next key does not sign yet", start.Add(2 * day), []httpapi.SessionKey{first, second}, false, "2.0."},
		{"now it does", start.Add(4 * day), []httpapi.SessionKey{second, first}, true, "2.2026-12-02."},
		{"the former one goes", start.Add(5 * day), []httpapi.SessionKey{second}, false, "2.2026-12-02."},
		{"a month later", start.Add(40 * day), []httpapi.SessionKey{second}, true, "2.2026-12-02."},
		{"a year later", start.Add(430 * day), []httpapi.SessionKey{second}, true, "2.2026-12-02."},
	} {
		owner, renewed := b.call(signerOf(t, step.at, step.keys...))
		if owner != "GUEST" || renewed != step.renewed || !strings.HasPrefix(b.cookie, step.kid) {
			t.Errorf("%s: owner %q, renewed %v, cookie %s", step.what, owner, renewed, b.cookie)
		}
	}
}

// A session ends here, whatever the browser does, and its bearer is a new guest.
func TestASessionEnds(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 28, 0, 0, 0, 0, time.UTC)
	only := key("", time.Time{}, "k")
	old := func() *browser { return &browser{t: t, cookie: "GUEST." + sign(only.Key, "owner", "GUEST")} }
	fresh := func() *browser {
		b := old()
		b.call(signerOf(t, start, only))
		return b
	}
	for name, tc := range map[string]struct {
		b    *browser
		at   time.Time
		keys []httpapi.SessionKey
		want bool
	}{
		"on its last day":            {fresh(), start.Add(400 * day), []httpapi.SessionKey{only}, true},
		"a second later":             {fresh(), start.Add(400*day + time.Second), []httpapi.SessionKey{only}, false},
		"its key is gone":            {fresh(), start.Add(day), []httpapi.SessionKey{key("2026-12-02", start, "m")}, false},
		"its key's id is another's":  {fresh(), start.Add(day), []httpapi.SessionKey{key("", start, "m")}, false},
		"a clock behind":             {fresh(), start.Add(-time.Hour), []httpapi.SessionKey{only}, true},
		"the old form, in its time":  {old(), start.Add(420 * day), []httpapi.SessionKey{only}, true},
		"the old form, after it":     {old(), start.Add(430 * day), []httpapi.SessionKey{only}, false},
		"the old form, by a new key": {old(), start, []httpapi.SessionKey{key("2026-11-01", start, "m"), only}, true},
	} {
		owner, renewed := tc.b.call(signerOf(t, tc.at, tc.keys...))
		if got := owner == "GUEST"; got != tc.want || !got && (len(owner) < 26 || renewed) {
			t.Errorf("%s: owner %q, renewed %v", name, owner, renewed)
		}
	}
}

// Pictures' ids have a key of their own: no key of sessions has a part in them.
func TestPicturesOutliveTheKeysOfSessions(t *testing.T) {
	t.Parallel()
	at := time.Now()
	id := func(keys ...httpapi.SessionKey) string {
		w := newWorld(t)
		a := finished(t, w.signedIn())
		a.AdID = "0190a5b2-0000-7000-8000-000000000000"
		ads := &fakeAds{t: t, list: func(string, int, string) ([]ad.Ad, string, error) { return []ad.Ad{a}, "", nil }}
		api := httpapi.New(httpapi.Config{
			Fields: ad.OwnerFields(), Ads: ads,
			Shared: httpapi.Shared{Signer: signerOf(t, at, keys...), Origin: site, Log: slog.New(slog.DiscardHandler)},
		})
		rec := httptest.NewRecorder()
		api.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/api/dashboard/ads", nil))
		_, after, _ := strings.Cut(rec.Body.String(), "/api/images/")
		out, _, _ := strings.Cut(after, `"`)
		return out
	}
	before := id()
	if after := id(key("2026-12-02", at, "m")); before == "" || after != before {
		t.Errorf("%q was %q", after, before)
	}
}

// What may be kept for others has nobody's session in it.
func TestAPublicPageSetsNoCookie(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ads.list = func(string, int, string) ([]ad.Ad, string, error) { return nil, "", nil }
	for path, want := range map[string]int{"/api/dashboard/ads": 1, "/s/no-share": 0, "/s/no-share/picture": 0} {
		w.jar = map[string]string{"owner": "ME." + sign(signingKey, "owner", "ME")} // of a form that is renewed
		if got := len(w.get(path).header.Values("Set-Cookie")); got != want {
			t.Errorf("%s sets %d cookies", path, got)
		}
	}
}

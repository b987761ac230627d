package httpapi_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nanococoa/nanococoa/internal/account"
	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/limit"
)

// fakeAccounts are accounts, the issuer whose word they are, and copies of what they have.
type fakeAccounts struct {
	known    map[string]account.Account
	did      []string
	fails    error
	off      bool // nobody can sign in
	identity account.Identity
	attempt  account.Attempt // that was begun last
	making   bool
	moved    error
}

func newFakeAccounts() *fakeAccounts {
	return &fakeAccounts{known: map[string]account.Account{}, identity: account.Identity{Issuer: "i", Subject: "s"}}
}

func (f *fakeAccounts) Account(_ context.Context, owner string) (account.Account, error) {
	return f.known[owner], f.fails
}

func (f *fakeAccounts) SignIn(
	_ context.Context, who account.Identity, provider, guest, fresh string,
) (account.Account, error) {
	f.did = append(f.did, "sign in "+who.Subject+" by "+provider+" with "+guest)
	for _, a := range f.known {
		if a.Identity == who.Key() {
			if guest != "" {
				a.Moving = append(a.Moving, guest)
				f.known[a.Owner] = a
				f.known[guest] = account.Account{MovedTo: a.Owner}
			}
			return a, nil
		}
	}
	a := account.Account{Owner: guest, Version: 1, Identity: who.Key(), Provider: provider, CreatedAt: time.Now()}
	if guest == "" {
		a.Owner = fresh
	}
	f.known[a.Owner] = a
	return a, nil
}

func (f *fakeAccounts) EndSessions(_ context.Context, owner string) error {
	f.did = append(f.did, "end sessions of "+owner)
	return f.fails
}

func (f *fakeAccounts) EndOwner(_ context.Context, owner string) error {
	f.did = append(f.did, "end "+owner)
	return f.fails
}

func (f *fakeAccounts) Move(_ context.Context, guest string, _ int) (moved, left int, err error) {
	f.did = append(f.did, "move "+guest)
	return 0, 0, f.moved
}

func (f *fakeAccounts) StillToMove(_ context.Context, a account.Account) (int, error) {
	return len(a.Moving), nil
}

func (f *fakeAccounts) Stats(context.Context, string) (ad.Stats, error) {
	return ad.Stats{TotalAds: 7}, nil
}

func (f *fakeAccounts) Expiry(_ context.Context, owner string) (ad.Expiry, error) {
	if owner == "YOU" {
		return ad.Expiry{}, nil
	}
	return ad.Expiry{At: time.Now().Add(90 * day)}, nil
}

func (f *fakeAccounts) Providers() []account.Provider {
	if f.off {
		return nil
	}
	return []account.Provider{{Name: "email", Label: "이메일로 계속하기"}, {Name: "kakao", Label: "카카오로 계속하기"}}
}

func (f *fakeAccounts) Begin(_ context.Context, by account.Provider, a account.Attempt) (string, error) {
	f.attempt = a
	return "https://issuer.example/authorize?by=" + by.Name, f.fails
}

func (f *fakeAccounts) Finish(_ context.Context, code string, a account.Attempt) (account.Identity, error) {
	if code != "good" || a != f.attempt {
		return account.Identity{}, fault.New(fault.AccountExpired, nil)
	}
	return f.identity, nil
}

func (f *fakeAccounts) Logout(context.Context) string { return "https://issuer.example/logout" }

func (f *fakeAccounts) Export(_ context.Context, a account.Account, begin func() error) (account.Copy, error) {
	if err := begin(); err != nil {
		return account.Copy{}, err
	}
	return account.Copy{
		Ready: !f.making, Done: 1, Total: 2, Bytes: 3, EndsAt: time.Now(), URL: "https://bucket.example/exports/" + a.Owner,
	}, nil
}

func (f *fakeAccounts) Remove(context.Context, string) error { return nil }

// login begins a sign-in and comes back from the issuer with a code.
func (w *world) login(returnTo, code string) *answer {
	w.t.Helper()
	w.get("/api/account/login?return_to=" + url.QueryEscape(returnTo)).is(http.StatusFound)
	return w.get("/api/account/callback?" + url.Values{"state": {w.accounts.attempt.State}, "code": {code}}.Encode())
}

func (a *answer) goesTo(want string) {
	a.t.Helper()
	if got := a.is(http.StatusFound).header.Get("Location"); got != want {
		a.t.Errorf("goes to %q, want %q", got, want)
	}
}

type accountAnswer struct {
	Kind          string     `json:"kind"`
	Email         *string    `json:"email"`
	SessionEndsAt *time.Time `json:"session_ends_at"`
	AdsEndAt      *time.Time `json:"ads_end_at"`
	Providers     []struct{ Name, Label string }
	Moving        int `json:"moving"`
}

// A guest signs in: the account has the guest's owner id, and the browser its session.
func TestAGuestSignsIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if a := decode[accountAnswer](w.get("/api/account").is(200)); a.Kind != "guest" || a.SessionEndsAt != nil ||
		a.AdsEndAt != nil || len(a.Providers) != 2 {
		t.Errorf("a stranger is %+v", a)
	}
	guest := w.signedIn()
	before := w.jar["owner"]
	a := decode[accountAnswer](w.get("/api/account").is(200))
	if a.Kind != "guest" || a.SessionEndsAt == nil || a.AdsEndAt == nil {
		t.Errorf("a guest is %+v", a)
	}
	w.accounts.identity.Email = "me@example.com"
	w.login("/dashboard?x=1", "good").goesTo("/dashboard?moved=7&signed_in=1&x=1")
	if w.jar["owner"] == before || !strings.Contains(w.jar["owner"], "."+guest+".1.") {
		t.Errorf("the session is %q", w.jar["owner"])
	}
	if _, left := w.jar["sign-in"]; left {
		t.Error("the sign-in can be used again")
	}
	a = decode[accountAnswer](w.get("/api/account").is(200))
	life := time.Until(*a.SessionEndsAt)
	if a.Kind != "account" || a.AdsEndAt != nil || life < 29*day || life > 30*day {
		t.Errorf("the account is %+v", a)
	}
	w.jar["owner"] = before // the guest's session, as another browser may have kept it
	if a := decode[accountAnswer](w.get("/api/account").is(200)); a.Kind != "guest" || a.SessionEndsAt != nil {
		t.Errorf("the guest's session still opens %+v", a)
	}
	if got := w.accounts.did; !slices.Equal(got, []string{"sign in s by email with " + guest}) {
		t.Errorf("did %q", got)
	}
}

// A second browser with ads of its own: they are moved. If they cannot be now, the sweeper
// does it, and the sign-in holds.
func TestAFurtherGuestSignsIn(t *testing.T) {
	t.Parallel()
	for _, moved := range []error{nil, fault.New(fault.StorageThrottled, nil)} {
		w := newWorld(t)
		w.accounts.moved = moved
		w.accounts.known["ME"] = account.Account{Owner: "ME", Version: 4, Identity: w.accounts.identity.Key()}
		guest := w.signedIn()
		w.login("", "good").goesTo("/?moved=7&signed_in=1")
		if !strings.Contains(w.jar["owner"], ".ME.4.") || !slices.Contains(w.accounts.did, "move "+guest) {
			t.Errorf("%q, did %q", w.jar["owner"], w.accounts.did)
		}
		if a := decode[accountAnswer](w.get("/api/account").is(200)); a.Moving != 1 {
			t.Errorf("the account is %+v", a)
		}
		// Signed in as somebody else, nothing comes along.
		w.accounts.identity.Subject = "t"
		w.login("", "good").goesTo("/?moved=0&signed_in=1")
		if did := w.accounts.did[len(w.accounts.did)-1]; did != "sign in t by email with " {
			t.Errorf("did %q", did)
		}
	}
}

// Whatever goes wrong, the person comes to a page that says it, and keeps the ads.
func TestASignInThatFails(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(w *world, q url.Values)
		want   string
	}{
		"broken off":             {func(_ *world, q url.Values) { refused(q, "access_denied") }, "Account.Refused"},
		"the issuer's fault":     {func(_ *world, q url.Values) { refused(q, "server_error") }, "Account.Unavailable"},
		"no code":                {func(_ *world, q url.Values) { q.Del("code") }, "Account.Unavailable"},
		"a used code":            {func(_ *world, q url.Values) { q.Set("code", "used") }, "Account.Expired"},
		"another state":          {func(_ *world, q url.Values) { q.Set("state", "x") }, "Account.Expired"},
		"no state":               {func(_ *world, q url.Values) { q.Del("state") }, "Account.Expired"},
		"another browser":        {func(w *world, _ url.Values) { delete(w.jar, "sign-in") }, "Account.Expired"},
		"a cookie that was made": {func(w *world, _ url.Values) { w.jar["sign-in"] += "x" }, "Account.Expired"},
		"too late":               {func(w *world, _ url.Values) { w.now = w.now.Add(31 * time.Minute) }, "Account.Expired"},
		"the table is out of reach": {func(w *world, _ url.Values) {
			w.accounts.fails = fault.New(fault.StorageUnavailable, nil)
		}, "Storage.Unavailable"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.signedIn()
			before := w.jar["owner"]
			w.get("/api/account/login?return_to=/dashboard").is(http.StatusFound)
			q := url.Values{"state": {w.accounts.attempt.State}, "code": {"good"}}
			c.change(w, q)
			res := w.get("/api/account/callback?" + q.Encode()).is(http.StatusFound)
			to, err := url.Parse(res.header.Get("Location"))
			if err != nil || to.Query().Get("sign_in") != c.want || to.Query().Has("signed_in") || to.Host != "" {
				t.Errorf("goes to %v (%v)", to, err)
			}
			if w.jar["owner"] != before {
				t.Error("the session changed")
			}
		})
	}
}

// A sign-in leads nowhere but to a path of the site.
func TestWhereASignInLeads(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{
		"//evil.example", "https://evil.example/", `/\evil.example`, "dashboard", "javascript:alert(1)", "/\t/evil.example",
		"/\n", "/x\r\nSet-Cookie:a=b", "/" + strings.Repeat("a", 500), "/%zz", `\\evil.example`, "///evil.example",
		"/a//evil.example", "/%2F/evil.example", "/%2Fevil.example", "/%5Cevil.example",
	} {
		w := newWorld(t)
		w.get("/api/account/login?return_to="+url.QueryEscape(bad)).fails(422, "Request.Invalid", "return_to")
		if len(w.jar) > 0 {
			t.Errorf("%q began a sign-in", bad)
		}
	}
	for good, want := range map[string]string{
		"":                  "/?moved=7&signed_in=1",
		"/result/x?a=b#top": "/result/x?a=b&moved=7&signed_in=1",
		"/?signed_in=x":     "/?moved=7&signed_in=1",
		"/%EA%B4%91":        "/%EA%B4%91?moved=7&signed_in=1",
	} {
		w := newWorld(t)
		w.signedIn()
		got := w.login(good, "good").is(http.StatusFound).header.Get("Location")
		if got != want {
			t.Errorf("%q leads to %q, want %q", good, got, want)
		}
	}
}

func TestWaysToSignIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.get("/api/account/login?provider=kakao").goesTo("https://issuer.example/authorize?by=kakao")
	w.get("/api/account/login").goesTo("https://issuer.example/authorize?by=email")
	w.get("/api/account/login?provider=naver").fails(404, "Account.Off")
	w.accounts.fails = fault.New(fault.AccountUnavailable, nil)
	w.get("/api/account/login").fails(503, "Account.Unavailable")
	w.accounts.fails, w.accounts.off = nil, true
	w.get("/api/account/login").fails(404, "Account.Off")
	if a := decode[accountAnswer](w.get("/api/account").is(200)); a.Providers == nil || len(a.Providers) > 0 {
		t.Errorf("%+v", a)
	}
}

// The cookie of a sign-in goes to the callback alone, and on a site with https there alone.
func TestTheCookieOfASignIn(t *testing.T) {
	t.Parallel()
	w := newWorldAt(t, "https://ads.example.com")
	res := w.send(httptest.NewRequest(http.MethodGet, "https://ads.example.com/api/account/login", nil)).is(302)
	cookies := (&http.Response{Header: res.header}).Cookies()
	if len(cookies) != 1 {
		t.Fatalf("cookies %v", cookies)
	}
	if c := cookies[0]; c.Name != "__Secure-sign-in" || c.Path != "/api/account/callback" || !c.Secure || !c.HttpOnly ||
		c.SameSite != http.SameSiteLaxMode || c.MaxAge != 1800 {
		t.Errorf("the cookie is %+v", c)
	}
}

func TestSigningOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.signedIn()
	guest := w.jar["owner"]
	type out struct {
		LogoutURL *string `json:"logout_url"`
	}
	for _, path := range []string{"/api/account/logout", "/api/account/logout-everywhere"} {
		// A guest would lose the ads.
		if o := decode[out](w.post(path, "", nil).is(200)); o.LogoutURL != nil || w.jar["owner"] != guest {
			t.Errorf("%s: a guest was signed out: %+v", path, o)
		}
		w.login("", "good")
		if o := decode[out](w.post(path, "", nil).is(200)); o.LogoutURL == nil || w.jar["owner"] != "" {
			t.Errorf("%s: %+v, and the session is %q", path, o, w.jar["owner"])
		}
		w.get("/api/account").is(200)
		w.jar["owner"] = ""
		delete(w.jar, "owner")
		w.signedIn()
		guest = w.jar["owner"]
	}
}

// While it cannot be looked up what a session opens, nothing is made for a new owner.
func TestWithoutTheTableNoSessionIsTaken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.signedIn()
	w.accounts.fails = fault.New(fault.StorageUnavailable, nil)
	w.get("/api/dashboard/ads").fails(503, "Storage.Unavailable")
	w.generate(order(fields, flat(t, 128, 128))).fails(503, "Storage.Unavailable")
	w.get("/api/health").is(200)
}

func TestACopyOfAllAnOwnerHas(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.signedIn()
	w.accounts.making = true
	if res := w.get("/api/account/export").is(202); res.header.Get("Retry-After") != "1" ||
		!strings.Contains(string(res.body), `"done":1,"total":2`) {
		t.Errorf("%v %s", res.header, res.body)
	}
	w.accounts.making = false
	w.get("/api/account/export").is(200)
	w.limits.Table = limit.Table{{Use: limit.Exports, Who: limit.Guest, Window: limit.Day, Most: 0}}
	w.get("/api/account/export").fails(429, "Limit.Reached")
	// An account has quotas of its own.
	w.login("", "good")
	w.get("/api/account/export").is(200)
	w.limits.Table = limit.Table{{Use: limit.Exports, Who: limit.Account, Window: limit.Day, Most: 0}}
	w.get("/api/account/export").fails(429, "Limit.Reached")
}

// refused makes the answer of an issuer in q one that has a fault in place of a code.
func refused(q url.Values, why string) {
	q.Del("code")
	q.Set("error", why)
}

// What a guest orders while an account takes the guest over is refused before it costs
// anything, and the browser keeps the cookie it has: sent again, it is the account's. Reading
// is as without a session. Later, or where all is deleted, such a cookie is a new guest's.
func TestAnOrderDuringASignIn(t *testing.T) {
	t.Parallel()
	photo := flat(t, 128, 128)
	calls := map[string]func(w *world) *answer{
		"an order":  func(w *world) *answer { return w.generate(order(fields, photo)) },
		"an upload": func(w *world) *answer { return w.post("/api/uploads", "application/json", upload(w.t, nil)) },
		"a logo": func(w *world) *answer {
			return w.post("/api/brand/logo", "application/json", []byte(`{"content_type":"image/png","content_length":10}`))
		},
	}
	for name, c := range map[string]struct {
		known   account.Account
		ago     time.Duration
		refused bool
	}{
		"taken over":        {account.Account{Version: 1}, time.Second, true},
		"moved":             {account.Account{MovedTo: "THEM"}, time.Minute, true},
		"long taken over":   {account.Account{Version: 1}, 3 * time.Minute, false},
		"deleted meanwhile": {account.Account{Version: 1, Ended: true}, time.Second, false},
	} {
		for what, call := range calls {
			t.Run(name+", "+what, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				guest := w.signedIn()
				known := c.known
				known.Owner, known.CreatedAt = guest, w.now.Add(-c.ago)
				w.accounts.known[guest] = known
				before, counted := w.jar["owner"], w.counted()
				if c.refused {
					if p := call(w).fails(409, "Account.Changed"); !strings.Contains(p.Detail, "다시 보내 주세요") {
						t.Errorf("%q", p.Detail)
					}
					if w.jar["owner"] != before || w.counted() != counted {
						t.Errorf("the cookie is %q, %d more counted", w.jar["owner"], w.counted()-counted)
					}
					if a := decode[accountAnswer](w.get("/api/account").is(200)); a.Kind != "guest" {
						t.Errorf("the session opens %+v", a)
					}
					return
				}
				accept(w)
				if call(w); w.jar["owner"] == before || w.jar["owner"] == "" {
					t.Errorf("the cookie is %q", w.jar["owner"])
				}
			})
		}
	}
}

package httpapi

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/nanococoa/nanococoa/internal/account"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/limit"
)

// Signer signs what leaves the system and comes back: the ids of pictures, and by keys of
// its own the guest's cookie (session.go). What one key signs is separated by purpose.
type Signer struct {
	key      []byte
	sessions []SessionKey
	now      func() time.Time
}

// minKey is the least a signing key may have: the digest's own length.
const minKey = sha256.Size

// NewSigner takes the secret key of pictures' ids and the keys of sessions, each of at least
// 32 bytes, in any order. Without keys of sessions the one of pictures signs those too.
func NewSigner(pictures []byte, sessions ...SessionKey) (*Signer, error) {
	if len(sessions) == 0 {
		sessions = []SessionKey{{Key: pictures}}
	}
	for _, key := range append([]SessionKey{{Key: pictures}}, sessions...) {
		if len(key.Key) < minKey {
			return nil, fmt.Errorf("the signing key %q has %d bytes, it needs %d", key.ID, len(key.Key), minKey)
		}
	}
	return &Signer{key: pictures, sessions: sessions, now: time.Now}, nil
}

// At gives the same signer with another clock.
func (s *Signer) At(now func() time.Time) *Signer {
	other := *s
	other.now = now
	return &other
}

// macBytes is the length of a signature: 128 bits cannot be guessed, and keep a
// picture's address short.
const macBytes = 16

func (s *Signer) sign(purpose, value string) string { return signature(s.key, purpose, value) }

func (s *Signer) verify(purpose, value, mac string) bool { return genuine(s.key, purpose, value, mac) }

func signature(key []byte, purpose, value string) string {
	m := hmac.New(sha256.New, key)
	fmt.Fprintf(m, "%s\x00%s", purpose, value)
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil)[:macBytes])
}

func genuine(key []byte, purpose, value, mac string) bool {
	return subtle.ConstantTimeCompare([]byte(signature(key, purpose, value)), []byte(mac)) == 1
}

// owners finds and makes the owner of a request. Before sign-in an owner is a
// guest: a random id in a signed cookie that scripts cannot read.
type owners struct {
	signer  *Signer
	secure  bool
	callers Callers
	log     *slog.Logger
}

type ownerKey struct{}

// guest is the owner of one request, who may have an account.
type guest struct {
	id      string
	account account.Account
	ends    time.Time // when the session ends without another call; zero for an owner without one

	keep  func() // gives the answer the cookie; for a call that makes something
	probe func() // gives the answer the probe, which tells next time whether the browser keeps cookies

	caller limit.Caller
	// noCookie: a page of ours makes the call, and its browser has neither a session nor the
	// probe. What the call makes might be lost to its owner the moment after.
	noCookie bool
	// changed: the call has the session of a guest whom an account took over a moment ago, as
	// it was under way, or its browser has not kept the new cookie yet.
	changed bool
	header  http.Header // of the answer
	err     error       // whether the session opens something could not be found out

	become  func(session)      // gives the answer the cookie of another session; of none: ends it
	attempt func(value string) // gives the answer the cookie of a sign-in that has begun; "": ends it
	begun   func() []string    // the values of such cookies
}

func (o owners) cookieName() string { return o.named("owner") }

func (o owners) named(name string) string {
	if o.secure {
		return "__Host-" + name // bound by browsers to https and to this very host
	}
	return name
}

// middleware puts the owner into the context. A request without a valid cookie
// gets a fresh owner, which is written back only by a call that makes
// something: otherwise two first requests side by side would each set a cookie,
// and the loser's ad would be lost to its owner.
func (o owners) middleware(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s, known, err := o.open(r)
		g := guest{
			id: s.owner, account: known, err: err, header: w.Header(), changed: s.changed,
			caller: limit.Caller{As: limit.Guest, Owner: s.owner, Address: o.address(r)},
		}
		switch {
		case s.owner == "":
			s.owner = rand.Text() // 130 random bits
			g.id, g.caller.Owner, g.caller.New = s.owner, s.owner, true
			g.noCookie = ofPage(r) && len(r.CookiesNamed(o.named("probe"))) == 0
		case s.version > 0:
			g.caller.As = limit.Account
			fallthrough
		default:
			g.ends = s.ends()
		}
		g.become = func(of session) {
			if of.owner == "" {
				http.SetCookie(w, o.cookie(o.cookieName(), "", -time.Second))
				return
			}
			http.SetCookie(w, o.cookie(o.cookieName(), o.signer.cookie(of), of.life()))
		}
		g.keep = sync.OnceFunc(func() { g.become(s) })
		g.attempt = func(value string) { http.SetCookie(w, o.attemptCookie(value)) }
		g.begun = func() []string {
			var out []string
			for _, c := range r.CookiesNamed(o.attemptName()) {
				out = append(out, c.Value)
			}
			return out
		}
		g.probe = func() { http.SetCookie(w, o.cookie(o.named("probe"), "1", probeLife)) }
		if s.renew {
			if err := o.seen(r.Context(), s); err != nil {
				// The session stays as it is, so the next call tries again.
				o.log.WarnContext(r.Context(), "a guest was not seen", "error", err.Error())
			} else {
				g.keep()
				g.ends = o.signer.now().Add(s.life())
			}
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), ownerKey{}, g)))
	})
}

// seen has what a guest has end later; an account's does not end.
func (o owners) seen(ctx context.Context, s session) error {
	if s.version > 0 {
		return nil
	}
	return o.callers.seen(ctx, s.owner, o.signer.now())
}

// open gives the session of a request, and the account behind it; the zero session when it
// has none or opens nothing any more. What a session cannot open is not looked at for one:
// public pages, whose answers are kept for others, and pictures, whose ids open them.
//
// Faults: Storage.*, when it cannot be found out what the session opens.
func (o owners) open(r *http.Request) (session, account.Account, error) {
	if path := r.URL.Path; !strings.HasPrefix(path, "/api/") || strings.HasPrefix(path, "/api/images/") {
		return session{}, account.Account{}, nil
	}
	s := o.known(r)
	if s.owner == "" || o.callers.Sessions == nil {
		return s, account.Account{}, nil
	}
	a, err := o.callers.Sessions.Account(r.Context(), s.owner)
	if err != nil || !a.Opens(s.version) {
		changed := err == nil && s.version == 0 && a.JustTookOver(o.signer.now())
		return session{changed: changed}, account.Account{}, err
	}
	return s, a, nil
}

// known gives the session of a request's cookie, the zero session without one of ours. A
// browser may send several of one name, from other paths or other programs on this host.
func (o owners) known(r *http.Request) session {
	for _, c := range r.CookiesNamed(o.cookieName()) {
		if s := o.signer.session(c.Value); s.owner != "" {
			return s
		}
	}
	return session{}
}

// ofPage reports whether a browser makes a call for a page. Browsers say so by headers that
// no page can leave out or set; other programs have no reason to send them.
func ofPage(r *http.Request) bool {
	return r.Header.Get("Sec-Fetch-Site") != "" || r.Header.Get("Origin") != ""
}

// secretHeader is what CloudFront sends with each call of the API (infra/site.yaml).
const secretHeader = "X-Origin-Secret"

// bySite refuses what did not come by the site, before anything else is read of it.
func (b *base) bySite(next http.Handler) http.Handler {
	if b.callers.Site == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		secret := r.Header.Get(secretHeader)
		r.Header.Del(secretHeader)
		if !b.callers.Site.Sent(r.Context(), secret) {
			b.log.WarnContext(r.Context(), "refused", "step", b.step, "code", string(fault.RequestNotBySite))
			w.Header().Set("Cache-Control", "no-store")
			problemOf(fault.New(fault.RequestNotBySite, nil)).write(w)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// viewerHeader is the address of whoever called CloudFront. The site's function sets it over
// whatever a client sent (infra/site.yaml).
const viewerHeader = "X-Viewer-Address"

// address is where a request comes from, "" when unknown; opaque, as nobody needs to read it
// in the table.
func (o owners) address(r *http.Request) string {
	from := r.RemoteAddr // what the gateway itself saw
	if o.callers.Site != nil {
		from = r.Header.Get(viewerHeader)
	}
	known := limit.AddressOf(from)
	if known == "" {
		return ""
	}
	return o.signer.sign("address", known)
}

func ownerOf(ctx context.Context) guest {
	g, _ := ctx.Value(ownerKey{}).(guest)
	return g
}

// attemptName is the name of the cookie of a sign-in that has begun. It goes to one path, so
// it may not be called __Host-.
func (o owners) attemptName() string {
	if o.secure {
		return "__Secure-sign-in"
	}
	return "sign-in"
}

// attemptCookie is that cookie. The browser sends it along when the issuer sends the person
// back, which is why it is not SameSite=Strict.
func (o owners) attemptCookie(value string) *http.Cookie {
	life := attemptLife
	if value == "" {
		life = -time.Second
	}
	c := o.cookie(o.attemptName(), value, life)
	c.Path = callbackPath
	return c
}

// cookie is a cookie that scripts cannot read. Setting it again renews its life, so that an
// owner who comes back never loses the ads.
func (o owners) cookie(name, value string, life time.Duration) *http.Cookie {
	return &http.Cookie{
		Name: name, Value: value, Path: "/",
		MaxAge: int(life.Seconds()), HttpOnly: true, Secure: o.secure, SameSite: http.SameSiteLaxMode,
	}
}

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

// guest is the owner of one request.
type guest struct {
	id    string
	keep  func() // gives the answer the cookie; for a call that makes something
	probe func() // gives the answer the probe, which tells next time whether the browser keeps cookies

	caller limit.Caller
	// noCookie: a page of ours makes the call, and its browser has neither a session nor the
	// probe. What the call makes might be lost to its owner the moment after.
	noCookie bool
	header   http.Header // of the answer
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
		id, fresh := o.known(r)
		g := guest{id: id, header: w.Header(), caller: limit.Caller{As: limit.Guest, Owner: id, Address: o.address(r)}}
		if id == "" {
			g.id = rand.Text() // 130 random bits
			g.caller.Owner, g.caller.New = g.id, true
			g.noCookie = ofPage(r) && len(r.CookiesNamed(o.named("probe"))) == 0
		}
		g.keep = sync.OnceFunc(func() { http.SetCookie(w, o.cookie(o.cookieName(), o.signer.session(g.id), sessionLife)) })
		g.probe = func() { http.SetCookie(w, o.cookie(o.named("probe"), "1", probeLife)) }
		// Not where an answer may be kept for others, as on a public page.
		if id != "" && !fresh && strings.HasPrefix(r.URL.Path, "/api/") {
			if err := o.callers.seen(r.Context(), id, o.signer.now()); err != nil {
				// The session stays as it is, so the next call tries again.
				o.log.WarnContext(r.Context(), "a guest was not seen", "error", err.Error())
			} else {
				g.keep()
			}
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), ownerKey{}, g)))
	})
}

// known gives the owner of a request's cookie, "" without one of ours, and whether the
// cookie is fresh. A browser may send several of one name, from other paths or other
// programs on this host.
func (o owners) known(r *http.Request) (id string, fresh bool) {
	for _, c := range r.CookiesNamed(o.cookieName()) {
		if id, fresh := o.signer.owner(c.Value); id != "" {
			return id, fresh
		}
	}
	return "", false
}

// ofPage reports whether a browser makes a call for a page. Browsers say so by headers that
// no page can leave out or set; other programs have no reason to send them.
func ofPage(r *http.Request) bool {
	return r.Header.Get("Sec-Fetch-Site") != "" || r.Header.Get("Origin") != ""
}

// viewerHeader is the address of whoever called CloudFront. The site's function sets it over
// whatever a client sent (infra/site.yaml).
const viewerHeader = "X-Viewer-Address"

// address is where a request comes from, "" when unknown; opaque, as nobody needs to read it
// in the table.
func (o owners) address(r *http.Request) string {
	from := r.RemoteAddr // what the gateway itself saw
	if o.callers.ViewerAddress {
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

// cookie is a cookie that scripts cannot read. Setting it again renews its life, so that an
// owner who comes back never loses the ads.
func (o owners) cookie(name, value string, life time.Duration) *http.Cookie {
	return &http.Cookie{
		Name: name, Value: value, Path: "/",
		MaxAge: int(life.Seconds()), HttpOnly: true, Secure: o.secure, SameSite: http.SameSiteLaxMode,
	}
}

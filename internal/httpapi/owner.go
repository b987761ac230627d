package httpapi

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Signer signs what leaves the system and comes back: the guest's cookie and
// the ids of pictures. One key, separated by purpose.
type Signer struct{ key []byte }

// minKey is the least a signing key may have: the digest's own length.
const minKey = sha256.Size

// NewSigner takes the secret key, at least 32 bytes.
func NewSigner(key []byte) (*Signer, error) {
	if len(key) < minKey {
		return nil, fmt.Errorf("the signing key has %d bytes, it needs %d", len(key), minKey)
	}
	return &Signer{key: key}, nil
}

// macBytes is the length of a signature: 128 bits cannot be guessed, and keep a
// picture's address short.
const macBytes = 16

func (s *Signer) sign(purpose, value string) string {
	m := hmac.New(sha256.New, s.key)
	fmt.Fprintf(m, "%s\x00%s", purpose, value)
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil)[:macBytes])
}

func (s *Signer) verify(purpose, value, mac string) bool {
	return subtle.ConstantTimeCompare([]byte(s.sign(purpose, value)), []byte(mac)) == 1
}

// cookieLife is the longest browsers keep a cookie (400 days); a guest's ads
// are reachable by nothing else.
const cookieLife = 400 * 24 * time.Hour

// owners finds and makes the owner of a request. Before sign-in an owner is a
// guest: a random id in a signed cookie that scripts cannot read.
type owners struct {
	signer *Signer
	secure bool
}

type ownerKey struct{}

// guest is the owner of one request.
type guest struct {
	id   string
	keep func() // gives the answer the cookie; for a call that makes something
}

func (o owners) cookieName() string {
	if o.secure {
		return "__Host-owner" // bound by browsers to https and to this very host
	}
	return "owner"
}

// middleware puts the owner into the context. A request without a valid cookie
// gets a fresh owner, which is written back only by a call that makes
// something: otherwise two first requests side by side would each set a cookie,
// and the loser's ad would be lost to its owner.
func (o owners) middleware(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := o.known(r)
		if id == "" {
			id = rand.Text() // 130 random bits
		}
		g := guest{id: id, keep: func() { http.SetCookie(w, o.cookie(id)) }}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), ownerKey{}, g)))
	})
}

// known gives the owner of a request's cookie, "" without one of ours. A browser
// may send several of one name, from other paths or other programs on this host.
func (o owners) known(r *http.Request) string {
	for _, c := range r.CookiesNamed(o.cookieName()) {
		if id, mac, ok := strings.Cut(c.Value, "."); ok && o.signer.verify("owner", id, mac) {
			return id
		}
	}
	return ""
}

func ownerOf(ctx context.Context) guest {
	g, _ := ctx.Value(ownerKey{}).(guest)
	return g
}

// cookie is the cookie of an owner. Setting it again renews its life, so that an
// owner who keeps ordering never loses the ads.
func (o owners) cookie(id string) *http.Cookie {
	return &http.Cookie{
		Name: o.cookieName(), Value: id + "." + o.signer.sign("owner", id), Path: "/",
		MaxAge: int(cookieLife.Seconds()), HttpOnly: true, Secure: o.secure, SameSite: http.SameSiteLaxMode,
	}
}

// Package account is what an account is: a sign-in of somebody at an issuer of OpenID Connect
// that stands for an owner id. It knows no AWS and no HTTP.
//
// An owner without an account is a guest. The owner id never changes: at the first sign-in
// an account takes over the id of the guest who signs in, so nothing has to be moved. What a
// further guest has is moved, ad by ad.
package account

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"slices"
	"time"
)

// Identity is who somebody is by the word of an issuer.
type Identity struct {
	Issuer  string // its address, as its tokens say it
	Subject string // the person there; never given to anybody else
	Email   string // only to show; "" when the issuer does not tell, as the next
	Name    string
}

// Key names an identity in the table: a digest, so that no key holds whom an issuer knows.
func (i Identity) Key() string {
	sum := sha256.Sum256([]byte(i.Issuer + "\x00" + i.Subject))
	return hex.EncodeToString(sum[:])
}

// Account is what is kept of an owner's sessions. The zero account is that of a guest.
type Account struct {
	Owner string
	// Version is that of the sessions which open something: 1 for the first, one more each
	// time the owner ends all of them. 0: the owner is a guest.
	Version   int
	Identity  string // its Key
	Email     string
	Name      string
	Provider  string // by which the owner signed in last
	CreatedAt time.Time
	MovedTo   string   // of a guest: the owner who has the ads now
	Moving    []string // guests of whom ads are still to be moved here
	Ended     bool     // everything of the owner is being removed
}

// Opens reports whether a session of this version is one of the owner's: 0 is a guest's.
func (a Account) Opens(version int) bool {
	return !a.Ended && a.MovedTo == "" && a.Version == version
}

// handover is how long after an account took a guest over a call of the guest's may still be
// under way: longer than any call takes, and than a browser needs to keep the new cookie.
const handover = 2 * time.Minute

// JustTookOver reports whether the owner was a guest until a moment before now: then what the
// guest's browser sends still has the guest's session, and is the account's.
func (a Account) JustTookOver(now time.Time) bool {
	return !a.Ended && (a.MovedTo != "" || a.Version > 0) && now.Sub(a.CreatedAt) < handover
}

// Attempt is one sign-in that somebody has begun: three secrets of 256 random bits that must
// come back, each by another way.
type Attempt struct {
	State    string // by the person's browser
	Nonce    string // within the issuer's token
	Verifier string // of PKCE: from us to the issuer, whatever happened in between
}

// NewAttempt makes an attempt.
func NewAttempt() Attempt {
	secret := func() string {
		var b [32]byte
		_, _ = rand.Read(b[:]) // it never fails
		return base64.RawURLEncoding.EncodeToString(b[:])
	}
	return Attempt{State: secret(), Nonce: secret(), Verifier: secret()}
}

// Provider is a way to sign in that a person can choose.
type Provider struct {
	Name  string // in addresses and settings
	Label string // in Korean, for the button
	Hint  string // what the issuer is told to go on to at once; "": it asks the person itself
}

// providers are those there are words for. Cognito is told by identity_provider where a person
// goes on to (infra/accounts.yaml); an issuer that does not know the word ignores it.
func providers() []Provider {
	return []Provider{
		{Name: "email", Label: "이메일로 계속하기", Hint: "COGNITO"},
		{Name: "kakao", Label: "카카오로 계속하기", Hint: "Kakao"},
		{Name: "google", Label: "Google로 계속하기", Hint: "Google"},
		{Name: "sso", Label: "로그인"}, // any other issuer
	}
}

// ProviderByName gives a way to sign in.
func ProviderByName(name string) (Provider, bool) {
	all := providers()
	i := slices.IndexFunc(all, func(p Provider) bool { return p.Name == name })
	if i < 0 {
		return Provider{}, false
	}
	return all[i], true
}

// Copy is a copy of all that an owner has, and how far it is.
type Copy struct {
	Ready  bool
	Done   int    // ads in it
	Total  int    // ads there are
	URL    string // where to save it, once it is ready
	Bytes  int64
	EndsAt time.Time
}

// Job is the making of a Copy, which takes more than one call; the zero Job is none.
type Job struct {
	ID     string // of its files; nobody can guess it
	Upload string // of its parts
	Ready  bool
	Done   int // ads
	Total  int // ads
	Bytes  int64
	EndsAt time.Time
}

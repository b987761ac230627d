package signin_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nanococoa/nanococoa/internal/account"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/signin"
)

// issuer is an issuer of OpenID Connect as small as one can be. Its name is not its address,
// as with the local AWS.
type issuer struct {
	*httptest.Server
	t      *testing.T
	key    *rsa.PrivateKey
	claims map[string]any // of the next token
	alg    string
	status int        // of the token endpoint, when it is to fail
	fault  string     // its error
	asked  url.Values // of the last token request
	found  int        // discoveries
}

const (
	named  = "https://issuer.example/pool"
	client = "us"
)

// ours is the key of all issuers here: making one takes a while.
//
//nolint:gochecknoglobals // see above
var ours = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

func newIssuer(t *testing.T) *issuer {
	t.Helper()
	key, err := ours()
	if err != nil {
		t.Fatal(err)
	}
	i := &issuer{t: t, key: key, alg: "RS256", claims: map[string]any{
		"iss": named, "aud": client, "sub": "kim", "email": "kim@example.com", "exp": time.Now().Add(time.Minute).Unix(),
	}}
	mux := http.NewServeMux()
	i.Server = httptest.NewServer(mux)
	t.Cleanup(i.Close)
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		i.found++
		i.json(w, map[string]any{
			"issuer": named, "authorization_endpoint": i.URL + "/authorize", "token_endpoint": i.URL + "/token",
			"jwks_uri": i.URL + "/keys", "end_session_endpoint": i.URL + "/logout",
			"id_token_signing_alg_values_supported": []string{"RS256"},
		})
	})
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, _ *http.Request) {
		b64 := base64.RawURLEncoding.EncodeToString
		i.json(w, map[string]any{"keys": []map[string]any{{
			"kty": "RSA", "alg": "RS256", "use": "sig", "kid": "1",
			"n": b64(key.N.Bytes()), "e": b64(big.NewInt(int64(key.E)).Bytes()),
		}}})
	})
	mux.HandleFunc("POST /token", func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		i.asked = r.PostForm
		if i.status != 0 {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(i.status)
			_, _ = fmt.Fprintf(w, `{"error":%q,"error_description":"secret-word"}`, i.fault)
			return
		}
		i.json(w, map[string]any{"access_token": "a", "token_type": "Bearer", "id_token": i.token()})
	})
	return i
}

func (i *issuer) json(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}

// token signs the claims.
func (i *issuer) token() string {
	part := func(v any) string {
		raw, err := json.Marshal(v)
		if err != nil {
			i.t.Error(err)
		}
		return base64.RawURLEncoding.EncodeToString(raw)
	}
	signed := part(map[string]string{"alg": i.alg, "kid": "1"}) + "." + part(i.claims)
	sum := sha256.Sum256([]byte(signed))
	sig, err := rsa.SignPKCS1v15(rand.Reader, i.key, crypto.SHA256, sum[:])
	if err != nil {
		i.t.Error(err)
	}
	if i.alg == "none" {
		sig = nil
	}
	return signed + "." + base64.RawURLEncoding.EncodeToString(sig)
}

func (i *issuer) party() *signin.Party {
	email, _ := account.ProviderByName("email")
	kakao, _ := account.ProviderByName("kakao")
	return signin.New(signin.Config{
		Issuer: named, Discovery: i.URL, ClientID: client, Callback: "https://us.example/callback",
		Home: "https://us.example/", Providers: []account.Provider{email, kakao},
	})
}

// Where a person is sent says all the issuer needs, and none of what proves the attempt ours.
func TestBegin(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	p, a := i.party(), account.NewAttempt()
	kakao, _ := account.ProviderByName("kakao")
	for range 2 {
		address, err := p.Begin(t.Context(), kakao, a)
		if err != nil {
			t.Fatal(err)
		}
		u, err := url.Parse(address)
		if err != nil || !strings.HasPrefix(address, i.URL+"/authorize?") {
			t.Fatalf("%q, %v", address, err)
		}
		sum := sha256.Sum256([]byte(a.Verifier))
		for name, want := range map[string]string{
			"client_id": client, "response_type": "code", "state": a.State, "nonce": a.Nonce, "scope": "openid email profile",
			"redirect_uri": "https://us.example/callback", "code_challenge_method": "S256", "identity_provider": "Kakao",
			"code_challenge": base64.RawURLEncoding.EncodeToString(sum[:]), "ui_locales": "ko",
		} {
			if got := u.Query().Get(name); got != want {
				t.Errorf("%s is %q, want %q", name, got, want)
			}
		}
		if strings.Contains(address, a.Verifier) {
			t.Error("the verifier is told")
		}
	}
	if i.found != 1 {
		t.Errorf("the issuer was discovered %d times", i.found)
	}
	out, err := url.Parse(p.Logout(t.Context()))
	if err != nil || out.Query().Get("logout_uri") != "https://us.example/" || out.Query().Get("client_id") != client {
		t.Errorf("signing out leads to %v, %v", out, err)
	}
}

// Only a token that this issuer signed for us, for this attempt and just now, is somebody.
func TestFinish(t *testing.T) {
	t.Parallel()
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	set := func(name string, v any) func(*issuer) { return func(i *issuer) { i.claims[name] = v } }
	for name, c := range map[string]struct {
		change func(*issuer)
		want   fault.Code
	}{
		"as it should be":        {func(*issuer) {}, ""},
		"for several":            {set("aud", []string{"them", client}), ""},
		"of another attempt":     {set("nonce", "x"), fault.AccountExpired},
		"without a nonce":        {set("nonce", nil), fault.AccountExpired},
		"too old":                {set("exp", time.Now().Add(-time.Hour).Unix()), fault.AccountExpired},
		"for somebody else":      {set("aud", "them"), fault.AccountUnavailable},
		"of another issuer":      {set("iss", "https://evil.example"), fault.AccountUnavailable},
		"of the issuer's host":   {func(i *issuer) { i.claims["iss"] = i.URL }, fault.AccountUnavailable},
		"of nobody":              {set("sub", ""), fault.AccountUnavailable},
		"signed by another key":  {func(i *issuer) { i.key = other }, fault.AccountUnavailable},
		"not signed":             {func(i *issuer) { i.alg = "none" }, fault.AccountUnavailable},
		"signed in another way":  {func(i *issuer) { i.alg = "HS256" }, fault.AccountUnavailable},
		"for a code used before": {func(i *issuer) { i.status, i.fault = 400, "invalid_grant" }, fault.AccountExpired},
		"for a client unknown":   {func(i *issuer) { i.status, i.fault = 401, "invalid_client" }, fault.AccountUnavailable},
		"of an issuer in pain":   {func(i *issuer) { i.status, i.fault = 500, "x" }, fault.AccountUnavailable},
		"of an issuer that died": {func(i *issuer) { i.Close() }, fault.AccountUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			i, a := newIssuer(t), account.NewAttempt()
			i.claims["nonce"] = a.Nonce
			p := i.party()
			c.change(i)
			who, err := p.Finish(t.Context(), "code", a)
			if c.want != "" {
				if !fault.Has(err, c.want) || who.Subject != "" {
					t.Errorf("%+v, %v; want %s", who, err, c.want)
				}
				if err != nil && strings.Contains(err.Error(), "secret-word") {
					t.Errorf("the error tells what the issuer answered: %v", err)
				}
				return
			}
			if err != nil || who != (account.Identity{Issuer: named, Subject: "kim", Email: "kim@example.com"}) {
				t.Errorf("%+v, %v", who, err)
			}
			if i.asked.Get("code_verifier") != a.Verifier || i.asked.Get("code") != "code" {
				t.Errorf("asked with %v", i.asked)
			}
		})
	}
}

// Without an issuer nobody can sign in, and one that is down is asked again.
func TestAnIssuerThatIsNotThere(t *testing.T) {
	t.Parallel()
	email, _ := account.ProviderByName("email")
	none := signin.New(signin.Config{Providers: []account.Provider{email}})
	if ways := none.Providers(); len(ways) != 0 || none.Logout(t.Context()) != "" {
		t.Errorf("ways to sign in: %v", ways)
	}
	i := newIssuer(t)
	down := true
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if down {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		i.Config.Handler.ServeHTTP(w, r)
	}))
	t.Cleanup(front.Close)
	p := signin.New(
		signin.Config{Issuer: named, Discovery: front.URL, ClientID: client, Providers: []account.Provider{email}},
	)
	if _, err := p.Begin(t.Context(), email, account.NewAttempt()); !fault.Has(err, fault.AccountUnavailable) {
		t.Errorf("err = %v", err)
	}
	if p.Logout(t.Context()) != "" {
		t.Error("signing out leads to nowhere")
	}
	down = false
	address, err := p.Begin(t.Context(), email, account.NewAttempt())
	if err != nil || strings.Contains(address, "identity_provider") { // there is only one way
		t.Errorf("%q, %v", address, err)
	}
}

// Package signin is the relying party of OpenID Connect: it sends a person to an issuer and
// learns from what comes back who that is. It takes any issuer that can be discovered
// (Amazon Cognito, Kakao, Google, Keycloak ...) and speaks the code flow with PKCE, state and
// nonce. Who may do what is not decided here.
package signin

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/nanococoa/nanococoa/internal/account"
	"github.com/nanococoa/nanococoa/internal/fault"
)

// Config is a client at an issuer. Without an Issuer nobody can sign in.
type Config struct {
	Issuer    string // as its tokens say it
	Discovery string // where /.well-known/openid-configuration lies; "": at the issuer
	ClientID  string
	Secret    string // "": a public client, which PKCE protects alone
	Callback  string // our address that the issuer sends people back to
	Home      string // our address that it sends them to once they signed out there
	Providers []account.Provider
}

// patience bounds one call of the issuer. A sign-in makes three of them at most, and API
// Gateway waits for 29 s.
const patience = 8 * time.Second

// Party is a client of one issuer. It is safe for concurrent use. The issuer is looked at
// when it is first needed: one that is down keeps nobody from anything but signing in.
type Party struct {
	c      Config
	client *http.Client

	mu    sync.Mutex
	found *issuer
}

// issuer is what was discovered.
type issuer struct {
	oauth  oauth2.Config
	verify *oidc.IDTokenVerifier
	logout string // end_session_endpoint; "" when it has none
}

// New makes a party.
func New(c Config) *Party { return &Party{c: c, client: &http.Client{Timeout: patience}} }

// Providers lists the ways to sign in; none when sign-in is not set up.
func (p *Party) Providers() []account.Provider {
	if p.c.Issuer == "" {
		return nil
	}
	return p.c.Providers
}

// Begin gives the issuer's address at which a person signs in.
//
// Fault: Account.Unavailable.
func (p *Party) Begin(ctx context.Context, by account.Provider, a account.Attempt) (string, error) {
	i, err := p.issuer(ctx)
	if err != nil {
		return "", err
	}
	options := []oauth2.AuthCodeOption{
		oidc.Nonce(a.Nonce), oauth2.S256ChallengeOption(a.Verifier),
		oauth2.SetAuthURLParam("ui_locales", "ko"), oauth2.SetAuthURLParam("lang", "ko"), // Cognito's word for it
	}
	if by.Hint != "" && len(p.c.Providers) > 1 {
		options = append(options, oauth2.SetAuthURLParam("identity_provider", by.Hint))
	}
	return i.oauth.AuthCodeURL(a.State, options...), nil
}

// Finish learns who came back from the issuer with a code.
//
// Faults: Account.Expired when code, token or nonce are not, or no longer, those of the
// attempt; Account.Unavailable when the issuer does not answer as it should.
func (p *Party) Finish(ctx context.Context, code string, a account.Attempt) (account.Identity, error) {
	i, err := p.issuer(ctx)
	if err != nil {
		return account.Identity{}, err
	}
	token, err := i.oauth.Exchange(p.with(ctx), code, oauth2.VerifierOption(a.Verifier))
	if err != nil {
		var refused *oauth2.RetrieveError
		if errors.As(err, &refused) && refused.ErrorCode == "invalid_grant" {
			return account.Identity{}, fault.Newf(fault.AccountExpired, "the issuer takes the code no more")
		}
		return account.Identity{}, fault.New(fault.AccountUnavailable, withoutSecrets(err))
	}
	raw, _ := token.Extra("id_token").(string)
	verified, err := i.verify.Verify(p.with(ctx), raw)
	var expired *oidc.TokenExpiredError
	switch {
	case errors.As(err, &expired):
		return account.Identity{}, fault.New(fault.AccountExpired, err)
	case err != nil:
		return account.Identity{}, fault.New(fault.AccountUnavailable, fmt.Errorf("the issuer's token: %w", err))
	case verified.Nonce != a.Nonce:
		return account.Identity{}, fault.Newf(fault.AccountExpired, "the token is of another attempt")
	}
	var claims struct {
		Email string `json:"email"`
		Name  string `json:"name"`
	}
	if err := verified.Claims(&claims); err != nil || verified.Subject == "" {
		return account.Identity{}, fault.New(
			fault.AccountUnavailable,
			errors.Join(err, errors.New("a token without a subject")),
		)
	}
	return account.Identity{
		Issuer: verified.Issuer, Subject: verified.Subject, Email: claims.Email, Name: claims.Name,
	}, nil
}

// withoutSecrets is an error of a token request without what the issuer answered: that may
// hold tokens.
func withoutSecrets(err error) error {
	var answered *oauth2.RetrieveError
	if errors.As(err, &answered) && answered.Response != nil {
		return fmt.Errorf("the issuer's token endpoint answered %s %s", answered.Response.Status, answered.ErrorCode)
	}
	return err
}

// Logout gives the issuer's address that ends the person's session there, "" when it has none
// or cannot be asked.
func (p *Party) Logout(ctx context.Context) string {
	if p.c.Issuer == "" {
		return ""
	}
	i, err := p.issuer(ctx)
	if err != nil || i.logout == "" {
		return ""
	}
	u, err := url.Parse(i.logout)
	if err != nil {
		return ""
	}
	q := u.Query()
	q.Set("client_id", p.c.ClientID)
	q.Set("post_logout_redirect_uri", p.c.Home)
	q.Set("logout_uri", p.c.Home) // Cognito's word for it
	u.RawQuery = q.Encode()
	return u.String()
}

// issuer discovers the issuer, once.
func (p *Party) issuer(ctx context.Context) (*issuer, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.found != nil {
		return p.found, nil
	}
	// Keys are fetched again when a token names an unknown one, by this context: it must
	// outlive the request.
	ctx = p.with(context.WithoutCancel(ctx))
	at := p.c.Issuer
	if p.c.Discovery != "" {
		// Tokens and description name the issuer, who is reached elsewhere.
		ctx, at = oidc.InsecureIssuerURLContext(ctx, p.c.Issuer), p.c.Discovery
	}
	found, err := oidc.NewProvider(ctx, at)
	if err != nil {
		return nil, fault.New(fault.AccountUnavailable, fmt.Errorf("discover the issuer: %w", err))
	}
	var more struct {
		Logout string `json:"end_session_endpoint"`
	}
	if err := found.Claims(&more); err != nil {
		return nil, fault.New(fault.AccountUnavailable, fmt.Errorf("the issuer's description: %w", err))
	}
	p.found = &issuer{
		oauth: oauth2.Config{
			ClientID: p.c.ClientID, ClientSecret: p.c.Secret, Endpoint: found.Endpoint(), RedirectURL: p.c.Callback,
			Scopes: []string{oidc.ScopeOpenID, "email", "profile"},
		},
		verify: found.Verifier(&oidc.Config{ClientID: p.c.ClientID}),
		logout: more.Logout,
	}
	return p.found, nil
}

func (p *Party) with(ctx context.Context) context.Context { return oidc.ClientContext(ctx, p.client) }

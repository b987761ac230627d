package httpapi

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/nanococoa/nanococoa/internal/account"
	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/limit"
	"github.com/nanococoa/nanococoa/internal/retryafter"
)

// Accounts is what accounts need of the store; see adstore.Store for the faults.
type Accounts interface {
	SignIn(ctx context.Context, who account.Identity, provider, guest, fresh string) (account.Account, error)
	EndSessions(ctx context.Context, owner string) error
	EndOwner(ctx context.Context, owner string) error
	Move(ctx context.Context, guest string, most int) (moved, left int, err error)
	StillToMove(ctx context.Context, a account.Account) (int, error)
	Stats(ctx context.Context, owner string) (ad.Stats, error)
	Expiry(ctx context.Context, owner string) (ad.Expiry, error)
}

// Issuer is where people sign in; see signin.Party for the faults.
type Issuer interface {
	Providers() []account.Provider
	Begin(ctx context.Context, by account.Provider, a account.Attempt) (address string, err error)
	Finish(ctx context.Context, code string, a account.Attempt) (account.Identity, error)
	Logout(ctx context.Context) (address string)
}

// Exporter makes copies of all that an owner has; see export.Maker for the faults. begin is
// called before a new copy is begun, and can refuse it.
type Exporter interface {
	Export(ctx context.Context, a account.Account, begin func() error) (account.Copy, error)
	Remove(ctx context.Context, owner string) error
}

// Membership is what functions/account is made of.
type Membership struct {
	Accounts Accounts
	Issuer   Issuer
	Exporter Exporter
	Shared
}

type member struct {
	Membership
	base
}

// NewMembership makes the handler of the operations about accounts.
func NewMembership(m Membership) http.Handler {
	own := m.Shared.base("account")
	a := &member{Membership: m, base: own}
	return a.handle(func(h huma.API) {
		registerAccount(h, membership{
			get: a.get, login: a.login, callback: a.callback, logout: a.logout, everywhere: a.logoutEverywhere,
			end: a.end, export: a.export,
		})
	})
}

// membership is the operations of functions/account. Another function describes them without
// having them.
type membership struct {
	get        func(context.Context, *struct{}) (*accountOutput, error)
	login      func(context.Context, *loginInput) (*redirectOutput, error)
	callback   func(context.Context, *callbackInput) (*redirectOutput, error)
	logout     func(context.Context, *struct{}) (*logoutOutput, error)
	everywhere func(context.Context, *struct{}) (*logoutOutput, error)
	end        func(context.Context, *struct{}) (*endOutput, error)
	export     func(context.Context, *struct{}) (*exportOutput, error)
}

func registerAccount(h huma.API, m membership) {
	register(h, huma.Operation{
		OperationID: "get-account", Method: http.MethodGet, Path: "/api/account",
		Summary: "Who is calling, and how one can sign in", Errors: []int{503},
	}, m.get)
	register(h, huma.Operation{
		OperationID: "login", Method: http.MethodGet, Path: "/api/account/login",
		Summary:       "Go to the issuer to sign in; the guest's ads become the account's",
		DefaultStatus: http.StatusFound, Errors: []int{404, 422, 503},
	}, m.login)
	register(h, huma.Operation{
		OperationID: "login-callback", Method: http.MethodGet, Path: callbackPath,
		Summary: "Where the issuer sends people back to: goes to the page where the sign-in began, with signed_in=1 and " +
			"moved, the number of finished ads that came along, or with sign_in, the code of what went wrong",
		DefaultStatus: http.StatusFound,
	}, m.callback)
	register(h, huma.Operation{
		OperationID: "logout", Method: http.MethodPost, Path: "/api/account/logout",
		Summary: "End this browser's session of the account; a guest's goes on", Errors: []int{403, 503},
	}, m.logout)
	register(h, huma.Operation{
		OperationID: "logout-everywhere", Method: http.MethodPost, Path: "/api/account/logout-everywhere",
		Summary: "End every session of the account, at once", Errors: []int{403, 503},
	}, m.everywhere)
	register(h, huma.Operation{
		OperationID:   "delete-account",
		Method:        http.MethodDelete,
		Path:          "/api/account",
		Summary:       "Remove the account and everything of the owner: at once nothing opens, in minutes nothing is left",
		DefaultStatus: http.StatusAccepted,
		Errors:        []int{403, 503},
	}, m.end)
	register(h, huma.Operation{
		OperationID: "export-account", Method: http.MethodGet, Path: "/api/account/export",
		Summary: "A copy of all the owner has, as a ZIP: each call makes a piece of it, until it is ready",
		Errors:  []int{429, 503},
		Responses: map[string]*huma.Response{
			"200": {Description: "Ready, for a day", Content: jsonContent(schemaOf(h, Export{}))},
			"202": {Description: "Being made: call again", Content: jsonContent(schemaOf(h, Export{}))},
		},
	}, m.export)
}

// Account answers GET /api/account.
type Account struct {
	Kind          string      `json:"kind" enum:"guest,account"`
	Email         *string     `json:"email" doc:"null when unknown, as the next"`
	Name          *string     `json:"name"`
	Provider      *string     `json:"provider" doc:"How the owner signed in last"`
	CreatedAt     *time.Time  `json:"created_at"`
	SessionEndsAt *time.Time  `json:"session_ends_at" doc:"Without another call; null before a guest has a session"`
	AdsEndAt      *time.Time  `json:"ads_end_at" doc:"When a guest's ads end without another call; an account's do not"`
	Providers     []SignInWay `json:"providers" nullable:"false" doc:"Empty: nobody can sign in here"`
	Moving        int         `json:"moving" doc:"Ads of a further guest that are still to come"`
}

// SignInWay is one of the providers of GET /api/account/login.
type SignInWay struct {
	Name  string `json:"name"`
	Label string `json:"label" doc:"Korean, for a button"`
}

type accountOutput struct{ Body Account }

func (m *member) get(ctx context.Context, _ *struct{}) (*accountOutput, error) {
	g := ownerOf(ctx)
	out := Account{Kind: string(limit.Guest), Providers: []SignInWay{}}
	for _, p := range m.Issuer.Providers() {
		out.Providers = append(out.Providers, SignInWay{p.Name, p.Label})
	}
	if !g.ends.IsZero() {
		out.SessionEndsAt = &g.ends
	}
	switch a := g.account; {
	case a.Version > 0:
		out.Kind, out.CreatedAt = string(limit.Account), &a.CreatedAt
		out.Email, out.Name, out.Provider = optional(a.Email), optional(a.Name), optional(a.Provider)
		n, err := m.Accounts.StillToMove(ctx, a)
		if err != nil {
			return nil, m.answer(ctx, err)
		}
		out.Moving = n
	case !g.caller.New:
		ends, err := m.Accounts.Expiry(ctx, g.id)
		if err != nil {
			return nil, m.answer(ctx, err)
		}
		if !ends.At.IsZero() {
			out.AdsEndAt = &ends.At
		}
	}
	return &accountOutput{Body: out}, nil
}

// callbackPath is where an issuer sends people back to. It stands in clients at issuers
// (infra/accounts.yaml).
const callbackPath = "/api/account/callback"

// attemptLife is how long a sign-in may take: a code by e-mail, a forgotten password.
const attemptLife = 30 * time.Minute

type loginInput struct {
	Provider string `query:"provider" doc:"A name of GET /api/account; empty: the first"`
	ReturnTo string `query:"return_to" doc:"Where to go afterwards: a path of the site, such as /dashboard"`
}

type redirectOutput struct {
	Location string `header:"Location"`
}

// login sends a person to the issuer. What the sign-in needs when it comes back is in a
// cookie of its own: whoever comes back without it has begun nothing in that browser.
func (m *member) login(ctx context.Context, in *loginInput) (*redirectOutput, error) {
	back, ok := pathOf(in.ReturnTo)
	if !ok {
		return nil, m.answer(ctx, fault.Invalid(fault.Field{
			Name: "return_to", Detail: "이 사이트 안의 주소만 쓸 수 있습니다. /dashboard처럼 /로 시작하는 주소를 보내 주세요.",
		}))
	}
	ways := m.Issuer.Providers()
	i := slices.IndexFunc(ways, func(p account.Provider) bool { return p.Name == in.Provider || in.Provider == "" })
	if i < 0 {
		return nil, m.answer(ctx, fault.Newf(fault.AccountOff, "no such provider here"))
	}
	attempt := account.NewAttempt()
	address, err := m.Issuer.Begin(ctx, ways[i], attempt)
	if err != nil {
		return nil, m.answer(ctx, err)
	}
	ownerOf(ctx).attempt(m.Signer.attempt(attempt, ways[i].Name, back))
	return &redirectOutput{Location: address}, nil
}

// pathOf reads where to go after a sign-in: a path of the site with its query, never another
// site's address, whatever a browser makes of it.
func pathOf(returnTo string) (string, bool) {
	if returnTo == "" {
		return "/", true
	}
	u, err := url.Parse(returnTo)
	const longest = 500 // it goes into a cookie
	if err != nil || !strings.HasPrefix(returnTo, "/") || strings.HasPrefix(returnTo, "//") ||
		strings.ContainsAny(returnTo, "\\") || u.Host != "" || u.Scheme != "" || len(returnTo) > longest ||
		strings.ContainsFunc(returnTo, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return "", false
	}
	// Spelled again: what is written is what was read.
	again := url.URL{Path: u.Path, RawQuery: u.RawQuery}
	return again.RequestURI(), !strings.ContainsAny(u.Path, "\\") && !strings.Contains(u.Path, "//")
}

// attempt makes the cookie of a sign-in, from now. It holds no secret from its own browser.
func (s *Signer) attempt(a account.Attempt, provider, returnTo string) string {
	v := strings.Join([]string{
		strconv.FormatInt(s.now().Unix(), 36), a.State, a.Nonce, a.Verifier, provider,
		base64.RawURLEncoding.EncodeToString([]byte(returnTo)),
	}, ".")
	return v + "." + s.sign("sign-in", v)
}

// begun reads the cookie of the sign-in that has this state.
func (s *Signer) begun(cookies []string, state string) (a account.Attempt, provider, returnTo string, ok bool) {
	const all = 6 // parts
	for _, c := range cookies {
		v, mac, _ := cutLast(c, ".")
		parts := strings.Split(v, ".")
		if len(parts) != all || !s.verify("sign-in", v, mac) || parts[1] != state {
			continue
		}
		seconds, err := strconv.ParseInt(parts[0], 36, 64)
		if err != nil || s.now().Sub(time.Unix(seconds, 0)) > attemptLife {
			continue
		}
		back, err := base64.RawURLEncoding.DecodeString(parts[5])
		if err != nil {
			continue
		}
		return account.Attempt{State: parts[1], Nonce: parts[2], Verifier: parts[3]}, parts[4], string(back), true
	}
	return account.Attempt{}, "", "/", false
}

type callbackInput struct {
	State string `query:"state"`
	Code  string `query:"code"`
	Error string `query:"error" doc:"What the issuer says instead of a code"`
}

// movedAtOnce is how many ads of a further guest come along with a sign-in: a second's work.
// The sweeper moves the rest.
const movedAtOnce = 30

// callback ends a sign-in. A person is looking, so whatever happens it goes on to a page,
// which says it.
func (m *member) callback(ctx context.Context, in *callbackInput) (*redirectOutput, error) {
	g := ownerOf(ctx)
	attempt, provider, back, ok := m.Signer.begun(g.begun(), in.State)
	g.attempt("")
	var moved int
	var err error
	switch {
	case !ok:
		err = fault.Newf(fault.AccountExpired, "no sign-in of this browser has this state")
	case in.Error == "access_denied":
		err = fault.Newf(fault.AccountRefused, "the issuer says access_denied")
	case in.Error != "" || in.Code == "":
		err = fault.Newf(fault.AccountUnavailable, "the issuer sent no code")
	default:
		moved, err = m.signIn(ctx, in.Code, attempt, provider)
	}
	say := url.Values{"signed_in": {"1"}, "moved": {strconv.Itoa(moved)}}
	if err != nil {
		m.log.WarnContext(ctx, "no sign-in", "step", m.step, "error", err.Error())
		say = url.Values{"sign_in": {string(fault.From(err).Code)}}
	}
	return &redirectOutput{Location: adding(back, say)}, nil
}

// adding gives a path with more in its query.
func adding(path string, more url.Values) string {
	u, err := url.Parse(path)
	if err != nil {
		u = &url.URL{Path: "/"}
	}
	q := u.Query()
	for name, values := range more {
		q[name] = values
	}
	u.RawQuery = q.Encode()
	return u.String()
}

// signIn gives the browser the session of whoever comes back with a code, and tells how many
// finished ads of the guest came along.
func (m *member) signIn(ctx context.Context, code string, a account.Attempt, provider string) (moved int, err error) {
	g := ownerOf(ctx)
	if g.err != nil {
		return 0, g.err
	}
	who, err := m.Issuer.Finish(ctx, code, a)
	if err != nil {
		return 0, err
	}
	guest := ""
	if !g.caller.New && g.account.Version == 0 { // who is signed in as another changes over, and takes nothing along
		guest = g.id
		st, err := m.Accounts.Stats(ctx, guest)
		if err != nil {
			return 0, err
		}
		moved = st.TotalAds
	}
	acc, err := m.Accounts.SignIn(ctx, who, provider, guest, rand.Text())
	if err != nil {
		return 0, err
	}
	g.become(session{owner: acc.Owner, version: acc.Version})
	if guest == acc.Owner || !slices.Contains(acc.Moving, guest) {
		return moved, nil
	}
	if _, _, err := m.Accounts.Move(ctx, guest, movedAtOnce); err != nil { // the sweeper does it
		m.log.WarnContext(ctx, "ads were not moved yet", "step", m.step, "error", err.Error())
	}
	return moved, nil
}

// Logout answers what ends a session.
type Logout struct {
	LogoutURL *string `json:"logout_url" doc:"Where the issuer's session ends, for the page to go to; null: nowhere"`
}

type logoutOutput struct{ Body Logout }

func (m *member) logout(ctx context.Context, _ *struct{}) (*logoutOutput, error) {
	g := ownerOf(ctx)
	if g.account.Version == 0 { // a guest would lose the ads with the session
		return &logoutOutput{}, nil
	}
	g.become(session{})
	return &logoutOutput{Body: Logout{optional(m.Issuer.Logout(ctx))}}, nil
}

func (m *member) logoutEverywhere(ctx context.Context, in *struct{}) (*logoutOutput, error) {
	if a := ownerOf(ctx).account; a.Version > 0 {
		if err := m.Accounts.EndSessions(ctx, a.Owner); err != nil {
			return nil, m.answer(ctx, err)
		}
	}
	return m.logout(ctx, in)
}

// Ending answers DELETE /api/account.
type Ending struct {
	LogoutURL *string `json:"logout_url" doc:"As of POST /api/account/logout"`
}

type endOutput struct{ Body Ending }

func (m *member) end(ctx context.Context, in *struct{}) (*endOutput, error) {
	g := ownerOf(ctx)
	if !g.caller.New {
		// First, as it is found by the owner's record; a call that fails may come again.
		if err := m.Exporter.Remove(ctx, g.id); err != nil {
			return nil, m.answer(ctx, err)
		}
		if err := m.Accounts.EndOwner(ctx, g.id); err != nil {
			return nil, m.answer(ctx, err)
		}
	}
	out, err := m.logout(ctx, in)
	if err != nil {
		return nil, err
	}
	g.become(session{})
	return &endOutput{Body: Ending(out.Body)}, nil
}

// Export answers GET /api/account/export.
type Export struct {
	Status string     `json:"status" enum:"making,ready"`
	Done   int        `json:"done" doc:"Ads in the copy so far"`
	Total  int        `json:"total" doc:"Ads there are"`
	URL    *string    `json:"url" doc:"Where to save it, for a few minutes; null until it is ready, as the next two"`
	Bytes  *int64     `json:"bytes"`
	EndsAt *time.Time `json:"ends_at" doc:"When the copy is removed; the next call then begins another"`
}

type exportOutput struct {
	Status int
	Body   Export
}

func (m *member) export(ctx context.Context, _ *struct{}) (*exportOutput, error) {
	g := ownerOf(ctx)
	mine := g.account
	mine.Owner = g.id
	made, err := m.Exporter.Export(ctx, mine, func() error {
		_, err := m.spend(ctx, limit.Exports)
		return err
	})
	if err != nil {
		return nil, m.answer(ctx, err)
	}
	out := &exportOutput{Status: http.StatusAccepted, Body: Export{
		Status: "making", Done: made.Done, Total: max(made.Total, made.Done),
	}}
	if !made.Ready {
		g.header.Set(retryafter.Header, "1")
	} else {
		out.Status = http.StatusOK
		out.Body.Status, out.Body.URL, out.Body.Bytes, out.Body.EndsAt = "ready", &made.URL, &made.Bytes, &made.EndsAt
	}
	return out, nil
}

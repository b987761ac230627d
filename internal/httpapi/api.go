// Package httpapi is the HTTP API of nanoCocoa: the operations behind
// functions/api, as typed handlers whose types make the OpenAPI. Everything an
// operation refuses comes back as one Problem, in Korean, with every wrong
// field named.
package httpapi

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/limit"
	"github.com/nanococoa/nanococoa/internal/queue"
)

// Ads is what the API needs of the ad store; see adstore.Store for the faults.
type Ads interface {
	Create(ctx context.Context, a ad.Ad, c *ad.Claim) (stored ad.Ad, created bool, err error)
	Get(ctx context.Context, owner, adID string) (ad.Ad, error)
	Find(ctx context.Context, adID string) (ad.Ad, error)
	Retry(ctx context.Context, owner, adID string) (ad.Ad, error)
	Delete(ctx context.Context, owner, adID string) error
	List(ctx context.Context, owner string, limit int, cursor string) ([]ad.Ad, string, error)
	Ordered(ctx context.Context, owner string, c *ad.Claim) (a ad.Ad, known bool, err error)
	Stats(ctx context.Context, owner string) (ad.Stats, error)
}

// Queue is what the API needs of the queue before the GPU server; see queue.Outlook.
type Queue interface {
	Wait(ctx context.Context, a ad.Ad) (queue.Wait, error)
}

// Pictures is what the API needs of the bucket; see blob.Bucket.
type Pictures interface {
	Put(ctx context.Context, adID string, p ad.Picture, data []byte, contentType string) error
	Purge(ctx context.Context, adID string) error
	Remove(ctx context.Context, adID string, p ad.Picture) error
	Link(ctx context.Context, adID string, p ad.Picture, life time.Duration) (string, error)
	NewUpload(ctx context.Context, adID, contentType string, size int64) (ad.Upload, error)
}

// Machine is what the API needs of the state machine; see workflow.Machine.
type Machine interface {
	Start(ctx context.Context, r ad.Ref) error
	Stop(ctx context.Context, r ad.Ref) error
}

// Config is what the API is made of.
type Config struct {
	Fields   ad.Table // what an owner says about an ad
	Ads      Ads
	Studios  Studios
	Shares   Shares
	Scenes   Scenes
	Pictures Pictures
	Machine  Machine
	Queue    Queue
	Shared

	Places         Places // nil: as many of an owner's ads may wait as there are
	PlacesPerOwner int
}

// Shared is what every function behind the API is made of.
type Shared struct {
	Signer  *Signer
	Origin  string // the site's origin, e.g. "https://ads.example.com"
	Log     *slog.Logger
	Callers Callers
}

// base is what the operations of every function have of it.
type base struct {
	signer  *Signer
	origin  string // the site's, without a slash at the end
	log     *slog.Logger
	step    string // the function's name in the log
	limits  *limit.Limiter
	callers Callers
}

// base takes the slash at the origin's end away, too.
func (s *Shared) base(step string) base {
	s.Origin = strings.TrimRight(s.Origin, "/")
	return base{
		signer: s.Signer, origin: s.Origin, log: s.Log, step: step, limits: s.Callers.Limits, callers: s.Callers,
	}
}

// handle makes the handler of a function's operations.
func (b *base) handle(register func(h huma.API)) http.Handler {
	mux := http.NewServeMux()
	register(newAPI(mux))
	return b.serve(mux)
}

// api is the operations over a config.
type api struct {
	Config
	base
}

// New makes the handler of the whole API but for what other functions do: it describes
// that too.
func New(c Config) http.Handler {
	own := c.Shared.base("api")
	a := &api{Config: c, base: own}
	mux := http.NewServeMux()
	o := a.register(mux).OpenAPI()
	mux.HandleFunc("GET /api/openapi.json", description(o))
	mux.HandleFunc("GET /api/docs", docs(o))
	return a.serve(mux)
}

// serve puts around the operations what all requests have in common.
func (b *base) serve(mux *http.ServeMux) http.Handler {
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		problemOf(fault.New(fault.RequestNotFound, nil)).write(w)
	})
	who := owners{signer: b.signer, secure: strings.HasPrefix(b.origin, "https://"), callers: b.callers, log: b.log}
	// The log is inside of what copies the request: ServeMux writes the route
	// into the very request it gets.
	return b.bySite(who.middleware(b.logged(b.sameOrigin(b.knowing(oneFormat(mux))))))
}

// knowing refuses a call whose session cannot be looked at: nothing may be opened, or made
// for a new owner, on a guess.
func (b *base) knowing(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// Health says nothing of the table, and who comes back from an issuer is told on a page.
		told := r.URL.Path == "/api/health" || r.URL.Path == callbackPath
		if err := ownerOf(r.Context()).err; err != nil && !told {
			b.problem(r.Context(), err).write(w)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// oneFormat hides what a client accepts: every answer is JSON whatever it says,
// and huma's reader of that header panics on some.
func oneFormat(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Header.Del("Accept")
		next.ServeHTTP(w, r)
	})
}

// OpenAPI gives the API's description as JSON, without anything behind it.
func OpenAPI() ([]byte, error) {
	a := &api{Config: Config{Fields: ad.OwnerFields()}}
	return a.register(http.NewServeMux()).OpenAPI().MarshalJSON()
}

// sameOrigin refuses what another site's page makes a browser send: the cookie
// travels by itself, so a call that changes something must come from our pages
// or from a program.
func (b *base) sameOrigin(next http.Handler) http.Handler {
	guard := http.NewCrossOriginProtection()
	if err := guard.AddTrustedOrigin(b.origin); err != nil {
		b.log.Warn("the site's origin is not an origin", "error", err.Error())
	}
	guard.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		problemOf(fault.New(fault.RequestCrossOrigin, nil)).write(w)
	}))
	guarded := guard.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// The guard compares an origin's host with the request's. A request without one
		// would be of the same host as the origin "null", which every sandboxed frame has.
		if r.Host == "" {
			r.Host = strings.TrimPrefix(strings.TrimPrefix(b.origin, "https://"), "http://")
		}
		guarded.ServeHTTP(w, r)
	})
}

// statusWriter remembers the status for the log: 0 until the answer begins.
type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

func (w *statusWriter) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	return w.ResponseWriter.Write(b) //nolint:wrapcheck // a writer passes its writer's errors on
}

// logged writes one line a request. It names the route, not the address: ids
// of pictures are capabilities.
func (b *base) logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		sw := &statusWriter{ResponseWriter: w}
		defer func() {
			if p := recover(); p != nil {
				b.log.ErrorContext(r.Context(), "panic", "step", b.step, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
				if sw.status == 0 {
					problemOf(fault.New(fault.Internal, nil)).write(sw)
				}
			}
			b.log.InfoContext(r.Context(), "request", "step", b.step, "method", r.Method, "route", r.Pattern,
				"status", sw.status, "duration_ms", time.Since(began).Milliseconds())
		}()
		sw.Header().Set("Cache-Control", "no-store")
		sw.Header().Set("X-Content-Type-Options", "nosniff")
		next.ServeHTTP(sw, r)
	})
}

// maxBody is the most bytes of a direct upload: Lambda takes 6 MB of base64,
// which is 4.5 MB of bytes; the rest is headers and text fields.
const maxBody = 4_500_000

// maxJSON is the most bytes of a JSON body: the texts at their longest, all
// of it written as \u escapes, stay below it.
const maxJSON = 256 << 10

// newAPI makes an empty API on a mux.
func newAPI(mux *http.ServeMux) huma.API {
	useProblems()
	cfg := huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{Title: "nanoCocoa", Version: "1", Description: "" +
				"One product photo and a few words in, a finished Korean ad out. " +
				"Errors are application/problem+json with a machine-readable code and a Korean detail. " +
				"The first order sets a cookie that says whose ads are whose: send it along with every later call. " +
				"What costs money is counted by owner, by address and in all: RateLimit and RateLimit-Policy tell what is " +
				"left, and 429 comes with Retry-After."},
			Components: &huma.Components{Schemas: huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer)},
		},
		Formats: huma.DefaultFormats, DefaultFormat: "application/json",
	}
	return humago.New(mux, cfg)
}

// register registers an operation that may be another function's: without f it is only
// described, and answered as a route that does not exist.
func register[I, O any](h huma.API, op huma.Operation, f func(context.Context, *I) (*O, error)) {
	if f == nil {
		f = func(context.Context, *I) (*O, error) { return nil, problemOf(fault.New(fault.RequestNotFound, nil)) }
	}
	huma.Register(h, op, f)
}

func (a *api) register(mux *http.ServeMux) huma.API {
	h := newAPI(mux)
	schema := func(v any) *huma.Schema { return schemaOf(h, v) }

	// Two things of huma's: it refuses a body of exactly MaxBodyBytes; and it
	// would hold the bodies against their schemas as JSON, in English and without
	// counting characters as a person does. The operations check them themselves.
	body := form("multipart/form-data", schema(GenerateForm{}))
	huma.Register(h, huma.Operation{
		OperationID: "generate", Method: http.MethodPost, Path: "/api/ads/generate",
		Summary:       "Make an ad from a photo and a few words",
		DefaultStatus: http.StatusAccepted, MaxBodyBytes: maxBody + 1, RequestBody: body, SkipValidateBody: true,
		Errors: []int{400, 403, 409, 410, 413, 415, 422, 429, 503},
		Responses: map[string]*huma.Response{
			"200": {Description: "The finished ad, when Prefer: wait was long enough", Content: jsonContent(schema(Ad{}))},
			"202": {Description: "Accepted; follow status_url", Content: jsonContent(schema(Accepted{}))},
		},
	}, a.generate)
	body.Content["multipart/form-data"].Schema = schema(GenerateForm{})

	body = form("application/json", schema(UploadBody{}))
	huma.Register(h, huma.Operation{
		OperationID: "upload", Method: http.MethodPost, Path: "/api/uploads",
		Summary:       "Ask for an address to upload a large photo to; its arrival starts the ad",
		DefaultStatus: http.StatusCreated, MaxBodyBytes: maxJSON + 1, RequestBody: body, SkipValidateBody: true,
		Errors: []int{400, 403, 409, 410, 413, 415, 422, 429, 503},
	}, a.upload)
	body.Content["application/json"].Schema = schema(UploadBody{})

	huma.Register(h, huma.Operation{
		OperationID: "get-ad", Method: http.MethodGet, Path: "/api/ads/{ad_id}",
		Summary: "One ad, finished or on its way",
		Errors:  []int{404, 503},
	}, a.get)
	huma.Register(h, huma.Operation{
		OperationID: "retry-ad", Method: http.MethodPost, Path: "/api/ads/{ad_id}/retry",
		Summary:       "Try a failed ad again",
		DefaultStatus: http.StatusAccepted, Errors: []int{403, 404, 409, 429, 503},
	}, a.retry)
	huma.Register(h, huma.Operation{
		OperationID: "delete-ad", Method: http.MethodDelete, Path: "/api/ads/{ad_id}",
		Summary:       "Stop an ad's making and remove everything of it",
		DefaultStatus: http.StatusNoContent, Errors: []int{403, 404, 503},
	}, a.remove)
	huma.Register(h, huma.Operation{
		OperationID: "list-ads", Method: http.MethodGet, Path: "/api/dashboard/ads",
		Summary: "The owner's ads, newest first",
		Errors:  []int{422, 503},
	}, a.list)
	huma.Register(h, huma.Operation{
		OperationID: "stats", Method: http.MethodGet, Path: "/api/dashboard/stats",
		Summary: "The owner's statistics over finished ads",
		Errors:  []int{503},
	}, a.stats)
	huma.Register(h, huma.Operation{
		OperationID: "get-image", Method: http.MethodGet, Path: "/api/images/{image_id}",
		Summary:       "A picture: redirects to a short-lived address",
		DefaultStatus: http.StatusFound, Errors: []int{404, 503},
	}, a.image)
	huma.Register(h, huma.Operation{
		OperationID: "health", Method: http.MethodGet, Path: "/api/health",
		Summary: "Whether the API answers",
	}, func(ctx context.Context, _ *struct{}) (*healthOutput, error) {
		if g := ownerOf(ctx); g.noCookie { // by the next call it is known whether the browser keeps cookies
			g.probe()
		}
		return &healthOutput{Body: Health{Status: "ok"}}, nil
	})
	a.registerStudio(h)
	a.registerShares(h, mux)
	registerComposing(h, drawing{})
	registerSuggesting(h, nil)
	registerAccount(h, membership{})
	describeFields(h.OpenAPI().Components.Schemas.Map(), a.Fields)
	allowNull(h.OpenAPI().Components.Schemas.Map())
	return h
}

// describeFields writes into the schemas that have them what the table says of
// an owner's fields. An order may leave out those that are not needed; an answer
// has them all.
func describeFields(schemas map[string]*huma.Schema, t ad.Table) {
	schemas["GenerateForm"].Properties["product_image"].Description =
		"JPEG, PNG, WebP or GIF; up to 4 MB here, up to 20 MB by /api/uploads"
	for name, order := range map[string]bool{"GenerateForm": true, "UploadBody": true, "Ad": false} {
		s := schemas[name]
		for _, d := range t {
			p := schemaOfField(d)
			if order && d.Flag != nil {
				p.Default = d.Default
			}
			s.Properties[d.Name] = p
			s.Required = slices.DeleteFunc(s.Required, func(r string) bool { return r == d.Name })
			if d.Needed() || !order {
				s.Required = append(s.Required, d.Name)
			}
		}
	}
}

func schemaOfField(d ad.Field) *huma.Schema {
	s := &huma.Schema{Type: huma.TypeString, Description: d.Doc}
	switch d.Kind() {
	case ad.KindFlag:
		s.Type = huma.TypeBoolean
	case ad.KindChoice:
		for _, c := range d.Choices {
			s.Enum = append(s.Enum, c)
		}
		if d.Optional {
			s.Enum = append(s.Enum, "")
		}
	case ad.KindText:
		least := 1
		if d.Optional {
			least = 0
		}
		about := []string{fmt.Sprintf("%d–%d characters (grapheme clusters after NFC)", least, d.Limit)}
		if len(d.Suggested) > 0 {
			about = append(about, strings.Join(d.Suggested, ", ")+" or free text")
		}
		if d.Doc != "" {
			about = append(about, d.Doc)
		}
		s.MinLength, s.MaxLength, s.Description = &least, &d.Limit, strings.Join(about, "; ")
	}
	if d.Example != "" {
		s.Examples = []any{d.Example}
	}
	return s
}

// allowNull adds null to the choices of every field that may be null: JSON
// Schema wants it among them, and huma leaves it out.
func allowNull(schemas map[string]*huma.Schema) {
	for _, s := range schemas {
		for _, p := range s.Properties {
			if p.Nullable && len(p.Enum) > 0 {
				p.Enum = append(p.Enum, nil)
			}
		}
	}
}

func schemaOf(h huma.API, v any) *huma.Schema {
	return h.OpenAPI().Components.Schemas.Schema(typeOf(v), true, "")
}

func jsonContent(s *huma.Schema) map[string]*huma.MediaType {
	return map[string]*huma.MediaType{"application/json": {Schema: s}}
}

func form(contentType string, s *huma.Schema) *huma.RequestBody {
	return &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{contentType: {Schema: s}}}
}

// answer turns an operation's error into a Problem and logs what is ours to
// mend.
func (b *base) answer(ctx context.Context, err error) error { return b.problem(ctx, err) }

func (b *base) problem(ctx context.Context, err error) *Problem {
	p := problemOf(err)
	if p.Status >= http.StatusInternalServerError && !errors.Is(err, context.Canceled) {
		b.log.ErrorContext(ctx, "request failed", "step", b.step, "code", p.Code, "error", err.Error())
	}
	return p
}

package server_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"io"
	"log/slog"
	"mime/multipart"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"

	"github.com/nanococoa/nanococoa/aiserver/engine"
	"github.com/nanococoa/nanococoa/aiserver/server"
	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/compose"
	"github.com/nanococoa/nanococoa/internal/copywriter"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/gpu"
)

// painter is an engine that fills the picture with a colour from the seed. It
// remembers what it was asked and, when told to, holds its work until released.
type painter struct {
	mu     sync.Mutex
	asked  []engine.Request
	scored []engine.ScoreRequest
	hold   chan struct{} // nil: never holds
	begun  chan struct{} // a token for every render that began
	ended  chan error    // how held renders ended
	render func(ctx context.Context, r engine.Request) error
	spoil  func(*engine.Rendering) // nil: the picture is as it should be
	score  ad.Score
	closed atomic.Int64
}

func newPainter() *painter {
	return &painter{
		begun: make(chan struct{}, 1000), ended: make(chan error, 1000),
		score: ad.Score{Metric: "painter-v1", Value: 0.5, StandIn: true},
	}
}

func (*painter) Name() string  { return "painter" }
func (*painter) StandIn() bool { return true }

func (*painter) Parts() []engine.Part {
	return []engine.Part{{Role: "scene", Model: "brush", State: "ready"}}
}

func (p *painter) Close() error {
	p.closed.Add(1)
	return nil
}

func (p *painter) Render(ctx context.Context, r engine.Request) (engine.Rendering, error) {
	p.mu.Lock()
	p.asked = append(p.asked, r)
	hold, render, spoil := p.hold, p.render, p.spoil
	p.mu.Unlock()
	p.begun <- struct{}{}
	if render != nil {
		if err := render(ctx, r); err != nil {
			return engine.Rendering{}, err
		}
	}
	if hold != nil {
		var err error
		select {
		case <-hold:
		case <-ctx.Done():
			err = ctx.Err()
		}
		p.ended <- err
		if err != nil {
			return engine.Rendering{}, err
		}
	}
	pic := image.NewRGBA(image.Rectangle{Max: r.Size})
	seeded := image.NewUniform(color.RGBA{byte(r.Seed), byte(r.Seed >> 8), byte(r.Seed >> 16), 255})
	draw.Draw(pic, pic.Rect, seeded, image.Point{}, draw.Src)
	out := engine.Rendering{
		Picture: pic, Product: sample().ProductBox, Scene: "plain", CutOut: true, Mood: []string{"calm"},
		Source: ad.Box{0, 0, 1, 1}, Place: sample().ProductBox, Mask: image.NewAlpha(pic.Rect), // nothing of it is solid
	}
	if spoil != nil {
		spoil(&out)
	}
	return out, nil
}

func (p *painter) Score(_ context.Context, r engine.ScoreRequest) (ad.Score, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.scored = append(p.scored, r)
	return p.score, nil
}

func (p *painter) renders() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.asked)
}

func (p *painter) last() engine.Request {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.asked[len(p.asked)-1]
}

// set changes the painter while it works.
func (p *painter) set(f func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f()
}

func sample() ad.Analysis {
	return ad.Analysis{
		Version: "1", Source: "painter", ProductBox: ad.Box{0.3, 0.4, 0.4, 0.5},
		TextAreas: []ad.TextArea{{Role: "headline", Box: ad.Box{0.1, 0.05, 0.8, 0.2}, Align: "center", Score: 0.9}},
		Colors:    ad.Colors{Text: "#ffffff", Accent: "#FF6B6B", Dominant: []string{"#102030"}}, ContrastRatio: 7,
		Mood: []string{"calm"},
	}
}

// typesetter is a composer that draws no letters but remembers what it was
// asked.
type typesetter struct {
	mu      sync.Mutex
	asked   []compose.Request
	without string // refuse what has this field, layout or brand
}

// refuse has every further request that has a layout, or a brand's logo, refused.
func (c *typesetter) refuse(field string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.without = field
}

func (c *typesetter) Render(_ context.Context, r compose.Request) (compose.Result, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked = append(c.asked, r)
	if c.without == "layout" && r.Layout != "" || c.without == "brand" && r.Brand != nil && r.Brand.Logo != nil {
		return compose.Result{}, fault.Invalid(fault.Field{Name: c.without})
	}
	size := r.Size
	if size == (image.Point{}) {
		size = r.Picture.Bounds().Size()
	}
	pic := image.NewRGBA(image.Rectangle{Max: size})
	draw.Draw(pic, pic.Rect, r.Picture, r.Picture.Bounds().Min, draw.Src)
	return compose.Result{
		Image: pic, HTML: `<div><img src="` + r.PictureURL + `"></div>`, Layout: "top", Contrast: 7.5,
		Lines: []compose.Line{{Text: r.MainCopy, Role: "main", Box: ad.Box{0.1, 0.1, 0.5, 0.1}, SizePx: 48}},
	}, nil
}

func (c *typesetter) last() compose.Request {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.asked[len(c.asked)-1]
}

// wordsmith writes the same copy for everybody.
type wordsmith struct{ fail error }

func (w wordsmith) WriteCopy(context.Context, ad.Fields, *ad.Analysis, ...string) (copywriter.Copy, error) {
	return copywriter.Copy{Main: "기본 문구", Sub: "기본으로 쓰는 작은 문구", By: ad.ByTemplate}, w.fail
}

// site is a running server.
type site struct {
	t       *testing.T
	cfg     server.Config
	painter *painter
	setter  *typesetter
	log     *lockedBuffer
	url     string
	http    *http.Client // checks every exchange against the contract
	stop    func() error // SIGTERM and wait
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// config is the default configuration on a free port and a folder of its own.
func config(t *testing.T) server.Config {
	t.Helper()
	c, err := server.Read([]string{"ADDR=127.0.0.1:0", "DATA_DIR=" + t.TempDir(), "LOG_LEVEL=DEBUG", "DRAIN_TIMEOUT=20s"})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// open starts a server with the default configuration as change changes it.
func open(t *testing.T, change ...func(*server.Config, *server.Parts)) *site {
	t.Helper()
	s := &site{t: t, cfg: config(t), painter: newPainter(), setter: &typesetter{}, log: &lockedBuffer{}}
	s.start(change...)
	return s
}

func (s *site) start(change ...func(*server.Config, *server.Parts)) {
	t := s.t
	t.Helper()
	parts := server.Parts{
		Load:    func(context.Context) (engine.Engine, error) { return s.painter, nil },
		Compose: s.setter.Render, Copy: wordsmith{},
		Log: slog.New(slog.NewJSONHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	for _, f := range change {
		f(&s.cfg, &parts)
	}
	srv, err := server.New(s.cfg, parts)
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", s.cfg.Addr)
	if err != nil {
		t.Fatal(err)
	}
	s.url = "http://" + ln.Addr().String()
	s.http = &http.Client{Transport: newContract(t, s.url)}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- srv.Run(ctx, ln) }()
	s.stop = sync.OnceValue(func() error {
		cancel()
		s.http.CloseIdleConnections()
		return <-done
	})
	t.Cleanup(func() { _ = s.stop() })
	if s.cfg.Engine != "slow" {
		s.await("ready", func() bool {
			resp, err := http.Get(s.url + gpu.PathReady)
			if err != nil {
				return false
			}
			resp.Body.Close()
			return resp.StatusCode == http.StatusOK
		})
	}
}

// await polls for something another goroutine is about to bring about.
func (s *site) await(what string, ok func() bool) {
	s.t.Helper()
	for until := time.Now().Add(20 * time.Second); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(until) {
			s.t.Fatalf("%s: not within 20 s", what)
		}
	}
}

func (s *site) capacity() gpu.Capacity {
	s.t.Helper()
	var c gpu.Capacity
	s.get(gpu.PathCapacity).into(s.t, &c)
	return c
}

// answer is a response read to its end.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (a answer) into(t *testing.T, v any) {
	t.Helper()
	if a.status != http.StatusOK {
		t.Fatalf("status %d: %s", a.status, a.body)
	}
	d := json.NewDecoder(bytes.NewReader(a.body))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		t.Fatalf("%v in %s", err, a.body)
	}
}

func (a answer) problem(t *testing.T) gpu.Problem {
	t.Helper()
	var p gpu.Problem
	if err := json.Unmarshal(a.body, &p); err != nil || a.header.Get("Content-Type") != "application/problem+json" {
		t.Fatalf("status %d, no problem: %s", a.status, a.body)
	}
	if p.Status != a.status || p.RequestID != a.header.Get(gpu.HeaderID) || p.Retryable != fault.Code(p.Code).Retryable() {
		t.Errorf("problem %+v does not fit its answer %d %v", p, a.status, a.header)
	}
	return p
}

// want checks that the answer is a problem of a code.
func (a answer) want(t *testing.T, status int, code fault.Code) gpu.Problem {
	t.Helper()
	if a.status == http.StatusOK {
		t.Fatalf("status 200, want %d %s", status, code)
	}
	p := a.problem(t)
	if a.status != status || p.Code != string(code) {
		t.Fatalf("%d %s %v, want %d %s", a.status, p.Code, p.Errors, status, code)
	}
	return p
}

type header = [2]string

func (s *site) send(method, path, contentType string, body io.Reader, headers ...header) (answer, error) {
	req, err := http.NewRequest(method, s.url+path, body)
	if err != nil {
		return answer{}, err
	}
	return s.do(req, contentType, headers...)
}

func (s *site) do(req *http.Request, contentType string, headers ...header) (answer, error) {
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	for _, h := range headers {
		req.Header.Set(h[0], h[1])
	}
	resp, err := s.http.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return answer{resp.StatusCode, resp.Header, b}, err
}

func (s *site) must(a answer, err error) answer {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
	return a
}

func (s *site) get(path string, headers ...header) answer {
	s.t.Helper()
	return s.must(s.send(http.MethodGet, path, "", nil, headers...))
}

// part is a field of a form; file is set for the picture.
type part struct {
	name, value string
	file        []byte
}

// original is what the original client sends, in its order.
func original(t *testing.T) []part {
	t.Helper()
	return []part{
		{name: "image", file: photoJPEG(t, 1)},
		{
			name: "product_name", value: "무선 이어폰"}, {name: "product_category", value: "전자제품"}, {name: "ad_concept",
			value: "새벽 도시를 걷는 느낌",
		},
	}
}

// with replaces or adds a field.
func with(parts []part, name, value string) []part {
	return append(without(parts, name), part{name: name, value: value})
}

func without(parts []part, name string) []part {
	var out []part
	for _, p := range parts {
		if p.name != name {
			out = append(out, p)
		}
	}
	return out
}

func multi(parts []part) (contentType string, body *bytes.Buffer) {
	body = &bytes.Buffer{}
	w := multipart.NewWriter(body)
	for _, p := range parts {
		if p.file == nil {
			_ = w.WriteField(p.name, p.value)
			continue
		}
		f, _ := w.CreateFormFile(p.name, "photo.jpg")
		_, _ = f.Write(p.file)
	}
	_ = w.Close()
	return w.FormDataContentType(), body
}

func (s *site) stage1(parts []part, headers ...header) answer {
	s.t.Helper()
	kind, body := multi(parts)
	return s.must(s.send(http.MethodPost, gpu.PathStage1, kind, body, headers...))
}

func (s *site) post(path string, body any, headers ...header) answer {
	s.t.Helper()
	b, ok := body.(string)
	if !ok {
		j, err := json.Marshal(body)
		if err != nil {
			s.t.Fatal(err)
		}
		b = string(j)
	}
	return s.must(s.send(http.MethodPost, path, "application/json", strings.NewReader(b), headers...))
}

// words are the original stage 2 fields for a picture.
func words(imageURL string) map[string]any {
	return map[string]any{
		"stage1_image": imageURL, "product_name": "무선 이어폰", "target_age": "20대", "target_gender": "전체",
		"ad_concept": "새벽 도시를 걷는 느낌",
	}
}

func key(k string) header { return header{gpu.HeaderKey, k} }

// photoJPEG is a small photo; n makes it another one.
func photoJPEG(tb testing.TB, n int) []byte {
	tb.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 96, 72))
	for y := range 72 {
		for x := range 96 {
			img.SetRGBA(x, y, color.RGBA{byte(x * 2), byte(y * 3), byte(n * 40), 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

func photoPNG(tb testing.TB, w, h int) []byte {
	tb.Helper()
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(img, img.Rect, image.NewUniform(color.RGBA{200, 100, 50, 255}), image.Point{}, draw.Src)
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

// contract is a transport that checks every exchange against openapi.yaml. A
// request the contract forbids must be refused; one it allows may still be, for
// what a schema cannot say.
type contract struct {
	t      *testing.T
	router routers.Router
	next   http.RoundTripper
}

var loadContract = sync.OnceValues(func() (*openapi3.T, error) {
	// The validator knows no pictures; that they are bytes is all there is to say.
	openapi3filter.RegisterBodyDecoder("image/png", openapi3filter.FileBodyDecoder)
	doc, err := openapi3.NewLoader().LoadFromFile("../openapi.yaml")
	if err != nil {
		return nil, err
	}
	return doc, doc.Validate(context.Background())
})

func newContract(t *testing.T, base string) *contract {
	t.Helper()
	shared, err := loadContract()
	if err != nil {
		t.Fatal(err)
	}
	doc := *shared
	doc.Servers = openapi3.Servers{{URL: base}}
	r, err := legacy.NewRouter(&doc)
	if err != nil {
		t.Fatal(err)
	}
	return &contract{t: t, router: r, next: &http.Transport{DisableCompression: true}}
}

// CloseIdleConnections lets the server's shutdown not wait for us.
func (c *contract) CloseIdleConnections() { c.next.(*http.Transport).CloseIdleConnections() }

func (c *contract) RoundTrip(req *http.Request) (*http.Response, error) {
	var body []byte
	if req.Body != nil {
		var err error
		if body, err = io.ReadAll(req.Body); err != nil {
			return nil, err
		}
		req.Body = io.NopCloser(bytes.NewReader(body))
	}
	route, params, routeErr := c.router.FindRoute(req)
	in := &openapi3filter.RequestValidationInput{
		Request: req, PathParams: params, Route: route,
		Options: &openapi3filter.Options{
			AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, IncludeResponseStatus: true, SkipSettingDefaults: true,
		},
	}
	var invalid error
	if routeErr == nil {
		length := req.ContentLength // the validator sets it, which would turn a chunked body into an announced one
		invalid = openapi3filter.ValidateRequest(req.Context(), in)
		req.Body, req.ContentLength = io.NopCloser(bytes.NewReader(body)), length
	}
	resp, err := c.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	got, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	if err != nil {
		return nil, err
	}
	resp.Body = io.NopCloser(bytes.NewReader(got))
	switch {
	case routeErr != nil:
		if resp.StatusCode != http.StatusNotFound && resp.StatusCode != http.StatusMethodNotAllowed {
			c.t.Errorf("%s %s is not in the contract (%v) and was answered with %d", req.Method, req.URL.Path, routeErr,
				resp.StatusCode)
		}
	case invalid != nil && resp.StatusCode < 400:
		c.t.Errorf("%s %s: the contract forbids the request (%v) and the server answered %d", req.Method, req.URL.Path,
			invalid, resp.StatusCode)
	case resp.StatusCode == http.StatusMethodNotAllowed:
	default:
		out := &openapi3filter.ResponseValidationInput{
			RequestValidationInput: in, Status: resp.StatusCode, Header: resp.Header, Options: in.Options,
		}
		out.SetBodyBytes(got)
		if err := openapi3filter.ValidateResponse(req.Context(), out); err != nil {
			c.t.Errorf("%s %s: answer %d is not the contract: %v\n%.2000s", req.Method, req.URL.Path, resp.StatusCode, err, got)
		}
	}
	return resp, nil
}

// allowed reports whether the contract itself allows a request.
func (c *contract) allows(req *http.Request) error {
	route, params, err := c.router.FindRoute(req)
	if err != nil {
		return err
	}
	return openapi3filter.ValidateRequest(req.Context(), &openapi3filter.RequestValidationInput{
		Request: req, PathParams: params, Route: route,
		Options: &openapi3filter.Options{
			AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, SkipSettingDefaults: true,
		},
	})
}

var errBoom = errors.New("boom")

func decodePNG(t *testing.T, b []byte) image.Image {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

func id(imageURL string) string { return imageURL[strings.LastIndex(imageURL, "/")+1:] }

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// dataURL is a picture as an address that has it inside.
func dataURL(png []byte) string { return gpu.DataURLPrefix + base64.StdEncoding.EncodeToString(png) }

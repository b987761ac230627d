package httpapi_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"log/slog"
	"math/rand/v2"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/copywriter"
	"github.com/nanococoa/nanococoa/internal/httpapi"
	"github.com/nanococoa/nanococoa/internal/limit"
	"github.com/nanococoa/nanococoa/internal/queue"
)

// The fakes are loud: a call nobody expected fails the test by itself, because
// the API turns the panic into a 500 that a test might be content with.

type fakeAds struct {
	t      *testing.T
	create func(a ad.Ad, c *ad.Claim) (ad.Ad, bool, error)
	get    func(owner, adID string) (ad.Ad, error)
	find   func(adID string) (ad.Ad, error)
	retry  func(owner, adID string) (ad.Ad, error)
	remove func(owner, adID string) error
	list   func(owner string, limit int, cursor string) ([]ad.Ad, string, error)
	stats  func(owner string) (ad.Stats, error)
	queue  func() (queue.Queue, error)

	ordered func(owner string, c *ad.Claim) (ad.Ad, bool, error)

	studio          func(owner, adID string) (ad.Studio, error) // without it: get's ad, as it was finished
	setMain         func(owner, adID, renditionID string) error
	deleteRendition func(owner, adID, renditionID string) error
	deleteScene     func(owner, adID, sceneID string) error
	made            func(r ad.Ref, c *ad.Claim) (string, error)
	addScene        func(scene ad.Ad, c *ad.Claim) (ad.Ad, error)
	addRendition    func(r ad.Ref, one ad.Rendition, c *ad.Claim) (ad.Rendition, error)

	share   func(owner, adID string) (string, error)
	unshare func(owner, adID string) error
	shared  func(shareID string) (ad.Studio, error)
}

type fakePictures struct {
	t     *testing.T
	put   func(adID string, k ad.Picture, data []byte, contentType string) error
	purge func(adID string) error

	remove func(adID string, k ad.Picture) error

	link func(adID string, k ad.Picture, life time.Duration) (string, error)
	post func(adID, contentType string, size int64) (ad.Upload, error)
}

type fakeMachine struct {
	t     *testing.T
	start func(r ad.Ref) error
	stop  func(r ad.Ref) error
}

func unexpected(t *testing.T, call string) {
	t.Helper()
	t.Errorf("%s was called", call)
	panic(call + " was called")
}

func (f *fakeAds) Create(_ context.Context, a ad.Ad, c *ad.Claim) (ad.Ad, bool, error) {
	if f.create == nil {
		unexpected(f.t, "Ads.Create")
	}
	return f.create(a, c)
}

func (f *fakeAds) Get(_ context.Context, owner, adID string) (ad.Ad, error) {
	if f.get == nil {
		unexpected(f.t, "Ads.Get")
	}
	return f.get(owner, adID)
}

func (f *fakeAds) Find(_ context.Context, adID string) (ad.Ad, error) {
	if f.find == nil {
		unexpected(f.t, "Ads.Find")
	}
	return f.find(adID)
}

func (f *fakeAds) Retry(_ context.Context, owner, adID string) (ad.Ad, error) {
	if f.retry == nil {
		unexpected(f.t, "Ads.Retry")
	}
	return f.retry(owner, adID)
}

func (f *fakeAds) Delete(_ context.Context, owner, adID string) error {
	if f.remove == nil {
		unexpected(f.t, "Ads.Delete")
	}
	return f.remove(owner, adID)
}

func (f *fakeAds) List(_ context.Context, owner string, limit int, cursor string) ([]ad.Ad, string, error) {
	if f.list == nil {
		unexpected(f.t, "Ads.List")
	}
	return f.list(owner, limit, cursor)
}

func (f *fakeAds) Ordered(_ context.Context, owner string, c *ad.Claim) (ad.Ad, bool, error) {
	if f.ordered == nil { // most tests order something new
		return ad.Ad{}, false, nil
	}
	return f.ordered(owner, c)
}

func (f *fakeAds) Stats(_ context.Context, owner string) (ad.Stats, error) {
	if f.stats == nil {
		unexpected(f.t, "Ads.Stats")
	}
	return f.stats(owner)
}

func (f *fakeAds) Studio(_ context.Context, owner, adID string) (ad.Studio, error) {
	if f.studio != nil {
		return f.studio(owner, adID)
	}
	if f.get == nil {
		unexpected(f.t, "Ads.Studio")
	}
	a, err := f.get(owner, adID)
	return finishedStudio(a), err
}

// finishedStudio is an ad with the scene and rendition it was finished with.
func finishedStudio(a ad.Ad) ad.Studio {
	st := ad.Studio{Ad: a}
	if a.Status == ad.Succeeded {
		st.Main = a.AdID
		scene, rendition := a.First()
		st.Scenes, st.Renditions = []ad.Scene{scene}, []ad.Rendition{rendition}
	}
	return st
}

func (f *fakeAds) SetMain(_ context.Context, owner, adID, renditionID string) error {
	if f.setMain == nil {
		unexpected(f.t, "Ads.SetMain")
	}
	return f.setMain(owner, adID, renditionID)
}

func (f *fakeAds) DeleteRendition(_ context.Context, owner, adID, renditionID string) error {
	if f.deleteRendition == nil {
		unexpected(f.t, "Ads.DeleteRendition")
	}
	return f.deleteRendition(owner, adID, renditionID)
}

func (f *fakeAds) DeleteScene(_ context.Context, owner, adID, sceneID string) error {
	if f.deleteScene == nil {
		unexpected(f.t, "Ads.DeleteScene")
	}
	return f.deleteScene(owner, adID, sceneID)
}

func (f *fakeAds) Made(_ context.Context, r ad.Ref, c *ad.Claim) (string, error) {
	if f.made == nil {
		unexpected(f.t, "Ads.Made")
	}
	return f.made(r, c)
}

func (f *fakeAds) AddScene(_ context.Context, scene ad.Ad, c *ad.Claim) (ad.Ad, error) {
	if f.addScene == nil {
		unexpected(f.t, "Ads.AddScene")
	}
	return f.addScene(scene, c)
}

func (f *fakeAds) AddRendition(
	_ context.Context, r ad.Ref, one ad.Rendition, c *ad.Claim,
) (ad.Rendition, error) {
	if f.addRendition == nil {
		unexpected(f.t, "Ads.AddRendition")
	}
	return f.addRendition(r, one, c)
}

func (f *fakeAds) Share(_ context.Context, owner, adID string) (string, error) {
	if f.share == nil {
		unexpected(f.t, "Ads.Share")
	}
	return f.share(owner, adID)
}

func (f *fakeAds) Unshare(_ context.Context, owner, adID string) error {
	if f.unshare == nil {
		unexpected(f.t, "Ads.Unshare")
	}
	return f.unshare(owner, adID)
}

func (f *fakeAds) Shared(_ context.Context, shareID string) (ad.Studio, error) {
	if f.shared == nil {
		unexpected(f.t, "Ads.Shared")
	}
	return f.shared(shareID)
}

func (f *fakeAds) Queue(context.Context) (queue.Queue, error) {
	if f.queue == nil {
		return queue.Queue{}, nil // an empty one
	}
	return f.queue()
}

func (f *fakePictures) Put(_ context.Context, adID string, k ad.Picture, data []byte, contentType string) error {
	if f.put == nil {
		unexpected(f.t, "Pictures.Put")
	}
	return f.put(adID, k, data, contentType)
}

func (f *fakePictures) Purge(_ context.Context, adID string) error {
	if f.purge == nil {
		unexpected(f.t, "Pictures.Purge")
	}
	return f.purge(adID)
}

func (f *fakePictures) Remove(_ context.Context, adID string, k ad.Picture) error {
	if f.remove == nil {
		unexpected(f.t, "Pictures.Remove")
	}
	return f.remove(adID, k)
}

func (f *fakePictures) Link(_ context.Context, adID string, k ad.Picture, life time.Duration) (string, error) {
	if f.link == nil {
		unexpected(f.t, "Pictures.Link")
	}
	return f.link(adID, k, life)
}

func (f *fakePictures) NewUpload(_ context.Context, adID, contentType string, size int64) (ad.Upload, error) {
	if f.post == nil {
		unexpected(f.t, "Pictures.NewUpload")
	}
	return f.post(adID, contentType, size)
}

func (f *fakeMachine) Start(_ context.Context, r ad.Ref) error {
	if f.start == nil {
		unexpected(f.t, "Machine.Start")
	}
	return f.start(r)
}

func (f *fakeMachine) Stop(_ context.Context, r ad.Ref) error {
	if f.stop == nil {
		unexpected(f.t, "Machine.Stop")
	}
	return f.stop(r)
}

// world is one API over fakes, and one browser in front of it.
type world struct {
	t        *testing.T
	ads      *fakeAds
	pictures *fakePictures
	machine  *fakeMachine
	maker    *fakeMaker
	brands   *fakeBrands
	logos    *fakeLogos
	model    httpapi.Suggester
	handler  http.Handler
	log      *bytes.Buffer
	accounts *fakeAccounts
	visits   *visits
	limits   *limit.Limiter // of nothing, until a test fills its table
	places   *fakePlaces
	jar      map[string]string // the browser's cookies
	now      time.Time         // of sessions
	private  []string          // what must never be in the log
	judged   []string          // texts that moderation was asked about
}

const site = "http://localhost:8890"

// signingKey is any key of enough bytes.
var signingKey = bytes.Repeat([]byte("k"), 32)

// formerKey is one that signed sessions before it was replaced.
var formerKey = bytes.Repeat([]byte("f"), 32)

func newWorld(t *testing.T) *world {
	t.Helper()
	return newWorldAt(t, site)
}

func newWorldAt(t *testing.T, origin string) *world {
	t.Helper()
	return newWorldOf(t, origin, ad.OwnerFields())
}

// newWorldOf is a world whose owners say what a table lists.
func newWorldOf(t *testing.T, origin string, table ad.Table) *world {
	t.Helper()
	return newWorldBehind(t, origin, table, false)
}

// newWorldBehind is a world whose callers' addresses CloudFront or the gateway says.
func newWorldBehind(t *testing.T, origin string, table ad.Table, viewer bool) *world {
	t.Helper()
	signer, err := httpapi.NewSigner(signingKey, httpapi.SessionKey{Key: signingKey},
		httpapi.SessionKey{ID: "former", Key: formerKey})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{
		t: t, now: time.Now(), ads: &fakeAds{t: t}, pictures: &fakePictures{t: t}, machine: &fakeMachine{t: t},
		maker: &fakeMaker{t: t}, brands: &fakeBrands{t: t}, logos: &fakeLogos{t: t},
		log: &bytes.Buffer{}, jar: map[string]string{},
		private: []string{fields.ProductName, fields.AdConcept, fields.ProductCategory},
	}
	signer = signer.At(func() time.Time { return w.now })
	w.places = &fakePlaces{}
	tallies := &fakeTallies{once: map[string]bool{}, counts: map[string]int{}}
	w.limits = &limit.Limiter{Tallies: tallies, Now: func() time.Time { return w.now }}
	w.visits = &visits{}
	w.accounts = newFakeAccounts()
	callers := httpapi.Callers{Limits: w.limits, Guests: w.visits, GuestLife: 90 * day, Sessions: w.accounts}
	if viewer {
		callers.Site = bySecret("of the site")
	}
	log := slog.New(slog.NewJSONHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	// The gateway: each route goes to the function that has it (template.yaml).
	gateway := http.NewServeMux()
	w.handler = gateway
	drawing := httpapi.NewComposing(httpapi.Composing{
		Ads: w.ads, Judge: w, Maker: w.maker, Bundle: w.maker, Brands: w.brands, Logos: w.logos,
		Signer: signer, Origin: origin, Log: log, Callers: callers,
	})
	for _, route := range []string{
		"POST /api/ads/{ad_id}/renditions", "GET /api/ads/{ad_id}/renditions/{rendition_id}/file",
		"POST /api/ads/{ad_id}/bundle", "GET /api/channels", "GET /api/brand", "PUT /api/brand", "POST /api/brand/logo",
	} {
		gateway.Handle(route, drawing)
	}
	gateway.HandleFunc("POST /api/ads/{ad_id}/copies", func(rw http.ResponseWriter, r *http.Request) {
		httpapi.NewSuggesting(httpapi.Suggesting{
			Template: copywriter.Template{},
			Ads:      w.ads, Model: w.model, Signer: signer, Origin: origin, Log: log, Callers: callers,
		}).ServeHTTP(rw, r)
	})
	membership := httpapi.NewMembership(httpapi.Membership{
		Accounts: w.accounts, Issuer: w.accounts, Exporter: w.accounts, Signer: signer, Origin: origin, Log: log,
		Callers: callers,
	})
	for _, route := range []string{
		"GET /api/account", "DELETE /api/account", "GET /api/account/login", "GET /api/account/callback",
		"POST /api/account/logout", "POST /api/account/logout-everywhere", "GET /api/account/export",
	} {
		gateway.Handle(route, membership)
	}
	gateway.Handle("/", httpapi.New(httpapi.Config{
		Fields: table, Ads: w.ads, Studios: w.ads, Shares: w.ads, Scenes: w.ads, Pictures: w.pictures, Machine: w.machine,
		Signer: signer, Origin: origin,
		Queue: queue.Outlook{Tickets: w.ads, Slots: 1, Now: time.Now}, Log: log,
		Callers: callers, Places: w.places, PlacesPerOwner: 3,
	}))
	// Whatever a test does: nothing of an owner may be in the log.
	t.Cleanup(func() {
		for _, p := range w.private {
			if p != "" && strings.Contains(w.log.String(), p) {
				t.Errorf("the log holds %q", p)
			}
		}
	})
	return w
}

// answer is what came back.
type answer struct {
	t      *testing.T
	status int
	header http.Header
	body   []byte
}

// send sends a request as the browser does, and checks the answer against the
// OpenAPI: whatever a test asks, its answer must be as described.
func (w *world) send(r *http.Request) *answer {
	w.t.Helper()
	for name, value := range w.jar {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	rec := httptest.NewRecorder()
	w.handler.ServeHTTP(rec, r)
	res := rec.Result()
	for _, c := range res.Cookies() {
		w.jar[c.Name] = c.Value
		if c.MaxAge < 0 {
			delete(w.jar, c.Name)
			continue
		}
		if c.Name == "owner" || c.Name == "__Host-owner" {
			w.private = append(w.private, c.Value, strings.Split(c.Value, ".")[3])
		}
	}
	if id, ok := strings.CutPrefix(r.URL.Path, "/api/images/"); ok && len(id) > 20 {
		w.private = append(w.private, id)
	}
	a := &answer{t: w.t, status: rec.Code, header: res.Header, body: rec.Body.Bytes()}
	if r.Method != http.MethodHead {
		checkDescribed(w.t, r, a)
	}
	return a
}

func (w *world) get(path string) *answer {
	w.t.Helper()
	return w.send(httptest.NewRequest(http.MethodGet, path, nil))
}

func (w *world) post(path, contentType string, body []byte, headers ...string) *answer {
	w.t.Helper()
	r := httptest.NewRequest(http.MethodPost, path, bytes.NewReader(body))
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	return w.send(r)
}

// lines are the log's records.
func (w *world) lines() []map[string]any {
	w.t.Helper()
	var out []map[string]any
	for dec := json.NewDecoder(bytes.NewReader(w.log.Bytes())); ; {
		var line map[string]any
		err := dec.Decode(&line)
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			w.t.Fatal(err)
		}
		out = append(out, line)
	}
}

// is checks the status.
func (a *answer) is(status int) *answer {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("status %d, want %d: %s", a.status, status, a.body)
	}
	return a
}

// decode reads the JSON body.
func decode[T any](a *answer) T {
	a.t.Helper()
	var v T
	if err := json.Unmarshal(a.body, &v); err != nil {
		a.t.Fatalf("%v in %s", err, a.body)
	}
	return v
}

// problem is an error answer as a client reads it.
type problem struct {
	Status int    `json:"status"`
	Code   string `json:"code"`
	Detail string `json:"detail"`
	Errors []struct {
		Field  string `json:"field"`
		Detail string `json:"detail"`
	} `json:"errors"`
}

// fails checks an error answer whole: status, code, media type, Korean words, and
// exactly these wrong fields, in any order.
func (a *answer) fails(status int, code string, wrong ...string) problem {
	a.t.Helper()
	a.is(status)
	if got := a.header.Get("Content-Type"); got != "application/problem+json" {
		a.t.Errorf("Content-Type %q", got)
	}
	p := decode[problem](a)
	if p.Status != status || p.Code != code {
		a.t.Errorf("problem %d %s, want %d %s", p.Status, p.Code, status, code)
	}
	if !korean(p.Detail) {
		a.t.Errorf("detail %q is not Korean", p.Detail)
	}
	var got []string
	for _, e := range p.Errors {
		got = append(got, e.Field)
		if !korean(e.Detail) {
			a.t.Errorf("%s: detail %q is not Korean", e.Field, e.Detail)
		}
	}
	slices.Sort(got)
	slices.Sort(wrong)
	if !slices.Equal(got, wrong) {
		a.t.Errorf("wrong fields %v, want %v", got, wrong)
	}
	return p
}

func korean(s string) bool {
	n := 0
	for _, r := range s {
		if unicode.Is(unicode.Hangul, r) {
			n++
		}
	}
	return n >= 3
}

// fields are those of a good order.
var fields = ad.Fields{
	ProductName: "울 더플백 한정판", ProductCategory: "여행가방류", TargetAge: "30대", TargetGender: "여성",
	AdConcept: "주말 여행을 떠나는 설레는 아침의 기차역", AIMark: true,
}

// part is one part of a form.
type part struct{ name, file, value string }

// order is the form of a good order with a photo.
func order(f ad.Fields, photo []byte) []part {
	return []part{
		{"product_name", "", f.ProductName},
		{"product_category", "", f.ProductCategory},
		{"target_age", "", f.TargetAge},
		{"target_gender", "", f.TargetGender},
		{"ad_concept", "", f.AdConcept},
		{"product_image", "가방.png", string(photo)},
	}
}

// without leaves out parts by name.
func without(parts []part, names ...string) []part {
	return slices.DeleteFunc(slices.Clone(parts), func(p part) bool { return slices.Contains(names, p.name) })
}

// with replaces parts by name, or adds them.
func with(parts []part, changed ...part) []part {
	var names []string
	for _, c := range changed {
		names = append(names, c.name)
	}
	return append(without(parts, names...), changed...)
}

// encode makes the multipart body of a form.
func encode(t *testing.T, parts []part) (contentType string, body []byte) {
	t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for _, p := range parts {
		h := textproto.MIMEHeader{}
		h.Set("Content-Disposition", fmt.Sprintf("form-data; name=%q", p.name))
		if p.file != "" {
			h.Set("Content-Disposition", fmt.Sprintf("form-data; name=%q; filename=%q", p.name, p.file))
			h.Set("Content-Type", "application/octet-stream")
		}
		w, err := m.CreatePart(h)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, p.value); err != nil {
			t.Fatal(err)
		}
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	return m.FormDataContentType(), b.Bytes()
}

// generate posts a form with headers, given as name, value, name, value …
func (w *world) generate(parts []part, headers ...string) *answer {
	w.t.Helper()
	contentType, body := encode(w.t, parts)
	return w.post("/api/ads/generate", contentType, body, headers...)
}

// flat is a photo of one colour: a few hundred bytes.
func flat(t *testing.T, w, h int) []byte {
	t.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for i := 0; i < len(img.Pix); i += 4 {
		img.Pix[i], img.Pix[i+3] = 200, 255
	}
	return encodePNG(t, img)
}

// noise is a photo that cannot be compressed: about 3 bytes a pixel.
func noise(t *testing.T, w, h int) []byte {
	t.Helper()
	random := rand.New(rand.NewPCG(1, 2))
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			v := random.Uint32()
			img.SetNRGBA(x, y, color.NRGBA{R: uint8(v), G: uint8(v >> 8), B: uint8(v >> 16), A: 255})
		}
	}
	return encodePNG(t, img)
}

func encodePNG(t *testing.T, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// calls is the order in which the fakes were called.
type calls struct {
	mu   sync.Mutex
	list []string
}

func (c *calls) add(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.list = append(c.list, name)
}

func (c *calls) are(t *testing.T, want ...string) {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	if !slices.Equal(c.list, want) {
		t.Errorf("calls %v, want %v", c.list, want)
	}
}

// must gives a new ad id.
func newID(t *testing.T) string {
	t.Helper()
	id, err := ad.NewID()
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// accepting lets orders through; it gives the ads that were made.
func (w *world) accepting() (made *[]ad.Ad, order *calls) {
	made, order = &[]ad.Ad{}, &calls{}
	w.ads.create = func(a ad.Ad, _ *ad.Claim) (ad.Ad, bool, error) {
		order.add("create")
		w.private = append(w.private, a.Owner)
		*made = append(*made, a)
		return a, true, nil
	}
	w.pictures.put = func(string, ad.Picture, []byte, string) error { order.add("put"); return nil }
	w.machine.start = func(ad.Ref) error { order.add("start"); return nil }
	return made, order
}

// signedIn makes the browser known and gives its owner id.
func (w *world) signedIn() string {
	w.t.Helper()
	made, _ := w.accepting()
	w.generate(order(fields, flat(w.t, 128, 128))).is(http.StatusAccepted)
	w.ads.create, w.pictures.put, w.machine.start = nil, nil, nil
	return (*made)[0].Owner
}

// leaving is the context of a client that hangs up after a while.
func leaving(t *testing.T, after time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	timer := time.AfterFunc(after, cancel)
	t.Cleanup(func() { timer.Stop(); cancel() })
	return ctx
}

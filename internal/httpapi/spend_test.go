package httpapi_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/channel"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/limit"
)

// fakeTallies is the store's tallies in memory.
type fakeTallies struct {
	mu     sync.Mutex
	counts map[string]int  // by subject and name
	once   map[string]bool // by that and the name of a use
	ids    []string        // of addresses
}

func (f *fakeTallies) key(t limit.Tally, c limit.Count) string {
	return fmt.Sprint(t.Who, "/", t.ID, "/", t.Period, "/", c.Name)
}

func (f *fakeTallies) Count(_ context.Context, t limit.Tally) (now map[string]int, ok bool, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if t.Who == limit.Address && !slices.Contains(f.ids, t.ID) {
		f.ids = append(f.ids, t.ID)
	}
	now, ok = map[string]int{}, true
	for _, c := range t.Counts {
		now[c.Name] = f.counts[f.key(t, c)]
		ok = ok && (now[c.Name] < c.Most || f.once[f.key(t, c)+t.Once])
	}
	if ok {
		for _, c := range t.Counts {
			if name := f.key(t, c) + t.Once; t.Once != "" {
				if f.once[name] {
					continue
				}
				f.once[name] = true
			}
			now[c.Name]++
			f.counts[f.key(t, c)]++
		}
	}
	return now, ok, nil
}

func (f *fakeTallies) Uncount(_ context.Context, t limit.Tally) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range t.Counts {
		f.counts[f.key(t, c)]--
		delete(f.once, f.key(t, c)+t.Once)
	}
	return nil
}

// counted is how much of everything is counted.
func (w *world) counted() (n int) {
	for _, v := range w.limits.Tallies.(*fakeTallies).counts {
		n += v
	}
	return n
}

// fakePlaces are as many as there are, until a test says how many are left.
type fakePlaces struct {
	mu      sync.Mutex
	bounded bool
	left    int
}

func (f *fakePlaces) TakePlace(context.Context, ad.Ref, int) (bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.bounded && f.left == 0 {
		return false, nil
	}
	f.left--
	return true, nil
}

func (f *fakePlaces) ReturnPlace(context.Context, ad.Ref) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.left++
	return nil
}

// allowing bounds a use of a guest's.
func (w *world) allowing(use limit.Use, most int) {
	w.limits.Table = append(w.limits.Table, limit.Quota{Use: use, Who: limit.Guest, Window: limit.Hour, Most: most})
}

// Every call that costs money is counted, and refused beyond its quota: with the words, the
// time and the headers, and before anything was spent.
func TestWhatCostsMoneyIsCounted(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		use  limit.Use
		call func(w *world, id string) *answer
	}{
		"an order": {limit.Orders, func(w *world, _ string) *answer {
			return w.generate(order(fields, flat(w.t, 128, 128)))
		}},
		"an upload": {limit.Uploads, func(w *world, _ string) *answer {
			return w.post("/api/uploads", "application/json", upload(w.t, nil))
		}},
		"the order of an upload": {limit.Orders, func(w *world, _ string) *answer {
			return w.post("/api/uploads", "application/json", upload(w.t, nil))
		}},
		"a retry": {limit.Orders, func(w *world, id string) *answer {
			w.ads.get = func(owner, adID string) (ad.Ad, error) {
				return ad.Ad{Ref: ad.Ref{Owner: owner, AdID: adID, Attempt: 1}, Status: ad.Failed}, nil
			}
			return w.post("/api/ads/"+id+"/retry", "", nil)
		}},
		"a scene": {limit.Scenes, func(w *world, id string) *answer {
			return w.post("/api/ads/"+id+"/scenes", "application/json", []byte("{}"))
		}},
		"a rendition": {limit.Renditions, func(w *world, id string) *answer {
			return w.post("/api/ads/"+id+"/renditions", "application/json", []byte("{}"))
		}},
		"suggestions": {limit.Copies, func(w *world, id string) *answer {
			return w.post("/api/ads/"+id+"/copies", "", nil)
		}},
		"a bundle": {limit.Bundles, func(w *world, id string) *answer {
			return w.post("/api/ads/"+id+"/bundle", "application/json", []byte(`{"channels":["naver-wide"]}`))
		}},
		"a logo": {limit.Uploads, func(w *world, _ string) *answer {
			return w.post("/api/brand/logo", "application/json", []byte(`{"content_type":"image/png","content_length":10}`))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.signedIn()
			id := newID(t)
			w.ads.get = func(owner, adID string) (ad.Ad, error) {
				a := finished(t, owner)
				a.AdID = adID
				return a, nil
			}
			w.ads.made = func(ad.Ref, *ad.Claim) (string, error) { return "", nil }
			w.brands.get = func(string) (ad.Brand, error) { return ad.Brand{}, nil }
			w.places.left = 0
			w.allowing(tc.use, 0) // none: whatever is spent after all is an unexpected call of a fake
			res := tc.call(w, id)
			if p := res.fails(429, "Limit.Reached"); !strings.Contains(p.Detail, "뒤에 다시 시도해 주세요") {
				t.Errorf("%q", p.Detail)
			}
			seconds, err := strconv.Atoi(res.header.Get("Retry-After"))
			if err != nil || seconds < 3 || seconds > 3600 {
				t.Errorf("Retry-After %q", res.header.Get("Retry-After"))
			}
			reset := res.header.Get("RateLimit-Reset")
			if got := res.header.Get("RateLimit"); got != fmt.Sprintf("%q;r=0;t=%s", string(tc.use)+"-guest-hour", reset) {
				t.Errorf("RateLimit: %s", got)
			}
			if w.counted() != 0 || w.places.left != 0 {
				t.Errorf("%d counted, %d places", w.counted(), w.places.left)
			}
		})
	}
}

func TestWhatIsLeftIsTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.now = time.Date(2026, 11, 28, 3, 40, 0, 0, time.UTC)
	w.accepting()
	w.limits.Table = limit.Table{
		{Use: limit.Orders, Who: limit.Guest, Window: limit.Hour, Most: 10},
		{Use: limit.Orders, Who: limit.Guest, Window: limit.Day, Most: 30},
		{Use: limit.Orders, Who: limit.Address, Window: limit.Day, Most: 300},
		{Use: limit.Orders, Who: limit.Everybody, Window: limit.Day, Most: 1000},
	}
	w.generate(order(fields, flat(t, 128, 128))).is(202)
	res := w.generate(order(fields, flat(t, 128, 128))).is(202)
	for name, want := range map[string]string{
		"RateLimit-Policy":    `"orders-guest-hour";q=10;w=3600, "orders-guest-day";q=30;w=86400`,
		"RateLimit":           `"orders-guest-hour";r=8;t=1200, "orders-guest-day";r=28;t=40800`,
		"RateLimit-Limit":     "10",
		"RateLimit-Remaining": "8",
		"RateLimit-Reset":     "1200",
	} {
		if got := res.header.Get(name); got != want { // and nothing of what others use
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	for name := range w.get("/api/health").header {
		if strings.HasPrefix(name, "Ratelimit") {
			t.Errorf("what costs nothing is told of: %s", name)
		}
	}
}

// An order refused for its own fault costs nothing, nor does one that was made before. The
// last one that is allowed can be asked for again, as its answer can be lost.
func TestOnlyNewOrdersAreCounted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.signedIn()
	w.allowing(limit.Orders, 1)
	w.places.bounded, w.places.left = true, 1
	photo := flat(t, 128, 128)
	w.generate(without(order(fields, photo), "product_name")).is(422)
	w.generate(order(fields, []byte("%PDF-1.7"))).is(415)
	w.generate(order(fields, photo), "Idempotency-Key", "with space").is(422)
	if w.counted() != 0 || w.places.left != 1 {
		t.Fatalf("%d counted, %d places", w.counted(), w.places.left)
	}
	made, _ := w.accepting()
	asked := 0
	w.ads.ordered = func(owner string, c *ad.Claim) (ad.Ad, bool, error) {
		asked++
		if len(*made) == 0 {
			return ad.Ad{}, false, nil
		}
		if owner != (*made)[0].Owner || c.Key != "k" && c.Key != "new" {
			t.Errorf("asked for %+v of %s", c, owner)
		}
		a := (*made)[0]
		a.Status = ad.Queued
		return a, c.Key == "k", nil
	}
	first := decode[struct {
		AdID string `json:"ad_id"`
	}](w.generate(order(fields, photo), "Idempotency-Key", "k").is(202))
	if w.counted() != 1 || w.places.left != 0 {
		t.Fatalf("%d counted, %d places", w.counted(), w.places.left)
	}
	// At the limit, the same order again is the same ad.
	again := w.generate(order(fields, photo), "Idempotency-Key", "k").is(202)
	if !bytes.Contains(again.body, []byte(first.AdID)) || asked != 2 {
		t.Errorf("%s, want %s", again.body, first.AdID)
	}
	w.generate(order(fields, photo), "Idempotency-Key", "new").fails(429, "Ad.TooManyWaiting")
	w.places.left = 1
	w.generate(order(fields, photo), "Idempotency-Key", "new").fails(429, "Limit.Reached")
	w.generate(order(fields, photo)).fails(429, "Limit.Reached")
	w.ads.ordered = func(string, *ad.Claim) (ad.Ad, bool, error) {
		return ad.Ad{}, false, fault.New(fault.RequestConflict, nil)
	}
	w.generate(order(fields, photo), "Idempotency-Key", "k").is(409)
	w.ads.ordered = func(string, *ad.Claim) (ad.Ad, bool, error) {
		return ad.Ad{}, false, fault.New(fault.AdNotFound, nil)
	}
	w.generate(order(fields, photo), "Idempotency-Key", "k").fails(410, "Ad.Gone")
	if w.counted() != 1 || w.places.left != 1 {
		t.Errorf("%d counted, %d places", w.counted(), w.places.left)
	}
}

// An order with a key is counted once, whatever becomes of its requests: one dies after it
// counted, two come at once, or the answer of the store is lost. Without a key, an order that
// failed is given back.
func TestAnOrderIsCountedOnce(t *testing.T) {
	t.Parallel()
	down := fault.New(fault.StorageUnavailable, nil)
	photo := flat(t, 128, 128)
	for name, c := range map[string]struct {
		create  func(first ad.Ad) (ad.Ad, bool, error) // what the store answers the first request
		key     string
		status  int
		counted int // after the first request
	}{
		"the store is down": {func(ad.Ad) (ad.Ad, bool, error) { return ad.Ad{}, false, down }, "k", 503, 1},
		"its twin was quicker": {func(a ad.Ad) (ad.Ad, bool, error) {
			a.Status = ad.Queued
			return a, false, nil
		}, "k", 202, 1},
		"without a key": {func(ad.Ad) (ad.Ad, bool, error) { return ad.Ad{}, false, down }, "", 503, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.signedIn()
			w.accepting()
			w.allowing(limit.Orders, 1)
			w.places.bounded, w.places.left = true, 1
			headers := []string{"Idempotency-Key", c.key}
			if c.key == "" {
				headers = nil
			}
			fine := w.ads.create
			w.ads.create = func(a ad.Ad, _ *ad.Claim) (ad.Ad, bool, error) { return c.create(a) }
			w.generate(order(fields, photo), headers...).is(c.status)
			if w.counted() != c.counted || w.places.left != 1 {
				t.Fatalf("%d counted, %d places", w.counted(), w.places.left)
			}
			w.ads.create = fine
			w.generate(order(fields, photo), headers...).is(202)
			if w.counted() != 1 || w.places.left != 0 {
				t.Errorf("%d counted in the end, %d places", w.counted(), w.places.left)
			}
		})
	}
}

func TestAFourthOrderThatWaitsIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.signedIn()
	w.places.bounded, w.places.left = true, 0
	w.allowing(limit.Orders, 9)
	res := w.generate(order(fields, flat(t, 128, 128)))
	p := res.fails(429, "Ad.TooManyWaiting")
	if !strings.Contains(p.Detail, "3건") || res.header.Get("Retry-After") != "60" {
		t.Errorf("%q, %v", p.Detail, res.header)
	}
	if w.counted() != 0 {
		t.Error("a refused order was counted")
	}
}

// Beyond the quota a request that wants to wait is answered at once.
func TestFewRequestsWait(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.signedIn()
	w.accepting()
	w.allowing(limit.Waits, 0)
	began := time.Now()
	w.generate(order(fields, flat(t, 128, 128)), "Prefer", "wait=20").is(202)
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("waited for %v", took)
	}
}

// The address is what the gateway saw, or what CloudFront's function wrote where that is to be
// believed; no other header says anything. In the table it cannot be read.
func TestACallersAddress(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		viewer  bool
		remote  string
		headers []string
		same    string // the remote address that is the same caller to the gateway
	}{
		"the gateway's word":   {false, "203.0.113.7:1234", nil, "203.0.113.7:9"},
		"a forged header":      {false, "203.0.113.7:1", []string{"X-Viewer-Address", "198.51.100.1"}, "203.0.113.7:9"},
		"another forged one":   {false, "203.0.113.7:1", []string{"X-Forwarded-For", "198.51.100.1"}, "203.0.113.7:9"},
		"CloudFront's word":    {true, "198.51.100.1:1", []string{"X-Viewer-Address", "203.0.113.7"}, "203.0.113.7:9"},
		"IPv6":                 {true, "198.51.100.1:1", []string{"X-Viewer-Address", "2001:db8::1"}, "[2001:db8::ffff]:9"},
		"CloudFront says none": {true, "203.0.113.7:1", []string{"X-Forwarded-For", "198.51.100.1"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			seen := func(viewer bool, remote string, headers ...string) []string {
				w := newWorldBehind(t, site, ad.OwnerFields(), viewer)
				w.accepting()
				w.limits.Table = limit.Table{{Use: limit.Orders, Who: limit.Address, Window: limit.Day, Most: 9}}
				contentType, body := encode(t, order(fields, flat(t, 128, 128)))
				r := httptest.NewRequest(http.MethodPost, "/api/ads/generate", bytes.NewReader(body))
				r.Header.Set("Content-Type", contentType)
				r.RemoteAddr = remote
				if viewer {
					r.Header.Set("X-Origin-Secret", "of the site")
				}
				for i := 0; i < len(headers); i += 2 {
					r.Header.Set(headers[i], headers[i+1])
				}
				w.send(r).is(202)
				return w.limits.Tallies.(*fakeTallies).ids
			}
			got := seen(tc.viewer, tc.remote, tc.headers...)
			if tc.same == "" {
				if len(got) != 0 {
					t.Errorf("counted for %v", got)
				}
				return
			}
			if want := seen(false, tc.same); !slices.Equal(got, want) || len(got) != 1 || strings.Contains(got[0], "203.") {
				t.Errorf("counted for %v, want %v", got, want)
			}
		})
	}
}

// A page whose browser keeps no cookie is told so before its order costs anything; one whose
// browser only has none yet is let in at its next try; a program needs none.
func TestAPageWithoutCookies(t *testing.T) {
	t.Parallel()
	page := []string{"Sec-Fetch-Site", "same-origin", "Origin", site}
	for name, call := range map[string]func(w *world) *answer{
		"an order": func(w *world) *answer { return w.generate(order(fields, flat(w.t, 128, 128)), page...) },
		"an older browser's order": func(w *world) *answer {
			return w.generate(order(fields, flat(w.t, 128, 128)), page[2:]...)
		},
		"an upload": func(w *world) *answer {
			return w.post("/api/uploads", "application/json", upload(w.t, nil), page...)
		},
		"a logo": func(w *world) *answer {
			return w.post("/api/brand/logo", "application/json", []byte(`{"content_type":"image/png","content_length":10}`),
				page...)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.allowing(limit.Orders, 9)
			for range 2 { // nothing is kept, so nothing changes
				p := call(w).fails(400, "Request.NoCookie")
				if !strings.Contains(p.Detail, "쿠키를 켜신 뒤") || w.counted() != 0 {
					t.Errorf("%q, %d counted", p.Detail, w.counted())
				}
				w.jar = map[string]string{}
			}
			call(w).fails(400, "Request.NoCookie") // this browser has kept none yet, and does
			if _, kept := w.jar["probe"]; !kept || len(w.jar) != 1 {
				t.Fatalf("cookies %v", w.jar)
			}
			accept(w)
			if call(w); w.jar["owner"] == "" {
				t.Error("no session is set")
			}
		})
	}
	// The page's first call asks for the probe, so that its first order goes through.
	w := newWorld(t)
	accept(w)
	r := httptest.NewRequest(http.MethodGet, "/api/health", nil)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	res := w.send(r).is(200)
	if !strings.HasPrefix(res.header.Get("Set-Cookie"), "probe=1; Path=/; Max-Age=86400; HttpOnly") {
		t.Errorf("%v", res.header)
	}
	w.generate(order(fields, flat(t, 128, 128)), page...).is(202)
}

// accept lets any order through.
func accept(w *world) {
	w.accepting()
	up := func(string, string, int64) (ad.Upload, error) { return ad.Upload{Fields: map[string]string{}}, nil }
	w.pictures.post, w.logos.post = up, up
}

// What could not be made costs nothing.
func TestWhatFailsIsGivenBack(t *testing.T) {
	t.Parallel()
	down := fault.New(fault.StorageUnavailable, nil)
	for name, c := range map[string]struct {
		path, body string
		fails      func(*world)
	}{
		"a rendition that is not drawn": {"/renditions", `{}`, func(w *world) {
			w.maker.make = func(ad.Studio, ad.Rendition) (ad.Rendition, error) { return ad.Rendition{}, down }
		}},
		"a rendition that is not kept": {"/renditions", `{}`, func(w *world) {
			w.ads.addRendition = func(ad.Ref, ad.Rendition, *ad.Claim) (ad.Rendition, error) { return ad.Rendition{}, down }
			w.maker.remove = func(string, string, bool) error { return nil }
		}},
		"a scene that is not kept": {"/scenes", `{}`, func(w *world) {
			w.ads.addScene = func(ad.Ad, *ad.Claim) (ad.Ad, error) { return ad.Ad{}, down }
		}},
		"a bundle": {"/bundle", `{"channels":["wide"]}`, func(w *world) {
			w.maker.bundle = func(ad.Studio, ad.Rendition, []channel.Channel) (ad.Bundle, error) { return ad.Bundle{}, down }
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, st := atStudio(t)
			w.drawn(st)
			w.allowing(limit.Renditions, 1)
			w.allowing(limit.Bundles, 1)
			w.allowing(limit.Scenes, 1)
			c.fails(w)
			w.json("POST", "/api/ads/"+st.AdID+c.path, c.body).fails(503, "Storage.Unavailable")
			if w.counted() != 0 {
				t.Errorf("%d are counted", w.counted())
			}
		})
	}
}

package httpapi_test

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/text/unicode/norm"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/httpapi"
)

func TestAnOrderIsStoredThenStarted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	photo := flat(t, 160, 128)
	var seq calls
	var made ad.Ad
	w.ads.create = func(a ad.Ad, c *ad.Claim) (ad.Ad, bool, error) {
		seq.add("create")
		if c != nil {
			t.Errorf("claim %+v without a key", c)
		}
		made = a
		return a, true, nil
	}
	w.pictures.put = func(adID string, k ad.Picture, data []byte, contentType string) error {
		seq.add("put")
		if adID != made.AdID || k != ad.OriginalPhoto || contentType != "image/png" || !bytes.Equal(data, photo) {
			t.Errorf("put %s %s %s, %d bytes", adID, k, contentType, len(data))
		}
		return nil
	}
	w.machine.start = func(r ad.Ref) error {
		seq.add("start")
		if r != made.Ref {
			t.Errorf("started %+v, made %+v", r, made.Ref)
		}
		return nil
	}
	sent := fields
	sent.ProductName = "  " + norm.NFD.String(fields.ProductName) + "\x00\r\n"
	res := w.generate(order(sent, photo)).is(http.StatusAccepted)
	seq.are(t, "create", "put", "start")

	if made.Fields != fields {
		t.Errorf("stored %+v, want it normalised: %+v", made.Fields, fields)
	}
	if made.Status != ad.AwaitingUpload || made.Attempt != 1 || !ad.ValidID(made.AdID) || made.Owner == "" {
		t.Errorf("stored %+v", made)
	}
	got := decode[httpapi.Accepted](res)
	want := httpapi.Accepted{
		AdID: made.AdID, Status: "queued", StatusURL: "/api/ads/" + made.AdID, Warnings: []ad.Warning{},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("answer %+v, want %+v", got, want)
	}
	if res.header.Get("Location") != want.StatusURL || res.header.Get("Retry-After") != "2" {
		t.Errorf("header %v", res.header)
	}
}

// An order whose own words make a claim that the law forbids is taken, and says so: in its
// answer, and whenever the ad is looked at.
func TestClaimsAreWarnedOf(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	made, _ := w.accepting()
	claiming := fields
	claiming.ProductName, claiming.ProductCategory, claiming.AdConcept = "도라지청", "식품", "면 역 력을 높이는"
	got := decode[httpapi.Accepted](w.generate(order(claiming, flat(t, 640, 480))).is(http.StatusAccepted))
	if len(got.Warnings) != 1 || got.Warnings[0].Field != "ad_concept" || got.Warnings[0].Code != "Claim.Function" ||
		!strings.Contains(got.Warnings[0].Detail, "면역력") {
		t.Fatalf("%+v", got.Warnings)
	}
	w.ads.get = func(_, _ string) (ad.Ad, error) { return (*made)[0], nil }
	again := decode[httpapi.Ad](w.get("/api/ads/" + got.AdID).is(http.StatusOK))
	if !reflect.DeepEqual(again.Warnings, got.Warnings) {
		t.Errorf("the ad says %+v", again.Warnings)
	}
}

// Nothing behind the API hears of a bad order: every fake is unset and loud.
func TestABadOrderNamesEveryWrongFieldAtOnce(t *testing.T) {
	t.Parallel()
	photo := flat(t, 128, 128)
	good := order(fields, photo)
	heic := "\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"
	texts := []string{"product_name", "product_category", "target_age", "target_gender", "ad_concept"}
	for name, tc := range map[string]struct {
		parts   []part
		headers []string
		status  int
		code    string
		wrong   []string
	}{
		"an empty form": {nil, nil, 422, "Request.Invalid", append([]string{"product_image"}, texts...)},
		"only a photo":  {good[5:], nil, 422, "Request.Invalid", texts},
		"no photo":      {good[:5], nil, 422, "Photo.Missing", []string{"product_image"}},
		"an empty photo": {
			with(good, part{"product_image", "a.png", ""}), nil, 422, "Photo.Missing", []string{"product_image"},
		},
		"a text file": {
			with(good, part{"product_image", "a.jpg", "<html>hello</html>"}), nil, 415, "Photo.Unsupported",
			[]string{"product_image"},
		},
		"a HEIC cut off": {
			with(good, part{"product_image", "a.heic", heic}), nil, 422, "Photo.Corrupt", []string{"product_image"},
		},
		"a photo that is cut off": { // in its pixels: what may follow them is not missed
			with(good, part{"product_image", "a.png", string(photo[:len(photo)-40])}), nil, 422, "Photo.Corrupt",
			[]string{"product_image"},
		},
		"a tiny photo": {
			with(good, part{"product_image", "a.png", string(flat(t, 127, 128))}), nil, 422, "Photo.TooSmall",
			[]string{"product_image"},
		},
		"a name that is too long": {
			with(good, part{"product_name", "", strings.Repeat("가", 101)}), nil, 422, "Request.Invalid",
			[]string{"product_name"},
		},
		"a flood of text": {
			with(good, part{"ad_concept", "", strings.Repeat("가", 300_000)}), nil, 422, "Request.Invalid",
			[]string{"ad_concept"},
		},
		"combining marks": {
			with(good, part{"product_name", "", "e" + strings.Repeat("\u0301", 20_000)}), nil, 422, "Request.Invalid",
			[]string{"product_name"},
		},
		"only spaces and NUL": {
			with(good, part{"product_category", "", " \t\x00\u3000"}), nil, 422, "Request.Invalid", []string{"product_category"},
		},
		"an age that is none": {
			with(good, part{"target_age", "", "30"}), nil, 422, "Request.Invalid", []string{"target_age"},
		},
		"a gender that is none": {
			with(good, part{"target_gender", "", "male"}), nil, 422, "Request.Invalid", []string{"target_gender"},
		},
		"a photo and a text": {
			with(good, part{"product_image", "a.heic", heic}, part{"ad_concept", "", ""}), nil, 422, "Request.Invalid",
			[]string{"product_image", "ad_concept"},
		},
		"a key with a space": {
			good, []string{"Idempotency-Key", "a b"}, 422, "Request.Invalid", []string{"Idempotency-Key"},
		},
		"a Korean key": {
			good, []string{"Idempotency-Key", "열쇠"}, 422, "Request.Invalid", []string{"Idempotency-Key"},
		},
		"a key that is too long": {
			good, []string{"Idempotency-Key", strings.Repeat("k", 201)}, 422, "Request.Invalid", []string{"Idempotency-Key"},
		},
		"a key, a text and a photo": {
			with(good[:5], part{"target_age", "", ""}), []string{"Idempotency-Key", "a\tb"}, 422, "Request.Invalid",
			[]string{"Idempotency-Key", "target_age", "product_image"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.generate(tc.parts, tc.headers...).fails(tc.status, tc.code, tc.wrong...)
			if len(w.jar) != 0 {
				t.Error("a refused order set a cookie")
			}
		})
	}
}

func TestTheSameBadOrderIsAnsweredTheSame(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.generate(nil)
	for range 5 {
		if again := w.generate(nil); !bytes.Equal(first.body, again.body) {
			t.Fatalf("%s\nand then\n%s", first.body, again.body)
		}
	}
}

func TestAPhotoProblemSaysWhatToDo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.generate(with(order(fields, nil), part{"product_image", "a.pdf", "%PDF-1.7\n"})).fails(
		415, "Photo.Unsupported", "product_image",
	)
	want := fault.Specially(fault.PhotoPDF, "").Public()
	if p.Errors[0].Detail != want || p.Detail != want {
		t.Errorf("%+v", p)
	}
}

func TestABodyThatIsNoForm(t *testing.T) {
	t.Parallel()
	contentType, body := encode(t, order(fields, flat(t, 128, 128)))
	for name, tc := range map[string]struct {
		contentType string
		body        []byte
		status      int
		code        string
	}{
		"JSON": {"application/json", []byte(`{}`), 415, "Request.Unsupported"},
		"urlencoded": {
			"application/x-www-form-urlencoded", []byte("product_name=a"), 415, "Request.Unsupported",
		},
		"multipart of other kind": {strings.Replace(contentType, "form-data", "mixed", 1), body, 415, "Request.Unsupported"},
		"no media type":           {"", body, 415, "Request.Unsupported"},
		"a broken media type":     {"multipart/form-data; boundary", body, 415, "Request.Unsupported"},
		"no boundary":             {"multipart/form-data", body, 400, "Request.Malformed"},
		"another boundary":        {"multipart/form-data; boundary=nowhere", body, 400, "Request.Malformed"},
		"no body":                 {contentType, nil, 400, "Request.Malformed"},
		"garbage":                 {contentType, bytes.Repeat([]byte("x\r\n"), 1000), 400, "Request.Malformed"},
		"headers without an end": {
			"multipart/form-data; boundary=b", []byte("--b\r\nContent-Disposition: form-data; name=\"product_name\"\r\n"), 400,
			"Request.Malformed",
		},
		"EUC-KR": {
			"multipart/form-data; boundary=b",
			[]byte("--b\r\nContent-Disposition: form-data; name=\"product_name\"\r\n\r\n\xb0\xa1\xb9\xe6\r\n--b--"), 400,
			"Request.Malformed",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			newWorld(t).post("/api/ads/generate", tc.contentType, tc.body).fails(tc.status, tc.code)
		})
	}
}

// A connection that breaks leaves the beginning of a good order: none of them
// may become an ad, however late it breaks.
func TestABodyThatIsCutOffIsNeverAccepted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	parts := order(fields, flat(t, 128, 128))
	slices.Reverse(parts) // the photo first: the last things missing are texts
	contentType, body := encode(t, parts)
	for n := range len(body) - len("\r\n") { // without the last line break it is still whole (RFC 2046, 5.1.1)
		w.log.Reset()
		if res := w.post("/api/ads/generate", contentType, body[:n]); res.status != 400 {
			t.Fatalf("%d of %d bytes: %d %s", n, len(body), res.status, res.body)
		}
	}
}

// A photo is taken however its file is called and its form is written.
func TestFormsThatOthersWrite(t *testing.T) {
	t.Parallel()
	photo := string(flat(t, 128, 128))
	const image = `form-data; name="product_image"; filename="a.png"`
	for name, tc := range map[string]struct {
		headers  []string // of the photo's parts
		values   []string // theirs
		boundary string
	}{
		"a quote in the file's name": {headers: []string{`form-data; name="product_image"; filename="24"모니터.jpg"`}},
		"spaces without quotes":      {headers: []string{`form-data; name="product_image"; filename=my photo.jpg`}},
		"Hangul without quotes":      {headers: []string{`form-data; name=product_image; filename=겨울 가방.jpg`}},
		"two names of a file":        {headers: []string{`form-data; name="product_image"; filename="a"; filename="b"`}},
		"the file's name first":      {headers: []string{`form-data; filename="24"모니터.jpg"; name="product_image"`}},
		"EUC-KR":                     {headers: []string{"form-data; name=\"product_image\"; filename=\"\xb0\xa1\".jpg\""}},
		"an empty photo before":      {headers: []string{image, image}, values: []string{"", photo}},
		"empty photos around": {
			headers: []string{image, `form-data; name="product_image"`, image, image}, values: []string{"", "", photo, ""},
		},
		"the first of two counts":         {headers: []string{image, image}, values: []string{photo, "not a photo"}},
		"a boundary that wants quotes":    {headers: []string{image}, boundary: "----=_Part_7_1.2"},
		"a boundary of what wants quotes": {headers: []string{image}, boundary: "=?(),/:"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			boundary := cmp.Or(tc.boundary, "b")
			var b strings.Builder
			write := func(header, value string) {
				fmt.Fprintf(&b, "--%s\r\nContent-Disposition: %s\r\n\r\n%s\r\n", boundary, header, value)
			}
			for i, h := range tc.headers {
				value := photo
				if i < len(tc.values) {
					value = tc.values[i]
				}
				write(h, value)
			}
			for _, p := range order(fields, nil) {
				if p.name != "product_image" {
					write(`form-data; name=`+p.name, p.value)
				}
			}
			fmt.Fprintf(&b, "--%s--\r\n", boundary)
			w := newWorld(t)
			made, _ := w.accepting()
			var stored []byte
			w.pictures.put = func(_ string, _ ad.Picture, data []byte, _ string) error { stored = data; return nil }
			w.post("/api/ads/generate", "multipart/form-data; boundary="+boundary, []byte(b.String())).is(http.StatusAccepted)
			if len(*made) != 1 || (*made)[0].Fields != fields || string(stored) != photo {
				t.Errorf("made %+v of %d bytes", *made, len(stored))
			}
		})
	}
}

func TestPartsThatAreNoneOfOurs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	made, _ := w.accepting()
	parts := append(
		[]part{
			{"", "", "x"}, {"product_name", "", ""}, {"_charset_", "", "utf-8"}, {"user_id", "", "somebody"},
			{"owner", "", "somebody"},
		},
		order(fields, flat(t, 128, 128))...,
	)
	parts = append(
		parts, part{"product_name", "", "다른 이름"}, part{"product_image", "b.png", "not a photo"}, part{"junk", "", "\xff\xfe"},
	)
	w.generate(parts).is(http.StatusAccepted)
	if got := (*made)[0]; got.Fields != fields || got.Owner == "somebody" {
		t.Errorf("stored %+v: of a repeated part the first that is not empty counts, and unknown ones mean nothing", got)
	}
}

func TestTheLargestOrder(t *testing.T) {
	t.Parallel()
	const limit = 4_500_000
	photo := noise(t, 1100, 1100)
	_, body := encode(t, append(order(fields, photo), part{"filler", "", ""}))
	if len(body) >= limit {
		t.Fatalf("the photo alone has %d bytes", len(body))
	}
	pad := func(total int) []part {
		return append(order(fields, photo), part{"filler", "", strings.Repeat("x", total-len(body))})
	}
	w := newWorld(t)
	made, _ := w.accepting()
	w.generate(pad(limit)).is(http.StatusAccepted)
	if len(*made) != 1 {
		t.Fatal("not made")
	}
	p := newWorld(t).generate(pad(limit+1)).fails(413, "Request.TooLarge")
	if !strings.Contains(p.Detail, "/api/uploads") {
		t.Errorf("%q does not say where large photos go", p.Detail)
	}
}

func TestTheClaimOfAnIdempotencyKey(t *testing.T) {
	t.Parallel()
	photo, other := flat(t, 128, 128), flat(t, 129, 128)
	claimed := func(parts []part, key string) (c ad.Claim) {
		w := newWorld(t)
		w.accepting()
		w.ads.create = func(a ad.Ad, got *ad.Claim) (ad.Ad, bool, error) {
			if got == nil {
				t.Fatal("no claim")
			}
			c = *got
			return a, true, nil
		}
		w.generate(parts, "Idempotency-Key", key).is(http.StatusAccepted)
		return c
	}
	first := claimed(order(fields, photo), "order-1")
	if first.Key != "order-1" || first.Fingerprint == "" {
		t.Fatalf("claim %+v", first)
	}
	reversed := order(fields, photo)
	slices.Reverse(reversed)
	spaced := fields
	spaced.ProductName = " " + norm.NFD.String(spaced.ProductName) + "\n"
	for name, same := range map[string][]part{
		"again": order(fields, photo), "in another order": reversed, "in another spelling": order(spaced, photo),
	} {
		if got := claimed(same, "order-1"); got != first {
			t.Errorf("%s: %+v, want %+v", name, got, first)
		}
	}
	longer := fields
	longer.AdConcept += "!"
	for name, parts := range map[string][]part{
		"other words": order(longer, photo), "another photo": order(fields, other),
	} {
		if got := claimed(parts, "order-1"); got.Fingerprint == first.Fingerprint {
			t.Errorf("%s: the same fingerprint", name)
		}
	}
}

// What the store says of a key that was used before decides what happens.
func TestARepeatedKey(t *testing.T) {
	t.Parallel()
	photo := flat(t, 128, 128)
	for name, tc := range map[string]struct {
		status ad.Status
		put    bool
		says   string
	}{
		"its photo was never stored": {ad.AwaitingUpload, true, "queued"},
		"it waits":                   {ad.Queued, false, "queued"},
		"it runs":                    {ad.Running, false, "running"},
		"it is finished":             {ad.Succeeded, false, "succeeded"},
		"it has failed":              {ad.Failed, false, "failed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			earlier := ad.Ad{Ref: ad.Ref{Owner: "OWNERFROMSTORE", AdID: newID(t), Attempt: 2}, Fields: fields, Status: tc.status}
			w.ads.create = func(ad.Ad, *ad.Claim) (ad.Ad, bool, error) { return earlier, false, nil }
			var seq calls
			w.pictures.put = func(adID string, _ ad.Picture, _ []byte, _ string) error { seq.add("put " + adID); return nil }
			w.machine.start = func(r ad.Ref) error { seq.add(fmt.Sprint("start ", r.AdID, r.Attempt)); return nil }
			res := w.generate(order(fields, photo), "Idempotency-Key", "k").is(http.StatusAccepted)
			if got := decode[httpapi.Accepted](res); got.AdID != earlier.AdID || got.Status != tc.says {
				t.Errorf("%+v", got)
			}
			want := []string{fmt.Sprint("start ", earlier.AdID, 2)}
			if tc.put {
				want = append([]string{"put " + earlier.AdID}, want...)
			}
			seq.are(t, want...)
		})
	}
	t.Run("with another body", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.ads.create = func(ad.Ad, *ad.Claim) (ad.Ad, bool, error) {
			return ad.Ad{}, false, fault.Newf(fault.RequestConflict, "another body")
		}
		w.generate(order(fields, photo), "Idempotency-Key", "k").fails(409, "Request.Conflict")
	})
	t.Run("of an ad that was deleted", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.ads.create = func(ad.Ad, *ad.Claim) (ad.Ad, bool, error) {
			return ad.Ad{}, false, fault.New(fault.AdNotFound, nil)
		}
		p := w.generate(order(fields, photo), "Idempotency-Key", "k").fails(410, "Ad.Gone")
		if !strings.Contains(p.Detail, "Idempotency-Key") {
			t.Errorf("%q does not say what to change", p.Detail)
		}
	})
}

// An order that failed half way is finished by sending it again with its key:
// by the same owner, so the cookie must come with the failure already.
func TestAnOrderThatFailsHalfWayIsResumed(t *testing.T) {
	t.Parallel()
	down := fmt.Errorf("call: %w", fault.New(fault.StorageUnavailable, errors.New("connection reset")))
	for name, tc := range map[string]struct {
		create, put, start error
		again              []string // what happens when it is sent again
	}{
		"the record": {create: down, again: []string{"create", "put", "start"}},
		"the photo":  {put: down, again: []string{"create", "put", "start"}},
		"the start":  {start: down, again: []string{"create", "start"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			var seq calls
			var stored *ad.Ad
			w.ads.create = func(a ad.Ad, c *ad.Claim) (ad.Ad, bool, error) {
				seq.add("create")
				switch {
				case tc.create != nil:
					return ad.Ad{}, false, tc.create
				case c == nil || c.Key != "k":
					t.Errorf("claim %+v", c)
				case stored == nil:
					stored = &a
					return a, true, nil
				case stored.Owner != a.Owner:
					t.Errorf("sent again by %s, first by %s", a.Owner, stored.Owner)
				}
				return *stored, false, nil
			}
			w.pictures.put = func(string, ad.Picture, []byte, string) error { seq.add("put"); return tc.put }
			w.machine.start = func(ad.Ref) error {
				seq.add("start")
				stored.Status = ad.Queued // as workflow.Machine does before it calls Step Functions
				return tc.start
			}
			res := w.generate(order(fields, flat(t, 128, 128)), "Idempotency-Key", "k")
			res.fails(503, "Storage.Unavailable")
			if res.header.Get("Retry-After") != "3" {
				t.Errorf("Retry-After %q", res.header.Get("Retry-After"))
			}
			if strings.Contains(string(res.body), "reset") {
				t.Errorf("the cause is in the answer: %s", res.body)
			}
			if len(w.jar) != 1 {
				t.Fatal("no cookie with the failure: sent again, the order would be somebody else's")
			}
			tc.create, tc.put, tc.start, seq.list = nil, nil, nil, nil
			res = w.generate(order(fields, flat(t, 128, 128)), "Idempotency-Key", "k").is(http.StatusAccepted)
			seq.are(t, tc.again...)
			if got := decode[httpapi.Accepted](res); got.AdID != stored.AdID {
				t.Errorf("made %s, stored %s", got.AdID, stored.AdID)
			}
		})
	}
}

func TestRetryAfterIsTheLongerWait(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ads.create = func(ad.Ad, *ad.Claim) (ad.Ad, bool, error) {
		return ad.Ad{}, false, &fault.Fault{Code: fault.StorageThrottled, RetryAfter: 7 * time.Second}
	}
	res := w.generate(order(fields, flat(t, 128, 128)))
	res.fails(503, "Storage.Throttled")
	if got := res.header.Get("Retry-After"); got != "7" {
		t.Errorf("Retry-After %q", got)
	}
}

// The clock is synctest's: the API really waits, and no time passes here.
func TestPreferWait(t *testing.T) {
	t.Parallel()
	photo := flat(t, 128, 128)
	never := time.Hour
	for name, tc := range map[string]struct {
		prefer  []string
		put     time.Duration // how long the photo takes to store
		done    time.Duration // when the ad is finished, from the order on
		status  int
		took    time.Duration
		ends    ad.Status
		lookErr error // of every second look
	}{
		"none": {done: never, status: 202, took: 0},
		"done in time": {
			prefer: []string{"wait=20"}, done: 9 * time.Second, status: 200, took: 9 * time.Second, ends: ad.Succeeded,
		},
		"failed in time": {
			prefer: []string{"wait=20"}, done: 2 * time.Second, status: 200, took: 2 * time.Second, ends: ad.Failed,
		},
		"done at once": {prefer: []string{"wait=20"}, done: 0, status: 200, took: 0, ends: ad.Succeeded},
		"too late": {
			prefer: []string{"wait=3"}, done: 4 * time.Second, status: 202, took: 3 * time.Second, ends: ad.Succeeded,
		},
		"longer than we wait": {prefer: []string{"wait=600"}, done: never, status: 202, took: 25 * time.Second},
		"a flood of digits": {
			prefer: []string{"wait=99999999999999999999"}, done: never, status: 202, took: 25 * time.Second,
		},
		"after a slow upload": {
			prefer: []string{"wait=25"}, put: 6 * time.Second, done: never, status: 202, took: 25 * time.Second,
		},
		"a few looks fail": {
			prefer: []string{"wait=20"}, done: 5 * time.Second, status: 200, took: 5 * time.Second, ends: ad.Succeeded,
			lookErr: fault.New(fault.StorageThrottled, nil),
		},
		"deleted meanwhile": {
			prefer: []string{"wait=20"}, done: never, status: 202, took: 0, lookErr: fault.New(fault.AdNotFound, nil),
		},
		"capitals and spaces": {prefer: []string{"Wait = 4"}, done: never, status: 202, took: 4 * time.Second},
		"quoted":              {prefer: []string{`wait="4"`}, done: never, status: 202, took: 4 * time.Second},
		"among others": {
			prefer: []string{"respond-async, wait=4; x=1"}, done: never, status: 202, took: 4 * time.Second,
		},
		"zero":                 {prefer: []string{"wait=0"}, done: 0, status: 202, took: 0},
		"negative":             {prefer: []string{"wait=-5"}, done: 0, status: 202, took: 0},
		"a word":               {prefer: []string{"wait=long"}, done: 0, status: 202, took: 0},
		"another preference":   {prefer: []string{"await=9, handling=lenient"}, done: 0, status: 202, took: 0},
		"garbage":              {prefer: []string{";;,,==\"wait"}, done: 0, status: 202, took: 0},
		"no value":             {prefer: []string{"wait"}, done: 0, status: 202, took: 0},
		"a number and letters": {prefer: []string{"wait=5m"}, done: 0, status: 202, took: 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				made, _ := w.accepting()
				began := time.Now()
				w.pictures.put = func(string, ad.Picture, []byte, string) error { time.Sleep(tc.put); return nil }
				looks := 0
				if len(tc.prefer) > 0 {
					w.ads.get = func(owner, adID string) (ad.Ad, error) {
						if a := (*made)[0]; owner != a.Owner || adID != a.AdID {
							t.Errorf("looked at %s of %s", adID, owner)
						}
						looks++
						a := (*made)[0]
						a.Status = ad.Running
						if time.Since(began) >= tc.done {
							a.Status = tc.ends
							if a.Status == ad.Failed {
								a.Failure = &ad.Failure{Code: "GPU.Busy", Detail: fault.GPUBusy.Detail(), Retryable: true}
							}
							return a, nil
						}
						if tc.lookErr != nil && looks%2 == 1 {
							return ad.Ad{}, tc.lookErr
						}
						return a, nil
					}
				}
				var headers []string
				for _, p := range tc.prefer {
					headers = append(headers, "Prefer", p)
				}
				res := w.generate(order(fields, photo), headers...).is(tc.status)
				if took := time.Since(began); took != tc.took {
					t.Errorf("took %v, want %v", took, tc.took)
				}
				if looks > 110 {
					t.Errorf("%d looks", looks)
				}
				if res.header.Get("Location") != "/api/ads/"+(*made)[0].AdID {
					t.Errorf("Location %q", res.header.Get("Location"))
				}
				if tc.status == 202 {
					if got := decode[httpapi.Accepted](res); got.Status != "queued" || res.header.Get("Retry-After") != "2" {
						t.Errorf("%+v, Retry-After %q", got, res.header.Get("Retry-After"))
					}
					return
				}
				if got := decode[httpapi.Ad](res); got.AdID != (*made)[0].AdID || got.Status != string(tc.ends) {
					t.Errorf("%+v", got)
				}
				if v, ok := res.header["Retry-After"]; ok {
					t.Errorf("Retry-After %q with nothing left to wait for", v)
				}
			})
		})
	}
}

func TestAClientThatLeavesIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		made, _ := w.accepting()
		w.ads.get = func(string, string) (ad.Ad, error) { a := (*made)[0]; a.Status = ad.Running; return a, nil }
		contentType, body := encode(t, order(fields, flat(t, 128, 128)))
		r := httptest.NewRequestWithContext(
			leaving(t, 2*time.Second), http.MethodPost, "/api/ads/generate", bytes.NewReader(body),
		)
		r.Header.Set("Content-Type", contentType)
		r.Header.Set("Prefer", "wait=20")
		began := time.Now()
		w.send(r)
		if took := time.Since(began); took != 2*time.Second {
			t.Errorf("waited %v for somebody who left after 2 s", took)
		}
	})
}

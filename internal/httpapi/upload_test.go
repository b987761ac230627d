package httpapi_test

import (
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/httpapi"
)

// upload is the body of a good request for an upload; changed replaces fields,
// a nil removes one.
func upload(t *testing.T, changed map[string]any) []byte {
	t.Helper()
	body := map[string]any{
		"product_name": fields.ProductName, "product_category": fields.ProductCategory, "target_age": fields.TargetAge,
		"target_gender": fields.TargetGender, "ad_concept": fields.AdConcept,
		"content_type": "image/jpeg", "content_length": 12_345_678,
	}
	maps.Copy(body, changed)
	maps.DeleteFunc(body, func(_ string, v any) bool { return v == nil })
	raw, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestAnUploadIsPrepared(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		contentType string // of the request
		changed     map[string]any
		signedType  string
		signedSize  int64
	}{
		"JSON":                 {"application/json", nil, "image/jpeg", 12_345_678},
		"JSON with a charset":  {"application/json; charset=UTF-8", nil, "image/jpeg", 12_345_678},
		"no media type":        {"", nil, "image/jpeg", 12_345_678},
		"capitals":             {"application/json", map[string]any{"content_type": "IMAGE/PNG"}, "image/png", 12_345_678},
		"the old name of JPEG": {"application/json", map[string]any{"content_type": "image/jpg"}, "image/jpg", 12_345_678},
		"HEIC":                 {"application/json", map[string]any{"content_type": "IMAGE/HEIC"}, "image/heic", 12_345_678},
		"HEIF":                 {"application/json", map[string]any{"content_type": "image/heif"}, "image/heif", 12_345_678},
		"AVIF":                 {"application/json", map[string]any{"content_type": "image/avif"}, "image/avif", 12_345_678},
		"the smallest":         {"application/json", map[string]any{"content_length": 1}, "image/jpeg", 1},
		"the largest":          {"application/json", map[string]any{"content_length": 20 << 20}, "image/jpeg", 20 << 20},
		"text as macOS sends it": {
			"application/json", map[string]any{"product_name": norm.NFD.String(fields.ProductName) + " \u0000"}, "image/jpeg",
			12_345_678,
		},
		"unknown fields": {
			"application/json", map[string]any{"user_id": 7, "owner": "somebody", "Product_Name": "x"}, "image/jpeg", 12_345_678,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			var made ad.Ad
			w.ads.create = func(a ad.Ad, c *ad.Claim) (ad.Ad, bool, error) {
				if made = a; c != nil {
					t.Errorf("claim %+v", c)
				}
				return a, true, nil
			}
			w.pictures.post = func(adID, contentType string, size int64) (ad.Upload, error) {
				if adID != made.AdID || contentType != tc.signedType || size != tc.signedSize {
					t.Errorf("signed %s %s %d", adID, contentType, size)
				}
				return ad.Upload{URL: "http://bucket", Fields: map[string]string{"key": "uploads/x/original"}}, nil
			}
			res := w.post("/api/uploads", tc.contentType, upload(t, tc.changed)).is(http.StatusCreated)
			got := decode[httpapi.Uploading](res)
			if got.AdID != made.AdID || got.StatusURL != "/api/ads/"+made.AdID || res.header.Get("Location") != got.StatusURL {
				t.Errorf("%+v, Location %q", got, res.header.Get("Location"))
			}
			if got.Upload.URL != "http://bucket" || got.Upload.Fields["key"] != "uploads/x/original" {
				t.Errorf("upload %+v", got.Upload)
			}
			if made.Status != ad.AwaitingUpload || made.Fields != fields || made.Owner == "" || made.Owner == "somebody" {
				t.Errorf("made %+v", made)
			}
			if len(w.jar) != 1 {
				t.Error("no cookie: the owner could not see the ad")
			}
		})
	}
}

func TestABadUploadNamesEveryWrongFieldAtOnce(t *testing.T) {
	t.Parallel()
	all := []string{
		"product_name", "product_category", "target_age", "target_gender", "ad_concept", "content_type", "content_length",
	}
	for name, tc := range map[string]struct {
		changed map[string]any
		wrong   []string
	}{
		"nothing there": {
			map[string]any{
				"product_name": nil, "product_category": nil, "target_age": nil, "target_gender": nil, "ad_concept": nil,
				"content_type": nil, "content_length": nil,
			},
			all,
		},
		"every type wrong": {
			map[string]any{
				"product_name": 1, "product_category": []string{"a"}, "target_age": 30, "target_gender": true,
				"ad_concept": map[string]any{}, "content_type": 5, "content_length": "big",
			},
			all,
		},
		"a type and values": {
			map[string]any{"product_name": 1, "target_age": "30", "content_length": 1.5},
			[]string{"product_name", "target_age", "content_length"},
		},
		"null": {
			map[string]any{"ad_concept": json.RawMessage("null"), "content_length": json.RawMessage("null")},
			[]string{"ad_concept", "content_length"},
		},
		"an empty photo":             {map[string]any{"content_length": 0}, []string{"content_length"}},
		"a negative length":          {map[string]any{"content_length": -1}, []string{"content_length"}},
		"a byte too many":            {map[string]any{"content_length": 20<<20 + 1}, []string{"content_length"}},
		"a length beyond all number": {map[string]any{"content_length": json.RawMessage("1e30")}, []string{"content_length"}},
		"a length as text":           {map[string]any{"content_length": "100"}, []string{"content_length"}},
		"PDF":                        {map[string]any{"content_type": "application/pdf"}, []string{"content_type"}},
		"SVG":                        {map[string]any{"content_type": "image/svg+xml"}, []string{"content_type"}},
		"a type with more in it": {
			map[string]any{"content_type": "image/png; charset=x\r\nX: y"}, []string{"content_type"},
		},
		"names in other case": {map[string]any{"product_name": nil, "Product_Name": "x"}, []string{"product_name"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			first := w.post("/api/uploads", "application/json", upload(t, tc.changed))
			first.fails(422, "Request.Invalid", tc.wrong...)
			for range 5 { // the order of errors[] is fixed
				if again := w.post(
					"/api/uploads", "application/json", upload(t, tc.changed),
				); string(again.body) != string(first.body) {
					t.Fatalf("%s\nand then\n%s", first.body, again.body)
				}
			}
			if len(w.jar) != 0 {
				t.Error("a refused request set a cookie")
			}
		})
	}
}

func TestWhatAPhotoMayBeAnnouncedAs(t *testing.T) {
	t.Parallel()
	for kind, want := range map[string]fault.Code{
		"image/tiff": fault.PhotoUnsupported, "text/html": fault.PhotoUnsupported,
		"image/heic-sequence": fault.PhotoHEIC, "IMAGE/HEIF-SEQUENCE": fault.PhotoHEIC,
	} {
		p := newWorld(t).post(
			"/api/uploads", "application/json", upload(t, map[string]any{"content_type": kind}),
		).fails(422, "Request.Invalid", "content_type")
		if p.Errors[0].Detail != want.Detail() {
			t.Errorf("%s: %q", kind, p.Errors[0].Detail)
		}
	}
	p := newWorld(t).post(
		"/api/uploads", "application/json", upload(t, map[string]any{"content_length": 20<<20 + 1}),
	).fails(422, "Request.Invalid", "content_length")
	if p.Errors[0].Detail != fault.PhotoTooLarge.Detail() {
		t.Errorf("too large: %q", p.Errors[0].Detail)
	}
}

func TestABodyThatIsNoUpload(t *testing.T) {
	t.Parallel()
	good := string(upload(t, nil))
	for name, tc := range map[string]struct {
		contentType, body string
		status            int
		code              string
	}{
		"no body":       {"application/json", "", 400, "Request.Malformed"},
		"not JSON":      {"application/json", "product_name=a", 400, "Request.Malformed"},
		"cut off":       {"application/json", good[:len(good)-1], 400, "Request.Malformed"},
		"more after it": {"application/json", good + "{}", 400, "Request.Malformed"},
		"a list":        {"application/json", "[" + good + "]", 400, "Request.Malformed"},
		"a text":        {"application/json", `"a"`, 400, "Request.Malformed"},
		"null":          {"application/json", "null", 400, "Request.Malformed"},
		"EUC-KR":        {"application/json", `{"product_name":"` + "\xb0\xa1\xb9\xe6" + `"}`, 400, "Request.Malformed"},
		"a form":        {"multipart/form-data; boundary=b", good, 415, "Request.Unsupported"},
		"text":          {"text/plain", good, 415, "Request.Unsupported"},
		"a broken type": {"application/json; =", good, 415, "Request.Unsupported"},
		"deep": {
			"application/json", strings.Repeat(`{"a":`, 20_000) + "1" + strings.Repeat("}", 20_000), 400, "Request.Malformed",
		},
		"a flood": {"application/json", `{"a":"` + strings.Repeat("x", 256<<10) + `"}`, 413, "Request.TooLarge"},
		"an endless number": {
			"application/json", `{"content_length":` + strings.Repeat("9", 1000) + `}`, 422, "Request.Invalid",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			res := newWorld(t).post("/api/uploads", tc.contentType, []byte(tc.body)).is(tc.status)
			if got := decode[problem](res); got.Code != tc.code || !korean(got.Detail) {
				t.Errorf("%+v", got)
			}
		})
	}
}

func TestAnUploadThatCannotBeMade(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ads.create = func(ad.Ad, *ad.Claim) (ad.Ad, bool, error) {
		return ad.Ad{}, false, fault.New(fault.StorageThrottled, nil)
	}
	res := w.post("/api/uploads", "application/json", upload(t, nil))
	res.fails(503, "Storage.Throttled")
	if res.header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	w.accepting()
	w.pictures.post = func(string, string, int64) (ad.Upload, error) {
		return ad.Upload{}, errors.New("no credentials")
	}
	w.post("/api/uploads", "application/json", upload(t, nil)).fails(500, "Internal")
}

// Sent again with its key, because the answer was lost, a request for an upload
// finds its ad and gets a fresh address; it makes no second ad.
func TestARepeatedUpload(t *testing.T) {
	t.Parallel()
	claimed := func(t *testing.T, changed map[string]any) (c ad.Claim) {
		t.Helper()
		w := newWorld(t)
		w.accepting()
		w.ads.create = func(a ad.Ad, got *ad.Claim) (ad.Ad, bool, error) {
			c = *got
			return a, true, nil
		}
		w.pictures.post = func(string, string, int64) (ad.Upload, error) {
			return ad.Upload{Fields: map[string]string{}}, nil
		}
		w.post("/api/uploads", "application/json", upload(t, changed), "Idempotency-Key", "k").is(http.StatusCreated)
		return c
	}
	first := claimed(t, nil)
	if again := claimed(t, map[string]any{"content_type": "IMAGE/JPEG"}); again != first || first.Key != "k" {
		t.Errorf("%+v, and again %+v", first, again)
	}
	for name, changed := range map[string]map[string]any{
		"other words": {"ad_concept": "다른 느낌"}, "another photo": {"content_length": 7},
		"another kind": {"content_type": "image/png"},
	} {
		if got := claimed(t, changed); got.Fingerprint == first.Fingerprint {
			t.Errorf("%s: the same fingerprint", name)
		}
	}

	again := func(t *testing.T, status ad.Status, err error) (w *world, earlier ad.Ad, signed *string) {
		t.Helper()
		id, idErr := ad.NewID()
		if idErr != nil {
			t.Fatal(idErr)
		}
		w, signed = newWorld(t), new(string)
		earlier = ad.Ad{Ref: ad.Ref{Owner: "somebody", AdID: id, Attempt: 1}, Fields: fields, Status: status}
		w.ads.create = func(ad.Ad, *ad.Claim) (ad.Ad, bool, error) { return earlier, false, err }
		w.pictures.post = func(adID, _ string, _ int64) (ad.Upload, error) {
			*signed = adID
			return ad.Upload{URL: "http://bucket", Fields: map[string]string{}}, nil
		}
		return w, earlier, signed
	}
	t.Run("its photo has not come", func(t *testing.T) {
		t.Parallel()
		w, earlier, signed := again(t, ad.AwaitingUpload, nil)
		res := w.post("/api/uploads", "application/json", upload(t, nil), "Idempotency-Key", "k").is(http.StatusCreated)
		if got := decode[httpapi.Uploading](res); got.AdID != earlier.AdID || *signed != earlier.AdID {
			t.Errorf("%+v, signed %q", got, *signed)
		}
	})
	for _, status := range []ad.Status{ad.Queued, ad.Running, ad.Succeeded, ad.Failed} {
		t.Run(string(status), func(t *testing.T) {
			t.Parallel()
			w, _, signed := again(t, status, nil)
			p := w.post(
				"/api/uploads", "application/json", upload(t, nil), "Idempotency-Key", "k",
			).fails(409, "Request.Conflict")
			if *signed != "" || !strings.Contains(p.Detail, "Idempotency-Key") {
				t.Errorf("signed %q; %q does not say what to change", *signed, p.Detail)
			}
		})
	}
	t.Run("deleted", func(t *testing.T) {
		t.Parallel()
		w, _, _ := again(t, "", fault.New(fault.AdNotFound, nil))
		w.post("/api/uploads", "application/json", upload(t, nil), "Idempotency-Key", "k").fails(410, "Ad.Gone")
	})
	t.Run("a wrong key, and wrong fields", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.post(
			"/api/uploads", "application/json", upload(t, map[string]any{"target_age": "30"}), "Idempotency-Key", "a b",
		).fails(422, "Request.Invalid", "Idempotency-Key", "target_age")
		w.post(
			"/api/uploads", "application/json", upload(t, nil), "Idempotency-Key", strings.Repeat("k", 201),
		).fails(422, "Request.Invalid", "Idempotency-Key")
		w.post("/api/uploads", "application/json", []byte("{"), "Idempotency-Key", "a b").fails(400, "Request.Malformed")
	})
}

package httpapi_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nanococoa/nanococoa/internal/ad"
)

// door is one of the two ways to order an ad; extra is a field more, with its
// value as JSON, "" for none.
type door struct {
	taken int // the status of an order that is taken
	order func(w *world, name, value string, headers ...string) *answer
}

// doors gives both.
func doors(t *testing.T) map[string]door {
	t.Helper()
	photo := flat(t, 128, 128)
	return map[string]door{
		"the form": {http.StatusAccepted, func(w *world, name, value string, headers ...string) *answer {
			parts := order(fields, photo)
			if value != "" {
				parts = with(parts, part{name, "", strings.Trim(value, `"`)})
			}
			return w.generate(parts, headers...)
		}},
		"an upload": {http.StatusCreated, func(w *world, name, value string, headers ...string) *answer {
			var more map[string]any
			if value != "" {
				more = map[string]any{name: json.RawMessage(value)}
			}
			return w.post("/api/uploads", "application/json", upload(w.t, more), headers...)
		}},
	}
}

// acceptingUploads lets orders through at both doors.
func (w *world) acceptingUploads() *[]ad.Ad {
	made, _ := w.accepting()
	w.pictures.post = func(string, string, int64) (ad.Upload, error) {
		return ad.Upload{Fields: map[string]string{}}, nil
	}
	return made
}

func TestTheMarkIsTheOwnersChoice(t *testing.T) {
	t.Parallel()
	for at, d := range doors(t) {
		for value, want := range map[string]bool{"": true, "true": true, "false": false} {
			t.Run(at+" with "+value, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				made := w.acceptingUploads()
				d.order(w, "ai_mark", value).is(d.taken)
				stored := (*made)[0]
				if stored.AIMark != want {
					t.Fatalf("stored ai_mark %v", stored.AIMark)
				}
				stored.Status = ad.Running
				if got, raw := w.show(stored); got.AIMark != want || raw["ai_mark"] != want {
					t.Errorf("shown as %v", raw["ai_mark"])
				}
			})
		}
	}
}

func TestAMarkThatIsNeitherTrueNorFalse(t *testing.T) {
	t.Parallel()
	flood := `"` + strings.Repeat("true", 20_000) + `"`
	for at, d := range doors(t) {
		for _, value := range []string{`"yes"`, `"1"`, `"on"`, `"TRUE"`, `""`, `"null"`, flood} {
			p := d.order(newWorld(t), "ai_mark", value).fails(422, "Request.Invalid", "ai_mark")
			if !strings.Contains(p.Errors[0].Detail, "true나 false") {
				t.Errorf("%s, %.20s: %q", at, value, p.Errors[0].Detail)
			}
		}
	}
	w := newWorld(t)
	for _, value := range []string{`"true"`, "1", "[]", "{}"} { // of JSON only
		body := upload(t, map[string]any{"ai_mark": json.RawMessage(value), "target_age": "30"})
		w.post("/api/uploads", "application/json", body).fails(422, "Request.Invalid", "ai_mark", "target_age")
	}
	parts := with(order(fields, nil), part{"ai_mark", "", "no"}, part{"ad_concept", "", ""})
	w.generate(parts).fails(422, "Request.Invalid", "ai_mark", "ad_concept", "product_image")
}

// The same key with another mark is another order; not to name the mark is to
// take the default.
func TestAKeyCoversTheMark(t *testing.T) {
	t.Parallel()
	for at, d := range doors(t) {
		fingerprint := func(value string) (found string) {
			w := newWorld(t)
			w.acceptingUploads()
			w.ads.create = func(a ad.Ad, c *ad.Claim) (ad.Ad, bool, error) {
				found = c.Fingerprint
				return a, true, nil
			}
			d.order(w, "ai_mark", value, "Idempotency-Key", "k").is(d.taken)
			return found
		}
		if unsaid := fingerprint(""); unsaid != fingerprint("true") || unsaid == fingerprint("false") {
			t.Errorf("%s: the fingerprint does not follow the mark", at)
		}
	}
}

// A field that the table gets is read and checked at both doors, described in
// the OpenAPI and known to the site, without a word about it here.
func TestAFieldMore(t *testing.T) {
	t.Parallel()
	coupon := ""
	table := append(ad.OwnerFields(), ad.Field{
		Name: "coupon", Label: "쿠폰", Limit: 20, Optional: true, Example: "첫 주문 할인", Doc: "as it is to be read",
		Text: func(*ad.Fields) *string { return &coupon },
	})
	for at, d := range doors(t) {
		w := newWorldOf(t, site, table)
		w.acceptingUploads()
		for sent, stored := range map[string]string{
			"": "", `""`: "", `" 첫 주문 "`: "첫 주문", `"12345678901234567890"`: "12345678901234567890",
		} {
			coupon = ""
			d.order(w, "coupon", sent).is(d.taken)
			if coupon != stored {
				t.Errorf("%s: %s is stored as %q", at, sent, coupon)
			}
		}
		coupon = ""
		p := d.order(w, "coupon", `"123456789012345678901"`).fails(422, "Request.Invalid", "coupon")
		if p.Errors[0].Detail != "쿠폰은 20자까지 쓸 수 있습니다. 지금은 21자입니다." {
			t.Errorf("%s: %q", at, p.Errors[0].Detail)
		}
	}
	coupon = ""
	newWorldOf(t, site, table).post("/api/uploads", "application/json", upload(t, map[string]any{"coupon": 39000})).
		fails(422, "Request.Invalid", "coupon")

	raw := newWorldOf(t, site, table).get("/api/openapi.json").is(200)
	doc := decode[struct {
		Components struct {
			Schemas map[string]struct {
				Required   []string
				Properties map[string]map[string]any
			}
		}
	}](raw)
	for name, needed := range map[string]bool{"GenerateForm": false, "UploadBody": false, "Ad": true} {
		s := doc.Components.Schemas[name]
		want := map[string]any{
			"type": "string", "minLength": 0.0, "maxLength": 20.0, "examples": []any{"첫 주문 할인"},
			"description": "0–20 characters (grapheme clusters after NFC); as it is to be read",
		}
		if d := cmp.Diff(want, s.Properties["coupon"]); d != "" {
			t.Errorf("%s: coupon: -want +got\n%s", name, d)
		}
		mark := s.Properties["ai_mark"]
		if mark["type"] != "boolean" || (mark["default"] == true) == needed {
			t.Errorf("%s: ai_mark is %v", name, mark)
		}
		for _, field := range []string{"coupon", "ai_mark"} {
			if slices.Contains(s.Required, field) != needed {
				t.Errorf("%s: required are %v", name, s.Required)
			}
		}
	}
	entry := "{\n    name: 'coupon',\n    kind: 'text',\n    label: '쿠폰',\n    needed: false,\n    limit: 20,\n  },"
	if !strings.Contains(siteTable(table), entry) {
		t.Error("the site's table does not know it")
	}
}

package ad_test

import (
	"encoding/json"
	"errors"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/fault"
)

// wrong gives what is said of each wrong field.
func wrong(t *testing.T, err error) map[string]string {
	t.Helper()
	out := map[string]string{}
	var f *fault.Fault
	if err != nil && (!errors.As(err, &f) || f.Code != fault.RequestInvalid) {
		t.Fatalf("err = %v", err)
	}
	if f != nil {
		for _, b := range f.Fields {
			out[b.Name] = b.Detail
		}
	}
	return out
}

// Every entry of the table stands for one value of Fields, under one name in
// JSON and in the table of ads, and every value has an entry.
// What shows nothing is dropped, and what makes an emoji is kept. The site has the same
// cases.
func TestWhatShowsNothingIsDropped(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("testdata/texts.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct{ Name, Text, Want string }
	if err := json.Unmarshal(raw, &cases); err != nil || len(cases) == 0 {
		t.Fatalf("%d cases, %v", len(cases), err)
	}
	for _, c := range cases {
		got := ad.NormalizeText(c.Text)
		if got != c.Want {
			t.Errorf("%s: %+q, want %+q", c.Name, got, c.Want)
		}
		if again := ad.NormalizeText(got); again != got {
			t.Errorf("%s: %+q, and the second time %+q", c.Name, got, again)
		}
		name := ad.OwnerFields().Only("product_name")
		if err := name.Validate(name.Normalize(ad.Fields{ProductName: c.Text})); (err == nil) != (c.Want != "") {
			t.Errorf("%s as a name: %v", c.Name, err)
		}
	}
}

func TestTheTableAndFieldsAgree(t *testing.T) {
	t.Parallel()
	values := reflect.TypeFor[ad.Fields]()
	table := ad.OwnerFields()
	if len(table) != values.NumField() {
		t.Fatalf("%d entries for %d values", len(table), values.NumField())
	}
	for i, d := range table {
		in := values.Field(i)
		if in.Tag.Get("json") != d.Name || in.Tag.Get("dynamodbav") != d.Name {
			t.Errorf("entry %d is %s, the value %s is tagged %s", i, d.Name, in.Name, in.Tag)
		}
		var f ad.Fields
		if (d.Text == nil) == (d.Flag == nil) {
			t.Fatalf("%s must have one of Text and Flag", d.Name)
		}
		if !d.SetText(&f, "true") || reflect.ValueOf(f).Field(i).IsZero() {
			t.Errorf("%s sets another value than %s", d.Name, in.Name)
		}
		if d.Label == "" || (d.Kind() == ad.KindText) != (d.Limit > 0) {
			t.Errorf("%s, of kind %s, lacks a label or a limit", d.Name, d.Kind())
		}
	}
}

func TestFieldsNobodyNamedHaveTheirDefaults(t *testing.T) {
	t.Parallel()
	if got, want := ad.OwnerFields().Blank(), (ad.Fields{AIMark: true}); got != want {
		t.Errorf("blank = %+v, want %+v", got, want)
	}
}

func TestReadingAFlag(t *testing.T) {
	t.Parallel()
	mark, ok := ad.OwnerFields().Find("ai_mark")
	if !ok {
		t.Fatal("no ai_mark")
	}
	for sent, want := range map[string]struct{ text, json, value bool }{
		"true":    {true, true, true},
		"false":   {true, true, false},
		"null":    {false, true, true}, // as if it were not there
		`"false"`: {false, false, true},
		"0":       {false, false, true},
		"1":       {false, false, true},
		"on":      {false, false, true},
		"False":   {false, false, true},
		"\nfalse": {false, true, false}, // white space means nothing in JSON
		"":        {false, false, true},
		"[]":      {false, false, true},
	} {
		f := ad.OwnerFields().Blank()
		if mark.SetText(&f, sent) != want.text || (want.text && f.AIMark != want.value) {
			t.Errorf("text %q: ai_mark %v", sent, f.AIMark)
		}
		f = ad.OwnerFields().Blank()
		if mark.SetJSON(&f, json.RawMessage(sent)) != want.json || f.AIMark != want.value {
			t.Errorf("JSON %q: ai_mark %v", sent, f.AIMark)
		}
	}
	if said := mark.Misread(); said.Name != "ai_mark" || !strings.Contains(said.Detail, "true나 false") {
		t.Errorf("%+v", said)
	}
}

// The text model is told what it needs to write, and no more; whoever is shown
// an ad learns nothing of whom it is for.
func TestWhoSeesWhichField(t *testing.T) {
	t.Parallel()
	f := good()
	f.ProductName, f.AIMark = `"<b>`, true
	for who, want := range map[ad.Audience]string{
		ad.Model: `{"product_name":"\"\u003cb\u003e","product_category":"전자제품","target_age":"20대","target_gender":"전체",` +
			`"ad_concept":"새벽 도시를 걷는 느낌"}`,
		ad.Public: `{"product_name":"\"\u003cb\u003e","product_category":"전자제품","ai_mark":true}`,
		0:         `{}`,
	} {
		got, err := json.Marshal(ad.OwnerFields().For(who, f))
		if err != nil || string(got) != want {
			t.Errorf("%d sees %s, want %s (%v)", who, got, want, err)
		}
	}
}

// A field more is an entry more: nothing else here knows the fields' names.
func TestAFieldMore(t *testing.T) {
	t.Parallel()
	var coupon, season string
	gift := false
	table := append(ad.OwnerFields(),
		ad.Field{
			Name: "coupon", Label: "쿠폰", Limit: 20, Optional: true, SeenBy: ad.Model | ad.Public,
			Text: func(*ad.Fields) *string { return &coupon },
		},
		ad.Field{
			Name: "season", Label: "계절", Choices: []string{"봄", "가을"}, Optional: true,
			Text: func(*ad.Fields) *string { return &season },
		},
		ad.Field{Name: "gift", Label: "선물 포장", Default: true, Flag: func(*ad.Fields) *bool { return &gift }},
	)
	blank := table.Blank()
	if !gift {
		t.Error("the flag has not its default")
	}
	coupon = " 첫 주문\u1112\u1161\u11ab\n "
	if f := table.Normalize(good()); f != good() || coupon != "첫 주문한" {
		t.Errorf("normalized to %q", coupon)
	}
	for name, tc := range map[string]struct{ coupon, season, wrong string }{
		"nothing":         {"", "", ""},
		"as it should be": {strings.Repeat("9", 20), "가을", ""},
		"too long":        {strings.Repeat("9", 21), "봄", "쿠폰은 20자까지 쓸 수 있습니다. 지금은 21자입니다."},
		"none of them":    {"", "여름", "계절은 봄, 가을 중에서 골라 주세요."},
	} {
		coupon, season = tc.coupon, tc.season
		got := wrong(t, table.Validate(good()))
		if got["coupon"]+got["season"] != tc.wrong || len(got) > 1 {
			t.Errorf("%s: %v", name, got)
		}
	}
	coupon, season = "", ""
	if got := wrong(t, table.Validate(blank)); len(got) != 5 || got["coupon"] != "" {
		t.Errorf("a blank order: %v", got)
	}
	if got := wrong(t, table.Only("coupon", "target_age").Validate(blank)); len(got) != 1 || got["target_age"] == "" {
		t.Errorf("only coupon and age of a blank order: %v", got)
	}

	d, _ := table.Find("coupon")
	var f ad.Fields
	if !d.SetText(&f, "첫 주문") || coupon != "첫 주문" || !d.SetJSON(&f, json.RawMessage(`"새해맞이"`)) || coupon != "새해맞이" {
		t.Errorf("read %q", coupon)
	}
	if d.SetJSON(&f, json.RawMessage("20000")) || !strings.Contains(d.Misread().Detail, "글자로") {
		t.Error("a number passes as a text")
	}
	raw, err := json.Marshal(table.For(ad.Model, good()))
	if err != nil || !strings.HasSuffix(string(raw), `,"coupon":"새해맞이"}`) {
		t.Errorf("the model sees %s (%v)", raw, err)
	}
	if _, known := table.Find("nothing"); known {
		t.Error("a field of no name")
	}
}

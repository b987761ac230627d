package formdata_test

import (
	"net/textproto"
	"testing"

	"github.com/nanococoa/nanococoa/internal/formdata"
)

func TestTheNameOfAField(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]string{
		`form-data; name="photo"`:                                                   "photo",
		`form-data; name=photo`:                                                     "photo",
		`form-data;name="photo";filename="a.jpg"`:                                   "photo",
		`Form-Data; Name="photo"; FileName="a.jpg"`:                                 "photo",
		`form-data; name="photo"; filename="24"모니터.jpg"`:                            "photo",
		`form-data; name="photo"; filename=24"모니터.jpg`:                              "photo",
		`form-data; name="photo"; filename=my photo.jpg`:                            "photo",
		`form-data; name="photo"; filename=겨울 가방.jpg`:                               "photo",
		`form-data; name=photo; filename=겨울 가방.jpg`:                                 "photo",
		`form-data; name="photo"; filename="a.jpg"; filename="a.jpg"`:               "photo",
		`form-data; name="photo"; filename="a.jpg"; filename*=UTF-8''%EA%B0%80.jpg`: "photo",
		`form-data; name="photo"; filename*=UTF-8''%ZZ`:                             "photo",
		`form-data; name="photo"; filename="C:\temp\가방.jpg"`:                        "photo",
		`form-data; name="photo"; filename="a;b.jpg"`:                               "photo",
		`form-data; name="photo"; filename=a;b.jpg`:                                 "photo",
		`form-data; name="photo"; filename=`:                                        "photo",
		`form-data; name="photo"; filename`:                                         "photo",
		`form-data; name="photo"; filename="`:                                       "photo",
		"form-data; name=\"photo\"; filename=\"\xb0\xa1.jpg\"":                      "photo",
		`form-data; name="photo"; filename="a"; name="other".jpg"`:                  "photo",
		`form-data; name="photo"; filename="a.jpg"; size=10 20`:                     "photo",
		`form-data; name="photo";`:                                                  "photo",
		`form-data; name="photo"; ; filename="a"`:                                   "photo",
		`form-data; filename="24"모니터.jpg"; name="photo"`:                            "photo",
		`form-data; filename="name=a.jpg"; name="photo"`:                            "photo",
		`form-data; filename="a; name=b.jpg"; name="photo"`:                         "photo",
		`form-data; filename="겨울"; filename="겨울"; name="photo"`:                     "photo",
		`form-data; name="상품 사진"; filename=24"모니터.jpg`:                              "상품 사진",
		`form-data; filename="24"모니터.jpg"`:                                          "",
		`form-data; filename="a.jpg"`:                                               "",
		`form-data; name=""; filename="24"모니터.jpg"`:                                 "",
		`form-data`:                "",
		`attachment; name="photo"`: "",
		`attachment; name="photo"; filename="24"모니터.jpg"`: "",
		`name="photo"; filename="24"모니터.jpg"`:             "",
		``: "",
	} {
		h := textproto.MIMEHeader{"Content-Disposition": {header}}
		if got := formdata.Name(h); got != want {
			t.Errorf("%s: %q, want %q", header, got, want)
		}
	}
	if got := formdata.Name(textproto.MIMEHeader{}); got != "" {
		t.Errorf("without a header: %q", got)
	}
}

func TestTheBoundary(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]struct {
		boundary string
		form     bool
	}{
		`multipart/form-data; boundary=abc`:                 {"abc", true},
		`multipart/form-data; boundary="a=b c"`:             {"a=b c", true},
		`multipart/form-data; boundary=----=_Part_1_2.3`:    {"----=_Part_1_2.3", true},
		`multipart/form-data; boundary===a==`:               {"==a==", true},
		`multipart/form-data; charset=utf-8; boundary=a=b`:  {"a=b", true},
		`multipart/form-data; boundary=a=b; charset=utf-8`:  {"a=b", true},
		`Multipart/Form-Data;Boundary=a=b`:                  {"a=b", true},
		`multipart/form-data; boundary="a=b"; boundary="c"`: {"a=b", true},
		`multipart/form-data; boundary=a/b:c?d(e),f@g`:      {"a/b:c?d(e),f@g", true},
		`multipart/form-data; boundary=a=b `:                {"a=b", true},
		`multipart/form-data`:                               {"", true},
		`multipart/form-data; boundary`:                     {"", false},
		`multipart/mixed; boundary=a=b`:                     {"a=b", false},
		`multipart/mixed; boundary=ab`:                      {"ab", false},
		`application/json`:                                  {"", false},
		`boundary=a=b`:                                      {"", false},
		``:                                                  {"", false},
	} {
		boundary, form := formdata.Boundary(header)
		if boundary != want.boundary || form != want.form {
			t.Errorf("%s: %q, %t; want %q, %t", header, boundary, form, want.boundary, want.form)
		}
	}
}

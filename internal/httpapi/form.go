package httpapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/formdata"
	"github.com/nanococoa/nanococoa/internal/photo"
	"github.com/nanococoa/nanococoa/internal/quality"
)

// maxField is the most bytes read of one text field of a form: more than the
// longest valid one (500 characters of the heaviest emoji), far less than a
// flood.
const maxField = 64 << 10

// decodeForm reads a multipart body: an owner's fields, normalised, and the
// photo's bytes. Unknown parts are passed over, as browsers and tools add some; of a
// repeated part the first that is not empty counts.
//
// Faults: Request.Unsupported for another media type, Request.Malformed for a
// broken body or text that is not UTF-8, Request.Invalid for wrong fields; only
// the last comes with fields and photo.
func decodeForm(t ad.Table, contentType string, body []byte) (ad.Fields, []byte, error) {
	boundary, form := formdata.Boundary(contentType)
	if !form {
		return ad.Fields{}, nil, fault.Newf(fault.RequestUnsupported, "not a form: %q", contentType)
	}
	// The reader takes a form that ends in the middle of a part's header for a
	// whole one, so its end is looked for here.
	if boundary == "" || !bytes.Contains(body, []byte("--"+boundary+"--")) {
		return ad.Fields{}, nil, fault.Newf(fault.RequestMalformed, "the form has no boundary or no end")
	}
	texts := map[string]string{}
	var picture []byte
	parts := multipart.NewReader(bytes.NewReader(body), boundary)
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return ad.Fields{}, nil, fault.New(fault.RequestMalformed, err)
		}
		name := formdata.Name(part.Header)
		limit := int64(maxField)
		if name == "product_image" {
			limit = photo.MaxBytes
		}
		data, err := io.ReadAll(io.LimitReader(part, limit+1))
		if err != nil {
			return ad.Fields{}, nil, fault.New(fault.RequestMalformed, err)
		}
		if name == "product_image" && len(picture) == 0 {
			picture = data
		}
		if _, known := t.Find(name); !known {
			continue
		}
		// A text that is too long may be cut inside a character, and is too long anyway.
		if !utf8.Valid(data) && len(data) <= maxField {
			return ad.Fields{}, nil, notUTF8()
		}
		if texts[name] == "" {
			texts[name] = string(data)
		}
	}
	r := reading{table: t, fields: t.Blank()}
	for _, d := range t {
		if text, sent := texts[d.Name]; sent && !d.SetText(&r.fields, text) {
			r.misread = append(r.misread, d.Misread())
		}
	}
	err := r.check()
	return r.fields, picture, err
}

// reading is an owner's fields while they are read from a request.
type reading struct {
	table   ad.Table
	fields  ad.Fields
	misread []fault.Field // sent as another type
}

// check normalizes the fields and names every wrong one: those of another type
// first, since their values were never read, then what the table objects to and
// what the caller found.
func (r *reading) check(others ...fault.Field) error {
	r.fields = r.table.Normalize(r.fields)
	bad := r.misread
	var found []fault.Field
	if err := r.table.Validate(r.fields); err != nil {
		found = fault.From(err).Fields
	}
	for _, f := range append(found, others...) {
		if !slices.ContainsFunc(r.misread, func(m fault.Field) bool { return m.Name == f.Name }) {
			bad = append(bad, f)
		}
	}
	if len(bad) > 0 {
		return fault.Invalid(bad...)
	}
	return nil
}

// notUTF8 is the fault of a body in another encoding: read as UTF-8 it would
// make an ad with holes in its words, and nobody would be told.
func notUTF8() error {
	return &fault.Fault{
		Code: fault.RequestMalformed, Detail: "글자가 UTF-8이 아닙니다. UTF-8로 다시 보내 주세요.",
		Err: errors.New("not UTF-8"),
	}
}

// decodeUpload reads the JSON of an upload request. Every field of the wrong
// type is named at once.
//
// Faults: Request.Unsupported for another media type, Request.Malformed when the
// body is not a JSON object, Request.Invalid for wrong fields; only the last
// comes with what was read.
func decodeUpload(t ad.Table, contentType string, body []byte) (UploadBody, error) {
	kind, _, err := mime.ParseMediaType(contentType)
	if contentType != "" && (err != nil || kind != "application/json") {
		return UploadBody{}, fault.Newf(fault.RequestUnsupported, "not JSON: %q", contentType)
	}
	if !utf8.Valid(body) {
		return UploadBody{}, notUTF8()
	}
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(body, &raw); err != nil || raw == nil {
		return UploadBody{}, fault.New(fault.RequestMalformed, err)
	}
	r := reading{table: t, fields: t.Blank()}
	for _, d := range t {
		if value, sent := raw[d.Name]; sent && !d.SetJSON(&r.fields, value) {
			r.misread = append(r.misread, d.Misread())
		}
	}
	var req UploadBody
	r.readOther(raw, "content_type", &req.ContentType, "글자로 보내 주세요.")
	r.readOther(raw, "content_length", &req.ContentLength, "바이트 수를 정수로 보내 주세요.")
	err = r.check(req.wrongFile(photoTypes)...)
	req.Fields = r.fields
	return req, err
}

// readOther reads a field that is not the owner's; want says of which type.
func (r *reading) readOther(raw map[string]json.RawMessage, name string, into any, want string) {
	if value, sent := raw[name]; sent && json.Unmarshal(value, into) != nil {
		r.misread = append(r.misread, fault.Field{Name: name, Detail: "값의 형식이 올바르지 않습니다. " + want})
	}
}

// The media types a logo may be announced as, and a photo. What it really is, its own
// bytes decide later.
var (
	logoTypes  = []string{"image/jpeg", "image/jpg", "image/png", "image/webp", "image/gif"}
	photoTypes = append([]string{"image/heic", "image/heif", "image/avif"}, logoTypes...)
)

// wrongFile names what is wrong with a file that is announced and may have some types.
func (u UploadBody) wrongFile(types []string) []fault.Field {
	var bad []fault.Field
	kind := strings.ToLower(u.ContentType)
	if !slices.Contains(types, kind) {
		detail := fault.PhotoUnsupported.Detail()
		if strings.HasPrefix(kind, "image/hei") || kind == "image/avif" {
			detail = fault.PhotoHEIC.Detail() // of a logo, or a sequence
		}
		bad = append(bad, fault.Field{Name: "content_type", Detail: detail})
	}
	switch {
	case u.ContentLength < 1:
		bad = append(bad, fault.Field{Name: "content_length", Detail: fault.PhotoMissing.Detail()})
	case u.ContentLength > photo.MaxBytes:
		bad = append(bad, fault.Field{Name: "content_length", Detail: fault.PhotoTooLarge.Detail()})
	}
	return bad
}

// checkPhoto looks at a photo's header, so that a bad photo is refused before
// anything is stored. It names the field.
func checkPhoto(data []byte) error {
	info, err := photo.Check(data)
	if err == nil {
		err = quality.CheckSize(info.Width, info.Height)
	}
	if err != nil {
		f := *fault.From(err)
		f.Fields = []fault.Field{{Name: "product_image", Detail: f.Public()}}
		return &f
	}
	return nil
}

package httpapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/photo"
)

// maxField is the most bytes read of one text field of a form: more than the
// longest valid one (500 characters of the heaviest emoji), far less than a
// flood.
const maxField = 64 << 10

// decodeForm reads a multipart body: the text fields, normalised, and the
// photo's bytes. Unknown parts are passed over, as browsers and tools add some;
// of a repeated part the first counts.
//
// Faults: Request.Unsupported for another media type, Request.Malformed for a
// broken body or text that is not UTF-8.
func decodeForm(contentType string, body []byte) (ad.Fields, []byte, error) {
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil || kind != "multipart/form-data" {
		return ad.Fields{}, nil, fault.Newf(fault.RequestUnsupported, "not a form: %q", kind)
	}
	boundary := params["boundary"]
	// The reader takes a form that ends in the middle of a part's header for a
	// whole one, so its end is looked for here.
	if boundary == "" || !bytes.Contains(body, []byte("--"+boundary+"--")) {
		return ad.Fields{}, nil, fault.Newf(fault.RequestMalformed, "the form has no boundary or no end")
	}
	var f ad.Fields
	var picture []byte
	texts := textFields(&f)
	parts := multipart.NewReader(bytes.NewReader(body), boundary)
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return f.Normalize(), picture, nil
		}
		if err != nil {
			return ad.Fields{}, nil, fault.New(fault.RequestMalformed, err)
		}
		name := part.FormName()
		limit := int64(maxField)
		if name == "product_image" {
			limit = photo.MaxBytes
		}
		data, err := io.ReadAll(io.LimitReader(part, limit+1))
		if err != nil {
			return ad.Fields{}, nil, fault.New(fault.RequestMalformed, err)
		}
		if name == "product_image" && picture == nil {
			picture = data
		}
		i := slices.IndexFunc(texts, func(t textField) bool { return t.name == name })
		if i < 0 {
			continue
		}
		if !utf8.Valid(data) && len(data) <= maxField { // a longer one may be cut inside a character, and is too long anyway
			return ad.Fields{}, nil, notUTF8()
		}
		if *texts[i].value == "" {
			*texts[i].value = string(data)
		}
	}
}

// notUTF8 is the fault of a body in another encoding: read as UTF-8 it would
// make an ad with holes in its words, and nobody would be told.
func notUTF8() error {
	return &fault.Fault{Code: fault.RequestMalformed, Detail: "글자가 UTF-8이 아닙니다. UTF-8로 다시 보내 주세요.", Err: errors.New("not UTF-8")}
}

// textField is one text of an ad by its name on the wire.
type textField struct {
	name  string
	value *string
}

// textFields lists the texts of an ad in their fixed order.
func textFields(f *ad.Fields) []textField {
	v := reflect.ValueOf(f).Elem()
	out := make([]textField, 0, v.NumField())
	for i := range v.NumField() {
		if value, ok := v.Field(i).Addr().Interface().(*string); ok {
			out = append(out, textField{v.Type().Field(i).Tag.Get("json"), value})
		}
	}
	return out
}

// decodeUpload reads the JSON of an upload request. Every field of the wrong
// type is named at once.
//
// Faults: Request.Malformed when the body is not a JSON object, Request.Invalid
// for wrong fields.
func decodeUpload(contentType string, body []byte) (UploadRequest, error) {
	if kind, _, err := mime.ParseMediaType(contentType); contentType != "" && (err != nil || kind != "application/json") {
		return UploadRequest{}, fault.Newf(fault.RequestUnsupported, "not JSON: %q", contentType)
	}
	if !utf8.Valid(body) {
		return UploadRequest{}, notUTF8()
	}
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(body, &raw); err != nil || raw == nil {
		return UploadRequest{}, fault.New(fault.RequestMalformed, err)
	}
	var req UploadRequest
	var bad []fault.Field
	for _, t := range textFields(&req.Fields) {
		readField(raw, t.name, t.value, "글자로 보내 주세요.", &bad)
	}
	readField(raw, "content_type", &req.ContentType, "글자로 보내 주세요.", &bad)
	readField(raw, "content_length", &req.ContentLength, "바이트 수를 정수로 보내 주세요.", &bad)
	req.Fields = req.Fields.Normalize()

	wrong := map[string]bool{}
	for _, b := range bad {
		wrong[b.Name] = true
	}
	for _, err := range []error{req.Fields.Validate(), req.validateFile()} {
		var f *fault.Fault
		if errors.As(err, &f) {
			for _, b := range f.Fields {
				if !wrong[b.Name] { // its type is wrong, so its value was never read
					bad = append(bad, b)
				}
			}
		}
	}
	if len(bad) > 0 {
		return UploadRequest{}, fault.Invalid(bad...)
	}
	return req, nil
}

func readField(raw map[string]json.RawMessage, name string, into any, want string, bad *[]fault.Field) {
	v, ok := raw[name]
	if !ok {
		return
	}
	if err := json.Unmarshal(v, into); err != nil {
		*bad = append(*bad, fault.Field{Name: name, Detail: "값의 형식이 올바르지 않습니다. " + want})
	}
}

// The media types a photo may be announced as. What it really is, the photo's
// own bytes decide later.
var uploadTypes = map[string]string{
	"image/jpeg": "", "image/jpg": "", "image/png": "", "image/webp": "", "image/gif": "",
}

func (r UploadRequest) validateFile() error {
	var bad []fault.Field
	kind := strings.ToLower(r.ContentType)
	if _, ok := uploadTypes[kind]; !ok {
		detail := fault.PhotoUnsupported.Detail()
		if strings.HasPrefix(kind, "image/hei") || kind == "image/avif" {
			detail = fault.PhotoHEIC.Detail()
		}
		bad = append(bad, fault.Field{Name: "content_type", Detail: detail})
	}
	switch {
	case r.ContentLength < 1:
		bad = append(bad, fault.Field{Name: "content_length", Detail: fault.PhotoMissing.Detail()})
	case r.ContentLength > photo.MaxBytes:
		bad = append(bad, fault.Field{Name: "content_length", Detail: fault.PhotoTooLarge.Detail()})
	}
	if len(bad) > 0 {
		return fault.Invalid(bad...)
	}
	return nil
}

// checkPhoto looks at a photo's header, so that a bad photo is refused before
// anything is stored. It names the field.
func checkPhoto(data []byte) error {
	if _, err := photo.Check(data); err != nil {
		f := *fault.From(err)
		f.Fields = []fault.Field{{Name: "product_image", Detail: f.Public()}}
		return &f
	}
	return nil
}

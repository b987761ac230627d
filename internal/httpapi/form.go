package httpapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"reflect"
	"strings"

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
// broken body.
func decodeForm(contentType string, body []byte) (ad.Fields, []byte, error) {
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil || kind != "multipart/form-data" {
		return ad.Fields{}, nil, fault.Newf(fault.RequestUnsupported, "not a form: %q", kind)
	}
	if params["boundary"] == "" {
		return ad.Fields{}, nil, fault.Newf(fault.RequestMalformed, "no boundary")
	}
	var f ad.Fields
	var picture []byte
	into := wireFields(&f)
	parts := multipart.NewReader(bytes.NewReader(body), params["boundary"])
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return f.Normalize(), picture, nil
		}
		if err != nil {
			return ad.Fields{}, nil, fault.New(fault.RequestMalformed, err)
		}
		name := part.FormName()
		field, isText := into[name]
		limit := int64(maxField)
		if name == "product_image" {
			limit = photo.MaxBytes
		}
		data, err := io.ReadAll(io.LimitReader(part, limit+1))
		switch {
		case err != nil:
			return ad.Fields{}, nil, fault.New(fault.RequestMalformed, err)
		case name == "product_image" && picture == nil:
			picture = data
		case isText && *field == "":
			*field = string(data)
		}
	}
}

// wireFields maps each text field's wire name to its place.
func wireFields(f *ad.Fields) map[string]*string {
	out := map[string]*string{}
	v := reflect.ValueOf(f).Elem()
	for i := range v.NumField() {
		name := v.Type().Field(i).Tag.Get("json")
		out[name], _ = v.Field(i).Addr().Interface().(*string)
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
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(body, &raw); err != nil || raw == nil {
		return UploadRequest{}, fault.New(fault.RequestMalformed, err)
	}
	var req UploadRequest
	var bad []fault.Field
	for name, field := range wireFields(&req.Fields) {
		readField(raw, name, field, "글자로 보내 주세요.", &bad)
	}
	readField(raw, "content_type", &req.ContentType, "글자로 보내 주세요.", &bad)
	readField(raw, "content_length", &req.ContentLength, "숫자로 보내 주세요.", &bad)
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

// Package formdata reads the headers of multipart/form-data as browsers, scripts and old
// libraries write them. Only two things in them matter here, the boundary and the names of
// the fields. Everything else, above all the name of an owner's file, may be as broken as
// it likes: `filename="24"모니터.jpg"` is not the photo's fault.
package formdata

import (
	"mime"
	"net/textproto"
	"regexp"
	"strings"
)

const mediaType = "multipart/form-data"

// Boundary gives the boundary of a form from its Content-Type, "" when it names none, and
// whether the type is that of a form at all. A boundary may stand without quotes though it
// has characters that need them, such as "=": many libraries write it so.
func Boundary(contentType string) (boundary string, form bool) {
	if kind, params, err := mime.ParseMediaType(contentType); err == nil {
		return params["boundary"], kind == mediaType
	}
	boundary, found := param(boundaryPattern, contentType)
	return boundary, found && kindOf(contentType) == mediaType
}

// Name gives the name of a part's field, "" when it has none.
func Name(h textproto.MIMEHeader) string {
	v := h.Get("Content-Disposition")
	if kind, params, err := mime.ParseMediaType(v); err == nil {
		if kind != "form-data" {
			return ""
		}
		return params["name"]
	}
	if kindOf(v) != "form-data" {
		return ""
	}
	name, _ := param(namePattern, v)
	return name
}

// kindOf is what stands before the parameters.
func kindOf(header string) string {
	kind, _, _ := strings.Cut(header, ";")
	return strings.ToLower(strings.TrimSpace(kind))
}

// These find a parameter where the header as a whole cannot be read. It stands at the
// first place that looks like it: programs write a field's name before that of its file.
var (
	boundaryPattern = regexp.MustCompile(`(?i);\s*boundary\s*=\s*(?:"([^"]*)"|([^;]*))`)
	namePattern     = regexp.MustCompile(`(?i);\s*name\s*=\s*(?:"([^"]*)"|([^;]*))`)
)

func param(pattern *regexp.Regexp, header string) (value string, found bool) {
	m := pattern.FindStringSubmatch(header)
	if m == nil {
		return "", false
	}
	if m[1] != "" {
		return m[1], true
	}
	return strings.TrimSpace(m[2]), true
}

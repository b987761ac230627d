package httpapi

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/retryafter"
)

// Problem is the one shape of every error answer (RFC 9457).
type Problem struct {
	Status int         `json:"status" example:"422" doc:"The HTTP status, again"`
	Code   string      `json:"code" example:"Request.Invalid" doc:"What went wrong, for programs"`
	Detail string      `json:"detail" doc:"What went wrong and what to do next, in Korean, for people"`
	Errors []FieldFail `json:"errors,omitempty" doc:"Every wrong field"`

	retryAfter int // seconds, 0 for none
}

// FieldFail is one wrong field.
type FieldFail struct {
	Field  string `json:"field" example:"product_name" doc:"The field's name in the request"`
	Detail string `json:"detail" doc:"What is wrong with it, in Korean"`
}

// Error makes a Problem an error for huma.
func (p *Problem) Error() string { return p.Code }

// GetStatus tells huma the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType tells huma the media type.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// GetHeaders tells huma the headers: Retry-After where waiting helps.
func (p *Problem) GetHeaders() http.Header {
	if p.retryAfter == 0 {
		return nil
	}
	return http.Header{retryafter.Header: {strconv.Itoa(p.retryAfter)}}
}

// retryAfter is what a client is told to wait after a fault that passes by
// itself, when nobody knows better: long enough to let a throttle recover,
// short enough for a person.
const retryAfter = 3

func problemOf(err error) *Problem {
	f := fault.From(err)
	p := &Problem{Status: f.Code.Status(), Code: string(f.Code), Detail: f.Public()}
	for _, b := range f.Fields {
		p.Errors = append(p.Errors, FieldFail{Field: b.Name, Detail: b.Detail})
	}
	if p.Status == http.StatusServiceUnavailable || p.Status == http.StatusTooManyRequests {
		p.retryAfter = max(retryAfter, retryafter.Seconds(f.RetryAfter))
	}
	return p
}

// write answers with the problem, outside of huma.
func (p *Problem) write(w http.ResponseWriter) {
	w.Header().Set("Content-Type", p.ContentType(""))
	for k, v := range p.GetHeaders() {
		w.Header()[k] = v
	}
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // the client is gone: nobody is left to tell
}

// useProblems makes huma answer its own errors (a body it cannot read, a
// parameter it cannot parse) as Problems. huma keeps that hook in a package
// variable, hence the Once.
var useProblems = sync.OnceFunc(func() {
	huma.NewError = func(status int, _ string, errs ...error) huma.StatusError {
		for _, err := range errs {
			var f *fault.Fault
			if errors.As(err, &f) {
				return problemOf(f)
			}
		}
		var fields []fault.Field
		for _, err := range errs {
			var d huma.ErrorDetailer
			if errors.As(err, &d) {
				const detail = "쓸 수 없는 값입니다. API 문서(/api/docs)에서 쓸 수 있는 값을 확인해 주세요."
				fields = append(fields, fault.Field{Name: fieldName(d.ErrorDetail().Location), Detail: detail})
			}
		}
		switch {
		case len(fields) == 1 && fields[0].Name == "body": // no JSON, or not an object
			return problemOf(fault.New(fault.RequestMalformed, nil))
		case len(fields) > 0:
			return problemOf(fault.Invalid(fields...))
		case status == http.StatusRequestEntityTooLarge:
			return problemOf(fault.New(fault.RequestTooLarge, nil))
		case status == http.StatusUnsupportedMediaType:
			return problemOf(fault.New(fault.RequestUnsupported, nil))
		case status >= 400 && status < 500:
			return problemOf(fault.New(fault.RequestMalformed, nil))
		}
		return problemOf(fault.New(fault.Internal, nil))
	}
})

// fieldName turns huma's location ("query.limit", "body.cutout.keep[3].width") into the
// name of the field that is sent there ("limit", "cutout.keep"): a list is one field.
func fieldName(location string) string {
	if _, name, inside := strings.Cut(location, "."); inside {
		location = name
	}
	location, _, _ = strings.Cut(location, "[")
	return location
}

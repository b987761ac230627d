package door

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"
)

// Handler is a Lambda function behind API Gateway.
type Handler func(context.Context, events.APIGatewayProxyRequest) (events.APIGatewayProxyResponse, error)

// Lambda makes a Lambda function of a server's handler. It writes nothing to the log:
// what a request says of itself is foreign until the handler has read it.
//
// A path that its route does not spell, or that can be spelled in another way too, is
// asked for as "/", which is no route: gateway, handler and log must mean the same thing
// by it. The function's error is the event's own: a body that is not the base64 it claims
// to be.
func Lambda(h http.Handler) Handler {
	return func(ctx context.Context, e events.APIGatewayProxyRequest) (events.APIGatewayProxyResponse, error) {
		r, err := request(ctx, e)
		if err != nil {
			return events.APIGatewayProxyResponse{}, err
		}
		w := answer{header: http.Header{}}
		h.ServeHTTP(&w, r)
		return w.event(), nil
	}
}

// request is an event as a server gets it.
func request(ctx context.Context, e events.APIGatewayProxyRequest) (*http.Request, error) {
	body := []byte(e.Body)
	if e.IsBase64Encoded {
		var err error
		if body, err = base64.StdEncoding.DecodeString(e.Body); err != nil {
			return nil, fmt.Errorf("the event's body: %w", err)
		}
	}
	path := e.Path
	if !spells(e.Resource, path) {
		path = "/"
	}
	u := url.URL{Path: path, RawQuery: url.Values(e.MultiValueQueryStringParameters).Encode()}
	r := (&http.Request{
		Method: e.HTTPMethod, URL: &u, RequestURI: u.RequestURI(), Header: http.Header{},
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Body: io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body)),
		RemoteAddr: e.RequestContext.Identity.SourceIP,
	}).WithContext(ctx)
	for name, values := range e.MultiValueHeaders {
		for _, v := range values {
			r.Header.Add(name, v)
		}
	}
	r.Host = r.Header.Get("Host")
	r.Header.Del("Host") // as a server does
	return r, nil
}

// spells reports whether a route, such as /api/ads/{ad_id}, with plain words for its
// parameters gives exactly this path. Ids and names here are made of letters, digits and
// "-._~" alone, which no client has to escape: so nothing else needs to be read in a path,
// escaped or not.
func spells(route, path string) bool {
	want, have := strings.Split(route, "/"), strings.Split(path, "/")
	if len(have) < 2 || len(want) != len(have) || have[0] != "" {
		return false
	}
	for i := 1; i < len(want); i++ {
		if isParameter := strings.HasPrefix(want[i], "{"); !plain(have[i]) || !isParameter && have[i] != want[i] {
			return false
		}
	}
	return true
}

// plain reports whether a segment of a path has one spelling, and no meaning but itself.
func plain(segment string) bool {
	if strings.Trim(segment, ".") == "" { // nothing, here, or one up
		return false
	}
	for _, c := range []byte(segment) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte("-._~", c) >= 0:
		default:
			return false
		}
	}
	return true
}

// answer collects what a handler answers.
type answer struct {
	header http.Header
	body   bytes.Buffer
	status int // 0 until it is said
}

func (w *answer) Header() http.Header { return w.header }

func (w *answer) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
}

func (w *answer) Write(b []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	if w.header.Get("Content-Type") == "" {
		w.header.Set("Content-Type", http.DetectContentType(b))
	}
	n, _ := w.body.Write(b) // a buffer never fails
	return n, nil
}

// event is the answer as API Gateway takes it: bytes that are no text as base64.
func (w *answer) event() events.APIGatewayProxyResponse {
	w.WriteHeader(http.StatusOK)
	out := events.APIGatewayProxyResponse{StatusCode: w.status, MultiValueHeaders: w.header}
	if out.IsBase64Encoded = !utf8.Valid(w.body.Bytes()); out.IsBase64Encoded {
		out.Body = base64.StdEncoding.EncodeToString(w.body.Bytes())
	} else {
		out.Body = w.body.String()
	}
	return out
}

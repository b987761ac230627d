package openai

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"time"

	"github.com/openai/openai-go/v3/option"

	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/retryafter"
)

// maxBody bounds an answer in bytes. 4,000 tokens of Hangul escaped as \uXXXX
// are some 60 kB; the rest is room for what the API repeats of the request.
const maxBody = 256 << 10

// maxRetryAfter bounds how long a server may ask us to wait; an ad's whole
// deadline is shorter.
const maxRetryAfter = time.Hour

// httpClient follows no redirects: the API makes none, and the key must not be sent
// to another place than the configured one.
func httpClient() *http.Client {
	return &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// Options are what every service of the SDK is made with: key and address, no redirects, no
// retries, and faults (see Client) in place of the API's errors. The body of an answer is
// bounded to most bytes. Key and address are those that
// CheckAccess takes.
func Options(key, baseURL string, most int) []option.RequestOption {
	return []option.RequestOption{
		option.WithBaseURL(baseURL),
		option.WithAPIKey(key),
		option.WithHTTPClient(httpClient()),
		option.WithMiddleware(func(req *http.Request, next option.MiddlewareNext) (*http.Response, error) {
			return guard(req, next, most)
		}),
		option.WithMaxRetries(0),
	}
}

// guard is called by the SDK for every request. It turns every answer but 200 into
// a fault before the SDK reads its body, and bounds the body of a 200 to most
// bytes.
func guard(req *http.Request, next option.MiddlewareNext, most int) (*http.Response, error) {
	res, err := next(req)
	if err != nil {
		return nil, fault.New(fault.OpenAIUnavailable, fmt.Errorf("openai: %w", err))
	}
	if res.StatusCode == http.StatusOK {
		res.Body = &bounded{body: res.Body, left: most, most: most}
		return res, nil
	}
	defer res.Body.Close()
	kind, code, parameter := problem(res.Body)
	cause := fmt.Errorf("openai: %d %s %s", res.StatusCode, word(kind), word(code))
	if parameter != "" {
		cause = fmt.Errorf("%w, of the parameter %s", cause, word(parameter))
	}
	switch status := res.StatusCode; {
	case code == "insufficient_quota":
		// It comes as 429, but no waiting fills an account.
		return nil, fault.New(fault.OpenAIRejected, cause)
	case status == http.StatusTooManyRequests:
		f := fault.New(fault.OpenAIRateLimited, cause)
		f.RetryAfter = retryafter.Read(res.Header, time.Now(), maxRetryAfter)
		return nil, f
	case code == "invalid_prompt", code == "content_policy_violation", code == "moderation_blocked":
		return nil, fault.New(fault.OpenAIRefused, cause)
	case status >= 500, status == http.StatusRequestTimeout:
		return nil, fault.New(fault.OpenAIUnavailable, cause)
	}
	return nil, fault.New(fault.OpenAIRejected, cause)
}

// failed is the fault of a 200 whose response says that it failed at OpenAI.
func failed(code string) error {
	cause := fmt.Errorf("openai: failed: %s", word(code))
	switch code {
	case "rate_limit_exceeded":
		return fault.New(fault.OpenAIRateLimited, cause)
	case "server_error", "vector_store_timeout":
		return fault.New(fault.OpenAIUnavailable, cause)
	case "invalid_prompt":
		return fault.New(fault.OpenAIRefused, cause)
	}
	return fault.New(fault.OpenAIBadAnswer, cause)
}

// Translate gives the fault of an error from the SDK: the one of guard, or that the
// time ran out, or that the answer could not be read.
func Translate(ctx context.Context, err error) error {
	var f *fault.Fault
	switch {
	case errors.As(err, &f):
		return f
	case ctx.Err() != nil, errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return fault.New(fault.OpenAIUnavailable, fmt.Errorf("openai: %w", err))
	}
	// The SDK's parse errors may quote the answer, so they go no further.
	return fault.Newf(fault.OpenAIBadAnswer, "openai: the answer is not the API's JSON")
}

// bounded reads at most left bytes. A longer body is an error and not an end, so
// that a part of an answer is never taken for all of it.
type bounded struct {
	body io.ReadCloser
	left int
	most int
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left == 0 {
		// At the limit: the end is fine, another byte is not.
		var one [1]byte
		if n, err := b.body.Read(one[:]); n == 0 {
			return 0, b.wrap(err)
		}
		return 0, fault.Newf(fault.OpenAIBadAnswer, "openai: an answer of more than %d bytes", b.most)
	}
	n, err := b.body.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, b.wrap(err)
}

func (b *bounded) wrap(err error) error {
	if err == nil || errors.Is(err, io.EOF) {
		return err
	}
	return fault.New(fault.OpenAIUnavailable, fmt.Errorf("openai: the answer broke off: %w", err))
}

func (b *bounded) Close() error { return b.body.Close() }

// problem reads type, code and parameter of an error answer. It leaves out the message, which
// may repeat a part of the key or of what was sent.
func problem(body io.Reader) (kind, code, parameter string) {
	var p struct {
		Error struct {
			Type  string `json:"type"`
			Code  string `json:"code"`
			Param string `json:"param"`
		} `json:"error"`
	}
	if data, err := io.ReadAll(io.LimitReader(body, 64<<10)); err == nil {
		_ = json.Unmarshal(data, &p) // an error page of a proxy has none of them
	}
	return p.Error.Type, p.Error.Code, p.Error.Param
}

var wordPattern = regexp.MustCompile(`^[a-zA-Z0-9_.\[\]-]{1,64}$`)

// word gives a code of OpenAI's for the log, and "-" for what does not look like a
// code: it may be an owner's text.
func word(s string) string {
	if wordPattern.MatchString(s) {
		return s
	}
	return "-"
}

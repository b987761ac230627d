// Package openaitest is an HTTP stand-in for OpenAI's Responses API, for tests
// of the client and of the whole system. It holds every request against what the
// API takes, so that a parameter that the real one answers with 400 fails here
// too, and plays good and bad answers on command.
//
// It is no model: its good texts are always the same.
package openaitest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nanococoa/nanococoa/internal/retryafter"
)

// Mode is one way to answer a request.
type Mode string

// The modes.
const (
	Good         Mode = "good"
	WrongLength  Mode = "wrong_length" // well-formed, but copy too long and prompt too short
	Refusal      Mode = "refusal"      // the model declines, in words
	Filtered     Mode = "filtered"     // incomplete: content_filter
	Truncated    Mode = "truncated"    // incomplete: max_output_tokens, no text
	Empty        Mode = "empty"        // completed, with no text at all
	Failed       Mode = "failed"       // 200, but the response failed on the server's side
	Huge         Mode = "huge"         // 1 MB of well-formed answer, its length announced
	HugeChunked  Mode = "huge_chunked" // the same without an announced length
	Endless      Mode = "endless"      // an answer that never ends
	BadJSON      Mode = "bad_json"     // the text is cut JSON
	WrongKeys    Mode = "wrong_keys"   // the text is JSON of another shape
	NotJSON      Mode = "not_json"     // 200 with an HTML page instead of an answer
	RateLimited  Mode = "rate_limited" // 429 with Retry-After: 7
	NoCredit     Mode = "no_credit"    // 429 insufficient_quota
	Unauthorized Mode = "unauthorized" // 401
	BadPrompt    Mode = "bad_prompt"   // 400 invalid_prompt
	Unsupported  Mode = "unsupported"  // 400 unsupported_parameter: a model that does not reason is asked to
	Redirect     Mode = "redirect"     // 307 to another place
	ServerError  Mode = "server_error" // 500
	ProxyError   Mode = "proxy_error"  // 502 with an HTML page
	Broken       Mode = "broken"       // the connection breaks off inside the answer
	Hang         Mode = "hang"         // no answer until the client gives up
)

// Say is the mode that answers with a text of the caller's, which should be the
// JSON object that the schema asks for.
func Say(text string) Mode { return say + Mode(text) }

const say Mode = "say:"

// The texts of Good.
const (
	GoodMain   = "바람이 머무는 날"
	GoodSub    = "가만히 곁에 두고 싶은 하루입니다"
	GoodPrompt = "A wide quiet terrace above a calm bay at the end of a bright day, open and welcoming, with pale " +
		"plaster walls and a floor of smooth honed stone. " +
		"Low golden light enters from the left, soft and slightly hazy, and draws long gentle shadows across the ground " +
		"while a cool reflection from the water fills the right side. " +
		"The palette is sand, warm white, muted turquoise and a small touch of coral. " +
		"In the centre of the lower half a round stone plinth stands empty and sharp, with a natural contact shadow, " +
		"ready for the product. " +
		"The sky and the wall above stay clear, even and free of detail for a headline. " +
		"Seen slightly from above through an 85mm lens at f/4, the distance melting away, photorealistic commercial " +
		"photography with fine texture, no people, no text, no logos."
)

// RetryAfter is what RateLimited asks for.
const RetryAfter = 7 * time.Second

// The texts of WrongLength. Beside being wrong they are safe.
const (
	LongMain    = "바람이 머무는 날에 만나는 하루" // 17 characters
	ShortSub    = "곁에 두세요"
	ShortPrompt = "A quiet terrace above a bay."
)

// Expect says what the requests must carry; an empty field takes anything.
type Expect struct {
	APIKey string
	Model  string
	Effort string
	Plain  bool // the model does not reason, and takes no word of it
}

// Request is one request as it came.
type Request struct {
	Header       http.Header
	Body         map[string]any
	Task         string         // the name of the schema
	Instructions string         // the instructions
	Data         map[string]any // the JSON object of the user message
	Violations   []string       // what the API would not take
}

// Server is the stand-in. It is safe for concurrent use.
type Server struct {
	URL string // with /v1: what openai.Config.BaseURL takes

	expect  Expect
	web     *httptest.Server
	closing chan struct{}
	once    sync.Once

	mu           sync.Mutex
	modes        []Mode
	requests     []Request
	instructions map[string]string // of each task, as they came first
	sent         int
}

// New starts a stand-in for one test: a request that the API would not take
// fails the test with the reason, and the end of the test stops the server.
func New(t testing.TB, e Expect) *Server {
	t.Helper()
	s := Start(e)
	t.Cleanup(func() {
		s.Close()
		for _, v := range s.Violations() {
			t.Errorf("openaitest: the API would not take the request: %s", v)
		}
	})
	return s
}

// Start starts a stand-in on a free port of 127.0.0.1 that plays Good until SetMode
// says otherwise. Close it.
func Start(e Expect) *Server {
	s := &Server{expect: e, modes: []Mode{Good}, instructions: map[string]string{}, closing: make(chan struct{})}
	s.web = httptest.NewServer(http.HandlerFunc(s.serve))
	s.URL = s.web.URL + "/v1"
	return s
}

// SetMode sets what the next calls get, one mode per call; the last one stays.
// Without modes it goes back to Good.
func (s *Server) SetMode(modes ...Mode) {
	if len(modes) == 0 {
		modes = []Mode{Good}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.modes = slices.Clone(modes)
}

// Requests lists what came so far, oldest first.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// Violations lists everything that the API would not have taken so far.
func (s *Server) Violations() []string {
	var out []string
	for _, r := range s.Requests() {
		out = append(out, r.Violations...)
	}
	return out
}

// Sent is how many bytes of Endless answers went out: how much a client took
// before it gave up, and what the sockets hold.
func (s *Server) Sent() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sent
}

// Close ends every hanging call and stops the server. It may be called twice.
func (s *Server) Close() {
	s.once.Do(func() { close(s.closing); s.web.Close() })
}

// maxRequest is far more than two calls of ours could be.
const maxRequest = 1 << 20

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
	q := Request{Header: r.Header.Clone()}
	if err != nil {
		q.Violations = append(q.Violations, "the body cannot be read: "+err.Error())
	}
	if r.URL.Path == "/v1/moderations" {
		s.moderate(w, r, raw)
		return
	}
	q.inspect(r, raw, s.expect)

	s.mu.Lock()
	if first, ok := s.instructions[q.Task]; !ok {
		s.instructions[q.Task] = q.Instructions
	} else if first != q.Instructions {
		q.Violations = append(q.Violations, "the instructions differ from those of an earlier request: are data among them?")
	}
	s.requests = append(s.requests, q)
	mode := s.modes[0]
	if len(s.modes) > 1 {
		s.modes = s.modes[1:]
	}
	s.mu.Unlock()

	if len(q.Violations) > 0 {
		problem(w, http.StatusBadRequest, "invalid_request_error", "invalid_request", strings.Join(q.Violations, "; "))
		return
	}
	s.play(w, r, mode, q)
}

// moderate answers the API that judges texts and pictures: nothing is flagged, and in another
// mode than Good it is down. It takes no mode from those that SetMode lined up.
func (s *Server) moderate(w http.ResponseWriter, r *http.Request, raw []byte) {
	q := Request{Header: r.Header.Clone(), Task: "moderation"}
	q.inspectModeration(r, raw, s.expect)
	s.mu.Lock()
	mode := s.modes[0]
	if len(q.Violations) > 0 {
		s.requests = append(s.requests, q)
	}
	s.mu.Unlock()
	switch {
	case len(q.Violations) > 0:
		problem(w, http.StatusBadRequest, "invalid_request_error", "invalid_request", strings.Join(q.Violations, "; "))
	case mode != Good:
		problem(w, http.StatusInternalServerError, "server_error", "server_error", "moderation is down")
	default:
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"id":"modr-1","model":"omni-moderation-latest","results":[{"flagged":false,"categories":{}}]}`)
	}
}

// copies gives the keys and values of four pairs of lines that differ by a word each.
func copies(main, sub string) (pairs []string) {
	for i, word := range []string{"날", "밤", "곳", "길"} {
		at := fmt.Sprint("_", i+1)
		pairs = append(pairs, "main_copy"+at, strings.Replace(main, "날", word, 1), "sub_copy"+at, sub)
	}
	return pairs
}

func (s *Server) play(w http.ResponseWriter, r *http.Request, mode Mode, q Request) {
	good, wrong := text("main_copy", GoodMain, "sub_copy", GoodSub), text("main_copy", LongMain, "sub_copy", ShortSub)
	switch q.Task {
	case "background_prompt":
		good, wrong = text("prompt", GoodPrompt), text("prompt", ShortPrompt)
	case "ad_copies":
		good, wrong = text(copies(GoodMain, GoodSub)...), text(copies(LongMain, ShortSub)...)
	case "check":
		good, wrong = text("answer", "ok"), text("answer", "")
	}
	switch mode {
	case Good:
		answer(w, q, "completed", said(good))
	case WrongLength:
		answer(w, q, "completed", said(wrong))
	case Refusal:
		answer(w, q, "completed", part{"type": "refusal", "refusal": "I cannot help with that."})
	case Filtered:
		answer(w, q, "incomplete:content_filter", said(""))
	case Truncated:
		answer(w, q, "incomplete:max_output_tokens", nil)
	case Empty:
		answer(w, q, "completed", said(""))
	case Failed:
		answer(w, q, "failed:server_error", nil)
	case Huge:
		answer(w, q, "completed", said(text("prompt", strings.Repeat("calm ", 1<<20/5))))
	case HugeChunked:
		w.Header().Set("Transfer-Encoding", "chunked")
		answer(w, q, "completed", said(text("prompt", strings.Repeat("calm ", 1<<20/5))))
	case Endless:
		s.endless(w, r)
	case BadJSON:
		answer(w, q, "completed", said(good[:len(good)/2]))
	case WrongKeys:
		answer(w, q, "completed", said(text("headline", GoodMain)))
	case NotJSON:
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, "<html>It works!</html>")
	case RateLimited:
		w.Header().Set(retryafter.Header, strconv.Itoa(retryafter.Seconds(RetryAfter)))
		problem(w, http.StatusTooManyRequests, "requests", "rate_limit_exceeded", "slow down")
	case NoCredit:
		problem(w, http.StatusTooManyRequests, "insufficient_quota", "insufficient_quota", "check your plan")
	case Unauthorized:
		problem(
			w, http.StatusUnauthorized, "invalid_request_error", "invalid_api_key",
			"incorrect API key provided: "+r.Header.Get("Authorization"),
		)
	case BadPrompt:
		problem(w, http.StatusBadRequest, "invalid_request_error", "invalid_prompt", "flagged")
	case Unsupported:
		write(w, http.StatusBadRequest, part{"error": part{
			"type": "invalid_request_error", "code": "unsupported_parameter", "param": "reasoning.effort",
			"message": "Unsupported parameter: 'reasoning.effort' is not supported with this model.",
		}})
	case Redirect:
		http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
	case ServerError:
		problem(w, http.StatusInternalServerError, "server_error", "", "try again")
	case ProxyError:
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusBadGateway)
		_, _ = io.WriteString(w, "<html>Bad Gateway</html>")
	case Broken:
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", "5000")
		_, _ = io.WriteString(w, `{"id":"resp_1","object":"response",`)
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	case Hang:
		select {
		case <-r.Context().Done():
		case <-s.closing:
		}
	default:
		if s, ok := strings.CutPrefix(string(mode), string(say)); ok {
			answer(w, q, "completed", said(s))
			return
		}
		panic(fmt.Sprintf("openaitest: no mode %q", mode))
	}
}

// endless sends an answer until the client hangs up.
func (s *Server) endless(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, `{"object":"response","status":"completed","id":"`)
	block := strings.Repeat("x", 16<<10)
	for r.Context().Err() == nil {
		select {
		case <-s.closing:
			return
		default:
		}
		n, err := io.WriteString(w, block)
		s.mu.Lock()
		s.sent += n
		s.mu.Unlock()
		if err != nil {
			return
		}
	}
}

type part = map[string]any

func said(text string) part {
	if text == "" {
		return nil
	}
	return part{"type": "output_text", "text": text, "annotations": []any{}}
}

// text makes the JSON object that the model writes.
func text(pairs ...string) string {
	m := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	b, err := json.Marshal(m)
	if err != nil {
		panic(err) // strings always marshal
	}
	return string(b)
}

// answer writes a response object: a reasoning item as the real API sends, and a
// message with the part, if there is one. The status may carry a reason or an
// error code after a colon.
func answer(w http.ResponseWriter, q Request, status string, p part) {
	status, reason, _ := strings.Cut(status, ":")
	output := []any{part{"type": "reasoning", "id": "rs_1", "summary": []any{}}}
	if p != nil {
		output = append(output, part{
			"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": []any{p},
		})
	}
	res := part{
		"id": "resp_1", "object": "response", "created_at": 1795392000, "status": status, "model": q.Body["model"],
		"output": output, "error": nil, "incomplete_details": nil, "instructions": q.Instructions, "store": false,
		"usage": part{
			"input_tokens": 900, "output_tokens": 320, "total_tokens": 1220, "input_tokens_details": part{"cached_tokens": 0},
			"output_tokens_details": part{"reasoning_tokens": 64},
		},
	}
	switch status {
	case "incomplete":
		res["incomplete_details"] = part{"reason": reason}
	case "failed":
		res["error"] = part{"code": reason, "message": "an error"}
	}
	write(w, http.StatusOK, res)
}

func problem(w http.ResponseWriter, status int, kind, code, message string) {
	write(w, status, part{"error": part{"type": kind, "code": code, "message": message, "param": nil}})
}

func write(w http.ResponseWriter, status int, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // made of maps and strings above
	}
	w.Header().Set("Content-Type", "application/json")
	if w.Header().Get("Transfer-Encoding") == "" {
		w.Header().Set("Content-Length", strconv.Itoa(len(b)))
	}
	w.WriteHeader(status)
	_, _ = w.Write(b)
}

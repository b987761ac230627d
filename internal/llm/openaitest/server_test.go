package openaitest_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/copywriter"
	"github.com/nanococoa/nanococoa/internal/llm/openaitest"
)

// request is what the API takes, as text so that each case changes one thing.
const request = `{
	"model": "gpt-x", "instructions": "Write.", "input": "{\"product\":{}}",
	"reasoning": {"effort": "low"}, "max_output_tokens": 4000, "store": false,
	"text": {"format": {"type": "json_schema", "name": "ad_copy", "strict": true, "schema": {
		"type": "object", "properties": {"main_copy": {"type": "string"}, "sub_copy": {"type": "string"}},
		"required": ["main_copy", "sub_copy"], "additionalProperties": false
	}}}
}`

func post(t *testing.T, url, auth, body string) (int, map[string]any, http.Header) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if auth != "" {
		req.Header.Set("Authorization", auth)
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	var v map[string]any
	if strings.HasPrefix(res.Header.Get("Content-Type"), "application/json") {
		if err := json.Unmarshal(raw, &v); err != nil {
			t.Fatalf("%s: %v", raw, err)
		}
	}
	return res.StatusCode, v, res.Header
}

func TestRequestsThatTheAPIWouldNotTake(t *testing.T) {
	t.Parallel()
	expect := openaitest.Expect{APIKey: "sk-1", Model: "gpt-x", Effort: "low"}
	for name, tc := range map[string]struct{ old, new, want, path, auth string }{
		"a good one": {},
		"temperature": {
			old: `"store": false`, new: `"store": false, "temperature": 0.7`, want: `unsupported parameter "temperature"`,
		},
		"max_tokens":        {old: `"max_output_tokens"`, new: `"max_tokens"`, want: `unsupported parameter "max_tokens"`},
		"kept at OpenAI":    {old: `"store": false`, new: `"store": true`, want: "store is true, want false"},
		"store left out":    {old: `"store": false,`, want: `parameter "store" is missing`},
		"other model":       {old: `gpt-x`, new: `gpt-5-mini`, want: "model is gpt-5-mini, want gpt-x"},
		"other effort":      {old: `"low"`, new: `"max"`, want: "reasoning.effort is max, want low"},
		"more on reasoning": {old: `"low"`, new: `"low", "summary": "auto"`, want: "keys of reasoning"},
		"small cap":         {old: `4000`, new: `200`, want: "max_output_tokens is 200"},
		"no instructions":   {old: `"Write."`, new: `""`, want: "instructions are empty"},
		"messages":          {old: `"{\"product\":{}}"`, new: `[{"role":"user"}]`, want: "input is not one user message"},
		"prose":             {old: `"{\"product\":{}}"`, new: `"a product"`, want: "not a JSON object"},
		"not strict":        {old: `"strict": true`, new: `"strict": false`, want: "text.format.strict is false"},
		"no schema":         {old: `"json_schema"`, new: `"json_object"`, want: "text.format.type is json_object"},
		"nameless":          {old: `"ad_copy"`, new: `""`, want: "text.format.name is empty"},
		"open object": {
			old: `"additionalProperties": false`, new: `"additionalProperties": true`, want: "additional properties",
		},
		"optional key": {old: `["main_copy", "sub_copy"]`, new: `["main_copy"]`, want: "requires [main_copy]"},
		"no properties": {
			old: `{"main_copy": {"type": "string"}, "sub_copy": {"type": "string"}}`, new: `{}`, want: "no properties",
		},
		"length in the schema": {
			old: `{"type": "string"}`, new: `{"type": "string", "maxLength": 10}`, want: `the keyword "maxLength"`,
		},
		"odd type":         {old: `{"type": "string"}`, new: `{"type": "copy"}`, want: "the type copy"},
		"not JSON":         {old: `{`, new: `<`, want: "not a JSON object"},
		"chat completions": {path: "/chat/completions", want: "path is /v1/chat/completions"},
		"a query":          {path: "/responses?x=1", want: "path is /v1/responses?x=1"},
		"other key":        {auth: "Bearer sk-2", want: "another key"},
		"no bearer":        {auth: "sk-1", want: "no bearer key"},
		"no key":           {auth: "Bearer ", want: "no bearer key"},
		"endless body":     {old: `Write.`, new: strings.Repeat("Write.", 1<<18), want: "cannot be read"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := openaitest.Start(expect)
			t.Cleanup(s.Close)
			if tc.path == "" {
				tc.path = "/responses"
			}
			if tc.auth == "" {
				tc.auth = "Bearer sk-1"
			}
			body := request
			if tc.old != "" {
				body = strings.Replace(request, tc.old, tc.new, 1)
				if body == request {
					t.Fatal("the case changes nothing")
				}
			}
			status, v, _ := post(t, s.URL+tc.path, tc.auth, body)
			got := strings.Join(s.Violations(), "\n")
			if tc.want == "" {
				if status != http.StatusOK || got != "" {
					t.Errorf("%d, %s", status, got)
				}
				return
			}
			problem, _ := v["error"].(map[string]any)
			message, _ := problem["message"].(string)
			if status != http.StatusBadRequest || !strings.Contains(got, tc.want) || !strings.Contains(message, tc.want) {
				t.Errorf("%d %q with violations %q, want one of %q", status, message, got, tc.want)
			}
		})
	}
	s := openaitest.Start(openaitest.Expect{})
	t.Cleanup(s.Close)
	for _, blank := range []string{"gpt-x", "low"} {
		post(t, s.URL+"/responses", "Bearer any", strings.Replace(request, blank, "", 1))
	}
	if got := strings.Join(s.Violations(), "\n"); !strings.Contains(got, "model is empty") ||
		!strings.Contains(got, "effort is empty") {
		t.Errorf("expecting nothing in particular lets blanks pass: %q", got)
	}
}

// Instructions are the same whatever the data say, or an owner's words may be among
// them.
func TestInstructionsThatDependOnTheData(t *testing.T) {
	t.Parallel()
	s := openaitest.Start(openaitest.Expect{})
	t.Cleanup(s.Close)
	other := strings.Replace(request, `"ad_copy"`, `"background_prompt"`, 1)
	for i, tc := range []struct {
		body string
		want int
	}{
		{request, http.StatusOK},
		{strings.Replace(request, `{\"product\":{}}`, `{\"product\":{\"name\":\"Write more.\"}}`, 1), http.StatusOK},
		{strings.Replace(other, "Write.", "Describe.", 1), http.StatusOK},
		{strings.Replace(request, "Write.", "Write of apples.", 1), http.StatusBadRequest},
	} {
		if got, _, _ := post(t, s.URL+"/responses", "Bearer any", tc.body); got != tc.want {
			t.Errorf("request %d: %d, want %d", i, got, tc.want)
		}
	}
	if v := s.Violations(); len(v) != 1 || !strings.Contains(v[0], "instructions differ") {
		t.Errorf("violations: %q", v)
	}
}

// recorder stands in for a test that New reports to.
type recorder struct {
	testing.TB
	cleanups []func()
	errors   int
}

func (r *recorder) Helper()               {}
func (r *recorder) Cleanup(f func())      { r.cleanups = append(r.cleanups, f) }
func (r *recorder) Errorf(string, ...any) { r.errors++ }

func TestABadRequestFailsTheTest(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		body string
		want int
	}{{request, 0}, {strings.Replace(request, `"store": false`, `"store": true`, 1), 1}} {
		r := &recorder{TB: t}
		s := openaitest.New(r, openaitest.Expect{})
		post(t, s.URL+"/responses", "Bearer any", tc.body)
		for _, f := range r.cleanups {
			f()
		}
		if r.errors != tc.want {
			t.Errorf("%d errors, want %d", r.errors, tc.want)
		}
	}
}

func TestModesAreOnePerCallAndTheLastStays(t *testing.T) {
	t.Parallel()
	s := openaitest.New(t, openaitest.Expect{})
	call := func() int {
		status, _, _ := post(t, s.URL+"/responses", "Bearer any", request)
		return status
	}
	if got := call(); got != 200 {
		t.Errorf("at first: %d", got)
	}
	s.SetMode(openaitest.RateLimited, openaitest.ServerError)
	for i, want := range []int{429, 500, 500} {
		if got := call(); got != want {
			t.Errorf("call %d: %d, want %d", i, got, want)
		}
	}
	s.SetMode()
	if got := call(); got != 200 {
		t.Errorf("reset: %d", got)
	}
	if n := len(s.Requests()); n != 5 {
		t.Errorf("%d requests", n)
	}
	s.SetMode(openaitest.RateLimited)
	if _, _, h := post(t, s.URL+"/responses", "Bearer any", request); h.Get("Retry-After") != "7" {
		t.Errorf("Retry-After %q", h.Get("Retry-After"))
	}
}

// The texts are what their names say, by the review that the client uses.
func TestTheTexts(t *testing.T) {
	t.Parallel()
	f := ad.Fields{}
	if _, bad := copywriter.ReviewCopy(openaitest.GoodMain, openaitest.GoodSub, f); len(bad) > 0 {
		t.Errorf("good copy: %q", bad)
	}
	if _, bad := copywriter.ReviewPrompt(openaitest.GoodPrompt); len(bad) > 0 {
		t.Errorf("good prompt: %q", bad)
	}
	_, bad := copywriter.ReviewCopy(openaitest.LongMain, openaitest.ShortSub, f)
	if len(bad) != 2 || !strings.Contains(bad[0], "main_copy has 17") || !strings.Contains(bad[1], "sub_copy has 6") {
		t.Errorf("copy of the wrong length: %q", bad)
	}
	if _, bad := copywriter.ReviewPrompt(openaitest.ShortPrompt); len(bad) != 1 || !strings.Contains(bad[0], "words") {
		t.Errorf("prompt of the wrong length: %q", bad)
	}
}

func TestSayAnswersWithTheText(t *testing.T) {
	t.Parallel()
	s := openaitest.New(t, openaitest.Expect{})
	s.SetMode(openaitest.Say(`{"main_copy":"가","sub_copy":"나"}`))
	_, v, _ := post(t, s.URL+"/responses", "Bearer any", request)
	raw, err := json.Marshal(v["output"])
	if err != nil || !strings.Contains(string(raw), `{\"main_copy\":\"가\",\"sub_copy\":\"나\"}`) {
		t.Errorf("%s, %v", raw, err)
	}
}

func TestClosingEndsAHang(t *testing.T) {
	t.Parallel()
	s := openaitest.Start(openaitest.Expect{})
	s.SetMode(openaitest.Hang)
	done := make(chan error, 1)
	go func() {
		req, err := http.NewRequest(http.MethodPost, s.URL+"/responses", strings.NewReader(request))
		if err != nil {
			done <- err
			return
		}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Authorization", "Bearer any")
		res, err := http.DefaultTransport.RoundTrip(req)
		if err == nil {
			res.Body.Close()
		}
		done <- nil
	}()
	for len(s.Requests()) == 0 {
		select {
		case err := <-done:
			t.Fatalf("the call ended by itself: %v", err)
		case <-time.After(time.Millisecond):
		}
	}
	s.Close()
	s.Close()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

// Each mode looks on the wire like what it is named for.
func TestTheModesOnTheWire(t *testing.T) {
	t.Parallel()
	prompts := strings.Replace(request, "ad_copy", "background_prompt", 1)
	for mode, want := range map[openaitest.Mode]string{
		openaitest.Good:         `200 completed gpt-x "text":"{\"main_copy\":`,
		openaitest.WrongLength:  `200 completed gpt-x "text":"{\"main_copy\":`,
		openaitest.Refusal:      `200 completed gpt-x "type":"refusal"`,
		openaitest.Filtered:     `200 incomplete gpt-x "reason":"content_filter"`,
		openaitest.Truncated:    `200 incomplete gpt-x "reason":"max_output_tokens"`,
		openaitest.Empty:        `200 completed gpt-x "output":[{"id":"rs_1","summary":[],"type":"reasoning"}]`,
		openaitest.Failed:       `200 failed gpt-x "code":"server_error"`,
		openaitest.Huge:         `200 completed gpt-x calm calm calm`,
		openaitest.HugeChunked:  `200 completed gpt-x calm calm calm`,
		openaitest.BadJSON:      `200 completed gpt-x "type":"output_text"`,
		openaitest.WrongKeys:    `200 completed gpt-x headline`,
		openaitest.NotJSON:      `200 <nil> <nil> null`,
		openaitest.NoCredit:     `429 <nil> <nil> insufficient_quota`,
		openaitest.Unauthorized: `401 <nil> <nil> invalid_api_key`,
		openaitest.BadPrompt:    `400 <nil> <nil> invalid_prompt`,
		openaitest.Redirect:     `307 <nil> <nil> null`,
		openaitest.ProxyError:   `502 <nil> <nil> null`,
	} {
		t.Run(string(mode), func(t *testing.T) {
			t.Parallel()
			s := openaitest.New(t, openaitest.Expect{})
			s.SetMode(mode)
			status, v, h := post(t, s.URL+"/responses", "Bearer any", request)
			raw, err := json.Marshal(v)
			if err != nil {
				t.Fatal(err)
			}
			parts := strings.SplitN(want, " ", 4)
			if got := []string{
				fmt.Sprint(status), fmt.Sprint(v["status"]), fmt.Sprint(v["model"]),
			}; !slices.Equal(got, parts[:3]) || !strings.Contains(string(raw), parts[3]) {
				t.Errorf("%v with %.300s, want %s", got, raw, want)
			}
			if length := h.Get("Content-Length"); strings.HasPrefix(string(mode), "huge") &&
				(len(raw) < 1<<20 || (length == "") != (mode == openaitest.HugeChunked)) {
				t.Errorf("%d bytes with Content-Length %q", len(raw), length)
			}
		})
	}
	s := openaitest.New(t, openaitest.Expect{})
	for _, mode := range []openaitest.Mode{openaitest.Good, openaitest.WrongLength} {
		s.SetMode(mode)
		_, v, _ := post(t, s.URL+"/responses", "Bearer any", prompts)
		if raw, err := json.Marshal(v); err != nil || !strings.Contains(string(raw), `"text":"{\"prompt\":`) {
			t.Errorf("%s: no prompt for a prompt's schema", mode)
		}
	}
}

// A client that hangs up ends an endless answer, and one that reads on gets on.
func TestEndlessAndBrokenAnswers(t *testing.T) {
	t.Parallel()
	s := openaitest.New(t, openaitest.Expect{})
	open := func(mode openaitest.Mode) *http.Response {
		s.SetMode(mode)
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/responses", strings.NewReader(request))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Authorization", "Bearer any")
		res, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { res.Body.Close() })
		return res
	}
	if _, err := io.ReadAll(open(openaitest.Broken).Body); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("broken: %v", err)
	}
	endless := open(openaitest.Endless)
	if n, err := io.CopyN(io.Discard, endless.Body, 1<<20); err != nil {
		t.Errorf("endless: ended after %d bytes: %v", n, err)
	}
	endless.Body.Close()
	s.Close()
	if s.Sent() < 1<<20 {
		t.Errorf("sent %d bytes", s.Sent())
	}
}

// Package openai writes prompt and copy with OpenAI's Responses API. It is the
// only package that links the OpenAI SDK; the deterministic writer with the same
// methods is copywriter.Template.
package openai

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/openai/openai-go/v3/packages/param"
	"github.com/openai/openai-go/v3/responses"
	"github.com/openai/openai-go/v3/shared"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/copywriter"
	"github.com/nanococoa/nanococoa/internal/fault"
)

// DefaultEffort is template.yaml's: it keeps reasoning short, as the task is small and an
// owner waits.
const DefaultEffort = "low"

// What an empty Config means.
const (
	DefaultBaseURL = "https://api.openai.com/v1"
	// DefaultModel is what OpenAI names as the successor of gpt-5-mini, which the
	// replaced system used and which shuts down on 2026-12-11.
	DefaultModel = "gpt-6.1-terra"
	// DefaultMaxOutputTokens leaves room for reasoning, which shares the cap: a
	// prompt of 300 words takes about 450 tokens, and a cap that reasoning uses up
	// gives an answer without any text.
	DefaultMaxOutputTokens = 4000
	// DefaultTimeout is several times what low effort takes. WritePrompt and
	// WriteCopy make at most two calls, so they end within twice this time.
	DefaultTimeout = 30 * time.Second
)

// Config is what New needs. Everything but APIKey may be empty.
type Config struct {
	APIKey          string
	BaseURL         string        // up to and with /v1; "" is DefaultBaseURL
	Model           string        // "" is DefaultModel
	Effort          string        // of reasoning; "" says nothing of it, as a model that does not reason refuses it
	MaxOutputTokens int           // of one answer, reasoning included; 0 is DefaultMaxOutputTokens
	Timeout         time.Duration // of one call; 0 is DefaultTimeout
}

// Client is a writer that asks OpenAI. It keeps nothing between calls, never
// retries (the state machine does) and is safe for concurrent use. Make one with
// New.
//
// Faults of all methods, all with the cause wrapped:
//
//	OpenAI.RateLimited  429, with RetryAfter when the server says so
//	OpenAI.Unavailable  5xx, no connection, or no answer within the timeout or ctx
//	OpenAI.Rejected     any other refusal of the request: key, model, credit
//	OpenAI.Refused      the model or its content filter declined
//	OpenAI.BadAnswer    cut off, empty, too large, or not what the schema asks
type Client struct {
	cfg Config
	api responses.ResponseService
}

// New checks the configuration and reports everything that is wrong with it at
// once. It makes no connection and takes microseconds.
func New(c Config) (*Client, error) {
	c.APIKey = strings.TrimSpace(c.APIKey) // secrets are often stored with a line break
	c.BaseURL = withDefault(c.BaseURL, DefaultBaseURL)
	c.Model = withDefault(c.Model, DefaultModel)
	c.MaxOutputTokens = withDefault(c.MaxOutputTokens, DefaultMaxOutputTokens)
	c.Timeout = withDefault(c.Timeout, DefaultTimeout)
	var bad []error
	wrong := func(is bool, format string, args ...any) {
		if is {
			bad = append(bad, fmt.Errorf("openai: "+format, args...))
		}
	}
	if err := CheckAccess(c.APIKey, c.BaseURL); err != nil {
		bad = append(bad, err)
	}
	wrong(c.Effort != "" && !effort.MatchString(c.Effort), "effort %q is not a word", c.Effort)
	wrong(c.MaxOutputTokens < 0, "MaxOutputTokens is %d", c.MaxOutputTokens)
	wrong(c.Timeout < 0, "Timeout is %s", c.Timeout)
	if len(bad) > 0 {
		return nil, errors.Join(bad...)
	}
	// This service alone and not the SDK's whole client, which reads the environment
	// beside the configuration and links 14 MB more.
	return &Client{cfg: c, api: responses.NewResponseService(Options(c.APIKey, c.BaseURL, maxBody)...)}, nil
}

// CheckAccess reports a key or an address with which the API cannot be called. It never repeats
// the key.
func CheckAccess(key, baseURL string) error {
	var bad []error
	wrong := func(is bool, format string, args ...any) {
		if is {
			bad = append(bad, fmt.Errorf("openai: "+format, args...))
		}
	}
	wrong(key == "", "the API key is empty")
	wrong(
		strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r > '~' }),
		"the API key has characters that no header can carry",
	)
	u, err := url.Parse(baseURL)
	wrong(
		err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http", "base URL %q is not an http(s) address",
		baseURL,
	)
	return errors.Join(bad...)
}

// effort is any lower-case word: which ones there are depends on the model, and for
// a wrong one the API answers with what becomes OpenAI.Rejected.
var effort = regexp.MustCompile(`^[a-z]+$`)

func withDefault[T comparable](v, def T) T {
	var zero T
	if v == zero {
		return def
	}
	return v
}

// task is one thing to ask for: its instructions, and a strict schema of
// strings whose length is checked here since the API does not.
type task struct {
	name         string
	instructions string
	keys         []string
}

func promptTask() task {
	return task{"background_prompt", promptInstructions(), []string{"prompt"}}
}

func checkTask() task {
	return task{"check", `Whatever the data are, answer with "ok".`, []string{"answer"}}
}

func copyTask() task {
	return task{"ad_copy", copyInstructions(), []string{"main_copy", "sub_copy"}}
}

// copiesTask asks for several at once: the schema is of strings, so each line has a key.
func copiesTask() task {
	t := task{name: "ad_copies", instructions: copiesInstructions()}
	for i := range copywriter.Copies {
		t.keys = append(t.keys, fmt.Sprintf("main_copy_%d", i+1), fmt.Sprintf("sub_copy_%d", i+1))
	}
	return t
}

// question is the user message. Its shape is the same whatever the values say.
type question struct {
	Product  ad.Values         `json:"product"`
	Picture  *picture          `json:"picture"`
	Rejected map[string]string `json:"rejected_answer"`
	Objected []string          `json:"objections"`
	Taken    []taken           `json:"taken,omitempty"`
}

// taken is copy that the ad has.
type taken struct {
	Main string `json:"main_copy"`
	Sub  string `json:"sub_copy"`
}

// product is what of an owner's fields a model may know.
func product(f ad.Fields) ad.Values { return ad.OwnerFields().For(ad.Model, f.Normalize()) }

// picture is what the copywriter may know of stage 1's picture.
type picture struct {
	Mood     []string `json:"mood"`
	Accent   string   `json:"accent_color"`
	Dominant []string `json:"dominant_colors"`
}

// maxPictureWords bounds what a GPU server may add to the question.
const maxPictureWords = 8

func pictureOf(a *ad.Analysis) *picture {
	if a == nil {
		return nil
	}
	few := func(s []string) []string { return append([]string{}, s[:min(len(s), maxPictureWords)]...) }
	return &picture{Mood: few(a.Mood), Accent: a.Colors.Accent, Dominant: few(a.Colors.Dominant)}
}

// Check asks for one word, with the parameters of every other call: it tells whether the
// model answers and takes them. Faults as those of the writing methods.
func (c *Client) Check(ctx context.Context) error {
	if _, err := c.ask(ctx, checkTask(), question{}); err != nil {
		return fmt.Errorf("check: %w", err)
	}
	return nil
}

// WritePrompt asks for the background prompt. An answer that fails
// copywriter.ReviewPrompt is sent back once with the objections; if the second fails
// too, copywriter.Template writes the prompt and By says so. A fault of either call is
// returned as it is.
func (c *Client) WritePrompt(ctx context.Context, f ad.Fields) (copywriter.Prompt, error) {
	q := question{Product: product(f)}
	for range 2 {
		answer, err := c.ask(ctx, promptTask(), q)
		if err != nil {
			return copywriter.Prompt{}, fmt.Errorf("write prompt: %w", err)
		}
		p, objections := copywriter.ReviewPrompt(answer["prompt"])
		if len(objections) == 0 {
			return p, nil
		}
		q.Rejected, q.Objected = answer, objections
	}
	return copywriter.Template{}.WritePrompt(ctx, f)
}

// WriteCopy asks for the copy; the analysis may be nil. An answer that fails
// copywriter.ReviewCopy is sent back once with the objections; if the second fails too,
// copywriter.Template writes both lines, so that they fit each other, and By says so. A
// fault of either call is returned as it is.
func (c *Client) WriteCopy(
	ctx context.Context, f ad.Fields, a *ad.Analysis, used ...string,
) (copywriter.Copy, error) {
	q := question{Product: product(f), Picture: pictureOf(a)}
	for range 2 {
		answer, err := c.ask(ctx, copyTask(), q)
		if err != nil {
			return copywriter.Copy{}, fmt.Errorf("write copy: %w", err)
		}
		lines, objections := copywriter.ReviewCopy(answer["main_copy"], answer["sub_copy"], f, used...)
		if len(objections) == 0 {
			return lines, nil
		}
		q.Rejected, q.Objected = answer, objections
	}
	return copywriter.Template{}.WriteCopy(ctx, f, a, used...)
}

// WriteCopies asks once for copywriter.Copies suggestions that differ from each other and
// from what is taken; the analysis may be nil. In place of those that fail
// copywriter.ReviewCopy, or are taken, copywriter.Template's are given. A fault of the call
// is returned as it is.
func (c *Client) WriteCopies(
	ctx context.Context, f ad.Fields, a *ad.Analysis, known []copywriter.Copy,
) ([]copywriter.Copy, error) {
	q := question{Product: product(f), Picture: pictureOf(a)}
	for _, k := range known {
		q.Taken = append(q.Taken, taken{k.Main, k.Sub})
	}
	answer, err := c.ask(ctx, copiesTask(), q)
	if err != nil {
		return nil, fmt.Errorf("write copies: %w", err)
	}
	known = slices.Clone(known)
	var good []copywriter.Copy
	for i := range copywriter.Copies {
		lines, objections := copywriter.ReviewCopy(
			answer[fmt.Sprintf("main_copy_%d", i+1)], answer[fmt.Sprintf("sub_copy_%d", i+1)], f)
		if len(objections) > 0 || slices.ContainsFunc(known, func(k copywriter.Copy) bool { return k.Main == lines.Main }) {
			continue
		}
		good, known = append(good, lines), append(known, lines)
	}
	rest, err := copywriter.Template{}.WriteCopies(ctx, f, a, known)
	return append(good, rest[:copywriter.Copies-len(good)]...), err
}

// ask makes one call and gives the values of the answer, one for every key.
func (c *Client) ask(ctx context.Context, t task, q question) (map[string]string, error) {
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	data, err := json.Marshal(q)
	if err != nil {
		return nil, fault.New(fault.Internal, err)
	}
	properties := map[string]any{}
	for _, k := range t.keys {
		properties[k] = map[string]any{"type": "string"}
	}
	res, err := c.api.New(ctx, responses.ResponseNewParams{
		Model:           c.cfg.Model,
		Instructions:    param.NewOpt(t.instructions),
		Input:           responses.ResponseNewParamsInputUnion{OfString: param.NewOpt(string(data))},
		Reasoning:       shared.ReasoningParam{Effort: shared.ReasoningEffort(c.cfg.Effort)},
		MaxOutputTokens: param.NewOpt(int64(c.cfg.MaxOutputTokens)),
		Store:           param.NewOpt(false), // an owner's words are not kept at OpenAI
		Text: responses.ResponseTextConfigParam{Format: responses.ResponseFormatTextConfigUnionParam{
			OfJSONSchema: &responses.ResponseFormatTextJSONSchemaConfigParam{
				Name:   t.name,
				Strict: param.NewOpt(true),
				Schema: map[string]any{
					"type": "object", "properties": properties, "required": t.keys, "additionalProperties": false,
				},
			},
		}},
	})
	if err != nil {
		return nil, Translate(ctx, err)
	}
	text, err := textOf(res)
	if err != nil {
		return nil, err
	}
	return decode(text, t.keys)
}

// textOf gives the text of a complete answer.
func textOf(res *responses.Response) (string, error) {
	switch res.Status {
	case responses.ResponseStatusCompleted:
	case responses.ResponseStatusIncomplete:
		if res.IncompleteDetails.Reason == "content_filter" {
			return "", fault.Newf(fault.OpenAIRefused, "openai: stopped by the content filter")
		}
		return "", fault.Newf(fault.OpenAIBadAnswer, "openai: incomplete: %s", word(res.IncompleteDetails.Reason))
	case responses.ResponseStatusFailed:
		return "", failed(string(res.Error.Code))
	default:
		return "", fault.Newf(fault.OpenAIBadAnswer, "openai: status %s", word(string(res.Status)))
	}
	var text strings.Builder
	for _, item := range res.Output {
		if item.Type != "message" {
			continue // reasoning
		}
		for _, part := range item.Content {
			switch part.Type {
			case "refusal":
				return "", fault.Newf(fault.OpenAIRefused, "openai: the model refused")
			case "output_text":
				text.WriteString(part.Text)
			}
		}
	}
	switch n := text.Len(); {
	case n == 0:
		return "", fault.Newf(fault.OpenAIBadAnswer, "openai: the answer has no text")
	case n > maxText:
		return "", fault.Newf(fault.OpenAIBadAnswer, "openai: %d bytes of text, more than %d", n, maxText)
	}
	return text.String(), nil
}

// maxText bounds the text of an answer: ten times the longest prompt.
const maxText = 32 << 10

// decode reads the text as the object that the schema asks for: every key, each
// a string, nothing else.
func decode(text string, keys []string) (map[string]string, error) {
	var got map[string]*string
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		// The error of encoding/json quotes the text, so it goes no further.
		return nil, fault.Newf(fault.OpenAIBadAnswer, "openai: the answer is not an object of strings")
	}
	out := map[string]string{}
	for _, k := range keys {
		if got[k] == nil {
			return nil, fault.Newf(fault.OpenAIBadAnswer, "openai: the answer has no %s", k)
		}
		out[k] = *got[k]
	}
	if len(got) != len(keys) {
		return nil, fault.Newf(fault.OpenAIBadAnswer, "openai: the answer has %d keys instead of %d", len(got), len(keys))
	}
	return out, nil
}

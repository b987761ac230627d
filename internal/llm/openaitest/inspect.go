package openaitest

import (
	"encoding/json"
	"fmt"
	"maps"
	"mime"
	"net/http"
	"reflect"
	"slices"
	"strings"
)

// bodyKeys are the parameters that a request must have, and the only ones: a
// reasoning model answers 400 to temperature, top_p and max_tokens.
var bodyKeys = []string{"input", "instructions", "max_output_tokens", "model", "reasoning", "store", "text"}

// inspectCall looks at what all calls have in common, and reads the body; false when that
// is no JSON object.
func (q *Request) inspectCall(r *http.Request, raw []byte, e Expect, path string) bool {
	fail := func(format string, args ...any) { q.Violations = append(q.Violations, fmt.Sprintf(format, args...)) }
	if r.Method != http.MethodPost {
		fail("method is %v, want %v", r.Method, http.MethodPost)
	}
	if uri := r.URL.RequestURI(); uri != path {
		fail("path is %v, want %v", uri, path)
	}
	if media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); media != "application/json" {
		fail("Content-Type is %v, want %v", media, "application/json")
	}
	auth := r.Header.Get("Authorization")
	if key, ok := strings.CutPrefix(auth, "Bearer "); !ok || key == "" {
		fail("the Authorization header carries no bearer key")
	} else if e.APIKey != "" && key != e.APIKey {
		fail("the Authorization header carries another key")
	}
	if err := json.Unmarshal(raw, &q.Body); err != nil {
		fail("the body is not a JSON object: %v", err)
		return false
	}
	return true
}

// inspectModeration is inspect for a request to judge texts and a picture.
func (q *Request) inspectModeration(r *http.Request, raw []byte, e Expect) {
	if !q.inspectCall(r, raw, e, "/v1/moderations") {
		return
	}
	fail := func(format string, args ...any) { q.Violations = append(q.Violations, fmt.Sprintf(format, args...)) }
	if keys := slices.Sorted(maps.Keys(q.Body)); !slices.Equal(keys, []string{"input", "model"}) {
		fail("the keys are %v, want input and model", keys)
	}
	parts, _ := q.Body["input"].([]any)
	if len(parts) == 0 {
		fail("input is no list of texts and pictures")
	}
	for _, p := range parts {
		part, _ := p.(map[string]any)
		if kind := part["type"]; kind != "text" && kind != "image_url" {
			fail("input has a part of type %v", kind)
		}
	}
}

// inspect fills in the request and lists everything that the API would not take
// or that we promise not to send.
func (q *Request) inspect(r *http.Request, raw []byte, e Expect) {
	fail := func(format string, args ...any) { q.Violations = append(q.Violations, fmt.Sprintf(format, args...)) }
	want := func(what string, got, want any) {
		if !reflect.DeepEqual(got, want) {
			fail("%s is %v, want %v", what, got, want)
		}
	}

	if !q.inspectCall(r, raw, e, "/v1/responses") {
		return
	}

	keys := slices.Sorted(maps.Keys(q.Body))
	for _, k := range keys {
		if !slices.Contains(bodyKeys, k) {
			fail("unsupported parameter %q", k)
		}
	}
	for _, k := range bodyKeys {
		if e.Plain && k == "reasoning" {
			if slices.Contains(keys, k) {
				fail("%q, which this model does not support", k)
			}
		} else if !slices.Contains(keys, k) {
			fail("parameter %q is missing", k)
		}
	}
	if e.Model != "" {
		want("model", q.Body["model"], any(e.Model))
	} else if s, _ := q.Body["model"].(string); s == "" {
		fail("model is empty")
	}
	if !e.Plain {
		reasoning, _ := q.Body["reasoning"].(map[string]any)
		want("the keys of reasoning", slices.Collect(maps.Keys(reasoning)), []string{"effort"})
		if e.Effort != "" {
			want("reasoning.effort", reasoning["effort"], any(e.Effort))
		} else if s, _ := reasoning["effort"].(string); s == "" {
			fail("reasoning.effort is empty")
		}
	}
	if n, _ := q.Body["max_output_tokens"].(float64); n < 1000 {
		fail("max_output_tokens is %v: reasoning would use it up and leave no text", q.Body["max_output_tokens"])
	}
	want("store", q.Body["store"], any(false))
	if q.Instructions, _ = q.Body["instructions"].(string); q.Instructions == "" {
		fail("instructions are empty")
	}
	input, ok := q.Body["input"].(string)
	if !ok {
		fail("input is not one user message but %T", q.Body["input"])
	} else if err := json.Unmarshal([]byte(input), &q.Data); err != nil {
		fail("the user message is not a JSON object: %v", err)
	}

	text, _ := q.Body["text"].(map[string]any)
	format, _ := text["format"].(map[string]any)
	want("text.format.type", format["type"], any("json_schema"))
	want("text.format.strict", format["strict"], any(true))
	if q.Task, _ = format["name"].(string); q.Task == "" {
		fail("text.format.name is empty")
	}
	schema, _ := format["schema"].(map[string]any)
	for _, v := range strict("schema", schema) {
		fail("%s", v)
	}
}

// strict lists what keeps a schema from being taken with strict: true. Every
// object must close itself and require all of its keys; of the keywords we only
// need these.
func strict(at string, schema map[string]any) (out []string) {
	for _, k := range slices.Sorted(maps.Keys(schema)) {
		if !slices.Contains([]string{"type", "properties", "required", "additionalProperties", "description"}, k) {
			out = append(out, fmt.Sprintf("%s has the keyword %q", at, k))
		}
	}
	switch schema["type"] {
	case "string":
	case "object":
		if schema["additionalProperties"] != false {
			out = append(out, at+" allows additional properties")
		}
		properties, _ := schema["properties"].(map[string]any)
		if len(properties) == 0 {
			out = append(out, at+" has no properties")
		}
		var required []string
		list, _ := schema["required"].([]any)
		for _, k := range list {
			required = append(required, fmt.Sprint(k))
		}
		slices.Sort(required)
		if keys := slices.Sorted(maps.Keys(properties)); !slices.Equal(required, keys) {
			out = append(out, fmt.Sprintf("%s requires %v of its properties %v", at, required, keys))
		}
		for k, v := range properties {
			inner, _ := v.(map[string]any)
			out = append(out, strict(at+"."+k, inner)...)
		}
	default:
		out = append(out, fmt.Sprintf("%s has the type %v", at, schema["type"]))
	}
	return out
}

package httpapi_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/nanococoa/nanococoa/internal/httpapi"
)

// openAPI is the parsed description, and a compiler of its schemas.
type openAPI struct {
	mu       sync.Mutex
	compiler *jsonschema.Compiler
	schemas  map[string]*jsonschema.Schema
	routes   map[string]*regexp.Regexp
	doc      struct {
		Paths map[string]map[string]struct {
			Responses map[string]struct {
				Content map[string]json.RawMessage `json:"content"`
				Headers map[string]json.RawMessage `json:"headers"`
			} `json:"responses"`
		} `json:"paths"`
	}
}

var described = sync.OnceValues(func() (*openAPI, error) {
	raw, err := httpapi.OpenAPI()
	if err != nil {
		return nil, fmt.Errorf("describe: %w", err)
	}
	o := &openAPI{
		compiler: jsonschema.NewCompiler(), schemas: map[string]*jsonschema.Schema{}, routes: map[string]*regexp.Regexp{},
	}
	if err := json.Unmarshal(raw, &o.doc); err != nil {
		return nil, fmt.Errorf("parse: %w", err)
	}
	parameter := regexp.MustCompile(`\\\{[a-z_]+\\\}`)
	for p := range o.doc.Paths {
		o.routes[p] = regexp.MustCompile("^" + parameter.ReplaceAllString(regexp.QuoteMeta(p), "[^/]+") + "$")
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		return nil, fmt.Errorf("parse: %w", err)
	}
	o.compiler.DefaultDraft(jsonschema.Draft2020) // what OpenAPI 3.1 schemas are
	o.compiler.AssertFormat()
	if err := o.compiler.AddResource(schemaURL, doc); err != nil {
		return nil, fmt.Errorf("load: %w", err)
	}
	return o, nil
})

const schemaURL = "mem:///openapi.json"

// schema compiles the schema at a JSON pointer.
func (o *openAPI) schema(pointer ...string) (*jsonschema.Schema, error) {
	var b strings.Builder
	for _, p := range pointer {
		b.WriteString("/" + url.PathEscape(strings.NewReplacer("~", "~0", "/", "~1").Replace(p)))
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if s, ok := o.schemas[b.String()]; ok {
		return s, nil
	}
	s, err := o.compiler.Compile(schemaURL + "#" + b.String())
	if err != nil {
		return nil, fmt.Errorf("compile %v: %w", pointer, err)
	}
	o.schemas[b.String()] = s
	return s, nil
}

// routeOf finds the path of the description a request goes to: literal paths
// before templates, as the router does.
func (o *openAPI) routeOf(path string) string {
	var found []string
	for p, form := range o.routes {
		if form.MatchString(path) {
			found = append(found, p)
		}
	}
	slices.SortFunc(found, func(a, b string) int { return strings.Count(a, "{") - strings.Count(b, "{") })
	if len(found) == 0 {
		return ""
	}
	return found[0]
}

// checkDescribed holds an answer against the OpenAPI: a described status, a
// described media type, a body the schema takes and the headers that were
// promised. An answer outside of the description must be a Problem of the
// gateway's kind.
func checkDescribed(t *testing.T, r *http.Request, a *answer) {
	t.Helper()
	o, err := described()
	if err != nil {
		t.Fatal(err)
	}
	kind, _, _ := mime.ParseMediaType(a.header.Get("Content-Type"))
	path, method := o.routeOf(r.URL.Path), strings.ToLower(r.Method)
	op, known := o.doc.Paths[path][method]
	if !known {
		if a.status >= 400 && kind != "text/html" { // the public page's are pages, as it is
			validate(t, o, a.body, "components", "schemas", "Problem")
		}
		return
	}
	res, ok := op.Responses[fmt.Sprint(a.status)]
	if !ok {
		t.Errorf("%s %s answers %d, which the OpenAPI does not know", r.Method, path, a.status)
		return
	}
	for name := range res.Headers {
		if len(a.header.Values(name)) == 0 {
			t.Errorf("%s %s, %d: header %s is described and missing", r.Method, path, a.status, name)
		}
	}
	if len(res.Content) == 0 {
		if len(a.body) != 0 {
			t.Errorf("%s %s, %d: a body where none is described: %s", r.Method, path, a.status, a.body)
		}
		return
	}
	if _, ok := res.Content[kind]; !ok {
		t.Errorf("%s %s, %d: media type %q is not described", r.Method, path, a.status, kind)
		return
	}
	validate(t, o, a.body, "paths", path, method, "responses", fmt.Sprint(a.status), "content", kind, "schema")
}

func validate(t *testing.T, o *openAPI, body []byte, pointer ...string) {
	t.Helper()
	s, err := o.schema(pointer...)
	if err != nil {
		t.Fatal(err)
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		t.Errorf("not JSON: %v in %q", err, body)
		return
	}
	if err := s.Validate(v); err != nil {
		t.Errorf("the answer is not as described: %v\n%s", err, body)
	}
}

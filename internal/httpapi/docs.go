package httpapi

import (
	"fmt"
	"html"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
)

// description serves the OpenAPI. It is made when somebody first asks: a cold
// start that answers an order does not pay for it.
func description(o *huma.OpenAPI) http.HandlerFunc {
	made := sync.OnceValues(o.MarshalJSON)
	return func(w http.ResponseWriter, _ *http.Request) {
		raw, err := made()
		if err != nil {
			panic(err) // the same types made openapi.json in the tests
		}
		w.Header().Set("Content-Type", "application/json")
		w.Write(raw) //nolint:errcheck // the client is gone: nobody is left to tell
	}
}

// docs serves a page made from the OpenAPI: plain HTML, no script and nothing
// from elsewhere, so it works under the strictest policy and offline.
func docs(o *huma.OpenAPI) http.HandlerFunc {
	page := sync.OnceValue(func() []byte { return []byte(docsPage(o)) })
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; "+
			"base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
		w.Write(page()) //nolint:errcheck // the client is gone: nobody is left to tell
	}
}

const docsStyle = `
body{font:16px/1.6 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222;background:#fff}
h2{margin:2.5rem 0 .25rem;font-size:1.1rem}code,th{font-family:ui-monospace,monospace;font-size:.9em}
b{background:#c2410c;color:#fff;padding:.1rem .5rem;border-radius:.3rem;font-size:.8em;margin-right:.5rem}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.3rem .6rem;border-bottom:1px solid #ddd}
@media(prefers-color-scheme:dark){body{background:#181818;color:#eee}th,td{border-color:#444}a{color:#8ab4f8}}`

func docsPage(o *huma.OpenAPI) string {
	var b strings.Builder
	title := esc(o.Info.Title)
	fmt.Fprintf(&b, "<!doctype html><html lang=en><meta charset=utf-8>"+
		"<meta name=viewport content='width=device-width'><title>%s API</title><style>%s</style>", title, docsStyle)
	fmt.Fprintf(&b, "<h1>%s API</h1><p>%s</p><p><a href=/api/openapi.json>openapi.json</a></p>",
		title, esc(o.Info.Description))
	paths := make([]string, 0, len(o.Paths))
	for p := range o.Paths {
		paths = append(paths, p)
	}
	slices.Sort(paths)
	for _, p := range paths {
		item := o.Paths[p]
		for _, op := range []*huma.Operation{item.Get, item.Post, item.Put, item.Delete} {
			if op != nil {
				docsOperation(&b, o, p, op)
			}
		}
	}
	return b.String()
}

func docsOperation(b *strings.Builder, o *huma.OpenAPI, path string, op *huma.Operation) {
	fmt.Fprintf(b, "<h2><b>%s</b><code>%s</code></h2><p>%s.</p><table>", op.Method, esc(path), esc(op.Summary))
	for _, p := range op.Parameters {
		docsRow(b, p.Name, p.In, p.Schema, p.Description)
	}
	if op.RequestBody != nil {
		for kind, media := range op.RequestBody.Content {
			s := resolve(o, media.Schema)
			for _, name := range sortedKeys(s.Properties) {
				docsRow(b, name, kind, resolve(o, s.Properties[name]), s.Properties[name].Description)
			}
		}
	}
	codes := sortedKeys(op.Responses)
	answers := make([]string, 0, len(codes))
	for _, code := range codes {
		answers = append(answers, code+" "+op.Responses[code].Description)
	}
	fmt.Fprintf(b, "</table><p>Answers: %s</p>", esc(strings.Join(answers, " · ")))
}

func docsRow(b *strings.Builder, name, in string, s *huma.Schema, about string) {
	about = strings.TrimSpace(about + " " + enum(s))
	fmt.Fprintf(b, "<tr><th>%s<td>%s<td>%s</tr>", esc(name), esc(in), esc(about))
}

func enum(s *huma.Schema) string {
	if s == nil || len(s.Enum) == 0 {
		return ""
	}
	return strings.Trim(fmt.Sprint(s.Enum), "[]")
}

// resolve follows a reference into the components.
func resolve(o *huma.OpenAPI, s *huma.Schema) *huma.Schema {
	if s != nil && s.Ref != "" {
		return o.Components.Schemas.SchemaFromRef(s.Ref)
	}
	return s
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func esc(s string) string { return html.EscapeString(s) }

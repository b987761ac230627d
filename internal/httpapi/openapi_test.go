package httpapi_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/httpapi"
)

var update = flag.Bool("update", false, "rewrite the generated files")

// What the site is made from is checked in: a change of the API or of an
// owner's fields shows up here, and then there.
func TestGeneratedFiles(t *testing.T) {
	t.Parallel()
	raw, err := httpapi.OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	var api bytes.Buffer
	if err := json.Indent(&api, raw, "", "  "); err != nil {
		t.Fatal(err)
	}
	api.WriteByte('\n')
	for name, want := range map[string]string{
		"openapi.json":                   api.String(),
		"../../web/src/ad/fields.gen.ts": siteTable(ad.OwnerFields()),

		"../../web/src/ad/characters.gen.ts": siteCharacters(),
	} {
		if *update {
			if err := os.WriteFile(name, []byte(want), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		got, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != want {
			t.Errorf("%s is not what the code says; run: go test ./internal/httpapi -run Generated -update", name)
		}
	}
}

// siteTable is the site's copy of a table of fields, as TypeScript.
func siteTable(t ad.Table) string {
	var b strings.Builder
	b.WriteString(`// Written by go test ./internal/httpapi -run Generated -update, from
// internal/ad/fields.go.
import type { Field } from './fields'

/** An owner's fields, in the order in which they are asked for. */
export const table = [
`)
	for _, d := range t {
		fmt.Fprintf(&b, "  {\n    name: %s,\n    kind: %s,\n    label: %s,\n    needed: %v,\n",
			quoted(d.Name), quoted(string(d.Kind())), quoted(d.Label), d.Needed())
		switch d.Kind() {
		case ad.KindText:
			fmt.Fprintf(&b, "    limit: %d,\n", d.Limit)
			if len(d.Suggested) > 0 {
				b.WriteString("    suggested: [\n")
				for row := range slices.Chunk(d.Suggested, 5) {
					fmt.Fprintf(&b, "      %s,\n", quoted(row...))
				}
				b.WriteString("    ],\n")
			}
		case ad.KindChoice:
			fmt.Fprintf(&b, "    choices: [%s],\n", quoted(d.Choices...))
		case ad.KindFlag:
			fmt.Fprintf(&b, "    initial: %v,\n", d.Default)
		}
		b.WriteString("  },\n")
	}
	fmt.Fprintf(&b, `] as const satisfies readonly Field[]

/** The most bytes of UTF-8 a character may weigh on average. */
export const bytesPerCharacter = %d
`, ad.BytesPerCharacter)
	return b.String()
}

// siteCharacters is the site's copy of the sets of characters of internal/ad, as the inside
// of character classes.
func siteCharacters() string {
	return fmt.Sprintf(`// Written by go test ./internal/httpapi -run Generated -update, from
// internal/ad/visible.go.

/** Characters that show nothing wherever they stand. */
export const ignorable =
%s
/** Characters that can be an emoji, alone or joined to others. */
export const pictograph =
%s`, class(ad.Ignorable), class(ad.Pictograph))
}

// class writes a set of characters as a TypeScript string, a few ranges a line.
func class(has func(rune) bool) string {
	var ranges []string
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if !has(r) {
			continue
		}
		first := r
		for r < unicode.MaxRune && has(r+1) {
			r++
		}
		one := fmt.Sprintf(`\\u{%x}`, first)
		if r > first {
			one += fmt.Sprintf(`-\\u{%x}`, r)
		}
		ranges = append(ranges, one)
	}
	var lines []string
	for some := range slices.Chunk(ranges, 5) {
		lines = append(lines, "  '"+strings.Join(some, "")+"'")
	}
	return strings.Join(lines, " +\n") + "\n"
}

// quoted writes texts as TypeScript strings, with commas between.
func quoted(texts ...string) string {
	out := make([]string, len(texts))
	for i, s := range texts {
		out[i] = "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'"
	}
	return strings.Join(out, ", ")
}

package httpapi_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"testing"

	"github.com/nanococoa/nanococoa/internal/httpapi"
)

var update = flag.Bool("update", false, "rewrite golden files")

// The golden file is what the pages' types are generated from: a change of the
// API shows up here, and then there.
func TestOpenAPIIsTheGoldenFile(t *testing.T) {
	t.Parallel()
	raw, err := httpapi.OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := json.Indent(&b, raw, "", "  "); err != nil {
		t.Fatal(err)
	}
	b.WriteByte('\n')
	const golden = "openapi.json"
	if *update {
		if err := os.WriteFile(golden, b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, b.Bytes()) {
		t.Error("openapi.json is not what the handlers say; run: go test ./internal/httpapi -run OpenAPI -update")
	}
}

package statemachine_test

import (
	"bytes"
	"flag"
	"os"
	"testing"

	"github.com/nanococoa/nanococoa/statemachine"
)

var update = flag.Bool("update", false, "rewrite golden files")

// What is deployed is what the tables say: a change of a step shows up in ad.asl.json.
func TestTheDefinitionIsGenerated(t *testing.T) {
	t.Parallel()
	m, err := statemachine.Definition()
	if err != nil {
		t.Fatal(err)
	}
	got, err := m.Encode()
	if err != nil {
		t.Fatal(err)
	}
	const golden = "ad.asl.json"
	if *update {
		if err := os.WriteFile(golden, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, got) {
		t.Error("ad.asl.json is not what the tables say; run: go generate ./statemachine")
	}
}

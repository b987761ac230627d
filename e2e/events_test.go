//go:build e2e

package e2e_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
)

// invoke calls a deployed function as Lambda's own API does.
func invoke(t *testing.T, folder string, event []byte) *lambda.InvokeOutput {
	t.Helper()
	client := lambda.NewFromConfig(sys.Config())
	name := sys.Outputs[strings.ToUpper(folder[:1])+folder[1:]+"FunctionName"]
	out, err := client.Invoke(t.Context(), &lambda.InvokeInput{FunctionName: &name, Payload: event})
	if err != nil {
		t.Fatalf("%s: %v", folder, err)
	}
	return out
}

// invokeIngest delivers the event of an upload to the deployed function once
// more.
func invokeIngest(t *testing.T, adID string) {
	t.Helper()
	event, _ := json.Marshal(map[string]any{
		"source": "aws.s3", "detail-type": "Object Created",
		"detail": map[string]any{
			"bucket": map[string]any{"name": sys.bucket},
			"object": map[string]any{"key": "uploads/" + adID + "/original"},
		},
	})
	if out := invoke(t, "ingest", event); out.FunctionError != nil {
		t.Errorf("ingest failed: %s", out.Payload)
	}
}

// The sample events beside the functions, which `make sam-invoke` takes, are what
// the functions take: they name an ad that nobody has, and every function says of
// it what it would on AWS.
func TestSampleEvents(t *testing.T) {
	t.Parallel()
	const gone = `"errorType":"Ad.Gone"` // what a step says of an ad that is not there
	want := map[string]string{
		"api/create-upload":             `"statusCode":201`,
		"api/get-ad":                    `"statusCode":404`,
		"api/health":                    `"statusCode":200`,
		"ingest/photo-arrived":          `null`,
		"prepare/first-attempt":         gone,
		"prompt/first-attempt":          gone,
		"prompt/from-template":          gone,
		"stage1/first-attempt":          `{"batchItemFailures":[]}`, // nobody waits for its token
		"copywrite/first-attempt":       gone,
		"copywrite/from-template":       gone,
		"stage2/first-attempt":          gone,
		"clip/first-attempt":            gone,
		"publish/first-attempt":         gone,
		"fail/gpu-unavailable":          `null`,
		"fail/timeout":                  `null`,
		"deadletter/crashed-five-times": `{"batchItemFailures":[]}`,
		"account/get-account":           `"statusCode":200`,
		"compose/create-rendition":      `"statusCode":404`,
		"compose/list-channels":         `"statusCode":200`,
		"suggest/suggest-copies":        `"statusCode":404`,
		"sweep/schedule":                `null`,
		"sweep/execution-aborted":       `null`,
	}
	files, err := filepath.Glob("../functions/*/events/*.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		folder := filepath.Base(filepath.Dir(filepath.Dir(file)))
		name := folder + "/" + strings.TrimSuffix(filepath.Base(file), ".json")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			event, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			out := invoke(t, folder, event)
			var said bytes.Buffer
			if err := json.Compact(&said, out.Payload); err != nil {
				t.Fatalf("%v: %s", err, out.Payload)
			}
			says, known := want[name]
			if !known || !strings.Contains(said.String(), says) {
				t.Errorf("says %s, want %q (known %t)", &said, says, known)
			}
			if failed := out.FunctionError != nil; failed != (says == gone) {
				t.Errorf("failed: %t, %s", failed, out.Payload)
			}
		})
	}
}

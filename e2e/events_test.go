//go:build e2e

package e2e_test

import (
	"encoding/json"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
)

// invokeIngest delivers the event of an upload to the deployed function once
// more.
func invokeIngest(t *testing.T, adID string) {
	t.Helper()
	client := lambda.NewFromConfig(aws.Config{Region: sys.Region, BaseEndpoint: &sys.EngineURL, Credentials: credentials.NewStaticCredentialsProvider("test", "test", "")})
	event, _ := json.Marshal(map[string]any{
		"source": "aws.s3", "detail-type": "Object Created",
		"detail": map[string]any{"bucket": map[string]any{"name": sys.bucket}, "object": map[string]any{"key": "uploads/" + adID + "/original"}},
	})
	out, err := client.Invoke(t.Context(), &lambda.InvokeInput{FunctionName: aws.String(sys.Outputs["IngestFunctionName"]), Payload: event})
	if err != nil {
		t.Fatal(err)
	}
	if out.FunctionError != nil {
		t.Errorf("ingest failed: %s", out.Payload)
	}
}

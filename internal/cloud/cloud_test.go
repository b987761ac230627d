package cloud_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/smithy-go"

	"github.com/nanococoa/nanococoa/internal/cloud"
	"github.com/nanococoa/nanococoa/internal/fault"
)

func TestFault(t *testing.T) {
	t.Parallel()
	throttled := fmt.Errorf("put: %w", &smithy.GenericAPIError{Code: "ThrottlingException"})
	other := fmt.Errorf("put: %w", &smithy.GenericAPIError{Code: "InternalServerError"})
	own := fmt.Errorf("x: %w", fault.New(fault.AdGone, nil))
	for name, tc := range map[string]struct {
		in   error
		want fault.Code
	}{
		"throttle": {throttled, fault.StorageThrottled},
		"service":  {other, fault.StorageUnavailable},
		"network":  {errors.New("connection reset"), fault.StorageUnavailable},
		"deadline": {context.DeadlineExceeded, fault.StorageUnavailable},
		"ours":     {own, fault.AdGone},
	} {
		if got := cloud.Fault(tc.in); !fault.Has(got, tc.want) {
			t.Errorf("%s: %v, want %s", name, got, tc.want)
		}
	}
	if cloud.Fault(nil) != nil {
		t.Error("nil became a fault")
	}
	if got := cloud.Fault(context.Canceled); !errors.Is(got, context.Canceled) ||
		fault.Has(got, fault.StorageUnavailable) {
		t.Errorf("cancelled became %v", got)
	}
	if cloud.ErrorCode(other) != "InternalServerError" || cloud.ErrorCode(own) != "" {
		t.Error("ErrorCode")
	}
}

func TestLoadTakesWhatLambdaSets(t *testing.T) {
	for k, v := range map[string]string{
		"AWS_REGION": "ap-northeast-2", "AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "secret",
		"AWS_SESSION_TOKEN": "token", "AWS_ENDPOINT_URL": "",
	} {
		t.Setenv(k, v)
	}
	cfg, err := cloud.Load()
	if err != nil {
		t.Fatal(err)
	}
	creds, err := cfg.Credentials.Retrieve(t.Context())
	if err != nil || creds.AccessKeyID != "id" || creds.SecretAccessKey != "secret" || creds.SessionToken != "token" {
		t.Errorf("credentials = %+v, %v", creds, err)
	}
	if cfg.Region != "ap-northeast-2" || cfg.BaseEndpoint != nil || cloud.PathStyle() || cfg.Retryer().MaxAttempts() != 3 {
		t.Errorf("config = %+v", cfg)
	}
	t.Setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
	if cfg, _ = cloud.Load(); cfg.BaseEndpoint == nil || *cfg.BaseEndpoint != "http://127.0.0.1:1" || !cloud.PathStyle() {
		t.Error("a local endpoint is not used")
	}
	t.Setenv("AWS_REGION", "")
	t.Setenv("AWS_ACCESS_KEY_ID", "")
	if _, err := cloud.Load(); err == nil || !strings.Contains(err.Error(), "AWS_REGION") ||
		!strings.Contains(err.Error(), "AWS_ACCESS_KEY_ID") {
		t.Errorf("err = %v, want both names", err)
	}
}

// A single service may be somewhere else, as for a proxy before it; its SDK
// client asks for itself.
func TestAServicesOwnEndpoint(t *testing.T) { //nolint:paralleltest // it sets the environment
	for k, v := range map[string]string{
		"AWS_REGION": "ap-northeast-2", "AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "secret",
		"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:2",
	} {
		t.Setenv(k, v)
	}
	cfg, err := cloud.Load()
	if err != nil {
		t.Fatal(err)
	}
	if got := dynamodb.NewFromConfig(cfg).Options().BaseEndpoint; got == nil || *got != "http://127.0.0.1:2" {
		t.Errorf("DynamoDB is at %v", got)
	}
	if got := sfn.NewFromConfig(cfg).Options().BaseEndpoint; got == nil || *got != "http://127.0.0.1:1" {
		t.Errorf("Step Functions is at %v", got)
	}
}

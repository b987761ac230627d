package cloud_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

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
	if got := cloud.Fault(context.Canceled); !errors.Is(got, context.Canceled) || fault.Has(got, fault.StorageUnavailable) {
		t.Errorf("cancelled became %v", got)
	}
	if cloud.ErrorCode(other) != "InternalServerError" || cloud.ErrorCode(own) != "" {
		t.Error("ErrorCode")
	}
}

func TestPathStyleFollowsTheEndpoint(t *testing.T) {
	t.Setenv("AWS_ENDPOINT_URL", "")
	t.Setenv("AWS_ENDPOINT_URL_S3", "")
	if cloud.PathStyle() {
		t.Error("path style without an endpoint")
	}
	t.Setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
	if !cloud.PathStyle() {
		t.Error("virtual hosts with an endpoint")
	}
	cfg, err := cloud.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if cfg.Retryer().MaxAttempts() != 3 {
		t.Errorf("attempts = %d", cfg.Retryer().MaxAttempts())
	}
}

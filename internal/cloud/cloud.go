// Package cloud holds what every AWS client of ours shares: how its
// configuration is loaded and how its errors become faults. Nothing in it knows
// whether it talks to AWS or to a local engine: the SDK reads AWS_ENDPOINT_URL
// itself.
package cloud

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/smithy-go"

	"github.com/nanococoa/nanococoa/internal/fault"
)

// sdkAttempts is how often the SDK itself tries a call: enough to ride out one
// reset connection inside a Lambda; anything longer is the state machine's
// business, which waits with jitter.
const sdkAttempts = 3

// Load reads the SDK configuration from the environment.
func Load(ctx context.Context) (aws.Config, error) {
	cfg, err := config.LoadDefaultConfig(ctx, config.WithRetryer(func() aws.Retryer {
		return retry.AddWithMaxAttempts(retry.NewStandard(), sdkAttempts)
	}))
	if err != nil {
		return aws.Config{}, fmt.Errorf("load the AWS configuration: %w", err)
	}
	return cfg, nil
}

// PathStyle reports whether S3 must be addressed as host/bucket instead of
// bucket.host: whenever a custom endpoint is set, since a local engine has no
// wildcard DNS.
func PathStyle() bool {
	return os.Getenv("AWS_ENDPOINT_URL") != "" || os.Getenv("AWS_ENDPOINT_URL_S3") != ""
}

// throttles are the error codes by which AWS asks for a slower pace.
var throttles = []string{
	"ProvisionedThroughputExceededException", "RequestLimitExceeded", "SlowDown", "ThrottledException",
	"Throttling", "ThrottlingException", "TooManyRequestsException", "TransactionInProgressException",
}

// Fault translates an error of an AWS call: a throttle into
// Storage.Throttled, everything else into Storage.Unavailable. A cancelled
// context and an error that already is a fault pass unchanged; nil stays nil.
func Fault(err error) error {
	var f *fault.Fault
	if err == nil || errors.As(err, &f) || errors.Is(err, context.Canceled) {
		return err
	}
	var api smithy.APIError
	if errors.As(err, &api) && slices.Contains(throttles, api.ErrorCode()) {
		return fault.New(fault.StorageThrottled, err)
	}
	return fault.New(fault.StorageUnavailable, err)
}

// ErrorCode gives the AWS error code in a chain, or "".
func ErrorCode(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return ""
}

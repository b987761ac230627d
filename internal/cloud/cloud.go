// Package cloud holds what every AWS client of ours shares: how its
// configuration is loaded and how its errors become faults. Nothing in it knows
// whether it talks to AWS or to the local AWS.
package cloud

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/smithy-go"

	"github.com/nanococoa/nanococoa/internal/fault"
)

// sdkAttempts is how often the SDK itself tries a call: enough for one connection that is
// reset. What takes longer is left to the state machine, which waits with jitter.
const sdkAttempts = 3

// callTimeout bounds one try of a call, with the answer's body. The SDK has no bound of
// its own: a function would wait on a silent connection until its own end. The largest
// object, 20 MB, takes a second, and the API's 29 seconds leave time for a second try.
const callTimeout = 10 * time.Second

// Load makes the SDK's configuration from what Lambda puts into the
// environment: region, the role's credentials and, for the local AWS, the
// endpoint. The SDK's own config package also knows SSO, profiles, web identity
// and instance metadata; a function has none of them, and without that package
// its zip is 0.5 MB smaller.
func Load() (aws.Config, error) {
	var missing []error
	need := func(name string) string {
		v := os.Getenv(name)
		if v == "" {
			missing = append(missing, fmt.Errorf("%s is not set", name))
		}
		return v
	}
	cfg := aws.Config{
		Region: need("AWS_REGION"),
		Credentials: credentials.NewStaticCredentialsProvider(
			need("AWS_ACCESS_KEY_ID"), need("AWS_SECRET_ACCESS_KEY"), os.Getenv("AWS_SESSION_TOKEN")),
		Retryer:    func() aws.Retryer { return retry.AddWithMaxAttempts(retry.NewStandard(), sdkAttempts) },
		HTTPClient: awshttp.NewBuildableClient().WithTimeout(callTimeout),
	}
	if endpoint := os.Getenv(endpointVariable); endpoint != "" {
		cfg.BaseEndpoint = &endpoint
		cfg.ConfigSources = []any{serviceEndpoints{}}
	}
	return cfg, errors.Join(missing...)
}

// serviceEndpoints gives single services an endpoint of their own, by the SDKs'
// standard variables such as AWS_ENDPOINT_URL_S3. The SDK's clients ask each
// source of a configuration for this method.
type serviceEndpoints struct{}

// GetServiceBaseEndpoint gives the endpoint of a service by its SDK id.
func (serviceEndpoints) GetServiceBaseEndpoint(
	_ context.Context, service string,
) (endpoint string, found bool, err error) {
	endpoint = os.Getenv(endpointVariable + "_" + strings.ToUpper(strings.ReplaceAll(service, " ", "_")))
	return endpoint, endpoint != "", nil
}

// endpointVariable is the SDKs' standard variable for another endpoint.
const endpointVariable = "AWS_ENDPOINT_URL"

// PathStyle reports whether S3 must be addressed as host/bucket instead of
// bucket.host: whenever a custom endpoint is set, since the local AWS has no
// wildcard DNS.
func PathStyle() bool {
	return os.Getenv(endpointVariable) != ""
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

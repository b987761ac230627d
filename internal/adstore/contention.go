package adstore

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go/middleware"

	"github.com/nanococoa/nanococoa/internal/cloud"
	"github.com/nanococoa/nanococoa/internal/fault"
)

// backoff is how often a call is tried, and how long at most it waits after its first try;
// after each further one twice as long.
type backoff struct {
	tries   int
	first   time.Duration
	longest time.Duration
}

// Two requests about one item, such as an order sent twice, meet within milliseconds, and a
// transaction takes some tens of these. Eight tries wait for 1.6 s at most: an owner waits
// for the answer, and the API has 29 s.
var conflict = backoff{tries: 8, first: 25 * time.Millisecond, longest: 500 * time.Millisecond}

// A throttled transaction is tried as often as the SDK tries a throttled call, and waits as
// long: DynamoDB needs time, not more calls.
var throttle = backoff{tries: 3, first: time.Second, longest: 2 * time.Second}

// once is for what another try does not change, and for what the SDK has tried again.
var once = backoff{tries: 1}

// wait sleeps for a random part of the time after a try (1, 2, …), and reports whether the
// context has outlived it.
func (b backoff) wait(ctx context.Context, try int) bool {
	t := time.NewTimer(1 + rand.N(min(b.first<<(try-1), b.longest))) //nolint:gosec // not a secret
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// patient has a client try again, within the call, what DynamoDB refuses only because
// another call is at the same item, and has it return the fault of every refusal.
func patient(o *dynamodb.Options) {
	o.APIOptions = append(slices.Clip(o.APIOptions), func(s *middleware.Stack) error {
		return s.Initialize.Add(middleware.InitializeMiddlewareFunc("Contention", tryAgain), middleware.Before)
	})
}

func tryAgain(
	ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler,
) (out middleware.InitializeOutput, md middleware.Metadata, err error) {
	asked := in.Parameters
	for try := 1; ; try++ {
		if tx, ok := asked.(*dynamodb.TransactWriteItemsInput); ok {
			// The SDK writes a token into what it is given. A cancelled transaction was not
			// done, and its token is used up: the next try is another transaction.
			another := *tx
			in.Parameters = &another
		}
		out, md, err = next.HandleInitialize(ctx, in)
		code, b := refusal(err)
		switch {
		case code == "":
			return out, md, err
		case try == b.tries || !b.wait(ctx, try):
			return out, md, fault.New(code, err)
		}
	}
}

// refusal gives the fault of a refused call, and how it is tried again. It gives "" for
// what it leaves to the caller: an error that means something to this one alone, as a
// single condition, and those that every service of AWS has.
func refusal(err error) (fault.Code, backoff) {
	var cancelled *types.TransactionCanceledException
	if errors.As(err, &cancelled) {
		return cancellation(cancelled.CancellationReasons)
	}
	switch cloud.ErrorCode(err) {
	case "TransactionConflictException", "ReplicatedWriteConflictException":
		return fault.StorageThrottled, conflict
	case "ValidationException", "ItemCollectionSizeLimitExceededException", "IdempotentParameterMismatchException":
		return fault.Internal, once // our request is wrong
	}
	return "", once
}

// cancellation judges a cancelled transaction by the reason that weighs most: what no
// further try changes, then what takes longest to pass.
func cancellation(reasons []types.CancellationReason) (fault.Code, backoff) {
	has := func(codes ...string) bool {
		return slices.ContainsFunc(reasons, func(r types.CancellationReason) bool {
			return slices.Contains(codes, aws.ToString(r.Code))
		})
	}
	switch {
	// A condition is the caller's to understand. One that it did not expect is a fault of
	// ours, as is a write that can never be done.
	case has("ConditionalCheckFailed", "ValidationError", "ItemCollectionSizeLimitExceeded", "DuplicateItem"):
		return fault.Internal, once
	case has("ThrottlingError", "ProvisionedThroughputExceeded"):
		return fault.StorageThrottled, throttle
	case has("TransactionConflict"):
		return fault.StorageThrottled, conflict
	}
	return fault.StorageUnavailable, once
}

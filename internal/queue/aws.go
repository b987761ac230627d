package queue

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/nanococoa/nanococoa/internal/cloud"
	"github.com/nanococoa/nanococoa/internal/fault"
)

// Machine reports to Step Functions. Its methods return
// fault.StorageThrottled or fault.StorageUnavailable when that fails.
type Machine struct{ client *sfn.Client }

// OpenMachine makes a machine from the SDK's configuration.
func OpenMachine(cfg aws.Config) Machine { return Machine{sfn.NewFromConfig(cfg)} }

// Heartbeat reports whether the state machine still waits for the token.
func (m Machine) Heartbeat(ctx context.Context, token string) (bool, error) {
	_, err := m.client.SendTaskHeartbeat(ctx, &sfn.SendTaskHeartbeatInput{TaskToken: &token})
	if over(err) {
		return false, nil
	}
	return err == nil, cloud.Fault(err)
}

// Succeed ends the task well. A task that nobody waits for is no error.
func (m Machine) Succeed(ctx context.Context, token string) error {
	_, err := m.client.SendTaskSuccess(ctx, &sfn.SendTaskSuccessInput{TaskToken: &token, Output: aws.String("{}")})
	if over(err) {
		return nil
	}
	return cloud.Fault(err)
}

// Fail ends the task with a code, which the state machine matches like the
// error of a function. A task that nobody waits for is no error.
func (m Machine) Fail(ctx context.Context, token string, code fault.Code) error {
	_, err := m.client.SendTaskFailure(ctx, &sfn.SendTaskFailureInput{TaskToken: &token, Error: aws.String(string(code)), Cause: aws.String(string(code))})
	if over(err) {
		return nil
	}
	return cloud.Fault(err)
}

// over reports whether an error says that the task has ended.
func over(err error) bool {
	var timedOut *types.TaskTimedOut
	var missing *types.TaskDoesNotExist
	var invalid *types.InvalidToken
	return errors.As(err, &timedOut) || errors.As(err, &missing) || errors.As(err, &invalid)
}

// SQS is the queue itself.
type SQS struct {
	client *sqs.Client
	url    string
}

// OpenSQS makes a queue from the SDK's configuration and its address.
func OpenSQS(cfg aws.Config, url string) SQS { return SQS{sqs.NewFromConfig(cfg), url} }

// Send puts a message into the queue, to be seen after a delay of up to 15
// minutes.
//
// Faults: Storage.Throttled, Storage.Unavailable.
func (q SQS) Send(ctx context.Context, body string, delay time.Duration) error {
	_, err := q.client.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: &q.url, MessageBody: &body, DelaySeconds: int32(delay.Seconds())}) //nolint:gosec // minutes
	return cloud.Fault(err)
}

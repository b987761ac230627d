// Package taskqueue joins the queue before the GPU server (internal/queue) to AWS: the
// messages lie in SQS, Lambda hands them over in batches, and Step Functions waits for a
// report with each message's task token.
package taskqueue

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/nanococoa/nanococoa/internal/cloud"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/queue"
)

// Tasks reports to Step Functions. Its methods return fault.StorageThrottled or
// fault.StorageUnavailable when that fails.
type Tasks struct{ client *sfn.Client }

// OpenTasks makes tasks from the SDK's configuration.
func OpenTasks(cfg aws.Config) Tasks { return Tasks{sfn.NewFromConfig(cfg)} }

// Heartbeat reports whether the state machine still waits for the token.
func (t Tasks) Heartbeat(ctx context.Context, token string) (alive bool, err error) {
	_, err = t.client.SendTaskHeartbeat(ctx, &sfn.SendTaskHeartbeatInput{TaskToken: &token})
	if over(err) {
		return false, nil
	}
	return err == nil, cloud.Fault(err)
}

// Succeed ends the task well. A task that nobody waits for is no error.
func (t Tasks) Succeed(ctx context.Context, token string) error {
	_, err := t.client.SendTaskSuccess(ctx, &sfn.SendTaskSuccessInput{TaskToken: &token, Output: aws.String("{}")})
	if over(err) {
		return nil
	}
	return cloud.Fault(err)
}

// Fail ends the task with a code, which the state machine matches like the error of a
// function. A task that nobody waits for is no error.
func (t Tasks) Fail(ctx context.Context, token string, code fault.Code) error {
	_, err := t.client.SendTaskFailure(ctx, &sfn.SendTaskFailureInput{
		TaskToken: &token, Error: aws.String(string(code)), Cause: aws.String(string(code)),
	})
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

// Queue is one SQS queue.
type Queue struct {
	client *sqs.Client
	url    string
}

// OpenQueue makes a queue from the SDK's configuration and the queue's address.
func OpenQueue(cfg aws.Config, url string) Queue { return Queue{sqs.NewFromConfig(cfg), url} }

// Hide keeps a delivered message from others for a time from now on; 0 has it delivered
// again at once. It implements Hider.
//
// Faults: Storage.Throttled, Storage.Unavailable.
func (q Queue) Hide(ctx context.Context, receipt string, d time.Duration) error {
	_, err := q.client.ChangeMessageVisibility(ctx, &sqs.ChangeMessageVisibilityInput{
		QueueUrl: &q.url, ReceiptHandle: &receipt, VisibilityTimeout: int32(d.Seconds()), //nolint:gosec // minutes
	})
	return cloud.Fault(err)
}

// Send puts a message into the queue, to be seen after a delay of up to 15 minutes.
//
// Faults: Storage.Throttled, Storage.Unavailable.
func (q Queue) Send(ctx context.Context, m queue.Message, delay time.Duration) error {
	body, err := json.Marshal(m)
	if err != nil {
		return fault.New(fault.Internal, err)
	}
	_, err = q.client.SendMessage(ctx, &sqs.SendMessageInput{
		QueueUrl: &q.url, MessageBody: aws.String(string(body)),
		DelaySeconds: int32(delay.Seconds()), //nolint:gosec // minutes
	})
	return cloud.Fault(err)
}

// Package workflow starts and stops the state machine that makes ads. Both
// doors of the system, the API and the S3 event, meet in Start.
package workflow

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/cloud"
)

// Queue is what Start needs of the store.
type Queue interface {
	// Enqueue reports whether the attempt waits for its execution.
	Enqueue(ctx context.Context, r ad.Ref) (queued bool, err error)
}

// Machine is the state machine. It is safe for concurrent use. Its methods
// return fault.StorageThrottled or fault.StorageUnavailable when Step Functions
// fails.
type Machine struct {
	sfn   *sfn.Client
	arn   string
	queue Queue
}

// New makes a machine from its ARN.
func New(client *sfn.Client, arn string, queue Queue) *Machine {
	return &Machine{sfn: client, arn: arn, queue: queue}
}

// Open makes a machine from the SDK's configuration.
func Open(cfg aws.Config, arn string, queue Queue) *Machine {
	return New(sfn.NewFromConfig(cfg), arn, queue)
}

// Start starts the execution of an attempt whose photo has arrived. When it is called
// twice, or by both doors at once, or again after the attempt has begun, ended or been
// deleted, it does nothing more: the record moves by condition and executions are named
// by the attempt.
func (m *Machine) Start(ctx context.Context, r ad.Ref) error {
	queued, err := m.queue.Enqueue(ctx, r)
	if err != nil || !queued {
		return err
	}
	input, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("encode the input: %w", err)
	}
	_, err = m.sfn.StartExecution(ctx, &sfn.StartExecutionInput{
		StateMachineArn: &m.arn, Name: aws.String(r.ExecutionName()), Input: aws.String(string(input)),
	})
	var exists *types.ExecutionAlreadyExists
	if errors.As(err, &exists) {
		return nil
	}
	return cloud.Fault(err)
}

// Stop ends the execution of an attempt, if there is one.
func (m *Machine) Stop(ctx context.Context, r ad.Ref) error {
	_, err := m.sfn.StopExecution(ctx, &sfn.StopExecutionInput{
		ExecutionArn: aws.String(m.executionARN(r)), Cause: aws.String("the ad was deleted"),
	})
	var missing *types.ExecutionDoesNotExist
	if errors.As(err, &missing) || cloud.ErrorCode(err) == "ValidationException" {
		// A finished execution cannot be stopped and needs not be; Step
		// Functions answers either way depending on its age.
		return nil
	}
	return cloud.Fault(err)
}

// Running reports whether the execution of an attempt is at work.
func (m *Machine) Running(ctx context.Context, r ad.Ref) (bool, error) {
	out, err := m.sfn.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: aws.String(m.executionARN(r))})
	var missing *types.ExecutionDoesNotExist
	if errors.As(err, &missing) {
		return false, nil
	}
	if err != nil {
		return false, cloud.Fault(err)
	}
	return out.Status == types.ExecutionStatusRunning, nil
}

// executionARN follows from the machine's: arn:…:stateMachine:NAME becomes
// arn:…:execution:NAME:EXECUTION.
func (m *Machine) executionARN(r ad.Ref) string {
	return strings.Replace(m.arn, ":stateMachine:", ":execution:", 1) + ":" + r.ExecutionName()
}

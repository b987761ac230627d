package taskqueue_test

import (
	"encoding/json"
	"os"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/localaws"
	"github.com/nanococoa/nanococoa/internal/queue"
	"github.com/nanococoa/nanococoa/internal/taskqueue"
)

func TestMain(m *testing.M) { os.Exit(localaws.Main(m)) }

// task makes a machine that waits for a token, starts it, and gives the token
// and a look at how the execution is.
func task(t *testing.T, cfg aws.Config) (token string, status func() (string, string)) {
	t.Helper()
	q, machines := sqs.NewFromConfig(cfg), sfn.NewFromConfig(cfg)
	made, err := q.CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: aws.String(localaws.Name(t))})
	if err != nil {
		t.Fatal(err)
	}
	wait := map[string]any{
		"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "End": true,
		"Arguments": map[string]any{
			"QueueUrl": *made.QueueUrl, "MessageBody": map[string]any{"task_token": "{% $states.context.Task.Token %}"},
		},
	}
	definition, _ := json.Marshal(map[string]any{
		"QueryLanguage": "JSONata", "StartAt": "W", "States": map[string]any{"W": wait},
	})
	m, err := machines.CreateStateMachine(t.Context(), &sfn.CreateStateMachineInput{
		Name: aws.String(localaws.Name(t)), RoleArn: aws.String("arn:aws:iam::000000000000:role/r"),
		Definition: aws.String(string(definition)),
	})
	if err != nil {
		t.Fatal(err)
	}
	e, err := machines.StartExecution(t.Context(), &sfn.StartExecutionInput{StateMachineArn: m.StateMachineArn})
	if err != nil {
		t.Fatal(err)
	}
	got, err := q.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: made.QueueUrl, WaitTimeSeconds: 10})
	if err != nil || len(got.Messages) != 1 {
		t.Fatalf("no task: %v", err)
	}
	var msg queue.Message
	if err := json.Unmarshal([]byte(*got.Messages[0].Body), &msg); err != nil {
		t.Fatal(err)
	}
	return msg.TaskToken, func() (string, string) {
		for range 100 {
			out, err := machines.DescribeExecution(t.Context(), &sfn.DescribeExecutionInput{ExecutionArn: e.ExecutionArn})
			if err != nil {
				t.Fatal(err)
			}
			if out.Status != "RUNNING" {
				return string(out.Status), aws.ToString(out.Error)
			}
			time.Sleep(50 * time.Millisecond)
		}
		return "RUNNING", ""
	}
}

func TestReportSuccess(t *testing.T) {
	t.Parallel()
	cfg := localaws.Config(t)
	token, status := task(t, cfg)
	m := taskqueue.OpenTasks(cfg)
	if alive, err := m.Heartbeat(t.Context(), token); err != nil || !alive {
		t.Errorf("a waiting task: %v, %v", alive, err)
	}
	if err := m.Succeed(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	if got, _ := status(); got != "SUCCEEDED" {
		t.Errorf("the execution is %s", got)
	}
	if alive, err := m.Heartbeat(t.Context(), token); err != nil || alive {
		t.Errorf("an ended task: %v, %v", alive, err)
	}
	if err := m.Succeed(t.Context(), token); err != nil {
		t.Errorf("reporting twice: %v", err)
	}
	if err := m.Fail(t.Context(), token, fault.Internal); err != nil {
		t.Errorf("failing after success: %v", err)
	}
}

func TestReportFailure(t *testing.T) {
	t.Parallel()
	cfg := localaws.Config(t)
	token, status := task(t, cfg)
	if err := taskqueue.OpenTasks(cfg).Fail(t.Context(), token, fault.GPURejected); err != nil {
		t.Fatal(err)
	}
	if got, name := status(); got != "FAILED" || name != string(fault.GPURejected) {
		t.Errorf("the execution is %s with %q", got, name)
	}
}

func TestSendDelays(t *testing.T) {
	t.Parallel()
	cfg := localaws.Config(t)
	client := sqs.NewFromConfig(cfg)
	made, err := client.CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: aws.String(localaws.Name(t))})
	if err != nil {
		t.Fatal(err)
	}
	if err := taskqueue.OpenQueue(cfg, *made.QueueUrl).Send(
		t.Context(), queue.Message{TaskToken: "T"}, 30*time.Second,
	); err != nil {
		t.Fatal(err)
	}
	out, err := client.GetQueueAttributes(
		t.Context(),
		&sqs.GetQueueAttributesInput{
			QueueUrl: made.QueueUrl, AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameAll},
		},
	)
	if err != nil || out.Attributes["ApproximateNumberOfMessagesDelayed"] != "1" {
		t.Errorf("attributes = %v, %v", out.Attributes, err)
	}
	cfg.BaseEndpoint = aws.String("http://127.0.0.1:1")
	if err := taskqueue.OpenQueue(cfg, "http://127.0.0.1:1/q").Send(
		t.Context(), queue.Message{}, 0,
	); !fault.Has(err, fault.StorageUnavailable) {
		t.Errorf("unreachable: %v", err)
	}
	if _, err := taskqueue.OpenTasks(cfg).Heartbeat(t.Context(), "t"); !fault.Has(err, fault.StorageUnavailable) {
		t.Errorf("unreachable: %v", err)
	}
}

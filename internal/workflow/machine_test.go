package workflow_test

import (
	"context"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/localaws"
	"github.com/nanococoa/nanococoa/internal/workflow"
)

func TestMain(m *testing.M) { os.Exit(localaws.Main(m)) }

type queue struct {
	queued bool
	err    error
	asked  []ad.Ref
}

func (q *queue) Enqueue(_ context.Context, r ad.Ref) (bool, error) {
	q.asked = append(q.asked, r)
	return q.queued, q.err
}

// newMachine makes a machine that waits for ever.
func newMachine(t *testing.T) (*sfn.Client, string) {
	t.Helper()
	client := sfn.NewFromConfig(localaws.Config(t))
	out, err := client.CreateStateMachine(t.Context(), &sfn.CreateStateMachineInput{
		Name: aws.String(localaws.Name(t)), RoleArn: aws.String("arn:aws:iam::000000000000:role/r"),
		Definition: aws.String(`{"StartAt":"W","States":{"W":{
			"Type":"Task","Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken",
			"Parameters":{"FunctionName":"none","Payload":{}},
			"End":true,"Retry":[{"ErrorEquals":["States.ALL"],"IntervalSeconds":100000}]}}}`),
	})
	if err != nil {
		t.Fatal(err)
	}
	return client, *out.StateMachineArn
}

func executions(t *testing.T, client *sfn.Client, arn string) []string {
	t.Helper()
	out, err := client.ListExecutions(t.Context(), &sfn.ListExecutionsInput{StateMachineArn: &arn})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range out.Executions {
		names = append(names, *e.Name)
	}
	return names
}

func ref(t *testing.T) ad.Ref {
	t.Helper()
	id, err := ad.NewID()
	if err != nil {
		t.Fatal(err)
	}
	return ad.Ref{Owner: "me", AdID: id, Attempt: 1}
}

func TestStartingTwiceIsStartingOnce(t *testing.T) {
	t.Parallel()
	client, arn := newMachine(t)
	m := workflow.New(client, arn, &queue{queued: true})
	r := ref(t)
	for range 3 {
		if err := m.Start(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	if got := executions(t, client, arn); len(got) != 1 || got[0] != r.AdID {
		t.Fatalf("executions = %v", got)
	}
	out, err := client.DescribeExecution(
		t.Context(),
		&sfn.DescribeExecutionInput{
			ExecutionArn: aws.String(strings.Replace(arn, "stateMachine", "execution", 1) + ":" + r.AdID),
		},
	)
	if err != nil {
		t.Fatal(err)
	}
	var in ad.Ref
	if err := json.Unmarshal([]byte(*out.Input), &in); err != nil || in != r {
		t.Errorf("input = %s, %v", *out.Input, err)
	}
	r.Attempt = 2
	if err := m.Start(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	if got := executions(t, client, arn); len(got) != 2 {
		t.Errorf("a new attempt made no execution: %v", got)
	}
}

func TestWhatIsNotQueuedIsNotStarted(t *testing.T) {
	t.Parallel()
	client, arn := newMachine(t)
	q := &queue{}
	m := workflow.New(client, arn, q)
	r := ref(t)
	if err := m.Start(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	q.err = fault.New(fault.StorageThrottled, nil)
	if err := m.Start(t.Context(), r); !fault.Has(err, fault.StorageThrottled) {
		t.Errorf("err = %v", err)
	}
	if got := executions(t, client, arn); len(got) != 0 || len(q.asked) != 2 || q.asked[0] != r {
		t.Errorf("executions %v, asked %v", got, q.asked)
	}
}

func TestStop(t *testing.T) {
	t.Parallel()
	client, arn := newMachine(t)
	m := workflow.New(client, arn, &queue{queued: true})
	r := ref(t)
	if err := m.Stop(t.Context(), r); err != nil {
		t.Errorf("stopping what never ran: %v", err)
	}
	if err := m.Start(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := m.Stop(t.Context(), r); err != nil {
			t.Errorf("stop: %v", err)
		}
	}
	out, err := client.DescribeExecution(
		t.Context(),
		&sfn.DescribeExecutionInput{
			ExecutionArn: aws.String(strings.Replace(arn, "stateMachine", "execution", 1) + ":" + r.AdID),
		},
	)
	if err != nil || out.Status == "RUNNING" {
		t.Errorf("status = %v, %v", out.Status, err)
	}
}

func TestAnUnreachableMachineIsAFault(t *testing.T) {
	t.Parallel()
	cfg := localaws.Config(t)
	cfg.BaseEndpoint = aws.String("http://127.0.0.1:1")
	m := workflow.Open(cfg, "arn:aws:states:x:0:stateMachine:m", &queue{queued: true})
	if err := m.Start(t.Context(), ref(t)); !fault.Has(err, fault.StorageUnavailable) {
		t.Errorf("start: %v", err)
	}
	if err := m.Stop(t.Context(), ref(t)); !fault.Has(err, fault.StorageUnavailable) {
		t.Errorf("stop: %v", err)
	}
}

func TestRunning(t *testing.T) {
	t.Parallel()
	client, arn := newMachine(t)
	m := workflow.New(client, arn, &queue{queued: true})
	r := ref(t)
	is := func(want bool) {
		t.Helper()
		if got, err := m.Running(t.Context(), r); got != want || err != nil {
			t.Errorf("running %t, %v, want %t", got, err, want)
		}
	}
	is(false) // it was never started
	if err := m.Start(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	is(true)
	if err := m.Stop(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	is(false)
	cfg := localaws.Config(t)
	cfg.BaseEndpoint = aws.String("http://127.0.0.1:1")
	if _, err := workflow.Open(cfg, arn, &queue{}).Running(t.Context(), r); !fault.Has(err, fault.StorageUnavailable) {
		t.Errorf("unreachable: %v", err)
	}
}

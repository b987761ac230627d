// Package redrive puts dead letters back to where they came from: an event to the
// function that could not handle it, a stage 1 message into the line before the
// GPU server. It is for after the cause was mended, changes nothing unless told
// to, and may be repeated: what it hands over is handled by condition, and a
// letter goes only after that has succeeded.
package redrive

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/nanococoa/nanococoa/internal/blob"
	"github.com/nanococoa/nanococoa/internal/queue"
	"github.com/nanococoa/nanococoa/internal/taskqueue"
)

// Places are where letters lie and where they go, by the outputs of the
// application's stack.
type Places struct {
	DeadLetters       string            // address of the queue of events
	Stage1DeadLetters string            // address of the queue of stage 1 messages
	Stage1            string            // address of the line
	Functions         map[string]string // output by deployed name, of everything an event may be handed to
}

// Find reads the places of a stack.
func Find(ctx context.Context, cfg aws.Config, stack string) (Places, error) {
	out, err := cloudformation.NewFromConfig(cfg).DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &stack})
	if err != nil {
		return Places{}, fmt.Errorf("read the stack %s: %w", stack, err)
	}
	outputs := map[string]string{}
	for _, s := range out.Stacks {
		for _, o := range s.Outputs {
			outputs[aws.ToString(o.OutputKey)] = aws.ToString(o.OutputValue)
		}
	}
	p := Places{
		DeadLetters: outputs["DeadLettersUrl"], Stage1DeadLetters: outputs["Stage1DeadLettersUrl"], Stage1: outputs["Stage1QueueUrl"],
		Functions: map[string]string{},
	}
	for _, o := range []string{"IngestFunctionName", "SweepFunctionName"} {
		p.Functions[outputs[o]] = strings.TrimSuffix(o, "Name")
	}
	if slices.Contains([]string{p.DeadLetters, p.Stage1DeadLetters, p.Stage1}, "") || p.Functions[""] != "" {
		return Places{}, fmt.Errorf("the stack %s lacks outputs; it has %v", stack, slices.Sorted(maps.Keys(outputs)))
	}
	return p, nil
}

// Tasks tells whether a stage 1 is waited for; see taskqueue.Tasks.
type Tasks interface {
	Heartbeat(ctx context.Context, token string) (alive bool, err error)
}

// Redriver does it.
type Redriver struct {
	SQS    *sqs.Client
	Lambda *lambda.Client
	Tasks  Tasks
	Places Places
	Apply  bool      // false: say what there is and leave everything as it is
	Out    io.Writer // what is done, a line a letter, for a person
}

// New makes a redriver from the SDK's configuration.
func New(cfg aws.Config, p Places, apply bool, out io.Writer) *Redriver {
	return &Redriver{SQS: sqs.NewFromConfig(cfg), Lambda: lambda.NewFromConfig(cfg), Tasks: taskqueue.OpenTasks(cfg), Places: p, Apply: apply, Out: out}
}

// Result counts letters.
type Result struct {
	Done int // gone, or when nothing is applied: would go
	Left int // still there
}

// Run goes through both queues once. An error means that it could not look or
// had to stop; letters that fail again are no error, but Left.
func (r *Redriver) Run(ctx context.Context) (Result, error) {
	var sum Result
	_, _ = fmt.Fprintln(r.Out, "Events nobody could handle:")
	err := r.each(ctx, r.Places.DeadLetters, r.event, &sum)
	if err == nil {
		_, _ = fmt.Fprintln(r.Out, "Stage 1 messages nobody could consume:")
		err = r.each(ctx, r.Places.Stage1DeadLetters, r.stage1, &sum)
	}
	return sum, err
}

const (
	// hidden is how long a letter is out of others' sight: longer than a batch of
	// ten takes, at the two minutes the slowest function has.
	hidden = 30 * time.Minute
	// looked is the same for a look, which takes seconds.
	looked = time.Minute
	// batch is the most SQS gives at once.
	batch = 10
	// ask is how long to wait for a letter. Any long poll asks all of SQS's
	// servers; a short one may come back empty though there are letters.
	ask = time.Second
)

// verdict is what becomes of a letter.
type verdict struct {
	gone bool   // it was dealt with, and may be deleted
	what string // for a person
}

// each gives every letter of a queue to deal, once, and lets go of those that
// stay.
func (r *Redriver) each(ctx context.Context, url string, deal func(context.Context, types.Message) verdict, sum *Result) (err error) {
	hide := looked
	if r.Apply {
		hide = hidden
	}
	seen := map[string]bool{}
	var stay []types.Message
	defer func() { err = errors.Join(err, r.release(ctx, url, stay)) }()
	for {
		out, err := r.SQS.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
			QueueUrl: &url, MaxNumberOfMessages: batch, WaitTimeSeconds: int32(ask.Seconds()), VisibilityTimeout: int32(hide.Seconds()),
			MessageAttributeNames: []string{"All"}, MessageSystemAttributeNames: []types.MessageSystemAttributeName{types.MessageSystemAttributeNameSentTimestamp},
		})
		if err != nil {
			return fmt.Errorf("read %s: %w", url, err)
		}
		fresh := 0
		for _, m := range out.Messages {
			if seen[aws.ToString(m.MessageId)] {
				continue
			}
			fresh++
			seen[aws.ToString(m.MessageId)] = true
			v := deal(ctx, m)
			if v.gone && r.Apply {
				if _, err := r.SQS.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: &url, ReceiptHandle: m.ReceiptHandle}); err != nil {
					v = verdict{what: v.what + ", but it could not be removed and may be dealt with again: " + err.Error()}
				}
			}
			if v.gone {
				sum.Done++
			} else {
				sum.Left++
			}
			if !v.gone || !r.Apply {
				stay = append(stay, m)
			}
			_, _ = fmt.Fprintf(r.Out, "  %s  %s\n", sentAt(m), v.what)
		}
		if fresh == 0 {
			if len(seen) == 0 {
				_, _ = fmt.Fprintln(r.Out, "  none")
			}
			return nil
		}
	}
}

// release lets others see letters again at once, also after Ctrl-C.
func (r *Redriver) release(ctx context.Context, url string, letters []types.Message) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancel()
	var errs []error
	for _, m := range letters {
		_, err := r.SQS.ChangeMessageVisibility(ctx, &sqs.ChangeMessageVisibilityInput{QueueUrl: &url, ReceiptHandle: m.ReceiptHandle})
		if err != nil {
			errs = append(errs, fmt.Errorf("let go of a letter; it comes back by itself within %v: %w", hidden, err))
		}
	}
	return errors.Join(errs...)
}

func sentAt(m types.Message) string {
	var ms int64
	_, _ = fmt.Sscan(m.Attributes[string(types.MessageSystemAttributeNameSentTimestamp)], &ms)
	return time.UnixMilli(ms).UTC().Format(time.RFC3339)
}

// envelope is what Lambda puts into the queue for an event its function failed on
// (Lambda guide, "Asynchronous invocation records").
type envelope struct {
	RequestContext struct {
		FunctionArn string `json:"functionArn"`
	} `json:"requestContext"`
	RequestPayload json.RawMessage `json:"requestPayload"`
}

// targetAttribute is where EventBridge names the function it could not reach; the
// event itself is then the message (EventBridge guide, "Dead-letter queues").
const targetAttribute = "TARGET_ARN"

// event hands an event to its function, and waits for the end.
func (r *Redriver) event(ctx context.Context, m types.Message) verdict {
	arn, payload := "", json.RawMessage(aws.ToString(m.Body))
	if a, ok := m.MessageAttributes[targetAttribute]; ok {
		arn = aws.ToString(a.StringValue)
	} else {
		var e envelope
		if json.Unmarshal(payload, &e) == nil && e.RequestContext.FunctionArn != "" {
			arn, payload = e.RequestContext.FunctionArn, e.RequestPayload
		}
	}
	name := functionName(arn)
	folder := r.Places.Functions[name]
	if folder == "" || !json.Valid(payload) {
		return verdict{what: "no event of ours, stays: for " + strings.TrimSpace(name+" "+describe(payload))}
	}
	what := folder + ": " + describe(payload)
	if !r.Apply {
		return verdict{true, what + ": would be handed over"}
	}
	out, err := r.Lambda.Invoke(ctx, &lambda.InvokeInput{FunctionName: &name, Payload: payload})
	switch {
	case err != nil:
		return verdict{what: what + ": stays, the function cannot be called: " + err.Error()}
	case out.FunctionError != nil:
		return verdict{what: what + ": stays, fails again: " + reason(out.Payload)}
	}
	return verdict{true, what + ": handed over"}
}

// functionName is the name in arn:aws:lambda:REGION:ACCOUNT:function:NAME, with or
// without a version behind it.
func functionName(arn string) string {
	if parts := strings.Split(arn, ":"); len(parts) >= 7 && parts[2] == "lambda" {
		return parts[6]
	}
	return ""
}

// describe says which event it is, without what it holds: an execution's input
// names an owner.
func describe(payload json.RawMessage) string {
	var e struct {
		Type   string `json:"detail-type"`
		Detail struct {
			Name   string `json:"name"` // of an execution, which is the ad's id
			Object struct {
				Key string `json:"key"`
			} `json:"object"`
		} `json:"detail"`
	}
	if json.Unmarshal(payload, &e) != nil || e.Type == "" {
		return "unknown"
	}
	of := e.Detail.Name
	if adID, ok := blob.ParseUpload(e.Detail.Object.Key); ok {
		of = adID
	}
	return strings.TrimSpace(e.Type + " " + of)
}

// reason is what a function says of its error.
func reason(payload []byte) string {
	var e struct{ ErrorType, ErrorMessage string }
	if json.Unmarshal(payload, &e) != nil {
		return "without a word"
	}
	return e.ErrorType + " " + e.ErrorMessage
}

// stage1 moves a message back into the line, if anybody still waits for it.
func (r *Redriver) stage1(ctx context.Context, m types.Message) verdict {
	var msg queue.Message
	if err := json.Unmarshal([]byte(aws.ToString(m.Body)), &msg); err != nil || msg.TaskToken == "" {
		return verdict{what: "no stage 1 message, stays"}
	}
	what := "ad " + msg.Input.AdID
	alive, err := r.Tasks.Heartbeat(ctx, msg.TaskToken)
	switch {
	case err != nil:
		return verdict{what: what + ": stays, cannot be asked for: " + err.Error()}
	case !alive && r.Apply:
		return verdict{true, what + ": nobody waits for it any more, removed"}
	case !alive:
		return verdict{true, what + ": nobody waits for it any more, would be removed"}
	case !r.Apply:
		return verdict{true, what + ": would be moved back into the line"}
	}
	if _, err := r.SQS.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: &r.Places.Stage1, MessageBody: m.Body}); err != nil {
		return verdict{what: what + ": stays, cannot be moved: " + err.Error()}
	}
	return verdict{true, what + ": moved back into the line"}
}

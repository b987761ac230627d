// Package redrive puts dead letters back to where they came from: an event to the
// function that could not handle it, a stage 1 message into the queue before the GPU
// server. Use it after the cause was mended. It changes nothing unless told to, and may
// be repeated: the handlers of both write by condition, and a dead letter is deleted
// only after its handler has succeeded.
package redrive

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
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

// Places are where dead letters are and where they go, by the outputs of the
// application's stack.
type Places struct {
	DeadLetters       string            // address of the dead-letter queue of events
	Stage1DeadLetters string            // address of the dead-letter queue of stage 1
	Stage1            string            // address of stage 1's queue
	Functions         map[string]string // output by deployed name, of everything an event may be handed to
}

// Find reads the places of a stack.
func Find(ctx context.Context, cfg aws.Config, stack string) (Places, error) {
	in := &cloudformation.DescribeStacksInput{StackName: &stack}
	out, err := cloudformation.NewFromConfig(cfg).DescribeStacks(ctx, in)
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
		DeadLetters:       outputs["DeadLettersUrl"],
		Stage1DeadLetters: outputs["Stage1DeadLettersUrl"],
		Stage1:            outputs["Stage1QueueUrl"],
		Functions:         map[string]string{},
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
	Out    io.Writer // what is done, a line for each dead letter, for a person
}

// New makes a redriver from the SDK's configuration.
func New(cfg aws.Config, p Places, apply bool, out io.Writer) *Redriver {
	return &Redriver{
		SQS: sqs.NewFromConfig(cfg), Lambda: lambda.NewFromConfig(cfg), Tasks: taskqueue.OpenTasks(cfg),
		Places: p, Apply: apply, Out: out,
	}
}

// Result counts dead letters.
type Result struct {
	Done int // gone, or when nothing is applied: would go
	Left int // still there
}

// Run goes through both queues once. An error means that it could not look or
// had to stop. A dead letter that fails again is no error; it counts as Left.
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
	// batch is the most that SQS gives at once.
	batch = 10
	// ask is how long to wait for a dead letter. Any long poll asks all of SQS's
	// servers; a short one may come back empty although there are some.
	ask = time.Second
	// first is how long SQS hides what it gives out, until we have it and say for how
	// long we need it. When the answer is lost on its way, the SDK asks again and gets
	// nothing: the dead letters are hidden, though nobody has them. They come back after
	// so long, and are waited for.
	first = 5 * time.Second
	// hidden is how long a dead letter is then out of others' sight: longer than a batch
	// takes, at the two minutes that the slowest function has.
	hidden = 30 * time.Minute
	// looked is the same when nothing is applied, which takes seconds.
	looked = time.Minute
)

// verdict is what becomes of a dead letter.
type verdict struct {
	gone bool   // it was dealt with, and may be deleted
	what string // for a person
}

// each gives every dead letter of a queue to deal, once, and makes those that stay
// visible again.
func (r *Redriver) each(
	ctx context.Context, url string, deal func(context.Context, types.Message) verdict, sum *Result,
) (err error) {
	seen := map[string]bool{}
	stay := map[string]types.Message{} // by id, as received last: an earlier receipt does not count
	defer func() { err = errors.Join(err, r.release(ctx, url, stay)) }()
	for last := time.Now(); ; { // when one came that had not come before
		messages, err := r.receive(ctx, url)
		if err != nil {
			return err
		}
		known := len(seen)
		for _, m := range messages {
			id := aws.ToString(m.MessageId)
			if seen[id] {
				if _, ok := stay[id]; ok {
					stay[id] = m
				}
				continue
			}
			seen[id], last = true, time.Now()
			v := deal(ctx, m)
			if v.gone && r.Apply {
				in := &sqs.DeleteMessageInput{QueueUrl: &url, ReceiptHandle: m.ReceiptHandle}
				if _, err := r.SQS.DeleteMessage(ctx, in); err != nil {
					v = verdict{what: v.what + ", but cannot be removed and may be dealt with again: " + err.Error()}
				}
			}
			if v.gone {
				sum.Done++
			} else {
				sum.Left++
			}
			if !v.gone || !r.Apply {
				stay[id] = m
			}
			_, _ = fmt.Fprintf(r.Out, "  %s  %s\n", sentAt(m), v.what)
		}
		if len(seen) > known {
			continue
		}
		all, err := r.count(ctx, url)
		if err != nil {
			return err
		}
		if rest := all - len(stay); rest > 0 {
			if time.Since(last) < first+2*ask {
				continue
			}
			_, _ = fmt.Fprintf(r.Out, "  about %d more: hidden by somebody else, or SQS counts late\n", rest)
		} else if len(seen) == 0 {
			_, _ = fmt.Fprintln(r.Out, "  none")
		}
		return nil
	}
}

// receive gives the next dead letters, none when there are no visible ones, and hides
// them from others for as long as they are dealt with.
func (r *Redriver) receive(ctx context.Context, url string) ([]types.Message, error) {
	out, err := r.SQS.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
		QueueUrl: &url, MaxNumberOfMessages: batch,
		WaitTimeSeconds: int32(ask.Seconds()), VisibilityTimeout: int32(first.Seconds()),
		MessageAttributeNames:       []string{"All"},
		MessageSystemAttributeNames: []types.MessageSystemAttributeName{types.MessageSystemAttributeNameSentTimestamp},
	})
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", url, err)
	}
	if len(out.Messages) == 0 {
		return nil, nil
	}
	hide := looked
	if r.Apply {
		hide = hidden
	}
	in := &sqs.ChangeMessageVisibilityBatchInput{QueueUrl: &url}
	for i, m := range out.Messages {
		in.Entries = append(in.Entries, types.ChangeMessageVisibilityBatchRequestEntry{
			Id: aws.String(strconv.Itoa(i)), ReceiptHandle: m.ReceiptHandle, VisibilityTimeout: int32(hide.Seconds()),
		})
	}
	ours, err := r.SQS.ChangeMessageVisibilityBatch(ctx, in)
	if err != nil {
		return nil, fmt.Errorf("hide what was read of %s: %w", url, err)
	}
	var messages []types.Message // the others are visible again, and come again
	for _, ok := range ours.Successful {
		i, err := strconv.Atoi(aws.ToString(ok.Id))
		if err != nil || i < 0 || i >= len(out.Messages) {
			return nil, fmt.Errorf("SQS answered for %q, of %d", aws.ToString(ok.Id), len(out.Messages))
		}
		messages = append(messages, out.Messages[i])
	}
	return messages, nil
}

// count gives about how many messages a queue has: the visible ones and those that
// somebody has received and not yet deleted or released.
func (r *Redriver) count(ctx context.Context, url string) (int, error) {
	names := []types.QueueAttributeName{
		types.QueueAttributeNameApproximateNumberOfMessages,
		types.QueueAttributeNameApproximateNumberOfMessagesNotVisible,
	}
	out, err := r.SQS.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{QueueUrl: &url, AttributeNames: names})
	if err != nil {
		return 0, fmt.Errorf("count what is in %s: %w", url, err)
	}
	all := 0
	for _, name := range names {
		n, err := strconv.Atoi(out.Attributes[string(name)])
		if err != nil {
			return 0, fmt.Errorf("count what is in %s: %s: %w", url, name, err)
		}
		all += n
	}
	return all, nil
}

// release makes dead letters visible again at once, also after Ctrl-C.
func (r *Redriver) release(ctx context.Context, url string, letters map[string]types.Message) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancel()
	var errs []error
	for _, m := range letters {
		in := &sqs.ChangeMessageVisibilityInput{QueueUrl: &url, ReceiptHandle: m.ReceiptHandle}
		if _, err := r.SQS.ChangeMessageVisibility(ctx, in); err != nil {
			errs = append(errs, fmt.Errorf("release a dead letter; it comes back by itself within %v: %w", hidden, err))
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
		return "without a reason"
	}
	return e.ErrorType + " " + e.ErrorMessage
}

// stage1 moves a message back into stage 1's queue, if its task still waits.
func (r *Redriver) stage1(ctx context.Context, m types.Message) verdict {
	var msg queue.Message
	if err := json.Unmarshal([]byte(aws.ToString(m.Body)), &msg); err != nil || msg.TaskToken == "" {
		return verdict{what: "no stage 1 message, stays"}
	}
	what := "ad " + msg.Input.AdID
	alive, err := r.Tasks.Heartbeat(ctx, msg.TaskToken)
	switch {
	case err != nil:
		return verdict{what: what + ": stays, its task cannot be asked about: " + err.Error()}
	case !alive && r.Apply:
		return verdict{true, what + ": its task is over, removed"}
	case !alive:
		return verdict{true, what + ": its task is over, would be removed"}
	case !r.Apply:
		return verdict{true, what + ": would be moved back into the queue"}
	}
	in := &sqs.SendMessageInput{QueueUrl: &r.Places.Stage1, MessageBody: m.Body}
	if _, err := r.SQS.SendMessage(ctx, in); err != nil {
		return verdict{what: what + ": stays, cannot be moved: " + err.Error()}
	}
	return verdict{true, what + ": moved back into the queue"}
}

package redrive_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	ltypes "github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/nanococoa/nanococoa/infra/redrive"
	"github.com/nanococoa/nanococoa/internal/localaws"
	"github.com/nanococoa/nanococoa/internal/queue"
	"github.com/nanococoa/nanococoa/internal/taskqueue"
)

func TestMain(m *testing.M) { os.Exit(localaws.Main(m)) }

// handler is a function that hands its event to the test, and fails when the test
// says so.
const handler = `
import json, os, urllib.request
def handle(event, context):
    urllib.request.urlopen(urllib.request.Request(os.environ["SINK"], data=json.dumps(event).encode()), timeout=10)
`

// world is a deployment in the local AWS: two dead-letter queues, the line, and one
// function that events are for.
type world struct {
	redrive.Places
	t        *testing.T
	cfg      aws.Config
	sqs      *sqs.Client
	function string
	arn      string

	mu    sync.Mutex
	down  bool     // whether the function fails
	heard []string // the events the function was given
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, cfg: localaws.Config(t), function: localaws.Name(t)}
	w.sqs = sqs.NewFromConfig(w.cfg)
	sink := httptest.NewServer(http.HandlerFunc(func(res http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.mu.Lock()
		defer w.mu.Unlock()
		w.heard = append(w.heard, string(body))
		if w.down {
			res.WriteHeader(http.StatusInternalServerError)
		}
	}))
	t.Cleanup(sink.Close)
	var pkg bytes.Buffer
	z := zip.NewWriter(&pkg)
	f, err := z.Create("main.py")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = f.Write([]byte(handler))
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	made, err := lambda.NewFromConfig(w.cfg).CreateFunction(t.Context(), &lambda.CreateFunctionInput{
		FunctionName: &w.function, Runtime: ltypes.RuntimePython311, Handler: aws.String("main.handle"), Timeout: aws.Int32(20),
		Role: aws.String("arn:aws:iam::000000000000:role/test"), Code: &ltypes.FunctionCode{ZipFile: pkg.Bytes()},
		Environment: &ltypes.Environment{Variables: map[string]string{"SINK": sink.URL}},
	})
	if err != nil {
		t.Fatal(err)
	}
	w.arn = *made.FunctionArn
	w.Places = redrive.Places{
		DeadLetters: w.queue("events"), Stage1DeadLetters: w.queue("dead"), Stage1: w.queue("line"),
		Functions: map[string]string{w.function: "IngestFunction"},
	}
	return w
}

func (w *world) queue(name string) string {
	w.t.Helper()
	out, err := w.sqs.CreateQueue(w.t.Context(), &sqs.CreateQueueInput{QueueName: aws.String(w.function + "-" + name)})
	if err != nil {
		w.t.Fatal(err)
	}
	return *out.QueueUrl
}

func (w *world) send(url, body string, attributes map[string]string) {
	w.t.Helper()
	in := &sqs.SendMessageInput{QueueUrl: &url, MessageBody: &body, MessageAttributes: map[string]types.MessageAttributeValue{}}
	for k, v := range attributes {
		in.MessageAttributes[k] = types.MessageAttributeValue{DataType: aws.String("String"), StringValue: &v}
	}
	// Once, although the SDK sends again when an answer is lost on a busy machine.
	before := w.visible(url)
	for range 5 {
		_, err := w.sqs.SendMessage(w.t.Context(), in, func(o *sqs.Options) { o.Retryer = aws.NopRetryer{} })
		if err == nil || w.visible(url) != before {
			return
		}
	}
	w.t.Fatal("the message cannot be sent")
}

// visible counts what a queue would give out now.
func (w *world) visible(url string) string {
	w.t.Helper()
	out, err := w.sqs.GetQueueAttributes(w.t.Context(), &sqs.GetQueueAttributesInput{
		QueueUrl: &url, AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameApproximateNumberOfMessages},
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return out.Attributes["ApproximateNumberOfMessages"]
}

// run redrives and gives the letters' lines without their times.
func (w *world) run(apply bool, want redrive.Result) []string {
	w.t.Helper()
	var out bytes.Buffer
	sum, err := redrive.New(w.cfg, w.Places, apply, &out).Run(w.t.Context())
	if err != nil || sum != want {
		w.t.Errorf("%+v, %v, want %+v:\n%s", sum, err, want, &out)
	}
	var lines []string
	for l := range strings.Lines(out.String()) {
		if time, what, ok := strings.Cut(strings.TrimSpace(l), "  "); ok && regexp.MustCompile(`^20\d\d-[\d:T-]+Z$`).MatchString(time) {
			lines = append(lines, what)
		}
	}
	slices.Sort(lines)
	return lines
}

func (w *world) breaks(down bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.down, w.heard = down, nil
}

// got are the events the function heard, in any order.
func (w *world) got(want ...string) {
	w.t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	var a, b []any
	for _, e := range w.heard {
		a = append(a, decoded(w.t, e))
	}
	for _, e := range want {
		b = append(b, decoded(w.t, e))
	}
	if len(a) != len(b) {
		w.t.Fatalf("heard %q, want %q", w.heard, want)
	}
	for _, e := range a {
		if !slices.ContainsFunc(b, func(x any) bool { return fmt.Sprint(x) == fmt.Sprint(e) }) {
			w.t.Errorf("heard %v, want one of %q", e, want)
		}
	}
}

func decoded(t *testing.T, s string) any {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(s), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

const (
	adID     = "0199a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b"
	uploaded = `{"detail-type":"Object Created","source":"aws.s3","detail":{"object":{"key":"uploads/` + adID + `/original"}}}`
	aborted  = `{"detail-type":"Step Functions Execution Status Change","detail":{"name":"` + adID + `","status":"ABORTED","input":"{\"owner\":\"SECRETOWNER\"}"}}`
)

// MiniStack itself lays a letter down: an event the function fails on. It stays
// while the function fails, and goes when it does not.
func TestAnEventGoesBackToItsFunction(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	client := lambda.NewFromConfig(w.cfg)
	queue, err := w.sqs.GetQueueAttributes(t.Context(), &sqs.GetQueueAttributesInput{QueueUrl: &w.DeadLetters, AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameQueueArn}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.PutFunctionEventInvokeConfig(t.Context(), &lambda.PutFunctionEventInvokeConfigInput{
		FunctionName: &w.function, MaximumRetryAttempts: aws.Int32(0),
		DestinationConfig: &ltypes.DestinationConfig{OnFailure: &ltypes.OnFailure{Destination: aws.String(queue.Attributes["QueueArn"])}},
	})
	if err != nil {
		t.Fatal(err)
	}
	w.breaks(true)
	if _, err := client.Invoke(t.Context(), &lambda.InvokeInput{FunctionName: &w.function, InvocationType: ltypes.InvocationTypeEvent, Payload: []byte(uploaded)}); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(time.Minute); w.visible(w.DeadLetters) != "1"; time.Sleep(100 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the local AWS laid no letter down")
		}
	}
	w.breaks(true)
	if got := w.run(false, redrive.Result{Done: 1}); !slices.Equal(got, []string{"IngestFunction: Object Created " + adID + ": would be handed over"}) {
		t.Errorf("looked: %q", got)
	}
	w.got()
	for range 2 { // still broken, and still there
		if got := w.run(true, redrive.Result{Left: 1}); len(got) != 1 || !strings.Contains(got[0], adID+": stays, fails again: ") || !strings.Contains(got[0], "HTTP Error 500") {
			t.Errorf("while it is broken: %q", got)
		}
		if n := w.visible(w.DeadLetters); n != "1" {
			t.Fatalf("%s letters afterwards", n)
		}
	}
	w.breaks(false)
	if got := w.run(true, redrive.Result{Done: 1}); !slices.Equal(got, []string{"IngestFunction: Object Created " + adID + ": handed over"}) {
		t.Errorf("mended: %q", got)
	}
	w.got(uploaded)
	if got := w.run(true, redrive.Result{}); got != nil || w.visible(w.DeadLetters) != "0" {
		t.Errorf("again: %q", got)
	}
}

// What EventBridge lays down is the event itself, with the function beside it;
// what is none of ours is left alone, and so is every letter of another function.
func TestLettersOfEverySort(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, arn := range []string{w.arn, w.arn + ":$LATEST"} {
		w.send(w.DeadLetters, aborted, map[string]string{"TARGET_ARN": arn, "RULE_ARN": "arn:aws:events:x:0:rule/r", "ERROR_CODE": "NO_PERMISSIONS"})
	}
	w.send(w.DeadLetters, uploaded, map[string]string{"TARGET_ARN": strings.ReplaceAll(w.arn, w.function, "somebody-elses")})
	w.send(w.DeadLetters, uploaded, map[string]string{"TARGET_ARN": "arn:aws:sqs:x:0:" + w.function})
	w.send(w.DeadLetters, uploaded, nil)
	w.send(w.DeadLetters, "not JSON", nil)
	w.send(w.DeadLetters, `{"requestContext":{"functionArn":"`+w.arn+`"}}`, nil)
	w.send(w.Stage1DeadLetters, `{"input":{"ad_id":"a"}}`, nil)
	w.send(w.Stage1DeadLetters, "not JSON", nil)

	want := func(handed string) []string {
		out := []string{
			"IngestFunction: Step Functions Execution Status Change " + adID + ": " + handed,
			"IngestFunction: Step Functions Execution Status Change " + adID + ": " + handed,
			"no event of ours, stays: for Object Created " + adID,
			"no event of ours, stays: for Object Created " + adID,
			"no event of ours, stays: for somebody-elses Object Created " + adID,
			"no event of ours, stays: for " + w.function + " unknown",
			"no event of ours, stays: for unknown",
			"no stage 1 message, stays", "no stage 1 message, stays",
		}
		slices.Sort(out)
		return out
	}
	if got := w.run(false, redrive.Result{Done: 2, Left: 7}); !slices.Equal(got, want("would be handed over")) {
		t.Errorf("looked: %q", got)
	}
	w.got()
	got := w.run(true, redrive.Result{Done: 2, Left: 7})
	if !slices.Equal(got, want("handed over")) || strings.Contains(strings.Join(got, " "), "SECRET") {
		t.Errorf("put back: %q", got)
	}
	w.got(aborted, aborted)
	if a, b := w.visible(w.DeadLetters), w.visible(w.Stage1DeadLetters); a != "5" || b != "2" {
		t.Errorf("%s and %s letters are left", a, b)
	}
}

// A real task of a real state machine waits behind a stage 1 message: it is moved
// while the task waits, and removed when nobody does.
func TestStage1GoesBackIntoTheLine(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	machine := sfn.NewFromConfig(w.cfg)
	definition, _ := json.Marshal(map[string]any{"StartAt": "Stage1", "QueryLanguage": "JSONata", "States": map[string]any{"Stage1": map[string]any{
		"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "End": true,
		"Arguments": map[string]any{"QueueUrl": w.Stage1DeadLetters, "MessageBody": map[string]any{
			"task_token": "{% $states.context.Task.Token %}", "input": "{% $states.context.Execution.Input %}",
		}},
	}}})
	made, err := machine.CreateStateMachine(t.Context(), &sfn.CreateStateMachineInput{
		Name: &w.function, Definition: aws.String(string(definition)), RoleArn: aws.String("arn:aws:iam::000000000000:role/test"),
	})
	if err != nil {
		t.Fatal(err)
	}
	start := func(ad string) string {
		t.Helper()
		out, err := machine.StartExecution(t.Context(), &sfn.StartExecutionInput{
			StateMachineArn: made.StateMachineArn, Name: &ad, Input: aws.String(`{"owner":"SECRETOWNER","ad_id":"` + ad + `","attempt":1}`),
		})
		if err != nil {
			t.Fatal(err)
		}
		return *out.ExecutionArn
	}
	waits, over := start("waits"), start("over")
	for end := time.Now().Add(time.Minute); w.visible(w.Stage1DeadLetters) != "2"; time.Sleep(100 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the tasks sent no messages")
		}
	}
	ended := func(arn string) {
		t.Helper()
		for end := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) {
			e, err := machine.DescribeExecution(t.Context(), &sfn.DescribeExecutionInput{ExecutionArn: &arn})
			if err != nil {
				t.Fatal(err)
			}
			if e.Status == "SUCCEEDED" {
				return
			}
			if time.Now().After(end) {
				t.Fatalf("the execution is %s", e.Status)
			}
		}
	}
	// One task ends behind its message's back. (A stopped execution would do on
	// AWS; the local AWS keeps its token.)
	seen, err := w.sqs.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: &w.Stage1DeadLetters, MaxNumberOfMessages: 10})
	if err != nil || len(seen.Messages) != 2 {
		t.Fatal(seen, err)
	}
	for _, letter := range seen.Messages {
		var m queue.Message
		if err := json.Unmarshal([]byte(*letter.Body), &m); err != nil {
			t.Fatal(err)
		}
		if m.Input.AdID == "over" {
			if err := taskqueue.OpenTasks(w.cfg).Succeed(t.Context(), m.TaskToken); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := w.sqs.ChangeMessageVisibility(t.Context(), &sqs.ChangeMessageVisibilityInput{QueueUrl: &w.Stage1DeadLetters, ReceiptHandle: letter.ReceiptHandle}); err != nil {
			t.Fatal(err)
		}
	}
	ended(over)
	if got := w.run(false, redrive.Result{Done: 2}); !slices.Equal(got, []string{
		"ad over: nobody waits for it any more, would be removed", "ad waits: would be moved back into the line",
	}) {
		t.Errorf("looked: %q", got)
	}
	if w.visible(w.Stage1) != "0" || w.visible(w.Stage1DeadLetters) != "2" {
		t.Error("a look has changed something")
	}
	if got := w.run(true, redrive.Result{Done: 2}); !slices.Equal(got, []string{
		"ad over: nobody waits for it any more, removed", "ad waits: moved back into the line",
	}) {
		t.Errorf("put back: %q", got)
	}
	if w.visible(w.Stage1) != "1" || w.visible(w.Stage1DeadLetters) != "0" {
		t.Errorf("%s in the line, %s letters", w.visible(w.Stage1), w.visible(w.Stage1DeadLetters))
	}
	// What is in the line is what the consumer takes.
	out, err := w.sqs.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: &w.Stage1})
	if err != nil || len(out.Messages) != 1 {
		t.Fatal(out, err)
	}
	var m queue.Message
	if err := json.Unmarshal([]byte(*out.Messages[0].Body), &m); err != nil || m.Input.AdID != "waits" || m.Input.Attempt != 1 {
		t.Errorf("%+v, %v", m, err)
	}
	if err := taskqueue.OpenTasks(w.cfg).Succeed(t.Context(), m.TaskToken); err != nil {
		t.Fatal(err)
	}
	ended(waits)
}

// asked is a machine that cannot be asked.
type asked struct{}

func (asked) Heartbeat(context.Context, string) (bool, error) {
	return false, errors.New("throttled")
}

func TestAMessageNobodyCanBeAskedAboutStays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.send(w.Stage1DeadLetters, `{"task_token":"T","input":{"ad_id":"a"}}`, nil)
	r := redrive.New(w.cfg, w.Places, true, io.Discard)
	r.Tasks = asked{}
	if sum, err := r.Run(t.Context()); err != nil || sum != (redrive.Result{Left: 1}) || w.visible(w.Stage1DeadLetters) != "1" {
		t.Errorf("%+v, %v", sum, err)
	}
}

// More letters than one look gives.
func TestEveryLetterIsDealtWithOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for range 25 {
		w.send(w.DeadLetters, uploaded, map[string]string{"TARGET_ARN": "arn:aws:lambda:x:0:function:somebody-elses"})
	}
	if got := w.run(true, redrive.Result{Left: 25}); len(got) != 25 || w.visible(w.DeadLetters) != "25" {
		t.Errorf("%d dealt with, %s visible", len(got), w.visible(w.DeadLetters))
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	cfg := localaws.Config(t)
	client := cloudformation.NewFromConfig(cfg)
	stack := func(name string, outputs map[string]string) string {
		t.Helper()
		template := map[string]any{"Resources": map[string]any{"Any": map[string]any{"Type": "AWS::SQS::Queue"}}, "Outputs": map[string]any{}}
		for k, v := range outputs {
			template["Outputs"].(map[string]any)[k] = map[string]any{"Value": v}
		}
		body, _ := json.Marshal(template)
		name = localaws.Name(t) + name
		if _, err := client.CreateStack(t.Context(), &cloudformation.CreateStackInput{StackName: &name, TemplateBody: aws.String(string(body))}); err != nil {
			t.Fatal(err)
		}
		if err := cloudformation.NewStackCreateCompleteWaiter(client).Wait(t.Context(), &cloudformation.DescribeStacksInput{StackName: &name}, time.Minute); err != nil {
			t.Fatal(err)
		}
		return name
	}
	outputs := map[string]string{
		"DeadLettersUrl": "d", "Stage1DeadLettersUrl": "s1d", "Stage1QueueUrl": "s1", "IngestFunctionName": "x-ingest", "SweepFunctionName": "x-sweep", "Other": "o",
	}
	p, err := redrive.Find(t.Context(), cfg, stack("-whole", outputs))
	if err != nil || p.DeadLetters != "d" || p.Stage1DeadLetters != "s1d" || p.Stage1 != "s1" ||
		len(p.Functions) != 2 || p.Functions["x-ingest"] != "IngestFunction" || p.Functions["x-sweep"] != "SweepFunction" {
		t.Errorf("%+v, %v", p, err)
	}
	delete(outputs, "SweepFunctionName")
	if p, err := redrive.Find(t.Context(), cfg, stack("-old", outputs)); err == nil || !strings.Contains(err.Error(), "lacks outputs") {
		t.Errorf("%+v, %v", p, err)
	}
	if _, err := redrive.Find(t.Context(), cfg, "no-such-stack"); err == nil {
		t.Error("found what is not there")
	}
}

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
	"strconv"
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

	"github.com/nanococoa/nanococoa/e2e/faultproxy"
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

// world is a deployment on the local AWS: two dead-letter queues, stage 1's queue, and
// one function that events are for.
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

const role = "arn:aws:iam::000000000000:role/test"

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
		FunctionName: &w.function, Role: aws.String(role), Code: &ltypes.FunctionCode{ZipFile: pkg.Bytes()},
		Runtime: ltypes.RuntimePython311, Handler: aws.String("main.handle"), Timeout: aws.Int32(20),
		Environment: &ltypes.Environment{Variables: map[string]string{"SINK": sink.URL}},
	})
	if err != nil {
		t.Fatal(err)
	}
	w.arn = *made.FunctionArn
	w.Places = redrive.Places{
		DeadLetters: w.queue("events"), Stage1DeadLetters: w.queue("dead"), Stage1: w.queue("stage1"),
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
	in := &sqs.SendMessageInput{
		QueueUrl: &url, MessageBody: &body, MessageAttributes: map[string]types.MessageAttributeValue{},
	}
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
	return w.attribute(url, types.QueueAttributeNameApproximateNumberOfMessages)
}

func (w *world) attribute(url string, name types.QueueAttributeName) string {
	w.t.Helper()
	out, err := w.sqs.GetQueueAttributes(w.t.Context(), &sqs.GetQueueAttributesInput{
		QueueUrl: &url, AttributeNames: []types.QueueAttributeName{name},
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return out.Attributes[string(name)]
}

// becomes waits until a queue would give out so many messages.
func (w *world) becomes(url, visible string) {
	w.t.Helper()
	for end := time.Now().Add(time.Minute); w.visible(url) != visible; time.Sleep(100 * time.Millisecond) {
		if time.Now().After(end) {
			w.t.Fatalf("%s messages are visible, not %s", w.visible(url), visible)
		}
	}
}

// read gives the n stage 1 messages of a queue, by ad, and leaves them there. It hides
// them for a second only, and asks until it has all: an answer may be lost.
func (w *world) read(url string, n int) map[string]queue.Message {
	w.t.Helper()
	out := map[string]queue.Message{}
	for end := time.Now().Add(time.Minute); len(out) < n; {
		if time.Now().After(end) {
			w.t.Fatalf("%d messages, want %d", len(out), n)
		}
		got, err := w.sqs.ReceiveMessage(w.t.Context(), &sqs.ReceiveMessageInput{
			QueueUrl: &url, MaxNumberOfMessages: 10, VisibilityTimeout: 1, WaitTimeSeconds: 1,
		})
		if err != nil {
			w.t.Fatal(err)
		}
		for _, one := range got.Messages {
			var m queue.Message
			if err := json.Unmarshal([]byte(*one.Body), &m); err != nil {
				w.t.Fatal(err)
			}
			out[m.Input.AdID] = m
		}
	}
	w.becomes(url, strconv.Itoa(n))
	return out
}

// run redrives and gives the lines about dead letters, without their times.
func (w *world) run(apply bool, want redrive.Result) []string {
	w.t.Helper()
	var out bytes.Buffer
	sum, err := redrive.New(w.cfg, w.Places, apply, &out).Run(w.t.Context())
	if err != nil || sum != want {
		w.t.Errorf("%+v, %v, want %+v:\n%s", sum, err, want, &out)
	}
	var lines []string
	at := regexp.MustCompile(`^20\d\d-[\d:T-]+Z$`)
	for l := range strings.Lines(out.String()) {
		if time, what, ok := strings.Cut(strings.TrimSpace(l), "  "); ok && at.MatchString(time) {
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
	uploaded = `{"detail-type":"Object Created","source":"aws.s3",` +
		`"detail":{"object":{"key":"uploads/` + adID + `/original"}}}`
	aborted = `{"detail-type":"Step Functions Execution Status Change",` +
		`"detail":{"name":"` + adID + `","status":"ABORTED","input":"{\"owner\":\"SECRETOWNER\"}"}}`
)

// The local AWS itself makes the dead letter: of an event that the function fails on. It
// stays while the function fails, and goes when it does not.
func TestAnEventGoesBackToItsFunction(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	client := lambda.NewFromConfig(w.cfg)
	destination := w.attribute(w.DeadLetters, types.QueueAttributeNameQueueArn)
	_, err := client.PutFunctionEventInvokeConfig(t.Context(), &lambda.PutFunctionEventInvokeConfigInput{
		FunctionName: &w.function, MaximumRetryAttempts: aws.Int32(0),
		DestinationConfig: &ltypes.DestinationConfig{OnFailure: &ltypes.OnFailure{Destination: &destination}},
	})
	if err != nil {
		t.Fatal(err)
	}
	w.breaks(true)
	_, err = client.Invoke(t.Context(), &lambda.InvokeInput{
		FunctionName: &w.function, InvocationType: ltypes.InvocationTypeEvent, Payload: []byte(uploaded),
	})
	if err != nil {
		t.Fatal(err)
	}
	w.becomes(w.DeadLetters, "1")
	w.breaks(true)
	const event = "IngestFunction: Object Created " + adID
	if got := w.run(false, redrive.Result{Done: 1}); !slices.Equal(got, []string{event + ": would be handed over"}) {
		t.Errorf("looked: %q", got)
	}
	w.got()
	for range 2 { // still broken, and still there
		got := w.run(true, redrive.Result{Left: 1})
		if len(got) != 1 || !strings.HasPrefix(got[0], event+": stays, fails again: ") ||
			!strings.Contains(got[0], "HTTP Error 500") {
			t.Errorf("while it is broken: %q", got)
		}
		if n := w.visible(w.DeadLetters); n != "1" {
			t.Fatalf("%s dead letters afterwards", n)
		}
	}
	w.breaks(false)
	if got := w.run(true, redrive.Result{Done: 1}); !slices.Equal(got, []string{event + ": handed over"}) {
		t.Errorf("mended: %q", got)
	}
	w.got(uploaded)
	if got := w.run(true, redrive.Result{}); got != nil || w.visible(w.DeadLetters) != "0" {
		t.Errorf("again: %q", got)
	}
}

// A dead letter of EventBridge is the event itself, with the function beside it. What is
// not ours stays, and so does every dead letter of another function.
func TestDeadLettersOfEverySort(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, arn := range []string{w.arn, w.arn + ":$LATEST"} {
		w.send(w.DeadLetters, aborted, map[string]string{
			"TARGET_ARN": arn, "RULE_ARN": "arn:aws:events:x:0:rule/r", "ERROR_CODE": "NO_PERMISSIONS",
		})
	}
	elsewhere := strings.ReplaceAll(w.arn, w.function, "somebody-elses")
	w.send(w.DeadLetters, uploaded, map[string]string{"TARGET_ARN": elsewhere})
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
		t.Errorf("%s and %s dead letters are left", a, b)
	}
}

// tasks is a state machine whose task waits behind a message in the dead-letter queue of
// stage 1.
type tasks struct {
	*world
	machine *sfn.Client
	arn     *string
}

func newTasks(t *testing.T) tasks {
	t.Helper()
	w := newWorld(t)
	definition, _ := json.Marshal(map[string]any{
		"StartAt": "Stage1", "QueryLanguage": "JSONata", "States": map[string]any{"Stage1": map[string]any{
			"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "End": true,
			"Arguments": map[string]any{"QueueUrl": w.Stage1DeadLetters, "MessageBody": map[string]any{
				"task_token": "{% $states.context.Task.Token %}", "input": "{% $states.context.Execution.Input %}",
			}},
		}},
	})
	machine := sfn.NewFromConfig(w.cfg)
	made, err := machine.CreateStateMachine(t.Context(), &sfn.CreateStateMachineInput{
		Name: &w.function, Definition: aws.String(string(definition)), RoleArn: aws.String(role),
	})
	if err != nil {
		t.Fatal(err)
	}
	return tasks{w, machine, made.StateMachineArn}
}

// start starts an execution for an ad.
func (s tasks) start(ad string) (execution string) {
	s.t.Helper()
	out, err := s.machine.StartExecution(s.t.Context(), &sfn.StartExecutionInput{
		StateMachineArn: s.arn, Name: &ad,
		Input: aws.String(`{"owner":"SECRETOWNER","ad_id":"` + ad + `","attempt":1}`),
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return *out.ExecutionArn
}

// succeed ends the task of a message, and waits until its execution has ended.
func (s tasks) succeed(m queue.Message, execution string) {
	s.t.Helper()
	if err := taskqueue.OpenTasks(s.cfg).Succeed(s.t.Context(), m.TaskToken); err != nil {
		s.t.Fatal(err)
	}
	for end := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) {
		e, err := s.machine.DescribeExecution(s.t.Context(), &sfn.DescribeExecutionInput{ExecutionArn: &execution})
		switch {
		case err != nil:
			s.t.Fatal(err)
		case e.Status == "SUCCEEDED":
			return
		case time.Now().After(end):
			s.t.Fatalf("the execution is %s", e.Status)
		}
	}
}

// A stage 1 message is moved while its task waits, and removed when it does not.
func TestStage1GoesBackIntoItsQueue(t *testing.T) {
	t.Parallel()
	w := newTasks(t)
	waits, over := w.start("waits"), w.start("over")
	// One task ends, and its message stays. (A stopped execution would do on AWS;
	// MiniStack keeps its token.)
	w.succeed(w.read(w.Stage1DeadLetters, 2)["over"], over)
	if got := w.run(false, redrive.Result{Done: 2}); !slices.Equal(got, []string{
		"ad over: its task is over, would be removed", "ad waits: would be moved back into the queue",
	}) {
		t.Errorf("looked: %q", got)
	}
	if w.visible(w.Stage1) != "0" || w.visible(w.Stage1DeadLetters) != "2" {
		t.Error("a look has changed something")
	}
	if got := w.run(true, redrive.Result{Done: 2}); !slices.Equal(got, []string{
		"ad over: its task is over, removed", "ad waits: moved back into the queue",
	}) {
		t.Errorf("put back: %q", got)
	}
	if w.visible(w.Stage1) != "1" || w.visible(w.Stage1DeadLetters) != "0" {
		t.Errorf("%s in the queue, %s dead letters", w.visible(w.Stage1), w.visible(w.Stage1DeadLetters))
	}
	// What is in the queue is what the consumer takes.
	m := w.read(w.Stage1, 1)["waits"]
	if m.Input.Attempt != 1 {
		t.Errorf("%+v", m)
	}
	w.succeed(m, waits)
}

// SQS hides what it gave out although its answer never came; the SDK asks again and gets
// nothing. What is hidden by that is waited for, by a look and by the real thing.
func TestAnswersThatAreLost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.send(w.DeadLetters, uploaded, map[string]string{"TARGET_ARN": w.arn})
	proxy, err := faultproxy.New()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(proxy.Close)
	if err := proxy.Target(*w.cfg.BaseEndpoint); err != nil {
		t.Fatal(err)
	}
	w.cfg.BaseEndpoint = &proxy.URL
	for _, apply := range []bool{false, true} {
		losing := faultproxy.First(1, faultproxy.LostReply)
		remove := proxy.Add(func(r *http.Request) faultproxy.Fault {
			if r.Header.Get("X-Amz-Target") != "AmazonSQS.ReceiveMessage" {
				return faultproxy.None
			}
			return losing(r)
		})
		if got := w.run(apply, redrive.Result{Done: 1}); len(got) != 1 {
			t.Errorf("applied %t: %q", apply, got)
		}
		remove()
	}
	if n := proxy.Faults()[faultproxy.LostReply]; n != 2 {
		t.Errorf("%d answers were lost", n)
	}
	w.got(uploaded)
}

// asked is a machine that cannot be asked.
type asked struct{}

func (asked) Heartbeat(context.Context, string) (bool, error) {
	return false, errors.New("throttled")
}

func TestAMessageWhoseTaskCannotBeAskedAboutStays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.send(w.Stage1DeadLetters, `{"task_token":"T","input":{"ad_id":"a"}}`, nil)
	r := redrive.New(w.cfg, w.Places, true, io.Discard)
	r.Tasks = asked{}
	sum, err := r.Run(t.Context())
	if err != nil || sum != (redrive.Result{Left: 1}) || w.visible(w.Stage1DeadLetters) != "1" {
		t.Errorf("%+v, %v", sum, err)
	}
}

// More dead letters than SQS gives at once.
func TestEveryDeadLetterIsDealtWithOnce(t *testing.T) {
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
		made := map[string]any{}
		for k, v := range outputs {
			made[k] = map[string]any{"Value": v}
		}
		body, _ := json.Marshal(map[string]any{
			"Resources": map[string]any{"Any": map[string]any{"Type": "AWS::SQS::Queue"}}, "Outputs": made,
		})
		name = localaws.Name(t) + name
		in := &cloudformation.CreateStackInput{StackName: &name, TemplateBody: aws.String(string(body))}
		if _, err := client.CreateStack(t.Context(), in); err != nil {
			t.Fatal(err)
		}
		done := cloudformation.NewStackCreateCompleteWaiter(client)
		err := done.Wait(t.Context(), &cloudformation.DescribeStacksInput{StackName: &name}, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		return name
	}
	outputs := map[string]string{
		"DeadLettersUrl": "d", "Stage1DeadLettersUrl": "s1d", "Stage1QueueUrl": "s1",
		"IngestFunctionName": "x-ingest", "SweepFunctionName": "x-sweep", "Other": "o",
	}
	p, err := redrive.Find(t.Context(), cfg, stack("-whole", outputs))
	if err != nil || p.DeadLetters != "d" || p.Stage1DeadLetters != "s1d" || p.Stage1 != "s1" ||
		len(p.Functions) != 2 ||
		p.Functions["x-ingest"] != "IngestFunction" || p.Functions["x-sweep"] != "SweepFunction" {
		t.Errorf("%+v, %v", p, err)
	}
	delete(outputs, "SweepFunctionName")
	p, err = redrive.Find(t.Context(), cfg, stack("-old", outputs))
	if err == nil || !strings.Contains(err.Error(), "lacks outputs") {
		t.Errorf("%+v, %v", p, err)
	}
	if _, err := redrive.Find(t.Context(), cfg, "no-such-stack"); err == nil {
		t.Error("found what is not there")
	}
}

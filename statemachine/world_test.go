package statemachine_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambda/messages"
	"github.com/aws/aws-sdk-go-v2/aws"
	awslambda "github.com/aws/aws-sdk-go-v2/service/lambda"
	lambdatypes "github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	sfntypes "github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/function"
	"github.com/nanococoa/nanococoa/internal/localaws"
	"github.com/nanococoa/nanococoa/internal/queue"
	"github.com/nanococoa/nanococoa/internal/step"
	"github.com/nanococoa/nanococoa/internal/taskqueue"
)

const (
	// scriptVariable makes this test binary a Lambda function that asks the
	// script at that address what to do.
	scriptVariable = "STATEMACHINE_TEST_SCRIPT"
	selfVariable   = "STATEMACHINE_TEST_SELF"
	// sideBySide is how many ads are made at once. They wait for the local AWS and for
	// timeouts, so there may be many more of them than processors.
	sideBySide = 16
	// patience is how long a test waits for what takes a second.
	patience = 90 * time.Second
)

func TestMain(m *testing.M) {
	if url := os.Getenv(scriptVariable); url != "" {
		lambda.Start(func(ctx context.Context, payload json.RawMessage) error { return act(ctx, url, payload) })
	}
	flag.Parse()
	if f := flag.Lookup("test.parallel"); f.Value.String() == strconv.Itoa(runtime.GOMAXPROCS(0)) {
		if err := flag.Set(f.Name, strconv.Itoa(sideBySide)); err != nil {
			panic(err)
		}
	}
	os.Exit(localaws.Main(m))
}

// What a call can meet that no function reports, by the name Step Functions has
// for it.
const (
	stateTimeout    = "States.Timeout"    // no answer within the state's TimeoutSeconds
	functionTimeout = "Sandbox.Timedout"  // no answer within the function's Timeout
	crash           = "Runtime.ExitError" // the process ended
)

// act is a scripted function: it does what the script says, as our functions
// and Lambda do.
func act(ctx context.Context, script string, payload json.RawMessage) error {
	name := os.Getenv("AWS_LAMBDA_FUNCTION_NAME")
	meets, err := ask(script+"/"+name, payload)
	if err != nil {
		return err
	}
	if meets == crash {
		os.Exit(1)
	}
	code := fault.Special(meets).Code() // the whole of a name without a special case
	if meets != "" && !code.Known() {
		slog.Info("the platform fails", "error", meets) // the local AWS waits 50 ms for a line
		return messages.InvokeResponse_Error{Type: meets, Message: meets}
	}
	var in ad.StepInput
	if err := json.Unmarshal(payload, &in); err != nil {
		return err
	}
	return step.Wrap(name, function.Logger(), func(context.Context, ad.StepInput) error {
		if meets != "" {
			return fault.Named(code, meets)
		}
		return nil
	})(ctx, in)
}

// ask asks the script. It has no deadline on purpose: a step that is to hang
// does so in here, past every clock.
func ask(url string, payload []byte) (meets string, err error) {
	res, err := http.Post(url, "application/json", bytes.NewReader(payload)) //nolint:gosec // the test's own server
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("the script: %s", body)
	}
	return string(body), err
}

// call is one call of a step.
type call struct {
	state   string
	payload map[string]any
}

// story is one ad: what it meets, and which steps were called for it.
type story struct {
	ref ad.Ref
	// meets gives the error the n-th call of a state meets, n from 1; "" is
	// success. It may block. stateTimeout and functionTimeout never answer.
	meets  func(state string, n int) string
	queues bool          // stage 1 is put back for ever while the server takes nothing
	end    chan struct{} // closed when nothing hangs any more
	near   chan struct{} // closed by the first call of a step an ad ends with

	closeNear func()

	mu     sync.Mutex
	calls  []call
	tokens []string // of Stage1
}

func newStory(t *testing.T, meets func(state string, n int) string) *story {
	t.Helper()
	id, err := ad.NewID()
	if err != nil {
		t.Fatal(err)
	}
	near := make(chan struct{})
	return &story{
		ref: ad.Ref{Owner: "owner-of-" + id, AdID: id, Attempt: 3}, meets: meets,
		end: make(chan struct{}), near: near, closeNear: sync.OnceFunc(func() { close(near) }),
	}
}

// called writes down a call and gives what it meets.
func (s *story) called(ctx context.Context, state string, payload map[string]any) string {
	meets := s.meets(state, s.count(state, payload))
	if meets == stateTimeout || meets == functionTimeout {
		select {
		case <-s.end:
		case <-ctx.Done():
		}
	}
	return meets
}

// count writes down a call and gives its number among those of its state.
func (s *story) count(state string, payload map[string]any) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, call{state, payload})
	for _, c := range s.calls {
		if c.state == state {
			n++
		}
	}
	if state == "Publish" || state == "Fail" {
		s.closeNear()
	}
	return n
}

// token is the task token of the last message of stage 1.
func (s *story) token() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tokens[len(s.tokens)-1]
}

// soFar gives the calls so far.
func (s *story) soFar() []call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

// world is the local AWS with scripted functions and the queue before stage 1. One
// serves all tests: a function's process that is up is used by the next ad.
type world struct {
	cfg       aws.Config
	lambda    *awslambda.Client
	sfn       *sfn.Client
	sqs       *sqs.Client
	queue     string            // the address of the queue
	script    string            // the address of the script
	functions map[string]string // ARN by the folder in functions/

	once    sync.Once
	err     error
	mu      sync.Mutex
	stories map[string]*story // by ad
}

//nolint:gochecknoglobals // as there is one local AWS; see localaws
var shared world

// open gives the world.
func open(t *testing.T) *world {
	t.Helper()
	cfg := localaws.Config(t)
	w := &shared
	w.once.Do(func() { w.err = w.open(context.Background(), cfg, localaws.Name(t)) })
	if w.err != nil {
		t.Fatal(w.err)
	}
	return w
}

func (w *world) open(ctx context.Context, cfg aws.Config, name string) error {
	w.cfg, w.lambda, w.sfn, w.sqs = cfg, awslambda.NewFromConfig(cfg), sfn.NewFromConfig(cfg), sqs.NewFromConfig(cfg)
	w.functions, w.stories = map[string]string{}, map[string]*story{}
	w.script = httptest.NewServer(w).URL
	made, err := w.sqs.CreateQueue(ctx, &sqs.CreateQueueInput{
		QueueName: &name, Attributes: map[string]string{"VisibilityTimeout": "360"},
	})
	if err != nil {
		return err
	}
	w.queue = *made.QueueUrl
	for _, r := range table {
		if r.function == "stage1" || w.functions[r.function] != "" {
			continue
		}
		if w.functions[r.function], err = w.function(ctx, r.function, name, unhurried); err != nil {
			return err
		}
	}
	go w.consume(ctx)
	return nil
}

// unhurried is the Timeout, in seconds, of a function that is not meant to run
// into it.
const unhurried = 60

// function makes a scripted function that may take so many seconds. Its
// bootstrap is this test binary.
func (w *world) function(ctx context.Context, folder, name string, timeout int32) (arn string, err error) {
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	h := &zip.FileHeader{Name: "bootstrap"}
	h.SetMode(0o755)
	f, err := z.CreateHeader(h)
	if err == nil {
		_, err = io.WriteString(f, "#!/bin/sh\nexec \"$"+selfVariable+"\"\n")
	}
	if err := errors.Join(err, z.Close()); err != nil {
		return "", err
	}
	out, err := w.lambda.CreateFunction(ctx, &awslambda.CreateFunctionInput{
		FunctionName: aws.String(folder + "-" + name), Role: aws.String(role),
		Runtime: lambdatypes.RuntimeProvidedal2023, Handler: aws.String("bootstrap"), Timeout: &timeout,
		Code:        &lambdatypes.FunctionCode{ZipFile: b.Bytes()},
		Environment: &lambdatypes.Environment{Variables: map[string]string{scriptVariable: w.script, selfVariable: self}},
	})
	if err != nil {
		return "", err
	}
	return *out.FunctionArn, nil
}

// lent makes a function for one test.
func (w *world) lent(t *testing.T, folder string, timeout int32) (arn string) {
	t.Helper()
	arn, err := w.function(t.Context(), folder, localaws.Name(t), timeout)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { // and its processes; t.Context has ended by then
		function := awslambda.DeleteFunctionInput{FunctionName: &arn}
		if _, err := w.lambda.DeleteFunction(context.Background(), &function); err != nil {
			t.Error(err)
		}
	})
	return arn
}

const role = "arn:aws:iam::000000000000:role/r"

// ServeHTTP is the script: a function asks at its own name, with its payload,
// what it meets.
func (w *world) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	folder, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "-")
	var payload map[string]any
	if err := json.NewDecoder(r.Body).Decode(&payload); err != nil {
		http.Error(rw, err.Error(), http.StatusBadRequest)
		return
	}
	s := w.story(payload)
	if s == nil {
		http.Error(rw, "no such ad", http.StatusNotFound)
		return
	}
	// Two states may share a function; the one that writes by template says so.
	i := slices.IndexFunc(table, func(row row) bool {
		return row.function == folder && row.byTemplate() == (payload["writer"] != nil)
	})
	if i < 0 {
		http.Error(rw, "no such step", http.StatusNotFound)
		return
	}
	_, _ = io.WriteString(rw, s.called(r.Context(), table[i].state, payload))
}

// story finds the ad of a payload.
func (w *world) story(payload map[string]any) *story {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.stories[fmt.Sprint(payload["ad_id"])]
}

// consume is the event source of stage 1: it hands every message to the real
// consumer. It ends with the test binary.
func (w *world) consume(ctx context.Context) {
	for {
		got, err := w.sqs.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
			QueueUrl: &w.queue, WaitTimeSeconds: 5, MaxNumberOfMessages: 10,
		})
		if err != nil {
			return // the local AWS has stopped
		}
		for _, m := range got.Messages {
			go func() {
				if err := w.message(ctx, m); err != nil {
					slog.Error("stage 1", "error", err)
				}
			}()
		}
	}
}

// message consumes one message as functions/stage1 does, with a rendering that
// is scripted.
func (w *world) message(ctx context.Context, m sqstypes.Message) error {
	var body map[string]any
	err := json.Unmarshal([]byte(*m.Body), &body)
	payload, _ := body["input"].(map[string]any)
	s := w.story(payload)
	if err != nil || s == nil {
		return fmt.Errorf("a message of no ad: %s (%w)", *m.Body, err)
	}
	s.mu.Lock()
	s.tokens = append(s.tokens, fmt.Sprint(body["task_token"]))
	s.mu.Unlock()
	if !s.queues {
		// What a busy or missing server refuses is put back, until it has waited
		// for hours; so this one has.
		body["since"] = time.Now().Add(-24 * time.Hour)
	}
	raw, err := json.Marshal(body)
	if err != nil {
		return err
	}
	tasks := &tasks{Tasks: taskqueue.OpenTasks(w.cfg), sfn: w.sfn}
	c := &queue.Consumer{
		Tasks: tasks, Ads: tickets{}, Tickets: tickets{}, Messages: taskqueue.OpenQueue(w.cfg, w.queue),
		Server: tickets{}, Log: slog.New(slog.DiscardHandler), Now: time.Now,
		Render: func(ctx context.Context, _ ad.StepInput) error {
			switch meets := s.called(ctx, "Stage1", payload); {
			case meets == "" || meets == stateTimeout:
				return nil
			case fault.Code(meets).Known():
				return fault.New(fault.Code(meets), nil)
			default:
				tasks.platform = meets
				return fault.New(fault.Internal, nil)
			}
		},
	}
	out, err := taskqueue.Handler("stage1", slog.Default(), c, nil)(ctx, events.SQSEvent{
		Records: []events.SQSMessage{{MessageId: *m.MessageId, Body: string(raw)}},
	})
	if err != nil || len(out.BatchItemFailures) > 0 {
		return fmt.Errorf("the message comes back: %w", err)
	}
	_, err = w.sqs.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: &w.queue, ReceiptHandle: m.ReceiptHandle})
	return err
}

// tasks reports as the consumer does, except for an error of Step Functions' own
// call to SQS: the state sees the name, whoever reported it.
type tasks struct {
	taskqueue.Tasks
	sfn      *sfn.Client
	platform string // the name, or ""
}

func (r *tasks) Fail(ctx context.Context, token string, code fault.Code) error {
	if r.platform == "" {
		return r.Tasks.Fail(ctx, token, code)
	}
	_, err := r.sfn.SendTaskFailure(ctx, &sfn.SendTaskFailureInput{TaskToken: &token, Error: &r.platform})
	return err
}

// tickets are those of a queue that knows no ad, so that none takes a slot, before a
// server that is ready.
type tickets struct{ queue.Tickets }

func (tickets) Record(context.Context, ad.Ref) (ad.Ad, error) {
	return ad.Ad{}, fault.New(fault.AdNotFound, nil)
}
func (tickets) Stall(context.Context) error                { return nil }
func (tickets) Queue(context.Context) (queue.Queue, error) { return queue.Queue{}, nil }
func (tickets) Health(context.Context) error               { return nil }

// definition is the real machine with everything bound to the scripted functions.
func (w *world) definition(t *testing.T) string {
	t.Helper()
	return regexp.MustCompile(`\$\{(\w+)\}`).ReplaceAllStringFunc(text, func(name string) string {
		if name == "${Stage1QueueUrl}" {
			return w.queue
		}
		arn := w.functions[strings.ToLower(strings.TrimSuffix(name[2:], "FunctionArn}"))]
		if arn == "" {
			t.Errorf("%s is bound to nothing", name)
		}
		return arn
	})
}

// machine makes a state machine.
func (w *world) machine(t *testing.T, definition string) (arn string) {
	t.Helper()
	out, err := w.sfn.CreateStateMachine(t.Context(), &sfn.CreateStateMachineInput{
		Name: aws.String(localaws.Name(t)), RoleArn: aws.String(role), Definition: &definition,
	})
	if err != nil {
		t.Fatal(err)
	}
	return *out.StateMachineArn
}

// calls has a state call another function.
func calls(state map[string]any, arn string) {
	arguments, _ := state["Arguments"].(map[string]any)
	arguments["FunctionName"] = arn
}

// changed gives a definition in which one state is changed, and nothing else.
func changed(t *testing.T, definition, name string, change func(state map[string]any)) string {
	t.Helper()
	var doc map[string]any
	if err := json.Unmarshal([]byte(definition), &doc); err != nil {
		t.Fatal(err)
	}
	s := statesOf(doc)[name]
	if s == nil {
		t.Fatalf("there is no state %s", name)
	}
	change(s)
	out, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// statesOf gives all states of a definition, those inside a Parallel as well.
func statesOf(level map[string]any) map[string]map[string]any {
	out := map[string]map[string]any{}
	states, _ := level["States"].(map[string]any)
	for name, body := range states {
		s, _ := body.(map[string]any)
		out[name] = s
		branches, _ := s["Branches"].([]any)
		for _, b := range branches {
			branch, _ := b.(map[string]any)
			maps.Copy(out, statesOf(branch))
		}
	}
	return out
}

// start starts the execution of an ad.
func (w *world) start(t *testing.T, machine string, s *story) (execution string) {
	t.Helper()
	w.mu.Lock()
	w.stories[s.ref.AdID] = s
	w.mu.Unlock()
	input, err := json.Marshal(s.ref)
	if err != nil {
		t.Fatal(err)
	}
	out, err := w.sfn.StartExecution(t.Context(), &sfn.StartExecutionInput{
		StateMachineArn: &machine, Name: aws.String(s.ref.ExecutionName()), Input: aws.String(string(input)),
	})
	if err != nil {
		t.Fatal(err)
	}
	return *out.ExecutionArn
}

// ended waits for the end of an execution. What hung does so no longer.
func (w *world) ended(t *testing.T, execution string, s *story) *sfn.DescribeExecutionOutput {
	t.Helper()
	defer close(s.end)
	near, wait := s.near, time.Second // each question is work for the local AWS
	for until := time.Now().Add(patience); time.Now().Before(until); {
		select {
		case <-near:
			near, wait = nil, 20*time.Millisecond
		case <-time.After(wait):
		}
		out, err := w.sfn.DescribeExecution(t.Context(), &sfn.DescribeExecutionInput{ExecutionArn: &execution})
		if err != nil {
			t.Fatal(err)
		}
		if out.Status != sfntypes.ExecutionStatusRunning {
			return out
		}
	}
	t.Fatalf("no end after %s; called so far: %v", patience, s.soFar())
	return nil
}

// entered gives the states an execution entered. The local AWS writes none of those
// inside a Parallel.
func (w *world) entered(t *testing.T, execution string) []string {
	t.Helper()
	var names []string
	for _, e := range w.history(t, execution) {
		if d := e.StateEnteredEventDetails; d != nil {
			names = append(names, *d.Name)
		}
	}
	return names
}

func (w *world) history(t *testing.T, execution string) []sfntypes.HistoryEvent {
	t.Helper()
	var all []sfntypes.HistoryEvent
	pages := sfn.NewGetExecutionHistoryPaginator(w.sfn, &sfn.GetExecutionHistoryInput{ExecutionArn: &execution})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, page.Events...)
	}
	return all
}

// Package statemachine_test shows for every state of ad.asl.json which path an ad
// takes: with success, with every error the state tries again, once and for ever,
// with every error no retry mends, with timeouts, crashes and throttling.
//
// The real file runs on the local AWS. Every function is bound to a scripted one
// (world_test.go) that is told, for each ad, which error each call meets; it reports
// as our functions do, through package step. Stage 1 goes through the real queue and
// its real consumer. The tests then check which steps were called with what, which
// states the execution entered, and how it ended.
//
// README.md says how to read the table.
package statemachine_test

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awslambda "github.com/aws/aws-sdk-go-v2/service/lambda"
	sfntypes "github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/google/go-cmp/cmp"

	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/taskqueue"
	"github.com/nanococoa/nanococoa/internal/workflow"
)

//go:embed ad.asl.json
var text string

// row is what one state does with what it meets.
type row struct {
	state, function string
	after           meeting   // what brings an ad to this state, if success does not
	retried         []retrier // what the state tries again
	permanent       []string  // what it meets as well, and no retry mends
	recovers        string    // the path of an ad whose step succeeds, at once or after a retry
	givesUp         string    // its path when the step does not
}

// meeting is an error a state meets.
type meeting struct{ state, err string }

// retrier is one entry of Retry: so many times, each counted apart.
type retrier struct {
	times  int
	errors []string
}

func (r row) byTemplate() bool { return strings.HasSuffix(r.state, "FromTemplate") }

// happy is the path of an ad that meets no error.
const happy = "Prepare Prompt Stage1 Copywrite Stage2 Clip Publish"

var (
	ours = []string{"Storage.Throttled", "Storage.Unavailable", "Ad.Timeout", "Internal"}
	// platform is what can go wrong around any function.
	platform = []string{
		"Lambda.ServiceException", "Lambda.AWSLambdaException", "Lambda.SdkClientException",
		"Lambda.TooManyRequestsException", "Lambda.ClientExecutionTimeoutException", "Lambda.Unknown",
		functionTimeout, crash, stateTimeout,
	}
	// asleep is a function nobody has called for weeks: Lambda refuses the call
	// and makes the function ready, which takes it a minute or two.
	asleep  = []string{"Lambda.CodeArtifactUserPendingException", "Lambda.CodeArtifactUserDeletedException"}
	sending = []string{"SQS.SdkClientException", "SQS.AmazonSQSException", "SQS.RequestThrottledException"}
	openAI  = []string{"OpenAI.RateLimited", "OpenAI.Unavailable", "OpenAI.BadAnswer"}
	gpu     = []string{"GPU.Busy", "GPU.Unavailable", "GPU.BadAnswer"}
)

// unknown is what a function reports whose error is no fault: a Go type's name.
const unknown = "errorString"

var table = []row{
	{
		state: "Prepare", function: "prepare",
		retried: []retrier{{3, slices.Concat(ours, platform)}, {8, asleep}},
		permanent: []string{
			"Photo.Missing", "Photo.TooLarge", "Photo.TooManyPixels", "Photo.TooSmall", "Photo.TooManyFrames",
			"Photo.Unsupported", "Photo.HEIC", "Photo.Corrupt", "Photo.Blank", "Photo.Blurred", "Ad.Gone", unknown,
		},
		recovers: happy,
		givesUp:  "Prepare Fail FailRecorded",
	},
	{
		state: "Prompt", function: "prompt",
		retried:   []retrier{{2, openAI}, {2, slices.Concat(ours, platform)}, {8, asleep}},
		permanent: []string{"OpenAI.Rejected", "OpenAI.Refused", "Ad.Gone", unknown},
		recovers:  happy,
		givesUp:   "Prepare Prompt PromptFromTemplate Stage1 Copywrite Stage2 Clip Publish",
	},
	{
		state: "PromptFromTemplate", function: "prompt",
		after:     meeting{"Prompt", "OpenAI.Refused"},
		retried:   []retrier{{3, slices.Concat(ours, platform)}, {8, asleep}},
		permanent: []string{"Ad.Gone", unknown},
		recovers:  "Prepare Prompt PromptFromTemplate Stage1 Copywrite Stage2 Clip Publish",
		givesUp:   "Prepare Prompt PromptFromTemplate Fail FailRecorded",
	},
	{
		// Its timeout is retried by nothing: after it the ad has waited in the queue for six hours.
		state: "Stage1", function: "stage1",
		retried: []retrier{{2, gpu}, {3, slices.Concat(ours, sending)}},
		permanent: []string{
			"GPU.Rejected", "Image.NotFound", "Photo.TooLarge", "Ad.Refused", "Ad.Gone", stateTimeout,
			"SQS.QueueDoesNotExistException",
		},
		recovers: happy,
		givesUp:  "Prepare Prompt Stage1 Fail FailRecorded",
	},
	{
		state: "Copywrite", function: "copywrite",
		retried:   []retrier{{2, openAI}, {2, slices.Concat(ours, platform)}, {8, asleep}},
		permanent: []string{"OpenAI.Rejected", "OpenAI.Refused", "Ad.Gone", unknown},
		recovers:  happy,
		givesUp:   "Prepare Prompt Stage1 Copywrite CopywriteFromTemplate Stage2 Clip Publish",
	},
	{
		state: "CopywriteFromTemplate", function: "copywrite",
		after:     meeting{"Copywrite", "OpenAI.Refused"},
		retried:   []retrier{{3, slices.Concat(ours, platform)}, {8, asleep}},
		permanent: []string{"Ad.Gone", unknown},
		recovers:  "Prepare Prompt Stage1 Copywrite CopywriteFromTemplate Stage2 Clip Publish",
		givesUp:   "Prepare Prompt Stage1 Copywrite CopywriteFromTemplate Fail FailRecorded",
	},
	{
		state: "Stage2", function: "stage2",
		retried:   []retrier{{6, gpu}, {3, slices.Concat(ours, platform)}, {8, asleep}},
		permanent: []string{"GPU.Rejected", "Image.NotFound", "Photo.TooLarge", "Ad.Gone", unknown},
		recovers:  happy,
		givesUp:   "Prepare Prompt Stage1 Copywrite Stage2 Fail FailRecorded",
	},
	{
		state: "Clip", function: "clip",
		retried:   []retrier{{6, gpu}, {3, slices.Concat(ours, platform)}, {8, asleep}},
		permanent: []string{"GPU.Rejected", "Image.NotFound", "Photo.TooLarge", "Ad.Gone", unknown},
		recovers:  happy,
		givesUp:   "Prepare Prompt Stage1 Copywrite Stage2 Clip Fail FailRecorded",
	},
	{
		state: "Publish", function: "publish",
		retried:   []retrier{{5, slices.Concat(ours, platform)}, {8, asleep}},
		permanent: []string{"Ad.Gone", unknown},
		recovers:  happy,
		givesUp:   "Prepare Prompt Stage1 Copywrite Stage2 Clip Publish Fail FailRecorded",
	},
	{
		state: "Fail", function: "fail",
		after:     meeting{"Prepare", "Photo.Corrupt"},
		retried:   []retrier{{8, slices.Concat(ours, platform)}, {8, asleep}},
		permanent: []string{"Ad.Gone", unknown},
		recovers:  "Prepare Fail FailRecorded",
		givesUp:   "Prepare Fail FailUnrecorded",
	},
}

// trial is what a row of the table says, tried with one ad: its step meets errors, one
// at each call, and then succeeds, or meets the last for ever.
type trial struct {
	name    string
	row     row
	errors  []string
	forever bool
	calls   int // of the row's state
}

// trials are those of all rows.
func trials() []trial {
	var out []trial
	for _, r := range table {
		var exhausted []string // every retrier, each to its end
		total := 1
		for _, retry := range r.retried {
			for _, e := range retry.errors {
				out = append(out,
					trial{r.state + "/" + e + " once", r, []string{e}, false, 2},
					trial{r.state + "/" + e + " for ever", r, []string{e}, true, 1 + retry.times})
			}
			exhausted = append(exhausted, slices.Repeat(retry.errors[:1], retry.times)...)
			total += retry.times
		}
		out = append(out,
			trial{r.state + "/every retrier to its end", r, exhausted, false, total},
			trial{r.state + "/and one error more", r, slices.Concat(exhausted, r.retried[0].errors[:1]), true, total})
		for _, e := range r.permanent {
			out = append(out, trial{r.state + "/" + e, r, []string{e}, true, 1})
		}
	}
	return out
}

// way is where the ad goes.
func (s trial) way() way {
	v := way{path: s.row.recovers, state: s.row.state, calls: s.calls, err: s.row.after.err}
	if s.forever {
		v.path = s.row.givesUp
	}
	if s.forever && s.row.state != "Fail" { // which is told what brought the ad there
		v.err = s.errors[len(s.errors)-1]
	}
	return v
}

// meets is the script.
func (s trial) meets(state string, n int) string {
	switch {
	case state == s.row.after.state:
		return s.row.after.err
	case state != s.row.state:
		return ""
	case n <= len(s.errors):
		return s.errors[n-1]
	case s.forever:
		return s.errors[len(s.errors)-1]
	}
	return ""
}

// TestPaths tries every row of the table.
func TestPaths(t *testing.T) {
	t.Parallel()
	w := open(t)
	machine := w.machine(t, w.definition(t))
	play := func(t *testing.T, sc trial) {
		t.Helper()
		on := machine
		if sc.clock() > 0 {
			on = w.machine(t, w.hurried(t, sc))
		}
		s := newStory(t, sc.meets)
		w.went(t, s, w.start(t, on, s), sc.way())
	}
	t.Run("success", func(t *testing.T) {
		t.Parallel()
		play(t, trial{row: row{recovers: happy}})
	})
	for name, v := range map[string]way{
		"a further scene":            {path: "Prepare Prompt Stage1 Publish"},
		"a further scene that fails": {path: "Prepare Prompt Stage1 Fail FailRecorded", err: "GPU.Rejected"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStory(t, func(state string, _ int) string {
				if state == "Stage1" {
					return v.err
				}
				return ""
			})
			s.ref.FurtherScene = s.ref.AdID
			w.went(t, s, w.start(t, machine, s), v)
		})
	}
	all := trials()
	slices.SortStableFunc(all, func(a, b trial) int { // what takes longest begins first
		return b.clock()*b.calls - a.clock()*a.calls
	})
	for _, sc := range all {
		t.Run(sc.name, func(t *testing.T) {
			t.Parallel()
			play(t, sc)
		})
	}
}

// clock is how many seconds a clock is given that runs out in a trial; 0 when
// none does.
func (s trial) clock() int {
	switch {
	case !slices.Contains(s.errors, stateTimeout) && !slices.Contains(s.errors, functionTimeout):
		return 0
	case s.forever:
		return 2
	}
	return 4 // enough for an answer from a busy machine
}

// hurried gives the definition for a trial in which a clock runs out: a copy in
// which the state's own TimeoutSeconds is small, or its function is one whose
// Timeout is.
func (w *world) hurried(t *testing.T, sc trial) string {
	t.Helper()
	if slices.Contains(sc.errors, stateTimeout) {
		return changed(t, w.definition(t), sc.row.state, func(state map[string]any) {
			if state["TimeoutSeconds"] == nil {
				t.Error("the state has no clock")
			}
			state["TimeoutSeconds"] = sc.clock()
		})
	}
	arn := w.lent(t, sc.row.function, int32(sc.clock())) //nolint:gosec // seconds
	return changed(t, w.definition(t), sc.row.state, func(state map[string]any) { calls(state, arn) })
}

// way is what an ad is expected to do.
type way struct {
	path  string // as in the table
	state string // the one that is called more than once, if any
	calls int    // how often
	err   string // what the ad fails with, if it does
}

// steps are the steps that are called.
func (v way) steps() []string {
	var out []string
	for _, name := range strings.Fields(v.path) {
		switch name {
		case "FailRecorded", "FailUnrecorded": // they call nothing
		case v.state:
			out = append(out, slices.Repeat([]string{name}, v.calls)...)
		default:
			out = append(out, name)
		}
	}
	return out
}

// states are the states the execution enters.
func (v way) states() []string {
	var out []string
	for _, name := range strings.Fields(v.path) {
		if name == "Copywrite" || name == "Publish" && out[len(out)-1] == "Stage1" {
			out = append(out, "OnlyAScene") // where the ways of an ad and of a further scene part
		}
		out = append(out, name)
	}
	return out
}

// end is how the execution ends.
func (v way) end() (sfntypes.ExecutionStatus, string) {
	switch {
	case strings.HasSuffix(v.path, " FailRecorded"):
		return sfntypes.ExecutionStatusFailed, v.err
	case strings.HasSuffix(v.path, " FailUnrecorded"):
		return sfntypes.ExecutionStatusFailed, "Fail.Unrecorded"
	}
	return sfntypes.ExecutionStatusSucceeded, ""
}

// payload is what a step is called with: the attempt, and nothing that stands on
// the record.
func (v way) payload(s *story, state string) map[string]any {
	out := map[string]any{"owner": s.ref.Owner, "ad_id": s.ref.AdID, "attempt": float64(s.ref.Attempt)}
	if s.ref.FurtherScene != "" {
		out["scene_id"] = s.ref.FurtherScene
	}
	if strings.HasSuffix(state, "FromTemplate") {
		out["writer"] = "template"
	}
	if state == "Fail" {
		out["error"] = map[string]any{"Error": v.err}
	}
	return out
}

// went checks that an ad has come to its end on this way and on no other.
func (w *world) went(t *testing.T, s *story, execution string, v way) {
	t.Helper()
	out := w.ended(t, execution, s)
	if status, err := v.end(); out.Status != status || aws.ToString(out.Error) != err {
		t.Errorf("the execution is %s with %q, want %s with %q", out.Status, aws.ToString(out.Error), status, err)
	}
	calls := s.soFar()
	var steps []string
	for _, c := range calls {
		if c.state == "Prepare" {
			steps = slices.Insert(steps, 0, c.state)
		} else {
			steps = append(steps, c.state)
		}
		if e, ok := c.payload["error"].(map[string]any); ok {
			delete(e, "Cause") // for operators
		}
		if d := cmp.Diff(v.payload(s, c.state), c.payload); d != "" {
			t.Errorf("%s is called with: -want +got\n%s", c.state, d)
		}
	}
	if d := cmp.Diff(v.steps(), steps); d != "" {
		t.Errorf("the steps: -want +got\n%s", d)
	}
	if d := cmp.Diff(v.states(), w.entered(t, execution)); d != "" {
		t.Errorf("the states: -want +got\n%s", d)
	}
}

// What Fail is told of a step's error has the name of its special case.
func TestTheSpecialCaseReachesFail(t *testing.T) {
	t.Parallel()
	w := open(t)
	s := newStory(t, func(state string, _ int) string {
		if state == "Prepare" {
			return string(fault.PhotoVariety)
		}
		return ""
	})
	w.ended(t, w.start(t, w.machine(t, w.definition(t)), s), s)
	for _, c := range s.soFar() {
		if c.state != "Fail" {
			continue
		}
		e := c.payload["error"].(map[string]any)
		var cause struct {
			Message string `json:"errorMessage"`
		}
		if err := json.Unmarshal([]byte(fmt.Sprint(e["Cause"])), &cause); err != nil ||
			e["Error"] != string(fault.PhotoUnsupported) || cause.Message != string(fault.PhotoVariety) {
			t.Errorf("Fail is told %v, %v", e, err)
		}
		return
	}
	t.Error("Fail was not called")
}

// A busy server, or one that is down, puts the ad back into the queue: more often than
// the state tries again, and none of the state's tries is used up.
func TestWaitingInTheQueueIsNoAttempt(t *testing.T) {
	t.Parallel()
	w := open(t)
	s := newStory(t, func(state string, n int) string {
		if state == "Stage1" && n <= 5 {
			return gpu[n%2] // busy, unavailable
		}
		return ""
	})
	s.queues = true
	execution := w.start(t, w.machine(t, w.definition(t)), s)
	w.went(t, s, execution, way{path: happy, state: "Stage1", calls: 6})
	scheduled := 0
	for _, e := range w.history(t, execution) {
		if d := e.TaskScheduledEventDetails; d != nil && strings.Contains(aws.ToString(d.Resource), "sqs:sendMessage") {
			scheduled++
		}
	}
	if scheduled != 1 {
		t.Errorf("the state sent %d messages", scheduled)
	}
}

// While an ad waits, a heartbeat is answered so; when its time is over, nothing waits
// any more and what comes late changes nothing.
func TestStage1OutOfTime(t *testing.T) {
	t.Parallel()
	w := open(t)
	m := taskqueue.OpenTasks(w.cfg)
	alive, over := make(chan error, 1), make(chan error, 1)
	var s *story
	s = newStory(t, func(state string, _ int) string {
		if state != "Stage1" {
			return ""
		}
		ok, err := m.Heartbeat(t.Context(), s.token())
		if err == nil && !ok {
			err = errors.New("nobody waits")
		}
		alive <- err
		// Heartbeats go on, so that it is the state's time that ends and not the one between two of them.
		go func() {
			for ok := true; ok && err == nil; ok, err = m.Heartbeat(t.Context(), s.token()) {
				time.Sleep(heartbeats)
			}
			over <- err
		}()
		return stateTimeout
	})
	d := changed(t, w.definition(t), "Stage1", func(state map[string]any) {
		state["TimeoutSeconds"], state["HeartbeatSeconds"] = 3, 2
	})
	execution := w.start(t, w.machine(t, d), s)
	w.went(t, s, execution, way{path: "Prepare Prompt Stage1 Fail FailRecorded", err: stateTimeout})
	if err := <-alive; err != nil {
		t.Errorf("while it waits: %v", err)
	}
	if err := <-over; err != nil {
		t.Errorf("after its time: %v", err)
	}
	if err := errors.Join(m.Succeed(t.Context(), s.token()), m.Fail(t.Context(), s.token(), fault.GPUBusy)); err != nil {
		t.Errorf("reporting late: %v", err)
	}
}

// heartbeats is how often a test that waits sends one.
const heartbeats = 200 * time.Millisecond

// A deleted ad's execution is stopped while it waits in the queue: what the consumer
// reports then, if it had begun, is no error and changes nothing.
func TestStoppedInTheQueue(t *testing.T) {
	t.Parallel()
	w := open(t)
	arn := w.machine(t, w.definition(t))
	machine := workflow.New(w.sfn, arn, nil)
	stopped := make(chan error, 1)
	var s *story
	s = newStory(t, func(state string, _ int) string {
		if state == "Stage1" {
			stopped <- machine.Stop(t.Context(), s.ref)
		}
		return ""
	})
	execution := w.start(t, arn, s)
	if err := <-stopped; err != nil {
		t.Fatal(err)
	}
	out := w.ended(t, execution, s)
	// An ad that starts now has passed every step when the stopped one would
	// have passed the next.
	other := newStory(t, func(string, int) string { return "" })
	w.went(t, other, w.start(t, arn, other), way{path: happy})
	if err := taskqueue.OpenTasks(w.cfg).Succeed(t.Context(), s.token()); err != nil {
		t.Errorf("reporting late: %v", err)
	}
	if out.Status != sfntypes.ExecutionStatusAborted {
		t.Errorf("the execution is %s", out.Status)
	}
	var steps []string
	for _, c := range s.soFar() {
		steps = append(steps, c.state)
	}
	slices.Sort(steps)
	if !slices.Equal(steps, []string{"Prepare", "Prompt", "Stage1"}) {
		t.Errorf("the steps: %v", steps)
	}
	if running, err := machine.Running(t.Context(), s.ref); running || err != nil {
		t.Errorf("it runs: %t, %v", running, err)
	}
}

// A queue that is missing fails the ad, in words, like anything else.
func TestNoQueue(t *testing.T) {
	t.Parallel()
	w := open(t)
	s := newStory(t, func(string, int) string { return "" })
	execution := w.start(t, w.machine(t, strings.ReplaceAll(w.definition(t), w.queue, w.queue+"-gone")), s)
	// AWS calls it SQS.QueueDoesNotExistException.
	w.went(t, s, execution, way{
		path: "Prepare Prompt Stage1 Fail FailRecorded", state: "Stage1", calls: 0, err: "SQS.QueueDoesNotExist",
	})
}

// A function whose concurrency is used up: the local AWS's own throttling, beside the
// scripted one of the table.
func TestThrottled(t *testing.T) {
	t.Parallel()
	w := open(t)
	full := w.lent(t, "clip", unhurried)
	if _, err := w.lambda.PutFunctionConcurrency(t.Context(), &awslambda.PutFunctionConcurrencyInput{
		FunctionName: &full, ReservedConcurrentExecutions: aws.Int32(0),
	}); err != nil {
		t.Fatal(err)
	}
	s := newStory(t, func(string, int) string { return "" })
	d := changed(t, w.definition(t), "Clip", func(state map[string]any) { calls(state, full) })
	execution := w.start(t, w.machine(t, d), s)
	// AWS calls it Lambda.TooManyRequestsException, which the same retrier names.
	const name = "Lambda.Unknown"
	w.went(t, s, execution, way{
		path: "Prepare Prompt Stage1 Copywrite Stage2 Clip Fail FailRecorded", state: "Clip", calls: 0, err: name,
	})
	failed := 0
	for _, e := range w.history(t, execution) {
		if d := e.TaskFailedEventDetails; d != nil && aws.ToString(d.Error) == name {
			failed++
		}
	}
	if failed != 4 {
		t.Errorf("refused %d times, want the first call and three more", failed)
	}
}

// Permanent faults that no step reports, each with its reason.
var reportedByNoStep = map[fault.Code]string{
	fault.RequestInvalid:      "the API's",
	fault.RequestMalformed:    "the API's",
	fault.RequestTooLarge:     "the API's",
	fault.RequestUnsupported:  "the API's",
	fault.RequestConflict:     "the API's",
	fault.RequestUnauthorized: "the API's",
	fault.RequestNotFound:     "the API's",
	fault.RequestThrottled:    "the gateway's",
	fault.RequestCrossOrigin:  "the API's",
	fault.RequestNotBySite:    "the API's",
	fault.RequestNoCookie:     "the API's",
	fault.LimitReached:        "the API's",
	fault.AdTooManyWaiting:    "the API's",
	fault.ShareNotFound:       "the API's",
	fault.AccountRefused:      "the API's",
	fault.AccountChanged:      "the API's",
	fault.AccountExpired:      "the API's",
	fault.AccountUnavailable:  "the API's",
	fault.AccountOff:          "the API's",
	fault.AdNotFound:          "steps turn it into Ad.Gone",
	fault.AdNotFailed:         "the API's",
	fault.AdNotRetryable:      "the API's",
	fault.AdNoUpload:          "the sweeper's",
	fault.AdNotFinished:       "the API's",
	fault.RenditionNotFound:   "the API's",
	fault.RenditionMain:       "the API's",
	fault.RenditionTooMany:    "the API's",
	fault.RenditionRefused:    "the API's",
	fault.SceneNotFound:       "the API's",
	fault.SceneInUse:          "the API's",
	fault.SceneTooMany:        "the API's",
}

// Every state and every name of an error in the machine has its row, and every
// permanent fault one somewhere.
func TestTheTableIsWhole(t *testing.T) {
	t.Parallel()
	var doc map[string]any
	if err := json.Unmarshal([]byte(text), &doc); err != nil {
		t.Fatal(err)
	}
	rows := map[string]row{}
	walked, met := map[string]bool{}, map[fault.Code]bool{}
	for _, r := range table {
		if _, twice := rows[r.state]; twice {
			t.Errorf("%s has two rows", r.state)
		}
		rows[r.state] = r
		for _, name := range append(strings.Fields(r.recovers), strings.Fields(r.givesUp)...) {
			walked[name] = true
		}
		for _, e := range r.permanent {
			met[fault.Code(e)] = true
			if fault.Code(e).Known() && fault.Code(e).Retryable() {
				t.Errorf("%s: %s is not permanent", r.state, e)
			}
		}
	}
	for name, s := range statesOf(doc) {
		switch s["Type"] {
		case "Task":
			r, ok := rows[name]
			if !ok {
				t.Errorf("%s has no row", name)
				continue
			}
			delete(rows, name)
			var retried []string
			for _, retry := range r.retried {
				retried = append(retried, retry.errors...)
			}
			if d := cmp.Diff(retriedBy(s), slices.Sorted(slices.Values(retried))); d != "" {
				t.Errorf("%s retries: -machine +table\n%s", name, d)
			}
			bound := "${" + strings.ToUpper(r.function[:1]) + r.function[1:]
			if !strings.Contains(fmt.Sprint(s["Arguments"]), bound) {
				t.Errorf("%s does not call %s", name, r.function)
			}
		case "Fail":
			if !walked[name] {
				t.Errorf("no ad of the table comes to %s", name)
			}
		case "Choice": // both ways are gone by ads of TestPaths; way.states
			if name != "OnlyAScene" {
				t.Errorf("%s is not known here", name)
			}
		default:
			t.Errorf("%s: the table knows nothing of a %s", name, s["Type"])
		}
		// An error that is caught by its name would be a path of its own.
		catch, _ := s["Catch"].([]any)
		for _, c := range catch {
			c, _ := c.(map[string]any)
			if fmt.Sprint(c["ErrorEquals"]) != "[States.ALL]" {
				t.Errorf("%s: %v wants a row of its own", name, c["ErrorEquals"])
			}
		}
	}
	for name := range rows {
		t.Errorf("there is no state %s", name)
	}
	for _, code := range fault.Codes() {
		if _, elsewhere := reportedByNoStep[code]; !code.Retryable() && met[code] == elsewhere {
			t.Errorf("%s: met %t, reported by no step %t", code, met[code], elsewhere)
		}
	}
}

// retriedBy gives the names of a state's Retry, sorted.
func retriedBy(state map[string]any) []string {
	var out []string
	retry, _ := state["Retry"].([]any)
	for _, r := range retry {
		r, _ := r.(map[string]any)
		names, _ := r["ErrorEquals"].([]any)
		for _, n := range names {
			out = append(out, fmt.Sprint(n))
		}
	}
	slices.Sort(out)
	return out
}

package contract_test

import (
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/nanococoa/nanococoa/internal/fault"
)

// Every ${X} of the machine is bound in the template to the function of that
// name, and nothing is bound that is not used.
func TestEverySubstitutionIsBound(t *testing.T) {
	t.Parallel()
	tp, m := readTemplate(t), readMachine(t)
	props := in(tp.resources, "AdStateMachine", "Properties")
	if props["DefinitionUri"] != "statemachine/ad.asl.json" {
		t.Errorf("the machine is made from %v", props["DefinitionUri"])
	}
	var used []string
	for _, x := range regexp.MustCompile(`\$\{([^}]*)\}`).FindAllStringSubmatch(m.text, -1) {
		used = append(used, x[1])
	}
	bound := in(props, "DefinitionSubstitutions")
	sameSet(t, "substitutions", slices.Collect(maps.Keys(bound)), used)
	for name, v := range bound {
		att := texts(at(v, "Fn::GetAtt"))
		if queue, ok := at(v, "Ref").(string); ok && queue+"Url" == name {
			continue // Ref of a queue is its address
		}
		if len(att) != 2 || att[0]+att[1] != name {
			t.Errorf("%s is bound to %v", name, v)
		}
	}
	// And the machine may call exactly the functions it calls.
	var allowed, called []string
	for _, s := range statements(tp.resources["AdStateMachine"]) {
		if slices.Contains(texts(s["Action"]), "lambda:InvokeFunction") {
			for _, r := range list(s["Resource"]) {
				allowed = append(allowed, strings.Join(texts(at(r, "Fn::GetAtt")), "."))
			}
		}
	}
	for _, s := range m.tasks() {
		if !s.waits() {
			called = append(called, resourceOf(s.folder(t))+".Arn")
		}
	}
	sameSet(t, "functions the machine may call", allowed, called)
	// As it may write to exactly the queues it writes to.
	allowed, called = nil, nil
	for _, s := range statements(tp.resources["AdStateMachine"]) {
		if slices.Contains(texts(s["Action"]), "sqs:SendMessage") {
			for _, r := range list(s["Resource"]) {
				allowed = append(allowed, strings.Join(texts(at(r, "Fn::GetAtt")), "."))
			}
		}
	}
	for _, s := range m.tasks() {
		if s.waits() {
			name := strings.Trim(fmt.Sprint(at(s.object, "Arguments", "QueueUrl")), "${}")
			called = append(called, fmt.Sprint(at(bound[name], "Ref"))+".Arn")
		}
	}
	sameSet(t, "queues the machine may write to", allowed, called)
}

func TestEveryStateSaysWhatItIsFor(t *testing.T) {
	t.Parallel()
	for name, s := range readMachine(t).states {
		if c, _ := s.object["Comment"].(string); len(c) < 20 {
			t.Errorf("%s: comment %q", name, c)
		}
	}
}

// Every task has a time limit and retries, and leads on when they were not enough: by its
// own Catch or by that of the Parallel that holds it.
func TestEveryTaskEnds(t *testing.T) {
	t.Parallel()
	m := readMachine(t)
	for _, s := range m.tasks() {
		if s.object["Resource"] != "arn:aws:states:::lambda:invoke" && !s.waits() {
			t.Errorf("%s: resource %v", s.name, s.object["Resource"])
		}
		if number(s.object["TimeoutSeconds"]) <= 0 {
			t.Errorf("%s has no time limit: a task has none by itself", s.name)
		}
		if len(s.retriers()) == 0 {
			t.Errorf("%s is never tried again", s.name)
		}
		for _, r := range s.retriers() {
			if number(r["MaxAttempts"]) < 1 || number(r["IntervalSeconds"]) < 1 || number(r["BackoffRate"]) < 1 ||
				number(r["MaxDelaySeconds"]) < number(r["IntervalSeconds"]) || r["JitterStrategy"] != "FULL" {
				t.Errorf("%s: retry %v", s.name, r)
			}
		}
		if !catchesAll(s) && (s.parent == nil || !catchesAll(s.parent)) {
			t.Errorf("%s: an error nobody retries ends the execution without a word", s.name)
		}
	}
	// Fail must be told which error was caught.
	for _, s := range m.states {
		for _, c := range list(s.object["Catch"]) {
			next := fmt.Sprint(at(c, "Next"))
			if next == "Fail" && at(c, "Output", "error") != "{% $states.errorOutput %}" {
				t.Errorf("%s: Fail does not hear why: %v", s.name, at(c, "Output"))
			}
			if m.states[next] == nil {
				t.Errorf("%s: leads to %s", s.name, next)
			}
		}
	}
}

// The consumer of a queue asks by heartbeats whether an ad is still waited for. A state that says nothing of heartbeats
// may refuse them, and a consumer that is refused takes the ad for deleted (docs/adr/0032). The language wants less
// than the state's own time; and a message that waits its turn sends none, so little less.
func TestWhatIsWaitedForTakesHeartbeats(t *testing.T) {
	t.Parallel()
	found := 0
	for _, s := range readMachine(t).tasks() {
		heartbeat, timeout := number(s.object["HeartbeatSeconds"]), number(s.object["TimeoutSeconds"])
		if !s.waits() {
			if heartbeat != 0 {
				t.Errorf("%s waits for heartbeats that nobody sends", s.name)
			}
			continue
		}
		found++
		if heartbeat >= timeout || heartbeat < 0.99*timeout {
			t.Errorf("%s may be without a heartbeat for %v s of its %v", s.name, heartbeat, timeout)
		}
	}
	if found == 0 {
		t.Error("nothing is waited for")
	}
}

// choices are the states that a Choice leads to; none for any other state.
func choices(s *state) []string {
	if s.object["Type"] != "Choice" {
		return nil
	}
	out := []string{fmt.Sprint(s.object["Default"])}
	for _, c := range list(s.object["Choices"]) {
		out = append(out, fmt.Sprint(at(c, "Next")))
	}
	return out
}

// catchesAll: States.ALL must stand alone and last (Amazon States Language,
// "Errors").
func catchesAll(s *state) bool {
	catch := list(s.object["Catch"])
	return len(catch) > 0 && slices.Equal(texts(at(catch[len(catch)-1], "ErrorEquals")), []string{"States.ALL"})
}

// Every state can be reached, and from every state the machine can reach an end where the
// record is written.
func TestEveryPathIsRecorded(t *testing.T) {
	t.Parallel()
	m := readMachine(t)
	next := func(s *state) []string {
		var out []string
		if n, ok := s.object["Next"].(string); ok {
			out = append(out, n)
		} else if s.parent != nil && s.object["End"] == true {
			out = append(out, s.parent.name)
		}
		for _, c := range list(s.object["Catch"]) {
			out = append(out, fmt.Sprint(at(c, "Next")))
		}
		for _, b := range list(s.object["Branches"]) {
			out = append(out, fmt.Sprint(at(b, "StartAt")))
		}
		return append(out, choices(s)...)
	}
	reach := func(from string) map[string]bool {
		seen, todo := map[string]bool{}, []string{from}
		for len(todo) > 0 {
			name := todo[0]
			todo = todo[1:]
			if seen[name] {
				continue
			}
			seen[name] = true
			if m.states[name] == nil {
				t.Fatalf("%s is no state", name)
			}
			todo = append(todo, next(m.states[name])...)
		}
		return seen
	}
	all := reach(fmt.Sprint(m.doc["StartAt"]))
	for name, s := range m.states {
		if !all[name] {
			t.Errorf("%s cannot be reached", name)
		}
		if s.object["Type"] == "Task" && !reach(name)["Fail"] {
			t.Errorf("%s: no way to Fail, so the owner is never told", name)
		}
		if s.object["Type"] == "Succeed" || (s.object["End"] == true && s.parent == nil && name != "Publish") {
			t.Errorf("%s ends well without publishing", name)
		}
	}
}

// The names of Step Functions and Lambda that may stand beside ours: States
// Language errors and what lambda:invoke documents ("Handle transient Lambda
// service exceptions" and the runtime's own).
var foreign = []string{
	"States.ALL", "States.Timeout",
	"Lambda.ServiceException", "Lambda.AWSLambdaException", "Lambda.SdkClientException", "Lambda.TooManyRequestsException",
	"Lambda.ClientExecutionTimeoutException", "Lambda.Unknown", "Sandbox.Timedout", "Runtime.ExitError",
	// A function that was not called for weeks is asleep: Lambda refuses the call
	// and makes it ready, which takes a minute or two ("Lambda function states").
	"Lambda.CodeArtifactUserPendingException", "Lambda.CodeArtifactUserDeletedException",
	// What Step Functions calls the errors of its own call to SQS.
	"SQS.SdkClientException", "SQS.AmazonSQSException", "SQS.RequestThrottledException",
}

// Faults that a retry can mend and that no state retries, each with its reason.
var retriedElsewhere = map[fault.Code]string{
	fault.AdAborted: "written for an execution that was stopped from outside; the owner retries it",
}

func TestEveryErrorNameIsKnown(t *testing.T) {
	t.Parallel()
	retried := map[string]bool{}
	for name, s := range readMachine(t).states {
		names := s.retried()
		for _, e := range names {
			retried[e] = true
			if code := fault.Code(e); code.Known() && !code.Retryable() {
				t.Errorf("%s retries %s, which a retry cannot mend", name, e)
			}
		}
		if sorted := slices.Sorted(slices.Values(names)); len(slices.Compact(sorted)) != len(names) {
			t.Errorf("%s names an error twice; only the first retrier that names it counts: %v", name, names)
		}
		for _, c := range list(s.object["Catch"]) {
			names = append(names, texts(at(c, "ErrorEquals"))...)
		}
		for _, e := range names {
			if !fault.Code(e).Known() && !slices.Contains(foreign, e) {
				t.Errorf("%s knows an error %s, which nobody reports", name, e)
			}
		}
	}
	for _, code := range fault.Codes() {
		_, elsewhere := retriedElsewhere[code]
		if code.Retryable() && !elsewhere && !retried[string(code)] {
			t.Errorf("%s can be mended by a retry, and no state retries it", code)
		}
		if elsewhere && (retried[string(code)] || !code.Retryable()) {
			t.Errorf("%s is an exception that nothing needs any more", code)
		}
	}
}

// A state retries what its step can meet: faults of the table, the bucket and Lambda, and
// a panic; those of the GPU server where it is called, those of the model where it is.
func TestEveryStateRetriesWhatItsStepCanMeet(t *testing.T) {
	t.Parallel()
	everywhere := []string{
		string(fault.StorageThrottled), string(fault.StorageUnavailable), string(fault.Internal), string(fault.AdTimeout),
		"States.Timeout", "Lambda.ServiceException", "Lambda.AWSLambdaException", "Lambda.SdkClientException",
		"Lambda.TooManyRequestsException", "Lambda.Unknown",
		"Sandbox.Timedout", "Runtime.ExitError", "Lambda.CodeArtifactUserPendingException",
	}
	byImport := map[string]string{"internal/gpuserver": "GPU.", "internal/llm/model": "OpenAI."}
	found := map[string]int{}
	for _, s := range readMachine(t).tasks() {
		want := slices.Clone(everywhere)
		input := at(s.object, "Arguments", "Payload")
		if s.waits() { // it calls no function, and is not timed while it waits its turn
			want = slices.DeleteFunc(want, func(e string) bool { return !fault.Code(e).Known() })
			input = at(s.object, "Arguments", "MessageBody", "input")
		}
		for pkg, prefix := range byImport {
			if !imports(t, s.folder(t), pkg) || input != "{% $states.context.Execution.Input %}" {
				continue // it cannot meet them; nor can the template writer, which is told so
			}
			found[pkg]++
			for _, code := range fault.Codes() {
				if code.Retryable() && strings.HasPrefix(string(code), prefix) {
					want = append(want, string(code))
				}
			}
		}
		for _, e := range want {
			if !slices.Contains(s.retried(), e) {
				t.Errorf("%s does not retry %s", s.name, e)
			}
		}
	}
	if found["internal/gpuserver"] != 3 || found["internal/llm/model"] != 2 {
		t.Errorf("steps by what they call: %v", found)
	}
}

// longest is the most seconds a state can take: every attempt its whole time,
// every wait its longest.
func longest(s *state) float64 {
	attempts, waits := 1.0, 0.0
	for _, r := range s.retriers() {
		attempts += number(r["MaxAttempts"])
		for i := range int(number(r["MaxAttempts"])) {
			wait := number(r["IntervalSeconds"]) * math.Pow(number(r["BackoffRate"]), float64(i))
			waits += min(wait, number(r["MaxDelaySeconds"]))
		}
	}
	return attempts*number(s.object["TimeoutSeconds"]) + waits
}

// When the machine's own time limit is over, no state runs any more and nothing writes why
// the ad ended. So it is longer than all steps with all their retries.
func TestTheMachineOutlivesEveryRetry(t *testing.T) {
	t.Parallel()
	m := readMachine(t)
	// worst gives the longest time from a state to the end, over Next and Catch.
	var worst func(name string, level object) float64
	worst = func(name string, level object) float64 {
		s := m.states[name]
		own := 0.0
		switch s.object["Type"] {
		case "Task":
			own = longest(s)
		case "Parallel":
			for _, b := range list(s.object["Branches"]) {
				own = max(own, worst(fmt.Sprint(at(b, "StartAt")), in(b)))
			}
		}
		after := 0.0
		ways := []value{s.object["Next"]}
		for _, c := range list(s.object["Catch"]) {
			ways = append(ways, at(c, "Next"))
		}
		for _, c := range choices(s) {
			ways = append(ways, c)
		}
		for _, w := range ways {
			if w != nil {
				after = max(after, worst(fmt.Sprint(w), level))
			}
		}
		return own + after
	}
	limit, most := number(m.doc["TimeoutSeconds"]), worst(fmt.Sprint(m.doc["StartAt"]), m.doc)
	if most < 1000 || most >= limit {
		t.Errorf("at worst an ad takes %v s, and the machine ends after %v s", most, limit)
	}
	t.Logf("at worst an ad takes %v s of the machine's %v s", most, limit)
}

// Standard workflows are paid for by the transition.
func TestTheHappyPathIsShort(t *testing.T) {
	t.Parallel()
	m := readMachine(t)
	var follow func(name string) []string
	follow = func(name string) []string {
		s := m.states[name]
		path := []string{name}
		for _, b := range list(s.object["Branches"]) {
			path = append(path, follow(fmt.Sprint(at(b, "StartAt")))...)
		}
		if n, ok := s.object["Next"].(string); ok {
			path = append(path, follow(n)...)
		}
		if to := choices(s); to != nil { // the default is an ad's, and longer than a scene's
			path = append(path, follow(to[0])...)
		}
		return path
	}
	path := follow(fmt.Sprint(m.doc["StartAt"]))
	if path[len(path)-1] != "Publish" {
		t.Errorf("the happy path ends with %s", path[len(path)-1])
	}
	const startAndEnd = 2 // the price list counts them too
	n := len(path) + startAndEnd
	t.Logf("%d transitions: %v", n, path)
	if n > 12 {
		t.Errorf("%d transitions, at most 12", n)
	}
}

package contract_test

import (
	"fmt"
	"go/ast"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/nanococoa/nanococoa/aiserver/server"
	"github.com/nanococoa/nanococoa/internal/llm/openai"
	"github.com/nanococoa/nanococoa/internal/queue"
	"github.com/nanococoa/nanococoa/internal/taskqueue"
)

// One folder in functions/ is one function of the template, and the other way
// round.
func TestEveryFolderIsOneFunction(t *testing.T) {
	t.Parallel()
	tp := readTemplate(t)
	var want []string
	for _, folder := range folders(t) {
		want = append(want, resourceOf(folder))
		if got := at(tp.function(folder), "CodeUri"); got != "functions/"+folder+"/" {
			t.Errorf("%s is built from %v", resourceOf(folder), got)
		}
	}
	sameSet(t, "functions of the template", slices.Collect(maps.Keys(tp.ofType("AWS::Serverless::Function"))), want)
}

// A function's folder holds its main and sample events, and nothing that could
// not be tested: mains are wiring.
func TestAFolderIsAMainAndItsEvents(t *testing.T) {
	t.Parallel()
	for _, folder := range folders(t) {
		entries, err := os.ReadDir(filepath.Join(root, "functions", folder))
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, e := range entries {
			names = append(names, e.Name())
		}
		sameSet(t, "functions/"+folder, names, []string{"main.go", "events"})
		events, err := filepath.Glob(filepath.Join(root, "functions", folder, "events", "*.json"))
		if err != nil || len(events) == 0 {
			t.Errorf("functions/%s/events has no sample event (%v)", folder, err)
		}
		if lines := strings.Count(string(read(t, "functions/"+folder+"/main.go")), "\n"); lines > 70 {
			t.Errorf("functions/%s/main.go has %d lines: logic belongs into a package", folder, lines)
		}
	}
}

// naming are the functions whose first argument is the step in the log.
var naming = []string{"function.Main", "step.Main", "step.Observe", "taskqueue.Handler"}

// The name in the log is the folder's name.
func TestAStepLogsUnderItsFolder(t *testing.T) {
	t.Parallel()
	for _, folder := range folders(t) {
		var names []string
		ast.Inspect(mainOf(t, folder), func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			if slices.Contains(naming, qualified(call.Fun)) {
				name, _ := literal(call.Args[0])
				names = append(names, name)
			}
			for i, arg := range call.Args { // log.Error("…", "step", "api", …)
				if key, ok := literal(arg); ok && key == "step" {
					name, _ := literal(call.Args[i+1])
					names = append(names, name)
				}
			}
			return true
		})
		if len(names) == 0 {
			t.Errorf("functions/%s names itself nowhere", folder)
		}
		for _, n := range names {
			if n != folder {
				t.Errorf("functions/%s calls itself %q", folder, n)
			}
		}
	}
}

// Every function is called: by the state machine, or by an event.
func TestEveryFunctionIsCalled(t *testing.T) {
	t.Parallel()
	tp, called := readTemplate(t), map[string]bool{}
	for _, s := range readMachine(t).tasks() {
		called[s.folder(t)] = !s.waits() // what waits for a message has its queue as event
	}
	for _, folder := range folders(t) {
		if events := in(tp.function(folder), "Events"); called[folder] == (len(events) > 0) {
			t.Errorf("functions/%s: a step of the machine (%t) and %d events: it must be one or the other",
				folder, called[folder], len(events))
		}
	}
}

// What a configuration requires, the template sets; and it sets nothing that is
// not read.
func TestEveryVariableIsSet(t *testing.T) {
	t.Parallel()
	tp := readTemplate(t)
	for _, folder := range folders(t) {
		set := tp.variables(folder)
		var known []string
		for _, v := range variablesOf(t, folder) {
			known = append(known, v.name)
			if got, ok := set[v.name]; v.required && (!ok || got == nil || got == "") {
				t.Errorf("%s requires %s, which the template does not set", resourceOf(folder), v.name)
			}
		}
		for name := range in(tp.function(folder), "Environment", "Variables") {
			if !slices.Contains(known, name) {
				t.Errorf("%s sets %s, which functions/%s does not read", resourceOf(folder), name, folder)
			}
		}
	}
	if api := variablesOf(t, "api"); len(api) < 5 {
		t.Errorf("read only %v of the API's configuration", api)
	}
}

// No variable's value is a secret: it is the name of the parameter that holds it.
func TestNoVariableHoldsASecret(t *testing.T) {
	t.Parallel()
	tp := readTemplate(t)
	secret := regexp.MustCompile(`(?i)(KEY|TOKEN|SECRET|PASSWORD)`)
	for _, folder := range folders(t) {
		for name := range tp.variables(folder) {
			if secret.MatchString(name) && !strings.HasSuffix(name, "_PARAMETER") {
				t.Errorf("%s: %s looks like a secret itself", resourceOf(folder), name)
			}
		}
	}
	for name, p := range in(tp.doc, "Parameters") {
		if secret.MatchString(name) && !strings.HasSuffix(name, "Parameter") {
			t.Errorf("parameter %s looks like a secret: %v", name, p)
		}
	}
}

// A log that is kept for ever costs for ever; and each function has its own.
func TestEveryFunctionHasALogThatEnds(t *testing.T) {
	t.Parallel()
	tp := readTemplate(t)
	groups := tp.ofType("AWS::Logs::LogGroup")
	used := map[string]bool{}
	for _, folder := range folders(t) {
		name, _ := at(tp.function(folder), "LoggingConfig", "LogGroup", "Ref").(string)
		if used[name] || groups[name] == nil {
			t.Errorf("%s logs to %q, which is not its own group", resourceOf(folder), name)
		}
		used[name] = true
		if got := at(tp.function(folder), "LoggingConfig", "LogFormat"); got != "JSON" {
			t.Errorf("%s logs as %v", resourceOf(folder), got)
		}
		// Lambda would drop what lies below it, metrics too.
		if got := at(tp.function(folder), "LoggingConfig", "ApplicationLogLevel"); got != nil {
			t.Errorf("%s has Lambda filter its log at %v", resourceOf(folder), got)
		}
	}
	for name, g := range groups {
		if at(g, "Properties", "RetentionInDays") == nil {
			t.Errorf("%s is kept for ever", name)
		}
	}
}

// statements are the statements of a resource's own policies.
func statements(r value) []object {
	var out []object
	for _, p := range list(at(r, "Properties", "Policies")) {
		for _, s := range list(at(p, "Statement")) {
			if cond := list(at(s, "Fn::If")); len(cond) == 3 {
				s = cond[1]
			}
			out = append(out, in(s))
		}
	}
	return out
}

// Rights that name no single resource, each with its reason.
var everywhere = map[string]string{
	"AdStateMachine/DeliverLogs":  "these calls of CloudWatch Logs take no resource",
	"Stage1Function/ReportTask":   "a task is named by its token, which is a secret of its own",
	"DeadletterFunction/FailTask": "a task is named by its token, which is a secret of its own",
}

// Every function has a role of its own, with the rights it needs and no more.
func TestLeastPrivilege(t *testing.T) {
	t.Parallel()
	tp := readTemplate(t)
	unused := maps.Clone(everywhere)
	for _, kind := range []string{"AWS::Serverless::Function", "AWS::Serverless::StateMachine"} {
		for name, r := range tp.ofType(kind) {
			if at(r, "Properties", "Role") != nil || at(tp.globals, "Role") != nil {
				t.Errorf("%s shares a role", name)
			}
			if len(statements(r)) == 0 {
				t.Errorf("%s has no rights of its own", name)
			}
			sids := map[string]bool{}
			for _, s := range statements(r) {
				sid := fmt.Sprint(s["Sid"])
				if s["Sid"] == nil || sids[sid] || s["Effect"] != "Allow" {
					t.Errorf("%s: statement %s wants a name of its own and to allow", name, sid)
				}
				sids[sid] = true
				if s["NotAction"] != nil || s["NotResource"] != nil || len(texts(s["Action"])) == 0 {
					t.Errorf("%s, %s: rights are named one by one", name, sid)
				}
				for _, a := range texts(s["Action"]) {
					if strings.Contains(a, "*") || a == "" {
						t.Errorf("%s, %s: %q is more than one right", name, sid, a)
					}
				}
				for _, res := range list(s["Resource"]) {
					if res != "*" {
						continue
					}
					if _, ok := everywhere[name+"/"+sid]; !ok {
						t.Errorf("%s, %s: allowed on everything", name, sid)
					}
					delete(unused, name+"/"+sid)
				}
			}
		}
	}
	for name := range unused {
		t.Errorf("%s is an exception that nothing needs any more", name)
	}
}

// An event for whose handling nobody waits must not be lost when that fails.
func TestEverythingAsynchronousHasADeadLetterQueue(t *testing.T) {
	t.Parallel()
	tp := readTemplate(t)
	queues := tp.ofType("AWS::SQS::Queue")
	queue := func(v value) bool {
		att := list(at(v, "Fn::GetAtt"))
		return len(att) == 2 && att[1] == "Arn" && queues[fmt.Sprint(att[0])] != nil
	}
	found := 0
	for _, folder := range folders(t) {
		props := tp.function(folder)
		for name, e := range in(props, "Events") {
			if at(e, "Type") == "Api" {
				continue
			}
			if at(e, "Type") == "SQS" { // what fails comes back by itself; the queue says where it ends
				found++
				name := fmt.Sprint(list(at(e, "Properties", "Queue", "Fn::GetAtt"))[0])
				dead := at(queues[name], "Properties", "RedrivePolicy", "deadLetterTargetArn")
				if !strings.HasSuffix(name, "DeadLetters") && !queue(dead) {
					t.Errorf("%s: a message that cannot be handled comes back for ever", name)
				}
				types := texts(at(e, "Properties", "FunctionResponseTypes"))
				if !slices.Equal(types, []string{"ReportBatchItemFailures"}) {
					t.Errorf("%s: one message that fails brings back its whole batch", name)
				}
				continue
			}
			found++
			where := resourceOf(folder) + "/" + name
			if !queue(at(e, "Properties", "DeadLetterConfig", "Arn")) {
				t.Errorf("%s: an event that cannot be delivered is lost", where)
			}
			invoke := in(props, "EventInvokeConfig")
			if d := in(invoke, "DestinationConfig", "OnFailure"); d["Type"] != "SQS" || !queue(d["Destination"]) {
				t.Errorf("%s: an event that cannot be handled is lost", where)
			}
			retry := in(e, "Properties", "RetryPolicy")
			if retry["MaximumEventAgeInSeconds"] == nil || invoke["MaximumEventAgeInSeconds"] == nil {
				t.Errorf("%s: events are tried for longer than anybody waits", where)
			}
			// It is the queue's own policy that lets EventBridge write to it, as one of this stack's
			// rules: CloudFormation names those without a name of their own after the stack.
			if at(e, "Properties", "RuleName") != nil || at(e, "Properties", "Name") != nil {
				t.Errorf("%s: the rule has a name of its own, of which the queue's policy knows nothing", where)
			}
			allowed := false
			for _, p := range tp.ofType("AWS::SQS::QueuePolicy") {
				for _, s := range list(at(p, "Properties", "PolicyDocument", "Statement")) {
					source := fmt.Sprint(at(s, "Condition", "ArnLike", "aws:SourceArn", "Fn::Sub"))
					may := slices.Contains(texts(at(s, "Action")), "sqs:SendMessage")
					allowed = allowed || may && strings.HasSuffix(source, ":rule/${AWS::StackName}-*")
				}
			}
			if !allowed {
				t.Errorf("%s: the rule may not write to the queue", where)
			}
		}
	}
	if found == 0 {
		t.Error("no asynchronous event found")
	}
	for name, q := range queues {
		if !strings.HasSuffix(name, "DeadLetters") {
			continue // its messages end with the tasks behind them
		}
		if d := number(at(q, "Properties", "MessageRetentionPeriod")); d < (4 * 24 * time.Hour).Seconds() {
			t.Errorf("%s keeps messages for %v s: less than a long weekend", name, d)
		}
	}
}

// What is called ends before its caller does. A step's own calls end a second before its
// function (internal/step); the rest is here.
func TestTimeoutsNest(t *testing.T) {
	t.Parallel()
	tp := readTemplate(t)
	within := func(inner string, a float64, outer string, b float64) {
		t.Helper()
		if a <= 0 || a >= b {
			t.Errorf("%s may take %v s and %s only %v s", inner, a, outer, b)
		}
	}
	for _, s := range readMachine(t).tasks() {
		within(resourceOf(s.folder(t)), tp.timeout(s.folder(t)), "state "+s.name, number(s.object["TimeoutSeconds"]))
	}
	// AWS advises six times the function's timeout, within which it tries a throttled
	// delivery again, and at least five deliveries, as those count.
	const visibilities, receives = 6, 5
	queues := 0
	for _, folder := range folders(t) {
		for _, e := range in(tp.function(folder), "Events") {
			if at(e, "Type") != "SQS" {
				continue
			}
			queues++
			name := fmt.Sprint(list(at(e, "Properties", "Queue", "Fn::GetAtt"))[0])
			visible := number(at(tp.resources[name], "Properties", "VisibilityTimeout"))
			if want := visibilities * tp.timeout(folder); visible < want {
				t.Errorf("%s hides a message for %v s, want %d times the timeout of %s, %v s", name, visible, visibilities,
					resourceOf(folder), want)
			}
			policy := at(tp.resources[name], "Properties", "RedrivePolicy")
			if n := number(at(policy, "maxReceiveCount")); policy != nil && n < receives {
				t.Errorf("%s delivers a message %v times, want %d", name, n, receives)
			}
		}
	}
	if queues == 0 {
		t.Error("no queue found")
	}
	within("a lease", taskqueue.LeaseTime.Seconds(), resourceOf("stage1"), tp.timeout("stage1"))
	if hold := tp.timeout("stage1") + taskqueue.LeaseTime.Seconds(); queue.MaxHold.Seconds() != hold {
		t.Errorf("queue.MaxHold is %v, but a dead consumer's message comes back within %v s", queue.MaxHold, hold)
	}
	const gateway = 29 // seconds, the most API Gateway's REST APIs wait without a quota increase
	within(resourceOf("api"), tp.timeout("api"), "API Gateway", gateway+1)
	openAPI := string(read(t, "internal/httpapi/openapi.json"))
	m := regexp.MustCompile(`wait=N, up to (\d+) s:`).FindStringSubmatch(openAPI)
	if m == nil {
		t.Fatal("the OpenAPI does not say how long Prefer: wait may be")
	}
	wait, err := strconv.ParseFloat(m[1], 64)
	if err != nil {
		t.Fatal(err)
	}
	within("Prefer: wait", wait, resourceOf("api"), tp.timeout("api"))
	const calls = 2 // of a writer: one, and one repair
	for _, folder := range []string{"prompt", "copywrite"} {
		within("OpenAI", calls*openai.DefaultTimeout.Seconds(), resourceOf(folder), tp.timeout(folder))
	}
	gpu, err := server.Read(nil)
	if err != nil {
		t.Fatal(err)
	}
	within("a job of the GPU server", gpu.JobTimeout.Seconds(), resourceOf("stage1"), tp.timeout("stage1"))
	distribution := at(readYAML(t, "infra/site.yaml"), "Resources", "Distribution", "Properties", "DistributionConfig")
	for _, o := range list(at(distribution, "Origins")) {
		if at(o, "Id") == "api" {
			within(resourceOf("api"), tp.timeout("api"), "CloudFront", number(at(o, "CustomOriginConfig", "OriginReadTimeout")))
		}
	}
}

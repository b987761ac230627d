// Package statemachine writes ad.asl.json, the definition of the state machine that makes an ad. Which steps there are
// and in which order they run is in the table of internal/ad; what only the machine needs of a step, its time limit and
// its retries, is in the table below. README.md says how to add a step.
package statemachine

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/statemachine/asl"
)

//go:generate go test . -run ^TestTheDefinitionIsGenerated$ -update

// task is what the machine needs of a step.
type task struct {
	comment string
	// timeout is the most seconds one try takes: a little more than the function's own Timeout in template.yaml, so
	// that the function's answer or its fault is read and not lost. internal/contract holds that.
	timeout int
	retry   []asl.Retrier
	// queued: the step is put into the queue of its name (Stage1Queue in template.yaml), and the consumer of that queue
	// reports with the task's token how it ended. Otherwise the step's function is called.
	queued bool
	// template: when the model has failed, the deterministic writer does the step.
	template bool
}

// tasks has one row for each step. Most functions are retried three times, within half a minute: what AWS throttles or
// loses is over by then. Two that can be done without the model are retried twice. The GPU server is waited for two
// minutes and more, in which it can start again.
var tasks = map[ad.Step]task{
	ad.Prepare: {
		comment: "Makes the photo safe and small. A photo that cannot be used ends the ad at once.",
		timeout: 50,
		retry:   lambda(3, 20),
	},
	ad.Prompt: {
		comment:  "Has the model write the background prompt; the template does when the model is down.",
		timeout:  130,
		retry:    slices.Concat(openAI(), lambda(2, 20)),
		template: true,
	},
	ad.Stage1: {
		comment: "Puts stage 1 into the queue before the GPU server; the queue's consumer reports how it ended.",
		// Six hours: the time in the queue counts too, and waiting costs nothing. For the same reason few retries: a
		// busy server's message goes back into the queue, and only what has waited for hours comes to be retried here,
		// at the end of the queue.
		timeout: 6 * 60 * 60,
		retry:   slices.Concat(gpu(2, 5), queue()),
		queued:  true,
	},
	ad.Copywrite: {
		comment:  "Has the model write the copy for this very picture; the template does when the model is down.",
		timeout:  130,
		retry:    slices.Concat(openAI(), lambda(2, 20)),
		template: true,
	},
	ad.Stage2: {
		comment: "Has the GPU server set the copy into the picture: the final PNG and the HTML, from one layout.",
		timeout: 150,
		retry:   slices.Concat(gpu(6, 3), lambda(3, 20)),
	},
	ad.Clip: {
		comment: "Measures how well the finished picture fits the concept.",
		timeout: 90,
		retry:   slices.Concat(gpu(6, 3), lambda(3, 20)),
	},
	ad.Publish: {
		comment: "Writes the finished ad and its owner's statistics in one transaction.",
		timeout: 25,
		retry:   lambda(5, 30), // only this write stands between the owner and the finished ad
	},
}

// fail is the state that ends an ad badly. It is no step of ad.Steps, for no owner sees it, and is named like one.
const fail = "Fail"

// forScene is the state that leads a further scene past the steps that it does not need.
const forScene = "OnlyAScene"

// What a step is called with, in JSONata: the execution's input, {owner, ad_id, attempt} and for
// a further scene its scene_id, and for two of them one thing more. It gives nothing back, for
// its result is on the record; so the input goes on as it came.
const (
	input      = "{% $states.context.Execution.Input %}"
	byTemplate = "{% $merge([$states.context.Execution.Input, {'writer':'template'}]) %}"
	withError  = "{% $merge([$states.context.Execution.Input, {'error': $states.input.error}]) %}"
	isScene    = "{% $exists($states.context.Execution.Input.scene_id) %}"
)

// The two ways to do a task. The ${…} in their arguments are bound in template.yaml.
const (
	invoke      = "arn:aws:states:::lambda:invoke"
	sendAndWait = "arn:aws:states:::sqs:sendMessage.waitForTaskToken"
)

type (
	// invocation is the arguments of invoke.
	invocation struct {
		FunctionName string
		Payload      string
	}
	// message is the arguments of sendAndWait.
	message struct {
		QueueURL    string `json:"QueueUrl"`
		MessageBody messageBody
	}
	// messageBody is what the consumer reads, queue.Message.
	messageBody struct {
		TaskToken string `json:"task_token"`
		Input     string `json:"input"`
	}
	// caught is the output of a Catch: what Fail finds in $states.input.error.
	caught struct {
		Error string `json:"error"`
	}
)

// all is every error there is. It must stand alone and last (Amazon States Language, "Errors").
var all = []string{"States.ALL"}

// StateOf is the name of a step's state: stage1 becomes Stage1. The function's resource in template.yaml is
// Stage1Function, its log group Stage1FunctionLogs.
func StateOf(s ad.Step) string { return strings.ToUpper(string(s[:1])) + string(s[1:]) }

// Definition is the machine. It fails when a step has no task here, or a task no step.
func Definition() (asl.Machine, error) {
	for _, s := range ad.Steps() {
		if tasks[s].timeout == 0 {
			return asl.Machine{}, fmt.Errorf("step %s has no row in statemachine's tasks", s)
		}
	}
	if len(tasks) != len(ad.Steps()) {
		return asl.Machine{}, fmt.Errorf("statemachine has %d tasks for %d steps", len(tasks), len(ad.Steps()))
	}
	m := asl.Machine{
		Comment:       "Makes one ad. Generated by statemachine/machine.go; change it there.",
		QueryLanguage: "JSONata",
		// Longer than all steps with all their retries (internal/contract adds them up): past it nobody would be left
		// to write why the ad failed.
		TimeoutSeconds: 2 * 24 * 60 * 60,
	}
	steps := ad.Steps()
	for i, step := range steps {
		next := "" // the last one ends the machine
		if i+1 < len(steps) {
			next = StateOf(steps[i+1])
		}
		past := passed(steps, i)
		if past == "" {
			m.States = append(m.States, chain(step, next)...)
			continue
		}
		m.States = append(m.States, chain(step, forScene)...)
		m.States = append(m.States, asl.State{
			Name: forScene, Type: "Choice",
			Comment: "A further scene of a finished ad has no words: it is published as it is.",
			Choices: []asl.Choice{{Condition: isScene, Next: past}}, Default: next,
		})
	}
	m.StartAt = m.States[0].Name
	m.States = append(m.States, failing()...)
	return m, nil
}

// passed gives the state that a further scene goes on with after the i-th step, if those after it are not
// needed for a scene; "" when they are, or when they follow others that are not.
func passed(steps []ad.Step, i int) string {
	if i+1 == len(steps) || steps[i+1].MakesScene() || !steps[i].MakesScene() {
		return ""
	}
	for _, s := range steps[i+1:] {
		if s.MakesScene() {
			return StateOf(s)
		}
	}
	return ""
}

// chain gives the states of one step: its own and, where the deterministic writer can do the step, the one that has
// it do so. Each leads to next, or ends the machine when there is none; what no retry mends leads to Fail.
func chain(s ad.Step, next string) asl.States {
	t := tasks[s]
	state := asl.State{
		Name: StateOf(s), Type: "Task", Comment: t.comment,
		Resource: invoke, Arguments: call(StateOf(s), input), Output: input,
		TimeoutSeconds: t.timeout, Retry: t.retry, Catch: []asl.Catcher{catch(fail)}, Next: next, End: next == "",
	}
	if t.queued {
		state.Resource = sendAndWait
		state.Arguments = message{
			QueueURL:    "${" + state.Name + "QueueUrl}",
			MessageBody: messageBody{TaskToken: "{% $states.context.Task.Token %}", Input: input},
		}
		// The consumer asks by heartbeats whether the ad is still waited for. A state without this may refuse them
		// (docs/adr/0032). As long as may be: a message that waits its turn sends none.
		state.HeartbeatSeconds = t.timeout - 1
	}
	if !t.template {
		return asl.States{state}
	}
	instead := state
	instead.Name += "FromTemplate"
	instead.Comment = "The deterministic writer, in place of the model."
	instead.Arguments = call(state.Name, byTemplate)
	instead.Retry = lambda(3, 20)
	state.Catch = []asl.Catcher{catch(instead.Name)}
	return asl.States{state, instead}
}

// failing gives the states an ad goes through that failed.
func failing() asl.States {
	return asl.States{
		{
			Name: fail, Type: "Task",
			Comment:  "Writes why the ad ended, in words its owner understands.",
			Resource: invoke, Arguments: call(fail, withError), Output: "{% $states.input %}",
			// The most retries of all: an ad without an end is worse than a failed one.
			TimeoutSeconds: 25, Retry: lambda(8, 60),
			Catch: []asl.Catcher{{ErrorEquals: all, Next: "FailUnrecorded"}}, Next: "FailRecorded",
		},
		{
			Name: "FailRecorded", Type: "Fail",
			Comment: "For operators: the ad failed and its owner was told. Nothing to clean up.",
			Error:   "{% $states.input.error.Error %}", Cause: "The ad failed; the record says why.",
		},
		{
			Name: "FailUnrecorded", Type: "Fail",
			Comment: "For operators: the ad failed and the record does not say so. See the runbook for stuck executions.",
			Error:   "Fail.Unrecorded", Cause: "The Fail step itself failed; the record still says running.",
		},
	}
}

// call is what invoke is given: the function of a state and its payload.
func call(state, payload string) invocation {
	return invocation{FunctionName: "${" + state + "FunctionArn}", Payload: payload}
}

// catch leads every error on to a state, and tells it which error it was.
func catch(state string) asl.Catcher {
	return asl.Catcher{ErrorEquals: all, Output: caught{Error: "{% $states.errorOutput %}"}, Next: state}
}

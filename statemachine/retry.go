package statemachine

import (
	"slices"

	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/statemachine/asl"
)

// ours are the faults that any step can report and a retry can mend.
var ours = codes(fault.StorageThrottled, fault.StorageUnavailable, fault.AdTimeout, fault.Internal)

// invoking are the errors of calling a function: what lambda:invoke documents ("Handle transient Lambda service
// exceptions"), the runtime's own, and the state's time limit.
var invoking = []string{
	"Lambda.ServiceException", "Lambda.AWSLambdaException", "Lambda.SdkClientException",
	"Lambda.TooManyRequestsException", "Lambda.ClientExecutionTimeoutException", "Lambda.Unknown",
	"Sandbox.Timedout", "Runtime.ExitError", "States.Timeout",
}

// asleep are the errors of a function that was not called for weeks: Lambda refuses the call and makes the function
// ready, which takes a minute or two ("Lambda function states").
var asleep = []string{"Lambda.CodeArtifactUserPendingException", "Lambda.CodeArtifactUserDeletedException"}

// sending are the errors of Step Functions' own call to SQS.
var sending = []string{"SQS.SdkClientException", "SQS.AmazonSQSException", "SQS.RequestThrottledException"}

// lambda retries a function that fails for reasons around it: attempts times, at most maxDelay seconds apart.
func lambda(attempts, maxDelay int) []asl.Retrier {
	return []asl.Retrier{
		retry(slices.Concat(ours, invoking), attempts, 2, maxDelay),
		retry(asleep, 8, 10, 60), // in all three minutes on average, longer than waking takes
	}
}

// queue retries a step whose message could not be sent, or whose consumer met a fault of ours.
func queue() []asl.Retrier {
	return []asl.Retrier{retry(slices.Concat(ours, sending), 3, 2, 20)}
}

// openAI retries a model that may answer in some seconds. Only twice: the deterministic writer writes as well.
func openAI() []asl.Retrier {
	faults := codes(fault.OpenAIRateLimited, fault.OpenAIUnavailable, fault.OpenAIBadAnswer)
	return []asl.Retrier{retry(faults, 2, 2, 20)}
}

// gpu retries the GPU server: attempts times, first after about interval seconds.
func gpu(attempts, interval int) []asl.Retrier {
	faults := codes(fault.GPUBusy, fault.GPUUnavailable, fault.GPUBadAnswer)
	return []asl.Retrier{retry(faults, attempts, interval, 60)}
}

// retry tries again after interval seconds, then after twice as long each time, up to maxDelay. With full jitter each
// wait is a random part of that, so that ads that failed together do not come back together.
func retry(errors []string, attempts, interval, maxDelay int) asl.Retrier {
	return asl.Retrier{
		ErrorEquals: errors, IntervalSeconds: interval, BackoffRate: 2, MaxAttempts: attempts,
		MaxDelaySeconds: maxDelay, JitterStrategy: "FULL",
	}
}

// codes gives faults by the names under which the machine sees them.
func codes(faults ...fault.Code) []string {
	out := make([]string, 0, len(faults))
	for _, f := range faults {
		out = append(out, string(f))
	}
	return out
}

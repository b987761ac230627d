// Package step wraps every step of the state machine: it gives the machine the fault's
// code as the name of the error, turns a panic into a fault, and writes one log line.
//
// Step Functions matches only the name of the outermost error, and aws-lambda-go reports
// the Go type's name unless the error is a messages.InvokeResponse_Error by value. So
// Wrap returns one.
package step

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/aws/aws-lambda-go/lambda/messages"
	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/function"
)

// Func is the work of one step. Its error's fault decides whether the state
// machine tries again.
type Func func(ctx context.Context, in ad.StepInput) error

// answerMargin is how long before Lambda's deadline a step is told to end. A call that
// hangs then ends as a fault with a line in the log, and not as a process that was killed:
// a client's time limit is within the function's, and that is within the state's.
const answerMargin = time.Second

// Wrap gives the Lambda handler of a step: Observe, with the fault's code as
// the name of the error.
func Wrap(name string, log *slog.Logger, f Func) func(ctx context.Context, in ad.StepInput) error {
	observed := Observe(name, log, f)
	return func(ctx context.Context, in ad.StepInput) error {
		if err := observed(ctx, in); err != nil {
			return failed(fault.From(err))
		}
		return nil
	}
}

// Observe wraps a step so that it logs its one line and a panic becomes
// fault.Internal.
func Observe(name string, log *slog.Logger, f Func) Func {
	return func(ctx context.Context, in ad.StepInput) (err error) {
		began := time.Now()
		if deadline, ok := ctx.Deadline(); ok {
			var cancel context.CancelFunc
			ctx, cancel = context.WithDeadline(ctx, deadline.Add(-answerMargin))
			defer cancel()
		}
		log := log.With("step", name, "ad_id", in.AdID, "attempt", in.Attempt, "request_id", requestID(ctx))
		defer func() {
			if p := recover(); p != nil {
				// The state machine must get a code and not find a dead process. A step
				// that panicked is tried again like any other internal fault.
				log.ErrorContext(ctx, "panic", "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
				err = fault.Newf(fault.Internal, "panic in step %s", name)
			}
		}()
		err = f(ctx, in)
		took := slog.Int64("duration_ms", time.Since(began).Milliseconds())
		if err == nil {
			log.InfoContext(ctx, "step done", took)
			return nil
		}
		code := fault.From(err).Code
		level := slog.LevelError
		if code == fault.AdGone || code.Retryable() {
			level = slog.LevelWarn
		}
		log.Log(ctx, level, "step failed", took, "code", string(code), "error", err.Error())
		return err
	}
}

// failed makes the error Step Functions sees. Its message is the name of the special case,
// which pipeline.Fail reads, or the code again: the cause is only in the log, where we
// decide who reads it and for how long it is kept.
func failed(f *fault.Fault) error {
	return messages.InvokeResponse_Error{Type: string(f.Code), Message: f.Name()}
}

// Main runs a step as a Lambda function; see function.Main.
func Main[C function.Config](name string, wire func(ctx context.Context, c C, shared function.Shared) (Func, error)) {
	function.Main(name, func(ctx context.Context, c C, shared function.Shared) (any, error) {
		f, err := wire(ctx, c, shared)
		if err != nil {
			return nil, err
		}
		return Wrap(name, shared.Log, f), nil
	})
}

func requestID(ctx context.Context) string {
	if lc, ok := lambdacontext.FromContext(ctx); ok {
		return lc.AwsRequestID
	}
	return ""
}

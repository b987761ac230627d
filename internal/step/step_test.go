package step_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambda/messages"
	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/google/go-cmp/cmp"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/step"
)

const payload = `{"owner":"SECRETOWNER","ad_id":"01a20681-caf9-71bc-a5d9-563c9ab4b3c5","attempt":2}`

// invoke runs a step as Lambda does, and gives its error and its log.
func invoke(ctx context.Context, t *testing.T, event string, f step.Func) ([]map[string]any, error) {
	t.Helper()
	var log bytes.Buffer
	h := lambda.NewHandler(step.Wrap("stage1", slog.New(slog.NewJSONHandler(&log, nil)), f))
	out, err := h.Invoke(ctx, []byte(event))
	if err == nil && string(out) != "null" {
		t.Errorf("a step gives %s: the record is where results go", out)
	}
	var lines []map[string]any
	for dec := json.NewDecoder(&log); ; {
		var l map[string]any
		if e := dec.Decode(&l); errors.Is(e, io.EOF) {
			return lines, err
		} else if e != nil {
			t.Fatal(e)
		}
		lines = append(lines, l)
	}
}

func TestAStepGetsItsInput(t *testing.T) {
	t.Parallel()
	for event, want := range map[string]ad.StepInput{
		payload: {Ref: ad.Ref{Owner: "SECRETOWNER", AdID: "01a20681-caf9-71bc-a5d9-563c9ab4b3c5", Attempt: 2}},
		`{"owner":"o","ad_id":"a","attempt":1,"writer":"template"}`: {
			Ref: ad.Ref{Owner: "o", AdID: "a", Attempt: 1}, Writer: ad.ByTemplate,
		},
		`{"owner":"o","ad_id":"a","attempt":1,"error":{"Error":"GPU.Busy","Cause":"{}"}}`: {
			Ref: ad.Ref{Owner: "o", AdID: "a", Attempt: 1}, Error: &ad.StepError{Error: "GPU.Busy", Cause: "{}"},
		},
	} {
		called := false
		lines, err := invoke(context.Background(), t, event, func(_ context.Context, in ad.StepInput) error {
			called = true
			if d := cmp.Diff(want, in); d != "" {
				t.Errorf("-want +got\n%s", d)
			}
			return nil
		})
		if err != nil || !called {
			t.Errorf("%v, called %t", err, called)
		}
		if len(lines) != 1 || lines[0]["level"] != "INFO" || lines[0]["msg"] != "step done" {
			t.Errorf("log %v", lines)
		}
	}
}

// What comes out is what the state machine matches: the code as the error's
// type, by value, and nothing of the cause.
func TestAnErrorIsItsCode(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		err   error
		want  fault.Code
		level string
	}{
		"a fault": {fault.New(fault.GPUBusy, nil), fault.GPUBusy, "WARN"},
		"deep inside": {
			fmt.Errorf("stage 1: %w", fmt.Errorf("post: %w", fault.New(fault.GPURejected, io.EOF))), fault.GPURejected, "ERROR",
		},
		"a bad photo":    {fault.New(fault.PhotoCorrupt, nil), fault.PhotoCorrupt, "ERROR"},
		"the ad is gone": {fault.New(fault.AdGone, nil), fault.AdGone, "WARN"},
		"joined": {
			errors.Join(fault.New(fault.AdGone, nil), fault.New(fault.StorageUnavailable, nil)), fault.AdGone, "WARN",
		},
		"nobody's error":     {io.ErrUnexpectedEOF, fault.Internal, "WARN"},
		"out of time":        {fmt.Errorf("call: %w", context.DeadlineExceeded), fault.AdTimeout, "WARN"},
		"a foreign response": {messages.InvokeResponse_Error{Type: "Custom"}, fault.Internal, "WARN"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx := lambdacontext.NewContext(context.Background(), &lambdacontext.LambdaContext{AwsRequestID: "req-7"})
			lines, err := invoke(ctx, t, payload, func(context.Context, ad.StepInput) error { return tc.err })
			got, ok := err.(messages.InvokeResponse_Error) //nolint:errorlint // aws-lambda-go looks at values, no deeper
			if !ok {
				t.Fatalf("%T comes out", err)
			}
			if d := cmp.Diff(messages.InvokeResponse_Error{Type: string(tc.want), Message: string(tc.want)}, got); d != "" {
				t.Errorf("-want +got\n%s", d)
			}
			if len(lines) != 1 {
				t.Fatalf("%d lines: %v", len(lines), lines)
			}
			l := lines[0]
			for k, v := range map[string]any{
				"level": tc.level, "msg": "step failed", "step": "stage1", "ad_id": "01a20681-caf9-71bc-a5d9-563c9ab4b3c5",
				"attempt": 2.0, "request_id": "req-7", "code": string(tc.want), "error": tc.err.Error(),
			} {
				if l[k] != v {
					t.Errorf("%s is %v, want %v", k, l[k], v)
				}
			}
			if _, ok := l["duration_ms"].(float64); !ok {
				t.Errorf("no duration in %v", l)
			}
			if strings.Contains(fmt.Sprint(l), "SECRETOWNER") {
				t.Errorf("the owner is in the log: %v", l)
			}
		})
	}
}

func TestAPanicIsAnInternalFault(t *testing.T) {
	t.Parallel()
	lines, err := invoke(context.Background(), t, payload, func(_ context.Context, in ad.StepInput) error {
		attempts := []error{nil, nil}
		return attempts[in.Attempt] // the second attempt is beyond them
	})
	got, ok := err.(messages.InvokeResponse_Error) //nolint:errorlint // as above
	if !ok || got.Type != "Internal" || got.Message != "Internal" || got.ShouldExit {
		t.Fatalf("%#v comes out", err)
	}
	if len(lines) != 1 || lines[0]["level"] != "ERROR" ||
		!strings.Contains(
			fmt.Sprint(lines[0]["panic"]), "out of range",
		) || !strings.Contains(fmt.Sprint(lines[0]["stack"]), "step_test.go") {
		t.Errorf("log %v", lines)
	}
}

// A step that hangs must still have time to say so.
func TestAStepStopsBeforeLambdaStopsIt(t *testing.T) {
	t.Parallel()
	deadline := time.Now().Add(1200 * time.Millisecond)
	ctx, cancel := context.WithDeadline(context.Background(), deadline)
	defer cancel()
	_, err := invoke(ctx, t, payload, func(ctx context.Context, _ ad.StepInput) error {
		<-ctx.Done()
		return ctx.Err()
	})
	got, ok := err.(messages.InvokeResponse_Error) //nolint:errorlint // as above
	if !ok || got.Type != "Ad.Timeout" {
		t.Fatalf("%#v comes out", err)
	}
	if left := time.Until(deadline); left < 500*time.Millisecond {
		t.Errorf("%v before the end", left)
	}
	_, _ = invoke(context.Background(), t, payload, func(ctx context.Context, _ ad.StepInput) error {
		if d, ok := ctx.Deadline(); ok {
			t.Errorf("a deadline %v out of nothing", d)
		}
		return nil
	})
}

func TestAnEventThatIsNoInput(t *testing.T) {
	t.Parallel()
	for _, event := range []string{"", "[]", `"text"`, `{"attempt":"two"}`} {
		lines, err := invoke(context.Background(), t, event, func(context.Context, ad.StepInput) error {
			t.Error("the step was run")
			return nil
		})
		if err == nil || len(lines) != 0 {
			t.Errorf("%q: %v, %v", event, err, lines)
		}
	}
}

// Observe keeps the error as it is, for a caller that still works with it; a
// panic is a fault to it too.
func TestObserveKeepsTheError(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	logger := slog.New(slog.NewJSONHandler(&log, nil))
	cause := fmt.Errorf("stage 1: %w", fault.New(fault.GPUBusy, io.EOF))
	if err := step.Observe(
		"stage1", logger, func(context.Context, ad.StepInput) error { return cause },
	)(t.Context(), ad.StepInput{}); !errors.Is(err, io.EOF) || !fault.Has(err, fault.GPUBusy) {
		t.Errorf("%v comes out", err)
	}
	if err := step.Observe(
		"stage1", logger, func(context.Context, ad.StepInput) error { panic("x") },
	)(t.Context(), ad.StepInput{}); !fault.Has(err, fault.Internal) {
		t.Errorf("%v comes out of a panic", err)
	}
	if n := bytes.Count(log.Bytes(), []byte("\n")); n != 2 {
		t.Errorf("%d lines:\n%s", n, &log)
	}
}

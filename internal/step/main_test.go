package step_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/step"
)

// roleVariable makes this test binary a function: the real Main in a real
// process, as Lambda starts it.
const roleVariable = "STEP_TEST_ROLE"

func TestMain(m *testing.M) {
	switch os.Getenv(roleVariable) {
	case "unwired":
		step.Main("stage1", func(context.Context) (step.Func, error) {
			return nil, fmt.Errorf("configuration: TABLE_NAME is not set")
		})
	case "function":
		step.Main("stage1", func(context.Context) (step.Func, error) {
			return func(_ context.Context, in ad.StepInput) error {
				switch in.Writer {
				case "panic":
					panic("at the disco")
				case ad.ByTemplate:
					return nil
				}
				return fmt.Errorf("stage 1: %w", fault.New(fault.GPUBusy, nil))
			}, nil
		})
	default:
		os.Exit(m.Run())
	}
}

// function is the command that runs this binary as a function.
func function(t *testing.T, role string, env ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, self)
	cmd.Env = append(append(os.Environ(), roleVariable+"="+role), env...)
	return cmd
}

func TestAFunctionThatCannotStartSaysWhy(t *testing.T) {
	t.Parallel()
	cmd := function(t, "unwired")
	out, err := cmd.Output()
	if cmd.ProcessState.ExitCode() != 1 {
		t.Errorf("exit %v (%v), want 1", cmd.ProcessState, err)
	}
	var line map[string]any
	if err := json.Unmarshal(bytes.TrimSpace(out), &line); err != nil {
		t.Fatalf("%v in %q", err, out)
	}
	if line["level"] != "ERROR" || line["step"] != "stage1" || line["error"] != "configuration: TABLE_NAME is not set" {
		t.Errorf("%v", line)
	}
}

// What Lambda hands to Step Functions is what the function posts to the runtime
// API (Lambda guide, "Custom runtimes"): here is one, and a process that talks
// to it.
func TestWhatStepFunctionsSees(t *testing.T) {
	t.Parallel()
	events := []string{
		`{"owner":"o","ad_id":"a","attempt":1,"writer":"template"}`,
		`{"owner":"o","ad_id":"a","attempt":1}`,
		`{"owner":"o","ad_id":"a","attempt":1,"writer":"panic"}`,
		`{"owner":"o","ad_id":"a","attempt":1,"writer":"template"}`, // the process has survived
	}
	want := []string{
		"response null",
		`error {"errorMessage":"GPU.Busy","errorType":"GPU.Busy"}`,
		`error {"errorMessage":"Internal","errorType":"Internal"}`,
		"response null",
	}
	posts := make(chan string, len(events))
	next := 0
	end := make(chan struct{})
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path := strings.Split(r.URL.Path, "/") // "", version, runtime, invocation, …
		if path[len(path)-1] == "next" {
			if next == len(events) { // Lambda freezes the process here
				<-end
				return
			}
			w.Header().Set("Lambda-Runtime-Aws-Request-Id", strconv.Itoa(next))
			w.Header().Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(time.Now().Add(10*time.Second).UnixMilli(), 10))
			_, _ = w.Write([]byte(events[next]))
			next++
			return
		}
		var b bytes.Buffer
		_, _ = b.ReadFrom(r.Body)
		posts <- path[len(path)-1] + " " + b.String()
		w.WriteHeader(http.StatusAccepted)
	}))
	t.Cleanup(api.Close)
	t.Cleanup(func() { close(end) })
	cmd := function(t, "function", "AWS_LAMBDA_RUNTIME_API="+strings.TrimPrefix(api.URL, "http://"))
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	for i, w := range want {
		select {
		case got := <-posts:
			if got != w {
				t.Errorf("event %d: %s\nwant %s", i, got, w)
			}
		case <-time.After(20 * time.Second):
			t.Fatalf("event %d: no answer", i)
		}
	}
}

func TestTheLogLevel(t *testing.T) { //nolint:paralleltest // it sets the environment
	for level, want := range map[string][2]bool{ // debug and info lines are written
		"debug": {true, true}, "INFO": {false, true}, "": {false, true}, "nonsense": {false, true}, "warn": {false, false}, "error": {false, false},
	} {
		t.Setenv("LOG_LEVEL", level)
		log := step.Logger()
		ctx := context.Background()
		if got := [2]bool{log.Enabled(ctx, -4), log.Enabled(ctx, 0)}; got != want {
			t.Errorf("LOG_LEVEL=%q: %v, want %v", level, got, want)
		}
	}
}

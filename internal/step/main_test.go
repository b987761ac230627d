package step_test

import (
	"bytes"
	"context"
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
	"github.com/nanococoa/nanococoa/internal/config"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/function"
	"github.com/nanococoa/nanococoa/internal/step"
)

// roleVariable makes this test binary a function: the real Main in a real process, as
// Lambda starts it.
const roleVariable = "STEP_TEST_ROLE"

func TestMain(m *testing.M) {
	if os.Getenv(roleVariable) == "" {
		os.Exit(m.Run())
	}
	step.Main("stage1", func(context.Context, config.Deadletter, function.Shared) (step.Func, error) {
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
}

// asFunction is the command that runs this binary as a function.
func asFunction(t *testing.T, env ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, self)
	cmd.Env = append(append(os.Environ(), roleVariable+"=step", "ENVIRONMENT=test",
		"AWS_REGION=us-east-1", "AWS_ACCESS_KEY_ID=a", "AWS_SECRET_ACCESS_KEY=s"), env...)
	return cmd
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
	cmd := asFunction(t, "AWS_LAMBDA_RUNTIME_API="+strings.TrimPrefix(api.URL, "http://"))
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

//go:build e2e

package e2e_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"github.com/nanococoa/nanococoa/infra/local"
	"github.com/nanococoa/nanococoa/infra/namespace"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/httpapi"
)

// runOnLocalStack runs the tests on LocalStack, where only those of `make localstack-test` are at home: there is no
// proxy between the functions and their servers.
func runOnLocalStack(m *testing.M, engine local.Engine) (code int, err error) {
	if engine == local.LocalStack {
		if code, again, err := namespace.Enter(); again || err != nil {
			return code, err
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 8*time.Minute)
	defer cancel()
	root, err := filepath.Abs("..")
	if err != nil {
		return 0, err
	}
	// In the clone, so that a run which is killed leaves nothing elsewhere.
	state := filepath.Join(root, "build", "localstack", "state")
	if err := os.RemoveAll(state); err != nil {
		return 0, err
	}
	o := local.Options{Root: root, Engine: engine, StateDir: state, Log: os.Stderr, Env: []string{"WORKER_DIR="}}
	if engine == local.LocalStackInDocker {
		o.AIServerURL = "http://aiserver:8892" // of compose.yaml
	}
	sys.Deployment, err = local.Up(ctx, o)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, sys.Down(), os.RemoveAll(state)) }()
	sys.connect()
	return m.Run(), nil
}

// TestLocalStack does, on another engine than every other test, what can happen to an ad and to its stack. Then every
// function and the API are run by `sam local`.
func TestLocalStack(t *testing.T) { //nolint:paralleltest // one thing after the other, and it updates the stack
	if os.Getenv("LOCALSTACK") == "" {
		t.Skip("it is `make localstack-test`'s: MiniStack runs no containers")
	}
	if sys.Outputs["DashboardUrl"] == "" {
		t.Error("the alarms' stack is not up")
	}
	t.Run("an ad", anAdAndAnUpdate)
	t.Run("sam local invoke", samInvoke)
	t.Run("sam local start-api", samStartAPI)
}

// anAdAndAnUpdate has an ad's execution stopped from outside, of which MiniStack tells nobody: the sweeper hears of it
// and has the ad fail. The stack is updated, the owner has the ad retried, and deletes it.
func anAdAndAnUpdate(t *testing.T) {
	o := newOwner(t)
	var acc httpapi.Accepted
	o.generate(fields("울 더플백"), sample(t, "duffel-bag.jpg")).want(t, http.StatusAccepted).decode(t, &acc)
	// While its first step's container starts: a task that waits for a token would not be stopped here.
	stop := &sfn.StopExecutionInput{ExecutionArn: aws.String(executionARN(acc.AdID))}
	if _, err := sys.sfn.StopExecution(t.Context(), stop); err != nil {
		t.Fatal(err)
	}
	if v := o.failed(acc.AdID); v.Error.Code != string(fault.AdAborted) {
		t.Errorf("an ad whose execution was stopped: %+v", v.Error)
	}
	began := time.Now()
	if err := sys.Update(t.Context(), "LogLevel=warn"); err != nil { // every function is another then
		t.Fatal(err)
	}
	t.Logf("the stack was updated in %.0f s", time.Since(began).Seconds())
	o.do("POST", "/api/ads/"+acc.AdID+"/retry", "", nil).want(t, http.StatusAccepted)
	began = time.Now()
	checkFinished(t, o, o.succeeded(acc.AdID), "울 더플백")
	t.Logf("the ad was made in %.0f s, by functions that had not run before", time.Since(began).Seconds())
	o.delete("/api/ads/"+acc.AdID).want(t, http.StatusNoContent)
	o.get("/api/ads/"+acc.AdID).want(t, http.StatusNotFound)
	if left := objects(t, acc.AdID); len(left) > 0 {
		t.Errorf("the deleted ad left %v", left)
	}
}

// samInvoke runs every function with each of its events.
func samInvoke(t *testing.T) {
	var said bytes.Buffer
	began := time.Now()
	if err := sys.SAMLocal(t.Context(), &said, "invoke"); err != nil {
		t.Error(err)
	}
	events, err := filepath.Glob("../functions/*/events/*.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, event := range events {
		if !strings.Contains(said.String(), strings.TrimPrefix(event, "../")) {
			t.Errorf("%s was not used", event)
		}
	}
	t.Logf("%d events in %.0f s:\n%s", len(events), time.Since(began).Seconds(), &said)
}

// samStartAPI orders an ad from the API that `sam local` serves. The rest is made by the deployment.
func samStartAPI(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	var said bytes.Buffer
	ended := make(chan error, 1)
	go func() { ended <- sys.SAMLocal(ctx, &said, "start-api") }()
	defer func() {
		stop()
		if err := <-ended; err != nil || t.Failed() {
			t.Errorf("%v\n%s", err, &said)
		}
	}()
	const address = "http://localhost:3000"
	for end := time.Now().Add(patience); ; time.Sleep(time.Second) {
		a, err := send(ctx, http.DefaultClient, "GET", address+"/api/health", "", nil)
		if err == nil && a.status == http.StatusOK {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("never healthy: %d %s %v", a.status, a.body, err)
		}
	}
	o := newOwner(t)
	contentType, body := form(t, fields("울 더플백"), sample(t, "duffel-bag.jpg"))
	var acc httpapi.Accepted
	o.do("POST", address+"/api/ads/generate", contentType, body).want(t, http.StatusAccepted).decode(t, &acc)
	checkFinished(t, o, o.succeeded(acc.AdID), "울 더플백") // a cookie of localhost is one of every port
}

//go:build e2e

package e2e_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/nanococoa/nanococoa/infra/keys"
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
	o := local.Options{Root: root, Engine: engine, Log: os.Stderr, Env: []string{"WORKER_DIR="}}
	if engine == local.LocalStackInDocker {
		o.AIServerURL = "http://aiserver:8892" // of compose.yaml
	}
	sys.Deployment, err = local.Up(ctx, o)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, sys.Down()) }()
	sys.connect()
	return m.Run(), nil
}

// TestLocalStack takes an ad through what can happen to it and to its stack, on another engine than every other test:
// its GPU server is refused, it fails, the stack is updated, its owner has it retried, and deletes it. Then every
// function and the API are run by `sam local`.
func TestLocalStack(t *testing.T) { //nolint:paralleltest // it breaks the GPU server's token, and updates the stack
	if os.Getenv("LOCALSTACK") == "" {
		t.Skip("it is `make localstack-test`'s: MiniStack runs no containers")
	}
	if sys.Outputs["DashboardUrl"] == "" {
		t.Error("the alarms' stack is not up")
	}
	// First of all, as functions keep the token they have read.
	token := sys.secret(t, keys.TokenName("local"))
	sys.keep(t, keys.TokenName("local"), "another-token")
	o := newOwner(t)
	var acc httpapi.Accepted
	o.generate(fields("울 더플백"), sample(t, "duffel-bag.jpg")).want(t, http.StatusAccepted).decode(t, &acc)
	if v := o.failed(acc.AdID); v.Error.Code != string(fault.GPURejected) {
		t.Errorf("a server that knows another token: %+v", v.Error)
	}
	path := append(slices.Clone(happyPath[:3]), "Fail", "FailRecorded")
	if got := states(t, acc.AdID); !slices.Equal(got, path) {
		t.Errorf("path = %v, want %v", got, path)
	}
	sys.keep(t, keys.TokenName("local"), token)
	began := time.Now()
	if err := sys.Update(t.Context(), "LogLevel=warn"); err != nil { // and every function starts anew
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
	t.Run("sam local invoke", samInvoke)
	t.Run("sam local start-api", samStartAPI)
}

// samInvoke runs every function with each of its events.
func samInvoke(t *testing.T) { //nolint:paralleltest // containers are the machine's whole work
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
func samStartAPI(t *testing.T) { //nolint:paralleltest // as above
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

// secret is a value of Parameter Store.
func (s *system) secret(t *testing.T, name string) string {
	t.Helper()
	decrypt := true
	out, err := ssm.NewFromConfig(s.Config()).GetParameter(t.Context(),
		&ssm.GetParameterInput{Name: &name, WithDecryption: &decrypt})
	if err != nil {
		t.Fatal(err)
	}
	return *out.Parameter.Value
}

// keep changes one.
func (s *system) keep(t *testing.T, name, value string) {
	t.Helper()
	if err := keys.Put(t.Context(), ssm.NewFromConfig(s.Config()), name, value); err != nil {
		t.Fatal(fmt.Errorf("keep %s: %w", name, err))
	}
}

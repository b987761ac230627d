package containerinit_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/nanococoa/nanococoa/infra/local/containerinit"
)

// This test binary is the function too.
func TestMain(m *testing.M) {
	if _, in := os.LookupEnv("AWS_LAMBDA_RUNTIME_API"); !in {
		os.Exit(m.Run())
	}
	lambda.Start(func(ctx context.Context, what string) (string, error) {
		fmt.Println("told to", what)
		switch what {
		case "crash":
			os.Exit(3)
		case "hang":
			time.Sleep(time.Hour)
		case "fail":
			return "", errors.New("as told")
		}
		_, bounded := ctx.Deadline()
		return fmt.Sprintf("%s %d %t", what, os.Getpid(), bounded), nil
	})
}

// localStack is LocalStack's end: what a container reports, by path.
type localStack struct {
	*httptest.Server
	reports chan [2]string
}

func newLocalStack(t *testing.T) localStack {
	t.Helper()
	l := localStack{reports: make(chan [2]string, 10)}
	l.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		l.reports <- [2]string{r.URL.Path, string(body)}
	}))
	t.Cleanup(l.Close)
	return l
}

// next is the next report.
func (l localStack) next(t *testing.T) (path, body string) {
	t.Helper()
	select {
	case r := <-l.reports:
		return r[0], r[1]
	case <-time.After(time.Minute):
		t.Fatal("nothing was reported")
		return "", ""
	}
}

// start runs a container with this binary as its function, which has a second, and gives where it takes invocations.
func start(t *testing.T, l localStack, program string) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { // until the tests end
		_ = containerinit.Run(containerinit.Settings{
			Endpoint: l.URL, ID: "c1", Timeout: 1, Memory: "256", Version: "$LATEST", Program: program,
		}, listener)
	}()
	return "http://" + listener.Addr().String() + "/invoke"
}

func TestWhatBecomesOfInvocations(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	l := newLocalStack(t)
	address := start(t, l, self)
	if path, _ := l.next(t); path != "/status/c1/ready" {
		t.Fatalf("first of all it reports %s", path)
	}
	var first string // what the first process answers
	for i, tc := range []struct {
		name, what, kind, want string
		another                bool // whether another process answers than the first
	}{
		{name: "an answer", what: "greet", kind: "response", want: "greet"},
		{name: "an error", what: "fail", kind: "error", want: `"errorMessage":"as told"`},
		{name: "the same process goes on", what: "greet", kind: "response", want: "greet"},
		{name: "a crash", what: "crash", kind: "error", want: `"errorType":"Runtime.ExitError"`},
		{name: "and another process", what: "greet", kind: "response", want: "greet", another: true},
		{name: "out of time", what: "hang", kind: "error", want: `"errorType":"Sandbox.Timedout"`},
		{name: "and one more", what: "greet", kind: "response", want: "greet", another: true},
	} {
		id := fmt.Sprint("i", i)
		body, _ := json.Marshal(map[string]string{"invoke-id": id, "payload": `"` + tc.what + `"`})
		res, err := http.Post(address, "application/json", bytes.NewReader(body)) //nolint:gosec // the test's own
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if path, logs := l.next(t); path != "/invocations/"+id+"/logs" || !strings.Contains(logs, "told to "+tc.what) ||
			!strings.Contains(logs, "REPORT RequestId: "+id) {
			t.Errorf("%s: %s has %s", tc.name, path, logs)
		}
		path, answer := l.next(t)
		if path != "/invocations/"+id+"/"+tc.kind || !strings.Contains(answer, tc.want) {
			t.Errorf("%s: %s says %s", tc.name, path, answer)
		}
		if tc.kind != "response" {
			continue
		}
		if !strings.HasSuffix(answer, ` true"`) {
			t.Errorf("%s: the function has no deadline: %s", tc.name, answer)
		}
		if first == "" {
			first = answer
		} else if (answer != first) != tc.another {
			t.Errorf("%s: %s answers, at first it was %s", tc.name, answer, first)
		}
	}
}

func TestAFunctionThatDoesNotStart(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ program, kind string }{
		"no program":   {"/nonexistent/bootstrap", "Runtime.InvalidEntrypoint"},
		"ends at once": {"/bin/true", "Runtime.ExitError"},
	} {
		l := newLocalStack(t)
		start(t, l, tc.program)
		if path, body := l.next(t); path != "/status/c1/error" || !strings.Contains(body, tc.kind) {
			t.Errorf("%s: %s says %s", name, path, body)
		}
	}
}

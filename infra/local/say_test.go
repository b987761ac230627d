package local_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nanococoa/nanococoa/infra/local"
	"github.com/nanococoa/nanococoa/internal/metric"
)

func TestLogLinesAreMadeReadable(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 3, 4, 5, 0, time.Local)
	for name, tc := range map[string]struct{ in, want string }{
		"step": {
			`{"level":"INFO","msg":"step done","step":"stage1","duration_ms":12,"ad_id":"a"}`,
			"03:04:05 stage1    step done ad_id=a duration_ms=12",
		},
		"warning": {
			`{"level":"WARN","msg":"slow","b":true,"a":null}`,
			"03:04:05 api       WARN slow a=<nil> b=true",
		},
		"own time": {
			`{"time":"` + now.Add(time.Hour).Format(time.RFC3339Nano) + `","level":"INFO","msg":"x"}`,
			"04:04:05 api       x",
		},
		"plain":      {"panic: it hurts", "03:04:05 api       panic: it hurts"},
		"not a line": {`[1]`, "03:04:05 api       [1]"},
	} {
		if got := local.Readable("api", tc.in, now); got != tc.want {
			t.Errorf("%s: %q, want %q", name, got, tc.want)
		}
	}
}

// Whoever follows the log is spared what is for CloudWatch.
func TestMetricsAreNotForReaders(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	metric.New(&b, "local").Write(metric.Line{AdID: "a", Values: metric.Values{metric.Accepted: 1}})
	if !local.IsMetrics(b.String()) || local.IsMetrics(`{"level":"INFO","msg":"step done","step":"stage1"}`) {
		t.Errorf("told wrongly: %s", &b)
	}
}

func TestALongPhaseShowsThatItGoesOn(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	failed := errors.New("no")
	err := local.Phase(local.NewProgress(&out), "Working", func() error {
		time.Sleep(2300 * time.Millisecond)
		return failed
	})
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if !errors.Is(err, failed) || len(lines) != 2 || !strings.HasPrefix(lines[0], "Working ...") ||
		!strings.Contains(lines[1], "failed in 2.") {
		t.Errorf("%v, said %q", err, out.String())
	}
}

func TestADigestSeesEveryChange(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	take := func(parameters ...string) string {
		t.Helper()
		sum, err := local.Digest(parameters, dir)
		if err != nil {
			t.Fatal(err)
		}
		return sum
	}
	write("a", "1")
	seen := map[string]string{take(): "first", take("A=b"): "a parameter", take("A=", "b"): "parameters cut elsewhere"}
	write("a", "2")
	seen[take()] = "content"
	write("b", "")
	seen[take()] = "a new file"
	if len(seen) != 5 {
		t.Errorf("only these differ: %v", seen)
	}
	if _, ok := seen[take()]; !ok {
		t.Error("the same differs")
	}
	if _, err := local.Digest(nil, filepath.Join(dir, "none")); err == nil {
		t.Error("a missing file is no error")
	}
}

func TestTheSavedStateMovesToAnotherPort(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	before := map[string]string{
		"sqs.json": `{"k\u0000'http://localhost:4566/000000000000/q'": ` +
			`{"url": "http://localhost:4566/000000000000/q"}, "n": 4566}`,
		"lambda.json": `{"definition": "{\"QueueUrl\": \"http://localhost:4566/0/q\"}", ` +
			`"other": "http://localhost:45660/x"}`,
		"notes.txt": "http://localhost:4566/",
	}
	for name, text := range before {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := local.MoveState(dir, 4566, 20001); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"sqs.json": `{"k\u0000'http://localhost:20001/000000000000/q'": ` +
			`{"url": "http://localhost:20001/000000000000/q"}, "n": 4566}`,
		"lambda.json": `{"definition": "{\"QueueUrl\": \"http://localhost:20001/0/q\"}", ` +
			`"other": "http://localhost:45660/x"}`,
		"notes.txt": before["notes.txt"],
	} {
		if got, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(got) != want {
			t.Errorf("%s: %s, %v", name, got, err)
		}
	}
}

package function_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/nanococoa/nanococoa/internal/config"
	"github.com/nanococoa/nanococoa/internal/function"
)

// roleVariable makes this test binary a function: the real Main in a real process, as
// Lambda starts it. Its value is what wire answers.
const roleVariable = "FUNCTION_TEST_ROLE"

func TestMain(m *testing.M) {
	role := os.Getenv(roleVariable)
	if role == "" {
		os.Exit(m.Run())
	}
	function.Main("stage1", func(_ context.Context, c config.Deadletter, f function.Shared) (any, error) {
		if f.AWS.Region != "eu-north-1" || f.Log == nil || f.Meter == nil || c.Environment != "test" {
			return nil, errors.New("something is missing")
		}
		return nil, errors.New(role)
	})
}

// A function that cannot start says why, in the log that its runbooks look at.
func TestAFunctionThatCannotStart(t *testing.T) {
	t.Parallel()
	const wiring = "the parameter /n/key is not base64"
	all := []string{
		roleVariable + "=" + wiring, "ENVIRONMENT=test",
		"AWS_REGION=eu-north-1", "AWS_ACCESS_KEY_ID=a", "AWS_SECRET_ACCESS_KEY=s",
	}
	for name, tc := range map[string]struct {
		without string // a variable that is not set
		want    string // in the error
	}{
		"its configuration is missing": {"ENVIRONMENT", "ENVIRONMENT"},
		"it has no credentials":        {"AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY_ID is not set"},
		"its wiring fails":             {"", wiring},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			self, err := os.Executable()
			if err != nil {
				t.Fatal(err)
			}
			cmd := exec.CommandContext(t.Context(), self)
			for _, kv := range all {
				if variable, _, _ := strings.Cut(kv, "="); variable != tc.without {
					cmd.Env = append(cmd.Env, kv)
				}
			}
			out, err := cmd.Output()
			if cmd.ProcessState.ExitCode() != 1 {
				t.Errorf("exit %v (%v), want 1", cmd.ProcessState, err)
			}
			var line map[string]any
			if err := json.Unmarshal(bytes.TrimSpace(out), &line); err != nil {
				t.Fatalf("%v in %q", err, out)
			}
			said, _ := line["error"].(string)
			if line["level"] != "ERROR" || line["msg"] != "cannot start" || line["step"] != "stage1" ||
				!strings.Contains(said, tc.want) {
				t.Errorf("%v", line)
			}
		})
	}
}

func TestTheLogLevel(t *testing.T) { //nolint:paralleltest // it sets the environment
	for level, want := range map[string][2]bool{ // debug and info lines are written
		"debug": {true, true}, "INFO": {false, true}, "": {false, true}, "nonsense": {false, true}, "warn": {false, false},
		"error": {false, false},
	} {
		t.Setenv("LOG_LEVEL", level)
		log := function.Logger()
		ctx := context.Background()
		if got := [2]bool{log.Enabled(ctx, -4), log.Enabled(ctx, 0)}; got != want {
			t.Errorf("LOG_LEVEL=%q: %v, want %v", level, got, want)
		}
	}
}

package asl_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nanococoa/nanococoa/statemachine/asl"
)

func TestEncode(t *testing.T) {
	t.Parallel()
	long := []string{
		"Storage.Throttled", "Storage.Unavailable", "Lambda.ServiceException", "Lambda.AWSLambdaException", "Last",
	}
	m := asl.Machine{
		Comment: "a < b & c", QueryLanguage: "JSONata", StartAt: "Z", TimeoutSeconds: 60,
		States: asl.States{
			{
				Name: "Z", Type: "Task", Comment: "first", Next: "A", TimeoutSeconds: 5,
				Retry: []asl.Retrier{{long, 1, 2, 3, 4, "FULL"}},
				Catch: []asl.Catcher{{ErrorEquals: []string{"States.ALL"}, Next: "A"}},
			},
			{
				Name: "A", Type: "Choice", Comment: "<last>", Default: "Z",
				Choices: []asl.Choice{{Condition: "{% $x > 1 %}", Next: "B"}},
			},
		},
	}
	got, err := m.Encode()
	if err != nil {
		t.Fatal(err)
	}
	const want = `{
  "Comment": "a < b & c",
  "QueryLanguage": "JSONata",
  "StartAt": "Z",
  "TimeoutSeconds": 60,
  "States": {
    "Z": {
      "Type": "Task",
      "Comment": "first",
      "TimeoutSeconds": 5,
      "Retry": [
        {
          "ErrorEquals": [
            "Storage.Throttled", "Storage.Unavailable", "Lambda.ServiceException", "Lambda.AWSLambdaException", "Last"
          ],
          "IntervalSeconds": 1,
          "BackoffRate": 2,
          "MaxAttempts": 3,
          "MaxDelaySeconds": 4,
          "JitterStrategy": "FULL"
        }
      ],
      "Catch": [
        {
          "ErrorEquals": ["States.ALL"],
          "Next": "A"
        }
      ],
      "Next": "A"
    },
    "A": {
      "Type": "Choice",
      "Comment": "<last>",
      "Choices": [
        {
          "Condition": "{% $x > 1 %}",
          "Next": "B"
        }
      ],
      "Default": "Z"
    }
  }
}
`
	if d := cmp.Diff(strings.Split(want, "\n"), strings.Split(string(got), "\n")); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
}

// However long its lists are, a line stays readable, and what is written is what was said.
func TestEncodeKeepsToTheColumns(t *testing.T) {
	t.Parallel()
	for n := range 40 {
		var errors []string
		for i := range n {
			errors = append(errors, strings.Repeat("x", 1+i*7%30))
		}
		catch := []asl.Catcher{{ErrorEquals: errors, Next: "S"}}
		m := asl.Machine{States: asl.States{{Name: "S", Type: "Task", Catch: catch}}}
		raw, err := m.Encode()
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(raw)) {
			if len(strings.TrimSuffix(line, "\n")) > 120 {
				t.Errorf("%d errors: %d columns", n, len(line))
			}
		}
		var back struct {
			States struct{ S struct{ Catch []asl.Catcher } }
		}
		if err := json.Unmarshal(raw, &back); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(errors, back.States.S.Catch[0].ErrorEquals); d != "" {
			t.Errorf("%d errors: -want +got\n%s", n, d)
		}
	}
}

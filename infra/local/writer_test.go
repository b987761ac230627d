package local_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/nanococoa/nanococoa/infra/local"
	"github.com/nanococoa/nanococoa/internal/llm/openai"
	"github.com/nanococoa/nanococoa/internal/llm/openaitest"
)

// Whoever starts the system is told at once whether the model answers, and what to do
// when it does not.
func TestTheWriterIsAsked(t *testing.T) {
	t.Parallel()
	none, medium := "", "medium"
	for name, tc := range map[string]struct {
		expect openaitest.Expect
		effort *string
		model  string
		mode   openaitest.Mode
		want   []string
	}{
		"it answers": {
			expect: openaitest.Expect{APIKey: "sk-1", Model: openai.DefaultModel, Effort: "low"}, mode: openaitest.Good,
			want: []string{"OpenAI: " + openai.DefaultModel + " answers"},
		},
		"another effort": {
			expect: openaitest.Expect{Model: "gpt-next", Effort: "medium"}, effort: &medium, model: "gpt-next",
			mode: openaitest.Good, want: []string{"OpenAI: gpt-next answers"},
		},
		"it does not reason": {
			expect: openaitest.Expect{Model: "gpt-4.1-mini", Plain: true}, effort: &none, model: "gpt-4.1-mini",
			mode: openaitest.Good, want: []string{"OpenAI: gpt-4.1-mini answers"},
		},
		"it refuses a parameter": {
			model: "gpt-4.1-mini", mode: openaitest.Unsupported,
			want: []string{"deterministic writer", "gpt-4.1-mini does not answer", "reasoning.effort", "OPENAI_EFFORT="},
		},
		"a wrong key": {
			mode: openaitest.Unauthorized, want: []string{"deterministic writer", "invalid_api_key", "OPENAI_API_KEY"},
		},
		"down":    {mode: openaitest.ServerError, want: []string{"until " + openai.DefaultModel + " answers", "500"}},
		"silence": {mode: openaitest.Hang, want: []string{"until " + openai.DefaultModel + " answers"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := openaitest.New(t, tc.expect)
			s.SetMode(tc.mode)
			limit := 20 * time.Second
			if tc.mode == openaitest.Hang {
				limit = 50 * time.Millisecond
			}
			ctx, cancel := context.WithTimeout(t.Context(), limit)
			defer cancel()
			got := local.Writer(ctx, local.Options{
				OpenAIKey: "sk-1", OpenAIBaseURL: s.URL, OpenAIModel: tc.model, OpenAIEffort: tc.effort,
			})
			for _, want := range tc.want {
				if !strings.Contains(got, want) {
					t.Errorf("%q does not say %q", got, want)
				}
			}
			if n := len(s.Requests()); n != 1 {
				t.Errorf("asked %d times", n)
			}
		})
	}
	got := local.Writer(t.Context(), local.Options{})
	if !strings.HasPrefix(got, "the deterministic writer (set OPENAI_API_KEY") {
		t.Errorf("without a key: %q", got)
	}
	got = local.Writer(t.Context(), local.Options{OpenAIKey: "한글"})
	if !strings.Contains(got, "the API key has characters") {
		t.Errorf("a key that cannot be sent: %q", got)
	}
}

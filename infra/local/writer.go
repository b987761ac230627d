package local

import (
	"context"
	"fmt"

	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/llm/openai"
)

// Writer says in words for a person who will write the texts of a deployment with these
// options. With a key it asks OpenAI for one word, as the functions ask: a wrong key or
// model would only show in ads that the deterministic writer has written. It needs no
// deployment, and ends at the latest with ctx or after openai.DefaultTimeout.
func Writer(ctx context.Context, o Options) string {
	if o.OpenAIKey == "" {
		return "the deterministic writer (set OPENAI_API_KEY to use OpenAI)"
	}
	effort := openai.DefaultEffort
	if o.OpenAIEffort != nil {
		effort = *o.OpenAIEffort
	}
	model := o.OpenAIModel
	if model == "" {
		model = openai.DefaultModel
	}
	client, err := openai.New(openai.Config{APIKey: o.OpenAIKey, BaseURL: o.OpenAIBaseURL, Model: model, Effort: effort})
	if err == nil {
		err = client.Check(ctx)
	}
	switch {
	case err == nil:
		return "OpenAI: " + model + " answers"
	case fault.Has(err, fault.OpenAIRejected):
		return fmt.Sprintf("the deterministic writer: %s does not answer (%v).\n"+
			"            OPENAI_API_KEY, OPENAI_MODEL and OPENAI_EFFORT say whom to ask; OPENAI_EFFORT= for a model\n"+
			"            that does not reason", model, err)
	default:
		return fmt.Sprintf("the deterministic writer until %s answers; it does not now (%v)", model, err)
	}
}

package pipeline

import (
	"context"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/copywriter"
	"github.com/nanococoa/nanococoa/internal/llm"
)

// Prompt writes the background prompt; Copywrite the copy. Model may be nil:
// then, and when the state machine asks for it because the model is down, the
// deterministic writer writes.
type Prompt struct {
	Ads   Records
	Model llm.Model
}

// Copywrite writes the copy for the picture stage 1 made. See Prompt.
type Copywrite struct {
	Ads   Records
	Model llm.Model
}

func writer(model llm.Model, in ad.StepInput) llm.Model {
	if model == nil || in.Writer == ad.ByTemplate {
		return copywriter.Template{}
	}
	return model
}

// Run is the step. A text the model wrote in an earlier attempt is kept: it was paid for,
// and it was not what failed. After a restart by the sweeper every text is kept: the GPU
// server may have rendered with it, under the same Idempotency-Key.
func (p Prompt) Run(ctx context.Context, in ad.StepInput) error {
	return run(ctx, p.Ads, in, ad.Prompt, func(a ad.Ad) (ad.Result, error) {
		if a.PromptBy == ad.ByModel || a.Restarts > 0 && a.Prompt != "" {
			return ad.Result{}, nil
		}
		text, err := writer(p.Model, in).WritePrompt(ctx, a.Fields)
		return ad.Result{Prompt: text.Text, PromptBy: text.By}, err
	})
}

// Run is the step.
func (c Copywrite) Run(ctx context.Context, in ad.StepInput) error {
	return run(ctx, c.Ads, in, ad.Copywrite, func(a ad.Ad) (ad.Result, error) {
		if a.CopySource == ad.ByModel || a.Restarts > 0 && a.MainCopy != "" {
			return ad.Result{}, nil
		}
		text, err := writer(c.Model, in).WriteCopy(ctx, a.Fields, a.Analysis)
		return ad.Result{MainCopy: text.Main, SubCopy: text.Sub, CopySource: text.By}, err
	})
}

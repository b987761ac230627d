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
	Last  Lister // of the owner's ads; nil where there are none to know
}

// Lister is what a step needs to know an owner's last ads; see adstore.Store.List.
type Lister interface {
	List(ctx context.Context, owner string, limit int, cursor string) ([]ad.Ad, string, error)
}

// lastAds is how many ads back no line is written again: about what an owner remembers, and
// what a page of ads shows.
const lastAds = 10

// lastLines gives the lines of the owner's last ads but for the one that is made, by one
// bounded query.
func (c Copywrite) lastLines(ctx context.Context, of ad.Ad) ([]string, error) {
	if c.Last == nil {
		return nil, nil
	}
	ads, _, err := c.Last.List(ctx, of.Owner, lastAds+1, "")
	if err != nil {
		return nil, err
	}
	var used []string
	for _, a := range ads {
		if a.AdID != of.AdID && a.MainCopy != "" {
			used = append(used, a.MainCopy, a.SubCopy)
		}
	}
	return used, nil
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
		used, err := c.lastLines(ctx, a)
		if err != nil {
			return ad.Result{}, err
		}
		text, err := writer(c.Model, in).WriteCopy(ctx, a.Fields, a.Analysis, used...)
		return ad.Result{MainCopy: text.Main, SubCopy: text.Sub, CopySource: text.By}, err
	})
}

// Package llm is the way to a model that writes the two texts of an ad: the
// interface, and a breaker that stops asking a model that is down. The writer
// that needs no model is package copywriter; the one that asks OpenAI is
// internal/llm/openai. They are apart so that a function that asks no model does
// not link the OpenAI SDK: 8 MB more, and 2 MB more of zip.
package llm

import (
	"context"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/copywriter"
)

// Model writes with a model; see openai.Client. Faults: OpenAI.*.
type Model interface {
	WritePrompt(ctx context.Context, f ad.Fields) (copywriter.Prompt, error)
	WriteCopy(ctx context.Context, f ad.Fields, a *ad.Analysis, used ...string) (copywriter.Copy, error)
	WriteCopies(ctx context.Context, f ad.Fields, a *ad.Analysis, taken []copywriter.Copy) ([]copywriter.Copy, error)
}

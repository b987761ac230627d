package llm

import (
	"context"

	"github.com/nanococoa/nanococoa/internal/ad"
)

// Template is the deterministic writer: it needs nothing and never fails. The
// zero value is ready, and it is safe for concurrent use.
type Template struct{}

// WritePrompt writes the background prompt. The error is always nil.
func (Template) WritePrompt(ctx context.Context, f ad.Fields) (Prompt, error) {
	return Prompt{By: ad.ByTemplate}, nil
}

// WriteCopy writes the copy. The analysis may be nil. The error is always nil.
func (Template) WriteCopy(ctx context.Context, f ad.Fields, a *ad.Analysis) (Copy, error) {
	return Copy{By: ad.ByTemplate}, nil
}

package pipeline

import (
	"context"
	"encoding/json"
	"time"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/queue"
)

// Publisher ends ads well; see adstore.Store.
type Publisher interface {
	Begin(ctx context.Context, r ad.Ref, s ad.Step) (ad.Ad, error)
	Publish(ctx context.Context, r ad.Ref) error
	MeasureRest(ctx context.Context, rest time.Duration) error
}

// Originals removes photos as their owners sent them; see blob.Bucket.
type Originals interface {
	Remove(ctx context.Context, adID string, p ad.Picture) error
}

// Publish writes the finished ad and its owner's statistics in one transaction, or that a
// further scene is finished.
type Publish struct {
	Ads       Publisher
	Originals Originals
}

// Run is the step. Published twice, an ad counts once. Of a finished ad the photo as it was
// sent goes, which may say where it was taken: everything further is made of the prepared
// one. A failed ad keeps it for its owner's retry.
func (p Publish) Run(ctx context.Context, in ad.StepInput) error {
	// Begin refuses an ad that has ended. If this attempt itself has published it, and
	// only the reply was lost, Publish returns nil.
	a, err := p.Ads.Begin(ctx, in.Ref, ad.Publish)
	if err != nil && !fault.Has(err, fault.AdGone) {
		return err
	}
	if err := p.Ads.Publish(ctx, in.Ref); err != nil {
		return err
	}
	// What is told to owners who wait is learned from the ads before theirs. A further scene
	// has no other steps after stage 1.
	if in.FurtherScene != "" {
		return nil
	}
	if err := p.Originals.Remove(ctx, in.AdID, ad.OriginalPhoto); err != nil {
		return err
	}
	if rest, known := queue.Rest(&a); known {
		return p.Ads.MeasureRest(ctx, rest)
	}
	return nil
}

// Failer ends ads badly; see adstore.Store.
type Failer interface {
	Fail(ctx context.Context, r ad.Ref, f ad.Failure) error
}

// Fail writes why an attempt ended, in words its owner understands. It runs
// after the last retry of whatever step failed. Of the cause it shows nothing but the
// sentence of a special case that it names (internal/step).
type Fail struct{ Ads Failer }

// Run is the step.
func (f Fail) Run(ctx context.Context, in ad.StepInput) error {
	code := fault.Internal
	if in.Error != nil {
		code = fault.FromErrorName(in.Error.Error)
	}
	if code == fault.AdGone {
		return nil // deleted or superseded: there is nobody to tell
	}
	var cause struct {
		Message string `json:"errorMessage"`
	}
	if in.Error != nil {
		_ = json.Unmarshal([]byte(in.Error.Cause), &cause) // what is no function's error has none
	}
	detail := fault.Named(code, cause.Message).Public()
	return f.Ads.Fail(ctx, in.Ref, ad.Failure{Code: string(code), Detail: detail, Retryable: code.Retryable()})
}

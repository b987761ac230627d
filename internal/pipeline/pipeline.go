// Package pipeline is what the steps of the state machine do: one type a step,
// one file a step, each with a Run that fits step.Func. The steps share nothing
// but the record: a step reads what earlier ones left there, does its one thing
// and writes its result back.
//
// Every step may run more than once. A step that already finished returns at
// once; one whose reply was lost writes the same objects under the same names;
// one whose ad is gone removes what it made and says fault.AdGone.
package pipeline

import (
	"context"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/fault"
)

// Records is what the steps need of the ad store; see adstore.Store for the
// methods' faults.
type Records interface {
	Get(ctx context.Context, owner, adID string) (ad.Ad, error)
	Begin(ctx context.Context, r ad.Ref, s ad.Step) (ad.Ad, error)
	Finish(ctx context.Context, r ad.Ref, s ad.Step, res ad.Result) error
}

// Pictures is what the steps need of the bucket; see blob.Bucket for the
// methods' faults.
type Pictures interface {
	Get(ctx context.Context, adID string, p ad.Picture, limit int64) ([]byte, error)
	Put(ctx context.Context, adID string, p ad.Picture, data []byte, contentType string) error
	Purge(ctx context.Context, adID string) error
}

// maxPicture is the most bytes of a picture of ours: 1920² RGBA noise as PNG
// stays below it, so only a broken server can exceed it.
const maxPicture = 20 << 20

// run does a step's work between the marks of its step.
func run(ctx context.Context, ads Records, in ad.StepInput, s ad.Step, work func(a ad.Ad) (ad.Result, error)) error {
	a, err := ads.Begin(ctx, in.Ref, s)
	if err != nil {
		return err
	}
	if a.Has(s) {
		return nil // the work was done and only the reply got lost
	}
	res, err := work(a)
	if err != nil {
		return err
	}
	return ads.Finish(ctx, in.Ref, s, res)
}

// runDrawing is run for a step that stores pictures: when the ad turns out to
// have been deleted meanwhile, they are removed again.
func runDrawing(ctx context.Context, ads Records, pics Pictures, in ad.StepInput, s ad.Step, work func(a ad.Ad) (ad.Result, error)) error {
	gone := run(ctx, ads, in, s, work)
	if !fault.Has(gone, fault.AdGone) {
		return gone
	}
	// A failure from here on counts more than that the ad is gone: it lets the
	// step be tried again, and nobody else would ever find these pictures.
	_, err := ads.Get(ctx, in.Owner, in.AdID)
	if fault.Has(err, fault.AdNotFound) {
		err = pics.Purge(ctx, in.AdID)
	}
	if err != nil {
		return err
	}
	return gone // deleted, or superseded by a newer attempt, whose pictures they now are
}

// Package pipeline is what the steps of the state machine do: one type for each step,
// with a Run that fits step.Func. The steps share nothing but the record: a step reads
// what earlier steps left there, does its work and writes its result back.
//
// Every step may run more than once. A step that has finished before returns at once.
// One that died half way does its work again, under the same names. One whose ad is gone
// removes the pictures it made and returns fault.AdGone.
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

// maxPicture is the most bytes of a picture of ours: noise of 1920 × 1920 pixels in RGBA
// stays below it as a PNG, so only a broken server exceeds it.
const maxPicture = 20 << 20

// work is what a step does with its ad, and gives what it leaves on the record.
type work func(a ad.Ad) (ad.Result, error)

// run marks a step as begun, does its work, and marks it as finished with the result.
func run(ctx context.Context, ads Records, in ad.StepInput, s ad.Step, do work) error {
	a, err := ads.Begin(ctx, in.Ref, s)
	if err != nil {
		return err
	}
	if a.Has(s) {
		return nil // the work was done and only the reply got lost
	}
	res, err := do(a)
	if err != nil {
		return err
	}
	return ads.Finish(ctx, in.Ref, s, res)
}

// runStoring is run for a step that stores pictures: when the ad was deleted meanwhile,
// it removes them again.
func runStoring(ctx context.Context, ads Records, pics Pictures, in ad.StepInput, s ad.Step, do work) error {
	gone := run(ctx, ads, in, s, do)
	if !fault.Has(gone, fault.AdGone) {
		return gone
	}
	// A failure from here on is returned in place of "gone": then the step is tried
	// again. Otherwise only the sweeper would find these pictures, much later.
	_, err := ads.Get(ctx, in.Owner, in.AdID)
	if fault.Has(err, fault.AdNotFound) {
		err = pics.Purge(ctx, in.AdID)
	}
	if err != nil {
		return err
	}
	return gone // deleted, or superseded by a newer attempt, which now owns these pictures
}

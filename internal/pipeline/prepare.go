package pipeline

import (
	"context"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/adstore"
	"github.com/nanococoa/nanococoa/internal/blob"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/photo"
	"github.com/nanococoa/nanococoa/internal/step"
)

// Prepare makes the owner's photo safe and small: nothing unprepared ever
// reaches OpenAI, the GPU server or a browser.
type Prepare struct {
	Ads      Records
	Pictures Pictures
}

// Run is the step. Faults: Photo.* when the photo cannot be used.
func (p Prepare) Run(ctx context.Context, in step.Input) error {
	return runDrawing(ctx, p.Ads, p.Pictures, in, ad.Prepare, func(a ad.Ad) (adstore.Result, error) {
		data, err := p.Pictures.Get(ctx, a.AdID, blob.Original, photo.MaxBytes)
		if fault.Has(err, fault.ImageNotFound) {
			return adstore.Result{}, fault.New(fault.PhotoMissing, err)
		}
		if err != nil {
			return adstore.Result{}, err
		}
		prepared, err := photo.Prepare(ctx, data)
		if err != nil {
			return adstore.Result{}, err
		}
		if err := p.Pictures.Put(ctx, a.AdID, blob.Product, prepared.PNG, "image/png"); err != nil {
			return adstore.Result{}, err
		}
		return adstore.Result{}, p.Pictures.Put(ctx, a.AdID, blob.Thumbnail, prepared.Thumbnail, "image/jpeg")
	})
}

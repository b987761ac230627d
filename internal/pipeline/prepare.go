package pipeline

import (
	"context"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/photo"
	"github.com/nanococoa/nanococoa/internal/quality"
)

// Prepare makes the owner's photo safe and small: nothing unprepared ever
// reaches OpenAI, the GPU server or a browser.
type Prepare struct {
	Ads      Records
	Pictures Pictures
	Codec    photo.Codec // of HEIC and AVIF; nil refuses them
}

// Run is the step. Faults: Photo.* when the photo cannot be used or shows nothing.
// What would make a better photo, it leaves as warnings.
func (p Prepare) Run(ctx context.Context, in ad.StepInput) error {
	return runStoring(ctx, p.Ads, p.Pictures, in, ad.Prepare, func(a ad.Ad) (ad.Result, error) {
		if a.FurtherScene != "" {
			return ad.Result{}, nil // the ad's photo is prepared; the original may be gone by now
		}
		data, err := p.Pictures.Get(ctx, a.AdID, ad.OriginalPhoto, photo.MaxBytes)
		if fault.Has(err, fault.ImageNotFound) {
			return ad.Result{}, fault.New(fault.PhotoMissing, err)
		}
		if err != nil {
			return ad.Result{}, err
		}
		info, err := photo.Check(data)
		if err != nil {
			return ad.Result{}, err
		}
		prepared, err := photo.Intake{Codec: p.Codec}.Prepare(ctx, data)
		if err != nil {
			return ad.Result{}, err
		}
		warnings, err := quality.Judge(ctx, prepared.Pixels, info.Width, info.Height)
		if err != nil {
			return ad.Result{}, err
		}
		if err := p.Pictures.Put(ctx, a.AdID, ad.ProductPhoto, prepared.PNG, "image/png"); err != nil {
			return ad.Result{}, err
		}
		res := ad.Result{HasProductPage: true}
		for _, w := range warnings {
			res.Warnings = append(res.Warnings, ad.Warning{Field: "product_image", Code: string(w), Detail: w.Detail()})
		}
		if err := p.Pictures.Put(ctx, a.AdID, ad.ProductPage, prepared.Page, "image/jpeg"); err != nil {
			return ad.Result{}, err
		}
		return res, p.Pictures.Put(ctx, a.AdID, ad.ProductThumbnail, prepared.Thumbnail, "image/jpeg")
	})
}

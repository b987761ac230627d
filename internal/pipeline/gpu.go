package pipeline

import (
	"bytes"
	"context"
	"fmt"
	"image/jpeg"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/gpu"
	"github.com/nanococoa/nanococoa/internal/photo"
)

// GPU is the GPU server; see gpuclient.Client for the calls' faults.
type GPU interface {
	Stage1(ctx context.Context, r gpu.Stage1Request) (gpu.Stage1Result, error)
	Stage2(ctx context.Context, r gpu.Stage2Request) (gpu.Stage2Result, error)
	Score(ctx context.Context, r gpu.ScoreRequest) (ad.Score, error)
}

// Stage1 has the GPU server put the product into a scene.
type Stage1 struct {
	Ads      Records
	Pictures Pictures
	GPU      GPU
}

// Run is the step. Faults: GPU.*, Photo.* when the server refuses the photo.
func (s Stage1) Run(ctx context.Context, in ad.StepInput) error {
	return runStoring(ctx, s.Ads, s.Pictures, in, ad.Stage1, func(a ad.Ad) (ad.Result, error) {
		product, err := s.Pictures.Get(ctx, a.AdID, ad.ProductPhoto, maxPicture)
		if err != nil {
			return ad.Result{}, err
		}
		out, err := s.GPU.Stage1(ctx, gpu.Stage1Request{
			IdempotencyKey: a.IdempotencyKey(ad.Stage1), Photo: product,
			ProductName: a.ProductName, ProductCategory: a.ProductCategory, AdConcept: a.AdConcept, Prompt: a.Prompt,
		})
		if err != nil {
			return ad.Result{}, err
		}
		res := ad.Result{Analysis: &out.Analysis, Product: &out.Product, Engine: out.Engine, StandIn: out.StandIn}
		return res, s.Pictures.Put(ctx, a.AdID, ad.Stage1Picture, out.Picture, "image/png")
	})
}

// Stage2 has the GPU server set the copy into stage 1's picture.
type Stage2 struct {
	Ads      Records
	Pictures Pictures
	GPU      GPU
}

// thumbnailQuality of a finished ad's JPEG: text edges stay clean at 480 px and
// a page of twelve stays below half a megabyte.
const thumbnailQuality = 82

// Run is the step. Faults: GPU.*.
func (s Stage2) Run(ctx context.Context, in ad.StepInput) error {
	return runStoring(ctx, s.Ads, s.Pictures, in, ad.Stage2, func(a ad.Ad) (ad.Result, error) {
		scene, err := s.Pictures.Get(ctx, a.AdID, ad.Stage1Picture, maxPicture)
		if err != nil {
			return ad.Result{}, err
		}
		out, err := s.GPU.Stage2(ctx, gpu.Stage2Request{
			IdempotencyKey: a.IdempotencyKey(ad.Stage2), Picture: scene,
			ProductName: a.ProductName, TargetAge: a.TargetAge, TargetGender: a.TargetGender, AdConcept: a.AdConcept,
			MainCopy: a.MainCopy, SubCopy: a.SubCopy, Analysis: a.Analysis, HTMLPictureURL: ad.PictureURL,
			AIMark: a.AIMark,
		})
		if err != nil {
			return ad.Result{}, err
		}
		small, err := thumbnail(ctx, out.Picture)
		if err != nil {
			return ad.Result{}, err
		}
		if err := s.Pictures.Put(ctx, a.AdID, ad.Stage2Thumbnail, small, "image/jpeg"); err != nil {
			return ad.Result{}, err
		}
		return ad.Result{HTML: out.HTML}, s.Pictures.Put(ctx, a.AdID, ad.Stage2Picture, out.Picture, "image/png")
	})
}

func thumbnail(ctx context.Context, picture []byte) ([]byte, error) {
	img, err := photo.Decode(ctx, picture, photo.ThumbnailSide)
	if err != nil {
		err = fmt.Errorf("read the finished picture: %w", err)
		if ctx.Err() == nil { // the server is to blame for a picture nobody can read, and not the owner's photo
			err = fault.New(fault.GPUBadAnswer, err)
		}
		return nil, err
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: thumbnailQuality}); err != nil {
		return nil, fmt.Errorf("encode the thumbnail: %w", err)
	}
	return b.Bytes(), nil
}

// Clip has the GPU server measure how well the finished picture fits the
// concept.
type Clip struct {
	Ads      Records
	Pictures Pictures
	GPU      GPU
}

// Run is the step. Faults: GPU.*.
func (c Clip) Run(ctx context.Context, in ad.StepInput) error {
	return run(ctx, c.Ads, in, ad.Clip, func(a ad.Ad) (ad.Result, error) {
		picture, err := c.Pictures.Get(ctx, a.AdID, ad.Stage2Picture, maxPicture)
		if err != nil {
			return ad.Result{}, err
		}
		score, err := c.GPU.Score(ctx, gpu.ScoreRequest{
			IdempotencyKey: a.IdempotencyKey(ad.Clip), Picture: picture, Prompt: a.AdConcept,
			Analysis: a.Analysis, Product: a.Product,
		})
		if err != nil {
			return ad.Result{}, err
		}
		score.Text = a.AdConcept
		return ad.Result{Score: &score}, nil
	})
}

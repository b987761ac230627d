package pipeline

import (
	"context"
	"fmt"
	"hash/fnv"
	"strings"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/gpu"
	"github.com/nanococoa/nanococoa/internal/preview"
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
	Judge    Moderator // nil: nobody is asked
}

// Moderator says whether texts and a photo may become an ad; see moderation.Client.
type Moderator interface {
	Allowed(ctx context.Context, texts []string, photo []byte) bool
}

// judge has the order judged before anything is made of it, by the photo's thumbnail, which
// is small, upright and without metadata.
func (s Stage1) judge(ctx context.Context, a ad.Ad) error {
	if s.Judge == nil {
		return nil
	}
	small, err := s.Pictures.Get(ctx, a.AdID, ad.ProductThumbnail, maxPicture)
	if err != nil {
		return err
	}
	if !s.Judge.Allowed(ctx, []string{a.ProductName, a.ProductCategory, a.AdConcept}, small) {
		return fault.Newf(fault.AdRefused, "moderation refused the order")
	}
	return nil
}

// Run is the step. Faults: GPU.*, Photo.* when the server refuses the photo, Ad.Refused.
func (s Stage1) Run(ctx context.Context, in ad.StepInput) error {
	return runStoring(ctx, s.Ads, s.Pictures, in, ad.Stage1, func(a ad.Ad) (ad.Result, error) {
		if err := s.judge(ctx, a); err != nil {
			return ad.Result{}, err
		}
		product, err := s.Pictures.Get(ctx, a.AdID, ad.ProductPhoto, maxPicture)
		if err != nil {
			return ad.Result{}, err
		}
		out, err := s.GPU.Stage1(ctx, gpu.Stage1Request{
			IdempotencyKey: a.IdempotencyKey(ad.Stage1), Photo: product, Seed: a.SeedWish, CutOut: a.CutOutWish,
			Width: a.SizeWish.Width, Height: a.SizeWish.Height,
			ProductName: a.ProductName, ProductCategory: a.ProductCategory, AdConcept: a.AdConcept, Prompt: a.Prompt,
		})
		if err != nil {
			return ad.Result{}, err
		}
		res := ad.Result{
			Analysis: &out.Analysis, Product: &out.Product, HasMask: out.Mask != nil,
			Engine: out.Engine, StandIn: out.StandIn, Parts: out.Parts, Seed: &out.Seed,
		}
		if res.HasMask {
			if err := s.Pictures.Put(ctx, a.AdID, ad.SceneMask(a.AdID, a.Scene()), out.Mask, "image/png"); err != nil {
				return ad.Result{}, err
			}
		}
		return res, store(ctx, s.Pictures, a.AdID, ad.ScenePictures(a.AdID, a.Scene()), out.Picture)
	})
}

// Stage2 has the GPU server set the copy into stage 1's picture.
type Stage2 struct {
	Ads      Records
	Pictures Pictures
	GPU      GPU
	Brands   Brands // nil, with Logos: there are none
	Logos    Logos
}

// Brands reads what an owner's ads have in common; see adstore.Store for the faults.
type Brands interface {
	Brand(ctx context.Context, owner string) (ad.Brand, error)
}

// Logos reads prepared logos; see blob.Logos for the faults.
type Logos interface {
	Get(ctx context.Context, logoID string) ([]byte, error)
}

// brand puts the owner's brand into a request, if it is for all ads.
func (s Stage2) brand(ctx context.Context, owner string, r *gpu.Stage2Request) error {
	if s.Brands == nil {
		return nil
	}
	own, err := s.Brands.Brand(ctx, owner)
	if err != nil || !own.ByDefault {
		return err
	}
	r.Brand = &gpu.Brand{Colors: own.Colors, Layout: own.Layout}
	// The owner may have changed the brand since an earlier try of this call: then it is
	// another call, and the server must not take it for a key that is used twice.
	key := fnv.New64a()
	fmt.Fprint(key, own)
	r.IdempotencyKey += fmt.Sprintf(".%x", key.Sum64())
	if own.LogoID == "" {
		return nil
	}
	r.Logo, err = s.Logos.Get(ctx, own.LogoID)
	if fault.Has(err, fault.ImageNotFound) {
		return nil // it was replaced this moment
	}
	if err == nil {
		r.Brand.HTMLLogoURL = ad.LogoURL
	}
	return err
}

// Run is the step. Faults: GPU.*.
func (s Stage2) Run(ctx context.Context, in ad.StepInput) error {
	return runStoring(ctx, s.Ads, s.Pictures, in, ad.Stage2, func(a ad.Ad) (ad.Result, error) {
		scene, err := s.Pictures.Get(ctx, a.AdID, ad.Stage1Picture, maxPicture)
		if err != nil {
			return ad.Result{}, err
		}
		ask := gpu.Stage2Request{
			IdempotencyKey: a.IdempotencyKey(ad.Stage2), Picture: scene,
			ProductName: a.ProductName, TargetAge: a.TargetAge, TargetGender: a.TargetGender, AdConcept: a.AdConcept,
			MainCopy: a.MainCopy, SubCopy: a.SubCopy, Analysis: a.Analysis, HTMLPictureURL: ad.PictureURL,
			AIMark: a.AIMark,
		}
		if err := s.brand(ctx, a.Owner, &ask); err != nil {
			return ad.Result{}, err
		}
		out, err := s.GPU.Stage2(ctx, ask)
		if err != nil {
			return ad.Result{}, err
		}
		if len(ask.Logo) > 0 && strings.Contains(out.HTML, ad.LogoURL) { // else there was no room for it
			if err := s.Pictures.Put(ctx, a.AdID, ad.LogoPicture(a.AdID), ask.Logo, "image/png"); err != nil {
				return ad.Result{}, err
			}
		}
		res := ad.Result{
			HTML: out.HTML, Layout: out.Layout, Contrast: out.ContrastRatio, Width: out.Width, Height: out.Height,
			Brand: ask.Brand != nil,
		}
		return res, store(ctx, s.Pictures, a.AdID, ad.RenditionPictures(a.AdID, a.AdID), out.Picture)
	})
}

// store keeps a picture the GPU server made, with what pages show of it.
func store(ctx context.Context, pics Pictures, adID string, names ad.Pictures, picture []byte) error {
	light, err := preview.Of(ctx, picture)
	if err != nil {
		if ctx.Err() == nil { // the server is to blame for a picture nobody can read, and not the owner's photo
			err = fault.New(fault.GPUBadAnswer, err)
		}
		return err
	}
	if err := pics.Put(ctx, adID, names.Thumbnail, light.Thumbnail, "image/jpeg"); err != nil {
		return err
	}
	if err := pics.Put(ctx, adID, names.Page, light.Page, "image/jpeg"); err != nil {
		return err
	}
	return pics.Put(ctx, adID, names.Full, picture, "image/png")
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

// Package rendition makes renditions: it composes words onto a scene and stores the
// pictures. It is what stage 2 of the GPU server does, without that server: the same
// scene, words and choices give the same picture and HTML on both ways, as both draw with
// package compose.
package rendition

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"image"
	"image/png"

	"github.com/nanococoa/nanococoa/aiserver/provenance"
	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/compose"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/photo"
	"github.com/nanococoa/nanococoa/internal/preview"
)

// Pictures is what is needed of the bucket; see blob.Bucket for the faults.
type Pictures interface {
	Get(ctx context.Context, adID string, p ad.Picture, limit int64) ([]byte, error)
	Put(ctx context.Context, adID string, p ad.Picture, data []byte, contentType string) error
	Remove(ctx context.Context, adID string, p ad.Picture) error
}

// maxPicture is the most bytes of a picture of ours; see package pipeline.
const maxPicture = 20 << 20

// Maker makes renditions.
type Maker struct{ Pictures Pictures }

// Scene is a scene with its picture, ready to be composed from.
type Scene struct {
	ad.Scene
	picture *image.NRGBA
	mark    provenance.Mark // what its file says of its making
}

// Open reads a scene's picture. Faults: Image.NotFound, Photo.* when it cannot be read.
func (m Maker) Open(ctx context.Context, adID string, s ad.Scene) (Scene, error) {
	file, err := m.Pictures.Get(ctx, adID, ad.ScenePictures(adID, s.ID).Full, maxPicture)
	if err != nil {
		return Scene{}, err
	}
	img, err := photo.Decode(ctx, file, compose.MaxSide)
	if err != nil {
		return Scene{}, fmt.Errorf("read a scene: %w", err)
	}
	mark, err := provenance.Read(file)
	if err != nil {
		mark = provenance.Mark{Engine: "compose", StandIn: s.StandIn}
	}
	return Scene{Scene: s, picture: img, mark: mark}, nil
}

// Draw composes a scene with a design. brand is used if the design says so; it may be nil.
// whole: words that do not fit are a fault, else they are cut.
//
// Faults: Request.Invalid names the fields of the design that cannot be.
func (s Scene) Draw(
	ctx context.Context, fields ad.Fields, d ad.Design, brand *compose.Brand, words, whole bool,
) (compose.Result, error) {
	if !d.Brand {
		brand = nil
	}
	drawn, err := compose.Render(ctx, compose.Request{
		Picture: s.picture, Analysis: s.Analysis, ProductName: fields.ProductName,
		MainCopy: d.MainCopy, SubCopy: d.SubCopy, Size: image.Pt(d.Width, d.Height),
		PictureURL: ad.PictureURL, AIMark: d.AIMark && words,
		Layout: d.Layout, Corner: d.Corner, Typeface: d.Typeface, Badge: d.Badge, Brand: brand,
		WithoutText: !words, Whole: whole,
	})
	if err != nil {
		return compose.Result{}, fmt.Errorf("compose: %w", err)
	}
	return drawn, nil
}

// Make composes a rendition and stores its pictures under its id.
//
// Faults: as of Draw.
func (m Maker) Make(
	ctx context.Context, a *ad.Studio, s Scene, r ad.Rendition, brand *compose.Brand, words bool,
) (ad.Rendition, error) {
	drawn, err := s.Draw(ctx, a.Fields, r.Design, brand, words, true)
	if err != nil {
		return ad.Rendition{}, err
	}
	full, err := provenance.Encode(drawn.Image, s.mark)
	if err != nil {
		return ad.Rendition{}, fault.New(fault.Internal, err)
	}
	light, err := preview.OfImage(ctx, drawn.Image)
	if err != nil {
		return ad.Rendition{}, err
	}
	names := ad.RenditionPictures(a.AdID, r.ID)
	type file struct {
		name ad.Picture
		data []byte
		kind string
	}
	files := []file{
		{names.Thumbnail, light.Thumbnail, "image/jpeg"}, {names.Page, light.Page, "image/jpeg"},
		{names.Full, full, "image/png"},
	}
	if r.Brand && brand != nil && brand.Logo != nil {
		var logo bytes.Buffer
		if err := png.Encode(&logo, brand.Logo); err != nil {
			return ad.Rendition{}, fault.New(fault.Internal, err)
		}
		files = append(files, file{ad.LogoPicture(r.ID), logo.Bytes(), "image/png"})
	}
	for _, f := range files {
		if err := m.Pictures.Put(ctx, a.AdID, f.name, f.data, f.kind); err != nil {
			return ad.Rendition{}, err
		}
	}
	r.Drawn, r.HTML, r.Contrast, r.HasPage = drawn.Layout, drawn.HTML, drawn.Contrast, true
	return r, nil
}

// Remove removes the pictures of a rendition.
func (m Maker) Remove(ctx context.Context, adID, renditionID string) error {
	for _, p := range append(ad.RenditionPictures(adID, renditionID).All(), ad.LogoPicture(renditionID)) {
		if err := m.Pictures.Remove(ctx, adID, p); err != nil {
			return err
		}
	}
	return nil
}

// Inherit fills what a wish leaves out from another rendition's design.
func Inherit(w Wish, from ad.Rendition) (ad.Design, string) {
	d := from.Design
	set(&d.MainCopy, w.MainCopy)
	set(&d.SubCopy, w.SubCopy)
	set(&d.Typeface, w.Typeface)
	set(&d.Badge, w.Badge)
	set(&d.Brand, w.Brand)
	set(&d.AIMark, w.AIMark)
	if w.Size != (image.Point{}) {
		if w.Size != image.Pt(d.Width, d.Height) {
			d.Layout, d.Corner = "", "" // what was chosen for another shape may not fit this one
		}
		d.Channel, d.Width, d.Height = w.Channel, w.Size.X, w.Size.Y
	}
	if w.Layout != nil && w.Corner == nil {
		d.Corner = ""
	}
	set(&d.Layout, w.Layout)
	set(&d.Corner, w.Corner)
	return d, cmp.Or(w.SceneID, from.SceneID)
}

// Wish is what an owner wants of a rendition; what is nil or zero stays as it is.
type Wish struct {
	SceneID  string
	Channel  string      // the channel whose Size it is, if any
	Size     image.Point // px
	MainCopy *string
	SubCopy  *string
	Layout   *string
	Corner   *string
	Typeface *string
	Badge    *string
	Brand    *bool
	AIMark   *bool
}

func set[T any](to *T, wish *T) {
	if wish != nil {
		*to = *wish
	}
}

// Package rendition makes renditions: it composes words onto a scene and stores the
// pictures. It is what stage 2 of the GPU server does, without that server: the same
// scene, words and choices give the same picture and HTML on both ways, as both draw with
// package compose.
package rendition

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"time"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/channel"
	"github.com/nanococoa/nanococoa/internal/compose"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/parallel"
	"github.com/nanococoa/nanococoa/internal/photo"
	"github.com/nanococoa/nanococoa/internal/preview"
	"github.com/nanococoa/nanococoa/internal/provenance"
)

// Pictures is what is needed of the bucket; see blob.Bucket for the faults.
type Pictures interface {
	Get(ctx context.Context, adID string, p ad.Picture, limit int64) ([]byte, error)
	Put(ctx context.Context, adID string, p ad.Picture, data []byte, contentType string) error
	PutFile(ctx context.Context, adID string, p ad.Picture, data []byte, contentType, disposition string) error
	Link(ctx context.Context, adID string, p ad.Picture, life time.Duration) (string, error)
	Remove(ctx context.Context, adID string, p ad.Picture) error
	Purge(ctx context.Context, adID string) error
}

// Brands reads what an owner's ads have in common; see adstore.Store.
type Brands interface {
	Brand(ctx context.Context, owner string) (ad.Brand, error)
}

// Logos reads prepared logos; see blob.Logos for the faults.
type Logos interface {
	Get(ctx context.Context, logoID string) ([]byte, error)
}

// maxPicture is the most bytes of a picture of ours; see package pipeline.
const maxPicture = 20 << 20

// Maker makes renditions.
type Maker struct {
	Pictures Pictures
	Brands   Brands
	Logos    Logos
}

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

// Draw composes a scene with a design. brand is nil where the design has none.
// whole: words that do not fit are a fault, else they are cut.
//
// Faults: Request.Invalid names the fields of the design that cannot be.
func (s Scene) Draw(
	ctx context.Context, fields ad.Fields, d ad.Design, brand *compose.Brand, words, whole bool,
) (compose.Result, error) {
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

// Make composes a rendition of an ad's scene and stores its pictures under its id.
//
// Faults: as of Draw.
func (m Maker) Make(ctx context.Context, a ad.Studio, r ad.Rendition) (ad.Rendition, error) {
	scene, brand, err := m.open(ctx, a, r)
	if err != nil {
		return ad.Rendition{}, err
	}
	words := hasWords(r.Channel)
	if !words {
		r.MainCopy, r.SubCopy, r.Badge, r.AIMark, r.Brand = "", "", "", false, false
	}
	drawn, err := scene.Draw(ctx, a.Fields, r.Design, brand, words, true)
	if err != nil {
		return ad.Rendition{}, err
	}
	if err := m.keep(ctx, a.AdID, r, drawn.Image, scene.mark, brand); err != nil {
		return ad.Rendition{}, err
	}
	r.Drawn, r.HTML, r.Contrast, r.HasPage = drawn.Layout, drawn.HTML, drawn.Contrast, true
	return r, nil
}

// keep stores the pictures of a rendition. They are written and sent side by side, as a tall
// picture's PNG takes as long as composing it.
func (m Maker) keep(
	ctx context.Context, adID string, r ad.Rendition, img *image.RGBA, mark provenance.Mark, brand *compose.Brand,
) error {
	names := ad.RenditionPictures(adID, r.ID)
	put := func(name ad.Picture, data []byte, kind string) error {
		return m.Pictures.Put(ctx, adID, name, data, kind)
	}
	files := []func() error{
		func() error {
			full, err := provenance.Encode(img, mark)
			if err != nil {
				return fault.New(fault.Internal, err)
			}
			return put(names.Full, full, "image/png")
		},
		func() error {
			light, err := preview.OfImage(ctx, img)
			if err != nil {
				return err
			}
			return sideBySide(
				func() error { return put(names.Thumbnail, light.Thumbnail, "image/jpeg") },
				func() error { return put(names.Page, light.Page, "image/jpeg") },
			)
		},
	}
	if r.Brand && brand != nil && brand.Logo != nil {
		files = append(files, func() error {
			var logo bytes.Buffer
			if err := png.Encode(&logo, brand.Logo); err != nil {
				return fault.New(fault.Internal, err)
			}
			return put(ad.LogoPicture(r.ID), logo.Bytes(), "image/png")
		})
	}
	return sideBySide(files...)
}

// sideBySide calls all of work at once and gives the first error of the list.
func sideBySide(work ...func() error) error {
	return parallel.Run(len(work), func(i int) error { return work[i]() }) //nolint:wrapcheck // each has said what it did
}

// hasWords reports whether words may stand on a picture of a channel, "" for none.
func hasWords(name string) bool {
	c, known := channel.ByName(name)
	return !known || c.Text
}

// open reads what a rendition is composed from.
func (m Maker) open(ctx context.Context, a ad.Studio, r ad.Rendition) (Scene, *compose.Brand, error) {
	known, ok := a.Scene(r.SceneID)
	if !ok {
		return Scene{}, nil, fault.New(fault.SceneNotFound, nil)
	}
	scene, err := m.Open(ctx, a.AdID, known)
	if err != nil || !r.Brand {
		return scene, nil, err
	}
	brand, err := m.brand(ctx, a.Owner)
	return scene, brand, err
}

// brand reads an owner's brand with its logo.
func (m Maker) brand(ctx context.Context, owner string) (*compose.Brand, error) {
	kept, err := m.Brands.Brand(ctx, owner)
	if err != nil {
		return nil, err
	}
	out := &compose.Brand{LogoURL: ad.LogoURL}
	for _, c := range kept.Colors {
		if rgb, ok := compose.ParseHex(c); ok {
			out.Colours = append(out.Colours, rgb)
		}
	}
	if kept.LogoID == "" {
		return out, nil
	}
	file, err := m.Logos.Get(ctx, kept.LogoID)
	if err != nil {
		return nil, err
	}
	logo, err := photo.Decode(ctx, file, photo.MaxSide)
	if err != nil {
		return nil, fmt.Errorf("read a logo: %w", err)
	}
	out.Logo = logo
	return out, nil
}

// Remove removes the pictures of a rendition or, when its ad is gone, all of the ad's.
func (m Maker) Remove(ctx context.Context, adID, renditionID string, gone bool) error {
	if gone {
		return m.Pictures.Purge(ctx, adID)
	}
	for _, p := range append(ad.RenditionPictures(adID, renditionID).All(), ad.LogoPicture(renditionID)) {
		if err := m.Pictures.Remove(ctx, adID, p); err != nil {
			return err
		}
	}
	return nil
}

// Choices says what a rendition may be made of.
func (Maker) Choices() ad.Choices {
	out := ad.Choices{
		Channels: channel.All(), MainCopyMax: ad.MaxMainCopy, SubCopyMax: ad.MaxSubCopy, BadgeMax: compose.BadgeMax,
	}
	for _, l := range compose.Layouts() {
		corners := append([]string{}, l.Corners...) // an empty list, not null, where there is nothing to choose
		out.Layouts = append(out.Layouts, ad.LayoutChoice{Choice: ad.Choice(l.Option), Corners: corners})
	}
	for _, c := range compose.Corners() {
		out.Corners = append(out.Corners, ad.Choice(c))
	}
	for _, f := range compose.Typefaces() {
		out.Typefaces = append(out.Typefaces, ad.Choice(f))
	}
	return out
}

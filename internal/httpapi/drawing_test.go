package httpapi_test

import (
	"context"
	"testing"
	"time"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/channel"
)

// fakeMaker draws nothing.
type fakeMaker struct {
	t       *testing.T
	choices func() ad.Choices
	make    func(st ad.Studio, r ad.Rendition) (ad.Rendition, error)
	remove  func(adID, renditionID string, gone bool) error
	file    func(st ad.Studio, r ad.Rendition, f channel.Format) (string, error)
	bundle  func(st ad.Studio, r ad.Rendition, channels []channel.Channel) (ad.Bundle, error)
}

func (f *fakeMaker) Choices() ad.Choices {
	if f.choices == nil {
		unexpected(f.t, "Maker.Choices")
	}
	return f.choices()
}

func (f *fakeMaker) Make(_ context.Context, st ad.Studio, r ad.Rendition) (ad.Rendition, error) {
	if f.make == nil {
		unexpected(f.t, "Maker.Make")
	}
	return f.make(st, r)
}

func (f *fakeMaker) Remove(_ context.Context, adID, renditionID string, gone bool) error {
	if f.remove == nil {
		unexpected(f.t, "Maker.Remove")
	}
	return f.remove(adID, renditionID, gone)
}

func (f *fakeMaker) File(_ context.Context, st ad.Studio, r ad.Rendition, c channel.Format) (string, error) {
	if f.file == nil {
		unexpected(f.t, "Maker.File")
	}
	return f.file(st, r, c)
}

func (f *fakeMaker) Bundle(
	_ context.Context, st ad.Studio, r ad.Rendition, channels []channel.Channel,
) (ad.Bundle, error) {
	if f.bundle == nil {
		unexpected(f.t, "Maker.Bundle")
	}
	return f.bundle(st, r, channels)
}

type fakeBrands struct {
	t   *testing.T
	get func(owner string) (ad.Brand, error)
	set func(owner string, b ad.Brand) error
}

func (f *fakeBrands) Brand(_ context.Context, owner string) (ad.Brand, error) {
	if f.get == nil {
		unexpected(f.t, "Brands.Brand")
	}
	return f.get(owner)
}

func (f *fakeBrands) SetBrand(_ context.Context, owner string, b ad.Brand) error {
	if f.set == nil {
		unexpected(f.t, "Brands.SetBrand")
	}
	return f.set(owner, b)
}

type fakeLogos struct {
	t      *testing.T
	post   func(logoID, contentType string, size int64) (ad.Upload, error)
	sent   func(logoID string) ([]byte, error)
	put    func(logoID string, data []byte) error
	link   func(logoID string) (string, error)
	remove func(logoID string) error
}

func (f *fakeLogos) NewUpload(_ context.Context, logoID, contentType string, size int64) (ad.Upload, error) {
	if f.post == nil {
		unexpected(f.t, "Logos.NewUpload")
	}
	return f.post(logoID, contentType, size)
}

func (f *fakeLogos) Sent(_ context.Context, logoID string, _ int64) ([]byte, error) {
	if f.sent == nil {
		unexpected(f.t, "Logos.Sent")
	}
	return f.sent(logoID)
}

func (f *fakeLogos) Put(_ context.Context, logoID string, data []byte) error {
	if f.put == nil {
		unexpected(f.t, "Logos.Put")
	}
	return f.put(logoID, data)
}

func (f *fakeLogos) Link(_ context.Context, logoID string, _ time.Duration) (string, error) {
	if f.link == nil {
		unexpected(f.t, "Logos.Link")
	}
	return f.link(logoID)
}

func (f *fakeLogos) Remove(_ context.Context, logoID string) error {
	if f.remove == nil {
		unexpected(f.t, "Logos.Remove")
	}
	return f.remove(logoID)
}

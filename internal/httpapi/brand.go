package httpapi

import (
	"bytes"
	"context"
	"fmt"
	"image/png"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/limit"
	"github.com/nanococoa/nanococoa/internal/photo"
)

// Brands keeps what owners' ads have in common; see adstore.Store for the faults.
type Brands interface {
	Brand(ctx context.Context, owner string) (ad.Brand, error)
	SetBrand(ctx context.Context, owner string, b ad.Brand) error
}

// Logos keeps owners' logos; see blob.Logos for the faults.
type Logos interface {
	NewUpload(ctx context.Context, logoID, contentType string, size int64) (ad.Upload, error)
	Sent(ctx context.Context, logoID string, limit int64) ([]byte, error)
	Put(ctx context.Context, logoID string, data []byte) error
	Link(ctx context.Context, logoID string, life time.Duration) (string, error)
	Remove(ctx context.Context, logoID string) error
}

// Brand is what an owner's ads have in common.
type Brand struct {
	LogoID    *string  `json:"logo_id" doc:"null without a logo"`
	LogoURL   *string  `json:"logo_url" doc:"Where to see it, for a few minutes"`
	Colors    []string `json:"colors" nullable:"false" doc:"#rrggbb, at most three: panels and accents, badge, words"`
	Layout    string   `json:"layout" doc:"Preferred where none is asked for; empty: the best"`
	ByDefault bool     `json:"by_default" doc:"Whether renditions that do not say so use the brand"`
}

// BrandWish is the body of PUT /api/brand: the whole brand.
type BrandWish struct {
	LogoID    *string  `json:"logo_id,omitempty" doc:"Of POST /api/brand/logo, once the file is there; left out or null: no logo"`
	Colors    []string `json:"colors" nullable:"false" doc:"#rrggbb, at most three"`
	Layout    string   `json:"layout,omitempty" doc:"A name of GET /api/channels; empty: the best"`
	ByDefault bool     `json:"by_default,omitempty"`
}

// LogoBody is the body of POST /api/brand/logo.
type LogoBody struct {
	ContentType   string `json:"content_type" doc:"image/jpeg, image/png, image/webp or image/gif"`
	ContentLength int64  `json:"content_length" doc:"Bytes, up to 20 MB"`
}

// LogoUploading answers POST /api/brand/logo.
type LogoUploading struct {
	LogoID string `json:"logo_id"`
	Upload Upload `json:"upload"`
}

type brandOutput struct{ Body Brand }

func (c *composer) getBrand(ctx context.Context, _ *struct{}) (*brandOutput, error) {
	b, err := c.Brands.Brand(ctx, ownerOf(ctx).id)
	if err != nil {
		return nil, c.answer(ctx, err)
	}
	return c.brandOutput(ctx, b)
}

func (c *composer) brandOutput(ctx context.Context, b ad.Brand) (*brandOutput, error) {
	out := &brandOutput{Body: Brand{
		LogoID: optional(b.LogoID), Colors: append([]string{}, b.Colors...), Layout: b.Layout, ByDefault: b.ByDefault,
	}}
	if b.LogoID != "" {
		link, err := c.Logos.Link(ctx, b.LogoID, linkLife)
		if err != nil {
			return nil, c.answer(ctx, err)
		}
		out.Body.LogoURL = &link
	}
	return out, nil
}

type setBrandInput struct{ Body BrandWish }

var colorForm = regexp.MustCompile(`^#[0-9a-f]{6}$`)

// maxBrandColors is how many colours a brand has; package compose says what they are for.
const maxBrandColors = 3

// maxLogoSide is the longer side of a kept logo in pixels: none is drawn larger, and it
// stays below gpu.MaxLogo.
const maxLogoSide = 640

// setBrand keeps a brand. A logo that was sent goes through the same intake as a photo
// before it is kept: decoded, turned, cleaned and made smaller.
func (c *composer) setBrand(ctx context.Context, in *setBrandInput) (*brandOutput, error) {
	g := ownerOf(ctx)
	former, err := c.Brands.Brand(ctx, g.id)
	if err != nil {
		return nil, c.answer(ctx, err)
	}
	want := ad.Brand{Layout: in.Body.Layout, ByDefault: in.Body.ByDefault, Colors: []string{}}
	var bad []fault.Field
	for _, color := range in.Body.Colors {
		color = strings.ToLower(strings.TrimSpace(color))
		if !colorForm.MatchString(color) {
			bad = append(bad, fault.Field{Name: "colors", Detail: "색은 #1a2b3c처럼 써 주세요."})
			break
		}
		want.Colors = append(want.Colors, color)
	}
	if len(in.Body.Colors) > maxBrandColors {
		bad = append(bad, fault.Field{Name: "colors", Detail: "색은 세 가지까지 고를 수 있습니다."})
	}
	if want.Layout != "" && !slices.ContainsFunc(c.Maker.Choices().Layouts, func(l ad.LayoutChoice) bool {
		return l.Name == want.Layout
	}) {
		bad = append(bad, fault.Field{Name: "layout", Detail: "없는 배치입니다. 배치 목록(/api/channels)에서 골라 주세요."})
	}
	if id := in.Body.LogoID; id != nil && *id != "" {
		want.LogoID = *id
		if *id != former.LogoID {
			wrong, err := c.intakeLogo(ctx, *id)
			if err != nil {
				return nil, c.answer(ctx, err)
			}
			if wrong != "" {
				bad = append(bad, fault.Field{Name: "logo_id", Detail: wrong})
			}
		}
	}
	if len(bad) > 0 {
		return nil, c.answer(ctx, fault.Invalid(bad...))
	}
	if err := c.keep(ctx); err != nil {
		return nil, c.answer(ctx, err)
	}
	if err := c.Brands.SetBrand(ctx, g.id, want); err != nil {
		return nil, c.answer(ctx, err)
	}
	if former.LogoID != "" && former.LogoID != want.LogoID {
		if err := c.Logos.Remove(ctx, former.LogoID); err != nil {
			return nil, c.answer(ctx, err)
		}
	}
	return c.brandOutput(ctx, want)
}

// intakeLogo prepares a logo that was sent; wrong says in Korean why it cannot be used.
func (c *composer) intakeLogo(ctx context.Context, logoID string) (wrong string, err error) {
	const missing = "로고 파일이 아직 올라오지 않았습니다. 파일을 다시 올려 주세요."
	if !ad.ValidID(logoID) {
		return missing, nil
	}
	sent, err := c.Logos.Sent(ctx, logoID, photo.MaxBytes)
	if fault.Has(err, fault.ImageNotFound) {
		return missing, nil
	}
	if err != nil {
		return "", err
	}
	prepared, err := photo.Prepare(ctx, sent)
	if f := fault.From(err); err != nil && f.Code.Owners() {
		return f.Public(), nil
	}
	if err != nil {
		return "", err
	}
	small, err := photo.Decode(ctx, prepared.PNG, maxLogoSide)
	if err != nil {
		return "", err
	}
	var file bytes.Buffer
	if err := png.Encode(&file, small); err != nil {
		return "", fault.New(fault.Internal, err)
	}
	return "", c.Logos.Put(ctx, logoID, file.Bytes())
}

type logoInput struct {
	IdempotencyKey string `header:"Idempotency-Key" doc:"The same request with the same key is about the same logo"`
	Body           LogoBody
}

type logoOutput struct{ Body LogoUploading }

func (c *composer) uploadLogo(ctx context.Context, in *logoInput) (*logoOutput, error) {
	if err := needsCookie(ctx); err != nil {
		return nil, c.answer(ctx, err)
	}
	file := UploadBody{ContentType: in.Body.ContentType, ContentLength: in.Body.ContentLength}
	claim, wrong := claimFor(in.IdempotencyKey, func(h io.Writer) {
		fmt.Fprintf(h, "logo: %s %d", strings.ToLower(file.ContentType), file.ContentLength)
	})
	if bad := file.wrongFile(logoTypes); len(bad) > 0 {
		wrong = joinInvalid(wrong, fault.Invalid(bad...))
	}
	if wrong != nil {
		return nil, c.answer(ctx, wrong)
	}
	id, err := ad.NewID()
	if err != nil {
		return nil, c.answer(ctx, err)
	}
	if _, err := c.spend(ctx, limit.Uploads); err != nil {
		return nil, c.answer(ctx, err)
	}
	g := ownerOf(ctx)
	if claim != nil {
		// Nothing is stored before the file comes, so nothing has to remember the key.
		id = ad.IDOf("logo", g.id, claim.Key, claim.Fingerprint)
	}
	if err := c.keep(ctx); err != nil {
		return nil, c.answer(ctx, err)
	}
	up, err := c.Logos.NewUpload(ctx, id, strings.ToLower(file.ContentType), file.ContentLength)
	if err != nil {
		return nil, c.answer(ctx, err)
	}
	return &logoOutput{Body: LogoUploading{LogoID: id, Upload: Upload{URL: up.URL, Fields: up.Fields}}}, nil
}

func registerBrand(h huma.API, d drawing) {
	register(h, huma.Operation{
		OperationID: "get-brand", Method: http.MethodGet, Path: "/api/brand",
		Summary: "What the owner's ads have in common", Errors: []int{503},
	}, d.getBrand)
	register(h, huma.Operation{
		OperationID: "set-brand", Method: http.MethodPut, Path: "/api/brand",
		Summary: "Say what the owner's ads have in common", Errors: []int{400, 403, 422, 503},
	}, d.setBrand)
	register(h, huma.Operation{
		OperationID: "upload-logo", Method: http.MethodPost, Path: "/api/brand/logo",
		Summary:       "Ask for an address to upload a logo to; PUT /api/brand then takes it",
		DefaultStatus: http.StatusCreated, Errors: []int{400, 403, 409, 422, 429, 503},
	}, d.uploadLogo)
}

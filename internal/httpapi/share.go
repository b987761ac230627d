package httpapi

import (
	"context"
	"image"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/preview"
)

// Shares is what the API needs of shares; see adstore.Store for the faults.
type Shares interface {
	Share(ctx context.Context, owner, adID string) (shareID string, err error)
	Unshare(ctx context.Context, owner, adID string) error
	Shared(ctx context.Context, shareID string) (ad.Studio, error)
}

// What was switched off must be gone within a minute. The public page and the redirect to
// its picture are kept by browsers and CloudFront for shareKept; the address behind the
// redirect lives for shareLinkLife, so that one that was kept to the end still opens.
const (
	shareKept     = 30 * time.Second
	shareLinkLife = time.Minute
)

// Share answers PUT /api/ads/{ad_id}/share.
type Share struct {
	ShareURL string `json:"share_url" doc:"The public page: whoever has the address may see it"`
}

// SharedAd is what everybody who has its address sees of an ad: the fields for the public,
// and the main rendition.
type SharedAd struct {
	Fields     ad.Values `json:"fields" doc:"What the owner says about the ad to the public"`
	MainCopy   string    `json:"main_copy" doc:"Empty: none, as the next"`
	SubCopy    string    `json:"sub_copy"`
	ShareURL   string    `json:"share_url" doc:"The page that shows this"`
	PictureURL string    `json:"picture_url" doc:"Of the size for pages; redirects to a short-lived address, as long as the ad is shared"`
	Width      int       `json:"width" doc:"Of that picture, px"`
	Height     int       `json:"height"`
}

// sharePath is the public page of a share. Its picture lies below it: so it ends with the
// share, and robots.txt, which closes /api/, leaves it open for previews of links.
func sharePath(shareID string) string { return "/s/" + shareID }

const sharePicture = "/picture"

// shareURL is whole, since it is made to be sent; nil when the ad is not shared.
func shareURL(origin string, a ad.Ad) *string {
	if a.Share == "" {
		return nil
	}
	return optional(origin + sharePath(a.Share))
}

// registerShares registers the operations of shares, and the pages beside them.
func (a *api) registerShares(h huma.API, mux *http.ServeMux) {
	huma.Register(h, huma.Operation{
		OperationID: "share-ad", Method: http.MethodPut, Path: "/api/ads/{ad_id}/share",
		Summary: "Switch a finished ad's public page on; one that is on stays as it is",
		Errors:  []int{403, 404, 409, 503},
	}, a.share)
	huma.Register(h, huma.Operation{
		OperationID: "unshare-ad", Method: http.MethodDelete, Path: "/api/ads/{ad_id}/share",
		Summary:       "Switch an ad's public page off: its address opens nothing any more, a minute later at the latest",
		DefaultStatus: http.StatusNoContent, Errors: []int{403, 404, 503},
	}, a.unshare)
	huma.Register(h, huma.Operation{
		OperationID: "get-shared", Method: http.MethodGet, Path: "/api/shared/{share_id}",
		Summary: "What the public page of a share shows, without its owner's cookie",
		Errors:  []int{404, 503},
	}, a.shared)
	schemas := h.OpenAPI().Components.Schemas.Map()
	schemas["SharedAd"].Properties["fields"] = schemaOfValues(ad.Public, a.Fields)
	mux.HandleFunc("GET "+sharePath("{share_id}"), a.sharePage)
	mux.HandleFunc("GET "+sharePath("{share_id}")+sharePicture, a.sharePicture)
}

// schemaOfValues describes the fields an audience may be shown.
func schemaOfValues(who ad.Audience, t ad.Table) *huma.Schema {
	s := &huma.Schema{Type: huma.TypeObject, Properties: map[string]*huma.Schema{}, AdditionalProperties: false}
	for _, d := range t {
		if d.SeenBy&who != 0 {
			s.Properties[d.Name] = schemaOfField(d)
			s.Required = append(s.Required, d.Name)
		}
	}
	return s
}

type shareOutput struct{ Body Share }

func (a *api) share(ctx context.Context, in *adInput) (*shareOutput, error) {
	if !ad.ValidID(in.AdID) {
		return nil, a.answer(ctx, fault.New(fault.AdNotFound, nil))
	}
	id, err := a.Shares.Share(ctx, ownerOf(ctx).id, in.AdID)
	if err != nil {
		return nil, a.answer(ctx, err)
	}
	return &shareOutput{Body: Share{ShareURL: a.Origin + sharePath(id)}}, nil
}

func (a *api) unshare(ctx context.Context, in *adInput) (*struct{}, error) {
	if !ad.ValidID(in.AdID) {
		return nil, a.answer(ctx, fault.New(fault.AdNotFound, nil))
	}
	if err := a.Shares.Unshare(ctx, ownerOf(ctx).id, in.AdID); err != nil {
		return nil, a.answer(ctx, err)
	}
	return nil, nil //nolint:nilnil // 204 has no body
}

type sharedInput struct {
	ShareID string `path:"share_id"`
}

type sharedOutput struct{ Body SharedAd }

func (a *api) shared(ctx context.Context, in *sharedInput) (*sharedOutput, error) {
	found, err := a.findShared(ctx, in.ShareID)
	if err != nil {
		return nil, a.answer(ctx, err)
	}
	return &sharedOutput{Body: found.SharedAd}, nil
}

// sharedAd is what is shown, where, and the file of its picture.
type sharedAd struct {
	SharedAd
	path    string
	adID    string
	picture ad.Picture
}

// findShared reads what a share shows, whoever asks.
func (a *api) findShared(ctx context.Context, shareID string) (sharedAd, error) {
	if !ad.ValidShareID(shareID) {
		return sharedAd{}, fault.New(fault.ShareNotFound, nil)
	}
	st, err := a.Shares.Shared(ctx, shareID)
	if err != nil {
		return sharedAd{}, err
	}
	main, ok := st.MainRendition()
	if !ok {
		return sharedAd{}, fault.Newf(fault.Internal, "the ad of a share has no main rendition")
	}
	files, size := ad.RenditionPictures(st.AdID, main.ID), image.Pt(main.Width, main.Height)
	picture := files.Full
	if main.HasPage {
		picture, size = files.Page, preview.PageSize(size)
	}
	path := sharePath(shareID)
	address := a.Origin + path
	return sharedAd{SharedAd{
		Fields: a.Fields.For(ad.Public, st.Fields), MainCopy: main.MainCopy, SubCopy: main.SubCopy,
		ShareURL: address, PictureURL: address + sharePicture, Width: size.X, Height: size.Y,
	}, path, st.AdID, picture}, nil
}

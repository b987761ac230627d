package httpapi

import (
	"context"
	"fmt"
	"image"
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/channel"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/gpu"
	"github.com/nanococoa/nanococoa/internal/limit"
)

// Studios is what the API needs of scenes and renditions; see adstore.Store for the faults.
type Studios interface {
	Studio(ctx context.Context, owner, adID string) (ad.Studio, error)
	SetMain(ctx context.Context, owner, adID, renditionID string) error
	DeleteRendition(ctx context.Context, owner, adID, renditionID string) error
	DeleteScene(ctx context.Context, owner, adID, sceneID string) error
}

// Scenes orders further scenes; see adstore.Store for the faults.
type Scenes interface {
	Made(ctx context.Context, r ad.Ref, c *ad.Claim) (id string, err error)
	AddScene(ctx context.Context, scene ad.Ad, c *ad.Claim) (ad.Ad, error)
}

// Scene is one stage 1 picture of an ad.
type Scene struct {
	SceneID       string     `json:"scene_id"`
	Width         int        `json:"width" doc:"px, as height"`
	Height        int        `json:"height"`
	Status        string     `json:"status" enum:"queued,running,succeeded,failed"`
	AdConcept     string     `json:"ad_concept"`
	PictureURL    *string    `json:"picture_url" doc:"PNG, for downloading; null before it is made, as the next two"`
	PageURL       *string    `json:"page_url" doc:"JPEG, for pages"`
	ThumbnailURL  *string    `json:"thumbnail_url" doc:"JPEG, small"`
	Seed          *uint64    `json:"seed"`
	Product       *Product   `json:"product,omitempty" doc:"How this scene shows the product; left out before it is made"`
	MaskURL       *string    `json:"mask_url" doc:"PNG like photo_url, white on the product, else clear; also of a framed photo"`
	CutOut        *ad.CutOut `json:"cutout,omitempty" doc:"The owner's word on the cut-out; left out without one"`
	QueuePosition *int       `json:"queue_position" doc:"How many pictures come before this one; null when unknown"`
	ETASeconds    *float64   `json:"eta_seconds" doc:"Expected time to the end; null when unknown"`
	Stalled       bool       `json:"stalled" doc:"The GPU server takes nothing now; the scene waits and goes on by itself"`
	Parts         []Part     `json:"parts" nullable:"false" doc:"By what each part of it was made; empty before it is, and of one made before this was kept"`
	Error         *AdFailure `json:"error,omitempty" doc:"Set when status is failed"`
	CreatedAt     time.Time  `json:"created_at"`
}

// Rendition is one finished picture of an ad.
type Rendition struct {
	RenditionID   string    `json:"rendition_id"`
	SceneID       string    `json:"scene_id"`
	Channel       *string   `json:"channel" doc:"A name of GET /api/channels; null when it is of no channel"`
	Width         int       `json:"width"`
	Height        int       `json:"height"`
	Layout        string    `json:"layout" doc:"As drawn"`
	LayoutAsked   string    `json:"layout_asked" doc:"As asked for; empty: the best was chosen"`
	Corner        string    `json:"corner" doc:"As asked for; empty: the best was chosen"`
	Typeface      string    `json:"typeface" doc:"Empty: the first one"`
	MainCopy      string    `json:"main_copy"`
	SubCopy       string    `json:"sub_copy"`
	Badge         string    `json:"badge"`
	Brand         bool      `json:"brand" doc:"Whether it shows the owner's brand"`
	AIMark        bool      `json:"ai_mark"`
	PictureURL    string    `json:"picture_url" doc:"PNG"`
	PageURL       string    `json:"page_url" doc:"JPEG, for pages"`
	ThumbnailURL  string    `json:"thumbnail_url" doc:"JPEG, small"`
	HTMLCode      string    `json:"html_code" doc:"The picture as one self-contained snippet"`
	ContrastRatio *float64  `json:"contrast_ratio" doc:"WCAG 2, of the worst tenth under the words; null without words"`
	ClipScore     *float64  `json:"clip_score" doc:"Of the first rendition alone"`
	Main          bool      `json:"main" doc:"True for exactly one rendition of an ad: the one the ad's own fields mean"`
	CreatedAt     time.Time `json:"created_at"`
}

func sceneView(adID string, sc ad.Scene, s *Signer) Scene {
	v := Scene{
		SceneID: sc.ID, Width: sc.Size.Width, Height: sc.Size.Height, Status: string(sc.Status), AdConcept: sc.AdConcept,
		Seed: sc.Seed, CutOut: sc.CutOut, Parts: []Part{}, CreatedAt: sc.CreatedAt,
	}
	if sc.Failure != nil {
		v.Error = failureView(*sc.Failure)
	}
	if sc.Status != ad.Succeeded {
		return v
	}
	files := ad.ScenePictures(adID, sc.ID)
	full := s.imageURL(adID, files.Full)
	page, small := full, full
	if sc.HasPage {
		page, small = s.imageURL(adID, files.Page), s.imageURL(adID, files.Thumbnail)
	}
	v.PictureURL, v.PageURL, v.ThumbnailURL, v.Product = &full, &page, &small, productView(sc.Product)
	v.Parts = partViews(sc.Parts...)
	if sc.HasMask {
		v.MaskURL = optional(s.imageURL(adID, ad.SceneMask(adID, sc.ID)))
	}
	return v
}

func renditionView(st *ad.Studio, r ad.Rendition, s *Signer, origin string) Rendition {
	files := ad.RenditionPictures(st.AdID, r.ID)
	v := Rendition{
		RenditionID: r.ID, SceneID: r.SceneID, Channel: optional(r.Channel), Width: r.Width, Height: r.Height,
		Layout: r.Drawn, LayoutAsked: r.Layout, Corner: r.Corner, Typeface: r.Typeface,
		MainCopy: r.MainCopy, SubCopy: r.SubCopy, Badge: r.Badge, Brand: r.Brand, AIMark: r.AIMark,
		PictureURL: s.imageURL(st.AdID, files.Full), ThumbnailURL: s.imageURL(st.AdID, files.Thumbnail),
		ContrastRatio: optional(r.Contrast), Main: r.ID == st.Main, CreatedAt: r.CreatedAt,
	}
	v.PageURL = v.PictureURL
	if r.HasPage {
		v.PageURL = s.imageURL(st.AdID, files.Page)
	}
	if r.Score != nil {
		v.ClipScore = &r.Score.Value
	}
	// The HTML stands on other people's pages: it shows what is light.
	scene, known := st.Scene(r.SceneID)
	if !known {
		scene, _ = st.First()
	}
	names := ad.ScenePictures(st.AdID, scene.ID)
	picture := names.Full
	if scene.HasPage {
		picture = names.Page
	}
	v.HTMLCode = ad.WithPictures(r.HTML, map[string]string{
		ad.PictureURL: origin + s.imageURL(st.AdID, picture),
		ad.LogoURL:    origin + s.imageURL(st.AdID, ad.LogoPicture(r.ID)),
	})
	return v
}

// studioView is an ad with what its unfinished scenes wait for.
func (a *api) studioView(ctx context.Context, st ad.Studio) Ad {
	v := view(st, a.Signer, a.Origin)
	for i, scene := range st.Scenes {
		if scene.Work == nil || scene.Status.Done() {
			continue
		}
		var p Progress
		a.addWait(ctx, *scene.Work, &p)
		v.Scenes[i].QueuePosition, v.Scenes[i].ETASeconds, v.Scenes[i].Stalled = p.QueuePosition, p.ETASeconds, p.Stalled
	}
	return v
}

// registerStudio registers what the API itself does about scenes and renditions.
func (a *api) registerStudio(h huma.API) {
	huma.Register(h, huma.Operation{
		OperationID: "set-main", Method: http.MethodPut, Path: "/api/ads/{ad_id}/main",
		Summary: "Make a rendition the main one: what the ad's own fields, lists and the dashboard show",
		Errors:  []int{400, 403, 404, 409, 422, 503},
	}, a.setMain)
	huma.Register(h, huma.Operation{
		OperationID: "delete-rendition", Method: http.MethodDelete, Path: "/api/ads/{ad_id}/renditions/{rendition_id}",
		Summary:       "Remove a rendition, unless it is the main one",
		DefaultStatus: http.StatusNoContent, Errors: []int{403, 404, 409, 503},
	}, a.deleteRendition)
	huma.Register(h, huma.Operation{
		OperationID: "create-scene", Method: http.MethodPost, Path: "/api/ads/{ad_id}/scenes",
		Summary:       "Have one more scene made for a finished ad, which stays as it is meanwhile",
		DefaultStatus: http.StatusAccepted, MaxBodyBytes: maxJSON + ad.MaxCutOutBytes + 1,
		Errors: []int{400, 403, 404, 409, 422, 429, 503},
	}, a.createScene)
	huma.Register(h, huma.Operation{
		OperationID: "delete-scene", Method: http.MethodDelete, Path: "/api/ads/{ad_id}/scenes/{scene_id}",
		Summary:       "Remove a scene that no rendition shows and that is not being made",
		DefaultStatus: http.StatusNoContent, Errors: []int{403, 404, 409, 503},
	}, a.deleteScene)
}

type mainInput struct {
	AdID string `path:"ad_id"`
	Body struct {
		RenditionID string `json:"rendition_id"`
	}
}

func (a *api) setMain(ctx context.Context, in *mainInput) (*adOutput, error) {
	if !ad.ValidID(in.AdID) {
		return nil, a.answer(ctx, fault.New(fault.AdNotFound, nil))
	}
	owner := ownerOf(ctx).id
	err := a.Studios.SetMain(ctx, owner, in.AdID, in.Body.RenditionID)
	if fault.Has(err, fault.RenditionNotFound) {
		err = fault.Invalid(fault.Field{Name: "rendition_id", Detail: fault.RenditionNotFound.Detail()})
	}
	if err != nil {
		return nil, a.answer(ctx, err)
	}
	st, err := a.Studios.Studio(ctx, owner, in.AdID)
	if err != nil {
		return nil, a.answer(ctx, err)
	}
	return &adOutput{Body: a.studioView(ctx, st)}, nil
}

type renditionInput struct {
	AdID        string `path:"ad_id"`
	RenditionID string `path:"rendition_id"`
}

// deleteRendition removes the record before the pictures: a rendition without pictures
// would be broken, and pictures without one are removed with the ad.
func (a *api) deleteRendition(ctx context.Context, in *renditionInput) (*struct{}, error) {
	if !ad.ValidID(in.AdID) {
		return nil, a.answer(ctx, fault.New(fault.AdNotFound, nil))
	}
	if !ad.ValidID(in.RenditionID) {
		return nil, a.answer(ctx, fault.New(fault.RenditionNotFound, nil))
	}
	if err := a.Studios.DeleteRendition(ctx, ownerOf(ctx).id, in.AdID, in.RenditionID); err != nil {
		return nil, a.answer(ctx, err)
	}
	files := append(ad.RenditionPictures(in.AdID, in.RenditionID).All(), ad.LogoPicture(in.RenditionID))
	return nil, a.removeFiles(ctx, in.AdID, append(files, ad.RenditionFiles(in.RenditionID)...))
}

type sceneInput struct {
	AdID    string `path:"ad_id"`
	SceneID string `path:"scene_id"`
}

func (a *api) deleteScene(ctx context.Context, in *sceneInput) (*struct{}, error) {
	if !ad.ValidID(in.AdID) {
		return nil, a.answer(ctx, fault.New(fault.AdNotFound, nil))
	}
	if !ad.ValidID(in.SceneID) {
		return nil, a.answer(ctx, fault.New(fault.SceneNotFound, nil))
	}
	if err := a.Studios.DeleteScene(ctx, ownerOf(ctx).id, in.AdID, in.SceneID); err != nil {
		return nil, a.answer(ctx, err)
	}
	return nil, a.removeFiles(ctx, in.AdID, ad.SceneFiles(in.AdID, in.SceneID))
}

func (a *api) removeFiles(ctx context.Context, adID string, files []ad.Picture) error {
	for _, p := range files {
		if err := a.Pictures.Remove(ctx, adID, p); err != nil {
			return a.answer(ctx, err)
		}
	}
	return nil
}

// SceneWish is the body of POST /api/ads/{ad_id}/scenes; what is left out is the ad's
// or, of the cut-out, the main scene's.
type SceneWish struct {
	AdConcept *string    `json:"ad_concept,omitempty" doc:"1–500 characters (grapheme clusters after NFC)"`
	Seed      *uint64    `json:"seed,omitempty" doc:"Up to 9007199254740991; with all else the same it gives the same scene"`
	Channel   *string    `json:"channel,omitempty" doc:"A name of GET /api/channels, for its size; not together with size"`
	Size      *string    `json:"size,omitempty" example:"1080x1920" doc:"Pixels; left out, with channel: 1024x1024"`
	CutOut    *ad.CutOut `json:"cutout,omitempty" doc:"Left out: as in the main scene; {\"mode\":\"auto\"} alone starts anew"`
}

type createSceneInput struct {
	AdID           string     `path:"ad_id"`
	IdempotencyKey string     `header:"Idempotency-Key" doc:"As of POST /api/ads/generate"`
	Body           *SceneWish `required:"false"`
}

// SceneAccepted answers an order for a further scene.
type SceneAccepted struct {
	AdID      string `json:"ad_id"`
	SceneID   string `json:"scene_id"`
	Status    string `json:"status" enum:"queued,running,succeeded,failed"`
	StatusURL string `json:"status_url" doc:"Where to follow it: among the ad's scenes"`
}

type sceneOutput struct {
	Location   string `header:"Location"`
	RetryAfter int    `header:"Retry-After"`
	Body       SceneAccepted
}

func (a *api) createScene(ctx context.Context, in *createSceneInput) (*sceneOutput, error) {
	found, err := a.studio(ctx, in.AdID)
	if err != nil {
		return nil, a.answer(ctx, err)
	}
	var wish SceneWish
	if in.Body != nil {
		wish = *in.Body
	}
	work := ad.Ad{Ref: found.Ref, Fields: found.Fields, SeedWish: wish.Seed}
	cutout, badCutOut := wish.CutOut.Canonical()
	if work.CutOutWish = cutout; wish.CutOut == nil {
		main, _ := found.MainScene()
		work.CutOutWish = main.CutOut
	}
	size, badSize := sizeOf(wish.Channel, wish.Size)
	work.SizeWish = ad.Size{Width: size.X, Height: size.Y}
	if wish.AdConcept != nil {
		work.AdConcept = *wish.AdConcept
	}
	work.Fields = a.Fields.Normalize(work.Fields)
	claim, wrong := claimFor(in.IdempotencyKey, func(h io.Writer) {
		fmt.Fprintf(h, "scene of %s: %q", in.AdID, work.AdConcept)
		if wish.Seed != nil {
			fmt.Fprintf(h, ", %d", *wish.Seed)
		}
		if wish.CutOut != nil {
			fmt.Fprintf(h, ", cut out %s", cutout)
		}
		if badSize == nil && work.SizeWish != (ad.Size{}) {
			fmt.Fprintf(h, ", %v", work.SizeWish)
		}
	})
	err = joinInvalid(wrong, a.Fields.Only("ad_concept").Validate(work.Fields), checkSeed(wish.Seed), badCutOut, badSize)
	if err != nil {
		return nil, a.answer(ctx, err)
	}
	work, err = a.orderScene(ctx, work, claim)
	if err != nil {
		return nil, a.answer(ctx, err)
	}
	// Also for a replayed request: its first one may have died before this.
	if err := a.Machine.Start(ctx, work.Ref); err != nil {
		return nil, a.answer(ctx, err)
	}
	return &sceneOutput{
		Location: statusURL(in.AdID), RetryAfter: pollSeconds,
		Body: SceneAccepted{
			AdID: in.AdID, SceneID: work.FurtherScene, Status: string(work.Status), StatusURL: statusURL(in.AdID),
		},
	}, nil
}

// orderScene stores the order for a scene, or finds the one an earlier request with the
// same claim stored.
func (a *api) orderScene(ctx context.Context, work ad.Ad, claim *ad.Claim) (ad.Ad, error) {
	for range 2 { // the second time another request with the claim was quicker
		made, err := a.Scenes.Made(ctx, work.Ref, claim)
		if err != nil {
			return ad.Ad{}, err
		}
		if made != "" {
			return a.orderedScene(ctx, work, made)
		}
		id, err := ad.NewID()
		if err != nil {
			return ad.Ad{}, err
		}
		work.FurtherScene = id
		giveBack, err := a.spendPlace(ctx, limit.Scenes, work.Ref, claim)
		if err != nil {
			return ad.Ad{}, err
		}
		stored, err := a.Scenes.AddScene(ctx, work, claim)
		if err != nil {
			giveBack()
		}
		if claim == nil || !fault.Has(err, fault.RequestConflict) {
			return stored, err
		}
		work.FurtherScene = ""
	}
	return ad.Ad{}, fault.Newf(fault.StorageThrottled, "the claim of a scene was taken and not found")
}

func (a *api) orderedScene(ctx context.Context, work ad.Ad, sceneID string) (ad.Ad, error) {
	st, err := a.Studios.Studio(ctx, work.Owner, work.AdID)
	if err != nil {
		return ad.Ad{}, err
	}
	i := slices.IndexFunc(st.Scenes, func(s ad.Scene) bool { return s.ID == sceneID && s.Work != nil })
	if i < 0 {
		const detail = "이 Idempotency-Key로 만든 장면은 삭제되었습니다. 새 키로 다시 보내 주세요."
		return ad.Ad{}, &fault.Fault{Code: fault.AdGone, Detail: detail}
	}
	return *st.Scenes[i].Work, nil
}

// sizeOf gives the size that a scene was asked for, by a channel or itself; zero for none.
func sizeOf(name, size *string) (image.Point, error) {
	wrong := func(field, detail string) (image.Point, error) {
		return image.Point{}, fault.Invalid(fault.Field{Name: field, Detail: detail})
	}
	switch {
	case name != nil && size != nil:
		return wrong("size", "채널과 크기 가운데 하나만 보내 주세요.")
	case name != nil:
		c, known := channel.ByName(*name)
		if !known {
			return wrong("channel", "없는 채널입니다. 채널 목록(/api/channels)에서 골라 주세요.")
		}
		return c.Size(), nil
	case size != nil:
		p, err := gpu.ParseSize(*size)
		if err != nil || p.X < minSceneWidth || p.Y < minSceneHeight || max(p.X, p.Y) > maxSceneSide {
			return wrong("size", fmt.Sprintf("크기는 1080x1350처럼 쓰며, %d×%d부터 %d×%d픽셀까지 만들 수 있습니다.",
				minSceneWidth, minSceneHeight, maxSceneSide, maxSceneSide))
		}
		return p, nil
	}
	return image.Point{}, nil
}

// The sides in px of a scene that may be asked for: what the GPU server makes, and
// package compose draws. This package must not link either.
const (
	minSceneWidth  = 342
	minSceneHeight = 228
	maxSceneSide   = 1920
)

func checkSeed(seed *uint64) error {
	if seed == nil || *seed <= gpu.MaxSeed {
		return nil
	}
	return fault.Invalid(fault.Field{
		Name: "seed", Detail: fmt.Sprintf("시드는 0부터 %d까지의 정수로 보내 주세요.", uint64(gpu.MaxSeed)),
	})
}

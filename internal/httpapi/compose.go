package httpapi

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/channel"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/gpu"
	"github.com/nanococoa/nanococoa/internal/josa"
	"github.com/nanococoa/nanococoa/internal/limit"
)

// Renditions is what composing needs of the ad store; see adstore.Store for the faults.
type Renditions interface {
	Studio(ctx context.Context, owner, adID string) (ad.Studio, error)
	Made(ctx context.Context, r ad.Ref, c *ad.Claim) (id string, err error)
	AddRendition(ctx context.Context, r ad.Ref, one ad.Rendition, c *ad.Claim) (ad.Rendition, error)
}

// Maker makes renditions and files of them; see rendition.Maker for the faults.
type Maker interface {
	Choices() ad.Choices
	// Make composes a rendition and stores its pictures.
	Make(ctx context.Context, st ad.Studio, r ad.Rendition) (ad.Rendition, error)
	// Remove removes the pictures of a rendition that could not be kept, and of a whole ad
	// that is gone.
	Remove(ctx context.Context, adID, renditionID string, gone bool) error
	// File stores a rendition in a format and gives an address to save it from.
	File(ctx context.Context, st ad.Studio, r ad.Rendition, f channel.Format) (link string, err error)
}

// Bundler packs files for several channels; see rendition.Maker for the faults.
type Bundler interface {
	Bundle(ctx context.Context, st ad.Studio, r ad.Rendition, channels []channel.Channel) (ad.Bundle, error)
}

// Moderator says whether what an owner writes may stand on an ad; see moderation.Client.
type Moderator interface {
	Allowed(ctx context.Context, texts []string, photo []byte) bool
}

// Composing is what functions/compose is made of.
type Composing struct {
	Ads    Renditions
	Judge  Moderator // nil: nobody is asked
	Maker  Maker
	Bundle Bundler
	Brands Brands
	Logos  Logos
	Signer *Signer
	Origin string // the site's origin
	Log    *slog.Logger

	Callers Callers
}

// composer is the operations over it.
type composer struct {
	Composing
	base
}

// NewComposing makes the handler of the operations that draw.
func NewComposing(c Composing) http.Handler {
	c.Origin = strings.TrimRight(c.Origin, "/")
	a := &composer{Composing: c, base: newBase(c.Signer, c.Origin, c.Log, "compose", c.Callers)}
	mux := http.NewServeMux()
	registerComposing(newAPI(mux), drawing{
		create: a.create, file: a.file, bundle: a.bundle, choices: a.choices,
		getBrand: a.getBrand, setBrand: a.setBrand, uploadLogo: a.uploadLogo,
	})
	return a.serve(mux)
}

// drawing is the operations of functions/compose. Another function describes them without
// having them: it must neither link what draws nor have its rights.
type drawing struct {
	create  func(context.Context, *createRenditionInput) (*renditionOutput, error)
	file    func(context.Context, *fileInput) (*imageOutput, error)
	bundle  func(context.Context, *bundleInput) (*bundleOutput, error)
	choices func(context.Context, *struct{}) (*choicesOutput, error)

	getBrand   func(context.Context, *struct{}) (*brandOutput, error)
	setBrand   func(context.Context, *setBrandInput) (*brandOutput, error)
	uploadLogo func(context.Context, *logoInput) (*logoOutput, error)
}

func registerComposing(h huma.API, d drawing) {
	register(h, huma.Operation{
		OperationID: "create-rendition", Method: http.MethodPost, Path: "/api/ads/{ad_id}/renditions",
		Summary:       "Make one more picture of a finished ad: other words, size, scene or looks",
		DefaultStatus: http.StatusCreated, MaxBodyBytes: maxJSON + 1, Errors: []int{400, 403, 404, 409, 410, 422, 429, 503},
	}, d.create)
	register(h, huma.Operation{
		OperationID: "get-file", Method: http.MethodGet, Path: "/api/ads/{ad_id}/renditions/{rendition_id}/file",
		Summary:       "A rendition as a file below its channel's limit: redirects to a short-lived address",
		DefaultStatus: http.StatusFound, Errors: []int{404, 409, 422, 503},
	}, d.file)
	register(h, huma.Operation{
		OperationID: "create-bundle", Method: http.MethodPost, Path: "/api/ads/{ad_id}/bundle",
		Summary:       "Pack a rendition for several channels into one ZIP; takes up to half a second a channel",
		DefaultStatus: http.StatusCreated, MaxBodyBytes: maxJSON + 1, Errors: []int{400, 403, 404, 409, 422, 429, 503},
	}, d.bundle)
	register(h, huma.Operation{
		OperationID: "list-channels", Method: http.MethodGet, Path: "/api/channels",
		Summary: "The channels pictures are made for, and what else a rendition may be made of",
	}, d.choices)
	registerBrand(h, d)
}

type choicesOutput struct{ Body ad.Choices }

func (c *composer) choices(context.Context, *struct{}) (*choicesOutput, error) {
	return &choicesOutput{Body: c.Maker.Choices()}, nil
}

// RenditionWish is the body of POST /api/ads/{ad_id}/renditions; what is left out is the
// main rendition's.
type RenditionWish struct {
	SceneID  *string `json:"scene_id,omitempty" doc:"A finished scene of the ad"`
	MainCopy *string `json:"main_copy,omitempty" doc:"0–20 characters (grapheme clusters after NFC); empty: none"`
	SubCopy  *string `json:"sub_copy,omitempty" doc:"0–40 characters; empty: none"`
	Channel  *string `json:"channel,omitempty" doc:"A name of GET /api/channels; not together with size"`
	Size     *string `json:"size,omitempty" example:"1080x1350" doc:"Pixels; not together with channel"`
	Layout   *string `json:"layout,omitempty" doc:"A name of GET /api/channels; empty: the best"`
	Corner   *string `json:"corner,omitempty" doc:"One that the layout has; empty: the best"`
	Typeface *string `json:"typeface,omitempty" doc:"A name of GET /api/channels; empty: the first"`
	Badge    *string `json:"badge,omitempty" doc:"Such as 50% 할인; empty: none"`
	Brand    *bool   `json:"brand,omitempty" doc:"Whether the owner's logo and colours are used"`
	AIMark   *bool   `json:"ai_mark,omitempty" doc:"Whether the mark AI 생성 is shown"`
}

type createRenditionInput struct {
	AdID           string         `path:"ad_id"`
	IdempotencyKey string         `header:"Idempotency-Key" doc:"As of POST /api/ads/generate"`
	Body           *RenditionWish `required:"false"`
}

type renditionOutput struct {
	Location string `header:"Location"`
	Body     Rendition
}

// create makes a rendition within the call.
func (c *composer) create(ctx context.Context, in *createRenditionInput) (*renditionOutput, error) {
	st, main, err := c.finished(ctx, in.AdID)
	if err != nil {
		return nil, c.answer(ctx, err)
	}
	var asked RenditionWish
	if in.Body != nil {
		asked = *in.Body
	}
	claim, wrong := claimFor(in.IdempotencyKey, func(h io.Writer) {
		fmt.Fprintf(h, "rendition of %s: ", in.AdID)
		_ = json.NewEncoder(h).Encode(asked) // texts and flags can be encoded, and a digest be written
	})
	wish, err := asked.read(&st)
	if err := joinInvalid(wrong, err); err != nil {
		return nil, c.answer(ctx, err)
	}
	one, err := c.make(ctx, st, main, wish, claim)
	if err != nil {
		return nil, c.answer(ctx, err)
	}
	return &renditionOutput{Location: statusURL(in.AdID), Body: renditionView(&st, one, c.Signer, c.Origin)}, nil
}

// finished reads one of the caller's ads that has succeeded, with its main rendition.
func (c *composer) finished(ctx context.Context, adID string) (ad.Studio, ad.Rendition, error) {
	st, err := studioOf(ctx, c.Ads, adID)
	if err != nil {
		return ad.Studio{}, ad.Rendition{}, err
	}
	main, ok := st.MainRendition()
	if !ok {
		return ad.Studio{}, ad.Rendition{}, fault.New(fault.AdNotFinished, nil)
	}
	return st, main, nil
}

// make makes a rendition, or finds the one an earlier request with the same claim made.
func (c *composer) make(
	ctx context.Context, st ad.Studio, main ad.Rendition, wish ad.Wish, claim *ad.Claim,
) (ad.Rendition, error) {
	made, err := c.Ads.Made(ctx, st.Ref, claim)
	if err != nil {
		return ad.Rendition{}, err
	}
	if made != "" {
		return earlier(&st, made)
	}
	id, err := ad.NewID()
	if err != nil {
		return ad.Rendition{}, err
	}
	one := ad.Rendition{ID: id}
	one.SceneID, one.Design = main.Like(wish)
	if wish.Brand == nil || *wish.Brand {
		brand, err := c.Brands.Brand(ctx, st.Owner)
		if err != nil {
			return ad.Rendition{}, err
		}
		one.Brand = one.Brand || brand.ByDefault
		if one.Brand && one.Layout == "" && wish.Layout == nil {
			one.Layout = brand.Layout
		}
	}
	if !c.allowed(ctx, wish) {
		return ad.Rendition{}, fault.New(fault.RenditionRefused, nil)
	}
	// Asked before it is drawn, as that is the work; the write itself asks again.
	if len(st.Renditions) >= ad.MaxRenditions {
		return ad.Rendition{}, fault.New(fault.RenditionTooMany, nil)
	}
	giveBack, err := c.spendFor(ctx, limit.Renditions, claim)
	if err != nil {
		return ad.Rendition{}, err
	}
	one, err = c.Maker.Make(ctx, st, one)
	if err != nil {
		giveBack()
		return ad.Rendition{}, err
	}
	kept, err := c.Ads.AddRendition(ctx, st.Ref, one, claim)
	if err == nil {
		return kept, nil
	}
	giveBack()
	// Its pictures belong to nothing. A failure to remove them is not worth another error:
	// they go with the ad.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	if e := c.Maker.Remove(ctx, st.AdID, one.ID, fault.Has(err, fault.AdGone)); e != nil {
		c.log.WarnContext(ctx, "pictures are left", "step", c.step, "ad_id", st.AdID, "error", e.Error())
	}
	if claim == nil || !fault.Has(err, fault.RequestConflict) {
		return ad.Rendition{}, err
	}
	// Another request with the claim was quicker.
	if st, err = c.Ads.Studio(ctx, st.Owner, st.AdID); err != nil {
		return ad.Rendition{}, err
	}
	if made, err = c.Ads.Made(ctx, st.Ref, claim); err != nil {
		return ad.Rendition{}, err
	}
	return earlier(&st, made)
}

// allowed has the words that the owner has written judged, as those of an order are. What
// is left as it was has been judged before.
func (c *composer) allowed(ctx context.Context, wish ad.Wish) bool {
	var texts []string
	for _, text := range []*string{wish.MainCopy, wish.SubCopy, wish.Badge} {
		if text != nil && *text != "" {
			texts = append(texts, *text)
		}
	}
	return c.Judge == nil || len(texts) == 0 || c.Judge.Allowed(ctx, texts, nil)
}

func earlier(st *ad.Studio, made string) (ad.Rendition, error) {
	r, ok := st.Rendition(made)
	if !ok {
		const detail = "이 Idempotency-Key로 만든 그림은 삭제되었습니다. 새 키로 다시 보내 주세요."
		return ad.Rendition{}, &fault.Fault{Code: fault.AdGone, Detail: detail}
	}
	return r, nil
}

// read checks what can be told without drawing, and names every wrong field.
func (w RenditionWish) read(st *ad.Studio) (ad.Wish, error) {
	var bad []fault.Field
	wrong := func(name, format string, args ...any) {
		bad = append(bad, fault.Field{Name: name, Detail: fmt.Sprintf(format, args...)})
	}
	words := func(name, label string, text *string, most int) *string {
		if text == nil {
			return nil
		}
		clean := ad.NormalizeText(*text)
		switch n := ad.Length(clean); {
		case n > most:
			wrong(name, "%s %d자까지 쓸 수 있습니다. 지금은 %d자입니다.", josa.Topic.After(label), most, n)
		case len(clean) > most*ad.BytesPerCharacter:
			wrong(name, "%s에 읽을 수 없는 글자가 너무 많습니다. 지우고 다시 써 주세요.", label)
		}
		return &clean
	}
	out := ad.Wish{
		MainCopy: words("main_copy", "큰 문구", w.MainCopy, ad.MaxMainCopy),
		SubCopy:  words("sub_copy", "작은 문구", w.SubCopy, ad.MaxSubCopy),
		Badge:    words("badge", "배지", w.Badge, ad.MaxSubCopy), // package compose says how long it may really be
		Layout:   w.Layout, Corner: w.Corner, Typeface: w.Typeface, Brand: w.Brand, AIMark: w.AIMark,
	}
	if w.SceneID != nil {
		scene, known := st.Scene(*w.SceneID)
		switch {
		case !known:
			wrong("scene_id", "이 광고에 없는 장면입니다. 장면 목록에서 골라 주세요.")
		case scene.Status != ad.Succeeded:
			wrong("scene_id", "아직 완성되지 않은 장면입니다. 완성된 장면을 골라 주세요.")
		}
		out.SceneID = *w.SceneID
	}
	switch {
	case w.Channel != nil && w.Size != nil:
		const both = "채널과 크기 가운데 하나만 보내 주세요."
		wrong("channel", both)
		wrong("size", both)
	case w.Channel != nil:
		c, known := channel.ByName(*w.Channel)
		if !known {
			wrong("channel", "없는 채널입니다. 채널 목록(/api/channels)에서 골라 주세요.")
		}
		out.Channel, out.Size = c.Name, c.Size()
	case w.Size != nil:
		size, err := gpu.ParseSize(*w.Size)
		if err != nil || *w.Size == "" {
			wrong("size", "크기는 1080x1350처럼 가로와 세로 픽셀로 써 주세요.")
		}
		out.Size = size
	}
	if len(bad) > 0 {
		return ad.Wish{}, fault.Invalid(bad...)
	}
	return out, nil
}

type fileInput struct {
	AdID        string `path:"ad_id"`
	RenditionID string `path:"rendition_id"`
	Format      string `query:"format" enum:"png,jpeg,webp" doc:"Left out: the channel's, else png"`
}

func (c *composer) file(ctx context.Context, in *fileInput) (*imageOutput, error) {
	st, _, err := c.finished(ctx, in.AdID)
	if err != nil {
		return nil, c.answer(ctx, err)
	}
	r, known := st.Rendition(in.RenditionID)
	if !known {
		return nil, c.answer(ctx, fault.New(fault.RenditionNotFound, nil))
	}
	format := channel.Format(in.Format)
	if of, ok := channel.ByName(r.Channel); ok && format == "" {
		format = of.Format
	}
	if format == "" {
		format = channel.PNG
	}
	link, err := c.Maker.File(ctx, st, r, format)
	if err != nil {
		return nil, c.answer(ctx, err)
	}
	return &imageOutput{Location: link, CacheControl: "no-store"}, nil
}

// BundleWish is the body of POST /api/ads/{ad_id}/bundle.
type BundleWish struct {
	Channels    []string `json:"channels" nullable:"false" doc:"Names of GET /api/channels"`
	RenditionID *string  `json:"rendition_id,omitempty" doc:"Left out: the main one"`
}

type bundleInput struct {
	AdID           string `path:"ad_id"`
	IdempotencyKey string `header:"Idempotency-Key" doc:"Not needed: a repeated request gives the same files and makes none twice"`
	Body           BundleWish
}

type bundleOutput struct{ Body ad.Bundle }

func (c *composer) bundle(ctx context.Context, in *bundleInput) (*bundleOutput, error) {
	st, r, err := c.finished(ctx, in.AdID)
	if err != nil {
		return nil, c.answer(ctx, err)
	}
	_, wrongKey := claimFor(in.IdempotencyKey, func(io.Writer) {})
	var bad []fault.Field
	if id := in.Body.RenditionID; id != nil {
		var known bool
		if r, known = st.Rendition(*id); !known {
			bad = append(bad, fault.Field{Name: "rendition_id", Detail: fault.RenditionNotFound.Detail()})
		}
	}
	channels, wrong := chosen(in.Body.Channels)
	if wrong != "" {
		bad = append(bad, fault.Field{Name: "channels", Detail: wrong})
	}
	if len(bad) > 0 {
		wrongKey = joinInvalid(wrongKey, fault.Invalid(bad...))
	}
	if wrongKey != nil {
		return nil, c.answer(ctx, wrongKey)
	}
	giveBack, err := c.spend(ctx, limit.Bundles)
	if err != nil {
		return nil, c.answer(ctx, err)
	}
	out, err := c.Bundle.Bundle(ctx, st, r, channels)
	if err != nil {
		giveBack()
		return nil, c.answer(ctx, err)
	}
	return &bundleOutput{Body: out}, nil
}

// chosen gives the channels of some names in the table's order, each once; wrong says in
// Korean what is wrong with the names.
func chosen(names []string) (out []channel.Channel, wrong string) {
	want := map[string]bool{}
	for _, n := range names {
		if _, known := channel.ByName(n); !known {
			return nil, "없는 채널이 있습니다. 채널 목록(/api/channels)에서 골라 주세요."
		}
		want[n] = true
	}
	for _, c := range channel.All() {
		if want[c.Name] {
			out = append(out, c)
		}
	}
	if len(out) == 0 {
		wrong = "채널을 하나 이상 골라 주세요."
	}
	return out, wrong
}

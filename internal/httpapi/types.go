package httpapi

import (
	"math"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/claims"
	"github.com/nanococoa/nanococoa/internal/queue"
)

// GenerateForm is the multipart body of POST /api/ads/generate.
type GenerateForm struct {
	ProductImage string `json:"product_image" format:"binary" contentMediaType:"image/*"`
	ad.Fields
}

// UploadBody is the JSON body of POST /api/uploads.
type UploadBody struct {
	ad.Fields
	ContentType   string `json:"content_type" enum:"image/jpeg,image/png,image/webp,image/gif,image/heic,image/heif,image/avif"`
	ContentLength int64  `json:"content_length" minimum:"1" maximum:"20971520" doc:"Bytes"`
}

// Accepted answers a request that was taken and goes on by itself.
type Accepted struct {
	AdID      string       `json:"ad_id"`
	Status    string       `json:"status" enum:"awaiting_upload,queued,running,succeeded,failed"`
	StatusURL string       `json:"status_url" doc:"Where to follow it"`
	Warnings  []ad.Warning `json:"warnings" nullable:"false" doc:"What the owner should know before the ad is shown; the order goes on"`
}

// Uploading answers POST /api/uploads.
type Uploading struct {
	AdID      string       `json:"ad_id"`
	StatusURL string       `json:"status_url"`
	Upload    Upload       `json:"upload"`
	Warnings  []ad.Warning `json:"warnings" nullable:"false" doc:"What the owner should know before the ad is shown; the order goes on"`
}

// Upload is a presigned POST: send Fields, then the photo as the last part,
// named "file", to URL within a quarter of an hour.
type Upload struct {
	URL    string            `json:"url"`
	Fields map[string]string `json:"fields"`
}

// Ad is one ad. What is not there yet is null; product, score and error are
// left out. The fields of
// the finished picture mean the main rendition and its scene.
type Ad struct {
	AdID string `json:"ad_id"`
	ad.Fields
	Status        string       `json:"status" enum:"awaiting_upload,queued,running,succeeded,failed"`
	Progress      Progress     `json:"progress"`
	ThumbnailURL  *string      `json:"thumbnail_url" doc:"JPEG, small"`
	Stage1URL     *string      `json:"stage1_url" doc:"The product in its scene, without text; PNG, for downloading"`
	Stage1PageURL *string      `json:"stage1_page_url" doc:"The same as a JPEG for pages"`
	Stage2URL     *string      `json:"stage2_url" doc:"The finished ad; PNG, for downloading"`
	Stage2PageURL *string      `json:"stage2_page_url" doc:"The same as a JPEG for pages"`
	HTMLCode      *string      `json:"html_code" doc:"The finished ad as one self-contained snippet"`
	MainCopy      *string      `json:"main_copy"`
	SubCopy       *string      `json:"sub_copy"`
	Prompt        *string      `json:"prompt" doc:"The English background prompt"`
	CopySource    *string      `json:"copy_source" enum:"openai,template" doc:"Who wrote the copy"`
	ClipScore     *float64     `json:"clip_score" doc:"null for a main rendition that was made later"`
	Score         *Score       `json:"score,omitempty"`
	Product       *Product     `json:"product,omitempty" doc:"How the main scene shows the product; left out before it is made"`
	PhotoURL      *string      `json:"photo_url" doc:"The prepared photo for pages: JPEG, at most 1024 px; null before"`
	StandIn       bool         `json:"stand_in" doc:"True when the stand-in made the pictures and not a model"`
	Parts         []Part       `json:"parts" nullable:"false" doc:"By what each part of the main scene and the score was made; empty before it is"`
	Error         *AdFailure   `json:"error,omitempty" doc:"Set when status is failed"`
	Warnings      []ad.Warning `json:"warnings" nullable:"false" doc:"What the owner should know; the order goes on"`
	Scenes        []Scene      `json:"scenes" nullable:"false" doc:"Oldest first; empty before the ad is finished"`
	Renditions    []Rendition  `json:"renditions" nullable:"false" doc:"Oldest first; empty before the ad is finished"`
	ShareURL      *string      `json:"share_url" doc:"The public page, for everybody who has its address; null while it is off"`
	CreatedAt     time.Time    `json:"created_at"`
	UpdatedAt     time.Time    `json:"updated_at"`
}

// Progress says how far an ad is.
type Progress struct {
	Step          *string  `json:"step" doc:"The step that runs"`
	Steps         []Step   `json:"steps" nullable:"false" doc:"All steps, in order"`
	Percent       int      `json:"percent" minimum:"0" maximum:"100"`
	QueuePosition *int     `json:"queue_position" doc:"How many ads come before this one; null when unknown"`
	ETASeconds    *float64 `json:"eta_seconds" doc:"Expected time to the end; null when unknown"`
	Stalled       bool     `json:"stalled" doc:"The GPU server takes nothing now; the ad waits and goes on by itself"`
}

// Step is one step of making an ad.
type Step struct {
	Name       string     `json:"name"`
	Status     string     `json:"status" enum:"waiting,running,done,failed"`
	StartedAt  *time.Time `json:"started_at"`
	FinishedAt *time.Time `json:"finished_at"`
}

// TransformSchema has the OpenAPI list the steps there are; the site's types come from there.
func (Step) TransformSchema(_ huma.Registry, s *huma.Schema) *huma.Schema {
	for _, step := range ad.Steps() {
		s.Properties["name"].Enum = append(s.Properties["name"].Enum, string(step))
	}
	return s
}

// Score is a measured agreement of picture and text.
type Score struct {
	Metric    string   `json:"metric"`
	Model     *string  `json:"model"`
	Value     float64  `json:"value" minimum:"0" maximum:"1"`
	RawCosine *float64 `json:"raw_cosine"`
	Text      string   `json:"text" doc:"What the picture was compared with"`
	StandIn   bool     `json:"stand_in"`
}

// Part is by what one part of an ad was made.
type Part struct {
	Role    string  `json:"role" enum:"cutout,scene,score,analysis"`
	Model   *string `json:"model" doc:"null of the stand-in, which is no model"`
	Version *string `json:"version" doc:"Of the model, when it says so"`
	Digest  *string `json:"digest" doc:"Of the model's weights: the first 12 hexadecimal digits of their SHA-256"`
	StandIn bool    `json:"stand_in"`
	Reason  *string `json:"reason" doc:"Why the stand-in took a model's place: the model changed the product, or gave nothing"`
}

// TransformSchema has the OpenAPI list the reasons there are; the site's types come from there.
func (Part) TransformSchema(_ huma.Registry, s *huma.Schema) *huma.Schema {
	for _, r := range ad.Reasons() {
		s.Properties["reason"].Enum = append(s.Properties["reason"].Enum, string(r))
	}
	s.Properties["reason"].Enum = append(s.Properties["reason"].Enum, nil)
	return s
}

func partViews(parts ...ad.Part) []Part {
	out := make([]Part, 0, len(parts))
	for _, p := range parts {
		out = append(out, Part{
			Role: p.Role, Model: optional(p.Model), Version: optional(p.Version), Digest: optional(p.Digest),
			StandIn: p.StandIn, Reason: optional(string(p.Reason)),
		})
	}
	return out
}

// Product is how a picture shows its product.
type Product struct {
	CutOut     bool     `json:"cut_out" doc:"False when the whole photo is shown, framed"`
	Confidence float64  `json:"confidence" minimum:"0" maximum:"1" doc:"How far the cut-out can be trusted"`
	Doubts     []string `json:"doubts" nullable:"false" doc:"The reasons against it, the gravest first"`
	FidelityDB float64  `json:"fidelity_db" doc:"How closely the picture shows the photo's own pixels, dB; 99 is exactly"`
	Model      *string  `json:"model" doc:"The network that took part in the cut-out"`
}

// TransformSchema has the OpenAPI list the doubts there are; the site's types come from there.
func (Product) TransformSchema(_ huma.Registry, s *huma.Schema) *huma.Schema {
	for _, d := range ad.Doubts() {
		s.Properties["doubts"].Items.Enum = append(s.Properties["doubts"].Items.Enum, string(d))
	}
	return s
}

// AdFailure says why an ad failed.
type AdFailure struct {
	Code      string `json:"code"`
	Detail    string `json:"detail" doc:"What happened and what to do next, in Korean"`
	Retryable bool   `json:"retryable" doc:"Whether POST …/retry can help"`
}

// ListedAd is one ad in a list.
type ListedAd struct {
	AdID         string    `json:"ad_id"`
	ProductName  string    `json:"product_name"`
	ThumbnailURL *string   `json:"thumbnail_url"`
	ClipScore    *float64  `json:"clip_score"`
	Status       string    `json:"status" enum:"awaiting_upload,queued,running,succeeded,failed"`
	CreatedAt    time.Time `json:"created_at"`
}

// List is one page of an owner's ads, newest first.
type List struct {
	Ads        []ListedAd `json:"ads" nullable:"false"`
	NextCursor *string    `json:"next_cursor" doc:"Pass it as cursor for the next page; null on the last"`
}

// Stats are an owner's statistics over finished ads.
type Stats struct {
	TotalAds     int      `json:"total_ads"`
	AvgClipScore *float64 `json:"avg_clip_score" doc:"null before the first score"`
	AvgStandIn   bool     `json:"avg_stand_in" doc:"True when the averages are of the stand-in's scores, which no model gave"`
	MonthlyAds   int      `json:"monthly_ads" doc:"Ordered in this calendar month, Korean time"`
	Months       []Month  `json:"months" nullable:"false" doc:"The last twelve months, oldest first"`
}

// Month is one calendar month, Korean time.
type Month struct {
	Month        string   `json:"month" example:"2026-11"`
	Ads          int      `json:"ads"`
	AvgClipScore *float64 `json:"avg_clip_score"`
}

func optional[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

func statusURL(adID string) string { return "/api/ads/" + adID }

// view is an ad as its owner sees it. origin is the site's, for the addresses that must work
// on other people's pages: the pictures in html_code.
func view(st ad.Studio, s *Signer, origin string) Ad {
	a := st.Ad
	v := Ad{
		AdID: a.AdID, Fields: a.Fields, Status: string(a.Status), Progress: progress(a), ThumbnailURL: s.thumbnailURL(a),
		Prompt: optional(a.Prompt), CopySource: optional(string(a.CopySource)), StandIn: a.StandIn,
		Warnings: warnings(a), Parts: []Part{}, Scenes: []Scene{}, Renditions: []Rendition{}, ShareURL: shareURL(origin, a),
		CreatedAt: a.CreatedAt, UpdatedAt: a.UpdatedAt,
	}
	if a.Has(ad.Prepare) {
		page := ad.ProductPage
		if !a.HasProductPage {
			page = ad.ProductPhoto
		}
		v.PhotoURL = optional(s.imageURL(a.AdID, page))
	}
	if a.Failure != nil {
		v.Error = failureView(*a.Failure)
	}
	for _, scene := range st.Scenes {
		v.Scenes = append(v.Scenes, sceneView(a.AdID, scene, s))
	}
	for _, r := range st.Renditions {
		v.Renditions = append(v.Renditions, renditionView(&st, r, s, origin))
	}
	scene, shown := a.First() // of an ad that is being made: what it has so far
	if main, ok := st.MainRendition(); ok {
		shown = main
		scene, _ = st.MainScene()
	} else {
		v.MainCopy, v.SubCopy = optional(a.MainCopy), optional(a.SubCopy)
	}
	// HTML, score and pictures of an earlier attempt are no more.
	if a.Has(ad.Stage1) {
		files := sceneView(a.AdID, scene, s)
		v.Stage1URL, v.Stage1PageURL, v.Product = files.PictureURL, files.PageURL, files.Product
		v.Parts = files.Parts
	}
	if a.Has(ad.Stage2) {
		r := renditionView(&st, shown, s, origin)
		v.Stage2URL, v.Stage2PageURL, v.HTMLCode = &r.PictureURL, &r.PageURL, optional(r.HTMLCode)
		v.MainCopy, v.SubCopy = optional(r.MainCopy), optional(r.SubCopy)
	}
	if shown.Score != nil && a.Has(ad.Clip) {
		v.ClipScore = &shown.Score.Value
		v.Parts = append(v.Parts, partViews(shown.Score.Part())...)
		v.Score = &Score{
			Metric: shown.Score.Metric, Model: optional(shown.Score.Model), Value: shown.Score.Value,
			RawCosine: shown.Score.RawCosine, Text: shown.Score.Text, StandIn: shown.Score.StandIn,
		}
	}
	return v
}

func productView(p *ad.Product) *Product {
	if p == nil {
		return nil
	}
	v := Product{
		CutOut: p.CutOut, Confidence: p.Confidence, Doubts: make([]string, 0, len(p.Doubts)),
		FidelityDB: p.FidelityDB, Model: optional(p.Model),
	}
	for _, d := range p.Doubts {
		v.Doubts = append(v.Doubts, string(d))
	}
	return &v
}

func failureView(f ad.Failure) *AdFailure {
	return &AdFailure{Code: f.Code, Detail: f.Detail, Retryable: f.Retryable}
}

// imageURL gives the address of a picture.
func (s *Signer) imageURL(adID string, p ad.Picture) string {
	return "/api/images/" + s.imageID(adID, p)
}

// thumbnailURL is the main rendition when there is one, else the product, nil before it is
// prepared.
func (s *Signer) thumbnailURL(a ad.Ad) *string {
	switch {
	case a.Main != "" && a.Has(ad.Stage2):
		return optional(s.imageURL(a.AdID, ad.RenditionPictures(a.AdID, a.Main).Thumbnail))
	case a.Has(ad.Stage2):
		return optional(s.imageURL(a.AdID, ad.Stage2Thumbnail))
	case a.Has(ad.Prepare):
		return optional(s.imageURL(a.AdID, ad.ProductThumbnail))
	}
	return nil
}

func progress(a ad.Ad) Progress {
	p := Progress{Step: optional(string(a.Current())), Percent: a.Percent()}
	for _, name := range ad.Steps() {
		t := a.Steps[name]
		st := Step{
			Name: string(name), Status: "waiting",
			StartedAt: optional(t.StartedAt), FinishedAt: optional(t.FinishedAt),
		}
		switch {
		case st.FinishedAt != nil:
			st.Status = "done"
		case st.StartedAt != nil && a.Status == ad.Failed:
			st.Status = "failed"
		case st.StartedAt != nil:
			st.Status = "running"
		}
		p.Steps = append(p.Steps, st)
	}
	return p
}

// add adds what the ad waits for.
func (p *Progress) add(w queue.Wait) {
	p.QueuePosition, p.Stalled = w.Position, w.Stalled
	if w.ETA != nil {
		seconds := math.Ceil(w.ETA.Seconds())
		p.ETASeconds = &seconds
	}
}

// warnings are what an owner should know of an order: of the texts, and of the photo as far
// as it was looked at.
func warnings(a ad.Ad) []ad.Warning {
	return append(append([]ad.Warning{}, claims.Warnings(a.Fields)...), a.Warnings...)
}

func acceptedView(a ad.Ad) Accepted {
	return Accepted{AdID: a.AdID, Status: string(a.Status), StatusURL: statusURL(a.AdID), Warnings: warnings(a)}
}

func listed(a ad.Ad, s *Signer) ListedAd {
	l := ListedAd{
		AdID: a.AdID, ProductName: a.ProductName, ThumbnailURL: s.thumbnailURL(a),
		Status: string(a.Status), CreatedAt: a.CreatedAt,
	}
	// Only the first rendition has a score, and that has the ad's id.
	if a.Score != nil && a.Has(ad.Clip) && (a.Main == "" || a.Main == a.AdID) {
		l.ClipScore = &a.Score.Value
	}
	return l
}

func statsView(st ad.Stats) Stats {
	v := Stats{
		TotalAds: st.TotalAds, AvgClipScore: optional(st.AvgScore), AvgStandIn: st.StandIn,
		Months: make([]Month, 0, len(st.Months)),
	}
	for _, m := range st.Months {
		v.Months = append(v.Months, Month{Month: m.Month, Ads: m.Ads, AvgClipScore: optional(m.AvgScore)})
		v.MonthlyAds = m.Ads // the last one is this month
	}
	return v
}

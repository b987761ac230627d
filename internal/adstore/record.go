package adstore

import (
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/nanococoa/nanococoa/internal/ad"
)

// record is an ad as DynamoDB holds it. Attribute names are the wire's names.
type record struct {
	PK string
	SK string

	Owner   string `dynamodbav:"owner"`
	AdID    string `dynamodbav:"ad_id"`
	Attempt int    `dynamodbav:"attempt"`
	SceneID string `dynamodbav:"scene_id,omitempty"` // of a further scene
	ad.Fields

	DueShard string `dynamodbav:"due_shard,omitempty"` // the keys of the sparse index "due"
	DueAt    string `dynamodbav:"due_at,omitempty"`
	Ticket   int    `dynamodbav:"ticket,omitempty"`
	Restarts int    `dynamodbav:"restarts,omitempty"`

	Status    ad.Status             `dynamodbav:"status"`
	CreatedAt time.Time             `dynamodbav:"created_at"`
	QueuedAt  time.Time             `dynamodbav:"queued_at,omitempty"`
	UpdatedAt time.Time             `dynamodbav:"updated_at"`
	Steps     map[ad.Step]stepTimes `dynamodbav:"steps"`

	Prompt     string        `dynamodbav:"prompt,omitempty"`
	PromptBy   ad.CopySource `dynamodbav:"prompt_source,omitempty"`
	Analysis   *ad.Analysis  `dynamodbav:"analysis,omitempty"`
	Product    *ad.Product   `dynamodbav:"product,omitempty"`
	MainCopy   string        `dynamodbav:"main_copy,omitempty"`
	SubCopy    string        `dynamodbav:"sub_copy,omitempty"`
	CopySource ad.CopySource `dynamodbav:"copy_source,omitempty"`
	HTML       string        `dynamodbav:"html_code,omitempty"`
	Layout     string        `dynamodbav:"layout,omitempty"`
	Contrast   float64       `dynamodbav:"contrast_ratio,omitempty"`
	Width      int           `dynamodbav:"width,omitempty"`
	Height     int           `dynamodbav:"height,omitempty"`
	Brand      bool          `dynamodbav:"brand,omitempty"`
	Seed       *uint64       `dynamodbav:"seed,omitempty"`
	SeedWish   *uint64       `dynamodbav:"seed_wish,omitempty"`
	SizeWish   *ad.Size      `dynamodbav:"size_wish,omitempty"`
	CutOut     string        `dynamodbav:"cutout,omitempty"` // JSON, as lists of numbers it would take twice the room
	HasMask    bool          `dynamodbav:"has_mask,omitempty"`
	Score      *score        `dynamodbav:"score,omitempty"`
	Engine     string        `dynamodbav:"engine,omitempty"`
	StandIn    bool          `dynamodbav:"stand_in,omitempty"`
	Parts      []ad.Part     `dynamodbav:"parts,omitempty"`
	Failure    *failure      `dynamodbav:"error,omitempty"`

	HasProductPage bool `dynamodbav:"has_product_page,omitempty"`

	Main       string `dynamodbav:"main,omitempty"` // the main rendition
	Share      string `dynamodbav:"share,omitempty"`
	Scenes     int    `dynamodbav:"scenes,omitempty"`
	Renditions int    `dynamodbav:"renditions,omitempty"`
	Edits      int    `dynamodbav:"edits,omitempty"`
}

type stepTimes struct {
	StartedAt  time.Time    `dynamodbav:"started_at"`
	FinishedAt time.Time    `dynamodbav:"finished_at,omitempty"`
	Warnings   []ad.Warning `dynamodbav:"warnings,omitempty"` // that the step left: a new attempt begins without them
}

type score struct {
	Metric    string    `dynamodbav:"metric"`
	Model     string    `dynamodbav:"model,omitempty"`
	Version   string    `dynamodbav:"version,omitempty"`
	Digest    string    `dynamodbav:"digest,omitempty"`
	Value     float64   `dynamodbav:"value"`
	RawCosine *float64  `dynamodbav:"raw_cosine,omitempty"`
	Text      string    `dynamodbav:"text"`
	StandIn   bool      `dynamodbav:"stand_in"`
	Reason    ad.Reason `dynamodbav:"reason,omitempty"`
}

type failure struct {
	Code      string `dynamodbav:"code"`
	Detail    string `dynamodbav:"detail"`
	Retryable bool   `dynamodbav:"retryable"`
}

// recordOf is the record of a new ad, without keys.
func recordOf(a ad.Ad) record {
	r := record{
		Owner: a.Owner, AdID: a.AdID, Attempt: a.Attempt, SceneID: a.FurtherScene, Fields: a.Fields,
		Status: a.Status, Ticket: a.Ticket, CreatedAt: a.CreatedAt, QueuedAt: a.QueuedAt, UpdatedAt: a.UpdatedAt,
		Steps: map[ad.Step]stepTimes{}, SeedWish: a.SeedWish, CutOut: a.CutOutWish.String(),
	}
	if a.SizeWish != (ad.Size{}) {
		r.SizeWish = &a.SizeWish
	}
	return r
}

// item is a record as it is put under a key.
func (r record) item(key map[string]types.AttributeValue) (map[string]types.AttributeValue, error) {
	r.PK, r.SK = text(key, "PK"), text(key, "SK")
	item, err := attributevalue.MarshalMap(r)
	if err != nil {
		return nil, fmt.Errorf("encode an ad: %w", err)
	}
	return item, nil
}

// decode turns an item into an ad.
func decode(item map[string]types.AttributeValue) (ad.Ad, error) {
	r := record{Fields: ad.OwnerFields().Blank()} // an ad from before a field existed has its default
	if err := attributevalue.UnmarshalMap(item, &r); err != nil {
		return ad.Ad{}, fmt.Errorf("decode an ad: %w", err)
	}
	wish, err := ad.ParseCutOut(r.CutOut)
	if err != nil {
		return ad.Ad{}, fmt.Errorf("decode a cut-out: %w", err)
	}
	a := ad.Ad{
		Ref:    ad.Ref{Owner: r.Owner, AdID: r.AdID, Attempt: r.Attempt, FurtherScene: r.SceneID},
		Ticket: r.Ticket, Restarts: r.Restarts,
		Fields: r.Fields, Status: r.Status, CreatedAt: r.CreatedAt, QueuedAt: r.QueuedAt, UpdatedAt: r.UpdatedAt,
		Steps:  make(map[ad.Step]ad.StepTimes, len(r.Steps)),
		Prompt: r.Prompt, PromptBy: r.PromptBy, Analysis: r.Analysis, Product: r.Product, HasMask: r.HasMask,
		HasProductPage: r.HasProductPage,
		MainCopy:       r.MainCopy, SubCopy: r.SubCopy, CopySource: r.CopySource,
		HTML: r.HTML, Layout: r.Layout, Contrast: r.Contrast, Width: r.Width, Height: r.Height, Brand: r.Brand,
		Seed: r.Seed, SeedWish: r.SeedWish, CutOutWish: wish, Engine: r.Engine, StandIn: r.StandIn,
		Parts: r.Parts,
		Score: (*ad.Score)(r.Score), Failure: (*ad.Failure)(r.Failure),
		Main: r.Main, Share: r.Share, Counts: ad.Counts{Scenes: r.Scenes, Renditions: r.Renditions, Edits: r.Edits},
	}
	if r.SizeWish != nil {
		a.SizeWish = *r.SizeWish
	}
	if a.Main == "" && a.Status == ad.Succeeded && a.FurtherScene == "" {
		a.Main = a.AdID // it was finished before renditions were items: its first one is the only one
	}
	for s, t := range r.Steps {
		a.Steps[s] = ad.StepTimes{StartedAt: t.StartedAt, FinishedAt: t.FinishedAt}
	}
	for _, s := range ad.Steps() {
		a.Warnings = append(a.Warnings, r.Steps[s].Warnings...)
	}
	return a, nil
}

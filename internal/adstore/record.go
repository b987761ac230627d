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
	MainCopy   string        `dynamodbav:"main_copy,omitempty"`
	SubCopy    string        `dynamodbav:"sub_copy,omitempty"`
	CopySource ad.CopySource `dynamodbav:"copy_source,omitempty"`
	HTML       string        `dynamodbav:"html_code,omitempty"`
	Score      *score        `dynamodbav:"score,omitempty"`
	Engine     string        `dynamodbav:"engine,omitempty"`
	StandIn    bool          `dynamodbav:"stand_in,omitempty"`
	Failure    *failure      `dynamodbav:"error,omitempty"`
}

type stepTimes struct {
	StartedAt  time.Time `dynamodbav:"started_at"`
	FinishedAt time.Time `dynamodbav:"finished_at,omitempty"`
	Warnings   []warning `dynamodbav:"warnings,omitempty"` // that the step left: a new attempt begins without them
}

type warning struct {
	Code   string `dynamodbav:"code"`
	Detail string `dynamodbav:"detail"`
}

type score struct {
	Metric    string   `dynamodbav:"metric"`
	Model     string   `dynamodbav:"model,omitempty"`
	Value     float64  `dynamodbav:"value"`
	RawCosine *float64 `dynamodbav:"raw_cosine,omitempty"`
	Text      string   `dynamodbav:"text"`
	StandIn   bool     `dynamodbav:"stand_in"`
}

type failure struct {
	Code      string `dynamodbav:"code"`
	Detail    string `dynamodbav:"detail"`
	Retryable bool   `dynamodbav:"retryable"`
}

// recordOf is the record of a new ad.
func recordOf(a ad.Ad) record {
	return record{
		PK: ownerKey(a.Owner), SK: adPrefix + a.AdID,
		Owner: a.Owner, AdID: a.AdID, Attempt: a.Attempt, Fields: a.Fields,
		Status: a.Status, CreatedAt: a.CreatedAt, UpdatedAt: a.UpdatedAt,
		Steps:    map[ad.Step]stepTimes{},
		DueShard: dueShard(a.AdID), DueAt: dueTime(a.CreatedAt.Add(uploadDue)),
	}
}

// decode turns an item into an ad.
func decode(item map[string]types.AttributeValue) (ad.Ad, error) {
	r := record{Fields: ad.OwnerFields().Blank()} // an ad from before a field existed has its default
	if err := attributevalue.UnmarshalMap(item, &r); err != nil {
		return ad.Ad{}, fmt.Errorf("decode an ad: %w", err)
	}
	a := ad.Ad{
		Ref:    ad.Ref{Owner: r.Owner, AdID: r.AdID, Attempt: r.Attempt},
		Ticket: r.Ticket, Restarts: r.Restarts,
		Fields: r.Fields, Status: r.Status, CreatedAt: r.CreatedAt, QueuedAt: r.QueuedAt, UpdatedAt: r.UpdatedAt,
		Steps:  make(map[ad.Step]ad.StepTimes, len(r.Steps)),
		Prompt: r.Prompt, PromptBy: r.PromptBy, Analysis: r.Analysis,
		MainCopy: r.MainCopy, SubCopy: r.SubCopy, CopySource: r.CopySource,
		HTML: r.HTML, Engine: r.Engine, StandIn: r.StandIn,
		Score: (*ad.Score)(r.Score), Failure: (*ad.Failure)(r.Failure),
	}
	for s, t := range r.Steps {
		a.Steps[s] = ad.StepTimes{StartedAt: t.StartedAt, FinishedAt: t.FinishedAt}
	}
	for _, s := range ad.Steps() {
		for _, w := range r.Steps[s].Warnings {
			a.Warnings = append(a.Warnings, ad.Warning(w))
		}
	}
	return a, nil
}

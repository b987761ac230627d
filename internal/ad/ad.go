// Package ad is the domain: what an ad is, which fields and limits it has,
// which states it passes through and which steps make it. It imports no AWS,
// no HTTP and no other system.
package ad

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"html"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Status is where an ad is in its life.
type Status string

// The statuses, in the order an ad passes them.
const (
	AwaitingUpload Status = "awaiting_upload" // the record exists, the photo does not
	Queued         Status = "queued"          // the photo is there, no step has begun
	Running        Status = "running"         // at least one step has begun
	Succeeded      Status = "succeeded"       // published, counted in the statistics
	Failed         Status = "failed"          // Error says why; the owner may retry or delete
)

// transitions lists every allowed move. Deleting is not a status: a deleted ad
// has no record.
var transitions = map[Status][]Status{
	AwaitingUpload: {Queued, Failed},
	Queued:         {Running, Failed},
	Running:        {Running, Succeeded, Failed},
	Failed:         {Queued},
}

// Statuses lists all statuses in the order of an ad's life.
func Statuses() []Status { return []Status{AwaitingUpload, Queued, Running, Succeeded, Failed} }

// CanBecome reports whether an ad may move from s to next.
func (s Status) CanBecome(next Status) bool {
	for _, t := range transitions[s] {
		if t == next {
			return true
		}
	}
	return false
}

// Before lists the statuses from which next may be reached; the store turns it
// into a write condition.
func (s Status) Before() []Status {
	var out []Status
	for _, from := range Statuses() {
		if from.CanBecome(s) {
			out = append(out, from)
		}
	}
	return out
}

// Done reports whether nothing more will happen to the ad by itself.
func (s Status) Done() bool { return s == Succeeded || s == Failed }

// NewID makes the id of a new ad: a UUIDv7. So ids sort by time, and 62 bits of each are
// random.
func NewID() (string, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return "", fmt.Errorf("new ad id: %w", err)
	}
	return id.String(), nil
}

// Size is the size of a picture in px; the zero size is none.
type Size struct {
	Width  int `dynamodbav:"width"`
	Height int `dynamodbav:"height"`
}

// IDOf gives the id that belongs to some texts: the same for the same ones. It has the
// form of NewID's.
func IDOf(texts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(texts, "\x00")))
	id := uuid.UUID(sum[:16])
	id[6], id[8] = id[6]&0x0f|0x70, id[8]&0x3f|0x80 // version and variant
	return id.String()
}

var idForm = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)

// ValidID reports whether s has the form of an ad id (lower-case UUIDv7).
func ValidID(s string) bool { return idForm.MatchString(s) }

// CopySource says who wrote prompt and copy.
type CopySource string

// The writers.
const (
	ByModel    CopySource = "openai"
	ByTemplate CopySource = "template"
)

// Ref names one attempt at making one ad, or one further scene of a finished one. Nothing
// else goes through the state machine: the record is the truth, and the execution only
// moves it on.
type Ref struct {
	Owner   string `json:"owner"`
	AdID    string `json:"ad_id"`
	Attempt int    `json:"attempt"` // 1 for the first, one more for each retry the owner asks for
	// FurtherScene is the id of the scene that is made for a finished ad; empty when the
	// ad itself is made, and with it its first scene.
	FurtherScene string `json:"scene_id,omitempty"`
}

// Scene is the id of the scene that is made. The first scene of an ad has the ad's id.
func (r Ref) Scene() string { return cmp.Or(r.FurtherScene, r.AdID) }

// ExecutionName is the name of the attempt's execution. That of an ad's first attempt is
// the ad's id itself, so both doors start the same execution and the second start does
// nothing. It has at most 80 characters, the most that Step Functions takes.
func (r Ref) ExecutionName() string {
	name := r.AdID
	if r.FurtherScene != "" {
		name += "-" + r.FurtherScene
	}
	if r.Attempt > 1 {
		name += "-" + strconv.Itoa(r.Attempt)
	}
	return name
}

// Ad is one ad as stored. A further scene of a finished ad is made by the same steps and
// passes the same statuses, so while it is made it is read as an Ad too: with a Ref that
// names the scene, and with the ad's fields, the concept excepted.
type Ad struct {
	Ref
	Fields
	Status    Status
	CreatedAt time.Time
	QueuedAt  time.Time // when this attempt was queued; zero before
	UpdatedAt time.Time

	Ticket   int // in the queue before the GPU server (internal/queue); 0 before it has one
	Restarts int // how often the sweeper began a lost attempt's work again

	// Steps holds the steps that have begun in this attempt.
	Steps map[Step]StepTimes

	Prompt     string     // English background prompt
	PromptBy   CopySource // who wrote Prompt
	Analysis   *Analysis  // of stage 1's picture
	Product    *Product   // how that picture shows the product; nil of an ad from before this was kept
	MainCopy   string
	SubCopy    string
	CopySource CopySource
	HTML       string // html_code with the picture as PictureURL
	Layout     string // of the finished picture; see compose.Layouts
	Contrast   float64
	Width      int // of the finished picture in px; 0 before it is there
	Height     int
	Brand      bool // whether the finished picture was made with the owner's brand
	Score      *Score
	Seed       *uint64 // of the scene; nil when unknown
	SeedWish   *uint64 // what the owner asked for; nil: any
	SizeWish   Size    // of the scene, likewise; zero: the GPU server's own
	CutOutWish *CutOut // likewise, for the scene; nil: the cut-out is the engine's to find
	HasMask    bool    // whether SceneMask is there
	Engine     string  // the GPU server's engine
	StandIn    bool    // whether the stand-in made the scene
	Parts      []Part  // by what each part of the scene was made; empty of an ad from before this was kept

	HasProductPage bool // whether ProductPage is there

	// Warnings are what the steps of this attempt left, in their order: of the photo. Those of
	// the owner's texts are read from the fields (package claims).
	Warnings []Warning

	Failure *Failure // set if and only if Status is Failed

	Main   string // the id of the main rendition; empty before the ad has succeeded
	Share  string // the id of its share, the public page; empty while there is none
	Counts Counts
}

// Counts are what an ad has of items of its own.
type Counts struct {
	Scenes     int
	Renditions int
	Edits      int // how often one, or the share, was added, changed or removed: the ad's version
}

// PictureURL stands in html_code for the address of stage 1's picture. The API puts the
// real address in when the ad is read, so that an ad goes on working when the host name
// changes. Its form is a Content-ID URL (RFC 2392), which names a part of the same message.
const PictureURL = "cid:stage1"

// LogoURL stands in html_code for the address of the owner's logo, likewise.
const LogoURL = "cid:logo"

// WithPictures puts addresses into html_code for the names above, where such a name is the
// whole source of a picture. Words that read like one stay words: in html_code they stand
// escaped, without a quotation mark.
func WithPictures(code string, addresses map[string]string) string {
	var pairs []string
	for name, address := range addresses {
		pairs = append(pairs, `src="`+name+`"`, `src="`+html.EscapeString(address)+`"`)
	}
	return strings.NewReplacer(pairs...).Replace(code)
}

// StepTimes says when a step began and, if it has, when it ended.
type StepTimes struct {
	StartedAt  time.Time
	FinishedAt time.Time // zero while it runs
}

// Failure says why an ad failed: a code of internal/fault, its Korean sentence,
// and whether a retry can help.
type Failure struct {
	Code      string
	Detail    string
	Retryable bool
}

// Score is the measured agreement of picture and text, with what it was
// measured by. Values of different metrics or models are not comparable.
type Score struct {
	Metric    string
	Model     string   // empty when no model took part
	Version   string   // of the model; empty when it does not say
	Digest    string   // of its weights, as Part's
	Value     float64  // 0..1
	RawCosine *float64 // the model's own number, when there is one
	Text      string   // the text the picture was compared with
	StandIn   bool
	Reason    Reason // why the stand-in took a model's place; empty when it did not
}

// Part is the score's part in the ad's making.
func (s Score) Part() Part {
	return Part{
		Role: RoleScore, Model: s.Model, Version: s.Version, Digest: s.Digest, StandIn: s.StandIn, Reason: s.Reason,
	}
}

// Percent is how far the ad is, 0–100, as the summed weights of the finished
// steps and half of the running ones.
func (a *Ad) Percent() int {
	if a.Status == Succeeded {
		return 100
	}
	sum := 0
	for s, t := range a.Steps {
		switch {
		case !t.FinishedAt.IsZero():
			sum += s.weight()
		case !t.StartedAt.IsZero():
			sum += s.weight() / 2
		}
	}
	return min(sum, 99)
}

// Current is the step that runs, the last one in the order of Steps when two do, or ""
// when none does: before the first step, between two of them, while the ad waits in the
// queue before the GPU server, and at the end.
func (a *Ad) Current() Step {
	if a.Status != Running {
		return ""
	}
	for _, s := range slices.Backward(Steps()) {
		if t, begun := a.Steps[s]; begun && t.FinishedAt.IsZero() {
			return s
		}
	}
	return ""
}

// IdempotencyKey is the key of a step's call to the GPU server: constant over
// every retry of the state machine and over a restart by the sweeper, new only
// when the owner asks for a retry.
func (a *Ad) IdempotencyKey(s Step) string {
	return fmt.Sprintf("%s.%d.%s", a.Scene(), a.Attempt-a.Restarts, s)
}

// Has reports whether a step of this attempt has finished.
func (a *Ad) Has(s Step) bool { return !a.Steps[s].FinishedAt.IsZero() }

// KST is the zone every date is shown and every month is counted in.
var KST = time.FixedZone("KST", 9*60*60)

// Month is the calendar month in Korea in which the ad was ordered, as
// yyyy-mm. Statistics are kept under it.
func (a *Ad) Month() string { return a.CreatedAt.In(KST).Format("2006-01") }

// Package gpu is the contract of the GPU server: what a step asks of it and gets back
// (request.go), and the form that has on the wire (wire.go). The server (aiserver) and
// the client (internal/gpuclient) share the wire types; aiserver/openapi.yaml describes
// them.
package gpu

import (
	"fmt"
	"image"
	"strconv"
	"strings"

	"github.com/nanococoa/nanococoa/internal/ad"
)

// The paths of the contract (aiserver/openapi.yaml).
const (
	PathStage1   = "/api/stage1/generate"
	PathStage2   = "/api/stage2/generate"
	PathScore    = "/api/clip/score"
	PathImages   = "/api/images/" // followed by the image's id
	PathCapacity = "/api/capacity"
	PathHealth   = "/healthz"
	PathReady    = "/readyz"
	PathMetrics  = "/metrics"
)

// The headers of the contract.
const (
	HeaderKey      = "Idempotency-Key"      // request: 1–255 visible ASCII characters
	HeaderReplayed = "Idempotency-Replayed" // answer: "true" when it was stored by an earlier request
	HeaderTimeout  = "X-Request-Timeout"    // request: seconds the caller will wait, decimals allowed
	HeaderID       = "X-Request-Id"         // both: names this request in the logs
)

// MaxSeed is the largest seed: every whole number up to here survives a JSON
// parser that reads numbers as doubles.
const MaxSeed = 1<<53 - 1

// MaxPicture bounds one picture in bytes, both ways: what stage 1 hands out must
// be small enough for stage 2 to take in, and that is the photo limit.
const MaxPicture = 20 << 20

// MaxLogo bounds a brand's logo in bytes: it is drawn at a fifth of a picture's width.
const MaxLogo = 2 << 20

// DataURLPrefix opens a picture that travels inside the JSON itself.
const DataURLPrefix = "data:image/png;base64,"

// Output describes the picture behind an answer's image_url.
type Output struct {
	Width  int    `json:"width"`  // pixels
	Height int    `json:"height"` // pixels
	Bytes  int    `json:"bytes"`  // of the PNG file
	SHA256 string `json:"sha256"` // of the PNG file, lower-case hex
}

// Timing says where the time of the job went, in milliseconds.
type Timing struct {
	Queued int64 `json:"queued"` // waiting for a slot
	Work   int64 `json:"work"`   // from slot to stored result
	Total  int64 `json:"total"`
}

// Stage1Answer is the body of a finished stage 1.
type Stage1Answer struct {
	ImageURL  string     `json:"image_url"`
	RequestID string     `json:"request_id"` // of the request that rendered; a replay keeps it
	Seed      uint64     `json:"seed"`       // ≤ MaxSeed
	Engine    string     `json:"engine"`
	StandIn   bool       `json:"stand_in"`
	Scene     string     `json:"scene"`
	CutOut    bool       `json:"cut_out"` // false: the whole photo is shown as a framed card
	Product   ad.Product `json:"product"`
	// Mask is where in the photo the product was found, shown or not: a PNG as a data: URL, of
	// the photo's shape, white, opaque where the product is. Empty when it was not found.
	Mask     string      `json:"mask,omitempty"`
	Output   Output      `json:"output"`
	Analysis ad.Analysis `json:"analysis"`
	// The models that took part, by role, such as cutout: u2netp; empty for none.
	Models map[string]string `json:"models"`
	// Parts say the same of every role, whether a model took part or the stand-in.
	Parts    []ad.Part `json:"parts"`
	TimingMS Timing    `json:"timing_ms"`
}

// Stage2Body is the JSON a caller sends to stage 2. The first five are the
// original call; the rest is optional.
type Stage2Body struct {
	Stage1Image  string `json:"stage1_image"` // URL, image id or path of this server, or data:image/png;base64,…
	ProductName  string `json:"product_name"`
	TargetAge    string `json:"target_age"`
	TargetGender string `json:"target_gender"`
	AdConcept    string `json:"ad_concept"`

	MainCopy     string       `json:"main_copy,omitempty"` // without it: the deterministic writer's
	SubCopy      string       `json:"sub_copy,omitempty"`
	Analysis     *ad.Analysis `json:"analysis,omitempty"`       // without it: measured on the picture
	Size         string       `json:"size,omitempty"`           // "1080x1350"; without it: the picture's own
	HTMLImageURL string       `json:"html_image_url,omitempty"` // src in html_code; without it: the picture's URL
	AIMark       bool         `json:"ai_mark,omitempty"`        // put the visible "AI 생성" mark on the picture
	Brand        *Brand       `json:"brand,omitempty"`          // without it: none
	OutputPutURL string       `json:"output_put_url,omitempty"` // also PUT the PNG there
}

// Brand is what the ads of an owner have in common. All of it is a preference: a layout or
// logo for which a picture has no room is left out.
type Brand struct {
	Colors      []string `json:"colors,omitempty"`        // #rrggbb, at most three: panels and accents, badge, words
	Layout      string   `json:"layout,omitempty"`        // a name of compose.Layouts
	Logo        string   `json:"logo,omitempty"`          // as Stage2Body.Stage1Image, at most MaxLogo bytes
	HTMLLogoURL string   `json:"html_logo_url,omitempty"` // src of the logo in html_code; needed with a logo
}

// Stage2Answer is the body of a finished stage 2.
type Stage2Answer struct {
	ImageURL      string  `json:"image_url"`
	HTMLCode      string  `json:"html_code"`
	RequestID     string  `json:"request_id"`
	Seed          *uint64 `json:"seed"` // of the stage 1 picture, null when it does not say
	Engine        string  `json:"engine"`
	StandIn       bool    `json:"stand_in"`
	Output        Output  `json:"output"`
	MainCopy      string  `json:"main_copy"`
	SubCopy       string  `json:"sub_copy"`
	CopySource    string  `json:"copy_source"` // "request" or "template"
	Lines         []Line  `json:"lines"`
	Layout        string  `json:"layout"`
	ContrastRatio float64 `json:"contrast_ratio"` // WCAG 2, of the worst tenth under the text
	Scrim         bool    `json:"scrim"`
	TimingMS      Timing  `json:"timing_ms"`
}

// Line is one line of text on the finished picture.
type Line struct {
	Text   string  `json:"text"`
	Role   string  `json:"role"` // "main", "sub" or "ai_mark"
	Box    ad.Box  `json:"box"`
	SizePx float64 `json:"size_px"`
}

// ScoreBody is the JSON a caller sends for a score. The first two are the
// original call.
type ScoreBody struct {
	ImageURL string       `json:"image_url"` // as Stage2Body.Stage1Image
	Prompt   string       `json:"prompt"`
	Analysis *ad.Analysis `json:"analysis,omitempty"`
	Product  *ad.Product  `json:"product,omitempty"` // stage 1's
}

// ScoreAnswer is the body of a score.
type ScoreAnswer struct {
	ClipScore float64  `json:"clip_score"` // 0..1; only a CLIP when Metric says so
	Metric    string   `json:"metric"`
	Model     *string  `json:"model"`      // null when no model took part
	RawCosine *float64 `json:"raw_cosine"` // null when the metric has none
	RequestID string   `json:"request_id"`
	Engine    string   `json:"engine"`
	StandIn   bool     `json:"stand_in"`
	// Parts is by what the score was given, as Stage1Answer.Parts: its one role is score.
	Parts    []ad.Part `json:"parts"`
	TimingMS Timing    `json:"timing_ms"`
}

// Capacity is how busy the server is.
type Capacity struct {
	Slots      int     `json:"slots"`       // jobs that run at a time
	Busy       int     `json:"busy"`        // jobs that run now
	Queued     int     `json:"queued"`      // jobs that wait
	QueueLimit int     `json:"queue_limit"` // jobs of one class that may wait
	Draining   bool    `json:"draining"`
	Ready      bool    `json:"ready"`
	ETASeconds float64 `json:"eta_seconds"` // until a stage 1 sent now would begin
	Engine     string  `json:"engine"`      // empty while loading
	StandIn    bool    `json:"stand_in"`
	Parts      []Part  `json:"parts"` // the models of the engine; empty while loading
}

// Part is one model of the engine.
type Part struct {
	Role   string `json:"role"`   // "cutout"
	Model  string `json:"model"`  // "name@revision" or the name alone; empty while it is not there
	State  string `json:"state"`  // "ready", "starting", "failed", "stopped" or "absent"
	Digest string `json:"digest"` // of its weights, 12 hexadecimal digits; empty when unknown
}

// Problem is the body of every error, application/problem+json (RFC 9457).
type Problem struct {
	Type       string         `json:"type"`
	Title      string         `json:"title"`
	Status     int            `json:"status"`
	Code       string         `json:"code"`   // of internal/fault
	Detail     string         `json:"detail"` // Korean
	Retryable  bool           `json:"retryable"`
	RequestID  string         `json:"request_id"`
	RetryAfter int            `json:"retry_after,omitempty"` // seconds, as the header
	Errors     []ProblemField `json:"errors,omitempty"`
}

// ProblemField names one wrong field and, in Korean, what is allowed.
type ProblemField struct {
	Name   string `json:"name"`
	Detail string `json:"detail"`
}

// FormatSize writes a size as the contract does, e.g. "1080x1350". The zero
// size is the empty string.
func FormatSize(p image.Point) string {
	if p == (image.Point{}) {
		return ""
	}
	return fmt.Sprintf("%dx%d", p.X, p.Y)
}

// ParseSize reads "1080x1350". The empty string is the zero size. It checks the
// form only: which sizes can be made is the server's to say.
func ParseSize(s string) (image.Point, error) {
	if s == "" {
		return image.Point{}, nil
	}
	w, h, ok := strings.Cut(s, "x")
	x, errX := positive(w)
	y, errY := positive(h)
	if !ok || errX != nil || errY != nil {
		return image.Point{}, fmt.Errorf("size %q is not WIDTHxHEIGHT in pixels", s)
	}
	return image.Pt(x, y), nil
}

// positive reads 1..9999 without sign, space or leading zero.
func positive(s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > 9999 || strconv.Itoa(n) != s {
		return 0, fmt.Errorf("%q is not a number of pixels", s)
	}
	return n, nil
}

// Package engine is what the GPU server needs from whatever makes its pictures.
// Today there is one engine, the stand-in, which runs anywhere and says so; those
// with models come behind the same interface. Package conformance holds what
// every engine must do, as tests. The HTTP contract, the queue, idempotency, the
// analysis of the picture, text and layout are not an engine's business: the
// server does them once for all.
package engine

import (
	"context"
	"fmt"
	"image"
	"math"
	"slices"
	"strings"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/compose"
	"github.com/nanococoa/nanococoa/internal/fault"
)

// Engine makes pictures and scores. Implementations are safe for concurrent use.
// Same request, same bytes, while the same parts take part: from this engine, from another
// one of its kind, and while others run. They change nothing in a request, and what they return is the
// caller's: no later call changes it. Their errors are *fault.Fault with a Photo.*
// or GPU.* code. When ctx ends they stop early with Ended.
type Engine interface {
	// Name is the engine's name in answers, logs and pictures, e.g. "standin": 1 to
	// MaxWord visible ASCII characters.
	Name() string
	// StandIn reports whether no model paints or scores.
	StandIn() bool
	// Parts says which models the engine has by role, and how they are. Empty when it has
	// none. It may change from call to call.
	Parts() []Part
	// Render puts the product into a scene (stage 1). Faults: those of
	// Request.Check, and GPU.*.
	Render(ctx context.Context, r Request) (Rendering, error)
	// Score measures how well a picture agrees with a text. Faults: those of
	// ScoreRequest.Check, and GPU.*.
	Score(ctx context.Context, r ScoreRequest) (ad.Score, error)
	// Close ends what the engine has started, such as a process with models. No other
	// call comes after it.
	Close() error
}

// Part is one model of an engine.
type Part struct {
	Role   string // what it is for, such as "cutout"
	Model  string // "name@revision", or its name alone; empty while it is not there
	State  string // "ready", "starting", "failed" (started again after a pause), "absent"
	Digest string // of its weights, the first 12 hexadecimal digits of their SHA-256; empty when unknown
}

// Maker is the part as what was made with it names it.
func (p Part) Maker() ad.Part {
	name, version, _ := strings.Cut(p.Model, "@")
	return ad.Part{Role: p.Role, Model: name, Version: version, Digest: p.Digest}
}

// CheckName reports a name that no answer, log or picture can carry.
func CheckName(name string) error {
	if name == "" || len(name) > MaxWord || strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return fmt.Errorf("engine name %q: 1 to %d visible ASCII characters are wanted", name, MaxWord)
	}
	return nil
}

// The limits of what an engine says about a picture, which are those of the
// contract (aiserver/openapi.yaml): a caller sends it back with its next call.
const (
	MaxWord  = 64 // bytes of a name or a word
	MaxWords = 32 // in a list
	// MaskSide is the longer side in pixels of a mask of the photo: pages show it no larger,
	// and it travels inside a JSON answer.
	MaskSide = 768
)

// Request is one stage 1 job. Name, Category, Concept and Prompt are an owner's
// or a model's words: data, never instructions.
type Request struct {
	// Photo is upright 8-bit sRGB with its origin at 0,0 and whatever alpha the file
	// had. Where it is clear there is no product, whatever colour lies there.
	Photo    *image.NRGBA
	Name     string      // product_name
	Category string      // product_category, Korean or English
	Concept  string      // ad_concept, Korean or English
	Prompt   string      // English background prompt, may be empty
	Seed     uint64      // another seed, another picture
	CutOut   *ad.CutOut  // the owner's word on the cut-out, as ad.CutOut.Canonical gives it; nil without one
	Size     image.Point // of the picture to make, in pixels
}

// Check reports what no engine can work with. Faults: Photo.Missing without a
// photo, GPU.Rejected for a size outside 342×228 to 1920×1920.
func (r Request) Check() error {
	if r.Photo == nil || r.Photo.Rect.Empty() {
		return fault.New(fault.PhotoMissing, nil)
	}
	if s := r.Size; s.X < compose.MinWidth || s.Y < compose.MinHeight || s.X > compose.MaxSide || s.Y > compose.MaxSide {
		return fault.Newf(fault.GPURejected, "picture size %v", s)
	}
	return nil
}

// Rendering is a finished stage 1 picture with what only its engine knows of it.
type Rendering struct {
	Picture *image.RGBA // of the size asked for, opaque, with its origin at 0,0
	// Product is the box of the product in the picture, or of the framed photo.
	// Inside it stand the photo's own pixels, scaled.
	Product ad.Box
	// Mask is the product's coverage at the picture's size; nil when only the box is
	// known. Words are kept off both.
	Mask   *image.Alpha
	CutOut bool // false when the whole photo is shown, framed
	// Source is the part of the photo that is shown, in fractions of it, and Place is where in
	// the picture it stands, in fractions of that: Product without any frame around it. With
	// them everybody can see whether the picture shows the photo (Fidelity).
	Source, Place ad.Box
	// Found is where in the photo the product was found, shown or not: the photo's shape, at most
	// MaskSide pixels long, with its origin at 0,0. nil when nothing was, or nobody looked.
	Found *image.Alpha
	// Confidence is how far the cut-out can be trusted, 0..1, whether it is shown or not;
	// Doubts are the reasons against it, the gravest first.
	Confidence float64
	Doubts     []ad.Doubt
	Scene      string   // the scene's name, for logs and the gallery; may be empty
	Mood       []string // English words, the most fitting first; may be empty
	// Areas are where a model proposes that words may go; may be empty. The server measures them.
	Areas []ad.Box
	// Parts say by what each part of this picture was made, each role once; may be empty.
	Parts []ad.Part
}

// Part gives what has done a role; the stand-in when nobody says.
func (r Rendering) Part(role string) ad.Part {
	for _, p := range r.Parts {
		if p.Role == role {
			return p
		}
	}
	return ad.Part{Role: role, StandIn: true}
}

// Check reports what a caller of Render for a picture of this size cannot use.
// Fault: GPU.BadAnswer.
func (r Rendering) Check(size image.Point) error {
	switch {
	case r.Picture == nil:
		return bad("no picture")
	case r.Picture.Rect != image.Rectangle{Max: size}:
		return bad("a picture of %v instead of %v", r.Picture.Rect, size)
	case r.Picture.Stride < 4*size.X || len(r.Picture.Pix) < r.Picture.Stride*(size.Y-1)+4*size.X:
		return bad("a picture with too few pixels")
	case !r.Picture.Opaque():
		return bad("a picture that is not opaque")
	case r.Mask != nil && (r.Mask.Rect != r.Picture.Rect || len(r.Mask.Pix) < r.Mask.Stride*(size.Y-1)+size.X):
		return bad("a mask that is not of the picture's size")
	case r.Found != nil && (r.Found.Rect.Min != image.Point{} || r.Found.Rect.Empty() ||
		max(r.Found.Rect.Dx(), r.Found.Rect.Dy()) > MaskSide || len(r.Found.Pix) < r.Found.Stride*r.Found.Rect.Dy()):
		return bad("a mask of the photo that is none")
	case len(r.Scene) > MaxWord || len(r.Mood) > MaxWords:
		return bad("too long a scene or too many moods")
	case len(r.Areas) > MaxWords || len(r.Parts) > MaxWords:
		return bad("too many areas or parts")
	}
	for _, p := range r.Parts {
		if err := p.Check(); err != nil {
			return bad("%w", err)
		}
	}
	for _, w := range r.Mood {
		if w == "" || len(w) > MaxWord {
			return bad("a mood of %d bytes", len(w))
		}
	}
	for _, d := range r.Doubts {
		if !slices.Contains(ad.Doubts(), d) {
			return bad("the doubt %q, which is not known", d)
		}
	}
	// A float that is not a number fails every comparison.
	if !(r.Confidence >= 0 && r.Confidence <= 1) {
		return bad("a confidence of %v", r.Confidence)
	}
	const rounding = 1e-9
	for i, b := range [...]ad.Box{r.Product, r.Source, r.Place} {
		if !(b[0] >= 0 && b[1] >= 0 && b[2] > 0 && b[3] > 0 && b[0]+b[2] <= 1+rounding && b[1]+b[3] <= 1+rounding) {
			return bad("the %s in %v", [...]string{"product", "source", "place"}[i], b)
		}
	}
	return nil
}

// ScoreRequest asks for the agreement of a finished picture with a text.
type ScoreRequest struct {
	Picture  image.Image
	Text     string
	Analysis *ad.Analysis // of the stage 1 picture, when the caller has it
	Product  *ad.Product  // how stage 1 shows the product, when the caller has it
}

// Check reports what no engine can work with. Fault: Photo.Missing without a
// picture.
func (r ScoreRequest) Check() error {
	if r.Picture == nil || r.Picture.Bounds().Empty() {
		return fault.New(fault.PhotoMissing, nil)
	}
	return nil
}

// CheckScore reports what a caller of Score cannot use. Fault: GPU.BadAnswer.
func CheckScore(s ad.Score) error {
	switch {
	case !(s.Value >= 0 && s.Value <= 1):
		return bad("a score of %v, which is not within 0..1", s.Value)
	case s.RawCosine != nil && (math.IsNaN(*s.RawCosine) || math.IsInf(*s.RawCosine, 0)):
		return bad("a raw cosine of %v", *s.RawCosine)
	case s.Metric == "":
		return bad("a score without its metric's name")
	case s.StandIn != (s.Model == ""):
		return bad("a stand-in's score, %v, by the model %q", s.StandIn, s.Model)
	}
	if err := s.Part().Check(); err != nil {
		return bad("%w", err)
	}
	return nil
}

func bad(format string, args ...any) error {
	return fault.Newf(fault.GPUBadAnswer, "the engine gave "+format, args...)
}

// Ended is the fault of a call whose ctx has ended: GPU.Unavailable, which wraps
// ctx's error. It is nil while ctx goes on.
func Ended(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return fault.New(fault.GPUUnavailable, err)
	}
	return nil
}

// Package engine is what the GPU server needs from whatever makes its pictures.
// There are two: standin (runs anywhere, says so) and, later, worker (drives the
// GPU models). Contract, queue, idempotency, text and layout are not an engine's
// business: the server does them once for both.
package engine

import (
	"context"
	"image"

	"github.com/nanococoa/nanococoa/internal/ad"
)

// Engine makes pictures and scores. Implementations are safe for concurrent use
// and return *fault.Fault errors with a Photo.* or GPU.* code; they stop early
// when ctx ends.
type Engine interface {
	// Name is the engine's wire name, e.g. "standin".
	Name() string
	// StandIn reports whether no GPU model takes part.
	StandIn() bool
	// Render composes the product into a scene (stage 1).
	Render(ctx context.Context, r Request) (Rendering, error)
	// Score measures a picture against a text.
	Score(ctx context.Context, r ScoreRequest) (ad.Score, error)
}

// Request is one stage 1 job. The photo is upright 8-bit sRGB from
// internal/photo, with whatever alpha the file had.
type Request struct {
	Photo    *image.NRGBA
	Name     string      // product_name, data only
	Category string      // product_category, Korean or English
	Concept  string      // ad_concept, Korean or English
	Prompt   string      // English background prompt, may be empty
	Seed     uint64      // same photo, texts, size and seed: same bytes
	Size     image.Point // of the picture to make, in pixels
}

// Rendering is a finished stage 1 picture with what is known about it.
type Rendering struct {
	Picture  *image.RGBA // opaque
	Analysis ad.Analysis // product box, text areas and colours measured on Picture
	Scene    string      // the scene's name, for logs and the gallery
	CutOut   bool        // false when the whole photo is shown as a framed card
}

// ScoreRequest asks for the agreement of a finished picture with a text.
type ScoreRequest struct {
	Picture  image.Image
	Text     string
	Analysis *ad.Analysis // of the stage 1 picture, when the caller has it
}

// Package standin is the engine that needs no GPU and says so: it cuts the
// product out of its photo, builds a scene from the owner's words and measures
// pictures, with arithmetic; a model may help with the cut-out. It never claims to be one.
package standin

import (
	"fmt"

	"github.com/nanococoa/nanococoa/aiserver/engine"
	"github.com/nanococoa/nanococoa/aiserver/standin/cutout"
)

// Cutter is a model for the role "cutout" that has been started.
type Cutter interface {
	cutout.Model
	// Part says how the model is.
	Part() engine.Part
	// Close ends it.
	Close() error
}

// Engine makes stand-in pictures. Between calls it keeps the last few cut-outs alone, which
// change no answer. It is safe for concurrent use.
type Engine struct {
	cutter Cutter
	recent recent
}

var _ engine.Engine = (*Engine)(nil)

// New makes the engine. Without a cutter, nil, it cuts out by colours alone. It closes the
// cutter when it is closed.
func New(cutter Cutter) *Engine { return &Engine{cutter: cutter} }

// Name is the engine's wire name.
func (*Engine) Name() string { return "standin" }

// StandIn is true: no model paints or scores.
func (*Engine) StandIn() bool { return true }

// Parts is the model for cut-outs, absent or not.
func (e *Engine) Parts() []engine.Part {
	if e.cutter == nil {
		return []engine.Part{{Role: "cutout", State: "absent"}}
	}
	return []engine.Part{e.cutter.Part()}
}

// Close ends the cutter.
func (e *Engine) Close() error {
	if e.cutter == nil {
		return nil
	}
	if err := e.cutter.Close(); err != nil {
		return fmt.Errorf("close the model for cut-outs: %w", err)
	}
	return nil
}

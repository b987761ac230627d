// Package standin is the engine that needs no GPU and says so: it cuts the
// product out of its photo, builds a scene from the owner's words and measures
// pictures, with arithmetic only. It never claims to be a model.
package standin

import "github.com/nanococoa/nanococoa/aiserver/engine"

// Engine makes stand-in pictures. It keeps nothing between calls and is safe
// for concurrent use.
type Engine struct{}

var _ engine.Engine = (*Engine)(nil)

// New makes the engine. There is nothing to configure.
func New() *Engine { return &Engine{} }

// Name is the engine's wire name.
func (*Engine) Name() string { return "standin" }

// StandIn is true: no GPU model takes part.
func (*Engine) StandIn() bool { return true }

package standin_test

import (
	"testing"

	"github.com/nanococoa/nanococoa/aiserver/engine"
	"github.com/nanococoa/nanococoa/aiserver/engine/conformance"
	"github.com/nanococoa/nanococoa/aiserver/standin"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	conformance.Exercise(t, func(*testing.T) engine.Engine { return standin.New(nil) })
}

package ad

import (
	"fmt"
	"slices"
)

// The roles there are.
const (
	RoleCutout   = "cutout"   // cuts the product out of its photo
	RoleScene    = "scene"    // paints what is around it
	RoleScore    = "score"    // compares the finished picture with the words
	RoleAnalysis = "analysis" // proposes where words may go
)

// Part says by what one part of an ad's making was done: by a model, or by the stand-in, which
// is none.
type Part struct {
	Role    string `json:"role" dynamodbav:"role"`       // RoleCutout, RoleScene, RoleScore or RoleAnalysis
	Model   string `json:"model" dynamodbav:"model"`     // empty of the stand-in
	Version string `json:"version" dynamodbav:"version"` // of the model; empty when it does not say
	// Digest is of the model's weights, the first 12 hexadecimal digits of their SHA-256; empty
	// of a model whose weights nobody sees.
	Digest  string `json:"digest" dynamodbav:"digest"`
	StandIn bool   `json:"stand_in" dynamodbav:"stand_in"`
	// Reason is why the stand-in took a model's place; empty when it did not.
	Reason Reason `json:"reason,omitempty" dynamodbav:"reason,omitempty"`
}

// Reason is why the stand-in took the place of a model.
type Reason string

// The reasons. web/src/texts.ts has the words an owner reads for each.
const (
	ReasonChanged Reason = "changed" // the model's picture grew, moved or covered the product, every time
	ReasonFailed  Reason = "failed"  // the model gave no picture: it is down, refused, or has no memory left
)

// Reasons lists all of them.
func Reasons() []Reason { return []Reason{ReasonChanged, ReasonFailed} }

// maxWord bounds each text of a part in bytes, as the GPU server's contract does.
const maxWord = 64

// Check reports what no answer can carry.
func (p Part) Check() error {
	for _, text := range [...]string{p.Role, p.Model, p.Version, p.Digest} {
		if len(text) > maxWord {
			return fmt.Errorf("a part of %d bytes", len(text))
		}
	}
	switch {
	case p.Role == "":
		return fmt.Errorf("the model %s without a role", p.Model)
	case p.StandIn != (p.Model == ""):
		return fmt.Errorf("the role %s by a stand-in %v and the model %q", p.Role, p.StandIn, p.Model)
	case p.Reason != "" && (!p.StandIn || !slices.Contains(Reasons(), p.Reason)):
		return fmt.Errorf("the role %s for the reason %q, stand-in %v", p.Role, p.Reason, p.StandIn)
	}
	return nil
}

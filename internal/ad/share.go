package ad

import (
	"crypto/rand"
	"regexp"
	"strings"
)

// NewShareID makes the id of an ad's share. It is a capability: 130 random bits, made from
// nothing, so whoever has it was given it.
func NewShareID() string { return strings.ToLower(rand.Text()) }

var shareForm = regexp.MustCompile(`^[a-z2-7]{26}$`)

// ValidShareID reports whether s has the form of a share's id.
func ValidShareID(s string) bool { return shareForm.MatchString(s) }

// Package asl is the part of the Amazon States Language that our state machine uses, as Go values, and the way they
// are written as JSON. Names and meanings are the language's own; every number of seconds is an int.
package asl

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// Machine is a whole definition.
type Machine struct {
	Comment        string
	QueryLanguage  string
	StartAt        string
	TimeoutSeconds int
	States         States
}

// States are written as an object in which they keep their order. To the machine the order means nothing; a reader
// wants that in which they run.
type States []State

// State is a state of any type; fields without a value are left out.
type State struct {
	Name string `json:"-"` // its key among the States

	Type             string
	Comment          string
	Choices          []Choice  `json:",omitempty"`
	Default          string    `json:",omitempty"`
	Resource         string    `json:",omitempty"`
	Arguments        any       `json:",omitempty"`
	Error            string    `json:",omitempty"`
	Cause            string    `json:",omitempty"`
	Output           any       `json:",omitempty"`
	TimeoutSeconds   int       `json:",omitempty"`
	HeartbeatSeconds int       `json:",omitempty"` // at most between two heartbeats of a task that waits for a token
	Retry            []Retrier `json:",omitempty"`
	Catch            []Catcher `json:",omitempty"`
	Next             string    `json:",omitempty"`
	End              bool      `json:",omitempty"`
}

// Choice leads on to a state when its condition, in JSONata, is true.
type Choice struct {
	Condition string
	Next      string
}

// Retrier tries a task again after some errors. Each counts its attempts for itself, and of those that name an error
// the first is used.
type Retrier struct {
	ErrorEquals     []string
	IntervalSeconds int
	BackoffRate     float64
	MaxAttempts     int
	MaxDelaySeconds int
	JitterStrategy  string
}

// Catcher leads on to another state after some errors that no retrier mended.
type Catcher struct {
	ErrorEquals []string
	Output      any `json:",omitempty"`
	Next        string
}

// MarshalJSON writes the states as an object in their order.
func (s States) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, state := range s {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "%q:", state.Name)
		body, err := encode(state)
		if err != nil {
			return nil, fmt.Errorf("state %s: %w", state.Name, err)
		}
		b.Write(body)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// Encode writes the definition for a reader: indented, in lines of at most 120 columns where its texts allow it.
func (m Machine) Encode() ([]byte, error) {
	raw, err := encode(m)
	if err != nil {
		return nil, fmt.Errorf("encode the state machine: %w", err)
	}
	var b bytes.Buffer
	if err := json.Indent(&b, raw, "", "  "); err != nil {
		return nil, fmt.Errorf("indent the state machine: %w", err)
	}
	return []byte(fill(b.String())), nil
}

// encode is json.Marshal without its escapes for HTML, which this is not.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return b.Bytes(), err
}

// columns is the longest line of this project.
const columns = 120

// stringList is a list of strings as json.Indent writes it: each on a line of its own.
var stringList = regexp.MustCompile(`.*\[\n( *"[^"]*",?\n)+ *\]`)

// fill puts the strings of each list side by side, as many as a line holds. The error names of one state would
// otherwise take two dozen lines.
func fill(text string) string {
	return stringList.ReplaceAllStringFunc(text, func(list string) string {
		lines := strings.Split(list, "\n")
		head, tail := lines[0], lines[len(lines)-1]
		out := []string{head}
		for _, line := range lines[1 : len(lines)-1] {
			last := &out[len(out)-1]
			if word := strings.TrimLeft(line, " "); len(out) > 1 && len(*last)+len(" ")+len(word) <= columns {
				*last += " " + word
			} else {
				out = append(out, line)
			}
		}
		if one := head + strings.TrimLeft(out[1], " ") + strings.TrimLeft(tail, " "); len(out) == 2 && len(one) < columns {
			return one
		}
		return strings.Join(append(out, tail), "\n")
	})
}

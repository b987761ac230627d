package worker

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// The protocol is described once, in python/frames.py.

// header is the JSON of a frame, of either direction.
type header struct {
	Type     string            `json:"type"`
	ID       uint64            `json:"id,omitempty"`
	Role     string            `json:"role,omitempty"`
	Width    int               `json:"width,omitempty"`
	Height   int               `json:"height,omitempty"`
	Channels int               `json:"channels,omitempty"`
	Args     any               `json:"args,omitempty"`    // of a job
	Info     json.RawMessage   `json:"info,omitempty"`    // of an answer
	Done     int               `json:"done,omitempty"`    // steps of a job
	Of       int               `json:"of,omitempty"`      // all of them
	Models   map[string]string `json:"models,omitempty"`  // by role, "name@revision" or the name alone
	Digests  map[string]string `json:"digests,omitempty"` // by role, of the weights: 12 hexadecimal digits
	Detail   string            `json:"detail,omitempty"`  // of an error
	Retry    bool              `json:"retry,omitempty"`   // the job may do when it is asked again
}

// The types of frames.
const (
	typeJob      = "job"
	typeCancel   = "cancel"
	typeBeat     = "beat"
	typeReady    = "ready"
	typeProgress = "progress"
	typeResult   = "result"
	typeError    = "error"
)

// What a worker may send: a header is a few words, and the largest picture of the
// contract is 1920² with four channels.
const (
	maxHeader  = 64 << 10
	maxPayload = 16 << 20
)

var errFrame = errors.New("not a frame of the protocol")

func writeFrame(w io.Writer, h header, payload []byte) error {
	head, err := json.Marshal(h)
	if err != nil {
		return fmt.Errorf("encode a frame: %w", err)
	}
	b := make([]byte, 8, 8+len(head))
	binary.BigEndian.PutUint32(b, uint32(len(head)))        //nolint:gosec // a few words
	binary.BigEndian.PutUint32(b[4:], uint32(len(payload))) //nolint:gosec // a picture, see Pixels.check
	if _, err := w.Write(append(b, head...)); err != nil {
		return fmt.Errorf("write a frame: %w", err)
	}
	if _, err := w.Write(payload); err != nil {
		return fmt.Errorf("write a frame: %w", err)
	}
	return nil
}

func readFrame(r io.Reader) (h header, payload []byte, err error) {
	var b [8]byte
	if _, err := io.ReadFull(r, b[:]); err != nil {
		return h, nil, fmt.Errorf("read a frame: %w", err)
	}
	head, size := binary.BigEndian.Uint32(b[:]), binary.BigEndian.Uint32(b[4:])
	if head > maxHeader || size > maxPayload {
		return h, nil, fmt.Errorf("%w: a header of %d and a payload of %d bytes", errFrame, head, size)
	}
	text := make([]byte, head)
	if _, err := io.ReadFull(r, text); err != nil {
		return h, nil, fmt.Errorf("read a frame: %w", err)
	}
	if err := json.Unmarshal(text, &h); err != nil {
		return h, nil, fmt.Errorf("%w: %w", errFrame, err)
	}
	payload = make([]byte, size)
	if _, err := io.ReadFull(r, payload); err != nil {
		return h, nil, fmt.Errorf("read a frame: %w", err)
	}
	return h, payload, nil
}

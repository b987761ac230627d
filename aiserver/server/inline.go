package server

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"

	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/photo"
)

// inlined is the pictures that came inside a JSON body, by the marker that the body says
// in place of each.
type inlined map[string][]byte

// maxInlined is how many pictures a body may have: the scene and the brand's logo.
const maxInlined = 2

// inlinePrefixes open a picture inside a body, also as those write it who escape
// slashes.
var inlinePrefixes = []string{
	"data:image/png;base64,", "data:image/jpeg;base64,", "data:image/webp;base64,",
	`data:image\/png;base64,`, `data:image\/jpeg;base64,`, `data:image\/webp;base64,`,
}

// divert reads a JSON body and takes the pictures out of it on the way: the first
// strings that are a data: URL of a picture are decoded as they arrive, and a marker
// takes the place of each. So a body of 20 MB is in memory once, as the picture, and not
// as buffer, string and picture. Together they may have as many bytes as one photo. hint
// is the body's length if known, else negative. Faults: Request.Malformed,
// Request.TooLarge, Photo.TooLarge, Request.Invalid for bad base64.
func divert(body io.Reader, hint int64) (text []byte, pics inlined, err error) {
	r := bufio.NewReaderSize(body, 32<<10)
	pics = inlined{}
	room := photo.MaxBytes
	inString, escaped := false, false
	opened, before := 0, "" // where the string begins, and the one before it: a value's is its name
	for {
		c, err := r.ReadByte()
		if errors.Is(err, io.EOF) {
			return text, pics, nil
		}
		if err != nil {
			return nil, nil, bodyFault(err)
		}
		if len(text) >= maxText {
			return nil, nil, fault.Newf(fault.RequestTooLarge, "more than %d bytes beside the pictures", maxText)
		}
		text = append(text, c)
		switch {
		case escaped:
			escaped = false
		case inString && c == '\\':
			escaped = true
		case c == '"' && inString:
			inString = false
			before = string(text[opened : len(text)-1])
		case c == '"':
			inString, opened = true, len(text)
			if len(pics) < maxInlined && skipPrefix(r) {
				data, err := decodeInline(r, hint, before, room)
				if err != nil {
					return nil, nil, err
				}
				room -= len(data)
				var nonce [16]byte
				rand.Read(nonce[:]) // never fails (crypto/rand); nobody can send a marker that was not made here
				marker := "data:" + hex.EncodeToString(nonce[:])
				pics[marker] = data
				text = append(append(text, marker...), '"')
				inString = false
			}
		}
	}
}

// skipPrefix skips the beginning of a picture's data: URL, if that is what comes.
func skipPrefix(r *bufio.Reader) bool {
	for _, p := range inlinePrefixes {
		if b, err := r.Peek(len(p)); err == nil && string(b) == p {
			_, err = r.Discard(len(p))
			return err == nil
		}
	}
	return false
}

// decodeInline decodes base64 up to the string's closing quote, to at most room bytes.
// field is the name to blame.
func decodeInline(r *bufio.Reader, hint int64, field string, room int) ([]byte, error) {
	var buf bytes.Buffer
	if hint > 0 {
		most := int64(base64.StdEncoding.EncodedLen(room))
		buf.Grow(base64.StdEncoding.DecodedLen(int(min(hint, most))) + bytes.MinRead)
	}
	q := &quoted{r: r}
	_, err := buf.ReadFrom(io.LimitReader(base64.NewDecoder(base64.StdEncoding.Strict(), q), int64(room)+1))
	switch {
	case buf.Len() > room:
		return nil, fault.Newf(fault.PhotoTooLarge, "more than %d bytes in the body", room)
	case q.broken != nil:
		return nil, bodyFault(q.broken)
	case err != nil || !q.closed:
		return nil, fault.Invalid(fault.Field{Name: field[:min(len(field), 64)], Detail: "그림 데이터가 올바른 base64가 아닙니다."})
	case buf.Len() == 0:
		return []byte{}, nil // not nil: a picture was there, an empty one
	}
	return buf.Bytes(), nil
}

// quoted reads a JSON string to its closing quote, or to the first thing that
// base64 has no use for. JSON lets a slash be escaped, and some writers do.
type quoted struct {
	r      *bufio.Reader
	closed bool
	broken error // why the body itself could not be read
}

// errNotBase64 stops the decoder.
var errNotBase64 = errors.New("not base64")

// Read gives what is between the quotes.
func (q *quoted) Read(p []byte) (n int, err error) {
	for n < len(p) && !q.closed {
		c, err := q.r.ReadByte()
		if err == nil && c == '\\' {
			if c, err = q.r.ReadByte(); err == nil && c != '/' {
				return n, errNotBase64
			}
		}
		switch {
		case errors.Is(err, io.EOF):
			q.broken = io.ErrUnexpectedEOF
			return n, q.broken
		case err != nil:
			q.broken = err
			return n, err
		case c == '"':
			q.closed = true
		case c < ' ': // base64's decoder would skip a line break, JSON has none in a string
			return n, errNotBase64
		default:
			p[n] = c
			n++
		}
	}
	if n == 0 && q.closed {
		return 0, io.EOF
	}
	return n, nil
}

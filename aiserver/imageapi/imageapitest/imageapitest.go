// Package imageapitest is an HTTP stand-in for the part of OpenAI's API that edits pictures, for
// tests. It holds every request against what the API takes, and plays good and bad answers on
// command.
package imageapitest

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
)

// Mode is one way to answer a request.
type Mode string

// The modes.
const (
	Good        Mode = "good"
	Covered     Mode = "covered"      // a scene in which something covers the product
	Refused     Mode = "refused"      // 400: the content policy
	Moderated   Mode = "moderated"    // 400: moderation has blocked the picture
	RateLimited Mode = "rate_limited" // 429 with Retry-After: 60
	NoCredit    Mode = "no_credit"    // 429: nothing left on the account
	Hang        Mode = "hang"         // no answer until the client gives up
	WrongSize   Mode = "wrong_size"   // a good picture of another size
	Broken      Mode = "broken"       // half of a PNG
	NotBase64   Mode = "not_base64"
	Empty       Mode = "empty" // no picture at all
	Down        Mode = "down"  // 500
)

// Request is one request as it came.
type Request struct {
	Path   string
	Key    string
	Fields map[string]string
	Image  image.Image // nil when it cannot be read
	Mask   image.Image
}

// Server is the stand-in. It is safe for concurrent use.
type Server struct {
	URL string // up to and with /v1

	closing chan struct{}

	mu       sync.Mutex
	modes    []Mode
	requests []Request
}

// New starts a stand-in that ends with the test, which fails when a request is none that the API
// takes. modes are for the first calls; the last one stays.
func New(t testing.TB, modes ...Mode) *Server {
	t.Helper()
	s := &Server{modes: append([]Mode{}, modes...), closing: make(chan struct{})}
	if len(s.modes) == 0 {
		s.modes = []Mode{Good}
	}
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q, err := read(r)
		if err != nil {
			t.Errorf("imageapitest: the API would not take the request: %v", err)
			problem(w, http.StatusBadRequest, "invalid_request")
			return
		}
		s.play(w, r, q)
	}))
	t.Cleanup(func() { close(s.closing); web.Close() })
	s.URL = web.URL + "/v1"
	return s
}

// Requests lists what came so far, oldest first.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// fields are what a request carries beside its files, each exactly once.
var fields = []string{"background", "model", "n", "output_format", "prompt", "quality", "size"}

func read(r *http.Request) (Request, error) {
	q := Request{Path: r.Method + " " + r.URL.Path, Key: r.Header.Get("Authorization"), Fields: map[string]string{}}
	if err := r.ParseMultipartForm(64 << 20); err != nil {
		return q, fmt.Errorf("not a form: %w", err)
	}
	for name, values := range r.MultipartForm.Value {
		if len(values) != 1 {
			return q, fmt.Errorf("%s: %d values", name, len(values))
		}
		q.Fields[name] = values[0]
	}
	if got := slices.Sorted(maps.Keys(q.Fields)); !slices.Equal(got, fields) {
		return q, fmt.Errorf("the fields %v, want %v", got, fields)
	}
	for name, to := range map[string]*image.Image{"image": &q.Image, "mask": &q.Mask} {
		f, head, err := r.FormFile(name)
		if err != nil {
			return q, fmt.Errorf("%s: %w", name, err)
		}
		defer f.Close()
		b, err := io.ReadAll(f)
		if err == nil {
			*to, err = png.Decode(bytes.NewReader(b))
		}
		if err != nil || head.Header.Get("Content-Type") != "image/png" {
			return q, fmt.Errorf("%s: %s, %w", name, head.Header.Get("Content-Type"), err)
		}
	}
	size := fmt.Sprintf("%dx%d", q.Image.Bounds().Dx(), q.Image.Bounds().Dy())
	if q.Image.Bounds() != q.Mask.Bounds() || size != q.Fields["size"] {
		return q, fmt.Errorf("a picture of %s and a mask of %v for the size %s", size, q.Mask.Bounds(), q.Fields["size"])
	}
	return q, nil
}

func (s *Server) play(w http.ResponseWriter, r *http.Request, q Request) {
	s.mu.Lock()
	s.requests = append(s.requests, q)
	n := len(s.requests)
	mode := s.modes[0]
	if len(s.modes) > 1 {
		s.modes = s.modes[1:]
	}
	s.mu.Unlock()
	switch mode {
	case Good:
		answer(w, encode(painted(q, n)))
	case Covered:
		m := painted(q, n)
		at := m.Rect
		at.Min.Y = at.Dy() / 4 // from a quarter of the height down
		draw.Draw(m, at, image.NewUniform(color.RGBA{20, 90, 40, 255}), image.Point{}, draw.Src)
		answer(w, encode(m))
	case Refused:
		problem(w, http.StatusBadRequest, "content_policy_violation")
	case Moderated:
		problem(w, http.StatusBadRequest, "moderation_blocked")
	case RateLimited:
		w.Header().Set("Retry-After", "60")
		problem(w, http.StatusTooManyRequests, "rate_limit_exceeded")
	case NoCredit:
		problem(w, http.StatusTooManyRequests, "insufficient_quota")
	case Hang:
		select {
		case <-r.Context().Done():
		case <-s.closing:
		}
	case WrongSize:
		answer(w, encode(image.NewRGBA(image.Rect(0, 0, 512, 512))))
	case Broken:
		whole := encode(painted(q, n))
		answer(w, whole[:len(whole)/2])
	case NotBase64:
		write(w, http.StatusOK, map[string]any{"created": 1, "data": []any{map[string]any{"b64_json": "%%%"}}})
	case Empty:
		write(w, http.StatusOK, map[string]any{"created": 1, "data": []any{}})
	case Down:
		problem(w, http.StatusInternalServerError, "server_error")
	}
}

// painted is what was sent with an even wall and floor where the mask is clear, of another colour
// in every call.
func painted(q Request, call int) *image.RGBA {
	m := image.NewRGBA(q.Image.Bounds())
	draw.Draw(m, m.Rect, image.NewUniform(color.RGBA{232, 222, uint8(200 + call%8), 255}), image.Point{}, draw.Src)
	draw.DrawMask(m, m.Rect, q.Image, image.Point{}, q.Mask, image.Point{}, draw.Over)
	return m
}

func encode(m image.Image) []byte {
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, m); err != nil {
		panic(err) // a picture in memory always encodes
	}
	return b.Bytes()
}

func answer(w http.ResponseWriter, file []byte) {
	write(w, http.StatusOK, map[string]any{
		"created": 1795392000, "data": []any{map[string]any{"b64_json": base64.StdEncoding.EncodeToString(file)}},
		"usage": map[string]any{"input_tokens": 700, "output_tokens": 1056, "total_tokens": 1756},
	})
}

func problem(w http.ResponseWriter, status int, code string) {
	write(w, status, map[string]any{"error": map[string]any{
		"type": "image_generation_error", "code": code, "message": "the key sk-… and the prompt may be in here", "param": nil,
	}})
}

func write(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // whoever is gone does not read it
}

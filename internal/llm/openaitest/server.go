// Package openaitest is an HTTP stand-in for OpenAI's Responses API. It checks
// every request it gets and plays what its modes tell it.
package openaitest

import "net/http/httptest"

// Mode is one way to answer a request.
type Mode string

// The modes.
const (
	Good        Mode = "good"
	WrongLength Mode = "wrong_length" // well-formed, but copy too long or prompt too short
	Refusal     Mode = "refusal"
	Truncated   Mode = "truncated" // incomplete: max_output_tokens
	Empty       Mode = "empty"     // completed, with no text at all
	Huge        Mode = "huge"      // 1 MB of well-formed answer
	BadJSON     Mode = "bad_json"
	RateLimited Mode = "rate_limited" // 429 with Retry-After
	ServerError Mode = "server_error" // 500
	Hang        Mode = "hang"         // no answer until the client gives up
)

// Server is the stand-in. URL is what openai.Config.BaseURL takes.
type Server struct {
	URL string
	srv *httptest.Server
}

// New starts a stand-in that plays Good until SetMode says otherwise. Close it.
func New() *Server {
	s := &Server{srv: httptest.NewServer(nil)}
	s.URL = s.srv.URL
	return s
}

// SetMode sets what the next calls get, one mode per call; the last one stays.
func (s *Server) SetMode(modes ...Mode) {}

// Close ends every hanging call and stops the server.
func (s *Server) Close() { s.srv.Close() }

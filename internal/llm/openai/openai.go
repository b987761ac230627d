// Package openai writes prompt and copy with OpenAI's Responses API.
package openai

import (
	"context"
	"time"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/llm"
)

// Config is what New needs. Everything but APIKey has a default.
type Config struct {
	APIKey          string
	BaseURL         string        // "" is OpenAI's own
	Model           string        // "" is gpt-6.1-terra
	Effort          string        // reasoning effort; "" is low
	MaxOutputTokens int           // of one answer, reasoning included; 0 is the default
	Timeout         time.Duration // of one call to OpenAI; 0 is the default
}

// Client is a writer that asks OpenAI. It is safe for concurrent use.
type Client struct{ cfg Config }

// New checks the configuration. It makes no connection.
func New(c Config) (*Client, error) { return &Client{cfg: c}, nil }

// WritePrompt asks for the background prompt.
func (c *Client) WritePrompt(ctx context.Context, f ad.Fields) (llm.Prompt, error) {
	return llm.Prompt{}, fault.New(fault.Internal, nil)
}

// WriteCopy asks for the copy. The analysis may be nil.
func (c *Client) WriteCopy(ctx context.Context, f ad.Fields, a *ad.Analysis) (llm.Copy, error) {
	return llm.Copy{}, fault.New(fault.Internal, nil)
}

// Package moderation asks OpenAI's free moderation model whether a photo and texts may
// become an ad. It speaks HTTP itself: the SDK would triple the function that asks.
package moderation

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/nanococoa/nanococoa/internal/fault"
)

const (
	// Model is the one that judges texts and pictures, at no charge.
	Model = "omni-moderation-latest"
	// DefaultBaseURL is OpenAI's API.
	DefaultBaseURL = "https://api.openai.com/v1"
	// timeout is several times what an answer takes. The ad waits for it, and goes on without.
	timeout = 4 * time.Second
	// maxAnswer bounds an answer: thirteen categories with their scores are 2 kB.
	maxAnswer = 64 << 10
	// failures in a row, after which nobody is asked for the pause: an ad must not wait for
	// what is down.
	failures = 3
	pause    = time.Minute
)

// Client judges orders. It is safe for concurrent use. Make one with New.
type Client struct {
	key, url string
	http     *http.Client
	log      *slog.Logger
	now      func() time.Time

	mu     sync.Mutex
	failed int       // calls in a row
	until  time.Time // until when nobody is asked
}

// New makes a client for a key; baseURL "" is DefaultBaseURL.
func New(key, baseURL string, log *slog.Logger, now func() time.Time) *Client {
	if baseURL == "" {
		baseURL = DefaultBaseURL
	}
	return &Client{
		key: strings.TrimSpace(key), url: strings.TrimSuffix(baseURL, "/") + "/moderations", log: log, now: now,
		// The key must not be sent to another place than the configured one.
		http: &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
	}
}

// Allowed reports whether the texts and the photo, a JPEG, may become an ad. When the model
// cannot be asked they may: an order never fails because a service of others is down.
func (c *Client) Allowed(ctx context.Context, texts []string, photo []byte) bool {
	if !c.mayAsk() {
		return true
	}
	flagged, err := c.ask(ctx, texts, photo)
	c.learn(err)
	if err != nil {
		c.log.WarnContext(ctx, "the order was not moderated", "error", err.Error())
		return true
	}
	if len(flagged) > 0 {
		c.log.InfoContext(ctx, "moderation refused an order", "categories", flagged)
	}
	return len(flagged) == 0
}

func (c *Client) mayAsk() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return !c.now().Before(c.until)
}

func (c *Client) learn(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err == nil {
		c.failed = 0
		return
	}
	if c.failed++; c.failed >= failures {
		c.failed, c.until = 0, c.now().Add(pause)
	}
}

// part is a text or a picture of the request.
type part struct {
	Type     string    `json:"type"`
	Text     string    `json:"text,omitempty"`
	ImageURL *imageURL `json:"image_url,omitempty"`
}

type imageURL struct {
	URL string `json:"url"`
}

// ask gives the categories under which anything was flagged.
func (c *Client) ask(ctx context.Context, texts []string, photo []byte) (flagged []string, err error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	parts := []part{{Type: "text", Text: strings.Join(texts, "\n")}}
	if len(photo) > 0 {
		data := "data:image/jpeg;base64," + base64.StdEncoding.EncodeToString(photo)
		parts = append(parts, part{Type: "image_url", ImageURL: &imageURL{data}})
	}
	body, err := json.Marshal(map[string]any{"model": Model, "input": parts})
	if err != nil {
		return nil, fault.New(fault.Internal, err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, bytes.NewReader(body))
	if err != nil {
		return nil, fault.New(fault.Internal, err)
	}
	req.Header.Set("Authorization", "Bearer "+c.key)
	req.Header.Set("Content-Type", "application/json")
	res, err := c.http.Do(req)
	if err != nil {
		return nil, fault.New(fault.OpenAIUnavailable, fmt.Errorf("moderation: %w", err))
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, fault.Newf(fault.OpenAIRejected, "moderation: %d", res.StatusCode)
	}
	var answer struct {
		Results []struct {
			Flagged    bool            `json:"flagged"`
			Categories map[string]bool `json:"categories"`
		} `json:"results"`
	}
	if err := json.NewDecoder(io.LimitReader(res.Body, maxAnswer)).Decode(&answer); err != nil ||
		len(answer.Results) == 0 {
		return nil, fault.Newf(fault.OpenAIBadAnswer, "moderation: the answer is not the API's JSON")
	}
	for _, r := range answer.Results {
		if !r.Flagged {
			continue
		}
		flagged = append(flagged, "flagged")
		for name, is := range r.Categories {
			if is {
				flagged = append(flagged, name)
			}
		}
	}
	return flagged, nil
}

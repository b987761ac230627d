package door

import (
	"context"
	"crypto/subtle"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/nanococoa/nanococoa/internal/secret"
)

// Site knows the secrets that the site's CloudFront sends with each call, so that the API
// answers nobody who goes around it. Two are good at a time while one replaces the other. It
// is safe for concurrent use.
type Site struct {
	read func(ctx context.Context) (string, error)
	now  func() time.Time
	log  *slog.Logger

	mu    sync.Mutex
	known []string
	asked time.Time
}

// askEvery is how often at most a secret that is not known makes a function read the
// parameter again: often enough that a new secret is known before CloudFront, which takes
// minutes, has it everywhere; and of strangers' guesses, 200 functions make three reads a
// second of the forty that SSM takes.
const askEvery = time.Minute

// NewSite makes a site whose secrets are read, separated by commas, by a function.
func NewSite(
	ctx context.Context, read func(context.Context) (string, error), now func() time.Time, log *slog.Logger,
) (*Site, error) {
	s := &Site{read: read, now: now, log: log}
	if err := s.ask(ctx); err != nil {
		return nil, err
	}
	return s, nil
}

// openSite makes the site of a parameter; nil without one: then the API answers everybody.
func openSite(ctx context.Context, cfg aws.Config, parameter string, log *slog.Logger) (*Site, error) {
	if parameter == "" {
		return nil, nil //nolint:nilnil // nothing is demanded
	}
	read := func(ctx context.Context) (string, error) { return secret.Read(ctx, cfg, parameter) }
	s, err := NewSite(ctx, read, time.Now, log)
	if err != nil {
		return nil, fmt.Errorf("the parameter %s: %w; make it with `make secrets`", parameter, err)
	}
	return s, nil
}

// minSecret is the least length of a secret: what infra/keys makes has 43 characters.
const minSecret = 32

func (s *Site) ask(ctx context.Context) error {
	value, err := s.read(ctx)
	if err != nil {
		return err
	}
	known := strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == ' ' })
	if len(known) == 0 {
		return fmt.Errorf("there is no secret")
	}
	if slices.ContainsFunc(known, func(k string) bool { return len(k) < minSecret }) {
		return fmt.Errorf("a secret has fewer than %d characters", minSecret)
	}
	s.known, s.asked = known, s.now()
	return nil
}

// Sent reports whether a call that brings a secret came by the site.
func (s *Site) Sent(ctx context.Context, secret string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.knows(secret) {
		return true
	}
	if secret == "" || s.now().Sub(s.asked) < askEvery {
		return false
	}
	s.asked = s.now() // also when it fails
	if err := s.ask(ctx); err != nil {
		s.log.WarnContext(ctx, "the site's secrets cannot be read", "error", err.Error())
		return false
	}
	return s.knows(secret)
}

func (s *Site) knows(secret string) bool {
	known := 0
	for _, k := range s.known {
		known |= subtle.ConstantTimeCompare([]byte(k), []byte(secret))
	}
	return known == 1
}

// Package moderator opens the client of moderation from a function's configuration. It is
// apart from package moderation because it reads the key from SSM.
package moderator

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/nanococoa/nanococoa/internal/config"
	"github.com/nanococoa/nanococoa/internal/llm/moderation"
	"github.com/nanococoa/nanococoa/internal/secret"
)

// Moderator says whether texts and a photo, a JPEG or nil, may become an ad.
type Moderator interface {
	Allowed(ctx context.Context, texts []string, photo []byte) bool
}

// Open makes a client; nil without a key: then nobody is asked.
//
// Faults: Storage.Throttled, Storage.Unavailable when the key cannot be read.
func Open(ctx context.Context, cfg aws.Config, c config.Moderation, log *slog.Logger) (Moderator, error) {
	key, err := secret.Read(ctx, cfg, c.KeyParameter)
	if err != nil || strings.TrimSpace(key) == "" {
		return nil, err
	}
	return moderation.New(key, c.BaseURL, log, time.Now), nil
}

// Package model opens the writer that asks OpenAI. It is apart from config
// because it links the OpenAI SDK, which triples a binary: only the
// functions that write import it.
package model

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/nanococoa/nanococoa/internal/config"
	"github.com/nanococoa/nanococoa/internal/llm"
	"github.com/nanococoa/nanococoa/internal/llm/openai"
	"github.com/nanococoa/nanococoa/internal/metric"
	"github.com/nanococoa/nanococoa/internal/secret"
)

// Open makes the writer behind a breaker whose state is shared, or gives nil when
// there is no key: the pipeline then writes with its templates.
func Open(
	ctx context.Context, cfg aws.Config, c config.OpenAI, shared llm.Outages, log *slog.Logger, m *metric.Meter,
) (llm.Model, error) {
	key, err := secret.Read(ctx, cfg, c.KeyParameter)
	if err != nil {
		return nil, err
	}
	key = strings.TrimSpace(key)
	if key == "" {
		return nil, nil //nolint:nilnil // no model is a normal configuration
	}
	writer, err := openai.New(openai.Config{APIKey: key, BaseURL: c.BaseURL, Model: c.Model, Effort: c.Effort})
	if err != nil {
		return nil, fmt.Errorf("configure the model: %w", err)
	}
	return &llm.Breaker{
		Model: writer, Shared: shared, Failures: c.Failures, Cooldown: c.Cooldown, Now: time.Now, Log: log, Meter: m,
	}, nil
}

// Package command is what the operator's commands (`make secrets`, `make
// redrive`, `make deploy-site`) have in common: settings from the environment,
// credentials and region from the AWS SDK's usual places, an end by Ctrl-C, and
// exit code 1 with the reason on stderr.
package command

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/caarlos0/env/v11"
)

// Main reads the settings S, whose fields carry `env` tags, runs the command and
// ends the process. What the command has to say goes to out, which is stdout.
func Main[S any](run func(ctx context.Context, s S, cfg aws.Config, out io.Writer) error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := load(ctx, run)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func load[S any](ctx context.Context, run func(context.Context, S, aws.Config, io.Writer) error) error {
	s, err := env.ParseAs[S]()
	if err != nil {
		return fmt.Errorf("settings: %w", err)
	}
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return fmt.Errorf("AWS configuration: %w", err)
	}
	return run(ctx, s, cfg, os.Stdout)
}

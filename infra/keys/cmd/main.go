// Command cmd is `make secrets`: it makes the secrets a deployment needs and
// does not have. STAGE names the deployment; OPENAI_API_KEY, if set, is kept as
// its OpenAI key. Credentials and region are the AWS SDK's usual ones.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/caarlos0/env/v11"

	"github.com/nanococoa/nanococoa/infra/keys"
)

type settings struct {
	Stage     string `env:"STAGE,required,notEmpty"`
	OpenAIKey string `env:"OPENAI_API_KEY"`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer) error {
	s, err := env.ParseAs[settings]()
	if err != nil {
		return fmt.Errorf("settings: %w", err)
	}
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return fmt.Errorf("AWS configuration: %w", err)
	}
	client := ssm.NewFromConfig(cfg)
	made, err := keys.EnsureCookie(ctx, client, s.Stage)
	if err != nil {
		return err
	}
	state := "is there already and stays"
	if made {
		state = "made"
	}
	_, _ = fmt.Fprintf(out, "%s: %s\n", keys.CookieName(s.Stage), state)
	if s.OpenAIKey == "" {
		_, _ = fmt.Fprintf(out, "%s: unchanged; set OPENAI_API_KEY to store one\n", keys.OpenAIName(s.Stage))
		return nil
	}
	if err := keys.Put(ctx, client, keys.OpenAIName(s.Stage), s.OpenAIKey); err != nil {
		return err
	}
	_, _ = fmt.Fprintf(out, "%s: stored; deploy with OPENAI_KEY_PARAMETER=%s\n", keys.OpenAIName(s.Stage), keys.OpenAIName(s.Stage))
	return nil
}

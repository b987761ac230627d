// Command cmd is `make secrets`: it makes the secrets a deployment needs and
// does not have. ENVIRONMENT names the deployment; ROTATE=cookie adds a cookie key,
// ROTATE=origin an origin secret; OPENAI_API_KEY,
// if set, is kept as its OpenAI key, and AI_SERVER_TOKEN as the token of its GPU server.
// Credentials and region are the AWS SDK's usual ones.
package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/nanococoa/nanococoa/infra/command"
	"github.com/nanococoa/nanococoa/infra/keys"
)

type settings struct {
	Environment   string `env:"ENVIRONMENT,required,notEmpty"`
	Rotate        string `env:"ROTATE"`
	OpenAIKey     string `env:"OPENAI_API_KEY"`
	AIServerToken string `env:"AI_SERVER_TOKEN"`
}

func main() { command.Main(run) }

func say(out io.Writer, name string, made bool) {
	state := "is there already and stays"
	if made {
		state = "made"
	}
	_, _ = fmt.Fprintf(out, "%s: %s\n", name, state)
}

func run(ctx context.Context, s settings, cfg aws.Config, out io.Writer) error {
	client := ssm.NewFromConfig(cfg)
	// Pictures first: their key may be a copy of the cookies' first one.
	made, err := keys.EnsurePicture(ctx, client, s.Environment)
	if err != nil {
		return err
	}
	say(out, keys.PictureName(s.Environment), made)
	if made, err = keys.EnsureCookie(ctx, client, s.Environment); err != nil {
		return err
	}
	say(out, keys.CookieName(s.Environment), made)
	if made, err = keys.EnsureOrigin(ctx, client, s.Environment); err != nil {
		return err
	}
	say(out, keys.OriginName(s.Environment), made)
	switch s.Rotate {
	case "":
	case "origin":
		if err := keys.RotateOrigin(ctx, client, s.Environment); err != nil {
			return err
		}
		_, _ = fmt.Fprintf(out, "%s: a new secret is good beside the last one; have it sent with "+
			"`make deploy-site ENVIRONMENT=%s`\n", keys.OriginName(s.Environment), s.Environment)
	case "cookie":
		day, err := keys.RotateCookie(ctx, client, s.Environment, time.Now())
		if err != nil {
			return fmt.Errorf("%w, but from %s on", err, day)
		}
		_, _ = fmt.Fprintf(out, "%s: a new key signs from %s on (UTC), the former ones go on to verify\n",
			keys.CookieName(s.Environment), day)
	default:
		return fmt.Errorf("ROTATE is cookie or origin, not %q", s.Rotate)
	}
	for _, one := range []struct{ variable, value, name, setting string }{
		{"OPENAI_API_KEY", s.OpenAIKey, keys.OpenAIName(s.Environment), "OPENAI_KEY_PARAMETER"},
		{"AI_SERVER_TOKEN", s.AIServerToken, keys.TokenName(s.Environment), "AI_SERVER_TOKEN_PARAMETER"},
	} {
		if one.value == "" {
			_, _ = fmt.Fprintf(out, "%s: unchanged; set %s to store one\n", one.name, one.variable)
			continue
		}
		if err := keys.Put(ctx, client, one.name, one.value); err != nil {
			return err
		}
		_, _ = fmt.Fprintf(out, "%s: stored; deploy with %s=%s\n", one.name, one.setting, one.name)
	}
	return nil
}

// Command cmd is `make redrive`: it shows what lies in the dead-letter queues of a
// deployment and, with APPLY=1, puts it back to where it came from. STAGE names the
// deployment. Credentials and region are the AWS SDK's usual ones. It ends with 1
// when letters are left.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/caarlos0/env/v11"

	"github.com/nanococoa/nanococoa/infra/redrive"
)

type settings struct {
	Stage string `env:"STAGE,required,notEmpty"`
	Apply bool   `env:"APPLY"`
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
	places, err := redrive.Find(ctx, cfg, "nanococoa-"+s.Stage)
	if err != nil {
		return err
	}
	sum, err := redrive.New(cfg, places, s.Apply, out).Run(ctx)
	if err != nil {
		return err
	}
	switch {
	case !s.Apply && sum != redrive.Result{}:
		_, _ = fmt.Fprintf(out, "Nothing was changed. %d of %d can be put back: make redrive STAGE=%s APPLY=1\n", sum.Done, sum.Done+sum.Left, s.Stage)
	case sum.Left > 0:
		return fmt.Errorf("%d done, %d left; look into the log of the function, mend the cause and run this again", sum.Done, sum.Left)
	default:
		_, _ = fmt.Fprintf(out, "%d done, none left\n", sum.Done)
	}
	return nil
}

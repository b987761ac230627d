// Command cmd is `make redrive`: it shows the dead letters of a
// deployment and, with APPLY=1, puts them back to where they came from. ENVIRONMENT names the
// deployment. Credentials and region are the AWS SDK's usual ones. It ends with 1
// when dead letters are left.
package main

import (
	"context"
	"fmt"
	"io"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/nanococoa/nanococoa/infra/command"
	"github.com/nanococoa/nanococoa/infra/redrive"
)

type settings struct {
	Environment string `env:"ENVIRONMENT,required,notEmpty"`
	Apply       bool   `env:"APPLY"`
}

func main() { command.Main(run) }

func run(ctx context.Context, s settings, cfg aws.Config, out io.Writer) error {
	places, err := redrive.Find(ctx, cfg, "nanococoa-"+s.Environment)
	if err != nil {
		return err
	}
	sum, err := redrive.New(cfg, places, s.Apply, out).Run(ctx)
	if err != nil {
		return err
	}
	switch {
	case !s.Apply && sum != redrive.Result{}:
		_, _ = fmt.Fprintf(out, "Nothing was changed. %d of %d can be put back: make redrive ENVIRONMENT=%s APPLY=1\n",
			sum.Done, sum.Done+sum.Left, s.Environment)
	case sum.Left > 0:
		return fmt.Errorf("%d done, %d left; look into the log of the function, mend the cause and run this again",
			sum.Done, sum.Left)
	default:
		_, _ = fmt.Fprintf(out, "%d done, none left\n", sum.Done)
	}
	return nil
}

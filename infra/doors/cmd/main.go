// Command cmd is `make stop` and `make start`: it closes or opens the doors of a
// deployment. ENVIRONMENT names the deployment, DOORS is "closed" or "open". Credentials
// and region are the AWS SDK's usual ones.
package main

import (
	"context"
	"fmt"
	"io"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"

	"github.com/nanococoa/nanococoa/infra/command"
	"github.com/nanococoa/nanococoa/infra/doors"
)

type settings struct {
	Environment string `env:"ENVIRONMENT,required,notEmpty"`
	Doors       string `env:"DOORS,required,notEmpty"`
}

func main() { command.Main(run) }

func run(ctx context.Context, s settings, cfg aws.Config, out io.Writer) error {
	stack := "nanococoa-" + s.Environment
	changed, err := doors.Set(ctx, cloudformation.NewFromConfig(cfg), stack, s.Doors)
	switch {
	case err != nil:
		return err
	case !changed:
		_, _ = fmt.Fprintf(out, "The doors of %s are %s already.\n", stack, s.Doors)
	case s.Doors == doors.Closed:
		_, _ = fmt.Fprintf(out, "The doors of %s are closed: nothing can be ordered, ads can be seen. To open them: "+
			"make start ENVIRONMENT=%s\n", stack, s.Environment)
	default:
		_, _ = fmt.Fprintf(out, "The doors of %s are open.\n", stack)
	}
	return nil
}

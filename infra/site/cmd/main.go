// Command cmd is what `make deploy` does about the pages that SAM does not.
//
//	cmd origin    prints where the environment's site is, nothing if it has none yet
//	cmd publish   puts the built pages into the environment's bucket
//
// ENVIRONMENT names the deployment, PAGES the built pages. Credentials and region are
// the AWS SDK's usual ones.
package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/nanococoa/nanococoa/infra/command"
	"github.com/nanococoa/nanococoa/infra/site"
	"github.com/nanococoa/nanococoa/internal/cloud"
)

type settings struct {
	Environment string `env:"ENVIRONMENT,required,notEmpty"`
	Pages       string `env:"PAGES" envDefault:"web/dist"`
}

func main() { command.Main(run) }

func run(ctx context.Context, s settings, cfg aws.Config, out io.Writer) error {
	args := os.Args[1:]
	if len(args) != 1 || (args[0] != "origin" && args[0] != "publish") {
		return fmt.Errorf("say origin or publish, not %q", args)
	}
	parameters := ssm.NewFromConfig(cfg)
	origin, err := site.Parameter(ctx, parameters, site.OriginName(s.Environment))
	if err != nil {
		return err
	}
	if args[0] == "origin" {
		_, err = io.WriteString(out, origin)
		return err
	}
	bucket, err := site.Parameter(ctx, parameters, site.BucketName(s.Environment))
	if err != nil {
		return err
	}
	if bucket == "" {
		return fmt.Errorf("the environment %s has no site; `make deploy ENVIRONMENT=%[1]s` puts it up", s.Environment)
	}
	client := s3.NewFromConfig(cfg, func(o *s3.Options) { o.UsePathStyle = cloud.PathStyle() })
	n, err := site.Publish(ctx, client, bucket, origin, os.DirFS(s.Pages))
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%d files of %s are at %s\n", n, s.Pages, origin)
	return err
}

// Command cmd puts the release in the folder RELEASE into the bucket of the environment ENVIRONMENT and
// prints its name, for `make deploy-gpu`. Credentials and region are the AWS SDK's usual ones.
package main

import (
	"context"
	"fmt"
	"io"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/nanococoa/nanococoa/infra/command"
	"github.com/nanococoa/nanococoa/infra/gpu"
	"github.com/nanococoa/nanococoa/infra/site"
	"github.com/nanococoa/nanococoa/internal/cloud"
)

type settings struct {
	Environment string `env:"ENVIRONMENT,required,notEmpty"`
	Release     string `env:"RELEASE,required,notEmpty"`
}

func main() { command.Main(run) }

func run(ctx context.Context, s settings, cfg aws.Config, out io.Writer) error {
	bucket, err := site.Parameter(ctx, ssm.NewFromConfig(cfg), "/nanococoa/"+s.Environment+"/bucket")
	if err != nil {
		return err
	}
	if bucket == "" {
		return fmt.Errorf("the environment %s has no bucket; `make deploy ENVIRONMENT=%[1]s` comes first", s.Environment)
	}
	client := s3.NewFromConfig(cfg, func(o *s3.Options) { o.UsePathStyle = cloud.PathStyle() })
	release, err := gpu.Publish(ctx, client, bucket, s.Release)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(out, release)
	return err
}

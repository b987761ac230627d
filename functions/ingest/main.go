// Command ingest is the Lambda behind S3's events: a photo has arrived, so its
// ad is started. It is the second door; the first is functions/api.
package main

import (
	"context"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/nanococoa/nanococoa/internal/adstore"
	"github.com/nanococoa/nanococoa/internal/blob"
	"github.com/nanococoa/nanococoa/internal/cloud"
	"github.com/nanococoa/nanococoa/internal/config"
	"github.com/nanococoa/nanococoa/internal/step"
	"github.com/nanococoa/nanococoa/internal/workflow"
)

func main() {
	log := step.Logger()
	handler, err := wire(context.Background())
	if err != nil {
		log.Error("cannot start", "step", "ingest", "error", err.Error())
		os.Exit(1)
	}
	lambda.Start(handler.Handle)
}

func wire(_ context.Context) (*workflow.Ingest, error) {
	c, err := config.Load[config.Ingest]()
	if err != nil {
		return nil, err
	}
	cfg, err := cloud.Load()
	if err != nil {
		return nil, err
	}
	ads := adstore.Open(cfg, c.TableName, step.Meter(c.Environment))
	return &workflow.Ingest{Ads: ads, Pictures: blob.Open(cfg, c.BucketName), Machine: workflow.Open(cfg, c.StateMachineARN, ads), Log: step.Logger()}, nil
}

// Command sweep is the Lambda that finishes what nothing else will: it runs by
// schedule, and when an execution ends badly.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/adstore"
	"github.com/nanococoa/nanococoa/internal/blob"
	"github.com/nanococoa/nanococoa/internal/cloud"
	"github.com/nanococoa/nanococoa/internal/config"
	"github.com/nanococoa/nanococoa/internal/step"
	"github.com/nanococoa/nanococoa/internal/sweep"
	"github.com/nanococoa/nanococoa/internal/workflow"
)

func main() {
	sweeper, err := wire()
	if err != nil {
		step.Logger().Error("cannot start", "step", "sweep", "error", err.Error())
		os.Exit(1)
	}
	lambda.Start(func(ctx context.Context, e sweep.Ended) error { return handle(ctx, sweeper, e) })
}

// handle tells the rule's events, which carry an execution's input, from the
// schedule's, which carry nothing.
func handle(ctx context.Context, s *sweep.Sweeper, e sweep.Ended) error {
	if e.Detail.Input == "" {
		_, err := s.Sweep(ctx)
		return err
	}
	var r ad.Ref
	if err := json.Unmarshal([]byte(e.Detail.Input), &r); err != nil {
		return fmt.Errorf("the execution's input: %w", err)
	}
	return s.Settle(ctx, r, e.Detail.Status)
}

func wire() (*sweep.Sweeper, error) {
	c, err := config.Load[config.Sweep]()
	if err != nil {
		return nil, err
	}
	cfg, err := cloud.Load()
	if err != nil {
		return nil, err
	}
	meter := step.Meter(c.Environment)
	ads := adstore.Open(cfg, c.TableName, meter)
	return &sweep.Sweeper{
		Ads: ads, Pictures: blob.Open(cfg, c.BucketName), Machine: workflow.Open(cfg, c.StateMachineARN, ads), Log: step.Logger(), Meter: meter,
	}, nil
}

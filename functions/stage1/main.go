// Command stage1 is the Lambda behind state Stage1: it consumes the queue before
// the GPU server and has the product put into its scene.
package main

import (
	"context"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/nanococoa/nanococoa/internal/adstore"
	"github.com/nanococoa/nanococoa/internal/blob"
	"github.com/nanococoa/nanococoa/internal/cloud"
	"github.com/nanococoa/nanococoa/internal/config"
	"github.com/nanococoa/nanococoa/internal/gpuclient"
	"github.com/nanococoa/nanococoa/internal/pipeline"
	"github.com/nanococoa/nanococoa/internal/queue"
	"github.com/nanococoa/nanococoa/internal/secret"
	"github.com/nanococoa/nanococoa/internal/step"
	"github.com/nanococoa/nanococoa/internal/taskqueue"
)

func main() {
	consumer, err := wire(context.Background())
	if err != nil {
		step.Logger().Error("cannot start", "step", "stage1", "error", err.Error())
		os.Exit(1)
	}
	lambda.Start(taskqueue.Handler("stage1", step.Logger(), consumer))
}

func wire(ctx context.Context) (*queue.Consumer, error) {
	c, err := config.Load[config.Render]()
	if err != nil {
		return nil, err
	}
	cfg, err := cloud.Load()
	if err != nil {
		return nil, err
	}
	token, err := secret.Read(ctx, cfg, c.TokenParameter)
	if err != nil {
		return nil, err
	}
	server, err := gpuclient.New(gpuclient.Config{URL: c.URL, Token: token})
	if err != nil {
		return nil, err
	}
	meter := step.Meter(c.Environment)
	ads := adstore.Open(cfg, c.TableName, meter)
	stage1 := pipeline.Stage1{Ads: ads, Pictures: blob.Open(cfg, c.BucketName), GPU: server}
	return &queue.Consumer{
		Tasks: taskqueue.OpenTasks(cfg), Ads: ads, Tickets: ads, Messages: taskqueue.OpenQueue(cfg, c.QueueURL), Server: server,
		Render: step.Observe("stage1", step.Logger(), stage1.Run), Slots: c.GPUSlots, Log: step.Logger(), Meter: meter, Now: time.Now, PutBack: c.PutBack, Hold: c.Hold,
	}, nil
}

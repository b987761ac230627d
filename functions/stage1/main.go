// Command stage1 is the Lambda behind state Stage1: it consumes the queue before the GPU
// server and has the product put into its scene.
package main

import (
	"context"
	"time"

	"github.com/nanococoa/nanococoa/internal/adstore"
	"github.com/nanococoa/nanococoa/internal/blob"
	"github.com/nanococoa/nanococoa/internal/config"
	"github.com/nanococoa/nanococoa/internal/function"
	"github.com/nanococoa/nanococoa/internal/gpuserver"
	"github.com/nanococoa/nanococoa/internal/moderator"
	"github.com/nanococoa/nanococoa/internal/pipeline"
	"github.com/nanococoa/nanococoa/internal/queue"
	"github.com/nanococoa/nanococoa/internal/step"
	"github.com/nanococoa/nanococoa/internal/taskqueue"
)

func main() { function.Main("stage1", wire) }

func wire(ctx context.Context, c config.Stage1, f function.Shared) (any, error) {
	server, err := gpuserver.Open(ctx, f.AWS, c.GPU)
	if err != nil {
		return nil, err
	}
	ads := adstore.Open(f.AWS, c.TableName, f.Meter)
	stage1 := pipeline.Stage1{Ads: ads, Pictures: blob.Open(f.AWS, c.BucketName), GPU: server}
	if stage1.Judge, err = moderator.Open(ctx, f.AWS, c.Moderation, f.Log); err != nil {
		return nil, err
	}
	messages := taskqueue.OpenQueue(f.AWS, c.QueueURL)
	return taskqueue.Handler("stage1", f.Log, &queue.Consumer{
		Tasks: taskqueue.OpenTasks(f.AWS), Ads: ads, Tickets: ads, Messages: messages,
		Server: server, Render: step.Observe("stage1", f.Log, stage1.Run), Slots: c.GPUSlots,
		Log: f.Log, Meter: f.Meter, Now: time.Now, PutBack: c.PutBack, Hold: c.Hold,
	}, &taskqueue.Lease{Messages: messages, Log: f.Log.With("step", "stage1")}), nil
}

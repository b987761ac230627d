// Command ingest is the Lambda behind S3's events: a photo has arrived, so its ad is
// started. It is the second door; the first is functions/api.
package main

import (
	"context"

	"github.com/nanococoa/nanococoa/internal/adstore"
	"github.com/nanococoa/nanococoa/internal/blob"
	"github.com/nanococoa/nanococoa/internal/config"
	"github.com/nanococoa/nanococoa/internal/function"
	"github.com/nanococoa/nanococoa/internal/workflow"
)

func main() { function.Main("ingest", wire) }

func wire(_ context.Context, c config.Ingest, f function.Shared) (any, error) {
	ads := adstore.Open(f.AWS, c.TableName, f.Meter)
	ingest := &workflow.Ingest{
		Ads: ads, Pictures: blob.Open(f.AWS, c.BucketName), Machine: workflow.Open(f.AWS, c.StateMachineARN, ads), Log: f.Log,
	}
	return ingest.Handle, nil
}

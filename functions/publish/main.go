// Command publish is the Lambda behind state Publish: the ad and its statistics, in one write.
package main

import (
	"context"

	"github.com/nanococoa/nanococoa/internal/adstore"
	"github.com/nanococoa/nanococoa/internal/blob"
	"github.com/nanococoa/nanococoa/internal/config"
	"github.com/nanococoa/nanococoa/internal/function"
	"github.com/nanococoa/nanococoa/internal/pipeline"
	"github.com/nanococoa/nanococoa/internal/step"
)

func main() { step.Main("publish", wire) }

func wire(_ context.Context, c config.Publish, f function.Shared) (step.Func, error) {
	return pipeline.Publish{
		Ads: adstore.Open(f.AWS, c.TableName, f.Meter), Originals: blob.Open(f.AWS, c.BucketName),
	}.Run, nil
}

// Command prepare is the Lambda behind state Prepare: the photo, made safe and small.
package main

import (
	"context"

	"github.com/nanococoa/nanococoa/internal/adstore"
	"github.com/nanococoa/nanococoa/internal/blob"
	"github.com/nanococoa/nanococoa/internal/config"
	"github.com/nanococoa/nanococoa/internal/function"
	"github.com/nanococoa/nanococoa/internal/heifcodec"
	"github.com/nanococoa/nanococoa/internal/pipeline"
	"github.com/nanococoa/nanococoa/internal/step"
)

func main() { step.Main("prepare", wire) }

func wire(_ context.Context, c config.Prepare, f function.Shared) (step.Func, error) {
	ads := adstore.Open(f.AWS, c.TableName, f.Meter)
	return pipeline.Prepare{
		Ads: ads, Pictures: blob.Open(f.AWS, c.BucketName), Codec: heifcodec.New(),
	}.Run, nil
}

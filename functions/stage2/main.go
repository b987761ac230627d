// Command stage2 is the Lambda behind state Stage2: the copy set into the picture.
package main

import (
	"context"

	"github.com/nanococoa/nanococoa/internal/adstore"
	"github.com/nanococoa/nanococoa/internal/blob"
	"github.com/nanococoa/nanococoa/internal/config"
	"github.com/nanococoa/nanococoa/internal/function"
	"github.com/nanococoa/nanococoa/internal/gpuserver"
	"github.com/nanococoa/nanococoa/internal/pipeline"
	"github.com/nanococoa/nanococoa/internal/step"
)

func main() { step.Main("stage2", wire) }

func wire(ctx context.Context, c config.GPUStep, f function.Shared) (step.Func, error) {
	server, err := gpuserver.Open(ctx, f.AWS, c.GPU)
	if err != nil {
		return nil, err
	}
	ads := adstore.Open(f.AWS, c.TableName, f.Meter)
	bucket := blob.Open(f.AWS, c.BucketName)
	return pipeline.Stage2{Ads: ads, Pictures: bucket, GPU: server, Brands: ads, Logos: bucket.Logos()}.Run, nil
}

// Command clip is the Lambda behind state Clip: picture and concept compared.
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

func main() { step.Main("clip", wire) }

func wire(ctx context.Context, c config.GPUStep, f function.Shared) (step.Func, error) {
	server, err := gpuserver.Open(ctx, f.AWS, c.GPU)
	if err != nil {
		return nil, err
	}
	ads := adstore.Open(f.AWS, c.TableName, f.Meter)
	return pipeline.Clip{Ads: ads, Pictures: blob.Open(f.AWS, c.BucketName), GPU: server}.Run, nil
}

// Command prepare is the Lambda behind state Prepare: the photo, made safe and small.
package main

import (
	"context"

	"github.com/nanococoa/nanococoa/internal/adstore"
	"github.com/nanococoa/nanococoa/internal/blob"
	"github.com/nanococoa/nanococoa/internal/cloud"
	"github.com/nanococoa/nanococoa/internal/config"
	"github.com/nanococoa/nanococoa/internal/pipeline"
	"github.com/nanococoa/nanococoa/internal/step"
)

func main() { step.Main("prepare", wire) }

func wire(_ context.Context) (step.Func, error) {
	c, err := config.Load[config.Prepare]()
	if err != nil {
		return nil, err
	}
	cfg, err := cloud.Load()
	if err != nil {
		return nil, err
	}
	return pipeline.Prepare{Ads: adstore.Open(cfg, c.TableName, step.Meter(c.Environment)), Pictures: blob.Open(cfg, c.BucketName)}.Run, nil
}

// Command prepare is the Lambda behind state Prepare: the photo, made safe and small.
package main

import (
	"context"

	"github.com/nanococoa/nanococoa/internal/cloud"
	"github.com/nanococoa/nanococoa/internal/pipeline"
	"github.com/nanococoa/nanococoa/internal/step"
	"github.com/nanococoa/nanococoa/internal/wiring"
)

func main() { step.Main("prepare", wire) }

func wire(ctx context.Context) (step.Func, error) {
	c, err := wiring.Load[wiring.Prepare]()
	if err != nil {
		return nil, err
	}
	cfg, err := cloud.Load(ctx)
	if err != nil {
		return nil, err
	}
	return pipeline.Prepare{Ads: c.Ads(cfg), Pictures: c.Pictures(cfg)}.Run, nil
}

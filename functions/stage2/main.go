// Command stage2 is the Lambda behind state Stage2: the copy set into the picture.
package main

import (
	"context"

	"github.com/nanococoa/nanococoa/internal/cloud"
	"github.com/nanococoa/nanococoa/internal/pipeline"
	"github.com/nanococoa/nanococoa/internal/step"
	"github.com/nanococoa/nanococoa/internal/wiring"
)

func main() { step.Main("stage2", wire) }

func wire(ctx context.Context) (step.Func, error) {
	c, err := wiring.Load[wiring.Draw]()
	if err != nil {
		return nil, err
	}
	cfg, err := cloud.Load(ctx)
	if err != nil {
		return nil, err
	}
	gpu, err := c.GPU.Client(ctx, cfg)
	if err != nil {
		return nil, err
	}
	return pipeline.Stage2{Ads: c.Ads(cfg), Pictures: c.Pictures(cfg), GPU: gpu}.Run, nil
}

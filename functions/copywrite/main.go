// Command copywrite is the Lambda behind states WriteCopy and CopyFromTemplate: the copy.
package main

import (
	"context"

	"github.com/nanococoa/nanococoa/internal/cloud"
	"github.com/nanococoa/nanococoa/internal/pipeline"
	"github.com/nanococoa/nanococoa/internal/step"
	"github.com/nanococoa/nanococoa/internal/wiring"
	"github.com/nanococoa/nanococoa/internal/wiring/model"
)

func main() { step.Main("copywrite", wire) }

func wire(ctx context.Context) (step.Func, error) {
	c, err := wiring.Load[wiring.Write]()
	if err != nil {
		return nil, err
	}
	cfg, err := cloud.Load(ctx)
	if err != nil {
		return nil, err
	}
	writer, err := model.New(ctx, cfg, c.OpenAI)
	if err != nil {
		return nil, err
	}
	return pipeline.Copywrite{Ads: c.Ads(cfg), Model: writer}.Run, nil
}

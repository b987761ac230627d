// Command copywrite is the Lambda behind states Copywrite and CopywriteFromTemplate: the copy.
package main

import (
	"context"

	"github.com/nanococoa/nanococoa/internal/adstore"
	"github.com/nanococoa/nanococoa/internal/cloud"
	"github.com/nanococoa/nanococoa/internal/config"
	"github.com/nanococoa/nanococoa/internal/llm/model"
	"github.com/nanococoa/nanococoa/internal/pipeline"
	"github.com/nanococoa/nanococoa/internal/step"
)

func main() { step.Main("copywrite", wire) }

func wire(ctx context.Context) (step.Func, error) {
	c, err := config.Load[config.Write]()
	if err != nil {
		return nil, err
	}
	cfg, err := cloud.Load()
	if err != nil {
		return nil, err
	}
	meter := step.Meter(c.Environment)
	ads := adstore.Open(cfg, c.TableName, meter)
	writer, err := model.Open(ctx, cfg, c.OpenAI, ads, meter)
	if err != nil {
		return nil, err
	}
	return pipeline.Copywrite{Ads: ads, Model: writer}.Run, nil
}

// Command copywrite is the Lambda behind states Copywrite and CopywriteFromTemplate: the copy.
package main

import (
	"context"

	"github.com/nanococoa/nanococoa/internal/adstore"
	"github.com/nanococoa/nanococoa/internal/config"
	"github.com/nanococoa/nanococoa/internal/function"
	"github.com/nanococoa/nanococoa/internal/llm/model"
	"github.com/nanococoa/nanococoa/internal/pipeline"
	"github.com/nanococoa/nanococoa/internal/step"
)

func main() { step.Main("copywrite", wire) }

func wire(ctx context.Context, c config.Write, f function.Shared) (step.Func, error) {
	ads := adstore.Open(f.AWS, c.TableName, f.Meter)
	writer, err := model.Open(ctx, f.AWS, c.OpenAI, ads, f.Log, f.Meter)
	if err != nil {
		return nil, err
	}
	return pipeline.Copywrite{Ads: ads, Model: writer, Last: ads}.Run, nil
}

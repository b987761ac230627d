// Command suggest is the Lambda that suggests words for a finished ad.
package main

import (
	"context"

	"github.com/nanococoa/nanococoa/internal/adstore"
	"github.com/nanococoa/nanococoa/internal/config"
	"github.com/nanococoa/nanococoa/internal/copywriter"
	"github.com/nanococoa/nanococoa/internal/door"
	"github.com/nanococoa/nanococoa/internal/function"
	"github.com/nanococoa/nanococoa/internal/httpapi"
	"github.com/nanococoa/nanococoa/internal/llm/model"
)

func main() { function.Main("suggest", wire) }

func wire(ctx context.Context, c config.Suggest, f function.Shared) (any, error) {
	ads := adstore.Open(f.AWS, c.TableName, f.Meter)
	writer, err := model.Open(ctx, f.AWS, c.OpenAI, ads, f.Log, f.Meter)
	if err != nil {
		return nil, err
	}
	shared, err := door.Shared(ctx, f.AWS, c.Door, ads, f.Log)
	if err != nil {
		return nil, err
	}
	return door.Lambda(httpapi.NewSuggesting(httpapi.Suggesting{
		Ads: ads, Model: writer, Template: copywriter.Template{}, Shared: shared,
	})), nil
}

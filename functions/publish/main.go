// Command publish is the Lambda behind state Publish: the ad and its statistics, in one write.
package main

import (
	"context"

	"github.com/nanococoa/nanococoa/internal/adstore"
	"github.com/nanococoa/nanococoa/internal/cloud"
	"github.com/nanococoa/nanococoa/internal/config"
	"github.com/nanococoa/nanococoa/internal/pipeline"
	"github.com/nanococoa/nanococoa/internal/step"
)

func main() { step.Main("publish", wire) }

func wire(_ context.Context) (step.Func, error) {
	c, err := config.Load[config.End]()
	if err != nil {
		return nil, err
	}
	cfg, err := cloud.Load()
	if err != nil {
		return nil, err
	}
	return pipeline.Publish{Ads: adstore.Open(cfg, c.TableName, step.Meter(c.Environment))}.Run, nil
}

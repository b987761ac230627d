// Command fail is the Lambda behind state Fail: why it ended, in words its owner understands.
package main

import (
	"context"

	"github.com/nanococoa/nanococoa/internal/adstore"
	"github.com/nanococoa/nanococoa/internal/config"
	"github.com/nanococoa/nanococoa/internal/function"
	"github.com/nanococoa/nanococoa/internal/pipeline"
	"github.com/nanococoa/nanococoa/internal/step"
)

func main() { step.Main("fail", wire) }

func wire(_ context.Context, c config.End, f function.Shared) (step.Func, error) {
	return pipeline.Fail{Ads: adstore.Open(f.AWS, c.TableName, f.Meter)}.Run, nil
}

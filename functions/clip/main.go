// Command clip is the Lambda behind state Clip: picture and concept compared.
package main

import (
	"context"

	"github.com/nanococoa/nanococoa/internal/adstore"
	"github.com/nanococoa/nanococoa/internal/blob"
	"github.com/nanococoa/nanococoa/internal/cloud"
	"github.com/nanococoa/nanococoa/internal/config"
	"github.com/nanococoa/nanococoa/internal/gpuclient"
	"github.com/nanococoa/nanococoa/internal/pipeline"
	"github.com/nanococoa/nanococoa/internal/secret"
	"github.com/nanococoa/nanococoa/internal/step"
)

func main() { step.Main("clip", wire) }

func wire(ctx context.Context) (step.Func, error) {
	c, err := config.Load[config.Draw]()
	if err != nil {
		return nil, err
	}
	cfg, err := cloud.Load()
	if err != nil {
		return nil, err
	}
	token, err := secret.Read(ctx, cfg, c.TokenParameter)
	if err != nil {
		return nil, err
	}
	server, err := gpuclient.New(gpuclient.Config{URL: c.URL, Token: token})
	if err != nil {
		return nil, err
	}
	return pipeline.Clip{Ads: adstore.Open(cfg, c.TableName, step.Meter(c.Environment)), Pictures: blob.Open(cfg, c.BucketName), GPU: server}.Run, nil
}

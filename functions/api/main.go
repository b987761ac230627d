// Command api is the Lambda behind API Gateway: the HTTP API, and the first of
// the two doors.
package main

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/awslabs/aws-lambda-go-api-proxy/httpadapter"

	"github.com/nanococoa/nanococoa/internal/adstore"
	"github.com/nanococoa/nanococoa/internal/blob"
	"github.com/nanococoa/nanococoa/internal/cloud"
	"github.com/nanococoa/nanococoa/internal/config"
	"github.com/nanococoa/nanococoa/internal/httpapi"
	"github.com/nanococoa/nanococoa/internal/queue"
	"github.com/nanococoa/nanococoa/internal/secret"
	"github.com/nanococoa/nanococoa/internal/step"
	"github.com/nanococoa/nanococoa/internal/workflow"
)

func main() {
	handler, err := wire(context.Background())
	if err != nil {
		step.Logger().Error("cannot start", "step", "api", "error", err.Error())
		os.Exit(1)
	}
	lambda.Start(httpadapter.New(handler).ProxyWithContext)
}

func wire(ctx context.Context) (http.Handler, error) {
	c, err := config.Load[config.API]()
	if err != nil {
		return nil, err
	}
	cfg, err := cloud.Load()
	if err != nil {
		return nil, err
	}
	value, err := secret.Read(ctx, cfg, c.CookieKeyParameter)
	if err != nil {
		return nil, err
	}
	key, err := base64.StdEncoding.DecodeString(value)
	if err != nil {
		return nil, fmt.Errorf("the parameter %s is not base64: %w", c.CookieKeyParameter, err)
	}
	signer, err := httpapi.NewSigner(key)
	if err != nil {
		return nil, fmt.Errorf("the parameter %s: %w; make it with `make secrets`", c.CookieKeyParameter, err)
	}
	ads := adstore.Open(cfg, c.TableName, step.Meter(c.Environment))
	return httpapi.New(httpapi.Config{
		Ads: ads, Pictures: blob.Open(cfg, c.BucketName), Machine: workflow.Open(cfg, c.StateMachineARN, ads), Signer: signer, Origin: c.SiteOrigin,
		Queue: queue.Outlook{Tickets: ads, Slots: c.GPUSlots, Now: time.Now}, Log: step.Logger(),
	}), nil
}

// Command api is the Lambda behind API Gateway: the HTTP API, and the first of the two
// doors.
package main

import (
	"context"
	"encoding/base64"
	"fmt"
	"time"

	"github.com/awslabs/aws-lambda-go-api-proxy/httpadapter"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/adstore"
	"github.com/nanococoa/nanococoa/internal/blob"
	"github.com/nanococoa/nanococoa/internal/config"
	"github.com/nanococoa/nanococoa/internal/function"
	"github.com/nanococoa/nanococoa/internal/httpapi"
	"github.com/nanococoa/nanococoa/internal/queue"
	"github.com/nanococoa/nanococoa/internal/secret"
	"github.com/nanococoa/nanococoa/internal/workflow"
)

func main() { function.Main("api", wire) }

func wire(ctx context.Context, c config.API, f function.Shared) (any, error) {
	value, err := secret.Read(ctx, f.AWS, c.CookieKeyParameter)
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
	ads := adstore.Open(f.AWS, c.TableName, f.Meter)
	return httpadapter.New(httpapi.New(httpapi.Config{
		Fields: ad.OwnerFields(), Ads: ads, Pictures: blob.Open(f.AWS, c.BucketName),
		Machine: workflow.Open(f.AWS, c.StateMachineARN, ads),
		Queue:   queue.Outlook{Tickets: ads, Slots: c.GPUSlots, Now: time.Now},
		Signer:  signer, Origin: c.SiteOrigin, Log: f.Log,
	})).ProxyWithContext, nil
}

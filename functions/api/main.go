// Command api is the Lambda behind API Gateway: the HTTP API, and the first of the two
// doors. What draws is functions/compose, what asks a model for words functions/suggest.
package main

import (
	"context"
	"time"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/adstore"
	"github.com/nanococoa/nanococoa/internal/blob"
	"github.com/nanococoa/nanococoa/internal/config"
	"github.com/nanococoa/nanococoa/internal/door"
	"github.com/nanococoa/nanococoa/internal/function"
	"github.com/nanococoa/nanococoa/internal/httpapi"
	"github.com/nanococoa/nanococoa/internal/queue"
	"github.com/nanococoa/nanococoa/internal/workflow"
)

func main() { function.Main("api", wire) }

func wire(ctx context.Context, c config.API, f function.Shared) (any, error) {
	ads := adstore.Open(f.AWS, c.TableName, f.Meter)
	shared, err := door.Shared(ctx, f.AWS, c.Door, ads, f.Log)
	if err != nil {
		return nil, err
	}
	return door.Lambda(httpapi.New(httpapi.Config{
		Fields: ad.OwnerFields(), Ads: ads, Studios: ads, Shares: ads, Scenes: ads, Pictures: blob.Open(f.AWS, c.BucketName),
		Machine: workflow.Open(f.AWS, c.StateMachineARN, ads),
		Queue:   queue.Outlook{Tickets: ads, Slots: c.GPUSlots, Now: time.Now},
		Places:  ads, PlacesPerOwner: c.PlacesPerOwner, Shared: shared,
	})), nil
}

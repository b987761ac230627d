// Command sweep is the Lambda that finishes what nothing else will: it runs by schedule,
// and when an execution ends badly.
package main

import (
	"context"
	"time"

	"github.com/nanococoa/nanococoa/internal/adstore"
	"github.com/nanococoa/nanococoa/internal/blob"
	"github.com/nanococoa/nanococoa/internal/config"
	"github.com/nanococoa/nanococoa/internal/function"
	"github.com/nanococoa/nanococoa/internal/sweep"
	"github.com/nanococoa/nanococoa/internal/workflow"
)

func main() { function.Main("sweep", wire) }

func wire(_ context.Context, c config.Sweep, f function.Shared) (any, error) {
	ads, pictures := adstore.Open(f.AWS, c.TableName, f.Meter), blob.Open(f.AWS, c.BucketName)
	return workflow.SweepHandler(&sweep.Sweeper{
		Ads: ads, Pictures: pictures, Machine: workflow.Open(f.AWS, c.StateMachineARN, ads),
		Log: f.Log, Meter: f.Meter,
		Owners: ads, Logos: pictures.Logos(), GuestLife: c.GuestLife(), Now: time.Now,
	}), nil
}

// Command compose is the Lambda that draws: renditions of finished ads, their files and
// bundles, and the brand's logo. It needs no GPU server.
package main

import (
	"context"

	"github.com/nanococoa/nanococoa/internal/adstore"
	"github.com/nanococoa/nanococoa/internal/blob"
	"github.com/nanococoa/nanococoa/internal/config"
	"github.com/nanococoa/nanococoa/internal/door"
	"github.com/nanococoa/nanococoa/internal/function"
	"github.com/nanococoa/nanococoa/internal/httpapi"
	"github.com/nanococoa/nanococoa/internal/moderator"
	"github.com/nanococoa/nanococoa/internal/rendition"
)

func main() { function.Main("compose", wire) }

func wire(ctx context.Context, c config.Compose, f function.Shared) (any, error) {
	judge, err := moderator.Open(ctx, f.AWS, c.Moderation, f.Log)
	if err != nil {
		return nil, err
	}
	ads, bucket := adstore.Open(f.AWS, c.TableName, f.Meter), blob.Open(f.AWS, c.BucketName)
	maker := rendition.Maker{Pictures: bucket, Brands: ads, Logos: bucket.Logos()}
	shared, err := door.Shared(ctx, f.AWS, c.Door, ads, f.Log)
	if err != nil {
		return nil, err
	}
	return door.Lambda(httpapi.NewComposing(httpapi.Composing{
		Ads: ads, Judge: judge, Maker: maker, Bundle: maker, Brands: ads, Logos: bucket.Logos(),
		Shared: shared,
	})), nil
}

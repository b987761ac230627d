// Command account is the Lambda of owners who stay: it signs people in at an issuer of OpenID
// Connect, ends sessions and accounts, and makes copies of all that an owner has.
package main

import (
	"context"
	"fmt"
	"time"

	"github.com/nanococoa/nanococoa/internal/account"
	"github.com/nanococoa/nanococoa/internal/adstore"
	"github.com/nanococoa/nanococoa/internal/blob"
	"github.com/nanococoa/nanococoa/internal/config"
	"github.com/nanococoa/nanococoa/internal/door"
	"github.com/nanococoa/nanococoa/internal/export"
	"github.com/nanococoa/nanococoa/internal/function"
	"github.com/nanococoa/nanococoa/internal/httpapi"
	"github.com/nanococoa/nanococoa/internal/secret"
	"github.com/nanococoa/nanococoa/internal/signin"
)

func main() { function.Main("account", wire) }

// work is how long a call begins with further ads of a copy: API Gateway gives up at 29 s, and
// an ad with everything it may have takes some seconds.
const work = 12 * time.Second

func wire(ctx context.Context, c config.Account, f function.Shared) (any, error) {
	clientSecret, err := secret.Read(ctx, f.AWS, c.SecretParameter)
	if err != nil {
		return nil, err
	}
	issuer := signin.Config{
		Issuer: c.Issuer, Discovery: c.Discovery, ClientID: c.ClientID, Secret: clientSecret,
		Callback: c.SiteOrigin + "/api/account/callback", Home: c.SiteOrigin + "/",
	}
	for _, name := range c.Providers {
		p, ok := account.ProviderByName(name)
		if !ok {
			return nil, fmt.Errorf("there is no provider %q", name)
		}
		issuer.Providers = append(issuer.Providers, p)
	}
	ads := adstore.Open(f.AWS, c.TableName, f.Meter)
	shared, err := door.Shared(ctx, f.AWS, c.Door, ads, f.Log)
	if err != nil {
		return nil, err
	}
	return door.Lambda(httpapi.NewMembership(httpapi.Membership{
		Accounts: ads, Issuer: signin.New(issuer),
		Exporter: &export.Maker{
			Records: ads, Files: blob.Open(f.AWS, c.BucketName).Exports(), Now: time.Now, Work: work, Part: 2 * blob.MinPart,
		},
		Shared: shared,
	})), nil
}

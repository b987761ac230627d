// Package door opens what the functions behind the API share: the keys that sign guests'
// sessions and pictures' ids, the limits, and the way from API Gateway's event to a handler.
package door

import (
	"context"
	"encoding/base64"
	"fmt"
	"log/slog"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/nanococoa/nanococoa/internal/config"
	"github.com/nanococoa/nanococoa/internal/httpapi"
	"github.com/nanococoa/nanococoa/internal/limit"
	"github.com/nanococoa/nanococoa/internal/secret"
)

// Shared opens what every function behind the API is made of. A store keeps callers' uses,
// visits and sessions.
func Shared(
	ctx context.Context, cfg aws.Config, c config.Door, kept Kept, log *slog.Logger,
) (httpapi.Shared, error) {
	signer, err := openSigner(ctx, cfg, c)
	if err != nil {
		return httpapi.Shared{}, err
	}
	known, err := callers(ctx, cfg, c, kept, log)
	return httpapi.Shared{Signer: signer, Origin: c.SiteOrigin, Log: log, Callers: known}, err
}

// Kept is what is remembered of callers; see adstore.Store.
type Kept interface {
	limit.Tallies
	httpapi.Guests
	httpapi.Sessions
}

// openSigner reads the keys.
func openSigner(ctx context.Context, cfg aws.Config, c config.Door) (*httpapi.Signer, error) {
	ring, err := secret.Read(ctx, cfg, c.CookieKeyParameter)
	if err != nil {
		return nil, err
	}
	sessions, err := SessionKeys(ring)
	if err != nil {
		return nil, fmt.Errorf("the parameter %s: %w", c.CookieKeyParameter, err)
	}
	value, err := secret.Read(ctx, cfg, c.PictureKeyParameter)
	if err != nil {
		return nil, err
	}
	pictures, err := base64.StdEncoding.DecodeString(value)
	if err != nil {
		return nil, fmt.Errorf("the parameter %s is not base64: %w", c.PictureKeyParameter, err)
	}
	signer, err := httpapi.NewSigner(pictures, sessions...)
	if err != nil {
		return nil, fmt.Errorf("the parameters %s and %s: %w; make them with `make secrets`", c.CookieKeyParameter,
			c.PictureKeyParameter, err)
	}
	return signer, nil
}

// callers makes what is known of callers.
func callers(
	ctx context.Context, cfg aws.Config, c config.Door, kept Kept, log *slog.Logger,
) (httpapi.Callers, error) {
	table := c.Limits
	if table == nil { // the deployment says nothing
		table = limit.Default()
	}
	out := httpapi.Callers{
		Limits:   &limit.Limiter{Table: table, Tallies: kept, Now: time.Now},
		Sessions: kept, Guests: kept, GuestLife: c.GuestLife(),
	}
	site, err := openSite(ctx, cfg, c.OriginSecretParameter, log)
	if site != nil {
		out.Site = site
	}
	return out, err
}

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

// Signer reads the keys.
func Signer(ctx context.Context, cfg aws.Config, c config.Door) (*httpapi.Signer, error) {
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

// Callers makes what is known of callers, of whom a store keeps uses and visits.
func Callers(ctx context.Context, cfg aws.Config, c config.Door, kept interface {
	limit.Tallies
	httpapi.Guests
	httpapi.Sessions
}, log *slog.Logger) (httpapi.Callers, error) {
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

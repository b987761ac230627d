// Package door opens what the functions behind the API share: the key that signs guests'
// cookies and pictures' ids, and the way from API Gateway's event to a handler.
package door

import (
	"context"
	"encoding/base64"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/nanococoa/nanococoa/internal/config"
	"github.com/nanococoa/nanococoa/internal/httpapi"
	"github.com/nanococoa/nanococoa/internal/secret"
)

// Signer reads the signing key.
func Signer(ctx context.Context, cfg aws.Config, c config.Door) (*httpapi.Signer, error) {
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
	return signer, nil
}

// Package keys keeps the secrets of a deployment in Parameter Store, where the
// functions read them. It works the same against AWS and locally.
package keys

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
)

// cookieKeyBytes is the length of the key that signs guests' cookies: the block
// of HMAC-SHA-256's output, more adds nothing (RFC 2104, section 3).
const cookieKeyBytes = 32

// CookieName is the parameter of an environment's cookie key.
func CookieName(environment string) string { return "/nanococoa/" + environment + "/cookie-key" }

// OpenAIName is the parameter in which `make secrets` keeps an environment's OpenAI key.
func OpenAIName(environment string) string { return "/nanococoa/" + environment + "/openai-key" }

// TokenName is the parameter in which `make secrets` keeps the GPU server's token.
func TokenName(environment string) string { return "/nanococoa/" + environment + "/gpu-token" }

// EnsureCookie makes the environment's cookie key (32 random bytes, in base64) if
// there is none, and reports whether it did. An existing key is never replaced:
// every guest would lose their ads.
func EnsureCookie(ctx context.Context, client *ssm.Client, environment string) (made bool, err error) {
	key := make([]byte, cookieKeyBytes)
	if _, err := rand.Read(key); err != nil {
		return false, fmt.Errorf("random bytes: %w", err)
	}
	_, err = client.PutParameter(ctx, &ssm.PutParameterInput{
		Name: aws.String(CookieName(environment)), Type: types.ParameterTypeSecureString,
		Value:       aws.String(base64.StdEncoding.EncodeToString(key)),
		Description: aws.String("Signs guests' cookies. Replacing it parts every guest from their ads."),
	})
	var exists *types.ParameterAlreadyExists
	switch {
	case errors.As(err, &exists):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("put the parameter %s: %w", CookieName(environment), err)
	}
	return true, nil
}

// Put keeps a secret under a name, in place of an earlier one.
func Put(ctx context.Context, client *ssm.Client, name, value string) error {
	_, err := client.PutParameter(ctx, &ssm.PutParameterInput{
		Name: &name, Type: types.ParameterTypeSecureString, Value: &value, Overwrite: aws.Bool(true),
	})
	if err != nil {
		return fmt.Errorf("put the parameter %s: %w", name, err)
	}
	return nil
}

// Remove deletes a secret; one that is not there is no error.
func Remove(ctx context.Context, client *ssm.Client, name string) error {
	_, err := client.DeleteParameter(ctx, &ssm.DeleteParameterInput{Name: &name})
	var missing *types.ParameterNotFound
	if err != nil && !errors.As(err, &missing) {
		return fmt.Errorf("delete the parameter %s: %w", name, err)
	}
	return nil
}

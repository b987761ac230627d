// Package keys keeps the secrets of a deployment in Parameter Store, where the
// functions read them. It works the same against AWS and locally.
package keys

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
)

// cookieKeyBytes is the length of the key that signs guests' cookies: the block
// of HMAC-SHA-256's output, more adds nothing (RFC 2104, section 3).
const cookieKeyBytes = 32

// CookieName is the parameter of an environment's cookie key.
func CookieName(environment string) string { return "/nanococoa/" + environment + "/cookie-key" }

// PictureName is the parameter of the key that signs pictures' ids.
func PictureName(environment string) string { return "/nanococoa/" + environment + "/picture-key" }

// OriginName is the parameter of the secrets by which the API knows the site's CloudFront.
func OriginName(environment string) string { return "/nanococoa/" + environment + "/origin-secret" }

// OpenAIName is the parameter in which `make secrets` keeps an environment's OpenAI key.
func OpenAIName(environment string) string { return "/nanococoa/" + environment + "/openai-key" }

// TokenName is the parameter in which `make secrets` keeps the GPU server's token.
func TokenName(environment string) string { return "/nanococoa/" + environment + "/gpu-token" }

// EnsureCookie makes the environment's cookie key (32 random bytes, in base64) if
// there is none, and reports whether it did. An existing key is never replaced:
// every guest would lose their ads. RotateCookie puts another beside it.
func EnsureCookie(ctx context.Context, client *ssm.Client, environment string) (made bool, err error) {
	key, err := newKey()
	if err != nil {
		return false, err
	}
	return ensure(ctx, client, CookieName(environment), key,
		"Signs guests' cookies. Losing it parts every guest from their ads.")
}

// EnsurePicture makes the environment's key for pictures' ids if there is none, and reports
// whether it did. The cookie key signed them too before they had a key of their own: where
// there is one of that time, this becomes its copy, so that every address of a picture that
// was given out stays good. Call it before EnsureCookie and RotateCookie.
func EnsurePicture(ctx context.Context, client *ssm.Client, environment string) (made bool, err error) {
	ring, err := read(ctx, client, CookieName(environment))
	if err != nil {
		return false, err
	}
	key := firstKey(ring)
	if key == "" {
		if key, err = newKey(); err != nil {
			return false, err
		}
	}
	return ensure(ctx, client, PictureName(environment), key,
		"Signs the ids of pictures. Replacing it breaks every address of a picture that was given out.")
}

// EnsureOrigin makes the environment's origin secret if there is none, and reports whether it
// did. It is a list and no SecureString: CloudFormation reads it for CloudFront, which shows
// it to whoever may see its settings anyway.
func EnsureOrigin(ctx context.Context, client *ssm.Client, environment string) (made bool, err error) {
	one, err := newSecret()
	if err != nil {
		return false, err
	}
	return put(ctx, client, OriginName(environment), types.ParameterTypeStringList, one,
		"The site's CloudFront sends the first of these, the API takes each.")
}

// maxOrigins is how many origin secrets are good: the one that CloudFront is told to send
// next, and the one it sends until it is everywhere.
const maxOrigins = 2

// RotateOrigin puts a new origin secret before the last one. Both are good; a deployment of
// the site has CloudFront send the new one. It ends the one before the last, so wait between
// two rotations until CloudFront is deployed.
func RotateOrigin(ctx context.Context, client *ssm.Client, environment string) error {
	name := OriginName(environment)
	former, err := read(ctx, client, name)
	if err != nil {
		return err
	}
	if former == "" {
		return fmt.Errorf("the parameter %s holds no secret; make it with `make secrets`", name)
	}
	one, err := newSecret()
	if err != nil {
		return err
	}
	all := append([]string{one}, strings.Split(former, ",")...)
	value := strings.Join(all[:min(len(all), maxOrigins)], ",")
	_, err = client.PutParameter(ctx, &ssm.PutParameterInput{
		Name: &name, Type: types.ParameterTypeStringList, Value: &value, Overwrite: aws.Bool(true),
	})
	if err != nil {
		return fmt.Errorf("put the parameter %s: %w", name, err)
	}
	return nil
}

// newSecret is a key as a header takes it.
func newSecret() (string, error) {
	key := make([]byte, cookieKeyBytes)
	if _, err := rand.Read(key); err != nil {
		return "", fmt.Errorf("random bytes: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(key), nil
}

// notice is how long before it signs a key is there: functions read keys when they start,
// and none runs for so long.
const notice = 24 * time.Hour

// maxKeys bounds the ring to what a parameter holds, and more than sessions need: with one
// new key a quarter the oldest is a year and more older than its last session.
const maxKeys = 8

// ErrRotating says that a key was added and does not sign yet.
var ErrRotating = errors.New("a new cookie key does not sign yet")

// RotateCookie adds a key to the environment's cookie keys, which signs from the day after
// tomorrow on (UTC), and gives that day. The former keys go on to verify: no guest notices.
//
// ErrRotating when the last one does not sign yet.
func RotateCookie(ctx context.Context, client *ssm.Client, environment string, now time.Time) (day string, err error) {
	name := CookieName(environment)
	ring, err := read(ctx, client, name)
	if err != nil {
		return "", err
	}
	entries := strings.Fields(ring)
	if len(entries) == 0 {
		return "", fmt.Errorf("the parameter %s holds no key; make it with `make secrets`", name)
	}
	day = now.UTC().Add(notice).AddDate(0, 0, 1).Format(time.DateOnly)
	if last, _, dated := strings.Cut(entries[len(entries)-1], ":"); dated && last > now.UTC().Format(time.DateOnly) {
		return last, ErrRotating
	}
	key, err := newKey()
	if err != nil {
		return "", err
	}
	entries = append(entries, day+":"+key)
	return day, Put(ctx, client, name, strings.Join(entries[max(len(entries)-maxKeys, 0):], " "))
}

func newKey() (string, error) {
	key := make([]byte, cookieKeyBytes)
	if _, err := rand.Read(key); err != nil {
		return "", fmt.Errorf("random bytes: %w", err)
	}
	return base64.StdEncoding.EncodeToString(key), nil
}

// firstKey gives the key of a ring that has no day: the first there was.
func firstKey(ring string) string {
	for _, entry := range strings.Fields(ring) {
		if !strings.Contains(entry, ":") {
			return entry
		}
	}
	return ""
}

// read gives what a parameter holds, "" when it is not there.
func read(ctx context.Context, client *ssm.Client, name string) (string, error) {
	out, err := client.GetParameter(ctx, &ssm.GetParameterInput{Name: &name, WithDecryption: aws.Bool(true)})
	var missing *types.ParameterNotFound
	switch {
	case errors.As(err, &missing):
		return "", nil
	case err != nil:
		return "", fmt.Errorf("get the parameter %s: %w", name, err)
	}
	return aws.ToString(out.Parameter.Value), nil
}

// ensure keeps a value under a name that has none, and reports whether it did.
func ensure(ctx context.Context, client *ssm.Client, name, value, description string) (made bool, err error) {
	return put(ctx, client, name, types.ParameterTypeSecureString, value, description)
}

func put(
	ctx context.Context, client *ssm.Client, name string, as types.ParameterType, value, description string,
) (made bool, err error) {
	_, err = client.PutParameter(ctx, &ssm.PutParameterInput{
		Name: &name, Type: as, Value: &value, Description: &description,
	})
	var exists *types.ParameterAlreadyExists
	switch {
	case errors.As(err, &exists):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("put the parameter %s: %w", name, err)
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

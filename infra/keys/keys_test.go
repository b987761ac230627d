package keys_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"github.com/nanococoa/nanococoa/infra/keys"
	"github.com/nanococoa/nanococoa/internal/door"
	"github.com/nanococoa/nanococoa/internal/localaws"
)

func TestMain(m *testing.M) { os.Exit(localaws.Main(m)) }

// kept is what a parameter holds, "" when there is none, and its kind.
func kept(t *testing.T, client *ssm.Client, name string) (string, types.ParameterType) {
	t.Helper()
	out, err := client.GetParameters(t.Context(),
		&ssm.GetParametersInput{Names: []string{name}, WithDecryption: aws.Bool(true)})
	if err != nil {
		t.Fatal(err)
	}
	if len(out.Parameters) == 0 {
		return "", ""
	}
	return aws.ToString(out.Parameters[0].Value), out.Parameters[0].Type
}

func TestACookieKeyIsMadeOnce(t *testing.T) {
	t.Parallel()
	client := ssm.NewFromConfig(localaws.Config(t))
	environment := localaws.Name(t)
	made, err := keys.EnsureCookie(t.Context(), client, environment)
	if err != nil || !made {
		t.Fatalf("made %v, %v", made, err)
	}
	first, kind := kept(t, client, keys.CookieName(environment))
	raw, err := base64.StdEncoding.DecodeString(first)
	if err != nil || len(raw) != 32 || kind != types.ParameterTypeSecureString {
		t.Errorf("%d bytes as %s, %v", len(raw), kind, err)
	}
	made, err = keys.EnsureCookie(t.Context(), client, environment)
	if err != nil || made {
		t.Errorf("made %v again, %v", made, err)
	}
	if second, _ := kept(t, client, keys.CookieName(environment)); second != first {
		t.Error("every guest has lost their ads")
	}
	other := localaws.Name(t) + "-2"
	if _, err := keys.EnsureCookie(t.Context(), client, other); err != nil {
		t.Fatal(err)
	}
	if another, _ := kept(t, client, keys.CookieName(other)); another == first || another == "" {
		t.Error("two environments share a key")
	}
}

// The new secret comes first, as CloudFront sends that; the last one stays good, and no third.
func TestAnOriginSecretIsRotated(t *testing.T) {
	t.Parallel()
	client := ssm.NewFromConfig(localaws.Config(t))
	environment := localaws.Name(t)
	if err := keys.RotateOrigin(t.Context(), client, environment); err == nil {
		t.Fatal("nothing was rotated")
	}
	for _, want := range []bool{true, false} {
		if made, err := keys.EnsureOrigin(t.Context(), client, environment); err != nil || made != want {
			t.Fatalf("made %v, %v", made, err)
		}
	}
	was, kind := kept(t, client, keys.OriginName(environment))
	for range 2 {
		if err := keys.RotateOrigin(t.Context(), client, environment); err != nil {
			t.Fatal(err)
		}
		var now string
		now, kind = kept(t, client, keys.OriginName(environment))
		first, last, two := strings.Cut(now, ",")
		if former, _, _ := strings.Cut(was, ","); !two || last != former || first == last || len(first) != 43 {
			t.Errorf("after %q it is %q", was, now)
		}
		was = now
	}
	if kind != types.ParameterTypeStringList { // CloudFormation reads no other for CloudFront
		t.Errorf("kept as %s", kind)
	}
	read := func(context.Context) (string, error) { return was, nil }
	if _, err := door.NewSite(t.Context(), read, time.Now, slog.New(slog.DiscardHandler)); err != nil {
		t.Errorf("the functions do not take it: %v", err)
	}
}

func TestASecretIsReplacedAndRemoved(t *testing.T) {
	t.Parallel()
	client := ssm.NewFromConfig(localaws.Config(t))
	name := keys.OpenAIName(localaws.Name(t))
	for _, value := range []string{"sk-1", "sk-2"} {
		if err := keys.Put(t.Context(), client, name, value); err != nil {
			t.Fatal(err)
		}
		if got, kind := kept(t, client, name); got != value || kind != types.ParameterTypeSecureString {
			t.Errorf("kept %q as %s, want %q", got, kind, value)
		}
	}
	for range 2 { // the second time there is nothing to remove
		if err := keys.Remove(t.Context(), client, name); err != nil {
			t.Fatal(err)
		}
		if got, _ := kept(t, client, name); got != "" {
			t.Errorf("still there: %q", got)
		}
	}
}

// A new key beside the former ones: none of them is lost, and the new one is known to
// everybody for a day before it signs.
func TestACookieKeyIsRotated(t *testing.T) {
	t.Parallel()
	client := ssm.NewFromConfig(localaws.Config(t))
	environment := localaws.Name(t)
	at := time.Date(2026, 11, 28, 23, 0, 0, 0, time.UTC)
	if _, err := keys.RotateCookie(t.Context(), client, environment, at); err == nil {
		t.Fatal("nothing was rotated")
	}
	if _, err := keys.EnsureCookie(t.Context(), client, environment); err != nil {
		t.Fatal(err)
	}
	first, _ := kept(t, client, keys.CookieName(environment))
	if day, err := keys.RotateCookie(t.Context(), client, environment, at); err != nil || day != "2026-11-30" {
		t.Fatalf("%s, %v", day, err)
	}
	ring, kind := kept(t, client, keys.CookieName(environment))
	read, err := door.SessionKeys(ring)
	if err != nil || len(read) != 2 || kind != types.ParameterTypeSecureString {
		t.Fatalf("%d keys as %s, %v", len(read), kind, err)
	}
	if got := base64.StdEncoding.EncodeToString(read[0].Key); read[0].ID != "" || got != first {
		t.Error("the first key is another: every guest has lost their ads")
	}
	if k := read[1]; k.ID != "2026-11-30" || k.From.Sub(at) < 24*time.Hour || bytes.Equal(k.Key, read[0].Key) {
		t.Errorf("the new key %s signs from %v on", k.ID, k.From)
	}
	// Not twice at once, but again once it signs.
	if day, err := keys.RotateCookie(t.Context(), client, environment, at.Add(24*time.Hour)); !errors.Is(err,
		keys.ErrRotating) || day != "2026-11-30" {
		t.Errorf("%s, %v", day, err)
	}
	for n := 3; n < 12; n++ {
		at = at.AddDate(0, 3, 0)
		if _, err := keys.RotateCookie(t.Context(), client, environment, at); err != nil {
			t.Fatal(err)
		}
		ring, _ = kept(t, client, keys.CookieName(environment))
		if got := len(strings.Fields(ring)); got != min(n, 8) {
			t.Errorf("%d keys of %d", got, n)
		}
	}
}

// Pictures' ids were signed by the first cookie key once: their key is its copy, and stays
// when that is rotated. A new environment has two keys.
func TestThePictureKeyKeepsAddressesGood(t *testing.T) {
	t.Parallel()
	client := ssm.NewFromConfig(localaws.Config(t))
	old, fresh := localaws.Name(t)+"-o", localaws.Name(t)+"-f"
	if _, err := keys.EnsureCookie(t.Context(), client, old); err != nil {
		t.Fatal(err)
	}
	if _, err := keys.RotateCookie(t.Context(), client, old, time.Now()); err != nil {
		t.Fatal(err)
	}
	for _, environment := range []string{old, fresh} {
		for _, want := range []bool{true, false} {
			if made, err := keys.EnsurePicture(t.Context(), client, environment); err != nil || made != want {
				t.Errorf("made %v, %v", made, err)
			}
		}
		if _, err := keys.EnsureCookie(t.Context(), client, environment); err != nil {
			t.Fatal(err)
		}
		picture, kind := kept(t, client, keys.PictureName(environment))
		cookie, _ := kept(t, client, keys.CookieName(environment))
		if raw, err := base64.StdEncoding.DecodeString(picture); err != nil || len(raw) != 32 ||
			kind != types.ParameterTypeSecureString {
			t.Errorf("%d bytes as %s, %v", len(raw), kind, err)
		}
		if same := picture == strings.Fields(cookie)[0]; same != (environment == old) {
			t.Errorf("%s: the same key: %v", environment, same)
		}
	}
}

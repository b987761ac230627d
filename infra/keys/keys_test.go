package keys_test

import (
	"encoding/base64"
	"os"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"github.com/nanococoa/nanococoa/infra/keys"
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

package secret_test

import (
	"os"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/localaws"
	"github.com/nanococoa/nanococoa/internal/secret"
)

func TestMain(m *testing.M) { os.Exit(localaws.Main(m)) }

func TestRead(t *testing.T) {
	t.Parallel()
	cfg := localaws.Config(t)
	_, err := ssm.NewFromConfig(cfg).PutParameter(t.Context(), &ssm.PutParameterInput{
		Name: aws.String("/nanococoa/test/key"), Value: aws.String("s3cret"), Type: types.ParameterTypeSecureString,
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"/nanococoa/test/key": "s3cret", "/nanococoa/test/none": "", "": ""} {
		if got, err := secret.Read(t.Context(), cfg, name); err != nil || got != want {
			t.Errorf("%q = %q, %v; want %q", name, got, err, want)
		}
	}
	cfg.BaseEndpoint = aws.String("http://127.0.0.1:1")
	if _, err := secret.Read(t.Context(), cfg, "/x"); !fault.Has(err, fault.StorageUnavailable) {
		t.Errorf("unreachable: %v", err)
	}
}

package gpuserver_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/nanococoa/nanococoa/internal/config"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/gpuserver"
)

// parameters is an SSM that has one parameter, /n/token.
func parameters(t *testing.T) aws.Config {
	t.Helper()
	ssm := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked, _ := io.ReadAll(r.Body)
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		if !strings.Contains(string(asked), `"Name":"/n/token"`) {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, `{"__type":"ParameterNotFound"}`)
			return
		}
		_, _ = io.WriteString(w, `{"Parameter":{"Name":"/n/token","Value":"s3cret"}}`)
	}))
	t.Cleanup(ssm.Close)
	return aws.Config{
		Region: "us-east-1", BaseEndpoint: &ssm.URL, Credentials: credentials.NewStaticCredentialsProvider("a", "s", ""),
		RetryMaxAttempts: 1,
	}
}

// The client asks the server of the configuration, with the token that the parameter holds.
func TestOpen(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ parameter, want string }{
		"a token":               {"/n/token", "Bearer s3cret"},
		"no parameter":          {"", ""},
		"one that is not there": {"/n/none", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := "nothing was asked"
			gpu := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				got = r.Header.Get("Authorization")
			}))
			defer gpu.Close()
			c, err := gpuserver.Open(t.Context(), parameters(t), config.GPU{URL: gpu.URL, TokenParameter: tc.parameter})
			if err != nil {
				t.Fatal(err)
			}
			if err := c.Health(t.Context()); err != nil || got != tc.want {
				t.Errorf("%v, Authorization %q, want %q", err, got, tc.want)
			}
		})
	}
}

func TestOpenFails(t *testing.T) {
	t.Parallel()
	cfg := parameters(t)
	if _, err := gpuserver.Open(t.Context(), cfg, config.GPU{URL: "no address"}); err == nil {
		t.Error("an address that is none is taken")
	}
	cfg.BaseEndpoint = aws.String("http://127.0.0.1:1")
	c := config.GPU{URL: "http://127.0.0.1:1", TokenParameter: "/n/token"}
	if _, err := gpuserver.Open(t.Context(), cfg, c); !fault.Has(err, fault.StorageUnavailable) {
		t.Errorf("a token that cannot be read: %v", err)
	}
}

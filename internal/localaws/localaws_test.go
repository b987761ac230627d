package localaws_test

import (
	"bytes"
	"context"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/nanococoa/nanococoa/internal/localaws"
)

func TestMain(m *testing.M) { os.Exit(localaws.Main(m)) }

// The local AWS runs programs for whoever is its root, on a machine whose browser shows
// pages of others: what such a page can send must not be taken as the root's.
func TestAPageIsNotTheRoot(t *testing.T) {
	t.Parallel()
	cfg := localaws.Config(t)
	root, err := cfg.Credentials.Retrieve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	bucket := localaws.Name(t)
	if _, err := s3.NewFromConfig(cfg, func(o *s3.Options) { o.UsePathStyle = true }).CreateBucket(t.Context(),
		&s3.CreateBucketInput{Bucket: &bucket, CreateBucketConfiguration: &types.CreateBucketConfiguration{
			LocationConstraint: localaws.Region,
		}}); err != nil {
		t.Fatal(err)
	}
	tables := func(r *http.Request) {
		r.Header.Set("Content-Type", "application/x-amz-json-1.0")
		r.Header.Set("X-Amz-Target", "DynamoDB_20120810.ListTables")
	}
	as := func(id, secret string) func(*http.Request) {
		return func(r *http.Request) {
			tables(r)
			sum := "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a" // of {}
			if err := v4.NewSigner().SignHTTP(context.Background(), aws.Credentials{AccessKeyID: id, SecretAccessKey: secret},
				r, sum, "dynamodb", localaws.Region, time.Now()); err != nil {
				t.Error(err)
			}
		}
	}
	for name, c := range map[string]struct {
		method, path, body string
		edit               func(*http.Request)
		taken              bool
	}{
		"the root":                  {"POST", "/", "{}", as(root.AccessKeyID, root.SecretAccessKey), true},
		"is it there":               {"GET", "/_ministack/health", "", nil, true},
		"nobody":                    {"POST", "/", "{}", tables, false},
		"the key of all local ones": {"POST", "/", "{}", as("test", "test"), false},
		"an account's number":       {"POST", "/", "{}", as("000000000000", "test"), false},
		"by a form": {"POST", "/", "Action=CreateQueue&Version=2012-11-05&QueueName=x", func(r *http.Request) {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}, false},
		"an object":            {"PUT", "/" + bucket + "/x", "x", nil, false},
		"another name of ours": {"GET", "/_ministack/health", "", func(r *http.Request) { r.Host = "evil.example" }, false},
		"empty everything":     {"POST", "/_ministack/reset", "", nil, false},
		"change its settings":  {"POST", "/_ministack/config", "{}", nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := http.NewRequestWithContext(t.Context(), c.method, *cfg.BaseEndpoint+c.path, strings.NewReader(c.body))
			if err != nil {
				t.Fatal(err)
			}
			if c.edit != nil {
				c.edit(r)
			}
			res, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			var said bytes.Buffer
			_, _ = said.ReadFrom(res.Body)
			if taken := res.StatusCode < 400; taken != c.taken {
				t.Errorf("answered %s: %.300s", res.Status, said.String())
			}
		})
	}
}

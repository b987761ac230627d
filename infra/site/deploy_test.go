package site_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"github.com/nanococoa/nanococoa/infra/site"
	"github.com/nanococoa/nanococoa/internal/localaws"
)

// samLog is the variable that makes this test binary act as `sam`: CloudFront
// is nothing the local AWS has, so the order of a deployment is tested with
// everything real but SAM.
const samLog = "SITE_TEST_SAM_LOG"

// sam notes how it was called and leaves what the site's stack would: its
// bucket's name and its origin.
func sam(args []string) error {
	log, err := os.OpenFile(os.Getenv(samLog), os.O_APPEND|os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	line := strings.Join(args, " ")
	if _, err := fmt.Fprintln(log, line); err != nil {
		return err
	}
	environment := os.Getenv("ENVIRONMENT")
	if !strings.Contains(line, "--config-env "+environment+"-site ") {
		return nil
	}
	ctx := context.Background()
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return err
	}
	client := ssm.NewFromConfig(cfg)
	// A parameter that is not given keeps its value, as with SAM.
	origin, err := site.Parameter(ctx, client, site.OriginName(environment))
	if err != nil {
		return err
	}
	if _, domain, ok := strings.Cut(line, "DomainName="); ok {
		domain, _, _ = strings.Cut(domain, " ")
		origin = "https://" + domain
	} else if origin == "" {
		origin = "https://d111.cloudfront.net"
	}
	for name, value := range map[string]string{
		site.OriginName(environment): origin, site.BucketName(environment): environment,
	} {
		_, err := client.PutParameter(ctx, &ssm.PutParameterInput{
			Name: &name, Value: &value, Type: ssmtypes.ParameterTypeString, Overwrite: aws.Bool(true),
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func TestADeploymentTellsEveryStackTheOrigin(t *testing.T) {
	t.Parallel()
	cfg := localaws.Config(t)
	keys, err := cfg.Credentials.Retrieve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	built := t.TempDir()
	if err := os.WriteFile(filepath.Join(built, "index.html"), []byte("start"), 0o600); err != nil {
		t.Fatal(err)
	}
	environment := localaws.Name(t)
	client := s3.NewFromConfig(cfg, func(o *s3.Options) { o.UsePathStyle = true })
	_, err = client.CreateBucket(t.Context(), &s3.CreateBucketInput{
		Bucket:                    &environment,
		CreateBucketConfiguration: &types.CreateBucketConfiguration{LocationConstraint: localaws.Region},
	})
	if err != nil {
		t.Fatal(err)
	}
	// deploy runs `make deploy` and gives each call of sam as its environment,
	// the origin it was told and whether it asked.
	deploy := func(variables ...string) []string {
		log := filepath.Join(t.TempDir(), "sam")
		args := append([]string{
			"-C", "../..", "--no-print-directory", "-o", ".venv/.installed", "-o", "web/dist/index.html", "deploy",
			"SAM=" + self, "ENVIRONMENT=" + environment,
		}, variables...)
		cmd := exec.CommandContext(t.Context(), "make", args...)
		cmd.Env = append(os.Environ(), samLog+"="+log, "ENVIRONMENT="+environment, "PAGES="+
			built, "MAKEFLAGS=", "MAKEOVERRIDES=", "OPENAI_API_KEY=",
			"AWS_ENDPOINT_URL="+*cfg.BaseEndpoint, "AWS_REGION="+localaws.Region,
			"AWS_ACCESS_KEY_ID="+keys.AccessKeyID, "AWS_SECRET_ACCESS_KEY="+keys.SecretAccessKey)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("make deploy: %v\n%s", err, out)
		}
		calls, err := os.ReadFile(log)
		if err != nil {
			t.Fatal(err)
		}
		var told []string
		for line := range strings.Lines(string(calls)) {
			_, env, ok := strings.Cut(line, "deploy --config-env "+environment)
			if !ok {
				continue // sam build
			}
			env, _, _ = strings.Cut(strings.TrimSpace(env), " ")
			if strings.HasPrefix(env, "--") {
				env = "app" // it has the environment's own name
			}
			if _, origin, ok := strings.Cut(line, "SiteOrigin="); ok {
				origin, _, _ = strings.Cut(strings.TrimSpace(origin), " ")
				env += " " + origin
			}
			if strings.Contains(line, "--guided") {
				env += " asks"
			}
			told = append(told, env)
		}
		return told
	}
	same := func(what string, got []string, want ...string) {
		t.Helper()
		if strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("%s:\n%s\nwant\n%s", what, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
	const (
		unknown    = " https://not-yet.invalid"
		cloudfront = " https://d111.cloudfront.net"
		own        = " https://ads.example.com"
	)
	same("the first time", deploy(), "-storage"+unknown, "app"+unknown+" asks", "-site", "-storage"+cloudfront,
		"app"+cloudfront)
	// A site that is up sends a new secret before the API demands it; its files go last.
	same("later", deploy(), "-site", "-storage"+cloudfront, "app"+cloudfront, "-site")
	same("with a domain", deploy("DOMAIN=ads.example.com", "CERTIFICATE_ARN=arn"),
		"-site", "-storage"+own, "app"+own, "-site")
	same("and later", deploy(), "-site", "-storage"+own, "app"+own, "-site")
	if _, err := client.HeadObject(t.Context(),
		&s3.HeadObjectInput{Bucket: &environment, Key: aws.String("index.html")}); err != nil {
		t.Errorf("the pages are not there: %v", err)
	}
}

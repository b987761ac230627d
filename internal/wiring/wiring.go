// Package wiring turns the environment of a function into what its step needs.
// It is the only package that reads configuration; each function's config is a
// struct below, and internal/contract checks that the template sets every
// variable a function requires.
package wiring

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/caarlos0/env/v11"

	"github.com/nanococoa/nanococoa/internal/adstore"
	"github.com/nanococoa/nanococoa/internal/blob"
	"github.com/nanococoa/nanococoa/internal/cloud"
	"github.com/nanococoa/nanococoa/internal/gpu"
	"github.com/nanococoa/nanococoa/internal/workflow"
)

// Table is where ads are kept.
type Table struct {
	TableName string `env:"TABLE_NAME,required,notEmpty"`
}

// Bucket is where photos and pictures are kept.
type Bucket struct {
	BucketName string `env:"BUCKET_NAME,required,notEmpty"`
}

// Machine is the state machine to start.
type Machine struct {
	StateMachineARN string `env:"STATE_MACHINE_ARN,required,notEmpty"`
}

// GPU is the GPU server. Its token, if it wants one, is a SecureString.
type GPU struct {
	URL            string `env:"AI_SERVER_URL,required,notEmpty"`
	TokenParameter string `env:"AI_SERVER_TOKEN_PARAMETER"`
}

// OpenAI says which model writes. Without a key parameter, or without a value
// in it, the deterministic writer writes.
type OpenAI struct {
	KeyParameter string `env:"OPENAI_KEY_PARAMETER"`
	Model        string `env:"OPENAI_MODEL" envDefault:"gpt-6.1-terra"`
	Effort       string `env:"OPENAI_EFFORT" envDefault:"low"`
	BaseURL      string `env:"OPENAI_BASE_URL"`
}

// The configurations of the functions, by folder.
type (
	// API configures functions/api.
	API struct {
		Table
		Bucket
		Machine
		CookieKeyParameter string `env:"COOKIE_KEY_PARAMETER,required,notEmpty"`
		SiteOrigin         string `env:"SITE_ORIGIN,required,notEmpty"` // e.g. https://ads.example.com
	}
	// Ingest configures functions/ingest.
	Ingest struct {
		Table
		Bucket
		Machine
	}
	// Prepare configures functions/prepare.
	Prepare struct {
		Table
		Bucket
	}
	// Write configures functions/prompt and functions/copywrite.
	Write struct {
		Table
		OpenAI
	}
	// Draw configures functions/stage1, functions/stage2 and functions/clip.
	Draw struct {
		Table
		Bucket
		GPU
	}
	// End configures functions/publish and functions/fail.
	End struct{ Table }
)

// Configs is every function's configuration, by the function's folder.
func Configs() map[string]any {
	return map[string]any{
		"api": API{}, "ingest": Ingest{}, "prepare": Prepare{},
		"prompt": Write{}, "copywrite": Write{},
		"stage1": Draw{}, "stage2": Draw{}, "clip": Draw{},
		"publish": End{}, "fail": End{},
	}
}

// Load reads a configuration; it reports every missing variable at once.
func Load[C any]() (C, error) {
	c, err := env.ParseAs[C]()
	if err != nil {
		return c, fmt.Errorf("configuration: %w", err)
	}
	return c, nil
}

// Ads makes the store of a table.
func (t Table) Ads(cfg aws.Config) *adstore.Store {
	return adstore.New(dynamodb.NewFromConfig(cfg), t.TableName, nil)
}

// Pictures makes the bucket.
func (b Bucket) Pictures(cfg aws.Config) *blob.Bucket {
	return blob.New(s3.NewFromConfig(cfg, func(o *s3.Options) { o.UsePathStyle = cloud.PathStyle() }), b.BucketName)
}

// Workflow makes the state machine over the store.
func (m Machine) Workflow(cfg aws.Config, ads *adstore.Store) *workflow.Machine {
	return workflow.New(sfn.NewFromConfig(cfg), m.StateMachineARN, ads)
}

// Client makes the GPU server's client.
func (g GPU) Client(ctx context.Context, cfg aws.Config) (*gpu.Client, error) {
	token, err := Secret(ctx, cfg, g.TokenParameter)
	if err != nil {
		return nil, err
	}
	return gpu.New(gpu.Config{URL: g.URL, Token: token})
}

// Secret reads a SecureString. No name, or no such parameter, gives "": what
// the caller then does without is its own decision.
func Secret(ctx context.Context, cfg aws.Config, name string) (string, error) {
	if name == "" {
		return "", nil
	}
	out, err := ssm.NewFromConfig(cfg).GetParameter(ctx, &ssm.GetParameterInput{Name: &name, WithDecryption: aws.Bool(true)})
	var missing *types.ParameterNotFound
	switch {
	case errors.As(err, &missing):
		return "", nil
	case err != nil:
		return "", cloud.Fault(fmt.Errorf("read the parameter %s: %w", name, err))
	}
	return aws.ToString(out.Parameter.Value), nil
}

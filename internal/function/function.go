// Package function is what every Lambda function shares at its start: its
// configuration, the AWS SDK's, the log and the meter, and how it ends when one of them
// cannot be had.
package function

import (
	"context"
	"log/slog"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/nanococoa/nanococoa/internal/cloud"
	"github.com/nanococoa/nanococoa/internal/config"
	"github.com/nanococoa/nanococoa/internal/metric"
)

// Shared is what every function works with.
type Shared struct {
	AWS   aws.Config
	Log   *slog.Logger  // see Logger
	Meter *metric.Meter // its lines stand among the log's, and are written at every LOG_LEVEL
}

// Config is a configuration of internal/config: each names the deployment.
type Config interface{ DeploymentName() string }

// Main runs the function of this name, which is its folder in functions/: it reads the
// configuration C, has wire make the handler, and gives that to Lambda. handler is
// anything lambda.Start takes. Main does not return. When the function cannot start it
// logs why and ends the process with status 1.
func Main[C Config](name string, wire func(ctx context.Context, c C, shared Shared) (handler any, err error)) {
	log := Logger()
	handler, err := prepare(log, wire)
	if err != nil {
		log.Error("cannot start", "step", name, "error", err.Error())
		os.Exit(1)
	}
	lambda.Start(handler)
}

func prepare[C Config](log *slog.Logger, wire func(context.Context, C, Shared) (any, error)) (handler any, err error) {
	c, err := config.Load[C]()
	if err != nil {
		return nil, err
	}
	cfg, err := cloud.Load()
	if err != nil {
		return nil, err
	}
	meter := metric.New(os.Stdout, c.DeploymentName())
	return wire(context.Background(), c, Shared{AWS: cfg, Log: log, Meter: meter})
}

// Logger is the JSON logger of every function, on standard output, at LOG_LEVEL. A level
// that is none counts as INFO: a function starts without it.
func Logger() *slog.Logger {
	c, err := config.Load[config.Log]()
	if err != nil {
		c.Level = slog.LevelInfo
	}
	return slog.New(slog.NewJSONHandler(os.Stdout, &slog.HandlerOptions{Level: c.Level}))
}

// Package gpuserver opens the client of the GPU server from a function's configuration.
// It is apart from gpuclient because it reads the token from SSM, and who else uses that
// client knows no AWS.
package gpuserver

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/nanococoa/nanococoa/internal/config"
	"github.com/nanococoa/nanococoa/internal/gpuclient"
	"github.com/nanococoa/nanococoa/internal/secret"
)

// Open makes a client. It does not connect to the server.
//
// Faults: Storage.Throttled, Storage.Unavailable when the token cannot be read. An
// address that is none is an error without a fault.
func Open(ctx context.Context, cfg aws.Config, c config.GPU) (*gpuclient.Client, error) {
	token, err := secret.Read(ctx, cfg, c.TokenParameter)
	if err != nil {
		return nil, err
	}
	return gpuclient.New(gpuclient.Config{URL: c.URL, Token: token})
}

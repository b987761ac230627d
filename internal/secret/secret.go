// Package secret reads secrets from SSM Parameter Store, where they lie as
// SecureStrings: configuration names them and never holds them.
package secret

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"github.com/nanococoa/nanococoa/internal/cloud"
)

// Read gives the value of a parameter. No name, or no such parameter, gives "":
// what to do without is the caller's decision.
//
// Faults: Storage.Throttled, Storage.Unavailable.
func Read(ctx context.Context, cfg aws.Config, name string) (string, error) {
	if name == "" {
		return "", nil
	}
	in := &ssm.GetParameterInput{Name: &name, WithDecryption: aws.Bool(true)}
	out, err := ssm.NewFromConfig(cfg).GetParameter(ctx, in)
	var missing *types.ParameterNotFound
	switch {
	case errors.As(err, &missing):
		return "", nil
	case err != nil:
		return "", cloud.Fault(fmt.Errorf("read the parameter %s: %w", name, err))
	}
	return aws.ToString(out.Parameter.Value), nil
}

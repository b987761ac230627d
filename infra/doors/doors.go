// Package doors closes both doors of a deployment, so that nothing that costs money can be
// ordered while what is there can still be seen, and opens them again.
package doors

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

// What the parameter of template.yaml may be.
const (
	parameter = "Doors"
	Open      = "open"
	Closed    = "closed"
)

// updateTimeout is the longest to wait for the stack: it changes a few settings of the
// gateway and of functions, which takes a minute or two.
const updateTimeout = 10 * time.Minute

// Set gives a stack's doors a state and waits until it holds, and reports whether anything
// had to be changed. The stack's template and its other parameters stay as they are, so
// that nothing has to be built.
func Set(ctx context.Context, client *cloudformation.Client, stack, state string) (changed bool, err error) {
	found, err := client.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &stack})
	if err != nil {
		return false, fmt.Errorf("find the stack %s: %w", stack, err)
	}
	in := cloudformation.UpdateStackInput{
		StackName: &stack, UsePreviousTemplate: aws.Bool(true),
		Capabilities: []types.Capability{types.CapabilityCapabilityIam, types.CapabilityCapabilityAutoExpand},
	}
	known := false
	for _, p := range found.Stacks[0].Parameters {
		next := types.Parameter{ParameterKey: p.ParameterKey, UsePreviousValue: aws.Bool(true)}
		if aws.ToString(p.ParameterKey) == parameter {
			if known = true; aws.ToString(p.ParameterValue) == state {
				return false, nil
			}
			next = types.Parameter{ParameterKey: p.ParameterKey, ParameterValue: &state}
		}
		in.Parameters = append(in.Parameters, next)
	}
	if !known {
		return false, errors.New("the stack " + stack + " knows no doors yet; deploy it once with this version")
	}
	if _, err := client.UpdateStack(ctx, &in); err != nil {
		if strings.Contains(err.Error(), "No updates are to be performed") {
			return false, nil
		}
		return false, fmt.Errorf("update the stack %s: %w", stack, err)
	}
	wait := cloudformation.NewStackUpdateCompleteWaiter(client)
	if err := wait.Wait(ctx, &cloudformation.DescribeStacksInput{StackName: &stack}, updateTimeout); err != nil {
		return true, fmt.Errorf("wait for the stack %s: %w", stack, err)
	}
	return true, nil
}

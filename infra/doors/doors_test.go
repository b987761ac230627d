package doors_test

import (
	"os"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/nanococoa/nanococoa/infra/doors"
	"github.com/nanococoa/nanococoa/internal/localaws"
)

func TestMain(m *testing.M) { os.Exit(localaws.Main(m)) }

// A stack as ours: it has doors, and a parameter that has to stay what it is.
const template = `{
  "Parameters": {"Doors": {"Type": "String", "Default": "open"}, "Other": {"Type": "String", "Default": "default"}},
  "Resources": {"State": {"Type": "AWS::SSM::Parameter", "Properties": {
    "Name": {"Ref": "AWS::StackName"}, "Type": "String", "Value": {"Fn::Sub": "${Doors} ${Other}"}}}}
}`

func TestDoors(t *testing.T) {
	t.Parallel()
	cfg := localaws.Config(t)
	client, stack := cloudformation.NewFromConfig(cfg), localaws.Name(t)
	if _, err := client.CreateStack(t.Context(), &cloudformation.CreateStackInput{
		StackName: &stack, TemplateBody: aws.String(template),
		Parameters: []types.Parameter{{ParameterKey: aws.String("Other"), ParameterValue: aws.String("kept")}},
	}); err != nil {
		t.Fatal(err)
	}
	wait := cloudformation.NewStackCreateCompleteWaiter(client)
	in := &cloudformation.DescribeStacksInput{StackName: &stack}
	if err := wait.Wait(t.Context(), in, time.Minute); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		state   string
		changed bool
	}{{doors.Open, false}, {doors.Closed, true}, {doors.Closed, false}, {doors.Open, true}} {
		changed, err := doors.Set(t.Context(), client, stack, step.state)
		if err != nil || changed != step.changed {
			t.Errorf("%s: changed is %v, %v", step.state, changed, err)
		}
		got, err := ssm.NewFromConfig(cfg).GetParameter(t.Context(), &ssm.GetParameterInput{Name: &stack})
		if err != nil || aws.ToString(got.Parameter.Value) != step.state+" kept" {
			t.Errorf("%s: the stack made %+v, %v", step.state, got, err)
		}
	}
	if _, err := doors.Set(t.Context(), client, stack+"-none", doors.Closed); err == nil {
		t.Error("a stack that is not there was closed")
	}
}

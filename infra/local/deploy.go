package local

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/nanococoa/nanococoa/infra/keys"
)

// deploy puts both stacks onto the local AWS with SAM, as onto AWS, unless they
// are there already, and reads what they made.
func (d *Deployment) deploy(ctx context.Context) error {
	storage := stack{
		name: storageStack, config: "local-storage", title: "infra/storage.yaml",
		parameters: []string{
			"Environment=" + environment, "SiteOrigin=" + d.SiteURL, "RequireTls=false", "DeletionProtection=false",
		},
		made: []string{filepath.Join(d.o.Root, "infra", "storage.yaml")},
	}
	if err := d.put(ctx, storage); err != nil {
		return err
	}
	if !d.containers() { // LocalStack has Cognito in what it sells alone
		if err := d.put(ctx, d.accounts()); err != nil {
			return err
		}
	}
	parameters, err := d.parameters(ctx)
	if err != nil {
		return err
	}
	return d.put(ctx, d.app(parameters))
}

func (d *Deployment) app(parameters []string) stack {
	return stack{
		name: appStack, config: "local", title: "template.yaml",
		parameters: parameters, made: []string{filepath.Dir(d.template())},
		after: d.applyGatewayResponses,
	}
}

// Update deploys template.yaml's stack once more, with other values of some parameters, as Name=value.
func (d *Deployment) Update(ctx context.Context, parameters ...string) error {
	as, err := d.parameters(ctx)
	if err != nil {
		return err
	}
	return d.put(ctx, d.app(append(as, parameters...)))
}

// stack is one deployment by SAM.
type stack struct {
	name       string
	config     string                      // its environment in samconfig.toml
	title      string                      // for a person
	parameters []string                    // as Name=value
	made       []string                    // the files and folders that are deployed
	after      func(context.Context) error // what belongs to it, done each time; may be nil
}

// put deploys a stack, if anything about it has changed, and takes over its
// outputs.
func (d *Deployment) put(ctx context.Context, s stack) error {
	digest, err := digest(s.parameters, append(s.made, filepath.Join(d.o.Root, "samconfig.toml"))...)
	if err != nil {
		return err
	}
	same, err := d.deployed(ctx, s.config, digest)
	if err != nil {
		return err
	}
	if same {
		d.say.print("%-34s unchanged\n", "Deploying "+s.title)
		return d.takeOutputs(ctx, s.name)
	}
	return d.say.phase("Deploying "+s.title, func() error {
		if err := d.emptyArtifacts(ctx); err != nil {
			return err
		}
		if err := d.samDeploy(ctx, s.config, s.parameters...); err != nil {
			return err
		}
		if err := d.takeOutputs(ctx, s.name); err != nil {
			return err
		}
		if s.after != nil {
			if err := s.after(ctx); err != nil {
				return err
			}
		}
		return d.remember(ctx, s.config, digest)
	})
}

// parameters keeps the secrets and gives template.yaml's parameters.
func (d *Deployment) parameters(ctx context.Context) ([]string, error) {
	// Before the cookie key: that of an earlier version signed pictures' ids too.
	if _, err := keys.EnsurePicture(ctx, d.ssm(), environment); err != nil {
		return nil, err
	}
	if _, err := keys.EnsureCookie(ctx, d.ssm(), environment); err != nil {
		return nil, err
	}
	out := []string{
		"Environment=" + environment, "SiteOrigin=" + d.SiteURL, "Architecture=" + architecture(),
		"BucketName=/nanococoa/" + environment + "/bucket", "TableName=/nanococoa/" + environment + "/table",
		"AIServerUrl=" + d.asFunctionsSay(d.AIServerURL), "LogRetentionDays=1",
		// Everything here comes from one address, and tests order as hundreds of owners do.
		"Limits=" + cmp.Or(d.o.Limits, "*:1000000"), "PlacesPerOwner=1000",
	}
	if d.containers() {
		out = append(out, "AIServerTokenParameter="+keys.TokenName(environment))
	} else {
		// MiniStack 1.5.33 refuses alarms on metric math, and judges the others without
		// their dimensions.
		out = append(out, "Alarms=false", "SignInIssuer="+d.Outputs["Issuer"], "SignInClient="+d.Outputs["ClientId"],
			"SignInDiscovery="+d.AWSURL+"/"+d.Outputs["PoolId"])
	}
	if d.o.OpenAIKey == "" {
		return out, keys.Remove(ctx, d.ssm(), keys.OpenAIName(environment)) // an earlier run may have been killed
	}
	if err := keys.Put(ctx, d.ssm(), keys.OpenAIName(environment), d.o.OpenAIKey); err != nil {
		return nil, err
	}
	out = append(out, "OpenAIKeyParameter="+keys.OpenAIName(environment))
	if d.o.OpenAIModel != "" {
		out = append(out, "OpenAIModel="+d.o.OpenAIModel)
	}
	if d.o.OpenAIEffort != nil {
		out = append(out, `OpenAIEffort="`+*d.o.OpenAIEffort+`"`) // SAM takes an empty value in quotes only
	}
	if d.o.OpenAIBaseURL != "" {
		out = append(out, "OpenAIBaseUrl="+d.o.OpenAIBaseURL)
	}
	return out, nil
}

// samDeploy runs `sam deploy` with one of samconfig.toml's environments.
func (d *Deployment) samDeploy(ctx context.Context, config string, parameters ...string) error {
	log, err := d.logFile("deploy.log")
	if err != nil {
		return err
	}
	args := []string{"deploy", "--config-env", config, "--no-progressbar", "--parameter-overrides"}
	args = append(args, parameters...)
	cmd := exec.Command(d.sam(), args...)
	cmd.Dir = d.o.Root
	cmd.Env = append(d.environ(),
		"AWS_ENDPOINT_URL="+d.AWSURL, "AWS_DEFAULT_REGION="+region, "AWS_EC2_METADATA_DISABLED=true",
		// A person's own ~/.aws must not decide where this goes.
		"AWS_CONFIG_FILE="+os.DevNull, "AWS_SHARED_CREDENTIALS_FILE="+d.credentialsFile(),
		"SAM_CLI_TELEMETRY=0",
		"SAM_CLI_POLL_DELAY=0.2", // seconds between looks at the stack; 5 by default, for AWS
		"PYTHONUNBUFFERED=1",
	)
	p, err := spawn("sam deploy", cmd, log)
	if err != nil {
		return err
	}
	select {
	case <-p.done:
	case <-ctx.Done():
		return errors.Join(context.Cause(ctx), p.stop(2*time.Second))
	case <-d.running.done:
		_ = p.stop(2 * time.Second)
		return d.running.ended()
	}
	if p.err != nil {
		return fmt.Errorf("sam deploy --config-env %s failed (%w):\n%s", config, p.err, p.tail)
	}
	return nil
}

// takeOutputs adds a stack's outputs to the deployment's.
func (d *Deployment) takeOutputs(ctx context.Context, stack string) error {
	var answer struct {
		Outputs []struct {
			Key   string `xml:"OutputKey"`
			Value string `xml:"OutputValue"`
		} `xml:"DescribeStacksResult>Stacks>member>Outputs>member"`
	}
	if err := d.cloudFormation(ctx, &answer, "DescribeStacks", "StackName", stack); err != nil {
		return err
	}
	for _, o := range answer.Outputs {
		d.Outputs[o.Key] = o.Value
	}
	return nil
}

// gatewayResponse is an answer the gateway gives by itself, in the form that
// both an API's definition and API Gateway's own calls have.
type gatewayResponse struct {
	StatusCode         string            `json:"statusCode,omitempty"`
	ResponseParameters map[string]string `json:"responseParameters,omitempty"`
	ResponseTemplates  map[string]string `json:"responseTemplates,omitempty"`
}

// applyGatewayResponses does what AWS does by itself: takes the gateway's own
// answers (404, 413, 429, 5xx) out of the API's definition. MiniStack 1.5.33
// reads nothing but the routes there.
func (d *Deployment) applyGatewayResponses(ctx context.Context) error {
	var answer struct {
		Body string `xml:"GetTemplateResult>TemplateBody"`
	}
	if err := d.cloudFormation(ctx, &answer, "GetTemplate", "StackName", appStack, "TemplateStage",
		"Processed"); err != nil {
		return err
	}
	var template struct {
		Resources struct {
			API struct {
				Properties struct {
					Body struct {
						Responses map[string]gatewayResponse `json:"x-amazon-apigateway-gateway-responses"`
					}
				}
			} `json:"Api"`
		}
	}
	if err := json.Unmarshal([]byte(answer.Body), &template); err != nil {
		return fmt.Errorf("read the deployed template: %w", err)
	}
	api := "/restapis/" + d.Outputs["ApiId"]
	responses := template.Resources.API.Properties.Body.Responses
	for kind, response := range responses {
		path := api + "/gatewayresponses/" + kind
		if err := d.call(ctx, "apigateway", http.MethodPut, path, nil, response, nil); err != nil {
			return err
		}
	}
	// They hold from the next deployment of the environment on.
	return d.call(ctx, "apigateway", http.MethodPost, api+"/deployments", nil, map[string]string{"stageName": apiStage},
		nil)
}

// apiStage is template.yaml's StageName.
const apiStage = "v1"

// apiURL is where the local AWS serves the API; /api/... follows.
func (d *Deployment) apiURL() string {
	return strings.Join([]string{d.AWSURL, "_aws", "execute-api", d.Outputs["ApiId"], apiStage}, "/")
}

package local

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/oasdiff/yaml3"
)

// SAMLocal runs `sam local` on this deployment: the functions in containers of their own, and behind them what the
// deployment has. It gives what SAM failed with.
//
// "start-api" serves the API at http://localhost:3000 until ctx ends. "invoke" runs a function with an event:
// "invoke fail functions/fail/events/timeout.json"; without an event with each of the function's own, without a
// function each with its own. What a function answers, faults included, is written to out; a function that crashes, is
// out of time or says nothing is an error.
func (d *Deployment) SAMLocal(ctx context.Context, out io.Writer, arguments ...string) error {
	if !d.containers() {
		return errors.New("`sam local` needs the functions' containers: ENGINE=host or ENGINE=compose")
	}
	template, err := d.samTemplate()
	if err != nil {
		return err
	}
	defer os.Remove(template) // it is no part of what is deployed
	switch {
	case len(arguments) == 1 && arguments[0] == "start-api":
		options := append(d.samOptions(template), "--port", "3000")
		cmd := d.samCommand(ctx, d.sam(), append([]string{"local", "start-api"}, options...)...)
		cmd.Stdout, cmd.Stderr = out, out
		if err := cmd.Run(); err != nil && ctx.Err() == nil {
			return fmt.Errorf("sam local start-api: %w", err)
		}
		return nil
	case len(arguments) > 0 && len(arguments) <= 3 && arguments[0] == "invoke":
		events, err := d.events(arguments[1:])
		if err != nil {
			return err
		}
		return d.samInvoke(ctx, template, events, out)
	}
	return fmt.Errorf("sam local %s: want start-api, or invoke [FUNCTION [EVENT]]", strings.Join(arguments, " "))
}

// events are the files of events that SAMLocal is to invoke with.
func (d *Deployment) events(arguments []string) ([]string, error) {
	if len(arguments) == 2 {
		path, err := filepath.Abs(arguments[1])
		return []string{path}, err
	}
	function := "*"
	if len(arguments) == 1 {
		function = arguments[0]
	}
	found, err := filepath.Glob(filepath.Join(d.o.Root, "functions", function, "events", "*.json"))
	if err != nil || len(found) == 0 {
		return nil, fmt.Errorf("functions/%s/events has no event (%w)", function, err)
	}
	slices.Sort(found)
	return found, nil
}

// samInvoke runs for each event the function in whose folder it is.
func (d *Deployment) samInvoke(ctx context.Context, template string, events []string, out io.Writer) error {
	arguments := append([]string{"tools/sam-invoke.py"}, d.samOptions(template)...)
	arguments = append(arguments, "--")
	for _, event := range events {
		function := filepath.Base(filepath.Dir(filepath.Dir(event)))
		arguments = append(arguments, strings.ToUpper(function[:1])+function[1:]+"Function", event)
	}
	cmd := d.samCommand(ctx, d.python(), arguments...)
	var log strings.Builder // of what is no event's: not into out, which may take one writer at a time
	cmd.Stderr = &log
	said, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return fmt.Errorf("sam local invoke: %w", err)
	}
	var errs []error
	done := 0
	lines := json.NewDecoder(said)
	for {
		var one invoked
		if err := lines.Decode(&one); err != nil {
			break // at its end, of which Wait tells
		}
		done++
		_, _ = fmt.Fprintf(out, "%s\n    %.300s\n", d.inRoot(one.Event), one.Answer)
		if err := one.fault(); err != nil {
			errs = append(errs, fmt.Errorf("sam local invoke with %s: %w", d.inRoot(one.Event), err))
		}
	}
	if err := cmd.Wait(); err != nil || done < len(events) {
		errs = append(errs, fmt.Errorf("sam local invoke: %d of %d events (%w): %s", done, len(events), err, &log))
	}
	return errors.Join(errs...)
}

// inRoot is a path as the repository has it.
func (d *Deployment) inRoot(path string) string {
	if short, err := filepath.Rel(d.o.Root, path); err == nil {
		return short
	}
	return path
}

// invoked is what tools/sam-invoke.py says of one event.
type invoked struct{ Event, Answer, Failed string }

// fault says what is wrong, if something is: a function may answer a fault of its own, but not crash, nor be out of
// time.
func (i invoked) fault() error {
	var answer struct {
		Type string `json:"errorType"`
	}
	switch {
	case i.Failed != "":
		return errors.New(i.Failed)
	case !json.Valid([]byte(i.Answer)):
		return fmt.Errorf("it answered no JSON: %.300q", i.Answer)
	case json.Unmarshal([]byte(i.Answer), &answer) == nil && (strings.HasPrefix(answer.Type, "Runtime.") ||
		strings.HasSuffix(strings.ToLower(answer.Type), "timedout")):
		return errors.New(i.Answer)
	}
	return nil
}

// samOptions are what every command of `sam local` is told.
func (d *Deployment) samOptions(template string) []string {
	options := []string{"--template", template, "--skip-pull-image", "--region", region}
	if d.o.Engine == LocalStackInDocker {
		return append(options, "--docker-network", "nanococoa") // of compose.yaml
	}
	return append(options, "--add-host", aiserverHost+":"+bridge)
}

// samCommand runs SAM. It knows nothing of the shell's AWS: SAM would let that win over the template's.
func (d *Deployment) samCommand(ctx context.Context, program string, arguments ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, program, arguments...) //nolint:gosec // our own words, and files of this repository
	cmd.Dir = d.o.Root
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) } // it then removes its containers
	cmd.Env = append(d.environ(), "HOME="+d.dir, "TMPDIR="+filepath.Join(d.dir, "tmp"), "SAM_CLI_TELEMETRY=0",
		"AWS_ACCESS_KEY_ID="+d.root.AccessKeyID, "AWS_SECRET_ACCESS_KEY="+d.root.SecretAccessKey,
		"AWS_DEFAULT_REGION="+region, "AWS_EC2_METADATA_DISABLED=true",
		"AWS_CONFIG_FILE="+os.DevNull, "AWS_SHARED_CREDENTIALS_FILE="+os.DevNull,
		// It asks for the account's number, for ten seconds where AWS cannot be reached. No function hears of this one.
		"AWS_ENDPOINT_URL_STS="+d.AWSURL)
	return cmd
}

// samTemplate writes a copy of the built template for `sam local` beside it, and gives its path.
func (d *Deployment) samTemplate() (string, error) {
	built, err := os.ReadFile(d.template())
	if err != nil {
		return "", fmt.Errorf("read the built template: %w", err)
	}
	endpoint := d.AWSURL
	if d.o.Engine == LocalStackInDocker {
		endpoint = "http://localstack:4566" // its name in compose.yaml's network
	}
	text, err := samTemplate(built, d.Outputs, map[string]string{
		"Environment": environment, "Architecture": architecture(), "SiteOrigin": d.SiteURL,
		"BucketName": d.Outputs["BucketName"], "TableName": d.Outputs["TableName"],
		"AIServerUrl": d.asFunctionsSay(d.AIServerURL), "AIServerTokenParameter": "/nanococoa/" + environment + "/gpu-token",
	}, endpoint)
	if err != nil {
		return "", err
	}
	path := filepath.Join(filepath.Dir(d.template()), "sam-local.yaml")
	return path, os.WriteFile(path, text, 0o600)
}

// samTemplate is a built template for `sam local`, which looks up neither Parameter Store's values nor what other
// resources are called, gives a function only the variables its template declares, and runs it for the processor the
// template names. So parameters have their values as defaults, every variable that is another resource has what the
// outputs say of that resource, and the functions have AWS's endpoint.
func samTemplate(built []byte, outputs, parameters map[string]string, endpoint string) ([]byte, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(built, &doc); err != nil {
		return nil, fmt.Errorf("read the built template: %w", err)
	}
	if len(doc.Content) == 0 {
		return nil, errors.New("the built template is empty")
	}
	root := doc.Content[0]
	for name, value := range parameters {
		p := child(child(root, "Parameters"), name)
		if p == nil {
			return nil, fmt.Errorf("the template has no parameter %s", name)
		}
		// A plain string: sam local would take the name of a parameter in Parameter Store for its value.
		*p = mapping("Type", "String", "Default", value)
	}
	made := map[string]string{} // by resource
	entries(child(root, "Outputs"), func(name string, output *yaml.Node) {
		if resource := ref(child(output, "Value")); resource != "" {
			made[resource] = outputs[name]
		}
	})
	variables := child(child(child(child(root, "Globals"), "Function"), "Environment"), "Variables")
	if variables == nil {
		return nil, errors.New("the template's functions have no variables in common")
	}
	variables.Content = append(variables.Content, mapping("AWS_ENDPOINT_URL", endpoint).Content...)
	entries(child(root, "Resources"), func(_ string, r *yaml.Node) {
		entries(child(child(child(r, "Properties"), "Environment"), "Variables"), func(_ string, v *yaml.Node) {
			if value := made[ref(v)]; value != "" {
				*v = text(value)
			}
		})
	})
	return yaml.Marshal(&doc)
}

// ref is the name that a !Ref refers to, in either of its forms; "" of anything else.
func ref(n *yaml.Node) string {
	switch {
	case n == nil:
		return ""
	case n.Kind == yaml.AliasNode:
		return ref(n.Alias)
	case n.Tag == "!Ref":
		return n.Value
	}
	if r := child(n, "Ref"); r != nil && len(n.Content) == 2 {
		return r.Value
	}
	return ""
}

// child is a mapping's value by its key; nil if there is none.
func child(n *yaml.Node, key string) (found *yaml.Node) {
	entries(n, func(name string, v *yaml.Node) {
		if name == key {
			found = v
		}
	})
	return found
}

// entries calls a function for each entry of a mapping.
func entries(n *yaml.Node, do func(key string, value *yaml.Node)) {
	if n != nil && n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if n == nil || n.Kind != yaml.MappingNode {
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		do(n.Content[i].Value, n.Content[i+1])
	}
}

// mapping makes a mapping of strings.
func mapping(pairs ...string) yaml.Node {
	n := yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	for _, p := range pairs {
		one := text(p)
		n.Content = append(n.Content, &one)
	}
	return n
}

func text(value string) yaml.Node {
	return yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: value, Style: yaml.DoubleQuotedStyle}
}

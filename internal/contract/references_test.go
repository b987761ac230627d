package contract_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A template refers to what stands in it. SAM makes more resources, and naming those works only
// where SAM has done its work before anybody looks for the names: LocalStack refuses the stack
// (docs/local-engines.md). As it does where a text escapes a ${name} for IAM as ${!name}, which
// it takes for a name; a text without Fn::Sub needs no escape.
func TestATemplateRefersToWhatItDeclares(t *testing.T) {
	t.Parallel()
	for name, doc := range templates(t) {
		named := references(in(doc, "Resources"))
		if len(named) == 0 {
			t.Errorf("%s: no reference found", name)
		}
		for _, r := range named {
			if in(doc, "Resources")[r] == nil && in(doc, "Parameters")[r] == nil && !strings.HasPrefix(r, "AWS::") {
				t.Errorf("%s refers to %s, which it does not declare", name, r)
			}
		}
	}
}

var substitution = regexp.MustCompile(`\$\{([^}.]+)[^}]*\}`)

// references are the names that a part of a template refers to.
func references(v value) []string {
	var out []string
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			out = append(out, references(x)...)
		}
	case object:
		for key, x := range v {
			switch key {
			case "Ref", "DependsOn":
				out = append(out, texts(x)...)
			case "Fn::GetAtt":
				out = append(out, texts(x)[0])
			case "Fn::Sub":
				parts := list(x)
				var own []string // names that the text brings itself
				if len(parts) > 1 {
					own = names(in(parts[1]))
					out = append(out, references(parts[1])...)
				}
				for _, m := range substitution.FindAllStringSubmatch(fmt.Sprint(parts[0]), -1) {
					if !slices.Contains(own, m[1]) {
						out = append(out, m[1])
					}
				}
			default:
				out = append(out, references(x)...)
			}
		}
	}
	return out
}

// The account's leave to write API logs is there before the stage that wants it. Nothing of the stage names it, so
// CloudFormation would make both at once and, in an account's first deployment, be refused.
func TestTheStageWaitsForTheRoleOfItsLogs(t *testing.T) {
	t.Parallel()
	tp := readTemplate(t)
	accounts := tp.ofType("AWS::ApiGateway::Account")
	if len(accounts) == 0 {
		t.Fatal("the template has no account")
	}
	for name, api := range tp.ofType("AWS::Serverless::Api") {
		if at(api, "Properties", "AccessLogSetting") == nil {
			continue
		}
		for account := range accounts {
			if !slices.Contains(references(api), account) {
				t.Errorf("%s does not wait for %s", name, account)
			}
		}
	}
}

// Functions are linked without C, on this machine too: a program that wants this machine's libc does not start in a
// container with another.
func TestFunctionsAreLinkedWithoutC(t *testing.T) {
	t.Parallel()
	text := string(read(t, "Makefile"))
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\\\n", " "), "$(GO_FUNCTIONS)",
		regexp.MustCompile(`(?m)^GO_FUNCTIONS\s*=.*$`).FindString(text))
	build, builds := regexp.MustCompile(`\$\((SAM|GO)\) build( --| \./functions)`), 0
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "\t") || !build.MatchString(line) {
			continue
		}
		builds++
		if !strings.Contains(line, "CGO_ENABLED=0") {
			t.Errorf("functions are built with C: %s", strings.TrimSpace(line))
		}
	}
	if builds < 4 {
		t.Errorf("only %d builds of functions found", builds)
	}
}

// A name means one thing in a template: CloudFormation wants the ids of parameters unique among
// all of its ids, and a condition that is called like the parameter it looks at is followed in a
// circle by LocalStack when a stack is updated.
func TestANameOfATemplateMeansOneThing(t *testing.T) {
	t.Parallel()
	for name, doc := range templates(t) {
		seen := map[string]string{}
		for _, section := range []string{"Parameters", "Conditions", "Resources"} {
			for id := range in(doc, section) {
				if other := seen[id]; other != "" {
					t.Errorf("%s: %s is one of %s and of %s", name, id, other, section)
				}
				seen[id] = section
			}
		}
		if len(seen) == 0 {
			t.Errorf("%s names nothing", name)
		}
	}
}

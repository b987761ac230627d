package contract_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// templates reads every template, by its path.
func templates(t *testing.T) map[string]object {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, "infra", "*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%v, %v", files, err)
	}
	out := map[string]object{"template.yaml": readYAML(t, "template.yaml")}
	for _, f := range files {
		path := filepath.Join("infra", filepath.Base(f))
		out[path] = readYAML(t, path)
	}
	return out
}

// Whoever deploys is told what a parameter is for, and a wrong value is refused
// before anything is made of it.
func TestEveryParameterIsDescribedAndBounded(t *testing.T) {
	t.Parallel()
	for path, doc := range templates(t) {
		for name, p := range in(doc, "Parameters") {
			if d, _ := at(p, "Description").(string); len(d) < 20 {
				t.Errorf("%s: %s is described as %q", path, name, d)
			}
			kind, _ := at(p, "Type").(string)
			bounded := strings.HasPrefix(kind, "AWS::SSM::Parameter::Value<") // the parameter it names must exist
			for _, bound := range []string{"AllowedPattern", "AllowedValues", "MinValue"} {
				bounded = bounded || at(p, bound) != nil
			}
			if !bounded {
				t.Errorf("%s: %s takes anything", path, name)
			}
		}
		for name, o := range in(doc, "Outputs") {
			if d, _ := at(o, "Description").(string); d == "" {
				t.Errorf("%s: output %s is not described", path, name)
			}
		}
	}
}

// What owners gave us is kept by every deployment, is closed to everybody else, and can be
// restored after a mistake.
func TestStorageIsClosedAndKept(t *testing.T) {
	t.Parallel()
	doc := readYAML(t, "infra/storage.yaml")
	is := func(v value, want any, path ...string) {
		t.Helper()
		if got := at(v, path...); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%v is %v, want %v", path, got, want)
		}
	}
	bucket, table := at(doc, "Resources", "Bucket"), at(doc, "Resources", "Table")
	for _, kept := range []value{bucket, table} {
		is(kept, "Retain", "DeletionPolicy")
		is(kept, "Retain", "UpdateReplacePolicy")
	}
	for _, what := range []string{"BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"} {
		is(bucket, true, "Properties", "PublicAccessBlockConfiguration", what)
	}
	is(table, "PAY_PER_REQUEST", "Properties", "BillingMode")
	is(table, true, "Properties", "PointInTimeRecoverySpecification", "PointInTimeRecoveryEnabled")
	is(table, "DeletionProtection", "Properties", "DeletionProtectionEnabled", "Ref")
	is(doc, "true", "Parameters", "DeletionProtection", "Default")
	is(doc, "true", "Parameters", "RequireTls", "Default")
	policy := list(at(doc, "Resources", "BucketPolicy", "Properties", "PolicyDocument", "Statement"))
	if len(policy) != 1 {
		t.Fatalf("policy %v", policy)
	}
	is(policy[0], "Deny", "Effect")
	is(policy[0], "s3:*", "Action")
	is(policy[0], "false", "Condition", "Bool", "aws:SecureTransport")

	unfinished, originals := false, false
	for _, r := range list(at(bucket, "Properties", "LifecycleConfiguration", "Rules")) {
		if at(r, "Status") != "Enabled" {
			continue
		}
		unfinished = unfinished || number(at(r, "AbortIncompleteMultipartUpload", "DaysAfterInitiation")) == 1
		originals = originals || at(r, "Prefix") == "uploads/" &&
			at(r, "ExpirationInDays", "Ref") == "OriginalRetentionDays"
	}
	if !unfinished || !originals {
		t.Errorf("lifecycle: unfinished uploads end %t, originals end %t", unfinished, originals)
	}
	// A deployment of the code cannot change it.
	tp := readTemplate(t)
	for _, kind := range []string{
		"AWS::S3::Bucket", "AWS::DynamoDB::Table", "AWS::Serverless::SimpleTable",
		"AWS::CloudFormation::Stack", "AWS::Serverless::Application",
	} {
		for name, r := range tp.ofType(kind) {
			if name == "Alarming" && at(r, "Properties", "TemplateURL") == "infra/alarms.yaml" {
				continue // alarms keep nothing
			}
			t.Errorf("template.yaml makes %s, a %s: storage is a stack of its own", name, kind)
		}
	}
}

// Traces show afterwards what ran.
func TestEverythingThatRunsIsTraced(t *testing.T) {
	t.Parallel()
	tp := readTemplate(t)
	for name, m := range tp.ofType("AWS::Serverless::StateMachine") {
		tracing, logging := in(m, "Properties", "Tracing"), in(m, "Properties", "Logging")
		if tracing["Enabled"] != true || len(list(logging["Destinations"])) != 1 || logging["IncludeExecutionData"] != false {
			t.Errorf("%s: tracing %v, logging %v", name, tracing, logging)
		}
	}
	for _, folder := range folders(t) {
		if at(tp.globals, "Tracing") != "Active" || at(tp.function(folder), "Tracing") != nil {
			t.Errorf("%s is not traced", folder)
		}
		if at(tp.globals, "Runtime") != "provided.al2023" || at(tp.function(folder), "Runtime") != nil {
			t.Errorf("%s runs on something else", folder)
		}
	}
	if at(tp.resources, "Api", "Properties", "TracingEnabled") != true {
		t.Error("the API is not traced")
	}
}

package local_test

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/oasdiff/yaml3"

	"github.com/nanococoa/nanococoa/infra/local"
)

const builtTemplate = `
Parameters:
  Architecture: { Type: String, Default: arm64, AllowedValues: [arm64, x86_64] }
  TableName: { Type: 'AWS::SSM::Parameter::Value<String>', Default: /a/table }
Globals:
  Function:
    Architectures: [!Ref Architecture]
    Environment:
      Variables: { LOG_LEVEL: info }
Resources:
  AdStateMachine: { Type: 'AWS::Serverless::StateMachine' }
  OneFunction:
    Properties:
      Environment:
        Variables: { MACHINE: !Ref AdStateMachine, TABLE: !Ref TableName }
  OtherFunction:
    Properties:
      Environment:
        Variables: { MACHINE: { Ref: AdStateMachine } }
Outputs:
  StateMachineArn: { Value: !Ref AdStateMachine }
`

// A copy for `sam local`, which resolves nothing: this machine's processor, the names of what is deployed, AWS's
// endpoint.
func TestTheTemplateForSAMLocal(t *testing.T) {
	t.Parallel()
	text, err := local.SAMTemplate([]byte(builtTemplate), map[string]string{"StateMachineArn": "arn:machine"},
		map[string]string{"Architecture": "x86_64", "TableName": "the-table"}, "http://aws")
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Parameters map[string]struct {
			Type    string `yaml:"Type"`
			Default string `yaml:"Default"`
		} `yaml:"Parameters"`
	}
	if err := yaml.Unmarshal(text, &got); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	for name, want := range map[string]string{"Architecture": "x86_64", "TableName": "the-table"} {
		if p := got.Parameters[name]; p.Type != "String" || p.Default != want {
			t.Errorf("%s is %+v, want the string %s", name, p, want)
		}
	}
	for _, want := range []string{
		`AWS_ENDPOINT_URL": "http://aws"`, `LOG_LEVEL: info`, `TABLE: !Ref TableName`, `Architectures: [!Ref Architecture]`,
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("it has no %s:\n%s", want, text)
		}
	}
	if n := strings.Count(string(text), `MACHINE: "arn:machine"`); n != 2 {
		t.Errorf("%d of 2 functions know the state machine:\n%s", n, text)
	}
	for name, tc := range map[string]struct {
		built     string
		parameter string
	}{
		"another parameter": {builtTemplate, "Nothing"}, "no template": {"", "TableName"}, "no YAML": {"a: [", "TableName"},
		"no variables": {"Parameters: { TableName: {} }", "TableName"},
	} {
		if text, err := local.SAMTemplate([]byte(tc.built), nil, map[string]string{tc.parameter: "x"}, "http://aws"); err == nil {
			t.Errorf("%s: %s", name, text)
		}
	}
}

// SAM lets a variable of the shell win over the template's of that name.
func TestTheShellDoesNotSayWhereSAMLocalGoes(t *testing.T) { //nolint:paralleltest // it sets the environment
	for _, name := range []string{"AWS_ENDPOINT_URL", "AWS_PROFILE", "ENVIRONMENT", "LOG_LEVEL", "TABLE_NAME"} {
		t.Setenv(name, "of-the-shell")
	}
	for _, e := range []local.Engine{local.LocalStack, local.LocalStackInDocker} {
		cmd := local.SAMCommand(t.Context(), e)
		for _, kv := range cmd.Env {
			if strings.HasSuffix(kv, "of-the-shell") {
				t.Errorf("%s: it is told %s", e, kv)
			}
		}
		if !slices.Contains(cmd.Args, "--skip-pull-image") {
			t.Errorf("%s: it fetches images: %v", e, cmd.Args)
		}
	}
}

// A function may answer a fault; one that crashes has not run.
func TestWhatSAMLocalRunsMayFail(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		answer, failed string
		bad            bool
	}{
		"an answer":   {answer: `{"statusCode":200}`},
		"nothing":     {answer: `null`},
		"its fault":   {answer: `{"errorType":"Ad.NotFound","errorMessage":"x"}`},
		"a list":      {answer: `[]`},
		"crashed":     {answer: `{"errorType":"Runtime.ExitError"}`, bad: true},
		"out of time": {answer: `{"errorType":"Sandbox.Timedout"}`, bad: true},
		"silent":      {bad: true},
		"not JSON":    {answer: "panic", bad: true},
		"SAM failed":  {answer: `{}`, failed: "exit code 1: no such function", bad: true},
	} {
		if err := local.SAMFault(tc.answer, tc.failed); (err != nil) != tc.bad {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What Docker pulls is what the manifest says, and has what a function needs.
func TestTheImageOfFunctions(t *testing.T) {
	t.Parallel()
	rie := filepath.Join(t.TempDir(), "rie")
	if err := os.WriteFile(rie, []byte("an emulator"), 0o600); err != nil {
		t.Fatal(err)
	}
	made, err := local.NewImage(rie)
	if err != nil {
		t.Fatal(err)
	}
	get := func(path string, code int) []byte {
		w := httptest.NewRecorder()
		made.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		if w.Code != code {
			t.Fatalf("%s answers %d", path, w.Code)
		}
		return w.Body.Bytes()
	}
	get("/v2/", 200)
	get("/v2/lambda/blobs/sha256:0", 404)
	get("/", 404)
	type part struct {
		Digest string
		Size   int
	}
	var manifest struct {
		Config part
		Layers []part
	}
	if err := json.Unmarshal(get("/v2/lambda/manifests/any", 200), &manifest); err != nil || len(manifest.Layers) != 1 {
		t.Fatalf("%+v, %v", manifest, err)
	}
	blob := func(p part) []byte {
		b := get("/v2/lambda/blobs/"+p.Digest, 200)
		if len(b) != p.Size || p.Digest != digest(b) {
			t.Errorf("%+v has %d bytes of %s", p, len(b), digest(b))
		}
		return b
	}
	var config struct {
		Architecture string
		RootFS       struct {
			DiffIDs []string `json:"diff_ids"`
		}
	}
	if err := json.Unmarshal(blob(manifest.Config), &config); err != nil || config.Architecture != runtime.GOARCH {
		t.Errorf("%+v, %v", config, err)
	}
	z, err := gzip.NewReader(strings.NewReader(string(blob(manifest.Layers[0]))))
	if err != nil {
		t.Fatal(err)
	}
	layer, err := io.ReadAll(z)
	if err != nil || !slices.Equal(config.RootFS.DiffIDs, []string{digest(layer)}) {
		t.Errorf("the layer is not the one of %v: %v", config.RootFS.DiffIDs, err)
	}
	modes := map[string]int64{}
	for r := tar.NewReader(strings.NewReader(string(layer))); ; {
		h, err := r.Next()
		if err != nil {
			break
		}
		modes[h.Name] = h.Mode
	}
	if modes["tmp/"] != 0o1777 || modes["var/task/"] == 0 || modes["var/rapid/aws-lambda-rie"] != 0o755 {
		t.Errorf("it has %v", modes)
	}
	if _, err := local.NewImage(rie + ".none"); err == nil {
		t.Error("an image without an emulator")
	}
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// The JAR that starts DynamoDB Local names every JAR beside it, in lines that Java takes: of 72 bytes at most.
func TestTheRunnerOfDynamoDBLocal(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	runner := filepath.Join(dir, "runner.jar")
	if err := local.WriteRunner(runner, dir); err == nil {
		t.Error("it runs without a JAR")
	}
	long := "a-rather-long-name-of-a-library-that-is-split-over-two-lines-1.2.3-and-more.jar"
	for _, name := range []string{"b.jar", long} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := local.WriteRunner(runner, dir); err != nil {
		t.Fatal(err)
	}
	z, err := zip.OpenReader(runner)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	f, err := z.Open("META-INF/MANIFEST.MF")
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if len(line) > 72+1 {
			t.Errorf("%d bytes: %s", len(line), line)
		}
	}
	whole := strings.ReplaceAll(string(text), "\n ", "")
	if !strings.Contains(whole, "Class-Path: DynamoDBLocal_lib/"+long+" DynamoDBLocal_lib/b.jar\n") {
		t.Errorf("%s", whole)
	}
}

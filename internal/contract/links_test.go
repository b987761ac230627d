package contract_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// A program starts as fast as it is small: heavy packages are linked where they
// are used and nowhere else.
func TestFunctionsLinkOnlyWhatTheyUse(t *testing.T) {
	t.Parallel()
	cmd := exec.CommandContext(t.Context(), "go", "list",
		"-json=ImportPath,Deps", "-tags", "lambda.norpc", "./functions/...")
	cmd.Dir = root
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	links := map[string][]string{}
	for dec := json.NewDecoder(out); ; {
		var p struct {
			ImportPath string
			Deps       []string
		}
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		links[p.ImportPath[strings.LastIndexByte(p.ImportPath, '/')+1:]] = p.Deps
	}
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	// reads reports whether a function's configuration has such a variable.
	reads := func(folder, suffix string) bool {
		return slices.ContainsFunc(variablesOf(t, folder), func(v variable) bool {
			return strings.HasSuffix(v.name, suffix)
		})
	}
	nobody := func(string) bool { return false }
	theAPI := func(folder string) bool { return reads(folder, "SITE_ORIGIN") }
	draws := func(folder string) bool { return folder == "compose" }
	const aws = "github.com/aws/aws-sdk-go-v2/"
	for pkg, uses := range map[string]func(folder string) bool{
		"github.com/openai/openai-go/v3": func(f string) bool { return reads(f, "OPENAI_MODEL") },
		aws + "service/ssm":              func(f string) bool { return reads(f, "_PARAMETER") },
		aws + "service/sfn": func(f string) bool { // the latter two report by token
			return reads(f, "STATE_MACHINE_ARN") || f == "stage1" || f == "deadletter"
		},
		aws + "service/dynamodb":                          func(f string) bool { return reads(f, "TABLE_NAME") },
		"github.com/danielgtaylor/huma/v2":                theAPI,
		"github.com/nanococoa/nanococoa/internal/httpapi": theAPI,

		aws + "config":                            nobody, // a function has no profiles, SSO or instance metadata
		aws + "service/sts":                       nobody,
		"github.com/go-text/typesetting":          draws, // the first picture's text is set by the GPU server
		"github.com/nanococoa/nanococoa/aiserver": nobody,
		"testing": nobody,
		"net/rpc": nobody, // the old runtime of aws-lambda-go
		// It looks up methods by name, which keeps the linker from dropping unused ones.
		"text/template": nobody,
	} {
		for _, folder := range folders(t) {
			linked := slices.ContainsFunc(links[folder], func(d string) bool {
				return d == pkg || strings.HasPrefix(d, pkg+"/")
			})
			if linked != uses(folder) {
				t.Errorf("functions/%s links %s: %t", folder, pkg, linked)
			}
		}
	}
}

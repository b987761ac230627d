package contract_test

import (
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// What the linter forbids the domain to import (.golangci.yml, the depguard rules whose names
// begin with "domain") it does not link either, through whatever package.
func TestTheDomainIsFree(t *testing.T) {
	t.Parallel()
	rules := in(readYAML(t, ".golangci.yml"), "linters", "settings", "depguard", "rules")
	checked := 0
	for name, rule := range rules {
		if !strings.HasPrefix(name, "domain") {
			continue
		}
		packages := guarded(t, texts(at(rule, "files")))
		for pkg, deps := range linked(t, packages) {
			checked++
			for _, d := range list(at(rule, "deny")) {
				denied, _ := at(d, "pkg").(string)
				i := slices.IndexFunc(deps, func(dep string) bool { return dep == denied || strings.HasPrefix(dep, denied+"/") })
				if i >= 0 {
					t.Errorf("%s links %s, which rule %q denies", pkg, deps[i], name)
				}
			}
		}
	}
	if checked < 20 {
		t.Errorf("only %d packages are held by a rule", checked)
	}
}

// guarded are the folders that a rule's patterns name, each **/internal/{a,b}/*.go.
func guarded(t *testing.T, patterns []string) []string {
	t.Helper()
	var out []string
	for _, p := range patterns {
		if p == "!$test" {
			continue
		}
		m := regexp.MustCompile(`^\*\*/internal/\{([\w,]+)\}/\*\.go$`).FindStringSubmatch(p)
		if m == nil {
			t.Fatalf("the pattern %q is not of the form that this test reads", p)
		}
		for name := range strings.SplitSeq(m[1], ",") {
			out = append(out, "./internal/"+name)
		}
	}
	return out
}

// linked gives the packages that each of some packages links, all the way down.
func linked(t *testing.T, packages []string) map[string][]string {
	t.Helper()
	list := append([]string{"list", "-f", `{{.ImportPath}} {{join .Deps " "}}`}, packages...)
	cmd := exec.CommandContext(t.Context(), "go", list...)
	cmd.Dir = root
	raw, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]string{}
	for line := range strings.Lines(string(raw)) {
		words := strings.Fields(line)
		out[words[0]] = words[1:]
	}
	return out
}

package contract_test

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var capital = regexp.MustCompile(`([a-z0-9])([A-Z])`)

// pageOf is the runbook page of an alarm: StuckAds is stuck-ads.md.
func pageOf(resource string) string {
	return strings.ToLower(capital.ReplaceAllString(resource, "$1-$2")) + ".md"
}

// runbooks compares the alarms of templates with the pages that are there.
func runbooks(templates []object, pages []string) (missing, orphans []string) {
	var want []string
	for _, tp := range templates {
		for name, r := range in(tp, "Resources") {
			switch at(r, "Type") {
			case "AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm":
				want = append(want, pageOf(name))
				if !slices.Contains(pages, pageOf(name)) {
					missing = append(missing, pageOf(name))
				}
			}
		}
	}
	for _, p := range pages {
		if p != "README.md" && !slices.Contains(want, p) {
			orphans = append(orphans, p)
		}
	}
	return missing, orphans
}

// Whoever is woken by an alarm finds a page that says what to do.
func TestEveryAlarmHasARunbook(t *testing.T) {
	t.Parallel()
	var pages []string
	entries, err := os.ReadDir(filepath.Join(root, "infra", "runbooks"))
	if err != nil && !os.IsNotExist(err) { // as long as there is no alarm
		t.Fatal(err)
	}
	for _, e := range entries {
		pages = append(pages, e.Name())
	}
	missing, orphans := runbooks(slices.Collect(maps.Values(templates(t))), pages)
	for _, p := range missing {
		t.Errorf("infra/runbooks/%s is missing", p)
	}
	for _, p := range orphans {
		t.Errorf("infra/runbooks/%s is of no alarm", p)
	}
}

// The comparison itself finds what is missing and what is too many.
func TestRunbooksAreCompared(t *testing.T) {
	t.Parallel()
	tp, err := parseYAML([]byte(`
Resources:
  StuckAds: { Type: AWS::CloudWatch::Alarm }
  ApiDown: { Type: AWS::CloudWatch::CompositeAlarm }
  Table: { Type: AWS::DynamoDB::Table }
`))
	if err != nil {
		t.Fatal(err)
	}
	missing, orphans := runbooks([]object{tp}, []string{"README.md", "stuck-ads.md", "table.md"})
	if !slices.Equal(missing, []string{"api-down.md"}) || !slices.Equal(orphans, []string{"table.md"}) {
		t.Errorf("missing %v, orphans %v", missing, orphans)
	}
}

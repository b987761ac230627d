package metrictest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/nanococoa/nanococoa/internal/metric/metrictest"
)

func TestParse(t *testing.T) {
	t.Parallel()
	line := func(aws string) string { return `{"n":2,"text":"x","d":"v","ad_id":"a","_aws":` + aws + `}` }
	one := func(namespace, dimensions, metrics string) string {
		return line(fmt.Sprintf(
			`{"Timestamp":1,"CloudWatchMetrics":[{"Namespace":%q,"Dimensions":%s,"Metrics":%s}]}`, namespace, dimensions,
			metrics,
		))
	}
	const n = `[{"Name":"n","Unit":"Count"}]`
	for name, tc := range map[string]struct {
		line string
		want string // the samples, or "!" when it is refused
	}{
		"a metric":               {one("x", `[["d"]]`, n), "n{d=v}=2"},
		"without dimensions":     {one("x", `[[]]`, n), "n{}=2"},
		"two sets":               {one("x", `[[],["d"]]`, n), "n{}=2 n{d=v}=2"},
		"a log line":             {`{"msg":"step done"}`, ""},
		"no JSON":                {"START RequestId: 7", ""},
		"no directive":           {line(`{"Timestamp":1,"CloudWatchMetrics":[]}`), ""},
		"no time":                {line(`{"CloudWatchMetrics":[]}`), "!"},
		"a time in words":        {line(`{"Timestamp":"now","CloudWatchMetrics":[]}`), "!"},
		"a member too many":      {line(`{"Timestamp":1,"CloudWatchMetrics":[],"More":1}`), "!"},
		"AWS's namespace":        {one("AWS/SQS", `[["d"]]`, n), "!"},
		"no namespace":           {one("", `[["d"]]`, n), "!"},
		"no set":                 {one("x", `[]`, n), "!"},
		"no metric":              {one("x", `[["d"]]`, `[]`), "!"},
		"a metric in words":      {one("x", `[["d"]]`, `[{"Name":"text","Unit":"Count"}]`), "!"},
		"a metric not there":     {one("x", `[["d"]]`, `[{"Name":"m","Unit":"Count"}]`), "!"},
		"a foreign unit":         {one("x", `[["d"]]`, `[{"Name":"n","Unit":"Ads"}]`), "!"},
		"a dimension in figures": {one("x", `[["n"]]`, n), "!"},
		"ten dimensions":         {one("x", `[["d","d","d","d","d","d","d","d","d","d"]]`, n), "!"},
		"too long": {
			line(`{"Timestamp":1,"CloudWatchMetrics":[]},"pad":"` + strings.Repeat("x", 256<<10) + `"`), "!",
		},
	} {
		samples, err := metrictest.Parse(tc.line)
		var got []string
		for _, s := range samples {
			got = append(got, s.String())
			if s.AdID != "a" || s.At.UnixMilli() != 1 {
				t.Errorf("%s: %+v", name, s)
			}
		}
		if refused := err != nil; refused != (tc.want == "!") || !refused && strings.Join(got, " ") != tc.want {
			t.Errorf("%s: %q, %v, want %q", name, got, err, tc.want)
		}
	}
}

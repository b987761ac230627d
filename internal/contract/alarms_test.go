package contract_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/metric"
	"github.com/nanococoa/nanococoa/internal/metric/metrictest"
)

// watch is infra/alarms.yaml with the parameters that template.yaml gives it.
type watch struct {
	resources object
	values    map[string]string // of its parameters; a resource of template.yaml by its name there
	logGroups []string          // of its parameter of that name, by their names there
}

func readWatch(t *testing.T) watch {
	t.Helper()
	tp, doc := readTemplate(t), readYAML(t, "infra/alarms.yaml")
	w := watch{resources: in(doc, "Resources"), values: map[string]string{}}
	nested := in(tp.resources, "Alarming", "Properties")
	if nested["TemplateURL"] != "infra/alarms.yaml" {
		t.Fatalf("template.yaml nests %v", nested["TemplateURL"])
	}
	given := in(nested, "Parameters")
	sameSet(t, "parameters of infra/alarms.yaml", names(given), names(in(doc, "Parameters")))
	for name, v := range given {
		switch ref, att := at(v, "Ref"), texts(at(v, "Fn::GetAtt")); {
		case name == "ApiName":
			if at(v, "Fn::Sub") == nil || at(v, "Fn::Sub") != at(tp.resources, "Api", "Properties", "Name", "Fn::Sub") {
				t.Errorf("ApiName is %v, and the API's %v", v, at(tp.resources, "Api", "Properties", "Name"))
			}
			w.values[name] = "Api"
		case name == "UsesModel":
			w.values[name] = "true"
		case name == "Environment" && ref == "Environment":
			w.values[name] = "test"
		case name == "LogGroups":
			w.logGroups = refs(at(v, "Fn::Join"))
		case ref != nil && tp.resources[fmt.Sprint(ref)] != nil:
			w.values[name] = fmt.Sprint(ref)
		case ref != nil:
			w.values[name] = fmt.Sprint(at(tp.doc, "Parameters", fmt.Sprint(ref), "Default"))
		case len(att) == 2 && att[1] == "QueueName":
			w.values[name] = att[0]
		default:
			t.Errorf("%s is %v", name, v)
		}
	}
	return w
}

// value gives the value that a property has when it is deployed.
func (w watch) value(v value) string {
	if ref, ok := at(v, "Ref").(string); ok {
		return w.values[ref]
	}
	return fmt.Sprint(v)
}

// metric names a metric: namespace/name{dimension=value,…}.
func (w watch) metric(m value) string {
	var dims []string
	for _, d := range list(at(m, "Dimensions")) {
		dims = append(dims, fmt.Sprintf("%v=%s", at(d, "Name"), w.value(at(d, "Value"))))
	}
	return fmt.Sprintf("%v/%v{%s}", at(m, "Namespace"), at(m, "MetricName"), strings.Join(dims, ","))
}

// query is one of the series an alarm looks at.
type query struct {
	metric, stat string
	expression   string // instead of the two
}

// alarm is an alarm's definition.
type alarm struct {
	queries    map[string]query
	result     string  // the query that is compared
	period     float64 // seconds
	periods    int     // that are looked at
	datapoints int     // of them that must be over the threshold
	comparison string
	threshold  float64
	missing    string // how a missing point is taken
}

func (w watch) alarms(t *testing.T) map[string]alarm {
	t.Helper()
	out := map[string]alarm{}
	for name, r := range w.resources {
		if at(r, "Type") != "AWS::CloudWatch::Alarm" {
			continue
		}
		p := in(r, "Properties")
		a := alarm{
			queries: map[string]query{},
			periods: int(number(p["EvaluationPeriods"])), datapoints: int(number(p["DatapointsToAlarm"])),
			comparison: fmt.Sprint(p["ComparisonOperator"]), missing: fmt.Sprint(p["TreatMissingData"]),
		}
		if a.datapoints == 0 {
			a.datapoints = a.periods
		}
		if _, err := fmt.Sscan(w.value(p["Threshold"]), &a.threshold); err != nil {
			t.Errorf("%s: threshold %v", name, p["Threshold"])
		}
		if p["MetricName"] != nil {
			a.result, a.period = "m", number(p["Period"])
			a.queries["m"] = query{metric: w.metric(p), stat: fmt.Sprint(p["Statistic"])}
		}
		for _, q := range list(p["Metrics"]) {
			id := fmt.Sprint(at(q, "Id"))
			if at(q, "ReturnData") != false {
				if a.result != "" {
					t.Errorf("%s compares %s and %s", name, a.result, id)
				}
				a.result = id
			}
			if e, ok := at(q, "Expression").(string); ok {
				a.queries[id] = query{expression: e}
				continue
			}
			period := number(at(q, "MetricStat", "Period"))
			if a.period != 0 && a.period != period {
				t.Errorf("%s mixes periods", name)
			}
			a.period = period
			a.queries[id] = query{metric: w.metric(at(q, "MetricStat", "Metric")), stat: fmt.Sprint(at(q, "MetricStat", "Stat"))}
		}
		if a.result == "" || a.period < 60 || a.periods < 1 || a.datapoints > a.periods {
			t.Errorf("%s is no alarm: %+v", name, a)
		}
		out[name] = a
	}
	if len(out) == 0 {
		t.Fatal("no alarms")
	}
	return out
}

// refs are the resources in the list of a Fn::Join.
func refs(join value) []string {
	var out []string
	if parts := list(join); len(parts) == 2 {
		for _, r := range list(parts[1]) {
			out = append(out, fmt.Sprint(at(r, "Ref")))
		}
	}
	return out
}

// fill gives a Fn::Sub's text with the values of what it names: the variables that stand
// beside it, and parameters. AWS's own values and ARNs stay as they are.
func (w watch) fill(t *testing.T, sub value) string {
	t.Helper()
	parts := list(sub)
	beside := object{}
	if len(parts) == 2 {
		beside = in(parts[1])
	}
	return reference.ReplaceAllStringFunc(fmt.Sprint(parts[0]), func(ref string) string {
		name := strings.Trim(ref, "${}")
		if v, ok := beside[name]; ok {
			return w.text(t, v)
		}
		if strings.HasPrefix(name, "AWS::") || strings.HasSuffix(name, ".Arn") {
			return ref
		}
		v, ok := w.values[name]
		if !ok {
			t.Errorf("the dashboard names %s", ref)
		}
		return v
	})
}

var reference = regexp.MustCompile(`\$\{([\w:.]+)\}`)

// text gives what one of CloudFormation's functions becomes when it is deployed; of a
// condition, what it is when it is true.
func (w watch) text(t *testing.T, v value) string {
	t.Helper()
	switch f, join := at(v, "Fn::If"), list(at(v, "Fn::Join")); {
	case f != nil:
		return w.text(t, list(f)[1])
	case len(join) == 2 && at(join[1], "Ref") == "LogGroups":
		return strings.Join(w.logGroups, fmt.Sprint(join[0]))
	case at(v, "Fn::Sub") != nil:
		return w.fill(t, at(v, "Fn::Sub"))
	}
	return fmt.Sprint(v)
}

// dashboard gives the dashboard's metrics and widgets' titles, and its text with every name filled in.
func (w watch) dashboard(t *testing.T) (metrics, titles []string, body string) {
	t.Helper()
	body = w.fill(t, at(w.resources, "Dashboard", "Properties", "DashboardBody", "Fn::Sub"))
	var doc struct {
		Widgets []struct {
			Type       string
			Properties struct {
				Title   string
				Metrics [][]any
			}
		}
	}
	if err := json.Unmarshal([]byte(body), &doc); err != nil {
		t.Fatal(err)
	}
	for _, widget := range doc.Widgets {
		titles = append(titles, widget.Properties.Title)
		ids := map[string]bool{}
		var expressions []string
		for _, m := range widget.Properties.Metrics {
			options, _ := m[len(m)-1].(map[string]any)
			if options != nil {
				m = m[:len(m)-1]
			}
			if id, ok := options["id"].(string); ok {
				ids[id] = true
			}
			if e, ok := options["expression"].(string); ok {
				expressions = append(expressions, e)
				continue
			}
			if len(m) < 2 || len(m)%2 != 0 {
				t.Fatalf("%s: %v is no metric", widget.Properties.Title, m)
			}
			var dims []string
			for i := 2; i < len(m); i += 2 {
				dims = append(dims, fmt.Sprintf("%v=%v", m[i], m[i+1]))
			}
			metrics = append(metrics, fmt.Sprintf("%v/%v{%s}", m[0], m[1], strings.Join(dims, ",")))
		}
		for _, e := range expressions {
			if found := search.FindStringSubmatch(e); found != nil {
				metrics = append(metrics, fmt.Sprintf("%s/%s{Environment=%s,%s=*}", found[1], found[3], found[4], found[2]))
				continue
			}
			for _, id := range regexp.MustCompile(`[a-z]\w*`).FindAllString(e, -1) {
				if !ids[id] {
					t.Errorf("%s: %s is of nothing", widget.Properties.Title, e)
				}
			}
		}
	}
	return metrics, titles, body
}

// search is the one form of search that is used: all metrics of a name that differ
// in one dimension.
var search = regexp.MustCompile(
	`^SEARCH\('\{(\w+),Environment,(\w+)\} MetricName="(\w+)" Environment="(\w+)"', '\w+', \d+\)$`)

// ofAWS are the metrics in use that AWS writes by itself: the dimension's name, and the
// type of resource it names; none for those of the whole account.
var ofAWS = map[string]struct{ dimension, kind string }{
	"AWS/SQS/ApproximateAgeOfOldestMessage":         {"QueueName", "AWS::SQS::Queue"},
	"AWS/SQS/ApproximateNumberOfMessagesVisible":    {"QueueName", "AWS::SQS::Queue"},
	"AWS/SQS/ApproximateNumberOfMessagesNotVisible": {"QueueName", "AWS::SQS::Queue"},
	"AWS/SQS/ApproximateNumberOfMessagesDelayed":    {"QueueName", "AWS::SQS::Queue"},
	"AWS/States/ExecutionsStarted":                  {"StateMachineArn", "AWS::Serverless::StateMachine"},
	"AWS/States/ExecutionsSucceeded":                {"StateMachineArn", "AWS::Serverless::StateMachine"},
	"AWS/States/ExecutionsFailed":                   {"StateMachineArn", "AWS::Serverless::StateMachine"},
	"AWS/States/ExecutionsAborted":                  {"StateMachineArn", "AWS::Serverless::StateMachine"},
	"AWS/States/ExecutionsTimedOut":                 {"StateMachineArn", "AWS::Serverless::StateMachine"},
	"AWS/ApiGateway/Count":                          {"ApiName", "AWS::Serverless::Api"},
	"AWS/ApiGateway/4XXError":                       {"ApiName", "AWS::Serverless::Api"},
	"AWS/ApiGateway/5XXError":                       {"ApiName", "AWS::Serverless::Api"},
	"AWS/ApiGateway/Latency":                        {"ApiName", "AWS::Serverless::Api"},
	"AWS/Lambda/ConcurrentExecutions":               {},
	"AWS/Lambda/Throttles":                          {},
	"AWS/Lambda/Errors":                             {},
}

// written are the metrics the code writes, as they are named here.
func written() []string {
	var out []string
	for name, def := range metric.Definitions() {
		for _, set := range def.Dimensions {
			var dims []string
			for _, d := range set {
				dims = append(dims, d+"="+map[string]string{metric.Environment: "test", metric.Step: "*", metric.Code: "*"}[d])
			}
			out = append(out, fmt.Sprintf("%s/%s{%s}", metric.Namespace, name, strings.Join(dims, ",")))
		}
	}
	return out
}

// What is watched is written, by the code or by AWS; and what is written is
// watched.
func TestEveryMetricIsWrittenAndWatched(t *testing.T) {
	t.Parallel()
	w, tp := readWatch(t), readTemplate(t)
	read, _, _ := w.dashboard(t)
	for _, a := range w.alarms(t) {
		for _, q := range a.queries {
			if q.metric != "" {
				read = append(read, q.metric)
			}
		}
	}
	var own []string
	used := map[string]bool{}
	for _, m := range read {
		if strings.HasPrefix(m, metric.Namespace+"/") {
			own = append(own, m)
			continue
		}
		name, dims, _ := strings.Cut(strings.TrimSuffix(m, "}"), "{")
		known, ok := ofAWS[name]
		used[name] = true
		dimension, resource, _ := strings.Cut(dims, "=")
		if !ok || dimension != known.dimension || known.kind != "" && at(tp.resources, resource, "Type") != known.kind {
			t.Errorf("%s is no metric of AWS's that is known here", m)
		}
	}
	for name := range ofAWS {
		if !used[name] {
			t.Errorf("%s is known here and read nowhere", name)
		}
	}
	slices.Sort(own)
	sameSet(t, "our metrics that are watched", slices.Compact(own), written())
}

// The dashboard begins with all alarms, and ends with the logs of all functions.
func TestTheDashboardIsWhole(t *testing.T) {
	t.Parallel()
	w, tp := readWatch(t), readTemplate(t)
	_, _, body := w.dashboard(t)
	var shown, groups, want []string
	for _, m := range regexp.MustCompile(`\$\{(\w+)\.Arn\}`).FindAllStringSubmatch(body, -1) {
		shown = append(shown, m[1])
	}
	sameSet(t, "alarms on the dashboard", shown, names(w.alarms(t)))
	for _, m := range regexp.MustCompile(`SOURCE '([^']*)'`).FindAllStringSubmatch(body, -1) {
		groups = append(groups, m[1])
	}
	for _, folder := range folders(t) {
		want = append(want, fmt.Sprint(at(tp.function(folder), "LoggingConfig", "LogGroup", "Ref")))
	}
	sameSet(t, "logs on the dashboard", groups, want)
}

// Whoever gets an alarm by mail learns what it means for owners and where to read more,
// and is told when it is over.
func TestEveryAlarmSpeaks(t *testing.T) {
	t.Parallel()
	w := readWatch(t)
	for name := range w.alarms(t) {
		p := in(w.resources[name], "Properties")
		about := strings.Join(strings.Fields(fmt.Sprint(p["AlarmDescription"])), " ")
		page := "infra/runbooks/" + pageOf(name)
		ofOwners := regexp.MustCompile(`[Oo]wner|ad `).MatchString(about)
		if !strings.HasSuffix(about, "Runbook: "+page) || len(about) > 1024 || !ofOwners {
			t.Errorf("%s says %q", name, about)
		}
		want := "nanococoa-${Environment}-" + strings.TrimSuffix(pageOf(name), ".md")
		if at(p["AlarmName"], "Fn::Sub") != want {
			t.Errorf("%s is called %v, not %s", name, p["AlarmName"], want)
		}
		if p["TreatMissingData"] == nil {
			t.Errorf("%s does not say what a missing point is", name)
		}
		for _, to := range []string{"AlarmActions", "OKActions"} {
			if l := list(p[to]); len(l) != 1 || at(l[0], "Ref") != "Topic" {
				t.Errorf("%s: %s are %v", name, to, p[to])
			}
		}
	}
}

// samples are the values of one period, by metric.
type samples map[string][]float64

// of are the samples in what the code writes.
func of(t *testing.T, lines ...metric.Line) samples {
	t.Helper()
	var b bytes.Buffer
	meter := metric.New(&b, "test")
	for _, l := range lines {
		meter.Write(l)
	}
	out := samples{}
	for _, s := range metrictest.Read(t, b.String()) {
		name := metric.Namespace + "/" + s.Metric
		out[name] = append(out[name], s.Value)
	}
	return out
}

func times(n int, l metric.Line) []metric.Line { return slices.Repeat([]metric.Line{l}, n) }

// Every alarm goes off when that happens which it is for, ends when it is over, and stays
// silent otherwise. The data are what the code writes, or what AWS writes.
func TestEveryAlarmGoesOffAndEnds(t *testing.T) {
	t.Parallel()
	published := func(byTemplate float64) metric.Line {
		values := metric.Values{metric.Finished: 1, metric.Failed: 0, metric.TemplateCopy: byTemplate}
		return metric.Line{Step: string(ad.Publish), Values: values}
	}
	finished, template := published(0), published(1)
	failed := metric.Line{Code: "GPU.BadAnswer", Values: metric.Values{metric.Failed: 1, metric.Finished: 0}}
	refused := metric.Line{Code: "Photo.Corrupt", Values: metric.Values{metric.Refused: 1}}
	one := func(n metric.Name, v float64) samples { return of(t, metric.Line{Values: metric.Values{n: v}}) }
	sweep := func(found ...metric.Name) samples {
		values := metric.Values{metric.Sweeps: 1}
		for n := range metric.Definitions() {
			if strings.HasPrefix(string(n), "Sweep") && n != metric.Sweeps {
				values[n] = 0
			}
		}
		for _, n := range found {
			values[n] = 1
		}
		return of(t, metric.Line{Values: values})
	}
	aws := func(m string, values ...float64) samples { return samples{m: values} }
	const (
		oldest    = "AWS/SQS/ApproximateAgeOfOldestMessage{QueueName=Stage1Queue}"
		dead      = "AWS/SQS/ApproximateNumberOfMessagesVisible{QueueName=DeadLetters}"
		dead1     = "AWS/SQS/ApproximateNumberOfMessagesVisible{QueueName=Stage1DeadLetters}"
		errors    = "AWS/ApiGateway/5XXError{ApiName=Api}"
		throttles = "AWS/Lambda/Throttles{}"
	)
	requests := func(good, bad int) samples {
		return aws(errors, append(make([]float64, good), slices.Repeat([]float64{1}, bad)...)...)
	}
	// ads are those that ended in a period: so many of one kind, and so many of another.
	ads := func(n int, kind metric.Line, m int, other metric.Line) samples {
		return of(t, append(times(n, kind), times(m, other)...)...)
	}
	cases := map[string]struct {
		quiet  samples   // a period in which all is well
		bad    []samples // each of them, for so many periods, sets it off
		within int
		silent [][]samples // sequences that, repeated, never do
	}{
		"OldestMessage": {
			quiet: aws(oldest, 60, 1200), bad: []samples{aws(oldest, 1700, 1800)}, within: 1,
			silent: [][]samples{{aws(oldest, 1799)}, {nil}},
		},
		"GpuUnavailable": {
			bad: []samples{one(metric.StallSeconds, 600)}, within: 1,
			silent: [][]samples{{one(metric.StallSeconds, 599)}},
		},
		"FailureRate": {
			quiet: ads(19, finished, 1, failed), within: 1,
			bad: []samples{ads(11, finished, 3, failed), ads(0, finished, 3, failed)},
			silent: [][]samples{
				{ads(0, finished, 2, failed)}, {ads(12, finished, 3, failed)}, {ads(5, finished, 20, refused)}, {nil},
			},
		},
		"TemplateCopy": {
			quiet: ads(9, finished, 1, template), bad: []samples{ads(2, finished, 3, template)}, within: 1,
			silent: [][]samples{{ads(0, finished, 2, template)}, {ads(5, finished, 5, template)}, {nil}},
		},
		"Stage1Crashes": {bad: []samples{one(metric.DeadLettered, 1)}, within: 1},
		"Stage1DeadLetters": {
			quiet: aws(dead1, 0, 0), bad: []samples{aws(dead1, 1, 2, 1)}, within: 1,
			silent: [][]samples{{aws(dead1, 0, 3, 0)}, {nil}},
		},
		"EventDeadLetters": {
			quiet: aws(dead, 0, 0), bad: []samples{aws(dead, 0, 1)}, within: 1, silent: [][]samples{{nil}},
		},
		"SweeperFinds": {
			quiet: sweep(), within: 1,
			bad:    []samples{sweep(metric.SweepStarted), sweep(metric.SweepRestarted), sweep(metric.SweepGivenUp)},
			silent: [][]samples{{sweep(metric.SweepTombstones, metric.SweepExpired, metric.SweepStuck)}, {nil}},
		},
		"StuckExecutions": {
			quiet: sweep(), bad: []samples{sweep(metric.SweepStuck)}, within: 1,
			silent: [][]samples{{sweep(metric.SweepStarted, metric.SweepGivenUp)}, {nil}},
		},
		// It goes off five periods after the last sweep, not three: CloudWatch uses points
		// that are a little too old before it counts a point as missing.
		"SweeperSilent": {
			quiet: sweep(), bad: []samples{nil}, within: 5,
			silent: [][]samples{{sweep(), nil}, {sweep(metric.SweepStarted)}},
		},
		"ApiErrors": {
			quiet: requests(99, 1), bad: []samples{requests(40, 3)}, within: 1,
			silent: [][]samples{{requests(0, 2)}, {requests(95, 5)}, {nil}},
		},
		"Throttles": {
			bad: []samples{aws(throttles, 4, 7)}, within: 2,
			silent: [][]samples{{aws(throttles, 10)}, {aws(throttles, 50), nil, nil, nil, nil}},
		},
	}
	alarms := readWatch(t).alarms(t)
	sameSet(t, "alarms that are tried", names(cases), names(alarms))
	const long = 12 // periods, longer than any alarm looks back
	for name, tc := range cases {
		a := alarms[name]
		for i, bad := range tc.bad {
			data := slices.Repeat([]samples{tc.quiet}, long)
			if s := a.state(t, data); s != "OK" {
				t.Errorf("%s is %s when all is well", name, s)
			}
			data = append(data, slices.Repeat([]samples{bad}, tc.within)...)
			if s := a.state(t, data); s != "ALARM" {
				t.Errorf("%s is %s after %d periods of %v (case %d)", name, s, tc.within, bad, i)
			}
			if s := a.state(t, append(data, slices.Repeat([]samples{tc.quiet}, long)...)); s != "OK" {
				t.Errorf("%s is %s when it is over", name, s)
			}
		}
		for _, sequence := range tc.silent {
			var data []samples
			for i := range long {
				data = append(data, sequence[i%len(sequence)])
				if s := a.state(t, data); i > a.periods && s != "OK" {
					t.Fatalf("%s is %s after %d periods of %v", name, s, i+1, sequence)
				}
			}
		}
	}
}

// drill is the command by which a runbook page sets its alarm off, and drillIs the shell function behind it.
var (
	drill   = regexp.MustCompile(`(?m)^drill (\w+) (\w+) (\S+)$`)
	drillIs = regexp.MustCompile(`drill\(\) \{ aws cloudwatch put-metric-data --namespace (\w+) ` +
		`--metric-name \$1 --unit \$2 --value \$3 \\\n +--dimensions (\w+)=\$ENVIRONMENT; \}`)
)

// A runbook's own drill, just as it is written there, sets the alarm off.
func TestEveryDrillSetsItsAlarmOff(t *testing.T) {
	t.Parallel()
	does := drillIs.FindStringSubmatch(string(read(t, "infra/runbooks/README.md")))
	if len(does) == 0 || does[1] != metric.Namespace || does[2] != metric.Environment {
		t.Fatalf("drill writes %q", does)
	}
	found := 0
	for name, a := range readWatch(t).alarms(t) {
		page := string(read(t, filepath.Join("infra", "runbooks", pageOf(name))))
		bad := samples{}
		for _, m := range drill.FindAllStringSubmatch(page, -1) {
			var v float64
			if _, err := fmt.Sscan(m[3], &v); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if def, ok := metric.Definitions()[metric.Name(m[1])]; !ok || string(def.Unit) != m[2] {
				t.Errorf("%s: the drill writes %s in %s", name, m[1], m[2])
			}
			key := fmt.Sprintf("%s/%s{%s=test}", metric.Namespace, m[1], metric.Environment)
			bad[key] = append(bad[key], v)
		}
		ours := func(q query) bool { return strings.HasPrefix(q.metric, metric.Namespace+"/") }
		if !slices.ContainsFunc(slices.Collect(maps.Values(a.queries)), ours) || name == "SweeperSilent" {
			if len(bad) != 0 { // nobody can write into AWS's namespaces, nor write a silence
				t.Errorf("%s: the drill writes %v", name, bad)
			}
			continue
		}
		found++
		if s := a.state(t, append(make([]samples, 12), bad)); s != "ALARM" {
			t.Errorf("%s is %s after its drill: %v", name, s, bad)
		}
	}
	if found < 6 {
		t.Errorf("%d drills", found)
	}
}

// A page is read by somebody who was woken: it has the same parts in the same
// order, and is short.
func TestEveryRunbookHasItsParts(t *testing.T) {
	t.Parallel()
	want := []string{"What owners see", "Look", "Mend", "Over when", "Drill"}
	index := string(read(t, "infra/runbooks/README.md"))
	alarms := readWatch(t).alarms(t)
	maps.Copy(alarms, readServers(t).alarms(t))
	for name := range alarms {
		page := string(read(t, filepath.Join("infra", "runbooks", pageOf(name))))
		var parts []string
		for _, m := range regexp.MustCompile(`(?m)^## (.+)$`).FindAllStringSubmatch(page, -1) {
			parts = append(parts, m[1])
		}
		if !slices.Equal(parts, want) || !strings.HasPrefix(page, "# ") {
			t.Errorf("%s has %q", pageOf(name), parts)
		}
		if lines := strings.Count(page, "\n"); lines > 60 {
			t.Errorf("%s has %d lines: more than anybody reads at night", pageOf(name), lines)
		}
		if !strings.Contains(index, "("+pageOf(name)+")") {
			t.Errorf("the index lacks %s", pageOf(name))
		}
	}
}

// What the runbooks and redrive name is there: outputs of the stack, logs of functions, widgets of the dashboard,
// states, pages.
func TestWhatTheRunbooksNameIsThere(t *testing.T) {
	t.Parallel()
	tp := readTemplate(t)
	logs := append(folders(t), "access")
	pages, err := filepath.Glob(filepath.Join(root, "infra", "runbooks", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	look := func(page, text, pattern string, known func(string) bool) {
		for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(text, -1) {
			found++
			if !known(m[1]) {
				t.Errorf("%s names %s, which is not there", page, m[1])
			}
		}
	}
	output := func(name string) bool { return at(tp.doc, "Outputs", name) != nil }
	parameter := func(name string) bool { return at(tp.doc, "Parameters", name) != nil }
	named := func(name string) bool { return output(name) || parameter(name) }
	logged := func(name string) bool { return slices.Contains(logs, name) }
	page := func(name string) bool { return slices.Contains(pages, filepath.Join(root, "infra/runbooks", name)) }
	_, titles, _ := readWatch(t).dashboard(t)
	widget := func(name string) bool { // without what stands behind a comma: the unit
		return slices.ContainsFunc(titles, func(title string) bool {
			before, _, _ := strings.Cut(title, ",")
			return before == name
		})
	}
	states, metrics := readMachine(t).states, metric.Definitions()
	stateOrMetric := func(name string) bool {
		_, measured := metrics[metric.Name(name)]
		return measured || states[name] != nil
	}
	for _, path := range pages {
		name := filepath.Base(path)
		text := string(read(t, filepath.Join("infra", "runbooks", name)))
		look(name, text, `\bout ([A-Z]\w+)`, output)
		look(name, text, `\b([A-Z]\w+FunctionName|[A-Z]\w+Url)\b`, named)
		look(name, text, `(?m)^(?:lines|errors) ([a-z]\w*)`, logged)
		look(name, text, `(?:^|[^*])\*([A-Z][^*\n]*)\*(?:[^*]|$)`, widget)
		look(name, text, "`(Fail\\w*)`", stateOrMetric)
		look(name, text, `\]\(([a-z0-9-]+\.md)\)`, page)
	}
	look("redrive", string(read(t, "infra/redrive/redrive.go")), `"(\w+(?:Url|FunctionName))"`, output)
	if found < 40 {
		t.Errorf("%d names found", found)
	}
}

// docs/architecture.md lists every metric with its unit and dimensions, and every
// alarm.
func TestTheDocsListMetricsAndAlarms(t *testing.T) {
	t.Parallel()
	docs := string(read(t, "docs/architecture.md"))
	var got, want []string
	row := regexp.MustCompile("(?m)^\\| `(\\w+)` \\| (count|seconds) \\|([\\w, ]*)\\| .+ \\|$")
	for _, m := range row.FindAllStringSubmatch(docs, -1) {
		got = append(got, fmt.Sprintf("%s in %s by %s", m[1], m[2], strings.TrimSpace(m[3])))
	}
	for name, def := range metric.Definitions() {
		last := def.Dimensions[len(def.Dimensions)-1]
		unit, by := strings.ToLower(string(def.Unit)), strings.Join(last[1:], ", ")
		want = append(want, fmt.Sprintf("%s in %s by %s", name, unit, by))
	}
	sameSet(t, "metrics in docs/architecture.md", got, want)
	alarms := readWatch(t).alarms(t)
	maps.Copy(alarms, readServers(t).alarms(t))
	for name := range alarms {
		if !strings.Contains(docs, "(../infra/runbooks/"+pageOf(name)+")") {
			t.Errorf("docs/architecture.md does not lead to %s", pageOf(name))
		}
	}
}

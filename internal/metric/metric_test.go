package metric_test

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nanococoa/nanococoa/internal/metric"
	"github.com/nanococoa/nanococoa/internal/metric/metrictest"
)

var now = time.Date(2026, 11, 24, 1, 2, 3, 456789000, time.UTC)

func written(l metric.Line) string {
	var b bytes.Buffer
	metric.At(&b, "dev", func() time.Time { return now }).Write(l)
	return b.String()
}

func TestALine(t *testing.T) {
	t.Parallel()
	got := written(metric.Line{
		AdID: "ad-1", Code: "GPU.Busy", Values: metric.Values{metric.Failed: 1, metric.Finished: 0},
	})
	want := `{"time":"2026-11-24T01:02:03.456789Z","level":"INFO","msg":"metrics","Failed":1,"Finished":0,` +
		`"Environment":"dev","Code":"GPU.Busy","ad_id":"ad-1",` +
		`"_aws":{"Timestamp":1795482123456,"CloudWatchMetrics":[` +
		`{"Namespace":"nanoCocoa","Dimensions":[["Environment"],["Environment","Code"]],` +
		`"Metrics":[{"Name":"Failed","Unit":"Count"}]},` +
		`{"Namespace":"nanoCocoa","Dimensions":[["Environment"]],"Metrics":[{"Name":"Finished","Unit":"Count"}]}]}}` + "\n"
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
}

// Every metric, written with everything a line may hold, is what CloudWatch
// takes; and it is written under just the dimensions it is defined with.
func TestEveryMetricConforms(t *testing.T) {
	t.Parallel()
	values := map[string]string{metric.Environment: "dev", metric.Step: "stage1", metric.Code: "GPU.Busy"}
	for name, def := range metric.Definitions() {
		got := metrictest.Read(
			t, written(metric.Line{AdID: "ad-1", Step: "stage1", Code: "GPU.Busy", Values: metric.Values{name: 1.5}}),
		)
		var want []metrictest.Sample
		for _, set := range def.Dimensions {
			var named []string
			for _, d := range set {
				named = append(named, d+"="+values[d])
			}
			want = append(want, metrictest.Sample{
				Metric: fmt.Sprintf("%s{%s}", name, strings.Join(named, ",")), Unit: string(def.Unit), Value: 1.5, AdID: "ad-1",
				At: now.Truncate(time.Millisecond),
			})
		}
		if d := cmp.Diff(want, got); d != "" || len(want) == 0 {
			t.Errorf("%s: -want +got\n%s", name, d)
		}
	}
}

func TestADimensionWithoutAValueIsLeftOut(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		line metric.Line
		want []string
	}{
		"no code": {
			metric.Line{Values: metric.Values{metric.Failed: 0, metric.Finished: 1}},
			[]string{"Failed{Environment=dev}=0", "Finished{Environment=dev}=1"},
		},
		"no step": {metric.Line{Values: metric.Values{metric.StepSeconds: 3}}, nil},
		"two metrics": {
			metric.Line{Step: "publish", Values: metric.Values{metric.StepSeconds: 0.25, metric.Finished: 1}},
			[]string{"Finished{Environment=dev}=1", "StepSeconds{Environment=dev,Step=publish}=0.25"},
		},
		"an unknown": {metric.Line{Values: metric.Values{"Unknown": 1}}, nil},
		"of nothing": {metric.Line{AdID: "ad-1"}, nil},
		"foreign ones": {
			metric.Line{Step: "stage1", Code: "X", Values: metric.Values{metric.Accepted: 1}},
			[]string{"Accepted{Environment=dev}=1"},
		},
		"a whole sweep": {
			metric.Line{Values: metric.Values{metric.Sweeps: 1, metric.SweepStuck: 2}},
			[]string{"SweepStuck{Environment=dev}=2", "Sweeps{Environment=dev}=1"},
		},
	} {
		if got := metrictest.Strings(t, written(tc.line)); !slices.Equal(got, tc.want) {
			t.Errorf("%s: %q, want %q", name, got, tc.want)
		}
	}
}

// Every name is defined; a name that is not would be a number in a log.
func TestEveryNameIsDefined(t *testing.T) {
	t.Parallel()
	f, err := parser.ParseFile(token.NewFileSet(), "metric.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	ast.Inspect(f, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if kind, ok := spec.Type.(*ast.Ident); !ok || kind.Name != "Name" {
			return true
		}
		found++
		value, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		if err != nil {
			t.Fatal(err)
		}
		if def, ok := metric.Definitions()[metric.Name(value)]; !ok || spec.Names[0].Name != value || def.Unit == "" {
			t.Errorf("%s = %q is defined as %+v", spec.Names[0].Name, value, def)
		}
		return true
	})
	if found == 0 || found != len(metric.Definitions()) {
		t.Errorf("%d names and %d definitions", found, len(metric.Definitions()))
	}
}

func TestWithoutAMeter(t *testing.T) {
	t.Parallel()
	var m *metric.Meter
	m.Write(metric.Line{Values: metric.Values{metric.Accepted: 1}})
}

func TestLinesFromManySidesStayWhole(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	m := metric.New(&b, "dev")
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			m.Write(metric.Line{AdID: strings.Repeat("x", 500), Values: metric.Values{metric.Accepted: 1}})
		})
	}
	wg.Wait()
	if got := metrictest.Strings(t, b.String()); len(got) != 50 {
		t.Errorf("%d lines of 50", len(got))
	}
}

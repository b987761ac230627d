package contract_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"slices"
	"strconv"
	"testing"
)

// What of CloudWatch the alarms need, as its user guide has it ("Alarm
// evaluation", "Using math expressions"): nothing that runs here judges alarms
// by their dimensions, by M of N, by missing data or by metric math.

// series is a value by period; a period without one is missing.
type series map[int]float64

// statistic condenses the samples of a period.
func statistic(t *testing.T, name string, v []float64) float64 {
	t.Helper()
	sum := 0.0
	for _, x := range v {
		sum += x
	}
	switch name {
	case "Sum":
		return sum
	case "Average":
		return sum / float64(len(v))
	case "Maximum":
		return slices.Max(v)
	case "Minimum":
		return slices.Min(v)
	}
	t.Fatalf("statistic %s is not known here", name)
	return 0
}

// series gives a query's series over the periods of data.
func (a alarm) series(t *testing.T, id string, data []samples) series {
	t.Helper()
	q, ok := a.queries[id]
	if !ok {
		t.Fatalf("%s is no query", id)
	}
	if q.expression != "" {
		return a.compute(t, q.expression, data)
	}
	out := series{}
	for i, period := range data {
		if v := period[q.metric]; len(v) > 0 {
			out[i] = statistic(t, q.stat, v)
		}
	}
	return out
}

// compute evaluates a metric math expression. In arithmetic and comparisons a
// missing value counts as 0 where another has one; a division by zero drops the
// point.
func (a alarm) compute(t *testing.T, expression string, data []samples) series {
	t.Helper()
	tree, err := parser.ParseExpr(expression) // for what is used of it, its grammar is Go's
	if err != nil {
		t.Fatalf("%s: %v", expression, err)
	}
	ids := map[string]series{}
	ast.Inspect(tree, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && id.Name != "IF" && id.Name != "FILL" {
			ids[id.Name] = a.series(t, id.Name, data)
		}
		return true
	})
	out := series{}
	for i := range data {
		has := func(s series) bool { _, ok := s[i]; return ok }
		if !slices.ContainsFunc(slices.Collect(maps.Values(ids)), has) {
			continue
		}
		if v, ok := compute(t, tree, func(id string) float64 { return ids[id][i] }); ok {
			out[i] = v
		}
	}
	return out
}

func compute(t *testing.T, e ast.Expr, value func(id string) float64) (float64, bool) {
	t.Helper()
	switch e := e.(type) {
	case *ast.Ident:
		return value(e.Name), true
	case *ast.BasicLit:
		v, err := strconv.ParseFloat(e.Value, 64)
		return v, err == nil
	case *ast.ParenExpr:
		return compute(t, e.X, value)
	case *ast.CallExpr:
		if f, ok := e.Fun.(*ast.Ident); ok && f.Name == "FILL" && len(e.Args) == 2 {
			if by, _ := compute(t, e.Args[1], value); by != 0 {
				t.Fatal("FILL is known here by 0 alone")
			}
			return compute(t, e.Args[0], value)
		}
		if f, ok := e.Fun.(*ast.Ident); !ok || f.Name != "IF" || len(e.Args) != 3 {
			t.Fatalf("function %v is not known here", e.Fun)
		}
		if cond, ok := compute(t, e.Args[0], value); !ok {
			return 0, false
		} else if cond != 0 {
			return compute(t, e.Args[1], value)
		}
		return compute(t, e.Args[2], value)
	case *ast.BinaryExpr:
		x, okX := compute(t, e.X, value)
		y, okY := compute(t, e.Y, value)
		if !okX || !okY {
			return 0, false
		}
		truth := func(b bool) (float64, bool) {
			if b {
				return 1, true
			}
			return 0, true
		}
		switch e.Op {
		case token.ADD:
			return x + y, true
		case token.SUB:
			return x - y, true
		case token.MUL:
			return x * y, true
		case token.QUO:
			return x / y, y != 0
		case token.GEQ:
			return truth(x >= y)
		case token.GTR:
			return truth(x > y)
		}
	}
	t.Fatalf("%T is not known here", e)
	return 0, false
}

// evaluationRange is how many periods CloudWatch reads beyond those it evaluates,
// in the guide's examples.
const evaluationRange = 2

// state is the alarm's state at the end of the data: of the newest points there
// are, as many as periods are asked for; where there are not so many in the
// range, missing ones fill up, taken as the alarm says.
func (a alarm) state(t *testing.T, data []samples) string {
	t.Helper()
	points := a.series(t, a.result, data)
	breaching, real := 0, 0
	for i := len(data) - 1; i >= max(0, len(data)-a.periods-evaluationRange) && real < a.periods; i-- {
		v, ok := points[i]
		if !ok {
			continue
		}
		real++
		if a.breaches(t, v) {
			breaching++
		}
	}
	switch a.missing {
	case "breaching":
		breaching += a.periods - real
	case "notBreaching":
	default:
		t.Fatalf("missing data as %s is not known here", a.missing)
	}
	if breaching >= a.datapoints {
		return "ALARM"
	}
	return "OK"
}

func (a alarm) breaches(t *testing.T, v float64) bool {
	t.Helper()
	switch a.comparison {
	case "GreaterThanThreshold":
		return v > a.threshold
	case "GreaterThanOrEqualToThreshold":
		return v >= a.threshold
	case "LessThanThreshold":
		return v < a.threshold
	}
	t.Fatalf("comparison %s is not known here", a.comparison)
	return false
}

// The rows of the guide's two tables ("How alarm state is evaluated when data is
// missing"): five periods, 0 within the threshold, X beyond, - missing.
func TestAlarmsAreJudgedAsByCloudWatch(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		points                  string
		datapoints              int // of three
		breaching, notBreaching string
	}{
		{"0-X-X", 3, "OK", "OK"},
		{"0----", 3, "OK", "OK"},
		{"-----", 3, "ALARM", "OK"},
		{"0XX-X", 3, "ALARM", "ALARM"},
		{"----X", 3, "ALARM", "OK"},
		{"X----", 3, "ALARM", "OK"},
		{"0-X-X", 2, "ALARM", "ALARM"},
		{"00X0X", 2, "ALARM", "ALARM"},
		{"0-X--", 2, "ALARM", "OK"},
		{"----0", 2, "ALARM", "OK"},
		{"----X", 2, "ALARM", "OK"},
	} {
		var data []samples
		for _, p := range tc.points {
			data = append(data, map[rune]samples{'0': {"m": {0}}, 'X': {"m": {1}}, '-': nil}[p])
		}
		for missing, want := range map[string]string{"breaching": tc.breaching, "notBreaching": tc.notBreaching} {
			a := alarm{
				queries: map[string]query{"m": {metric: "m", stat: "Sum"}}, result: "m", periods: 3, datapoints: tc.datapoints,
				comparison: "GreaterThanThreshold", missing: missing,
			}
			if got := a.state(t, data); got != want {
				t.Errorf("%s, %d of 3, missing is %s: %s, want %s", tc.points, tc.datapoints, missing, got, want)
			}
		}
	}
}

func TestMetricMath(t *testing.T) {
	t.Parallel()
	a := alarm{queries: map[string]query{
		"a": {metric: "a", stat: "Sum"}, "b": {metric: "b", stat: "Maximum"}, "c": {expression: "a + b"},
	}}
	data := []samples{{"a": {1, 2}, "b": {4, 5}}, {"a": {7}}, {"b": {0}}, nil}
	for expression, want := range map[string]series{
		"a + b":                        {0: 8, 1: 7, 2: 0},
		"100 * a / (a + b)":            {0: 37.5, 1: 100}, // nothing by nothing is no point
		"IF(a >= 3, a, 0 - b)":         {0: 3, 1: 7, 2: 0},
		"IF(a > 3, 100 * a / c, 50)":   {0: 50, 1: 100, 2: 50},
		"IF(FILL(a, 0) > 0, 0, 1 + b)": {0: 0, 1: 0, 2: 1},
	} {
		if got := a.compute(t, expression, data); !maps.Equal(got, want) {
			t.Errorf("%s = %v, want %v", expression, got, want)
		}
	}
}

// Package metrictest reads metrics out of log lines as CloudWatch does, and
// refuses what CloudWatch would not take.
package metrictest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// Sample is one value of one metric.
type Sample struct {
	Metric string // name and dimensions, as Failed{Environment=dev,Code=GPU.Busy}
	Unit   string
	Value  float64
	AdID   string // beside the metric, "" if none
	At     time.Time
}

// String gives metric and value, as Failed{Environment=dev}=1.
func (s Sample) String() string { return fmt.Sprintf("%s=%v", s.Metric, s.Value) }

// Read gives the samples in a log, in order; lines without any are passed over.
func Read(t testing.TB, log string) []Sample {
	t.Helper()
	var out []Sample
	for line := range strings.Lines(log) {
		samples, err := Parse(line)
		if err != nil {
			t.Errorf("%v in %s", err, line)
		}
		out = append(out, samples...)
	}
	return out
}

// Strings is Read in short.
func Strings(t testing.TB, log string) []string {
	t.Helper()
	var out []string
	for _, s := range Read(t, log) {
		out = append(out, s.String())
	}
	return out
}

// The limits of CloudWatch's embedded metric format (user guide, "Specification:
// Embedded metric format") and of a log event.
const (
	maxEvent      = 256 << 10 // bytes
	maxMetrics    = 100       // in one directive
	maxDimensions = 9         // in one set
	maxName       = 255
	maxDimension  = 1024 // of a dimension's value
)

// units are those CloudWatch knows (API reference, MetricDatum).
const units = ` Seconds Microseconds Milliseconds Bytes Kilobytes Megabytes Gigabytes Terabytes Bits Kilobits Megabits
Gigabits Terabits Percent Count Bytes/Second Kilobytes/Second Megabytes/Second Gigabytes/Second Terabytes/Second
Bits/Second Kilobits/Second Megabits/Second Gigabits/Second Terabits/Second Count/Second None `

type directive struct {
	Namespace  string
	Dimensions [][]string
	Metrics    []struct{ Name, Unit string }
}

// Parse gives the samples of one log line, none for a line that holds no metrics,
// and an error for one that wants to and does not follow the format.
func Parse(line string) ([]Sample, error) {
	var root map[string]any
	_ = json.Unmarshal([]byte(line), &root) // a log may hold anything
	if root["_aws"] == nil {
		return nil, nil
	}
	if len(line) > maxEvent {
		return nil, fmt.Errorf("%d bytes are more than a log event", len(line))
	}
	raw, err := json.Marshal(root["_aws"])
	if err != nil {
		return nil, fmt.Errorf("encode again: %w", err)
	}
	var head struct {
		Timestamp         *int64 // milliseconds since 1970
		CloudWatchMetrics []directive
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields() // what the format defines has no other members
	if err := dec.Decode(&head); err != nil {
		return nil, fmt.Errorf("_aws: %w", err)
	}
	if head.Timestamp == nil {
		return nil, errors.New("_aws has no Timestamp")
	}
	var out []Sample
	for _, d := range head.CloudWatchMetrics {
		samples, err := d.samples(root)
		if err != nil {
			return nil, err
		}
		for i := range samples {
			samples[i].AdID, _ = root["ad_id"].(string)
			samples[i].At = time.UnixMilli(*head.Timestamp)
		}
		out = append(out, samples...)
	}
	return out, nil
}

func (d directive) samples(root map[string]any) ([]Sample, error) {
	if n := len(d.Namespace); n < 1 || n > maxName || strings.HasPrefix(d.Namespace, "AWS/") {
		return nil, fmt.Errorf("namespace %q", d.Namespace)
	}
	if len(d.Dimensions) < 1 || len(d.Metrics) < 1 || len(d.Metrics) > maxMetrics {
		return nil, fmt.Errorf("%d sets of dimensions and %d metrics", len(d.Dimensions), len(d.Metrics))
	}
	var out []Sample
	for _, m := range d.Metrics {
		value, isNumber := root[m.Name].(float64)
		if !isNumber || len(m.Name) > maxName {
			return nil, fmt.Errorf("metric %q refers to %v", m.Name, root[m.Name])
		}
		if !slices.Contains(strings.Fields(units), m.Unit) {
			return nil, fmt.Errorf("metric %s is in %q", m.Name, m.Unit)
		}
		for _, set := range d.Dimensions {
			if len(set) > maxDimensions {
				return nil, fmt.Errorf("%d dimensions", len(set))
			}
			var named []string
			for _, dim := range set {
				v, isText := root[dim].(string)
				if !isText || v == "" || len(v) > maxDimension {
					return nil, fmt.Errorf("dimension %q refers to %v", dim, root[dim])
				}
				named = append(named, dim+"="+v)
			}
			out = append(out, Sample{Metric: m.Name + "{" + strings.Join(named, ",") + "}", Unit: m.Unit, Value: value})
		}
	}
	return out, nil
}

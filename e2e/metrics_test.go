//go:build e2e

package e2e_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nanococoa/nanococoa/e2e/faultproxy"
	"github.com/nanococoa/nanococoa/infra/redrive"
	"github.com/nanococoa/nanococoa/internal/metric/metrictest"
)

// TestMetrics reads the functions' logs as CloudWatch does: every ad leaves just
// the metrics of what happened to it, each once, however often its steps ran.
func TestMetrics(t *testing.T) {
	t.Parallel()
	const wholePath = "prepare prompt stage1 copywrite stage2 clip publish"
	began := func(steps string) []string { // what every ad leaves that came as far as its last step
		out := []string{"Accepted{Environment=local}=1", "QueueWait{Environment=local}"}
		for _, s := range strings.Fields(steps) {
			out = append(out, "StepSeconds{Environment=local,Step="+s+"}")
		}
		return out
	}
	for name, tc := range map[string]struct {
		marker string // in the product's name
		proxy  *faultproxy.Proxy
		fault  func(marker string) faultproxy.Rule
		photo  []byte
		want   []string
		copies bool // whether the template must have written the copy
	}{
		"finished after a retry": {
			marker: "METRIC1X", proxy: sys.gpu, photo: small(t),
			fault: func(m string) faultproxy.Rule {
				return faultproxy.On(stage2Path, faultproxy.Naming(m, faultproxy.First(1, faultproxy.Error)))
			},
			want: append(began(wholePath), "Finished{Environment=local}=1", "Failed{Environment=local}=0",
				"Retries{Environment=local,Step=stage2}=1"),
		},
		"failed": {
			marker: "METRIC2X", proxy: sys.gpu, photo: small(t),
			fault: func(m string) faultproxy.Rule {
				return faultproxy.On(stage2Path, faultproxy.Naming(m, faultproxy.Always(faultproxy.Reject)))
			},
			want: append(began("prepare prompt stage1 copywrite"), "Failed{Environment=local}=1",
				"Failed{Environment=local,Code=GPU.Rejected}=1", "Finished{Environment=local}=0"),
		},
		"copy by the template": {
			marker: "METRIC3X", proxy: sys.openai, photo: small(t), copies: true,
			fault: func(m string) faultproxy.Rule {
				return faultproxy.On("/responses", faultproxy.Naming(m, faultproxy.Always(faultproxy.Reject)))
			},
			want: append(began(wholePath), "Finished{Environment=local}=1", "Failed{Environment=local}=0",
				"Retries{Environment=local,Step=prompt}=1", "Retries{Environment=local,Step=copywrite}=1"),
		},
		"refused": {
			marker: "METRIC4X", photo: []byte("%PDF-1.7\n" + strings.Repeat("x", 100)),
			want: []string{"Refused{Environment=local}=1", "Refused{Environment=local,Code=Photo.Unsupported}=1"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			start := time.Now().Add(-time.Second)
			o := newOwner(t)
			up := o.upload(fields(tc.marker), len(tc.photo))
			if tc.fault != nil {
				t.Cleanup(tc.proxy.Add(tc.fault(tc.marker)))
			}
			o.post(up, tc.photo)
			v := o.finished(up.AdID)
			want := slices.Clone(tc.want)
			if v.Status == "succeeded" {
				byTemplate := "0"
				if *v.CopySource == "template" {
					byTemplate = "1"
				}
				if tc.copies && byTemplate == "0" {
					t.Errorf("the copy is by %s", *v.CopySource)
				}
				want = append(want, "TemplateCopy{Environment=local}="+byTemplate)
			}
			slices.Sort(want)
			// The record says it first; the function's log follows when it ends.
			var got []string
			for end := time.Now().Add(30 * time.Second); ; time.Sleep(300 * time.Millisecond) {
				if got = measured(t, up.AdID, tc.marker, start); slices.Equal(got, want) || time.Now().After(end) {
					break
				}
			}
			if !slices.Equal(got, want) {
				t.Errorf("measured %q\nwant     %q", got, want)
			}
		})
	}
}

// measured gives the metrics about an ad in all functions' logs, sorted; times
// without their values, which must be such.
func measured(t *testing.T, adID, secret string, since time.Time) []string {
	t.Helper()
	var out []string
	const functions = "api ingest prepare prompt stage1 copywrite stage2 clip publish fail sweep deadletter"
	for _, f := range strings.Fields(functions) {
		log, err := sys.Logged(t.Context(), f, since)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(log, secret) {
			t.Errorf("the log of %s tells what an owner typed", f)
		}
		for _, s := range metrictest.Read(t, log) {
			if s.AdID != adID {
				continue
			}
			if s.Unit == "Seconds" {
				if s.Value < 0 || s.Value > time.Since(since).Seconds() || s.At.Before(since) {
					t.Errorf("%s at %s", s, s.At)
				}
				out = append(out, s.Metric)
				continue
			}
			out = append(out, s.String())
		}
	}
	slices.Sort(out)
	return out
}

// What redrive looks for is there in the deployed stack, and it may look.
func TestRedriveFindsItsQueues(t *testing.T) {
	t.Parallel()
	cfg := sys.Config()
	places, err := redrive.Find(t.Context(), cfg, "nanococoa-local")
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if _, err := redrive.New(cfg, places, false, &out).Run(t.Context()); err != nil {
		t.Errorf("%v\n%s", err, &out)
	}
}

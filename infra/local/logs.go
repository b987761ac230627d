package local

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

// followEvery is how often the functions' logs are looked at. MiniStack
// writes them when an invocation ends, so more often would show nothing sooner.
const followEvery = time.Second

// Follow writes what the functions, the GPU server and the local AWS's complaints
// say to w, one readable line each, until ctx ends. The logs hold nothing of an
// owner's: not the fields, not the copy, not who they are.
func (d *Deployment) Follow(ctx context.Context, w io.Writer) {
	d.lines.follow(func(line string) { _, _ = fmt.Fprintln(w, line) })
	defer d.lines.follow(func(string) {})
	cursors := map[string]*cursor{}
	start, complained := time.Now(), false
	tick := time.NewTicker(followEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		events, err := d.newEvents(ctx, cursors, start)
		if err != nil && ctx.Err() == nil && !complained {
			complained = true // once: when the local AWS is gone, it says so itself
			d.lines.say(fmt.Sprintf("%s %-9s the functions' logs cannot be read: %v", clock(time.Now()), "local", err))
		}
		for _, e := range events {
			if !isPlatform(e.Message) && !isMetrics(e.Message) {
				d.lines.json(e.part)(strings.TrimRight(e.Message, "\n"))
			}
		}
	}
}

// cursor is how far one log group has been read.
type cursor struct {
	since time.Time
	seen  []string // the events of that very millisecond, which may grow
}

// isPlatform recognises the lines that Lambda itself writes around each
// invocation.
func isPlatform(message string) bool {
	for _, prefix := range []string{"START RequestId:", "END RequestId:", "REPORT RequestId:"} {
		if strings.HasPrefix(message, prefix) {
			return true
		}
	}
	return false
}

// isMetrics recognises the lines that are for CloudWatch; see internal/metric.
func isMetrics(message string) bool { return strings.Contains(message, `"_aws":{"Timestamp"`) }

type logEvent struct {
	Stream    string `json:"logStreamName"`
	Timestamp int64  `json:"timestamp"` // milliseconds since 1970
	Message   string `json:"message"`
	part      string
}

// identity tells an event from others of its millisecond. MiniStack gives
// events no ids of their own.
func (e logEvent) identity() string { return e.Stream + "\x00" + e.Message }

// newEvents are the events of every function that the cursors have not passed,
// in order.
func (d *Deployment) newEvents(ctx context.Context, cursors map[string]*cursor, start time.Time) ([]logEvent, error) {
	var groups struct {
		LogGroups []struct{ LogGroupName string } `json:"logGroups"`
	}
	prefix := "/nanococoa/" + environment + "/"
	if err := d.logsCall(ctx, "DescribeLogGroups", map[string]any{"logGroupNamePrefix": prefix}, &groups); err != nil {
		return nil, err
	}
	var fresh []logEvent
	for _, g := range groups.LogGroups {
		c := cursors[g.LogGroupName]
		if c == nil {
			c = &cursor{since: start}
			cursors[g.LogGroupName] = c
		}
		var page struct{ Events []logEvent }
		in := map[string]any{"logGroupName": g.LogGroupName, "startTime": c.since.UnixMilli(), "limit": 10000}
		if err := d.logsCall(ctx, "FilterLogEvents", in, &page); err != nil {
			return nil, err
		}
		for _, e := range page.Events {
			if slices.Contains(c.seen, e.identity()) {
				continue
			}
			if at := time.UnixMilli(e.Timestamp); at.After(c.since) {
				c.since, c.seen = at, nil
			}
			c.seen = append(c.seen, e.identity())
			e.part = strings.TrimPrefix(g.LogGroupName, prefix)
			fresh = append(fresh, e)
		}
	}
	slices.SortStableFunc(fresh, func(a, b logEvent) int { return cmp.Compare(a.Timestamp, b.Timestamp) })
	return fresh, nil
}

// Logged gives what a function (by its folder) has logged since a time, oldest
// first. MiniStack has it when an invocation ends.
func (d *Deployment) Logged(ctx context.Context, function string, since time.Time) (string, error) {
	var out strings.Builder
	in := map[string]any{
		"logGroupName": "/nanococoa/" + environment + "/" + function, "startTime": since.UnixMilli(), "limit": 10000,
	}
	for {
		var page struct {
			Events    []logEvent
			NextToken string `json:"nextToken"`
		}
		if err := d.logsCall(ctx, "FilterLogEvents", in, &page); err != nil {
			return "", err
		}
		for _, e := range page.Events {
			out.WriteString(strings.TrimRight(e.Message, "\n") + "\n")
		}
		if page.NextToken == "" {
			return out.String(), nil
		}
		in["nextToken"] = page.NextToken
	}
}

func (d *Deployment) logsCall(ctx context.Context, action string, in, out any) error {
	header := http.Header{
		"Content-Type": {"application/x-amz-json-1.1"},
		"X-Amz-Target": {"Logs_20140328." + action},
	}
	return d.call(ctx, "logs", http.MethodPost, "/", header, in, out)
}

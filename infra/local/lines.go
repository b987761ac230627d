package local

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// lines gathers what the parts of a deployment say, made readable, for whoever
// follows. While nobody does, they are dropped: they are in the log files.
type lines struct {
	mu sync.Mutex
	to func(string)
}

func newLines() *lines { return &lines{to: func(string) {}} }

// follow gives every line from now on to a function.
func (l *lines) follow(to func(string)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.to = to
}

func (l *lines) say(line string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.to(line)
}

// aws passes on what the local AWS itself complains about. The rest of its log
// is one line a request and stays in its file.
func (l *lines) aws(line string) {
	for _, level := range []string{" WARNING ", " ERROR ", " CRITICAL "} {
		if strings.Contains(line, level) {
			l.say(fmt.Sprintf("%s %-9s %s", clock(time.Now()), "aws", line))
			return
		}
	}
}

// json gives a sink for structured log lines (log/slog's JSON) of one part.
func (l *lines) json(part string) func(string) {
	return func(line string) { l.say(readable(part, line, time.Now())) }
}

// readable turns a structured log line into one for a person: time, part, level
// unless it is INFO, message, then the attributes in the order of their names.
// A line that is not structured stays as it is.
func readable(part, line string, now time.Time) string {
	var rec map[string]any
	if json.Unmarshal([]byte(line), &rec) != nil {
		return fmt.Sprintf("%s %-9s %s", clock(now), part, line)
	}
	take := func(key string) string {
		v, ok := rec[key]
		delete(rec, key)
		if !ok {
			return ""
		}
		return fmt.Sprint(v)
	}
	if at, err := time.Parse(time.RFC3339Nano, take("time")); err == nil {
		now = at
	}
	level, msg, step := take("level"), take("msg"), take("step")
	if step == "" {
		step = part
	}
	if level == "INFO" {
		level = ""
	}
	var out strings.Builder
	fmt.Fprintf(&out, "%s %-9s ", clock(now), step)
	if level != "" {
		out.WriteString(level + " ")
	}
	out.WriteString(msg)
	names := make([]string, 0, len(rec))
	for name := range rec {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		fmt.Fprintf(&out, " %s=%v", name, rec[name])
	}
	return out.String()
}

func clock(t time.Time) string { return t.Local().Format(time.TimeOnly) }

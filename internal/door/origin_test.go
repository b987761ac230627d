package door_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/nanococoa/nanococoa/internal/door"
)

// parameter is what a parameter holds, and how often it was read.
type parameter struct {
	value string
	err   error
	reads int
}

func (p *parameter) read(context.Context) (string, error) { p.reads++; return p.value, p.err }

func secretOf(letter string) string { return strings.Repeat(letter, 43) }

// While a secret is replaced both are good, also for a function that started before; when it
// has gone out of the parameter it ends with the functions that know it. Guesses cost a read
// a minute.
func TestASecretIsReplaced(t *testing.T) {
	t.Parallel()
	one, two, three := secretOf("a"), secretOf("b"), secretOf("c")
	now := time.Now()
	p, log := &parameter{value: one}, &bytes.Buffer{}
	s, err := door.NewSite(t.Context(), p.read, func() time.Time { return now }, slog.New(slog.NewTextHandler(log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	for i, step := range []struct {
		after  time.Duration
		holds  string
		err    error
		secret string
		good   bool
		reads  int
	}{
		{0, one, nil, one, true, 1},
		{0, one, nil, "", false, 1},
		{0, one, nil, two, false, 1},
		{time.Hour, one, nil, "", false, 1}, // nobody sends nothing
		{0, one, nil, one[:42], false, 2},
		{0, two + "," + one, nil, two, false, 2}, // it was asked a moment ago
		{time.Minute, two + "," + one, nil, two, true, 3},
		{0, two + "," + one, nil, one, true, 3},
		{time.Hour, "", errors.New("down"), three, false, 4},
		{time.Second, three + "," + two, nil, three, false, 4},
		{0, three + "," + two, nil, two, true, 4}, // an outage ends nothing
		{time.Minute, three + "," + two, nil, three, true, 5},
		{0, three + "," + two, nil, one, false, 5},
		{time.Minute, "", nil, one, false, 6},
		{0, "", nil, three, true, 6},
	} {
		now = now.Add(step.after)
		p.value, p.err = step.holds, step.err
		if got := s.Sent(t.Context(), step.secret); got != step.good || p.reads != step.reads {
			t.Errorf("step %d: %v after %d reads, want %v after %d", i, got, p.reads, step.good, step.reads)
		}
	}
	for _, secret := range []string{one, two, three} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("the log holds a secret: %s", log)
		}
	}
}

// A function that demands a secret and has none does not start.
func TestNoSecretIsNoSite(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]bool{
		secretOf("a"): true, secretOf("a") + "," + secretOf("b"): true, secretOf("a") + ", " + secretOf("b") + "\n": true,
		"": false, ",": false, "short": false, secretOf("a") + ",short": false,
	} {
		p := &parameter{value: value}
		if _, err := door.NewSite(t.Context(), p.read, time.Now, slog.New(slog.DiscardHandler)); (err == nil) != want {
			t.Errorf("%q: %v", value, err)
		}
	}
}

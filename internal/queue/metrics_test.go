package queue_test

import (
	"bytes"
	"context"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/metric"
	"github.com/nanococoa/nanococoa/internal/metric/metrictest"
	"github.com/nanococoa/nanococoa/internal/queue"
)

// For how long an ad waits for a server is measured at every putting back, and at
// nothing else.
func TestAStallIsMeasured(t *testing.T) {
	t.Parallel()
	down := fault.New(fault.GPUUnavailable, nil)
	for name, tc := range map[string]struct {
		world world
		since time.Time
		want  []string
	}{
		"the first time": {
			world: world{alive: []bool{true}, health: down}, want: []string{"StallSeconds{Environment=test}=0"},
		},
		"since long": {
			world: world{alive: []bool{true}, health: down}, since: start.Add(-90 * time.Second),
			want: []string{"StallSeconds{Environment=test}=90"},
		},
		"for too long": {world: world{alive: []bool{true}, health: down}, since: start.Add(-6 * time.Hour)},
		"rendered":     {world: world{alive: []bool{true}, render: func(context.Context) error { return nil }}},
		"nobody waits": {world: world{alive: []bool{false}}},
	} {
		var b bytes.Buffer
		w := tc.world
		w.now = start
		c := w.consumer()
		c.Meter = metric.New(&b, "test")
		if err := c.Consume(t.Context(), message(tc.since)); err != nil {
			t.Fatal(err)
		}
		if got := metrictest.Strings(t, b.String()); !slices.Equal(got, tc.want) {
			t.Errorf("%s: %q, want %q", name, got, tc.want)
		}
	}
}

// A dead letter counts when it is dealt with, and not when it comes back.
func TestADeadLetterIsMeasured(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	w := world{failErr: fault.New(fault.StorageThrottled, nil)}
	d := queue.DeadLetters{Tasks: &w, Log: slog.New(slog.DiscardHandler), Meter: metric.New(&b, "test")}
	if err := d.Consume(t.Context(), message(time.Time{})); err == nil || b.Len() != 0 {
		t.Errorf("one that comes back: %v, %s", err, &b)
	}
	w.failErr = nil
	for _, m := range []queue.Message{message(time.Time{}), {}} {
		if err := d.Consume(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{"DeadLettered{Environment=test}=1", "DeadLettered{Environment=test}=1"}
	got := metrictest.Read(t, b.String())
	if len(got) != 2 || got[0].AdID != "id" || got[1].AdID != "" ||
		!slices.Equal(metrictest.Strings(t, b.String()), want) {
		t.Errorf("%+v", got)
	}
}

package taskqueue_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/queue"
	"github.com/nanococoa/nanococoa/internal/taskqueue"
)

// consumer keeps what it gets, and fails at some ads.
type consumer struct {
	got   []queue.Message
	fails map[string]bool // by ad
}

func (c *consumer) Consume(_ context.Context, m queue.Message) error {
	c.got = append(c.got, m)
	if c.fails[m.Input.AdID] {
		return fault.New(fault.StorageThrottled, nil)
	}
	return nil
}

func batch(bodies ...string) events.SQSEvent {
	var e events.SQSEvent
	for i, b := range bodies {
		e.Records = append(e.Records, events.SQSMessage{MessageId: string(rune('a' + i)), Body: b})
	}
	return e
}

func TestABatch(t *testing.T) {
	t.Parallel()
	const one = `{"task_token":"T1","input":{"owner":"o","ad_id":"one","attempt":2}}`
	const two = `{"task_token":"T2","input":{"ad_id":"two","attempt":1},"since":"2026-11-23T00:00:00Z"}`
	want := queue.Message{TaskToken: "T1", Input: ad.StepInput{Ref: ad.Ref{Owner: "o", AdID: "one", Attempt: 2}}}
	for name, tc := range map[string]struct {
		bodies []string
		fails  map[string]bool
		zero   []int    // which come as the zero message
		back   []string // messages that come back
	}{
		"all are consumed": {bodies: []string{one, two}},
		"one fails":        {bodies: []string{one, two}, fails: map[string]bool{"one": true}, back: []string{"a"}},
		"not JSON":         {bodies: []string{one, "{", ""}, zero: []int{1, 2}},
		"half a message":   {bodies: []string{one, `{"task_token":"T","input":{"ad_id":7}}`}, zero: []int{1}},
		"what is none fails": {
			bodies: []string{one, "{"}, zero: []int{1}, fails: map[string]bool{"": true}, back: []string{"b"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var log bytes.Buffer
			c := &consumer{fails: tc.fails}
			handle := taskqueue.Handler("stage1", slog.New(slog.NewJSONHandler(&log, nil)), c, nil)
			out, err := handle(t.Context(), batch(tc.bodies...))
			if err != nil {
				t.Fatal(err)
			}
			var back []string
			for _, f := range out.BatchItemFailures {
				back = append(back, f.ItemIdentifier)
			}
			if !slices.Equal(back, tc.back) {
				t.Errorf("%q come back, want %q", back, tc.back)
			}
			if n := strings.Count(log.String(), `"step":"stage1"`); n != len(tc.back) {
				t.Errorf("log:\n%s", &log)
			}
			if len(c.got) != len(tc.bodies) || c.got[0] != want {
				t.Fatalf("consumed %+v", c.got)
			}
			for i, m := range c.got {
				if zero := m == (queue.Message{}); zero != slices.Contains(tc.zero, i) {
					t.Errorf("message %d is %+v", i, m)
				}
			}
		})
	}
}

// The local AWS fails on a null, and then keeps the message for another time.
func TestNoFailuresAreAnEmptyList(t *testing.T) {
	t.Parallel()
	handle := taskqueue.Handler("stage1", slog.New(slog.DiscardHandler), &consumer{}, nil)
	out, err := handle(t.Context(), batch("{}"))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := json.Marshal(out); err != nil || string(got) != `{"batchItemFailures":[]}` {
		t.Errorf("%s, %v", got, err)
	}
}

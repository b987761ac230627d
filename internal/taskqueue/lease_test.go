package taskqueue_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/localaws"
	"github.com/nanococoa/nanococoa/internal/queue"
	"github.com/nanococoa/nanococoa/internal/taskqueue"
)

// hidden is a queue with one message: it knows when that is seen again. The lease and the
// test's own consumer use it side by side.
type hidden struct {
	t       *testing.T
	mu      sync.Mutex
	visible time.Time
	hides   int
	err     error
}

func (s *hidden) Hide(_ context.Context, receipt string, d time.Duration) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if receipt != "R" {
		s.t.Errorf("hides %q", receipt)
	}
	s.hides++
	if s.err == nil {
		s.visible = time.Now().Add(d)
	}
	return s.err
}

// left is for how long the message is hidden from now on.
func (s *hidden) left() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return time.Until(s.visible)
}

// times is how often it was hidden.
func (s *hidden) times() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.hides
}

// fail has every further call fail with an error; with nil they succeed.
func (s *hidden) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.err = err
}

// work is a consumer that takes a while.
type work func(context.Context) error

func (w work) Consume(ctx context.Context, _ queue.Message) error { return w(ctx) }

func delivery(n int) events.SQSEvent {
	return events.SQSEvent{Records: []events.SQSMessage{{
		MessageId: "m", ReceiptHandle: "R", Body: `{"task_token":"T","input":{"ad_id":"one","attempt":1}}`,
		Attributes: map[string]string{"ApproximateReceiveCount": strconv.Itoa(n)},
	}}}
}

// A message is nobody else's while its consumer works, however long; and when that is
// killed, somebody else has it within the lease.
func TestALeaseLastsAsLongAsItsConsumer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &hidden{t: t, visible: time.Now().Add(1860 * time.Second)}
		begun := time.Now()
		handle := taskqueue.Handler("stage1", slog.New(slog.DiscardHandler), work(func(context.Context) error {
			for time.Since(begun) < 300*time.Second {
				if left := s.left(); left <= 0 || left > taskqueue.LeaseTime {
					t.Fatalf("after %v it is hidden for %v", time.Since(begun), left)
				}
				time.Sleep(time.Second)
			}
			return nil
		}), &taskqueue.Lease{Messages: s, Log: slog.New(slog.DiscardHandler)})
		if _, err := handle(t.Context(), delivery(1)); err != nil {
			t.Fatal(err)
		}
		hides := s.times()
		time.Sleep(time.Hour)
		if s.times() != hides {
			t.Error("the lease is renewed after its end")
		}
	})
}

// Renewals that fail for a while do not lose a message.
func TestALeaseOutlivesTwoFailures(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		s := &hidden{t: t}
		handle := taskqueue.Handler("stage1", slog.New(slog.DiscardHandler), work(func(context.Context) error {
			time.Sleep(time.Second)
			s.fail(errors.New("down"))
			time.Sleep(2 * taskqueue.LeaseTime / 3)
			s.fail(nil)
			if s.left() <= 0 {
				t.Error("it is seen by others")
			}
			time.Sleep(taskqueue.LeaseTime)
			if s.left() <= 0 {
				t.Error("it is seen by others, later")
			}
			return nil
		}), &taskqueue.Lease{Messages: s, Log: slog.New(slog.NewJSONHandler(&log, nil))})
		if _, err := handle(t.Context(), delivery(1)); err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(log.String(), `"ad_id":"one"`); n != 2 {
			t.Errorf("log:\n%s", &log)
		}
	})
}

// late is a queue that a lease reaches only after a while.
type late struct {
	*hidden
	by time.Duration
}

func (l late) Hide(ctx context.Context, receipt string, d time.Duration) error {
	if d == taskqueue.LeaseTime {
		time.Sleep(l.by)
	}
	return l.hidden.Hide(ctx, receipt, d)
}

// A message that is given back while its lease is being renewed comes back as soon as it was
// promised, and not when the renewed lease ends.
func TestARenewalDoesNotHideWhatIsGivenBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := late{&hidden{t: t}, 5 * time.Second}
		handle := taskqueue.Handler("stage1", slog.New(slog.DiscardHandler), work(func(context.Context) error {
			time.Sleep(taskqueue.LeaseTime/3 + time.Second)
			return fault.New(fault.StorageThrottled, nil)
		}), &taskqueue.Lease{Messages: s, Log: slog.New(slog.DiscardHandler)})
		if _, err := handle(t.Context(), delivery(1)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(s.by + time.Second)
		if left := s.left(); left > 15*time.Second {
			t.Errorf("it is hidden for %v", left)
		}
	})
}

// A lease that cannot be taken changes nothing, as with the example events.
func TestWithoutALeaseItIsConsumedAllTheSame(t *testing.T) {
	t.Parallel()
	s := &hidden{t: t, err: errors.New("ReceiptHandleIsInvalid")}
	done := false
	handle := taskqueue.Handler("stage1", slog.New(slog.DiscardHandler), work(func(context.Context) error {
		done = true
		return nil
	}), &taskqueue.Lease{Messages: s, Log: slog.New(slog.DiscardHandler)})
	if out, err := handle(t.Context(), delivery(1)); err != nil || len(out.BatchItemFailures) > 0 || !done {
		t.Errorf("%+v, %v, consumed: %t", out, err, done)
	}
}

// What could not be consumed comes back soon, and later each time; the log says of which ad,
// why, and when. Five deliveries outlast ten minutes without the table.
func TestWhatFailsComesBackLaterEachTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &hidden{t: t}
		var all time.Duration
		for i, seconds := range []int{15, 60, 240, 300, 300} {
			want := time.Duration(seconds) * time.Second
			var log bytes.Buffer
			logger := slog.New(slog.NewJSONHandler(&log, nil))
			ctx, cancel := context.WithCancel(t.Context())
			handle := taskqueue.Handler("stage1", logger, work(func(context.Context) error {
				time.Sleep(20 * time.Second) // past a renewal
				cancel()                     // the function's time is over
				return fault.New(fault.StorageThrottled, nil)
			}), &taskqueue.Lease{Messages: s, Log: logger})
			out, err := handle(ctx, delivery(i+1))
			if err != nil || len(out.BatchItemFailures) != 1 {
				t.Fatalf("%+v, %v", out, err)
			}
			if got := s.left(); got != want {
				t.Errorf("after %d deliveries it comes back in %v, want %v", i+1, got, want)
			}
			if i < 4 {
				all += want
			}
			var line map[string]any
			if err := json.Unmarshal(log.Bytes(), &line); err != nil {
				t.Fatalf("%v\n%s", err, &log)
			}
			if line["msg"] != "message comes back" || line["ad_id"] != "one" || line["in_s"] != want.Seconds() ||
				line["deliveries"] != float64(i+1) || line["error"] != "Storage.Throttled" || line["step"] != "stage1" {
				t.Errorf("log: %v", line)
			}
		}
		if all < 10*time.Minute {
			t.Errorf("five deliveries take %v", all)
		}
	})
	synctest.Test(t, func(t *testing.T) { // a count that is none
		s := &hidden{t: t}
		for count, want := range map[string]int{"": 15, "x": 15, "-3": 15, "99999999999999": 300} {
			e := delivery(1)
			e.Records[0].Attributes["ApproximateReceiveCount"] = count
			handle := taskqueue.Handler("stage1", slog.New(slog.DiscardHandler), work(func(context.Context) error {
				return fault.New(fault.StorageThrottled, nil)
			}), &taskqueue.Lease{Messages: s, Log: slog.New(slog.DiscardHandler)})
			if _, err := handle(t.Context(), e); err != nil {
				t.Fatal(err)
			}
			if got := s.left(); got != time.Duration(want)*time.Second {
				t.Errorf("%q: %v", count, got)
			}
		}
	})
}

// A message given back is delivered again when it was said, and no sooner.
func TestHide(t *testing.T) {
	t.Parallel()
	cfg := localaws.Config(t)
	client := sqs.NewFromConfig(cfg)
	made, err := client.CreateQueue(t.Context(), &sqs.CreateQueueInput{
		QueueName: aws.String(localaws.Name(t)), Attributes: map[string]string{"VisibilityTimeout": "1860"},
	})
	if err != nil {
		t.Fatal(err)
	}
	q := taskqueue.OpenQueue(cfg, *made.QueueUrl)
	if err := q.Send(t.Context(), queue.Message{TaskToken: "T"}, 0); err != nil {
		t.Fatal(err)
	}
	receive := func(wait int32) string {
		t.Helper()
		in := sqs.ReceiveMessageInput{QueueUrl: made.QueueUrl, WaitTimeSeconds: wait}
		out, err := client.ReceiveMessage(t.Context(), &in)
		if err != nil {
			t.Fatal(err)
		}
		if len(out.Messages) == 0 {
			return ""
		}
		return *out.Messages[0].ReceiptHandle
	}
	receipt := receive(10)
	if receipt == "" {
		t.Fatal("the message did not come")
	}
	if err := q.Hide(t.Context(), receipt, time.Second); err != nil {
		t.Fatal(err)
	}
	if receive(0) != "" {
		t.Error("it is seen at once")
	}
	if receive(10) == "" {
		t.Error("it does not come back")
	}
	if err := q.Hide(t.Context(), "of nobody", time.Second); !fault.Has(err, fault.StorageUnavailable) {
		t.Errorf("a wrong receipt: %v", err)
	}
}

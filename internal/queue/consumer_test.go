package queue_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/queue"
)

var start = time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)

// world is everything around a consumer; did is what happened to it, in order.
type world struct {
	did                                  []string
	alive                                []bool // answers of the heartbeats, the last one stays
	aliveErr, succeedErr, health, getErr error
	render                               func(ctx context.Context) error
	takeErr, releaseErr, queueErr        error
	stallErr, sendErr                    error
	beatErr                              error // of every heartbeat but the first
	beats                                int
	beatsPanic                           bool // likewise
	log                                  bytes.Buffer
	stalled                              bool
	steps                                map[ad.Step]ad.StepTimes
	sent                                 queue.Message
	delay                                time.Duration
	failed                               fault.Code
	failErr                              error
	now                                  time.Time
}

func (w *world) Heartbeat(context.Context, string) (bool, error) {
	a := w.alive[0]
	if len(w.alive) > 1 {
		w.alive = w.alive[1:]
	}
	if w.beats++; w.beats > 1 && w.beatsPanic {
		panic("a heartbeat")
	}
	if w.beats > 1 && w.beatErr != nil {
		return false, w.beatErr
	}
	return a, w.aliveErr
}
func (w *world) Succeed(_ context.Context, token string) error {
	w.did = append(w.did, "succeed "+token)
	return w.succeedErr
}
func (w *world) Fail(_ context.Context, token string, c fault.Code) error {
	w.did, w.failed = append(w.did, "fail "+token), c
	return w.failErr
}
func (w *world) Record(context.Context, ad.Ref) (ad.Ad, error) {
	return ad.Ad{Ticket: 7, Steps: w.steps}, w.getErr
}
func (w *world) Take(_ context.Context, ticket, slots int) error {
	if ticket != 7 || slots != 3 {
		return errors.New("another's ticket")
	}
	w.did = append(w.did, "take")
	return w.takeErr
}
func (w *world) Release(_ context.Context, ticket int, rendered bool) error {
	if ticket != 7 {
		return errors.New("another's ticket")
	}
	w.did = append(w.did, map[bool]string{true: "rendered", false: "release"}[rendered])
	return w.releaseErr
}
func (w *world) Stall(context.Context) error {
	w.did = append(w.did, "stall")
	return w.stallErr
}
func (w *world) Queue(context.Context) (queue.Queue, error) {
	return queue.Queue{Stalled: w.stalled}, w.queueErr
}
func (w *world) Send(_ context.Context, m queue.Message, delay time.Duration) error {
	w.did, w.sent, w.delay = append(w.did, "send"), m, delay
	return w.sendErr
}
func (w *world) Health(context.Context) error { return w.health }

func (w *world) consumer() *queue.Consumer {
	return &queue.Consumer{
		Tasks: w, Ads: w, Tickets: w, Messages: w, Server: w, Log: slog.New(slog.NewJSONHandler(&w.log, nil)),
		PutBack: 15 * time.Second, Slots: 3, Now: func() time.Time { return w.now },
		Render: func(ctx context.Context, in ad.StepInput) error {
			if in.AdID != "id" {
				return errors.New("another's ad")
			}
			w.did = append(w.did, "render")
			w.now = w.now.Add(5 * time.Second)
			return w.render(ctx)
		},
	}
}

func message(since time.Time) queue.Message {
	input := ad.StepInput{Ref: ad.Ref{Owner: "me", AdID: "id", Attempt: 1}}
	return queue.Message{TaskToken: "T", Since: since, Input: input}
}

func TestConsume(t *testing.T) {
	t.Parallel()
	ok := func(context.Context) error { return nil }
	fails := func(code fault.Code) func(context.Context) error {
		return func(context.Context) error { return fault.New(code, nil) }
	}
	down := fault.New(fault.GPUUnavailable, nil)
	rendered := map[ad.Step]ad.StepTimes{ad.Stage1: {StartedAt: start, FinishedAt: start.Add(time.Second)}}
	for name, tc := range map[string]struct {
		world     world
		since     time.Time
		did       []string
		failed    fault.Code
		comesBack bool
	}{
		"rendered": {
			world: world{alive: []bool{true}, render: ok}, did: []string{"take", "render", "rendered", "succeed T"},
		},
		"rendered before": {
			world: world{alive: []bool{true}, render: ok, steps: rendered}, did: []string{"render", "succeed T"},
		},
		"nobody waits": {world: world{alive: []bool{false}}},
		"cannot ask": {
			world: world{alive: []bool{false}, aliveErr: fault.New(fault.StorageThrottled, nil)}, comesBack: true,
		},
		"server down": {world: world{alive: []bool{true}, health: down}, did: []string{"stall", "send"}},
		"server down, and that cannot be said": {
			world: world{alive: []bool{true}, health: down, stallErr: fault.New(fault.StorageUnavailable, nil)},
			did:   []string{"stall"}, comesBack: true,
		},
		"it cannot be put back": {
			world: world{alive: []bool{true}, health: down, sendErr: fault.New(fault.StorageUnavailable, nil)},
			did:   []string{"stall", "send"}, comesBack: true,
		},
		"went down meanwhile": {
			world: world{alive: []bool{true}, render: fails(fault.GPUUnavailable)},
			did:   []string{"take", "render", "release", "stall", "send"},
		},
		"busy": {
			world: world{alive: []bool{true}, render: fails(fault.GPUBusy)}, did: []string{"take", "render", "release", "send"},
		},
		"down for hours": {
			world: world{alive: []bool{true}, health: down}, since: start.Add(-6 * time.Hour), did: []string{"fail T"},
			failed: fault.GPUUnavailable,
		},
		"rejected": {
			world: world{alive: []bool{true}, render: fails(fault.GPURejected)},
			did:   []string{"take", "render", "release", "fail T"}, failed: fault.GPURejected,
		},
		"bad answer": {
			world: world{alive: []bool{true}, render: fails(fault.GPUBadAnswer)},
			did:   []string{"take", "render", "release", "fail T"}, failed: fault.GPUBadAnswer,
		},
		"wrong token": {
			world: world{alive: []bool{true}, health: fault.New(fault.GPURejected, nil)}, did: []string{"fail T"},
			failed: fault.GPURejected,
		},
		"deleted": {
			world: world{alive: []bool{true}, getErr: fault.New(fault.AdNotFound, nil), render: fails(fault.AdGone)},
			did:   []string{"render", "fail T"}, failed: fault.AdGone,
		},
		"table down": {
			world: world{alive: []bool{true}, getErr: fault.New(fault.StorageUnavailable, nil)}, comesBack: true,
		},
		"queue down": {
			world: world{alive: []bool{true}, takeErr: fault.New(fault.StorageUnavailable, nil)}, did: []string{"take"},
			comesBack: true,
		},
		"queue down meanwhile": {
			world: world{alive: []bool{true}, render: ok, releaseErr: fault.New(fault.StorageUnavailable, nil)},
			did:   []string{"take", "render", "rendered", "succeed T"},
		},
		"report lost": {
			world: world{alive: []bool{true}, render: ok, succeedErr: fault.New(fault.StorageThrottled, nil)},
			did:   []string{"take", "render", "rendered", "succeed T"}, comesBack: true,
		},
	} {
		w := tc.world
		w.now = start
		if err := w.consumer().Consume(t.Context(), message(tc.since)); (err != nil) != tc.comesBack {
			t.Errorf("%s: %v", name, err)
		}
		if !slices.Equal(w.did, tc.did) || w.failed != tc.failed {
			t.Errorf("%s: did %q and failed with %q, want %q and %q", name, w.did, w.failed, tc.did, tc.failed)
		}
	}
}

// Whenever a message is over without a rendering, the log says of which ad and why; and it
// says so once, and not when the message comes back or is put back.
func TestADroppedMessageIsLogged(t *testing.T) {
	t.Parallel()
	down := fault.New(fault.GPUUnavailable, errors.New("the server answers 503"))
	fails := func(err error) func(context.Context) error { return func(context.Context) error { return err } }
	for name, tc := range map[string]struct {
		world world
		since time.Time
		why   string // "" for no line
		code  string
	}{
		"nobody waits": {world: world{alive: []bool{false}}, why: "nobody waits for it"},
		"down for hours": {
			world: world{alive: []bool{true}, health: down}, since: start.Add(-6 * time.Hour),
			why: "it has waited for 5h0m0s", code: "GPU.Unavailable",
		},
		"wrong token": {
			world: world{alive: []bool{true}, health: fault.New(fault.GPURejected, nil)},
			why:   "it cannot be rendered", code: "GPU.Rejected",
		},
		"rejected": {
			world: world{alive: []bool{true}, render: fails(fault.New(fault.GPURejected, nil))},
			why:   "it cannot be rendered", code: "GPU.Rejected",
		},
		"deleted meanwhile": {
			world: world{alive: []bool{true}, render: fails(fault.New(fault.AdGone, nil))},
			why:   "it cannot be rendered", code: "Ad.Gone",
		},
		"no fault": {
			world: world{alive: []bool{true}, render: fails(errors.New("odd"))},
			why:   "it cannot be rendered", code: "Internal",
		},
		"rendered": {world: world{alive: []bool{true}, render: fails(nil)}},
		"put back": {world: world{alive: []bool{true}, health: down}},
		"cannot ask": {
			world: world{alive: []bool{false}, aliveErr: fault.New(fault.StorageThrottled, nil)},
		},
		"cannot be given up": {
			world: world{
				alive: []bool{true}, health: fault.New(fault.GPURejected, nil), failErr: fault.New(fault.StorageThrottled, nil),
			},
		},
	} {
		var log bytes.Buffer
		w := tc.world
		w.now = start
		c := w.consumer()
		c.Log = slog.New(slog.NewJSONHandler(&log, nil))
		_ = c.Consume(t.Context(), message(tc.since)) // TestConsume sees to what it gives
		var lines []map[string]any
		for l := range strings.Lines(log.String()) {
			var line map[string]any
			if err := json.Unmarshal([]byte(l), &line); err != nil {
				t.Fatal(err)
			}
			if line["msg"] == "message dropped" {
				lines = append(lines, line)
			}
		}
		if tc.why == "" {
			if len(lines) > 0 {
				t.Errorf("%s: %v", name, lines)
			}
			continue
		}
		if len(lines) != 1 {
			t.Errorf("%s: log\n%s", name, &log)
			continue
		}
		why, _ := lines[0]["why"].(string)
		code, _ := lines[0]["code"].(string)
		if !strings.HasPrefix(why, tc.why) || code != tc.code || lines[0]["ad_id"] != "id" || lines[0]["step"] != "stage1" {
			t.Errorf("%s: %v", name, lines[0])
		}
	}
}

func TestPutBack(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		asked, want time.Duration
	}{
		"nothing asked": {0, 15 * time.Second},
		"a while":       {40 * time.Second, 40 * time.Second},
		"a day":         {24 * time.Hour, 2 * time.Minute},
	} {
		w := world{alive: []bool{true}, now: start, render: func(context.Context) error {
			return &fault.Fault{Code: fault.GPUBusy, RetryAfter: tc.asked}
		}}
		if err := w.consumer().Consume(t.Context(), message(time.Time{})); err != nil {
			t.Fatal(err)
		}
		if w.delay != tc.want {
			t.Errorf("%s: put back for %v", name, w.delay)
		}
		if w.sent.TaskToken != "T" || w.sent.Input.AdID != "id" || !w.sent.Since.Equal(start.Add(5*time.Second)) {
			t.Errorf("%s: sent %+v", name, w.sent)
		}
	}
}

// A call that fails once costs an ad one backoff and not its position; a
// server that goes on failing, or is known to take nothing, gets it back later.
func TestHold(t *testing.T) {
	t.Parallel()
	busy, down := fault.New(fault.GPUBusy, nil), fault.New(fault.GPUUnavailable, nil)
	for name, tc := range map[string]struct {
		answers           []error // of the renderings, in turn; the last one stays
		stalled, unknown  bool
		renderings        int
		did               string // how it ends
		atLeast, lessThan time.Duration
	}{
		"fails once": {
			answers: []error{down, nil}, renderings: 2, did: "succeed T", atLeast: 2 * time.Second, lessThan: 3 * time.Second,
		},
		"busy twice": {
			answers: []error{busy, busy, nil}, renderings: 3, did: "succeed T", atLeast: 4 * time.Second,
			lessThan: 5 * time.Second,
		},
		"goes on failing": {
			answers: []error{down}, renderings: 10, did: "send", atLeast: 15 * time.Second, lessThan: 20 * time.Second,
		},
		"known to be down": {answers: []error{down}, stalled: true, renderings: 1, did: "send", lessThan: time.Second},
		"nobody can say":   {answers: []error{down}, unknown: true, renderings: 1, did: "send", lessThan: time.Second},
		"then it is rejected": {
			answers: []error{down, fault.New(fault.GPURejected, nil)}, renderings: 2, did: "fail T", atLeast: 2 * time.Second,
			lessThan: 3 * time.Second,
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			n := 0
			w := world{alive: []bool{true}, stalled: tc.stalled}
			if tc.unknown {
				w.queueErr = fault.New(fault.StorageUnavailable, nil)
			}
			c := w.consumer()
			c.Hold, c.Now = 20*time.Second, time.Now
			c.Render = func(context.Context, ad.StepInput) error {
				n++
				return tc.answers[min(n, len(tc.answers))-1]
			}
			began := time.Now()
			if err := c.Consume(t.Context(), message(time.Time{})); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			took := time.Since(began)
			if n != tc.renderings || w.did[len(w.did)-1] != tc.did || took < tc.atLeast || took >= tc.lessThan {
				t.Errorf("%s: %d renderings in %v, did %q; want %d that end in %q", name, n, took, w.did, tc.renderings, tc.did)
			}
		})
	}
}

func TestADeletedAdFreesItsSlot(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := world{alive: []bool{true, true, false}, now: start, render: func(ctx context.Context) error {
			<-ctx.Done() // a rendering that takes for ever unless it is cut
			return fault.New(fault.GPUUnavailable, ctx.Err())
		}}
		began := time.Now()
		err := w.consumer().Consume(t.Context(), message(time.Time{}))
		if err != nil || w.failed != fault.AdGone {
			t.Errorf("%v, failed with %q", err, w.failed)
		}
		if took := time.Since(began); took > time.Minute {
			t.Errorf("the slot was held for %v", took)
		}
	})
}

// logged reads the one line of a log.
func logged(t *testing.T, log *bytes.Buffer, want map[string]any) {
	t.Helper()
	var got map[string]any
	if err := json.Unmarshal(log.Bytes(), &got); err != nil {
		t.Fatalf("%v in %q", err, log)
	}
	for k, v := range want {
		if got[k] != v {
			t.Errorf("%s is %v, want %v", k, got[k], v)
		}
	}
}

// An operator reads which ad was put back, why and for how long, and which ticket stays.
func TestWhatGoesWrongIsLogged(t *testing.T) {
	t.Parallel()
	w := world{alive: []bool{true}, now: start, health: fault.New(fault.GPUUnavailable, nil)}
	if err := w.consumer().Consume(t.Context(), message(time.Time{})); err != nil {
		t.Fatal(err)
	}
	logged(t, &w.log, map[string]any{
		"level": "WARN", "msg": "put back", "step": "stage1", "ad_id": "id", "code": "GPU.Unavailable", "delay_s": 15.0,
	})
	w = world{
		alive: []bool{true}, now: start, render: func(context.Context) error { return nil },
		releaseErr: fault.New(fault.StorageUnavailable, nil),
	}
	if err := w.consumer().Consume(t.Context(), message(time.Time{})); err != nil {
		t.Fatal(err)
	}
	logged(t, &w.log, map[string]any{
		"level": "WARN", "msg": "the ticket was not released", "step": "stage1", "ad_id": "id",
		"error": w.releaseErr.Error(),
	})
}

// While it renders, the consumer asks whether anybody still waits. A question that cannot be
// asked cuts no rendering, nor does one that panics, and with the rendering the questions end.
func TestHeartbeats(t *testing.T) {
	t.Parallel()
	for name, panics := range map[string]bool{"fail": false, "panic": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			heartbeats(t, panics)
		})
	}
}

func heartbeats(t *testing.T, panics bool) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := world{alive: []bool{true}, now: start, beatErr: fault.New(fault.StorageThrottled, nil), beatsPanic: panics}
		w.render = func(ctx context.Context) error {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(125 * time.Second): // and not at a moment of a question
				return nil
			}
		}
		err := w.consumer().Consume(context.WithoutCancel(t.Context()), message(time.Time{}))
		if want := []string{"take", "render", "rendered", "succeed T"}; err != nil || !slices.Equal(w.did, want) {
			t.Errorf("%v, did %q", err, w.did)
		}
		synctest.Wait()
		asked := w.beats
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		if asked < 3 || w.beats != asked {
			t.Errorf("asked %d times, and %d more when it was over", asked, w.beats-asked)
		}
	})
}

func TestNotAMessage(t *testing.T) {
	t.Parallel()
	w := world{}
	if err := w.consumer().Consume(t.Context(), queue.Message{}); !fault.Has(err, fault.RequestMalformed) ||
		len(w.did) > 0 {
		t.Errorf("%v, did %q", err, w.did)
	}
}

func TestDeadLetters(t *testing.T) {
	t.Parallel()
	w := world{}
	d := queue.DeadLetters{Tasks: &w, Log: slog.New(slog.NewJSONHandler(&w.log, nil))}
	for name, m := range map[string]queue.Message{"a message": message(time.Time{}), "none": {}} {
		if err := d.Consume(t.Context(), m); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		want := map[string]any{"level": "ERROR", "step": "deadletter", "msg": "a dead letter is no stage 1 message"}
		if m.TaskToken != "" {
			want["msg"], want["ad_id"] = "stage 1 could not be consumed", "id"
		}
		logged(t, &w.log, want)
		w.log.Reset()
	}
	if !slices.Equal(w.did, []string{"fail T"}) || w.failed != fault.GPUUnavailable {
		t.Errorf("%q with %q", w.did, w.failed)
	}
	w.failErr = fault.New(fault.StorageThrottled, nil)
	if err := d.Consume(t.Context(), message(time.Time{})); !fault.Has(err, fault.StorageThrottled) {
		t.Errorf("a report that fails: %v", err)
	}
}

// Package queue is the line before the GPU server. The state machine puts every
// stage 1 into one SQS queue together with a task token and waits; the consumer
// here takes them in the order they came, renders, and reports with the token.
//
// So the GPU server is given no more than it can take, an ad waits without
// costing anything, and a server that is down for half an hour burns no attempt:
// its messages are put back, and drain when it returns.
package queue

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/metric"
	"github.com/nanococoa/nanococoa/internal/step"
)

// Message is one waiting stage 1. Its form is fixed by the Stage1 state of
// statemachine/ad.asl.json.
type Message struct {
	TaskToken string       `json:"task_token"`
	Input     ad.StepInput `json:"input"`
	Since     time.Time    `json:"since"` // when it first could not be rendered; zero before
}

// Tasks reports to the state machine; see Machine.
type Tasks interface {
	// Heartbeat reports whether the state machine still waits for the token.
	Heartbeat(ctx context.Context, token string) (alive bool, err error)
	Succeed(ctx context.Context, token string) error
	Fail(ctx context.Context, token string, code fault.Code) error
}

// Line is the line as owners see it; see adstore.Store.
type Line interface {
	Get(ctx context.Context, owner, adID string) (ad.Ad, error)
	Take(ctx context.Context, ticket, slots int) error
	Release(ctx context.Context, ticket int, drawn bool) error
	Stall(ctx context.Context) error
	Queue(ctx context.Context) (ad.Queue, error)
}

// Sender puts a message back; see SQS.
type Sender interface {
	Send(ctx context.Context, body string, delay time.Duration) error
}

// Server tells whether the GPU server takes work; see gpuclient.Client.
type Server interface {
	Health(ctx context.Context) error
}

// Consumer takes messages and renders.
type Consumer struct {
	Tasks  Tasks
	Line   Line
	Queue  Sender
	Server Server
	Render step.Func // stage 1 itself
	Slots  int       // how many the server renders at once
	Log    *slog.Logger
	Meter  *metric.Meter
	Now    func() time.Time
	// PutBack is the least delay of a message that is put back, as
	// config.Render says.
	PutBack time.Duration
	// Hold is how long a message is tried again in place before it is put back,
	// as config.Render says.
	Hold time.Duration
}

const (
	// backoff is the pause between two tries of a message that is held.
	backoff = 2 * time.Second
	// beat is how often a rendering asks whether anybody still waits for it: a
	// deleted ad then frees the GPU within this time.
	beat = 10 * time.Second
	// maxPutBack bounds what a server may ask for, so that one wrong header
	// cannot send an ad away for a day. SQS takes 15 minutes at most.
	maxPutBack = 2 * time.Minute
	// patience is how long an ad waits for a server that takes nothing: most of
	// a working day. The state's own timeout is longer.
	patience = 5 * time.Hour
)

// Handle consumes a batch. Messages it reports as failed come back by
// themselves and, after a few times, go to the dead-letter queue.
func (c *Consumer) Handle(ctx context.Context, e events.SQSEvent) (events.SQSEventResponse, error) {
	out := noFailures()
	for _, record := range e.Records {
		if err := c.consume(ctx, record.Body); err != nil {
			c.Log.ErrorContext(ctx, "message comes back", "step", "stage1", "error", err.Error())
			out.BatchItemFailures = append(out.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: record.MessageId})
		}
	}
	return out, nil
}

// noFailures is the report of a batch of which every message is done with: an
// empty list, since not everybody takes null for one.
func noFailures() events.SQSEventResponse {
	return events.SQSEventResponse{BatchItemFailures: []events.SQSBatchItemFailure{}}
}

// consume does what one message asks for. An error leaves the message where it
// is.
func (c *Consumer) consume(ctx context.Context, body string) error {
	var m Message
	if err := json.Unmarshal([]byte(body), &m); err != nil || m.TaskToken == "" {
		return fault.New(fault.RequestMalformed, errors.Join(errors.New("not a stage 1 message"), err))
	}
	alive, err := c.Tasks.Heartbeat(ctx, m.TaskToken)
	if err != nil || !alive {
		return err // nobody waits any more: the ad was deleted, or this is a second delivery
	}
	until := c.Now().Add(c.Hold)
	for {
		server, err := c.try(ctx, m)
		switch {
		case err != nil:
			return err
		case server == nil:
			return c.Tasks.Succeed(ctx, m.TaskToken)
		case !fault.Has(server, fault.GPUBusy, fault.GPUUnavailable):
			return c.Tasks.Fail(ctx, m.TaskToken, fault.From(server).Code)
		case !c.again(ctx, until):
			return c.wait(ctx, m, server)
		}
	}
}

// try has the server render once. server is what came of it there; an error
// leaves the message where it is.
func (c *Consumer) try(ctx context.Context, m Message) (server, err error) {
	if server := c.Server.Health(ctx); server != nil {
		return server, nil
	}
	a, err := c.Line.Get(ctx, m.Input.Owner, m.Input.AdID)
	if err != nil && !fault.Has(err, fault.AdNotFound) { // a missing ad is Render's to report
		return nil, err
	}
	// One that is drawn already, whose report was lost, takes no turn.
	turn := err == nil && !a.Has(ad.Stage1)
	if turn {
		if err := c.Line.Take(ctx, a.Ticket, c.Slots); err != nil {
			return nil, err
		}
	}
	server = c.render(ctx, m)
	if turn {
		if err := c.Line.Release(ctx, a.Ticket, server == nil); err != nil {
			// What others are told is off until the entry is too old; the ad is not
			// held up for that.
			c.Log.WarnContext(ctx, "the line was not told", "step", "stage1", "ad_id", m.Input.AdID, "error", err.Error())
		}
	}
	return server, nil
}

// again waits for the backoff and reports whether to try once more. One call that fails
// must not send an ad behind everybody who waits; but when the server is known to
// take nothing, holding on keeps nobody's place and costs a function's time.
func (c *Consumer) again(ctx context.Context, until time.Time) bool {
	if !c.Now().Add(backoff).Before(until) {
		return false
	}
	if q, err := c.Line.Queue(ctx); err != nil || q.Stalled {
		return false
	}
	select {
	case <-ctx.Done():
		return false
	case <-time.After(backoff):
		return true
	}
}

// render runs stage 1 and, while it runs, asks whether anybody still waits.
func (c *Consumer) render(ctx context.Context, m Message) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() {
		tick := time.NewTicker(beat)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				// A heartbeat that fails to arrive says nothing about the task.
				if alive, err := c.Tasks.Heartbeat(ctx, m.TaskToken); err == nil && !alive {
					cancel(errAbandoned)
				}
			}
		}
	}()
	err := c.Render(ctx, m.Input)
	if errors.Is(context.Cause(ctx), errAbandoned) {
		return fault.New(fault.AdGone, errAbandoned)
	}
	return err
}

var errAbandoned = errors.New("nobody waits for this rendering any more")

// wait puts a message back behind a delay, as a new one: so the waiting counts
// against nobody's attempts. An ad that has waited longer than patience fails.
func (c *Consumer) wait(ctx context.Context, m Message, cause error) error {
	f := fault.From(cause)
	if !f.Code.Retryable() {
		return c.Tasks.Fail(ctx, m.TaskToken, f.Code)
	}
	now := c.Now()
	if m.Since.IsZero() {
		m.Since = now
	}
	if now.Sub(m.Since) > patience {
		return c.Tasks.Fail(ctx, m.TaskToken, f.Code)
	}
	if f.Code == fault.GPUUnavailable {
		if err := c.Line.Stall(ctx); err != nil {
			return err
		}
	}
	body, err := json.Marshal(m)
	if err != nil {
		return fault.New(fault.Internal, err)
	}
	// The same for all, so that they come back in the order they left. A hundred
	// at once are no rush: there are never more consumers than slots and one.
	delay := min(max(f.RetryAfter, c.PutBack), maxPutBack)
	c.Log.WarnContext(ctx, "put back", "step", "stage1", "ad_id", m.Input.AdID, "code", string(f.Code), "delay_s", int(delay.Seconds()))
	if err := c.Queue.Send(ctx, string(body), delay); err != nil {
		return err
	}
	c.Meter.Write(metric.Line{AdID: m.Input.AdID, Values: metric.Values{metric.StallSeconds: now.Sub(m.Since).Seconds()}})
	return nil
}

// DeadLetters fails the ads whose messages nobody could consume.
type DeadLetters struct {
	Tasks Tasks
	Log   *slog.Logger
	Meter *metric.Meter
}

// Handle reports every message's task as failed; the state machine then writes
// the reason for the owner. A task nobody waits for is done with.
func (d *DeadLetters) Handle(ctx context.Context, e events.SQSEvent) (events.SQSEventResponse, error) {
	out := noFailures()
	for _, record := range e.Records {
		var m Message
		if err := json.Unmarshal([]byte(record.Body), &m); err != nil || m.TaskToken == "" {
			d.Log.ErrorContext(ctx, "a dead letter is no stage 1 message", "step", "deadletter")
			d.Meter.Write(metric.Line{Values: metric.Values{metric.DeadLettered: 1}})
			continue // nothing can be done with it; the log and the alarm say so
		}
		d.Log.ErrorContext(ctx, "stage 1 could not be consumed", "step", "deadletter", "ad_id", m.Input.AdID)
		if err := d.Tasks.Fail(ctx, m.TaskToken, fault.GPUUnavailable); err != nil {
			d.Log.ErrorContext(ctx, "dead letter comes back", "step", "deadletter", "error", err.Error())
			out.BatchItemFailures = append(out.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: record.MessageId})
			continue
		}
		d.Meter.Write(metric.Line{AdID: m.Input.AdID, Values: metric.Values{metric.DeadLettered: 1}})
	}
	return out, nil
}

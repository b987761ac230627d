package queue

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/metric"
)

// Message is one stage 1 that waits. Its JSON is fixed by the Stage1 state of
// statemachine/ad.asl.json. A message without a task token is not one of ours.
type Message struct {
	TaskToken string       `json:"task_token"`
	Input     ad.StepInput `json:"input"`
	Since     time.Time    `json:"since"` // when it could not be rendered for the first time; zero before
}

// Tasks reports to the state machine; see taskqueue.Tasks for the faults.
type Tasks interface {
	// Heartbeat reports whether the state machine still waits for the token.
	Heartbeat(ctx context.Context, token string) (alive bool, err error)
	Succeed(ctx context.Context, token string) error
	Fail(ctx context.Context, token string, code fault.Code) error
}

// Ads reads what stage 1 is made for; see adstore.Store for the faults.
type Ads interface {
	Record(ctx context.Context, r ad.Ref) (ad.Ad, error)
}

// Tickets keeps the queue; see adstore.Store for the faults. Take and Release are
// Queue's, with the store's clock.
type Tickets interface {
	Reader
	Take(ctx context.Context, ticket, slots int) error
	Release(ctx context.Context, ticket int, rendered bool) error
	Stall(ctx context.Context) error // sets Queue.Stalled
}

// Sender puts a message back, to be consumed after a delay; see taskqueue.Queue for the
// faults.
type Sender interface {
	Send(ctx context.Context, m Message, delay time.Duration) error
}

// Server tells whether the GPU server takes work; see gpuclient.Client.
type Server interface {
	Health(ctx context.Context) error
}

// Consumer takes messages and renders. All fields but Meter are needed.
type Consumer struct {
	Tasks    Tasks
	Ads      Ads
	Tickets  Tickets
	Messages Sender
	Server   Server
	Render   func(ctx context.Context, in ad.StepInput) error // stage 1 itself
	Slots    int                                              // pictures the server makes at a time
	Log      *slog.Logger
	Meter    *metric.Meter
	Now      func() time.Time
	PutBack  time.Duration // the least delay of a message that is put back; see config.Stage1
	Hold     time.Duration // how long a message is tried again before that; see config.Stage1
}

const (
	// backoff is the pause between two tries of a message that is held.
	backoff = 2 * time.Second
	// heartbeatEvery is how often a rendering asks whether anybody still waits for it: a
	// deleted ad frees its slot within this time.
	heartbeatEvery = 10 * time.Second
	// maxPutBack bounds what a server may ask for, so that one wrong header cannot send
	// an ad away for a day. SQS takes 15 minutes at most.
	maxPutBack = 2 * time.Minute
	// patience is how long an ad waits for a server that takes nothing: most of a
	// working day. The state's own timeout is longer.
	patience = 5 * time.Hour
)

// Consume does what one message asks for, and reports to the state machine how it
// ended. An error leaves the message where it is.
//
// Faults: Request.Malformed when it is no message, Storage.* when the table or the state
// machine cannot be reached. What it cannot be rendered for is reported
// and not returned.
func (c *Consumer) Consume(ctx context.Context, m Message) error {
	if m.TaskToken == "" {
		return fault.Newf(fault.RequestMalformed, "not a stage 1 message")
	}
	alive, err := c.Tasks.Heartbeat(ctx, m.TaskToken)
	if err != nil {
		return err
	}
	if !alive {
		c.dropped(ctx, m, "nobody waits for it: the ad was deleted, or this is a second delivery")
		return nil
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
			return c.fail(ctx, m, fault.From(server), "it cannot be rendered")
		case !c.again(ctx, until):
			return c.putBack(ctx, m, server)
		}
	}
}

// try has the server render once. server is what came of it there; an error leaves the
// message where it is.
func (c *Consumer) try(ctx context.Context, m Message) (server, err error) {
	if server := c.Server.Health(ctx); server != nil {
		return server, nil
	}
	a, err := c.Ads.Record(ctx, m.Input.Ref)
	if err != nil && !fault.Has(err, fault.AdNotFound) { // a missing ad is Render's to report
		return nil, err
	}
	// An ad that is rendered already, and only its report was lost, takes no slot.
	takes := err == nil && !a.Has(ad.Stage1)
	if takes {
		if err := c.Tickets.Take(ctx, a.Ticket, c.Slots); err != nil {
			return nil, err
		}
	}
	server = c.render(ctx, m)
	if takes {
		if err := c.Tickets.Release(ctx, a.Ticket, server == nil); err != nil {
			// Until the entry is too old, others are told a wrong time. This ad need not
			// wait for that.
			c.Log.WarnContext(ctx, "the ticket was not released", "step", "stage1",
				"ad_id", m.Input.AdID, "error", err.Error())
		}
	}
	return server, nil
}

// again waits for the backoff and reports whether to try once more. One call that fails
// must not send an ad behind all that wait. But when the server is known to take
// nothing, holding on saves no position and costs a function's time.
func (c *Consumer) again(ctx context.Context, until time.Time) bool {
	if !c.Now().Add(backoff).Before(until) {
		return false
	}
	if q, err := c.Tickets.Queue(ctx); err != nil || q.Stalled {
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
		tick := time.NewTicker(heartbeatEvery)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				alive := true
				err := fault.Guard(func() (err error) {
					alive, err = c.Tasks.Heartbeat(ctx, m.TaskToken)
					return err
				})
				// A heartbeat that fails to arrive says nothing about the task.
				if err == nil && !alive {
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

// putBack sends a message again as a new one, with a delay: so its waiting uses up none
// of its deliveries. An ad that has waited longer than patience fails.
func (c *Consumer) putBack(ctx context.Context, m Message, cause error) error {
	f := fault.From(cause)
	now := c.Now()
	if m.Since.IsZero() {
		m.Since = now
	}
	if now.Sub(m.Since) > patience {
		return c.fail(ctx, m, f, "it has waited for "+patience.String())
	}
	if f.Code == fault.GPUUnavailable {
		if err := c.Tickets.Stall(ctx); err != nil {
			return err
		}
	}
	// The delay is the same for all, so that messages come back in the order they left.
	// If a hundred come back at once, the server still gets only as many as there are
	// consumers: one more than it has slots.
	delay := min(max(f.RetryAfter, c.PutBack), maxPutBack)
	c.Log.WarnContext(ctx, "put back", "step", "stage1", "ad_id", m.Input.AdID,
		"code", string(f.Code), "delay_s", int(delay.Seconds()))
	if err := c.Messages.Send(ctx, m, delay); err != nil {
		return err
	}
	stall := metric.Values{metric.StallSeconds: now.Sub(m.Since).Seconds()}
	c.Meter.Write(metric.Line{AdID: m.Input.AdID, Values: stall})
	return nil
}

// fail gives a message up and has its ad fail.
func (c *Consumer) fail(ctx context.Context, m Message, f *fault.Fault, why string) error {
	if err := c.Tasks.Fail(ctx, m.TaskToken, f.Code); err != nil {
		return err
	}
	c.dropped(ctx, m, why, "code", string(f.Code), "error", f.Error())
	return nil
}

// dropped logs that a message is over though nothing was rendered.
func (c *Consumer) dropped(ctx context.Context, m Message, why string, more ...any) {
	c.Log.With("step", "stage1", "ad_id", m.Input.AdID, "attempt", m.Input.Attempt, "why", why).
		WarnContext(ctx, "message dropped", more...)
}

// DeadLetters consumes the dead-letter queue: it fails the ads whose messages nobody
// could consume. All fields but Meter are needed.
type DeadLetters struct {
	Tasks Tasks
	Log   *slog.Logger
	Meter *metric.Meter
}

// Consume reports a message's task as failed; the state machine then writes the reason
// for the owner. A task nobody waits for is done with. An error leaves the message where
// it is.
//
// Faults: Storage.* when the state machine cannot be reached.
func (d *DeadLetters) Consume(ctx context.Context, m Message) error {
	if m.TaskToken == "" { // nothing can be done with it; the log and the alarm say so
		d.Log.ErrorContext(ctx, "a dead letter is no stage 1 message", "step", "deadletter")
	} else {
		d.Log.ErrorContext(ctx, "stage 1 could not be consumed", "step", "deadletter", "ad_id", m.Input.AdID)
		if err := d.Tasks.Fail(ctx, m.TaskToken, fault.GPUUnavailable); err != nil {
			return err
		}
	}
	d.Meter.Write(metric.Line{AdID: m.Input.AdID, Values: metric.Values{metric.DeadLettered: 1}})
	return nil
}

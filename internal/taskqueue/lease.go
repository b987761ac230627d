package taskqueue

import (
	"context"
	"log/slog"
	"strconv"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/nanococoa/nanococoa/internal/fault"
)

// LeaseTime is for how long a message is kept from other consumers at a time. When its
// consumer is killed, the next one has it after this time, and not after the queue's own
// visibility, which AWS wants to be six times the function's (docs/adr/0016).
const LeaseTime = 45 * time.Second

const (
	// renewEvery leaves time for two renewals that fail.
	renewEvery = LeaseTime / 3
	// A message that could not be consumed is given out again after firstReturn, then
	// after four times as long, up to longestReturn. It comes back because the table or
	// Step Functions could not be reached: five deliveries outlast ten minutes of that.
	firstReturn   = 15 * time.Second
	longestReturn = 5 * time.Minute
)

// Hider keeps a delivered message from others for a time from now on; see Queue.
type Hider interface {
	Hide(ctx context.Context, receipt string, d time.Duration) error
}

// Lease keeps a message from others while its consumer lives, and no longer.
type Lease struct {
	Messages Hider
	Log      *slog.Logger
}

// take begins a lease and renews it until end is called. A lease that cannot be taken or
// renewed is logged and changes nothing: what another consumer does at the same time does
// no harm, as the GPU server renders a key once and every write has a condition.
func (l *Lease) take(ctx context.Context, m events.SQSMessage) (end func()) {
	l.hide(ctx, m, LeaseTime)
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(renewEvery)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				renewed := fault.Guard(func() error { l.hide(ctx, m, LeaseTime); return nil })
				if renewed != nil {
					l.Log.ErrorContext(ctx, "a lease was not renewed", "error", renewed.Error())
				}
			}
		}
	}()
	return func() {
		cancel()
		<-done // a renewal under way would hide what is given back
	}
}

// giveBack has a message that could not be consumed delivered again, and gives after what
// time. Lambda by itself would leave it to the queue's visibility.
func (l *Lease) giveBack(ctx context.Context, m events.SQSMessage) time.Duration {
	// The consumer's own time may be what ran out.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	after := firstReturn
	for range deliveries(m) - 1 {
		after = min(4*after, longestReturn)
	}
	l.hide(ctx, m, after)
	return after
}

func (l *Lease) hide(ctx context.Context, m events.SQSMessage, d time.Duration) {
	if err := l.Messages.Hide(ctx, m.ReceiptHandle, d); err != nil && ctx.Err() == nil {
		l.Log.WarnContext(ctx, "the message is not leased", "ad_id", parse(m.Body).Input.AdID, "error", err.Error())
	}
}

// deliveries is how often a message was delivered, this time included; bounded, as it
// comes from outside.
func deliveries(m events.SQSMessage) int {
	n, _ := strconv.Atoi(m.Attributes["ApproximateReceiveCount"])
	return min(max(n, 1), 10)
}

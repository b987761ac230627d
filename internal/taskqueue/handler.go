package taskqueue

import (
	"context"
	"encoding/json"
	"log/slog"

	"github.com/aws/aws-lambda-go/events"

	"github.com/nanococoa/nanococoa/internal/queue"
)

// Consumer does what one message asks for; an error leaves the message in its queue. See
// queue.Consumer and queue.DeadLetters. What is no message of ours comes to it as the
// zero message.
type Consumer interface {
	Consume(ctx context.Context, m queue.Message) error
}

// Handler is the Lambda handler of a queue: it hands each message of a batch to the
// consumer and reports those that failed. SQS delivers these again and, after a few
// times, moves them to the dead-letter queue. step is the function's name in the log. With
// a lease each message is leased while it is consumed; nil is for what takes moments.
func Handler(
	step string, log *slog.Logger, c Consumer, lease *Lease,
) func(ctx context.Context, e events.SQSEvent) (events.SQSEventResponse, error) {
	return func(ctx context.Context, e events.SQSEvent) (events.SQSEventResponse, error) {
		// An empty list when nothing failed: not everybody takes null for one.
		failed := []events.SQSBatchItemFailure{}
		for _, record := range e.Records {
			m := parse(record.Body)
			end := func() {}
			if lease != nil {
				end = lease.take(ctx, record)
			}
			err := c.Consume(ctx, m)
			end()
			if err != nil {
				log := log.With("step", step, "ad_id", m.Input.AdID, "deliveries", deliveries(record), "error", err.Error())
				if lease != nil {
					log = log.With("in_s", int(lease.giveBack(ctx, record).Seconds()))
				}
				log.ErrorContext(ctx, "message comes back")
				failed = append(failed, events.SQSBatchItemFailure{ItemIdentifier: record.MessageId})
			}
		}
		return events.SQSEventResponse{BatchItemFailures: failed}, nil
	}
}

// parse reads a message, the zero one when the body is none.
func parse(body string) queue.Message {
	var m queue.Message
	if err := json.Unmarshal([]byte(body), &m); err != nil {
		return queue.Message{}
	}
	return m
}

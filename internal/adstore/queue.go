package adstore

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/nanococoa/nanococoa/internal/cloud"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/queue"
)

// queueRecord is the queue before the GPU server as DynamoDB holds it.
type queueRecord struct {
	Issued  int            `dynamodbav:"issued"`
	Head    int            `dynamodbav:"head"`
	Gone    []int          `dynamodbav:"gone,numberset"`
	InHand  []inHandRecord `dynamodbav:"in_hand"`
	Stalled bool           `dynamodbav:"stalled"`
	Render  int64          `dynamodbav:"render_ms"`
	Renders int            `dynamodbav:"renders"`
	Rest    int64          `dynamodbav:"rest_ms"`
	Rests   int            `dynamodbav:"rests"`
	Version int            `dynamodbav:"version"` // of all that Take and Release change together
}

type inHandRecord struct {
	Ticket int       `dynamodbav:"ticket"`
	Taken  time.Time `dynamodbav:"taken_at"`
	Began  time.Time `dynamodbav:"began_at"`
}

func decodeQueue(item map[string]types.AttributeValue) (q queue.Queue, version int, err error) {
	var r queueRecord
	if err := attributevalue.UnmarshalMap(item, &r); err != nil {
		return queue.Queue{}, 0, fmt.Errorf("decode the queue: %w", err)
	}
	q = queue.Queue{
		Issued: r.Issued, Head: r.Head, Gone: r.Gone, Stalled: r.Stalled, Renders: r.Renders, Rests: r.Rests,
		Render: time.Duration(r.Render) * time.Millisecond, Rest: time.Duration(r.Rest) * time.Millisecond,
	}
	for _, h := range r.InHand {
		q.InHand = append(q.InHand, queue.InHand(h))
	}
	return q, r.Version, nil
}

// Queue reads the queue before the GPU server. What it gives may be a second old: every
// owner who waits reads it, and such a read costs half as much.
func (s *Store) Queue(ctx context.Context) (queue.Queue, error) {
	q, _, err := s.readQueue(ctx, false)
	return q, err
}

func (s *Store) readQueue(ctx context.Context, consistent bool) (queue.Queue, int, error) {
	in := &dynamodb.GetItemInput{TableName: &s.table, Key: queueKey(), ConsistentRead: &consistent}
	out, err := s.db.GetItem(ctx, in)
	if err != nil {
		return queue.Queue{}, 0, cloud.Fault(err)
	}
	return decodeQueue(out.Item)
}

// ticket issues the next ticket.
func (s *Store) ticket(ctx context.Context) (int, error) {
	q, err := s.updateQueue(ctx, "ADD issued :one", "", map[string]types.AttributeValue{":one": number(1)})
	return q.Issued, err
}

// Leave takes a ticket out of the queue that the server was never given, because its ad
// ended or was deleted before. Without a ticket (0) it does nothing.
func (s *Store) Leave(ctx context.Context, ticket int) error {
	if ticket == 0 {
		return nil
	}
	_, err := s.updateQueue(ctx, "ADD gone :t", "", map[string]types.AttributeValue{":t": numbers(ticket)})
	return err
}

// Take keeps that the GPU server, which renders slots pictures at a time, is given a
// ticket; see queue.Queue.Take.
func (s *Store) Take(ctx context.Context, ticket, slots int) error {
	return s.changeQueue(ctx, func(q *queue.Queue) { q.Take(ticket, slots, s.now()) })
}

// Release keeps that the server gave a ticket back; see queue.Queue.Release.
func (s *Store) Release(ctx context.Context, ticket int, rendered bool) error {
	return s.changeQueue(ctx, func(q *queue.Queue) { q.Release(ticket, rendered, s.now()) })
}

// Stall says that the GPU server takes nothing at the moment; the next Take takes
// it back.
func (s *Store) Stall(ctx context.Context) error {
	yes := &types.AttributeValueMemberBOOL{Value: true}
	_, err := s.updateQueue(ctx, "SET stalled = :yes", "", map[string]types.AttributeValue{":yes": yes})
	return err
}

// changeTries is how often changeQueue tries when others change the queue at the same
// time: there are at most as many consumers as slots and one more, and each changes the
// queue twice in a rendering.
const changeTries = 10

// changeQueue changes what the consumers of the queue share. Each change builds on the
// one before it: of two at the same time, the later one begins again.
func (s *Store) changeQueue(ctx context.Context, change func(*queue.Queue)) error {
	for range changeTries {
		q, version, err := s.readQueue(ctx, true)
		if err != nil {
			return err
		}
		change(&q)
		held := make([]inHandRecord, 0, len(q.InHand))
		for _, h := range q.InHand {
			held = append(held, inHandRecord(h))
		}
		inHand, err := attributevalue.Marshal(held)
		if err != nil {
			return fmt.Errorf("encode what is in hand: %w", err)
		}
		update := "SET head = :head, in_hand = :held, stalled = :stalled, " +
			"render_ms = :render, renders = :renders, version = :next"
		condition := "version = :version"
		values := map[string]types.AttributeValue{
			":head": number(q.Head), ":held": inHand, ":stalled": &types.AttributeValueMemberBOOL{Value: q.Stalled},
			":render": number(int(q.Render.Milliseconds())), ":renders": number(q.Renders), ":next": number(version + 1),
		}
		if version == 0 {
			condition = "attribute_not_exists(version)"
		} else {
			values[":version"] = number(version)
		}
		if passed := q.Passed(); len(passed) > 0 {
			update += " DELETE gone :passed"
			values[":passed"] = numbers(passed...)
		}
		_, err = s.updateQueue(ctx, update, condition, values)
		var lost *types.ConditionalCheckFailedException
		if !errors.As(err, &lost) {
			return err
		}
	}
	return fault.Newf(fault.StorageThrottled, "the queue changed %d times while it was being changed", changeTries)
}

// MeasureRest moves the average of what follows stage 1 towards one ad's time; see
// queue.Queue.MeasureRest. Of two at the same time one may get lost, which does not
// matter to an average.
func (s *Store) MeasureRest(ctx context.Context, rest time.Duration) error {
	q, err := s.Queue(ctx)
	if err != nil {
		return err
	}
	q.MeasureRest(rest)
	_, err = s.updateQueue(ctx, "SET rest_ms = :rest ADD rests :one", "", map[string]types.AttributeValue{
		":rest": number(int(q.Rest.Milliseconds())), ":one": number(1),
	})
	return err
}

func (s *Store) updateQueue(
	ctx context.Context, update, condition string, values map[string]types.AttributeValue,
) (queue.Queue, error) {
	in := &dynamodb.UpdateItemInput{
		TableName: &s.table, Key: queueKey(), UpdateExpression: &update, ExpressionAttributeValues: values,
		ReturnValues: types.ReturnValueAllNew,
	}
	if condition != "" {
		in.ConditionExpression = aws.String(condition)
	}
	out, err := s.db.UpdateItem(ctx, in)
	if err != nil {
		return queue.Queue{}, cloud.Fault(err)
	}
	q, _, err := decodeQueue(out.Attributes)
	return q, err
}

func number(n int) types.AttributeValue { return &types.AttributeValueMemberN{Value: strconv.Itoa(n)} }

func numbers(ns ...int) types.AttributeValue {
	set := &types.AttributeValueMemberNS{}
	for _, n := range ns {
		set.Value = append(set.Value, strconv.Itoa(n))
	}
	return set
}

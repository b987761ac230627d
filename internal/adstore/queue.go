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

// queueRecord is the line before the GPU server as DynamoDB holds it.
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

// Queue reads the line before the GPU server. It may be a second old: everybody
// who waits reads it, at half a read unit each.
func (s *Store) Queue(ctx context.Context) (queue.Queue, error) {
	q, _, err := s.readQueue(ctx, false)
	return q, err
}

func (s *Store) readQueue(ctx context.Context, consistent bool) (queue.Queue, int, error) {
	out, err := s.db.GetItem(ctx, &dynamodb.GetItemInput{TableName: &s.table, Key: queueKey(), ConsistentRead: &consistent})
	if err != nil {
		return queue.Queue{}, 0, cloud.Fault(err)
	}
	return decodeQueue(out.Item)
}

// ticket draws the next ticket.
func (s *Store) ticket(ctx context.Context) (int, error) {
	q, err := s.updateQueue(ctx, "ADD issued :one", "", map[string]types.AttributeValue{":one": number(1)})
	return q.Issued, err
}

// Leave takes a ticket out of the line whose rendering never began, because its
// ad ended or was deleted before. Without a ticket it does nothing.
func (s *Store) Leave(ctx context.Context, ticket int) error {
	if ticket == 0 {
		return nil
	}
	_, err := s.updateQueue(ctx, "ADD gone :t", "", map[string]types.AttributeValue{":t": numbers(ticket)})
	return err
}

// Take says that the GPU server, which renders slots at once, is given a ticket.
func (s *Store) Take(ctx context.Context, ticket, slots int) error {
	return s.changeQueue(ctx, func(q *queue.Queue) { q.Take(ticket, slots, s.now()) })
}

// Release says that the server has a ticket no more, drawn or not.
func (s *Store) Release(ctx context.Context, ticket int, drawn bool) error {
	return s.changeQueue(ctx, func(q *queue.Queue) { q.Release(ticket, drawn, s.now()) })
}

// Stall says that the GPU server takes nothing at the moment; the next Take takes
// it back.
func (s *Store) Stall(ctx context.Context) error {
	_, err := s.updateQueue(ctx, "SET stalled = :yes", "", map[string]types.AttributeValue{":yes": &types.AttributeValueMemberBOOL{Value: true}})
	return err
}

// changeTries bounds the races changeQueue rides out: at most a consumer for
// each slot and one more change the line, each twice in a rendering.
const changeTries = 10

// changeQueue changes what the consumers of the line share. Each change builds
// on the one before it: of two at once, the later begins again.
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
		update, condition := "SET head = :head, in_hand = :held, stalled = :stalled, render_ms = :render, renders = :renders, version = :next", "version = :version"
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
	return fault.Newf(fault.StorageThrottled, "the line changed %d times while it was being changed", changeTries)
}

// MeasureRest moves the average of what follows stage 1 towards one ad's time. Two
// at once may lose one of them, which an average forgives.
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

func (s *Store) updateQueue(ctx context.Context, update, condition string, values map[string]types.AttributeValue) (queue.Queue, error) {
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

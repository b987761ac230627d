package adstore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/cloud"
)

// queueRecord is the line before the GPU server as DynamoDB holds it.
type queueRecord struct {
	Issued  int         `dynamodbav:"issued"`
	Head    int         `dynamodbav:"head"`
	Gone    []int       `dynamodbav:"gone,numberset"`
	Begun   []time.Time `dynamodbav:"begun"`
	Stalled bool        `dynamodbav:"stalled"`
	Render  int64       `dynamodbav:"render_ms"`
	Rest    int64       `dynamodbav:"rest_ms"`
}

func decodeQueue(item map[string]types.AttributeValue) (ad.Queue, error) {
	r := queueRecord{Render: ad.FirstRender.Milliseconds(), Rest: ad.FirstRest.Milliseconds()}
	if err := attributevalue.UnmarshalMap(item, &r); err != nil {
		return ad.Queue{}, fmt.Errorf("decode the queue: %w", err)
	}
	return ad.Queue{
		Issued: r.Issued, Head: r.Head, Gone: r.Gone, Begun: r.Begun, Stalled: r.Stalled,
		Render: time.Duration(r.Render) * time.Millisecond, Rest: time.Duration(r.Rest) * time.Millisecond,
	}, nil
}

// Queue reads the line before the GPU server. It may be a second old: everybody
// who waits reads it, at half a read unit each.
func (s *Store) Queue(ctx context.Context) (ad.Queue, error) {
	out, err := s.db.GetItem(ctx, &dynamodb.GetItemInput{TableName: &s.table, Key: queueKey()})
	if err != nil {
		return ad.Queue{}, cloud.Fault(err)
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

// Turn says that the rendering of a ticket begins. Two at the same moment may
// lose the time of one, which makes one expected time a little worse.
func (s *Store) Turn(ctx context.Context, ticket int) error {
	before, err := s.Queue(ctx)
	if err != nil {
		return err
	}
	last := slices.Concat(before.Begun, []time.Time{s.now()})
	begun, err := attributevalue.Marshal(last[max(0, len(last)-ad.MaxSlots):])
	if err != nil {
		return fmt.Errorf("encode the times: %w", err)
	}
	q, err := s.updateQueue(ctx, "SET head = :t, begun = :begun, stalled = :no", "attribute_not_exists(head) OR head < :t",
		map[string]types.AttributeValue{":t": number(ticket), ":begun": begun, ":no": &types.AttributeValueMemberBOOL{}})
	var later *types.ConditionalCheckFailedException
	if errors.As(err, &later) {
		return nil // a later ticket's turn came first; the line is shorter than it looks by one at most
	}
	if err != nil || len(q.Passed()) == 0 {
		return err
	}
	_, err = s.updateQueue(ctx, "DELETE gone :passed", "", map[string]types.AttributeValue{":passed": numbers(q.Passed()...)})
	return err
}

// Stall says that the GPU server takes nothing at the moment; the next Turn or
// Measure takes it back.
func (s *Store) Stall(ctx context.Context) error {
	_, err := s.updateQueue(ctx, "SET stalled = :yes", "", map[string]types.AttributeValue{":yes": &types.AttributeValueMemberBOOL{Value: true}})
	return err
}

// Measure moves the averages towards the times of one ad; a zero is not a
// measurement. Two at once may lose one of them, which an average forgives.
func (s *Store) Measure(ctx context.Context, render, rest time.Duration) error {
	q, err := s.Queue(ctx)
	if err != nil {
		return err
	}
	if render > 0 {
		q.Render = ad.Average(q.Render, render)
	}
	if rest > 0 {
		q.Rest = ad.Average(q.Rest, rest)
	}
	_, err = s.updateQueue(ctx, "SET render_ms = :render, rest_ms = :rest", "", map[string]types.AttributeValue{
		":render": number(int(q.Render.Milliseconds())), ":rest": number(int(q.Rest.Milliseconds())),
	})
	return err
}

func (s *Store) updateQueue(ctx context.Context, update, condition string, values map[string]types.AttributeValue) (ad.Queue, error) {
	in := &dynamodb.UpdateItemInput{
		TableName: &s.table, Key: queueKey(), UpdateExpression: &update, ExpressionAttributeValues: values,
		ReturnValues: types.ReturnValueAllNew,
	}
	if condition != "" {
		in.ConditionExpression = aws.String(condition)
	}
	out, err := s.db.UpdateItem(ctx, in)
	if err != nil {
		return ad.Queue{}, cloud.Fault(err)
	}
	return decodeQueue(out.Attributes)
}

func number(n int) types.AttributeValue { return &types.AttributeValueMemberN{Value: strconv.Itoa(n)} }

func numbers(ns ...int) types.AttributeValue {
	set := &types.AttributeValueMemberNS{}
	for _, n := range ns {
		set.Value = append(set.Value, strconv.Itoa(n))
	}
	return set
}

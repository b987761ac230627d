package adstore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/cloud"
)

// outageRecord is the model's health as DynamoDB holds it. Without an item the model is
// well.
type outageRecord struct {
	Failures int   `dynamodbav:"failures"`
	Until    int64 `dynamodbav:"until_ms"` // since 1970
}

// Outage reads the model's health. It may be a second old: a call more or less
// to a model that is down changes nothing.
func (s *Store) Outage(ctx context.Context) (ad.Outage, error) {
	out, err := s.db.GetItem(ctx, &dynamodb.GetItemInput{TableName: &s.table, Key: outageKey()})
	if err != nil {
		return ad.Outage{}, cloud.Fault(err)
	}
	return decodeOutage(out.Item)
}

func decodeOutage(item map[string]types.AttributeValue) (ad.Outage, error) {
	var r outageRecord
	if err := attributevalue.UnmarshalMap(item, &r); err != nil {
		return ad.Outage{}, fmt.Errorf("decode the outage: %w", err)
	}
	o := ad.Outage{Failures: r.Failures}
	if r.Until != 0 {
		o.Until = time.UnixMilli(r.Until).UTC()
	}
	return o, nil
}

// OutageFailure counts a failed call and gives the new count.
func (s *Store) OutageFailure(ctx context.Context) (failures int, err error) {
	out, err := s.db.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.table, Key: outageKey(), UpdateExpression: aws.String("ADD failures :one"),
		ExpressionAttributeValues: map[string]types.AttributeValue{":one": number(1)},
		ReturnValues:              types.ReturnValueAllNew,
	})
	if err != nil {
		return 0, cloud.Fault(err)
	}
	o, err := decodeOutage(out.Attributes)
	return o.Failures, err
}

// OutageUntil says that nobody asks the model before until, and reports false
// when the earlier time is no longer the one the caller saw. Times are kept to
// the millisecond.
func (s *Store) OutageUntil(ctx context.Context, seen, until time.Time) (moved bool, err error) {
	in := &dynamodb.UpdateItemInput{
		TableName: &s.table, Key: outageKey(), UpdateExpression: aws.String("SET until_ms = :until"),
		ConditionExpression:       aws.String("attribute_not_exists(until_ms)"),
		ExpressionAttributeValues: map[string]types.AttributeValue{":until": number(int(until.UnixMilli()))},
	}
	if !seen.IsZero() {
		in.ConditionExpression = aws.String("until_ms = :seen")
		in.ExpressionAttributeValues[":seen"] = number(int(seen.UnixMilli()))
	}
	_, err = s.db.UpdateItem(ctx, in)
	var lost *types.ConditionalCheckFailedException
	if errors.As(err, &lost) {
		return false, nil
	}
	return err == nil, cloud.Fault(err)
}

// OutageOver forgets all failures: the model answers.
func (s *Store) OutageOver(ctx context.Context) error {
	_, err := s.db.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.table, Key: outageKey(), UpdateExpression: aws.String("REMOVE failures, until_ms"),
	})
	return cloud.Fault(err)
}

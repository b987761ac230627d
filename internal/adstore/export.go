package adstore

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/nanococoa/nanococoa/internal/account"
	"github.com/nanococoa/nanococoa/internal/cloud"
)

// exportRecord is a copy that is made of all an owner has, as DynamoDB holds it.
type exportRecord struct {
	ID     string    `dynamodbav:"id"`
	Upload string    `dynamodbav:"upload"`
	Ready  bool      `dynamodbav:"ready"`
	Done   int       `dynamodbav:"done"`
	Total  int       `dynamodbav:"total"`
	Bytes  int64     `dynamodbav:"bytes"`
	EndsAt time.Time `dynamodbav:"ends_at"`
	Held   int64     `dynamodbav:"held"` // until when one call works on it: ms since 1970
	TTL    int64     `dynamodbav:"expires_at"`
}

// Export reads the copy of an owner; the zero Job when there is none, or none any more.
func (s *Store) Export(ctx context.Context, owner string) (account.Job, error) {
	out, err := s.db.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: &s.table, Key: exportKey(owner), ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return account.Job{}, cloud.Fault(err)
	}
	var r exportRecord
	if err := attributevalue.UnmarshalMap(out.Item, &r); err != nil {
		return account.Job{}, fmt.Errorf("decode an export: %w", err)
	}
	if !r.EndsAt.After(s.now()) { // TTL may be late by days
		return account.Job{}, nil
	}
	return account.Job{
		ID: r.ID, Upload: r.Upload, Ready: r.Ready, Done: r.Done, Total: r.Total, Bytes: r.Bytes, EndsAt: r.EndsAt,
	}, nil
}

// HoldExport has one call work on a copy for a while, and reports whether it may: another
// one does not do so already, and there is no other copy.
func (s *Store) HoldExport(ctx context.Context, owner string, j account.Job, life time.Duration) (bool, error) {
	now := s.now().UnixMilli()
	return s.putExport(ctx, owner, j, now+life.Milliseconds(),
		"attribute_not_exists(PK) OR expires_at <= :seconds OR id = :id AND held <= :now",
		map[string]types.AttributeValue{
			":now": number(int(now)), ":seconds": number(int(s.now().Unix())), ":id": &types.AttributeValueMemberS{Value: j.ID},
		})
}

// KeepExport keeps how far a copy is, and lets other calls work on it.
func (s *Store) KeepExport(ctx context.Context, owner string, j account.Job) error {
	_, err := s.putExport(ctx, owner, j, 0, "id = :id", map[string]types.AttributeValue{
		":id": &types.AttributeValueMemberS{Value: j.ID},
	})
	return err
}

func (s *Store) putExport(
	ctx context.Context, owner string, j account.Job, held int64, condition string, values map[string]types.AttributeValue,
) (bool, error) {
	item, err := attributevalue.MarshalMap(exportRecord{
		ID: j.ID, Upload: j.Upload, Ready: j.Ready, Done: j.Done, Total: j.Total, Bytes: j.Bytes, EndsAt: j.EndsAt,
		Held: held, TTL: j.EndsAt.Unix(),
	})
	if err != nil {
		return false, fmt.Errorf("encode an export: %w", err)
	}
	maps.Copy(item, exportKey(owner))
	_, err = s.db.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: &s.table, Item: item, ConditionExpression: &condition, ExpressionAttributeValues: values,
	})
	var other *types.ConditionalCheckFailedException
	if errors.As(err, &other) {
		return false, nil
	}
	return err == nil, cloud.Fault(err)
}

func exportKey(owner string) map[string]types.AttributeValue { return key(ownerKey(owner), "EXPORT") }

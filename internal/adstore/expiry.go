package adstore

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/cloud"
	"github.com/nanococoa/nanococoa/internal/fault"
)

// expiryShard is where expiries stand in the index "due": apart from ads, so that no crowd of
// owners who are gone stands before an ad that waits to be saved. One partition takes a
// thousand writes a second, and an owner makes about one a day.
const expiryShard = "owners"

// The conditions of writes at an expiry.
const (
	notEnded = "attribute_not_exists(ended)"
	// open: no account keeps what the owner has, and nobody has ended it.
	open = "attribute_not_exists(kept) AND " + notEnded
)

// Seen has everything of a guest end at a time, unless the guest is seen again before. It
// changes nothing for an owner who has an account, or whose data was ended.
func (s *Store) Seen(ctx context.Context, owner string, ends time.Time) error {
	return s.expire(ctx, types.Update{
		Key: expiryKey(owner), UpdateExpression: aws.String("SET due_shard = :shard, due_at = :at"),
		ConditionExpression: aws.String(open), ExpressionAttributeValues: dueValues(ends),
	})
}

// Keep has nothing of an owner end: there is an account now. It changes nothing once the
// owner's data was ended.
func (s *Store) Keep(ctx context.Context, owner string) error { return s.expire(ctx, s.keep(owner)) }

// End has everything of an owner removed from now on.
func (s *Store) End(ctx context.Context, owner string) error { return s.expire(ctx, s.end(owner)) }

// keep is Keep as a write, also of a transaction, which it cancels once the owner's data was
// ended.
func (s *Store) keep(owner string) types.Update {
	return types.Update{
		TableName: &s.table, Key: expiryKey(owner),
		UpdateExpression:          aws.String("SET kept = :yes REMOVE due_shard, due_at"),
		ConditionExpression:       aws.String(notEnded),
		ExpressionAttributeValues: map[string]types.AttributeValue{":yes": yes()},
	}
}

// end is End as a write.
func (s *Store) end(owner string) types.Update {
	values := dueValues(s.now())
	values[":yes"] = yes()
	return types.Update{
		TableName: &s.table, Key: expiryKey(owner),
		UpdateExpression:    aws.String("SET ended = :yes, due_shard = :shard, due_at = :at REMOVE kept"),
		ConditionExpression: aws.String(notEnded), ExpressionAttributeValues: values,
	}
}

func yes() types.AttributeValue { return &types.AttributeValueMemberBOOL{Value: true} }

func dueValues(at time.Time) map[string]types.AttributeValue {
	return map[string]types.AttributeValue{
		":shard": &types.AttributeValueMemberS{Value: expiryShard},
		":at":    &types.AttributeValueMemberS{Value: dueTime(at)},
	}
}

func (s *Store) expire(ctx context.Context, u types.Update) error {
	_, err := s.db.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.table, Key: u.Key, UpdateExpression: u.UpdateExpression,
		ConditionExpression: u.ConditionExpression, ExpressionAttributeValues: u.ExpressionAttributeValues,
	})
	var settled *types.ConditionalCheckFailedException
	if errors.As(err, &settled) {
		return nil
	}
	return cloud.Fault(err)
}

// Expiry reads when everything of an owner ends; the zero Expiry when nothing is kept of it.
func (s *Store) Expiry(ctx context.Context, owner string) (ad.Expiry, error) {
	out, err := s.db.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: &s.table, Key: expiryKey(owner), ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return ad.Expiry{}, cloud.Fault(err)
	}
	at, _ := time.Parse(time.RFC3339, text(out.Item, "due_at")) // none while an account keeps it
	_, kept := out.Item["kept"]
	_, ended := out.Item["ended"]
	return ad.Expiry{At: at, Kept: kept, Ended: ended}, nil
}

// Unseen gives those of at most 100 owners of whom it is not known when their ads end: their
// ads are from before that was known, or the write that should have said so was lost.
func (s *Store) Unseen(ctx context.Context, owners []string) ([]string, error) {
	known, err := s.batch(ctx, owners, expiryKey)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(owners), func(o string) bool { _, ok := known[o]; return ok }), nil
}

// Ending gives the oldest ads of an owner whose time has passed, at most so many (1..1000),
// and the logo; over is false when the owner was seen since the index was read.
func (s *Store) Ending(
	ctx context.Context, owner string, most int,
) (adIDs []string, logoID string, over bool, err error) {
	e, err := s.Expiry(ctx, owner)
	if err != nil || e.At.IsZero() || !e.At.Before(s.now()) {
		return nil, "", false, err
	}
	out, err := s.db.Query(ctx, &dynamodb.QueryInput{
		TableName: &s.table, ConsistentRead: aws.Bool(true), Limit: aws.Int32(int32(most)), //nolint:gosec // bounded above
		KeyConditionExpression: aws.String("PK = :owner AND begins_with(SK, :ad)"),
		ProjectionExpression:   aws.String("SK"),
		ExpressionAttributeValues: map[string]types.AttributeValue{
			":owner": &types.AttributeValueMemberS{Value: ownerKey(owner)},
			":ad":    &types.AttributeValueMemberS{Value: adPrefix},
		},
	})
	if err != nil {
		return nil, "", false, cloud.Fault(err)
	}
	for _, item := range out.Items {
		adIDs = append(adIDs, strings.TrimPrefix(text(item, "SK"), adPrefix))
	}
	b, err := s.Brand(ctx, owner)
	return adIDs, b.LogoID, true, err
}

// DeleteEnding deletes an ad as Delete does, while its owner's time has passed: over is false
// when the owner was seen meanwhile, and the ad stays. atWork is what executions may still
// work on. An ad that is gone already is no fault.
func (s *Store) DeleteEnding(ctx context.Context, owner, adID string) (atWork []ad.Ref, over bool, err error) {
	atWork, over, err = s.deleteAd(ctx, owner, adID, s.stillPassed(owner))
	if fault.Has(err, fault.AdNotFound) {
		return nil, true, nil
	}
	return atWork, over, err
}

// Forget removes what is left of an owner whose time has passed: everything under the owner's
// key, the expiry last. It removes nothing while there are ads, or once the owner was seen.
func (s *Store) Forget(ctx context.Context, owner string) error {
	const most = 99 // of what a transaction takes, which is 100
	pages := dynamodb.NewQueryPaginator(s.db, &dynamodb.QueryInput{
		TableName: &s.table, ConsistentRead: aws.Bool(true), KeyConditionExpression: aws.String("PK = :owner"),
		ProjectionExpression: aws.String("PK, SK"), Limit: aws.Int32(most),
		ExpressionAttributeValues: map[string]types.AttributeValue{
			":owner": &types.AttributeValueMemberS{Value: ownerKey(owner)},
		},
	})
	check := s.stillPassed(owner)
	last := types.TransactWriteItem{Delete: &types.Delete{
		TableName: &s.table, Key: check.ConditionCheck.Key, ConditionExpression: check.ConditionCheck.ConditionExpression,
		ExpressionAttributeValues: check.ConditionCheck.ExpressionAttributeValues,
	}}
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return cloud.Fault(err)
		}
		writes := []types.TransactWriteItem{check}
		for _, item := range page.Items {
			switch sk := text(item, "SK"); {
			case strings.HasPrefix(sk, adPrefix): // they sort before everything else
				return nil
			case sk != expirySort:
				writes = append(writes, s.deleteAny(keyOf(item)))
			}
		}
		if !pages.HasMorePages() {
			writes[0] = last
		}
		_, err = s.db.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: writes})
		if conditionFailed(err, 0) {
			return nil
		}
		if err != nil {
			return cloud.Fault(err)
		}
	}
	return nil
}

// stillPassed cancels a transaction once the owner was seen.
func (s *Store) stillPassed(owner string) types.TransactWriteItem {
	return types.TransactWriteItem{ConditionCheck: &types.ConditionCheck{
		TableName: &s.table, Key: expiryKey(owner), ConditionExpression: aws.String("due_at < :now"),
		ExpressionAttributeValues: map[string]types.AttributeValue{
			":now": &types.AttributeValueMemberS{Value: dueTime(s.now())},
		},
	}}
}

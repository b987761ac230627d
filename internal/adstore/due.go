package adstore

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/cloud"
	"github.com/nanococoa/nanococoa/internal/fault"
)

// When an unfinished record is looked at again by the sweeper.
const (
	// uploadDue is longer than a presigned upload lives (a quarter of an hour) and than
	// S3's events are late. Until then the ad holds one of its owner's places.
	uploadDue = 30 * time.Minute
	// workDue is longer than any step takes, the GPU server's 300 seconds included. An
	// ad that waits longer in the queue is found to be running, and is postponed.
	workDue = 10 * time.Minute
	// tombstoneDue is longer than any step that was running at a deletion.
	tombstoneDue = 15 * time.Minute
)

// dueShards spreads the sparse index "due" over partitions: each takes a
// thousand writes a second.
const dueShards = 4

// dueShard is fixed by the id's last digit.
func dueShard(adID string) string {
	return fmt.Sprint(strings.IndexByte("0123456789abcdef", adID[len(adID)-1]) % dueShards)
}

// dueTime is sortable as text.
func dueTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// maxDue is the most entries of one shard that a sweep gets; the next one gets the rest.
const maxDue = 100

// Due lists what should have moved on by now; owners whose data ends come last.
func (s *Store) Due(ctx context.Context) ([]ad.Due, error) {
	var all []ad.Due
	shards := make([]string, 0, dueShards+1)
	for shard := range dueShards {
		shards = append(shards, fmt.Sprint(shard))
	}
	for _, shard := range append(shards, expiryShard) {
		out, err := s.db.Query(ctx, &dynamodb.QueryInput{
			TableName: &s.table, IndexName: aws.String("due"), Limit: aws.Int32(maxDue),
			KeyConditionExpression: aws.String("due_shard = :shard AND due_at < :now"),
			ExpressionAttributeValues: map[string]types.AttributeValue{
				":shard": &types.AttributeValueMemberS{Value: shard},
				":now":   &types.AttributeValueMemberS{Value: dueTime(s.now())},
			},
		})
		if err != nil {
			return all, cloud.Fault(err)
		}
		for _, item := range out.Items {
			all = append(all, dueOf(text(item, "PK"), text(item, "SK")))
		}
	}
	return all, nil
}

func dueOf(pk, sk string) ad.Due {
	if owner, ok := strings.CutPrefix(pk, ownerKey("")); ok {
		switch sk {
		case expirySort:
			return ad.Due{Owner: owner, Expiry: true}
		case accountSort:
			return ad.Due{Owner: owner, Moving: true}
		}
		return ad.Due{AdID: strings.TrimPrefix(sk, adPrefix), Owner: owner}
	}
	d := ad.Due{AdID: strings.TrimPrefix(pk, adPrefix), Tombstone: sk == tombstoneSort}
	if scene, ok := strings.CutPrefix(sk, scenePrefix); ok {
		d.FurtherScene = scene
	}
	return d
}

// Postpone has the sweeper look again later: the attempt is at work.
//
// Faults: Ad.Gone.
func (s *Store) Postpone(ctx context.Context, r ad.Ref) error {
	return s.update(ctx, r, s.dueLater(), sameAttempt(r).And(statusIn(ad.Queued, ad.Running)))
}

// Restart begins an attempt's work again under a new attempt number, once: it
// gives the ad queued, or false when that was done before.
func (s *Store) Restart(ctx context.Context, a ad.Ad) (again ad.Ad, ok bool, err error) {
	if a.Restarts > 0 {
		return ad.Ad{}, false, nil
	}
	upd := s.queueAgain(a).Set(expression.Name("restarts"), expression.Value(1))
	again, err = s.updateAd(ctx, a.Ref, upd, sameAttempt(a.Ref).And(statusIn(ad.Queued, ad.Running)))
	if !fault.Has(err, fault.AdGone) {
		return again, err == nil, err
	}
	// It moved on; or it was restarted by another sweep, or by this write, whose answer
	// was lost. While it is queued it may be started, also a second time.
	again, err = s.Record(ctx, a.Ref)
	switch {
	case fault.Has(err, fault.AdNotFound):
		return ad.Ad{}, false, nil
	case err != nil:
		return ad.Ad{}, false, err
	}
	return again, again.Restarts > 0 && again.Attempt == a.Attempt+1 && again.Status == ad.Queued, nil
}

// RemoveTombstone removes a tombstone.
func (s *Store) RemoveTombstone(ctx context.Context, adID string) error {
	_, err := s.db.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &s.table, Key: tombstoneKey(adID)})
	return cloud.Fault(err)
}

// tombstone is what a deletion leaves for a while. A step that was running may store a
// picture after everything was removed, so the sweeper removes everything once more. A
// tombstone holds nothing of the owner's.
func (s *Store) tombstone(adID string) types.TransactWriteItem {
	item := tombstoneKey(adID)
	item["due_shard"] = &types.AttributeValueMemberS{Value: dueShard(adID)}
	item["due_at"] = &types.AttributeValueMemberS{Value: dueTime(s.now().Add(tombstoneDue))}
	return types.TransactWriteItem{Put: &types.Put{TableName: &s.table, Item: item}}
}

// Unknown gives those of at most 100 ads of which there is no record, and whose the others are.
func (s *Store) Unknown(ctx context.Context, adIDs []string) (unknown, owners []string, err error) {
	items, err := s.batch(ctx, adIDs, pointerKey)
	if err != nil {
		return nil, nil, err
	}
	for _, id := range adIDs {
		item, known := items[id]
		if !known {
			unknown = append(unknown, id)
		} else if owner := text(item, "owner"); owner != "" && !slices.Contains(owners, owner) {
			owners = append(owners, owner)
		}
	}
	return unknown, owners, nil
}

// batch reads an item for each of at most 100 names, strongly consistent. One that was not
// read this time is there, and empty: it is asked again by a later sweep.
func (s *Store) batch(
	ctx context.Context, names []string, keyFor func(string) map[string]types.AttributeValue,
) (map[string]map[string]types.AttributeValue, error) {
	if len(names) == 0 {
		return nil, nil //nolint:nilnil // nothing was asked for
	}
	keys := make([]map[string]types.AttributeValue, 0, len(names))
	nameOf := map[string]string{}
	for _, name := range names {
		k := keyFor(name)
		keys, nameOf[text(k, "PK")] = append(keys, k), name
	}
	out, err := s.db.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{
		s.table: {Keys: keys, ConsistentRead: aws.Bool(true)},
	}})
	if err != nil {
		return nil, cloud.Fault(err)
	}
	items := map[string]map[string]types.AttributeValue{}
	for _, item := range out.Responses[s.table] {
		items[nameOf[text(item, "PK")]] = item
	}
	for _, k := range out.UnprocessedKeys[s.table].Keys {
		items[nameOf[text(k, "PK")]] = nil
	}
	return items, nil
}

// ScanCursor gives how far the sweeper has come through the bucket; "" at its start.
func (s *Store) ScanCursor(ctx context.Context) (at string, err error) {
	out, err := s.db.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: &s.table, Key: scanCursorKey(), ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return "", cloud.Fault(err)
	}
	return text(out.Item, "at"), nil
}

// SetScanCursor keeps how far the sweeper has come through the bucket.
func (s *Store) SetScanCursor(ctx context.Context, at string) error {
	item := scanCursorKey()
	item["at"] = &types.AttributeValueMemberS{Value: at}
	_, err := s.db.PutItem(ctx, &dynamodb.PutItemInput{TableName: &s.table, Item: item})
	return cloud.Fault(err)
}

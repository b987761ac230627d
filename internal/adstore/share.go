package adstore

import (
	"cmp"
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/cloud"
	"github.com/nanococoa/nanococoa/internal/fault"
)

// shareTries is how often a share is switched: each lost try means that another request
// switched it, or deleted the ad, in between.
const shareTries = 5

// Share switches an ad's public page on and gives the id of its share; one that is on stays
// as it is. It is an edit, so a deletion of the ad cannot miss it.
//
// Faults: Ad.NotFound, Ad.NotFinished.
func (s *Store) Share(ctx context.Context, owner, adID string) (shareID string, err error) {
	for range shareTries {
		a, err := s.finishedAd(ctx, owner, adID)
		if err != nil || a.Share != "" {
			return a.Share, err
		}
		id := ad.NewShareID()
		item := shareKey(id)
		item["owner"] = &types.AttributeValueMemberS{Value: owner}
		item["ad_id"] = &types.AttributeValueMemberS{Value: adID}
		upd := s.editing().Set(expression.Name("share"), expression.Value(id))
		err = s.edit(ctx, a.Ref, upd, expression.Name("share").AttributeNotExists(), s.putNew(item))
		switch {
		case err == nil:
			return id, nil
		case !conditionFailed(err, 0):
			return "", cloud.Fault(err)
		}
	}
	return "", fault.Newf(fault.StorageThrottled, "the ad changed %d times while it was being shared", shareTries)
}

// Unshare switches an ad's public page off: the id of its share opens nothing any more, and
// the next Share makes another. One that is off stays off.
//
// Faults: Ad.NotFound.
func (s *Store) Unshare(ctx context.Context, owner, adID string) error {
	for range shareTries {
		a, err := s.Get(ctx, owner, adID)
		if err != nil || a.Share == "" {
			return err
		}
		upd := s.editing().Remove(expression.Name("share"))
		same := expression.Name("share").Equal(expression.Value(a.Share))
		err = s.edit(ctx, a.Ref, upd, same, s.deleteAny(shareKey(a.Share)))
		if !conditionFailed(err, 0) {
			return cloud.Fault(err)
		}
	}
	return fault.Newf(fault.StorageThrottled, "the ad changed %d times while its share was being switched off", shareTries)
}

// Shared reads the ad that a share shows, for a caller who has nothing but the share's id.
// It is strongly consistent: what was switched off before is not given.
//
// Faults: Share.NotFound.
func (s *Store) Shared(ctx context.Context, shareID string) (ad.Studio, error) {
	out, err := s.db.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: &s.table, Key: shareKey(shareID), ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return ad.Studio{}, cloud.Fault(err)
	}
	if out.Item == nil {
		return ad.Studio{}, fault.New(fault.ShareNotFound, nil)
	}
	if ended, err := s.isOver(ctx, text(out.Item, "owner")); err != nil || ended {
		return ad.Studio{}, cmp.Or[error](err, fault.New(fault.ShareNotFound, nil))
	}
	st, err := s.Studio(ctx, text(out.Item, "owner"), text(out.Item, "ad_id"))
	if fault.Has(err, fault.AdNotFound) || err == nil && st.Share != shareID { // it was switched off between the two reads
		return ad.Studio{}, fault.New(fault.ShareNotFound, err)
	}
	return st, err
}

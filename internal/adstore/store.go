package adstore

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/cloud"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/metric"
)

// idempotencyLife is how long an Idempotency-Key is remembered: longer than any
// client retries one request, short enough that keys may be reused the day after.
const idempotencyLife = 24 * time.Hour

// Store is the table. It is safe for concurrent use. Every method returns
// fault.StorageThrottled or fault.StorageUnavailable when DynamoDB fails, beside
// the faults it names. What happens to ads is measured here, where the write that
// makes it so succeeds; see metrics.go.
type Store struct {
	db    *dynamodb.Client
	table string
	now   func() time.Time
	meter *metric.Meter
}

// New makes a store over a table, with a client as it is. now gives the time of every
// write; nil means time.Now.
func New(db *dynamodb.Client, table string, now func() time.Time) *Store {
	if now == nil {
		now = time.Now
	}
	return &Store{db: db, table: table, now: func() time.Time { return now().UTC() }}
}

// Open makes a store from the SDK's configuration, which measures with a meter and is
// patient with contention.
func Open(cfg aws.Config, table string, m *metric.Meter) *Store {
	return New(dynamodb.NewFromConfig(cfg, patient), table, nil).Metered(m)
}

// Metered gives the same store with a meter. One made by New measures nothing.
func (s *Store) Metered(m *metric.Meter) *Store {
	metered := *s
	metered.meter = m
	return &metered
}

// Create stores a new ad as it is given (status awaiting_upload) and gives back
// the stored ad. With a claim that another request has taken within the last day
// (idempotencyLife), it stores nothing and gives the ad of that request, with
// created false.
//
// Faults: Request.Conflict when the claim was taken with another fingerprint.
func (s *Store) Create(ctx context.Context, a ad.Ad, c *ad.Claim) (stored ad.Ad, created bool, err error) {
	a.CreatedAt, a.UpdatedAt = s.now(), s.now()
	rec := recordOf(a)
	rec.DueShard, rec.DueAt = dueShard(a.AdID), dueTime(a.CreatedAt.Add(uploadDue))
	item, err := rec.item(recordKey(a.Ref))
	if err != nil {
		return ad.Ad{}, false, err
	}
	pointer := pointerKey(a.AdID)
	pointer["owner"] = &types.AttributeValueMemberS{Value: a.Owner}
	writes := []types.TransactWriteItem{s.putNew(item), s.putNew(pointer)}
	if c != nil {
		writes = append(writes, s.putClaim(a.Ref, "", *c))
	}
	_, err = s.db.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: writes})
	if err == nil {
		return a, true, nil
	}
	if c == nil || !conditionFailed(err, 2) {
		return ad.Ad{}, false, cloud.Fault(err)
	}
	stored, err = s.claimed(ctx, a.Owner, *c)
	return stored, false, err
}

func (s *Store) putNew(item map[string]types.AttributeValue) types.TransactWriteItem {
	return types.TransactWriteItem{Put: &types.Put{
		TableName: &s.table, Item: item, ConditionExpression: aws.String("attribute_not_exists(PK)"),
	}}
}

// putClaim takes a key, unless it is taken. A key whose time is over is free, also while
// its item is still there: TTL removes items within days, and not at once.
func (s *Store) putClaim(r ad.Ref, made string, c ad.Claim) types.TransactWriteItem {
	item := idempotencyKey(r.Owner, digest(c.Key))
	item["ad_id"] = &types.AttributeValueMemberS{Value: r.AdID}
	if made != "" { // a rendition or scene of the ad
		item["made"] = &types.AttributeValueMemberS{Value: made}
	}
	item["fingerprint"] = &types.AttributeValueMemberS{Value: c.Fingerprint}
	item["expires_at"] = number(int(s.now().Add(idempotencyLife).Unix()))
	return types.TransactWriteItem{Put: &types.Put{
		TableName: &s.table, Item: item, ConditionExpression: aws.String("attribute_not_exists(PK) OR expires_at <= :now"),
		ExpressionAttributeValues: map[string]types.AttributeValue{":now": number(int(s.now().Unix()))},
	}}
}

// Ordered gives the ad that an earlier request of an owner with the same claim ordered within
// the last day, and whether there was one.
//
// Faults: Request.Conflict when it was kept with another fingerprint; Ad.NotFound when the ad
// was deleted.
func (s *Store) Ordered(ctx context.Context, owner string, c *ad.Claim) (a ad.Ad, known bool, err error) {
	item, err := s.claim(ctx, owner, *c)
	if err != nil || item == nil {
		return ad.Ad{}, false, err
	}
	a, err = s.Get(ctx, owner, text(item, "ad_id"))
	return a, err == nil, err
}

// claimed finds the ad an earlier request with the same key made.
func (s *Store) claimed(ctx context.Context, owner string, c ad.Claim) (ad.Ad, error) {
	item, err := s.claim(ctx, owner, c)
	if err == nil && item == nil { // it ran out just now
		err = fault.Newf(fault.RequestConflict, "the key is no longer kept")
	}
	if err != nil {
		return ad.Ad{}, err
	}
	return s.Get(ctx, owner, text(item, "ad_id"))
}

// claim reads what is kept of a key; nil when nothing is, or no longer.
//
// Faults: Request.Conflict when it was kept with another fingerprint.
func (s *Store) claim(ctx context.Context, owner string, c ad.Claim) (map[string]types.AttributeValue, error) {
	out, err := s.db.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: &s.table, Key: idempotencyKey(owner, digest(c.Key)), ConsistentRead: aws.Bool(true),
	})
	switch {
	case err != nil:
		return nil, cloud.Fault(err)
	case out.Item == nil || numberOf(out.Item, "expires_at") <= int(s.now().Unix()):
		return nil, nil
	case text(out.Item, "fingerprint") != c.Fingerprint:
		return nil, fault.Newf(fault.RequestConflict, "the key was used with another body")
	}
	return out.Item, nil
}

// Get reads one ad of an owner, strongly consistent, so a client sees what its
// own last call did. An ad that is still to be moved to the owner is the owner's already; its
// Ref names the guest until then.
//
// Faults: Ad.NotFound, also for an ad of another owner.
func (s *Store) Get(ctx context.Context, owner, adID string) (ad.Ad, error) {
	a, err := s.Record(ctx, ad.Ref{Owner: owner, AdID: adID})
	if !fault.Has(err, fault.AdNotFound) {
		return a, err
	}
	guest, look := s.movingFrom(ctx, owner, adID)
	if look != nil || guest == "" {
		return ad.Ad{}, cmp.Or(look, err)
	}
	return s.Record(ctx, ad.Ref{Owner: guest, AdID: adID})
}

// Record reads what is kept of an attempt's ad or, if it names one, further scene. The
// attempt may be another by now.
//
// Faults: Ad.NotFound.
func (s *Store) Record(ctx context.Context, r ad.Ref) (ad.Ad, error) {
	out, err := s.db.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: &s.table, Key: recordKey(r), ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return ad.Ad{}, cloud.Fault(err)
	}
	if out.Item == nil {
		return ad.Ad{}, fault.New(fault.AdNotFound, nil)
	}
	return decode(out.Item)
}

// Find reads an ad by its id alone, for a caller that has no owner: an S3
// event, or the bearer of an image's signed id.
//
// Faults: Ad.NotFound, also once everything of its owner is being removed.
func (s *Store) Find(ctx context.Context, adID string) (ad.Ad, error) {
	owner, err := s.holder(ctx, adID)
	if err != nil {
		return ad.Ad{}, err
	}
	if owner == "" {
		return ad.Ad{}, fault.New(fault.AdNotFound, nil)
	}
	if ended, err := s.isOver(ctx, owner); err != nil || ended {
		return ad.Ad{}, cmp.Or[error](err, fault.New(fault.AdNotFound, nil))
	}
	return s.Get(ctx, owner, adID)
}

// holder gives under whose key an ad lies; "" when there is none.
func (s *Store) holder(ctx context.Context, adID string) (string, error) {
	out, err := s.db.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: &s.table, Key: pointerKey(adID), ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return "", cloud.Fault(err)
	}
	return text(out.Item, "owner"), nil
}

// Enqueue moves an ad whose photo has arrived from awaiting_upload to queued, and gives it
// a ticket of the queue before the GPU server. It reports whether the attempt now waits
// for its execution to be started: true also when it was queued already, so that a caller
// that died between Enqueue and the start can be repeated; false when the attempt has
// begun, has ended, or is gone.
func (s *Store) Enqueue(ctx context.Context, r ad.Ref) (queued bool, err error) {
	a, err := s.Record(ctx, r)
	switch {
	case fault.Has(err, fault.AdNotFound):
		return false, nil
	case err != nil:
		return false, err
	case a.Attempt != r.Attempt || a.Status != ad.AwaitingUpload:
		return a.Attempt == r.Attempt && a.Status == ad.Queued, nil
	}
	ticket, err := s.ticket(ctx)
	if err != nil {
		return false, err
	}
	upd := s.dueLater().Set(expression.Name("status"), expression.Value(ad.Queued)).
		Set(expression.Name("ticket"), expression.Value(ticket)).
		Set(expression.Name("queued_at"), expression.Value(s.now())).
		Set(expression.Name("updated_at"), expression.Value(s.now()))
	err = s.update(ctx, r, upd, sameAttempt(r).And(statusIn(ad.AwaitingUpload)))
	if err == nil {
		s.accepted(r)
		return true, nil
	}
	if !fault.Has(err, fault.AdGone) {
		return false, err
	}
	// The other door was quicker, or the ad was deleted, or this write was done and its
	// answer lost: the record tells which.
	a, err = s.Record(ctx, r)
	switch {
	case err == nil && a.Ticket == ticket:
		s.accepted(r)
		return a.Attempt == r.Attempt && a.Status == ad.Queued, nil
	case err != nil && !fault.Has(err, fault.AdNotFound):
		return false, err
	}
	if err := s.Leave(ctx, ticket); err != nil { // nobody needs it
		return false, err
	}
	return err == nil && a.Attempt == r.Attempt && a.Status == ad.Queued, nil
}

// dueLater has the sweeper look at an ad unless it moves on before.
func (s *Store) dueLater() expression.UpdateBuilder {
	return expression.Set(expression.Name("due_at"), expression.Value(dueTime(s.now().Add(workDue))))
}

// settled removes an ad from the index "due": the sweeper finds it no more.
func settled(upd expression.UpdateBuilder) expression.UpdateBuilder {
	return upd.Remove(expression.Name("due_shard")).Remove(expression.Name("due_at"))
}

// queueAgain begins a new attempt at an ad.
func (s *Store) queueAgain(a ad.Ad) expression.UpdateBuilder {
	return s.dueLater().Set(expression.Name("due_shard"), expression.Value(dueShard(a.AdID))).
		Set(expression.Name("status"), expression.Value(ad.Queued)).
		Set(expression.Name("attempt"), expression.Value(a.Attempt+1)).
		Set(expression.Name("steps"), expression.Value(map[string]any{})).
		Set(expression.Name("queued_at"), expression.Value(s.now())).
		Set(expression.Name("updated_at"), expression.Value(s.now())).
		Remove(expression.Name("error"))
}

// Begin marks a step as begun and gives the ad as it now is. A step that was
// begun before keeps its first time; the caller sees by ad.Has whether it also
// ended, and then has nothing left to do.
//
// Faults: Ad.Gone when the ad was deleted, has ended, or has a newer attempt.
func (s *Store) Begin(ctx context.Context, r ad.Ref, step ad.Step) (ad.Ad, error) {
	now := s.now()
	path := expression.Name("steps." + string(step))
	upd := s.dueLater().Set(path, expression.IfNotExists(path, expression.Value(stepTimes{StartedAt: now}))).
		Set(expression.Name("status"), expression.Value(ad.Running)).
		Set(expression.Name("updated_at"), expression.Value(now))
	a, err := s.updateAd(ctx, r, upd, sameAttempt(r).And(statusIn(ad.Running.Before()...)))
	if err == nil {
		s.begun(a, step, now)
	}
	return a, err
}

// Finish stores a step's result and marks the step as ended.
//
// Faults: Ad.Gone as in Begin; the caller then removes what it made.
func (s *Store) Finish(ctx context.Context, r ad.Ref, step ad.Step, res ad.Result) error {
	now := s.now()
	upd := s.dueLater().Set(expression.Name("steps."+string(step)+".finished_at"), expression.Value(now)).
		Set(expression.Name("updated_at"), expression.Value(now))
	set := func(name string, v any) { upd = upd.Set(expression.Name(name), expression.Value(v)) }
	if res.Prompt != "" {
		set("prompt", res.Prompt)
		set("prompt_source", res.PromptBy)
	}
	if res.Analysis != nil {
		set("analysis", res.Analysis)
	}
	if res.Product != nil {
		set("product", res.Product)
		set("has_mask", res.HasMask)
	}
	if res.MainCopy != "" {
		set("main_copy", res.MainCopy)
		set("sub_copy", res.SubCopy)
		set("copy_source", res.CopySource)
	}
	if res.HTML != "" {
		set("html_code", res.HTML)
		set("layout", res.Layout)
		set("contrast_ratio", res.Contrast)
		set("width", res.Width)
		set("height", res.Height)
		set("brand", res.Brand)
	}
	if res.Seed != nil {
		set("seed", *res.Seed)
	}
	if res.Score != nil {
		set("score", score(*res.Score))
	}
	if res.Engine != "" {
		set("engine", res.Engine)
		set("stand_in", res.StandIn)
		set("parts", res.Parts)
	}
	if res.HasProductPage {
		set("has_product_page", true)
	}
	if len(res.Warnings) > 0 {
		set("steps."+string(step)+".warnings", res.Warnings)
	}
	old, err := s.updateItem(ctx, r, upd, sameAttempt(r).And(statusIn(ad.Running)), types.ReturnValueAllOld)
	if err != nil {
		return err
	}
	if before, err := decode(old); err == nil {
		s.ended(before, step, now)
	}
	return nil
}

// Publish ends an ad well: it becomes succeeded, has its first scene and rendition as
// items, and is counted in its owner's statistics, all or nothing. A further scene becomes
// succeeded and is counted nowhere. Publishing a published attempt again changes nothing.
//
// Faults: Ad.Gone as in Begin.
func (s *Store) Publish(ctx context.Context, r ad.Ref) error {
	a, err := s.Record(ctx, r)
	switch {
	case fault.Has(err, fault.AdNotFound):
		return fault.New(fault.AdGone, err)
	case err != nil:
		return err
	case a.Attempt == r.Attempt && a.Status == ad.Succeeded:
		return nil
	}
	now := s.now()
	upd := settled(expression.Set(expression.Name("status"), expression.Value(ad.Succeeded)).
		Set(expression.Name("steps."+string(ad.Publish)+".finished_at"), expression.Value(now)).
		Set(expression.Name("updated_at"), expression.Value(now)))
	cond := sameAttempt(r).And(statusIn(ad.Succeeded.Before()...))
	if r.FurtherScene != "" {
		if err := s.update(ctx, r, upd, cond); err != nil {
			return err
		}
		s.finished(a, now)
		return nil
	}
	a.UpdatedAt = now
	first, err := s.putFirst(a)
	if err != nil {
		return err
	}
	expr, err := expression.NewBuilder().WithCondition(cond).WithUpdate(withFirst(upd, a)).Build()
	if err != nil {
		return fmt.Errorf("build the publication: %w", err)
	}
	writes := append([]types.TransactWriteItem{{Update: &types.Update{
		TableName: &s.table, Key: recordKey(r),
		ConditionExpression: expr.Condition(), UpdateExpression: expr.Update(),
		ExpressionAttributeNames: expr.Names(), ExpressionAttributeValues: expr.Values(),
	}}}, s.count(a, +1)...)
	writes = append(writes, first...)
	_, err = s.db.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: writes})
	if conditionFailed(err, 0) {
		return fault.New(fault.AdGone, err)
	}
	if err == nil {
		s.finished(a, now)
	}
	return cloud.Fault(err)
}

// Fail ends an attempt with its reason, and takes its ticket out of the queue if the
// server was never given it. It does nothing when the attempt is gone or has ended
// already: the first end counts.
func (s *Store) Fail(ctx context.Context, r ad.Ref, f ad.Failure) error {
	now := s.now()
	upd := settled(expression.Set(expression.Name("status"), expression.Value(ad.Failed)).
		Set(expression.Name("error"), expression.Value(failure(f))).
		Set(expression.Name("updated_at"), expression.Value(now)))
	a, err := s.updateAd(ctx, r, upd, sameAttempt(r).And(statusIn(ad.Failed.Before()...)))
	if fault.Has(err, fault.AdGone) {
		// An earlier call failed it, or this write was done and its answer lost: the time
		// tells which.
		a, err = s.Record(ctx, r)
		if fault.Has(err, fault.AdNotFound) || err == nil && (a.Attempt != r.Attempt || a.Status != ad.Failed) {
			return nil
		}
	}
	if err != nil {
		return err
	}
	if a.UpdatedAt.Equal(now) {
		s.failed(a)
	}
	return s.leaveUnrendered(ctx, a)
}

// leaveUnrendered takes an ad out of the queue if its stage 1 never began.
func (s *Store) leaveUnrendered(ctx context.Context, a ad.Ad) error {
	if _, begun := a.Steps[ad.Stage1]; begun {
		return nil
	}
	return s.Leave(ctx, a.Ticket)
}

// Retry begins a new attempt at a failed ad and gives it back, queued.
//
// Faults: Ad.NotFound, Ad.NotFailed, Ad.NotRetryable.
func (s *Store) Retry(ctx context.Context, owner, adID string) (ad.Ad, error) {
	a, err := s.Get(ctx, owner, adID)
	switch {
	case err != nil:
		return ad.Ad{}, err
	case a.Status != ad.Failed:
		return ad.Ad{}, fault.New(fault.AdNotFailed, nil)
	case a.Failure != nil && !a.Failure.Retryable:
		return ad.Ad{}, fault.New(fault.AdNotRetryable, nil)
	}
	ticket, err := s.ticket(ctx)
	if err != nil {
		return ad.Ad{}, err
	}
	upd := s.queueAgain(a).Set(expression.Name("ticket"), expression.Value(ticket)).Remove(expression.Name("restarts"))
	again, err := s.updateAd(ctx, a.Ref, upd, sameAttempt(a.Ref).And(statusIn(ad.Failed)))
	if err == nil {
		s.retried(again)
	}
	if !fault.Has(err, fault.AdGone) {
		return again, err
	}
	// Another request was quicker, or this write was done and its answer lost.
	again, look := s.Get(ctx, owner, adID)
	if look == nil && again.Ticket == ticket {
		s.retried(again)
		return again, nil
	}
	return ad.Ad{}, errors.Join(fault.New(fault.AdNotFailed, err), s.Leave(ctx, ticket))
}

// deleteTries is how often Delete tries: each lost try means that in between the ad moved to
// another status, of which it has five, or was edited.
const deleteTries = 5

// Delete removes an ad, its pointer, scenes, renditions and public page and, if it was
// published, its part of the statistics, all or nothing.
//
// Faults: Ad.NotFound.
func (s *Store) Delete(ctx context.Context, owner, adID string) error {
	_, _, err := s.deleteAd(ctx, owner, adID)
	return err
}

// deleteAd is Delete, and gives what executions may still work on. With conditions of the
// caller's, ok is false when they do not hold, and nothing was deleted.
func (s *Store) deleteAd(
	ctx context.Context, owner, adID string, conditions ...types.TransactWriteItem,
) (atWork []ad.Ref, ok bool, err error) {
	for try := range deleteTries {
		a, err := s.Get(ctx, owner, adID)
		if try > 0 && fault.Has(err, fault.AdNotFound) {
			return nil, true, nil // by another request, at the same moment
		}
		if err != nil {
			return nil, false, err
		}
		items, err := s.items(ctx, adID)
		if err != nil {
			return nil, false, err
		}
		// Nothing may be added between the look at the items and their deletion.
		expr, err := expression.NewBuilder().
			WithCondition(sameAttempt(a.Ref).And(statusIn(a.Status)).And(sameEdits(a))).Build()
		if err != nil {
			return nil, false, fmt.Errorf("build the deletion: %w", err)
		}
		writes := []types.TransactWriteItem{
			{Delete: &types.Delete{
				TableName: &s.table, Key: recordKey(a.Ref), ConditionExpression: expr.Condition(),
				ExpressionAttributeNames: expr.Names(), ExpressionAttributeValues: expr.Values(),
			}},
			s.deleteAny(pointerKey(adID)),
			s.tombstone(adID),
		}
		if a.Share != "" {
			writes = append(writes, s.deleteAny(shareKey(a.Share)))
		}
		for _, item := range items {
			writes = append(writes, s.deleteAny(keyOf(item)))
		}
		if a.Status == ad.Succeeded {
			writes = append(writes, s.count(a, -1)...)
		}
		writes = append(writes, conditions...)
		_, err = s.db.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: writes})
		if err == nil {
			// The ad is deleted whether or not this is written. Without it the queue looks
			// longer by one until the server was given a later ticket.
			for _, one := range append([]ad.Ad{a}, scenes(items)...) {
				_ = s.leaveUnrendered(ctx, one)
				if !one.Status.Done() {
					atWork = append(atWork, one.Ref)
				}
			}
			return atWork, true, nil
		}
		for i := len(writes) - len(conditions); i < len(writes); i++ {
			if conditionFailed(err, i) {
				return nil, false, nil
			}
		}
		if !conditionFailed(err, 0) {
			return nil, false, cloud.Fault(err)
		}
	}
	return nil, false, fault.Newf(fault.StorageThrottled,
		"the ad changed %d times while it was being deleted", deleteTries)
}

// scenes gives the further scenes among an ad's items that are still being made.
func scenes(items []map[string]types.AttributeValue) []ad.Ad {
	var out []ad.Ad
	for _, item := range items {
		if !strings.HasPrefix(text(item, "SK"), scenePrefix) {
			continue
		}
		if scene, err := decode(item); err == nil && !scene.Status.Done() {
			out = append(out, scene)
		}
	}
	return out
}

func sameAttempt(r ad.Ref) expression.ConditionBuilder {
	return expression.Name("attempt").Equal(expression.Value(r.Attempt))
}

func statusIn(statuses ...ad.Status) expression.ConditionBuilder {
	rest := make([]expression.OperandBuilder, 0, len(statuses)-1)
	for _, st := range statuses[1:] {
		rest = append(rest, expression.Value(st))
	}
	return expression.Name("status").In(expression.Value(statuses[0]), rest...)
}

func (s *Store) update(
	ctx context.Context, r ad.Ref, upd expression.UpdateBuilder, cond expression.ConditionBuilder,
) error {
	_, err := s.updateItem(ctx, r, upd, cond, types.ReturnValueNone)
	return err
}

func (s *Store) updateAd(
	ctx context.Context, r ad.Ref, upd expression.UpdateBuilder, cond expression.ConditionBuilder,
) (ad.Ad, error) {
	item, err := s.updateItem(ctx, r, upd, cond, types.ReturnValueAllNew)
	if err != nil {
		return ad.Ad{}, err
	}
	return decode(item)
}

// updateItem writes under a condition; a condition that does not hold is
// fault.AdGone.
func (s *Store) updateItem(
	ctx context.Context, r ad.Ref, upd expression.UpdateBuilder, cond expression.ConditionBuilder, give types.ReturnValue,
) (map[string]types.AttributeValue, error) {
	expr, err := expression.NewBuilder().WithUpdate(upd).WithCondition(cond).Build()
	if err != nil {
		return nil, fmt.Errorf("build an update: %w", err)
	}
	out, err := s.db.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.table, Key: recordKey(r), ReturnValues: give,
		UpdateExpression: expr.Update(), ConditionExpression: expr.Condition(),
		ExpressionAttributeNames: expr.Names(), ExpressionAttributeValues: expr.Values(),
	})
	var lost *types.ConditionalCheckFailedException
	switch {
	case errors.As(err, &lost):
		return nil, fault.New(fault.AdGone, err)
	case err != nil:
		return nil, cloud.Fault(err)
	}
	return out.Attributes, nil
}

// conditionFailed reports whether a transaction was cancelled because the
// condition of its i-th write did not hold.
func conditionFailed(err error, i int) bool {
	var c *types.TransactionCanceledException
	return errors.As(err, &c) && i < len(c.CancellationReasons) &&
		aws.ToString(c.CancellationReasons[i].Code) == "ConditionalCheckFailed"
}

func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

func text(item map[string]types.AttributeValue, name string) string {
	if s, ok := item[name].(*types.AttributeValueMemberS); ok {
		return s.Value
	}
	return ""
}

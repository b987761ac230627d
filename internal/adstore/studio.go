package adstore

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/cloud"
	"github.com/nanococoa/nanococoa/internal/fault"
)

// renditionRecord is a rendition as DynamoDB holds it.
type renditionRecord struct {
	PK string
	SK string

	ID        string    `dynamodbav:"rendition_id"`
	SceneID   string    `dynamodbav:"scene_id"`
	MainCopy  string    `dynamodbav:"main_copy"`
	SubCopy   string    `dynamodbav:"sub_copy"`
	Channel   string    `dynamodbav:"channel,omitempty"`
	Width     int       `dynamodbav:"width"`
	Height    int       `dynamodbav:"height"`
	Layout    string    `dynamodbav:"layout_asked,omitempty"`
	Corner    string    `dynamodbav:"corner,omitempty"`
	Typeface  string    `dynamodbav:"typeface,omitempty"`
	Badge     string    `dynamodbav:"badge,omitempty"`
	Brand     bool      `dynamodbav:"brand"`
	AIMark    bool      `dynamodbav:"ai_mark"`
	Drawn     string    `dynamodbav:"layout"`
	HTML      string    `dynamodbav:"html_code"`
	Contrast  float64   `dynamodbav:"contrast_ratio"`
	Score     *score    `dynamodbav:"score,omitempty"`
	HasPage   bool      `dynamodbav:"has_page"`
	CreatedAt time.Time `dynamodbav:"created_at"`
}

func renditionItem(adID string, r ad.Rendition) (map[string]types.AttributeValue, error) {
	key := renditionKey(adID, r.ID)
	item, err := attributevalue.MarshalMap(renditionRecord{
		PK: text(key, "PK"), SK: text(key, "SK"), ID: r.ID, SceneID: r.SceneID,
		MainCopy: r.MainCopy, SubCopy: r.SubCopy, Channel: r.Channel, Width: r.Width, Height: r.Height,
		Layout: r.Layout, Corner: r.Corner, Typeface: r.Typeface, Badge: r.Badge, Brand: r.Brand, AIMark: r.AIMark,
		Drawn: r.Drawn, HTML: r.HTML, Contrast: r.Contrast, Score: (*score)(r.Score), HasPage: r.HasPage,
		CreatedAt: r.CreatedAt,
	})
	if err != nil {
		return nil, fmt.Errorf("encode a rendition: %w", err)
	}
	return item, nil
}

func decodeRendition(item map[string]types.AttributeValue) (ad.Rendition, error) {
	var r renditionRecord
	if err := attributevalue.UnmarshalMap(item, &r); err != nil {
		return ad.Rendition{}, fmt.Errorf("decode a rendition: %w", err)
	}
	return ad.Rendition{
		ID: r.ID, SceneID: r.SceneID,
		Design: ad.Design{
			MainCopy: r.MainCopy, SubCopy: r.SubCopy, Channel: r.Channel, Width: r.Width, Height: r.Height,
			Layout: r.Layout, Corner: r.Corner, Typeface: r.Typeface, Badge: r.Badge, Brand: r.Brand, AIMark: r.AIMark,
		},
		Drawn: r.Drawn, HTML: r.HTML, Contrast: r.Contrast, Score: (*ad.Score)(r.Score), HasPage: r.HasPage,
		CreatedAt: r.CreatedAt,
	}, nil
}

// sceneOf gives a scene as its record says it.
func sceneOf(a ad.Ad) ad.Scene {
	s := ad.Scene{
		ID: a.Scene(), Status: a.Status, AdConcept: a.AdConcept, Analysis: a.Analysis, Seed: a.Seed, StandIn: a.StandIn,
		Parts: a.Parts, HasPage: a.Seed != nil,
		Failure: a.Failure, Product: a.Product, HasMask: a.HasMask, CutOut: a.CutOutWish,
		Size: a.SceneSize(), CreatedAt: a.CreatedAt,
	}
	if a.FurtherScene != "" {
		s.Work = &a
	}
	return s
}

// Studio reads an ad with its scenes and renditions, strongly consistent. An ad that has
// not succeeded has none.
//
// Faults: Ad.NotFound, also for an ad of another owner.
func (s *Store) Studio(ctx context.Context, owner, adID string) (ad.Studio, error) {
	a, err := s.Get(ctx, owner, adID)
	out := ad.Studio{Ad: a}
	if err != nil || a.Status != ad.Succeeded {
		return out, err
	}
	if a.Counts.Edits == 0 { // finished before these were items
		scene, rendition := a.First()
		out.Scenes, out.Renditions = []ad.Scene{scene}, []ad.Rendition{rendition}
		return out, nil
	}
	items, err := s.items(ctx, adID)
	if err != nil {
		return ad.Studio{}, err
	}
	for _, item := range items {
		if strings.HasPrefix(text(item, "SK"), scenePrefix) {
			scene, err := decode(item)
			if err != nil {
				return ad.Studio{}, err
			}
			if scene.FurtherScene == "" && scene.Product == nil {
				scene.Product = a.Product // it was finished before its scene said this
			}
			out.Scenes = append(out.Scenes, sceneOf(scene))
			continue
		}
		r, err := decodeRendition(item)
		if err != nil {
			return ad.Studio{}, err
		}
		out.Renditions = append(out.Renditions, r)
	}
	slices.SortStableFunc(out.Scenes, func(a, b ad.Scene) int { return strings.Compare(a.ID, b.ID) })
	slices.SortStableFunc(out.Renditions, func(a, b ad.Rendition) int { return strings.Compare(a.ID, b.ID) })
	return out, nil
}

// items reads the scenes and renditions of an ad.
func (s *Store) items(ctx context.Context, adID string) ([]map[string]types.AttributeValue, error) {
	pages := dynamodb.NewQueryPaginator(s.db, &dynamodb.QueryInput{
		TableName: &s.table, ConsistentRead: aws.Bool(true), KeyConditionExpression: aws.String("PK = :ad"),
		ExpressionAttributeValues: map[string]types.AttributeValue{
			":ad": &types.AttributeValueMemberS{Value: adPrefix + adID},
		},
	})
	var out []map[string]types.AttributeValue
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, cloud.Fault(err)
		}
		for _, item := range page.Items {
			if sk := text(item, "SK"); strings.HasPrefix(sk, scenePrefix) || strings.HasPrefix(sk, renditionPrefix) {
				out = append(out, item)
			}
		}
	}
	return out, nil
}

// putFirst makes the writes of an ad's first scene and rendition.
func (s *Store) putFirst(a ad.Ad) ([]types.TransactWriteItem, error) {
	_, rendition := a.First()
	r := recordOf(a)
	r.Status, r.Ticket, r.SeedWish = ad.Succeeded, 0, nil
	r.Analysis, r.Seed, r.Engine, r.StandIn = a.Analysis, a.Seed, a.Engine, a.StandIn
	r.Parts, r.Product, r.HasMask = a.Parts, a.Product, a.HasMask
	scene, err := r.item(sceneKey(a.AdID, a.AdID))
	if err != nil {
		return nil, err
	}
	picture, err := renditionItem(a.AdID, rendition)
	if err != nil {
		return nil, err
	}
	return []types.TransactWriteItem{
		{Put: &types.Put{TableName: &s.table, Item: scene}}, {Put: &types.Put{TableName: &s.table, Item: picture}},
	}, nil
}

// withFirst has an ad say that it has its first scene and rendition.
func withFirst(upd expression.UpdateBuilder, a ad.Ad) expression.UpdateBuilder {
	return upd.Set(expression.Name("main"), expression.Value(a.AdID)).
		Set(expression.Name("scenes"), expression.Value(1)).
		Set(expression.Name("renditions"), expression.Value(1)).
		Set(expression.Name("edits"), expression.Value(1))
}

// adopt gives an ad that was finished before scenes and renditions were items its first
// ones. It does nothing to any other ad.
func (s *Store) adopt(ctx context.Context, a ad.Ad) error {
	if a.Counts.Edits > 0 || a.Status != ad.Succeeded {
		return nil
	}
	first, err := s.putFirst(a)
	if err != nil {
		return err
	}
	upd := withFirst(expression.UpdateBuilder{}, a)
	err = s.edit(ctx, a.Ref, upd, sameEdits(a), first...)
	if conditionFailed(err, 0) {
		return nil // another request did it
	}
	return cloud.Fault(err)
}

// sameEdits is the condition that nothing was added, changed or removed since an ad was read.
func sameEdits(a ad.Ad) expression.ConditionBuilder {
	if a.Counts.Edits == 0 {
		return expression.Name("edits").AttributeNotExists()
	}
	return expression.Name("edits").Equal(expression.Value(a.Counts.Edits))
}

// editing counts an edit.
func (s *Store) editing() expression.UpdateBuilder {
	return expression.Set(expression.Name("edits"), expression.Name("edits").Plus(expression.Value(1))).
		Set(expression.Name("updated_at"), expression.Value(s.now()))
}

// counting adds to one of an ad's counts.
func counting(upd expression.UpdateBuilder, count string, by int) expression.UpdateBuilder {
	return upd.Set(expression.Name(count), expression.Name(count).Plus(expression.Value(by)))
}

// edit changes a finished ad and items under it, all or nothing. A condition on the ad
// that does not hold is the transaction's first reason; those of writes follow in order.
func (s *Store) edit(
	ctx context.Context, r ad.Ref, upd expression.UpdateBuilder, cond expression.ConditionBuilder,
	writes ...types.TransactWriteItem,
) error {
	expr, err := expression.NewBuilder().WithUpdate(upd).WithCondition(statusIn(ad.Succeeded).And(cond)).Build()
	if err != nil {
		return fmt.Errorf("build an edit: %w", err)
	}
	_, err = s.db.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{
		TransactItems: append([]types.TransactWriteItem{{Update: &types.Update{
			TableName: &s.table, Key: adKey(r.Owner, r.AdID),
			UpdateExpression: expr.Update(), ConditionExpression: expr.Condition(),
			ExpressionAttributeNames: expr.Names(), ExpressionAttributeValues: expr.Values(),
		}}}, writes...),
	})
	return err
}

// exists makes the check that an item is there, and a scene finished.
func (s *Store) exists(key map[string]types.AttributeValue) types.TransactWriteItem {
	return types.TransactWriteItem{ConditionCheck: &types.ConditionCheck{
		TableName: &s.table, Key: key,
		ConditionExpression:      aws.String("attribute_exists(PK) AND (attribute_not_exists(#s) OR #s = :done)"),
		ExpressionAttributeNames: map[string]string{"#s": "status"},
		ExpressionAttributeValues: map[string]types.AttributeValue{
			":done": &types.AttributeValueMemberS{Value: string(ad.Succeeded)},
		},
	}}
}

// Made gives the id of the rendition or scene of an ad that an earlier request with the
// same claim made within the last day; "" when there was none.
//
// Faults: Request.Conflict when the key was used for something else.
func (s *Store) Made(ctx context.Context, r ad.Ref, c *ad.Claim) (string, error) {
	if c == nil {
		return "", nil
	}
	item, err := s.claim(ctx, r.Owner, *c)
	if err != nil || item == nil {
		return "", err
	}
	made := text(item, "made")
	if text(item, "ad_id") != r.AdID || made == "" {
		return "", fault.Newf(fault.RequestConflict, "the key was used for another request")
	}
	return made, nil
}

// add puts an item under a finished ad, counted and bounded.
//
// Faults: Ad.Gone, Ad.NotFinished, Request.Conflict when the claim is taken by now, and
// full when there is no room.
func (s *Store) add(
	ctx context.Context, r ad.Ref, count string, most int, full fault.Code, made string, c *ad.Claim,
	writes ...types.TransactWriteItem,
) error {
	a, err := s.Get(ctx, r.Owner, r.AdID)
	switch {
	case fault.Has(err, fault.AdNotFound):
		return fault.New(fault.AdGone, err)
	case err != nil:
		return err
	case a.Status != ad.Succeeded:
		return fault.New(fault.AdNotFinished, nil)
	}
	if err := s.adopt(ctx, a); err != nil {
		return err
	}
	if c != nil {
		writes = append(writes, s.putClaim(r, made, *c))
	}
	room := expression.Name(count).LessThan(expression.Value(most))
	err = s.edit(ctx, r, counting(s.editing(), count, +1), room, writes...)
	switch {
	case conditionFailed(err, 0):
		if _, gone := s.Get(ctx, r.Owner, r.AdID); fault.Has(gone, fault.AdNotFound) {
			return fault.New(fault.AdGone, err)
		}
		return fault.New(full, err)
	case c != nil && conditionFailed(err, len(writes)):
		return fault.New(fault.RequestConflict, err)
	case conditionFailed(err, 1): // the scene is no more
		return fault.New(fault.SceneNotFound, err)
	}
	return cloud.Fault(err)
}

// AddRendition stores a rendition whose pictures are in the bucket, and keeps the claim.
//
// Faults: Ad.Gone, Ad.NotFinished, Rendition.TooMany, Scene.NotFound, Request.Conflict when
// another request with the claim was quicker.
func (s *Store) AddRendition(ctx context.Context, r ad.Ref, one ad.Rendition, c *ad.Claim) (ad.Rendition, error) {
	one.CreatedAt = s.now()
	item, err := renditionItem(r.AdID, one)
	if err != nil {
		return ad.Rendition{}, err
	}
	return one, s.add(ctx, r, "renditions", ad.MaxRenditions, fault.RenditionTooMany, one.ID, c,
		s.exists(sceneKey(r.AdID, one.SceneID)), s.putNew(item))
}

// AddScene stores a further scene that is to be made, queued, with a ticket of the queue
// before the GPU server, and keeps the claim. scene is the ad with a Ref that names the
// scene and with what is wished for. Its execution is then started like an ad's.
//
// Faults: Ad.Gone, Ad.NotFinished, Scene.TooMany, Request.Conflict when another request
// with the claim was quicker.
func (s *Store) AddScene(ctx context.Context, scene ad.Ad, c *ad.Claim) (ad.Ad, error) {
	ticket, err := s.ticket(ctx)
	if err != nil {
		return ad.Ad{}, err
	}
	now := s.now()
	scene.Status, scene.Ticket, scene.Attempt = ad.Queued, ticket, 1
	scene.CreatedAt, scene.QueuedAt, scene.UpdatedAt = now, now, now
	rec := recordOf(scene)
	rec.DueShard, rec.DueAt = dueShard(scene.FurtherScene), dueTime(now.Add(workDue))
	item, err := rec.item(recordKey(scene.Ref))
	if err == nil {
		err = s.add(ctx, scene.Ref, "scenes", ad.MaxScenes, fault.SceneTooMany, scene.FurtherScene, c, s.putNew(item))
	}
	if err != nil {
		_ = s.Leave(ctx, ticket) // nobody needs it; without this the queue looks longer by one for a while
		return ad.Ad{}, err
	}
	s.accepted(scene.Ref)
	return scene, nil
}

// SetMain makes a rendition the main one.
//
// Faults: Ad.NotFound, Ad.NotFinished, Rendition.NotFound.
func (s *Store) SetMain(ctx context.Context, owner, adID, renditionID string) error {
	a, err := s.finishedAd(ctx, owner, adID)
	if err != nil {
		return err
	}
	upd := s.editing().Set(expression.Name("main"), expression.Value(renditionID))
	err = s.edit(ctx, a.Ref, upd, expression.Name("edits").AttributeExists(), s.exists(renditionKey(adID, renditionID)))
	switch {
	case conditionFailed(err, 0):
		return fault.New(fault.AdNotFound, err)
	case conditionFailed(err, 1):
		return fault.New(fault.RenditionNotFound, err)
	}
	return cloud.Fault(err)
}

// finishedAd reads an ad that has succeeded, and whose first scene and rendition are items.
func (s *Store) finishedAd(ctx context.Context, owner, adID string) (ad.Ad, error) {
	a, err := s.Get(ctx, owner, adID)
	switch {
	case err != nil:
		return ad.Ad{}, err
	case a.Status != ad.Succeeded:
		return ad.Ad{}, fault.New(fault.AdNotFinished, nil)
	}
	return a, s.adopt(ctx, a)
}

// DeleteRendition removes a rendition; its pictures are the caller's to remove.
//
// Faults: Ad.NotFound, Ad.NotFinished, Rendition.NotFound, Rendition.Main.
func (s *Store) DeleteRendition(ctx context.Context, owner, adID, renditionID string) error {
	a, err := s.finishedAd(ctx, owner, adID)
	if err != nil {
		return err
	}
	notMain := expression.Name("main").NotEqual(expression.Value(renditionID))
	old := s.deleteOld(renditionKey(adID, renditionID))
	err = s.edit(ctx, a.Ref, counting(s.editing(), "renditions", -1), notMain, old)
	switch {
	case conditionFailed(err, 0):
		if _, gone := s.Get(ctx, owner, adID); fault.Has(gone, fault.AdNotFound) {
			return gone
		}
		return fault.New(fault.RenditionMain, err)
	case conditionFailed(err, 1):
		return fault.New(fault.RenditionNotFound, err)
	}
	return cloud.Fault(err)
}

// DeleteScene removes a scene that no rendition uses and that is not being made; its
// pictures are the caller's to remove.
//
// Faults: Ad.NotFound, Ad.NotFinished, Scene.NotFound, Scene.InUse.
func (s *Store) DeleteScene(ctx context.Context, owner, adID, sceneID string) error {
	for range deleteTries {
		if _, err := s.finishedAd(ctx, owner, adID); err != nil {
			return err
		}
		all, err := s.Studio(ctx, owner, adID)
		if err != nil {
			return err
		}
		scene, known := all.Scene(sceneID)
		used := slices.ContainsFunc(all.Renditions, func(r ad.Rendition) bool { return r.SceneID == sceneID })
		switch {
		case !known:
			return fault.New(fault.SceneNotFound, nil)
		case used, !scene.Status.Done():
			return fault.New(fault.SceneInUse, nil)
		}
		old := s.deleteOld(sceneKey(adID, sceneID))
		err = s.edit(ctx, all.Ref, counting(s.editing(), "scenes", -1), sameEdits(all.Ad), old)
		if !conditionFailed(err, 0) && !conditionFailed(err, 1) {
			return cloud.Fault(err)
		}
	}
	return fault.Newf(fault.StorageThrottled, "the ad changed %d times while a scene was being deleted", deleteTries)
}

// deleteOld makes the deletion of an item that must be there.
func (s *Store) deleteOld(key map[string]types.AttributeValue) types.TransactWriteItem {
	return types.TransactWriteItem{Delete: &types.Delete{
		TableName: &s.table, Key: key, ConditionExpression: aws.String("attribute_exists(PK)"),
	}}
}

// deleteAny makes the deletion of an item that may be gone.
func (s *Store) deleteAny(key map[string]types.AttributeValue) types.TransactWriteItem {
	return types.TransactWriteItem{Delete: &types.Delete{TableName: &s.table, Key: key}}
}

func numberOf(item map[string]types.AttributeValue, name string) int {
	n, ok := item[name].(*types.AttributeValueMemberN)
	if !ok {
		return 0
	}
	v, _ := strconv.Atoi(n.Value)
	return v
}

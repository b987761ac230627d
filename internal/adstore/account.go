package adstore

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/nanococoa/nanococoa/internal/account"
	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/cloud"
	"github.com/nanococoa/nanococoa/internal/fault"
)

// accountRecord is an account as DynamoDB holds it, and what is left of a guest whose ads are
// another owner's by now. Other guests have none.
type accountRecord struct {
	Version   int       `dynamodbav:"version,omitempty"`
	Identity  string    `dynamodbav:"identity,omitempty"`
	Email     string    `dynamodbav:"email,omitempty"`
	Name      string    `dynamodbav:"name,omitempty"`
	Provider  string    `dynamodbav:"provider,omitempty"`
	CreatedAt time.Time `dynamodbav:"created_at,omitempty"`
	MovedTo   string    `dynamodbav:"moved_to,omitempty"`
	Moving    []string  `dynamodbav:"moving,omitempty,stringset"`
	Ended     bool      `dynamodbav:"ended,omitempty"`
}

// Account reads what is kept of an owner's sessions, strongly consistent: a session that was
// ended before opens nothing. An owner of whom nothing is kept is a guest.
func (s *Store) Account(ctx context.Context, owner string) (account.Account, error) {
	out, err := s.db.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: &s.table, Key: accountKey(owner), ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return account.Account{}, cloud.Fault(err)
	}
	var r accountRecord
	if err := attributevalue.UnmarshalMap(out.Item, &r); err != nil {
		return account.Account{}, fmt.Errorf("decode an account: %w", err)
	}
	return account.Account{
		Owner: owner, Version: r.Version, Identity: r.Identity, Email: r.Email, Name: r.Name, Provider: r.Provider,
		CreatedAt: r.CreatedAt, MovedTo: r.MovedTo, Moving: r.Moving, Ended: r.Ended,
	}, nil
}

// signInTries is how often a sign-in looks again after another request was quicker: with the
// same identity, with the guest, or with the account's end.
const signInTries = 5

// SignIn gives the account of an identity. At the first sign-in it takes over the owner id of
// the guest who signs in, or a fresh one; further guests' ads are then moved by Move. guest is
// "" for a browser without a session of a guest. Of two accounts that take over one guest at
// the same time one does, and the other gets the fresh id.
func (s *Store) SignIn(
	ctx context.Context, who account.Identity, provider, guest, fresh string,
) (account.Account, error) {
	for range signInTries {
		owner, err := s.ownerOf(ctx, who)
		if err != nil {
			return account.Account{}, err
		}
		var writes []types.TransactWriteItem
		guestAt := -1 // the write that fails when the guest is no guest
		if owner == "" {
			if owner = guest; guest == "" {
				owner = fresh
			} else {
				guestAt = 0
			}
			writes, err = s.opening(who, provider, owner)
		} else {
			var joining []types.TransactWriteItem
			if guest != "" && guest != owner {
				guestAt = 1
				joining = []types.TransactWriteItem{s.moving(guest, owner)}
			}
			writes = append([]types.TransactWriteItem{s.signedIn(who, provider, owner, guestAt > 0, guest)}, joining...)
		}
		if err != nil {
			return account.Account{}, err
		}
		_, err = s.db.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: writes})
		if err == nil {
			return s.Account(ctx, owner)
		}
		if !anyConditionFailed(err, len(writes)) {
			return account.Account{}, cloud.Fault(err)
		}
		if guestAt >= 0 && conditionFailed(err, guestAt) {
			guest = ""
		}
		if len(writes) > 2 && conditionFailed(err, 2) { // the guest has just been ended
			guest = ""
		}
	}
	return account.Account{}, fault.Newf(
		fault.StorageThrottled,
		"the account changed %d times during a sign-in",
		signInTries,
	)
}

// ownerOf gives the owner that an identity stands for; "" for one that never signed in.
func (s *Store) ownerOf(ctx context.Context, who account.Identity) (string, error) {
	out, err := s.db.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: &s.table, Key: identityKey(who.Key()), ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return "", cloud.Fault(err)
	}
	return text(out.Item, "owner"), nil
}

// opening makes the writes of a first sign-in: the owner has an account, the identity stands
// for the owner, and nothing of the owner ends by itself any more.
func (s *Store) opening(who account.Identity, provider, owner string) ([]types.TransactWriteItem, error) {
	item, err := attributevalue.MarshalMap(accountRecord{
		Version: 1, Identity: who.Key(), Email: who.Email, Name: who.Name, Provider: provider, CreatedAt: s.now(),
	})
	if err != nil {
		return nil, fmt.Errorf("encode an account: %w", err)
	}
	maps.Copy(item, accountKey(owner))
	identity := identityKey(who.Key())
	identity["owner"] = &types.AttributeValueMemberS{Value: owner}
	return []types.TransactWriteItem{s.putNew(item), s.putNew(identity), updating(s.keep(owner))}, nil
}

// signedIn makes the write of a further sign-in, with a guest whose ads are to be moved.
func (s *Store) signedIn(
	who account.Identity,
	provider, owner string,
	moves bool,
	guest string,
) types.TransactWriteItem {
	update := "SET provider = :provider, email = :email, #name = :name"
	values := map[string]types.AttributeValue{
		":provider": &types.AttributeValueMemberS{Value: provider}, ":email": &types.AttributeValueMemberS{Value: who.Email},
		":name": &types.AttributeValueMemberS{Value: who.Name},
	}
	if moves {
		update += " ADD moving :guest"
		values[":guest"] = &types.AttributeValueMemberSS{Value: []string{guest}}
	}
	return types.TransactWriteItem{Update: &types.Update{
		TableName: &s.table, Key: accountKey(owner), UpdateExpression: &update, ConditionExpression: aws.String(anAccount),
		ExpressionAttributeNames: map[string]string{"#name": "name"}, ExpressionAttributeValues: values,
	}}
}

// anAccount is the condition that an owner has an account that nobody has ended.
const anAccount = "attribute_exists(version) AND attribute_not_exists(ended)"

// moving makes the write by which a guest's session opens nothing any more, and by which the
// sweeper finds what is still to be moved.
func (s *Store) moving(guest, owner string) types.TransactWriteItem {
	item := accountKey(guest)
	item["moved_to"] = &types.AttributeValueMemberS{Value: owner}
	item["created_at"] = &types.AttributeValueMemberS{Value: s.now().UTC().Format(time.RFC3339Nano)}
	due := dueValues(s.now())
	item["due_shard"], item["due_at"] = due[":shard"], due[":at"]
	return s.putNew(item)
}

func updating(u types.Update) types.TransactWriteItem { return types.TransactWriteItem{Update: &u} }

// EndSessions ends every session of an account. A guest has one, which the browser forgets.
func (s *Store) EndSessions(ctx context.Context, owner string) error {
	_, err := s.db.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.table, Key: accountKey(owner), UpdateExpression: aws.String("ADD version :one"),
		ConditionExpression:       aws.String(anAccount),
		ExpressionAttributeValues: map[string]types.AttributeValue{":one": number(1)},
	})
	var none *types.ConditionalCheckFailedException
	if errors.As(err, &none) {
		return nil
	}
	return cloud.Fault(err)
}

// EndOwner has everything of an owner removed, with what is still to be moved to the owner.
// From now on no session of the owner opens anything, and the identity stands for nobody.
func (s *Store) EndOwner(ctx context.Context, owner string) error {
	for range signInTries {
		a, err := s.Account(ctx, owner)
		if err != nil || a.Ended || a.MovedTo != "" {
			return err
		}
		version := "attribute_not_exists(version)"
		values := map[string]types.AttributeValue{":yes": yes()}
		if a.Version > 0 {
			version = "version = :version"
			values[":version"] = number(a.Version)
		}
		// Nobody signs in with a further guest in between: that would change the set.
		moving := "attribute_not_exists(moving)"
		if len(a.Moving) > 0 {
			moving = "moving = :moving"
			values[":moving"] = &types.AttributeValueMemberSS{Value: a.Moving}
		}
		writes := []types.TransactWriteItem{{Update: &types.Update{
			TableName: &s.table, Key: accountKey(owner), UpdateExpression: aws.String("SET ended = :yes"),
			ConditionExpression:       aws.String(version + " AND " + moving + " AND attribute_not_exists(moved_to)"),
			ExpressionAttributeValues: values,
		}}, updating(s.end(owner))}
		if a.Identity != "" {
			writes = append(writes, s.deleteAny(identityKey(a.Identity)))
		}
		for _, guest := range a.Moving {
			writes = append(writes, updating(s.end(guest)), types.TransactWriteItem{Update: &types.Update{
				TableName: &s.table, Key: accountKey(guest),
				UpdateExpression:          aws.String("SET ended = :yes REMOVE due_shard, due_at"),
				ExpressionAttributeValues: map[string]types.AttributeValue{":yes": yes()},
			}})
		}
		_, err = s.db.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: writes})
		if !anyConditionFailed(err, len(writes)) {
			return cloud.Fault(err)
		}
		if conditionFailed(err, 1) { // it was ended in another way: a guest's time has passed
			return nil
		}
	}
	return fault.Newf(fault.StorageThrottled, "the account changed %d times while it was being ended", signInTries)
}

// isOver reports whether an owner's data is being removed: then nothing of it is shown.
func (s *Store) isOver(ctx context.Context, owner string) (bool, error) {
	a, err := s.Account(ctx, owner)
	return a.Ended, err
}

// movingFrom gives the guest under whose key an ad lies that is still to be moved to an owner;
// "" when it is not.
func (s *Store) movingFrom(ctx context.Context, owner, adID string) (string, error) {
	guest, err := s.holder(ctx, adID)
	if err != nil || guest == "" || guest == owner {
		return "", err
	}
	g, err := s.Account(ctx, guest)
	if err != nil || g.MovedTo != owner || g.Ended {
		return "", err
	}
	return guest, nil
}

// movePause is when the sweeper looks again at a guest of whom something is still being made.
const movePause = time.Minute

// Move gives the ads of a guest to the owner who signed in with the guest's session: of those
// that nothing works on at most so many. Each goes by one transaction with its part of the
// counters, so it can be called again at any time. left is how many are still the guest's.
func (s *Store) Move(ctx context.Context, guest string, most int) (moved, left int, err error) {
	g, err := s.Account(ctx, guest)
	if err != nil || g.MovedTo == "" || g.Ended {
		return 0, 0, err
	}
	pages := dynamodb.NewQueryPaginator(s.db, &dynamodb.QueryInput{
		TableName: &s.table, ConsistentRead: aws.Bool(true),
		KeyConditionExpression: aws.String("PK = :owner AND begins_with(SK, :ad)"),
		ExpressionAttributeValues: map[string]types.AttributeValue{
			":owner": &types.AttributeValueMemberS{Value: ownerKey(guest)}, ":ad": &types.AttributeValueMemberS{Value: adPrefix},
		},
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return moved, left, cloud.Fault(err)
		}
		for _, item := range page.Items {
			ok := false
			if moved < most {
				if ok, err = s.moveAd(ctx, item, g.MovedTo); err != nil {
					return moved, left, err
				}
			}
			if ok {
				moved++
			} else {
				left++
			}
		}
	}
	if left > 0 {
		return moved, left, s.moveAgain(ctx, guest)
	}
	return moved, 0, s.allMoved(ctx, guest, g.MovedTo)
}

// moveAd gives one ad to another owner, unless something works on it or changes it.
func (s *Store) moveAd(ctx context.Context, item map[string]types.AttributeValue, to string) (bool, error) {
	a, err := decode(item)
	if err != nil {
		return false, err
	}
	// An execution says whose its ad is, so the ad keeps its owner until it has ended.
	if !a.Status.Done() {
		return false, nil
	}
	items, err := s.items(ctx, a.AdID)
	if err != nil {
		return false, err
	}
	all := scenes(items)
	for _, scene := range all {
		if !scene.Status.Done() {
			return false, nil
		}
	}
	expr, err := expression.NewBuilder().
		WithCondition(sameAttempt(a.Ref).And(statusIn(a.Status)).And(sameEdits(a))).Build()
	if err != nil {
		return false, fmt.Errorf("build the move of an ad: %w", err)
	}
	theirs := maps.Clone(item)
	maps.Copy(theirs, adKey(to, a.AdID))
	theirs["owner"] = &types.AttributeValueMemberS{Value: to}
	writes := []types.TransactWriteItem{
		{Delete: &types.Delete{
			TableName: &s.table, Key: adKey(a.Owner, a.AdID), ConditionExpression: expr.Condition(),
			ExpressionAttributeNames: expr.Names(), ExpressionAttributeValues: expr.Values(),
		}},
		s.putNew(theirs), s.setOwner(pointerKey(a.AdID), to),
		{ConditionCheck: &types.ConditionCheck{
			TableName: &s.table, Key: accountKey(to), ConditionExpression: aws.String(anAccount),
		}},
	}
	if a.Share != "" {
		writes = append(writes, s.setOwner(shareKey(a.Share), to))
	}
	for _, scene := range all {
		writes = append(writes, s.setOwner(sceneKey(a.AdID, scene.Scene()), to))
	}
	if a.Status == ad.Succeeded {
		writes = append(writes, s.count(a, -1)...)
		a.Owner = to
		writes = append(writes, s.count(a, +1)...)
	}
	_, err = s.db.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: writes})
	if anyConditionFailed(err, len(writes)) {
		return false, nil // it changed, or was moved, since it was read; or the account is gone
	}
	return err == nil, cloud.Fault(err)
}

// setOwner makes the write that says of an item whose it is.
func (s *Store) setOwner(key map[string]types.AttributeValue, owner string) types.TransactWriteItem {
	return types.TransactWriteItem{Update: &types.Update{
		TableName:        &s.table,
		Key:              key,
		UpdateExpression: aws.String("SET #owner = :owner"),
		ConditionExpression: aws.String(
			"attribute_exists(PK)",
		),
		ExpressionAttributeNames:  map[string]string{"#owner": "owner"},
		ExpressionAttributeValues: map[string]types.AttributeValue{":owner": &types.AttributeValueMemberS{Value: owner}},
	}}
}

// moveAgain has the sweeper look at a guest again.
func (s *Store) moveAgain(ctx context.Context, guest string) error {
	_, err := s.db.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.table, Key: accountKey(guest), UpdateExpression: aws.String("SET due_at = :at"),
		ConditionExpression: aws.String("attribute_exists(due_at)"),
		ExpressionAttributeValues: map[string]types.AttributeValue{
			":at": &types.AttributeValueMemberS{Value: dueTime(s.now().Add(movePause))},
		},
	})
	return ignoringConditions(err)
}

// allMoved ends the move of a guest's ads: with the brand, if the owner has none. What else
// is left goes when a guest's does.
func (s *Store) allMoved(ctx context.Context, guest, owner string) error {
	out, err := s.db.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: &s.table, Key: brandKey(guest), ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return cloud.Fault(err)
	}
	if out.Item != nil {
		theirs := maps.Clone(out.Item)
		maps.Copy(theirs, brandKey(owner))
		_, err := s.db.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
			s.putNew(theirs), s.deleteOld(brandKey(guest)),
		}})
		if err != nil && !anyConditionFailed(err, 2) {
			return cloud.Fault(err)
		}
	}
	_, err = s.db.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.table, Key: accountKey(owner), UpdateExpression: aws.String("DELETE moving :guest"),
		ConditionExpression: aws.String("attribute_exists(PK)"),
		ExpressionAttributeValues: map[string]types.AttributeValue{
			":guest": &types.AttributeValueMemberSS{Value: []string{guest}},
		},
	})
	if err := ignoringConditions(err); err != nil {
		return err
	}
	_, err = s.db.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.table, Key: accountKey(guest), UpdateExpression: aws.String("REMOVE due_shard, due_at"),
		ConditionExpression: aws.String("attribute_exists(PK)"),
	})
	return ignoringConditions(err)
}

// StillToMove counts the ads that are still to be moved to an account.
func (s *Store) StillToMove(ctx context.Context, a account.Account) (int, error) {
	n := 0
	for _, guest := range a.Moving {
		out, err := s.db.Query(ctx, &dynamodb.QueryInput{
			TableName: &s.table, ConsistentRead: aws.Bool(true), Select: types.SelectCount,
			KeyConditionExpression: aws.String("PK = :owner AND begins_with(SK, :ad)"),
			ExpressionAttributeValues: map[string]types.AttributeValue{
				":owner": &types.AttributeValueMemberS{
					Value: ownerKey(guest),
				},
				":ad": &types.AttributeValueMemberS{Value: adPrefix},
			},
		})
		if err != nil {
			return 0, cloud.Fault(err)
		}
		n += int(out.Count)
	}
	return n, nil
}

// ignoringConditions is the fault of a write that may find its work done.
func ignoringConditions(err error) error {
	var done *types.ConditionalCheckFailedException
	if errors.As(err, &done) {
		return nil
	}
	return cloud.Fault(err)
}

// anyConditionFailed reports whether a transaction of so many writes was cancelled because of
// a condition.
func anyConditionFailed(err error, writes int) bool {
	for i := range writes {
		if conditionFailed(err, i) {
			return true
		}
	}
	return false
}

func accountKey(owner string) map[string]types.AttributeValue {
	return key(ownerKey(owner), accountSort)
}

func identityKey(digest string) map[string]types.AttributeValue {
	return key("IDENTITY#"+digest, accountSort)
}

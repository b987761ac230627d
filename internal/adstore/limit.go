package adstore

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/uuid"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/cloud"
	"github.com/nanococoa/nanococoa/internal/limit"
)

// Count adds one to every count of a tally, or to none when one is at its most, which ok
// says. now is what they are then. It is one plain write and no transaction: of those,
// several at one item refuse each other, and all owners count at one.
//
// Of uses that have names (limit.Tally.Once) a count is the set of those names. So a write
// that is sent again because its answer was lost, or an order that is sent again because the
// process died that had counted it, changes nothing.
func (s *Store) Count(ctx context.Context, t limit.Tally) (now map[string]int, ok bool, err error) {
	var adds, room []string
	names := map[string]string{}
	// TTL may be late by days: a period has a key of its own and is never read after it.
	values := map[string]types.AttributeValue{":one": number(1), ":ends": number(int(t.Ends.Add(time.Hour).Unix()))}
	has := "(attribute_not_exists(%[1]s) OR %[1]s < %[2]s)"
	if t.Once != "" {
		values[":one"] = &types.AttributeValueMemberSS{Value: []string{t.Once}}
		values[":once"] = &types.AttributeValueMemberS{Value: t.Once}
		has = "(attribute_not_exists(%[1]s) OR size(%[1]s) < %[2]s OR contains(%[1]s, :once))"
	}
	for i, c := range t.Counts {
		name, most := fmt.Sprintf("#n%d", i), fmt.Sprintf(":most%d", i)
		names[name], values[most] = c.Name, number(c.Most)
		adds = append(adds, name+" :one")
		room = append(room, fmt.Sprintf(has, name, most))
	}
	out, err := s.db.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.table, Key: tallyKey(t),
		UpdateExpression:         aws.String("SET expires_at = :ends ADD " + strings.Join(adds, ", ")),
		ConditionExpression:      aws.String(strings.Join(room, " AND ")),
		ExpressionAttributeNames: names, ExpressionAttributeValues: values,
		ReturnValues:                        types.ReturnValueAllNew,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	})
	var full *types.ConditionalCheckFailedException
	switch {
	case errors.As(err, &full):
		return counts(t, full.Item), false, nil
	case err != nil:
		return nil, false, cloud.Fault(err)
	}
	return counts(t, out.Attributes), true, nil
}

func counts(t limit.Tally, item map[string]types.AttributeValue) map[string]int {
	out := map[string]int{}
	for _, c := range t.Counts {
		if uses, ok := item[c.Name].(*types.AttributeValueMemberSS); ok {
			out[c.Name] = len(uses.Value)
			continue
		}
		out[c.Name] = numberOf(item, c.Name)
	}
	return out
}

// Uncount takes one away from every count of a tally. A tally that is gone by now stays gone.
func (s *Store) Uncount(ctx context.Context, t limit.Tally) error {
	var changes, some []string
	names := map[string]string{}
	values := map[string]types.AttributeValue{":less": number(-1), ":none": number(0)}
	change, has := "ADD ", "%s > :none"
	if t.Once != "" {
		values = map[string]types.AttributeValue{
			":less": &types.AttributeValueMemberSS{Value: []string{t.Once}},
			":once": &types.AttributeValueMemberS{Value: t.Once},
		}
		change, has = "DELETE ", "contains(%s, :once)"
	}
	for i, c := range t.Counts {
		name := fmt.Sprintf("#n%d", i)
		names[name] = c.Name
		changes = append(changes, name+" :less")
		some = append(some, fmt.Sprintf(has, name))
	}
	_, err := s.db.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.table, Key: tallyKey(t), UpdateExpression: aws.String(change + strings.Join(changes, ", ")),
		ConditionExpression:      aws.String(strings.Join(some, " AND ")),
		ExpressionAttributeNames: names, ExpressionAttributeValues: values,
	})
	var gone *types.ConditionalCheckFailedException
	if errors.As(err, &gone) {
		return nil
	}
	return cloud.Fault(err)
}

const (
	// placesLife is longer than anything waits: an execution ends after two days.
	placesLife = 3 * 24 * time.Hour
	// orderTime is longer than it takes from holding a place to storing what holds it.
	orderTime = time.Minute
	// placeTries is how often TakePlace looks who holds the places. Once is enough, unless
	// another request takes the place that was found free.
	placeTries = 3
)

// TakePlace holds one of an owner's places before the GPU server for an ad or further scene
// that is about to be ordered, and reports whether there was one. What has a place already
// keeps it. Nothing gives a place back when its turn comes: only when all are taken, this
// looks which of their holders still wait.
func (s *Store) TakePlace(ctx context.Context, r ad.Ref, most int) (ok bool, err error) {
	for range placeTries {
		_, err := s.db.UpdateItem(ctx, &dynamodb.UpdateItemInput{
			TableName: &s.table, Key: placesKey(r.Owner),
			UpdateExpression:    aws.String("SET expires_at = :ends ADD held :place"),
			ConditionExpression: aws.String("attribute_not_exists(held) OR size(held) < :most OR contains(held, :id)"),
			ExpressionAttributeValues: map[string]types.AttributeValue{
				":ends":  number(int(s.now().Add(placesLife).Unix())),
				":place": &types.AttributeValueMemberSS{Value: []string{placeOf(r)}},
				":id":    &types.AttributeValueMemberS{Value: placeOf(r)}, ":most": number(most),
			},
			ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
		})
		var full *types.ConditionalCheckFailedException
		if !errors.As(err, &full) {
			return err == nil, cloud.Fault(err)
		}
		held, _ := full.Item["held"].(*types.AttributeValueMemberSS)
		if held == nil {
			return false, nil
		}
		over, err := s.over(ctx, r.Owner, held.Value)
		if err != nil || len(over) == 0 {
			return false, err
		}
		if err := s.leavePlaces(ctx, r.Owner, over...); err != nil {
			return false, err
		}
	}
	return false, nil
}

// ReturnPlace gives a place back, because what it was held for was not ordered.
func (s *Store) ReturnPlace(ctx context.Context, r ad.Ref) error {
	return s.leavePlaces(ctx, r.Owner, placeOf(r))
}

func (s *Store) leavePlaces(ctx context.Context, owner string, places ...string) error {
	_, err := s.db.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.table, Key: placesKey(owner), UpdateExpression: aws.String("DELETE held :places"),
		ExpressionAttributeValues: map[string]types.AttributeValue{":places": &types.AttributeValueMemberSS{Value: places}},
	})
	return cloud.Fault(err)
}

// over gives those holders of places that no longer wait: their stage 1 has begun, or they
// have ended, or are gone.
func (s *Store) over(ctx context.Context, owner string, places []string) ([]string, error) {
	keys := make([]map[string]types.AttributeValue, 0, len(places))
	byKey := map[string]string{}
	const most = 100 // that BatchGetItem takes
	for _, place := range places[:min(len(places), most)] {
		k := recordKey(refOf(owner, place))
		keys = append(keys, k)
		byKey[text(k, "PK")+text(k, "SK")] = place
	}
	out, err := s.db.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{
		s.table: {Keys: keys, ConsistentRead: aws.Bool(true)},
	}})
	if err != nil {
		return nil, cloud.Fault(err)
	}
	if len(out.UnprocessedKeys) > 0 {
		return nil, nil // they may wait
	}
	waits := map[string]bool{}
	for _, item := range out.Responses[s.table] {
		a, err := decode(item)
		if err != nil {
			return nil, err
		}
		_, begun := a.Steps[ad.Stage1]
		waits[byKey[text(item, "PK")+text(item, "SK")]] = !a.Status.Done() && !begun
	}
	var over []string
	for _, place := range byKey {
		if still, known := waits[place]; known && !still || !known && s.now().Sub(orderedAt(place)) > orderTime {
			over = append(over, place)
		}
	}
	return over, nil
}

// placeOf is how a place names its holder: the ad, and the further scene if it is one.
func placeOf(r ad.Ref) string {
	if r.FurtherScene != "" {
		return r.AdID + "/" + r.FurtherScene
	}
	return r.AdID
}

func refOf(owner, place string) ad.Ref {
	adID, scene, _ := strings.Cut(place, "/")
	return ad.Ref{Owner: owner, AdID: adID, FurtherScene: scene}
}

// orderedAt is when the holder of a place was given its id, which holds the time (UUIDv7).
func orderedAt(place string) time.Time {
	id, err := uuid.Parse(place[strings.IndexByte(place, '/')+1:])
	if err != nil {
		return time.Time{}
	}
	return time.Unix(id.Time().UnixTime())
}

package adstore

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
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

// MaxPage is the most ads one List gives: a page of twelve and room for a
// client with a larger screen.
const MaxPage = 48

// List gives an owner's ads, newest first, at most limit (1..MaxPage) of them,
// and the cursor of the next page, "" after the last: one ad more than asked for is
// read, because DynamoDB names a next page also where nothing follows. Only what a
// list shows is filled: id, attempt, status, product name, copy, times, steps and score.
//
// Faults: Request.Invalid for a cursor this package did not make.
func (s *Store) List(ctx context.Context, owner string, limit int, cursor string) ([]ad.Ad, string, error) {
	cond := expression.Key("PK").Equal(expression.Value(ownerKey(owner))).
		And(expression.Key("SK").BeginsWith(adPrefix))
	expr, err := expression.NewBuilder().WithKeyCondition(cond).
		WithProjection(expression.NamesList(expression.Name("owner"), expression.Name("ad_id"), expression.Name("attempt"),
			expression.Name("status"), expression.Name("product_name"), expression.Name("created_at"),
			expression.Name("updated_at"), expression.Name("main_copy"), expression.Name("sub_copy"),
			expression.Name("steps"), expression.Name("score"))).Build()
	if err != nil {
		return nil, "", fmt.Errorf("build the list: %w", err)
	}
	limit = min(max(limit, 1), MaxPage)
	in := &dynamodb.QueryInput{
		TableName: &s.table, ScanIndexForward: aws.Bool(false),
		Limit:                  aws.Int32(int32(limit + 1)), //nolint:gosec // bounded here
		KeyConditionExpression: expr.KeyCondition(), ProjectionExpression: expr.Projection(),
		ExpressionAttributeNames: expr.Names(), ExpressionAttributeValues: expr.Values(),
		ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal,
	}
	if cursor != "" {
		after, err := parseCursor(cursor)
		if err != nil {
			return nil, "", err
		}
		in.ExclusiveStartKey = adKey(owner, after)
	}
	out, err := s.db.Query(ctx, in)
	if err != nil {
		return nil, "", cloud.Fault(err)
	}
	ads := make([]ad.Ad, 0, len(out.Items))
	for _, item := range out.Items {
		a, err := decode(item)
		if err != nil {
			return nil, "", err
		}
		ads = append(ads, a)
	}
	more := out.LastEvaluatedKey != nil && len(ads) > 0
	if len(ads) > limit {
		ads, more = ads[:limit], true
	}
	if !more {
		return ads, "", nil
	}
	return ads, cursorOf(ads[len(ads)-1].AdID), nil
}

// statsMonths is how many months a chart shows: one year.
const statsMonths = 12

// scoreScale makes scores whole numbers in the counters, so that adding and
// subtracting the same score leaves exactly nothing behind.
const scoreScale = 10_000

// Stats reads an owner's statistics.
func (s *Store) Stats(ctx context.Context, owner string) (ad.Stats, error) {
	months := lastMonths(s.now(), statsMonths)
	keys := []map[string]types.AttributeValue{totalKey(owner)}
	for _, m := range months {
		keys = append(keys, monthKey(owner, m))
	}
	out, err := s.db.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{
		RequestItems: map[string]types.KeysAndAttributes{s.table: {Keys: keys, ConsistentRead: aws.Bool(true)}},
	})
	switch {
	case err != nil:
		return ad.Stats{}, cloud.Fault(err)
	case len(out.UnprocessedKeys) > 0:
		return ad.Stats{}, fault.Newf(fault.StorageThrottled, "%d counters were not read", len(out.UnprocessedKeys))
	}
	counters := map[string]map[string]types.AttributeValue{}
	for _, item := range out.Responses[s.table] {
		counters[text(item, "SK")] = item
	}
	st := ad.Stats{Months: make([]ad.MonthStats, 0, statsMonths)}
	st.TotalAds, st.AvgScore = counted(counters[statsKey])
	for _, m := range months {
		n, avg := counted(counters[statsKey+"#"+m])
		st.Months = append(st.Months, ad.MonthStats{Month: m, Ads: n, AvgScore: avg})
	}
	return st, nil
}

// lastMonths lists n months, oldest first, ending with now's in Korea.
func lastMonths(now time.Time, n int) []string {
	k := now.In(ad.KST)
	first := time.Date(k.Year(), k.Month(), 1, 0, 0, 0, 0, ad.KST)
	months := make([]string, 0, n)
	for i := n - 1; i >= 0; i-- {
		months = append(months, first.AddDate(0, -i, 0).Format("2006-01"))
	}
	return months
}

func counted(item map[string]types.AttributeValue) (ads int, avg float64) {
	num := func(name string) int {
		n, _ := item[name].(*types.AttributeValueMemberN)
		if n == nil {
			return 0
		}
		v, _ := strconv.Atoi(n.Value)
		return v
	}
	if n := num("scored_ads"); n > 0 {
		avg = math.Round(float64(num("score_sum"))/float64(n)) / scoreScale
	}
	return num("total_ads"), avg
}

// count makes the writes which add (sign +1) or take back (-1) a published ad.
func (s *Store) count(a ad.Ad, sign int) []types.TransactWriteItem {
	add := map[string]int{"total_ads": sign}
	if a.Score != nil {
		add["scored_ads"] = sign
		add["score_sum"] = sign * int(math.Round(a.Score.Value*scoreScale))
	}
	names := slices.Sorted(maps.Keys(add))
	terms := make([]string, 0, len(names))
	values := map[string]types.AttributeValue{}
	for _, n := range names {
		terms = append(terms, n+" :"+n)
		values[":"+n] = &types.AttributeValueMemberN{Value: strconv.Itoa(add[n])}
	}
	var writes []types.TransactWriteItem
	for _, k := range []map[string]types.AttributeValue{totalKey(a.Owner), monthKey(a.Owner, a.Month())} {
		writes = append(writes, types.TransactWriteItem{Update: &types.Update{
			TableName: &s.table, Key: k, UpdateExpression: aws.String("ADD " + strings.Join(terms, ", ")),
			ExpressionAttributeValues: values,
		}})
	}
	return writes
}

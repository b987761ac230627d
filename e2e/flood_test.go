//go:build e2e

package e2e_test

import (
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	dbtypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/httpapi"
)

// accountOrders is what an account may order in an hour, in this deployment as by
// internal/limit's own table.
const accountOrders = 20

// Of a caller with two orders left, who sends eight at once and each of them twice, as a
// browser does that heard nothing: two are made, and the others are refused in words, before a
// model or the GPU server has heard of them.
func TestAFloodOfOneCaller(t *testing.T) {
	t.Parallel()
	if os.Getenv("CHAOS") != "" {
		t.Skip("a chaos run has no limits to reach: run by `make e2e`")
	}
	const who, left, flood = "flood@example.com", 2, 8
	if err := sys.Invite(t.Context(), who); err != nil {
		t.Fatal(err)
	}
	o := newOwner(t)
	owner := record(t, o.ordered("밀물 앞").AdID).Owner
	o.signIn(who, "/")
	used(t, owner, accountOrders-left-1) // and the ad above

	kind, body := make([]string, flood), make([][]byte, flood)
	for i := range flood {
		kind[i], body[i] = form(t, fields(fmt.Sprintf("밀물%d번째", i)), small(t))
	}
	var mu sync.Mutex
	answers := map[int][]answer{} // by the order
	var wg sync.WaitGroup
	for i := range 2 * flood {
		wg.Go(func() {
			n := i % flood
			for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(300 * time.Millisecond) {
				a, err := send(t.Context(), o.http, "POST", "/api/ads/generate", kind[n], body[n],
					"Idempotency-Key", fmt.Sprint("flood-", n))
				if err != nil || a.status >= 500 || a.status == 429 && a.header.Get("Content-Type") != "application/problem+json" {
					continue // the gateway, which a flood meets first
				}
				mu.Lock()
				defer mu.Unlock()
				answers[n] = append(answers[n], a)
				return
			}
			t.Errorf("order %d is not answered", n)
		})
	}
	wg.Wait()

	made := map[string]int{} // ads, by the order
	for n, both := range answers {
		for _, a := range both {
			if a.status == http.StatusAccepted {
				var acc httpapi.Accepted
				a.decode(t, &acc)
				made[acc.AdID] = n
				continue
			}
			p := a.want(t, http.StatusTooManyRequests).problem(t)
			seconds, err := strconv.Atoi(a.header.Get("Retry-After"))
			if p.Code != "Limit.Reached" || !strings.Contains(p.Detail, "뒤에 다시 시도해 주세요") || err != nil || seconds < 1 {
				t.Errorf("refused with %s %q, Retry-After %q", p.Code, p.Detail, a.header.Get("Retry-After"))
			}
		}
	}
	if len(made) != left {
		t.Errorf("%d ads were accepted of %d that were left", len(made), left)
	}
	for id := range made {
		o.succeeded(id)
	}
	if n := len(o.list("").Ads); n != 1+left {
		t.Errorf("%d ads are listed", n)
	}
	asked := map[int]bool{} // of OpenAI, which hears of an ad before the GPU server does
	for _, r := range sys.model.Requests() {
		for n := range flood {
			asked[n] = asked[n] || strings.Contains(fmt.Sprint(r.Body), fmt.Sprintf("밀물%d번째", n))
		}
	}
	for id, n := range made {
		if !asked[n] {
			t.Errorf("nobody heard of ad %s", id)
		}
		delete(asked, n)
	}
	for n, heard := range asked {
		if heard {
			t.Errorf("a model was asked for order %d, which was refused", n)
		}
	}
}

// used has an owner have ordered so often in this hour, and in the next one, which may begin
// at any time.
func used(t *testing.T, owner string, orders int) {
	t.Helper()
	names := make([]string, orders)
	for i := range names {
		names[i] = fmt.Sprint("earlier", i)
	}
	for _, at := range []time.Time{time.Now(), time.Now().Add(time.Hour)} {
		_, err := sys.db.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
			TableName: &sys.table, Key: map[string]dbtypes.AttributeValue{
				"PK": &dbtypes.AttributeValueMemberS{Value: "OWNER#" + owner},
				"SK": &dbtypes.AttributeValueMemberS{Value: "USES#day#" + at.In(ad.KST).Format(time.DateOnly)},
			},
			UpdateExpression:         aws.String("ADD orders :names, #hour :names"),
			ExpressionAttributeNames: map[string]string{"#hour": at.UTC().Format("orders@15")},
			ExpressionAttributeValues: map[string]dbtypes.AttributeValue{
				":names": &dbtypes.AttributeValueMemberSS{Value: names},
			},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

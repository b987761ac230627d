package adstore_test

import (
	"cmp"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/adstore"
	"github.com/nanococoa/nanococoa/internal/fault"
)

// refusing answers as DynamoDB does over HTTP: reads find one record, the first writes are
// refused, and the later ones succeed. The local AWS refuses nothing for contention.
type refusing struct {
	status   int // of the refusals' HTTP answer
	refusal  string
	refusals int      // how many
	record   string   // what GetItem finds, "" for nothing
	reads    bool     // whether reads are refused as well
	writes   []string // the tokens of the transactions, and "" for other writes
	cancel   func()   // if set, called with the first refusal
}

func (r *refusing) Do(req *http.Request) (*http.Response, error) {
	_, call, _ := strings.Cut(req.Header.Get("X-Amz-Target"), ".")
	var body struct{ ClientRequestToken string }
	if err := json.NewDecoder(req.Body).Decode(&body); err != nil {
		return nil, err
	}
	status, answer := http.StatusOK, "{}"
	read := call == "GetItem" || call == "Query" || call == "BatchGetItem"
	if !read {
		r.writes = append(r.writes, body.ClientRequestToken)
	}
	switch {
	case r.refusals > 0 && (!read || r.reads):
		r.refusals--
		status, answer = r.status, r.refusal
		if r.cancel != nil {
			r.cancel()
		}
	case call == "GetItem" && r.record != "":
		answer = `{"Item":` + r.record + `}`
	}
	return &http.Response{
		StatusCode: status, Request: req, Body: io.NopCloser(strings.NewReader(answer)),
		Header: http.Header{"Content-Type": {"application/x-amz-json-1.0"}},
	}, nil
}

func (r *refusing) store() *adstore.Store {
	return adstore.Open(aws.Config{
		Region: "ap-northeast-2", Credentials: credentials.NewStaticCredentialsProvider("id", "secret", ""), HTTPClient: r,
	}, "table", nil)
}

// cancelled is the answer to a transaction whose writes have these reasons.
func cancelled(t *testing.T, reasons ...string) string {
	t.Helper()
	type reason struct{ Code string }
	answer := struct {
		Type    string `json:"__type"`
		Message string
		Reasons []reason `json:"CancellationReasons"`
	}{
		Type:    "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
		Message: "Transaction cancelled, please refer cancellation reasons for specific reasons",
	}
	for _, r := range reasons {
		answer.Reasons = append(answer.Reasons, reason{cmp.Or(r, "None")})
	}
	b, err := json.Marshal(answer)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// A record as it is stored, of attempt 1.
func stored(status ad.Status) string {
	return `{"owner":{"S":"me"},"ad_id":{"S":"a0"},"attempt":{"N":"1"},"status":{"S":"` + string(status) + `"}}`
}

// The same of a finished ad that was edited, with more attributes.
func edited(more string) string {
	return strings.TrimSuffix(stored(ad.Succeeded), "}") + `,"edits":{"N":"1"}` + more + `}`
}

// These are the calls of the main job and of sharing that write several items at once, with the
// number of these. Those of renditions, scenes and accounts go through the same middleware
// (contention.go); that it is there for each client is what is shown here.
var transactions = map[string]struct {
	items  int
	record string
	call   func(context.Context, *adstore.Store) error
}{
	"create": {2, "", func(ctx context.Context, s *adstore.Store) error {
		_, _, err := s.Create(ctx, ad.Ad{Ref: ad.Ref{Owner: "me", AdID: "a0", Attempt: 1}}, nil)
		return err
	}},
	"create with a claim": {3, "", func(ctx context.Context, s *adstore.Store) error {
		a := ad.Ad{Ref: ad.Ref{Owner: "me", AdID: "a0", Attempt: 1}}
		_, _, err := s.Create(ctx, a, &ad.Claim{Key: "k", Fingerprint: "f"})
		return err
	}},
	"delete": {3, stored(ad.AwaitingUpload), func(ctx context.Context, s *adstore.Store) error {
		return s.Delete(ctx, "me", "a0")
	}},
	"delete a published ad": {5, stored(ad.Succeeded), func(ctx context.Context, s *adstore.Store) error {
		return s.Delete(ctx, "me", "a0")
	}},
	"share": {2, edited(""), func(ctx context.Context, s *adstore.Store) error {
		_, err := s.Share(ctx, "me", "a0")
		return err
	}},
	"unshare": {2, edited(`,"share":{"S":"x"}`), func(ctx context.Context, s *adstore.Store) error {
		return s.Unshare(ctx, "me", "a0")
	}},
	"publish": {3, stored(ad.Running), func(ctx context.Context, s *adstore.Store) error {
		return s.Publish(ctx, ad.Ref{Owner: "me", AdID: "a0", Attempt: 1})
	}},
}

// Whichever write of a transaction is refused, for whichever reason, the caller hears what
// it is; and what passes by itself is waited for within the call.
func TestEveryReasonForACancelledTransaction(t *testing.T) {
	t.Parallel()
	for reason, want := range map[string]struct {
		passes bool
		fault  fault.Code
		within time.Duration // when it does not pass
	}{
		"TransactionConflict":             {passes: true, fault: fault.StorageThrottled, within: 2 * time.Second},
		"ThrottlingError":                 {passes: true, fault: fault.StorageThrottled, within: 3 * time.Second},
		"ProvisionedThroughputExceeded":   {passes: true, fault: fault.StorageThrottled, within: 3 * time.Second},
		"ItemCollectionSizeLimitExceeded": {fault: fault.Internal},
		"ValidationError":                 {fault: fault.Internal},
		"DuplicateItem":                   {fault: fault.Internal},
		"AccessDenied":                    {fault: fault.StorageUnavailable},
		"SomethingNew":                    {fault: fault.StorageUnavailable},
		"None":                            {fault: fault.StorageUnavailable},
	} {
		for name, tx := range transactions {
			for i := range tx.items {
				reasons := make([]string, tx.items)
				reasons[i] = reason
				t.Run(reason+"/"+name, func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) {
						for _, refusals := range []int{1, 1000} {
							r := &refusing{status: 400, refusal: cancelled(t, reasons...), refusals: refusals, record: tx.record}
							begin := time.Now()
							err := tx.call(t.Context(), r.store())
							took := time.Since(begin)
							if want.passes && refusals == 1 {
								if err != nil || took == 0 {
									t.Errorf("%v, refused once: %v after %v", reasons, err, took)
								}
								continue
							}
							if !fault.Has(err, want.fault) || took > want.within || took > 0 != want.passes {
								t.Errorf("%v: %v after %v, want %s", reasons, err, took, want.fault)
							}
							if !want.passes && len(r.writes) != 1 {
								t.Errorf("%v: written %d times", reasons, len(r.writes))
							}
						}
					})
				})
			}
		}
	}
}

// A condition that does not hold means what the caller says it means, also when another
// write of the transaction met something else.
func TestAConditionAmongOtherReasons(t *testing.T) {
	t.Parallel()
	const no, meets, slow = "ConditionalCheckFailed", "TransactionConflict", "ThrottlingError"
	for name, tc := range map[string]struct {
		call    string
		reasons []string
		want    fault.Code
		writes  int
	}{
		"gone":                          {"publish", []string{no, "", ""}, fault.AdGone, 1},
		"gone, and a conflict":          {"publish", []string{no, "", meets}, fault.AdGone, 1},
		"gone, and a throttle":          {"publish", []string{no, slow, ""}, fault.AdGone, 1},
		"changed, and a conflict":       {"delete", []string{no, meets, ""}, fault.StorageThrottled, 5},
		"taken, of another body":        {"create with a claim", []string{"", "", no}, fault.RequestConflict, 1},
		"taken, and a conflict":         {"create with a claim", []string{meets, "", no}, fault.RequestConflict, 1},
		"an id that is in use":          {"create", []string{no, ""}, fault.Internal, 1},
		"a pointer that is in use":      {"create with a claim", []string{"", no, ""}, fault.Internal, 1},
		"a conflict, and a throttle":    {"publish", []string{"", slow, meets}, fault.StorageThrottled, 3},
		"a conflict, and a wrong value": {"publish", []string{"", "ValidationError", meets}, fault.Internal, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				tx := transactions[tc.call]
				r := &refusing{status: 400, refusal: cancelled(t, tc.reasons...), refusals: 1000, record: tx.record}
				if err := tx.call(t.Context(), r.store()); !fault.Has(err, tc.want) || len(r.writes) != tc.writes {
					t.Errorf("%v after %d writes, want %s after %d", err, len(r.writes), tc.want, tc.writes)
				}
			})
		})
	}
}

// A cancelled transaction was not done. Its token belongs to it, so the next try has another.
func TestATransactionIsTriedAgainAsAnother(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := &refusing{status: 400, refusal: cancelled(t, "", "TransactionConflict"), refusals: 2}
		if err := transactions["create"].call(t.Context(), r.store()); err != nil {
			t.Fatal(err)
		}
		if w := r.writes; len(w) != 3 || w[0] == "" || w[0] == w[1] || w[1] == w[2] {
			t.Errorf("tokens: %q", w)
		}
	})
}

// What waits ends with its request.
func TestNobodyWaitsForACancelledRequest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		r := &refusing{status: 400, refusal: cancelled(t, "", "TransactionConflict"), refusals: 1000, cancel: cancel}
		begin := time.Now()
		err := transactions["create"].call(ctx, r.store())
		if !fault.Has(err, fault.StorageThrottled) || len(r.writes) != 1 || time.Since(begin) != 0 {
			t.Errorf("%v after %d writes and %v", err, len(r.writes), time.Since(begin))
		}
	})
}

// What DynamoDB answers to a call about a single item.
func TestEveryPlainRefusal(t *testing.T) {
	t.Parallel()
	me := ad.Ref{Owner: "me", AdID: "a0", Attempt: 1}
	calls := map[string]struct {
		reads bool
		call  func(context.Context, *adstore.Store) error
	}{
		"update": {call: func(ctx context.Context, s *adstore.Store) error {
			return s.Finish(ctx, me, ad.Prepare, ad.Result{})
		}},
		"put":           {call: func(ctx context.Context, s *adstore.Store) error { return s.SetScanCursor(ctx, "x") }},
		"delete":        {call: func(ctx context.Context, s *adstore.Store) error { return s.RemoveTombstone(ctx, "a0") }},
		"queue":         {call: func(ctx context.Context, s *adstore.Store) error { return s.Stall(ctx) }},
		"outage":        {call: func(ctx context.Context, s *adstore.Store) error { return s.OutageOver(ctx) }},
		"a transaction": {call: transactions["create"].call},
		"get": {reads: true, call: func(ctx context.Context, s *adstore.Store) error {
			_, err := s.Get(ctx, "me", "a0")
			return err
		}},
	}
	for code, want := range map[string]struct {
		status int
		passes bool
		fault  fault.Code
	}{
		"TransactionConflictException":             {400, true, fault.StorageThrottled},
		"ReplicatedWriteConflictException":         {400, true, fault.StorageThrottled},
		"TransactionInProgressException":           {400, true, fault.StorageThrottled},
		"ProvisionedThroughputExceededException":   {400, true, fault.StorageThrottled},
		"ThrottlingException":                      {400, true, fault.StorageThrottled},
		"RequestLimitExceeded":                     {400, true, fault.StorageThrottled},
		"InternalServerError":                      {500, true, fault.StorageUnavailable},
		"ServiceUnavailable":                       {503, true, fault.StorageUnavailable},
		"ResourceNotFoundException":                {400, false, fault.StorageUnavailable},
		"AccessDeniedException":                    {400, false, fault.StorageUnavailable},
		"ValidationException":                      {400, false, fault.Internal},
		"ItemCollectionSizeLimitExceededException": {400, false, fault.Internal},
		"IdempotentParameterMismatchException":     {400, false, fault.Internal},
	} {
		for name, c := range calls {
			t.Run(code+"/"+name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					for _, refusals := range []int{1, 1000} {
						r := &refusing{
							status: want.status, refusals: refusals, record: stored(ad.Running), reads: c.reads,
							refusal: `{"__type":"com.amazonaws.dynamodb.v20120810#` + code + `","message":"x"}`,
						}
						err := c.call(t.Context(), r.store())
						if want.passes && refusals == 1 {
							if err != nil {
								t.Errorf("refused once: %v", err)
							}
						} else if !fault.Has(err, want.fault) {
							t.Errorf("%v, want %s", err, want.fault)
						}
					}
				})
			})
		}
	}
}

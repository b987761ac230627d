package adstore_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/nanococoa/nanococoa/e2e/faultproxy"
	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/adstore"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/localaws"
)

// losing gives the store over a connection that loses the answer of its first
// write about an ad: the table has done it, the SDK tries it again.
func (s table) losing(t *testing.T, adID string) *adstore.Store {
	t.Helper()
	cfg := localaws.Config(t)
	proxy, err := faultproxy.New()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(proxy.Close)
	if err := proxy.Target(*cfg.BaseEndpoint); err != nil {
		t.Fatal(err)
	}
	lose := faultproxy.Naming(adID, faultproxy.First(1, faultproxy.LostReply))
	proxy.Add(func(r *http.Request) faultproxy.Fault {
		if call := r.Header.Get("X-Amz-Target"); !strings.HasSuffix(call, "UpdateItem") &&
			!strings.HasSuffix(call, "TransactWriteItems") {
			return faultproxy.None
		}
		return lose(r)
	})
	cfg.BaseEndpoint = &proxy.URL
	t.Cleanup(func() {
		if n := proxy.Faults()[faultproxy.LostReply]; n != 1 {
			t.Errorf("%d answers were lost", n)
		}
	})
	return adstore.New(dynamodb.NewFromConfig(cfg), s.name, func() time.Time { return now })
}

// A write whose answer is lost is done once, and its caller hears what it would
// have heard.
func TestALostAnswerChangesNothing(t *testing.T) {
	t.Parallel()
	failed := ad.Failure{Code: "GPU.Unavailable", Detail: "x", Retryable: true}
	for name, tc := range map[string]struct {
		before func(t *testing.T, s table) ad.Ad
		do     func(t *testing.T, s *adstore.Store, a ad.Ad)
		status ad.Status // afterwards, "" for deleted
		gone   int       // tickets that left the queue
	}{
		"create": {
			before: func(t *testing.T, _ table) ad.Ad { t.Helper(); return newAd(t, "me") },
			do: func(t *testing.T, s *adstore.Store, a ad.Ad) {
				t.Helper()
				if got, created, err := s.Create(t.Context(), a, nil); err != nil || !created || got.AdID != a.AdID {
					t.Errorf("%+v, %v, %v", got, created, err)
				}
			},
			status: ad.AwaitingUpload,
		},
		"create with a claim": {
			before: func(t *testing.T, _ table) ad.Ad { t.Helper(); return newAd(t, "me") },
			do: func(t *testing.T, s *adstore.Store, a ad.Ad) {
				t.Helper()
				if got, created, err := s.Create(t.Context(), a, &ad.Claim{Key: "k", Fingerprint: "f"}); err != nil || !created ||
					got.AdID != a.AdID {
					t.Errorf("%+v, %v, %v", got, created, err)
				}
			},
			status: ad.AwaitingUpload,
		},
		"enqueue": {
			before: func(t *testing.T, s table) ad.Ad { t.Helper(); return s.create(t, "me") },
			do: func(t *testing.T, s *adstore.Store, a ad.Ad) {
				t.Helper()
				if queued, err := s.Enqueue(t.Context(), a.Ref); err != nil || !queued {
					t.Errorf("%v, %v", queued, err)
				}
			},
			status: ad.Queued,
		},
		"begin and finish": {
			before: func(t *testing.T, s table) ad.Ad { t.Helper(); return s.running(t, "me") },
			do: func(t *testing.T, s *adstore.Store, a ad.Ad) {
				t.Helper()
				if err := s.Finish(t.Context(), a.Ref, ad.Prepare, ad.Result{Prompt: "p", PromptBy: ad.ByModel}); err != nil {
					t.Error(err)
				}
				if b, err := s.Begin(t.Context(), a.Ref, ad.Stage1); err != nil || b.Prompt != "p" || !b.Has(ad.Prepare) {
					t.Errorf("%+v, %v", b, err)
				}
			},
			status: ad.Running,
		},
		"publish": {
			before: func(t *testing.T, s table) ad.Ad { t.Helper(); return s.publishable(t, "me", .5) },
			do: func(t *testing.T, s *adstore.Store, a ad.Ad) {
				t.Helper()
				if err := s.Publish(t.Context(), a.Ref); err != nil {
					t.Error(err)
				}
				if st, err := s.Stats(t.Context(), "me"); err != nil || st.TotalAds != 1 {
					t.Errorf("counted %d times, %v", st.TotalAds, err)
				}
			},
			status: ad.Succeeded,
		},
		"fail": {
			before: func(t *testing.T, s table) ad.Ad { t.Helper(); return s.running(t, "me") },
			do: func(t *testing.T, s *adstore.Store, a ad.Ad) {
				t.Helper()
				if err := s.Fail(t.Context(), a.Ref, failed); err != nil {
					t.Error(err)
				}
			},
			status: ad.Failed, gone: 1,
		},
		"retry": {
			before: func(t *testing.T, s table) ad.Ad {
				t.Helper()
				a := s.running(t, "me")
				if err := s.Fail(t.Context(), a.Ref, failed); err != nil {
					t.Fatal(err)
				}
				return a
			},
			do: func(t *testing.T, s *adstore.Store, a ad.Ad) {
				t.Helper()
				if again, err := s.Retry(t.Context(), "me", a.AdID); err != nil || again.Attempt != 2 || again.Ticket <= a.Ticket {
					t.Errorf("%+v, %v", again, err)
				}
			},
			status: ad.Queued, gone: 1, // the first attempt's
		},
		"restart": {
			before: func(t *testing.T, s table) ad.Ad { t.Helper(); return s.running(t, "me") },
			do: func(t *testing.T, s *adstore.Store, a ad.Ad) {
				t.Helper()
				if again, ok, err := s.Restart(t.Context(), a); err != nil || !ok || again.Attempt != 2 || again.Restarts != 1 {
					t.Errorf("%+v, %v, %v", again, ok, err)
				}
			},
			status: ad.Queued,
		},
		"delete": {
			before: func(t *testing.T, s table) ad.Ad { t.Helper(); return s.published(t, "me", .5) },
			do: func(t *testing.T, s *adstore.Store, a ad.Ad) {
				t.Helper()
				if err := s.Delete(t.Context(), "me", a.AdID); err != nil {
					t.Error(err)
				}
				if st, err := s.Stats(t.Context(), "me"); err != nil || st.TotalAds != 0 {
					t.Errorf("counted %d times, %v", st.TotalAds, err)
				}
			},
			gone: 1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newTable(t)
			a := tc.before(t, s)
			tc.do(t, s.losing(t, a.AdID), a)
			got, err := s.Get(t.Context(), "me", a.AdID)
			if tc.status == "" {
				wantFault(t, err, fault.AdNotFound)
			} else if err != nil || got.Status != tc.status {
				t.Errorf("it is %s, %v; want %s", got.Status, err, tc.status)
			}
			if q := s.shared(t); len(q.Gone) != tc.gone {
				t.Errorf("left the queue: %v, want %d", q.Gone, tc.gone)
			}
		})
	}
}

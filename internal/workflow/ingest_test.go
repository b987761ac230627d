package workflow_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/png"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/workflow"
)

// world is what ingest can reach: it writes down each call, in order.
type world struct {
	t                             *testing.T
	ad                            ad.Ad
	photo                         []byte
	calls                         []string
	find, get, purge, start, fail error
	failure                       ad.Failure
	log                           bytes.Buffer
}

func (w *world) Find(_ context.Context, adID string) (ad.Ad, error) {
	w.calls = append(w.calls, "find "+adID)
	return w.ad, w.find
}

func (w *world) Fail(_ context.Context, r ad.Ref, f ad.Failure) error {
	if r != w.ad.Ref {
		w.t.Errorf("failed %+v, found %+v", r, w.ad.Ref)
	}
	w.calls, w.failure = append(w.calls, "fail "+r.AdID), f
	return w.fail
}

func (w *world) Get(_ context.Context, adID string, k ad.Picture, limit int64) ([]byte, error) {
	if k != ad.OriginalPhoto || limit != 20<<20 {
		w.t.Errorf("read %s up to %d bytes", k, limit)
	}
	w.calls = append(w.calls, "get "+adID)
	return w.photo, w.get
}

func (w *world) Purge(_ context.Context, adID string) error {
	w.calls = append(w.calls, "purge "+adID)
	return w.purge
}

func (w *world) Remove(_ context.Context, adID string, p ad.Picture) error {
	w.calls = append(w.calls, "remove "+string(p)+" "+adID)
	return nil
}

func (w *world) Start(_ context.Context, r ad.Ref) error {
	if r != w.ad.Ref {
		w.t.Errorf("started %+v, found %+v", r, w.ad.Ref)
	}
	w.calls = append(w.calls, "start "+r.AdID)
	return w.start
}

// called checks the calls, all of them about the one ad.
func (w *world) called(want ...string) {
	w.t.Helper()
	full := make([]string, len(want))
	for i, c := range want {
		full[i] = c + " " + w.ad.AdID
	}
	if !slices.Equal(w.calls, full) {
		w.t.Errorf("calls %q, want %q", w.calls, full)
	}
}

// deliver hands an event to ingest as Lambda does.
func (w *world) deliver(event string) error {
	w.t.Helper()
	in := &workflow.Ingest{Ads: w, Pictures: w, Machine: w, Log: slog.New(slog.NewJSONHandler(&w.log, nil))}
	_, err := lambda.NewHandler(in.Handle).Invoke(context.Background(), []byte(event))
	return err //nolint:wrapcheck // the error is what is looked at
}

// line is the one line of the log.
func (w *world) line() map[string]any {
	w.t.Helper()
	var l map[string]any
	if err := json.Unmarshal(w.log.Bytes(), &l); err != nil {
		w.t.Fatalf("%v in %q", err, w.log.String())
	}
	if strings.Contains(w.log.String(), "SECRETOWNER") {
		w.t.Errorf("the owner is in the log: %v", l)
	}
	return l
}

func newWorld(t *testing.T) *world {
	t.Helper()
	id, err := ad.NewID()
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 128, 128))); err != nil {
		t.Fatal(err)
	}
	return &world{
		t: t, photo: b.Bytes(), ad: ad.Ad{Ref: ad.Ref{Owner: "SECRETOWNER", AdID: id, Attempt: 3}, Status: ad.AwaitingUpload},
	}
}

// created is the event EventBridge sends when an object was stored (S3 guide,
// "EventBridge event message structure").
func created(key string) string {
	raw, err := json.Marshal(key)
	if err != nil {
		panic(err)
	}
	return fmt.Sprintf(`{"version":"0","id":"17793124-05d4-b198-2fde-7ededc63b103",
		"detail-type":"Object Created","source":"aws.s3",
		"account":"111122223333","time":"2026-11-23T00:00:00Z","region":"ap-northeast-2","resources":["arn:aws:s3:::b"],
		"detail":{"version":"0","bucket":{"name":"b"},
			"object":{"key":%s,"size":5,"etag":"b1","sequencer":"00617F08299329D189"},
			"request-id":"N4N7GDK58NMKJ12R","requester":"123456789012","source-ip-address":"1.2.3.4",
			"reason":"POST Object"}}`, raw)
}

func TestAPhotoHasArrived(t *testing.T) {
	t.Parallel()
	missing := fault.New(fault.AdNotFound, nil)
	down := fmt.Errorf("call: %w", fault.New(fault.StorageUnavailable, errors.New("refused")))
	for name, tc := range map[string]struct {
		find, get, purge, start error
		calls                   []string
		want                    fault.Code
		level                   string
	}{
		"of an ad":                  {calls: []string{"find", "get", "start"}, level: "INFO"},
		"of an ad that was deleted": {find: missing, calls: []string{"find", "purge"}, level: "INFO"},
		"of a deleted ad, the bucket is down": {
			find: missing, purge: down, calls: []string{"find", "purge"}, want: fault.StorageUnavailable, level: "ERROR",
		},
		"the table is down": {
			find: down, calls: []string{"find"}, want: fault.StorageUnavailable, level: "ERROR",
		},
		"the bucket is down": {
			get: down, calls: []string{"find", "get"}, want: fault.StorageUnavailable, level: "ERROR",
		},
		"Step Functions is down": {
			start: down, calls: []string{"find", "get", "start"}, want: fault.StorageUnavailable, level: "ERROR",
		},
		"something unknown": {
			start: errors.New("boom"), calls: []string{"find", "get", "start"}, want: fault.Internal, level: "ERROR",
		},
		"something unknown of the photo": {
			get: errors.New("boom"), calls: []string{"find", "get"}, want: fault.Internal, level: "ERROR",
		},
		"something that looks like a deletion": {
			find: errors.New("Ad.NotFound"), calls: []string{"find"}, want: fault.Internal, level: "ERROR",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.find, w.get, w.purge, w.start = tc.find, tc.get, tc.purge, tc.start
			err := w.deliver(created("uploads/" + w.ad.AdID + "/original"))
			if got := fault.From(err); (got == nil) != (tc.want == "") || (got != nil && got.Code != tc.want) {
				t.Errorf("%v, want %q: an error makes EventBridge deliver the event again", err, tc.want)
			}
			w.called(tc.calls...)
			l := w.line()
			if l["level"] != tc.level || l["step"] != "ingest" || l["ad_id"] != w.ad.AdID {
				t.Errorf("log %v", l)
			}
			if tc.want != "" && l["code"] != string(tc.want) {
				t.Errorf("log %v", l)
			}
		})
	}
}

// A photo nobody can use ends its ad at once, before anything is paid for.
func TestAPhotoThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	for want, tc := range map[fault.Code]struct {
		photo []byte
		get   error
	}{
		fault.PhotoUnsupported: {photo: []byte("<html>not a photo</html>")},
		fault.PhotoMissing:     {get: fault.New(fault.ImageNotFound, nil)},
		fault.PhotoTooLarge:    {get: fault.New(fault.PhotoTooLarge, nil)},
		fault.PhotoCorrupt:     {photo: []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic")},
	} {
		w := newWorld(t)
		w.photo, w.get = tc.photo, tc.get
		if err := w.deliver(created("uploads/" + w.ad.AdID + "/original")); err != nil {
			t.Errorf("%s: %v: it would be delivered again, and be no better", want, err)
		}
		w.called("find", "get", "fail")
		if w.failure != (ad.Failure{Code: string(want), Detail: want.Detail()}) {
			t.Errorf("%s: %+v", want, w.failure)
		}
		w = newWorld(t)
		w.photo, w.get, w.fail = tc.photo, tc.get, fault.New(fault.StorageThrottled, nil)
		if err := w.deliver(created("uploads/" + w.ad.AdID + "/original")); !fault.Has(err, fault.StorageThrottled) {
			t.Errorf("%s: %v: the owner was not told, so it must be delivered again", want, err)
		}
	}
}

// Only the first event of an ad looks at the photo: later ones find it checked.
func TestAnAdThatIsOnItsWayIsNotCheckedAgain(t *testing.T) {
	t.Parallel()
	for _, st := range []ad.Status{ad.Queued, ad.Running, ad.Succeeded, ad.Failed} {
		w := newWorld(t)
		w.ad.Status = st
		if err := w.deliver(created("uploads/" + w.ad.AdID + "/original")); err != nil {
			t.Errorf("%s: %v", st, err)
		}
		switch st {
		case ad.Running:
			w.called("find")
		case ad.Succeeded: // the photo is used, and what came after it is nothing of ours
			w.called("find", "remove original")
		case ad.Queued, ad.Failed, ad.AwaitingUpload:
			w.called("find", "start")
		}
	}
}

// S3 delivers an event at least once: each time the ad is started, which is a
// no-op but for the first.
func TestAnEventThatComesTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for range 2 {
		if err := w.deliver(created("uploads/" + w.ad.AdID + "/original")); err != nil {
			t.Fatal(err)
		}
	}
	w.called("find", "get", "start", "find", "get", "start")
}

// Anything that is no upload of ours is passed over: delivering it again would
// not make it one.
func TestAnObjectThatIsNoUpload(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.ad.AdID
	for _, key := range []string{
		"", "uploads/", "uploads//original", "uploads/" + id, "uploads/" + id + "/", "uploads/" + id + "/original/x",
		"uploads/" + id + "/other",
		"uploads/x/original", "uploads/" + strings.ToUpper(id) + "/original", "ads/" + id + "/product.png",
		"uploads/../" + id + "/original",
		"uploads/" + id + "/original\n", "x/uploads/" + id + "/original", "uploads%2F" + id + "%2Foriginal", "가방",
	} {
		w.log.Reset()
		if err := w.deliver(created(key)); err != nil || len(w.calls) != 0 {
			t.Errorf("%q: %v, %q", key, err, w.calls)
		}
		if l := w.line(); l["level"] != "WARN" {
			t.Errorf("%q: log %v", key, l)
		}
	}
	w.log.Reset()
	if err := w.deliver(`{"detail":{}}`); err != nil || len(w.calls) != 0 {
		t.Errorf("no object: %v, %q", err, w.calls)
	}
}

// An event that cannot be read ends in the dead-letter queue, where a person
// finds it.
func TestAnEventThatIsNone(t *testing.T) {
	t.Parallel()
	for _, event := range []string{`[]`, `"x"`, `{"detail":{"object":{"key":7}}}`, `{"detail":[]}`} {
		w := newWorld(t)
		if err := w.deliver(event); !fault.Has(err, fault.RequestMalformed) || len(w.calls) != 0 {
			t.Errorf("%s: %v, %q", event, err, w.calls)
		}
		if l := w.line(); l["level"] != "ERROR" {
			t.Errorf("%s: log %v", event, l)
		}
	}
}

package adstore_test

import (
	"bytes"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/adstore"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/metric"
	"github.com/nanococoa/nanococoa/internal/metric/metrictest"
)

// metered is a table whose clock is set by hand and whose metrics are read. The
// clock never shows the same time twice, as none does.
type metered struct {
	table
	t     *testing.T
	mu    sync.Mutex
	clock time.Time
	lines bytes.Buffer
}

func (m *metered) now() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.clock = m.clock.Add(time.Nanosecond)
	return m.clock
}

func newMetered(t *testing.T) *metered {
	t.Helper()
	m := &metered{table: newTable(t), t: t, clock: now}
	m.Store = adstore.New(m.db, m.name, m.now).Metered(metric.New(&m.lines, "test"))
	return m
}

// want compares what was measured since the last time.
func (m *metered) want(what string, want ...string) {
	m.t.Helper()
	if got := metrictest.Strings(m.t, m.lines.String()); !slices.Equal(got, want) {
		m.t.Errorf("%s: measured %q, want %q", what, got, want)
	}
	m.lines.Reset()
}

func (m *metered) after(d time.Duration) { m.clock = m.clock.Add(d) }

func (m *metered) do(err error) {
	m.t.Helper()
	if err != nil {
		m.t.Fatal(err)
	}
}

func (m *metered) begin(r ad.Ref, s ad.Step) {
	m.t.Helper()
	_, err := m.Begin(m.t.Context(), r, s)
	m.do(err)
}

// One ad from the photo to the end, with every call repeated as a lost reply has
// it repeated: each thing is measured once.
func TestEachThingIsMeasuredOnce(t *testing.T) {
	t.Parallel()
	m := newMetered(t)
	a := m.create(t, "me")
	for range 3 {
		if ok, err := m.Enqueue(t.Context(), a.Ref); err != nil || !ok {
			t.Fatal(ok, err)
		}
	}
	m.want("enqueued three times", "Accepted{Environment=test}=1")

	m.begin(a.Ref, ad.Prepare)
	m.want("a step begins")
	m.after(2 * time.Second)
	m.begin(a.Ref, ad.Prepare)
	m.want("it begins again", "Retries{Environment=test,Step=prepare}=1")
	m.after(time.Second)
	for range 2 {
		m.do(m.Finish(t.Context(), a.Ref, ad.Prepare, ad.Result{}))
		m.after(time.Second)
	}
	m.want("it ends twice", "StepSeconds{Environment=test,Step=prepare}=3")

	m.begin(a.Ref, ad.Stage1)
	m.want("the wait in the queue is over", "QueueWait{Environment=test}=5")
	m.after(40 * time.Second)
	m.begin(a.Ref, ad.Stage1)
	m.want("stage 1 begins again", "Retries{Environment=test,Step=stage1}=1")
	m.after(20 * time.Second)
	m.do(m.Finish(
		t.Context(), a.Ref, ad.Stage1, ad.Result{MainCopy: "겨울 여행", SubCopy: "따뜻한 하루", CopySource: ad.ByTemplate},
	))
	m.want("stage 1 ends", "StepSeconds{Environment=test,Step=stage1}=60")

	m.begin(a.Ref, ad.Publish)
	m.after(250 * time.Millisecond)
	for range 2 {
		m.do(m.Publish(t.Context(), a.Ref))
	}
	m.do(m.Fail(t.Context(), a.Ref, ad.Failure{Code: "Ad.Timeout"}))
	m.want("published twice, then failed",
		"Failed{Environment=test}=0", "Finished{Environment=test}=1", "TemplateCopy{Environment=test}=1",
		"StepSeconds{Environment=test,Step=publish}=0.25")
	m.do(m.Delete(t.Context(), "me", a.AdID))
	m.want("deleted")
}

func TestAFailureIsMeasuredByItsCode(t *testing.T) {
	t.Parallel()
	m := newMetered(t)
	a := m.running(t, "me")
	m.lines.Reset()
	for range 2 {
		m.do(m.Fail(t.Context(), a.Ref, ad.Failure{Code: string(fault.GPUBadAnswer), Retryable: true}))
	}
	m.want(
		"failed twice", "Failed{Environment=test}=1", "Failed{Environment=test,Code=GPU.BadAnswer}=1",
		"Finished{Environment=test}=0",
	)
	m.after(time.Minute)
	again, err := m.Retry(t.Context(), "me", a.AdID)
	m.do(err)
	if _, err := m.Retry(t.Context(), "me", a.AdID); !fault.Has(err, fault.AdNotFailed) {
		t.Error(err)
	}
	m.want("an owner retries", "OwnerRetries{Environment=test}=1")
	m.after(7 * time.Second)
	m.begin(again.Ref, ad.Stage1)
	m.want("its own time in the queue", "QueueWait{Environment=test}=7")

	b := m.create(t, "me")
	m.do(m.Fail(t.Context(), b.Ref, ad.Failure{Code: string(fault.PhotoCorrupt)}))
	m.want("a photo nobody can use", "Refused{Environment=test}=1", "Refused{Environment=test,Code=Photo.Corrupt}=1")
	m.do(m.Fail(
		t.Context(), ad.Ref{Owner: "me", AdID: newAd(t, "me").AdID, Attempt: 1}, ad.Failure{Code: string(fault.Internal)},
	))
	m.want("an ad that is not there")
}

func TestWhatComesTooLateIsNotMeasured(t *testing.T) {
	t.Parallel()
	m := newMetered(t)
	a := m.running(t, "me")
	if _, ok, err := m.Restart(t.Context(), a); !ok || err != nil {
		t.Fatal(ok, err)
	}
	m.lines.Reset()
	if _, err := m.Begin(t.Context(), a.Ref, ad.Stage1); !fault.Has(err, fault.AdGone) {
		t.Error(err)
	}
	if err := m.Finish(t.Context(), a.Ref, ad.Prepare, ad.Result{}); !fault.Has(err, fault.AdGone) {
		t.Error(err)
	}
	if err := m.Publish(t.Context(), a.Ref); !fault.Has(err, fault.AdGone) {
		t.Error(err)
	}
	m.do(m.Fail(t.Context(), a.Ref, ad.Failure{Code: "Internal"}))
	m.want("an attempt that is over")
}

// Whatever number of calls meet in one moment, each thing happens once.
func TestOneOfManyIsMeasured(t *testing.T) {
	t.Parallel()
	m := newMetered(t)
	a := m.create(t, "me")
	all := func(f func() error) {
		t.Helper()
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				if err := f(); err != nil && !fault.Has(err, fault.AdGone, fault.StorageThrottled, fault.StorageUnavailable) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	}
	all(func() error { _, err := m.Enqueue(t.Context(), a.Ref); return err })
	m.want("enqueued by eight", "Accepted{Environment=test}=1")
	m.begin(a.Ref, ad.Publish)
	m.lines.Reset()
	all(func() error { return m.Publish(t.Context(), a.Ref) })
	m.want(
		"published by eight", "Failed{Environment=test}=0", "Finished{Environment=test}=1",
		"TemplateCopy{Environment=test}=0", "StepSeconds{Environment=test,Step=publish}=0",
	)
	b := m.running(t, "me")
	m.lines.Reset()
	all(func() error { return m.Fail(t.Context(), b.Ref, ad.Failure{Code: "Internal"}) })
	m.want(
		"failed by eight", "Failed{Environment=test}=1", "Failed{Environment=test,Code=Internal}=1",
		"Finished{Environment=test}=0",
	)
}

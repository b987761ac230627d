//go:build e2e

package e2e_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nanococoa/nanococoa/e2e/faultproxy"
	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/adstore"
	"github.com/nanococoa/nanococoa/internal/httpapi"
)

// While OpenAI is down ads finish with the template's copy and say so, and after
// a few failures nobody asks it any more; when it is back, it writes again.
//
//nolint:paralleltest // it takes OpenAI from everybody
func TestOpenAIIsDown(t *testing.T) {
	alone(t)
	o := newOwner(t)
	heal := sys.openai.Add(faultproxy.Always(faultproxy.Error))
	asked := sys.openai.Calls("/responses")
	var ids []string
	for i := range 8 {
		var acc httpapi.Accepted
		o.generate(fields(fmt.Sprint("정전", i)), small(t)).want(t, 202).decode(t, &acc)
		ids = append(ids, acc.AdID)
	}
	for _, id := range ids {
		if v := o.succeeded(id); *v.CopySource != "template" {
			t.Errorf("the copy is by %s", *v.CopySource)
		}
	}
	// Without the breaker: two steps an ad with three calls each.
	asked = sys.openai.Calls("/responses") - asked
	t.Logf("%d ads asked a model that was down %d times; without a breaker they would have %d times", len(ids), asked,
		len(ids)*2*3)
	if asked < 6 || asked > len(ids)*2*3/2 {
		t.Errorf("asked %d times", asked)
	}
	heal()
	end := time.Now().Add(patience)
	for {
		var acc httpapi.Accepted
		o.generate(fields("다시 켜짐"), small(t)).want(t, 202).decode(t, &acc)
		if v := o.succeeded(acc.AdID); *v.CopySource == "openai" {
			return
		}
		if time.Now().After(end) {
			t.Fatal("OpenAI is back and nobody asks it")
		}
	}
}

// While OpenAI and the GPU server are both down, ads are taken, wait and say so;
// they can be looked at, listed and deleted. Afterwards they finish.
//
//nolint:paralleltest // it takes both servers from everybody
func TestBothServersAreDown(t *testing.T) {
	alone(t)
	o := newOwner(t)
	reset := faultproxy.Always(faultproxy.Reset)
	heal := []func(){sys.openai.Add(reset), sys.gpu.Add(reset)}
	var ids []string
	for i := range 3 {
		var acc httpapi.Accepted
		o.generate(fields(fmt.Sprint("기다려요", i)), small(t)).want(t, 202).decode(t, &acc)
		ids = append(ids, acc.AdID)
	}
	for i, id := range ids {
		v := o.until(id, "waiting and saying so", func(v httpapi.Ad) bool { return v.Progress.Stalled })
		if v.Status != "running" || v.Progress.ETASeconds != nil || v.Progress.QueuePosition == nil ||
			*v.Progress.QueuePosition > i {
			t.Errorf("ad %d waits: %+v", i, v.Progress)
		}
	}
	if l := o.list(""); len(l.Ads) != 3 {
		t.Errorf("%d are listed", len(l.Ads))
	}
	if st := o.stats(); st.TotalAds != 0 {
		t.Errorf("statistics: %+v", st)
	}
	o.delete("/api/ads/"+ids[1]).want(t, 204)
	o.get("/api/ads/"+ids[1]).want(t, 404)
	if v := o.ad(ids[2]); *v.Progress.QueuePosition > 1 {
		t.Errorf("the one behind a deleted one has %d before it", *v.Progress.QueuePosition)
	}
	for _, h := range heal {
		h()
	}
	for _, id := range []string{ids[0], ids[2]} {
		if v := o.succeeded(id); v.Error != nil {
			t.Errorf("%+v", v.Error)
		}
		if got := states(t, id); !slices.Contains(got, "Publish") || strings.HasSuffix(got[len(got)-1], "2") {
			t.Errorf("path %v: waiting must not burn an attempt", got)
		}
	}
	o.get("/api/ads/"+ids[1]).want(t, 404)
	if got := objects(t, ids[1]); len(got) != 0 {
		t.Errorf("a deleted ad has %v", got)
	}
}

// Twenty ads at once on one slot: all are taken at once, drawn in the order they
// came, told their place, which only falls, and finished. The log line is the
// measured makespan beside the bound n·D, D being the server's own time for a
// picture; what lies between is what MiniStack adds, which looks into a queue
// about once a second.
//
//nolint:paralleltest // it measures
func TestTwentyAtOnce(t *testing.T) {
	alone(t)
	const n = 20
	o := newOwner(t)
	photo := small(t)
	offset := logSize(t)
	began := time.Now()
	ids := make([]string, n)
	for i := range ids {
		var acc httpapi.Accepted
		o.generate(fields(fmt.Sprint("한꺼번에", i)), photo).want(t, 202).decode(t, &acc)
		ids[i] = acc.AdID
	}
	taken := time.Since(began)
	var wg sync.WaitGroup
	for i, id := range ids {
		wg.Go(func() {
			last := n
			o.until(id, "finished", func(v httpapi.Ad) bool {
				if p := v.Progress.QueuePosition; p != nil {
					if *p > last {
						t.Errorf("ad %d: place %d after %d", i, *p, last)
					}
					last = *p
				}
				return v.Status == "succeeded"
			})
		})
	}
	wg.Wait()
	makespan := time.Since(began)
	store := adstore.New(sys.db, sys.table, nil)
	drawn := make([]int, n)
	times := map[int]time.Time{}
	for i, id := range ids {
		a, err := store.Find(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		drawn[i], times[i] = i, a.Steps[ad.Stage1].FinishedAt
	}
	slices.SortFunc(drawn, func(a, b int) int { return times[a].Compare(times[b]) })
	for place, i := range drawn {
		// To within one slot, and what the preparing of photos side by side shuffles.
		if place-i > 2 || i-place > 2 {
			t.Errorf("ad %d was drawn as number %d: %v", i, place, drawn)
		}
	}
	d := pictureTime(t, offset)
	t.Logf("taken in %v, finished in %v = %.2f times the bound %d × %v",
		taken.Round(10*time.Millisecond), makespan.Round(10*time.Millisecond),
		float64(makespan)/float64(n)/float64(d), n, d.Round(time.Millisecond))
}

func logSize(t *testing.T) int64 {
	t.Helper()
	info, err := os.Stat(sys.server.log())
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

// pictureTime is the mean time of stage 1 in the GPU server's log from an offset.
func pictureTime(t *testing.T, offset int64) time.Duration {
	t.Helper()
	log, err := os.ReadFile(sys.server.log())
	if err != nil {
		t.Fatal(err)
	}
	var sum time.Duration
	n := 0
	for line := range bytes.Lines(log[offset:]) {
		var l struct {
			Msg, Key string
			WorkMS   int64 `json:"work_ms"`
		}
		if json.Unmarshal(line, &l) == nil && l.Msg == "made" && strings.HasSuffix(l.Key, ".stage1") {
			sum += time.Duration(l.WorkMS) * time.Millisecond
			n++
		}
	}
	if n == 0 {
		t.Fatal("the server drew nothing")
	}
	return sum / time.Duration(n)
}

//go:build e2e

package e2e_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/nanococoa/nanococoa/e2e/faultproxy"
	"github.com/nanococoa/nanococoa/internal/httpapi"
)

// TestDeleteInEveryState deletes an ad in every state it can be in. Each time the
// work stops, the position in the queue is free, and nothing is left, not even when
// the step that was at work comes late.
//
// It stands apart from the tests that break OpenAI for everybody, and its first
// two steps break what everybody needs.
func TestDeleteInEveryState(t *testing.T) {
	t.Run("in the queue", deleteInTheQueue)
	t.Run("publishing", deleteWhilePublishing)

	t.Run("awaiting_upload", func(t *testing.T) {
		t.Parallel()
		o := newOwner(t)
		up := o.upload(fields("올리기 전"), len(small(t)))
		gone := o.deleted(up.AdID)
		o.post(up, small(t)) // the photo comes after all
		invokeIngest(t, up.AdID)
		gone.forGood()
	})
	t.Run("queued, never started", func(t *testing.T) {
		t.Parallel()
		o := newOwner(t)
		up := o.upload(fields("시작 전"), len(small(t)))
		// Whoever put it into the queue died before it started the execution.
		if queued, err := records().Enqueue(t.Context(), record(t, up.AdID).Ref); err != nil || !queued {
			t.Fatalf("queued: %t, %v", queued, err)
		}
		if v := o.ad(up.AdID); v.Status != "queued" {
			t.Fatalf("it is %s", v.Status)
		}
		gone := o.deleted(up.AdID)
		o.post(up, small(t))
		invokeIngest(t, up.AdID)
		gone.forGood()
	})
	t.Run("just accepted", func(t *testing.T) {
		t.Parallel()
		o := newOwner(t)
		var acc httpapi.Accepted
		o.generate(fields("방금"), small(t)).want(t, 202).decode(t, &acc)
		o.deleted(acc.AdID).stopped(acc.AdID).forGood()
	})
	for _, at := range []struct {
		step  string // as the ad calls it
		proxy *faultproxy.Proxy
		path  string
		task  string // in the body, where one path has two
	}{
		{"prompt", sys.openai, "/responses", "background_prompt"},
		{"stage1", sys.gpu, stage1Path, ""},
		{"copywrite", sys.openai, "/responses", "ad_copy"},
		{"stage2", sys.gpu, stage2Path, ""},
		{"clip", sys.gpu, scorePath, ""},
	} {
		t.Run("in "+at.step, func(t *testing.T) {
			t.Parallel()
			o := newOwner(t)
			marker := "DELETE-" + at.step // OpenAI is told the product's name, the GPU server the ad's id
			up := o.upload(fields(marker), len(small(t)))
			if at.proxy == sys.gpu {
				marker = up.AdID
			}
			held, letGo := at.proxy.Hold(faultproxy.On(at.path,
				faultproxy.Naming(marker, faultproxy.Naming(at.task, faultproxy.Always(faultproxy.Slow)))))
			t.Cleanup(letGo)
			o.post(up, small(t))
			arrived(t, held)
			if v := o.ad(up.AdID); !slices.ContainsFunc(v.Progress.Steps,
				func(s httpapi.Step) bool { return s.Name == at.step && s.Status == "running" }) {
				t.Errorf("while it is held: %+v", v)
			}
			gone := o.deleted(up.AdID)
			letGo() // the server answers a step whose ad is gone
			gone.stopped(up.AdID).forGood()
		})
	}
	t.Run("in a second attempt", func(t *testing.T) {
		t.Parallel()
		o := newOwner(t)
		up := o.upload(fields("다시 하는 중"), len(small(t)))
		heal := sys.gpu.Add(faultproxy.On(stage2Path, faultproxy.Naming(up.AdID, faultproxy.Always(faultproxy.Error))))
		t.Cleanup(heal)
		o.post(up, small(t))
		o.failed(up.AdID)
		heal()
		held, letGo := sys.gpu.Hold(faultproxy.Naming(up.AdID, faultproxy.Always(faultproxy.Slow)))
		t.Cleanup(letGo)
		o.do("POST", "/api/ads/"+up.AdID+"/retry", "", nil).want(t, 202)
		arrived(t, held)
		gone := o.deleted(up.AdID)
		letGo()
		gone.stopped(up.AdID + "-2").forGood()
	})
	t.Run("failed", func(t *testing.T) {
		t.Parallel()
		o := newOwner(t)
		up := o.upload(fields("실패"), len(small(t)))
		t.Cleanup(sys.gpu.Add(faultproxy.Naming(up.AdID, faultproxy.Always(faultproxy.Reject))))
		o.post(up, small(t))
		o.failed(up.AdID)
		o.deleted(up.AdID).forGood()
	})
	t.Run("succeeded", func(t *testing.T) {
		t.Parallel()
		o := newOwner(t)
		var acc httpapi.Accepted
		o.generate(fields("성공"), small(t)).want(t, 202).decode(t, &acc)
		o.succeeded(acc.AdID)
		o.deleted(acc.AdID).forGood()
	})
}

// While the GPU server takes nothing, ads wait in the queue. One that is deleted
// there lets those behind it move up; when the server is back, its message finds
// nobody who waits.
func deleteInTheQueue(t *testing.T) {
	heal := sys.gpu.Add(faultproxy.On("/readyz", faultproxy.Always(faultproxy.Error)))
	t.Cleanup(heal)
	var owners []*owner
	var ids []string
	for _, name := range []string{"앞", "가운데", "뒤"} {
		o := newOwner(t)
		up := o.upload(fields(name), len(small(t)))
		o.post(up, small(t))
		o.until(up.AdID, "in the queue", func(httpapi.Ad) bool { return slices.Contains(states(t, up.AdID), "Stage1") })
		owners, ids = append(owners, o), append(ids, up.AdID)
	}
	position := func(i int) int {
		p := owners[i].ad(ids[i]).Progress.QueuePosition
		if p == nil {
			t.Fatalf("%s knows no place", ids[i])
		}
		return *p
	}
	first := position(0)
	if second, third := position(1), position(2); second != first+1 || third != first+2 {
		t.Errorf("places %d, %d, %d", first, second, third)
	}
	gone := owners[1].deleted(ids[1])
	if again, behind := position(0), position(2); again != first || behind != first+1 {
		t.Errorf("without the one between, places %d and %d", again, behind)
	}
	heal()
	owners[0].succeeded(ids[0])
	owners[2].succeeded(ids[2])
	gone.stopped(ids[1]).forGood()
	if n := sys.gpu.KeyCalls(ids[1] + ".1.stage1"); n != 0 {
		t.Errorf("the GPU server drew it %d times", n)
	}
	q, err := records().Queue(t.Context())
	if err != nil || slices.Contains(q.Gone, gone.ticket) {
		t.Errorf("the queue still knows ticket %d: %+v, %v", gone.ticket, q, err)
	}
}

// Lambda refuses the last steps for a while; the ad is deleted while the state
// machine waits to try again.
func deleteWhilePublishing(t *testing.T) {
	// Fail as well: by itself the last try of Publish is over in three seconds.
	last := []string{sys.Outputs["PublishFunctionName"], sys.Outputs["FailFunctionName"]}
	for _, name := range last {
		off := &lambda.PutFunctionConcurrencyInput{FunctionName: &name, ReservedConcurrentExecutions: aws.Int32(0)}
		if _, err := sys.lambda.PutFunctionConcurrency(t.Context(), off); err != nil {
			t.Fatal(err)
		}
	}
	accept := sync.OnceFunc(func() {
		for _, name := range last {
			on := &lambda.DeleteFunctionConcurrencyInput{FunctionName: &name}
			if _, err := sys.lambda.DeleteFunctionConcurrency(context.Background(), on); err != nil {
				t.Error(err)
			}
		}
	})
	t.Cleanup(accept)
	o := newOwner(t)
	var acc httpapi.Accepted
	o.generate(fields("거의"), small(t)).want(t, 202).decode(t, &acc)
	o.until(acc.AdID, "publishing", func(httpapi.Ad) bool { return slices.Contains(states(t, acc.AdID), "Publish") })
	gone := o.deleted(acc.AdID)
	accept()
	gone.stopped(acc.AdID).forGood()
}

// arrived waits for a call that is held.
func arrived(t *testing.T, held <-chan struct{}) {
	t.Helper()
	select {
	case <-held:
	case <-time.After(patience):
		t.Fatal("the server was never called")
	}
}

// tombstone is a deleted ad.
type tombstone struct {
	o      *owner
	id     string
	ticket int // its number in the queue, 0 if it had none
}

// deleted deletes an ad, its owner's only one.
func (o *owner) deleted(id string) tombstone {
	o.t.Helper()
	g := tombstone{o, id, record(o.t, id).Ticket}
	o.delete("/api/ads/"+id).want(o.t, 204)
	o.delete("/api/ads/"+id).want(o.t, 404)
	g.check()
	return g
}

// check looks for whatever may be left of it.
func (g tombstone) check() {
	t := g.o.t
	t.Helper()
	g.o.get("/api/ads/"+g.id).want(t, 404)
	if l := g.o.list(""); len(l.Ads) != 0 {
		t.Errorf("still listed: %+v", l.Ads)
	}
	if st := g.o.stats(); st.TotalAds != 0 || st.AvgClipScore != nil {
		t.Errorf("statistics: %+v", st)
	}
	q, err := records().Queue(t.Context())
	if err != nil || g.ticket > q.Head && !slices.Contains(q.Gone, g.ticket) {
		t.Errorf("ticket %d still has its place: %+v, %v", g.ticket, q, err)
	}
}

// stopped waits until no step of its execution, which must have been stopped, is
// at work any more.
func (g tombstone) stopped(execution string) tombstone {
	t := g.o.t
	t.Helper()
	if status := ended(t, execution); status != types.ExecutionStatusAborted {
		t.Errorf("the execution is %s: %v", status, states(t, execution))
	}
	quiet := 0
	for end := time.Now().Add(patience); quiet < 5; time.Sleep(200 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("a step of %s is still at work", execution)
		}
		if atWork(t, execution) == 0 {
			quiet++ // between two tries it is quiet too, but not for a second
		} else {
			quiet = 0
		}
	}
	return g
}

// forGood checks that nothing late has brought anything back.
func (g tombstone) forGood() {
	t := g.o.t
	t.Helper()
	g.check()
	if got := objects(t, g.id); len(got) != 0 {
		t.Errorf("left behind: %v", got)
	}
}

// atWork counts the tasks of an execution that have begun and not ended. The
// local AWS goes on writing them down when the execution was stopped.
func atWork(t *testing.T, execution string) (n int) {
	t.Helper()
	pages := sfn.NewGetExecutionHistoryPaginator(sys.sfn,
		&sfn.GetExecutionHistoryInput{ExecutionArn: aws.String(executionARN(execution))})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range page.Events {
			switch e.Type {
			case types.HistoryEventTypeTaskScheduled:
				n++
			case types.HistoryEventTypeTaskSucceeded, types.HistoryEventTypeTaskFailed:
				n--
			}
		}
	}
	return n
}

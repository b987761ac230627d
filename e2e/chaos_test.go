//go:build e2e

package e2e_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/cookiejar"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	dbtypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	lambdatypes "github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	sfntypes "github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/nanococoa/nanococoa/e2e/faultproxy"
	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/httpapi"
)

// TestChaos makes everything fail that can, as seeds say, and then looks at what
// is left: no ad may be lost, stuck, doubled, or failed without a reason its
// owner can read.
//
// Between the functions and each of DynamoDB, S3, OpenAI and the GPU server a
// fifth of all calls suffers one of seven faults; each upload's event comes up to
// three times and in any order, and for seconds at a time EventBridge delivers
// nothing; processes of functions are killed, the GPU server too, and executions
// stopped; owners delete ads halfway. Only the sweeper's clock is helped: what
// has not moved for stale is made due, and the sweeper called, as its schedule
// would after minutes.
//
//	CHAOS_ADS=40 CHAOS_SEEDS=1   for each seed so many ads
//
//nolint:paralleltest // it breaks everything for everybody
func TestChaos(t *testing.T) {
	alone(t)
	adsEach, err := strconv.Atoi(cmp.Or(os.Getenv("CHAOS_ADS"), "40"))
	if err != nil {
		t.Fatal(err)
	}
	c := &chaos{t: t, began: time.Now(), ads: map[string]*chaosAd{}}
	c.prepare()
	var rows []string
	for seed := range strings.FieldsSeq(cmp.Or(os.Getenv("CHAOS_SEEDS"), "1")) {
		n, err := strconv.ParseUint(seed, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, c.round(n, adsEach))
		t.Log(rows[len(rows)-1]) // a round takes minutes
	}
	c.judge()
	t.Logf("the rounds:\n| seed | ads | succeeded | failed, readable | deleted | faults | killed "+
		"| second events | restarts by the sweeper | seconds |\n|---|---|---|---|---|---|---|---|---|---|\n%s",
		strings.Join(rows, "\n"))
}

// alone skips a test that breaks things for everybody, unless this deployment is
// for such tests.
func alone(t *testing.T) {
	t.Helper()
	if os.Getenv("CHAOS") == "" {
		t.Skip("breaks things for everybody: run by `make chaos`")
	}
}

const (
	// share of the calls that suffer a fault.
	share = 0.2
	// stale is after how long without a change an ad is made due.
	stale = 12 * time.Second
	// visibility replaces the stage 1 queue's half an hour, for a consumer that is killed
	// before it has leased its message; later, a message comes back as soon as on AWS.
	visibility = 45
	// An ad that is not done so long after its round began is stuck: far beyond the
	// five to eight seconds that each adds to a round on one slot.
	roundLimit, adLimit = 5 * time.Minute, 20 * time.Second
)

// chaosAd is what the test knows of an ad.
type chaosAd struct {
	owner   *caller
	door    int
	deleted bool // its owner deleted it, and was told so
	retries int  // its owner's

	renditions int // that its owner made, and was told so
	scenes     int // likewise further scenes
}

// chaos is the whole run.
type chaos struct {
	t     *testing.T
	began time.Time

	lambda   *lambda.Client
	bus      *eventbridge.Client
	onEvents []string // the rules that wait for events
	streams  *dynamodbstreams.Client
	stream   string

	mu     sync.Mutex
	ads    map[string]*chaosAd
	owners []*caller
	kills  map[string]int // of this round, by what was killed
	cuts   int            // of the GPU server's power, in all rounds
	events int            // deliveries beside S3's own
}

// prepare makes the deployment observable, and its slowest clock faster.
func (c *chaos) prepare() {
	t := c.t
	cfg := sys.Config()
	c.lambda, c.streams = lambda.NewFromConfig(cfg), dynamodbstreams.NewFromConfig(cfg)
	c.bus = eventbridge.NewFromConfig(cfg)
	rules, err := c.bus.ListRules(t.Context(), &eventbridge.ListRulesInput{})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rules.Rules {
		if aws.ToString(r.EventPattern) != "" {
			c.onEvents = append(c.onEvents, aws.ToString(r.Name))
		}
	}
	if len(c.onEvents) != 2 {
		t.Fatalf("the rules on events are %v", c.onEvents)
	}
	queue := sqs.NewFromConfig(cfg)
	_, err = queue.SetQueueAttributes(t.Context(), &sqs.SetQueueAttributesInput{
		QueueUrl:   aws.String(sys.Outputs["Stage1QueueUrl"]),
		Attributes: map[string]string{"VisibilityTimeout": strconv.Itoa(visibility)},
	})
	if err != nil {
		t.Fatal(err)
	}
	// MiniStack 1.5.33 does it and answers with a description that the SDK cannot
	// read ("false" for false); whether it was done shows in the list.
	_, failed := sys.db.UpdateTable(t.Context(), &dynamodb.UpdateTableInput{
		TableName: &sys.table, StreamSpecification: &dbtypes.StreamSpecification{
			StreamEnabled: aws.Bool(true), StreamViewType: dbtypes.StreamViewTypeNewAndOldImages,
		},
	})
	out, err := c.streams.ListStreams(t.Context(), &dynamodbstreams.ListStreamsInput{TableName: &sys.table})
	if err != nil || len(out.Streams) != 1 {
		t.Fatalf("%v, %v, %v", out, err, failed)
	}
	c.stream = aws.ToString(out.Streams[0].StreamArn)
	// Between functions and client nothing breaks: presigned addresses lead to the
	// proxy before S3 too, and are not the functions' calls.
	for _, p := range []*faultproxy.Proxy{sys.openai, sys.gpu, sys.tableProxy, sys.bucketProxy} {
		p.HangFor = 3 * time.Second
	}
}

// round breaks everything as a seed says while n ads are made, and waits for
// their ends.
func (c *chaos) round(seed uint64, n int) (row string) {
	t, began := c.t, time.Now()
	c.mu.Lock()
	c.kills, c.events = map[string]int{}, 0
	c.mu.Unlock()
	before := c.faults()
	heal := c.breakAll(seed)
	ctx, cancel := context.WithTimeout(t.Context(), roundLimit+time.Duration(n)*adLimit)
	defer cancel()
	var background sync.WaitGroup
	calm, stop := context.WithCancel(ctx)
	background.Go(func() { c.killFunctions(calm, seed) })
	background.Go(func() { c.killServer(calm, seed) })
	background.Go(func() { c.loseEvents(calm, seed) })
	background.Go(func() { c.stopExecutions(calm, seed) })
	sweeping, enough := context.WithCancel(ctx)
	background.Go(func() { c.sweep(sweeping) })

	var owners sync.WaitGroup
	ids := make([]string, 0, n)
	dice := rand.New(rand.NewPCG(seed, 1)) //nolint:gosec // a repeatable test, no secret
	photo := small(t)
	for i := range n {
		plan := plan{
			name: fmt.Sprintf("씨앗%d 상품%d", seed, i), door: 1 + dice.IntN(2), deletes: dice.Float64() < .1,
			after: time.Duration(dice.IntN(8000)) * time.Millisecond, again: dice.IntN(3), seed: dice.Uint64(),
			edits: i%3 == 0,
		}
		owner := c.ownerFor(dice)
		owners.Go(func() {
			if id := c.live(ctx, owner, plan, photo); id != "" {
				c.mu.Lock()
				ids = append(ids, id)
				c.mu.Unlock()
			}
		})
		time.Sleep(time.Duration(dice.IntN(400)) * time.Millisecond)
	}
	owners.Wait()
	stop() // no more deaths, but calls go on failing until the last execution is over
	c.quiesce(ctx)
	enough()
	background.Wait()
	heal()
	return c.row(seed, ids, before, time.Since(began))
}

// plan is what one owner does, as the seed says.
type plan struct {
	name    string
	door    int
	deletes bool
	after   time.Duration // when it deletes
	again   int           // how often the upload's event comes once more
	edits   bool          // makes a rendition and a further scene of the finished ad
	seed    uint64
}

var wounds = []faultproxy.Fault{
	faultproxy.Error, faultproxy.Busy, faultproxy.Hang, faultproxy.Reset, faultproxy.Truncate, faultproxy.LostReply,
	faultproxy.Slow,
}

// breakAll wounds every dependency.
func (c *chaos) breakAll(seed uint64) (heal func()) {
	healers := []func(){
		sys.gpu.Add(faultproxy.Random(seed, share, wounds...)),
		sys.openai.Add(faultproxy.Random(seed+1, share, wounds...)),
		sys.tableProxy.Add(faultproxy.Random(seed+2, share, wounds...)),
		sys.bucketProxy.Add(ofFunctions(faultproxy.Random(seed+3, share, wounds...))),
	}
	return func() {
		for _, h := range healers {
			h()
		}
	}
}

// ofFunctions leaves browsers alone: what they send is signed in its address, or
// is a form.
func ofFunctions(rule faultproxy.Rule) faultproxy.Rule {
	return func(r *http.Request) faultproxy.Fault {
		if r.Header.Get("Authorization") == "" {
			return faultproxy.None
		}
		return rule(r)
	}
}

func (c *chaos) faults() map[string]map[faultproxy.Fault]int {
	return map[string]map[faultproxy.Fault]int{
		"GPU": sys.gpu.Faults(), "OpenAI": sys.openai.Faults(), "DynamoDB": sys.tableProxy.Faults(),
		"S3": sys.bucketProxy.Faults(),
	}
}

// caller is an owner whose calls may fail and are then made again, as the pages
// do.
type caller struct {
	http  *http.Client
	mu    sync.Mutex
	email string // of an owner who signs in; empty: stays a guest
	once  sync.Once
	in    atomic.Int64 // grows when a sign-in begins and when it has ended: odd in between
}

// signIn has an owner sign in, once, while ads are ordered and made: the account takes them
// over.
func (o *caller) signIn(ctx context.Context, t *testing.T) {
	t.Helper()
	o.in.Add(1)
	defer o.in.Add(1)
	for {
		to, err := (&owner{t, o.http}).trySignIn(o.email, "/")
		if strings.Contains(to, "signed_in=1") {
			return
		}
		if !pause(ctx, 400*time.Millisecond) {
			t.Errorf("%s cannot sign in: %s, %v", o.email, to, err)
			return
		}
	}
}

// ownerFor gives one of a few owners, so that each has several ads.
func (c *chaos) ownerFor(dice *rand.Rand) *caller {
	if len(c.owners) == 0 || dice.Float64() < .15 {
		jar, err := cookiejar.New(nil)
		if err != nil {
			c.t.Fatal(err)
		}
		o := &caller{http: &http.Client{Jar: jar, Timeout: 40 * time.Second}}
		if len(c.owners)%2 == 0 { // every other one
			o.email = fmt.Sprintf("chaos%d@example.com", len(c.owners))
			if err := sys.Invite(c.t.Context(), o.email); err != nil {
				c.t.Fatal(err)
			}
		}
		c.owners = append(c.owners, o)
	}
	return c.owners[dice.IntN(len(c.owners))]
}

var errGivenUp = errors.New("the round is over")

// do makes a call until it is answered by something other than "later".
func (o *caller) do(ctx context.Context, method, path, contentType string, body []byte,
	headers ...string) (answer, error) {
	for {
		in := o.in.Load()
		a, err := send(ctx, o.http, method, path, contentType, body, headers...)
		if now := o.in.Load(); err == nil && a.status == http.StatusNotFound && (now != in || now%2 == 1) {
			// The account has the guest's ads, and the browser not yet the account's session: the
			// call was under way, or the answer to the sign-in was lost.
			if pause(ctx, 400*time.Millisecond) {
				continue
			}
		}
		changed := a.status == http.StatusConflict && bytes.Contains(a.body, []byte(fault.AccountChanged))
		if err == nil && a.status < 500 && a.status != http.StatusTooManyRequests && !changed {
			return a, nil
		}
		if !pause(ctx, 400*time.Millisecond) {
			return a, errors.Join(errGivenUp, err)
		}
	}
}

// pause waits, and reports false when there is nothing to wait for any more.
func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// between is a random time, in milliseconds.
func between(dice *rand.Rand, from, to int) time.Duration {
	return time.Duration(from+dice.IntN(to-from)) * time.Millisecond
}

// order places an order and gives the ad's id. The first call of an owner makes
// the cookie, so an owner orders one at a time.
func (o *caller) order(ctx context.Context, t *testing.T, p plan, photo []byte) (string, error) {
	t.Helper()
	o.mu.Lock()
	defer o.mu.Unlock()
	if p.door == 1 {
		kind, body := form(t, fields(p.name), photo)
		a, err := o.do(ctx, "POST", "/api/ads/generate", kind, body, "Idempotency-Key", fmt.Sprint(p.seed))
		if err != nil || a.status != http.StatusAccepted {
			return "", fmt.Errorf("order: %d %s, %w", a.status, a.body, err)
		}
		var acc httpapi.Accepted
		a.decode(t, &acc)
		return acc.AdID, nil
	}
	a, err := o.do(ctx, "POST", "/api/uploads", "application/json", uploadBody(fields(p.name), len(photo)),
		"Idempotency-Key", fmt.Sprint(p.seed))
	if err != nil || a.status != http.StatusCreated {
		return "", fmt.Errorf("upload: %d %s, %w", a.status, a.body, err)
	}
	var up httpapi.Uploading
	a.decode(t, &up)
	kind, body := uploadForm(up, photo)
	a, err = o.do(ctx, "POST", up.Upload.URL, kind, body)
	if err != nil || a.status >= 300 {
		return "", fmt.Errorf("photo: %d %s, %w", a.status, a.body, err)
	}
	return up.AdID, nil
}

// live is the life of one ad with its owner; it ends when the ad is done or
// deleted.
func (c *chaos) live(ctx context.Context, o *caller, p plan, photo []byte) string {
	id, err := o.order(ctx, c.t, p, photo)
	if err != nil {
		c.t.Errorf("%s: %v", p.name, err)
		return ""
	}
	one := &chaosAd{owner: o, door: p.door}
	c.mu.Lock()
	c.ads[id] = one
	c.mu.Unlock()
	var events sync.WaitGroup
	defer events.Wait()
	if o.email != "" {
		events.Go(func() { o.once.Do(func() { time.Sleep(p.after); o.signIn(ctx, c.t) }) })
	}
	events.Go(func() { c.deliver(ctx, id, p) })
	if p.deletes {
		time.Sleep(p.after)
		a, err := o.do(ctx, "DELETE", "/api/ads/"+id, "", nil)
		// 404: an earlier try did it and its answer was lost.
		if err != nil || a.status != http.StatusNoContent && a.status != http.StatusNotFound {
			c.t.Errorf("delete %s: %d %s, %v", id, a.status, a.body, err)
			return id
		}
		one.deleted = true
		return id
	}
	for {
		a, err := o.do(ctx, "GET", "/api/ads/"+id, "", nil)
		if err != nil || a.status != http.StatusOK {
			c.t.Errorf("ad %s is lost or stuck: %d %s, %v; states: %v", id, a.status, a.body, err, states(c.t, id))
			return id
		}
		var v httpapi.Ad
		a.decode(c.t, &v)
		switch {
		case v.Status == "succeeded":
			if p.edits {
				c.edit(ctx, id, one, p.seed)
			}
			return id
		case v.Status == "failed" && (one.retries > 0 || !v.Error.Retryable):
			return id
		case v.Status == "failed": // most owners press the button once
			one.retries++
			if a, err := o.do(ctx, "POST", "/api/ads/"+id+"/retry", "", nil); err != nil || a.status != http.StatusAccepted &&
				a.status != http.StatusConflict {
				c.t.Errorf("retry %s: %d %s, %v", id, a.status, a.body, err)
			}
		}
		time.Sleep(700 * time.Millisecond)
	}
}

// edit has an owner make a rendition and a further scene of a finished ad, and save the
// rendition. Each is asked for under one key until it is answered.
func (c *chaos) edit(ctx context.Context, id string, one *chaosAd, seed uint64) {
	ask := func(what, body string, want int) answer {
		a, err := one.owner.do(ctx, "POST", "/api/ads/"+id+"/"+what, "application/json", []byte(body),
			"Idempotency-Key", fmt.Sprintf("%s-%d", what, seed))
		if err != nil || a.status != want {
			c.t.Errorf("%s of %s: %d %s, %v", what, id, a.status, a.body, err)
		}
		return a
	}
	made := ask("renditions", `{"main_copy":"다시 만난 봄","channel":"wide"}`, http.StatusCreated)
	ordered := ask("scenes", `{"ad_concept":"여름 바닷가의 오후"}`, http.StatusAccepted)
	if made.status != http.StatusCreated || ordered.status != http.StatusAccepted {
		return
	}
	c.mu.Lock()
	one.renditions, one.scenes = 1, 1
	c.mu.Unlock()
	var r httpapi.Rendition
	made.decode(c.t, &r)
	if a, err := one.owner.do(ctx, "GET", "/api/ads/"+id+"/renditions/"+r.RenditionID+"/file", "", nil); err != nil ||
		a.status != http.StatusOK {
		c.t.Errorf("the file of %s: %d %s, %v", r.RenditionID, a.status, a.body, err)
	}
}

// deliver brings the event of an upload once more, or twice, at any time.
func (c *chaos) deliver(ctx context.Context, id string, p plan) {
	dice := rand.New(rand.NewPCG(p.seed, 2)) //nolint:gosec // a repeatable test, no secret
	event, _ := json.Marshal(map[string]any{
		"source": "aws.s3", "detail-type": "Object Created",
		"detail": map[string]any{
			"bucket": map[string]any{"name": sys.bucket}, "object": map[string]any{"key": "uploads/" + id + "/original"},
		},
	})
	for range p.again {
		if !pause(ctx, between(dice, 0, 6000)) {
			return
		}
		_, _ = c.lambda.Invoke(ctx, &lambda.InvokeInput{
			FunctionName: aws.String(sys.Outputs["IngestFunctionName"]), Payload: event,
			InvocationType: lambdatypes.InvocationTypeEvent,
		})
		c.mu.Lock()
		c.events++
		c.mu.Unlock()
	}
}

// killFunctions kills processes of functions, idle or at work.
func (c *chaos) killFunctions(ctx context.Context, seed uint64) {
	dice := rand.New(rand.NewPCG(seed, 3)) //nolint:gosec // a repeatable test, no secret
	for pause(ctx, between(dice, 500, 3500)) {
		pids := functionProcesses(sys.AWSURL)
		if len(pids) == 0 {
			continue
		}
		if syscall.Kill(pids[dice.IntN(len(pids))], syscall.SIGKILL) == nil {
			c.mu.Lock()
			c.kills["functions"]++
			c.mu.Unlock()
		}
	}
}

// functionProcesses lists the processes of functions of this very deployment.
func functionProcesses(endpoint string) (pids []int) {
	entries, _ := filepath.Glob("/proc/[0-9]*")
	for _, e := range entries {
		exe, err := os.Readlink(filepath.Join(e, "exe"))
		if err != nil || filepath.Base(exe) != "bootstrap" {
			continue
		}
		env, _ := os.ReadFile(filepath.Join(e, "environ"))
		if bytes.Contains(env, []byte("AWS_ENDPOINT_URL="+endpoint+"\x00")) {
			pid, _ := strconv.Atoi(filepath.Base(e))
			pids = append(pids, pid)
		}
	}
	return pids
}

// killServer cuts the GPU server's power now and then, and turns it on again.
func (c *chaos) killServer(ctx context.Context, seed uint64) {
	dice := rand.New(rand.NewPCG(seed, 4)) //nolint:gosec // a repeatable test, no secret
	for pause(ctx, between(dice, 8000, 20000)) {
		sys.server.kill()
		c.mu.Lock()
		c.kills["GPU server"]++
		c.cuts++
		c.mu.Unlock()
		time.Sleep(time.Duration(dice.IntN(3000)) * time.Millisecond)
		if err := sys.server.start(c.t.Context()); err != nil {
			c.t.Error(err)
			return
		}
	}
}

// loseEvents has EventBridge deliver nothing for a while, again and again:
// neither that a photo came nor that an execution ended badly.
func (c *chaos) loseEvents(ctx context.Context, seed uint64) {
	dice := rand.New(rand.NewPCG(seed, 5)) //nolint:gosec // a repeatable test, no secret
	for pause(ctx, between(dice, 4000, 10000)) {
		c.rules(false)
		pause(ctx, between(dice, 2000, 5000))
		c.rules(true)
		c.mu.Lock()
		c.kills["silences"]++
		c.mu.Unlock()
	}
}

// rules turns the rules of this deployment on events off, and on again.
func (c *chaos) rules(on bool) {
	for _, name := range c.onEvents {
		var err error
		if on {
			_, err = c.bus.EnableRule(context.Background(), &eventbridge.EnableRuleInput{Name: &name})
		} else {
			_, err = c.bus.DisableRule(context.Background(), &eventbridge.DisableRuleInput{Name: &name})
		}
		if err != nil {
			c.t.Error(err)
		}
	}
}

// stopExecutions stops running executions, as an operator's mistake does.
func (c *chaos) stopExecutions(ctx context.Context, seed uint64) {
	dice := rand.New(rand.NewPCG(seed, 6)) //nolint:gosec // a repeatable test, no secret
	for pause(ctx, between(dice, 12000, 24000)) {
		out, err := sys.sfn.ListExecutions(ctx,
			&sfn.ListExecutionsInput{StateMachineArn: &sys.machine, StatusFilter: sfntypes.ExecutionStatusRunning})
		if err != nil || len(out.Executions) == 0 {
			continue
		}
		if _, err := sys.sfn.StopExecution(ctx,
			&sfn.StopExecutionInput{ExecutionArn: out.Executions[dice.IntN(len(out.Executions))].ExecutionArn}); err == nil {
			c.mu.Lock()
			c.kills["executions"]++
			c.mu.Unlock()
		}
	}
}

// sweep moves the sweeper's clock on for what has not moved for a while, and
// calls it.
func (c *chaos) sweep(ctx context.Context) {
	for pause(ctx, 4*time.Second) {
		for _, r := range c.work() {
			if !r.done() && time.Since(r.updated) > stale {
				_, _ = sys.db.UpdateItem(ctx, &dynamodb.UpdateItemInput{
					TableName: &sys.table, Key: r.key, UpdateExpression: aws.String("SET due_at = :past"),
					ConditionExpression: aws.String("attribute_exists(due_at)"),
					ExpressionAttributeValues: map[string]dbtypes.AttributeValue{
						":past": &dbtypes.AttributeValueMemberS{Value: "2000-01-01T00:00:00.000Z"},
					},
				})
			}
		}
		_ = c.sweepOnce(ctx)
	}
}

func (c *chaos) sweepOnce(ctx context.Context) error {
	out, err := c.lambda.Invoke(ctx,
		&lambda.InvokeInput{FunctionName: aws.String(sys.Outputs["SweepFunctionName"]), Payload: []byte("{}")})
	if err == nil && out.FunctionError != nil {
		err = fmt.Errorf("the sweeper: %s", out.Payload)
	}
	return err
}

// stored is an ad's item as the table holds it.
type stored struct {
	key     map[string]dbtypes.AttributeValue
	id      string
	owner   string
	status  ad.Status
	updated time.Time
	scene   bool // of an ad, and not an ad
	item    map[string]dbtypes.AttributeValue
}

func (r stored) done() bool { return r.status.Done() }

// records reads every ad of the table, as no function may: it is the whole truth.
func (c *chaos) records() []stored {
	return slices.DeleteFunc(c.work(), func(r stored) bool { return r.scene })
}

// work reads every ad and every scene.
func (c *chaos) work() (out []stored) {
	in := &dynamodb.ScanInput{TableName: &sys.table, ConsistentRead: aws.Bool(true)}
	pages := dynamodb.NewScanPaginator(sys.db, in)
	for pages.HasMorePages() {
		page, err := pages.NextPage(context.Background())
		if err != nil {
			c.t.Errorf("read the table: %v", err)
			return out
		}
		for _, item := range page.Items {
			sk := str(item["SK"])
			scene := strings.HasPrefix(sk, "SCENE#")
			if !strings.HasPrefix(sk, "AD#") && !scene {
				continue
			}
			updated, _ := time.Parse(time.RFC3339Nano, str(item["updated_at"]))
			out = append(out, stored{
				key: map[string]dbtypes.AttributeValue{"PK": item["PK"], "SK": item["SK"]}, id: strings.TrimPrefix(sk, "AD#"),
				owner: strings.TrimPrefix(str(item["PK"]), "OWNER#"), status: ad.Status(str(item["status"])), updated: updated,
				item: item, scene: scene,
			})
		}
	}
	return out
}

func str(v dbtypes.AttributeValue) string {
	switch v := v.(type) {
	case *dbtypes.AttributeValueMemberS:
		return v.Value
	case *dbtypes.AttributeValueMemberN:
		return v.Value
	}
	return ""
}

// quiesce waits until nothing of the round is at work any more.
func (c *chaos) quiesce(ctx context.Context) {
	for {
		open := 0
		for _, r := range c.work() {
			if !r.done() {
				open++
			}
		}
		running := c.executions(sfntypes.ExecutionStatusRunning)
		if open == 0 && running == 0 {
			return
		}
		if !pause(ctx, time.Second) {
			c.t.Errorf("%d ads are stuck and %d executions run", open, running)
			return
		}
	}
}

func (c *chaos) executions(status sfntypes.ExecutionStatus) (n int) {
	pages := sfn.NewListExecutionsPaginator(sys.sfn,
		&sfn.ListExecutionsInput{StateMachineArn: &sys.machine, StatusFilter: status})
	for pages.HasMorePages() {
		page, err := pages.NextPage(context.Background())
		if err != nil {
			c.t.Errorf("list executions: %v", err)
			return n
		}
		n += len(page.Executions)
	}
	return n
}

// row sums a round up.
func (c *chaos) row(seed uint64, ids []string, before map[string]map[faultproxy.Fault]int, took time.Duration) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	status, restarted := map[string]ad.Status{}, map[string]bool{}
	for _, r := range c.records() {
		status[r.id], restarted[r.id] = r.status, str(r.item["restarts"]) != ""
	}
	n := map[ad.Status]int{}
	deleted, restarts := 0, 0
	for _, id := range ids {
		if c.ads[id].deleted {
			deleted++
			continue
		}
		n[status[id]]++
		if restarted[id] {
			restarts++
		}
	}
	faults := 0
	for name, now := range c.faults() {
		for f, k := range now {
			faults += k - before[name][f]
		}
	}
	killed := fmt.Sprintf("%d functions, %d executions, %d times the GPU server, %d times all events",
		c.kills["functions"], c.kills["executions"], c.kills["GPU server"], c.kills["silences"])
	return fmt.Sprintf("| %d | %d | %d | %d | %d | %d | %s | %d | %d | %.0f |",
		seed, len(ids), n[ad.Succeeded], n[ad.Failed], deleted, faults, killed, c.events, restarts, took.Seconds())
}

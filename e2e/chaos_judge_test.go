//go:build e2e

package e2e_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"maps"
	"os"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	dbtypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	streamtypes "github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	sfntypes "github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/adstore"
	"github.com/nanococoa/nanococoa/internal/blob"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/limit"
)

// judge holds everything that is left against what was promised.
func (c *chaos) judge() {
	t := c.t
	records := c.records()
	// The sweeper's scan takes a hundred ads at a time and comes to all of them:
	// twice, as it may have been in the middle.
	for range 2 + 4*len(records)/100 {
		if err := c.sweepOnce(t.Context()); err != nil {
			t.Error(err)
		}
	}
	byID := map[string]stored{}
	for _, r := range records {
		byID[r.id] = r
	}
	store := adstore.New(sys.db, sys.table, nil)

	for id, one := range c.ads {
		r, there := byID[id]
		switch {
		case one.deleted && there:
			t.Errorf("%s was deleted and is back, %s", id, r.status)
		case !one.deleted && !there:
			t.Errorf("%s is lost", id)
		}
	}
	succeeded := map[string]int{}
	for _, r := range records {
		a, err := store.Get(t.Context(), r.owner, r.id)
		if err != nil {
			t.Errorf("%s cannot be read: %v", r.id, err)
			continue
		}
		switch a.Status {
		case ad.Succeeded:
			succeeded[r.owner]++
			c.judgeFinished(a)
			c.judgeStudio(store, a)
		case ad.Failed:
			if a.Failure == nil || !fault.Code(a.Failure.Code).Known() ||
				a.Failure.Detail != fault.Code(a.Failure.Code).Detail() {
				t.Errorf("%s failed without a reason its owner can read: %+v", r.id, a.Failure)
			} else {
				t.Logf("%s failed with %s", r.id, a.Failure.Code)
			}
		default:
			t.Errorf("%s is stuck as %s since %v; states %v", r.id, a.Status, a.UpdatedAt, states(t, a.ExecutionName()))
		}
	}
	for owner := range ownersOf(records) {
		st, err := store.Stats(t.Context(), owner)
		if err != nil || st.TotalAds != succeeded[owner] {
			t.Errorf("statistics count %d ads of an owner who has %d: %v", st.TotalAds, succeeded[owner], err)
		}
	}
	c.judgeObjects(byID)
	c.judgeUses(c.judgeTransitions())
	c.judgeRenderings()
	if n := c.executions(sfntypes.ExecutionStatusRunning); n > 0 {
		t.Errorf("%d executions still run", n)
	}
	if v := sys.model.Violations(); len(v) > 0 {
		t.Errorf("OpenAI would not have taken: %v", v)
	}
}

func ownersOf(records []stored) map[string]bool {
	out := map[string]bool{}
	for _, r := range records {
		out[r.owner] = true
	}
	return out
}

// judgeFinished looks at a finished ad's texts and pictures.
func (c *chaos) judgeFinished(a ad.Ad) {
	c.t.Helper()
	if a.MainCopy == "" || a.SubCopy == "" || a.HTML == "" || a.Score == nil || a.Prompt == "" || a.CopySource == "" {
		c.t.Errorf("%s is finished and incomplete: %+v", a.AdID, a)
	}
	for _, s := range ad.Steps() {
		if !a.Has(s) {
			c.t.Errorf("%s is finished without %s", a.AdID, s)
		}
	}
	for _, kind := range []ad.Picture{ad.Stage1Picture, ad.Stage2Picture, ad.ProductThumbnail, ad.Stage2Thumbnail} {
		out, err := sys.s3.GetObject(c.t.Context(),
			&s3.GetObjectInput{Bucket: &sys.bucket, Key: aws.String(blob.Key(a.AdID, kind))})
		if err != nil {
			c.t.Errorf("%s is finished without %s: %v", a.AdID, kind, err)
			continue
		}
		if _, _, err := image.Decode(out.Body); err != nil {
			c.t.Errorf("%s of %s: %v", kind, a.AdID, err)
		}
		_ = out.Body.Close()
	}
}

// judgeStudio: what an owner was told was made is there, once, and nothing is stuck.
func (c *chaos) judgeStudio(store *adstore.Store, a ad.Ad) {
	st, err := store.Studio(c.t.Context(), a.Owner, a.AdID)
	one := c.ads[a.AdID]
	if err != nil || one == nil {
		c.t.Errorf("%s cannot be read whole: %v", a.AdID, err)
		return
	}
	if len(st.Renditions) != 1+one.renditions || len(st.Scenes) != 1+one.scenes ||
		st.Counts.Renditions != len(st.Renditions) || st.Counts.Scenes != len(st.Scenes) {
		c.t.Errorf("%s has %d renditions and %d scenes, counted %+v; its owner made %d and %d more",
			a.AdID, len(st.Renditions), len(st.Scenes), st.Counts, one.renditions, one.scenes)
	}
	files := map[ad.Picture]bool{}
	for _, s := range st.Scenes {
		switch s.Status {
		case ad.Succeeded:
			files[ad.ScenePictures(a.AdID, s.ID).Full] = true
		case ad.Failed:
			c.t.Logf("scene %s failed with %s", s.ID, s.Failure.Code)
		default:
			c.t.Errorf("scene %s is stuck as %s", s.ID, s.Status)
		}
	}
	for _, r := range st.Renditions {
		files[ad.RenditionPictures(a.AdID, r.ID).Full] = true
	}
	for p := range files {
		if _, err := sys.s3.HeadObject(c.t.Context(),
			&s3.HeadObjectInput{Bucket: &sys.bucket, Key: aws.String(blob.Key(a.AdID, p))}); err != nil {
			c.t.Errorf("%s has no %s: %v", a.AdID, p, err)
		}
	}
}

// judgeObjects: no object without a record.
func (c *chaos) judgeObjects(byID map[string]stored) {
	pages := s3.NewListObjectsV2Paginator(sys.s3, &s3.ListObjectsV2Input{Bucket: &sys.bucket})
	for pages.HasMorePages() {
		page, err := pages.NextPage(c.t.Context())
		if err != nil {
			c.t.Fatal(err)
		}
		for _, o := range page.Contents {
			parts := strings.Split(*o.Key, "/")
			if _, known := byID[parts[1]]; !known {
				c.t.Errorf("%s belongs to no ad", *o.Key)
			}
		}
	}
}

// judgeTransitions reads from the table's stream every change there ever was of
// an ad's status, and gives the uses that they are.
func (c *chaos) judgeTransitions() uses {
	t := c.t
	d, err := c.streams.DescribeStream(t.Context(), &dynamodbstreams.DescribeStreamInput{StreamArn: &c.stream})
	if err != nil {
		t.Fatal(err)
	}
	changes, accepted := map[string]int{}, uses{}
	owners := map[string]string{} // of ads
	for _, shard := range d.StreamDescription.Shards {
		it, err := c.streams.GetShardIterator(t.Context(), &dynamodbstreams.GetShardIteratorInput{
			StreamArn: &c.stream, ShardId: shard.ShardId, ShardIteratorType: streamtypes.ShardIteratorTypeTrimHorizon,
		})
		if err != nil {
			t.Fatal(err)
		}
		for next := it.ShardIterator; next != nil; {
			out, err := c.streams.GetRecords(t.Context(), &dynamodbstreams.GetRecordsInput{ShardIterator: next})
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range out.Records {
				c.judgeChange(r, changes)
				accepted.add(r, owners)
			}
			if len(out.Records) == 0 {
				break // the end of an open shard
			}
			next = out.NextShardIterator
		}
	}
	if len(changes) < 4 {
		t.Errorf("the stream shows few changes of status: %v", changes)
	}
	t.Logf("changes of status: %v", changes)
	return accepted
}

func (c *chaos) judgeChange(r streamtypes.Record, changes map[string]int) {
	text := streamText
	old, now := r.Dynamodb.OldImage, r.Dynamodb.NewImage
	scene := strings.HasPrefix(text(r.Dynamodb.Keys, "SK"), "SCENE#")
	if !strings.HasPrefix(text(r.Dynamodb.Keys, "SK"), "AD#") && !scene || text(now, "status") == "" {
		return // neither ad nor scene, or its deletion, which is allowed in every status
	}
	from, to := ad.Status(text(old, "status")), ad.Status(text(now, "status"))
	if from == to && text(old, "attempt") == text(now, "attempt") {
		return
	}
	changes[fmt.Sprintf("%s→%s", from, to)]++
	first := from == "" && to == ad.AwaitingUpload
	if scene { // the first comes with its finished ad, and a further one waits at once
		first = from == "" && (to == ad.Succeeded || to == ad.Queued)
	}
	// The sweeper begins an attempt again that was queued or running.
	restart := to == ad.Queued && (from == ad.Queued || from == ad.Running) && text(now, "restarts") == "1" &&
		text(old, "restarts") != "1"
	if !first && !restart && !from.CanBecome(to) {
		c.t.Errorf("%s went from %s to %s", text(r.Dynamodb.Keys, "SK"), from, to)
	}
}

func streamText(image map[string]streamtypes.AttributeValue, name string) string {
	switch v := image[name].(type) {
	case *streamtypes.AttributeValueMemberS:
		return v.Value
	case *streamtypes.AttributeValueMemberN:
		return v.Value
	}
	return ""
}

// uses are how often each owner used what.
type uses map[string]map[limit.Use]int

func (u uses) count(owner string, use limit.Use, n int) {
	if u[owner] == nil {
		u[owner] = map[limit.Use]int{}
	}
	u[owner][use] += n
}

// add counts the use that a change of the table is: an ad that is new or tried again by its
// owner, or a further scene or rendition that is new.
func (u uses) add(r streamtypes.Record, owners map[string]string) {
	old, now := r.Dynamodb.OldImage, r.Dynamodb.NewImage
	pk, sk := streamText(r.Dynamodb.Keys, "PK"), streamText(r.Dynamodb.Keys, "SK")
	kind, id, _ := strings.Cut(sk, "#")
	from, to := ad.Status(streamText(old, "status")), ad.Status(streamText(now, "status"))
	isNew := len(old) == 0 && len(now) > 0
	switch of := strings.TrimPrefix(pk, "AD#"); {
	case kind == "AD" && (isNew || from == ad.Failed && to == ad.Queued):
		owners[id] = strings.TrimPrefix(pk, "OWNER#")
		u.count(owners[id], limit.Orders, 1)
	case kind == "SCENE" && isNew && id != of:
		u.count(owners[of], limit.Scenes, 1)
	case kind == "RENDITION" && isNew && id != of:
		u.count(owners[of], limit.Renditions, 1)
	}
}

// judgeUses holds what is counted of each owner against what was accepted: what was sent
// again, by whomever, is counted once. What addresses and everybody used may be counted twice
// by a call that died, and never too little.
func (c *chaos) judgeUses(accepted uses) {
	counted, all := uses{}, 0
	pages := dynamodb.NewScanPaginator(sys.db, &dynamodb.ScanInput{TableName: &sys.table, ConsistentRead: aws.Bool(true)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(c.t.Context())
		if err != nil {
			c.t.Fatal(err)
		}
		for _, item := range page.Items {
			pk, sk := str(item["PK"]), str(item["SK"])
			if pk == "LIMIT" && strings.HasPrefix(sk, "LIMIT#day#") {
				n, _ := strconv.Atoi(str(item[string(limit.Orders)]))
				all += n
			}
			for _, use := range []limit.Use{limit.Orders, limit.Scenes, limit.Renditions} {
				names, _ := item[string(use)].(*dbtypes.AttributeValueMemberSS)
				if strings.HasPrefix(sk, "USES#day#") && names != nil {
					counted.count(strings.TrimPrefix(pk, "OWNER#"), use, len(names.Value))
				}
			}
		}
	}
	orders := 0
	for owner, did := range accepted {
		orders += did[limit.Orders]
		if !maps.Equal(did, counted[owner]) {
			c.t.Errorf("%s was accepted %v and is counted %v", owner, did, counted[owner])
		}
	}
	// One whose first answer never came is nobody's, and may have been counted once.
	c.t.Logf("uses of %d owners, %d of them with an ad; everybody's orders are counted %d for %d",
		len(counted), len(accepted), all, orders)
	if orders < len(c.ads) || all < orders {
		c.t.Errorf("%d ads, %d orders accepted, %d counted of everybody", len(c.ads), orders, all)
	}
}

// judgeRenderings counts in the GPU server's own log what it made: each ad's
// picture once for every attempt its owner asked for. What it had made and not
// yet written down when its power was cut it makes again.
func (c *chaos) judgeRenderings() {
	t := c.t
	log, err := os.ReadFile(sys.server.log())
	if err != nil {
		t.Fatal(err)
	}
	made := map[string]int{}
	for line := range bytes.Lines(log) {
		var l struct {
			Msg, Key string
		}
		if json.Unmarshal(line, &l) == nil && l.Msg == "made" && l.Key != "" {
			made[l.Key]++
		}
	}
	extra, pictures := 0, 0
	for key, n := range made {
		extra += n - 1
		if strings.HasSuffix(key, ".stage1") {
			pictures += n
		}
	}
	retries := 0
	for _, one := range c.ads {
		retries += one.retries + one.scenes
	}
	t.Logf("GPU server: %d calls carried out for %d keys, %d of them pictures of %d ads with %d retries "+
		"and further scenes; %d made again, power cut %d times",
		sum(made), len(made), pictures, len(c.ads), retries, extra, c.cuts)
	if extra > c.cuts {
		t.Errorf("%d renderings were doubled, with %d power cuts", extra, c.cuts)
	}
	if pictures == 0 || pictures > len(c.ads)+retries+c.cuts {
		t.Errorf("%d pictures of %d ads with %d retries", pictures, len(c.ads), retries)
	}
}

func sum(m map[string]int) (n int) {
	for v := range maps.Values(m) {
		n += v
	}
	return n
}

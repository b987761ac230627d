package httpapi

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/limit"
)

func typeOf(v any) reflect.Type { return reflect.TypeOf(v) }

type generateInput struct {
	ContentType    string `header:"Content-Type" hidden:"true"`
	IdempotencyKey string `header:"Idempotency-Key" doc:"Up to 200 visible ASCII characters; for a day the same ad"`
	Prefer         string `header:"Prefer" doc:"wait=N, up to 25 s: 200 with the ad if done by then" example:"wait=20"`
	RawBody        []byte `contentType:"multipart/form-data"`
}

type generateOutput struct {
	Status     int
	Location   string `header:"Location"`
	RetryAfter *int   `header:"Retry-After" nullable:"false"` // nil when there is nothing left to wait for
	Body       any
}

// pollSeconds is what a client is told to wait before it looks again: steps
// take seconds, so a shorter wait shows nothing new.
const pollSeconds = 2

// generate is the first door: it checks everything that can be checked without
// decoding the photo, stores record and photo, and starts the ad.
func (a *api) generate(ctx context.Context, in *generateInput) (*generateOutput, error) {
	began := time.Now()
	if err := needsCookie(ctx); err != nil {
		return nil, a.answer(ctx, err)
	}
	fields, picture, err := decodeForm(a.Fields, in.ContentType, in.RawBody)
	if err != nil && !fault.Has(err, fault.RequestInvalid) {
		return nil, a.answer(ctx, err)
	}
	claim, wrong := claimOf(in.IdempotencyKey, fields, func(h io.Writer) { _, _ = h.Write(picture) })
	if err := joinInvalid(wrong, err, checkPhoto(picture)); err != nil {
		return nil, a.answer(ctx, err)
	}
	made, err := a.accept(ctx, fields, claim)
	if err != nil {
		return nil, a.answer(ctx, err)
	}
	if made.Status == ad.AwaitingUpload { // new, or an earlier request died before its photo was stored
		if err := a.Pictures.Put(ctx, made.AdID, ad.OriginalPhoto, picture, http.DetectContentType(picture)); err != nil {
			return nil, a.answer(ctx, err)
		}
		made.Status = ad.Queued
	}
	// Also for a replayed request: its first one may have died before this.
	if err := a.Machine.Start(ctx, made.Ref); err != nil {
		return nil, a.answer(ctx, err)
	}
	by := began
	if wait := preferredWait(in.Prefer); wait > 0 && a.mayWait(ctx) {
		by = began.Add(wait)
	}
	return a.accepted(ctx, made, by), nil
}

// accept makes the record of a new ad, or finds the one an earlier request with
// the same key made. The owner's cookie goes out even when the rest of the
// request fails: sent again, it must come from the same owner to be known again.
func (a *api) accept(ctx context.Context, f ad.Fields, c *ad.Claim) (ad.Ad, error) {
	g := ownerOf(ctx)
	if c != nil && !g.caller.New {
		// The same order again is the same ad: it costs nothing, also where nothing may be
		// ordered any more.
		if before, known, err := a.Ads.Ordered(ctx, g.id, c); known || err != nil {
			return before, gone(err)
		}
	}
	id, err := ad.NewID()
	if err != nil {
		return ad.Ad{}, err
	}
	fresh := ad.Ad{Ref: ad.Ref{Owner: g.id, AdID: id, Attempt: 1}, Fields: f, Status: ad.AwaitingUpload}
	giveBack, err := a.spendPlace(ctx, limit.Orders, fresh.Ref, c)
	if err != nil {
		return ad.Ad{}, err
	}
	if err := a.keep(ctx); err != nil {
		giveBack()
		return ad.Ad{}, err
	}
	stored, created, err := a.Ads.Create(ctx, fresh, c)
	if err != nil || !created {
		giveBack()
	}
	return stored, gone(err)
}

// gone says of a key whose ad is missing that it was deleted.
func gone(err error) error {
	if fault.Has(err, fault.AdNotFound) {
		const detail = "이 Idempotency-Key로 만든 광고는 삭제되었습니다. 새 키로 다시 보내 주세요."
		return &fault.Fault{Code: fault.AdGone, Detail: detail, Err: err}
	}
	return err
}

// accepted answers 202, or 200 with the whole ad when it is done by then.
func (a *api) accepted(ctx context.Context, made ad.Ad, by time.Time) *generateOutput {
	if done, ok := a.await(ctx, made, by); ok {
		return &generateOutput{Status: http.StatusOK, Location: statusURL(made.AdID), Body: view(done, a.Signer, a.Origin)}
	}
	wait := pollSeconds
	return &generateOutput{
		Status: http.StatusAccepted, Location: statusURL(made.AdID), RetryAfter: &wait,
		Body: acceptedView(made),
	}
}

// maxWait is the longest Prefer: wait, counted from the request's arrival; API
// Gateway gives up after 29 seconds, and the photo has to be stored within them.
const maxWait = 25 * time.Second

// watchEvery is how often a waiting request looks at its ad: a hundred small
// reads at most.
const watchEvery = 250 * time.Millisecond

var waitForm = regexp.MustCompile(`(?i)(?:^|,)\s*wait\s*=\s*"?(\d+)"?\s*(?:[,;]|$)`)

// preferredWait reads RFC 7240's wait preference, 0 when there is none.
func preferredWait(prefer string) time.Duration {
	m := waitForm.FindStringSubmatch(prefer)
	if m == nil {
		return 0
	}
	n, err := strconv.ParseUint(m[1], 10, 32)
	if err != nil { // more digits than a number of seconds has
		return maxWait
	}
	return min(time.Duration(n)*time.Second, maxWait)
}

// await watches an ad until it is done, and reports whether it was in time. A
// look that fails costs nothing: the ad is accepted and goes on either way.
func (a *api) await(ctx context.Context, made ad.Ad, by time.Time) (ad.Studio, bool) {
	ctx, cancel := context.WithDeadline(ctx, by)
	defer cancel()
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for ctx.Err() == nil {
		now, err := a.Studios.Studio(ctx, made.Owner, made.AdID)
		switch {
		case err == nil && now.Status.Done():
			return now, true
		case fault.Has(err, fault.AdNotFound):
			return ad.Studio{}, false // deleted meanwhile
		}
		select {
		case <-ctx.Done():
		case <-tick.C:
		}
	}
	return ad.Studio{}, false
}

var keyForm = regexp.MustCompile(`^[!-~]{1,200}$`)

// claimOf makes the claim of an order's Idempotency-Key, nil without one. photo writes
// what is known of the photo into the digest.
func claimOf(key string, f ad.Fields, photo func(io.Writer)) (*ad.Claim, error) {
	fields, err := json.Marshal(f)
	if err != nil {
		return nil, fmt.Errorf("fingerprint: %w", err)
	}
	return claimFor(key, func(h io.Writer) {
		_, _ = h.Write(append(fields, '\n'))
		photo(h)
	})
}

// claimFor makes the claim of a request's Idempotency-Key, nil without one. content writes
// what is asked for into the digest.
func claimFor(key string, content func(io.Writer)) (*ad.Claim, error) {
	if key == "" {
		return nil, nil //nolint:nilnil // no key, no claim
	}
	if !keyForm.MatchString(key) {
		return nil, fault.Invalid(fault.Field{Name: "Idempotency-Key", Detail: "공백 없는 영문, 숫자, 기호로 200자까지 쓸 수 있습니다."})
	}
	h := sha256.New()
	content(h)
	return &ad.Claim{Key: key, Fingerprint: hex.EncodeToString(h.Sum(nil))}, nil
}

// joinInvalid makes one fault of several, so that every wrong field comes back
// at once. A fault of the photo alone keeps its own code.
func joinInvalid(errs ...error) error {
	var first error
	var fields []fault.Field
	n := 0
	for _, err := range errs {
		if err == nil {
			continue
		}
		if first == nil {
			first = err
		}
		n++
		fields = append(fields, fault.From(err).Fields...)
	}
	if n < 2 {
		return first
	}
	return fault.Invalid(fields...)
}

type uploadInput struct {
	ContentType    string `header:"Content-Type" hidden:"true"`
	IdempotencyKey string `header:"Idempotency-Key" doc:"As of POST /api/ads/generate; the ad gets a fresh address until its photo is there"`
	RawBody        []byte `contentType:"application/json"`
}

type uploadOutput struct {
	Location string `header:"Location"`
	Body     Uploading
}

// upload is the way to the second door: S3's event starts the ad.
func (a *api) upload(ctx context.Context, in *uploadInput) (*uploadOutput, error) {
	if err := needsCookie(ctx); err != nil {
		return nil, a.answer(ctx, err)
	}
	req, err := decodeUpload(a.Fields, in.ContentType, in.RawBody)
	if err != nil && !fault.Has(err, fault.RequestInvalid) {
		return nil, a.answer(ctx, err)
	}
	kind := strings.ToLower(req.ContentType)
	claim, wrong := claimOf(in.IdempotencyKey, req.Fields, func(h io.Writer) {
		_, _ = fmt.Fprintf(h, "%d bytes of %s", req.ContentLength, kind)
	})
	if err := joinInvalid(wrong, err); err != nil {
		return nil, a.answer(ctx, err)
	}
	giveBack, err := a.spend(ctx, limit.Uploads)
	if err != nil {
		return nil, a.answer(ctx, err)
	}
	made, err := a.accept(ctx, req.Fields, claim)
	if err != nil {
		giveBack()
		return nil, a.answer(ctx, err)
	}
	if made.Status != ad.AwaitingUpload { // a second photo would come too late, or start nothing
		giveBack()
		return nil, a.answer(ctx, &fault.Fault{
			Code: fault.RequestConflict,
			Detail: "이 Idempotency-Key로 만든 광고는 이미 사진을 받았거나 끝났습니다. " +
				"광고 목록에서 확인하시거나 새 키로 다시 보내 주세요.",
		})
	}
	up, err := a.Pictures.NewUpload(ctx, made.AdID, kind, req.ContentLength)
	if err != nil {
		return nil, a.answer(ctx, err)
	}
	return &uploadOutput{
		Location: statusURL(made.AdID),
		Body: Uploading{
			AdID: made.AdID, StatusURL: statusURL(made.AdID), Upload: Upload{URL: up.URL, Fields: up.Fields},
			Warnings: warnings(made),
		},
	}, nil
}

type adInput struct {
	AdID string `path:"ad_id"`
}

type adOutput struct{ Body Ad }

func (a *api) get(ctx context.Context, in *adInput) (*adOutput, error) {
	found, err := a.studio(ctx, in.AdID)
	if err != nil {
		return nil, a.answer(ctx, err)
	}
	out := &adOutput{Body: a.studioView(ctx, found)}
	if found.Status == ad.Queued || found.Status == ad.Running {
		a.addWait(ctx, found.Ad, &out.Body.Progress)
	}
	return out, nil
}

// addWait adds what an ad waits for. When the queue cannot be read, position and time
// stay unknown: the ad itself was read, and that is what was asked for.
func (a *api) addWait(ctx context.Context, found ad.Ad, p *Progress) {
	wait, err := a.Queue.Wait(ctx, found)
	switch {
	case err == nil:
		p.add(wait)
	case ctx.Err() == nil: // else the client is gone
		a.Log.WarnContext(ctx, "the queue cannot be read", "step", "api", "ad_id", found.AdID,
			"code", string(fault.From(err).Code), "error", err.Error())
	}
}

// find reads one of the caller's ads. A malformed id, another owner's and a
// missing ad are all the same to the caller.
func (a *api) find(ctx context.Context, adID string) (ad.Ad, error) {
	if !ad.ValidID(adID) {
		return ad.Ad{}, fault.New(fault.AdNotFound, nil)
	}
	return a.Ads.Get(ctx, ownerOf(ctx).id, adID)
}

// studio reads one of the caller's ads with its scenes and renditions, as find does.
func (a *api) studio(ctx context.Context, adID string) (ad.Studio, error) {
	return studioOf(ctx, a.Studios, adID)
}

func studioOf(ctx context.Context, from interface {
	Studio(ctx context.Context, owner, adID string) (ad.Studio, error)
}, adID string,
) (ad.Studio, error) {
	if !ad.ValidID(adID) {
		return ad.Studio{}, fault.New(fault.AdNotFound, nil)
	}
	return from.Studio(ctx, ownerOf(ctx).id, adID)
}

type acceptedOutput struct {
	Location   string `header:"Location"`
	RetryAfter int    `header:"Retry-After"`
	Body       Accepted
}

func (a *api) retry(ctx context.Context, in *adInput) (*acceptedOutput, error) {
	if !ad.ValidID(in.AdID) {
		return nil, a.answer(ctx, fault.New(fault.AdNotFound, nil))
	}
	found, err := a.find(ctx, in.AdID) // what cannot be retried is not counted
	if err != nil {
		return nil, a.answer(ctx, err)
	}
	giveBack := func() {}
	if found.Status == ad.Failed && (found.Failure == nil || found.Failure.Retryable) {
		if giveBack, err = a.spendPlace(ctx, limit.Orders, found.Ref, claimOfRetry(found)); err != nil {
			return nil, a.answer(ctx, err)
		}
	}
	again, err := a.Ads.Retry(ctx, ownerOf(ctx).id, in.AdID)
	if err != nil {
		giveBack()
	}
	if fault.Has(err, fault.AdNotFailed) {
		again, err = a.retried(ctx, in.AdID, err)
	}
	if err != nil {
		return nil, a.answer(ctx, err)
	}
	if err := a.Machine.Start(ctx, again.Ref); err != nil {
		return nil, a.answer(ctx, err)
	}
	return &acceptedOutput{
		Location: statusURL(in.AdID), RetryAfter: pollSeconds,
		Body: acceptedView(again),
	}, nil
}

// claimOfRetry names a retry by the attempt it follows: asked for twice it is one use, as it
// is one attempt. No client's key has a space.
func claimOfRetry(failed ad.Ad) *ad.Claim {
	return &ad.Claim{Key: fmt.Sprintf("retry %s %d", failed.AdID, failed.Attempt)}
}

// retried gives an ad whose retry was accepted and has not begun yet, else notFailed. The
// request that asked for the retry may have died before it started the execution; then
// only another request, or much later the sweeper, starts it.
func (a *api) retried(ctx context.Context, adID string, notFailed error) (ad.Ad, error) {
	found, err := a.find(ctx, adID)
	if err == nil && (found.Status != ad.Queued || found.Attempt < 2) {
		err = notFailed
	}
	return found, err
}

// remove deletes an ad. The objects go twice: before the record, so that a
// failure half way leaves an ad that can be deleted again; and after it, for
// what a step that was still running stored in between. A step that stores
// later finds no record and removes its own.
func (a *api) remove(ctx context.Context, in *adInput) (*struct{}, error) {
	found, err := a.studio(ctx, in.AdID)
	if err != nil {
		return nil, a.answer(ctx, err)
	}
	for _, scene := range found.Scenes {
		if scene.Work != nil && !scene.Status.Done() {
			if err := a.Machine.Stop(ctx, scene.Work.Ref); err != nil {
				return nil, a.answer(ctx, err)
			}
		}
	}
	for _, do := range []func() error{
		func() error { return a.Machine.Stop(ctx, found.Ref) },
		func() error { return a.Pictures.Purge(ctx, found.AdID) },
		func() error { return a.Ads.Delete(ctx, found.Owner, found.AdID) },
		func() error { return a.Pictures.Purge(ctx, found.AdID) },
	} {
		if err := do(); err != nil {
			return nil, a.answer(ctx, err)
		}
	}
	return nil, nil //nolint:nilnil // 204 has no body
}

type listInput struct {
	Limit  int    `query:"limit" default:"12" minimum:"1" maximum:"48" doc:"Ads a page"`
	Cursor string `query:"cursor" doc:"next_cursor of the page before"`
}

type listOutput struct{ Body List }

func (a *api) list(ctx context.Context, in *listInput) (*listOutput, error) {
	ads, next, err := a.Ads.List(ctx, ownerOf(ctx).id, in.Limit, in.Cursor)
	if err != nil {
		return nil, a.answer(ctx, err)
	}
	out := &listOutput{Body: List{Ads: make([]ListedAd, 0, len(ads)), NextCursor: optional(next)}}
	for _, one := range ads {
		out.Body.Ads = append(out.Body.Ads, listed(one, a.Signer))
	}
	return out, nil
}

type statsOutput struct{ Body Stats }

func (a *api) stats(ctx context.Context, _ *struct{}) (*statsOutput, error) {
	st, err := a.Ads.Stats(ctx, ownerOf(ctx).id)
	if err != nil {
		return nil, a.answer(ctx, err)
	}
	return &statsOutput{Body: statsView(st)}, nil
}

type imageInput struct {
	ImageID string `path:"image_id"`
}

type imageOutput struct {
	Location     string `header:"Location"`
	CacheControl string `header:"Cache-Control"`
}

// linkLife is how long the address behind an image id is good: a page's
// loading, and some.
const linkLife = 5 * time.Minute

func (a *api) image(ctx context.Context, in *imageInput) (*imageOutput, error) {
	adID, picture, ok := a.Signer.parseImageID(in.ImageID)
	if !ok {
		return nil, a.answer(ctx, fault.New(fault.ImageNotFound, nil))
	}
	if _, err := a.Ads.Find(ctx, adID); err != nil {
		if fault.Has(err, fault.AdNotFound) {
			err = fault.New(fault.ImageNotFound, err)
		}
		return nil, a.answer(ctx, err)
	}
	link, err := a.Pictures.Link(ctx, adID, picture, linkLife)
	if err != nil {
		return nil, a.answer(ctx, err)
	}
	// The redirect may be kept for as long as its target lives, minus a load.
	return &imageOutput{Location: link, CacheControl: "private, max-age=240"}, nil
}

// Health answers GET /api/health.
type Health struct {
	Status string `json:"status" example:"ok"`
}

type healthOutput struct{ Body Health }

package workflow

import (
	"context"
	"encoding/json"
	"log/slog"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/blob"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/photo"
	"github.com/nanococoa/nanococoa/internal/quality"
)

// Records is what Ingest needs of the ad store; see adstore.Store.
type Records interface {
	Find(ctx context.Context, adID string) (ad.Ad, error)
	Fail(ctx context.Context, r ad.Ref, f ad.Failure) error
}

// Uploads is what Ingest needs of the bucket; see blob.Bucket.
type Uploads interface {
	Get(ctx context.Context, adID string, p ad.Picture, limit int64) ([]byte, error)
	Purge(ctx context.Context, adID string) error
	Remove(ctx context.Context, adID string, p ad.Picture) error
}

// Starter starts an attempt; see Machine.Start.
type Starter interface {
	Start(ctx context.Context, r ad.Ref) error
}

// Ingest handles "Object Created" events: it starts the ad whose photo has
// arrived. Events come at least once and in any order, so everything it does
// may be done again.
type Ingest struct {
	Ads      Records
	Pictures Uploads
	Machine  Starter
	Log      *slog.Logger
}

// Event is the part of an EventBridge S3 event that is used. EventBridge,
// unlike S3's own notifications, does not URL-encode the key.
type Event struct {
	Detail struct {
		Object struct {
			Key string `json:"key"`
		} `json:"object"`
	} `json:"detail"`
}

// Handle starts the ad of one event. An error makes EventBridge deliver the
// event again, and after its last try keep it in the dead-letter queue.
func (in *Ingest) Handle(ctx context.Context, raw json.RawMessage) error {
	var e Event
	if err := json.Unmarshal(raw, &e); err != nil {
		in.Log.ErrorContext(ctx, "not an S3 event", "step", "ingest", "error", err.Error())
		return fault.New(fault.RequestMalformed, err)
	}
	adID, ok := blob.ParseUpload(e.Detail.Object.Key)
	if !ok {
		in.Log.WarnContext(ctx, "not an upload", "step", "ingest") // the rule's prefix lets in nothing else of ours
		return nil
	}
	err := in.start(ctx, adID)
	log := in.Log.With("step", "ingest", "ad_id", adID)
	if err != nil {
		log.ErrorContext(ctx, "not started", "code", string(fault.From(err).Code), "error", err.Error())
		return err
	}
	log.InfoContext(ctx, "photo arrived")
	return nil
}

func (in *Ingest) start(ctx context.Context, adID string) error {
	a, err := in.Ads.Find(ctx, adID)
	if fault.Has(err, fault.AdNotFound) {
		// Deleted while the photo was on its way: it must not outlive its ad.
		return in.Pictures.Purge(ctx, adID)
	}
	if err != nil {
		return err
	}
	// An address to upload to is good for one photo. What is sent after that one is neither
	// looked at nor kept.
	switch a.Status {
	case ad.Running:
		return nil
	case ad.Succeeded:
		return in.Pictures.Remove(ctx, adID, ad.OriginalPhoto)
	case ad.AwaitingUpload, ad.Queued, ad.Failed:
	}
	if a.Status == ad.AwaitingUpload {
		// Nobody has looked at this photo yet. One that cannot be used need not start the
		// machine.
		err := in.check(ctx, adID)
		if code := fault.From(err); err != nil && !code.Code.Retryable() {
			return in.Ads.Fail(ctx, a.Ref, ad.Failure{Code: string(code.Code), Detail: code.Public()})
		}
		if err != nil {
			return err
		}
	}
	return in.Machine.Start(ctx, a.Ref)
}

// check looks at the photo's header.
func (in *Ingest) check(ctx context.Context, adID string) error {
	data, err := in.Pictures.Get(ctx, adID, ad.OriginalPhoto, photo.MaxBytes)
	if fault.Has(err, fault.ImageNotFound) {
		return fault.New(fault.PhotoMissing, err)
	}
	if err != nil {
		return err
	}
	info, err := photo.Check(data)
	if err != nil {
		return err
	}
	return quality.CheckSize(info.Width, info.Height)
}

package blob

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/cloud"
	"github.com/nanococoa/nanococoa/internal/fault"
)

// Exports is the part of a bucket that holds copies of all that owners have, for a day
// (infra/storage.yaml):
//
//	exports/{id}.zip    the copy
//	exports/{id}.json   what it is made of so far, while it is made
type Exports struct{ bucket *Bucket }

// Exports gives the copies of a bucket.
func (b *Bucket) Exports() Exports { return Exports{b} }

func exported(id string) string  { return "exports/" + id + ".zip" }
func exporting(id string) string { return "exports/" + id + ".json" }

// maxExporting is the most bytes of the latter: of some ten thousand ads.
const maxExporting = 64 << 20

// Begin begins a copy, which comes in parts. Browsers save it by a name.
func (e Exports) Begin(ctx context.Context, id string) (upload string, err error) {
	out, err := e.bucket.s3.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{
		Bucket: &e.bucket.name, Key: aws.String(exported(id)), ContentType: aws.String("application/zip"),
		ContentDisposition: aws.String(`attachment; filename="nanococoa.zip"`),
	})
	if err != nil {
		return "", cloud.Fault(err)
	}
	return aws.ToString(out.UploadId), nil
}

// MinPart is the fewest bytes of a part that is not the last (Amazon S3, "Multipart upload
// limits").
const MinPart = 5 << 20

// Part stores a part (1, 2 ...); one that is sent again replaces the former.
func (e Exports) Part(ctx context.Context, id, upload string, n int, data []byte) (tag string, err error) {
	out, err := e.bucket.s3.UploadPart(ctx, &s3.UploadPartInput{
		Bucket: &e.bucket.name, Key: aws.String(exported(id)), UploadId: &upload,
		PartNumber: aws.Int32(int32(n)), Body: bytes.NewReader(data), //nolint:gosec // at most ten thousand
	})
	if err != nil {
		return "", cloud.Fault(err)
	}
	return aws.ToString(out.ETag), nil
}

// Complete makes a copy of its parts.
func (e Exports) Complete(ctx context.Context, id, upload string, tags []string) error {
	var parts []types.CompletedPart
	for i, tag := range tags {
		parts = append(parts, types.CompletedPart{ETag: &tag, PartNumber: aws.Int32(int32(i + 1))}) //nolint:gosec // as above
	}
	_, err := e.bucket.s3.CompleteMultipartUpload(ctx, &s3.CompleteMultipartUploadInput{
		Bucket: &e.bucket.name, Key: aws.String(exported(id)), UploadId: &upload,
		MultipartUpload: &types.CompletedMultipartUpload{Parts: parts},
	})
	return cloud.Fault(err)
}

// State reads what a copy is made of so far; nil before anything was kept.
func (e Exports) State(ctx context.Context, id string) ([]byte, error) {
	state, err := e.bucket.get(ctx, exporting(id), maxExporting)
	if fault.Has(err, fault.ImageNotFound) {
		return nil, nil
	}
	return state, err
}

// SetState keeps it.
func (e Exports) SetState(ctx context.Context, id string, state []byte) error {
	_, err := e.bucket.s3.PutObject(ctx, &s3.PutObjectInput{
		Bucket: &e.bucket.name, Key: aws.String(exporting(id)), Body: bytes.NewReader(state),
		ContentLength: aws.Int64(int64(len(state))),
	})
	return cloud.Fault(err)
}

// Link makes an address at which a copy can be saved for a while.
func (e Exports) Link(ctx context.Context, id string, life time.Duration) (string, error) {
	return e.bucket.link(ctx, exported(id), life)
}

// Remove removes a copy.
func (e Exports) Remove(ctx context.Context, id string) error {
	if err := e.bucket.remove(ctx, exporting(id)); err != nil {
		return err
	}
	return e.bucket.remove(ctx, exported(id))
}

// Kept lists the pictures of an ad that are worth keeping: the photo, scenes and renditions in
// full, without what pages show of them and what is made of them again in a moment.
func (e Exports) Kept(ctx context.Context, adID string) ([]ad.Picture, error) {
	var out []ad.Picture
	for _, prefix := range []string{uploads(adID), pictures(adID)} {
		pages := s3.NewListObjectsV2Paginator(e.bucket.s3, &s3.ListObjectsV2Input{
			Bucket: &e.bucket.name, Prefix: aws.String(prefix),
		})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				return nil, cloud.Fault(err)
			}
			for _, o := range page.Contents {
				name := strings.TrimPrefix(aws.ToString(o.Key), prefix)
				whole := strings.HasSuffix(name, ".png") && !strings.HasSuffix(name, "-file.png")
				if whole || name == string(ad.OriginalPhoto) {
					out = append(out, ad.Picture(name))
				}
			}
		}
	}
	slices.Sort(out)
	return out, nil
}

// Picture reads one of them. Faults: as of Bucket.Get.
func (e Exports) Picture(ctx context.Context, adID string, p ad.Picture) ([]byte, error) {
	const most = 64 << 20 // more than any picture we store
	return e.bucket.Get(ctx, adID, p, most)
}

// Logo reads a prepared logo. Faults: as of Bucket.Get.
func (e Exports) Logo(ctx context.Context, logoID string) ([]byte, error) {
	return e.bucket.Logos().Get(ctx, logoID)
}

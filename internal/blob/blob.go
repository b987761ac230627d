// Package blob keeps photos and pictures in S3. Every object of an ad lies
// under one of two prefixes, at a name that depends on nothing but the ad, so a
// retried step overwrites instead of doubling and a deletion finds everything:
//
//	uploads/{ad_id}/original     the photo as the owner sent it: untrusted, never shown
//	ads/{ad_id}/product.png      the prepared photo
//	ads/{ad_id}/product.jpg      the prepared photo, for pages; thumbnail.jpg: small
//	ads/{ad_id}/stage1.png       the product in its first scene; stage1.jpg, thumbnail1.jpg: for pages;
//	                             stage1-mask.png: where the product lies in the photo
//	ads/{ad_id}/stage2.png       its first rendition; stage2.jpg, thumbnail2.jpg: for pages
//	ads/{ad_id}/scene-{id}.png   a further scene, and so on; see ad.ScenePictures, ad.RenditionPictures
//
// An owner's logo belongs to no ad (logo.go).
package blob

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/cloud"
	"github.com/nanococoa/nanococoa/internal/fault"
)

// Key is the object key of a picture.
func Key(adID string, p ad.Picture) string {
	if p == ad.OriginalPhoto {
		return uploads(adID) + string(p)
	}
	return pictures(adID) + string(p)
}

func uploads(adID string) string  { return "uploads/" + adID + "/" }
func pictures(adID string) string { return "ads/" + adID + "/" }

// ParseUpload gives the ad id of an upload's key, and whether it is one.
func ParseUpload(key string) (adID string, ok bool) {
	id, ok := strings.CutSuffix(key, "/"+string(ad.OriginalPhoto))
	if !ok {
		return "", false
	}
	id, ok = strings.CutPrefix(id, "uploads/")
	return id, ok && ad.ValidID(id)
}

// Bucket is the bucket. It is safe for concurrent use. Every method returns
// fault.StorageThrottled or fault.StorageUnavailable when S3 fails, beside the
// faults it names.
type Bucket struct {
	s3   *s3.Client
	sign *s3.PresignClient
	name string
}

// New makes a bucket from a client.
func New(client *s3.Client, name string) *Bucket {
	return &Bucket{s3: client, sign: s3.NewPresignClient(client), name: name}
}

// Open makes a bucket from the SDK's configuration.
func Open(cfg aws.Config, name string) *Bucket {
	return New(s3.NewFromConfig(cfg, func(o *s3.Options) { o.UsePathStyle = cloud.PathStyle() }), name)
}

// Put stores a picture, replacing what was there.
func (b *Bucket) Put(ctx context.Context, adID string, p ad.Picture, data []byte, contentType string) error {
	_, err := b.s3.PutObject(ctx, &s3.PutObjectInput{
		Bucket: &b.name, Key: aws.String(Key(adID, p)), Body: bytes.NewReader(data),
		ContentType: &contentType, ContentLength: aws.Int64(int64(len(data))),
		// What an owner sent is never rendered by a browser from our address.
		ContentDisposition: disposition(p),
	})
	return cloud.Fault(err)
}

func disposition(p ad.Picture) *string {
	if p == ad.OriginalPhoto {
		return aws.String("attachment")
	}
	return nil
}

// Get reads a picture of at most limit bytes.
//
// Faults: Image.NotFound; Photo.TooLarge when it is larger.
func (b *Bucket) Get(ctx context.Context, adID string, p ad.Picture, limit int64) ([]byte, error) {
	return b.get(ctx, Key(adID, p), limit)
}

func (b *Bucket) get(ctx context.Context, key string, limit int64) ([]byte, error) {
	out, err := b.s3.GetObject(ctx, &s3.GetObjectInput{Bucket: &b.name, Key: &key})
	var missing *types.NoSuchKey
	switch {
	case errors.As(err, &missing):
		return nil, fault.New(fault.ImageNotFound, err)
	case err != nil:
		return nil, cloud.Fault(err)
	}
	defer out.Body.Close()
	if aws.ToInt64(out.ContentLength) > limit {
		return nil, fault.Newf(fault.PhotoTooLarge, "%d bytes", aws.ToInt64(out.ContentLength))
	}
	data, err := io.ReadAll(io.LimitReader(out.Body, limit+1))
	if err != nil {
		return nil, fault.New(fault.StorageUnavailable, err)
	}
	if int64(len(data)) > limit {
		return nil, fault.Newf(fault.PhotoTooLarge, "more than %d bytes", limit)
	}
	return data, nil
}

// Exists reports whether a picture is there.
func (b *Bucket) Exists(ctx context.Context, adID string, p ad.Picture) (bool, error) {
	_, err := b.s3.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &b.name, Key: aws.String(Key(adID, p))})
	var missing *types.NotFound
	if errors.As(err, &missing) {
		return false, nil
	}
	return err == nil, cloud.Fault(err)
}

// Purge removes every object of an ad.
func (b *Bucket) Purge(ctx context.Context, adID string) error {
	for _, prefix := range []string{uploads(adID), pictures(adID)} {
		pages := s3.NewListObjectsV2Paginator(b.s3, &s3.ListObjectsV2Input{Bucket: &b.name, Prefix: aws.String(prefix)})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				return cloud.Fault(err)
			}
			for _, o := range page.Contents {
				if err := b.remove(ctx, aws.ToString(o.Key)); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// Folders lists ads that have objects, whether or not there is a record of them:
// at most max from where an earlier call ended ("" for the start). next is ""
// when that was the last of them. An ad is listed once for its upload and once
// for its pictures.
func (b *Bucket) Folders(ctx context.Context, from string, max int32) (adIDs []string, next string, err error) {
	const first, second = "ads/", "uploads/"
	prefix := first
	if strings.HasPrefix(from, second) {
		prefix = second
	}
	out, err := b.s3.ListObjectsV2(ctx, &s3.ListObjectsV2Input{
		Bucket: &b.name, Prefix: &prefix, Delimiter: aws.String("/"), StartAfter: &from, MaxKeys: &max,
	})
	if err != nil {
		return nil, "", cloud.Fault(err)
	}
	for _, p := range out.CommonPrefixes {
		id := strings.TrimSuffix(strings.TrimPrefix(aws.ToString(p.Prefix), prefix), "/")
		if ad.ValidID(id) { // what else lies here is not ours to remove
			adIDs = append(adIDs, id)
		}
	}
	switch {
	case aws.ToBool(out.IsTruncated) && len(out.CommonPrefixes) > 0:
		last := aws.ToString(out.CommonPrefixes[len(out.CommonPrefixes)-1].Prefix)
		next = strings.TrimSuffix(last, "/") + "0" // the first name behind all that begin with "last/"
	case prefix == first:
		next = second
	}
	return adIDs, next, nil
}

// Remove removes a picture; one that is not there is removed.
func (b *Bucket) Remove(ctx context.Context, adID string, p ad.Picture) error {
	return b.remove(ctx, Key(adID, p))
}

// PutFile stores a file for an owner to save: browsers save it under a name instead of
// showing it. disposition is the header's value; see picturefile.Disposition.
func (b *Bucket) PutFile(
	ctx context.Context, adID string, p ad.Picture, data []byte, contentType, disposition string,
) error {
	_, err := b.s3.PutObject(ctx, &s3.PutObjectInput{
		Bucket: &b.name, Key: aws.String(Key(adID, p)), Body: bytes.NewReader(data),
		ContentType: &contentType, ContentLength: aws.Int64(int64(len(data))), ContentDisposition: &disposition,
	})
	return cloud.Fault(err)
}

func (b *Bucket) remove(ctx context.Context, key string) error {
	_, err := b.s3.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &b.name, Key: &key})
	return cloud.Fault(err)
}

// Link makes an address at which a picture can be read for a while without
// credentials.
func (b *Bucket) Link(ctx context.Context, adID string, p ad.Picture, life time.Duration) (string, error) {
	return b.link(ctx, Key(adID, p), life)
}

func (b *Bucket) link(ctx context.Context, key string, life time.Duration) (string, error) {
	in := &s3.GetObjectInput{Bucket: &b.name, Key: &key}
	req, err := b.sign.PresignGetObject(ctx, in, s3.WithPresignExpires(life))
	if err != nil {
		return "", fmt.Errorf("sign a link: %w", err)
	}
	return req.URL, nil
}

// uploadLife is how long a presigned POST is good: enough to send 20 MB at 0.2 Mbit/s, twice
// over what a bad mobile connection has. Whoever was interrupted gets a fresh one by the
// order's Idempotency-Key.
const uploadLife = 15 * time.Minute

// NewUpload presigns the upload of an ad's photo: key, content type and length
// (1..size bytes) are fixed by the signature.
func (b *Bucket) NewUpload(ctx context.Context, adID, contentType string, size int64) (ad.Upload, error) {
	return b.newUpload(ctx, Key(adID, ad.OriginalPhoto), contentType, size)
}

func (b *Bucket) newUpload(ctx context.Context, key, contentType string, size int64) (ad.Upload, error) {
	in := &s3.PutObjectInput{Bucket: &b.name, Key: &key}
	req, err := b.sign.PresignPostObject(ctx, in, func(o *s3.PresignPostOptions) {
		o.Expires = uploadLife
		o.Conditions = []any{
			[]any{"content-length-range", 1, size},
			[]any{"eq", "$Content-Type", contentType},
			[]any{"eq", "$Content-Disposition", "attachment"},
		}
	})
	if err != nil {
		return ad.Upload{}, fmt.Errorf("sign an upload: %w", err)
	}
	req.Values["Content-Type"] = contentType
	req.Values["Content-Disposition"] = "attachment"
	return ad.Upload{URL: req.URL, Fields: req.Values}, nil
}

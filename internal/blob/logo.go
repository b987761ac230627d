package blob

import (
	"bytes"
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/cloud"
)

// Logos is the part of a bucket that holds owners' logos:
//
//	uploads/logos/{logo_id}   as the owner sent it: untrusted, never shown; gone with the other uploads
//	brands/{logo_id}.png      the prepared logo
//
// Neither name is of an ad, so nothing that looks for ads' objects finds them.
type Logos struct{ bucket *Bucket }

// Logos gives the logos of a bucket.
func (b *Bucket) Logos() Logos { return Logos{b} }

// maxLogo is the most bytes of a prepared logo.
const maxLogo = 20 << 20

func sentLogo(id string) string { return "uploads/logos/" + id }
func logo(id string) string     { return "brands/" + id + ".png" }

// NewUpload presigns the upload of a logo, as Bucket.NewUpload does of a photo.
func (l Logos) NewUpload(ctx context.Context, logoID, contentType string, size int64) (ad.Upload, error) {
	return l.bucket.newUpload(ctx, sentLogo(logoID), contentType, size)
}

// Sent reads a logo as its owner sent it. Faults: as of Bucket.Get.
func (l Logos) Sent(ctx context.Context, logoID string, limit int64) ([]byte, error) {
	return l.bucket.get(ctx, sentLogo(logoID), limit)
}

// Put stores a prepared logo, a PNG.
func (l Logos) Put(ctx context.Context, logoID string, data []byte) error {
	_, err := l.bucket.s3.PutObject(ctx, &s3.PutObjectInput{
		Bucket: &l.bucket.name, Key: aws.String(logo(logoID)), Body: bytes.NewReader(data),
		ContentType: aws.String("image/png"), ContentLength: aws.Int64(int64(len(data))),
	})
	return cloud.Fault(err)
}

// Get reads a prepared logo. Faults: as of Bucket.Get.
func (l Logos) Get(ctx context.Context, logoID string) ([]byte, error) {
	return l.bucket.get(ctx, logo(logoID), maxLogo)
}

// Link makes an address at which a prepared logo can be read for a while.
func (l Logos) Link(ctx context.Context, logoID string, life time.Duration) (string, error) {
	return l.bucket.link(ctx, logo(logoID), life)
}

// Remove removes a prepared logo. Renditions keep their own copies of it.
func (l Logos) Remove(ctx context.Context, logoID string) error {
	return l.bucket.remove(ctx, logo(logoID))
}

package export_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/nanococoa/nanococoa/internal/account"
	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/blob"
	"github.com/nanococoa/nanococoa/internal/export"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/localaws"
)

func TestMain(m *testing.M) { os.Exit(localaws.Main(m)) }

// records are the ads of one owner, and how far the copy is.
type records struct {
	ads  []ad.Ad
	job  account.Job
	held bool
}

func (r *records) Export(context.Context, string) (account.Job, error) { return r.job, nil }
func (r *records) HoldExport(_ context.Context, _ string, j account.Job, _ time.Duration) (bool, error) {
	if r.held {
		return false, nil
	}
	r.job = j
	return true, nil
}

func (r *records) KeepExport(_ context.Context, _ string, j account.Job) error { r.job = j; return nil }

func (r *records) List(_ context.Context, _ string, limit int, cursor string) ([]ad.Ad, string, error) {
	from := 0
	if cursor != "" {
		from = slices.IndexFunc(r.ads, func(a ad.Ad) bool { return a.AdID == cursor }) + 1
	}
	to := min(from+limit, len(r.ads))
	next := ""
	if to < len(r.ads) {
		next = r.ads[to-1].AdID
	}
	return r.ads[from:to], next, nil
}

func (r *records) Studio(_ context.Context, _, adID string) (ad.Studio, error) {
	for _, a := range r.ads {
		if a.AdID == adID && a.Status != "" {
			return ad.Studio{Ad: a, Renditions: []ad.Rendition{{ID: adID, HTML: "<p>"}}}, nil
		}
	}
	return ad.Studio{}, fault.New(fault.AdNotFound, nil)
}

func (r *records) Brand(context.Context, string) (ad.Brand, error) {
	return ad.Brand{LogoID: "l", Colors: []string{"#123456"}}, nil
}

func (r *records) Stats(context.Context, string) (ad.Stats, error) { return ad.Stats{TotalAds: 2}, nil }

// broken is a bucket whose parts fail once.
type broken struct {
	blob.Exports
	part int
}

var errBroken = errors.New("broken")

func (b *broken) Part(ctx context.Context, id, upload string, n int, data []byte) (string, error) {
	if n == b.part {
		b.part = 0
		return "", errBroken
	}
	return b.Exports.Part(ctx, id, upload, n, data)
}

// A copy of several parts, made by several calls of which one fails in the middle, is one
// whole ZIP with everything in it once.
func TestACopyIsMadeInPieces(t *testing.T) {
	t.Parallel()
	db := s3.NewFromConfig(localaws.Config(t), func(o *s3.Options) { o.UsePathStyle = true })
	name := localaws.Name(t)
	if _, err := db.CreateBucket(t.Context(), &s3.CreateBucketInput{
		Bucket: &name, CreateBucketConfiguration: &types.CreateBucketConfiguration{LocationConstraint: localaws.Region},
	}); err != nil {
		t.Fatal(err)
	}
	bucket := blob.New(db, name)
	r := &records{}
	big := bytes.Repeat([]byte("0123456789"), 10_000) // 100 KB
	for i := range 5 {
		id, err := ad.NewID()
		if err != nil {
			t.Fatal(err)
		}
		a := ad.Ad{Ref: ad.Ref{Owner: "me", AdID: id}, Status: ad.Succeeded, CreatedAt: time.Unix(int64(i), 0)}
		a.ProductName = fmt.Sprint("상품 ", i)
		r.ads = append(r.ads, a)
		for _, p := range []ad.Picture{ad.ProductPhoto, ad.Stage2Picture, ad.Stage2Page, ad.RenditionFile(id, "png")} {
			if err := bucket.Put(t.Context(), id, p, append([]byte{byte(i)}, big...), "image/png"); err != nil {
				t.Fatal(err)
			}
		}
	}
	r.ads = append(r.ads, ad.Ad{Ref: ad.Ref{AdID: "deleted meanwhile"}})
	if err := bucket.Put(
		t.Context(),
		r.ads[0].AdID,
		ad.OriginalPhoto,
		[]byte("\xff\xd8\xff photo"),
		"image/jpeg",
	); err != nil {
		t.Fatal(err)
	}
	if err := bucket.Logos().Put(t.Context(), "l", []byte("logo")); err != nil {
		t.Fatal(err)
	}
	files := &broken{bucket.Exports(), 2}
	m := export.Maker{Records: r, Files: files, Now: time.Now, Part: 150_000} // Work is over at once
	begun, failed, calls := 0, 0, 0
	var made account.Copy
	for !made.Ready && calls < 20 {
		calls++
		got, err := m.Export(
			t.Context(),
			account.Account{Owner: "me", Email: "me@example.com"},
			func() error { begun++; return nil },
		)
		if errors.Is(err, errBroken) {
			failed++
		} else if err != nil {
			t.Fatal(err)
		}
		made = got
	}
	if begun != 1 || failed != 1 || calls < 5 || made.Done != 5 || made.URL == "" {
		t.Errorf("%d begun, %d failed, %d calls, %+v", begun, failed, calls, made)
	}
	out, err := db.GetObject(t.Context(), &s3.GetObjectInput{Bucket: &name, Key: ptr("exports/" + r.job.ID + ".zip")})
	if err != nil {
		t.Fatal(err)
	}
	defer out.Body.Close()
	raw, err := io.ReadAll(out.Body)
	if err != nil || int64(len(raw)) != made.Bytes {
		t.Fatalf("%d bytes, want %d, %v", len(raw), made.Bytes, err)
	}
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	content := map[string][]byte{}
	for _, f := range z.File {
		rc, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(rc) // holds it against its checksum
		if _, twice := content[f.Name]; err != nil || twice {
			t.Errorf("%s: %v, twice %t", f.Name, err, twice)
		}
		content[f.Name] = data
	}
	for i, a := range r.ads[:5] {
		folder := "ads/" + a.AdID + "/"
		if got := content[folder+"stage2.png"]; len(got) != len(big)+1 || got[0] != byte(i) {
			t.Errorf("ad %d has a picture of %d bytes", i, len(got))
		}
		if got := string(content[folder+"ad.json"]); !strings.Contains(got, a.ProductName) {
			t.Errorf("ad %d is %s", i, got)
		}
	}
	// Photo, picture and data of five ads, an original, the logo and what is known of the owner.
	if len(content) != 5*3+1+1+1 || content["ads/"+r.ads[0].AdID+"/original.jpeg"] == nil ||
		string(content["logo.png"]) != "logo" {
		t.Errorf("the copy has %d files", len(content))
	}
	var about struct {
		Email string
		Ads   int
	}
	if err := json.Unmarshal(
		content["data.json"],
		&about,
	); err != nil || about.Email != "me@example.com" ||
		about.Ads != 5 {
		t.Errorf("data.json is %s, %v", content["data.json"], err)
	}
	// The same copy is given again, and is gone when it is removed.
	if again, err := m.Export(t.Context(), account.Account{Owner: "me"}, nil); err != nil || !again.Ready {
		t.Errorf("%+v, %v", again, err)
	}
	if err := m.Remove(t.Context(), "me"); err != nil {
		t.Fatal(err)
	}
	if _, err := db.GetObject(
		t.Context(),
		&s3.GetObjectInput{Bucket: &name, Key: ptr("exports/" + r.job.ID + ".zip")},
	); err == nil {
		t.Error("the copy is still there")
	}
}

// While one call works on a copy, another says how far it is; and a limit keeps one from being
// begun.
func TestACopyThatIsWorkedOn(t *testing.T) {
	t.Parallel()
	r := &records{held: true, job: account.Job{ID: "x", Done: 1, Total: 3}}
	m := export.Maker{Records: r, Now: time.Now}
	if got, err := m.Export(
		t.Context(),
		account.Account{},
		nil,
	); err != nil || got.Ready || got.Done != 1 ||
		got.Total != 3 {
		t.Errorf("%+v, %v", got, err)
	}
	full := fault.New(fault.LimitReached, nil)
	m = export.Maker{Records: &records{}, Now: time.Now}
	if _, err := m.Export(t.Context(), account.Account{}, func() error { return full }); !errors.Is(err, full) {
		t.Errorf("err = %v", err)
	}
}

func ptr(s string) *string { return &s }

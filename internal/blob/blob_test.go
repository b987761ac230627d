package blob_test

import (
	"bytes"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/blob"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/localaws"
)

func TestMain(m *testing.M) { os.Exit(localaws.Main(m)) }

type bucket struct {
	*blob.Bucket
	client *s3.Client
	name   string
}

func newBucket(t *testing.T) bucket {
	t.Helper()
	t.Setenv("AWS_ENDPOINT_URL", "set") // path style, as in a function on the local AWS
	cfg := localaws.Config(t)
	name := localaws.Name(t)
	client := s3.NewFromConfig(cfg, func(o *s3.Options) { o.UsePathStyle = true })
	_, err := client.CreateBucket(t.Context(), &s3.CreateBucketInput{
		Bucket: &name, CreateBucketConfiguration: &types.CreateBucketConfiguration{LocationConstraint: localaws.Region},
	})
	if err != nil {
		t.Fatal(err)
	}
	return bucket{blob.Open(cfg, name), client, name}
}

func (b bucket) keys(t *testing.T) []string {
	t.Helper()
	out, err := b.client.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: &b.name})
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for _, o := range out.Contents {
		keys = append(keys, *o.Key)
	}
	return keys
}

func newID(t *testing.T) string {
	t.Helper()
	id, err := ad.NewID()
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestKeys(t *testing.T) {
	t.Parallel()
	id := newID(t)
	if got := blob.Key(id, ad.OriginalPhoto); got != "uploads/"+id+"/original" {
		t.Errorf("original = %s", got)
	}
	if got := blob.Key(id, ad.Stage2Picture); got != "ads/"+id+"/stage2.png" {
		t.Errorf("stage 2 = %s", got)
	}
	if got, ok := blob.ParseUpload(blob.Key(id, ad.OriginalPhoto)); !ok || got != id {
		t.Errorf("ParseUpload = %q, %v", got, ok)
	}
	for _, bad := range []string{
		"", "uploads/x/original", "ads/" + id + "/original", "uploads/" + id + "/other", "uploads/" + id + "/a/original",
		blob.Key(id, ad.Stage1Picture),
	} {
		if got, ok := blob.ParseUpload(bad); ok {
			t.Errorf("%q is taken for the upload of %q", bad, got)
		}
	}
}

//nolint:paralleltest // newBucket sets the environment
func TestPutGetRemovePurge(t *testing.T) {
	b := newBucket(t)
	ctx, one, other := t.Context(), newID(t), newID(t)
	for _, k := range []ad.Picture{ad.OriginalPhoto, ad.ProductPhoto, ad.Stage1Picture} {
		if err := b.Put(ctx, one, k, []byte("data of "+k), "image/png"); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.Put(ctx, other, ad.OriginalPhoto, []byte("x"), "image/png"); err != nil {
		t.Fatal(err)
	}
	if got, err := b.Get(ctx, one, ad.Stage1Picture, 100); err != nil || string(got) != "data of stage1.png" {
		t.Errorf("Get = %q, %v", got, err)
	}
	if _, err := b.Get(ctx, one, ad.Stage1Picture, 5); !fault.Has(err, fault.PhotoTooLarge) {
		t.Errorf("over the limit: %v", err)
	}
	if _, err := b.Get(ctx, one, ad.Stage2Picture, 100); !fault.Has(err, fault.ImageNotFound) {
		t.Errorf("missing: %v", err)
	}
	if err := b.Purge(ctx, one); err != nil {
		t.Fatal(err)
	}
	if got := b.keys(t); len(got) != 1 || got[0] != blob.Key(other, ad.OriginalPhoto) {
		t.Errorf("after Purge: %v", got)
	}
}

//nolint:paralleltest // newBucket sets the environment
func TestLinkCanBeReadWithoutCredentials(t *testing.T) {
	b := newBucket(t)
	id := newID(t)
	if err := b.Put(t.Context(), id, ad.Stage2Picture, []byte("png"), "image/png"); err != nil {
		t.Fatal(err)
	}
	link, err := b.Link(t.Context(), id, ad.Stage2Picture, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.Get(link)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, _ := io.ReadAll(res.Body)
	if res.StatusCode != http.StatusOK || string(body) != "png" || res.Header.Get("Content-Type") != "image/png" ||
		!strings.Contains(link, "X-Amz-Expires=60") {
		t.Errorf("%s: %s %q", link, res.Status, body)
	}
}

//nolint:paralleltest // newBucket sets the environment
func TestUploadTakesWhatWasAskedForAndNothingElse(t *testing.T) {
	b := newBucket(t)
	id := newID(t)
	up, err := b.NewUpload(t.Context(), id, "image/jpeg", 10)
	if err != nil {
		t.Fatal(err)
	}
	if code := post(t, up, "0123456789ABC"); code < 400 {
		t.Errorf("13 bytes where 10 were announced: %d", code)
	}
	if code := post(t, up, ""); code < 400 {
		t.Errorf("nothing: %d", code)
	}
	if n := len(b.keys(t)); n != 0 {
		t.Fatalf("a refused upload left %d objects", n)
	}
	if code := post(t, up, "0123456789"); code >= 300 {
		t.Errorf("what was announced: %d", code)
	}
	if got := b.keys(t); len(got) != 1 || got[0] != blob.Key(id, ad.OriginalPhoto) {
		t.Errorf("objects: %v", got)
	}
}

func post(t *testing.T, up ad.Upload, data string) int {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for k, v := range up.Fields {
		if err := w.WriteField(k, v); err != nil {
			t.Fatal(err)
		}
	}
	part, err := w.CreateFormFile("file", "사진.jpg")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = part.Write([]byte(data))
	_ = w.Close()
	res, err := http.Post(up.URL, w.FormDataContentType(), &body)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	return res.StatusCode
}

func TestAMissingBucketIsAFault(t *testing.T) {
	t.Setenv("AWS_ENDPOINT_URL", "set")
	b := blob.Open(localaws.Config(t), "no-such-bucket")
	id := newID(t)
	for name, call := range map[string]func() error{
		"Put":   func() error { return b.Put(t.Context(), id, ad.Stage1Picture, nil, "image/png") },
		"Get":   func() error { _, err := b.Get(t.Context(), id, ad.Stage1Picture, 1); return err },
		"Purge": func() error { return b.Purge(t.Context(), id) },
	} {
		if err := call(); !fault.Has(err, fault.StorageUnavailable) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The scan of the bucket finds every ad with objects, in steps of any
// size, and ends.
func TestFolders(t *testing.T) { //nolint:paralleltest // it sets the environment
	b := newBucket(t)
	want := map[string]int{}
	for i := range 5 {
		id := newID(t)
		put := func(kinds ...ad.Picture) {
			for _, k := range kinds {
				if err := b.Put(t.Context(), id, k, []byte("x"), "image/png"); err != nil {
					t.Fatal(err)
				}
			}
		}
		put(ad.OriginalPhoto)
		want[id]++
		if i%2 == 0 {
			put(ad.ProductPhoto, ad.Stage1Picture, ad.Stage2Picture)
			want[id]++
		}
	}
	for _, key := range []string{"ads/somebody-elses/file", "other/file"} {
		if _, err := b.client.PutObject(
			t.Context(), &s3.PutObjectInput{Bucket: &b.name, Key: &key, Body: strings.NewReader("x")},
		); err != nil {
			t.Fatal(err)
		}
	}
	for _, most := range []int32{1, 2, 3, 100} {
		got, from, steps := map[string]int{}, "", 0
		for {
			ids, next, err := b.Folders(t.Context(), from, most)
			if err != nil || len(ids) > int(most) {
				t.Fatalf("%v, %v", ids, err)
			}
			for _, id := range ids {
				got[id]++
			}
			if from = next; from == "" {
				break
			}
			if steps++; steps > 20 {
				t.Fatalf("by %d: the scan has no end, now at %q", most, from)
			}
		}
		if !maps.Equal(got, want) {
			t.Errorf("by %d: %v, want %v", most, got, want)
		}
	}
}

// What an owner sent is downloaded and never shown, should anybody ever come by
// its address: it is the one object that we did not make.
//
//nolint:paralleltest // newBucket sets the environment
func TestAnOriginalIsNeverShown(t *testing.T) {
	b := newBucket(t)
	id := newID(t)
	for k, want := range map[ad.Picture]string{ad.OriginalPhoto: "attachment", ad.Stage2Picture: ""} {
		if err := b.Put(t.Context(), id, k, []byte("<script>"), "text/html"); err != nil {
			t.Fatal(err)
		}
		out, err := b.client.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: &b.name, Key: aws.String(blob.Key(id, k))})
		if err != nil || aws.ToString(out.ContentDisposition) != want {
			t.Errorf("%s: disposition %q, %v, want %q", k, aws.ToString(out.ContentDisposition), err, want)
		}
	}
}

package site_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"github.com/nanococoa/nanococoa/infra/site"
	"github.com/nanococoa/nanococoa/internal/localaws"
)

func TestMain(m *testing.M) {
	if os.Getenv(samLog) == "" {
		os.Exit(localaws.Main(m))
	}
	if err := sam(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

const origin = "https://ads.example.com"

var pages = fstest.MapFS{
	"404.html":             {Data: []byte("not here")},
	"assets/start-1a2.js":  {Data: []byte("script")},
	"assets/start-3b4.css": {Data: []byte("style")},
	"assets/first-5c6.woff2": {
		Data: []byte("font"),
	},
	"example-before.jpg": {Data: []byte("photo")},
	"index.html":         {Data: []byte(`<meta property="og:image" content="/og.jpg"><a href="/">`)},
	"notify.js":          {Data: []byte("worker")},
	"robots.txt":         {Data: []byte("robots")},
}

// line is a connection that notes which objects are put, and can lose one.
type line struct {
	mu    sync.Mutex
	put   []string
	loses string
}

func (l *line) Do(req *http.Request) (*http.Response, error) {
	if req.Method == http.MethodPut {
		_, key, _ := strings.Cut(strings.TrimPrefix(req.URL.Path, "/"), "/")
		if key != "" && key == l.loses {
			return nil, errors.New("the line is cut")
		}
		l.mu.Lock()
		l.put = append(l.put, key)
		l.mu.Unlock()
	}
	return http.DefaultClient.Do(req)
}

// bucket makes a bucket, and a client whose requests go over a line.
func bucket(t *testing.T, l *line) (*s3.Client, string) {
	t.Helper()
	open := func(more func(*s3.Options)) *s3.Client {
		return s3.NewFromConfig(localaws.Config(t), func(o *s3.Options) { o.UsePathStyle = true }, more)
	}
	name := localaws.Name(t)
	_, err := open(func(*s3.Options) {}).CreateBucket(t.Context(), &s3.CreateBucketInput{
		Bucket:                    &name,
		CreateBucketConfiguration: &types.CreateBucketConfiguration{LocationConstraint: localaws.Region},
	})
	if err != nil {
		t.Fatal(err)
	}
	return open(func(o *s3.Options) {
		o.HTTPClient = l
		o.Retryer = aws.NopRetryer{}
	}), name
}

func TestPublishedFilesAreServedAsTheyMustBe(t *testing.T) {
	t.Parallel()
	l := &line{}
	client, bucket := bucket(t, l)
	n, err := site.Publish(t.Context(), client, bucket, origin, pages)
	if err != nil || n != len(pages) {
		t.Fatalf("%d files, %v", n, err)
	}
	const forever, ask = "public, max-age=31536000, immutable", "no-cache"
	for name, want := range map[string][2]string{
		"404.html":               {"text/html; charset=utf-8", ask},
		"assets/first-5c6.woff2": {"font/woff2", forever},
		"assets/start-1a2.js":    {"text/javascript; charset=utf-8", forever},
		"assets/start-3b4.css":   {"text/css; charset=utf-8", forever},
		"example-before.jpg":     {"image/jpeg", ask},
		"index.html":             {"text/html; charset=utf-8", ask},
		"notify.js":              {"text/javascript; charset=utf-8", ask},
		"robots.txt":             {"text/plain; charset=utf-8", ask},
	} {
		out, err := client.GetObject(t.Context(), &s3.GetObjectInput{Bucket: &bucket, Key: &name})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		body, err := io.ReadAll(out.Body)
		data := string(pages[name].Data)
		if name == "index.html" { // of a link's picture nobody follows a relative address
			data = `<meta property="og:image" content="https://ads.example.com/og.jpg"><a href="/">`
		}
		if err != nil || out.Body.Close() != nil || string(body) != data {
			t.Errorf("%s holds %q, %v", name, body, err)
		}
		if got := [2]string{aws.ToString(out.ContentType), aws.ToString(out.CacheControl)}; got != want {
			t.Errorf("%s is served as %q, want %q", name, got, want)
		}
	}
}

func TestPagesComeAfterWhatTheyNeed(t *testing.T) {
	t.Parallel()
	l := &line{}
	client, bucket := bucket(t, l)
	if _, err := site.Publish(t.Context(), client, bucket, origin, pages); err != nil {
		t.Fatal(err)
	}
	kinds := make([]string, 0, len(l.put))
	for _, name := range l.put {
		switch {
		case strings.HasPrefix(name, "assets/"):
			kinds = append(kinds, "1 asset")
		case strings.HasSuffix(name, ".html"):
			kinds = append(kinds, "3 page")
		default:
			kinds = append(kinds, "2 other")
		}
	}
	if len(kinds) != len(pages) || !slices.IsSorted(kinds) {
		t.Errorf("sent in the order %q", l.put)
	}
}

func TestALostAssetLeavesThePagesAsTheyWere(t *testing.T) {
	t.Parallel()
	l := &line{loses: "assets/start-1a2.js"}
	client, bucket := bucket(t, l)
	_, err := site.Publish(t.Context(), client, bucket, origin, pages)
	if err == nil || !strings.Contains(err.Error(), l.loses) {
		t.Errorf("err = %v, want the file's name", err)
	}
	for _, name := range l.put {
		if !strings.HasPrefix(name, "assets/") {
			t.Errorf("%s was sent all the same", name)
		}
	}
}

func TestOpenTabsKeepTheirFiles(t *testing.T) {
	t.Parallel()
	client, bucket := bucket(t, &line{})
	if _, err := site.Publish(t.Context(), client, bucket, origin, pages); err != nil {
		t.Fatal(err)
	}
	next := fstest.MapFS{"index.html": {Data: []byte("new start")}, "assets/start-9z9.js": {Data: []byte("new script")}}
	if _, err := site.Publish(t.Context(), client, bucket, origin, next); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]int64{"assets/start-1a2.js": 6, "assets/start-9z9.js": 10, "index.html": 9} {
		out, err := client.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: &bucket, Key: &name})
		if err != nil || aws.ToInt64(out.ContentLength) != want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWhatIsNoSiteIsNotPublished(t *testing.T) {
	t.Parallel()
	l := &line{}
	client, bucket := bucket(t, l)
	noPages := fstest.MapFS{"assets/a.js": {}}
	if _, err := site.Publish(t.Context(), client, bucket, origin, noPages); err == nil || len(l.put) > 0 {
		t.Errorf("sent %q, %v", l.put, err)
	}
}

func TestParametersOfTheSiteStack(t *testing.T) {
	t.Parallel()
	client := ssm.NewFromConfig(localaws.Config(t))
	name := site.OriginName(localaws.Name(t))
	if got, err := site.Parameter(t.Context(), client, name); got != "" || err != nil {
		t.Errorf("before: %q, %v", got, err)
	}
	const origin = "https://ads.example.com"
	_, err := client.PutParameter(t.Context(),
		&ssm.PutParameterInput{Name: &name, Value: aws.String(origin), Type: ssmtypes.ParameterTypeString})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := site.Parameter(t.Context(), client, name); got != origin || err != nil {
		t.Errorf("after: %q, %v", got, err)
	}
	// The names are the template's.
	template, err := os.ReadFile("../site.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{site.BucketName("${Environment}"), site.OriginName("${Environment}")} {
		if !strings.Contains(string(template), "Name: !Sub "+name+"\n") {
			t.Errorf("infra/site.yaml does not write %s", name)
		}
	}
}

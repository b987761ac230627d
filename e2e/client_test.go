//go:build e2e

package e2e_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	_ "image/png"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/adstore"
	"github.com/nanococoa/nanococoa/internal/httpapi"
)

// owner is a browser: it keeps its cookie.
type owner struct {
	t    *testing.T
	http *http.Client
}

func newOwner(t *testing.T) *owner {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &owner{t, &http.Client{Jar: jar, Timeout: 60 * time.Second}}
}

// answer is a response, read whole.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (a answer) decode(t *testing.T, into any) {
	t.Helper()
	if err := json.Unmarshal(a.body, into); err != nil {
		t.Fatalf("%d %s: %v", a.status, a.body, err)
	}
}

// want ends the test unless the status is the wanted one.
func (a answer) want(t *testing.T, status int) answer {
	t.Helper()
	if a.status != status {
		t.Fatalf("answered %d, want %d: %s", a.status, status, a.body)
	}
	return a
}

// problem gives the problem of an error answer.
func (a answer) problem(t *testing.T) httpapi.Problem {
	t.Helper()
	if got := a.header.Get("Content-Type"); got != "application/problem+json" {
		t.Errorf("%d is a %s: %s", a.status, got, a.body)
	}
	var p httpapi.Problem
	a.decode(t, &p)
	return p
}

// do makes a call. What the gateway throttles is sent again when it says so, as
// the pages do: on a fast machine these tests ask more than a step takes.
func (o *owner) do(method, path, contentType string, body []byte, headers ...string) answer {
	o.t.Helper()
	for end := time.Now().Add(patience); ; {
		a, err := send(o.t.Context(), o.http, method, path, contentType, body, headers...)
		if err != nil {
			o.t.Fatal(err)
		}
		wait, err := strconv.Atoi(a.header.Get("Retry-After"))
		if a.status != http.StatusTooManyRequests || err != nil || time.Now().After(end) {
			return a
		}
		time.Sleep(time.Duration(wait) * time.Second)
	}
}

// send makes one call, to the site unless the path is a whole address.
func send(ctx context.Context, client *http.Client, method, path, contentType string, body []byte,
	headers ...string) (answer, error) {
	if strings.HasPrefix(path, "/") {
		path = sys.SiteURL + path
	}
	req, err := http.NewRequestWithContext(ctx, method, path, bytes.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := client.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	return answer{res.StatusCode, res.Header, b}, err
}

func (o *owner) get(path string) answer    { o.t.Helper(); return o.do("GET", path, "", nil) }
func (o *owner) delete(path string) answer { o.t.Helper(); return o.do("DELETE", path, "", nil) }

// order is what an owner fills in.
type order map[string]any

func fields(name string) order {
	return order{
		"product_name": name, "product_category": "의류", "target_age": "30대", "target_gender": "여성",
		"ad_concept": "겨울 아침, 따뜻한 여행을 떠나는 느낌",
	}
}

// form makes the multipart body of POST /api/ads/generate.
func form(t *testing.T, f order, photo []byte) (string, []byte) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for k, v := range f {
		if err := w.WriteField(k, fmt.Sprint(v)); err != nil {
			t.Fatal(err)
		}
	}
	if photo != nil {
		part, err := w.CreateFormFile("product_image", "사진.jpg")
		if err != nil {
			t.Fatal(err)
		}
		_, _ = part.Write(photo)
	}
	_ = w.Close()
	return w.FormDataContentType(), b.Bytes()
}

func (o *owner) generate(f order, photo []byte, headers ...string) answer {
	o.t.Helper()
	kind, body := form(o.t, f, photo)
	return o.do("POST", "/api/ads/generate", kind, body, headers...)
}

// upload asks for an address, without using it.
func (o *owner) upload(f order, size int) httpapi.Uploading {
	o.t.Helper()
	var up httpapi.Uploading
	o.do("POST", "/api/uploads", "application/json", uploadBody(f, size)).want(o.t, 201).decode(o.t, &up)
	return up
}

// uploadBody is the JSON body of POST /api/uploads.
func uploadBody(f order, size int) []byte {
	req := map[string]any{"content_type": "image/jpeg", "content_length": size}
	for k, v := range f {
		req[k] = v
	}
	body, _ := json.Marshal(req)
	return body
}

// uploadForm is what a browser posts to where an upload says.
func uploadForm(up httpapi.Uploading, photo []byte) (contentType string, body []byte) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for k, v := range up.Upload.Fields {
		_ = w.WriteField(k, fmt.Sprint(v))
	}
	part, _ := w.CreateFormFile("file", "photo.jpg")
	_, _ = part.Write(photo)
	_ = w.Close()
	return w.FormDataContentType(), b.Bytes()
}

// post sends the photo to where an upload says.
func (o *owner) post(up httpapi.Uploading, photo []byte) {
	o.t.Helper()
	kind, body := uploadForm(up, photo)
	if a := o.do("POST", up.Upload.URL, kind, body); a.status >= 300 {
		o.t.Fatalf("upload: %d %s", a.status, a.body)
	}
}

func (o *owner) ad(id string) httpapi.Ad {
	o.t.Helper()
	var v httpapi.Ad
	o.get("/api/ads/"+id).want(o.t, 200).decode(o.t, &v)
	return v
}

// patience bounds every wait of these tests: many ads run side by side on a
// small machine.
const patience = 3 * time.Minute

// until polls an ad until it is as wanted.
func (o *owner) until(id, what string, ok func(httpapi.Ad) bool) httpapi.Ad {
	o.t.Helper()
	end := time.Now().Add(patience)
	for {
		v := o.ad(id)
		if ok(v) {
			return v
		}
		if time.Now().After(end) {
			b, _ := json.Marshal(v)
			o.t.Fatalf("ad %s never became %s: %s\nstates: %v", id, what, b, states(o.t, id))
		}
		time.Sleep(150 * time.Millisecond)
	}
}

func (o *owner) finished(id string) httpapi.Ad {
	o.t.Helper()
	return o.until(id, "finished", func(v httpapi.Ad) bool { return v.Status == "succeeded" || v.Status == "failed" })
}

func (o *owner) succeeded(id string) httpapi.Ad {
	o.t.Helper()
	v := o.finished(id)
	if v.Status != "succeeded" {
		o.t.Fatalf("ad %s failed: %+v\nstates: %v", id, v.Error, states(o.t, id))
	}
	return v
}

func (o *owner) failed(id string) httpapi.Ad {
	o.t.Helper()
	v := o.finished(id)
	if v.Status != "failed" || v.Error == nil {
		o.t.Fatalf("ad %s is %s, want failed", id, v.Status)
	}
	return v
}

func (o *owner) stats() httpapi.Stats {
	o.t.Helper()
	var st httpapi.Stats
	o.get("/api/dashboard/stats").want(o.t, 200).decode(o.t, &st)
	return st
}

func (o *owner) list(query string) httpapi.List {
	o.t.Helper()
	var l httpapi.List
	o.get("/api/dashboard/ads"+query).want(o.t, 200).decode(o.t, &l)
	return l
}

// sample reads one of the project's sample photos.
func sample(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile("../samples/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// small is a photo that is quick to make an ad of: a red jar on white.
func small(t *testing.T) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 320, 320))
	for y := range 320 {
		for x := range 320 {
			c := color.RGBA{250, 250, 250, 255}
			if x > 110 && x < 210 && y > 80 && y < 260 {
				c = color.RGBA{uint8(150 + x/4), 40, 50, 255}
			}
			img.Set(x, y, c)
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 92}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// objects lists the keys of everything an ad has in the bucket.
func objects(t *testing.T, id string) []string {
	t.Helper()
	var keys []string
	for _, prefix := range []string{"uploads/", "ads/"} {
		out, err := sys.s3.ListObjectsV2(t.Context(),
			&s3.ListObjectsV2Input{Bucket: &sys.bucket, Prefix: aws.String(prefix + id + "/")})
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range out.Contents {
			keys = append(keys, *o.Key)
		}
	}
	return keys
}

func executionARN(name string) string {
	return strings.Replace(sys.machine, ":stateMachine:", ":execution:", 1) + ":" + name
}

// states gives the states an execution has entered, in order.
func states(t *testing.T, execution string) []string {
	t.Helper()
	var names []string
	pages := sfn.NewGetExecutionHistoryPaginator(sys.sfn,
		&sfn.GetExecutionHistoryInput{ExecutionArn: aws.String(executionARN(execution))})
	for pages.HasMorePages() {
		page, err := pages.NextPage(context.Background())
		if err != nil {
			return append(names, fmt.Sprintf("(no history: %v)", err))
		}
		for _, e := range page.Events {
			if e.StateEnteredEventDetails != nil {
				names = append(names, *e.StateEnteredEventDetails.Name)
			}
		}
	}
	return names
}

// records is the table, seen from outside.
func records() *adstore.Store { return adstore.New(sys.db, sys.table, nil) }

// record reads an ad from it.
func record(t *testing.T, id string) ad.Ad {
	t.Helper()
	a, err := records().Find(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// promptSource reads from the table who wrote an ad's prompt: WritePrompt or
// PromptFromTemplate.
func promptSource(t *testing.T, id string) string {
	t.Helper()
	return string(record(t, id).PromptBy)
}

// ended waits until an execution is over and gives its status.
func ended(t *testing.T, execution string) types.ExecutionStatus {
	t.Helper()
	end := time.Now().Add(patience)
	for {
		out, err := sys.sfn.DescribeExecution(t.Context(),
			&sfn.DescribeExecutionInput{ExecutionArn: aws.String(executionARN(execution))})
		if err != nil {
			t.Fatal(err)
		}
		if out.Status != types.ExecutionStatusRunning {
			return out.Status
		}
		if time.Now().After(end) {
			t.Fatalf("execution %s still runs: %v", execution, states(t, execution))
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// picture downloads and decodes a picture.
func (o *owner) picture(path *string) image.Image {
	o.t.Helper()
	if path == nil {
		o.t.Fatal("there is no picture")
	}
	img, _, err := image.Decode(bytes.NewReader(o.get(*path).want(o.t, 200).body))
	if err != nil {
		o.t.Fatal(err)
	}
	return img
}

package gpuclient_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"image"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/gpu"
	"github.com/nanococoa/nanococoa/internal/gpuclient"
)

// fake is a GPU server that answers what a test tells it and panics otherwise.
type fake struct {
	t       *testing.T
	answers map[string]http.HandlerFunc // by "METHOD path"
	calls   atomic.Int64
	*httptest.Server
}

func newFake(t *testing.T) *fake {
	t.Helper()
	f := &fake{t: t, answers: map[string]http.HandlerFunc{}}
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.calls.Add(1)
		h, ok := f.answers[r.Method+" "+r.URL.Path]
		if !ok {
			f.t.Errorf("nobody told the fake server to answer %s %s", r.Method, r.URL.Path)
			w.WriteHeader(http.StatusTeapot)
			return
		}
		h(w, r)
	}))
	t.Cleanup(f.Close)
	return f
}

func (f *fake) on(method, path string, h http.HandlerFunc) { f.answers[method+" "+path] = h }

// json answers with a value; header are pairs.
func (f *fake) json(path string, v any, header ...string) {
	f.on(http.MethodPost, path, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		_ = json.NewEncoder(w).Encode(v)
	})
}

func (f *fake) client(change ...func(*gpuclient.Config)) *gpuclient.Client {
	f.t.Helper()
	cfg := gpuclient.Config{URL: f.URL}
	for _, c := range change {
		c(&cfg)
	}
	c, err := gpuclient.New(cfg)
	if err != nil {
		f.t.Fatal(err)
	}
	return c
}

const pictureID = "0123456789abcdef0123456789abcdef"

func picture(t *testing.T, w, h int) ([]byte, gpu.Output) {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, w, h))); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(b.Bytes())
	return b.Bytes(), gpu.Output{Width: w, Height: h, Bytes: b.Len(), SHA256: hex.EncodeToString(sum[:])}
}

func serve(b []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(b) }
}

func analysis() ad.Analysis { return ad.Analysis{Version: "1", Source: "fake"} }

func stage1Answer(out gpu.Output) gpu.Stage1Answer {
	return gpu.Stage1Answer{
		// Under another name than the client knows the server by.
		ImageURL: "http://gpu.internal:8892/api/images/" + pictureID, RequestID: "r", Seed: 42, Engine: "fake", StandIn: true,
		Scene: "plain", CutOut: true,
		Output: out, Analysis: analysis(),
	}
}

func stage2Answer(out gpu.Output) gpu.Stage2Answer {
	return gpu.Stage2Answer{
		ImageURL: "/api/images/" + pictureID, HTMLCode: "<div></div>", Engine: "fake", StandIn: true, Output: out,
		Layout: "top", ContrastRatio: 7,
		Lines: []gpu.Line{{Text: "x", Role: "main"}},
	}
}

func TestStage1SendsTheContractAndChecksThePicture(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	pic, out := picture(t, 40, 30)
	f.on(http.MethodPost, gpu.PathStage1, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer a-shared-token" || r.Header.Get(gpu.HeaderKey) != "ad.1.stage1" {
			t.Errorf("header = %v", r.Header)
		}
		if err := r.ParseMultipartForm(1 << 20); err != nil {
			t.Error(err)
		}
		want := map[string]string{
			"product_name": "무선 이어폰", "product_category": "전자제품", "ad_concept": "새벽", "prompt": "A street.", "seed": "42",
			"size": "40x30", "cutout": `{"mode":"auto","box":[0,0,0.5,1]}`,
		}
		for k, v := range want {
			if r.FormValue(k) != v {
				t.Errorf("%s = %q", k, r.FormValue(k))
			}
		}
		file, head, err := r.FormFile("image")
		if err != nil {
			t.Fatal(err)
		}
		if b, _ := io.ReadAll(file); string(b) != "photo" || head.Header.Get("Content-Type") != "image/png" ||
			len(r.MultipartForm.Value) != len(want) {
			t.Errorf("photo %q, fields %v", b, r.MultipartForm.Value)
		}
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.Header().Set(gpu.HeaderReplayed, "true")
		answer := stage1Answer(out)
		answer.Mask = gpu.DataURLPrefix + base64.StdEncoding.EncodeToString(pic)
		_ = json.NewEncoder(w).Encode(answer)
	})
	f.on(http.MethodGet, gpu.PathImages+pictureID, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer a-shared-token" {
			t.Error("the picture was asked for without the token")
		}
		_, _ = w.Write(pic)
	})
	seed := uint64(42)
	got, err := f.client(func(c *gpuclient.Config) {
		c.Token = "a-shared-token"
		c.URL += "/"
	}).Stage1(t.Context(), gpu.Stage1Request{
		IdempotencyKey: "ad.1.stage1", Photo: []byte("photo"), ProductName: "무선 이어폰", ProductCategory: "전자제품",
		AdConcept: "새벽", Prompt: "A street.",
		Seed: &seed, Width: 40, Height: 30, CutOut: &ad.CutOut{Mode: "auto", Box: &ad.Box{0, 0, 0.5, 1}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Mask, pic) {
		t.Errorf("a mask of %d bytes", len(got.Mask))
	}
	if !bytes.Equal(got.Picture, pic) || got.Width != 40 || got.Height != 30 || got.Seed != 42 ||
		!got.StandIn || got.Engine != "fake" || !got.Replayed ||
		got.Analysis.Source != "fake" || got.Scene != "plain" || !got.CutOut {
		t.Errorf("result = %+v", got)
	}
}

// Behind a load balancer the picture is fetched from the server that answered, and the next call goes
// wherever there is room.
func TestThePictureIsFetchedWhereItWasMade(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	pic, out := picture(t, 8, 4)
	f.on(http.MethodPost, gpu.PathStage2, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if got := r.Header.Get("Cookie"); got != "" {
			t.Errorf("a call is bound to a server: %q", got)
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Add("Set-Cookie", "AWSALB=second; Path=/")
		w.Header().Add("Set-Cookie", "AWSALBCORS=second; Path=/; SameSite=None; Secure")
		_ = json.NewEncoder(w).Encode(gpu.Stage2Answer{
			ImageURL: "http://elsewhere" + gpu.PathImages + pictureID, HTMLCode: "<p>", Engine: "e", Output: out,
		})
	})
	f.on(http.MethodGet, gpu.PathImages+pictureID, func(w http.ResponseWriter, r *http.Request) {
		if got := r.Header.Get("Cookie"); got != "AWSALB=second; AWSALBCORS=second" {
			t.Errorf("the picture is asked for with %q", got)
		}
		_, _ = w.Write(pic)
	})
	c := f.client()
	for range 2 {
		if _, err := c.Stage2(t.Context(), gpu.Stage2Request{Picture: pic}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestStage1SendsNoMoreThanItHas(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	pic, out := picture(t, 8, 8)
	f.on(http.MethodPost, gpu.PathStage1, func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseMultipartForm(1 << 20); err != nil || len(r.MultipartForm.Value) != 3 {
			t.Errorf("fields %v, %v", r.MultipartForm.Value, err)
		}
		for _, h := range []string{gpu.HeaderKey, gpu.HeaderTimeout, "Authorization"} {
			if v := r.Header.Get(h); v != "" {
				t.Errorf("%s = %q", h, v)
			}
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(stage1Answer(out))
	})
	f.on(http.MethodGet, gpu.PathImages+pictureID, serve(pic))
	if got, err := f.client().Stage1(context.Background(), gpu.Stage1Request{Photo: []byte("p")}); err != nil ||
		got.Replayed || got.Mask != nil {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestStage2SendsThePictureInside(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	pic, out := picture(t, 40, 30)
	var body gpu.Stage2Body
	f.on(http.MethodPost, gpu.PathStage2, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Content-Type") != "application/json" || r.Header.Get(gpu.HeaderKey) != "k" {
			t.Errorf("header = %v", r.Header)
		}
		body = gpu.Stage2Body{}
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			t.Error(err)
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(stage2Answer(out))
	})
	f.on(http.MethodGet, gpu.PathImages+pictureID, serve(pic))
	a := analysis()
	r := gpu.Stage2Request{
		IdempotencyKey: "k", Picture: pic, ProductName: "이어폰", TargetAge: "20대", TargetGender: "전체", AdConcept: "새벽",
		MainCopy: "새벽을 걷다", SubCopy: "도시의 소리",
		Analysis: &a, HTMLPictureURL: "cid:stage1", Width: 1080, Height: 1350, AIMark: true,
	}
	got, err := f.client().Stage2(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Picture, pic) || got.HTML != "<div></div>" || got.Width != 40 || got.Layout != "top" ||
		got.ContrastRatio != 7 || len(got.Lines) != 1 || !got.StandIn || got.Replayed {
		t.Errorf("result = %+v", got)
	}
	if b64, ok := strings.CutPrefix(body.Stage1Image, gpu.DataURLPrefix); !ok ||
		b64 != base64.StdEncoding.EncodeToString(pic) {
		t.Errorf("stage1_image = %.60s", body.Stage1Image)
	}
	if body.Size != "1080x1350" || !body.AIMark || body.HTMLImageURL != "cid:stage1" || body.MainCopy != "새벽을 걷다" ||
		body.Analysis == nil || body.TargetAge != "20대" {
		t.Errorf("body = %+v", body)
	}
	r.Picture, r.PictureURL = nil, "https://s3.example.com/1.png"
	if _, err := f.client().Stage2(t.Context(), r); err != nil || body.Stage1Image != r.PictureURL {
		t.Errorf("stage1_image = %q, %v", body.Stage1Image, err)
	}
}

// The score rests on how far the cut-out is to be trusted, so the server must hear of it.
func TestTheScoreHearsOfTheProduct(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.on(http.MethodPost, gpu.PathScore, func(w http.ResponseWriter, r *http.Request) {
		var body gpu.ScoreBody
		err := json.NewDecoder(r.Body).Decode(&body)
		if err != nil || body.Product == nil || body.Product.Confidence != 0.25 {
			t.Errorf("sent %+v, %v", body, err)
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(gpu.ScoreAnswer{ClipScore: 0.7, Metric: "standin-v1", StandIn: true})
	})
	ask := gpu.ScoreRequest{Picture: []byte("p"), Prompt: "새벽", Product: &ad.Product{Confidence: 0.25}}
	if _, err := f.client().Score(t.Context(), ask); err != nil {
		t.Error(err)
	}
}

func TestScore(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	model, cosine := "ViT-L/14", 0.31
	for name, tc := range map[string]struct {
		answer gpu.ScoreAnswer
		want   ad.Score
	}{
		"stand-in": {
			gpu.ScoreAnswer{ClipScore: 0.7, Metric: "standin-v1", StandIn: true, Parts: []ad.Part{
				{Role: ad.RoleScore, StandIn: true, Reason: ad.ReasonFailed},
			}},
			ad.Score{Metric: "standin-v1", Value: 0.7, Text: "새벽", StandIn: true, Reason: ad.ReasonFailed},
		},
		"model": {
			gpu.ScoreAnswer{ClipScore: 0.775, Metric: "clip", Model: &model, RawCosine: &cosine},
			ad.Score{Metric: "clip", Model: model, Value: 0.775, RawCosine: &cosine, Text: "새벽"},
		},
	} {
		f.json(gpu.PathScore, tc.answer)
		got, err := f.client().Score(t.Context(), gpu.ScoreRequest{IdempotencyKey: "k", Picture: []byte("p"), Prompt: "새벽"})
		if err != nil {
			t.Fatal(err)
		}
		if (got.RawCosine == nil) != (tc.want.RawCosine == nil) || (got.RawCosine != nil && *got.RawCosine != cosine) {
			t.Errorf("%s: raw cosine %v", name, got.RawCosine)
		}
		got.RawCosine = tc.want.RawCosine
		if got != tc.want {
			t.Errorf("%s: %+v, want %+v", name, got, tc.want)
		}
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	problem := func(code string) string {
		b, err := json.Marshal(gpu.Problem{Type: "about:blank", Status: 422, Code: code, Detail: "비밀", RequestID: "abc"})
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	for name, tc := range map[string]struct {
		status     int
		retryAfter string
		body       string
		kind       string
		want       fault.Code
		after      time.Duration
	}{
		"busy":               {429, "7", problem("GPU.Busy"), "", fault.GPUBusy, 7 * time.Second},
		"busy, says no more": {429, "", "", "text/html", fault.GPUBusy, 0},
		"busy for a year":    {429, "31536000", "", "", fault.GPUBusy, 10 * time.Minute},
		"busy until a date": {
			429, time.Now().Add(time.Hour).UTC().Format(http.TimeFormat), "", "", fault.GPUBusy, 10 * time.Minute,
		},
		"busy until yesterday":   {429, time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat), "", "", fault.GPUBusy, 0},
		"busy, nonsense":         {429, "soon", "", "", fault.GPUBusy, 0},
		"draining":               {503, "10", problem("GPU.Unavailable"), "", fault.GPUUnavailable, 10 * time.Second},
		"bad gateway":            {502, "", "<html>", "text/html", fault.GPUUnavailable, 0},
		"gateway timeout":        {504, "", "", "", fault.GPUUnavailable, 0},
		"internal":               {500, "", problem("Internal"), "", fault.GPUUnavailable, 0},
		"request timeout":        {408, "", problem("Request.Malformed"), "", fault.GPUUnavailable, 0},
		"bad photo":              {422, "", problem("Photo.Corrupt"), "", fault.PhotoCorrupt, 0},
		"HEIC":                   {415, "", problem("Photo.HEIC"), "", fault.PhotoHEIC, 0},
		"bad fields":             {422, "3", problem("Request.Invalid"), "", fault.GPURejected, 0},
		"conflict":               {422, "", problem("Request.Conflict"), "", fault.GPURejected, 0},
		"unknown photo code":     {422, "", problem("Photo.Haunted"), "", fault.GPURejected, 0},
		"a code of another kind": {422, "", problem("Ad.NotFound"), "", fault.GPURejected, 0},
		"a photo code as text":   {422, "", problem("Photo.Corrupt"), "text/plain", fault.GPURejected, 0},
		"no JSON":                {400, "", "{", "", fault.GPURejected, 0},
		"not authorized":         {401, "", problem("Request.Unauthorized"), "", fault.GPURejected, 0},
		"not found":              {404, "", "", "text/html", fault.GPURejected, 0},
		"redirect":               {302, "", "", "", fault.GPUBadAnswer, 0},
		"accepted":               {202, "", "{}", "application/json", fault.GPUBadAnswer, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			f.on(http.MethodPost, gpu.PathScore, func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				kind := tc.kind
				if kind == "" {
					kind = "application/problem+json"
				}
				w.Header().Set("Content-Type", kind)
				w.Header().Set("Location", "/elsewhere")
				if tc.retryAfter != "" {
					w.Header().Set("Retry-After", tc.retryAfter)
				}
				w.WriteHeader(tc.status)
				_, _ = io.WriteString(w, tc.body)
			})
			_, err := f.client().Score(t.Context(), gpu.ScoreRequest{Picture: []byte("p"), Prompt: "x"})
			var x *fault.Fault
			if !errors.As(err, &x) || x.Code != tc.want {
				t.Fatalf("err = %v, want %s", err, tc.want)
			}
			if d := x.RetryAfter - tc.after; d < -2*time.Second || d > 0 {
				t.Errorf("RetryAfter = %v, want %v", x.RetryAfter, tc.after)
			}
			if x.Public() != tc.want.Detail() || strings.Contains(err.Error(), "비밀") {
				t.Errorf("the server's own words are passed on: %v, %s", err, x.Public())
			}
			if f.calls.Load() != 1 {
				t.Errorf("%d calls", f.calls.Load())
			}
		})
	}
}

func TestAMaskThatIsNone(t *testing.T) {
	t.Parallel()
	for name, mask := range map[string]string{
		"an address": "https://example.com/mask.png", "no base64": gpu.DataURLPrefix + "!", "no PNG": gpu.DataURLPrefix + "aGk=",
	} {
		f := newFake(t)
		_, out := picture(t, 8, 8)
		answer := stage1Answer(out)
		answer.Mask = mask
		f.json(gpu.PathStage1, answer)
		_, err := f.client().Stage1(t.Context(), gpu.Stage1Request{Photo: []byte("p")})
		if !fault.Has(err, fault.GPUBadAnswer) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAnswersThatAreNotTheContract(t *testing.T) {
	t.Parallel()
	pic, out := picture(t, 40, 30)
	for name, prepare := range map[string]func(f *fake, one *gpu.Stage1Answer, two *gpu.Stage2Answer){
		"another digest": func(_ *fake, one *gpu.Stage1Answer, two *gpu.Stage2Answer) {
			one.Output.SHA256 = strings.Repeat("0", 64)
			two.Output.SHA256 = one.Output.SHA256
		},
		"another length": func(_ *fake, one *gpu.Stage1Answer, two *gpu.Stage2Answer) {
			one.Output.Bytes++
			two.Output.Bytes++
		},
		"another size": func(_ *fake, one *gpu.Stage1Answer, two *gpu.Stage2Answer) {
			one.Output.Width++
			two.Output.Height++
		},
		"no engine": func(_ *fake, one *gpu.Stage1Answer, two *gpu.Stage2Answer) { one.Engine, two.Engine = "", "" },
		"no analysis, no HTML": func(_ *fake, one *gpu.Stage1Answer, two *gpu.Stage2Answer) {
			one.Analysis, two.HTMLCode = ad.Analysis{}, ""
		},
		"no image_url": func(_ *fake, one *gpu.Stage1Answer, two *gpu.Stage2Answer) { one.ImageURL, two.ImageURL = "", "" },
		"image_url elsewhere": func(_ *fake, one *gpu.Stage1Answer, two *gpu.Stage2Answer) {
			one.ImageURL, two.ImageURL = "http://evil.example.net/x.png", "/api/capacity"
		},
		"image_url with a way out": func(_ *fake, one *gpu.Stage1Answer, two *gpu.Stage2Answer) {
			one.ImageURL, two.ImageURL = "/api/images/../capacity", "/api/images/%2e%2e%2fcapacity"
		},
		"image_url is none": func(_ *fake, one *gpu.Stage1Answer, two *gpu.Stage2Answer) {
			one.ImageURL, two.ImageURL = ":%", "/api/images/"
		},
		"the picture is gone": func(f *fake, _ *gpu.Stage1Answer, _ *gpu.Stage2Answer) {
			f.on(http.MethodGet, gpu.PathImages+pictureID, http.NotFound)
		},
		"no PNG": func(f *fake, one *gpu.Stage1Answer, two *gpu.Stage2Answer) {
			f.on(http.MethodGet, gpu.PathImages+pictureID, serve([]byte("x")))
			sum := sha256.Sum256([]byte("x"))
			one.Output = gpu.Output{Width: 40, Height: 30, Bytes: 1, SHA256: hex.EncodeToString(sum[:])}
			two.Output = one.Output
		},
		"an endless picture": func(f *fake, _ *gpu.Stage1Answer, _ *gpu.Stage2Answer) {
			f.on(http.MethodGet, gpu.PathImages+pictureID, serve(make([]byte, gpu.MaxPicture+1)))
		},
		"an endless answer": func(f *fake, one *gpu.Stage1Answer, two *gpu.Stage2Answer) {
			one.Scene, two.HTMLCode = strings.Repeat("x", 5<<20), strings.Repeat("x", 5<<20)
		},
		"a page": func(f *fake, _ *gpu.Stage1Answer, _ *gpu.Stage2Answer) {
			for _, p := range []string{gpu.PathStage1, gpu.PathStage2} {
				f.on(http.MethodPost, p, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>") })
			}
		},
		"half an object": func(f *fake, _ *gpu.Stage1Answer, _ *gpu.Stage2Answer) {
			for _, p := range []string{gpu.PathStage1, gpu.PathStage2} {
				f.on(http.MethodPost, p, func(w http.ResponseWriter, _ *http.Request) {
					w.Header().Set("Content-Type", "application/json")
					_, _ = io.WriteString(w, `{"image_url":`)
				})
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			f.on(http.MethodGet, gpu.PathImages+pictureID, serve(pic))
			one, two := stage1Answer(out), stage2Answer(out)
			f.json(gpu.PathStage1, &one)
			f.json(gpu.PathStage2, &two)
			prepare(f, &one, &two)
			_, err := f.client().Stage1(t.Context(), gpu.Stage1Request{Photo: []byte("p")})
			if !fault.Has(err, fault.GPUBadAnswer) ||
				strings.Contains(name, "endless") != strings.Contains(err.Error(), "longer than") {
				t.Errorf("stage 1: %v", err)
			}
			if _, err := f.client().Stage2(t.Context(), gpu.Stage2Request{Picture: pic}); !fault.Has(err, fault.GPUBadAnswer) {
				t.Errorf("stage 2: %v", err)
			}
		})
	}
	for name, a := range map[string]gpu.ScoreAnswer{
		"no metric": {ClipScore: 0.5}, "above one": {Metric: "m", ClipScore: 1.5},
		"below zero": {Metric: "m", ClipScore: -0.1},
	} {
		f := newFake(t)
		f.json(gpu.PathScore, a)
		if _, err := f.client().Score(
			t.Context(), gpu.ScoreRequest{PictureURL: "https://a/b", Prompt: "x"},
		); !fault.Has(err, fault.GPUBadAnswer) {
			t.Errorf("score, %s: %v", name, err)
		}
	}
}

func TestBrokenConnections(t *testing.T) {
	t.Parallel()
	gone := newFake(t)
	gone.Close()
	cut := newFake(t)
	cut.on(http.MethodPost, gpu.PathScore, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1000")
		_, _ = io.WriteString(w, "{")
		panic(http.ErrAbortHandler)
	})
	for name, f := range map[string]*fake{"nobody there": gone, "cut in the middle": cut} {
		_, err := f.client().Score(t.Context(), gpu.ScoreRequest{Picture: []byte("p"), Prompt: "x"})
		if !fault.Has(err, fault.GPUUnavailable) {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil && strings.Contains(err.Error(), "/api/") {
			t.Errorf("%s: the address is in the error: %v", name, err)
		}
	}
}

func TestTheDeadlineTravelsAlong(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	header := make(chan string, 1)
	f.on(http.MethodPost, gpu.PathScore, func(_ http.ResponseWriter, r *http.Request) {
		header <- r.Header.Get(gpu.HeaderTimeout)
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	})
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	_, err := f.client().Score(ctx, gpu.ScoreRequest{Picture: []byte("p"), Prompt: "x"})
	if !fault.Has(err, fault.GPUUnavailable) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("err = %v", err)
	}
	said := <-header
	if sec, err := strconv.ParseFloat(said, 64); err != nil || sec <= 0 || sec > 1.75 {
		t.Errorf("%s = %q, want a quarter of a second less than two", gpu.HeaderTimeout, said)
	}
	if _, err := f.client().Score(
		ctx, gpu.ScoreRequest{Picture: []byte("p"), Prompt: "x"},
	); !errors.Is(err, context.DeadlineExceeded) || f.calls.Load() != 1 {
		t.Errorf("an ended context: %v, %d calls", err, f.calls.Load())
	}
}

func TestRequestsThatAreNotSent(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	c := f.client()
	_, noPhoto := c.Stage1(t.Context(), gpu.Stage1Request{})
	_, noPicture := c.Stage2(t.Context(), gpu.Stage2Request{})
	_, tooBig := c.Score(t.Context(), gpu.ScoreRequest{Picture: make([]byte, gpu.MaxPicture+1)})
	if !fault.Has(noPhoto, fault.PhotoMissing) || !fault.Has(noPicture, fault.PhotoMissing) ||
		!fault.Has(tooBig, fault.PhotoTooLarge) || f.calls.Load() != 0 {
		t.Errorf("%v, %v, %v, %d calls", noPhoto, noPicture, tooBig, f.calls.Load())
	}
}

func TestHealthAndCapacity(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	status := http.StatusOK
	f.on(http.MethodGet, gpu.PathReady, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
	if err := f.client().Health(t.Context()); err != nil {
		t.Error(err)
	}
	status = http.StatusServiceUnavailable
	if err := f.client().Health(t.Context()); !fault.Has(err, fault.GPUUnavailable) {
		t.Errorf("err = %v", err)
	}
	answer := `{"slots":2,"busy":1,"queued":3,"queue_limit":4,"draining":true,"eta_seconds":1.5,` +
		`"engine":"e","ready":true,"parts":[{"role":"cutout","model":"u2netp","state":"ready"}]}`
	f.on(
		http.MethodGet, gpu.PathCapacity, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, answer) },
	)
	if c, err := f.client().Capacity(t.Context()); err != nil ||
		!reflect.DeepEqual(c, gpu.Capacity{
			Slots: 2, Busy: 1, Queued: 3, QueueLimit: 4, Draining: true, ETASeconds: 1.5, Engine: "e", Ready: true,
			Parts: []gpu.Part{{Role: "cutout", Model: "u2netp", State: "ready"}},
		}) {
		t.Errorf("%+v, %v", c, err)
	}
	for _, answer = range []string{"{}", "no JSON"} {
		if _, err := f.client().Capacity(t.Context()); !fault.Has(err, fault.GPUBadAnswer) {
			t.Errorf("%s: %v", answer, err)
		}
	}
	f.Close()
	if _, err := f.client().Capacity(t.Context()); !fault.Has(err, fault.GPUUnavailable) {
		t.Errorf("err = %v", err)
	}
}

func TestNewRefusesBadConfiguration(t *testing.T) {
	t.Parallel()
	for _, u := range []string{
		"", "127.0.0.1:8892", "ftp://a", "http://", "http://user:secret@a", "http://a?x=1", "http://a#x",
		"http://user:secret@a:%zz",
	} {
		if _, err := gpuclient.New(gpuclient.Config{URL: u}); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %v", u, err)
		}
	}
	if _, err := gpuclient.New(gpuclient.Config{URL: "http://a", Token: "two\nlines"}); err == nil {
		t.Error("a token of two lines passes")
	}
}

func TestTheCallersHTTPClientIsUsedAndNotChanged(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.on(
		http.MethodGet, gpu.PathReady,
		func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/elsewhere", http.StatusFound) },
	)
	used := 0
	own := &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
		used++
		return http.DefaultTransport.RoundTrip(r)
	})}
	err := f.client(func(c *gpuclient.Config) { c.HTTPClient = own }).Health(t.Context())
	if !fault.Has(err, fault.GPUBadAnswer) || used != 1 || own.CheckRedirect != nil {
		t.Errorf("%v, used %d times", err, used)
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	"image/draw"
	"net/http"
	"strings"
	"testing"

	"github.com/nanococoa/nanococoa/aiserver/engine"
	"github.com/nanococoa/nanococoa/aiserver/server"
	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/compose"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/gpu"
)

// tiny is an engine whose pictures are empty, so that a fuzzer's time goes into
// what is before them.
type tiny struct{}

func (tiny) Name() string         { return "tiny" }
func (tiny) StandIn() bool        { return true }
func (tiny) Parts() []engine.Part { return nil }
func (tiny) Close() error         { return nil }

func (tiny) Render(_ context.Context, r engine.Request) (engine.Rendering, error) {
	if r.Photo == nil || r.Photo.Rect.Empty() || r.Name == "" || r.Concept == "" || r.Seed > gpu.MaxSeed ||
		r.Size.X < compose.MinWidth || r.Size.Y > compose.MaxSide {
		panic("the engine was given what it must not be given")
	}
	pic := image.NewRGBA(image.Rectangle{Max: r.Size})
	draw.Draw(pic, pic.Rect, image.White, image.Point{}, draw.Src)
	return engine.Rendering{
		Picture: pic, Product: sample().ProductBox,
		Source: ad.Box{0, 0, 1, 1}, Place: sample().ProductBox, Mask: image.NewAlpha(pic.Rect), // nothing of it is solid
	}, nil
}

func (tiny) Score(_ context.Context, r engine.ScoreRequest) (ad.Score, error) {
	if r.Text == "" || r.Picture.Bounds().Empty() {
		panic("the engine was given what it must not be given")
	}
	return ad.Score{Metric: "tiny-v1", StandIn: true}, nil
}

func typeset(_ context.Context, r compose.Request) (compose.Result, error) {
	if r.MainCopy == "" || r.SubCopy == "" || r.PictureURL == "" || strings.HasPrefix(r.PictureURL, "javascript:") {
		panic("the composer was given what it must not be given")
	}
	return compose.Result{Image: image.NewRGBA(image.Rect(0, 0, 2, 2)), HTML: "<div></div>", Contrast: 7}, nil
}

// intake is a server for fuzzing: it answers without a network.
func intake(f *testing.F) func(path, contentType string, body []byte) *memoryWriter {
	f.Helper()
	cfg, err := server.Read([]string{"DATA_DIR=" + f.TempDir(), "RESULT_MAX_MB=64"})
	if err != nil {
		f.Fatal(err)
	}
	s, err := server.New(cfg, server.Parts{
		Load: func(context.Context) (engine.Engine, error) { return tiny{}, nil }, Compose: typeset, Copy: wordsmith{},
		Log: quiet(),
	})
	if err != nil {
		f.Fatal(err)
	}
	if err := s.Load(f.Context()); err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = s.Close() })
	return func(path, contentType string, body []byte) *memoryWriter {
		req, err := http.NewRequest(http.MethodPost, path, bytes.NewReader(body))
		if err != nil {
			f.Fatal(err)
		}
		req.Header.Set("Content-Type", contentType)
		w := &memoryWriter{header: http.Header{}}
		s.Handler().ServeHTTP(w, req)
		return w
	}
}

// judge fails for every answer that blames the server, or is no answer at all.
func judge(t *testing.T, w *memoryWriter) {
	t.Helper()
	if w.status == 0 || w.status == http.StatusOK {
		if !json.Valid(w.body.Bytes()) {
			t.Fatalf("200 with %q", w.body.Bytes())
		}
		return
	}
	var p gpu.Problem
	if err := json.Unmarshal(w.body.Bytes(), &p); err != nil {
		t.Fatalf("%d with %q", w.status, w.body.Bytes())
	}
	if w.status >= 500 || p.Retryable || !fault.Code(p.Code).Known() || p.Detail == "" {
		t.Fatalf("%d: %+v", w.status, p)
	}
}

// FuzzStage1Body takes apart whatever comes as a form.
func FuzzStage1Body(f *testing.F) {
	send := intake(f)
	const boundary = "b"
	form := func(parts ...string) []byte {
		const next = "\r\n--" + boundary + "\r\n"
		return []byte(next[2:] + strings.Join(parts, next) + "\r\n--" + boundary + "--\r\n")
	}
	field := func(name, value string) string {
		return "Content-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value
	}
	photo := "Content-Disposition: form-data; name=\"image\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\n" +
		string(photoPNG(f, 64, 64))
	texts := []string{field("product_name", "이어폰"), field("product_category", "전자제품"), field("ad_concept", "새벽 도시")}
	f.Add(form(append(texts, photo)...))
	f.Add(form(append(texts, photo, field("prompt", "A street."), field("seed", "42"), field("size", "1080x1350"))...))
	f.Add(form(append(texts, field("image_source_url", "https://ok@evil.example.net/x"))...))
	f.Add(form(append(texts, field("image_source_url", dataURL(photoPNG(f, 64, 64))))...))
	f.Add(form(field("product_name", "a"), field("product_name", "b")))
	const quoted = "Content-Transfer-Encoding: quoted-printable\r\n\r\n=89PNG"
	f.Add(form("Content-Disposition: form-data; name=\"image\"\r\n" + quoted))
	f.Add([]byte("--b\r\n\r\n\r\n--b--"))
	f.Add([]byte("--b"))
	f.Fuzz(func(t *testing.T, body []byte) {
		judge(t, send(gpu.PathStage1, "multipart/form-data; boundary="+boundary, body))
	})
}

// FuzzJSONBody takes apart whatever comes as JSON, as stage 2 and as a score.
func FuzzJSONBody(f *testing.F) {
	send := intake(f)
	data := dataURL(photoPNG(f, 342, 228))
	two := words(data)
	for _, extra := range []map[string]any{
		{}, {"main_copy": "새벽", "sub_copy": "도시의 소리", "size": "1080x1350", "ai_mark": true, "html_image_url": "cid:stage1"},
		{"analysis": sample()}, {"html_image_url": "javascript:x"}, {"output_put_url": "https://[::ffff:127.0.0.1]/"},
		{"stage1_image": gpu.PathImages + strings.Repeat("0", 32)},
	} {
		for k, v := range extra {
			two[k] = v
		}
		b, err := json.Marshal(two)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add([]byte(`{"image_url":"` + data + `","prompt":"새벽"}`))
	f.Add([]byte(`{"image_url":"http://2130706433/","prompt":"x"}`))
	f.Add([]byte(`{"prompt":1e999}`))
	f.Add([]byte(`{} {}`))
	f.Add([]byte(`null`))
	f.Fuzz(func(t *testing.T, body []byte) {
		judge(t, send(gpu.PathStage2, "application/json", body))
		judge(t, send(gpu.PathScore, "application/json", body))
	})
}

// FuzzImage puts whatever there is in the place of the photo: every way into the
// server for a picture.
func FuzzImage(f *testing.F) {
	send := intake(f)
	jpg := photoJPEG(f, 1)
	f.Add(jpg)
	f.Add(jpg[:len(jpg)/2])
	f.Add(photoPNG(f, 64, 64))
	f.Add(photoPNG(f, 342, 228))
	f.Add([]byte("GIF89a\x40\x00\x40\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff," +
		"\x00\x00\x00\x00\x40\x00\x40\x00\x00\x02\x02\x44\x01\x00;"))
	f.Add([]byte("RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00\x2f\x3f\xc0\x0f\x00\x07\x10\x11\x11\x88\x88\xfe\x07\x00"))
	f.Add([]byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"))
	f.Add([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR\x00\x00\xc3\x50\x00\x00\xc3\x50\x01\x00\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, file []byte) {
		kind, form := multi([]part{{name: "image", file: file}, {name: "product_name", value: "a"},
			{name: "product_category", value: "b"}, {name: "ad_concept", value: "c"}})
		judge(t, send(gpu.PathStage1, kind, form.Bytes()))
		data := dataURL(file)
		body, err := json.Marshal(words(data))
		if err != nil {
			t.Fatal(err)
		}
		judge(t, send(gpu.PathStage2, "application/json", body))
	})
}

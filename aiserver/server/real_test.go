package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/nanococoa/nanococoa/aiserver/engine"
	"github.com/nanococoa/nanococoa/aiserver/server"
	"github.com/nanococoa/nanococoa/aiserver/standin"
	"github.com/nanococoa/nanococoa/internal/compose"
	"github.com/nanococoa/nanococoa/internal/copywriter"
	"github.com/nanococoa/nanococoa/internal/gpu"
)

// real puts the parts in that the program has.
func real(_ *server.Config, p *server.Parts) {
	p.Load = func(context.Context) (engine.Engine, error) { return standin.New(nil), nil }
	p.Compose, p.Copy = compose.Render, copywriter.Template{}
}

func sampleFile(tb testing.TB, name string) []byte {
	tb.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "samples", name))
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

// The stand-in, the composer and the writer keep the contract too, for each of
// the sample photos.
func TestTheRealPartsKeepTheContract(t *testing.T) {
	t.Parallel()
	s := open(t, real)
	for _, name := range []string{"duffel-bag.jpg", "vitamin-jar.jpg", "grocery-shelf.jpg"} {
		form := with(append(without(original(t), "image"), part{name: "image", file: sampleFile(t, name)}), "size", "600x600")
		var one gpu.Stage1Answer
		s.stage1(form).into(t, &one)
		if one.Engine != "standin" || !one.StandIn || len(one.Analysis.TextAreas) == 0 {
			t.Errorf("%s: %+v", name, one)
		}
		if want := name != "grocery-shelf.jpg"; one.CutOut != want {
			t.Errorf("%s: cut out = %v", name, one.CutOut)
		}
		var two gpu.Stage2Answer
		body := words(one.ImageURL)
		body["analysis"], body["ai_mark"] = one.Analysis, true
		s.post(gpu.PathStage2, body).into(t, &two)
		if two.ContrastRatio < 4.5 || two.CopySource != "template" || two.Seed == nil || *two.Seed != one.Seed {
			t.Errorf("%s: %+v", name, two)
		}
		var three gpu.ScoreAnswer
		s.post(gpu.PathScore, map[string]any{"image_url": two.ImageURL, "prompt": "새벽 도시를 걷는 느낌"}).into(t, &three)
		if three.Metric != "standin-v1" || three.Model != nil || !three.StandIn {
			t.Errorf("%s: %+v", name, three)
		}
	}
}

// The sizes of the channels, from the smallest banner to the tallest story.
func TestTheRealPartsMakeEverySize(t *testing.T) {
	t.Parallel()
	s := open(t, real)
	photo := part{name: "image", file: sampleFile(t, "vitamin-jar.jpg")}
	form := with(append(without(original(t), "image"), photo), "size", "600x600")
	var one gpu.Stage1Answer
	s.stage1(form).into(t, &one)
	for _, size := range []string{"342x228", "1029x258", "1200x628", "1080x1350", "1080x1920", "1920x1920"} {
		body := words(one.ImageURL)
		body["analysis"], body["size"] = one.Analysis, size
		var two gpu.Stage2Answer
		s.post(gpu.PathStage2, body).into(t, &two)
		if got := gpu.FormatSize(decodePNG(t, s.get(gpu.PathImages+id(two.ImageURL)).body).Bounds().Max); got != size {
			t.Errorf("%s became %s", size, got)
		}
	}
}

// BenchmarkCalls measures whole calls over HTTP for pictures of 1024×1024. The
// baseline is the same call with parts that draw nothing: what the server itself
// takes for intake, decoding, queue, encoding, marks and storing.
func BenchmarkCalls(b *testing.B) {
	photo := sampleFile(b, "duffel-bag.jpg")
	for _, parts := range []struct {
		name string
		p    func(*server.Config, *server.Parts)
	}{
		{"standin", real},
		{"baseline: no drawing", func(_ *server.Config, p *server.Parts) {
			painter, setter := newPainter(), &typesetter{}
			painter.render = func(context.Context, engine.Request) error { <-painter.begun; return nil }
			p.Load = func(context.Context) (engine.Engine, error) { return painter, nil }
			p.Compose, p.Copy = setter.Render, wordsmith{}
		}},
	} {
		cfg, err := server.Read([]string{"DATA_DIR=" + b.TempDir(), "RESULT_MAX_MB=64"})
		if err != nil {
			b.Fatal(err)
		}
		p := server.Parts{Log: quiet()}
		parts.p(&cfg, &p)
		srv, err := server.New(cfg, p)
		if err != nil {
			b.Fatal(err)
		}
		if err := srv.Load(b.Context()); err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { _ = srv.Close() })
		call := func(path, kind string, body []byte) []byte {
			req, err := http.NewRequest(http.MethodPost, path, bytes.NewReader(body))
			if err != nil {
				b.Fatal(err)
			}
			req.Header.Set("Content-Type", kind)
			w := &memoryWriter{header: http.Header{}}
			srv.Handler().ServeHTTP(w, req)
			if w.status != 0 && w.status != http.StatusOK {
				b.Fatalf("%d: %s", w.status, w.body.Bytes())
			}
			return w.body.Bytes()
		}
		kind, form := multi([]part{
			{name: "image", file: photo}, {name: "product_name", value: "여행 가방"}, {name: "product_category", value: "의류"},
			{name: "ad_concept", value: "여름 바다로 떠나는 휴가"}, {name: "seed", value: "7"},
		})
		var one gpu.Stage1Answer
		if err := json.Unmarshal(call(gpu.PathStage1, kind, form.Bytes()), &one); err != nil {
			b.Fatal(err)
		}
		two, err := json.Marshal(gpu.Stage2Body{
			Stage1Image: id(one.ImageURL), ProductName: "여행 가방", TargetAge: "20대", TargetGender: "전체",
			AdConcept: "여름 바다로 떠나는 휴가",
			MainCopy:  "여름을 담다", SubCopy: "어디든 가볍게 떠나는 가방", Analysis: &one.Analysis, AIMark: true,
		})
		if err != nil {
			b.Fatal(err)
		}
		three, err := json.Marshal(gpu.ScoreBody{ImageURL: id(one.ImageURL), Prompt: "여름 바다로 떠나는 휴가",
			Analysis: &one.Analysis})
		if err != nil {
			b.Fatal(err)
		}
		b.Run("stage 1/"+parts.name, func(b *testing.B) {
			for b.Loop() {
				call(gpu.PathStage1, kind, form.Bytes())
			}
		})
		b.Run("stage 2/"+parts.name, func(b *testing.B) {
			for b.Loop() {
				call(gpu.PathStage2, "application/json", two)
			}
		})
		b.Run("score/"+parts.name, func(b *testing.B) {
			for b.Loop() {
				call(gpu.PathScore, "application/json", three)
			}
		})
	}
}

// memoryWriter is an answer kept in memory.
type memoryWriter struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (w *memoryWriter) Header() http.Header         { return w.header }
func (w *memoryWriter) WriteHeader(status int)      { w.status = status }
func (w *memoryWriter) Write(b []byte) (int, error) { return w.body.Write(b) }

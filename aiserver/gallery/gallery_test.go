package gallery_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nanococoa/nanococoa/aiserver/engine"
	"github.com/nanococoa/nanococoa/aiserver/gallery"
	"github.com/nanococoa/nanococoa/aiserver/server"
	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/compose"
	"github.com/nanococoa/nanococoa/internal/copywriter"
)

// painter is an engine that fills the picture and can be told to fail.
type painter struct{ noScore bool }

func (painter) Name() string         { return "painter" }
func (painter) StandIn() bool        { return true }
func (painter) Parts() []engine.Part { return nil }
func (painter) Close() error         { return nil }

func (painter) Render(_ context.Context, r engine.Request) (engine.Rendering, error) {
	if r.Prompt == "" || r.Seed != 1 {
		return engine.Rendering{}, errors.New("prompt or seed is missing")
	}
	pic := image.NewRGBA(image.Rectangle{Max: r.Size})
	draw.Draw(pic, pic.Rect, image.NewUniform(color.RGBA{40, 80, 120, 255}), image.Point{}, draw.Src)
	at := ad.Box{0.3, 0.4, 0.4, 0.5}
	return engine.Rendering{
		Picture: pic, Product: at, Source: ad.Box{0, 0, 1, 1}, Place: at, Scene: "plain", CutOut: true,
		Mask: image.NewAlpha(pic.Rect), // nothing of it is solid
	}, nil
}

func (p painter) Score(_ context.Context, r engine.ScoreRequest) (ad.Score, error) {
	if p.noScore || r.Analysis == nil { // the analysis of stage 1 is on the record: scoring uses it
		return ad.Score{}, errors.New("no score")
	}
	return ad.Score{Metric: "painter-v1", Value: 0.5, StandIn: true}, nil
}

// typeset is a composer that draws no letters.
func typeset(_ context.Context, r compose.Request) (compose.Result, error) {
	pic := image.NewRGBA(r.Picture.Bounds())
	draw.Draw(pic, pic.Rect, r.Picture, image.Point{}, draw.Src)
	return compose.Result{
		Image: pic, HTML: "<div></div>", Layout: "top", Contrast: 7,
		Lines: []compose.Line{
			{Text: r.MainCopy, Role: "main", SizePx: 40}, {Text: r.SubCopy, Role: "sub", SizePx: 20},
			{Text: "AI 생성", Role: "ai_mark", SizePx: 10},
		},
	}, nil
}

func options(t *testing.T) (gallery.Options, server.Config, server.Parts, *bytes.Buffer) {
	t.Helper()
	cfg, err := server.Read([]string{"DATA_DIR=" + t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	samples := t.TempDir()
	var b bytes.Buffer
	photo := image.NewGray(image.Rect(0, 0, 200, 200))
	draw.Draw(photo, image.Rect(50, 50, 150, 150), image.White, image.Point{}, draw.Src)
	if err := png.Encode(&b, photo); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"duffel-bag.png", "something.png"} {
		if err := os.WriteFile(filepath.Join(samples, name), b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var progress bytes.Buffer
	return gallery.Options{
			Photos: samples, Out: filepath.Join(t.TempDir(), "out"), Seed: 1, Progress: &progress,
			Concepts: gallery.Concepts()[:2], Sizes: []image.Point{{X: 400, Y: 400}, {X: 600, Y: 314}},
		}, cfg, server.Parts{
			Load:    func(context.Context) (engine.Engine, error) { return painter{}, nil },
			Compose: typeset, Copy: copywriter.Template{},
		}, &progress
}

func TestEveryAdIsMadeAndOnTheSheet(t *testing.T) {
	t.Parallel()
	o, cfg, parts, progress := options(t)
	if err := gallery.Run(t.Context(), o, cfg, parts); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(o.Out, gallery.Manifest))
	if err != nil {
		t.Fatal(err)
	}
	var entries []gallery.Entry
	if err := json.Unmarshal(b, &entries); err != nil {
		t.Fatal(err)
	}
	if len(entries) != 8 || strings.Count(progress.String(), "\n") != 8 {
		t.Errorf("%d ads; progress:\n%s", len(entries), progress)
	}
	for _, e := range entries {
		f, err := os.Open(filepath.Join(o.Out, e.File))
		if err != nil {
			t.Error(err)
			continue
		}
		head, err := png.DecodeConfig(f)
		f.Close()
		asked := head.Width == 400 || head.Height == 314
		if err != nil || !asked || len(e.Lines) < 3 || e.Contrast != 7 || e.Score != 0.5 {
			t.Errorf("%+v: %dx%d, %v", e, head.Width, head.Height, err)
		}
	}
	f, err := os.Open(filepath.Join(o.Out, gallery.Sheet))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	sheet, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	// Two columns; two rows of squares above two rows of banners.
	if want := image.Pt(12+2*384, 12+2*384+2*(194+12)); sheet.Bounds().Max != want {
		t.Errorf("the sheet is %v, want %v", sheet.Bounds().Max, want)
	}
	for _, name := range []string{"row-duffel-bag.jpg", "row-something.jpg"} {
		row, err := os.ReadFile(filepath.Join(o.Out, name))
		if err != nil {
			t.Error(err)
			continue
		}
		head, err := jpeg.DecodeConfig(bytes.NewReader(row))
		if err != nil || head.Width != sheet.Bounds().Dx() || head.Height != 372+2*12 {
			t.Errorf("%s is %d×%d, %v", name, head.Width, head.Height, err)
		}
	}
	blank := color.RGBA{0xf2, 0xf2, 0xf2, 0xff}
	for _, at := range []image.Point{{198, 198}, {582, 198}, {198, 582}, {582, 582}, {198, 880}, {582, 1080}} {
		if color.RGBAModel.Convert(sheet.At(at.X, at.Y)) == blank {
			t.Errorf("nothing is at %v of the sheet", at)
		}
	}
}

// What a photo shows and its concept stand in a file beside the photos.
func TestProductsAreShownAsTheirFileSays(t *testing.T) {
	t.Parallel()
	o, cfg, parts, _ := options(t)
	said := "# photo, name, category, age, gender, concept\n" +
		"duffel-bag.png,롤탑 더플백,패션잡화,20대,전체,가볍게 떠나는 주말 여행\n"
	file := filepath.Join(o.Photos, gallery.Products)
	if err := os.WriteFile(file, []byte(said), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := gallery.Run(t.Context(), o, cfg, parts); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(o.Out, gallery.Manifest))
	if err != nil {
		t.Fatal(err)
	}
	var entries []gallery.Entry
	if err := json.Unmarshal(b, &entries); err != nil {
		t.Fatal(err)
	}
	own := 0
	for _, e := range entries {
		if e.Photo == "duffel-bag.png" {
			own++
			if e.Concept != "가볍게 떠나는 주말 여행" || !strings.HasPrefix(e.File, "duffel-bag-own-") {
				t.Errorf("the bag: %+v", e)
			}
		}
	}
	if own != 2 || len(entries) != 6 { // one concept in two sizes, and two of the other photo
		t.Errorf("%d ads of the bag, %d in all", own, len(entries))
	}
	if err := os.WriteFile(file, []byte("duffel-bag.png,롤탑 더플백\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := gallery.Run(t.Context(), o, cfg, parts); err == nil || !strings.Contains(err.Error(), gallery.Products) {
		t.Errorf("a line with too few fields: %v", err)
	}
}

func TestWhatIsInTheWay(t *testing.T) {
	t.Parallel()
	o, cfg, parts, _ := options(t)
	none := o
	none.Photos = t.TempDir()
	if err := gallery.Run(t.Context(), none, cfg, parts); err == nil {
		t.Error("a gallery was made of no photo")
	}
	file := o
	file.Out = filepath.Join(o.Photos, "something.png")
	if err := gallery.Run(t.Context(), file, cfg, parts); err == nil {
		t.Error("a gallery was made in a file")
	}
	broken := o
	broken.Photos = t.TempDir()
	if err := os.WriteFile(filepath.Join(broken.Photos, "x.jpg"), []byte("no photo"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := gallery.Run(t.Context(), broken, cfg, parts); err == nil || !strings.Contains(err.Error(), "x.jpg") {
		t.Errorf("a broken photo: %v", err)
	}
	bad := cfg
	bad.Slots = 0
	if err := gallery.Run(t.Context(), o, bad, parts); err == nil {
		t.Error("a bad configuration was taken")
	}
	noEngine := parts
	noEngine.Load = func(context.Context) (engine.Engine, error) { return nil, os.ErrNotExist }
	if err := gallery.Run(t.Context(), o, cfg, noEngine); err == nil {
		t.Error("a gallery was made without an engine")
	}
	noScore := parts
	noScore.Load = func(context.Context) (engine.Engine, error) { return painter{noScore: true}, nil }
	if err := gallery.Run(t.Context(), o, cfg, noScore); err == nil || !strings.Contains(err.Error(), "sea") {
		t.Errorf("an ad without a score: %v", err)
	}
	noWords := parts
	noWords.Compose = func(context.Context, compose.Request) (compose.Result, error) {
		return compose.Result{}, errors.New("no words")
	}
	if err := gallery.Run(t.Context(), o, cfg, noWords); err == nil {
		t.Error("an ad without words was made")
	}
	otherSeed := o
	otherSeed.Seed = 2 // which this painter refuses
	if err := gallery.Run(t.Context(), otherSeed, cfg, parts); err == nil {
		t.Error("an ad without a picture was made")
	}
	for _, name := range []string{gallery.Sheet, "duffel-bag-sea-400x400.png", "row-something.jpg"} {
		blocked := o
		blocked.Out = t.TempDir()
		if err := os.Mkdir(filepath.Join(blocked.Out, name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := gallery.Run(t.Context(), blocked, cfg, parts); err == nil {
			t.Errorf("%s was written over a folder", name)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := gallery.Run(ctx, o, cfg, parts); err == nil {
		t.Error("an ended context was not heard")
	}
}

func TestConceptsAndSizes(t *testing.T) {
	t.Parallel()
	names := map[string]bool{}
	for _, c := range gallery.Concepts() {
		names[c.Name] = true
	}
	if len(names) != 6 || len(gallery.Sizes()) != 2 {
		t.Errorf("%d concepts, %d sizes", len(names), len(gallery.Sizes()))
	}
}

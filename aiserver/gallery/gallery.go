// Package gallery makes the ads one looks at after a change to a scene, a layout
// or a font: every photo of a folder in every concept and size, with one sheet that shows
// them all. Each ad is made by the steps of internal/pipeline, as the state machine makes
// it, with a real GPU server over HTTP; only record and pictures are kept in memory.
package gallery

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	xdraw "golang.org/x/image/draw"

	"github.com/nanococoa/nanococoa/aiserver/server"
	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/gpu"
	"github.com/nanococoa/nanococoa/internal/gpuclient"
	"github.com/nanococoa/nanococoa/internal/pipeline"
)

// Concept is one ad concept, with the short Latin name its files have.
type Concept struct {
	Name, Text string
}

// Concepts are six that have little in common.
func Concepts() []Concept {
	return []Concept{
		{"sea", "여름 바다로 떠나는 시원한 휴가"},
		{"morning", "아침 햇살이 드는 창가의 여유"},
		{"night", "비 내린 밤 네온이 빛나는 도시 거리"},
		{"snow", "함박눈 내리는 겨울날의 포근함"},
		{"spring", "벚꽃이 흩날리는 봄날의 설렘"},
		{"luxury", "고급스러운 대리석 위의 우아한 선물"},
	}
}

// Sizes are the two of the sheet: Instagram's square and the wide banner of
// Naver GFA and link previews.
func Sizes() []image.Point { return []image.Point{{X: 1080, Y: 1080}, {X: 1200, Y: 628}} }

// Options say what to make.
type Options struct {
	Photos string // folder of *.jpg and *.png, with Products or without
	Out    string // folder for the pictures; what else is in it stays
	Seed   uint64 // the same seed makes the same gallery
	// Concepts and Sizes; empty: the package's own.
	Concepts []Concept
	Sizes    []image.Point
	Progress io.Writer // a line for every ad
}

// Entry is one ad of the manifest gallery.json.
type Entry struct {
	File     string     `json:"file"`
	Photo    string     `json:"photo"`
	Concept  string     `json:"concept"`
	Size     string     `json:"size"`
	Scene    string     `json:"scene"`
	CutOut   bool       `json:"cut_out"`
	Doubts   []ad.Doubt `json:"doubts,omitempty"`
	Layout   string     `json:"layout"`
	Contrast float64    `json:"contrast_ratio"`
	Score    float64    `json:"score"`
	Stage1MS int64      `json:"stage1_ms"` // what stage 1 took, with its way there and back
	Lines    []gpu.Line `json:"lines"`     // what can be read off the picture, and where
}

// Sheet and Manifest are the files beside the ads; Row and the photo's name make
// the file of each row of the sheet in the first size, such as row-duffel-bag.jpg,
// which is the picture in the README.
const (
	Sheet    = "contact-sheet.png"
	Manifest = "gallery.json"
	Row      = "row-"
)

// Run makes the gallery with a server of its own, on a free port and in a
// temporary folder.
func Run(ctx context.Context, o Options, cfg server.Config, parts server.Parts) (err error) {
	if len(o.Concepts) == 0 {
		o.Concepts = Concepts()
	}
	if len(o.Sizes) == 0 {
		o.Sizes = Sizes()
	}
	products, err := shown(o.Photos)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(o.Out, 0o755); err != nil {
		return fmt.Errorf("gallery: %w", err)
	}
	client, stop, err := temporary(ctx, cfg, parts)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stop()) }()

	cells := 0
	for _, p := range products {
		cells += len(p.concepts(o.Concepts))
	}
	sheet := newSheet(cells, len(o.Concepts), o.Sizes)
	var entries []Entry
	cell := 0
	for _, p := range products {
		photo, err := os.ReadFile(p.photo)
		if err != nil {
			return fmt.Errorf("gallery: %w", err)
		}
		for _, concept := range p.concepts(o.Concepts) {
			for band, size := range o.Sizes {
				e, picture, err := one(ctx, client, o.Out, o.Seed, photo, p, concept, size)
				if err != nil {
					return fmt.Errorf("gallery: %s, %s, %v: %w", filepath.Base(p.photo), concept.Name, size, err)
				}
				if err := sheet.put(picture, band, cell); err != nil {
					return err
				}
				entries = append(entries, e)
				fmt.Fprintf(o.Progress, "%-44s %-8s %-12s contrast %4.1f  score %.2f  stage 1 %5d ms\n",
					e.File, e.Scene, e.Layout, e.Contrast, e.Score, e.Stage1MS)
			}
			cell++
		}
		if p.concept == "" && cell%len(o.Concepts) == 0 { // it has a row of its own
			row := cell/len(o.Concepts) - 1
			if err := sheet.save(row, filepath.Join(o.Out, Row+base(p.photo)+".jpg")); err != nil {
				return err
			}
		}
	}
	return finish(o, sheet, entries)
}

// base is a photo's name without folder and kind.
func base(path string) string { return strings.TrimSuffix(filepath.Base(path), filepath.Ext(path)) }

// find lists the photos, sorted, so that the sheet's rows stay in their places.
func find(dir string) ([]string, error) {
	var out []string
	for _, pattern := range []string{"*.jpg", "*.png"} {
		found, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			return nil, fmt.Errorf("gallery: %w", err)
		}
		out = append(out, found...)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("gallery: there is no photo in %s", dir)
	}
	slices.Sort(out)
	return out, nil
}

// temporary serves with a temporary folder on a free port; stop also removes the folder.
func temporary(
	ctx context.Context, cfg server.Config, parts server.Parts,
) (c *gpuclient.Client, stop func() error, err error) {
	data, err := os.MkdirTemp("", "gallery")
	if err != nil {
		return nil, nil, fmt.Errorf("gallery: %w", err)
	}
	cfg.Addr, cfg.DataDir = "127.0.0.1:0", data
	parts.Log = slog.New(slog.DiscardHandler)
	c, end, err := serve(ctx, cfg, parts)
	if err != nil {
		return nil, nil, errors.Join(err, os.RemoveAll(data))
	}
	return c, func() error { return errors.Join(end(), os.RemoveAll(data)) }, nil
}

// serve starts the server and gives a client of it. stop ends it and waits.
func serve(
	ctx context.Context, cfg server.Config, parts server.Parts,
) (c *gpuclient.Client, stop func() error, err error) {
	s, err := server.New(cfg, parts)
	if err != nil {
		return nil, nil, err
	}
	if err := s.Load(ctx); err != nil {
		return nil, nil, errors.Join(err, s.Close())
	}
	ln, err := new(net.ListenConfig).Listen(ctx, "tcp", cfg.Addr)
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("gallery: %w", err), s.Close())
	}
	work, end := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- s.Run(work, ln) }()
	stop = func() error { end(); return <-done }
	c, err = gpuclient.New(gpuclient.Config{URL: "http://" + ln.Addr().String()})
	if err != nil {
		return nil, nil, errors.Join(err, stop())
	}
	return c, stop, nil
}

// ordered is an ad that was made: its record, its pictures, and what the server said.
type ordered struct {
	kept   *records
	pics   pictures
	server *sized
}

// order makes one ad with the steps of the state machine, in their order: what the gallery
// shows is what an owner gets.
func order(
	ctx context.Context, c *gpuclient.Client, seed uint64, photo []byte, p product, concept Concept, size image.Point,
) (ordered, error) {
	id, err := ad.NewID()
	if err != nil {
		return ordered{}, err
	}
	kept := &records{ad.Ad{
		Ref: ad.Ref{Owner: "gallery", AdID: id, Attempt: 1}, Status: ad.Queued, Steps: map[ad.Step]ad.StepTimes{},
		Fields: ad.Fields{
			ProductName: p.name, ProductCategory: p.category, TargetAge: p.age, TargetGender: p.gender,
			AdConcept: concept.Text, AIMark: true,
		},
	}}
	pics := pictures{ad.OriginalPhoto: photo}
	server := &sized{client: c, seed: seed, size: size}
	for _, step := range []func(context.Context, ad.StepInput) error{
		pipeline.Prepare{Ads: kept, Pictures: pics}.Run,
		pipeline.Prompt{Ads: kept}.Run,
		pipeline.Stage1{Ads: kept, Pictures: pics, GPU: server}.Run,
		pipeline.Copywrite{Ads: kept}.Run,
		pipeline.Stage2{Ads: kept, Pictures: pics, GPU: server}.Run,
		pipeline.Clip{Ads: kept, Pictures: pics, GPU: server}.Run,
		pipeline.Publish{Ads: kept, Originals: pics}.Run,
	} {
		if err := step(ctx, ad.StepInput{Ref: kept.ad.Ref}); err != nil {
			return ordered{}, err
		}
	}
	return ordered{kept, pics, server}, nil
}

// one makes one ad of the gallery and writes it.
func one(
	ctx context.Context, c *gpuclient.Client, out string, seed uint64, photo []byte,
	p product, concept Concept, size image.Point,
) (Entry, []byte, error) {
	made, err := order(ctx, c, seed, photo, p, concept, size)
	if err != nil {
		return Entry{}, nil, err
	}
	server, kept, pics := made.server, made.kept, made.pics
	e := Entry{
		File:  fmt.Sprintf("%s-%s-%s.png", base(p.photo), concept.Name, gpu.FormatSize(size)),
		Photo: filepath.Base(p.photo), Concept: concept.Text, Size: gpu.FormatSize(size),
		Scene: server.scene.Scene, CutOut: server.scene.CutOut, Doubts: server.scene.Product.Doubts,
		Layout: server.set.Layout, Contrast: server.set.ContrastRatio, Lines: server.set.Lines, Score: kept.ad.Score.Value,
		Stage1MS: server.took.Milliseconds(),
	}
	finished := pics[ad.Stage2Picture]
	if err := os.WriteFile(filepath.Join(out, e.File), finished, 0o644); err != nil {
		return Entry{}, nil, fmt.Errorf("write: %w", err)
	}
	return e, finished, nil
}

// sized is the GPU server asked for a size and a seed, which the steps leave to it. It
// also remembers what its answers say beyond what an ad keeps.
type sized struct {
	client *gpuclient.Client
	seed   uint64
	size   image.Point
	scene  gpu.Stage1Result
	took   time.Duration // of stage 1
	set    gpu.Stage2Result
}

// Stage1 implements pipeline.GPU.
func (s *sized) Stage1(ctx context.Context, r gpu.Stage1Request) (out gpu.Stage1Result, err error) {
	r.Seed, r.Width, r.Height = &s.seed, s.size.X, s.size.Y
	began := time.Now()
	s.scene, err = s.client.Stage1(ctx, r)
	s.took = time.Since(began)
	return s.scene, err
}

// Stage2 implements pipeline.GPU.
func (s *sized) Stage2(ctx context.Context, r gpu.Stage2Request) (out gpu.Stage2Result, err error) {
	s.set, err = s.client.Stage2(ctx, r)
	return s.set, err
}

// Score implements pipeline.GPU.
func (s *sized) Score(ctx context.Context, r gpu.ScoreRequest) (ad.Score, error) {
	return s.client.Score(ctx, r)
}

// sheet is the contact sheet: a band of rows for each size, with as many columns as
// there are usual concepts. Without concepts of their own each photo has a row.
type sheet struct {
	img     *image.RGBA
	columns int
	cells   []image.Point // by band
	offsets []int         // by band
}

// cellWidth makes six columns and their gaps as wide as a large screen.
const cellWidth, gap = 372, 12

func newSheet(cells, columns int, sizes []image.Point) *sheet {
	s := &sheet{columns: columns}
	rows := (cells + columns - 1) / columns
	y := gap
	for _, size := range sizes {
		cell := image.Pt(cellWidth, cellWidth*size.Y/size.X)
		s.cells, s.offsets = append(s.cells, cell), append(s.offsets, y)
		y += rows * (cell.Y + gap)
	}
	s.img = image.NewRGBA(image.Rect(0, 0, gap+columns*(cellWidth+gap), y))
	draw.Draw(s.img, s.img.Rect, image.NewUniform(color.Gray{0xf2}), image.Point{}, draw.Src)
	return s
}

// put draws an ad into the nth cell of a band.
func (s *sheet) put(file []byte, band, n int) error {
	pic, err := png.Decode(bytes.NewReader(file))
	if err != nil {
		return fmt.Errorf("gallery: %w", err)
	}
	cell, row, column := s.cells[band], n/s.columns, n%s.columns
	at := image.Rectangle{Max: cell}.Add(image.Pt(gap+column*(cellWidth+gap), s.offsets[band]+row*(cell.Y+gap)))
	xdraw.CatmullRom.Scale(s.img, at, pic, pic.Bounds(), xdraw.Src, nil)
	return nil
}

// save writes a row of the first band.
func (s *sheet) save(row int, path string) error {
	y := s.offsets[0] + row*(s.cells[0].Y+gap)
	var b bytes.Buffer
	// 85: letters without halos, in a file a README may carry.
	band := s.img.SubImage(image.Rect(0, y-gap, s.img.Rect.Dx(), y+s.cells[0].Y+gap))
	if err := jpeg.Encode(&b, band, &jpeg.Options{Quality: 85}); err != nil {
		return fmt.Errorf("gallery: %w", err)
	}
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		return fmt.Errorf("gallery: %w", err)
	}
	return nil
}

func finish(o Options, s *sheet, entries []Entry) error {
	var b bytes.Buffer
	if err := png.Encode(&b, s.img); err != nil {
		return fmt.Errorf("gallery: %w", err)
	}
	manifest, err := json.MarshalIndent(entries, "", "  ")
	if err != nil {
		return fmt.Errorf("gallery: %w", err)
	}
	return errors.Join(
		os.WriteFile(filepath.Join(o.Out, Sheet), b.Bytes(), 0o644),
		os.WriteFile(filepath.Join(o.Out, Manifest), append(manifest, '\n'), 0o644),
	)
}

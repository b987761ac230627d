package gallery

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"math"
	"os"
	"path/filepath"

	"github.com/nanococoa/nanococoa/aiserver/server"
	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/channel"
	"github.com/nanococoa/nanococoa/internal/compose"
	"github.com/nanococoa/nanococoa/internal/gpu"
	"github.com/nanococoa/nanococoa/internal/picturefile"
)

// Rendition is one file of the sheet of renditions, in the manifest renditions.json.
type Rendition struct {
	File     string     `json:"file"`
	Channel  string     `json:"channel"`
	Bytes    int        `json:"bytes"`
	MaxBytes int        `json:"max_bytes"`
	Layout   string     `json:"layout"`
	Typeface string     `json:"typeface"`
	Contrast float64    `json:"contrast_ratio"`
	Lines    []gpu.Line `json:"lines"`
}

// RenditionsManifest is the file beside the renditions.
const RenditionsManifest = "renditions.json"

// dress is what the ads of one photo have beside words: each photo shows other choices.
type dress struct {
	concept int // of Concepts
	badge   string
	brand   *compose.Brand
}

func dresses() []dress {
	return []dress{
		{0, "", nil},
		{4, "50% 할인", nil},
		{1, "20,000원", &compose.Brand{
			Logo: wordmark(), LogoURL: "logo.png", Colours: []color.RGBA{{0x1f, 0x4d, 0x3a, 255}, {0xf2, 0xb5, 0x3b, 255}},
		}},
	}
}

// copies are the words that are put in place of an ad's own, as an owner would: short,
// with a number, and near the longest that are taken.
func copies() [][2]string {
	return [][2]string{
		{"오늘도 빛나게", "매일 조금씩 더 좋아지는 하루"},
		{"지금이 딱 좋아", "단 일주일, 전 상품 50% 할인"},
		{"우리 동네에서 가장 먼저 만나는 봄", "오늘 주문하면 내일 아침 문 앞에서 만나는 신선한 하루"},
	}
}

// wordmark draws a logo of our own: a leaf in a ring, with transparent parts.
func wordmark() image.Image {
	m := image.NewNRGBA(image.Rect(0, 0, 240, 120))
	for y := range 120 {
		for x := range 240 {
			fx, fy := float64(x), float64(y)
			ring := math.Abs(math.Hypot(fx-60, fy-60) - 48)
			leaf := math.Hypot(fx-44, fy-60) < 40 && math.Hypot(fx-76, fy-60) < 40
			bar := x > 130 && x < 230 && (y > 34 && y < 52 || y > 68 && y < 86 && x < 200)
			if ring < 6 || leaf || bar {
				m.SetNRGBA(x, y, color.NRGBA{0x1f, 0x4d, 0x3a, 255})
			}
		}
	}
	return m
}

// Renditions makes every photo of a folder in every channel, and in every layout and
// typeface at 1080×1080, from one scene each, as the files an owner would download.
func Renditions(ctx context.Context, o Options, cfg server.Config, parts server.Parts) (err error) {
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
	var all []Rendition
	for row, p := range products {
		photo, err := os.ReadFile(p.photo)
		if err != nil {
			return fmt.Errorf("gallery: %w", err)
		}
		d := dresses()[row%len(dresses())]
		made, err := order(ctx, client, o.Seed, photo, p, Concepts()[d.concept], image.Pt(1024, 1024))
		if err != nil {
			return fmt.Errorf("gallery: %s: %w", filepath.Base(p.photo), err)
		}
		some, err := d.renditions(ctx, made, o, base(p.photo))
		if err != nil {
			return fmt.Errorf("gallery: %s: %w", filepath.Base(p.photo), err)
		}
		all = append(all, some...)
	}
	manifest, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return fmt.Errorf("gallery: %w", err)
	}
	return os.WriteFile(filepath.Join(o.Out, RenditionsManifest), append(manifest, '\n'), 0o644)
}

// renditions makes the files of one ad.
func (d dress) renditions(ctx context.Context, made ordered, o Options, name string) ([]Rendition, error) {
	scene, err := png.Decode(bytes.NewReader(made.pics[ad.Stage1Picture]))
	if err != nil {
		return nil, err
	}
	a := made.kept.ad
	request := compose.Request{
		Picture: scene, Analysis: a.Analysis, MainCopy: a.MainCopy, SubCopy: a.SubCopy, ProductName: a.ProductName,
		AIMark: true, Badge: d.badge, Brand: d.brand, Whole: true,
	}
	var out []Rendition
	add := func(file string, c channel.Channel, r compose.Request) error {
		if n := len(out) % (len(copies()) + 1); n > 0 {
			r.MainCopy, r.SubCopy = copies()[n-1][0], copies()[n-1][1]
		}
		r.Size, r.WithoutText = c.Size(), !c.Text
		set, err := compose.Render(ctx, r)
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		b, err := picturefile.Encode(ctx, set.Image, c.Format, c.MaxBytes)
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		e := Rendition{
			File:    name + "-" + file + "." + picturefile.Extension(c.Format),
			Channel: c.Name, Bytes: len(b), MaxBytes: c.MaxBytes,
			Layout: set.Layout, Typeface: r.Typeface, Contrast: set.Contrast,
		}
		for _, l := range set.Lines {
			e.Lines = append(e.Lines, gpu.Line{Text: l.Text, Role: l.Role, Box: l.Box, SizePx: l.SizePx})
		}
		out = append(out, e)
		progress(o.Progress, e)
		return os.WriteFile(filepath.Join(o.Out, e.File), b, 0o644)
	}
	for _, c := range channel.All() {
		if err := add(c.Name, c, request); err != nil {
			return nil, err
		}
	}
	square := channel.All()[0]
	for i, l := range compose.Layouts() {
		r := request
		r.Layout = l.Name
		faces := compose.Typefaces()
		r.Typeface = faces[i%len(faces)].Name
		if err := add("layout-"+l.Name, square, r); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func progress(w io.Writer, e Rendition) {
	fmt.Fprintf(w, "%-44s %-14s %-5s contrast %4.1f  %6d of %6d bytes\n",
		e.File, e.Layout, e.Typeface, e.Contrast, e.Bytes, e.MaxBytes)
}

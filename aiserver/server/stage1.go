package server

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"github.com/nanococoa/nanococoa/aiserver/engine"
	"github.com/nanococoa/nanococoa/aiserver/jobs"
	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/compose"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/gpu"
	"github.com/nanococoa/nanococoa/internal/photo"
	"github.com/nanococoa/nanococoa/internal/provenance"
)

// stage1Body is the form of stage 1 but for the picture in it: texts, each under
// its name in the contract.
type stage1Body struct {
	ProductName     string `json:"product_name"`
	ProductCategory string `json:"product_category"`
	AdConcept       string `json:"ad_concept"`
	Prompt          string `json:"prompt"`
	Seed            string `json:"seed"`
	Size            string `json:"size"`
	CutOut          string `json:"cutout,omitempty"` // without it, the content is what it was before there was one
	ImageSourceURL  string `json:"image_source_url"`
	OutputPutURL    string `json:"output_put_url"`
}

// fields gives the place of each field by its name.
func (b *stage1Body) fields() map[string]*string {
	out := map[string]*string{}
	for f, v := range reflect.ValueOf(b).Elem().Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		out[name] = v.Addr().Interface().(*string)
	}
	return out
}

// stage1 checks a request of POST /api/stage1/generate and makes its job.
func (s *Server) stage1(ctx context.Context, c call, r *http.Request, body io.Reader) (*work, error) {
	var b stage1Body
	pic, err := readForm(r, body, b.fields())
	if err != nil {
		return nil, err
	}
	requestID := logOf(ctx).id
	var bad faults
	in := bad.fields(
		ad.Fields{ProductName: b.ProductName, ProductCategory: b.ProductCategory, AdConcept: b.AdConcept},
		"product_name", "product_category", "ad_concept")
	b.ProductName, b.ProductCategory, b.AdConcept = in.ProductName, in.ProductCategory, in.AdConcept
	b.Prompt = bad.text("prompt", b.Prompt, maxPrompt)
	size := bad.size(b.Size)
	if size == (image.Point{}) {
		size = defaultSize
	}
	b.Size = gpu.FormatSize(size)
	seed := seedFor(c.key)
	if b.Seed != "" {
		n, err := strconv.ParseUint(b.Seed, 10, 64)
		if err != nil || n > gpu.MaxSeed {
			bad.add("seed", fmt.Sprintf("0부터 %d까지의 정수여야 합니다.", uint64(gpu.MaxSeed)))
		}
		seed, b.Seed = n, strconv.FormatUint(n, 10)
	}
	if pic != nil && b.ImageSourceURL != "" {
		bad.add("image_source_url", "image와 image_source_url 가운데 하나만 보내 주세요.")
	}
	cutout, err := ad.ParseCutOut(b.CutOut)
	if err := bad.merge(err); err != nil {
		return nil, err
	}
	b.CutOut = cutout.String()
	if err := s.checkPut(&bad, b.OutputPutURL); err != nil {
		return nil, err
	}
	if err := bad.err(); err != nil {
		return nil, err
	}
	if b.ImageSourceURL != "" {
		if pic, err = s.picture(ctx, "image_source_url", b.ImageSourceURL, "", nil); err != nil {
			return nil, err
		}
	}
	if _, err := photo.Check(pic); err != nil {
		return nil, err
	}
	return &work{
		name: callStage1, class: jobs.Starting, call: c, picture: pic, content: stage1Content(b), putURL: b.OutputPutURL,
		do: func(ctx context.Context, e engine.Engine, pic []byte, t *stopwatch) (any, string, error) {
			img, err := photo.Decode(ctx, pic, photo.MaxSide)
			if err != nil {
				return nil, "", err
			}
			s.metrics.renders.WithLabelValues(callStage1).Inc()
			made, err := e.Render(ctx, engine.Request{
				Photo: img, Name: b.ProductName, Category: b.ProductCategory, Concept: b.AdConcept, Prompt: b.Prompt,
				Seed: seed, Size: size, CutOut: cutout,
			})
			if err != nil {
				return nil, "", fmt.Errorf("render: %w", err)
			}
			if err := ctx.Err(); err != nil {
				return nil, "", context.Cause(ctx)
			}
			if err := made.Check(size); err != nil {
				return nil, "", fmt.Errorf("render: %w", err)
			}
			fidelity, measured := made.Fidelity(img)
			if measured && fidelity < engine.MinFidelity {
				return nil, "", fault.Newf(fault.GPUBadAnswer, "the engine shows the photo at %.1f dB", fidelity)
			}
			mask, err := maskURL(made.Found)
			if err != nil {
				return nil, "", err
			}
			// Its source is the engine, which says where the product is.
			analysis := compose.Analyze(made.Picture, made.Product, made.Mask, e.Name(), made.Mood, made.Areas...)
			painter := made.Part(ad.RoleScene)
			mark := provenance.Mark{Engine: e.Name(), StandIn: painter.StandIn, Model: painter.Model, Seed: &seed}
			id, out, err := s.keep(made.Picture, mark)
			if err != nil {
				return nil, "", err
			}
			return gpu.Stage1Answer{
				ImageURL: id, RequestID: requestID, Seed: seed, Engine: e.Name(), StandIn: painter.StandIn,
				Scene: made.Scene, CutOut: made.CutOut, Product: shown(made, fidelity), Mask: mask, Output: out, Analysis: analysis,
				Models: models(made.Parts), Parts: parts(made.Parts), TimingMS: t.timing(),
			}, id, nil
		},
	}, nil
}

// shown says how a rendering shows its product.
func shown(r engine.Rendering, fidelity float64) ad.Product {
	p := ad.Product{
		CutOut: r.CutOut, Confidence: r.Confidence, Doubts: r.Doubts, FidelityDB: fidelity,
		Model: r.Part(ad.RoleCutout).Model,
	}
	if p.Doubts == nil {
		p.Doubts = []ad.Doubt{}
	}
	return p
}

// parts are a list on the wire, not null.
func parts(made []ad.Part) []ad.Part { return append([]ad.Part{}, made...) }

// models are those that took part, by role.
func models(made []ad.Part) map[string]string {
	out := map[string]string{}
	for _, p := range made {
		if p.Model != "" {
			out[p.Role] = p.Model
		}
	}
	return out
}

// maskURL is a mask of the photo as a data: URL, "" of nil: a PNG whose palette is white in
// every opacity.
func maskURL(m *image.Alpha) (string, error) {
	if m == nil {
		return "", nil
	}
	white := make(color.Palette, 256)
	for i := range white {
		white[i] = color.NRGBA{255, 255, 255, uint8(i)}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, &image.Paletted{Pix: m.Pix, Stride: m.Stride, Rect: m.Rect, Palette: white}); err != nil {
		return "", fault.New(fault.Internal, fmt.Errorf("encode a mask: %w", err))
	}
	return gpu.DataURLPrefix + base64.StdEncoding.EncodeToString(b.Bytes()), nil
}

package server

import (
	"context"
	"encoding/binary"
	"fmt"
	"image"
	"io"
	"net/http"
	"strconv"

	"github.com/nanococoa/nanococoa/aiserver/engine"
	"github.com/nanococoa/nanococoa/aiserver/jobs"
	"github.com/nanococoa/nanococoa/aiserver/provenance"
	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/gpu"
	"github.com/nanococoa/nanococoa/internal/photo"
)

// stage1 checks a request of POST /api/stage1/generate and makes its job.
func (s *Server) stage1(ctx context.Context, c call, r *http.Request, body io.Reader) (*work, error) {
	f, err := readForm(r, body)
	if err != nil {
		return nil, err
	}
	requestID := visitOf(ctx).id
	var bad faults
	in := bad.fields(ad.Fields{ProductName: f.fields["product_name"], ProductCategory: f.fields["product_category"], AdConcept: f.fields["ad_concept"]},
		"product_name", "product_category", "ad_concept")
	prompt := bad.text("prompt", f.fields["prompt"], maxPrompt)
	size := bad.size(f.fields["size"])
	if size == (image.Point{}) {
		size = defaultSize
	}
	var named *uint64 // the seed, when the caller names one
	if v := f.fields["seed"]; v != "" {
		n, err := strconv.ParseUint(v, 10, 64)
		if err != nil || n > gpu.MaxSeed {
			bad.add("seed", fmt.Sprintf("0부터 %d까지의 정수여야 합니다.", uint64(gpu.MaxSeed)))
		}
		named = &n
	}
	source, put := f.fields["image_source_url"], f.fields["output_put_url"]
	if f.image != nil && source != "" {
		bad.add("image_source_url", "image와 image_source_url 가운데 하나만 보내 주세요.")
	}
	if err := s.checkPut(&bad, put); err != nil {
		return nil, err
	}
	if err := bad.err(); err != nil {
		return nil, err
	}
	pic := f.image
	if source != "" {
		if pic, err = s.picture(ctx, "image_source_url", source, "", inlined{}); err != nil {
			return nil, err
		}
	}
	if _, err := photo.Check(pic); err != nil {
		return nil, err
	}
	seed, seedPart := seedFor(c.key), []byte{}
	if named != nil {
		seed, seedPart = *named, binary.BigEndian.AppendUint64(nil, *named)
	}
	return &work{
		name: callStage1, class: jobs.Starting, call: c, picture: pic, putURL: put,
		fingerprint: fingerprint([]byte(callStage1), pic, []byte(in.ProductName), []byte(in.ProductCategory), []byte(in.AdConcept),
			[]byte(prompt), []byte(gpu.FormatSize(size)), seedPart),
		do: func(ctx context.Context, e engine.Engine, pic []byte, t *stopwatch) (any, string, error) {
			img, err := photo.Decode(ctx, pic, photo.MaxSide)
			if err != nil {
				return nil, "", err
			}
			s.metrics.renders.WithLabelValues(callStage1).Inc()
			made, err := e.Render(ctx, engine.Request{
				Photo: img, Name: in.ProductName, Category: in.ProductCategory, Concept: in.AdConcept, Prompt: prompt, Seed: seed, Size: size,
			})
			if err != nil {
				return nil, "", fmt.Errorf("render: %w", err)
			}
			if err := ctx.Err(); err != nil {
				return nil, "", context.Cause(ctx)
			}
			id, out, err := s.keep(made.Picture, provenance.Mark{Engine: e.Name(), StandIn: e.StandIn(), Seed: &seed})
			if err != nil {
				return nil, "", err
			}
			return gpu.Stage1Answer{
				ImageURL: id, RequestID: requestID, Seed: seed, Engine: e.Name(), StandIn: e.StandIn(), Scene: made.Scene, CutOut: made.CutOut,
				Output: out, Analysis: whole(made.Analysis), TimingMS: t.timing(),
			}, id, nil
		},
	}, nil
}

// whole gives an analysis whose lists are never null on the wire.
func whole(a ad.Analysis) ad.Analysis {
	if a.TextAreas == nil {
		a.TextAreas = []ad.TextArea{}
	}
	if a.Colors.Dominant == nil {
		a.Colors.Dominant = []string{}
	}
	if a.Mood == nil {
		a.Mood = []string{}
	}
	return a
}

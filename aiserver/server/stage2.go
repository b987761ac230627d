package server

import (
	"cmp"
	"context"
	"fmt"
	"image"
	"io"
	"net/http"

	"github.com/nanococoa/nanococoa/aiserver/engine"
	"github.com/nanococoa/nanococoa/aiserver/jobs"
	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/compose"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/gpu"
	"github.com/nanococoa/nanococoa/internal/photo"
	"github.com/nanococoa/nanococoa/internal/provenance"
)

// stage2 checks a request of POST /api/stage2/generate and makes its job.
func (s *Server) stage2(ctx context.Context, c call, r *http.Request, body io.Reader) (*work, error) {
	var b gpu.Stage2Body
	inside, err := readJSON(r, body, &b)
	if err != nil {
		return nil, err
	}
	requestID := logOf(ctx).id
	var bad faults
	in := bad.fields(
		ad.Fields{ProductName: b.ProductName, TargetAge: b.TargetAge, TargetGender: b.TargetGender, AdConcept: b.AdConcept},
		"product_name", "target_age", "target_gender", "ad_concept")
	b.ProductName, b.TargetAge, b.TargetGender, b.AdConcept = in.ProductName, in.TargetAge, in.TargetGender, in.AdConcept
	b.MainCopy = bad.text("main_copy", b.MainCopy, maxMainCopy)
	b.SubCopy = bad.text("sub_copy", b.SubCopy, maxSubCopy)
	size := bad.size(b.Size)
	bad.analysis(b.Analysis)
	if b.HTMLImageURL != "" && !htmlSource(b.HTMLImageURL) {
		bad.add("html_image_url", "https, http, cid 주소이거나 /로 시작하는 경로여야 합니다.")
	}
	if b.Stage1Image == "" {
		bad.add("stage1_image", "1단계 그림의 주소를 보내 주세요.")
	}
	if err := s.checkPut(&bad, b.OutputPutURL); err != nil {
		return nil, err
	}
	if err := bad.err(); err != nil {
		return nil, err
	}
	pic, err := s.picture(ctx, "stage1_image", b.Stage1Image, r.Host, inside)
	if err != nil {
		return nil, err
	}
	info, err := photo.Check(pic)
	if err != nil {
		return nil, err
	}
	if own := image.Pt(info.Width, info.Height); size == (image.Point{}) && !makeable(own) {
		// A bigger one is scaled down; a smaller one has no room for words.
		if own = fitted(own); !makeable(own) {
			bad.add("size", "그림의 크기로는 만들 수 없습니다. size를 함께 보내 주세요. 예: 1080x1080")
			return nil, bad.err()
		}
	}
	src := b.HTMLImageURL
	if src == "" {
		src = s.sourceFor(b.Stage1Image, r.Host)
	}
	return &work{
		name: callStage2, class: jobs.Finishing, call: c, picture: pic, content: stage2Content(b), putURL: b.OutputPutURL,
		do: func(ctx context.Context, e engine.Engine, pic []byte, t *stopwatch) (any, string, error) {
			img, err := photo.Decode(ctx, pic, compose.MaxSide)
			if err != nil {
				return nil, "", err
			}
			mark := markOf(pic, e)
			head, sub, by, err := s.words(ctx, in, b.Analysis, b.MainCopy, b.SubCopy)
			if err != nil {
				return nil, "", err
			}
			src := src
			if src == "" { // it gets an address by being kept
				id, err := s.store.Put(pic)
				if err != nil {
					return nil, "", fault.New(fault.GPUUnavailable, err)
				}
				src = s.imageURL(id)
			}
			s.metrics.renders.WithLabelValues(callStage2).Inc()
			made, err := s.parts.Compose(ctx, compose.Request{
				Picture: img, Analysis: b.Analysis, MainCopy: head, SubCopy: sub, ProductName: b.ProductName,
				Size: size, PictureURL: src, AIMark: b.AIMark,
			})
			if err != nil {
				return nil, "", fmt.Errorf("compose: %w", err)
			}
			if err := ctx.Err(); err != nil {
				return nil, "", context.Cause(ctx)
			}
			id, out, err := s.keep(made.Image, mark)
			if err != nil {
				return nil, "", err
			}
			lines := make([]gpu.Line, len(made.Lines))
			for i, l := range made.Lines {
				lines[i] = gpu.Line{Text: l.Text, Role: l.Role, Box: l.Box, SizePx: l.SizePx}
			}
			return gpu.Stage2Answer{
				ImageURL: id, HTMLCode: made.HTML, RequestID: requestID, Seed: mark.Seed, Engine: e.Name(), StandIn: e.StandIn(),
				Output: out, MainCopy: head, SubCopy: sub, CopySource: by, Lines: lines, Layout: made.Layout,
				ContrastRatio: made.Contrast, Scrim: made.Scrim, TimingMS: t.timing(),
			}, id, nil
		},
	}, nil
}

// words gives the copy to set: the caller's, and for what is missing the
// deterministic writer's, as the original call has none.
func (s *Server) words(
	ctx context.Context, in ad.Fields, a *ad.Analysis, head, sub string,
) (mainCopy, subCopy, source string, err error) {
	if head != "" && sub != "" {
		return head, sub, "request", nil
	}
	w, err := s.parts.Copy.WriteCopy(ctx, in, a)
	if err != nil {
		return "", "", "", fmt.Errorf("copy: %w", err)
	}
	return cmp.Or(head, w.Main), cmp.Or(sub, w.Sub), "template", nil
}

// fitted is the size photo.Decode gives a picture for the composer.
func fitted(p image.Point) image.Point {
	if long := max(p.X, p.Y); long > compose.MaxSide {
		return image.Pt(max(1, p.X*compose.MaxSide/long), max(1, p.Y*compose.MaxSide/long))
	}
	return p
}

// sourceFor gives the src in html_code for a caller who names none: where the
// picture is, or nothing when it came inside the JSON and so is nowhere.
func (s *Server) sourceFor(address, host string) string {
	if id, ok := s.ownImage(address, host); ok {
		return s.imageURL(id)
	}
	if htmlSource(address) {
		return address
	}
	return ""
}

// markOf gives the mark of a finished picture: what its stage 1 picture says of
// itself, since that is how the scene was made, else this engine without a seed.
func markOf(stage1 []byte, e engine.Engine) provenance.Mark {
	m, err := provenance.Read(stage1)
	if err != nil || len(m.Engine) > maxWord || (m.Seed != nil && *m.Seed > gpu.MaxSeed) {
		return provenance.Mark{Engine: e.Name(), StandIn: e.StandIn()}
	}
	return m
}

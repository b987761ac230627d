package server

import (
	"cmp"
	"context"
	"fmt"
	"image"
	"io"
	"net/http"
	"slices"

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
	brand := bad.brand(b.Brand)
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
	var logo []byte
	if brand != nil && b.Brand.Logo != "" {
		if logo, err = s.logo(ctx, b.Brand.Logo, r.Host, inside); err != nil {
			return nil, err
		}
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
		name: callStage2, class: jobs.Finishing, call: c, picture: pic, content: stage2Content(b, logo),
		putURL: b.OutputPutURL,
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
			ask := compose.Request{
				Picture: img, Analysis: b.Analysis, MainCopy: head, SubCopy: sub, ProductName: b.ProductName,
				Size: size, PictureURL: src, AIMark: b.AIMark,
			}
			if brand != nil {
				ask.Layout = b.Brand.Layout
				own := *brand // the job may be done twice
				if len(logo) > 0 {
					if own.Logo, err = photo.Decode(ctx, logo, photo.MaxSide); err != nil {
						return nil, "", err
					}
				}
				ask.Brand = &own
			}
			s.metrics.renders.WithLabelValues(callStage2).Inc()
			made, err := s.compose(ctx, ask)
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
				ImageURL: id, HTMLCode: made.HTML, RequestID: requestID, Seed: mark.Seed, Engine: e.Name(), StandIn: mark.StandIn,
				Output: out, MainCopy: head, SubCopy: sub, CopySource: by, Lines: lines, Layout: made.Layout,
				ContrastRatio: made.Contrast, Scrim: made.Scrim, TimingMS: t.timing(),
			}, id, nil
		},
	}, nil
}

// compose draws, without the brand's layout or logo where the picture has no room for it.
func (s *Server) compose(ctx context.Context, r compose.Request) (compose.Result, error) {
	made, err := s.parts.Compose(ctx, r)
	blames := func(name string) bool {
		return slices.ContainsFunc(fault.From(err).Fields, func(f fault.Field) bool { return f.Name == name })
	}
	if err != nil && r.Layout != "" && blames("layout") {
		r.Layout = ""
		made, err = s.parts.Compose(ctx, r)
	}
	if err != nil && r.Brand != nil && blames("brand") {
		own := *r.Brand
		own.Logo = nil
		r.Brand = &own
		made, err = s.parts.Compose(ctx, r)
	}
	return made, err
}

// brand checks a brand but for its logo; nil when there is none.
func (f *faults) brand(b *gpu.Brand) *compose.Brand {
	if b == nil {
		return nil
	}
	out := &compose.Brand{LogoURL: b.HTMLLogoURL}
	for _, c := range b.Colors {
		rgb, ok := compose.ParseHex(c)
		if !ok {
			f.add("brand.colors", "색은 #1a2b3c처럼 써 주세요.")
			break
		}
		out.Colours = append(out.Colours, rgb)
	}
	if len(b.Colors) > compose.MaxBrandColours {
		f.add("brand.colors", fmt.Sprintf("색은 %d개까지 보낼 수 있습니다.", compose.MaxBrandColours))
	}
	if b.Layout != "" && !slices.ContainsFunc(compose.Layouts(), func(l compose.LayoutOption) bool {
		return l.Name == b.Layout
	}) {
		f.add("brand.layout", "없는 배치입니다.")
	}
	if (b.Logo != "") != (b.HTMLLogoURL != "") || b.HTMLLogoURL != "" && !htmlSource(b.HTMLLogoURL) {
		f.add("brand.html_logo_url", "로고와 함께, https, http, cid 주소이거나 /로 시작하는 경로여야 합니다.")
	}
	return out
}

// logo gives the file of a brand's logo, checked. It waits in memory for its job, so it is
// small.
func (s *Server) logo(ctx context.Context, address, host string, in inlined) ([]byte, error) {
	const field = "brand.logo"
	logo, err := s.picture(ctx, field, address, host, in)
	if err != nil {
		return nil, err
	}
	if len(logo) > gpu.MaxLogo {
		return nil, fault.Invalid(fault.Field{Name: field, Detail: fmt.Sprintf("로고는 %d MB까지 보낼 수 있습니다.", gpu.MaxLogo>>20)})
	}
	if _, err := photo.Check(logo); err != nil {
		return nil, err
	}
	return logo, nil
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

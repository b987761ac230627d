package server

import (
	"context"
	"fmt"
	"io"
	"net/http"

	"github.com/nanococoa/nanococoa/aiserver/engine"
	"github.com/nanococoa/nanococoa/aiserver/jobs"
	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/compose"
	"github.com/nanococoa/nanococoa/internal/gpu"
	"github.com/nanococoa/nanococoa/internal/photo"
)

// score checks a request of POST /api/clip/score and makes its job.
func (s *Server) score(ctx context.Context, c call, r *http.Request, body io.Reader) (*work, error) {
	var b gpu.ScoreBody
	inside, err := readJSON(r, body, &b)
	if err != nil {
		return nil, err
	}
	requestID := logOf(ctx).id
	var bad faults
	b.Prompt = bad.text("prompt", b.Prompt, maxPrompt)
	if b.Prompt == "" {
		bad.add("prompt", "그림과 비교할 글을 보내 주세요.")
	}
	if b.ImageURL == "" {
		bad.add("image_url", "그림의 주소를 보내 주세요.")
	}
	bad.analysis(b.Analysis)
	if b.Product != nil && !(b.Product.Confidence >= 0 && b.Product.Confidence <= 1) {
		bad.add("product", "confidence는 0부터 1까지의 수여야 합니다.")
	}
	if err := bad.err(); err != nil {
		return nil, err
	}
	pic, err := s.picture(ctx, "image_url", b.ImageURL, r.Host, inside)
	if err != nil {
		return nil, err
	}
	if _, err := photo.Check(pic); err != nil {
		return nil, err
	}
	return &work{
		name: callScore, class: jobs.Finishing, call: c, picture: pic, content: scoreContent(b),
		do: func(ctx context.Context, e engine.Engine, pic []byte, t *stopwatch) (any, string, error) {
			img, err := photo.Decode(ctx, pic, compose.MaxSide)
			if err != nil {
				return nil, "", err
			}
			s.metrics.renders.WithLabelValues(callScore).Inc()
			m, err := e.Score(ctx, engine.ScoreRequest{Picture: img, Text: b.Prompt, Analysis: b.Analysis, Product: b.Product})
			if err != nil {
				return nil, "", fmt.Errorf("score: %w", err)
			}
			if err := engine.CheckScore(m); err != nil {
				return nil, "", fmt.Errorf("score: %w", err)
			}
			a := gpu.ScoreAnswer{
				ClipScore: m.Value, Metric: m.Metric, RawCosine: m.RawCosine, RequestID: requestID,
				Engine: e.Name(), StandIn: m.StandIn, Parts: parts([]ad.Part{m.Part()}), TimingMS: t.timing(),
			}
			if m.Model != "" {
				a.Model = &m.Model
			}
			return a, "", nil
		},
	}, nil
}

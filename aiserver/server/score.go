package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/nanococoa/nanococoa/aiserver/engine"
	"github.com/nanococoa/nanococoa/aiserver/jobs"
	"github.com/nanococoa/nanococoa/internal/compose"
	"github.com/nanococoa/nanococoa/internal/fault"
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
	requestID := visitOf(ctx).id
	var bad faults
	prompt := bad.text("prompt", b.Prompt, maxPrompt)
	if prompt == "" {
		bad.add("prompt", "그림과 비교할 글을 보내 주세요.")
	}
	if b.ImageURL == "" {
		bad.add("image_url", "그림의 주소를 보내 주세요.")
	}
	bad.analysis(b.Analysis)
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
	claims, err := json.Marshal(b.Analysis)
	if err != nil {
		return nil, fault.New(fault.Internal, fmt.Errorf("encode: %w", err))
	}
	return &work{
		name: callScore, class: jobs.Finishing, call: c, picture: pic,
		fingerprint: fingerprint([]byte(callScore), pic, []byte(prompt), claims),
		do: func(ctx context.Context, e engine.Engine, pic []byte, t *stopwatch) (any, string, error) {
			img, err := photo.Decode(ctx, pic, compose.MaxSide)
			if err != nil {
				return nil, "", err
			}
			s.metrics.renders.WithLabelValues(callScore).Inc()
			m, err := e.Score(ctx, engine.ScoreRequest{Picture: img, Text: prompt, Analysis: b.Analysis})
			if err != nil {
				return nil, "", fmt.Errorf("score: %w", err)
			}
			if !(m.Value >= 0 && m.Value <= 1) { // also NaN
				return nil, "", fault.New(fault.GPUBadAnswer, errors.New("the engine's score is not within 0..1"))
			}
			a := gpu.ScoreAnswer{
				ClipScore: m.Value, Metric: m.Metric, RawCosine: m.RawCosine, RequestID: requestID, Engine: e.Name(), StandIn: m.StandIn, TimingMS: t.timing(),
			}
			if m.Model != "" {
				a.Model = &m.Model
			}
			return a, "", nil
		},
	}, nil
}

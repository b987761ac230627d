package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/limit"
)

// Suggester writes copy; see llm.Model for the faults.
type Suggester interface {
	WriteCopies(ctx context.Context, f ad.Fields, a *ad.Analysis, taken []ad.Copy) ([]ad.Copy, error)
}

// Finished reads an ad with everything that was made of it; see adstore.Store.
type Finished interface {
	Studio(ctx context.Context, owner, adID string) (ad.Studio, error)
}

// Suggesting is what functions/suggest is made of.
type Suggesting struct {
	Ads      Finished
	Model    Suggester // nil: Template writes
	Template Suggester // what writes when no model does: without a model, and without faults
	Shared
}

type suggester struct {
	Suggesting
	base
}

// NewSuggesting makes the handler of the operation that asks a model for words.
func NewSuggesting(c Suggesting) http.Handler {
	own := c.Shared.base("suggest")
	a := &suggester{Suggesting: c, base: own}
	return a.handle(func(h huma.API) { registerSuggesting(h, a.copies) })
}

func registerSuggesting(h huma.API, copies func(context.Context, *adInput) (*copiesOutput, error)) {
	register(h, huma.Operation{
		OperationID: "suggest-copies", Method: http.MethodPost, Path: "/api/ads/{ad_id}/copies",
		Summary: "Four suggestions for the words, none of which the ad has",
		Errors:  []int{403, 404, 409, 429, 503},
	}, copies)
}

// Copies are suggestions.
type Copies struct {
	Copies     []Copy `json:"copies" nullable:"false" minItems:"4" maxItems:"4"`
	CopySource string `json:"copy_source" enum:"openai,template" doc:"openai when a model wrote at least one of them"`
}

// Copy is one suggestion.
type Copy struct {
	MainCopy string `json:"main_copy"`
	SubCopy  string `json:"sub_copy"`
}

type copiesOutput struct{ Body Copies }

func (s *suggester) copies(ctx context.Context, in *adInput) (*copiesOutput, error) {
	st, err := studioOf(ctx, s.Ads, in.AdID)
	if err != nil {
		return nil, s.answer(ctx, err)
	}
	main, ok := st.MainRendition()
	if !ok {
		return nil, s.answer(ctx, fault.New(fault.AdNotFinished, nil))
	}
	var taken []ad.Copy
	for _, r := range st.Renditions {
		taken = append(taken, ad.Copy{Main: r.MainCopy, Sub: r.SubCopy})
	}
	if _, err := s.spend(ctx, limit.Copies); err != nil {
		return nil, s.answer(ctx, err)
	}
	scene, _ := st.Scene(main.SceneID)
	found, err := s.write(ctx, st.Fields, scene.Analysis, taken)
	if err != nil {
		return nil, s.answer(ctx, err)
	}
	out := &copiesOutput{Body: Copies{CopySource: string(ad.ByTemplate)}}
	for _, c := range found {
		out.Body.Copies = append(out.Body.Copies, Copy{MainCopy: c.Main, SubCopy: c.Sub})
		if c.By == ad.ByModel {
			out.Body.CopySource = string(ad.ByModel)
		}
	}
	return out, nil
}

// modelTime is how long the model is asked: at low effort it takes a third of it, and API
// Gateway waits for 29 s.
const modelTime = 20 * time.Second

// write asks the model, and the deterministic writer when there is none or it fails: an
// owner who wants ideas gets some.
func (s *suggester) write(
	ctx context.Context, f ad.Fields, a *ad.Analysis, taken []ad.Copy,
) ([]ad.Copy, error) {
	if s.Model != nil {
		asked, cancel := context.WithTimeout(ctx, modelTime)
		defer cancel()
		found, err := s.Model.WriteCopies(asked, f, a, taken)
		if err == nil {
			return found, nil
		}
		s.log.WarnContext(ctx, "the model wrote nothing", "step", s.step, "code", string(fault.From(err).Code),
			"error", err.Error())
	}
	return s.Template.WriteCopies(ctx, f, a, taken)
}

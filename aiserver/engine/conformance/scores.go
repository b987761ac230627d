package conformance

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"reflect"
	"strings"

	"github.com/nanococoa/nanococoa/aiserver/engine"
	"github.com/nanococoa/nanococoa/internal/ad"
)

// analysis is what a caller may know of a picture.
func analysis() *ad.Analysis {
	return &ad.Analysis{
		Version: "1", Source: "conformance", ProductBox: ad.Box{0.3, 0.4, 0.4, 0.5},
		TextAreas: []ad.TextArea{{Role: "headline", Box: ad.Box{0.1, 0.05, 0.8, 0.2}, Align: "center", Score: 0.9}},
		Colors:    ad.Colors{Text: "#ffffff", Accent: "#ff6b6b", Dominant: []string{"#102030"}}, ContrastRatio: 7,
		Mood: []string{"calm"},
	}
}

func asks() map[string]engine.ScoreRequest {
	grey := image.NewGray(image.Rect(0, 0, 300, 200))
	elsewhere := filled(300, 200, color.NRGBA{30, 90, 160, 255})
	elsewhere.Rect = elsewhere.Rect.Add(image.Pt(50, -20))
	return map[string]engine.ScoreRequest{
		"a photo":               {Picture: photo(), Text: "햇살 가득한 아침"},
		"English":               {Picture: photo(), Text: "a sunny morning"},
		"an analysis":           {Picture: photo(), Text: "아침", Analysis: analysis()},
		"an empty analysis":     {Picture: photo(), Text: "아침", Analysis: &ad.Analysis{}},
		"grey":                  {Picture: grey, Text: "밤"},
		"not at the origin":     {Picture: elsewhere, Text: "바다", Analysis: analysis()},
		"a single pixel":        {Picture: filled(1, 1, color.NRGBA{9, 9, 9, 255}), Text: "밤"},
		"the longest text":      {Picture: photo(), Text: strings.Repeat("겨울 ", 1333)},
		"a text without letter": {Picture: photo(), Text: "👨‍👩‍👧‍👦"},
	}
}

func score(ctx context.Context, open func() engine.Engine) error {
	e := open()
	var broken []error
	for name, ask := range asks() {
		s, err := scored(ctx, e, ask)
		if err == nil {
			err = engine.CheckScore(s)
		}
		if err == nil && e.StandIn() && !s.StandIn {
			err = fmt.Errorf("a stand-in's score by the model %s", s.Model)
		}
		if err != nil {
			broken = append(broken, fmt.Errorf("%s: %w", name, err))
		}
	}
	return errors.Join(broken...)
}

func sameScore(ctx context.Context, open func() engine.Engine) error {
	e, other := open(), open()
	ask := engine.ScoreRequest{Picture: photo(), Text: "햇살 가득한 아침", Analysis: analysis()}
	var all []ad.Score
	for _, e := range []engine.Engine{e, e, other} {
		s, err := scored(ctx, e, ask)
		if err != nil {
			return fmt.Errorf("score: %w", err)
		}
		all = append(all, s)
	}
	if !reflect.DeepEqual(all[0], all[1]) || !reflect.DeepEqual(all[0], all[2]) {
		return fmt.Errorf("the same picture and text were given %v, %v and, by another engine, %v",
			all[0].Value, all[1].Value, all[2].Value)
	}
	return nil
}

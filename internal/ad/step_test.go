package ad_test

import (
	"slices"
	"testing"
	"time"

	"github.com/nanococoa/nanococoa/internal/ad"
)

// after is an ad in which some steps have ended and one has begun.
func after(begun ad.Step, ended ...ad.Step) *ad.Ad {
	now := time.Date(2026, 1, 31, 16, 0, 0, 0, time.UTC)
	a := &ad.Ad{Status: ad.Running, Steps: map[ad.Step]ad.StepTimes{}}
	if begun != "" {
		a.Steps[begun] = ad.StepTimes{StartedAt: now}
	}
	for _, s := range ended {
		a.Steps[s] = ad.StepTimes{StartedAt: now, FinishedAt: now}
	}
	return a
}

func TestTheWeightsAreShares(t *testing.T) {
	t.Parallel()
	sum := 0
	for _, s := range ad.Steps() {
		weight := after("", s).Percent()
		if weight < 1 {
			t.Errorf("%s weighs %d", s, weight)
		}
		sum += weight
	}
	if sum != 100 {
		t.Errorf("the weights sum to %d", sum)
	}
}

// A photo that cannot be used must cost no call of a model.
func TestThePhotoIsLookedAtFirst(t *testing.T) {
	t.Parallel()
	if first := ad.Steps()[0]; first != ad.Prepare {
		t.Errorf("%s comes first", first)
	}
}

func TestAt(t *testing.T) {
	t.Parallel()
	before := func(s ad.Step) []ad.Step { return ad.Steps()[:slices.Index(ad.Steps(), s)] }
	for name, tc := range map[string]struct {
		ad   *ad.Ad
		step ad.Step
		want bool
	}{
		"the first, before it begins":        {after(""), ad.Prepare, true},
		"while it runs":                      {after(ad.Prepare), ad.Prepare, true},
		"when it has ended":                  {after("", ad.Prepare), ad.Prepare, false},
		"before the first has ended":         {after(ad.Prepare), ad.Prompt, false},
		"one of the two before it has ended": {after("", ad.Prompt), ad.Stage1, false},
		"all before it have ended":           {after("", before(ad.Stage1)...), ad.Stage1, true},
		"the next one":                       {after("", before(ad.Stage1)...), ad.Copywrite, false},
		"all before the last have ended":     {after("", before(ad.Publish)...), ad.Publish, true},
		"what is no step":                    {after("", ad.Steps()...), "score", false},
	} {
		if got := tc.ad.At(tc.step); got != tc.want {
			t.Errorf("%s: at %s is %t", name, tc.step, got)
		}
	}
}

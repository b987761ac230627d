package pipeline_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/gpu"
)

// The first picture of an ad has the owner's brand if the brand is for all ads.
func TestTheFirstPictureHasTheBrand(t *testing.T) {
	t.Parallel()
	own := ad.Brand{LogoID: "l", Colors: []string{"#1f4d3a"}, Layout: "split", ByDefault: true}
	asked := &gpu.Brand{Colors: own.Colors, Layout: own.Layout, HTMLLogoURL: ad.LogoURL}
	for name, tc := range map[string]struct {
		change func(w *world)
		want   *gpu.Brand
		logo   bool // whether it is sent
		kept   bool // whether it is kept with the ad
	}{
		"for all ads": {func(*world) {}, asked, true, true},
		"when asked":  {func(w *world) { w.own.ByDefault = false }, nil, false, false},
		"without logo": {
			func(w *world) { w.own.LogoID = "" }, &gpu.Brand{Colors: own.Colors, Layout: own.Layout}, false, false,
		},
		"no room for it": {func(w *world) { w.set.HTML = "<p>" }, asked, true, false},
		"a logo that was replaced this moment": {
			func(w *world) { w.fail["logo"] = fault.New(fault.ImageNotFound, nil) },
			&gpu.Brand{Colors: own.Colors, Layout: own.Layout}, false, false,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			run := stage2(w)
			w.own, w.set.HTML = own, `<img src="cid:logo">`
			tc.change(w)
			if err := run(t.Context(), w.input()); err != nil {
				t.Fatal(err)
			}
			got, _ := w.asked[0].(gpu.Stage2Request)
			if d := cmp.Diff(tc.want, got.Brand); d != "" || (len(got.Logo) > 0) != tc.logo {
				t.Errorf("-want +got\n%slogo %q", d, got.Logo)
			}
			if _, kept := w.objects[ad.LogoPicture(w.ad.AdID)]; kept != tc.kept {
				t.Errorf("logo kept: %v", kept)
			}
			if w.result.Brand != (tc.want != nil) {
				t.Errorf("the ad says %v", w.result.Brand)
			}
		})
	}
}

// A brand that is changed between two tries of a call makes it another call.
func TestAnotherBrandIsAnotherCall(t *testing.T) {
	t.Parallel()
	var keys []string
	for _, own := range []ad.Brand{{}, {ByDefault: true}, {ByDefault: true, LogoID: "l"}, {ByDefault: true, LogoID: "m"}} {
		w := newWorld(t)
		run := stage2(w)
		w.own, w.ad.AdID = own, "ad"
		if err := run(t.Context(), w.input()); err != nil {
			t.Fatal(err)
		}
		got, _ := w.asked[0].(gpu.Stage2Request)
		if slices.Contains(keys, got.IdempotencyKey) {
			t.Errorf("%+v has the key of another brand", own)
		}
		keys = append(keys, got.IdempotencyKey)
	}
}

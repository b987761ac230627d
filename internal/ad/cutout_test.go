package ad_test

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/fault"
)

func strokes(n, points int) []ad.Stroke {
	var out []ad.Stroke
	for range n {
		out = append(out, ad.Stroke{Points: make([]ad.Point, points), Width: 0.01})
	}
	return out
}

func TestTheCutOutsLimits(t *testing.T) {
	t.Parallel()
	dot := func(x, y, width float64, order int) []ad.Stroke {
		return []ad.Stroke{{Points: []ad.Point{{x, y}}, Width: width, Order: order}}
	}
	for name, tc := range map[string]struct {
		in    ad.CutOut
		wrong string // fields, by commas
	}{
		"nothing":             {ad.CutOut{}, ""},
		"the photo":           {ad.CutOut{Mode: "photo"}, ""},
		"the smallest box":    {ad.CutOut{Box: &ad.Box{0.98, 0.98, 0.02, 0.02}}, ""},
		"a smaller one":       {ad.CutOut{Box: &ad.Box{0.5, 0.5, 0.019, 0.5}}, "cutout.box"},
		"a box of no numbers": {ad.CutOut{Box: &ad.Box{math.NaN(), 0, 1, 1}}, "cutout.box"},
		"the thinnest stroke": {ad.CutOut{Keep: dot(0, 1, 0.002, 0)}, ""},
		"a thinner one":       {ad.CutOut{Keep: dot(0, 1, 0.0019, 0)}, "cutout.keep"},
		"the thickest":        {ad.CutOut{Erase: dot(0, 1, 0.5, 7)}, ""},
		"a thicker one":       {ad.CutOut{Erase: dot(0, 1, 0.51, 7)}, "cutout.erase"},
		"below any":           {ad.CutOut{Erase: dot(0, 1, 0.5, -1)}, "cutout.erase"},
		"no points":           {ad.CutOut{Keep: strokes(1, 0)}, "cutout.keep"},
		"all strokes":         {ad.CutOut{Keep: strokes(100, 1), Erase: strokes(100, 1)}, ""},
		"one more":            {ad.CutOut{Keep: strokes(100, 1), Erase: strokes(101, 1)}, "cutout.keep,cutout.erase"},
		"all points":          {ad.CutOut{Keep: strokes(10, 500)}, ""},
		"one more point":      {ad.CutOut{Keep: append(strokes(10, 500), strokes(1, 1)...)}, "cutout.keep"},
		"a box on the photo":  {ad.CutOut{Mode: "photo", Box: &ad.Box{0, 0, 1, 1}}, "cutout.box"},
		"everything at a time": {
			ad.CutOut{Mode: "x", Box: &ad.Box{}, Keep: strokes(1, 0)}, "cutout.mode,cutout.box,cutout.keep",
		},
		"strokes and the photo": {ad.CutOut{Mode: "photo", Erase: strokes(1, 1)}, "cutout.erase"},
	} {
		_, err := tc.in.Canonical()
		var names []string
		if err != nil {
			for _, f := range fault.From(err).Fields {
				names = append(names, f.Name)
				if !strings.HasSuffix(f.Detail, ".") {
					t.Errorf("%s: %q", name, f.Detail)
				}
			}
		}
		if got := strings.Join(names, ","); got != tc.wrong {
			t.Errorf("%s: %q is wrong, want %q", name, got, tc.wrong)
		}
	}
}

// As it is kept, a cut-out is read as what it was, to four digits.
func TestTheCutOutAsJSON(t *testing.T) {
	t.Parallel()
	in := ad.CutOut{
		Box:   &ad.Box{0.12345678, 0, 0.5, 0.5},
		Keep:  []ad.Stroke{{Points: []ad.Point{{1.0 / 3, 1}}, Width: 0.0123456, Order: 3}},
		Erase: []ad.Stroke{{Points: []ad.Point{{0, 0}, {1, 1}}, Width: 0.5}},
	}
	kept, err := in.Canonical()
	if err != nil {
		t.Fatal(err)
	}
	want := `{"mode":"auto","box":[0.1235,0,0.5,0.5],"keep":[{"points":[[0.3333,1]],"width":0.0123,"order":3}],` +
		`"erase":[{"points":[[0,0],[1,1]],"width":0.5}]}`
	if kept.String() != want {
		t.Errorf("%s", kept)
	}
	read, err := ad.ParseCutOut(kept.String())
	if d := cmp.Diff(kept, read); err != nil || d != "" {
		t.Errorf("%v\n%s", err, d)
	}
	for _, silent := range []string{"", `{}`, `{"mode":"auto"}`, `{"mode":"auto","keep":[]}`} {
		if c, err := ad.ParseCutOut(silent); c.Says() || c.String() != "" || err != nil {
			t.Errorf("%s: %v, %v", silent, c, err)
		}
	}
	for _, broken := range []string{
		`{`, `[]`, `{"mode":"auto"} {}`, `{"lasso":1}`, `{"keep":[{"points":[[1]],"width":0.1}]}`,
	} {
		if _, err := ad.ParseCutOut(broken); !fault.Has(err, fault.RequestInvalid) {
			t.Errorf("%s: %v", broken, err)
		}
	}
}

// The most that an owner may say stays far below what an item of the table may hold.
func TestTheLongestCutOut(t *testing.T) {
	t.Parallel()
	c := ad.CutOut{Keep: strokes(100, 25), Erase: strokes(100, 25)}
	for _, list := range [][]ad.Stroke{c.Keep, c.Erase} {
		for i := range list {
			list[i].Width = 0.0123
			for k := range list[i].Points {
				list[i].Points[k] = ad.Point{0.123456789012345678, 0.98765432109876}
			}
		}
	}
	if n := len(c.String()); n > ad.MaxCutOutBytes {
		t.Errorf("%d bytes may be sent", n)
	}
	kept, err := c.Canonical()
	if n := len(kept.String()); err != nil || n > 100<<10 {
		t.Errorf("%d bytes are kept, %v", n, err)
	}
}

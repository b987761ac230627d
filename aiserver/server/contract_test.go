package server_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"image"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/nanococoa/nanococoa/aiserver/server"
	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/gpu"
	"github.com/nanococoa/nanococoa/internal/provenance"
)

// The original client's three calls, one after the other, each fed with the
// picture of the one before.
func TestTheOriginalCallsWork(t *testing.T) {
	t.Parallel()
	s := open(t)
	var one gpu.Stage1Answer
	s.stage1(original(t)).into(t, &one)
	if !one.StandIn || one.Engine != "painter" || one.Output.Width != 1024 || one.Output.Height != 1024 ||
		one.Scene != "plain" || !one.CutOut {
		t.Errorf("stage 1: %+v", one)
	}
	if !strings.HasPrefix(one.ImageURL, s.url+gpu.PathImages) {
		t.Errorf("image_url = %s", one.ImageURL)
	}
	asked := s.painter.last()
	if asked.Name != "무선 이어폰" || asked.Category != "전자제품" || asked.Concept != "새벽 도시를 걷는 느낌" || asked.Prompt != "" ||
		asked.Photo.Rect.Dx() != 96 {
		t.Errorf("the engine was asked %+v", asked)
	}
	pic := s.get(strings.TrimPrefix(one.ImageURL, s.url))
	if pic.status != http.StatusOK || len(pic.body) != one.Output.Bytes || digest(pic.body) != one.Output.SHA256 {
		t.Errorf("picture: status %d, %d bytes", pic.status, len(pic.body))
	}
	if decodePNG(t, pic.body).Bounds() != image.Rect(0, 0, 1024, 1024) {
		t.Error("the picture has another size")
	}

	var two gpu.Stage2Answer
	s.post(gpu.PathStage2, words(one.ImageURL)).into(t, &two)
	if two.MainCopy != "기본 문구" || two.SubCopy != "기본으로 쓰는 작은 문구" || two.CopySource != "template" {
		t.Errorf("copy: %+v", two)
	}
	if two.HTMLCode != `<div><img src="`+one.ImageURL+`"></div>` || two.Output.Width != 1024 || *two.Seed != one.Seed {
		t.Errorf("stage 2: %+v", two)
	}
	set := s.setter.last()
	if set.Analysis != nil || set.AIMark || set.ProductName != "무선 이어폰" || set.Size != (image.Point{}) {
		t.Errorf("the composer was asked %+v", set)
	}

	var three gpu.ScoreAnswer
	s.post(gpu.PathScore, map[string]string{"image_url": two.ImageURL, "prompt": "새벽 도시"}).into(t, &three)
	if three.ClipScore != 0.5 || three.Metric != "painter-v1" || three.Model != nil || !three.StandIn {
		t.Errorf("score: %+v", three)
	}
}

func TestEveryOptionalFieldReachesItsPlace(t *testing.T) {
	t.Parallel()
	var put []byte
	store := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut {
			put, _ = io.ReadAll(r.Body)
			return
		}
		_, _ = w.Write(photoJPEG(t, 3))
	}))
	defer store.Close()
	s := open(t, func(c *server.Config, _ *server.Parts) {
		c.AllowedHosts = []string{strings.TrimPrefix(store.URL, "http://")}
	})
	form := without(original(t), "image")
	for name, v := range map[string]string{
		"image_source_url": store.URL + "/photo.jpg?sig=1", "prompt": "A misty street at dawn.", "seed": "9007199254740991",
		"size":           "1080x1350",
		"cutout":         ` { "mode" : "auto", "box": [0.12345678, 0, 0.5, 0.5] } `,
		"output_put_url": store.URL + "/out.png?sig=2",
	} {
		form = with(form, name, v)
	}
	var one gpu.Stage1Answer
	s.stage1(form).into(t, &one)
	asked := s.painter.last()
	if asked.Prompt != "A misty street at dawn." || asked.Seed != gpu.MaxSeed || asked.Size != image.Pt(1080, 1350) ||
		one.Seed != gpu.MaxSeed || asked.CutOut.String() != `{"mode":"auto","box":[0.1235,0,0.5,0.5]}` {
		t.Errorf("the engine was asked %+v", asked)
	}
	if digest(put) != one.Output.SHA256 {
		t.Errorf("%d bytes were put, the picture has %d", len(put), one.Output.Bytes)
	}

	put = nil
	body := words(id(one.ImageURL)) // by its bare id
	analysis := one.Analysis
	for k, v := range map[string]any{
		"main_copy": " 새벽을 \u1112\u1161\u11ab 걸음 ", "sub_copy": "도시의 소리를 담다", "analysis": analysis, "size": "1200x628",
		"html_image_url": "cid:stage1", "ai_mark": true, "output_put_url": store.URL + "/out2.png",
	} {
		body[k] = v
	}
	var two gpu.Stage2Answer
	s.post(gpu.PathStage2, body).into(t, &two)
	set := s.setter.last()
	if set.MainCopy != "새벽을 한 걸음" || set.SubCopy != "도시의 소리를 담다" || set.PictureURL != "cid:stage1" ||
		set.Size != image.Pt(1200, 628) || !set.AIMark ||
		set.Analysis == nil || set.Analysis.ProductBox != analysis.ProductBox {
		t.Errorf("the composer was asked %+v", set)
	}
	if two.CopySource != "request" || two.MainCopy != "새벽을 한 걸음" || digest(put) != two.Output.SHA256 ||
		two.Output.Height != 628 {
		t.Errorf("stage 2: %+v, %d bytes put", two, len(put))
	}

	ask := map[string]any{"image_url": gpu.PathImages + id(two.ImageURL), "prompt": "새벽", "analysis": analysis}
	s.post(gpu.PathScore, ask).into(t, &gpu.ScoreAnswer{})
	if got := s.painter.scored[0]; got.Text != "새벽" || got.Analysis == nil || got.Picture.Bounds().Dx() != 1200 {
		t.Errorf("the engine scored %+v", got)
	}
}

// A brand reaches the composer, with a logo that comes inside the JSON beside the picture,
// in whatever order. What a picture has no room for is left out.
func TestABrandWithALogoInsideTheJSON(t *testing.T) {
	t.Parallel()
	s := open(t)
	brand := map[string]any{
		"colors": []string{"#1f4d3a"}, "layout": "split", "logo": dataURL(photoPNG(t, 300, 100)), "html_logo_url": "cid:logo",
	}
	body := words(dataURL(photoPNG(t, 640, 480))) // in JSON brand comes before stage1_image
	body["brand"] = brand
	s.post(gpu.PathStage2, body).into(t, &gpu.Stage2Answer{})
	set := s.setter.last()
	if set.Layout != "split" || set.Brand == nil || set.Brand.LogoURL != "cid:logo" || len(set.Brand.Colours) != 1 ||
		set.Brand.Logo == nil || set.Brand.Logo.Bounds().Dx() != 300 || set.Picture.Bounds().Dx() != 640 {
		t.Errorf("the composer was asked %+v, brand %+v", set, set.Brand)
	}
	for _, field := range []string{"layout", "brand"} {
		s.setter.refuse(field)
		s.post(gpu.PathStage2, body).into(t, &gpu.Stage2Answer{})
		set = s.setter.last()
		if (set.Layout == "") != (field == "layout") || (set.Brand.Logo == nil) != (field == "brand") {
			t.Errorf("%s has no room: the composer was asked %+v, brand %+v", field, set, set.Brand)
		}
	}
}

func TestAPictureInsideTheJSON(t *testing.T) {
	t.Parallel()
	s := open(t)
	var two gpu.Stage2Answer
	s.post(gpu.PathStage2, words(dataURL(photoPNG(t, 640, 480)))).into(t, &two)
	if two.Output.Width != 640 || two.Seed != nil {
		t.Errorf("stage 2: %+v", two)
	}
	// It had no address for the HTML, so it got one.
	src := s.setter.last().PictureURL
	if got := s.get(strings.TrimPrefix(src, s.url)); got.status != http.StatusOK ||
		!bytes.Equal(got.body, photoPNG(t, 640, 480)) {
		t.Errorf("src %q: %d", src, got.status)
	}
}

func TestHalfACopyIsCompleted(t *testing.T) {
	t.Parallel()
	s := open(t)
	body := words(dataURL(photoPNG(t, 640, 480)))
	body["sub_copy"] = "내가 쓴 작은 문구"
	var two gpu.Stage2Answer
	s.post(gpu.PathStage2, body).into(t, &two)
	if two.MainCopy != "기본 문구" || two.SubCopy != "내가 쓴 작은 문구" || two.CopySource != "template" {
		t.Errorf("copy: %+v", two)
	}
	broken := open(t, func(_ *server.Config, p *server.Parts) { p.Copy = wordsmith{fail: errBoom} })
	broken.post(gpu.PathStage2, body).want(t, http.StatusInternalServerError, fault.Internal)
}

func TestSeeds(t *testing.T) {
	t.Parallel()
	s := open(t)
	run := func(parts []part, headers ...header) gpu.Stage1Answer {
		var a gpu.Stage1Answer
		s.stage1(parts, headers...).into(t, &a)
		return a
	}
	form := with(original(t), "size", "342x228")
	if a, b := run(with(form, "seed", "7")), run(with(form, "seed", "7")); a.Output.SHA256 != b.Output.SHA256 ||
		a.Seed != 7 || a.ImageURL == b.ImageURL {
		t.Errorf("the same seed: %+v, %+v", a, b)
	}
	if a, b := run(form), run(form); a.Seed == b.Seed {
		t.Error("two calls without seed and key got the same seed")
	}
	// After a crash the same key must lead to the same picture.
	other := open(t)
	var b gpu.Stage1Answer
	other.stage1(form, key("k")).into(t, &b)
	if a := run(form, key("k")); a.Seed != b.Seed || a.Output.SHA256 != b.Output.SHA256 {
		t.Errorf("one key, two servers: seeds %d and %d", a.Seed, b.Seed)
	}
}

func TestEveryPictureSaysWhatMadeIt(t *testing.T) {
	t.Parallel()
	s := open(t)
	var one gpu.Stage1Answer
	s.stage1(with(original(t), "seed", "42")).into(t, &one)
	mark, err := provenance.Read(s.get(strings.TrimPrefix(one.ImageURL, s.url)).body)
	if err != nil || mark.Engine != "painter" || !mark.StandIn || mark.Seed == nil || *mark.Seed != 42 {
		t.Errorf("stage 1: %+v, %v", mark, err)
	}
	var two gpu.Stage2Answer
	s.post(gpu.PathStage2, words(one.ImageURL)).into(t, &two)
	mark, err = provenance.Read(s.get(strings.TrimPrefix(two.ImageURL, s.url)).body)
	if err != nil || mark.Engine != "painter" || *mark.Seed != 42 {
		t.Errorf("stage 2: %+v, %v", mark, err)
	}
	// A picture that says a model made its scene goes on saying so.
	model, err := provenance.Encode(image.NewRGBA(image.Rect(0, 0, 400, 300)), provenance.Mark{Engine: "flux"})
	if err != nil {
		t.Fatal(err)
	}
	s.post(gpu.PathStage2, words(dataURL(model))).into(t, &two)
	mark, err = provenance.Read(s.get(strings.TrimPrefix(two.ImageURL, s.url)).body)
	if err != nil || mark.Engine != "flux" || mark.StandIn {
		t.Errorf("stage 2 of a model's picture: %+v, %v", mark, err)
	}
}

func TestStage1RefusesBadRequests(t *testing.T) {
	t.Parallel()
	s := open(t)
	good := original(t)
	long := func(n int) string { return strings.Repeat("가", n) }
	for name, tc := range map[string]struct {
		parts  []part
		status int
		code   fault.Code
		fields []string
	}{
		"no photo": {without(good, "image"), 422, fault.PhotoMissing, nil},
		"an empty photo": {
			append(without(good, "image"), part{name: "image", file: []byte{}}), 422, fault.PhotoMissing, nil,
		},
		"photo and URL": {
			with(good, "image_source_url", "https://a.example.com/x"), 422, fault.RequestInvalid, []string{"image_source_url"},
		},
		"a foreign URL": {
			with(without(good, "image"), "image_source_url", "https://a.example.com/x"), 422, fault.RequestInvalid,
			[]string{"image_source_url"},
		},
		"a URL that is long": {
			with(without(good, "image"), "image_source_url", "https://a.example.com/"+strings.Repeat("x", 5000)), 422,
			fault.RequestInvalid, []string{"image_source_url"},
		},
		"no words": {
			good[:1], 422, fault.RequestInvalid, []string{"product_name", "product_category", "ad_concept"},
		},
		"blank words": {
			with(with(good, "product_name", " \t"), "ad_concept", "\u200e"), 422, fault.RequestInvalid,
			[]string{"product_name", "ad_concept"},
		},
		"words too long": {
			with(with(with(good, "product_name", long(101)), "product_category", long(51)), "ad_concept", long(501)), 422,
			fault.RequestInvalid, []string{"product_name", "product_category", "ad_concept"},
		},
		"a prompt too long": {
			with(good, "prompt", strings.Repeat("a", 4001)), 422, fault.RequestInvalid, []string{"prompt"},
		},
		"a field far too big": {with(good, "prompt", long(20_000)), 413, fault.RequestTooLarge, nil},
		"cutout: no JSON":     {with(good, "cutout", "auto"), 422, fault.RequestInvalid, []string{"cutout"}},
		"cutout: another mode": {
			with(good, "cutout", `{"mode":"knife"}`), 422, fault.RequestInvalid, []string{"cutout.mode"},
		},
		"cutout: wrong strokes": {
			with(good, "cutout", `{"keep":[{"points":[[0,2]],"width":0.1}]}`), 422, fault.RequestInvalid,
			[]string{"cutout.keep"},
		},
		"seed: words":        {with(good, "seed", "seven"), 422, fault.RequestInvalid, []string{"seed"}},
		"seed: negative":     {with(good, "seed", "-1"), 422, fault.RequestInvalid, []string{"seed"}},
		"seed: too big":      {with(good, "seed", "9007199254740992"), 422, fault.RequestInvalid, []string{"seed"}},
		"size: words":        {with(good, "size", "big"), 422, fault.RequestInvalid, []string{"size"}},
		"size: too small":    {with(good, "size", "341x228"), 422, fault.RequestInvalid, []string{"size"}},
		"size: too big":      {with(good, "size", "1920x1921"), 422, fault.RequestInvalid, []string{"size"}},
		"size: sign":         {with(good, "size", "+500x500"), 422, fault.RequestInvalid, []string{"size"}},
		"size: leading zero": {with(good, "size", "0500x500"), 422, fault.RequestInvalid, []string{"size"}},
		"a foreign put URL": {
			with(good, "output_put_url", "https://a.example.com/x"), 422, fault.RequestInvalid, []string{"output_put_url"},
		},
		"a long put URL": {
			with(good, "output_put_url", "https://a.example.com/"+strings.Repeat("x", 5000)), 422, fault.RequestInvalid,
			[]string{"output_put_url"},
		},
		"an unknown field": {with(good, "promt", "x"), 422, fault.RequestInvalid, []string{"promt"}},
		"a field twice": {
			append(slices.Clone(good), part{name: "ad_concept", value: "x"}), 400, fault.RequestMalformed, nil,
		},
		"the photo twice": {append(slices.Clone(good), good[0]), 400, fault.RequestMalformed, nil},
		"no photo at all": {
			append(without(good, "image"), part{name: "image", file: []byte("<html>")}), 415, fault.PhotoUnsupported, nil,
		},
		"a HEIC cut off": {
			append(without(good, "image"),
				part{name: "image", file: []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic")}),
			422, fault.PhotoCorrupt, nil,
		},
		"a photo cut off": {
			append(without(good, "image"), part{name: "image", file: good[0].file[:len(good[0].file)/8]}), 422,
			fault.PhotoCorrupt, nil,
		},
		"a tiny photo": {
			append(without(good, "image"), part{name: "image", file: photoPNG(t, 63, 64)}), 422, fault.PhotoTooSmall, nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := s.stage1(tc.parts).want(t, tc.status, tc.code)
			var names []string
			for _, e := range p.Errors {
				names = append(names, e.Name)
			}
			if !slices.Equal(names, tc.fields) {
				t.Errorf("fields = %v, want %v", names, tc.fields)
			}
		})
	}
	if n := s.painter.renders(); n != 0 {
		t.Errorf("the engine was asked %d times", n)
	}
}

func TestManyUnknownFieldsEndTheReading(t *testing.T) {
	t.Parallel()
	s := open(t)
	form := original(t)
	for i := range 40 {
		form = append(form, part{name: strings.Repeat("x", i+1), value: "y"})
	}
	if p := s.stage1(form).want(t, http.StatusUnprocessableEntity, fault.RequestInvalid); len(p.Errors) > 20 {
		t.Errorf("%d errors", len(p.Errors))
	}
}

func TestStage2RefusesBadRequests(t *testing.T) {
	t.Parallel()
	s := open(t)
	data := dataURL(photoPNG(t, 640, 480))
	change := func(name string, v any) map[string]any {
		m := words(data)
		if v == nil {
			delete(m, name)
		} else {
			m[name] = v
		}
		return m
	}
	bad := func(f func(a *ad.Analysis)) map[string]any {
		a := sample()
		f(&a)
		return change("analysis", a)
	}
	for name, tc := range map[string]struct {
		body   any
		status int
		code   fault.Code
		field  string
	}{
		"not JSON":            {"{", 400, fault.RequestMalformed, ""},
		"empty":               {"", 400, fault.RequestMalformed, ""},
		"two objects":         {"{}{}", 400, fault.RequestMalformed, ""},
		"garbage behind":      {"{} x", 400, fault.RequestMalformed, ""},
		"an array":            {"[]", 422, fault.RequestInvalid, ""},
		"a number for a text": {change("product_name", 7), 422, fault.RequestInvalid, "product_name"},
		"an unknown field":    {change("stage_1_image", "x"), 422, fault.RequestInvalid, "stage_1_image"},
		"no picture":          {change("stage1_image", nil), 422, fault.RequestInvalid, "stage1_image"},
		"unknown picture":     {change("stage1_image", strings.Repeat("0", 32)), 422, fault.RequestInvalid, "stage1_image"},
		"unknown path": {
			change("stage1_image", gpu.PathImages+strings.Repeat("0", 32)), 422, fault.RequestInvalid, "stage1_image",
		},
		"path above": {
			change("stage1_image", gpu.PathImages+"../"+strings.Repeat("0", 32)), 422, fault.RequestInvalid, "stage1_image",
		},
		"foreign picture": {change("stage1_image", "https://a.example.com/"), 422, fault.RequestInvalid, "stage1_image"},
		"our path elsewhere": {
			change("stage1_image", "https://a.example.com"+gpu.PathImages+strings.Repeat("0", 32)), 422, fault.RequestInvalid,
			"stage1_image",
		},
		"our path, our user": {
			change("stage1_image", strings.Replace(s.url, "//", "//u@", 1)+gpu.PathImages+strings.Repeat("0", 32)), 422,
			fault.RequestInvalid, "stage1_image",
		},
		"a long address": {
			change("stage1_image", "https://"+strings.Repeat("a", 5000)), 422, fault.RequestInvalid, "stage1_image",
		},
		"no base64":           {change("stage1_image", gpu.DataURLPrefix+"?"), 422, fault.RequestInvalid, "stage1_image"},
		"no image in it":      {change("stage1_image", gpu.DataURLPrefix+"AAAA"), 415, fault.PhotoUnsupported, ""},
		"age":                 {change("target_age", "70대"), 422, fault.RequestInvalid, "target_age"},
		"gender":              {change("target_gender", nil), 422, fault.RequestInvalid, "target_gender"},
		"main copy":           {change("main_copy", strings.Repeat("가", 31)), 422, fault.RequestInvalid, "main_copy"},
		"sub copy":            {change("sub_copy", strings.Repeat("가", 61)), 422, fault.RequestInvalid, "sub_copy"},
		"size":                {change("size", "100x100"), 422, fault.RequestInvalid, "size"},
		"script as src":       {change("html_image_url", "javascript:alert(1)"), 422, fault.RequestInvalid, "html_image_url"},
		"data as src":         {change("html_image_url", "data:text/html,x"), 422, fault.RequestInvalid, "html_image_url"},
		"another host as src": {change("html_image_url", `/\a.example.com/x`), 422, fault.RequestInvalid, "html_image_url"},
		"no host as src": {
			change("html_image_url", `https:/\a.example.com/x`), 422, fault.RequestInvalid, "html_image_url",
		},
		"no scheme as src": {change("html_image_url", "//a.example.com/x"), 422, fault.RequestInvalid, "html_image_url"},
		"brand's colour": {
			change("brand", map[string]any{"colors": []string{"red"}}), 422, fault.RequestInvalid, "brand.colors",
		},
		"brand's layout":   {change("brand", map[string]any{"layout": "spiral"}), 422, fault.RequestInvalid, "brand.layout"},
		"logo without src": {change("brand", map[string]any{"logo": "x"}), 422, fault.RequestInvalid, "brand.html_logo_url"},
		"space in src": {
			change("html_image_url", "https://a.example.com/ x"), 422, fault.RequestInvalid, "html_image_url",
		},
		"put URL": {
			change("output_put_url", "https://a.example.com/"), 422, fault.RequestInvalid, "output_put_url",
		},
		"box outside": {bad(func(a *ad.Analysis) { a.ProductBox[0] = 1.5 }), 422, fault.RequestInvalid, "analysis"},
		"box over the edge": {
			bad(func(a *ad.Analysis) { a.ProductBox = ad.Box{0.6, 0, 0.6, 1} }), 422, fault.RequestInvalid, "analysis",
		},
		"area's role": {
			bad(func(a *ad.Analysis) { a.TextAreas[0].Role = "body" }), 422, fault.RequestInvalid, "analysis",
		},
		"area's align": {
			bad(func(a *ad.Analysis) { a.TextAreas[0].Align = "justify" }), 422, fault.RequestInvalid, "analysis",
		},
		"area's score": {
			bad(func(a *ad.Analysis) { a.TextAreas[0].Score = 2 }), 422, fault.RequestInvalid, "analysis",
		},
		"too many areas": {
			bad(func(a *ad.Analysis) { a.TextAreas = slices.Repeat(a.TextAreas, 33) }), 422, fault.RequestInvalid, "analysis",
		},
		"colour": {bad(func(a *ad.Analysis) { a.Colors.Text = "red" }), 422, fault.RequestInvalid, "analysis"},
		"dominant colour": {
			bad(func(a *ad.Analysis) { a.Colors.Dominant = []string{"#12345"} }), 422, fault.RequestInvalid, "analysis",
		},
		"long mood": {
			bad(func(a *ad.Analysis) { a.Mood = []string{strings.Repeat("x", 65)} }), 422, fault.RequestInvalid, "analysis",
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := s.post(gpu.PathStage2, tc.body).want(t, tc.status, tc.code)
			if tc.field != "" && (len(p.Errors) != 1 || p.Errors[0].Name != tc.field) {
				t.Errorf("errors = %+v, want %s", p.Errors, tc.field)
			}
		})
	}
	small := words(dataURL(photoPNG(t, 200, 200)))
	if p := s.post(gpu.PathStage2, small).want(t, 422, fault.RequestInvalid); p.Errors[0].Name != "size" {
		t.Errorf("a small picture without a size: %+v", p.Errors)
	}
	small["size"] = "400x400"
	s.post(gpu.PathStage2, small).into(t, &gpu.Stage2Answer{})
	// A big one is scaled down to what can be made.
	var big gpu.Stage2Answer
	s.post(gpu.PathStage2, words(dataURL(photoPNG(t, 2400, 1200)))).into(t, &big)
	if big.Output.Width != 1920 || big.Output.Height != 960 {
		t.Errorf("a big picture became %+v", big.Output)
	}
	strip := words(dataURL(photoPNG(t, 2400, 240)))
	s.post(gpu.PathStage2, strip).want(t, 422, fault.RequestInvalid)
}

func TestScoreRefusesBadRequests(t *testing.T) {
	t.Parallel()
	s := open(t)
	data := dataURL(photoPNG(t, 640, 480))
	for name, tc := range map[string]struct {
		body   map[string]any
		status int
		code   fault.Code
		fields []string
	}{
		"nothing": {map[string]any{}, 422, fault.RequestInvalid, []string{"prompt", "image_url"}},
		"long prompt": {
			map[string]any{"image_url": data, "prompt": strings.Repeat("x", 4001)}, 422, fault.RequestInvalid,
			[]string{"prompt"},
		},
		"analysis": {
			map[string]any{"image_url": data, "prompt": "x", "analysis": map[string]any{}}, 422, fault.RequestInvalid,
			[]string{"analysis"},
		},
		"no picture": {
			map[string]any{"image_url": strings.Repeat("1", 32), "prompt": "x"}, 422, fault.RequestInvalid,
			[]string{"image_url"},
		},
		"no image": {
			map[string]any{"image_url": gpu.DataURLPrefix + "AAAA", "prompt": "x"}, 415, fault.PhotoUnsupported, nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := s.post(gpu.PathScore, tc.body).want(t, tc.status, tc.code)
			var names []string
			for _, e := range p.Errors {
				names = append(names, e.Name)
			}
			if !slices.Equal(names, tc.fields) {
				t.Errorf("fields = %v, want %v", names, tc.fields)
			}
		})
	}
}

func TestMediaTypesAndHeaders(t *testing.T) {
	t.Parallel()
	s := open(t)
	kind, body := multi(original(t))
	b := body.Bytes()
	send := func(path, contentType string, body []byte, h ...header) answer {
		return s.must(s.send(http.MethodPost, path, contentType, bytes.NewReader(body), h...))
	}
	send(gpu.PathStage1, "application/json", b).want(t, 415, fault.RequestUnsupported)
	send(gpu.PathStage1, "multipart/form-data", b).want(t, 415, fault.RequestUnsupported)
	send(gpu.PathStage1, "", b).want(t, 415, fault.RequestUnsupported)
	send(gpu.PathStage1, "multipart/form-data; boundary=other", b).want(t, 400, fault.RequestMalformed)
	send(gpu.PathStage1, kind, b[:len(b)/2]).want(t, 400, fault.RequestMalformed)
	send(gpu.PathStage1, kind, nil).want(t, 400, fault.RequestMalformed)
	send(gpu.PathStage2, "text/plain", []byte("{}")).want(t, 415, fault.RequestUnsupported)
	send(gpu.PathStage2, "application/json; charset=utf-8", []byte("{}")).want(t, 422, fault.RequestInvalid)
	for name, tc := range map[string]struct {
		h     header
		field string
	}{
		"long key":         {key(strings.Repeat("k", 256)), gpu.HeaderKey},
		"key with a space": {key("a b"), gpu.HeaderKey},
		"key in Korean":    {key("열쇠"), gpu.HeaderKey},
		"timeout: words":   {header{gpu.HeaderTimeout, "soon"}, gpu.HeaderTimeout},
		"timeout: zero":    {header{gpu.HeaderTimeout, "0"}, gpu.HeaderTimeout},
		"timeout: past":    {header{gpu.HeaderTimeout, "-3"}, gpu.HeaderTimeout},
		"timeout: NaN":     {header{gpu.HeaderTimeout, "NaN"}, gpu.HeaderTimeout},
		"timeout: forever": {header{gpu.HeaderTimeout, "Inf"}, gpu.HeaderTimeout},
	} {
		p := send(gpu.PathStage1, kind, b, tc.h).want(t, 422, fault.RequestInvalid)
		if len(p.Errors) != 1 || p.Errors[0].Name != tc.field {
			t.Errorf("%s: %+v", name, p.Errors)
		}
	}
	if got := s.get(gpu.PathHealth, header{gpu.HeaderID, "my.id-1_2"}); got.header.Get(gpu.HeaderID) != "my.id-1_2" {
		t.Errorf("request id = %q", got.header.Get(gpu.HeaderID))
	}
	for _, bad := range []string{"", "a b", strings.Repeat("x", 65), "<script>"} {
		if got := s.get(gpu.PathHealth, header{gpu.HeaderID, bad}).header.Get(gpu.HeaderID); got == bad || len(got) != 16 {
			t.Errorf("request id %q became %q", bad, got)
		}
	}
}

func TestBodiesThatAreTooBig(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.http = &http.Client{} // the contract's validator takes seconds for such bodies
	huge := append(without(original(t), "image"), part{name: "image", file: make([]byte, 20<<20+1)})
	s.stage1(huge).want(t, 413, fault.PhotoTooLarge)
	huge[len(huge)-1].file = make([]byte, 21<<20)
	s.stage1(huge).want(t, 413, fault.RequestTooLarge) // announced: not even read
	kind, body := multi(huge)
	chunked := struct{ io.Reader }{body}
	s.must(s.send(http.MethodPost, gpu.PathStage1, kind, chunked)).want(t, 413, fault.PhotoTooLarge)
	fat := `{"prompt":"` + strings.Repeat("x", 29<<20) + `"}`
	chunked = struct{ io.Reader }{strings.NewReader(fat)}
	s.must(s.send(http.MethodPost, gpu.PathScore, "application/json", chunked)).want(t, 413, fault.RequestTooLarge)
	picture := gpu.DataURLPrefix + base64.StdEncoding.EncodeToString(make([]byte, 20<<20+3))
	s.post(gpu.PathScore, map[string]string{"image_url": picture, "prompt": "x"}).want(t, 413, fault.PhotoTooLarge)
	// The server is as good as new.
	s.stage1(original(t)).into(t, &gpu.Stage1Answer{})
}

func TestWhatIsNotInTheContract(t *testing.T) {
	t.Parallel()
	s := open(t)
	for _, path := range []string{
		"/", "/api", "/api/stage3/generate", "/api/images/", "/api/images/a/b", "/metrics/x", "/debug/pprof/",
	} {
		s.get(path).want(t, http.StatusNotFound, fault.RequestUnsupported)
	}
	doc, err := loadContract()
	if err != nil {
		t.Fatal(err)
	}
	for path, item := range doc.Paths.Map() {
		concrete := strings.ReplaceAll(path, "{id}", strings.Repeat("0", 32))
		for _, method := range []string{
			http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodPatch,
		} {
			got := s.must(s.send(method, concrete, "", nil))
			if known := item.GetOperation(method) != nil; known == (got.status == http.StatusMethodNotAllowed) {
				t.Errorf("%s %s: %d, in the contract: %v", method, path, got.status, known)
			}
			if got.status == http.StatusMethodNotAllowed && item.GetOperation(got.header.Get("Allow")) == nil {
				t.Errorf("%s %s: Allow %q", method, path, got.header.Get("Allow"))
			}
		}
	}
}

// What the contract says of the limits is what the server does.
func TestTheContractDrawsTheSameLines(t *testing.T) {
	t.Parallel()
	s := open(t)
	c := newContract(t, s.url)
	for name, tc := range map[string]struct {
		change map[string]any
		ok     bool
	}{
		"as it is":      {nil, true},
		"age":           {map[string]any{"target_age": "70대"}, false},
		"size":          {map[string]any{"size": "1080x1350"}, true},
		"size form":     {map[string]any{"size": "1080*1350"}, false},
		"ai_mark":       {map[string]any{"ai_mark": "yes"}, false},
		"unknown field": {map[string]any{"x": 1}, false},
		"empty name":    {map[string]any{"product_name": ""}, false},
		"analysis":      {map[string]any{"analysis": sample()}, true},
		"bad analysis":  {map[string]any{"analysis": map[string]any{"version": "1"}}, false},
	} {
		body := words(dataURL(photoPNG(t, 640, 480)))
		for k, v := range tc.change {
			body[k] = v
		}
		b, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		req, err := http.NewRequest(http.MethodPost, s.url+gpu.PathStage2, bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/json")
		invalid := c.allows(req)
		got := s.post(gpu.PathStage2, string(b))
		if (invalid == nil) != tc.ok || (got.status == http.StatusOK) != tc.ok {
			t.Errorf("%s: the contract says %v, the server %d, want ok %v", name, invalid, got.status, tc.ok)
		}
	}
}

func TestPicturesAreServedPrivately(t *testing.T) {
	t.Parallel()
	s := open(t)
	var one gpu.Stage1Answer
	s.stage1(original(t)).into(t, &one)
	got := s.get(strings.TrimPrefix(one.ImageURL, s.url))
	if h := got.header; h.Get("Content-Type") != "image/png" || !strings.HasPrefix(h.Get("Cache-Control"), "private") ||
		h.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("header = %v", h)
	}
	s.get(gpu.PathImages+strings.Repeat("0", 32)).want(t, http.StatusNotFound, fault.ImageNotFound)
	s.get(gpu.PathImages+"journal").want(t, http.StatusNotFound, fault.ImageNotFound)
}

// A picture inside the JSON is taken out of it while it arrives; whatever JSON
// allows around it must still mean the same.
func TestThePictureInsideTheJSONHoweverItIsWritten(t *testing.T) {
	t.Parallel()
	s := open(t)
	b64 := base64.StdEncoding.EncodeToString(photoPNG(t, 640, 480))
	if !strings.Contains(b64, "/") {
		t.Fatal("this picture has no slash to escape")
	}
	const rest = `"product_name":"무선 \"이어폰\" \\","target_age":"20대","target_gender":"전체","ad_concept":"새벽 \u003c도시\u003e"`
	for name, body := range map[string]string{
		"first":           `{"stage1_image":"` + gpu.DataURLPrefix + b64 + `",` + rest + `}`,
		"last":            `{` + rest + `,"stage1_image" : "` + gpu.DataURLPrefix + b64 + `"` + "\n}\n",
		"escaped slashes": `{` + rest + `,"stage1_image":"` + gpu.DataURLPrefix + strings.ReplaceAll(b64, "/", `\/`) + `"}`,
		"escaped type":    `{` + rest + `,"stage1_image":"` + strings.ReplaceAll(gpu.DataURLPrefix, "/", `\/`) + b64 + `"}`,
		"spread": "{\r\n\t" + strings.ReplaceAll(rest, ",", " ,\r\n\t") +
			`, "stage1_image":"` + gpu.DataURLPrefix + b64 + `"}`,
	} {
		var two gpu.Stage2Answer
		s.post(gpu.PathStage2, body).into(t, &two)
		if set := s.setter.last(); set.ProductName != `무선 "이어폰" \` || set.Picture.Bounds().Dx() != 640 {
			t.Errorf("%s: the composer was asked %+v", name, set)
		}
	}
	data := gpu.DataURLPrefix + b64
	for name, tc := range map[string]struct {
		body   string
		status int
		code   fault.Code
		field  string
	}{
		"in another field": {
			`{"stage1_image":"x",` + strings.Replace(rest, "20대", data, 1) + `}`, 422, fault.RequestInvalid, "target_age",
		},
		"as the concept": {
			`{"stage1_image":"x","product_name":"a","target_age":"20대","target_gender":"전체","ad_concept":"` + data + `"}`, 422,
			fault.RequestInvalid, "stage1_image",
		},
		"as a name": {`{"` + data + `":1,` + rest + `}`, 422, fault.RequestInvalid, ""},
		"a second one": {
			`{"stage1_image":"` + data + `",` + rest + `,"html_image_url":"` + data + `"}`, 422, fault.RequestInvalid,
			"html_image_url",
		},
		"no base64": {
			`{` + rest + `,"stage1_image":"` + gpu.DataURLPrefix + `AA!A"}`, 422, fault.RequestInvalid, "stage1_image",
		},
		"half a group": {
			`{` + rest + `,"stage1_image":"` + gpu.DataURLPrefix + `AAA"}`, 422, fault.RequestInvalid, "stage1_image",
		},
		"an escaped letter": {
			`{` + rest + `,"stage1_image":"` + gpu.DataURLPrefix + `AA\u0041A"}`, 422, fault.RequestInvalid, "stage1_image",
		},
		"a line break": {
			`{` + rest + `,"stage1_image":"` + gpu.DataURLPrefix + "AAAA\nAAAA" + `"}`, 422, fault.RequestInvalid,
			"stage1_image",
		},
		"nothing in it":        {`{` + rest + `,"stage1_image":"` + gpu.DataURLPrefix + `"}`, 422, fault.PhotoMissing, ""},
		"cut off":              {`{` + rest + `,"stage1_image":"` + data[:len(data)/2], 400, fault.RequestMalformed, ""},
		"cut off in an escape": {`{` + rest + `,"stage1_image":"` + data[:100] + `\`, 400, fault.RequestMalformed, ""},
		"no object around it":  {`"` + data + `"`, 422, fault.RequestInvalid, ""},
		"too much text besides": {
			`{"stage1_image":"` + data + `",` + strings.Replace(rest, "새벽", strings.Repeat("가", 30_000), 1) + `}`, 413,
			fault.RequestTooLarge, "",
		},
	} {
		p := s.post(gpu.PathStage2, tc.body).want(t, tc.status, tc.code)
		if tc.field != "" && (len(p.Errors) != 1 || p.Errors[0].Name != tc.field) {
			t.Errorf("%s: errors = %+v, want %s", name, p.Errors, tc.field)
		}
	}
}

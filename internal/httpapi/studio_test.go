package httpapi_test

import (
	"context"
	"errors"
	"fmt"
	"image"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/channel"
	"github.com/nanococoa/nanococoa/internal/copywriter"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/httpapi"
	"github.com/nanococoa/nanococoa/internal/rendition"
)

// atStudio is a world whose browser has one finished ad, with what was made of it.
func atStudio(t *testing.T) (*world, *ad.Studio) {
	t.Helper()
	w := newWorld(t)
	a := finished(t, w.signedIn())
	seed := uint64(7)
	a.Seed, a.Width, a.Height, a.Layout, a.Contrast = &seed, 1024, 1024, "top-left", 5.5
	st := finishedStudio(a)
	w.ads.studio = func(owner, adID string) (ad.Studio, error) {
		if owner != st.Owner || adID != st.AdID {
			return ad.Studio{}, fault.New(fault.AdNotFound, nil)
		}
		return st, nil
	}
	w.ads.get = func(owner, adID string) (ad.Ad, error) {
		found, err := w.ads.studio(owner, adID)
		return found.Ad, err
	}
	return w, &st
}

// drawn lets renditions be made; it gives those that were drawn and kept.
func (w *world) drawn(st *ad.Studio) (asked *[]ad.Rendition) {
	asked = &[]ad.Rendition{}
	w.brands.get = func(string) (ad.Brand, error) { return ad.Brand{}, nil }
	w.maker.make = func(_ ad.Studio, r ad.Rendition) (ad.Rendition, error) {
		*asked = append(*asked, r)
		r.Drawn, r.HTML, r.Contrast, r.HasPage = "bottom-band", `<img src="cid:stage1"><img src="cid:logo">`, 7.1, true
		return r, nil
	}
	w.ads.made = func(ad.Ref, *ad.Claim) (string, error) { return "", nil }
	w.ads.addRendition = func(_ ad.Ref, r ad.Rendition, _ *ad.Claim) (ad.Rendition, error) {
		r.CreatedAt = noon
		st.Renditions = append(st.Renditions, r)
		return r, nil
	}
	return asked
}

// Allowed implements httpapi.Moderator: a text with the word 금지 is refused.
func (w *world) Allowed(_ context.Context, texts []string, photo []byte) bool {
	w.judged = append(w.judged, strings.Join(texts, "|"))
	if photo != nil {
		w.t.Error("a photo is judged")
	}
	return !strings.Contains(strings.Join(texts, ""), "금지")
}

// A scene may be ordered in a channel's size or in one of its own.
func TestASceneInASize(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		body  string
		size  ad.Size
		wrong []string
	}{
		"a channel's":     {`{"channel":"instagram-story"}`, ad.Size{Width: 1080, Height: 1920}, nil},
		"its own":         {`{"size":"1200x628"}`, ad.Size{Width: 1200, Height: 628}, nil},
		"none":            {`{}`, ad.Size{}, nil},
		"both":            {`{"size":"1200x628","channel":"wide"}`, ad.Size{}, []string{"size"}},
		"unknown channel": {`{"channel":"tv"}`, ad.Size{}, []string{"channel"}},
		"too narrow":      {`{"size":"200x628"}`, ad.Size{}, []string{"size"}},
		"too large":       {`{"size":"1921x628"}`, ad.Size{}, []string{"size"}},
		"no size":         {`{"size":"wide"}`, ad.Size{}, []string{"size"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, st := atStudio(t)
			var stored *ad.Ad
			w.ads.made = func(ad.Ref, *ad.Claim) (string, error) { return "", nil }
			w.ads.addScene = func(a ad.Ad, _ *ad.Claim) (ad.Ad, error) {
				stored, a.Status = &a, ad.Queued
				return a, nil
			}
			w.machine.start = func(ad.Ref) error { return nil }
			res := w.json("POST", "/api/ads/"+st.AdID+"/scenes", tc.body)
			if tc.wrong != nil {
				if res.fails(422, "Request.Invalid", tc.wrong...); stored != nil {
					t.Error("it was ordered")
				}
				return
			}
			if res.is(202); stored == nil || stored.SizeWish != tc.size {
				t.Errorf("ordered: %+v", stored)
			}
		})
	}
}

// One key stands for one order: with anything else in it, it is another.
func TestOrdersOfScenesDiffer(t *testing.T) {
	t.Parallel()
	w, st := atStudio(t)
	_, claims := w.ordering()
	seen := map[string]string{}
	for _, body := range []string{
		`{}`, `{"seed":7}`, `{"ad_concept":"바닷가의 아침"}`, `{"channel":"wide"}`, `{"size":"1080x1350"}`,
		`{"cutout":{"mode":"photo"}}`,
	} {
		for range 2 {
			w.json("POST", "/api/ads/"+st.AdID+"/scenes", body, "Idempotency-Key", "k").is(202)
		}
		first, second := (*claims)[len(*claims)-2].Fingerprint, (*claims)[len(*claims)-1].Fingerprint
		if first != second || seen[first] != "" {
			t.Errorf("%s: %s and %s, before it %q", body, first, second, seen[first])
		}
		seen[first] = body
	}
}

// What an owner writes is judged before anything is drawn, and only what is written.
func TestWordsAreJudgedBeforeTheyAreDrawn(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ body, judged string }{
		"the headline":    {`{"main_copy":"금지"}`, "금지"},
		"the badge":       {`{"badge":"금지", "sub_copy":"작은 글"}`, "작은 글|금지"},
		"harmless":        {`{"main_copy":"새봄"}`, "새봄"},
		"nothing written": {`{"layout":"card","main_copy":""}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, st := atStudio(t)
			asked := w.drawn(st)
			res := w.json("POST", "/api/ads/"+st.AdID+"/renditions", tc.body)
			if strings.Contains(tc.body, "금지") {
				if res.fails(422, string(fault.RenditionRefused)); len(*asked) != 0 {
					t.Error("it was drawn")
				}
			} else if res.is(201); len(*asked) != 1 {
				t.Error("it was not drawn")
			}
			if got := strings.Join(w.judged, "/"); got != tc.judged {
				t.Errorf("judged: %q, want %q", got, tc.judged)
			}
		})
	}
}

func (w *world) json(method, path, body string, headers ...string) *answer {
	w.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return w.send(r)
}

func TestARenditionIsMade(t *testing.T) {
	t.Parallel()
	w, st := atStudio(t)
	asked := w.drawn(st)
	res := w.json("POST", "/api/ads/"+st.AdID+"/renditions",
		`{"main_copy":" 주말엔  가볍게 ","channel":"instagram-story","badge":"50% 할인","typeface":"serif","ai_mark":false}`).is(201)
	got := decode[httpapi.Rendition](res)
	if res.header.Get("Location") != "/api/ads/"+st.AdID {
		t.Errorf("Location %q", res.header.Get("Location"))
	}
	want := ad.Design{
		MainCopy: "주말엔 가볍게", SubCopy: st.SubCopy, Channel: "instagram-story", Width: 1080, Height: 1920,
		Badge: "50% 할인", Typeface: "serif",
	}
	if len(*asked) != 1 || (*asked)[0].Design != want || (*asked)[0].SceneID != st.AdID || !ad.ValidID((*asked)[0].ID) {
		t.Errorf("drawn: %+v", *asked)
	}
	if got.Main || got.MainCopy != "주말엔 가볍게" || *got.Channel != "instagram-story" || got.Layout != "bottom-band" ||
		*got.ContrastRatio != 7.1 || got.PageURL == got.PictureURL || got.ClipScore != nil {
		t.Errorf("%+v", got)
	}
	// The HTML shows the light picture of its scene, and the rendition's own copy of the logo.
	if strings.Contains(got.HTMLCode, "cid:") ||
		!strings.Contains(got.HTMLCode, site+"/api/images/"+st.AdID+".stage1.jpg.") ||
		!strings.Contains(got.HTMLCode, ".rendition-"+got.RenditionID+"-logo.png.") {
		t.Errorf("html %s", got.HTMLCode)
	}
	// The ad has it beside the first one, and all its pictures have addresses that lead there.
	whole := decode[httpapi.Ad](w.get("/api/ads/" + st.AdID).is(200))
	if len(whole.Renditions) != 2 || !whole.Renditions[0].Main || whole.Renditions[1].RenditionID != got.RenditionID {
		t.Errorf("%+v", whole.Renditions)
	}
	for url, p := range map[string]ad.Picture{
		got.PictureURL:       ad.RenditionPictures(st.AdID, got.RenditionID).Full,
		got.PageURL:          ad.RenditionPictures(st.AdID, got.RenditionID).Page,
		got.ThumbnailURL:     ad.RenditionPictures(st.AdID, got.RenditionID).Thumbnail,
		*whole.Stage1PageURL: ad.Stage1Page, *whole.Stage2PageURL: ad.Stage2Page,
		*whole.Scenes[0].ThumbnailURL: ad.Stage1Thumbnail,
	} {
		w.leadsTo(url, st.AdID, p)
	}
}

// leadsTo checks which picture an address shows.
func (w *world) leadsTo(url, adID string, p ad.Picture) {
	w.t.Helper()
	shown := &world{t: w.t}
	*shown = *newWorld(w.t)
	shown.ads.find = func(string) (ad.Ad, error) { return ad.Ad{}, nil }
	var seen ad.Picture
	shown.pictures.link = func(id string, q ad.Picture, _ time.Duration) (string, error) {
		if id != adID {
			w.t.Errorf("%s leads to ad %s", url, id)
		}
		seen = q
		return "https://bucket/x", nil
	}
	shown.get(url).is(http.StatusFound)
	if seen != p {
		w.t.Errorf("%s leads to %s, want %s", url, seen, p)
	}
}

// Without a body it is the main one again; a brand by default is used, and its layout too.
func TestWhatIsLeftOut(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		body  string
		brand ad.Brand
		want  func(d *ad.Design)
	}{
		"everything":      {"", ad.Brand{}, func(*ad.Design) {}},
		"nothing is said": {"{}", ad.Brand{}, func(*ad.Design) {}},
		"a brand by default": {"{}", ad.Brand{ByDefault: true, Layout: "panel"}, func(d *ad.Design) {
			d.Brand, d.Layout = true, "panel"
		}},
		"no brand, though by default": {`{"brand":false}`, ad.Brand{ByDefault: true, Layout: "panel"}, func(*ad.Design) {}},
		"a brand is asked for": {`{"brand":true,"layout":"card"}`, ad.Brand{Layout: "panel"}, func(d *ad.Design) {
			d.Brand, d.Layout = true, "card"
		}},
		"the best layout, though the brand prefers one": {
			`{"layout":""}`, ad.Brand{ByDefault: true, Layout: "panel"}, func(d *ad.Design) { d.Brand = true },
		},
		"no words": {`{"main_copy":"","sub_copy":""}`, ad.Brand{}, func(d *ad.Design) { d.MainCopy, d.SubCopy = "", "" }},
		"a size":   {`{"size":"1200x628"}`, ad.Brand{}, func(d *ad.Design) { d.Width, d.Height = 1200, 628 }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, st := atStudio(t)
			want := st.Renditions[0].Design
			tc.want(&want)
			asked := w.drawn(st)
			w.brands.get = func(string) (ad.Brand, error) { return tc.brand, nil }
			w.json("POST", "/api/ads/"+st.AdID+"/renditions", tc.body).is(201)
			if (*asked)[0].Design != want {
				t.Errorf("drawn %+v,\nwant  %+v", (*asked)[0].Design, want)
			}
		})
	}
}

// What cannot be made names its fields, draws nothing and keeps nothing.
func TestWhatCannotBeMade(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("가", 21)
	for name, tc := range map[string]struct {
		body   string
		change func(st *ad.Studio)
		status int
		code   string
		fields []string
	}{
		"words that are too long": {
			fmt.Sprintf(`{"main_copy":%q,"sub_copy":%q}`, long, long+long), nil, 422, "Request.Invalid",
			[]string{"main_copy", "sub_copy"},
		},
		"families count as one": {
			fmt.Sprintf(`{"main_copy":%q}`, strings.Repeat("👨‍👩‍👧", 21)), nil, 422, "Request.Invalid", []string{"main_copy"},
		},
		"channel and size": {
			`{"channel":"wide","size":"100x100"}`, nil, 422, "Request.Invalid", []string{"channel", "size"},
		},
		"no such channel": {`{"channel":"tv"}`, nil, 422, "Request.Invalid", []string{"channel"}},
		"no size":         {`{"size":"big"}`, nil, 422, "Request.Invalid", []string{"size"}},
		"no such scene":   {`{"scene_id":"x"}`, nil, 422, "Request.Invalid", []string{"scene_id"}},
		"a scene in the making": {`{"scene_id":"s"}`, func(st *ad.Studio) {
			st.Scenes = append(st.Scenes, ad.Scene{ID: "s", Status: ad.Running})
		}, 422, "Request.Invalid", []string{"scene_id"}},
		"another type":  {`{"main_copy":5}`, nil, 422, "Request.Invalid", []string{"main_copy"}},
		"unknown field": {`{"maincopy":"x"}`, nil, 422, "Request.Invalid", []string{"maincopy"}},
		"no JSON":       {`{`, nil, 400, "Request.Malformed", nil},
		"not finished": {`{}`, func(st *ad.Studio) {
			*st = ad.Studio{Ad: st.Ad}
			st.Status, st.Main = ad.Running, ""
		}, 409, "Ad.NotFinished", nil},
		"full": {`{}`, func(st *ad.Studio) {
			for range ad.MaxRenditions - 1 {
				st.Renditions = append(st.Renditions, ad.Rendition{ID: "x", SceneID: st.AdID})
			}
		}, 409, "Rendition.TooMany", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, st := atStudio(t)
			if tc.change != nil {
				tc.change(st)
			}
			w.ads.made = func(ad.Ref, *ad.Claim) (string, error) { return "", nil }
			w.brands.get = func(string) (ad.Brand, error) { return ad.Brand{}, nil }
			w.json("POST", "/api/ads/"+st.AdID+"/renditions", tc.body).fails(tc.status, tc.code, tc.fields...)
		})
	}
	w, _ := atStudio(t)
	w.json("POST", "/api/ads/"+newID(t)+"/renditions", `{}`).fails(404, "Ad.NotFound")
}

// What does not fit is a fault of the drawing, on its field.
func TestALineThatDoesNotFit(t *testing.T) {
	t.Parallel()
	w, st := atStudio(t)
	w.drawn(st)
	w.maker.make = func(ad.Studio, ad.Rendition) (ad.Rendition, error) {
		return ad.Rendition{}, fmt.Errorf("compose: %w",
			fault.Invalid(fault.Field{Name: "sub_copy", Detail: "작은 문구가 이 크기에 들어가지 않습니다."}))
	}
	w.json("POST", "/api/ads/"+st.AdID+"/renditions", `{}`).fails(422, "Request.Invalid", "sub_copy")
}

// The same key with the same body gives the same rendition: also of two at once, of which
// the slower one's pictures are removed.
func TestTheSameKeyMakesOneRendition(t *testing.T) {
	t.Parallel()
	w, st := atStudio(t)
	asked := w.drawn(st)
	claims := map[string]string{}
	w.ads.made = func(_ ad.Ref, c *ad.Claim) (string, error) {
		if made, ok := claims[c.Key]; ok {
			if !strings.HasPrefix(made, c.Fingerprint) {
				return "", fault.New(fault.RequestConflict, nil)
			}
			return strings.TrimPrefix(made, c.Fingerprint), nil
		}
		return "", nil
	}
	add := w.ads.addRendition
	w.ads.addRendition = func(r ad.Ref, one ad.Rendition, c *ad.Claim) (ad.Rendition, error) {
		claims[c.Key] = c.Fingerprint + one.ID
		return add(r, one, c)
	}
	path := "/api/ads/" + st.AdID + "/renditions"
	one := decode[httpapi.Rendition](w.json("POST", path, `{"main_copy":"봄"}`, "Idempotency-Key", "k").is(201))
	again := decode[httpapi.Rendition](w.json("POST", path, `{"main_copy":"봄"}`, "Idempotency-Key", "k").is(201))
	if one.RenditionID != again.RenditionID || len(*asked) != 1 {
		t.Errorf("%s and %s, drawn %d times", one.RenditionID, again.RenditionID, len(*asked))
	}
	w.json("POST", path, `{"main_copy":"가을"}`, "Idempotency-Key", "k").fails(409, "Request.Conflict")

	// A quicker one comes between the look and the write.
	var removed string
	w.maker.remove = func(_, id string, gone bool) error {
		removed = id
		if gone {
			t.Error("the ad is not gone")
		}
		return nil
	}
	w.ads.addRendition = func(_ ad.Ref, r ad.Rendition, c *ad.Claim) (ad.Rendition, error) {
		claims[c.Key] = c.Fingerprint + one.RenditionID
		return ad.Rendition{}, fault.New(fault.RequestConflict, errors.New("taken"))
	}
	raced := decode[httpapi.Rendition](w.json("POST", path, `{"main_copy":"봄"}`, "Idempotency-Key", "k2").is(201))
	if raced.RenditionID != one.RenditionID || removed == "" || removed == one.RenditionID {
		t.Errorf("gives %s, removed %s", raced.RenditionID, removed)
	}
	// The one it made was deleted since.
	st.Renditions = st.Renditions[:1]
	w.json("POST", path, `{"main_copy":"봄"}`, "Idempotency-Key", "k").fails(410, "Ad.Gone")
	w.json("POST", path, `{}`, "Idempotency-Key", "two words").fails(422, "Request.Invalid", "Idempotency-Key")
}

// An ad that is deleted while a rendition is drawn leaves nothing.
func TestARenditionOfAnAdThatGoes(t *testing.T) {
	t.Parallel()
	w, st := atStudio(t)
	w.drawn(st)
	w.ads.addRendition = func(ad.Ref, ad.Rendition, *ad.Claim) (ad.Rendition, error) {
		return ad.Rendition{}, fault.New(fault.AdGone, nil)
	}
	purged := false
	w.maker.remove = func(_, _ string, gone bool) error { purged = gone; return nil }
	w.json("POST", "/api/ads/"+st.AdID+"/renditions", `{}`).fails(410, "Ad.Gone")
	if !purged {
		t.Error("its pictures are left")
	}
}

func TestTheMainRendition(t *testing.T) {
	t.Parallel()
	w, st := atStudio(t)
	w.drawn(st)
	made := decode[httpapi.Rendition](w.json("POST", "/api/ads/"+st.AdID+"/renditions", `{"main_copy":"봄"}`).is(201))
	w.ads.setMain = func(owner, adID, id string) error {
		if owner != st.Owner || adID != st.AdID || id != made.RenditionID {
			return fault.New(fault.RenditionNotFound, nil)
		}
		st.Main = id
		return nil
	}
	path := "/api/ads/" + st.AdID + "/main"
	got := decode[httpapi.Ad](w.json("PUT", path, fmt.Sprintf(`{"rendition_id":%q}`, made.RenditionID)).is(200))
	if *got.MainCopy != "봄" || *got.Stage2URL != made.PictureURL || *got.Stage2PageURL != made.PageURL ||
		*got.ThumbnailURL != made.ThumbnailURL || *got.HTMLCode != made.HTMLCode || got.ClipScore != nil || got.Score != nil {
		t.Errorf("%+v", got)
	}
	if got.Renditions[0].Main || !got.Renditions[1].Main || got.Renditions[0].ClipScore == nil {
		t.Errorf("%+v", got.Renditions)
	}
	w.ads.list = func(string, int, string) ([]ad.Ad, string, error) { return []ad.Ad{st.Ad}, "", nil }
	list := decode[httpapi.List](w.get("/api/dashboard/ads").is(200))
	if *list.Ads[0].ThumbnailURL != made.ThumbnailURL || list.Ads[0].ClipScore != nil {
		t.Errorf("%+v", list.Ads[0])
	}
	w.json("PUT", path, `{"rendition_id":"x"}`).fails(422, "Request.Invalid", "rendition_id")
	w.json("PUT", "/api/ads/x/main", `{"rendition_id":"x"}`).fails(404, "Ad.NotFound")
}

func TestDeletingRenditionsAndScenes(t *testing.T) {
	t.Parallel()
	w, st := atStudio(t)
	id := newID(t)
	for path, tc := range map[string]struct {
		remove *func(owner, adID, id string) error
		files  []ad.Picture
		code   fault.Code
	}{
		"renditions": {&w.ads.deleteRendition, slices.Concat(ad.RenditionPictures(st.AdID, id).All(),
			[]ad.Picture{ad.LogoPicture(id)}, ad.RenditionFiles(id)), fault.RenditionNotFound},
		"scenes": {&w.ads.deleteScene, ad.SceneFiles(st.AdID, id), fault.SceneNotFound},
	} {
		var removed []ad.Picture
		w.pictures.remove = func(_ string, p ad.Picture) error { removed = append(removed, p); return nil }
		*tc.remove = func(owner, adID, one string) error {
			if owner != st.Owner || adID != st.AdID || one != id {
				t.Errorf("%s %s %s", owner, adID, one)
			}
			return nil
		}
		url := "/api/ads/" + st.AdID + "/" + path + "/"
		w.json("DELETE", url+id, "").is(204)
		if !slices.Equal(removed, tc.files) {
			t.Errorf("%s: removed %q, want %q", path, removed, tc.files)
		}
		removed = nil
		*tc.remove = func(string, string, string) error { return fault.New(tc.code, nil) }
		w.json("DELETE", url+id, "").fails(404, string(tc.code))
		w.json("DELETE", url+"x", "").fails(404, string(tc.code))
		if removed != nil {
			t.Errorf("%s: removed %q", path, removed)
		}
	}
	w.ads.deleteRendition = func(string, string, string) error { return fault.New(fault.RenditionMain, nil) }
	w.json("DELETE", "/api/ads/"+st.AdID+"/renditions/"+id, "").fails(409, "Rendition.Main")
}

func TestAFurtherSceneIsOrdered(t *testing.T) {
	t.Parallel()
	w, st := atStudio(t)
	var stored []ad.Ad
	var started []ad.Ref
	w.ads.made = func(_ ad.Ref, c *ad.Claim) (string, error) {
		if c != nil && len(stored) > 0 {
			return stored[0].FurtherScene, nil
		}
		return "", nil
	}
	w.ads.addScene = func(scene ad.Ad, _ *ad.Claim) (ad.Ad, error) {
		scene.Status, scene.Attempt, scene.CreatedAt = ad.Queued, 1, noon
		stored = append(stored, scene)
		st.Scenes = append(st.Scenes, ad.Scene{
			ID: scene.FurtherScene, Status: ad.Queued, AdConcept: scene.AdConcept, Work: &scene, CreatedAt: noon,
		})
		return scene, nil
	}
	w.machine.start = func(r ad.Ref) error { started = append(started, r); return nil }
	path := "/api/ads/" + st.AdID + "/scenes"
	for range 2 { // the second time its answer was lost
		res := w.json("POST", path, `{"ad_concept":" 바닷가의  아침 ","seed":42}`, "Idempotency-Key", "k").is(202)
		got := decode[httpapi.SceneAccepted](res)
		if got.SceneID != stored[0].FurtherScene || got.Status != "queued" || got.StatusURL != "/api/ads/"+st.AdID ||
			res.header.Get("Retry-After") == "" {
			t.Errorf("%+v", got)
		}
	}
	if len(stored) != 1 || len(started) != 2 || started[0] != stored[0].Ref || stored[0].AdConcept != "바닷가의 아침" ||
		*stored[0].SeedWish != 42 || stored[0].ProductName != st.ProductName || stored[0].Prompt != "" {
		t.Errorf("stored %+v, started %+v", stored, started)
	}
	w.json("POST", path, "").is(202)
	if stored[1].AdConcept != st.AdConcept || stored[1].SeedWish != nil {
		t.Errorf("without a body: %+v", stored[1])
	}
	// The ad tells of it, and stays what it was.
	whole := decode[httpapi.Ad](w.get("/api/ads/" + st.AdID).is(200))
	if whole.Status != "succeeded" || len(whole.Scenes) != 3 || whole.Scenes[1].Status != "queued" ||
		whole.Scenes[1].PictureURL != nil || whole.Scenes[1].ETASeconds == nil || *whole.Scenes[0].Seed != 7 {
		t.Errorf("%+v", whole.Scenes)
	}
	w.json("POST", path, `{"ad_concept":" ","seed":9007199254740992}`).fails(422, "Request.Invalid", "ad_concept", "seed")
	w.json("POST", path, `{"seed":-1}`).fails(422, "Request.Invalid", "seed")
	w.ads.addScene = func(ad.Ad, *ad.Claim) (ad.Ad, error) { return ad.Ad{}, fault.New(fault.SceneTooMany, nil) }
	w.json("POST", path, `{}`).fails(409, "Scene.TooMany")
	w.json("POST", "/api/ads/"+newID(t)+"/scenes", `{}`).fails(404, "Ad.NotFound")

	// Deleting the ad stops what is being made of it.
	var stopped []string
	w.machine.stop = func(r ad.Ref) error { stopped = append(stopped, r.Scene()); return nil }
	w.pictures.purge = func(string) error { return nil }
	w.ads.remove = func(string, string) error { return nil }
	w.json("DELETE", "/api/ads/"+st.AdID, "").is(204)
	if !slices.Equal(stopped, []string{stored[0].FurtherScene, stored[1].FurtherScene, st.AdID}) {
		t.Errorf("stopped %q", stopped)
	}
}

func TestFilesAndBundles(t *testing.T) {
	t.Parallel()
	w, st := atStudio(t)
	st.Renditions[0].Channel = "kakao-bizboard"
	second := ad.Rendition{ID: newID(t), SceneID: st.AdID}
	st.Renditions = append(st.Renditions, second)
	var asked string
	w.maker.file = func(_ ad.Studio, r ad.Rendition, f channel.Format) (string, error) {
		asked = r.ID + " " + string(f)
		return "https://bucket/file", nil
	}
	path := "/api/ads/" + st.AdID + "/renditions/"
	for query, want := range map[string]string{
		st.AdID + "/file":               st.AdID + " png",
		st.AdID + "/file?format=jpeg":   st.AdID + " jpeg",
		second.ID + "/file":             second.ID + " png",
		second.ID + "/file?format=jpeg": second.ID + " jpeg",
		second.ID + "/file?format=webp": second.ID + " webp",
	} {
		if res := w.get(path + query).is(302); res.header.Get("Location") != "https://bucket/file" || asked != want {
			t.Errorf("%s: %s", query, asked)
		}
	}
	w.get(path+st.AdID+"/file?format=gif").fails(422, "Request.Invalid", "format")
	w.get(path+newID(t)+"/file").fails(404, "Rendition.NotFound")

	w.maker.bundle = func(_ ad.Studio, r ad.Rendition, channels []channel.Channel) (ad.Bundle, error) {
		asked = r.ID
		b := ad.Bundle{URL: "https://bucket/zip", Name: "울.zip", Bytes: 5, Failed: []ad.BundleFailure{}}
		for _, c := range channels {
			b.Files = append(b.Files, ad.BundleFile{Channel: c.Name, Name: c.Label, Format: string(c.Format)})
		}
		return b, nil
	}
	path = "/api/ads/" + st.AdID + "/bundle"
	got := decode[ad.Bundle](w.json("POST", path, `{"channels":["smartstore","wide","wide"]}`).is(201))
	if asked != st.AdID || len(got.Files) != 2 || got.Files[0].Channel != "wide" {
		t.Errorf("%s, %+v", asked, got)
	}
	w.json("POST", path, fmt.Sprintf(`{"channels":["wide"],"rendition_id":%q}`, second.ID)).is(201)
	if asked != second.ID {
		t.Errorf("of %s", asked)
	}
	w.json("POST", path, `{"channels":[],"rendition_id":"x"}`).fails(422, "Request.Invalid", "channels", "rendition_id")
	w.json("POST", path, `{"channels":["tv"]}`).fails(422, "Request.Invalid", "channels")
}

// scripted is a model that writes what it is told to.
type scripted struct {
	copies []copywriter.Copy
	err    error
	taken  []copywriter.Copy
}

func (s *scripted) WriteCopies(
	_ context.Context, _ ad.Fields, _ *ad.Analysis, taken []copywriter.Copy,
) ([]copywriter.Copy, error) {
	s.taken = taken
	return s.copies, s.err
}

func TestSuggestions(t *testing.T) {
	t.Parallel()
	four := make([]copywriter.Copy, 4)
	for i := range four {
		four[i] = copywriter.Copy{Main: fmt.Sprint("모델의 말 ", i), Sub: "오늘도 함께하는 좋은 날", By: ad.ByModel}
	}
	for name, tc := range map[string]struct {
		model *scripted
		by    string
	}{
		"without a model": {nil, "template"}, "with one": {&scripted{copies: four}, "openai"},
		"with one that is down": {&scripted{err: fault.New(fault.OpenAIUnavailable, nil)}, "template"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, st := atStudio(t)
			if tc.model != nil {
				w.model = tc.model
			}
			got := decode[httpapi.Copies](w.json("POST", "/api/ads/"+st.AdID+"/copies", "").is(200))
			seen := map[string]bool{st.MainCopy + st.SubCopy: true}
			for _, c := range got.Copies {
				if seen[c.MainCopy+c.SubCopy] {
					t.Errorf("%+v is there twice, or the ad has it", c)
				}
				seen[c.MainCopy+c.SubCopy] = true
			}
			if len(got.Copies) != 4 || got.CopySource != tc.by {
				t.Errorf("%+v", got)
			}
			if tc.model != nil && (len(tc.model.taken) != 1 || tc.model.taken[0].Main != st.MainCopy) {
				t.Errorf("the model was told of %+v", tc.model.taken)
			}
			st.Status, st.Main, st.Renditions = ad.Running, "", nil
			w.json("POST", "/api/ads/"+st.AdID+"/copies", "").fails(409, "Ad.NotFinished")
		})
	}
}

func TestTheBrand(t *testing.T) {
	t.Parallel()
	w, st := atStudio(t)
	kept := ad.Brand{LogoID: newID(t)}
	w.brands.get = func(owner string) (ad.Brand, error) {
		if owner != st.Owner {
			t.Errorf("the brand of %s", owner)
		}
		return kept, nil
	}
	w.brands.set = func(_ string, b ad.Brand) error { kept = b; return nil }
	w.maker.choices = func() ad.Choices { return rendition.Maker{}.Choices() }
	w.logos.link = func(id string) (string, error) { return "https://bucket/" + id, nil }
	var removed, stored string
	w.logos.remove = func(id string) error { removed = id; return nil }
	w.logos.put = func(id string, data []byte) error {
		head, _, err := image.DecodeConfig(strings.NewReader(string(data)))
		if err != nil || head.Width != 100 {
			t.Errorf("stored %v, %v", head, err)
		}
		stored = id
		return nil
	}
	w.logos.post = func(_, kind string, size int64) (ad.Upload, error) {
		return ad.Upload{URL: "https://bucket", Fields: map[string]string{"Content-Type": kind}}, nil
	}
	up := decode[httpapi.LogoUploading](w.json("POST", "/api/brand/logo",
		`{"content_type":"image/png","content_length":5000}`).is(201))
	sent := map[string][]byte{up.LogoID: flat(t, 100, 80)}
	w.logos.sent = func(id string) ([]byte, error) {
		if data, ok := sent[id]; ok {
			return data, nil
		}
		return nil, fault.New(fault.ImageNotFound, nil)
	}
	former := kept.LogoID
	got := decode[httpapi.Brand](w.json("PUT", "/api/brand",
		fmt.Sprintf(`{"logo_id":%q,"colors":["#8A1C2B"],"layout":"panel","by_default":true}`, up.LogoID)).is(200))
	if *got.LogoID != up.LogoID || stored != up.LogoID || removed != former ||
		got.Colors[0] != "#8a1c2b" || !got.ByDefault || *got.LogoURL != "https://bucket/"+up.LogoID {
		t.Errorf("%+v, stored %s, removed %s", got, stored, removed)
	}
	if again := decode[httpapi.Brand](w.get("/api/brand").is(200)); again.Layout != "panel" {
		t.Errorf("%+v", again)
	}
	// A logo that is kept already is not looked for among what was sent: that is gone by then.
	sent[up.LogoID], stored, removed = nil, "", ""
	const again = `{"logo_id":%q,"colors":["#8a1c2b"],"layout":"panel","by_default":true}`
	w.json("PUT", "/api/brand", fmt.Sprintf(again, up.LogoID)).is(200)
	if kept.LogoID != up.LogoID || stored != "" || removed != "" {
		t.Errorf("kept %+v, stored %q, removed %q", kept, stored, removed)
	}
	// What is wrong is named at once, and nothing changes.
	bad, broken := newID(t), newID(t)
	sent[broken] = []byte("no picture")
	before := kept.LogoID
	for _, id := range []string{bad, broken, "x"} {
		const body = `{"logo_id":%q,"colors":["red","#111111","#222222","#333333"],"layout":"x"}`
		w.json("PUT", "/api/brand", fmt.Sprintf(body, id)).
			fails(422, "Request.Invalid", "logo_id", "colors", "colors", "layout")
	}
	if kept.LogoID != before {
		t.Errorf("kept %+v", kept)
	}
	// A repeated request is about the same logo, another one is not.
	seen := map[string]string{}
	for _, tc := range []struct{ name, key, body string }{
		{"first", "k", `{"content_type":"image/png","content_length":5000}`},
		{"another file", "k", `{"content_type":"image/png","content_length":5001}`},
		{"another key", "l", `{"content_type":"image/png","content_length":5000}`},
	} {
		one := decode[httpapi.LogoUploading](w.json("POST", "/api/brand/logo", tc.body, "Idempotency-Key", tc.key).is(201))
		two := decode[httpapi.LogoUploading](w.json("POST", "/api/brand/logo", tc.body, "Idempotency-Key", tc.key).is(201))
		if one.LogoID != two.LogoID || !ad.ValidID(one.LogoID) || seen[one.LogoID] != "" {
			t.Errorf("%s: %s, %s, before: %v", tc.name, one.LogoID, two.LogoID, seen)
		}
		seen[one.LogoID] = tc.name
	}
	mine := maps.Clone(w.jar)
	clear(w.jar)
	w.signedIn()
	const first = `{"content_type":"image/png","content_length":5000}`
	others := decode[httpapi.LogoUploading](w.json("POST", "/api/brand/logo", first, "Idempotency-Key", "k").is(201))
	if seen[others.LogoID] != "" {
		t.Error("two owners have one logo")
	}
	w.jar = mine
	w.json("POST", "/api/brand/logo", `{"content_type":"image/png","content_length":5}`, "Idempotency-Key", "a b").
		fails(422, "Request.Invalid", "Idempotency-Key")
	w.json("POST", "/api/brand/logo", `{"content_type":"image/heic","content_length":0}`).
		fails(422, "Request.Invalid", "content_type", "content_length")
	// Without a logo.
	got = decode[httpapi.Brand](w.json("PUT", "/api/brand", `{"colors":[]}`).is(200))
	if got.LogoID != nil || got.LogoURL != nil || removed != up.LogoID {
		t.Errorf("%+v, removed %s", got, removed)
	}
}

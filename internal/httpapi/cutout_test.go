package httpapi_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/httpapi"
)

// word is an owner's word on a cut-out.
func word() *ad.CutOut {
	return &ad.CutOut{
		Mode: "auto", Box: &ad.Box{0.1, 0.1, 0.8, 0.8},
		Keep:  []ad.Stroke{{Points: []ad.Point{{0.5, 0.5}, {0.6, 0.5}}, Width: 0.02, Order: 1}},
		Erase: []ad.Stroke{{Points: []ad.Point{{0.2, 0.2}}, Width: 0.05}},
	}
}

// ordering lets scenes be ordered, and gives those that were stored and their claims.
func (w *world) ordering() (stored *[]ad.Ad, claims *[]ad.Claim) {
	stored, claims = &[]ad.Ad{}, &[]ad.Claim{}
	w.ads.made = func(ad.Ref, *ad.Claim) (string, error) { return "", nil }
	w.ads.addScene = func(scene ad.Ad, c *ad.Claim) (ad.Ad, error) {
		scene.Status, scene.Attempt = ad.Queued, 1
		*stored = append(*stored, scene)
		if c != nil {
			*claims = append(*claims, *c)
		}
		return scene, nil
	}
	w.machine.start = func(ad.Ref) error { return nil }
	return stored, claims
}

// The owner's word goes with the scene it was said for, and stays for later scenes until
// they start anew.
func TestTheOwnersWordOnTheCutOut(t *testing.T) {
	t.Parallel()
	w, st := atStudio(t)
	stored, claims := w.ordering()
	path := "/api/ads/" + st.AdID + "/scenes"
	said := `{"cutout":` + word().String() + `}`
	w.json("POST", path, said, "Idempotency-Key", "a").is(202)
	w.json("POST", path, `{"cutout":{"mode":"photo"}}`, "Idempotency-Key", "b").is(202)
	w.json("POST", path, `{}`, "Idempotency-Key", "c").is(202) // the main scene has no word yet
	if d := cmp.Diff([]*ad.CutOut{word(), {Mode: "photo"}, nil},
		[]*ad.CutOut{(*stored)[0].CutOutWish, (*stored)[1].CutOutWish, (*stored)[2].CutOutWish}); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
	orders := map[string]bool{}
	for _, c := range *claims {
		orders[c.Fingerprint] = true
	}
	if len(orders) != 3 {
		t.Error("another word is the same order")
	}

	further := ad.Scene{
		ID: newID(t), Status: ad.Succeeded, AdConcept: st.AdConcept, CutOut: word(), HasMask: true, HasPage: true,
		Product: &ad.Product{CutOut: true, Confidence: 1, FidelityDB: 51},
	}
	st.Scenes = append(st.Scenes, further)
	st.Renditions[0].SceneID, st.HasProductPage = further.ID, true
	w.json("POST", path, `{}`).is(202)
	w.json("POST", path, `{"cutout":{"mode":"auto"}}`).is(202)
	if d := cmp.Diff([]*ad.CutOut{word(), nil},
		[]*ad.CutOut{(*stored)[3].CutOutWish, (*stored)[4].CutOutWish}); d != "" {
		t.Errorf("a later scene: -want +got\n%s", d)
	}

	got := decode[httpapi.Ad](w.get("/api/ads/" + st.AdID).is(200))
	first, second := got.Scenes[0], got.Scenes[1]
	if first.MaskURL != nil || first.CutOut != nil || first.Product == nil || first.Product.FidelityDB != 99 {
		t.Errorf("the first scene: %+v", first)
	}
	if d := cmp.Diff(word(), second.CutOut); d != "" || !second.Product.CutOut || second.Product.FidelityDB != 51 {
		t.Errorf("the second scene: %+v\n%s", second.Product, d)
	}
	if got.Product == nil || got.Product.FidelityDB != 51 {
		t.Errorf("the ad's product is not the main scene's: %+v", got.Product)
	}
	w.leadsTo(*got.PhotoURL, st.AdID, ad.ProductPage)
	w.leadsTo(*second.MaskURL, st.AdID, ad.SceneMask(st.AdID, further.ID))
	st.Scenes[0].HasMask = true
	got = decode[httpapi.Ad](w.get("/api/ads/" + st.AdID).is(200))
	w.leadsTo(*got.Scenes[0].MaskURL, st.AdID, ad.Stage1Mask)
}

func TestAWrongWordOnTheCutOut(t *testing.T) {
	t.Parallel()
	w, st := atStudio(t)
	dots := strings.TrimSuffix(strings.Repeat("[0.5,0.5],", 501), ",")
	for name, tc := range map[string]struct {
		word   string
		fields []string
	}{
		"another mode":         {`{"mode":"knife"}`, []string{"cutout.mode"}},
		"a box of three":       {`{"mode":"auto","box":[0,0,1]}`, []string{"cutout.box"}},
		"a box outside":        {`{"mode":"auto","box":[0.5,0,0.6,1]}`, []string{"cutout.box"}},
		"a point of one":       {`{"keep":[{"points":[[0.5]],"width":0.1}]}`, []string{"cutout.keep"}},
		"a point outside":      {`{"erase":[{"points":[[0.5,1.5]],"width":0.1}]}`, []string{"cutout.erase"}},
		"no width":             {`{"erase":[{"points":[[0.5,0.5]]}]}`, []string{"cutout.erase"}},
		"a long stroke":        {`{"keep":[{"points":[` + dots + `],"width":0.1}]}`, []string{"cutout.keep"}},
		"strokes on the photo": {`{"mode":"photo","keep":[{"points":[[0,0]],"width":0.1}]}`, []string{"cutout.keep"}},
		"another field":        {`{"mode":"auto","lasso":[]}`, []string{"cutout.lasso"}},
	} {
		t.Run(name, func(t *testing.T) {
			res := w.json("POST", "/api/ads/"+st.AdID+"/scenes", `{"cutout":`+tc.word+`}`)
			res.fails(422, "Request.Invalid", tc.fields...)
		})
	}
}

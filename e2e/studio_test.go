//go:build e2e

package e2e_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"image"
	"mime"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/nanococoa/nanococoa/e2e/faultproxy"
	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/channel"
	"github.com/nanococoa/nanococoa/internal/httpapi"
)

func (o *owner) json(method, path, body string, headers ...string) answer {
	o.t.Helper()
	return o.do(method, path, "application/json", []byte(body), headers...)
}

// rendition makes one more picture of an ad.
func (o *owner) rendition(id, body string, headers ...string) httpapi.Rendition {
	o.t.Helper()
	var r httpapi.Rendition
	o.json("POST", "/api/ads/"+id+"/renditions", body, headers...).want(o.t, 201).decode(o.t, &r)
	return r
}

// ordered makes a finished ad.
func (o *owner) ordered(name string) httpapi.Ad {
	o.t.Helper()
	var acc httpapi.Accepted
	o.generate(fields(name), small(o.t)).want(o.t, 202).decode(o.t, &acc)
	return o.succeeded(acc.AdID)
}

// scene waits until a scene is done and gives it.
func (o *owner) scene(adID, sceneID string) httpapi.Scene {
	o.t.Helper()
	find := func(v httpapi.Ad) (httpapi.Scene, bool) {
		i := slices.IndexFunc(v.Scenes, func(s httpapi.Scene) bool { return s.SceneID == sceneID })
		if i < 0 {
			return httpapi.Scene{}, false
		}
		return v.Scenes[i], v.Scenes[i].Status == "succeeded" || v.Scenes[i].Status == "failed"
	}
	s, _ := find(o.until(adID, "done with its scene", func(v httpapi.Ad) bool { _, done := find(v); return done }))
	return s
}

// An owner changes words and size, chooses the main one, saves files and a bundle, and
// deletes what is not needed: all of it without the GPU server, which does not answer.
func TestRenditions(t *testing.T) {
	t.Parallel()
	o := newOwner(t)
	v := o.ordered("편집할 가방")
	id := v.AdID
	if len(v.Scenes) != 1 || len(v.Renditions) != 1 || !v.Renditions[0].Main || v.Scenes[0].Seed == nil {
		t.Fatalf("%+v, %+v", v.Scenes, v.Renditions)
	}
	for what, url := range map[string]*string{"stage 1": v.Stage1PageURL, "stage 2": v.Stage2PageURL} {
		if n := len(o.get(*url).want(t, 200).body); n > 150_000 {
			t.Errorf("the page's picture of %s has %d bytes", what, n)
		}
	}
	if n := len(o.get(*v.ThumbnailURL).want(t, 200).body); n > 30_000 {
		t.Errorf("the thumbnail has %d bytes", n)
	}
	sys.gpu.Add(faultproxy.Naming(id, faultproxy.Always(faultproxy.Error)))

	// The same again is the very same picture: both ways draw with one program.
	same := o.rendition(id, `{}`)
	a, b := o.picture(&same.PictureURL), o.picture(v.Stage2URL)
	if !equalPictures(a, b) {
		t.Error("composed here, the same words give another picture than the GPU server's stage 2")
	}

	body := `{"main_copy":"주말엔 가볍게","badge":"50% 할인","channel":"instagram-story"}`
	story := o.rendition(id, body, "Idempotency-Key", "story-"+id)
	if again := o.rendition(id, body, "Idempotency-Key", "story-"+id); again.RenditionID != story.RenditionID {
		t.Error("the same key made another rendition")
	}
	if got := o.picture(&story.PictureURL).Bounds().Size(); got != image.Pt(1080, 1920) {
		t.Errorf("the story is %v", got)
	}
	if max(o.picture(&story.ThumbnailURL).Bounds().Dx(), o.picture(&story.PageURL).Bounds().Dx()) > 720 {
		t.Error("a page gets more than it shows")
	}
	if p := o.json("POST", "/api/ads/"+id+"/renditions", fmt.Sprintf(`{"main_copy":%q}`, strings.Repeat("가", 21))).
		want(t, 422).problem(t); len(p.Errors) != 1 || p.Errors[0].Field != "main_copy" {
		t.Errorf("%+v", p)
	}

	var after httpapi.Ad
	o.json("PUT", "/api/ads/"+id+"/main", fmt.Sprintf(`{"rendition_id":%q}`, story.RenditionID)).
		want(t, 200).decode(t, &after)
	if *after.MainCopy != "주말엔 가볍게" || *after.Stage2URL != story.PictureURL || len(after.Renditions) != 3 {
		t.Errorf("main: %+v", after)
	}
	if l := o.list(""); *l.Ads[0].ThumbnailURL != story.ThumbnailURL {
		t.Errorf("listed: %+v", l.Ads[0])
	}
	if st := o.stats(); st.TotalAds != 1 {
		t.Errorf("statistics count %d ads", st.TotalAds)
	}

	file := o.get("/api/ads/"+id+"/renditions/"+story.RenditionID+"/file").want(t, 200)
	of, _ := channel.ByName("instagram-story")
	_, params, err := mime.ParseMediaType(file.header.Get("Content-Disposition"))
	if err != nil || len(file.body) > of.MaxBytes || !strings.HasPrefix(params["filename"], "편집할 가방 ") ||
		!strings.HasSuffix(params["filename"], ".jpg") {
		t.Errorf("%d bytes, %v, %v", len(file.body), params, err)
	}

	var channels ad.Choices
	o.get("/api/channels").want(t, 200).decode(t, &channels)
	names := `"wide"`
	for _, c := range channels.Channels {
		names += fmt.Sprintf(",%q", c.Name)
	}
	var bundle ad.Bundle
	o.json("POST", "/api/ads/"+id+"/bundle", `{"channels":[`+names+`]}`).want(t, 201).decode(t, &bundle)
	packed := o.get(bundle.URL).want(t, 200).body
	z, err := zip.NewReader(bytes.NewReader(packed), int64(len(packed)))
	if err != nil || len(z.File) != len(channels.Channels) || len(packed) != bundle.Bytes {
		t.Errorf("bundle: %+v, %v", bundle, err)
	}
	for i, f := range bundle.Files {
		if c := channels.Channels[i]; f.Channel != c.Name || f.Bytes > c.MaxBytes {
			t.Errorf("%+v for %+v", f, c)
		}
	}

	var copies httpapi.Copies
	o.json("POST", "/api/ads/"+id+"/copies", "").want(t, 200).decode(t, &copies)
	if len(copies.Copies) != 4 {
		t.Errorf("suggestions %+v", copies)
	}

	o.delete("/api/ads/"+id+"/renditions/"+story.RenditionID).want(t, 409)
	o.delete("/api/ads/"+id+"/renditions/"+id).want(t, 204)
	if got := o.ad(id); len(got.Renditions) != 2 || slices.Contains(objects(t, id), "ads/"+id+"/stage2.png") {
		t.Errorf("after deleting the first: %+v, %v", got.Renditions, objects(t, id))
	}
	stranger := newOwner(t)
	stranger.json("POST", "/api/ads/"+id+"/renditions", `{}`).want(t, 404)
	stranger.json("PUT", "/api/ads/"+id+"/main", fmt.Sprintf(`{"rendition_id":%q}`, same.RenditionID)).want(t, 404)

	// Strangers see its main rendition while its public page is on.
	o.json("PUT", "/api/ads/"+id+"/main", fmt.Sprintf(`{"rendition_id":%q}`, same.RenditionID)).want(t, 200)
	stranger.json("PUT", "/api/ads/"+id+"/share", "").want(t, 404)
	var first, second httpapi.Share
	o.json("PUT", "/api/ads/"+id+"/share", "").want(t, 200).decode(t, &first)
	page := stranger.get(first.ShareURL).want(t, 200)
	if !bytes.Contains(page.body, []byte(`<meta property="og:image" content="`+first.ShareURL+`/picture">`)) ||
		page.header.Get("Set-Cookie") != "" {
		t.Errorf("%v %s", page.header, page.body)
	}
	if !equalPictures(stranger.picture(aws.String(first.ShareURL+"/picture")), o.picture(&same.PageURL)) {
		t.Error("it shows another picture than the main one")
	}
	o.delete("/api/ads/"+id+"/share").want(t, 204)
	stranger.get(first.ShareURL).want(t, 404)
	o.json("PUT", "/api/ads/"+id+"/share", "").want(t, 200).decode(t, &second)
	stranger.get(first.ShareURL).want(t, 404)
	stranger.get(second.ShareURL).want(t, 200)

	o.delete("/api/ads/"+id).want(t, 204)
	stranger.get(second.ShareURL).want(t, 404)
	stranger.get(second.ShareURL+"/picture").want(t, 404)
	if left := objects(t, id); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
	if st := o.stats(); st.TotalAds != 0 {
		t.Errorf("statistics count %d ads", st.TotalAds)
	}
}

func equalPictures(a, b image.Image) bool {
	if a.Bounds() != b.Bounds() {
		return false
	}
	for y := a.Bounds().Min.Y; y < a.Bounds().Max.Y; y++ {
		for x := a.Bounds().Min.X; x < a.Bounds().Max.X; x++ {
			if a.At(x, y) != b.At(x, y) {
				return false
			}
		}
	}
	return true
}

// One more scene goes through queue and machine while the ad stays as it is, and words can
// be put onto it.
func TestAFurtherScene(t *testing.T) {
	t.Parallel()
	o := newOwner(t)
	v := o.ordered("다른 장면")
	id := v.AdID
	var acc httpapi.SceneAccepted
	o.json("POST", "/api/ads/"+id+"/scenes", `{"ad_concept":"여름 바닷가의 시원한 오후","seed":7}`).want(t, 202).decode(t, &acc)
	if got := o.ad(id); got.Status != "succeeded" || *got.Stage2URL != *v.Stage2URL {
		t.Errorf("meanwhile the ad is %s", got.Status)
	}
	s := o.scene(id, acc.SceneID)
	if s.Status != "succeeded" || *s.Seed != 7 || s.AdConcept != "여름 바닷가의 시원한 오후" {
		t.Fatalf("%+v", s)
	}
	path := states(t, id+"-"+acc.SceneID)
	if want := []string{"Prepare", "Prompt", "Stage1", "OnlyAScene", "Publish"}; !slices.Equal(path, want) {
		t.Errorf("path = %v", path)
	}
	if equalPictures(o.picture(s.PictureURL), o.picture(v.Stage1URL)) {
		t.Error("it is the first scene again")
	}
	r := o.rendition(id, fmt.Sprintf(`{"scene_id":%q}`, acc.SceneID))
	if r.SceneID != acc.SceneID || r.MainCopy != *v.MainCopy || !strings.Contains(r.HTMLCode, sys.SiteURL+*s.PageURL) {
		t.Errorf("%+v", r)
	}
	o.delete("/api/ads/"+id+"/scenes/"+acc.SceneID).want(t, 409)
	o.delete("/api/ads/"+id+"/renditions/"+r.RenditionID).want(t, 204)
	o.delete("/api/ads/"+id+"/scenes/"+acc.SceneID).want(t, 204)
	if got := o.ad(id); len(got.Scenes) != 1 || len(got.Renditions) != 1 {
		t.Errorf("left %+v", got)
	}
	if st := o.stats(); st.TotalAds != 1 {
		t.Errorf("statistics count %d ads", st.TotalAds)
	}
}

// A scene that cannot be made is a failed scene: the ad is as good as before.
func TestAFurtherSceneFails(t *testing.T) {
	t.Parallel()
	o := newOwner(t)
	v := o.ordered("망친 장면")
	concept := "거절될 장면 " + v.AdID
	sys.gpu.Add(faultproxy.Naming(concept, faultproxy.Always(faultproxy.Reject)))
	var acc httpapi.SceneAccepted
	o.json("POST", "/api/ads/"+v.AdID+"/scenes", fmt.Sprintf(`{"ad_concept":%q}`, concept)).want(t, 202).decode(t, &acc)
	s := o.scene(v.AdID, acc.SceneID)
	if s.Status != "failed" || s.Error == nil || s.Error.Code != "GPU.Rejected" || s.PictureURL != nil {
		t.Errorf("%+v", s)
	}
	if got := o.ad(v.AdID); got.Status != "succeeded" || got.Error != nil || *got.HTMLCode != *v.HTMLCode {
		t.Errorf("the ad is %s, %+v", got.Status, got.Error)
	}
	o.json("POST", "/api/ads/"+v.AdID+"/renditions", fmt.Sprintf(`{"scene_id":%q}`, acc.SceneID)).want(t, 422)
	// Deleted while one is made, nothing comes back.
	o.json("POST", "/api/ads/"+v.AdID+"/scenes", `{}`).want(t, 202)
	o.delete("/api/ads/"+v.AdID).want(t, 204)
	o.get("/api/ads/"+v.AdID).want(t, 404)
}

// A logo goes through the intake and onto a rendition, which keeps its own copy.
func TestTheBrand(t *testing.T) {
	t.Parallel()
	o := newOwner(t)
	v := o.ordered("우리 가게")
	logo := small(t)
	var up httpapi.LogoUploading
	o.json("POST", "/api/brand/logo", fmt.Sprintf(`{"content_type":"image/jpeg","content_length":%d}`, len(logo))).
		want(t, 201).decode(t, &up)
	o.json("PUT", "/api/brand", fmt.Sprintf(`{"logo_id":%q,"colors":[]}`, up.LogoID)).want(t, 422)
	o.post(httpapi.Uploading{Upload: up.Upload}, logo)
	var b httpapi.Brand
	o.json("PUT", "/api/brand", fmt.Sprintf(`{"logo_id":%q,"colors":["#8a1c2b"],"by_default":true}`, up.LogoID)).
		want(t, 200).decode(t, &b)
	if got := o.picture(b.LogoURL).Bounds().Dx(); got != 320 {
		t.Errorf("the logo is %d px wide", got)
	}
	r := o.rendition(v.AdID, `{"channel":"wide"}`)
	if !r.Brand || !slices.Contains(objects(t, v.AdID), "ads/"+v.AdID+"/"+string(ad.LogoPicture(r.RenditionID))) {
		t.Errorf("%+v", r)
	}
	o.json("PUT", "/api/brand", `{"colors":[]}`).want(t, 200)
	if again := o.rendition(v.AdID, `{"channel":"wide"}`); again.Brand {
		t.Errorf("%+v", again)
	}
}

package httpapi_test

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"html"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/httpapi"
)

// atShare is a world with one finished ad that is shared, and a stranger at its address.
func atShare(t *testing.T) (w *world, st *ad.Studio, path string) {
	t.Helper()
	w, st = atStudio(t)
	st.Share = ad.NewShareID()
	st.Renditions[0].HasPage = true
	w.jar = map[string]string{}
	w.private = append(w.private, st.Share)
	w.ads.shared = func(shareID string) (ad.Studio, error) {
		if shareID != st.Share {
			return ad.Studio{}, fault.New(fault.ShareNotFound, nil)
		}
		return *st, nil
	}
	w.pictures.link = func(adID string, p ad.Picture, life time.Duration) (string, error) {
		if adID != st.AdID || p != ad.RenditionPictures(st.AdID, st.Main).Page || life > time.Minute {
			t.Errorf("linked %s %s for %v", adID, p, life)
		}
		return "https://bucket.example/ads/x.jpg?signature=y", nil
	}
	return w, st, "/s/" + st.Share
}

func TestAnOwnerSharesAnAd(t *testing.T) {
	t.Parallel()
	w, st := atStudio(t)
	id := ad.NewShareID()
	w.ads.unshare = func(owner, adID string) error {
		if owner != st.Owner || adID != st.AdID {
			return fault.New(fault.AdNotFound, nil)
		}
		st.Share = ""
		return nil
	}
	w.ads.share = func(owner, adID string) (string, error) {
		if owner != st.Owner || adID != st.AdID {
			return "", fault.New(fault.AdNotFound, nil)
		}
		st.Share = id
		return id, nil
	}
	path := "/api/ads/" + st.AdID
	if got := decode[httpapi.Ad](w.get(path).is(200)); got.ShareURL != nil {
		t.Errorf("it is shared at %s", *got.ShareURL)
	}
	shared := decode[httpapi.Share](w.json("PUT", path+"/share", "").is(200))
	if shared.ShareURL != site+"/s/"+id {
		t.Errorf("shared at %s", shared.ShareURL)
	}
	if got := decode[httpapi.Ad](w.get(path).is(200)); got.ShareURL == nil || *got.ShareURL != shared.ShareURL {
		t.Errorf("the ad says %v", got.ShareURL)
	}
	w.json("DELETE", path+"/share", "").is(204)
	if got := decode[httpapi.Ad](w.get(path).is(200)); got.ShareURL != nil {
		t.Errorf("switched off, it is shared at %s", *got.ShareURL)
	}
}

func TestAShareThatIsRefused(t *testing.T) {
	t.Parallel()
	w, st := atStudio(t)
	w.ads.share = func(string, string) (string, error) { return "", fault.New(fault.AdNotFinished, nil) }
	w.ads.unshare = func(string, string) error { return fault.New(fault.AdNotFound, nil) }
	path := "/api/ads/" + st.AdID + "/share"
	w.json("PUT", path, "").fails(409, "Ad.NotFinished")
	w.json("DELETE", path, "").fails(404, "Ad.NotFound")
	for _, method := range []string{"PUT", "DELETE"} {
		w.json(method, "/api/ads/x/share", "").fails(404, "Ad.NotFound")
		w.json(method, path, "", "Sec-Fetch-Site", "cross-site").fails(403, "Request.CrossOrigin")
	}
}

// What everybody sees: the public fields, the words and the picture, and nothing else.
func TestWhatAShareShows(t *testing.T) {
	t.Parallel()
	w, st, path := atShare(t)
	one := st.Renditions[0]
	one.ID, one.Width, one.Height, one.MainCopy, one.SubCopy = newID(t), 1080, 1920, "주말엔 가볍게", ""
	st.Renditions, st.Main = append(st.Renditions, one), one.ID
	raw := decode[map[string]any](w.get("/api/shared/" + st.Share).is(200))
	got := map[string]any{}
	for k, v := range raw {
		if k != "fields" {
			got[k] = v
		}
	}
	want := map[string]any{
		"main_copy": "주말엔 가볍게", "sub_copy": "", "share_url": site + path, "picture_url": site + path + "/picture",
		"width": 720.0, "height": 1280.0,
	}
	for k, v := range want {
		if got[k] != v {
			t.Errorf("%s is %v, want %v", k, got[k], v)
		}
	}
	if len(got) != len(want) {
		t.Errorf("it shows %v", got)
	}
	fields, _ := raw["fields"].(map[string]any)
	if len(fields) != 3 || fields["product_name"] != st.ProductName || fields["product_category"] != st.ProductCategory ||
		fields["ai_mark"] != true {
		t.Errorf("fields %v", fields)
	}
	page := string(w.get(path).is(200).body)
	for _, private := range []string{
		st.AdConcept, st.TargetAge, st.TargetGender, st.Owner, st.AdID, one.ID, st.Prompt, st.Score.Metric, st.MainCopy,
	} {
		if strings.Contains(page, private) {
			t.Errorf("the page says %q", private)
		}
	}
}

func TestThePublicPage(t *testing.T) {
	t.Parallel()
	w, st, path := atShare(t)
	st.ProductName = `<script>alert("가방")</script> & 'x'`
	w.private = append(w.private, st.ProductName)
	res := w.get(path).is(200)
	page := string(res.body)
	for name, want := range map[string]string{
		"og:title": st.ProductName, "og:description": st.MainCopy + " " + st.SubCopy, "og:url": site + path,
		"og:image": site + path + "/picture", "og:image:width": "1024", "og:image:height": "1024", "og:locale": "ko_KR",
		"og:type": "website", "og:site_name": "nanoCocoa", "twitter:card": "summary_large_image",
		"twitter:image": site + path + "/picture", "robots": "noindex",
	} {
		found := regexp.MustCompile(`<meta (?:name|property)="` + name + `" content="([^"]*)">`).FindStringSubmatch(page)
		if found == nil || html.UnescapeString(found[1]) != want {
			t.Errorf("%s is %v, want %s", name, found, want)
		}
	}
	if strings.Contains(page, "<script") || !strings.Contains(page, `<html lang="ko">`) ||
		!strings.Contains(page, `<img src="`+path+`/picture" width="1024" height="1024" alt="&lt;script&gt;`) ||
		!strings.Contains(page, "AI로 만든 이미지입니다.") {
		t.Error(page)
	}
	// Its style is the only thing that it may have beside its picture.
	_, style, _ := strings.Cut(page, "<style>")
	style, _, _ = strings.Cut(style, "</style>")
	sum := sha256.Sum256([]byte(style))
	policy := "default-src 'none'; img-src 'self' https://bucket.example; style-src 'sha256-" +
		base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
	for name, want := range map[string]string{
		"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": policy, "X-Robots-Tag": "noindex",
		"Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff", "Cache-Control": "public, max-age=30",
		"X-Frame-Options": "DENY",
	} {
		if got := res.header.Get(name); got != want {
			t.Errorf("%s %q, want %q", name, got, want)
		}
	}
	st.AIMark, st.Renditions[0].MainCopy, st.Renditions[0].SubCopy = false, "", ""
	page = string(w.get(path).is(200).body)
	if strings.Contains(page, "AI로") || !strings.Contains(page, "<h1>&lt;script&gt;") {
		t.Error(page)
	}
}

func TestThePictureOfAShare(t *testing.T) {
	t.Parallel()
	w, st, path := atShare(t)
	res := w.get(path + "/picture").is(302)
	if res.header.Get("Location") != "https://bucket.example/ads/x.jpg?signature=y" ||
		res.header.Get("Cache-Control") != "public, max-age=30" {
		t.Errorf("%v", res.header)
	}
	// An ad from before it had one for pages shows the PNG.
	st.Renditions[0].HasPage = false
	w.pictures.link = func(_ string, p ad.Picture, _ time.Duration) (string, error) {
		if p != ad.Stage2Picture {
			t.Errorf("linked %s", p)
		}
		return "https://bucket.example/x.png", nil
	}
	w.get(path + "/picture").is(302)
	if len(w.jar) != 0 {
		t.Errorf("cookies %v", w.jar)
	}
}

// Who comes too late or errs gets a page in Korean, and nothing that tells the two apart.
func TestNoPublicPage(t *testing.T) {
	t.Parallel()
	w, st, path := atShare(t)
	was := st.Share
	st.Share = ad.NewShareID()
	for _, p := range []string{path, path + "/picture", "/s/x", "/s/" + strings.ToUpper(st.Share), "/s/%2e%2e/picture"} {
		res := w.get(p)
		if res.status != 404 || !strings.Contains(string(res.body), fault.ShareNotFound.Detail()) ||
			res.header.Get("Content-Type") != "text/html; charset=utf-8" || res.header.Get("Cache-Control") != "no-store" ||
			!strings.Contains(res.header.Get("Content-Security-Policy"), "img-src 'self';") {
			t.Errorf("%s: %d %v %s", p, res.status, res.header, res.body)
		}
	}
	w.get("/api/shared/"+was).fails(404, "Share.NotFound")
	w.get("/api/shared/x").fails(404, "Share.NotFound")

	w.ads.shared = func(string) (ad.Studio, error) { return ad.Studio{}, fault.New(fault.StorageThrottled, nil) }
	res := w.get(path).is(503)
	if res.header.Get("Retry-After") == "" || !strings.Contains(string(res.body), fault.StorageThrottled.Detail()) {
		t.Errorf("%v %s", res.header, res.body)
	}
	w.ads.shared = func(string) (ad.Studio, error) { return *st, nil }
	w.pictures.link = func(string, ad.Picture, time.Duration) (string, error) { return "", errors.New("no credentials") }
	for _, p := range []string{"/s/" + st.Share, "/s/" + st.Share + "/picture"} {
		if res := w.get(p).is(500); !korean(string(res.body)) {
			t.Errorf("%s", res.body)
		}
	}
}

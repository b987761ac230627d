package httpapi_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/fault"
)

// The ids are taken from an ad's own answer, and open without its owner's
// cookie: an ad on a shop's page is seen by strangers.
func TestAPictureOfAnAd(t *testing.T) {
	t.Parallel()
	owner := newWorld(t)
	a := finished(t, owner.signedIn())
	done, _ := owner.show(a)
	a.Steps = until(ad.Prompt, ad.Prepare)
	begun, _ := owner.show(a)
	for path, kind := range map[string]ad.Picture{
		*done.Stage1URL: ad.Stage1Picture, *done.Stage2URL: ad.Stage2Picture, *done.ThumbnailURL: ad.Stage2Thumbnail,
		*begun.ThumbnailURL: ad.ProductThumbnail,
	} {
		w := newWorld(t)
		var seq calls
		w.ads.find = func(adID string) (ad.Ad, error) {
			seq.add("find")
			if adID != a.AdID {
				t.Errorf("found %s", adID)
			}
			return a, nil
		}
		w.pictures.link = func(adID string, k ad.Picture, life time.Duration) (string, error) {
			seq.add("link")
			if adID != a.AdID || k != kind || life < time.Minute || life > 10*time.Minute {
				t.Errorf("linked %s %s for %v", adID, k, life)
			}
			return "http://bucket/ads/x?signature=y", nil
		}
		res := w.get(path).is(http.StatusFound)
		seq.are(t, "find", "link")
		if res.header.Get("Location") != "http://bucket/ads/x?signature=y" || len(res.header.Values("Set-Cookie")) != 0 {
			t.Errorf("header %v", res.header)
		}
		// It may be kept for less long than the address behind it lives.
		var age int
		if _, err := fmt.Sscanf(res.header.Get("Cache-Control"), "private, max-age=%d", &age); err != nil || age <= 0 ||
			age >= 300 {
			t.Errorf("Cache-Control %q", res.header.Get("Cache-Control"))
		}
	}
}

// A forged id asks neither the store nor the bucket: both are unset and loud.
func TestAForgedImageID(t *testing.T) {
	t.Parallel()
	id, other := newID(t), newID(t)
	good := id + ".stage1." + sign(signingKey, "image", id+".stage1")
	mac := good[strings.LastIndexByte(good, '.')+1:]
	forged := map[string]string{
		"another kind":         id + ".stage2." + mac,
		"another ad":           other + ".stage1." + mac,
		"a kind we never show": id + ".original." + sign(signingKey, "image", id+".original"),
		"no kind":              id + "." + sign(signingKey, "image", id),
		"no ad":                ".stage1." + sign(signingKey, "image", ".stage1"),
		"an id that is none":   "x.stage1." + sign(signingKey, "image", "x.stage1"),
		"a path in it":         id + "/../x.stage1." + sign(signingKey, "image", id+"/../x.stage1"),
		"another purpose":      id + ".stage1." + sign(signingKey, "owner", id+".stage1"),
		"another key":          id + ".stage1." + sign([]byte(strings.Repeat("x", 32)), "image", id+".stage1"),
		"no signature":         id + ".stage1.",
		"only an ad id":        id,
		"dots":                 "...",
		"a space":              "%20",
		"the other spelling":   lastBits(good),
		"a file name":          good + ".png",
	}
	for i := range good {
		c := "A"
		if good[i] == 'A' {
			c = "B"
		}
		forged[fmt.Sprint("changed at ", i)] = good[:i] + c + good[i+1:]
	}
	w := newWorld(t)
	for name, v := range forged {
		path := "/api/images/" + v
		if strings.Contains(v, "/") {
			path = "/api/images/" + strings.ReplaceAll(v, "/", "%2F")
		}
		res := w.get(path)
		if res.status != 404 {
			t.Errorf("%s: %d", name, res.status)
			continue
		}
		res.fails(404, "Image.NotFound")
	}
}

func TestAPictureDiesWithItsAd(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := newID(t)
	w.ads.find = func(string) (ad.Ad, error) { return ad.Ad{}, fault.New(fault.AdNotFound, nil) }
	w.get("/api/images/"+id+".stage1."+sign(signingKey, "image", id+".stage1")).fails(404, "Image.NotFound")
}

func TestAnAddressThatCannotBeSigned(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := newID(t)
	w.ads.find = func(string) (ad.Ad, error) { return ad.Ad{}, nil }
	w.pictures.link = func(string, ad.Picture, time.Duration) (string, error) { return "", fmt.Errorf("no credentials") }
	w.get("/api/images/"+id+".stage1."+sign(signingKey, "image", id+".stage1")).fails(500, "Internal")
}

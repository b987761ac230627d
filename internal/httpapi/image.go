package httpapi

import (
	"slices"
	"strings"

	"github.com/nanococoa/nanococoa/internal/ad"
)

// aliases are the names in image ids of the pictures that every ad has; all others have
// their file's name there. Ads that were put onto other people's pages long ago name
// pictures so, and their ids stay good.
var aliases = map[string]ad.Picture{
	"stage1": ad.Stage1Picture, "stage2": ad.Stage2Picture,
	"product": ad.ProductThumbnail, "thumbnail": ad.Stage2Thumbnail,
}

// pages are the pictures that have their file's name in an image id and are of every ad.
var pages = []ad.Picture{
	ad.ProductPhoto, ad.ProductPage, ad.Stage1Page, ad.Stage1Thumbnail, ad.Stage1Mask, ad.Stage2Page,
}

// imageName is a picture's name in an image id.
func imageName(p ad.Picture) string {
	for name, q := range aliases {
		if p == q {
			return name
		}
	}
	return string(p)
}

// imageID makes the id of a picture: {ad_id}.{name}.{signature}. The id is a
// capability: whoever has it may see that one picture, as an ad on a shop's
// page must be seen by strangers, and learns nothing else of the ad. It cannot
// be made from the ad's id, and dies with the ad.
func (s *Signer) imageID(adID string, p ad.Picture) string {
	v := adID + "." + imageName(p)
	return v + "." + s.sign("image", v)
}

// parseImageID gives what an image id names, and whether it is genuine.
func (s *Signer) parseImageID(id string) (adID string, p ad.Picture, ok bool) {
	v, mac, ok := cutLast(id, ".")
	if !ok || !s.verify("image", v, mac) {
		return "", "", false
	}
	adID, name, ok := strings.Cut(v, ".")
	p, known := aliases[name]
	if !known {
		p = ad.Picture(name)
		known = slices.Contains(pages, p) || strings.HasPrefix(name, "scene-") || strings.HasPrefix(name, "rendition-")
	}
	return adID, p, ok && known && ad.ValidID(adID)
}

func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

package ad

import (
	"cmp"
	"image"
	"time"
)

// The most scenes and renditions of one ad. Six scenes are as many as an owner compares on
// one page, and each takes minutes of a GPU. Twenty renditions are all channels once, with
// room for variants. Together they are read by one Query and deleted in one transaction,
// which takes a hundred items.
const (
	MaxScenes     = 6
	MaxRenditions = 20
)

// The most characters (see Length) of what an owner writes onto a picture: twice what the
// copywriter may write, as an owner knows what has to be said.
const (
	MaxMainCopy = 2 * MainCopyMax
	MaxSubCopy  = 2 * SubCopyMax
)

// Scene is one of an ad's stage 1 pictures: the product in a place, without words.
type Scene struct {
	ID        string // the first scene of an ad has the ad's id
	Status    Status // Queued, Running, Succeeded or Failed
	AdConcept string // what it was made from
	Analysis  *Analysis
	Seed      *uint64 // nil when unknown
	StandIn   bool
	Parts     []Part   // by what each part of it was made
	HasPage   bool     // whether Page and Thumbnail of its pictures are there
	Failure   *Failure // set if and only if Status is Failed
	Product   *Product // how the picture shows the product; nil when unknown
	HasMask   bool     // whether SceneMask is there
	CutOut    *CutOut  // the owner's word on the cut-out; nil without one
	Size      Size     // of its picture
	CreatedAt time.Time

	// Work is the making of a further scene; nil for the first, which was made with the ad.
	Work *Ad
}

// Design is what an owner decides about a rendition beside its scene.
type Design struct {
	MainCopy string
	SubCopy  string
	Channel  string // a name of package channel; empty: of no channel
	Width    int    // px
	Height   int    // px
	Layout   string // as asked for, a name of compose.Layouts; empty: the best
	Corner   string // of the layout, for the words; empty: the best
	Typeface string // a name of compose.Typefaces
	Badge    string // empty: none
	Brand    bool   // whether the owner's logo and colours are used
	AIMark   bool
}

// Rendition is one finished picture of an ad: a scene with words, in a size.
type Rendition struct {
	ID      string // the first rendition of an ad has the ad's id
	SceneID string
	Design
	Drawn     string  // the layout that was drawn
	HTML      string  // with the scene's picture as PictureURL
	Contrast  float64 // WCAG 2; 0 without words
	Score     *Score  // of the first rendition alone
	HasPage   bool    // whether Page and Thumbnail of its pictures are there
	CreatedAt time.Time
}

// Studio is an ad with everything that was made of it.
type Studio struct {
	Ad
	Scenes     []Scene     // oldest first
	Renditions []Rendition // oldest first
}

// MainRendition gives the rendition that the ad's own fields mean, and whether there is one:
// only a finished ad has it.
func (s *Studio) MainRendition() (Rendition, bool) { return s.Rendition(s.Main) }

// MainScene gives the scene of the main rendition, and whether there is one.
func (s *Studio) MainScene() (Scene, bool) {
	r, ok := s.MainRendition()
	if !ok {
		return Scene{}, false
	}
	return s.Scene(r.SceneID)
}

// Rendition gives the rendition of an id, and whether there is one.
func (s *Studio) Rendition(id string) (Rendition, bool) {
	for _, r := range s.Renditions {
		if r.ID == id {
			return r, true
		}
	}
	return Rendition{}, false
}

// Scene gives the scene of an id, and whether there is one.
func (s *Studio) Scene(id string) (Scene, bool) {
	for _, sc := range s.Scenes {
		if sc.ID == id {
			return sc, true
		}
	}
	return Scene{}, false
}

// formerSide is the width and height of every ad that was finished before its record said
// them.
const formerSide = 1024

// SceneSize is the size of the ad's, or further scene's, picture.
func (a *Ad) SceneSize() Size {
	if a.SizeWish != (Size{}) {
		return a.SizeWish
	}
	return Size{formerSide, formerSide} // what the GPU server makes when it is told nothing
}

// First gives the scene and the rendition that an ad is made with. Both have the ad's id,
// so an ad from before they were items of their own is read the same way. Of an ad that is
// being made they are what it has so far.
//
// Stage 1 writes the seed, and stage 2 the size, since they store what pages show: an ad
// without them has only the PNG.
func (a *Ad) First() (Scene, Rendition) {
	s := Scene{
		ID: a.AdID, Status: Succeeded, AdConcept: a.AdConcept, Analysis: a.Analysis, Seed: a.Seed, StandIn: a.StandIn,
		Parts:   a.Parts,
		HasPage: a.Seed != nil, Product: a.Product, HasMask: a.HasMask, CutOut: a.CutOutWish, CreatedAt: a.CreatedAt,
		Size: a.SceneSize(),
	}
	r := Rendition{
		ID: a.AdID, SceneID: a.AdID,
		Design: Design{
			MainCopy: a.MainCopy, SubCopy: a.SubCopy, Width: a.Width, Height: a.Height, Brand: a.Brand, AIMark: a.AIMark,
		},
		Drawn: a.Layout, HTML: a.HTML, Contrast: a.Contrast, Score: a.Score, HasPage: a.Width > 0, CreatedAt: a.UpdatedAt,
	}
	if r.Width == 0 {
		r.Width, r.Height = formerSide, formerSide
	}
	return s, r
}

// Wish is what an owner wants of a rendition; what is nil or empty stays as it is.
type Wish struct {
	SceneID  string
	Channel  string      // the channel that Size is of, if any
	Size     image.Point // px
	MainCopy *string
	SubCopy  *string
	Layout   *string
	Corner   *string
	Typeface *string
	Badge    *string
	Brand    *bool
	AIMark   *bool
}

// Like gives the scene and design of a rendition that is like r, but for the wish.
func (r *Rendition) Like(w Wish) (sceneID string, d Design) {
	d = r.Design
	if size := image.Pt(d.Width, d.Height); w.Size != (image.Point{}) {
		if w.Size != size {
			d.Layout, d.Corner = "", "" // what was chosen for another shape may not fit this one
		}
		d.Channel, d.Width, d.Height = w.Channel, w.Size.X, w.Size.Y
	}
	if w.Layout != nil {
		d.Corner = "" // of the former layout
	}
	set(&d.MainCopy, w.MainCopy)
	set(&d.SubCopy, w.SubCopy)
	set(&d.Layout, w.Layout)
	set(&d.Corner, w.Corner)
	set(&d.Typeface, w.Typeface)
	set(&d.Badge, w.Badge)
	set(&d.Brand, w.Brand)
	set(&d.AIMark, w.AIMark)
	return cmp.Or(w.SceneID, r.SceneID), d
}

func set[T any](to, wish *T) {
	if wish != nil {
		*to = *wish
	}
}

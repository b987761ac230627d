// Package compose lays out and draws the words of an ad: it measures a picture
// for calm areas that do not touch the product, sets Korean text there, and
// gives the finished picture and the HTML from one layout, so that the two
// agree. It knows nothing of HTTP, engines or storage.
package compose

import (
	"context"
	"errors"
	"image"

	"github.com/nanococoa/nanococoa/internal/ad"
)

// The sizes Render makes, in pixels: Naver's smallest banner is 342×228 and
// the tallest story is 1080×1920.
const (
	MinWidth  = 342
	MinHeight = 228
	MaxSide   = 1920
)

// Request is one picture to put words on.
type Request struct {
	Picture                        image.Image  // stage 1's picture
	Analysis                       *ad.Analysis // of Picture; nil: measured here with an unknown product, taken to be in the centre
	MainCopy, SubCopy, ProductName string       // as the owner or the copywriter wrote them
	Size                           image.Point  // pixels; zero: the picture's own size
	PictureURL                     string       // src of Picture in the HTML, e.g. "cid:stage1"
	Notice                         bool         // draw the small visible "AI 생성" mark
}

// Line is one line of text as drawn. Role is "main", "sub" or "notice".
type Line struct {
	Text   string
	Role   string
	Box    ad.Box // advance width × line box, in fractions of the result
	SizePx float64
}

// Result is a finished picture with the HTML made from the same layout.
type Result struct {
	Image    *image.RGBA
	HTML     string
	Lines    []Line
	Layout   string  // the layout's name
	Contrast float64 // WCAG 2, worst decile under the text, scrim included
	Scrim    bool    // whether a scrim was needed
}

// Render sets the words on the picture.
func Render(ctx context.Context, r Request) (Result, error) {
	return Result{}, errors.New("compose: not there yet")
}

// Analyze measures img for text areas, colours and contrast. product is the
// product's box in fractions; mask, which may be nil, its exact coverage at
// img's size. source and mood are passed on.
func Analyze(img image.Image, product ad.Box, mask *image.Alpha, source string, mood []string) ad.Analysis {
	return ad.Analysis{Version: "1", Source: source, ProductBox: product, Mood: mood}
}

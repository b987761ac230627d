package compose

import (
	"bytes"
	_ "embed"
	"io"
	"math"
	"sync"

	"github.com/go-text/typesetting/di"
	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/font/opentype"
	"github.com/go-text/typesetting/language"
	"github.com/go-text/typesetting/shaping"
	"github.com/ulikunitz/xz"
	"golang.org/x/image/math/fixed"
)

// What nearly every text needs is ready to be used. The rest is packed: the other 8,822
// syllables of the sans, and the typefaces that few ads have. Unpacking one takes 50 to 100
// ms of a processor, once. Those syllables are there in bold alone, for the medium too:
// a second weight of them would be 0.4 MB of the function's zip.

//go:embed fonts/nanococoa-sans-bold.otf
var boldFile []byte

//go:embed fonts/nanococoa-sans-medium.otf
var mediumFile []byte

//go:embed fonts/nanococoa-sans-rest-bold.otf.xz
var restFile []byte

//go:embed fonts/nanococoa-serif-bold.ttf.xz
var serifFile []byte

//go:embed fonts/nanococoa-hand-bold.ttf.xz
var handFile []byte

// Parsing takes 10 ms and the result never changes, so it is done once, on
// first use. A parsed font may be shared; faces, which hold caches, may not.
var (
	boldFont   = sync.OnceValue(func() *font.Font { return parse(boldFile) })
	restFont   = sync.OnceValue(func() *font.Font { return unpack(restFile) })
	mediumFont = sync.OnceValue(func() *font.Font { return parse(mediumFile) })
	serifFont  = sync.OnceValue(func() *font.Font { return unpack(serifFile) })
	handFont   = sync.OnceValue(func() *font.Font { return unpack(handFile) })
)

func parse(file []byte) *font.Font {
	face, err := font.ParseTTF(bytes.NewReader(file))
	if err != nil {
		panic("compose: the embedded font is damaged: " + err.Error())
	}
	return face.Font
}

func unpack(file []byte) *font.Font {
	r, err := xz.NewReader(bytes.NewReader(file))
	if err != nil {
		panic("compose: the embedded font is damaged: " + err.Error())
	}
	data, err := io.ReadAll(r)
	if err != nil {
		panic("compose: the embedded font is damaged: " + err.Error())
	}
	return parse(data)
}

// unit is the size text is shaped at: 2048 per em is the grid of the sans, so nothing of
// it is rounded, and one shaping serves every size.
const unit = 2048

// face shapes and outlines text of one weight. It is not safe for
// concurrent use; one render makes its own.
type face struct {
	face      *font.Face
	rest      func() *font.Font // the syllables that face lacks; nil: none
	others    *font.Face        // of rest, once one was needed
	weight    int               // CSS font-weight
	spacing   float64           // letter-spacing in em
	grid      float64           // the font's own units per em, in which outlines are
	up, down  float64           // ascent and descent in em, from the hhea table
	stack     string            // CSS font-family
	shaper    shaping.HarfbuzzShaper
	segmenter shaping.Segmenter
}

// The font stacks begin with the family the picture is set in, or its source, then have
// what Korean readers have: Apple, Android and Linux, Windows.
const (
	sansStack = `'Pretendard Variable',Pretendard,-apple-system,'Apple SD Gothic Neo',` +
		`'Noto Sans KR','Noto Sans CJK KR','Malgun Gothic',system-ui,sans-serif`
	serifStack = `'nanoCocoa Serif','Gowun Batang',AppleMyungjo,'Nanum Myeongjo','Noto Serif KR',` +
		`'Noto Serif CJK KR',Batang,serif`
	handStack = `'nanoCocoa Hand',Gaegu,'Nanum Pen Script','Nanum Pen',cursive,sans-serif`
)

// Large Korean set solid looks loose, hence the negative spacing of the
// headline; the sub copy needs less and the mark, being tiny, none.
func headlineFace() *face { return newFace(boldFont(), restFont, 700, -0.02, sansStack) }
func subFace() *face      { return newFace(mediumFont(), restFont, 500, -0.01, sansStack) }
func markFace() *face     { return newFace(mediumFont(), restFont, 500, 0, sansStack) }

// copyFaces gives the faces of headline and sub copy in a typeface. Serif and hand have
// one weight: thin strokes of a second would be lost on a picture.
func copyFaces(typeface string) (headline, under *face) {
	switch typeface {
	case serif:
		return newFace(serifFont(), nil, 700, -0.03, serifStack), newFace(serifFont(), nil, 700, -0.02, serifStack)
	case hand: // it is drawn with wide gaps
		return newFace(handFont(), nil, 700, -0.07, handStack), newFace(handFont(), nil, 700, -0.06, handStack)
	}
	return headlineFace(), subFace()
}

func newFace(f *font.Font, rest func() *font.Font, weight int, spacing float64, stack string) *face {
	t := &face{face: font.NewFace(f), rest: rest, weight: weight, spacing: spacing, stack: stack, grid: float64(f.Upem())}
	if e, ok := t.face.FontHExtents(); ok {
		// Browsers centre ascent+descent in the line box, so the picture does too.
		t.up, t.down = float64(e.Ascender)/t.grid, -float64(e.Descender)/t.grid
	}
	return t
}

// extents is ascent and descent in whole pixels, as Chromium rounds them.
func (t *face) extents(px float64) (up, down float64) {
	up, down = math.Round(t.up*px), math.Round(t.down*px)
	if down < t.down*px {
		up, down = up-1, down+1
	}
	return up, down
}

// has reports whether the typeface draws the character.
func (t *face) has(r rune) bool {
	return draws(t.face, r) || t.needsRest(r) && draws(t.others, r)
}

// needsRest reports whether a character can only be in the rest, which is then unpacked.
func (t *face) needsRest(r rune) bool {
	if t.rest == nil || r < '가' || r > '힣' || draws(t.face, r) {
		return false
	}
	if t.others == nil {
		t.others = font.NewFace(t.rest())
	}
	return true
}

func draws(f *font.Face, r rune) bool {
	gid, ok := f.NominalGlyph(r)
	return ok && gid != 0
}

// glyph is a drawn glyph; x is its origin from the line's start, y above the
// baseline, both in em.
type glyph struct {
	of   *font.Face
	id   font.GID
	x, y float64
}

// run is a shaped line.
type run struct {
	glyphs []glyph
	width  float64 // the advance in em, letter-spacing after every character, as CSS counts it
}

// ResolveFace makes face a shaping.Fontmap.
func (t *face) ResolveFace(r rune) *font.Face {
	if t.needsRest(r) {
		return t.others
	}
	return t.face
}

// shape sets one line. Runs are split by font and script, as browsers do, because
// shaping (kerning among it) does not reach across them.
func (t *face) shape(text string) run {
	var out run
	if text == "" {
		return out
	}
	runes := []rune(text)
	for _, in := range t.segmenter.Split(shaping.Input{
		Text: runes, RunEnd: len(runes),
		Direction: di.DirectionLTR,
		Size:      fixed.I(unit),
		Language:  language.NewLanguage("ko"),
	}, t) {
		last := -1
		for _, g := range t.shaper.Shape(in).Glyphs {
			if last >= 0 && g.TextIndex() != last {
				out.width += t.spacing
			}
			last = g.TextIndex()
			out.glyphs = append(out.glyphs, glyph{
				of: in.Face,
				id: g.GlyphID,
				x:  out.width + float64(g.XOffset)/64/unit,
				y:  float64(g.YOffset) / 64 / unit,
			})
			out.width += float64(g.Advance) / 64 / unit
		}
		out.width += t.spacing
	}
	return out
}

// outline gives a glyph's path in font units, y up.
func (g glyph) outline() []opentype.Segment {
	o, _ := g.of.GlyphDataOutline(g.id)
	return o.Segments
}

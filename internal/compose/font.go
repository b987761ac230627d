package compose

import (
	"bytes"
	_ "embed"
	"sync"

	"github.com/go-text/typesetting/di"
	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/font/opentype"
	"github.com/go-text/typesetting/language"
	"github.com/go-text/typesetting/shaping"
	"golang.org/x/image/math/fixed"
)

//go:embed fonts/nanococoa-sans-bold.otf
var boldFile []byte

//go:embed fonts/nanococoa-sans-medium.otf
var mediumFile []byte

//go:embed fonts/nanococoa-serif-bold.ttf
var serifFile []byte

//go:embed fonts/nanococoa-hand-bold.ttf
var handFile []byte

// Parsing takes 10 ms and the result never changes, so it is done once, on
// first use. A parsed font may be shared; faces, which hold caches, may not.
var (
	boldFont   = sync.OnceValue(func() *font.Font { return parse(boldFile) })
	mediumFont = sync.OnceValue(func() *font.Font { return parse(mediumFile) })
	serifFont  = sync.OnceValue(func() *font.Font { return parse(serifFile) })
	handFont   = sync.OnceValue(func() *font.Font { return parse(handFile) })
)

func parse(file []byte) *font.Font {
	face, err := font.ParseTTF(bytes.NewReader(file))
	if err != nil {
		panic("compose: the embedded font is damaged: " + err.Error())
	}
	return face.Font
}

// unit is the size text is shaped at: 2048 per em is the grid of the sans, so nothing of
// it is rounded, and one shaping serves every size.
const unit = 2048

// face shapes and outlines text of one weight. It is not safe for
// concurrent use; one render makes its own.
type face struct {
	face      *font.Face
	weight    int     // CSS font-weight
	spacing   float64 // letter-spacing in em
	grid      float64 // the font's own units per em, in which outlines are
	up, down  float64 // ascent and descent in em, from the hhea table
	stack     string  // CSS font-family
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
func headlineFace() *face { return newFace(boldFont(), 700, -0.02, sansStack) }
func subFace() *face      { return newFace(mediumFont(), 500, -0.01, sansStack) }
func markFace() *face     { return newFace(mediumFont(), 500, 0, sansStack) }

// copyFaces gives the faces of headline and sub copy in a typeface. Serif and hand have
// one weight: thin strokes of a second would be lost on a picture.
func copyFaces(typeface string) (headline, under *face) {
	switch typeface {
	case serif:
		return newFace(serifFont(), 700, -0.03, serifStack), newFace(serifFont(), 700, -0.02, serifStack)
	case hand: // it is drawn with wide gaps
		return newFace(handFont(), 700, -0.07, handStack), newFace(handFont(), 700, -0.06, handStack)
	}
	return headlineFace(), subFace()
}

func newFace(f *font.Font, weight int, spacing float64, stack string) *face {
	t := &face{face: font.NewFace(f), weight: weight, spacing: spacing, stack: stack, grid: float64(f.Upem())}
	if e, ok := t.face.FontHExtents(); ok {
		// Browsers centre ascent+descent in the line box, so the picture does too.
		t.up, t.down = float64(e.Ascender)/t.grid, -float64(e.Descender)/t.grid
	}
	return t
}

// has reports whether the font draws the character.
func (t *face) has(r rune) bool {
	gid, ok := t.face.NominalGlyph(r)
	return ok && gid != 0
}

// glyph is a drawn glyph; x is its origin from the line's start, y above the
// baseline, both in em.
type glyph struct {
	id   font.GID
	x, y float64
}

// run is a shaped line.
type run struct {
	glyphs []glyph
	width  float64 // the advance in em, letter-spacing after every character, as CSS counts it
}

// ResolveFace makes face a one-font shaping.Fontmap.
func (t *face) ResolveFace(rune) *font.Face { return t.face }

// shape sets one line. Runs are split by script, as browsers do, because
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
func (t *face) outline(id font.GID) []opentype.Segment {
	o, _ := t.face.GlyphDataOutline(id)
	return o.Segments
}

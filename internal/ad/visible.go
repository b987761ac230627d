package ad

import (
	"slices"
	"strings"
	"unicode"

	"github.com/rivo/uniseg"
)

// Ignorable reports whether a character shows nothing wherever it stands, as zero width
// spaces, Hangul fillers, soft hyphens, direction controls and tags do. It is Unicode's
// Default_Ignorable_Code_Point by that property's definition; Go has no table of it. The
// site has these characters from here (web/src/ad/characters.gen.ts).
func Ignorable(r rune) bool {
	switch {
	case unicode.In(r, unicode.White_Space, unicode.Prepended_Concatenation_Mark),
		'\ufff9' <= r && r <= '\ufffb', // of interlinear annotation
		0x13430 <= r && r <= 0x1345f:   // of Egyptian hieroglyphs
		return false
	}
	return unicode.In(r, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// Pictograph reports whether a character can be an emoji, alone or joined to others: it
// is Unicode's Extended_Pictographic, told by what it is for, as uniseg keeps its table to
// itself. The site has these characters from here, too.
func Pictograph(r rune) bool {
	return r > unicode.MaxASCII && uniseg.GraphemeClusterCount(string(r)+joiner+"❤") == 1
}

const (
	joiner = "\u200d"

	zwj         = '\u200d'
	textStyle   = '\ufe0e'
	emojiStyle  = '\ufe0f'
	keycap      = '\u20e3'
	lightSkin   = '\U0001f3fb'
	darkSkin    = '\U0001f3ff'
	blankCell   = '\u2800' // of Braille: a symbol, and as empty as a space
	keycapBases = "0123456789#*"
)

// withoutIgnorable removes what shows nothing, but for the joiners and selectors that make
// an emoji what it is.
func withoutIgnorable(s string) string {
	if !strings.ContainsFunc(s, Ignorable) {
		return s
	}
	in := slices.DeleteFunc([]rune(s), func(r rune) bool { return Ignorable(r) && !holdsEmoji(r) })
	out := in[:0]
	for len(in) > 0 {
		n := emoji(in)
		if n == 0 && !holdsEmoji(in[0]) {
			n = 1
		}
		out = append(out, in[:n]...)
		in = in[max(n, 1):]
	}
	return string(out)
}

func holdsEmoji(r rune) bool { return r == zwj || r == textStyle || r == emojiStyle }

// emoji gives how many characters at the beginning are one emoji, 0 when there is none.
func emoji(r []rune) int {
	if len(r) > 2 && strings.ContainsRune(keycapBases, r[0]) && r[1] == emojiStyle && r[2] == keycap {
		return 3
	}
	n := picture(r)
	for n > 0 && n < len(r) && r[n] == zwj {
		more := picture(r[n+1:])
		if more == 0 {
			break
		}
		n += 1 + more
	}
	return n
}

// picture is one pictograph with its style and its skin.
func picture(r []rune) (n int) {
	if len(r) == 0 || !Pictograph(r[0]) {
		return 0
	}
	n = 1
	if n < len(r) && (r[n] == textStyle || r[n] == emojiStyle) {
		n++
	}
	if n < len(r) && lightSkin <= r[n] && r[n] <= darkSkin {
		n++
	}
	return n
}

// visible reports whether a text shows anything.
func visible(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool {
		return !unicode.In(r, unicode.M, unicode.Z, unicode.Cc, unicode.Cf)
	})
}

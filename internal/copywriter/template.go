package copywriter

import (
	"context"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/josa"
)

// Template is the deterministic writer: the same fields give the same texts, on
// any machine. It needs nothing, never fails and is safe for concurrent use; the
// zero value is ready.
type Template struct{}

// WritePrompt writes the background prompt, MinPromptWords to MaxPromptWords words
// of English. It names what the concept asks for in words of its own: no text of
// an owner is in it. The error is always nil.
func (Template) WritePrompt(_ context.Context, f ad.Fields) (Prompt, error) {
	f = f.Normalize()
	b, pick := read(f, nil), newDice(f, "prompt")
	s := scenes[b.mood]
	place, air, light := pick.one(s.places), pick.one(s.airs), pick.one(s.lights)
	palette, surface := pick.one(s.palettes), pick.one(s.surfaces)
	var colours, props []string
	var named [withProp + 1]bool
	for _, d := range b.details {
		first := !named[d.slot]
		named[d.slot] = true
		switch {
		case d.slot == atPlace && first:
			place = d.phrase
		case d.slot == onSurface && first:
			surface = d.phrase
		case d.slot == inLight && first:
			light = d.phrase
		case d.slot == inColour && len(colours) < 2:
			colours = append(colours, d.phrase)
		case d.slot == withProp && len(props) < 2:
			props = append(props, d.phrase)
		}
	}
	if len(colours) > 0 {
		palette += ", led by " + strings.Join(colours, " and ")
	}

	var w strings.Builder
	fmt.Fprintf(
		&w, "Photorealistic advertising background, an empty stage for %s. The place: %s. ", articles[b.kind], place,
	)
	fmt.Fprintf(&w, "The mood is %s. ", air)
	if b.second != plain {
		fmt.Fprintf(&w, "A second note runs through it: %s. ", pick.one(scenes[b.second].airs))
	}
	fmt.Fprintf(&w, "The light: %s. The palette is %s. ", light, palette)
	fmt.Fprintf(
		&w,
		"In the centre of the lower half, %s stands empty and in sharp focus, ready for the product, with a natural "+
			"contact shadow. ",
		surface,
	)
	if len(props) > 0 {
		fmt.Fprintf(&w, "Near the outer edges, small and slightly out of focus: %s. ", strings.Join(props, " and "))
	}
	w.WriteString(
		"The upper third and both side margins stay calm, evenly lit and free of detail, leaving generous clear space for " +
			"a headline. ",
	)
	fmt.Fprintf(&w, "Camera: %s. ", cameras[b.kind])
	if i := slices.Index(ad.TargetAges, f.TargetAge); i >= 0 {
		fmt.Fprintf(&w, "The finish is %s. ", tastes[i])
	}
	w.WriteString(
		"High-end commercial still-life photography, true-to-life materials, fine texture, natural colour grading, 8k " +
			"detail. ",
	)
	w.WriteString(
		"The scene is uninhabited and unbranded: no people, no hands, no text, no letters, no numbers, no logos, no " +
			"watermark.",
	)
	return Prompt{Text: w.String(), By: ad.ByTemplate}, nil
}

// WriteCopy writes the copy. It uses the product's name where that reads well,
// and the analysis, which may be nil, only where the concept gives no mood, and to
// choose: an owner who orders the same again gets another scene and other words. The
// error is always nil.
func (Template) WriteCopy(_ context.Context, f ad.Fields, a *ad.Analysis) (Copy, error) {
	f = f.Normalize()
	return candidatesFor(f, a).pick(newDice(f, "copy"+sceneOf(a)), func(string) bool { return true }, func(string) bool { return true }), nil
}

// sceneOf tells scenes apart by what is known of them; "" without an analysis.
func sceneOf(a *ad.Analysis) string {
	if a == nil {
		return ""
	}
	return fmt.Sprint(a.ProductBox, a.TextAreas, a.Colors)
}

// Copies is how many suggestions WriteCopies makes: as many as an owner reads at a glance.
const Copies = 4

// WriteCopies writes Copies suggestions that differ from each other and from what is taken.
// As long as there are lines that nobody uses, both lines of each are new. The error is
// always nil.
func (Template) WriteCopies(_ context.Context, f ad.Fields, a *ad.Analysis, taken []Copy) ([]Copy, error) {
	f = f.Normalize()
	own := candidatesFor(f, a)
	d := newDice(f, fmt.Sprintf("copies %d", len(taken)))
	known := slices.Clone(taken)
	has := func(same func(c Copy) bool) bool { return slices.ContainsFunc(known, same) }
	for len(known) < len(taken)+Copies {
		var c Copy
		for _, from := range []candidates{own, own.ofAllMoods()} {
			c = from.pick(d,
				func(main string) bool { return !has(func(c Copy) bool { return c.Main == main }) },
				func(sub string) bool { return !has(func(c Copy) bool { return c.Sub == sub }) })
			if !has(func(k Copy) bool { return k.Main == c.Main || k.Sub == c.Sub }) {
				break
			}
		}
		for try := 0; has(func(k Copy) bool { return k.Main == c.Main && k.Sub == c.Sub }) && try < maxTries; try++ {
			yes := func(string) bool { return true }
			c = own.ofAllMoods().pick(d, yes, yes)
		}
		known = append(known, c)
	}
	return known[len(taken):], nil
}

// maxTries bounds the search for two lines that were never together: of a thousand pairs, an
// ad with all its renditions has twenty.
const maxTries = 200

// candidates are the lines that copy is chosen from.
type candidates struct {
	mains, subs choice
	name        string // of the product, as lines may have it; empty: in none
	kind        kind
}

// ofAllMoods gives more of them: of the same kind of product, whatever the mood.
func (c candidates) ofAllMoods() candidates {
	c.mains.lines, c.subs.lines = slices.Clone(c.mains.lines), slices.Clone(c.subs.lines)
	core, hasCore := c.kind.core()
	for _, v := range voices {
		if hasCore {
			c.mains.add(1, v.by[core].mains...)
			c.subs.add(1, v.by[core].subs...)
		} else {
			c.mains.add(1, v.any.mains...)
		}
	}
	return c
}

// pick chooses two lines that go together, if there are such that fit.
func (c candidates) pick(d *dice, mainFits, subFits func(string) bool) Copy {
	main := c.mains.pick(d, mainFits)
	named := c.name != "" && strings.Contains(main, c.name)
	sub := c.subs.pick(d, func(s string) bool {
		return subFits(s) && !echoes(main, s) && !(named && strings.Contains(s, c.name))
	})
	return Copy{Main: main, Sub: sub, By: ad.ByTemplate}
}

// candidatesFor gives the lines that fit normalized fields.
func candidatesFor(f ad.Fields, a *ad.Analysis) candidates {
	b := read(f, a)
	name := nameInCopy(f.ProductName)
	v, trade := voices[b.mood], trades[b.kind]

	var mains, subs choice
	core, hasCore := b.kind.core()
	if hasCore {
		mains.add(3, v.by[core].mains...)
		subs.add(4, v.by[core].subs...)
	}
	subs.named(4, name, ad.SubCopyMin, ad.SubCopyMax, trade.namedSubs)
	subs.add(3, trade.subs...)
	if b.mood == plain {
		mains.add(4, trade.mains...)
		mains.named(2, name, ad.MainCopyMin, ad.MainCopyMax, trade.namedMains)
	}
	if b.kind != health {
		if b.mood != plain || len(trade.mains) == 0 {
			mains.add(2, v.any.mains...)
		}
		mains.named(2, name, ad.MainCopyMin, ad.MainCopyMax, v.any.namedMains)
		if b.kind != place { // a mood's subs speak of a thing to own
			subs.add(2, v.any.subs...)
			subs.named(4, name, ad.SubCopyMin, ad.SubCopyMax, v.any.namedSubs)
		}
		if b.second != plain && hasCore {
			subs.add(2, voices[b.second].by[core].subs...)
		}
		if b.forBuyer() {
			if i := slices.Index(ad.TargetAges, f.TargetAge); i >= 0 {
				subs.add(1, ages[i]...)
			}
			if i := slices.Index(ad.TargetGenders, f.TargetGender); i >= 0 {
				subs.add(1, genders[i]...)
			}
		}
	}

	return candidates{mains: mains, subs: subs, name: name, kind: b.kind}
}

// choice is lines to choose from. A line that is in it twice is twice as likely.
type choice struct{ lines []string }

// add adds lines, each so many times.
func (c *choice) add(weight int, lines ...string) {
	for range weight {
		c.lines = append(c.lines, lines...)
	}
}

// named adds the patterns with the name in them, as far as it is certain which
// form of a particle follows the name and the length is within the limits.
func (c *choice) named(weight int, name string, low, high int, patterns []string) {
	if name == "" {
		return
	}
	for _, p := range patterns {
		if line, ok := fill(p, name); ok && ad.Length(line) >= low && ad.Length(line) <= high {
			c.add(weight, line)
		}
	}
}

// pick takes a random line, and when that one does not fit the next one that
// does. Some line always fits, since no word is in all lines of a mood; if none
// did, the random one would be taken.
func (c *choice) pick(d *dice, fits func(string) bool) string {
	start := d.roll(len(c.lines))
	for i := range c.lines {
		if s := c.lines[(start+i)%len(c.lines)]; fits(s) {
			return s
		}
	}
	return c.lines[start]
}

// fill puts the name into a pattern: at {}, or at {과} together with the form of
// the particle that fits. It is false when it is not certain which form fits.
func fill(pattern, name string) (string, bool) {
	before, rest, _ := strings.Cut(pattern, "{")
	form, after, _ := strings.Cut(rest, "}")
	if form == "" {
		return before + name + after, true
	}
	word, ok := josa.Particle(form).Attach(name)
	return before + word + after, ok
}

// maxNameInCopy is the longest name that leaves room for words around it: the
// shortest pattern with a name takes another 7 of 20 characters.
const maxNameInCopy = ad.SubCopyMax - 7

// nameInCopy gives the name as copy can use it, without what stands in brackets.
// It is "" when the name is too long, has characters that the font may not have
// or that are no part of a name, or has words that copy must not have.
func nameInCopy(name string) string {
	var out strings.Builder
	depth := 0
	for _, r := range name {
		switch {
		case strings.ContainsRune("([{<【〔", r):
			depth++
			out.WriteByte(' ')
		case strings.ContainsRune(")]}>】〕", r):
			depth--
		case depth > 0:
		default:
			out.WriteRune(r)
		}
	}
	short := strings.Trim(strings.Join(strings.Fields(out.String()), " "), " -&.")
	if ad.Length(short) > maxNameInCopy || utf8.RuneCountInString(short) > maxNameInCopy {
		return ""
	}
	read := false
	for _, r := range short {
		switch {
		case r >= '가' && r <= '힣', unicode.Is(unicode.Latin, r):
			read = true
		case r >= '0' && r <= '9', strings.ContainsRune(" -&+.%", r):
		default:
			return ""
		}
	}
	if !read || address.MatchString(short) || len(unfit(short)) > 0 {
		return ""
	}
	return short
}

// echoes reports whether two lines share a word, which reads like a mistake.
func echoes(a, b string) bool {
	seen := map[string]bool{}
	for _, w := range strings.Fields(a) {
		for _, s := range stems(w) {
			seen[s] = true
		}
	}
	for _, w := range strings.Fields(b) {
		for _, s := range stems(w) {
			if seen[s] {
				return true
			}
		}
	}
	return false
}

// stems are the parts of a word that stay the same whatever its ending: its first
// two syllables, and the first alone of a word of two that may end in a particle
// (밤이, 맛을). Some words of one syllable only join others, and may be repeated:
// they have none.
func stems(word string) []string {
	r := []rune(strings.Trim(word, ",.?"))
	switch {
	case len(r) == 0, len(r) == 1 && strings.ContainsRune("한더수듯그온것", r[0]):
		return nil
	case len(r) == 2 && strings.ContainsRune("은는이가을를의에도로와과만", r[1]):
		return []string{string(r), string(r[:1])}
	case len(r) > 2:
		r = r[:2]
	}
	return []string{string(r)}
}

// dice give random numbers that depend on the fields and the use alone, so that the
// same fields always give the same text (SplitMix64, Steele et al. 2014).
type dice struct{ state uint64 }

// newDice seeds the dice with the fields and the use, so that the choices for the
// prompt do not depend on those for the copy.
func newDice(f ad.Fields, use string) *dice {
	h := fnv.New64a()
	for _, s := range []string{use, f.ProductName, f.ProductCategory, f.TargetAge, f.TargetGender, f.AdConcept} {
		h.Write([]byte(s))
		h.Write([]byte{0})
	}
	return &dice{h.Sum64()}
}

// roll gives a number from 0 to n-1.
func (d *dice) roll(n int) int {
	d.state += 0x9e3779b97f4a7c15
	z := d.state
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return int((z ^ z>>31) % uint64(n))
}

// one gives one of some texts.
func (d *dice) one(of []string) string { return of[d.roll(len(of))] }

package copywriter

import (
	"context"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/category"
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
	if b.kind.Sober() {
		b.details, b.second = nil, plain
		place, air, light = "a seamless photography studio with a plain curved backdrop", sober, "one large soft light"
		palette, surface = "soft white, pale grey and muted sage", "a low plain plinth with a matte finish"
	}
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

// sober is the air of a picture for solemn and intimate goods.
const sober = "still, dignified and quiet, with nothing that asks for attention"

// WriteCopy writes the copy. It uses the product's name where that reads well, and the
// analysis, which may be nil, only where the concept gives no mood. A concept that reads as a
// line is the sub copy. It says nothing of
// hour, season, place or people that the fields do not say (see topics), and writes no line
// that is among used: the lines of the owner's last ads, at most a dozen of them. The error
// is always nil.
func (Template) WriteCopy(_ context.Context, f ad.Fields, a *ad.Analysis, used ...string) (Copy, error) {
	return candidatesFor(f, a).pick(newDice(f.Normalize(), "copy"), func(line string) bool {
		return !slices.Contains(used, line)
	}), nil
}

// Copies is how many suggestions WriteCopies makes: as many as an owner reads at a glance.
const Copies = 4

// WriteCopies writes Copies suggestions that differ from each other and from what is taken.
// As long as there are lines that nobody uses, both lines of each are new. The error is
// always nil.
func (Template) WriteCopies(_ context.Context, f ad.Fields, a *ad.Analysis, taken []Copy) ([]Copy, error) {
	from, d := candidatesFor(f, a), newDice(f.Normalize(), fmt.Sprintf("copies %d", len(taken)))
	known := slices.Clone(taken)
	has := func(same func(c Copy) bool) bool { return slices.ContainsFunc(known, same) }
	for len(known) < len(taken)+Copies {
		c := from.pick(d, func(line string) bool {
			return !has(func(k Copy) bool { return k.Main == line || k.Sub == line })
		})
		again := func(k Copy) bool { return k.Main == c.Main && k.Sub == c.Sub }
		for try := 0; has(again) && try < maxTries; try++ {
			c = from.pick(d, func(string) bool { return true })
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
	brief
	mains, subs choice
	name        string // of the product, as lines may have it; empty: in none
	own         string // the owner's own sub line; empty: none
}

// pick chooses two lines that the fields allow, new ones as long as there are some, and
// lines that go together before others.
func (c candidates) pick(d *dice, isNew func(line string) bool) Copy {
	fits := func(line string) bool { return isNew(line) && c.allows(line) }
	if c.own != "" && isNew(c.own) {
		beside := func(s string) bool { return !echoes(s, c.own) && fits(s) }
		if main := c.mains.pick(d, beside); main != "" {
			return Copy{Main: main, Sub: c.own, By: ad.ByTemplate}
		}
	}
	main := c.mains.pick(d, fits, c.allows)
	named := c.name != "" && strings.Contains(main, c.name)
	sub := c.subs.pick(d, func(s string) bool {
		return !echoes(main, s) && !(named && strings.Contains(s, c.name)) && fits(s)
	}, fits, c.allows)
	return Copy{Main: main, Sub: sub, By: ad.ByTemplate}
}

// candidatesFor gives the lines for fields.
func candidatesFor(f ad.Fields, a *ad.Analysis) candidates {
	f = f.Normalize()
	b := read(f, a)
	name := Name(f.ProductName)
	var mains, subs choice
	own := ""
	switch b.kind {
	case category.Funeral:
		mains.add(1, mourning.mains...)
		subs.add(1, mourning.subs...)
	case category.Device, category.Care, category.Money, category.Adult:
		mains.add(1, plainly.mains...)
		subs.add(1, plainly.subs...)
	default:
		own = ownLine(f, b.kind)
		b.near(f, name, &mains, &subs)
		mains.next()
		subs.next()
		mains.add(1, voices[plain].any.mains...)
		subs.add(1, trades[b.kind].subs...)
		if b.service() || b.kind == category.Health {
			mains, subs = mains.last(trades[b.kind].mains), subs.last(trades[b.kind].subs)
		}
		mains.next()
		subs.next()
		mains.add(1, general.mains...)
		subs.add(1, general.subs...)
	}
	return candidates{brief: b, mains: mains, subs: subs, name: name, own: own}
}

// service reports whether one goes there or takes part, and does not own it.
func (b brief) service() bool { return b.kind == category.Place || b.kind == category.Lesson }

// near adds the lines of the mood, the kind and the age.
//
// Health products are the exception: food law forbids any hint of an effect, so they take
// nothing but their own lines.
func (b brief) near(f ad.Fields, name string, mains, subs *choice) {
	v, trade := voices[b.mood], trades[b.kind]
	core, hasCore := coreOf(b.kind)
	if hasCore {
		mains.add(3, v.by[core].mains...)
		subs.add(4, v.by[core].subs...)
	}
	subs.named(4, name, ad.SubCopyMin, ad.SubCopyMax, trade.namedSubs)
	subs.add(3, trade.subs...)
	if b.mood == plain || b.service() {
		mains.add(4, trade.mains...)
		mains.named(2, name, ad.MainCopyMin, ad.MainCopyMax, trade.namedMains)
	}
	if b.kind == category.Health {
		return
	}
	if b.mood != plain || len(trade.mains) == 0 {
		mains.add(2, v.any.mains...)
	}
	mains.named(2, name, ad.MainCopyMin, ad.MainCopyMax, v.any.namedMains)
	if b.service() { // a mood's subs speak of a thing to own
		return
	}
	subs.add(2, v.any.subs...)
	subs.named(4, name, ad.SubCopyMin, ad.SubCopyMax, v.any.namedSubs)
	if b.second != plain && hasCore {
		subs.add(2, voices[b.second].by[core].subs...)
	}
	if i := slices.Index(ad.TargetAges, f.TargetAge); i >= 0 && b.forBuyer() {
		subs.add(1, ages[i]...)
	}
}

// choice is lines to choose from, by how near they are to what the fields say: a line
// further off is only taken when no nearer one fits. A line that is in it twice is twice
// as likely.
type choice struct{ tiers [][]string }

// next begins the next tier.
func (c *choice) next() { c.tiers = append(c.tiers, nil) }

// last gives the choice with other lines in the tier it is at.
func (c choice) last(lines []string) choice {
	c.tiers[len(c.tiers)-1] = slices.Clone(lines)
	return c
}

// add adds lines, each so many times.
func (c *choice) add(weight int, lines ...string) {
	if len(c.tiers) == 0 {
		c.next()
	}
	at := &c.tiers[len(c.tiers)-1]
	for range weight {
		*at = append(*at, lines...)
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

// pick takes a random line of the nearest tier in which one fits: that one, or when it does
// not the next that does. Of several ways to fit the first is the best, and each is tried
// with all tiers before the next. The last tier has more lines than used can hold; if none
// of them fitted all the same, it would be "".
func (c *choice) pick(d *dice, ways ...func(string) bool) string {
	for _, fits := range ways {
		for _, lines := range c.tiers {
			if len(lines) == 0 {
				continue
			}
			start := d.roll(len(lines))
			for i := range lines {
				if s := lines[(start+i)%len(lines)]; fits(s) {
					return s
				}
			}
		}
	}
	return ""
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

// dice give random numbers that depend on the fields alone, so that the same
// fields always give the same text (SplitMix64, Steele et al. 2014).
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

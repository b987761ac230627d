package ad

import "github.com/nanococoa/nanococoa/internal/channel"

// Choice is one value an owner may choose.
type Choice struct {
	Name  string `json:"name"`
	Label string `json:"label" doc:"Korean"`
}

// LayoutChoice is one layout.
type LayoutChoice struct {
	Choice
	Corners []string `json:"corners" nullable:"false" doc:"Where its words may stand"`
}

// Choices is what a rendition may be made of.
type Choices struct {
	Channels    []channel.Channel `json:"channels" nullable:"false"`
	Layouts     []LayoutChoice    `json:"layouts" nullable:"false"`
	Corners     []Choice          `json:"corners" nullable:"false"`
	Typefaces   []Choice          `json:"typefaces" nullable:"false" doc:"The first is the default"`
	MainCopyMax int               `json:"main_copy_max" doc:"Characters (grapheme clusters after NFC), as the next two"`
	SubCopyMax  int               `json:"sub_copy_max"`
	BadgeMax    int               `json:"badge_max"`
}

// Bundle is a ZIP with one file a channel.
type Bundle struct {
	URL    string          `json:"url" doc:"Where to save it from, for an hour"`
	Name   string          `json:"name" doc:"Its Korean file name"`
	Bytes  int             `json:"bytes"`
	Files  []BundleFile    `json:"files" nullable:"false"`
	Failed []BundleFailure `json:"failed" nullable:"false" doc:"What could not be made; the others are in the ZIP"`
}

// BundleFailure is a channel of which a bundle has no file.
type BundleFailure struct {
	Channel string `json:"channel"`
	Detail  string `json:"detail" doc:"Why, in Korean"`
}

// BundleFile is one file of a bundle.
type BundleFile struct {
	Channel string `json:"channel"`
	Name    string `json:"name"`
	Format  string `json:"format" enum:"png,jpeg"`
	Width   int    `json:"width"`
	Height  int    `json:"height"`
	Bytes   int    `json:"bytes"`
}

// Brand is what an owner's ads have in common.
type Brand struct {
	LogoID    string   // empty: none
	Colors    []string // #rrggbb, at most three; what each is for, package compose says
	Layout    string   // a name of compose.Layouts, preferred where none is asked for; empty: the best
	ByDefault bool     // whether renditions that do not say so use it
}

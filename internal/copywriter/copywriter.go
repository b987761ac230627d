// Package copywriter writes the two texts of an ad without a model: the English
// background prompt that stage 1 paints from, and the Korean copy that stage 2
// sets into the picture. It also holds the rules for both, which a model's texts
// must pass too: see ReviewCopy and ReviewPrompt.
//
// It imports no AWS and no model, so every function can link it.
package copywriter

import "github.com/nanococoa/nanococoa/internal/ad"

// Prompt is an English background prompt for the image model, with who wrote it.
type Prompt struct {
	Text string
	By   ad.CopySource
}

// Copy is a main and a sub line in Korean. Lengths are ad.MainCopyMin to ad.MainCopyMax
// and ad.SubCopyMin to ad.SubCopyMax, counted by ad.Length.
type Copy = ad.Copy

// Package llm writes the two texts of an ad: the English background prompt that
// stage 1 paints from, and the Korean copy that stage 2 sets into the picture.
//
// There are two writers with the same methods. Template, here, is deterministic
// and needs nothing. The one in internal/llm/openai asks a model. They are
// apart so that a function which only needs Template or the types does not link
// the OpenAI SDK: 8 MB more, and 2 MB more of zip.
package llm

import "github.com/nanococoa/nanococoa/internal/ad"

// Prompt is an English background prompt for the image model, with who wrote it.
type Prompt struct {
	Text string
	By   ad.CopySource
}

// Copy is a main and a sub line in Korean, with who wrote them. Lengths are
// ad.MainCopyMin to ad.MainCopyMax and ad.SubCopyMin to ad.SubCopyMax, counted
// by ad.Length.
type Copy struct {
	Main, Sub string
	By        ad.CopySource
}

package thesaurus

import "iter"

// Words gives the words of each idea.
func Words() iter.Seq2[string, string] {
	return func(yield func(name, words string) bool) {
		for _, e := range ideas {
			if !yield(e.name, e.words) {
				return
			}
		}
	}
}

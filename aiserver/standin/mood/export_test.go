package mood

// Ideas gives the ideas of each entry of the lexicon.
func Ideas() (lists []string) {
	for _, e := range lexicon {
		lists = append(lists, e.ideas)
	}
	return lists
}

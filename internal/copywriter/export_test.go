package copywriter

// Ideas gives every list of ideas of the thesaurus that the writer reads.
func Ideas() (lists []string) {
	for _, s := range moodSigns {
		lists = append(lists, s.sure, s.hints)
	}
	for _, t := range topics {
		lists = append(lists, t.ideas)
	}
	for _, d := range details {
		lists = append(lists, d.ideas)
	}
	return lists
}

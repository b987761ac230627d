package server

// What the tests of fingerprints look at.
type Stage1Body = stage1Body

var (
	Fingerprint   = fingerprint
	Stage1Content = stage1Content
	Stage2Content = stage2Content
	ScoreContent  = scoreContent
)

package ad

// Due is something the sweeper must look at because its time has passed: an ad that
// should have moved on by now, or the tombstone of a deleted one.
type Due struct {
	AdID         string
	Owner        string // "" for a tombstone, which holds nothing of the owner's, and for a scene
	FurtherScene string // "" for an ad; see Ref
	Tombstone    bool
}

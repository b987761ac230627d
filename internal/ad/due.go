package ad

import "time"

// Due is something the sweeper must look at because its time has passed: an ad that
// should have moved on by now, the tombstone of a deleted one, or an owner whose data ends.
type Due struct {
	AdID         string
	Owner        string // "" for a tombstone, which holds nothing of the owner's, and for a scene
	FurtherScene string // "" for an ad; see Ref
	Tombstone    bool
	Expiry       bool // everything of the owner is to go
	Moving       bool // the owner was a guest whose ads are an account's now
}

// Expiry is when everything of an owner ends.
type Expiry struct {
	At    time.Time // zero while nothing is known of the owner, and while an account keeps it
	Kept  bool      // the owner has an account: nothing ends by itself
	Ended bool      // it was deleted: what is left of it goes within minutes
}

package ad

// Claim is an Idempotency-Key as its client sent it, with the digest of the order
// it stands for. A second order with the same claim makes no second ad, rendition or scene.
type Claim struct {
	Key         string // the header's value; stored only as a digest
	Fingerprint string // digest of what was asked for, as hex
}

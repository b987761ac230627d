package ad

// Product says how the product of a photo came into its ad.
type Product struct {
	// CutOut is false when the whole photo is shown, framed.
	CutOut bool `json:"cut_out" dynamodbav:"cut_out"`
	// Confidence is how far the cut-out can be trusted, 0 to 1.
	Confidence float64 `json:"confidence" dynamodbav:"confidence"`
	// Doubts are the reasons against it, the gravest first; empty when there are none.
	Doubts []Doubt `json:"doubts" dynamodbav:"doubts"`
	// FidelityDB is how closely the picture shows the photo's own pixels, inside the
	// product and away from its soft edge: peak signal to noise in dB, at most MaxFidelity,
	// which stands for no difference at all.
	FidelityDB float64 `json:"fidelity_db" dynamodbav:"fidelity_db"`
	// Model is the network that took part in the cut-out; empty without one.
	Model string `json:"model,omitempty" dynamodbav:"model,omitempty"`
}

// MaxFidelity in dB is above what 8 bits can tell from equal: a single pixel of a megapixel
// that is off by one step gives 108 dB less some.
const MaxFidelity = 99

// Doubt is one reason not to trust a cut-out.
type Doubt string

// The doubts. web/src/texts.ts has the words an owner reads for each.
const (
	DoubtTorn     Doubt = "torn"      // parts of the product may be missing
	DoubtIslands  Doubt = "islands"   // it falls into many pieces
	DoubtLeftover Doubt = "leftover"  // ground may be left in or beside it
	DoubtHand     Doubt = "hand"      // a hand holds it
	DoubtCropped  Doubt = "cropped"   // the photo's side cuts it off
	DoubtTooSmall Doubt = "too_small" // it is a small part of the photo
	DoubtTooLarge Doubt = "too_large" // it fills the photo
	DoubtEdge     Doubt = "edge"      // its outline is hardly to be seen
	DoubtGround   Doubt = "ground"    // the ground is too restless to be told from it
	DoubtUnseen   Doubt = "unseen"    // no product stands out
)

// Doubts lists all of them.
func Doubts() []Doubt {
	return []Doubt{
		DoubtTorn, DoubtIslands, DoubtLeftover, DoubtHand, DoubtCropped, DoubtTooSmall, DoubtTooLarge, DoubtEdge,
		DoubtGround, DoubtUnseen,
	}
}

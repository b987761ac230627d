package ad

// Box is [x, y, w, h] in fractions of the picture, 0..1, origin top left.
type Box [4]float64

// Analysis says what the GPU server measured on a stage 1 picture: where the
// product is, where text may go and in which colours. It is the wire form of
// the GPU server's contract (aiserver/openapi.yaml) and what the copywriter and
// the layout work from.
type Analysis struct {
	Version    string     `json:"version" dynamodbav:"version"`
	Source     string     `json:"source" dynamodbav:"source"` // who measured it, e.g. "standin"
	ProductBox Box        `json:"product_box" dynamodbav:"product_box"`
	TextAreas  []TextArea `json:"text_areas" dynamodbav:"text_areas"`
	Colors     Colors     `json:"colors" dynamodbav:"colors"`
	// ContrastRatio is WCAG 2's, of the worst tenth of the first text area.
	ContrastRatio float64  `json:"contrast_ratio" dynamodbav:"contrast_ratio"`
	Mood          []string `json:"mood" dynamodbav:"mood"` // English words, most fitting first
}

// TextArea is one calm area that does not touch the product.
type TextArea struct {
	Role  string  `json:"role" dynamodbav:"role"`   // "headline", "sub" or "any"
	Box   Box     `json:"box" dynamodbav:"box"`     // in fractions of the picture
	Align string  `json:"align" dynamodbav:"align"` // "left", "center" or "right"
	Score float64 `json:"score" dynamodbav:"score"` // 0..1, calmness; the list is sorted by it, best first
}

// Colors are #rrggbb.
type Colors struct {
	Text     string   `json:"text" dynamodbav:"text"`
	Accent   string   `json:"accent" dynamodbav:"accent"`
	Dominant []string `json:"dominant" dynamodbav:"dominant"`
}

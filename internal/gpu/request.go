package gpu

import "github.com/nanococoa/nanococoa/internal/ad"

// Stage1Request asks for the product in a scene.
type Stage1Request struct {
	IdempotencyKey  string // empty: a repeated call renders again
	Photo           []byte // PNG, at most MaxPicture bytes
	ProductName     string
	ProductCategory string
	AdConcept       string
	Prompt          string     // English background prompt, may be empty
	Seed            *uint64    // nil: the server derives it from the key
	CutOut          *ad.CutOut // the owner's word on the cut-out, canonical; nil without one
	Width, Height   int        // of the picture; both zero: the server's default
}

// Stage1Result is a finished stage 1.
type Stage1Result struct {
	Picture       []byte // PNG, verified against its digest
	Width, Height int
	Analysis      ad.Analysis
	Engine        string
	StandIn       bool
	Seed          uint64
	Scene         string
	CutOut        bool
	Product       ad.Product
	Mask          []byte    // PNG of the photo's shape, opaque where the product was found; nil when it was not
	Parts         []ad.Part // by what each part was made; empty of a server from before it said so
	Replayed      bool      // the answer was stored by an earlier call with this key
}

// Stage2Request asks for the words on the picture.
type Stage2Request struct {
	IdempotencyKey string
	Picture        []byte // stage 1's PNG; sent inside the JSON, so the server need not reach any storage
	PictureURL     string // or its address, when Picture is nil
	ProductName    string
	TargetAge      string
	TargetGender   string
	AdConcept      string
	MainCopy       string
	SubCopy        string
	Analysis       *ad.Analysis
	HTMLPictureURL string // src to put in html_code, e.g. "cid:stage1"
	Width, Height  int    // both zero: the picture's own size
	AIMark         bool   // put the visible "AI 생성" mark on the picture
	Brand          *Brand // Logo is left empty; nil: none
	Logo           []byte // of the brand, PNG of at most MaxLogo bytes; nil: none
}

// Stage2Result is a finished stage 2.
type Stage2Result struct {
	Picture       []byte // PNG, verified against its digest
	Width, Height int
	HTML          string
	Engine        string
	StandIn       bool
	Layout        string
	ContrastRatio float64
	Lines         []Line
	Replayed      bool
}

// ScoreRequest asks how well a finished picture agrees with a text.
type ScoreRequest struct {
	IdempotencyKey string
	PictureURL     string
	Picture        []byte // wins over PictureURL
	Prompt         string
	Analysis       *ad.Analysis // of stage 1's picture, when known
	Product        *ad.Product  // how stage 1 shows the product, when known
}

package ad

// Result is what a step leaves on the record. Zero fields are left as they are.
type Result struct {
	Prompt     string
	PromptBy   CopySource // stored together with Prompt
	Analysis   *Analysis
	Product    *Product
	HasMask    bool // stored together with Product
	MainCopy   string
	SubCopy    string     // stored together with MainCopy
	CopySource CopySource // stored together with MainCopy
	HTML       string
	Layout     string  // stored together with HTML, as the next four
	Contrast   float64 // WCAG 2
	Width      int     // px
	Height     int
	Brand      bool // whether the owner's brand was used
	Score      *Score
	Seed       *uint64
	Engine     string
	StandIn    bool   // stored together with Engine
	Parts      []Part // likewise
	Warnings   []Warning

	HasProductPage bool
}

// Keep puts what a step made onto the ad.
func (a *Ad) Keep(r Result) {
	if r.Prompt != "" {
		a.Prompt, a.PromptBy = r.Prompt, r.PromptBy
	}
	if r.Analysis != nil {
		a.Analysis = r.Analysis
	}
	if r.Product != nil {
		a.Product, a.HasMask = r.Product, r.HasMask
	}
	if r.MainCopy != "" {
		a.MainCopy, a.SubCopy, a.CopySource = r.MainCopy, r.SubCopy, r.CopySource
	}
	if r.HTML != "" {
		a.HTML, a.Layout, a.Contrast, a.Width, a.Height = r.HTML, r.Layout, r.Contrast, r.Width, r.Height
		a.Brand = r.Brand
	}
	if r.Seed != nil {
		a.Seed = r.Seed
	}
	if r.Score != nil {
		a.Score = r.Score
	}
	if r.Engine != "" {
		a.Engine, a.StandIn, a.Parts = r.Engine, r.StandIn, r.Parts
	}
	a.HasProductPage = a.HasProductPage || r.HasProductPage
	a.Warnings = append(a.Warnings, r.Warnings...)
}

// Copy is a main and a sub line in Korean, with who wrote them.
type Copy struct {
	Main, Sub string
	By        CopySource
}

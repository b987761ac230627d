package ad

// Result is what a step leaves on the record. Zero fields are left as they are.
type Result struct {
	Prompt     string
	PromptBy   CopySource // stored together with Prompt
	Analysis   *Analysis
	MainCopy   string
	SubCopy    string     // stored together with MainCopy
	CopySource CopySource // stored together with MainCopy
	HTML       string
	Score      *Score
	Engine     string
	StandIn    bool // stored together with Engine
}

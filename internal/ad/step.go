package ad

// Step is one step of making an ad. It has one name everywhere: the folder in functions/, the key in the progress,
// the log field `step` and the metrics' dimension are this text; the state, the function's resource and its log group
// are made of it (statemachine.StateOf). internal/contract holds that they agree.
type Step string

// The steps; the table says more of each.
const (
	Prepare   Step = "prepare"   // makes the photo safe and small
	Prompt    Step = "prompt"    // writes the English background prompt
	Stage1    Step = "stage1"    // puts the product into its scene
	Copywrite Step = "copywrite" // writes the Korean copy
	Stage2    Step = "stage2"    // puts the copy onto the picture
	Clip      Step = "clip"      // scores the picture
	Publish   Step = "publish"   // writes the finished ad
)

// stepTable is the one table of the steps, in the order in which they run and are shown. The progress, its enum in the
// OpenAPI, and with it the site's types, and the state machine are made from it. What only the machine needs of a
// step (time limits, retries) is in package statemachine, and is required there for each row.
var stepTable = []struct {
	step Step
	// weight is the step's share of the whole time in percent, with a GPU server and OpenAI: stage 1 dominated the
	// replaced system's 2.5 minutes. It only shapes the percentage an owner sees. The weights sum to 100.
	weight int
	// words says that the step is about the finished picture: a further scene is made without it.
	words bool
}{
	{step: Prepare, weight: 3},
	{step: Prompt, weight: 7}, // after Prepare: a photo that is refused costs no model's call
	{step: Stage1, weight: 55},
	{step: Copywrite, weight: 12, words: true},
	{step: Stage2, weight: 15, words: true},
	{step: Clip, weight: 5, words: true},
	{step: Publish, weight: 3},
}

// Steps lists the steps in the order in which they run and are shown.
func Steps() []Step {
	out := make([]Step, 0, len(stepTable))
	for _, row := range stepTable {
		out = append(out, row.step)
	}
	return out
}

// MakesScene reports whether a step is needed to make a scene. The others put words onto it.
func (s Step) MakesScene() bool {
	for _, row := range stepTable {
		if row.step == s {
			return !row.words
		}
	}
	return false
}

// weight is the step's share of the whole time in percent; 0 for what is no step.
func (s Step) weight() int {
	for _, row := range stepTable {
		if row.step == s {
			return row.weight
		}
	}
	return 0
}

// At reports whether the ad has come to a step and not passed it: all steps before it have ended in this attempt, and
// it has not, begun or not.
func (a *Ad) At(s Step) bool {
	for _, step := range Steps() {
		if step == s {
			return !a.Has(s)
		}
		if !a.Has(step) {
			return false
		}
	}
	return false
}

package ad

// StepInput is what the state machine hands to every step: the attempt, and for
// some steps a choice or the error that ended the attempt. Its JSON is fixed by
// statemachine/ad.asl.json.
type StepInput struct {
	Ref
	Writer CopySource `json:"writer,omitempty"` // "template": do not ask the model
	Error  *StepError `json:"error,omitempty"`  // for the step that writes why an ad failed
}

// StepError says why the state machine gave an attempt up.
type StepError struct {
	Error string `json:"Error"` // a code of internal/fault, or a States.* or Lambda.* name
	Cause string `json:"Cause"` // for operators; an owner sees of it what pipeline.Fail says
}

package local

// What tests need to see that nobody else has a use for.
var (
	Readable  = readable
	Digest    = digest
	MoveState = moveState
	IsMetrics = isMetrics
)

// Phase is progress.phase.
var Phase = (*progress).phase

// NewProgress is newProgress.
var NewProgress = newProgress

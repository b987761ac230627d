package local

import (
	"context"
	"os/exec"
)

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

// SAMTemplate is samTemplate.
var SAMTemplate = samTemplate

// NewImage is newImage.
var NewImage = newImage

// WriteRunner is writeRunner.
var WriteRunner = writeRunner

// SAMCommand is a command of `sam local` on an engine.
func SAMCommand(ctx context.Context, e Engine) *exec.Cmd {
	d := &Deployment{o: Options{Engine: e, Root: "."}}
	return d.samCommand(ctx, "sam", d.samOptions("t.yaml")...)
}

// SAMFault is what is wrong with what a function answered.
func SAMFault(answer, failed string) error { return invoked{Answer: answer, Failed: failed}.fault() }

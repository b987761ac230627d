// Command deadletter is the Lambda behind the dead-letter queue of stage 1: it
// fails the ads whose messages nobody could consume.
package main

import (
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/nanococoa/nanococoa/internal/cloud"
	"github.com/nanococoa/nanococoa/internal/queue"
	"github.com/nanococoa/nanococoa/internal/step"
)

func main() {
	log := step.Logger()
	cfg, err := cloud.Load()
	if err != nil {
		log.Error("cannot start", "step", "deadletter", "error", err.Error())
		os.Exit(1)
	}
	handler := &queue.DeadLetters{Tasks: queue.OpenMachine(cfg), Log: log}
	lambda.Start(handler.Handle)
}

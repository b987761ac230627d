// Command deadletter is the Lambda behind the dead-letter queue of stage 1: it
// fails the ads whose messages nobody could consume.
package main

import (
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/nanococoa/nanococoa/internal/cloud"
	"github.com/nanococoa/nanococoa/internal/config"
	"github.com/nanococoa/nanococoa/internal/queue"
	"github.com/nanococoa/nanococoa/internal/step"
	"github.com/nanococoa/nanococoa/internal/taskqueue"
)

func main() {
	handler, err := wire()
	if err != nil {
		step.Logger().Error("cannot start", "step", "deadletter", "error", err.Error())
		os.Exit(1)
	}
	lambda.Start(taskqueue.Handler("deadletter", step.Logger(), handler))
}

func wire() (*queue.DeadLetters, error) {
	c, err := config.Load[config.Deadletter]()
	if err != nil {
		return nil, err
	}
	cfg, err := cloud.Load()
	if err != nil {
		return nil, err
	}
	return &queue.DeadLetters{Tasks: taskqueue.OpenTasks(cfg), Log: step.Logger(), Meter: step.Meter(c.Environment)}, nil
}

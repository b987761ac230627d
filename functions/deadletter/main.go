// Command deadletter is the Lambda behind the dead-letter queue of stage 1: it fails the
// ads whose messages nobody could consume.
package main

import (
	"context"

	"github.com/nanococoa/nanococoa/internal/config"
	"github.com/nanococoa/nanococoa/internal/function"
	"github.com/nanococoa/nanococoa/internal/queue"
	"github.com/nanococoa/nanococoa/internal/taskqueue"
)

func main() { function.Main("deadletter", wire) }

func wire(_ context.Context, _ config.Deadletter, f function.Shared) (any, error) {
	letters := &queue.DeadLetters{Tasks: taskqueue.OpenTasks(f.AWS), Log: f.Log, Meter: f.Meter}
	return taskqueue.Handler("deadletter", f.Log, letters, nil), nil
}

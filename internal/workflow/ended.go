package workflow

import (
	"context"
	"encoding/json"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/sweep"
)

// Sweeper is what the events of functions/sweep have done; see sweep.Sweeper.
type Sweeper interface {
	Sweep(ctx context.Context) (sweep.Found, error)
	Settle(ctx context.Context, r ad.Ref, code fault.Code) error
}

// Ended is the part that is used of an EventBridge event about an execution that ended
// FAILED, TIMED_OUT or ABORTED. An event of the schedule has none of it.
type Ended struct {
	Detail struct {
		Status string `json:"status"`
		Input  string `json:"input"` // of the execution: an ad.Ref as JSON
	} `json:"detail"`
}

// SweepHandler is the Lambda handler of functions/sweep: an event about an execution has
// its ad settled, one of the schedule has everything swept. An error makes EventBridge
// deliver the event again.
func SweepHandler(s Sweeper) func(ctx context.Context, e Ended) error {
	return func(ctx context.Context, e Ended) error {
		if e.Detail.Input == "" {
			_, err := s.Sweep(ctx)
			return err
		}
		var r ad.Ref
		if err := json.Unmarshal([]byte(e.Detail.Input), &r); err != nil {
			return fault.New(fault.RequestMalformed, err)
		}
		code := fault.AdAborted
		if e.Detail.Status == "TIMED_OUT" {
			code = fault.AdTimeout
		}
		return s.Settle(ctx, r, code)
	}
}

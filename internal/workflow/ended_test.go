package workflow_test

import (
	"context"
	"testing"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/sweep"
	"github.com/nanococoa/nanococoa/internal/workflow"
)

// sweeper keeps what it is asked to do.
type sweeper struct {
	sweeps int
	ref    ad.Ref
	code   fault.Code
}

func (s *sweeper) Sweep(context.Context) (sweep.Found, error) {
	s.sweeps++
	return sweep.Found{}, nil
}

func (s *sweeper) Settle(_ context.Context, r ad.Ref, code fault.Code) error {
	s.ref, s.code = r, code
	return nil
}

func TestEventsOfTheSweeper(t *testing.T) {
	t.Parallel()
	ended := func(status string) string {
		return `{"detail":{"status":"` + status + `","input":"{\"owner\":\"o\",\"ad_id\":\"a\",\"attempt\":2}"}}`
	}
	ref := ad.Ref{Owner: "o", AdID: "a", Attempt: 2}
	for name, tc := range map[string]struct {
		event string
		want  sweeper
		fails bool
	}{
		"the schedule's": {event: `{"detail-type":"Scheduled Event","detail":{}}`, want: sweeper{sweeps: 1}},
		"by hand":        {event: `{}`, want: sweeper{sweeps: 1}},
		"timed out":      {event: ended("TIMED_OUT"), want: sweeper{ref: ref, code: fault.AdTimeout}},
		"aborted":        {event: ended("ABORTED"), want: sweeper{ref: ref, code: fault.AdAborted}},
		"failed":         {event: ended("FAILED"), want: sweeper{ref: ref, code: fault.AdAborted}},
		"of no ad":       {event: `{"detail":{"status":"FAILED","input":"{"}}`, fails: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var s sweeper
			_, err := lambda.NewHandler(workflow.SweepHandler(&s)).Invoke(t.Context(), []byte(tc.event))
			if (err != nil) != tc.fails || s != tc.want {
				t.Errorf("%v, %+v", err, s)
			}
		})
	}
}

package pipeline_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda/messages"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/pipeline"
	"github.com/nanococoa/nanococoa/internal/step"
)

func TestPublish(t *testing.T) {
	t.Parallel()
	gone := fault.New(fault.AdGone, nil)
	for name, tc := range map[string]struct {
		begin, publish, remove error
		calls                  []string
		want                   fault.Code // "" for none
	}{
		"an ad": {calls: []string{"begin publish", "publish", "remove original"}},
		"the photo cannot be removed": {
			remove: down(fault.StorageUnavailable), calls: []string{"begin publish", "publish", "remove original"},
			want: fault.StorageUnavailable,
		},
		"a published one whose reply got lost": {
			begin: gone, calls: []string{"begin publish", "publish", "remove original"},
		},
		"a deleted one": {
			begin: gone, publish: gone, calls: []string{"begin publish", "publish"}, want: fault.AdGone,
		},
		"the table is down": {
			begin: down(fault.StorageUnavailable), calls: []string{"begin publish"}, want: fault.StorageUnavailable,
		},
		"the table goes down": {
			publish: down(fault.StorageThrottled), calls: []string{"begin publish", "publish"}, want: fault.StorageThrottled,
		},
	} {
		w := newWorld(t)
		w.fail["begin publish"], w.fail["publish"], w.fail["remove original"] = tc.begin, tc.publish, tc.remove
		err := pipeline.Publish{Ads: w, Originals: originals{w}}.Run(context.Background(), w.input())
		if got := fault.From(err); (got == nil) != (tc.want == "") || (got != nil && got.Code != tc.want) {
			t.Errorf("%s: %v, want %q", name, err, tc.want)
		}
		w.called(tc.calls...)
	}
}

// Whatever ends an execution becomes a code and words an owner understands; what
// the machinery says of it stays in the log.
func TestFail(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]struct {
		code      fault.Code
		retryable bool
	}{
		"GPU.Busy":                        {fault.GPUBusy, true},
		"GPU.Rejected":                    {fault.GPURejected, false},
		"Photo.Corrupt":                   {fault.PhotoCorrupt, false},
		"Photo.HEIC":                      {fault.PhotoHEIC, false},
		"Storage.Unavailable":             {fault.StorageUnavailable, true},
		"Internal":                        {fault.Internal, true},
		"States.Timeout":                  {fault.AdTimeout, true},
		"States.HeartbeatTimeout":         {fault.AdTimeout, true},
		"Sandbox.Timedout":                {fault.AdTimeout, true},
		"Ad.Timeout":                      {fault.AdTimeout, true},
		"Lambda.TooManyRequestsException": {fault.Internal, true},
		"Lambda.Unknown":                  {fault.Internal, true},
		"Runtime.ExitError":               {fault.Internal, true},
		"Runtime.OutOfMemory":             {fault.Internal, true},
		"States.Runtime":                  {fault.Internal, true},
		"States.TaskFailed":               {fault.Internal, true},
		"States.DataLimitExceeded":        {fault.Internal, true},
		"wrapError":                       {fault.Internal, true},
		"":                                {fault.Internal, true},
	} {
		w := newWorld(t)
		in := w.input()
		in.Error = &ad.StepError{Error: name, Cause: `{"errorMessage":"10.0.0.1: refused"}`}
		if err := (pipeline.Fail{Ads: w}).Run(context.Background(), in); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		w.called("fail")
		if *w.failure != (ad.Failure{Code: string(want.code), Detail: want.code.Detail(), Retryable: want.retryable}) {
			t.Errorf("%s: %+v, want %s", name, *w.failure, want.code)
		}
		if strings.Contains(w.failure.Detail, "10.0") {
			t.Errorf("%s: the cause is shown: %s", name, w.failure.Detail)
		}
	}
}

// What a step says of its photo arrives with its owner: as its error leaves the step, and as
// the state machine hands that to Fail.
func TestASpecialCaseKeepsItsWords(t *testing.T) {
	t.Parallel()
	for _, special := range fault.Specials() {
		run := step.Wrap("prepare", slog.New(slog.DiscardHandler), func(context.Context, ad.StepInput) error {
			return fmt.Errorf("prepare: %w", fault.Specially(special, "10.0.0.1: refused"))
		})
		left := run(context.Background(), ad.StepInput{}).(messages.InvokeResponse_Error) //nolint:errorlint // by value
		cause, err := json.Marshal(left)
		if err != nil {
			t.Fatal(err)
		}
		w := newWorld(t)
		in := w.input()
		in.Error = &ad.StepError{Error: left.Type, Cause: string(cause)}
		if err := (pipeline.Fail{Ads: w}).Run(context.Background(), in); err != nil {
			t.Fatal(err)
		}
		want := fault.Specially(special, "").Public()
		if *w.failure != (ad.Failure{Code: string(special.Code()), Detail: want}) {
			t.Errorf("%s: %+v, want %q", special, *w.failure, want)
		}
	}
}

// Words come from our own set, and only with their own code.
func TestNoOtherWordsAreShown(t *testing.T) {
	t.Parallel()
	for name, cause := range map[string]string{
		"input":             `{"errorMessage":"<script>","errorType":"Photo.Corrupt"}`,
		"another code's":    `{"errorMessage":"Photo.Unsupported/BMP","errorType":"Photo.Corrupt"}`,
		"one that is not":   `{"errorMessage":"Photo.Corrupt/Nobody","errorType":"Photo.Corrupt"}`,
		"no function's":     "the task timed out: Photo.Unsupported/BMP",
		"of another type":   `{"errorMessage":7}`,
		"a list":            `["Photo.Unsupported/BMP"]`,
		"a word":            `"Photo.Unsupported/BMP"`,
		"nothing":           "",
		"the code's own":    `{"errorMessage":"Photo.Corrupt","errorType":"Photo.Corrupt"}`,
		"with a stack, too": `{"errorMessage":"Photo.Corrupt","errorType":"Photo.Corrupt","stackTrace":[]}`,
	} {
		w := newWorld(t)
		in := w.input()
		in.Error = &ad.StepError{Error: "Photo.Corrupt", Cause: cause}
		if err := (pipeline.Fail{Ads: w}).Run(context.Background(), in); err != nil {
			t.Fatal(err)
		}
		if w.failure.Detail != fault.PhotoCorrupt.Detail() {
			t.Errorf("%s: %q", name, w.failure.Detail)
		}
	}
}

func TestEveryCodeCanEndAnAd(t *testing.T) {
	t.Parallel()
	for _, code := range fault.Codes() {
		if code == fault.AdGone {
			continue
		}
		w := newWorld(t)
		in := w.input()
		in.Error = &ad.StepError{Error: string(code)}
		if err := (pipeline.Fail{Ads: w}).Run(context.Background(), in); err != nil || w.failure == nil ||
			w.failure.Code != string(code) || w.failure.Retryable != code.Retryable() {
			t.Errorf("%s: %v, %+v", code, err, w.failure)
		}
	}
}

func TestFailOfAnAdThatIsGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	in := w.input()
	in.Error = &ad.StepError{Error: "Ad.Gone"}
	if err := (pipeline.Fail{Ads: w}).Run(context.Background(), in); err != nil {
		t.Error(err)
	}
	w.called() // there is nobody to tell
}

func TestFailWithoutAReason(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if err := (pipeline.Fail{Ads: w}).Run(context.Background(), w.input()); err != nil || w.failure.Code != "Internal" {
		t.Errorf("%v, %+v", err, w.failure)
	}
	w = newWorld(t)
	w.fail["fail"] = down(fault.StorageThrottled)
	if err := (pipeline.Fail{Ads: w}).Run(context.Background(), w.input()); !fault.Has(err, fault.StorageThrottled) {
		t.Errorf("%v: the state machine must try again", err)
	}
}

// How long the rest took after the picture was rendered is what owners in the queue
// are told; an ad that was published before tells nothing new.
func TestPublishMeasures(t *testing.T) {
	t.Parallel()
	rendered := time.Unix(1000, 0)
	for name, tc := range map[string]struct {
		rendered, begun time.Time
		begin, fail     error
		calls           []string
		want            fault.Code
	}{
		"an ad": {
			rendered: rendered, begun: rendered.Add(7 * time.Second),
			calls: []string{"begin publish", "publish", "remove original", "measure"},
		},
		"clocks that disagree": {
			rendered: rendered, begun: rendered.Add(-time.Second),
			calls: []string{"begin publish", "publish", "remove original"},
		},
		"without a picture's time": {begun: rendered, calls: []string{"begin publish", "publish", "remove original"}},
		"the measure cannot be kept": {
			rendered: rendered, begun: rendered.Add(7 * time.Second), fail: down(fault.StorageThrottled),
			calls: []string{"begin publish", "publish", "remove original", "measure"}, want: fault.StorageThrottled,
		},
	} {
		w := newWorld(t)
		w.ad.Steps[ad.Stage1] = ad.StepTimes{FinishedAt: tc.rendered}
		w.ad.Steps[ad.Publish] = ad.StepTimes{StartedAt: tc.begun}
		w.fail["begin publish"], w.fail["measure"] = tc.begin, tc.fail
		err := pipeline.Publish{Ads: w, Originals: originals{w}}.Run(t.Context(), w.input())
		if got := fault.From(err); (got == nil) != (tc.want == "") || (got != nil && got.Code != tc.want) {
			t.Errorf("%s: %v, want %q", name, err, tc.want)
		}
		w.called(tc.calls...)
		if len(tc.calls) == 4 && w.rest != 7*time.Second {
			t.Errorf("%s: measured %v", name, w.rest)
		}
	}
}

// originals is the photos as they were sent.
type originals struct{ *world }

func (o originals) Remove(_ context.Context, adID string, p ad.Picture) error {
	return o.call("remove "+string(p), adID == o.ad.AdID)
}

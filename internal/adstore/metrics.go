package adstore

import (
	"time"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/metric"
)

// Each of these functions is called right after a write that can succeed only once, so
// that nothing is counted twice.

// seconds rounds to the millisecond; more digits say nothing about the ad.
func seconds(d time.Duration) float64 { return d.Round(time.Millisecond).Seconds() }

func (s *Store) accepted(r ad.Ref) {
	s.meter.Write(metric.Line{AdID: r.AdID, Values: metric.Values{metric.Accepted: 1}})
}

// begun tells a step's first begin from a later one: the record keeps the time of the
// first one, which is now or earlier.
func (s *Store) begun(a ad.Ad, step ad.Step, now time.Time) {
	switch first := a.Steps[step].StartedAt.Equal(now); {
	case !first:
		s.meter.Write(metric.Line{AdID: a.AdID, Step: string(step), Values: metric.Values{metric.Retries: 1}})
	case step == ad.Stage1 && !a.QueuedAt.IsZero():
		s.meter.Write(metric.Line{AdID: a.AdID, Values: metric.Values{metric.QueueWait: seconds(now.Sub(a.QueuedAt))}})
	}
}

// ended leaves out a step that had ended before, unless this call itself ended it and the
// SDK, which did not get the answer, made it again.
func (s *Store) ended(before ad.Ad, step ad.Step, now time.Time) {
	t := before.Steps[step]
	if t.StartedAt.IsZero() || before.Has(step) && !t.FinishedAt.Equal(now) {
		return
	}
	s.meter.Write(metric.Line{AdID: before.AdID, Step: string(step), Values: metric.Values{
		metric.StepSeconds: seconds(now.Sub(t.StartedAt)),
	}})
}

func (s *Store) finished(a ad.Ad, now time.Time) {
	values := metric.Values{metric.Finished: 1, metric.Failed: 0}
	switch {
	case a.FurtherScene != "": // it has no copy
	case a.CopySource == ad.ByTemplate:
		values[metric.TemplateCopy] = 1
	default:
		values[metric.TemplateCopy] = 0
	}
	if begun := a.Steps[ad.Publish].StartedAt; !begun.IsZero() {
		values[metric.StepSeconds] = seconds(now.Sub(begun))
	}
	s.meter.Write(metric.Line{AdID: a.AdID, Step: string(ad.Publish), Values: values})
}

func (s *Store) failed(a ad.Ad) {
	line := metric.Line{AdID: a.AdID, Code: a.Failure.Code, Values: metric.Values{metric.Failed: 1, metric.Finished: 0}}
	if fault.Code(a.Failure.Code).Owners() {
		line.Values = metric.Values{metric.Refused: 1}
	}
	s.meter.Write(line)
}

func (s *Store) retried(a ad.Ad) {
	s.meter.Write(metric.Line{AdID: a.AdID, Values: metric.Values{metric.OwnerRetries: 1}})
}

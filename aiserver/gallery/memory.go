package gallery

import (
	"context"
	"time"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/fault"
)

// records keeps one ad in memory, as the steps of internal/pipeline need it kept.
type records struct{ ad ad.Ad }

// Get gives the ad.
func (r *records) Get(context.Context, string, string) (ad.Ad, error) { return r.ad, nil }

// Begin marks a step as begun.
func (r *records) Begin(_ context.Context, _ ad.Ref, s ad.Step) (ad.Ad, error) {
	r.ad.Status = ad.Running
	r.ad.Steps[s] = ad.StepTimes{StartedAt: time.Now()}
	return r.ad, nil
}

// Finish keeps what a step made and marks the step as ended.
func (r *records) Finish(_ context.Context, _ ad.Ref, s ad.Step, res ad.Result) error {
	r.ad.Keep(res)
	r.end(s)
	return nil
}

// Publish marks the ad as finished.
func (r *records) Publish(context.Context, ad.Ref) error {
	r.ad.Status = ad.Succeeded
	r.end(ad.Publish)
	return nil
}

// MeasureRest does nothing: nobody waits here.
func (r *records) MeasureRest(context.Context, time.Duration) error { return nil }

func (r *records) end(s ad.Step) {
	t := r.ad.Steps[s]
	t.FinishedAt = time.Now()
	r.ad.Steps[s] = t
}

// pictures keeps the pictures of one ad in memory.
type pictures map[ad.Picture][]byte

// Get gives a picture. Faults: Image.NotFound.
func (p pictures) Get(_ context.Context, _ string, name ad.Picture, _ int64) ([]byte, error) {
	data, ok := p[name]
	if !ok {
		return nil, fault.Newf(fault.ImageNotFound, "there is no %s", name)
	}
	return data, nil
}

// Put keeps a picture.
func (p pictures) Put(_ context.Context, _ string, name ad.Picture, data []byte, _ string) error {
	p[name] = data
	return nil
}

// Remove forgets a picture.
func (p pictures) Remove(_ context.Context, _ string, name ad.Picture) error {
	delete(p, name)
	return nil
}

// Purge forgets all pictures.
func (p pictures) Purge(context.Context, string) error {
	clear(p)
	return nil
}

package server

import (
	"context"
	"encoding/json"
	"fmt"
	"image"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/nanococoa/nanococoa/aiserver/engine"
	"github.com/nanococoa/nanococoa/aiserver/jobs"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/gpu"
	"github.com/nanococoa/nanococoa/internal/provenance"
)

// slogKey is the key as a log attribute: ours is ad id, attempt and stage.
func slogKey(key string) slog.Attr { return slog.String("key", key) }

// The names of the calls in metrics and fingerprints.
const (
	callStage1 = "stage1"
	callStage2 = "stage2"
	callScore  = "score"
)

// work is a checked request on its way into the queue.
type work struct {
	name    string
	class   jobs.Class
	call    call
	picture []byte // the photo or picture the job starts from; goes to the spool
	content any    // of the request, checked and normalized; see fingerprint
	putURL  string
	// do makes the result from the picture; t is for the answer's timing.
	do func(ctx context.Context, e engine.Engine, picture []byte, t *stopwatch) (answer any, image string, err error)
}

// stopwatch measures one job for its answer.
type stopwatch struct {
	queued time.Duration
	began  time.Time
}

func (t *stopwatch) timing() gpu.Timing {
	work := time.Since(t.began)
	return gpu.Timing{Queued: t.queued.Milliseconds(), Work: work.Milliseconds(), Total: (t.queued + work).Milliseconds()}
}

// check reads a request of one call, finds what is wrong with it, and makes its job.
type check func(ctx context.Context, c call, r *http.Request, body io.Reader) (*work, error)

// handle answers one call: limits, check, queue, delivery. image names the place of
// the picture's address in the answer; nil when it has none.
func handle[T any](s *Server, limit int64, check check, image func(*T) *string) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		c, err := s.newCall(r)
		if err != nil {
			return err
		}
		ctx, cancel := context.WithDeadline(r.Context(), c.deadline)
		defer cancel()
		body, release, err := s.admit(w, r, limit)
		if err != nil {
			return err
		}
		defer release()
		job, err := check(ctx, c, r, body)
		if err != nil {
			return err
		}
		out, err := s.run(ctx, job, release)
		if err != nil {
			return err
		}
		return finish(ctx, s, w, out, job.putURL, image)
	}
}

// run takes a checked request through queue, engine and ledger. release gives
// back the intake's room once the picture is on disk.
func (s *Server) run(ctx context.Context, w *work, release func()) (jobs.Outcome, error) {
	e, err := s.ready()
	if err != nil {
		return jobs.Outcome{}, err
	}
	fp, err := fingerprint(w.name, w.picture, w.content)
	if err != nil {
		return jobs.Outcome{}, err
	}
	in, err := s.put(w.picture)
	if err != nil {
		return jobs.Outcome{}, err
	}
	w.picture = nil // or it would be held as long as the job waits
	release()
	v := logOf(ctx)
	log := s.log.With("request_id", v.id, "call", w.name, "key", w.call.key)
	out, err := s.runner.Do(ctx, jobs.Job{
		Key: w.call.key, Fingerprint: fp, Class: w.class, Deadline: w.call.deadline, Free: in.drop,
		Work: func(ctx context.Context, queued time.Duration) (jobs.Result, error) {
			t := &stopwatch{queued: queued, began: time.Now()}
			s.metrics.queued.WithLabelValues(w.name).Observe(queued.Seconds())
			pic, err := in.read()
			if err != nil {
				return jobs.Result{}, err
			}
			answer, image, err := w.do(ctx, e, pic, t)
			if err != nil {
				return jobs.Result{}, err
			}
			b, err := json.Marshal(answer)
			if err != nil {
				return jobs.Result{}, fault.New(fault.Internal, fmt.Errorf("encode: %w", err))
			}
			took := time.Since(t.began)
			s.metrics.work.WithLabelValues(w.name).Observe(took.Seconds())
			log.Info("made", "queued_ms", queued.Milliseconds(), "work_ms", took.Milliseconds())
			return jobs.Result{Answer: b, Image: image}, nil
		},
	})
	outcome := "done"
	switch {
	case err != nil:
		outcome = string(fault.From(err).Code)
	case out.Replayed:
		outcome = "replayed"
	case out.Joined:
		outcome = "joined"
	}
	s.metrics.jobs.WithLabelValues(w.name, outcome).Inc()
	v.note(slog.String("outcome", outcome))
	return out, err
}

// finish delivers and answers. Delivery belongs to the request, not to the job:
// a retry that brings a fresh address gets its picture there without a second
// render.
func finish[T any](
	ctx context.Context, s *Server, w http.ResponseWriter, out jobs.Outcome, putURL string, image func(*T) *string,
) error {
	var a T
	if err := json.Unmarshal(out.Answer, &a); err != nil {
		return fault.New(fault.Internal, fmt.Errorf("stored answer: %w", err))
	}
	if image != nil {
		id := *image(&a) // stored as the bare id: the server's name may change between two starts
		if putURL != "" {
			pic, err := s.store.Picture(id)
			if err != nil {
				return fault.New(fault.GPUUnavailable, err)
			}
			if err := s.fetch.Put(ctx, "output_put_url", putURL, pic); err != nil {
				return err
			}
		}
		*image(&a) = s.imageURL(id)
	}
	if out.Replayed {
		w.Header().Set(gpu.HeaderReplayed, "true")
	}
	return writeJSON(w, a)
}

// keep encodes a picture with its mark and stores it.
func (s *Server) keep(img *image.RGBA, m provenance.Mark) (id string, out gpu.Output, err error) {
	b, err := provenance.Encode(img, m)
	if err != nil {
		return "", gpu.Output{}, fault.New(fault.Internal, err)
	}
	id, err = s.store.Put(b)
	if err != nil {
		return "", gpu.Output{}, fault.New(fault.GPUUnavailable, err)
	}
	return id, gpu.Output{Width: img.Rect.Dx(), Height: img.Rect.Dy(), Bytes: len(b), SHA256: digest(b)}, nil
}

package server

import (
	"cmp"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/nanococoa/nanococoa/aiserver/engine"
	"github.com/nanococoa/nanococoa/aiserver/jobs"
	"github.com/nanococoa/nanococoa/aiserver/provenance"
	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/compose"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/gpu"
	"github.com/nanococoa/nanococoa/internal/photo"
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
	name        string
	class       jobs.Class
	call        call
	fingerprint string
	picture     []byte // the photo or picture the job starts from; goes to the spool
	putURL      string
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

// run takes a checked request through queue, engine and ledger. release gives
// back the intake's room once the picture is on disk.
func (s *Server) run(ctx context.Context, w *work, release func()) (jobs.Outcome, error) {
	e, err := s.ready()
	if err != nil {
		return jobs.Outcome{}, err
	}
	in, err := s.put(w.picture)
	if err != nil {
		return jobs.Outcome{}, err
	}
	w.picture = nil // or it would be held as long as the job waits
	release()
	v := visitOf(ctx)
	log := s.log.With("request_id", v.id, "call", w.name, "key", w.call.key)
	out, err := s.runner.Do(ctx, jobs.Job{
		Key: w.call.key, Fingerprint: w.fingerprint, Class: w.class, Deadline: w.call.deadline, Free: in.drop,
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
func finish[T any](ctx context.Context, s *Server, w http.ResponseWriter, out jobs.Outcome, putURL string, image func(*T) *string) error {
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

// stage1 answers POST /api/stage1/generate.
func (s *Server) stage1(w http.ResponseWriter, r *http.Request) error {
	c, err := s.newCall(r)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithDeadline(r.Context(), c.deadline)
	defer cancel()
	body, release, err := s.admit(w, r, maxForm)
	if err != nil {
		return err
	}
	defer release()
	f, err := readForm(r, body)
	if err != nil {
		return err
	}
	job, err := s.stage1Work(ctx, c, f)
	if err != nil {
		return err
	}
	out, err := s.run(ctx, job, release)
	if err != nil {
		return err
	}
	return finish(ctx, s, w, out, job.putURL, func(a *gpu.Stage1Answer) *string { return &a.ImageURL })
}

// stage1Work checks a stage 1 request and makes its job.
func (s *Server) stage1Work(ctx context.Context, c call, f form) (*work, error) {
	requestID := visitOf(ctx).id
	var bad faults
	in := bad.fields(ad.Fields{ProductName: f.fields["product_name"], ProductCategory: f.fields["product_category"], AdConcept: f.fields["ad_concept"]},
		"product_name", "product_category", "ad_concept")
	prompt := bad.text("prompt", f.fields["prompt"], maxPrompt)
	size := bad.size(f.fields["size"])
	if size == (image.Point{}) {
		size = defaultSize
	}
	var named *uint64 // the seed, when the caller names one
	if v := f.fields["seed"]; v != "" {
		n, err := strconv.ParseUint(v, 10, 64)
		if err != nil || n > gpu.MaxSeed {
			bad.add("seed", fmt.Sprintf("0부터 %d까지의 정수여야 합니다.", uint64(gpu.MaxSeed)))
		}
		named = &n
	}
	source, put := f.fields["image_source_url"], f.fields["output_put_url"]
	if f.image != nil && source != "" {
		bad.add("image_source_url", "image와 image_source_url 가운데 하나만 보내 주세요.")
	}
	if err := s.checkPut(&bad, put); err != nil {
		return nil, err
	}
	if err := bad.err(); err != nil {
		return nil, err
	}
	pic := f.image
	if source != "" {
		var err error
		if pic, err = s.picture(ctx, "image_source_url", source, "", inlined{}); err != nil {
			return nil, err
		}
	}
	if _, err := photo.Check(pic); err != nil {
		return nil, err
	}
	seed, seedPart := seedFor(c.key), []byte{}
	if named != nil {
		seed, seedPart = *named, binary.BigEndian.AppendUint64(nil, *named)
	}
	return &work{
		name: callStage1, class: jobs.Starting, call: c, picture: pic, putURL: put,
		fingerprint: fingerprint([]byte(callStage1), pic, []byte(in.ProductName), []byte(in.ProductCategory), []byte(in.AdConcept),
			[]byte(prompt), []byte(gpu.FormatSize(size)), seedPart),
		do: func(ctx context.Context, e engine.Engine, pic []byte, t *stopwatch) (any, string, error) {
			img, err := photo.Decode(ctx, pic, photo.MaxSide)
			if err != nil {
				return nil, "", err
			}
			s.metrics.renders.WithLabelValues(callStage1).Inc()
			made, err := e.Render(ctx, engine.Request{
				Photo: img, Name: in.ProductName, Category: in.ProductCategory, Concept: in.AdConcept, Prompt: prompt, Seed: seed, Size: size,
			})
			if err != nil {
				return nil, "", fmt.Errorf("render: %w", err)
			}
			if err := ctx.Err(); err != nil {
				return nil, "", context.Cause(ctx)
			}
			id, out, err := s.keep(made.Picture, provenance.Mark{Engine: e.Name(), StandIn: e.StandIn(), Seed: &seed})
			if err != nil {
				return nil, "", err
			}
			return gpu.Stage1Answer{
				ImageURL: id, RequestID: requestID, Seed: seed, Engine: e.Name(), StandIn: e.StandIn(), Scene: made.Scene, CutOut: made.CutOut,
				Output: out, Analysis: whole(made.Analysis), TimingMS: t.timing(),
			}, id, nil
		},
	}, nil
}

// checkPut checks an output_put_url before any work is done for it.
func (s *Server) checkPut(bad *faults, put string) error {
	switch {
	case put == "":
		return nil
	case len(put) > maxURL:
		bad.add("output_put_url", fmt.Sprintf("주소는 %d자까지 쓸 수 있습니다.", maxURL))
		return nil
	}
	return bad.merge(s.fetch.Check("output_put_url", put))
}

// whole gives an analysis whose lists are never null on the wire.
func whole(a ad.Analysis) ad.Analysis {
	if a.TextAreas == nil {
		a.TextAreas = []ad.TextArea{}
	}
	if a.Colors.Dominant == nil {
		a.Colors.Dominant = []string{}
	}
	if a.Mood == nil {
		a.Mood = []string{}
	}
	return a
}

// stage2 answers POST /api/stage2/generate.
func (s *Server) stage2(w http.ResponseWriter, r *http.Request) error {
	c, err := s.newCall(r)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithDeadline(r.Context(), c.deadline)
	defer cancel()
	body, release, err := s.admit(w, r, maxJSON)
	if err != nil {
		return err
	}
	defer release()
	var b gpu.Stage2Body
	pic, err := readJSON(r, body, &b)
	if err != nil {
		return err
	}
	job, err := s.stage2Work(ctx, c, b, pic, r.Host)
	if err != nil {
		return err
	}
	out, err := s.run(ctx, job, release)
	if err != nil {
		return err
	}
	return finish(ctx, s, w, out, job.putURL, func(a *gpu.Stage2Answer) *string { return &a.ImageURL })
}

// stage2Work checks a stage 2 request and makes its job.
func (s *Server) stage2Work(ctx context.Context, c call, b gpu.Stage2Body, inside inlined, host string) (*work, error) {
	requestID := visitOf(ctx).id
	var bad faults
	in := bad.fields(ad.Fields{ProductName: b.ProductName, TargetAge: b.TargetAge, TargetGender: b.TargetGender, AdConcept: b.AdConcept},
		"product_name", "target_age", "target_gender", "ad_concept")
	mainCopy := bad.text("main_copy", b.MainCopy, maxMainCopy)
	subCopy := bad.text("sub_copy", b.SubCopy, maxSubCopy)
	size := bad.size(b.Size)
	bad.analysis(b.Analysis)
	if b.HTMLImageURL != "" && !htmlSource(b.HTMLImageURL) {
		bad.add("html_image_url", "https, http, cid 주소이거나 /로 시작하는 경로여야 합니다.")
	}
	if b.Stage1Image == "" {
		bad.add("stage1_image", "1단계 그림의 주소를 보내 주세요.")
	}
	if err := s.checkPut(&bad, b.OutputPutURL); err != nil {
		return nil, err
	}
	if err := bad.err(); err != nil {
		return nil, err
	}
	pic, err := s.picture(ctx, "stage1_image", b.Stage1Image, host, inside)
	if err != nil {
		return nil, err
	}
	info, err := photo.Check(pic)
	if err != nil {
		return nil, err
	}
	if own := image.Pt(info.Width, info.Height); size == (image.Point{}) && !makeable(own) {
		// A bigger one is scaled down; a smaller one has no room for words.
		if own = fitted(own); !makeable(own) {
			bad.add("size", "그림의 크기로는 만들 수 없습니다. size를 함께 보내 주세요. 예: 1080x1080")
			return nil, bad.err()
		}
	}
	src := b.HTMLImageURL
	if src == "" {
		src = s.sourceFor(b.Stage1Image, host)
	}
	claims, err := json.Marshal(b.Analysis)
	if err != nil {
		return nil, fault.New(fault.Internal, fmt.Errorf("encode: %w", err))
	}
	return &work{
		name: callStage2, class: jobs.Finishing, call: c, picture: pic, putURL: b.OutputPutURL,
		fingerprint: fingerprint([]byte(callStage2), pic, []byte(in.ProductName), []byte(in.TargetAge), []byte(in.TargetGender), []byte(in.AdConcept),
			[]byte(mainCopy), []byte(subCopy), claims, []byte(gpu.FormatSize(size)), []byte(withoutQuery(b.HTMLImageURL)), []byte(strconv.FormatBool(b.Notice))),
		do: func(ctx context.Context, e engine.Engine, pic []byte, t *stopwatch) (any, string, error) {
			img, err := photo.Decode(ctx, pic, compose.MaxSide)
			if err != nil {
				return nil, "", err
			}
			mark := markOf(pic, e)
			head, sub, by, err := s.words(ctx, in, b.Analysis, mainCopy, subCopy)
			if err != nil {
				return nil, "", err
			}
			src := src
			if src == "" { // it gets an address by being kept
				id, err := s.store.Put(pic)
				if err != nil {
					return nil, "", fault.New(fault.GPUUnavailable, err)
				}
				src = s.imageURL(id)
			}
			s.metrics.renders.WithLabelValues(callStage2).Inc()
			made, err := s.parts.Compose(ctx, compose.Request{
				Picture: img, Analysis: b.Analysis, MainCopy: head, SubCopy: sub, ProductName: in.ProductName,
				Size: size, PictureURL: src, Notice: b.Notice,
			})
			if err != nil {
				return nil, "", fmt.Errorf("compose: %w", err)
			}
			if err := ctx.Err(); err != nil {
				return nil, "", context.Cause(ctx)
			}
			id, out, err := s.keep(made.Image, mark)
			if err != nil {
				return nil, "", err
			}
			lines := make([]gpu.Line, len(made.Lines))
			for i, l := range made.Lines {
				lines[i] = gpu.Line{Text: l.Text, Role: l.Role, Box: l.Box, SizePx: l.SizePx}
			}
			return gpu.Stage2Answer{
				ImageURL: id, HTMLCode: made.HTML, RequestID: requestID, Seed: mark.Seed, Engine: e.Name(), StandIn: e.StandIn(), Output: out,
				MainCopy: head, SubCopy: sub, CopySource: by, Lines: lines, Layout: made.Layout, ContrastRatio: made.Contrast,
				Scrim: made.Scrim, TimingMS: t.timing(),
			}, id, nil
		},
	}, nil
}

// words gives the copy to set: the caller's, and for what is missing the
// deterministic writer's, as the original call has none.
func (s *Server) words(ctx context.Context, in ad.Fields, a *ad.Analysis, head, sub string) (string, string, string, error) {
	if head != "" && sub != "" {
		return head, sub, "request", nil
	}
	w, err := s.parts.Copy.WriteCopy(ctx, in, a)
	if err != nil {
		return "", "", "", fmt.Errorf("copy: %w", err)
	}
	return cmp.Or(head, w.Main), cmp.Or(sub, w.Sub), "template", nil
}

// fitted is the size photo.Decode gives a picture for the composer.
func fitted(p image.Point) image.Point {
	if long := max(p.X, p.Y); long > compose.MaxSide {
		return image.Pt(max(1, p.X*compose.MaxSide/long), max(1, p.Y*compose.MaxSide/long))
	}
	return p
}

// sourceFor gives the src in html_code for a caller who names none: where the
// picture is, or nothing when it came inside the JSON and so is nowhere.
func (s *Server) sourceFor(address, host string) string {
	if id, ok := s.ownImage(address, host); ok {
		return s.imageURL(id)
	}
	if htmlSource(address) {
		return address
	}
	return ""
}

// withoutQuery drops what is fresh on every presigned URL to the same object.
func withoutQuery(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	u.RawQuery, u.Fragment = "", ""
	return u.String()
}

// markOf gives the mark of a finished picture: what its stage 1 picture says of
// itself, since that is how the scene was made, else this engine without a seed.
func markOf(stage1 []byte, e engine.Engine) provenance.Mark {
	m, err := provenance.Read(stage1)
	if err != nil || len(m.Engine) > maxWord || (m.Seed != nil && *m.Seed > gpu.MaxSeed) {
		return provenance.Mark{Engine: e.Name(), StandIn: e.StandIn()}
	}
	return m
}

// score answers POST /api/clip/score.
func (s *Server) score(w http.ResponseWriter, r *http.Request) error {
	c, err := s.newCall(r)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithDeadline(r.Context(), c.deadline)
	defer cancel()
	body, release, err := s.admit(w, r, maxJSON)
	if err != nil {
		return err
	}
	defer release()
	var b gpu.ScoreBody
	pic, err := readJSON(r, body, &b)
	if err != nil {
		return err
	}
	job, err := s.scoreWork(ctx, c, b, pic, r.Host)
	if err != nil {
		return err
	}
	out, err := s.run(ctx, job, release)
	if err != nil {
		return err
	}
	return finish[gpu.ScoreAnswer](ctx, s, w, out, "", nil)
}

// scoreWork checks a score request and makes its job.
func (s *Server) scoreWork(ctx context.Context, c call, b gpu.ScoreBody, inside inlined, host string) (*work, error) {
	requestID := visitOf(ctx).id
	var bad faults
	prompt := bad.text("prompt", b.Prompt, maxPrompt)
	if prompt == "" {
		bad.add("prompt", "그림과 비교할 글을 보내 주세요.")
	}
	if b.ImageURL == "" {
		bad.add("image_url", "그림의 주소를 보내 주세요.")
	}
	bad.analysis(b.Analysis)
	if err := bad.err(); err != nil {
		return nil, err
	}
	pic, err := s.picture(ctx, "image_url", b.ImageURL, host, inside)
	if err != nil {
		return nil, err
	}
	if _, err := photo.Check(pic); err != nil {
		return nil, err
	}
	claims, err := json.Marshal(b.Analysis)
	if err != nil {
		return nil, fault.New(fault.Internal, fmt.Errorf("encode: %w", err))
	}
	return &work{
		name: callScore, class: jobs.Finishing, call: c, picture: pic,
		fingerprint: fingerprint([]byte(callScore), pic, []byte(prompt), claims),
		do: func(ctx context.Context, e engine.Engine, pic []byte, t *stopwatch) (any, string, error) {
			img, err := photo.Decode(ctx, pic, compose.MaxSide)
			if err != nil {
				return nil, "", err
			}
			s.metrics.renders.WithLabelValues(callScore).Inc()
			m, err := e.Score(ctx, engine.ScoreRequest{Picture: img, Text: prompt, Analysis: b.Analysis})
			if err != nil {
				return nil, "", fmt.Errorf("score: %w", err)
			}
			if !(m.Value >= 0 && m.Value <= 1) { // also NaN
				return nil, "", fault.New(fault.GPUBadAnswer, errors.New("the engine's score is not within 0..1"))
			}
			a := gpu.ScoreAnswer{
				ClipScore: m.Value, Metric: m.Metric, RawCosine: m.RawCosine, RequestID: requestID, Engine: e.Name(), StandIn: m.StandIn, TimingMS: t.timing(),
			}
			if m.Model != "" {
				a.Model = &m.Model
			}
			return a, "", nil
		},
	}, nil
}

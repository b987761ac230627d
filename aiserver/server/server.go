// Package server is the GPU server behind its HTTP contract
// (aiserver/openapi.yaml): intake, queue, idempotency, results, text and marks,
// once for every engine.
package server

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/semaphore"

	"github.com/nanococoa/nanococoa/aiserver/engine"
	"github.com/nanococoa/nanococoa/aiserver/fetch"
	"github.com/nanococoa/nanococoa/aiserver/jobs"
	"github.com/nanococoa/nanococoa/aiserver/results"
	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/compose"
	"github.com/nanococoa/nanococoa/internal/copywriter"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/gpu"
)

// CopyWriter writes the copy for a caller that sends none.
type CopyWriter interface {
	WriteCopy(ctx context.Context, f ad.Fields, a *ad.Analysis, used ...string) (copywriter.Copy, error)
}

// Parts are what the server is put together from.
type Parts struct {
	// Load makes the engine. It runs while the server already listens and
	// answers "not ready"; an error ends the server. ctx bounds the loading: it
	// ends when the server begins to drain, while the engine still has work.
	Load func(ctx context.Context) (engine.Engine, error)
	// Compose sets the words on a picture, normally compose.Render.
	Compose func(ctx context.Context, r compose.Request) (compose.Result, error)
	// Copy writes for callers without copy, normally copywriter.Template{}.
	Copy CopyWriter
	Log  *slog.Logger
}

// Server is one GPU server. Make it with New, run it with Run.
type Server struct {
	cfg     Config
	parts   Parts
	log     *slog.Logger
	queue   *jobs.Queue
	runner  *jobs.Runner
	store   *results.Store
	fetch   *fetch.Fetcher
	intake  *semaphore.Weighted
	spool   string
	metrics *metrics
	handler http.Handler
	engine  atomic.Pointer[engine.Engine] // nil while loading
	public  atomic.Pointer[string]        // base of image_url
}

// New opens the data folder and makes a server. When the database of keys is
// damaged it says so in the log and goes on with an empty one: what those keys
// asked for may be rendered again, which is better than no server.
func New(c Config, p Parts) (*Server, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	hosts, err := fetch.ParseHosts(c.AllowedHosts)
	if err != nil {
		return nil, err
	}
	store, damaged, err := results.Open(results.Config{
		Dir: c.DataDir, TTL: c.ResultTTL, MaxBytes: int64(c.ResultMaxMB) << 20,
	})
	if err != nil {
		return nil, err
	}
	if damaged != nil {
		p.Log.Warn("the database of keys is damaged, beginning a new one", "err", damaged)
	}
	spool := filepath.Join(c.DataDir, "spool")
	// What lies there belonged to jobs of a process that is no more.
	if err := errors.Join(os.RemoveAll(spool), os.Mkdir(spool, 0o700)); err != nil {
		return nil, errors.Join(fmt.Errorf("spool: %w", err), store.Close())
	}
	s := &Server{
		cfg: c, parts: p, log: p.Log, store: store, spool: spool,
		queue:  jobs.NewQueue(c.Slots, c.Queue),
		fetch:  fetch.New(fetch.Config{Hosts: hosts, MaxBytes: gpu.MaxPicture}),
		intake: semaphore.NewWeighted(intakeBudget),
	}
	s.metrics = newMetrics(s)
	s.runner = jobs.NewRunner(s.queue, store, func(err error) {
		if errors.Is(err, jobs.ErrNotKept) {
			s.metrics.lost.Inc()
		}
		s.log.Error("job", "err", err)
	})
	s.setPublic(c.PublicURL, c.Addr)
	s.handler = s.routes()
	return s, nil
}

// Handler is the whole contract. Run serves it; tests may do so themselves.
func (s *Server) Handler() http.Handler { return s.handler }

// The server's own limits on a connection. Bodies have their own (BODY_TIMEOUT),
// and an answer may take as long as its job.
const (
	headerTimeout  = 10 * time.Second
	idleTimeout    = 2 * time.Minute
	maxHeaderBytes = 32 << 10
	// shutdownGrace is what answers get to be written after the last job.
	shutdownGrace = 5 * time.Second
	// sweepEvery is how often expired results are removed.
	sweepEvery = time.Minute
)

// Run loads the engine and serves until ctx ends; then it drains: not ready,
// whatever waits is turned away, what runs is finished and written, at the
// latest after DrainTimeout. It closes the listener and the data folder.
func (s *Server) Run(ctx context.Context, ln net.Listener) error {
	s.setPublic(s.cfg.PublicURL, ln.Addr().String())
	srv := &http.Server{
		Handler: s.handler, ReadHeaderTimeout: headerTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeaderBytes,
		ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
	broken := make(chan error, 2)
	go func() { broken <- srv.Serve(ln) }()
	work, stop := context.WithCancel(ctx)
	defer stop()
	go func() {
		if err := fault.Guard(func() error { return s.load(work) }); err != nil {
			broken <- err
		}
	}()
	go s.sweep(work)
	s.log.Info("listening", "addr", ln.Addr().String(), "engine", s.cfg.Engine, "slots", s.cfg.Slots, "queue", s.cfg.Queue)

	var failed error
	select {
	case <-ctx.Done():
	case failed = <-broken:
	}
	s.log.Info("draining", "busy", s.queue.State().Busy, "queued", s.queue.State().Queued)
	s.drain()
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownGrace)
	defer cancel()
	err := srv.Shutdown(end)
	if err != nil {
		err = errors.Join(err, srv.Close())
	}
	s.log.Info("stopped")
	return errors.Join(failed, err, s.Close())
}

// drain waits for what runs; beyond the time it aborts it, which the engine
// hears through its context.
func (s *Server) drain() {
	ctx, cancel := context.WithTimeout(context.Background(), s.cfg.DrainTimeout)
	defer cancel()
	if s.queue.Drain(ctx) == nil {
		return
	}
	s.log.Warn("jobs outlast the drain, aborting them", "busy", s.queue.State().Busy)
	s.runner.Abort()
	for until := time.Now().Add(shutdownGrace); s.queue.State().Busy > 0 && time.Now().Before(until); {
		time.Sleep(20 * time.Millisecond)
	}
}

func (s *Server) load(ctx context.Context) error {
	if s.engine.Load() != nil { // by Load, before Run
		return nil
	}
	began := time.Now()
	e, err := s.parts.Load(ctx)
	if err != nil {
		return fmt.Errorf("load engine: %w", err)
	}
	if err := engine.CheckName(e.Name()); err != nil {
		return errors.Join(fmt.Errorf("load engine: %w", err), e.Close())
	}
	if own, ok := e.(prometheus.Collector); ok { // what its models do
		if err := s.metrics.registry.Register(own); err != nil {
			return errors.Join(fmt.Errorf("load engine: %w", err), e.Close())
		}
	}
	s.engine.Store(&e)
	s.log.Info("ready", "engine", e.Name(), "stand_in", e.StandIn(), "load_ms", time.Since(began).Milliseconds())
	return nil
}

// Load loads the engine now, for a server whose Handler is served without Run.
func (s *Server) Load(ctx context.Context) error { return s.load(ctx) }

// Close closes engine and data folder of a server that was never Run.
func (s *Server) Close() error {
	var err error
	if e := s.engine.Load(); e != nil {
		err = (*e).Close()
	}
	return errors.Join(err, s.store.Close())
}

func (s *Server) sweep(ctx context.Context) {
	t := time.NewTicker(sweepEvery)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		if n, err := s.store.Sweep(); err != nil {
			s.log.Error("sweep", "err", err)
		} else if n > 0 {
			s.log.Info("swept", "files", n)
		}
	}
}

// setPublic fixes the base of image_url. An address that listens on every
// interface is no address to send anybody to, so it becomes localhost.
func (s *Server) setPublic(configured, addr string) {
	base := strings.TrimRight(configured, "/")
	if base == "" {
		host, port, _ := net.SplitHostPort(addr)
		if ip := net.ParseIP(host); host == "" || (ip != nil && ip.IsUnspecified()) {
			host = "localhost"
		}
		base = "http://" + net.JoinHostPort(host, port)
	}
	s.public.Store(&base)
}

func (s *Server) imageURL(id string) string { return *s.public.Load() + gpu.PathImages + id }

// ready gives the engine, or GPU.Unavailable while it loads.
func (s *Server) ready() (engine.Engine, error) {
	if e := s.engine.Load(); e != nil {
		return *e, nil
	}
	f := fault.Newf(fault.GPUUnavailable, "loading")
	f.RetryAfter = 5 * time.Second
	return nil, f
}

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	// Each known path answers its method and, without one, says which it takes.
	route := func(method, path string, h handler) {
		mux.Handle(method+" "+path, s.serve(path, h))
		mux.Handle(path, s.serve(path, func(w http.ResponseWriter, _ *http.Request) error {
			w.Header().Set("Allow", method)
			return unsupported(http.StatusMethodNotAllowed, "이 주소는 "+method+" 요청만 받습니다.", "method")
		}))
	}
	stage1 := handle(s, maxForm, s.stage1, func(a *gpu.Stage1Answer) *string { return &a.ImageURL })
	stage2 := handle(s, maxJSON, s.stage2, func(a *gpu.Stage2Answer) *string { return &a.ImageURL })
	score := handle[gpu.ScoreAnswer](s, maxJSON, s.score, nil)
	route(http.MethodPost, gpu.PathStage1, s.authorized(stage1))
	route(http.MethodPost, gpu.PathStage2, s.authorized(stage2))
	route(http.MethodPost, gpu.PathScore, s.authorized(score))
	route(http.MethodGet, gpu.PathImages+"{id}", s.authorized(s.image))
	route(http.MethodGet, gpu.PathCapacity, s.authorized(s.capacity))
	route(http.MethodGet, gpu.PathMetrics, s.authorized(s.metrics.serve))
	// A load balancer and a process supervisor have no token.
	route(http.MethodGet, gpu.PathHealth, s.health)
	route(http.MethodGet, gpu.PathReady, s.readiness)
	mux.Handle("/", s.serve("unknown", func(http.ResponseWriter, *http.Request) error {
		return unsupported(http.StatusNotFound, "이 서버에 없는 주소입니다.", "path")
	}))
	return mux
}

// unsupported is the answer to a call that is not in the contract.
func unsupported(status int, detail, what string) error {
	f := fault.Newf(fault.RequestUnsupported, "unknown %s", what)
	f.Detail = detail
	return statusFault{status, f}
}

// authorized asks for the shared token, when there is one. Both sides are hashed
// so that the comparison takes the same time whatever their lengths.
func (s *Server) authorized(next handler) handler {
	if s.cfg.Token == "" {
		return next
	}
	want := sha256.Sum256([]byte(s.cfg.Token))
	return func(w http.ResponseWriter, r *http.Request) error {
		scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		got := sha256.Sum256([]byte(strings.TrimSpace(token)))
		if subtle.ConstantTimeCompare(got[:], want[:]) != 1 || !strings.EqualFold(scheme, "Bearer") {
			w.Header().Set("WWW-Authenticate", `Bearer realm="aiserver"`)
			return fault.Newf(fault.RequestUnauthorized, "no or wrong token")
		}
		return next(w, r)
	}
}

func (s *Server) health(w http.ResponseWriter, _ *http.Request) error {
	return writeJSON(w, map[string]string{"status": "ok"})
}

// readiness is about taking work at all: a full queue is still ready, or a load
// balancer would take every busy server out of the rotation.
func (s *Server) readiness(w http.ResponseWriter, _ *http.Request) error {
	if _, err := s.ready(); err != nil {
		return err
	}
	if s.queue.State().Draining {
		return fault.Newf(fault.GPUUnavailable, "draining")
	}
	return writeJSON(w, map[string]string{"status": "ready"})
}

func (s *Server) capacity(w http.ResponseWriter, _ *http.Request) error {
	q := s.queue.State()
	c := gpu.Capacity{
		Slots: q.Slots, Busy: q.Busy, Queued: q.Queued, QueueLimit: q.Limit, Draining: q.Draining,
		ETASeconds: float64(q.ETA.Milliseconds()) / 1000, Parts: []gpu.Part{},
	}
	if e, err := s.ready(); err == nil {
		c.Engine, c.StandIn, c.Ready = e.Name(), e.StandIn(), !q.Draining
		for _, p := range e.Parts() {
			c.Parts = append(c.Parts, gpu.Part(p))
		}
	}
	return writeJSON(w, c)
}

// image serves a result. Its bytes never change, and nobody but the caller who
// got the id has any business with it.
func (s *Server) image(w http.ResponseWriter, r *http.Request) error {
	b, err := s.store.Picture(r.PathValue("id"))
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "image/png")
	h.Set("Content-Length", fmt.Sprint(len(b)))
	h.Set("Cache-Control", "private, max-age=3600, immutable")
	h.Set("X-Content-Type-Options", "nosniff")
	_, err = w.Write(b)
	return brokenPipe(err)
}

// Package worker starts and supervises the model worker: one process in Python (python/)
// that holds models by role, such as "cutout", and works for one GPU server. It is asked
// over a Unix socket, in frames of a JSON header and raw pixels.
//
// The process may die, hang or run out of memory: its job ends with a fault, it is started
// again, and whoever asked goes on without it. README.md lists the roles.
package worker

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/nanococoa/nanococoa/aiserver/engine"
	"github.com/nanococoa/nanococoa/internal/fault"
)

// program is the worker's own code. It travels inside the server, so that both always
// speak the same protocol.
//
//go:embed python/*.py
var program embed.FS

// Limits say how long the supervisor waits for what.
type Limits struct {
	Start   time.Duration // from start to ready
	Silence time.Duration // between two frames once it is ready; it sends a heartbeat twice a second
	Grace   time.Duration // from a job's end to the worker's word on it
	Wait    time.Duration // a job waits for a worker that is being started
	// One job of each role, with its waits; beyond this an owner waits less without it.
	Cutout, Scene, Score, Analysis time.Duration
	// The pause before a start after the second death in a row; each further one waits
	// twice as long, up to Longest. After the first there is none.
	Backoff, Longest time.Duration
}

// Usual are the limits outside of tests. On two cores a worker with the cut-out alone is ready
// within a second and a cut-out takes a quarter of one; the rest is for a machine on which much
// else runs. Models for a card are some 20 GB to read, to bring there and to warm up, so a job
// that has ended such a worker waits for the next one; what one picture takes on the slowest
// card that is meant (10 s on an L4) is a sixth of its time.
func Usual(m Models) Limits {
	l := Limits{
		Start: 30 * time.Second, Silence: 10 * time.Second, Grace: 2 * time.Second, Wait: 5 * time.Second,
		Cutout: 8 * time.Second, Scene: 90 * time.Second, Score: 15 * time.Second, Analysis: 30 * time.Second,
		Backoff: time.Second, Longest: time.Minute,
	}
	if m.Scene != "" || m.Score != "" || m.Analysis != "" {
		l.Start, l.Silence, l.Wait = 10*time.Minute, 30*time.Second, time.Minute
	}
	return l
}

// Config says which program is the worker.
type Config struct {
	Command []string // program and arguments
	Environ []string // all that it gets of our environment
	Limits  Limits
	Log     *slog.Logger
}

// The states of a worker.
const (
	Starting = "starting" // it loads its models
	Ready    = "ready"
	Failed   = "failed" // it died and is started again after a pause
	Stopped  = "stopped"
)

// Status is what a worker is doing.
type Status struct {
	State    string
	Models   map[string]string // by role, "name@revision" or the name alone; nil unless ready
	Digests  map[string]string // by role, of the weights: 12 hexadecimal digits; nil unless ready
	Restarts int
	Why      error // of the last end, nil before the first
}

// Worker supervises one worker process. It is safe for concurrent use.
type Worker struct {
	cfg  Config
	turn chan struct{} // held by whoever uses the process: one job at a time
	stop context.CancelFunc
	over chan struct{}

	mu      sync.Mutex
	status  Status
	process *process      // nil unless ready
	changed chan struct{} // closed when status changes, and made anew
	deaths  map[[32]byte]int
	blamed  [][32]byte // the keys of deaths, the oldest first
	asked   uint64     // jobs, and the id of the last
	done    uint64     // jobs answered
}

// fatal is how often a job may kill the worker.
const fatal = 2

// remembered is for how many jobs the supervisor knows that they kill the worker. A photo
// that does is rare.
const remembered = 256

var (
	errDied  = errors.New("the worker died")
	errRetry = errors.New("it had no room for it")
)

// The roles of a worker.
const (
	Cutout   = "cutout"   // says where the product is
	Scene    = "scene"    // paints what is around it
	Score    = "score"    // says how well a picture and a text agree
	Analysis = "analysis" // says where words may go
)

// U2NetP is the model of the cut-out that `make worker` installs.
const U2NetP = "u2netp"

// Models says which model does each role; python/__main__.py lists them. A role without one
// is not loaded.
type Models struct {
	Dir                            string // a folder with one for each model, by its name; not for U2NetP
	Cutout, Scene, Score, Analysis string
	Compile                        bool // the scene's repeated blocks, which takes some half a minute at the start
	FP8                            bool // its products in 8 bits, where the card has them
}

// Find gives the worker that `make worker` or `make gpu-worker` has installed into dir, with
// the roles that models names. state is a folder of the server's, into which the worker's
// code is written. The error names what is missing.
func Find(dir, state string, models Models, log *slog.Logger) (Config, error) {
	python, code := filepath.Join(dir, "venv", "bin", "python"), filepath.Join(state, "worker")
	needed := []string{python}
	// Isolated: no variable and no folder of a user's own changes what is imported.
	command := []string{python, "-I", code}
	for _, r := range [][2]string{
		{Cutout, models.Cutout}, {Scene, models.Scene}, {Score, models.Score}, {Analysis, models.Analysis},
	} {
		role, model := r[0], r[1]
		if model == "" {
			continue
		}
		weights := filepath.Join(models.Dir, model)
		if model == U2NetP {
			weights = filepath.Join(dir, "u2netp.onnx")
		}
		needed = append(needed, weights)
		command = append(command, "--role", role+"="+model+"="+weights)
	}
	for option, wanted := range map[string]bool{"--compile": models.Compile, "--fp8": models.FP8} {
		if wanted {
			command = append(command, option)
		}
	}
	for _, path := range needed {
		if _, err := os.Stat(path); err != nil {
			return Config{}, fmt.Errorf("find the model worker: %w", err)
		}
	}
	if err := unpack(code); err != nil {
		return Config{}, err
	}
	return Config{
		Command: command,
		Environ: []string{
			"PATH=" + os.Getenv("PATH"), //nolint:forbidigo // handed on, not read
			// numpy's own threads and glibc's pools for each thread take memory and give nothing.
			"OPENBLAS_NUM_THREADS=1", "MALLOC_ARENA_MAX=2",
			// Whatever a model folder names, nothing is fetched, and what is said is worth a line of the log.
			"HF_HUB_OFFLINE=1", "TRANSFORMERS_OFFLINE=1", "HF_HUB_DISABLE_PROGRESS_BARS=1",
			"TRANSFORMERS_VERBOSITY=error", "DIFFUSERS_VERBOSITY=error", "TOKENIZERS_PARALLELISM=false",
			// What is compiled is kept for the next start.
			"TORCHINDUCTOR_CACHE_DIR=" + filepath.Join(state, "compiled"),
			// Pictures of many sizes take turns, and freed blocks of one should serve the others.
			"PYTORCH_ALLOC_CONF=expandable_segments:True",
		},
		Limits: Usual(models), Log: log,
	}, nil
}

// unpack writes the worker's code. A file that is there already with the same content stays,
// and with it what Python has compiled of it.
func unpack(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("unpack the model worker: %w", err)
	}
	entries, err := program.ReadDir("python")
	if err != nil {
		return fmt.Errorf("unpack the model worker: %w", err)
	}
	for _, e := range entries {
		text, err := program.ReadFile("python/" + e.Name())
		if err != nil {
			return fmt.Errorf("unpack the model worker: %w", err)
		}
		path := filepath.Join(dir, e.Name())
		if there, err := os.ReadFile(path); err == nil && slices.Equal(there, text) { //nolint:gosec // ours
			continue
		}
		if err := os.WriteFile(path, text, 0o600); err != nil {
			return fmt.Errorf("unpack the model worker: %w", err)
		}
	}
	return nil
}

// Start starts the worker and returns at once; jobs wait until it is ready. Close ends it.
func Start(c Config) *Worker {
	ctx, stop := context.WithCancel(context.Background())
	w := &Worker{
		cfg: c, turn: make(chan struct{}, 1), stop: stop, over: make(chan struct{}),
		status: Status{State: Starting}, changed: make(chan struct{}), deaths: map[[32]byte]int{},
	}
	go w.supervise(ctx)
	return w
}

// Close ends the process and waits until it is gone. Jobs end with GPU.Unavailable.
func (w *Worker) Close() error {
	w.stop()
	<-w.over
	return nil
}

// Status says what the worker is doing.
func (w *Worker) Status() Status {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := w.status
	s.Models, s.Digests = maps.Clone(s.Models), maps.Clone(s.Digests)
	return s
}

// Role says how a role is.
func (w *Worker) Role(role string) engine.Part {
	s := w.Status()
	return engine.Part{Role: role, Model: s.Models[role], State: s.State, Digest: s.Digests[role]}
}

// supervise keeps a process running until ctx ends.
func (w *Worker) supervise(ctx context.Context) {
	defer close(w.over)
	failures := 0 // since the last that was of use
	for {
		before := w.answers()
		began := time.Now()
		err := w.live(ctx, began)
		if ctx.Err() != nil {
			w.set(Status{State: Stopped}, nil)
			return
		}
		if w.answers() > before {
			failures = 0
		}
		pause := w.cfg.Limits.pause(failures)
		failures++
		w.cfg.Log.Warn("the model worker ended", "err", err, "lived_ms", time.Since(began).Milliseconds(),
			"restart_in_ms", pause.Milliseconds())
		state := Starting
		if pause > 0 {
			state = Failed
		}
		w.set(Status{State: state, Why: err}, nil)
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
}

// pause is how long to wait after so many failures in a row before this one.
func (l Limits) pause(failures int) time.Duration {
	if failures == 0 {
		return 0
	}
	pause := l.Backoff
	for range failures - 1 {
		pause = min(2*pause, l.Longest)
	}
	return pause
}

// live is one process from its start to its end, and says why it ended.
func (w *Worker) live(ctx context.Context, began time.Time) error {
	p, err := spawn(w.cfg.Command, w.cfg.Environ, w.cfg.Limits, func(line string) {
		w.cfg.Log.Warn("the model worker says", "line", line)
	})
	if err != nil {
		return err
	}
	defer context.AfterFunc(ctx, func() { p.end(errFinished) })()
	select {
	case <-p.done:
		return p.err
	case <-p.ready:
	}
	w.cfg.Log.Info("the model worker is ready", "models", p.loaded.Models, "load_ms", time.Since(began).Milliseconds())
	w.set(Status{State: Ready, Models: p.loaded.Models, Digests: p.loaded.Digests}, p)
	<-p.done
	return p.err
}

// set changes the status, and counts.
func (w *Worker) set(s Status, p *process) {
	w.mu.Lock()
	defer w.mu.Unlock()
	s.Restarts = w.status.Restarts
	if s.Why != nil {
		s.Restarts++
	} else {
		s.Why = w.status.Why
	}
	w.status, w.process = s, p
	close(w.changed)
	w.changed = make(chan struct{})
}

func (w *Worker) answers() uint64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.done
}

// Pixels is a picture as it travels: rows from the top, Width·Height·Channels bytes, 8 bits
// a channel. One channel is coverage, three are sRGB, four sRGB with straight alpha.
type Pixels struct {
	Width, Height, Channels int
	Pix                     []byte
}

func (p Pixels) check() error {
	if p.Width < 1 || p.Height < 1 || p.Channels < 1 || p.Channels > 4 || len(p.Pix) > maxPayload ||
		len(p.Pix) != p.Width*p.Height*p.Channels {
		return fault.Newf(fault.GPUBadAnswer, "a picture of %d×%d×%d in %d bytes",
			p.Width, p.Height, p.Channels, len(p.Pix))
	}
	return nil
}

// Job is what a role is asked.
type Job struct {
	Role     string
	Pixels   Pixels
	Args     any                // of the role, as JSON; may be nil
	Progress func(done, of int) // takes each step that the role tells, before Do returns; may be nil
}

// Answer is what a role answers: pixels, or info, or both.
type Answer struct {
	Pixels Pixels          // zero when there are none
	Info   json.RawMessage // of the role; nil when there is none
}

// Do has the worker do one job of a role. It waits for its turn and, for a short while, for
// a worker that is being started. A job that ends the worker, or for which there is no memory,
// is done once more. Faults: GPU.Unavailable when there is no worker, it has not this role, it
// could not do it (out of memory, for one) or ctx has ended, which it wraps; GPU.Rejected when
// this job has killed the worker twice; GPU.BadAnswer when the answer is not the protocol's.
func (w *Worker) Do(ctx context.Context, job Job) (Answer, error) {
	if err := job.Pixels.check(); err != nil {
		return Answer{}, err
	}
	key, err := job.fingerprint()
	if err != nil {
		return Answer{}, err
	}
	for again := true; ; {
		if w.kills(key) >= fatal {
			return Answer{}, fault.Newf(fault.GPURejected, "role %s: this job has killed the worker %d times", job.Role, fatal)
		}
		out, err := w.try(ctx, key, job)
		switch {
		case ctx.Err() != nil:
			return out, err
		case errors.Is(err, errDied): // the loop ends with fatal
		case errors.Is(err, errRetry) && again:
			again = false
		default:
			return out, err
		}
	}
}

// try does the job on the process that is there.
func (w *Worker) try(ctx context.Context, key [32]byte, job Job) (Answer, error) {
	select {
	case w.turn <- struct{}{}:
	case <-ctx.Done():
		return Answer{}, fault.New(fault.GPUUnavailable, ctx.Err())
	}
	p, err := w.await(ctx)
	if err == nil && p.loaded.Models[job.Role] == "" {
		err = fault.Newf(fault.GPUUnavailable, "the worker has no role %s", job.Role)
	}
	if err != nil {
		<-w.turn
		return Answer{}, err
	}
	in := job.Pixels
	w.mu.Lock()
	w.asked++
	h := header{
		Type: typeJob, ID: w.asked, Role: job.Role, Width: in.Width, Height: in.Height, Channels: in.Channels, Args: job.Args,
	}
	w.mu.Unlock()
	type outcome struct {
		answer answer
		err    error
	}
	done, told := make(chan outcome, 1), make(chan [2]int)
	// The turn is given back when the worker is through with the job, which may be after
	// the caller has gone.
	go func() {
		defer func() { <-w.turn }()
		var a answer
		err := fault.Guard(func() (err error) {
			a, err = p.exchange(ctx, h, in.Pix, func(done, of int) {
				select {
				case told <- [2]int{done, of}:
				case <-ctx.Done():
				}
			})
			return err
		})
		if errors.Is(err, errDied) {
			w.blame(key, p)
		} else {
			w.mu.Lock()
			w.done++
			w.mu.Unlock()
		}
		done <- outcome{a, err}
	}()
	for {
		select {
		case <-ctx.Done():
			return Answer{}, fault.New(fault.GPUUnavailable, ctx.Err())
		case step := <-told:
			if job.Progress != nil {
				job.Progress(step[0], step[1])
			}
		case o := <-done:
			if o.err != nil {
				return Answer{}, fault.New(fault.GPUUnavailable, o.err)
			}
			return o.answer.read(job.Role)
		}
	}
}

// read is what a caller gets of an answer.
func (a answer) read(role string) (Answer, error) {
	h := a.header
	switch {
	case h.Type == typeError && h.Retry:
		return Answer{}, fault.Newf(fault.GPUUnavailable, "role %s: %w: %s", role, errRetry, h.Detail)
	case h.Type == typeError:
		return Answer{}, fault.Newf(fault.GPUUnavailable, "role %s: %s", role, h.Detail)
	case h.Width == 0 && h.Height == 0 && len(a.pixels) == 0:
		return Answer{Info: h.Info}, nil
	}
	out := Pixels{h.Width, h.Height, h.Channels, a.pixels}
	return Answer{Pixels: out, Info: h.Info}, out.check()
}

// await gives the process when it is ready. It waits while one is being started, and not
// while a dead one has a pause.
func (w *Worker) await(ctx context.Context) (*process, error) {
	late := time.NewTimer(w.cfg.Limits.Wait)
	defer late.Stop()
	for {
		w.mu.Lock()
		p, status, changed := w.process, w.status, w.changed
		w.mu.Unlock()
		if p != nil {
			return p, nil
		}
		if status.State != Starting {
			return nil, fault.Newf(fault.GPUUnavailable, "the worker is %s: %w", status.State, status.Why)
		}
		select {
		case <-changed:
		case <-late.C:
			return nil, fault.Newf(fault.GPUUnavailable, "the worker is not ready after %s", w.cfg.Limits.Wait)
		case <-ctx.Done():
			return nil, fault.New(fault.GPUUnavailable, ctx.Err())
		}
	}
}

// fingerprint is the same for the same job. Fault: GPU.Rejected for arguments that are no JSON.
func (j Job) fingerprint() ([32]byte, error) {
	args, err := json.Marshal(j.Args)
	if err != nil {
		return [32]byte{}, fault.Newf(fault.GPURejected, "role %s: arguments: %w", j.Role, err)
	}
	h, in := sha256.New(), j.Pixels
	_ = binary.Write(h, binary.BigEndian, [3]int64{int64(in.Width), int64(in.Height), int64(in.Channels)})
	_, _ = h.Write([]byte(j.Role + "\n"))
	_, _ = h.Write(append(args, '\n'))
	_, _ = h.Write(in.Pix)
	return [32]byte(h.Sum(nil)), nil
}

func (w *Worker) kills(key [32]byte) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.deaths[key]
}

// blame counts a death of the worker, and takes the dead process out of use before
// anybody is given it.
func (w *Worker) blame(key [32]byte, p *process) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.process == p {
		w.process, w.status.State, w.status.Models, w.status.Digests = nil, Starting, nil, nil
	}
	if w.deaths[key] == 0 {
		w.blamed = append(w.blamed, key)
		if len(w.blamed) > remembered {
			delete(w.deaths, w.blamed[0])
			w.blamed = w.blamed[1:]
		}
	}
	w.deaths[key]++
}

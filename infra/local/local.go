// Package local runs the whole deployment on this machine, without Docker and
// without an AWS account: the real template.yaml, deployed by SAM onto a local
// AWS (MiniStack) that runs the real function binaries; the GPU server's
// stand-in; and the site with /api on one origin.
//
// It installs and builds nothing. It expects what `make build` leaves behind:
// the Python tools in .venv, the built template in .aws-sam/local and the GPU
// server in build/aiserver.
//
// Everything listens on 127.0.0.1 only. docs/adr/0006-local-engine.md says why
// MiniStack, and how it differs from AWS.
package local

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/nanococoa/nanococoa/infra/keys"
)

// What every local deployment is called and where it pretends to be.
const (
	environment  = "local"
	region       = "ap-northeast-2"
	appStack     = "nanococoa-local"
	storageStack = "nanococoa-local-storage"
	accountStack = "nanococoa-local-accounts"
)

// The ports tried first when none is asked for and no earlier run had others: the
// ones the original system and local stand-ins for AWS have always had.
const (
	usualAWSPort      = 4566
	usualAIServerPort = 8892
)

// Options say what to run and where. The zero value of a field is a sensible
// choice, except for Root.
type Options struct {
	Root     string // the repository
	StateDir string // for the local AWS's state and every log; "" = a temporary folder, gone after Down

	SitePort     int // of the site; 0 = any free one
	AWSPort      int // of the local AWS; 0 = the earlier run's, or 4566, or any free one
	AIServerPort int // of the GPU stand-in; 0 = the earlier run's, or 8892, or any free one

	OpenAIKey     string // "" = the deterministic writer writes
	OpenAIBaseURL string // "" = OpenAI's own
	OpenAIModel   string // "" = template.yaml's default

	OpenAIEffort *string // nil = template.yaml's default; "" = none is asked for

	AIServerURL string // another GPU server; set = the stand-in is not started

	Limits string // of what callers may use, as template.yaml's parameter; "" = as good as none

	Engine Engine // what answers as AWS; "" = MiniStack

	Persist   bool          // whether ads outlive Down; needs a StateDir
	WaitScale float64       // multiplies the state machine's waits, for tests; 0 = 1
	StopGrace time.Duration // how long the local AWS may take to save its state in Down; 0 = 30 s
	Log       io.Writer     // what is being done, for a person; nil = nobody
	// AIServerEnv is more environment for the GPU server alone, likewise.
	AIServerEnv []string
	Env         []string // more environment for local AWS and GPU server, as KEY=value
}

// Deployment is a running deployment. Its methods are safe for concurrent use.
type Deployment struct {
	SiteURL     string            // what a browser opens, e.g. http://localhost:8890
	AWSURL      string            // the AWS endpoint; Config has the root's keys
	AIServerURL string            // the GPU server
	Region      string            // of every resource
	Outputs     map[string]string // of both stacks, e.g. "TableName", "ApiFunctionName"

	o         Options
	dir       string // StateDir, made absolute
	temporary bool   // whether dir goes with Down
	root      aws.Credentials
	lock      *os.File
	logs      map[string]*os.File // by name, open until Down
	say       *progress
	running   *process // the local AWS
	docker    *process // the Docker daemon that LocalStack uses, if it is ours
	images    *http.Server
	site      *http.Server
	served    chan error // the site's end
	lines     *lines     // what children say, for Follow

	mu       sync.Mutex
	aiserver *process
}

// Up starts a deployment and returns when a request for /api/health has been
// answered by it. When it fails, or ctx ends first, nothing is left running.
func Up(ctx context.Context, o Options) (d *Deployment, err error) {
	if o.Log == nil {
		o.Log = io.Discard
	}
	if o.Engine == LocalStack {
		// It keeps nothing, ends when it likes, and its containers end with their daemon.
		o.StopGrace = 2 * time.Second
	}
	if o.StopGrace == 0 {
		o.StopGrace = 30 * time.Second
	}
	root, err := filepath.Abs(o.Root)
	if err != nil {
		return nil, fmt.Errorf("find the repository: %w", err)
	}
	o.Root = root
	d = &Deployment{
		o: o, Region: region, Outputs: map[string]string{}, logs: map[string]*os.File{}, say: newProgress(o.Log),
		lines: newLines(),
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, d.Down())
			d = nil
		}
	}()
	if err := d.check(); err != nil {
		return d, err
	}
	if err := d.open(); err != nil {
		return d, err
	}
	if err := d.ensureRoot(ctx); err != nil {
		return d, err
	}
	start := d.startAWS
	if d.containers() {
		start = d.startLocalStack
	}
	// The site's port is taken first: it is the one a person chose.
	ln, err := listen(ctx, o.SitePort)
	if err != nil {
		return d, err
	}
	defer func() {
		if err != nil {
			_ = ln.Close() // Serve would have
		}
	}()
	d.SiteURL = fmt.Sprintf("http://localhost:%d", port(ln))
	if err := d.say.phase("Starting the local AWS", func() error { return start(ctx) }); err != nil {
		return d, err
	}
	if err := d.say.phase("Starting the GPU server", func() error { return d.StartAIServer(ctx) }); err != nil {
		return d, err
	}
	if err := d.deploy(ctx); err != nil {
		return d, err
	}
	if err := d.serve(ln); err != nil {
		return d, err
	}
	return d, d.say.phase("Waiting for the first answer", func() error {
		return poll(ctx, 20*time.Second, d.running,
			func(ctx context.Context) error { return get(ctx, d.SiteURL+"/api/health") })
	})
}

// check says what is missing before anything is started.
func (d *Deployment) check() error {
	need := []struct{ path, from string }{
		{d.python(), "make .venv/.installed"},
		{d.sam(), "make .venv/.installed"},
		{d.template(), "make build"},
	}
	if d.o.Engine == LocalStack {
		for _, part := range []string{"venv", "java", "init"} {
			path := filepath.Join(d.o.Root, "build", "localstack", part)
			need = append(need, struct{ path, from string }{path, "make localstack-installed LOCALSTACK=host"})
		}
	}
	if d.o.AIServerURL == "" {
		need = append(need, struct{ path, from string }{d.aiserverProgram(), "make build"})
	}
	var missing []error
	for _, n := range need {
		if _, err := os.Stat(n.path); err != nil {
			missing = append(missing, fmt.Errorf("%s is missing; `%s` makes it", n.path, n.from))
		}
	}
	return errors.Join(missing...)
}

func (d *Deployment) python() string { return filepath.Join(d.o.Root, ".venv", "bin", "python") }
func (d *Deployment) sam() string    { return filepath.Join(d.o.Root, ".venv", "bin", "sam") }
func (d *Deployment) template() string {
	return filepath.Join(d.o.Root, ".aws-sam", "local", "template.yaml")
}
func (d *Deployment) aiserverProgram() string { return filepath.Join(d.o.Root, "build", "aiserver") }

// open makes the state folder and makes sure that nobody else uses it.
func (d *Deployment) open() (err error) {
	if d.o.StateDir == "" {
		if d.dir, err = os.MkdirTemp("", "nanococoa-"); err != nil {
			return fmt.Errorf("make a state folder: %w", err)
		}
		d.temporary = true
	} else if d.dir, err = filepath.Abs(d.o.StateDir); err != nil {
		return fmt.Errorf("find the state folder: %w", err)
	}
	// Photos and, while it runs, keys: for this user only.
	if err := os.MkdirAll(d.dir, 0o700); err != nil {
		return fmt.Errorf("make the state folder: %w", err)
	}
	d.lock, err = lockFile(filepath.Join(d.dir, "lock"))
	if err != nil {
		return fmt.Errorf("%s is in use by another run; give this one another port: PORT=8900 make run", d.dir)
	}
	// What an earlier local AWS unpacked; it unpacks everything anew anyway.
	tmp := filepath.Join(d.dir, "tmp")
	if err := errors.Join(os.RemoveAll(tmp), os.Mkdir(tmp, 0o700)); err != nil {
		return fmt.Errorf("make room in the state folder: %w", err)
	}
	return nil
}

// Down stops everything that Up started, in the order that loses nothing, and
// waits until it has ended. It may be called twice.
func (d *Deployment) Down() error {
	if d == nil {
		return nil
	}
	var errs []error
	if d.site != nil {
		ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
		defer cancel()
		if err := d.site.Shutdown(ctx); err != nil {
			errs = append(errs, d.site.Close()) // somebody waits with Prefer: wait
		}
	}
	errs = append(errs, d.StopAIServer())
	if d.running != nil {
		select {
		case <-d.running.done:
		default:
			// The state is saved as plain files; a key has no business there.
			ctx, cancel := context.WithTimeout(context.Background(), min(3*time.Second, d.o.StopGrace))
			_ = keys.Remove(ctx, d.ssm(), keys.OpenAIName(environment)) // on the way down, as well as can be
			cancel()
		}
		if err := d.running.stop(d.o.StopGrace); d.o.Engine != LocalStack {
			errs = append(errs, err)
		}
	}
	errs = append(errs, d.stopContainers())
	for name, f := range d.logs {
		errs = append(errs, f.Close())
		delete(d.logs, name)
	}
	if d.lock != nil {
		errs = append(errs, d.lock.Close())
		d.lock = nil
	}
	if d.temporary {
		errs = append(errs, os.RemoveAll(d.dir))
	}
	return errors.Join(errs...)
}

// Wait returns nil when ctx ends, and an error when a part of the deployment
// ends by itself.
func (d *Deployment) Wait(ctx context.Context) error {
	d.mu.Lock()
	gpu := d.aiserver
	d.mu.Unlock()
	var gpuDone chan struct{}
	if gpu != nil {
		gpuDone = gpu.done
	}
	select {
	case <-ctx.Done():
		return nil
	case <-d.running.done:
		return d.running.ended()
	case <-gpuDone:
		return gpu.ended()
	case err := <-d.served:
		return fmt.Errorf("the site ended: %w", err)
	}
}

func (d *Deployment) ssm() *ssm.Client { return ssm.NewFromConfig(d.Config()) }

// architecture is what Lambda calls this machine's processor.
func architecture() string {
	if runtime.GOARCH == "arm64" {
		return "arm64"
	}
	return "x86_64"
}

// Where ports of our own choice come from: below what Linux and macOS give to
// outgoing connections (from 32768 and 49152), one of which could otherwise take
// a port between our choosing it and a child's listening on it.
const lowestPort, highestPort = 20000, 32000

// listen opens a port on this machine alone; 0 is any free one.
func listen(ctx context.Context, port int) (net.Listener, error) {
	if port == 0 {
		var lc net.ListenConfig
		for range 100 {
			n := lowestPort + rand.IntN(highestPort-lowestPort) //nolint:gosec // a port is no secret
			if ln, err := lc.Listen(ctx, "tcp", fmt.Sprintf("127.0.0.1:%d", n)); err == nil {
				return ln, nil
			}
		}
		return nil, errors.New("no free port found")
	}
	ln, err := new(net.ListenConfig).Listen(ctx, "tcp", fmt.Sprintf("127.0.0.1:%d", port))
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf(
			"port %d is taken by another program (`ss -ltnp | grep :%[1]d` or `lsof -i :%[1]d` says which); "+
				"choose another: PORT=%[2]d make run", port, port+1)
	case err != nil:
		return nil, fmt.Errorf("port %d cannot be used: %w", port, err)
	}
	return ln, nil
}

//nolint:forcetypeassert // listen makes no other
func port(ln net.Listener) int { return ln.Addr().(*net.TCPAddr).Port }

// choose gives asked if it is free, else usual if that is free, else any free
// port. See holdPorts for what keeps it free until a child has taken it.
func choose(ctx context.Context, asked, usual int) (int, error) {
	if asked != 0 {
		ln, err := listen(ctx, asked)
		if err != nil {
			return 0, err
		}
		return asked, ln.Close()
	}
	ln, err := listen(ctx, usual)
	if err != nil {
		if ln, err = listen(ctx, 0); err != nil {
			return 0, err
		}
	}
	return port(ln), ln.Close()
}

// poll tries until it succeeds, for at most limit, and gives up at once when
// the process it waits for has ended.
func poll(ctx context.Context, limit time.Duration, p *process, try func(context.Context) error) error {
	ctx, cancel := context.WithTimeoutCause(ctx, limit, fmt.Errorf("no answer within %s", limit))
	defer cancel()
	for {
		err := try(ctx)
		select {
		case <-p.done: // and whoever answers is somebody else
			return p.ended()
		default:
		}
		if err == nil {
			return nil
		}
		select {
		case <-p.done:
			return p.ended()
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", context.Cause(ctx), err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// get succeeds when the address answers 200.
func get(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return fmt.Errorf("ask %s: %w", url, err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("ask: %w", err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		body, _ := io.ReadAll(io.LimitReader(res.Body, 500))
		return fmt.Errorf("%s answered %s: %s", url, res.Status, body)
	}
	return nil
}

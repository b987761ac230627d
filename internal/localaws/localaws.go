// Package localaws runs the pinned local AWS (MiniStack) for the tests of the
// packages that talk to AWS: real SDK, real wire, no fake. One process serves a
// test binary; every test makes its own table and bucket in it.
package localaws

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
)

// Region is where the tests are.
const Region = "ap-northeast-2"

// required is the variable by which `make test` turns a missing local AWS from a
// skip into a failure.
const required = "REQUIRE_LOCAL_AWS"

// server is the one process of this test binary.
type server struct {
	once sync.Once
	dir  string
	cmd  *exec.Cmd
	url  string
	err  error

	keyID, secret string // of the root, while it runs
}

//nolint:gochecknoglobals // a test binary has one local AWS, started by whichever test needs it first
var shared server

// Main runs a package's tests and stops the local AWS after them. Call it from
// TestMain.
func Main(m *testing.M) int {
	code := m.Run()
	shared.stop()
	return code
}

// Config gives the SDK configuration of the running local AWS. Without an
// installed one the test is skipped, or fails when REQUIRE_LOCAL_AWS is
// set.
func Config(t testing.TB) aws.Config {
	t.Helper()
	shared.once.Do(shared.start)
	if errors.Is(shared.err, errMissing) && os.Getenv(required) == "" {
		t.Skip("the local AWS is not installed: run this by `make test`")
	}
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	return aws.Config{
		Region: Region, BaseEndpoint: &shared.url,
		Credentials: credentials.NewStaticCredentialsProvider(shared.keyID, shared.secret, ""),
	}
}

var errMissing = errors.New("the local AWS is not installed")

func (s *server) start() {
	root, err := find()
	if err != nil {
		s.err = err
		return
	}
	if s.dir, s.err = os.MkdirTemp("", "localaws"); s.err != nil {
		return
	}
	port, err := freePort()
	if err != nil {
		s.err = err
		return
	}
	s.url = fmt.Sprintf("http://127.0.0.1:%d", port)
	log, err := os.Create(filepath.Join(s.dir, "log"))
	if err != nil {
		s.err = err
		return
	}
	s.keyID, s.secret = "LOCAL"+rand.Text(), rand.Text()
	s.cmd = exec.Command(python(root), filepath.Join(root, "infra", "local", "localaws.py"))
	s.cmd.Env = append(os.Environ(), "BIND_HOST=127.0.0.1", fmt.Sprintf("GATEWAY_PORT=%d", port),
		"MINISTACK_REGION="+Region,
		"AWS_ACCESS_KEY_ID="+s.keyID, "AWS_SECRET_ACCESS_KEY="+s.secret, "AWS_SESSION_TOKEN=",
		"STATE_DIR="+s.dir, "S3_DATA_DIR="+filepath.Join(s.dir, "s3"), "TMPDIR="+s.dir, "PERSIST_STATE=0", "SFN_WAIT_SCALE=0",
		"LAMBDA_ACCOUNT_CONCURRENCY=1000") // as on AWS; by itself the local AWS throttles small machines sooner
	s.cmd.Stdout, s.cmd.Stderr = log, log
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
	if s.err = s.cmd.Start(); s.err == nil {
		s.err = s.ready()
	}
}

// startTimeout is generous: the local AWS starts in a second, but the test machine
// may be doing anything.
const startTimeout = 60 * time.Second

func (s *server) ready() error {
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/_ministack/health", nil)
		if err != nil {
			return err
		}
		res, err := http.DefaultClient.Do(req)
		if err == nil {
			res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the local AWS did not start; see %s/log", s.dir)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func (s *server) stop() {
	if s.cmd == nil || s.cmd.Process == nil {
		return
	}
	_ = syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL)
	_ = s.cmd.Wait()
	_ = os.RemoveAll(s.dir)
}

// python is the interpreter of a repository's venv.
func python(root string) string { return filepath.Join(root, ".venv", "bin", "python") }

// find looks for the repository whose venv has the local AWS.
func find() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for ; dir != "/"; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			if _, err := os.Stat(python(dir)); err == nil {
				return dir, nil
			}
			break
		}
	}
	return "", errMissing
}

func freePort() (int, error) {
	l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	addr, ok := l.Addr().(*net.TCPAddr)
	if !ok {
		return 0, fmt.Errorf("no TCP address: %s", l.Addr())
	}
	return addr.Port, nil
}

// Name makes a resource name that no other test uses.
func Name(t testing.TB) string {
	t.Helper()
	name := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		case r >= 'A' && r <= 'Z':
			return r - 'A' + 'a'
		}
		return '-'
	}, t.Name())
	if len(name) > 40 { // bucket names end at 63
		name = name[:40]
	}
	return fmt.Sprintf("%s-%d", strings.Trim(name, "-"), time.Now().UnixNano()%1e9)
}

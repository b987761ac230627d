//go:build e2e

// Package e2e runs the whole system as it is deployed: template.yaml put onto
// the local AWS by SAM, the real function binaries, the real state machine,
// and between the functions and their servers a proxy that can break any call.
//
// All tests share one deployment and run side by side, each as owners of its
// own. Faults are aimed at single ads.
package e2e_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"github.com/nanococoa/nanococoa/e2e/faultproxy"
	"github.com/nanococoa/nanococoa/infra/local"
	"github.com/nanococoa/nanococoa/internal/llm/openaitest"
)

// system is the one deployment of this test run.
type system struct {
	*local.Deployment
	gpu, openai *faultproxy.Proxy
	tableProxy  *faultproxy.Proxy // between the functions and DynamoDB; nil but in a chaos run
	bucketProxy *faultproxy.Proxy // between the functions and S3; nil but in a chaos run
	server      *aiServer
	model       *openaitest.Server
	db          *dynamodb.Client
	s3          *s3.Client
	sfn         *sfn.Client
	lambda      *lambda.Client
	table       string
	bucket      string
	machine     string
}

//nolint:gochecknoglobals // one deployment serves every test; starting one takes longer than most tests
var sys system

func TestMain(m *testing.M) {
	flag.Parse()
	start := run
	if engine := local.Engine(os.Getenv("LOCALSTACK")); engine != local.MiniStack {
		start = func(m *testing.M) (int, error) { return runOnLocalStack(m, engine) }
	}
	code, err := start(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		code = 1
	}
	os.Exit(code)
}

func run(m *testing.M) (code int, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	root, err := filepath.Abs("..")
	if err != nil {
		return 0, err
	}
	var stop []func() error
	defer func() {
		for i := len(stop) - 1; i >= 0; i-- {
			err = errors.Join(err, stop[i]())
		}
	}()
	closing := func(f func()) { stop = append(stop, func() error { f(); return nil }) }

	sys.model = openaitest.Start(openaitest.Expect{APIKey: "sk-test"})
	closing(func() { sys.model.Close() })
	sys.server, err = newAIServer(root)
	if err != nil {
		return 0, err
	}
	stop = append(stop, sys.server.close)
	if err := sys.server.start(ctx); err != nil {
		return 0, err
	}
	o := local.Options{
		Root: root, OpenAIKey: "sk-test", WaitScale: 0.05, Log: os.Stderr, Env: []string{"PUT_BACK=1s", "HOLD=5s"},
	}
	proxies := []proxied{{&sys.openai, sys.model.URL}, {&sys.gpu, sys.server.url()}}
	if os.Getenv("CHAOS") == "" {
		// Tests side by side aim faults at single ads: of all of them together the
		// model would look down.
		o.Env = append(o.Env, "OPENAI_FAILURES=1000000")
		// Where the tests are guests nothing ends; TestAFloodOfOneCaller is an account.
		o.Limits = "*:1000000,orders.account.hour:" + strconv.Itoa(accountOrders)
	} else {
		if o.AWSPort, err = freePort(); err != nil {
			return 0, err
		}
		endpoint := fmt.Sprintf("http://127.0.0.1:%d", o.AWSPort)
		proxies = append(proxies, proxied{&sys.tableProxy, endpoint}, proxied{&sys.bucketProxy, endpoint})
	}
	for _, p := range proxies {
		proxy, err := faultproxy.New()
		if err != nil {
			return 0, err
		}
		closing(proxy.Close)
		if err := proxy.Target(p.target); err != nil {
			return 0, err
		}
		*p.proxy = proxy
	}
	if sys.tableProxy != nil {
		o.Env = append(o.Env, "OPENAI_COOLDOWN=2s",
			"AWS_ENDPOINT_URL_DYNAMODB="+sys.tableProxy.URL, "AWS_ENDPOINT_URL_S3="+sys.bucketProxy.URL)
	}
	o.AIServerURL, o.OpenAIBaseURL = sys.gpu.URL, sys.openai.URL
	sys.Deployment, err = local.Up(ctx, o)
	if err != nil {
		return 0, err
	}
	stop = append(stop, sys.Down)
	sys.connect()
	return m.Run(), nil
}

// connect makes clients that look at the deployment from outside, as the
// account's root.
func (s *system) connect() {
	cfg := s.Config()
	s.db = dynamodb.NewFromConfig(cfg)
	s.s3 = s3.NewFromConfig(cfg, func(o *s3.Options) { o.UsePathStyle = true })
	s.sfn = sfn.NewFromConfig(cfg)
	s.lambda = lambda.NewFromConfig(cfg)
	s.table, s.bucket, s.machine = s.Outputs["TableName"], s.Outputs["BucketName"], s.Outputs["StateMachineArn"]
}

// proxied is a proxy to be made, and what lies behind it.
type proxied struct {
	proxy  **faultproxy.Proxy
	target string
}

// freePort is a port that was free a moment ago.
func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// aiServer is the real GPU server with its stand-in engine. Killed and started
// again it comes back at the same address with what it had on disk.
type aiServer struct {
	program, addr, dir string
	mu                 sync.Mutex
	cmd                *exec.Cmd
}

func newAIServer(root string) (*aiServer, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "aiserver")
	if err != nil {
		return nil, err
	}
	program := filepath.Join(root, "build", "aiserver")
	return &aiServer{program: program, addr: fmt.Sprintf("127.0.0.1:%d", port), dir: dir}, nil
}

func (s *aiServer) url() string { return "http://" + s.addr }
func (s *aiServer) log() string { return filepath.Join(s.dir, "server.log") }

// start starts the server and waits until it takes work.
func (s *aiServer) start(ctx context.Context) error {
	log, err := os.OpenFile(s.log(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	cmd := exec.Command(s.program)
	cmd.Env = append(os.Environ(),
		"ADDR="+s.addr, "DATA_DIR="+filepath.Join(s.dir, "data"), "QUEUE=64", "LOG_LEVEL=INFO")
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("the GPU server (run `make build`): %w", err)
	}
	s.mu.Lock()
	s.cmd = cmd
	s.mu.Unlock()
	for {
		res, err := http.Get(s.url() + "/readyz")
		if err == nil {
			_, _ = io.Copy(io.Discard, res.Body)
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), s.close())
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// kill ends the server as a power cut does.
func (s *aiServer) kill() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cmd != nil {
		_ = s.cmd.Process.Kill()
		_ = s.cmd.Wait()
		s.cmd = nil
	}
}

func (s *aiServer) close() error {
	s.kill()
	return os.RemoveAll(s.dir)
}

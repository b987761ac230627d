//go:build e2e

// Package e2e runs the whole system as it is deployed: template.yaml put onto
// the local engine by SAM, the real function binaries, the real state machine,
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
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
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
	db          *dynamodb.Client
	s3          *s3.Client
	sfn         *sfn.Client
	table       string
	bucket      string
	machine     string
}

//nolint:gochecknoglobals // one deployment serves every test; starting one takes longer than most tests
var sys system

func TestMain(m *testing.M) {
	flag.Parse()
	code, err := run(m)
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

	openai := openaitest.Start(openaitest.Expect{APIKey: "sk-test"})
	closing(func() { openai.Close() })
	for _, p := range []struct {
		proxy  **faultproxy.Proxy
		target string
	}{{&sys.openai, openai.URL}, {&sys.gpu, ""}} {
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
	server, kill, err := startAIServer(ctx, root)
	if err != nil {
		return 0, err
	}
	stop = append(stop, kill)
	if err := sys.gpu.Target(server); err != nil {
		return 0, err
	}
	sys.Deployment, err = local.Up(ctx, local.Options{
		Root: root, AIServerURL: sys.gpu.URL, OpenAIKey: "sk-test", OpenAIBaseURL: sys.openai.URL,
		WaitScale: 0.05, Log: os.Stderr, Env: []string{"PUT_BACK=1s"},
	})
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
	cfg := aws.Config{Region: s.Region, BaseEndpoint: &s.EngineURL, Credentials: credentials.NewStaticCredentialsProvider("test", "test", "")}
	s.db = dynamodb.NewFromConfig(cfg)
	s.s3 = s3.NewFromConfig(cfg, func(o *s3.Options) { o.UsePathStyle = true })
	s.sfn = sfn.NewFromConfig(cfg)
	s.table, s.bucket, s.machine = s.Outputs["TableName"], s.Outputs["BucketName"], s.Outputs["StateMachineArn"]
}

// startAIServer runs the real GPU server with its stand-in engine.
func startAIServer(ctx context.Context, root string) (url string, kill func() error, err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	addr := l.Addr().String()
	_ = l.Close()
	dir, err := os.MkdirTemp("", "aiserver")
	if err != nil {
		return "", nil, err
	}
	cmd := exec.Command(filepath.Join(root, "build", "aiserver"))
	cmd.Env = append(os.Environ(), "ADDR="+addr, "DATA_DIR="+dir, "QUEUE=64", "LOG_LEVEL=WARN")
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		return "", nil, fmt.Errorf("the GPU server (run `make build`): %w", err)
	}
	kill = func() error {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		return os.RemoveAll(dir)
	}
	for {
		res, err := http.Get("http://" + addr + "/readyz")
		if err == nil {
			_, _ = io.Copy(io.Discard, res.Body)
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return "http://" + addr, kill, nil
			}
		}
		select {
		case <-ctx.Done():
			return "", nil, errors.Join(ctx.Err(), kill())
		case <-time.After(50 * time.Millisecond):
		}
	}
}

package main_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/nanococoa/nanococoa/internal/gpu"
	"github.com/nanococoa/nanococoa/internal/gpuclient"
)

// program builds the real thing, once.
var program = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "aiserver")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "aiserver")
	out, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return path, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if path, err := program(); err == nil {
		_ = os.RemoveAll(filepath.Dir(path))
	}
	os.Exit(code)
}

// process is a running program.
type process struct {
	t      *testing.T
	cmd    *exec.Cmd
	stderr bytes.Buffer
	log    strings.Builder
	mu     sync.Mutex // of log
	done   chan struct{}
	client *gpuclient.Client
}

// environment is ours without what a developer may have set for a server of
// their own.
func environment(set ...string) []string {
	var env []string
	for _, name := range []string{"PATH", "HOME", "TMPDIR", "SYSTEMROOT"} {
		if v, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+v)
		}
	}
	return append(env, set...)
}

// start runs the program on a free port, which it tells in its log. Without a WORKER_DIR
// among the settings it has no worker.
func start(t *testing.T, dir string, set ...string) *process {
	t.Helper()
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{t: t, cmd: exec.Command(path), done: make(chan struct{})}
	p.cmd.Env = environment(append([]string{"ADDR=127.0.0.1:0", "DATA_DIR=" + dir}, set...)...)
	p.cmd.Stderr = &p.stderr
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = p.cmd.Process.Kill()
		<-p.done
	})
	addr := make(chan string, 1)
	go func() {
		defer close(p.done)
		for s := bufio.NewScanner(stdout); s.Scan(); {
			var line struct{ Msg, Addr string }
			if json.Unmarshal(s.Bytes(), &line) == nil && line.Msg == "listening" {
				addr <- line.Addr
			}
			p.said(s.Text())
		}
		_ = p.cmd.Wait()
		close(addr)
	}()
	at, ok := <-addr
	if !ok {
		t.Fatalf("the program ended: %s", p.stderr.String())
	}
	if p.client, err = gpuclient.New(gpuclient.Config{URL: "http://" + at}); err != nil {
		t.Fatal(err)
	}
	for until := time.Now().Add(3 * time.Minute); p.client.Health(t.Context()) != nil; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(until) {
			t.Fatal("not ready")
		}
	}
	return p
}

func (p *process) said(line string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.log.WriteString(line + "\n")
}

func (p *process) logs(what string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Contains(p.log.String(), what)
}

func (p *process) stop() {
	p.t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		p.t.Fatal(err)
	}
	<-p.done
	if code := p.cmd.ProcessState.ExitCode(); code != 0 {
		p.t.Errorf("exit code %d: %s", code, p.stderr.String())
	}
}

func sample(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "samples", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The whole way of an ad through the real program, over a restart.
func TestAnAdFromStartToEnd(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := start(t, dir)
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	ask := gpu.Stage1Request{
		IdempotencyKey: "ad.1.stage1", Photo: sample(t, "vitamin-jar.jpg"), ProductName: "비타민", ProductCategory: "식품",
		AdConcept: "아침 햇살이 드는 부엌",
		Width:     640, Height: 640,
	}
	one, err := p.client.Stage1(ctx, ask)
	if err != nil {
		t.Fatal(err)
	}
	two, err := p.client.Stage2(ctx, gpu.Stage2Request{
		IdempotencyKey: "ad.1.stage2", Picture: one.Picture, ProductName: "비타민", TargetAge: "30대", TargetGender: "여성",
		AdConcept: "아침 햇살이 드는 부엌",
		MainCopy:  "아침을 여는 한 알", SubCopy: "온 가족이 함께 챙기는 습관", Analysis: &one.Analysis, HTMLPictureURL: "cid:stage1",
		AIMark: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	if two.Width != 640 || !two.StandIn || two.ContrastRatio < 4.5 || !strings.Contains(two.HTML, "cid:stage1") ||
		bytes.Equal(one.Picture, two.Picture) {
		t.Errorf("stage 2: %d×%d, contrast %v", two.Width, two.Height, two.ContrastRatio)
	}
	roles := map[string]string{}
	for _, l := range two.Lines {
		roles[l.Role] += l.Text
	}
	if strings.ReplaceAll(roles["main"], " ", "") != "아침을여는한알" || roles["sub"] == "" || roles["ai_mark"] == "" {
		t.Errorf("lines = %v", roles)
	}
	score, err := p.client.Score(ctx, gpu.ScoreRequest{Picture: two.Picture, Prompt: "아침 햇살이 드는 부엌",
		Analysis: &one.Analysis})
	if err != nil || !score.StandIn || score.Metric != "standin-v2" || score.Model != "" || score.Value <= 0 {
		t.Errorf("score = %+v, %v", score, err)
	}
	p.stop()

	p = start(t, dir)
	again, err := p.client.Stage1(ctx, ask)
	if err != nil || !again.Replayed || !bytes.Equal(again.Picture, one.Picture) {
		t.Errorf("after a restart: replayed %v, %v", again.Replayed, err)
	}
	p.stop()
}

func TestABadConfigurationIsToldWhole(t *testing.T) {
	t.Parallel()
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		env  []string
		want []string
	}{
		"two faults": {[]string{"ADDR=x", "SLOTS=0"}, []string{"ADDR", "SLOTS"}},
		"an unknown engine": {
			[]string{"ENGINE=crystal-ball", "DATA_DIR=" + t.TempDir()}, []string{"crystal-ball", "standin"},
		},
		"a taken address": {
			[]string{"ADDR=256.0.0.1:1", "TOKEN=" + strings.Repeat("t", 32), "DATA_DIR=" + t.TempDir()}, []string{"listen"},
		},
	} {
		cmd := exec.Command(path)
		cmd.Env = environment(tc.env...)
		out, err := cmd.CombinedOutput()
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.ExitCode() != 1 {
			t.Errorf("%s: %v", name, err)
		}
		for _, w := range tc.want {
			if !strings.Contains(string(out), w) {
				t.Errorf("%s: %q is not in %s", name, w, out)
			}
		}
	}
}

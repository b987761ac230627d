// Package containerinit is the first program of a function's container on LocalStack, in place of LocalStack's own,
// which is to be had from the internet alone. To the function it is Lambda's Runtime API; to LocalStack it is what its
// own is: it takes an invocation by POST /invoke and reports how it ended.
//
// One function runs at a time. When it crashes or is out of time it is started anew, as Lambda does.
package containerinit

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Settings are what LocalStack tells a container, and where its two ends are.
type Settings struct {
	Endpoint string `env:"LOCALSTACK_RUNTIME_ENDPOINT,required,notEmpty"` // where to report to
	ID       string `env:"LOCALSTACK_RUNTIME_ID,required,notEmpty"`       // of this container
	Timeout  int    `env:"AWS_LAMBDA_FUNCTION_TIMEOUT" envDefault:"3"`    // of an invocation, in seconds
	Memory   string `env:"AWS_LAMBDA_FUNCTION_MEMORY_SIZE"`
	Version  string `env:"AWS_LAMBDA_FUNCTION_VERSION"`

	Program string // the function
}

// Port is where LocalStack posts invocations to.
const Port = ":9563"

// invocation is one call of the function, as LocalStack posts it.
type invocation struct {
	ID      string `json:"invoke-id"`
	ARN     string `json:"invoked-function-arn"`
	Payload string `json:"payload"`
	Trace   string `json:"trace-id"`
}

// answer is how an invocation ended.
type answer struct {
	kind string // "response" or "error", as in both sides' addresses
	body []byte
}

func failed(kind, message string) answer {
	body, _ := json.Marshal(map[string]string{"errorType": kind, "errorMessage": message})
	return answer{"error", body}
}

// container is this program's state.
type container struct {
	Settings
	mu      sync.Mutex // one invocation at a time
	process *process
	output  output
}

// Run starts the function and serves LocalStack, which posts invocations to the listener, until it cannot. It reports
// whether the function came up.
func Run(s Settings, l net.Listener) error {
	out, err := newOutput()
	if err != nil {
		return err
	}
	c := &container{Settings: s, output: out}
	if c.process, err = c.start(); err != nil {
		c.report("/status/"+c.ID+"/error", failed("Runtime.InvalidEntrypoint", err.Error()).body)
		return errors.Join(err, l.Close())
	}
	go func(p *process) {
		select {
		case <-p.idle:
			c.report("/status/"+c.ID+"/ready", nil)
		case <-p.exited:
			c.report("/status/"+c.ID+"/error", p.crash("").body)
		}
	}(c.process)
	mux := http.NewServeMux()
	mux.HandleFunc("POST /invoke", func(w http.ResponseWriter, r *http.Request) {
		var i invocation
		if err := json.NewDecoder(r.Body).Decode(&i); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		go c.invoke(i) // LocalStack waits for the report
	})
	return (&http.Server{Handler: mux, ReadHeaderTimeout: time.Second}).Serve(l)
}

// invoke runs an invocation and reports how it ended, with what the function wrote meanwhile.
func (c *container) invoke(i invocation) {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, _ = fmt.Fprintf(c.output.append, "START RequestId: %s Version: %s\n", i.ID, c.Version)
	began := time.Now()
	a, alive := c.process.invoke(i, began.Add(time.Duration(c.Timeout)*time.Second))
	took := float64(time.Since(began).Microseconds()) / 1000
	_, _ = fmt.Fprintf(c.output.append, "END RequestId: %s\nREPORT RequestId: %[1]s\t"+
		"Duration: %.2f ms\tBilled Duration: %.0f ms\tMemory Size: %s MB\n", i.ID, took, took+1, c.Memory)
	logs, _ := json.Marshal(map[string]string{"logs": c.output.take()})
	c.report("/invocations/"+i.ID+"/logs", logs)
	c.report("/invocations/"+i.ID+"/"+a.kind, a.body)
	if alive {
		return
	}
	c.process.end()
	p, err := c.start()
	if err != nil {
		log.Fatal(err) // LocalStack makes another container
	}
	c.process = p
}

// report posts something to LocalStack. What does not arrive is LocalStack's to miss.
func (c *container) report(path string, body []byte) {
	res, err := http.Post(c.Endpoint+path, "application/json", bytes.NewReader(body)) //nolint:noctx // as long as it takes
	if err != nil {
		log.Print("LocalStack: ", err)
		return
	}
	_ = res.Body.Close()
}

// process is the function's program with a Runtime API of its own.
type process struct {
	cmd     *exec.Cmd
	server  *http.Server
	idle    chan struct{} // closed when it has asked for its first invocation
	exited  chan struct{} // closed when it has ended
	err     error         // of the end; read after exited
	next    chan invocation
	answers chan answer

	mu       sync.Mutex
	deadline time.Time // of the invocation it has
}

// start starts the function.
func (c *container) start() (*process, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // at once
	if err != nil {
		return nil, err
	}
	p := &process{
		idle: make(chan struct{}), exited: make(chan struct{}), next: make(chan invocation), answers: make(chan answer, 1),
		cmd: exec.Command(c.Program), //nolint:gosec // it is what this is for, and ends with its container
	}
	p.server = &http.Server{Handler: p.api(), ReadHeaderTimeout: time.Second}
	go p.server.Serve(l) //nolint:errcheck // until end
	p.cmd.Dir = filepath.Dir(c.Program)
	for _, kv := range os.Environ() {
		if !strings.HasPrefix(kv, "LOCALSTACK_") {
			p.cmd.Env = append(p.cmd.Env, kv)
		}
	}
	p.cmd.Env = append(p.cmd.Env, "AWS_LAMBDA_RUNTIME_API="+l.Addr().String())
	p.cmd.Stdout, p.cmd.Stderr = c.output.append, c.output.append
	if err := p.cmd.Start(); err != nil {
		return nil, errors.Join(err, p.server.Close())
	}
	go func() {
		p.err = p.cmd.Wait()
		close(p.exited)
	}()
	return p, nil
}

// end ends the function, if it runs still.
func (p *process) end() {
	_ = p.cmd.Process.Kill()
	<-p.exited
	_ = p.server.Close()
}

// api is Lambda's Runtime API (AWS Lambda Developer Guide, "Runtime API").
func (p *process) api() http.Handler {
	mux := http.NewServeMux()
	const invocations = "/2018-06-01/runtime/invocation/"
	first := sync.OnceFunc(func() { close(p.idle) })
	mux.HandleFunc("GET "+invocations+"next", func(w http.ResponseWriter, r *http.Request) {
		first()
		select {
		case <-r.Context().Done():
		case i := <-p.next:
			h := w.Header()
			h.Set("Content-Type", "application/json")
			h.Set("Lambda-Runtime-Aws-Request-Id", i.ID)
			h.Set("Lambda-Runtime-Invoked-Function-Arn", i.ARN)
			h.Set("Lambda-Runtime-Trace-Id", i.Trace)
			p.mu.Lock()
			h.Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(p.deadline.UnixMilli(), 10))
			p.mu.Unlock()
			_, _ = io.WriteString(w, i.Payload)
		}
	})
	for _, kind := range []string{"response", "error"} {
		mux.HandleFunc("POST "+invocations+"{id}/"+kind, func(w http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				http.Error(w, err.Error(), http.StatusBadRequest)
				return
			}
			p.answers <- answer{kind, body}
			w.WriteHeader(http.StatusAccepted)
		})
	}
	mux.HandleFunc("POST /2018-06-01/runtime/init/error", func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(os.Stderr, r.Body) // its end says the rest
		w.WriteHeader(http.StatusAccepted)
	})
	return mux
}

// invoke has the function do one thing. alive is false when it crashed or was out of time.
func (p *process) invoke(i invocation, deadline time.Time) (a answer, alive bool) {
	p.mu.Lock()
	p.deadline = deadline
	p.mu.Unlock()
	ctx, cancel := context.WithDeadline(context.Background(), deadline)
	defer cancel()
	late := failed("Sandbox.Timedout", "RequestId: "+i.ID+" Error: Task timed out")
	select {
	case p.next <- i:
	case <-p.exited:
		return p.crash(i.ID), false
	case <-ctx.Done():
		return late, false
	}
	select {
	case a := <-p.answers:
		return a, true
	case <-p.exited:
		return p.crash(i.ID), false
	case <-ctx.Done():
		return late, false
	}
}

// crash is what Lambda says of a function that ended.
func (p *process) crash(id string) answer {
	return failed("Runtime.ExitError", fmt.Sprintf("RequestId: %s Error: Runtime exited with error: %v", id, p.err))
}

// output is what the function writes. A file, for what is written to one is there before the function says that it is
// done; a pipe is still to be read then.
type output struct {
	read, append *os.File
}

func newOutput() (output, error) {
	read, err := os.CreateTemp("", "output")
	if err != nil {
		return output{}, err
	}
	end, err := os.OpenFile(read.Name(), os.O_WRONLY|os.O_APPEND, 0)
	return output{read, end}, errors.Join(err, os.Remove(read.Name())) // it lives as long as it is open
}

// take gives what was written since it was last taken, and writes it to the container's own output.
func (o output) take() string {
	text, _ := io.ReadAll(o.read) // what cannot be read is missing in a log
	_, _ = os.Stdout.Write(text)
	return string(text)
}

// Package faultproxy stands between the functions and a server they depend on,
// and does to their calls what networks and servers do: refuse, hang, cut,
// delay, or carry a call out and lose the reply.
package faultproxy

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Fault is what happens to one call.
type Fault int

// The faults.
const (
	None      Fault = iota
	Error           // 500, the server not asked
	Busy            // 429 with Retry-After: 1, or how the service says it; the server not asked
	Hang            // no answer until the client gives up, or for HangFor
	Reset           // the connection cut, the server not asked
	Truncate        // the server's answer, cut in its middle
	LostReply       // the call carried out, the connection cut instead of an answer
	Slow            // the call carried out, a second late
	Reject          // 400, the server not asked
)

var names = [...]string{"none", "error", "busy", "hang", "reset", "truncate", "lost reply", "slow", "reject"}

// String names the fault.
func (f Fault) String() string { return names[f] }

// slowness is what Slow adds: longer than any real call to a stand-in takes,
// shorter than every deadline.
const slowness = time.Second

// Rule chooses the fault of a call.
type Rule func(r *http.Request) Fault

// Always makes every call suffer the same fault.
func Always(f Fault) Rule { return func(*http.Request) Fault { return f } }

// On applies a rule to the calls of one path only.
func On(path string, rule Rule) Rule {
	return func(r *http.Request) Fault {
		if r.URL.Path != path {
			return None
		}
		return rule(r)
	}
}

// Naming applies a rule to the calls whose Idempotency-Key or body holds a
// marker, such as an ad's id.
func Naming(marker string, rule Rule) Rule {
	return func(r *http.Request) Fault {
		if !strings.Contains(r.Header.Get("Idempotency-Key"), marker) && !bodyHolds(r, marker) {
			return None
		}
		return rule(r)
	}
}

// bodyHolds looks into a request's body and leaves it as it was.
func bodyHolds(r *http.Request, marker string) bool {
	body, err := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	return err == nil && bytes.Contains(body, []byte(marker))
}

// First makes the first n calls suffer a fault, and lets the rest pass.
func First(n int, f Fault) Rule {
	var mu sync.Mutex
	return func(*http.Request) Fault {
		mu.Lock()
		defer mu.Unlock()
		if n == 0 {
			return None
		}
		n--
		return f
	}
}

// Random makes a share of the calls suffer one of the faults, as a seed says.
func Random(seed uint64, share float64, faults ...Fault) Rule {
	var mu sync.Mutex
	dice := rand.New(rand.NewPCG(seed, seed)) //nolint:gosec // a repeatable test, no secret
	return func(*http.Request) Fault {
		mu.Lock()
		defer mu.Unlock()
		if dice.Float64() >= share {
			return None
		}
		return faults[dice.IntN(len(faults))]
	}
}

// Proxy is a running proxy. It is safe for concurrent use.
type Proxy struct {
	URL string // where it listens
	// HangFor bounds a Hang, after which the connection is cut; 0 leaves it to the
	// client. Set it before the first call.
	HangFor time.Duration

	server *http.Server
	mu     sync.Mutex
	target *url.URL
	rules  map[int]Rule
	next   int
	holds  []*hold
	calls  map[string]int
	keys   map[string]int
	faults map[Fault]int
	stop   chan struct{}

	waiting atomic.Int32 // calls that are held
}

// New starts a proxy on a free port of 127.0.0.1, with no target and no faults.
func New() (*Proxy, error) {
	l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("fault proxy: %w", err)
	}
	p := &Proxy{
		URL: "http://" + l.Addr().String(), rules: map[int]Rule{}, calls: map[string]int{}, keys: map[string]int{},
		faults: map[Fault]int{}, stop: make(chan struct{}),
	}
	p.server = &http.Server{Handler: p, ReadHeaderTimeout: 10 * time.Second}
	go p.server.Serve(l) //nolint:errcheck // ends by Close
	return p, nil
}

// Close stops the proxy and everything that hangs in it.
func (p *Proxy) Close() {
	close(p.stop)
	_ = p.server.Close()
}

// Target sets where calls go.
func (p *Proxy) Target(address string) error {
	u, err := url.Parse(address)
	if err != nil {
		return fmt.Errorf("fault proxy: %w", err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.target = u
	return nil
}

// Add puts a rule in force beside the others, until it is taken back. Of
// several rules that have a fault for a call, the oldest decides.
func (p *Proxy) Add(rule Rule) (remove func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	id := p.next
	p.next++
	p.rules[id] = rule
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.rules, id)
	}
}

// hold keeps calls waiting.
type hold struct {
	rule Rule
	held chan struct{} // gets one for each call that begins to wait
	gate chan struct{} // closed when they may go on
}

// manyHeld is more calls than one hold is looked at for.
const manyHeld = 100

// Hold makes the calls a rule has any fault for wait until they are let go, and
// then has them carried out. The channel tells of each call that waits. A call
// whose client gives up is not carried out.
func (p *Proxy) Hold(rule Rule) (held <-chan struct{}, letGo func()) {
	h := &hold{rule: rule, held: make(chan struct{}, manyHeld), gate: make(chan struct{})}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.holds = append(p.holds, h)
	return h.held, sync.OnceFunc(func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.holds = slices.DeleteFunc(p.holds, func(other *hold) bool { return other == h })
		close(h.gate)
	})
}

// holding gives the holds a call is to wait for.
func (p *Proxy) holding(r *http.Request) []*hold {
	var out []*hold
	for _, h := range p.holds {
		if h.rule(r) != None {
			out = append(out, h)
		}
	}
	return out
}

// Waiting gives how many calls are held now.
func (p *Proxy) Waiting() int { return int(p.waiting.Load()) }

// wait reports whether a call that was held is to be carried out after all.
func (h *hold) wait(r *http.Request, stop <-chan struct{}) bool {
	select {
	case h.held <- struct{}{}:
	default: // nobody counts that far
	}
	select {
	case <-h.gate:
		return true
	case <-r.Context().Done():
	case <-stop:
	}
	return false
}

// choose asks the rules, the oldest first.
func (p *Proxy) choose(r *http.Request) Fault {
	for id := range p.next {
		if rule, ok := p.rules[id]; ok {
			if f := rule(r); f != None {
				return f
			}
		}
	}
	return None
}

// Calls gives how many calls a path has had, faulty ones included.
func (p *Proxy) Calls(path string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.calls[path]
}

// KeyCalls gives how many calls carried an Idempotency-Key.
func (p *Proxy) KeyCalls(key string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.keys[key]
}

// Faults gives how often each fault has been done.
func (p *Proxy) Faults() map[Fault]int {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := make(map[Fault]int, len(p.faults))
	for f, n := range p.faults {
		out[f] = n
	}
	return out
}

// ServeHTTP carries out one call, or its fault.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	target, fault, holds := p.target, p.choose(r), p.holding(r)
	p.calls[r.URL.Path]++
	p.keys[r.Header.Get("Idempotency-Key")]++
	if fault != None {
		p.faults[fault]++
	}
	p.mu.Unlock()
	if target == nil {
		http.Error(w, "no target", http.StatusBadGateway)
		return
	}
	for _, h := range holds {
		bodyHolds(r, "") // or the server would not see the client leave
		p.waiting.Add(1)
		goOn := h.wait(r, p.stop)
		p.waiting.Add(-1)
		if !goOn {
			return
		}
	}
	forward := httputil.ReverseProxy{
		Rewrite: func(pr *httputil.ProxyRequest) {
			pr.SetURL(target)
			pr.Out.Host = pr.In.Host // signatures cover it
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
	}
	switch fault {
	case Error:
		http.Error(w, "injected", http.StatusInternalServerError)
	case Reject:
		http.Error(w, "injected", http.StatusBadRequest)
	case Busy:
		busy(w, r)
	case Hang:
		_, _ = io.Copy(io.Discard, r.Body) // or the server would not see the client leave
		var end <-chan time.Time
		if p.HangFor > 0 {
			end = time.After(p.HangFor)
		}
		select {
		case <-r.Context().Done():
		case <-p.stop:
		case <-end:
			cut(w)
		}
	case Reset:
		cut(w)
	case LostReply:
		forward.ServeHTTP(&sink{header: http.Header{}}, r)
		cut(w)
	case Truncate:
		truncate(w, r, &forward)
	case Slow:
		time.Sleep(slowness)
		forward.ServeHTTP(w, r)
	default:
		forward.ServeHTTP(w, r)
	}
}

// busy answers as the service does that would be asked: DynamoDB and S3 have
// answers of their own for too many requests.
func busy(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	switch {
	case r.Header.Get("X-Amz-Target") != "":
		w.Header().Set("Content-Type", "application/x-amz-json-1.0")
		w.WriteHeader(http.StatusBadRequest)
		const answer = `{"__type":"com.amazonaws.dynamodb.v20120810#ThrottlingException","message":"injected"}`
		_, _ = io.WriteString(w, answer)
	case strings.HasPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256"):
		w.Header().Set("Content-Type", "application/xml")
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = io.WriteString(w, `<Error><Code>SlowDown</Code><Message>injected</Message></Error>`)
	default:
		w.Header().Set("Retry-After", "1")
		http.Error(w, "injected", http.StatusTooManyRequests)
	}
}

// cut closes the connection without an answer.
func cut(w http.ResponseWriter) {
	if h, ok := w.(http.Hijacker); ok {
		if conn, _, err := h.Hijack(); err == nil {
			if tcp, ok := conn.(*net.TCPConn); ok {
				_ = tcp.SetLinger(0) // a reset, not a polite end
			}
			_ = conn.Close()
		}
	}
}

// truncate announces the whole answer and sends half of it.
func truncate(w http.ResponseWriter, r *http.Request, forward http.Handler) {
	s := &sink{header: http.Header{}, keep: true}
	forward.ServeHTTP(s, r)
	for k, v := range s.header {
		w.Header()[k] = v
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(s.body)))
	w.WriteHeader(max(s.status, http.StatusOK))
	_, _ = w.Write(s.body[:len(s.body)/2])
	if f, ok := w.(http.Flusher); ok {
		f.Flush()
	}
	cut(w)
}

// sink takes an answer that goes nowhere.
type sink struct {
	header http.Header
	status int
	keep   bool
	body   []byte
}

func (s *sink) Header() http.Header { return s.header }
func (s *sink) WriteHeader(code int) {
	s.status = code
}

func (s *sink) Write(b []byte) (int, error) {
	if s.keep {
		s.body = append(s.body, b...)
	}
	return len(b), nil
}

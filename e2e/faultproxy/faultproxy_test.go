package faultproxy_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nanococoa/nanococoa/e2e/faultproxy"
)

func TestFaults(t *testing.T) {
	t.Parallel()
	const answer = "a whole answer"
	var served atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		served.Add(1)
		_, _ = io.WriteString(w, answer)
	}))
	t.Cleanup(server.Close)
	p, err := faultproxy.New()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	if err := p.Target(server.URL); err != nil {
		t.Fatal(err)
	}
	call := func() (int, string, error) {
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.URL+"/x", strings.NewReader("body"))
		if err != nil {
			t.Fatal(err)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			return 0, "", err
		}
		defer res.Body.Close()
		b, err := io.ReadAll(res.Body)
		return res.StatusCode, string(b), err
	}
	for _, tc := range []struct {
		fault  faultproxy.Fault
		status int
		served int32
		broken bool
	}{
		{faultproxy.None, 200, 1, false}, {faultproxy.Error, 500, 0, false}, {faultproxy.Busy, 429, 0, false},
		{faultproxy.Reject, 400, 0, false}, {faultproxy.Reset, 0, 0, true}, {faultproxy.LostReply, 0, 1, true},
		{faultproxy.Truncate, 200, 1, true}, {faultproxy.Slow, 200, 1, false}, {faultproxy.Hang, 0, 0, true},
	} {
		served.Store(0)
		remove := p.Add(faultproxy.Always(tc.fault))
		status, body, err := call()
		remove()
		if status != tc.status || served.Load() != tc.served || (err != nil) != tc.broken {
			t.Errorf("%s: %d %q %v, served %d", tc.fault, status, body, err, served.Load())
		}
		if tc.fault == faultproxy.Hang && !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("hang ended by %v", err)
		}
	}
	if p.Calls("/x") != 9 || p.Faults()[faultproxy.Reset] != 1 {
		t.Errorf("calls %d, faults %v", p.Calls("/x"), p.Faults())
	}
	p.Add(faultproxy.On("/other", faultproxy.Always(faultproxy.Error)))
	p.Add(faultproxy.Naming("somebody else", faultproxy.Always(faultproxy.Error)))
	if status, _, _ := call(); status != 200 {
		t.Errorf("rules of other calls: %d", status)
	}
	p.Add(faultproxy.Naming("body", faultproxy.First(1, faultproxy.Error)))
	first, _, _ := call()
	second, _, _ := call()
	if first != 500 || second != 200 {
		t.Errorf("first %d, second %d", first, second)
	}
}

// Too many requests are said as the service does that is asked.
func TestBusyInTheServicesOwnWords(t *testing.T) {
	t.Parallel()
	p, err := faultproxy.New()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	if err := p.Target("http://127.0.0.1:1"); err != nil {
		t.Fatal(err)
	}
	p.Add(faultproxy.Always(faultproxy.Busy))
	for name, tc := range map[string]struct {
		header, value string
		status        int
		says          string
	}{
		"DynamoDB": {"X-Amz-Target", "DynamoDB_20120810.GetItem", 400, "ThrottlingException"},
		"S3":       {"Authorization", "AWS4-HMAC-SHA256 Credential=x", 503, "SlowDown"},
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set(tc.header, tc.value)
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		b, _ := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if res.StatusCode != tc.status || !strings.Contains(string(b), tc.says) {
			t.Errorf("%s: %d %s", name, res.StatusCode, b)
		}
	}
}

// A hang may be bounded: something between client and server then gives up.
func TestHangFor(t *testing.T) {
	t.Parallel()
	p, err := faultproxy.New()
	if err != nil {
		t.Fatal(err)
	}
	p.HangFor = 50 * time.Millisecond
	t.Cleanup(p.Close)
	if err := p.Target("http://127.0.0.1:1"); err != nil {
		t.Fatal(err)
	}
	p.Add(faultproxy.Always(faultproxy.Hang))
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err == nil {
		_ = res.Body.Close()
	}
	if err == nil || ctx.Err() != nil {
		t.Errorf("ended by %v, %v", err, ctx.Err())
	}
}

func TestRandomIsRepeatable(t *testing.T) {
	t.Parallel()
	draw := func(seed uint64) (out []faultproxy.Fault) {
		rule := faultproxy.Random(seed, .2, faultproxy.Error, faultproxy.Reset)
		for range 1000 {
			out = append(out, rule(nil))
		}
		return out
	}
	a, b := draw(1), draw(1)
	n := 0
	for i := range a {
		if a[i] != b[i] {
			t.Fatal("one seed, two sequences")
		}
		if a[i] != faultproxy.None {
			n++
		}
	}
	if n < 150 || n > 250 {
		t.Errorf("%d of 1000 calls failed, want some 200", n)
	}
}

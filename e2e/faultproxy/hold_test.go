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

func TestHeldCalls(t *testing.T) {
	t.Parallel()
	var served atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if b, _ := io.ReadAll(r.Body); string(b) == "held" {
			served.Add(1)
		}
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
	call := func(ctx context.Context, body string) error {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.URL, strings.NewReader(body))
		if err != nil {
			return err
		}
		res, err := http.DefaultClient.Do(req)
		if err == nil {
			err = res.Body.Close()
		}
		return err
	}
	held, letGo := p.Hold(faultproxy.Naming("held", faultproxy.Always(faultproxy.Slow)))
	answers := make(chan error, 1)
	go func() { answers <- call(t.Context(), "held") }()
	<-held
	if err := call(t.Context(), "another"); err != nil {
		t.Errorf("another call: %v", err)
	}
	leaving, leave := context.WithCancel(t.Context())
	left := make(chan error, 1)
	go func() { left <- call(leaving, "held") }()
	<-held
	leave()
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Errorf("the client that left: %v", err)
	}
	for p.Waiting() != 1 { // the proxy hears of it a moment later
		time.Sleep(time.Millisecond)
	}
	select {
	case err := <-answers:
		t.Errorf("not held: %v", err)
	default:
	}
	letGo()
	letGo()
	if err := <-answers; err != nil || served.Load() != 1 {
		t.Errorf("let go: %v, served %d, want only the one whose client waited", err, served.Load())
	}
	if err := call(t.Context(), "held"); err != nil || served.Load() != 2 {
		t.Errorf("afterwards: %v, served %d", err, served.Load())
	}
}

//go:build e2e

package e2e_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/nanococoa/nanococoa/e2e/faultproxy"
	"github.com/nanococoa/nanococoa/infra/local"
)

// TestPages runs the browser's tests of the pages against this deployment. They
// take the GPU server away and give it back, which every other test here would
// notice, so they have a run of their own: `make web-test`.
//
//nolint:paralleltest // it breaks the GPU server for everybody
func TestPages(t *testing.T) {
	if os.Getenv("WEB_TESTS") == "" {
		t.Skip("breaks the GPU server for everybody: run by `make web-test`")
	}
	var mu sync.Mutex
	restore := func() {}
	control := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var want struct {
			AIServer string `json:"ai_server"`
		}
		if err := json.NewDecoder(r.Body).Decode(&want); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		mu.Lock()
		defer mu.Unlock()
		restore()
		switch want.AIServer {
		case "down": // takes nothing, so ads wait
			restore = sys.gpu.Add(faultproxy.Always(faultproxy.Reset))
		case "failing": // cannot finish a picture, so ads fail
			restore = sys.gpu.Add(faultproxy.On(stage2Path, faultproxy.Always(faultproxy.Error)))
		default:
			restore = func() {}
		}
	}))
	t.Cleanup(control.Close)
	cmd := exec.CommandContext(t.Context(), "npm", "--prefix", "../web", "run", "test")
	cmd.Env = append(os.Environ(), "SITE_URL="+sys.SiteURL, "FAULT_URL="+control.URL,
		"SIGN_IN_AS="+strings.Join(local.People(), ","), "SIGN_IN_PASSWORD="+sys.Password())
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	if err := cmd.Run(); err != nil {
		t.Error(err)
	}
}

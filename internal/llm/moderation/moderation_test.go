package moderation_test

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nanococoa/nanococoa/internal/llm/moderation"
)

func client(url string, now func() time.Time) *moderation.Client {
	return moderation.New("sk-test\n", url, slog.New(slog.DiscardHandler), now)
}

func TestAllowed(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		status int
		answer string
		want   bool
	}{
		"harmless":         {200, `{"results":[{"flagged":false,"categories":{"violence":false}}]}`, true},
		"flagged":          {200, `{"results":[{"flagged":true,"categories":{"sexual":true,"violence":false}}]}`, false},
		"one of two":       {200, `{"results":[{"flagged":false},{"flagged":true}]}`, false},
		"it is down":       {503, `oops`, true},
		"the key is wrong": {401, `{"error":{}}`, true},
		"no JSON":          {200, `<html>`, true},
		"no result":        {200, `{"results":[]}`, true},
		"a redirect":       {302, ``, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var sent struct {
				Model string
				Input []struct {
					Type, Text string
					ImageURL   struct{ URL string } `json:"image_url"`
				}
			}
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				if err := json.Unmarshal(body, &sent); err != nil || r.Method != http.MethodPost ||
					r.URL.Path != "/v1/moderations" ||
					r.Header.Get("Authorization") != "Bearer sk-test" {
					t.Errorf("%s %s %v: %v", r.Method, r.URL.Path, r.Header, err)
				}
				w.Header().Set("Location", "/elsewhere")
				w.WriteHeader(tc.status)
				_, _ = io.WriteString(w, tc.answer)
			}))
			defer s.Close()
			if got := client(s.URL+"/v1", time.Now).Allowed(t.Context(), []string{"도라지청", "따뜻하게"}, []byte{1,
				2}); got != tc.want {
				t.Errorf("allowed: %v", got)
			}
			if sent.Model != moderation.Model || len(sent.Input) != 2 || sent.Input[0].Text != "도라지청\n따뜻하게" ||
				!strings.HasPrefix(sent.Input[1].ImageURL.URL, "data:image/jpeg;base64,AQI") {
				t.Errorf("sent %+v", sent)
			}
		})
	}
}

// While it is down nobody waits for it, and after a minute it is tried again.
func TestWhatIsDownIsNotAskedForAWhile(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		w.WriteHeader(http.StatusBadGateway)
	}))
	defer s.Close()
	now := time.Unix(1000, 0)
	c := client(s.URL, func() time.Time { return now })
	for range 9 {
		if !c.Allowed(t.Context(), []string{"x"}, nil) {
			t.Fatal("an order was refused because moderation is down")
		}
	}
	if asked.Load() != 3 {
		t.Errorf("asked %d times, want 3", asked.Load())
	}
	now = now.Add(time.Minute)
	c.Allowed(t.Context(), []string{"x"}, nil)
	if asked.Load() != 4 {
		t.Errorf("asked %d times after the pause, want 4", asked.Load())
	}
}

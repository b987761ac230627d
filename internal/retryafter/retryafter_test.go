package retryafter_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/nanococoa/nanococoa/internal/retryafter"
)

func TestRead(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC)
	const most = 10 * time.Minute
	for name, tc := range map[string]struct {
		value string
		want  time.Duration
	}{
		"seconds":             {"30", 30 * time.Second},
		"a fraction":          {"1.5", 1500 * time.Millisecond},
		"zero":                {"0", 0},
		"more than the most":  {"86400", most},
		"beyond all duration": {"1e300", most},
		"infinity":            {"Inf", most},
		"negative":            {"-3", 0},
		"not a number":        {"NaN", 0},
		"a date":              {"Fri, 27 Nov 2026 09:00:40 GMT", 40 * time.Second},
		"a date in RFC 850":   {"Friday, 27-Nov-26 09:00:40 GMT", 40 * time.Second},
		"a date in the past":  {"Fri, 27 Nov 2026 08:59:00 GMT", 0},
		"a far date":          {"Sat, 28 Nov 2026 09:00:00 GMT", most},
		"nothing":             {"", 0},
		"a word":              {"soon", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := http.Header{}
			h.Set(retryafter.Header, tc.value)
			if got := retryafter.Read(h, now, most); got != tc.want {
				t.Errorf("%q: %v, want %v", tc.value, got, tc.want)
			}
		})
	}
	if got := retryafter.Read(http.Header{}, now, most); got != 0 {
		t.Errorf("no header: %v", got)
	}
}

func TestSeconds(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]int{
		0: 0, -time.Second: 0, time.Nanosecond: 1, time.Second: 1, 1001 * time.Millisecond: 2, 90 * time.Second: 90,
	} {
		if got := retryafter.Seconds(d); got != want {
			t.Errorf("%v: %d seconds, want %d", d, got, want)
		}
	}
}

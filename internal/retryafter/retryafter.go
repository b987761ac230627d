// Package retryafter reads and writes the HTTP header Retry-After (RFC 9110,
// section 10.2.3): how long a client should wait before it asks again.
package retryafter

import (
	"math"
	"net/http"
	"strconv"
	"time"
)

// Header is the name of the header.
const Header = "Retry-After"

// Read gives how long the other side asks us to wait, at most the given time. It
// reads seconds, fractions too, and dates. It is 0 when the header is missing,
// cannot be read, or names a time before now.
func Read(h http.Header, now time.Time, most time.Duration) time.Duration {
	v := h.Get(Header)
	if s, err := strconv.ParseFloat(v, 64); err == nil {
		if !(s > 0) { // NaN too
			return 0
		}
		return time.Duration(min(s, most.Seconds()) * float64(time.Second))
	}
	if at, err := http.ParseTime(v); err == nil {
		return min(max(at.Sub(now), 0), most)
	}
	return 0
}

// Seconds rounds a wait up to whole seconds, since the header has no smaller unit
// and whoever comes back too early is turned away again. It is 0 for no wait.
func Seconds(d time.Duration) int { return max(int(math.Ceil(d.Seconds())), 0) }

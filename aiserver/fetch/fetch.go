// Package fetch takes pictures from addresses that callers name, and puts
// results to such addresses, without letting a caller reach anything the
// operator has not listed (OWASP: server-side request forgery).
//
// An address must pass three gates: its form (no user, no number in disguise),
// the list of hosts, and, when the connection is made, the network address that
// the name has turned into at that very moment. The last one is what a name that
// changes its mind between check and use (DNS rebinding) fails at. Redirects are
// refused, because following one would skip the first two.
package fetch

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/nanococoa/nanococoa/internal/fault"
)

// The time a foreign server gets. Pictures are megabytes from storage in the
// same region; a minute is far more than a healthy one needs.
const (
	dialTimeout   = 5 * time.Second
	headerTimeout = 15 * time.Second
	totalTimeout  = 60 * time.Second
)

// Host is one entry of the allow-list.
type Host struct {
	name     string // lower case; with wildcard: the part behind "*"
	wildcard bool
	port     string // empty: the scheme's own
	scheme   string // "http" or "https" when the operator named one
	local    bool   // the entry itself is loopback
}

// ParseHosts reads the allow-list. An entry is one of
//
//	bucket.s3.amazonaws.com     https only, public addresses only
//	*.s3.amazonaws.com          any name below, but not the name itself
//	localhost:4566, 127.0.0.1:4566, [::1]:4566
//	                            this machine: http too
//	https://minio.lan:9000      private addresses too
//	http://minio.lan:9000       private addresses too, and http
//
// Without a port, the scheme's own is the only one. The error names every bad
// entry.
func ParseHosts(entries []string) ([]Host, error) {
	var out []Host
	var bad []error
	for _, e := range entries {
		h, err := parseHost(e)
		if err != nil {
			bad = append(bad, err)
			continue
		}
		out = append(out, h)
	}
	return out, errors.Join(bad...)
}

func parseHost(entry string) (Host, error) {
	var h Host
	rest := strings.TrimSpace(entry)
	if scheme, after, ok := strings.Cut(rest, "://"); ok {
		if scheme != "http" && scheme != "https" {
			return Host{}, fmt.Errorf("allowed host %q: the scheme must be http or https", entry)
		}
		h.scheme, rest = scheme, after
	}
	if after, ok := strings.CutPrefix(rest, "*."); ok {
		h.wildcard, rest = true, after
	}
	u, err := url.Parse("https://" + rest)
	if err != nil || u.Host != rest || u.Hostname() == "" || strings.ContainsRune(rest, '*') {
		return Host{}, fmt.Errorf("allowed host %q: must be [scheme://]name[:port]", entry)
	}
	h.name, h.port = strings.ToLower(u.Hostname()), u.Port()
	if err := plainName(h.name); err != nil {
		return Host{}, fmt.Errorf("allowed host %q: %w", entry, err)
	}
	if h.wildcard {
		if !strings.Contains(h.name, ".") {
			return Host{}, fmt.Errorf("allowed host %q: a wildcard needs at least two labels behind it", entry)
		}
		h.name = "." + h.name
	}
	addr, err := netip.ParseAddr(h.name)
	h.local = h.name == "localhost" || (err == nil && addr.IsLoopback())
	return h, nil
}

// Config says what may be reached.
type Config struct {
	Hosts    []Host
	MaxBytes int64         // of one download
	Resolver *net.Resolver // nil: the system's
}

// Fetcher downloads and uploads under the rules. It is safe for concurrent use.
type Fetcher struct {
	cfg   Config
	tight *http.Client // public addresses only
	local *http.Client // loopback only, for entries that are loopback themselves
	loose *http.Client // loopback and private too, for hosts the operator vouched for
}

// New makes a fetcher.
func New(c Config) *Fetcher {
	return &Fetcher{
		cfg:   c,
		tight: client(c.Resolver, public),
		local: client(c.Resolver, netip.Addr.IsLoopback),
		loose: client(c.Resolver, reachable),
	}
}

func client(r *net.Resolver, allowed func(netip.Addr) bool) *http.Client {
	d := &net.Dialer{
		Timeout: dialTimeout, Resolver: r,
		// Control runs after the name was resolved and before the connection is
		// made: the address it sees is the one that is dialled.
		Control: func(_, address string, _ syscall.RawConn) error {
			ap, err := netip.ParseAddrPort(address)
			if err != nil || !allowed(ap.Addr()) {
				return errAddress
			}
			return nil
		},
	}
	return &http.Client{
		Timeout:       totalTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			Proxy:                  nil, // a proxy would be dialled instead of the address that was checked
			DialContext:            d.DialContext,
			TLSHandshakeTimeout:    dialTimeout,
			ResponseHeaderTimeout:  headerTimeout,
			MaxResponseHeaderBytes: 64 << 10,
			DisableCompression:     true, // a small body must not unpack into a big one
			DisableKeepAlives:      true, // every request dials, so every request is checked
		},
	}
}

var errAddress = errors.New("the name leads to an address that may not be reached")

// never are the ranges no list opens: this network, link-local with the cloud's
// metadata service, multicast, reserved, and those that carry another address
// inside (RFC 6890, 6052, 3056, 4380), of which the kernel or a gateway would
// make who knows what.
var never = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),
	netip.MustParsePrefix("169.254.0.0/16"),
	netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"),
	netip.MustParsePrefix("192.88.99.0/24"),
	netip.MustParsePrefix("198.51.100.0/24"),
	netip.MustParsePrefix("203.0.113.0/24"),
	netip.MustParsePrefix("224.0.0.0/4"),
	netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("::/128"),
	netip.MustParsePrefix("::ffff:0:0/96"),
	netip.MustParsePrefix("64:ff9b::/96"),
	netip.MustParsePrefix("64:ff9b:1::/48"),
	netip.MustParsePrefix("100::/64"),
	netip.MustParsePrefix("2001::/32"),
	netip.MustParsePrefix("2001:db8::/32"),
	netip.MustParsePrefix("2002::/16"),
	netip.MustParsePrefix("fd00:ec2::254/128"), // the EC2 metadata service over IPv6
	netip.MustParsePrefix("fe80::/10"),
	netip.MustParsePrefix("ff00::/8"),
}

// private are the ranges that only a host with a scheme in the list may lead to.
var private = []netip.Prefix{
	netip.MustParsePrefix("10.0.0.0/8"),
	netip.MustParsePrefix("100.64.0.0/10"),
	netip.MustParsePrefix("127.0.0.0/8"),
	netip.MustParsePrefix("172.16.0.0/12"),
	netip.MustParsePrefix("192.168.0.0/16"),
	netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("::1/128"),
	netip.MustParsePrefix("fc00::/7"),
}

func reachable(a netip.Addr) bool {
	return a.IsValid() && a.Zone() == "" && !slices.ContainsFunc(never, func(p netip.Prefix) bool { return p.Contains(a) })
}

func public(a netip.Addr) bool {
	return reachable(a) && !slices.ContainsFunc(private, func(p netip.Prefix) bool { return p.Contains(a) })
}

// Check says whether an address may be used, without using it. field is the
// request field it came in, for the fault: Request.Invalid.
func (f *Fetcher) Check(field, address string) error {
	if _, _, err := f.gate(address); err != nil {
		return refused(field, err)
	}
	return nil
}

// refused is the fault for an address against the rules. The reason goes to the
// log; the caller learns the rules, not what lies behind our network.
func refused(field string, err error) error {
	f := fault.Invalid(fault.Field{Name: field, Detail: "사용할 수 없는 주소입니다. 허용된 저장소의 https 주소를 보내 주세요."})
	f.Err = fmt.Errorf("%s: %w", field, err)
	return f
}

// gate passes the first two gates and picks the client for the third.
func (f *Fetcher) gate(address string) (*url.URL, *http.Client, error) {
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return nil, nil, errors.New("cannot be parsed")
	case u.Scheme != "https" && u.Scheme != "http":
		return nil, nil, errors.New("is neither https nor http")
	case u.User != nil:
		return nil, nil, errors.New("carries a user")
	case u.Opaque != "" || u.Hostname() == "":
		return nil, nil, errors.New("has no host")
	case strings.ContainsFunc(address, func(r rune) bool { return r == '\\' || r <= ' ' || r > '~' }):
		return nil, nil, errors.New("holds characters that parsers read differently")
	}
	name := strings.ToLower(u.Hostname())
	if err := plainName(name); err != nil {
		return nil, nil, err
	}
	for _, h := range f.cfg.Hosts {
		switch {
		case !h.matches(name, u):
			continue
		case h.local:
			return u, f.local, nil
		case h.scheme != "":
			return u, f.loose, nil
		}
		return u, f.tight, nil
	}
	return nil, nil, errors.New("host, port or scheme is not on the list")
}

func (h Host) matches(name string, u *url.URL) bool {
	if h.wildcard {
		if !strings.HasSuffix(name, h.name) {
			return false
		}
	} else if name != h.name {
		return false
	}
	switch {
	case u.Scheme == "https" && h.scheme == "http", u.Scheme == "http" && h.scheme != "http" && !h.local:
		return false
	}
	own := map[string]string{"http": "80", "https": "443"}[u.Scheme]
	port, want := u.Port(), h.port
	if port == "" {
		port = own
	}
	if want == "" {
		want = own
	}
	return port == want
}

// plainName refuses what different programs take for different hosts: numbers
// that are no dotted quad (2130706433, 0x7f.1, 127.1, 0177.0.0.1), IPv4 inside
// IPv6, zones, percent signs, a dot at the end.
func plainName(name string) error {
	if a, err := netip.ParseAddr(name); err == nil {
		if a.Is4In6() || a.Zone() != "" || a.String() != name {
			return errors.New("is an address in disguise")
		}
		return nil
	}
	if len(name) > 253 || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-.") != "" {
		return errors.New("is not a plain host name")
	}
	labels := strings.Split(name, ".")
	for _, l := range labels {
		if l == "" || len(l) > 63 || strings.HasPrefix(l, "-") || strings.HasSuffix(l, "-") ||
			strings.Trim(l, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			return errors.New("is not a plain host name")
		}
	}
	// WHATWG URL 4.1: a host whose last label is a number is an IPv4 address, in
	// whatever notation. A dotted quad was let through above.
	last := labels[len(labels)-1]
	if strings.Trim(last, "0123456789") == "" || strings.HasPrefix(last, "0x") {
		return errors.New("is an address in disguise")
	}
	return nil
}

// Get downloads a picture. field is the request field the address came in.
// Faults: Request.Invalid when the rules or the other server refuse (a 4xx, a
// redirect), Photo.TooLarge, Photo.Unsupported when it does not begin like an
// image, GPU.Unavailable when the other server cannot be reached or fails.
func (f *Fetcher) Get(ctx context.Context, field, address string) ([]byte, error) {
	u, c, err := f.gate(address)
	if err != nil {
		return nil, refused(field, err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, refused(field, errors.New("cannot be requested"))
	}
	resp, err := c.Do(req)
	if err != nil {
		return nil, broken(field, err)
	}
	defer resp.Body.Close()
	if err := answered(field, resp, resp.StatusCode == http.StatusOK); err != nil {
		return nil, err
	}
	if resp.ContentLength > f.cfg.MaxBytes {
		return nil, fault.Newf(fault.PhotoTooLarge, "%s: %d bytes", field, resp.ContentLength)
	}
	b, err := io.ReadAll(io.LimitReader(resp.Body, f.cfg.MaxBytes+1))
	switch {
	case err != nil:
		return nil, broken(field, err)
	case int64(len(b)) > f.cfg.MaxBytes:
		return nil, fault.Newf(fault.PhotoTooLarge, "%s: more than %d bytes", field, f.cfg.MaxBytes)
	case !looksLikeImage(b):
		return nil, fault.Newf(fault.PhotoUnsupported, "%s: the answer is no picture", field)
	}
	return b, nil
}

// looksLikeImage reports whether the bytes begin like a picture, or like the
// HEIC and AVIF that internal/photo has its own words for. It is there to stop
// reading out pages of other services; what a picture is, internal/photo says.
func looksLikeImage(b []byte) bool {
	return strings.HasPrefix(http.DetectContentType(b), "image/") || (len(b) > 12 && string(b[4:8]) == "ftyp")
}

// Put uploads a PNG by HTTP PUT, as a presigned URL takes it. Faults as Get.
func (f *Fetcher) Put(ctx context.Context, field, address string, png []byte) error {
	u, c, err := f.gate(address)
	if err != nil {
		return refused(field, err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, u.String(), bytes.NewReader(png))
	if err != nil {
		return refused(field, errors.New("cannot be requested"))
	}
	req.Header.Set("Content-Type", "image/png")
	resp, err := c.Do(req)
	if err != nil {
		return broken(field, err)
	}
	defer resp.Body.Close()
	return answered(field, resp, resp.StatusCode >= 200 && resp.StatusCode < 300)
}

// answered turns an answer that is not a success into a fault.
func answered(field string, resp *http.Response, ok bool) error {
	switch s := resp.StatusCode; {
	case ok:
		return nil
	case s >= 500, s == http.StatusTooManyRequests, s == http.StatusRequestTimeout:
		return fault.Newf(fault.GPUUnavailable, "%s: the other server answered %d", field, s)
	default:
		return refused(field, fmt.Errorf("the other server answered %d", s))
	}
}

// broken turns a failed request into a fault, without the address in it: a
// presigned one is a key to the object.
func broken(field string, err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	if errors.Is(err, errAddress) {
		return refused(field, errAddress)
	}
	return fault.New(fault.GPUUnavailable, fmt.Errorf("%s: %w", field, err))
}

// dataPrefixes are the data: URLs that are taken.
var dataPrefixes = []string{"data:image/png;base64,", "data:image/jpeg;base64,", "data:image/webp;base64,"}

// IsData reports whether an address carries its content itself.
func IsData(address string) bool { return strings.HasPrefix(address, "data:") }

// Data decodes a data: URL of at most maxBytes. Faults: Request.Invalid for
// another kind or bad base64, Photo.TooLarge.
func Data(field, address string, maxBytes int64) ([]byte, error) {
	for _, p := range dataPrefixes {
		rest, ok := strings.CutPrefix(address, p)
		if !ok {
			continue
		}
		if int64(base64.StdEncoding.DecodedLen(len(rest))) > maxBytes+2 { // +2: padding
			return nil, fault.Newf(fault.PhotoTooLarge, "%s: %d characters", field, len(rest))
		}
		b, err := base64.StdEncoding.Strict().DecodeString(rest)
		if err != nil || strings.ContainsAny(rest, "\r\n") { // which Go's decoder skips
			return nil, refused(field, errors.New("is not base64"))
		}
		if int64(len(b)) > maxBytes {
			return nil, fault.Newf(fault.PhotoTooLarge, "%s: %d bytes", field, len(b))
		}
		return b, nil
	}
	return nil, refused(field, errors.New("is not a data: URL of a PNG, JPEG or WebP in base64"))
}

package fetch_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"image"
	"image/png"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nanococoa/nanococoa/aiserver/fetch"
	"github.com/nanococoa/nanococoa/internal/fault"
)

const limit = 64 << 10

func picture(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func fetcher(t *testing.T, r *net.Resolver, hosts ...string) *fetch.Fetcher {
	t.Helper()
	list, err := fetch.ParseHosts(hosts)
	if err != nil {
		t.Fatal(err)
	}
	return fetch.New(fetch.Config{Hosts: list, MaxBytes: limit, Resolver: r})
}

// storage is a server that counts its visitors.
type storage struct {
	*httptest.Server
	hits atomic.Int64
	host string // 127.0.0.1:port
	port string
}

func newStorage(t *testing.T, h http.HandlerFunc) *storage {
	t.Helper()
	s := &storage{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.hits.Add(1)
		h(w, r)
	}))
	t.Cleanup(s.Close)
	s.host = strings.TrimPrefix(s.URL, "http://")
	_, s.port, _ = net.SplitHostPort(s.host)
	return s
}

// names is a DNS server that answers every question with one address.
func names(t *testing.T, addr string) *net.Resolver {
	t.Helper()
	ip := netip.MustParseAddr(addr)
	pc, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pc.Close() })
	go func() {
		buf := make([]byte, 512)
		for {
			n, from, err := pc.ReadFrom(buf)
			if err != nil {
				return
			}
			_, _ = pc.WriteTo(dnsAnswer(buf[:n], ip), from)
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", pc.LocalAddr().String())
	}}
}

// dnsAnswer answers the one question of a query (RFC 1035, 4.1) when it asks for
// the address's own family, and with nothing otherwise.
func dnsAnswer(q []byte, ip netip.Addr) []byte {
	end := 12
	for q[end] != 0 {
		end += int(q[end]) + 1
	}
	end += 5 // the root label, type and class
	kind := binary.BigEndian.Uint16(q[end-4:])
	out := append([]byte{q[0], q[1], 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0}, q[12:end]...)
	const typeA, typeAAAA = 1, 28
	if (kind == typeA) == ip.Is4() && (kind == typeA || kind == typeAAAA) {
		out[7] = 1
		out = append(out, 0xc0, 12, 0, byte(kind), 0, 1, 0, 0, 0, 0, 0, byte(ip.BitLen()/8))
		out = append(out, ip.AsSlice()...)
	}
	return out
}

func TestGetAndPutReachAListedHost(t *testing.T) {
	t.Parallel()
	pic := picture(t)
	var got []byte
	s := newStorage(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut {
			got, _ = io.ReadAll(r.Body)
			if r.Header.Get("Content-Type") != "image/png" || r.ContentLength != int64(len(pic)) {
				t.Errorf("header %v, length %d", r.Header, r.ContentLength)
			}
			w.WriteHeader(http.StatusCreated)
			return
		}
		if r.URL.RawQuery != "sig=abc%2B" {
			t.Errorf("the query was changed: %s", r.URL.RawQuery)
		}
		_, _ = w.Write(pic)
	})
	f := fetcher(t, nil, s.host)
	b, err := f.Get(t.Context(), "image_url", s.URL+"/a.png?sig=abc%2B")
	if err != nil || !bytes.Equal(b, pic) {
		t.Fatalf("%d bytes, %v", len(b), err)
	}
	if err := f.Put(t.Context(), "output_put_url", s.URL+"/out", pic); err != nil || !bytes.Equal(got, pic) {
		t.Errorf("put: %v, %d bytes arrived", err, len(got))
	}
	if err := f.Check("image_url", s.URL+"/a.png"); err != nil {
		t.Errorf("check: %v", err)
	}
}

// Every address here is refused by its form or by the list, and nobody is
// called.
func TestAddressesThatAreRefused(t *testing.T) {
	t.Parallel()
	s := newStorage(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(picture(t)) })
	f := fetcher(t, nil, s.host, "ok.example.com", "*.s3.example.com", "https://minio.lan:9000", "http://plain.lan")
	for name, address := range map[string]string{
		"empty":                     "",
		"no host":                   "https:///x",
		"no scheme":                 "ok.example.com/x",
		"ftp":                       "ftp://ok.example.com/x",
		"file":                      "file:///etc/passwd",
		"gopher":                    "gopher://ok.example.com/",
		"opaque":                    "https:ok.example.com",
		"not on the list":           "https://evil.example.net/x",
		"http to a public host":     "http://ok.example.com/x",
		"http to an https host":     "http://minio.lan:9000/x",
		"https to an http host":     "https://plain.lan/x",
		"another port":              "https://ok.example.com:8443/x",
		"missing port":              "https://minio.lan/x",
		"the wildcard's own name":   "https://s3.example.com/x",
		"suffix without a dot":      "https://evils3.example.com/x",
		"listed name as prefix":     "https://ok.example.com.evil.net/x",
		"user info":                 "https://ok@evil.example.net/x",
		"listed name as user":       "https://ok.example.com@evil.example.net/x",
		"user at a listed host":     "https://user:pass@ok.example.com/x",
		"metadata service":          "http://169.254.169.254/latest/meta-data/",
		"metadata by https":         "https://169.254.169.254/",
		"loopback on another port":  "http://127.0.0.1:1/x",
		"IPv6 loopback":             "http://[::1]:" + s.port + "/x",
		"IPv4 in IPv6":              "http://[::ffff:127.0.0.1]:" + s.port + "/x",
		"IPv4 in IPv6, hex":         "http://[::ffff:7f00:1]:" + s.port + "/x",
		"IPv6 zone":                 "http://[fe80::1%25eth0]/x",
		"decimal":                   "http://2130706433:" + s.port + "/x",
		"hexadecimal":               "http://0x7f000001:" + s.port + "/x",
		"octal":                     "http://0177.0.0.1:" + s.port + "/x",
		"hexadecimal quad":          "http://0x7f.0.0.1:" + s.port + "/x",
		"short":                     "http://127.1:" + s.port + "/x",
		"zero":                      "http://0:" + s.port + "/x",
		"dot at the end":            "http://127.0.0.1.:" + s.port + "/x",
		"name with dot at the end":  "https://ok.example.com./x",
		"full-width digits":         "http://１２７.0.0.1:" + s.port + "/x",
		"other letters":             "https://оk.example.com/x",
		"percent in the host":       "https://ok.example%2ecom/x",
		"backslash":                 `https://ok.example.com\@evil.example.net/x`,
		"backslash before the host": `https:\\ok.example.com/x`,
		"line break":                "https://ok.example.com/x\r\nHost: evil",
		"tab":                       "https://ok.example.com/\tx",
		"space":                     "https://ok.example.com /x",
		"empty label":               "https://a..s3.example.com/x",
		"dash label":                "https://-a.s3.example.com/x",
		"underscore":                "https://a_b.s3.example.com/x",
	} {
		for call, err := range map[string]error{
			"check": f.Check("image_url", address),
			"get":   errOf(f.Get(t.Context(), "image_url", address)),
			"put":   f.Put(t.Context(), "image_url", address, nil),
		} {
			var x *fault.Fault
			if !errors.As(err, &x) || x.Code != fault.RequestInvalid || len(x.Fields) != 1 || x.Fields[0].Name != "image_url" {
				t.Errorf("%s (%s): %v", name, call, err)
			}
		}
	}
	if n := s.hits.Load(); n != 0 {
		t.Errorf("the server was called %d times", n)
	}
	for name, address := range map[string]string{
		"listed":             "https://ok.example.com/a/b.png?x=1",
		"capital letters":    "https://OK.Example.COM/a",
		"its own port":       "https://ok.example.com:443/a",
		"below the wildcard": "https://bucket.s3.example.com/a",
		"two labels below":   "https://a.bucket.s3.example.com/a",
		"private host":       "https://minio.lan:9000/a",
		"plain host":         "http://plain.lan/a",
		"plain host, port":   "http://plain.lan:80/a",
	} {
		if err := f.Check("image_url", address); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func errOf(_ []byte, err error) error { return err }

// A listed name that leads into the inner network is refused when it is dialled,
// which is where rebinding would strike.
func TestANameThatLeadsInsideIsRefusedWhenDialled(t *testing.T) {
	t.Parallel()
	s := newStorage(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(picture(t)) })
	for _, addr := range []string{
		"127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "169.254.169.254",
		"169.254.170.2", "192.0.0.8", "198.18.0.1", "224.0.0.1", "255.255.255.255", "::", "::1", "::ffff:127.0.0.1",
		"::ffff:10.0.0.1", "fe80::1", "fc00::1",
		"fd00:ec2::254", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::", "2001::1", "ff02::1",
	} {
		f := fetcher(t, names(t, addr), "rebind.test:"+s.port, "*.rebind.test:"+s.port)
		for _, name := range []string{"rebind.test", "a.rebind.test"} {
			_, err := f.Get(t.Context(), "image_url", "https://"+name+":"+s.port+"/x")
			if !fault.Has(err, fault.RequestInvalid) {
				t.Errorf("%s -> %s: %v", name, addr, err)
			}
		}
	}
	if n := s.hits.Load(); n != 0 {
		t.Errorf("the server was called %d times", n)
	}
}

func TestWhomTheOperatorVouchesForMayBePrivateButNeverTheMetadataService(t *testing.T) {
	t.Parallel()
	s := newStorage(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(picture(t)) })
	address := "http://minio.lan:" + s.port + "/x"
	minio := func(resolver *net.Resolver) error {
		_, err := fetcher(t, resolver, "http://minio.lan:"+s.port).Get(t.Context(), "image_url", address)
		return err
	}
	if err := minio(names(t, "127.0.0.1")); err != nil {
		t.Errorf("private: %v", err)
	}
	for _, addr := range []string{"169.254.169.254", "fd00:ec2::254", "0.0.0.0", "::ffff:169.254.169.254", "fe80::1"} {
		if err := minio(names(t, addr)); !fault.Has(err, fault.RequestInvalid) {
			t.Errorf("%s: %v", addr, err)
		}
	}
	// An entry that is loopback itself opens loopback and nothing else.
	local := fetcher(t, names(t, "10.0.0.1"), "localhost:"+s.port)
	_, err := local.Get(t.Context(), "image_url", "http://localhost:"+s.port+"/x")
	if fault.Has(err, fault.GPUUnavailable) {
		t.Errorf("localhost: %v", err)
	}
	if n := s.hits.Load(); n > 2 {
		t.Errorf("the server was called %d times", n)
	}
}

func TestAnswersThatAreRefused(t *testing.T) {
	t.Parallel()
	pic := picture(t)
	hidden := newStorage(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(pic) })
	for name, tc := range map[string]struct {
		answer http.HandlerFunc
		want   fault.Code
	}{
		"redirect": {
			func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, hidden.URL, http.StatusFound) },
			fault.RequestInvalid,
		},
		"permanent redirect": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, hidden.URL, http.StatusPermanentRedirect)
		}, fault.RequestInvalid},
		"expired signature": {
			func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) }, fault.RequestInvalid,
		},
		"not there": {
			func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) }, fault.RequestInvalid,
		},
		"no content": {
			func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }, fault.RequestInvalid,
		},
		"fails": {
			func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) }, fault.GPUUnavailable,
		},
		"throttles": {
			func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTooManyRequests) }, fault.GPUUnavailable,
		},
		"announces too much": {
			func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Length", "70000") }, fault.PhotoTooLarge,
		},
		"sends too much": {func(w http.ResponseWriter, _ *http.Request) {
			writeFlushed(w, append(bytes.Clone(pic), make([]byte, limit)...))
		}, fault.PhotoTooLarge},
		"a page": {
			func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>secret") }, fault.PhotoUnsupported,
		},
		"a key": {
			func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"AccessKeyId":"x"}`) },
			fault.PhotoUnsupported,
		},
		"nothing": {func(http.ResponseWriter, *http.Request) {}, fault.PhotoUnsupported},
		"compressed": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write([]byte("\x1f\x8b..."))
		}, fault.PhotoUnsupported},
		"hangs up": {
			func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, fault.GPUUnavailable,
		},
		"hangs up in between": {
			func(w http.ResponseWriter, _ *http.Request) { writeFlushed(w, pic); panic(http.ErrAbortHandler) },
			fault.GPUUnavailable,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStorage(t, tc.answer)
			_, err := fetcher(t, nil, s.host, hidden.host).Get(t.Context(), "image_url", s.URL+"/x?X-Amz-Signature=secret")
			if !fault.Has(err, tc.want) {
				t.Errorf("err = %v, want %s", err, tc.want)
			}
			if err != nil && strings.Contains(err.Error(), "secret") {
				t.Errorf("the address is in the error: %v", err)
			}
			if s.hits.Load() == 0 || hidden.hits.Load() != 0 {
				t.Errorf("%d calls, %d redirected", s.hits.Load(), hidden.hits.Load())
			}
		})
	}
}

func writeFlushed(w http.ResponseWriter, b []byte) {
	_, _ = w.Write(b)
	_ = http.NewResponseController(w).Flush()
}

func TestHEICPassesSoThatPhotoCanExplainIt(t *testing.T) {
	t.Parallel()
	s := newStorage(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "\x00\x00\x00\x18ftypheic....")
	})
	if _, err := fetcher(t, nil, s.host).Get(t.Context(), "image_url", s.URL); err != nil {
		t.Error(err)
	}
}

func TestPutFaults(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]fault.Code{
		http.StatusForbidden: fault.RequestInvalid, http.StatusFound: fault.RequestInvalid,
		http.StatusServiceUnavailable: fault.GPUUnavailable,
	} {
		s := newStorage(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
		if err := fetcher(t, nil, s.host).Put(t.Context(), "output_put_url", s.URL, []byte("x")); !fault.Has(err, want) {
			t.Errorf("%d: %v", status, err)
		}
	}
	gone := newStorage(t, func(http.ResponseWriter, *http.Request) {})
	gone.Close()
	err := fetcher(t, nil, gone.host).Put(t.Context(), "output_put_url", gone.URL+"/?sig=secret", []byte("x"))
	if !fault.Has(err, fault.GPUUnavailable) || strings.Contains(err.Error(), "secret") {
		t.Errorf("nobody there: %v", err)
	}
}

func TestAnUntrustedCertificateIsNotUsed(t *testing.T) {
	t.Parallel()
	s := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("was called") }))
	defer s.Close()
	host := strings.TrimPrefix(s.URL, "https://")
	if _, err := fetcher(t, nil, host).Get(t.Context(), "image_url", s.URL); !fault.Has(err, fault.GPUUnavailable) {
		t.Errorf("err = %v", err)
	}
}

func TestGetEndsWithItsContext(t *testing.T) {
	t.Parallel()
	s := newStorage(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := fetcher(t, nil, s.host).Get(ctx, "image_url", s.URL); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("err = %v", err)
	}
}

func TestParseHostsNamesEveryBadEntry(t *testing.T) {
	t.Parallel()
	bad := []string{"", "*", "*.com", "a.*.com", "ftp://a.b", "https://user@a.b", "a.b/path", "a b", "2130706433",
		"0x7f.1", "[::ffff:127.0.0.1]:80", "a.b:http", "https://a.b?x"}
	_, err := fetch.ParseHosts(append([]string{"good.example.com"}, bad...))
	if err == nil {
		t.Fatal("bad entries pass")
	}
	if n := strings.Count(err.Error(), "allowed host"); n != len(bad) {
		t.Errorf("%d of %d are named:\n%v", n, len(bad), err)
	}
	good := []string{"a.example.com", " *.b.example.com ", "localhost:4566", "127.0.0.1:4566", "[::1]:4566",
		"https://minio.lan:9000", "http://10.0.0.5:9000", "A.Example.COM:8443"}
	if hosts, err := fetch.ParseHosts(good); err != nil || len(hosts) != len(good) {
		t.Errorf("%d of %d, %v", len(hosts), len(good), err)
	}
}

func TestData(t *testing.T) {
	t.Parallel()
	pic := picture(t)
	b64 := base64.StdEncoding.EncodeToString
	for _, kind := range []string{"png", "jpeg", "webp"} {
		if b, err := fetch.Data("f", "data:image/"+kind+";base64,"+b64(pic), limit); err != nil || !bytes.Equal(b, pic) {
			t.Errorf("%s: %d bytes, %v", kind, len(b), err)
		}
	}
	if b, err := fetch.Data("f", "data:image/png;base64,"+b64(make([]byte, 100)), 100); err != nil || len(b) != 100 {
		t.Errorf("exactly the limit: %d, %v", len(b), err)
	}
	for name, tc := range map[string]struct {
		address string
		want    fault.Code
	}{
		"one byte too many":  {"data:image/png;base64," + b64(make([]byte, 101)), fault.PhotoTooLarge},
		"far too many":       {"data:image/png;base64," + b64(make([]byte, 1000)), fault.PhotoTooLarge},
		"not base64":         {"data:image/png;base64,%%%", fault.RequestInvalid},
		"line break":         {"data:image/png;base64,AAAA\nAAAA", fault.RequestInvalid},
		"trailing bits":      {"data:image/png;base64,AB==", fault.RequestInvalid},
		"percent-encoded":    {"data:image/png,%89PNG", fault.RequestInvalid},
		"SVG":                {"data:image/svg+xml;base64,PHN2Zz4=", fault.RequestInvalid},
		"text":               {"data:text/html;base64,PGI+", fault.RequestInvalid},
		"parameter in front": {"data:image/png;x=y;base64,AAAA", fault.RequestInvalid},
	} {
		if _, err := fetch.Data("f", tc.address, 100); !fault.Has(err, tc.want) {
			t.Errorf("%s: %v, want %s", name, err, tc.want)
		}
	}
	if !fetch.IsData("data:x") || fetch.IsData("https://data:x") {
		t.Error("IsData")
	}
}

package local

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/nanococoa/nanococoa/infra/site"
)

// Site is what CloudFront is on AWS: the pages, /api and the public pages of ads on one origin.
type Site struct {
	Pages fs.FS    // the built pages: index.html, assets/...
	API   *url.URL // where the API is served; /api/... or /s/... follows
	S3    string   // origin from which pictures come and to which photos go
}

// maxBody is API Gateway's limit on a request (Amazon API Gateway quotas,
// "Payload size"). MiniStack has none of its own.
const maxBody = 10 << 20

// Handler serves the site. A path is a file of Pages, or a page without its
// ".html"; /result/... and /dashboard are pages of their own or else the start
// page, which then shows them itself; everything else is a 404 with 404.html.
func (s Site) Handler() http.Handler {
	mux := http.NewServeMux()
	api := s.api()
	mux.Handle("/api/", api)
	mux.Handle("/s/", withoutCookies(api))
	mux.HandleFunc("/", s.page)
	return mux
}

// api passes a request on to the API, as CloudFront does.
func (s Site) api() http.Handler {
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(s.API)
			r.SetXForwarded()
		},
		ModifyResponse: func(res *http.Response) error {
			res.Header.Set("X-Content-Type-Options", "nosniff")
			// MiniStack allows every page in the world to read answers. AWS does not.
			for name := range res.Header {
				if strings.HasPrefix(name, "Access-Control-") {
					res.Header.Del(name)
				}
			}
			return nil
		},
		ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError), // the answer says it
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, err error) {
			if tooLarge := new(http.MaxBytesError); errors.As(err, &tooLarge) {
				problem(w, http.StatusRequestEntityTooLarge, "Request.TooLarge",
					"보내신 내용이 너무 큽니다. 4MB가 넘는 사진은 먼저 업로드 주소(/api/uploads)를 받아 올려 주세요.")
				return
			}
			problem(w, http.StatusBadGateway, "Internal", "서버에 잠시 연결할 수 없습니다. 잠시 뒤 다시 시도해 주세요.")
		},
	}
	return http.MaxBytesHandler(proxy, maxBody)
}

// withoutCookies drops what says who asks: a public page is the same to everybody.
func withoutCookies(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Header.Del("Cookie")
		next.ServeHTTP(w, r)
	})
}

// problem answers like the API's gateway does when it answers by itself.
func problem(w http.ResponseWriter, status int, code, detail string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, `{"status":%d,"code":%q,"detail":%q}`, status, code, detail)
}

// page serves one file or page.
func (s Site) page(w http.ResponseWriter, r *http.Request) {
	s.secure(w.Header())
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	for _, name := range candidates(r.URL.Path) {
		if s.file(w, r, name, http.StatusOK) {
			return
		}
	}
	if !s.file(w, r, "404.html", http.StatusNotFound) {
		http.Error(w, "없는 주소입니다.", http.StatusNotFound)
	}
}

// candidates are the files that may answer a path, best first.
func candidates(urlPath string) []string {
	name := strings.TrimPrefix(path.Clean("/"+urlPath), "/")
	switch first, rest, _ := strings.Cut(name, "/"); {
	case name == "":
		return []string{"index.html"}
	case first == "result" && rest != "" && !strings.ContainsAny(rest, "/."), name == "dashboard", name == "account":
		return []string{first + ".html", first + "/index.html", "index.html"}
	default:
		return []string{name, name + ".html", name + "/index.html"}
	}
}

// file serves one file of the pages and reports whether there is such a file.
func (s Site) file(w http.ResponseWriter, r *http.Request, name string, status int) bool {
	info, err := fs.Stat(s.Pages, name)
	if err != nil || info.IsDir() {
		return false
	}
	data, err := fs.ReadFile(s.Pages, name)
	if err != nil {
		return false
	}
	h := w.Header()
	h.Set("Content-Type", site.ContentType(name))
	h.Set("Cache-Control", site.CacheControl(name))
	if packed, ok := compressed(r, name, data); ok {
		h.Set("Content-Encoding", "gzip")
		h.Set("Vary", "Accept-Encoding")
		data = packed
	}
	h.Set("Content-Length", strconv.Itoa(len(data)))
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(data)
	}
	return true
}

// leastCompressed is the size in bytes from which CloudFront compresses a file (Amazon
// CloudFront, "Serving compressed files").
const leastCompressed = 1000

// compressed gives a file of text packed, as CloudFront sends it to a browser that takes it.
func compressed(r *http.Request, name string, data []byte) ([]byte, bool) {
	packs := strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") && len(data) >= leastCompressed
	switch path.Ext(name) {
	case ".html", ".js", ".css", ".svg", ".txt":
	default:
		packs = false
	}
	if !packs {
		return nil, false
	}
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := z.Write(data)
	err = errors.Join(err, z.Close())
	return b.Bytes(), err == nil
}

// secure sets the headers that infra/site.yaml has CloudFront set, word by word
// (a test compares them), except for those that bind a browser to HTTPS.
func (s Site) secure(h http.Header) {
	h.Set("Content-Security-Policy", strings.Join([]string{
		"default-src 'none'",
		"script-src 'self'",
		"style-src 'self'",
		"style-src-attr 'unsafe-inline'",
		"img-src 'self' data: blob: " + s.S3,
		"font-src 'self'",
		"connect-src 'self' " + s.S3,
		"worker-src 'self'",
		"manifest-src 'self'",
		"form-action 'none'",
		"frame-ancestors 'none'",
		"base-uri 'none'",
	}, "; "))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "strict-origin-when-cross-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
	h.Set("Link", "<"+s.S3+">; rel=preconnect")
}

// serve serves the site on a listener until Down.
func (d *Deployment) serve(ln net.Listener) error {
	api, err := url.Parse(d.apiURL())
	if err != nil {
		return fmt.Errorf("the API's address: %w", err)
	}
	pages, err := d.pages()
	if err != nil {
		return err
	}
	d.site = &http.Server{
		Handler:           Site{Pages: pages, API: api, S3: d.AWSURL}.Handler(),
		ReadHeaderTimeout: 10 * time.Second,
		ErrorLog:          slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
	}
	d.served = make(chan error, 1)
	go func() { d.served <- d.site.Serve(ln) }()
	return nil
}

// pages is where the built pages are.
func (d *Deployment) pages() (fs.FS, error) {
	dir := filepath.Join(d.o.Root, "web", "dist")
	if _, err := os.Stat(filepath.Join(dir, "index.html")); err != nil {
		return nil, fmt.Errorf("%s holds no index.html; `make build` makes it", dir)
	}
	return os.DirFS(dir), nil
}

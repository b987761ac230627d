package server

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"strconv"
	"time"

	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/gpu"
	"github.com/nanococoa/nanococoa/internal/retryafter"
)

// handler answers one request, or gives the error that is to be answered.
type handler func(http.ResponseWriter, *http.Request) error

// requestLog is what the log line of a request says beside the request itself.
type requestLog struct {
	id    string
	attrs []slog.Attr
}

func (v *requestLog) note(attrs ...slog.Attr) { v.attrs = append(v.attrs, attrs...) }

type requestLogKey struct{}

// logOf gives the requestLog that serve has put into the context.
func logOf(ctx context.Context) *requestLog {
	v, _ := ctx.Value(requestLogKey{}).(*requestLog)
	return v
}

var requestIDForm = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

// requestID takes the caller's id, when it is fit for a log line, or makes one.
func requestID(r *http.Request) string {
	if id := r.Header.Get(gpu.HeaderID); requestIDForm.MatchString(id) {
		return id
	}
	var b [8]byte
	rand.Read(b[:]) // never fails (crypto/rand)
	return hex.EncodeToString(b[:])
}

// serve is the one place that answers errors, logs and counts. The log has
// nothing of an owner's in it: no field of a request, no picture, no query.
func (s *Server) serve(route string, h handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		v := &requestLog{id: requestID(r)}
		w.Header().Set(gpu.HeaderID, v.id)
		rec := &recorder{ResponseWriter: w}
		err := guarded(h)(rec, r.WithContext(context.WithValue(r.Context(), requestLogKey{}, v)))
		level := slog.LevelInfo
		gone := errors.Is(err, errGone)
		switch {
		case gone:
		case err != nil:
			p := problem(err, v.id)
			writeProblem(rec, p)
			// A body that came too slowly ends the request's context as well, and
			// its caller is still there to be told.
			gone = errors.Is(r.Context().Err(), context.Canceled) && p.Status != http.StatusRequestTimeout
			if gone {
				break
			}
			v.note(slog.String("code", p.Code), slog.String("err", err.Error()))
			if p.Status >= 500 {
				level = slog.LevelWarn
			}
			if p.Code == string(fault.Internal) {
				level = slog.LevelError
			}
		case rec.status == 0:
			rec.status = http.StatusOK
		}
		if gone { // nobody read the answer; 499 is nginx's number for it
			rec.status = 499
			v.note(slog.String("code", "client_gone"))
		}
		took := time.Since(began)
		s.metrics.requests.WithLabelValues(route, strconv.Itoa(rec.status)).Inc()
		if quiet(route) && level == slog.LevelInfo {
			level = slog.LevelDebug
		}
		s.log.LogAttrs(r.Context(), level, "request", append([]slog.Attr{
			slog.String("request_id", v.id), slog.String("method", r.Method), slog.String("route", route),
			slog.Int("status", rec.status), slog.Int64("ms", took.Milliseconds()),
		}, v.attrs...)...)
	})
}

// guarded turns a panic into a fault, so that it is answered and logged as one.
func guarded(h handler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		return fault.Guard(func() error { return h(w, r) })
	}
}

// quiet routes are asked every few seconds by machines.
func quiet(route string) bool {
	switch route {
	case gpu.PathHealth, gpu.PathReady, gpu.PathMetrics, gpu.PathCapacity:
		return true
	}
	return false
}

// recorder remembers the status for the log.
type recorder struct {
	http.ResponseWriter
	status int
}

// WriteHeader passes on and remembers.
func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// errGone says that the answer could not be written: the caller is gone.
var errGone = errors.New("the caller is gone")

func brokenPipe(err error) error {
	if err != nil {
		return fmt.Errorf("%w: %w", errGone, err)
	}
	return nil
}

func writeJSON(w http.ResponseWriter, v any) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // html_code stays readable, and no browser sniffs JSON
	if err := e.Encode(v); err != nil {
		return fault.New(fault.Internal, fmt.Errorf("encode: %w", err))
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	_, err := w.Write(b.Bytes())
	return brokenPipe(err)
}

// statusFault is a fault under another status than its own.
type statusFault struct {
	status int
	*fault.Fault
}

// Unwrap gives the fault.
func (s statusFault) Unwrap() error { return s.Fault }

// problem is the wire form of an error.
func problem(err error, id string) gpu.Problem {
	f := fault.From(err)
	p := gpu.Problem{
		Type: "about:blank", Status: status(f), Code: string(f.Code), Detail: f.Public(),
		Retryable: f.Code.Retryable(), RequestID: id,
	}
	var own statusFault
	if errors.As(err, &own) {
		p.Status = own.status
	}
	p.Title = http.StatusText(p.Status)
	p.RetryAfter = retryafter.Seconds(f.RetryAfter)
	for _, b := range f.Fields {
		p.Errors = append(p.Errors, gpu.ProblemField{Name: b.Name, Detail: b.Detail})
	}
	return p
}

// status is the HTTP status of a fault in this contract. It is the fault's own
// but where the main API, which speaks of this server to an owner, and this
// server, which speaks of itself, differ.
func status(f *fault.Fault) int {
	switch f.Code {
	case fault.GPUBusy:
		return http.StatusTooManyRequests
	case fault.RequestConflict, fault.GPURejected:
		return http.StatusUnprocessableEntity
	}
	return f.Code.Status()
}

func writeProblem(w http.ResponseWriter, p gpu.Problem) {
	b, err := json.Marshal(p)
	if err != nil { // strings and numbers: it cannot fail
		b = []byte("{}")
	}
	h := w.Header()
	h.Set("Content-Type", "application/problem+json")
	h.Set("Cache-Control", "no-store")
	if p.RetryAfter > 0 {
		h.Set(retryafter.Header, strconv.Itoa(p.RetryAfter))
	}
	w.WriteHeader(p.Status)
	_, _ = w.Write(b) // whoever is gone does not read it
}

package server

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"io"
	"math"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/nanococoa/nanococoa/aiserver/engine"
	"github.com/nanococoa/nanococoa/aiserver/fetch"
	"github.com/nanococoa/nanococoa/aiserver/results"
	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/compose"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/formdata"
	"github.com/nanococoa/nanococoa/internal/gpu"
	"github.com/nanococoa/nanococoa/internal/photo"
)

// The limits of a request.
const (
	// maxText is what all fields but picture and cutout may weigh together: a prompt of
	// maxPrompt characters in Korean, a concept, and two presigned URLs.
	maxText = 64 << 10
	// maxFieldBytes is the most one multipart field but picture and cutout may weigh.
	maxFieldBytes = 16 << 10
	// maxForm is a multipart body: one photo and the fields.
	maxForm = photo.MaxBytes + ad.MaxCutOutBytes + maxText
	// maxJSON is a JSON body: one picture in base64, four characters for three
	// bytes, each slash perhaps escaped, and the fields.
	maxJSON = photo.MaxBytes/3*4*2 + maxText
	// maxPrompt is in characters; FLUX reads 512 tokens, which is about 2,500.
	maxPrompt = 4000
	// maxCopy is in characters: three times what the copywriter may write, since
	// a caller without our copywriter may have longer words.
	maxMainCopy = 3 * ad.MainCopyMax
	maxSubCopy  = 3 * ad.SubCopyMax
	// maxURL is in bytes; presigned URLs with session tokens reach about 2,000.
	maxURL = 4096
	// maxKey is in bytes.
	maxKey = 255

	// intakeBudget bounds the pictures that are held in memory at a time while
	// they arrive, in bytes: two of the largest. Once complete they lie on disk.
	intakeBudget = 2 * photo.MaxBytes
	// intakeWait is how long a body waits for room before the caller is told to
	// come back.
	intakeWait = 10 * time.Second
)

// defaultSize is stage 1's picture when the caller names no size: what FLUX is
// trained on and what every square channel scales down from.
var defaultSize = image.Pt(1024, 1024)

// call is what every POST has beside its body.
type call struct {
	key      string
	deadline time.Time
}

// newCall reads the headers. Faults: Request.Invalid.
func (s *Server) newCall(r *http.Request) (call, error) {
	c := call{key: r.Header.Get(gpu.HeaderKey), deadline: time.Now().Add(s.cfg.JobTimeout)}
	var bad faults
	if len(r.Header.Values(gpu.HeaderKey)) > 1 || len(c.key) > maxKey || !visible(c.key) {
		bad.add(gpu.HeaderKey, "공백 없는 ASCII 문자 1~255자 하나만 보낼 수 있습니다.")
	}
	if v := r.Header.Get(gpu.HeaderTimeout); v != "" {
		sec, err := strconv.ParseFloat(v, 64)
		if err != nil || !(sec > 0) || math.IsInf(sec, 0) {
			bad.add(gpu.HeaderTimeout, "0보다 큰 초 단위 숫자여야 합니다.")
		} else if sec < s.cfg.JobTimeout.Seconds() {
			c.deadline = time.Now().Add(time.Duration(sec * float64(time.Second)))
		}
	}
	if c.key != "" {
		logOf(r.Context()).note(slogKey(c.key))
	}
	return c, bad.err()
}

// faults collects every wrong field.
type faults []fault.Field

func (f *faults) add(name, detail string) { *f = append(*f, fault.Field{Name: name, Detail: detail}) }

func (f *faults) merge(err error) error {
	var x *fault.Fault
	if errors.As(err, &x) && x.Code == fault.RequestInvalid {
		*f = append(*f, x.Fields...)
		return nil
	}
	return err
}

func (f faults) err() error {
	if len(f) == 0 {
		return nil
	}
	return fault.Invalid(f...)
}

// text checks a text of at most limit characters and gives it normalized.
func (f *faults) text(name, v string, limit int) string {
	v = ad.NormalizeText(v)
	if n := ad.Length(v); n > limit {
		f.add(name, fmt.Sprintf("%d자까지 쓸 수 있습니다. 지금은 %d자입니다.", limit, n))
	}
	return v
}

// fields normalizes and checks those of an owner's fields that a call has.
func (f *faults) fields(in ad.Fields, has ...string) ad.Fields {
	of := ad.OwnerFields().Only(has...)
	in = of.Normalize(in)
	if err := of.Validate(in); err != nil {
		*f = append(*f, fault.From(err).Fields...)
	}
	return in
}

// size reads "WxH" within what can be made; the zero size stays zero.
func (f *faults) size(v string) image.Point {
	p, err := gpu.ParseSize(v)
	if err != nil || (p != image.Point{} && !makeable(p)) {
		f.add("size", fmt.Sprintf("가로x세로 형식이며 %dx%d부터 %dx%d까지 만들 수 있습니다. 예: 1080x1350",
			compose.MinWidth, compose.MinHeight, compose.MaxSide, compose.MaxSide))
		return image.Point{}
	}
	return p
}

func makeable(p image.Point) bool {
	return p.X >= compose.MinWidth && p.Y >= compose.MinHeight && p.X <= compose.MaxSide && p.Y <= compose.MaxSide
}

// admit reserves room for a body of at most limit bytes, which may carry one
// picture, and gives it. The room must be given back with release once the
// picture has been put away. Faults: Request.TooLarge, GPU.Busy when there is no
// room.
func (s *Server) admit(
	w http.ResponseWriter, r *http.Request, limit int64,
) (body io.ReadCloser, release func(), err error) {
	if r.ContentLength > limit {
		return nil, nil, fault.Newf(fault.RequestTooLarge, "%d bytes announced", r.ContentLength)
	}
	weight := int64(photo.MaxBytes) // chunked: it may become anything
	if r.ContentLength >= 0 {
		weight = min(weight, r.ContentLength)
	}
	ctx, cancel := context.WithTimeout(r.Context(), intakeWait)
	defer cancel()
	if err := s.intake.Acquire(ctx, weight); err != nil {
		f := fault.Newf(fault.GPUBusy, "no room for another body")
		f.RetryAfter = intakeWait
		return nil, nil, f
	}
	// It fails only for a connection that has no deadlines, as in a test. Once the
	// body is read to its end net/http lifts the deadline and listens for the
	// caller's leaving, so it does not bound the job.
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(s.cfg.BodyTimeout))
	var once sync.Once
	return http.MaxBytesReader(w, r.Body, limit), func() { once.Do(func() { s.intake.Release(weight) }) }, nil
}

// bodyFault is the fault for a body that could not be read.
func bodyFault(err error) error {
	var big *http.MaxBytesError
	var known *fault.Fault
	switch {
	case errors.As(err, &known):
		return err
	case errors.As(err, &big):
		return fault.New(fault.RequestTooLarge, err)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return statusFault{http.StatusRequestTimeout, fault.New(fault.RequestMalformed, err)}
	}
	// Only the type: a parser's message may quote what an owner has written.
	return fault.Newf(fault.RequestMalformed, "body: %T", err)
}

// readJSON decodes a body strictly: one object, no unknown fields, no wrong
// types, each named. Pictures inside it come apart from it (see divert).
// Faults: Request.Unsupported, Request.Malformed, Request.Invalid,
// Request.TooLarge, Photo.TooLarge.
func readJSON(r *http.Request, body io.Reader, out any) (inlined, error) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return nil, fault.Newf(fault.RequestUnsupported, "content type is not JSON")
	}
	text, pics, err := divert(body, r.ContentLength)
	if err != nil {
		return nil, err
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	err = d.Decode(out)
	var wrong *json.UnmarshalTypeError
	switch {
	case errors.As(err, &wrong):
		return nil, fault.Invalid(fault.Field{Name: wrong.Field, Detail: "값의 형식이 올바르지 않습니다."})
	case err != nil && strings.HasPrefix(err.Error(), "json: unknown field "):
		// encoding/json has no type for it; the name is quoted behind the prefix.
		name, _ := strconv.Unquote(strings.TrimPrefix(err.Error(), "json: unknown field "))
		return nil, fault.Invalid(fault.Field{Name: name[:min(len(name), 64)], Detail: "모르는 항목입니다. 이름을 확인해 주세요."})
	case err != nil:
		return nil, bodyFault(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, fault.Newf(fault.RequestMalformed, "something follows the JSON object")
	}
	return pics, nil
}

// readForm reads a multipart body part by part: each field into its place in
// fields, and the picture, which is nil when there is none. Faults:
// Request.Unsupported, Request.Malformed, Request.Invalid, Request.TooLarge,
// Photo.TooLarge.
func readForm(r *http.Request, body io.Reader, fields map[string]*string) (picture []byte, err error) {
	boundary, form := formdata.Boundary(r.Header.Get("Content-Type"))
	if !form || boundary == "" {
		return nil, fault.Newf(fault.RequestUnsupported, "content type is not multipart/form-data")
	}
	seen := map[string]bool{}
	var bad faults
	m := multipart.NewReader(body, boundary)
	for {
		part, err := m.NextPart()
		if err == io.EOF { //nolint:errorlint // exactly: a body that breaks off gives one that wraps io.EOF
			break
		}
		if err != nil {
			return nil, bodyFault(err)
		}
		name := formdata.Name(part.Header)
		place, known := fields[name]
		switch {
		case name != "image" && !known:
			bad.add(name[:min(len(name), 64)], "모르는 항목입니다. 이름을 확인해 주세요.")
			if len(bad) > 16 {
				return nil, bad.err()
			}
		case seen[name]:
			return nil, fault.Newf(fault.RequestMalformed, "field %s comes twice", name)
		case name == "image":
			if picture, err = readPart(part, photo.MaxBytes, r.ContentLength, fault.PhotoTooLarge); err != nil {
				return nil, err
			}
		default:
			limit := maxFieldBytes
			if name == "cutout" {
				limit = ad.MaxCutOutBytes
			}
			v, err := readPart(part, limit, 0, fault.RequestTooLarge)
			if err != nil {
				return nil, err
			}
			*place = string(v)
		}
		seen[name] = true
	}
	// The connection notices that the caller has gone only when its body is read
	// to the very end.
	if _, err := io.Copy(io.Discard, body); err != nil {
		return nil, bodyFault(err)
	}
	return picture, bad.err()
}

// readPart reads a part of at most limit bytes; hint, when positive, is about
// how many there are.
func readPart(part io.Reader, limit int, hint int64, tooBig fault.Code) ([]byte, error) {
	var buf bytes.Buffer
	if hint > 0 {
		buf.Grow(int(min(hint, int64(limit))) + bytes.MinRead)
	}
	_, err := buf.ReadFrom(io.LimitReader(part, int64(limit)+1))
	var body *http.MaxBytesError
	if errors.As(err, &body) || buf.Len() > limit {
		return nil, fault.Newf(tooBig, "more than %d bytes", limit)
	}
	if err != nil {
		return nil, bodyFault(err)
	}
	if buf.Len() == 0 {
		return []byte{}, nil // not nil: the part was there
	}
	return buf.Bytes(), nil
}

// picture gives the bytes behind an address in a request: what came inside the
// request itself, a result of this server by id, path or URL, a data: URL, or
// whatever fetch's rules allow.
// Faults: as fetch.Get, and Image.NotFound as a wrong field.
func (s *Server) picture(ctx context.Context, field, address, host string, in inlined) ([]byte, error) {
	if data, ok := in[address]; ok {
		return data, nil
	}
	if id, ok := s.ownImage(address, host); ok {
		b, err := s.store.Picture(id)
		if fault.Has(err, fault.ImageNotFound) {
			f := fault.Invalid(fault.Field{Name: field, Detail: "이 서버에 없는 그림입니다. 보관 기간이 지났을 수 있으니 앞 단계를 다시 불러 주세요."})
			f.Err = err
			return nil, f
		}
		return b, err
	}
	if fetch.IsData(address) {
		return fetch.Data(field, address, photo.MaxBytes)
	}
	if len(address) > maxURL {
		return nil, fault.Invalid(fault.Field{Name: field, Detail: fmt.Sprintf("주소는 %d자까지 쓸 수 있습니다.", maxURL)})
	}
	return s.fetch.Get(ctx, field, address)
}

// ownImage finds the id in an address of one of our own results: the id alone,
// its path, or an absolute URL under the name we give ourselves or the caller
// has called us by.
func (s *Server) ownImage(address, host string) (id string, ok bool) {
	if results.ValidID(address) {
		return address, true
	}
	if len(address) > maxURL {
		return "", false
	}
	u, err := url.Parse(address)
	if err != nil || u.User != nil {
		return "", false
	}
	base := *s.public.Load()
	absolute := strings.HasPrefix(address, base+gpu.PathImages) ||
		((u.Scheme == "http" || u.Scheme == "https") && u.Host == host && strings.HasPrefix(u.Path, gpu.PathImages))
	if !absolute && !(u.Scheme == "" && u.Host == "" && strings.HasPrefix(u.Path, gpu.PathImages)) {
		return "", false
	}
	id = path.Base(u.Path)
	return id, results.ValidID(id) && strings.HasSuffix(u.Path, gpu.PathImages+id)
}

// htmlSource checks what a caller wants as src in html_code. It is never
// fetched, but a browser will.
func htmlSource(v string) bool {
	u, err := url.Parse(v)
	// A browser reads a backslash as a slash, and so /\host as another host.
	if err != nil || len(v) > maxURL || strings.ContainsFunc(v, func(r rune) bool { return r <= ' ' || r == '\\' }) {
		return false
	}
	switch u.Scheme {
	case "https", "http":
		return u.Host != ""
	case "cid":
		return u.Opaque != ""
	case "":
		return u.Host == "" && strings.HasPrefix(u.Path, "/")
	}
	return false
}

// checkPut checks an output_put_url before any work is done for it.
func (s *Server) checkPut(bad *faults, put string) error {
	switch {
	case put == "":
		return nil
	case len(put) > maxURL:
		bad.add("output_put_url", fmt.Sprintf("주소는 %d자까지 쓸 수 있습니다.", maxURL))
		return nil
	}
	return bad.merge(s.fetch.Check("output_put_url", put))
}

// The limits of an analysis that a caller sends: ours have at most a handful of
// areas and colours.
const (
	maxAreas = engine.MaxWords
	maxWord  = engine.MaxWord
)

// analysis checks what a caller claims about a picture. Its contrast is not
// believed: the composer measures.
func (f *faults) analysis(a *ad.Analysis) {
	if a == nil {
		return
	}
	ok := len(a.TextAreas) <= maxAreas && len(a.Colors.Dominant) <= maxAreas && len(a.Mood) <= maxAreas &&
		box(a.ProductBox) && word(a.Version) && word(a.Source) && !math.IsNaN(a.ContrastRatio)
	for _, t := range a.TextAreas {
		ok = ok && box(t.Box) && slices.Contains([]string{"headline", "sub", "any"}, t.Role) &&
			slices.Contains([]string{"left", "center", "right"}, t.Align) && t.Score >= 0 && t.Score <= 1
	}
	for _, c := range append([]string{a.Colors.Text, a.Colors.Accent}, a.Colors.Dominant...) {
		ok = ok && colour(c)
	}
	for _, m := range a.Mood {
		ok = ok && word(m)
	}
	if !ok {
		f.add("analysis", "1단계 답에 담긴 analysis를 그대로 보내 주세요.")
	}
}

// box is within the picture; a rounding error is forgiven.
func box(b ad.Box) bool {
	const eps = 1e-6
	for _, v := range b {
		if !(v >= 0 && v <= 1) {
			return false
		}
	}
	return b[0]+b[2] <= 1+eps && b[1]+b[3] <= 1+eps
}

func colour(s string) bool {
	return len(s) == 7 && s[0] == '#' && strings.Trim(s[1:], "0123456789abcdefABCDEF") == ""
}

func word(s string) bool { return len(s) <= maxWord }

// seedFor gives the seed of a call that names none: from its key, so that a
// render repeated after a crash makes the same picture, else a random one.
func seedFor(key string) uint64 {
	var b [8]byte
	if key == "" {
		rand.Read(b[:]) // never fails (crypto/rand)
	} else {
		sum := sha256.Sum256([]byte("seed:" + key))
		copy(b[:], sum[:])
	}
	return binary.BigEndian.Uint64(b[:]) & gpu.MaxSeed
}

// spooled is a job's picture, on disk while the job waits.
type spooled struct{ path string }

// put writes a picture to the spool. It is not synced: after a crash the caller
// sends it again.
func (s *Server) put(data []byte) (spooled, error) {
	f, err := os.CreateTemp(s.spool, "*.in")
	if err != nil {
		return spooled{}, fault.New(fault.GPUUnavailable, fmt.Errorf("spool: %w", err))
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Close()); err != nil {
		return spooled{}, fault.New(fault.GPUUnavailable, errors.Join(fmt.Errorf("spool: %w", err), os.Remove(f.Name())))
	}
	return spooled{f.Name()}, nil
}

func (p spooled) read() ([]byte, error) {
	b, err := os.ReadFile(p.path)
	if err != nil {
		return nil, fault.New(fault.GPUUnavailable, fmt.Errorf("spool: %w", err))
	}
	return b, nil
}

// drop removes the file; what cannot be removed goes at the next start.
func (p spooled) drop() { _ = os.Remove(p.path) }

package server_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"image"
	"image/color"
	"image/png"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nanococoa/nanococoa/aiserver/engine"
	"github.com/nanococoa/nanococoa/aiserver/results"
	"github.com/nanococoa/nanococoa/aiserver/server"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/gpu"
)

// small is the original request for a small picture, so that tests are quick.
func small(t *testing.T) []part {
	t.Helper()
	return with(original(t), "size", "342x228")
}

func TestARetriedCallIsAnsweredFromTheStore(t *testing.T) {
	t.Parallel()
	s := open(t)
	first := s.stage1(small(t), key("ad.1.stage1"))
	second := s.stage1(small(t), key("ad.1.stage1"))
	if first.header.Get(gpu.HeaderReplayed) != "" || second.header.Get(gpu.HeaderReplayed) != "true" {
		t.Errorf("%s: %q then %q", gpu.HeaderReplayed, first.header.Get(gpu.HeaderReplayed),
			second.header.Get(gpu.HeaderReplayed))
	}
	if !bytes.Equal(first.body, second.body) || s.painter.renders() != 1 {
		t.Errorf("%d renders; %s then %s", s.painter.renders(), first.body, second.body)
	}
	if first.header.Get(gpu.HeaderID) == second.header.Get(gpu.HeaderID) {
		t.Error("two requests have one id")
	}
	var one gpu.Stage1Answer
	first.into(t, &one)
	for path, body := range map[string]any{
		gpu.PathStage2: words(one.ImageURL),
		gpu.PathScore:  map[string]string{"image_url": one.ImageURL, "prompt": "새벽"},
	} {
		a, b := s.post(path, body, key(path)), s.post(path, body, key(path))
		if b.header.Get(gpu.HeaderReplayed) != "true" || !bytes.Equal(a.body, b.body) {
			t.Errorf("%s: %s then %s", path, a.body, b.body)
		}
	}
	// Without a key every call is its own.
	s.stage1(small(t)).into(t, &one)
	s.stage1(small(t)).into(t, &one)
	if s.painter.renders() != 3 {
		t.Errorf("%d renders", s.painter.renders())
	}
}

func TestResultsOutliveTheProcess(t *testing.T) {
	t.Parallel()
	s := open(t)
	var before, after gpu.Stage1Answer
	s.stage1(small(t), key("k")).into(t, &before)
	if err := s.stop(); err != nil {
		t.Fatal(err)
	}
	s.start()
	again := s.stage1(small(t), key("k"))
	again.into(t, &after)
	if again.header.Get(gpu.HeaderReplayed) != "true" || s.painter.renders() != 1 ||
		id(after.ImageURL) != id(before.ImageURL) {
		t.Errorf("%d renders, %s then %s", s.painter.renders(), before.ImageURL, after.ImageURL)
	}
	// The server listens elsewhere now and says so.
	if got := s.get(strings.TrimPrefix(after.ImageURL, s.url)); digest(got.body) != before.Output.SHA256 {
		t.Errorf("the picture under its new address: %d", got.status)
	}
}

func TestOtherContentUnderAKnownKey(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.stage1(small(t), key("k")).into(t, &gpu.Stage1Answer{})
	for name, parts := range map[string][]part{
		"concept": with(small(t), "ad_concept", "한낮의 바다"), "size": with(small(t), "size", "400x300"),
		"seed":   with(small(t), "seed", "1"),
		"prompt": with(small(t), "prompt", "A beach."), "category": with(small(t), "product_category", "의류"),
		"name":  with(small(t), "product_name", "가방"),
		"photo": append(without(small(t), "image"), part{name: "image", file: photoJPEG(t, 2)}),
	} {
		p := s.stage1(parts, key("k")).want(t, http.StatusUnprocessableEntity, fault.RequestConflict)
		if p.Retryable {
			t.Errorf("%s: retryable", name)
		}
	}
	picture := dataURL(photoPNG(t, 400, 300))
	s.post(gpu.PathStage2, words(picture), key("k")).want(t, http.StatusUnprocessableEntity, fault.RequestConflict)
	s.post(gpu.PathStage2, words(picture), key("k2")).into(t, &gpu.Stage2Answer{})
	for name, v := range map[string]any{
		"ai_mark": true, "main_copy": "다른 문구", "sub_copy": "다른 작은 문구입니다", "analysis": sample(),
		"html_image_url": "cid:x", "target_age": "30대",
	} {
		body := words(picture)
		body[name] = v
		s.post(gpu.PathStage2, body, key("k2")).want(t, http.StatusUnprocessableEntity, fault.RequestConflict)
	}
	score := map[string]any{"image_url": picture, "prompt": "새벽"}
	s.post(gpu.PathScore, score, key("k3")).into(t, &gpu.ScoreAnswer{})
	for name, v := range map[string]any{"prompt": "한낮", "analysis": sample()} {
		other := maps.Clone(score)
		other[name] = v
		s.post(gpu.PathScore, other, key("k3")).want(t, http.StatusUnprocessableEntity, fault.RequestConflict)
	}
	if s.painter.renders() != 1 {
		t.Errorf("%d renders", s.painter.renders())
	}
}

// Where a picture comes from and goes to is not content: a presigned URL is
// another one on every retry.
func TestAFreshlySignedURLIsTheSameContent(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	put := map[string]int{}
	store := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut {
			b, _ := io.ReadAll(r.Body)
			mu.Lock()
			defer mu.Unlock()
			put[r.URL.RawQuery] = len(b)
			return
		}
		_, _ = w.Write(photoJPEG(t, 3))
	}))
	defer store.Close()
	s := open(t, func(c *server.Config, _ *server.Parts) {
		c.AllowedHosts = []string{strings.TrimPrefix(store.URL, "http://")}
	})
	call := func(sig string) answer {
		form := with(without(small(t), "image"), "image_source_url", store.URL+"/in?"+sig)
		form = with(form, "output_put_url", store.URL+"/out?"+sig)
		return s.stage1(form, key("k"))
	}
	var one gpu.Stage1Answer
	call("sig=1").into(t, &one)
	if second := call("sig=2"); second.header.Get(gpu.HeaderReplayed) != "true" {
		t.Errorf("%d %s", second.status, second.body)
	}
	// The same photo by hand is the same content as well.
	third := s.stage1(append(without(small(t), "image"), part{name: "image", file: photoJPEG(t, 3)}), key("k"))
	if third.header.Get(gpu.HeaderReplayed) != "true" {
		t.Errorf("%d %s", third.status, third.body)
	}
	// Each address got its picture: a retry may be the first whose delivery works.
	if put["sig=1"] != one.Output.Bytes || put["sig=2"] != one.Output.Bytes {
		t.Errorf("put: %v, want %d bytes each", put, one.Output.Bytes)
	}
	body := words(one.ImageURL)
	body["html_image_url"] = "https://pictures.example.com/1.png?sig=1"
	s.post(gpu.PathStage2, body, key("k2")).into(t, &gpu.Stage2Answer{})
	body["html_image_url"] = "https://pictures.example.com/1.png?sig=2"
	if again := s.post(gpu.PathStage2, body, key("k2")); again.header.Get(gpu.HeaderReplayed) != "true" {
		t.Errorf("%d %s", again.status, again.body)
	}
}

func TestADeliveryThatFailsCostsNoSecondRender(t *testing.T) {
	t.Parallel()
	status := http.StatusServiceUnavailable
	store := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
	defer store.Close()
	s := open(t, func(c *server.Config, _ *server.Parts) {
		c.AllowedHosts = []string{strings.TrimPrefix(store.URL, "http://")}
	})
	form := with(small(t), "output_put_url", store.URL+"/out")
	if p := s.stage1(form, key("k")).want(t, http.StatusServiceUnavailable, fault.GPUUnavailable); !p.Retryable {
		t.Error("not retryable")
	}
	status = http.StatusOK
	if a := s.stage1(form, key("k")); a.status != http.StatusOK || s.painter.renders() != 1 {
		t.Errorf("%d, %d renders", a.status, s.painter.renders())
	}
}

// inFlight sends a stage 1 call in the background.
func (s *site) inFlight(parts []part, headers ...header) <-chan answer {
	got := make(chan answer, 1)
	kind, body := multi(parts)
	go func() {
		a, err := s.send(http.MethodPost, gpu.PathStage1, kind, body, headers...)
		if err != nil {
			a.body = []byte(err.Error())
		}
		got <- a
	}()
	return got
}

// Another word of the owner's is another request, and the same one in other spaces is not.
func TestTheOwnersWordIsContent(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.painter.spoil = func(r *engine.Rendering) {
		r.Found = image.NewAlpha(image.Rect(0, 0, 30, 20))
		r.Found.Pix[7] = 200
	}
	var first, again gpu.Stage1Answer
	s.stage1(with(small(t), "cutout", `{"mode":"photo"}`), key("k")).into(t, &first)
	s.stage1(with(small(t), "cutout", `{ "mode": "photo" }`), key("k")).into(t, &again)
	if s.painter.renders() != 1 || first.Mask != again.Mask {
		t.Errorf("%d renders", s.painter.renders())
	}
	other := s.stage1(with(small(t), "cutout", `{"box":[0,0,1,1]}`), key("k"))
	other.want(t, http.StatusUnprocessableEntity, fault.RequestConflict)
	text, _ := strings.CutPrefix(again.Mask, gpu.DataURLPrefix)
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	mask, err := png.Decode(bytes.NewReader(raw))
	if err != nil || mask.Bounds() != image.Rect(0, 0, 30, 20) {
		t.Fatalf("%v, %v", mask.Bounds(), err)
	}
	if got := color.NRGBAModel.Convert(mask.At(7, 0)); got != (color.NRGBA{255, 255, 255, 200}) {
		t.Errorf("the mask has %v", got)
	}
	if _, _, _, a := mask.At(8, 0).RGBA(); a != 0 {
		t.Errorf("beside it: %d", a)
	}
}

func TestADuplicateInFlightJoins(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.painter.hold = make(chan struct{})
	first := s.inFlight(small(t), key("k"))
	<-s.painter.begun
	second := s.inFlight(small(t), key("k"))
	s.stage1(with(small(t), "seed", "3"), key("k")).want(t, http.StatusUnprocessableEntity, fault.RequestConflict)
	time.Sleep(50 * time.Millisecond) // lets the second arrive; joining late or reading the store is as good
	close(s.painter.hold)
	a, b := <-first, <-second
	if a.status != http.StatusOK || !bytes.Equal(a.body, b.body) || s.painter.renders() != 1 {
		t.Errorf("%d renders; %s and %s", s.painter.renders(), a.body, b.body)
	}
}

func TestAFullQueue(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.painter.hold = make(chan struct{})
	var got []<-chan answer
	for i := range 5 {
		got = append(got, s.inFlight(with(small(t), "seed", strconv.Itoa(i))))
		s.await("place", func() bool { c := s.capacity(); return c.Busy+c.Queued == i+1 })
	}
	c := s.capacity()
	if c.Slots != 1 || c.Busy != 1 || c.Queued != 4 || c.QueueLimit != 4 || c.Draining || !c.Ready || c.ETASeconds <= 0 {
		t.Errorf("capacity = %+v", c)
	}
	a := s.stage1(small(t))
	p := a.want(t, http.StatusTooManyRequests, fault.GPUBusy)
	if after, err := strconv.Atoi(a.header.Get("Retry-After")); err != nil || after < 1 || after != p.RetryAfter ||
		!p.Retryable {
		t.Errorf("Retry-After %q, problem %+v", a.header.Get("Retry-After"), p)
	}
	if s.get(gpu.PathReady).status != http.StatusOK {
		t.Error("a busy server says it is not ready")
	}
	// What finishes an ad still gets in, and goes first.
	finishing := make(chan answer, 1)
	go func() {
		finishing <- s.post(gpu.PathScore, map[string]string{"image_url": dataURL(photoPNG(t, 64, 64)), "prompt": "x"})
	}()
	s.await("place", func() bool { return s.capacity().Queued == 5 })
	s.painter.hold <- struct{}{} // the running one ends
	if a := <-finishing; a.status != http.StatusOK {
		t.Errorf("score: %d %s", a.status, a.body)
	}
	<-s.painter.begun
	<-s.painter.begun
	if n := s.painter.renders(); n != 2 {
		t.Errorf("%d renders begun when the score was done, want the second only", n)
	}
	close(s.painter.hold)
	for _, ch := range got {
		if a := <-ch; a.status != http.StatusOK {
			t.Errorf("%d %s", a.status, a.body)
		}
	}
	if n := len(spool(t, s.cfg.DataDir)); n != 0 {
		t.Errorf("%d pictures are left in the spool", n)
	}
}

func spool(t *testing.T, dir string) []os.DirEntry {
	t.Helper()
	left, err := os.ReadDir(filepath.Join(dir, "spool"))
	if err != nil {
		t.Fatal(err)
	}
	return left
}

func TestTheCallersTimeIsKept(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.painter.hold = make(chan struct{})
	p := s.stage1(small(t), header{gpu.HeaderTimeout, "0.2"}).want(t, http.StatusServiceUnavailable, fault.GPUUnavailable)
	if !p.Retryable {
		t.Error("not retryable")
	}
	if err := <-s.painter.ended; !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the engine's work ended with %v", err)
	}
	// A second one waits behind the first and gives up in the queue.
	first := s.inFlight(small(t))
	<-s.painter.begun
	<-s.painter.begun
	s.stage1(small(t), header{gpu.HeaderTimeout, "0.1"}).want(t, http.StatusServiceUnavailable, fault.GPUUnavailable)
	s.await("an empty queue", func() bool { return s.capacity().Queued == 0 })
	close(s.painter.hold)
	if a := <-first; a.status != http.StatusOK {
		t.Errorf("%d %s", a.status, a.body)
	}
	if s.painter.renders() != 2 {
		t.Errorf("%d renders", s.painter.renders())
	}
}

func TestTheServersOwnLimitOnARequest(t *testing.T) {
	t.Parallel()
	s := open(t, func(c *server.Config, _ *server.Parts) { c.JobTimeout = time.Second })
	s.painter.hold = make(chan struct{})
	began := time.Now()
	s.stage1(small(t), header{gpu.HeaderTimeout, "3600"}).want(t, http.StatusServiceUnavailable, fault.GPUUnavailable)
	if took := time.Since(began); took > 15*time.Second {
		t.Errorf("took %v", took)
	}
}

// leave sends a call and hangs up once the engine works on it.
func (s *site) leave(parts []part, headers ...header) {
	s.t.Helper()
	kind, body := multi(parts)
	ctx, hangUp := context.WithCancel(context.Background())
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url+gpu.PathStage1, body)
	if err != nil {
		s.t.Fatal(err)
	}
	left := make(chan error, 1)
	go func() {
		_, err := s.do(req, kind, headers...)
		left <- err
	}()
	<-s.painter.begun
	hangUp()
	if err := <-left; !errors.Is(err, context.Canceled) {
		s.t.Fatalf("hanging up: %v", err)
	}
}

func TestACallerWhoLeaves(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.painter.hold = make(chan struct{})
	s.leave(small(t))
	if err := <-s.painter.ended; !errors.Is(err, context.Canceled) {
		t.Errorf("without a key: the work ended with %v", err)
	}
	s.leave(small(t), key("k"))
	close(s.painter.hold)
	if err := <-s.painter.ended; err != nil {
		t.Errorf("with a key: the work ended with %v", err)
	}
	if a := s.stage1(small(t), key("k")); a.status != http.StatusOK || s.painter.renders() != 2 {
		t.Errorf("coming back: %d, %d renders", a.status, s.painter.renders())
	}
	if !strings.Contains(s.log.String(), `"status":499`) {
		t.Error("the log does not say that a caller has left")
	}
}

func TestDrainingFinishesWhatRuns(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.painter.hold = make(chan struct{})
	running := s.inFlight(small(t), key("k"))
	<-s.painter.begun
	waiting := s.inFlight(with(small(t), "seed", "2"))
	s.await("a queue", func() bool { return s.capacity().Queued == 1 })
	stopped := make(chan error, 1)
	go func() { stopped <- s.stop() }()
	a := <-waiting
	if p := a.want(t, http.StatusServiceUnavailable, fault.GPUUnavailable); !p.Retryable ||
		a.header.Get("Retry-After") == "" {
		t.Errorf("waiting: %+v %v", p, a.header)
	}
	s.get(gpu.PathReady).want(t, http.StatusServiceUnavailable, fault.GPUUnavailable)
	if s.get(gpu.PathHealth).status != http.StatusOK || !s.capacity().Draining {
		t.Error("healthz or capacity")
	}
	s.stage1(with(small(t), "seed", "3")).want(t, http.StatusServiceUnavailable, fault.GPUUnavailable)
	select {
	case err := <-stopped:
		t.Fatalf("stopped with a job running: %v", err)
	default:
	}
	close(s.painter.hold)
	if a := <-running; a.status != http.StatusOK {
		t.Errorf("running: %d %s", a.status, a.body)
	}
	if err := <-stopped; err != nil {
		t.Errorf("stop: %v", err)
	}
	s.start()
	if a := s.stage1(small(t), key("k")); a.header.Get(gpu.HeaderReplayed) != "true" {
		t.Errorf("after the restart: %d %s", a.status, a.body)
	}
}

func TestDrainingDoesNotWaitForever(t *testing.T) {
	t.Parallel()
	s := open(t, func(c *server.Config, _ *server.Parts) { c.DrainTimeout = 100 * time.Millisecond })
	s.painter.hold = make(chan struct{})
	running := s.inFlight(small(t), key("k"))
	<-s.painter.begun
	if err := s.stop(); err != nil {
		t.Errorf("stop: %v", err)
	}
	if p := (<-running).want(t, http.StatusServiceUnavailable, fault.GPUUnavailable); !p.Retryable {
		t.Error("not retryable")
	}
	if err := <-s.painter.ended; err == nil {
		t.Error("the engine was not told")
	}
}

func TestNotReadyWhileTheEngineLoads(t *testing.T) {
	t.Parallel()
	loaded := make(chan struct{})
	s := &site{t: t, cfg: config(t), painter: newPainter(), setter: &typesetter{}, log: &lockedBuffer{}}
	s.start(func(c *server.Config, p *server.Parts) {
		c.Engine = "slow"
		p.Load = func(ctx context.Context) (engine.Engine, error) {
			select {
			case <-loaded:
				return s.painter, nil
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		}
	})
	s.get(gpu.PathReady).want(t, http.StatusServiceUnavailable, fault.GPUUnavailable)
	if s.get(gpu.PathHealth).status != http.StatusOK {
		t.Error("healthz")
	}
	a := s.stage1(small(t))
	if a.want(t, http.StatusServiceUnavailable, fault.GPUUnavailable); a.header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	if c := s.capacity(); c.Ready || c.Engine != "" {
		t.Errorf("capacity = %+v", c)
	}
	close(loaded)
	s.await("ready", func() bool { return s.get(gpu.PathReady).status == http.StatusOK })
	s.stage1(small(t)).into(t, &gpu.Stage1Answer{})
}

func TestAnEngineThatDoesNotLoadEndsTheServer(t *testing.T) {
	t.Parallel()
	cfg := config(t)
	srv, err := server.New(cfg, server.Parts{
		Load: func(context.Context) (engine.Engine, error) { return nil, errBoom },
		Log:  quiet(),
	})
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", cfg.Addr)
	if err != nil {
		t.Fatal(err)
	}
	if err := srv.Run(t.Context(), ln); !errors.Is(err, errBoom) {
		t.Errorf("Run = %v", err)
	}
}

func TestAnEnginesFaults(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		err       error
		status    int
		code      fault.Code
		retryable bool
	}{
		"the photo is to blame": {fault.New(fault.PhotoCorrupt, nil), 422, fault.PhotoCorrupt, false},
		"the request is":        {fault.New(fault.GPURejected, nil), 422, fault.GPURejected, false},
		"out of memory":         {fault.New(fault.GPUUnavailable, nil), 503, fault.GPUUnavailable, true},
		"a useless picture":     {fault.New(fault.GPUBadAnswer, nil), 502, fault.GPUBadAnswer, true},
		"who knows":             {errBoom, 500, fault.Internal, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			s.painter.render = func(context.Context, engine.Request) error { return tc.err }
			if p := s.stage1(small(t), key("k")).want(t, tc.status, tc.code); p.Retryable != tc.retryable {
				t.Errorf("retryable = %v", p.Retryable)
			}
			s.painter.set(func() { s.painter.render = nil })
			if a := s.stage1(small(t), key("k")); a.status != http.StatusOK {
				t.Errorf("the next try: %d %s", a.status, a.body)
			}
		})
	}
}

func TestAnEngineThatPanics(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.painter.render = func(context.Context, engine.Request) error { panic("no such pixel") }
	s.stage1(small(t)).want(t, http.StatusInternalServerError, fault.Internal)
	if !strings.Contains(s.log.String(), "no such pixel") {
		t.Error("the log does not say why")
	}
	s.painter.set(func() { s.painter.render = nil })
	s.stage1(small(t)).into(t, &gpu.Stage1Answer{})
}

func TestTheToken(t *testing.T) {
	t.Parallel()
	const token = "a-token-of-some-length"
	s := open(t, func(c *server.Config, _ *server.Parts) { c.Token = token })
	for name, h := range map[string]header{
		"none": {
			"X-None", "x"}, "wrong": {"Authorization", "Bearer another-token-of-that-length"}, "part": {"Authorization",
			"Bearer " + token[:10],
		},
		"another scheme": {
			"Authorization", "Basic " + token}, "no scheme": {"Authorization", token}, "empty": {"Authorization", "Bearer "},
	} {
		for _, path := range []string{gpu.PathCapacity, gpu.PathMetrics, gpu.PathImages + strings.Repeat("0", 32)} {
			if a := s.get(path, h); a.status != http.StatusUnauthorized || a.header.Get("WWW-Authenticate") == "" {
				t.Errorf("%s, %s: %d", name, path, a.status)
			}
		}
		s.stage1(small(t), h).want(t, http.StatusUnauthorized, fault.RequestUnauthorized)
	}
	for _, scheme := range []string{"Bearer", "bearer"} {
		s.stage1(small(t), header{"Authorization", scheme + " " + token}).into(t, &gpu.Stage1Answer{})
	}
	for _, path := range []string{gpu.PathHealth, gpu.PathReady} {
		if a := s.get(path); a.status != http.StatusOK {
			t.Errorf("%s: %d", path, a.status)
		}
	}
	if strings.Contains(s.log.String(), token) {
		t.Error("the token is in the log")
	}
}

// slowly gives its bytes one after the other, with a pause in between.
type slowly struct {
	b     []byte
	pause time.Duration
}

func (s *slowly) Read(p []byte) (int, error) {
	if len(s.b) == 0 {
		return 0, io.EOF
	}
	time.Sleep(s.pause)
	p[0] = s.b[0]
	s.b = s.b[1:]
	return 1, nil
}

func TestABodyThatDoesNotArrive(t *testing.T) {
	t.Parallel()
	s := open(t, func(c *server.Config, _ *server.Parts) { c.BodyTimeout = 200 * time.Millisecond })
	// Not through the contract's transport, which reads the body first.
	resp, err := http.Post(s.url+gpu.PathScore, "application/json",
		&slowly{b: []byte(`{"image_url":"x","prompt":"y"}`), pause: 50 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusRequestTimeout {
		t.Errorf("status %d", resp.StatusCode)
	}
	// A body that has arrived has no deadline: the job may take its time.
	s.painter.hold = make(chan struct{})
	a := s.inFlight(small(t))
	<-s.painter.begun
	time.Sleep(500 * time.Millisecond)
	close(s.painter.hold)
	if a := <-a; a.status != http.StatusOK {
		t.Errorf("a long job: %d %s", a.status, a.body)
	}
}

func TestTheLogTellsNothingOfAnOwner(t *testing.T) {
	t.Parallel()
	s := open(t, func(c *server.Config, _ *server.Parts) { c.AllowedHosts = []string{"127.0.0.1:1"} })
	var one gpu.Stage1Answer
	secret := []string{"무선 이어폰", "전자제품", "새벽 도시", "A secret prompt", "비밀 문구", "기본 문구", "X-Amz-Signature"}
	form := with(original(t), "prompt", "A secret prompt")
	s.stage1(form, key("ad.1.stage1")).into(t, &one)
	s.stage1(with(form, "비밀 문구", "새벽 도시"))
	s.stage1(with(without(form, "image"), "image_source_url", "http://127.0.0.1:1/x?X-Amz-Signature=s")).
		want(t, http.StatusServiceUnavailable, fault.GPUUnavailable)
	body := words(one.ImageURL)
	body["main_copy"] = "비밀 문구"
	s.post(gpu.PathStage2, body).into(t, &gpu.Stage2Answer{})
	s.post(gpu.PathStage2, `{"비밀 문구":1}`)
	s.post(gpu.PathStage2, `{"product_name":"무선 이어폰`)
	s.must(s.send(http.MethodPost, gpu.PathStage1, "multipart/form-data; boundary=b",
		strings.NewReader("--b\r\n무선 이어폰\r\n\r\nx"))).want(t, 400, fault.RequestMalformed)
	s.post(gpu.PathScore, map[string]string{"image_url": one.ImageURL, "prompt": "새벽 도시"}).into(t, &gpu.ScoreAnswer{})
	log := s.log.String()
	for _, word := range secret {
		if strings.Contains(log, word) {
			t.Errorf("%q is in the log:\n%s", word, log)
		}
	}
	for _, want := range []string{
		`"request_id":"` + one.RequestID + `"`, `"key":"ad.1.stage1"`, `"route":"/api/stage1/generate"`, `"msg":"made"`,
		`"work_ms":`,
	} {
		if !strings.Contains(log, want) {
			t.Errorf("%s is not in the log", want)
		}
	}
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.stage1(small(t), key("k")).into(t, &gpu.Stage1Answer{})
	s.stage1(small(t), key("k")).into(t, &gpu.Stage1Answer{})
	s.stage1(with(small(t), "seed", "9"), key("k")).want(t, 422, fault.RequestConflict)
	s.get("/nowhere")
	a := s.get(gpu.PathMetrics)
	for _, want := range []string{
		`aiserver_renders_total{call="stage1"} 1`,
		`aiserver_jobs_total{call="stage1",outcome="done"} 1`,
		`aiserver_jobs_total{call="stage1",outcome="replayed"} 1`,
		`aiserver_jobs_total{call="stage1",outcome="Request.Conflict"} 1`,
		`aiserver_requests_total{route="/api/stage1/generate",status="200"} 2`,
		`aiserver_requests_total{route="unknown",status="404"} 1`,
		`aiserver_work_seconds_count{call="stage1"} 1`,
		"aiserver_slots 1", "aiserver_queue_limit 4", "aiserver_busy 0", "aiserver_ready 1", "aiserver_draining 0",
		"aiserver_results_keys 1",
		"go_goroutines", "process_resident_memory_bytes",
	} {
		if !strings.Contains(string(a.body), want) {
			t.Errorf("%s is not in the metrics", want)
		}
	}
}

func TestADataFolderThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	s := open(t)
	parts := server.Parts{Load: func(context.Context) (engine.Engine, error) { return s.painter, nil }, Log: quiet()}
	if _, err := server.New(s.cfg, parts); !errors.Is(err, results.ErrLocked) {
		t.Errorf("a second server in the same folder: %v", err)
	}
	bad := s.cfg
	bad.Slots = 0
	if _, err := server.New(bad, parts); err == nil {
		t.Error("a bad configuration was taken")
	}
}

func TestADiskThatDoesNotTakeResults(t *testing.T) {
	t.Parallel()
	s := open(t)
	if err := os.RemoveAll(filepath.Join(s.cfg.DataDir, "files")); err != nil {
		t.Fatal(err)
	}
	s.stage1(small(t)).want(t, http.StatusServiceUnavailable, fault.GPUUnavailable)
	if err := os.RemoveAll(filepath.Join(s.cfg.DataDir, "spool")); err != nil {
		t.Fatal(err)
	}
	s.stage1(small(t)).want(t, http.StatusServiceUnavailable, fault.GPUUnavailable)
}

func TestADamagedDatabaseIsReportedAndTheServerStarts(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.stage1(small(t), key("k")).into(t, &gpu.Stage1Answer{})
	if err := s.stop(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(s.cfg.DataDir, "keys.db"), []byte("0badc0de"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.start()
	if !strings.Contains(s.log.String(), "the database of keys is damaged") {
		t.Error("the log does not mention it")
	}
	s.stage1(small(t), key("k")).into(t, &gpu.Stage1Answer{})
	if again := s.stage1(small(t), key("k")); again.header.Get(gpu.HeaderReplayed) != "true" {
		t.Errorf("the new one does not remember: %d", again.status)
	}
}

func TestPublicURL(t *testing.T) {
	t.Parallel()
	s := open(t, func(c *server.Config, _ *server.Parts) { c.PublicURL = "https://gpu.example.com/base/" })
	var one gpu.Stage1Answer
	s.stage1(small(t)).into(t, &one)
	if !strings.HasPrefix(one.ImageURL, "https://gpu.example.com/base/api/images/") {
		t.Errorf("image_url = %s", one.ImageURL)
	}
	// Its own address is known under that name without being fetched.
	s.post(gpu.PathStage2, words(one.ImageURL)).into(t, &gpu.Stage2Answer{})
	const token = "0123456789abcdef"
	anywhere := open(t, func(c *server.Config, _ *server.Parts) { c.Addr, c.Token = "0.0.0.0:0", token })
	anywhere.stage1(small(t), header{"Authorization", "Bearer " + token}).into(t, &one)
	if !strings.HasPrefix(one.ImageURL, "http://localhost:") {
		t.Errorf("image_url = %s", one.ImageURL)
	}
}

func TestConfigurationReportsEveryFault(t *testing.T) {
	t.Parallel()
	if _, err := server.Read(nil); err != nil {
		t.Errorf("the defaults: %v", err)
	}
	good := []string{"TOKEN=0123456789abcdef", "PUBLIC_URL=https://a.example.com",
		"ALLOWED_HOSTS=a.example.com,*.b.example.com", "LOG_LEVEL=debug", "MEMORY_LIMIT_MB=0"}
	if c, err := server.Read(good); err != nil || len(c.AllowedHosts) != 2 || c.Slots != 1 || c.Queue != 4 ||
		c.Addr != "127.0.0.1:8892" {
		t.Errorf("%+v, %v", c, err)
	}
	for addr, alone := range map[string]bool{
		"127.0.0.1:1": true, "127.9.9.9:1": true, "localhost:1": true, "[::1]:1": true,
		"0.0.0.0:1": false, ":1": false, "[::]:1": false, "10.0.0.1:1": false, "gpu.example.com:1": false,
	} {
		if _, err := server.Read([]string{"ADDR=" + addr}); alone != (err == nil) {
			t.Errorf("%s without a token: %v", addr, err)
		}
		if _, err := server.Read([]string{"ADDR=" + addr, "TOKEN=0123456789abcdef"}); err != nil {
			t.Errorf("%s with a token: %v", addr, err)
		}
	}
	bad := []string{
		"CUTOUT=rmbg", "SCENE=flux1", "SCORE=clip", "ANALYSIS=llava", "SCENE_CANDIDATES=9", "SCENE_DAILY_USD=-1",
		"ADDR=8892", "ENGINE=", "SLOTS=0", "QUEUE=-1", "DATA_DIR=", "RESULT_TTL=1s", "RESULT_MAX_MB=1", "TOKEN=short token",
		"DRAIN_TIMEOUT=0s",
		"JOB_TIMEOUT=1ms", "MEMORY_LIMIT_MB=1", "BODY_TIMEOUT=0s", "PUBLIC_URL=gpu.example.com", "ALLOWED_HOSTS=2130706433",
	}
	_, err := server.Read(bad)
	if err == nil {
		t.Fatal("a bad configuration passes")
	}
	for _, entry := range bad {
		name, _, _ := strings.Cut(entry, "=")
		// An empty value means the default to the reader of the environment.
		if empty := name == "ENGINE" || name == "DATA_DIR"; !empty && !strings.Contains(err.Error(), name) {
			t.Errorf("%s is not named in:\n%v", name, err)
		}
	}
	for missing, set := range map[string]string{"OPENAI_API_KEY": "SCENE=openai", "MODELS_DIR": "SCORE=siglip2"} {
		if _, err := server.Read([]string{set}); err == nil || !strings.Contains(err.Error(), missing) {
			t.Errorf("%s without %s: %v", set, missing, err)
		}
	}
	if strings.Contains(err.Error(), "short token") {
		t.Error("the token is in the error")
	}
	if _, err := server.Read([]string{"SLOTS=many"}); err == nil {
		t.Error("SLOTS=many passes")
	}
}

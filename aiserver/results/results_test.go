package results_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nanococoa/nanococoa/aiserver/jobs"
	"github.com/nanococoa/nanococoa/aiserver/journal"
	"github.com/nanococoa/nanococoa/aiserver/results"
	"github.com/nanococoa/nanococoa/internal/fault"
)

// clock is a time that a test moves.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

const ttl = time.Hour

// shop is a store that can be closed and opened again.
type shop struct {
	*results.Store
	t     *testing.T
	cfg   results.Config
	clock *clock
}

func newShop(t *testing.T, maxBytes int64) *shop {
	t.Helper()
	c := newClock()
	s := &shop{t: t, cfg: results.Config{Dir: t.TempDir(), TTL: ttl, MaxBytes: maxBytes, Now: c.Now}, clock: c}
	s.open()
	t.Cleanup(func() { s.Close() })
	return s
}

func (s *shop) open() (damaged int) {
	s.t.Helper()
	st, damaged, err := results.Open(s.cfg)
	if err != nil {
		s.t.Fatal(err)
	}
	s.Store = st
	return damaged
}

func (s *shop) reopen() int {
	s.t.Helper()
	if err := s.Close(); err != nil {
		s.t.Fatal(err)
	}
	return s.open()
}

func (s *shop) put(png string) string {
	s.t.Helper()
	id, err := s.Put([]byte(png))
	if err != nil {
		s.t.Fatal(err)
	}
	return id
}

func (s *shop) store(key, fp, answer, image string) {
	s.t.Helper()
	if err := s.Store.Store(key, fp, jobs.Result{Answer: []byte(answer), Image: image}); err != nil {
		s.t.Fatal(err)
	}
}

func (s *shop) answer(key string) string {
	s.t.Helper()
	r, ok := s.Lookup(key)
	if !ok {
		return "unknown"
	}
	if r.Answer == nil {
		return "bound to " + r.Fingerprint
	}
	return string(r.Answer)
}

func files(t *testing.T, dir string) []string {
	t.Helper()
	all, err := os.ReadDir(filepath.Join(dir, "files"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, d := range all {
		names = append(names, d.Name())
	}
	return names
}

func TestResultsOutliveARestart(t *testing.T) {
	t.Parallel()
	s := newShop(t, 0)
	id := s.put("a picture")
	s.store("k1", "f1", `{"n":1}`, id)
	s.store("k2", "f2", `{"n":2}`, "")
	if err := s.Bind("k3", "f3"); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if got := s.answer("k1") + s.answer("k2") + s.answer("k3") + s.answer("k4"); got != `{"n":1}{"n":2}bound to f3unknown` {
			t.Errorf("answers = %s", got)
		}
		if b, err := s.Picture(id); err != nil || string(b) != "a picture" {
			t.Errorf("picture = %q, %v", b, err)
		}
		if u := s.Usage(); u.Keys != 3 || u.Files != 3 || u.Bytes != int64(len("a picture")+14) {
			t.Errorf("usage = %+v", u)
		}
		if damaged := s.reopen(); damaged != 0 {
			t.Errorf("%d lines damaged", damaged)
		}
	}
}

func TestBindingAgainWritesNothing(t *testing.T) {
	t.Parallel()
	s := newShop(t, 0)
	size := func() int64 {
		info, err := os.Stat(filepath.Join(s.cfg.Dir, "journal"))
		if err != nil {
			t.Fatal(err)
		}
		return info.Size()
	}
	for _, key := range []string{"k", "k", "k"} {
		if err := s.Bind(key, "f"); err != nil {
			t.Fatal(err)
		}
	}
	one := size()
	if err := s.Bind("l", "f"); err != nil {
		t.Fatal(err)
	}
	if size() != 2*one {
		t.Errorf("three binds of one key and one of another made %d bytes, the first %d", size(), one)
	}
}

func TestEverythingHasItsLifetime(t *testing.T) {
	t.Parallel()
	s := newShop(t, 0)
	id := s.put("p")
	s.store("k", "f", "{}", id)
	s.clock.add(ttl - time.Second)
	if got := s.answer("k"); got != "{}" {
		t.Errorf("a second before: %s", got)
	}
	s.clock.add(time.Second)
	if got := s.answer("k"); got != "unknown" {
		t.Errorf("after: %s", got)
	}
	if _, err := s.Picture(id); err != nil {
		t.Errorf("the picture must outlive its key a little, for whoever got the address last: %v", err)
	}
	if err := s.Bind("k", "other"); err != nil {
		t.Fatal(err)
	}
	if got := s.answer("k"); got != "bound to other" {
		t.Errorf("a key whose time is over can be used anew: %s", got)
	}
	s.clock.add(10 * time.Minute)
	if _, err := s.Picture(id); !fault.Has(err, fault.ImageNotFound) {
		t.Errorf("picture at the end: %v", err)
	}
	if n, err := s.Sweep(); n != 2 || err != nil {
		t.Errorf("swept %d, %v", n, err)
	}
	if left := files(t, s.cfg.Dir); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
	if u := s.Usage(); u.Keys != 1 || u.Files != 0 || u.Bytes != 0 {
		t.Errorf("usage = %+v", u)
	}
}

func TestARestartSweepsWhatExpiredMeanwhile(t *testing.T) {
	t.Parallel()
	s := newShop(t, 0)
	id := s.put("p")
	s.store("k", "f", "{}", id)
	s.clock.add(24 * time.Hour)
	s.reopen()
	if got := s.answer("k"); got != "unknown" || len(files(t, s.cfg.Dir)) != 0 {
		t.Errorf("%s, files %v", got, files(t, s.cfg.Dir))
	}
}

func TestTheOldestGoWhenThereIsTooMuch(t *testing.T) {
	t.Parallel()
	s := newShop(t, 3000)
	var ids []string
	for i := range 4 {
		id := s.put(strings.Repeat("x", 1000))
		s.store(fmt.Sprint("k", i), "f", "{}", id)
		ids = append(ids, id)
		s.clock.add(time.Second)
	}
	if _, err := s.Sweep(); err != nil {
		t.Fatal(err)
	}
	if u := s.Usage(); u.Bytes > 3000 {
		t.Errorf("usage = %+v", u)
	}
	// The first ones lose their pictures and so must be made again; the last two
	// are whole.
	want := []string{"bound to f", "bound to f", "{}", "{}"}
	for i, w := range want {
		if got := s.answer(fmt.Sprint("k", i)); got != w {
			t.Errorf("k%d: %s, want %s", i, got, w)
		}
	}
	if _, err := s.Picture(ids[3]); err != nil {
		t.Errorf("the newest picture: %v", err)
	}
}

func TestAResultWithoutItsFilesIsMadeAgain(t *testing.T) {
	t.Parallel()
	rot := func(path string) error { return os.WriteFile(path, []byte(`{"n":2}`), 0o600) }
	for name, tc := range map[string]struct {
		kind string // of the file that is harmed
		harm func(path string) error
	}{
		"picture removed": {".png", os.Remove},
		"answer removed":  {".json", os.Remove},
		"answer rotten":   {".json", rot},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShop(t, 0)
			id := s.put("p")
			s.store("k", "f", `{"n":1}`, id)
			for _, n := range files(t, s.cfg.Dir) {
				if !strings.HasSuffix(n, tc.kind) {
					continue
				}
				if err := tc.harm(filepath.Join(s.cfg.Dir, "files", n)); err != nil {
					t.Fatal(err)
				}
			}
			if got := s.answer("k"); got != "bound to f" {
				t.Errorf("at once: %s", got)
			}
			s.reopen()
			if got := s.answer("k"); got != "bound to f" {
				t.Errorf("after a restart: %s", got)
			}
			again := s.put("p")
			s.store("k", "f", `{"n":3}`, again)
			if got := s.answer("k"); got != `{"n":3}` {
				t.Errorf("made again: %s", got)
			}
		})
	}
}

func TestHalfWrittenFilesAndForeignLinesAreLeftOut(t *testing.T) {
	t.Parallel()
	s := newShop(t, 0)
	s.store("k", "f", "{}", "")
	s.Close()
	half := filepath.Join(s.cfg.Dir, "files", strings.Repeat("a", 32)+".png.new")
	if err := os.WriteFile(half, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	j, _, err := journal.Open(filepath.Join(s.cfg.Dir, "journal"), func([]byte) {})
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"not JSON", `{"fp":"no key"}`} {
		if err := j.Append([]byte(line)); err != nil {
			t.Fatal(err)
		}
	}
	j.Close()
	if damaged := s.open(); damaged != 2 {
		t.Errorf("damaged = %d", damaged)
	}
	if _, err := os.Stat(half); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the half file is still there: %v", err)
	}
	if got := s.answer("k"); got != "{}" {
		t.Errorf("k: %s", got)
	}
}

func TestTheJournalIsShortenedWhenMostOfItIsDead(t *testing.T) {
	t.Parallel()
	s := newShop(t, 0)
	s.store("keep", "f", "{}", "")
	// A thousand and some dead lines, written the way a long life would.
	s.Close()
	j, _, err := journal.Open(filepath.Join(s.cfg.Dir, "journal"), func([]byte) {})
	if err != nil {
		t.Fatal(err)
	}
	var dead [][]byte
	for i := range 1100 {
		dead = append(dead, fmt.Appendf(nil, `{"at":1,"key":"old%d","fp":"f"}`, i))
	}
	lines := func() int {
		b, err := os.ReadFile(filepath.Join(s.cfg.Dir, "journal"))
		if err != nil {
			t.Fatal(err)
		}
		return bytes.Count(b, []byte("\n"))
	}
	var keep [][]byte
	if b, err := os.ReadFile(filepath.Join(s.cfg.Dir, "journal")); err != nil {
		t.Fatal(err)
	} else {
		keep = append(keep, bytes.TrimSpace(b)[9:])
	}
	if err := j.Rewrite(append(dead, keep...)); err != nil {
		t.Fatal(err)
	}
	j.Close()
	if lines() != 1101 {
		t.Fatalf("%d lines", lines())
	}
	s.open()
	if lines() != 1 || s.answer("keep") != "{}" {
		t.Errorf("%d lines, keep: %s", lines(), s.answer("keep"))
	}
	s.store("new", "f", "{}", "")
	s.reopen()
	if s.answer("keep")+s.answer("new") != "{}{}" {
		t.Errorf("keep: %s, new: %s", s.answer("keep"), s.answer("new"))
	}
}

func TestOnlyIDsReachTheDisk(t *testing.T) {
	t.Parallel()
	s := newShop(t, 0)
	secret := filepath.Join(s.cfg.Dir, "files", "secret.png")
	if err := os.WriteFile(secret, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.reopen()
	for _, id := range []string{"", "secret", "../journal", strings.Repeat("A", 32), strings.Repeat("a", 31), strings.Repeat("a", 32)} {
		if _, err := s.Picture(id); !fault.Has(err, fault.ImageNotFound) {
			t.Errorf("%q: %v", id, err)
		}
	}
	if results.ValidID("../../etc/passwd") || !results.ValidID(strings.Repeat("0", 32)) {
		t.Error("ValidID")
	}
}

func TestWhatCannotBeWrittenIsReported(t *testing.T) {
	t.Parallel()
	s := newShop(t, 0)
	if err := os.RemoveAll(filepath.Join(s.cfg.Dir, "files")); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Put([]byte("x")); err == nil {
		t.Error("a picture was put nowhere")
	}
	if err := s.Store.Store("k", "f", jobs.Result{Answer: []byte("{}")}); err == nil {
		t.Error("an answer was put nowhere")
	}
	if got := s.answer("k"); got != "unknown" {
		t.Errorf("k: %s", got)
	}
	s.Close()
	if err := s.Bind("k", "f"); err == nil {
		t.Error("a closed store binds")
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := results.Open(results.Config{Dir: file, TTL: ttl}); err == nil {
		t.Error("a file was opened as a folder")
	}
}

func TestASecondServerIsKeptOut(t *testing.T) {
	t.Parallel()
	s := newShop(t, 0)
	if _, _, err := results.Open(s.cfg); !errors.Is(err, journal.ErrLocked) {
		t.Errorf("err = %v", err)
	}
}

// Sweeping, which may rewrite the journal, at the same time as writing must lose
// nothing.
func TestSweepingWhileWriting(t *testing.T) {
	t.Parallel()
	s := newShop(t, 0)
	stop := make(chan struct{})
	var sweeper sync.WaitGroup
	sweeper.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
				if _, err := s.Sweep(); err != nil {
					t.Error(err)
				}
			}
		}
	})
	// Every change of a binding leaves a dead line; enough of them, and the
	// sweeper rewrites the journal in the middle of it all.
	const rounds, changes = 200, 6
	var writers sync.WaitGroup
	for i := range 4 {
		writers.Go(func() {
			for k := range rounds {
				for c := range changes {
					if err := s.Bind(fmt.Sprint("busy", i), fmt.Sprint(k*changes+c)); err != nil {
						t.Error(err)
					}
				}
				if err := s.Bind(fmt.Sprintf("%d.%d", i, k), "f"); err != nil {
					t.Error(err)
				}
			}
		})
	}
	writers.Wait()
	close(stop)
	sweeper.Wait()
	b, err := os.ReadFile(filepath.Join(s.cfg.Dir, "journal"))
	if err != nil {
		t.Fatal(err)
	}
	if lines := bytes.Count(b, []byte("\n")); lines >= 4*rounds*(changes+1) {
		t.Fatalf("the journal was never shortened: %d lines", lines)
	}
	s.reopen()
	for i := range 4 {
		for k := range rounds {
			if got := s.answer(fmt.Sprintf("%d.%d", i, k)); got != "bound to f" {
				t.Errorf("%d.%d: %s", i, k, got)
			}
		}
	}
}

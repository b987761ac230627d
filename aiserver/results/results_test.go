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

	"pgregory.net/rapid"

	"github.com/nanococoa/nanococoa/aiserver/jobs"
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

// folder is a store that can be closed and opened again.
type folder struct {
	*results.Store
	t     *testing.T
	cfg   results.Config
	clock *clock
}

func newFolder(t *testing.T, maxBytes int64) *folder {
	t.Helper()
	c := newClock()
	s := &folder{t: t, cfg: results.Config{Dir: t.TempDir(), TTL: ttl, MaxBytes: maxBytes, Now: c.Now}, clock: c}
	if damaged := s.open(); damaged != nil {
		t.Errorf("a new folder is damaged: %v", damaged)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func (s *folder) open() (damaged error) {
	s.t.Helper()
	st, damaged, err := results.Open(s.cfg)
	if err != nil {
		s.t.Fatal(err)
	}
	s.Store = st
	return damaged
}

// reopen closes the store and opens it again, whole.
func (s *folder) reopen() {
	s.t.Helper()
	if err := s.Close(); err != nil {
		s.t.Fatal(err)
	}
	if damaged := s.open(); damaged != nil {
		s.t.Error(damaged)
	}
}

func (s *folder) database() string { return filepath.Join(s.cfg.Dir, "keys.db") }

func (s *folder) put(png string) string {
	s.t.Helper()
	id, err := s.Put([]byte(png))
	if err != nil {
		s.t.Fatal(err)
	}
	return id
}

func (s *folder) store(key, fp, answer, image string) {
	s.t.Helper()
	if err := s.Store.Store(key, fp, jobs.Result{Answer: []byte(answer), Image: image}); err != nil {
		s.t.Fatal(err)
	}
}

func (s *folder) answer(key string) string {
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
	s := newFolder(t, 0)
	id := s.put("a picture")
	s.store("k1", "f1", `{"n":1}`, id)
	s.store("k2", "f2", `{"n":2}`, "")
	if err := s.Bind("k3", "f3"); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		got := s.answer("k1") + s.answer("k2") + s.answer("k3") + s.answer("k4")
		if got != `{"n":1}{"n":2}bound to f3unknown` {
			t.Errorf("answers = %s", got)
		}
		if b, err := s.Picture(id); err != nil || string(b) != "a picture" {
			t.Errorf("picture = %q, %v", b, err)
		}
		if u := s.Usage(); u.Keys != 3 || u.Files != 3 || u.Bytes != int64(len("a picture")+14) {
			t.Errorf("usage = %+v", u)
		}
		s.reopen()
	}
}

func TestBindingAgainWritesNothing(t *testing.T) {
	t.Parallel()
	s := newFolder(t, 0)
	bind := func(key, fp string) []byte {
		if err := s.Bind(key, fp); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(s.database())
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	one := bind("k", "f")
	if !bytes.Equal(bind("k", "f"), one) {
		t.Error("the same binding was written twice")
	}
	if bytes.Equal(bind("k", "g"), one) {
		t.Error("another binding was not written")
	}
}

func TestEverythingHasItsLifetime(t *testing.T) {
	t.Parallel()
	s := newFolder(t, 0)
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
	s := newFolder(t, 0)
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
	s := newFolder(t, 3000)
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
			s := newFolder(t, 0)
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

func TestHalfWrittenFilesAreRemoved(t *testing.T) {
	t.Parallel()
	s := newFolder(t, 0)
	s.store("k", "f", "{}", "")
	half := filepath.Join(s.cfg.Dir, "files", strings.Repeat("a", 32)+".png.new")
	if err := os.WriteFile(half, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.reopen()
	if _, err := os.Stat(half); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the half file is still there: %v", err)
	}
	if got := s.answer("k"); got != "{}" {
		t.Errorf("k: %s", got)
	}
}

// The room of keys that have expired is used again.
func TestTheDatabaseDoesNotGrowForEver(t *testing.T) {
	t.Parallel()
	s := newFolder(t, 0)
	size := func() int64 {
		info, err := os.Stat(s.database())
		if err != nil {
			t.Fatal(err)
		}
		return info.Size()
	}
	var first int64
	for day := range 6 {
		for i := range 300 {
			if err := s.Bind(fmt.Sprintf("%d.%d", day, i), strings.Repeat("f", 64)); err != nil {
				t.Fatal(err)
			}
		}
		s.clock.add(ttl)
		if _, err := s.Sweep(); err != nil {
			t.Fatal(err)
		}
		if u := s.Usage(); u.Keys != 0 {
			t.Fatalf("usage = %+v", u)
		}
		if day == 1 {
			first = size()
		}
	}
	if size() != first {
		t.Errorf("%d bytes after two days, %d after six", first, size())
	}
}

func TestOnlyIDsReachTheDisk(t *testing.T) {
	t.Parallel()
	s := newFolder(t, 0)
	secret := filepath.Join(s.cfg.Dir, "files", "secret.png")
	if err := os.WriteFile(secret, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.reopen()
	for _, id := range []string{
		"", "secret", "../keys.db", strings.Repeat("A", 32), strings.Repeat("a", 31), strings.Repeat("a", 32),
	} {
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
	s := newFolder(t, 0)
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
	s := newFolder(t, 0)
	if _, _, err := results.Open(s.cfg); !errors.Is(err, results.ErrLocked) {
		t.Errorf("err = %v", err)
	}
}

// A key that has expired and is bound anew while it is swept stays bound.
func TestSweepingWhileWriting(t *testing.T) {
	t.Parallel()
	s := newFolder(t, 0)
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
	for round := range 100 {
		s.clock.add(ttl)
		var writers sync.WaitGroup
		for i := range 4 {
			writers.Go(func() {
				if err := s.Bind(fmt.Sprint(i), fmt.Sprint(round)); err != nil {
					t.Error(err)
				}
			})
		}
		writers.Wait()
		for i := range 4 {
			if got := s.answer(fmt.Sprint(i)); got != fmt.Sprint("bound to ", round) {
				t.Errorf("round %d, %d: %s", round, i, got)
			}
		}
	}
	close(stop)
	sweeper.Wait()
}

// Whatever has become of the database's file, the store opens and works: with
// the keys that were in it, or without them and saying so.
func TestADamagedDatabaseIsPutAside(t *testing.T) {
	t.Parallel()
	s := newFolder(t, 0)
	for i := range 300 {
		if err := s.Bind(fmt.Sprint("k", i), "f"); err != nil {
			t.Fatal(err)
		}
	}
	s.Close()
	whole, err := os.ReadFile(s.database())
	if err != nil {
		t.Fatal(err)
	}
	zero := func(from, to int) func() []byte {
		return func() []byte {
			b := bytes.Clone(whole)
			clear(b[from:to])
			return b
		}
	}
	foreign := func() []byte { return bytes.ReplaceAll(whole, []byte(`{"at":`), []byte(`["at":`)) }
	page := os.Getpagesize()
	const putAside, anything = -1, -2
	type file struct {
		file func() []byte
		keys int // that are kept
	}
	cases := map[string]file{
		"as it was":           {func() []byte { return whole }, 300},
		"both meta pages":     {zero(0, 2*page), putAside},
		"another's":           {foreign, putAside},
		"everything but meta": {zero(2*page, len(whole)), putAside},
		"a few bytes":         {func() []byte { return whole[:100] }, putAside},
		"another kind":        {func() []byte { return bytes.Repeat([]byte("{}\n"), 20_000) }, putAside},
		"empty":               {func() []byte { return nil }, 0},
	}
	for cut := 2 * page; cut < len(whole); cut += page / 2 {
		cases[fmt.Sprintf("cut after %d bytes", cut)] = file{func() []byte { return whole[:cut] }, anything}
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newFolder(t, 0)
			s.Close()
			if err := os.WriteFile(s.database(), tc.file(), 0o600); err != nil {
				t.Fatal(err)
			}
			damaged := s.open()
			keys := s.Usage().Keys
			if tc.keys == anything && damaged == nil {
				tc.keys = 300 // the cut was behind the last page that is used
			}
			if keys != max(tc.keys, 0) || (damaged != nil) != (tc.keys < 0) {
				t.Errorf("%d keys, %v", keys, damaged)
			}
			if _, err := os.Stat(s.database() + ".damaged"); (err == nil) != (damaged != nil) {
				t.Errorf("put aside: %v, told: %v", err, damaged)
			}
			for i := range 30 { // enough to need pages of their own
				if err := s.Bind(fmt.Sprint("new", i), "f"); err != nil {
					t.Fatal(err)
				}
			}
			s.reopen()
			for i := range 30 {
				if got := s.answer(fmt.Sprint("new", i)); got != "bound to f" {
					t.Errorf("new%d: %s", i, got)
				}
			}
		})
	}
}

// Losing one of the two meta pages costs at most the last write.
func TestOneMetaPageIsEnough(t *testing.T) {
	t.Parallel()
	for which := range 2 {
		s := newFolder(t, 0)
		for _, key := range []string{"first", "last"} {
			if err := s.Bind(key, "f"); err != nil {
				t.Fatal(err)
			}
		}
		s.Close()
		f, err := os.OpenFile(s.database(), os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		_, err = f.WriteAt(make([]byte, 256), int64(which*os.Getpagesize()))
		if err := errors.Join(err, f.Close()); err != nil {
			t.Fatal(err)
		}
		if damaged := s.open(); damaged != nil || s.answer("first") != "bound to f" {
			t.Errorf("page %d: %v, %s", which, damaged, s.answer("first"))
		}
	}
}

// Opening takes any file, and makes no keys up.
func TestOpenTakesAnyFile(t *testing.T) {
	t.Parallel()
	cfg := results.Config{Dir: t.TempDir(), TTL: ttl}
	rapid.Check(t, func(t *rapid.T) {
		file := rapid.SliceOf(rapid.Byte()).Draw(t, "file")
		if err := os.WriteFile(filepath.Join(cfg.Dir, "keys.db"), file, 0o600); err != nil {
			t.Fatal(err)
		}
		s, _, err := results.Open(cfg)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if u := s.Usage(); u.Keys != 0 {
			t.Fatalf("random bytes gave %d keys", u.Keys)
		}
	})
}

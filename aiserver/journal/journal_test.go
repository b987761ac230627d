package journal_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/nanococoa/nanococoa/aiserver/journal"
)

// open opens a journal and gives what it replays.
func open(t interface {
	Helper()
	Fatal(...any)
}, path string) (*journal.Journal, []string, int) {
	t.Helper()
	var got []string
	j, damaged, err := journal.Open(path, func(p []byte) { got = append(got, string(p)) })
	if err != nil {
		t.Fatal(err)
	}
	return j, got, damaged
}

func appendAll(t *testing.T, j *journal.Journal, records ...string) {
	t.Helper()
	for _, r := range records {
		if err := j.Append([]byte(r)); err != nil {
			t.Fatalf("append %q: %v", r, err)
		}
	}
}

func TestRecordsComeBackInOrder(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal")
	j, got, _ := open(t, path)
	if len(got) != 0 {
		t.Fatalf("a new journal replays %q", got)
	}
	want := []string{"one", "둘", strings.Repeat("long ", 50_000), "x\ry\x00z"}
	appendAll(t, j, want...)
	if info, err := os.Stat(path); err != nil || j.Size() != info.Size() {
		t.Errorf("Size = %d, the file has %d (%v)", j.Size(), info.Size(), err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if err := j.Append([]byte("late")); !errors.Is(err, os.ErrClosed) {
		t.Errorf("append after close: %v", err)
	}
	j, got, damaged := open(t, path)
	defer j.Close()
	if !slices.Equal(got, want) || damaged != 0 {
		t.Errorf("replayed %d records, %d damaged", len(got), damaged)
	}
}

func TestAJournalCutAnywhereKeepsItsWholeRecords(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	j, _, _ := open(t, filepath.Join(dir, "whole"))
	records := []string{"first", "second", "the third one"}
	ends := []int64{0}
	for _, r := range records {
		appendAll(t, j, r)
		ends = append(ends, j.Size())
	}
	j.Close()
	whole, err := os.ReadFile(filepath.Join(dir, "whole"))
	if err != nil {
		t.Fatal(err)
	}
	for cut := range len(whole) + 1 {
		path := filepath.Join(dir, fmt.Sprint("cut", cut))
		if err := os.WriteFile(path, whole[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		survive := 0
		for survive < len(records) && ends[survive+1] <= int64(cut) {
			survive++
		}
		torn := 0
		if int64(cut) != ends[survive] {
			torn = 1
		}
		j, got, damaged := open(t, path)
		if !slices.Equal(got, records[:survive]) || damaged != torn {
			t.Errorf("cut at %d: %q, %d damaged; want %d records, %d damaged", cut, got, damaged, survive, torn)
		}
		// What is written next must not be glued to the torn tail, nor leave the
		// end of a longer tail behind it.
		appendAll(t, j, "x")
		j.Close()
		j, got, damaged = open(t, path)
		if want := append(slices.Clone(records[:survive]), "x"); !slices.Equal(got, want) || damaged != 0 {
			t.Errorf("cut at %d and appended: %q, %d damaged", cut, got, damaged)
		}
		j.Close()
	}
}

func TestADamagedLineCostsItselfOnly(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal")
	j, _, _ := open(t, path)
	appendAll(t, j, "first", "second", "third")
	j.Close()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	b[bytes.Index(b, []byte("second"))] ^= 1
	b = append(b, "zzzzzzzz no checksum\n\nshort\n"...)
	b = append(b, bytes.Repeat([]byte("x"), journal.MaxRecord+100)...) // must not be taken into memory
	b = append(b, '\n')
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	j, got, damaged := open(t, path)
	defer j.Close()
	if want := []string{"first", "third"}; !slices.Equal(got, want) || damaged != 5 {
		t.Errorf("replayed %q, %d damaged", got, damaged)
	}
}

func TestAppendRefusesWhatCannotBeALine(t *testing.T) {
	t.Parallel()
	j, _, _ := open(t, filepath.Join(t.TempDir(), "journal"))
	defer j.Close()
	for name, p := range map[string][]byte{"empty": nil, "newline": []byte("a\nb"), "too long": make([]byte, journal.MaxRecord+1)} {
		if err := j.Append(p); !errors.Is(err, journal.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
		if err := j.Rewrite([][]byte{[]byte("ok"), p}); !errors.Is(err, journal.ErrInvalid) {
			t.Errorf("rewrite with %s: %v", name, err)
		}
	}
	if j.Size() != 0 {
		t.Errorf("%d bytes were written", j.Size())
	}
}

func TestRewriteReplacesTheJournal(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal")
	j, _, _ := open(t, path)
	appendAll(t, j, "a", "b", "c")
	if err := j.Rewrite([][]byte{[]byte("b")}); err != nil {
		t.Fatal(err)
	}
	appendAll(t, j, "d")
	if info, err := os.Stat(path); err != nil || info.Size() != j.Size() {
		t.Errorf("size %d, file %v, %v", j.Size(), info, err)
	}
	j.Close()
	j, got, damaged := open(t, path)
	defer j.Close()
	if want := []string{"b", "d"}; !slices.Equal(got, want) || damaged != 0 {
		t.Errorf("replayed %q, %d damaged", got, damaged)
	}
}

func TestTheOldJournalStaysWhenRewritingFails(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal")
	j, _, _ := open(t, path)
	appendAll(t, j, "a")
	if err := os.Mkdir(path+".new", 0o700); err != nil { // stands in the way
		t.Fatal(err)
	}
	if err := j.Rewrite([][]byte{[]byte("b")}); err == nil {
		t.Fatal("rewriting through a folder succeeded")
	}
	appendAll(t, j, "c")
	j.Close()
	j, got, _ := open(t, path)
	defer j.Close()
	if want := []string{"a", "c"}; !slices.Equal(got, want) {
		t.Errorf("replayed %q", got)
	}
}

func TestASecondProcessIsKeptOut(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal")
	j, _, _ := open(t, path)
	if _, _, err := journal.Open(path, func([]byte) {}); !errors.Is(err, journal.ErrLocked) {
		t.Errorf("second open: %v", err)
	}
	appendAll(t, j, "still mine")
	if err := j.Rewrite([][]byte{[]byte("still mine")}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := journal.Open(path, func([]byte) {}); !errors.Is(err, journal.ErrLocked) {
		t.Errorf("second open after a rewrite: %v", err)
	}
	j.Close()
	j, got, _ := open(t, path)
	defer j.Close()
	if !slices.Equal(got, []string{"still mine"}) {
		t.Errorf("replayed %q", got)
	}
}

func TestOpenReportsWhatIsInItsWay(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "journal"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, path := range map[string]string{"no folder": filepath.Join(dir, "none", "journal"), "a folder": filepath.Join(dir, "journal")} {
		if j, _, err := journal.Open(path, func([]byte) {}); err == nil {
			j.Close()
			t.Errorf("%s: opened", name)
		}
	}
	if err := journal.SyncDir(filepath.Join(dir, "none")); err == nil {
		t.Error("a folder that is not there was synced")
	}
}

func TestManyAppendAtATime(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal")
	j, _, _ := open(t, path)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for k := range 20 {
				if err := j.Append(fmt.Appendf(nil, "%d.%d", i, k)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	j.Close()
	j, got, damaged := open(t, path)
	defer j.Close()
	slices.Sort(got)
	if len(slices.Compact(got)) != 160 || damaged != 0 {
		t.Errorf("%d records, %d damaged", len(got), damaged)
	}
}

// Whatever is in the file, opening it neither fails nor makes records up.
func TestOpenTakesAnyFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		path := filepath.Join(dir, "journal")
		if err := os.WriteFile(path, rapid.SliceOf(rapid.Byte()).Draw(t, "file"), 0o600); err != nil {
			t.Fatal(err)
		}
		j, got, _ := open(t, path)
		defer j.Close()
		if len(got) != 0 {
			t.Fatalf("random bytes gave %q", got)
		}
	})
}

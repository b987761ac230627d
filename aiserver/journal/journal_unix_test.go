//go:build unix

package journal_test

import (
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// fullDisk names the folder in which the child process runs out of room.
const fullDisk = "JOURNAL_TEST_FULL_DISK"

// A disk that is full in the middle of a record: the record is reported as
// failed and leaves no trace, and once there is room again the journal goes on.
// The limit on file sizes is the process's, so it is set in one of its own.
func TestAFullDiskLosesNothing(t *testing.T) {
	t.Parallel()
	dir := os.Getenv(fullDisk)
	if dir == "" {
		dir = t.TempDir()
		cmd := exec.Command(os.Args[0], "-test.run=^TestAFullDiskLosesNothing$", "-test.v")
		cmd.Env = append(os.Environ(), fullDisk+"="+dir)
		out, err := cmd.CombinedOutput()
		if err != nil || !strings.Contains(string(out), "--- PASS") {
			t.Fatalf("%v\n%s", err, out)
		}
		return
	}
	signal.Ignore(syscall.SIGXFSZ)
	path := filepath.Join(dir, "journal")
	j, _, _ := open(t, path)
	appendAll(t, j, "before")
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
	room := limit
	room.Cur = uint64(j.Size()) + 20 // half of the next record
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &room); err != nil {
		t.Fatal(err)
	}
	full := j.Append([]byte(strings.Repeat("x", 100)))
	rewrite := j.Rewrite([][]byte{[]byte("before"), []byte(strings.Repeat("y", 100))})
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
	if full == nil || rewrite == nil {
		t.Fatalf("a full disk was not noticed: %v, %v", full, rewrite)
	}
	appendAll(t, j, "after")
	j.Close()
	j, got, damaged := open(t, path)
	defer j.Close()
	if want := []string{"before", "after"}; !slices.Equal(got, want) || damaged != 0 {
		t.Errorf("replayed %q, %d damaged", got, damaged)
	}
	if _, err := os.Stat(path + ".new"); !os.IsNotExist(err) {
		t.Errorf("half a rewrite lies about: %v", err)
	}
}

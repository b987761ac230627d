//go:build unix

package results_test

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/nanococoa/nanococoa/aiserver/jobs"
	"github.com/nanococoa/nanococoa/aiserver/results"
)

// childDir names the folder of a child process; childTask says what it does there.
const (
	childDir  = "RESULTS_TEST_DIR"
	childTask = "RESULTS_TEST_TASK"
)

func TestMain(m *testing.M) {
	dir := os.Getenv(childDir)
	if dir == "" {
		os.Exit(m.Run())
	}
	s, damaged, err := results.Open(results.Config{Dir: dir, TTL: ttl})
	if err == nil && damaged == nil {
		switch os.Getenv(childTask) {
		case "write":
			err = writeForEver(s)
		case "full":
			err = fillTheDisk(s)
		}
	}
	if err = errors.Join(err, damaged); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

// child is this program again, with a task in a folder.
func child(task, dir string) *exec.Cmd {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childTask+"="+task, childDir+"="+dir)
	return cmd
}

// writeForEver writes keys and tells each one after it is written, until killed.
// It begins with the last one there is: the kill may have come in its middle.
func writeForEver(s *results.Store) error {
	for i := max(s.Usage().Keys-1, 0); ; i++ {
		key := strconv.Itoa(i)
		if err := s.Bind(key, "f"+key); err != nil {
			return err
		}
		if i%3 == 0 {
			if err := s.Store(key, "f"+key, jobs.Result{Answer: []byte("{}")}); err != nil {
				return err
			}
		}
		fmt.Println(key)
	}
}

// A process that is killed while it writes, again and again: what it has reported
// as written is there, and the database is never damaged.
func TestKilledWhileWriting(t *testing.T) {
	t.Parallel()
	s := newFolder(t, 0)
	told := 0
	for round := range 8 {
		s.Close()
		cmd := child("write", s.cfg.Dir)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for range 40 + 17*round {
			if !lines.Scan() {
				t.Fatal("the child ended by itself")
			}
			n, err := strconv.Atoi(lines.Text())
			if err != nil {
				t.Fatal(lines.Text())
			}
			told = n + 1
		}
		if err := cmd.Process.Signal(syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		for lines.Scan() { // what it has told before it died
			told++
		}
		_ = cmd.Wait()
		s.cfg.Now = nil // the child's clock is the real one
		if damaged := s.open(); damaged != nil {
			t.Fatal(damaged)
		}
		for i := range told {
			want := "bound to f" + strconv.Itoa(i)
			if i%3 == 0 {
				want = "{}"
			}
			if got := s.answer(strconv.Itoa(i)); got != want {
				t.Fatalf("round %d, key %d of %d: %s, want %s", round, i, told, got, want)
			}
		}
	}
}

// fillTheDisk lets the database run out of room. The limit on file sizes is the
// process's, so this needs one of its own.
func fillTheDisk(s *results.Store) error {
	signal.Ignore(syscall.SIGXFSZ)
	var limit, room syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		return err
	}
	room = limit
	room.Cur = 40 << 10 // ten pages: some hundred keys
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &room); err != nil {
		return err
	}
	n := 0
	for ; n < 5000 && s.Bind(strconv.Itoa(n), "f") == nil; n++ {
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		return err
	}
	if err := s.Bind("after", "f"); err != nil {
		return err
	}
	fmt.Println(n)
	return s.Close()
}

// When the disk is full, the key is reported as not written and leaves no trace;
// once there is room again, writing goes on.
func TestAFullDiskLosesNothing(t *testing.T) {
	t.Parallel()
	s := newFolder(t, 0)
	s.Close()
	out, err := child("full", s.cfg.Dir).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	n, err := strconv.Atoi(strings.TrimSpace(string(out)))
	if err != nil || n < 10 || n == 5000 {
		t.Fatalf("%d keys before the disk was full, %v: %s", n, err, out)
	}
	s.cfg.Now = nil
	if damaged := s.open(); damaged != nil {
		t.Fatal(damaged)
	}
	if u := s.Usage(); u.Keys != n+1 {
		t.Errorf("%d keys, want %d", u.Keys, n+1)
	}
	for _, key := range []string{"0", strconv.Itoa(n - 1), "after"} {
		if got := s.answer(key); got != "bound to f" {
			t.Errorf("%s: %s", key, got)
		}
	}
	if got := s.answer(strconv.Itoa(n)); got != "unknown" {
		t.Errorf("the key that was refused: %s", got)
	}
}

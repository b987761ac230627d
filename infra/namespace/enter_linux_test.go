package namespace_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/nanococoa/nanococoa/infra/namespace"
)

// inside makes this test binary enter, with a port if there is one, and do what the rest says.
const inside = "NAMESPACE_TEST"

func TestMain(m *testing.M) {
	what, in := os.LookupEnv(inside)
	if !in {
		os.Exit(m.Run())
	}
	var ports []int
	if port, err := strconv.Atoi(what); err == nil {
		ports = []int{port}
	}
	code, again, err := namespace.Enter(ports...)
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	if again {
		os.Exit(code)
	}
	if len(ports) > 0 {
		address := "127.0.0.1:" + strconv.Itoa(ports[0])
		fmt.Println("serving")
		answer := func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "from inside") }
		_ = http.ListenAndServe(address, http.HandlerFunc(answer)) //nolint:gosec // the test's own
		os.Exit(1)
	}
	runs, err := os.ReadDir("/run")
	interfaces, _ := net.Interfaces()
	left := exec.Command("sleep", what) //nolint:gosec // it is to be left
	fmt.Println(os.Getpid(), len(runs), len(interfaces), err, left.Start(),
		os.WriteFile("/etc/nanococoa-test", nil, 0o600))
	if c, err := net.Dial("tcp", "127.0.0.1:1"); err == nil || !strings.Contains(err.Error(), "refused") {
		fmt.Println("the loopback is not up", c, err)
	}
	os.Exit(7)
}

func self(t *testing.T, what string) *exec.Cmd {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("namespaces of processes and networks need root")
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), program)
	cmd.Env = append(os.Environ(), inside+"="+what)
	return cmd
}

func TestAlone(t *testing.T) {
	t.Parallel()
	const marker = "98765s" // of the process that is left
	cmd := self(t, marker)
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState.ExitCode() != 7 {
		t.Fatalf("%v: %s", err, out)
	}
	if got, want := string(out), "1 2 1 <nil> <nil> <nil>\n"; got != want { // process 1; /run has what /etc is kept in
		t.Errorf("inside: %q, want %q", got, want)
	}
	if _, err := os.Stat("/etc/nanococoa-test"); err == nil {
		t.Error("what was written to /etc is still there")
	}
	processes, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range processes {
		if line, _ := os.ReadFile(p); bytes.Contains(line, []byte(marker)) { // one that ended meanwhile has none
			t.Errorf("%s goes on: %q", p, line)
		}
	}
}

func TestAPortIsPassedOn(t *testing.T) {
	t.Parallel()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().String()
	_ = free.Close()
	_, port, _ := net.SplitHostPort(address)
	cmd := self(t, port)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if n, err := out.Read(make([]byte, 100)); n == 0 {
		t.Fatal(err)
	}
	got := ""
	for end := time.Now().Add(10 * time.Second); got == "" && time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if res, err := http.Get("http://" + address); err == nil { //nolint:gosec // the test's own
			body, _ := io.ReadAll(res.Body)
			_ = res.Body.Close()
			got = string(body)
		}
	}
	if got != "from inside" {
		t.Errorf("heard %q", got)
	}
	_ = cmd.Process.Signal(os.Interrupt)
	_ = cmd.Wait()
	if c, err := net.Dial("tcp", address); err == nil {
		_ = c.Close()
		t.Error("the port is still there")
	}
}

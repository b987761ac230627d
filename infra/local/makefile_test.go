package local_test

import (
	"bytes"
	"errors"
	"go/build"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// during gives the command of tools/during, by which make runs what takes long.
// It leaves its logs in dir.
func during(t *testing.T, dir, script string) (*exec.Cmd, *bytes.Buffer) {
	t.Helper()
	program, err := filepath.Abs("../../tools/during")
	if err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	cmd := exec.CommandContext(t.Context(), program, "Working", "bash", "-c", script)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, &said, &said
	return cmd, &said
}

// Ctrl-C while something is built or installed: what make runs has started
// programs of its own, and they must end too.
func TestCtrlCWhileSomethingIsBuiltLeavesNothing(t *testing.T) {
	t.Parallel()
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		t.Run(sig.String(), func(t *testing.T) {
			t.Parallel()
			if signal.Ignored(sig) {
				t.Skip("ignored here, as under nohup: a shell cannot catch what it was told to ignore")
			}
			dir := t.TempDir()
			cmd, said := during(t, dir, "sleep 300 & echo $! > grandchild; echo $$ > child; wait")
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			child, grandchild := pid(t, filepath.Join(dir, "child")), pid(t, filepath.Join(dir, "grandchild"))
			if err := cmd.Process.Signal(sig); err != nil {
				t.Fatal(err)
			}
			if err := cmd.Wait(); err == nil || cmd.ProcessState.ExitCode() != 130 {
				t.Errorf("%v, said %q", err, said)
			}
			if alive(child) || alive(grandchild) {
				t.Errorf("still there: child %t, grandchild %t", alive(child), alive(grandchild))
			}
		})
	}
}

func TestWhatTakesLongShowsThatItGoesOn(t *testing.T) {
	t.Parallel()
	cmd, said := during(t, t.TempDir(), "sleep 2.9; echo it is broken; exit 7")
	began := time.Now()
	_ = cmd.Run()
	if cmd.ProcessState.ExitCode() != 7 {
		t.Errorf("exit code %d, want the command's 7", cmd.ProcessState.ExitCode())
	}
	lines := strings.Split(strings.TrimSpace(said.String()), "\n")
	if len(lines) < 3 || !strings.HasPrefix(lines[0], "Working ...") || !strings.Contains(lines[1], "failed after") ||
		!strings.Contains(lines[len(lines)-1], "it is broken") {
		t.Errorf("in %v it said %q", time.Since(began), lines)
	}
	cmd, said = during(t, t.TempDir(), "echo chatter")
	if err := cmd.Run(); err != nil || strings.Contains(said.String(), "chatter") ||
		!strings.Contains(said.String(), "done in") {
		t.Errorf("%v, said %q", err, said)
	}
}

// together gives the command of tools/together, by which make runs things side by side.
func together(t *testing.T, dir string, commands ...string) (*exec.Cmd, *bytes.Buffer) {
	t.Helper()
	program, err := filepath.Abs("../../tools/together")
	if err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	cmd := exec.CommandContext(t.Context(), program, commands...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, &said, &said
	return cmd, &said
}

func TestSideBySideEachIsHeardWholeAndTheFaultyAreNamed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	// Each waits for the other: in turn they would never end.
	cmd, said := together(t, dir,
		"first=touch a; until [ -e b ]; do sleep 0.05; done; echo one; sleep 0.3; echo two",
		"second=touch b; until [ -e a ]; do sleep 0.05; done; echo '=== RUN x'; echo no good; exit 3",
		"third=exit 4")
	err := cmd.Run()
	if err == nil || cmd.ProcessState.ExitCode() != 1 {
		t.Errorf("%v, want exit code 1", err)
	}
	text := said.String()
	for _, want := range []string{
		"--- first: passed after ", " s\none\ntwo\n", "--- second: FAILED (3) after ", " s\nno good\n",
		"--- third: FAILED (4)",
	} {
		if strings.Count(text, want) != 1 {
			t.Errorf("not once %q in %q", want, text)
		}
	}
	if _, last, _ := strings.Cut(text, "\nFAILED: "); !strings.HasPrefix(last, "third second") &&
		!strings.HasPrefix(last, "second third") {
		t.Errorf("the faulty are not named at the end: %q", text)
	}
	log, err := os.ReadFile(filepath.Join(dir, "build", "logs", "second.log"))
	if err != nil || string(log) != "=== RUN x\nno good\n" {
		t.Errorf("second's log: %q, %v", log, err)
	}
	cmd, said = together(t, dir, "fine=true")
	if err := cmd.Run(); err != nil || strings.Contains(said.String(), "FAILED") {
		t.Errorf("%v, said %q", err, said)
	}
}

func TestCtrlCEndsWhatRunsSideBySide(t *testing.T) {
	t.Parallel()
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		t.Run(sig.String(), func(t *testing.T) {
			t.Parallel()
			if signal.Ignored(sig) {
				t.Skip("ignored here, as under nohup: a shell cannot catch what it was told to ignore")
			}
			dir := t.TempDir()
			cmd, said := together(t, dir,
				"first=sleep 300 & echo $! > grandchild; echo $$ > first; wait",
				"second=trap '' TERM; echo $$ > second; while true; do sleep 0.1; done")
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			var pids []int
			for _, name := range []string{"grandchild", "first", "second"} {
				pids = append(pids, pid(t, filepath.Join(dir, name)))
			}
			if err := cmd.Process.Signal(sig); err != nil {
				t.Fatal(err)
			}
			if err := cmd.Wait(); err == nil || cmd.ProcessState.ExitCode() != 130 {
				t.Errorf("%v, said %q", err, said)
			}
			for _, p := range pids {
				if alive(p) {
					t.Errorf("%d is still there", p)
				}
			}
		})
	}
}

func TestLongLinesAreNamed(t *testing.T) {
	t.Parallel()
	program, err := filepath.Abs("../../tools/long-lines")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	run := func(name string, arguments ...string) (string, error) {
		cmd := exec.CommandContext(t.Context(), name, arguments...)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	if out, err := run("git", "init"); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	write := func(name, line string) {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("short\n"+line+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	long := strings.Repeat("x", 121)
	write("just.go", long[1:])
	write("korean.ts", strings.Repeat("가", 120))
	write("table.md", "| "+long+" |")
	write("address.md", "see https://example.com/"+long)
	write("tag.go", "\tA string `doc:\""+long+"\"`")
	write("data.json", long)
	write("testdata/made.go", long)
	write("LICENSE", long)
	write("go.sum", long)
	if out, err := run(program); err != nil {
		t.Errorf("nothing is too long: %v\n%s", err, out)
	}
	for _, name := range []string{"a.go", "sub/b.tsx", "c.md", "Makefile", "d.yaml", "korean.css"} {
		write(name, strings.Repeat("가", 121))
		out, err := run(program)
		if err == nil || !strings.Contains(out, name+":2:") {
			t.Errorf("%s is not named: %v\n%s", name, err, out)
		}
	}
}

// makes runs a target of the Makefile and gives what it says.
func makes(t *testing.T, path string, arguments ...string) (string, error) {
	t.Helper()
	program, err := exec.LookPath("make")
	if err != nil {
		t.Skip("make is not installed")
	}
	cmd := exec.CommandContext(t.Context(), program,
		append([]string{"--no-print-directory", "-C", "../.."}, arguments...)...)
	cmd.Env = append(os.Environ(), "PATH="+path)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func TestWhatAMachineLacksIsNamedAtOnce(t *testing.T) {
	t.Parallel()
	if said, err := makes(t, os.Getenv("PATH"), "needs"); err != nil {
		t.Errorf("this machine: %v\n%s", err, said)
	}
	said, err := makes(t, t.TempDir(), "needs")
	for _, want := range []string{"Go 1.", "go.dev", "Python 3.11", "PYTHON=", "Node.js 20"} {
		if err == nil || !strings.Contains(said, want) {
			t.Errorf("an empty machine: %q is not named (%v):\n%s", want, err, said)
		}
	}
	// Too old counts as missing.
	old := filepath.Join(t.TempDir(), "go")
	program := []byte("#!/bin/sh\necho go version go1.21.5 linux/amd64\n")
	if err := os.WriteFile(old, program, 0o700); err != nil { //nolint:gosec // a program must be executable
		t.Fatal(err)
	}
	if said, err := makes(t, os.Getenv("PATH"), "needs", "GO="+old); err == nil || !strings.Contains(said, "Go 1.") ||
		strings.Contains(said, "Python") {
		t.Errorf("an old Go: %v\n%s", err, said)
	}
}

func TestATakenPortIsNamedBeforeAnythingIsBuilt(t *testing.T) {
	t.Parallel()
	ln, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(ln.Addr().String())
	if said, err := makes(t, os.Getenv("PATH"), "port", "PORT="+port); err == nil ||
		!strings.Contains(said, "Port "+port+" is taken") {
		t.Errorf("%v\n%s", err, said)
	}
	_ = ln.Close()
	if said, err := makes(t, os.Getenv("PATH"), "port", "PORT="+port); err != nil {
		t.Errorf("a free port: %v\n%s", err, said)
	}
	// What `make run` does first is just that.
	makefile, err := os.ReadFile("../../Makefile")
	if err != nil || !bytes.Contains(makefile, []byte("\nrun: needs port build ")) {
		t.Errorf("make run does not begin with it (%v)", err)
	}
}

// checkoutOfSources copies what this repository's programs and pages are built from, and
// gives each thing that make builds a file which is newer than all of it.
func checkoutOfSources(t *testing.T, built ...string) string {
	t.Helper()
	dir := t.TempDir()
	long := time.Now().Add(-time.Hour)
	put := func(path string, data []byte, at time.Time) {
		t.Helper()
		path = filepath.Join(dir, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o700); err != nil { //nolint:gosec // tools/sources is a program
			t.Fatal(err)
		}
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
	}
	for _, top := range []string{
		"Makefile", "go.mod", "go.sum", "template.yaml", "samconfig.toml",
		"aiserver", "functions", "infra", "internal", "statemachine", "tools", "web",
	} {
		err := fs.WalkDir(os.DirFS("../.."), top, func(path string, entry fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case entry.IsDir() && slices.Contains([]string{"node_modules", "dist", "testdata"}, entry.Name()):
				return fs.SkipDir
			case !entry.Type().IsRegular():
				return nil
			}
			data, err := os.ReadFile(filepath.Join("../..", path))
			put(path, data, long)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	put(".venv/.installed", nil, long)
	put("web/node_modules/.package-lock.json", nil, long)
	// The lists of sources are written by the first look.
	_, _ = makes(t, os.Getenv("PATH"), "-C", dir, "--question", built[0])
	for _, b := range built {
		put(b, nil, time.Now())
	}
	return dir
}

// filesOf gives a file of each package of this repository that programs import, their own
// included, found without Go's command.
func filesOf(t *testing.T, dir string, programs ...string) []string {
	t.Helper()
	const module = "github.com/nanococoa/nanococoa/"
	seen := map[string]bool{}
	var files []string
	for open := programs; len(open) > 0; {
		pkg := open[0]
		open = open[1:]
		if seen[pkg] {
			continue
		}
		seen[pkg] = true
		p, err := build.ImportDir(filepath.Join(dir, pkg), 0)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, filepath.Join(pkg, p.GoFiles[len(p.GoFiles)-1]))
		for _, i := range p.Imports {
			if ours, ok := strings.CutPrefix(i, module); ok {
				open = append(open, ours)
			}
		}
	}
	return files
}

// What is built is built again when one of its sources changes, wherever that is, and not
// when something else does.
func TestEveryTargetKnowsItsSources(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("make"); err != nil {
		t.Skip("make is not installed")
	}
	const template = ".aws-sam/local/template.yaml"
	const font = "internal/compose/fonts/nanococoa-sans-bold.otf" // embedded
	dir := checkoutOfSources(t, template, "build/aiserver", "build/local", "web/dist/index.html")
	programs, err := filepath.Glob(filepath.Join(dir, "functions/*"))
	if err != nil || len(programs) < 10 {
		t.Fatalf("functions: %q, %v", programs, err)
	}
	for i := range programs {
		programs[i] = strings.TrimPrefix(programs[i], dir+"/")
	}
	for target, tc := range map[string]struct{ of, not []string }{
		template: {
			of: append(filesOf(t, dir, programs...),
				"template.yaml", "infra/alarms.yaml", "statemachine/ad.asl.json", "samconfig.toml", "go.mod"),
			not: []string{
				"aiserver/main.go", "infra/storage.yaml", "internal/ad/ad_test.go", "functions/api/events/health.json",
			},
		},
		"build/aiserver": {
			of:  append(filesOf(t, dir, "aiserver"), font, "go.sum"),
			not: []string{"internal/adstore/store.go", "aiserver/server/crash_test.go", "template.yaml"},
		},
		"build/local": {
			of:  append(filesOf(t, dir, "infra/local/cmd"), "go.mod"),
			not: []string{"infra/redrive/redrive.go", "infra/local/site_test.go", "internal/adstore/store.go"},
		},
		"web/dist/index.html": {
			of:  []string{"web/src/texts.ts", "web/index.html", "web/package.json", "web/public/robots.txt"},
			not: []string{"web/test/unit/fields.test.ts", "internal/httpapi/types.go"},
		},
	} {
		t.Run(target, func(t *testing.T) {
			t.Parallel()
			// change asks make whether the target must be built after a change of files.
			change := func(files []string, more ...string) (stale bool, said string) {
				t.Helper()
				arguments := append([]string{"-C", dir, "--question", target}, more...)
				for _, f := range files {
					if _, err := os.Stat(filepath.Join(dir, f)); err != nil {
						t.Error(err)
					}
					arguments = append(arguments, "--what-if="+f)
				}
				said, err := makes(t, os.Getenv("PATH"), arguments...)
				var exit *exec.ExitError
				if err != nil && (!errors.As(err, &exit) || exit.ExitCode() != 1) {
					t.Fatalf("make %q: %v\n%s", arguments, err, said)
				}
				return err != nil, said
			}
			stale, said := change(tc.not, "--print-data-base")
			if stale {
				t.Errorf("built again after a change of one of %q", tc.not)
			}
			_, rule, _ := strings.Cut(said, "\n"+target+": ")
			rule, _, _ = strings.Cut(rule, "\n")
			known := strings.Fields(rule)
			for _, f := range tc.of {
				if !slices.Contains(known, f) {
					t.Errorf("not built again after a change of %s", f)
				}
			}
			// What the rule names is what decides.
			if stale, _ := change(tc.of[len(tc.of)/2 : len(tc.of)/2+1]); !stale {
				t.Errorf("not built again after a change of %s", tc.of[len(tc.of)/2])
			}
		})
	}
}

// What is taken away is a change too.
func TestATargetNoticesThatASourceIsGone(t *testing.T) {
	t.Parallel()
	dir := checkoutOfSources(t, "build/local")
	if said, err := makes(t, os.Getenv("PATH"), "-C", dir, "--question", "build/local"); err != nil {
		t.Fatalf("built again though nothing has changed: %v\n%s", err, said)
	}
	if err := os.Remove(filepath.Join(dir, "infra/local/logs.go")); err != nil {
		t.Fatal(err)
	}
	if _, err := makes(t, os.Getenv("PATH"), "-C", dir, "--question", "build/local"); err == nil {
		t.Error("not built again after a source was taken away")
	}
}

//go:build e2e

package local_test

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"mime/multipart"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/nanococoa/nanococoa/infra/local"
)

// These run the real thing, as `make run` does, and look at what is around it:
// ports, processes, what outlives a restart. What it does is e2e's business.

const root = "../.."

// listening reports whether something accepts connections at an address.
func listening(t *testing.T, rawURL string) bool {
	t.Helper()
	u, err := url.Parse(rawURL)
	if err != nil {
		t.Fatal(err)
	}
	c, err := new(net.Dialer).DialContext(t.Context(), "tcp", u.Host)
	if err != nil {
		return false
	}
	_ = c.Close()
	return true
}

// up starts a deployment and gives what was said meanwhile.
func up(t *testing.T, o local.Options) (*local.Deployment, string) {
	t.Helper()
	var said bytes.Buffer
	o.Root, o.Log = root, &said
	d, err := local.Up(t.Context(), o)
	if err != nil {
		t.Fatalf("%v\n%s", err, said.String())
	}
	t.Cleanup(func() { _ = d.Down() })
	return d, said.String()
}

func TestTwoSideBySideAndARestart(t *testing.T) {
	t.Parallel()
	state := t.TempDir()
	var first, other *local.Deployment
	var said string
	var both sync.WaitGroup
	ports := [3]int{freePort(t), freePort(t), freePort(t)} // kept over the restart
	const secret = "sk-of-a-person-who-trusts-us"
	stay := local.Options{
		StateDir: state, Persist: true, SitePort: ports[0], AWSPort: ports[1], AIServerPort: ports[2],
		OpenAIKey: secret, OpenAIBaseURL: "http://127.0.0.1:9/v1", WaitScale: 0.05, // nobody there: the template writes
	}
	both.Go(func() { first, said = up(t, stay) })
	both.Go(func() { other, _ = up(t, local.Options{}) })
	both.Wait()
	if first == nil || other == nil {
		t.FailNow()
	}
	if first.SiteURL == other.SiteURL || first.AWSURL == other.AWSURL || first.AIServerURL == other.AIServerURL {
		t.Fatalf("they share an address: %+v, %+v", first, other)
	}
	if strings.Contains(said, "unchanged") {
		t.Errorf("a new deployment found itself unchanged: %s", said)
	}
	for _, name := range []string{"TableName", "BucketName", "StateMachineArn", "ApiFunctionName"} {
		if first.Outputs[name] == "" {
			t.Errorf("no %s in %v", name, first.Outputs)
		}
	}
	// The gateway's own answers have the API's shape.
	res, body := request(t, http.MethodGet, first.SiteURL+"/api/none", nil)
	if res.StatusCode != http.StatusNotFound || res.Header.Get("Content-Type") != "application/problem+json" ||
		!strings.Contains(body, `"code":"Request.NotFound"`) {
		t.Errorf("no such route: %d %s %s", res.StatusCode, res.Header.Get("Content-Type"), body)
	}
	upload := order(t, first)
	root := onlyRoot(t, first, filepath.Join(state, "credentials"))

	if err := first.Down(); err != nil {
		t.Fatal(err)
	}
	for _, u := range []string{first.SiteURL, first.AWSURL, first.AIServerURL} {
		if listening(t, u) {
			t.Errorf("%s still answers", u)
		}
	}
	if err := first.Down(); err != nil {
		t.Errorf("a second Down: %v", err)
	}

	kept := 0
	err := filepath.WalkDir(state, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		kept++
		if text, err := os.ReadFile(path); err != nil || bytes.Contains(text, []byte(secret)) {
			t.Errorf("%s holds the OpenAI key, or cannot be read: %v", path, err)
		}
		return nil
	})
	if err != nil || kept == 0 {
		t.Errorf("%d files of state, %v", kept, err)
	}

	// What was ordered is still there, nothing is deployed again, and ads are made
	// as before: also where the local AWS's port was taken meanwhile, and without
	// being told the GPU server's port again.
	ln, err := new(net.ListenConfig).Listen(t.Context(), "tcp", fmt.Sprintf("127.0.0.1:%d", ports[1]))
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	stay.AWSPort, stay.AIServerPort = 0, 0
	again, said := up(t, stay)
	if n := strings.Count(said, "unchanged"); n != 2 {
		t.Errorf("deployed again:\n%s", said)
	}
	if again.AWSURL == first.AWSURL || again.AIServerURL != first.AIServerURL {
		t.Errorf("%s and %s, before %s and %s", again.AWSURL, again.AIServerURL, first.AWSURL, first.AIServerURL)
	}
	if now := onlyRoot(t, again, filepath.Join(state, "credentials")); now != root {
		t.Error("the root's keys are others after a restart")
	}
	makeAd(t, again)
	if got := status(t, again, upload.adID, upload.cookie); got != http.StatusOK {
		t.Errorf("the ad is gone after a restart: %d", got)
	}
	if got := status(t, other, upload.adID, upload.cookie); got != http.StatusNotFound {
		t.Errorf("the other deployment knows the ad: %d", got)
	}
}

// onlyRoot checks that the keys in a file, which only this user reads, are the account's
// root's, and that no others are, and gives their id.
func onlyRoot(t *testing.T, d *local.Deployment, file string) string {
	t.Helper()
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%s: %v, %v", file, info, err)
	}
	root, err := d.Config().Credentials.Retrieve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for name, keys := range map[string][2]string{
		"the root": {root.AccessKeyID, root.SecretAccessKey}, "the root's id": {root.AccessKeyID, "test"},
		"of every local AWS": {"test", "test"}, "an account's number": {"000000000000", "test"},
	} {
		cfg := d.Config()
		cfg.Credentials = credentials.NewStaticCredentialsProvider(keys[0], keys[1], "")
		_, err := ssm.NewFromConfig(cfg).DescribeParameters(t.Context(), nil)
		if taken := err == nil; taken != (name == "the root") {
			t.Errorf("%s: %v", name, err)
		}
	}
	return root.AccessKeyID
}

type ordered struct {
	adID   string
	cookie *http.Cookie
}

// order orders an ad by the upload door.
func order(t *testing.T, d *local.Deployment) ordered {
	t.Helper()
	fields := `{"product_name":"비타민","product_category":"식품","target_age":"30대","target_gender":"전체","ad_concept":"아침",` +
		`"content_type":"image/jpeg","content_length":1000}`
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, d.SiteURL+"/api/uploads",
		strings.NewReader(fields))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, _ := io.ReadAll(res.Body)
	_, rest, ok := strings.Cut(string(body), `"ad_id":"`)
	id, _, _ := strings.Cut(rest, `"`)
	if res.StatusCode != http.StatusCreated || !ok || len(res.Cookies()) != 1 {
		t.Fatalf("order: %d %s", res.StatusCode, body)
	}
	return ordered{id, res.Cookies()[0]}
}

// makeAd has an ad made of a sample photo and waits until it is finished.
func makeAd(t *testing.T, d *local.Deployment) {
	t.Helper()
	photo, err := os.ReadFile("../../samples/vitamin-jar.jpg")
	if err != nil {
		t.Fatal(err)
	}
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	for name, value := range map[string]string{
		"product_name": "비타민", "product_category": "식품", "target_age": "30대", "target_gender": "전체", "ad_concept": "아침",
		"product_image": string(photo),
	} {
		part, err := w.CreateFormFile(name, name)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(part, value)
	}
	_ = w.Close()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, d.SiteURL+"/api/ads/generate", &form)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", w.FormDataContentType())
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, _ := io.ReadAll(res.Body)
	if res.StatusCode != http.StatusAccepted {
		t.Fatalf("order: %d %s", res.StatusCode, body)
	}
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, d.SiteURL+res.Header.Get("Location"), nil)
		if err != nil {
			t.Fatal(err)
		}
		req.AddCookie(res.Cookies()[0])
		got, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, _ = io.ReadAll(got.Body)
		_ = got.Body.Close()
		if bytes.Contains(body, []byte(`"status":"succeeded"`)) {
			return
		}
	}
	t.Errorf("no ad was made: %s", body)
}

// status is what the API answers when an ad's owner asks for it.
func status(t *testing.T, d *local.Deployment, adID string, owner *http.Cookie) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, d.SiteURL+"/api/ads/"+adID, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.AddCookie(owner)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	return res.StatusCode
}

// freePort finds a port that outgoing connections do not take either.
func freePort(t *testing.T) int {
	t.Helper()
	for {
		n := 12000 + rand.IntN(8000)
		ln, err := new(net.ListenConfig).Listen(t.Context(), "tcp", fmt.Sprintf("127.0.0.1:%d", n))
		if err == nil {
			_ = ln.Close()
			return n
		}
	}
}

// TestHoweverItEndsNothingIsLeft ends the program of `make run` as a person does,
// and as a machine short of memory does.
//
//nolint:paralleltest // a whole deployment each; two at a time are enough
func TestHoweverItEndsNothingIsLeft(t *testing.T) {
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGKILL} {
		t.Run(sig.String(), func(t *testing.T) {
			state := t.TempDir()
			log := filepath.Join(t.TempDir(), "log")
			out, err := os.Create(log)
			if err != nil {
				t.Fatal(err)
			}
			defer out.Close()
			cmd := exec.CommandContext(t.Context(), filepath.Join("build", "local"))
			cmd.Dir, cmd.Stdout, cmd.Stderr = root, out, out
			cmd.Env = append(os.Environ(), fmt.Sprintf("PORT=%d", freePort(t)), "STATE="+state)
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			said := func() string { text, _ := os.ReadFile(log); return string(text) }
			for range 3 * 60 * 10 {
				if strings.Contains(said(), "Ctrl-C ends it") {
					break
				}
				time.Sleep(100 * time.Millisecond)
			}
			if n := len(children(t, state)); n < 3 { // the local AWS, a function, the GPU server
				t.Fatalf("%d children:\n%s", n, said())
			}
			if err := cmd.Process.Signal(sig); err != nil {
				t.Fatal(err)
			}
			err = cmd.Wait()
			if sig != syscall.SIGKILL {
				if err != nil {
					t.Errorf("ended with %v:\n%s", err, said())
				}
				if left := children(t, state); len(left) > 0 {
					t.Errorf("still there: %q", left)
				}
			}
			waitFor(t, func() bool { return len(children(t, state)) == 0 })
		})
	}
}

// TestAProgramRunsAgainstTheDeployment is how screenshots are made.
func TestAProgramRunsAgainstTheDeployment(t *testing.T) {
	t.Parallel()
	cmd := exec.CommandContext(t.Context(), filepath.Join("build", "local"), "sh", "-c",
		`curl -sf "$SITE_URL/api/health"; exit 3`)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "PORT=0", "STATE=")
	out, err := cmd.CombinedOutput()
	if err == nil || !strings.Contains(string(out), `{"status":"ok"}`) ||
		!strings.Contains(string(out), "exit status 3") {
		t.Errorf("%v\n%s", err, out)
	}
}

// children are the running processes that were given something in a state
// folder: the local AWS, everything it started, and the GPU server.
func children(t *testing.T, state string) (programs []string) {
	t.Helper()
	given, err := filepath.Glob("/proc/[0-9]*/environ")
	if err != nil || len(given) == 0 {
		t.Skip("this system does not show the environment of processes")
	}
	for _, path := range given {
		environ, err := os.ReadFile(path)
		if err != nil || !bytes.Contains(environ, []byte("="+state+"/")) {
			continue // gone meanwhile, somebody else's, or not of this run
		}
		program, _ := os.ReadFile(filepath.Join(filepath.Dir(path), "cmdline"))
		programs = append(programs, string(bytes.ReplaceAll(program, []byte{0}, []byte{' '})))
	}
	return programs
}

package gpu_test

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/nanococoa/nanococoa/infra/gpu"
	"github.com/nanococoa/nanococoa/internal/localaws"
)

func TestMain(m *testing.M) { os.Exit(localaws.Main(m)) }

// A release is its files: when they were written changes nothing, what is in them does.
func TestARelease(t *testing.T) {
	t.Parallel()
	pack := func(files fstest.MapFS) (string, map[string]int64) {
		t.Helper()
		var b bytes.Buffer
		release, err := gpu.Pack(&b, files)
		if err != nil {
			t.Fatal(err)
		}
		if sum := sha256.Sum256(b.Bytes()); release != hex.EncodeToString(sum[:]) {
			t.Errorf("the release is called %s", release)
		}
		modes := map[string]int64{}
		for r := tar.NewReader(&b); ; {
			h, err := r.Next()
			if errors.Is(err, io.EOF) {
				return release, modes
			} else if err != nil {
				t.Fatal(err)
			}
			modes[h.Name] = h.Mode
		}
	}
	files := fstest.MapFS{
		"aiserver": {Data: []byte("program"), Mode: 0o700}, "wheels/a.whl": {Data: []byte("wheel"), Mode: 0o600},
	}
	first, modes := pack(files)
	if modes["aiserver"] != 0o755 || modes["wheels/a.whl"] != 0o644 || len(modes) != 2 {
		t.Errorf("packed as %v", modes)
	}
	files["aiserver"].ModTime = time.Now()
	if again, _ := pack(files); again != first {
		t.Error("another time is another release")
	}
	files["aiserver"].Data = []byte("newer")
	if newer, _ := pack(files); newer == first {
		t.Error("another program is the same release")
	}
}

// A release lies where user data fetches it, and is sent once.
func TestAReleaseIsPublishedOnce(t *testing.T) {
	t.Parallel()
	client := s3.NewFromConfig(localaws.Config(t), func(o *s3.Options) { o.UsePathStyle = true })
	bucket := localaws.Name(t)
	if _, err := client.CreateBucket(t.Context(), &s3.CreateBucketInput{
		Bucket:                    &bucket,
		CreateBucketConfiguration: &types.CreateBucketConfiguration{LocationConstraint: localaws.Region},
	}); err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "aiserver"), []byte("program"), 0o600); err != nil {
		t.Fatal(err)
	}
	var written [2]time.Time
	for i := range written {
		release, err := gpu.Publish(t.Context(), client, bucket, folder)
		if err != nil {
			t.Fatal(err)
		}
		head, err := client.HeadObject(t.Context(), &s3.HeadObjectInput{
			Bucket: &bucket, Key: aws.String("gpu/releases/" + release + ".tar"),
		})
		if err != nil {
			t.Fatal(err)
		}
		written[i] = *head.LastModified
	}
	if !written[0].Equal(written[1]) {
		t.Error("what is there was sent again")
	}
}

// The script that drains, with everything real but the commands that end a server and tell AWS.
func TestDrain(t *testing.T) {
	t.Parallel()
	const end = "systemctl stop aiserver.service\n"
	const told = "aws autoscaling complete-lifecycle-action --auto-scaling-group-name servers " +
		"--lifecycle-hook-name drain --instance-id i-1 --lifecycle-action-result CONTINUE\n"
	for name, tc := range map[string]struct {
		metadata map[string]string
		want     string
	}{
		"a Spot notice": {map[string]string{
			"spot/instance-action": `{"action": "terminate"}`, "autoscaling/target-lifecycle-state": "InService",
		}, end + told},
		"the group ends it": {map[string]string{"autoscaling/target-lifecycle-state": "Terminated"}, end + told},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tc.metadata["instance-id"] = "i-1"
			instance := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodPut && r.URL.Path == "/latest/api/token" {
					_, _ = io.WriteString(w, "IMDSv2")
					return
				}
				v, ok := tc.metadata[strings.TrimPrefix(r.URL.Path, "/latest/meta-data/")]
				if !ok || r.Header.Get("X-Aws-Ec2-Metadata-Token") != "IMDSv2" {
					http.NotFound(w, r)
					return
				}
				_, _ = io.WriteString(w, v)
			}))
			t.Cleanup(instance.Close)
			commands := t.TempDir()
			log := filepath.Join(commands, "log")
			for _, command := range []string{"systemctl", "aws", "sleep"} {
				text := "#!/bin/bash\necho " + command + ` "$@" >> ` + log + "\n"
				//nolint:gosec // it has to be run
				if err := os.WriteFile(filepath.Join(commands, command), []byte(text), 0o700); err != nil {
					t.Fatal(err)
				}
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			t.Cleanup(cancel)
			drain := exec.CommandContext(ctx, "release/drain")
			drain.Env = []string{"PATH=" + commands + ":/usr/bin:/bin", "METADATA=" + instance.URL, "GROUP=servers"}
			if out, err := drain.CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			got, err := os.ReadFile(log)
			if err != nil || string(got) != tc.want {
				t.Errorf("it ran %q, %v", got, err)
			}
		})
	}
}

// What a release starts with is programs that bash can read, and units whose programs there are.
func TestTheScriptsOfARelease(t *testing.T) {
	t.Parallel()
	entries, err := os.ReadDir("release")
	if err != nil {
		t.Fatal(err)
	}
	var files, units []string
	for _, e := range entries {
		files = append(files, e.Name())
		text, err := os.ReadFile(filepath.Join("release", e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(string(text), "#!/bin/bash\n") {
			info, err := e.Info()
			if err != nil || info.Mode()&0o111 == 0 {
				t.Errorf("%s is no program: %v", e.Name(), err)
			}
			if out, err := exec.CommandContext(t.Context(), "bash", "-n", "release/"+e.Name()).CombinedOutput(); err != nil {
				t.Errorf("%s: %s", e.Name(), out)
			}
		}
		if _, after, ok := strings.Cut(string(text), "ExecStart=/opt/nanococoa/"); ok {
			program, _, _ := strings.Cut(after, "\n")
			units = append(units, program)
		}
	}
	if len(units) != 2 || !slices.Contains(files, units[0]) || !slices.Contains(files, units[1]) {
		t.Errorf("%v start %v", files, units)
	}
}

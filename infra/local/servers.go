package local

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// startAWS starts the local AWS and waits until it answers.
func (d *Deployment) startAWS(ctx context.Context) error {
	release, err := holdPorts(ctx)
	if err != nil {
		return err
	}
	defer release()
	earlier := d.earlierPorts()
	port, err := choose(ctx, d.o.AWSPort, cmp.Or(earlier.AWS, usualAWSPort))
	if err != nil {
		return err
	}
	if earlier.AWS != 0 && earlier.AWS != port {
		if err := moveState(stateDir(d.dir), earlier.AWS, port); err != nil {
			return err
		}
	}
	if err := d.rememberPorts(ports{port, earlier.AIServer}); err != nil {
		return err
	}
	d.AWSURL = fmt.Sprintf("http://127.0.0.1:%d", port)
	log, err := d.logFile("aws.log")
	if err != nil {
		return err
	}
	cmd := exec.Command(d.python(), filepath.Join(d.o.Root, "infra", "local", "localaws.py"))
	cmd.Env = append(d.environ(), awsSettings(d.dir, port, d.AWSURL, d.root, d.o.Persist, d.o.WaitScale)...)
	cmd.Dir = d.dir
	d.running, err = spawn("the local AWS", cmd, log, d.lines.aws)
	if err != nil {
		return err
	}
	return poll(ctx, 30*time.Second, d.running,
		func(ctx context.Context) error { return get(ctx, d.AWSURL+"/_ministack/ready") })
}

// awsHost is what the local AWS calls itself in the addresses of queues.
const awsHost = "localhost"

// stateDir is where the local AWS saves its state.
func stateDir(dir string) string { return filepath.Join(dir, "state") }

// awsSettings is the environment that makes MiniStack behave as close to AWS
// as it can, alone on its port. The functions inherit it.
func awsSettings(dir string, port int, url string, root aws.Credentials, persist bool,
	waitScale float64) []string {
	flag := func(b bool) string {
		if b {
			return "1"
		}
		return "0"
	}
	out := []string{
		"GATEWAY_PORT=" + strconv.Itoa(port),
		"BIND_HOST=127.0.0.1",
		"MINISTACK_HOST=" + awsHost,
		"MINISTACK_REGION=" + region, "AWS_DEFAULT_REGION=" + region, "AWS_REGION=" + region,
		// Handed to the functions: this is how they find the local AWS.
		"AWS_ENDPOINT_URL=" + url,
		// Every call is checked against the caller's role, so a missing right
		// shows here and not first on AWS. The keys are the root's.
		"AUTH=true", "AWS_ACCESS_KEY_ID=" + root.AccessKeyID, "AWS_SECRET_ACCESS_KEY=" + root.SecretAccessKey,
		"PERSIST_STATE=" + flag(persist), "STATE_DIR=" + stateDir(dir),
		"S3_PERSIST=" + flag(persist), "S3_DATA_DIR=" + filepath.Join(dir, "s3"),
		// Its process id file and the unpacked functions go here, so that two
		// of them never meet.
		"TMPDIR=" + filepath.Join(dir, "tmp"),
		// No listeners besides the one, and no use of a Docker that may be there.
		"IOT_MTLS_ENABLED=0", "SFTP_ENABLED=0", "DOCKER_HOST=unix:///nonexistent",
		"LOG_LEVEL=INFO", "PYTHONUNBUFFERED=1", "PYTHONDONTWRITEBYTECODE=",
	}
	if waitScale > 0 {
		out = append(out, "SFN_WAIT_SCALE="+strconv.FormatFloat(waitScale, 'f', -1, 64))
	}
	return out
}

// environ is what children get of our environment: enough to find programs, and
// nothing that could lead one of them to a real AWS account or to a key.
func (d *Deployment) environ() []string {
	var out []string
	for _, kv := range os.Environ() {
		name, _, _ := strings.Cut(kv, "=")
		switch {
		case name == "PATH", name == "HOME", name == "LANG", name == "USER", strings.HasPrefix(name, "LC_"):
			out = append(out, kv)
		}
	}
	return append(out, d.o.Env...)
}

// StartAIServer starts the GPU stand-in on its port, unless another GPU server
// was named or it runs already, and waits until it is ready.
func (d *Deployment) StartAIServer(ctx context.Context) error {
	if d.o.AIServerURL != "" {
		d.AIServerURL = strings.TrimSuffix(d.o.AIServerURL, "/")
		return nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.aiserver != nil {
		return nil
	}
	release, err := holdPorts(ctx)
	if err != nil {
		return err
	}
	defer release()
	addr := strings.TrimPrefix(d.AIServerURL, "http://") // the earlier one, after a stop
	if addr == "" {
		earlier := d.earlierPorts()
		port, err := choose(ctx, d.o.AIServerPort, cmp.Or(earlier.AIServer, usualAIServerPort))
		if err != nil {
			return err
		}
		if err := d.rememberPorts(ports{earlier.AWS, port}); err != nil {
			return err
		}
		addr = d.aiserverAddr(port)
	}
	log, err := d.logFile("aiserver.log")
	if err != nil {
		return err
	}
	cmd := exec.Command(d.aiserverProgram())
	cmd.Env = append(d.environ(),
		"ADDR="+addr,
		"DATA_DIR="+filepath.Join(d.dir, "aiserver"),
		"WORKER_DIR="+filepath.Join(d.o.Root, "build", "worker"),
		// It fetches pictures from, and puts them to, the local AWS's S3 alone.
		"ALLOWED_HOSTS="+strings.TrimPrefix(d.AWSURL, "http://"),
		// Nobody waits for a local drain: a picture takes a second.
		"DRAIN_TIMEOUT=3s",
	)
	if d.containers() {
		cmd.Env = append(cmd.Env, "TOKEN="+token, "PUBLIC_URL="+d.asFunctionsSay("http://"+addr))
	}
	cmd.Env = append(cmd.Env, d.o.AIServerEnv...)
	cmd.Env = append(cmd.Env, d.o.Env...) // what a test asks for wins
	cmd.Dir = d.dir
	gpu, err := spawn("the GPU server", cmd, log, d.lines.json("aiserver"))
	if err != nil {
		return err
	}
	d.aiserver, d.AIServerURL = gpu, "http://"+addr
	return poll(ctx, 30*time.Second, gpu, func(ctx context.Context) error { return get(ctx, d.AIServerURL+"/readyz") })
}

// StopAIServer stops the GPU stand-in, if it runs.
func (d *Deployment) StopAIServer() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	err := d.aiserver.stop(8 * time.Second)
	d.aiserver = nil
	return err
}

// logFile gives a sink that appends lines to a file in the state folder, until
// Down. The file of an earlier run is kept once, with ".1" behind its name.
func (d *Deployment) logFile(name string) (func(string), error) {
	path := filepath.Join(d.dir, name)
	if f := d.logs[name]; f == nil {
		_ = os.Rename(path, path+".1") // there is none the first time
		f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			return nil, fmt.Errorf("open a log: %w", err)
		}
		d.logs[name] = f
	}
	f := d.logs[name]
	return func(line string) {
		_, _ = fmt.Fprintln(f, line) // a log that cannot be written must not end what it is about
	}, nil
}
